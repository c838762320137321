/* What an entry of a dynamic map says of its peers, on the whole appliance; and what is refused for want of room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

static void leave(struct world *w, struct client *c)
{
	client_leave(c);
	client_free(c);
	world_run(w, 1000);
}

static void assert_shown(struct world *w, const char *line, const char *want)
{
	const char *text = world_show(w, line);
	if (strstr(text, want) == NULL)
		fail_msg("%s: \"%s\" wanted\n%s", line, want, text);
}

/* The entry's DF policy goes before that of the interface, also when the server renews the keys. */
static void df_bit(void **state)
{
	struct world *w = *state;
	world_edit(w, "crypto ipsec df-bit clear-df outside\n");
	struct client *c = client_try(w, &client_windows, HOME_IP);
	assert_shown(w, "show crypto ipsec sa", "DF policy: clear-df");
	leave(w, c);
	world_edit(w, "crypto dynamic-map dyno 10 set df-bit set-df\n"
	              "crypto dynamic-map dyno 10 set security-association lifetime seconds 120\n");
	struct client_habits habits = client_windows;
	habits.passive = true;
	c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	assert_shown(w, "show crypto ipsec sa", "DF policy: set-df");
	assert_shown(w, "show crypto ipsec sa", "lifetime (kB/sec): (");
	world_run(w, 119 * 1000);
	assert_null(strstr(world_show(w, "show crypto ipsec sa"), "DF policy: clear-df"));
	client_data(c, 3);
	leave(w, c);
	world_edit(w, "no crypto dynamic-map dyno 10 set df-bit\n");
	c = client_try(w, &client_windows, HOME_IP);
	assert_shown(w, "show crypto ipsec sa", "DF policy: clear-df");
	leave(w, c);
}

/* set peer: the entry is for one peer; others need an entry of their own, with what that says. */
static void peer(void **state)
{
	struct world *w = *state;
	world_edit(w, "crypto dynamic-map dyno 10 set peer 203.0.113.101\n");
	struct client *c = client_try(w, &client_windows, HOME_IP),
	              *other = client_try(w, &client_windows, HOME_IP + 1);
	assert_true(client_is_in(c));
	assert_false(client_is_in(other));
	client_free(other);
	world_run(w, 1000);
	world_edit(w, "crypto dynamic-map dyno 20 set ikev1 transform-set a256\n"
	              "crypto dynamic-map dyno 20 set df-bit set-df\n");
	other = client_try(w, &client_windows, HOME_IP + 1);
	assert_true(client_is_in(other));
	assert_shown(w, "show crypto ipsec sa peer 203.0.113.102", "seq num: 20,");
	assert_shown(w, "show crypto ipsec sa peer 203.0.113.102", "DF policy: set-df");
	assert_shown(w, "show crypto ipsec sa peer 203.0.113.101", "seq num: 10,");
	assert_shown(w, "show crypto ipsec sa peer 203.0.113.101", "DF policy: copy-df");
	leave(w, c);
	leave(w, other);
}

static unsigned number_behind(const char *text, const char *what)
{
	const char *at = strstr(text, what);
	assert_non_null(at);
	return (unsigned)strtoul(at + strlen(what), NULL, 16);
}

/* One SA by where it leads to, protocol and number. */
static void clear_entry(void **state)
{
	struct world *w = *state;
	struct client *c = client_try(w, &client_windows, HOME_IP),
	              *other = client_try(w, &client_windows, HOME_IP + 1);
	char line[120];
	unsigned in = number_behind(world_show(w, "show crypto ipsec sa peer 203.0.113.101"),
	                            "inbound spi : ");
	unsigned out = number_behind(world_show(w, "show crypto ipsec sa peer 203.0.113.102"),
	                             "outbound spi: ");
	snprintf(line, sizeof line, "clear crypto ipsec sa entry 203.0.113.101 esp 0x%08x", in);
	assert_string_equal(world_show(w, line), ""); /* it leads here, not there */
	snprintf(line, sizeof line, "clear crypto ipsec sa entry 203.0.113.1 ah 0x%08x", in);
	assert_string_equal(world_show(w, line), "");
	world_run(w, 1000);
	assert_int_equal(world_sessions(w), 2);
	snprintf(line, sizeof line, "clear crypto ipsec sa entry 203.0.113.1 esp 0x%08x", in);
	assert_string_equal(world_show(w, line), "");
	world_run(w, 3000);
	assert_int_equal(c->vpn.flow_downs, 1);
	assert_int_equal(other->vpn.flow_downs, 0);
	assert_int_equal(world_sessions(w), 1);
	snprintf(line, sizeof line, "clear crypto ipsec sa entry 203.0.113.102 esp %u", out);
	assert_string_equal(world_show(w, line), "");
	world_run(w, 3000);
	assert_int_equal(other->vpn.flow_downs, 1);
	assert_int_equal(world_sessions(w), 0);
	client_free(c);
	client_free(other);
}

