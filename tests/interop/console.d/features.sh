# What a gateway's configuration promises beyond the first light, with a genuine client: banner, tunnel group switching,
# lockout, addresses of genuine DHCP servers, routes of clients, who cuts packets, peers that are told why not.

# enters [VAR=VALUE...]: guest 1 connects, its addresses are known
enters() { guest_connect 1 "$@" || { log_since | tail -30; return 1; }; addresses 1; route_inside 1; }
leaves() { guest_disconnect 1; gone; }
logged() { local log; log=$(log_since); grep -q "$1" <<<"$log"; }
# has PATTERN: shows what comes in, and looks for it
has() { local all; all=$(cat); printf '%s\n' "$all"; grep -q -- "$1" <<<"$all"; }
undo() { configure <<<"$1" >/dev/null; return "${2:-0}"; }

banner_is_told() {
	local a rc=0
	log_mark
	configure <<-'X' || return 1
	tunnel-group DefaultRAGroup ppp-attributes
	 authentication pap
	group-policy sales_policy attributes
	 banner value Maintenance on Sunday, call 4711
	X
	for a in pap mschap-v2; do
		enters AUTH=$a && guest_log 1 pppd.log | has 'Maintenance on Sunday, call 4711' || rc=1
		leaves
	done
	undo $'group-policy sales_policy attributes\n no banner\ntunnel-group DefaultRAGroup ppp-attributes\n no authentication pap' $rc
}

group_is_switched() {
	log_mark
	configure <<-'X' || return 1
	ip local pool north 10.79.0.1-10.79.0.9 mask 255.255.255.0
	tunnel-group north type remote-access
	tunnel-group north general-attributes
	 address-pool north
	tunnel-group north ppp-attributes
	 authentication ms-chap-v2
	tunnel-group DefaultRAGroup general-attributes
	 strip-group
	group-delimiter @
	X
	local rc=0
	enters USER=alice@north AUTH=mschap-v2 && [ "$LOCAL_IP" = 10.79.0.1 ] && pings 1 3 || rc=1
	cli 'show vpn-sessiondb detail ra-ikev1-ipsec' | has 'Tunnel Group : north' || rc=1
	leaves
	undo $'no group-delimiter @\ntunnel-group DefaultRAGroup general-attributes\n no strip-group\nclear configure tunnel-group north\nno ip local pool north 10.79.0.1-10.79.0.9 mask 255.255.255.0' $rc
}

is_locked_out() {
	local rc=0
	log_mark
	configure <<<'aaa local authentication attempts max-fail 2' || return 1
	guest_connect 1 USER=bob PASSWORD=wrong-1; guest_connect 1 USER=bob PASSWORD=wrong-2
	guest_connect 1 USER=bob PASSWORD=builder-2 && rc=1
	cli 'show aaa local user' | has 'Y .*bob' || rc=1
	logged '113006: User bob locked out on exceeding 2 successive' || rc=1
	cli 'clear aaa local user lockout username bob'
	enters USER=bob PASSWORD=builder-2 || rc=1
	leaves
	undo 'no aaa local authentication attempts max-fail' $rc
}

