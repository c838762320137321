/* Phase 1 proposals (RFC 2409 appendix A). */
#include "crypto/ike/proposal.h"

#include <stdio.h>

#include "crypto/ike/sa_payload.h"
#include "crypto/prim/prim_dh.h"

/* RFC 2409 appendix A; AES: RFC 3602 §5.3 */
const struct ike_cipher ike_ciphers[] = {
        {1, 0, PRIM_DES, 8, "des", "DES-CBC", "DES"},
        {5, 0, PRIM_3DES, 24, "3des", "3DES-CBC", "3DES"},
        {7, 128, PRIM_AES, 16, "aes", "AES-CBC", "AES128"},
        {7, 192, PRIM_AES, 24, "aes-192", "AES-CBC", "AES192"},
        {7, 256, PRIM_AES, 32, "aes-256", "AES-CBC", "AES256"},
        {0},
};
const struct ike_hash ike_hashes[] = {
        {1, PRIM_MD5, "md5", "MD5", "MD5", "MD5"},
        {2, PRIM_SHA1, "sha", "SHA1", "SHA", "SHA1"},
        {4, PRIM_SHA256, "sha256", "SHA256", "SHA256", "SHA256"},
        {0},
};

enum { P1_KEY_IKE = 1 }; /* the only transform (RFC 2407 §4.4.2) */
/* Attributes of phase 1 */
enum {
	A1_CIPHER = 1,
	A1_HASH = 2,
	A1_AUTH = 3,
	A1_GROUP = 4,
	A1_GROUP_TYPE = 5,
	A1_LIFE_TYPE = 11,
	A1_LIFE_DURATION = 12,
	A1_PRF = 13,
	A1_KEY_LENGTH = 14,
};
const struct ike_cipher *ike_cipher_by_word(struct str word)
{
	for (const struct ike_cipher *c = ike_ciphers; c->id != 0; c++)
		if (str_eq_cstr(word, c->word))
			return c;
	return NULL;
}

const struct ike_hash *ike_hash_by_word(struct str word)
{
	for (const struct ike_hash *h = ike_hashes; h->id != 0; h++)
		if (str_eq_cstr(word, h->word))
			return h;
	return NULL;
}

bool ike_group_known(uint16_t group)
{
	return prim_dh_public_len(group) != 0;
}

uint32_t ike_life_min(uint32_t a, uint32_t b)
{
	return a == 0 ? b : b == 0 ? a : a < b ? a : b;
}

static bool p1_transform_read(void *arg, const struct sap_transform *item)
{
	struct p1_offer *o = arg;
	if (o->n == P1_TRANSFORMS_MAX || item->protocol != PROTO_ISAKMP)
		return true; /* what we cannot take is not offered */
	struct p1_transform t = {.number = item->number,
	                         .proposal = item->proposal,
	                         .raw = item->raw,
	                         .bad = item->trans_id != P1_KEY_IKE || item->together > 1};
	struct rd r = rd_of(item->attrs.p, item->attrs.len);
	struct ike_attr a;
	uint64_t life_type = SAP_LIFE_SECONDS;
	while (ike_attr_next(&r, &a)) {
		switch (a.type) {
		case A1_CIPHER:
			t.cipher = sap_u16(&a);
			break;
		case A1_HASH:
			t.hash = sap_u16(&a);
			break;
		case A1_AUTH:
			t.auth = sap_u16(&a);
			break;
		case A1_GROUP:
			t.group = sap_u16(&a);
			break;
		case A1_KEY_LENGTH:
			t.key_bits = sap_u16(&a);
			break;
		case A1_LIFE_TYPE:
			life_type = a.value;
			break;
		case A1_LIFE_DURATION:
			if (life_type == SAP_LIFE_SECONDS)
				t.life_s = sap_life(&a);
			break;
		case A1_GROUP_TYPE:
			break;
		default: /* a group of the peer's own making, a PRF, something new */
			t.bad = true;
		}
	}
	o->t[o->n++] = t;
	return rd_ok(&r);
}

bool p1_read(struct p1_offer *o, struct bytes sa, const char **why)
{
	o->n = 0;
	return sap_walk(sa, p1_transform_read, o, why);
}

static const char *cipher_text(uint16_t id)
{
	for (const struct ike_cipher *c = ike_ciphers; c->id != 0; c++)
		if (c->id == id)
			return c->text;
	return "Unknown";
}

static const char *hash_text(uint16_t id)
{
	for (const struct ike_hash *h = ike_hashes; h->id != 0; h++)
		if (h->id == id)
			return h->text;
	return "Unknown";
}

static const char *auth_text(uint16_t auth)
{
	switch (auth) {
	case AUTH_PSK:
		return "Preshared Key";
	case AUTH_RSA_SIG:
		return "RSA signature";
	case 65001:
		return "Preshared Key with XAUTH (Initiator authenticated)";
	case 65005:
		return "RSA signature with XAUTH (Initiator authenticated)";
	default:
		return "Unknown";
	}
}

