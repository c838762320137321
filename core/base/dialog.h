/* A command that asks before it acts: a chain of questions on one console. */
#ifndef CORE_BASE_DIALOG_H
#define CORE_BASE_DIALOG_H

#include "core/base/show.h"

struct dialog;
typedef void dialog_step(struct dialog *d, struct str answer);

/* Freed by dialog_end, or when the console goes or breaks it off. */
struct dialog {
	void *ctx; /* of the command */
	void *session;
	const struct cmd_host *host;
	dialog_step *step;
	unsigned asked;
	char user[65];
	/* What the command keeps over the questions; released with the dialogue. */
	void *data;
	void (*release)(void *data);
};

/* NULL when nobody can be asked; the command then fails with what cmd_fail said. data is released in every case. */
struct dialog *dialog_new(struct cmd *c, void *data, void (*release)(void *data));
/* Prints the question as it is; step gets the answer without the blanks around it. */
void dialog_ask(struct dialog *d, const char *question, dialog_step *step);
/* The same for a secret: stars in place of what is typed. */
void dialog_ask_hidden(struct dialog *d, const char *question, dialog_step *step);
void dialog_say(struct dialog *d, struct str text);
void dialog_end(struct dialog *d, int status);
/* "ERROR: ..." and the end. */
void dialog_fail(struct dialog *d, const struct err *err);
/* [confirm]: Enter or y. */
bool dialog_confirmed(struct str answer);
/* [yes/no]: consoles let only these words through; a script answers with nothing, which is no. */
bool dialog_yes(struct str answer);

#endif
