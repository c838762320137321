# The seed's configuration, saving and loading it.

# The full example of the chapter as it stands, pre-shared-key * included: warned about, everything accepted.
seed_example() {
	local out
	appliance_stop; rm -f "$W/state/startup-config"
	printf 'interface GigabitEthernet0/0\n nameif outside\n ip address 203.0.113.1 255.255.255.0\n' >"$W/empty.cfg"
	appliance_start "$W/empty.cfg" || return 1
	out=$("$BUILD/postern" --socket "$W/sock" -f "$ROOT/tests/transcript/configs/seed-000-example.cfg" 2>&1) || { echo "$out"; return 1; }
	echo "$out"
	grep -q 'WARNING' <<<"$out" || return 1
	! grep -q 'ERROR' <<<"$out" || return 1
	printf 'username alice password wonder-1 mschap\ntunnel-group DefaultRAGroup ipsec-attributes\n pre-shared-key labpsk-of-twenty-and-more\n' | configure || return 1
	guest_connect 1 IKE=3des-sha1-modp1024 ESP=des-sha1 AUTH=mschap-v2 || { log_since | tail -20; return 1; }
	guest_disconnect 1; gone
}
# more system:running-config, loaded into an empty appliance, is the same text byte for byte.
round_trip() {
	cli 'more system:running-config' | body >"$W/one.cfg"
	appliance_stop; rm -f "$W/state/startup-config"
	appliance_start "$W/one.cfg" || return 1
	cli 'more system:running-config' | body >"$W/two.cfg"
	diff "$W/one.cfg" "$W/two.cfg" || return 1
	guest_connect 1 IKE=3des-sha1-modp1024 ESP=des-sha1 AUTH=mschap-v2 || { log_since | tail -20; return 1; }
	guest_disconnect 1; gone
}
body() { grep -vE '^: Written|^Cryptochecksum'; }
survives_restart() {
	cli 'write memory' | tee "$W/write.txt"
	grep -q '\[OK\]' "$W/write.txt" || return 1
	[ "$(stat -c %a "$W/state/startup-config")" = 600 ] || { ls -l "$W/state"; return 1; }
	cli 'more system:running-config' >"$W/before.cfg"
	appliance_stop || { echo "posternd's exit status $?"; return 1; }
	appliance_start || return 1
	cli 'more system:running-config' >"$W/after.cfg"
	diff "$W/before.cfg" "$W/after.cfg" || return 1
	guest_connect 1 IKE=3des-sha1-modp1024 ESP=des-sha1 AUTH=mschap-v2 || return 1
	guest_disconnect 1; gone
}
# A full disk: the file is the old one and the error is shown.
full_disk() {
	local sum out
	appliance_stop
	cp "$W/state/startup-config" "$W/keep.cfg"
	mount -t tmpfs -o size=64k,mode=700 tmpfs "$W/state" || return 1
	cp "$W/keep.cfg" "$W/state/startup-config"; chmod 600 "$W/state/startup-config"
	appliance_start || { umount "$W/state"; return 1; }
	sum=$(md5sum <"$W/state/startup-config")
	dd if=/dev/zero of="$W/state/fill" bs=1k count=200 2>/dev/null
	out=$(cli 'write memory' 2>&1); echo "$out"
	[ "$sum" = "$(md5sum <"$W/state/startup-config")" ]; local same=$?
	appliance_stop; umount "$W/state"; cp "$W/keep.cfg" "$W/state/startup-config"; chmod 600 "$W/state/startup-config"
	[ $same = 0 ] || { echo "startup-config changed"; return 1; }
	grep -qi 'no space' <<<"$out" && ! grep -q '\[OK\]' <<<"$out" || return 1
	appliance_start
}
unrelated_edit_drops_nobody() {
	guest_connect 1 IKE=3des-sha1-modp1024 ESP=des-sha1 || return 1
	printf 'domain-name example.net\nusername carol password secret-99 mschap\nlogging buffered 7\n' | configure || return 1
	sleep 1; cli 'show vpdn session' | grep -q 'Call id' || return 1
	route_inside 1; pings 1 3 || return 1
	printf 'no username alice\n' | configure
	gone || { echo "alice's session outlived her"; return 1; }
	printf 'username alice password wonder-1 mschap\n' | configure
	guest_disconnect 1
}
# Every transcript typed at the console program on a pty, against the whole appliance, each on an empty configuration.
transcripts() {
	local f rc=0
	appliance_stop; rm -f "$W/state/startup-config"
	appliance_start || return 1
	for f in "$ROOT"/tests/transcript/*.t; do
		cli 'configure terminal' 'clear configure all' 'write erase' || rc=1
		timeout 60 "$BUILD/tests/transcript" --pty "$BUILD/postern" --socket "$W/sock" "$f" || rc=1
	done
	appliance_stop; rm -f "$W/state/startup-config"
	appliance_start "$HERE/configs/first-light.cfg" || return 1
	return $rc
}

config_tests() {
	t "seed: the full example, every line accepted, a guest gets in" seed_example
	t "seed: running-config byte for byte through an empty appliance" round_trip
	t "write memory, stop, start: identical, guest gets in again" survives_restart
	t "full disk: the old file stays, the error is shown" full_disk
	t "an unrelated edit drops nobody, a deleted user goes" unrelated_edit_drops_nobody
	t "every transcript typed on the whole appliance" transcripts
}
