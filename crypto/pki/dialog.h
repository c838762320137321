/* A command that asks, takes pasted text and lets a helper thread work: one chain of steps on one console. Stands first in
 * what the command keeps. Inside this folder only. */
#ifndef CRYPTO_PKI_DIALOG_H
#define CRYPTO_PKI_DIALOG_H

#include "crypto/pki/pki.h"

struct pki_dialog;
typedef void pki_dialog_step(struct pki_dialog *d, struct str answer);

struct pki_dialog {
	struct pki *pki;
	void *session;
	const struct cmd_host *host;
	void (*release)(struct pki_dialog *d); /* frees what the command keeps, d with it */
	pki_dialog_step *step;
	struct out text;    /* what is pasted */
	bool too_long;
	void (*run)(struct pki_dialog *d);      /* on a helper thread */
	void (*worked)(struct pki_dialog *d);
	bool ran, working, gone; /* gone: the console is; what is at work ends first */
	void (*stop)(struct pki_dialog *d);     /* ends what else it waits for, when the console goes; NULL = nothing */
};

/* false: nobody is there to answer; what cmd_fail says stands in c->out, and d is released. */
bool pki_dialog_begin(struct pki_dialog *d, struct cmd *c, void (*release)(struct pki_dialog *d));
void pki_dialog_say(struct pki_dialog *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints the question as it is; step gets the answer without the blanks around it. Of a script it may be empty. */
void pki_dialog_ask(struct pki_dialog *d, const char *question, bool hidden, pki_dialog_step *step);
bool pki_dialog_yes(struct str answer);
/* Takes lines up to one that says quit; step gets all of them. */
void pki_dialog_read(struct pki_dialog *d, pki_dialog_step *step);
/* run on a helper thread, then worked here; not when the console has gone meanwhile. */
void pki_dialog_work(struct pki_dialog *d, void (*run)(struct pki_dialog *d), void (*worked)(struct pki_dialog *d));
void pki_dialog_end(struct pki_dialog *d, int status);
/* "ERROR: ..." and the end. */
void pki_dialog_fail(struct pki_dialog *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
