/* postern-aaa-ldap: finds the user in a directory (RFC 4511), and proves his password by a bind as the entry found, on
 * a connection of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "core/aaa/helper/ldap_conn.h"

enum { MICROSOFT = 1 }; /* AAA_LDAP_MICROSOFT */

static void conn_for(struct conn *c, struct helper *h, uint64_t until_ms, char *reason, size_t cap)
{
	*c = (struct conn){.h = h, .until_ms = until_ms, .reason = reason, .cap = cap};
}

/* ------------------------------------------------------------------ search */

/* "(uid=jdoe)"; what the user typed cannot become a part of the filter (RFC 4515 §3). */
static char *user_filter(struct conn *c)
{
	const struct job *ask = c->h->ask;
	bool microsoft = ask->number[JOB_SERVER_TYPE] == MICROSOFT || c->microsoft;
	const char *naming = ask->text[JOB_NAMING][0] ? ask->text[JOB_NAMING] : microsoft ? "sAMAccountName" : "uid";
	struct berval user = {strlen(ask->text[JOB_USER]), (char *)ask->text[JOB_USER]}, escaped = {0, NULL};
	char *filter = NULL;
	if (ldap_bv2escaped_filter_value(&user, &escaped) != 0 ||
	    asprintf(&filter, "(%s=%s)", naming, escaped.bv_val) < 0)
		filter = NULL;
	ldap_memfree(escaped.bv_val);
	return filter;
}

static enum job_result bind_login(struct conn *c)
{
	const struct job *ask = c->h->ask;
	const char *dn = ask->text[JOB_LOGIN_DN], *password = ask->text[JOB_LOGIN_PASSWORD];
	char diagnostic[256];
	if (dn[0] == '\0')
		return JOB_IS_ACCEPT; /* anybody may search */
	if (password[0] == '\0') /* would be anybody again (RFC 4513 §5.1.2) */
		return worker_says(c->reason, c->cap, JOB_IS_ERROR, "ldap-login-dn has no ldap-login-password");
	worker_debug(c->h, 1, "Binding as %s", dn);
	int rc = conn_bind(c, dn, dn, password, diagnostic, sizeof diagnostic);
	return rc == LDAP_SUCCESS ? JOB_IS_ACCEPT : conn_failed(c, rc, "bind as ldap-login-dn");
}

/* Attributes that are wanted, NULL at the end; "1.1" = none (RFC 4511 §4.5.1.8). */
static char **wanted_attrs(const struct job *ask)
{
	static const char *attrs[JOB_ROWS_MAX + 2];
	size_t n = 0;
	for (size_t i = 0; i < ask->nrows; i++)
		if (ask->rows[i].tag == JOB_WANTED)
			attrs[n++] = ask->rows[i].text;
	if (n == 0)
		attrs[n++] = LDAP_NO_ATTRS;
	attrs[n] = NULL;
	return (char **)attrs;
}

/* The one entry of the user, freed by the caller with *answer. */
static enum job_result find(struct conn *c, LDAPMessage **answer, LDAPMessage **entry)
{
	const struct job *ask = c->h->ask;
	int scope = ask->number[JOB_SUBTREE] != 0 ? LDAP_SCOPE_SUBTREE : LDAP_SCOPE_ONELEVEL;
	char *filter = user_filter(c);
	if (filter == NULL)
		return worker_says(c->reason, c->cap, JOB_IS_ERROR, "out of memory");
	worker_debug(c->h, 1, "LDAP Search: Base DN = [%s] Filter = [%s] Scope = [%s]", ask->text[JOB_BASE_DN], filter,
	             scope == LDAP_SCOPE_SUBTREE ? "SUBTREE" : "ONELEVEL");
	int rc = conn_search(c, ask->text[JOB_BASE_DN], scope, filter, wanted_attrs(ask), answer);
	free(filter);
	if (rc != LDAP_SUCCESS && rc != LDAP_SIZELIMIT_EXCEEDED)
		return conn_failed(c, rc, "search");
	int n = *answer != NULL ? ldap_count_entries(c->ld, *answer) : 0;
	if (n > 1 || rc == LDAP_SIZELIMIT_EXCEEDED)
		return worker_says(c->reason, c->cap, JOB_IS_REFUSED, "more than one entry has this name");
	if (n < 1)
		return worker_says(c->reason, c->cap, JOB_IS_NO_USER, "search found nobody");
	*entry = ldap_first_entry(c->ld, *answer);
	return JOB_IS_ACCEPT;
}

/* ------------------------------------------------------------------ what is said of the user */

/* Values that are no text, or longer than any that means something, are left out. */
static void put_values(struct helper *h, LDAP *ld, LDAPMessage *entry)
{
	BerElement *at = NULL;
	for (char *name = ldap_first_attribute(ld, entry, &at); name != NULL; name = ldap_next_attribute(ld, entry, at)) {
		struct berval **v = ldap_get_values_len(ld, entry, name);
		if (strlen(name) <= 128)
			job_put(&h->out, JOB_ATTRIBUTE, str_of(name));
		for (int i = 0; strlen(name) <= 128 && v != NULL && v[i] != NULL; i++)
			if (v[i]->bv_len <= 1024 && memchr(v[i]->bv_val, '\0', v[i]->bv_len) == NULL) {
				job_put(&h->out, JOB_VALUE, (struct str){v[i]->bv_val, v[i]->bv_len});
				worker_debug(h, 1, "\t%s: value = %.*s", name, (int)v[i]->bv_len, v[i]->bv_val);
			}
		ldap_value_free_len(v);
		ldap_memfree(name);
	}
	ber_free(at, 0);
}

