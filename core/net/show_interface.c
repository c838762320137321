#include "core/net/show_interface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/net/ethtool.h"
#include "core/net/show_pix.h"

/* ------------------------------------------------------------------------------------------ rates */

enum { SAMPLE_S = 10, SAMPLES = 300 / SAMPLE_S + 1, MINUTE = 60 / SAMPLE_S };

struct sample {
	uint64_t at_ms, rx_pkts, rx_bytes, tx_pkts, tx_bytes, drops;
};

struct rates { /* of one device */
	char dev[IFNAMSIZ];
	struct sample first; /* show traffic counts from here */
	bool has_first;
	struct netlink_stats cleared; /* what clear interface took off */
	struct sample s[SAMPLES];     /* newest at [n - 1 modulo SAMPLES] */
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
	if (!r)
		return true;
	struct sample now = sample_of(l, clock_now(show->clock));
	if (!r->has_first)
		r->first = now;
	r->has_first = true;
	r->s[r->n++ % SAMPLES] = now;
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
	rec_open(o, minutes == 1 ? "rate_1_minute" : "rate_5_minutes");
	rec(o, "- input_packets input_bytes - output_packets output_bytes - drops",
	    "      %u minute input rate %llu pkts/sec,  %llu bytes/sec\n"
	    "      %u minute output rate %llu pkts/sec,  %llu bytes/sec\n"
	    "      %u minute drop rate, %llu pkts/sec\n",
	    minutes, (unsigned long long)s.rx_pkts, (unsigned long long)s.rx_bytes, minutes,
	    (unsigned long long)s.tx_pkts, (unsigned long long)s.tx_bytes, minutes,
	    (unsigned long long)s.drops);
	rec_close(o);
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

struct mac_text {
	char s[16];
};

static struct mac_text mac_text(const uint8_t *mac)
{
	struct mac_text t;
	snprintf(t.s, sizeof(t.s), "%02x%02x.%02x%02x.%02x%02x", mac[0], mac[1], mac[2], mac[3],
	         mac[4], mac[5]);
	return t;
}

static void print_card(const struct iface *i, const struct ethtool_info *card, struct out *o)
{
	rec(o, "hardware bandwidth_mbps", "  Hardware is %s, BW %u Mbps, DLY 10 usec\n",
	    card->driver, bandwidth_of(i->conf.hw)); /* the delay is a metric, and nobody's here */
	if (!i->carrier || !card->duplex_known || !card->speed_mbps)
		out_str(o, "        Auto-Duplex, Auto-Speed\n");
	else
		rec(o, "duplex_setting duplex - speed_mbps",
		    "        %s-Duplex(%s-duplex), %s-Speed(%u Mbps)\n",
		    card->autoneg       ? "Auto"
		    : card->full_duplex ? "Full"
		                        : "Half",
		    card->full_duplex ? "Full" : "Half", "Auto", card->speed_mbps);
	rec(o, "input_flow_control output_flow_control",
	    "        Input flow control is %s, output flow control is %s\n",
	    !card->pause_known ? "unsupported"
	    : card->rx_pause   ? "on"
	                       : "off",
	    card->tx_pause ? "on" : "off");
}

static void print_identity(const struct iface *i, const struct netlink_link *l, struct out *o)
{
	const struct iface_conf *c = &i->conf;
	if (c->description[0])
		rec(o, "description", "        Description: %s\n", c->description);
	if (!c->nameif[0])
		out_str(o, "        Available but not configured via nameif\n");
	rec(o, "mac_address", "        MAC address %s, ", mac_text(l->mac).s);
	if (c->nameif[0])
		rec(o, "mtu", "MTU %u\n", l->mtu ? l->mtu : c->mtu);
	else
		out_str(o, "MTU not set\n");
	uint32_t ip = c->dhcp ? i->ip : c->ip, mask = c->dhcp ? i->mask : c->mask;
	if (ip)
		rec(o, "address mask", "        IP address %s, subnet mask %s\n", ip4_text(ip).s,
		    ip4_text(mask).s);
	else
		out_str(o, "        IP address unassigned\n");
}

/* What is 0 the kernel does not tell apart: runts are among the giants, as lengths that are wrong; a card counts pause
 * frames, deferred frames and its own resets for itself. Nor does it tell how full its queues are: what is shown is
 * their length. */
static void print_counters(const struct netlink_stats *s, const struct ethtool_info *card,
                           struct out *o)
{
	typedef unsigned long long ull;
	rec_open(o, "counters");
	rec(o, "packets_input bytes_input no_buffer",
	    "        %llu packets input, %llu bytes, %llu no buffer\n", (ull)s->rx_pkts,
	    (ull)s->rx_bytes, (ull)(s->rx_dropped + s->rx_missed));
	rec(o, "broadcasts giants", "        Received %llu broadcasts, 0 runts, %llu giants\n",
	    (ull)s->rx_multicast, (ull)s->rx_length_errors);
	rec(o, "input_errors crc frame overrun",
	    "        %llu input errors, %llu CRC, %llu frame, %llu overrun, 0 ignored, 0 abort\n",
	    (ull)s->rx_errors, (ull)s->rx_crc, (ull)s->rx_frame, (ull)(s->rx_over + s->rx_fifo));
	out_str(o, "        0 pause input, 0 resume input\n        0 L2 decode drops\n");
	rec(o, "packets_output bytes_output underruns",
	    "        %llu packets output, %llu bytes, %llu underruns\n", (ull)s->tx_pkts,
	    (ull)s->tx_bytes, (ull)s->tx_fifo);
	out_str(o, "        0 pause output, 0 resume output\n");
	rec(o, "output_errors collisions interface_resets",
	    "        %llu output errors, %llu collisions, %llu interface resets\n",
	    (ull)s->tx_errors, (ull)s->collisions, (ull)s->carrier_losses);
	rec(o, "late_collisions", "        %llu late collisions, 0 deferred\n",
	    (ull)s->late_collisions);
	out_str(o, "        0 input reset drops, 0 output reset drops\n");
	rec(o, "input_queue -", "        input queue (blocks free curr/low): hardware (%u/%u)\n",
	    card->rx_ring, card->rx_ring);
	rec(o, "output_queue -", "        output queue (blocks free curr/low): hardware (%u/%u)\n",
	    card->tx_ring, card->tx_ring);
	rec_close(o);
}

/* What was counted since `clear interface`; all members of the struct are counters. */
static struct netlink_stats since_clear(const struct rates *r, const struct netlink_stats *s)
{
	union {
		struct netlink_stats s;
		uint64_t n[sizeof(*s) / sizeof(uint64_t)];
	} now = {.s = *s}, was = {.s = r ? r->cleared : (struct netlink_stats){0}};
	for (size_t i = 0; i < sizeof(*s) / sizeof(uint64_t); i++)
		now.n[i] -= now.n[i] >= was.n[i] ? was.n[i] : 0;
	return now.s;
}

static void print_traffic(const struct net_show *show, const struct iface *i,
                          const struct netlink_link *l, struct out *o)
{
	struct sample now = sample_of(l, show->clock ? clock_now(show->clock) : 0);
	const struct rates *r = rates_find(show->rates, i->dev, false);
	struct netlink_link since = *l;
	since.stats = since_clear(r, &l->stats);
	struct sample n = sample_of(&since, now.at_ms);
	out_printf(o, "  Traffic Statistics for \"%s\":\n", i->conf.nameif);
	rec_open(o, "traffic");
	rec(o, "packets_input bytes_input", "        %llu packets input, %llu bytes\n",
	    (unsigned long long)n.rx_pkts, (unsigned long long)n.rx_bytes);
	rec(o, "packets_output bytes_output", "        %llu packets output, %llu bytes\n",
	    (unsigned long long)n.tx_pkts, (unsigned long long)n.tx_bytes);
	rec(o, "packets_dropped", "        %llu packets dropped\n", (unsigned long long)n.drops);
	print_rates(o, 1, rate_over(r, now, MINUTE));
	print_rates(o, 5, rate_over(r, now, SAMPLES - 1));
	rec_close(o);
}

/* "Interface GigabitEthernet0/0 "outside", is up, line protocol is up" */
static void print_state(const struct iface *i, struct out *o)
{
	const struct iface_conf *c = &i->conf;
	rec(o, "interface name status line_protocol",
	    "Interface %s \"%s\", is %s, line protocol is %s\n", c->hw, c->nameif,
	    c->shutdown ? "administratively down"
	    : i->up     ? "up"
	                : "down",
	    i->up && i->carrier ? "up" : "down");
}

enum amount { SUMMARY, STATS, PIX };

static void print_interface(const struct net_show *show, const struct iface *i, enum amount amount,
                            struct out *o)
{
	struct netlink_link l = {0};
	struct ethtool_info card;
	netlink_link_get(ifaces_netlink(show->ifaces), i->dev[0] ? i->dev : "?", 0, &l);
	ethtool_read(i->dev, &card);
	if (amount == PIX) {
		struct netlink_stats s =
		        since_clear(rates_find(show->rates, i->dev, false), &l.stats);
		show_pix_interface(i, &l, &s, &card, o);
		return;
	}
	rec_open(o, NULL);
	print_state(i, o);
	if (amount == STATS)
		print_card(i, &card, o);
	print_identity(i, &l, o);
	if (amount == STATS) {
		struct netlink_stats s =
		        since_clear(rates_find(show->rates, i->dev, false), &l.stats);
		print_counters(&s, &card, o);
		if (i->conf.nameif[0])
			print_traffic(show, i, &l, o);
	}
	rec_close(o);
}

static int show_some(struct cmd *cmd, enum amount amount)
{
	const struct net_show *show = cmd->ctx;
	struct str name = cmd_text(cmd, "ifname");
	const struct iface *i = ifaces_by_nameif(show->ifaces, name);
	i = i || !name.len ? i : ifaces_by_hw(show->ifaces, name);
	if (name.len && !i)
		return cmd_fail(cmd, "interface %.*s does not exist", STR_ARG(name));
	rec_list(cmd->out, "interfaces");
	if (name.len)
		print_interface(show, i, amount, cmd->out);
	else
		for (size_t k = 0; (i = ifaces_at(show->ifaces, k)); k++)
			print_interface(show, i, amount, cmd->out);
	rec_close(cmd->out);
	return CMD_OK;
}

int show_interface(struct cmd *cmd)
{
	return show_some(cmd, cmd_pix(cmd) ? PIX : STATS);
}

int show_interface_summary(struct cmd *cmd)
{
	return show_some(cmd, SUMMARY);
}

/* ---------------------------------------------------------------------------------------- traffic */

static void print_way(struct out *o, const char *way, double secs, uint64_t pkts, uint64_t bytes)
{
	double per = secs > 0 ? secs : 1;
	rec_open(o, way);
	rec(o, "- seconds", "\t%s (in %.3f secs):\n", way, secs);
	rec(o, "packets bytes", "\t\t%llu packets\t%llu bytes\n", (unsigned long long)pkts,
	    (unsigned long long)bytes);
	rec(o, "packets_per_second bytes_per_second", "\t\t%llu pkts/sec\t%llu bytes/sec\n",
	    (unsigned long long)((double)pkts / per), (unsigned long long)((double)bytes / per));
	rec_close(o);
}

/* Since the last clear interface or the start. */
int show_traffic(struct cmd *cmd)
{
	const struct net_show *show = cmd->ctx;
	struct out *o = cmd->out;
	const struct iface *i;
	rec_list(o, "interfaces");
	for (size_t k = 0; (i = ifaces_at(show->ifaces, k)); k++) {
		struct netlink_link l = {0};
		if (!i->conf.nameif[0] ||
		    netlink_link_get(ifaces_netlink(show->ifaces), i->dev[0] ? i->dev : "?", 0, &l))
			continue;
		struct sample now = sample_of(&l, show->clock ? clock_now(show->clock) : 0);
		const struct rates *r = rates_find(show->rates, i->dev, false);
		const struct sample *first = r && r->has_first ? &r->first : &now;
		double secs = (double)(now.at_ms - first->at_ms) / 1000;
		rec_open(o, NULL);
		rec(o, "name", "%s:\n", i->conf.nameif);
		print_way(o, "received", secs, now.rx_pkts - first->rx_pkts,
		          now.rx_bytes - first->rx_bytes);
		print_way(o, "transmitted", secs, now.tx_pkts - first->tx_pkts,
		          now.tx_bytes - first->tx_bytes);
		print_rates(o, 1, rate_over(r, now, MINUTE));
		print_rates(o, 5, rate_over(r, now, SAMPLES - 1));
		rec_close(o);
	}
	rec_close(o);
	return CMD_OK;
}

int clear_interface(struct cmd *cmd)
{
	const struct net_show *show = cmd->ctx;
	struct str name = cmd_text(cmd, "ifname");
	const struct iface *i;
	bool any = false;
	for (size_t k = 0; (i = ifaces_at(show->ifaces, k)); k++) {
		struct netlink_link l = {0};
		if (name.len && !str_caseeq(name, str_of(i->conf.nameif)) &&
		    !str_caseeq(name, str_of(i->conf.hw)))
			continue;
		any = true;
		struct rates *r = rates_find(show->rates, i->dev, true);
		if (r && i->dev[0] &&
		    !netlink_link_get(ifaces_netlink(show->ifaces), i->dev, 0, &l))
			r->cleared = l.stats;
	}
	return name.len && !any ? cmd_fail(cmd, "interface %.*s does not exist", STR_ARG(name))
	                        : CMD_OK;
}

int clear_traffic(struct cmd *cmd)
{
	const struct net_show *show = cmd->ctx;
	for (unsigned i = 0; show->rates && i < show->rates->n; i++)
		show->rates->dev[i].has_first = false;
	netlink_links(ifaces_netlink(show->ifaces), sample_take, cmd->ctx);
	return CMD_OK;
}
