/* Server groups, their servers and attribute maps out of the config tree. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/conf_int.h"
#include "core/aaa/server.h"

/* Not set: "". */
static const char *word(struct aaa_conf_ctx *x, const struct centry *e, const char *field)
{
	struct str s = conf_text(e, field);
	return s.len > 0 ? aaa_conf_str(x, s) : "";
}

static size_t count_children(const struct conf *c, const struct centry *e, const char *node)
{
	size_t n = 0;
	for (const struct centry *k = conf_first_child(c, e, node); k; k = conf_next(c, k))
		n++;
	return n;
}

/* ------------------------------------------------------------------ ldap attribute-map */

/* "VALUE OURS": the last word is ours, quotes around the first are none of it. */
static void split_value(struct aaa_conf_ctx *x, struct str s, struct aaa_map_value *v)
{
	size_t at = s.len;
	while (at > 0 && s.p[at - 1] != ' ')
		at--;
	struct str ours = {s.p + at, s.len - at}, value = {s.p, at > 0 ? at - 1 : 0};
	if (value.len >= 2 && value.p[0] == '"' && value.p[value.len - 1] == '"') {
		value.p++;
		value.len -= 2;
	}
	v->ours = aaa_conf_str(x, ours);
	v->value = aaa_conf_str(x, value);
}

static void read_map(struct aaa_conf_ctx *x, const struct centry *e, struct aaa_map *m)
{
	m->name = word(x, e, "name");
	struct aaa_map_name *names = aaa_conf_array(x, count_children(x->c, e, "name"), sizeof(*names));
	struct aaa_map_value *values =
	        aaa_conf_array(x, count_children(x->c, e, "value"), sizeof(*values));
	m->names = names;
	m->values = values;
	if (!names || !values)
		return;
	for (const struct centry *k = conf_first_child(x->c, e, "name"); k; k = conf_next(x->c, k)) {
		names[m->nnames].theirs = word(x, k, "user");
		names[m->nnames++].ours = word(x, k, "gateway");
	}
	for (const struct centry *k = conf_first_child(x->c, e, "value"); k; k = conf_next(x->c, k)) {
		values[m->nvalues].theirs = word(x, k, "user");
		split_value(x, conf_text(k, "value"), &values[m->nvalues++]);
	}
}

struct maps {
	struct aaa_map *maps;
	size_t n;
};

static struct maps read_maps(struct aaa_conf_ctx *x)
{
	struct maps all = {0};
	all.maps = aaa_conf_array(x, aaa_conf_count(x->c, "ldap-map"), sizeof(*all.maps));
	if (!all.maps)
		return all;
	for (const struct centry *e = conf_first(x->c, "ldap-map"); e; e = conf_next(x->c, e))
		read_map(x, e, &all.maps[all.n++]);
	return all;
}

static const struct aaa_map *map_of(const struct maps *all, const struct centry *e)
{
	struct str name = conf_text(e, "ldap-attribute-map");
	for (size_t i = 0; i < all->n; i++)
		if (str_eq_cstr(name, all->maps[i].name))
			return &all->maps[i];
	return NULL;
}

/* ------------------------------------------------------------------ servers */

static enum aaa_ldap_type ldap_type(struct str s)
{
	static const char *const words[] = {"auto-detect", "microsoft", "novell", "openldap", "sun"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq_cstr(s, words[i]))
			return (enum aaa_ldap_type)i;
	return AAA_LDAP_AUTO;
}

static void read_ldap(struct aaa_conf_ctx *x, const struct centry *e, const struct maps *maps,
                      struct aaa_host_conf *h)
{
	h->base_dn = word(x, e, "ldap-base-dn");
	h->group_base_dn = word(x, e, "ldap-group-base-dn");
	h->naming = word(x, e, "ldap-naming-attribute");
	h->login_dn = word(x, e, "ldap-login-dn");
	h->login_password = word(x, e, "ldap-login-password");
	h->subtree = str_eq_cstr(conf_text(e, "ldap-scope"), "subtree");
	h->ssl = conf_is_set(e, "ldap-over-ssl");
	h->digest_md5 = conf_is_set(e, "sasl");
	h->server_type = ldap_type(conf_text(e, "server-type"));
	h->map = map_of(maps, e);
}

static void read_host(struct aaa_conf_ctx *x, const struct centry *e, enum aaa_protocol p,
                      const struct maps *maps, struct aaa_host_conf *h)
{
	bool datagrams = p == AAA_P_RADIUS;
	const char *port = datagrams ? "authentication-port" : "server-port";
	h->host = word(x, e, "host");
	h->ifname = word(x, e, "interface");
	if (!ip4_parse(str_of(h->host), &h->ip))
		h->ip = 0;
	h->key = word(x, e, "key");
	h->timeout_s = conf_u32(e, "timeout");
	h->retry_s = conf_u32(e, "retry-interval");
	read_ldap(x, e, maps, h);
	h->port_set = conf_is_set(e, port);
	h->port = datagrams || h->port_set ? (uint16_t)conf_u32(e, port) : aaa_protocol_port(p, h->ssl);
	h->acct_port = (uint16_t)conf_u32(e, "accounting-port");
	h->common_pw = word(x, e, "radius-common-pw");
	h->mschap2 = conf_in_set(e, "mschapv2-capable", "mschapv2-capable");
	h->authenticated_replies = conf_bool(e, "message-authenticator-required");
	h->masks = str_eq_cstr(conf_text(e, "acl-netmask-convert"), "wildcard")      ? AAA_MASKS_WILDCARD
	           : str_eq_cstr(conf_text(e, "acl-netmask-convert"), "auto-detect") ? AAA_MASKS_DETECT
	                                                                             : AAA_MASKS_STANDARD;
	h->realm = word(x, e, "kerberos-realm");
	h->nt_dc = word(x, e, "nt-auth-domain-controller");
}