# dhcp_server NAME COMMAND...: runs behind the appliance until dhcp_stop
dhcp_server() {
	local name=$1; shift
	nsenter --net="/run/netns/$P-ins" -- "$@" >"$W/$name.log" 2>&1 & DHCP_PID=$!
	sleep 1
}
dhcp_stop() { kill "$DHCP_PID" 2>/dev/null; wait "$DHCP_PID" 2>/dev/null; return 0; }
dhcp_on() {
	configure <<-'X'
	tunnel-group DefaultRAGroup general-attributes
	 dhcp-server 10.77.0.2
	group-policy sales_policy attributes
	 dhcp-network-scope 10.88.0.0
	X
}
dhcp_off() { undo $'tunnel-group DefaultRAGroup general-attributes\n no dhcp-server\ngroup-policy sales_policy attributes\n no dhcp-network-scope' "$1"; }
# leased LOG: in with an address of the server, which is given back; the same user gets the same one again
leased() {
	local rc=0 first
	log_mark
	dhcp_on || return 1
	enters && pings 1 3 || rc=1
	first=$LOCAL_IP
	case $first in 10.88.0.*) ;; *) echo "not of the server: $first"; rc=1;; esac
	ns srv ip route | has "^$first dev postern0" || rc=1
	leaves
	enters && [ "$LOCAL_IP" = "$first" ] || rc=1
	leaves
	ns srv ip route | has "^$first " && rc=1
	dhcp_off $rc; rc=$?
	dhcp_stop
	grep -v 'sent size' "$1" | tail -20
	log_since | grep IPAA
	grep -qi "DHCPRELEASE.* $first" "$1" && grep -q "10.88.0.0" "$1" || rc=1
	logged '737005: IPAA: DHCP configured, request succeeded' && logged "737015: IPAA: Freeing DHCP address $first" || rc=1
	return $rc
}
dhcp_of_dnsmasq() {
	dhcp_server dnsmasq dnsmasq --no-daemon --port=0 --log-dhcp --conf-file=/dev/null --user=root --pid-file \
		--dhcp-leasefile="$W/dnsmasq.leases" --dhcp-range=10.88.0.10,10.88.0.20,255.255.255.0,10m
	leased "$W/dnsmasq.log"
}
dhcp_of_isc() {
	cat >"$W/dhcpd.conf" <<-X
	default-lease-time 600; authoritative; log-facility local7;
	subnet 10.77.0.0 netmask 255.255.255.0 { }
	subnet 10.88.0.0 netmask 255.255.255.0 { range 10.88.0.30 10.88.0.40; }
	X
	: >"$W/dhcpd.leases"
	dhcp_server dhcpd dhcpd -4 -d -f -cf "$W/dhcpd.conf" -lf "$W/dhcpd.leases" -pf "$W/dhcpd.pid" --no-pid eth0
	leased "$W/dhcpd.log"
}
dhcp_silent() { # no server: the pool, after the client has waited a while
	local rc=0
	log_mark
	dhcp_on || return 1
	enters && case $LOCAL_IP in 10.78.0.*) ;; *) rc=1;; esac || rc=1
	leaves
	dhcp_off $rc || rc=1
	logged '737004: IPAA: DHCP configured, request failed' || rc=1
	return $rc
}

route_of_a_client() {
	local rc=0
	configure <<<'crypto dynamic-map dyno 10 set reverse-route' || return 1
	enters || rc=1
	ns srv ip route | has "^$LOCAL_IP dev postern0 proto 117.* metric 1" || rc=1
	cli 'show route' | has "^V  *$LOCAL_IP 255.255.255.255 connected by VPN" || rc=1
	pings 1 3 || rc=1
	leaves
	ns srv ip route | has "^$LOCAL_IP .*metric 1" && rc=1
	undo 'no crypto dynamic-map dyno 10 set reverse-route' $rc
}

# The way to the guest is narrow, the way back is not.
narrow() { ns srv ip route replace 203.0.113.101/32 dev wan0 mtu 900; }
wide() { ns srv ip route del 203.0.113.101/32; ns ins ip route flush cache; }
# Fragments that the kernel made of ESP packets on their way out of the appliance.
cut_outside() { ns srv awk '/^Ip: [0-9]/ { print $20 }' /proc/net/snmp; }
who_cuts() {
	local rc=0 policy before after counter sa
	narrow
	for policy in before after; do
		configure <<<"crypto ipsec fragmentation $policy-encryption outside" || rc=1
		enters || rc=1
		before=$(cut_outside)
		ns ins ping -M dont -c5 -i0.2 -W2 -q -s 1100 "$LOCAL_IP" | has ' 5 received' || rc=1
		after=$(cut_outside)
		echo "$policy-encryption: $((after - before)) made outside"
		if [ $policy = before ]; then [ "$after" = "$before" ]; else [ "$after" -ge $((before + 10)) ]; fi || rc=1
		case $policy in before) counter=pre;; after) counter=post;; esac
		sa=$(cli 'show crypto ipsec sa | json')
		[ "$(value ${counter}_frag_successes <<<"$sa")" = 5 ] && [ "$(value fragments_created <<<"$sa")" = 10 ] ||
			{ grep frag <<<"$sa"; rc=1; }
		leaves
	done
	wide
	undo 'no crypto ipsec fragmentation after-encryption outside' $rc
}
df_of_the_sender() { # copied, cleared: a packet too large for the path with DF is refused, or goes all the same
	local rc=0 policy out
	for policy in copy clear; do
		narrow
		configure <<<"crypto ipsec df-bit $policy-df outside" || rc=1
		enters || rc=1
		out=$(ns ins ping -M do -c3 -i0.2 -W2 -s 1100 "$LOCAL_IP" 2>&1); echo "$policy-df: $out"
		if [ $policy = copy ]; then ! grep -q ' [1-3] received' <<<"$out"; else grep -q ' 3 received' <<<"$out"; fi || rc=1
		leaves
		wide
	done
	undo 'no crypto ipsec df-bit clear-df outside' $rc
}

