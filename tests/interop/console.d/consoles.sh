# Consoles of the live appliance: passwords in every form, levels, lockout, management through the tunnel, plain text in a pipe.

# Types lines on a console without a terminal, prints what it shows.
typed() { printf '%s\n' "$@" | "$BUILD/postern" --socket "$W/sock"; }

# The pbkdf2 form of "cisco123", made with openssl.
pbkdf2_of() {
	local salt hash
	salt=$(printf 'sixteen bytes...' | base64)
	hash=$(openssl kdf -keylen 16 -kdfopt digest:SHA512 -kdfopt pass:"$1" -kdfopt salt:'sixteen bytes...' \
		-kdfopt iter:5000 -binary PBKDF2 | base64)
	echo "\$sha512\$5000\$$salt\$$hash"
}
consoles_passwords() {
	local user
	configure <<-END || return 1
		username con-md5 password cisco123 privilege 5
		username con-nt password cisco123 mschap privilege 6
		username con-new password $(pbkdf2_of cisco123) pbkdf2 privilege 7
		username con-long password 0123456789012345678901234567890123456789 privilege 8
	END
	cli 'show running-config username' | tee "$W/users.txt"
	grep -q 'con-long password \$sha512\$5000\$.* pbkdf2 privilege 8' "$W/users.txt" || return 1
	! grep -q 'cisco123\|0123456789' "$W/users.txt" || return 1
	for user in con-md5:5 con-nt:6 con-new:7; do
		typed login "${user%:*}" wrong "${user%:*}" cisco123 'show curpriv' >"$W/login.txt" || return 1
		grep -q 'Login incorrect' "$W/login.txt" && grep -q "Username : ${user%:*}" "$W/login.txt" &&
			grep -q "level : ${user#*:}" "$W/login.txt" || { cat "$W/login.txt"; return 1; }
	done
	typed login con-long 0123456789012345678901234567890123456789 'show privilege' >"$W/login.txt"
	grep -q 'level is 8' "$W/login.txt" || { cat "$W/login.txt"; return 1; }
	typed login con-long 0123456789012345678901234567890123456788 >"$W/login.txt"
	grep -q 'Login incorrect' "$W/login.txt"
}
consoles_levels() {
	configure <<-'END' || return 1
		enable password level-five level 5
		privilege show level 5 mode exec command curpriv
		privilege cmd level 5 mode exec command configure
		aaa authorization command LOCAL
	END
	typed 'enable 5' nonsense level-five 'show curpriv' 'show running-config' 'configure terminal' 'hostname x' >"$W/level.txt"
	configure <<<'no aaa authorization command LOCAL' || return 1
	cat "$W/level.txt"
	grep -q 'Invalid password' "$W/level.txt" && grep -q 'Username : enable_5' "$W/level.txt" &&
		[ "$(grep -c 'ERROR: Command authorization failed' "$W/level.txt")" = 2 ]
}
consoles_lockout() {
	configure <<<'aaa local authentication attempts max-fail 2' || return 1
	typed login con-md5 a con-md5 b con-md5 cisco123 'show privilege' >"$W/lock.txt"
	configure <<<'no aaa local authentication attempts max-fail' || return 1
	cat "$W/lock.txt"
	grep -q 'Access denied' "$W/lock.txt" && grep -q 'level is 1$' "$W/lock.txt"
}
# A console of an SSH client whose address is that of a tunnel.
from_client() { SSH_CONNECTION="$1 50000 $2 22" "$BUILD/postern" --socket "$W/sock" <<<'show clock' 2>&1; }
consoles_tunnel() {
	local inside
	inside=$(cli 'show running-config interface' | awk '/nameif/ {n = $2} /ip address/ && n == "inside" {print $3; exit}')
	guest_connect 1 || { log_since | tail -20; return 1; }
	addresses 1
	configure <<<'ssh 0 0 outside' || return 1
	from_client "$LOCAL_IP" 192.0.2.1 | tee "$W/through.txt"
	configure <<<'no ssh 0 0 outside' || return 1
	grep -q 'management through the tunnel is not allowed' "$W/through.txt" || return 1
	if [ -n "$inside" ]; then
		configure <<<$'management-access inside\nssh 0 0 inside' || return 1
		from_client "$LOCAL_IP" "$inside" | tee "$W/through.txt"
		configure <<<$'no management-access inside\nno ssh 0 0 inside' || return 1
		grep -q UTC "$W/through.txt" || return 1
	fi
	guest_disconnect 1; gone
}
# Who may come over SSH is what `ssh` lines say: the address, and the interface he came in on.
consoles_ssh() {
	configure <<<'ssh 203.0.113.64 255.255.255.192 outside' || return 1
	from_client 203.0.113.77 203.0.113.1 | grep -q UTC || return 1
	! from_client 203.0.113.14 203.0.113.1 >"$W/ssh.txt" || return 1
	grep -q 'no ssh line permits access from 203.0.113.14 on outside' "$W/ssh.txt" || { cat "$W/ssh.txt"; return 1; }
	log_since | grep '710003: TCP access denied by ACL from 203.0.113.14/50000 to outside:203.0.113.1/ssh' || return 1
	cli 'show ssh' | grep '^203.0.113.64 255.255.255.192 outside' || return 1
	configure <<<'no ssh 203.0.113.64 255.255.255.192 outside' || return 1
	! from_client 203.0.113.77 203.0.113.1 >"$W/ssh.txt" && grep 'no ssh line permits' "$W/ssh.txt" || return 1
	# a script on the host, which is how the line would come back
	SSH_CONNECTION='203.0.113.77 1 203.0.113.1 22' "$BUILD/postern" --socket "$W/sock" -c 'show clock' | grep UTC
}
# Keys that have become no line yet keep a console: with them it is there after more than its minute, without them it is not.
on_a_terminal() { script -qfec "$BUILD/postern --socket $W/sock" /dev/null; }
consoles_idle() {
	configure <<<'console timeout 1' || return 1
	{ for _ in {1..9}; do sleep 8; printf x; done; printf '\025show privilege\r'; sleep 1; printf 'exit\r'; sleep 1; } | on_a_terminal >"$W/typing.txt"
	{ sleep 70; printf 'show privilege\r'; sleep 1; } | on_a_terminal >"$W/silent.txt"
	configure <<<'console timeout 0'
	grep -q 'level is 1' "$W/typing.txt" || { cat "$W/typing.txt"; return 1; }
	grep -q Logoff "$W/silent.txt" && ! grep -q 'level is 1' "$W/silent.txt" || { cat "$W/silent.txt"; return 1; }
}
# The same with a genuine SSH server, which starts the console as its forced command and tells it who is there.
over_ssh() { printf '%s\n' "$@" | ns inet timeout 20 dbclient -T -y -y -i "$W/ssh/key" root@203.0.113.1 2>&1 || :; }
consoles_sshd() {
	local d=$W/ssh rc=0
	mkdir -p "$d/.ssh"
	dropbearkey -t ed25519 -f "$d/host" >/dev/null 2>&1 && dropbearkey -t ed25519 -f "$d/key" 2>/dev/null | grep ^ssh- >"$d/.ssh/authorized_keys"
	chmod -R go= "$d"
	sed "s#^root:.*#root:x:0:0:root:$d:/bin/sh#" /etc/passwd >"$d/passwd"
	ns srv unshare -m sh -c 'echo $$ >"$0/pid"; mount --bind "$0/passwd" /etc/passwd && exec dropbear -F -E -s -r "$0/host" -p 203.0.113.1:22 -P "$0/pid2" -c "$1"' \
		"$d" "$BUILD/postern --socket $W/sock" 2>"$d/log" &
	local server=$!
	sleep 1
	sshd_sees >"$d/out" 2>&1 || { rc=1; cat "$d/out" "$d/text" "$d/log"; }
	kill "$(cat "$d/pid")"; wait "$server" 2>/dev/null
	configure <<<'no ssh 203.0.113.254 255.255.255.255 outside'
	return $rc
}
sshd_sees() {
	over_ssh 'show clock' | tee "$W/ssh/text" | grep 'no ssh line permits access from 203.0.113.254 on outside' || return 1
	configure <<<'ssh 203.0.113.254 255.255.255.255 outside' || return 1
	over_ssh enable '' 'show clock' 'show ssh sessions' exit | tee "$W/ssh/text"
	grep -q UTC "$W/ssh/text" && grep -qE '^[0-9]+ +203\.0\.113\.254 +2\.0 ' "$W/ssh/text" && grep -q Logoff "$W/ssh/text"
}
# No carriage return, no backspace, no escape sequence, no page prompt.
consoles_pipe() {
	typed enable '' 'show running-config' 'show version' 'show ?' >"$W/pipe.txt" || return 1
	! grep -nP '[\x00-\x08\x0b-\x1f\x7f]|More' "$W/pipe.txt" && grep -q '^: end' "$W/pipe.txt"
}

consoles_restore() {
	configure <<-'END'
		no username con-md5
		no username con-nt
		no username con-new
		no username con-long
		no enable password level 5
		no privilege show level 5 mode exec command curpriv
		no privilege cmd level 5 mode exec command configure
	END
}

consoles_tests() {
	t "console: passwords in every form" consoles_passwords
	t "console: a level has its password, commands have levels" consoles_levels
	t "console: failed attempts lock a user out" consoles_lockout
	t "console: no management through the tunnel" consoles_tunnel
	t "console: over SSH from where a line permits it" consoles_ssh
	[ "$FULL" = no ] || t "console: keys are no idle time" consoles_idle
	t "console: through a genuine SSH server" consoles_sshd
	t "console: a pipe gets plain text" consoles_pipe
	t "console: back to what it was" consoles_restore
}
