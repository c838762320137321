/* Clients with certificates choose their tunnel group (test_ike_groups.c has all ways); those with the key stay in theirs.
 * And certificates in Aggressive Mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_by_hand.h"
#include "tests/exchange/pki_world.h"

static void add_group(struct pki_world *w, const char *name)
{
	struct ike_offer *o = &w->net.server.offer;
	o->groups[o->conf.ngroups] = o->groups[0];
	o->groups[o->conf.ngroups++].name = name;
}

static const char *landed(struct pki_world *w)
{
	static char name[64];
	struct ike_peer_info info = {0};
	assert_true(ike_peer_info(w->net.server.ike, w->net.server.up_peer, &info));
	str_copy(name, sizeof name, str_of(info.group));
	return name;
}

static void groups(struct pki_world *w)
{
	prepare(w);
	add_group(w, "Mapped");
	add_group(w, "Sales");
	w->net.server.offer.conf.map = (struct ike_group_map){.ou = true, .fallback = &w->net.server.offer.groups[0]};
}

static void by_ou_and_by_key(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	groups(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&net->client);
	connected(w);
	assert_string_equal(landed(w), "Sales");
	assert_int_equal(net_logged(net, 713119, "Group = Sales, IP = 203.0.113.101, PHASE 1 COMPLETED"), 1);
	net_client(net, &net->other, CLIENT_IP + 1, CLIENT_IP + 1, "3des", "sha", 2);
	client_connect(&net->other);
	assert_int_equal(net->server.flow_ups, 2);
	assert_string_equal(landed(w), "DefaultRAGroup");
	assert_int_equal(net->server.ike->npeers, 2);
}

static void default_group(void **state)
{
	struct pki_world *w = *state;
	groups(w);
	w->net.server.offer.conf.map.ou = false;
	w->net.server.offer.conf.map.fallback = &w->net.server.offer.groups[1];
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	connected(w);
	assert_string_equal(landed(w), "Mapped");
}

/* NAT is found before the certificate has come: the default group says that Windows is spared the NAT of the server. */
static void windows_and_a_server_behind_nat(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	groups(w);
	net->server.ip = 0x0a000001;
	net->server.offer.groups[0].behind_nat = true;
	ike_offer_use(net->server.ike, &net->server.offer, net->server.ip);
	net->filter = hand_as_windows;
	ask(w, CLIENT_IP, CLIENT_IP);
	struct ike_peer *peer = client_peer(&net->client);
	client_flow(&net->client, peer, CLIENT_IP, 1701, alg, ENCAP_UDP_TRANSPORT);
	mm_begin(peer, NULL);
	net_run(net, 3000);
	connected(w);
	assert_string_equal(landed(w), "Sales");
	assert_true(net->server.ike->sas->microsoft && net->server.ike->sas->local_nat);
	assert_false(net->client.ike->sas->remote_nat);
	assert_true(net->client.ike->sas->local_nat);
	assert_true(node_sa(&net->server)->pair.udp_encap);
}

/* ------------------------------------------------------------------ Aggressive Mode */

static void dial(struct node *c)
{
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	bool nat = c->ip != c->public_ip;
	struct ike_peer *peer = client_peer(c);
	peer->aggressive = true;
	client_flow(c, peer, c->ip, 1701, alg, nat ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT);
	mm_begin(peer, NULL);
	net_run(c->net, 3000);
}

