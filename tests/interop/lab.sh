# A closed test network with genuine Linux clients; sourced by the suites.
#
#   $P-srv   the appliance under test: wan0 203.0.113.1/24, lan0 10.77.0.1/24
#   $P-ins   a host behind it: 10.77.0.2 (iperf3 -s on 5201 and 5202, answers pings), its default route is the appliance
#   $P-inet  "the Internet": bridge br0 with 203.0.113.254/24; direct guests sit here
#   $P-natN  a NAT box: wan0 203.0.113.(10+N), lan0 198.18.N.1/24, masquerading, lets in only what belongs out
#
# A guest is a user-mode-linux kernel with a disk of its own in memory, plugged into one of these by a tap. It is
# booted once and connects as often as the suite wants. Everything lives in namespaces and one temporary folder;
# lab_down ends every process it started and leaves nothing.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
export LAB_HOME=${LAB_HOME:-/var/cache/postern-lab}
BUILD=${BUILD:-$ROOT/build/release}
P=pt$$
W=$(mktemp -d /tmp/postern-lab.XXXXXX)
declare -A GUEST_PID=()
APPLIANCE_PID=
# of the guest that connected last (addresses)
PPP_IF= LOCAL_IP= REMOTE_IP= DNS1= DNS2=

# at_end COMMANDS: what is done whatever ends the suite; it is not disturbed by a second signal
at_end() { trap "trap '' INT TERM HUP PIPE; $1" EXIT; trap 'exit 130' INT TERM HUP PIPE; }
ns() { local n=$1; shift; nsenter --net="/run/netns/$P-$n" -- "$@"; }
ns_make() {
	ip netns add "$P-$1"; ns "$1" ip link set lo up
	ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 || :
	# bridges only bridge: a NAT box sees each packet once
	ns "$1" sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || :
}
# plug NS IFNAME: a cable from NS to the Internet's bridge
plug() {
	ns inet ip link add "v-$1" type veth peer name "$2" netns "$P-$1"
	ns inet ip link set "v-$1" master br0 up; ns "$1" ip link set "$2" up
}
# lab_up [NATS]: all of it, and what guests need
lab_up() {
	local i
	"$HERE/lab-install" || return 1
	lab_net "$@"
	for i in 1 2; do ns ins iperf3 -s -p 520$i -D -I "$W/iperf$i.pid" >/dev/null 2>&1; done # one a guest
}
# nat_rules NS: it is a NAT box from now on, lan0 inside, wan0 outside
nat_rules() {
	ns "$1" sysctl -qw net.ipv4.ip_forward=1
	ns "$1" nft -f - <<-N
	add table ip nat
	add chain ip nat post { type nat hook postrouting priority 100; }
	add rule ip nat post oifname "wan0" masquerade
	add table ip filter
	add chain ip filter forward { type filter hook forward priority 0; policy drop; }
	add rule ip filter forward ct state established,related accept
	add rule ip filter forward iifname "lan0" accept
	N
}
# lab_net [NATS]: the namespaces alone
lab_net() {
	local i
	ns_make inet; ns inet ip link add br0 address 02:00:00:00:00:fe type bridge; ns inet ip link set br0 up
	ns inet ip addr add 203.0.113.254/24 dev br0
	ns_make srv; plug srv wan0; ns srv ip addr add 203.0.113.1/24 dev wan0
	ns srv ip route add default via 203.0.113.254
	ns_make ins; ns srv ip link add lan0 type veth peer name eth0 netns "$P-ins"
	ns srv ip link set lan0 up; ns srv ip addr add 10.77.0.1/24 dev lan0
	ns ins ip link set eth0 up; ns ins ip addr add 10.77.0.2/24 dev eth0; ns ins ip route add default via 10.77.0.1
	for ((i = 1; i <= ${1:-1}; i++)); do
		ns_make nat$i; plug nat$i wan0; ns nat$i ip addr add 203.0.113.$((10 + i))/24 dev wan0
		# an address of its own: else the gateway's would change with every guest that is unplugged
		ns nat$i ip link add lan0 address 02:00:00:00:00:0$i type bridge; ns nat$i ip link set lan0 up
		ns nat$i ip addr add 198.18.$i.1/24 dev lan0
		nat_rules nat$i
	done
}
lab_down() {
	local id n pid
	for id in "${!GUEST_PID[@]}"; do guest_kill "$id"; done
	appliance_stop
	for n in "$W"/iperf?.pid; do [ -s "$n" ] && { read -r -d '' pid <"$n"; kill "$pid" 2>/dev/null; }; done
	for n in $(ip netns list | awk '{print $1}'); do case $n in "$P"-*) ip netns del "$n";; esac; done
	rm -rf "$W"
}

