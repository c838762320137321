# A pasted configuration of the documentation on a live appliance: nothing is refused, who is in stays in, and what it says
# then is said again by its own text.

PASTED="$HERE/../transcript/configs/fragments"
pasted_loads() {
	local f
	cli 'copy /noconfirm running-config disk0:before-paste' >/dev/null || return 1
	guest_connect 1 || { log_since | tail -20; return 1; }
	for f in commands-4-group-policy commands-7-pki listings-all; do
		configure <"$PASTED/$f.cfg" >"$W/pasted.out" 2>&1
		grep ERROR "$W/pasted.out" && return 1
	done
	grep -qE '^INFO: [0-9]+ lines are kept without effect' "$W/pasted.out" || { tail -3 "$W/pasted.out"; return 1; }
	cli 'show vpn-sessiondb summary' >/dev/null; addresses 1
	cli 'show vpn-sessiondb ra-ikev1-ipsec' | grep -q "$LOCAL_IP" || { echo "the client is gone"; return 1; }
}
pasted_inert() {
	cli 'show running-config inert' >"$W/inert.txt"
	echo "$(grep -c '  ! ' "$W/inert.txt") lines without effect"
	grep -q '^ client-firewall none  ! clients of L2TP are told no firewall' "$W/inert.txt" &&
		grep -q '^ssl trust-point T outside  ! SSL VPN is not served' "$W/inert.txt" &&
		! grep -q '^l2tp tunnel hello' "$W/inert.txt"
}
pasted_fixed_point() {
	cli 'more system:running-config' >"$W/paste.1"
	cli 'copy /noconfirm running-config disk0:pasted' >/dev/null
	cli 'configure replace disk0:pasted' >"$W/replace.out" 2>&1; grep ERROR "$W/replace.out" && return 1
	configure <"$W/paste.1" >"$W/again.out" 2>&1; grep ERROR "$W/again.out" && return 1
	cli 'more system:running-config' >"$W/paste.2"
	diff "$W/paste.1" "$W/paste.2" && guest_disconnect 1
	gone
}
# Whole configurations of appliances that ran for years, over what runs (the older one called its interfaces Ethernet).
pasted_closets() {
	local f
	for f in closet-82 closet-98; do
		sed 's/^interface Ethernet/interface GigabitEthernet/' "$PASTED/$f.cfg" | configure >"$W/pasted.out" 2>&1
		grep ERROR "$W/pasted.out" && return 1
		tail -1 "$W/pasted.out"
	done
}
pasted_restore() {
	cli 'configure replace disk0:before-paste' 'delete /noconfirm before-paste' 'delete /noconfirm pasted' >"$W/back.out" 2>&1
	! grep ERROR "$W/back.out" && guest_connect 1 && guest_disconnect 1 && gone
}

pasted_tests() {
	t "paste: a pasted configuration is loaded under a session" pasted_loads
	t "paste: what has no effect is listed with its reason" pasted_inert
	t "paste: its text is a fixed point on the live appliance" pasted_fixed_point
	t "paste: whole configurations of old appliances" pasted_closets
	t "paste: back to what it was" pasted_restore
}
