/* One translation as rules: who sends to whom on the real side, and who answers or begins on the mapped side. */
#include <stdio.h>
#include <string.h>

#include "core/config/nat_rule.h"
#include "core/net/nat_int.h"

enum { PAIRS_MAX = 1024 };

/* ------------------------------------------------------------------ addresses */

static bool put_address(void *arg, const struct acl_addr *a)
{
	struct addresses *s = arg;
	if (s->n < sizeof s->a / sizeof s->a[0])
		s->a[s->n++] = *a;
	return true;
}

void xlate_addresses(const struct build *b, struct str name, struct addresses *s)
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
	if (s->n == sizeof s->a / sizeof s->a[0])
		out_printf(b->notes, "WARNING: nat: of %.*s only the first %zu addresses are translated\n",
		           STR_ARG(name), s->n);
}

bool xlate_same(const struct addresses *a, const struct addresses *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->a[i].kind != b->a[i].kind || a->a[i].ip != b->a[i].ip ||
		    a->a[i].mask != b->a[i].mask)
			return false;
	return true;
}

/* An address and what it becomes, or a network and a network of its size. */
struct pair {
	uint32_t from, to, mask;
};

struct walk {
	const struct addresses *s;
	size_t i;
	uint64_t at, end; /* of s->a[i] */
};

static bool walk_open(struct walk *w)
{
	if (w->i >= w->s->n)
		return false;
	const struct acl_addr *a = &w->s->a[w->i];
	w->at = a->kind == ACL_ANY ? 0 : a->ip;
	w->end = (a->kind == ACL_ANY     ? UINT32_MAX
	          : a->kind == ACL_RANGE ? a->mask
	                                 : a->ip | ~a->mask) +
	         UINT64_C(1);
	return w->at < w->end;
}

static bool walk_on(struct walk *w, uint64_t size)
{
	w->at += size;
	if (w->at < w->end)
		return true;
	w->i++;
	return walk_open(w);
}

/* The addresses of both lists side by side, cut into networks. again: when `from` is at its end it begins once more
 * (one host for several addresses). */
static size_t pairs_of(const struct addresses *from, const struct addresses *to, bool again,
                       struct pair *p)
{
	struct walk a = {.s = from}, b = {.s = to};
	size_t n = 0;
	bool more = walk_open(&a) && walk_open(&b);
	while (more && n < PAIRS_MAX) {
		uint64_t size = 1;
		while (size < UINT64_C(1) << 32 && a.at % (size * 2) == 0 && b.at % (size * 2) == 0 &&
		       a.at + size * 2 <= a.end && b.at + size * 2 <= b.end)
			size *= 2;
		p[n++] = (struct pair){(uint32_t)a.at, (uint32_t)b.at, (uint32_t)~(size - 1)};
		more = walk_on(&a, size);
		if (!more && again) {
			a = (struct walk){.s = from};
			more = walk_open(&a);
		}
		more = walk_on(&b, size) && more;
	}
	return n;
}

/* ------------------------------------------------------------------ one rule */

struct match {
	const char *in_key, *out_key; /* NULL: the device does not matter */
	struct str in_if, out_if;
	const char *out_dev; /* in place of out_if */
	const struct acl_addr *src, *dst;
	const struct acl_ports *sport, *dport;
};

/* Where packets of this side of a rule come in or leave: false when the rule is not for us. Where the devices are not
 * ours, what comes from clients is, wherever it goes. */
static bool write_device(const struct build *b, struct out *o, const char *key, struct str ifname,
                         bool of_clients)
{
	const struct nat_iface *i = build_iface(b, ifname);
	bool any = str_eq(ifname, STR("any"));
	if (any && (b->host->manage || of_clients))
		return true;
	if (any)
		out_printf(o, "%s \"%s\" ", key, b->host->tun);
	else if (i == NULL || i->dev[0] == '\0')
		return false;
	else if (i->vpn && !b->host->manage && !of_clients)
		out_printf(o, "%s \"%s\" ", key, b->host->tun);
	else if (i->vpn)
		out_printf(o, "%s { \"%s\", \"%s\" } ", key, i->dev, b->host->tun);
	else if (b->host->manage || of_clients)
		out_printf(o, "%s \"%s\" ", key, i->dev);
	else
		return false;
	return true;
}

static bool write_devices(const struct build *b, struct out *o, const struct match *m)
{
	if (m->in_key != NULL && !write_device(b, o, m->in_key, m->in_if, false))
		return false;
	if (m->out_dev != NULL)
		out_printf(o, "oifname \"%s\" ", m->out_dev);
	return m->out_key == NULL || m->out_dev != NULL ||
	       write_device(b, o, m->out_key, m->out_if, m->in_key != NULL && !b->host->manage);
}

