#include "tests/clients/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "crypto/ike/auth.h"
#include "crypto/ike/info.h"
#include "crypto/ike/main.h"
#include "crypto/ike/quick.h"
#include "crypto/ike/vendor.h"

enum { SPEAKERS = 1024, COUNTERS = 8 };

struct speaker {
	const struct ike *ike;
	const struct ike_script *script;
	uint32_t own_ip, contacts;
	/* Quick Mode's last message ID in every IKE SA */
	struct {
		const struct ike_sa *sa;
		uint32_t last;
	} ids[COUNTERS];
	unsigned next_id;
};

static struct speaker speakers[SPEAKERS];
/* Who writes a message now, NULL = somebody without script; and whether it has yet to say its vendor IDs. */
static struct speaker *writing;
static bool vendors_due;
/* The message ID that a Quick Mode got in place of the engine's. */
static uint32_t drawn, given;

#define WRAP(type, name, ...)           \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static struct speaker *speaker_of(const struct ike *ike)
{
	for (unsigned i = 0; i < SPEAKERS; i++)
		if (speakers[i].ike == ike)
			return &speakers[i];
	return NULL;
}

void say_use(struct ike *ike, const struct ike_script *script, uint32_t own_ip)
{
	struct speaker *free_one = speaker_of(NULL);
	if (free_one == NULL)
		abort();
	*free_one = (struct speaker){.ike = ike, .script = script, .own_ip = own_ip};
}

void say_forget(const struct ike *ike)
{
	struct speaker *s = speaker_of(ike);
	if (s == NULL)
		return;
	if (writing == s)
		writing = NULL;
	*s = (struct speaker){0};
}

/* ------------------------------------------------------------------ SA payloads */

/* A payload inside the SA payload; its length is patched in when it ends. */
static size_t inner_begin(struct wr *w, bool more, uint8_t type)
{
	size_t at = wr_len(w);
	wr_u8(w, more ? type : 0);
	wr_zero(w, 3);
	return at;
}

static void inner_end(struct wr *w, size_t at)
{
	wr_patch_u16(w, at + 2, (uint16_t)(wr_len(w) - at));
}

static bool together(const struct script_item *a, const struct script_item *b)
{
	return a->proposal == b->proposal && a->protocol == b->protocol;
}

void say_sa(struct wr *w, const struct script_list *list, const struct script_values *values, bool spi)
{
	enum { DOI_IPSEC = 1, IDENTITY_ONLY = 1, PROPOSAL = 2, TRANSFORM = 3 };
	wr_u32(w, DOI_IPSEC);
	wr_u32(w, IDENTITY_ONLY);
	for (size_t i = 0, end; i < list->n; i = end) {
		const struct script_item *p = &list->items[i];
		for (end = i + 1; end < list->n && together(p, &list->items[end]);)
			end++;
		size_t proposal = inner_begin(w, end < list->n, PROPOSAL);
		wr_u8(w, (uint8_t)p->proposal);
		wr_u8(w, (uint8_t)p->protocol);
		wr_u8(w, spi ? 4 : 0);
		wr_u8(w, (uint8_t)(end - i));
		if (spi)
			wr_u32(w, values->v[NAME_SPI]);
		for (size_t t = i; t < end; t++) {
			size_t transform = inner_begin(w, t + 1 < end, TRANSFORM);
			wr_u8(w, (uint8_t)(t - i + 1));
			wr_u8(w, (uint8_t)list->items[t].transform);
			wr_u16(w, 0);
			script_write(w, list->items[t].form, values);
			inner_end(w, transform);
		}
		inner_end(w, proposal);
	}
}

void say_phase1(struct wr *w, const struct ike_script *script)
{
	const struct script_values values = {.v = {[NAME_AUTH] = script->auth, [NAME_GROUP] = script->group}};
	say_sa(w, &script->phase1, &values, false);
}

WRAP(struct ike_out *, ike_answer_begin, struct ike_xchg *x, bool encrypted)
{
	writing = x->initiator ? speaker_of(x->sa->ike) : NULL;
	vendors_due = true;
	return __real_ike_answer_begin(x, encrypted);
}

WRAP(void, p1_write_offer, struct wr *w, const struct ike_policy *policy)
{
	if (writing == NULL)
		__real_p1_write_offer(w, policy);
	else
		say_phase1(w, writing->script);
}

