/* Inside of a console session; for session*.c alone. */
#ifndef CLI_SESSION_PRIV_H
#define CLI_SESSION_PRIV_H

#include "cli/match.h"
#include "cli/filter.h"
#include "cli/pager.h"
#include "cli/session.h"
#include "core/config/txn.h"

enum {
	SESSION_HISTORY = 20,      /* lines of `show history` */
	SESSION_LINE_MAX = 8192,   /* bytes; longer ones are refused */
	SESSION_OUT_MAX = 32 << 20 /* of one command */
};

enum session_phase {
	PHASE_LINE,   /* ready for a command */
	PHASE_RUN,    /* a command is pending */
	PHASE_ASK,    /* a pending command asks */
	PHASE_ENABLE, /* `enable` wants its password */
	PHASE_OVER,
};

struct session {
	const struct session_env *env;
	struct session_io io;
	struct session_options opt;
	char from[64];

	struct cli_ctx ctx;
	unsigned privilege; /* 0..15 */
	enum session_phase phase;
	enum session_want want; /* as told to the io; NOTHING once it was answered */
	struct out prompt;
	int dialect;    /* of the text a batch loads, -1 = none named */
	int shown;      /* dialect to show in, -1 = newest */
	unsigned lines; /* given so far */

	struct pager pager;
	int64_t pager_lines; /* `terminal pager`, -1 = as configured */
	int width;           /* `terminal width`, -1 = as configured */
	bool monitor;
	struct filter filter; /* of the running command */

	/* the command that runs */
	bool pending; /* returned CMD_PENDING and is not done */
	bool in_handler, done_early, dead;
	int done_status;
	char *log_text; /* for the log when it succeeds, secrets gone; NULL = nothing */
	const char *log_user;
	bool log_show, log_config;
	void (*cancel)(void *arg);
	void *cancel_arg;
	void (*answer)(void *arg, struct str line);
	void *answer_arg;
	struct out question;
	bool question_hidden;

	unsigned enable_level, enable_failures;

	char *history[SESSION_HISTORY];
	size_t nhistory;
	struct out completion;

	struct debug_sink debug;
	struct log_sink log;
};

extern const struct cmd_host session_host;

/* session.c */
void session_print(struct session *s,
                   struct str text); /* through filter and pager, not yet shown */
void session_start_page(struct session *s);
void session_pump(struct session *s); /* shows what may be shown, asks for what is wanted */
void session_finish(struct session *s, int status); /* the line is done */
bool session_in_config(const struct session *s);
void session_set_mode(struct session *s, const struct mode *mode);
/* A number of the configuration, dflt where the grammar has no such field. */
uint32_t session_conf_u32(const struct session *s, const char *node, const char *field,
                          uint32_t dflt);
struct str session_conf_text(const struct session *s, const char *node, const char *field);

/* session_run.c */
void session_run(struct session *s, struct str line);
const char *session_user(const struct session *s);

/* session_dialect.c */
void session_dialect_register(void);

/* session_help.c */
void session_help_text(struct session *s, struct str partial, struct out *out);
unsigned session_width(const struct session *s);

#endif
