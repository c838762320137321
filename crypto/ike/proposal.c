#include "crypto/ike/proposal.h"

#include <stdio.h>

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

enum { PROPOSALS_MAX = 128 };
enum { DOI_IPSEC = 1, SIT_IDENTITY_ONLY = 1, P1_KEY_IKE = 1 };
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
/* Attributes of phase 2 */
enum {
	A2_LIFE_TYPE = 1,
	A2_LIFE_DURATION = 2,
	A2_GROUP = 3,
	A2_ENCAP = 4,
	A2_AUTH = 5,
	A2_KEY_LENGTH = 6,
};
enum { LIFE_SECONDS = 1, LIFE_KILOBYTES = 2 };

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

/* Lifetimes above 32 bits are as good as 32 bits. */
static uint32_t life_value(const struct ike_attr *a)
{
	return a->value > UINT32_MAX ? UINT32_MAX : (uint32_t)a->value;
}

static uint16_t attr_u16(const struct ike_attr *a)
{
	return a->value > UINT16_MAX ? UINT16_MAX : (uint16_t)a->value;
}

/* ------------------------------------------------------------------ walking an SA payload */

/* One transform as the walk hands it out. */
struct walk_item {
	uint8_t proposal, protocol, number, trans_id;
	struct bytes spi, attrs, raw;
	unsigned together; /* proposals with the same number: all of them or none */
};

static bool bad(const char **why, const char *text)
{
	*why = text;
	return false;
}

/* A payload inside the SA payload: body of the next one of this type, its successor's type in *next. */
static bool inner_payload(struct rd *r, uint8_t *next, struct bytes *body)
{
	*next = rd_u8(r);
	uint8_t reserved = rd_u8(r);
	uint16_t len = rd_u16(r);
	if (len < IKE_PAYLOAD_HDR_LEN || reserved != 0)
		return false;
	*body = rd_bytes(r, (size_t)len - IKE_PAYLOAD_HDR_LEN);
	return rd_ok(r);
}

/* How many proposals carry this number: AH and ESP together are one choice (RFC 2408 §4.2). */
static unsigned same_number(struct bytes proposals, uint8_t number)
{
	struct rd r = rd_of(proposals.p, proposals.len);
	unsigned n = 0;
	uint8_t next;
	struct bytes body;
	while (rd_left(&r) > 0 && inner_payload(&r, &next, &body)) {
		struct rd b = rd_of(body.p, body.len);
		n += rd_u8(&b) == number;
	}
	return n;
}

static bool walk_proposal(struct bytes body, struct bytes all, bool (*each)(void *, const struct walk_item *),
			  void *arg, const char **why)
{
	struct rd r = rd_of(body.p, body.len);
	struct walk_item item = {0};

	item.proposal = rd_u8(&r);
	item.protocol = rd_u8(&r);
	uint8_t spi_len = rd_u8(&r);
	uint8_t ntrans = rd_u8(&r);
	item.spi = rd_bytes(&r, spi_len);
	if (!rd_ok(&r))
		return bad(why, "proposal payload too short");
	item.together = same_number(all, item.proposal);
	for (unsigned i = 0; i < ntrans; i++) {
		uint8_t next;
		if (!inner_payload(&r, &next, &item.raw))
			return bad(why, "transform payload runs past its proposal");
		if (next != 0 && next != PAY_TRANSFORM)
			return bad(why, "wrong payload inside a proposal");
		if ((next == 0) != (i + 1 == ntrans))
			return bad(why, "number of transforms is wrong");
		struct rd t = rd_of(item.raw.p, item.raw.len);
		item.number = rd_u8(&t);
		item.trans_id = rd_u8(&t);
		rd_skip(&t, 2);
		item.attrs = rd_rest(&t);
		if (!rd_ok(&t))
			return bad(why, "transform payload too short");
		if (!each(arg, &item))
			return bad(why, "malformed attributes");
	}
	return rd_left(&r) == 0 ? true : bad(why, "bytes after the last transform");
}

