/* Users, group policies and tunnel groups out of the config tree; conf_servers.c has the servers. Only these two files of
 * the module see it. */
#include "core/aaa/conf_int.h"
#include "core/aaa/passhash.h"
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/config/read.h"
#include "crypto/prim/prim.h"

#include <errno.h>
#include <string.h>

char *aaa_conf_str(struct aaa_conf_ctx *x, struct str s)
{
	char *copy = arena_str(x->a, s);
	if (!copy)
		x->short_of_memory = true;
	return copy;
}

void *aaa_conf_array(struct aaa_conf_ctx *x, size_t n, size_t size)
{
	void *p = arena_calloc(x->a, n ? n : 1, size);
	if (!p)
		x->short_of_memory = true;
	return p;
}

size_t aaa_conf_count(const struct conf *c, const char *node)
{
	size_t n = 0;
	for (const struct centry *e = conf_first(c, node); e; e = conf_next(c, e))
		n++;
	return n;
}

/* The attributes that group policies and users write alike; unset ones are left as they are. */
static void read_attrs(struct aaa_conf_ctx *x, const struct centry *e, struct aaa_attrs *a)
{
	if (conf_is_set(e, "vpn-access-hours") || conf_is_set(e, "vpn-access-hours-none")) {
		struct str hours = conf_text(e, "vpn-access-hours");
		a->has_hours = true;
		a->hours = hours.len ? aaa_conf_str(x, hours) : NULL;
	}
	if (conf_is_set(e, "vpn-simultaneous-logins")) {
		a->has_logins = true;
		a->logins = conf_u32(e, "vpn-simultaneous-logins");
	}
	if (conf_is_set(e, "vpn-idle-timeout")) {
		uint32_t min = conf_u32(e, "vpn-idle-timeout");
		a->has_idle = true;
		a->idle_s = min > UINT32_MAX / 60 ? UINT32_MAX : min * 60;
	}
	if (conf_is_set(e, "vpn-session-timeout")) {
		uint32_t min = conf_u32(e, "vpn-session-timeout");
		a->has_session = true;
		a->session_s = min > UINT32_MAX / 60 ? UINT32_MAX : min * 60;
	}
	if (conf_is_set(e, "vpn-tunnel-protocol")) {
		a->has_l2tp = true;
		a->l2tp = conf_in_set(e, "vpn-tunnel-protocol", "l2tp-ipsec");
	}
	if (conf_is_set(e, "vpn-filter") || conf_is_set(e, "vpn-filter-none")) {
		a->has_filter = true;
		a->filter = conf_is_set(e, "vpn-filter") ? aaa_conf_str(x, conf_text(e, "vpn-filter")) : NULL;
	}
}

static const char *const *read_names(struct aaa_conf_ctx *x, const struct centry *e, const char *field,
                                     size_t *n)
{
	*n = conf_list_len(e, field);
	const char **names = aaa_conf_array(x, *n, sizeof(*names));
	for (size_t i = 0; names && i < *n; i++)
		names[i] = aaa_conf_str(x, conf_list_text(e, field, i));
	return names;
}

/* Two addresses; not set: inherited, X-none: none. */
static void read_servers(const struct centry *e, const char *field, const char *none,
                         uint32_t ip[2])
{
	if (!conf_is_set(e, field) && !conf_is_set(e, none))
		return;
	ip[0] = ip[1] = 0;
	for (size_t i = 0; i < 2 && i < conf_list_len(e, field); i++)
		ip[i] = conf_list_u32(e, field, i);
}

/* "\n" in the text is the end of a line. */
static const char *read_banner(struct aaa_conf_ctx *x, const struct centry *at, const char *inherited)
{
	if (conf_is_set(at, "banner-none"))
		return NULL;
	if (!conf_is_set(at, "banner"))
		return inherited;
	char *banner = aaa_conf_str(x, conf_text(at, "banner"));
	char *to = banner;
	for (const char *from = banner; from && *from; to++) {
		bool newline = from[0] == '\\' && from[1] == 'n';
		*to = newline ? '\n' : *from;
		from += newline ? 2 : 1;
	}
	if (to)
		*to = '\0';
	return banner;
}

