# What is shown has the layout of the samples, is the same in both forms, and agrees with the client.

SHOWS=$HERE/../vectors/shows

# The shape of a text, with what names and algorithms of this lab are taken out.
shape() {
	sed -E -e 's/esp-[a-z0-9-]+ esp-[a-z0-9-]+-hmac/esp-CIPHER esp-MAC/' -e 's/(tunnel name is) .*/\1 NAME/' \
		-e 's/(authentication protocol is) .*/\1 METHOD/' |
		"$BUILD/tests/shape" | sed -E -e 's/<hex>/<n>/g' -e 's/> +/> /g' -e 's/ +$//' | uniq
}

# One sample against what the appliance shows now.
same_shape() {
	local file=$SHOWS/$1.txt command
	command=$(sed -n 's/^## command: //p' "$file")
	diff <(grep -v '^## ' "$file" | shape) <(cli "$command" | shape) || { echo "$1: $command"; return 1; }
}

layouts_with_nobody() {
	local s rc=0
	for s in isakmp-sa-none isakmp-stats ipsec-sa-none vpdn-none clock nameif; do same_shape $s || rc=1; done
	return $rc
}

layouts_with_client() {
	local s rc=0
	for s in isakmp-sa ikev1-stats ipsec-sa ipsec-sa-summary ipsec-stats protocol-ikev1 protocol-ipsec vpdn-tunnel \
		vpdn-session vpdn-tunnel-summary vpdn-tunnel-state vpdn-tunnel-transport vpdn-pppinterface uauth sessiondb \
		sessiondb-none conn conn-count aaa-server; do
		same_shape $s || rc=1
	done
	return $rc
}

# A value of a document, one key a line; the first of that name.
value() { sed -nE "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p" | head -1; }

documents() {
	local c rc=0 doc
	for c in 'show version' 'show crypto isakmp sa detail' 'show crypto ipsec sa detail' 'show vpdn' 'show vpdn pppinterface' \
		'show vpn-sessiondb detail ra-ikev1-ipsec' 'show vpn-sessiondb' 'show uauth' 'show interface' 'show route' 'show arp' \
		'show conn' 'show cpu usage' 'show memory detail' 'show blocks' 'show processes cpu-usage' 'show logging' \
		'show running-config' 'show tech-support' 'show traffic' 'show asp drop' 'show crypto protocol statistics all'; do
		doc=$(cli "$c | json")
		[ "${doc:0:1}${doc: -1}" = "{}" ] || { echo "$c: ${doc:0:200}"; rc=1; }
		if command -v python3 >/dev/null; then python3 -m json.tool <<<"$doc" >/dev/null || { echo "$c"; rc=1; }; fi
	done
	return $rc
}

# Text, document and the guest's kernel tell the same.
one_truth() {
	local xfrm in_spi out_spi sa db rc=0
	xfrm=$(guest_run 1 ip -s xfrm state)
	in_spi=$(awk '/^src/{to = ($4 == "203.0.113.1")} to && /spi/{sub(/\(.*/, "", $4); print $4; exit}' <<<"$xfrm")
	out_spi=$(awk '/^src/{to = ($2 == "203.0.113.1")} to && /spi/{sub(/\(.*/, "", $4); print $4; exit}' <<<"$xfrm")
	sa=$(cli 'show crypto ipsec sa | json'); db=$(cli 'show vpn-sessiondb detail ra-ikev1-ipsec | json')
	[ "$(value inbound_spi <<<"$sa")" = $((in_spi)) ] || { echo "inbound $in_spi"; rc=1; }
	[ "$(value outbound_spi <<<"$sa")" = $((out_spi)) ] || { echo "outbound $out_spi"; rc=1; }
	[ "$(value assigned_ip <<<"$db")" = "$LOCAL_IP" ] || { echo "assigned $LOCAL_IP"; rc=1; }
	[ "$(value client_ip <<<"$(cli 'show vpdn pppinterface | json')")" = "$LOCAL_IP" ] || { echo "client $LOCAL_IP"; rc=1; }
	cli 'show uauth' | grep -q "'alice' at $LOCAL_IP, authenticated" || rc=1
	cli 'show route' | grep -q "^V        $LOCAL_IP 255.255.255.255 connected by VPN" || { cli 'show route'; rc=1; }
	cli "show vpn-sessiondb ra-ikev1-ipsec filter a-ipaddress $LOCAL_IP" | grep -q "Assigned IP  : $LOCAL_IP " || rc=1
	cli "show vpn-sessiondb ra-ikev1-ipsec filter name nobody" | grep -q "no active sessions of the type" || rc=1
	cli 'show vpn-sessiondb full ra-ikev1-ipsec' | grep -q "| Assigned IP: $LOCAL_IP | .*||$" || rc=1
	[ $rc = 0 ] || { echo "$xfrm"; echo "$sa" | head -40; }
	return $rc
}

