#include "crypto/ike/debug_pix.h"

#include <stdio.h>
#include <string.h>

#include "crypto/ike/auth.h"
#include "crypto/ike/sa_payload.h"

/* Whom the lines of the function at work are about. */
static struct debug_who about;

#define isakmp(...) debug_pix_for(&about, DEBUG_IKEV1, __VA_ARGS__)
#define ipsec(...)  debug_pix_for(&about, DEBUG_IPSEC, __VA_ARGS__)

/* ------------------------------------------------------------------ messages */

void pix_block(const struct ike_xchg *x)
{
	if (!debug_pix_on(DEBUG_IKEV1))
		return;
	about = ike_who(x->sa);
	isakmp("crypto_isakmp_process_block: src %s, dest %s", ip4_text(x->remote.ip).s,
	       ip4_text(x->local.ip).s);
	if (x->exch == EXCH_QUICK) {
		isakmp("OAK_QM exchange\noakley_process_quick_mode:\n%s",
		       x->state == ST_QM_START ? "OAK_QM_IDLE" : "OAK_QM_AUTH_AWAIT");
		return;
	}
	if (x->state == ST_NEW || x->state == ST_MM_START || x->state == ST_AM_START)
		isakmp("ISAKMP: Created a peer node for %s", ip4_text(x->remote.ip).s);
	isakmp("%s exchange", x->exch == EXCH_AGGRESSIVE ? "OAK_AG" : "OAK_MM");
}

void pix_status(const struct ike_xchg *x, enum ike_verdict verdict)
{
	about = ike_who(x->sa);
	isakmp("return status is %s",
	       verdict == STEP_FAIL ? "IKMP_ERR_NO_RETRANS" : "IKMP_NO_ERROR");
}

void pix_payload(const struct ike_sa *sa, const char *name, uint32_t msgid, bool gap)
{
	about = ike_who(sa);
	isakmp("ISAKMP (0): processing %s payload. message ID = %u%s", name, msgid,
	       gap ? "\n" : "");
}

void pix_vendor(const struct ike_sa *sa, bool microsoft)
{
	about = ike_who(sa);
	isakmp("ISAKMP (0): processing vendor id payload\n");
	if (microsoft)
		isakmp("ISAKMP (0): speaking to a MSWIN2K client");
}

void pix_delete(const struct ike_sa *sa, size_t spi_len)
{
	if (!debug_pix_on(DEBUG_IKEV1) && !debug_pix_on(DEBUG_IPSEC))
		return;
	struct ip4_text src = ip4_text(sa->remote.ip), dest = ip4_text(sa->local.ip);
	about = ike_who(sa);
	isakmp("crypto_isakmp_process_block: src %s, dest %s", src.s, dest.s);
	isakmp("ISAKMP (0): processing DELETE payload. message ID = %u, spi size = %zu",
	       sa->ike->msg.hdr.msgid, spi_len);
	ipsec("IPSEC(key_engine): got a queue event...\n"
	      "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP");
	if (spi_len != 4)
		ipsec("IPSEC(key_engine_delete_sas): delete all SAs shared with   %s", src.s);
	isakmp("return status is IKMP_NO_ERR_NO_TRANS");
}

/* ------------------------------------------------------------------ attributes */

/* "(VPI) of  0x0 0x0 0xe 0x10", "(basic) of 3600" */
static void duration(char *text, size_t cap, const struct ike_attr *a)
{
	size_t n;

	if (a->raw.len <= 2) {
		snprintf(text, cap, "(basic) of %u", (unsigned)a->value);
		return;
	}
	n = (size_t)snprintf(text, cap, "(VPI) of ");
	for (size_t i = 0; i < a->raw.len && i < 8; i++)
		n += (size_t)snprintf(text + n, cap - n, " 0x%x", a->raw.p[i]);
}

static const char *word_of(uint64_t value, const char *const *words, size_t n)
{
	return value < n && words[value] ? words[value] : "?";
}
#define WORD(value, words) word_of((value), (words), sizeof(words) / sizeof((words)[0]))

