/* Routes, addresses, firewall table and kernel settings of the host, in a network of our own. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "core/net/hostcfg.h"
#include "core/net/nat.h"
#include "core/net/netlink.h"
#include "netns.h"

static struct netlink *nl;

static bool count_links(void *arg, const struct netlink_link *l)
{
	(void)l;
	++*(unsigned *)arg;
	return true;
}

static bool stop_at_once(void *arg, const struct netlink_link *l)
{
	return count_links(arg, l) && false;
}

static void links_and_addresses(void **state)
{
	struct err err = {0};
	struct netlink_link l;
	struct netlink_addr a = {.ip = 0xc0000201, .bits = 24}, got;
	unsigned n = 0;
	(void)state;
	sh("ip link add wan0 type veth peer name wan1");
	assert_true(netlink_monitor_read(nl));
	assert_false(netlink_monitor_read(nl));
	assert_int_equal(netlink_links(nl, count_links, &n), 0);
	assert_int_equal(n, 3);
	n = 0;
	assert_int_equal(netlink_links(nl, stop_at_once, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(netlink_link_get(nl, "wan0", 0, &l), 0);
	assert_true(l.has_mac && !l.up && !l.loopback && l.mtu == 1500);
	a.index = l.index;
	assert_int_equal(netlink_addr_get(nl, l.index, &got), -EADDRNOTAVAIL);
	assert_int_equal(netlink_addr_add(nl, &a, &err), 0);
	assert_int_equal(netlink_addr_add(nl, &a, &err), 0);
	assert_int_equal(netlink_addr_get(nl, l.index, &got), 0);
	assert_true(got.ip == a.ip && got.bits == 24);
	assert_int_equal(netlink_link_set(nl, l.index, true, 1400, &err), 0);
	sh("ip link set wan1 up");
	assert_int_equal(netlink_link_get(nl, NULL, l.index, &l), 0);
	assert_true(l.up && l.carrier && l.mtu == 1400);
	assert_int_equal(netlink_link_get(nl, "none", 0, &l), -ENODEV);
	assert_true(netlink_monitor_read(nl));
}

static bool count_ours(void *arg, const struct netlink_route *r)
{
	*(unsigned *)arg += r->proto == NETLINK_PROTO;
	return true;
}

static unsigned ours(void)
{
	unsigned n = 0;
	assert_int_equal(netlink_routes(nl, count_ours, &n), 0);
	return n;
}

static void routes_of_ours_and_no_others(void **state)
{
	struct err err = {0};
	struct netlink_link l;
	struct netlink_route d, r = {.dst = 0x0a000000, .bits = 8, .gw = 0xc00002fe, .metric = 1};
	(void)state;
	assert_int_equal(netlink_default_route(nl, &d), -ENETUNREACH);
	sh("ip route add default via 192.0.2.254 metric 100");
	sh("ip route add default via 192.0.2.253 metric 50");
	assert_int_equal(netlink_default_route(nl, &d), 0);
	assert_int_equal(d.gw, 0xc00002fd);
	assert_int_equal(netlink_link_get(nl, "wan0", 0, &l), 0);
	assert_int_equal(d.index, l.index);
	r.index = l.index;
	assert_int_equal(netlink_route_add(nl, &r, &err), 0);
	r.gw = 0xc00002fc; /* ours is replaced */
	assert_int_equal(netlink_route_add(nl, &r, &err), 0);
	assert_int_equal(ours(), 1);
	sh("ip route add 10.1.0.0/16 via 192.0.2.254 metric 1");
	struct netlink_route host = {
	        .dst = 0x0a010000, .bits = 16, .gw = 0xc00002fc, .index = l.index, .metric = 1};
	assert_int_equal(netlink_route_add(nl, &host, &err), -EEXIST);
	assert_non_null(strstr(err.text, "10.1.0.0/16"));
	assert_int_equal(netlink_route_del(nl, &r, &err), 0);
	assert_int_equal(netlink_route_del(nl, &r, &err), 0);
	assert_int_equal(ours(), 0);
	for (unsigned i = 0; i < 200; i++) {
		struct netlink_route many = {
		        .dst = 0x0a020000 + (i << 8), .bits = 24, .gw = 0xc00002fe};
		assert_int_equal(netlink_route_add(nl, &many, &err), 0);
	}
	assert_int_equal(ours(), 200);
	assert_int_equal(netlink_route_flush(nl, &err), 0);
	assert_int_equal(ours(), 0);
	assert_int_equal(netlink_default_route(nl, &d), 0);
}

