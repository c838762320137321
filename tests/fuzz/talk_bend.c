/* What the engines write, changed by the records of the input: before it is hashed and encrypted (the linker's --wrap;
 * CMakeLists names the functions) and on the wire. */
#include <stdlib.h>
#include <string.h>

#include "crypto/ike/auth.h"
#include "crypto/ike/main.h"
#include "crypto/ike/quick.h"
#include "tests/fuzz/mutate_list.h"
#include "tests/fuzz/talk.h"

enum { MESSAGES = 64, PAYLOADS = 64, ROOM = 1 << 17 };

struct payload {
	uint8_t type;
	struct bytes body;
};

static struct {
	struct net *net;
	struct bytes records;
	bool bent[2];              /* the message being written; of client and server */
	unsigned written[2], sent[2];
	struct ip4_end moved;      /* added to the client's end */
	bool other_offer, other_proposal; /* the client asks for what it would not: what is chosen of it counts */
	uint8_t room[ROOM];        /* bodies made longer */
	size_t used;
} bend;

static uint32_t dice; /* what is random is the same in every run */

#define WRAP(type, name, ...)           \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

bool talk_next(struct rd *r, struct talk_record *t)
{
	if (rd_left(r) < TALK_RECORD)
		return false;
	t->op = rd_u8(r) % TALK_OPS;
	t->at = rd_u8(r);
	t->arg = rd_u8(r);
	size_t len = rd_u16(r);
	t->data = rd_bytes(r, len < rd_left(r) ? len : rd_left(r));
	return true;
}

void talk_bend(struct net *net, struct bytes records)
{
	memset(&bend, 0, offsetof(typeof(bend), room));
	bend.used = 0;
	dice = 1;
	bend.net = net;
	bend.records = records;
}

void talk_bend_end(void)
{
	bend.net = NULL;
}

/* Whose engine: 0 the client's, 1 the server's, -1 neither. */
static int side_of(const struct ike *ike)
{
	return bend.net == NULL ? -1 : ike == bend.net->server.ike ? 1 : ike == bend.net->client.ike ? 0 : -1;
}

static bool is_of(const struct talk_record *t, int side, unsigned number)
{
	return t->at == ((side == 1 ? TALK_SERVER : 0) | (number & 0x7f));
}

/* ------------------------------------------------------------------ payloads */

static struct bytes longer(struct bytes body, size_t len)
{
	if (len <= body.len)
		return (struct bytes){body.p, len};
	if (len > ROOM - bend.used)
		return body;
	uint8_t *p = bend.room + bend.used;
	bend.used += len;
	memcpy(p, body.p, body.len);
	memset(p + body.len, 0, len - body.len);
	return (struct bytes){p, len};
}

static struct bytes spliced(struct bytes body, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	size_t at = rd_u16(&r);
	struct bytes with = rd_rest(&r);
	if (at + with.len > 0xffff || ROOM - bend.used < 0x10000)
		return body;
	uint8_t *p = bend.room + bend.used;
	size_t len = at + with.len > body.len ? at + with.len : body.len;
	memset(p, 0, len);
	memcpy(p, body.p, body.len);
	memcpy(p + at, with.p, with.len);
	bend.used += len;
	return (struct bytes){p, len};
}

static size_t split(uint8_t first, struct bytes all, struct payload *p)
{
	struct rd r = rd_of(all.p, all.len);
	size_t n = 0;
	for (uint8_t type = first; type != 0 && n < PAYLOADS && rd_left(&r) >= IKE_PAYLOAD_HDR_LEN; n++) {
		p[n].type = type;
		type = rd_u8(&r);
		rd_skip(&r, 1);
		size_t len = rd_u16(&r);
		len = len > IKE_PAYLOAD_HDR_LEN ? len - IKE_PAYLOAD_HDR_LEN : 0;
		p[n].body = rd_bytes(&r, len < rd_left(&r) ? len : rd_left(&r));
	}
	return n;
}

/* A chain of the input's; bodies it leaves out are those that the engine wrote. */
static size_t chain(struct bytes data, struct payload *p, size_t n)
{
	struct payload own[PAYLOADS];
	memcpy(own, p, n * sizeof *p);
	size_t made = data.len > 0 ? split(data.p[0], (struct bytes){data.p + 1, data.len - 1}, p) : 0;
	for (size_t i = 0; i < made; i++)
		for (size_t k = 0; k < n && p[i].body.len == 0; k++)
			if (own[k].type == p[i].type) {
				p[i].body = own[k].body;
				own[k].type = 0;
			}
	return made;
}

