/* The exchanges as tables (RFC 2409 §5.1, 5.4, 5.5): for each state what must and may be in the next message, how it
 * is protected, who handles it and what comes after. The driver checks all of that before a handler runs. */
#include "crypto/ike/aggressive.h"
#include "crypto/ike/auth.h"
#include "crypto/ike/debug_pix.h"

#include <string.h>

/* PROOF: who its sender is; more about such a message is in the row of the method (auth.h). */
enum step_auth { AUTH_NONE, AUTH_HASH1, AUTH_HASH2, AUTH_HASH3, AUTH_PROOF };

enum step_seal { CLEAR, SEALED, EITHER };

struct ike_row {
	uint8_t exch, state, next, build;
	uint8_t seal;
	uint8_t auth; /* of the leading HASH payload */
	uint32_t must, may;
	enum ike_verdict (*fn)(struct ike_xchg *x, struct ike_msg *m);
};

#define B(kind) PAY_BIT(PAY_##kind)
/* Always tolerated: what vendors add, and payloads nobody knows (RFC 2408 lets us ignore private ones). */
#define ANY  (B(VENDOR) | B(UNKNOWN) | B(NOTIFY))
#define NATD B(NATD)

static const struct ike_row rows[] = {
        /* RFC 2409 §5.4, responder */
        {EXCH_MAIN, ST_MM_START, ST_MM_WAIT3, 0, CLEAR, AUTH_NONE, B(SA), ANY | B(CERTREQ), mm_in1},
        {EXCH_MAIN, ST_MM_WAIT3, ST_MM_WAIT5, ST_MM_BUILD4, CLEAR, AUTH_NONE, B(KE) | B(NONCE),
         ANY | NATD | B(CERTREQ), mm_in3},
        {EXCH_MAIN, ST_MM_WAIT5, ST_ACTIVE, ST_MM_BUILD6, SEALED, AUTH_PROOF, B(ID), ANY, mm_in5},
        /* initiator */
        {EXCH_MAIN, ST_MM_WAIT2, ST_MM_WAIT4, ST_MM_BUILD3, CLEAR, AUTH_NONE, B(SA), ANY | B(CERTREQ), mm_in2},
        {EXCH_MAIN, ST_MM_WAIT4, ST_MM_WAIT6, ST_MM_BUILD5, CLEAR, AUTH_NONE, B(KE) | B(NONCE),
         ANY | NATD | B(CERTREQ), mm_in4},
        {EXCH_MAIN, ST_MM_WAIT6, ST_ACTIVE, ST_MM_CHECK6, SEALED, AUTH_PROOF, B(ID), ANY, mm_in6},
        /* Aggressive Mode, responder; its third message may be in clear */
        {EXCH_AGGRESSIVE, ST_AM_START, ST_AM_WAIT3, ST_AM_BUILD2, CLEAR, AUTH_NONE, B(SA) | B(KE) | B(NONCE) | B(ID),
         ANY | B(CERTREQ), am_in1},
        {EXCH_AGGRESSIVE, ST_AM_WAIT3, ST_ACTIVE, ST_AM_CHECK3, EITHER, AUTH_PROOF, 0, ANY | NATD, am_in3},
        /* initiator */
        {EXCH_AGGRESSIVE, ST_AM_WAIT2, ST_ACTIVE, ST_AM_BUILD3, CLEAR, AUTH_PROOF, B(SA) | B(KE) | B(NONCE) | B(ID),
         ANY | NATD, am_in2},
        /* RFC 2409 §5.5, responder */
        {EXCH_QUICK, ST_QM_START, ST_QM_WAIT3, ST_QM_BUILD2, SEALED, AUTH_HASH1,
         B(HASH) | B(SA) | B(NONCE), ANY | B(KE) | B(ID) | B(NATOA), qm_in1},
        {EXCH_QUICK, ST_QM_WAIT3, ST_QM_DONE, 0, SEALED, AUTH_HASH3, B(HASH), ANY, qm_in3},
        /* initiator */
        {EXCH_QUICK, ST_QM_WAIT2, ST_QM_DONE, ST_QM_BUILD3, SEALED, AUTH_HASH2,
         B(HASH) | B(SA) | B(NONCE), ANY | B(KE) | B(ID) | B(NATOA), qm_in2},
};

