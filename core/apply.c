/* What a commit of the configuration changes in the live objects. The table of what happens to sessions stands
 * in the manual ("Configuration changes under live sessions"). */
#include <string.h>

#include "core/aaa/lockout.h"
#include "core/aaa/radius/dynamic.h"
#include "core/base/log.h"
#include "core/config/clock.h"
#include "core/filters.h"
#include "core/gateway.h"

static int hook_compile(void *ctx, const struct conf *next, void **snapshot, struct out *notes,
                        struct err *err)
{
	const struct gateway *gw = ctx;
	struct snapshot *s = NULL;
	int rc = snapshot_compile(next, gw->snap, &s, notes, err);
	*snapshot = s;
	return rc;
}

/* Everything that can fail was opened at start: sockets, the TUN device, the nftables context. */
static int hook_prepare(void *ctx, const struct conf *old, const struct conf *next,
                        void *old_snapshot, void *next_snapshot, struct out *notes, struct err *err)
{
	(void)old_snapshot, (void)next_snapshot, (void)err;
	translate_prepare(ctx, old, next, notes);
	return 0;
}

void gateway_tell_interfaces(struct gateway *gw)
{
	struct ike_iface ifs[IFACES_MAX];
	size_t n = 0;
	for (size_t i = 0; i < ifaces_count(gw->ifaces) && n < IFACES_MAX; i++) {
		const struct iface *f = ifaces_at(gw->ifaces, i);
		if (f->conf.nameif[0] == '\0' || f->ip == 0 || !f->up)
			continue;
		ifs[n].ip = f->ip;
		ifs[n].ifindex = (uint16_t)f->ifindex;
		str_copy(ifs[n].ifname, sizeof ifs[n].ifname, str_of(f->conf.nameif));
		n++;
	}
	ike_set_interfaces(gw->ike, ifs, n);
	filters_interfaces(gw->filters);
	translate_interfaces(gw);
}

/* The prefixes that make up first..last go to the TUN device. */
static void pool_route(struct gateway *gw, const struct ppp_pool_conf *pool, bool add)
{
	uint64_t at = pool->first, end = (uint64_t)pool->last + 1;
	while (at < end) {
		unsigned bits = 32;
		while (bits > 1 && (at & ((2ull << (32 - bits)) - 1)) == 0 &&
		       at + (2ull << (32 - bits)) <= end)
			bits--;
		struct netlink_route r = {
		        .dst = (uint32_t)at, .bits = (uint8_t)bits, .index = gw->tun[0].ifindex};
		if (add)
			netlink_route_add(gw->nl, &r, NULL);
		else
			netlink_route_del(gw->nl, &r, NULL);
		at += 1ull << (32 - bits);
	}
}

struct range {
	uint32_t first, last;
};

/* Routes of the pools of `of` that are not among those of `but` (NULL: none). */
static void pool_routes(struct gateway *gw, const struct ppp_conf *of, const struct ppp_conf *but,
                        bool add)
{
	struct hash *kept = hash_new(0);
	for (size_t i = 0; kept != NULL && but != NULL && i < but->npools; i++) {
		struct range r = {but->pools[i].first, but->pools[i].last};
		hash_put(kept, &r, sizeof r, kept);
	}
	for (size_t i = 0; i < of->npools; i++) {
		struct range r = {of->pools[i].first, of->pools[i].last};
		if (kept == NULL || hash_get(kept, &r, sizeof r) == NULL)
			pool_route(gw, &of->pools[i], add);
	}
	hash_free(kept);
}

static void apply_host(struct gateway *gw, const struct snapshot *s, struct out *notes)
{
	ifaces_apply(gw->ifaces, s->ifaces, notes);
	gateway_tell_interfaces(gw);
}

/* ------------------------------------------------------------------ interfaces that serve nobody any more */

struct strays {
	const struct snapshot *s;
	uint32_t peer[64];
	size_t n;
};

static bool serves(const struct snapshot *s, const char *nameif)
{
	for (size_t i = 0; i < s->ifaces->n; i++)
		if (strcmp(s->ifaces->iface[i].nameif, nameif) == 0)
			return !s->ifaces->iface[i].shutdown;
	return false;
}

