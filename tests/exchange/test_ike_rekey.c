/* What happens to a client that is in: rekeys of both phases from both sides, Deletes, death, return, moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/info.h"
#include "tests/exchange/ike_initiator.h"

static struct ike_flow *connected(struct net *net)
{
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 1);
	return flow;
}

static void assert_same_flow(struct net *net)
{
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.peer_downs, 0);
	assert_int_equal(node_sa(&net->server)->pair.flow, net->server.up_flow);
	assert_int_equal(node_sa(&net->server)->pair.peer, net->server.up_peer);
}

static void client_renews_phase_2(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 500);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	assert_same_flow(net);
	assert_int_equal(node_sa_count(&net->server), 2); /* the old one still receives */
	net_run(net, 40000);                              /* the client deletes it */
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_same_flow(net);
}

static unsigned logged_id; /* of the last message about IPsec SAs */

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	if (line->id / 1000 == 702)
		logged_id = line->id;
}

static struct log_sink log_sink = {.level = LOGL_DEBUGGING, .write = on_log};

static void server_renews_phase_2(void **state)
{
	struct net *net = *state;
	connected(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	logged_id = 0;
	log_sink_add(&log_sink);
	ike_sa_events.soft_limit(net->server.ike, old, false); /* by kilobytes */
	log_sink_remove(&log_sink);
	assert_int_equal(logged_id, 702307);
	net_run(net, 500);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	assert_same_flow(net);
	assert_true(node_sa(&net->server)->pair.udp_encap);
	net_run(net, 40000);
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_same_flow(net);
}

/* The message about a limit. */
static void sequence_numbers_run_out(void **state)
{
	struct net *net = *state;
	connected(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	logged_id = 0;
	log_sink_add(&log_sink);
	ike_sa_events.soft_limit(net->server.ike, old, true);
	log_sink_remove(&log_sink);
	assert_int_equal(logged_id, 702305);
	net_run(net, 500);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	assert_same_flow(net);
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
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	ike_sa_events.soft_limit(net->server.ike, old, false);
	net_run(net, 1000);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	assert_same_flow(net);
}

/* Two hours with the shortest lifetimes of both phases: there is always an SA, the same one on both sides. */
static void two_hours_of_rekeys(void **state)
{
	struct net *net = *state;
	net->server.offer.policy[0].life_s = 120;
	net->server.offer.entry.life_s = 120;
	connected(net);
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
	connected(net);
	net->filter = lose_fifth;
	for (unsigned s = 0; s < 7200; s++) {
		net_run(net, 1000);
		assert_non_null(node_sa(&net->server));
	}
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.peer_downs, 0);
}

static void server_renews_phase_1(void **state)
{
	struct net *net = *state;
	net->server.offer.policy[0].life_s = 3600;
	struct ike_flow *flow = connected(net);
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
	ike_sa_events.soft_limit(net->server.ike, node_sa(&net->server)->pair.spi_in, false);
	net_run(net, 1000);
	assert_same_flow(net);
}

static void client_begins_a_new_main_mode(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	uint32_t handle = net->server.ike->peers->handle;
	mm_begin(flow->peer, NULL);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->npeers, 1);
	assert_int_equal(net->server.ike->peers->handle, handle);
	assert_int_equal(net->server.ike->nsas, 2);
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 1000);
	assert_same_flow(net);
}

static bool no_quick_mode(struct net *net, struct net_packet *p)
{
	return p->from != &net->server || p->data[18] != EXCH_QUICK;
}

/* The server's Quick Mode goes unanswered while the client makes a new IKE SA (strongSwan drops the old one for it): it
 * begins anew on that one as soon as it is there. */
static void quick_mode_moves_to_the_new_sa(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	net->filter = no_quick_mode;
	ike_sa_events.soft_limit(net->server.ike, old, false);
	net_run(net, 100);
	net->filter = NULL;
	assert_int_equal(node_sa(&net->server)->pair.spi_in, old);
	mm_begin(flow->peer, NULL);
	net_run(net, 400); /* the last message of Main Mode has its time to arrive first */
	assert_int_equal(node_sa(&net->server)->pair.spi_in, old);
	net_run(net, 400); /* nothing is sent again that early */
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	assert_same_flow(net);
	assert_int_equal(net->server.ike->child_ever, 2);
}

