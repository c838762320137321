/* Server groups as live objects: their servers, which of them are in service, and what a protocol is.
 *
 * A question (struct aaa_ask) goes to one server after the other, in the order of the configuration, until one of them
 * says something; who says nothing too often is FAILED and is not asked for a while (max-failed-attempts,
 * reactivation-mode). Control thread only. */
#ifndef CORE_AAA_SERVER_H
#define CORE_AAA_SERVER_H

#include "core/aaa/acct.h"
#include "core/aaa/io.h"
#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "core/base/show.h"

struct aaa_servers;
struct aaa_shell;
struct aaa_sgroup;
struct aaa_host;

enum aaa_what { AAA_AUTHENTICATE, AAA_AUTHORIZE, AAA_ACCOUNT };

enum aaa_answer {
	AAA_SAYS_ACCEPT,
	AAA_SAYS_REJECT,
	AAA_SAYS_CHALLENGE, /* RADIUS: reply has State and EAP or a message */
	AAA_SAYS_ERROR,     /* it cannot: the next one is asked; counts as no failure */
	AAA_SAYS_NOTHING,   /* no answer in time, or none that can be believed: the next one is asked */
};

/* One question to a group. The caller owns it, fills the first part, and keeps it until done or aaa_ask_cancel. */
struct aaa_ask {
	enum aaa_what what;
	const struct aaa_request *rq;   /* AUTHENTICATE, AUTHORIZE: who, how, from where */
	const char *name;               /* the name that the server is asked about */
	const char *password;           /* AUTHORIZE: in place of the user's (radius-common-pw, external policy); NULL = none */
	const struct aaa_record *record; /* ACCOUNT */
	const struct aaa_shell *shell;  /* of an administrator (core/aaa/shell.h); NULL = of a PPP client */
	struct aaa_host *sticky;        /* goes to this server alone: a challenge is answered where it came from */
	struct bytes state;             /* RADIUS: State of that challenge */
	bool probe;                     /* also those that are FAILED: whether they are back is to be found out */
	bool fallback;                  /* somebody else is asked when none of them is in service */
	/* reply: NULL or the caller's from now on. Never from within aaa_ask_start. */
	void (*done)(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why);
	void *arg;
	/* of group.c */
	struct aaa_sgroup *group; /* while servers are asked */
	struct clock *clock;      /* NULL = not running */
	struct aaa_host *host;    /* that is asked now, or has answered; NULL when it has gone since */
	uint64_t tried;        /* bits: servers that said nothing */
	uint64_t since_ms;
	struct aaa_ask *prev, *next; /* of the host */
	bool asked;            /* host has it now */
	enum aaa_answer answer;
	enum aaa_why why;
	struct aaa_reply *reply;
	struct timer timer;
	/* of the protocol */
	void *run; /* NULL = nothing under way */
};

/* Rows of show aaa-server: member, key in a document, text. */
#define AAA_HOST_STATS(X)                                                                    \
	X(authentications, "authentication_requests", "Number of authentication requests")   \
	X(authorizations, "authorization_requests", "Number of authorization requests")      \
	X(accountings, "accounting_requests", "Number of accounting requests")               \
	X(retransmissions, "retransmissions", "Number of retransmissions")                   \
	X(accepts, "accepts", "Number of accepts")                                           \
	X(rejects, "rejects", "Number of rejects")                                           \
	X(challenges, "challenges", "Number of challenges")                                  \
	X(malformed, "malformed_responses", "Number of malformed responses")                 \
	X(bad_authenticators, "bad_authenticators", "Number of bad authenticators")          \
	X(timeouts, "timeouts", "Number of timeouts")                                        \
	X(unrecognized, "unrecognized_responses", "Number of unrecognized responses")

struct aaa_host_stats {
#define X(name, key, text) uint64_t name;
	AAA_HOST_STATS(X)
#undef X
};

