# Captures of a genuine client's login and of its packets, and the file that tshark reads.

captures_a_login() {
	cli 'capture out interface outside' 'capture in interface inside match icmp any any' 'capture ike type isakmp decrypted' \
		'capture none interface inside match tcp any any eq 9' || return 1
	guest_connect 1 || return 1
	route_inside 1; guest_run 1 "ping -c 3 -i 0.2 $INSIDE"
	guest_disconnect 1; gone
	cli 'show capture' 'show capture in' 'show capture ike' 'show capture out count 5' >"$W/capture.txt"
	cat "$W/capture.txt" | tail -60
	grep -q '^capture out type raw-data interface outside \[Capturing - [1-9][0-9]* bytes\] $' "$W/capture.txt" &&
		grep -q '^  match icmp any any' "$W/capture.txt" &&
		grep -q ': icmp: echo request' "$W/capture.txt" && grep -q ': icmp: echo reply' "$W/capture.txt" &&
		grep -q 'udp [0-9]* decrypted' "$W/capture.txt" && cli 'show capture none' | grep -q '^0 packets captured'
}

file_of_a_capture() {
	local f=$W/state/disk0/out.pcapng
	cli 'copy /noconfirm /pcap capture:out disk0:out.pcapng' 'copy /noconfirm /pcap capture:ike disk0:ike.pcapng'
	tshark -r "$f" -T fields -e _ws.col.Protocol 2>/dev/null | sort | uniq -c
	tshark -r "$f" -Y 'isakmp.exchangetype == 2' 2>/dev/null | grep -q ISAKMP &&
		tshark -r "$f" -Y esp 2>/dev/null | grep -q ESP &&
		tshark -r "$W/state/disk0/ike.pcapng" -Y 'frame.comment == "decrypted" && isakmp' -V 2>/dev/null >"$W/ike.txt" &&
		grep -q 'Identification' "$W/ike.txt"
	local rc=$?
	cli 'no capture out' 'no capture in' 'no capture ike' 'no capture none' 'delete /noconfirm disk0:out.pcapng' 'delete /noconfirm disk0:ike.pcapng'
	return $rc
}

capture_tests() {
	t "capture: wire, inside and IKE in clear" captures_a_login
	t "capture: the file is read by tshark" file_of_a_capture
}
