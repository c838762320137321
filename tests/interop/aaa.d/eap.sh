# EAP that passes the appliance unread: the guest's pppd and FreeRADIUS talk, with three methods.

eap_files() { # CA CERT KEY: what the guest has
	cp "$1" "$W/g$GUEST/lab/ca.pem"; cp "$2" "$W/g$GUEST/lab/client.pem"; cp "$3" "$W/g$GUEST/lab/client.key"
}
TLS_OPTIONS=$'ca /lab/ca.pem\ncert /lab/client.pem\nkey /lab/client.key\nremotename radius.test'
spoken() { guest_log $GUEST pppd.log | has "$1"; } # PATTERN in pppd's log
eap_password() { # USER PATTERN
	lets_in '113004: .*server = +10.77.0.11' AUTH=eap USER="$1" PASSWORD=far-away-1 || return 1
	spoken "$2" || return 1
	keeps_out '113005: .*server = +10.77.0.11' AUTH=eap USER="$1" PASSWORD=nonsense-1
}
eap_tls() {
	eap_files "$W"/radius/{ca.pem,client.pem,client.key}
	lets_in '113004: .*server = +10.77.0.11 .*user = eap-tls-user' AUTH=eap USER=eap-tls-user PPPOPT="$TLS_OPTIONS" || return 1
	spoken 'EAP-TLS' || return 1
	# somebody with a certificate of his own making
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/O=Test/CN=eap-tls-user" -days 2 \
		-keyout "$W/forged.key" -out "$W/forged.pem" 2>/dev/null
	eap_files "$W/radius/ca.pem" "$W"/forged.{pem,key}
	keeps_out '113005: .*server = +10.77.0.11' AUTH=eap USER=eap-tls-user PPPOPT="$TLS_OPTIONS"
}
eap_tests() {
	wanted eap || return 0
	use RADIUS; methods eap-proxy
	t "eap: MD5 end to end" eap_password remote 'EAP Request.*MD5'
	t "eap: MSCHAPv2 end to end" eap_password eapms 'EAP Request.*MSCHAP'
	t "eap: TLS end to end" eap_tls
}
