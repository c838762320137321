/* Configurations of the appliance's documentation, line by line: each is loaded without a refused line and comes back as the
 * same text. transcript/configs/fragments/ holds them, with their source in the first line of each file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/manual/manual.h"
#include "cli/grammar/match.h"
#include "cli/config/render.h"
#include "core/base/hash.h"
#include "tests/exchange/conf_fixture.h"

#define CONFIGS POSTERN_GRAMMAR_DIR "/../tests/transcript/configs"

typedef void file_test(struct conf_fixture *f, const char *name, const char *text);

static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = calloc(1, 1 << 16);
	if (!in || !text)
		fail_msg("%s", path);
	assert_true(fread(text, 1, (1 << 16) - 1, in) < (1 << 16) - 1);
	fclose(in);
	return text;
}

static unsigned each_in(struct conf_fixture *f, const char *dir, const char *kind, file_test *test)
{
	DIR *d = opendir(dir);
	unsigned n = 0;
	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		char path[1024];
		const char *dot = strrchr(e->d_name, '.');
		if (!dot || strcmp(dot, kind) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		char *text = read_file(path);
		test(f, e->d_name, text);
		free(text);
		n++;
	}
	closedir(d);
	return n;
}

static char *shown(struct conf_fixture *f, unsigned flags)
{
	struct out out;
	out_init(&out);
	render(f->grammar, conf_loaded(f), RENDER_SECRETS | flags, -1, STR(""), &out);
	return out.text; /* freed by the caller */
}

static void no_errors(struct conf_fixture *f, const char *name, const char *what)
{
	for (size_t i = 0; i < f->report.n; i++)
		if (f->report.items[i].error)
			fail_msg("%s%s, line %u: %s: %s", name, what, f->report.items[i].line,
			         f->report.items[i].command, f->report.items[i].text);
}

/* Loads a form of the configuration and compares what is shown then. */
static void comes_back(struct conf_fixture *f, const char *name, const char *what, const char *form,
                       const char *want)
{
	conf_load(f, form);
	no_errors(f, name, what);
	char *again = shown(f, 0);
	if (strcmp(again, want) != 0)
		fail_msg("%s%s is shown as\n%s\nnot as\n%s", name, what, again, want);
	free(again);
	conf_unload(f);
}

static void loads(struct conf_fixture *f, const char *name, const char *text)
{
	conf_load(f, text);
	no_errors(f, name, "");
	char *first = shown(f, 0), *all = shown(f, RENDER_ALL);
	conf_unload(f);
	comes_back(f, name, ", as it is shown", first, first);
	comes_back(f, name, ", with all defaults", all, first);
	free(first);
	free(all);
}

static void test_fragments(void **state)
{
	assert_true(each_in(*state, CONFIGS "/fragments", ".cfg", loads) >= 9);
}

static void test_configs(void **state)
{
	assert_true(each_in(*state, CONFIGS, ".cfg", loads) >= 4);
}

/* The documentation's order of sections, with all its trailing blanks and empty lines. */
static void test_order(void **state)
{
	struct conf_fixture *f = *state;
	char *text = read_file(CONFIGS "/fragments/order-9x.cfg");
	conf_load(f, text);
	char *again = shown(f, 0);
	assert_string_equal(again,
	                    strchr(text, '\n') + 1); /* behind the line that names the source */
	free(again);
	free(text);
	conf_unload(f);
}

/* The order inside an entry and its defaults, as `show running-config all` of the documentation has them. */
static void test_all_of_an_entry(void **state)
{
	static const char *const want[] = {
	        "crypto map COLO-MAP 2 match address 2\n",
	        "crypto map COLO-MAP 2 set pfs",
	        "crypto map COLO-MAP 2 set connection-type bidirectional\n",
	        "crypto map COLO-MAP 2 set peer 8.8.8.8 \n",
	        "crypto map COLO-MAP 2 set ikev1 phase1-mode main\n",
	        "crypto map COLO-MAP 2 set ikev1 transform-set T\n",
	        "crypto map COLO-MAP 2 set ikev2 mode tunnel\n",
	        "crypto map COLO-MAP 2 set security-association lifetime seconds 28800\n",
	        "crypto map COLO-MAP 2 set security-association lifetime kilobytes 4608000\n",
	        "no crypto map COLO-MAP 2 set reverse-route\n",
	        "no crypto map COLO-MAP 2 set tfc-packets\n",
	        "tunnel-group DefaultRAGroup general-attributes\n no address-pool\n"
	        " authentication-server-group LOCAL\n no accounting-server-group\n"
	        " default-group-policy DfltGrpPolicy\n no dhcp-server\n no strip-realm\n"
	        " no password-management\n no strip-group\n no authorization-required\n",
	        "tunnel-group DefaultRAGroup ipsec-attributes\n no ikev1 pre-shared-key\n"
	        " peer-id-validate req\n no chain\n no ikev1 trust-point\n"
	        " isakmp keepalive threshold 300 retry 2\n ikev1 user-authentication xauth\n",
	        "tunnel-group DefaultRAGroup ppp-attributes\n no authentication pap\n"
	        " authentication chap\n authentication ms-chap-v1\n no authentication ms-chap-v2\n"
	        " no authentication eap-proxy\n",
	};
	struct conf_fixture *f = *state;
	char *text = read_file(CONFIGS "/fragments/listings-all.cfg");
	conf_load(f, text);
	char *all = shown(f, RENDER_ALL);
	const char *at = all;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		at = strstr(at, want[i]);
		if (!at)
			fail_msg("not there, or too early: %s", want[i]);
	}
	free(all);
	free(text);
	conf_unload(f);
}

