/* A client gets in: directly, behind a NAT, over a wire that loses; and where it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_initiator.h"

static void assert_connected(struct net *net, struct node *client)
{
	assert_true(net_sas_match(node_sa(&net->server), node_sa(client)));
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net_logged(net, 713119, "IP = "), 2);
	assert_int_equal(net_logged(net, 713120, NULL), 2);
}

static void connects_directly(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_connected(net, &net->client);
	struct net_sa *sa = node_sa(&net->server);
	assert_false(sa->pair.udp_encap);
	assert_int_equal(sa->pair.mode, ESP_TRANSPORT);
	assert_int_equal(sa->pair.remote.ip, CLIENT_IP);
	assert_int_equal(sa->pair.remote_proxy.port, 1701);
	assert_int_equal(sa->pair.life_s, 3600);
	assert_int_equal(sa->pair.life_kb, 250000);
	assert_string_equal(sa->pair.map_name, "dyno");
}

static void connects_behind_nat(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "aes-256", "sha", 14);
	client_connect(&net->client);
	assert_connected(net, &net->client);
	struct net_sa *sa = node_sa(&net->server);
	assert_true(sa->pair.udp_encap);
	assert_int_equal(sa->pair.remote.ip, NAT_IP);
	assert_int_equal(sa->pair.remote.port, IKE_PORT_NATT + net->client.port_offset);
	assert_int_equal(sa->pair.local.port, IKE_PORT_NATT);
	assert_int_equal(sa->pair.remote_proxy.ip, NAT_IP);
	assert_int_equal(net_logged(net, 713172, "Remote end is behind a NAT"), 1);
	unsigned before = net->server.keepalives;
	net_run(net, 61000);
	assert_int_equal(net->server.keepalives, before + 3);
}

/* Two behind one NAT, same private address and port: two peers, two flows. */
static void two_behind_one_nat(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	net_client(net, &net->other, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	uint32_t peer = net->server.up_peer, flow = net->server.up_flow;
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	client_connect(&net->other);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->other)));
	assert_int_equal(net->server.flow_ups, 2);
	assert_int_not_equal(net->server.up_peer, peer);
	assert_int_not_equal(net->server.up_flow, flow);
	assert_int_equal(net->server.flow_downs, 0);
}

static void connects_with_dh_elsewhere(void **state)
{
	struct net *net = *state;
	net->server.dh_later = true;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "aes-256", "sha", 14);
	net->client.dh_later = true;
	client_connect(&net->client);
	assert_connected(net, &net->client);
}

/* Every n-th packet is lost, each n in turn: it must still come up, by repetition. */
static unsigned lose_nth;
static unsigned lose_count;
static bool lose(struct net *net, struct net_packet *p)
{
	(void)net;
	(void)p;
	return ++lose_count % lose_nth != 0;
}

static void connects_over_a_lossy_wire(void **state)
{
	struct net *net = *state;
	for (lose_nth = 3; lose_nth <= 9; lose_nth++) {
		lose_count = 0;
		net->filter = lose;
		net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
		client_connect(&net->client);
		net_run(net, 40000);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_int_equal(node_sa_count(&net->server), 1);
		net_teardown(state);
		net_setup(state);
	}
}

/* One particular packet is lost, each in turn. */
static unsigned lose_this;
static bool lose_one(struct net *net, struct net_packet *p)
{
	(void)net;
	(void)p;
	return ++lose_count != lose_this;
}

static void any_single_loss_is_repaired(void **state)
{
	struct net *net = *state;
	for (lose_this = 1; lose_this <= 9; lose_this++) {
		lose_count = 0;
		net->filter = lose_one;
		net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
		client_connect(&net->client);
		net_run(net, 20000);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		net_teardown(state);
		net_setup(state);
	}
}

static bool twice(struct net *net, struct net_packet *p)
{
	if (net->nqueue + 2 < NET_PACKETS) {
		struct net_packet *copy = malloc(sizeof *copy);
		*copy = *p;
		net->queue[net->nqueue++] = copy;
	}
	return true;
}

