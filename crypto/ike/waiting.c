/* First messages that wait for room: queues in the order they came in, each message once. */
#include <string.h>

#include "crypto/ike/engine.h"

struct ike_waiter {
	struct ike_waiter *prev, *next;
	struct ip4_end local, remote;
	uint64_t at_ms; /* when it was said last */
	bool aggressive, again;
	uint16_t len;
	uint8_t msg[];
};

enum {
	LOOK_MS = 1000, /* addresses have got tokens, senders have given up */
	GO_ON_MS = 10, /* when a turn was not the whole queue */
	CLAIM_MS = 20, /* a flood must not make us look for every message of it */
	AT_ONCE = 2, /* for each that leaves: a crowd called together would be a backlog later */
	LOOK_AT = 64, /* in one turn */
};

static struct sized waiters = SIZED_INIT("IKE first messages waiting");

bool waiting_init(struct ike *ike)
{
	ike->waiting.by_first = hash_new(IKE_WAITING_MOST);
	return countmap_init(&ike->waiting.by_ip, IKE_WAITING_MOST) && ike->waiting.by_first != NULL;
}

/* ------------------------------------------------------------------ the queue */

static struct ike_waiting_list *list_of(struct ike_waiting *q, const struct ike_waiter *w)
{
	return w->again ? &q->again : &q->once;
}

static void append(struct ike_waiting *q, struct ike_waiter *w)
{
	struct ike_waiting_list *l = list_of(q, w);
	w->prev = l->last;
	w->next = NULL;
	*(l->last != NULL ? &l->last->next : &l->first) = w;
	l->last = w;
	q->claims += w->again && !w->aggressive;
}

static void unlink_it(struct ike_waiting *q, struct ike_waiter *w)
{
	struct ike_waiting_list *l = list_of(q, w);
	if (l->at == w)
		l->at = w->next;
	*(w->prev != NULL ? &w->prev->next : &l->first) = w->next;
	*(w->next != NULL ? &w->next->prev : &l->last) = w->prev;
	q->claims -= w->again && !w->aggressive;
}

static bool put_in(struct ike_waiting *q, struct ike_waiter *w)
{
	uint8_t key[IKE_FIRST_KEY];
	ike_first_key(key, w->msg, w->remote);
	if (!countmap_add(&q->by_ip, w->remote.ip, 1))
		return false;
	if (!hash_put(q->by_first, key, sizeof key, w)) {
		countmap_take(&q->by_ip, w->remote.ip, 1);
		return false;
	}
	append(q, w);
	q->n++;
	return true;
}

static void take_out(struct ike_waiting *q, struct ike_waiter *w)
{
	uint8_t key[IKE_FIRST_KEY];
	ike_first_key(key, w->msg, w->remote);
	hash_del(q->by_first, key, sizeof key);
	countmap_take(&q->by_ip, w->remote.ip, 1);
	unlink_it(q, w);
	q->n--;
}

static void let_go(struct ike_waiter *w)
{
	sized_put(&waiters, w, sizeof *w + w->len);
}

static void drop(struct ike_waiting *q, struct ike_waiter *w)
{
	take_out(q, w);
	let_go(w);
}

void waiting_free(struct ike *ike)
{
	struct ike_waiting *q = &ike->waiting;
	while (q->once.first != NULL || q->again.first != NULL)
		drop(q, q->once.first != NULL ? q->once.first : q->again.first);
	timer_stop(ike->clock, &q->timer);
	hash_free(q->by_first);
	q->by_first = NULL;
	countmap_free(&q->by_ip);
}

static bool given_up(const struct ike *ike, const struct ike_waiter *w)
{
	return clock_now(ike->clock) - w->at_ms >= IKE_WAITING_MS;
}

static void sweep(struct ike *ike, struct ike_waiter *w)
{
	for (struct ike_waiter *next; w != NULL; w = next) {
		next = w->next;
		if (given_up(ike, w))
			drop(&ike->waiting, w);
	}
}

/* Who has given up goes. */
static void sweep_all(struct ike *ike)
{
	sweep(ike, ike->waiting.once.first);
	sweep(ike, ike->waiting.again.first);
	ike->waiting.sweep_ms = clock_now(ike->clock);
}

/* There may be room though nobody has left. */
static void look(struct timer *t, void *arg)
{
	struct ike *ike = arg;
	if (clock_now(ike->clock) - ike->waiting.sweep_ms >= LOOK_MS)
		sweep_all(ike);
	ike_enter(ike);
	waiting_note_room(ike);
	ike_leave(ike);
	if (ike->waiting.n > 0 && !timer_running(t))
		timer_start(ike->clock, t, LOOK_MS, look, ike);
}

/* The queue is full: who has given up goes; and for who is probably there, the newest of those who may be forged. */
static bool make_place(struct ike *ike, bool again)
{
	struct ike_waiting *q = &ike->waiting;
	if (clock_now(ike->clock) - q->sweep_ms >= CLAIM_MS)
		sweep_all(ike);
	if (q->n >= IKE_WAITING_MOST && again && q->once.last != NULL)
		drop(q, q->once.last);
	return q->n < IKE_WAITING_MOST;
}

