/* Translation rules and host lists as rules of nftables: what one line of the configuration becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "conf_fixture.h"
#include "core/config/nat_static.h"
#include "core/net/nat_conf.h"

struct made {
	struct nat_host host;
	struct nat_chains c;
	struct out notes;
};

static const char objects[] =
        "interface GigabitEthernet0/0\n nameif outside\n"
        "interface GigabitEthernet0/1\n nameif inside\n"
        "object network WEB\n host 10.77.0.9\n"
        "object network WEB-OUT\n host 203.0.113.9\n"
        "object network LAN\n subnet 10.77.0.16 255.255.255.240\n"
        "object network LAN-OUT\n subnet 203.0.113.32 255.255.255.240\n"
        "object network R\n range 10.77.0.4 10.77.0.9\n"
        "object network R-OUT\n range 203.0.113.4 203.0.113.9\n"
        "object network ONE\n host 10.77.0.50\n"
        "object network MANY\n range 203.0.113.50 203.0.113.51\n"
        "object network FAR\n host 198.51.100.7\n"
        "object network FAR-SEEN\n host 10.77.9.7\n"
        "object network POOL\n subnet 10.78.0.0 255.255.255.0\n"
        "object service WEB-REAL\n service tcp source eq 8080\n"
        "object service WEB-MAPPED\n service tcp source eq www\n"
        "object service SEEN\n service udp destination eq 5300\n"
        "object service REAL\n service udp destination eq domain\n";

static void make(struct conf_fixture *f, struct made *m, const char *lines, bool manage)
{
	struct out text;
	out_init(&text);
	out_printf(&text, "%s%s", objects, lines);
	*m = (struct made){.host = {.tun = "vpn0", .manage = manage, .n = 2}};
	m->host.iface[0] = (struct nat_iface){"outside", "wan0", 0xcb007101, 0xffffff00, 0, true};
	m->host.iface[1] = (struct nat_iface){"inside", "lan0", 0x0a4d0001, 0xffffff00, 100, false};
	m->host.now = (struct tm){.tm_year = 126, .tm_mon = 10, .tm_mday = 26, .tm_wday = 4, .tm_hour = 12};
	conf_load(f, text.text);
	conf_no_errors(f);
	nat_conf_write(conf_loaded(f), &m->host, &m->c, &m->notes);
	out_free(&text);
}

static void done(struct conf_fixture *f, struct made *m)
{
	nat_chains_free(&m->c);
	out_free(&m->notes);
	conf_unload(f);
}

static void holds(const struct out *o, const char *what)
{
	if (o->text == NULL || strstr(o->text, what) == NULL)
		fail_msg("no \"%s\" in:\n%s", what, o->text != NULL ? o->text : "");
}

static void lacks(const struct out *o, const char *what)
{
	if (o->text != NULL && strstr(o->text, what) != NULL)
		fail_msg("\"%s\" in:\n%s", what, o->text);
}

static void static_networks(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m,
	     "object network LAN\n nat (inside,outside) static LAN-OUT\n"
	     "object network R\n nat (inside,outside) static R-OUT\n"
	     "object network ONE\n nat (inside,outside) static MANY\n",
	     true);
	holds(&m.c.prerouting,
	      "iifname { \"wan0\", \"vpn0\" } ip daddr 203.0.113.32/28 counter dnat prefix to 10.77.0.16/28 comment");
	holds(&m.c.postrouting,
	      "iifname \"lan0\" oifname { \"wan0\", \"vpn0\" } ip saddr 10.77.0.16/28 counter snat prefix to 203.0.113.32/28");
	/* a range is the networks it consists of */
	holds(&m.c.prerouting, "ip daddr 203.0.113.4/30 counter dnat prefix to 10.77.0.4/30");
	holds(&m.c.prerouting, "ip daddr 203.0.113.8/31 counter dnat prefix to 10.77.0.8/31");
	/* one for several: all of them reach it, it leaves as the first */
	holds(&m.c.prerouting, "ip daddr 203.0.113.50/32 counter dnat to 10.77.0.50 ");
	holds(&m.c.prerouting, "ip daddr 203.0.113.51/32 counter dnat to 10.77.0.50 ");
	holds(&m.c.postrouting, "ip saddr 10.77.0.50/32 counter snat to 203.0.113.50 ");
	lacks(&m.c.postrouting, "snat to 203.0.113.51");
	assert_int_equal(m.notes.len, 0);
	/* the host answers for them, and the packet path knows what is meant */
	assert_int_equal(m.c.mapped[0].ip, 0xcb007120);
	assert_int_equal(m.c.mapped[0].mask, 0xfffffff0);
	assert_string_equal(m.c.mapped[0].dev, "wan0");
	assert_int_equal(m.c.nmapped, 1 + 2 + 1);
	assert_int_equal(m.c.xlate[0].mapped, 0xcb007120);
	assert_int_equal(m.c.xlate[0].real, 0x0a4d0010);
	assert_int_equal(m.c.nxlate, 1 + 2 + 2);
	done(f, &m);
}

