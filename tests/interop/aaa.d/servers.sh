# Servers of tests/servers behind the appliance, each at an address of its own.
#   10.77.0.11 FreeRADIUS  .12 TACACS+  .13 LDAP  .14 Kerberos  .15 NT  .16 SDI  .17 another RADIUS  .18 and .19 for liars

declare -A SERVER_PID=()
USERS=$W/users # who the servers know: names that the appliance does not, but for alice
servers_up() {
	local i
	for i in {11..29}; do ns ins ip addr add 10.77.0.$i/24 dev eth0; done
	printf '%s\n' 'alice wonder-1' 'remote far-away-1' 'bob builder-2' >"$USERS"
	{
		cat "$USERS"
		printf '%s\n\tcheck EAP-Type := %s\n' 'eapms far-away-1' MSCHAPv2 'eap-tls-user none' TLS
		echo 'bench bench-word'
		printf 'branch far-away-1\n\tFramed-Route = "10.66.0.0/24 0.0.0.0 1"\n'
	} >"$W/radius.users"
}
# server_start ID PROGRAM ARGUMENT...: returns when it is ready. Its words are in $W/ID.out, its folder is $W/ID.
# In two steps: server_launch, which does not wait, and server_ready ID.
server_start() { server_launch "$@"; server_ready "$1"; }
server_launch() {
	local id=$1 program=$2; shift 2
	: >"$W/$id.out"
	setpriv --pdeathsig TERM nsenter --net="/run/netns/$P-${SERVER_NS:-ins}" -- "$ROOT/tests/servers/$program" "$@" \
		>"$W/$id.out" 2>"$W/$id.err" </dev/null &
	SERVER_PID[$id]=$!
}
server_ready() {
	local _
	for _ in $(seq 600); do
		grep -qx ready "$W/$1.out" && return 0
		kill -0 "${SERVER_PID[$1]}" 2>/dev/null || break
		sleep .05
	done
	echo "$1 did not start:"; cat "$W/$1.err"; return 1
}
server_stop() {
	[ -n "${SERVER_PID[$1]:-}" ] || return 0
	kill "${SERVER_PID[$1]}" 2>/dev/null; wait "${SERVER_PID[$1]}" 2>/dev/null
	unset "SERVER_PID[$1]"
}
servers_down() { local id; for id in "${!SERVER_PID[@]}"; do server_stop "$id"; done; }
# What a liar was asked: COUNT NEW|AGAIN, of Access-Requests
asked() { grep -c "^1 .* ${2:-}" "$W/$1.out"; }