static const char *group_text(uint16_t group)
{
	static const char *const names[] = {
	        "Unknown",  "Group 1",  "Group 2",  "Group 3",  "Group 4",  "Group 5",
	        "Group 6",  "Group 7",  "Group 8",  "Group 9",  "Group 10", "Group 11",
	        "Group 12", "Group 13", "Group 14", "Group 15", "Group 16", "Group 17",
	        "Group 18", "Group 19", "Group 20", "Group 21"};
	return group < sizeof names / sizeof names[0] ? names[group] : "Unknown";
}

static const char *key_text(uint16_t bits)
{
	switch (bits) {
	case 0:
		return "none";
	case 128:
		return "128";
	case 192:
		return "192";
	case 256:
		return "256";
	default:
		return "Unknown";
	}
}

const char *p1_mismatch(const struct ike_policy *policy, const struct p1_transform *t,
                        const char **rcvd, const char **cfgd)
{
	if (t->auth != policy->auth) {
		*rcvd = auth_text(t->auth);
		*cfgd = auth_text(policy->auth);
		return "Auth Method";
	}
	if (t->cipher != policy->cipher->id) {
		*rcvd = cipher_text(t->cipher);
		*cfgd = policy->cipher->text;
		return "Encryption Alg";
	}
	if (t->key_bits != policy->cipher->key_bits) {
		*rcvd = key_text(t->key_bits);
		*cfgd = key_text(policy->cipher->key_bits);
		return "Key Length";
	}
	if (t->hash != policy->hash->id) {
		*rcvd = hash_text(t->hash);
		*cfgd = policy->hash->text;
		return "Hash Alg";
	}
	if (t->group != policy->group) {
		*rcvd = group_text(t->group);
		*cfgd = group_text(policy->group);
		return "Group Description";
	}
	if (t->bad) {
		*rcvd = "Unsupported attribute";
		*cfgd = "none";
		return "Attributes";
	}
	return NULL;
}

const struct ike_policy *p1_choose(const struct ike_conf *conf, const struct p1_offer *o, uint32_t auths,
                                   const struct p1_transform **chosen)
{
	const char *rcvd, *cfgd;
	for (size_t i = 0; i < conf->npolicies; i++)
		for (size_t j = 0; j < o->n; j++)
			if ((auths & AUTH_BIT(conf->policies[i].auth)) &&
			    p1_mismatch(&conf->policies[i], &o->t[j], &rcvd, &cfgd) == NULL) {
				*chosen = &o->t[j];
				return &conf->policies[i];
			}
	return NULL;
}

void p1_write_choice(struct wr *w, const struct p1_transform *t)
{
	sap_begin(w);
	struct sap_at at = sap_proposal_begin(w, t->proposal, PROTO_ISAKMP, NULL);
	wr_bytes(w, t->raw.p, t->raw.len);
	sap_proposal_end(w, at);
}

void p1_write_offer(struct wr *w, const struct ike_policy *policy)
{
	sap_begin(w);
	struct sap_at at = sap_proposal_begin(w, 1, PROTO_ISAKMP, NULL);
	wr_u8(w, 1);
	wr_u8(w, P1_KEY_IKE);
	wr_u16(w, 0);
	ike_attr_write(w, A1_CIPHER, policy->cipher->id);
	if (policy->cipher->key_bits != 0)
		ike_attr_write(w, A1_KEY_LENGTH, policy->cipher->key_bits);
	ike_attr_write(w, A1_HASH, policy->hash->id);
	ike_attr_write(w, A1_GROUP, policy->group);
	ike_attr_write(w, A1_AUTH, policy->auth);
	if (policy->life_s != 0) {
		ike_attr_write(w, A1_LIFE_TYPE, SAP_LIFE_SECONDS);
		ike_attr_write(w, A1_LIFE_DURATION, policy->life_s);
	}
	sap_proposal_end(w, at);
}

bool p1_only_xauth(const struct p1_offer *offer)
{
	for (size_t i = 0; i < offer->n; i++)
		if (offer->t[i].auth < AUTH_XAUTH || offer->t[i].auth > AUTH_XAUTH_LAST)
			return false;
	return offer->n > 0;
}

void p1_text(char *out, size_t cap, const struct p1_transform *t)
{
	char bits[8] = "";
	if (t->key_bits != 0)
		snprintf(bits, sizeof bits, "-%u", t->key_bits);
	snprintf(out, cap, "%s%s/%s/group %u%s%s", cipher_text(t->cipher), bits, hash_text(t->hash),
	         t->group, t->auth != AUTH_PSK ? "/" : "",
	         t->auth != AUTH_PSK ? auth_text(t->auth) : "");
}

void p1_policy_text(char *out, size_t cap, const struct ike_policy *p)
{
	struct p1_transform t = {.cipher = p->cipher->id,
	                         .key_bits = p->cipher->key_bits,
	                         .hash = p->hash->id,
	                         .group = p->group,
	                         .auth = p->auth};
	p1_text(out, cap, &t);
}
