# Both clients with every kind of key and signature, on both sides, direct and behind NAT; with a chain, and on a path on which
# their messages have to be cut. What is printed at the end: in = got in, pinged, and was forgotten; IPsec = that far only (the
# short form, behind NAT); refuses = the client itself does not do it (REFUSES is what it says; nobody refused anything yet).

SIZES=(1024 2048 3072 4096)
HASHES=(sha1 sha256)
PLACES=("1 strongSwan direct" "2 strongSwan NAT" "11 libreswan direct" "12 libreswan NAT")
# CLIENT/KIND what its log says
declare -A REFUSES=()

# cell ID KIND CERT [VAR=VALUE...]
cell() {
	local id=$1 kind=$2 cert=$3 client; shift 3
	client=$(client_of "$id")
	log_mark
	if [ -n "${REFUSES[$client/${kind#*:}]:-}" ]; then
		guest_connect "$id" STOP=esp "CERT=$cert" TIMEOUT=8 "$@" >"$W/in.$id" 2>&1 && { echo "it does not refuse that"; return 1; }
		guest_log "$id" ipsec.log | grep -E -- "${REFUSES[$client/${kind#*:}]}" || { guest_log "$id" ipsec.log | tail -20; return 1; }
		guest_disconnect "$id" --abrupt
		return 0
	fi
	if [ "$kind" != "${kind#*:}" ]; then let_in "$id" "$cert" "$@"; return; fi
	comes_in "$id" "CERT=$cert" "$@" || return 1
	about "$id" | grep 'PHASE 1 COMPLETED'
}
# Tests that are the same for several guests, at once: STREAM's name, then a function that is given the guest and its place
each_place() {
	local what=$1 p from=${#STREAMS[@]}; shift
	for p in "${PLACES[@]}"; do stream "${what}${p%% *}" "$@" $p; done
	streams_end "$from"
}
kind_tests() { # BITS-HASH ID CLIENT WHERE
	local kind=$1 before=$((PASSED + FAILED)) failed=$FAILED part= done=in word
	if [ "$FULL$4" = noNAT ] && [[ $kind != 2048-* ]]; then part=ipsec: done=IPsec; fi
	t "matrix: $3, $4: ${kind/-/ bits, }" cell "$2" "$part$kind" "c-$kind"
	[ $((PASSED + FAILED)) != "$before" ] || return 0 # not asked for
	word=$done
	[ -z "${REFUSES[$3/$kind]:-}" ] || word=refuses
	[ "$FAILED" = "$failed" ] || word=FAILED
	echo "$2 $kind $word" >>"$W/matrix"
}
chain_tests() { # ID CLIENT WHERE
	t "chain: $2, $3: both through an intermediate authority" cell "$1" chain c-chain "ROOT=root"
}
narrow_tests() {
	t "1280 bytes: $2, $3: 2048 bits" cell "$1" narrow c-2048-sha256
	t "1280 bytes: $2, $3: chain, 4096 bits" cell "$1" narrow c-chain-4096
}
# The appliance cuts its messages by itself. (libreswan cuts its own when one was not answered: what IP made of the first
# did not come through.)
nothing_was_cut() {
	local n
	for n in nat2 nat3; do
		ns $n nft list table ip whole | grep -E 'counter packets 0 ' || { ns $n nft list table ip whole; return 1; }
	done
	ns srv nft list table ip whole | grep counter
}
matrix_tests() {
	wanted matrix chain 1280 || return 0
	local hash bits id
	pki_guests "1 inet" "2 nat1" "11 inet" "12 nat1" || { t "matrix: guests are up" false; return; }
	if wanted matrix; then
		for hash in "${HASHES[@]}"; do
			for bits in "${SIZES[@]}"; do
				we_are "gw-$bits-$hash" "no chain"
				each_place m kind_tests "$bits-$hash"
			done
		done
	fi
	if wanted chain; then
		we_are gw-chain chain
		each_place c chain_tests
	fi
	wanted 1280 || return 0
	pki_guests "4 nat3" "5 nat2" "14 nat3" "15 nat2" || { t "1280 bytes: guests are up" false; return; }
	we_are gw-chain chain
	local PLACES=("4 strongSwan direct" "5 strongSwan NAT" "14 libreswan direct" "15 libreswan NAT")
	each_place n narrow_tests
	t "1280 bytes: nothing of ours was cut by IP" nothing_was_cut
	for id in 4 5 14 15; do guest_kill $id; done
}
matrix_print() {
	local p kind id word
	local -A CELL=()
	[ -e "$W/matrix" ] || return 0
	while read -r id kind word; do CELL[$id/$kind]=$word; done <"$W/matrix"
	printf '\n%-20s' 'bits, signatures'; for bits in "${SIZES[@]}"; do for hash in "${HASHES[@]}"; do printf '%-13s' "$bits-$hash"; done; done; echo
	for p in "${PLACES[@]}"; do
		printf '%-20s' "${p#* }"
		for bits in "${SIZES[@]}"; do for hash in "${HASHES[@]}"; do printf '%-13s' "${CELL[${p%% *}/$bits-$hash]:--}"; done; done
		echo
	done
	echo
}
