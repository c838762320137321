# What a server does to a session that goes on (RFC 5176), with FreeRADIUS's own client in its place.

# change WHAT SECRET ADDRESS ATTRIBUTE...: WHAT = disconnect or coa; what comes back is shown, whatever it is
change() {
	local what=$1 secret=$2 from=$3; shift 3
	printf '%s\n' "Packet-Src-IP-Address = $from" "$@" |
		ns ins radclient -x -r 1 -t 2 10.77.0.1:3799 "$what" "$secret" 2>&1 || :
}
answered() { # WORDS WHAT ATTRIBUTE...: by the server that may ask
	local want=$1 what=$2; shift 2
	change "$what" testing123 10.77.0.11 "$@" | has "$want"
}
in_still() { guest_run 1 "ip -o link show ppp0" >/dev/null; }
changes_on() {
	configure <<<'aaa-server RADIUS protocol radius
 dynamic-authorization port 3799
access-list quarantine extended permit udp any host 10.77.0.5 eq 53
tunnel-group DefaultRAGroup general-attributes
 accounting-server-group RADIUS'
}
ANEW= # with IPsec from the beginning
enters() {
	if [ -n "$ANEW" ]; then
		ANEW=; log_mark
		guest_connect 1 AUTH=mschap-v2 USER=remote PASSWORD=far-away-1 >"$W/login1.out" 2>&1
	else login USER=remote PASSWORD=far-away-1; fi || { echo "guest's status $?"; log_since | tail -20; return 1; }
	addresses 1; route_inside 1
}

# The appliance ended the call: it ends IPsec, too, and the guest begins anew.
released() {
	local _
	ANEW=yes
	gone 1 || return 1
	for _ in $(seq 100); do cli 'show crypto isakmp sa' | grep -q 203.0.113.101 || return 0; sleep .1; done
	echo "IPsec is still there:"; cli 'show crypto isakmp sa'; return 1
}

# Nobody else may, and what fits nobody ends nobody.
strangers_change_nothing() {
	local rc=0
	enters || return 1
	change disconnect testing123 10.77.0.17 'User-Name = remote' | has 'No reply' || rc=1
	change disconnect wrong 10.77.0.11 'User-Name = remote' | has 'No reply' || rc=1
	change disconnect testing123 10.77.0.11 'User-Name = remote' "Event-Timestamp = $(($(date +%s) - 3600))" | has 'No reply' || rc=1
	answered 'Session-Context-Not-Found' disconnect 'User-Name = somebody' || rc=1
	answered 'Session-Context-Not-Found' disconnect 'User-Name = remote' 'Acct-Session-Id = nobodys' || rc=1
	answered 'Unsupported-Attribute' coa 'User-Name = remote' 'Framed-Pool = other' || rc=1
	in_still && pings 1 2 || rc=1
	logout || rc=1
	return $rc
}
server_disconnects() {
	local rc=0 id
	: >"$W/radius/detail"
	enters || return 1
	wait_records 1 Start || return 1
	id=$(records | awk '$2 == "Start" {print $1; exit}')
	answered 'Disconnect-ACK' disconnect "Acct-Session-Id = $id" "Framed-IP-Address = $LOCAL_IP" \
		'Calling-Station-Id = 203.0.113.101' "Event-Timestamp = $(date +%s)" || rc=1
	released || rc=1
	says '113019: .*Username = remote.*Reason: Administrator Reset' || rc=1
	wait_records 1 Stop || return 1
	records | grep -q "^$id Stop remote Admin-Reset" || { records; rc=1; }
	return $rc
}
server_changes() {
	local rc=0
	enters || return 1
	pings 1 2 || rc=1
	answered 'Invalid-Attribute-Value' coa 'User-Name = remote' 'Filter-Id = missing' || rc=1
	pings 1 2 || rc=1
	answered 'CoA-ACK' coa 'User-Name = remote' 'Filter-Id = quarantine' 'Message-Authenticator = 0x00' || rc=1
	guest_run 1 "ping -c2 -i0.2 -W1 -q $INSIDE || :" | has ' 0 received' || rc=1
	answered 'CoA-ACK' coa 'User-Name = remote' 'Cisco-AVPair = "ip:inacl#1=permit ip any any"' || rc=1
	pings 1 2 || rc=1
	answered 'CoA-ACK' coa 'User-Name = remote' 'Session-Timeout = 3' || rc=1
	in_still || { echo "out at once"; rc=1; }
	released || rc=1
	says '113019: .*Username = remote.*Reason: Max time exceeded' || rc=1
	return $rc
}

# Framed-Route: hosts behind the client are reached, and reach the inside, as long as he is in.
network_behind() {
	local rc=0
	login USER=branch PASSWORD=far-away-1 || { log_since | tail -20; return 1; }
	addresses 1; route_inside 1
	guest_run 1 "ip addr add 10.66.0.1/32 dev lo; ip addr add 10.67.0.1/32 dev lo"
	ns ins ip route replace 10.66.0.0/24 via 10.77.0.1
	guest_run 1 "ping -c2 -i0.2 -W2 -q -I 10.66.0.1 $INSIDE" | has ' 2 received' || rc=1
	ns ins ping -c2 -i0.2 -W2 -q 10.66.0.1 | has ' 2 received' || rc=1
	guest_run 1 "ping -c2 -i0.2 -W1 -q -I 10.67.0.1 $INSIDE || :" | has ' 0 received' || rc=1
	ns srv ip route show | has '^10.66.0.0/24 dev ' || rc=1
	logout || rc=1
	! ns srv ip route show | grep '^10.66.0.0/24' || rc=1
	guest_run 1 "ip addr del 10.66.0.1/32 dev lo; ip addr del 10.67.0.1/32 dev lo"
	ns ins ip route del 10.66.0.0/24
	return $rc
}

changes_tests() {
	wanted "changes" || return 0
	methods ms-chap-v2; use RADIUS; changes_on || { t "changes: it can be configured" false; return; }
	t "changes: strangers, and what fits nobody, change nothing" strangers_change_nothing
	t "changes: a server ends a session" server_disconnects
	t "changes: a server gives a session another filter and less time" server_changes
	ANEW=yes; enters >/dev/null; logout
	t "changes: a network behind a client" network_behind
	configure <<<'aaa-server RADIUS protocol radius
 no dynamic-authorization'
	ANEW=yes; enters >/dev/null; guest_logout 1 # for those who come after
}
