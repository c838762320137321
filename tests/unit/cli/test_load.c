/* Texts: what is bad is dropped with its line, the rest is committed; hooks of the commit and of lines. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <stdio.h>

#include "console.h"

static const char *load(struct console *c, const char *text, unsigned flags, struct load_report *r)
{
	struct err err = {0};

	if (load_text(c->g, c->sys, str_of(text), "startup-config", flags, r, &err))
		fail_msg("%s", err.text);
	out_clear(&c->out);
	load_report_print(r, &c->out);
	return c->out.text ? c->out.text : "";
}

static void test_bad_lines(void **state)
{
	static const char text[] = ": Saved\n"
	                           "ASA Version 9.1(7) \n"
	                           "!\n"
	                           "hostname gw\r\n"
	                           "frobnicate all\n"
	                           "ip local pool P 10.0.0.1-10.0.0.9\n"
	                           "tunnel-group DefaultRAGroup general-attributes\n"
	                           " address-pool P NOPE\n"
	                           " default-group-policy ghost\n"
	                           "tunnel-group DefaultRAGroup ipsec-attributes\n"
	                           " pre-shared-key *\n"
	                           "tunnel-group lost ppp-attributes\n"
	                           " authentication pap\n"
	                           "crypto ipsec ikev1 transform-set X mode transport\n"
	                           "crypto dynamic-map D 1 set ikev1 transform-set X\n"
	                           "show vpdn session\n"
	                           "crypto ikev1 policy 10\n"
	                           " hash sha512\n"
	                           " group 5\n"
	                           ": end\n";
	struct load_report r;
	struct console c;

	(void)state;
	console_open(&c, "worked");
	assert_string_equal(
	        load(&c, text, LOAD_REPLACE, &r),
	        "startup-config:5: ERROR: % Invalid input detected at '^' marker.\n"
	        "startup-config:8: ERROR: address pool NOPE does not exist\n"
	        "startup-config:9: ERROR: group policy ghost does not exist\n"
	        "startup-config:11: WARNING: Pre-shared key is hidden in this text (*), it is "
	        "not a value: none is set\n"
	        "startup-config:13: ERROR: tunnel-group lost does not exist\n"
	        "startup-config:14: ERROR: transform-set X does not exist\n"
	        "startup-config:15: ERROR: transform set X does not exist\n"
	        "startup-config:16: ERROR: not a configuration command\n"
	        "startup-config:18: ERROR: % Invalid input detected at '^' marker.\n");
	assert_int_equal(r.dialect, grammar_newest(c.g));
	assert_int_equal(r.errors, 8);
	assert_string_equal(r.items[0].command, "frobnicate all");
	load_report_free(&r);
	assert_string_equal(running(&c, ""), "hostname gw\n"
	                                     "ip local pool P 10.0.0.1-10.0.0.9\n"
	                                     "crypto ikev1 policy 10\n"
	                                     " authentication pre-share\n"
	                                     " encryption 3des\n"
	                                     " hash sha\n"
	                                     " group 5\n"
	                                     " lifetime 86400\n"
	                                     "tunnel-group DefaultRAGroup general-attributes\n"
	                                     " address-pool P\n");
	console_close(&c);
}

/* Sub-mode lines at the left edge, and a global line amid an indented block. */
static void test_layout(void **state)
{
	static const char flat[] = "ip local pool P 10.0.0.1-10.0.0.9\n"
	                           "group-policy S internal\n"
	                           "tunnel-group DefaultRAGroup general-attributes\n"
	                           "default-group-policy S\n"
	                           "address-pool P\n"
	                           "tunnel-group DefaultRAGroup ppp-attributes\n"
	                           "no authentication chap\n"
	                           "authentication ms-chap-v2\n"
	                           "crypto ikev1 policy 10\n"
	                           "hash md5\n"
	                           "hostname amid\n"
	                           "group 5\n";
	static const char block[] = "crypto ikev1 policy 10\n"
	                            " hash md5\n"
	                            " hostname amid\n"
	                            " group 5\n"
	                            "ip local pool P 10.0.0.1-10.0.0.9\n";
	struct load_report r;
	struct console c;

	(void)state;
	console_open(&c, "worked");
	assert_string_equal(load(&c, flat, 0, &r), "");
	load_report_free(&r);
	assert_string_equal(running(&c, ""), "hostname amid\n"
	                                     "ip local pool P 10.0.0.1-10.0.0.9\n"
	                                     "crypto ikev1 policy 10\n"
	                                     " authentication pre-share\n"
	                                     " encryption 3des\n"
	                                     " hash md5\n"
	                                     " group 5\n"
	                                     " lifetime 86400\n"
	                                     "group-policy S internal\n"
	                                     "tunnel-group DefaultRAGroup general-attributes\n"
	                                     " address-pool P\n"
	                                     " default-group-policy S\n"
	                                     "tunnel-group DefaultRAGroup ppp-attributes\n"
	                                     " no authentication chap\n"
	                                     " authentication ms-chap-v2\n");
	assert_string_equal(load(&c, block, LOAD_REPLACE, &r), "");
	load_report_free(&r);
	assert_non_null(strstr(running(&c, ""), " group 5\n"));
	assert_null(strstr(running(&c, ""), "group-policy"));
	console_close(&c);
}

