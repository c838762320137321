/* show nat, show xlate, clear xlate. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rec.h"
#include "core/config/nat_rule.h"
#include "core/config/nat_static.h"
#include "core/filters.h"
#include "core/gateway.h"
#include "core/net/conntrack.h"
#include "core/net/nat_conf.h"

enum { ICMP = 1, TCP = 6, UDP = 17 };

/* ------------------------------------------------------------------ counters */

/* Of one rule; they are read once for a command, by the rule's tag ("1.2", "old.1"). */
struct hits {
	uint64_t there, back;
};

static void add_hits(void *arg, struct str comment, uint64_t packets)
{
	struct hash *by_tag = arg;
	struct str rest = comment;
	str_word(&rest);
	struct str tag = str_word(&rest);
	if (!str_has_prefix_nocase(comment, STR("nat ")) || tag.len == 0)
		return;
	struct hits *h = hash_get(by_tag, tag.p, tag.len);
	if (h == NULL) {
		h = calloc(1, sizeof *h);
		if (h == NULL || !hash_put(by_tag, tag.p, tag.len, h)) {
			free(h);
			return;
		}
	}
	*(str_eq(str_word(&rest), STR("back")) ? &h->back : &h->there) += packets;
}

static void free_hits(void *arg, void *value)
{
	(void)arg;
	free(value);
}

static void put_hits(struct cmd *c, const struct hash *by_tag, const char *tag)
{
	const struct hits none = {0, 0}, *h = hash_get(by_tag, tag, strlen(tag));
	h = h != NULL ? h : &none;
	rec(c->out, "translate-hits untranslate-hits",
	    "    translate_hits = %" PRIu64 ", untranslate_hits = %" PRIu64 "\n", h->there, h->back);
}

/* ------------------------------------------------------------------ show nat detail */

struct origin {
	struct out *o;
	unsigned n;
};

static bool put_address(void *arg, const struct acl_addr *a)
{
	struct origin *w = arg;
	out_str(w->o, w->n++ > 0 ? ", " : "");
	if (a->kind == ACL_ANY)
		out_str(w->o, "0.0.0.0/0");
	else if (a->kind == ACL_RANGE)
		out_printf(w->o, "%s-%s", ip4_text(a->ip).s, ip4_text(a->mask).s);
	else
		out_printf(w->o, "%s/%d", ip4_text(a->ip).s, ip4_mask_bits(a->mask));
	return true;
}

/* The addresses behind a name of a rule; "interface": that of ifname. */
static void addresses_text(const struct gateway *gw, struct str name, struct str ifname, struct out *o)
{
	const struct conf *c = gw->filters->conf;
	struct acl_addr a = {.kind = ACL_OBJECT, .name = name};
	struct origin w = {o, 0};
	if (str_eq(name, STR("any")))
		a.kind = ACL_ANY;
	else if (str_eq(name, STR("interface")))
		a = (struct acl_addr){.kind = ACL_IFACE, .name = ifname};
	else if (objects_group_kind(c, name) == ACL_GROUP_NETWORK)
		a.kind = ACL_GROUP;
	else if (ip4_parse(name, &a.ip))
		a = (struct acl_addr){.kind = ACL_NET, .ip = a.ip, .mask = UINT32_MAX};
	objects_each_address(c, &a, put_address, &w);
}

static void put_side(struct cmd *c, const char *side, struct str origin, struct str origin_if, struct str mapped,
                     struct str mapped_if)
{
	struct out from, to;
	out_init(&from);
	out_init(&to);
	addresses_text(c->ctx, origin, origin_if, &from);
	addresses_text(c->ctx, mapped, mapped_if, &to);
	rec_open(c->out, side);
	rec(c->out, "- origin translated", "    %s - Origin: %s, Translated: %s\n", side,
	    from.text != NULL ? from.text : "", to.text != NULL ? to.text : "");
	rec_close(c->out);
	out_free(&from);
	out_free(&to);
}

