/* What the loader refuses, and that it says where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"

#define BASE                                    \
	"dialects: [pix-6, asa-7.0, asa-8.4]\n" \
	"modes: {config: {prompt: '#'}}\n"      \
	"order: [n]\n"

static const struct {
	const char *yaml, *err;
} bad[] = {
        {"frob: 1\n", "text:1: unknown key \"frob\""},
        {"help: {a: x, a: y}\n", "text:1: \"a\" is given twice"},
        {"help: [\n", "text:2: did not find expected node content"},
        {BASE "tree: {n: {fields: {f: {type: u33}}}}\n", "text:4: f: unknown type \"u33\""},
        {BASE "tree: {n: {fields: {f: {type: u32, colour: red}}}}\n",
         "text:4: unknown key \"colour\""},
        {BASE "tree: {n: {fields: {f: {type: u32, range: 1..9, default: 10}}}}\n",
         "text:4: f: 10 is out of range for f, valid range: 1-9"},
        {BASE "tree: {n: {fields: {f: {type: enum, values: {a: A}, default: b}}}}\n",
         "text:4: f: b is not a valid value for f"},
        {BASE "tree: {n: {list: {k: {type: word}}, fields: {f: {type: ref, to: m}}}}\n",
         "text:4: f: to: \"m\" is no list at top level"},
        {BASE "tree: {n: {fields: {f: {type: word}}}}\nlines: {config: [{line: n <g>, node: n}]}\n",
         "text:5: no such field or argument in \"n <g>\""},
        {BASE "tree: {n: {list: {k: {type: word}}, fields: {f: {type: word}}}}\n"
              "lines: {config: [{line: n <f>, node: n}]}\n",
         "text:5: \"n <f>\" does not bind the key k"},
        {BASE "tree: {n: {list: {k: {type: word}, j: {type: word}}}}\n"
              "lines: {config: [{line: n <k>, node: n, legacy: pix-6}]}\n",
         "text:5: \"n <k>\" does not bind the key j"},
        {BASE
         "tree: {n: {fields: {f: {type: word}}}}\nlines: {config: [{line: 'n [<f>', node: n}]}\n",
         "text:5: ] is missing in \"n [<f>\""},
        {BASE "tree: {n: {fields: {f: {type: word}}}}\nlines: {config: [{line: '[n]', node: n}]}\n",
         "text:5: \"[n]\" may be left out as a whole"},
        {BASE "tree: {n: {fields: {f: {type: word}}}}\nlines: {konfig: [{line: n, node: n}]}\n",
         "text:5: lines: \"konfig\" is no mode with a list"},
        {BASE "tree: {n: {fields: {f: {type: word}}}}\nlines: {config: [{line: n <f>, node: n, "
              "until: asa-9}]}\n",
         "text:5: unknown dialect \"asa-9\""},
        {"modes: {a: {prompt: p, parent: b}, b: {prompt: p, parent: a}}\n",
         "text:1: mode a: parents go round"},
        {"order: [ghost]\n", "text:1: order: \"ghost\" is no top-level node"},
        /* Lint. */
        {BASE "tree: {n: {fields: {f: {type: word}}}}\nlines: {config: [{line: n <f>, node: n}]}\n",
         "text:5: no help for \"n\" in \"n <f>\""},
        {BASE "help: {n: N, m: M}\ntree: {n: {fields: {f: {type: word}}}}\n"
              "lines: {config: [{line: n <f>, node: n}]}\n",
         "text:4: help for \"m\", which no line has"},
        {BASE "help: {n: N}\ntree: {n: {fields: {f: {type: word}, g: {type: word}}}}\n"
              "lines: {config: [{line: n <f>, node: n}]}\n",
         "text:5: field g of n is shown by no line"},
        {BASE "help: {n: N, m: M}\ntree: {n: {fields: {f: {type: word}}}}\n"
              "lines: {config: [{line: n <f>, node: n}, {line: m <f>, node: n}]}\n",
         "text:6: field f of n is shown by \"n <f>\", too"},
        {BASE "help: {n: N}\ntree: {n: {fields: {f: {type: word}, g: {type: u32}}}}\n"
              "lines: {config: [{line: n <f>, node: n}, {line: n <g>, node: n}]}\n",
         "text:6: <g> in \"n <g>\" takes the same words as <f> in \"n <f>\""},
        {BASE "help: {n: N, o: O}\ntree: {n: {fields: {f: {type: word}}}, o: {fields: {f: {type: "
              "word}}}}\n"
              "lines: {config: [{line: n <f>, node: n}, {line: o <f>, node: o}]}\n",
         "text:5: node o is missing in order:"},
        {BASE "help: {n: N}\ntree: {n: {fields: {f: {type: word}}}}\n"
              "lines: {config: [{line: n <f>, node: n}, {line: n <x>, run: r, args: {x: {type: "
              "word}}}]}\n",
         "text:6: \"n <x>\" takes the same words as \"n <f>\""},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct grammar *g;
		struct err err = {0};

		if (!grammar_load_text(str_of(bad[i].yaml), GRAMMAR_NO_FUNCTIONS, &g, &err))
			fail_msg("accepted: %s", bad[i].yaml);
		assert_string_equal(err.text, bad[i].err);
	}
}

