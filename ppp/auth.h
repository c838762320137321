/* Authentication of the peer: which protocol, and the frame around those that are ours to run. */
#ifndef PPP_AUTH_H
#define PPP_AUTH_H

#include "core/aaa/aaa.h"
#include "core/base/buf.h"

struct aaa_reply;
struct auth_proto;
struct ppp_eap;
struct ppp_session;

enum {
	AUTH_TALK_MS = 300 * 1000, /* for the whole conversation, people that look for their token included */
	AUTH_ANSWER_MS = 60 * 1000, /* for one answer of theirs */
	AUTH_RETRIES_MAX = 3, /* attempts after the first that a server may grant on one link */
};

/* What is needed until the client has an address, and has had the verdict with it. */
struct ppp_auth_run {
	uint8_t challenge[16];
	uint8_t reply[600]; /* sent again when the peer missed it */
	size_t reply_len;
	uint64_t until_ms;   /* end of the conversation */
	struct ppp_eap *eap; /* NULL = another protocol */
	struct aaa_change *change; /* NULL = no new password */
	struct timer timer;
	struct aaa_request rq;
};

struct ppp_auth {
	unsigned left;                  /* methods not yet refused by the peer (AAA_BIT) */
	const struct auth_proto *proto; /* asked for now, NULL = none */
	bool pending;                   /* counted as in progress */
	bool running;                   /* between LCP up and the verdict */
	bool asking;                    /* rq is on its way */
	bool answered;                  /* reply holds the verdict */
	uint8_t again;                  /* AUTH_AGAIN_...: what the client may answer to it; 0 = it is the last word */
	uint8_t why;                    /* enum aaa_why of the verdict, while the client may answer it */
	uint8_t id;                     /* of the challenge, or of the PAP request being answered */
	uint8_t tries, retries;
	struct ppp_auth_run *run; /* NULL before and after */
};

enum {
	AUTH_AGAIN_PROOF = 1,  /* another attempt */
	AUTH_AGAIN_CHANGE = 2, /* MS-CHAPv2: a new password */
};

/* MS-CHAP error numbers (RFC 2433 §7, RFC 2759 §6). */
enum {
	MSCHAP_RESTRICTED_HOURS = 646,
	MSCHAP_ACCT_DISABLED = 647,
	MSCHAP_PASSWD_EXPIRED = 648,
	MSCHAP_NO_DIALIN = 649,
	MSCHAP_AUTH_FAILURE = 691,
	MSCHAP_CHANGING_PASSWORD = 709,
};

/* One row for each protocol that can stand in the LCP option. */
struct auth_proto {
	enum aaa_method method;
	uint16_t number;       /* PPP protocol */
	uint8_t algorithm;     /* CHAP only, else 0 */
	uint8_t challenge_len; /* CHAP only */
	uint8_t tries;         /* the client is waited for that often */
	void (*start)(struct ppp_session *s);
	void (*input)(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
	/* Sends the verdict; error is 0 or an MS-CHAP error number. false: the client may try again. */
	bool (*verdict)(struct ppp_session *s, const struct aaa_result *result, unsigned error);
	/* EAP only: the server goes on talking: tells the client. false: it cannot be told. */
	bool (*challenge)(struct ppp_session *s, const struct aaa_result *result);
	/* CHAP only: the response value into the request. false = malformed. */
	bool (*response)(struct aaa_request *rq, struct bytes value);
	/* CHAP only: the message of Success and Failure. What the client may do after it (AUTH_AGAIN_...), to the
	 * challenge that is in the session now. */
	unsigned (*message)(const struct ppp_session *s, const struct aaa_result *result,
	                unsigned error, char *text, size_t cap);
	/* MS-CHAPv2 only: a Change-Password packet into the request. false = malformed. */
	bool (*change)(struct aaa_request *rq, struct aaa_change *change, struct bytes data);
};

/* Which protocols this session may use; false when there is none, and the log says why. */
bool ppp_auth_begin(struct ppp_session *s);
/* LCP option 3: what we ask for; the peer wants another one, or none. */
void ppp_auth_option(const struct ppp_session *s, struct wr *value);
void ppp_auth_nak(struct ppp_session *s, struct rd value);
void ppp_auth_refused(struct ppp_session *s);
/* LCP is up: run the protocol; LCP is down, or the session ends: stop it. */
void ppp_auth_start(struct ppp_session *s);
void ppp_auth_stop(struct ppp_session *s);
/* The client, who may try again, says goodbye instead. The call ends as after any refusal: by us, as soon as he has his
 * answer, so that no empty tunnel is in the way when he dials again. */
void ppp_auth_given_up(struct ppp_session *s);
/* The peer has gone on from the verdict, or the session is freed: nothing is kept of it. */
void ppp_auth_forget(struct ppp_session *s);
void ppp_auth_input(struct ppp_session *s, const uint8_t *packet, size_t len);
bool ppp_auth_takes(const struct ppp_session *s, uint16_t proto);

/* For the protocols. */
void ppp_auth_send(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
/* As ppp_auth_send, and kept for repetition. */
void ppp_auth_reply(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
void ppp_auth_repeat(struct ppp_session *s);
/* Name of the user from the wire into the request; what is no text becomes '?', what is too long is malformed. */
void ppp_auth_set_user(struct aaa_request *rq, struct bytes name);
/* rq is filled: ask. */
void ppp_auth_ask(struct ppp_session *s);
/* After a challenge, rq->eap is the answer. */
void ppp_auth_continue(struct ppp_session *s);
/* Calls proto->start again when the peer says nothing for that time; gives up after proto->tries. */
void ppp_auth_wait_ms(struct ppp_session *s, uint64_t ms);
void ppp_auth_wait(struct ppp_session *s); /* the restart time */
/* The client has been told something that its user may answer in one of these ways: it is waited for once. */
void ppp_auth_wait_again(struct ppp_session *s, unsigned again);
/* What the server says of this verdict; all empty: nothing, or it let him in and the refusal is ours. */
const struct aaa_reply *ppp_auth_said(const struct aaa_result *result, unsigned error);

/* pap.c, chap.c, mschap.c */
void ppp_pap_start(struct ppp_session *s);
void ppp_pap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
bool ppp_pap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error);
void ppp_chap_start(struct ppp_session *s);
void ppp_chap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
bool ppp_chap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error);
bool ppp_chap_md5_response(struct aaa_request *rq, struct bytes value);
unsigned ppp_chap_md5_message(const struct ppp_session *s, const struct aaa_result *result,
                              unsigned error, char *text, size_t cap);
bool ppp_mschap1_response(struct aaa_request *rq, struct bytes value);
unsigned ppp_mschap1_message(const struct ppp_session *s, const struct aaa_result *result,
                             unsigned error, char *text, size_t cap);
bool ppp_mschap2_response(struct aaa_request *rq, struct bytes value);
unsigned ppp_mschap2_message(const struct ppp_session *s, const struct aaa_result *result,
                             unsigned error, char *text, size_t cap);
bool ppp_mschap2_change(struct aaa_request *rq, struct aaa_change *change, struct bytes data);

#endif
