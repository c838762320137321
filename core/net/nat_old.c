/* nat, global and static of before 8.3: exemption first, then static, then dynamic. */
#include <stdio.h>
#include <string.h>

#include "core/config/nat_static.h"
#include "core/net/nat_int.h"

static struct xlate x; /* large; the control thread alone is here */

static void tag(struct build *b, const char *kind, unsigned number)
{
	snprintf(b->tag, sizeof b->tag, "nat %s.%u", kind, number);
}

/* ------------------------------------------------------------------ by an access list */

struct by_list {
	struct build *b;
	void (*write)(struct by_list *l); /* x has source and destination */
	struct str real_if;
	const struct nat_static *fixed;
	const struct centry *global;
};

static bool each_element(void *arg, const struct acl_rule *r)
{
	struct by_list *l = arg;
	if (!r->permit || r->inactive)
		return true;
	x = (struct xlate){.real_if = l->real_if, .has_dst = true};
	x.src = (struct addresses){{r->src}, 1};
	x.dst = x.dst_to = (struct addresses){{r->dst}, 1};
	l->write(l);
	return true;
}

static void walk_list(struct by_list *l, struct str acl)
{
	const struct conf *c = l->b->c;
	const struct centry *list = conf_find(c, "access-list", acl);
	struct acl_names names = objects_names(c);
	for (const struct centry *a = list ? conf_first_child(c, list, "entry") : NULL; a;
	     a = conf_next(c, a)) {
		struct acl_rule r;
		if (str_eq_cstr(conf_text(a, "kind"), "extended") &&
		    acl_rule_parse(conf_text(a, "rule"), false, &names, &r, NULL))
			acl_rule_expand(c, &r, each_element, l);
	}
}

static void write_exempt(struct by_list *l)
{
	x.mapped_if = STR("any");
	x.to = x.src;
	xlate_write(l->b, &x);
}

/* ------------------------------------------------------------------ nat and global */

/* "interface", "192.0.2.9" or "192.0.2.9-192.0.2.20" */
static bool mapped_of(const struct centry *global)
{
	struct str range = conf_text(global, "range"), first = str_word(&range), last = first;
	x.mapped_if = conf_text(global, "ifname");
	x.dynamic = true;
	x.to_interface = str_eq(first, STR("interface"));
	const char *dash = first.len > 0 ? memchr(first.p, '-', first.len) : NULL;
	if (dash != NULL) {
		last = (struct str){dash + 1, (size_t)(first.p + first.len - dash - 1)};
		first.len = (size_t)(dash - first.p);
	}
	x.to = (struct addresses){{{.kind = ACL_RANGE}}, 1};
	return x.to_interface ||
	       (ip4_parse(first, &x.to.a[0].ip) && ip4_parse(last, &x.to.a[0].mask));
}

static void write_policy(struct by_list *l)
{
	if (mapped_of(l->global))
		xlate_write(l->b, &x);
}

static bool network_of(struct str rule, struct acl_addr *a)
{
	struct str ip = str_word(&rule), mask = str_word(&rule);
	*a = (struct acl_addr){.kind = ACL_NET, .mask = UINT32_MAX};
	if (str_eq(ip, STR("0")))
		a->ip = 0;
	else if (!ip4_parse(ip, &a->ip))
		return false;
	if (str_eq(mask, STR("0")))
		a->mask = 0;
	else if (mask.len > 0 && !ip4_parse(mask, &a->mask))
		return false;
	if (a->mask == 0 || a->ip == 0)
		*a = (struct acl_addr){.kind = ACL_ANY};
	return true;
}

