# Which tunnel group a client lands in: by certificate map, by OU, by the group's name in Aggressive Mode, by nothing.

groups_config() {
	configure <<-'X'
	tunnel-group Sales type remote-access
	tunnel-group Sales general-attributes
	 address-pool sales
	 default-group-policy clients
	tunnel-group Sales ipsec-attributes
	 ikev1 pre-shared-key the-word-of-sales-people
	 ikev1 trust-point gw-2048-sha256
	tunnel-group Sales ppp-attributes
	 no authentication chap
	 no authentication ms-chap-v1
	 authentication ms-chap-v2
	tunnel-group Engineering type remote-access
	tunnel-group Engineering general-attributes
	 address-pool engineers
	 default-group-policy clients
	tunnel-group Engineering ipsec-attributes
	 ikev1 trust-point gw-2048-sha256
	tunnel-group Engineering ppp-attributes
	 no authentication chap
	 no authentication ms-chap-v1
	 authentication ms-chap-v2
	X
}
by_rules() {
	configure <<-'X'
	crypto ca certificate map staff 10
	 issuer-name co example root
	 subject-name attr ou eq sales
	crypto ca certificate map staff 20
	 subject-name attr cn eq ed
	tunnel-group-map enable rules
	tunnel-group-map staff 10 Sales
	tunnel-group-map staff 20 Engineering
	X
}
by_ou() { printf 'clear configure crypto ca certificate map\nno tunnel-group-map staff 10 Sales\nno tunnel-group-map staff 20 Engineering\nno tunnel-group-map enable rules\ntunnel-group-map enable ou\n' | configure; }
# lands ID GROUP POOL [VAR=VALUE...]: its address is of the group's pool, and the session says which group it is
lands() {
	local id=$1 group=$2 pool=$3; shift 3
	log_mark
	guest_connect "$id" AUTH=mschap-v2 "$@" >"$W/in.$id" 2>&1 || { tail -5 "$W/in.$id"; guest_log "$id" ipsec.log | tail -20; about "$id" | tail -25; guest_disconnect "$id" --abrupt; return 1; }
	addresses "$id"
	cli 'show vpn-sessiondb ra-ikev1-ipsec' >"$W/db.$id"
	guest_disconnect "$id"
	[[ $LOCAL_IP == $pool.* ]] || { echo "address $LOCAL_IP"; return 1; }
	grep -A12 -F "$LOCAL_IP" "$W/db.$id" | grep -E "Tunnel Group *: $group\$" || { cat "$W/db.$id"; return 1; }
	about "$id" | grep -E "Group = $group,.*PHASE 1 COMPLETED" || { about "$id" | grep 'PHASE 1'; return 1; }
	gone "$id"
}
# The answer to a name that is no group's is like that to a wrong key.
unknown_group() { # ID
	log_mark
	guest_connect "$1" MODE=aggressive ID=@Nobody PSK=the-word-of-sales-people STOP=esp TIMEOUT=8 >"$W/in.$1" 2>&1; local rc=$?
	guest_disconnect "$1" --abrupt
	[ $rc = 82 ] || { echo "guest's status $rc"; return 1; }
	about "$1" | grep -E "713255: .*unknown tunnel group name 'Nobody'" && about "$1" | grep -E '713256: .*spoofed'
}
wrong_group_key() { # ID
	log_mark
	guest_connect "$1" MODE=aggressive ID=@Sales PSK=another-key-altogether STOP=esp TIMEOUT=8 >"$W/in.$1" 2>&1; local rc=$?
	guest_disconnect "$1" --abrupt
	[ $rc = 82 ] || { echo "guest's status $rc"; return 1; }
	! about "$1" | grep 'PHASE 1 COMPLETED'
}
am_disabled() { # ID
	configure <<<'crypto ikev1 am-disable' || return 1
	log_mark
	guest_connect "$1" MODE=aggressive ID=@Sales PSK=the-word-of-sales-people STOP=esp TIMEOUT=6 >"$W/in.$1" 2>&1; local rc=$?
	guest_disconnect "$1" --abrupt
	configure <<<'no crypto ikev1 am-disable'
	[ $rc = 82 ] || { echo "guest's status $rc"; return 1; }
	about "$1" | grep -F 'Aggressive Mode is disabled by crypto ikev1 am-disable'
}
groups_two() { # WHAT ID CLIENT
	t "groups: $3: by $1: Sales" lands "$2" Sales 10.78.1 CERT=sales
	t "groups: $3: by $1: Engineering" lands "$2" Engineering 10.78.2 CERT=engineer
	t "groups: $3: nothing fits: DefaultRAGroup" lands "$2" DefaultRAGroup 10.78.0 CERT=c-2048-sha256
	t "groups: $3: by pre-shared key: DefaultRAGroup" lands "$2" DefaultRAGroup 10.78.0
}
groups_aggressive() { # ID CLIENT
	t "groups: $2: Aggressive Mode, pre-shared key, group name" lands "$1" Sales 10.78.1 MODE=aggressive ID=@Sales PSK=the-word-of-sales-people
	t "groups: $2: Aggressive Mode, a name that is no group's" unknown_group "$1"
	t "groups: $2: Aggressive Mode, the group's name and a wrong key" wrong_group_key "$1"
}
groups_pair() { local from=${#STREAMS[@]}; stream g1 "$@" 1 strongSwan; stream g12 "$@" 12 libreswan; streams_end "$from"; }
groups_tests() {
	wanted groups || return 0
	pki_guests "1 inet" "12 nat1" || { t "groups: guests are up" false; return; }
	we_are gw-2048-sha256 "no chain" || { t "groups: the appliance is gw-2048-sha256" false; return; }
	t "groups: two groups are configured" groups_config
	t "groups: a certificate map is configured" by_rules
	groups_pair groups_two map
	t "groups: by OU is configured" by_ou
	groups_pair groups_two OU
	groups_pair groups_aggressive
	t "groups: strongSwan: Aggressive Mode, key ID" lands 1 Sales 10.78.1 MODE=aggressive ID=@#53616c6573 PSK=the-word-of-sales-people
	t "groups: crypto ikev1 am-disable keeps it out" am_disabled 1
}
