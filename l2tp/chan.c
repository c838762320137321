#include "l2tp/chan.h"

#include <string.h>

/* a before b in the circle of 65536, RFC 2661 §5.8 */
static bool seq_before(uint16_t a, uint16_t b)
{
	return (int16_t)(uint16_t)(a - b) < 0;
}

void chan_init(struct chan *c, struct clock *clock, struct pool *pool, const struct chan_ops *ops,
               void *owner, uint16_t remote, uint16_t nr)
{
	*c = (struct chan){
	        .clock = clock,
	        .pool = pool,
	        .ops = ops,
	        .owner = owner,
	        .remote = remote,
	        .nr = nr,
	        .window = CHAN_WINDOW_PEER,
	        .cwnd = 1,
	        .ssthresh = CHAN_WINDOW_PEER,
	        .rto_ms = CHAN_RTO_MS,
	        .heard_ms = clock_now(clock),
	};
	c->tail = &c->head;
	c->stats.rto_max_s = CHAN_RTO_MS / 1000;
}

void chan_free(struct chan *c)
{
	timer_stop(c->clock, &c->timer);
	while (c->head != NULL) {
		struct chan_msg *m = c->head;
		c->head = m->next;
		pool_put(c->pool, m);
	}
	while (c->held != NULL) {
		struct chan_msg *m = c->held;
		c->held = m->next;
		pool_put(c->pool, m);
	}
	c->tail = &c->head;
	c->queued = c->flight = c->held_n = 0;
	c->dead = true;
}

void chan_set_window(struct chan *c, uint16_t window)
{
	c->window = window > 0 ? window : 1;
	c->ssthresh = c->window;
}

/* -------------------------------------------------------------------------------------- sending */

static void transmit(struct chan *c, uint16_t call, uint16_t ns, const uint8_t *body, size_t len)
{
	uint8_t msg[MSG_HEAD + CHAN_MSG_BYTES];
	struct wr w = wr_of(msg, sizeof msg);
	msg_write_head(&w, &(struct msg_head){c->remote, call, ns, c->nr, {body, len}});
	wr_bytes(&w, body, len);
	c->ack_due = false;
	c->ops->xmit(c->owner, msg, wr_len(&w));
}

void chan_ack(struct chan *c)
{
	c->stats.zlb_sent++;
	transmit(c, 0, c->ns, NULL, 0);
}

void chan_send_once(struct chan *c, uint16_t call, const struct msg_body *body)
{
	transmit(c, call, c->ns, body->bytes, body->len);
}

static void send_kept(struct chan *c, struct chan_msg *m)
{
	m->sent++;
	transmit(c, m->call, m->ns, m->body, m->len);
}

static void timeout(struct timer *t, void *arg);

static void arm(struct chan *c)
{
	timer_start(c->clock, &c->timer, c->rto_ms, timeout, c);
}

static struct chan_msg *nth(struct chan *c, unsigned n)
{
	struct chan_msg *m = c->head;
	while (m != NULL && n-- > 0)
		m = m->next;
	return m;
}

/* Sends what the peer's window and ours (slow start) allow. */
static void pump(struct chan *c)
{
	unsigned open = c->cwnd < c->window ? c->cwnd : c->window;
	while (c->flight < open && c->flight < c->queued) {
		struct chan_msg *m = nth(c, c->flight);
		if (m->sent > 0)
			c->stats.resends++; /* lost with the head of its window */
		c->flight++;
		send_kept(c, m);
		if (!timer_running(&c->timer))
			arm(c);
	}
	if (chan_unsent(c) > c->stats.unsent_max)
		c->stats.unsent_max = chan_unsent(c);
	if (c->flight > c->stats.resend_max)
		c->stats.resend_max = c->flight;
}

bool chan_send(struct chan *c, uint16_t call, const struct msg_body *body)
{
	if (c->dead || c->queued >= CHAN_QUEUE || body->len > CHAN_MSG_BYTES)
		return false;
	struct chan_msg *m = pool_get(c->pool);
	if (m == NULL)
		return false;
	m->ns = c->ns++;
	m->call = call;
	m->len = (uint16_t)body->len;
	memcpy(m->body, body->bytes, body->len);
	*c->tail = m;
	c->tail = &m->next;
	c->queued++;
	pump(c);
	return true;
}

