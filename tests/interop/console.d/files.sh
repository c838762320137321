# Configurations from and to a server, through the privileges the appliance has left; a client stays while the configuration is replaced.

# A server of one request: answers what ANSWER holds, keeps what came in $W/request.
one_request() { # ANSWER-FILE
	ip netns exec "$P-srv" ip link set lo up
	ip netns exec "$P-srv" timeout 20 gawk -v out="$W/request" -v answer="$1" 'BEGIN {
		s = "/inet/tcp/8090/0/0"
		while ((s |& getline line) > 0 && line != "\r") {
			sub("\r$", "", line); print line > out
			if (line ~ /^Content-Length: /) { split(line, l, " "); body = l[2] }
			if (line ~ /^Expect/) printf "HTTP/1.1 100 Continue\r\n\r\n" |& s
		}
		for (got = 0; got < body && (s |& getline line) > 0; got += length(line) + 1) print line > out
		printf "HTTP/1.0 200 OK\r\n\r\n" |& s
		while (answer != "" && (getline line < answer) > 0) print line |& s
		close(s); close(out) }' &
	SERVER_PID=$!
	sleep .5
}
from_a_server() {
	printf 'hostname from-afar\nnonsense here\n' >"$W/answer"
	one_request "$W/answer"
	cli 'copy /noconfirm http://joe:not-in-the-log@127.0.0.1:8090/new.cfg running-config' | tee "$W/copied"
	wait "$SERVER_PID"
	grep -q '^GET /new.cfg ' "$W/request" && grep -q 'bytes copied in' "$W/copied" &&
		grep -q ':2: ERROR: % Invalid input' "$W/copied" && [ "$(cli 'show running-config hostname')" = 'hostname from-afar' ] || return 1
	! grep -q not-in-the-log "$W/posternd.log" "$W/copied"
}
to_a_server() {
	one_request ''
	cli 'write net http://127.0.0.1:8090/saved.cfg' | tee "$W/copied"
	wait "$SERVER_PID"
	grep -q '^PUT /saved.cfg ' "$W/request" && grep -q '^hostname from-afar' "$W/request" && grep -q '^: end' "$W/request"
}
nobody_there() {
	cli 'copy /noconfirm http://127.0.0.1:8090/x running-config' 2>&1 | tee "$W/copied"
	grep -q '^%Error opening http://127.0.0.1:8090/x (Connection refused)' "$W/copied"
}
client_stays() {
	guest_connect 1 || return 1
	addresses 1
	cli 'copy /noconfirm running-config disk0:checkpoint' >/dev/null || return 1
	cli 'configure terminal' 'hostname elsewhere' 'logging buffered debugging' 'configure replace disk0:checkpoint' | tail -3
	cli 'show vpn-sessiondb ra-ikev1-ipsec' | grep -q "$LOCAL_IP" || return 1
	route_inside 1
	pings 1 5 || return 1
	guest_disconnect 1; gone
}
files_restore() { cli 'configure replace disk0:before-files' 'delete /noconfirm before-files' >/dev/null; cli 'delete /noconfirm checkpoint' >/dev/null 2>&1; return 0; }

files_tests() {
	cli 'copy /noconfirm running-config disk0:before-files' >/dev/null
	t "files: a configuration from a server" from_a_server
	t "files: the configuration to a server" to_a_server
	t "files: a server that is not there" nobody_there
	t "files: a client stays while the configuration is replaced" client_stays
	files_restore
}
