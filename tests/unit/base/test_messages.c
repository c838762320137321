/* The messages against the reference: tests/vectors/syslog.txt has its table, with number, level and wording;
 * syslog-not-logged.txt says why some are never written. A message that is neither in the source nor among the reasons,
 * or is in both, or differs, fails here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log_msgs.h"
#include "core/base/out.h"

static const struct message {
	unsigned id;
	int level;
	const char *fmt;
} messages[] = {
#include <log_ids.inc>
};
enum { MESSAGES = sizeof messages / sizeof messages[0] };

struct row {
	unsigned first, last; /* ids */
	int level;
	char text[600];
};
static struct row rows[1000], reasons[500];
static size_t nrows, nreasons;
static char unsaid[50][1024]; /* texts of numbers that are written with others */
static size_t nunsaid;
static struct out source;   /* all .c files */
static struct out literals; /* their strings, one a line, in the form of the table */
static unsigned complaints;

#define complain(...)                         \
	do {                                  \
		print_error(__VA_ARGS__);     \
		print_error("\n");            \
		complaints++;                 \
	} while (0)

/* ------------------------------------------------------------------ reading */

static void load(const char *name, struct row *to, size_t most, size_t *n, bool level)
{
	char path[512], line[1024];
	snprintf(path, sizeof path, "%s/vectors/%s", TEST_DIR, name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		struct row *r = &to[*n];
		char *at = strchr(line, '\t');
		assert_true(*n < most && at != NULL && nunsaid < 50);
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '=') { /* a text */
			*at = '\0';
			snprintf(unsaid[nunsaid++], sizeof unsaid[0], "%s", line + 1);
			continue;
		}
		if (sscanf(line, "%6u-%6u", &r->first, &r->last) != 2)
			r->last = r->first;
		r->level = -1;
		if (level) {
			sscanf(at + 1, "%d", &r->level);
			at = strchr(at + 1, '\t');
			assert_non_null(at);
			char *end = strrchr(at, '\t');
			assert_true(end != NULL && end != at); /* a row has its source */
			*end = '\0';
		}
		snprintf(r->text, sizeof r->text, "%s", at + 1);
		assert_true(r->text[0] != '\0');
		(*n)++;
	}
	fclose(f);
}

/* A format in the form of the table: ~ for each conversion, with 0x in front of it. */
static void plain(const char *fmt, size_t len, char *text, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < len && n + 1 < cap; i++) {
		if (fmt[i] == '0' && i + 2 < len && fmt[i + 1] == 'x' && fmt[i + 2] == '%')
			i += 2;
		if (fmt[i] == '%' && i + 1 < len && fmt[i + 1] != '%') {
			i += 1 + strspn(fmt + i + 1, "-+ #0123456789.*lhzj");
			text[n++] = '~';
			continue;
		}
		if (fmt[i] == '%')
			i++;
		text[n++] = fmt[i];
	}
	text[n] = '\0';
}

/* The strings of a file: neighbours are one, escapes are undone as far as messages have them. */
static void take_literals(const char *c)
{
	char raw[2048], text[2048];
	size_t n = 0;
	bool open = false;
	for (; *c != '\0'; c++) {
		if (*c == '\'' && c[1] == '"' && c[2] == '\'') {
			c += 2;
		} else if (*c == '"') {
			for (c++; *c != '"' && *c != '\0'; c++) {
				if (*c == '\\')
					c++;
				if (n + 1 < sizeof raw)
					raw[n++] = *c;
			}
			open = true;
		} else if (open && strchr(" \t\n\\", *c) == NULL) {
			plain(raw, n, text, sizeof text);
			out_printf(&literals, "%s\n", text);
			n = 0;
			open = false;
		}
	}
}

static void take_file(const char *path)
{
	static char text[200000];
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	out_str(&source, text);
	out_str(&source, "\n");
	take_literals(text);
}

static void take_folder(const char *name)
{
	char path[512], file[1024];
	snprintf(path, sizeof path, "%s/../%s", TEST_DIR, name);
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		size_t len = strlen(e->d_name);
		if (len < 2 || strcmp(e->d_name + len - 2, ".c") != 0)
			continue;
		snprintf(file, sizeof file, "%s/%s", path, e->d_name);
		take_file(file);
	}
	closedir(d);
}

