#include "core/net/nat_conf.h"

#include <stdio.h>

#include "core/config/nat_rule.h"

enum { RULES_MAX = 8192 };

struct build {
	const struct conf *c;
	const struct nat_host *host;
	struct nat_chains *out;
	struct out *notes;
	unsigned n;   /* rules so far */
	char tag[24]; /* of the rule at hand: what its counters are found by */
};

static const struct nat_iface *iface_of(const struct nat_host *h, struct str name)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_eq_cstr(name, h->iface[i].name))
			return &h->iface[i];
	return NULL;
}

/* ------------------------------------------------------------------ addresses */

struct addresses {
	struct acl_addr a[256];
	size_t n;
};

static bool put_address(void *arg, const struct acl_addr *a)
{
	struct addresses *s = arg;
	if (s->n < sizeof s->a / sizeof s->a[0])
		s->a[s->n++] = *a;
	return true;
}

/* "any", an object, a group, or (object NAT) an address. */
static void addresses_of(const struct build *b, struct str name, struct addresses *s)
{
	struct acl_addr a = {.kind = ACL_ANY};
	s->n = 0;
	if (!str_eq(name, STR("any"))) {
		a.name = name;
		a.kind = objects_group_kind(b->c, name) == ACL_GROUP_NETWORK ? ACL_GROUP
		                                                             : ACL_OBJECT;
		if (ip4_parse(name, &a.ip)) {
			a.kind = ACL_NET;
			a.mask = UINT32_MAX;
		}
	}
	objects_each_address(b->c, &a, put_address, s);
}

static void write_address(struct out *o, const char *side, const struct acl_addr *a)
{
	if (a->kind == ACL_NET)
		out_printf(o, "ip %s %s/%d ", side, ip4_text(a->ip).s, ip4_mask_bits(a->mask));
	else if (a->kind == ACL_RANGE)
		out_printf(o, "ip %s %s-%s ", side, ip4_text(a->ip).s, ip4_text(a->mask).s);
}

/* Where packets of this side of a rule come in or leave: false when the rule is not for us. */
static bool write_device(const struct build *b, struct out *o, const char *key, struct str ifname)
{
	const struct nat_iface *i = iface_of(b->host, ifname);
	bool any = str_eq(ifname, STR("any"));
	if (any && !b->host->manage)
		out_printf(o, "%s \"%s\" ", key, b->host->tun);
	else if (any)
		return true;
	else if (i == NULL || i->dev[0] == '\0')
		return false;
	else if (i->vpn && !b->host->manage)
		out_printf(o, "%s \"%s\" ", key, b->host->tun);
	else if (i->vpn)
		out_printf(o, "%s { \"%s\", \"%s\" } ", key, i->dev, b->host->tun);
	else if (b->host->manage)
		out_printf(o, "%s \"%s\" ", key, i->dev);
	else
		return false;
	return true;
}

static bool full(struct build *b)
{
	if (b->n++ < RULES_MAX)
		return false;
	if (b->n == RULES_MAX + 1)
		out_printf(b->notes, "WARNING: only the first %d translation rules are in force\n",
		           RULES_MAX);
	return true;
}

/* ------------------------------------------------------------------ one translation rule */

struct xlate {
	struct str real_if, mapped_if;
	struct addresses src, dst;   /* real source, destination as the source sees it */
	struct addresses to, dst_to; /* mapped source, real destination */
	bool dynamic, to_interface;
	bool has_dst;
};

static bool same_addresses(const struct addresses *a, const struct addresses *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->a[i].kind != b->a[i].kind || a->a[i].ip != b->a[i].ip ||
		    a->a[i].mask != b->a[i].mask)
			return false;
	return true;
}

/* What leaves: the same for every source and destination of the rule. */
static void each_pair(struct build *b, const struct xlate *x, bool reversed, struct out *o,
                      const char *in, const char *out_key, const char *verdict)
{
	struct acl_addr any = {.kind = ACL_ANY};
	size_t ndst = x->has_dst ? x->dst.n : 1;
	for (size_t i = 0; i < x->src.n; i++)
		for (size_t k = 0; k < ndst; k++) {
			const struct acl_addr *d = x->has_dst ? &x->dst.a[k] : &any;
			size_t at = o->len;
			bool ok =
			        !full(b) &&
			        (in == NULL ||
			         write_device(b, o, in, reversed ? x->mapped_if : x->real_if)) &&
			        (out_key == NULL ||
			         write_device(b, o, out_key, reversed ? x->real_if : x->mapped_if));
			if (!ok) {
				if (o->text != NULL) {
					o->len = at;
					o->text[at] = '\0';
				}
				return;
			}
			write_address(o, reversed ? "daddr" : "saddr", &x->src.a[i]);
			write_address(o, reversed ? "saddr" : "daddr", d);
			out_printf(o, "%s comment \"%s%s\"\n", verdict, b->tag,
			           reversed ? " back" : "");
		}
}

