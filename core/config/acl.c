/* Rules in the spelling of running-config. */
#include "core/config/acl.h"

static void print_address(const struct acl_addr *a, struct out *out)
{
	switch (a->kind) {
	case ACL_ANY:
		out_str(out, a->any4 ? " any4" : " any");
		break;
	case ACL_NET:
		if (a->mask == UINT32_MAX)
			out_printf(out, " host %s", ip4_text(a->ip).s);
		else
			out_printf(out, " %s %s", ip4_text(a->ip).s, ip4_text(a->mask).s);
		break;
	case ACL_RANGE:
		out_printf(out, " range %s %s", ip4_text(a->ip).s, ip4_text(a->mask).s);
		break;
	case ACL_OBJECT:
		out_printf(out, " object %.*s", STR_ARG(a->name));
		break;
	case ACL_GROUP:
		out_printf(out, " object-group %.*s", STR_ARG(a->name));
		break;
	case ACL_IFACE:
		out_printf(out, " interface %.*s", STR_ARG(a->name));
		break;
	}
}

static void print_port(uint8_t proto, uint16_t port, struct out *out)
{
	const char *name = acl_port_name(proto, port);
	if (name)
		out_printf(out, " %s", name);
	else
		out_printf(out, " %u", port);
}

/* With a blank in front; nothing for "any". */
static void print_ports(const struct acl_ports *p, uint8_t proto, struct out *out)
{
	static const char *const ops[] = {"", " eq", " neq", " lt", " gt", " range", ""};
	if (p->op == ACL_OP_GROUP)
		out_printf(out, " object-group %.*s", STR_ARG(p->group));
	if (p->op == ACL_OP_NONE || p->op == ACL_OP_GROUP)
		return;
	out_str(out, ops[p->op]);
	print_port(proto, p->a, out);
	if (p->op == ACL_OP_RANGE)
		print_port(proto, p->b, out);
}

void acl_port_print(const struct acl_ports *p, uint8_t proto, struct out *out)
{
	struct out text;
	out_init(&text);
	print_ports(p, proto, &text);
	out_str(out, text.len > 0 ? text.text + 1 : "");
	out_free(&text);
}

static void print_icmp(int type, int code, struct out *out)
{
	if (type < 0)
		return;
	const char *name = acl_icmp_name((uint8_t)type);
	if (name)
		out_printf(out, " %s", name);
	else
		out_printf(out, " %d", type);
	if (code >= 0)
		out_printf(out, " %d", code);
}

static void print_protocol(uint8_t proto, struct out *out)
{
	const char *name = acl_protocol_name(proto);
	if (name)
		out_str(out, name);
	else
		out_printf(out, "%u", proto);
}

static void print_log(const struct acl_rule *r, struct out *out)
{
	if (!r->log)
		return;
	out_str(out, " log");
	if (r->log_disable)
		out_str(out, " disable");
	else if (r->log_default)
		out_str(out, " default");
	else {
		if (r->log_level != ACL_LOG_LEVEL)
			out_printf(out, " %s", acl_level_name(r->log_level));
		if (r->log_interval != ACL_LOG_INTERVAL)
			out_printf(out, " interval %u", r->log_interval);
	}
}

void acl_rule_print(const struct acl_rule *r, bool standard, struct out *out)
{
	out_str(out, r->permit ? "permit" : "deny");
	if (standard) {
		print_address(&r->dst, out);
		return;
	}
	out_str(out, r->proto_kind == ACL_PROTO_OBJECT  ? " object "
	             : r->proto_kind == ACL_PROTO_GROUP ? " object-group "
	                                                : " ");
	if (r->proto_kind == ACL_PROTO_NUMBER)
		print_protocol(r->proto, out);
	else
		out_put(out, r->service);
	print_address(&r->src, out);
	print_ports(&r->sport, r->proto, out);
	print_address(&r->dst, out);
	print_ports(&r->dport, r->proto, out);
	if (r->icmp_group.len > 0)
		out_printf(out, " object-group %.*s", STR_ARG(r->icmp_group));
	print_icmp(r->icmp_type, r->icmp_code, out);
	print_log(r, out);
	if (r->time_range.len > 0)
		out_printf(out, " time-range %.*s", STR_ARG(r->time_range));
	out_str(out, r->inactive ? " inactive" : "");
}

void acl_service_print(const struct acl_service *s, struct out *out)
{
	uint8_t proto = s->tcp_udp ? 0 : s->proto;
	if (s->tcp_udp)
		out_str(out, "tcp-udp");
	else
		print_protocol(s->proto, out);
	print_icmp(s->icmp_type, s->icmp_code, out);
	if (s->sport.op != ACL_OP_NONE)
		out_str(out, " source");
	print_ports(&s->sport, proto, out);
	if (s->dport.op != ACL_OP_NONE)
		out_str(out, " destination");
	print_ports(&s->dport, proto, out);
}
