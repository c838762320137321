/* Editing a command line on a terminal: what the row looks like after which keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/console/editor.h"

/* Keys, and the row and the cursor's column after them. */
struct step {
	const char *keys, *row;
	size_t cursor;
};

/* libedit and the terminal library keep what they once allocated. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libtinfo\nleak:libedit\nleak:wcsdup\n";
}

static struct editor *e;
static FILE *terminal;
static int master;
static struct out raw; /* written since the last check */
static char row[256];  /* the last row of the screen */
static size_t col, longest;
static const struct step *steps;
static size_t nsteps, at, key;
static struct str asked_prompt;
static char asked[64];

/* Only carriage return, backspace and newline move: anything else would be an escape sequence. */
static void screen(void)
{
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.text[i];
		if (c == '\b' && col > 0) {
			col--;
		} else if (c == '\r') {
			col = 0;
		} else if (c == '\n') {
			memset(row, ' ', sizeof row);
			col = 0;
		} else if (((unsigned char)c & 0xc0) != 0x80) { /* goes on with a character */
			assert_true((unsigned char)c >= ' ');
			row[col++] = c;
			longest = col > longest ? col : longest;
		}
	}
	out_clear(&raw);
}

static void expect(const char *text, size_t cursor)
{
	char is[256];
	size_t n = sizeof row - 1;
	screen();
	while (n > 0 && row[n - 1] == ' ')
		n--;
	memcpy(is, row, n);
	is[n] = '\0';
	assert_string_equal(is, text);
	assert_int_equal(col, cursor);
}

/* Before a key is read the keys before it are seen. */
static int next(void *arg)
{
	(void)arg;
	while (at < nsteps && steps[at].keys[key] == '\0') {
		if (steps[at].row != NULL)
			expect(steps[at].row, steps[at].cursor);
		at++;
		key = 0;
	}
	return at < nsteps ? (unsigned char)steps[at].keys[key++] : -1;
}

static void written(void *arg, struct str text)
{
	(void)arg;
	out_put(&raw, text);
}

static bool ask(void *arg, bool tab, struct str left, struct str *prompt, unsigned *width)
{
	(void)arg;
	snprintf(asked, sizeof asked, "%s%.*s", tab ? "TAB " : "? ", STR_ARG(left));
	out_str(&raw, "\n");
	if (tab)
		editor_insert(e, STR("ock "));
	*prompt = asked_prompt;
	*width = 80;
	return prompt->len > 0;
}

static enum editor_event run(const struct step *s, size_t n, const char *prompt, unsigned width,
                             struct str *line)
{
	memset(row, ' ', sizeof row);
	col = longest = at = key = 0;
	out_clear(&raw);
	steps = s;
	nsteps = n;
	asked_prompt = str_of(prompt);
	enum editor_event event = editor_read(e, str_of(prompt), width, line);
	return event;
}

#define RUN(s, prompt, width) run(s, sizeof(s) / sizeof *(s), prompt, width, &line)

static void typing_echoes_only(void **state)
{
	(void)state;
	struct str line;
	const struct step s[] = {{"", "gw#", 4}, {"show", "gw# show", 8}, {"\r", NULL, 0}};
	assert_int_equal(RUN(s, "gw# ", 80), EDITOR_LINE);
	assert_true(str_eq_cstr(line, "show"));
	assert_string_equal(raw.text, "\n");
}

static void moving_and_deleting(void **state)
{
	(void)state;
	struct str line;
	const struct step s[] = {
	        {"shw clock", "gw# shw clock", 13},
	        {"\x01\x06\x06o", "gw# show clock", 7},
	        {"\x05\x17", "gw# show", 9},
	        {"\x19", "gw# show clock", 14},
	        {"\x1b[D\x1b[D\x0b", "gw# show clo", 12},
	        {"\x1b[H\x1b[3~\x04", "gw# ow clo", 4},
	        {"\x1b[4~\x7f\x08", "gw# ow c", 8},
	        {"\x15", "gw#", 4},
	        {"ab\x14", "gw# ba", 6},
	        {"\x1b"
	         "b\x1b"
	         "f\x1bOD",
	         "gw# ba", 5},
	        {"\x02\x04\x04\x04", NULL, 0},
	};
	assert_int_equal(RUN(s, "gw# ", 80), EDITOR_EOF);
}

static void keys_for_others(void **state)
{
	(void)state;
	struct str line;
	const struct step help[] = {{"sh ?", "gw# sh", 7}, {"x\x03", NULL, 0}};
	assert_int_equal(RUN(help, "gw# ", 80), EDITOR_BREAK);
	assert_string_equal(asked, "? sh ");
	const struct step tab[] = {{"sh cl\t", "gw# sh clock", 13},
	                           {"\x0c", "gw# sh clock", 13},
	                           {"\x12x", "gw# sh clock x", 14},
	                           {"\x1a", NULL, 0}};
	assert_int_equal(RUN(tab, "gw# ", 80), EDITOR_LEAVE);
	assert_string_equal(asked, "TAB sh cl");
	/* ^V: a question mark is text; what is no key does nothing */
	const struct step quoted[] = {{"key a\x16?b", "gw# key a?b", 11},
	                              {"\x01\x02\x07", "gw# key a?b", 4}};
	assert_int_equal(RUN(quoted, "gw# ", 80), EDITOR_LOST);
}