static void duplicates_do_no_harm(void **state)
{
	struct net *net = *state;
	net->filter = twice;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net_run(net, 20000);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(node_sa_count(&net->server), 1);
	/* and it comes to rest: nobody answers a repetition of the last message */
	unsigned sent = net->to_server + net->to_client;
	assert_int_equal(sent, 9);
	net_run(net, 60000);
	assert_int_equal(net->to_server + net->to_client, sent);
}

/* A client that is slow repeats its last message, since we repeated ours: that ends it. */
static struct net_packet last_seen;
static bool keep_last(struct net *net, struct net_packet *p)
{
	if (p->to == &net->server)
		last_seen = *p;
	return true;
}

static void last_message_again(void **state)
{
	struct net *net = *state;
	net->filter = keep_last;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 1);
	unsigned sent = net->to_client;
	ike_input(net->server.ike, last_seen.dst, last_seen.src, last_seen.data, last_seen.len);
	assert_int_equal(net->to_client, sent);
	assert_int_equal(net_logged(net, 713201, "No last packet to retransmit."), 1);
}

/* Vendor IDs are in clear: with RFC 3947 and -03 taken out of MM1 a draft is agreed on. */
static const uint8_t natt_rfc[] = {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45};
static const uint8_t natt_03[] = {0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f};
static const uint8_t natt_02[] = {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8};
static const uint8_t *hidden[4];

static bool hide_vendors(struct net *net, struct net_packet *p)
{
	(void)net;
	for (size_t i = 0; i < 4 && hidden[i] != NULL; i++)
		for (size_t at = IKE_HDR_LEN; at + 8 <= p->len; at++)
			if (memcmp(p->data + at, hidden[i], 8) == 0)
				memset(p->data + at, 0xee, 8);
	return true;
}

static void connects_with_drafts(void **state)
{
	struct net *net = *state;
	static const struct {
		const uint8_t *hide[4];
		enum natt_variant want;
	} cases[] = {
	        {{natt_rfc, NULL}, NATT_DRAFT_03},
	        {{natt_rfc, natt_03, NULL}, NATT_DRAFT_02},
	        {{natt_rfc, natt_03, natt_02, NULL}, NATT_DRAFT_02N},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		memcpy(hidden, cases[i].hide, sizeof hidden);
		net->filter = hide_vendors;
		net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
		struct ike_peer *peer = client_peer(&net->client);
		struct esp_alg alg = {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1};
		client_flow(&net->client, peer, PRIVATE_IP, 1701, alg, ENCAP_UDP_TRANSPORT_DRAFT);
		mm_begin(peer, NULL);
		net_run(net, 1000);
		assert_int_equal(net->server.ike->sas->natt, cases[i].want);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_true(node_sa(&net->server)->pair.udp_encap);
		net_teardown(state);
		net_setup(state);
	}
}

/* ------------------------------------------------------------------ where it must fail, with one line each */

static void wrong_psk(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->client.offer.groups[0].psk = "something else";
	net->client.offer.groups[0].psk_len = 14;
	client_connect(&net->client);
	net_run(net, 60000);
	assert_int_equal(net_logged(net, 713903,
	                            "Group = DefaultRAGroup, IP = 203.0.113.101, ERROR, had "
	                            "problems decrypting "
	                            "packet, probably due to mismatched pre-shared key.  Aborting"),
	                 1);
	assert_null(node_sa(&net->server));
	assert_int_equal(net->server.ike->nsas, 0);
	assert_int_equal(net->server.ike->half_open, 0);
}

static void no_common_policy(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "aes", "md5", 5);
	client_connect(&net->client);
	net_run(net, 60000);
	assert_int_equal(net_logged(net, 713902, "All SA proposals found unacceptable"), 1);
	assert_int_equal(net_logged(net, 713902,
	                            "Rcv'd: AES-CBC-128/MD5/group 5  Cfg'd: 3DES-CBC/SHA1/group 2"),
	                 1);
	assert_int_equal(net->server.ike->nsas, 0);
}

static void connect_with(struct net *net, struct esp_alg alg, uint16_t encap, uint16_t port)
{
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	client_flow(&net->client, peer, CLIENT_IP, port, alg, encap);
	mm_begin(peer, NULL);
	net_run(net, 1000);
}

