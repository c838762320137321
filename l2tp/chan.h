/* The reliable control channel of a tunnel (RFC 2661 §5.8, appendix A): sequence numbers, window, slow start,
 * retransmission, acknowledgement, messages out of order. It knows the peer's tunnel number and no tunnel. */
#ifndef L2TP_CHAN_H
#define L2TP_CHAN_H

#include "core/base/clock.h"
#include "core/base/pool.h"
#include "l2tp/msg.h"

enum {
	CHAN_WINDOW = 16,     /* our receive window, announced in SCCRP */
	CHAN_WINDOW_PEER = 4, /* the peer's when it does not say (§4.4.3) */
	CHAN_RTO_MS = 1000,
	CHAN_RTO_MAX_MS = 8000,
	CHAN_RESENDS =
	        5,     /* then silence for one more interval means the peer is dead: 31 s in all */
	CHAN_HOLD = 4, /* messages that came too early, kept until the gap is filled */
	CHAN_QUEUE = 24,      /* messages waiting to be sent or acknowledged */
	CHAN_MSG_BYTES = 512, /* longest message that is held; a longer one comes again in order */
};

/* One kept message, out or in; from a pool with a ceiling. */
struct chan_msg {
	struct chan_msg *next;
	uint16_t ns, call;
	uint16_t sent; /* times */
	uint16_t len;
	uint8_t body[CHAN_MSG_BYTES];
};

struct chan_ops {
	/* A whole message for the wire. May fail silently: that is a loss. */
	void (*xmit)(void *owner, const uint8_t *msg, size_t len);
	/* The next message in order. The owner may send, and may not free the channel before it returns. */
	void (*deliver)(void *owner, const struct msg_head *head);
	/* The queue has become empty: all we said has arrived. */
	void (*idle)(void *owner);
	/* No answer to CHAN_RESENDS retransmissions. true: the peer lives by other signs, another round.
	 * false: nothing more is sent; the owner may free the channel before it returns. */
	bool (*silent)(void *owner);
};

struct chan_stats {
	uint32_t unsent_max, resend_max, resends, zlb_sent, duplicates;
	uint32_t rto_max_s;
	uint32_t spread[CHAN_RTO_MAX_MS / 1000 + 1]; /* resends after so many seconds */
};

struct chan {
	struct clock *clock;
	struct pool *pool;
	const struct chan_ops *ops;
	void *owner;
	uint16_t remote; /* tunnel number in our headers */
	uint16_t ns;     /* of the next new message */
	uint16_t nr;     /* expected from the peer */
	uint16_t window; /* the peer's */
	uint16_t cwnd, ssthresh, grown;
	uint16_t flight; /* messages at the head of the queue that were sent and are not given up */
	uint16_t queued; /* all in the queue */
	uint16_t held_n;
	uint16_t resends; /* of the head, in this round */
	uint32_t rto_ms;
	bool ack_due, dead;
	struct chan_msg *head, **tail;
	struct chan_msg *held; /* by sequence number */
	struct timer timer;
	uint64_t heard_ms; /* last message from the peer, any kind */
	struct chan_stats stats;
};

/* c may hold anything; pool (of struct chan_msg) and clock outlive it. nr: what is expected first. */
void chan_init(struct chan *c, struct clock *clock, struct pool *pool, const struct chan_ops *ops,
               void *owner, uint16_t remote, uint16_t nr);
/* Empties it: timer, queues. */
void chan_free(struct chan *c);
/* The peer's Receive Window Size; 0 is no window and read as 1. */
void chan_set_window(struct chan *c, uint16_t window);

/* Queues a message and sends it as soon as the window allows. false: ceiling reached, the tunnel is not usable
 * any more. */
bool chan_send(struct chan *c, uint16_t call, const struct msg_body *body);

enum chan_result {
	CHAN_DELIVERED, /* it, and held ones behind it, went to ops->deliver */
	CHAN_ACK,       /* ZLB */
	CHAN_DUPLICATE, /* acknowledged again */
	CHAN_HELD,      /* too early, kept */
	CHAN_NOT_HELD,  /* too early, not kept: comes again */
	CHAN_BAD_ACK,   /* acknowledges what was never sent: not looked at */
};
/* A message from the peer. Acknowledges at once: with what was sent meanwhile, else with a ZLB. */
enum chan_result chan_input(struct chan *c, const struct msg_head *head);
/* The peer repeated the message that our oldest unacknowledged one answers: it goes again at once. false
 * when there is none. */
bool chan_repeat(struct chan *c);
/* Sends a message once, outside of the queue: a farewell that nobody waits for. */
void chan_send_once(struct chan *c, uint16_t call, const struct msg_body *body);
/* Sends an acknowledgement without a message now. */
void chan_ack(struct chan *c);
/* Queued messages not sent yet; sent and not acknowledged. */
static inline unsigned chan_unsent(const struct chan *c)
{
	return (unsigned)(c->queued - c->flight);
}
static inline unsigned chan_unacked(const struct chan *c)
{
	return c->flight;
}

#endif