/* How often each kind may come: everything once, but for these. */
#define MANY \
	(B(VENDOR) | B(NOTIFY) | B(NATD) | B(NATOA) | B(CERT) | B(CERTREQ) | B(ID) | B(UNKNOWN))

enum { PAD_CLEAR_MAX = 16, PAD_MAX = 255 };

/* ------------------------------------------------------------------ protection */

bool ike_seal(struct ike_out *o, const struct ike_keys *k, uint8_t *iv)
{
	size_t body = wr_len(&o->w) - IKE_HDR_LEN;
	wr_zero(&o->w, (k->block - body % k->block) % k->block);
	if (!ike_out_end(o))
		return false;
	uint8_t *p = o->buf + IKE_HDR_LEN;
	size_t len = wr_len(&o->w) - IKE_HDR_LEN;
	if (prim_cbc_encrypt(k->cipher, (struct bytes){k->key, k->key_len}, iv, p, p, len) != 0)
		return false;
	memcpy(iv, p + len - k->block, k->block);
	return true;
}

bool ike_open_msg(struct ike_sa *sa, const uint8_t *iv, const struct ike_hdr *hdr, struct bytes raw,
                  uint8_t *next_iv, const char **why)
{
	struct ike *ike = sa->ike;
	const struct ike_keys *k = &sa->keys;
	struct rd r = rd_of(raw.p, raw.len);
	rd_skip(&r, IKE_HDR_LEN);
	struct bytes body = rd_rest(&r);

	ike->work.decrypt++;
	ike_engine_dbg(sa, 7, "decrypt %zu bytes for conn id %u", body.len, sa->number);
	if (body.len == 0 || body.len % k->block != 0 || body.len > sizeof ike->clear) {
		*why = "length is not a whole number of cipher blocks";
		return false;
	}
	if (prim_cbc_decrypt(k->cipher, (struct bytes){k->key, k->key_len}, iv, body.p, ike->clear,
	                     body.len) != 0) {
		*why = "decryption failed";
		return false;
	}
	memcpy(next_iv, body.p + body.len - k->block, k->block);
	if (!ike_msg_parse(&ike->msg, hdr, (struct bytes){ike->clear, body.len}, PAD_MAX, why))
		return false;
	ike_tell_clear(sa, false, (struct bytes){raw.p, IKE_HDR_LEN}, ike->msg.plain);
	return true;
}

static void put_u32(uint8_t out[4], uint32_t v)
{
	struct wr w = wr_of(out, 4);
	wr_u32(&w, v);
}

size_t ike_hash_open(struct ike_out *o, const struct ike_keys *k)
{
	ike_out_payload(o, PAY_HASH);
	size_t at = wr_len(&o->w);
	wr_zero(&o->w, k->md_len);
	return at;
}

void ike_hash_close(struct ike_out *o, const struct ike_keys *k, size_t at, uint32_t msgid,
                    struct bytes nonce)
{
	uint8_t id[4], hash[PRIM_MD_MAX];
	if (!ike_out_end(o))
		return;
	put_u32(id, msgid);
	struct bytes parts[] = {{id, 4}, nonce, ike_out_from(o, at + k->md_len)};
	size_t len = ike_keys_prf_a(k, parts, 3, hash);
	memcpy(o->buf + at, hash, len);
}

bool ike_hash_check(const struct ike_keys *k, const struct ike_msg *m, uint32_t msgid,
                    struct bytes nonce)
{
	uint8_t id[4], hash[PRIM_MD_MAX];
	if (m->n == 0 || m->p[0].kind != PAY_HASH)
		return false;
	put_u32(id, msgid);
	struct bytes parts[] = {{id, 4}, nonce, ike_msg_after(m, &m->p[0])};
	size_t len = ike_keys_prf_a(k, parts, 3, hash);
	return bytes_eq_secret(m->p[0].body, (struct bytes){hash, len});
}

static bool hash3_check(const struct ike_xchg *x, const struct ike_msg *m)
{
	static const uint8_t zero[1];
	uint8_t id[4], hash[PRIM_MD_MAX];
	if (m->n == 0 || m->p[0].kind != PAY_HASH)
		return false;
	put_u32(id, x->msgid);
	struct bytes parts[] = {{zero, 1}, {id, 4}, x->nonce_i, x->nonce_r};
	size_t len = ike_keys_prf_a(&x->sa->keys, parts, 4, hash);
	return bytes_eq_secret(m->p[0].body, (struct bytes){hash, len});
}