static void no_common_transform(void **state)
{
	struct net *net = *state;
	connect_with(net, (struct esp_alg){ESP_CIPHER_DES, 8, ESP_MAC_MD5}, ENCAP_TRANSPORT, 1701);
	assert_int_equal(net_logged(net, 713902,
	                            "All IPSec SA proposals found unacceptable!  Rcv'd: "
	                            "DES/HMAC-MD5/Transport  Cfg'd: "
	                            "esp-3des esp-sha-hmac mode transport, esp-aes-256 "
	                            "esp-sha-hmac mode transport"),
	                 1);
	assert_int_equal(net_logged(net, 713068, "No proposal chosen (14)"),
	                 1); /* what the client got */
	assert_int_equal(node_sa_count(&net->server), 0);
}

static void mode_transport_missing(void **state)
{
	struct net *net = *state;
	net->server.offer.sets[0].mode = net->server.offer.sets[1].mode = ESP_TUNNEL;
	connect_with(net, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT,
	             1701);
	assert_int_equal(net_logged(net, 713902, "transform-set TRANS lacks mode transport"), 1);
	assert_int_equal(node_sa_count(&net->server), 0);
}

static void no_map_on_interface(void **state)
{
	struct net *net = *state;
	net->server.has_map = false;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(
	        net_logged(net, 713904, "No crypto map bound to interface... dropping pkt"), 1);
}

static void outside_match_address(void **state)
{
	struct net *net = *state;
	static const struct ipsec_ace aces[] = {{.permit = true,
	                                         .proto = 17,
	                                         .src = SERVER_IP,
	                                         .src_mask = UINT32_MAX,
	                                         .sport_lo = 1701,
	                                         .sport_hi = 1701,
	                                         .dport_lo = 1701,
	                                         .dport_hi = 1701}};
	static const struct ipsec_acl acl = {"L2TP", aces, 1};
	net->server.offer.entry.acl = &acl;
	connect_with(net, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT,
	             50321);
	assert_int_equal(net_logged(net, 713061,
	                            "no matching crypto map entry for remote proxy "
	                            "203.0.113.101/255.255.255.255/17/50321 local proxy "
	                            "203.0.113.1/255.255.255.255/17/1701 on interface outside"),
	                 1);
	assert_int_equal(node_sa_count(&net->server), 0);
	/* The port the list asks for gets in. */
	net_teardown(state);
	net_setup(state);
	net->server.offer.entry.acl = &acl;
	connect_with(net, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT,
	             1701);
	assert_int_equal(net->server.flow_ups, 1);
}

static void ephemeral_port_without_list(void **state)
{
	struct net *net = *state;
	connect_with(net, (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT, 0);
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(node_sa(&net->server)->pair.remote_proxy.port, 0);
}

static void nat_with_natt_off(void **state)
{
	struct net *net = *state;
	net->server.offer.conf.natt_s = 0;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	client_flow(&net->client, peer, PRIVATE_IP, 1701,
	            (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ENCAP_TRANSPORT);
	mm_begin(peer, NULL);
	net_run(net, 1000);
	assert_int_equal(net->client.ike->sas->natt, NATT_NONE);
	assert_int_equal(
	        net_logged(net, 713903,
	                   "Peer is behind a NAT device (its own address is 198.18.1.101) and "
	                   "NAT-Traversal is disabled"),
	        1);
	assert_int_equal(node_sa_count(&net->server), 0);
}

static void l2tp_not_allowed(void **state)
{
	struct net *net = *state;
	net->server.offer.groups[0].l2tp_allowed = false;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net_logged(net, 713206, "Tunnel Rejected: Conflicting protocols"), 1);
	assert_int_equal(node_sa_count(&net->server), 0);
}

static void no_key_configured(void **state)
{
	struct net *net = *state;
	net->server.offer.groups[0].psk = NULL;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net_logged(net, 713138, "BASE GROUP default preshared key not configured"),
	                 1);
}

/* ------------------------------------------------------------------ details */

static void pfs_is_accepted(void **state)
{
	struct net *net = *state;
	static const uint16_t groups[] = {1, 2, 5, 14, 19, 20};
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		net->server.dh_later = true;
		net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
		struct ike_peer *peer = client_peer(&net->client);
		struct esp_alg alg = {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1};
		client_flow(&net->client, peer, CLIENT_IP, 1701, alg, ENCAP_TRANSPORT)->group =
		        groups[i];
		mm_begin(peer, NULL);
		net_run(net, 2000);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		net_teardown(state);
		net_setup(state);
	}
}

