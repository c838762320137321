/* What is configured beyond the first light takes effect on the whole appliance: routes of clients, addresses of DHCP
 * servers, tunnel group switching, lockout, limits, peers that are not served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/net/dhcp_msg.h"
#include "tests/exchange/full_server.h"

static const uint32_t dhcp_server = 0x0a4d0035; /* 10.77.0.53 */

static bool tries(struct world *w, const char *user, const char *password)
{
	return client_gets_in(client_try_as(w, user, password, HOME_IP + 9));
}

static void reverse_route(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	assert_int_equal(w->n_client_routes, 0); /* the pool's route will do */
	client_leave(c);
	client_free(c);
	world_edit(w, "crypto dynamic-map dyno 10 set reverse-route\n");
	c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	assert_int_equal(w->n_client_routes, 1);
	assert_int_equal(w->client_routes[0], c->vpn.ppp.ip);
	assert_non_null(
	        strstr(world_show(w, "show route"),
	               "V        10.78.0.10 255.255.255.255 connected by VPN (advertised)"));
	client_data(c, 3);
	client_leave(c);
	world_run(w, 1000);
	assert_int_equal(w->n_client_routes, 0);
	client_free(c);
	/* a fixed address outside of all pools has one without being told so */
	world_edit(w,
	           "no crypto dynamic-map dyno 10 set reverse-route\n"
	           "username alice attributes\n vpn-framed-ip-address 10.99.9.9 255.255.255.255\n");
	c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	assert_int_equal(c->vpn.ppp.ip, 0x0a630909);
	assert_int_equal(w->n_client_routes, 1);
	client_data(c, 3);
	client_vanish(c);
	world_run(w, 1000 * 1000);
	assert_int_equal(w->n_client_routes, 0);
	client_free(c);
}

/* Answers the last question to the DHCP server; its type, 0 = there was none. */
static unsigned dhcp_answer(struct world *w, uint8_t with, uint32_t ip)
{
	struct datagram *d = NULL, *next;
	static const uint8_t options[] = {
	        51, 4, 0, 0, 600 >> 8, 600 & 255,    /* lease */
	        6, 4, 10, 88, 0, 53,                 /* name server */
	        44, 8, 10, 88, 0, 54, 10, 88, 0, 55, /* WINS */
	        255,
	};
	uint8_t msg[300], type;
	while ((next = queue_take(&w->dhcp)) != NULL) {
		free(d);
		d = next;
	}
	if (d == NULL)
		return 0;
	assert_int_equal(d->dst.ip, dhcp_server);
	type = d->data[242];
	struct wr y = wr_of(msg + 16, 4), o = wr_of(msg + 240, 60);
	memcpy(msg, d->data, sizeof msg);
	free(d);
	msg[0] = 2;
	wr_u32(&y, ip);
	wr_bytes(&o, (const uint8_t[]){53, 1, with}, 3);
	wr_u16(&o, 54 << 8 | 4);
	wr_u32(&o, dhcp_server);
	wr_bytes(&o, options, sizeof options);
	if (with != 0)
		gateway_dhcp_input(&w->gw, dhcp_server, msg, sizeof msg);
	return type;
}

