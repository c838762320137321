/* An exchange: Main Mode or Aggressive Mode of an SA, or a Quick Mode under it. Its life and its messages (xchg.c), and what
 * is done for it on helper threads (xchg_job.c). What its messages mean is elsewhere. Inside the engine. */
#ifndef CRYPTO_IKE_XCHG_H
#define CRYPTO_IKE_XCHG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/ip4.h"
#include "crypto/ike/history.h"
#include "crypto/pki/pki.h"
#include "crypto/prim/prim.h"
#include "crypto/prim/prim_dh.h"

struct ike;
struct ike_sa;
struct ike_out;
struct ike_xchg;
struct pki_check;

enum ike_state {
	ST_NEW,
	/* Main Mode, responder */
	ST_MM_START,
	ST_MM_WAIT3,
	ST_MM_BUILD4, /* Diffie-Hellman is running */
	ST_MM_WAIT5,
	ST_MM_BUILD6, /* the peer's certificate is checked, ours signs */
	/* Main Mode, initiator */
	ST_MM_WAIT2,
	ST_MM_BUILD3,
	ST_MM_WAIT4,
	ST_MM_BUILD5,
	ST_MM_WAIT6,
	ST_MM_CHECK6, /* the peer's certificate is checked */
	/* Aggressive Mode, responder */
	ST_AM_START,
	ST_AM_BUILD2, /* Diffie-Hellman is running */
	ST_AM_WAIT3,
	ST_AM_CHECK3, /* the peer's certificate is checked */
	/* Aggressive Mode, initiator */
	ST_AM_BUILD1,
	ST_AM_WAIT2,
	ST_AM_BUILD3,
	/* Quick Mode, responder */
	ST_QM_START,
	ST_QM_BUILD2,
	ST_QM_WAIT3,
	/* Quick Mode, initiator */
	ST_QM_BUILD1,
	ST_QM_WAIT2,
	ST_QM_BUILD3,
	ST_QM_DONE, /* kept a while to answer repetitions */
	ST_ACTIVE,
	ST_REFUSED, /* failed; kept a while to absorb repetitions */
	ST_N
};

/* What a step decided. */
enum ike_verdict {
	STEP_DONE,   /* accepted: the state becomes the row's next, an answer (if built) leaves */
	STEP_WAIT,   /* accepted: something runs elsewhere, xchg.resume or xchg.then goes on */
	STEP_IGNORE, /* dropped, as if it had never come */
	STEP_FAIL,   /* the exchange is over; the handler said why */
};

struct ike_sent {
	uint8_t *p; /* the last message sent, as it went on the wire; malloced */
	size_t len;
	struct ip4_end local, remote;
	uint64_t at_ms;
};

/* One exchange: Main Mode of an SA, or a Quick Mode under it. */
struct ike_xchg {
	struct ike_sa *sa;
	uint32_t id; /* unique in the engine: debug lines name it */
	uint8_t exch, state;
	bool initiator, dead, answered; /* answered: a message left while this one was handled */
	uint32_t msgid;
	uint8_t iv[PRIM_IV_MAX];      /* last cipher block of the exchange */
	uint8_t rx_hash[PRIM_MD_MAX]; /* of the last accepted message */
	bool rx_any;
	struct ike_sent sent;
	unsigned tries;
	struct timer retry;           /* sends the last message again */
	struct timer timeout;         /* gives the exchange up */
	struct ip4_end local, remote; /* where the other side is in this exchange */
	struct ike_past past[IKE_PAST_MAX]; /* a ring */
	unsigned npast;
	struct ike_dh *dh;            /* running or finished Diffie-Hellman */
	struct ike_sign *sign;        /* running or finished signature of ours */
	struct pki_check *check;      /* of the peer's certificates, running */
	struct ike_certs *certs;      /* what the peer asks for (auth.h); in neg */
	void (*resume)(struct ike_xchg *x);
	enum ike_verdict (*then)(struct ike_xchg *x);
	struct arena *neg; /* everything below that is bytes; wiped when the negotiation ends */
	struct bytes sa_i, nonce_i, nonce_r, ke_i, ke_r, id_i, id_r;
	struct bytes natd; /* the peer's first: our end as it sees it */
	struct bytes chosen; /* body of the transform to be echoed; what cannot be looked at yet */
	uint8_t first;       /* number of the first payload in that */
};

/* Work of one exchange. Outlives it while a helper thread does it. */
struct ike_job {
	struct ike_xchg *x;     /* NULL: nobody waits any more */
	struct ike *ike;        /* NULL: the engine is gone */
	bool running, starting; /* starting: whoever began it has not returned */
	struct ike_job *next;
	void (*finish)(struct ike_xchg *x); /* it is done, and x is there */
	void (*wipe)(struct ike_job *j);   /* lets go what it holds */
};

struct ike_dh {
	struct ike_job base;
	struct prim_dh_job job;
};

struct ike_sign {
	struct ike_job base;
	void (*resume)(struct ike_xchg *x);
	struct pki_key *key;
	struct pki_cert *cert[1 + PKI_CHAIN_MAX]; /* ours, then those of its chain that are sent */
	size_t ncerts;
	uint8_t hash[PRIM_MD_MAX], sig[PKI_SIG_MAX];
	size_t hash_len, sig_len;
	bool ok;
};

/* ------------------------------------------------------------------ xchg.c */

void ike_xchg_init(struct ike_xchg *x, struct ike_sa *sa, uint8_t exch, uint32_t msgid,
                   bool initiator);
/* Goes to a state of the table (steps.c) and starts that state's timeout. */
void ike_xchg_state(struct ike_xchg *x, uint8_t state);
/* A copy of data that lives as long as the negotiation; empty when memory is short. */
struct bytes ike_xchg_keep(struct ike_xchg *x, struct bytes data);
/* The other side has what was sent: it is not repeated any more. */
void ike_xchg_rest(struct ike_xchg *x);
/* Only the negotiation's bytes and key. */
void ike_xchg_forget(struct ike_xchg *x);
/* Stops timers, lets what runs for it go, wipes and frees what it holds (not x itself). */
void ike_xchg_clear(struct ike_xchg *x);
/* Begins ike->out for an exchange. */
struct ike_out *ike_answer_begin(struct ike_xchg *x, bool encrypted);
/* Ends it, encrypts when the header says so, sends it, keeps it for repetition. repeat: also unasked, a few times. */
bool ike_answer_send(struct ike_xchg *x, bool repeat);
/* Sends the kept message again. */
void ike_resend(struct ike_xchg *x);
/* The other side asks for it: the same, but neither at once nor for ever. */
void ike_repeat(struct ike_xchg *x);

/* ------------------------------------------------------------------ xchg_job.c */

/* Starts Diffie-Hellman: generates our key pair when there is none, derives when peer is given. */
bool ike_xchg_dh(struct ike_xchg *x, uint16_t group, struct bytes peer,
                 void (*resume)(struct ike_xchg *x));
/* Goes on at once when the job was done inside ike_ops.dh. After the state was set. */
void ike_xchg_dh_settle(struct ike_xchg *x);
/* Starts the signature over a hash: with our certificate, the next nchain ones of its chain are kept to be sent. resume is
 * called when it is done, perhaps at once (then x may be gone when this returns). */
bool ike_xchg_sign(struct ike_xchg *x, const struct pki_identity *own, size_t nchain, struct bytes hash,
                   void (*resume)(struct ike_xchg *x));
/* Lets both go; with ike_jobs_leave, those of all exchanges, as the engine ends. */
void ike_xchg_forget_jobs(struct ike_xchg *x);
void ike_jobs_leave(struct ike *ike);

#endif
