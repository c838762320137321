# What the servers have in common; sourced. See README.
#
#   server_options SHORTHELP-LINES "$@"   sets DIR USERS SECRET ADDRESS PORT; further options by option_NAME functions
#   server_run READY COMMAND...           runs it until SIGTERM; "ready" is said when its output has the line READY
set -uo pipefail
PATH=/usr/sbin:/usr/bin:/sbin:/bin
USERS= SECRET=testing123 DIR= ADDRESS= PORT= OWN_DIR=
CHILDREN=()

die() { echo "${0##*/}: $*" >&2; exit 2; }
# What is printed by --help: the comment at the top of the program.
server_help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
# An option --some-word of a server is a function option_some_word; it gets the value, flag_some_word gets none.
server_options() {
	local name
	while [ $# -gt 0 ]; do
		name=${1#--}; name=${name//-/_}
		case $1 in
		--help|-h) server_help; exit 0;;
		--users) USERS=${2:?}; shift 2;;
		--secret) SECRET=${2:?}; shift 2;;
		--dir) DIR=${2:?}; shift 2;;
		--*)	if declare -F "flag_$name" >/dev/null; then "flag_$name"; shift
			elif declare -F "option_$name" >/dev/null; then "option_$name" "${2:?}"; shift 2
			else die "unknown option $1"; fi;;
		*:*) ADDRESS=${1%:*} PORT=${1##*:}; shift;;
		*) die "what is $1? (--help)";;
		esac
	done
	[ -n "$ADDRESS" ] || die "ADDRESS:PORT is missing"
	[ -z "$USERS" ] || [ -r "$USERS" ] || die "cannot read $USERS"
	if [ -n "$DIR" ]; then mkdir -p "$DIR" || exit 1
	else DIR=$(mktemp -d "/tmp/postern-${0##*/}.XXXXXX") || exit 1; OWN_DIR=$DIR; fi
	chmod 700 "$DIR"; DIR=$(cd "$DIR" && pwd)
	trap server_end EXIT
	trap 'exit 0' INT TERM HUP
}
server_end() {
	trap - EXIT; trap '' INT TERM HUP
	local pid
	for pid in "${CHILDREN[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${CHILDREN[@]}"; do wait "$pid" 2>/dev/null; done
	declare -F server_cleanup >/dev/null && server_cleanup
	[ -z "$OWN_DIR" ] || rm -rf "$OWN_DIR"
}
# users FUNCTION: calls it with NAME PASSWORD and what was indented behind them
users() {
	local line name= password= more=
	[ -n "$USERS" ] || return 0
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		''|'#'*) ;;
		[[:space:]]*) more+=$line$'\n';;
		*)	[ -z "$name" ] || "$1" "$name" "$password" "$more"
			read -r name password <<<"$line"; more=;;
		esac
	done <"$USERS"
	[ -z "$name" ] || "$1" "$name" "$password" "$more"
}
# DIR gets ca.pem of an authority of its own, and cert.pem with key.pem for ADDRESS.
server_certificate() {
	{
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DIR/ca.key" -out "$DIR/ca.pem" -days 2 -subj "/CN=Test CA" &&
		openssl req -newkey rsa:2048 -nodes -keyout "$DIR/key.pem" -out "$DIR/req.pem" -subj "/CN=$ADDRESS" &&
		openssl x509 -req -in "$DIR/req.pem" -CA "$DIR/ca.pem" -CAkey "$DIR/ca.key" -set_serial 2 -days 2 \
			-extfile <(printf 'subjectAltName=IP:%s\n' "$ADDRESS") -out "$DIR/cert.pem"
	} >"$DIR/openssl.log" 2>&1
}
# A command of the server's, which dies with this program whatever happens to it.
child() { setpriv --pdeathsig TERM -- "$@" & CHILDREN+=($!); }
server_run() {
	local ready=$1 log=$DIR/log; shift
	: >"$log"
	child "$@" >>"$log" 2>&1 </dev/null
	server_wait "$log" "$ready" || { tail -n 30 "$log" >&2; exit 1; }
	echo ready
	wait "${CHILDREN[-1]}"; local rc=$?
	echo "${0##*/}: it ended by itself ($rc)" >&2; tail -n 5 "$log" >&2
	exit 1
}
# server_wait LOG PATTERN: until it is there (20 s) or the last child has ended
server_wait() {
	local _
	for _ in $(seq 400); do
		grep -q -- "$2" "$1" && return 0
		kill -0 "${CHILDREN[-1]}" 2>/dev/null || return 1
		sleep .05
	done
	return 1
}
