# Servers of tests/servers behind the appliance, each at an address of its own.
#   10.77.0.11 FreeRADIUS  .12 TACACS+  .13 LDAP  .14 Kerberos  .15 NT  .16 SDI  .17 another RADIUS  .18 and .19 for liars

declare -A SERVER_PID=()
USERS=$W/users # who the servers know: names that the appliance does not, but for alice
servers_up() {
	local i
	for i in {11..29}; do ns ins ip addr add 10.77.0.$i/24 dev eth0; done
	printf '%s\n' 'alice wonder-1' 'remote far-away-1' 'bob builder-2' >"$USERS"
}
# server_start ID PROGRAM ARGUMENT...: returns when it is ready. Its words are in $W/ID.out, its folder is $W/ID
server_start() {
	local id=$1 program=$2; shift 2
	: >"$W/$id.out"
	setpriv --pdeathsig TERM nsenter --net="/run/netns/$P-${SERVER_NS:-ins}" -- "$ROOT/tests/servers/$program" "$@" \
		>"$W/$id.out" 2>"$W/$id.err" </dev/null &
	SERVER_PID[$id]=$!
	for _ in $(seq 600); do
		grep -qx ready "$W/$id.out" && return 0
		kill -0 "${SERVER_PID[$id]}" 2>/dev/null || break
		sleep .05
	done
	echo "$program did not start:"; cat "$W/$id.err"; return 1
}
server_stop() {
	[ -n "${SERVER_PID[$1]:-}" ] || return 0
	kill "${SERVER_PID[$1]}" 2>/dev/null; wait "${SERVER_PID[$1]}" 2>/dev/null
	unset "SERVER_PID[$1]"
}
servers_down() { local id; for id in "${!SERVER_PID[@]}"; do server_stop "$id"; done; }
# What a liar was asked: COUNT NEW|AGAIN, of Access-Requests
asked() { grep -c "^1 .* ${2:-}" "$W/$1.out"; }

# ---------------------------------------------------------------- logins of guest 1, in IPsec that stays up
# login [VAR=VALUE...]: 0 = in; its log is what log_since shows
login() {
	local rc
	log_mark
	guest_login 1 TIMEOUT=${LOGIN_TIMEOUT:-12} "$@" >"$W/login.out" 2>&1; rc=$?
	if [ $rc = 86 ] || [ $rc = 81 ]; then # IPsec went: the next one
		log_mark
		guest_connect 1 TIMEOUT=${LOGIN_TIMEOUT:-12} "$@" >"$W/login.out" 2>&1; rc=$?
	fi
	return $rc
}
logout() { guest_logout 1; gone 1; }
# says PATTERN: one line of the log since the login
says() { local i; for i in 1 2 3 4 5; do log_since | grep -qE -- "$1" && return 0; sleep .1; done; echo "the log does not say: $1"; log_since | grep -E '%ASA-[0-6]' | tail -15; return 1; }
# in PATTERN [VAR=VALUE...]: gets in, and the log says so
lets_in() {
	local want=$1 rc=0; shift
	login "$@" || { echo "guest's status $?"; log_since | tail -20; guest_log 1 pppd.log | tail -20; logout; return 1; }
	says "$want" || rc=1
	logout || rc=1
	return $rc
}
keeps_out() {
	local want=$1 rc; shift
	login "$@"; rc=$?
	[ $rc = 0 ] && { echo "HE IS IN"; logout; return 1; }
	[ $rc = 85 ] || { echo "guest's status $rc"; log_since | tail -20; return 1; }
	says "$want"
}
# use GROUP [LOCAL]: who is asked from now on; methods METHOD...: by what
use() { configure >/dev/null <<<"tunnel-group DefaultRAGroup general-attributes
 authentication-server-group $*"; }
methods() {
	local m all='tunnel-group DefaultRAGroup ppp-attributes'
	for m in pap chap ms-chap-v1 ms-chap-v2 eap-proxy; do
		case " $* " in *" $m "*) all+=$'\n'" authentication $m";; *) all+=$'\n'" no authentication $m";; esac
	done
	configure <<<"$all"
}
