/* Access groups and security levels for what other hosts send, and access lists for what they send to the host itself. */
#include <string.h>

#include "core/config/icmp_rule.h"
#include "core/net/nat_int.h"

struct list_out {
	struct build *b;
	struct out *o;
	struct str list;
	size_t number;
	bool standard, control;
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

static void write_log(const struct list_out *l, uint32_t element, bool permit)
{
	out_printf(l->o, "log prefix \"%s %zu %08x %s\" group %d ", l->control ? "cp" : "acl",
	           l->number, element, permit ? "p" : "d", NAT_LOG_GROUP);
}

static bool list_rule(void *arg, const struct acl_rule *r)
{
	struct list_out *l = arg;
	const char *proto = r->proto == 6 ? "tcp" : "udp";
	bool flow = r->log && !r->log_disable && !r->log_default;
	if (r->inactive || build_full(l->b))
		return true;
	if (r->time_range.len > 0 && !time_range_active(l->b->c, r->time_range, &l->b->host->now))
		return true; /* written again when it begins */
	build_address(l->o, "saddr", &r->src);
	build_address(l->o, "daddr", &r->dst);
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
	uint32_t element = acl_element_hash(l->list, r, l->standard);
	out_str(l->o, "counter ");
	if (flow || (!r->permit && !r->log_disable))
		write_log(l, element, r->permit);
	out_printf(l->o, "%s comment \"acl %08x\"\n", r->permit ? "return" : "drop", element);
	return true;
}

enum end { END_DROP, END_GLOBAL, END_PASS };

/* One chain a bound list: what it permits goes on, what it does not ends there, or is judged by the global list. */
static size_t write_list(struct build *b, struct str name, enum end end, bool control)
{
	const struct centry *list = conf_find(b->c, "access-list", name);
	struct acl_names names = objects_names(b->c);
	struct list_out l = {.b = b, .o = &b->out->lists, .list = name, .control = control};
	for (size_t i = 0; i < b->out->names.len; i++)
		l.number += b->out->names.text[i] == '\n';
	out_printf(&b->out->names, "%.*s\n", STR_ARG(name));
	out_printf(l.o, "chain list%zu {\n", l.number);
	for (const struct centry *e = list ? conf_first_child(b->c, list, "entry") : NULL; e;
	     e = conf_next(b->c, e)) {
		struct acl_rule r;
		l.standard = str_eq_cstr(conf_text(e, "kind"), "standard");
		if (!str_eq_cstr(conf_text(e, "kind"), "remark") &&
		    acl_rule_parse(conf_text(e, "rule"), l.standard, &names, &r, NULL))
			acl_rule_expand(b->c, &r, list_rule, &l);
	}
	if (end == END_GLOBAL)
		out_str(l.o, "goto list0\n");
	if (end == END_DROP) {
		out_str(l.o, "counter ");
		write_log(&l, 0, false);
		out_str(l.o, "drop\n");
	}
	out_str(l.o, "}\n");
	return l.number;
}

static struct str global_of(const struct build *b)
{
	return conf_text(conf_container(b->c, "access-group-global"), "acl");
}

static const struct centry *list_in(const struct build *b, const struct nat_iface *i, const char *dir)
{
	for (const struct centry *e = conf_first(b->c, "access-group"); e; e = conf_next(b->c, e))
		if (str_eq_cstr(conf_text(e, "ifname"), i->name) &&
		    str_eq_cstr(conf_text(e, "dir"), dir))
			return e;
	return NULL;
}

static void write_levels(struct build *b)
{
	const struct centry *same = conf_container(b->c, "same-security");
	bool intra = conf_in_set(same, "permit", "intra-interface");
	bool inter = conf_in_set(same, "permit", "inter-interface");
	bool global = global_of(b).len > 0;
	struct out *o = &b->out->forward;
	for (size_t i = 0; i < b->host->n; i++)
		for (size_t k = 0; k < b->host->n; k++) {
			const struct nat_iface *in = &b->host->iface[i], *to = &b->host->iface[k];
			bool pass = i == k                   ? intra
			            : in->level == to->level ? inter
			            : in->level > to->level
			                    ? true
			                    : global || list_in(b, in, "in") != NULL;
			if (!pass && in->dev[0] != '\0' && to->dev[0] != '\0')
				out_printf(o,
				           "iifname \"%s\" oifname \"%s\" counter log prefix "
				           "\"level 0\" group %d drop\n",
				           in->dev, to->dev, NAT_LOG_GROUP);
		}
}

static void write_groups(struct build *b)
{
	struct out *o = &b->out->forward;
	struct str global = global_of(b);
	/* Tunnels are judged by the packet path. */
	out_printf(o, "iifname \"%s\" accept\noifname \"%s\" accept\n", b->host->tun, b->host->tun);
	if (global.len > 0)
		write_list(b, global, END_DROP, false); /* it is list0 */
	for (int dir = 0; dir < 2; dir++) {
		for (size_t n = 0; n < b->host->n; n++) {
			const struct nat_iface *i = &b->host->iface[n];
			const struct centry *e = list_in(b, i, dir == 0 ? "in" : "out");
			const char *key = dir == 0 ? "iifname" : "oifname";
			bool on = dir == 0 && global.len > 0;
			if (i->dev[0] == '\0')
				continue;
			if (e != NULL)
				out_printf(o, "%s \"%s\" jump list%zu\n", key, i->dev,
				           write_list(b, conf_text(e, "acl"),
				                      on ? END_GLOBAL : END_DROP, false));
			else if (on)
				out_printf(o, "%s \"%s\" jump list0\n", key, i->dev);
		}
		if (dir == 0)
			write_levels(b);
	}
}

/* IKE and ESP are judged where they are received, so that they are on devices that are not ours, too. */
static void write_control(struct build *b)
{
	for (const struct centry *e = conf_first(b->c, "access-group-cp"); e; e = conf_next(b->c, e)) {
		const struct nat_iface *i = build_iface(b, conf_text(e, "cp-ifname"));
		struct out *o = &b->out->input;
		bool led = o->text != NULL && strstr(o->text, "udp dport") != NULL;
		if (i == NULL || i->dev[0] == '\0')
			continue;
		if (!led)
			out_str(o, "udp dport { 500, 4500 } accept\nip protocol esp accept\n");
		out_printf(o, "iifname \"%s\" jump list%zu\n", i->dev,
		           write_list(b, conf_text(e, "acl"), END_PASS, true));
	}
}

/* `icmp permit|deny`: an interface that has such rules drops every other ICMP that is sent to the host. */
static void write_icmp(struct build *b)
{
	struct out *o = &b->out->input;
	for (size_t n = 0; n < b->host->n; n++) {
		const struct nat_iface *i = &b->host->iface[n];
		bool any = false;
		for (const struct centry *e = conf_first(b->c, "icmp-rule"); e; e = conf_next(b->c, e)) {
			struct icmp_rule r;
			bool permit = str_eq_cstr(conf_text(e, "action"), "permit");
			if (i->dev[0] == '\0' || !icmp_rule_parse(conf_text(e, "rule"), &r, NULL) ||
			    !str_eq_cstr(r.ifname, i->name) || build_full(b))
				continue;
			any = true;
			out_printf(o, "iifname \"%s\" ", i->dev);
			build_address(o, "saddr", &r.src);
			if (r.type >= 0)
				out_printf(o, "icmp type %d ", r.type);
			else
				out_str(o, "ip protocol icmp ");
			if (permit)
				out_str(o, "counter accept\n");
			else
				out_printf(o, "counter log prefix \"icmp 0\" group %d drop\n", NAT_LOG_GROUP);
		}
		if (any)
			out_printf(o, "iifname \"%s\" ip protocol icmp counter log prefix \"icmp 0\" group %d drop\n",
			           i->dev, NAT_LOG_GROUP);
	}
}

void nat_lists_write(struct build *b)
{
	if (!b->host->manage)
		return;
	write_groups(b);
	write_icmp(b); /* they come before the lists of the control plane */
	write_control(b);
}