static void history(void **state)
{
	(void)state;
	struct str line;
	const struct step lines[][1] = {{{"one\r", NULL, 0}},
	                                {{"two\r", NULL, 0}},
	                                {{"two\r", NULL, 0}},
	                                {{"  \r", NULL, 0}},
	                                {{"three\r", NULL, 0}}};
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(run(lines[i], 1, "> ", 80, &line), EDITOR_LINE);
	const struct step s[] = {
	        {"dra\x10", "> three", 7},    {"\x1b[A", "> two", 5}, {"\x10\x10", "> one", 5},
	        {"\x0e\x1b[B", "> three", 7}, {"\x0e", "> dra", 5},
	};
	assert_int_equal(RUN(s, "> ", 80), EDITOR_LOST);
}

/* The sample: a terminal of 40 columns, a prompt of 20. */
static void scrolling_as_captured(void **state)
{
	(void)state;
	struct str line;
	const struct step s[] = {
	        {"no object-group ser", "ciscoasa-3(config)# no object-group ser", 39},
	        {"v", "ciscoasa-3(config)# $p serv", 27},
	        {"ice SVC_WEB", "ciscoasa-3(config)# $p service SVC_WEB", 38},
	        {"12", "ciscoasa-3(config)# $_WEB12", 27},
	        {"\x01", "ciscoasa-3(config)# no object-group se$", 20},
	        {"\x05", "ciscoasa-3(config)# $_WEB12", 27},
	        {"\r", NULL, 0},
	};
	assert_int_equal(RUN(s, "ciscoasa-3(config)# ", 40), EDITOR_LINE);
	assert_true(str_eq_cstr(line, "no object-group service SVC_WEB12"));
	assert_non_null(strstr(raw.text, "no object-group se$\n"));
	assert_true(longest <= 39);
}

/* The other one: 80 columns; 78 characters and `$` after Enter. */
static void cut_on_enter(void **state)
{
	(void)state;
	struct str line;
	char text[122];
	memset(text, '-', sizeof text - 2);
	text[sizeof text - 2] = '\r';
	text[sizeof text - 1] = '\0';
	memcpy(text, "banner motd ", 12);
	const struct step s[] = {{text, NULL, 0}};
	assert_int_equal(RUN(s, "fw-vnskills-org(config)# ", 80), EDITOR_LINE);
	assert_int_equal(line.len, 120);
	assert_int_equal(raw.text[--raw.len], '\n');
	expect("fw-vnskills-org(config)# banner motd -----------------------------------------$",
	       79);
	assert_true(longest <= 79);
}

static int above_next(void *arg)
{
	static bool said;
	if (!said && at == 1) {
		said = true;
		editor_above(e, STR("%ASA-5-111008: said\n"));
	}
	return next(arg);
}

/* Debug and log lines go above the line, which is drawn anew behind its prompt. */
static void lines_above(void **state)
{
	(void)state;
	struct str line;
	editor_free(e);
	const struct editor_io io = {.next = above_next, .write = written, .ask = ask};
	e = editor_new(terminal, fileno(terminal), &io);
	assert_non_null(e);
	const struct step s[] = {{"show", "gw# show", 8}, {" x", "gw# show x", 10}};
	assert_int_equal(RUN(s, "gw# ", 80), EDITOR_LOST);
}

static char noise[256];

/* Whatever is typed, the row never grows past the last column but one, and the cursor stays behind the prompt. */
static int noise_next(void *arg)
{
	static const char some[] =
	        "abcdefgh ijkl\x01\x02\x05\x06\x7f\x0b\x17\x14\x10\x0e\x19\xc3\xa9";
	static uint32_t seed = 1;
	unsigned width = *(unsigned *)noise;
	(void)arg;
	screen();
	assert_in_range(col, 4, width - 1);
	assert_true(longest < width);
	if (key++ >= 400)
		return '\r';
	seed = seed * 1103515245 + 12345;
	return (unsigned char)some[(seed >> 16) % (sizeof some - 1)];
}

static void random_keys(void **state)
{
	(void)state;
	struct str line;
	editor_free(e);
	const struct editor_io io = {.next = noise_next, .write = written, .ask = ask};
	e = editor_new(terminal, fileno(terminal), &io);
	for (unsigned round = 0; round < 60; round++) {
		unsigned width = 20 + round % 30;
		memcpy(noise, &width, sizeof width);
		run(NULL, 0, "gw# ", width, &line);
	}
}

static int setup(void **state)
{
	static const struct editor_io io = {.next = next, .write = written, .ask = ask};
	int slave;
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("HOME", "/nonexistent", 1); /* no .editrc of whoever runs this */
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		return 1;
	terminal = fdopen(slave, "r+");
	out_init(&raw);
	e = editor_new(terminal, slave, &io);
	return e == NULL;
}

static int teardown(void **state)
{
	(void)state;
	editor_free(e);
	fclose(terminal);
	close(master);
	out_free(&raw);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(typing_echoes_only),    TEST(moving_and_deleting),
	        TEST(keys_for_others),       TEST(history),
	        TEST(scrolling_as_captured), TEST(cut_on_enter),
	        TEST(lines_above),           TEST(random_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
