#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/show.h"
#include "core/net/logsink.h"
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
	struct logsinks *l = logsinks_new(NULL);
	struct logsink_conf c = {.enabled = true,
	                         .buffered = 5,
	                         .trap = -1,
	                         .console = 0,
	                         .monitor = -1,
	                         .buffer_bytes = 4096,
	                         .facility = 20};
	struct out o;
	char want[200];
	(void)state;
	out_init(&o);
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
	struct logsink_conf c = {.enabled = true,
	                         .buffered = -1,
	                         .trap = 6,
	                         .console = 0,
	                         .monitor = 4,
	                         .facility = 20,
	                         .nhosts = 1,
	                         .buffer_bytes = 4096,
	                         .timestamp = true};
	struct out o;
	(void)state;
	if (!netns_enter())
		skip();
	out_init(&o);
	c.host[0] = (struct logsink_host){.nameif = "inside", .ip = 0x7f000001, .port = 514};
	struct logsinks *l = logsinks_new(NULL);
	logsinks_register(l);
	logsinks_apply(l, &c);
	assert_int_equal(logsinks_monitor_level(l), 4);
	assert_true(logsinks_timestamp(l));
	assert_int_equal(udp_open(&server, 0, 514, false, &err), 0);
	log_msg(MSG_713119, "Group = G, ");
	log_msg(MSG_715080, "", "P1", 5u);
	assert_true(readable(udp_fd(server)));
	assert_int_equal(udp_recv(server, p, 1), 1);
	pkt_put(p[0], 1)[0] = 0;
	assert_memory_equal(pkt_data(p[0]), "<165>", 5);
	assert_non_null(
	        strstr((char *)pkt_data(p[0]), ": %ASA-5-713119: Group = G, PHASE 1 COMPLETED"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(buffer_keeps_the_newest_lines),
	        cmocka_unit_test(servers_get_datagrams),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