/* Packets of clients to hosts whose own packets would be translated: they match one rule forth and another back. */
static void reverse_path(struct build *b, const struct xlate *x, bool exempt)
{
	const struct nat_iface *real = iface_of(b->host, x->real_if),
	                       *mapped = iface_of(b->host, x->mapped_if);
	bool any = str_eq(x->mapped_if, STR("any"));
	struct acl_addr none = {.kind = ACL_ANY};
	if (!b->host->manage || (real != NULL && real->vpn) ||
	    (real == NULL && !str_eq(x->real_if, STR("any"))) ||
	    (!any && (mapped == NULL || !mapped->vpn)))
		return;
	for (size_t i = 0; i < x->src.n; i++)
		for (size_t k = 0; k < (x->has_dst ? x->dst.n : 1) && !full(b); k++) {
			struct out *o = &b->out->forward;
			out_printf(o, "iifname \"%s\" ", b->host->tun);
			if (real != NULL)
				out_printf(o, "oifname \"%s\" ", real->dev);
			write_address(o, "daddr", &x->src.a[i]);
			write_address(o, "saddr", x->has_dst ? &x->dst.a[k] : &none);
			out_str(o,
			        exempt ? "accept\n" : "counter drop comment \"nat-rpf-check\"\n");
		}
}

static void write_dynamic(struct build *b, const struct xlate *x)
{
	char to[64];
	const struct nat_iface *m = iface_of(b->host, x->mapped_if);
	if (x->to_interface && m != NULL && m->vpn && m->ip != 0) {
		/* Towards a client the packet does not leave through the device whose address it gets. */
		snprintf(to, sizeof to, "oifname \"%s\" counter snat to %s", b->host->tun,
		         ip4_text(m->ip).s);
		each_pair(b, x, false, &b->out->postrouting, "iifname", NULL, to);
		if (m->dev[0] != '\0') {
			snprintf(to, sizeof to, "oifname \"%s\" counter masquerade", m->dev);
			each_pair(b, x, false, &b->out->postrouting, "iifname", NULL, to);
		}
	} else if (x->to_interface) {
		each_pair(b, x, false, &b->out->postrouting, "iifname", "oifname",
		          "counter masquerade");
	} else if (x->to.n > 0 && x->to.a[0].kind != ACL_ANY) {
		const struct acl_addr *a = &x->to.a[0];
		uint32_t last = a->kind == ACL_RANGE ? a->mask : a->ip | ~a->mask;
		struct ip4_text lo = ip4_text(a->ip), hi = ip4_text(last);
		snprintf(to, sizeof to,
		         a->ip == last ? "counter snat to %s" : "counter snat to %s-%s", lo.s,
		         hi.s);
		each_pair(b, x, false, &b->out->postrouting, "iifname", "oifname", to);
	}
	reverse_path(b, x, false);
}

static bool is_host(const struct addresses *a)
{
	return a->n == 1 && a->a[0].kind == ACL_NET && a->a[0].mask == UINT32_MAX;
}

/* One host for one host, with ports or without. */
static void write_static(struct build *b, const struct xlate *x, const char *proto,
                         unsigned real_port, unsigned mapped_port)
{
	char text[160];
	const struct nat_iface *m = iface_of(b->host, x->mapped_if);
	uint32_t mapped = x->to_interface && m != NULL ? m->ip : x->to.n > 0 ? x->to.a[0].ip : 0;
	if (!is_host(&x->src) || mapped == 0 || (!x->to_interface && !is_host(&x->to))) {
		out_str(b->notes, "WARNING: nat static: only single hosts are translated\n");
		return;
	}
	struct out *pre = &b->out->prerouting;
	size_t at = pre->len;
	if (write_device(b, pre, "iifname", x->mapped_if)) {
		out_printf(pre, "ip daddr %s ", ip4_text(mapped).s);
		if (proto != NULL)
			out_printf(pre, "%s dport %u counter dnat to %s:%u comment \"%s back\"\n",
			           proto, mapped_port, ip4_text(x->src.a[0].ip).s, real_port,
			           b->tag);
		else
			out_printf(pre, "counter dnat to %s comment \"%s back\"\n",
			           ip4_text(x->src.a[0].ip).s, b->tag);
	} else if (pre->text != NULL) {
		pre->len = at;
		pre->text[at] = '\0';
	}
	if (proto == NULL) {
		snprintf(text, sizeof text, "counter snat to %s", ip4_text(mapped).s);
		each_pair(b, x, false, &b->out->postrouting, "iifname", "oifname", text);
	}
}

