/* What a server is asked about an administrator, or told of him, in place of a PPP client. */
#ifndef CORE_AAA_SHELL_H
#define CORE_AAA_SHELL_H

#include "core/aaa/acct.h"

/* With struct aaa_ask:
 * AUTHENTICATE  rq->method is AAA_PAP: is this his password (enable: that of his privilege)?
 * AUTHORIZE     command NULL: may he have a console? reply->privilege is what he gets there. Else: may he run it?
 * ACCOUNT       record is NULL. He came (AAA_ACCT_START), he left (AAA_ACCT_STOP), or has run command (STOP). */
struct aaa_shell {
	const char *line;    /* where he sits: "console", "ssh" */
	uint32_t from;       /* his address, 0 = none */
	int privilege;       /* 0 to 15: that he has, or asks for */
	bool enable;         /* AUTHENTICATE: for privileged mode */
	bool local;          /* he was authenticated by the local database */
	const char *command; /* all words written out, blanks between them */
	/* ACCOUNT */
	enum aaa_acct type;
	const char *id;      /* of the record; START and STOP of a console have the same */
	time_t at;           /* when it happened */
	uint32_t session_s;  /* STOP of a console: how long he was there */
};

#endif