/* What a gateway does at commits, counted. */
struct gateway {
	unsigned compiled, prepared, applied, released;
	uint32_t refuse_priority; /* an IKE policy that cannot be compiled */
	const struct conf *last;
	char told[64]; /* entries */
};

static int compile(void *ctx, const struct conf *next, void **snapshot, struct out *notes,
                   struct err *err)
{
	struct gateway *gw = ctx;

	for (const struct centry *e = conf_first(next, "ike-policy"); e; e = conf_next(next, e)) {
		if (conf_u32(e, "priority") == gw->refuse_priority)
			return err_set(err, -EINVAL, "policy %u cannot be used",
			               gw->refuse_priority);
		if (!strcmp(conf_text(e, "hash").p, "md5"))
			out_str(notes, "WARNING: MD5 is weak\n");
	}
	gw->compiled++;
	*snapshot = malloc(1);
	return 0;
}

static int prepare(void *ctx, const struct conf *old, const struct conf *next, void *old_snapshot,
                   void *next_snapshot, struct out *notes, struct err *err)
{
	struct gateway *gw = ctx;

	(void)old_snapshot;
	(void)next_snapshot;
	(void)notes;
	gw->prepared++;
	if (!conf_node_same(old, next, "interface"))
		return err_set(err, -EADDRINUSE, "port 500 is taken");
	return 0;
}

static void apply(void *ctx, const struct conf *old, const struct conf *next, void *old_snapshot,
                  void *next_snapshot)
{
	struct gateway *gw = ctx;

	(void)old;
	(void)old_snapshot;
	(void)next_snapshot;
	gw->applied++;
	gw->last = next;
}

/* A priority that came (+) or went (-). */
static void entry(void *ctx, const char *node, const struct centry *was, const struct centry *is)
{
	struct gateway *gw = ctx;

	if (strcmp(node, "ike-policy") || (was && is))
		return;
	size_t len = strlen(gw->told);
	snprintf(gw->told + len, sizeof(gw->told) - len, "%c%u ", is ? '+' : '-',
	         conf_u32(is ? is : was, "priority"));
}

static void release(void *ctx, void *snapshot)
{
	struct gateway *gw = ctx;

	gw->released++;
	free(snapshot);
}

