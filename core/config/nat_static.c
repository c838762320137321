#include "core/config/nat_static.h"

#include <errno.h>
#include <string.h>

#include "core/config/nat_scan.h"

static bool key(struct nat_scan *s, const char *word, const char *help)
{
	nat_scan_offer(s, word, help);
	if (!str_eq_cstr(nat_scan_peek(s), word))
		return false;
	str_word(&s->rest);
	return true;
}

static bool address(struct nat_scan *s, uint32_t *ip, const char *help)
{
	nat_scan_offer(s, "A.B.C.D", help);
	if (!ip4_parse(nat_scan_peek(s), ip))
		return nat_scan_wrong(s);
	str_word(&s->rest);
	return true;
}

static bool port(struct nat_scan *s, uint8_t proto, uint16_t *port, const char *help)
{
	struct acl_ports p;
	struct out text;
	bool ok;
	nat_scan_offer(s, "<0-65535>", help);
	if (nat_scan_peek(s).len == 0)
		return nat_scan_wrong(s);
	out_init(&text);
	out_printf(&text, "eq %.*s", STR_ARG(nat_scan_peek(s)));
	ok = acl_port_parse(out_text(&text), proto, &p, NULL);
	out_free(&text);
	if (!ok)
		return nat_scan_wrong(s);
	*port = p.a;
	str_word(&s->rest);
	return true;
}

static bool number(struct nat_scan *s, uint32_t *n)
{
	if (!str_to_u32(nat_scan_peek(s), 65535, n))
		return false;
	str_word(&s->rest);
	return true;
}

static bool rest(struct nat_scan *s, struct nat_static *r)
{
	for (;;) {
		if (r->acl.len == 0 && key(s, "netmask", "Specify the network mask")) {
			if (!address(s, &r->mask, "Network mask"))
				return false;
			if (ip4_mask_bits(r->mask) < 0) {
				err_set(s->err, -EINVAL, "Invalid netmask %s", ip4_text(r->mask).s);
				s->status = NAT_REFUSED;
				return false;
			}
		} else if (!r->dns &&
		           key(s, "dns", "Use the created xlate to rewrite DNS record")) {
			r->dns = true;
		} else if (!r->norandomseq &&
		           (key(s, "norandomseq", "Disable TCP sequence number randomization") ||
		            key(s, "norandom", "Disable TCP sequence number randomization"))) {
			r->norandomseq = true;
		} else if (key(s, "udp", "Maximum number of UDP connections follows")) {
			if (!number(s, &r->udp_max))
				return nat_scan_wrong(s);
		} else if (key(s, "tcp", "Maximum number of TCP connections follows")) {
			if (!number(s, &r->tcp_max))
				return nat_scan_wrong(s);
			number(s, &r->tcp_embryonic);
		} else if (number(s, &r->tcp_max)) {
			number(s, &r->tcp_embryonic);
		} else {
			nat_scan_offer(s, "<cr>", "");
			return nat_scan_peek(s).len == 0 || nat_scan_wrong(s);
		}
	}
}

static bool parse(struct nat_scan *s, struct nat_static *r)
{
	r->mask = UINT32_MAX;
	if (!nat_scan_interfaces(s, &r->real_if, &r->mapped_if))
		return false;
	if (key(s, "tcp", "TCP to be used as transport protocol"))
		r->proto = 6;
	else if (key(s, "udp", "UDP to be used as transport protocol"))
		r->proto = 17;
	if (key(s, "interface", "Global address overload from interface"))
		r->interface = true;
	else if (!address(s, &r->mapped, "Global or mapped IP address"))
		return false;
	if (r->proto != 0 && !port(s, r->proto, &r->mapped_port, "Global or mapped port"))
		return false;
	if (key(s, "access-list", "Specify access-list name after this keyword")) {
		r->acl = nat_scan_peek(s);
		nat_scan_offer(s, "WORD", "Access-list name");
		if (r->acl.len == 0)
			return nat_scan_wrong(s);
		str_word(&s->rest);
	} else if (!address(s, &r->real, "Local or real IP address") ||
	           (r->proto != 0 && !port(s, r->proto, &r->real_port, "Local or real port"))) {
		return false;
	}
	return rest(s, r);
}

bool nat_static_parse(struct str text, struct nat_static *r, struct err *err)
{
	struct nat_scan s = {.what = "static", .all = text, .rest = text, .err = err};
	*r = (struct nat_static){0};
	return parse(&s, r);
}

enum nat_status nat_static_syntax(struct str text, size_t *at,
                                  void (*add)(void *arg, const char *word, const char *help),
                                  void *arg)
{
	struct nat_scan s = {.what = "static", .all = text, .rest = text, .add = add, .arg = arg};
	struct nat_static r = {0};
	parse(&s, &r);
	*at = s.at;
	return s.status == NAT_REFUSED ? NAT_OK : s.status; /* the edit says why not */
}

static void print_port(uint8_t proto, uint16_t port, struct out *out)
{
	const char *name = acl_port_name(proto, port);
	if (name != NULL)
		out_printf(out, " %s", name);
	else
		out_printf(out, " %u", port);
}

void nat_static_print(const struct nat_static *r, struct out *out)
{
	out_printf(out, "(%.*s,%.*s)%s %s", STR_ARG(r->real_if), STR_ARG(r->mapped_if),
	           r->proto == 6    ? " tcp"
	           : r->proto == 17 ? " udp"
	                            : "",
	           r->interface ? "interface" : ip4_text(r->mapped).s);
	if (r->proto != 0)
		print_port(r->proto, r->mapped_port, out);
	if (r->acl.len > 0) {
		out_printf(out, " access-list %.*s", STR_ARG(r->acl));
	} else {
		out_printf(out, " %s", ip4_text(r->real).s);
		if (r->proto != 0)
			print_port(r->proto, r->real_port, out);
		out_printf(out, " netmask %s", ip4_text(r->mask).s);
	}
	out_str(out, r->dns ? " dns" : "");
	if (r->tcp_max > 0 || r->tcp_embryonic > 0)
		out_printf(out, " tcp %u %u", r->tcp_max, r->tcp_embryonic);
	if (r->udp_max > 0)
		out_printf(out, " udp %u", r->udp_max);
	out_str(out, r->norandomseq ? " norandomseq" : "");
}