WRAP(void, p2_write_offer, struct wr *w, const struct p2_own *own)
{
	const struct script_values values = {.v = {[NAME_SPI] = own->spi, [NAME_ENCAP] = own->encap}};
	if (writing == NULL)
		__real_p2_write_offer(w, own);
	else
		say_sa(w, &writing->script->phase2, &values, true);
}

/* ------------------------------------------------------------------ the other payloads of phase 1 */

WRAP(void, vendor_write, struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind)
{
	if (writing == NULL || writing->ike != sa->ike) {
		__real_vendor_write(sa, o, kind);
		return;
	}
	for (size_t i = 0; vendors_due && i < writing->script->vendors.n; i++) {
		ike_out_payload(o, PAY_VENDOR);
		script_write(&o->w, writing->script->vendors.items[i].form, NULL);
	}
	vendors_due = false;
}

WRAP(struct bytes, mm_own_id, struct ike_sa *sa, const struct pki_cert *cert)
{
	const struct speaker *s = sa_is(sa, SAF_INITIATOR) ? speaker_of(sa->ike) : NULL;
	uint8_t body[256];
	struct wr w = wr_of(body, sizeof body);
	if (s == NULL || s->script->id.n == 0 || cert != NULL) /* who shows a certificate is who stands in it */
		return __real_mm_own_id(sa, cert);
	const struct script_values values = {.v = {[NAME_IP] = s->own_ip}};
	script_write(&w, s->script->id.items[0].form, &values);
	return ike_xchg_keep(&sa->mm, (struct bytes){body, wr_len(&w)});
}

WRAP(bool, mm_make_ke_nonce, struct ike_xchg *x, struct bytes *ke, struct bytes *nonce)
{
	const struct speaker *s = x->initiator ? speaker_of(x->sa->ike) : NULL;
	uint8_t random[IKE_NONCE_MAX];
	if (s == NULL || s->script->nonce == 0)
		return __real_mm_make_ke_nonce(x, ke, nonce);
	random_bytes(random, s->script->nonce);
	*ke = ike_xchg_keep(x, (struct bytes){x->dh->job.public, x->dh->job.public_len});
	*nonce = ike_xchg_keep(x, (struct bytes){random, s->script->nonce});
	return ke->p != NULL && nonce->p != NULL;
}

/* It trusts many; the server's authority comes last. */
WRAP(void, certs_write_requests, struct ike_sa *sa, struct ike_out *o)
{
	enum { SEQUENCE = 0x30, SET = 0x31, UTF8 = 0x0c, NAME_LEN = 40 };
	static const uint8_t common_name[] = {0x06, 0x03, 0x55, 0x04, 0x03};
	const struct speaker *s = sa_is(sa, SAF_INITIATOR) ? speaker_of(sa->ike) : NULL;
	for (unsigned i = 0; s != NULL && i < s->script->certreqs; i++) {
		char name[NAME_LEN + 1];
		snprintf(name, sizeof name, "%*u", NAME_LEN, i);
		ike_out_payload(o, PAY_CERTREQ);
		wr_u8(&o->w, CERT_X509_SIGNATURE);
		wr_u16(&o->w, SEQUENCE << 8 | (6 + sizeof common_name + NAME_LEN));
		wr_u16(&o->w, SET << 8 | (4 + sizeof common_name + NAME_LEN));
		wr_u16(&o->w, SEQUENCE << 8 | (2 + sizeof common_name + NAME_LEN));
		wr_bytes(&o->w, common_name, sizeof common_name);
		wr_u16(&o->w, UTF8 << 8 | NAME_LEN);
		wr_bytes(&o->w, name, NAME_LEN);
	}
	__real_certs_write_requests(sa, o);
}

/* INITIAL-CONTACT (RFC 2407 §4.6.3.3) goes into message 5 of the first Main Mode, behind the HASH. */
static void contact(struct speaker *s, struct ike_sa *sa, bool alone)
{
	uint8_t spi[2 * IKE_COOKIE_LEN];
	if (s->contacts++ > 0)
		return;
	memcpy(spi, sa->icookie, IKE_COOKIE_LEN);
	memcpy(spi + IKE_COOKIE_LEN, sa->rcookie, IKE_COOKIE_LEN);
	if (alone) {
		info_notify(sa, PROTO_ISAKMP, (struct bytes){spi, sizeof spi}, NOTIFY_INITIAL_CONTACT, (struct bytes){0});
		return;
	}
	struct ike_out *o = &sa->ike->out;
	ike_out_payload(o, PAY_NOTIFY);
	info_write_notify(&o->w, PROTO_ISAKMP, (struct bytes){spi, sizeof spi}, NOTIFY_INITIAL_CONTACT, (struct bytes){0});
}