static int show_nothing(struct cmd *cmd)
{
	(void)cmd;
	return CMD_OK;
}

static void test_functions(void **state)
{
	static const struct cmd_entry entries[] = {{"known", show_nothing},
	                                           {"lonely", show_nothing}};
	static const char yaml[] = "modes: {exec: {prompt: '#'}}\nhelp: {show: S}\n"
	                           "lines: {exec: [{line: show, run: known}]}\n";
	struct grammar *g;
	struct err err = {0};

	(void)state;
	cmd_registry_clear();
	assert_int_not_equal(grammar_load_text(STR(yaml), 0, &g, &err), 0);
	assert_string_equal(err.text, "text:3: run: there is no function known");
	cmd_register(entries, 1, NULL);
	assert_int_equal(grammar_load_text(STR(yaml), 0, &g, &err), 0);
	grammar_free(g);
	cmd_registry_clear();
	cmd_register(entries, 2, NULL);
	assert_int_not_equal(grammar_load_text(STR(yaml), 0, &g, &err), 0);
	assert_string_equal(err.text, "functions:0: no line runs lonely");
	cmd_registry_clear();
}

static void test_dialects(void **state)
{
	struct console c;

	(void)state;
	console_open(&c, "worked");
	assert_int_equal(grammar_dialect_of_version(c.g, STR("PIX Version 6.3(3)")), 0);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("ASA Version 7.0(8)")), 1);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("ASA Version 7.2(3)")), 2);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("ASA Version 8.2(5)59 ")), 3);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("ASA Version 8.4(1)")), 5);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("ASA Version 9.1(7)")), 5);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("PIX Version 7.2(1)")), 2);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("ASA Version x")), -1);
	assert_int_equal(grammar_dialect_of_version(c.g, STR("hostname Version 9")), -1);
	console_close(&c);
}

/* What an old system took for granted is said openly. */
static void test_old_defaults(void **state)
{
	static const char yaml[] =
	        "dialects: [pix-6, asa-7.0, asa-8.4]\n"
	        "modes: {config: {prompt: '#'}, policy: {prompt: '#', parent: config, node: "
	        "policy, show: always}}\n"
	        "order: [nat, policy]\n"
	        "tree:\n"
	        "  policy: {list: {n: {type: u32}}, fields: {enc: {type: enum, values: {des: D, "
	        "3des: T}, "
	        "default: 3des, defaults: {pix-6: des}}}}\n"
	        "  nat: {fields: {on: {type: bool, default: yes, defaults: {asa-7.0: no}}, s: "
	        "{type: u32, "
	        "range: 10..3600, default: 20}}}\n"
	        "lines:\n"
	        "  config:\n"
	        "    - {line: policy <n>, node: policy, enter: policy, legacy: [{line: old policy "
	        "<n>, until: "
	        "asa-7.0}]}\n"
	        "    - {line: old policy <n> enc <enc>, node: policy, legacy: pix-6}\n"
	        "    - {line: 'nat [<s>]', node: nat, with: {on: yes}}\n"
	        "  policy: [{line: enc <enc>}]\n";
	struct load_report r;
	struct err err = {0};
	struct console c;

	(void)state;
	console_open_text(&c, yaml);
	ok(&c, "policy 1");
	ok(&c, "old policy 2 enc 3des");
	ok(&c, "old policy 3 enc des");
	ok(&c, "old policy 4");
	assert_string_equal(running(&c, ""), "policy 1\n enc 3des\npolicy 2\n enc 3des\n"
	                                     "policy 3\n enc des\npolicy 4\n enc 3des\n");
	assert_string_equal(running_as(&c, "", RENDER_ALL, 1),
	                    "nat 20\nold policy 1\n enc 3des\nold policy 2\n enc 3des\n"
	                    "old policy 3\n enc des\nold policy 4\n enc 3des\n");
	assert_int_equal(load_text(c.g, c.sys, STR("PIX Version 6.3\npolicy 9\n"), "p",
	                           LOAD_REPLACE, &r, &err),
	                 0);
	load_report_free(&r);
	assert_string_equal(running(&c, ""), "no nat\npolicy 9\n enc des\n");
	/* `no` of what is on from the start switches it off, and back. */
	ok(&c, "nat 30");
	assert_string_equal(running(&c, "nat"), "nat 30\n");
	ok(&c, "no nat");
	assert_string_equal(running(&c, "nat"), "no nat\n");
	ok(&c, "nat");
	assert_string_equal(running(&c, "nat"), "");
	console_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_refusals),
	        cmocka_unit_test(test_functions),
	        cmocka_unit_test(test_dialects),
	        cmocka_unit_test(test_old_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