static void write_ports(struct out *o, const char *proto, const char *side,
                        const struct acl_ports *p)
{
	if (p == NULL || (p->op != ACL_OP_EQ && p->op != ACL_OP_RANGE))
		return;
	out_printf(o, "%s %s %u", proto, side, p->a);
	out_printf(o, p->op == ACL_OP_RANGE ? "-%u " : " ", p->b);
}

static void write_match(struct build *b, struct out *o, const struct xlate *x, const struct match *m,
                        const char *verdict, bool back)
{
	size_t at = o->len;
	const char *proto = x->proto == 17 ? "udp" : "tcp";
	if (build_full(b))
		return;
	if (!write_devices(b, o, m)) {
		if (o->text != NULL) {
			o->len = at;
			o->text[at] = '\0';
		}
		return;
	}
	build_address(o, "saddr", m->src);
	build_address(o, "daddr", m->dst);
	bool ports = (m->sport && m->sport->op != ACL_OP_NONE) ||
	             (m->dport && m->dport->op != ACL_OP_NONE);
	if (x->proto != 0 && !ports)
		out_printf(o, "ip protocol %u ", x->proto);
	if (x->proto != 0 && ports) {
		write_ports(o, proto, "sport", m->sport);
		write_ports(o, proto, "dport", m->dport);
	}
	out_printf(o, "counter %s comment \"%s%s\"\n", verdict, b->tag, back ? " back" : "");
}

/* "snat to 203.0.113.9:8080", "dnat prefix to 10.0.0.0/24" */
static void verdict_of(char *text, size_t cap, const char *what, const struct pair *p,
                       const struct acl_ports *port)
{
	int bits = ip4_mask_bits(p->mask);
	size_t n;
	if (bits == 32)
		snprintf(text, cap, "%s to %s", what, ip4_text(p->to).s);
	else
		snprintf(text, cap, "%s prefix to %s/%d", what, ip4_text(p->to).s, bits);
	n = strlen(text);
	if (port != NULL && bits == 32 && port->op == ACL_OP_EQ)
		snprintf(text + n, cap - n, ":%u", port->a);
	else if (port != NULL && bits == 32 && port->op == ACL_OP_RANGE)
		snprintf(text + n, cap - n, ":%u-%u", port->a, port->b);
}

static struct acl_addr from_of(const struct pair *p)
{
	return (struct acl_addr){.kind = p->mask == 0 ? ACL_ANY : ACL_NET, .ip = p->from, .mask = p->mask};
}

static struct acl_addr to_of(const struct pair *p)
{
	return (struct acl_addr){.kind = p->mask == 0 ? ACL_ANY : ACL_NET, .ip = p->to, .mask = p->mask};
}

static struct pair turned(const struct pair *p)
{
	return (struct pair){p->to, p->from, p->mask};
}

static struct pair src_pairs[PAIRS_MAX], dst_pairs[PAIRS_MAX]; /* large; the control thread alone is here */

static void answer_for(struct build *b, const struct xlate *x)
{
	size_t n = x->no_proxy_arp || x->to_interface ? 0 : pairs_of(&x->to, &x->to, false, src_pairs);
	for (size_t i = 0; i < n; i++)
		build_mapped(b, x->mapped_if, src_pairs[i].to, src_pairs[i].mask);
}

/* ------------------------------------------------------------------ dynamic */

/* Packets of clients to hosts whose own packets would be translated: they match one rule forth and another back. */
static void reverse_path(struct build *b, const struct xlate *x, bool exempt)
{
	const struct nat_iface *real = build_iface(b, x->real_if),
	                       *mapped = build_iface(b, x->mapped_if);
	bool any = str_eq(x->mapped_if, STR("any"));
	if (!b->host->manage || (real != NULL && real->vpn) ||
	    (real == NULL && !str_eq(x->real_if, STR("any"))) ||
	    (!any && (mapped == NULL || !mapped->vpn)))
		return;
	for (size_t i = 0; i < x->src.n; i++)
		for (size_t k = 0; k < x->dst_to.n && !build_full(b); k++) {
			struct out *o = &b->out->forward;
			out_printf(o, "iifname \"%s\" ", b->host->tun);
			if (real != NULL)
				out_printf(o, "oifname \"%s\" ", real->dev);
			build_address(o, "daddr", &x->src.a[i]);
			build_address(o, "saddr", &x->dst_to.a[k]);
			if (exempt)
				out_str(o, "accept\n");
			else
				out_printf(o,
				           "counter log prefix \"rpf 0\" group %d drop comment \"nat-rpf-check\"\n",
				           NAT_LOG_GROUP);
		}
}

