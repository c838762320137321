# Enrolment by SCEP at servers that are not ours: scepserver as it is (mode CA), and one with a registration authority before it;
# what they grant is looked at by openssl, and a genuine client believes it.

SCEP_CA=10.77.0.21 SCEP_RA=10.77.0.22
scep_up() {
	ns ins ip addr add $SCEP_CA/24 dev eth0; ns ins ip addr add $SCEP_RA/24 dev eth0
	server_launch scepca scepserver --dir "$W/scepca" --challenge let-me-in $SCEP_CA:8021
	server_launch scepra scepra --dir "$W/scepra" --challenge let-me-in $SCEP_RA:80
	server_ready scepca && server_ready scepra
}
# scep_trustpoint NAME URL CHALLENGE
scep_trustpoint() {
	configure <<-END
	crypto ca trustpoint $1
	 enrollment url $2
	 enrollment retry period 1
	 enrollment retry count 5
	 subject-name CN=gw.example.com,OU=$1,O=Example,C=US
	 fqdn gw.example.com
	 keypair $1
	 password $3
	 revocation-check none
	 crl configure
	END
}
until_said() { local end=$((SECONDS + $1)); until log_since | grep -qE -- "$2"; do [ $SECONDS -lt $end ] || { echo "the log does not say: $2"; log_since | grep '%ASA-[0-6]' | tail; return 1; }; sleep .2; done; }
# scep_enrols NAME URL DIR: key, authority, certificate; it is what openssl calls good, and of our key
scep_enrols() {
	local name=$1 url=$2 dir=$3
	log_mark
	scep_trustpoint "$name" "$url" let-me-in || return 1
	cli 'configure terminal' "crypto key generate rsa label $name modulus 2048 noconfirm" "crypto ca authenticate $name nointeractive" \
		"crypto ca enroll $name noconfirm" | tee "$W/$name.out"
	until_said 30 "717003: Certificate received from Certificate Authority for trustpoint $name" || return 1
	cli "show crypto ca certificates $name" | tee "$W/$name.show"
	cli 'configure terminal' "crypto ca export $name identity-certificate" | sed -n '/BEGIN CERT/,/END CERT/p' >"$W/$name.pem"
	openssl x509 -in "$W/$name.pem" -noout -subject -issuer -ext subjectAltName | tee "$W/$name.txt"
	grep -q 'OU = '"$name" "$W/$name.txt" && grep -q 'DNS:gw.example.com' "$W/$name.txt" || return 1
	openssl verify -auth_level 0 -CAfile "$dir/ca.pem" "$W/$name.pem"
}
scep_refused() { # a wrong challenge
	log_mark
	scep_trustpoint Denied "http://$SCEP_CA:8021/scep" not-the-word || return 1
	cli 'configure terminal' 'crypto key generate rsa label Denied modulus 2048 noconfirm' 'crypto ca authenticate Denied nointeractive' \
		'crypto ca enroll Denied noconfirm'
	until_said 30 '717002: Certificate enrollment failed for trustpoint Denied\. Reason: ' || return 1
	! cli 'show running-config' | grep -F not-the-word
}
# scep_serves ID NAME DIR: the client believes the authority that granted it
scep_serves() {
	cp "$3/ca.pem" "$W/g$1/lab/pki/$2.pem" || return 1
	we_are "$2" "no chain" || return 1
	comes_in "$1" CERT=c-2048-sha256 "ROOT=root $2"
}
scep_tests() {
	wanted scep || return 0
	t "scep: the servers are ready" scep_up
	t "scep: mode CA: a certificate is granted" scep_enrols ScepCA http://$SCEP_CA:8021/scep "$W/scepca/depot"
	t "scep: mode RA: a certificate is granted" scep_enrols ScepRA http://$SCEP_RA:80/scep "$W/scepra"
	t "scep: a wrong challenge is refused, and no secret is shown" scep_refused
	pki_guests "1 inet" || { t "scep: the guest is up" false; return; }
	t "scep: the granted one serves a client, mode CA" scep_serves 1 ScepCA "$W/scepca/depot"
	t "scep: the granted one serves a client, mode RA" scep_serves 1 ScepRA "$W/scepra"
}
