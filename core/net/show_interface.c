#include "core/net/show_interface.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/net/ethtool.h"

/* ------------------------------------------------------------------------------------------ rates */

enum { SAMPLE_S = 10, SAMPLES = 300 / SAMPLE_S + 1, MINUTE = 60 / SAMPLE_S };

struct sample {
	uint64_t at_ms, rx_pkts, rx_bytes, tx_pkts, tx_bytes, drops;
};

struct rates { /* of one device */
	char dev[IFNAMSIZ];
	struct sample s[SAMPLES]; /* newest at [n - 1 modulo SAMPLES] */
	unsigned n;
};

struct show_rates {
	struct timer timer;
	struct rates dev[IFACES_MAX];
	unsigned n;
};

static struct sample sample_of(const struct netlink_link *l, uint64_t now_ms)
{
	const struct netlink_stats *s = &l->stats;
	return (struct sample){now_ms,     s->rx_pkts,  s->rx_bytes,
	                       s->tx_pkts, s->tx_bytes, s->rx_dropped + s->tx_dropped};
}

static struct rates *rates_find(struct show_rates *t, const char *dev, bool make)
{
	if (!t)
		return NULL;
	for (unsigned i = 0; i < t->n; i++)
		if (!strcmp(t->dev[i].dev, dev))
			return &t->dev[i];
	if (!make || t->n == IFACES_MAX)
		return NULL;
	struct rates *r = &t->dev[t->n++];
	*r = (struct rates){0};
	str_copy(r->dev, sizeof(r->dev), str_of(dev));
	return r;
}

static bool sample_take(void *arg, const struct netlink_link *l)
{
	struct net_show *show = arg;
	const struct iface *i = ifaces_by_index(show->ifaces, l->index);
	struct rates *r = i ? rates_find(show->rates, i->dev, true) : NULL;
	if (r)
		r->s[r->n++ % SAMPLES] = sample_of(l, clock_now(show->clock));
	return true;
}

static void samples_take(struct timer *timer, void *arg)
{
	struct net_show *show = arg;
	netlink_links(ifaces_netlink(show->ifaces), sample_take, show);
	timer_start(show->clock, timer, SAMPLE_S * 1000, samples_take, show);
}

void show_rate_start(struct net_show *show)
{
	show->rates = show->clock ? calloc(1, sizeof(*show->rates)) : NULL;
	if (show->rates)
		timer_start(show->clock, &show->rates->timer, 0, samples_take, show);
}

void show_rate_stop(struct net_show *show)
{
	if (show->rates)
		timer_stop(show->clock, &show->rates->timer);
	free(show->rates);
	show->rates = NULL;
}

/* Per second, over the last `span` samples. While there are fewer the time before them counts as silence, so that a
 * burst just after the start is no rate of a minute. */
static struct sample rate_over(const struct rates *r, struct sample now, unsigned span)
{
	struct sample zero = {0};
	unsigned have = !r ? 0 : r->n < SAMPLES ? r->n : SAMPLES;
	if (!have)
		return zero;
	const struct sample *then = &r->s[(r->n - (span < have ? span : have)) % SAMPLES];
	uint64_t ms = now.at_ms - then->at_ms, window_ms = span * SAMPLE_S * 1000ull;
	if (now.rx_bytes < then->rx_bytes || now.tx_bytes < then->tx_bytes) /* a device made anew */
		return zero;
	if (ms < window_ms)
		ms = window_ms;
	return (struct sample){
	        .rx_pkts = (now.rx_pkts - then->rx_pkts) * 1000 / ms,
	        .rx_bytes = (now.rx_bytes - then->rx_bytes) * 1000 / ms,
	        .tx_pkts = (now.tx_pkts - then->tx_pkts) * 1000 / ms,
	        .tx_bytes = (now.tx_bytes - then->tx_bytes) * 1000 / ms,
	        .drops = (now.drops - then->drops) * 1000 / ms,
	};
}

static void print_rates(struct out *o, unsigned minutes, struct sample s)
{
	out_printf(o,
	           "      %u minute input rate %llu pkts/sec,  %llu bytes/sec\n"
	           "      %u minute output rate %llu pkts/sec,  %llu bytes/sec\n"
	           "      %u minute drop rate, %llu pkts/sec\n",
	           minutes, (unsigned long long)s.rx_pkts, (unsigned long long)s.rx_bytes, minutes,
	           (unsigned long long)s.tx_pkts, (unsigned long long)s.tx_bytes, minutes,
	           (unsigned long long)s.drops);
}

/* ---------------------------------------------------------------------------------- one interface */

/* What the name promises, as the appliance prints it. */
static unsigned bandwidth_of(const char *hw)
{
	static const struct {
		const char *prefix;
		unsigned mbps;
	} names[] = {{"Ten", 10000},
	             {"Gigabit", 1000},
	             {"Management", 1000},
	             {"Ethernet", 100},
	             {"Fast", 100}};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncasecmp(hw, names[i].prefix, strlen(names[i].prefix)))
			return names[i].mbps;
	return 1000;
}

