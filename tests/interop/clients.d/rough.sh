# Bad networks: cables that lose, double and reorder; narrow ones; NAT boxes that change ports, also in mid-session. TCP
# flows through each, and nobody is left behind.

# flows ID KILOBYTES: TCP, each way; that a connection opens may take some tries where so much is lost (the server may not have
# heard yet that the one before has ended), and IPCP, which goes down when the other side did not hear that it was up, may have
# to come back first
flows() {
	guest_run "$1" "flow() { for n in \$(seq 300); do [ ! -e /run/ppp-up ] || break; sleep .1; done; timeout 150 iperf3 -c $INSIDE -p $((5300 + $1)) -n ${2}K -l 1K --connect-timeout 20000 \"\$@\"; }
		for way in '' -R; do for try in 1 2 3 4 5; do flow \$way && { echo went; break; }; sleep 4; done; done" | grep -E 'sender|error|went' | tee "$W/flows.$1"
	[ "$(grep -c went "$W/flows.$1")" = 2 ]
}
# tries N ID [VAR=VALUE...]: connects, as often as a user would try
tries() {
	local n=$1 i; shift
	for ((i = 1; i <= n; i++)); do connects "$@" && { echo "in, try $i"; return 0; }; done
	return 1
}
goes() { guest_disconnect "$1"; gone "$1"; }
# Lost packets: the client has its own patience, and what it did not learn it repeats. PPP's is made longer: one in 15 would
# else hang up by chance.
loses() { tries 3 "$1" TIMEOUT=60 PPPOPT='lcp-echo-failure 12' && flows "$1" 20; }
doubles() { connects "$1" && flows "$1" 500; }
# Two seconds there and back: each of its messages is repeated before the answer to it is there.
waits() { connects "$1" TIMEOUT=60 && flows "$1" 20; }
# at_cable WHAT "N..." TEST: both clients of nat2, with L2TP in the kernel and in xl2tpd, while its cable is as bad as this
at_cable() {
	local name=$1 how=$2 test=$3 before=$((PASSED + FAILED)) seen
	cable >/dev/null; cable $how >/dev/null
	each_of 4 "$name" "$test"
	seen=$(cable)
	[ $((PASSED + FAILED)) -gt "$before" ] || return 0 # left out
	t "cable: $name: so it was ($seen)" bad_enough "$how" "$seen"
}
bad_enough() { # each of what was asked for was done to at least ten packets
	local how
	read -r -a how <<<"${1//delay/passed}"
	local i field
	for ((i = 0; i < ${#how[@]}; i += 2)); do
		case ${how[i]} in loss) field=lost;; dup) field=doubled;; reorder) field=late;; *) field=passed;; esac
		[ "$(sed -nE "s/.*$field ([0-9]+).*/\1/p" <<<"$2")" -ge 10 ] || { echo "$field: $2"; return 1; }
	done
}
# each_of DIGIT NAME TEST: a test by both clients at this place at once
each_of() {
	local id from=${#STREAMS[@]}
	for id in $(guests_at "$1"); do stream "r$id" t "$2: $(client_of "$id"), guest $id, L2TP in $(kind_of "$id")" "$3" "$id"; done
	streams_end "$from"
}
cable_tests() {
	local loss=15
	[ $FULL = yes ] || loss=10
	at_cable "$loss % lost" "loss $loss" loses
	each_of 4 "$loss % lost: leaves unheard, and is forgotten" leaves_unheard
	[ $FULL = yes ] || return 0
	at_cable "30 % doubled, 30 % reordered" "dup 30 reorder 30" doubles
	each_of 4 "leaves" goes
	at_cable "a second each way" "delay 1000" waits
	each_of 4 "leaves" goes
}
# What it says when it leaves is lost: the appliance finds out by itself.
leaves_unheard() {
	local _
	guest_disconnect "$1" --abrupt
	for _ in $(seq 120); do cli 'show vpdn session' | grep -q "Remote tunnel name is guest$1\$" || return 0; sleep 1; done
	cli 'show vpdn session'; return 1
}

# Narrow: our packets are cut into fragments where they may be; where not, the router says how long they may be, and we heed it
# (each of these lengths is less than those that were heard of before).
narrow() { connects "$1" && flows "$1" 200 && goes "$1"; }
mtu_is() { ns inet ip link set v-nat3 mtu "$1"; ns nat3 ip link set wan0 mtu "$1"; }
at_mtu() { # MTU DF-BIT NS COUNTER
	local was before=$((PASSED + FAILED))
	mtu_is "$1"; configure <<<"crypto ipsec df-bit $2 outside"
	was=$(seen "$3" "$4")
	each_of 5 "MTU $1, $2" narrow
	[ $((PASSED + FAILED)) -gt "$before" ] || return 0 # left out
	t "MTU $1, $2: $4: $(($(seen "$3" "$4") - was))" test "$(seen "$3" "$4")" -gt "$was"
}
mtu_tests() {
	[ $FULL = no ] || at_mtu 1280 clear-df nat3 fragments
	at_mtu 576 clear-df nat3 fragments
	[ $FULL = no ] || at_mtu 1280 copy-df inet needed
	at_mtu 1000 set-df inet needed
	[ $FULL = no ] || at_mtu 576 copy-df inet needed
	configure <<<'crypto ipsec df-bit copy-df outside'
	mtu_is 1500
}

# nat1 gives other ports from now on, also to those who are in: its table of connections is lost with its cable.
ports() {
	ns nat1 nft -f - <<-N
	flush chain ip nat post
	add rule ip nat post oifname "wan0" meta l4proto udp masquerade to :$1
	add rule ip nat post oifname "wan0" masquerade
	N
	ns nat1 ip link set wan0 down; ns nat1 ip link set wan0 up
}
# The port that the appliance has of a guest's session.
port_of() { cli 'show vpn-sessiondb detail ra-ikev1-ipsec' | awk -v u="guest$1" '/^Username/{mine = $3 == u} mine && /UDP Src Port/{for (i = 1; i <= NF; i++) if ($i == "Port") {print $(i + 2); exit}}'; }
# rewritten ID: port 500 is another on its way, from the first packet on; then the NAT box forgets everything. The stream and the pings go on, rekeys too.
rewritten() { connects "$1" CONF="$(lifetimes "$1")" && flows "$1" 100; }
rebound() {
	local id=$1
	guest_run "$id" cat /run/ppp-up >"$W/up.$id"
	guest_run "$id" "ping -i0.2 -c$((REBIND * 5)) -W3 -q $INSIDE >/tmp/ping & p=\$!
		iperf3 -c $INSIDE -p $((5300 + id)) -t $REBIND -b 50K -l 1K -i 1 >/tmp/tcp 2>&1; rc=\$?; wait \$p; grep loss /tmp/ping
		tail -3 /tmp/tcp; exit \$rc" | tee "$W/rebound.$id"
	[ "${PIPESTATUS[0]}" = 0 ] || return 1
	awk '/packet loss/{for (i = 1; i <= NF; i++) if ($i ~ /%/ && $i + 0 <= 10) ok = 1} END{exit !ok}' "$W/rebound.$id" || return 1
	guest_run "$id" cat /run/ppp-up | diff "$W/up.$id" - || { echo "another session"; return 1; }
	flows "$id" 100
}
# flowing ID...: until the stream of each has begun, and a few seconds more
flowing() {
	local id _
	for id; do for _ in $(seq 200); do ns ins ss -Htn state established "sport = :$((5300 + id))" | grep -q . && break; sleep .1; done; done
	sleep 3
}
nat_tests() {
	ports 20000-29999
	each_of 2 "NAT that changes port 500" rewritten
	each_of 3 "NAT that changes port 500" rewritten
	t "NAT: it is the changed port that we see" seen_ports 20000 29999
	local from=${#STREAMS[@]} id
	for id in $(guests_at 2 3); do stream "r$id" t "NAT that forgets in mid-session: $(client_of "$id"), guest $id, L2TP in $(kind_of "$id")" rebound "$id"; done
	flowing $(guests_at 2 3); ports 30000-39999
	streams_end "$from"
	t "NAT: it is the new port that we see" seen_ports 30000 39999
	each_of 2 "leaves" goes
	each_of 3 "leaves" goes
}
seen_ports() {
	local id port rc=0
	for id in $(guests_at 2 3); do
		port=$(port_of "$id"); echo "guest $id: $port"
		[ "${port:-0}" -ge "$1" ] && [ "$port" -le "$2" ] || rc=1
	done
	[ $rc = 0 ] || cli 'show vpn-sessiondb detail ra-ikev1-ipsec'
	return $rc
}

# The appliance's own lifetimes, at their least (120 s): it renews both phases, for clients that do not.
held_by_us() {
	local id=$1 p1 p2
	connects "$id" CONF='rekey=no' || return 1
	guest_run "$id" cat /run/ppp-up >"$W/up.$id"
	traffic "$id" 150 20K || return 1
	guest_run "$id" cat /run/ppp-up | diff "$W/up.$id" - || { echo "another session"; return 1; }
	read -r p1 p2 <<<"$(renewed "$id")"; echo "phase 1 $p1 times, phase 2 $p2 times"
	[ "$p1" -ge 2 ] && [ "$p2" -ge 2 ] || return 1
	goes "$id"
}
lifetimes_tests() {
	local g
	for g in srv hid; do
		at $g
		printf '%s\n' 'crypto ipsec security-association lifetime seconds 120' 'crypto ikev1 policy 25' ' lifetime 120' 'crypto ikev1 policy 26' ' lifetime 120' | configure
	done
	at srv
	each step_held $(guests_at 1 6)
}
step_held() { t "lifetimes of ours: $(client_of "$1"), $(place_of "$1"), guest $1, L2TP in $(kind_of "$1")" held_by_us "$1"; }
rough_tests() {
	REBIND=15
	mark_all
	if wanted lifetimes && [ $FULL = yes ]; then stream lifetimes lifetimes_tests; fi
	if wanted rough; then
		stream cable cable_tests
		stream mtu mtu_tests
		stream nat nat_tests
	fi
	streams_end
	t "bad networks: nothing is left of anybody" empty
}