/* Appendix A: back to a window of one, twice the time, only the oldest message goes again. */
static void timeout(struct timer *t, void *arg)
{
	struct chan *c = arg;
	(void)t;
	if (c->head == NULL)
		return;
	if (c->resends >= CHAN_RESENDS) {
		if (!c->ops->silent(c->owner))
			return;
		c->resends = 0;
	}
	c->resends++;
	c->stats.resends++;
	c->stats.spread[c->rto_ms / 1000]++;
	c->ssthresh = (uint16_t)(c->cwnd / 2 > 1 ? c->cwnd / 2 : 1);
	c->cwnd = 1;
	c->grown = 0;
	c->flight = 1;
	c->rto_ms = c->rto_ms * 2 < CHAN_RTO_MAX_MS ? c->rto_ms * 2 : CHAN_RTO_MAX_MS;
	if (c->rto_ms / 1000 > c->stats.rto_max_s)
		c->stats.rto_max_s = c->rto_ms / 1000;
	arm(c);
	send_kept(c, c->head);
}

bool chan_repeat(struct chan *c)
{
	if (c->head == NULL || c->head->sent == 0)
		return false;
	c->stats.resends++;
	send_kept(c, c->head);
	return true;
}

/* ------------------------------------------------------------------------------------ receiving */

/* One message of ours has arrived: slow start below the threshold, then one more for a whole window. */
static void grow(struct chan *c)
{
	if (c->cwnd >= c->window)
		return;
	if (c->cwnd < c->ssthresh) {
		c->cwnd++;
	} else if (++c->grown >= c->cwnd) {
		c->cwnd++;
		c->grown = 0;
	}
}

/* false: nr is not between the oldest unacknowledged message and the last one ever sent. */
static bool acked(struct chan *c, uint16_t nr)
{
	uint16_t una = c->head != NULL ? c->head->ns : c->ns, top = una;
	for (struct chan_msg *m = c->head; m != NULL && m->sent > 0; m = m->next)
		top = (uint16_t)(m->ns + 1);
	if (seq_before(top, nr))
		return false;
	bool any = false;
	while (c->head != NULL && c->head->sent > 0 && seq_before(c->head->ns, nr)) {
		struct chan_msg *m = c->head;
		c->head = m->next;
		if (c->head == NULL)
			c->tail = &c->head;
		pool_put(c->pool, m);
		c->queued--;
		if (c->flight > 0)
			c->flight--;
		grow(c);
		any = true;
	}
	if (!any)
		return true;
	c->rto_ms = CHAN_RTO_MS;
	c->resends = 0;
	timer_stop(c->clock, &c->timer);
	if (c->flight > 0)
		arm(c);
	return true;
}

static enum chan_result hold(struct chan *c, const struct msg_head *head)
{
	struct chan_msg **at = &c->held;
	while (*at != NULL && seq_before((*at)->ns, head->ns))
		at = &(*at)->next;
	if (*at != NULL && (*at)->ns == head->ns)
		return CHAN_DUPLICATE;
	if (c->held_n >= CHAN_HOLD || head->body.len > CHAN_MSG_BYTES ||
	    (uint16_t)(head->ns - c->nr) >= CHAN_WINDOW)
		return CHAN_NOT_HELD;
	struct chan_msg *m = pool_get(c->pool);
	if (m == NULL)
		return CHAN_NOT_HELD;
	m->ns = head->ns;
	m->call = head->call;
	m->len = (uint16_t)head->body.len;
	memcpy(m->body, head->body.p, head->body.len);
	m->next = *at;
	*at = m;
	c->held_n++;
	return CHAN_HELD;
}

static void deliver_held(struct chan *c, uint16_t tunnel)
{
	while (!c->dead && c->held != NULL && !seq_before(c->nr, c->held->ns)) {
		struct chan_msg *m = c->held;
		c->held = m->next;
		c->held_n--;
		if (m->ns == c->nr) {
			c->nr++;
			c->ack_due = true;
			c->ops->deliver(c->owner,
			                &(struct msg_head){
			                        tunnel, m->call, m->ns, c->nr, {m->body, m->len}});
		}
		pool_put(c->pool, m);
	}
}

static enum chan_result take(struct chan *c, const struct msg_head *head)
{
	if (head->body.len == 0)
		return CHAN_ACK;
	if (seq_before(head->ns, c->nr)) {
		c->stats.duplicates++;
		c->ack_due = true; /* our acknowledgement was lost */
		return CHAN_DUPLICATE;
	}
	if (head->ns != c->nr)
		return hold(c, head);
	c->nr++;
	c->ack_due = true;
	c->ops->deliver(c->owner, head);
	deliver_held(c, head->tunnel);
	return CHAN_DELIVERED;
}

enum chan_result chan_input(struct chan *c, const struct msg_head *head)
{
	if (c->dead)
		return CHAN_BAD_ACK;
	bool had = c->head != NULL;
	if (!acked(c, head->nr))
		return CHAN_BAD_ACK;
	c->heard_ms = clock_now(c->clock);
	enum chan_result res = take(c, head);
	if (c->dead)
		return res;
	pump(c);
	if (c->ack_due)
		chan_ack(c);
	if (had && c->head == NULL)
		c->ops->idle(c->owner);
	return res;
}
