/* Counters of the whole appliance: each counts what happened, and begins again where its clear says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

/* The number behind a text. */
static unsigned number(const char *text, const char *behind)
{
	const char *at = strstr(text, behind);
	if (at == NULL)
		fail_msg("\"%s\" wanted\n%s", behind, text);
	return (unsigned)strtoul(at + strlen(behind), NULL, 10);
}

static unsigned counter(struct world *w, const char *protocol, const char *name)
{
	char row[80];
	snprintf(row, sizeof row, "%-12s %-28s", protocol, name);
	const char *text = world_show(w, "show counters"), *at = strstr(text, row);
	return at != NULL ? (unsigned)strtoul(at + strlen(row), NULL, 10) : 0;
}

static unsigned lines(const char *text)
{
	unsigned n = 0;
	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void counters(void **state)
{
	struct world *w = *state;
	assert_int_equal(lines(world_show(w, "show counters")), 1); /* nothing has happened */
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	client_data(c, 4);
	assert_int_equal(counter(w, "PPP", "SESSIONS"), 1);
	assert_int_equal(counter(w, "AAA", "AUTHENTICATIONS"), 1);
	assert_int_equal(counter(w, "IKEV1", "ACTIVE_TUNNELS"), 1);
	assert_true(counter(w, "IPSEC", "PKTS_IN") > 4);
	world_show(w, "clear counters protocol ipsec");
	assert_int_equal(counter(w, "IPSEC", "PKTS_IN"), 0);
	assert_int_equal(counter(w, "PPP", "SESSIONS"), 1);
	client_data(c, 4);
	assert_int_equal(counter(w, "IPSEC", "PKTS_IN"), 4);
	assert_int_equal(counter(w, "IPSEC", "PKTS_OUT"), 4);
	/* a packet of nobody is dropped, and that is counted */
	w->host_mute = true;
	client_send(c, 100);
	w->clients->vpn.ppp.ip++; /* what it sends next has another's address */
	client_send(c, 100);
	world_run(w, 10);
	assert_int_equal(counter(w, "DROP", "SOURCE"), 1);
	assert_int_equal(lines(world_show(w, "show counters protocol drop threshold 2")), 1);
	assert_int_equal(lines(world_show(w, "show counters all protocol drop threshold 1")), 2);
	/* so is a message whose SAs ended while it was on its way up */
	struct worker_events up;
	gateway_worker_events(&w->gw, &up);
	up.l2tp(up.ctx, 1, 0xdead, (struct ip4_end){1, 1701}, (struct ip4_end){2, 1701}, (const uint8_t *)"x", 1);
	up.ppp(up.ctx, 0xdead, 1, 1, (const uint8_t *)"x", 1);
	assert_int_equal(counter(w, "DROP", "NO_FLOW"), 2);
	assert_non_null(strstr(world_show(w, "show asp drop"), "no-flow"));
	world_show(w, "clear counters");
	assert_int_equal(lines(world_show(w, "show counters")), 1);
	/* less than was there when they were cleared is none, not very many */
	client_leave(c);
	world_run(w, 1000);
	assert_int_equal(counter(w, "IKEV1", "ACTIVE_TUNNELS"), 0);
	assert_int_equal(lines(world_show(w, "show counters threshold 1000000000")), 1);
	client_free(c);
}

static void statistics(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	client_data(c, 4);
	const char *text = world_show(w, "show crypto accelerator statistics");
	assert_true(number(text, "Decrypted packets: ") > 4);
	assert_true(number(text, "Encrypted IKE messages: ") >= 2);
	assert_int_equal(number(text, "Secret keys derived: "),
	                 1); /* without PFS: that of Main Mode */
	world_show(w, "clear crypto accelerator statistics");
	world_show(w, "clear crypto ipsec stats");
	world_show(w, "clear crypto ikev1 stats");
	client_data(c, 4);
	text = world_show(w, "show crypto accelerator statistics");
	assert_int_equal(number(text, "Decrypted packets: "), 4);
	assert_int_equal(number(text, "Encrypted packets: "), 4);
	assert_int_equal(number(text, "Decrypted IKE messages: "), 0);
	text = world_show(w, "show crypto ipsec stats");
	assert_int_equal(number(text, "Active tunnels: "), 1);
	assert_int_equal(number(strstr(text, "Outbound"), "Packets: "), 4);
	text = world_show(w, "show crypto isakmp stats");
	assert_int_equal(number(text, "Active Tunnels:"), 1);
	assert_int_equal(number(text, "In Packets:"), 0);
	client_rekey_ipsec(c);
	world_run(w, 2000);
	assert_int_equal(number(world_show(w, "show crypto ikev1 stats"), "In P2 Exchanges:"), 1);
	client_leave(c);
	world_run(w, 3000);
	text = world_show(w, "show crypto ipsec stats");
	assert_int_equal(number(text, "Active tunnels: "), 0);
	assert_int_equal(number(text, "Previous tunnels: "), 1);
	client_free(c);
}

/* The sum of the configuration is another one when something changes, and the old one when it is as before. */
static void checksum(void **state)
{
	struct world *w = *state;
	char first[100], second[100];
	snprintf(first, sizeof first, "%.99s", world_show(w, "show checksum"));
	assert_int_equal(strncmp(first, "Cryptochecksum: ", 16), 0);
	world_edit(w, "l2tp tunnel hello 77\n");
	snprintf(second, sizeof second, "%.99s", world_show(w, "show checksum"));
	assert_string_not_equal(first, second);
	world_edit(w, "no l2tp tunnel hello\n");
	assert_string_equal(first, world_show(w, "show checksum"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(counters, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(statistics, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(checksum, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
