/* Trustpoints and certificate maps, compiled. Immutable. */
#ifndef CRYPTO_PKI_CONF_H
#define CRYPTO_PKI_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/pki/cert.h"

enum pki_enroll { PKI_ENROLL_NONE, PKI_ENROLL_TERMINAL, PKI_ENROLL_SELF, PKI_ENROLL_URL };
enum pki_revocation { PKI_REVOCATION_NONE, PKI_REVOCATION_CRL, PKI_REVOCATION_OCSP };
/* crl configure, policy and protocol */
enum { PKI_CRL_CDP = 1, PKI_CRL_STATIC = 2 };
enum { PKI_CRL_HTTP = 1, PKI_CRL_LDAP = 2, PKI_CRL_SCEP = 4 };

/* Which of a trustpoint's certificates: the word before its serial number in `certificate ca|ra-sign|...`; the own one
 * has none. */
#define PKI_ROLE_LIST(X)                        \
	X(OWN, "")                              \
	X(CA, "ca")                             \
	X(RA_SIGN, "ra-sign")                   \
	X(RA_ENCRYPT, "ra-encrypt")             \
	X(RA_GENERAL, "ra-general")

enum pki_role {
#define X(name, word) PKI_ROLE_##name,
	PKI_ROLE_LIST(X)
#undef X
	        PKI_ROLES
};

#define PKI_DEFAULT_KEY "<Default-RSA-Key>"

struct pki_trustpoint {
	const char *name;
	enum pki_enroll enroll;
	const char *url;             /* "" = none */
	uint32_t retry_period_s, retry_count; /* 0 = no limit */
	bool ca_mode;                /* `enrollment mode ca`: the authority itself answers, or nobody */
	/* of the request */
	const char *subject;         /* "" = cn of our name */
	const char *fqdn;            /* "" = the appliance's, NULL = none */
	const char *email;           /* "" = none */
	uint32_t ip;                 /* 0 = none */
	bool serial;                 /* serial-number */
	const char *challenge;       /* "" = none */
	const char *keypair;         /* PKI_DEFAULT_KEY when none is named */
	uint32_t keysize;            /* 0 = not said */
	/* of checks */
	enum pki_revocation revocation[3];
	size_t nrevocation;          /* 0 = none */
	unsigned crl_policy, crl_protocols;
	const char *crl_url[5];      /* static; "" = none */
	uint32_t crl_cache_s;
	bool crl_enforce_next;       /* enforcenextupdate */
	const char *ocsp_url;        /* "" = the certificate's */
	bool ocsp_nonce;
	bool ca_check;               /* Basic Constraints and key usage of CAs */
	bool validates;              /* peers' certificates of clients of IPsec */
	bool subordinates;           /* certificates of subordinate CAs that the peer sends are taken */
	/* what `crypto ca certificate chain` holds; NULL = none. Held by the arena. */
	struct pki_cert *cert[PKI_ROLES];
	/* How it is written there, behind `certificate`: "ca 3eec76fb95de8eaa4f8ba62964a87d98"; "" = none. */
	const char *entry[PKI_ROLES];
};

struct pki_map;

struct pki_conf {
	const struct pki_trustpoint *trustpoints; /* by name */
	size_t ntrustpoints;
	const struct pki_map *maps; /* certmap.h */
	size_t nmaps;
	const char *fqdn; /* ours: "asa.example.com" */
	const uint32_t *addresses;   /* ours, of the interfaces; those that serve IKE first */
	size_t naddresses;
};

/* "ca", "ra-sign"; "" of the own certificate. */
const char *pki_role_word(enum pki_role role);
/* NULL when there is none. */
const struct pki_trustpoint *pki_trustpoint_find(const struct pki_conf *conf, const char *name);

#endif
