/* What the consoles ask the appliance: passwords, users, and whether a client may manage it through its tunnel. */
#include <errno.h>
#include <string.h>

#include "cli/session/logins.h"
#include "core/aaa/local.h"
#include "core/aaa/lockout.h"
#include "core/aaa/passhash.h"
#include "core/base/ip4.h"
#include "core/base/log.h"
#include "core/gateway.h"

/* The hash of a level's own password; level 15 has that of `enable password`. */
static struct str enable_hash(const struct gateway *gw, unsigned level)
{
	const struct conf *conf = confsys_running(gw->conf);
	if (level >= 15)
		return conf_text(conf_container(conf, "system"), "enable-password");
	for (const struct centry *e = conf_first(conf, "enable-level"); e; e = conf_next(conf, e))
		if (conf_u32(e, "level") == level)
			return conf_text(e, "password");
	return STR("");
}

static bool enable_check(void *ctx, unsigned level, struct str password)
{
	const struct gateway *gw = ctx;
	return passhash_check(password, STR(""), enable_hash(gw, level));
}

static void account_of(const struct aaa_user *u, struct session_account *account)
{
	*account = (struct session_account){
	        .privilege = u->privilege,
	        .shell = u->service != AAA_SERVICE_REMOTE_ACCESS,
	        .config = u->service == AAA_SERVICE_ADMIN,
	};
}

static const struct aaa_user *user_of(const struct gateway *gw, struct str name)
{
	char text[AAA_USER_MAX + 1];
	if (gw->snap == NULL || !str_copy(text, sizeof text, name))
		return NULL;
	return aaa_user_find(gw->snap->aaa, text);
}

static bool user_check(void *ctx, struct str name, struct str password,
                       struct session_account *account)
{
	const struct gateway *gw = ctx;
	const struct aaa_user *u = user_of(gw, name);
	char shown[AAA_USER_MAX + 1];
	str_copy(shown, sizeof shown, name);
	if (u == NULL || aaa_locked_out(gw->snap->aaa, u)) {
		log_msg(MSG_113015, aaa_why_text(u == NULL ? AAA_WHY_NO_USER : AAA_WHY_LOCKED),
		        u == NULL ? log_hidden(shown) : u->name);
		log_msg(MSG_113008_REJECT, u == NULL ? log_hidden(shown) : u->name);
		return false;
	}
	bool ok = u->kind == AAA_PW_NONE ? u->any_password : aaa_local_password(u, password);
	if (ok)
		log_msg(MSG_113012, u->name);
	else
		log_msg(MSG_113015, aaa_why_text(AAA_WHY_PASSWORD), u->name);
	aaa_attempt(gw->snap->aaa, u, ok);
	if (!ok) {
		log_msg(MSG_113008_REJECT, u->name);
		return false;
	}
	log_msg(MSG_113008, u->name);
	account_of(u, account);
	return true;
}

static bool user_find(void *ctx, struct str name, struct session_account *account)
{
	const struct aaa_user *u = user_of(ctx, name);
	if (u != NULL)
		account_of(u, account);
	return u != NULL;
}

struct tunnel_search {
	uint32_t ip;
	bool found;
};

static void compare_client(void *arg, uint32_t ip, const char *ifname)
{
	struct tunnel_search *t = arg;
	(void)ifname;
	t->found = t->found || ip == t->ip;
}

/* Does an address come in through a tunnel? */
static bool through_tunnel(struct gateway *gw, uint32_t ip)
{
	struct tunnel_search t = {.ip = ip};
	gateway_each_client(gw, compare_client, &t);
	return t.found;
}

/* Through the tunnel the appliance is managed only on the interface `management-access` names. */
static bool may_through_tunnel(const struct gateway *gw, const struct iface *on)
{
	struct str ifname = conf_text(conf_container(confsys_running(gw->conf), "management"),
	                              "management-access");
	return on != NULL && ifname.len > 0 && ifaces_by_nameif(gw->ifaces, ifname) == on;
}

/* `ssh ADDRESS MASK IFNAME`. On an address that no interface of the appliance has, any of their names will do. */
static bool ssh_permits(const struct gateway *gw, uint32_t ip, const struct iface *on)
{
	const struct conf *conf = confsys_running(gw->conf);
	const struct centry *m = conf_container(conf, "management");
	for (const struct centry *e = conf_first_child(conf, m, "ssh"); e != NULL;
	     e = conf_next(conf, e)) {
		uint32_t mask = conf_ip(e, "mask");
		struct str ifname = conf_text(e, "ifname");
		if ((ip & mask) == (conf_ip(e, "address") & mask) &&
		    (on == NULL || ifaces_by_nameif(gw->ifaces, ifname) == on))
			return true;
	}
	return false;
}

static bool remote_allowed(void *ctx, struct session_remote *from, struct err *why)
{
	struct gateway *gw = ctx;
	uint32_t client = 0, server = 0;
	bool v4 = ip4_parse(str_of(from->client), &client);
	const struct iface *on =
	        ip4_parse(str_of(from->server), &server) ? ifaces_by_ip(gw->ifaces, server) : NULL;
	const char *ifname = on != NULL && on->conf.nameif[0] != '\0' ? on->conf.nameif : "host";
	str_copy(from->ifname, sizeof from->ifname, str_of(ifname));
	if (v4 && through_tunnel(gw, client) && !may_through_tunnel(gw, on))
		err_set(why, -EPERM, "management through the tunnel is not allowed");
	else if (!(v4 && (client >> 24 == 127 || ssh_permits(gw, client, on))))
		err_set(why, -EPERM, "no ssh line permits access from %s on %s", from->client,
		        ifname);
	else
		return true;
	log_msg(MSG_710003, "TCP", from->client, from->port, ifname, from->server, "ssh");
	return false;
}

/* Whose command it was that changed the configuration: for show version. */
static void acted(void *ctx, const char *user)
{
	struct gateway *gw = ctx;
	if (gw->changes == gw->changes_seen)
		return;
	gw->changes_seen = gw->changes;
	str_copy(gw->changed_by, sizeof gw->changed_by, str_of(user));
}

struct session_env gateway_console_env(struct gateway *gw)
{
	struct session_env env = {.grammar = gw->grammar,
	                          .sys = gw->conf,
	                          .clock = &gw->clock,
	                          .enable_check = enable_check,
	                          .user_check = user_check,
	                          .user_find = user_find,
	                          .remote_allowed = remote_allowed,
	                          .flash = &gw->exec.flash,
	                          .acted = acted,
	                          .ctx = gw};
	gateway_admins_env(&env);
	return env;
}

int gateway_consoles(struct gateway *gw, struct err *err)
{
	gw->console_env = gateway_console_env(gw);
	gw->console_env.logins = logins_new();
	return control_start(&gw->loop, gw->opt.socket, &gw->console_env, &gw->control, err);
}
