#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/ip4.h"
#include "core/base/show.h"
#include "core/net/probe.h"
#include "netns.h"

struct console {
	struct out out;
	bool done;
	void (*cancel)(void *arg);
	void *cancel_arg;
	const char *const *answers; /* to questions, one after the other */
};

static void ask(void *session, const char *question, bool hidden,
                void (*answer)(void *arg, struct str line), void *arg)
{
	struct console *c = session;
	assert_false(hidden);
	out_printf(&c->out, "%s%s\n", question, *c->answers);
	answer(arg, str_of(*c->answers++));
}

static void emit(void *session, struct str text)
{
	out_put(&((struct console *)session)->out, text);
}

static void done(void *session, int status)
{
	assert_int_equal(status, CMD_OK);
	((struct console *)session)->done = true;
}

static void on_cancel(void *session, void (*cancel)(void *arg), void *arg)
{
	struct console *c = session;
	c->cancel = cancel;
	c->cancel_arg = arg;
}

static const struct cmd_host host = {
        .emit = emit, .done = done, .on_cancel = on_cancel, .ask = ask};
static uv_loop_t loop;

static int start(struct console *c, const char *name, uint32_t ip, uint32_t count, uint32_t seconds)
{
	char text[16];
	snprintf(text, sizeof(text), "%s", ip4_text(ip).s);
	struct cmd_arg args[] = {{.name = "host", .text = str_of(text)},
	                         {.name = "count", .u32 = count},
	                         {.name = "seconds", .u32 = seconds}};
	struct cmd cmd = {.out = &c->out, .args = args, .nargs = 3, .session = c, .host = &host};
	cmd_fn *fn = cmd_find(name, &cmd.ctx);
	return fn(&cmd);
}

static const char *run(struct console *c, const char *name, uint32_t ip, uint32_t count,
                       uint32_t seconds)
{
	*c = (struct console){0};
	assert_int_equal(start(c, name, ip, count, seconds), CMD_PENDING);
	while (!c->done)
		uv_run(&loop, UV_RUN_ONCE);
	assert_null(c->cancel);
	return c->out.text;
}

static void ping_prints_as_the_appliance(void **state)
{
	struct console c;
	(void)state;
	const char *text = run(&c, "ping", 0x7f000005, 5, 2);
	const char *want = "Type escape sequence to abort.\n"
	                   "Sending 5, 100-byte ICMP Echos to 127.0.0.5, timeout is 2 seconds:\n"
	                   "!!!!!\n"
	                   "Success rate is 100 percent (5/5), round-trip min/avg/max = 1/1/";
	assert_memory_equal(text, want, strlen(want));
	out_free(&c.out);
	assert_non_null(strstr(run(&c, "ping", 0x7f000005, 80, 2),
	                       "\n!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"
	                       "!!!!!\n!!!!!!!!!!\nSuccess"));
	out_free(&c.out);
	/* 192.0.2.7 answers nothing */
	assert_non_null(strstr(run(&c, "ping", 0xc0000207, 3, 0),
	                       "\n...\nSuccess rate is 0 percent (0/3)\n"));
	out_free(&c.out);
	assert_non_null(strstr(run(&c, "ping", 0x08080808, 3, 1),
	                       "\nNo route to host 8.8.8.8\n\nSuccess rate is 0 percent (0/1)\n"));
	out_free(&c.out);
}

static const char *dialogue(struct console *c, const char *const *answers)
{
	struct cmd cmd = {.out = &c->out, .session = c, .host = &host};
	*c = (struct console){.answers = answers};
	cmd_fn *fn = cmd_find("ping", &cmd.ctx);
	assert_int_equal(fn(&cmd), CMD_PENDING);
	while (!c->done)
		uv_run(&loop, UV_RUN_ONCE);
	assert_null(c->cancel);
	return c->out.text;
}

static void ping_asks(void **state)
{
	static const char *const good[] = {"", "127.0.0.5", "3", "", "1"};
	static const char *const bad[][4] = {
	        {"nosuch"}, {"", "somebody"}, {"", "127.0.0.5", "0"}, {"", "127.0.0.5", "", "20"}};
	static const char *const why[] = {"interface", "Hostname", "repeat count", "datagram size"};
	struct console c;
	(void)state;
	const char *want = "Interface: \nTarget IP address: 127.0.0.5\nRepeat count: [5] 3\n"
	                   "Datagram size: [100] \nTimeout in seconds: [2] 1\n"
	                   "Type escape sequence to abort.\n"
	                   "Sending 3, 100-byte ICMP Echos to 127.0.0.5, timeout is 1 seconds:\n"
	                   "!!!\nSuccess rate is 100 percent (3/3)";
	assert_memory_equal(dialogue(&c, good), want, strlen(want));
	out_free(&c.out);
	for (size_t i = 0; i < 4; i++) {
		char text[64];
		snprintf(text, sizeof(text), "\nERROR: %% Invalid %s\n", why[i]);
		if (!strstr(dialogue(&c, bad[i]), text))
			fail_msg("no %s in %s", text, c.out.text);
		out_free(&c.out);
	}
}

static void traceroute_reaches_the_host(void **state)
{
	struct console c;
	(void)state;
	assert_string_equal(run(&c, "traceroute", 0x7f000005, 0, 0),
	                    "Type escape sequence to abort.\nTracing the route to 127.0.0.5\n\n"
	                    " 1   127.0.0.5 0 msec 0 msec 0 msec\n");
	out_free(&c.out);
	assert_non_null(
	        strstr(run(&c, "traceroute", 0x08080808, 0, 0), "No route to host 8.8.8.8\n"));
	out_free(&c.out);
}

static void several_at_once_and_one_cancelled(void **state)
{
	struct console a = {0}, b = {0};
	(void)state;
	assert_int_equal(start(&a, "ping", 0xc0000207, 5, 60), CMD_PENDING);
	assert_int_equal(start(&b, "ping", 0x7f000001, 5, 2), CMD_PENDING);
	while (!b.done)
		uv_run(&loop, UV_RUN_ONCE);
	assert_non_null(strstr(b.out.text, "100 percent"));
	assert_false(a.done);
	a.cancel(a.cancel_arg);
	assert_true(a.done);
	assert_non_null(strstr(a.out.text, "\nSuccess rate is 0 percent (0/1)\n"));
	out_free(&a.out);
	out_free(&b.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ping_prints_as_the_appliance),
	        cmocka_unit_test(ping_asks),
	        cmocka_unit_test(traceroute_reaches_the_host),
	        cmocka_unit_test(several_at_once_and_one_cancelled),
	};
	struct probes *p;
	struct err err = {0};
	if (!netns_enter()) {
		print_message("no network namespace: skipped\n");
		return 0;
	}
	sh("ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up");
	sh("ip addr add 192.0.2.1/24 dev d0");
	uv_loop_init(&loop);
	if (probes_new(&p, &loop, NULL, &err))
		return 1;
	probes_register(p);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	struct console left = {0};
	if (start(&left, "ping", 0xc0000207, 5, 60) != CMD_PENDING)
		failed++;
	probes_free(p);
	while (uv_run(&loop, UV_RUN_NOWAIT))
		;
	out_free(&left.out);
	uv_loop_close(&loop);
	return failed;
}