static void too_few_mapped(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m, "object network LAN\n nat (inside,outside) static WEB-OUT\n", true);
	holds(&m.notes, "WARNING: nat (inside,outside) static: there are more real addresses than mapped ones");
	holds(&m.c.prerouting, "ip daddr 203.0.113.9/32 counter dnat to 10.77.0.16 ");
	done(f, &m);
}

static void ports_forwarded(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m, "object network WEB\n nat (inside,outside) static interface service tcp www 8080\n", true);
	holds(&m.c.prerouting,
	      "ip daddr 203.0.113.1/32 tcp dport 8080 counter dnat to 10.77.0.9:80 comment \"nat 2.1 back\"");
	holds(&m.c.postrouting, "ip saddr 10.77.0.9/32 tcp sport 80 counter snat to 203.0.113.1:8080");
	assert_int_equal(m.c.nmapped, 0); /* it has that address */
	assert_int_equal(m.c.xlate[0].proto, 6);
	assert_int_equal(m.c.xlate[0].mapped_lo, 8080);
	assert_int_equal(m.c.xlate[0].real_lo, 80);
	done(f, &m);
}

static void twice_services(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m,
	     "nat (inside,outside) source static WEB WEB-OUT service WEB-REAL WEB-MAPPED\n"
	     "nat (inside,outside) source dynamic any interface destination static FAR-SEEN FAR service SEEN REAL\n",
	     true);
	holds(&m.c.prerouting, "ip daddr 203.0.113.9/32 tcp dport 80 counter dnat to 10.77.0.9:8080");
	holds(&m.c.postrouting, "ip saddr 10.77.0.9/32 tcp sport 8080 counter snat to 203.0.113.9:80");
	holds(&m.c.prerouting, "iifname \"lan0\" ip daddr 10.77.9.7/32 udp dport 5300 counter dnat to 198.51.100.7:53");
	holds(&m.c.postrouting, "ip daddr 198.51.100.7/32 udp dport 53 counter masquerade");
	done(f, &m);
}

static void twice_destination(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m, "nat (inside,outside) source static WEB WEB-OUT destination static FAR-SEEN FAR\n", true);
	holds(&m.c.prerouting, "iifname \"lan0\" ip saddr 10.77.0.9/32 ip daddr 10.77.9.7/32 counter dnat to 198.51.100.7 ");
	holds(&m.c.postrouting, "ip saddr 10.77.0.9/32 ip daddr 198.51.100.7/32 counter snat to 203.0.113.9 ");
	holds(&m.c.prerouting, "ip saddr 198.51.100.7/32 ip daddr 203.0.113.9/32 counter dnat to 10.77.0.9 ");
	holds(&m.c.postrouting, "ip saddr 198.51.100.7/32 ip daddr 10.77.0.9/32 counter snat to 10.77.9.7 ");
	done(f, &m);
	make(f, &m, "nat (inside,outside) source static WEB WEB-OUT destination static FAR-SEEN FAR unidirectional\n",
	     true);
	holds(&m.c.postrouting, "ip daddr 198.51.100.7/32 counter snat to 203.0.113.9 ");
	lacks(&m.c.prerouting, "dnat to 10.77.0.9");
	lacks(&m.c.postrouting, "snat to 10.77.9.7");
	done(f, &m);
}

static void exempt_both_ways(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m, "nat (inside,outside) source static LAN LAN destination static POOL POOL no-proxy-arp route-lookup\n",
	     true);
	holds(&m.c.postrouting, "iifname \"lan0\" oifname { \"wan0\", \"vpn0\" } ip saddr 10.77.0.16/28 ip daddr 10.78.0.0/24 counter accept");
	holds(&m.c.postrouting, "oifname \"lan0\" ip saddr 10.78.0.0/24 ip daddr 10.77.0.16/28 counter accept");
	holds(&m.c.forward, "iifname \"vpn0\" oifname \"lan0\" ip daddr 10.77.0.16/28 ip saddr 10.78.0.0/24 accept");
	done(f, &m);
}

