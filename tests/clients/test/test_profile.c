/* Files of clients that cannot be used are refused, with the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/profile.h"
#include "tests/clients/say.h"

static char text[65536];

/* A good file, with one thing in it replaced. */
static const char *with(const char *what, const char *by)
{
	static char out[65536];
	char *at = strstr(text, what);
	assert_non_null(at);
	snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
	return out;
}

static void refused(const char *what, const char *by, const char *why)
{
	struct err err = {0};
	const char *file = with(what, by), *at = strstr(text, what);
	unsigned line = 1;
	char start[64];
	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	snprintf(start, sizeof start, "f.yaml:%u: ", line);
	assert_null(profile_read(str_of(file), "f.yaml", &err));
	if (strncmp(err.text, start, strlen(start)) != 0 || strstr(err.text, why) == NULL)
		fail_msg("%s, not %s%s", err.text, start, why);
}

static void faults_are_told(void **state)
{
	(void)state;
	refused("mode: {is: main, source: W1}", "mode: {is: main}", "neither");
	refused("mode: {is: main, source: W1}", "mode: main", "neither");
	refused("mode: {is: main,", "mode: {is: quick,", "no such word: quick");
	refused("source: L1}", "source: somebody}", "no source: somebody");
	refused("first-message-bytes", "first-message-length", "no such fact: first-message-length");
	refused("{is: 408,", "{is: 4o8,", "no number: 4o8");
	refused("hex: 01528bbb", "hex: 01528bb", "not two hex digits");
	refused("{hex: 4a131c81070358455c5728f20e95452f,", "{hexa: 4a131c81070358455c5728f20e95452f,", "no such key here: hexa");
	refused("{type: 4, hex: \"00000000\"", "{type: 4, proposal: 1, hex: \"00000000\"", "no such key here: proposal");
	refused("01 00 0000 {ip}", "01 00 0000 {address of it}", "no such name: {address of it}");
	refused("'Microsoft'", "'Microsoft", "text without its second '");
	refused("- {text: ms-chap-v2", "- {text: kerberos", "no such method: kerberos");
}

static void what_is_missing_is_told(void **state)
{
	struct err err = {0};
	(void)state;
	assert_null(profile_read(str_of(with("  message-ids: {is: counting, source: W5 S2}\n", "")), "f.yaml", &err));
	assert_string_equal(err.text, "f.yaml:4: a fact is missing: message-ids");
	assert_null(profile_read(STR("client: x\n"), "f.yaml", &err));
	assert_string_equal(err.text, "f.yaml:1: a section is missing: ike");
	assert_null(profile_read(STR("ike: x\n"), "f.yaml", &err));
	assert_string_equal(err.text, "f.yaml:1: no client");
	assert_null(profile_load("/nonexistent/x.yaml", &err));
	assert_non_null(strstr(err.text, "No such file"));
}

/* Proposals with one number are one, and lengths are those of what is in them. */
static void proposals_are_grouped(void **state)
{
	static const struct script_item items[] = {
	        {.form = "aabb", .proposal = 1, .protocol = 3, .transform = 12},
	        {.form = "{encap}", .proposal = 1, .protocol = 3, .transform = 3},
	        {.form = "", .proposal = 2, .protocol = 3, .transform = 2},
	};
	static const uint8_t expected[] = {
	        0, 0, 0, 1, 0, 0, 0, 1, /* DOI, situation */
	        2, 0, 0, 32, 1, 3, 4, 2, 0xde, 0xad, 0xbe, 0xef, 3, 0, 0, 10, 1, 12, 0, 0, 0xaa, 0xbb,
	        0, 0, 0, 10, 2, 3, 0, 0, 0, 4,
	        0, 0, 0, 20, 2, 3, 4, 1, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 8, 1, 2, 0, 0,
	};
	const struct script_list list = {items, 3};
	const struct script_values values = {.v = {[NAME_SPI] = 0xdeadbeef, [NAME_ENCAP] = 4}};
	uint8_t out[128];
	struct wr w = wr_of(out, sizeof out);
	(void)state;
	say_sa(&w, &list, &values, true);
	assert_int_equal(wr_len(&w), sizeof expected);
	assert_memory_equal(out, expected, sizeof expected);
}

static int read_good(void **state)
{
	FILE *f = fopen(CLIENTS_DIR "/windows-10.yaml", "r");
	(void)state;
	if (f == NULL)
		return -1;
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	return fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(faults_are_told),
	        cmocka_unit_test(what_is_missing_is_told),
	        cmocka_unit_test(proposals_are_grouped),
	};
	return cmocka_run_group_tests(tests, read_good, NULL);
}
