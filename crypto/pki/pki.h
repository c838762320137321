/* Certificates: the keys and trustpoints of the appliance, how they are enrolled, and who is believed because of them.
 *
 * One object without threads, sockets or system time of its own; it asks for those through struct pki_ops. All calls on
 * the control thread. */
#ifndef CRYPTO_PKI_PKI_H
#define CRYPTO_PKI_PKI_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/out.h"
#include "core/base/show.h"
#include "core/config/read.h"
#include "crypto/pki/conf.h"
#include "crypto/pki/key.h"
#include "crypto/pki/keys.h"

struct pki;

/* What one fetch brought. Lives until the call returns. */
struct pki_fetched {
	int rc;                /* 0: what was asked for came (HTTP status 200); or -errno */
	const char *why;       /* in words, when rc is not 0 */
	unsigned status;       /* of HTTP, 0 = another protocol */
	const char *type;      /* of HTTP: Content-Type without parameters, "" = none */
	struct bytes body;
};

enum pki_fetch_what { PKI_FETCH_GET, PKI_FETCH_POST };

struct pki_fetch {
	const char *url;            /* http: or ldap: (GET only: the first value of the first attribute asked for) */
	enum pki_fetch_what what;
	struct bytes body;          /* of POST */
	const char *type;           /* of POST: Content-Type */
	size_t most;                /* bytes that are taken of the answer */
	uint32_t timeout_ms;        /* for all of it */
};

/* Key pairs that are made at the same time; each has a helper thread to itself for long. */
enum { PKI_MAKING_MOST = 2 };

struct pki_ops {
	/* Runs run(job) on a helper thread (a private key at work takes up to seconds), then done(job) on the control
	 * thread, exactly once, never from within, and before pki_free(). 0 or -errno (then done is never called). When
	 * the program ends done may come without run: a job says by itself whether it ran. */
	int (*work)(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job);
	/* Everything in f is copied. done is never called from within; exactly once, unless cancelled. NULL with err. */
	void *(*fetch)(void *ctx, const struct pki_fetch *f, void (*done)(void *arg, const struct pki_fetched *got),
	               void *arg, struct err *err);
	void (*fetch_cancel)(void *ctx, void *fetch);
	/* Lines of configuration as if they were typed in configuration mode, all or none of them; the running
	 * configuration is compiled again (pki_set_conf) before it returns. 0 or -errno. */
	int (*configure)(void *ctx, struct str lines, struct err *err);
	/* Seconds since 1970 by the appliance's clock. */
	int64_t (*wall_s)(void *ctx);
	/* The serial number of the appliance, as `show version` has it. */
	void (*serial)(void *ctx, char text[16]);
	/* A text for the consoles, whoever is there ("The certificate has been granted by CA!"). */
	void (*tell)(void *ctx, const char *text);
};

/* dir: descriptor of the folder of secrets (`keys` of the state directory), which stays the caller's; -1 = nothing is
 * kept (tests). Reads what is there. NULL with err. */
struct pki *pki_new(struct clock *clock, const struct pki_ops *ops, void *ctx, int dir, struct err *err);
void pki_free(struct pki *pki);

/* The parts of the configuration tree that are ours, compiled into arena a. notes gets WARNING lines. */
int pki_conf_compile(const struct conf *c, struct arena *a, const struct pki_conf **out, struct out *notes,
                     struct err *err);
/* Stays valid until the next call, or pki_free. */
void pki_set_conf(struct pki *pki, const struct pki_conf *conf);
/* Commands; their ctx is the struct pki. Once, before grammar_load. */
void pki_commands_register(struct pki *pki);

/* What is in force; never NULL. */
const struct pki_conf *pki_conf_of(const struct pki *pki);
/* Our key pairs. */
struct pki_keys *pki_keys_of(struct pki *pki);

/* ------------------------------------------------------------------ who we are */

/* What we prove ourselves with to a peer: certificate and key of a trustpoint, the certificates between it and the root
 * (without the root), nearest first. */
struct pki_identity {
	const struct pki_trustpoint *tp;
	struct pki_cert *cert;
	struct pki_key *key;
	struct pki_cert *chain[PKI_CHAIN_MAX];
	size_t nchain;
};
/* false with err (717xxx has no part in it): no such trustpoint, no certificate, no key for it. What it points to lives
 * until the next pki_set_conf or change of keys: hold what is needed longer. */
bool pki_identity(struct pki *pki, const char *trustpoint, struct pki_identity *id, struct err *err);

/* Of a check: of the grammar: what about the certificate of the trustpoint that `trust-point` of this entry names will
 * keep clients out, when the entry names another one than before. */
void pki_advise_trust_point(const struct conf *c, const struct centry *e, const struct centry *was,
                            struct conf_notes *notes);

/* ------------------------------------------------------------------ who a peer is: check.h */

#endif