static void write_xlate(struct build *b, const struct xlate *x, const char *proto,
                        unsigned real_port, unsigned mapped_port)
{
	if (x->dynamic) {
		write_dynamic(b, x);
	} else if (!x->to_interface && same_addresses(&x->src, &x->to) && proto == NULL) {
		/* Identity: exempt, both ways. */
		each_pair(b, x, false, &b->out->postrouting, "iifname", "oifname",
		          "counter accept");
		each_pair(b, x, true, &b->out->postrouting, "iifname", "oifname", "counter accept");
		reverse_path(b, x, true);
	} else {
		write_static(b, x, proto, real_port, mapped_port);
	}
	if (x->has_dst && !same_addresses(&x->dst, &x->dst_to) && is_host(&x->dst) &&
	    is_host(&x->dst_to)) {
		char text[64];
		snprintf(text, sizeof text, "counter dnat to %s", ip4_text(x->dst_to.a[0].ip).s);
		each_pair(b, x, false, &b->out->prerouting, "iifname", NULL, text);
	}
}

static void write_rule(struct build *b, struct str text, struct str object)
{
	struct nat_rule r;
	static struct xlate x; /* large; the control thread alone is here */
	uint32_t real_port = 0, mapped_port = 0;
	char proto[8] = "";
	if (!nat_rule_parse(text, object.len > 0, &r, NULL) || r.inactive)
		return;
	x = (struct xlate){.real_if = r.real_if, .mapped_if = r.mapped_if, .dynamic = r.dynamic};
	addresses_of(b, object.len > 0 ? object : r.src_real, &x.src);
	x.to_interface = str_eq(r.src_mapped, STR("interface"));
	if (!x.to_interface)
		addresses_of(b, r.src_mapped, &x.to);
	x.has_dst = r.dst_mapped.len > 0;
	if (x.has_dst) {
		addresses_of(b, r.dst_mapped, &x.dst);
		addresses_of(b, r.dst_real, &x.dst_to);
	}
	if (r.proto.len > 0) {
		struct acl_ports p;
		struct out port;
		const struct str words[] = {r.port_real, r.port_mapped};
		uint32_t *const values[] = {&real_port, &mapped_port};
		str_copy(proto, sizeof proto, r.proto);
		for (size_t i = 0; i < 2; i++) {
			out_init(&port);
			out_printf(&port, "eq %.*s", STR_ARG(words[i]));
			if (acl_port_parse(out_text(&port), str_eq_cstr(r.proto, "udp") ? 17 : 6,
			                   &p, NULL))
				*values[i] = p.a;
			out_free(&port);
		}
	}
	write_xlate(b, &x, proto[0] != '\0' ? proto : NULL, real_port, mapped_port);
}

/* ------------------------------------------------------------------ nat, global of before 8.3 */

struct exempt {
	struct build *b;
	struct str ifname;
};

static bool exempt_one(void *arg, const struct acl_rule *r)
{
	struct exempt *e = arg;
	static struct xlate x;
	if (!r->permit || r->inactive)
		return true;
	x = (struct xlate){.real_if = e->ifname, .mapped_if = STR("any"), .has_dst = true};
	x.src = (struct addresses){{r->src}, 1};
	x.to = x.src;
	x.dst = (struct addresses){{r->dst}, 1};
	x.dst_to = x.dst;
	write_xlate(e->b, &x, NULL, 0, 0);
	return true;
}

static void old_exempt(struct build *b, struct str ifname, struct str acl)
{
	const struct centry *list = conf_find(b->c, "access-list", acl);
	struct acl_names names = objects_names(b->c);
	struct exempt e = {b, ifname};
	for (const struct centry *a = list ? conf_first_child(b->c, list, "entry") : NULL; a;
	     a = conf_next(b->c, a)) {
		struct acl_rule r;
		if (str_eq_cstr(conf_text(a, "kind"), "extended") &&
		    acl_rule_parse(conf_text(a, "rule"), false, &names, &r, NULL))
			acl_rule_expand(b->c, &r, exempt_one, &e);
	}
}

