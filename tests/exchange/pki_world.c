#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/pki_world.h"

X509 *issue(const char *subject, unsigned slot, X509 *ca, unsigned ca_slot, const char *names)
{
	struct maker m = {.subject = subject, .slot = slot, .issuer = ca, .issuer_slot = ca_slot};
	if (names != NULL) {
		m.ext[0].nid = NID_subject_alt_name;
		m.ext[0].value = names;
	}
	return maker_cert(&m);
}

static void world_open(struct pki_world *w)
{
	net_open(&w->net);
	net_server(&w->net);
	kit_init(&w->server, &w->net.clock);
	kit_init(&w->client, &w->net.clock);
	w->root = maker_ca(ROOT_DN, ROOT, NULL, 0);
	w->own = issue(SERVER_DN, SERVER, w->root, ROOT, "DNS:gw.example.com");
	w->his = issue(CLIENT_DN, CLIENT, w->root, ROOT, "DNS:laptop.example.com,email:jdoe@example.com,IP:203.0.113.101");
}

static void world_close(struct pki_world *w)
{
	net_close(&w->net);
	kit_free(&w->server);
	kit_free(&w->client);
	X509_free(w->root);
	X509_free(w->own);
	X509_free(w->his);
}

int pki_world_setup(void **state)
{
	static struct pki_world w;
	memset(&w, 0, sizeof w);
	world_open(&w);
	*state = &w;
	return 0;
}

int pki_world_teardown(void **state)
{
	world_close(*state);
	return 0;
}

void serve(struct pki_world *w)
{
	struct node *s = &w->net.server;
	s->offer.policy[1].auth = AUTH_RSA_SIG;
	s->offer.groups[0].trust_point = "OURS";
	ike_set_pki(s->ike, w->server.pki);
}

void expect(struct pki_world *w, X509 *x)
{
	const uint8_t *p = NULL;
	size_t len = 0;
	struct wr id = wr_of(w->own_id, sizeof w->own_id);
	X509_NAME_get0_der(X509_get_subject_name(x), &p, &len);
	wr_u32(&id, (uint32_t)ID_DER_ASN1_DN << 24);
	wr_bytes(&id, p, len);
	w->net.client.server_id = (struct bytes){w->own_id, wr_len(&id)};
}

void ask(struct pki_world *w, uint32_t ip, uint32_t public_ip)
{
	struct node *c = &w->net.client;
	net_client(&w->net, c, ip, public_ip, "aes-256", "sha", 14);
	ike_offer_certificate(&c->offer, "HIS");
	c->offer.conf.ra = &c->offer.groups[0];
	ike_set_pki(c->ike, w->client.pki);
	expect(w, w->own);
}

void prepare(struct pki_world *w)
{
	kit_trust(&w->server, "OURS", w->root, w->own, SERVER);
	kit_trust(&w->client, "HIS", w->root, w->his, CLIENT);
	serve(w);
}

void connected(struct pki_world *w)
{
	struct net *net = &w->net;
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_int_equal(net->server.flow_ups, 1);
}

bool same_name(struct bytes der, X509 *x)
{
	const uint8_t *p = NULL;
	size_t len = 0;
	X509_NAME_get0_der(X509_get_subject_name(x), &p, &len);
	return bytes_eq(der, (struct bytes){p, len});
}
