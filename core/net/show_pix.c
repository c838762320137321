/* show nameif, show ip, show route and show interface as PIX 6 printed them. */
#include "core/net/show_pix.h"

#include <ctype.h>
#include <stdio.h>

#include "core/base/ip4.h"

/* "ethernet0": the old release wrote names of interfaces small. */
struct hw_text {
	char s[HARDWARE_NAME_MAX];
};

static struct hw_text hw_text(const struct iface *i)
{
	struct hw_text t;
	str_copy(t.s, sizeof(t.s), str_of(i->conf.hw));
	t.s[0] = (char)tolower((unsigned char)t.s[0]);
	return t;
}

void show_pix_nameif(const struct ifaces *t, struct out *o)
{
	const struct iface *i;
	for (size_t k = 0; (i = ifaces_at(t, k)); k++)
		if (i->conf.nameif[0])
			out_printf(o, "nameif %s %s security%u\n", hw_text(i).s, i->conf.nameif,
			           i->conf.security);
}

static void ip_list(const struct ifaces *t, bool current, struct out *o)
{
	const struct iface *i;
	for (size_t k = 0; (i = ifaces_at(t, k)); k++) {
		bool device = current || i->conf.dhcp;
		uint32_t ip = device ? i->ip : i->conf.ip, mask = device ? i->mask : i->conf.mask;
		if (i->conf.nameif[0] && ip)
			out_printf(o, "\tip address %s %s %s\n", i->conf.nameif, ip4_text(ip).s,
			           ip4_text(mask).s);
	}
}

void show_pix_ip(const struct ifaces *t, struct out *o)
{
	out_str(o, "System IP Addresses:\n");
	ip_list(t, false, o);
	out_str(o, "Current IP Addresses:\n");
	ip_list(t, true, o);
}

/* A connected network leads to the interface's own address. */
void show_pix_route(const struct ifaces *t, const struct netlink_route *r, struct out *o)
{
	const struct iface *i = ifaces_by_index(t, r->index);
	if (i == NULL || !i->conf.nameif[0])
		return;
	out_printf(o, "\t%s %s %s ", i->conf.nameif, ip4_text(r->dst).s,
	           ip4_text(ip4_mask(r->bits)).s);
	out_printf(o, "%s %u %s static\n", ip4_text(r->gw ? r->gw : i->ip).s,
	           r->metric ? r->metric : 1, r->gw ? "OTHER" : "CONNECT");
}

void show_pix_interface(const struct iface *i, const struct netlink_link *l,
                        const struct netlink_stats *s, const struct ethtool_info *card,
                        struct out *o)
{
	typedef unsigned long long ull;
	const struct iface_conf *c = &i->conf;
	const uint8_t *m = l->mac;
	uint32_t ip = c->dhcp ? i->ip : c->ip, mask = c->dhcp ? i->mask : c->mask;
	out_printf(o, "interface %s \"%s\" is %s, line protocol is %s\n", hw_text(i).s, c->nameif,
	           c->shutdown ? "administratively down"
	           : i->up     ? "up"
	                       : "down",
	           i->up && i->carrier ? "up" : "down");
	out_printf(o, "  Hardware is %s ethernet, address is %02x%02x.%02x%02x.%02x%02x\n",
	           card->driver, m[0], m[1], m[2], m[3], m[4], m[5]);
	if (ip)
		out_printf(o, "  IP address %s, subnet mask %s\n", ip4_text(ip).s,
		           ip4_text(mask).s);
	out_printf(o, "  MTU %u bytes, BW %u Kbit %s duplex\n", l->mtu ? l->mtu : c->mtu,
	           (card->speed_mbps ? card->speed_mbps : 100) * 1000,
	           card->duplex_known && !card->full_duplex ? "half" : "full");
	out_printf(o, "\t%llu packets input, %llu bytes, %llu no buffer\n", (ull)s->rx_pkts,
	           (ull)s->rx_bytes, (ull)(s->rx_dropped + s->rx_missed));
	out_printf(o, "\tReceived %llu broadcasts, 0 runts, %llu giants\n", (ull)s->rx_multicast,
	           (ull)s->rx_length_errors);
	out_printf(o,
	           "\t%llu input errors, %llu CRC, %llu frame, %llu overrun, 0 ignored, 0 abort\n",
	           (ull)s->rx_errors, (ull)s->rx_crc, (ull)s->rx_frame,
	           (ull)(s->rx_over + s->rx_fifo));
	out_printf(o, "\t%llu packets output, %llu bytes, %llu underruns\n", (ull)s->tx_pkts,
	           (ull)s->tx_bytes, (ull)s->tx_fifo);
	out_printf(o, "\t%llu output errors, %llu collisions, %llu interface resets\n",
	           (ull)s->tx_errors, (ull)s->collisions, (ull)s->carrier_losses);
	out_printf(o,
	           "\t0 babbles, %llu late collisions, 0 deferred\n\t0 lost carrier, %llu no "
	           "carrier\n",
	           (ull)s->late_collisions, (ull)s->tx_carrier);
}
