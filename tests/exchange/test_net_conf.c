/* Configuration text through grammar and tree into interfaces, routes and log destinations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/net/logsink.h"
#include "tests/exchange/conf_fixture.h"

struct loaded {
	struct conf_fixture *f;
	struct ifaces_conf *ifaces;
	struct logsink_conf *log;
	struct out notes, said;
};

static void load(struct loaded *l, void **state, const char *text)
{
	struct err err = {0};
	*l = (struct loaded){.f = *state};
	out_init(&l->notes);
	out_init(&l->said);
	conf_load(l->f, text);
	load_report_print(&l->f->report, &l->said);
	const struct conf *c = conf_loaded(l->f);
	assert_int_equal(ifaces_compile(c, l->f->arena, &l->ifaces, &l->notes, &err), 0);
	assert_int_equal(logsink_compile(c, l->f->arena, &l->log, &l->notes, &err), 0);
}

static void unload(struct loaded *l)
{
	conf_unload(l->f);
	out_free(&l->notes);
	out_free(&l->said);
}

static void interfaces_and_routes(void **state)
{
	struct loaded l;
	load(&l, state,
	     "interface GigabitEthernet0/0\n nameif outside\n security-level 0\n description up\n"
	     " ip address 192.0.2.1 255.255.255.0\n"
	     "interface GigabitEthernet0/1\n nameif inside\n security-level 100\n shutdown\n"
	     " ip address dhcp setroute\n"
	     "mtu outside 1400\nroute outside 0.0.0.0 0.0.0.0 192.0.2.254 1\n"
	     "route outside 10.0.0.0 255.0.0.0 192.0.2.253\n");
	assert_int_equal(l.f->report.errors, 0);
	assert_int_equal(l.ifaces->n, 2);
	const struct iface_conf *i = l.ifaces->iface;
	assert_string_equal(i[0].hw, "GigabitEthernet0/0");
	assert_string_equal(i[0].nameif, "outside");
	assert_string_equal(i[0].description, "up");
	assert_true(i[0].ip == 0xc0000201 && i[0].mask == 0xffffff00 && i[0].mtu == 1400 &&
	            !i[0].shutdown);
	assert_true(i[1].dhcp && !i[1].ip && i[1].shutdown && i[1].security == 100 &&
	            i[1].mtu == 1500);
	assert_int_equal(l.ifaces->nroutes, 2);
	const struct iface_route *r = l.ifaces->route;
	assert_true(r[0].gw == 0xc00002fe && !r[0].mask && r[0].metric == 1);
	assert_true(r[1].dst == 0x0a000000 && r[1].mask == 0xff000000 && r[1].gw == 0xc00002fd);
	assert_string_equal(r[1].nameif, "outside");
	unload(&l);
}

static void refuse(void **state, const char *line, const char *want)
{
	struct loaded l;
	char text[600];
	snprintf(text, sizeof(text),
	         "interface GigabitEthernet0/0\n nameif outside\n ip address 192.0.2.1 "
	         "255.255.255.0\n"
	         "interface GigabitEthernet0/1\n nameif inside\n%s\n",
	         line);
	load(&l, state, text);
	assert_int_equal(l.f->report.errors, 1);
	if (!strstr(l.said.text, want))
		fail_msg("%s", l.said.text);
	unload(&l);
}

static void rules_between_fields(void **state)
{
	refuse(state, " ip address 192.0.2.9 255.255.255.0",
	       "Two interfaces cannot be in the same subnet.");
	refuse(state, " ip address 10.0.0.0 255.255.255.0",
	       "10.0.0.0 is not the address of a host in its subnet");
	refuse(state, " ip address 10.0.0.255 255.255.255.0", "is not the address of a host");
	refuse(state, " ip address 127.0.0.1 255.255.255.0", "is not the address of a host");
	refuse(state, "route outside 10.0.0.1 255.0.0.0 192.0.2.254 1",
	       "Inconsistent address and mask");
	refuse(state, "route outside 10.0.0.0 255.0.0.0 192.0.2.1 1", "it matches our IP address");
}

static void log_destinations(void **state)
{
	struct loaded l;
	load(&l, state,
	     "interface GigabitEthernet0/0\n nameif outside\n ip address 192.0.2.1 255.255.255.0\n"
	     "logging enable\nlogging timestamp\nlogging buffered 7\nlogging trap warnings\n"
	     "logging buffer-size 8192\nlogging facility 22\nlogging message 713119 level errors\n"
	     "logging host outside 192.0.2.9\nlogging host outside 192.0.2.8 udp/5514\n"
	     "logging host outside 192.0.2.7 tcp/1470\nno logging hide username\n"
	     "logging device-id string gw1\nlogging queue 0\nlogging debug-trace\n"
	     "logging rate-limit 5 2 message 713119\nlogging rate-limit 9 level 6\n"
	     "logging list VPN level errors class vpn\nlogging list VPN message 603102-603107\n"
	     "logging monitor VPN\nlogging class auth buffered errors trap 2\n");
	assert_int_equal(l.f->report.errors, 0);
	const struct logsink_conf *c = l.log;
	assert_true(c->enabled && c->style.timestamp && !c->hide_username && c->debug_trace);
	assert_true(c->to[LOG_BUFFERED].level == 7 && c->to[LOG_TRAP].level == 4 &&
	            c->to[LOG_CONSOLE].level == -1 && c->to[LOG_MONITOR].level == -1);
	assert_string_equal(c->to[LOG_MONITOR].list, "VPN");
	assert_int_equal(c->to[LOG_MONITOR].nrules, 2);
	assert_true(c->to[LOG_MONITOR].rule[0].level == 3 &&
	            c->to[LOG_MONITOR].rule[0].class == LOG_CLASS_VPN);
	assert_true(c->to[LOG_MONITOR].rule[1].from == 603102 &&
	            c->to[LOG_MONITOR].rule[1].to == 603107);
	assert_true(c->to[LOG_BUFFERED].class_level[LOG_CLASS_AUTH] == 3 &&
	            c->to[LOG_TRAP].class_level[LOG_CLASS_AUTH] == 2 &&
	            c->to[LOG_CONSOLE].class_level[LOG_CLASS_AUTH] == -1);
	assert_true(c->device == LOGSINK_ID_STRING && c->queue == 0);
	assert_string_equal(c->style.device_id, "gw1");
	assert_int_equal(c->nlimits, 2);
	assert_true(c->limit[0].id == 713119 && c->limit[0].num == 5 &&
	            c->limit[0].interval_s == 2);
	assert_true(c->limit[1].level == 6 && c->limit[1].num == 9 && c->limit[1].interval_s == 1);
	assert_true(c->buffer_bytes == 8192 && c->facility == 22);
	assert_int_equal(c->nmsgs, 1);
	assert_true(c->msg[0].id == 713119 && c->msg[0].level == 3);
	assert_int_equal(c->nhosts, 3);
	assert_string_equal(c->host[0].nameif, "outside");
	for (unsigned i = 0; i < 3; i++)
		assert_true(c->host[i].ip == 0xc0000209   ? c->host[i].port == 514
		            : c->host[i].ip == 0xc0000208 ? c->host[i].port == 5514
		                                          : c->host[i].tcp);
	unload(&l);
	load(&l, state, "");
	assert_true(!l.log->enabled && l.log->to[LOG_BUFFERED].level == -1 &&
	            l.log->hide_username && l.log->facility == 20 && l.log->buffer_bytes == 4096);
	unload(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(interfaces_and_routes),
	        cmocka_unit_test(rules_between_fields),
	        cmocka_unit_test(log_destinations),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