static void phase1_attribute(const struct ike_attr *a)
{
	static const char *const ciphers[] = {[1] = "DES-CBC", [5] = "3DES-CBC", [7] = "AES-CBC"};
	static const char *const hashes[] = {[1] = "MD5", [2] = "SHA", [4] = "SHA256"};
	static const char *const auths[] = {[1] = "pre-share", [3] = "RSA sig"};
	char text[64];

	switch (a->type) {
	case 1:
		isakmp("ISAKMP:      encryption %s", WORD(a->value, ciphers));
		break;
	case 2:
		isakmp("ISAKMP:      hash %s", WORD(a->value, hashes));
		break;
	case 3:
		isakmp("ISAKMP:      auth %s", WORD(a->value, auths));
		break;
	case 4:
		isakmp("ISAKMP:      default group %u", (unsigned)a->value);
		break;
	case 11:
		isakmp("ISAKMP:      life type in %s", a->value == 1 ? "seconds" : "kilobytes");
		break;
	case 12:
		duration(text, sizeof text, a);
		isakmp("ISAKMP:      life duration %s", text);
		break;
	case 14:
		isakmp("ISAKMP:      keylength of %u", (unsigned)a->value);
		break;
	default:
		break;
	}
}

/* The last one stays open: what follows may be said by another part of the device. */
static void phase2_attribute(const struct ike_attr *a, bool last)
{
	static const char *const macs[] = {[1] = "HMAC-MD5", [2] = "HMAC-SHA", [5] = "HMAC-SHA256"};
	const char *open = last ? DEBUG_PIX_OPEN : "";
	char text[64];

	switch (a->type) {
	case 1:
		isakmp("ISAKMP:      SA life type in %s%s", a->value == 1 ? "seconds" : "kilobytes",
		       open);
		break;
	case 2:
		duration(text, sizeof text, a);
		isakmp("ISAKMP:      SA life duration %s%s", text, open);
		break;
	case 3:
		isakmp("ISAKMP:      group is %u%s", (unsigned)a->value, open);
		break;
	case 4:
		isakmp("ISAKMP:      encaps is %u%s", (unsigned)a->value, open);
		break;
	case 5:
		isakmp("ISAKMP:      authenticator is %s%s", WORD(a->value, macs), open);
		break;
	case 6:
		isakmp("ISAKMP:      key length is %u%s", (unsigned)a->value, open);
		break;
	default:
		break;
	}
}

static struct rd attributes(struct bytes raw)
{
	struct rd r = rd_of(raw.p, raw.len);
	rd_skip(&r, 4); /* number, identifier, reserved */
	return r;
}

/* ------------------------------------------------------------------ phase 1 */

void pix_phase1(const struct ike_sa *sa, const struct p1_offer *offer,
                const struct ike_policy *policy, const struct p1_transform *chosen)
{
	const struct ike *ike = sa->ike;
	struct ike_attr a;

	if (!debug_pix_on(DEBUG_IKEV1))
		return;
	pix_payload(sa, "SA", 0, true);
	for (size_t i = 0; i < ike->conf->npolicies; i++)
		for (size_t j = 0; j < offer->n; j++) {
			const struct p1_transform *t = &offer->t[j];
			bool fits = t == chosen && &ike->conf->policies[i] == policy;

			isakmp("ISAKMP (0): Checking ISAKMP transform %u against priority %u "
			       "policy",
			       t->number, ike->conf->policies[i].priority);
			struct rd r = attributes(t->raw);
			while (ike_attr_next(&r, &a))
				phase1_attribute(&a);
			isakmp("ISAKMP (0): atts are %sacceptable. Next payload is %u",
			       fits ? "" : "not ", j + 1 < offer->n ? 3u : 0u);
			if (fits)
				return;
		}
	isakmp("ISAKMP (0): no offers accepted!\nISAKMP (0): SA not acceptable!");
}