/* What a datagram to a closed port of the host is answered with. */
static int answer_of(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	                        .sin_port = htons(port),
	                        .sin_addr.s_addr = htonl(0x7f000001)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), code = 0;
	socklen_t len = sizeof(code);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	usleep(20000);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len);
	close(fd);
	return code;
}

static void nat_table_silences_l2tp_and_is_gone_after(void **state)
{
	struct nat *n;
	struct err err = {0};
	static struct nat_rules rules = {.masquerade = true, .out_dev = "wan0", .npools = 2};
	(void)state;
	rules.pool[0] = (struct nat_subnet){0x0a090002, 0x0a0900fe};
	rules.pool[1] = (struct nat_subnet){0x0a0a0001, 0x0a0a0001};
	assert_int_equal(answer_of(1701), ECONNREFUSED);
	assert_int_equal(nat_open(&n, &err), 0);
	if (nat_apply(n, &rules, &err)) {
		print_message("%s\n", err.text);
		nat_close(n);
		skip();
	}
	assert_int_equal(answer_of(1701), 0);
	assert_int_equal(answer_of(1702), ECONNREFUSED);
	sh("nft list table ip postern | grep -q 'ip saddr 10.9.0.2-10.9.0.254.*masquerade'");
	sh("nft list table ip postern | grep -q 'oifname \"wan0\" ip saddr 10.10.0.1'");
	rules.masquerade = false;
	assert_int_equal(nat_apply(n, &rules, &err), 0);
	sh("! nft list table ip postern | grep -q masquerade");
	strcpy(rules.out_dev, "x\" drop");
	assert_int_equal(nat_apply(n, &rules, &err), -EINVAL);
	nat_close(n);
	assert_int_equal(answer_of(1701), ECONNREFUSED);
	sh("! nft list tables | grep -q postern");
}

static void firewalls_that_drop_are_named(void **state)
{
	struct out o;
	(void)state;
	out_init(&o);
	assert_int_equal(nat_forward_check("postern0", &o), 0);
	sh("nft 'table inet filter { chain forward { type filter hook forward priority 0; policy "
	   "drop; }; }'");
	sh("nft 'table ip other { chain onward { type filter hook forward priority 10; ct state "
	   "established accept; "
	   "counter reject with icmp type admin-prohibited; }; }'");
	sh("nft 'table ip fine { chain onward { type filter hook forward priority 20; tcp dport 25 "
	   "drop; }; }'");
	sh("nft 'table ip6 six { chain onward { type filter hook forward priority 20; policy drop; "
	   "}; }'");
	assert_int_equal(nat_forward_check("postern0", &o), 2);
	assert_non_null(strstr(o.text, "table inet filter, chain forward (policy drop)"));
	assert_non_null(strstr(o.text, "table ip other, chain onward (last rule)"));
	sh("nft add rule inet filter forward iifname postern0 accept");
	out_clear(&o);
	assert_int_equal(nat_forward_check("postern0", &o), 1);
	out_clear(&o);
	assert_int_equal(nat_input_check(&o), 0);
	sh("nft 'table inet fw { chain in { type filter hook input priority 0; policy drop; "
	   "tcp dport 22 accept; }; }'");
	assert_int_equal(nat_input_check(&o), 1);
	assert_string_equal(
	        o.text,
	        "WARNING: the host's firewall drops what clients send: table inet fw, chain "
	        "in (policy drop). Allow IP protocol 50 and UDP ports 500 and 4500 there.\n");
	sh("nft add rule inet fw in udp dport '{ 500, 4500 }' accept");
	assert_int_equal(nat_input_check(&o), 0);
	sh("nft flush ruleset");
	assert_int_equal(nat_forward_check("postern0", &o), 0);
	out_free(&o);
}