static void collect_stray(void *arg, const struct ike_peer_info *info)
{
	struct strays *strays = arg;
	if (strays->n < sizeof strays->peer / sizeof strays->peer[0] &&
	    !serves(strays->s, info->ifname))
		strays->peer[strays->n++] = info->peer;
}

/* Clients of an interface that was shut down or renamed. A cable that is out for a while drops nobody. */
static void drop_strays(struct gateway *gw, const struct snapshot *s)
{
	struct strays strays;
	do {
		strays = (struct strays){.s = s};
		ike_each_peer(gw->ike, collect_stray, &strays);
		for (size_t i = 0; i < strays.n; i++)
			ike_drop_peer(gw->ike, strays.peer[i], SA_END_ADMIN, "Administrator Reset");
	} while (strays.n > 0);
}

/* Key pairs lie ready for what clients may choose. */
static void stock_keys(struct gateway *gw, const struct ike_conf *conf)
{
	uint16_t groups[8];
	if (gw->dh != NULL)
		prim_dh_pool_stock(gw->dh, groups,
		                   ike_conf_groups(conf, groups, sizeof groups / sizeof groups[0]));
}

static void hook_apply(void *ctx, const struct conf *old, const struct conf *next,
                       void *old_snapshot, void *next_snapshot)
{
	struct gateway *gw = ctx;
	const struct snapshot *before = old_snapshot;
	struct snapshot *s = next_snapshot;
	struct zone zone;
	struct out notes;
	struct err failed = {0};
	gw->snap = s;
	gw->changes++;
	gw->changed_at = clock_wall(&gw->clock);
	gw->changed_ms = clock_now(&gw->clock);
	clock_conf_read(next, &zone);
	zone_set(&zone);
	logsinks_apply(gw->log, s->log);
	drop_strays(gw, s); /* while Deletes still leave */
	out_init(&notes);
	if (before == NULL || !conf_node_same(old, next, "interface") ||
	    !conf_node_same(old, next, "route") || !conf_node_same(old, next, "mtu") ||
	    !conf_node_same(old, next, "ip-pool")) {
		if (before != NULL && before->ppp != s->ppp)
			pool_routes(gw, before->ppp, s->ppp, false);
		if (before == NULL || before->ppp != s->ppp)
			pool_routes(gw, s->ppp, before != NULL ? before->ppp : NULL, true);
		apply_host(gw, s, &notes);
	}
	gateway_dhcp_apply(gw, s, &notes);
	pki_set_conf(gw->pki, s->pki); /* before IKE, which asks it */
	ike_set_conf(gw->ike, s->ike, s->ipsec);
	stock_keys(gw, s->ike);
	l2tp_set_conf(gw->l2tp, &s->l2tp);
	aaa_lockout_set(s->aaa);
	aaa_servers_set(gw->servers, s->aaa);
	aaa_acct_set(gw->accounting);
	if (radius_dynamic_set(gw->dynamic, &failed) != 0)
		out_printf(&notes, "%s\n", failed.text);
	ppp_set_conf(gw->ppp, s->ppp);
	gateway_reload_check(gw);
	gateway_overtcp_apply(gw, s);
	workers_set_mss(gw->workers, s->tcpmss);
	workers_set_pmtu_aging(gw->workers, ipsec_conf_pmtu_aging(s->ipsec));
	filters_apply(gw->filters, old, next);
	translate_apply(gw, old, next, s, &notes);
	for (struct str rest = out_text(&notes); rest.len > 0;) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end != NULL ? (size_t)(end - rest.p) : rest.len;
		log_msg(MSG_713904, "", arena_str(s->arena, (struct str){rest.p, len}));
		rest.p += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
	out_free(&notes);
}

static void hook_release(void *ctx, void *snapshot)
{
	struct gateway *gw = ctx;
	if (gw->snap == snapshot)
		gw->snap = NULL;
	snapshot_free(snapshot);
}

static void hook_entry(void *ctx, const char *node, const struct centry *was,
                       const struct centry *is)
{
	(void)ctx;
	gateway_log_account(node, was, is);
}

const struct conf_hooks gateway_conf_hooks = {.compile = hook_compile,
                                              .prepare = hook_prepare,
                                              .apply = hook_apply,
                                              .entry = hook_entry,
                                              .release = hook_release};