# guest_boot ID inet|natN strongswan|libreswan: returns when the guest takes commands. In two steps: guest_launch, which does
# not wait, and guest_ready ID. GUEST_ADDR and GUEST_GW: another address than its own (a.b.c.d/n), another router.
guest_boot() { guest_launch "$@" && guest_ready "$1"; }
guest_launch() {
	local id=$1 at=$2 stack=$3 d=$W/g$1 tap=t$1 bridge addr gw
	case $at in
	inet) bridge=br0 addr=203.0.113.$((100 + id))/24 gw=;;
	*) bridge=lan0 addr=198.18.${at#nat}.$((100 + id))/24 gw=198.18.${at#nat}.1;;
	esac
	addr=${GUEST_ADDR:-$addr} gw=${GUEST_GW:-$gw}
	mkdir -p "$d"/{u,w,m,lab/out,lab/cmd}
	cp "$HERE"/guest/* "$d/lab/"
	printf 'id=%q stack=%q addr=%q gw=%q\n' "$id" "$stack" "$addr" "$gw" >"$d/lab/job"
	ip -n "$P-$at" tuntap add dev "$tap" mode tap && ip -n "$P-$at" link set "$tap" master $bridge up || return 1
	# Own mount and pid namespaces: the root is copy-on-write, and nothing outlives the guest.
	setsid setpriv --pdeathsig KILL nsenter --net="/run/netns/$P-$at" -- unshare --mount --pid --fork \
		--kill-child=KILL --mount-proc bash -c '
		set -e; D=$1 R=$2 stack=$3 tap=$4
		mount -t overlay overlay -o "lowerdir=$R/$stack:$R/base,upperdir=$D/u,workdir=$D/w" "$D/m"
		mkdir -p "$D/m/lab"; mount --bind "$D/lab" "$D/m/lab"
		exec "$R/uml/usr/bin/linux.uml" mem=128M umid=vm uml_dir="$D/" root=/dev/root rootfstype=hostfs \
			rootflags="$D/m" rw init=/lab/init con=null con0=null,fd:1 ssl=null quiet panic=1 \
			vec0:transport=tap,ifname=$tap,depth=128
		' sh "$d" "$LAB_HOME/root" "$stack" "$tap" >"$d/console.log" 2>&1 </dev/null &
	GUEST_PID[$id]=$!
}
guest_ready() {
	local id=$1 d=$W/g$1 _
	for _ in $(seq 1200); do # a minute: twelve at once on a busy machine
		[ -e "$d/lab/ready" ] && return 0
		kill -0 "${GUEST_PID[$id]}" 2>/dev/null || break
		sleep .05
	done
	echo "guest $id did not boot"; tail -5 "$d/console.log"; return 1
}
# guest_run ID COMMAND...: runs it in the guest, prints its output, returns its status
guest_run() {
	local id=$1 c=$W/g$1/lab name; shift
	name=$(mktemp -u cXXXXXXXX)
	printf '%s\n' "$*" >"$c/cmd/$name.tmp0"; mv "$c/cmd/$name.tmp0" "$c/cmd/$name.sh"
	until [ -s "$c/cmd/$name.rc" ]; do
		kill -0 "${GUEST_PID[$id]:-0}" 2>/dev/null || { echo "guest $id has gone"; return 81; }
		sleep .03
	done
	cat "$c/cmd/$name.out"; return "$(cat "$c/cmd/$name.rc")"
}
# guest_connect ID [VAR=VALUE ...]: see guest/connect
guest_connect() {
	local id=$1 env= v; shift
	for v; do env+="$(printf '%s=%q ' "${v%%=*}" "${v#*=}")"; done
	guest_run "$id" "$env /lab/connect"
}
# guest_login ID [VAR=VALUE ...]: logs in again in the IPsec that guest_connect left up, see guest/login
guest_login() {
	local id=$1 env= v; shift
	for v; do env+="$(printf '%s=%q ' "${v%%=*}" "${v#*=}")"; done
	guest_run "$id" "$env /lab/login"
}
guest_logout() { guest_run "$1" "/lab/login logout"; }
guest_disconnect() { guest_run "$1" "/lab/disconnect ${2:-}"; }
guest_log() { cat "$W/g$1/lab/out/$2" 2>/dev/null; }
# guest_kill ID: the power cord
guest_kill() {
	local pid=${GUEST_PID[$1]:-}
	[ -n "$pid" ] && { kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }
	unset "GUEST_PID[$1]"
	local n; for n in $(ip netns list | awk '{print $1}'); do case $n in "$P"-*) ip -n "$n" link del "t$1" 2>/dev/null;; esac; done
	rm -rf "$W/g$1"
}

# The appliance that is meant: its namespace and its folder. A suite with several of them sets both.
GATE=srv A=$W
# appliance_start [CONFIG]: posternd in $GATE with a state directory of its own; CONFIG becomes its startup-config
APPLIANCE_OPTIONS=() # more of its command line
appliance_start() {
	mkdir -p "$A/state"
	[ -n "${1:-}" ] && install -m 600 "$1" "$A/state/startup-config"
	printf 'GigabitEthernet0/0: wan0\nGigabitEthernet0/1: lan0\n%b' "${HARDWARE_MORE:-}" >"$A/hardware.yaml"
	nsenter --net="/run/netns/$P-$GATE" -- "$BUILD/posternd" --state "$A/state" --socket "$A/sock" --hardware "$A/hardware.yaml" \
		"${APPLIANCE_OPTIONS[@]}" >>"$A/posternd.log" 2>&1 &
	APPLIANCE_PID=$!
	for _ in $(seq 200); do
		[ -S "$A/sock" ] && cli 'show version' >/dev/null 2>&1 && return 0
		kill -0 "$APPLIANCE_PID" 2>/dev/null || break
		sleep .05
	done
	echo "posternd did not start"; tail -20 "$A/posternd.log"; return 1
}
# appliance_stop [SIGNAL]: SIGTERM, returns posternd's exit status
appliance_stop() {
	local rc=0
	[ -n "$APPLIANCE_PID" ] || return 0
	kill "-${1:-TERM}" "$APPLIANCE_PID" 2>/dev/null; wait "$APPLIANCE_PID" 2>/dev/null; rc=$?
	[ $rc = 0 ] || [ "${1:-}" = KILL ] || tail -40 "$A/posternd.log"
	APPLIANCE_PID=; rm -f "$A/sock"
	return $rc
}
# cli COMMAND...: each argument one command at privilege 15
cli() { local a=() c; for c; do a+=(-c "$c"); done; "$BUILD/postern" --socket "$A/sock" "${a[@]}"; }
# configure: lines on standard input
configure() { "$BUILD/postern" --socket "$A/sock" -f -; }
# The log of the appliance since mark.
log_mark() { LOG_AT=$(stat -c %s "$A/posternd.log" 2>/dev/null || echo 0); }
log_since() { tail -c +$((${LOG_AT:-0} + 1)) "$A/posternd.log"; }

# test NAME COMMAND...: one counted test
PASSED=0 FAILED=0
TEST_OUT=$W/test.out
# stream NAME COMMAND...: tests that run beside those of other streams (they start and stop no appliance and no
# guest). streams_end [FROM] waits for them, prints what they said and counts their tests; with FROM only for those from
# that number on: `local from=${#STREAMS[@]}` before the first, so that those which run already are not forgotten.
STREAMS=()
stream() {
	local name=$1; shift
	( trap 'streams_down; exit 143' TERM; STREAMS=() PASSED=0 FAILED=0 TEST_OUT=$W/test.$name; "$@"; echo "$PASSED $FAILED" >"$W/count.$name" ) >"$W/stream.$name" 2>&1 &
	STREAMS+=("$name:$!")
}
streams_end() {
	local s p f from=${1:-0}
	for s in "${STREAMS[@]:from}"; do
		wait "${s#*:}"; cat "$W/stream.${s%%:*}"
		read -r p f <"$W/count.${s%%:*}" || { p=0 f=1; }
		PASSED=$((PASSED + p)) FAILED=$((FAILED + f))
	done
	STREAMS=("${STREAMS[@]:0:from}")
}
# Ends those that still run; a stream comes to its end when the command it waits for does.
streams_down() {
	local s
	for s in "${STREAMS[@]}"; do kill "${s#*:}" 2>/dev/null && pkill -P "${s#*:}"; wait "${s#*:}" 2>/dev/null; done
}
test_case() {
	local name=$1 t0=$EPOCHREALTIME rc; shift
	# not in a subshell: a test may start and stop the appliance and guests
	"$@" >"$TEST_OUT" 2>&1; rc=$?
	local took; took=$(awk -v a="$t0" -v b="$EPOCHREALTIME" 'BEGIN{printf "%.1f", b - a}')
	if [ $rc = 0 ]; then PASSED=$((PASSED + 1)); echo "ok   $name ($took s)"
	else
		FAILED=$((FAILED + 1)); echo "FAIL $name ($took s, status $rc)"
		tail -40 "$TEST_OUT" | sed 's/^/     /'
	fi
}
finish() { echo "$PASSED passed, $FAILED failed"; [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]; }
