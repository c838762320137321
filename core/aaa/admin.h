/* Administrators at the servers of a group: is it him, may he have a console, may he run this, and what he did. The local
 * database, and who stands in for servers that do not answer, are the caller's. Control thread only. */
#ifndef CORE_AAA_ADMIN_H
#define CORE_AAA_ADMIN_H

#include "core/aaa/server.h"
#include "core/aaa/shell.h"

struct aaa_admins;
struct aaa_admin; /* one question under way */

enum aaa_admin_asks {
	AAA_ADMIN_LOGIN,   /* his password */
	AAA_ADMIN_ENABLE,  /* that of his privilege */
	AAA_ADMIN_COMMAND, /* whether he may run it */
};

enum {
	AAA_SGROUP_MAX = 256, /* name of a server group */
	AAA_ADMIN_COMMAND_MAX = 8192,
	AAA_ADMIN_TELLS = 256, /* records under way; one more is lost (113013) */
};

/* What is asked; all texts are copied. */
struct aaa_admin_question {
	enum aaa_admin_asks what;
	const char *user;
	struct str password;     /* LOGIN, ENABLE */
	struct aaa_shell shell;  /* of it: line, from, privilege, local, command */
	bool exec;               /* LOGIN, ENABLE: what may he, too? Asked for itself where his password does not tell. */
	bool fallback;           /* somebody else is asked when none is in service */
	/* Once, never from within. AAA_SAYS_ERROR does not come. reply: what the server says of him, NULL = nothing; valid
	 * while it runs. AAA_SAYS_CHALLENGE: the reply has a message, its answer is the next password. */
	void (*done)(void *arg, enum aaa_answer answer, const struct aaa_reply *reply);
	void *arg;
};

/* NULL when memory is short. */
struct aaa_admins *aaa_admins_new(struct aaa_servers *s);
/* Before aaa_servers_free; no question is under way. Records that are, are lost. */
void aaa_admins_free(struct aaa_admins *a);

/* Asks the group. NULL: it does not exist, its protocol cannot answer that, or memory is short; then nobody has answered.
 * Logs 113004, 113005, 113008, 113010, 113013, 113016. */
struct aaa_admin *aaa_admin_ask(struct aaa_admins *a, const char *group, const struct aaa_admin_question *q);
/* NULL is allowed. Not after done. */
void aaa_admin_cancel(struct aaa_admin *q);

/* Tells the group's servers; all texts are copied. false: it cannot be told (no such group, not its protocol, too many). */
bool aaa_admin_tell(struct aaa_admins *a, const char *group, const char *user, const struct aaa_shell *shell);

/* Does the protocol know commands and consoles? TACACS+ all, RADIUS consoles. */
bool aaa_admin_takes(enum aaa_protocol p, bool command);

#endif