/* PAYLOAD-MALFORMED from who was sent a Quick Mode more than once: it gets another one, and at once. */
static void quick_mode_that_cannot_be_read_begins_anew(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	net->filter = no_quick_mode;
	ike_sa_events.soft_limit(net->server.ike, old, false);
	net_run(net, 100);
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
	assert_same_flow(net);
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
	struct ike_flow *flow = connected(net);
	uint32_t old = node_sa(&net->server)->pair.spi_in;
	assert_int_equal(node_sa(&net->server)->pair.soft_s, 96);
	timer_stop(&net->clock, &flow->current->soft); /* the client does not */
	to_lose = 3;
	net->filter = lose_quick_modes;
	net_run(net, 118000);
	assert_int_equal(to_lose, 0);
	assert_int_not_equal(node_sa(&net->server)->pair.spi_in, old);
	net_run(net, 60000);
	assert_same_flow(net);
}

/* The IKE SA goes, its ESP SAs stay; when they age, the server makes a new IKE SA by itself. */
static void esp_survives_the_ike_sa(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	sa_delete(sa_best(flow->peer), SA_END_DELETED, true);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_same_flow(net);
	ike_sa_events.soft_limit(net->server.ike, node_sa(&net->server)->pair.spi_in, false);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->nsas, 1);
	assert_same_flow(net);
	assert_int_equal(net->server.ike->child_ever, 2);
	assert_int_equal(net_logged(net, 713219, "IP = 203.0.113.11, Queuing KEY-ACQUIRE"), 1);
	assert_int_equal(
	        net_logged(net, 713041, "IP = 203.0.113.11, IKE Initiator: New Phase 1, Intf "), 1);
	assert_int_equal(net_logged(net, 713220, "IP = 203.0.113.11, De-queuing KEY-ACQUIRE"), 1);
}

static void client_says_goodbye(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	struct ike_peer *peer = flow->peer;
	ike_enter(net->client.ike);
	peer_drop(peer, SA_END_ADMIN, true);
	ike_leave(net->client.ike);
	net_run(net, 1000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(net->server.ike->npeers, 0);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_int_equal(node_sa_count(&net->server), 0);
	assert_int_equal(net_logged(net, 713050, "Reason: Peer Terminate"), 1);
	assert_int_equal(net_logged(net, 713259, "Reason: User Requested"), 1);
}

/* The gateway may answer flow_down by dropping the peer at once. */
static void drop_inside_flow_down(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	net->server.drop_on_down = true;
	flow_remove(flow, SA_END_DELETED, true);
	net_run(net, 1000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_int_equal(net->client.ike->nsas, 0); /* it got our Delete */
}

static void administrator_drops(void **state)
{
	struct net *net = *state;
	connected(net);
	ike_drop_peer(net->server.ike, net->server.up_peer, SA_END_ADMIN, "Administrator Reset");
	net_run(net, 1000);
	assert_int_equal(net_logged(net, 713259,
	                            "Group = DefaultRAGroup, IP = 203.0.113.11, Session is being "
	                            "torn down. Reason: Administrator Reset"),
	                 1);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(net->client.flow_downs, 1);
	assert_int_equal(node_sa_count(&net->client), 0);
	ike_drop_peer(net->server.ike, 999, SA_END_ADMIN, NULL); /* nobody: nothing */
	/* With a user it is the end of the session that says so. */
	client_connect(&net->client);
	ike_peer_set_user(net->server.ike, net->server.up_peer, "jdoe", 0x0a040501);
	net_log_clear(net);
	ike_drop_peer(net->server.ike, net->server.up_peer, SA_END_ADMIN, "Administrator Reset");
	assert_int_equal(net_logged(net, 713259, NULL), 0);
	assert_int_equal(net->server.peer_downs, 2);
}

static void map_taken_away(void **state)
{
	struct net *net = *state;
	connected(net);
	ike_set_conf(net->server.ike, &net->server.offer.conf, NULL);
	assert_int_equal(net->server.peer_downs, 0); /* an unrelated edit drops nobody */
	net->server.offer.groups[0].psk = "another key";
	net->server.offer.groups[0].psk_len = 11;
	net->server.offer.conf.npolicies = 1;
	ike_set_conf(net->server.ike, &net->server.offer.conf, NULL);
	assert_int_equal(net->server.peer_downs, 0); /* nor a new key or policy */
	net->server.has_map = false;
	ike_set_conf(net->server.ike, &net->server.offer.conf, NULL);
	net_run(net, 100);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(net->client.flow_downs, 1);
}

static bool client_is_dead(struct net *net, struct net_packet *p)
{
	return p->from == &net->server;
}

static void dead_peer_is_noticed(void **state)
{
	struct net *net = *state;
	net->server.offer.groups[0].dpd_threshold_s = 10;
	connected(net);
	net->client.silent = true;
	net_run(net, 100000); /* answers keep it up */
	assert_int_equal(net->server.peer_downs, 0);
	net->filter = client_is_dead;
	net_run(net, 30000);
	assert_int_equal(net_logged(net, 713123, "IKE lost contact with remote peer"), 1);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(net->server.down_why, SA_END_PEER_LOST);
	assert_int_equal(node_sa_count(&net->server), 0);
}

/* Traffic is a sign of life: no questions while it flows. */
static void traffic_needs_no_dpd(void **state)
{
	struct net *net = *state;
	net->server.offer.groups[0].dpd_threshold_s = 10;
	net->client.offer.groups[0].dpd = false;
	connected(net);
	net_run(net, 2000);
	unsigned sent = net->to_client;
	for (unsigned i = 0; i < 60; i++) {
		net->server.last_in_ms = clock_now(&net->clock);
		net_run(net, 1000);
	}
	assert_int_equal(net->to_client, sent);
}

/* The client died without a word and is back at once, same place, same identity: it takes its flow over. */
static void returns_without_goodbye(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net->filter = NULL;
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->other);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->other)));
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.ike->npeers, 1);
}

