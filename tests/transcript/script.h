/* A transcript: what is typed at a console and what must come back, written as it looks on the screen.
 *
 *   gw(config)# crypto ikev1 policy 10      a line behind its prompt
 *   gw(config)# crypto ?                    help, as soon as ? is typed
 *   gw(config)# cryp<TAB>                   completion; the line goes on behind the next prompt
 *   Password: <<secret                      the answer to a question
 *   <--- More --->:SPACE                    a key for the pager: SPACE, ENTER, Q
 *   gw# ping 10.0.0.1^C                     a line, then ^C while it runs
 *   Uptime <*> days                         <*> in expected output stands for anything within the line
 *   [full] WARNING: weak                    output of an appliance with everything in it, not of the console alone
 *   ## a comment
 *
 * The first prompt comes after the text the console begins with. */
#ifndef TESTS_TRANSCRIPT_SCRIPT_H
#define TESTS_TRANSCRIPT_SCRIPT_H

#include "core/base/out.h"

enum step_kind { STEP_LINE, STEP_HELP, STEP_TAB, STEP_ANSWER, STEP_KEY, STEP_BREAK, STEP_END };

struct step {
	enum step_kind kind;
	char *expected; /* what is on the screen since the last input, the prompt included */
	char *typed;    /* the whole line; the key */
	bool goes_on;   /* after help or Tab: the beginning of the line stands behind the prompt */
	unsigned line;  /* of the file */
};

struct script {
	const char *name;
	struct step *steps;
	size_t n;
	bool serial; /* "(serial)" in its head: a console that is never left */
	bool client; /* "(client)": somebody is connected; of the whole appliance */
};

/* full: lines marked [full] are expected. */
bool script_read(struct script *s, const char *path, bool full);
void script_free(struct script *s);
/* Screen text as a person sees it: \r, backspace and the usual escape sequences done, blanks at line ends
 * gone. */
void script_screen(const char *raw, size_t len, struct out *screen);
/* Does the screen look as the step expects (behind the echo of the last input)? *carried: how much of the step's line
 * stands behind the prompt already. */
bool script_match(const struct step *step, const char *echo, const char *screen, size_t *carried);
/* Complains on stderr, showing both. */
void script_differ(const struct script *s, const struct step *step, const char *actual);

/* A console socket for a script on a pty, with a fresh configuration; until SIGTERM. */
int serve(const struct script *s, const char *socket);
struct session_env;
/* Types it into a session; turn lets time pass, NULL = there is none. Was everything as expected? */
bool run_steps(const struct script *script, const struct session_env *env, void (*turn)(void));
/* The two ways to run one; 0 when everything was as expected. */
int run_in_process(const struct script *s);
void run_in_process_end(void);
int run_on_pty(const struct script *s, const char *console, const char *socket);

#endif
