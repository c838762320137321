# Both clients at every place, with L2TP in the kernel and in xl2tpd, all in at once, with rekeys of both sides and of both
# phases under traffic. A round has half of each client's guests with the kernel's L2TP, the next round the other half.

ROUND=1
kind_of() { [ $((($1 / 10 + $1 + ROUND) % 2)) = 0 ] && echo kernel || echo user; }
# The guests whose volume reaches our kilobytes before their lifetime ends, so that it is we who rekey.
ours() { [ $(($1 % 10)) = 1 ] || [ $(($1 % 10)) = 4 ]; }
# renews PHASE ID: does this client renew this phase? A strongSwan only one, and none when the rekeys are ours: a Quick Mode that
# is under way when it begins the next IKE SA it ends half-way, without a word.
renews() { [ "$2" -ge 10 ] || { ! ours "$2" && [ $(($2 % 2)) = $(($1 % 2)) ]; }; }
# Phase 1 is renewed after 28 s, phase 2 after 22 s; there is time to say it again on a busy machine.
lifetimes() {
	local phase1=48 phase2=42
	renews 1 "$1" || phase1=600
	renews 2 "$1" || phase2=600
	[ "$1" -ge 10 ] && { echo 'ikelifetime=48s;salifetime=42s;rekeymargin=20s;rekeyfuzz=0%'; return; }
	echo "ikelifetime=${phase1}s;lifetime=${phase2}s;margintime=20s;rekeyfuzz=0%;reauth=$([ $(($1 % 2)) = 1 ] && echo yes || echo no)"
}
# cell WHAT ID TEST...: a test of the table, at the place of this guest (PLACES: at these); that it went well stands in $W/cells
cell() {
	local name=$1 id=$2 before=$((PASSED + FAILED)) failed=$FAILED place; shift 2
	t "$name: $(client_of "$id"), $(place_of "$id"), guest $id, L2TP in $(kind_of "$id")" "$@"
	[ $((PASSED + FAILED)) -gt "$before" ] || return 0
	for place in "${PLACES[@]:-$(place_of "$id")}"; do
		echo "$((id / 10)) $(kind_of "$id") $([ "$FAILED" = "$failed" ] && echo in || echo FAILED) $place"
	done >>"$W/cells"
}
# connects ID [VAR=VALUE...]: with the user of this guest and the L2TP of this round, which is looked at where it is
connects() {
	local id=$1 kind; shift
	kind=$(kind_of "$id")
	guest_connect "$id" SERVER="$(server_of "$id")" USER="guest$id" PASSWORD="pass-of-$id" AUTH=mschap-v2 DEBUG=no \
		ROUTE="${INSIDE%.*}.0/24" L2TP="$kind" "$@" ||
		{ echo "guest's status $?"; guest_log "$id" ipsec.log | tail -6; guest_log "$id" xl2tpd.log | tail -6; return 1; }
	l2tp_in "$id" "$kind"
}
l2tp_in() { # ID kernel|user
	local tunnels said
	tunnels=$(guest_run "$1" 'grep -c "interface ppp" /proc/net/pppol2tp 2>/dev/null') || :
	said=$(guest_log "$1" xl2tpd.log | grep -cE 'Using l2tp kernel support')
	case $2:$said:${tunnels:-0} in kernel:1:1|user:0:0) return 0;; esac
	echo "wanted L2TP in $2, xl2tpd says kernel $said times, the kernel has ${tunnels:-0} calls"; guest_log "$1" xl2tpd.log | head -5
	return 1
}
comes_in() {
	local id=$1; shift
	connects "$id" CONF="$(lifetimes "$id")" "$@" && pings "$id" 5 || return 1
	guest_run "$id" cat /run/ppp-up >"$W/up.$id"
}
client_says() { guest_log "$1" ipsec.log | grep -vE '\[CFG\]|task$|activating|queueing|vendor ID' | tail -60 | cut -c1-160; }
# traffic ID SECONDS RATE: a TCP stream each way and ten pings a second, of which two in a hundred may be lost (some at each change of keys), and those that
# the guest's kernel says it lost itself
traffic() {
	local id=$1 s=$2
	guest_run "$id" "nstat -n; ping -i0.1 -c$((s * 10)) -W3 -q $INSIDE >/tmp/ping & p=\$!
		timeout $((s + 30)) iperf3 -c $INSIDE -p $((5300 + id)) -t $s -b $3 -l 1K -i 1 --bidir >/tmp/tcp 2>&1; rc=\$?; wait \$p
		nstat -az UdpRcvbufErrors; cat /tmp/ping; grep '^\[' /tmp/tcp; [ \$rc = 0 ] || { echo status \$rc; tail -3 /tmp/tcp; }; exit \$rc" >"$W/traffic.$id" ||
		{ tail -5 "$W/traffic.$id"; log_since | grep -E "guest$id\\b" | tail -20; client_says "$id"; return 1; }
	awk -v n=$((s * 10)) '/packet loss/{lost = n - $4} /UdpRcvbufErrors/{own = $2}
		/ sec .*bits/ && !/sender|receiver/{way = /RX-C/; rows[way]++
			if (/ sec +0\.00 Bytes/) {if (++idle[way] > worst) worst = idle[way]} else idle[way] = 0}
		END{printf "%d of %d pings lost, %d by the guest, longest pause of TCP %d s\n", lost, n, own, worst
			exit lost > n / 50 + own || worst > 3 || rows[0] < n / 20 || rows[1] < n / 20}' "$W/traffic.$id" | tee "$W/loss.$id"
	[ "${PIPESTATUS[0]}" = 0 ] || { grep -E '^\[' "$W/traffic.$id" | grep -n '0.00 Bytes'; return 1; }
}
# How often phase 1 and phase 2 were complete, says the client; and phase 2 that we began, says the appliance.
renewed() {
	local log; log=$(guest_log "$1" ipsec.log)
	if [ "$1" -lt 10 ]; then echo "$(grep -cE 'IKE_SA vpn\[[0-9]+\] established' <<<"$log") $(grep -cE 'CHILD_SA vpn\{[0-9]+\} established' <<<"$log")"
	else echo "$(grep -cE 'IKE SA established' <<<"$log") $(grep -cE 'IPsec SA established' <<<"$log")"; fi
}
by_us() { log_since | grep -cE "Username = guest$1, .*Security negotiation complete.* Initiator,"; }
# rekeys ID SECONDS: under traffic; it is one session all the time
rekeys() {
	local id=$1 s=$2 rate=50K p1 p2 own
	renews 2 "$id" || rate=20K
	ours "$id" && rate=200K
	traffic "$id" "$s" $rate || return 1
	guest_run "$id" cat /run/ppp-up | diff "$W/up.$id" - || { echo "another session"; return 1; }
	read -r p1 p2 <<<"$(renewed "$id")"; own=$(by_us "$id")
	echo "phase 1 $p1 times, phase 2 $p2 times, of these $own by us; $(cat "$W/loss.$id")" | tee "$W/rekeyed.$id"
	! renews 1 "$id" || [ "$p1" -ge $((s / 36 + 1)) ] || return 1
	! renews 2 "$id" || [ "$p2" -ge $((s / 30 + 1)) ] || return 1
	if ours "$id"; then [ "$own" -ge 2 ] || return 1; fi
	one_session "$id" 0
}
one_session() { # ID ENDED: the log since the round began has one beginning of it, and as many ends as this
	local in out
	in=$(log_since | grep -cE "603106: .*username is guest$1\$"); out=$(log_since | grep -cE "113019: .*Username = guest$1,")
	[ "$in $out" = "1 $2" ] || { echo "the log has $in beginnings and $out ends"; log_since | grep -E "guest$1\\b" | tail -20; return 1; }
}
leaves() { guest_disconnect "$1"; gone "$1" && one_session "$1" 1; }
# Nothing is left of anybody, wherever one looks, once a minute has passed: so long an IKE SA waits that a client left in the
# middle of a rekey. (Messages of the packet path go back when there are more.)
nothing_left() {
	local _ left
	for _ in $(seq 90); do
		left=$(cli 'show crypto isakmp sa' 'show crypto ipsec sa' 'show vpdn' 'show resource usage' 'show ip local pool sales_addresses' \
			'show uauth' 'show memory detail' 2>&1 | awk '
			/IKE Peer:|current_peer|Tunnel id|Call id/ {print}
			/(Sessions|Tunnels|Peers|Pairs) .* System$/ && $(NF - 4) > 0 {print}
			/^10\./ && NF == 6 && $5 + $6 > 0 {print}
			/^Authen/ && $(NF - 1) > 0 {print}
			/^(ESP|Gateway|IKE|IPsec|L2TP|PPP|Packet) .*[0-9]$/ && !/path messages/ && $(NF - 3) > 0 {print}')
		[ -n "$left" ] || return 0
		sleep 1
	done
	echo "$left"; return 1
}

# guests_at DIGIT...: those guests that sit at these places
guests_at() { local id d; for id in "${GUESTS[@]}"; do for d; do [ $((id % 10)) != "$d" ] || echo "$id"; done; done; }
# each FUNCTION ID...: at once, each with the appliance it belongs to; FUNCTION gets the number
each() {
	local what=$1 id from=${#STREAMS[@]}; shift
	for id; do stream "$what$id" with_gate "$what" "$id"; done
	streams_end "$from"
}
with_gate() { at "$(gate_of "$2")"; LOG_AT=$(cat "$A/mark"); "$1" "$2"; }
# What the log says from now on counts.
mark_all() { local g; for g in srv hid; do at $g; log_mark; echo "$LOG_AT" >"$A/mark"; done; at srv; }

step_first() { cell "comes in" "$1" comes_in "$1"; }
step_traffic() {
	local PLACES=("$(place_of $(($1 % 10 == 2 ? $1 + 1 : $1)))" "all at once")
	cell "rekeys under traffic" "$1" rekeys "$1" "$TRAFFIC"
}
step_leave() { t "leaves: $(client_of "$1"), guest $1" leaves "$1"; }
all_in() { # everybody has a session, and there is none more
	local n m
	at srv; n=$(cli 'show vpdn session' | grep -c 'Call id'); at hid; m=$(cli 'show vpdn session' | grep -c 'Call id'); at srv
	echo "$n and $m sessions"; [ "$n $m" = "10 2" ]
}
dropped_none() {
	local g rc=0
	for g in srv hid; do at $g; cli 'show asp drop' >>"$A/drops"; ! cli 'show asp drop' | grep -E 'ring-full|no-buffer|esp-replay|esp-auth|no-sa-out' || rc=1; done
	at srv; return $rc
}
empty() { local g rc=0; for g in srv hid; do at $g; nothing_left || rc=1; done; at srv; return $rc; }
places_tests() {
	wanted places || return 0
	for ROUND in $(seq "$ROUNDS"); do
		mark_all
		each step_first $(guests_at 1 2 4 6)
		each step_first $(guests_at 3 5)
		t "round $ROUND: all are in" all_in
		each step_traffic "${GUESTS[@]}"
		t "round $ROUND: nothing of theirs was dropped by us" dropped_none
		each step_leave "${GUESTS[@]}"
		t "round $ROUND: nothing is left of them" empty
	done
}
places_print() {
	local c kind word place
	local -A CELL=()
	[ -e "$W/cells" ] || return 0
	while read -r c kind word place; do [ "${CELL[$c/$kind/$place]:-in}" = FAILED ] || CELL[$c/$kind/$place]=$word; done <"$W/cells"
	printf '\n%-22s' ''; for c in "${CLIENTS[@]}"; do printf '%-20s%-20s' "$c, kernel" "$c, xl2tpd"; done; echo
	for place in direct NAT 'two behind a NAT' 'same address' 'server behind NAT' 'all at once'; do
		printf '%-22s' "$place"
		for c in 0 1; do for kind in kernel user; do printf '%-20s' "${CELL[$c/$kind/$place]:--}"; done; done; echo
	done
	echo
	for c in "${GUESTS[@]}"; do [ ! -s "$W/rekeyed.$c" ] || printf 'guest %-3s %s\n' "$c" "$(cat "$W/rekeyed.$c")"; done
	echo
}
