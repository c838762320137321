#include "core/filters.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "core/gateway.h"
#include "ppp/pool.h"

enum { TIME_MS = 5000 }; /* how often the clock is asked whether a time range began or ended */

static const char *const parts[] = {"access-list",  "object-network", "object-service",
                                    "object-group", "time-range",     "interface"};

static bool lists_same(const struct conf *old, const struct conf *next)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (old == NULL || !conf_node_same(old, next, parts[i]))
			return false;
	return true;
}

/* ------------------------------------------------------------------ lists in force */

struct filter *filters_find(const struct filters *f, struct str name)
{
	return name.len > 0 ? hash_get(f->lists, name.p, name.len) : NULL;
}

static bool time_set(struct filters *f, struct filter *list, const struct conf *c)
{
	time_t now = clock_wall(&f->gw->clock);
	struct tm tm;
	bool changed = false;
	if (localtime_r(&now, &tm) == NULL)
		return false;
	for (size_t i = 0; i < list->ntimes; i++) {
		bool on = time_range_active(c, str_of(list->time_name[i]), &tm);
		changed =
		        changed || on != atomic_load_explicit(&list->time[i], memory_order_relaxed);
		atomic_store_explicit(&list->time[i], on, memory_order_relaxed);
	}
	return changed;
}

/* The list, compiled when it is not in force yet; NULL when there is none of that name. Borrowed. */
static struct filter *get(struct filters *f, const struct conf *c, struct str name)
{
	struct filter *list = filters_find(f, name);
	if (list != NULL || name.len == 0)
		return list;
	list = filter_compile(c, name);
	if (list == NULL)
		return NULL;
	time_set(f, list, c);
	if (!hash_put(f->lists, name.p, name.len, list)) {
		filter_drop(list);
		return NULL;
	}
	return list;
}

static bool same_ace(const struct filter_ace *a, const struct filter_ace *b)
{
	return a->hash == b->hash && a->permit == b->permit && a->inactive == b->inactive &&
	       a->src_lo == b->src_lo && a->src_hi == b->src_hi && a->dst_lo == b->dst_lo &&
	       a->dst_hi == b->dst_hi && a->time == b->time && a->log == b->log &&
	       a->level == b->level && a->interval == b->interval;
}

static bool same_list(const struct filter *a, const struct filter *b)
{
	if (a->n != b->n || a->ntimes != b->ntimes)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_ace(&a->ace[i], &b->ace[i]))
			return false;
	for (size_t i = 0; i < a->ntimes; i++)
		if (strcmp(a->time_name[i], b->time_name[i]) != 0)
			return false;
	return true;
}

/* Elements that are in both keep their counts. */
static void carry(const struct filter *from, struct filter *to)
{
	struct hash *by_hash = hash_new(0);
	for (size_t i = 0; by_hash != NULL && i < from->n; i++)
		hash_put(by_hash, &from->ace[i].hash, sizeof from->ace[i].hash, &from->ace[i]);
	for (size_t i = 0; by_hash != NULL && i < to->n; i++) {
		const struct filter_ace *a =
		        hash_get(by_hash, &to->ace[i].hash, sizeof to->ace[i].hash);
		if (a == NULL)
			continue;
		to->hits[i] = ctr_get(&from->hits[a - from->ace]);
		to->last_ms[i] = ctr_get(&from->last_ms[a - from->ace]);
		to->cleared[i] = from->cleared[a - from->ace];
	}
	hash_free(by_hash);
}

struct renew {
	struct filters *f;
	const struct conf *c;
	struct hash *next;
};

static void renew_one(void *arg, void *value)
{
	struct renew *r = arg;
	struct filter *was = value, *is = filter_compile(r->c, str_of(was->name));
	if (is != NULL && same_list(was, is)) {
		filter_drop(is);
		is = filter_hold(was);
	} else if (is != NULL) {
		carry(was, is);
	}
	if (is != NULL && time_set(r->f, is, r->c))
		workers_rejudge(r->f->gw->workers);
	if (is != NULL && !hash_put(r->next, is->name, strlen(is->name), is))
		filter_drop(is);
	filter_drop(was);
}

/* Compiled again from the new configuration; what says the same stays the object it is. */
static void renew(struct filters *f, const struct conf *c)
{
	struct renew r = {f, c, hash_new(0)};
	if (r.next == NULL)
		return;
	hash_each(f->lists, renew_one, &r);
	hash_free(f->lists);
	f->lists = r.next;
}

/* ------------------------------------------------------------------ the policy */

static uint8_t index_of(const struct filter_policy *p, const char *name)
{
	for (size_t i = 0; i < p->niface; i++)
		if (strcmp(p->iface[i].name, name) == 0)
			return (uint8_t)i;
	return FILTER_NO_IFACE;
}