void pix_authentication(const struct ike_sa *sa, uint8_t id_type)
{
	about = ike_who(sa);
	isakmp("ISAKMP (0): SA is doing %s authentication using id type ID_%s", sa->auth->pix,
	       ike_id_text(id_type));
}

void pix_cert(const struct ike_sa *sa, bool x509_signature)
{
	pix_payload(sa, "CERT", 0, false);
	if (x509_signature)
		isakmp("ISAKMP (0): processing a CT_X509_SIGNATURE cert");
}

void pix_requests(const struct ike_xchg *x)
{
	for (unsigned i = 0; x->certs != NULL && i < x->certs->here; i++) {
		pix_payload(x->sa, "CERT_REQ", 0, false);
		isakmp("ISAKMP (0): peer wants a CT_X509_SIGNATURE cert");
	}
}

/* The device looks at the certificate before it goes on with the message: so it is told, though what comes after it was
 * read before. */
void pix_believed(const struct ike_xchg *x, bool unchecked)
{
	about = ike_who(x->sa);
	isakmp("ISAKMP (0): cert approved%s", unchecked ? " with warning" : "");
	pix_payload(x->sa, "SIG", 0, false);
	pix_requests(x);
}

void pix_refused(const struct ike_sa *sa, enum pki_why why)
{
	about = ike_who(sa);
	isakmp("ISAKMP (0): %s", why == PKI_WHY_SIGNATURE  ? "signature verification failed"
	                         : why == PKI_WHY_IDENTITY ? "ID does not match the certificate"
	                                                   : "cert not approved");
}

void pix_authenticated(const struct ike_sa *sa)
{
	about = ike_who(sa);
	isakmp("ISAKMP (0): SA has been authenticated\n");
}

void pix_own_id(const struct ike_sa *sa, struct bytes id)
{
	enum { HEADER = 4 };
	struct rd r = rd_of(id.p, id.len);
	unsigned type = rd_u8(&r), protocol = rd_u8(&r), port = rd_u16(&r);

	about = ike_who(sa);
	isakmp("ISAKMP (0): ID payload\n"
	       "        next-payload : %d\n"
	       "        type         : %u\n"
	       "        protocol     : %u\n"
	       "        port         : %u\n"
	       "        length       : %zu",
	       sa->auth->certificates ? PAY_CERT : PAY_HASH, type, protocol, port, id.len);
	isakmp("ISAKMP (0): Total payload length: %zu", id.len + HEADER);
}

/* ------------------------------------------------------------------ phase 2 */

/* "171.68.9.57/255.255.255.255/17/1701 (type=1)" */
static void proxy_text(char *text, size_t cap, const struct sa_proxy *p, bool mask)
{
	enum { HOST = 1, SUBNET = 4 };
	size_t n = (size_t)snprintf(text, cap, "%s", ip4_text(p->ip).s);
	snprintf(text + n, cap - n, "/%s/%u/%u (type=%d)", mask ? ip4_text(p->mask).s : "0.0.0.0",
	         p->proto, p->port, p->mask == UINT32_MAX ? HOST : SUBNET);
}

struct key_msg {
	const char *from; /* "IPSEC(initialize_sas): ," */
	uint32_t dest, src;
	const struct sa_proxy *dest_proxy, *src_proxy;
	struct esp_alg alg;
	uint32_t life_s, life_kb, spi, conn;
	bool masks, src_first;
};

