/* New keys for a client that is in: of both phases, from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/ike/info.h"
#include "tests/exchange/ike_life.h"

/* ------------------------------------------------------------------ begun by the client */

static void client_renews_phase_2(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 500);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	assert_int_equal(net->server.spi_awaits, 0); /* its SA is there before anybody knows the number */
	life_same_flow(net);
	assert_int_equal(node_sa_count(&net->server), 2); /* the old one still receives */
	net_run(net, 40000);                              /* the client deletes it */
	assert_int_equal(node_sa_count(&net->server), 1);
	life_same_flow(net);
}

static void client_begins_a_new_main_mode(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
	uint32_t handle = net->server.ike->peers->handle;
	mm_begin(flow->peer, NULL);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->npeers, 1);
	assert_int_equal(net->server.ike->peers->handle, handle);
	assert_int_equal(net->server.ike->nsas, 2);
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 1000);
	life_same_flow(net);
}

/* ------------------------------------------------------------------ begun by the server */

/* A limit of its pair is near: of sequence numbers, or of kilobytes. Returns which pair that is. */
static uint32_t server_begins(struct net *net, bool numbers)
{
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	ike_sa_events.soft_limit(net->server.ike, old, numbers);
	return old;
}

static unsigned logged_id; /* of the last message about IPsec SAs */

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	if (line->id / 1000 == 702)
		logged_id = line->id;
}

static struct log_sink log_sink = {.level = LOGL_DEBUGGING, .write = on_log};

/* Its number is awaited from before the client is told, and then has its pair. */
static bool awaited_first;

static bool first_to_client(struct net *net, struct net_packet *p)
{
	if (p->to == &net->client) {
		awaited_first = net->server.spi_awaits == 1;
		net->filter = NULL;
	}
	return true;
}

static void server_awaits(struct net *net)
{
	awaited_first = false;
	net->filter = first_to_client;
}

static void was_awaited(struct net *net)
{
	assert_true(awaited_first);
	assert_int_equal(net->server.spi_awaits, 1);
	assert_int_equal(node_sa(&net->server)->pair.spi_in, net->server.awaited_spi);
}

/* The message about the limit is this one. */
static void server_renews_by(struct net *net, bool numbers, unsigned id)
{
	logged_id = 0;
	server_awaits(net);
	log_sink_add(&log_sink);
	uint32_t old = server_begins(net, numbers);
	log_sink_remove(&log_sink);
	assert_int_equal(logged_id, id);
	net_run(net, 500);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	was_awaited(net);
	life_same_flow(net);
}

static void server_renews_phase_2(void **state)
{
	struct net *net = *state;
	life_begin(net);
	server_renews_by(net, false, 702307);
	assert_true(node_sa(&net->server)->pair.udp_encap);
	net_run(net, 40000);
	assert_int_equal(node_sa_count(&net->server), 1);
	life_same_flow(net);
}

static void sequence_numbers_run_out(void **state)
{
	struct net *net = *state;
	life_begin(net);
	server_renews_by(net, true, 702305);
}

