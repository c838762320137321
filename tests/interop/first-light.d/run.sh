# The two commands of the README: `run` in a namespace of its own, and a guest with the values on its card.

run_card() {
	local card=$W/card.txt psk user password pid rc=1 state=$W/run-state
	appliance_stop
	mkdir -p "$state"
	mkfifo "$W/console"; exec 9<>"$W/console"
	ns srv "$ROOT/run" --state "$state" --socket "$W/run.sock" <"$W/console" >"$card" 2>&1 & pid=$!
	for _ in $(seq 300); do grep -q '# ' "$card" && break; sleep .1; done
	field() { sed -nE "s/^ *$1 *: *(.*[^ ]) *\$/\\1/p" "$card" | head -1; }
	psk=$(field 'Pre-shared key'); user=$(field 'User'); password=$(field 'Password')
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
port_taken() {
	local out pid
	ns srv python3 -c 'import socket,time; s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0",500)); time.sleep(20)' 2>/dev/null & pid=$!
	sleep .7
	out=$(ns srv timeout 10 "$BUILD/posternd" --state "$W/run-state" --socket "$W/run.sock" 2>&1); local rc=$?
	kill $pid 2>/dev/null; wait $pid 2>/dev/null
	echo "$out"
	[ $rc != 0 ] && grep -qE '500.*(python|pid)' <<<"$out"
}

run_tests() {
	t "run: a live gateway, its card lets a guest in, the host is left as it was" run_card
	t "UDP 500 taken is named" port_taken
}
