/* Inside of a console session; for session*.c alone. */
#ifndef CLI_SESSION_PRIV_H
#define CLI_SESSION_PRIV_H

#include "cli/config/edit.h"
#include "cli/grammar/suggest.h"
#include "cli/session/filter.h"
#include "cli/session/pager.h"
#include "cli/session/session.h"
#include "core/config/txn.h"

enum {
	SESSION_HISTORY = 20,       /* lines of `show history` */
	SESSION_LINE_MAX = 8192,    /* bytes; longer ones are refused */
	SESSION_OUT_MAX = 32 << 20, /* of one command */
	SESSION_PASSWORD_MAX = 128, /* of people */
	SESSION_PRIVILEGE_ALL =
	        15, /* which lines there are says the mode, which may run auth.c */
};

enum session_phase {
	PHASE_LINE,     /* ready for a command */
	PHASE_RUN,      /* a command is pending */
	PHASE_ASK,      /* a pending command asks */
	PHASE_USER,     /* a login wants the name */
	PHASE_PASSWORD, /* a login wants the password */
	PHASE_ENABLE,   /* `enable` wants its password */
	PHASE_CHECK,    /* servers are asked about the password */
	PHASE_OVER,
};

/* What a user name and a password are asked for. */
enum session_login { LOGIN_START, LOGIN_COMMAND, LOGIN_ENABLE };

struct session {
	const struct session_env *env;
	struct session_io io;
	struct session_options opt;
	char from[64], os_user[65];
	struct session_remote remote;
	bool configuring; /* by `configure terminal` */
	struct session *next, **link; /* all sessions of the process */
	unsigned id;                  /* for `who` and `kill` */
	struct timer idle;

	struct cli_ctx ctx;
	unsigned privilege; /* 0..15 */
	char user[65];      /* logged in, "" = nobody in particular */
	struct session_account account;
	bool as_enable; /* went up with the enable password: the name is enable_N again */
	enum session_phase phase;
	enum session_want want; /* as told to the io; NOTHING once it was answered */
	struct out prompt;
	struct edit_said said; /* by a batch */
	size_t inert;          /* lines of a batch that are kept without effect */
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
	unsigned log_level; /* that the command needs */
	void (*cancel)(void *arg);
	void *cancel_arg;
	void (*answer)(void *arg, struct str line);
	void *answer_arg;
	struct out question;
	bool question_hidden;
	bool reading; /* it is the next line of a text, not a question */

	enum session_login login;
	char login_name[65];
	char login_password[SESSION_PASSWORD_MAX + 1]; /* while servers are asked */
	unsigned enable_level, enable_failures;

	/* servers.c */
	void *asked;         /* a question under way */
	bool fallback;       /* LOCAL behind it */
	bool by_server;      /* a server let him in */
	char *held;          /* a line that waits for leave */
	char *leave;         /* the command that has it */
	bool leave_local;    /* ... if the levels of `privilege` lines give it */
	char record[SESSION_RECORD_CAP], enable_record[SESSION_RECORD_CAP]; /* of CAME, "" = not told */
	char enable_user[65]; /* of that record */
	uint64_t came_ms, enabled_ms;

	char *history[SESSION_HISTORY];
	size_t nhistory;
	struct out completion;

	struct debug_sink debug;
	struct log_sink log;
};

extern const struct cmd_host session_host;

/* session.c */
void session_kill(struct session *s); /* ends what runs, logs off */
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
bool session_conf_bool(const struct session *s, const char *node, const char *field, bool dflt);
struct str session_conf_text(const struct session *s, const char *node, const char *field);

/* login.c */
void session_login_begin(struct session *s); /* banners, login, first prompt */
void session_login_ask(struct session *s, enum session_login what);
void session_login_answer(struct session *s, struct str line);
void session_login_break(struct session *s);
/* What the servers said of the password. */
void session_login_verdict(struct session *s, enum session_says says, const struct session_account *account,
                           const char *text);
bool session_over_ssh(const struct session *s);
void session_enable(struct session *s, unsigned level);
void session_set_privilege(struct session *s, unsigned level);
void session_over(struct session *s);   /* ended, or back at the login */
void session_logoff(struct session *s); /* somebody or something ends it */
void session_prompt_name(const struct session *s, struct out *out); /* by `prompt` */
void session_idle_restart(struct session *s);

/* admin.c */
void session_list_add(struct session *s);
void session_list_remove(struct session *s);
void session_admin_register(void);

/* servers.c */
/* Who is asked for the passwords of `aaa authentication ACCESS console`, or for commands: group "" = the local database;
 * false: nobody. */
struct session_choice {
	struct str group;
	bool fallback;
};
bool session_choice(const struct session *s, const char *access, struct session_choice *choice);
/* Asks the group about the password; session_login_verdict comes later, or at once. */
void session_ask_person(struct session *s, const struct session_choice *choice, struct str password);
/* Nobody wants to know any more. */
void session_unask(struct session *s);
/* May the line, matched as m, run? WAIT: it is run later by session_rerun, or refused. */
enum session_leave { LEAVE_YES, LEAVE_NO, LEAVE_WAIT };
enum session_leave session_leave(struct session *s, const struct match *m, struct str line);
/* `aaa accounting` of the console, of enable, of the command that has just run. */
void session_tell_console(struct session *s, enum session_tells what);
void session_tell_level(struct session *s, unsigned from, unsigned to);
void session_tell_command(struct session *s);

/* auth.c */
/* Who may come in may also leave: what moves between modes and levels is for everybody, entering configuration is not. */
bool session_for_everybody(const struct line *l);
/* The level a command needs. */
unsigned session_command_level(const struct session *s, const struct match *m);
/* May this session run what was matched (`aaa authorization command`)? */
bool session_authorized(const struct session *s, const struct match *m);
/* What `?` and Tab offer it. */
struct suggest_gate session_gate(struct session *s);

/* run.c */
void session_run(struct session *s, struct str line);
/* The line that waited for leave. */
void session_rerun(struct session *s, struct str line);
void session_refuse_command(struct session *s);
/* The command with full keywords; secrets are stars. The caller's to free; NULL = memory is short. */
char *session_command_text(const struct match *m);
const char *session_user(const struct session *s);

/* dialect.c */
void session_dialect_register(void);
/* A message on a console in the dialect of PIX 6: "%ASA-6-" in it becomes "%PIX-6-". */
void session_name_pix(const struct session *s, char *text);
/* The refusal as PIX 6 words it, on a console in that dialect; false: it is not. */
bool session_failure_pix(struct session *s, struct str line, const struct match_fail *fail);

/* usage.c */
int session_cmd_help(struct cmd *c); /* `help [COMMAND]` */

/* filter.c */
void session_filter_end(struct session *s, bool refused);

/* help.c */
void session_help_text(struct session *s, struct str partial, struct out *out);
unsigned session_width(const struct session *s);

#endif
