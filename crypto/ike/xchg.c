/* The life of an exchange: its states' time, the message it has sent, and how that is repeated. */
#include "crypto/ike/refused.h"

#include <string.h>

/* How long a state may last, in seconds; 0 = no limit. */
static const uint16_t state_timeout_s[ST_N] = {
        [ST_MM_WAIT3] = 30,  [ST_MM_BUILD4] = 30, [ST_MM_WAIT5] = 60,  [ST_MM_WAIT2] = 30,
        [ST_MM_BUILD3] = 30, [ST_MM_WAIT4] = 30,  [ST_MM_BUILD5] = 30, [ST_MM_WAIT6] = 30,
        [ST_AM_BUILD2] = 30, [ST_AM_WAIT3] = 30,  [ST_AM_BUILD1] = 30, [ST_AM_WAIT2] = 30,
        [ST_AM_BUILD3] = 60, [ST_AM_CHECK3] = 60,
        [ST_MM_BUILD6] = 60, [ST_MM_CHECK6] = 60, /* lists of revoked certificates are fetched */
        [ST_QM_BUILD2] = 30, [ST_QM_WAIT3] = 45,  [ST_QM_BUILD1] = 30, [ST_QM_WAIT2] = 30,
        [ST_QM_BUILD3] = 30, [ST_REFUSED] = 30,   [ST_QM_DONE] = 40,
        [ST_ACTIVE] = 60, /* so long the last message is sent again to who missed it */
};

enum {
	RETRY_FIRST_MS = 2000,
	RETRY_LONGEST_MS = 8000,
	RETRY_MOST = 5,
	REPEAT_LEAST_MS = 200,
	REPEAT_MOST = 20, /* repetitions of one message, our own included */
};

void ike_xchg_init(struct ike_xchg *x, struct ike_sa *sa, uint8_t exch, uint32_t msgid,
                   bool initiator)
{
	x->sa = sa;
	x->id = ++sa->ike->next_xchg;
	x->exch = exch;
	x->msgid = msgid;
	x->initiator = initiator;
	x->local = sa->local;
	x->remote = sa->remote;
	x->neg = arena_new(IKE_NEG_BYTES);
	if (x->neg != NULL)
		arena_set_wipe(x->neg);
}

void ike_xchg_forget(struct ike_xchg *x)
{
	arena_free(x->neg);
	x->neg = NULL;
	x->sa_i = x->nonce_i = x->nonce_r = x->ke_i = x->ke_r = x->id_i = x->id_r = x->natd = x->chosen =
	        (struct bytes){0};
	x->certs = NULL;
	if (x->check != NULL)
		pki_check_cancel(x->check);
	x->check = NULL;
	ike_xchg_forget_jobs(x);
}

/* Those that may have to be sent again. */
static struct sized messages = SIZED_INIT("IKE messages");

static void forget_sent(struct ike_xchg *x)
{
	sized_put(&messages, x->sent.p, x->sent.len);
	x->sent = (struct ike_sent){0};
}

void ike_xchg_rest(struct ike_xchg *x)
{
	forget_sent(x);
	timer_stop(x->sa->ike->clock, &x->retry);
}

void ike_xchg_clear(struct ike_xchg *x)
{
	struct clock *clock = x->sa->ike->clock;
	timer_stop(clock, &x->retry);
	timer_stop(clock, &x->timeout);
	ike_xchg_forget(x);
	forget_sent(x);
	x->dead = true;
}

struct bytes ike_xchg_keep(struct ike_xchg *x, struct bytes data)
{
	void *p = x->neg != NULL ? arena_copy(x->neg, data.p, data.len) : NULL;
	return (struct bytes){p, p != NULL ? data.len : 0};
}

static void xchg_timeout(struct timer *t, void *arg)
{
	struct ike_xchg *x = arg;
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	(void)t;

	if (x->state == ST_ACTIVE) {
		forget_sent(x);
		return;
	}
	ike_enter(ike);
	ike_event(x, EV_TIMEOUT);
	ike_timer_dbg(sa, "%s timer expired", ike_xchg_text(x));
	if (x->exch == EXCH_QUICK) {
		struct ike_qm *qm = (struct ike_qm *)x;
		if (x->state != ST_QM_DONE)
			qm_refused(qm, (struct failure){.cause = FAIL_P2_SILENT});
		if (x->state != ST_QM_DONE)
			qm_failed(qm, "no answer from the peer");
		if (!x->dead)
			qm_end(qm);
	} else {
		if (x->state != ST_REFUSED)
			ike_say_history(x);
		if (x->state != ST_REFUSED)
			ike_refused_silent(sa);
		if (x->state != ST_REFUSED && ike_may_log(ike))
			ike_log(ike, MSG_713136, ike_prefix(sa).s, ike_xchg_text(x));
		if (x->state != ST_REFUSED)
			ike->stat[sa_is(sa, SAF_INITIATOR) ? STAT_INITIATOR_FAILS : STAT_RESPONDER_FAILS]++;
		sa_delete(sa, SA_END_DELETED, false);
	}
	ike_leave(ike);
}

void ike_xchg_state(struct ike_xchg *x, uint8_t state)
{
	struct clock *clock = x->sa->ike->clock;
	x->state = state;
	timer_stop(clock, &x->timeout);
	if (state == ST_QM_DONE || state == ST_ACTIVE) {
		ike_xchg_forget(x);
		timer_stop(clock, &x->retry);
	}
	if (state_timeout_s[state] == 0)
		return;
	timer_start(clock, &x->timeout, 1000u * state_timeout_s[state], xchg_timeout, x);
	if (state == ST_ACTIVE)
		return;
	ike_timer_dbg(x->sa, "%s timer started, %u seconds", ike_xchg_text(x),
	              state_timeout_s[state]);
}

