/* Interfaces, their routes and the show commands, over veth devices in a network of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/log.h"
#include "core/base/show.h"
#include "core/net/ifaces.h"
#include "core/net/show.h"
#include "netns.h"

static struct netlink *nl;
static struct hardware hw;
static struct iface_conf conf_ifaces[] = {
        {.hw = "GigabitEthernet0/0",
         .nameif = "outside",
         .ip = 0xc0000201,
         .mask = 0xffffff00,
         .mtu = 1500,
         .description = "to the Internet"},
        {.hw = "GigabitEthernet0/1",
         .nameif = "inside",
         .security = 100,
         .dhcp = true,
         .mtu = 1500},
        {.hw = "GigabitEthernet0/7",
         .nameif = "dmz",
         .security = 50,
         .ip = 0x0a070001,
         .mask = 0xffffff00,
         .mtu = 1500},
};
static struct iface_route conf_routes[] = {
        {.nameif = "outside", .dst = 0, .mask = 0, .gw = 0xc00002fe, .metric = 1},
        {.nameif = "outside", .dst = 0x0a140000, .mask = 0xffff0000, .gw = 0xc00002fd, .metric = 1},
        {.nameif = "dmz", .dst = 0x0a150000, .mask = 0xffff0000, .gw = 0x0a0700fe, .metric = 1},
};

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	sh("ip link add eth0 type veth peer name p0; ip link add eth1 type veth peer name p1");
	sh("ip link add eth2 type veth peer name p2");
	sh("for d in eth0 p0 eth1 p1; do ip link set $d up; done");
	sh("ip addr add 192.0.2.1/24 dev eth0; ip addr add 10.1.1.5/24 dev eth1");
	return hardware_parse(&hw,
	                      STR("GigabitEthernet0/0: eth0\nGigabitEthernet0/1: "
	                          "eth1\nGigabitEthernet0/2: eth2\n"),
	                      "hw", &err);
}

static struct ifaces_conf conf_of(size_t n, size_t routes)
{
	return (struct ifaces_conf){conf_ifaces, n, conf_routes, routes};
}

static bool has_route(void *arg, const struct netlink_route *r)
{
	struct netlink_route *want = arg;
	if (r->dst == want->dst && r->bits == want->bits && r->gw == want->gw)
		want->proto = r->proto;
	return true;
}

static int route_proto(uint32_t dst, uint8_t bits, uint32_t gw)
{
	struct netlink_route want = {.dst = dst, .bits = bits, .gw = gw};
	netlink_routes(nl, has_route, &want);
	return want.proto;
}

static void adopts_what_agrees_and_warns_where_not(void **state)
{
	struct ifaces *t = ifaces_new(&hw, nl);
	struct ifaces_conf conf = conf_of(3, 3);
	struct out o;
	(void)state;
	out_init(&o);
	ifaces_apply(t, &conf, &o);
	assert_string_equal(o.text, "WARNING: interface dmz: no device is mapped to "
	                            "GigabitEthernet0/7, it stays down\n");
	assert_int_equal(ifaces_count(t), 4);
	const struct iface *i = ifaces_by_nameif(t, STR("outside"));
	assert_true(i && i->up && i->carrier && i->ip_agrees);
	assert_ptr_equal(ifaces_by_index(t, i->ifindex), i);
	assert_ptr_equal(ifaces_by_hw(t, STR("gigabitethernet0/0")), i);
	assert_ptr_equal(ifaces_by_ip(t, 0xc0000201), i);
	assert_null(ifaces_by_ip(t, 0xc0000202));
	assert_null(ifaces_by_index(t, 1));
	assert_int_equal(ifaces_by_nameif(t, STR("inside"))->ip, 0x0a010105);
	assert_false(ifaces_by_nameif(t, STR("dmz"))->up);
	assert_int_equal(route_proto(0, 0, 0xc00002fe), NETLINK_PROTO);
	assert_int_equal(route_proto(0x0a140000, 16, 0xc00002fd), NETLINK_PROTO);
	assert_int_equal(route_proto(0x0a150000, 16, 0x0a0700fe), 0);
	/* What was said is not said again. */
	out_clear(&o);
	ifaces_apply(t, &conf, &o);
	assert_int_equal(o.len, 0);
	/* Another address, a removed route. */
	conf_ifaces[0].ip = 0xc0000203;
	conf = conf_of(2, 1);
	ifaces_apply(t, &conf, &o);
	assert_string_equal(o.text, "WARNING: interface outside: configured as 192.0.2.3 "
	                            "255.255.255.0, but device eth0 "
	                            "has 192.0.2.1 255.255.255.0\n");
	assert_int_equal(route_proto(0x0a140000, 16, 0xc00002fd), 0);
	conf_ifaces[0].ip = 0xc0000201;
	out_free(&o);
	ifaces_free(t);
	assert_int_equal(route_proto(0, 0, 0xc00002fe), 0);
}

