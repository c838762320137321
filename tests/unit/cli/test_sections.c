/* show running-config SECTION and clear configure SECTION, for every section that the grammar knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config/hooks.h"
#include "cli/config/render.h"
#include "exec_lab.h"

static char *everything;

static char *read_file(const char *path)
{
	char *text = calloc(1, 1 << 20);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static int setup(void **state)
{
	(void)state;
	exec_lab_open(NULL);
	everything = read_file(TEST_DIR "/transcript/configs/everything.cfg");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(everything);
	return exec_lab_close();
}

static void load(const char *text)
{
	struct load_report r = {0};
	struct err err = {0};
	assert_int_equal(
	        load_text(lab.grammar, lab.x.sys, str_of(text), "test", LOAD_REPLACE, &r, &err), 0);
	load_report_free(&r);
}

static char *shown(const char *section)
{
	struct cmd_arg a = {.name = "section", .text = str_of(section)};
	assert_int_equal(exec_host_run(&lab.host, "show_running_config", &a, 1, false), CMD_OK);
	return strdup(lab.host.text.text ? lab.host.text.text : "");
}

static const struct field *section_field(const char *run)
{
	for (const struct mode *m = lab.grammar->modes; m; m = m->next)
		for (const struct line *l = m->lines; l; l = l->next)
			for (size_t i = 0; l->run && !strcmp(l->run, run) && i < l->nargs; i++)
				if (l->args[i].flags & FIELD_SECTIONS)
					return &l->args[i];
	fail_msg("no line of %s has sections", run);
	return NULL;
}

/* Each top-level line is in the section of its first word, and the sections together are the whole. */
static void test_show(void **state)
{
	const struct field *f = section_field("show_running_config");
	size_t all = 0, parts = 0;
	struct out whole;
	(void)state;
	load(everything);
	out_init(&whole);
	render(lab.grammar, confsys_running(lab.x.sys), 0, -1, STR(""), &whole);
	for (const char *p = whole.text; *p; p = strchr(p, '\n') + 1)
		all += *p != '!';
	for (size_t i = 0; i < f->nchoices; i++) {
		if (!strcmp(f->choices[i].word, "inert") || !strcmp(f->choices[i].word, "isakmp"))
			continue;
		char *text = shown(f->choices[i].word);
		for (const char *p = text; *p; p = strchr(p, '\n') + 1)
			parts += *p != '!';
		free(text);
	}
	assert_int_equal(parts, all);
	out_free(&whole);
}

static void test_clear(void **state)
{
	const struct field *f = section_field("clear_configure");
	unsigned cleared = 0, used = 0, bad = 0;
	(void)state;
	for (size_t i = 0; i < f->nchoices; i++) {
		const char *section = f->choices[i].word;
		struct cmd_arg a = {.name = "section", .text = str_of(section)};
		if (!strcmp(section, "all"))
			continue;
		load("!\n");
		char *empty = shown(section);
		load(everything);
		char *before = shown(section);
		int rc = exec_host_run(&lab.host, "clear_configure", &a, 1, false);
		char *said = strdup(lab.host.text.text ? lab.host.text.text : "");
		char *after = shown(section);
		if (rc != CMD_OK && strstr(said, "used by")) {
			used++;
			printf("clear configure %s: %s", section, said);
		} else if (rc != CMD_OK || strcmp(after, empty)) {
			printf("clear configure %s: status %d, said:\n%sleft:\n%s", section, rc,
			       said, after);
			bad++;
		}
		cleared += strcmp(before, empty) != 0;
		free(empty);
		free(before);
		free(after);
		free(said);
	}
	printf("%u sections cleared, %u in use\n", cleared, used);
	assert_int_equal(bad, 0);
	assert_true(cleared > 15 && used < 8);
}

/* With every default said openly it is the same configuration. */
static void test_all(void **state)
{
	struct out plain, full, again;
	struct load_report r = {0};
	struct err err = {0};
	(void)state;
	load(everything);
	out_init(&plain);
	out_init(&full);
	out_init(&again);
	render(lab.grammar, confsys_running(lab.x.sys), RENDER_SECRETS, -1, STR(""), &plain);
	render(lab.grammar, confsys_running(lab.x.sys), RENDER_SECRETS | RENDER_ALL, -1, STR(""),
	       &full);
	assert_true(full.len > plain.len);
	int rc = load_text(lab.grammar, lab.x.sys, out_text(&full), "all",
	                   LOAD_REPLACE | LOAD_STRICT, &r, &err);
	for (size_t i = 0; rc != 0 && i < r.n; i++)
		if (r.items[i].error)
			print_error("%u: %s: %s\n", r.items[i].line, r.items[i].command,
			            r.items[i].text);
	assert_int_equal(rc, 0);
	load_report_free(&r);
	render(lab.grammar, confsys_running(lab.x.sys), RENDER_SECRETS, -1, STR(""), &again);
	assert_string_equal(plain.text, again.text);
	out_free(&plain);
	out_free(&full);
	out_free(&again);
}

static void has_line(const char *section, unsigned flags, const char *line, bool want)
{
	struct out text;
	char row[200];
	out_init(&text);
	render(lab.grammar, confsys_running(lab.x.sys), RENDER_SECRETS | flags, -1, str_of(section),
	       &text);
	snprintf(row, sizeof row, "\n%s\n", line);
	if ((strstr(text.text ? text.text : "", row) != NULL) != want)
		fail_msg("%s: \"%s\" %s\n%s", section, line, want ? "wanted" : "not wanted",
		         text.text);
	out_free(&text);
}

/* Defaults by the kind of a tunnel group: `show running-config all` tells them, and what is typed as the default of
 * another kind is none here. */
static void test_kinds(void **state)
{
	static const char l2l[] = " isakmp keepalive threshold 10 retry 2",
	                  remote[] = " isakmp keepalive threshold 300 retry 2",
	                  xauth[] = " ikev1 user-authentication xauth";
	(void)state;
	load("tunnel-group lan type ipsec-l2l\ntunnel-group ra type remote-access\n"
	     "tunnel-group other type ipsec-l2l\ntunnel-group other ipsec-attributes\n"
	     " isakmp keepalive threshold 300 retry 2\n");
	has_line("tunnel-group lan", RENDER_ALL, l2l, true);
	has_line("tunnel-group lan", RENDER_ALL, xauth, false);
	has_line("tunnel-group DefaultL2LGroup", RENDER_ALL, l2l, true);
	has_line("tunnel-group DefaultL2LGroup", RENDER_ALL, xauth, false);
	has_line("tunnel-group ra", RENDER_ALL, remote, true);
	has_line("tunnel-group ra", RENDER_ALL, xauth, true);
	has_line("tunnel-group DefaultRAGroup", RENDER_ALL, remote, true);
	has_line("tunnel-group lan", 0, l2l, false);
	has_line("tunnel-group ra", 0, remote, false);
	has_line("tunnel-group other", 0, remote, true);
	load("tunnel-group lan type ipsec-l2l\ntunnel-group lan ipsec-attributes\n"
	     " isakmp keepalive threshold 10 retry 2\ntunnel-group ra type remote-access\n"
	     "tunnel-group ra ipsec-attributes\n isakmp keepalive threshold 300 retry 2\n");
	has_line("tunnel-group lan", 0, l2l, false);
	has_line("tunnel-group ra", 0, remote, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_show),
	        cmocka_unit_test(test_clear),
	        cmocka_unit_test(test_all),
	        cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