static void server_renews_phase_2_with_pfs(void **state)
{
	struct net *net = *state;
	net->server.dh_later = true;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	client_flow(&net->client, peer, CLIENT_IP, 1701,
	            (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT)
	        ->group = 14;
	mm_begin(peer, NULL);
	net_run(net, 2000);
	server_awaits(net);
	uint32_t old = server_begins(net, false);
	net_run(net, 1000);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	was_awaited(net);
	life_same_flow(net);
}

static void server_renews_phase_1(void **state)
{
	struct net *net = *state;
	net->server.offer.policy[0].life_s = 3600;
	struct ike_flow *flow = life_begin(net);
	struct ike_sa *client_sa = sa_best(flow->peer);
	timer_stop(&net->clock, &client_sa->rekey);
	net_run(net, 3450 * 1000ull);
	struct ike_sa *now = sa_best(net->server.ike->peers);
	assert_true(sa_is(now, SAF_INITIATOR));
	assert_int_equal(
	        net_logged(net, 713041, "IP = 203.0.113.11, IKE Initiator: Rekeying Phase 1"), 1);
	assert_int_equal(net->server.ike->npeers, 1);
	assert_int_equal(net->server.peer_downs, 0);
	/* and Quick Mode goes on the new one */
	net_run(net, 200000);
	server_begins(net, false);
	net_run(net, 1000);
	life_same_flow(net);
}

static bool no_quick_mode(struct net *net, struct net_packet *p)
{
	return p->from != &net->server || p->data[18] != EXCH_QUICK;
}

/* Until the filter is taken away. */
static uint32_t server_begins_in_vain(struct net *net)
{
	net->filter = no_quick_mode;
	uint32_t old = server_begins(net, false);
	net_run(net, 100);
	return old;
}

/* The server's Quick Mode goes unanswered while the client makes a new IKE SA (strongSwan drops the old one for it): it
 * begins anew on that one as soon as it is there. */
static void quick_mode_moves_to_the_new_sa(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
	uint32_t old = server_begins_in_vain(net);
	net->filter = NULL;
	assert_int_equal(node_sa(&net->server)->pair.spi_in, old);
	mm_begin(flow->peer, NULL);
	net_run(net, 400); /* the last message of Main Mode has its time to arrive first */
	assert_int_equal(node_sa(&net->server)->pair.spi_in, old);
	net_run(net, 400); /* nothing is sent again that early */
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	life_same_flow(net);
	assert_int_equal(net->server.ike->child_ever, 2);
}

/* PAYLOAD-MALFORMED from who was sent a Quick Mode more than once: it gets another one, and at once. */
static void quick_mode_that_cannot_be_read_begins_anew(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
	uint32_t old = server_begins_in_vain(net);
	const struct ike_sa *sa = sa_best(net->server.ike->peers);
	uint32_t first = sa->quick->x.msgid;
	for (unsigned repeated = 0; repeated < 2; repeated++) {
		assert_int_equal(sa->quick->x.msgid, first);
		info_notify(sa_best(flow->peer), PROTO_ISAKMP, (struct bytes){0}, NOTIFY_PAYLOAD_MALFORMED,
		            (struct bytes){0});
		net_run(net, repeated ? 100 : 2000);
	}
	assert_true(sa->quick->x.initiator);
	assert_int_not_equal(sa->quick->x.msgid, first);
	net->filter = NULL;
	net_run(net, 2000);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	life_same_flow(net);
	assert_int_equal(net->server.ike->child_ever, 2);
}

static unsigned to_lose;
static bool lose_quick_modes(struct net *net, struct net_packet *p)
{
	return no_quick_mode(net, p) || to_lose == 0 || to_lose-- == 0;
}

/* A short lifetime leaves time to say it four times. */
static void short_lifetime_is_renewed_early(void **state)
{
	struct net *net = *state;
	net->server.offer.entry.life_s = 120;
	struct ike_flow *flow = life_begin(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	assert_int_equal(node_sa(&net->server)->pair.soft_s, 96);
	timer_stop(&net->clock, &flow->current->soft); /* the client does not */
	to_lose = 3;
	net->filter = lose_quick_modes;
	net_run(net, 118000);
	assert_int_equal(to_lose, 0);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	net_run(net, 60000);
	life_same_flow(net);
}

/* The IKE SA goes, its ESP SAs stay; when they age, the server makes a new IKE SA by itself. */
static void esp_survives_the_ike_sa(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
	sa_delete(sa_best(flow->peer), SA_END_DELETED, true);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->nsas, 0);
	life_same_flow(net);
	server_begins(net, false);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->nsas, 1);
	life_same_flow(net);
	assert_int_equal(net->server.ike->child_ever, 2);
	assert_int_equal(net_logged(net, 713219, "IP = 203.0.113.11, Queuing KEY-ACQUIRE"), 1);
	assert_int_equal(
	        net_logged(net, 713041, "IP = 203.0.113.11, IKE Initiator: New Phase 1, Intf "), 1);
	assert_int_equal(net_logged(net, 713220, "IP = 203.0.113.11, De-queuing KEY-ACQUIRE"), 1);
}

