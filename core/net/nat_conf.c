#include "core/net/nat_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/config/nat_rule.h"

enum { RULES_MAX = 8192 };

const struct nat_iface *build_iface(const struct build *b, struct str name)
{
	for (size_t i = 0; i < b->host->n; i++)
		if (str_eq_cstr(name, b->host->iface[i].name))
			return &b->host->iface[i];
	return NULL;
}

bool build_full(struct build *b)
{
	if (b->n++ < RULES_MAX)
		return false;
	if (b->n == RULES_MAX + 1)
		out_printf(b->notes, "WARNING: only the first %d rules of nftables are in force\n",
		           RULES_MAX);
	return true;
}

void build_address(struct out *o, const char *side, const struct acl_addr *a)
{
	if (a->kind == ACL_NET)
		out_printf(o, "ip %s %s/%d ", side, ip4_text(a->ip).s, ip4_mask_bits(a->mask));
	else if (a->kind == ACL_RANGE)
		out_printf(o, "ip %s %s-%s ", side, ip4_text(a->ip).s, ip4_text(a->mask).s);
}

void build_xlate(struct build *b, const struct filter_xlate *x)
{
	struct nat_chains *c = b->out;
	struct filter_xlate *grown =
	        c->nxlate & (c->nxlate - 1) ? c->xlate
	                                    : realloc(c->xlate, (c->nxlate ? c->nxlate * 2 : 1) * sizeof *grown);
	if (grown == NULL)
		return;
	c->xlate = grown;
	c->xlate[c->nxlate++] = *x;
}

void build_fixed(struct build *b, const struct nat_fixed *f)
{
	struct nat_chains *c = b->out;
	struct nat_fixed *grown =
	        c->nfixed & (c->nfixed - 1) ? c->fixed
	                                    : realloc(c->fixed, (c->nfixed ? c->nfixed * 2 : 1) * sizeof *grown);
	if (grown == NULL)
		return;
	c->fixed = grown;
	c->fixed[c->nfixed++] = *f;
}

static void add_mapped(struct nat_chains *c, const struct nat_iface *i, uint32_t ip, uint32_t mask)
{
	bool near = i->dev[0] != '\0' && i->mask != 0 && i->mask <= mask &&
	            (ip & i->mask) == (i->ip & i->mask);
	if (!near || ((i->ip & mask) == ip && mask == UINT32_MAX))
		return;
	for (size_t k = 0; k < c->nmapped; k++)
		if (c->mapped[k].ip == ip && c->mapped[k].mask == mask)
			return;
	struct nat_mapped *grown = realloc(c->mapped, (c->nmapped + 1) * sizeof *grown);
	if (grown == NULL)
		return;
	c->mapped = grown;
	c->mapped[c->nmapped] = (struct nat_mapped){.ip = ip, .mask = mask};
	str_copy(c->mapped[c->nmapped++].dev, IFNAMSIZ, str_of(i->dev));
}

void build_mapped(struct build *b, struct str ifname, uint32_t ip, uint32_t mask)
{
	bool any = str_eq(ifname, STR("any"));
	for (size_t i = 0; b->host->manage && i < b->host->n; i++)
		if (any || str_eq_cstr(ifname, b->host->iface[i].name))
			add_mapped(b->out, &b->host->iface[i], ip, mask);
}

static void write_objects(struct build *b, bool dynamic, unsigned *number)
{
	for (const struct centry *e = conf_first(b->c, "object-nat"); e; e = conf_next(b->c, e)) {
		struct nat_rule r;
		struct str rule = conf_text(e, "rule");
		if (nat_rule_parse(rule, true, &r, NULL) && r.dynamic == dynamic) {
			snprintf(b->tag, sizeof b->tag, "nat 2.%u", ++*number);
			xlate_rule(b, rule, conf_text(e, "name"));
		}
	}
}

static void write_manual(struct build *b, const char *node, unsigned section)
{
	unsigned number = 0;
	for (const struct centry *e = conf_first(b->c, node); e; e = conf_next(b->c, e)) {
		snprintf(b->tag, sizeof b->tag, "nat %u.%u", section, ++number);
		xlate_rule(b, conf_text(e, "rule"), (struct str){0});
	}
}

void nat_conf_write(const struct conf *c, const struct nat_host *host, struct nat_chains *chains,
                    struct out *notes)
{
	struct build b = {.c = c, .host = host, .out = chains, .notes = notes};
	unsigned number = 0;
	nat_old_write(&b);
	write_manual(&b, "nat", 1);
	write_objects(&b, false, &number);
	write_objects(&b, true, &number);
	write_manual(&b, "nat-after", 3);
	nat_lists_write(&b);
}

void nat_chains_free(struct nat_chains *c)
{
	struct out *const all[] = {&c->postrouting, &c->prerouting, &c->forward,
	                           &c->input,       &c->lists,      &c->names};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		out_free(all[i]);
	free(c->xlate);
	free(c->mapped);
	c->xlate = NULL;
	c->mapped = NULL;
	free(c->fixed);
	c->fixed = NULL;
}
