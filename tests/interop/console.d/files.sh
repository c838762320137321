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
# Real servers (https: Python's, ftp: pyftpdlib, tftp: atftpd) and an appliance of their own, in namespaces of their own:
# in one of mounts a certification authority is among those the host trusts. Prints what the consoles said.
with_servers() { # FUNCTION
	local d=$W/servers
	mkdir -p "$d/www" "$d/state"
	printf 'hostname from-a-server\n' >"$d/www/new.cfg"
	chmod 777 "$d" "$d/www"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$d/key.pem" -out "$d/cert.pem" 2>/dev/null
	cat "$d/key.pem" "$d/cert.pem" >"$d/both.pem"
	export -f serve_all https_transfers ftp_transfers tftp_transfers own
	D=$d BUILD=$BUILD unshare -mn bash -c 'serve_all && '"$1"
}
own() {
	local line args=()
	for line; do args+=(-c "$line"); done
	"$BUILD/postern" --socket "$D/sock" "${args[@]}" 2>&1
}
serve_all() {
	ip link set lo up
	cd "$D/www" || return 1
	/usr/bin/python3 -c 'import http.server, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); c.load_cert_chain(sys.argv[1])
s = http.server.HTTPServer(("127.0.0.1", 8443), http.server.SimpleHTTPRequestHandler)
s.socket = c.wrap_socket(s.socket, server_side=True); s.serve_forever()' "$D/both.pem" 2>/dev/null &
	local pids=$!
	/usr/bin/python3 -m pyftpdlib -i 127.0.0.1 -p 2121 -w -u joe -P ftp-secret-77 -d "$D/www" >/dev/null 2>&1 &
	pids+=" $!"
	atftpd --daemon --no-fork --user root --port 6969 --bind-address 127.0.0.1 "$D/www" >/dev/null 2>&1 &
	pids+=" $!"
	"$BUILD/posternd" --state "$D/state" --socket "$D/sock" >"$D/log" 2>&1 &
	pids+=" $!"
	# shellcheck disable=SC2064
	trap "kill $pids; wait" EXIT
	for _ in {1..50}; do
		sleep .1
		own 'show clock' >/dev/null && (exec 3<>/dev/tcp/127.0.0.1/8443 4<>/dev/tcp/127.0.0.1/2121) 2>/dev/null && return 0
	done
	cat "$D/log"; return 1
}
https_transfers() {
	own 'copy /noconfirm https://127.0.0.1:8443/new.cfg running-config' | grep 'Certificate not trusted' || return 1
	mount --bind "$D/cert.pem" /etc/ssl/certs/ca-certificates.crt || return 1
	own 'copy /noconfirm https://127.0.0.1:8443/new.cfg running-config' 'show running-config hostname' | tee "$D/out"
	grep -q 'bytes copied in' "$D/out" && grep -q '^hostname from-a-server' "$D/out" || return 1
	own 'copy /noconfirm https://127.0.0.1:8443/none.cfg running-config' | grep 'Error opening https' || return 1
	own 'copy /noconfirm https://127.0.0.1:8443/new.cfg disk0:new.cfg' 'more disk0:new.cfg' | grep '^hostname from-a-server'
}
ftp_transfers() {
	local at=ftp://joe:ftp-secret-77@127.0.0.1:2121
	own "copy /noconfirm $at/new.cfg running-config" 'show running-config hostname' | grep '^hostname from-a-server' || return 1
	own "copy /noconfirm running-config $at/saved.cfg" | grep 'bytes copied in' || return 1
	grep '^hostname from-a-server' saved.cfg && grep '^: end' saved.cfg || return 1
	own "copy /noconfirm $at/none.cfg running-config" | grep 'No such file' || return 1
	own 'copy /noconfirm ftp://joe:wrong@127.0.0.1:2121/new.cfg running-config' | grep 'Login incorrect' || return 1
	! grep ftp-secret-77 "$D/log"
}
tftp_transfers() {
	local at=tftp://127.0.0.1:6969
	own "configure net $at/new.cfg" 'show running-config hostname' | grep '^hostname from-a-server' || return 1
	own "write net $at/tftp.cfg" | grep 'bytes copied in' || return 1
	grep '^: end' tftp.cfg || return 1
	own "copy /noconfirm $at/none.cfg running-config" | grep 'No such file'
}
files_restore() { cli 'configure replace disk0:before-files' 'delete /noconfirm before-files' >/dev/null; cli 'delete /noconfirm checkpoint' >/dev/null 2>&1; return 0; }

files_tests() {
	cli 'copy /noconfirm running-config disk0:before-files' >/dev/null
	t "files: a configuration from a server" from_a_server
	t "files: the configuration to a server" to_a_server
	t "files: a server that is not there" nobody_there
	t "files: https and a server that is trusted, or not" with_servers https_transfers
	t "files: ftp, both ways" with_servers ftp_transfers
	t "files: tftp, both ways" with_servers tftp_transfers
	t "files: a client stays while the configuration is replaced" client_stays
	files_restore
}
