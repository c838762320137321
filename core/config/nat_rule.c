#include "core/config/nat_rule.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "core/config/nat_scan.h"

/* The keyword, written out or (from three letters on) begun. */
static bool key(struct nat_scan *s, const char *word, const char *help)
{
	struct str w = nat_scan_peek(s);
	nat_scan_offer(s, word, help);
	if (w.len == 0 || !str_has_prefix_nocase(str_of(word), w) ||
	    (w.len < 3 && !str_caseeq(w, str_of(word))))
		return false;
	str_word(&s->rest);
	return true;
}

static bool name(struct nat_scan *s, struct str *out, const char *help)
{
	nat_scan_offer(s, "WORD", help);
	*out = nat_scan_peek(s);
	if (out->len == 0)
		return nat_scan_wrong(s);
	str_word(&s->rest);
	return true;
}

/* (real,mapped); of an object it may be left out */
static bool interfaces(struct nat_scan *s, struct nat_rule *r)
{
	struct str w = nat_scan_peek(s);
	if (!r->object || (w.len > 0 && w.p[0] == '('))
		return nat_scan_interfaces(s, &r->real_if, &r->mapped_if);
	nat_scan_offer(s, "(", "Open parenthesis for (<internal_if_name>,<external_if_name>) pair");
	r->real_if = r->mapped_if = STR("any");
	return true;
}

static void pool_flags(struct nat_scan *s, struct nat_rule *r)
{
	const struct {
		bool *flag;
		const char *word, *help;
	} flags[] = {
	        {&r->extended, "extended", "Extend PAT uniqueness to the destination"},
	        {&r->flat, "flat", "Translate ports into the range 1024 to 65535"},
	        {&r->include_reserve, "include-reserve", "Include reserved ports 1 to 1023"},
	        {&r->round_robin, "round-robin", "Use the addresses of the pool in turn"},
	};
	for (size_t i = 0; r->pat_pool && i < sizeof flags / sizeof flags[0]; i++)
		if (!*flags[i].flag && key(s, flags[i].word, flags[i].help)) {
			*flags[i].flag = true;
			i = (size_t)-1; /* in any order */
		}
}

static bool mapped(struct nat_scan *s, struct nat_rule *r)
{
	if (r->dynamic &&
	    key(s, "pat-pool", "Specify object or object-group name for mapped source pat pool"))
		r->pat_pool = true;
	else if (key(s, "interface", "Use interface address as mapped IP"))
		r->src_mapped = STR("interface");
	if (r->src_mapped.len == 0 && !name(s, &r->src_mapped, "Object name, or address"))
		return false;
	pool_flags(s, r);
	if (r->dynamic && !str_eq(r->src_mapped, STR("interface")) &&
	    key(s, "interface", "Fall back to the interface address"))
		r->fall_back = true;
	return true;
}

static bool flags(struct nat_scan *s, struct nat_rule *r)
{
	for (;;) {
		if (!r->object && r->dst_mapped.len == 0 &&
		    key(s, "destination", "Destination NAT parameters")) {
			if (!key(s, "static", "Specify NAT type as static"))
				return nat_scan_wrong(s);
			if (key(s, "interface", "Use interface address as mapped IP"))
				r->dst_mapped = STR("interface");
			else if (!name(s, &r->dst_mapped,
			               "Object or object-group name for mapped destination"))
				return false;
			if (!name(s, &r->dst_real,
			          "Object or object-group name for real destination"))
				return false;
		} else if (r->svc_real.len == 0 && r->proto.len == 0 &&
		           key(s, "service", "NAT service parameters")) {
			if (r->object && (!name(s, &r->proto, "tcp or udp") ||
			                  !name(s, &r->port_real, "Real port") ||
			                  !name(s, &r->port_mapped, "Mapped port")))
				return false;
			if (!r->object &&
			    (!name(s, &r->svc_real, "Object name for real service") ||
			     !name(s, &r->svc_mapped, "Object name for mapped service")))
				return false;
		} else if (!r->dns &&
		           key(s, "dns", "Use the created xlate to rewrite DNS record")) {
			r->dns = true;
		} else if (!r->net_to_net && key(s, "net-to-net", "Net to net mapping")) {
			r->net_to_net = true;
		} else if (!r->unidirectional && !r->object &&
		           key(s, "unidirectional",
		               "Enable per-session NAT in one direction only")) {
			r->unidirectional = true;
		} else if (!r->no_proxy_arp &&
		           key(s, "no-proxy-arp", "Disable proxy ARP on egress interface")) {
			r->no_proxy_arp = true;
		} else if (!r->route_lookup &&
		           key(s, "route-lookup", "Perform route lookup for this rule")) {
			r->route_lookup = true;
		} else if (!r->inactive && !r->object && key(s, "inactive", "Disable a NAT rule")) {
			r->inactive = true;
		} else if (!r->object && key(s, "description", "Specify NAT rule description")) {
			r->description = str_trim(s->rest);
			s->rest.len = 0;
			return r->description.len > 0 || nat_scan_wrong(s);
		} else {
			nat_scan_offer(s, "<cr>", "");
			return nat_scan_peek(s).len == 0 || nat_scan_wrong(s);
		}
	}
}