static void put_service(struct cmd *c, const struct nat_rule *r)
{
	const struct conf *conf = ((struct gateway *)c->ctx)->filters->conf;
	char real[160] = "", mapped[160] = "";
	rec_open(c->out, "Service");
	if (r->proto.len > 0) {
		char proto[8], one[16], two[16];
		str_copy(proto, sizeof proto, r->proto);
		str_copy(one, sizeof one, r->port_real);
		str_copy(two, sizeof two, r->port_mapped);
		rec(c->out, "protocol real mapped", "    Service - Protocol: %s Real: %s Mapped: %s\n", proto, one,
		    two);
	} else {
		str_copy(real, sizeof real, conf_text(conf_find(conf, "object-service", r->svc_real), "service"));
		str_copy(mapped, sizeof mapped,
		         conf_text(conf_find(conf, "object-service", r->svc_mapped), "service"));
		rec(c->out, "origin translated", "    Service - Origin: %s, Translated: %s\n", real, mapped);
	}
	rec_close(c->out);
}

static void put_detail(struct cmd *c, const struct nat_rule *r, struct str object)
{
	put_side(c, "Source", object.len > 0 ? object : r->src_real, r->real_if, r->src_mapped, r->mapped_if);
	if (r->dst_mapped.len > 0)
		put_side(c, "Destination", r->dst_mapped, r->real_if, r->dst_real, r->mapped_if);
	if (r->proto.len > 0 || r->svc_real.len > 0)
		put_service(c, r);
}

/* ------------------------------------------------------------------ show nat */

static void show_rule(struct cmd *c, const struct hash *hits, const struct nat_rule *r, struct str object,
                      unsigned section, unsigned number)
{
	char tag[24];
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
	rec_open(c->out, NULL);
	rec_num(c->out, "section", section);
	rec_num(c->out, "number", number);
	rec_str(c->out, "object", object);
	rec_str(c->out, "rule", out_text(&text));
	put_hits(c, hits, tag);
	if (cmd_has(c, "detail"))
		put_detail(c, r, object);
	rec_close(c->out);
	out_free(&text);
}

static void show_section(struct cmd *c, const struct hash *hits, const char *node, unsigned section)
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
			show_rule(c, hits, &r, objects ? conf_text(e, "name") : (struct str){0},
			          section, number);
		}
}

/* Rules of before 8.3, in the layout of that time. */
static void show_old(struct cmd *c, const struct hash *hits, const char *node, const char *kind)
{
	const struct conf *conf = ((struct gateway *)c->ctx)->filters->conf;
	unsigned number = 0;
	for (const struct centry *e = conf_first(conf, node); e; e = conf_next(conf, e)) {
		struct out text;
		struct nat_static s;
		char tag[32];
		bool fixed = strcmp(node, "static") == 0;
		snprintf(tag, sizeof tag, "%s.%u", kind, ++number);
		out_init(&text);
		if (fixed && nat_static_parse(conf_text(e, "rule"), &s, NULL))
			nat_static_print(&s, &text);
		else if (!fixed)
			out_printf(&text, "(%.*s) %u %.*s", STR_ARG(conf_text(e, "ifname")), conf_u32(e, "id"),
			           STR_ARG(conf_text(e, "rule")));
		if (number == 1)
			out_printf(c->out, "%s%s policies of before 8.3:\n", c->out->len > 0 ? "\n" : "",
			           fixed ? "Static" : "NAT");
		rec_open(c->out, NULL);
		rec(c->out, "number rule", "%u %s\n", number, text.text != NULL ? text.text : "");
		put_hits(c, hits, tag);
		rec_close(c->out);
		out_free(&text);
	}
}

