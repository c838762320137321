# Administrators at genuine servers: passwords, service types, privileged mode, leave for commands, records; and without them.

# console_of ADDRESS|console LINE...: types lines on a console, prints what it shows
console_of() {
	local from=$1; shift
	[ "$from" = console ] || local -x SSH_CONNECTION="$from 50000 10.77.0.1 22"
	printf '%s\n' "$@" | "$BUILD/postern" --socket "$A/sock"
}
# shows TEXT PATTERN...: each pattern is in it, one that begins with ! is not
shows() {
	local text=$1 p; shift
	for p; do
		case $p in
		!*) ! grep -qE -- "${p#!}" <<<"$text" ;;
		*) grep -qE -- "$p" <<<"$text" ;;
		esac || { echo "not as wanted: $p"; echo "$text"; return 1; }
	done
}
admins_up() {
	cat >"$W/admins" <<-'END'
		boss super-secret-1
		  shell priv-lvl=15
		  command (show|configure|hostname|no|username|exit|end) ?.*
		oper only-look-1
		  shell priv-lvl=5
		  command show (privilege|clock)
	END
	cat >"$W/radmins" <<-'END'
		radmin secret-of-6
		  Service-Type := Administrative-User
		prompt secret-of-7
		  Service-Type := NAS-Prompt-User
		caller secret-of-2
		  Service-Type := Framed-User
	END
	server_start admin-tac tacacs --users "$W/admins" --secret testing123 --dir "$W/tac" --accounting "$W/tac.records" 10.77.0.21:49 &&
		server_start admin-rad freeradius --users "$W/radmins" --dir "$W/rad" 10.77.0.22:1812 &&
		configure <<-'END'
			username spare password spare-key-1 privilege 15
			aaa-server TAC protocol tacacs+
			aaa-server TAC (inside) host 10.77.0.21
			 key testing123
			 timeout 2
			aaa-server RAD protocol radius
			aaa-server RAD (inside) host 10.77.0.22
			 key testing123
			 authentication-port 1812
			 accounting-port 1813
			 timeout 4
			 retry-interval 1
			ssh 10.77.0.0 255.255.255.0 inside
		END
}
admins_down() {
	configure >/dev/null <<-'END'
		clear configure aaa
		no ssh 10.77.0.0 255.255.255.0 inside
		no aaa-server RAD
		no aaa-server TAC
		no username spare
	END
	server_stop admin-tac; server_stop admin-rad
}
admins_tested() {
	local out
	out=$(cli 'test aaa-server authentication TAC host 10.77.0.21 username boss password super-secret-1' \
		'test aaa-server authentication RAD host 10.77.0.22 username radmin password wrong' \
		'test aaa authentication RAD host 10.77.0.22 username radmin password secret-of-6' 2>&1)
	shows "$out" 'Authentication test to IP address \(10.77.0.21\) \(timeout: 4 seconds\)' 'ERROR: Authentication Rejected: AAA failure' &&
		[ "$(grep -c 'INFO: Authentication Successful' <<<"$out")" = 2 ]
}
admins_ssh() {
	local out
	configure <<<$'aaa authentication ssh console RAD LOCAL\naaa authorization exec authentication-server auto-enable' || return 1
	out=$(console_of 10.77.0.2 radmin wrong-one radmin secret-of-6 'show curpriv')
	shows "$out" 'Login incorrect' 'Username : radmin' || return 1
	out=$(console_of 10.77.0.2 prompt secret-of-7 'show privilege')
	shows "$out" 'level is 1$' || return 1
	log_mark
	out=$(console_of 10.77.0.2 caller secret-of-2 spare spare-key-1)
	shows "$out" 'Login incorrect' '!logged in' && says '113021: .*User caller did NOT have appropriate Admin Rights'
}
admins_commands() {
	local out
	configure <<-'END' || return 1
		aaa authentication ssh console TAC
		aaa authorization command TAC LOCAL
		aaa accounting ssh console TAC
		aaa accounting command TAC
	END
	out=$(console_of 10.77.0.2 oper only-look-1 'show privilege' 'show version' 'configure terminal')
	shows "$out" 'level is 5$' '!uptime|Version' || return 1
	[ "$(grep -c 'Command authorization failed' <<<"$out")" = 2 ] || { echo "$out"; return 1; }
	out=$(console_of 10.77.0.2 boss super-secret-1 'show privilege' 'configure terminal' 'hostname gw2' 'username mallory password hunter22' \
		'no username mallory' 'hostname gw' end)
	shows "$out" 'level is 15$' 'gw2\(config\)' '!authorization failed' || return 1
	sleep .3
	shows "$(cat "$W/tac.records")" 'START.boss.*service=shell' 'STOP.boss.*cmd=hostname gw2 <cr>' 'STOP.boss.*username mallory password \*' \
		'!hunter22' 'STOP.oper.*elapsed_time'
}
admins_enable() {
	local out
	configure <<<'aaa authentication enable console TAC LOCAL' || return 1
	out=$(console_of console enable boss wrong-one boss super-secret-1 'show curpriv')
	shows "$out" 'Invalid password' 'Username : boss' 'level : 15$'
}
# The servers are gone: LOCAL stands in where it is said, nobody else comes in.
admins_without() {
	local out
	server_stop admin-tac
	out=$(console_of 10.77.0.2 boss super-secret-1 spare spare-key-1 spare spare-key-1)
	shows "$out" 'Access denied' '!logged in' || return 1
	configure <<<'aaa authentication ssh console TAC LOCAL' || return 1
	out=$(console_of 10.77.0.2 spare spare-key-1 'show curpriv' 'show clock')
	shows "$out" 'User spare logged in' 'UTC' || return 1
	cli 'show running-config aaa' | grep 'aaa authentication ssh console TAC LOCAL'
}
admins_tests() {
	wanted administrators || return 0
	t "administrators: the servers are there" admins_up
	t "administrators: test aaa-server" admins_tested
	t "administrators: SSH by RADIUS, service types" admins_ssh
	t "administrators: consoles, commands and records by TACACS+" admins_commands
	t "administrators: privileged mode by TACACS+" admins_enable
	t "administrators: without the servers" admins_without
	admins_down
}