static bool sa_walk(struct bytes sa, bool (*each)(void *, const struct walk_item *), void *arg,
		    const char **why)
{
	struct rd r = rd_of(sa.p, sa.len);
	if (rd_u32(&r) != DOI_IPSEC)
		return bad(why, "DOI is not IPsec");
	if (rd_u32(&r) != SIT_IDENTITY_ONLY)
		return bad(why, "situation is not identity only");
	struct bytes all = {r.p, rd_left(&r)};
	uint8_t next = PAY_PROPOSAL;
	for (unsigned n = 0; next != 0; n++) {
		struct bytes body;
		if (n == PROPOSALS_MAX)
			return bad(why, "too many proposals");
		if (next != PAY_PROPOSAL)
			return bad(why, "wrong payload inside the SA payload");
		if (!inner_payload(&r, &next, &body))
			return bad(why, "proposal payload runs past the SA payload");
		if (!walk_proposal(body, all, each, arg, why))
			return false;
	}
	return rd_left(&r) == 0 ? true : bad(why, "bytes after the last proposal");
}

/* ------------------------------------------------------------------ phase 1 */

static bool p1_transform_read(void *arg, const struct walk_item *item)
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
	uint64_t life_type = LIFE_SECONDS;
	while (ike_attr_next(&r, &a)) {
		switch (a.type) {
		case A1_CIPHER:
			t.cipher = attr_u16(&a);
			break;
		case A1_HASH:
			t.hash = attr_u16(&a);
			break;
		case A1_AUTH:
			t.auth = attr_u16(&a);
			break;
		case A1_GROUP:
			t.group = attr_u16(&a);
			break;
		case A1_KEY_LENGTH:
			t.key_bits = attr_u16(&a);
			break;
		case A1_LIFE_TYPE:
			life_type = a.value;
			break;
		case A1_LIFE_DURATION:
			if (life_type == LIFE_SECONDS)
				t.life_s = life_value(&a);
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
	return sa_walk(sa, p1_transform_read, o, why);
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
	static const char *const names[] = {"Unknown", "Group 1", "Group 2", "Group 3",  "Group 4",
					    "Group 5", "Group 6", "Group 7", "Group 8",  "Group 9",
					    "Group 10", "Group 11", "Group 12", "Group 13", "Group 14",
					    "Group 15", "Group 16", "Group 17", "Group 18", "Group 19",
					    "Group 20", "Group 21"};
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

const char *p1_mismatch(const struct ike_policy *policy, const struct p1_transform *t, const char **rcvd,
			const char **cfgd)
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

const struct ike_policy *p1_choose(const struct ike_conf *conf, const struct p1_offer *o,
				   const struct p1_transform **chosen)
{
	const char *rcvd, *cfgd;
	for (size_t i = 0; i < conf->npolicies; i++)
		for (size_t j = 0; j < o->n; j++)
			if (p1_mismatch(&conf->policies[i], &o->t[j], &rcvd, &cfgd) == NULL) {
				*chosen = &o->t[j];
				return &conf->policies[i];
			}
	return NULL;
}

static void sa_begin(struct wr *w)
{
	wr_u32(w, DOI_IPSEC);
	wr_u32(w, SIT_IDENTITY_ONLY);
}

/* A proposal with one transform whose body is written by the caller afterwards; lengths by proposal_end. */
struct proposal_at {
	size_t proposal, transform;
};

static struct proposal_at proposal_begin(struct wr *w, uint8_t number, uint8_t protocol, const uint32_t *spi)
{
	struct proposal_at at = {.proposal = wr_len(w)};
	wr_u32(w, 0);
	wr_u8(w, number);
	wr_u8(w, protocol);
	wr_u8(w, spi != NULL ? 4 : 0);
	wr_u8(w, 1);
	if (spi != NULL)
		wr_u32(w, *spi);
	at.transform = wr_len(w);
	wr_u32(w, 0);
	return at;
}

static void proposal_end(struct wr *w, struct proposal_at at)
{
	wr_patch_u16(w, at.transform + 2, (uint16_t)(wr_len(w) - at.transform));
	wr_patch_u16(w, at.proposal + 2, (uint16_t)(wr_len(w) - at.proposal));
}

void p1_write_choice(struct wr *w, const struct p1_transform *t)
{
	sa_begin(w);
	struct proposal_at at = proposal_begin(w, t->proposal, PROTO_ISAKMP, NULL);
	wr_bytes(w, t->raw.p, t->raw.len);
	proposal_end(w, at);
}

void p1_write_offer(struct wr *w, const struct ike_policy *policy)
{
	sa_begin(w);
	struct proposal_at at = proposal_begin(w, 1, PROTO_ISAKMP, NULL);
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
		ike_attr_write(w, A1_LIFE_TYPE, LIFE_SECONDS);
		ike_attr_write(w, A1_LIFE_DURATION, policy->life_s);
	}
	proposal_end(w, at);
}

void p1_text(char *out, size_t cap, const struct p1_transform *t)
{
	char bits[8] = "";
	if (t->key_bits != 0)
		snprintf(bits, sizeof bits, "-%u", t->key_bits);
	snprintf(out, cap, "%s%s/%s/group %u%s%s", cipher_text(t->cipher), bits, hash_text(t->hash), t->group,
		 t->auth != AUTH_PSK ? "/" : "", t->auth != AUTH_PSK ? auth_text(t->auth) : "");
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

/* ------------------------------------------------------------------ phase 2 */

/* Transform identifiers (RFC 2407 §4.4.4) and authentication algorithms (§4.5) */
static const struct {
	uint8_t trans_id;
	uint16_t key_bits; /* 0 = no attribute allowed */
	enum esp_cipher cipher;
	uint8_t key_len;
	const char *text;
} esp_ciphers[] = {
	{2, 0, ESP_CIPHER_DES, 8, "DES"},      {3, 0, ESP_CIPHER_3DES, 24, "3DES"},
	{12, 128, ESP_CIPHER_AES, 16, "AES-128"}, {12, 192, ESP_CIPHER_AES, 24, "AES-192"},
	{12, 256, ESP_CIPHER_AES, 32, "AES-256"}, {11, 0, ESP_CIPHER_NULL, 0, "NULL"},
};
static const struct {
	uint16_t auth;
	enum esp_mac mac;
	const char *text;
} esp_macs[] = {
	{0, ESP_MAC_NONE, "none"},
	{1, ESP_MAC_MD5, "HMAC-MD5"},
	{2, ESP_MAC_SHA1, "HMAC-SHA"},
	{5, ESP_MAC_SHA256, "HMAC-SHA256"},
};
static const struct {
	uint16_t encap;
	enum esp_mode mode;
	bool udp;
	const char *text;
} encaps[] = {
	{ENCAP_TUNNEL, ESP_TUNNEL, false, "Tunnel"},
	{ENCAP_TRANSPORT, ESP_TRANSPORT, false, "Transport"},
	{ENCAP_UDP_TUNNEL, ESP_TUNNEL, true, "UDP Tunnel"},
	{ENCAP_UDP_TRANSPORT, ESP_TRANSPORT, true, "UDP Transport"},
	{ENCAP_UDP_TUNNEL_DRAFT, ESP_TUNNEL, true, "UDP Tunnel(NAT-T)"},
	{ENCAP_UDP_TRANSPORT_DRAFT, ESP_TRANSPORT, true, "UDP Transport(NAT-T)"},
};
#define N(a) (sizeof(a) / sizeof(a)[0])

static bool p2_transform_read(void *arg, const struct walk_item *item)
{
	struct p2_offer *o = arg;
	if (item->protocol != PROTO_ESP)
		o->ah_seen = true;
	if (o->n == P2_TRANSFORMS_MAX || item->protocol != PROTO_ESP || item->together > 1)
		return true; /* AH, IPComp and bundles with them are not offered to us */
	struct p2_transform t = {.number = item->number,
				 .proposal = item->proposal,
				 .trans_id = item->trans_id,
				 .encap = ENCAP_TUNNEL, /* when nothing is said; RFC 2407 leaves it open */
				 .raw = item->raw};
	struct rd spi = rd_of(item->spi.p, item->spi.len);
	t.spi = rd_u32(&spi);
	t.bad = item->spi.len != 4 || t.spi < 256;
	struct rd r = rd_of(item->attrs.p, item->attrs.len);
	struct ike_attr a;
	uint64_t life_type = LIFE_SECONDS;
	while (ike_attr_next(&r, &a)) {
		switch (a.type) {
		case A2_LIFE_TYPE:
			life_type = a.value;
			break;
		case A2_LIFE_DURATION:
			if (life_type == LIFE_SECONDS)
				t.life_s = life_value(&a);
			else if (life_type == LIFE_KILOBYTES)
				t.life_kb = life_value(&a);
			break;
		case A2_GROUP:
			t.group = attr_u16(&a);
			break;
		case A2_ENCAP:
			t.encap = attr_u16(&a);
			break;
		case A2_AUTH:
			t.auth = attr_u16(&a);
			break;
		case A2_KEY_LENGTH:
			t.key_bits = attr_u16(&a);
			break;
		default: /* key rounds, compression, extended sequence numbers */
			t.bad = true;
		}
	}
	o->t[o->n++] = t;
	return rd_ok(&r);
}

bool p2_read(struct p2_offer *o, struct bytes sa, const char **why)
{
	o->n = 0;
	o->ah_seen = false;
	return sa_walk(sa, p2_transform_read, o, why);
}

bool p2_alg(const struct p2_transform *t, struct esp_alg *alg)
{
	size_t c = 0, m = 0;
	/* RFC 3602 §5.3: a key length is required, yet some send AES-128 without one. */
	uint16_t bits = t->trans_id == 12 && t->key_bits == 0 ? 128 : t->key_bits;
	while (c < N(esp_ciphers) && (esp_ciphers[c].trans_id != t->trans_id || esp_ciphers[c].key_bits != bits))
		c++;
	while (m < N(esp_macs) && esp_macs[m].auth != t->auth)
		m++;
	if (t->bad || c == N(esp_ciphers) || m == N(esp_macs))
		return false;
	/* Neither secret nor genuine: not a protection (RFC 2406 §5) */
	if (esp_ciphers[c].cipher == ESP_CIPHER_NULL && esp_macs[m].mac == ESP_MAC_NONE)
		return false;
	*alg = (struct esp_alg){esp_ciphers[c].cipher, esp_ciphers[c].key_len, esp_macs[m].mac};
	return true;
}

bool p2_mode(uint16_t encap, enum esp_mode *mode, bool *udp)
{
	for (size_t i = 0; i < N(encaps); i++)
		if (encaps[i].encap == encap) {
			*mode = encaps[i].mode;
			*udp = encaps[i].udp;
			return true;
		}
	return false;
}

void p2_write_choice(struct wr *w, const struct p2_transform *t, uint32_t spi)
{
	sa_begin(w);
	struct proposal_at at = proposal_begin(w, t->proposal, PROTO_ESP, &spi);
	wr_bytes(w, t->raw.p, t->raw.len);
	proposal_end(w, at);
}

void p2_write_offer(struct wr *w, const struct p2_own *own)
{
	sa_begin(w);
	struct proposal_at at = proposal_begin(w, 1, PROTO_ESP, &own->spi);
	size_t c = 0, m = 0;
	while (c + 1 < N(esp_ciphers) && (esp_ciphers[c].cipher != own->alg.cipher ||
					  esp_ciphers[c].key_len != own->alg.key_len))
		c++;
	while (m + 1 < N(esp_macs) && esp_macs[m].mac != own->alg.mac)
		m++;
	wr_u8(w, 1);
	wr_u8(w, esp_ciphers[c].trans_id);
	wr_u16(w, 0);
	if (own->life_s != 0) {
		ike_attr_write(w, A2_LIFE_TYPE, LIFE_SECONDS);
		ike_attr_write(w, A2_LIFE_DURATION, own->life_s);
	}
	if (own->life_kb != 0) {
		ike_attr_write(w, A2_LIFE_TYPE, LIFE_KILOBYTES);
		ike_attr_write(w, A2_LIFE_DURATION, own->life_kb);
	}
	ike_attr_write(w, A2_ENCAP, own->encap);
	if (esp_macs[m].auth != 0)
		ike_attr_write(w, A2_AUTH, esp_macs[m].auth);
	if (esp_ciphers[c].key_bits != 0)
		ike_attr_write(w, A2_KEY_LENGTH, esp_ciphers[c].key_bits);
	if (own->group != 0)
		ike_attr_write(w, A2_GROUP, own->group);
	proposal_end(w, at);
}

void p2_text(char *out, size_t cap, const struct p2_transform *t)
{
	const char *cipher = "Unknown", *mac = "Unknown", *mode = "Unknown";
	uint16_t bits = t->trans_id == 12 && t->key_bits == 0 ? 128 : t->key_bits;
	for (size_t i = 0; i < N(esp_ciphers); i++)
		if (esp_ciphers[i].trans_id == t->trans_id && esp_ciphers[i].key_bits == bits)
			cipher = esp_ciphers[i].text;
	for (size_t i = 0; i < N(esp_macs); i++)
		if (esp_macs[i].auth == t->auth)
			mac = esp_macs[i].text;
	for (size_t i = 0; i < N(encaps); i++)
		if (encaps[i].encap == t->encap)
			mode = encaps[i].text;
	snprintf(out, cap, "%s/%s/%s", cipher, mac, mode);
}