/* nat (IF) N IP MASK, or N access-list NAME, with each global (IF) N */
static void old_dynamic(struct build *b, const struct centry *nat, bool by_list)
{
	struct str rule = conf_text(nat, "rule"), rest = rule;
	struct acl_addr a;
	if (!by_list && !network_of(rule, &a))
		return;
	str_word(&rest); /* access-list */
	for (const struct centry *g = conf_first(b->c, "global"); g; g = conf_next(b->c, g)) {
		struct by_list l = {b, write_policy, conf_text(nat, "ifname"), NULL, g};
		if (conf_u32(g, "id") != conf_u32(nat, "id"))
			continue;
		x = (struct xlate){.real_if = l.real_if, .src = {{a}, 1}};
		if (by_list) {
			struct str name = rest;
			walk_list(&l, str_word(&name));
		} else if (mapped_of(g)) {
			xlate_write(b, &x);
		}
	}
}

/* nat (IF) 0 IP MASK: as it is, from this side. */
static void old_identity(struct build *b, const struct centry *nat)
{
	struct acl_addr a;
	if (!network_of(conf_text(nat, "rule"), &a))
		return;
	x = (struct xlate){.real_if = conf_text(nat, "ifname"), .mapped_if = STR("any"), .one_way = true};
	x.src = x.to = (struct addresses){{a}, 1};
	xlate_write(b, &x);
}

enum pass { EXEMPT, POLICY, IDENTITY, DYNAMIC };

static void write_nat(struct build *b, enum pass pass)
{
	unsigned number = 0;
	for (const struct centry *e = conf_first(b->c, "nat-old"); e; e = conf_next(b->c, e)) {
		struct str rule = conf_text(e, "rule"), word = str_word(&rule);
		bool list = str_eq(word, STR("access-list")), zero = conf_u32(e, "id") == 0;
		struct by_list l = {.b = b, .write = write_exempt, .real_if = conf_text(e, "ifname")};
		tag(b, "old", ++number);
		if (pass == EXEMPT && zero && list)
			walk_list(&l, str_word(&rule));
		else if (pass == IDENTITY && zero && !list)
			old_identity(b, e);
		else if (!zero && pass == (list ? POLICY : DYNAMIC))
			old_dynamic(b, e, list);
	}
}

/* ------------------------------------------------------------------ static */

static void set_port(struct acl_ports *p, uint16_t port)
{
	*p = (struct acl_ports){.op = ACL_OP_EQ, .a = port};
}

/* x.src is there: to the mapped address, one for one. */
static void write_fixed(struct by_list *l)
{
	const struct nat_static *s = l->fixed;
	const struct nat_iface *i = build_iface(l->b, s->mapped_if);
	uint32_t mask = x.src.a[0].kind == ACL_NET ? x.src.a[0].mask : UINT32_MAX;
	uint32_t mapped = s->interface ? (i != NULL ? i->ip : 0) : s->mapped;
	x.mapped_if = s->mapped_if;
	x.proto = s->proto;
	if (s->proto != 0) {
		set_port(&x.to_sport, s->mapped_port);
		if (s->acl.len == 0)
			set_port(&x.sport, s->real_port);
	}
	x.to = (struct addresses){{{.kind = ACL_NET, .ip = mapped & mask, .mask = mask}}, 1};
	if (mapped != 0)
		xlate_write(l->b, &x);
}

static void write_static(struct build *b)
{
	unsigned number = 0;
	for (const struct centry *e = conf_first(b->c, "static"); e; e = conf_next(b->c, e)) {
		struct nat_static s;
		tag(b, "static", ++number);
		if (!nat_static_parse(conf_text(e, "rule"), &s, NULL))
			continue;
		struct by_list l = {b, write_fixed, s.real_if, &s, NULL};
		if (s.acl.len > 0) {
			walk_list(&l, s.acl);
			continue;
		}
		x = (struct xlate){.real_if = s.real_if};
		x.src = (struct addresses){
		        {{.kind = ACL_NET, .ip = s.real & s.mask, .mask = s.mask}}, 1};
		write_fixed(&l);
	}
}

void nat_old_write(struct build *b)
{
	write_nat(b, EXEMPT);
	write_static(b);
	write_nat(b, POLICY);
	write_nat(b, IDENTITY);
	write_nat(b, DYNAMIC);
}
