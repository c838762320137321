#include "core/aaa/helper/ldap_conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <openldap.h>
#include <poll.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define START_TLS "1.3.6.1.4.1.1466.20037"        /* RFC 4511 §4.14.1 */
#define ACTIVE_DIRECTORY "1.2.840.113556.1.4.800" /* supportedCapabilities */
#define DIGEST_MD5 "DIGEST-MD5"
enum { BUSY_TRIES = 20, BUSY_MS = 10 };

uint64_t conn_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int left_ms(const struct conn *c)
{
	uint64_t now = conn_now_ms();
	return now >= c->until_ms ? 0 : (int)(c->until_ms - now);
}

static struct timeval left(const struct conn *c)
{
	int ms = left_ms(c);
	return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

enum job_result conn_failed(struct conn *c, int code, const char *doing)
{
	static const int silent[] = {LDAP_SERVER_DOWN, LDAP_TIMEOUT,     LDAP_CONNECT_ERROR,    LDAP_BUSY,
	                             LDAP_UNAVAILABLE, LDAP_DECODING_ERROR, LDAP_TIMELIMIT_EXCEEDED};
	enum job_result r = JOB_IS_ERROR;
	for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
		if (code == silent[i])
			r = JOB_IS_NOTHING;
	return worker_says(c->reason, c->cap, r, "%s: %s (%d)", doing, ldap_err2string(code), code);
}

/* ------------------------------------------------------------------ connection */

static int tcp_connect(struct conn *c, struct sockaddr_in to)
{
	int e = 0;
	socklen_t len = sizeof e;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
		e = errno;
	if (e == EINPROGRESS) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		e = poll(&p, 1, left_ms(c)) > 0 ? 0 : ETIMEDOUT;
		if (e == 0)
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len);
	}
	if (e != 0) {
		close(fd);
		return -e;
	}
	return fd;
}

/* Certificates are checked when the state directory says by which authority (keys/ldap-ca.pem); else the connection is
 * private, and whoever answers at this address is the server. */
static int tls_options(struct conn *c)
{
	char ca[PATH_MAX];
	int never = LDAP_OPT_X_TLS_NEVER, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	snprintf(ca, sizeof ca, "%s/keys/ldap-ca.pem", c->h->state);
	bool checked = access(ca, F_OK) == 0 || errno != ENOENT; /* one that cannot be read lets nobody in */
	worker_debug(c->h, 1, "TLS: the server's certificate is %s",
	             checked ? "checked (keys/ldap-ca.pem)" : "not checked: there is no keys/ldap-ca.pem");
	int rc = ldap_set_option(c->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, checked ? &demand : &never);
	if (rc == LDAP_OPT_SUCCESS && checked)
		rc = ldap_set_option(c->ld, LDAP_OPT_X_TLS_CACERTFILE, ca);
	return rc == LDAP_OPT_SUCCESS ? ldap_set_option(c->ld, LDAP_OPT_X_TLS_NEWCTX, &client) : rc;
}

/* To be called before every step. */
static void set_time(struct conn *c)
{
	struct timeval t = left(c);
	ldap_set_option(c->ld, LDAP_OPT_TIMEOUT, &t);
	ldap_set_option(c->ld, LDAP_OPT_NETWORK_TIMEOUT, &t);
}

