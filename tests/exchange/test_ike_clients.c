/* What the clients that are built into systems need in phase 1: lifetimes, NAT on either side, what they do oddly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_by_hand.h"

/* ------------------------------------------------------------------ a client that is called Windows */

/* A lifetime of less than 300 s is 300 s for Windows: nothing is cut before. */
static void short_lifetimes(void **state)
{
	struct net *net = *state;
	for (unsigned windows = 0; windows < 2; windows++) {
		net->server.offer.policy[0].life_s = 120;
		net->server.offer.entry.life_s = 120;
		net->server.offer.groups[0].dpd = false;
		net->filter = windows ? hand_as_windows : NULL;
		net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
		client_connect(&net->client);
		uint32_t want = windows ? 300 : 120, spi = node_sa(&net->server)->pair.spi_in;
		assert_int_equal(node_sa(&net->server)->pair.life_s, want);
		assert_int_equal(node_sa(&net->client)->pair.life_s, want); /* it was told */
		assert_int_equal(net->server.ike->sas->life_s, want);
		assert_int_equal(net->server.ike->sas->microsoft, windows);
		/* the client falls silent; what it does not renew lives as long as was agreed on */
		net->client.offer.enabled[0] = "nowhere";
		net_run(net, 1000 * (want - 3));
		assert_non_null(child_by_spi_in(net->server.ike, spi));
		net_run(net, 3000);
		assert_null(child_by_spi_in(net->server.ike, spi));
		net_teardown(state);
		net_setup(state);
	}
}

/* What we begin ourselves is as long, also when the configuration has become shorter meanwhile. */
static void short_lifetimes_of_ours(void **state)
{
	struct net *net = *state;
	net->filter = hand_as_windows;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	sa_delete(sa_best(flow->peer), SA_END_DELETED, true);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->nsas, 0);
	net->server.offer.policy[0].life_s = 120;
	net->client.offer.entry.life_s = 120; /* RESPONDER-LIFETIME of the client's */
	ike_sa_events.soft_limit(net->server.ike, node_sa(&net->server)->pair.spi_in, false);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->nsas, 1);
	assert_true(sa_is(net->server.ike->sas, SAF_INITIATOR));
	assert_int_equal(net->server.ike->sas->life_s, 300);
	assert_int_equal(node_sa(&net->server)->pair.life_s, 300);
}

/* ------------------------------------------------------------------ NAT */

/* The server has a private address, and clients dial the one of its NAT. */
static void server_behind_nat(struct net *net, bool told, bool outside)
{
	net->server.ip = 0x0a000001;
	net->server.offer.groups[0].behind_nat = told;
	net->server.offer.groups[0].outside_ip = outside ? SERVER_IP : 0;
	ike_offer_use(net->server.ike, &net->server.offer, net->server.ip);
}

static struct ike_flow *dial(struct net *net, uint32_t ip, uint32_t public_ip)
{
	net_client(net, &net->client, ip, public_ip, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	struct ike_flow *flow = client_flow(&net->client, peer, ip, 1701, alg, ENCAP_UDP_TRANSPORT);
	mm_begin(peer, NULL);
	net_run(net, 1000);
	return flow;
}

static const uint32_t homes[][2] = {{CLIENT_IP, CLIENT_IP}, {PRIVATE_IP, NAT_IP}};

/* Windows refuses a server behind NAT unless its registry says otherwise: it sees the NAT on its own side alone. */
static void windows_and_a_server_behind_nat(void **state)
{
	struct net *net = *state;
	for (unsigned i = 0; i < 4; i++) {
		bool told = i & 1;
		server_behind_nat(net, told, true);
		net->server.offer.groups[0].behind_nat = told;
		net->client.server_id = (struct bytes){0};
		net->filter = hand_as_windows;
		dial(net, homes[i / 2][0], homes[i / 2][1]);
		const struct ike_sa *theirs = net->client.ike->sas, *ours = net->server.ike->sas;
		assert_non_null(ours);
		assert_true(ours->microsoft && ours->local_nat);
		assert_int_equal(ours->remote_nat, i / 2);
		if (told) {
			assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
			assert_true(node_sa(&net->server)->pair.udp_encap);
			assert_false(theirs->remote_nat);
			assert_true(theirs->local_nat);
			/* the same when the server renews the IKE SA, as who it was before */
			mm_begin(net->server.ike->peers, ours);
			net_run(net, 1000);
			theirs = net->client.ike->sas_last;
			assert_true(theirs != net->client.ike->sas && theirs->mm.state == ST_ACTIVE);
			assert_false(theirs->remote_nat);
			assert_true(theirs->local_nat);
			assert_int_equal(net->client.ike->npeers, 1);
			assert_int_equal(net->server.ike->npeers, 1);
		} else {
			/* the identity is the private address: this client insists on the one it dialled */
			assert_null(node_sa(&net->server));
		}
		net_teardown(state);
		net_setup(state);
	}
}

/* Others hear what is true. */
static void others_and_a_server_behind_nat(void **state)
{
	struct net *net = *state;
	for (unsigned i = 0; i < 2; i++) {
		server_behind_nat(net, true, true);
		dial(net, homes[i][0], homes[i][1]);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_true(net->client.ike->sas->remote_nat);
		assert_int_equal(net->client.ike->sas->local_nat, i);
		assert_true(node_sa(&net->server)->pair.udp_encap);
		net_teardown(state);
		net_setup(state);
	}
}

/* A client that comes past the NAT, to the address of the interface, is told that one and sees no NAT. */
static void past_the_nat(void **state)
{
	struct net *net = *state;
	net->server.offer.groups[0].behind_nat = true;
	net->server.offer.groups[0].outside_ip = NAT_IP;
	net->filter = hand_as_windows;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_false(net->client.ike->sas->remote_nat);
	assert_false(net->client.ike->sas->local_nat);
	assert_false(node_sa(&net->server)->pair.udp_encap);
}

/* A NAT may map to any port, also to low ones. */
static void any_port(void **state)
{
	struct net *net = *state;
	static const uint16_t offsets[] = {(uint16_t)(6 - 500), (uint16_t)(6 - 4500), (uint16_t)(1 - 4500), 65535 - 4500, 0};
	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
		net->client.port_offset = offsets[i];
		client_connect(&net->client);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_int_equal(node_sa(&net->server)->pair.remote.port, (uint16_t)(4500 + offsets[i]));
		net_teardown(state);
		net_setup(state);
	}
}

