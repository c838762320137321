# 1,000 logins under way at a server that answers after 2 s: who asks LOCAL, and who is in, does not notice. The load tool is
# the clients of both kinds; the ratio of 99th percentiles to those of the idle appliance is printed.

CROWD=1000
crowd_up() {
	ns_make crowd; plug crowd wan0; crowd_home crowd 203.0.113.3; ns srv ip route add 198.18.0.0/15 via 203.0.113.3
	# one who logs in at LOCAL, again and again, and one who is in and pings; each behind a NAT of his own. Neither is a
	# guest, whose kernel is too slow for such times.
	local n=4 who
	for who in one pinger; do
		ns_make $who; plug $who wan0; crowd_home $who 203.0.113.$n
		ns $who nft -f - <<-N
		add table ip nat
		add chain ip nat post { type nat hook postrouting priority 100; }
		add rule ip nat post oifname "wan0" masquerade
		N
		n=$((n + 1))
	done
	ns srv ip addr add 10.76.0.1/32 dev lo # where the load tool's own TUN device leads
	methods ms-chap-v2
	configure <<-'X' || return 1
	ip local pool crowd 10.80.0.1-10.80.7.254 mask 255.255.248.0
	group-policy clients attributes
	 vpn-simultaneous-logins 2147483647
	username bench password bench-word mschap
	tunnel-group LOCALS type remote-access
	tunnel-group LOCALS general-attributes
	 address-pool crowd
	 default-group-policy clients
	tunnel-group LOCALS ppp-attributes
	 authentication ms-chap-v2
	group-delimiter @
	aaa-server SLOW protocol radius
	aaa-server SLOW (inside) host 10.77.0.18
	 key testing123
	 authentication-port 1812
	 timeout 60
	 retry-interval 10
	tunnel-group DefaultRAGroup general-attributes
	 strip-group
	 address-pool crowd
	 authentication-server-group SLOW
	 no accounting-server-group
	X
}
crowd_down() {
	configure <<-'X' >/dev/null
	tunnel-group DefaultRAGroup general-attributes
	 no strip-group
	 no address-pool crowd
	 authentication-server-group RADIUS
	no group-delimiter @
	clear configure tunnel-group LOCALS
	X
	ns srv ip route del 198.18.0.0/15
	ns srv ip addr del 10.76.0.1/32 dev lo
	local n; for n in crowd one pinger; do ip netns del "$P-$n"; done
	ns srv ip neigh flush dev wan0 # the next ones have the same addresses, on other devices
}
# p99 FILE: of the times of ping
p99() { sed -nE 's/.*time=([0-9.]+) ms.*/\1/p' "$1" | sort -n | awk '{v[NR] = $1} END {i = int((NR * 99 + 99) / 100); print (NR ? v[i] : "-"), NR}'; }
# meanwhile NAME: a second and a half of pings through a tunnel and of logins at LOCAL
meanwhile() {
	local pid
	load pinger --tun ping0 --user bench@LOCALS up "run:ping -n -i 0.004 -c 350 10.76.0.1 >$W/$1.pings" off >"$W/$1.pinger" 2>&1 & pid=$!
	load one -p 1 --nat --user bench@LOCALS again:1.5 off >"$W/$1.logins" 2>&1
	wait $pid
}
of() { awk -v k="$1" '$1 == k {print $2}' "$2"; }
thousand_in_flight() {
	local rc=0 pid when _
	crowd_up || return 1
	server_start slow relay --together $CROWD --delay 2 10.77.0.18:1812 10.77.0.11:1812 || return 1
	meanwhile idle
	load crowd -n $CROWD -p $CROWD up off >"$W/crowd.figures" 2>&1 & pid=$!
	for _ in $(seq 600); do grep -q together "$W/slow.out" && break; kill -0 $pid 2>/dev/null || break; sleep .05; done
	grep -q together "$W/slow.out" || { echo "never $CROWD at once"; rc=1; }
	meanwhile flight
	wait $pid || rc=1
	[ "$(of up.tunnels "$W/crowd.figures")" = $CROWD ] || { echo "not all of them got in"; log_since | grep -E '%ASA-[0-6]-(113|403|603103|109)' | sort -k7 | uniq -c -f6 | sort -rn | head -20; cli 'show aaa-server SLOW'; rc=1; }
	for when in idle flight; do # whoever does not need that server gets what he asks for
		[ "$(of again.failed "$W/$when.logins")" = 0 ] && [ "$(p99 "$W/$when.pings" | cut -d' ' -f2)" -ge 50 ] || { echo "$when: LOCAL logins failed, or pings were lost"; rc=1; }
	done
	cat "$W/crowd.figures" "$W/idle.logins" "$W/flight.logins"
	server_stop slow; crowd_down
	return $rc
}
flight_figures() {
	local a b n m
	[ -s "$W/flight.logins" ] || return 0
	read -r a n < <(p99 "$W/idle.pings"); read -r b m < <(p99 "$W/flight.pings")
	awk -v a="$a" -v b="$b" -v n="$n" -v m="$m" 'BEGIN { printf "     p99 of pings: idle %s ms (%d), %d logins in flight %s ms (%d): ratio %.2f\n", a, n, '$CROWD', b, m, (a > 0 ? b / a : 0) }'
	a=$(of again.time_p99 "$W/idle.logins") b=$(of again.time_p99 "$W/flight.logins")
	awk -v a="$a" -v b="$b" -v n="$(of again.tunnels "$W/idle.logins")" -v m="$(of again.tunnels "$W/flight.logins")" \
		'BEGIN { printf "     p99 of LOCAL logins: idle %s ms (%d), %d logins in flight %s ms (%d): ratio %.2f\n", a, n, '$CROWD', b, m, (a > 0 ? b / a : 0) }'
}
flight_tests() {
	wanted "flight" || return 0
	local round
	for round in 1 $([ $FULL = no ] || echo 2 3); do
		t "flight: $CROWD logins at a server that answers after 2 s, all get in" thousand_in_flight
		flight_figures
	done
}
