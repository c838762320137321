/* interface, mtu and route of the configuration: checks between fields, and the compiled form. */
#include <errno.h>

#include "core/net/ifaces.h"

static uint32_t entry_ip(const struct centry *e, uint32_t *mask)
{
	*mask = conf_is_set(e, "mask") ? conf_ip(e, "mask") : 0;
	return conf_is_set(e, "ip") ? conf_ip(e, "ip") : 0;
}

/* ----------------------------------------------------------------------------------------- checks */

static int check_address(uint32_t ip, uint32_t mask, struct err *err)
{
	int bits = ip4_mask_bits(mask);
	if (bits < 1)
		return err_set(err, -EINVAL, "Invalid netmask %s", ip4_text(mask).s);
	uint32_t host = ip & ~mask;
	if (ip >> 28 >= 0xe || ip >> 24 == 127 || ip >> 24 == 0 ||
	    (bits < 31 && (!host || host == ~mask)))
		return err_set(err, -EINVAL, "%s is not the address of a host in its subnet",
		               ip4_text(ip).s);
	return 0;
}

static int interface_check(const struct conf *c, const struct centry *e, const struct centry *was,
                           struct conf_notes *notes, struct err *err)
{
	(void)was;
	(void)notes;
	uint32_t mask, other_mask, ip = entry_ip(e, &mask);
	struct str name = conf_text(e, "name"), nameif = conf_text(e, "nameif");
	int r = ip ? check_address(ip, mask, err) : 0;
	for (const struct centry *o = conf_first(c, "interface"); o && !r; o = conf_next(c, o)) {
		struct str other = conf_text(o, "name");
		if (str_caseeq(other, name))
			continue;
		if (nameif.len && str_eq(conf_text(o, "nameif"), nameif))
			return err_set(err, -EEXIST,
			               "Name \"%.*s\" has been assigned to interface %.*s",
			               STR_ARG(nameif), STR_ARG(other));
		uint32_t other_ip = entry_ip(o, &other_mask);
		if (ip && other_ip && (ip & other_mask & mask) == (other_ip & other_mask & mask))
			return err_set(
			        err, -EEXIST,
			        "Failed to apply IP address to interface %.*s, as the network "
			        "overlaps with "
			        "interface %.*s. Two interfaces cannot be in the same subnet.",
			        STR_ARG(name), STR_ARG(other));
	}
	return r;
}

static int route_check(const struct conf *c, const struct centry *e, const struct centry *was,
                       struct conf_notes *notes, struct err *err)
{
	(void)was;
	(void)notes;
	uint32_t dest = conf_ip(e, "dest"), mask = conf_ip(e, "mask"), gw = conf_ip(e, "gateway"),
	         own_mask;
	if (ip4_mask_bits(mask) < 0)
		return err_set(err, -EINVAL, "Invalid netmask %s", ip4_text(mask).s);
	if (dest & ~mask)
		return err_set(err, -EINVAL, "Inconsistent address and mask");
	for (const struct centry *o = conf_first(c, "interface"); o; o = conf_next(c, o))
		if (entry_ip(o, &own_mask) == gw)
			return err_set(err, -EINVAL,
			               "Invalid next hop address %s, it matches our IP address",
			               ip4_text(gw).s);
	return 0;
}

void ifaces_register_checks(void)
{
	static const struct conf_check checks[] = {
	        {"interface_check", interface_check},
	        {"route_check", route_check},
	};
	conf_check_register(checks, sizeof(checks) / sizeof(checks[0]));
}

/* ---------------------------------------------------------------------------------------- compile */

static uint16_t mtu_of(const struct conf *c, struct str nameif)
{
	const struct centry *e = nameif.len ? conf_find(c, "mtu", nameif) : NULL;
	return e ? (uint16_t)conf_u32(e, "bytes") : 1500;
}

static void iface_compile(const struct conf *c, const struct centry *e, struct iface_conf *i)
{
	str_copy(i->hw, sizeof(i->hw), conf_text(e, "name"));
	str_copy(i->nameif, sizeof(i->nameif), conf_text(e, "nameif"));
	str_copy(i->description, sizeof(i->description), conf_text(e, "description"));
	i->security = (uint8_t)conf_u32(e, "security-level");
	i->shutdown = conf_bool(e, "shutdown");
	i->dhcp = conf_is_set(e, "dhcp");
	i->ip = i->dhcp ? 0 : entry_ip(e, &i->mask);
	i->mtu = mtu_of(c, conf_text(e, "nameif"));
}

int ifaces_compile(const struct conf *c, struct arena *a, struct ifaces_conf **out,
                   struct out *notes, struct err *err)
{
	struct ifaces_conf *n = arena_alloc(a, sizeof(*n));
	size_t count = 0, routes = 0;
	for (const struct centry *e = conf_first(c, "interface"); e; e = conf_next(c, e))
		count++;
	for (const struct centry *e = conf_first(c, "route"); e; e = conf_next(c, e))
		routes++;
	if (count > IFACES_MAX) {
		if (notes)
			out_printf(notes, "WARNING: only the first %d interfaces are used\n",
			           IFACES_MAX);
		count = IFACES_MAX;
	}
	if (n) {
		n->iface = arena_calloc(a, count + 1, sizeof(*n->iface));
		n->route = arena_calloc(a, routes + 1, sizeof(*n->route));
	}
	if (!n || !n->iface || !n->route)
		return err_set(err, -ENOMEM, "out of memory");
	for (const struct centry *e = conf_first(c, "interface"); e && n->n < count;
	     e = conf_next(c, e))
		iface_compile(c, e, &n->iface[n->n++]);
	for (const struct centry *e = conf_first(c, "route"); e; e = conf_next(c, e)) {
		if (conf_is_set(e, "tunneled"))
			continue; /* a second default route, for clients only: not the host's */
		struct iface_route *r = &n->route[n->nroutes++];
		str_copy(r->nameif, sizeof(r->nameif), conf_text(e, "ifname"));
		r->dst = conf_ip(e, "dest");
		r->mask = conf_ip(e, "mask");
		r->gw = conf_ip(e, "gateway");
		r->metric = conf_u32(e, "metric");
	}
	*out = n;
	return 0;
}