/* ... and with INITIAL-CONTACT in an exchange of its own: what was before goes. */
static void returns_with_initial_contact(void **state)
{
	struct net *net = *state;
	uint8_t spi[16] = {0};
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->other);
	mm_begin(peer, NULL);
	net_run(net, 500);
	assert_int_equal(node_sa_count(&net->server), 1);
	info_notify(sa_best(peer), PROTO_ISAKMP, (struct bytes){spi, sizeof spi},
	            NOTIFY_INITIAL_CONTACT, (struct bytes){0});
	net_run(net, 500);
	assert_int_equal(node_sa_count(&net->server), 0);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.down_why, SA_END_REPLACED);
	assert_int_equal(net->server.ike->nsas, 1);
}

/* ... which comes while the server works on the first Quick Mode of the new life: that goes on. */
static void returns_with_a_late_initial_contact(void **state)
{
	struct net *net = *state;
	uint8_t spi[16] = {0};
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->server.dh_later = true;
	net_run(net, 2000);
	struct ike_peer *peer = client_peer(&net->other);
	client_flow(&net->other, peer, CLIENT_IP, 1701, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT)
	        ->group = 2;
	mm_begin(peer, NULL);
	for (int ms = 0; ms < 1000 && sa_best(peer) == NULL; ms++)
		net_run(net, 1);
	info_notify(sa_best(peer), PROTO_ISAKMP, (struct bytes){spi, sizeof spi}, NOTIFY_INITIAL_CONTACT, (struct bytes){0});
	net_run(net, 1000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.down_why, SA_END_REPLACED);
	assert_int_equal(net->server.flow_ups, 2);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->other)));
}

/* The other client behind the same NAT is not touched by it. */
static void initial_contact_of_a_neighbour(void **state)
{
	struct net *net = *state;
	uint8_t spi[16] = {0};
	connected(net);
	net_client(net, &net->other, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->other);
	info_notify(sa_best(flow->peer), PROTO_ISAKMP, (struct bytes){spi, sizeof spi},
	            NOTIFY_INITIAL_CONTACT, (struct bytes){0});
	net_run(net, 500);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(node_sa_count(&net->server), 2);
}

static void follows_the_nat(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = connected(net);
	struct ip4_end moved = {NAT_IP, 47455};
	/* authenticated ESP from a new port */
	ike_sa_events.moved(net->server.ike, net->server.up_peer, moved);
	assert_int_equal(net->server.moves, 1);
	assert_int_equal(node_sa(&net->server)->pair.remote.port, 47455);
	/* a fresh Quick Mode from yet another */
	net->client.port_offset += 7;
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 1000);
	assert_int_equal(net->server.ike->peers->remote.port,
	                 IKE_PORT_NATT + net->client.port_offset);
	assert_same_flow(net);
	assert_int_equal(node_sa(&net->server)->pair.remote.port,
	                 IKE_PORT_NATT + net->client.port_offset);
}

/* A recorded message from another address proves nothing. */
static struct net_packet recorded;
static bool record_quick(struct net *net, struct net_packet *p)
{
	struct rd r = rd_of(p->data, p->len);
	struct ike_hdr hdr;
	if (p->to == &net->server && ike_hdr_read(&r, &hdr) &&
	    (hdr.exch == EXCH_QUICK || hdr.exch == EXCH_INFO) && recorded.len == 0)
		recorded = *p;
	return true;
}

