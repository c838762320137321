#include "core/config/acl.h"

#include <errno.h>

struct name {
	const char *name;
	uint16_t number;
};

static const struct name protocols[] = {
        {"ip", 0},    {"icmp", 1},  {"igmp", 2},  {"ipinip", 4}, {"tcp", 6},   {"udp", 17},
        {"gre", 47},  {"pptp", 47}, {"esp", 50},  {"ipsec", 50}, {"ah", 51},   {"eigrp", 88},
        {"ospf", 89}, {"nos", 94},  {"pim", 103}, {"pcp", 108},  {"snp", 109},
};

/* Names that stand for ports; the first of a number is the one shown. */
static const struct name tcp_ports[] = {
        {"bgp", 179},    {"chargen", 19},      {"cmd", 514},      {"citrix-ica", 1494},
        {"daytime", 13}, {"discard", 9},       {"domain", 53},    {"echo", 7},
        {"exec", 512},   {"finger", 79},       {"ftp", 21},       {"ftp-data", 20},
        {"gopher", 70},  {"h323", 1720},       {"hostname", 101}, {"https", 443},
        {"ident", 113},  {"imap4", 143},       {"irc", 194},      {"kerberos", 750},
        {"klogin", 543}, {"kshell", 544},      {"ldap", 389},     {"ldaps", 636},
        {"login", 513},  {"lotusnotes", 1352}, {"lpd", 515},      {"netbios-ssn", 139},
        {"nntp", 119},   {"pop2", 109},        {"pop3", 110},     {"pptp", 1723},
        {"smtp", 25},    {"sqlnet", 1522},     {"ssh", 22},       {"sunrpc", 111},
        {"tacacs", 49},  {"telnet", 23},       {"uucp", 540},     {"whois", 43},
        {"www", 80},     {"http", 80},
};
static const struct name udp_ports[] = {
        {"biff", 512},
        {"bootpc", 68},
        {"bootps", 67},
        {"discard", 9},
        {"dnsix", 195},
        {"domain", 53},
        {"echo", 7},
        {"isakmp", 500},
        {"kerberos", 750},
        {"mobile-ip", 434},
        {"nameserver", 42},
        {"netbios-dgm", 138},
        {"netbios-ns", 137},
        {"ntp", 123},
        {"pcanywhere-status", 5632},
        {"radius", 1645},
        {"radius-acct", 1646},
        {"rip", 520},
        {"secureid-udp", 5510},
        {"snmp", 161},
        {"snmptrap", 162},
        {"sunrpc", 111},
        {"syslog", 514},
        {"tacacs", 49},
        {"talk", 517},
        {"tftp", 69},
        {"time", 37},
        {"who", 513},
        {"xdmcp", 177},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool find_number(const struct name *t, size_t n, struct str word, uint16_t *number)
{
	for (size_t i = 0; i < n; i++)
		if (str_caseeq(word, str_of(t[i].name))) {
			*number = t[i].number;
			return true;
		}
	return false;
}

static const char *find_name(const struct name *t, size_t n, uint16_t number)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].number == number)
			return t[i].name;
	return NULL;
}

static const struct name *ports_of(uint8_t proto, size_t *n)
{
	*n = proto == 6 ? COUNT(tcp_ports) : COUNT(udp_ports);
	return proto == 6 ? tcp_ports : udp_ports;
}

static bool is_prefix(struct str word, const char *keyword, size_t least)
{
	return word.len >= least && str_has_prefix_nocase(str_of(keyword), word);
}

static bool refuse(struct err *err, const char *what, struct str word)
{
	if (word.len == 0)
		err_set(err, -EINVAL, "%% Incomplete command");
	else
		err_set(err, -EINVAL, "access-list: %s expected in place of %.*s", what,
		        STR_ARG(word));
	return false;
}

static struct str peek(struct str rest)
{
	return str_word(&rest);
}

/* any | any4 | host A | A MASK */
static bool parse_address(struct str *rest, uint32_t *ip, uint32_t *mask, struct err *err)
{
	struct str word = str_word(rest);
	*ip = *mask = 0;
	if (is_prefix(word, "any", 1) || str_caseeq(word, STR("any4")))
		return true;
	if (is_prefix(word, "host", 1)) {
		*mask = UINT32_MAX;
		word = str_word(rest);
		return ip4_parse(word, ip) || refuse(err, "an address", word);
	}
	if (!ip4_parse(word, ip))
		return refuse(err, "any, host or an address", word);
	word = str_word(rest);
	if (!ip4_parse(word, mask) || ip4_mask_bits(*mask) < 0)
		return refuse(err, "a mask", word);
	if ((*ip & ~*mask) != 0) {
		err_set(err, -EINVAL, "IP address,mask <%s,%s> doesn't pair", ip4_text(*ip).s,
		        ip4_text(*mask).s);
		return false;
	}
	return true;
}