static int show_nat(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	struct hash *hits = hash_new(0);
	if (hits == NULL)
		return cmd_fail(c, "out of memory");
	nat_counters(gw->nat, add_hits, hits);
	rec_list(c->out, "rules");
	show_old(c, hits, "nat-old", "old");
	show_old(c, hits, "static", "static");
	show_section(c, hits, "nat", 1);
	show_section(c, hits, "object-nat", 2);
	show_section(c, hits, "nat-after", 3);
	rec_close(c->out);
	hash_each(hits, free_hits, NULL);
	hash_free(hits);
	return CMD_OK;
}

/* ------------------------------------------------------------------ show xlate */

struct xlates {
	struct gateway *gw;
	struct out *o; /* NULL: only counted */
	bool pix;
	unsigned n;
	uint64_t now;
};

static const char *idle_text(char *text, size_t cap, uint64_t s)
{
	snprintf(text, cap, "%u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60), (unsigned)(s % 60));
	return text;
}

static const char *proto_text(uint8_t proto)
{
	return proto == TCP ? "TCP" : proto == UDP ? "UDP" : proto == ICMP ? "ICMP" : "IP";
}

static void address_of(char *text, size_t cap, uint32_t ip, uint32_t mask)
{
	if (mask == UINT32_MAX)
		snprintf(text, cap, "%s", ip4_text(ip).s);
	else
		snprintf(text, cap, "%s/%d", ip4_text(ip).s, ip4_mask_bits(mask));
}

static void put_fixed(struct xlates *x, const struct nat_fixed *f)
{
	char real[32], mapped[32], idle[32], flags[8];
	bool same = f->real == f->mapped && f->proto == 0;
	address_of(real, sizeof real, f->real, f->mask);
	address_of(mapped, sizeof mapped, f->mapped, f->mask);
	idle_text(idle, sizeof idle, (x->now - x->gw->fixed_ms) / 1000);
	snprintf(flags, sizeof flags, "s%s%s%s", f->proto != 0 ? "r" : "", same ? "I" : "", f->twice ? "T" : "");
	x->n++;
	if (x->o == NULL)
		return;
	if (x->pix && f->proto == 0) {
		out_printf(x->o, "Global %s Local %s\n", mapped, real);
	} else if (x->pix) {
		out_printf(x->o, "PAT Global %s(%u) Local %s(%u)\n", mapped, f->mapped_port, real, f->real_port);
	} else {
		rec_open(x->o, NULL);
		if (f->proto != 0)
			rec(x->o, "protocol real_interface real real_port - mapped_interface mapped mapped_port -",
			    "%s PAT from %s:%s %u-%u to %s:%s %u-%u\n", proto_text(f->proto), f->real_if, real,
			    f->real_port, f->real_port, f->mapped_if, mapped, f->mapped_port, f->mapped_port);
		else
			rec(x->o, "real_interface real mapped_interface mapped", "NAT from %s:%s to %s:%s\n",
			    f->real_if, real, f->mapped_if, mapped);
		rec(x->o, "flags idle timeout", "    flags %s idle %s timeout %s\n", flags, idle, "0:00:00");
		rec_close(x->o);
	}
}

/* The source is another one when it leaves: by a rule of ours that is not static. */
static bool is_dynamic(const struct gateway *gw, const struct conntrack_conn *c)
{
	for (size_t i = 0; i < gw->nfixed; i++) {
		const struct nat_fixed *f = &gw->fixed[i];
		if ((c->orig.src & f->mask) == f->real && (c->reply.dst & f->mask) == f->mapped &&
		    (f->proto == 0 || f->proto == c->proto))
			return false;
	}
	return c->src_nat && filters_where(gw->filters, c->orig.src) != NULL;
}

static void put_dynamic(void *arg, const struct conntrack_conn *c)
{
	struct xlates *x = arg;
	char idle[32], timeout[32];
	struct ip4_text real = ip4_text(c->orig.src), mapped = ip4_text(c->reply.dst);
	if (!is_dynamic(x->gw, c))
		return;
	const char *from = filters_where(x->gw->filters, c->orig.src),
	           *to = filters_where(x->gw->filters, c->reply.dst);
	/* ICMP has an identifier; what an answer goes to is the mapped port. */
	uint16_t port = c->proto == ICMP ? c->reply.sport : c->reply.dport;
	x->n++;
	if (x->o == NULL)
		return;
	if (x->pix && c->proto == ICMP) {
		out_printf(x->o, "PAT Global %s(%u) Local %s ICMP id %u\n", mapped.s, port, real.s, c->orig.sport);
		return;
	}
	if (x->pix) {
		out_printf(x->o, "PAT Global %s(%u) Local %s(%u)\n", mapped.s, port, real.s, c->orig.sport);
		return;
	}
	idle_text(idle, sizeof idle, c->timeout_s > c->left_s ? c->timeout_s - c->left_s : 0);
	idle_text(timeout, sizeof timeout, c->timeout_s);
	rec_open(x->o, NULL);
	rec(x->o, "protocol real_interface real real_port mapped_interface mapped mapped_port flags idle timeout",
	    "%s PAT from %s:%s/%u to %s:%s/%u flags %s idle %s timeout %s\n", proto_text(c->proto), from, real.s,
	    c->orig.sport, to != NULL ? to : "outside", mapped.s, port, "ri", idle, timeout);
	rec_close(x->o);
}

static void each_xlate(struct xlates *x)
{
	x->n = 0;
	for (size_t i = 0; i < x->gw->nfixed; i++)
		put_fixed(x, &x->gw->fixed[i]);
	conntrack_each(x->gw->ct, put_dynamic, x);
}

static int show_xlate(struct cmd *c)
{
	static unsigned most;
	struct gateway *gw = c->ctx;
	struct xlates x = {.gw = gw, .now = clock_now(&gw->clock), .pix = cmd_pix(c) && !rec_wanted(c->out)};
	each_xlate(&x);
	most = x.n > most ? x.n : most;
	rec(c->out, "in_use most_used", "%u in use, %u most used\n", x.n, most);
	if (cmd_has(c, "count"))
		return CMD_OK;
	if (!x.pix)
		out_str(c->out, "Flags: D - DNS, e - extended, I - identity, i - dynamic, r - portmap,\n"
		                "       s - static, T - twice, N - net-to-net\n");
	rec_list(c->out, "xlates");
	x.o = c->out;
	each_xlate(&x);
	rec_close(c->out);
	return CMD_OK;
}

/* ------------------------------------------------------------------ clear xlate */

struct doomed {
	struct gateway *gw;
	uint32_t ip; /* real or mapped, 0 = all */
	struct conntrack_conn conn[256];
	size_t n;
};

static void doom(void *arg, const struct conntrack_conn *c)
{
	struct doomed *d = arg;
	bool one = d->ip == 0 || c->orig.src == d->ip || c->reply.dst == d->ip;
	if (one && is_dynamic(d->gw, c) && d->n < sizeof d->conn / sizeof d->conn[0])
		d->conn[d->n++] = *c;
}

static int clear_xlate(struct cmd *c)
{
	static struct doomed d; /* large; the control thread alone is here */
	d = (struct doomed){.gw = c->ctx};
	struct str ip = cmd_text(c, "address");
	if (ip.len > 0 && !ip4_parse(ip, &d.ip))
		return cmd_fail(c, "%% Invalid address");
	for (int rounds = 0; rounds < 1024; rounds++) {
		size_t gone = 0;
		d.n = 0;
		conntrack_each(d.gw->ct, doom, &d);
		for (size_t i = 0; i < d.n; i++)
			gone += conntrack_delete(d.gw->ct, &d.conn[i]) == 0;
		if (gone == 0 || d.n < sizeof d.conn / sizeof d.conn[0])
			break;
	}
	return CMD_OK;
}

void translate_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_nat", show_nat},
	        {"show_xlate", show_xlate},
	        {"clear_xlate", clear_xlate},
	};
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
