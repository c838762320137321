/* The engines made and introduced to each other, and what they offer to the grammar. Without sockets or threads:
 * gateway.c adds those. */
#include <errno.h>
#include <stdlib.h>

#include "cli/exec/debug.h"
#include "cli/config/hooks.h"
#include "core/aaa/admin.h"
#include "core/aaa/backoff.h"
#include "core/aaa/local.h"
#include "core/system_show.h"
#include "core/aaa/lockout.h"
#include "core/aaa/passhash.h"
#include "core/aaa/radius/dynamic.h"
#include "core/aaa/test_cmd.h"
#include "core/aaa_io.h"
#include "core/failures.h"
#include "core/filters.h"
#include "core/gateway.h"
#include "core/sessiondb.h"
#include "l2tp/show.h"

static void sadb_drop_flow(void *ctx, uint32_t flow)
{
	struct gateway *gw = ctx;
	ike_drop_flow(gw->ike, flow, SA_END_ADMIN);
}

static const char *sadb_group(void *ctx, uint32_t peer)
{
	static struct ike_peer_info info; /* its texts live until the next call into IKE */
	struct gateway *gw = ctx;
	return ike_peer_info(gw->ike, peer, &info) ? info.group : NULL;
}

static unsigned sadb_mtu(void *ctx, const char *ifname)
{
	struct gateway *gw = ctx;
	const struct iface *f = ifaces_by_nameif(gw->ifaces, str_of(ifname));
	return f != NULL && f->conf.mtu != 0 ? f->conf.mtu : 1500;
}

static const char *sadb_map(void *ctx, const char *ifname)
{
	const struct gateway *gw = ctx;
	const struct ipsec_map *m =
	        gw->snap != NULL ? ipsec_conf_map_for_interface(gw->snap->ipsec, ifname) : NULL;
	return m != NULL ? m->name : NULL;
}

static uint64_t sadb_drops(void *ctx, enum drop_reason why)
{
	const struct gateway *gw = ctx;
	return workers_drops(gw->workers, why);
}