static bool parse_port(struct str *rest, uint8_t proto, uint16_t *port, struct err *err)
{
	struct str word = str_word(rest);
	uint32_t value;
	size_t n;
	const struct name *names = ports_of(proto, &n);
	if (find_number(names, n, word, port))
		return true;
	if (!str_to_u32(word, 65535, &value))
		return refuse(err, "a port", word);
	*port = (uint16_t)value;
	return true;
}

/* [eq P | lt P | gt P | range P Q] */
static bool parse_ports(struct str *rest, uint8_t proto, uint16_t *lo, uint16_t *hi,
                        struct err *err)
{
	struct str word = peek(*rest);
	*lo = 0;
	*hi = 65535;
	if (proto != 6 && proto != 17)
		return true;
	bool eq = str_caseeq(word, STR("eq")), lt = str_caseeq(word, STR("lt"));
	bool gt = str_caseeq(word, STR("gt")), range = is_prefix(word, "range", 1);
	if (!eq && !lt && !gt && !range)
		return true;
	str_word(rest);
	uint16_t port;
	if (!parse_port(rest, proto, &port, err))
		return false;
	if ((lt && port == 0) || (gt && port == 65535)) {
		err_set(err, -EINVAL, "access-list: no port is left");
		return false;
	}
	*lo = gt ? (uint16_t)(port + 1) : lt ? 0 : port;
	*hi = gt ? 65535 : lt ? (uint16_t)(port - 1) : port;
	if (range && !parse_port(rest, proto, hi, err))
		return false;
	if (*lo > *hi) {
		err_set(err, -EINVAL, "access-list: the first port of the range is above the last");
		return false;
	}
	return true;
}

static bool parse_end(struct str *rest, struct acl_rule *r, struct err *err)
{
	for (struct str word = str_word(rest); word.len > 0; word = str_word(rest)) {
		if (is_prefix(word, "log", 2) && !r->log)
			r->log = true;
		else if (is_prefix(word, "inactive", 2) && !r->inactive)
			r->inactive = true;
		else
			return refuse(err, "the end", word);
	}
	return true;
}

bool acl_rule_parse(struct str text, bool standard, struct acl_rule *r, struct err *err)
{
	struct str word = str_word(&text);
	uint16_t number;
	uint32_t value;
	*r = (struct acl_rule){
	        .permit = is_prefix(word, "permit", 1), .sport_hi = 65535, .dport_hi = 65535};
	if (!r->permit && !is_prefix(word, "deny", 1))
		return refuse(err, "permit or deny", word);
	if (standard)
		return parse_address(&text, &r->dst, &r->dst_mask, err) && parse_end(&text, r, err);
	word = str_word(&text);
	if (find_number(protocols, COUNT(protocols), word, &number))
		r->proto = (uint8_t)number;
	else if (str_to_u32(word, 255, &value))
		r->proto = (uint8_t)value;
	else
		return refuse(err, "a protocol", word);
	return parse_address(&text, &r->src, &r->src_mask, err) &&
	       parse_ports(&text, r->proto, &r->sport_lo, &r->sport_hi, err) &&
	       parse_address(&text, &r->dst, &r->dst_mask, err) &&
	       parse_ports(&text, r->proto, &r->dport_lo, &r->dport_hi, err) &&
	       parse_end(&text, r, err);
}

static void print_address(uint32_t ip, uint32_t mask, struct out *out)
{
	if (mask == 0)
		out_str(out, " any");
	else if (mask == UINT32_MAX)
		out_printf(out, " host %s", ip4_text(ip).s);
	else
		out_printf(out, " %s %s", ip4_text(ip).s, ip4_text(mask).s);
}

static void print_port(uint8_t proto, uint16_t port, struct out *out)
{
	size_t n;
	const struct name *names = ports_of(proto, &n);
	const char *name = find_name(names, n, port);
	if (name)
		out_printf(out, " %s", name);
	else
		out_printf(out, " %u", port);
}

static void print_ports(uint8_t proto, uint16_t lo, uint16_t hi, struct out *out)
{
	if (lo == 0 && hi == 65535)
		return;
	bool lt = lo == 0 && hi > 0, gt = hi == 65535 && lo < 65535;
	out_str(out, lo == hi ? " eq" : lt ? " lt" : gt ? " gt" : " range");
	print_port(proto, lt ? (uint16_t)(hi + 1) : gt ? (uint16_t)(lo - 1) : lo, out);
	if (lo != hi && !lt && !gt)
		print_port(proto, hi, out);
}

void acl_rule_print(const struct acl_rule *r, bool standard, struct out *out)
{
	out_str(out, r->permit ? "permit" : "deny");
	if (!standard) {
		const char *name = find_name(protocols, COUNT(protocols), r->proto);
		if (name)
			out_printf(out, " %s", name);
		else
			out_printf(out, " %u", r->proto);
		print_address(r->src, r->src_mask, out);
		print_ports(r->proto, r->sport_lo, r->sport_hi, out);
	}
	print_address(r->dst, r->dst_mask, out);
	if (!standard)
		print_ports(r->proto, r->dport_lo, r->dport_hi, out);
	out_str(out, r->log ? " log" : "");
	out_str(out, r->inactive ? " inactive" : "");
}
