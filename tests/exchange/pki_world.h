/* A server and a client with certificates of one authority. */
#ifndef TESTS_EXCHANGE_PKI_WORLD_H
#define TESTS_EXCHANGE_PKI_WORLD_H

#include "tests/exchange/ike_initiator.h"
#include "tests/exchange/pki_kit.h"

/* Key pairs of the maker. */
enum { ROOT, SERVER, CLIENT, OTHER, WRONG_ROOT, MIDDLE };

struct pki_world {
	struct net net;
	struct pki_kit server, client;
	X509 *root, *own, *his; /* of the server and of the client */
	uint8_t own_id[300];    /* what the server calls itself */
};

#define ROOT_DN   "/C=DE/O=Example/CN=Example Root"
#define SERVER_DN "/C=DE/O=Example/CN=gw.example.com"
#define CLIENT_DN "/C=DE/O=Example/OU=Sales/CN=laptop.example.com"

/* For cmocka: *state is the world; nobody has anything yet. */
int pki_world_setup(void **state);
int pki_world_teardown(void **state);
/* names: alternative names, NULL = none */
X509 *issue(const char *subject, unsigned slot, X509 *ca, unsigned ca_slot, const char *names);
/* The server has a policy for each method, trustpoint OURS and a struct pki. */
void serve(struct pki_world *w);
/* Both have what they need, trustpoints OURS and HIS, and the server serves. */
void prepare(struct pki_world *w);
/* The client, with a policy for certificates and trustpoint HIS. */
void ask(struct pki_world *w, uint32_t ip, uint32_t public_ip);
/* Whose name the client expects. */
void expect(struct pki_world *w, X509 *x);
/* It is in. */
void connected(struct pki_world *w);
bool same_name(struct bytes der, X509 *x);

#endif