int gateway_engines(struct gateway *gw, struct err *err)
{
	struct worker_io io = {.n = gw->opt.workers, .threads = uv_available_parallelism()};
	struct worker_events events;
	static const struct ipsec_sadb_hooks hooks = {sadb_drop_flow, sadb_group, sadb_mtu,
	                                              sadb_map, sadb_drops, NULL};
	for (unsigned i = 0; i < io.n; i++) {
		io.natt[i] = gw->udp4500[i];
		io.raw[i] = gw->raw[i];
		io.tun[i] = &gw->tun[i];
	}
	gw->sadb_hooks = hooks;
	gw->sadb_hooks.ctx = gw;
	/* The worker is told where events go once IKE exists; its thread starts after that. */
	int rc = workers_new(&gw->workers, &io, err);
	if (rc != 0)
		return rc;
	gw->flows = hash_new(0);
	gw->flow_pool = pool_new("Gateway flows", sizeof(struct gw_flow), 0);
	gw->client_routes = hash_new(0);
	gw->sadb = ipsec_sadb_new(&gw->clock, &workers_sa_ops, gw->workers, &gw->sadb_hooks);
	rc = gateway_pki_new(gw, err);
	if (rc != 0)
		return rc;
	gw->ike_ops = gateway_ike_ops;
	gw->ike_ops.sa_ctx = gw->sadb;
	gw->ike = gw->sadb != NULL ? ike_new(&gw->clock, &gw->ike_ops, gw) : NULL;
	if (gw->ike != NULL)
		ike_set_pki(gw->ike, gw->pki);
	gw->l2tp = l2tp_new(&gw->clock, &gateway_l2tp_ops, gw);
	gw->servers = aaa_servers_new(&gw->clock, &gateway_aaa_io, gw);
	gw->admins = gw->servers != NULL ? aaa_admins_new(gw->servers) : NULL;
	gw->ppp = gw->servers != NULL ? ppp_new(&gw->clock, gw->servers, &gateway_ppp_ops, gw) : NULL;
	if (gw->servers != NULL && (rc = gateway_accounting_new(gw, err)) != 0)
		return rc;
	if (gw->servers != NULL && (rc = gateway_dynamic_new(gw, err)) != 0)
		return rc;
	gw->sessions = sessiondb_new(gw);
	gw->failures = failures_new(gw);
	struct capture_hooks capture = gateway_capture_hooks;
	capture.ctx = gw;
	gw->captures = captures_new(gw->ifaces, workers_count(gw->workers), &capture);
	gw->filters = filters_new(gw);
	gw->dhcp = gateway_dhcp_new(gw);
	if (gw->flows == NULL || gw->client_routes == NULL || gw->dhcp == NULL || gw->ike == NULL ||
	    gw->l2tp == NULL || gw->ppp == NULL || gw->admins == NULL || gw->captures == NULL || gw->sessions == NULL || gw->failures == NULL ||
	    gw->filters == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	l2tp_set_user(gw->l2tp, ppp_link_user(), gw->ppp);
	gateway_worker_events(gw, &events);
	workers_set_events(gw->workers, &events);
	return 0;
}

void gateway_engines_free(struct gateway *gw)
{
	translate_end(gw);
	if (gw->ike != NULL)
		ike_free(gw->ike);
	ipsec_sadb_free(gw->sadb);
	gateway_flows_free(gw);
	hash_free(gw->client_routes);
	free(gw->client_nets);
	gateway_dhcp_free(gw);
	sessiondb_free(gw->sessions);
	failures_free(gw->failures);
	gw->failures = NULL;
	aaa_lockout_set(NULL);
	aaa_backoff_clear();
	aaa_admins_free(gw->admins);
	aaa_acct_free(gw->accounting);
	radius_dynamic_free(gw->dynamic);
	aaa_servers_free(gw->servers);
	filters_free(gw->filters);
	gateway_pki_free(gw);
	confsys_free(gw->conf);
	hooks_set_grammar(NULL);
	grammar_free(gw->grammar);
	exec_config_free(&gw->exec);
	captures_free(gw->captures);
	logsinks_free(gw->log);
	net_show_close(&gw->net_show);
	system_load_stop(gw);
	ifaces_free(gw->ifaces);
}

static void show_clients(void *ctx, void (*fn)(void *arg, uint32_t ip, const char *ifname),
                         void *arg)
{
	gateway_each_client(ctx, fn, arg);
}

/* Everything that grammar/ names must be known before it is loaded. */
void gateway_register(struct gateway *gw)
{
	size_t n;
	const struct cmd_entry *commands = ppp_commands(&n);
	cmd_register(commands, n, gw->ppp);
	cmd_register(l2tp_commands, l2tp_commands_n, gw->l2tp);
	commands = aaa_commands(&n);
	cmd_register(commands, n, NULL);
	commands = aaa_server_commands(&n);
	cmd_register(commands, n, gw->servers);
	commands = aaa_backoff_commands(&n);
	cmd_register(commands, n, &gw->clock);
	commands = aaa_test_commands(&n);
	cmd_register(commands, n, gw->servers);
	commands = aaa_acct_commands(&n);
	cmd_register(commands, n, gw->accounting);
	pki_commands_register(gw->pki);
	ike_show_register(gw->ike);
	ipsec_show_register(gw->sadb);
	probes_register(gw->probes);
	logsinks_register(gw->log);
	captures_register(gw->captures);
	logsink_conf_register();
	gw->net_show = (struct net_show){
	        .ifaces = gw->ifaces, .clock = &gw->clock, .clients = show_clients, .ctx = gw};
	net_show_register(&gw->net_show);
	sessiondb_register(gw->sessions);
	failures_register(gw->failures);
	filters_register(gw->filters);
	translate_register(gw);
	connections_register(gw);
	gateway_show_register(gw);
	session_register();
	const struct conf_check *checks = ppp_conf_checks(&n);
	conf_check_register(checks, n);
	ike_conf_register();
	ipsec_conf_register();
	ifaces_register_checks();
	passhash_register();
	hooks_register();
	exec_debug_register();
}
