/* Commands that run code: modules offer tables of name -> function; the grammar's `run: NAME` finds them. */
#ifndef CORE_BASE_SHOW_H
#define CORE_BASE_SHOW_H

#include "core/base/err.h"
#include "core/base/rec.h"

struct cmd_arg {
	const char *name; /* of the argument in the pattern, or the keyword itself */
	struct str text;  /* as typed; for enums the full word */
	uint32_t u32;     /* for numeric types, addresses (host order) and sizes */
	uint32_t u32_b;   /* second value: end of a range */
};

/* What a running command has. The console side fills it; handlers only use the functions below. */
struct cmd {
	struct out *out;
	const struct cmd_arg *args;
	size_t nargs;
	struct str line; /* the whole line as matched */
	bool no;
	void *ctx;     /* given at registration */
	void *session; /* the console session, opaque to modules */
	const struct cmd_host *host;
};

/* What a handler may ask of the console it runs on; NULL functions when there is none (tests). */
struct cmd_host {
	/* Prints now (before the command is done): ping's "!", progress. */
	void (*emit)(void *session, struct str text);
	/* A handler returned CMD_PENDING: this ends the command. Text in out was taken when it returned. */
	void (*done)(void *session, int status);
	/* ^C or a closed console while pending calls cancel(arg) once, which ends the command (done may be called
	 * within, not later); NULL ends the interest. */
	void (*on_cancel)(void *session, void (*cancel)(void *arg), void *arg);
	/* Asks `question` (printed as it is); answer(arg, line) gets the reply; hidden = stars. The handler
	 * returns CMD_PENDING and answer calls done. */
	void (*ask)(void *session, const char *question, bool hidden, void (*answer)(void *arg, struct str line),
		    void *arg);
	/* The next line of a text that is pasted behind the command (a certificate): without a prompt, as it is typed; in a
	 * script its next line. Else as ask. */
	void (*read)(void *session, void (*answer)(void *arg, struct str line), void *arg);
	struct debug_sink *(*debug)(void *session);
	/* "enable_15", "enable_1" or a user name; "console" or an address. */
	const char *(*user)(void *session);
	unsigned (*privilege)(void *session);
	/* The dialect this console shows in, by the grammar's name ("pix-6"); NULL = the newest. */
	const char *(*dialect)(void *session);
	/* The prompt of its command line. */
	struct str (*prompt)(void *session);
};

enum cmd_status {
	CMD_OK = 0,
	CMD_ERROR = 1,   /* out holds what to print, "ERROR: ..." included */
	CMD_PENDING = 2, /* goes on; host->done ends it */
};

typedef int cmd_fn(struct cmd *cmd);

struct cmd_entry {
	const char *name;
	cmd_fn *fn;
};

bool cmd_has(const struct cmd *c, const char *name);
bool cmd_u32(const struct cmd *c, const char *name, uint32_t *value);
/* Empty text when the argument is not there. */
struct str cmd_text(const struct cmd *c, const char *name);
/* Prints "ERROR: ..." into out; returns CMD_ERROR. */
int cmd_fail(struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whose command it is, for logs: "enable_15" where nobody logged in. */
const char *cmd_user(const struct cmd *c);

/* Does this console show in the forms of PIX 6 (`terminal dialect pix-6`)? A document is the same in all dialects. */
bool cmd_pix(const struct cmd *c);

/* The registry: who wants a handler by name. Tables are static; names are unique (a second one aborts). */
void cmd_register(const struct cmd_entry *table, size_t n, void *ctx);
cmd_fn *cmd_find(const char *name, void **ctx);
void cmd_registry_clear(void); /* for tests */
/* Walks all registered names (lint: a function without a line). */
void cmd_each(void (*fn)(void *arg, const char *name), void *arg);

#endif
