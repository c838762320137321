# Table 1: which server can do which PPP authentication. A supported cell lets the right password in and says so, and keeps
# a wrong one out and says why; in a cell that is not supported nobody gets in, and the log says that the server cannot.
# The table is printed at the end.

#        name of the group, PROTOCOL for messages, address, what of pap chap ms-chap-v1 ms-chap-v2 eap-proxy it can do
MATRIX=(
	'LOCAL     -          pap ms-chap-v1 ms-chap-v2'
	'RADIUS    10.77.0.11 pap chap ms-chap-v1 ms-chap-v2 eap-proxy'
	'TACACS    10.77.0.12 pap chap ms-chap-v1'
	'LDAP      10.77.0.13 pap'
	'KERBEROS  10.77.0.14 pap'
	'NT        10.77.0.15 pap'
	'SDI       10.77.0.16 pap'
)
METHODS=(pap chap ms-chap-v1 ms-chap-v2 eap-proxy)
declare -A GUEST_WORD=([pap]=pap [chap]=chap [ms-chap-v1]=mschap [ms-chap-v2]=mschap-v2 [eap-proxy]=eap)

# What the log says when it went right, and when the password is wrong.
yes_of() { case $1 in LOCAL) echo '113012: .*user = alice';; *) echo "113004: .*server = +$2 : user = ";; esac; }
no_of() { case $1 in LOCAL) echo '113015: .*reason = Invalid password';; *) echo "113005: .*server = +$2 : user = ";; esac; }

supported() { # GROUP ADDRESS METHOD
	local group=$1 address=$2 auth=AUTH=${GUEST_WORD[$3]} user=(USER=remote PASSWORD=far-away-1)
	[ "$group" != LOCAL ] || user=(USER=alice PASSWORD=wonder-1)
	[ "$group" != SDI ] || TOKEN=$((TOKEN + 1)) # a passcode is good once
	[ "$group" != SDI ] || user=(USER=alice "PASSWORD=$(passcode alice)")
	lets_in "$(yes_of "$group" "$address")" "$auth" "${user[@]}" || return 1
	keeps_out "$(no_of "$group" "$address")" "$auth" "${user[0]}" PASSWORD=nonsense-1
}
unsupported() { # GROUP METHOD
	keeps_out '113013: .*(No PPP authentication protocol left|not supported by the server)' "AUTH=${GUEST_WORD[$2]}" USER=alice PASSWORD=wonder-1
}
# The servers of the table, beside FreeRADIUS; they start side by side.
matrix_servers() {
	wanted matrix || return 0
	printf 'alice 1234\n\ttoken %s\n' 230740082301955303541034302631612051651301203152442246444172155410501532716707536 >"$W/tokens"
	server_launch tacacs tacacs --users "$USERS" --dir "$W/tacacs" 10.77.0.12:49
	server_launch slapd slapd --users "$USERS" --dir "$W/slapd" 10.77.0.13:389
	server_launch krb5kdc krb5kdc --users "$USERS" --dir "$W/krb5kdc" 10.77.0.14:88
	server_launch smbd smbd --users "$USERS" 10.77.0.15:445 # in a folder that its users may enter
	server_launch securid securid --users "$W/tokens" --dir "$W/securid" 10.77.0.16:1645
	local s
	for s in tacacs slapd krb5kdc smbd securid; do t "matrix: $s is ready" server_ready $s; done
	# by which the KDC is believed
	mkdir -p "$A/state/keys"; cp "$W/krb5kdc/krb5.keytab" "$A/state/keys/"
}
TOKEN=-1
passcode() { "$ROOT/tests/servers/securid" code --users "$W/tokens" --next $TOKEN "$1"; }
cell() { # GROUP ADDRESS METHOD WORKS
	{ use "$1" && methods "$3"; } >"$W/cell.out" 2>&1 || { cat "$W/cell.out"; return 1; }
	# said when it is configured, too; of LOCAL it is the default
	grep -qE "WARNING: tunnel-group DefaultRAGroup: .* cannot verify .*$3" "$W/cell.out"
	[ $? = "$([ "$4" = yes ] && echo 1 || echo 0)" ] || [ "$1" = LOCAL ] || { echo "warnings:"; cat "$W/cell.out"; return 1; }
	if [ "$4" = yes ]; then supported "$1" "$2" "$3"; else unsupported "$1" "$3"; fi
}
matrix_tests() {
	wanted matrix || return 0
	local row group address able m works before failed
	for row in "${MATRIX[@]}"; do
		read -r group address able <<<"$row"
		for m in "${METHODS[@]}"; do
			case " $able " in *" $m "*) works=yes;; *) works=no;; esac
			before=$((PASSED + FAILED)) failed=$FAILED
			t "matrix: $group $m $([ $works = yes ] && echo 'lets in and keeps out' || echo 'is refused')" cell "$group" "$address" "$m" $works
			[ $((PASSED + FAILED)) != "$before" ] || continue # not asked for
			[ "$FAILED" = "$failed" ] || works=FAILED
			case $works in yes) works=works;; no) works=refused;; esac
			echo "$group/$m $works" >>"$W/matrix"
		done
	done
}
matrix_print() {
	local row group m cell word
	local -A CELL=()
	[ -e "$W/matrix" ] || return 0
	while read -r cell word; do CELL[$cell]=$word; done <"$W/matrix"
	printf '\n%-10s' ''; printf '%-12s' "${METHODS[@]}"; echo
	for row in "${MATRIX[@]}"; do
		read -r group _ <<<"$row"
		printf '%-10s' "$group"
		for m in "${METHODS[@]}"; do printf '%-12s' "${CELL[$group/$m]:--}"; done
		echo
	done
	echo
}