/* ------------------------------------------------------------------ receiving */

static const struct ike_row *row_find(const struct ike_xchg *x)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].exch == x->exch && rows[i].state == x->state)
			return &rows[i];
	return NULL;
}

static void drop(struct ike_sa *sa, enum ike_drop what, const char *why)
{
	ike_drop(sa->ike, what);
	ike_dbg(sa, IKE_EVENT, "Dropping message: %s", why);
}

static bool auth_ok(const struct ike_xchg *x, const struct ike_row *row, const struct ike_msg *m)
{
	switch (row->auth) {
	case AUTH_HASH1:
		return ike_hash_check(&x->sa->keys, m, x->msgid, (struct bytes){0});
	case AUTH_HASH2:
		return ike_hash_check(&x->sa->keys, m, x->msgid, x->nonce_i);
	case AUTH_HASH3:
		return hash3_check(x, m);
	case AUTH_PROOF: /* its handler looks into it */
	default:
		return true;
	}
}

/* NULL when what is in the message is what the row asks for. */
static const char *payloads_wrong(const struct ike_xchg *x, const struct ike_row *row, const struct ike_msg *m)
{
	const struct ike_auth *auth = row->auth == AUTH_PROOF ? x->sa->auth : NULL;
	uint32_t seen = 0, must = row->must | (auth != NULL ? auth->must : 0);
	uint32_t may = row->may | (auth != NULL ? auth->may : 0);
	if ((m->kinds & must) != must)
		return "a required payload is missing";
	if ((m->kinds & ~(must | may)) != 0)
		return "a payload that does not belong here";
	for (size_t i = 0; i < m->n; i++) {
		uint32_t bit = PAY_BIT(m->p[i].kind);
		if ((seen & bit) && !(bit & MANY))
			return "a payload twice";
		seen |= bit;
	}
	return NULL;
}

/* Opens the message as the row wants it. false: dropped (or the SA refused). */
static bool step_open(struct ike_xchg *x, const struct ike_row *row, const struct ike_hdr *hdr,
                      struct bytes raw, uint8_t *next_iv)
{
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	const char *why = NULL;
	bool sealed = (hdr->flags & IKE_FLAG_ENCRYPTED) != 0;
	const struct ike_auth *auth = row->auth == AUTH_PROOF ? sa->auth : NULL;

	if (row->seal != EITHER && sealed != (row->seal == SEALED)) {
		drop(sa, IKE_DROP_CLEAR, sealed ? "encrypted too early" : "not encrypted");
		return false;
	}
	if (sealed) {
		if (!ike_open_msg(sa, x->iv, hdr, raw, next_iv, &why)) {
			ike->stat[STAT_DECRYPT_FAILS]++;
			if (auth != NULL && auth->garbled != NULL)
				auth->garbled(sa, why);
			else
				drop(sa, IKE_DROP_PAYLOADS, why);
			return false;
		}
	} else {
		struct rd r = rd_of(raw.p, raw.len);
		rd_skip(&r, IKE_HDR_LEN);
		if (!ike_msg_parse(&ike->msg, hdr, rd_rest(&r), PAD_CLEAR_MAX, &why)) {
			drop(sa, IKE_DROP_PAYLOADS, why);
			return false;
		}
	}
	why = payloads_wrong(x, row, &ike->msg);
	if (why != NULL) {
		if (auth != NULL)
			auth->incomplete(sa, why);
		else
			drop(sa, IKE_DROP_PAYLOADS, why);
		return false;
	}
	if (!auth_ok(x, row, &ike->msg)) {
		ike->stat[STAT_HASH_FAILS]++;
		drop(sa, IKE_DROP_HASH, "HASH payload does not verify");
		return false;
	}
	if (sealed)
		sa->bytes_in += raw.len;
	return true;
}