static void replays_move_nothing(void **state)
{
	struct net *net = *state;
	recorded.len = 0;
	net->filter = record_quick;
	struct ike_flow *flow = connected(net);
	assert_true(recorded.len > 0);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 5; i++) {
			ike_input(net->server.ike, recorded.dst, (struct ip4_end){0x0a0a0a0a, 4500},
			          recorded.data, recorded.len);
			net_run(net, 60000);
		}
		assert_int_equal(net->server.moves, 0);
		assert_int_equal(net->server.ike->peers->remote.ip, NAT_IP);
		assert_int_equal(node_sa_count(&net->server), 1);
		assert_int_equal(net->server.flow_ups, 1);
		/* then with a recorded R-U-THERE */
		recorded.len = 0;
		struct ike_sa *sa = sa_best(flow->peer);
		uint8_t data[4] = {0, 0, 0, 1}, spi[16];
		memcpy(spi, sa->icookie, 8);
		memcpy(spi + 8, sa->rcookie, 8);
		info_notify(sa, PROTO_ISAKMP, (struct bytes){spi, 16}, NOTIFY_R_U_THERE,
		            (struct bytes){data, 4});
		net_run(net, 100);
	}
}

static void expires_when_nobody_renews(void **state)
{
	struct net *net = *state;
	net->server.offer.entry.life_s = 300;
	net->server.offer.groups[0].dpd = net->client.offer.groups[0].dpd = false;
	connected(net);
	net->filter = client_is_dead;
	net_run(net, 400000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.down_why, SA_END_EXPIRED);
	assert_int_equal(node_sa_count(&net->server), 0);
}

static void shutdown_tells_everybody(void **state)
{
	struct net *net = *state;
	connected(net);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->other);
	ike_shutdown(net->server.ike);
	net_run(net, 1000);
	assert_int_equal(net->server.peer_downs, 2);
	assert_int_equal(node_sa_count(&net->client), 0);
	assert_int_equal(node_sa_count(&net->other), 0);
	assert_int_equal(net->client.ike->nsas + net->other.ike->nsas, 0);
}

static void two_hundred_cycles(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	for (unsigned i = 0; i < 200; i++) {
		struct ike_flow *flow = client_connect(&net->client);
		assert_int_equal(net->server.flow_ups, i + 1);
		ike_enter(net->client.ike);
		peer_drop(flow->peer, SA_END_ADMIN, true);
		ike_leave(net->client.ike);
		net_run(net, 100);
		assert_int_equal(net->server.peer_downs, i + 1);
		assert_int_equal(net->server.ike->nsas, 0);
		assert_int_equal(hash_count(net->server.ike->by_cookies), 0);
		assert_int_equal(hash_count(net->server.ike->by_first), 0);
		assert_int_equal(hash_count(net->server.ike->children_by_spi), 0);
		assert_int_equal(hash_count(net->server.ike->flows_by_handle), 0);
	}
	assert_int_equal(node_sa_count(&net->server), 0);
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
			ike_sa_events.soft_limit(net->server.ike, node_sa(&net->server)->pair.spi_in,
			                         false);
		} else {
			ike_enter(net->client.ike);
			qm_begin(sa_best(flow->peer), flow);
			ike_leave(net->client.ike);
		}
		net_run(net, i);
		use_up(net);
		net_run(net, 1000);
		if (net->client.ike->peers != NULL) {
			ike_enter(net->client.ike);
			peer_drop(net->client.ike->peers, SA_END_ADMIN, true);
			ike_leave(net->client.ike);
		}
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
	        T(server_renews_phase_2),
	        T(sequence_numbers_run_out),
	        T(server_renews_phase_2_with_pfs),
	        T(two_hours_of_rekeys),
	        T(rekeys_over_a_lossy_wire),
	        T(server_renews_phase_1),
	        T(client_begins_a_new_main_mode),
	        T(quick_mode_moves_to_the_new_sa),
	        T(quick_mode_that_cannot_be_read_begins_anew),
	        T(short_lifetime_is_renewed_early),
	        T(esp_survives_the_ike_sa),
	        T(client_says_goodbye),
	        T(drop_inside_flow_down),
	        T(administrator_drops),
	        T(map_taken_away),
	        T(dead_peer_is_noticed),
	        T(traffic_needs_no_dpd),
	        T(returns_without_goodbye),
	        T(returns_with_initial_contact),
	        T(returns_with_a_late_initial_contact),
	        T(initial_contact_of_a_neighbour),
	        T(follows_the_nat),
	        T(replays_move_nothing),
	        T(expires_when_nobody_renews),
	        T(shutdown_tells_everybody),
	        T(two_hundred_cycles),
	        T(sa_ends_while_it_is_renewed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
