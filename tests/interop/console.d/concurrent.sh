# Twenty consoles type at once: what is shown meanwhile is always a configuration, and the end is that of some order.

CONSOLES=20 STEPS=25
[ "$FULL" = yes ] && STEPS=84 # six commands a step: 500 and a few

# What console I types: things of its own, a list that all add to, and two settings that all fight for.
consoles_lines() { # I
	local i=$1 j
	for j in $(seq "$STEPS"); do
		echo "username u$i-$j password user-of-console-$i mschap"
		[ "$j" -gt 3 ] && echo "no username u$i-$((j - 3))"
		echo "access-list shared extended permit tcp host 10.$i.$j.1 any eq 80"
		echo "hostname h-$i-$j"
		echo "group-policy shared attributes"
		echo "dns-server value 10.$i.$j.1 10.$i.$j.2"
		[ "$j" -le 3 ] && echo "ip local pool p$i-$j 10.200.$i.$((j * 10))-10.200.$i.$((j * 10 + 9)) mask 255.255.255.0"
	done
}
consoles_read() { # directory
	local n=0
	while [ -e "$1/on" ]; do
		cli 'more system:running-config' >"$1/more.$n" || return 1
		cli 'show running-config' >"$1/show.$n" || return 1
		n=$((n + 1)); sleep "$2"
	done
}
consoles_type() {
	local d=$W/consoles i pids= reader rc=0
	rm -rf "$d"; mkdir "$d"; touch "$d/on"
	cli 'copy /noconfirm running-config disk0:before-consoles' >/dev/null || return 1
	configure <<<'group-policy shared internal' || return 1
	for i in $(seq "$CONSOLES"); do consoles_lines "$i" >"$d/in.$i"; done
	local start=$SECONDS
	for i in $(seq "$CONSOLES"); do
		"$BUILD/postern" --socket "$W/sock" -f "$d/in.$i" >"$d/out.$i" 2>&1 &
		pids+=" $!"
	done
	consoles_read "$d" 0.02 & reader=$!
	for i in $pids; do wait "$i" || rc=1; done
	rm "$d/on"; wait "$reader" || rc=1
	cli 'more system:running-config' >"$d/end"
	echo "$(cat "$d"/in.* | wc -l) commands of $CONSOLES consoles in $((SECONDS - start)) s, $(ls "$d"/more.* | wc -l) times looked at"
	[ $rc = 0 ] || { grep -h ERROR "$d"/out.* | head; return 1; }
	[ "$(ls "$d"/more.* | wc -l)" -gt 1 ]
}
# The consoles' own things are all there; what they share is in the order of each of them; what they fought for was set last by one of them.
consoles_serial() {
	gawk -v consoles="$CONSOLES" -v steps="$STEPS" '
		function bad(what) { print what; failed = 1 }
		/^hostname / { host = $2 }
		/^username u[0-9]+-[0-9]+ / { users[$2] }
		/^ip local pool p/ { pools++ }
		/^access-list shared / { split($7, a, "."); if (a[3] != ++seen[a[2]]) bad("console " a[2] ": entry " a[3] " is out of order"); entries++ }
		/^group-policy shared attributes/ { inside = 1; next }
		/^[^ ]/ { inside = 0 }
		inside && $1 == "dns-server" { split($3, x, "."); split($4, y, "."); dns = x[2] "-" x[3]; if (dns != y[2] "-" y[3]) bad("half a dns-server line: " $0) }
		END {
			for (i = 1; i <= consoles; i++)
				for (j = 1; j <= steps; j++)
					if ((("u" i "-" j) in users) != (j > steps - 3)) bad("user u" i "-" j)
			if (entries != consoles * steps) bad(entries " entries in the list")
			if (pools < consoles * 3) bad(pools " pools")
			if (host !~ "^h-[0-9]+-" steps "$") bad("hostname " host " was not the last of its console")
			if (dns !~ "^[0-9]+-" steps "$") bad("dns-server " dns " was not the last of its console")
			exit failed
		}' "$W/consoles/end"
}
# Every text that was shown is taken whole, in place of what is there; with its secrets it gives itself again.
consoles_reload() {
	local d=$W/consoles f rc=0 n=0
	mkdir -p "$W/state/disk0"
	for f in "$d"/more.* "$d"/show.*; do
		cp "$f" "$W/state/disk0/shown"
		cli 'configure replace disk0:shown' >"$d/replaced" 2>&1 || { echo "$f:"; grep -v '^$' "$d/replaced" | head -3; rc=1; break; }
		grep -q 'ERROR' "$d/replaced" && { head -3 "$d/replaced"; rc=1; break; }
		n=$((n + 1))
		case $f in */show.*) continue;; esac
		[ "$(cli 'more system:running-config' | grep Cryptochecksum)" = "$(grep Cryptochecksum "$f")" ] || { echo "$f: another checksum after it was loaded"; rc=1; break; }
	done
	echo "$n texts loaded"
	cli 'configure replace disk0:before-consoles' 'delete /noconfirm shown' 'delete /noconfirm before-consoles' >/dev/null || rc=1
	return $rc
}

concurrent_tests() {
	t "consoles: twenty at once" consoles_type
	t "consoles: the end is that of some order" consoles_serial
	t "consoles: all that was shown meanwhile loads" consoles_reload
}
