/* The option negotiation automaton (RFC 1661 §4), shared by LCP and IPCP: one struct ppp_cp per control
 * protocol and session. */
#ifndef PPP_FSM_H
#define PPP_FSM_H

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/debug.h"
#include "core/base/fsm.h"
#include "ppp/opt.h"

/* RFC 1661 §4.2, in its order. */
enum ppp_state {
	PPP_INITIAL,
	PPP_STARTING,
	PPP_CLOSED,
	PPP_STOPPED,
	PPP_CLOSING,
	PPP_STOPPING,
	PPP_REQ_SENT,
	PPP_ACK_RCVD,
	PPP_ACK_SENT,
	PPP_OPENED,
	PPP_STATE_N
};

/* RFC 1661 §4.3. */
enum ppp_event {
	PPP_EV_UP,
	PPP_EV_DOWN,
	PPP_EV_OPEN,
	PPP_EV_CLOSE,
	PPP_EV_TO_MORE, /* TO+ */
	PPP_EV_TO_LAST, /* TO- */
	PPP_EV_RCR_GOOD,
	PPP_EV_RCR_BAD,
	PPP_EV_RCA,
	PPP_EV_RCN,
	PPP_EV_RTR,
	PPP_EV_RTA,
	PPP_EV_RUC,
	PPP_EV_RXJ_GOOD,
	PPP_EV_RXJ_BAD,
	PPP_EV_RXR,
	PPP_EVENT_N
};

/* Defaults of §4.6. */
enum {
	PPP_RESTART_MS = 3000,
	PPP_RESTART_MOST_MS = 10000, /* of a peer that is far away */
	PPP_HURRY_MS = 500, /* longer than an answer usually takes */
	PPP_MAX_CONFIGURE = 10,
	PPP_MAX_TERMINATE = 2,
	PPP_MAX_FAILURE = 5,
	PPP_FRAME_MAX = 1600, /* longest control frame taken or made */
};

struct ppp_cp;

/* One protocol. */
struct ppp_cp_def {
	const char *name;
	uint16_t proto;
	struct opt_table opts;
	/* Around what a timer does: the owner must not be freed in between. NULL = it never is. */
	void (*enter)(void *owner);
	void (*leave)(void *owner);
	/* This-layer-up, -down, -started, -finished (§4.4). started may be NULL. */
	void (*up)(void *owner);
	void (*down)(void *owner);
	void (*started)(void *owner);
	void (*finished)(void *owner);
	/* The peer's Configure-Request is about to be judged: forget its last one. */
	void (*begin)(void *owner);
	/* Codes from 8: false = unknown (Code-Reject follows). NULL = none. */
	bool (*extra)(void *owner, uint8_t code, uint8_t id, struct bytes data);
	/* The peer sent a Code-Reject for a code of ours from 8. */
	void (*code_refused)(void *owner, uint8_t code);
};

struct ppp_cp {
	const struct ppp_cp_def *def;
	struct clock *clock;
	const struct debug_who *who; /* whom debug lines are about, NULL = nobody */
	void *owner; /* obj of the option rows, argument of the callbacks */
	void (*send)(void *owner, uint16_t proto, const uint8_t *packet, size_t len);
	const uint8_t *req; /* options of our last Configure-Request, shared (core/base/share.h); NULL = none */
	uint64_t asked_ms;  /* when it went out for the first time */
	uint64_t theirs;    /* hash of the options of the peer's last one, when we acknowledged it; 0 = we did not */
	struct timer timer;
	uint32_t took_ms; /* from our last Configure-Request that was answered to its answer */
	uint16_t wait_ms; /* the Restart timer's period, once the default was seen to be too short; else 0 */
	/* octets: no gaps between them */
	uint8_t state;
	uint8_t next_id, req_id, term_id;
	uint8_t answered_id; /* of our last Configure-Request that was answered */
	uint8_t their_id;    /* of the peer's last Configure-Request */
	uint8_t req_len;
	uint8_t restart;  /* restart counter: transmissions left */
	uint8_t naks_out; /* Configure-Naks sent without getting anywhere */
	bool acked;       /* the peer has acknowledged our last Configure-Request */
	bool heard;       /* something came since the link came up */
	bool silent;      /* owner is being torn down: send nothing */
	struct fsm_history history;
};

/* send gets whole packets, code first. The owner keeps cp, calls ppp_cp_stop when nothing may happen any more, and
 * ppp_cp_clear before it goes away, outside of everything of cp. */
void ppp_cp_init(struct ppp_cp *cp, const struct ppp_cp_def *def, struct clock *clock, void *owner,
                 void (*send)(void *owner, uint16_t proto, const uint8_t *packet, size_t len));
void ppp_cp_stop(struct ppp_cp *cp);
void ppp_cp_clear(struct ppp_cp *cp);
/* Up, Down, Open, Close (§4.3) and events of other layers. */
void ppp_cp_event(struct ppp_cp *cp, enum ppp_event ev);
/* A packet, code first. Malformed ones are discarded (debug ppp error says so). */
void ppp_cp_input(struct ppp_cp *cp, const uint8_t *packet, size_t len);
/* Event RXR: answers an Echo-Request, when opened, with this data. */
void ppp_cp_echo(struct ppp_cp *cp, uint8_t id, struct bytes reply);
/* Sends a packet that is not the automaton's (Protocol-Reject, Echo). */
void ppp_cp_send(struct ppp_cp *cp, uint8_t code, uint8_t id, struct bytes data);
uint8_t ppp_cp_id(struct ppp_cp *cp); /* a fresh identifier */

const char *ppp_state_name(uint8_t state);
/* The table itself, for the tests. */
extern const struct fsm_def ppp_fsm_def;

#endif