static void key_engine(const struct key_msg *m)
{
	char dest[80], src[80], ends[160], proxies[240];
	unsigned bits = m->alg.cipher == ESP_CIPHER_AES ? m->alg.key_len * 8u : 0;

	proxy_text(dest, sizeof dest, m->dest_proxy, m->masks);
	proxy_text(src, sizeof src, m->src_proxy, m->masks);
	struct ip4_text d = ip4_text(m->dest), s = ip4_text(m->src);
	if (m->src_first) {
		snprintf(ends, sizeof ends, "src= %s, dest= %s", s.s, d.s);
		snprintf(proxies, sizeof proxies, "    src_proxy= %s,\n    dest_proxy= %s", src,
		         dest);
	} else {
		snprintf(ends, sizeof ends, "dest= %s, src= %s", d.s, s.s);
		snprintf(proxies, sizeof proxies, "    dest_proxy= %s,\n    src_proxy= %s", dest,
		         src);
	}
	ipsec("%s\n  (key eng. msg.) %s,\n%s,\n"
	      "    protocol= ESP, transform= %s %s ,\n"
	      "    lifedur= %us and %ukb,\n"
	      "    spi= 0x%x(%u), conn_id= %u, keysize= %u, flags= 0x0",
	      m->from, ends, proxies, esp_cipher_name(m->alg), esp_mac_name(m->alg.mac), m->life_s,
	      m->life_kb, m->spi, m->spi, m->conn, bits);
}

static void transform_text(const struct p2_transform *t)
{
	static const char *const names[] = {
	        [2] = "ESP_DES", [3] = "ESP_3DES", [11] = "ESP_NULL", [12] = "ESP_AES"};
	struct rd r = attributes(t->raw);
	struct ike_attr a;

	isakmp("ISAKMP : Checking IPSec proposal %u\n", t->proposal);
	isakmp("ISAKMP: transform %u, %s\nISAKMP:   attributes in transform:", t->number,
	       WORD(t->trans_id, names));
	while (ike_attr_next(&r, &a))
		phase2_attribute(&a, rd_left(&r) == 0);
}

static bool listening(void)
{
	return debug_pix_on(DEBUG_IKEV1) || debug_pix_on(DEBUG_IPSEC);
}

/* What stands before the chosen one did not fit. */
static void refused_transform(const struct p2_offer *offer, size_t i, bool mode_only)
{
	const struct p2_transform *t = &offer->t[i];
	transform_text(t);
	if (mode_only)
		ipsec("IPSEC(validate_proposal): invalid transform proposal flags -- 0x0\n");
	else
		ipsec("IPSEC(validate_proposal): transform proposal (prot 3, trans %u, hmac_alg "
		      "%u) "
		      "not supported\n",
		      t->trans_id, t->auth);
	isakmp("ISAKMP (0): atts not acceptable. Next payload is %u",
	       i + 1 < offer->n && offer->t[i + 1].proposal == t->proposal ? 3u : 0u);
}

void pix_phase2(const struct ike_qm *qm, const struct p2_offer *offer)
{
	uint32_t msgid = qm->x.msgid;

	if (!listening())
		return;
	pix_payload(qm->x.sa, "SA", msgid, true);
	for (size_t i = 0; i < offer->n; i++) {
		if (offer->t[i].raw.p != qm->chosen.raw.p) {
			refused_transform(offer, i, false);
			continue;
		}
		transform_text(&offer->t[i]);
		break;
	}
	isakmp("ISAKMP (0): atts are acceptable." DEBUG_PIX_OPEN);
	key_engine(&(struct key_msg){.from = "IPSEC(validate_proposal_request): proposal part #1,",
	                             .dest = qm->x.local.ip,
	                             .src = qm->x.remote.ip,
	                             .dest_proxy = &qm->local_proxy,
	                             .src_proxy = &qm->remote_proxy,
	                             .alg = qm->alg,
	                             .masks = true});
	isakmp("\nISAKMP (0): processing NONCE payload. message ID = %u\n", msgid);
	if (qm->x.id_i.p == NULL)
		return;
	pix_payload(qm->x.sa, "ID", msgid, false);
	isakmp("ISAKMP (0): ID_IPV4_ADDR src %s prot %u port %u", ip4_text(qm->remote_proxy.ip).s,
	       qm->remote_proxy.proto, qm->remote_proxy.port);
	pix_payload(qm->x.sa, "ID", msgid, false);
	isakmp("ISAKMP (0): ID_IPV4_ADDR dst %s prot %u port %u" DEBUG_PIX_OPEN,
	       ip4_text(qm->local_proxy.ip).s, qm->local_proxy.proto, qm->local_proxy.port);
}

