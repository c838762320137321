/* Editing a command line: what the row looks like after which keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/editor.h"

static struct editor *e;
static struct out raw;
static char row[256]; /* the last row of the screen */
static size_t col, longest;

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

/* The row as it is, blanks at its end gone; "^" on the cursor's place is checked by at(). */
static const char *shown(void)
{
	static char text[256];
	size_t n = sizeof row;
	screen();
	while (n > 0 && row[n - 1] == ' ')
		n--;
	memcpy(text, row, n);
	text[n] = '\0';
	return text;
}

static void begin(const char *prompt, unsigned width)
{
	memset(row, ' ', sizeof row);
	col = longest = 0;
	out_clear(&raw);
	editor_begin(e, str_of(prompt), width);
	editor_draw(e, &raw);
	screen();
}

static enum editor_event keys(const char *text)
{
	enum editor_event event = EDITOR_GOES_ON;
	for (; *text != '\0' && event == EDITOR_GOES_ON; text++)
		event = editor_key(e, (uint8_t)*text, &raw);
	return event;
}

static void expect(const char *text, size_t cursor)
{
	assert_string_equal(shown(), text);
	assert_int_equal(col, cursor);
}

static void typing_echoes_only(void **state)
{
	(void)state;
	begin("gw# ", 80);
	keys("show");
	assert_int_equal(raw.len, 4);
	expect("gw# show", 8);
	assert_int_equal(keys("\r"), EDITOR_LINE);
	assert_int_equal(raw.len, 1);
	assert_true(str_eq_cstr(editor_line(e), "show"));
}

static void moving_and_deleting(void **state)
{
	(void)state;
	begin("gw# ", 80);
	keys("shw clock");
	keys("\x01\x06\x06o");
	expect("gw# show clock", 7);
	keys("\x05\x17");
	expect("gw# show", 9);
	keys("\x19");
	expect("gw# show clock", 14);
	keys("\x1b[D\x1b[D\x0b");
	expect("gw# show clo", 12);
	keys("\x1b[H\x1b[3~\x04");
	expect("gw# ow clo", 4);
	keys("\x1b[4~\x7f\x08");
	expect("gw# ow c", 8);
	keys("\x15");
	expect("gw#", 4);
	assert_int_equal(keys("\x04"), EDITOR_EOF);
	keys("ab\x14");
	expect("gw# ba", 6);
	keys("\x1b"
	     "b\x1b"
	     "f\x1bOD");
	expect("gw# ba", 5);
}

static void keys_for_others(void **state)
{
	(void)state;
	begin("gw# ", 80);
	assert_int_equal(keys("sh ?"), EDITOR_HELP);
	assert_true(str_eq_cstr(editor_before_cursor(e), "sh "));
	assert_int_equal(keys("cl\t"), EDITOR_TAB);
	editor_insert(e, STR("ock "));
	keys("\x0c");
	expect("gw# sh clock", 13);
	assert_int_equal(keys("\x03"), EDITOR_BREAK);
	assert_int_equal(keys("\x1a"), EDITOR_LEAVE);
	begin("gw# ", 80);
	assert_int_equal(keys("key a\x16?b"), EDITOR_GOES_ON); /* ^V: a question mark is text */
	expect("gw# key a?b", 11);
	keys("\x01\x02\x07\x11"); /* nothing happens */
	expect("gw# key a?b", 4);
	editor_erase(e, &raw);
	expect("", 0);
}

static void history(void **state)
{
	(void)state;
	static const char *const lines[] = {"one", "two", "two", "  ", "three"};
	for (size_t i = 0; i < 5; i++) {
		begin("> ", 80);
		keys(lines[i]);
		keys("\r");
		editor_remember(e);
	}
	begin("> ", 80);
	keys("dra");
	keys("\x10");
	expect("> three", 7);
	keys("\x1b[A");
	expect("> two", 5);
	keys("\x10\x10\x10");
	expect("> one", 5);
	keys("\x0e\x1b[B");
	expect("> three", 7);
	keys("\x0e");
	expect("> dra", 5);
	keys("\x0e");
	expect("> dra", 5);
}

/* The sample: a terminal of 40 columns, a prompt of 20. */
static void scrolling_as_captured(void **state)
{
	(void)state;
	begin("ciscoasa-3(config)# ", 40);
	keys("no object-group ser");
	expect("ciscoasa-3(config)# no object-group ser", 39);
	keys("v");
	assert_non_null(strstr(raw.text, "$p serv            \b"));
	expect("ciscoasa-3(config)# $p serv", 27);
	keys("ice SVC_WEB");
	expect("ciscoasa-3(config)# $p service SVC_WEB", 38);
	keys("12");
	expect("ciscoasa-3(config)# $_WEB12", 27);
	editor_key(e, '\r', &raw);
	assert_non_null(strstr(raw.text, "no object-group se$\n"));
	assert_true(longest <= 39);
}

/* The other one: 80 columns; 78 characters and `$` after Enter. */
static void cut_on_enter(void **state)
{
	(void)state;
	char line[121];
	memset(line, '-', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	memcpy(line, "banner motd ", 12);
	begin("fw-vnskills-org(config)# ", 80);
	keys(line);
	editor_key(e, '\r', &raw);
	raw.text[raw.len - 1] = '\0';
	raw.len--;
	const char *last = shown();
	assert_string_equal(last, "fw-vnskills-org(config)# banner motd "
	                          "-----------------------------------------$");
	assert_int_equal(strlen(last), 79);
	assert_int_equal(editor_line(e).len, 120);
	assert_true(longest <= 79);
}

/* Whatever is typed, the row never grows past the last column but one, and the cursor stands where the text says. */
static void random_keys(void **state)
{
	(void)state;
	static const char some[] =
	        "abcdefgh ijkl\x01\x02\x05\x06\x7f\x0b\x17\x15\x14\x10\x0e\x19\x04\xc3\xa9";
	uint32_t seed = 1;
	for (int round = 0; round < 200; round++) {
		begin("gw# ", 20 + (unsigned)round % 30);
		unsigned width = 20 + (unsigned)round % 30;
		for (int i = 0; i < 200; i++) {
			seed = seed * 1103515245 + 12345;
			uint8_t key = (uint8_t)some[(seed >> 16) % (sizeof some - 1)];
			if (key == 0x15 && seed % 5 != 0)
				key = 'x';
			editor_key(e, key, &raw);
			struct str before = editor_before_cursor(e);
			screen();
			assert_in_range(col, 4, width - 1);
			(void)before;
		}
		if (round % 7 == 0)
			editor_remember(e);
		editor_key(e, '\r', &raw);
		screen();
	}
}

static int setup(void **state)
{
	(void)state;
	out_init(&raw);
	e = editor_new();
	return e == NULL;
}

static int teardown(void **state)
{
	(void)state;
	editor_free(e);
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
	        TEST(random_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
