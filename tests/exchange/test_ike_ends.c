/* How a client that is in ends, comes back, and moves: Deletes, death, return, NAT. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/info.h"
#include "tests/exchange/ike_life.h"

static void client_says_goodbye(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
	client_goodbye(flow->peer);
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
	struct ike_flow *flow = life_begin(net);
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
	life_begin(net);
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
	life_begin(net);
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
	life_begin(net);
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
	life_begin(net);
	net_run(net, 2000);
	unsigned sent = net->to_client;
	for (unsigned i = 0; i < 60; i++) {
		net->server.last_in_ms = clock_now(&net->clock);
		net_run(net, 1000);
	}
	assert_int_equal(net->to_client, sent);
}

/* One that was in is there once more, without a word before; what it says then is the test's. */
static void is_back(struct net *net)
{
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
}

static void says_initial_contact(struct ike_peer *peer)
{
	static const uint8_t spi[16];
	info_notify(sa_best(peer), PROTO_ISAKMP, (struct bytes){spi, sizeof spi}, NOTIFY_INITIAL_CONTACT, (struct bytes){0});
}

/* The client died without a word and is back at once, same place, same identity: it takes its flow over. */
static void returns_without_goodbye(void **state)
{
	struct net *net = *state;
	is_back(net);
	client_connect(&net->other);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->other)));
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.ike->npeers, 1);
}

/* ... and with INITIAL-CONTACT in an exchange of its own: what was before goes. */
static void returns_with_initial_contact(void **state)
{
	struct net *net = *state;
	is_back(net);
	struct ike_peer *peer = client_peer(&net->other);
	mm_begin(peer, NULL);
	net_run(net, 500);
	assert_int_equal(node_sa_count(&net->server), 1);
	says_initial_contact(peer);
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
	is_back(net);
	net->server.dh_later = true;
	net_run(net, 2000);
	struct ike_peer *peer = client_peer(&net->other);
	client_flow(&net->other, peer, CLIENT_IP, 1701, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT)
	        ->group = 2;
	mm_begin(peer, NULL);
	for (int ms = 0; ms < 1000 && sa_best(peer) == NULL; ms++)
		net_run(net, 1);
	says_initial_contact(peer);
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
	life_begin(net);
	net_client(net, &net->other, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->other);
	says_initial_contact(flow->peer);
	net_run(net, 500);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(node_sa_count(&net->server), 2);
}

static void follows_the_nat(void **state)
{
	struct net *net = *state;
	struct ike_flow *flow = life_begin(net);
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
	life_same_flow(net);
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
	struct ike_flow *flow = life_begin(net);
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
	life_begin(net);
	net->filter = client_is_dead;
	net_run(net, 400000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.down_why, SA_END_EXPIRED);
	assert_int_equal(node_sa_count(&net->server), 0);
}

static void shutdown_tells_everybody(void **state)
{
	struct net *net = *state;
	life_begin(net);
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
		client_goodbye(flow->peer);
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

#define T(fn) cmocka_unit_test_setup_teardown(fn, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