/* What leaves the real side, for every source and destination of the rule. */
static void each_outgoing(struct build *b, const struct xlate *x, const char *out_dev,
                          const char *verdict)
{
	for (size_t i = 0; i < x->src.n; i++)
		for (size_t k = 0; k < x->dst_to.n; k++) {
			struct match m = {.in_key = "iifname",
			                  .in_if = x->real_if,
			                  .out_key = "oifname",
			                  .out_if = x->mapped_if,
			                  .out_dev = out_dev,
			                  .src = &x->src.a[i],
			                  .dst = &x->dst_to.a[k],
			                  .sport = &x->sport,
			                  .dport = &x->to_dport};
			write_match(b, &b->out->postrouting, x, &m, verdict, false);
		}
}

static void write_dynamic(struct build *b, const struct xlate *x)
{
	char to[64];
	answer_for(b, x);
	const struct nat_iface *m = build_iface(b, x->mapped_if);
	if (x->to_interface && m != NULL && m->vpn && m->ip != 0) {
		/* Towards a client the packet does not leave through the device whose address it gets. */
		snprintf(to, sizeof to, "snat to %s", ip4_text(m->ip).s);
		each_outgoing(b, x, b->host->tun, to);
		if (m->dev[0] != '\0')
			each_outgoing(b, x, m->dev, "masquerade");
	} else if (x->to_interface) {
		each_outgoing(b, x, NULL, "masquerade");
	} else if (x->to.n > 0 && x->to.a[0].kind != ACL_ANY) {
		const struct acl_addr *a = &x->to.a[0];
		uint32_t last = a->kind == ACL_RANGE ? a->mask : a->ip | ~a->mask;
		struct ip4_text lo = ip4_text(a->ip), hi = ip4_text(last);
		snprintf(to, sizeof to, a->ip == last ? "snat to %s" : "snat to %s-%s", lo.s, hi.s);
		each_outgoing(b, x, NULL, to);
	}
	reverse_path(b, x, false);
}

/* ------------------------------------------------------------------ static */

static uint64_t size_of(const struct addresses *s)
{
	struct walk w = {.s = s};
	uint64_t n = 0;
	for (bool more = walk_open(&w); more; more = walk_on(&w, w.end - w.at))
		n += w.end - w.at;
	return n;
}

/* Connections that hosts of the real side begin. */
static void static_out(struct build *b, const struct xlate *x, bool same)
{
	char verdict[96];
	size_t n = pairs_of(&x->src, &x->to, false, src_pairs);
	if (same) {
		each_outgoing(b, x, NULL, "accept");
		return;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < x->dst_to.n; k++) {
			struct acl_addr src = from_of(&src_pairs[i]);
			struct match m = {.in_key = "iifname",
			                  .in_if = x->real_if,
			                  .out_key = "oifname",
			                  .out_if = x->mapped_if,
			                  .src = &src,
			                  .dst = &x->dst_to.a[k],
			                  .sport = &x->sport,
			                  .dport = &x->to_dport};
			verdict_of(verdict, sizeof verdict, "snat", &src_pairs[i], &x->to_sport);
			write_match(b, &b->out->postrouting, x, &m, verdict, false);
		}
}

static uint16_t port_low(const struct acl_ports *p)
{
	return p->op == ACL_OP_EQ || p->op == ACL_OP_RANGE ? p->a : 0;
}

static uint16_t port_high(const struct acl_ports *p)
{
	return p->op == ACL_OP_RANGE ? p->b : p->op == ACL_OP_EQ ? p->a : UINT16_MAX;
}

/* Clients come in on the mapped side: the packet path judges by what is meant. */
static void tell_path(struct build *b, const struct xlate *x, const struct pair *p, const struct acl_addr *peer)
{
	const struct nat_iface *mapped = build_iface(b, x->mapped_if);
	if (peer->kind == ACL_RANGE ||
	    (!str_eq(x->mapped_if, STR("any")) && (mapped == NULL || !mapped->vpn)))
		return;
	build_xlate(b, &(struct filter_xlate){.mapped = p->to,
	                                      .real = p->from,
	                                      .mask = p->mask,
	                                      .peer = peer->kind == ACL_ANY ? 0 : peer->ip,
	                                      .peer_mask = peer->kind == ACL_ANY ? 0 : peer->mask,
	                                      .proto = x->proto,
	                                      .mapped_lo = port_low(&x->to_sport),
	                                      .mapped_hi = port_high(&x->to_sport),
	                                      .real_lo = port_low(&x->sport)});
}