/* ------------------------------------------------------------------ sending */

struct ike_out *ike_answer_begin(struct ike_xchg *x, bool encrypted)
{
	struct ike_sa *sa = x->sa;
	struct ike_hdr hdr = {
	        .exch = x->exch, .msgid = x->msgid, .flags = encrypted ? IKE_FLAG_ENCRYPTED : 0};
	memcpy(hdr.icookie, sa->icookie, IKE_COOKIE_LEN);
	memcpy(hdr.rcookie, sa->rcookie, IKE_COOKIE_LEN);
	ike_out_begin(&sa->ike->out, &hdr);
	ike_event(x, EV_BLD_MSG);
	return &sa->ike->out;
}

static void xchg_retry(struct timer *t, void *arg)
{
	struct ike_xchg *x = arg;
	struct clock *clock = x->sa->ike->clock;
	ike_enter(x->sa->ike);
	ike_timer_dbg(x->sa, "retransmission timer expired, try %u", x->tries + 1);
	ike_resend(x);
	unsigned long wait = (unsigned long)RETRY_FIRST_MS << x->tries;
	if (x->tries < RETRY_MOST)
		timer_start(clock, t, wait < RETRY_LONGEST_MS ? wait : RETRY_LONGEST_MS, xchg_retry,
		            x);
	ike_leave(x->sa->ike);
}

void ike_resend(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	struct ike_hdr hdr;
	struct ike_chain chain = {"HDR"};
	struct bytes msg = {x->sent.p, x->sent.len};

	if (msg.p == NULL)
		return;
	ike_event(x, EV_RESEND_MSG);
	struct rd r = rd_of(msg.p, msg.len);
	if (ike_hdr_read(&r, &hdr) && !(hdr.flags & IKE_FLAG_ENCRYPTED))
		chain = ike_chain(hdr.next, rd_rest(&r));
	x->tries++;
	if (ike_transmit(sa->ike, sa, x->sent.local, x->sent.remote, msg, chain.s, x->msgid, "RESENDING"))
		x->sent.at_ms = clock_now(sa->ike->clock);
}

bool ike_answer_send(struct ike_xchg *x, bool repeat)
{
	struct ike_sa *sa = x->sa;
	struct ike_out *o = &sa->ike->out;

	if (!ike_out_end(o))
		return false;
	const struct ike_chain chain = ike_chain(o->hdr.next, ike_out_from(o, IKE_HDR_LEN));
	sa->ike->work.encrypt += (o->hdr.flags & IKE_FLAG_ENCRYPTED) != 0;
	if (o->hdr.flags & IKE_FLAG_ENCRYPTED)
		ike_tell_clear(sa, true, (struct bytes){o->buf, IKE_HDR_LEN},
		               ike_out_from(o, IKE_HDR_LEN));
	if ((o->hdr.flags & IKE_FLAG_ENCRYPTED) && !ike_seal(o, &sa->keys, x->iv))
		return false;
	struct bytes all = ike_out_all(o);
	if (o->hdr.flags & IKE_FLAG_ENCRYPTED)
		ike_engine_dbg(sa, 7, "encrypt %zu bytes for conn id %u", all.len - IKE_HDR_LEN,
		               sa->number);
	forget_sent(x);
	uint8_t *copy = sized_get(&messages, all.len);
	if (copy == NULL)
		return false;
	memcpy(copy, all.p, all.len);
	x->sent = (struct ike_sent){copy, all.len, x->local, x->remote, clock_now(sa->ike->clock)};
	x->answered = true;
	sa->frag_id++; /* repetitions keep it: the other side may have some of the parts */
	ike_event(x, EV_SND_MSG);
	if (!ike_transmit(sa->ike, sa, x->local, x->remote, all, chain.s, x->msgid, "SENDING"))
		x->sent.at_ms = 0; /* the next repetition is answered */
	x->tries = 0;
	timer_stop(sa->ike->clock, &x->retry);
	if (!repeat)
		return true;
	ike_event(x, EV_START_TMR);
	ike_timer_dbg(sa, "retransmission timer started, %u ms", (unsigned)RETRY_FIRST_MS);
	timer_start(sa->ike->clock, &x->retry, RETRY_FIRST_MS, xchg_retry, x);
	return true;
}

void ike_repeat(struct ike_xchg *x)
{
	struct ike *ike = x->sa->ike;
	bool have = x->sent.p != NULL;
	/* Copies that the network made are no repetitions: answering them all would multiply. */
	if (have && clock_now(ike->clock) - x->sent.at_ms < REPEAT_LEAST_MS)
		return;
	/* No client asks that often: somebody uses us against the address it writes from. */
	if (x->tries >= REPEAT_MOST)
		return;
	if (ike_may_log(ike))
		ike_log(ike, MSG_713201, ike_prefix(x->sa).s, x->exch == EXCH_QUICK ? 2u : 1u,
		        have ? "Retransmitting last packet." : "No last packet to retransmit.");
	ike_dbg(x->sa, IKE_EVENT, "P%d Retransmit msg dispatched to %s FSM",
	        x->exch == EXCH_QUICK ? 2 : 1, x->exch == EXCH_QUICK ? "QM" : sa_mode(x->sa));
	ike_resend(x);
}