/* One server, as long as it is configured; what it does not change survives other changes. */
struct aaa_host {
	struct aaa_sgroup *group;
	const struct aaa_host_conf *conf; /* in force */
	uint32_t ip;                      /* 0 = its name is being looked up, or has no address */
	struct aaa_host_stats stats;      /* pending, accepts, rejects, challenges, kinds of requests: counted by group.c;
	                                     retransmissions, malformed, bad_authenticators, timeouts, unrecognized: by
	                                     the protocol */
	unsigned pending;
	uint32_t round_trip_16;  /* average of late ones, sixteenths of a millisecond */
	unsigned slot;           /* bit in struct aaa_ask */
	bool open;               /* the protocol has it */
	bool failed;
	unsigned failures;       /* in a row */
	time_t last, failed_wall; /* transaction; when it FAILED */
	uint64_t failed_ms;
	uint32_t resolving;
	struct aaa_ask *asks;    /* under way */
	void *own;               /* the protocol's */
};

/* What a protocol is. */
struct aaa_proto {
	enum aaa_protocol id;
	unsigned methods; /* of PPP, AAA_BIT */
	bool authorizes, accounts;
	/* The server comes into force, or goes. 0 or -errno with err. Either may be NULL. */
	int (*open)(struct aaa_host *h, struct err *err);
	void (*close)(struct aaa_host *h); /* no ask is under way any more */
	/* Asks ask->host; ends with aaa_answered(), which may be called from within. */
	void (*ask)(struct aaa_ask *ask);
	void (*cancel)(struct aaa_ask *ask);
};
extern const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N]; /* protocols.c; NULL = none of this version */
/* The methods of PPP that a group of this protocol can verify. */
unsigned aaa_protocol_methods(enum aaa_protocol p);

/* The end of a protocol's part. reply (may be NULL) goes over to it. why: of a REJECT or ERROR, else AAA_WHY_NONE. */
void aaa_answered(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why);

/* The own protocol of SecurID servers is not published: they are asked by their RADIUS interface. */
enum { AAA_SDI_NATIVE_PORT = 5500 };
#define AAA_SDI_NATIVE_TEXT \
	"Port 5500 speaks a protocol that is not published: server-port is that of the server's RADIUS interface"

/* For protocols. */
struct aaa_servers *aaa_host_servers(const struct aaa_host *h);
struct clock *aaa_host_clock(const struct aaa_host *h);
const struct aaa_io *aaa_host_io(const struct aaa_host *h, void **ctx);

/* ------------------------------------------------------------------ all of them */

/* io may be NULL: then no server can be asked (tests). NULL when memory is short. */
struct aaa_servers *aaa_servers_new(struct clock *clock, const struct aaa_io *io, void *ctx);
void aaa_servers_free(struct aaa_servers *s); /* no ask may be under way */
/* From now on c is in force; it must live until the next call. Servers that are gone: what they were asked is answered
 * with AAA_SAYS_NOTHING and goes on to others. */
void aaa_servers_set(struct aaa_servers *s, const struct aaa_conf *c);
const struct aaa_conf *aaa_servers_conf(const struct aaa_servers *s);
/* NULL when there is no such group. */
struct aaa_sgroup *aaa_sgroup_find(struct aaa_servers *s, const char *name);
const struct aaa_sgroup_conf *aaa_sgroup_conf(const struct aaa_sgroup *g);
/* Is it (still) one of its servers? h may be gone. */
bool aaa_sgroup_has(const struct aaa_sgroup *g, const struct aaa_host *h);
/* Its servers in order. */
struct aaa_host *const *aaa_sgroup_hosts(const struct aaa_sgroup *g, size_t *n);

/* Asks the servers of the group. */
void aaa_ask_start(struct aaa_ask *ask, struct aaa_sgroup *g);
/* While done runs: who answered; "" = nobody, or it has gone since. */
const char *aaa_ask_server(const struct aaa_ask *ask);
/* Whom lines of debug about it are about; the texts are the question's. */
struct debug_who aaa_ask_who(const struct aaa_ask *ask);
/* Also when it is not running. */
void aaa_ask_cancel(struct aaa_ask *ask);

/* Commands of show aaa-server and clear aaa-server; ctx = struct aaa_servers. */
const struct cmd_entry *aaa_server_commands(size_t *n);

#endif