static void tell_show(struct build *b, const struct xlate *x)
{
	size_t n = pairs_of(&x->src, &x->to, false, src_pairs);
	for (size_t i = 0; i < n; i++) {
		struct nat_fixed f = {.real = src_pairs[i].from,
		                      .mapped = src_pairs[i].to,
		                      .mask = src_pairs[i].mask,
		                      .proto = x->proto,
		                      .real_port = port_low(&x->sport),
		                      .mapped_port = port_low(&x->to_sport),
		                      .twice = x->has_dst};
		str_copy(f.real_if, sizeof f.real_if, x->real_if);
		str_copy(f.mapped_if, sizeof f.mapped_if, x->mapped_if);
		build_fixed(b, &f);
	}
}

/* Connections that the mapped side begins: to the mapped address, which stands for the real one. */
static void static_in(struct build *b, const struct xlate *x, bool same)
{
	char verdict[96];
	size_t n = pairs_of(&x->src, &x->to, true, src_pairs);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < x->dst_to.n; k++) {
			struct acl_addr to = to_of(&src_pairs[i]);
			struct pair back = turned(&src_pairs[i]);
			struct match m = {.in_key = "iifname",
			                  .in_if = x->mapped_if,
			                  .src = &x->dst_to.a[k],
			                  .dst = &to,
			                  .sport = &x->to_dport,
			                  .dport = &x->to_sport};
			verdict_of(verdict, sizeof verdict, "dnat", &back, &x->sport);
			write_match(b, &b->out->prerouting, x, &m, same ? "accept" : verdict, true);
			tell_path(b, x, &src_pairs[i], &x->dst_to.a[k]);
		}
}

/* The destination that hosts of the real side see stands for another. */
static void dst_out(struct build *b, const struct xlate *x)
{
	char verdict[96];
	size_t n = pairs_of(&x->dst, &x->dst_to, false, dst_pairs);
	for (size_t i = 0; i < x->src.n; i++)
		for (size_t k = 0; k < n; k++) {
			struct acl_addr seen = from_of(&dst_pairs[k]);
			struct match m = {.in_key = "iifname",
			                  .in_if = x->real_if,
			                  .src = &x->src.a[i],
			                  .dst = &seen,
			                  .sport = &x->sport,
			                  .dport = &x->dport};
			verdict_of(verdict, sizeof verdict, "dnat", &dst_pairs[k], &x->to_dport);
			write_match(b, &b->out->prerouting, x, &m, verdict, false);
		}
}

/* ... and what comes from there looks as if it came from what they see. */
static void dst_in(struct build *b, const struct xlate *x, bool same)
{
	char verdict[96];
	size_t n = pairs_of(&x->dst, &x->dst_to, false, dst_pairs);
	for (size_t i = 0; i < x->src.n; i++)
		for (size_t k = 0; k < n; k++) {
			struct acl_addr real = to_of(&dst_pairs[k]);
			struct pair back = turned(&dst_pairs[k]);
			struct match m = {.in_key = "iifname",
			                  .in_if = x->mapped_if,
			                  .out_key = "oifname",
			                  .out_if = x->real_if,
			                  .src = &real,
			                  .dst = &x->src.a[i],
			                  .sport = &x->to_dport,
			                  .dport = &x->sport};
			verdict_of(verdict, sizeof verdict, "snat", &back, &x->dport);
			write_match(b, &b->out->postrouting, x, &m, same ? "accept" : verdict, true);
		}
}

static bool same_ports(const struct acl_ports *a, const struct acl_ports *b)
{
	return a->op == b->op && (a->op == ACL_OP_NONE || (a->a == b->a && a->b == b->b));
}

static void write_static(struct build *b, const struct xlate *x)
{
	bool same_src = xlate_same(&x->src, &x->to) && same_ports(&x->sport, &x->to_sport);
	bool same_dst =
	        xlate_same(&x->dst, &x->dst_to) && same_ports(&x->dport, &x->to_dport);
	uint64_t real = size_of(&x->src), mapped = size_of(&x->to);
	if (!same_src && (mapped == 0 || real == 0))
		return;
	if (mapped < real)
		out_printf(b->notes,
		           "WARNING: nat (%.*s,%.*s) static: there are more real addresses than mapped ones; "
		           "those beyond are not translated\n",
		           STR_ARG(x->real_if), STR_ARG(x->mapped_if));
	if (!same_src)
		answer_for(b, x);
	tell_show(b, x);
	static_out(b, x, same_src);
	if (same_src)
		reverse_path(b, x, true);
	if (x->one_way)
		return;
	static_in(b, x, same_src);
	if (x->has_dst || same_src)
		dst_in(b, x, same_dst);
}