/* ------------------------------------------------------------------ sending, and sending again */

static void on_retry(struct timer *t, void *arg)
{
	struct ike_xchg *x = arg;
	struct ike *ike = x->sa->ike;
	const struct script_list *retry = &speaker_of(ike)->script->retry;
	ike_enter(ike);
	ike_resend(x);
	if (x->tries < speaker_of(ike)->script->tries)
		timer_start(ike->clock, t, script_retry_ms(retry, x->tries), on_retry, x);
	ike_leave(ike);
}

WRAP(bool, ike_answer_send, struct ike_xchg *x, bool repeat)
{
	struct speaker *s = x->initiator ? writing : NULL;
	struct ike *ike = x->sa->ike;
	bool mm5 = s != NULL && x->exch == EXCH_MAIN && (ike->out.hdr.flags & IKE_FLAG_ENCRYPTED);
	if (mm5 && s->script->contact == CONTACT_MM5)
		contact(s, x->sa, false);
	if (!__real_ike_answer_send(x, repeat && s == NULL))
		return false;
	if (s != NULL && repeat)
		timer_start(ike->clock, &x->retry, script_retry_ms(&s->script->retry, 0), on_retry, x);
	return true;
}

/* [MS-IKEE] 2.2.1; who sends fragments only when it repeats itself leaves the encryption flag as it was. */
static bool send_parts(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote, struct bytes msg, size_t most,
                       bool flagged)
{
	enum { HDR = 28, PART = 8, NEXT_AT = 16, FLAGS_AT = 19, LEN_AT = 26, LAST = 1 };
	struct rd r = rd_of(msg.p, msg.len);
	bool ok = true;
	for (uint8_t number = 1; rd_left(&r) > 0; number++) {
		uint8_t packet[2048];
		struct wr w = wr_of(packet, sizeof packet);
		size_t room = most - HDR - PART;
		struct bytes data = rd_bytes(&r, rd_left(&r) < room ? rd_left(&r) : room);
		wr_bytes(&w, msg.p, HDR);
		wr_u16(&w, 0);
		wr_u16(&w, (uint16_t)(PART + data.len));
		wr_u16(&w, sa->frag_id);
		wr_u8(&w, number);
		wr_u8(&w, rd_left(&r) == 0 ? LAST : 0);
		wr_bytes(&w, data.p, data.len);
		packet[NEXT_AT] = PAYLOAD_FRAGMENT;
		if (!flagged)
			packet[FLAGS_AT] &= (uint8_t)~IKE_FLAG_ENCRYPTED;
		wr_patch_u16(&w, LEN_AT, (uint16_t)wr_len(&w));
		ok = wr_ok(&w) && sa->ike->ops->send(sa->ike->ctx, local, remote, packet, wr_len(&w)) && ok;
	}
	return ok;
}

WRAP(bool, frag_send, struct ike_sa *sa, struct ip4_end local, struct ip4_end remote, struct bytes msg)
{
	const struct speaker *s = speaker_of(sa->ike);
	bool again = msg.p != sa->ike->out.buf;
	if (s == NULL)
		return __real_frag_send(sa, local, remote, msg);
	bool cut = s->script->fragment == FRAGMENT_FIRST || (s->script->fragment == FRAGMENT_AGAIN && again);
	if (!cut || !sa->fragmentation || msg.len <= s->script->fragment_bytes)
		return sa->ike->ops->send(sa->ike->ctx, local, remote, msg.p, msg.len);
	return send_parts(sa, local, remote, msg, s->script->fragment_bytes, again);
}

/* ------------------------------------------------------------------ what was chosen of the offers */