/* The same private address and identity behind two NATs: two peers; what one says ends nothing of the other. */
static void same_address_behind_two_nats(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	net_client(net, &net->other, PRIVATE_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	uint32_t peer = net->server.up_peer;
	client_connect(&net->other);
	assert_int_not_equal(net->server.up_peer, peer);
	assert_int_equal(net->server.flow_ups, 2);
	client_goodbye(flow->peer);
	net_run(net, 1000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->other)));
}

/* The mapping changes while nothing passes, then the client renews its IKE SA, and only then sends on its pair: the new
 * IKE SA is of the same peer, and its Quick Mode of the same flow. */
static void new_mapping_before_traffic(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	uint32_t handle = net->server.up_peer;
	net->client.port_offset += 7;
	mm_begin(flow->peer, NULL);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->npeers, 2); /* who proves no more than an address as identity may be anybody */
	ike_sa_events.moved(net->server.ike, handle, (struct ip4_end){NAT_IP, (uint16_t)(4500 + net->client.port_offset)});
	assert_int_equal(net->server.ike->npeers, 1);
	assert_int_equal(net->server.peer_downs, 1); /* of the one that was none */
	assert_int_equal(net->server.ike->peers->handle, handle);
	assert_int_equal(sa_best(net->server.ike->peers)->remote.port, 4500 + net->client.port_offset);
	assert_true(qm_begin(sa_best(flow->peer), flow));
	net_run(net, 1000);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(node_sa(&net->server)->pair.peer, handle);
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.flow_downs, 0);
}

/* ------------------------------------------------------------------ oddities */

static unsigned markers;

/* iOS has put a non-ESP marker where none belongs. */
static bool mark(struct net *net, struct net_packet *p)
{
	if (p->from != &net->client || p->len + 4 > sizeof p->data)
		return true;
	memmove(p->data + 4, p->data, p->len);
	memset(p->data, 0, 4);
	p->len += 4;
	markers++;
	return true;
}

static void markers_too_many(void **state)
{
	struct net *net = *state;
	markers = 0;
	net->filter = mark;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(markers, 5);
}

/* Messages in two fragments whose number is always the same, the first one once more when the message is whole; and
 * fragments of an encrypted message that say so or do not. */
static bool halve(struct net *net, struct net_packet *p)
{
	static const uint8_t zero[IKE_COOKIE_LEN];
	size_t half = p->len / 2;
	if (p->from != &net->client || memcmp(p->data + 8, zero, sizeof zero) == 0 || p->data[18] != EXCH_MAIN)
		return true;
	for (unsigned k = 0; k < 3; k++) {
		size_t at = k == 1 ? half : 0, len = k == 1 ? p->len - half : half;
		struct net_packet *f = malloc(sizeof *f);
		*f = *p;
		struct wr w = wr_of(f->data, sizeof f->data);
		wr_bytes(&w, p->data, 16);
		wr_u8(&w, PAYLOAD_FRAGMENT);
		wr_bytes(&w, p->data + 17, 2);
		wr_u8(&w, k == 0 ? p->data[19] : 0);
		wr_bytes(&w, p->data + 20, 4);
		wr_u32(&w, (uint32_t)(IKE_HDR_LEN + 8 + len));
		wr_u16(&w, 0);
		wr_u16(&w, (uint16_t)(8 + len));
		wr_u16(&w, 1);
		wr_u8(&w, k == 1 ? 2 : 1);
		wr_u8(&w, k == 1);
		wr_bytes(&w, p->data + at, len);
		f->len = wr_len(&w);
		net->queue[net->nqueue++] = f;
	}
	return false;
}

static void fragments_numbered_alike(void **state)
{
	struct net *net = *state;
	net->filter = halve;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "aes-256", "sha", 14);
	client_connect(&net->client);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(net_logged(net, 713904, NULL), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(short_lifetimes),
	        T(short_lifetimes_of_ours),
	        T(windows_and_a_server_behind_nat),
	        T(others_and_a_server_behind_nat),
	        T(past_the_nat),
	        T(any_port),
	        T(same_address_behind_two_nats),
	        T(new_mapping_before_traffic),
	        T(markers_too_many),
	        T(fragments_numbered_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
