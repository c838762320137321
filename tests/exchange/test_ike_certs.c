/* Clients with certificates: they get in, renew, over any wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/auth.h"
#include "tests/exchange/pki_world.h"

/* ------------------------------------------------------------------ in */

static void connects(void **state)
{
	struct pki_world *w = *state;
	struct ike_peer_info info;
	prepare(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	connected(w);
	assert_true(ike_peer_info(w->net.server.ike, w->net.server.up_peer, &info));
	assert_string_equal(info.auth, "rsaCertificate");
	assert_true(same_name(pki_cert_subject(info.cert), w->his));
	const struct ike_peer *peer = w->net.server.ike->peers;
	assert_int_equal(peer->id_type, ID_DER_ASN1_DN);
	assert_true(same_name(peer->id, w->his));
	assert_int_equal(net_logged(&w->net, 713243, NULL), 0);
	assert_int_equal(net_logged(&w->net, 713904, NULL), 0);
	/* the client knows us as well */
	assert_true(same_name(pki_cert_subject(w->net.client.ike->peers->cert), w->own));
}

static void connects_behind_nat_with_everything_elsewhere(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	ask(w, PRIVATE_IP, NAT_IP);
	w->net.server.dh_later = w->net.client.dh_later = w->net.server.work_hold = true;
	client_connect(&w->net.client);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_non_null(w->net.server.work.job);
	node_work_go(&w->net.server);
	net_run(&w->net, 1000);
	connected(w);
	assert_true(node_sa(&w->net.server)->pair.udp_encap);
}

/* ------------------------------------------------------------------ wires */

/* One packet of six, by dice: a message of several fragments comes through in parts. */
static uint32_t dice;
static bool lose(struct net *net, struct net_packet *p)
{
	(void)net, (void)p;
	dice = dice * 1664525u + 1013904223u;
	return (dice >> 8) % 6 != 0;
}

static void connects_over_a_lossy_wire(void **state)
{
	struct pki_world *w = *state;
	for (uint32_t seed = 1; seed <= 12; seed++) {
		dice = seed;
		prepare(w);
		w->net.filter = lose;
		ask(w, PRIVATE_IP, NAT_IP);
		client_connect(&w->net.client);
		net_run(&w->net, 40000);
		connected(w);
		assert_int_equal(node_sa_count(&w->net.server), 1);
		pki_world_teardown(state);
		pki_world_setup(state);
	}
}

/* A path that carries no more than 576 bytes. */
static size_t longest;
static unsigned fragments;
static bool narrow(struct net *net, struct net_packet *p)
{
	(void)net;
	if (p->len > longest)
		longest = p->len;
	fragments += p->data[2 * IKE_COOKIE_LEN] == PAYLOAD_FRAGMENT;
	return p->len + 32 <= 576;
}

static void connects_over_a_narrow_path(void **state)
{
	struct pki_world *w = *state;
	longest = fragments = 0;
	prepare(w);
	w->net.filter = narrow;
	ask(w, PRIVATE_IP, NAT_IP);
	client_connect(&w->net.client);
	connected(w);
	assert_true(longest + 32 <= 576);
	assert_in_range(fragments, 4, 12);
}

/* The longest keys and a chain on both sides. */
static void long_chains(struct pki_world *w)
{
	enum { BITS = 4096, HIS_KEY = 8, OUR_KEY, UPPER, LOWER };
	maker_key(HIS_KEY, BITS);
	maker_key(OUR_KEY, BITS);
	maker_key(UPPER, BITS);
	maker_key(LOWER, BITS);
	X509 *upper = maker_ca("/O=Example/CN=Upper", UPPER, w->root, ROOT);
	X509 *lower = maker_ca("/O=Example/CN=Lower", LOWER, upper, UPPER);
	X509_free(w->own);
	w->own = issue(SERVER_DN, OUR_KEY, lower, LOWER, NULL);
	X509 *his = issue(CLIENT_DN, HIS_KEY, lower, LOWER, NULL);
	kit_trust(&w->server, "OURS", lower, w->own, OUR_KEY);
	kit_trust(&w->server, "UPPER", upper, NULL, 0);
	kit_trust(&w->server, "ROOT", w->root, NULL, 0);
	kit_trust(&w->client, "HIS", lower, his, HIS_KEY);
	kit_trust(&w->client, "UPPER", upper, NULL, 0);
	kit_trust(&w->client, "ROOT", w->root, NULL, 0);
	serve(w);
	w->net.server.offer.groups[0].chain = true;
	ask(w, PRIVATE_IP, NAT_IP);
	w->net.client.offer.groups[0].chain = true;
	X509_free(upper);
	X509_free(lower);
	X509_free(his);
}

static void long_keys_and_chains(void **state)
{
	struct pki_world *w = *state;
	long_chains(w);
	w->net.filter = narrow;
	longest = fragments = 0;
	client_connect(&w->net.client);
	connected(w);
	assert_true(longest + 32 <= 576);
	assert_in_range(fragments, 15, 32);
}

/* The same in Aggressive Mode: the answer is longer than three times the question, which is not known to come from where it
 * says; each repetition buys a part of it. racoon asks each two seconds, five times. */
static struct {
	unsigned questions;
	size_t asked, answered;
	uint64_t at_ms; /* of the first answer */
	bool third;
} am;

static bool weigh(struct net *net, struct net_packet *p)
{
	static const uint8_t none[IKE_COOKIE_LEN];
	if (p->data[2 * IKE_COOKIE_LEN + 2] != EXCH_AGGRESSIVE || am.third)
		return true;
	if (p->from == &net->client && memcmp(p->data + IKE_COOKIE_LEN, none, sizeof none) == 0) {
		am.questions++;
		am.asked += p->len;
	} else if (p->from == &net->client) {
		am.third = true;
	} else {
		am.at_ms = am.at_ms != 0 ? am.at_ms : clock_now(&net->clock);
		am.answered += p->len;
	}
	assert_true(am.answered <= 3 * am.asked);
	return true;
}

static void long_chains_in_aggressive_mode(void **state)
{
	struct pki_world *w = *state;
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	long_chains(w);
	memset(&am, 0, sizeof am);
	w->net.filter = weigh;
	struct ike_peer *peer = client_peer(&w->net.client);
	peer->aggressive = true;
	client_flow(&w->net.client, peer, PRIVATE_IP, 1701, alg, ENCAP_UDP_TRANSPORT);
	uint64_t began_ms = clock_now(&w->net.clock);
	mm_begin(peer, NULL);
	net_run(&w->net, 20000);
	connected(w);
	print_message("%u questions of %zu octets, answers %zu, after %u ms\n", am.questions, am.asked, am.answered,
	              (unsigned)(am.at_ms - began_ms));
	assert_in_range(am.questions, 2, 5);
	assert_int_equal(w->net.server.ike->put_off[PUT_OFF_UNPROVED], am.questions - 1);
	assert_true(am.at_ms - began_ms < 10000);
}

/* A peer that cannot put fragments together gets messages as a whole. */
static bool hide_fragmentation(struct net *net, struct net_packet *p)
{
	static const uint8_t id[] = {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85};
	for (size_t at = IKE_HDR_LEN; at + sizeof id <= p->len; at++)
		if (memcmp(p->data + at, id, sizeof id) == 0)
			memset(p->data + at, 0xee, sizeof id);
	(void)net;
	fragments += p->data[2 * IKE_COOKIE_LEN] == PAYLOAD_FRAGMENT;
	return true;
}

static void whole_messages_for_others(void **state)
{
	struct pki_world *w = *state;
	fragments = 0;
	prepare(w);
	w->net.filter = hide_fragmentation;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	connected(w);
	assert_int_equal(fragments, 0);
}

/* ------------------------------------------------------------------ renewal */

static void both_renew(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	prepare(w);
	net->server.offer.policy[1].life_s = 120;
	ask(w, PRIVATE_IP, NAT_IP);
	client_connect(&net->client);
	connected(w);
	for (unsigned s = 0; s < 900; s++) {
		net_run(net, 1000);
		assert_non_null(node_sa(&net->server));
		assert_true(net->server.ike->nsas <= 4);
	}
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.peer_downs, 0);
	assert_true(net->server.ike->stat[STAT_INITIATOR_TUNNELS] + net->client.ike->stat[STAT_INITIATOR_TUNNELS] >= 7);
	assert_int_equal(net->server.ike->stat[STAT_INITIATOR_FAILS], 0);
}

