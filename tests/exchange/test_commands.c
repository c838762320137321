/* Every command that does something is typed in a transcript (tests/transcript, there also on the whole appliance). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cli/grammar/match.h"
#include "core/base/hash.h"
#include "tests/exchange/conf_fixture.h"

#define TRANSCRIPTS POSTERN_GRAMMAR_DIR "/../tests/transcript"

/* The mode a prompt stands for, and what is typed behind it; NULL when the line has no prompt. */
static const struct mode *behind_prompt(const struct grammar *g, struct str *line)
{
	size_t n = 0;
	while (n < line->len && line->p[n] != '#' && line->p[n] != '>' && line->p[n] != ' ')
		n++;
	if (n == 0 || n + 1 >= line->len || line->p[n] == ' ' || line->p[n + 1] != ' ')
		return NULL;
	const struct mode *mode = line->p[n - 1] == ')' ? g->config
	                          : line->p[n] == '#'   ? g->exec
	                                                : g->user;
	*line = (struct str){line->p + n + 2, line->len - n - 2};
	const char *filter = memmem(line->p, line->len, " | ", 3);
	if (filter != NULL)
		line->len = (size_t)(filter - line->p);
	return mode;
}

static void mark(const struct grammar *g, struct hash *typed, const char *path)
{
	char text[1024];
	FILE *f = fopen(path, "re");
	if (f == NULL)
		fail_msg("%s", path);
	while (fgets(text, sizeof text, f) != NULL) {
		struct str line = {text, strcspn(text, "\n")};
		const struct mode *mode = behind_prompt(g, &line);
		struct cli_ctx ctx;
		struct match m;
		struct match_fail fail;
		if (mode == NULL || line.len == 0)
			continue;
		ctx_init(&ctx, mode);
		if (match_line(g, &ctx, line, 15, &m, &fail) == MATCH_OK) {
			const struct line *l = m.line->modern != NULL ? m.line->modern : m.line;
			assert_true(hash_put(typed, &l, sizeof l, (void *)l));
			match_free(&m);
		}
		ctx_clear(&ctx);
	}
	fclose(f);
}

static unsigned mark_all(const struct grammar *g, struct hash *typed, const char *dir)
{
	DIR *d = opendir(dir);
	unsigned n = 0;
	assert_non_null(d);
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		char path[1024];
		const char *dot = strrchr(e->d_name, '.');
		if (dot == NULL || strcmp(dot, ".t") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		mark(g, typed, path);
		n++;
	}
	closedir(d);
	return n;
}

static unsigned missing_of(const struct mode *m, struct hash *typed)
{
	unsigned missing = 0;
	for (const struct line *l = m->lines; l != NULL; l = l->next) {
		if (l->run == NULL || l->modern != NULL || (l->flags & LINE_LEGACY) ||
		    hash_get(typed, &l, sizeof l) != NULL)
			continue;
		print_message("%s:%u: no transcript types \"%s\"\n", l->file, l->where, l->text);
		missing++;
	}
	return missing;
}

static void every_command(void **state)
{
	const struct grammar *g = ((struct conf_fixture *)*state)->grammar;
	struct hash *typed = hash_new(0);
	assert_true(mark_all(g, typed, TRANSCRIPTS) > 30);
	assert_true(mark_all(g, typed, TRANSCRIPTS "/whole") > 8);
	unsigned missing = missing_of(g->user, typed) + missing_of(g->exec, typed) +
	                   missing_of(g->config, typed);
	hash_free(typed);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_command)};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