/* A text that X-none takes away; not set: inherited. */
static void read_text(struct aaa_conf_ctx *x, const struct centry *at, const char *field, const char *none,
                      const char **text)
{
	if (conf_is_set(at, field))
		*text = aaa_conf_str(x, conf_text(at, field));
	else if (conf_is_set(at, none))
		*text = "";
}

/* What clients are told that ask by DHCPINFORM. */
static void read_told(struct aaa_conf_ctx *x, const struct centry *at, struct aaa_policy *p)
{
	static const struct {
		const char *word;
		enum aaa_split split;
	} splits[] = {{"tunnelall", AAA_SPLIT_ALL},
	              {"tunnelspecified", AAA_SPLIT_SPECIFIED},
	              {"excludespecified", AAA_SPLIT_EXCLUDED}};
	for (size_t i = 0; i < sizeof(splits) / sizeof(splits[0]); i++)
		if (str_eq_cstr(conf_text(at, "split-tunnel-policy"), splits[i].word))
			p->split = splits[i].split;
	if (conf_is_set(at, "intercept-dhcp"))
		p->intercept = str_eq_cstr(conf_text(at, "intercept-dhcp"), "enable");
	if (conf_is_set(at, "intercept-dhcp-mask"))
		p->intercept_mask = conf_ip(at, "intercept-dhcp-mask");
	if (conf_is_set(at, "msie-method"))
		p->use_pac = str_eq_cstr(conf_text(at, "msie-method"), "use-pac-url");
	read_text(x, at, "default-domain", "default-domain-none", &p->domain);
	read_text(x, at, "split-tunnel-network-list", "split-tunnel-network-list-none", &p->split_list);
	read_text(x, at, "msie-pac", "msie-pac-none", &p->pac);
}

static void read_policy(struct aaa_conf_ctx *x, const struct centry *e, struct aaa_policy *p)
{
	const struct centry *at = conf_child(x->c, e, "attributes");
	p->name = aaa_conf_str(x, conf_text(e, "name"));
	p->external = conf_is_set(e, "external") ? aaa_conf_str(x, conf_text(e, "server-group")) : NULL;
	if (p->external && conf_is_set(e, "policy-password"))
		p->external_password = aaa_conf_str(x, conf_text(e, "policy-password"));
	p->banner = read_banner(x, at, p->banner);
	if (conf_is_set(at, "dhcp-network-scope"))
		p->dhcp_scope = conf_ip(at, "dhcp-network-scope");
	read_attrs(x, at, &p->a);
	read_servers(at, "dns", "dns-none", p->dns);
	read_servers(at, "wins", "wins-none", p->wins);
	read_told(x, at, p);
	if (conf_is_set(at, "group-lock"))
		p->group_lock = aaa_conf_str(x, conf_text(at, "group-lock"));
	else if (conf_is_set(at, "group-lock-none"))
		p->group_lock = NULL;
	if (conf_is_set(at, "address-pools") || conf_is_set(at, "address-pools-none"))
		p->pools = read_names(x, at, "address-pools", &p->npools);
}

static void read_policies(struct aaa_conf_ctx *x, struct aaa_conf *out)
{
	/* what nobody set anywhere: the appliance's own values */
	struct aaa_policy base = {.domain = "",
	                          .split_list = "",
	                          .pac = "",
	                          .intercept_mask = UINT32_MAX,
	                          .a = {.has_logins = true,
	                                .has_idle = true,
	                                .has_session = true,
	                                .has_l2tp = true,
	                                .logins = 3,
	                                .idle_s = 1800,
	                                .l2tp = true}};
	const struct centry *dflt = conf_find(x->c, "group-policy", STR("DfltGrpPolicy"));
	if (dflt)
		read_policy(x, dflt, &base);
	size_t n = aaa_conf_count(x->c, "group-policy"), i = 0;
	struct aaa_policy *p = aaa_conf_array(x, n, sizeof(*p));
	out->policies = p;
	if (!p)
		return;
	for (const struct centry *e = conf_first(x->c, "group-policy"); e; e = conf_next(x->c, e)) {
		p[i] = base;
		read_policy(x, e, &p[i++]);
	}
	out->npolicies = i;
}

