/* Proposals: the algorithms we know, reading what a peer offers, choosing, echoing the choice.
 * Phase 1: RFC 2409 appendix A. Phase 2: RFC 2407 §4.4, 4.5. */
#ifndef CRYPTO_IKE_PROPOSAL_H
#define CRYPTO_IKE_PROPOSAL_H

#include "crypto/ike/conf.h"
#include "crypto/ike/wire.h"
#include "crypto/ipsec/conf.h"
#include "crypto/prim/prim.h"

/* ------------------------------------------------------------------ phase 1 */

struct ike_cipher {
	uint16_t id, key_bits; /* on the wire; key_bits 0 = no key length attribute */
	enum prim_cipher prim;
	uint8_t key_len;
	const char *word;    /* of the command line: "aes-256" */
	const char *text;    /* of 713257: "AES-CBC" */
	const char *session; /* of show vpn-sessiondb: "AES256" */
};
struct ike_hash {
	uint16_t id;
	enum prim_md prim;
	const char *word, *text, *show, *session;
};
extern const struct ike_cipher ike_ciphers[];
extern const struct ike_hash ike_hashes[];
const struct ike_cipher *ike_cipher_by_word(struct str word);
const struct ike_hash *ike_hash_by_word(struct str word);
bool ike_group_known(uint16_t group);

#define AUTH_BIT(id) (1u << (id)) /* of the methods we speak */
enum { AUTH_PSK = 1, AUTH_RSA_SIG = 3, AUTH_XAUTH = 65001, AUTH_XAUTH_LAST = 65010 };

/* One transform of an ISAKMP proposal. */
struct p1_transform {
	uint8_t number, proposal;
	uint16_t cipher, key_bits, hash, auth, group;
	uint32_t life_s;  /* 0 = not said */
	bool bad;         /* an attribute that we cannot agree to (group of its own, PRF, ...) */
	struct bytes raw; /* the transform's body, to be echoed */
};

enum { P1_TRANSFORMS_MAX = 255 };

/* What MM1 offers. */
struct p1_offer {
	size_t n;
	struct p1_transform t[P1_TRANSFORMS_MAX];
};

/* Reads the body of the SA payload. false when malformed or not for IPsec (why is set). */
bool p1_read(struct p1_offer *o, struct bytes sa, const char **why);
/* Our first policy, by priority, that matches any of the transforms and asks for one of these methods of authentication
 * (AUTH_BITs). NULL when there is none. */
const struct ike_policy *p1_choose(const struct ike_conf *conf, const struct p1_offer *o, uint32_t auths,
                                   const struct p1_transform **chosen);
/* First class in which a transform differs from a policy ("Group Description") and both sides' words for it;
 * NULL when it matches. */
const char *p1_mismatch(const struct ike_policy *policy, const struct p1_transform *t,
                        const char **rcvd, const char **cfgd);
/* SA payload body that answers with the chosen transform, byte for byte. */
void p1_write_choice(struct wr *w, const struct p1_transform *t);
/* SA payload body that offers one policy (we begin a rekey). */
void p1_write_offer(struct wr *w, const struct ike_policy *policy);
/* Everything offered asks for extended authentication: an IPsec client without L2TP. */
bool p1_only_xauth(const struct p1_offer *offer);
/* "AES256/SHA/group 14" */
void p1_text(char *out, size_t cap, const struct p1_transform *t);
void p1_policy_text(char *out, size_t cap, const struct ike_policy *policy);
/* The smaller of two lifetimes, where 0 means none. */
uint32_t ike_life_min(uint32_t a, uint32_t b);

/* ------------------------------------------------------------------ phase 2 */

enum { PROTO_ISAKMP = 1, PROTO_AH = 2, PROTO_ESP = 3, PROTO_IPCOMP = 4 };
/* Encapsulation modes (RFC 2407 §4.5, RFC 3947 §5.1, drafts). */
enum {
	ENCAP_TUNNEL = 1,
	ENCAP_TRANSPORT = 2,
	ENCAP_UDP_TUNNEL = 3,
	ENCAP_UDP_TRANSPORT = 4,
	ENCAP_UDP_TUNNEL_DRAFT = 61443,
	ENCAP_UDP_TRANSPORT_DRAFT = 61444,
};

struct p2_transform {
	uint8_t proposal, number, trans_id;
	uint32_t spi;
	uint16_t encap, auth, key_bits, group;
	uint32_t life_s, life_kb; /* 0 = not said */
	bool bad;
	struct bytes raw;
};

enum { P2_TRANSFORMS_MAX = 255 };

struct p2_offer {
	size_t n;
	bool ah_seen, ah;
	uint8_t bad_esp_spi, bad_ipcomp_spi; /* a length that cannot be, 0 = none */
	uint8_t unknown_protocol;            /* 0 = none */
	struct p2_transform t[P2_TRANSFORMS_MAX];
};

bool p2_read(struct p2_offer *o, struct bytes sa, const char **why);
/* Algorithms of a transform; false when we do not know them. */
bool p2_alg(const struct p2_transform *t, struct esp_alg *alg);
/* Mode and whether UDP encapsulation is asked for; false when unknown. */
bool p2_mode(uint16_t encap, enum esp_mode *mode, bool *udp);
/* Answer with the chosen transform, byte for byte, and our SPI. */
void p2_write_choice(struct wr *w, const struct p2_transform *t, uint32_t spi);
/* One proposal of ours. */
struct p2_own {
	struct esp_alg alg;
	uint16_t encap, group;
	uint32_t life_s, life_kb, spi;
};
void p2_write_offer(struct wr *w, const struct p2_own *own);
/* "ESP_3DES/HMAC-SHA/transport" */
void p2_text(char *out, size_t cap, const struct p2_transform *t);

#endif
