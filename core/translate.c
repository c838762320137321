/* Translation rules and access groups of the configuration in the project's own table of nftables. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/filters.h"
#include "core/base/rec.h"
#include "core/config/nat_rule.h"
#include "core/gateway.h"
#include "core/net/conntrack.h"
#include "core/net/nat_conf.h"

static bool same(const struct conf *old, const struct conf *next)
{
	static const char *const nodes[] = {"interface",      "ip-pool",        "nat",
	                                    "nat-after",      "object-nat",     "nat-old",
	                                    "global",         "object-network", "object-group",
	                                    "object-service", "access-list",    "access-group",
	                                    "same-security",  "crypto-map",     "static",
	                                    "time-range",     "access-group-cp",
	                                    "access-group-global", "icmp-rule"};
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		if (old == NULL || !conf_node_same(old, next, nodes[i]))
			return false;
	return true;
}

/* Clients come in where a crypto map is. */
static bool is_vpn(const struct conf *c, const char *nameif)
{
	for (const struct centry *m = conf_first(c, "crypto-map"); m; m = conf_next(c, m))
		for (const struct centry *i = conf_first_child(c, m, "interface"); i;
		     i = conf_next(c, i))
			if (str_eq_cstr(conf_text(i, "ifname"), nameif))
				return true;
	return false;
}

static void host_of(const struct gateway *gw, const struct conf *c, struct nat_host *h)
{
	memset(h, 0, sizeof *h);
	str_copy(h->tun, sizeof h->tun, str_of(gw->tun[0].name));
	h->manage = gw->hw.manage;
	time_t now = clock_wall(&gw->clock);
	localtime_r(&now, &h->now);
	for (size_t i = 0;
	     i < ifaces_count(gw->ifaces) && h->n < sizeof h->iface / sizeof h->iface[0]; i++) {
		const struct iface *is = ifaces_at(gw->ifaces, i);
		if (is->conf.nameif[0] == '\0')
			continue;
		struct nat_iface *to = &h->iface[h->n++];
		str_copy(to->name, sizeof to->name, str_of(is->conf.nameif));
		str_copy(to->dev, sizeof to->dev, str_of(is->dev));
		to->ip = is->ip;
		to->mask = is->mask;
		to->level = is->conf.security;
		to->vpn = is_vpn(c, is->conf.nameif);
	}
}

static void masquerade(const struct gateway *gw, const struct snapshot *s, struct nat_rules *rules)
{
	const char *dev =
	        gw->hw.nat[0] != '\0' ? hardware_device(&gw->hw, str_of(gw->hw.nat)) : NULL;
	if (dev == NULL)
		return;
	rules->masquerade = true;
	str_copy(rules->out_dev, sizeof rules->out_dev, str_of(dev));
	for (size_t i = 0; i < s->ppp->npools && rules->npools < NAT_SUBNETS_MAX; i++)
		rules->pool[rules->npools++] =
		        (struct nat_subnet){s->ppp->pools[i].first, s->ppp->pools[i].last};
}

/* What a rule cannot have is told once, not with every line that is typed. */
static void tell(struct gateway *gw, const struct out *said, struct out *notes)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < said->len; i++)
		hash = (hash ^ (uint8_t)said->text[i]) * 16777619u;
	if (said->len > 0 && hash != gw->translate_told)
		out_put(notes, out_text(said));
	gw->translate_told = hash;
}

/* Everything rules say of interfaces. */
static uint32_t host_hash(const struct nat_host *h)
{
	const uint8_t *p = (const uint8_t *)h->iface;
	uint32_t n = 2166136261u;
	for (size_t i = 0; i < h->n * sizeof h->iface[0]; i++)
		n = (n ^ p[i]) * 16777619u;
	return n;
}

static void answer(struct gateway *gw, const struct nat_mapped *m, bool add)
{
	struct netlink_link link;
	struct netlink_route r = {.dst = m->ip, .bits = (uint8_t)ip4_mask_bits(m->mask), .local = true};
	if (!add) {
		netlink_route_del(gw->nl, &r, NULL);
	} else if (netlink_link_get(gw->nl, m->dev, 0, &link) == 0) {
		r.index = link.index;
		netlink_route_add(gw->nl, &r, NULL);
	}
}

static bool among(const struct nat_mapped *all, size_t n, const struct nat_mapped *m)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].ip == m->ip && all[i].mask == m->mask && strcmp(all[i].dev, m->dev) == 0)
			return true;
	return false;
}