/* Result 49 of Active Directory says more: "... AcceptSecurityContext error, data 775, v1db1". */
static enum job_result refused(struct conn *c, const char *diagnostic)
{
	static const struct {
		const char *data;
		enum job_result result;
	} known[] = {
	        {"525", JOB_IS_NO_USER},         {"52e", JOB_IS_PASSWORD}, {"530", JOB_IS_HOURS},
	        {"531", JOB_IS_HOURS},           {"532", JOB_IS_EXPIRED},  {"533", JOB_IS_DISABLED},
	        {"701", JOB_IS_ACCOUNT_EXPIRED}, {"773", JOB_IS_EXPIRED},  {"775", JOB_IS_LOCKED},
	};
	const char *data = strstr(diagnostic, ", data ");
	for (size_t i = 0; data != NULL && i < sizeof known / sizeof known[0]; i++)
		if (strncmp(data + 7, known[i].data, 3) == 0)
			return worker_says(c->reason, c->cap, known[i].result, "%s (data %s)",
			                   job_result_text(known[i].result), known[i].data);
	return worker_says(c->reason, c->cap, JOB_IS_PASSWORD, "invalid credentials (49)");
}

static enum job_result judge(struct conn *c, int rc, const char *diagnostic)
{
	switch (rc) {
	case LDAP_SUCCESS:
		return JOB_IS_ACCEPT;
	case LDAP_INVALID_CREDENTIALS:
		return refused(c, diagnostic);
	case LDAP_CONSTRAINT_VIOLATION: /* directories of Sun's line, after too many attempts */
		return worker_says(c->reason, c->cap, JOB_IS_LOCKED, "bind: %s", ldap_err2string(rc));
	case LDAP_UNWILLING_TO_PERFORM: /* and for a disabled account */
	case LDAP_INAPPROPRIATE_AUTH:   /* the entry has no password */
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INSUFFICIENT_ACCESS:
		return worker_says(c->reason, c->cap, JOB_IS_REFUSED, "bind: %s (%d)", ldap_err2string(rc), rc);
	default:
		return conn_failed(c, rc, "bind as the user");
	}
}

static enum job_result prove(struct helper *h, uint64_t until_ms, const char *dn, char *reason, size_t cap)
{
	struct conn c;
	char diagnostic[256] = "";
	conn_for(&c, h, until_ms, reason, cap);
	enum job_result r = conn_open(&c);
	if (r == JOB_IS_ACCEPT) {
		worker_debug(h, 1, "Binding as %s", h->ask->text[JOB_USER]);
		r = judge(&c, conn_bind(&c, dn, h->ask->text[JOB_USER], h->ask->text[JOB_PASSWORD], diagnostic,
		                        sizeof diagnostic),
		          diagnostic);
	}
	conn_close(&c);
	return r;
}

static enum job_result found(struct conn *c, LDAPMessage *entry)
{
	struct helper *h = c->h;
	char *dn = ldap_get_dn(c->ld, entry);
	enum job_result r = JOB_IS_ACCEPT;
	if (dn == NULL || dn[0] == '\0') { /* a bind as nobody always succeeds */
		ldap_memfree(dn);
		return worker_says(c->reason, c->cap, JOB_IS_NOTHING, "the entry has no name");
	}
	worker_debug(h, 1, "User DN = [%s]", dn);
	if (h->ask->number[JOB_AUTHORIZE] == 0)
		r = prove(h, c->until_ms, dn, c->reason, c->cap);
	if (r == JOB_IS_ACCEPT) {
		worker_debug(h, 1, "Retrieved User Attributes:");
		put_values(h, c->ld, entry);
	}
	ldap_memfree(dn);
	return r;
}

static enum job_result work(struct helper *h, char *reason, size_t cap)
{
	struct conn c;
	LDAPMessage *answer = NULL, *entry = NULL;
	if (h->ask->text[JOB_USER][0] == '\0')
		return worker_says(reason, cap, JOB_IS_NO_USER, "no name");
	if (h->ask->number[JOB_AUTHORIZE] == 0 && h->ask->text[JOB_PASSWORD][0] == '\0')
		return worker_says(reason, cap, JOB_IS_PASSWORD, "no password");
	conn_for(&c, h, conn_now_ms() + h->ask->number[JOB_TIMEOUT_MS], reason, cap);
	enum job_result r = conn_open(&c);
	if (r == JOB_IS_ACCEPT)
		r = bind_login(&c);
	if (r == JOB_IS_ACCEPT)
		r = find(&c, &answer, &entry);
	if (r == JOB_IS_ACCEPT)
		r = found(&c, entry);
	ldap_msgfree(answer);
	conn_close(&c);
	return r;
}

int main(int argc, char **argv)
{
	return worker_main(argc, argv, work);
}