static void clients_only(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m,
	     "object network POOL\n nat (outside,inside) dynamic interface\n"
	     "object network WEB\n nat (inside,outside) static WEB-OUT\n",
	     false);
	holds(&m.c.postrouting, "iifname \"vpn0\" oifname \"lan0\" ip saddr 10.78.0.0/24 counter masquerade");
	holds(&m.c.prerouting, "iifname \"vpn0\" ip daddr 203.0.113.9/32 counter dnat to 10.77.0.9 ");
	lacks(&m.c.postrouting, "iifname \"lan0\"");
	assert_int_equal(m.c.forward.len + m.c.input.len + m.c.lists.len, 0);
	done(f, &m);
}

static void old_statics(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m,
	     "access-list nonat permit ip 10.77.0.0 255.255.255.0 10.78.0.0 255.255.255.0\n"
	     "access-list some permit ip host 10.77.0.40 198.51.100.0 255.255.255.0\n"
	     "global (outside) 1 interface\n"
	     "global (outside) 2 203.0.113.60-203.0.113.61\n"
	     "nat (inside) 1 0 0\n"
	     "nat (inside) 2 access-list some\n"
	     "nat (inside) 0 10.77.5.0 255.255.255.0\n"
	     "static (inside,outside) tcp interface 8080 10.77.0.9 www netmask 255.255.255.255 0 0\n"
	     "static (inside,outside) 203.0.113.20 10.77.0.20\n"
	     "static (inside,outside) 203.0.113.32 10.77.0.16 netmask 255.255.255.240\n"
	     "static (inside,outside) 203.0.113.23 access-list some\n"
	     "nat (inside) 0 access-list nonat\n",
	     true);
	/* exempt first, then static, then by list, then identity, then everybody */
	const char *p = m.c.postrouting.text;
	static const char *const order[] = {
	        "ip saddr 10.77.0.0/24 ip daddr 10.78.0.0/24 counter accept",
	        "ip saddr 10.77.0.9/32 tcp sport 80 counter snat to 203.0.113.1:8080",
	        "ip saddr 10.77.0.20/32 counter snat to 203.0.113.20 ",
	        "ip saddr 10.77.0.16/28 counter snat prefix to 203.0.113.32/28",
	        "ip saddr 10.77.0.40/32 ip daddr 198.51.100.0/24 counter snat to 203.0.113.23 ",
	        "ip saddr 10.77.0.40/32 ip daddr 198.51.100.0/24 counter snat to 203.0.113.60-203.0.113.61",
	        "ip saddr 10.77.5.0/24 counter accept",
	        "iifname \"lan0\" oifname \"wan0\" counter masquerade",
	};
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		const char *at = strstr(p, order[i]);
		if (at == NULL)
			fail_msg("no \"%s\" in:\n%s", order[i], p);
		p = at;
	}
	holds(&m.c.prerouting, "ip daddr 203.0.113.1/32 tcp dport 8080 counter dnat to 10.77.0.9:80 comment \"nat static.");
	holds(&m.c.prerouting, "ip daddr 203.0.113.32/28 counter dnat prefix to 10.77.0.16/28");
	holds(&m.c.prerouting, "ip saddr 198.51.100.0/24 ip daddr 203.0.113.23/32 counter dnat to 10.77.0.40 ");
	done(f, &m);
}

static const struct {
	const char *typed, *shown; /* NULL: refused */
} statics[] = {
        {"(inside,outside) 203.0.113.20 10.77.0.20",
         "(inside,outside) 203.0.113.20 10.77.0.20 netmask 255.255.255.255"},
        {"(inside,outside) tcp interface 80 10.0.0.1 8080 netmask 255.255.255.255 0 0",
         "(inside,outside) tcp interface www 10.0.0.1 8080 netmask 255.255.255.255"},
        {"(inside,outside) udp 192.0.2.1 domain 10.0.0.1 53 dns tcp 9 2 udp 3 norandomseq",
         "(inside,outside) udp 192.0.2.1 domain 10.0.0.1 domain netmask 255.255.255.255 dns tcp 9 2 udp 3 norandomseq"},
        {"(dmz,outside) interface access-list A", "(dmz,outside) interface access-list A"},
        {"(inside,outside) 10.0.0.0 10.0.0.0 netmask 255.0.0.0",
         "(inside,outside) 10.0.0.0 10.0.0.0 netmask 255.0.0.0"},
        {"(inside) 203.0.113.20 10.77.0.20", NULL},
        {"(inside,outside)", NULL},
        {"(inside,outside) 203.0.113.20", NULL},
        {"(inside,outside) tcp 203.0.113.20 10.77.0.20", NULL},
        {"(inside,outside) tcp interface 80 10.77.0.20", NULL},
        {"(inside,outside) 203.0.113.20 10.77.0.20 netmask 255.0.255.0", NULL},
        {"(inside,outside) 203.0.113.20 10.77.0.20 nonsense", NULL},
};

