/* A rekey of ours: what is sent changes to the new pair of SAs when the peer is seen to have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/info.h"
#include "tests/exchange/ike_initiator.h"

enum { RETRY_MS = 10000, REPLACED_MS = 30000, SILENT_MS = 60000, LIFE_S = 3600 };

static uint32_t first; /* SPI of the pair that is renewed */
static struct ike_flow *flow; /* the client's */

static struct net *connected(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	flow = client_connect(&net->client);
	net_run(net, 1000);
	first = node_sa(&net->server)->pair.spi_in;
	return net;
}

static const struct net_sa *sent_on(const struct node *node)
{
	for (size_t i = 0; i < NET_SAS; i++)
		if (node->sas[i].used && node->sas[i].sent_on)
			return &node->sas[i];
	return NULL;
}

/* The newest pair of the server, whether it is sent on or not. */
static const struct net_sa *newest(struct net *net)
{
	const struct net_sa *last = NULL;
	for (size_t i = 0; i < NET_SAS; i++)
		if (net->server.sas[i].used && (last == NULL || net->server.sas[i].pair.spi_in > last->pair.spi_in))
			last = &net->server.sas[i];
	return last;
}

static void renew(struct net *net)
{
	ike_sa_events.soft_limit(net->server.ike, first, false);
}

/* What each sends the other can read, at any time. */
static void run_unbroken(struct net *net, uint64_t ms)
{
	for (uint64_t t = 0; t < ms; t += NET_TRAFFIC_MS) {
		net_run(net, NET_TRAFFIC_MS);
		const struct net_sa *out = sent_on(&net->server);
		assert_non_null(out);
		assert_non_null(net_partner(&net->client, out));
		assert_non_null(net_partner(&net->server, sent_on(&net->client)));
		assert_true(net_partner(&net->client, out)->out);
	}
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.peer_downs, 0);
}

static void new_pair_is_used_at_once(void **state)
{
	struct net *net = connected(state);
	renew(net);
	run_unbroken(net, 200);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
	assert_int_equal(node_sa_count(&net->server), 2);
	run_unbroken(net, REPLACED_MS + 1000);
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_int_equal(net->server.ike->child_ever, 2);
}

/* The client has sent QM2, and then forgets the exchange without a word. */
static unsigned to_forget;
static bool forgets(struct net *net, struct net_packet *p)
{
	if (to_forget == 0 && p->from == &net->client)
		return false;
	if (p->from != &net->server || p->data[18] != EXCH_QUICK || --to_forget > 0)
		return true;
	while (flow->peer->sas->quick != NULL && flow->peer->sas->quick->x.state == ST_QM_WAIT3)
		qm_end(flow->peer->sas->quick);
	net->filter = NULL;
	return false;
}

static void lost_third_message(void **state)
{
	struct net *net = connected(state);
	net->filter = forgets;
	to_forget = 2;
	renew(net);
	run_unbroken(net, RETRY_MS - 1000);
	assert_null(net->filter);
	assert_int_equal(sent_on(&net->server)->pair.spi_in, first);
	assert_int_equal(net->server.ike->child_ever, 2);
	run_unbroken(net, 2000);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
	assert_int_equal(net->server.ike->child_ever, 3);
	assert_int_equal(node_sa_count(&net->server), 2); /* of the one that nobody used nothing is left */
	run_unbroken(net, REPLACED_MS + 1000);
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_int_equal(node_sa_count(&net->client), 1);
}

/* Some send on the old pair as long as there is one: they get one more Quick Mode, not one every ten seconds. */
static void client_that_prefers_old_pairs(void **state)
{
	struct net *net = connected(state);
	net->client.prefers_old = true;
	renew(net);
	run_unbroken(net, 2 * RETRY_MS - 1000);
	assert_int_equal(sent_on(&net->server)->pair.spi_in, first);
	run_unbroken(net, RETRY_MS);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
	assert_int_equal(net->server.ike->child_ever, 3);
	run_unbroken(net, 10 * REPLACED_MS);
	assert_int_equal(net->server.ike->child_ever, 3);
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_int_equal(node_sa_count(&net->client), 1);
	assert_ptr_equal(net_partner(&net->client, sent_on(&net->server)), sent_on(&net->client));
}

static void silent_client(void **state)
{
	struct net *net = connected(state);
	net->client.silent = true;
	renew(net);
	run_unbroken(net, SILENT_MS - 1000);
	assert_int_equal(sent_on(&net->server)->pair.spi_in, first);
	run_unbroken(net, RETRY_MS);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
	assert_int_equal(net->server.ike->child_ever, 2);
	run_unbroken(net, REPLACED_MS + 1000);
	assert_int_equal(node_sa_count(&net->server), 1);
}

static void old_pair_goes_first(void **state)
{
	struct net *net = connected(state);
	net->client.silent = true;
	renew(net);
	net_run(net, 500);
	assert_int_equal(sent_on(&net->server)->pair.spi_in, first);
	info_delete_esp(flow->peer, &sent_on(&net->server)->pair.spi_out, 1);
	net_run(net, 100);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_int_equal(net->server.flow_downs, 0);
	/* and it is renewed in its turn */
	net->client.silent = false;
	first = sent_on(&net->server)->pair.spi_in;
	renew(net);
	net_run(net, 500);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
}

static void client_deletes_the_new_pair(void **state)
{
	struct net *net = connected(state);
	net->client.silent = true;
	renew(net);
	net_run(net, 500);
	assert_int_equal(node_sa_count(&net->server), 2);
	info_delete_esp(flow->peer, &newest(net)->pair.spi_out, 1);
	net_run(net, 100);
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_int_equal(sent_on(&net->server)->pair.spi_in, first);
	net->client.silent = false;
	net_run(net, RETRY_MS + 1000); /* it is as old as it was: another one */
	assert_int_equal(net->server.ike->child_ever, 3);
	assert_int_not_equal(sent_on(&net->server)->pair.spi_in, first);
}

/* The client renews while ours is waited for: its own is what is sent on, ours is not waited for any more. */
static void both_renew(void **state)
{
	struct net *net = connected(state);
	net->client.silent = true;
	renew(net);
	net_run(net, 500);
	uint32_t ours = newest(net)->pair.spi_in;
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 500);
	uint32_t theirs = sent_on(&net->server)->pair.spi_in;
	assert_true(theirs != first && theirs != ours);
	net->client.silent = false;
	net_run(net, 10 * SILENT_MS);
	assert_int_equal(sent_on(&net->server)->pair.spi_in, theirs);
	assert_int_equal(net->server.ike->child_ever, 3);
	net_run(net, LIFE_S * 1000ull);
	assert_null(net_partner(&net->server, &(struct net_sa){.pair.spi_out = first}));
	assert_true(node_sa_count(&net->server) <= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(new_pair_is_used_at_once, net_setup, net_teardown),
		cmocka_unit_test_setup_teardown(lost_third_message, net_setup, net_teardown),
		cmocka_unit_test_setup_teardown(client_that_prefers_old_pairs, net_setup, net_teardown),
		cmocka_unit_test_setup_teardown(silent_client, net_setup, net_teardown),
		cmocka_unit_test_setup_teardown(old_pair_goes_first, net_setup, net_teardown),
		cmocka_unit_test_setup_teardown(client_deletes_the_new_pair, net_setup, net_teardown),
		cmocka_unit_test_setup_teardown(both_renew, net_setup, net_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