static void print_card(const struct iface *i, struct out *o)
{
	struct ethtool_info card;
	ethtool_read(i->dev, &card);
	out_printf(o, "  Hardware is %s, BW %u Mbps, DLY 10 usec\n", card.driver,
	           bandwidth_of(i->conf.hw));
	if (!i->carrier || !card.duplex_known || !card.speed_mbps)
		out_str(o, "        Auto-Duplex, Auto-Speed\n");
	else
		out_printf(o, "        %s-Duplex(%s-duplex), %s-Speed(%u Mbps)\n",
		           card.autoneg       ? "Auto"
		           : card.full_duplex ? "Full"
		                              : "Half",
		           card.full_duplex ? "Full" : "Half", "Auto", card.speed_mbps);
	out_str(o, "        Input flow control is unsupported, output flow control is off\n");
}

static void print_identity(const struct iface *i, const struct netlink_link *l, struct out *o)
{
	const struct iface_conf *c = &i->conf;
	if (c->description[0])
		out_printf(o, "        Description: %s\n", c->description);
	if (!c->nameif[0])
		out_str(o, "        Available but not configured via nameif\n");
	out_printf(o, "        MAC address %02x%02x.%02x%02x.%02x%02x, ", l->mac[0], l->mac[1],
	           l->mac[2], l->mac[3], l->mac[4], l->mac[5]);
	if (c->nameif[0])
		out_printf(o, "MTU %u\n", l->mtu ? l->mtu : c->mtu);
	else
		out_str(o, "MTU not set\n");
	uint32_t ip = c->dhcp ? i->ip : c->ip, mask = c->dhcp ? i->mask : c->mask;
	if (ip)
		out_printf(o, "        IP address %s, subnet mask %s\n", ip4_text(ip).s,
		           ip4_text(mask).s);
	else
		out_str(o, "        IP address unassigned\n");
}

static void print_counters(const struct netlink_stats *s, struct out *o)
{
	typedef unsigned long long ull;
	out_printf(o, "        %llu packets input, %llu bytes, %llu no buffer\n", (ull)s->rx_pkts,
	           (ull)s->rx_bytes, (ull)(s->rx_dropped + s->rx_missed));
	out_printf(o, "        Received %llu broadcasts, 0 runts, %llu giants\n",
	           (ull)s->rx_multicast, (ull)s->rx_length_errors);
	out_printf(o,
	           "        %llu input errors, %llu CRC, %llu frame, %llu overrun, 0 ignored, 0 "
	           "abort\n",
	           (ull)s->rx_errors, (ull)s->rx_crc, (ull)s->rx_frame,
	           (ull)(s->rx_over + s->rx_fifo));
	out_str(o, "        0 pause input, 0 resume input\n        0 L2 decode drops\n");
	out_printf(o, "        %llu packets output, %llu bytes, %llu underruns\n", (ull)s->tx_pkts,
	           (ull)s->tx_bytes, (ull)s->tx_fifo);
	out_str(o, "        0 pause output, 0 resume output\n");
	out_printf(o, "        %llu output errors, %llu collisions, 0 interface resets\n",
	           (ull)s->tx_errors, (ull)s->collisions);
	out_str(o, "        0 late collisions, 0 deferred\n        0 input reset drops, 0 output "
	           "reset drops\n"
	           "        input queue (blocks free curr/low): hardware (511/511)\n"
	           "        output queue (blocks free curr/low): hardware (511/511)\n");
}

static void print_traffic(const struct net_show *show, const struct iface *i,
                          const struct netlink_link *l, struct out *o)
{
	struct sample now = sample_of(l, show->clock ? clock_now(show->clock) : 0);
	const struct rates *r = rates_find(show->rates, i->dev, false);
	out_printf(o, "  Traffic Statistics for \"%s\":\n", i->conf.nameif);
	out_printf(o, "        %llu packets input, %llu bytes\n", (unsigned long long)now.rx_pkts,
	           (unsigned long long)now.rx_bytes);
	out_printf(o, "        %llu packets output, %llu bytes\n", (unsigned long long)now.tx_pkts,
	           (unsigned long long)now.tx_bytes);
	out_printf(o, "        %llu packets dropped\n", (unsigned long long)now.drops);
	print_rates(o, 1, rate_over(r, now, MINUTE));
	print_rates(o, 5, rate_over(r, now, SAMPLES - 1));
}

static void print_interface(const struct net_show *show, const struct iface *i, struct out *o)
{
	struct netlink_link l = {0};
	const struct iface_conf *c = &i->conf;
	netlink_link_get(ifaces_netlink(show->ifaces), i->dev[0] ? i->dev : "?", 0, &l);
	out_printf(o, "Interface %s \"%s\", is %s, line protocol is %s\n", c->hw, c->nameif,
	           c->shutdown ? "administratively down"
	           : i->up     ? "up"
	                       : "down",
	           i->up && i->carrier ? "up" : "down");
	print_card(i, o);
	print_identity(i, &l, o);
	print_counters(&l.stats, o);
	if (c->nameif[0])
		print_traffic(show, i, &l, o);
}

int show_interface(struct cmd *cmd)
{
	const struct net_show *show = cmd->ctx;
	struct str name = cmd_text(cmd, "ifname");
	const struct iface *i;
	if (name.len) {
		i = ifaces_by_nameif(show->ifaces, name);
		i = i ? i : ifaces_by_hw(show->ifaces, name);
		if (!i)
			return cmd_fail(cmd, "interface %.*s does not exist", STR_ARG(name));
		print_interface(show, i, cmd->out);
		return CMD_OK;
	}
	for (size_t k = 0; (i = ifaces_at(show->ifaces, k)); k++)
		print_interface(show, i, cmd->out);
	return CMD_OK;
}