static bool parse(struct nat_scan *s, struct nat_rule *r)
{
	uint32_t n;
	if (!interfaces(s, r))
		return false;
	if (!r->object) {
		if (key(s, "after-auto", "Insert NAT rule after auto section"))
			r->after_auto = true;
		nat_scan_offer(s, "<1-2147483647>",
		               "Position of NAT rule within before auto section");
		if (str_to_u32(nat_scan_peek(s), INT32_MAX, &n) && n > 0) {
			str_word(&s->rest);
			r->position = n;
		}
		if (!key(s, "source", "Source NAT parameters"))
			return nat_scan_wrong(s);
	}
	if (key(s, "dynamic", "Specify NAT type as dynamic"))
		r->dynamic = true;
	else if (!key(s, "static", "Specify NAT type as static"))
		return nat_scan_wrong(s);
	if (!r->object &&
	    !name(s, &r->src_real, "Specify object or object-group name for real source, or any"))
		return false;
	return mapped(s, r) && flags(s, r);
}

bool nat_rule_parse(struct str text, bool object, struct nat_rule *r, struct err *err)
{
	struct nat_scan s = {.what = "nat", .all = text, .rest = text, .err = err};
	*r = (struct nat_rule){.object = object};
	return parse(&s, r);
}

enum nat_status nat_syntax(struct str text, bool object, size_t *at,
                           void (*add)(void *arg, const char *word, const char *help), void *arg)
{
	struct nat_scan s = {.what = "nat", .all = text, .rest = text, .add = add, .arg = arg};
	struct nat_rule r = {.object = object};
	parse(&s, &r);
	*at = s.at;
	return s.status;
}

void nat_rule_print(const struct nat_rule *r, struct out *out)
{
	out_printf(out, "(%.*s,%.*s) ", STR_ARG(r->real_if), STR_ARG(r->mapped_if));
	if (!r->object)
		out_printf(out, "%ssource ", r->after_auto ? "after-auto " : "");
	out_str(out, r->dynamic ? "dynamic" : "static");
	if (!r->object)
		out_printf(out, " %.*s", STR_ARG(r->src_real));
	out_printf(out, "%s %.*s", r->pat_pool ? " pat-pool" : "", STR_ARG(r->src_mapped));
	out_str(out, r->extended ? " extended" : "");
	out_str(out, r->flat ? " flat" : "");
	out_str(out, r->include_reserve ? " include-reserve" : "");
	out_str(out, r->round_robin ? " round-robin" : "");
	out_str(out, r->fall_back ? " interface" : "");
	if (r->dst_mapped.len > 0)
		out_printf(out, " destination static %.*s %.*s", STR_ARG(r->dst_mapped),
		           STR_ARG(r->dst_real));
	if (r->svc_real.len > 0)
		out_printf(out, " service %.*s %.*s", STR_ARG(r->svc_real), STR_ARG(r->svc_mapped));
	if (r->proto.len > 0)
		out_printf(out, " service %.*s %.*s %.*s", STR_ARG(r->proto), STR_ARG(r->port_real),
		           STR_ARG(r->port_mapped));
	out_str(out, r->dns ? " dns" : "");
	out_str(out, r->net_to_net ? " net-to-net" : "");
	out_str(out, r->unidirectional ? " unidirectional" : "");
	out_str(out, r->no_proxy_arp ? " no-proxy-arp" : "");
	out_str(out, r->route_lookup ? " route-lookup" : "");
	out_str(out, r->inactive ? " inactive" : "");
	if (r->description.len > 0)
		out_printf(out, " description %.*s", STR_ARG(r->description));
}