static void aggressive(void **state)
{
	struct pki_world *w = *state;
	groups(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	dial(&w->net.client);
	connected(w);
	assert_string_equal(landed(w), "Sales");
	const struct ike_sa *sa = w->net.server.ike->sas;
	assert_true(sa_is(sa, SAF_AGGRESSIVE));
	assert_true(same_name(pki_cert_subject(sa->peer->cert), w->his));
}

static void aggressive_behind_nat_with_everything_elsewhere(void **state)
{
	struct pki_world *w = *state;
	groups(w);
	ask(w, PRIVATE_IP, NAT_IP);
	w->net.server.dh_later = w->net.client.dh_later = true;
	dial(&w->net.client);
	connected(w);
	assert_true(node_sa(&w->net.server)->pair.udp_encap);
}

static void hear(void *arg, const char *line)
{
	out_printf(arg, "%s\n", line);
}

static void aggressive_as_pix_debugs(void **state)
{
	static const char *const texts[] = {
	        "OAK_AG exchange\n",
	        "ISAKMP (0): SA is doing RSA signature authentication using id type ID_DER_ASN1_DN\n",
	        "ISAKMP (0): processing KE payload. message ID = 0\n",
	        "ISAKMP (0): processing ID payload. message ID = 0\n",
	        "ISAKMP (0): processing CERT_REQ payload. message ID = 0\n",
	        "OAK_AG exchange\n",
	        "ISAKMP (0): cert approved",
	        "ISAKMP (0): processing SIG payload. message ID = 0\n",
	        "ISAKMP (0): SA has been authenticated\n",
	};
	struct pki_world *w = *state;
	struct out said;
	struct debug_sink ear = {.write = hear, .arg = &said};
	out_init(&said);
	debug_sink_add(&ear);
	debug_form(&ear, true);
	debug_set(&ear, DEBUG_IKEV1, 1);
	groups(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	dial(&w->net.client);
	debug_sink_remove(&ear);
	connected(w);
	const char *at = said.text;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		at = strstr(at, texts[i]);
		if (at == NULL)
			fail_msg("%s in\n%s", texts[i], said.text);
	}
	out_free(&said);
}

/* Only where a policy asks for signatures. */
static void aggressive_without_a_policy(void **state)
{
	struct pki_world *w = *state;
	groups(w);
	w->net.server.offer.conf.npolicies = 1;
	ask(w, CLIENT_IP, CLIENT_IP);
	dial(&w->net.client);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_true(net_logged(&w->net, 713902, "All SA proposals found unacceptable") > 0);
}

static void aggressive_refused(void **state)
{
	struct pki_world *w = *state;
	X509 *wrong = maker_ca("/O=Wrong/CN=Wrong Root", WRONG_ROOT, NULL, WRONG_ROOT);
	X509_free(w->his);
	w->his = issue(CLIENT_DN, CLIENT, wrong, WRONG_ROOT, NULL);
	groups(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	dial(&w->net.client);
	net_run(&w->net, 60000);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_int_equal(w->net.server.ike->npeers, 0);
	assert_true(net_logged(&w->net, 713904, "Authentication of the peer failed") > 0);
	X509_free(wrong);
}

/* A policy fits, but there is nothing to prove with. */
static void aggressive_with_nothing_to_prove_with(void **state)
{
	struct pki_world *w = *state;
	groups(w);
	for (size_t i = 0; i < 3; i++)
		w->net.server.offer.groups[i].trust_point = "BARE";
	kit_trust(&w->server, "BARE", w->root, NULL, 0);
	ask(w, CLIENT_IP, CLIENT_IP);
	dial(&w->net.client);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_int_equal(net_logged(&w->net, 713082, "Failed to retrieve identity certificate"), 1);
	assert_int_equal(net_logged(&w->net, 713904, "trustpoint BARE"), 1);
	assert_int_equal(net_logged(&w->net, 713902, "All SA proposals found unacceptable"), 0);
}

/* ------------------------------------------------------------------ who it is afterwards */

#define THIEF_DN "/O=Mallory/OU=Sales/CN=mallory"

/* The client shows this one from now on. */
static void show(struct pki_world *w, const char *subject)
{
	struct pki_cert **own = &w->client.tp[0].cert[PKI_ROLE_OWN];
	X509 *x = issue(subject, CLIENT, w->root, ROOT, NULL);
	pki_cert_drop(*own);
	*own = maker_pki(x);
	X509_free(x);
}

/* A client that is in by a name that nobody compares with its certificate. */
static struct ike_peer *named(struct pki_world *w)
{
	struct ike_offer *o = &w->net.server.offer;
	groups(w);
	for (size_t i = 0; i < 3; i++)
		o->groups[i].id_validate = PKI_ID_NOCHECK;
	ask(w, CLIENT_IP, CLIENT_IP);
	w->net.client.offer.conf.identity = IKE_ID_HOSTNAME;
	w->net.client.offer.conf.identity_text = "laptop.example.com";
	dial(&w->net.client);
	connected(w);
	return w->net.server.ike->peers;
}

static void renew(struct pki_world *w, struct ike_peer *peer)
{
	mm_begin(peer, peer->sas);
	net_run(&w->net, 1000);
}

/* Its new certificate is noted. Another name is another peer. */
static void aggressive_renewed_with_another_certificate(void **state)
{
	struct pki_world *w = *state;
	struct ike_peer *peer = named(w);
	struct pki_cert **own = &w->client.tp[0].cert[PKI_ROLE_OWN];
	show(w, CLIENT_DN);
	assert_false(pki_cert_same(peer->cert, *own));
	renew(w, peer);
	struct ike_sa *second = sa_best(peer);
	assert_true(sa_is(second, SAF_INITIATOR) && sa_is(second, SAF_AGGRESSIVE));
	assert_true(pki_cert_same(peer->cert, *own));
	show(w, THIEF_DN);
	renew(w, peer);
	assert_ptr_equal(sa_best(peer), second);
	assert_true(same_name(pki_cert_subject(peer->cert), w->his));
	assert_int_equal(net_logged(&w->net, 713048, "Payload ID: 5"), 1);
}

/* The place and the ID of a peer do not make somebody else that peer, whichever mode he comes in by. */
static void another_certificate_begins(void **state)
{
	for (unsigned aggressive = 0; aggressive < 2; aggressive++) {
		struct pki_world *w = *state;
		struct ike *ike = w->net.server.ike;
		struct ike_peer *peer = named(w), *client = w->net.client.ike->peers;
		client->aggressive = aggressive;
		show(w, CLIENT_DN);
		renew(w, client);
		assert_int_equal(ike->npeers, 1);
		assert_true(pki_cert_same(peer->cert, w->client.tp[0].cert[PKI_ROLE_OWN]));
		struct ike_sa *second = sa_best(peer);
		assert_false(sa_is(second, SAF_INITIATOR));
		show(w, THIEF_DN);
		renew(w, client);
		assert_int_equal(ike->npeers, 2);
		assert_ptr_equal(sa_best(peer), second);
		assert_true(same_name(pki_cert_subject(peer->cert), w->his));
		assert_false(same_name(pki_cert_subject(peer->next->cert), w->his));
		pki_world_teardown(state);
		pki_world_setup(state);
	}
}

/* ------------------------------------------------------------------ when there is too much to do */

/* No more can be checked: it is given up, and begun anew. */
static void aggressive_with_too_many_checks(void **state)
{
	struct pki_world *w = *state;
	struct ike_peer *peer = named(w);
	w->server.full = true;
	renew(w, peer);
	assert_true(w->net.server.ike->put_off[PUT_OFF_CHECKS] > 0);
	w->server.full = false;
	renew(w, peer);
	assert_true(sa_is(sa_best(peer), SAF_INITIATOR));
}

static size_t waiting; /* in the server's queue of Diffie-Hellman and signatures */

static size_t count_waiting(void *ctx)
{
	(void)ctx;
	return waiting;
}

static void count_server(struct pki_world *w)
{
	static struct ike_ops ops;
	ops = *w->net.server.ike->ops;
	ops.dh_waiting = count_waiting;
	w->net.server.ike->ops = &ops;
	waiting = 0;
}

/* The second message is taken when there is room for its answer. */
static void aggressive_with_a_full_queue(void **state)
{
	struct pki_world *w = *state;
	struct ike_peer *peer = named(w);
	count_server(w);
	waiting = IKE_DH_MOST;
	renew(w, peer);
	assert_int_equal(w->net.server.ike->put_off[PUT_OFF_DH_FULL], 1);
	assert_int_equal(peer->sas->mm.state, ST_AM_WAIT2);
	waiting = 0;
	net_run(&w->net, 5000);
	assert_true(sa_is(sa_best(peer), SAF_INITIATOR));
}

static bool fill_queue(struct net *net, struct net_packet *p)
{
	const struct ike_sa *newest = net->server.ike->sas_last;
	if (p->to == &net->server && newest != NULL && newest->mm.state == ST_MM_WAIT5)
		waiting = IKE_DH_MOST;
	return true;
}

/* Main Mode's last message: with a certificate the answer is signed; with a key it asks for nothing. */
static void last_message_with_a_full_queue(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	groups(w);
	count_server(w);
	net->filter = fill_queue;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&net->client);
	assert_int_equal(net->server.ike->put_off[PUT_OFF_DH_FULL], 1);
	assert_int_equal(net->server.ike->sas->mm.state, ST_MM_WAIT5);
	net->filter = NULL;
	waiting = 0;
	net_run(net, 5000);
	connected(w);
	net->filter = fill_queue;
	net_client(net, &net->other, CLIENT_IP + 1, CLIENT_IP + 1, "3des", "sha", 2);
	client_connect(&net->other);
	assert_int_equal(waiting, IKE_DH_MOST);
	assert_int_equal(net->server.flow_ups, 2);
}

/* ------------------------------------------------------------------ the ID goes first */

static struct pki_trustpoint *believed_later;

static bool believe(struct net *net, struct net_packet *p)
{
	if (p->from == &net->client && p->data[18] == EXCH_AGGRESSIVE)
		believed_later->validates = true;
	return true;
}

/* What we begin names us before the peer can ask for another authority: it is proved with that certificate. */
static void the_certificate_of_the_id(void **state)
{
	struct pki_world *w = *state;
	X509 *second = maker_ca("/O=Example/CN=Second Root", WRONG_ROOT, NULL, 0);
	X509 *other = issue("/O=Example/CN=second", OTHER, second, WRONG_ROOT, NULL);
	struct ike_peer *peer = named(w);
	kit_trust(&w->server, "SECOND", second, other, OTHER);
	kit_trust(&w->client, "SECOND", second, NULL, 0);
	w->net.server.offer.groups[1].trust_point = "SECOND";
	believed_later = &w->client.tp[0];
	believed_later->validates = false; /* as it asks */
	w->net.filter = believe;
	renew(w, peer);
	assert_true(believed_later->validates);
	assert_true(sa_is(sa_best(peer), SAF_INITIATOR));
	const struct ike_sa *his = w->net.client.ike->sas_last;
	assert_false(sa_is(his, SAF_INITIATOR));
	assert_int_equal(his->mm.state, ST_ACTIVE);
	assert_int_equal(net_logged(&w->net, 713904, NULL), 0);
	X509_free(second);
	X509_free(other);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, pki_world_setup, pki_world_teardown)
	const struct CMUnitTest tests[] = {
	        T(by_ou_and_by_key), T(default_group), T(windows_and_a_server_behind_nat), T(aggressive),
	        T(aggressive_behind_nat_with_everything_elsewhere), T(aggressive_without_a_policy), T(aggressive_refused),
	        T(aggressive_as_pix_debugs), T(aggressive_with_nothing_to_prove_with),
	        T(aggressive_renewed_with_another_certificate), T(another_certificate_begins),
	        T(aggressive_with_too_many_checks), T(aggressive_with_a_full_queue), T(last_message_with_a_full_queue),
	        T(the_certificate_of_the_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
