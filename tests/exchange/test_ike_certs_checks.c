/* Checks of certificates: who must not get in is refused with his own line; which of our certificates a client is shown; what
 * happens while one is checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/exchange/pki_world.h"

/* ------------------------------------------------------------------ refused */

struct refusal {
	const char *line; /* of 713904 */
	unsigned id;      /* of the line beside it */
	uint16_t notify;
	enum fail_cause cause;
};

static uint16_t notified;
static bool note_notify(struct net *net, struct net_packet *p)
{
	if (p->to == &net->client && p->data[2 * IKE_COOKIE_LEN + 2] == EXCH_INFO && !(p->data[2 * IKE_COOKIE_LEN + 3] & 1))
		notified = (uint16_t)(p->data[IKE_HDR_LEN + 10] << 8 | p->data[IKE_HDR_LEN + 11]);
	return true;
}

static void refused(struct pki_world *w, const struct refusal *r)
{
	struct net *net = &w->net;
	notified = 0;
	net->filter = note_notify;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 0);
	assert_int_equal(net->server.ike->npeers, 0);
	assert_int_equal(net_logged(net, 713904, r->line), 1);
	assert_int_equal(net_logged(net, r->id, NULL), 1);
	assert_int_equal(notified, r->notify);
	assert_int_equal(net->server.ike->stat[STAT_AUTH_FAILS], 1);
	assert_int_equal(net->server.refused.cause, r->cause);
	assert_int_equal(net->server.refused.stage, FAIL_AT_MM5);
}

static void wrong_authority(void **state)
{
	struct pki_world *w = *state;
	X509 *wrong = maker_ca("/O=Mallory/CN=Root", WRONG_ROOT, NULL, 0);
	X509 *his = issue(CLIENT_DN, CLIENT, wrong, WRONG_ROOT, NULL);
	kit_trust(&w->server, "OURS", w->root, w->own, SERVER);
	kit_trust(&w->client, "HIS", wrong, his, CLIENT);
	serve(w);
	refused(w, &(struct refusal){"no trustpoint of its issuer", 713109, NOTIFY_INVALID_CERT_AUTHORITY, FAIL_CERT_CA});
	X509_free(wrong);
	X509_free(his);
}

static void out_of_its_time(struct pki_world *w, int64_t from, int64_t until, const char *line)
{
	struct maker m = {.subject = CLIENT_DN, .slot = CLIENT, .issuer = w->root, .issuer_slot = ROOT, .from = from, .until = until};
	X509 *his = maker_cert(&m);
	kit_trust(&w->server, "OURS", w->root, w->own, SERVER);
	kit_trust(&w->client, "HIS", w->root, his, CLIENT);
	serve(w);
	refused(w, &(struct refusal){line, 713109, NOTIFY_INVALID_CERTIFICATE, FAIL_CERT_TIME});
	X509_free(his);
}

static void expired(void **state)
{
	out_of_its_time(*state, MAKER_NOW - 10 * MAKER_DAY, MAKER_NOW - MAKER_DAY, "the certificate has expired");
}

static void not_yet_valid(void **state)
{
	out_of_its_time(*state, MAKER_NOW + MAKER_DAY, MAKER_NOW + 10 * MAKER_DAY, "the certificate is not yet valid");
}

static void identity_that_is_not_in_the_certificate(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	w->net.client.offer.conf.identity = IKE_ID_HOSTNAME;
	notified = 0;
	w->net.filter = note_notify;
	ask(w, CLIENT_IP, CLIENT_IP);
	w->net.client.offer.conf.identity = IKE_ID_HOSTNAME;
	w->net.client.offer.conf.identity_text = "desktop.example.com";
	client_connect(&w->net.client);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_int_equal(net_logged(&w->net, 713904, "identity is not in its certificate (FQDN)"), 1);
	assert_int_equal(net_logged(&w->net, 713048, "Payload ID: 5"), 1);
	assert_int_equal(notified, NOTIFY_INVALID_ID_INFORMATION);
	assert_int_equal(w->net.server.refused.cause, FAIL_CERT_ID);
}