void xlate_write(struct build *b, struct xlate *x)
{
	if (!x->has_dst) {
		x->dst = (struct addresses){.a = {{.kind = ACL_ANY}}, .n = 1};
		x->dst_to = x->dst;
	}
	if (x->dynamic)
		write_dynamic(b, x);
	else
		write_static(b, x);
	if (x->has_dst &&
	    (!xlate_same(&x->dst, &x->dst_to) || !same_ports(&x->dport, &x->to_dport)))
		dst_out(b, x);
}

/* ------------------------------------------------------------------ a line */

static bool interface_address(const struct build *b, struct str ifname, struct addresses *s)
{
	const struct nat_iface *i = build_iface(b, ifname);
	s->n = i != NULL && i->ip != 0;
	s->a[0] = (struct acl_addr){.kind = ACL_NET, .mask = UINT32_MAX, .ip = i != NULL ? i->ip : 0};
	return s->n > 0;
}

static void port_of(struct str word, uint8_t proto, struct acl_ports *p)
{
	struct out text;
	out_init(&text);
	out_printf(&text, "eq %.*s", STR_ARG(word));
	acl_port_parse(out_text(&text), proto, p, NULL);
	out_free(&text);
}

/* real: real source port, and destination port as it is seen. false: nothing that ports are translated by. */
static bool services(const struct build *b, const struct nat_rule *r, struct xlate *x, bool *both)
{
	const struct centry *e1 = conf_find(b->c, "object-service", r->svc_real),
	                    *e2 = conf_find(b->c, "object-service", r->svc_mapped);
	struct acl_service one, two;
	if (e1 == NULL || e2 == NULL || !acl_service_parse(conf_text(e1, "service"), &one, NULL) ||
	    !acl_service_parse(conf_text(e2, "service"), &two, NULL) || one.proto != two.proto ||
	    (one.proto != 6 && one.proto != 17 && !one.tcp_udp))
		return false;
	*both = one.tcp_udp;
	x->proto = one.tcp_udp ? 6 : one.proto;
	x->sport = one.sport;
	x->to_sport = two.sport;
	x->dport = one.dport;
	x->to_dport = two.dport;
	return true;
}

static bool ports_of(const struct build *b, const struct nat_rule *r, struct xlate *x, bool *both)
{
	if (r->svc_real.len > 0)
		return services(b, r, x, both);
	if (r->proto.len == 0)
		return true;
	x->proto = str_eq_cstr(r->proto, "udp") ? 17 : 6;
	port_of(r->port_real, x->proto, &x->sport);
	port_of(r->port_mapped, x->proto, &x->to_sport);
	return true;
}

void xlate_rule(struct build *b, struct str text, struct str object)
{
	struct nat_rule r;
	static struct xlate x; /* large; the control thread alone is here */
	bool both = false;
	if (!nat_rule_parse(text, object.len > 0, &r, NULL) || r.inactive)
		return;
	x = (struct xlate){.real_if = r.real_if,
	                   .mapped_if = r.mapped_if,
	                   .dynamic = r.dynamic,
	                   .no_proxy_arp = r.no_proxy_arp,
	                   .one_way = r.unidirectional};
	xlate_addresses(b, object.len > 0 ? object : r.src_real, &x.src);
	x.to_interface = str_eq(r.src_mapped, STR("interface"));
	if (!x.to_interface)
		xlate_addresses(b, r.src_mapped, &x.to);
	else if (!r.dynamic && !interface_address(b, r.mapped_if, &x.to))
		return;
	x.has_dst = r.dst_mapped.len > 0;
	if (x.has_dst)
		xlate_addresses(b, r.dst_real, &x.dst_to);
	if (x.has_dst && !str_eq(r.dst_mapped, STR("interface")))
		xlate_addresses(b, r.dst_mapped, &x.dst);
	else if (x.has_dst && !interface_address(b, r.real_if, &x.dst))
		return;
	if (!ports_of(b, &r, &x, &both))
		return;
	xlate_write(b, &x);
	if (both) {
		x.proto = 17;
		xlate_write(b, &x);
	}
}
