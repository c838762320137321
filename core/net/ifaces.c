#include "core/net/ifaces.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/net/ifaces_own.h"

enum { ADDRS_MAX = 512 };

struct ifaces {
	const struct hardware *hw;
	struct netlink *nl;
	struct iface_route *route; /* as configured */
	size_t nroutes;
	struct iface iface[IFACES_MAX];
	size_t n;
	struct netlink_addr addr[ADDRS_MAX]; /* of all devices */
	size_t naddrs;
	struct ifaces_own *own; /* what we changed on the devices (manage: yes) */
	struct out warned;      /* what is wrong with the devices, as it was said last */
	void (*changed)(void *arg, const struct iface *i);
	void *changed_arg;
};

static void note(struct out *notes, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void note(struct out *notes, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	if (!notes)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_printf(notes, "WARNING: %s\n", text);
}

static const char *label(const struct iface *i)
{
	return i->conf.nameif[0] ? i->conf.nameif : i->conf.hw;
}

/* ------------------------------------------------------------------------------ state of a device */

static bool addr_collect(void *arg, const struct netlink_addr *a)
{
	struct ifaces *t = arg;
	t->addr[t->naddrs++] = *a;
	return t->naddrs < ADDRS_MAX;
}

/* The configured address when the device has it, else its first one. */
static void address_read(struct ifaces *t, struct iface *i)
{
	i->ip = i->mask = 0;
	for (size_t k = 0; k < t->naddrs; k++) {
		const struct netlink_addr *a = &t->addr[k];
		bool wanted = i->conf.ip && a->ip == i->conf.ip;
		if (a->index != i->ifindex || (i->ip && !wanted))
			continue;
		i->ip = a->ip;
		i->mask = ip4_mask(a->bits);
		if (wanted)
			break;
	}
	i->ip_agrees = i->conf.dhcp ? i->ip != 0 : i->ip == i->conf.ip && i->mask == i->conf.mask;
}

static void iface_read(struct ifaces *t, struct iface *i)
{
	struct netlink_link l;
	i->ifindex = 0;
	i->up = i->carrier = false;
	i->ip = i->mask = 0;
	i->ip_agrees = false;
	if (!i->dev[0] || netlink_link_get(t->nl, i->dev, 0, &l))
		return;
	i->ifindex = l.index;
	i->carrier = l.carrier;
	i->up = !i->conf.shutdown && l.up;
	address_read(t, i);
}

static void devices_read(struct ifaces *t)
{
	t->naddrs = 0;
	netlink_addrs(t->nl, addr_collect, t);
	for (size_t k = 0; k < t->n; k++)
		iface_read(t, &t->iface[k]);
}

/* ------------------------------------------------------------------------------------------ apply */

static void list_build(struct ifaces *t, const struct ifaces_conf *conf)
{
	t->n = 0;
	for (size_t k = 0; k < conf->n && t->n < IFACES_MAX; k++) {
		struct iface *i = &t->iface[t->n++];
		*i = (struct iface){.conf = conf->iface[k]};
		const char *dev = hardware_device(t->hw, str_of(i->conf.hw));
		if (dev)
			str_copy(i->dev, sizeof(i->dev), str_of(dev));
	}
	/* What is built in but not configured is listed as shut down, as on the appliance. */
	for (unsigned k = 0; k < t->hw->n && t->n < IFACES_MAX; k++) {
		const struct hardware_dev *d = &t->hw->dev[k];
		if (ifaces_by_hw(t, str_of(d->hw)))
			continue;
		struct iface *i = &t->iface[t->n++];
		*i = (struct iface){.conf = {.shutdown = true, .mtu = 1500}};
		str_copy(i->conf.hw, sizeof(i->conf.hw), str_of(d->hw));
		str_copy(i->dev, sizeof(i->dev), str_of(d->dev));
	}
}

static void iface_warn(const struct iface *i, struct out *notes)
{
	const struct iface_conf *c = &i->conf;
	if (!c->nameif[0] || c->shutdown)
		return;
	if (!i->dev[0])
		note(notes, "interface %s: no device is mapped to %s, it stays down", label(i),
		     c->hw);
	else if (!i->ifindex)
		note(notes, "interface %s: device %s does not exist, it stays down", label(i),
		     i->dev);
	else if (!i->up)
		note(notes, "interface %s: device %s is down", label(i), i->dev);
	else if (c->dhcp && !i->ip)
		note(notes, "interface %s: device %s has no address", label(i), i->dev);
	else if (c->ip && !i->ip)
		note(notes, "interface %s: configured as %s %s, but device %s has no address",
		     label(i), ip4_text(c->ip).s, ip4_text(c->mask).s, i->dev);
	else if (c->ip && !i->ip_agrees)
		note(notes, "interface %s: configured as %s %s, but device %s has %s %s", label(i),
		     ip4_text(c->ip).s, ip4_text(c->mask).s, i->dev, ip4_text(i->ip).s,
		     ip4_text(i->mask).s);
}

/* A device stays as it is through many edits: what was said of it already is not said again. */
static void ifaces_warn(struct ifaces *t, struct out *notes)
{
	struct out now;
	out_init(&now);
	for (size_t k = 0; k < t->n; k++) {
		size_t from = now.len;
		iface_warn(&t->iface[k], &now);
		if (notes != NULL && now.len > from &&
		    (t->warned.len == 0 ||
		     memmem(t->warned.text, t->warned.len, now.text + from, now.len - from) == NULL))
			out_put(notes, (struct str){now.text + from, now.len - from});
	}
	out_free(&t->warned);
	t->warned = now;
}

struct route_find {
	const struct netlink_route *want;
	bool same,
	        other; /* the host has exactly this one; has another one to the same destination and metric */
};

static bool route_compare(void *arg, const struct netlink_route *r)
{
	struct route_find *f = arg;
	if (r->dst != f->want->dst || r->bits != f->want->bits)
		return true;
	if (r->gw == f->want->gw && r->index == f->want->index)
		f->same = true;
	else if (r->metric == f->want->metric && r->proto != NETLINK_PROTO)
		f->other = true;
	return true;
}

static void route_install(struct ifaces *t, const struct iface_route *c, struct out *notes)
{
	const struct iface *i = ifaces_by_nameif(t, str_of(c->nameif));
	struct err err = {0};
	if (!i || !i->up)
		return;
	struct netlink_route r = {
	        .dst = c->dst,
	        .bits = (uint8_t)ip4_mask_bits(c->mask),
	        .gw = c->gw,
	        .index = i->ifindex,
	        .metric = c->metric,
	        .proto = NETLINK_PROTO,
	};
	struct route_find f = {.want = &r};
	netlink_routes(t->nl, route_compare, &f);
	if (f.same)
		return;
	if (f.other)
		note(notes, "route %s %s: the host has another route to it, which stays",
		     ip4_text(c->dst).s, ip4_text(c->mask).s);
	else if (netlink_route_add(t->nl, &r, &err))
		note(notes, "route %s %s %s: %s", ip4_text(c->dst).s, ip4_text(c->mask).s,
		     ip4_text(c->gw).s, err.text);
}

static bool route_same(const struct iface_route *a, const struct iface_route *b)
{
	return !strcmp(a->nameif, b->nameif) && a->dst == b->dst && a->mask == b->mask &&
	       a->gw == b->gw && a->metric == b->metric;
}

/* Those that next (NULL = nothing) does not have. */
static void routes_withdraw(struct ifaces *t, const struct ifaces_conf *next)
{
	for (size_t k = 0; k < t->nroutes; k++) {
		const struct iface_route *c = &t->route[k];
		bool stays = false;
		for (size_t m = 0; next && m < next->nroutes && !stays; m++)
			stays = route_same(c, &next->route[m]);
		struct netlink_route r = {.dst = c->dst,
		                          .bits = (uint8_t)ip4_mask_bits(c->mask),
		                          .gw = c->gw,
		                          .metric = c->metric};
		if (!stays)
			netlink_route_del(t->nl, &r, NULL);
	}
}

void ifaces_apply(struct ifaces *t, const struct ifaces_conf *conf, struct out *notes)
{
	struct iface_route *route = calloc(conf->nroutes + 1, sizeof(*route));
	routes_withdraw(t, conf);
	free(t->route);
	t->route = route;
	t->nroutes = route ? conf->nroutes : 0;
	for (size_t k = 0; k < t->nroutes; k++)
		route[k] = conf->route[k];
	list_build(t, conf);
	devices_read(t);
	if (t->hw->manage) {
		for (size_t k = 0; k < t->n; k++)
			if (t->iface[k].ifindex && t->iface[k].conf.nameif[0])
				ifaces_own_take(t->own, &t->iface[k], notes);
		devices_read(t);
	}
	ifaces_warn(t, notes);
	for (size_t k = 0; k < t->nroutes; k++)
		route_install(t, &t->route[k], notes);
}

/* ---------------------------------------------------------------------------------------- changes */

void ifaces_refresh(struct ifaces *t)
{
	struct iface before[IFACES_MAX];
	memcpy(before, t->iface, t->n * sizeof(before[0]));
	devices_read(t);
	for (size_t k = 0; k < t->n; k++) {
		struct iface *i = &t->iface[k], *was = &before[k];
		bool line = i->up && i->carrier, line_was = was->up && was->carrier;
		if (line != line_was && i->conf.nameif[0]) {
			if (line)
				log_msg(MSG_411001, i->conf.nameif);
			else
				log_msg(MSG_411002, i->conf.nameif);
		}
		if (t->changed &&
		    (line != line_was || i->up != was->up || i->ifindex != was->ifindex ||
		     i->ip != was->ip || i->mask != was->mask))
			t->changed(t->changed_arg, i);
	}
	/* The kernel drops the routes of a device that goes down. */
	for (size_t k = 0; k < t->nroutes; k++)
		route_install(t, &t->route[k], NULL);
}

void ifaces_on_change(struct ifaces *t, void (*changed)(void *arg, const struct iface *i),
                      void *arg)
{
	t->changed = changed;
	t->changed_arg = arg;
}

struct ifaces *ifaces_new(const struct hardware *hw, struct netlink *nl)
{
	struct ifaces *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->hw = hw;
	t->nl = nl;
	out_init(&t->warned);
	t->own = ifaces_own_new(nl);
	if (!t->own) {
		free(t);
		return NULL;
	}
	return t;
}

void ifaces_free(struct ifaces *t)
{
	if (!t)
		return;
	routes_withdraw(t, NULL);
	free(t->route);
	ifaces_own_free(t->own);
	out_free(&t->warned);
	free(t);
}

/* ---------------------------------------------------------------------------------------- look-up */

size_t ifaces_count(const struct ifaces *t)
{
	return t->n;
}

const struct iface *ifaces_at(const struct ifaces *t, size_t i)
{
	return i < t->n ? &t->iface[i] : NULL;
}

const struct iface *ifaces_by_index(const struct ifaces *t, int ifindex)
{
	for (size_t k = 0; k < t->n && ifindex; k++)
		if (t->iface[k].ifindex == ifindex && t->iface[k].conf.nameif[0])
			return &t->iface[k];
	return NULL;
}

const struct iface *ifaces_by_nameif(const struct ifaces *t, struct str nameif)
{
	for (size_t k = 0; k < t->n && nameif.len; k++)
		if (str_eq(nameif, str_of(t->iface[k].conf.nameif)))
			return &t->iface[k];
	return NULL;
}

const struct iface *ifaces_by_hw(const struct ifaces *t, struct str hw)
{
	for (size_t k = 0; k < t->n; k++)
		if (str_caseeq(hw, str_of(t->iface[k].conf.hw)))
			return &t->iface[k];
	return NULL;
}

const struct iface *ifaces_by_ip(const struct ifaces *t, uint32_t ip)
{
	for (size_t k = 0; k < t->naddrs && ip; k++)
		if (t->addr[k].ip == ip)
			return ifaces_by_index(t, t->addr[k].index);
	return NULL;
}

const struct hardware *ifaces_hardware(const struct ifaces *t)
{
	return t->hw;
}

struct netlink *ifaces_netlink(const struct ifaces *t)
{
	return t->nl;
}