static int sysctl_value(const char *key)
{
	char path[200], text[16] = "";
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", key);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	return atoi(text);
}

static void settings_come_back_after_exit_and_after_a_crash(void **state)
{
	char dir[] = "/tmp/postern-test-XXXXXX", file[64];
	struct hostcfg *h;
	struct err err = {0};
	struct stat st;
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/host-settings", dir);
	sh("echo 0 > /proc/sys/net/ipv4/ip_forward");
	sh("echo 1 > /proc/sys/net/ipv4/conf/wan1/forwarding");
	int redirects = sysctl_value("conf/all/accept_redirects");
	assert_int_equal(hostcfg_open(&h, dir, &err), 0);
	assert_int_equal(hostcfg_forwarding(h, "wan1", &err), 0);
	assert_int_equal(sysctl_value("ip_forward"), 1);
	assert_int_equal(sysctl_value("conf/wan1/rp_filter"), 2);
	assert_int_equal(hostcfg_forwarding(h, "wan1", &err), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	hostcfg_close(h);
	assert_int_equal(sysctl_value("ip_forward"), 0);
	assert_int_equal(sysctl_value("conf/wan1/forwarding"), 1);
	assert_int_equal(sysctl_value("conf/wan0/forwarding"), 0);
	assert_int_equal(sysctl_value("conf/all/accept_redirects"), redirects);
	assert_int_not_equal(stat(file, &st), 0);
	/* A crash: the file is still there at the next start. A line that leads elsewhere is not followed. */
	sh("printf 'net/ipv4/../../kernel/printk 1\\nnet/ipv4/ip_forward 1\\nbroken\\n' > %s",
	   file);
	assert_int_equal(hostcfg_open(&h, dir, &err), 0);
	assert_int_equal(sysctl_value("ip_forward"), 1);
	assert_int_equal(hostcfg_set(h, "kernel/printk", "1", &err), -EINVAL);
	assert_int_equal(hostcfg_set(h, "net/ipv4/no_such_thing", "1", &err), -ENOENT);
	hostcfg_close(h);
	/* Settings that are right are not touched, and nothing is remembered. */
	assert_int_equal(hostcfg_open(&h, dir, &err), 0);
	assert_int_equal(hostcfg_forwarding(h, "wan1", &err), 0);
	assert_int_not_equal(stat(file, &st), 0);
	hostcfg_close(h);
	assert_int_equal(sysctl_value("ip_forward"), 1);
	assert_int_equal(hostcfg_open(&h, "/nonexistent", &err), 0);
	sh("echo 0 > /proc/sys/net/ipv4/ip_forward");
	assert_int_equal(hostcfg_forwarding(h, "wan1", &err), -ENOENT);
	assert_int_equal(sysctl_value("ip_forward"), 0); /* not remembered, so not changed */
	hostcfg_close(h);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(links_and_addresses),
	        cmocka_unit_test(routes_of_ours_and_no_others),
	        cmocka_unit_test(nat_table_silences_l2tp_and_is_gone_after),
	        cmocka_unit_test(firewalls_that_drop_are_named),
	        cmocka_unit_test(settings_come_back_after_exit_and_after_a_crash),
	};
	struct err err = {0};
	if (!netns_enter() || netlink_open(&nl, &err)) {
		print_message("no network namespace: skipped\n");
		return 0;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	netlink_close(nl);
	return failed;
}