static void dhcp(void **state)
{
	struct world *w = *state;
	world_edit(w, "tunnel-group DefaultRAGroup general-attributes\n dhcp-server 10.77.0.53\n"
	              "group-policy clients attributes\n dhcp-network-scope 10.88.0.0\n");
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_dial(c);
	world_run(w, 1000); /* before the first repetition */
	assert_int_equal(dhcp_answer(w, DHCP_OFFER, 0x0a580007), DHCP_DISCOVER);
	world_run(w, 500);
	assert_int_equal(dhcp_answer(w, DHCP_ACK, 0x0a580007), DHCP_REQUEST);
	world_run(w, 5000);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.ppp.ip, 0x0a580007);
	/* the group policy's DNS servers; it names no WINS servers */
	assert_int_equal(c->vpn.ppp.dns[0], 0x0a4d0005);
	assert_int_equal(c->vpn.ppp.dns[1], 0x0a4d0006);
	assert_int_equal(c->vpn.ppp.nbns[0], 0x0a580036);
	assert_int_equal(c->vpn.ppp.nbns[1], 0x0a580037);
	assert_int_equal(w->n_client_routes, 1); /* no pool leads there */
	client_data(c, 5);
	assert_int_equal(world_logged(w, "737017", "DHCP request attempt 1 succeeded"), 1);
	assert_int_equal(world_logged(w, "737005", "DefaultRAGroup"), 1);
	/* renewed at half the time */
	world_run(w, 280 * 1000);
	assert_int_equal(dhcp_answer(w, 0, 0), 0);
	world_run(w, 20 * 1000);
	assert_int_equal(dhcp_answer(w, DHCP_ACK, 0x0a580007), DHCP_REQUEST);
	world_run(w, 200 * 1000);
	assert_true(client_is_in(c));
	client_leave(c);
	world_run(w, 1000);
	assert_int_equal(dhcp_answer(w, 0, 0), DHCP_RELEASE);
	assert_int_equal(w->n_client_routes, 0);
	client_free(c);
	/* nobody answers: the pool */
	world_log_clear(w);
	c = client_new(w, &client_windows, HOME_IP);
	client_dial(c);
	world_run(w, 30000);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.ppp.ip, 0x0a4e000a);
	assert_int_equal(world_logged(w, "737018", ""), 3);
	assert_int_equal(world_logged(w, "737004", "DefaultRAGroup"), 1);
	client_leave(c);
	client_free(c);
	world_edit(w, "no vpn-addr-assign dhcp\n");
	assert_true(tries(w, "alice", "wonder-1"));
	queue_free(&w->dhcp);
	world_run(w, 60000);
	world_assert_empty(w);
}

static void switching(void **state)
{
	struct world *w = *state;
	world_edit(w, "ip local pool sales 10.79.0.1-10.79.0.9\n"
	              "tunnel-group sales type remote-access\n"
	              "tunnel-group sales general-attributes\n address-pool sales\n"
	              "tunnel-group sales ppp-attributes\n authentication ms-chap-v2\n"
	              "tunnel-group DefaultRAGroup general-attributes\n strip-group\n"
	              "group-delimiter @\n");
	struct client *c = client_try_as(w, "alice@sales", "wonder-1", HOME_IP);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.ppp.ip, 0x0a4f0001);
	const char *text = world_show(w, "show vpn-sessiondb detail ra-ikev1-ipsec");
	assert_non_null(strstr(text, "Username     : alice "));
	assert_non_null(strstr(text, "Tunnel Group : sales"));
	client_data(c, 5);
	client_leave(c);
	world_run(w, 1000);
	assert_int_equal(world_logged(w, "113019", "Group = sales, Username = alice"), 1);
	client_free(c);
	assert_false(tries(w, "alice@nowhere", "wonder-1"));
	assert_int_equal(world_logged(w, "113015", "Tunnel group was not found"), 1);
}

static void lockout(void **state)
{
	struct world *w = *state;
	world_edit(w, "aaa local authentication attempts max-fail 2\n");
	assert_false(tries(w, "bob", "wrong"));
	assert_true(tries(w, "bob", "builder-2")); /* begins anew */
	assert_false(tries(w, "bob", "wrong"));
	assert_false(tries(w, "bob", "wrong"));
	assert_int_equal(world_logged(w, "113006", "User bob locked out on exceeding 2"), 1);
	assert_false(tries(w, "bob", "builder-2"));
	assert_string_equal(world_show(w, "show aaa local user locked"),
	                    "Lock-time  Failed-attempts  Locked  User\n"
	                    "  -             2           Y       bob\n");
	world_show(w, "clear aaa local user lockout username bob");
	assert_int_equal(world_logged(w, "113007", "User bob unlocked by"), 1);
	assert_true(tries(w, "bob", "builder-2"));
	/* the end of a user is the end of his record */
	assert_false(tries(w, "bob", "wrong"));
	world_edit(w, "no username bob\n");
	assert_string_equal(world_show(w, "show aaa local user"),
	                    "Lock-time  Failed-attempts  Locked  User\n");
}