static enum job_result connect_to(struct conn *c)
{
	const struct job *ask = c->h->ask;
	bool ssl = ask->number[JOB_TLS] != 0;
	const char *name = ask->text[JOB_SERVER_NAME][0] ? ask->text[JOB_SERVER_NAME] : ask->text[JOB_SERVER];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)ask->number[JOB_PORT])};
	char url[320];
	int version = LDAP_VERSION3;
	if (inet_pton(AF_INET, ask->text[JOB_SERVER], &to.sin_addr) != 1)
		return worker_says(c->reason, c->cap, JOB_IS_ERROR, "the server has no address");
	snprintf(url, sizeof url, "%s://%s:%u", ssl ? "ldaps" : "ldap", name, ask->number[JOB_PORT]);
	worker_debug(c->h, 1, "Creating LDAP context with uri=%s", url);
	int fd = tcp_connect(c, to);
	worker_debug(c->h, 1, "Connect to LDAP server: %s, status = %s", url, fd < 0 ? "Failed" : "Successful");
	if (fd < 0)
		return worker_says(c->reason, c->cap, JOB_IS_NOTHING, "%s", strerror(-fd));
	int rc = ldap_init_fd(fd, LDAP_PROTO_TCP, url, &c->ld);
	if (rc != LDAP_SUCCESS) {
		close(fd);
		return conn_failed(c, rc, "connect");
	}
	ldap_set_option(c->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(c->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(c->ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
	return JOB_IS_ACCEPT;
}

static bool holds(LDAP *ld, LDAPMessage *entry, const char *attr, const char *value)
{
	bool found = false;
	struct berval **v = ldap_get_values_len(ld, entry, attr);
	for (int i = 0; v != NULL && v[i] != NULL; i++)
		found = found || str_eq_cstr((struct str){v[i]->bv_val, v[i]->bv_len}, value);
	ldap_value_free_len(v);
	return found;
}

/* What the server says of itself, to anybody. A server that says nothing is a plain one. */
static int read_root(struct conn *c)
{
	const char *attrs[] = {"supportedExtension", "supportedCapabilities", "supportedLDAPVersion", NULL};
	LDAPMessage *found = NULL;
	int rc = conn_search(c, "", LDAP_SCOPE_BASE, "(objectClass=*)", (char **)attrs, &found);
	LDAPMessage *entry = rc == LDAP_SUCCESS ? ldap_first_entry(c->ld, found) : NULL;
	if (entry != NULL) {
		c->starttls = holds(c->ld, entry, attrs[0], START_TLS);
		c->microsoft = holds(c->ld, entry, attrs[1], ACTIVE_DIRECTORY);
		worker_debug(c->h, 1, "supportedLDAPVersion: value = %d",
		             holds(c->ld, entry, attrs[2], "3") ? 3 : 2);
	}
	ldap_msgfree(found);
	return rc == LDAP_SERVER_DOWN || rc == LDAP_TIMEOUT ? rc : LDAP_SUCCESS;
}

/* A server may offer it and then refuse, for want of a certificate: nothing is encrypted then, as configured. One that
 * has not put away yet what was asked before says operationsError: that is no refusal, and it is asked again. A handshake
 * that fails ends the connection. */
static int start_tls(struct conn *c)
{
	int rc = tls_options(c);
	bool ready = rc == LDAP_SUCCESS;
	for (int tries = 0; ready && tries < BUSY_TRIES && left_ms(c) > 0; tries++) {
		set_time(c);
		rc = ldap_start_tls_s(c->ld, NULL, NULL);
		if (rc != LDAP_OPERATIONS_ERROR)
			break;
		worker_debug(c->h, 1, "StartTLS: the server is busy");
		poll(NULL, 0, BUSY_MS);
	}
	bool refused = rc == LDAP_UNAVAILABLE || rc == LDAP_PROTOCOL_ERROR || rc == LDAP_UNWILLING_TO_PERFORM;
	c->tls = rc == LDAP_SUCCESS && ldap_tls_inplace(c->ld);
	worker_debug(c->h, 1, "StartTLS: %s (%d)", ldap_err2string(rc), rc);
	return c->tls || (refused && !ldap_tls_inplace(c->ld)) ? LDAP_SUCCESS
	       : rc == LDAP_SUCCESS                           ? LDAP_CONNECT_ERROR
	                                                       : rc;
}

enum job_result conn_open(struct conn *c)
{
	enum job_result r = connect_to(c);
	if (r != JOB_IS_ACCEPT)
		return r;
	int rc;
	if (c->h->ask->number[JOB_TLS] != 0) {
		rc = tls_options(c);
		set_time(c);
		if (rc == LDAP_SUCCESS)
			rc = ldap_install_tls(c->ld);
		c->tls = rc == LDAP_SUCCESS;
		worker_debug(c->h, 1, "TLS: %s (%d)", ldap_err2string(rc), rc);
		if (!c->tls)
			return worker_says(c->reason, c->cap, JOB_IS_NOTHING, "TLS: %s (%d)", ldap_err2string(rc), rc);
	}
	if ((rc = read_root(c)) != LDAP_SUCCESS)
		return conn_failed(c, rc, "root DSE");
	if (!c->tls && c->starttls && (rc = start_tls(c)) != LDAP_SUCCESS)
		return worker_says(c->reason, c->cap, JOB_IS_NOTHING, "StartTLS: %s (%d)", ldap_err2string(rc), rc);
	return JOB_IS_ACCEPT;
}

void conn_close(struct conn *c)
{
	if (c->ld != NULL)
		ldap_unbind_ext_s(c->ld, NULL, NULL);
	c->ld = NULL;
}

/* ------------------------------------------------------------------ bind */

struct digest {
	const char *name, *password;
};

static int digest_answers(LDAP *ld, unsigned flags, void *defaults, void *in)
{
	const struct digest *d = defaults;
	(void)ld, (void)flags;
	for (sasl_interact_t *i = in; i->id != SASL_CB_LIST_END; i++) {
		const char *text = i->id == SASL_CB_AUTHNAME ? d->name
		                   : i->id == SASL_CB_PASS   ? d->password
		                   : i->defresult != NULL    ? i->defresult
		                                             : "";
		i->result = text;
		i->len = (unsigned)strlen(text);
	}
	return LDAP_SUCCESS;
}

static int simple_bind(struct conn *c, const char *dn, const char *password)
{
	struct berval secret = {strlen(password), (char *)password};
	struct timeval t = left(c);
	LDAPMessage *answer = NULL;
	int id = 0, code = LDAP_OTHER;
	int rc = ldap_sasl_bind(c->ld, dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, &id);
	if (rc != LDAP_SUCCESS)
		return rc;
	int got = ldap_result(c->ld, id, LDAP_MSG_ALL, &t, &answer);
	if (got <= 0) {
		if (got < 0)
			ldap_get_option(c->ld, LDAP_OPT_RESULT_CODE, &code);
		return got == 0 ? LDAP_TIMEOUT : code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code;
	}
	if (ldap_msgtype(answer) != LDAP_RES_BIND) {
		ldap_msgfree(answer);
		return LDAP_DECODING_ERROR;
	}
	rc = ldap_parse_result(c->ld, answer, &code, NULL, NULL, NULL, NULL, 1);
	return rc == LDAP_SUCCESS ? code : rc;
}

int conn_bind(struct conn *c, const char *dn, const char *name, const char *password, char *diagnostic, size_t cap)
{
	char *said = NULL;
	struct digest d = {name, password};
	bool digest = c->h->ask->number[JOB_DIGEST_MD5] != 0;
	diagnostic[0] = '\0';
	worker_debug(c->h, 1, "Performing %s authentication for %s to %s", digest ? DIGEST_MD5 : "Simple",
	             digest ? name : dn, c->h->ask->text[JOB_SERVER]);
	set_time(c);
	int rc = digest ? ldap_sasl_interactive_bind_s(c->ld, NULL, DIGEST_MD5, NULL, NULL, LDAP_SASL_QUIET,
	                                               digest_answers, &d)
	                : simple_bind(c, dn, password);
	ldap_get_option(c->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
	if (said != NULL)
		str_copy(diagnostic, cap, str_of(said));
	ldap_memfree(said);
	worker_debug(c->h, 1, "%s authentication for %s returned code (%d) %s", digest ? DIGEST_MD5 : "Simple",
	             digest ? name : dn, rc, ldap_err2string(rc));
	return rc;
}

/* ------------------------------------------------------------------ search */

int conn_search(struct conn *c, const char *base, int scope, const char *filter, char **attrs, LDAPMessage **found)
{
	struct timeval t = left(c);
	int id = 0, code = LDAP_OTHER;
	*found = NULL;
	int rc = ldap_search_ext(c->ld, base, scope, filter, attrs, 0, NULL, NULL, &t, 2, &id);
	if (rc != LDAP_SUCCESS)
		return rc;
	int got = ldap_result(c->ld, id, LDAP_MSG_ALL, &t, found);
	if (got <= 0) {
		*found = NULL;
		return got == 0 ? LDAP_TIMEOUT : LDAP_SERVER_DOWN;
	}
	rc = ldap_parse_result(c->ld, *found, &code, NULL, NULL, NULL, NULL, 0);
	return rc == LDAP_SUCCESS ? code : rc;
}
