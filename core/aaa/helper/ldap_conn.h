/* One connection to a directory: TCP, TLS, bind, search. Every call ends by conn.until_ms. */
#ifndef CORE_AAA_HELPER_LDAP_CONN_H
#define CORE_AAA_HELPER_LDAP_CONN_H

#include <ldap.h>

#include "core/aaa/helper/worker.h"

struct conn {
	struct helper *h;
	LDAP *ld;
	uint64_t until_ms;
	bool tls;
	bool microsoft;  /* it says so itself */
	bool starttls;   /* it offers that */
	char *reason;
	size_t cap;
};

uint64_t conn_now_ms(void);
/* Connected, and encrypted as configured and offered. JOB_IS_ACCEPT, or what came of it with the reason. */
enum job_result conn_open(struct conn *c);
void conn_close(struct conn *c);
/* Simple bind, or DIGEST-MD5 when configured, with name in place of the DN. Code of LDAP; diagnostic as the server gave it. */
int conn_bind(struct conn *c, const char *dn, const char *name, const char *password, char *diagnostic, size_t cap);
/* The answer holds at most two entries. Code of LDAP; *found (may be NULL) is freed by the caller. */
int conn_search(struct conn *c, const char *base, int scope, const char *filter, char **attrs, LDAPMessage **found);
/* What a code means that says nothing of the user: no answer, or one that needs an administrator. */
enum job_result conn_failed(struct conn *c, int code, const char *doing);

#endif