void pix_spi(const struct ike_qm *qm)
{
	if (!debug_pix_on(DEBUG_IPSEC))
		return;
	struct ip4_text from = ip4_text(qm->x.remote.ip), to = ip4_text(qm->x.local.ip);
	about = ike_who(qm->x.sa);
	ipsec("IPSEC(key_engine): got a queue event...\n"
	      "IPSEC(spi_response): getting spi 0x%x(%u) for SA\n"
	      "        from %s to %s for prot 3\n",
	      qm->spi_in, qm->spi_in, from.s, to.s);
}

void pix_phase2_refused(const struct ike_qm *qm, const struct p2_offer *offer, bool mode_only)
{
	if (!listening())
		return;
	pix_payload(qm->x.sa, "SA", qm->x.msgid, true);
	for (size_t i = 0; i < offer->n; i++)
		refused_transform(offer, i, mode_only);
	isakmp("ISAKMP (0): SA not acceptable!\n"
	       "ISAKMP (0): sending NOTIFY message 14 protocol 3");
}

void pix_no_map(const struct ike_sa *sa)
{
	about = ike_who(sa);
	isakmp("no IPSEC cryptomap exists for local address %s", ip4_text(sa->mm.local.ip).s);
}

static void sa_text(const char *way, struct ip4_text from, struct ip4_text to,
                    const struct sa_proxy *p_from, const struct sa_proxy *p_to)
{
	struct ip4_text a = ip4_text(p_from->ip), b = ip4_text(p_to->ip);
	isakmp("        %s SA from %s to %s (proxy %s to %s)", way, from.s, to.s, a.s, b.s);
}

static void terms(uint32_t spi, uint32_t conn, const struct sa_pair *p, bool last)
{
	isakmp("        has spi %u and conn_id %u and flags 0", spi, conn);
	isakmp("        lifetime of %u seconds", p->life_s);
	isakmp("        lifetime of %u kilobytes%s", p->life_kb, last ? DEBUG_PIX_OPEN : "");
}

void pix_sas(const struct ike_child *child)
{
	const struct sa_pair *p = &child->pair;
	uint32_t conn = child->number * 2 - 1;

	if (!listening())
		return;
	struct ip4_text peer = ip4_text(p->remote.ip), own = ip4_text(p->local.ip);
	about = (struct debug_who){.ip = p->remote.ip,
	                           .group = child->sa != NULL ? child->sa->group_name : NULL,
	                           .user = child->flow->peer->user,
	                           .spi = p->spi_in,
	                           .spi_out = p->spi_out};
	isakmp("ISAKMP (0): Creating IPSec SAs");
	sa_text("inbound", peer, own, &p->remote_proxy, &p->local_proxy);
	terms(p->spi_in, conn, p, false);
	sa_text("outbound", own, peer, &p->local_proxy, &p->remote_proxy);
	terms(p->spi_out, conn + 1, p, true);
	ipsec("IPSEC(key_engine): got a queue event...");
	key_engine(&(struct key_msg){.from = "IPSEC(initialize_sas): ,",
	                             .dest = p->local.ip,
	                             .src = p->remote.ip,
	                             .dest_proxy = &p->local_proxy,
	                             .src_proxy = &p->remote_proxy,
	                             .alg = p->alg,
	                             .life_s = p->life_s,
	                             .life_kb = p->life_kb,
	                             .spi = p->spi_in,
	                             .conn = conn});
	key_engine(&(struct key_msg){.from = "IPSEC(initialize_sas): ,",
	                             .dest = p->remote.ip,
	                             .src = p->local.ip,
	                             .dest_proxy = &p->remote_proxy,
	                             .src_proxy = &p->local_proxy,
	                             .alg = p->alg,
	                             .life_s = p->life_s,
	                             .life_kb = p->life_kb,
	                             .spi = p->spi_out,
	                             .conn = conn + 1,
	                             .src_first = true});
	ipsec("%s", "");
}
