/* Revocation: what several tests of it ask for, and how the network and the clock answer. */
#ifndef TESTS_UNIT_PKI_REVOKE_H
#define TESTS_UNIT_PKI_REVOKE_H

#include "tests/unit/pki/peer.h"

#define CDP "URI:http://ca.example.com/root.crl"
#define URL "http://ca.example.com/root.crl"
#define AIA "OCSP;URI:http://ocsp.example.com/"

extern const struct bytes nothing;

/* The methods of the trustpoint, in their order; -1: no more. */
void check_by(enum pki_revocation first, int second, int third);
/* A certificate that says where its list is; NULL: it does not. */
X509 *with_cdp(const char *cdp);
/* A check that asks for something: up to there. */
void asks(X509 *x, const char *url);
/* The answer, and the verdict that follows; without: nobody answers. */
enum pki_why with(struct bytes body);
enum pki_why without(void);
void pass_time(uint64_t s);
/* A list, of the root where nothing else is said. */
struct bytes crl(struct maker_crl m);

#endif
