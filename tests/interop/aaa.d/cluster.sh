# Two gateways as one: addresses and limits of logins are in one PostgreSQL, behind a FreeRADIUS each. Both have clients of
# their own, and ask the other's FreeRADIUS when their own does not answer.

EACH=40
pool_sql() { ns ins psql -At postgresql://radius:radius@10.77.0.20:5432/radius -c "$1"; }
held() { pool_sql "SELECT count(*) FROM radippool WHERE expiry_time > now() AND nasipaddress = '$1'"; }
cluster_up() {
	printf 'bench bench-word\ntwice twice-1\n\tcheck Simultaneous-Use := 2\n' >"$W/cluster.users"
	gate_up east 2 easterners && gate_up west 3 westerners || return 1
	server_start pool postgres --dir "$W/pool" --pool 10.90.0.1-10.90.0.$((2 * EACH + 20)) 10.77.0.20:5432 || return 1
	server_start radius2 freeradius --users "$W/cluster.users" --dir "$W/radius2" --sql 10.77.0.20:5432 --lease ${LEASE:-600} 10.77.0.21:1812 || return 1
	server_start radius3 freeradius --users "$W/cluster.users" --dir "$W/radius3" --sql 10.77.0.20:5432 --lease ${LEASE:-600} 10.77.0.22:1812 || return 1
	cluster_gate east 2 10.77.0.21 10.77.0.22 && cluster_gate west 3 10.77.0.22 10.77.0.21
}
cluster_gate() { # NAME N SERVERS
	local name=$1 n=$2 a; shift 2
	at "$name"
	gate_config "$n" 1 >"$A/config"
	{
		echo 'aaa-server POOL protocol radius'
		for a; do printf 'aaa-server POOL (inside) host %s\n key testing123\n authentication-port 1812\n accounting-port 1813\n timeout 2\n retry-interval 1\n' "$a"; done
		cat <<-'X'
		tunnel-group DefaultRAGroup general-attributes
		 no address-pool clients
		 authentication-server-group POOL
		 accounting-server-group POOL
		group-policy clients attributes
		 vpn-simultaneous-logins 2147483647
		X
	} >>"$A/config"
	appliance_start "$A/config"
}
# crowd_in NS NAME ARGUMENT...: they are in when it returns, and stay until crowd_out NAME
declare -A CROWD_PID=()
crowd_in() {
	local where=$1 name=$2 _; shift 2
	rm -f "$W/$name.out"; : >"$W/$name.figures"
	# its own process, not one of a shell around it: it may have to be killed
	nsenter --net="/run/netns/$P-$where" -- "$BUILD/tests/load" --psk labpsk-of-twenty-and-more "$@" up \
		"run:while [ -d $W ] && [ ! -e $W/$name.out ]; do sleep .05; done" off >"$W/$name.figures" 2>&1 &
	CROWD_PID[$name]=$!
	for _ in $(seq 300); do grep -q '^up.failed' "$W/$name.figures" && break; kill -0 ${CROWD_PID[$name]} || break; sleep .05; done
	sleep .3 # the last one's accounting
	[ "$(of up.failed "$W/$name.figures")" = 0 ] || { cat "$W/$name.figures"; log_since | grep -E '%ASA-[0-6]-(113|603103)' | tail -5; return 1; }
}
crowd_out() { touch "$W/$1.out"; wait "${CROWD_PID[$1]}"; unset "CROWD_PID[$1]"; }
crowd_kill() { kill "${CROWD_PID[$1]}" 2>/dev/null; crowd_out "$1" 2>/dev/null; }
crowds_down() { local c; for c in "${!CROWD_PID[@]}"; do crowd_kill "$c"; done; }
assigned() { cli 'show vpn-sessiondb ra-ikev1-ipsec' | sed -nE 's/.*Assigned IP *: ([0-9.]+).*/\1/p'; }

no_address_twice() {
	local rc=0
	at east; crowd_in easterners e -n $EACH || rc=1
	at west; crowd_in westerners w -n $EACH || rc=1
	{ at east; assigned; at west; assigned; } >"$W/assigned"
	[ "$(wc -l <"$W/assigned")" = $((2 * EACH)) ] && [ "$(sort -u "$W/assigned" | wc -l)" = $((2 * EACH)) ] || { wc -l "$W/assigned"; sort "$W/assigned" | uniq -d; rc=1; }
	[ "$(grep -c '^10\.90\.0\.' "$W/assigned")" = $((2 * EACH)) ] || { echo "not of the pool"; rc=1; }
	[ "$(pool_sql "SELECT count(DISTINCT framedipaddress) FROM radippool WHERE expiry_time > now()")" = $((2 * EACH)) ] || { echo "the pool says otherwise"; rc=1; }
	crowd_out e; crowd_out w
	for _ in $(seq 50); do [ "$(pool_sql "SELECT count(*) FROM radippool WHERE expiry_time > now()")" = 0 ] && break; sleep .1; done
	[ "$(pool_sql "SELECT count(*) FROM radippool WHERE expiry_time > now()")" = 0 ] || { echo "not all came back"; pool_sql "SELECT * FROM radippool WHERE expiry_time > now()"; rc=1; }
	return $rc
}
limit_holds() {
	local rc=0
	at east; crowd_in easterners e -n 2 --user twice --password twice-1 || rc=1
	at west; log_mark
	load westerners --user twice --password twice-1 up off >"$W/w.figures" 2>&1 && { echo "a third got in"; cat "$W/w.figures"; rc=1; }
	says '113005: .*server = +10.77.0.22' || rc=1
	crowd_out e; sleep .5
	# behind a NAT: who was refused left without a word, and his address's tunnel may still be there
	crowd_in westerners w --nat --user twice --password twice-1 || rc=1
	crowd_out w
	return $rc
}
crash_frees() {
	local rc=0
	at east
	crowd_in easterners e -n $EACH || rc=1
	[ "$(held 10.75.0.1)" = $EACH ] || { echo "held: $(held 10.75.0.1)"; rc=1; }
	appliance_stop KILL
	crowd_kill e
	[ "$(held 10.75.0.1)" = $EACH ] || { echo "after the crash: $(held 10.75.0.1)"; rc=1; }
	appliance_start || return 1
	for _ in $(seq 50); do [ "$(held 10.75.0.1)" = 0 ] && break; sleep .1; done
	[ "$(held 10.75.0.1)" = 0 ] || { echo "started again: $(held 10.75.0.1)"; rc=1; }
	[ "$(pool_sql "SELECT count(*) FROM radacct WHERE acctstoptime IS NULL AND nasipaddress = '10.75.0.1'")" = 0 ] || { echo "sessions that are not over"; rc=1; }
	return $rc
}
own_server_dies() {
	local rc=0
	at west; server_stop radius3
	crowd_in westerners w --nat -n 3 -p 3 || rc=1
	crowd_out w; return $rc
}
cluster_tests() {
	wanted "cluster" || return 0
	# it is a stream: its own are ended here, whatever ends it
	SERVER_PID=() GATE_PIDS=() APPLIANCE_PID=
	at_end 'crowds_down; servers_down; gates_down'
	t "cluster: two gateways, two FreeRADIUS, one PostgreSQL start" cluster_up
	t "cluster: $((2 * EACH)) logins at two gateways: no address twice" no_address_twice
	t "cluster: a user's limit holds over both" limit_holds
	t "cluster: a gateway's crash frees its addresses and its users' logins" crash_frees
	t "cluster: a gateway whose FreeRADIUS is dead asks the other's" own_server_dies
	at east; t "cluster: east ends cleanly" appliance_stop
	at west; t "cluster: west ends cleanly" appliance_stop
	servers_down
}