static void old_static_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof statics / sizeof statics[0]; i++) {
		struct nat_static s;
		struct err err = {0};
		struct out o;
		bool ok = nat_static_parse(str_of(statics[i].typed), &s, &err);
		if (ok != (statics[i].shown != NULL))
			fail_msg("%s: %s", statics[i].typed, ok ? "accepted" : err.text);
		out_init(&o);
		if (ok)
			nat_static_print(&s, &o);
		if (ok && strcmp(o.text, statics[i].shown) != 0)
			fail_msg("%s is shown as %s", statics[i].typed, o.text);
		out_free(&o);
	}
}

static void host_lists(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m,
	     "time-range OFFICE\n periodic weekdays 8:00 to 17:00\n"
	     "time-range PAST\n absolute end 08:00 1 January 2020\n"
	     "access-list IN extended permit tcp any any eq 22 time-range OFFICE\n"
	     "access-list IN extended permit tcp any any eq 23 time-range PAST\n"
	     "access-list IN extended permit tcp any any eq 24 log\n"
	     "access-list IN extended deny tcp any any eq 25\n"
	     "access-list IN extended deny tcp any any eq 26 log disable\n"
	     "access-list ALL extended permit udp any any\n"
	     "access-list OUT extended permit icmp any any\n"
	     "access-list CP extended deny tcp any any eq 22\n"
	     "access-group IN in interface inside\n"
	     "access-group OUT out interface outside\n"
	     "access-group ALL global\n"
	     "access-group CP in interface outside control-plane\n",
	     true);
	holds(&m.c.lists, "tcp dport 22 counter return");
	lacks(&m.c.lists, "tcp dport 23");
	holds(&m.c.lists, "tcp dport 24 counter log prefix \"acl 1 ");
	holds(&m.c.lists, " p\" group 117 return comment");
	holds(&m.c.lists, "tcp dport 25 counter log prefix \"acl 1 ");
	holds(&m.c.lists, "tcp dport 26 counter drop");
	/* the list of the interface goes on to that of all of them, which is the first */
	holds(&m.c.lists, "chain list0 {\nip protocol 17 counter return");
	holds(&m.c.lists, "goto list0\n}");
	assert_string_equal(m.c.names.text, "ALL\nIN\nOUT\nCP\n");
	holds(&m.c.forward, "iifname \"lan0\" jump list1\n");
	holds(&m.c.forward, "iifname \"wan0\" jump list0\n");
	holds(&m.c.forward, "oifname \"wan0\" jump list2\n");
	/* what comes in is judged, nothing is refused behind the last entry */
	assert_string_equal(m.c.input.text, "udp dport { 500, 4500 } accept\nip protocol esp accept\n"
	                                    "iifname \"wan0\" jump list3\n");
	assert_non_null(strstr(m.c.lists.text, "chain list3 {\ntcp dport 22 counter log prefix \"cp 3 "));
	lacks(&m.c.lists, "log prefix \"cp 3 00000000");
	done(f, &m);
}

static void icmp_rules(void **state)
{
	struct conf_fixture *f = *state;
	struct made m;
	make(f, &m, "icmp permit any unreachable outside\nicmp permit host 192.0.2.1 outside\nicmp deny any inside\n", true);
	assert_string_equal(m.c.input.text,
	                    "iifname \"wan0\" icmp type 3 counter accept\n"
	                    "iifname \"wan0\" ip saddr 192.0.2.1/32 ip protocol icmp counter accept\n"
	                    "iifname \"wan0\" ip protocol icmp counter log prefix \"icmp 0\" group 117 drop\n"
	                    "iifname \"lan0\" ip protocol icmp counter log prefix \"icmp 0\" group 117 drop\n"
	                    "iifname \"lan0\" ip protocol icmp counter log prefix \"icmp 0\" group 117 drop\n");
	done(f, &m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(static_networks),   cmocka_unit_test(too_few_mapped),
	        cmocka_unit_test(ports_forwarded),   cmocka_unit_test(twice_services),
	        cmocka_unit_test(twice_destination), cmocka_unit_test(exempt_both_ways),
	        cmocka_unit_test(clients_only),      cmocka_unit_test(old_statics),
	        cmocka_unit_test(old_static_texts),  cmocka_unit_test(host_lists),
	        cmocka_unit_test(icmp_rules),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
