/* DHCPINFORM through the tunnel, on the whole appliance: what a client is told from its group policy, and whose messages
 * are packets as any other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/net/dhcp_msg.h"
#include "tests/exchange/full_heard.h"
#include "tests/exchange/full_server.h"

enum { OPTIONS_AT = 20 + 8 + 240, DHCP_HOST = 0x0a4d0035 };

static const char policy[] = "access-list SPLIT standard permit 10.77.0.0 255.255.255.0\n"
			     "access-list SPLIT standard permit host 192.168.5.5\n"
			     "group-policy clients attributes\n"
			     " split-tunnel-policy tunnelspecified\n"
			     " split-tunnel-network-list value SPLIT\n"
			     " default-domain value corp.example.com\n"
			     " wins-server value 10.77.0.7\n"
			     " intercept-dhcp 255.255.255.0 enable\n"
			     " msie-proxy method use-pac-url\n"
			     " msie-proxy pac-url value http://10.77.0.8/p.pac\n";

/* As Windows asks: for 1, 6, 15, 44, 121, 249, 252. */
static void ask_only(struct client *c, uint8_t type, uint32_t to)
{
	static const uint8_t list[] = {55, 7, 1, 6, 15, 44, 121, 249, 252, 255};
	uint8_t packet[400];
	struct wr w = wr_of(packet, sizeof packet);
	size_t len = OPTIONS_AT + 3 + sizeof list;
	wr_u32(&w, 0x45000000 | (uint32_t)len);
	wr_u32(&w, 0);
	wr_u32(&w, 0x80110000);
	wr_u32(&w, c->vpn.ppp.ip);
	wr_u32(&w, to);
	wr_u32(&w, 68 << 16 | 67);
	wr_u32(&w, (uint32_t)(len - 20) << 16);
	wr_u32(&w, 0x01080600);
	wr_u32(&w, 0xa1b2c3d4);
	wr_u32(&w, 0);
	wr_u32(&w, c->vpn.ppp.ip);
	wr_zero(&w, 12 + 16 + 192);
	wr_u32(&w, 0x63825363);
	wr_bytes(&w, (const uint8_t[]){53, 1, type}, 3);
	wr_bytes(&w, list, sizeof list);
	assert_int_equal(wr_len(&w), len);
	client_send_ip(c, packet, len);
}

static void ask(struct client *c, uint8_t type, uint32_t to)
{
	ask_only(c, type, to);
	world_run(c->w, 1000);
}

/* The options of the last answer begin with these bytes. */
static void told(const struct client *c, const void *options, size_t len)
{
	assert_true(c->other_len >= OPTIONS_AT + len);
	assert_int_equal(c->other[9], 17);
	assert_memory_equal(c->other + 16, ((const uint8_t[]){(uint8_t)(c->vpn.ppp.ip >> 24), (uint8_t)(c->vpn.ppp.ip >> 16),
	                                                      (uint8_t)(c->vpn.ppp.ip >> 8), (uint8_t)c->vpn.ppp.ip}),
	                    4);
	assert_memory_equal(c->other + 20, ((const uint8_t[]){0, 67, 0, 68}), 4);
	assert_memory_equal(c->other + 28, ((const uint8_t[]){2, 8, 6, 0, 0xa1, 0xb2, 0xc3, 0xd4}), 8);
	assert_memory_equal(c->other + OPTIONS_AT, options, len);
}
#define TOLD(c, ...) told(c, ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__}))

#define HEAD 53, 1, 5, 54, 4, 10, 78, 0, 1
#define DNS  6, 8, 10, 77, 0, 5, 10, 77, 0, 6