static void add_ifaces(struct filters *f, struct filter_policy *p)
{
	const struct snapshot *s = f->gw->snap;
	memset(f->iface, 0, sizeof f->iface);
	for (size_t i = 0; i < ifaces_count(f->gw->ifaces) && p->niface < FILTER_IFACES_MAX; i++) {
		const struct iface *is = ifaces_at(f->gw->ifaces, i);
		if (is->conf.nameif[0] == '\0')
			continue;
		struct filter_iface *to = &p->iface[p->niface];
		str_copy(to->name, sizeof to->name, str_of(is->conf.nameif));
		str_copy(f->iface[p->niface], sizeof f->iface[0], str_of(is->conf.nameif));
		to->level = is->conf.security;
		if (is->ip != 0) {
			filter_policy_route(p, is->ip, UINT32_MAX, FILTER_SELF);
			filter_policy_route(p, is->ip, is->mask, (uint8_t)p->niface);
		}
		p->niface++;
	}
	for (size_t i = 0; i < s->ifaces->nroutes; i++)
		filter_policy_route(p, s->ifaces->route[i].dst, s->ifaces->route[i].mask,
		          index_of(p, s->ifaces->route[i].nameif));
	for (size_t i = 0; i < s->ppp->npools; i++)
		filter_policy_route(p, ppp_pool_gateway(&s->ppp->pools[i]), UINT32_MAX, FILTER_SELF);
}

uint8_t filters_iface(const struct filters *f, const char *nameif)
{
	for (size_t i = 0; i < FILTER_IFACES_MAX && f->iface[i][0] != '\0'; i++)
		if (strcmp(f->iface[i], nameif) == 0)
			return (uint8_t)i;
	return FILTER_NO_IFACE;
}

static void control_forget(struct filters *f)
{
	for (size_t i = 0; i < FILTER_IFACES_MAX; i++) {
		filter_drop(f->control[i]);
		f->control[i] = NULL;
	}
	f->has_control = false;
}

static void add_control(struct filters *f, const struct conf *c, const struct filter_policy *p)
{
	control_forget(f);
	for (const struct centry *e = conf_first(c, "access-group-cp"); e; e = conf_next(c, e)) {
		struct filter *list = get(f, c, conf_text(e, "acl"));
		char nameif[49];
		uint8_t i = str_copy(nameif, sizeof nameif, conf_text(e, "cp-ifname"))
		                    ? index_of(p, nameif)
		                    : FILTER_NO_IFACE;
		if (list == NULL || i == FILTER_NO_IFACE || f->control[i] != NULL)
			continue;
		f->control[i] = filter_hold(list);
		f->has_control = true;
	}
}

static void add_groups(struct filters *f, const struct conf *c, struct filter_policy *p)
{
	for (const struct centry *e = conf_first(c, "access-group"); e; e = conf_next(c, e)) {
		struct filter *list = get(f, c, conf_text(e, "acl"));
		struct str ifname = conf_text(e, "ifname");
		for (size_t i = 0; list != NULL && i < p->niface; i++)
			if (str_eq_cstr(ifname, p->iface[i].name)) {
				bool in = str_eq_cstr(conf_text(e, "dir"), "in");
				*(in ? &p->iface[i].in : &p->iface[i].out) = filter_hold(list);
				p->ifaces_filter = true;
			}
	}
	p->global =
	        filter_hold(get(f, c, conf_text(conf_container(c, "access-group-global"), "acl")));
	p->ifaces_filter = p->ifaces_filter || p->global != NULL;
}

static void give_session(void *arg, const struct ppp_session_info *s)
{
	if (s->up)
		filters_session(arg, s);
}

static void set_idle(struct filter_idle *i, const struct conf *c)
{
	const struct centry *t = conf_container(c, "timeout");
	i->tcp_ms = conf_u32(t, "conn") * UINT64_C(1000);
	i->half_ms = conf_u32(t, "half-closed") * UINT64_C(1000);
	i->udp_ms = conf_u32(t, "udp") * UINT64_C(1000);
	i->icmp_ms = conf_u32(t, "icmp") * UINT64_C(1000);
	i->sctp_ms = conf_u32(t, "sctp") * UINT64_C(1000);
}

static void give_policy(struct filters *f, const struct conf *c)
{
	struct filter_policy *p = calloc(1, sizeof *p);
	if (p == NULL)
		return;
	const struct centry *same = conf_container(c, "same-security");
	p->permit_vpn = conf_in_set(conf_container(c, "sysopt"), "connection", "permit-vpn");
	p->intra = conf_in_set(same, "permit", "intra-interface");
	p->inter = conf_in_set(same, "permit", "inter-interface");
	set_idle(&p->idle, c);
	add_ifaces(f, p);
	add_groups(f, c, p);
	add_control(f, c, p);
	if (f->nxlate > 0)
		p->xlate = malloc(f->nxlate * sizeof *p->xlate);
	if (p->xlate != NULL) {
		memcpy(p->xlate, f->xlate, f->nxlate * sizeof *p->xlate);
		p->nxlate = f->nxlate;
	}
	filter_policy_finish(p);
	f->policy = p;
	workers_set_policy(f->gw->workers, p);
	ppp_each(f->gw->ppp, give_session, f);
}