# Packets of the guest are counted, once, at every place; clear takes them off.
counts() {
	local a b
	route_inside 1
	a=$(value decaps <<<"$(cli 'show crypto ipsec sa | json')")
	pings 1 10 || return 1
	b=$(value decaps <<<"$(cli 'show crypto ipsec sa | json')")
	[ $((b - a)) -ge 10 ] && [ $((b - a)) -le 14 ] || { echo "decaps $a, then $b"; return 1; }
	for a in ESP UDP; do # the guest has its address itself: no UDP around its ESP, IKE is UDP
		cli "show counters protocol $a" | grep -Eq "^$a +RX_PKTS +[1-9][0-9]* +single_vf" || { cli 'show counters'; return 1; }
	done
	cli 'clear crypto ipsec sa counters' 'clear interface' 'clear crypto protocol statistics all' >/dev/null
	[ "$(value decaps <<<"$(cli 'show crypto ipsec sa | json')")" -le 2 ] || return 1
	[ "$(value decrypt_packet_requests <<<"$(cli 'show crypto protocol statistics ipsec | json')")" -le 2 ] || return 1
	[ "$(value packets_input <<<"$(cli 'show interface outside | json')")" -le 10 ]
}

# What ppp0 of the guest counts while packets pass, and what we count of the session, to the byte.
same_bytes() {
	local g0 g1 s0 s1 rc=0
	theirs() { guest_run 1 cat /sys/class/net/ppp0/statistics/{tx_packets,tx_bytes,rx_packets,rx_bytes} | tr '\n' ' '; }
	ours() {
		local doc k
		doc=$(cli 'show vpn-sessiondb detail ra-ikev1-ipsec | json' | sed -n '/"l2tp_tunnel"/,$p')
		for k in pkts_rx bytes_rx pkts_tx bytes_tx; do printf '%s ' "$(value $k <<<"$doc")"; done
	}
	less() { awk '{for (i = 1; i <= 4; i++) printf "%d ", $(i + 4) - $i}' <<<"$1 $2"; }
	g0=$(theirs); s0=$(ours)
	guest_run 1 ping -c 10 -i 0.05 -s 700 -W 2 10.77.0.2 >/dev/null || return 1
	g1=$(theirs); s1=$(ours)
	[ "$(less "$g0" "$g1")" = "$(less "$s0" "$s1")" ] || { echo "guest $g0-> $g1, session $s0-> $s1"; rc=1; }
	[ "$(less "$s0" "$s1")" = "10 7280 10 7280 " ] || { echo "session $s0-> $s1"; rc=1; }
	return $rc
}

no_secrets_shown() {
	cli 'show tech-support' 'show running-config' 'show running-config all' 'show tech-support | json' >"$W/tech.txt"
	[ "$(wc -l <"$W/tech.txt")" -gt 300 ] || { wc -l "$W/tech.txt"; return 1; }
	! grep -E 'labpsk|wonder-1|builder-2|simple-3' "$W/tech.txt"
}

tunnel_is_closed() {
	cli "clear vpdn tunnel id $(value id <<<"$(cli 'show vpdn tunnel | json')")" || return 1
	gone
}

with_client() {
	guest_connect 1 || { log_since | tail -20; return 1; }
	addresses 1
}

show_tests() {
	t "show: layouts while nobody is in" layouts_with_nobody
	t "show: a client gets in" with_client
	t "show: layouts with a client" layouts_with_client
	t "show: every command as a document" documents
	t "show: text, document and the client's kernel agree" one_truth
	t "show: packets are counted, clear takes them off" counts
	t "show: bytes are those of the client's ppp0" same_bytes
	t "show: tech-support and running-config tell no secret" no_secrets_shown
	t "show: clear vpdn tunnel ends the session" tunnel_is_closed
	guest_disconnect 1 >/dev/null 2>&1
}
