#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/show.h"
#include "core/net/logsink.h"
#include "core/net/logtcp.h"
#include "core/net/udp.h"
#include "netns.h"

static const char *run(const char *name, struct out *o)
{
	struct cmd cmd = {.out = o};
	cmd_fn *fn = cmd_find(name, &cmd.ctx);
	assert_non_null(fn);
	out_clear(o);
	out_str(o, "");
	fn(&cmd);
	return o->text;
}

static void buffer_keeps_the_newest_lines(void **state)
{
	struct logsinks *l = logsinks_new(NULL, NULL);
	struct logsink_conf c;
	struct out o;
	char want[200];
	(void)state;
	out_init(&o);
	logsink_conf_init(&c);
	c.enabled = true;
	c.to[LOG_BUFFERED].level = 5;
	c.to[LOG_CONSOLE].level = 0;
	logsinks_register(l);
	assert_memory_equal(run("show_logging", &o), "Syslog logging: disabled\n    Facility: 20\n",
	                    42);
	logsinks_apply(l, &c);
	log_msg(MSG_713905, "", "too detailed");
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(want, sizeof(want), "message\n%u", i);
		log_msg(MSG_713904, "Group = G, ", want);
	}
	run("show_logging", &o);
	assert_non_null(
	        strstr(o.text, "    Buffer logging: level notifications, 1000 messages logged\n"));
	assert_non_null(strstr(o.text, "    Trap logging: disabled\n"));
	const char *lines = strstr(o.text, "%ASA-");
	assert_non_null(lines);
	assert_true(strlen(lines) <= 4096 && strlen(lines) > 3900);
	assert_non_null(strstr(lines, "%ASA-5-713904: Group = G, message 999\n"));
	assert_null(strstr(lines, "message 1\n"));
	for (const char *p = lines; *p; p = strchr(p, '\n') + 1) /* whole lines only */
		assert_memory_equal(p, "%ASA-5-713904: Group = G, message ", 34);
	c.buffer_bytes = 8192;
	logsinks_apply(l, &c);
	run("show_logging", &o);
	assert_non_null(strstr(o.text, "message 999\n"));
	run("clear_logging_buffer", &o);
	assert_null(strstr(run("show_logging", &o), "%ASA-"));
	/* A level given to one message. */
	struct logsink_msg msg = {713905, 3};
	c.msg = &msg;
	c.nmsgs = 1;
	logsinks_apply(l, &c);
	log_msg(MSG_713905, "", "now an error");
	assert_non_null(strstr(run("show_logging", &o), "%ASA-3-713905: now an error\n"));
	log_reset_messages();
	cmd_registry_clear();
	logsinks_free(l);
	out_free(&o);
}

static void servers_get_datagrams(void **state)
{
	struct udp *server;
	struct err err = {0};
	struct pkt **p = packets_new(1, 4096);
	struct logsink_conf c;
	struct out o;
	(void)state;
	if (!netns_enter())
		skip();
	out_init(&o);
	logsink_conf_init(&c);
	c.enabled = c.style.timestamp = true;
	c.to[LOG_TRAP].level = 6;
	c.to[LOG_CONSOLE].level = 0;
	c.nhosts = 1;
	c.host[0] = (struct logsink_host){.nameif = "inside", .ip = 0x7f000001, .port = 514};
	struct logsinks *l = logsinks_new(NULL, NULL);
	logsinks_register(l);
	logsinks_apply(l, &c);
	assert_int_equal(udp_open(&server, 0, 514, false, &err), 0);
	log_msg(MSG_713119, "Group = G, ");
	log_msg(MSG_715080, "", "P1", 5u);
	assert_true(readable(udp_fd(server)));
	assert_int_equal(udp_recv(server, p, 1), 1);
	char line[256] = "";
	memcpy(line, pkt_data(p[0]), p[0]->len < sizeof(line) ? p[0]->len : sizeof(line) - 1);
	assert_memory_equal(line, "<165>", 5);
	assert_non_null(
	        strstr(line, ": %ASA-5-713119: Group = G, PHASE 1 COMPLETED"));
	assert_int_equal(udp_recv(server, p, 1), 0);
	logsinks_apply(l, &c); /* counters stay */
	run("show_logging", &o);
	assert_non_null(strstr(
	        o.text, "    Trap logging: level informational, facility 20, 1 messages logged\n"
	                "        Logging to inside 127.0.0.1, UDP TX:1 errors: 0  dropped: 0\n"));
	cmd_registry_clear();
	logsinks_free(l);
	udp_close(server);
	out_free(&o);
	packets_free(p, 1);
}