# told WHY [VAR=VALUE...]: does not get in, and the log says why
told() {
	local why=$1; shift
	log_mark
	guest_connect 1 TIMEOUT=6 "$@" && { leaves; return 1; }
	guest_disconnect 1
	log_since | grep -E '713' | tail -12
	logged "$why"
}
pfs_demanded() {
	local rc=0
	configure <<<'crypto dynamic-map dyno 10 set pfs group14' || return 1
	told 'pfs group14' || rc=1
	enters ESP=aes256-sha1-modp2048 || rc=1
	leaves
	undo 'no crypto dynamic-map dyno 10 set pfs' $rc
}
lan_peer() {
	local rc=0
	configure <<-'X' || return 1
	access-list lan extended permit ip 10.77.0.0 255.255.255.0 10.9.0.0 255.255.255.0
	crypto map vpn 10 match address lan
	crypto map vpn 10 set peer 203.0.113.101
	crypto map vpn 10 set ikev1 transform-set a256
	X
	told 'LAN-to-LAN connections are not supported (peer of crypto map vpn 10), dropping' || rc=1
	undo $'no crypto map vpn 10\nno access-list lan extended permit ip 10.77.0.0 255.255.255.0 10.9.0.0 255.255.255.0' $rc
}
without_l2tp() {
	told 'Tunnel Rejected: IPsec without L2TP' \
		'CONF=type=tunnel;rightsubnet=10.77.0.0/24;leftprotoport=%any;rightprotoport=%any'
}
over_tcp() {
	local rc=0
	log_mark
	configure <<<'crypto ikev1 ipsec-over-tcp port 10000 10001' || return 1
	ns inet bash -c 'exec 3<>/dev/tcp/203.0.113.1/10001; read -t 2 -u 3' ; sleep .3
	log_since | grep 713903
	logged 'IP = 203.0.113.254, IPsec over TCP is not supported (port 10001)' || rc=1
	undo 'no crypto ikev1 ipsec-over-tcp' $rc; rc=$?
	ns inet bash -c 'exec 3<>/dev/tcp/203.0.113.1/10001' 2>/dev/null && rc=1
	return $rc
}
aggressive() { told "Aggressive Mode message 1 with unknown tunnel group name 'north'" 'CONF=aggressive=yes;leftid=@#6e6f727468'; }

logs_off() {
	local rc=0
	enters || return 1
	cli 'vpn-sessiondb logoff name alice noconfirm' | has '^INFO: Number of sessions with name "alice" logged off : 1$' || rc=1
	gone || rc=1
	guest_disconnect 1
	cli 'vpn-sessiondb logoff all noconfirm' | has 'presently no active sessions of the type specified' || rc=1
	return $rc
}

features_tests() {
	t "features: banner with the success message" banner_is_told
	t "features: user@GROUP switches the tunnel group" group_is_switched
	t "features: lockout after failed attempts" is_locked_out
	t "features: address of a DHCP server (dnsmasq)" dhcp_of_dnsmasq
	# a second implementation where there is one (package isc-dhcp-server, which is not asked for: it starts a service)
	if command -v dhcpd >/dev/null; then t "features: address of a DHCP server (ISC dhcpd)" dhcp_of_isc; fi
	t "features: no DHCP server answers, so the pool" dhcp_silent
	t "features: reverse-route" route_of_a_client
	t "features: fragmentation before and after encryption" who_cuts
	t "features: DF copied and cleared" df_of_the_sender
	t "features: set pfs is demanded" pfs_demanded
	t "features: LAN-to-LAN peer is told" lan_peer
	t "features: tunnel without L2TP is told" without_l2tp
	t "features: Aggressive Mode is told" aggressive
	t "features: IPsec over TCP is told" over_tcp
	t "features: vpn-sessiondb logoff" logs_off
}
