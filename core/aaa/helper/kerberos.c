/* postern-aaa-kerberos: gets a ticket with the user's password (RFC 4120), and proves with the keytab that it was the KDC
 * who gave it, and not somebody who answered in its place. */
#include <errno.h>
#include <krb5.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/aaa/helper/worker.h"

/* ------------------------------------------------------------------ krb5.conf, in memory */

struct settings {
	const char *realm;
	char kdc[32];
};

static const char *value_of(const struct settings *s, const char *const *names)
{
	static const char *const fixed[][2] = {
	        {"dns_lookup_kdc", "false"},         {"dns_lookup_realm", "false"},
	        {"rdns", "false"},                   {"dns_canonicalize_hostname", "false"},
	        {"kdc_timesync", "0"}, /* a clock that is wrong is told, not adapted to */
	        {"ticket_lifetime", "5m"},           {"forwardable", "false"},
	        {"proxiable", "false"},              {"noaddresses", "true"},
	        {"default_rcache_name", "none:"},
	};
	if (strcmp(names[0], "realms") == 0 && names[1] != NULL && names[2] != NULL)
		return strcmp(names[1], s->realm) == 0 && strcmp(names[2], "kdc") == 0 ? s->kdc : NULL;
	if (strcmp(names[0], "libdefaults") != 0 || names[1] == NULL || names[2] != NULL)
		return NULL;
	if (strcmp(names[1], "default_realm") == 0)
		return s->realm;
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (strcmp(names[1], fixed[i][0]) == 0)
			return fixed[i][1];
	return NULL;
}

static long get_values(void *arg, const char *const *names, char ***values)
{
	const char *value = names[0] != NULL ? value_of(arg, names) : NULL;
	if (value == NULL)
		return PROF_NO_RELATION;
	char **list = calloc(2, sizeof *list);
	if (list == NULL || (list[0] = strdup(value)) == NULL) {
		free(list);
		return ENOMEM;
	}
	*values = list;
	return 0;
}

static void free_values(void *arg, char **values)
{
	(void)arg;
	free(values[0]);
	free(values);
}

/* ------------------------------------------------------------------ one login */

struct login {
	struct helper *h;
	krb5_context ctx;
	krb5_principal client, server;
	krb5_keytab keytab;
	krb5_creds creds;
	char *reason;
	size_t cap;
};

static const struct {
	krb5_error_code code;
	enum job_result result;
} known[] = {
        {KRB5KDC_ERR_PREAUTH_FAILED, JOB_IS_PASSWORD},
        {KRB5KRB_AP_ERR_BAD_INTEGRITY, JOB_IS_PASSWORD},
        {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, JOB_IS_NO_USER},
        {KRB5KDC_ERR_KEY_EXP, JOB_IS_EXPIRED},
        {KRB5KDC_ERR_NAME_EXP, JOB_IS_ACCOUNT_EXPIRED},
        {KRB5KDC_ERR_CLIENT_REVOKED, JOB_IS_LOCKED},
        {KRB5KDC_ERR_POLICY, JOB_IS_REFUSED},
        {KRB5KDC_ERR_NULL_KEY, JOB_IS_REFUSED},
        {KRB5KDC_ERR_CLIENT_NOTYET, JOB_IS_REFUSED},
        {KRB5KRB_AP_ERR_SKEW, JOB_IS_SKEW},
        {KRB5_KDCREP_SKEW, JOB_IS_SKEW},
        {KRB5KRB_AP_ERR_TKT_NYV, JOB_IS_SKEW},
        {KRB5_KDC_UNREACH, JOB_IS_NOTHING},
        {KRB5_REALM_CANT_RESOLVE, JOB_IS_NOTHING},
        {KRB5KRB_ERR_GENERIC, JOB_IS_NOTHING},
        {KRB5KDC_ERR_SVC_UNAVAILABLE, JOB_IS_NOTHING},
        {KRB5_KDCREP_MODIFIED, JOB_IS_NOTHING},
};

static enum job_result failed(struct login *l, krb5_error_code code, const char *doing, enum job_result otherwise)
{
	const char *text = krb5_get_error_message(l->ctx, code);
	enum job_result r = otherwise;
	for (size_t i = 0; i < sizeof known / sizeof known[0] && otherwise == JOB_IS_ERROR; i++)
		if (known[i].code == code)
			r = known[i].result;
	if (code == KRB5KRB_AP_ERR_SKEW || code == KRB5_KDCREP_SKEW || code == KRB5KRB_AP_ERR_TKT_NYV)
		r = JOB_IS_SKEW;
	worker_says(l->reason, l->cap, r, "%s: %s (%d)", doing, text, (int)code);
	krb5_free_error_message(l->ctx, text);
	return r;
}

static krb5_error_code open_context(struct login *l, struct settings *s)
{
	struct profile_vtable table = {.minor_ver = 1, .get_values = get_values, .free_values = free_values};
	const struct job *ask = l->h->ask;
	profile_t profile = NULL;
	s->realm = ask->text[JOB_REALM];
	snprintf(s->kdc, sizeof s->kdc, "%s:%u", ask->text[JOB_SERVER], ask->number[JOB_PORT]);
	long rc = profile_init_vtable(&table, s, &profile);
	if (rc != 0)
		return (krb5_error_code)rc;
	krb5_error_code e = krb5_init_context_profile(profile, KRB5_INIT_CONTEXT_SECURE, &l->ctx);
	profile_release(profile);
	return e;
}