static void limit_of_sessions(void **state)
{
	struct world *w = *state;
	world_edit(w, "vpn-sessiondb max-other-vpn-limit 1\n");
	struct client *c = client_try_as(w, "alice", "wonder-1", HOME_IP);
	assert_true(client_is_in(c));
	assert_false(tries(w, "bob", "builder-2"));
	assert_int_equal(world_logged(w, "113029", "session limit of 1 reached"), 1);
	client_leave(c);
	client_free(c);
	assert_true(tries(w, "bob", "builder-2"));
}

/* A peer that a static entry names is told apart before anything is negotiated; everybody else gets in. */
static void lan_to_lan_peer(void **state)
{
	struct world *w = *state;
	world_edit(w, "access-list lan extended permit ip 10.77.0.0 255.255.255.0 10.9.0.0 "
	              "255.255.255.0\n"
	              "crypto map vpn 10 match address lan\n"
	              "crypto map vpn 10 set peer 203.0.113.101\n"
	              "crypto map vpn 10 set ikev1 transform-set a256\n");
	struct client *c = client_try_as(w, "alice", "wonder-1", HOME_IP);
	assert_false(client_is_in(c));
	assert_true(world_logged(
	                    w, "713904",
	                    "IP = 203.0.113.101, LAN-to-LAN connections are not supported (peer of "
	                    "crypto map vpn 10), dropping") >= 1);
	client_free(c);
	assert_true(tries(w, "alice", "wonder-1"));
}

/* (IF): what is said for one interface goes before what is said for all. */
static void by_interface(void **state)
{
	struct world *w = *state;
	world_edit(
	        w,
	        "ip local pool here 10.79.0.1-10.79.0.9\nip local pool there 10.79.1.1-10.79.1.9\n"
	        "aaa-server RAD protocol radius\n"
	        "tunnel-group DefaultRAGroup general-attributes\n"
	        " address-pool (outside) here\n address-pool (inside) there\n"
	        " authentication-server-group (inside) RAD\n");
	struct client *c = client_try_as(w, "alice", "wonder-1", HOME_IP);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.ppp.ip, 0x0a4f0001);
	client_leave(c);
	client_free(c);
	/* nobody can be asked for those who come in by the outside; behind it stands the local database */
	world_edit(w, "tunnel-group DefaultRAGroup general-attributes\n"
	              " authentication-server-group (outside) RAD\n");
	assert_false(tries(w, "alice", "wonder-1"));
	assert_int_equal(world_logged(w, "113013", "server RAD can do none"), 1);
	world_edit(w, "tunnel-group DefaultRAGroup general-attributes\n"
	              " authentication-server-group (outside) RAD LOCAL\n"
	              " no address-pool (outside) here\n");
	c = client_try_as(w, "alice", "wonder-1", HOME_IP);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.ppp.ip, 0x0a4e000a);
	client_leave(c);
	client_free(c);
	/* the group policy's pools go before those of the group */
	world_edit(w, "group-policy clients attributes\n address-pools value there\n");
	c = client_try_as(w, "alice", "wonder-1", HOME_IP);
	assert_int_equal(c->vpn.ppp.ip, 0x0a4f0101);
	client_leave(c);
	client_free(c);
}

static void external_policy(void **state)
{
	struct world *w = *state;
	world_edit(w, "aaa-server RAD protocol radius\n"
	              "group-policy far external server-group RAD password secret-1\n"
	              "username bob attributes\n vpn-group-policy far\n");
	assert_false(tries(w, "bob", "builder-2"));
	assert_int_equal(world_logged(w, "113013", "Group policy far is external"), 1);
	assert_true(tries(w, "alice", "wonder-1"));
	assert_null(strstr(world_show(w, "show running-config group-policy"), "secret-1"));
}