/* Our shorter lifetimes win and the client is told (RESPONDER-LIFETIME). */
static void shorter_lifetime_wins(void **state)
{
	struct net *net = *state;
	net->server.offer.policy[0].life_s = 3000;
	net->server.offer.entry.life_s = 1200;
	net->server.offer.entry.life_kb = 100000;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net_logged(net, 713073, "from 28800 to 3000 seconds"), 1);
	assert_int_equal(net_logged(net, 713075, "from 3600 to 1200 seconds"), 1);
	assert_int_equal(net_logged(net, 713076, "from 250000 to 100000 Kbs"), 1);
	assert_int_equal(net->server.ike->sas->life_s, 3000);
	assert_int_equal(node_sa(&net->server)->pair.life_s, 1200);
	assert_int_equal(node_sa(&net->client)->pair.life_s, 1200);
	assert_int_equal(node_sa(&net->client)->pair.life_kb, 100000);
}

/* QM3 is lost, yet the client sends on the SA: as good as QM3. */
static bool lose_qm3(struct net *net, struct net_packet *p)
{
	return p->from == &net->server || net->to_server != 5;
}

static void data_confirms_the_sa(void **state)
{
	struct net *net = *state;
	net->filter = lose_qm3;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->client.silent = true;
	client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 0);
	assert_int_equal(node_sa_count(&net->server), 1);
	net->client.silent = false;
	net_run(net, 2 * NET_TRAFFIC_MS);
	assert_int_equal(net->server.flow_ups, 1);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
}

/* A flood of first messages meets the ceiling; a client still gets in once the old ones are stale. */
static void flood_of_first_messages(void **state)
{
	struct net *net = *state;
	uint8_t msg[256];
	net->server.offer.conf.max_half_open = 50;
	for (unsigned i = 0; i < 500; i++) {
		struct ike_out out;
		struct ike_hdr hdr = {.exch = EXCH_MAIN};
		memset(hdr.icookie, 0x11, 4);
		memcpy(hdr.icookie + 4, &i, 4);
		ike_out_begin(&out, &hdr);
		ike_out_payload(&out, PAY_SA);
		p1_write_offer(&out.w, &net->server.offer.policy[0]);
		assert_true(ike_out_end(&out));
		struct bytes all = ike_out_all(&out);
		memcpy(msg, all.p, all.len);
		ike_input(net->server.ike, (struct ip4_end){SERVER_IP, 500},
		          (struct ip4_end){0x0a000000 + i, 500}, msg, all.len);
	}
	assert_int_equal(net->server.ike->half_open, 50);
	assert_true(net_logged(net, 713191, NULL) > 0);
	assert_true(net_logged(net, 713191, NULL) < 30);
	net_run(net, 3000);
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 1);
	net_run(net, 40000);
	assert_int_equal(net->server.ike->half_open, 0);
	assert_int_equal(net->server.ike->nsas, 1);
}

/* The engine goes away while a helper thread still computes. */
static void freed_while_dh_runs(void **state)
{
	struct net *net = *state;
	net->server.dh_hold = true;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	struct node *s = &net->server;
	assert_non_null(s->dh.job);
	ike_free(s->ike);
	s->ike = NULL;
	prim_dh_run(s->dh.job);
	s->dh.done(s->dh.arg);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(connects_directly),          T(connects_behind_nat),
	        T(two_behind_one_nat),         T(connects_with_dh_elsewhere),
	        T(connects_over_a_lossy_wire), T(any_single_loss_is_repaired),
	        T(duplicates_do_no_harm),      T(last_message_again),
	        T(connects_with_drafts),       T(wrong_psk),
	        T(no_common_policy),           T(no_common_transform),
	        T(mode_transport_missing),     T(no_map_on_interface),
	        T(outside_match_address),      T(ephemeral_port_without_list),
	        T(nat_with_natt_off),          T(l2tp_not_allowed),
	        T(no_key_configured),          T(pfs_is_accepted),
	        T(shorter_lifetime_wins),      T(data_confirms_the_sa),
	        T(flood_of_first_messages),    T(freed_while_dh_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