static struct log_line line_of(unsigned id, int level)
{
	return (struct log_line){id, level, 1503593922, "text"};
}

static void filters_by_level_list_and_class(void **state)
{
	struct log_filter f[LOG_DESTS];
	struct logsink_conf c;
	struct log_rule rules[] = {{3, LOG_CLASS_VPN, 0, 0}, {-1, LOG_CLASSES, 603102, 603107}};
	struct log_line ike5 = line_of(713119, 5), ike3 = line_of(713048, 3),
	                ppp = line_of(603106, 6), aaa = line_of(113012, 6);
	(void)state;
	logsink_conf_init(&c);
	memcpy(f, c.to, sizeof(f));
	f[LOG_TRAP].list = "L";
	f[LOG_TRAP].rule = rules;
	f[LOG_TRAP].nrules = 2;
	f[LOG_BUFFERED].level = 4;
	f[LOG_BUFFERED].class_level[LOG_CLASS_AUTH] = 6;
	log_filters_set(f);
	assert_false(log_passes(LOG_TRAP, &ike5) || log_passes(LOG_TRAP, &aaa));
	assert_true(log_passes(LOG_TRAP, &ike3) && log_passes(LOG_TRAP, &ppp));
	assert_int_equal(log_filter_top(LOG_TRAP), 7);
	assert_false(log_passes(LOG_BUFFERED, &ike5) || log_passes(LOG_BUFFERED, &ppp));
	assert_true(log_passes(LOG_BUFFERED, &ike3) && log_passes(LOG_BUFFERED, &aaa));
	assert_int_equal(log_filter_top(LOG_BUFFERED), 6);
	assert_false(log_filter_on(LOG_ASDM));
	log_filters_reset();
	assert_false(log_passes(LOG_TRAP, &ike3));
	assert_int_equal(log_class_of(737026), LOG_CLASS_IPAA);
	assert_int_equal(log_class_of(999999), LOG_CLASSES);
}

static void assert_form(enum log_form form, unsigned id, const char *want)
{
	char text[200];
	struct log_line line = line_of(id, 6);
	assert_int_equal(log_line_text(text, sizeof(text), &line, form), strlen(want));
	assert_string_equal(text, want);
}

static void forms_of_a_line(void **state)
{
	(void)state;
	log_style_set(&(struct log_style){0});
	assert_form(LOG_FORM_SERVER, 302014, "%ASA-6-302014: text");
	log_style_set(&(struct log_style){.timestamp = true, .device_id = "HOST"});
	assert_form(LOG_FORM_CONSOLE, 302014, "Aug 24 2017 16:58:42: %ASA-6-302014: text");
	assert_form(LOG_FORM_SERVER, 302014, "Aug 24 2017 16:58:42 HOST : %ASA-6-302014: text");
	assert_form(LOG_FORM_BUFFER, 302014, "Aug 24 2017 16:58:42 HOST : %ASA-6-302014: text");
	assert_form(LOG_FORM_EMBLEM, 113005, ":Aug 24 16:58:42 UTC: %ASA-auth-6-113005: text");
	log_style_set(&(struct log_style){.timestamp = true, .rfc5424 = true, .device_id = "HOST"});
	assert_form(LOG_FORM_SERVER, 110002, "2017-08-24T16:58:42Z HOST : %ASA-6-110002: text");
	log_style_set(&(struct log_style){.emblem = true});
	assert_form(LOG_FORM_EMBLEM, 113005, ":: %ASA-auth-6-113005: text");
	assert_form(LOG_FORM_BUFFER, 113005, "%ASA-auth-6-113005: text");
	assert_string_equal(log_hidden("x"), "x");
	log_style_set(&(struct log_style){.hide_names = true});
	assert_string_equal(log_hidden("x"), "*****");
}

static void count_held(void *arg, unsigned id, int level, const struct log_limit *limit,
                       uint64_t held)
{
	(void)level;
	if (id == 713119 && limit)
		*(uint64_t *)arg = held;
}

static void rate_limits_count_what_they_hold_back(void **state)
{
	struct log_limit limits[] = {{713119, -1, 2, 10}, {0, 6, 1, 1}};
	uint64_t held = 0;
	(void)state;
	log_limits_set(limits, 2);
	assert_true(log_limit_pass(713119, 5, 100) && log_limit_pass(713119, 5, 101));
	assert_false(log_limit_pass(713119, 5, 102) || log_limit_pass(713119, 5, 109));
	assert_true(log_limit_pass(713119, 5, 110)); /* the next interval */
	assert_true(log_limit_pass(113012, 6, 100) && log_limit_pass(113008, 6, 100));
	assert_false(log_limit_pass(113012, 6, 100));
	assert_true(log_limit_pass(713120, 5, 100));
	log_limits_each(count_held, &held);
	assert_int_equal(held, 2);
	log_limits_set(NULL, 0);
	assert_true(log_limit_pass(713119, 5, 110));
}