static enum aaa_protocol protocol_of(struct str s)
{
	for (unsigned p = 0; p < AAA_PROTOCOL_N; p++)
		if (str_eq_cstr(s, aaa_protocol_word(p)))
			return p;
	return AAA_PROTOCOL_N - 1;
}

static void read_sgroup(struct aaa_conf_ctx *x, const struct centry *e, const struct maps *maps,
                        struct aaa_sgroup_conf *g)
{
	g->name = word(x, e, "group");
	g->protocol = protocol_of(conf_text(e, "protocol"));
	g->max_failed = conf_u32(e, "max-failed-attempts");
	g->timed = str_eq_cstr(conf_text(e, "reactivation-mode"), "timed");
	g->deadtime_s = conf_u32(e, "deadtime") * 60;
	g->simultaneous = str_eq_cstr(conf_text(e, "accounting-mode"), "simultaneous");
	g->interim = conf_bool(e, "interim-accounting");
	if (conf_is_set(e, "interim-period"))
		g->interim_s = conf_u32(e, "interim-period") * 3600;
	g->authorize_only = conf_bool(e, "authorize-only");
	if (conf_bool(e, "dynamic"))
		g->dynamic_port = (uint16_t)conf_u32(e, "dynamic-port");
	struct aaa_host_conf *hosts =
	        aaa_conf_array(x, count_children(x->c, e, "host"), sizeof(*hosts));
	g->hosts = hosts;
	if (!hosts)
		return;
	for (const struct centry *k = conf_first_child(x->c, e, "host"); k; k = conf_next(x->c, k))
		read_host(x, k, g->protocol, maps, &hosts[g->nhosts++]);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void aaa_conf_servers(struct aaa_conf_ctx *x, struct aaa_conf *out)
{
	const struct maps maps = read_maps(x);
	struct aaa_sgroup_conf *g =
	        aaa_conf_array(x, aaa_conf_count(x->c, "aaa-server"), sizeof(*g));
	out->sgroups = g;
	if (!g)
		return;
	for (const struct centry *e = conf_first(x->c, "aaa-server"); e; e = conf_next(x->c, e))
		read_sgroup(x, e, &maps, &g[out->nsgroups++]);
	if (!x->short_of_memory && out->nsgroups > 0)
		qsort(g, out->nsgroups, sizeof(*g), by_name);
}

/* ------------------------------------------------------------------ what does not fit */

static void note_native_sdi(struct aaa_conf_ctx *x, const struct aaa_sgroup_conf *g)
{
	for (size_t i = 0; x->notes && g->protocol == AAA_P_SDI && i < g->nhosts; i++)
		if (g->hosts[i].port == AAA_SDI_NATIVE_PORT)
			out_printf(x->notes, "WARNING: aaa-server group %s, host %s: %s\n", g->name,
			           g->hosts[i].host, AAA_SDI_NATIVE_TEXT);
}

bool aaa_group_accounts(const struct aaa_conf *c, const char *name)
{
	const struct aaa_sgroup_conf *s = aaa_sgroup_conf_find(c, name);
	return !s || !aaa_protos[s->protocol] || aaa_protos[s->protocol]->accounts;
}

void aaa_conf_servers_notes(struct aaa_conf_ctx *x, const struct aaa_conf *out)
{
	char text[80];
	for (size_t i = 0; i < out->nsgroups; i++)
		note_native_sdi(x, &out->sgroups[i]);
	for (size_t i = 0; x->notes && i < out->ngroups; i++) {
		const struct aaa_group *g = &out->groups[i];
		const struct aaa_sgroup_conf *s = aaa_sgroup_conf_find(out, aaa_server_name(&g->servers));
		if (!aaa_group_accounts(out, g->accounting))
			out_printf(x->notes,
			           "WARNING: tunnel-group %s: aaa-server group %s takes no accounting\n", g->name,
			           g->accounting);
		unsigned cannot = s ? g->methods & ~aaa_protocol_methods(s->protocol) : 0;
		if (!cannot || g->l2l)
			continue;
		out_printf(x->notes,
		           "WARNING: tunnel-group %s: aaa-server group %s (%s) cannot verify %s, which will "
		           "be refused\n",
		           g->name, s->name, aaa_protocol_word(s->protocol),
		           aaa_methods_text(cannot, text, sizeof(text)));
	}
}