/* The offer had many: what the server chose of them counts. */
WRAP(bool, mm_take_choice, struct ike_xchg *x, const struct ike_msg *m)
{
	static struct p1_offer offer;
	const struct ike_cipher *c = ike_ciphers;
	const struct ike_hash *h = ike_hashes;
	const char *why = "";
	if (speaker_of(x->sa->ike) == NULL || !p1_read(&offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) || offer.n != 1)
		return __real_mm_take_choice(x, m);
	while (c->id != 0 && (c->id != offer.t[0].cipher || c->key_bits != offer.t[0].key_bits))
		c++;
	while (h->id != 0 && h->id != offer.t[0].hash)
		h++;
	if (c->id != 0 && h->id != 0)
		mm_set_algorithms(x->sa, &(struct ike_policy){
		                                 .auth = offer.t[0].auth, .cipher = c, .hash = h, .group = offer.t[0].group});
	x->sa->life_s = x->sa->life_offered_s = offer.t[0].life_s;
	return __real_mm_take_choice(x, m);
}

WRAP(enum ike_verdict, qm_in2, struct ike_xchg *x, struct ike_msg *m)
{
	static struct p2_offer offer;
	struct ike_qm *qm = (struct ike_qm *)x;
	const char *why = "";
	if (speaker_of(x->sa->ike) != NULL && p2_read(&offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) && offer.n == 1) {
		p2_alg(&offer.t[0], &qm->alg);
		qm->life_s = offer.t[0].life_s;
		qm->life_kb = offer.t[0].life_kb;
	}
	return __real_qm_in2(x, m);
}

uint16_t say_encap(enum natt_variant v)
{
	bool number_of_its_own = v == NATT_NO_NUMBER || (v >= NATT_DRAFT_02N && v <= NATT_DRAFT_03);
	return number_of_its_own ? ENCAP_UDP_TRANSPORT_DRAFT : ENCAP_UDP_TRANSPORT;
}

/* What was found of NATs decides about the encapsulation. */
WRAP(void, sa_established, struct ike_sa *sa)
{
	struct speaker *s = sa_is(sa, SAF_INITIATOR) ? speaker_of(sa->ike) : NULL;
	bool nat = sa->natt != NATT_NONE && (sa->local_nat || sa->remote_nat);
	for (struct ike_flow *f = s != NULL ? sa->peer->flows : NULL; f != NULL; f = f->next)
		f->encap = nat ? say_encap(sa->natt) : ENCAP_TRANSPORT;
	__real_sa_established(sa);
	if (s != NULL && s->script->contact == CONTACT_INFO)
		contact(s, sa, true);
}

/* ------------------------------------------------------------------ message IDs */

static uint32_t next_id(struct speaker *s, const struct ike_sa *sa)
{
	unsigned i = 0;
	while (i < COUNTERS && s->ids[i].sa != sa)
		i++;
	if (i == COUNTERS)
		return 0;
	uint32_t id = ++s->ids[i].last;
	return s->script->message_ids == IDS_SWAPPED ? __builtin_bswap32(id) : id;
}

WRAP(void, ike_xchg_init, struct ike_xchg *x, struct ike_sa *sa, uint8_t exch, uint32_t msgid, bool initiator)
{
	struct speaker *s = initiator ? speaker_of(sa->ike) : NULL;
	if (s != NULL && exch != EXCH_QUICK) { /* a new IKE SA, maybe where another was */
		for (unsigned i = 0; i < COUNTERS; i++)
			if (s->ids[i].sa == sa)
				s->ids[i].sa = NULL;
		s->ids[s->next_id].sa = sa;
		s->ids[s->next_id].last = 0;
		s->next_id = (s->next_id + 1) % COUNTERS;
	} else if (s != NULL && s->script->message_ids != IDS_RANDOM) {
		uint32_t id = next_id(s, sa);
		drawn = msgid;
		given = msgid = id != 0 ? id : msgid;
	} else if (s != NULL) {
		uint32_t random = 0;
		random_bytes(&random, sizeof random);
		drawn = msgid;
		given = msgid = random | 1;
	}
	__real_ike_xchg_init(x, sa, exch, msgid, initiator);
}

WRAP(void, ike_keys_iv2, const struct ike_keys *k, const uint8_t *last_block, uint32_t msgid, uint8_t *iv)
{
	if (msgid == drawn && drawn != 0)
		msgid = given;
	drawn = 0;
	__real_ike_keys_iv2(k, last_block, msgid, iv);
}