static void test_hooks(void **state)
{
	struct gateway gw = {.refuse_priority = 13};
	struct conf_hooks hooks = {.ctx = &gw,
	                           .compile = compile,
	                           .prepare = prepare,
	                           .apply = apply,
	                           .entry = entry,
	                           .release = release};
	struct load_report r;
	struct console c;

	(void)state;
	console_open(&c, "worked");
	confsys_free(c.sys);
	c.sys = confsys_new(&c.g->schema, &hooks);
	assert_null(confsys_snapshot(c.sys));
	ok(&c, "hostname a");
	assert_int_equal(gw.applied, 1);
	assert_ptr_equal(gw.last, confsys_running(c.sys));
	/* The same again changes nothing and compiles nothing. */
	ok(&c, "hostname a");
	assert_int_equal(gw.compiled, 1);
	assert_string_equal(type(&c, "crypto ikev1 policy 13"), "ERROR: policy 13 cannot be used");
	assert_string_equal(type(&c, "interface gi0/0"), "ERROR: port 500 is taken");
	assert_string_equal(running(&c, ""), "hostname a\n");
	assert_int_equal(gw.applied, 1);
	assert_string_equal(load(&c,
	                         "hostname b\n"
	                         "crypto ikev1 policy 10\n"
	                         " hash md5\n"
	                         "crypto ikev1 policy 13\n"
	                         " group 5\n"
	                         "crypto ikev1 policy 20\n",
	                         0, &r),
	                    "WARNING: MD5 is weak\n"
	                    "startup-config:5: ERROR: policy 13 cannot be used\n");
	load_report_free(&r);
	assert_non_null(strstr(running(&c, ""), "crypto ikev1 policy 20"));
	assert_null(strstr(running(&c, ""), "crypto ikev1 policy 13"));
	assert_int_equal(gw.applied, 2);
	ok(&c, "no crypto ikev1 policy 10");
	assert_string_equal(gw.told, "+10 +20 -10 ");
	console_close(&c);
	assert_int_equal(gw.compiled, gw.released);
}

static int check_pool(const struct conf *conf, const struct centry *e, const struct centry *was,
                      struct conf_notes *notes, struct err *err)
{
	uint32_t a, b;

	(void)conf;
	conf_ip2(e, "range", &a, &b);
	if (a > b)
		return err_set(err, -EINVAL, "pool %.*s: the range ends before it starts",
		               STR_ARG(conf_text(e, "name")));
	if (a == b && conf_changed(e, was, "range"))
		conf_note(notes, e, "range", "WARNING: pool %.*s has one address",
		          STR_ARG(conf_text(e, "name")));
	return 0;
}

/* `secret PW plain` is stored as `secret <reversed> coded`. */
static int edit_secret(struct conf_typed *typed, struct err *err)
{
	struct str pw = conf_typed_text(typed, "plain");

	if (pw.len < 3)
		return err_set(err, -EINVAL, "a password has 3 characters");
	out_str(typed->lines, "secret ");
	for (size_t i = pw.len; i-- > 0;)
		out_put(typed->lines, (struct str){pw.p + i, 1});
	out_printf(typed->lines, " coded\nhostname %.*s\n",
	           STR_ARG(conf_typed_text(typed, "name")));
	return 0;
}