static void server_renews(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	prepare(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&net->client);
	struct ike_peer *peer = net->server.ike->peers;
	mm_begin(peer, peer->sas);
	net_run(net, 1000);
	assert_ptr_equal(net->server.ike->peers, peer);
	assert_null(peer->next);
	assert_true(sa_is(sa_best(peer), SAF_INITIATOR));
	connected(w);
	/* without a certificate of ours there is nothing to begin with */
	pki_cert_drop(w->server.tp[0].cert[PKI_ROLE_OWN]);
	w->server.tp[0].cert[PKI_ROLE_OWN] = NULL;
	mm_begin(peer, peer->sas);
	assert_int_equal(net_logged(net, 713098, "dyno"), 1);
}

/* The peer's new certificate is another one: fine. Another name: not the same peer. */
static void another_certificate_of_the_same_peer(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	prepare(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&net->client);
	struct ike_peer *peer = net->server.ike->peers;
	X509 *again = issue(CLIENT_DN, CLIENT, w->root, ROOT, NULL);
	pki_cert_drop(w->client.tp[0].cert[PKI_ROLE_OWN]);
	w->client.tp[0].cert[PKI_ROLE_OWN] = maker_pki(again);
	mm_begin(peer, peer->sas);
	net_run(net, 1000);
	assert_true(sa_is(sa_best(peer), SAF_INITIATOR));
	assert_true(pki_cert_same(peer->cert, w->client.tp[0].cert[PKI_ROLE_OWN]));
	X509 *else_ = issue("/O=Example/CN=somebody else", CLIENT, w->root, ROOT, NULL);
	pki_cert_drop(w->client.tp[0].cert[PKI_ROLE_OWN]);
	w->client.tp[0].cert[PKI_ROLE_OWN] = maker_pki(else_);
	struct ike_sa *before = sa_best(peer);
	mm_begin(peer, peer->sas);
	net_run(net, 1000);
	assert_ptr_equal(sa_best(peer), before);
	assert_true(same_name(pki_cert_subject(peer->cert), w->his));
	X509_free(again);
	X509_free(else_);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, pki_world_setup, pki_world_teardown)
	const struct CMUnitTest tests[] = {
	        T(connects),
	        T(connects_behind_nat_with_everything_elsewhere),
	        T(connects_over_a_lossy_wire),
	        T(connects_over_a_narrow_path),
	        T(long_keys_and_chains),
	        T(long_chains_in_aggressive_mode),
	        T(whole_messages_for_others),
	        T(both_renew),
	        T(server_renews),
	        T(another_certificate_of_the_same_peer),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	maker_free();
	return failed;
}
