/* LDAP servers: the helper program searches the user and binds as the entry found; an attribute map says what his entry
 * means here. */
#include "core/aaa/helped.h"
#include "core/aaa/ldap_map.h"

enum { LDAPS_PORT = 636, WANTED_MAX = 64 };

static void put_wanted(struct wr *w, const struct aaa_map *map)
{
	for (size_t i = 0; map && i < map->nnames && i < WANTED_MAX; i++)
		job_put(w, JOB_WANTED, str_of(map->names[i].theirs));
}

static const char *fill(struct wr *w, const struct aaa_ask *ask)
{
	const struct aaa_host_conf *c = ask->host->conf;
	if (!c->base_dn[0])
		return "ldap-base-dn is not set";
	job_put_u32(w, JOB_PORT, c->ssl && !c->port_set ? LDAPS_PORT : c->port);
	job_put(w, JOB_BASE_DN, str_of(c->base_dn));
	job_put(w, JOB_NAMING, str_of(c->naming));
	job_put_u32(w, JOB_SUBTREE, c->subtree);
	job_put(w, JOB_LOGIN_DN, str_of(c->login_dn));
	job_put(w, JOB_LOGIN_PASSWORD, str_of(c->login_password));
	job_put_u32(w, JOB_TLS, c->ssl);
	job_put_u32(w, JOB_DIGEST_MD5, c->digest_md5);
	job_put_u32(w, JOB_SERVER_TYPE, c->server_type);
	put_wanted(w, c->map);
	return NULL;
}

static void reply(const struct aaa_ask *ask, const struct job *answer, struct aaa_reply *r)
{
	const struct debug_who who = aaa_ask_who(ask);
	if (ask->host->conf->map)
		ldap_map_apply(ask->host->conf->map, answer, &who, r);
}

static const struct helped helped = {AAA_HELPER_LDAP, DEBUG_LDAP, fill, reply};

static void ask_ldap(struct aaa_ask *ask)
{
	helped_ask(ask, &helped);
}

const struct aaa_proto aaa_ldap = {
        .id = AAA_P_LDAP,
        .methods = AAA_BIT(AAA_PAP),
        .authorizes = true,
        .ask = ask_ldap,
        .cancel = helped_cancel,
};