static unsigned changes;

static void count_change(void *arg, const struct iface *i)
{
	(void)arg;
	changes += !strcmp(i->conf.nameif, "outside");
}

static char last_log[200];

static void keep_log(void *arg, const struct log_line *line)
{
	(void)arg;
	log_format(last_log, sizeof(last_log), line, false);
}

static void follows_devices_that_go_and_come(void **state)
{
	struct ifaces *t = ifaces_new(&hw, nl);
	struct ifaces_conf conf = conf_of(2, 2);
	struct log_sink sink = {.level = 7, .write = keep_log};
	(void)state;
	ifaces_apply(t, &conf, NULL);
	ifaces_on_change(t, count_change, NULL);
	log_sink_add(&sink);
	sh("ip link set eth0 down");
	assert_true(netlink_monitor_read(nl));
	ifaces_refresh(t);
	assert_int_equal(changes, 1);
	assert_string_equal(
	        last_log,
	        "%ASA-4-411002: Line protocol on Interface outside, changed state to down");
	assert_false(ifaces_by_nameif(t, STR("outside"))->up);
	assert_int_equal(route_proto(0x0a140000, 16, 0xc00002fd), 0);
	sh("ip link set eth0 up");
	for (int i = 0; i < 50 && !ifaces_by_nameif(t, STR("outside"))->carrier; i++) {
		sh("sleep 0.02");
		ifaces_refresh(t);
	}
	ifaces_refresh(t);
	assert_string_equal(
	        last_log, "%ASA-4-411001: Line protocol on Interface outside, changed state to up");
	assert_int_equal(route_proto(0x0a140000, 16, 0xc00002fd), NETLINK_PROTO);
	log_sink_remove(&sink);
	ifaces_free(t);
}

static void owns_devices_when_told_and_gives_them_back(void **state)
{
	struct hardware own = hw;
	own.manage = true;
	struct ifaces *t = ifaces_new(&own, nl);
	struct iface_conf c = {.hw = "GigabitEthernet0/2",
	                       .nameif = "lab",
	                       .ip = 0xcb007101,
	                       .mask = 0xffffff00,
	                       .mtu = 1400};
	struct ifaces_conf conf = {&c, 1, NULL, 0};
	struct netlink_link l;
	struct netlink_addr a;
	struct out o;
	(void)state;
	out_init(&o);
	sh("ip addr add 10.44.0.1/16 dev eth2");
	ifaces_apply(t, &conf, &o);
	assert_int_equal(o.len, 0);
	assert_int_equal(netlink_link_get(nl, "eth2", 0, &l), 0);
	assert_true(l.up && l.mtu == 1400);
	assert_int_equal(netlink_addr_get(nl, l.index, &a), 0);
	assert_true(a.ip == 0xcb007101 && a.bits == 24);
	c.shutdown = true;
	ifaces_apply(t, &conf, &o);
	assert_int_equal(netlink_link_get(nl, "eth2", 0, &l), 0);
	assert_false(l.up);
	ifaces_free(t);
	assert_int_equal(netlink_link_get(nl, "eth2", 0, &l), 0);
	assert_true(!l.up && l.mtu == 1500);
	assert_int_equal(netlink_addr_get(nl, l.index, &a), 0);
	assert_int_equal(a.ip, 0x0a2c0001);
	sh("ip addr flush dev eth2");
	out_free(&o);
}

static void one_client(void *ctx, void (*fn)(void *arg, uint32_t ip, const char *ifname), void *arg)
{
	(void)ctx;
	fn(arg, 0x0a090007, "outside");
}

static const char *run(const char *name, const char *ifname, struct out *o)
{
	struct cmd_arg arg = {.name = "ifname", .text = str_of(ifname)};
	struct cmd cmd = {.out = o, .args = &arg, .nargs = ifname ? 1 : 0};
	cmd_fn *fn = cmd_find(name, &cmd.ctx);
	assert_non_null(fn);
	out_clear(o);
	fn(&cmd);
	return o->text;
}