/* nat (IF) N IP MASK with each global (IF) N */
static void old_dynamic(struct build *b, const struct centry *nat)
{
	static struct xlate x;
	struct str rule = conf_text(nat, "rule"), ip = str_word(&rule), mask = str_word(&rule);
	struct acl_addr a = {.kind = ACL_NET};
	bool any = str_eq(ip, STR("0")) || str_eq(ip, STR("0.0.0.0"));
	if (any)
		a.kind = ACL_ANY;
	else if (!ip4_parse(ip, &a.ip) || !ip4_parse(mask, &a.mask))
		return;
	for (const struct centry *g = conf_first(b->c, "global"); g; g = conf_next(b->c, g)) {
		struct str range = conf_text(g, "range"), first = str_word(&range), last;
		if (conf_u32(g, "id") != conf_u32(nat, "id"))
			continue;
		x = (struct xlate){.real_if = conf_text(nat, "ifname"),
		                   .mapped_if = conf_text(g, "ifname"),
		                   .dynamic = true};
		x.src = (struct addresses){{a}, 1};
		x.to_interface = str_eq(first, STR("interface"));
		const char *dash = first.len > 0 ? memchr(first.p, '-', first.len) : NULL;
		last = dash ? (struct str){dash + 1, (size_t)(first.p + first.len - dash - 1)}
		            : first;
		first.len = dash ? (size_t)(dash - first.p) : first.len;
		x.to = (struct addresses){{{.kind = ACL_RANGE}}, 1};
		if (x.to_interface ||
		    (ip4_parse(first, &x.to.a[0].ip) && ip4_parse(last, &x.to.a[0].mask)))
			write_xlate(b, &x, NULL, 0, 0);
	}
}

static void write_old(struct build *b)
{
	for (int pass = 0; pass < 2; pass++) /* exemption comes before everything */
		for (const struct centry *e = conf_first(b->c, "nat-old"); e;
		     e = conf_next(b->c, e)) {
			struct str rule = conf_text(e, "rule"), word = str_word(&rule);
			bool list = str_eq(word, STR("access-list"));
			if (pass == 0 && conf_u32(e, "id") == 0 && list)
				old_exempt(b, conf_text(e, "ifname"), str_word(&rule));
			else if (pass == 1 && conf_u32(e, "id") > 0 && !list)
				old_dynamic(b, e);
		}
}

static void write_objects(struct build *b, bool dynamic, unsigned *number)
{
	for (const struct centry *e = conf_first(b->c, "object-nat"); e; e = conf_next(b->c, e)) {
		struct nat_rule r;
		struct str rule = conf_text(e, "rule");
		if (nat_rule_parse(rule, true, &r, NULL) && r.dynamic == dynamic) {
			snprintf(b->tag, sizeof b->tag, "nat 2.%u", ++*number);
			write_rule(b, rule, conf_text(e, "name"));
		}
	}
}

/* ------------------------------------------------------------------ access groups and levels */

struct list_out {
	struct build *b;
	struct out *o;
	struct str list;
	bool standard;
};

static void write_ports(struct out *o, const char *proto, const char *side,
                        const struct acl_ports *p)
{
	static const char *const ops[] = {"", "", "!= ", "< ", "> ", "", ""};
	if (p->op == ACL_OP_NONE || p->op == ACL_OP_GROUP)
		return;
	out_printf(o, "%s %s %s%u", proto, side, ops[p->op], p->a);
	out_printf(o, p->op == ACL_OP_RANGE ? "-%u " : " ", p->b);
}

static bool list_rule(void *arg, const struct acl_rule *r)
{
	struct list_out *l = arg;
	const char *proto = r->proto == 6 ? "tcp" : "udp";
	if (r->inactive || full(l->b))
		return true;
	write_address(l->o, "saddr", &r->src);
	write_address(l->o, "daddr", &r->dst);
	bool ports = (r->proto == 6 || r->proto == 17) &&
	             (r->sport.op != ACL_OP_NONE || r->dport.op != ACL_OP_NONE);
	if (ports) {
		write_ports(l->o, proto, "sport", &r->sport);
		write_ports(l->o, proto, "dport", &r->dport);
	} else if (r->proto == 1 && r->icmp_type >= 0) {
		out_printf(l->o, "icmp type %d ", r->icmp_type);
		if (r->icmp_code >= 0)
			out_printf(l->o, "icmp code %d ", r->icmp_code);
	} else if (r->proto != 0) {
		out_printf(l->o, "ip protocol %u ", r->proto);
	}
	out_printf(l->o, "counter %s comment \"acl %08x\"\n", r->permit ? "return" : "drop",
	           acl_element_hash(l->list, r, l->standard));
	return true;
}