static void read_password(struct aaa_conf_ctx *x, const struct centry *e, struct aaa_user *u)
{
	struct str word = conf_text(e, "password"), form = conf_text(e, "form");
	size_t len = 0;
	if (conf_is_set(e, "nopassword") || word.len == 0) {
		u->kind = AAA_PW_NONE;
		u->any_password = conf_is_set(e, "nopassword");
	} else if (str_eq_cstr(form, "nt-encrypted")) {
		u->kind = AAA_PW_NT;
		if (!prim_base64_decode(word, u->nt_hash, sizeof(u->nt_hash), &len) ||
		    len != sizeof(u->nt_hash)) {
			u->kind = AAA_PW_OTHER;
			if (x->notes)
				out_printf(x->notes,
				           "WARNING: username %s: the nt-encrypted password is not "
				           "a hash\n",
				           u->name);
		}
	} else if ((str_eq_cstr(form, "encrypted") || passhash_is_pbkdf2(word)) &&
	           str_copy(u->hash, sizeof(u->hash), word)) {
		u->kind = AAA_PW_PIX;
	} else {
		u->kind = AAA_PW_OTHER;
	}
}

static void read_user(struct aaa_conf_ctx *x, const struct centry *e, struct aaa_user *u)
{
	const struct centry *at = conf_child(x->c, e, "attributes");
	struct str service = conf_text(at, "service-type");
	u->name = aaa_conf_str(x, conf_text(e, "name"));
	u->privilege = (uint8_t)conf_u32(e, "privilege");
	read_password(x, e, u);
	read_attrs(x, at, &u->a);
	if (conf_is_set(at, "vpn-group-policy"))
		u->policy = aaa_conf_str(x, conf_text(at, "vpn-group-policy"));
	u->has_group_lock = conf_is_set(at, "group-lock") || conf_is_set(at, "group-lock-none");
	if (conf_is_set(at, "group-lock"))
		u->group_lock = aaa_conf_str(x, conf_text(at, "group-lock"));
	if (conf_is_set(at, "framed-ip"))
		u->framed_ip = conf_ip(at, "framed-ip");
	if (conf_is_set(at, "framed-mask"))
		u->framed_mask = conf_ip(at, "framed-mask");
	u->service = str_eq_cstr(service, "remote-access") ? AAA_SERVICE_REMOTE_ACCESS
	             : str_eq_cstr(service, "nas-prompt")  ? AAA_SERVICE_NAS_PROMPT
	                                                   : AAA_SERVICE_ADMIN;
}

static void read_users(struct aaa_conf_ctx *x, struct aaa_conf *out)
{
	size_t n = aaa_conf_count(x->c, "username"), i = 0;
	struct aaa_user *u = aaa_conf_array(x, n, sizeof(*u));
	out->users = u;
	if (!u)
		return;
	for (const struct centry *e = conf_first(x->c, "username"); e; e = conf_next(x->c, e)) {
		read_user(x, e, &u[i]);
		uint32_t rounds = u[i].kind == AAA_PW_PIX ? passhash_rounds(str_of(u[i].hash)) : 0;
		out->rounds = rounds > out->rounds ? rounds : out->rounds;
		i++;
	}
	out->nusers = i;
}

/* What is said for one interface: (IF) before the names. */
static void read_ifaces(struct aaa_conf_ctx *x, const struct centry *general, struct aaa_group *g)
{
	size_t npools = 0, nservers = 0;
	const struct centry *e;
	for (e = conf_first_child(x->c, general, "interface-pool"); e; e = conf_next(x->c, e))
		npools++;
	for (e = conf_first_child(x->c, general, "interface-server"); e; e = conf_next(x->c, e))
		nservers++;
	struct aaa_iface_pools *pools = aaa_conf_array(x, npools, sizeof(*pools));
	struct aaa_server_choice *servers = aaa_conf_array(x, nservers, sizeof(*servers));
	g->iface_pools = pools;
	g->iface_servers = servers;
	if (!pools || !servers)
		return;
	for (e = conf_first_child(x->c, general, "interface-pool"); e; e = conf_next(x->c, e)) {
		struct aaa_iface_pools *p = &pools[g->niface_pools++];
		p->ifname = aaa_conf_str(x, conf_text(e, "interface"));
		p->pools = read_names(x, e, "addresses", &p->npools);
	}
	for (e = conf_first_child(x->c, general, "interface-server"); e; e = conf_next(x->c, e))
		servers[g->niface_servers++] =
		        (struct aaa_server_choice){.ifname = aaa_conf_str(x, conf_text(e, "interface")),
		                                   .server = aaa_conf_str(x, conf_text(e, "group")),
		                                   .fallback_local = conf_is_set(e, "fallback")};
}