static void identities(void **state)
{
	static const struct {
		enum ike_identity identity;
		const char *text, *names;
		enum pki_id_validate validate;
		bool in;
	} cases[] = {
	        {IKE_ID_HOSTNAME, "laptop.example.com", "DNS:laptop.example.com", PKI_ID_REQUIRED, true},
	        {IKE_ID_ADDRESS, "", "IP:203.0.113.101", PKI_ID_REQUIRED, true},
	        {IKE_ID_ADDRESS, "", "IP:203.0.113.102", PKI_ID_REQUIRED, false},
	        {IKE_ID_ADDRESS, "", "IP:203.0.113.102", PKI_ID_NOCHECK, true},
	        {IKE_ID_ADDRESS, "", "IP:203.0.113.102", PKI_ID_IF_SUPPORTED, false},
	        {IKE_ID_ADDRESS, "", NULL, PKI_ID_IF_SUPPORTED, true},
	        {IKE_ID_ADDRESS, "", NULL, PKI_ID_REQUIRED, false},
	        {IKE_ID_KEY_ID, "some key", NULL, PKI_ID_REQUIRED, false},
	        {IKE_ID_KEY_ID, "some key", NULL, PKI_ID_NOCHECK, true},
	};
	struct pki_world *w = *state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		X509_free(w->his);
		w->his = issue(CLIENT_DN, CLIENT, w->root, ROOT, cases[i].names);
		prepare(w);
		w->net.server.offer.groups[0].id_validate = cases[i].validate;
		ask(w, CLIENT_IP, CLIENT_IP);
		w->net.client.offer.conf.identity = cases[i].identity;
		w->net.client.offer.conf.identity_text = cases[i].text;
		client_connect(&w->net.client);
		if (w->net.server.flow_ups != cases[i].in)
			fail_msg("case %zu", i);
		pki_world_teardown(state);
		pki_world_setup(state);
	}
}

/* ------------------------------------------------------------------ what we have */

static void nothing_to_prove_with(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	X509 *second = issue(SERVER_DN, OTHER, w->root, ROOT, NULL);
	w->net.server.offer.groups[0].trust_point = NULL;
	kit_trust(&w->server, "ANOTHER", w->root, second, OTHER); /* two: none is the only one */
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_int_equal(net_logged(&w->net, 713082, "Failed to retrieve identity certificate"), 1);
	assert_int_equal(net_logged(&w->net, 713904, "no tunnel-group has a trust-point"), 1);
	assert_int_equal(w->net.server.refused.cause, FAIL_NO_IDENTITY);
	assert_int_equal(w->net.server.refused.stage, FAIL_AT_MM1);
	net_run(&w->net, 60000);
	net_log_clear(&w->net);
	w->net.server.offer.groups[0].trust_point = "BARE";
	kit_trust(&w->server, "BARE", w->root, NULL, 0);
	client_connect(&w->net.client);
	assert_int_equal(net_logged(&w->net, 713082, NULL), 1);
	assert_int_equal(net_logged(&w->net, 713904, "trustpoint BARE"), 1);
	X509_free(second);
}

/* The only trustpoint with a certificate of ours serves groups that name none. */
static void the_only_trustpoint(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	kit_trust(&w->server, "BARE", w->root, NULL, 0);
	w->net.server.offer.groups[0].trust_point = NULL;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	connected(w);
}

static void keys_and_certificates_side_by_side(void **state)
{
	struct pki_world *w = *state;
	struct net *net = &w->net;
	struct ike_peer_info info;
	prepare(w);
	ask(w, CLIENT_IP, CLIENT_IP);
	net_client(net, &net->other, CLIENT_IP + 1, CLIENT_IP + 1, "3des", "sha", 2);
	client_connect(&net->other);
	assert_true(ike_peer_info(net->server.ike, net->server.up_peer, &info));
	assert_string_equal(info.auth, "preSharedKeys");
	assert_null(info.cert);
	client_connect(&net->client);
	assert_true(ike_peer_info(net->server.ike, net->server.up_peer, &info));
	assert_string_equal(info.auth, "rsaCertificate");
	assert_int_equal(net->server.flow_ups, 2);
}

/* Our certificate comes from an authority below the one that the client knows. */
static void chain_goes_along(void **state)
{
	struct pki_world *w = *state;
	for (int named = 0; named < 2; named++) {
		X509 *middle = maker_ca("/O=Example/CN=Middle", MIDDLE, w->root, ROOT);
		X509_free(w->own);
		w->own = issue(SERVER_DN, SERVER, middle, MIDDLE, NULL);
		kit_trust(&w->server, "OURS", middle, w->own, SERVER);
		kit_trust(&w->server, "ROOT", w->root, NULL, 0);
		kit_trust(&w->client, "HIS", w->root, w->his, CLIENT);
		serve(w);
		w->net.server.offer.groups[0].chain = !named;
		ask(w, CLIENT_IP, CLIENT_IP);
		if (!named) /* its requests name nobody that we know of */
			w->client.tp[0].validates = true;
		client_connect(&w->net.client);
		connected(w);
		X509_free(middle);
		pki_world_teardown(state);
		pki_world_setup(state);
	}
}

