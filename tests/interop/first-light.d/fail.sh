# Where it has to fail, and the one line that says why.

# fails_at STEP MESSAGE-PATTERN [VAR=VALUE...]: guest 1 fails at ike|esp|l2tp|ppp (ipsec: one of the first two) and
# one line of the log names the cause (MOST=N: it comes with each of the client's N repetitions)
fails_at() { fails_of 1 "$@"; }
fails_of() {
	local id=$1 step=$2 want=$3 rc lines; shift 3
	log_mark
	guest_connect "$id" TIMEOUT=8 "$@" >/dev/null; rc=$?
	guest_disconnect "$id" --abrupt
	case $step:$rc in ike:82|esp:83|ipsec:8[23]|l2tp:84|ppp:85) ;; *) echo "guest's status $rc"; log_since | tail -20; return 1;; esac
	lines=$(log_since | grep -cE -- "$want")
	[ "$lines" -ge 1 ] && [ "$lines" -le "${MOST:-1}" ] || { echo "$lines lines like: $want"; log_since | tail -25; return 1; }
}
# with_config LINES REVERT STEP PATTERN [VAR...]: the same under a changed configuration
with_config() {
	local lines=$1 revert=$2 rc; shift 2
	printf '%s\n' "$lines" | configure || { echo "configuration refused"; return 1; }
	fails_at "$@"; rc=$?
	printf '%s\n' "$revert" | configure || { echo "configuration not restored"; return 1; }
	return $rc
}
natt_off() {
	local rc
	echo 'no crypto isakmp nat-traversal' | configure || return 1
	fails_of 2 ipsec 'Peer is behind a NAT device .* NAT-Traversal is disabled'; rc=$?
	echo 'crypto isakmp nat-traversal 20' | configure || return 1
	return $rc
}
tunnel_limit() {
	local rc
	printf 'l2tp tunnel limit 1\n' | configure || return 1
	guest_connect 2 || return 1
	fails_at l2tp '%ASA-4-403103' ; rc=$?
	guest_disconnect 2
	printf 'no l2tp tunnel limit\n' | configure || return 1
	return $rc
}
pool_empty() {
	local rc
	printf 'ip local pool tiny 10.79.0.1-10.79.0.1 mask 255.255.255.0\ntunnel-group DefaultRAGroup general-attributes\n no address-pool sales_addresses\n address-pool tiny\n' | configure || return 1
	guest_connect 2 || return 1
	fails_at ppp '%ASA-4-737012' ; rc=$?
	guest_disconnect 2; gone
	printf 'tunnel-group DefaultRAGroup general-attributes\n no address-pool tiny\n address-pool sales_addresses\nno ip local pool tiny 10.79.0.1-10.79.0.1\n' | configure || return 1
	return $rc
}
# A datagram to UDP 1701 without IPsec gets nothing back, no ICMP either.
clear_l2tp_silent() {
	local cap=$W/clear.txt pid
	ns inet timeout 20 tcpdump -nn -i br0 'src host 203.0.113.1 and (udp port 1701 or icmp)' >"$cap" 2>/dev/null & pid=$!
	sleep .5
	guest_run 1 'for i in 1 2 3; do printf "\310\2\0\24\0\0\0\0\0\0\0\0\200\10\0\0\0\0\0\1" >/dev/udp/203.0.113.1/1701; sleep .2; done'
	sleep .5; kill $pid; wait $pid 2>/dev/null
	[ ! -s "$cap" ] || { cat "$cap"; return 1; }
}

fail_tests() {
	t "refused: wrong PSK" fails_at ike 'mismatched pre-shared key' PSK=another-key-altogether
	t "refused: no common IKE proposal" fails_at ike 'All SA proposals found unacceptable' IKE=aes192-sha1-modp2048
	t "refused: no common ESP transform" fails_at esp 'All IPSec SA proposals found unacceptable' ESP=aes192-sha1
	t "refused: mode transport missing" with_config \
		"$(printf 'crypto ipsec ikev1 transform-set tun esp-aes-256 esp-sha-hmac\ncrypto dynamic-map dyno 10 set ikev1 transform-set tun\nno crypto dynamic-map dyno 10 set ikev1 transform-set trans a256 a256s2 a128m a128s2 t3des dm')" \
		"$(printf 'crypto dynamic-map dyno 10 set ikev1 transform-set trans a256 a256s2 a128m a128s2 t3des dm\nno crypto dynamic-map dyno 10 set ikev1 transform-set tun\nno crypto ipsec ikev1 transform-set tun')" \
		esp 'lacks mode transport'
	MOST=3 t "refused: no crypto map on the interface" with_config 'no crypto map vpn interface outside' \
		'crypto map vpn interface outside' ike 'No crypto map bound to interface'
	t "refused: identities outside match address" with_config \
		"$(printf 'access-list l2tp extended permit udp host 203.0.113.1 any eq 1702\ncrypto dynamic-map dyno 10 match address l2tp')" \
		"$(printf 'no crypto dynamic-map dyno 10 match address l2tp\nclear configure access-list l2tp')" \
		esp '%ASA-3-713061'
	t "refused: NAT-T off for a client behind NAT" natt_off
	t "refused: wrong password" fails_at ppp '%ASA-6-113015' PASSWORD=nonsense
	t "refused: vpn-tunnel-protocol without l2tp-ipsec" with_config \
		"$(printf 'group-policy sales_policy attributes\n vpn-tunnel-protocol ikev1')" \
		"$(printf 'group-policy sales_policy attributes\n vpn-tunnel-protocol l2tp-ipsec')" \
		esp '%ASA-3-713206'
	t "refused: only CHAP with LOCAL" with_config \
		"$(printf 'tunnel-group DefaultRAGroup ppp-attributes\n no authentication pap\n no authentication ms-chap-v1\n no authentication ms-chap-v2')" \
		"$(printf 'tunnel-group DefaultRAGroup ppp-attributes\n authentication pap\n authentication ms-chap-v1\n authentication ms-chap-v2')" \
		ppp '%ASA-6-113013: .*No PPP authentication protocol left'
	t "refused: pool empty" pool_empty
	t "refused: the tunnel over the limit" tunnel_limit
	t "L2TP outside IPsec gets no answer" clear_l2tp_silent
	t "and the next client gets in" gets_in 1 AUTH=mschap-v2
}
