# The commands that show a session agree with the client.

shows_the_client() {
	guest_connect 1 || { log_since | tail -20; return 1; }
	addresses 1
	cli 'show vpdn pppinterface' | tee "$W/ppp.txt"
	cli 'show vpn-sessiondb ra-ikev1-ipsec' | tee "$W/db.txt"
	grep -q "Client ip address is $LOCAL_IP" "$W/ppp.txt" && grep -q "$LOCAL_IP" "$W/db.txt" || return 1
	guest_disconnect 1; gone
}

session_tests() {
	t "show: the client's address" shows_the_client
}