static void shows_in_the_layouts_of_the_appliance(void **state)
{
	struct clock clock;
	struct ifaces *t = ifaces_new(&hw, nl);
	struct ifaces_conf conf = conf_of(2, 2);
	struct net_show show = {.ifaces = t, .clock = &clock, .clients = one_client};
	struct out o;
	(void)state;
	out_init(&o);
	clock_init(&clock, 1000);
	ifaces_apply(t, &conf, NULL);
	net_show_register(&show);
	clock_run(&clock, 1000);
	assert_string_equal(
	        run("show_interface_ip_brief", NULL, &o),
	        "Interface                  IP-Address      OK? Method Status                "
	        "Protocol\n"
	        "GigabitEthernet0/0         192.0.2.1       YES CONFIG up                    up  \n"
	        "GigabitEthernet0/1         10.1.1.5        YES DHCP   up                    up  \n"
	        "GigabitEthernet0/2         unassigned      YES unset  administratively down "
	        "down\n");
	assert_string_equal(run("show_nameif", NULL, &o),
	                    "Interface                Name                     Security\n"
	                    "GigabitEthernet0/0       outside                    0\n"
	                    "GigabitEthernet0/1       inside                   100\n");
	assert_string_equal(run("show_ip_address", NULL, &o),
	                    "System IP Addresses:\n"
	                    "Interface                Name                   IP address      "
	                    "Subnet mask     Method \n"
	                    "GigabitEthernet0/0       outside                192.0.2.1       "
	                    "255.255.255.0   manual\n"
	                    "GigabitEthernet0/1       inside                 10.1.1.5        "
	                    "255.255.255.0   DHCP\n"
	                    "Current IP Addresses:\n"
	                    "Interface                Name                   IP address      "
	                    "Subnet mask     Method \n"
	                    "GigabitEthernet0/0       outside                192.0.2.1       "
	                    "255.255.255.0   manual\n"
	                    "GigabitEthernet0/1       inside                 10.1.1.5        "
	                    "255.255.255.0   DHCP\n");
	const char *text = run("show_route", NULL, &o);
	assert_non_null(strstr(
	        text,
	        "Gateway of last resort is 192.0.2.254 to network 0.0.0.0\n\n"
	        "S*       0.0.0.0 0.0.0.0 [1/0] via 192.0.2.254, outside\n"
	        "C        10.1.1.0 255.255.255.0 is directly connected, inside\n"
	        "L        10.1.1.5 255.255.255.255 is directly connected, inside\n"
	        "V        10.9.0.7 255.255.255.255 connected by VPN (advertised), outside\n"
	        "S        10.20.0.0 255.255.0.0 [1/0] via 192.0.2.253, outside\n"
	        "C        192.0.2.0 255.255.255.0 is directly connected, outside\n"
	        "L        192.0.2.1 255.255.255.255 is directly connected, outside\n"));
	text = run("show_interface", "outside", &o);
	assert_non_null(strstr(
	        text, "Interface GigabitEthernet0/0 \"outside\", is up, line protocol is up\n"
	              "  Hardware is veth, BW 1000 Mbps, DLY 10 usec\n"));
	assert_non_null(strstr(text, "        Description: to the Internet\n        MAC address "));
	assert_non_null(strstr(
	        text, ", MTU 1500\n        IP address 192.0.2.1, subnet mask 255.255.255.0\n"));
	assert_non_null(strstr(text, "  Traffic Statistics for \"outside\":\n"));
	assert_non_null(strstr(run("show_interface", "GigabitEthernet0/2", &o),
	                       "Interface GigabitEthernet0/2 \"\", is administratively down, line "
	                       "protocol is down\n"));
	assert_non_null(strstr(o.text, "        Available but not configured via nameif\n"));
	assert_null(strstr(o.text, "Traffic Statistics"));
	assert_string_equal(run("show_interface", "nowhere", &o),
	                    "ERROR: interface nowhere does not exist\n");
	net_show_close(&show);
	cmd_registry_clear();
	clock_free(&clock);
	out_free(&o);
	ifaces_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(adopts_what_agrees_and_warns_where_not),
	        cmocka_unit_test(follows_devices_that_go_and_come),
	        cmocka_unit_test(owns_devices_when_told_and_gives_them_back),
	        cmocka_unit_test(shows_in_the_layouts_of_the_appliance),
	};
	struct err err = {0};
	if (!netns_enter() || netlink_open(&nl, &err)) {
		print_message("no network namespace: skipped\n");
		return 0;
	}
	int failed = cmocka_run_group_tests(tests, setup, NULL);
	netlink_close(nl);
	return failed;
}
