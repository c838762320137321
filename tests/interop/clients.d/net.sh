# Who sits where. The last figure of a guest's number is its place, the one before it its client (0 strongSwan, 1 libreswan):
#
#   1 direct    2 3 both behind nat1    4 behind nat2, 5 behind nat3, which have the same private network and give both the
#   same address    6 direct, and its server (the appliance "hid") is behind the NAT box "dnat", 203.0.113.20
#
# nat2's cable to the Internet goes through tests/interop/impair, nat3's to a router, whose MTU to it can be changed.
PLACE=('' direct NAT 'two behind a NAT' 'same address' 'same address' 'server behind NAT')
STACKS=(strongswan libreswan) CLIENTS=(strongSwan libreswan)
GUESTS=(1 2 3 4 5 6 11 12 13 14 15 16)
IMPAIR_PID=
client_of() { echo "${CLIENTS[$1 / 10]}"; }
place_of() { echo "${PLACE[$1 % 10]}"; }
gate_of() { [ $(($1 % 10)) = 6 ] && echo hid || echo srv; }
server_of() { [ $(($1 % 10)) = 6 ] && echo 203.0.113.20 || echo 203.0.113.1; }

net_up() {
	local i
	cable_up && router_up || return 1
	ns nat3 ip addr flush dev lan0; ns nat3 ip addr add 198.18.2.1/24 dev lan0
	hidden_up
	for i in "${GUESTS[@]}"; do ns ins iperf3 -s -p $((5300 + i)) -D -I "$W/stream$i.pid" >/dev/null 2>&1; done
}
net_down() {
	local f pid
	[ -z "$IMPAIR_PID" ] || { kill "$IMPAIR_PID"; wait "$IMPAIR_PID"; } 2>/dev/null
	for f in "$W"/stream*.pid; do [ -s "$f" ] && { read -r -d '' pid <"$f"; kill "$pid" 2>/dev/null; }; done
}
cable_up() {
	local _
	ns nat2 ip link del wan0
	mkfifo "$W/cable" "$W/cable.answers"; exec 8<>"$W/cable" 9<>"$W/cable.answers"
	nsenter --net="/run/netns/$P-inet" -- "$BUILD/tests/impair" v-nat2 o-nat2 <&8 >&9 2>"$W/cable.log" & IMPAIR_PID=$!
	for _ in $(seq 100); do ns inet ip link show o-nat2 >/dev/null 2>&1 && break; sleep .05; done
	ns inet ip link set v-nat2 master br0 up && ns inet ip link set o-nat2 netns "$P-nat2" name wan0 || return 1
	ns nat2 ip link set wan0 up; ns nat2 ip addr add 203.0.113.12/24 dev wan0
}
# cable [WHAT N]...: as bad as this from now on; tells what became of the packets until now
cable() { local said; echo "$*" >&8; read -r -t 10 said <&9 && echo "$said"; }
router_up() {
	ns nat3 ip link del wan0
	ns inet ip link add v-nat3 type veth peer name wan0 netns "$P-nat3" || return 1
	ns inet ip addr add 198.51.100.1/24 dev v-nat3; ns inet ip link set v-nat3 up; ns inet sysctl -qw net.ipv4.ip_forward=1
	ns nat3 ip addr add 198.51.100.2/24 dev wan0; ns nat3 ip link set wan0 up; ns nat3 ip route add default via 198.51.100.1
	ns inet nft -f - <<-'N'
	add table ip seen
	add counter ip seen needed
	add chain ip seen out { type filter hook output priority 0; }
	add rule ip seen out ip daddr 203.0.113.1 icmp type destination-unreachable icmp code 4 counter name needed
	N
	ns nat3 nft -f - <<-'N'
	add table ip seen
	add counter ip seen fragments
	add chain ip seen in { type filter hook prerouting priority -500; }
	add rule ip seen in iifname "wan0" ip frag-off & 0x3fff != 0 counter name fragments
	N
}
seen() { ns "$1" nft list counter ip seen "$2" | sed -nE 's/.*packets ([0-9]+) .*/\1/p'; }
hidden_up() {
	ns_make dnat; plug dnat wan0; ns dnat ip addr add 203.0.113.20/24 dev wan0
	ns_make hid; ns dnat ip link add lan0 type veth peer name wan0 netns "$P-hid"
	ns dnat ip addr add 192.168.77.1/24 dev lan0; ns dnat ip link set lan0 up
	ns hid ip addr add 192.168.77.2/24 dev wan0; ns hid ip link set wan0 up; ns hid ip route add default via 192.168.77.1
	ns hid ip link add lan0 type veth peer name eth1 netns "$P-ins"
	ns hid ip addr add 10.76.0.1/24 dev lan0; ns hid ip link set lan0 up
	ns ins ip addr add 10.76.0.2/24 dev eth1; ns ins ip link set eth1 up
	ns hid ip route add 10.77.0.0/24 via 10.76.0.2; ns ins ip route add 10.79.0.0/24 via 10.76.0.1
	nat_rules dnat
	ns dnat nft -f - <<-'N'
	add chain ip nat pre { type nat hook prerouting priority -100; }
	add rule ip nat pre iifname "wan0" udp dport { 500, 4500 } dnat to 192.168.77.2
	add rule ip filter forward ct status dnat accept
	N
}
# The configuration of srv or hid: a user for each guest; who is gone is noticed soon; rekeys of ours every 600 kB.
gate_config() {
	local i
	if [ "$1" = hid ]; then sed 's/10\.77\.0\.1 /10.76.0.1 /; s/10\.78\.0/10.79.0/g; s/203\.0\.113\.1 /192.168.77.2 /' "$HERE/configs/first-light.cfg"
	else cat "$HERE/configs/first-light.cfg"; fi
	for i in "${GUESTS[@]}"; do printf 'username guest%d password pass-of-%d mschap\n' "$i" "$i"; done
	cat <<-C
	l2tp tunnel hello 20
	crypto ipsec security-association lifetime kilobytes 600
	tunnel-group DefaultRAGroup ipsec-attributes
	 isakmp keepalive threshold 20 retry 5
	C
	[ "$1" = srv ] || echo ' ikev1 behind-nat 203.0.113.20'
}
guests_up() {
	local id at addr
	for id in "${GUESTS[@]}"; do
		addr=198.18.2.$((50 + id / 10))/24
		case $((id % 10)) in 1|6) at=inet addr=;; 2|3) at=nat1 addr=;; 4) at=nat2;; 5) at=nat3;; esac
		GUEST_ADDR=$addr GUEST_GW=${addr:+198.18.2.1} guest_launch "$id" $at "${STACKS[id / 10]}" || return 1
	done
	for id in "${GUESTS[@]}"; do guest_ready "$id" || return 1; done
}
# Without a word: who waits for one of them waits no longer.
guests_off() { local id; for id in "${!GUEST_PID[@]}"; do disown "${GUEST_PID[$id]}"; kill -9 "${GUEST_PID[$id]}"; done 2>/dev/null; }
