# What FreeRADIUS writes down of sessions, against what they were.

# One line a record of the detail file: ID TYPE USER CAUSE IN OUT SECONDS ADDRESS PACKETS-IN PACKETS-OUT
records() {
	awk 'BEGIN { RS = ""; FS = "\n" }
	{	split("", v)
		for (i = 2; i <= NF; i++) { n = index($i, " = "); k = substr($i, 2, n - 2); x = substr($i, n + 3); gsub(/"/, "", x); v[k] = x }
		print v["Acct-Session-Id"], v["Acct-Status-Type"], v["User-Name"] == "" ? "-" : v["User-Name"], v["Acct-Terminate-Cause"] == "" ? "-" : v["Acct-Terminate-Cause"],
			v["Acct-Input-Octets"] + 4294967296 * v["Acct-Input-Gigawords"], v["Acct-Output-Octets"] + 4294967296 * v["Acct-Output-Gigawords"],
			v["Acct-Session-Time"] + 0, v["Framed-IP-Address"], v["Acct-Input-Packets"] + 0, v["Acct-Output-Packets"] + 0, v["Calling-Station-Id"], v["Class"] }' "$W/radius/detail" 2>/dev/null
}
# wait_records N TYPE [SECONDS]: until so many of the type are there
wait_records() {
	local _
	for _ in $(seq $((${3:-5} * 10))); do [ "$(records | grep -c " $2 ")" -ge "$1" ] && return 0; sleep .1; done
	echo "not $1 records of $2:"; records; return 1
}
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a > b ? a - b : b - a; exit d > 300 + b / 100 }' || { echo "$3: $1 and $2"; return 1; }; }
accounting_on() {
	: >"$W/radius/detail"
	configure <<<'tunnel-group DefaultRAGroup general-attributes
 accounting-server-group RADIUS'
}

# Traffic both ways; the Stop has what the log and the guest say of it.
counters_match() {
	local rc=0 id log rcv xmt tx rx start stop
	login USER=remote PASSWORD=far-away-1 || { log_since | tail -20; return 1; }
	addresses 1; route_inside 1
	wait_records 1 Start || rc=1
	guest_run 1 "ping -q -c20 -i0.01 -s 900 $INSIDE; iperf3 -c $INSIDE -p 5201 -n 2M; iperf3 -c $INSIDE -p 5201 -n 1M -R" >/dev/null
	sleep .3
	read -r tx rx < <(guest_run 1 'cat /sys/class/net/ppp0/statistics/tx_bytes /sys/class/net/ppp0/statistics/rx_bytes' | tr '\n' ' ')
	logout
	wait_records 1 Stop || return 1
	log=$(log_since | grep '113019: .*Username = remote')
	echo "$log"; records
	rcv=$(sed -E 's/.*Bytes rcv: ([0-9]+).*/\1/' <<<"$log") xmt=$(sed -E 's/.*Bytes xmt: ([0-9]+).*/\1/' <<<"$log")
	start=$(records | grep ' Start ') stop=$(records | grep ' Stop ')
	id=${start%% *}
	[ "${stop%% *}" = "$id" ] || { echo "another Acct-Session-Id"; rc=1; }
	set -- $stop
	[ "$3 $4 $8" = "remote User-Request $LOCAL_IP" ] || { echo "user, cause or address: $3 $4 $8"; rc=1; }
	[ "$5 $6" = "$rcv $xmt" ] || { echo "octets: $5 $6, the log has $rcv $xmt"; rc=1; }
	near "$5" "$tx" "octets from the guest" && near "$6" "$rx" "octets to the guest" || rc=1
	[ "$9" -gt 100 ] && [ "${10}" -gt 100 ] || { echo "packets: $9 ${10}"; rc=1; }
	[ "${11}" = 203.0.113.101 ] || { echo "Calling-Station-Id: ${11}"; rc=1; }
	return $rc
}
# Each session has one Start and one Stop, in the end.
each_once() { # SESSIONS SECONDS
	local want=$1 twice
	wait_records "$want" Start "$2" && wait_records "$want" Stop "$2" || return 1
	twice=$(records | awk '$2 == "Start" || $2 == "Stop" {print $1, $2}' | sort | uniq -d)
	[ -z "$twice" ] || { echo "twice: $twice"; records; return 1; }
	[ "$(records | awk '$2 == "Start" || $2 == "Stop" {print $1}' | sort | uniq -c | awk '$1 != 2' | wc -l)" = 0 ] || { records; return 1; }
}
radius_start() { server_start radius freeradius --users "$W/radius.users" --dir "$W/radius" 10.77.0.11:1812; }
# The server is away while sessions begin and end; with "restart" the appliance starts over meanwhile.
server_away() {
	local t0=$SECONDS i seconds=6
	[ $FULL = no ] || seconds=60
	: >"$W/radius/detail"
	use LOCAL
	login USER=alice PASSWORD=wonder-1 || return 1 # begins before, ends meanwhile
	wait_records 1 Start || return 1
	server_stop radius
	logout
	for i in 1 2; do login USER=alice PASSWORD=wonder-1 || return 1; logout; done
	login USER=alice PASSWORD=wonder-1 || return 1 # begins meanwhile, ends afterwards
	if [ "${1:-}" = restart ]; then
		logout
		cli 'write memory' >/dev/null
		appliance_stop; appliance_start || return 1
		at srv
		guest_connect 1 AUTH=mschap-v2 USER=alice >/dev/null || return 1
	fi
	while [ $((SECONDS - t0)) -lt $seconds ]; do sleep .2; done
	radius_start || return 1
	sleep 1; logout
	each_once "$([ "${1:-}" = restart ] && echo 5 || echo 4)" 60
}
on_and_off() {
	: >"$W/radius/detail"
	appliance_stop; appliance_start || return 1
	at srv
	wait_records 1 Accounting-Off && wait_records 1 Accounting-On || return 1
	guest_connect 1 AUTH=mschap-v2 >/dev/null; guest_logout 1
}

accounting_tests() {
	wanted "accounting" || return 0
	methods ms-chap-v2; use RADIUS; accounting_on || { t "accounting: it can be configured" false; return; }
	t "accounting: the detail file has the session's counters" counters_match
	t "accounting: the server is away for a while: nothing is lost, nothing comes twice" server_away
	[ $FULL = no ] || t "accounting: and the appliance starts over meanwhile" server_away restart
	cli 'write memory' >/dev/null
	t "accounting: Off when the appliance ends, On when it starts" on_and_off
}