/* "Other VPN Sessions  <now> <peak> <limit> <denied>" */
static void resources(void **state)
{
	struct world *w = *state;
	world_edit(w, "vpn-sessiondb max-other-vpn-limit 1\n");
	struct client *c = client_try(w, &client_windows, HOME_IP),
	              *other = client_try(w, &client_windows, HOME_IP + 1);
	assert_true(client_is_in(c));
	assert_false(client_is_in(other));
	assert_shown(w, "show resource usage",
	             "Other VPN Sessions            1          1          1          1 System\n");
	assert_shown(w, "show resource usage",
	             "IPsec SA Pairs                2          2      65536          0 System\n");
	assert_shown(w, "show conn count", "4 in use, 4 most used\n");
	client_free(other);
	world_run(w, 1000 * 1000); /* until it is missed */
	assert_true(client_is_in(c));
	world_edit(w, "no vpn-sessiondb max-other-vpn-limit\nl2tp tunnel limit 1\n");
	other = client_try(w, &client_windows, HOME_IP + 1);
	assert_false(client_is_in(other));
	const char *text = world_show(w, "show resource usage"), *row = strstr(text, "L2TP Tunnels ");
	unsigned now, peak, limit, denied;
	assert_non_null(row);
	assert_int_equal(sscanf(row, "L2TP Tunnels %u %u %u %u", &now, &peak, &limit, &denied), 4);
	assert_int_equal(now, 1);
	assert_int_equal(peak, 2); /* PPP refused the other one */
	assert_int_equal(limit, 1);
	assert_true(denied >= 1);
	assert_shown(w, "show counters protocol L2TP", "L2TP         TUNNEL_LIMIT ");
	client_free(other);
	leave(w, c);
	world_run(w, 1000 * 1000);
	assert_shown(w, "show conn count", "0 in use, 4 most used\n");
}

/* What passes counts while it lasts, with IKE and ESP of the same moment, whether or not anybody looks. */
static void connections_most_used(void **state)
{
	struct world *w = *state;
	world_edit(w, "access-list V extended permit ip any any\n"
	              "group-policy clients attributes\n vpn-filter value V\n"
	              "timeout conn 0:05:00 udp 0:01:00\n");
	struct client *c = client_new(w, &client_windows, HOME_IP), *other = client_new(w, &client_windows, HOME_IP + 1);
	client_enter(c);
	client_enter(other);
	client_data(c, 2);
	client_data(other, 1);
	leave(w, other);
	leave(w, c);
	world_run(w, 1000 * 1000);
	assert_shown(w, "show conn count", "0 in use, 6 most used\n");
	c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	client_data(c, 1);
	world_run(w, 100 * 1000); /* idle: it is over */
	other = client_new(w, &client_windows, HOME_IP + 1);
	struct client *third = client_new(w, &client_windows, HOME_IP + 2);
	client_enter(other);
	client_enter(third);
	assert_shown(w, "show conn count", "6 in use, 6 most used\n");
	client_data(third, 1);
	leave(w, third);
	leave(w, other);
	leave(w, c);
	assert_shown(w, "show conn count", " 7 most used\n");
}

/* Who changed the configuration last. */
static void modified(void **state)
{
	struct world *w = *state;
	assert_shown(w, "show version",
	             "Configuration has not been modified since last system restart.");
	world_show(w, "configure terminal\nhostname other\n");
	assert_shown(w, "show version", "\nConfiguration last modified by enable_15 at ");
	/* a show is no change */
	world_show(w, "login\nalice\nwonder-1\nshow clock\n");
	assert_shown(w, "show version", "\nConfiguration last modified by enable_15 at ");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
	        T(df_bit), T(peer), T(clear_entry), T(resources), T(connections_most_used), T(modified),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