# ---------------------------------------------------------------- several appliances
declare -A GATE_PIDS=()
# at NAME: the appliance that is meant from now on (srv: the lab's own)
at() {
	GATE_PIDS[$GATE]=$APPLIANCE_PID
	GATE=$1 APPLIANCE_PID=${GATE_PIDS[$1]:-}
	A=$W; [ "$1" = srv ] || A=$W/$1
	mkdir -p "$A"
}
gates_down() { local g; GATE_PIDS[$GATE]=$APPLIANCE_PID; for g in "${!GATE_PIDS[@]}"; do at "$g"; appliance_stop; done; }
# gate_up NAME N WAN: namespace NAME; lan0 10.(77-N).0.1 to the servers' host, 10.(77-N).0.2. WAN: plug it into the Internet as
# 203.0.113.(1+N), or NAME of a namespace of clients of its own, which sees it as 203.0.113.1
gate_up() {
	local n=$1 net=10.$((77 - $2)).0
	ns_make "$n"
	ns "$n" ip link add lan0 type veth peer name "eth$2" netns "$P-ins"
	ns "$n" ip addr add $net.1/24 dev lan0; ns "$n" ip link set lan0 up
	ns ins ip addr add $net.2/24 dev "eth$2"; ns ins ip link set "eth$2" up
	ns "$n" ip route add 10.77.0.0/24 via $net.2
	if [ "$3" = inet ]; then plug "$n" wan0; ns "$n" ip addr add 203.0.113.$((1 + $2))/24 dev wan0
	else
		ns_make "$3"
		ns "$n" ip link add wan0 type veth peer name wan0 netns "$P-$3"
		ns "$n" ip addr add 203.0.113.1/24 dev wan0; ns "$n" ip link set wan0 up
		crowd_home "$3" 203.0.113.2
		ns "$n" ip route add 198.18.0.0/15 via 203.0.113.2
	fi
}
# crowd_home NS ADDRESS: where the load tool lives
crowd_home() {
	ns "$1" ip addr add "$2/24" dev wan0; ns "$1" ip link set wan0 up
	ns "$1" ip route add local 198.18.0.0/15 dev lo
}
# load NS ARGUMENT...: many clients at once (tests/bench/load)
load() {
	local where=$1; shift
	ns "$where" "$BUILD/tests/load" --psk labpsk-of-twenty-and-more "$@"
}
# aaa.cfg for gate N of gate_up, with its addresses
gate_config() { sed "s/10\\.77\\.0\\.1 /10.$((77 - $1)).0.1 /; s/10\\.78\\.0/10.$((78 + $1)).0/g; s/203\\.0\\.113\\.1 /203.0.113.$2 /" "$HERE/configs/aaa.cfg"; }

# ---------------------------------------------------------------- logins of a guest, in IPsec that stays up
GUEST=1
# has PATTERN: shows what comes in, and looks for it
has() { local all; all=$(cat); printf '%s\n' "$all"; grep -q -- "$1" <<<"$all"; }
# login [VAR=VALUE...]: 0 = in; its log is what log_since shows
login() {
	local rc
	log_mark
	guest_login $GUEST TIMEOUT=${LOGIN_TIMEOUT:-12} "$@" >"$W/login$GUEST.out" 2>&1; rc=$?
	case $rc in 81|84|86) # IPsec went, or is so old that the appliance has let go of it: the next one
		log_mark
		guest_connect $GUEST SERVER=${SERVER:-203.0.113.1} TIMEOUT=${LOGIN_TIMEOUT:-12} "$@" >"$W/login$GUEST.out" 2>&1; rc=$?
		;;
	esac
	return $rc
}
logout() { guest_logout $GUEST; gone $GUEST; }
# says PATTERN: one line of the log since the login
says() { local i; for i in 1 2 3 4 5; do log_since | grep -qE -- "$1" && return 0; sleep .1; done; echo "the log does not say: $1"; log_since | grep -E '%ASA-[0-6]' | tail -15; return 1; }
# in PATTERN [VAR=VALUE...]: gets in, and the log says so
lets_in() {
	local want=$1 rc=0; shift
	login "$@" || { echo "guest's status $?"; log_since | tail -20; guest_log $GUEST pppd.log | tail -20; logout; return 1; }
	says "$want" || rc=1
	logout || rc=1
	return $rc
}
keeps_out() {
	local want=$1 rc; shift
	login "$@"; rc=$?
	[ $rc = 0 ] && { echo "HE IS IN"; logout; return 1; }
	[ $rc = 85 ] || { echo "guest's status $rc"; log_since | tail -20; guest_log $GUEST xl2tpd.log | tail -20; return 1; }
	says "$want"
}
# use GROUP [LOCAL]: who is asked from now on; methods METHOD...: by what
use() { configure <<<"tunnel-group DefaultRAGroup general-attributes
 authentication-server-group $*"; }
methods() {
	local m all='tunnel-group DefaultRAGroup ppp-attributes'
	for m in pap chap ms-chap-v1 ms-chap-v2 eap-proxy; do
		case " $* " in *" $m "*) all+=$'\n'" authentication $m";; *) all+=$'\n'" no authentication $m";; esac
	done
	configure <<<"$all"
}