static void answered(void **state)
{
	struct world *w = *state;
	world_edit(w, policy);
	/* a filter that lets nothing pass is for what passes */
	world_edit(w, "access-list NOTHING extended deny ip any any\n"
	              "group-policy clients attributes\n vpn-filter value NOTHING\n");
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	listen_all();
	for (uint32_t i = 1; i <= 3; i++) { /* it repeats its question */
		ask(c, DHCP_INFORM, UINT32_MAX);
		assert_int_equal(c->others, i);
	}
	TOLD(c, HEAD, 1, 4, 255, 255, 255, 0, DNS, 15, 16, 'c', 'o', 'r', 'p', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'c',
	     'o', 'm', 44, 4, 10, 77, 0, 7, 252, 23, 'h', 't', 't', 'p', ':', '/', '/', '1', '0', '.', '7', '7', '.', '0', '.',
	     '8', '/', 'p', '.', 'p', 'a', 'c', 0, 121, 17, 24, 10, 77, 0, 10, 78, 0, 1, 32, 192, 168, 5, 5, 10, 78, 0, 1, 249,
	     17, 24, 10, 77, 0, 10, 78, 0, 1, 32, 192, 168, 5, 5, 10, 78, 0, 1, 255);
	assert_int_equal(gateway_drops(&w->gw, DROP_DHCP), 0);
	static const char *const line[] = {"PPP 1: DHCPINFORM answered: of 2 routes 2 by option 121, 2 by option 249, domain corp.example.com"};
	EXPECT_HEARD(line);
	listen_no_more();
	client_leave(c);
	client_free(c);
	/* another client, and behind a NAT */
	c = client_new(w, &client_apple, ROUTER_IP);
	client_enter(c);
	ask(c, DHCP_INFORM, UINT32_MAX);
	assert_int_equal(c->others, 1);
	client_leave(c);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
}

/* The list counts as it is when the client asks, at most 28 of it; the rest as it was at the login. */
static void list_of_now(void **state)
{
	struct world *w = *state;
	char line[80];
	world_edit(w, "group-policy clients attributes\n intercept-dhcp enable\n");
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	ask(c, DHCP_INFORM, UINT32_MAX);
	TOLD(c, HEAD, 1, 4, 255, 255, 255, 255, DNS, 255);
	world_edit(w, "access-list SPLIT extended permit ip 10.77.0.0 255.255.0.0 any\n"
	              "group-policy clients attributes\n split-tunnel-policy tunnelspecified\n"
	              " split-tunnel-network-list value SPLIT\n");
	ask(c, DHCP_INFORM, UINT32_MAX);
	TOLD(c, HEAD, 1, 4, 255, 255, 255, 255, DNS, 255);
	client_leave(c);
	client_free(c);
	c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	ask(c, DHCP_INFORM, UINT32_MAX);
	TOLD(c, HEAD, 1, 4, 255, 255, 255, 255, DNS, 121, 7, 16, 10, 77, 10, 78, 0, 1, 249, 7, 16, 10, 77, 10, 78, 0, 1, 255);
	for (int i = 0; i < 40; i++) {
		snprintf(line, sizeof line, "access-list SPLIT extended permit ip host 172.16.0.%d any\n", i);
		world_edit(w, line);
	}
	listen_all();
	ask(c, DHCP_INFORM, UINT32_MAX);
	TOLD(c, HEAD, 1, 4, 255, 255, 255, 255, DNS, 121, 7 + 27 * 9, 16, 10, 77, 10, 78, 0, 1, 32, 172, 16, 0, 0);
	static const char *const told_part[] = {"PPP 1: DHCPINFORM answered: of 41 routes 28 by option 121, 3 by option 249, domain none"};
	EXPECT_HEARD(told_part);
	listen_no_more();
	client_leave(c);
	client_free(c);
}

/* Without intercept-dhcp, and to one server, it is a packet as any other; what is no DHCPINFORM is counted. */
static void as_any_other(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	uint64_t drops = world_drops(w);
	ask(c, DHCP_INFORM, UINT32_MAX);
	assert_int_equal(c->others, 0);
	assert_int_equal(world_drops(w), drops);
	client_leave(c);
	client_free(c);
	world_edit(w, "group-policy clients attributes\n intercept-dhcp enable\n");
	c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	drops = world_drops(w);
	ask(c, DHCP_INFORM, DHCP_HOST);
	assert_int_equal(c->others, 0);
	assert_int_equal(world_drops(w), drops);
	ask(c, DHCP_DISCOVER, UINT32_MAX);
	assert_int_equal(c->others, 0);
	assert_int_equal(gateway_drops(&w->gw, DROP_DHCP), 1);
	/* one who does not wait for the answer gets one of them a second */
	for (int i = 0; i < 20; i++) {
		ask_only(c, DHCP_INFORM, UINT32_MAX);
		world_run(w, 45);
	}
	assert_int_equal(c->others, 1);
	assert_int_equal(gateway_drops(&w->gw, DROP_DHCP), 20);
	world_run(w, 100);
	ask(c, DHCP_INFORM, UINT32_MAX);
	assert_int_equal(c->others, 2);
	client_data(c, 5);
	client_leave(c);
	client_free(c);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(answered), T(list_of_now), T(as_any_other)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