/* Every form of logoff ends the client it means, and says so. */
static void logoff(void **state)
{
	static const char *const forms[][2] = {
	        {"name alice", "with name \"alice\" "},
	        {"index %u", "with index \"%u\" "},
	        {"ipaddress 10.78.0.10", "with IP address \"10.78.0.10\" "},
	        {"ipaddress 203.0.113.101", "with IP address \"203.0.113.101\" "},
	        {"tunnel-group DefaultRAGroup", "with tunnel group \"DefaultRAGroup\" "},
	        {"protocol L2TPOverIPsec", "with protocol \"L2TPOverIPsec\" "},
	        {"ra-ikev1-ipsec", "of type \"ra-ikev1-ipsec\" "},
	        {"all", ""},
	};
	static const char *const nobody[] = {
	        "name carol",           "index 99", "ipaddress 192.0.2.1",
	        "tunnel-group nowhere", "l2l",      "protocol L2TPOverIPsecOverNatT"};
	struct world *w = *state;
	char line[200], want[200], by[100];
	for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct client *c = client_try_as(w, "alice", "wonder-1", HOME_IP);
		assert_true(client_is_in(c));
		for (size_t k = 0; k < sizeof nobody / sizeof nobody[0]; k++) {
			snprintf(line, sizeof line, "vpn-sessiondb logoff %s noconfirm", nobody[k]);
			assert_string_equal(world_show(w, line),
			                    "INFO: There are presently no active sessions of the "
			                    "type specified\n");
		}
		snprintf(by, sizeof by, forms[i][0], i + 1);
		snprintf(line, sizeof line, "vpn-sessiondb logoff %s noconfirm", by);
		snprintf(by, sizeof by, forms[i][1], i + 1);
		snprintf(want, sizeof want, "INFO: Number of sessions %slogged off : 1\n", by);
		assert_string_equal(world_show(w, line), want);
		world_run(w, 3000);
		assert_int_equal(world_sessions(w), 0);
		assert_int_equal(world_logged(w, "113019", "Administrator Reset"), i + 1);
		client_free(c);
		world_run(w, 1000);
	}
}

static const struct exec_ending patient = {0};

static void reload_waits(void **state)
{
	struct world *w = *state;
	world_edit(w, "crypto isakmp reload-wait\n");
	struct client *a = client_try_as(w, "alice", "wonder-1", HOME_IP);
	struct client *b = client_try_as(w, "bob", "builder-2", HOME_IP + 1);
	gateway_reload(&w->gw, &patient);
	assert_false(w->gw.reload);
	assert_int_equal(world_logged(w, "713904", "Reload waits until 2 sessions have ended"), 1);
	client_data(a, 3);
	assert_false(tries(w, "plain", "simple-3"));
	client_leave(a);
	world_run(w, 3000);
	assert_false(w->gw.reload);
	client_leave(b);
	world_run(w, 3000);
	assert_true(w->gw.reload);
	client_free(a);
	client_free(b);
}

static void reload_does_not_wait(void **state)
{
	struct world *w = *state;
	struct client *a = client_try_as(w, "alice", "wonder-1", HOME_IP);
	gateway_reload(&w->gw, &patient); /* without reload-wait */
	assert_true(w->gw.reload);
	w->gw.reload = false;
	world_edit(w, "crypto isakmp reload-wait\n");
	gateway_reload(&w->gw, &patient);
	assert_false(w->gw.reload);
	gateway_reload(&w->gw, &patient); /* typed again */
	assert_true(w->gw.reload);
	w->gw.reload = w->gw.reload_waits = false;
	gateway_reload(&w->gw, &(struct exec_ending){.quick = true});
	assert_true(w->gw.reload);
	w->gw.reload = w->gw.reload_waits = false;
	gateway_reload(&w->gw, &(struct exec_ending){.hold_s = 60});
	world_run(w, 59 * 1000);
	assert_false(w->gw.reload);
	world_run(w, 2 * 1000);
	assert_true(w->gw.reload);
	w->gw.reload = false;
	w->gw.reload_waits = true;
	world_edit(w, "no crypto isakmp reload-wait\n");
	assert_true(w->gw.reload);
	client_free(a);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
	        T(reverse_route),
	        T(dhcp),
	        T(switching),
	        T(lockout),
	        T(limit_of_sessions),
	        T(lan_to_lan_peer),
	        T(external_policy),
	        T(logoff),
	        T(by_interface),
	        T(reload_waits),
	        T(reload_does_not_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
