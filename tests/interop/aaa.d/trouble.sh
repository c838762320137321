# Servers that are dead, late or lying: the next one is asked, LOCAL where it may be, and nobody gets in by a lie.
# All of it at the second appliance with the second guest, whose servers are 10.77.0.17 to .19 and the FreeRADIUS at .11.

TROUBLE_N=0
# ask_servers "OPTION LINES OF THE GROUP" "OF EACH SERVER" ADDRESS...: a new group of RADIUS servers; TROUBLE is its name
ask_servers() {
	local group=$1 host=$2 all a; shift 2
	TROUBLE=T$((++TROUBLE_N))
	all="aaa-server $TROUBLE protocol radius"$'\n'"$group"
	for a; do
		all+=$'\n'"aaa-server $TROUBLE (inside) host $a"$'\n key testing123\n authentication-port 1812\n accounting-port 1813'
		all+=$'\n timeout 1\n retry-interval 1\n'"$host"
	done
	configure <<<"$all" && use "$TROUBLE"
}
RIGHT=(USER=remote PASSWORD=far-away-1)
state_of() { cli "show aaa-server $TROUBLE" | awk -v a="$1" '$0 ~ "Server Address: *" a {f = 1} f && /Server status/ {print; exit}'; }

dead_first_server() {
	ask_servers ' max-failed-attempts 1' '' 10.77.0.18 10.77.0.11 || return 1
	lets_in '113004: .*server = +10.77.0.11' "${RIGHT[@]}" || return 1
	says '113014: .*server = +10.77.0.18' || return 1
	says '113022: .*10.77.0.18 .*FAILED' || return 1
	state_of 10.77.0.18 | has FAILED || return 1
	state_of 10.77.0.11 | has ACTIVE || return 1
	# and is not asked again: no silence, no message
	lets_in '113004: .*server = +10.77.0.11' "${RIGHT[@]}" || return 1
	! log_since | grep '113014'
}
all_dead() {
	ask_servers '' '' 10.77.0.18 10.77.0.19 || return 1
	keeps_out '113014: .*server = +10.77.0.19' "${RIGHT[@]}" || return 1
	keeps_out '113014: ' USER=local PASSWORD=only-here-1
}
all_dead_local() {
	ask_servers '' '' 10.77.0.18 10.77.0.19 && use "$TROUBLE" LOCAL || return 1
	lets_in '113012: .*user = local' USER=local PASSWORD=only-here-1 || return 1
	keeps_out '113015: ' USER=local PASSWORD=nonsense-1 || return 1
	keeps_out '113015: ' "${RIGHT[@]}"
}
rejected_is_not_dead() {
	ask_servers '' '' 10.77.0.11 && use "$TROUBLE" LOCAL || return 1
	keeps_out '113005: .*server = +10.77.0.11' USER=local PASSWORD=only-here-1
}
back_again() {
	ask_servers $' max-failed-attempts 1\n reactivation-mode timed' '' 10.77.0.18 10.77.0.11 || return 1
	lets_in '113004: .*10.77.0.11' "${RIGHT[@]}" || return 1
	server_start back freeradius --users "$USERS" --dir "$W/back" 10.77.0.18:1812 || return 1
	sleep 31
	local rc=0
	says '113023: .*10.77.0.18 .*ACTIVE' || rc=1
	lets_in '113004: .*10.77.0.18' "${RIGHT[@]}" || rc=1
	server_stop back; return $rc
}
slow_server() {
	local rc=0 before
	here() { grep -c 'Login OK: \[remote\] .*cli 203.0.113.102' "$W/radius/log"; }
	server_start slow relay --delay 2 10.77.0.18:1812 10.77.0.11:1812 || return 1
	ask_servers '' $' timeout 10\n retry-interval 1' 10.77.0.18 || return 1
	before=$(here)
	lets_in '113004: .*10.77.0.18' "${RIGHT[@]}" || rc=1
	cli "show aaa-server $TROUBLE" | has 'Number of retransmissions *[1-9]' || rc=1
	# what was sent again was the same request: it is one login there
	[ "$(here)" = $((before + 1)) ] || { echo "$before logins before, $(here) now"; rc=1; }
	server_stop slow; return $rc
}
lossy_way() {
	local rc=0
	server_start lossy relay --drop 2 10.77.0.18:1812 10.77.0.11:1812 || return 1
	ask_servers '' ' timeout 5' 10.77.0.18 || return 1
	lets_in '113004: .*10.77.0.18' "${RIGHT[@]}" || rc=1
	server_stop lossy; return $rc
}

