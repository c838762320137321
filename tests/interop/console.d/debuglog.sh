# Debug and syslog of a genuine client's login: on a console, with a condition, in the buffer.

DEBUG_OUT=$W/debug.txt

# debug_console LINES: a console that stays and shows what it asked for, until debug_end.
debug_console() {
	rm -f "$W/debug.in"; mkfifo "$W/debug.in"
	"$BUILD/postern" --socket "$W/sock" <"$W/debug.in" >"$DEBUG_OUT" 2>&1 &
	DEBUG_PID=$!
	exec 7>"$W/debug.in"
	printf '%s\n' enable "" "$@" >&7
	sleep 1
}
debug_end() { exec 7>&-; wait "$DEBUG_PID"; return 0; }
log_in_and_out() { guest_connect 1 && guest_disconnect 1 && gone; }

shows_a_login() {
	debug_console 'debug crypto ikev1 127' 'debug crypto ipsec 127' 'debug l2tp event' 'debug ppp negotiation' \
		'debug crypto engine' 'debug crypto ikev1 timers' 'debug crypto ike-common' 'debug aaa authentication' 'debug aaa authorization' \
		'debug aaa accounting' 'debug aaa common' 'debug aaa internal' 'debug aaa vpn' 'debug vpn-sessiondb' 'debug ppp event'
	log_in_and_out; debug_end
	local want
	for want in 'IKE_DECODE RECEIVED Message \(msgid=0\) with payloads : HDR \+ SA \(1\)' 'Oakley proposal is acceptable' \
		'Group = DefaultRAGroup, IP = [0-9.]+, PHASE 1 COMPLETED' 'L2TP/IPSec session detected\.' 'Transmitting Proxy Id:' \
		'PHASE 2 COMPLETED \(msgid=[0-9a-f]{8}\)' 'IPSEC: New embryonic SA created @ 0x' 'IPSEC: New outbound encrypt rule, SPI 0x' \
		'IPSEC: New inbound decrypt rule, SPI 0x' 'IPSEC: Deleted inbound VPN context, SPI 0x' '^CryptoEngine0: create ISAKMP SKEYID for conn id ' \
		'^IKEv1 TIMER: SA MM:[0-9a-f]{8}, P1 rekey timer started' '^\[IKE COMMON DEBUG\]New peer ' '^AAA: .* authentication of ' '^AAA: authorization of ' \
		'^AAA: accounting start of ' '^AAA session opened: handle = ' '^AAA FSM: In AAA_ProcSvrResp' '^AAA VPN: user ' '^VPN-SESSIONDB: remove session ' \
		'^PPP [0-9]+: phase is NETWORK' '^L2TP: tnl [0-9]+' '^PPP '; do
		grep -qE "$want" "$DEBUG_OUT" || { echo "not shown: $want"; tail -40 "$DEBUG_OUT"; return 1; }
	done
	! grep -qE 'labpsk|builder-2|wonder-1' "$DEBUG_OUT"
}

shows_only_who_was_named() {
	debug_console 'debug crypto condition peer 198.18.99.99' 'debug crypto ikev1 127' 'debug l2tp event' 'show crypto debug-condition'
	log_in_and_out; debug_end
	grep -q '198.18.99.99/32' "$DEBUG_OUT" && ! grep -q 'PHASE 1 COMPLETED\|^L2TP: ' "$DEBUG_OUT"
}

to_the_log() {
	configure <<<'logging debug-trace'
	debug_console 'debug crypto ikev1 127'
	log_in_and_out; debug_end
	configure <<<'no logging debug-trace'
	cli 'show logging' >"$W/logging.txt"
	grep -q '%ASA-7-711001: .*PHASE 1 COMPLETED' "$W/logging.txt" && ! grep -q 'PHASE 1 COMPLETED' "$DEBUG_OUT"
}

messages_of_a_login() {
	cli 'clear logging buffer'; log_in_and_out; cli 'show logging' >"$W/logging.txt"
	local id
	for id in 7-713236 7-715047 7-713906 6-713172 5-713119 5-713049 6-602303 5-713120 6-603102 6-113012 6-113008 6-603103 6-734001 \
		6-737026 6-603106 5-109201 5-109012 5-109210 7-713225 6-603107 6-737016 6-602304 4-113019; do
		grep -q "%ASA-$id: " "$W/logging.txt" || { echo "no $id"; return 1; }
	done
}

a_list_and_a_limit() {
	configure <<-END
		logging list LOGIN message 603102-603107
		logging list LOGIN level errors class vpn
		logging buffered LOGIN
		logging rate-limit 1 60 message 603102
	END
	cli 'clear logging buffer'; log_in_and_out; log_in_and_out
	cli 'show logging' 'show logging rate-limit' >"$W/logging.txt"
	configure <<-END
		no logging rate-limit 1 60 message 603102
		logging buffered debugging
		no logging list LOGIN message 603102-603107
		no logging list LOGIN level errors class vpn
	END
	grep -q 'Buffer logging: list LOGIN, ' "$W/logging.txt" && grep -q '603106' "$W/logging.txt" &&
		! grep -q '%ASA-5-713119: ' "$W/logging.txt" && [ "$(grep -c '%ASA-6-603102: PPP' "$W/logging.txt")" = 1 ] &&
		grep -q '%ASA-6-603102: 1 in 60 second(s), 1 messages discarded' "$W/logging.txt"
}

debuglog_tests() {
	t "debug: a login in every layer" shows_a_login
	t "debug: a condition hides the others" shows_only_who_was_named
	t "debug: debug-trace sends it to the log" to_the_log
	t "syslog: the messages of a login" messages_of_a_login
	t "syslog: a list of messages and a rate limit" a_list_and_a_limit
}
