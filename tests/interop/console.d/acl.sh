# Access lists decide what packets of a client pass, and count them.

# reaches ID PORT: a TCP connection from the guest to the inside host
reaches() { guest_run "$1" "timeout 2 bash -c '</dev/tcp/$INSIDE/$2' 2>/dev/null"; }
refused() { ! reaches "$@"; }
ping_once() { guest_run "$1" "ping -c${3:-1} -i0.2 -W1 -q $2" >/dev/null; }
silent() { ! ping_once "$@"; }
# hits LIST TEXT: of the entry that holds TEXT
hits() { cli "show access-list $1" | grep -F "$2" | grep -o 'hitcnt=[0-9]*' | head -1 | cut -d= -f2; }
# counted LIST TEXT N
counted() { [ "$(hits "$1" "$2")" = "$3" ] || { cli "show access-list $1"; echo "expected $3 hits of $2"; return 1; }; }
acl_connect() { guest_connect "$@" || { log_since | tail -20; return 1; }; addresses "$1"; route_inside "$1"; }
acl_leave() { guest_disconnect "$1"; gone "$1"; }

acl_vpn_filter() {
	configure <<-C || return 1
		object-group network SERVERS
		 network-object host $INSIDE
		access-list VF remark what clients may use
		access-list VF extended permit icmp 10.78.0.0 255.255.255.0 object-group SERVERS echo
		access-list VF extended permit tcp any host $INSIDE eq 5201
		access-list VF extended deny tcp any any eq 5202 log
		group-policy sales_policy attributes
		 vpn-filter value VF
	C
	acl_connect 1 || return 1
	log_mark
	ping_once 1 "$INSIDE" 3 || { echo "ping refused"; return 1; }
	reaches 1 5201 || { echo "5201 refused"; return 1; }
	refused 1 5202 && silent 1 10.77.0.1 || { echo "what is not permitted passed"; return 1; }
	cli 'show access-list' | tee "$W/acl.txt"
	grep -q '^access-list VF; 3 elements; name hash: 0x' "$W/acl.txt" || return 1
	grep -q "^  access-list VF line 2 extended permit icmp 10.78.0.0 255.255.255.0 host $INSIDE echo (hitcnt=3) 0x" "$W/acl.txt" || return 1
	counted VF 'object-group SERVERS echo' 3 && counted VF 'eq 5201' 1 || return 1
	[ "$(hits VF 'eq 5202')" -ge 1 ] || return 1
	log_since | grep -qE "%ASA-6-106103: access-list VF denied tcp for user 'alice' outside/$LOCAL_IP\([0-9]+\) -> inside/$INSIDE\(5202\) hit-cnt 1 first hit \[0x[0-9a-f]+, 0x0\]" || { log_since | tail; return 1; }
	cli 'show asp drop' | grep -q '(acl-drop)' || return 1
}
acl_edited_under_session() { # the session of the test before
	printf 'no access-list VF extended permit tcp any host %s eq 5201\n' $INSIDE | configure
	refused 1 5201 || { echo "still passes"; return 1; }
	ping_once 1 "$INSIDE" && counted VF 'object-group SERVERS echo' 4 || return 1
	cli 'clear access-list VF counters'; counted VF 'object-group SERVERS echo' 0 || return 1
	printf 'group-policy sales_policy attributes\n vpn-filter none\n' | configure
	acl_leave 1; acl_connect 1 || return 1
	reaches 1 5201 && reaches 1 5202 || { echo "refused without a filter"; return 1; }
	printf 'group-policy sales_policy attributes\n no vpn-filter\nclear configure access-list VF\nno object-group network SERVERS\n' | configure
}
acl_user_filter() { # of the user, over that of his group policy; a list that does not exist
	acl_leave 1
	printf 'access-list ALL extended permit ip any any\ngroup-policy sales_policy attributes\n vpn-filter value ALL\nusername alice attributes\n vpn-filter value NOWHERE\n' | configure
	log_mark; acl_connect 1 || return 1
	silent 1 "$INSIDE" || { echo "passed a list that does not exist"; return 1; }
	log_since | grep -q "%ASA-3-109016: Can't find authorization ACL NOWHERE for user 'alice'" || return 1
	printf 'access-list NOWHERE extended permit icmp any any\n' | configure
	ping_once 1 "$INSIDE" && refused 1 5201 || return 1
	printf 'username alice attributes\n no vpn-filter\ngroup-policy sales_policy attributes\n no vpn-filter\nclear configure access-list\n' | configure
	acl_leave 1; acl_connect 1
}
acl_access_hours() { # vpn-access-hours: nobody gets in outside of them
	acl_leave 1
	printf 'time-range PAST\n absolute end 08:00 1 January 2020\nusername alice attributes\n vpn-access-hours value PAST\n' | configure
	log_mark
	guest_connect 1 && { echo "let in"; return 1; }
	log_since | grep -q 'Outside of the access hours (time-range PAST)' || { log_since | tail; return 1; }
	printf 'username alice attributes\n no vpn-access-hours\nno time-range PAST\n' | configure
	guest_disconnect 1; gone; acl_connect 1
}
acl_no_permit_vpn() {
	printf 'no sysopt connection permit-vpn\n' | configure
	log_mark
	silent 1 "$INSIDE" || { echo "passed to a higher level without a list"; return 1; }
	log_since | grep -q "%ASA-3-106014: Deny inbound icmp src outside:$LOCAL_IP dst inside:$INSIDE (type 8, code 0)" || { log_since | tail -5; return 1; }
	printf 'access-list OUT extended permit icmp any any echo\naccess-group OUT in interface outside\n' | configure
	ping_once 1 "$INSIDE" 2 && counted OUT 'any any echo' 2 || return 1
	refused 1 5201 || { echo "passed against the access group"; return 1; }
	log_since | grep -qE "%ASA-4-106023: Deny tcp src outside:$LOCAL_IP/[0-9]+ dst inside:$INSIDE/5201 by access-group \"OUT\" \[0x0, 0x0\]" || { log_since | tail -5; return 1; }
	printf 'sysopt connection permit-vpn\n' | configure
	reaches 1 5201 || { echo "refused although exempt"; return 1; }
	printf 'clear configure access-group\nclear configure access-list\n' | configure
}
acl_inside_group() { # what hosts inside begin towards the client
	ns ins ping -c1 -W2 -q "$LOCAL_IP" >/dev/null || { echo "refused without a list"; return 1; }
	printf 'access-list IN extended deny icmp any 10.78.0.0 255.255.255.0 echo\naccess-list IN extended permit ip any any\naccess-group IN in interface inside\n' | configure
	! ns ins ping -c1 -W1 -q "$LOCAL_IP" >/dev/null || { echo "passed against the access group"; return 1; }
	counted IN 'deny icmp' 1 && ping_once 1 "$INSIDE" || return 1
	printf 'clear configure access-group\nclear configure access-list\n' | configure
}
acl_time_range() {
	printf 'time-range PAST\n absolute end 08:00 1 January 2020\naccess-list VF extended permit icmp any any time-range PAST\naccess-list VF extended permit tcp any any\nno sysopt connection permit-vpn\naccess-group VF in interface outside\n' | configure
	silent 1 "$INSIDE" && reaches 1 5201 || return 1
	cli 'show access-list VF' | grep -q 'time-range PAST (hitcnt=0) (inactive) 0x' || { cli 'show access-list VF'; return 1; }
	printf 'time-range PAST\n no absolute\n' | configure
	ping_once 1 "$INSIDE" || { echo "still refused"; return 1; }
	printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure access-list\nclear configure time-range\n' | configure
}
# acl_logged PATTERN: it is in the log since the mark, in a few seconds
acl_logged() { local n; for n in $(seq 40); do log_since | grep -qE "$1" && return 0; sleep .1; done; log_since | tail -8; echo "not logged: $1"; return 1; }
# acl_clean: nothing is left of a test that failed
acl_clean() { printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure nat\nclear configure static\nclear configure access-list\n' | configure 2>/dev/null; :; }
acl_out_group() { # access-group out, and 106100 with an interval: permitted and denied, with hits
	configure <<-C || return 1
		access-list VPN extended permit ip any any
		access-list TO extended permit tcp any host $INSIDE eq 5201
		access-list TO extended permit icmp any any echo log notifications interval 1
		access-list TO extended deny tcp any any eq 5202 log interval 1
		no sysopt connection permit-vpn
		access-group VPN in interface outside
		access-group TO out interface inside
	C
	log_mark
	reaches 1 5201 && counted TO 'eq 5201' 1 || { echo "5201 refused"; return 1; }
	guest_run 1 "(exec 3<>/dev/tcp/$INSIDE/5201; sleep 2) >/dev/null 2>&1 &"; sleep .3
	cli 'show conn' 'show local-host' 'show local-host | json' | tee "$W/conn.txt"
	grep -qE "^TCP outside $LOCAL_IP:[0-9]+ inside $INSIDE:5201, idle 0:00:[0-9]+, bytes [0-9]+, flags UIOB" "$W/conn.txt" || return 1
	grep -q "^local host: <$INSIDE>," "$W/conn.txt" || return 1
	cli "clear conn $LOCAL_IP" | grep -qE '^[1-9][0-9]* connection\(s\) deleted.' || return 1
	cli 'show conn' | grep -q "inside $INSIDE" && { echo "still there"; return 1; }
	ping_once 1 "$INSIDE" 3 && counted TO 'echo' 3 || { echo "ping refused"; return 1; }
	acl_logged "%ASA-5-106100: access-list TO permitted icmp outside/$LOCAL_IP\(8\) -> inside/$INSIDE\(0\) hit-cnt 1 first hit" || return 1
	acl_logged "%ASA-5-106100: access-list TO permitted icmp outside/$LOCAL_IP\(8\) -> inside/$INSIDE\(0\) hit-cnt 2 1-second interval" || return 1
	refused 1 5202 && acl_logged "%ASA-6-106100: access-list TO denied tcp outside/$LOCAL_IP\([0-9]+\) -> inside/$INSIDE\(5202\) hit-cnt 1 first hit" || return 1
	[ "$(hits TO 'eq 5202')" -ge 1 ] || { cli 'show access-list TO'; return 1; }
	printf 'no access-list TO extended permit tcp any host %s eq 5201\n' $INSIDE | configure
	refused 1 5201 && acl_logged "%ASA-4-106023: Deny tcp src outside:$LOCAL_IP/[0-9]+ dst inside:$INSIDE/5201 by access-group \"TO\"" || return 1
	ns ins ping -c1 -W2 -q "$LOCAL_IP" >/dev/null || { echo "the other direction is refused"; return 1; }
	printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure access-list\n' | configure
}
acl_levels() { # security levels of the interfaces, same-security-traffic between two of them
	acl_clean
	log_mark
	printf 'interface GigabitEthernet0/1\n security-level 0\n' | configure
	refused 1 5201 && acl_logged "%ASA-2-106001: Inbound TCP connection denied from $LOCAL_IP/[0-9]+ to $INSIDE/5201 flags SYN  on interface outside" || return 1
	printf 'same-security-traffic permit inter-interface\n' | configure
	reaches 1 5201 || { echo "refused with same-security-traffic"; return 1; }
	printf 'no same-security-traffic permit inter-interface\nno sysopt connection permit-vpn\ninterface GigabitEthernet0/0\n security-level 50\n' | configure
	reaches 1 5201 || { echo "refused to a lower level"; return 1; }
	! ns ins ping -c1 -W1 -q "$LOCAL_IP" >/dev/null || { echo "passed to a higher level"; return 1; }
	printf 'sysopt connection permit-vpn\ninterface GigabitEthernet0/0\n security-level 0\ninterface GigabitEthernet0/1\n security-level 100\n' | configure
	reaches 1 5201
}
acl_global() { # behind the list of the interface stands the global one
	acl_clean
	printf 'access-list IF extended permit tcp any any eq 5201\naccess-list ALL extended permit icmp any any\nno sysopt connection permit-vpn\naccess-group IF in interface outside\naccess-group ALL global\n' | configure
	log_mark
	reaches 1 5201 && ping_once 1 "$INSIDE" && counted IF 'eq 5201' 1 && counted ALL 'icmp any any' 1 || return 1
	refused 1 5202 && acl_logged "106023: Deny tcp src outside:$LOCAL_IP/[0-9]+ dst inside:$INSIDE/5202 by access-group \"ALL\"" || return 1
	printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure access-list\n' | configure
}
acl_long_list() { # of thousands: the first match counts wherever it stands
	acl_clean
	{ for n in $(seq 0 1499); do echo "access-list LONG extended permit tcp host 10.200.$((n / 250)).$((n % 250)) any eq $((1000 + n))"; done
	printf 'access-list LONG extended deny tcp any host %s eq 5202\naccess-list LONG extended permit tcp any any range 5200 5300\n' $INSIDE
	printf 'no sysopt connection permit-vpn\naccess-group LONG in interface outside\n'; } | configure || return 1
	reaches 1 5201 && refused 1 5202 && silent 1 "$INSIDE" || return 1
	counted LONG 'range 5200 5300' 1 && [ "$(hits LONG 'eq 5202')" -ge 1 ] || return 1
	printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure access-list\n' | configure
}
MAPPED=203.0.113.9
acl_static() { # static translation as a client meets it: a forwarded port, a network, the old line; lists see what is real
	acl_clean
	guest_run 1 ". /run/ppp-up; ip route replace $MAPPED dev \$PPP_IF; ip route replace 203.0.113.16/28 dev \$PPP_IF"
	configure <<-C || return 1
		object network WEB
		 host $INSIDE
		 nat (inside,outside) static $MAPPED service tcp 5201 8080
		static (inside,outside) 203.0.113.16 10.77.0.0 netmask 255.255.255.240
		access-list REAL extended permit tcp any host $INSIDE eq 5201
		access-list REAL extended permit icmp any host $INSIDE
		no sysopt connection permit-vpn
		access-group REAL in interface outside
	C
	to() { guest_run 1 "timeout 2 bash -c '</dev/tcp/$1/$2' 2>/dev/null"; }
	to $MAPPED 8080 || { echo "the port is not forwarded"; ns srv nft list table ip postern; return 1; }
	counted REAL 'eq 5201' 1 || return 1
	! to $MAPPED 5202 || { echo "a port that is not forwarded"; return 1; }
	ping_once 1 203.0.113.18 2 || { echo "the network is not translated"; ns srv nft list table ip postern; return 1; }
	! to 203.0.113.18 5202 || { echo "passed against the list"; return 1; }
	cli 'show nat detail' 'show xlate' | tee "$W/nat.txt"
	grep -q '^1 (inside) to (outside) source static WEB 203.0.113.9 service tcp 5201 8080' "$W/nat.txt" || return 1
	grep -qE 'untranslate_hits = [1-9]' "$W/nat.txt" || return 1
	grep -q '^TCP PAT from inside:10.77.0.2 5201-5201 to outside:203.0.113.9 8080-8080' "$W/nat.txt" || return 1
	grep -q '^NAT from inside:10.77.0.0/28 to outside:203.0.113.16/28' "$W/nat.txt" || return 1
	printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure access-list\nclear configure static\nno object network WEB\n' | configure
	! to $MAPPED 8080
}
acl_between_clients() {
	local first=$LOCAL_IP
	guest_boot 2 inet strongswan && guest_connect 2 USER=bob PASSWORD=builder-2 || { log_since | tail -20; return 1; }
	addresses 2; local second=$LOCAL_IP
	guest_run 1 "ip route replace 10.78.0.0/24 dev \$(. /run/ppp-up; echo \$PPP_IF)"
	guest_run 2 "ip route replace 10.78.0.0/24 dev \$(. /run/ppp-up; echo \$PPP_IF)"
	log_mark
	silent 1 "$second" || { echo "passed without same-security-traffic"; return 1; }
	log_since | grep -q "%ASA-3-106014: Deny inbound icmp src outside:$first dst outside:$second (type 8, code 0)" || { log_since | tail -5; return 1; }
	printf 'same-security-traffic permit intra-interface\n' | configure
	ping_once 1 "$second" && ping_once 2 "$first" || { echo "refused with same-security-traffic"; return 1; }
	printf 'access-list C extended deny icmp any any\nno sysopt connection permit-vpn\naccess-group C in interface outside\n' | configure
	silent 1 "$second" || { echo "passed against the access group"; return 1; }
	printf 'sysopt connection permit-vpn\nclear configure access-group\nclear configure access-list\nno same-security-traffic permit intra-interface\n' | configure
	acl_leave 2; guest_kill 2; acl_leave 1
}

# seen NS DEV FILTER COMMAND...: what tcpdump in NS says while COMMAND runs
seen() {
	local at=$1 dev=$2 filter=$3 pid; shift 3
	ns "$at" timeout 20 tcpdump -nn -l -i "$dev" -c 2 "$filter" >"$W/seen.txt" 2>/dev/null & pid=$!
	sleep .5; "$@"; sleep .3; kill $pid 2>/dev/null; wait $pid 2>/dev/null
	cat "$W/seen.txt"
}
FAR=198.51.100.1 # a host of the Internet behind the bridge
acl_pat() { # dynamic PAT of the pool: (outside,outside) of an object
	ns inet ip addr add $FAR/32 dev br0
	acl_connect 1 || return 1
	guest_run 1 "ip route replace $FAR dev \$(. /run/ppp-up; echo \$PPP_IF)"
	printf 'same-security-traffic permit intra-interface\n' | configure
	seen inet br0 "icmp and host $FAR" silent 1 $FAR | grep -q "$LOCAL_IP > $FAR" || { echo "not seen untranslated"; return 1; }
	printf 'object network CLIENTS\n subnet 10.78.0.0 255.255.255.0\n nat (outside,outside) dynamic interface\n' | configure
	seen inet br0 "icmp and host $FAR" ping_once 1 $FAR 2 | tee "$W/pat.txt"
	grep -q "203.0.113.1 > $FAR" "$W/pat.txt" && ! grep -q "$LOCAL_IP" "$W/pat.txt" || { ns srv nft list table ip postern; return 1; }
	ping_once 1 $FAR || return 1
	cli 'show xlate' | tee "$W/xlate.txt"
	grep -qE "^ICMP PAT from outside:$LOCAL_IP/[0-9]+ to outside:203.0.113.1/[0-9]+ flags ri idle 0:00:[0-9]+ timeout 0:00:30" "$W/xlate.txt" || return 1
	cli 'clear xlate' 'show xlate count' | grep -q '^0 in use' || return 1
	cli 'show nat' | tee "$W/nat.txt"
	grep -q '^1 (outside) to (outside) source dynamic CLIENTS interface' "$W/nat.txt" || return 1
	grep -qE 'translate_hits = [1-9]' "$W/nat.txt" || return 1
	printf 'no route outside 0 0 203.0.113.254\nroute outside 0 0 203.0.113.254\nno same-security-traffic permit intra-interface\n' | configure
	silent 1 $FAR || { echo "turned round without same-security-traffic"; return 1; }
	printf 'no route outside 0 0 203.0.113.254\nno object network CLIENTS\n' | configure
	acl_leave 1
	ns srv nft list table ip postern | grep -q 10.78 && return 1
	return 0
}
acl_managed() { appliance_stop; HARDWARE_MORE=$1; appliance_start "$HERE/configs/console.cfg"; }
acl_exemption() { # devices that are ours: inside is translated, the clients must be exempt
	acl_managed 'manage: yes\n' || return 1
	ns srv ip route replace default via 203.0.113.254
	configure <<-C
		object network CLIENTS
		 subnet 10.78.0.0 255.255.255.0
		object network NET
		 subnet 10.77.0.0 255.255.255.0
		 nat (inside,outside) dynamic interface
	C
	acl_connect 1 || return 1
	seen inet br0 "icmp and host $FAR" ns ins ping -c1 -W2 -q $FAR | grep -q "203.0.113.1 > $FAR" || { ns srv nft list table ip postern; return 1; }
	log_mark
	silent 1 "$INSIDE" || { echo "passed a translation that does not fit its way back"; return 1; }
	acl_logged "%ASA-5-305013: Asymmetric NAT rules matched for forward and reverse flows; Connection for icmp src outside:$LOCAL_IP dst inside:$INSIDE \(type 8, code 0\) denied due to NAT reverse path failure" || return 1
	printf 'nat (inside,outside) source static NET NET destination static CLIENTS CLIENTS no-proxy-arp route-lookup\n' | configure
	seen ins eth0 icmp ping_once 1 "$INSIDE" 2 | grep -q "$LOCAL_IP > $INSIDE" || { ns srv nft list table ip postern; return 1; }
	ping_once 1 "$INSIDE" || return 1
	printf 'clear configure nat\n' | configure
	silent 1 "$INSIDE" || return 1
	printf 'access-list NONAT permit ip 10.77.0.0 255.255.255.0 10.78.0.0 255.255.255.0\nnat (inside) 0 access-list NONAT\n' | configure
	ping_once 1 "$INSIDE" || { ns srv nft list table ip postern; return 1; }
}
acl_host_nat() { # other hosts: forwarded ports, a network of mapped addresses the host answers for, translated both ways
	acl_clean
	configure <<-C || return 1
		object network WEB
		 host $INSIDE
		 nat (inside,outside) static interface service tcp 5201 8080
		object network LAN
		 subnet 10.77.0.0 255.255.255.240
		object network LAN-OUT
		 subnet 203.0.113.48 255.255.255.240
		nat (inside,outside) source static LAN LAN-OUT
		access-list FROM extended permit tcp any host $INSIDE eq 5201 log
		access-list FROM extended permit icmp any any echo
		access-group FROM in interface outside
	C
	log_mark
	from() { ns inet timeout 2 bash -c "</dev/tcp/$1/$2" 2>/dev/null; }
	from 203.0.113.1 8080 || { ns srv nft list table ip postern; return 1; }
	counted FROM 'eq 5201' 1 && acl_logged "%ASA-6-106100: access-list FROM permitted tcp outside/203.0.113.254\([0-9]+\) -> inside/$INSIDE\(5201\) hit-cnt 1 first hit" || return 1
	ns inet ping -c1 -W2 -q 203.0.113.50 >/dev/null || { echo "nobody answers for 203.0.113.50"; ns srv ip route show table local; return 1; }
	seen inet br0 "icmp and host 203.0.113.254" ns ins ping -c1 -W2 -q 203.0.113.254 | grep -q '203.0.113.50 > 203.0.113.254' || return 1
	! from 203.0.113.50 5202 && acl_logged "%ASA-4-106023: Deny tcp src outside:203.0.113.254/[0-9]+ dst inside:$INSIDE/5202 by access-group \"FROM\"" || return 1
	! from 203.0.113.60 22 || { echo "an address nobody has"; return 1; }
	cli 'show xlate' | tee "$W/xlate.txt"
	grep -q '^TCP PAT from inside:10.77.0.2 5201-5201 to outside:203.0.113.1 8080-8080' "$W/xlate.txt" || return 1
	printf 'time-range PAST\n absolute end 08:00 1 January 2020\nno access-list FROM extended permit icmp any any echo\naccess-list FROM extended permit icmp any any echo time-range PAST\n' | configure
	! ns inet ping -c1 -W1 -q 203.0.113.50 >/dev/null || { echo "passed outside of the time range"; return 1; }
	printf 'time-range PAST\n no absolute\n' | configure
	ns inet ping -c1 -W2 -q 203.0.113.50 >/dev/null || { echo "refused in the time range"; return 1; }
	printf 'clear configure nat\nclear configure access-group\nclear configure access-list\nclear configure time-range\nno object network WEB\nno object network LAN-OUT\nno object network LAN\n' | configure
	! ns inet ping -c1 -W1 -q 203.0.113.50 >/dev/null && ! ns srv ip route show table local | grep -q 203.0.113.48
}
acl_control_plane() { # what is sent to the appliance itself: pings by the host, IKE of a genuine client by the appliance
	acl_clean
	configure <<-C || return 1
		access-list CP extended deny icmp any any echo
		access-list CP extended deny udp host 203.0.113.101 any eq isakmp
		access-group CP in interface outside control-plane
	C
	log_mark
	! ns inet ping -c1 -W1 -q 203.0.113.1 >/dev/null || { echo "answered"; return 1; }
	acl_logged "%ASA-3-710003: ICMP access denied by ACL from 203.0.113.254 to outside:203.0.113.1" || return 1
	printf 'icmp permit host 203.0.113.253 outside\n' | configure
	! ns inet ping -c1 -W1 -q 203.0.113.1 >/dev/null && acl_logged '%ASA-3-313001: Denied ICMP type=8, code=0 from 203.0.113.254 on interface outside' || return 1
	printf 'icmp permit 203.0.113.0 255.255.255.0 echo outside\n' | configure
	ns inet ping -c1 -W1 -q 203.0.113.1 >/dev/null || { echo "refused against the rule"; return 1; }
	ns inet bash -c 'echo x >/dev/udp/203.0.113.1/500'; counted CP 'eq isakmp' 0 || return 1
	acl_leave 1; log_mark
	guest_connect 1 TIMEOUT=4 && { echo "let in"; return 1; }
	acl_logged "%ASA-3-710003: UDP access denied by ACL from 203.0.113.101/500 to outside:203.0.113.1/isakmp" || return 1
	[ "$(hits CP 'eq isakmp')" -ge 1 ] && cli 'show asp drop' | grep -q '(acl-control)' || return 1
	printf 'clear configure access-group\nclear configure access-list\nclear configure icmp\n' | configure
	guest_disconnect 1; acl_connect 1
}
acl_host_group() { # what does not come out of a tunnel: access-group in nftables
	acl_clean
	ns inet ip addr add $FAR/32 dev br0 2>/dev/null # it stands there when the tests before ran
	ns ins ping -c1 -W2 -q $FAR >/dev/null || return 1
	printf 'access-list IN extended deny icmp any host %s\naccess-list IN extended permit ip any any\naccess-group IN in interface inside\n' $FAR | configure
	! ns ins ping -c1 -W1 -q $FAR >/dev/null || { ns srv nft list table ip postern; return 1; }
	ns ins ping -c1 -W1 -q 203.0.113.254 >/dev/null || return 1
	counted IN "host $FAR" 1 || return 1
	acl_leave 1; appliance_stop
	ns srv nft list tables | grep -q postern && { echo "a table was left"; return 1; }
	ns srv ip route replace default via 203.0.113.254
	acl_managed ''; ns inet ip addr del $FAR/32 dev br0
}

acl_tests() {
	t "acl: vpn-filter of the group policy" acl_vpn_filter
	t "acl: a list changed under a session" acl_edited_under_session
	t "acl: vpn-filter of the user" acl_user_filter
	t "acl: vpn-access-hours" acl_access_hours
	t "acl: no sysopt connection permit-vpn" acl_no_permit_vpn
	t "acl: access-group of the inside interface" acl_inside_group
	t "acl: time range" acl_time_range
	t "acl: access-group out, log with an interval" acl_out_group
	t "acl: security levels, same-security-traffic" acl_levels
	t "acl: global access-group" acl_global
	t "acl: a list of 1500 entries" acl_long_list
	t "acl: static translation for clients" acl_static
	t "acl: client to client" acl_between_clients
	t "acl: PAT of the pool" acl_pat
	t "acl: NAT exemption" acl_exemption
	t "acl: static translation and lists for other hosts" acl_host_nat
	t "acl: control plane" acl_control_plane
	t "acl: access-group for other hosts" acl_host_group
}