/* Proxy ARP for mapped addresses: they are routed to the host itself, which hands on what rules translate and drops the
 * rest. Takes what `next` has over. */
static void answer_for(struct gateway *gw, struct nat_chains *next)
{
	for (size_t i = 0; i < gw->nmapped; i++)
		if (!among(next->mapped, next->nmapped, &gw->mapped[i]))
			answer(gw, &gw->mapped[i], false);
	for (size_t i = 0; i < next->nmapped; i++)
		if (!among(gw->mapped, gw->nmapped, &next->mapped[i]))
			answer(gw, &next->mapped[i], true);
	free(gw->mapped);
	gw->mapped = next->mapped;
	gw->nmapped = next->nmapped;
	next->mapped = NULL;
}

static void write_mapped(const struct nat_chains *c, struct out *o)
{
	for (size_t i = 0; i < c->nmapped; i++)
		out_printf(o, "ip daddr %s/%d counter drop\n", ip4_text(c->mapped[i].ip).s,
		           ip4_mask_bits(c->mapped[i].mask));
}

void translate_end(struct gateway *gw)
{
	struct nat_chains none = {0};
	if (gw->nl != NULL)
		answer_for(gw, &none);
	free(gw->mapped);
	gw->mapped = NULL;
	gw->nmapped = 0;
	free(gw->fixed);
	gw->fixed = NULL;
	conntrack_close(gw->ct);
	gw->ct = NULL;
}

static void write_rules(struct gateway *gw, const struct conf *c, const struct snapshot *s, struct out *notes)
{
	struct nat_rules rules = {0};
	struct nat_chains chains = {0};
	struct nat_host host;
	struct out said, mapped;
	struct err err = {0};
	out_init(&said);
	out_init(&mapped);
	masquerade(gw, s, &rules);
	host_of(gw, c, &host);
	gw->translate_host = host_hash(&host);
	nat_conf_write(c, &host, &chains, &said);
	rules.postrouting = chains.postrouting.text;
	rules.prerouting = chains.prerouting.text;
	rules.forward = chains.forward.text;
	rules.input = chains.input.text;
	write_mapped(&chains, &mapped);
	rules.mapped = mapped.text;
	rules.lists = chains.lists.text;
	filters_host_keep(gw->filters); /* the counters go with the old rules */
	if (nat_apply(gw->nat, &rules, &err) != 0)
		out_printf(notes, "WARNING: %s\n", err.text);
	filters_host_lists(gw->filters, out_text(&chains.names));
	filters_translations(gw->filters, chains.xlate, chains.nxlate);
	answer_for(gw, &chains);
	free(gw->fixed);
	gw->fixed = chains.fixed;
	gw->nfixed = chains.nfixed;
	gw->fixed_ms = clock_now(&gw->clock);
	chains.fixed = NULL;
	out_free(&mapped);
	tell(gw, &said, notes);
	out_free(&said);
	nat_chains_free(&chains);
}

/* Lines that were typed just now and are for an owner of the devices. */
void translate_prepare(const struct gateway *gw, const struct conf *old, const struct conf *next, struct out *notes)
{
	static const struct {
		const char *node, *text;
	} lines[] = {
	        {"icmp-rule", "icmp: the host answers as it does"},
	        {"access-group-cp",
	         "access-group control-plane: IKE is judged, what else is sent to the host is not"},
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0] && !gw->hw.manage; i++)
		if ((old == NULL || !conf_node_same(old, next, lines[i].node)) &&
		    conf_first(next, lines[i].node) != NULL)
			out_printf(notes, "WARNING: %s, its devices are not the appliance's (hardware.yaml: manage)\n",
			           lines[i].text);
}

void translate_apply(struct gateway *gw, const struct conf *old, const struct conf *next,
                     const struct snapshot *s, struct out *notes)
{
	if (!same(old, next))
		write_rules(gw, next, s, notes);
}

void translate_interfaces(struct gateway *gw)
{
	struct nat_host host;
	struct out notes;
	if (gw->snap == NULL || gw->filters->conf == NULL)
		return;
	host_of(gw, gw->filters->conf, &host);
	if (gw->translate_host == 0 || host_hash(&host) == gw->translate_host)
		return;
	out_init(&notes);
	write_rules(gw, gw->filters->conf, gw->snap, &notes);
	out_free(&notes);
}

void translate_again(struct gateway *gw)
{
	struct out notes;
	out_init(&notes);
	if (gw->snap != NULL && gw->hw.manage)
		write_rules(gw, gw->filters->conf, gw->snap, &notes);
	out_free(&notes);
}