static size_t bent(const struct talk_record *t, struct payload *p, size_t n)
{
	struct rd r = rd_of(t->data.p, t->data.len);
	struct payload *one = t->arg < n ? &p[t->arg] : NULL;
	if (t->op == TALK_CHAIN)
		return chain(t->data, p, n);
	if (t->op == TALK_INSERT && n < PAYLOADS && t->data.len > 0) {
		size_t at = t->arg < n ? t->arg : n;
		memmove(p + at + 1, p + at, (n - at) * sizeof *p);
		p[at].type = rd_u8(&r);
		p[at].body = rd_rest(&r);
		return n + 1;
	}
	if (one == NULL)
		return n;
	if (t->op == TALK_BODY)
		one->body = t->data;
	else if (t->op == TALK_SPLICE)
		one->body = spliced(one->body, t->data);
	else if (t->op == TALK_TYPE)
		one->type = rd_u8(&r);
	else if (t->op == TALK_CUT)
		one->body = longer(one->body, rd_u16(&r));
	else if (t->op == TALK_DELETE) {
		memmove(one, one + 1, (n - t->arg - 1) * sizeof *p);
		return n - 1;
	}
	return n;
}

/* ------------------------------------------------------------------ messages */

static struct ike_xchg *xchg_of(struct ike *ike, const struct ike_hdr *hdr)
{
	for (struct ike_sa *sa = ike->sas; sa != NULL; sa = sa->next) {
		if (memcmp(sa->icookie, hdr->icookie, IKE_COOKIE_LEN) != 0)
			continue;
		if (hdr->exch == EXCH_MAIN || hdr->exch == EXCH_AGGRESSIVE)
			return &sa->mm;
		for (struct ike_qm *qm = sa->quick; qm != NULL; qm = qm->next)
			if (hdr->exch == EXCH_QUICK && qm->x.msgid == hdr->msgid)
				return &qm->x;
	}
	return NULL;
}

/* What goes into keys and hashes is what was said. */
static void believe(struct ike_xchg *x, const struct payload *p, size_t n)
{
	for (size_t i = 0; x != NULL && x->neg != NULL && i < n; i++) {
		if (p[i].type == PAY_NONCE && p[i].body.len <= IKE_NONCE_MAX)
			*(x->initiator ? &x->nonce_i : &x->nonce_r) = ike_xchg_keep(x, p[i].body);
		else if (p[i].type == PAY_SA && x->initiator && x->exch != EXCH_QUICK)
			x->sa_i = ike_xchg_keep(x, p[i].body);
	}
}

static void rewrite(struct ike_out *o, const struct payload *p, size_t n, const struct talk_record *behind)
{
	const struct ike_hdr hdr = o->hdr;
	static uint8_t copy[IKE_OUT_MAX];
	memcpy(copy, o->buf, sizeof copy); /* the bodies may be there */
	struct payload moved[PAYLOADS];
	for (size_t i = 0; i < n; i++) {
		moved[i] = p[i];
		if (p[i].body.p >= o->buf && p[i].body.p < o->buf + sizeof o->buf)
			moved[i].body.p = copy + (p[i].body.p - o->buf);
	}
	o->w = wr_of(o->buf, sizeof o->buf);
	wr_bytes(&o->w, copy, IKE_HDR_LEN);
	o->hdr = hdr;
	o->hdr.next = 0;
	o->next_at = 2 * IKE_COOKIE_LEN;
	o->open_at = 0;
	wr_patch_u16(&o->w, o->next_at, 0x10);
	for (size_t i = 0; i < n; i++)
		ike_out_bytes(o, moved[i].type, moved[i].body);
	if (behind == NULL)
		return;
	/* what stands behind is of no payload */
	if (o->open_at != 0)
		wr_patch_u16(&o->w, o->open_at + 2, (uint16_t)(wr_len(&o->w) - o->open_at));
	o->open_at = 0;
	wr_bytes(&o->w, behind->data.p, behind->data.len);
}