static int setup(void **state)
{
	static const char *const folders[] = {
	        "core",        "core/base",    "core/net", "core/aaa", "core/aaa/radius", "core/aaa/tacacs", "core/config",
	        "crypto/ike",
	        "crypto/ipsec", "crypto/pki", "l2tp",        "ppp",      "cli/exec", "cli/session", "cli/socket"};
	(void)state;
	out_init(&source);
	out_init(&literals);
	load("syslog.txt", rows, sizeof rows / sizeof rows[0], &nrows, true);
	load("syslog-not-logged.txt", reasons, sizeof reasons / sizeof reasons[0], &nreasons, false);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		take_folder(folders[i]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	out_free(&source);
	out_free(&literals);
	return 0;
}

/* ------------------------------------------------------------------ comparing */

/* ~ of the pattern stands for anything. */
static bool fits(const char *pattern, const char *text, size_t len)
{
	if (*pattern == '\0')
		return len == 0;
	if (*pattern == '~') {
		for (size_t i = 0; i <= len; i++)
			if (fits(pattern + 1, text + i, len - i))
				return true;
		return false;
	}
	return len > 0 && *pattern == *text && fits(pattern + 1, text + 1, len - 1);
}

static bool is_literal(const char *pattern)
{
	for (const char *line = literals.text; *line != '\0';) {
		size_t len = strcspn(line, "\n");
		if (fits(pattern, line, len))
			return true;
		line += len + (line[len] != '\0');
	}
	return false;
}

/* A general carrier: the text is said where the message is made. */
static bool is_carrier(const struct message *m)
{
	return strcmp(m->fmt, "%s%s") == 0 || strcmp(m->fmt, "%s") == 0;
}

static const char *without_prefix(const struct message *m)
{
	bool ike = m->id >= 713000 && m->id < 716000;
	return ike && strncmp(m->fmt, "%s", 2) == 0 ? m->fmt + 2 : m->fmt;
}

static bool is_used(unsigned id)
{
	char name[32];
	snprintf(name, sizeof name, "MSG_%06u", id);
	if (strstr(source.text, name) != NULL)
		return true;
	snprintf(name, sizeof name, " %06u", id); /* crypto/ike/text.c: by its number */
	const char *at = strstr(source.text, name);
	return at != NULL && (at[7] < '0' || at[7] > '9');
}

static const struct row *reason_of(unsigned id)
{
	for (size_t i = 0; i < nreasons; i++)
		if (reasons[i].first <= id && id <= reasons[i].last)
			return &reasons[i];
	return NULL;
}

static bool says(const struct row *r, bool *level_differs)
{
	char text[1024];
	for (size_t i = 0; i < MESSAGES; i++) {
		const struct message *m = &messages[i];
		if (m->id != r->first)
			continue;
		const char *fmt = without_prefix(m);
		plain(fmt, strlen(fmt), text, sizeof text);
		bool same = is_carrier(m) ? is_literal(r->text) : strcmp(text, r->text) == 0;
		if (same && m->level == r->level)
			return true;
		*level_differs = *level_differs || (same && m->level != r->level);
	}
	return false;
}

static bool is_unsaid(const char *text)
{
	for (size_t i = 0; i < nunsaid; i++)
		if (strcmp(unsaid[i], text) == 0)
			return true;
	return false;
}

static void each_row_is_said_or_has_a_reason(void **state)
{
	(void)state;
	complaints = 0;
	for (size_t i = 0; i < nrows; i++) {
		const struct row *r = &rows[i];
		const struct row *why = reason_of(r->first);
		bool level = false;
		if (is_unsaid(r->text)) {
			if (is_literal(r->text))
				complain("a text is said, and has a reason why not: %s", r->text);
			continue;
		}
		if (why != NULL && is_used(r->first))
			complain("%06u is written, and has a reason why not: %s", r->first, why->text);
		else if (why == NULL && !is_used(r->first))
			complain("%06u is never written, and nobody says why: %s", r->first, r->text);
		else if (why == NULL && !says(r, &level))
			complain("%06u level %d: %s: %s", r->first, r->level, r->text,
			         level ? "has another level" : "has another wording");
	}
	assert_int_equal(complaints, 0);
}

static bool has_row(const struct message *m)
{
	char text[1024];
	const char *fmt = without_prefix(m);
	plain(fmt, strlen(fmt), text, sizeof text);
	for (size_t i = 0; i < nrows; i++)
		if (rows[i].first == m->id && rows[i].level == m->level &&
		    (is_carrier(m) || strcmp(rows[i].text, text) == 0))
			return true;
	return false;
}

static void each_message_has_a_row(void **state)
{
	(void)state;
	complaints = 0;
	for (size_t i = 0; i < MESSAGES; i++)
		if (!has_row(&messages[i]))
			complain("%06u is not in the table with level %d and this wording: %s",
			         messages[i].id, messages[i].level, messages[i].fmt);
	assert_int_equal(complaints, 0);
}

static void each_reason_is_about_a_row(void **state)
{
	(void)state;
	complaints = 0;
	for (size_t i = 0; i < nreasons; i++) {
		bool found = false;
		for (size_t k = 0; k < nrows; k++)
			found = found || rows[k].first == reasons[i].first;
		if (!found)
			complain("%06u has a reason, and no row", reasons[i].first);
	}
	assert_int_equal(complaints, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_row_is_said_or_has_a_reason),
	        cmocka_unit_test(each_message_has_a_row),
	        cmocka_unit_test(each_reason_is_about_a_row),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
