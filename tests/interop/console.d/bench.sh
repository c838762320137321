# What large configurations cost: figures of an optimised build where there is one.

bench_figures() {
	local bench=$HERE/../../build/release/tests/bench_config
	if [ -x "$bench" ]; then "$bench" --limits >"$W/bench.txt" 2>&1
	else "$BUILD/tests/bench_config" 1000 10000 >"$W/bench.txt" 2>&1; fi || { cat "$W/bench.txt"; return 1; }
}
bench_tests() {
	t "configuration: 1,000 to 100,000 lines" bench_figures
	[ -f "$W/bench.txt" ] && sed 's/^/     /' "$W/bench.txt"
	return 0
}
