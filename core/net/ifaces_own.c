#include "core/net/ifaces_own.h"

#include <stdlib.h>
#include <string.h>

enum { OWN_ADDRS_MAX = 16 };

struct device { /* as it was */
	int ifindex;
	bool up;
	uint32_t mtu;
	struct netlink_addr addr[OWN_ADDRS_MAX];
	unsigned naddrs;
};

struct ifaces_own {
	struct netlink *nl;
	struct device dev[IFACES_MAX];
	unsigned n;
};

struct ifaces_own *ifaces_own_new(struct netlink *nl)
{
	struct ifaces_own *o = calloc(1, sizeof(*o));
	if (o)
		o->nl = nl;
	return o;
}

static bool addr_collect(void *arg, const struct netlink_addr *a)
{
	struct device *d = arg;
	if (a->index == d->ifindex)
		d->addr[d->naddrs++] = *a;
	return d->naddrs < OWN_ADDRS_MAX;
}

static struct device snapshot(struct ifaces_own *o, int ifindex)
{
	struct device d = {.ifindex = ifindex};
	struct netlink_link l;
	if (!netlink_link_get(o->nl, NULL, ifindex, &l)) {
		d.up = l.up;
		d.mtu = l.mtu;
	}
	netlink_addrs(o->nl, addr_collect, &d);
	return d;
}

static bool known(const struct ifaces_own *o, int ifindex)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->dev[i].ifindex == ifindex)
			return true;
	return false;
}

static bool addr_in(const struct device *d, const struct netlink_addr *a)
{
	for (unsigned i = 0; i < d->naddrs; i++)
		if (d->addr[i].ip == a->ip && d->addr[i].bits == a->bits)
			return true;
	return false;
}

/* Makes the addresses of the device those of want. */
static int addrs_set(struct ifaces_own *o, const struct device *want, struct err *err)
{
	struct device now = snapshot(o, want->ifindex);
	int r = 0;
	for (unsigned i = 0; i < now.naddrs && !r; i++)
		if (!addr_in(want, &now.addr[i]))
			r = netlink_addr_del(o->nl, &now.addr[i], err);
	for (unsigned i = 0; i < want->naddrs && !r; i++)
		if (!addr_in(&now, &want->addr[i]))
			r = netlink_addr_add(o->nl, &want->addr[i], err);
	return r;
}

void ifaces_own_take(struct ifaces_own *o, const struct iface *i, struct out *notes)
{
	struct device want = {.ifindex = i->ifindex};
	struct err err = {0};
	if (!known(o, i->ifindex) && o->n < IFACES_MAX)
		o->dev[o->n++] = snapshot(o, i->ifindex);
	if (i->conf.ip)
		want.addr[want.naddrs++] =
		        (struct netlink_addr){.index = i->ifindex,
		                              .ip = i->conf.ip,
		                              .bits = (uint8_t)ip4_mask_bits(i->conf.mask)};
	int r = netlink_link_set(o->nl, i->ifindex, !i->conf.shutdown, i->conf.mtu, &err);
	if (!r && !i->conf.dhcp)
		r = addrs_set(o, &want, &err);
	if (r && notes)
		out_printf(notes, "WARNING: interface %s: device %s: %s\n", i->conf.nameif, i->dev,
		           err.text);
}

void ifaces_own_free(struct ifaces_own *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		netlink_link_set(o->nl, o->dev[i].ifindex, o->dev[i].up, o->dev[i].mtu, NULL);
		addrs_set(o, &o->dev[i], NULL);
	}
	free(o);
}