/* One chain a bound list: what it permits goes on, what it does not ends there. */
static void write_list(struct build *b, struct str name, size_t number)
{
	const struct centry *list = conf_find(b->c, "access-list", name);
	struct acl_names names = objects_names(b->c);
	struct list_out l = {b, &b->out->lists, name, false};
	out_printf(l.o, "chain list%zu {\n", number);
	for (const struct centry *e = list ? conf_first_child(b->c, list, "entry") : NULL; e;
	     e = conf_next(b->c, e)) {
		struct acl_rule r;
		l.standard = str_eq_cstr(conf_text(e, "kind"), "standard");
		if (!str_eq_cstr(conf_text(e, "kind"), "remark") &&
		    acl_rule_parse(conf_text(e, "rule"), l.standard, &names, &r, NULL))
			acl_rule_expand(b->c, &r, list_rule, &l);
	}
	out_str(l.o, "counter drop\n}\n");
}

static bool has_list(const struct build *b, const struct nat_iface *i, const char *dir)
{
	for (const struct centry *e = conf_first(b->c, "access-group"); e; e = conf_next(b->c, e))
		if (str_eq_cstr(conf_text(e, "ifname"), i->name) &&
		    str_eq_cstr(conf_text(e, "dir"), dir))
			return true;
	return false;
}

static void write_levels(struct build *b)
{
	const struct centry *same = conf_container(b->c, "same-security");
	bool intra = conf_in_set(same, "permit", "intra-interface");
	bool inter = conf_in_set(same, "permit", "inter-interface");
	struct out *o = &b->out->forward;
	for (size_t i = 0; i < b->host->n; i++)
		for (size_t k = 0; k < b->host->n; k++) {
			const struct nat_iface *in = &b->host->iface[i], *to = &b->host->iface[k];
			bool pass = i == k                   ? intra
			            : in->level == to->level ? inter
			            : in->level > to->level  ? true
			                                     : has_list(b, in, "in");
			if (!pass && in->dev[0] != '\0' && to->dev[0] != '\0')
				out_printf(o, "iifname \"%s\" oifname \"%s\" counter drop\n",
				           in->dev, to->dev);
		}
}

static void write_groups(struct build *b)
{
	struct out *o = &b->out->forward;
	size_t number = 0;
	if (!b->host->manage)
		return;
	/* Tunnels are judged by the packet path. */
	out_printf(o, "iifname \"%s\" accept\noifname \"%s\" accept\n", b->host->tun, b->host->tun);
	for (int dir = 0; dir < 2; dir++) {
		for (const struct centry *e = conf_first(b->c, "access-group"); e;
		     e = conf_next(b->c, e)) {
			const struct nat_iface *i = iface_of(b->host, conf_text(e, "ifname"));
			if (i == NULL || i->dev[0] == '\0' ||
			    str_eq_cstr(conf_text(e, "dir"), "in") != (dir == 0))
				continue;
			write_list(b, conf_text(e, "acl"), number);
			out_printf(o, "%s \"%s\" jump list%zu\n", dir == 0 ? "iifname" : "oifname",
			           i->dev, number++);
		}
		if (dir == 0)
			write_levels(b);
	}
}

static void write_manual(struct build *b, const char *node, unsigned section)
{
	unsigned number = 0;
	for (const struct centry *e = conf_first(b->c, node); e; e = conf_next(b->c, e)) {
		snprintf(b->tag, sizeof b->tag, "nat %u.%u", section, ++number);
		write_rule(b, conf_text(e, "rule"), (struct str){0});
	}
}

void nat_conf_write(const struct conf *c, const struct nat_host *host, struct nat_chains *chains,
                    struct out *notes)
{
	struct build b = {.c = c, .host = host, .out = chains, .notes = notes};
	unsigned number = 0;
	str_copy(b.tag, sizeof b.tag, STR("nat 0"));
	write_old(&b);
	write_manual(&b, "nat", 1);
	write_objects(&b, false, &number);
	write_objects(&b, true, &number);
	write_manual(&b, "nat-after", 3);
	write_groups(&b);
}
