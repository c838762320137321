# A PIX 6.3 configuration: boots and loads as it is, serves a client, and is shown in its own form.

PIX_SEED=$HERE/../transcript/configs/seed-001-pix.cfg

# The example's configuration for this network: its addresses, a key in place of certificates, users of its own.
pix_adapted() {
	sed -E -e 's/171\.68\.9\.57/203.0.113.1/; s/171\.68\.9\.1 1$/203.0.113.254 1/; s/inside 20\.1\.1\.1 /inside 10.77.0.1 /' \
		-e 's/authentication rsa-sig/authentication pre-share/' \
		-e '/^crypto map mymap client authentication/d; /client accounting/d' \
		-e 's/client authentication aaa RADIUS/client authentication local/' "$PIX_SEED" |
		sed '/^vpdn enable/i isakmp key labpsk-of-twenty-and-more address 0.0.0.0 netmask 0.0.0.0\
vpdn username vpnclient password cisco-123'
}
pix_refused() { grep -E 'ERROR' "$1" && return 0; return 1; }
boots_unchanged() {
	appliance_stop; appliance_start "$PIX_SEED" || return 1
	cli 'show startup-config errors' >"$W/pix.txt"
	pix_refused "$W/pix.txt" && return 1
	grep -q "INFO: converting 'isakmp' lines" "$W/pix.txt" || { cat "$W/pix.txt"; return 1; }
	cli 'show running-config crypto ikev1' | tee "$W/pix.txt"
	grep -q 'crypto ikev1 policy 20' "$W/pix.txt"
}
comes_back() { # what the console in the dialect shows is the text that was loaded
	cli 'terminal dialect pix-6' 'show running-config' >"$W/pix.txt"
	sed -n '/^nameif/,/^terminal width/p' "$PIX_SEED" | sed 's/ cisco timeout/ ***** timeout/; s/community public/community *****/' >"$W/pix.want"
	sed -n '/^nameif/,/^terminal width/p' "$W/pix.txt" | diff "$W/pix.want" - || return 1
	# saved in the modern form, and the same after the next start
	cli 'write memory' | grep -q '\[OK\]' || return 1
	grep -q '^crypto ikev1 policy 20' "$W/state/startup-config" || return 1
	appliance_stop; appliance_start || return 1
	cli 'terminal dialect pix-6' 'show running-config' | sed -n '/^nameif/,/^terminal width/p' | diff "$W/pix.want" -
}
loads_unchanged() { # into a gateway that runs
	appliance_stop; appliance_start "$HERE/configs/console.cfg" || return 1
	"$BUILD/postern" --socket "$W/sock" -f "$PIX_SEED" >"$W/pix.txt" 2>&1 || { cat "$W/pix.txt"; return 1; }
	! pix_refused "$W/pix.txt"
}
serves_a_client() { # DES, MD5, group 1, as the example has it
	pix_adapted >"$W/pix.cfg"
	appliance_stop; appliance_start "$W/pix.cfg" || return 1
	cli 'show startup-config errors' | tee "$W/pix.txt"
	pix_refused "$W/pix.txt" && return 1
	log_mark
	guest_connect 1 IKE=des-md5-modp768 ESP=des-md5 AUTH=mschap USER=vpnclient PASSWORD=cisco-123 ||
		{ guest_log 1 ipsec.log | tail -20; log_since | tail -20; return 1; }
	addresses 1
	[ "$LOCAL_IP $DNS1" = "50.1.1.1 20.1.1.250" ] || { echo "$LOCAL_IP $DNS1"; return 1; }
	route_inside 1; pings 1 3 && pix_shows || return 1
	guest_disconnect 1; gone
}
# Interfaces, addresses, routes in the words of the old release.
pix_network() {
	cli 'terminal dialect pix-6' 'show nameif' 'show ip' 'show route' 'show interface' >"$W/pix.txt"
	local line
	while IFS= read -r line; do
		grep -qE "$line" "$W/pix.txt" || { echo "missing: $line"; cat "$W/pix.txt"; return 1; }
	done <<-'END'
		^nameif ethernet0 outside security0$
		^System IP Addresses:$
		^	ip address outside 203\.0\.113\.1 255\.255\.255\.0$
		^Current IP Addresses:$
		^	outside 203\.0\.113\.0 255\.255\.255\.0 203\.0\.113\.1 1 CONNECT static$
		^	outside 0\.0\.0\.0 0\.0\.0\.0 203\.0\.113\.[0-9]+ 1 OTHER static$
		^interface ethernet0 "outside" is up, line protocol is up$
		^  IP address 203\.0\.113\.1, subnet mask 255\.255\.255\.0$
		^	[1-9][0-9]* packets input, [1-9][0-9]* bytes, 0 no buffer$
	END
}
pix_shows() {
	pix_network || return 1
	cli 'terminal dialect pix-6' 'show crypto isakmp sa' 'show crypto ipsec sa' 'show uauth' 'show vpdn pppinterface' |
		tee "$W/pix.txt"
	grep -qE '203\.0\.113\.1 +203\.0\.113\.101 +QM_IDLE +0 +1$' "$W/pix.txt" &&
		grep -q 'Crypto map tag: mymap, local addr. 203.0.113.1' "$W/pix.txt" &&
		grep -q 'transform: esp-des esp-md5-hmac ,' "$W/pix.txt" &&
		grep -qE '#pkts decaps: [1-9]' "$W/pix.txt" &&
		grep -q "vpdn user 'vpnclient' at 50.1.1.1, authenticated" "$W/pix.txt" &&
		grep -q 'PPP authentication protocol is MSCHAP' "$W/pix.txt"
}
pix_restore() { appliance_stop; appliance_start "$HERE/configs/console.cfg"; }

pix_tests() {
	t "PIX: the example's configuration boots as it is" boots_unchanged
	t "PIX: it is shown as it was, also after save and restart" comes_back
	t "PIX: it loads as it is into a gateway that runs" loads_unchanged
	t "PIX: a client gets in with DES, MD5, group 1; show in its forms" serves_a_client
	t "PIX: back to the configuration before" pix_restore
}
