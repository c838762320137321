/* One console session: "line in, text out". Knows modes, passwords, help, filters and the pager; knows nothing of
 * sockets or terminals. Everything it shows goes through struct session_io, so that a test runs it in-process. */
#ifndef CLI_SESSION_SESSION_H
#define CLI_SESSION_SESSION_H

#include "core/base/clock.h"
#include "core/base/debug.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/out.h"

struct session;
struct grammar;
struct confsys;
struct logins;
struct flash;

/* What the local database says of a user who proved himself. */
struct session_account {
	unsigned privilege; /* 0..15 */
	bool shell; /* service-type admin or nas-prompt: may have a console where `aaa authorization exec` looks */
	bool config; /* service-type admin: may have all of it */
};

/* Where sshd says a console comes from (SSH_CONNECTION): addresses and ports as text. */
struct session_remote {
	char client[64], port[8], server[64];
	char ifname[49]; /* of the appliance, where it came in; filled by remote_allowed */
};

/* What the servers of a group are asked about the person at a console. */
enum session_asks { SESSION_ASKS_LOGIN, SESSION_ASKS_ENABLE, SESSION_ASKS_COMMAND };
enum session_says {
	SESSION_SAYS_YES,
	SESSION_SAYS_NO,
	SESSION_SAYS_MORE,    /* a text, whose answer is the next password */
	SESSION_SAYS_NOTHING, /* no server answered */
};
/* Its texts are the session's while ask runs. */
struct session_question {
	enum session_asks what;
	const char *group;
	const char *user;
	struct str password;  /* LOGIN, ENABLE */
	const char *command;  /* COMMAND: words written out, secrets gone */
	unsigned level;       /* that he has, or asks for */
	const char *from;     /* "console" or an address */
	bool local;           /* the local database let him in */
	bool exec;            /* LOGIN, ENABLE: what may he, too? */
	bool fallback;        /* somebody else is asked when nothing is said */
	/* Once, later; account: of YES, what the server says of him (of a LOGIN: level 1 when it does not say). text: of
	 * MORE, "" = none. */
	void (*done)(void *arg, enum session_says says, const struct session_account *account, const char *text);
	void *arg;
};

/* What servers are told (`aaa accounting`). */
enum session_tells { SESSION_CAME, SESSION_LEFT, SESSION_RAN };
enum { SESSION_RECORD_CAP = 40 };
struct session_event {
	enum session_tells what;
	const char *group, *user, *from;
	unsigned level;
	bool local;
	const char *command; /* RAN */
	char *record;        /* SESSION_RECORD_CAP: the number of CAME, filled in, which LEFT has, too */
	uint32_t seconds;    /* LEFT: after how many */
};

/* What all sessions of an appliance share. Filled by main, outlives the sessions. */
struct session_env {
	const struct grammar *grammar;
	struct confsys *sys;
	struct clock *clock; /* NULL: no time-outs, no times of logins */
	/* Sets it: before what a console sends is looked at. NULL: somebody else does. */
	void (*awake)(void *ctx);
	/* Does this password open the level? NULL: only the empty one does. */
	bool (*enable_check)(void *ctx, unsigned level, struct str password);
	/* Is it the user's password? Fills the account. NULL: there are no users. */
	bool (*user_check)(void *ctx, struct str user, struct str password,
	                   struct session_account *account);
	/* A user by name alone, whom somebody else has authenticated (sshd). */
	bool (*user_find)(void *ctx, struct str user, struct session_account *account);
	/* Asks servers; NULL: none can be asked, which is SAYS_NOTHING. unask: not after done. Members may be NULL. */
	void *(*ask)(void *ctx, const struct session_question *q);
	void (*unask)(void *ctx, void *asked);
	void (*tell)(void *ctx, const struct session_event *e);
	/* May a console be opened by this SSH client? Logs and says why not. NULL: from anywhere. */
	bool (*remote_allowed)(void *ctx, struct session_remote *from, struct err *why);
	const struct flash *flash; /* disk0: for `| redirect`; NULL = there is none */
	struct logins *logins; /* who logged in when; NULL = nothing is kept */
	/* This user's command, other than a show, has succeeded. NULL: nobody wants to know. */
	void (*acted)(void *ctx, const char *user);
	void *ctx;
};