static bool bend_message(struct ike *ike, int side, struct ike_out *o)
{
	struct payload p[PAYLOADS + 1];
	struct rd r = rd_of(bend.records.p, bend.records.len);
	struct talk_record t, behind = {0};
	bool any = false, append = false;
	unsigned number = bend.written[side]++;
	size_t n = split(o->hdr.next, ike_out_from(o, IKE_HDR_LEN), p), had = n;
	const uint8_t *sa_was = NULL;
	size_t hash_len = had > 0 ? p[0].body.len : 0;

	for (size_t i = 0; i < n; i++)
		sa_was = p[i].type == PAY_SA ? p[i].body.p : sa_was;
	while (number < MESSAGES && talk_next(&r, &t)) {
		if (!is_of(&t, side, number) || t.op > TALK_APPEND)
			continue;
		any = true;
		append = append || t.op == TALK_APPEND;
		if (t.op == TALK_APPEND)
			behind = t;
		else
			n = bent(&t, p, n);
	}
	if (!any)
		return false;
	/* a leading HASH is made over what follows: it stays where and as long as it is */
	if (o->hdr.exch == EXCH_QUICK || o->hdr.exch == EXCH_INFO) {
		if (n == 0 || had == 0 || p[0].type != PAY_HASH || p[0].body.len != hash_len)
			return false;
	}
	struct ike_xchg *x = xchg_of(ike, &o->hdr);
	for (size_t i = 0; i < n; i++)
		if (p[i].type == PAY_SA && p[i].body.p != sa_was && side == 0) {
			bend.other_proposal = bend.other_proposal || o->hdr.exch == EXCH_QUICK;
			bend.other_offer = bend.other_offer || o->hdr.exch != EXCH_QUICK;
		}
	believe(x, p, n);
	rewrite(o, p, n, append ? &behind : NULL);
	return true;
}

WRAP(void, ike_out_begin, struct ike_out *o, const struct ike_hdr *hdr)
{
	__real_ike_out_begin(o, hdr);
	if (bend.net == NULL)
		return;
	if (o == &bend.net->server.ike->out)
		bend.bent[1] = false;
	else if (o == &bend.net->client.ike->out)
		bend.bent[0] = false;
}

WRAP(bool, ike_out_end, struct ike_out *o)
{
	bool ok = __real_ike_out_end(o);
	if (!ok || bend.net == NULL)
		return ok;
	int side = o == &bend.net->server.ike->out ? 1 : o == &bend.net->client.ike->out ? 0 : -1;
	if (side < 0 || bend.bent[side])
		return ok;
	bend.bent[side] = true; /* ended again once it is hashed, and once it is padded */
	return bend_message(side == 1 ? bend.net->server.ike : bend.net->client.ike, side, o) ? __real_ike_out_end(o) : ok;
}

WRAP(struct bytes, mm_own_id, struct ike_sa *sa, const struct pki_cert *cert)
{
	struct rd r = rd_of(bend.records.p, bend.records.len);
	struct talk_record t;
	int side = side_of(sa->ike);
	while (side >= 0 && talk_next(&r, &t))
		if (t.op == TALK_ID && t.at >> 7 == side)
			return ike_xchg_keep(&sa->mm, t.data);
	return __real_mm_own_id(sa, cert);
}

/* ------------------------------------------------------------------ what was chosen of offers that are none of the client's */

WRAP(bool, mm_take_choice, struct ike_xchg *x, const struct ike_msg *m)
{
	static struct p1_offer offer;
	const struct ike_cipher *c = ike_ciphers;
	const struct ike_hash *h = ike_hashes;
	const char *why = "";
	if (side_of(x->sa->ike) != 0 || !bend.other_offer ||
	    !p1_read(&offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) || offer.n != 1)
		return __real_mm_take_choice(x, m);
	while (c->id != 0 && (c->id != offer.t[0].cipher || c->key_bits != offer.t[0].key_bits))
		c++;
	while (h->id != 0 && h->id != offer.t[0].hash)
		h++;
	if (c->id != 0 && h->id != 0 && offer.t[0].auth == x->sa->auth->id && ike_group_known(offer.t[0].group))
		mm_set_algorithms(x->sa, &(struct ike_policy){
		                                 .auth = offer.t[0].auth, .cipher = c, .hash = h, .group = offer.t[0].group});
	return __real_mm_take_choice(x, m);
}

WRAP(enum ike_verdict, qm_in2, struct ike_xchg *x, struct ike_msg *m)
{
	static struct p2_offer offer;
	struct ike_qm *qm = (struct ike_qm *)x;
	const char *why = "";
	if (side_of(x->sa->ike) == 0 && bend.other_proposal &&
	    p2_read(&offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) && offer.n == 1) {
		p2_alg(&offer.t[0], &qm->alg);
		qm->flow->encap = offer.t[0].encap;
	}
	return __real_qm_in2(x, m);
}

