/* One value from a directory, on its thread. libldap may wait as long as it likes: when the time is over its connection
 * is shut down under it. */
#include <errno.h>
#include <fcntl.h>
#include <openldap.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/net/fetch_int.h"

enum { PORT = 389, MESSAGES_MAX = 16, ENTRY_MAX = 64 << 10 /* what an entry has beside the value */ };

static void failed(struct fetch *f, int code)
{
	if (fetch_left_ms(f) == 0 || atomic_load(&f->cancelled) || code == LDAP_TIMEOUT)
		fetch_fail(f, -ETIMEDOUT, "Timed out");
	else
		fetch_fail(f, code == LDAP_NO_SUCH_OBJECT ? -ENOENT : -EREMOTEIO, ldap_err2string(code));
}

static int options(LDAP *ld, const struct fetch *f)
{
	int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER;
	ber_len_t most = (ber_len_t)f->most + ENTRY_MAX;
	Sockbuf *sb = NULL;
	ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_OFF);
	ldap_set_option(ld, LDAP_OPT_DEREF, &never);
	/* Else memory for whatever length a server claims would be asked for. */
	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS || sb == NULL ||
	    ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most) != 1)
		return LDAP_LOCAL_ERROR;
	return LDAP_SUCCESS;
}

static bool take_value(struct fetch *f, LDAP *ld, LDAPMessage *entry, const char *attr)
{
	struct berval **v = ldap_get_values_len(ld, entry, attr);
	bool there = v != NULL && v[0] != NULL;
	if (there)
		fetch_take(f, v[0]->bv_val, v[0]->bv_len);
	ldap_value_free_len(v);
	return there;
}

/* Entry by entry, because a server may send them without end. */
static void read_answers(struct fetch *f, LDAP *ld, int id, const char *attr)
{
	int code = LDAP_SUCCESS;
	for (unsigned n = 0; n < MESSAGES_MAX; n++) {
		LDAPMessage *m = NULL;
		uint32_t ms = fetch_left_ms(f);
		struct timeval t = {ms / 1000, ms % 1000 * 1000 + 1};
		int type = ldap_result(ld, id, LDAP_MSG_ONE, &t, &m);
		if (type == LDAP_RES_SEARCH_ENTRY && take_value(f, ld, m, attr)) {
			ldap_msgfree(m);
			return;
		}
		if (type == LDAP_RES_SEARCH_RESULT)
			ldap_parse_result(ld, m, &code, NULL, NULL, NULL, NULL, 0);
		ldap_msgfree(m);
		if (type > 0 && type != LDAP_RES_SEARCH_RESULT)
			continue;
		if (type <= 0)
			failed(f, type == 0 ? LDAP_TIMEOUT : LDAP_SERVER_DOWN);
		else
			failed(f, code != LDAP_SUCCESS ? code : LDAP_NO_SUCH_OBJECT);
		return;
	}
	fetch_fail(f, -EFBIG, "The answer is too large");
}

static void ask(struct fetch *f, const LDAPURLDesc *u, LDAP *ld)
{
	char any[] = "(objectClass=*)", crl[] = "certificateRevocationList;binary";
	char *attrs[] = {u->lud_attrs != NULL && u->lud_attrs[0] != NULL ? u->lud_attrs[0] : crl, NULL};
	int id = 0, scope = u->lud_scope == LDAP_SCOPE_DEFAULT ? LDAP_SCOPE_BASE : u->lud_scope;
	int code = options(ld, f);
	if (code == LDAP_SUCCESS)
		code = ldap_search_ext(ld, u->lud_dn != NULL ? u->lud_dn : "", scope,
		                       u->lud_filter != NULL ? u->lud_filter : any, attrs, 0, NULL, NULL, NULL, 0, &id);
	if (code == LDAP_SUCCESS)
		read_answers(f, ld, id, attrs[0]);
	else
		failed(f, code);
}

static void ask_at(struct fetch *f, const LDAPURLDesc *u, int fd)
{
	LDAP *ld = NULL;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	int code = ldap_init_fd(fd, LDAP_PROTO_TCP, "ldap://server", &ld); /* for messages only */
	if (code != LDAP_SUCCESS) {
		close(fd);
		failed(f, code);
		return;
	}
	fetch_waits_at(f, fd);
	ask(f, u, ld);
	fetch_waits_at(f, -1);
	ldap_unbind_ext_s(ld, NULL, NULL);
}

void fetch_ldap(struct fetch *f)
{
	LDAPURLDesc *u = NULL;
	if (ldap_url_parse(f->url, &u) != LDAP_URL_SUCCESS || strcmp(u->lud_scheme, "ldap") != 0) {
		fetch_fail(f, -EINVAL, "Not a URL");
	} else if (u->lud_host == NULL || u->lud_host[0] == '\0' || strlen(u->lud_host) > 255 ||
	           strspn(u->lud_host, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:") !=
	                   strlen(u->lud_host)) {
		fetch_fail(f, -EINVAL, "No server in the URL");
	} else {
		int fd = fetch_connect(f, u->lud_host, u->lud_port > 0 ? (unsigned)u->lud_port : PORT);
		if (fd >= 0)
			ask_at(f, u, fd);
	}
	ldap_free_urldesc(u);
}