/* ---------------------------------------------------------------- every line is typed somewhere */

static struct hash *typed, *entered; /* lines; modes, by transcripts */

/* What is typed in a line of a transcript, "gw(config)# hostname x". */
static bool behind_prompt(struct str *line)
{
	const char *prompt = memmem(line->p, line->len, "(c", 2);
	const char *end = prompt ? memmem(line->p, line->len, ")# ", 3) : NULL;
	if (!end || end < prompt)
		return false;
	*line = (struct str){end + 3, line->len - (size_t)(end + 3 - line->p)};
	return true;
}

static void mark(struct conf_fixture *f, const char *name, const char *text)
{
	struct cli_ctx ctx;
	struct str rest = str_of(text);
	ctx_init(&ctx, f->grammar->config);
	while (rest.len > 0) {
		struct match m;
		struct match_fail fail;
		const char *nl = memchr(rest.p, '\n', rest.len);
		struct str line = {rest.p, nl ? (size_t)(nl - rest.p) : rest.len};
		rest = (struct str){line.p + line.len + (nl ? 1 : 0),
		                    rest.len - line.len - (nl ? 1 : 0)};
		if (strstr(name, ".t") && !behind_prompt(&line))
			continue;
		if (str_eq_cstr(line, "exit") || str_eq_cstr(line, "quit")) {
			ctx_up(&ctx);
			continue;
		}
		if (line.len == 0 || line.p[0] == '!' ||
		    match_line(f->grammar, &ctx, line, 15, &m, &fail) != MATCH_OK)
			continue;
		assert_true(hash_put(typed, &m.line, sizeof(m.line), (void *)m.line));
		if (m.line->enter && strstr(name, ".t"))
			assert_true(hash_put(entered, &m.line->enter, sizeof(m.line->enter),
			                     m.line->enter));
		if (m.line->node)
			match_next_ctx(&m, &ctx);
		match_free(&m);
	}
	ctx_clear(&ctx);
}

static bool can_be_entered(const struct grammar *g, const struct mode *mode)
{
	for (const struct mode *m = g->modes; m; m = m->next)
		for (const struct line *l = m->lines; l; l = l->next)
			if (l->enter == mode && !(l->flags & (LINE_ONLY_SHOWN | LINE_ONLY_STORED)))
				return true;
	return false;
}

/* Every mode of configuration is entered in a transcript. */
static unsigned modes_not_entered(const struct grammar *g)
{
	unsigned missing = 0, n = 0;
	for (const struct mode *m = g->modes; m; m = m->next) {
		if (!m->node || !can_be_entered(g, m))
			continue;
		n++;
		if (!hash_get(entered, &m, sizeof(m))) {
			print_message("no transcript enters the mode %s\n", m->name);
			missing++;
		}
	}
	assert_true(n > 30);
	return missing;
}

/* Lines without a function of their own are typed with drawn values by the generated tests; the others, whose function
 * makes other lines of them, must stand in one of the files or in a transcript. */
static void test_every_line(void **state)
{
	struct conf_fixture *f = *state;
	unsigned missing = 0, with_function = 0;
	typed = hash_new(0);
	entered = hash_new(0);
	each_in(f, CONFIGS, ".cfg", mark);
	each_in(f, CONFIGS "/fragments", ".cfg", mark);
	each_in(f, CONFIGS "/..", ".t", mark);
	for (const struct mode *m = f->grammar->modes; m; m = m->next)
		for (const struct line *l = m->lines; l; l = l->next) {
			if (!l->node || l->run || l->refused || !l->edit_name)
				continue;
			with_function++;
			if (!hash_get(typed, &l, sizeof(l))) {
				print_message("%s:%u: no configuration types \"%s\"\n", l->file,
				              l->where, l->text);
				missing++;
			}
		}
	missing += modes_not_entered(f->grammar);
	hash_free(typed);
	hash_free(entered);
	assert_true(with_function > 10);
	assert_int_equal(missing, 0);
}

/* The manual explains every configuration command: what it is for, or why it does nothing. */
static void test_manual(void **state)
{
	struct conf_fixture *f = *state;
	struct out out;
	unsigned missing = 0;
	out_init(&out);
	manual_missing(f->grammar, &out);
	struct str rest = out_text(&out);
	while (rest.len > 0) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		struct str line = {rest.p, nl ? (size_t)(nl - rest.p) : rest.len};
		rest = (struct str){line.p + line.len + (nl ? 1 : 0),
		                    rest.len - line.len - (nl ? 1 : 0)};
		if (str_has_prefix_nocase(line, STR("exec/")) ||
		    str_has_prefix_nocase(line, STR("user/")))
			continue;
		print_message("%.*s\n", STR_ARG(line));
		missing++;
	}
	out_free(&out);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_fragments),  cmocka_unit_test(test_configs),
	        cmocka_unit_test(test_order),      cmocka_unit_test(test_all_of_an_entry),
	        cmocka_unit_test(test_every_line), cmocka_unit_test(test_manual),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
