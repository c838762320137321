# The PIX configuration that lives on certificates, loaded as it is: it makes a key, believes the authority of a Windows server
# (tests/servers/mscep, RA mode), asks it for a certificate, which is pending twice and then granted, and serves a genuine
# client with DES, MD5, group 1 and a signature. What the document shows of all that is looked for, in its order.
# Namespaces of its own: pix (the appliance), msca 171.68.9.149 (the authority), acs 20.1.1.2 (RADIUS); guest 7.

PIX_SEED=$HERE/../transcript/configs/seed-001-pix.cfg
PIX_OUT=$W/pix-console
# in_order FILE: each line of standard input, a pattern, stands in FILE behind the one before
in_order() {
	local want at=0 n
	while IFS= read -r want; do
		[ -n "$want" ] || continue
		n=$(tail -n +$((at + 1)) "$1" | grep -nE -m1 -- "$want" | cut -d: -f1)
		[ -n "$n" ] || { echo "not there, behind line $at: $want"; cat -A "$1" | sed 's/\$$//' | tail -n +$((at > 5 ? at - 5 : 1)) | head -60; return 1; }
		at=$((at + n))
	done
}
seed_up() {
	ns_make pix; plug pix wan0; ns pix ip addr add 171.68.9.57/24 dev wan0; ns pix ip route add default via 171.68.9.1
	ns inet ip addr add 171.68.9.1/24 dev br0
	ns_make msca; plug msca wan0; ns msca ip addr add 171.68.9.149/24 dev wan0
	ns_make acs
	ns pix ip link add lan0 type veth peer name eth0 netns "$P-acs"
	ns pix ip addr add 20.1.1.1/24 dev lan0; ns pix ip link set lan0 up
	ns acs ip addr add 20.1.1.2/24 dev eth0; ns acs ip link set eth0 up; ns acs ip route add default via 20.1.1.1
	echo 'vpnclient cisco-123' >"$W/pix.users"
	SERVER_NS=acs server_launch acs freeradius --secret cisco --users "$W/pix.users" --dir "$W/acs" 20.1.1.2:1645
	SERVER_NS=msca server_launch msca mscep --dir "$W/msca" --ca "$PKI/zak.pem" --ca-key "$PKI/zak.key" --pendings 2 171.68.9.149:80
	server_ready acs && server_ready msca || return 1
	at pix
	appliance_start "$PIX_SEED" || return 1
	cli 'show startup-config errors' >"$W/pix.txt"
	! grep ERROR "$W/pix.txt" || return 1
	# somebody who sits at it, and watches
	mkfifo "$W/pix-keys" && exec {PIX_KEYS}<>"$W/pix-keys"
	"$BUILD/postern" --socket "$A/sock" <"$W/pix-keys" >"$PIX_OUT" 2>&1 &
	PIX_CONSOLE=$!
	pix_types enable '' 'terminal dialect pix-6' 'terminal monitor' 'debug crypto ca' 'debug crypto isakmp' 'configure terminal'
}
PIX_KEYS= PIX_CONSOLE=
pix_types() { printf '%s\n' "$@" >&"$PIX_KEYS"; }
# pix_says SECONDS PATTERN: on the console, since pix_mark
pix_mark() { PIX_AT=$(stat -c %s "$PIX_OUT"); }
pix_since() { tail -c +$((PIX_AT + 1)) "$PIX_OUT"; }
pix_says() {
	local end=$((SECONDS + $1))
	until pix_since | grep -qE -- "$2"; do
		[ $SECONDS -lt $end ] || { echo "not said: $2"; pix_since | tail -40; return 1; }
		sleep .2
	done
}
seed_generates() {
	pix_mark; pix_types 'ca generate rsa key 1024'
	pix_says 60 'Success' || return 1
	pix_since >"$W/pix.txt"
	in_order "$W/pix.txt" <<-'END'
	For <key_modulus_size> >= 1024, key generation could
	  take up to several minutes\. Please wait\.
	Keypair generation process begin\.
	\.Success\.
	END
}
seed_wrong_url() {
	pix_mark; pix_types 'ca identity other 171.68.9.149:/certsrv/nothing.dll' 'ca configure other ra 1 20 crloptional' 'ca authenticate other'
	pix_says 20 'Crypto CA thread sleeps!' || return 1
	sleep 1; pix_since >"$W/pix.txt"
	in_order "$W/pix.txt" <<-'END'
	CI thread sleeps!
	Crypto CA thread wakes up!
	CRYPTO_PKI: http connection opened
	msgsym\(GETCARACERT, CRYPTO\)!
	%Error in connection to Certificate Authority:
	status = FAIL
	CRYPTO_PKI: status = 266: failed to verify
	CRYPTO_PKI: transaction GetCACert completed
	Crypto CA thread sleeps!
	END
}
seed_ca_for_ra() {
	pix_mark; pix_types 'ca identity other 171.68.9.149:/certsrv/mscep/mscep.dll' 'ca configure other ca 1 20 crloptional' 'ca authenticate other'
	pix_says 20 'failed to process RA' || return 1
	sleep 1; pix_since >"$W/pix.txt"
	in_order "$W/pix.txt" <<-'END' || return 1
	CI thread sleeps!
	Crypto CA thread wakes up!
	CRYPTO_PKI: http connection opened
	Certificate has the following attributes:
	Fingerprint: [0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8}
	CRYPTO_PKI: transaction GetCACert completed
	CRYPTO_PKI: Error: Invalid format for BER encoding while
	CRYPTO_PKI: can not set ca cert object\.
	CRYPTO_PKI: status = 65535: failed to process RA certiifcate
	Crypto CA thread sleeps!
	END
	pix_types 'no ca identity other'
}
# The fingerprint is that of the authority's certificate, by openssl.
seed_authenticates() {
	local print
	print=$(openssl x509 -in "$PKI/zak.pem" -noout -fingerprint -md5 | sed 's/.*=//; s/://g' | tr A-F a-f | sed -E 's/(.{8})(.{8})(.{8})(.{8})/\1 \2 \3 \4/')
	pix_mark; pix_types 'ca authenticate sjvpn'
	pix_says 20 'Fingerprint: ' || return 1
	sleep 1; pix_since >"$W/pix.txt"
	in_order "$W/pix.txt" <<-END
	Certificate has the following attributes:
	Fingerprint: +$print
	END
}
# Asks; the answer comes within minutes, as the polls do.
seed_asks() {
	pix_mark; SEED_ASKED=$PIX_AT; pix_types 'ca enroll sjvpn challenge-1'
	pix_says 30 'status = 102: certificate request pending' || return 1
	pix_since >"$W/pix.txt"
	in_order "$W/pix.txt" <<-'END'
	Start certificate enrollment \.\.
	The subject name in the certificate will be: PIX-506-2\.sjvpn\.com
	Certificate request sent to Certificate Authority
	The certificate request fingerprint will be displayed\.
	Fingerprint: +[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8}
	CRYPTO_PKI: transaction PKCSReq completed
	CRYPTO_PKI: status:
	Crypto CA thread sleeps!
	PKI: key process suspended and continued
	CRYPTO_PKI: http connection opened
	CRYPTO_PKI: received msg of [0-9]+ bytes
	CRYPTO_PKI: WARNING: Certificate, private key or CRL was not found while selecting CRL
	CRYPTO_PKI: signed attr: pki-message-type:
	^13 01 33
	CRYPTO_PKI: signed attr: pki-status:
	^13 01 33
	CRYPTO_PKI: signed attr: pki-recipient-nonce:
	^04 10( [0-9a-f]{2}){16}
	CRYPTO_PKI: signed attr: pki-transaction-id:
	^13 20( [0-9a-f]{2}){32}
	CRYPTO_PKI: status = 102: certificate request pending
	END
	cli 'terminal dialect pix-6' 'show crypto ca cert' >"$W/pix.pending"
	in_order "$W/pix.pending" <<-END
	^Certificate$
	 Name: PIX-506-2\.sjvpn\.com
	 Status: Pending
	 Fingerprint: +$(sed -n 's/.*Fingerprint: *//p' "$W/pix.txt" | head -1)
	END
}
seed_is_granted() {
	PIX_AT=$SEED_ASKED; pix_says 200 'CRYPTO_PKI: All enrollment requests completed' || return 1
	sleep 1; pix_since >"$W/pix.txt"
	[ "$(grep -c 'status = 102: certificate request pending' "$W/pix.txt")" = 2 ] || { grep 'status = ' "$W/pix.txt"; return 1; }
	in_order "$W/pix.txt" <<-'END'
	CRYPTO_PKI: status = 102: certificate request pending
	CRYPTO_PKI: http connection opened
	CRYPTO_PKI: status = 102: certificate request pending
	Crypto CA thread wakes up!
	CRYPTO_PKI: resend GetCertInitial, 1
	Crypto CA thread sleeps!
	CRYPTO_PKI: resend GetCertInitial for session: 0
	CRYPTO_PKI: http connection opened
	The certificate has been granted by CA!
	CRYPTO_PKI: received msg of [0-9]+ bytes
	CRYPTO_PKI: WARNING: Certificate, private key or CRL was not found while selecting CRL
	PKI: key process suspended and continued
	CRYPTO_PKI: signed attr: pki-message-type:
	^13 01 33
	CRYPTO_PKI: signed attr: pki-status:
	^13 01 30
	CRYPTO_PKI: signed attr: pki-recipient-nonce:
	CRYPTO_PKI: signed attr: pki-transaction-id:
	CRYPTO_PKI: status = 100: certificate is granted
	CRYPTO_PKI: WARNING: Certificate, private key or CRL was not found while selecting CRL
	CRYPTO_PKI: All enrollment requests completed\.
	END
}
seed_shows() {
	cli 'terminal dialect pix-6' 'show crypto ca cert' >"$W/pix.txt"
	in_order "$W/pix.txt" <<-'END' || return 1
	^Certificate$
	 Status: Available
	 Certificate Serial Number: [0-9a-f]+
	 Key Usage: General Purpose
	 Subject Name
	 Name: PIX-506-2\.sjvpn\.com
	 Validity Date:
	 start date: [0-9:]{8} [A-Z][a-z]{2} +[0-9]+ [0-9]{4}
	 end +date: [0-9:]{8} [A-Z][a-z]{2} +[0-9]+ [0-9]{4}
	END
	local block
	for block in 'RA Signature Certificate:Signature' 'CA Certificate:Signature' 'RA KeyEncipher Certificate:Encryption'; do
		sed -n "/^${block%:*}\$/,/end *date/p" "$W/pix.txt" >"$W/pix.block"
		in_order "$W/pix.block" <<-END || return 1
		 Status: Available
		 Certificate Serial Number: [0-9a-f]+
		 Key Usage: ${block#*:}
		 CN = 
		 Validity Date:
		 start date: 
		 end +date: 
		END
	done
}
seed_saves() { # ca save all, and what was saved is there after the next start
	pix_mark; pix_types 'ca save all' 'write memory'
	pix_says 10 '\[OK\]' || return 1
	cli 'terminal dialect pix-6' 'show crypto ca cert' >"$W/pix.before"
	exec {PIX_KEYS}>&-; kill "$PIX_CONSOLE" 2>/dev/null; wait "$PIX_CONSOLE" 2>/dev/null
	appliance_stop && appliance_start || return 1
	cli 'terminal dialect pix-6' 'show crypto ca cert' | diff "$W/pix.before" - || return 1
	[ -n "$(find "$A/state/keys/rsa" -type f)" ] || { echo "no key is kept"; return 1; }
	find "$A/state" -type f -name '*' -exec grep -lE 'BEGIN.*PRIVATE KEY' {} + | while read -r f; do [ "$(stat -c %a "$f")" = 600 ] || { ls -l "$f"; exit 1; }; done
}
# A genuine client, whose certificate is of the same authority.
seed_client() {
	pki_guests "7 inet" || return 1
	guest_run 7 "ip addr flush dev vec0; ip addr add 171.68.9.150/24 dev vec0; sed -i 's,addr=[^ ]*,addr=171.68.9.150/24,' /lab/job" || return 1
	pix_console || return 1
	pix_mark; log_mark
	guest_connect 7 SERVER=171.68.9.57 CERT=pc ROOT=zak IKE=des-md5-modp768 ESP=des-md5 AUTH=mschap USER=vpnclient PASSWORD=cisco-123 >"$W/in.7" 2>&1 ||
		{ tail -5 "$W/in.7"; guest_log 7 ipsec.log | tail -20; log_since | tail -20; return 1; }
	addresses 7
	[ "$LOCAL_IP $DNS1" = "50.1.1.1 20.1.1.250" ] || { echo "$LOCAL_IP $DNS1"; return 1; }
	guest_run 7 "ip route replace 20.1.1.0/24 dev $PPP_IF"; pings 7 3 20.1.1.2
}
pix_console() {
	rm -f "$W/pix-keys"; mkfifo "$W/pix-keys" && exec {PIX_KEYS}<>"$W/pix-keys"
	"$BUILD/postern" --socket "$A/sock" <"$W/pix-keys" >"$PIX_OUT" 2>&1 &
	PIX_CONSOLE=$!
	pix_types enable '' 'terminal dialect pix-6' 'terminal monitor' 'debug crypto ca' 'debug crypto isakmp' 'debug crypto ipsec' 'show debug'
	PIX_AT=0; pix_says 20 'debug crypto ipsec'
}
seed_client_debug() {
	sleep 1; pix_since >"$W/pix.txt"
	in_order "$W/pix.txt" <<-'END'
	crypto_isakmp_process_block: src 171\.68\.9\.150, dest 171\.68\.9\.57
	OAK_MM exchange
	ISAKMP \(0\): processing SA payload\. message ID = 0
	ISAKMP \(0\): Checking ISAKMP transform 1 against priority 20 policy
	ISAKMP:      encryption DES-CBC
	ISAKMP:      hash MD5
	ISAKMP:      default group 1
	ISAKMP:      auth RSA sig
	ISAKMP \(0\): atts are acceptable\. Next payload is 0
	ISAKMP \(0\): processing vendor id payload
	ISAKMP \(0\): SA is doing RSA signature authentication using id type ID_FQDN
	return status is IKMP_NO_ERROR
	ISAKMP \(0\): processing KE payload\. message ID = 0
	ISAKMP \(0\): processing NONCE payload\. message ID = 0
	return status is IKMP_NO_ERROR
	ISAKMP \(0\): processing ID payload\. message ID = 0
	ISAKMP \(0\): processing CERT payload\. message ID = 0
	ISAKMP \(0\): processing a CT_X509_SIGNATURE cert
	CRYPTO_PKI: status = 0: crl check ignored
	PKI: key process suspended and continued
	CRYPTO_PKI: WARNING: Certificate, private key or CRL was not found while selecting CRL
	CRYPTO_PKI: cert revocation status unknown\.
	ISAKMP \(0\): cert approved with warning
	ISAKMP \(0\): processing SIG payload\. message ID = 0
	ISAKMP \(0\): SA has been authenticated
	ISAKMP \(0\): ID payload
	next-payload : 6
	type         : 2
	protocol     : 17
	port         : 500
	length       : 23
	ISAKMP \(0\): Total payload length: 27
	return status is IKMP_NO_ERROR
	OAK_QM exchange
	ISAKMP \(0\): Creating IPSec SAs
	return status is IKMP_NO_ERROR
	END
}
seed_client_shows() {
	cli 'terminal dialect pix-6' 'show crypto isakmp sa' 'show uauth' 'show vpdn session' | tee "$W/pix.txt"
	grep -qE '171\.68\.9\.57 +171\.68\.9\.150 +QM_IDLE +0 +1$' "$W/pix.txt" &&
		grep -q "vpdn user 'vpnclient' at 50.1.1.1, authenticated" "$W/pix.txt" && grep -q 'Session username is vpnclient' "$W/pix.txt" || return 1
	guest_disconnect 7; gone
}
# In a stream of its own: it waits for minutes.
seed_tests() {
	SERVER_PID=() GATE_PIDS=() APPLIANCE_PID= # those of the suite are its own
	at_end 'kill $PIX_CONSOLE 2>/dev/null; servers_down; appliance_stop'
	t "seed: the PIX configuration boots as it is, beside its authority and its RADIUS server" seed_up
	[ -n "$PIX_KEYS" ] || return 0
	t "seed: ca generate rsa key 1024" seed_generates
	t "seed: a wrong URL, in the words of the document" seed_wrong_url
	t "seed: mode CA against an RA, in the words of the document" seed_ca_for_ra
	t "seed: ca authenticate" seed_authenticates
	t "seed: ca enroll: sent, pending" seed_asks
	t "seed: pending twice, then granted" seed_is_granted
	t "seed: show crypto ca cert" seed_shows
	t "seed: ca save all; it is there after a restart" seed_saves
	t "seed: a genuine client with a certificate: DES, MD5, group 1, CHAP at RADIUS" seed_client
	t "seed: debug of that, in the words of the document" seed_client_debug
	t "seed: the client is shown" seed_client_shows
	[ -z "$PIX_KEYS" ] || { exec {PIX_KEYS}>&-; kill "$PIX_CONSOLE" 2>/dev/null; }
	t "seed: posternd ends cleanly on SIGTERM" appliance_stop
}
