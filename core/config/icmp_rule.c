#include "core/config/icmp_rule.h"

#include <errno.h>

static bool source(struct str *rest, struct acl_addr *a)
{
	struct str word = str_word(rest);
	*a = (struct acl_addr){.kind = ACL_NET, .mask = UINT32_MAX};
	if (str_eq(word, STR("any")) || str_eq(word, STR("any4"))) {
		a->kind = ACL_ANY;
		return true;
	}
	if (str_eq(word, STR("host")))
		return ip4_parse(str_word(rest), &a->ip);
	return ip4_parse(word, &a->ip) && ip4_parse(str_word(rest), &a->mask) && ip4_mask_bits(a->mask) >= 0;
}

static bool invalid(struct err *err, struct str what)
{
	err_set(err, -EINVAL, "%% Invalid input: %.*s", STR_ARG(what));
	return false;
}

bool icmp_rule_parse(struct str text, struct icmp_rule *r, struct err *err)
{
	struct str rest = text;
	uint8_t type;
	*r = (struct icmp_rule){.type = -1};
	if (!source(&rest, &r->src))
		return invalid(err, text);
	struct str first = str_word(&rest), second = str_word(&rest);
	r->ifname = second.len > 0 ? second : first;
	if (first.len == 0) {
		err_set(err, -EINVAL, "%% Incomplete command");
		return false;
	}
	if (str_trim(rest).len > 0 || (second.len > 0 && !acl_icmp_number(first, &type)))
		return invalid(err, first);
	if (second.len > 0)
		r->type = type;
	return true;
}

void icmp_rule_print(const struct icmp_rule *r, struct out *out)
{
	if (r->src.kind == ACL_ANY)
		out_str(out, "any");
	else if (r->src.mask == UINT32_MAX)
		out_printf(out, "host %s", ip4_text(r->src.ip).s);
	else
		out_printf(out, "%s %s", ip4_text(r->src.ip).s, ip4_text(r->src.mask).s);
	if (r->type >= 0 && acl_icmp_name((uint8_t)r->type) != NULL)
		out_printf(out, " %s", acl_icmp_name((uint8_t)r->type));
	else if (r->type >= 0)
		out_printf(out, " %d", r->type);
	out_printf(out, " %.*s", STR_ARG(r->ifname));
}
