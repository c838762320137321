# The rows of tests/bench/run. Sourced; uses its variables and tests/bench/lab.sh.

# ------------------------------------------------------------------ figures

heading() { printf '\n%s\n' "$1" | tee -a "$OUT/table.txt"; }

# line WHAT VALUE UNIT [ge|le TARGET]: one line of the table
line() {
	awk -v what="$1" -v value="${2:-}" -v unit="$3" -v rel="${4:-}" -v target="${5:-}" 'BEGIN {
		if (value == "") {
			printf "  %-58s %12s %-12s\n", what, "-", unit " (no figure)"; exit
		}
		v = value + 0
		shown = v >= 1000 || v == int(v) ? sprintf("%.0f", v) : v >= 10 ? sprintf("%.1f", v) : sprintf("%.3g", v)
		printf "  %-58s %12s %-12s", what, shown, unit
		if (target != "") {
			pass = rel == "ge" ? v >= target : v <= target
			printf " target %s %-7s %5.2f of it  %s", rel == "ge" ? ">=" : "<=", target, target ? v / target : 0, pass ? "PASS" : "below"
		}
		printf "\n"
	}' | tee -a "$OUT/table.txt"
}
note() { printf '  %s\n' "$1" | tee -a "$OUT/table.txt"; }

# of FILE NAME: the median of a figure of a raw file (LABEL.NAME); nothing when it is not there
of() {
	awk -v name="$2" '$1 == name { print $2 }' "$OUT/raw/$1" 2>/dev/null | sort -g |
		awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
# most FILE NAME, sum FILE NAME
most() { awk -v name="$2" '$1 == name && (!n++ || $2 > m) { m = $2 } END { if (n) print m }' "$OUT/raw/$1" 2>/dev/null; }
ratio() { awk -v a="${1:-}" -v b="${2:-}" 'BEGIN { if (a != "" && b + 0 != 0) print a / b }'; }
minus() { awk -v a="${1:-}" -v b="${2:-}" 'BEGIN { if (a != "" && b != "") print a - b }'; }

# again WORDS...: the words, once a round
again() { local i; for ((i = 0; i < rounds; i++)); do printf '%s\n' "$@"; done; }

# has OPTION: posternd knows it
has() { "$BUILD/posternd" --help | grep -q -e "$1"; }

# gateway OPTIONS: on its own CPU, the clients on the next
gateway() {
	GATEWAY_CPUS=0 LOAD_CPUS=1
	[ "$(nproc)" -ge 2 ] || GATEWAY_CPUS='' LOAD_CPUS=''
	ns cl nft flush ruleset
	gateway_start "$@" >"$W/started" 2>&1 && return 0
	note "$(cat "$W/started")"; return 1
}
gateway_anywhere() {
	GATEWAY_CPUS='' LOAD_CPUS=''
	ns cl nft flush ruleset
	gateway_start "$@" >"$W/started" 2>&1 && return 0
	note "$(cat "$W/started")"; return 1
}

# measure FILE ARGUMENTS: the load tool, its figures into a raw file
measure() { load "${@:2}" >"$OUT/raw/$1" 2>"$OUT/raw/$1.err" || note "$1: $(tail -1 "$OUT/raw/$1.err") (failed: $(of "$1" up.failed))"; }

# the options that switch off what posternd knows to do for many packets at a time
plain() { echo $(! has --no-offload || echo --no-offload all) $(! has --crypto || echo --crypto openssl); }

# ------------------------------------------------------------------ rows

row_bulk() {
	local esp way t=seconds=$seconds plain; plain=$(plain)
	for esp in aes aes-256; do
		gateway --workers 1 || return
		measure bulk.$esp -n 1 --esp $esp up "$SINK_ON" $(again in=in:tcp,$t out=out:tcp,$t in_udp=in:$t out_udp=out:$t) "$SINK_OFF" off
		if [ -n "$plain" ]; then
			# shellcheck disable=SC2086
			gateway --workers 1 $plain || return
			measure bulk.$esp.plain -n 1 --esp $esp up "$SINK_ON" $(again in=in:tcp,$t out=out:tcp,$t) "$SINK_OFF" off
		fi
		for way in in out; do
			line "$esp + SHA-1, 1400 B, TCP inside, $way" "$(of bulk.$esp $way.gbit_cpu)" Gbit/CPU-s ge 8
			[ -z "$plain" ] || line "  times packet by packet ($(of bulk.$esp.plain $way.gbit_cpu) Gbit/CPU-s)" \
				"$(ratio "$(of bulk.$esp $way.gbit_cpu)" "$(of bulk.$esp.plain $way.gbit_cpu)")" x ge 4
			line "  UDP inside" "$(of bulk.$esp ${way}_udp.gbit_cpu)" Gbit/CPU-s
		done
		line "  packets of a write to the TUN device, in" "$(of bulk.$esp in.per_write)" packets
	done
	note "packet by packet: posternd ${plain:-has no options for it}"
}

# iperf FILE LABEL COMMAND...: one TCP run; its receiver's Mbit/s into a raw file
iperf() { "${@:3}" -f m 2>&1 | awk -v name="$2" '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Mbits/sec") print name, $(i - 1), "Mbit/s" }' >>"$OUT/raw/$1"; }

row_iperf() {
	local i way wire s=3; [ "$rounds" -gt 1 ] || s=1
	gateway_anywhere || return
	ns gw iperf3 -s -D -I "$W/iperf.pid" >/dev/null
	"$BUILD/tests/wire" "/run/netns/$P-gw" "/run/netns/$P-cl" & wire=$!
	sleep .3
	: >"$OUT/raw/iperf"
	for ((i = 0; i < rounds; i++)); do
		iperf iperf wire.in ns cl iperf3 -c 10.90.0.1 -t $s; sleep .3
		iperf iperf wire.out ns cl iperf3 -c 10.90.0.1 -t $s -R; sleep .3
	done
	local command="for i in \$(seq $rounds); do iperf3 -c 10.76.0.1 -f m -t $s | sed 's/^/in /'; sleep .3; iperf3 -c 10.76.0.1 -f m -t $s -R | sed 's/^/out /'; sleep .3; done"
	load --tun client0 up "run:$command" off >"$OUT/raw/iperf.tunnel" 2>&1
	awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Mbits/sec") print "tunnel." $1, $(i - 1), "Mbit/s" }' \
		"$OUT/raw/iperf.tunnel" >>"$OUT/raw/iperf"
	kill $wire; wait $wire 2>/dev/null
	kill "$(tr -d '\0' <"$W/iperf.pid")" 2>/dev/null
	for way in in out; do
		line "TCP, $way, plain wire" "$(of iperf wire.$way)" Mbit/s
		line "TCP, $way, tunnel" "$(of iperf tunnel.$way)" Mbit/s
		line "  times the plain wire" "$(ratio "$(of iperf tunnel.$way)" "$(of iperf wire.$way)")" x ge 2
	done
}

row_single() {
	local way size t=burst=1,seconds=$seconds
	gateway --workers 1 || return
	measure single -n 256 --esp aes up "$SINK_ON" $(again in100=in:size=100,$t out100=out:size=100,$t in1400=in:$t out1400=out:$t) "$SINK_OFF" off
	measure single.one -n 1 --esp aes up "$SINK_ON" $(again in100=in:size=100,flows=256,seconds=$seconds out100=out:size=100,flows=256,seconds=$seconds) "$SINK_OFF" off
	for size in 100 1400; do for way in in out; do
		line "256 tunnels in turn, $size B, $way" "$(of single $way$size.pkts_cpu)" packets/CPU-s ge 250000
	done; done
	for way in in out; do
		line "256 flows of one tunnel in turn, 100 B, $way" "$(of single.one ${way}100.pkts_cpu)" packets/CPU-s ge 250000
	done
}

row_3des() {
	local way alone t=seconds=$seconds
	for _ in $(seq $rounds); do "$BUILD/tests/bench_esp" --raw 3des+sha1; done | grep Gbit >"$OUT/raw/3des.yard"
	gateway --workers 1 || return
	measure 3des -n 1 --esp 3des up "$SINK_ON" $(again in=in:tcp,$t out=out:tcp,$t) "$SINK_OFF" off
	if has --crypto; then
		gateway --workers 1 --crypto openssl || return
		measure 3des.openssl -n 1 --esp 3des up "$SINK_ON" $(again in=in:tcp,$t out=out:tcp,$t) "$SINK_OFF" off
	fi
	for way in in out; do
		line "3DES + SHA-1, 1400 B, $way" "$(of 3des $way.gbit_cpu)" Gbit/CPU-s ge 0.85
		alone=$(of 3des.yard raw.3des+sha1.$way.1400.ipsec-mb)
		[ -z "$alone" ] || line "  of the library alone ($alone Gbit/CPU-s)" "$(ratio "$(of 3des $way.gbit_cpu)" "$alone")" x ge 0.85
		line "  times OpenSSL's ($(of 3des.openssl $way.gbit_cpu) Gbit/CPU-s)" \
			"$(ratio "$(of 3des $way.gbit_cpu)" "$(of 3des.openssl $way.gbit_cpu)")" x ge 1
	done
	grep -qw avx512f /proc/cpuinfo || note "no AVX-512 here: OpenSSL's is what counts"
}

row_ike() {
	local name group share rate yard n=256
	"$BUILD/tests/bench_ike" >"$OUT/raw/ike.yard" 2>/dev/null
	gateway --workers 1 || return
	while read -r name group share; do
		measure "ike.$name" --ike-only -n $n -p 32 --group "$group" up off $(again up off)
		rate=$(of "ike.$name" up.per_cpu_s) yard=$(of ike.yard "dh_yardstick_$name")
		line "Main Mode + Quick Mode, $name" "$rate" set-ups/CPU-s
		line "  of Diffie-Hellman alone ($yard)" "$(ratio "$rate" "$yard")" x ge "$share"
		line "  the engine alone, of Diffie-Hellman alone" "$(ratio "$(of ike.yard "ike_setups_$name")" "$yard")" x ge "$share"
		line "  failed, of $n, at most" "$(most "ike.$name" up.failed)" tunnels le 0
	done <<-N
	modp1024 2 .53
	modp2048 14 .63
	N
}

row_full() {
	gateway --workers 1 || return
	measure full -n 256 -p 32 $(again up off)
	measure full.one -n 1 $(again up off)
	line "256 tunnels, 32 at a time, modp1024: failed" "$(most full up.failed)" tunnels le 0
	line "  gateway CPU each" "$(of full up.cpu_each)" ms le 0.7
	line "    of it: control thread" "$(awk -v s="$(of full up.cpu_control)" 'BEGIN { print s / 256 * 1000 }')" ms
	line "    of it: packet threads" "$(awk -v s="$(of full up.cpu_packets)" 'BEGIN { print s / 256 * 1000 }')" ms
	line "  set-ups a second" "$(of full up.rate)" 1/s
	line "  gateway CPU to end one" "$(of full off.cpu_each)" ms
	line "a single one takes" "$(of full.one up.time_median)" ms le 100
}

# scale_at N: N tunnels up, traffic on all, memory; raw file scale.N. Before, a few tunnels with traffic come and go: what is
# touched once (rings, packet buffers, what libraries keep for a thread) is not the tunnels'. After, a moment for the heap
# to be trimmed.
scale_at() {
	LIMIT=16384 gateway --workers 1 || return 1
	load -n 10 up "$SINK_ON" $(for _ in 1 2 3; do echo in=in:burst=1,seconds=.2 in=in:seconds=.2 out=out:burst=1,seconds=.2 out=out:seconds=.2; done) \
		"$SINK_OFF" off >"$OUT/raw/scale.warm" 2>&1
	measure "scale.$1" -n "$1" -p 32 before=memory up up_memory=memory "$SINK_ON" \
		$(again in=in:tcp,seconds=$seconds out=out:tcp,seconds=$seconds in1=in:burst=1,seconds=$seconds out1=out:burst=1,seconds=$seconds) \
		"$SINK_OFF" off calm=run:'sleep 2' after=memory
}

row_scale() {
	local n way
	LIMIT=16384 gateway --workers 1 || return
	measure scale.setup -n 10 -p 10 $(for _ in $(seq 20); do echo up off; done)
	for n in 10 256 4096 16384; do scale_at $n || return; done
	for n in 4096 16384; do
		line "$n tunnels: failed" "$(of scale.$n up.failed)" tunnels le 0
		line "  memory each, with traffic on all" "$(ratio "$(minus "$(of scale.$n up_memory.rss)" "$(of scale.$n before.rss)")" $n)" kB le 10
		line "  set-up, gateway CPU each, times 10 tunnels'" "$(ratio "$(of scale.$n up.cpu_each)" "$(of scale.setup up.cpu_each)")" x le 1.15
		line "  set up in" "$(of scale.$n up.wall)" s
		for way in in out; do
			line "  a packet, 40 of a tunnel in a row, $way, times 10 tunnels'" "$(ratio "$(of scale.$n $way.ns_each)" "$(of scale.10 $way.ns_each)")" x le 1.15
			line "  a packet, each tunnel in turn, $way, times 256 tunnels'" "$(ratio "$(of scale.$n ${way}1.ns_each)" "$(of scale.256 ${way}1.ns_each)")" x le 1.15
		done
		line "  memory given back at the end, of what they took" \
			"$(ratio "$(minus "$(of scale.$n up_memory.rss)" "$(of scale.$n after.rss)")" "$(minus "$(of scale.$n up_memory.rss)" "$(of scale.$n before.rss)")")" x ge .95
	done
	LIMIT=100 gateway --workers 1 || return
	cli 'configure terminal' 'logging buffer-size 1048576' 'logging buffered informational' >/dev/null
	load -n 101 up >"$OUT/raw/scale.limit" 2>&1
	line "101 tunnels with a limit of 100: refused" "$(of scale.limit up.failed)" tunnels ge 1
	note "log: $(cli 'show logging' | grep 113029 | head -1)"
	note "with ten tunnels in turn there is something to coalesce: their packets meet again in a batch"
	note "show resource usage: $(cli 'show resource usage' | grep 'VPN Sessions' | tr -s ' ')"
}

# workers_at FILE WORKERS: 64 tunnels, in a row and in turn
workers_at() {
	gateway_start --workers "$2" >"$W/started" 2>&1 || { note "$(cat "$W/started")"; return 1; }
	local t=seconds=$seconds
	measure "$1" -n 64 --esp aes up "$SINK_ON" $(again in=in:tcp,$t out=out:tcp,$t in1=in:burst=1,$t out1=out:burst=1,$t) "$SINK_OFF" off
}

row_workers() {
	local w way
	ns cl nft flush ruleset
	GATEWAY_CPUS='' LOAD_CPUS=''
	for w in 1 2 4; do workers_at workers.$w $w || return; done
	GATEWAY_CPUS=0 LOAD_CPUS=0
	workers_at workers.shared 1 || return
	for way in in out in1 out1; do
		line "a packet with one worker, $way" "$(of workers.1 $way.ns_each)" ns
		line "    the clients on its CPU" "$(of workers.shared $way.ns_each)" ns
		for w in 2 4; do
			line "  with $w, times one's" "$(ratio "$(of workers.$w $way.ns_each)" "$(of workers.1 $way.ns_each)")" x le 1.1
			line "    times one's with the clients on its CPU" "$(ratio "$(of workers.$w $way.ns_each)" "$(of workers.shared $way.ns_each)")" x le 1.1
		done
	done
	note "in, out: 40 packets of a tunnel in a row, TCP inside; in1, out1: each tunnel in turn"
	note "as many workers as CPUs, or more, share them with the clients; so does the one worker of the second line of each"
}

row_yard() {
	local b c
	for c in aes-128-cbc aes-256-cbc; do
		note "OpenSSL, one stream: $(openssl speed -seconds 1 -bytes 1408 -evp $c 2>/dev/null | awk '/k$/ { printf "%s %.2f Gbit/s", $1, $2 * 8 / 1e6 }')"
	done
	note "OpenSSL, one stream: $(openssl speed -seconds 1 -bytes 1408 -hmac sha1 2>/dev/null | awk '/k$/ { printf "%s %.2f Gbit/s", $1, $2 * 8 / 1e6 }')"
	for b in bench_esp bench_net; do
		timeout 300 "$BUILD/tests/$b" >"$OUT/raw/$b" 2>&1
		heading "  $b"
		grep -E '^(raw\.(aes|3des).*1400.*Gbit|esp\.rest.*1400\.n64|tun_|udp_|esp_send)' "$OUT/raw/$b" | sed 's/^/    /' | tee -a "$OUT/table.txt"
	done
}

# ------------------------------------------------------------------ plots

plot_sizes() {
	local size phases=() t=seconds=$seconds plain; plain=$(plain)
	for size in 64 128 256 512 1024 1400; do
		phases+=($(again "in$size=in:size=$size,$t" "out$size=out:size=$size,$t"))
	done
	gateway --workers 1 || return 1
	measure plot.sizes -n 1 up "$SINK_ON" "${phases[@]}" "$SINK_OFF" off
	[ -z "$plain" ] || {
		# shellcheck disable=SC2086
		gateway --workers 1 $plain || return 1
		measure plot.sizes.plain -n 1 up "$SINK_ON" "${phases[@]}" "$SINK_OFF" off
	}
	for size in 64 128 256 512 1024 1400; do
		echo "$size $(of plot.sizes in$size.gbit_cpu) $(of plot.sizes out$size.gbit_cpu)" \
			"$(of plot.sizes.plain in$size.gbit_cpu) $(of plot.sizes.plain out$size.gbit_cpu)"
	done >"$OUT/sizes.dat"
}

plot_tunnels() {
	local n t=seconds=$seconds
	: >"$OUT/tunnels.dat"
	for n in 1 4 16 64 256 1024 4096 16384; do
		LIMIT=16384 gateway --workers 1 || return 1
		measure plot.$n -n $n up "$SINK_ON" $(again in=in:tcp,$t out=out:tcp,$t in1=in:burst=1,$t out1=out:burst=1,$t) "$SINK_OFF" off
		echo "$n $(of plot.$n in.gbit_cpu) $(of plot.$n out.gbit_cpu) $(of plot.$n in1.gbit_cpu) $(of plot.$n out1.gbit_cpu)" >>"$OUT/tunnels.dat"
	done
}

# plot FILE TITLE XLABEL SERIES...: FILE.dat into FILE.svg and FILE.png
plot() {
	local file=$1 title=$2 x=$3 term out i=2 lines='' s; shift 3
	for s; do lines+="${lines:+, }'$OUT/$file.dat' using 1:$i title '$s' with linespoints lw 2"; i=$((i + 1)); done
	for term in "svg size 900,540" "pngcairo size 900,540"; do
		out=$OUT/$file.${term%%[ c]*}
		gnuplot 2>>"$OUT/raw/gnuplot.err" <<-G
		set terminal $term
		set output '$out'
		set title '$title'
		set xlabel '$x'
		set ylabel 'Gbit per CPU-second of the gateway'
		set logscale x 2
		set yrange [0:*]
		set grid
		set key outside below
		plot $lines
		G
		[ -s "$out" ] && note "$out"
	done
}

row_plot() {
	local more=()
	plot_sizes || return
	[ -z "$(plain)" ] || more=('ESP to TUN, packet by packet' 'TUN to ESP, packet by packet')
	plot sizes 'One tunnel, one worker, AES-256 + SHA-1' 'bytes of the inner packet (UDP)' 'ESP to TUN' 'TUN to ESP' "${more[@]}"
	plot_tunnels || return
	plot tunnels 'One worker, 1400 bytes, AES-256 + SHA-1, all tunnels in turn' 'tunnels' \
		'ESP to TUN, 40 packets of each' 'TUN to ESP, 40 packets of each' 'ESP to TUN, one packet of each' 'TUN to ESP, one packet of each'
}
