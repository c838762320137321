/* Access lists, objects, time ranges and translation rules: configuration text in, what is compiled of it out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "conf_fixture.h"
#include "core/config/objects.h"
#include "core/net/nat_conf.h"

static struct str text(const char *s)
{
	return str_of(s);
}

static const char objects[] =
        "interface GigabitEthernet0/0\n nameif outside\n ip address 203.0.113.1 255.255.255.0\n"
        "object network H\n host 10.0.0.1\n"
        "object network N\n subnet 10.1.0.0 255.255.0.0\n"
        "object network R\n range 10.2.0.4 10.2.0.9\n"
        "object network F\n fqdn www.example.com\n"
        "object service S\n service tcp source eq 5 destination range 8 9\n"
        "object-group network G1\n network-object object H\n network-object host 10.0.0.2\n"
        "object-group network G2\n group-object G1\n network-object object R\n"
        "object-group service P tcp\n port-object eq www\n port-object range 8080 8090\n"
        "object-group service SV\n service-object udp destination eq domain\n service-object "
        "object S\n"
        " service-object icmp echo\n"
        "object-group protocol PR\n protocol-object tcp\n protocol-object 50\n"
        "object-group icmp-type I\n icmp-object echo\n icmp-object unreachable\n";

/* A list that a server sent. */
static void downloaded(void **state)
{
	struct str bad;
	(void)state;
	const struct str good = STR("permit tcp any host 10.1.1.1 eq 80\ndeny udp any any range 5 9 log\n"
	                            "permit icmp 10.0.0.0 255.0.0.0 any echo");
	assert_true(filter_lines_good(good, &bad));
	assert_true(filter_lines_good(STR(""), &bad));
	struct filter *f = filter_of_lines(STR("AAA-user-u"), good);
	assert_string_equal(f->name, "AAA-user-u");
	assert_int_equal(f->n, 3);
	assert_true(f->ace[0].permit);
	assert_int_equal(f->ace[0].dst_lo, 0x0a010101);
	assert_int_equal(f->ace[0].dport_hi, 80);
	assert_false(f->ace[1].permit);
	assert_int_equal(f->ace[2].src_hi, 0x0affffff);
	filter_drop(f);
	static const char *const wrong[] = {"permit", "permit ip any any\nallow ip any any", "permit ip any any\n\n",
	                                    "permit ip object H any", "permit ip any object-group G1",
	                                    "permit object-group SV any any", "permit ip any any time-range t",
	                                    "permit tcp any any eq 99999"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(filter_lines_good(str_of(wrong[i]), &bad));
}

static void expansion(void **state)
{
	struct conf_fixture *f = *state;
	struct out t;
	out_init(&t);
	out_printf(&t, "%s%s", objects,
	           "access-list A extended permit tcp object-group G2 object N object-group P\n"
	           "access-list A remark one, two\n"
	           "access-list A extended permit object-group SV any interface outside\n"
	           "access-list A extended deny object-group PR object F any\n"
	           "access-list A extended permit icmp any any object-group I inactive\n"
	           "access-list A extended deny tcp any object-group P any neq 22 log disable\n");
	conf_load(f, t.text);
	conf_no_errors(f);
	struct filter *l = filter_compile(conf_loaded(f), text("A"));
	assert_non_null(l);
	/* 3 sources by 2 ports; 3 services; nothing for a name of the DNS; 2 types; 2 source ports */
	assert_int_equal(l->n, 6 + 3 + 0 + 2 + 2);
	assert_int_equal(l->ace[0].src_lo, 0x0a000001);
	assert_int_equal(l->ace[0].dport_lo, 80);
	assert_int_equal(l->ace[0].dst_lo, 0x0a010000);
	assert_int_equal(l->ace[0].dst_hi, 0x0a01ffff);
	assert_int_equal(l->ace[2].src_lo,
	                 0x0a020004); /* the ports go round first, or last: both are there */
	assert_int_equal(l->ace[6].proto, 17);
	assert_int_equal(l->ace[6].dport_hi, 53);
	assert_int_equal(l->ace[6].dst_lo, 0xcb007101);
	assert_int_equal(l->ace[7].sport_lo, 5);
	assert_int_equal(l->ace[7].dport_hi, 9);
	assert_int_equal(l->ace[8].icmp_type, 8);
	assert_true(l->ace[9].inactive);
	assert_true(l->ace[11].dport_not && l->ace[11].log == FILTER_LOG_NONE &&
	            !l->ace[11].permit);
	filter_drop(l);
	assert_null(filter_compile(conf_loaded(f), text("NONE")));
	assert_true(objects_in_use(conf_loaded(f), true, text("G1")));
	assert_true(objects_in_use(conf_loaded(f), false, text("H")));
	assert_false(objects_in_use(conf_loaded(f), true, text("H")));
	conf_unload(f);
	out_free(&t);
}

static bool active(struct conf_fixture *f, const char *name, int year, int mon, int day, int wday,
                   int h, int m)
{
	struct tm tm = {.tm_year = year - 1900,
	                .tm_mon = mon - 1,
	                .tm_mday = day,
	                .tm_wday = wday,
	                .tm_hour = h,
	                .tm_min = m};
	return time_range_active(conf_loaded(f), text(name), &tm);
}

static void time_ranges(void **state)
{
	struct conf_fixture *f = *state;
	conf_load(f, "time-range W\n periodic weekdays 8:00 to 17:00\n"
	             "time-range A\n absolute start 08:00 1 January 2026 end 18:00 31 March 2026\n"
	             "time-range N\n periodic daily 22:00 to 6:00\n"
	             "time-range E\n periodic Friday 18:00 to Monday 6:00\n"
	             "time-range D\n periodic Tuesday Thursday 9:00 to 10:00\n");
	conf_no_errors(f);
	assert_true(active(f, "W", 2026, 11, 26, 4, 8, 0));
	assert_true(active(f, "W", 2026, 11, 26, 4, 17, 0));
	assert_false(active(f, "W", 2026, 11, 26, 4, 17, 1));
	assert_false(active(f, "W", 2026, 11, 28, 6, 9, 0));
	assert_false(active(f, "A", 2025, 12, 31, 3, 23, 59));
	assert_true(active(f, "A", 2026, 1, 1, 4, 8, 0));
	assert_false(active(f, "A", 2026, 3, 31, 2, 18, 1));
	assert_true(active(f, "N", 2026, 1, 1, 4, 23, 0));
	assert_true(active(f, "N", 2026, 1, 1, 4, 5, 59));
	assert_false(active(f, "N", 2026, 1, 1, 4, 12, 0));
	assert_true(active(f, "E", 2026, 1, 1, 5, 18, 0));
	assert_true(active(f, "E", 2026, 1, 1, 0, 12, 0));
	assert_true(active(f, "E", 2026, 1, 1, 1, 6, 0));
	assert_false(active(f, "E", 2026, 1, 1, 1, 6, 1));
	assert_false(active(f, "E", 2026, 1, 1, 5, 17, 59));
	assert_true(active(f, "D", 2026, 1, 1, 4, 9, 30));
	assert_false(active(f, "D", 2026, 1, 1, 3, 9, 30));
	assert_true(active(f, "MISSING", 2026, 1, 1, 3, 9, 30));
	conf_unload(f);
}

static void split_networks(void **state)
{
	struct conf_fixture *f = *state;
	struct split_net nets[4];
	size_t total;
	conf_load(f, "access-list S standard permit 10.0.0.0 255.0.0.0\n"
	             "access-list S remark no\n"
	             "access-list S standard deny 10.1.0.0 255.255.0.0\n"
	             "access-list S standard permit host 192.0.2.1\n"
	             "object network R\n range 10.2.0.4 10.2.0.9\n"
	             "access-list X extended permit ip object R any\n");
	conf_no_errors(f);
	assert_int_equal(acl_split_networks(conf_loaded(f), text("S"), nets, 4, &total), 2);
	assert_int_equal(nets[0].ip, 0x0a000000);
	assert_int_equal(nets[0].mask, 0xff000000);
	assert_int_equal(nets[1].mask, UINT32_MAX);
	/* .4 to .7, .8 and .9 */
	assert_int_equal(acl_split_networks(conf_loaded(f), text("X"), nets, 1, &total), 1);
	assert_int_equal(total, 2);
	assert_int_equal(nets[0].mask, 0xfffffffc);
	/* who does not ask how many there are is told the same */
	assert_int_equal(acl_split_networks(conf_loaded(f), text("X"), nets, 1, NULL), 1);
	assert_int_equal(acl_split_networks(conf_loaded(f), text("X"), nets, 4, NULL), 2);
	assert_int_equal(nets[1].ip, 0x0a020008);
	assert_int_equal(acl_split_networks(conf_loaded(f), text("S"), nets, 4, NULL), 2);
	assert_int_equal(acl_split_networks(conf_loaded(f), text("NONE"), nets, 4, &total), 0);
	conf_unload(f);
}

static bool holds(const struct out *o, const char *what)
{
	return o->text != NULL && strstr(o->text, what) != NULL;
}

static const char translation[] =
        "object network NET\n subnet 10.77.0.0 255.255.255.0\n nat (inside,outside) dynamic "
        "interface\n"
        "object network POOL\n subnet 10.78.0.0 255.255.255.0\n nat (outside,outside) dynamic "
        "interface\n"
        "object network WEB\n host 10.77.0.9\n nat (inside,outside) static 203.0.113.9 service tcp "
        "www 8080\n"
        "nat (inside,outside) source static NET NET destination static POOL POOL\n"
        "access-list IN extended permit tcp any any eq 22\n"
        "access-group IN in interface inside\n"
        "interface GigabitEthernet0/1\n nameif inside\n";

static void translation_rules(void **state)
{
	struct conf_fixture *f = *state;
	struct nat_host host = {.tun = "vpn0", .manage = true, .n = 2};
	struct nat_chains c = {0};
	struct out notes;
	host.iface[0] = (struct nat_iface){"outside", "wan0", 0xcb007101, 0xffffff00, 0, true};
	host.iface[1] = (struct nat_iface){"inside", "lan0", 0x0a4d0001, 0xffffff00, 100, false};
	out_init(&notes);
	conf_load(f, translation);
	conf_no_errors(f);
	nat_conf_write(conf_loaded(f), &host, &c, &notes);
	/* manual before object: exempt first */
	assert_true(strncmp(c.postrouting.text,
	                    "iifname \"lan0\" oifname { \"wan0\", \"vpn0\" } ip saddr 10.77.0.0/24 "
	                    "ip daddr 10.78.0.0/24 counter accept",
	                    60) == 0);
	assert_true(
	        holds(&c.postrouting, "oifname \"wan0\" ip saddr 10.77.0.0/24 counter masquerade comment \"nat 2.2\""));
	assert_true(holds(&c.postrouting, "oifname \"vpn0\" ip saddr 10.78.0.0/24 counter snat to 203.0.113.1"));
	assert_true(holds(&c.prerouting,
	                  "ip daddr 203.0.113.9/32 tcp dport 8080 counter dnat to 10.77.0.9:80"));
	assert_true(holds(&c.forward,
	                  "iifname \"vpn0\" oifname \"lan0\" ip daddr 10.77.0.0/24 counter log prefix \"rpf 0\" group 117 drop"));
	assert_true(holds(&c.forward, "iifname \"lan0\" jump list0"));
	assert_true(holds(&c.forward, "iifname \"wan0\" oifname \"lan0\" counter log prefix \"level 0\" group 117 drop"));
	assert_true(holds(&c.lists, "tcp dport 22 counter return comment \"acl "));
	nat_chains_free(&c);
	/* Devices that are not ours: what clients send, and nothing else. */
	c = (struct nat_chains){0};
	host.manage = false;
	nat_conf_write(conf_loaded(f), &host, &c, &notes);
	assert_false(holds(&c.postrouting, "iifname \"lan0\""));
	assert_true(holds(
	        &c.postrouting,
	        "iifname \"vpn0\" oifname \"wan0\" ip saddr 10.78.0.0/24 counter masquerade"));
	assert_int_equal(c.forward.len, 0);
	assert_int_equal(c.lists.len, 0);
	nat_chains_free(&c);
	out_free(&notes);
	conf_unload(f);
}

static void old_translation(void **state)
{
	struct conf_fixture *f = *state;
	struct nat_host host = {.tun = "vpn0", .manage = true, .n = 2};
	struct nat_chains c = {0};
	struct out notes;
	host.iface[0] = (struct nat_iface){"outside", "wan0", 0xcb007101, 0xffffff00, 0, true};
	host.iface[1] = (struct nat_iface){"inside", "lan0", 0x0a4d0001, 0xffffff00, 100, false};
	out_init(&notes);
	conf_load(f, "access-list nonat permit ip 20.1.1.0 255.255.255.0 50.1.1.0 255.255.255.0\n"
	             "global (outside) 1 interface\n"
	             "nat (inside) 1 0.0.0.0 0.0.0.0\n"
	             "nat (inside) 0 access-list nonat\n");
	conf_no_errors(f);
	nat_conf_write(conf_loaded(f), &host, &c, &notes);
	assert_true(
	        strncmp(c.postrouting.text,
	                "iifname \"lan0\" ip saddr 20.1.1.0/24 ip daddr 50.1.1.0/24 counter accept",
	                60) == 0);
	assert_true(holds(&c.postrouting, "iifname \"lan0\" oifname \"wan0\" counter masquerade"));
	nat_chains_free(&c);
	out_free(&notes);
	conf_unload(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(downloaded),
	        cmocka_unit_test(expansion),       cmocka_unit_test(time_ranges),
	        cmocka_unit_test(split_networks),  cmocka_unit_test(translation_rules),
	        cmocka_unit_test(old_translation),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