/* ------------------------------------------------------------------ the same in every run */

static uint32_t roll(void)
{
	dice_next(&dice);
	return dice >> 8 | dice << 24;
}

WRAP(void, random_bytes, void *dst, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)dst)[i] = (uint8_t)roll();
}

WRAP(uint32_t, random_u32, void)
{
	return roll();
}

/* ------------------------------------------------------------------ the wire */

static struct net_packet *put(struct net *net, const struct net_packet *like, const uint8_t *data, size_t len)
{
	if (net->nqueue >= NET_PACKETS - 1 || len > sizeof like->data)
		return NULL;
	struct net_packet *p = malloc(sizeof *p);
	if (p == NULL)
		abort();
	*p = *like;
	p->len = len;
	memcpy(p->data, data, len);
	net->queue[net->nqueue++] = p;
	return p;
}

static void part(struct net *net, const struct net_packet *p, size_t room, uint8_t which, uint8_t last)
{
	enum { NEXT_AT = 16, FLAGS_AT = 19, LEN_AT = 26, PART = 8 };
	uint8_t number = which & 0x3f, buf[IKE_MSG_MAX];
	size_t at = (size_t)(number - 1) * room;
	struct wr w = wr_of(buf, sizeof buf);
	if (number == 0 || at >= p->len || p->len < IKE_HDR_LEN)
		at = 0;
	size_t n = p->len - at < room ? p->len - at : room;
	wr_bytes(&w, p->data, p->len < IKE_HDR_LEN ? p->len : IKE_HDR_LEN);
	wr_u16(&w, 0);
	wr_u16(&w, (uint16_t)(PART + n));
	wr_u16(&w, which & 0x40 ? 2 : 1);
	wr_u8(&w, number);
	wr_u8(&w, last);
	wr_bytes(&w, p->data + at, n);
	if (!wr_ok(&w) || wr_len(&w) < IKE_HDR_LEN + PART)
		return;
	buf[NEXT_AT] = PAYLOAD_FRAGMENT;
	wr_patch_u16(&w, LEN_AT, (uint16_t)wr_len(&w));
	put(net, p, buf, wr_len(&w));
}

static void parts(struct net *net, const struct net_packet *p, const struct talk_record *t)
{
	size_t room = (size_t)t->arg * 4 + 4, n = (p->len + room - 1) / room;
	for (size_t i = 0; i < t->data.len && i < 64; i++)
		part(net, p, room, t->data.p[i], t->data.p[i] >> 7);
	for (size_t i = 0; t->data.len == 0 && i < n && i < 63; i++)
		part(net, p, room, (uint8_t)(i + 1), i + 1 == n);
}

static void raw(struct net_packet *p, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	size_t at = rd_u16(&r);
	struct bytes with = rd_rest(&r);
	for (size_t i = 0; i < with.len && at + i < p->len; i++)
		p->data[at + i] = with.p[i];
}

bool talk_filter(struct net *net, struct net_packet *p)
{
	struct rd r = rd_of(bend.records.p, bend.records.len);
	int side = p->from == &net->server;
	unsigned number = bend.sent[side]++;
	struct talk_record t;
	bool keep = true;

	while (number < MESSAGES && talk_next(&r, &t)) {
		if (!is_of(&t, side, number))
			continue;
		if (t.op == TALK_MOVE && side == 0)
			bend.moved = (struct ip4_end){t.arg >> 7, t.arg & 0x7f};
	}
	if (side == 0) {
		p->src.ip += bend.moved.ip;
		p->src.port = (uint16_t)(p->src.port + bend.moved.port);
	}
	r = rd_of(bend.records.p, bend.records.len);
	while (number < MESSAGES && talk_next(&r, &t)) {
		if (!is_of(&t, side, number))
			continue;
		if (t.op == TALK_RAW)
			raw(p, t.data);
		else if (t.op == TALK_LOSE)
			keep = false;
		else if (t.op == TALK_BEFORE)
			put(net, p, t.data.p, t.data.len);
		else if (t.op == TALK_PARTS) {
			parts(net, p, &t);
			keep = false;
		} else if (t.op == TALK_AGAIN)
			for (unsigned i = 0; i < (t.arg & 3u) + 1; i++)
				put(net, p, p->data, p->len);
	}
	return keep;
}
