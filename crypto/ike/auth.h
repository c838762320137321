/* How the two ends of an IKE SA prove who they are: one row a method (RFC 2409 §5.1 signatures, §5.4 pre-shared keys).
 * Inside the engine only. */
#ifndef CRYPTO_IKE_AUTH_H
#define CRYPTO_IKE_AUTH_H

#include "crypto/ike/engine.h"

/* What goes on once the peer is believed, or our own proof is ready. */
typedef enum ike_verdict ike_then(struct ike_xchg *x);

struct ike_auth {
	uint16_t id; /* AUTH_PSK, ... */
	enum ike_skeyid skeyid;
	bool certificates;
	uint32_t must, may;        /* payloads of the message that proves, besides ID */
	const char *show;          /* of show crypto ikev1 sa detail: "preshared" */
	const char *session;       /* of show vpn-sessiondb: "preSharedKeys" */
	const char *pix;           /* "pre-shared key" */
	/* May it be agreed on now? NULL = always. false: why says what is missing. */
	bool (*usable)(const struct ike *ike, struct err *why);
	/* Can we begin, to renew an IKE SA of this peer? false: not without what is missing. */
	bool (*ready)(const struct ike_peer *peer);
	/* Main Mode, before the peer has said who it is: its tunnel group where that must be known already. false: there is
	 * none, and that was said. */
	bool (*land)(struct ike_sa *sa);
	/* Looks into the proof of the other side; its ID is in the negotiation. STEP_DONE: believed, the SA is SAF_PROVED and
	 * has a tunnel group. STEP_WAIT: then(x) is called later, once it is. STEP_IGNORE: not now. STEP_FAIL: was said. */
	enum ike_verdict (*verify)(struct ike_xchg *x, const struct ike_msg *m, ike_then *then);
	/* Makes our own ID and proof ready. STEP_DONE; STEP_WAIT: then(x) is called when they are, at once or later (x may be
	 * gone when this returns); STEP_FAIL: was said. */
	enum ike_verdict (*prepare)(struct ike_xchg *x, ike_then *then);
	/* Our own ID alone, before there are keys (Aggressive Mode); empty: was said. */
	struct bytes (*own_id)(struct ike_xchg *x);
	/* ID (Aggressive Mode has sent it before) and proof into the message. */
	void (*write)(struct ike_xchg *x, struct ike_out *o, bool id);
	/* The message with the proof cannot be decrypted (NULL: it is dropped, as anybody can send such a one), or has not
	 * the payloads it must have. */
	void (*garbled)(struct ike_sa *sa, const char *why);
	void (*incomplete)(struct ike_sa *sa, const char *why);
};

/* NULL: we do not speak it. */
const struct ike_auth *ike_auth_find(uint16_t id);
extern const struct ike_auth ike_auth_psk, ike_auth_rsa;
/* Methods that can be agreed on now, as bits AUTH_BIT(id); of those that cannot, why says what is missing. */
uint32_t ike_auth_usable(const struct ike *ike, struct err *why);
/* HASH_I or HASH_R over the ID of that side; returns its length. */
size_t ike_auth_hash(const struct ike_sa *sa, bool initiators, struct bytes id, uint8_t *out);
/* The ID that we send, and the one of the other side. */
static inline struct bytes *ike_own_id_at(struct ike_xchg *x)
{
	return x->initiator ? &x->id_i : &x->id_r;
}
static inline struct bytes *ike_peer_id_at(struct ike_xchg *x)
{
	return x->initiator ? &x->id_r : &x->id_i;
}

/* ------------------------------------------------------------------ certs.c: what we ask for and are asked for */

/* What the other side wants of certificates; in the negotiation's arena. */
struct ike_certs {
	struct bytes ca[IKE_CERTREQS_MAX]; /* names of authorities */
	size_t nca;
	unsigned here;  /* requests in the message at work */
	bool any;       /* a request without a name */
};

/* CERTREQ payloads of a message. */
void certs_read_requests(struct ike_xchg *x, const struct ike_msg *m);
/* One for each authority that we would believe. */
void certs_write_requests(struct ike_sa *sa, struct ike_out *o);
/* The trustpoint of a tunnel group: the one it names; where no group names any, the only one with a certificate of ours.
 * NULL = none. */
const char *certs_trust_point(const struct ike *ike, const struct ike_group *group);
/* Is its subject nothing but a host's name (unstructuredName, as the PIX asks for)? name lives as long as cert. */
bool certs_name_alone(const struct pki_cert *cert, struct str *name);
/* What we prove ourselves with to this peer: the identity of its tunnel group, unless it asks for another authority whose
 * certificate another group has. nsend: how many certificates of the chain belong into the message. false with err. */
bool certs_choose(struct ike_xchg *x, struct pki_identity *id, size_t *nsend, struct err *err);

#endif
