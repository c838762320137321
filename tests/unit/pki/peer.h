/* A peer that is checked: an appliance with a root as its only trustpoint, and the verdict. */
#ifndef TESTS_UNIT_PKI_PEER_H
#define TESTS_UNIT_PKI_PEER_H

#include "crypto/pki/check_int.h"
#include "tests/unit/pki/maker.h"

enum { ROOT = 0, SUB = 1, PEER = 2, OTHER = 3, SUB2 = 4 }; /* keys */

extern struct maker_world world;
extern struct pki *pki;
extern struct pki_trustpoint tps[3]; /* main, and what a test adds; then reconfigure() */
extern struct pki_conf conf;
extern X509 *root, *other; /* CAs: of main, and of nobody's */
extern struct pki_check_in question;
extern uint8_t hash[20], sig[PKI_SIG_MAX];

/* the last verdict, and how many there were */
extern enum pki_why why;
extern char said[PKI_DETAIL_MAX], trustpoint[80];
extern unsigned verdicts;

int peer_setup(void **state);
int peer_teardown(void **state);
void trust(size_t i, const char *name, X509 *ca);
void reconfigure(void);
/* A certificate of the peer. */
X509 *peer_of(X509 *ca, unsigned slot, struct maker m);
/* Fills in `question`: the peer with the certificate x and a key, and whom it sends along. */
void ask(X509 *x, unsigned slot, X509 *second, X509 *third);
struct pki_check *start(void); /* asserts that it is */
void on_verdict(void *arg, const struct pki_verdict *v); /* arg: &world */
enum pki_why answer(void);     /* asks, and helper threads answer */
enum pki_why checked(X509 *x, X509 *second, X509 *third);

static inline void peer_drop(X509 **x)
{
	X509_free(*x);
}
/* A certificate that goes with its block. */
#define CERT(name) X509 *name __attribute__((cleanup(peer_drop)))

#endif