/* What the server sent for this session goes before what the configuration says. */
static void give_downloaded(struct filters *f, const struct ppp_session_info *s)
{
	char name[FILTER_NAME_MAX];
	snprintf(name, sizeof name, "AAA-user-%s", s->user);
	workers_session_filter(f->gw->workers, s->link->tunnel, true, filter_of_lines(str_of(name), str_of(s->acl)),
	                       index_of(f->policy, s->link->ifname));
}

void filters_session(struct filters *f, const struct ppp_session_info *s)
{
	struct str name = str_of(s->filter);
	const struct conf *c = f->conf;
	struct filter *list = c != NULL ? get(f, c, name) : NULL;
	if (f->policy == NULL)
		return;
	if (s->acl[0] != '\0') {
		give_downloaded(f, s);
		return;
	}
	if (name.len > 0 && list == NULL)
		log_msg(MSG_109016, s->filter, s->user);
	workers_session_filter(f->gw->workers, s->link->tunnel, name.len > 0, filter_hold(list),
	                      index_of(f->policy, s->link->ifname));
}

bool filters_known(const struct filters *f, struct str name)
{
	struct filter *list = f->conf != NULL ? filter_compile(f->conf, name) : NULL;
	bool known = list != NULL;
	filter_drop(list);
	return known;
}

static void tick_one(void *arg, void *value)
{
	struct filters *f = arg;
	if (!time_set(f, value, f->conf))
		return;
	workers_rejudge(f->gw->workers);
	f->time_changed = true;
}

static void tick(struct timer *t, void *arg)
{
	struct filters *f = arg;
	f->time_changed = false;
	hash_each(f->lists, tick_one, f);
	if (f->time_changed)
		translate_again(f->gw); /* the host's rules know no time ranges */
	timer_start(&f->gw->clock, t, TIME_MS, tick, f);
}

/* ------------------------------------------------------------------ from outside */

static bool policy_same(const struct conf *old, const struct conf *next)
{
	static const char *const nodes[] = {"access-group",  "access-group-global", "access-group-cp",
	                                    "same-security", "sysopt",
	                                    "route",         "ip-pool",      "timeout"};
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		if (old == NULL || !conf_node_same(old, next, nodes[i]))
			return false;
	return lists_same(old, next);
}

void filters_apply(struct filters *f, const struct conf *old, const struct conf *next)
{
	f->conf = next;
	if (policy_same(old, next))
		return;
	if (!lists_same(old, next))
		renew(f, next);
	give_policy(f, next);
	if (!timer_running(&f->time))
		timer_start(&f->gw->clock, &f->time, TIME_MS, tick, f);
}

static bool same_xlate(const struct filter_xlate *a, const struct filter_xlate *b)
{
	return a->mapped == b->mapped && a->real == b->real && a->mask == b->mask && a->peer == b->peer &&
	       a->peer_mask == b->peer_mask && a->proto == b->proto && a->mapped_lo == b->mapped_lo &&
	       a->mapped_hi == b->mapped_hi && a->real_lo == b->real_lo;
}

void filters_translations(struct filters *f, const struct filter_xlate *x, size_t n)
{
	bool same = n == f->nxlate;
	for (size_t i = 0; same && i < n; i++)
		same = same_xlate(&f->xlate[i], &x[i]);
	if (same)
		return;
	free(f->xlate);
	f->nxlate = 0;
	f->xlate = n > 0 ? malloc(n * sizeof *f->xlate) : NULL;
	if (f->xlate != NULL) {
		memcpy(f->xlate, x, n * sizeof *f->xlate);
		f->nxlate = n;
	}
	filters_interfaces(f);
}

void filters_interfaces(struct filters *f)
{
	const struct conf *c = f->policy != NULL ? f->conf : NULL;
	if (c != NULL && f->gw->snap != NULL)
		give_policy(f, c);
}

struct filters *filters_new(struct gateway *gw)
{
	struct filters *f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	f->gw = gw;
	f->lists = hash_new(0);
	f->flows = hash_new(4096);
	f->host_hits = hash_new(0);
	if (f->lists == NULL || f->flows == NULL || f->host_hits == NULL) {
		filters_free(f);
		return NULL;
	}
	return f;
}

static void drop_one(void *arg, void *list)
{
	(void)arg;
	filter_drop(list);
}

void filters_free(struct filters *f)
{
	if (f == NULL)
		return;
	timer_stop(&f->gw->clock, &f->time);
	if (f->lists != NULL)
		hash_each(f->lists, drop_one, NULL);
	hash_free(f->lists);
	if (f->flows != NULL)
		filters_log_free(f);
	hash_free(f->flows);
	control_forget(f);
	free(f->xlate);
	filters_host_stop(f);
	filters_host_free(f);
	free(f);
}