static void show_received(struct ike_sa *sa, const struct ike_hdr *hdr, const struct ike_msg *m)
{
	ike_log(sa->ike, MSG_713236, ike_prefix(sa).s, "RECEIVED", hdr->msgid,
	        ike_chain(hdr->next, m->plain).s, hdr->len);
}

/* Does what follows need Diffie-Hellman or a signature of ours? */
static bool needs_job(const struct ike_xchg *x, const struct ike_row *row)
{
	switch (row->build) {
	case 0:
	case ST_MM_CHECK6: /* looking into proofs has a queue of its own */
	case ST_AM_CHECK3:
		return false;
	case ST_MM_BUILD6:
		return x->sa->auth->certificates;
	default:
		return x->exch != EXCH_QUICK || ike_msg_find(&x->sa->ike->msg, PAY_KE, NULL) != NULL;
	}
}

/* Its queue takes nothing more. */
static bool must_wait(const struct ike_xchg *x, const struct ike_row *row)
{
	return needs_job(x, row) && ike_dh_full(x->sa->ike);
}

/* What an exchange knows of the last message, and goes back to when the handler does not want this one. */
struct received {
	bool any;
	struct ip4_end local, remote;
	uint8_t hash[PRIM_MD_MAX], iv[PRIM_IV_MAX];
};

static struct received received_of(const struct ike_xchg *x)
{
	struct received r = {.any = x->rx_any, .local = x->local, .remote = x->remote};
	memcpy(r.hash, x->rx_hash, sizeof r.hash);
	memcpy(r.iv, x->iv, sizeof r.iv);
	return r;
}

static void go_back(struct ike_xchg *x, const struct received *r)
{
	x->rx_any = r->any;
	x->local = r->local;
	x->remote = r->remote;
	memcpy(x->rx_hash, r->hash, sizeof r->hash);
	memcpy(x->iv, r->iv, sizeof r->iv);
}

void ike_step(struct ike_xchg *x, struct ip4_end local, struct ip4_end remote,
              const struct ike_hdr *hdr, struct bytes raw)
{
	struct ike *ike = x->sa->ike;
	uint8_t hash[PRIM_MD_MAX], next_iv[PRIM_IV_MAX] = {0};

	prim_hash(PRIM_SHA256, &raw, 1, hash);
	if (x->rx_any && memcmp(hash, x->rx_hash, sizeof hash) == 0) {
		ike_repeat(x);
		return;
	}
	const struct ike_row *row = row_find(x);
	if (row == NULL) {
		drop(x->sa, IKE_DROP_TURN, "not expected now");
		return;
	}
	const struct received before = received_of(x);
	/* Set before opening: a message that proves the keys differ is answered and its repetitions recognised. */
	memcpy(x->rx_hash, hash, sizeof hash);
	x->rx_any = true;
	x->local = local;
	x->remote = remote;
	ike_event(x, EV_RCV_MSG);
	enum ike_verdict verdict = STEP_IGNORE;
	x->answered = false;
	if (step_open(x, row, hdr, raw, next_iv)) {
		show_received(x->sa, hdr, &ike->msg);
		if (hdr->flags & IKE_FLAG_ENCRYPTED)
			memcpy(x->iv, next_iv, sizeof next_iv);
		pix_block(x);
		if (x->state != ST_MM_START && x->state != ST_AM_START && x->state != ST_QM_START)
			ike_event(x, EV_PROCESS_MSG);
		verdict = must_wait(x, row) ? STEP_IGNORE : row->fn(x, &ike->msg);
		/* a refused exchange may be gone; one whose proof is looked into elsewhere says it then */
		if (row->auth != AUTH_PROOF || verdict != STEP_WAIT)
			pix_status(x, verdict);
	} else if (x->dead || x->state == ST_REFUSED) {
		return;
	}
	if (verdict == STEP_IGNORE)
		go_back(x, &before);
	if (x->dead || verdict == STEP_IGNORE || verdict == STEP_FAIL)
		return;
	ike_xchg_state(x, verdict == STEP_WAIT ? row->build : row->next);
	if (verdict == STEP_DONE && !x->answered) {
		/* The last message of the exchange asks for no answer, nor does a repetition of it: two ends
		 * that each answer the other's repetition would never stop. */
		ike_xchg_rest(x);
	}
	if (verdict == STEP_WAIT)
		ike_xchg_dh_settle(x);
}