# A liar in front, the genuine one behind it: each "malloryN" has an account at the liar's alone.
# lie MODE PATTERN: he stays out; the log has the pattern; a genuine user gets in by the genuine server, unless the
# liar refuses him, which it may. He is tried after every third lie, with --full after each: it also ends the row of
# failures that answers wait longer for.
LIES=0
lie() {
	local mode=$1 want=$2 rc=0 mallory=mallory$((++LIES)) turn=no
	case $mode in other-*|reject|no-success) ;; *) [ $FULL$((LIES % 3)) = no1 ] || [ $FULL$((LIES % 3)) = no2 ] || turn=yes;; esac
	printf '%s forged-1\nremote far-away-1\n' "$mallory" >"$W/liars"
	server_start liar liar --users "$W/liars" --mode "$mode" --other 10.77.0.19 10.77.0.18:1812 || return 1
	methods ${METHOD:-pap}
	ask_servers ' max-failed-attempts 5' '' 10.77.0.18 10.77.0.11 || rc=1
	keeps_out "${want:-113005: .*server = +10.77.0.11}" "AUTH=${GUEST_WORD[${METHOD:-pap}]}" USER="$mallory" PASSWORD=forged-1 || rc=1
	grep -q "^1 $mallory" "$W/liar.out" || { echo "the liar was not asked"; cat "$W/liar.out"; rc=1; }
	if [ $rc = 0 ] && [ $turn = yes ]; then
		lets_in '113004: .*server = +10.77.0.1[18]' "AUTH=${GUEST_WORD[${METHOD:-pap}]}" "${RIGHT[@]}" || rc=1
	fi
	server_stop liar; methods pap; return $rc
}
unsigned_answers() { # without Message-Authenticator, as of servers that know of no forgery; EAP without is refused
	local rc=0
	server_start liar liar --users "$USERS" --mode no-ma 10.77.0.18:1812
	ask_servers '' '' 10.77.0.18 && lets_in '113004: .*10.77.0.18' "${RIGHT[@]}" || rc=1
	methods eap-proxy
	keeps_out '113014: .*10.77.0.18' AUTH=eap "${RIGHT[@]}" || rc=1
	server_stop liar; methods pap; return $rc
}

trouble_tests() {
	SERVER_PID=() # those of others are not ended here
	methods pap
	t "trouble: the first server is dead: the second is asked, the first is FAILED" dead_first_server
	t "trouble: all are dead: nobody gets in" all_dead
	t "trouble: all are dead: LOCAL says who gets in" all_dead_local
	t "trouble: who is refused is not looked for in LOCAL" rejected_is_not_dead
	t "trouble: a server that answers after 2 s, asked again, has one login" slow_server
	t "trouble: a datagram in two is lost" lossy_way
	t "lie: made with another secret" lie secret '109026: '
	t "lie: one bit of the Response Authenticator" lie authenticator '109026: '
	t "lie: a wrong Message-Authenticator" lie bad-ma ''
	t "lie: another Identifier" lie identifier ''
	t "lie: an answer of another kind" lie code ''
	t "lie: longer than it is" lie length ''
	t "lie: an attribute that ends behind the packet" lie short ''
	t "lie: an attribute of no length" lie zero ''
	t "lie: Accept from another port" lie other-port '113005: .*server = +10.77.0.18'
	t "lie: Accept from another address" lie other-address '113005: .*server = +10.77.0.18'
	t "lie: forged Accept in the place of a Reject, by a collision" lie blast ''
	t "lie: the same with a Message-Authenticator behind it" lie blast-ma ''
	t "lie: Reject with the attributes of an Accept" lie reject '113005: .*server = +10.77.0.18'
	METHOD=ms-chap-v2 t "lie: MS-CHAPv2 without the server's proof" lie no-success '113005|113014'
	t "lie: answers without Message-Authenticator are taken, but not with EAP" unsigned_answers
	[ $FULL = no ] || t "trouble: a server is back after 30 s" back_again
	servers_down
}
