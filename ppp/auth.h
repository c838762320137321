/* Authentication of the peer: which protocol, and the frame around the three that are ours to run. */
#ifndef PPP_AUTH_H
#define PPP_AUTH_H

#include "core/aaa/aaa.h"
#include "core/base/buf.h"

struct ppp_session;
struct auth_proto;

/* What is needed until the client has an address, and has had the verdict with it. */
struct ppp_auth_run {
	uint8_t challenge[16];
	uint8_t reply[600]; /* sent again when the peer missed it */
	size_t reply_len;
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
	uint8_t id;                     /* of the challenge, or of the PAP request being answered */
	uint8_t tries;
	struct ppp_auth_run *run; /* NULL before and after */
};

/* MS-CHAP error numbers (RFC 2433 §7, RFC 2759 §6). */
enum {
	MSCHAP_RESTRICTED_HOURS = 646,
	MSCHAP_ACCT_DISABLED = 647,
	MSCHAP_PASSWD_EXPIRED = 648,
	MSCHAP_NO_DIALIN = 649,
	MSCHAP_AUTH_FAILURE = 691,
};

/* One row for each protocol that can stand in the LCP option. */
struct auth_proto {
	enum aaa_method method;
	uint16_t number;       /* PPP protocol */
	uint8_t algorithm;     /* CHAP only, else 0 */
	uint8_t challenge_len; /* CHAP only */
	void (*start)(struct ppp_session *s);
	void (*input)(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
	/* Sends the verdict; error is 0 or an MS-CHAP error number. */
	void (*verdict)(struct ppp_session *s, const struct aaa_result *result, unsigned error);
	/* CHAP only: the response value into the request. false = malformed. */
	bool (*response)(struct aaa_request *rq, struct bytes value);
	/* CHAP only: the message of Success and Failure. */
	void (*message)(const struct ppp_session *s, const struct aaa_result *result,
	                unsigned error, char *text, size_t cap);
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
/* Calls proto->start again when the peer says nothing for the restart time; gives up in the end. */
void ppp_auth_wait(struct ppp_session *s);

/* pap.c, chap.c, mschap.c */
void ppp_pap_start(struct ppp_session *s);
void ppp_pap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
void ppp_pap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error);
void ppp_chap_start(struct ppp_session *s);
void ppp_chap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
void ppp_chap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error);
bool ppp_chap_md5_response(struct aaa_request *rq, struct bytes value);
void ppp_chap_md5_message(const struct ppp_session *s, const struct aaa_result *result,
                          unsigned error, char *text, size_t cap);
bool ppp_mschap1_response(struct aaa_request *rq, struct bytes value);
void ppp_mschap1_message(const struct ppp_session *s, const struct aaa_result *result,
                         unsigned error, char *text, size_t cap);
bool ppp_mschap2_response(struct aaa_request *rq, struct bytes value);
void ppp_mschap2_message(const struct ppp_session *s, const struct aaa_result *result,
                         unsigned error, char *text, size_t cap);

#endif
