# While it is up: what `show` says against what the guest's own kernel and daemons say; lost peers; rekeys.

num() { sed -nE "s/.*$1.*/\\1/p" | head -1; }

# The numbers of show agree with `ip xfrm state`, xl2tpd and pppd of the guest.
shows_agree() {
	local id=$1 xfrm sa out_spi in_spi tunnel ses rc=0 pkts
	guest_connect "$id" AUTH=mschap-v2 || return 1
	addresses "$id"; route_inside "$id"; pings "$id" 5 || return 1
	xfrm=$(guest_run "$id" ip -s xfrm state)
	# the guest's SA towards us is our inbound one
	in_spi=$(awk '/^src/{to = ($4 == "203.0.113.1")} to && /spi/{sub(/\(.*/, "", $4); print $4; exit}' <<<"$xfrm")
	out_spi=$(awk '/^src/{to = ($2 == "203.0.113.1")} to && /spi/{sub(/\(.*/, "", $4); print $4; exit}' <<<"$xfrm")
	sa=$(cli 'show crypto ipsec sa')
	in_spi=$(tr a-f A-F <<<"${in_spi#0x}"); out_spi=$(tr a-f A-F <<<"${out_spi#0x}")
	grep -q "current inbound spi : $in_spi" <<<"$sa" || { echo "inbound spi is not $in_spi"; rc=1; }
	grep -q "current outbound spi: $out_spi" <<<"$sa" || { echo "outbound spi is not $out_spi"; rc=1; }
	grep -q "current_peer: .*username: alice" <<<"$sa" || { echo "no user"; rc=1; }
	grep -q "dynamic allocated peer ip: $LOCAL_IP" <<<"$sa" || { echo "no address $LOCAL_IP"; rc=1; }
	[ $rc = 0 ] || grep -E 'spi|current_peer|allocated' <<<"$sa"
	ses=$(cli 'show vpdn session'); tunnel=$(cli 'show vpdn tunnel')
	grep -q 'Session username is alice, state is established' <<<"$ses" || { echo "$ses"; rc=1; }
	local ours theirs remote_call
	ours=$(num 'Tunnel id ([0-9]+) is up, remote id' <<<"$tunnel")
	theirs=$(num 'remote id is ([0-9]+)' <<<"$tunnel")
	guest_log "$id" xl2tpd.log | grep -qE "Connection established to 203.0.113.1, 1701.  Local: $theirs, Remote: $ours " || {
		echo "tunnel ids $ours/$theirs"; guest_log "$id" xl2tpd.log | grep established; rc=1; }
	local pif; pif=$(cli 'show vpdn pppinterface')
	grep -q "Client ip address is $LOCAL_IP" <<<"$pif" || { echo "$pif"; rc=1; }
	grep -qi 'MS-\?CHAP.*V\?2' <<<"$pif" || { echo "$pif"; rc=1; }
	grep -q 'MPPE key strength is None' <<<"$pif" || { echo "$pif"; rc=1; }
	cli 'show uauth' | grep -q "'alice' at $LOCAL_IP, authenticated" || { cli 'show uauth'; rc=1; }
	cli 'show vpn-sessiondb detail ra-ikev1-ipsec' | grep -q "Username     : alice" || { cli 'show vpn-sessiondb detail ra-ikev1-ipsec'; rc=1; }
	cli 'show ip local pool sales_addresses' | grep -q "$LOCAL_IP" || rc=1
	# The guest's packet counters against ours, with nothing moving in between.
	local a b
	a=$(guest_run "$id" ip -s xfrm state | awk '/^src/{to = ($4 == "203.0.113.1")} to && /[0-9]\(packets\)/{print; exit}' | num '\), ([0-9]+)\(packets\)')
	b=$(cli 'show crypto ipsec sa' | num '#pkts decaps: ([0-9]+)')
	[ -n "$a" ] && [ $((a - b)) -le 2 ] && [ $((b - a)) -le 2 ] || { echo "guest sent $a packets, we count $b"; rc=1; }
	guest_disconnect "$id"; gone
	return $rc
}
# Power off without goodbye: the session ends by Hello or echo within 75 s, the address is free.
vanishes() {
	local t0=$SECONDS
	printf 'l2tp tunnel hello 10\ntunnel-group DefaultRAGroup ipsec-attributes\n isakmp keepalive threshold 10 retry 2\n' | configure || return 1
	guest_boot 6 inet strongswan && guest_connect 6 || return 1
	guest_kill 6
	while cli 'show vpdn session' | grep -q 'Call id'; do
		[ $((SECONDS - t0)) -lt 100 ] || { cli 'show vpdn session'; return 1; }
		sleep 1
	done
	echo "gone after $((SECONDS - t0)) s"
	printf 'no l2tp tunnel hello\n' | configure
	cli 'show ip local pool sales_addresses' | grep -qE ' 30 +0 +0' || { cli 'show ip local pool sales_addresses'; return 1; }
}
# The same guest back at once, while the appliance still holds its dead session.
comes_back_at_once() {
	guest_connect 1 || return 1
	guest_disconnect 1 --abrupt
	gets_in 1 AUTH=mschap-v2
}
# Client's rekeys every 20 to 30 s (margins pulled in) during a transfer of 60 s: no second without data, no packet
# dropped by us. A guest is slow company on a busy machine, so it may miss one ping of a hundred itself, and those that
# its kernel says it dropped because its xl2tpd did not come to read them.
client_rekeys() {
	local id=$1 public=$2 before p2
	before=$(dropped)
	guest_connect "$id" AUTH=mschap-v2 CONF='ikelifetime=60s;lifetime=30s;margintime=8s;rekeyfuzz=0%;reauth=no' || return 1
	addresses "$id"; route_inside "$id"
	guest_run "$id" "nstat -n; iperf3 -c $INSIDE -p 520$id -t 60 -b 2M -i 1 >/tmp/rekey.txt & ping -i 0.2 -c 300 -W 2 -q $INSIDE; wait
		nstat -az UdpRcvbufErrors; grep -E '^\[' /tmp/rekey.txt" >"$W/rekey.$id" || { cat "$W/rekey.$id"; return 1; }
	guest_disconnect "$id"
	awk '/packet loss/{lost = $1 - $4} /UdpRcvbufErrors/{own = $2} / sec .* Bytes/ && !/sender|receiver/{
		if ($5 == "0.00") {if (++idle > 1) bad++} else idle = 0}
		END{printf "%d pings lost, %d packets dropped by the guest, %d seconds without data\n", lost, own, bad
			exit lost > 3 + own || bad}' "$W/rekey.$id" || { tail -n +4 "$W/rekey.$id" | head -20; return 1; }
	[ "$(dropped)" = "$before" ] || { cli 'show asp drop'; return 1; }
	p2=$(log_since | grep "IP = $public," | grep -c 'PHASE 2 COMPLETED')
	[ "$p2" -ge 3 ] || { echo "only $p2 Quick Modes"; return 1; }
	gone "$id"
}
our_rekey_by_kilobytes() {
	printf 'crypto ipsec security-association lifetime kilobytes 4000\n' | configure || return 1
	log_mark
	guest_connect 1 AUTH=mschap-v2 || return 1
	route_inside 1; transfer 1 || return 1
	pings 1 10 || return 1
	[ "$(log_since | grep -c 'PHASE 2 COMPLETED')" -ge 3 ] || { log_since | tail; return 1; }
	printf 'no crypto ipsec security-association lifetime kilobytes\n' | configure
	guest_disconnect 1; gone
}
our_rekey_by_time() {
	printf 'crypto ipsec security-association lifetime seconds 120\ncrypto ikev1 policy 26\n lifetime 120\n' | configure || return 1
	log_mark
	guest_connect 1 AUTH=mschap-v2 CONF='rekey=no' || return 1
	route_inside 1
	local before; before=$(dropped)
	guest_run 1 "ping -i 0.5 -c 280 -W 2 -q $INSIDE" | tee /dev/stderr | awk '/packet loss/{exit !($6 + 0 <= 1)}' || return 1
	[ "$(dropped)" = "$before" ] || { cli 'show asp drop'; return 1; }
	[ "$(log_since | grep -c 'PHASE 2 COMPLETED')" -ge 2 ] || return 1
	[ "$(log_since | grep -c 'PHASE 1 COMPLETED')" -ge 2 ] || return 1
	printf 'no crypto ipsec security-association lifetime seconds\ncrypto ikev1 policy 26\n no lifetime\n' | configure
	guest_disconnect 1; gone
}
no_drops() { # nothing of ours was lost on the way
	! cli 'show asp drop' | grep -E 'ring-full|no-buffer|esp-replay|esp-auth|no-sa-out'
}

live_tests() {
	t "show agrees with the guest, direct" shows_agree 1
	t "show agrees with the guest, behind NAT" shows_agree 2
	log_mark
	stream direct t "rekey: client's, both phases, 60 s transfer, direct" client_rekeys 1 203.0.113.101
	stream nat t "rekey: client's, both phases, 60 s transfer, behind NAT" client_rekeys 2 203.0.113.11
	streams_end
	t "rekey: ours, by kilobytes" our_rekey_by_kilobytes
	t "rekey: ours, by the 120 s minimum, both phases" our_rekey_by_time
	t "rekey: nothing dropped by us" no_drops
	t "a guest that vanishes is noticed" vanishes
	t "the same guest back at once" comes_back_at_once
}