/* Two groups with certificates of two authorities: the client gets the one whose authority it names. */
static void the_certificate_that_is_asked_for(void **state)
{
	struct pki_world *w = *state;
	X509 *second = maker_ca("/O=Example/CN=Second Root", WRONG_ROOT, NULL, 0);
	X509 *own = issue("/O=Example/CN=second", OTHER, second, WRONG_ROOT, NULL);
	X509 *his = issue(CLIENT_DN, CLIENT, second, WRONG_ROOT, NULL);
	kit_trust(&w->server, "OURS", w->root, w->own, SERVER);
	kit_trust(&w->server, "SECOND", second, own, OTHER);
	kit_trust(&w->client, "HIS", second, his, CLIENT);
	serve(w);
	struct ike_offer *o = &w->net.server.offer;
	o->groups[1] = o->groups[0];
	o->groups[1].name = "Staff";
	o->groups[1].trust_point = "SECOND";
	o->conf.ngroups = 2;
	ask(w, CLIENT_IP, CLIENT_IP);
	expect(w, own);
	client_connect(&w->net.client);
	connected(w);
	assert_true(same_name(pki_cert_subject(w->net.client.ike->peers->cert), own));
	X509_free(second);
	X509_free(own);
	X509_free(his);
}

/* ------------------------------------------------------------------ while it is checked */

static bool twice(struct net *net, struct net_packet *p)
{
	if (p->to == &net->server && net->nqueue + 2 < NET_PACKETS) {
		struct net_packet *copy = malloc(sizeof *copy);
		*copy = *p;
		net->queue[net->nqueue++] = copy;
	}
	return true;
}

static void repeated_message_5(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	w->server.work_ms = 9000;
	w->net.filter = twice;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	net_run(&w->net, 7000);
	assert_int_equal(w->server.started, 1);
	assert_int_equal(w->net.server.flow_ups, 0);
	net_run(&w->net, 5000);
	connected(w);
	assert_int_equal(w->server.started, 1);
}

static void gone_while_it_is_checked(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	w->server.work_ms = 100000;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	assert_int_equal(w->server.started, 1);
	assert_int_equal(w->net.server.ike->sas->mm.state, ST_MM_BUILD6);
	net_run(&w->net, 61000);
	assert_int_equal(net_logged(&w->net, 713136, "MM_BLD_MSG6"), 1);
	assert_int_equal(w->net.server.ike->nsas, 0);
	net_run(&w->net, 60000); /* the check's thread is done; nobody waits */
	assert_int_equal(w->net.server.flow_ups, 0);
	/* and once more with an engine that ends meanwhile: teardown */
	client_connect(&w->net.client);
	assert_int_equal(w->server.started, 2);
}

static void gone_while_it_is_signed(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	w->net.server.work_hold = true;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	assert_non_null(w->net.server.work.job);
	net_run(&w->net, 61000);
	assert_int_equal(w->net.server.ike->nsas, 0);
	node_work_go(&w->net.server);
	client_connect(&w->net.client);
	assert_non_null(w->net.server.work.job);
	ike_shutdown(w->net.server.ike);
	node_work_go(&w->net.server);
}

/* No more can be checked: the client's repetition gets in. */
static void too_many_at_once(void **state)
{
	struct pki_world *w = *state;
	prepare(w);
	w->server.full = true;
	ask(w, CLIENT_IP, CLIENT_IP);
	client_connect(&w->net.client);
	assert_int_equal(w->net.server.flow_ups, 0);
	assert_int_equal(w->net.server.ike->sas->mm.state, ST_MM_WAIT5);
	assert_true(w->net.server.ike->put_off[PUT_OFF_CHECKS] > 0);
	w->server.full = false;
	net_run(&w->net, 5000);
	connected(w);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, pki_world_setup, pki_world_teardown)
	const struct CMUnitTest tests[] = {
	        T(wrong_authority),
	        T(expired),
	        T(not_yet_valid),
	        T(identity_that_is_not_in_the_certificate),
	        T(identities),
	        T(nothing_to_prove_with),
	        T(the_only_trustpoint),
	        T(keys_and_certificates_side_by_side),
	        T(chain_goes_along),
	        T(the_certificate_that_is_asked_for),
	        T(repeated_message_5),
	        T(gone_while_it_is_checked),
	        T(gone_while_it_is_signed),
	        T(too_many_at_once),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	maker_free();
	return failed;
}
