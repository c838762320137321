# Who is kept out, each for a reason of his own, with good ones between them. All of it at the second appliance (203.0.113.2),
# whose one trustpoint is the root's; guests 3 (strongSwan) and 13 (libreswan).

# why TEXT: as it stands in the log
why() { echo "Authentication of the peer failed: $1"; }
# kept_out ID CERT PATTERN [VAR=VALUE...]: no IKE SA, and the log says why, once. Nobody waits for the client to give up.
kept_out() {
	local id=$1 cert=$2 want=$3 rc lines pid; shift 3
	log_mark
	guest_connect "$id" "SERVER=$SERVER" "CERT=$cert" STOP=esp TIMEOUT=30 "$@" >"$W/in.$id" 2>&1 & pid=$!
	while kill -0 $pid 2>/dev/null && ! about "$id" | grep -qE -- "$want"; do sleep .2; done
	sleep .3
	guest_disconnect "$id" --abrupt
	wait $pid; rc=$?
	lines=$(about "$id" | grep -cE -- "$want")
	[ $rc = 82 ] && [ "$lines" = 1 ] || { echo "guest's status $rc, $lines lines like: $want"; tail -5 "$W/in.$id"; about "$id" | tail -25; guest_log "$id" ipsec.log | tail -15; return 1; }
	! about "$id" | grep 'PHASE 1 COMPLETED' || return 1
	about "$id" | grep -E -- "$want"
}
let_in() { # ID CERT [VAR=VALUE...]: IPsec is enough
	local id=$1 cert=$2 rc; shift 2
	log_mark
	guest_connect "$id" "SERVER=$SERVER" "CERT=$cert" STOP=esp "$@" >"$W/in.$id" 2>&1; rc=$?
	guest_disconnect "$id"
	[ $rc = 0 ] || { tail -5 "$W/in.$id"; guest_log "$id" ipsec.log | tail -20; about "$id" | tail -25; return 1; }
	about "$id" | grep 'PHASE 1 COMPLETED'
}
# itself_refuses ID CERT PATTERN: the client does not even offer it, and says so
itself_refuses() {
	local rc
	guest_connect "$1" "SERVER=$SERVER" "CERT=$2" STOP=esp TIMEOUT=10 >"$W/in.$1" 2>&1; rc=$?
	guest_disconnect "$1" --abrupt
	[ $rc = 82 ] && guest_log "$1" ipsec.log | grep -E -- "$3"
}
checked_by() { configure <<<"crypto ca trustpoint T
 revocation-check $*"; }
peer_ids() { configure <<<"tunnel-group DefaultRAGroup ipsec-attributes
 peer-id-validate $1"; }
second_up() {
	gate_up two 1 inet && at two && keys_to gw-2048-sha256 || return 1
	ns ins ip route add 10.79.0.0/16 via 10.76.0.1
	{
		sed -e 's/203\.0\.113\.1 /203.0.113.2 /; s/10\.77\.0\.1 /10.76.0.1 /; s/10\.78\./10.79./g' "$HERE/configs/pki.cfg"
		trustpoint T root gw-2048-sha256 'revocation-check none'
		printf 'tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 trust-point T\n'
	} >"$A/config"
	appliance_start "$A/config"
}
# What a certificate names is not asked for before the certificate is believed.
nothing_was_asked() { [ "$(asked_both)" = "$1" ] || { tail -5 "$PKI/log" "$PKI/ocsp.log"; return 1; }; } # BEFORE
was_asked() { [ "$(asked_for "$1" "$2")" -ge 1 ] || { echo "nobody asked for $1"; return 1; }; }
without_server() { # ID
	server_stop authority
	checked_by crl || return 1
	kept_out "$1" unlisted "$(why 'no CRL is to be had')" || return 1
	checked_by ocsp || return 1
	kept_out "$1" asked "$(why 'the OCSP responder does not answer')" || return 1
	checked_by crl none || return 1
	let_in "$1" unlisted || return 1
	log_since | grep -iE 'revocation status (is not known|was not checked)'
}
# A list that is newer than the one in the cache: nobody has to wait for its end when it is asked for.
revoked_meanwhile() { # ID
	checked_by crl || return 1
	# no certificate of the trustpoint itself says where its list is
	printf 'crypto ca trustpoint T\n crl configure\n  policy both\n  url 1 http://10.77.0.11:80/root.crl\n' | configure || return 1
	let_in "$1" later || return 1
	"$ROOT/tests/servers/ca" revoke --dir "$PKI" later || return 1
	cli 'configure terminal' 'crypto ca crl request T' || return 1
	sleep 1
	kept_out "$1" later "$(why 'the certificate is revoked')"
}
# strongSwan says only what its certificate says, and replaces anything else; libreswan says what it is told.
named_wrong() {
	kept_out "$1" named "$(why "the peer's identity is not in its certificate")" "ID=$2"
}
refused_up() {
	SERVER=203.0.113.2
	second_up && pki_guests "3 inet" "13 inet"
}
# What both clients are told at once: neither changes what the other's case needs.
both() { local from=${#STREAMS[@]}; stream r3 "$@" 3 strongSwan; stream r13 "$@" 13 libreswan; streams_end "$from"; }
refused_certificates() { # ID CLIENT
	t "refused: $2: a good one gets in" let_in "$1" c-2048-sha256
	t "refused: $2: of another authority" kept_out "$1" stranger "$(why '(no trustpoint of its issuer|the chain does not lead to a trustpoint)')"
	if [ "$2" = libreswan ]; then # and NSS keeps no certificate that is not its issuer's
		t "refused: $2 itself refuses its own expired one" itself_refuses "$1" expired 'is expired or not yet valid'
		t "refused: $2 itself refuses its own one that is not yet valid" itself_refuses "$1" future 'is expired or not yet valid'
		return
	fi
	t "refused: $2: of one that only has our authority's name" kept_out "$1" forged "$(why 'the signature of a certificate is wrong')"
	t "refused: $2: expired" kept_out "$1" expired "$(why 'the certificate has expired')"
	t "refused: $2: not yet valid" kept_out "$1" future "$(why 'the certificate is not yet valid')"
}
refused_names() { # ID CLIENT
	local name
	for name in @ned.example.com ned@example.com 203.0.113.101; do t "refused: $2: named $name, as its certificate says, gets in" let_in "$1" named "ID=$name"; done
}
refused_by_list() {
	t "refused: $2: revoked, says the CRL" kept_out "$1" revoked "$(why 'the certificate is revoked')"
	t "refused: $2: not in the CRL, gets in" let_in "$1" listed
}
refused_by_answer() {
	t "refused: $2: revoked, says OCSP" kept_out "$1" revoked2 "$(why 'the certificate is revoked')"
	t "refused: $2: good, says OCSP, gets in" let_in "$1" asked
}
# Its own stream: the second appliance is its own.
refused_tests() {
	local name from before; from=$(asked_lines) before=$(asked_both)
	both refused_certificates
	peer_ids req
	both refused_names
	for name in @somebody.example.com somebody@example.com 203.0.113.99; do t "refused: libreswan: named $name, which its certificate does not say" named_wrong 13 "$name"; done
	t "refused: nothing that a certificate names was asked for" nothing_was_asked "$before"
	checked_by crl
	t "refused: its CRL is not asked for when it is not believed" kept_out 3 stranger "$(why '(no trustpoint of its issuer|the chain does not lead to a trustpoint)')"
	t "refused: and indeed nobody asked" nothing_was_asked "$before"
	both refused_by_list
	t "refused: the CRL was asked for" was_asked root.crl "$from"
	t "refused: revoked since then, after crypto ca crl request" revoked_meanwhile 3
	checked_by ocsp
	both refused_by_answer
	t "refused: servers away: kept out, or let in with a word where that is configured" without_server 3
}
