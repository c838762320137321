#include "exec_lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/config/hooks.h"

struct exec_lab lab;

static void a_sum(const void *data, size_t len, uint8_t sum[16])
{
	const uint8_t *p = data;
	memset(sum, 0, 16);
	for (size_t i = 0; i < len; i++)
		sum[i % 16] = (uint8_t)(sum[i % 16] * 31 + p[i]);
}

static void on_reload(void *ctx, const struct exec_ending *ending)
{
	(void)ctx;
	lab.ending = *ending;
	lab.reloads++;
}

void exec_lab_open(const struct conf_hooks *hooks)
{
	struct err err = {0};
	snprintf(lab.dir, sizeof lab.dir, "/tmp/exec-XXXXXX");
	assert_non_null(mkdtemp(lab.dir));
	clock_init(&lab.now, 1000);
	lab.now.wall_offset_ms = INT64_C(1508414400250) - 1000;
	lab.x.clock = &lab.now;
	lab.x.reload = on_reload;
	assert_int_equal(startup_init(&lab.x.startup, lab.dir, a_sum, &err), 0);
	exec_config_register(&lab.x);
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &lab.grammar,
	                 &err))
		fail_msg("%s", err.text);
	hooks_set_grammar(lab.grammar);
	lab.x.grammar = lab.grammar;
	lab.x.sys = confsys_new(&lab.grammar->schema, hooks);
}

int exec_lab_close(void)
{
	struct flash_file *files;
	size_t n;
	char path[400];
	assert_int_equal(flash_list(&lab.x.flash, &files, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		flash_delete(&lab.x.flash, str_of(files[i].name), NULL);
	free(files);
	snprintf(path, sizeof path, "%s/startup-config", lab.dir);
	unlink(path);
	rmdir(lab.x.flash.dir);
	exec_config_free(&lab.x);
	confsys_free(lab.x.sys);
	hooks_set_grammar(NULL);
	grammar_free(lab.grammar);
	cmd_registry_clear();
	assert_int_equal(lab.now.n, 0);
	clock_free(&lab.now);
	out_free(&lab.host.text);
	return rmdir(lab.dir);
}

void exec_lab_load(const char *text, unsigned flags)
{
	struct load_report r = {0};
	struct err err = {0};
	assert_int_equal(load_text(lab.grammar, lab.x.sys, str_of(text), "test", flags, &r, &err),
	                 0);
	for (size_t i = 0; i < r.n; i++)
		if (r.items[i].error)
			fail_msg("%s: %s", r.items[i].command, r.items[i].text);
	load_report_free(&r);
}
