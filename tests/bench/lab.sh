# Two network namespaces for measuring; sourced by tests/bench/run and tests/bench/storm, and of use by hand:
#
#   $P-gw    the appliance: out0 203.0.113.1/24 towards the clients, in0 10.77.0.1/24 to nowhere
#   $P-cl    the clients: wan0 203.0.113.2/24; all of 198.18.0.0/15 is their own
#
# Between both a veth pair, which carries what UDP GSO makes whole. 10.76.0.1 is a host of its own behind the appliance. What the appliance writes to its TUN device for
# 10.77.0.0/16 is dropped as soon as the kernel has taken it in (nftables, raw), so that what lies behind costs the
# same, and little, in every measurement. What the kernel does inside the appliance's system calls is its cost. What
# the kernel does at the clients' end of the cable happens inside them, too, and is not the appliance's cost: while
# $SINK_ON is in force only one data packet in 16 goes further than the cable's end (sequence numbers still count all).
#
#   . tests/bench/lab.sh; lab_up; gateway_start [POSTERND OPTIONS]; load -n 10 up off; lab_down
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=${BUILD:-$ROOT/build/release}
P=${LAB_PREFIX:-pb}$$
W=$(mktemp -d "${TMPDIR:-/tmp}/postern-bench.XXXXXX")
GATEWAY_PID=

ns() { local n=$1; shift; nsenter --net="/run/netns/$P-$n" -- "$@"; }

lab_up() {
	local n
	for n in gw cl; do
		ip netns add "$P-$n" || return 1
		ns $n ip link set lo up
		ns $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 || :
	done
	ns gw ip link add out0 type veth peer name wan0 netns "$P-cl"
	ns gw ip addr add 203.0.113.1/24 dev out0; ns gw ip link set out0 up
	ns gw ip link add in0 type veth peer name in1; ns gw ip link set in1 up
	ns gw ip addr add 10.77.0.1/24 dev in0; ns gw ip link set in0 up
	ns gw ip addr add 10.76.0.1/32 dev lo
	ns cl ip addr add 203.0.113.2/24 dev wan0; ns cl ip link set wan0 up
	ns cl ip route add local 198.18.0.0/15 dev lo
	ns gw ip route add 198.18.0.0/15 via 203.0.113.2
	cat >"$W/sink" <<-N
	table netdev sink {
		chain in {
			type filter hook ingress device wan0 priority 0; policy accept;
			udp sport 4500 udp length > 130 numgen inc mod 16 != 0 drop
		}
	}
	N
	SINK_ON="sink=run:nft -f $W/sink" SINK_OFF="sink=run:nft delete table netdev sink"
	ns gw nft -f - <<-N
	table ip sink {
		chain pre {
			type filter hook prerouting priority raw; policy accept;
			iifname "postern0" ip daddr 10.77.0.0/16 drop
		}
	}
	N
}

lab_down() {
	local n
	gateway_stop
	for n in gw cl; do ip netns del "$P-$n" 2>/dev/null; done
	rm -rf "$W"
}

# The configuration: any number of clients of one user. MORE has further lines.
gateway_config() {
	cat <<-C
	hostname gw
	interface GigabitEthernet0/0
	 nameif outside
	 security-level 0
	 ip address 203.0.113.1 255.255.255.0
	interface GigabitEthernet0/1
	 nameif inside
	 security-level 100
	 ip address 10.77.0.1 255.255.255.0
	logging enable
	logging buffered warnings
	ip local pool CLIENTS 10.80.0.1-10.80.127.254 mask 255.255.128.0
	vpn-sessiondb max-other-vpn-limit ${LIMIT:-4096}
	group-policy CLIENTS internal
	group-policy CLIENTS attributes
	 vpn-tunnel-protocol l2tp-ipsec
	 vpn-simultaneous-logins 2147483647
	 vpn-idle-timeout none
	username bench password bench-word mschap
	tunnel-group DefaultRAGroup general-attributes
	 default-group-policy CLIENTS
	 address-pool CLIENTS
	tunnel-group DefaultRAGroup ipsec-attributes
	 ikev1 pre-shared-key bench-key
	tunnel-group DefaultRAGroup ppp-attributes
	 no authentication chap
	 no authentication ms-chap-v1
	 authentication ms-chap-v2
	crypto ipsec security-association lifetime kilobytes unlimited
	C
	local cipher group n=0
	for cipher in aes-256 aes 3des; do
		echo "crypto ipsec ikev1 transform-set $cipher esp-$cipher esp-sha-hmac"
		echo "crypto ipsec ikev1 transform-set $cipher mode transport"
		for group in 2 5 14 19 20; do
			printf 'crypto ikev1 policy %s\n authentication pre-share\n encryption %s\n hash sha\n group %s\n' \
				$((n += 10)) $cipher $group
		done
	done
	cat <<-C
	crypto dynamic-map dyno 10 set ikev1 transform-set aes-256 aes 3des
	crypto map vpn 20 ipsec-isakmp dynamic dyno
	crypto map vpn interface outside
	crypto ikev1 enable outside
	${MORE:-}
	C
}

# gateway_start [OPTIONS]: posternd with these options; on the CPUs of GATEWAY_CPUS
gateway_start() {
	gateway_stop
	mkdir -p "$W/state"
	gateway_config >"$W/state/startup-config"; chmod 600 "$W/state/startup-config"
	printf 'GigabitEthernet0/0: out0\nGigabitEthernet0/1: in0\n' >"$W/hardware.yaml"
	nsenter --net="/run/netns/$P-gw" -- ${GATEWAY_CPUS:+taskset -c "$GATEWAY_CPUS"} "$BUILD/posternd" --state "$W/state" \
		--socket "$W/sock" --hardware "$W/hardware.yaml" "$@" >"$W/posternd.log" 2>&1 &
	GATEWAY_PID=$!
	for _ in $(seq 200); do
		[ -S "$W/sock" ] && cli 'show version' >/dev/null 2>&1 && return 0
		kill -0 "$GATEWAY_PID" 2>/dev/null || break
		sleep .05
	done
	echo "posternd did not start:"; tail -5 "$W/posternd.log"; return 1
}

gateway_stop() {
	[ -n "$GATEWAY_PID" ] || return 0
	kill "$GATEWAY_PID" 2>/dev/null; wait "$GATEWAY_PID" 2>/dev/null
	GATEWAY_PID=; rm -f "$W/sock"
}

# cli COMMAND...: each argument one command at privilege 15
cli() { local c a=(); for c; do a+=(-c "$c"); done; "$BUILD/postern" --socket "$W/sock" "${a[@]}"; }

# load ARGUMENTS: the load tool, on the CPUs of LOAD_CPUS
load() { ns cl ${LOAD_CPUS:+taskset -c "$LOAD_CPUS"} "$BUILD/tests/load" --pid "$GATEWAY_PID" "$@"; }
