/* Phase 2 proposals (RFC 2407 §4.4, 4.5). */
#include "crypto/ike/proposal.h"

#include <stdio.h>

#include "crypto/ike/sa_payload.h"

/* Attributes of phase 2 */
enum {
	A2_LIFE_TYPE = 1,
	A2_LIFE_DURATION = 2,
	A2_GROUP = 3,
	A2_ENCAP = 4,
	A2_AUTH = 5,
	A2_KEY_LENGTH = 6,
};

/* Transform identifiers (RFC 2407 §4.4.4) and authentication algorithms (§4.5) */
static const struct {
	uint8_t trans_id;
	uint16_t key_bits; /* 0 = no attribute allowed */
	enum esp_cipher cipher;
	uint8_t key_len;
	const char *text;
} esp_ciphers[] = {
        {2, 0, ESP_CIPHER_DES, 8, "DES"},         {3, 0, ESP_CIPHER_3DES, 24, "3DES"},
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

/* What is passed over, for the log. */
static void note_oddities(struct p2_offer *o, const struct sap_transform *item)
{
	enum { AH = 2, IPCOMP = 4, IPCOMP_SPI = 2 };
	uint8_t len = (uint8_t)(item->spi.len > 255 ? 255 : item->spi.len);
	switch (item->protocol) {
	case PROTO_ESP:
		if (len != 4)
			o->bad_esp_spi = len;
		break;
	case AH:
		o->ah = true;
		break;
	case IPCOMP:
		if (len != IPCOMP_SPI && len != 4)
			o->bad_ipcomp_spi = len;
		break;
	default:
		o->unknown_protocol = item->protocol;
	}
}

static bool p2_transform_read(void *arg, const struct sap_transform *item)
{
	struct p2_offer *o = arg;
	if (item->protocol != PROTO_ESP)
		o->ah_seen = true;
	note_oddities(o, item);
	if (o->n == P2_TRANSFORMS_MAX || item->protocol != PROTO_ESP || item->together > 1)
		return true; /* AH, IPComp and bundles with them are not offered to us */
	struct p2_transform t = {
	        .number = item->number,
	        .proposal = item->proposal,
	        .trans_id = item->trans_id,
	        .encap = ENCAP_TUNNEL, /* when nothing is said; RFC 2407 leaves it open */
	        .raw = item->raw};
	struct rd spi = rd_of(item->spi.p, item->spi.len);
	t.spi = rd_u32(&spi);
	t.bad = item->spi.len != 4 || t.spi < 256;
	struct rd r = rd_of(item->attrs.p, item->attrs.len);
	struct ike_attr a;
	uint64_t life_type = SAP_LIFE_SECONDS;
	while (ike_attr_next(&r, &a)) {
		switch (a.type) {
		case A2_LIFE_TYPE:
			life_type = a.value;
			break;
		case A2_LIFE_DURATION:
			if (life_type == SAP_LIFE_SECONDS)
				t.life_s = sap_life(&a);
			else if (life_type == SAP_LIFE_KILOBYTES)
				t.life_kb = sap_life(&a);
			break;
		case A2_GROUP:
			t.group = sap_u16(&a);
			break;
		case A2_ENCAP:
			t.encap = sap_u16(&a);
			break;
		case A2_AUTH:
			t.auth = sap_u16(&a);
			break;
		case A2_KEY_LENGTH:
			t.key_bits = sap_u16(&a);
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
	o->ah_seen = o->ah = false;
	o->bad_esp_spi = o->bad_ipcomp_spi = o->unknown_protocol = 0;
	return sap_walk(sa, p2_transform_read, o, why);
}

bool p2_alg(const struct p2_transform *t, struct esp_alg *alg)
{
	size_t c = 0, m = 0;
	/* RFC 3602 §5.3: a key length is required, yet some send AES-128 without one. */
	uint16_t bits = t->trans_id == 12 && t->key_bits == 0 ? 128 : t->key_bits;
	while (c < N(esp_ciphers) &&
	       (esp_ciphers[c].trans_id != t->trans_id || esp_ciphers[c].key_bits != bits))
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
	sap_begin(w);
	struct sap_at at = sap_proposal_begin(w, t->proposal, PROTO_ESP, &spi);
	wr_bytes(w, t->raw.p, t->raw.len);
	sap_proposal_end(w, at);
}

void p2_write_offer(struct wr *w, const struct p2_own *own)
{
	sap_begin(w);
	struct sap_at at = sap_proposal_begin(w, 1, PROTO_ESP, &own->spi);
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
		ike_attr_write(w, A2_LIFE_TYPE, SAP_LIFE_SECONDS);
		ike_attr_write(w, A2_LIFE_DURATION, own->life_s);
	}
	if (own->life_kb != 0) {
		ike_attr_write(w, A2_LIFE_TYPE, SAP_LIFE_KILOBYTES);
		ike_attr_write(w, A2_LIFE_DURATION, own->life_kb);
	}
	ike_attr_write(w, A2_ENCAP, own->encap);
	if (esp_macs[m].auth != 0)
		ike_attr_write(w, A2_AUTH, esp_macs[m].auth);
	if (esp_ciphers[c].key_bits != 0)
		ike_attr_write(w, A2_KEY_LENGTH, esp_ciphers[c].key_bits);
	if (own->group != 0)
		ike_attr_write(w, A2_GROUP, own->group);
	sap_proposal_end(w, at);
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
