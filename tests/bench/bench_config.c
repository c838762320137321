/* What a large configuration costs on the whole appliance: to load, to print, and one more line at a console.
 * bench_config [LINES...]; with --limits it fails when the largest misses its targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

/* Lines of one block below, and how many of them make users, rules, pools and groups. */
enum { BLOCK = 100, USERS = 12, RULES = 40, POOLS = 4, GROUPS = 2 };

struct cost {
	unsigned lines;
	double load_ms, print_ms, line_ms, clear_ms;
};

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void users(struct out *text, unsigned block)
{
	for (unsigned i = 0; i < USERS; i++) {
		unsigned n = block * USERS + i;
		out_printf(text,
		           "username user%u password DLaUiAX3l78qgoB5c7iVNw== nt-encrypted\n"
		           "username user%u attributes\n vpn-simultaneous-logins %u\n",
		           n, n, n % 9 + 1);
	}
}

static void rules(struct out *text, unsigned block)
{
	for (unsigned i = 0; i < RULES; i++)
		out_printf(text,
		           "access-list list%u extended permit tcp 10.%u.%u.0 255.255.255.0 host "
		           "192.0.2.%u eq %u\n",
		           block % 10, block % 256, block / 256, i, block + 1);
}

static void pools(struct out *text, unsigned block)
{
	for (unsigned i = 0; i < POOLS; i++) {
		unsigned n = block * POOLS + i, net = n + 0x2000;
		out_printf(text,
		           "ip local pool pool%u 10.%u.%u.10-10.%u.%u.99 mask 255.255.255.0\n", n,
		           net >> 8, net & 0xff, net >> 8, net & 0xff);
	}
}

static void groups(struct out *text, unsigned block)
{
	for (unsigned i = 0; i < GROUPS; i++) {
		unsigned n = block * GROUPS + i;
		out_printf(text,
		           "group-policy policy%u internal\ngroup-policy policy%u attributes\n"
		           " dns-server value 10.0.0.1 10.0.0.2\n"
		           "tunnel-group group%u type remote-access\n"
		           "tunnel-group group%u general-attributes\n address-pool pool%u\n"
		           " default-group-policy policy%u\n"
		           "tunnel-group group%u ipsec-attributes\n"
		           " ikev1 pre-shared-key a-long-enough-key-%u\n",
		           n, n, n, n, n, n, n, n);
	}
}

/* In the order of running-config. */
static void generate(struct out *text, unsigned lines)
{
	void (*const part[])(struct out *, unsigned) = {pools, rules, users, groups};
	for (size_t i = 0; i < sizeof part / sizeof part[0]; i++)
		for (unsigned block = 0; block < lines / BLOCK; block++)
			part[i](text, block);
	unsigned have = 0;
	for (size_t i = 0; i < text->len; i++)
		have += text->text[i] == '\n';
	for (; have < lines; have++)
		out_printf(text, "access-list rest extended deny ip any host 10.9.%u.%u\n",
		           have >> 8 & 0xff, have & 0xff);
}

/* One line as a console types it: match, edit, commit, compile, apply. */
static double one_more(struct world *w)
{
	static const char *const more[] = {
	        "username onemore password DLaUiAX3l78qgoB5c7iVNw== nt-encrypted",
	        "access-list list0 extended permit ip any host 198.51.100.1",
	        "ip local pool onemore 10.250.250.1-10.250.250.200",
	        "tunnel-group onemore type remote-access",
	        "logging buffer-size 8192",
	        "hostname one-more",
	        "no username onemore",
	        "no ip local pool onemore",
	};
	double worst = 0;
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
		struct cli_ctx ctx;
		struct match m;
		struct match_fail fail;
		struct out notes;
		struct err err = {0};
		out_init(&notes);
		ctx_init(&ctx, w->gw.grammar->config);
		double start = now_ms();
		if (match_line(w->gw.grammar, &ctx, str_of(more[i]), 15, &m, &fail) != MATCH_OK ||
		    edit_line(w->gw.grammar, w->gw.conf, &ctx, &m, &notes, &err) != 0)
			fail_msg("%s: %s", more[i], err.text);
		double took = now_ms() - start;
		if (getenv("BENCH_EACH") != NULL)
			printf("  %6.2f ms  %s\n", took, more[i]);
		worst = took > worst ? took : worst;
		match_free(&m);
		ctx_clear(&ctx);
		out_free(&notes);
	}
	return worst;
}

/* Sections of thousands of entries: each is looked up in what could name it. */
static double clear_sections(struct world *w)
{
	static const char *const sections[] = {"username", "tunnel-group", "group-policy",
	                                       "access-list"};
	double start = now_ms();
	void *ctx;
	cmd_fn *clear = cmd_find("clear_configure", &ctx);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		struct cmd_arg a = {.name = "section", .text = str_of(sections[i])};
		struct out out;
		out_init(&out);
		if (clear(&(struct cmd){.out = &out, .args = &a, .nargs = 1, .ctx = ctx}) != 0)
			fail_msg("clear configure %s: %s", sections[i], out.text);
		out_free(&out);
	}
	(void)w;
	return now_ms() - start;
}

static struct cost measure(unsigned lines)
{
	static struct world w;
	struct cost cost = {.lines = lines};
	struct load_report report;
	struct out text, shown;
	struct err err = {0};
	out_init(&text);
	out_init(&shown);
	world_open(&w, "");
	generate(&text, lines);
	double start = now_ms();
	if (load_text(w.gw.grammar, w.gw.conf, out_text(&text), "bench", 0, &report, &err) != 0)
		fail_msg("%s", err.text);
	cost.load_ms = now_ms() - start;
	for (size_t i = 0; i < report.n; i++)
		if (report.items[i].error)
			fail_msg("%s: %s", report.items[i].command, report.items[i].text);
	load_report_free(&report);
	start = now_ms();
	exec_config_text(&w.gw.exec, false, &shown);
	cost.print_ms = now_ms() - start;
	cost.line_ms = one_more(&w);
	cost.clear_ms = clear_sections(&w);
	out_free(&text);
	out_free(&shown);
	world_close(&w);
	return cost;
}

int main(int argc, char **argv)
{
	static const unsigned usual[] = {1000, 10000, 100000};
	bool limits = argc > 1 && strcmp(argv[1], "--limits") == 0;
	size_t given = (size_t)argc - 1 - limits, n = given > 0 ? given : 3;
	struct cost c = {0};
	printf("%9s %12s %12s %12s %16s %12s\n", "lines", "load ms", "ns/line", "print ms",
	       "one more line ms", "clear ms");
	for (size_t i = 0; i < n; i++) {
		c = measure(given > 0 ? (unsigned)atoi(argv[1 + limits + (int)i]) : usual[i]);
		printf("%9u %12.1f %12.0f %12.1f %16.2f %12.1f\n", c.lines, c.load_ms,
		       c.load_ms * 1e6 / c.lines, c.print_ms, c.line_ms, c.clear_ms);
		fflush(stdout);
	}
	return limits && (c.load_ms > 1500 || c.print_ms > 1500 || c.line_ms > 50);
}
