/* First messages that wait for room: a queue in the order they came in, each of them once. */
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
	CLAIM_MS = 20, /* a flood must not make us look for every message of it */
	AT_ONCE = 2, /* for each that leaves: a crowd called together would be a backlog later */
};

static struct sized waiters = SIZED_INIT("IKE first messages waiting");

bool waiting_init(struct ike *ike)
{
	ike->waiting.by_first = hash_new(IKE_WAITING_MOST);
	return ike->waiting.by_first != NULL;
}

static void take_out(struct ike_waiting *q, struct ike_waiter *w)
{
	uint8_t key[IKE_FIRST_KEY];
	ike_first_key(key, w->msg, w->remote);
	hash_del(q->by_first, key, sizeof key);
	*(w->prev != NULL ? &w->prev->next : &q->first) = w->next;
	*(w->next != NULL ? &w->next->prev : &q->last) = w->prev;
	q->n--;
	q->again -= w->again;
}

static void drop(struct ike_waiting *q, struct ike_waiter *w)
{
	take_out(q, w);
	sized_put(&waiters, w, sizeof *w + w->len);
}

void waiting_free(struct ike *ike)
{
	while (ike->waiting.first != NULL)
		drop(&ike->waiting, ike->waiting.first);
	timer_stop(ike->clock, &ike->waiting.timer);
	hash_free(ike->waiting.by_first);
	ike->waiting.by_first = NULL;
}

static bool given_up(const struct ike *ike, const struct ike_waiter *w)
{
	return clock_now(ike->clock) - w->at_ms >= IKE_WAITING_MS;
}

/* Who has given up goes; the others may have room though nobody has left. */
static void look(struct timer *t, void *arg)
{
	struct ike *ike = arg;
	struct ike_waiting *q = &ike->waiting;
	for (struct ike_waiter *w = q->first, *next; w != NULL; w = next) {
		next = w->next;
		if (given_up(ike, w))
			drop(q, w);
	}
	ike_enter(ike);
	waiting_note_room(ike);
	ike_leave(ike);
	if (q->n > 0)
		timer_start(ike->clock, t, LOOK_MS, look, ike);
}

void waiting_keep(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg, bool again)
{
	struct ike_waiting *q = &ike->waiting;
	uint8_t key[IKE_FIRST_KEY];
	if (msg.len < IKE_HDR_LEN || msg.len > IKE_WAITING_BYTES || q->by_first == NULL)
		return;
	ike_first_key(key, msg.p, remote);
	struct ike_waiter *w = hash_get(q->by_first, key, sizeof key);
	if (w != NULL) {
		q->again += again && !w->again;
		w->again = w->again || again;
		w->at_ms = clock_now(ike->clock);
		return;
	}
	if (q->n >= IKE_WAITING_MOST && given_up(ike, q->first))
		drop(q, q->first);
	if (q->n >= IKE_WAITING_MOST || (w = sized_get(&waiters, sizeof *w + msg.len)) == NULL)
		return;
	struct rd r = rd_of(msg.p, msg.len);
	struct ike_hdr hdr;
	*w = (struct ike_waiter){.prev = q->last,
	                         .local = local,
	                         .remote = remote,
	                         .at_ms = clock_now(ike->clock),
	                         .aggressive = ike_hdr_read(&r, &hdr) && hdr.exch == EXCH_AGGRESSIVE,
	                         .again = again,
	                         .len = (uint16_t)msg.len};
	memcpy(w->msg, msg.p, msg.len);
	if (!hash_put(q->by_first, key, sizeof key, w)) {
		sized_put(&waiters, w, sizeof *w + msg.len);
		return;
	}
	*(q->last != NULL ? &q->last->next : &q->first) = w;
	q->last = w;
	q->n++;
	q->again += again;
	if (!timer_running(&q->timer))
		timer_start(ike->clock, &q->timer, LOOK_MS, look, ike);
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

void waiting_note_room(struct ike *ike)
{
	ike->waiting.room = true;
}

void waiting_note_claim(struct ike *ike)
{
	struct ike_waiting *q = &ike->waiting;
	uint64_t now = clock_now(ike->clock);
	if (q->again == 0 || now - q->claim_ms < CLAIM_MS)
		return;
	q->claim_ms = now;
	q->room = true;
}

/* It begins as if it had come now: nothing of it is kept here any more then. */
static void serve(struct ike *ike, struct ike_waiter *w)
{
	take_out(&ike->waiting, w);
	ike_dispatch(ike, w->local, w->remote, (struct bytes){w->msg, w->len});
	sized_put(&waiters, w, sizeof *w + w->len);
}

void waiting_serve(struct ike *ike)
{
	struct ike_waiting *q = &ike->waiting;
	uint32_t crowd = 0; /* an address that has its share: of a NAT with many behind it */
	bool full = !q->room || ike->conf == NULL, full_aggressive = false; /* of which there may be fewer */
	unsigned served = 0;
	q->room = false;
	for (struct ike_waiter *w = q->first, *next; w != NULL && !full && served < AT_ONCE; w = next) {
		next = w->next;
		if (w->remote.ip == crowd || (w->aggressive && full_aggressive) || given_up(ike, w))
			continue;
		enum ike_put_off why = sa_room(ike, w->remote.ip, w->aggressive);
		if (why == PUT_OFF_LIMIT && w->again && !w->aggressive && sa_make_room(ike))
			why = PUT_OFF_N;
		if (why == PUT_OFF_ADDRESS || (why == PUT_OFF_N && !source_has(ike, w->remote.ip))) {
			crowd = w->remote.ip;
		} else if (why == PUT_OFF_N) {
			serve(ike, w);
			served++;
		} else {
			full_aggressive = true;
			full = !w->aggressive;
		}
	}
}