/* The first key of our realm: it is ours, whatever our name is. */
static krb5_error_code find_server(struct login *l)
{
	krb5_kt_cursor at;
	krb5_keytab_entry entry;
	krb5_error_code e = krb5_kt_start_seq_get(l->ctx, l->keytab, &at);
	if (e != 0)
		return e;
	while (l->server == NULL && krb5_kt_next_entry(l->ctx, l->keytab, &entry, &at) == 0) {
		const krb5_data *realm = krb5_princ_realm(l->ctx, entry.principal);
		if (str_eq_cstr((struct str){realm->data, realm->length}, l->h->ask->text[JOB_REALM]))
			krb5_copy_principal(l->ctx, entry.principal, &l->server);
		krb5_free_keytab_entry_contents(l->ctx, &entry);
	}
	krb5_kt_end_seq_get(l->ctx, l->keytab, &at);
	return l->server != NULL ? 0 : KRB5_KT_NOTFOUND;
}

/* Without a key of its own the appliance believes whoever says he is the KDC. */
static enum job_result open_keytab(struct login *l)
{
	char path[512], name[520];
	snprintf(path, sizeof path, "%s/keys/krb5.keytab", l->h->state);
	if (access(path, R_OK) != 0)
		return worker_says(l->reason, l->cap, JOB_IS_ERROR,
		                   "there is no keytab (keys/krb5.keytab in the state directory): a KDC cannot be believed");
	snprintf(name, sizeof name, "FILE:%s", path);
	krb5_error_code e = krb5_kt_resolve(l->ctx, name, &l->keytab);
	if (e == 0)
		e = find_server(l);
	if (e != 0)
		return worker_says(l->reason, l->cap, JOB_IS_ERROR, "keys/krb5.keytab has no key of realm %s",
		                   l->h->ask->text[JOB_REALM]);
	return JOB_IS_ACCEPT;
}

static enum job_result get_ticket(struct login *l)
{
	const struct job *ask = l->h->ask;
	krb5_get_init_creds_opt *opt = NULL;
	krb5_error_code e = krb5_get_init_creds_opt_alloc(l->ctx, &opt);
	/* one component, whatever is in it */
	if (e == 0)
		e = krb5_build_principal(l->ctx, &l->client, (unsigned)strlen(ask->text[JOB_REALM]),
		                         ask->text[JOB_REALM], ask->text[JOB_USER], NULL);
	worker_debug(l->h, 1, "AS request for %s@%s to %s port %u", ask->text[JOB_USER], ask->text[JOB_REALM],
	             ask->text[JOB_SERVER], ask->number[JOB_PORT]);
	if (e == 0) {
		krb5_get_init_creds_opt_set_tkt_life(opt, 300);
		krb5_get_init_creds_opt_set_forwardable(opt, 0);
		krb5_get_init_creds_opt_set_proxiable(opt, 0);
		krb5_get_init_creds_opt_set_change_password_prompt(opt, 0);
		e = krb5_get_init_creds_password(l->ctx, &l->creds, l->client, ask->text[JOB_PASSWORD], NULL, NULL, 0,
		                                 NULL, opt);
	}
	krb5_get_init_creds_opt_free(l->ctx, opt);
	worker_debug(l->h, 1, "AS reply: %s (%d)", e == 0 ? "ticket received" : "no ticket", (int)e);
	return e == 0 ? JOB_IS_ACCEPT : failed(l, e, "AS exchange", JOB_IS_ERROR);
}

/* A ticket for ourselves can be read with our key only when the KDC has that key, too. */
static enum job_result verify(struct login *l)
{
	krb5_verify_init_creds_opt opt;
	krb5_verify_init_creds_opt_init(&opt);
	krb5_verify_init_creds_opt_set_ap_req_nofail(&opt, 1);
	krb5_error_code e = krb5_verify_init_creds(l->ctx, &l->creds, l->server, l->keytab, NULL, &opt);
	worker_debug(l->h, 1, "Verification of the KDC with the keytab: %s (%d)", e == 0 ? "passed" : "failed", (int)e);
	return e == 0 ? JOB_IS_ACCEPT : failed(l, e, "the KDC cannot be verified with the keytab", JOB_IS_NOTHING);
}

static void close_login(struct login *l)
{
	if (l->ctx == NULL)
		return;
	krb5_free_cred_contents(l->ctx, &l->creds);
	krb5_free_principal(l->ctx, l->client);
	krb5_free_principal(l->ctx, l->server);
	if (l->keytab != NULL)
		krb5_kt_close(l->ctx, l->keytab);
	krb5_free_context(l->ctx);
}

static enum job_result work(struct helper *h, char *reason, size_t cap)
{
	struct login l = {.h = h, .reason = reason, .cap = cap};
	struct settings settings;
	if (h->ask->text[JOB_USER][0] == '\0' || h->ask->number[JOB_AUTHORIZE] != 0)
		return worker_says(reason, cap, JOB_IS_NO_USER, "no name");
	if (h->ask->text[JOB_PASSWORD][0] == '\0')
		return worker_says(reason, cap, JOB_IS_PASSWORD, "no password");
	if (open_context(&l, &settings) != 0)
		return worker_says(reason, cap, JOB_IS_ERROR, "the library cannot be set up");
	enum job_result r = open_keytab(&l);
	if (r == JOB_IS_ACCEPT)
		r = get_ticket(&l);
	if (r == JOB_IS_ACCEPT)
		r = verify(&l);
	close_login(&l);
	return r;
}

int main(int argc, char **argv)
{
	return worker_main(argc, argv, work);
}