enum session_want {
	SESSION_WANT_NOTHING, /* busy: only ^C is of use */
	SESSION_WANT_LINE,    /* a command; the prompt is shown */
	SESSION_WANT_TEXT,    /* an answer to a question */
	SESSION_WANT_SECRET,  /* the same, echoed as stars */
	SESSION_WANT_CONFIRM, /* one key: Enter or y accepts */
	SESSION_WANT_PASTE,   /* a line of a text that the command takes; of a script the next one */
	SESSION_WANT_KEY,     /* one key: <--- More ---> is on the screen */
	SESSION_OVER,
};

/* Where it shows things. All calls come from within session_* functions or from handlers that finish. */
struct session_io {
	void *arg;
	/* For the screen, as it is. */
	void (*write)(void *arg, struct str text);
	/* Whole lines (debug, terminal monitor) while the user may be typing. */
	void (*async)(void *arg, struct str lines);
	/* Bytes write may take now; 0 = the session waits for session_drained. NULL = endless. */
	size_t (*room)(void *arg);
	/* session_want() changed or a new answer is wanted; prompt as it is shown (empty for keys). */
	void (*want)(void *arg, enum session_want want, struct str prompt);
	/* A line of a batch session is done. */
	void (*result)(void *arg, bool refused);
};

struct session_options {
	bool batch; /* lines from a script: privilege 15, no pager, no banner; questions are answered by Enter, but
	             * for those that end in [yes/no]: */
	bool config; /* batch: starts in config mode */
	bool enable; /* starts in privileged EXEC: the socket admits only who may do everything */
	bool tty;    /* pager on */
	bool serial; /* never over: after Logoff it starts with the login again */
	unsigned width, height; /* of the window, 0 = unknown */
	const char *from;       /* "console" or the address of an SSH client; copied */
	const char *user;       /* of the host, whom sshd let in; NULL = nobody; copied */
	const struct session_remote *remote; /* of an SSH client; copied; NULL = the console itself */
};

/* Banner and first prompt are shown at once. NULL when memory is short. env and io's functions outlive it. */
struct session *session_new(const struct session_env *env, const struct session_io *io,
                            const struct session_options *options);
/* Cancels what runs. */
void session_free(struct session *s);

enum session_want session_want(const struct session *s);
/* The prompt of the command line as it stands now, e.g. "gw(config-if)# ". */
struct str session_prompt(const struct session *s);

/* The answer to WANT_LINE, WANT_TEXT, WANT_SECRET, WANT_PASTE and WANT_CONFIRM (the key typed, "" for Enter), without
 * newline. ^Z is the line "\x1a". Ignored when none of these is wanted. */
void session_input_line(struct session *s, struct str line);
void session_input_key(struct session *s, int key); /* WANT_KEY */
void session_break(struct session *s);              /* ^C */
/* Somebody is there: the idle time begins anew. Input does the same. */
void session_active(struct session *s);
/* The console's input has ended: like exit from every mode. */
void session_eof(struct session *s);
void session_resize(struct session *s, unsigned width, unsigned height);
/* io->room has grown. */
void session_drained(struct session *s);

/* Columns of the terminal as commands are edited on it: `terminal width`, never more than the window has; 0 = no end. */
unsigned session_columns(const struct session *s);

/* `?`: shows help for the text left of the cursor; afterwards the line is wanted again. */
void session_help(struct session *s, struct str partial);
/* Tab: what to insert at the cursor (the rest of the word and a blank), "" when it is not unique. Lives until
 * the next call. */
struct str session_complete(struct session *s, struct str partial);

/* Registers the handlers of the session's own commands (before grammar_load): session_enable, session_disable,
 * session_exit, session_logout, session_end, session_configure, session_login, help, terminal_monitor, terminal_pager, session_pager,
 * terminal_width, show_terminal, show_history, show_pager, and those of session_admin.c. */
void session_register(void);

#endif
