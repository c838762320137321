# What large configurations cost. At full length the figures are those of an optimised build, and they have limits.

bench_figures() {
	local root=$HERE/../..
	if [ "$FULL" = yes ]; then
		(cd "$root" && cmake --preset release && cmake --build --preset release --target bench_config) >"$W/bench.build" 2>&1 ||
			{ tail -20 "$W/bench.build"; return 1; }
		"$root/build/release/tests/bench_config" --limits >"$W/bench.txt" 2>&1
	else
		"$BUILD/tests/bench_config" 1000 10000 >"$W/bench.txt" 2>&1
	fi || { cat "$W/bench.txt"; return 1; }
}
bench_tests() {
	t "configuration: what thousands of lines cost" bench_figures
	[ -f "$W/bench.txt" ] && sed 's/^/     /' "$W/bench.txt"
	return 0
}
