/* Peers that want what is not offered: each of them is refused, and the log names the cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_initiator.h"

static const struct esp_alg aes = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};

static void say(struct net *net, const struct ike_out *o)
{
	struct bytes all = ike_out_all(o);
	ike_input(net->server.ike, (struct ip4_end){SERVER_IP, IKE_PORT},
	          (struct ip4_end){CLIENT_IP, IKE_PORT}, all.p, all.len);
}

static void first_message(struct net *net, uint8_t exch, uint16_t auth)
{
	static struct ike_out o;
	struct ike_hdr hdr = {.exch = exch, .icookie = {1, 2, 3, 4, 5, 6, 7, 8}};
	struct ike_policy policy = net->server.offer.policy[0];
	policy.auth = auth;
	ike_out_begin(&o, &hdr);
	ike_out_payload(&o, PAY_SA);
	p1_write_offer(&o.w, &policy);
	assert_true(ike_out_end(&o));
	say(net, &o);
}

/* Aggressive Mode that is switched off, and one that is none: its first message says it all. */
static void aggressive_mode(void **state)
{
	struct net *net = *state;
	first_message(net, EXCH_AGGRESSIVE, AUTH_PSK);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_int_equal(net->to_client, 0);
	net->server.offer.conf.am_disable = true;
	first_message(net, EXCH_AGGRESSIVE, AUTH_PSK);
	assert_int_equal(net_logged(net, 713904, "disabled by crypto ikev1 am-disable, dropping"), 1);
	assert_int_equal(net->server.ike->nsas, 0);
}

static void xauth_in_main_mode(void **state)
{
	struct net *net = *state;
	first_message(net, EXCH_MAIN, AUTH_XAUTH);
	assert_int_equal(
	        net_logged(net, 713902, "Preshared Key with XAUTH (Initiator authenticated)"), 1);
	assert_int_equal(
	        net_logged(net, 713902, "(XAUTH is not supported: remote access is by L2TP"), 1);
	/* somebody who offers something else, too, is told of that alone */
	net_log_clear(net);
	first_message(net, EXCH_MAIN, AUTH_RSA_SIG);
	assert_int_equal(net_logged(net, 713902, "XAUTH"), 0);
}

static void mode_config(void **state)
{
	static struct ike_out o;
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_non_null(node_sa(&net->client));
	struct ike_sa *sa = net->client.ike->sas;
	struct ike_hdr hdr = {.exch = EXCH_TRANSACTION, .flags = IKE_FLAG_ENCRYPTED, .msgid = 77};
	memcpy(hdr.icookie, sa->icookie, sizeof hdr.icookie);
	memcpy(hdr.rcookie, sa->rcookie, sizeof hdr.rcookie);
	ike_out_begin(&o, &hdr);
	ike_out_bytes(&o, PAY_HASH, (struct bytes){(const uint8_t *)"12345678901234567890", 20});
	assert_true(ike_out_end(&o));
	say(net, &o);
	assert_int_equal(net_logged(net, 713904, "Mode Config and XAUTH are not supported"), 1);
	assert_non_null(node_sa(&net->server)); /* and nothing else happens */
}

/* A flow between a client and everything behind the server, as IPsec clients propose it. */
static void tunnel_flow(struct node *c, struct ike_peer *peer, uint8_t type)
{
	static uint8_t all[12];
	struct ike_flow *flow = client_flow(c, peer, c->ip, 0, aes, ENCAP_TUNNEL);
	all[0] = type;
	size_t len = type == ID_IPV4_SUBNET ? sizeof all : 8;
	share_drop(flow->id_remote.p);
	flow->id_remote = (struct bytes){share_hold(all, len), len};
}

static void tunnel_without_l2tp(void **state)
{
	struct net *net = *state;
	net->server.offer.sets[1].mode = ESP_TUNNEL; /* a set that would do */
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	tunnel_flow(&net->client, peer, ID_IPV4_SUBNET);
	mm_begin(peer, NULL);
	net_run(net, 2000);
	assert_int_equal(net_logged(net, 713903,
	                            "Tunnel Rejected: IPsec without L2TP (remote proxy "
	                            "203.0.113.101/255.255.255.255/17/0, local proxy "
	                            "0.0.0.0/0.0.0.0/0/0) is not supported"),
	                 1);
	assert_int_equal(net_logged(net, 713119, NULL), 2); /* phase 1 is fine, on both sides */
	assert_null(node_sa(&net->server));
	assert_int_equal(node_sa_count(&net->server), 0);
}

/* L2TP in tunnel mode is L2TP. */
static void tunnel_with_l2tp(void **state)
{
	struct net *net = *state;
	net->server.offer.sets[1].mode = ESP_TUNNEL;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	client_flow(&net->client, peer, CLIENT_IP, 1701, aes, ENCAP_TUNNEL);
	mm_begin(peer, NULL);
	net_run(net, 2000);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
}

/* set pfs: demanded, and of the group that is configured. */
static void pfs_is_demanded(void **state)
{
	static const uint16_t offered[] = {0, 5, 14};
	for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
		struct net *net = *state;
		net->server.offer.entry.pfs_group = 14;
		net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
		struct ike_peer *peer = client_peer(&net->client);
		client_flow(&net->client, peer, CLIENT_IP, 1701, aes, ENCAP_TRANSPORT)->group =
		        offered[i];
		mm_begin(peer, NULL);
		net_run(net, 2000);
		assert_int_equal(node_sa(&net->server) != NULL, offered[i] == 14);
		assert_int_equal(net_logged(net, 713902, "pfs group14"), offered[i] != 14);
		net_teardown(state);
		net_setup(state);
	}
}

/* set nat-t-disable: a client behind a NAT has nothing it could use. */
static void nat_t_is_disabled(void **state)
{
	struct net *net = *state;
	net->server.offer.entry.nat_t = false;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_null(node_sa(&net->server));
	assert_int_equal(net_logged(net, 713902, "mode transport nat-t-disable"), 1);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->other);
	assert_non_null(node_sa(&net->server));
}

/* The order of the sets in the entry decides, not the order of the offer; lifetimes and what else the entry says. */
static void entry_decides(void **state)
{
	struct net *net = *state;
	net->server.offer.entry.life_s = 900;
	net->server.offer.entry.life_kb = 5000;
	net->server.offer.entry.replay_window = 1024;
	net->server.offer.entry.reverse_route = true;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	const struct sa_pair *p = &node_sa(&net->server)->pair;
	assert_int_equal(p->life_s, 900);
	assert_int_equal(p->life_kb, 5000);
	assert_int_equal(p->replay_window, 1024);
	assert_true(p->reverse_route);
	/* and what a rekey of ours makes has it, too */
	net_run(net, 870 * 1000);
	assert_true(node_sa_count(&net->server) >= 2);
	assert_true(node_sa(&net->server)->pair.reverse_route);
	assert_int_equal(node_sa(&net->server)->pair.replay_window, 1024);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, net_setup, net_teardown)
	const struct CMUnitTest tests[] = {
	        T(aggressive_mode),     T(xauth_in_main_mode), T(mode_config),
	        T(tunnel_without_l2tp), T(tunnel_with_l2tp),   T(pfs_is_demanded),
	        T(nat_t_is_disabled),   T(entry_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
