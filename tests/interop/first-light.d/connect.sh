# Who gets in: clients, places, algorithms, authentication.

INSIDE=10.77.0.2
# The addresses a guest was told: sets PPP_IF LOCAL_IP REMOTE_IP DNS1 DNS2
addresses() { eval "$(guest_run "$1" cat /run/ppp-up)"; }
dropped() { cli 'show asp drop' | awk '/\(/{n += $NF} END{print n + 0}'; }
# pings ID N [ADDRESS]: all are answered. A guest on a busy machine may lose one itself: then once more, if we dropped none.
pings() {
	local before try; before=$(dropped)
	for try in 1 2; do
		guest_run "$1" "ping -c$2 -i0.2 -W2 -q ${3:-$INSIDE}" | tee /dev/stderr | grep -q " $2 received" && return 0
		[ "$(dropped)" = "$before" ] || { cli 'show asp drop'; return 1; }
	done
	return 1
}
route_inside() { guest_run "$1" "ip route replace 10.77.0.0/24 dev \$(. /run/ppp-up; echo \$PPP_IF)"; }

# gets_in ID [VAR=VALUE...]: connect, DNS arrives, ten pings, leave; the appliance has forgotten it afterwards
gets_in() {
	local id=$1; shift
	guest_connect "$id" "$@" || { guest_log "$id" ipsec.log | tail -30; log_since | tail -30; return 1; }
	addresses "$id"
	[ "$DNS1 $DNS2" = "10.77.0.5 10.77.0.6" ] || { echo "DNS: $DNS1 $DNS2"; return 1; }
	route_inside "$id"
	pings "$id" 10 || return 1
	guest_disconnect "$id"
	gone "$id"
}
# The session of this guest (none given: every session) ends within a few seconds. Its address may be another's already.
gone() {
	local _ what=${1:+Remote tunnel name is guest$1\$}
	for _ in $(seq 60); do
		cli 'show vpdn session' | grep -qE "${what:-Call id}" || return 0
		sleep .1
	done
	echo "still there:"; cli 'show vpdn session'; return 1
}
transfer() { # ID: 20 MB each way
	guest_run "$1" "iperf3 -c $INSIDE -p 520$1 -n 20M -J >/tmp/up.json && iperf3 -c $INSIDE -p 520$1 -n 20M -R -J >/tmp/down.json; rc=\$?
		grep -h '\"bits_per_second\"' /tmp/up.json /tmp/down.json | tail -1; exit \$rc"
}
gets_in_and_transfers() {
	local id=$1; shift
	guest_connect "$id" "$@" || { log_since | tail -20; return 1; }
	addresses "$id"; route_inside "$id"
	pings "$id" 5 && transfer "$id" || return 1
	guest_disconnect "$id"; gone "$id"
}
raw_esp_only() { # direct = protocol 50, never UDP 4500
	local cap=$W/raw.txt
	ns srv timeout 60 tcpdump -nn -i wan0 -c 4 'ip proto 50' >"$cap" 2>/dev/null & local pid=$!
	sleep .3; gets_in 1 AUTH=mschap-v2 || return 1
	sleep .2; kill $pid 2>/dev/null; wait $pid 2>/dev/null
	grep -q ESP "$cap"
}
many_behind_one_nat() { # guests 2 .. N at once, all from UDP 1701, 30 pings each
	local n=$1 id pids=() rc=0
	for ((id = 2; id < 2 + n; id++)); do # two users: one may be logged in three times
		if ((id % 2)); then guest_connect $id & else guest_connect $id USER=bob PASSWORD=builder-2 & fi
		pids+=($!)
	done
	for id in "${pids[@]}"; do wait "$id" || rc=1; done
	[ $rc = 0 ] || { log_since | tail -40; return 1; }
	pids=()
	for ((id = 2; id < 2 + n; id++)); do route_inside $id; pings $id 30 & pids+=($!); done
	for id in "${pids[@]}"; do wait "$id" || rc=1; done
	[ "$(cli 'show vpdn session' | grep -c 'Call id')" = "$n" ] || { cli 'show vpdn session'; rc=1; }
	[ "$(cli 'show vpdn tunnel' | grep -c 'Remote Internet Address .*, port 1701')" = "$n" ] || { cli 'show vpdn tunnel'; rc=1; }
	for ((id = 2; id < 2 + n; id++)); do guest_disconnect $id & done; wait $(jobs -p | tail -n "$n") 2>/dev/null
	gone && return $rc
}

# ID WHERE
strongswan_tests() {
	local auth p
	for auth in pap mschap mschap-v2; do
		t "strongSwan $2: $auth" gets_in "$1" AUTH=$auth
	done
	for p in 3des-sha1-modp1024/3des-sha1 aes256-sha1-modp2048/aes256-sha1 aes128-md5-modp1536/aes128-md5 \
		aes256-sha256-ecp256/aes256-sha256 des-md5-modp768/des-md5; do
		t "strongSwan $2: $p" gets_in "$1" AUTH=mschap-v2 IKE=${p%/*} ESP=${p#*/}
	done
	t "strongSwan $2: 20 MB each way" gets_in_and_transfers "$1" AUTH=mschap-v2
}
libreswan_tests() {
	t "libreswan $2: aes256-sha1-modp1536" gets_in "$1" AUTH=mschap-v2 IKE=aes256-sha1-modp1536 ESP=aes256-sha1
	t "libreswan $2: aes128-sha256-modp2048" gets_in "$1" AUTH=mschap-v2 IKE=aes128-sha2_256-modp2048 \
		ESP=aes128-sha2_256
}

connect_tests() {
	log_mark
	stream direct strongswan_tests 1 direct
	stream nat strongswan_tests 2 "behind NAT"
	streams_end
	t "direct client sends raw ESP" raw_esp_only
	if wanted "libreswan direct: aes256-sha1-modp1536" "libreswan behind NAT: aes128-sha256-modp2048"; then
		guest_boot 11 inet libreswan; guest_boot 12 nat1 libreswan
		stream direct libreswan_tests 11 direct
		stream nat libreswan_tests 12 "behind NAT"
		streams_end
		guest_kill 11; guest_kill 12
	fi
	if wanted "two guests behind one NAT" "four guests behind one NAT"; then
		guest_boot 3 nat1 strongswan
		t "two guests behind one NAT" many_behind_one_nat 2
		guest_boot 4 nat1 strongswan; guest_boot 5 nat1 strongswan
		t "four guests behind one NAT" many_behind_one_nat 4
		guest_kill 3; guest_kill 4; guest_kill 5
	fi
}