static void messages_and_their_levels(void **state)
{
	struct logsinks *l = logsinks_new(NULL, NULL);
	struct logsink_conf c;
	struct logsink_msg msg[] = {{713119, 3}, {113008, -1}};
	struct cmd_arg args[] = {{.name = "message", .text = STR("message")},
	                         {.name = "id", .text = STR("713119"), .u32 = 713119}};
	struct out o;
	(void)state;
	out_init(&o);
	logsink_conf_init(&c);
	c.msg = msg;
	c.nmsgs = 2;
	logsinks_register(l);
	logsinks_apply(l, &c);
	struct cmd cmd = {.out = &o, .args = args, .nargs = 2};
	cmd_fn *fn = cmd_find("show_logging", &cmd.ctx);
	fn(&cmd);
	assert_string_equal(o.text, "syslog 713119: default-level notifications, current-level "
	                            "errors (enabled)\n");
	out_clear(&o);
	cmd.nargs = 1;
	fn(&cmd);
	assert_string_equal(o.text, "syslog 113008: default-level informational (disabled)\n"
	                            "syslog 713119: default-level notifications, current-level "
	                            "errors (enabled)\n");
	log_reset_messages();
	cmd_registry_clear();
	logsinks_free(l);
	out_free(&o);
}

/* ------------------------------------------------------------------ a server over TCP */

static void spin(uv_loop_t *loop, const struct logtcp *t, bool up)
{
	struct logtcp_stats s;
	for (unsigned i = 0; i < 3000; i++) {
		uv_run(loop, UV_RUN_NOWAIT);
		logtcp_stats(t, &s);
		if (s.up == up && (!up || s.queued == 0))
			return;
		usleep(1000);
	}
	fail_msg("the connection is not %s", up ? "up" : "down");
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	                         .sin_port = htons(port),
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static int told_up, told_down;
static void tcp_changed(void *arg, bool up)
{
	(void)arg;
	told_up += up;
	told_down += !up;
}

static bool tcp_source(void *arg, uint32_t *ip)
{
	(void)arg;
	*ip = INADDR_LOOPBACK;
	return true;
}

static void servers_over_tcp(void **state)
{
	static const struct logtcp_ops ops = {tcp_changed, tcp_source};
	struct logtcp_stats s;
	uv_loop_t loop;
	char got[64];
	(void)state;
	if (!netns_enter())
		skip();
	uv_loop_init(&loop);
	int at = listen_on(1470);
	struct logtcp *t = logtcp_new(&loop, INADDR_LOOPBACK, 1470, &ops, NULL);
	logtcp_set_queue(t, 2);
	logtcp_put(t, STR("<1>one"));
	logtcp_put(t, STR("<1>two"));
	logtcp_put(t, STR("<1>three"));
	spin(&loop, t, true);
	int c = accept(at, NULL, NULL);
	assert_int_equal(recv(c, got, sizeof(got), 0), 14);
	assert_memory_equal(got, "<1>one\n<1>two\n", 14);
	logtcp_stats(t, &s);
	assert_true(s.tx == 2 && s.dropped == 1 && s.queued_most == 2 && told_up == 1);
	close(c); /* the server goes away and comes back */
	spin(&loop, t, false);
	logtcp_put(t, STR("<1>four"));
	logtcp_stats(t, &s);
	assert_true(s.flaps == 1 && told_down == 1 && s.queued == 1);
	spin(&loop, t, true);
	c = accept(at, NULL, NULL);
	assert_int_equal(recv(c, got, sizeof(got), 0), 8);
	assert_memory_equal(got, "<1>four\n", 8);
	logtcp_clear(t);
	logtcp_stats(t, &s);
	assert_true(s.dropped == 0 && told_up == 2);
	logtcp_free(t);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	close(c);
	close(at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(buffer_keeps_the_newest_lines),
	        cmocka_unit_test(filters_by_level_list_and_class),
	        cmocka_unit_test(forms_of_a_line),
	        cmocka_unit_test(rate_limits_count_what_they_hold_back),
	        cmocka_unit_test(messages_and_their_levels),
	        cmocka_unit_test(servers_get_datagrams),
	        cmocka_unit_test(servers_over_tcp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