/* ------------------------------------------------------------------ begun by both */

/* Two hours with the shortest lifetimes of both phases: there is always an SA, the same one on both sides. */
static void two_hours_of_rekeys(void **state)
{
	struct net *net = *state;
	net->server.offer.policy[0].life_s = 120;
	net->server.offer.entry.life_s = 120;
	life_begin(net);
	for (unsigned s = 0; s < 7200; s++) {
		net_run(net, 1000);
		assert_non_null(node_sa(&net->server));
		assert_non_null(node_sa(&net->client));
		assert_true(node_sa_count(&net->server) <= 4);
		assert_true(net->server.ike->nsas <= 4);
		/* Both may renew at once and send on different pairs; what one sends on the other receives on. */
		assert_true(net_sas_match(node_sa(&net->server),
		                          net_partner(&net->client, node_sa(&net->server))));
		assert_true(net_sas_match(node_sa(&net->client),
		                          net_partner(&net->server, node_sa(&net->client))));
	}
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.flow_downs, 0);
	assert_true(net->server.ike->child_ever > 60);
	assert_true(net->server.ike->next_sa > 60);
}

/* The same while every fifth packet is lost. */
static unsigned nth;
static bool lose_fifth(struct net *net, struct net_packet *p)
{
	(void)net;
	(void)p;
	return ++nth % 5 != 0;
}

static void rekeys_over_a_lossy_wire(void **state)
{
	struct net *net = *state;
	net->server.offer.policy[0].life_s = 600;
	net->server.offer.entry.life_s = 600;
	life_begin(net);
	net->filter = lose_fifth;
	for (unsigned s = 0; s < 7200; s++) {
		net_run(net, 1000);
		assert_non_null(node_sa(&net->server));
	}
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.peer_downs, 0);
}

/* The kilobytes of every pair of the server's only flow are used up. */
static void use_up(struct net *net)
{
	for (size_t i = 0; i < NET_SAS; i++)
		if (net->server.sas[i].used)
			ike_sa_events.hard_limit(net->server.ike, net->server.sas[i].pair.spi_in);
}

/* Its SA ends at any moment of a rekey, of either side's, with new Diffie-Hellman: nothing is left of it, and the peer
 * may come back. */
static void sa_ends_while_it_is_renewed(void **state)
{
	struct net *net = *state;
	net->server.dh_later = true;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	for (unsigned i = 0; i < 200; i++) {
		struct ike_flow *flow = client_connect(&net->client);
		flow->group = i & 1 ? 14 : 0;
		net_run(net, 200);
		assert_non_null(node_sa(&net->server));
		if (i & 2) {
			server_begins(net, false);
		} else {
			ike_enter(net->client.ike);
			qm_begin(sa_best(flow->peer), flow);
			ike_leave(net->client.ike);
		}
		net_run(net, i);
		use_up(net);
		net_run(net, 1000);
		if (net->client.ike->peers != NULL)
			client_goodbye(net->client.ike->peers);
		net_run(net, 60000);
		assert_int_equal(node_sa_count(&net->server), 0);
		assert_int_equal(hash_count(net->server.ike->flows_by_handle), 0);
		assert_int_equal(hash_count(net->server.ike->children_by_spi), 0);
		assert_int_equal(net->server.ike->nsas, 0);
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(client_renews_phase_2),
	        T(client_begins_a_new_main_mode),
	        T(server_renews_phase_2),
	        T(sequence_numbers_run_out),
	        T(server_renews_phase_2_with_pfs),
	        T(server_renews_phase_1),
	        T(quick_mode_moves_to_the_new_sa),
	        T(quick_mode_that_cannot_be_read_begins_anew),
	        T(short_lifetime_is_renewed_early),
	        T(esp_survives_the_ike_sa),
	        T(two_hours_of_rekeys),
	        T(rekeys_over_a_lossy_wire),
	        T(sa_ends_while_it_is_renewed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
