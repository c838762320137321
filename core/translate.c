/* Translation rules and access groups of the configuration in the project's own table of nftables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/filters.h"
#include "core/base/rec.h"
#include "core/config/nat_rule.h"
#include "core/gateway.h"
#include "core/net/nat_conf.h"

static bool same(const struct conf *old, const struct conf *next)
{
	static const char *const nodes[] = {"interface",      "ip-pool",        "nat",
	                                    "nat-after",      "object-nat",     "nat-old",
	                                    "global",         "object-network", "object-group",
	                                    "object-service", "access-list",    "access-group",
	                                    "same-security",  "crypto-map",     "static",
	                                    "time-range",     "access-group-cp",
	                                    "access-group-global"};
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
	str_copy(h->tun, sizeof h->tun, str_of(gw->tun.name));
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

static void write_rules(struct gateway *gw, const struct conf *c, const struct snapshot *s, struct out *notes)
{
	struct nat_rules rules = {0};
	struct nat_chains chains = {0};
	struct nat_host host;
	struct out said;
	struct err err = {0};
	out_init(&said);
	masquerade(gw, s, &rules);
	host_of(gw, c, &host);
	gw->translate_host = host_hash(&host);
	nat_conf_write(c, &host, &chains, &said);
	rules.postrouting = chains.postrouting.text;
	rules.prerouting = chains.prerouting.text;
	rules.forward = chains.forward.text;
	rules.input = chains.input.text;
	rules.lists = chains.lists.text;
	filters_host_keep(gw->filters); /* the counters go with the old rules */
	if (nat_apply(gw->nat, &rules, &err) != 0)
		out_printf(notes, "WARNING: %s\n", err.text);
	filters_host_lists(gw->filters, out_text(&chains.names));
	tell(gw, &said, notes);
	out_free(&said);
	nat_chains_free(&chains);
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

/* ------------------------------------------------------------------ show nat */

struct hits {
	const char *tag;
	uint64_t there, back;
};

static void add_hits(void *arg, struct str comment, uint64_t packets)
{
	struct hits *h = arg;
	struct str rest = comment;
	str_word(&rest);
	struct str number = str_word(&rest);
	if (!str_has_prefix_nocase(comment, STR("nat ")) || !str_eq_cstr(number, h->tag))
		return;
	*(str_eq(str_word(&rest), STR("back")) ? &h->back : &h->there) += packets;
}

static void show_rule(struct cmd *c, const struct nat_rule *r, struct str object, unsigned section,
                      unsigned number)
{
	struct gateway *gw = c->ctx;
	char tag[24];
	struct hits h = {tag, 0, 0};
	struct out text;
	out_init(&text);
	nat_rule_print(r, &text);
	/* what stands behind the interfaces (and behind "source", which an object does not say) */
	struct str rest = out_text(&text), word = str_word(&rest);
	if (object.len == 0) {
		struct str probe = rest;
		word = str_word(&probe);
		rest = str_eq(word, STR("after-auto")) ? probe : rest;
	} else {
		word = str_word(&rest);
	}
	snprintf(tag, sizeof tag, "%u.%u", section, number);
	out_printf(c->out, "%u (%.*s) to (%.*s)", number, STR_ARG(r->real_if),
	           STR_ARG(r->mapped_if));
	if (object.len > 0)
		out_printf(c->out, " source %.*s %.*s", STR_ARG(word), STR_ARG(object));
	out_printf(c->out, " %.*s %s\n", STR_ARG(str_trim(rest)), r->inactive ? " (inactive)" : "");
	nat_counters(gw->nat, add_hits, &h);
	rec_open(c->out, NULL);
	rec_num(c->out, "section", section);
	rec_num(c->out, "number", number);
	rec_str(c->out, "object", object);
	rec_str(c->out, "rule", out_text(&text));
	rec_num(c->out, "translate-hits", h.there);
	rec_num(c->out, "untranslate-hits", h.back);
	rec_close(c->out);
	out_printf(c->out, "    translate_hits = %" PRIu64 ", untranslate_hits = %" PRIu64 "\n",
	           h.there, h.back);
	out_free(&text);
}

static void show_section(struct cmd *c, const char *node, unsigned section)
{
	unsigned number = 0;
	bool objects = section == 2;
	const struct conf *conf = ((struct gateway *)c->ctx)->filters->conf;
	for (int dynamic = 0; dynamic < (objects ? 2 : 1); dynamic++)
		for (const struct centry *e = conf_first(conf, node); e; e = conf_next(conf, e)) {
			struct nat_rule r;
			if (!nat_rule_parse(conf_text(e, "rule"), objects, &r, NULL) ||
			    (objects && r.dynamic != (dynamic == 1)))
				continue;
			if (number++ == 0)
				out_printf(c->out, "%s%s NAT Policies (Section %u)\n",
				           c->out->len > 0 ? "\n" : "", objects ? "Auto" : "Manual",
				           section);
			show_rule(c, &r, objects ? conf_text(e, "name") : (struct str){0}, section,
			          number);
		}
}

static int show_nat(struct cmd *c)
{
	rec_list(c->out, "rules");
	show_section(c, "nat", 1);
	show_section(c, "object-nat", 2);
	show_section(c, "nat-after", 3);
	rec_close(c->out);
	return CMD_OK;
}

void translate_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {{"show_nat", show_nat}};
	cmd_register(table, 1, gw);
}