/* "CN OU", "use-entire-name" */
static void read_certificate_name(struct aaa_conf_ctx *x, struct str text, struct aaa_group *g)
{
	g->cert_attr[0] = g->cert_attr[1] = "";
	g->cert_entire = str_eq_cstr(text, "use-entire-name");
	for (size_t i = 0; i < 2 && !g->cert_entire; i++) {
		struct str word = str_word(&text);
		if (word.len > 0)
			g->cert_attr[i] = aaa_conf_str(x, word);
	}
}

static void read_group(struct aaa_conf_ctx *x, const struct centry *e, struct aaa_group *g)
{
	const struct centry *general = conf_child(x->c, e, "general");
	const struct centry *ppp = conf_child(x->c, e, "ppp");
	g->name = aaa_conf_str(x, conf_text(e, "name"));
	g->servers.server = aaa_conf_str(x, conf_text(general, "aaa"));
	g->servers.fallback_local = conf_is_set(general, "aaa-fallback");
	read_ifaces(x, general, g);
	g->policy = aaa_conf_str(x, conf_text(general, "policy"));
	g->strip_realm = conf_bool(general, "strip-realm");
	g->strip_group = conf_bool(general, "strip-group");
	g->l2l = str_eq_cstr(conf_text(e, "type"), "ipsec-l2l");
	g->accounting = aaa_conf_str(x, conf_text(general, "accounting"));
	g->authorization = aaa_conf_str(x, conf_text(general, "authorization"));
	g->authorization_required = conf_bool(general, "authorization-required");
	read_certificate_name(x, conf_text(general, "from-certificate"), g);
	g->password_management = conf_bool(general, "password-management");
	g->ndhcp = conf_list_len(general, "dhcp-servers");
	uint32_t *servers = aaa_conf_array(x, g->ndhcp, sizeof(*servers));
	for (size_t i = 0; servers && i < g->ndhcp; i++)
		servers[i] = conf_list_u32(general, "dhcp-servers", i);
	g->dhcp_servers = servers;
	g->pools = read_names(x, general, "pools", &g->npools);
	for (unsigned m = 0; m < AAA_METHOD_N; m++)
		if (conf_in_set(ppp, "authentication", aaa_method_word(m)))
			g->methods |= AAA_BIT(m);
}

static void read_groups(struct aaa_conf_ctx *x, struct aaa_conf *out)
{
	size_t n = aaa_conf_count(x->c, "tunnel-group"), i = 0;
	struct aaa_group *g = aaa_conf_array(x, n, sizeof(*g));
	out->groups = g;
	if (!g)
		return;
	for (const struct centry *e = conf_first(x->c, "tunnel-group"); e; e = conf_next(x->c, e))
		read_group(x, e, &g[i++]);
	out->ngroups = i;
}

const struct aaa_conf *aaa_conf_compile(const struct conf *c, struct arena *arena,
                                        struct out *notes, struct err *err)
{
	struct aaa_conf_ctx x = {.c = c, .a = arena, .notes = notes};
	struct aaa_conf *out = aaa_conf_array(&x, 1, sizeof(*out));
	if (out) {
		out->show_bad_names = !conf_bool(conf_container(c, "logging"), "hide-username");
		struct str delimiter =
		        conf_text(conf_container(c, "tunnel-group-map"), "delimiter");
		out->delimiter = delimiter.len > 0 ? delimiter.p[0] : '\0';
		if (conf_is_set(conf_container(c, "aaa-local"), "max-fail"))
			out->max_fail = conf_u32(conf_container(c, "aaa-local"), "max-fail");
		read_policies(&x, out);
		read_users(&x, out);
		read_groups(&x, out);
		aaa_conf_servers(&x, out);
	}
	if (x.short_of_memory) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	aaa_conf_sort((struct aaa_user *)out->users, out->nusers,
	              (struct aaa_policy *)out->policies, out->npolicies,
	              (struct aaa_group *)out->groups, out->ngroups);
	aaa_conf_servers_notes(&x, out);
	return out;
}