static void test_functions(void **state)
{
	static const struct conf_check checks[] = {{"check_pool", check_pool}};
	static const struct conf_edit_hook edits[] = {{"edit_secret", edit_secret}};
	static const char yaml[] =
	        "modes: {config: {prompt: '#'}, user: {prompt: '#', node: user, parent: config}}\n"
	        "order: [host, pool, user, old]\n"
	        "tree:\n"
	        "  host: {fields: {hostname: {type: word}}}\n"
	        "  pool: {list: {name: {type: word}}, check: check_pool, fields: {range: {type: "
	        "ipv4-range, "
	        "required: true}}}\n"
	        "  user: {list: {name: {type: word}}, fields: {secret: {type: secret}}}\n"
	        "  old: {list: {text: {type: text}}}\n"
	        "lines:\n"
	        "  config:\n"
	        "    - {line: hostname <hostname>, node: host}\n"
	        "    - {line: pool <name> <range>, node: pool}\n"
	        "    - {line: user <name>, node: user, enter: user}\n"
	        "    - {line: fixup <text>, node: old, inert: no firewall here}\n"
	        "    - {line: failover, refused: there is one unit}\n"
	        "  user:\n"
	        "    - {line: secret <secret> coded}\n"
	        "    - {line: secret <plain> plain, edit: edit_secret, args: {plain: {type: "
	        "secret}}}\n";
	struct err err = {0};
	struct load_report r;
	struct grammar *g;
	struct console c;

	(void)state;
	assert_int_not_equal(grammar_load_text(STR(yaml), GRAMMAR_NO_LINT, &g, &err), 0);
	assert_string_equal(err.text, "text:5: check: there is no function check_pool");
	conf_check_register(checks, 1);
	conf_edit_register(edits, 1);
	assert_int_equal(grammar_load_text(STR(yaml), GRAMMAR_NO_LINT, &g, &err), 0);
	grammar_free(g);
	console_open_text(&c, yaml);
	assert_string_equal(type(&c, "pool A 10.0.0.9-10.0.0.1"),
	                    "ERROR: pool A: the range ends before it starts");
	assert_string_equal(type(&c, "pool A 10.0.0.9"), "WARNING: pool A has one address\n");
	ok(&c, "pool A 10.0.0.9"); /* said once */
	ok(&c, "user jo");
	assert_string_equal(type(&c, "secret ab plain"), "ERROR: a password has 3 characters");
	ok(&c, "secret abc plain");
	assert_string_equal(type(&c, "failover"), "ERROR: there is one unit");
	assert_string_equal(load(&c,
	                         "fixup protocol ftp 21\n"
	                         "fixup protocol http 80\n"
	                         "pool B 10.0.0.2-10.0.0.1\n"
	                         "pool A 10.0.0.2-10.0.0.1\n"
	                         "pool C 10.0.0.5\n"
	                         "user jo\n",
	                         0, &r),
	                    "INFO: 2 lines are kept without effect, show running-config inert "
	                    "lists them\n"
	                    "startup-config:3: ERROR: pool B: the range ends before it starts\n"
	                    "startup-config:4: ERROR: pool A: the range ends before it starts\n"
	                    "startup-config:5: WARNING: pool C has one address\n");
	assert_int_equal(r.inert, 2);
	load_report_free(&r);
	assert_string_equal(running(&c, ""), "hostname jo\n"
	                                     "pool A 10.0.0.9\n"
	                                     "pool C 10.0.0.5\n"
	                                     "user jo\n"
	                                     " secret cba coded\n"
	                                     "fixup protocol ftp 21\n"
	                                     "fixup protocol http 80\n");
	assert_string_equal(running_as(&c, "", RENDER_INERT, -1),
	                    "fixup protocol ftp 21  ! no firewall here\n"
	                    "fixup protocol http 80  ! no firewall here\n");
	console_close(&c);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* One typed line costs the same whatever stands in the configuration. */
static void test_size(void **state)
{
	struct load_report r;
	struct out text;
	struct console c;
	double start, load_ms, line_ms;

	(void)state;
	console_open(&c, "worked");
	out_init(&text);
	for (unsigned i = 0; i < 50000; i++)
		out_printf(
		        &text,
		        "ip local pool pool%u 10.%u.%u.1-10.%u.%u.9\nusername user%u password p\n",
		        i, i >> 8 & 255, i & 255, i >> 8 & 255, i & 255, i);
	start = now_ms();
	assert_string_equal(load(&c, text.text, LOAD_REPLACE, &r), "");
	load_report_free(&r);
	load_ms = now_ms() - start;
	start = now_ms();
	for (unsigned i = 0; i < 100; i++) {
		out_clear(&text);
		out_printf(&text, "username user%u password other%u", i * 331, i);
		ok(&c, text.text);
	}
	line_ms = (now_ms() - start) / 100;
	print_message("100000 lines: load %.0f ms, one line %.3f ms\n", load_ms, line_ms);
	assert_true(line_ms < 20);
	start = now_ms();
	ok(&c, "no ip local pool pool777");
	assert_true(now_ms() - start < 500);
	out_free(&text);
	console_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_bad_lines), cmocka_unit_test(test_layout),
	        cmocka_unit_test(test_hooks),     cmocka_unit_test(test_functions),
	        cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