bool waiting_keep(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg, bool again)
{
	struct ike_waiting *q = &ike->waiting;
	uint8_t key[IKE_FIRST_KEY];
	if (msg.len < IKE_HDR_LEN || msg.len > IKE_WAITING_BYTES || q->by_first == NULL)
		return false;
	ike_first_key(key, msg.p, remote);
	struct ike_waiter *w = hash_get(q->by_first, key, sizeof key);
	if (w != NULL) {
		w->at_ms = clock_now(ike->clock);
		if (again && !w->again) {
			unlink_it(q, w);
			w->again = true;
			append(q, w);
		}
		return true;
	}
	if (countmap_of(&q->by_ip, remote.ip) >= IKE_WAITING_ADDRESS || (q->n >= IKE_WAITING_MOST && !make_place(ike, again)) ||
	    (w = sized_get(&waiters, sizeof *w + msg.len)) == NULL)
		return false;
	struct rd r = rd_of(msg.p, msg.len);
	struct ike_hdr hdr;
	*w = (struct ike_waiter){.local = local,
	                         .remote = remote,
	                         .at_ms = clock_now(ike->clock),
	                         .aggressive = ike_hdr_read(&r, &hdr) && hdr.exch == EXCH_AGGRESSIVE,
	                         .again = again,
	                         .len = (uint16_t)msg.len};
	memcpy(w->msg, msg.p, msg.len);
	if (!put_in(q, w)) {
		let_go(w);
		return false;
	}
	if (!timer_running(&q->timer))
		timer_start(ike->clock, &q->timer, LOOK_MS, look, ike);
	return true;
}

void waiting_forget(struct ike *ike, struct ip4_end remote, struct bytes msg)
{
	uint8_t key[IKE_FIRST_KEY];
	if (ike->waiting.n == 0)
		return;
	ike_first_key(key, msg.p, remote);
	struct ike_waiter *w = hash_get(ike->waiting.by_first, key, sizeof key);
	if (w != NULL)
		drop(&ike->waiting, w);
}

/* ------------------------------------------------------------------ turns */

void waiting_note_room(struct ike *ike)
{
	ike->waiting.room = true;
}

void waiting_note_claim(struct ike *ike)
{
	struct ike_waiting *q = &ike->waiting;
	uint64_t now = clock_now(ike->clock);
	if (q->claims == 0 || now - q->claim_ms < CLAIM_MS)
		return;
	q->claim_ms = now;
	q->room = true;
}

/* What one turn has found out. */
struct turn {
	uint32_t crowd[4]; /* addresses that have their share, or no token: of NATs with many behind them */
	unsigned ncrowd, served;
	bool full, full_aggressive; /* of which there may be fewer */
};

static bool in_vain(const struct turn *t, const struct ike_waiter *w)
{
	for (unsigned i = 0; i < sizeof t->crowd / sizeof t->crowd[0]; i++)
		if (t->crowd[i] == w->remote.ip)
			return true;
	return w->aggressive && t->full_aggressive;
}

/* It begins as if it had come now: nothing of it is kept here any more then. */
static void serve(struct ike *ike, struct ike_waiter *w)
{
	take_out(&ike->waiting, w);
	ike_first_kept(ike, w->local, w->remote, (struct bytes){w->msg, w->len});
	let_go(w);
}

static void attempt(struct ike *ike, struct turn *t, struct ike_waiter *w)
{
	enum ike_put_off why = sa_room(ike, w->remote.ip, w->aggressive);
	bool claims = why == PUT_OFF_LIMIT && w->again && !w->aggressive;
	if ((why == PUT_OFF_N || claims) && !source_has(ike, w->remote.ip))
		why = PUT_OFF_RATE;
	else if (claims && sa_make_room(ike))
		why = PUT_OFF_N;
	if (why == PUT_OFF_N) {
		serve(ike, w);
		t->served++;
	} else if (why == PUT_OFF_ADDRESS || why == PUT_OFF_RATE) {
		if (!w->aggressive || why == PUT_OFF_RATE) /* the share of Aggressive Mode is smaller */
			t->crowd[t->ncrowd++ % (sizeof t->crowd / sizeof t->crowd[0])] = w->remote.ip;
	} else {
		t->full_aggressive = true;
		t->full = !w->aggressive;
	}
}

/* true: there are more to look at. */
static bool walk(struct ike *ike, struct ike_waiting_list *l, struct turn *t)
{
	if (l->at == NULL)
		l->at = l->first;
	for (unsigned looked = 0; l->at != NULL && !t->full && t->served < AT_ONCE; looked++) {
		struct ike_waiter *w = l->at;
		if (looked == LOOK_AT)
			return true;
		l->at = w->next;
		if (!given_up(ike, w) && !in_vain(t, w))
			attempt(ike, t, w);
		if (t->full)
			l->at = w; /* it is the next */
	}
	return false;
}

void waiting_serve(struct ike *ike)
{
	struct ike_waiting *q = &ike->waiting;
	struct turn t = {0};
	if (!q->room || q->n == 0 || ike->conf == NULL)
		return;
	q->room = false;
	/* who has said it again has waited longer, and alone can have a place when all are taken */
	bool more = walk(ike, &q->again, &t);
	more = walk(ike, &q->once, &t) || more;
	if (q->n == 0) {
		timer_stop(ike->clock, &q->timer);
	} else if (more) {
		waiting_note_room(ike);
		timer_start(ike->clock, &q->timer, GO_ON_MS, look, ike);
	}
}
