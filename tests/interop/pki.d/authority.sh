# The authorities, where their lists and answers are, and what an appliance and a guest get of them.
#   10.77.0.11:80 the lists of all authorities by HTTP   10.77.0.11:81 OCSP for what the root issued
# Guests: 1 and 11 direct, 2 and 12 behind NAT, 3 and 13 direct for the other appliance; on a path of 1280 bytes 4 and 14
# directly (nat3 routes only), 5 and 15 behind NAT (nat2). Those above 10 are libreswan.

PKI=$W/pki
NARROW=1280
authority_up() {
	ns ins ip addr add 10.77.0.11/24 dev eth0
	"$ROOT/tests/servers/ca" make --dir "$PKI" "$HERE/pki.d/certificates" || return 1
	mkdir -p "$W/for-guests" && cp "$PKI"/*.{pem,key,p12,chain} "$W/for-guests/"
}
authority_serves() { server_start authority ca serve --dir "$PKI" 10.77.0.11:80; }
# Is this file of an authority asked for since line N of its log?
asked_for() { tail -n +$(($2 + 1)) "$PKI/log" | grep -c "GET /$1"; }
asked_lines() { wc -l <"$PKI/log"; }
# How often was anything asked for, and the responder?
asked_both() { echo "$(grep -c 'GET /' "$PKI/log") $(grep -c 'Received request' "$PKI/ocsp.log")"; }

# pki_guests "ID WHERE"...: those that are not there yet; their stack is known by their number
pki_guests() {
	local g id where stack rc=0 new=()
	for g; do
		read -r id where <<<"$g"
		[ -z "${GUEST_PID[$id]:-}" ] || continue
		stack=strongswan; [ "$id" -lt 10 ] || stack=libreswan
		guest_launch "$id" "$where" $stack && cp -r "$W/for-guests" "$W/g$id/lab/pki" || return 1
		new+=("$id")
	done
	for id in "${new[@]}"; do guest_ready "$id" || rc=1; done
	return $rc
}
# What the appliance sees of a guest: its address, or that of the NAT before it
public_of() { case $1 in 2|12) echo 203.0.113.11;; 5|15) echo 203.0.113.12;; 4|14) echo 198.18.3.$((100 + $1));; *) echo 203.0.113.$((100 + $1));; esac; }
# The path of 1280 bytes: nothing longer comes through, and no fragment of IP either. nat2 translates, nat3 only routes.
narrow_up() {
	local n
	for n in nat2 nat3; do
		ns $n ip link set wan0 mtu $NARROW
		ns $n nft -f - <<-'N'
		add table ip whole
		add chain ip whole in { type filter hook prerouting priority -500; }
		add rule ip whole in iifname "wan0" ip frag-off & 0x3fff != 0 counter drop
		add rule ip whole in ip frag-off & 0x3fff != 0 drop
		N
	done
	ns nat3 nft delete table ip nat; ns nat3 nft delete table ip filter
	ns srv ip route add 198.18.3.0/24 via 203.0.113.13
	ns srv nft -f - <<-'N'
	add table ip whole
	add chain ip whole in { type filter hook prerouting priority -500; }
	add rule ip whole in iifname "wan0" ip frag-off & 0x3fff != 0 counter drop
	N
}

# ---------------------------------------------------------------- the appliance's side
hex_lines() { openssl x509 -in "$1" -outform DER | od -An -v -tx1 -w32 | tr -d ' ' | sed -E 's/(.{8})/\1 /g; s/ $//; s/^/  /'; }
serial_of() { openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f; }
# trustpoint NAME CA [OWN [LINE...]]: as the configuration has it, with the certificate of authority CA and OWN of ours
trustpoint() {
	local name=$1 ca=$2 own=${3:-} l; shift; shift; shift || :
	printf 'crypto ca trustpoint %s\n enrollment terminal\n' "$name"
	[ -z "$own" ] || printf ' keypair %s\n' "$own"
	for l; do printf ' %s\n' "$l"; done
	printf ' crl configure\ncrypto ca certificate chain %s\n' "$name"
	[ -z "$own" ] || printf ' certificate %s\n%s\n  quit\n' "$(serial_of "$PKI/$own.pem")" "$(hex_lines "$PKI/$own.pem")"
	printf ' certificate ca %s\n%s\n  quit\n' "$(serial_of "$PKI/$ca.pem")" "$(hex_lines "$PKI/$ca.pem")"
}
# Key pairs, by the name of their certificate, where the appliance at $A has its own.
keys_to() { local k; mkdir -p "$A/state/keys/rsa"; chmod 700 "$A/state/keys" "$A/state/keys/rsa"; for k; do install -m 600 "$PKI/$k.key" "$A/state/keys/rsa/$k"; done; }
we_are() { configure <<<"tunnel-group DefaultRAGroup ipsec-attributes
 ikev1 trust-point $1${2:+
 $2}" >/dev/null; }

# ---------------------------------------------------------------- a client
# comes_in ID [VAR=VALUE...]: gets in, its pings are answered, it goes, and is forgotten
comes_in() {
	local id=$1; shift
	guest_connect "$id" AUTH=mschap-v2 TIMEOUT=25 "$@" >"$W/in.$id" 2>&1 ||
		{ echo "guest's status $?"; tail -5 "$W/in.$id"; guest_log "$id" ipsec.log | tail -25; about "$id" | tail -25; guest_disconnect "$id" --abrupt; return 1; }
	addresses "$id"; route_inside "$id"
	pings "$id" 2 || { guest_disconnect "$id"; return 1; }
	guest_disconnect "$id"; gone "$id"
}
# Lines of the log since the mark that are about this guest
about() { log_since | grep -F "$(public_of "$1")"; }
