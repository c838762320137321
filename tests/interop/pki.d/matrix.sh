# Both clients with every kind of key and signature, on both sides, direct and behind NAT; with a chain, and on a path on which
# their messages have to be cut. What is printed at the end: in = got in, pinged, and was forgotten; IPsec = that far only (the
# short form, behind NAT); FAILED = it did not come that far.

SIZES=(1024 2048 3072 4096)
HASHES=(sha1 sha256)
PLACES=("1 strongSwan direct" "2 strongSwan NAT" "11 libreswan direct" "12 libreswan NAT")

# cell ID KIND CERT [VAR=VALUE...]
cell() {
	local id=$1 kind=$2 cert=$3; shift 3
	log_mark
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
	local kind=$1 before=$((PASSED + FAILED)) failed=$FAILED part= done=in
	if [ "$FULL$4" = noNAT ] && [[ $kind != 2048-* ]]; then part=ipsec: done=IPsec; fi
	t "matrix: $3, $4: ${kind/-/ bits, }" cell "$2" "$part$kind" "c-$kind"
	[ $((PASSED + FAILED)) != "$before" ] || return 0 # not asked for
	[ "$FAILED" = "$failed" ] || done=FAILED
	echo "$2 $kind $done" >>"$W/matrix"
}
chain_tests() { # ID CLIENT WHERE
	t "chain: $2, $3: the gateway's chain comes with it" cell "$1" ipsec:chain c-2048-sha256
	t "chain: $2, $3: both through an intermediate authority" cell "$1" chain c-chain
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
				we_are "gw-$bits-$hash" "no chain" || { t "matrix: the appliance is gw-$bits-$hash" false; continue; }
				each_place m kind_tests "$bits-$hash"
			done
		done
	fi
	if wanted chain; then
		if we_are gw-chain chain; then each_place c chain_tests; else t "chain: the appliance is gw-chain" false; fi
	fi
	wanted 1280 || return 0
	pki_guests "4 nat3" "5 nat2" "14 nat3" "15 nat2" || { t "1280 bytes: guests are up" false; return; }
	we_are gw-chain chain || { t "1280 bytes: the appliance is gw-chain" false; return; }
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
