# The two commands of the README: `run` in a namespace of its own, and a guest with the values on its card.

run_card() {
	local card=$W/card.txt psk user password pid rc=1 state=$W/run-state
	appliance_stop
	mkdir -p "$state"
	mkfifo "$W/console"; exec 9<>"$W/console"
	ns srv "$ROOT/run" --state "$state" --socket "$W/run.sock" <"$W/console" >"$card" 2>&1 & pid=$!
	for _ in $(seq 300); do grep -q '# ' "$card" && break; sleep .1; done
	field() { sed -nE "s/^ *$1  +([^ ]+) *\$/\\1/p" "$state/card" | head -1; }
	psk=$(field 'Pre-shared key'); user=$(field 'User name'); password=$(field 'Password')
	cat "$card"
	if [ -n "$psk" ] && guest_connect 1 "PSK=$psk" "USER=$user" "PASSWORD=$password" AUTH=mschap-v2; then
		echo 'show vpdn session' >&9; sleep 1
		grep -q "Session username is $user" "$card" && rc=0
		guest_disconnect 1
	fi
	echo exit >&9; exec 9>&-
	wait $pid
	[ "$(ns srv nft list tables | grep -c postern)" = 0 ] || { echo "nftables table left behind"; rc=1; }
	ns srv ip link show postern0 >/dev/null 2>&1 && { echo "TUN device left behind"; rc=1; }
	return $rc
}
port_taken() { # by another posternd: any program would do
	local out rc
	appliance_stop
	appliance_start "$HERE/configs/first-light.cfg" || return 1
	out=$(ns srv timeout 10 "$BUILD/posternd" --state "$W/other-state" --socket "$W/other.sock" 2>&1); rc=$?
	echo "$out"
	[ $rc != 0 ] && grep -qE 'UDP port 500 is in use by posternd \(pid [0-9]+\)' <<<"$out"
}

run_tests() {
	t "run: a live gateway, its card lets a guest in, the host is left as it was" run_card
	t "UDP 500 taken is named" port_taken
}
