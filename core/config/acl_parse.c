/* Access-list rules read word by word. Each place of the syntax is one choice among words; where the text ends,
 * the choice tells what could follow, so that parsing, ? and Tab, and the caret under a mistake come from one text. */
#include "core/config/acl_scan.h"

#include <errno.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ------------------------------------------------------------------ addresses */

enum { W_ANY, W_ANY4, W_HOST, W_OBJECT, W_GROUP, W_IFACE, W_EQ, W_NEQ, W_LT, W_GT, W_RANGE };

static const struct scan_option addresses[] = {
        {"A.B.C.D", "IP address", PLACE},
        {"any", "Abbreviation for source address and mask of 0.0.0.0 0.0.0.0 and ::/0", W_ANY},
        {"any4", "Abbreviation of source address and mask of 0.0.0.0 0.0.0.0", W_ANY4},
        {"host", "Use this keyword to configure a single host", W_HOST},
        {"interface", "Use interface address as source address", W_IFACE},
        {"object", "Keyword to enter source object name", W_OBJECT},
        {"object-group", "Network object-group for source address", W_GROUP},
};
static const struct scan_option standard_addresses[] = {
        {"A.B.C.D", "Address", PLACE},
        {"any4", "Abbreviation of address and mask of 0.0.0.0 0.0.0.0", W_ANY4},
        {"any", "Abbreviation of address and mask of 0.0.0.0 0.0.0.0", W_ANY},
        {"host", "Use this keyword to configure a single host", W_HOST},
};
static const struct scan_option operators[] = {
        {"eq", "Port equal to operator", W_EQ},    {"gt", "Port greater than operator", W_GT},
        {"lt", "Port less than operator", W_LT},   {"neq", "Port not equal to operator", W_NEQ},
        {"range", "Port range operator", W_RANGE},
};

static bool parse_ip(struct scan *s, uint32_t *ip, const char *what)
{
	struct str word = scan_peek(s);
	scan_offer(s, "A.B.C.D", what);
	if (word.len == 0)
		return scan_missing(s, what, 0);
	if (str_eq(word, STR("0")))
		*ip = 0; /* short for 0.0.0.0 */
	else if (!ip4_parse(word, ip) && !(s->names != NULL && s->names->address != NULL &&
	                                   s->names->address(s->names->ctx, word, ip)))
		return scan_missing(s, what, 0);
	scan_take(s);
	return true;
}

static bool parse_name(struct scan *s, struct str *name, const char *help)
{
	scan_offer(s, "WORD", help);
	*name = scan_peek(s);
	if (name->len == 0 || name->len > ACL_NAME_MAX)
		return scan_missing(s, "a name", 0);
	scan_take(s);
	return true;
}

static bool parse_net(struct scan *s, struct acl_addr *a)
{
	struct str text = scan_peek(s);
	a->kind = ACL_NET;
	if (!parse_ip(s, &a->ip, "an address") || !parse_ip(s, &a->mask, "Netmask for the address"))
		return false;
	if (ip4_mask_bits(a->mask) < 0 || (a->ip & ~a->mask) != 0) {
		if (s->status == ACL_OK && s->err != NULL)
			err_set(s->err, -EINVAL, "IP address,mask <%s,%s> doesn't pair",
			        ip4_text(a->ip).s, ip4_text(a->mask).s);
		return scan_fail(s, ACL_REFUSED, scan_offset(s, text), "");
	}
	if (a->mask == 0)
		a->kind = ACL_ANY;
	return true;
}

static bool known_group(struct scan *s, struct str name, enum acl_group_kind kind)
{
	enum acl_group_kind is = s->names != NULL ? s->names->group(s->names->ctx, name) : kind;
	if (is == ACL_GROUP_NONE)
		return scan_refuse(s, "specified object group <%.*s> not found", name);
	if (is != kind)
		return scan_refuse(s, "specified object group <%.*s> has wrong type", name);
	return true;
}

static bool known_object(struct scan *s, struct str name, bool service)
{
	if (s->names == NULL || s->names->object(s->names->ctx, name, service))
		return true;
	return scan_refuse(s, "specified object <%.*s> not found", name);
}

/* What follows the keyword of an address that was chosen. */
static bool address_tail(struct scan *s, int id, struct acl_addr *a)
{
	*a = (struct acl_addr){0};
	switch (id) {
	case W_ANY:
	case W_ANY4:
		a->any4 = id == W_ANY4;
		return true;
	case W_HOST:
		*a = (struct acl_addr){.kind = ACL_NET, .mask = UINT32_MAX};
		return parse_ip(s, &a->ip, "Host address");
	case W_OBJECT:
		a->kind = ACL_OBJECT;
		return parse_name(s, &a->name, "Object name") && known_object(s, a->name, false);
	case W_GROUP:
		a->kind = ACL_GROUP;
		return parse_name(s, &a->name, "Name of a network object-group") &&
		       known_group(s, a->name, ACL_GROUP_NETWORK);
	case W_IFACE:
		a->kind = ACL_IFACE;
		return parse_name(s, &a->name, "Name of the interface") &&
		       (s->names == NULL || s->names->interface(s->names->ctx, a->name) ||
		        scan_refuse(s, "%.*s interface address is not defined", a->name));
	default:
		return parse_net(s, a);
	}
}

static bool looks_like_ip(const struct scan *s)
{
	struct str word = scan_peek(s);
	uint32_t ip;
	return word.len > 0 && (str_eq(word, STR("0")) || ip4_parse(word, &ip) ||
	                        (s->names != NULL && s->names->address != NULL &&
	                         s->names->address(s->names->ctx, word, &ip)));
}

static bool parse_address(struct scan *s, bool standard, struct acl_addr *a)
{
	size_t common = 0;
	int id = standard ? scan_choose(s, standard_addresses, COUNT(standard_addresses), &common)
	                  : scan_choose(s, addresses, COUNT(addresses), &common);
	if (s->status != ACL_OK)
		return false;
	if (id == NONE && !looks_like_ip(s))
		return scan_missing(s, "an address", common);
	return address_tail(s, id, a);
}

/* ------------------------------------------------------------------ ports */

static bool parse_port(struct scan *s, uint8_t proto, uint16_t *port)
{
	uint32_t value;
	bool tcp = proto != 17, udp = proto != 6;
	if (!scan_name_or_number(s, acl_tcp_ports, tcp ? acl_tcp_ports_n : 0, acl_udp_ports,
	                         udp ? acl_udp_ports_n : 0, 65535, "Enter port number (0 - 65535)",
	                         &value))
		return false;
	*port = (uint16_t)value;
	return true;
}

/* id: the operator that was chosen. */
static bool port_tail(struct scan *s, int id, uint8_t proto, struct acl_ports *p)
{
	static const enum acl_op ops[] = {[W_EQ] = ACL_OP_EQ,
	                                  [W_NEQ] = ACL_OP_NEQ,
	                                  [W_LT] = ACL_OP_LT,
	                                  [W_GT] = ACL_OP_GT,
	                                  [W_RANGE] = ACL_OP_RANGE};
	struct str word;
	p->op = ops[id];
	if (!parse_port(s, proto, &p->a))
		return false;
	word = scan_peek(s);
	if (p->op == ACL_OP_RANGE && !parse_port(s, proto, &p->b))
		return false;
	if (p->op == ACL_OP_RANGE && p->b < p->a) { /* the appliance swaps them */
		uint16_t first = p->b;
		p->b = p->a;
		p->a = first;
	}
	if (p->op == ACL_OP_RANGE && p->a == p->b)
		p->op = ACL_OP_EQ;
	if ((p->op == ACL_OP_LT && p->a == 0) || (p->op == ACL_OP_GT && p->a == 65535))
		return scan_refuse(s, "Invalid port range: no port is left%.*s",
		                   (struct str){word.p, 0});
	return true;
}

/* [eq P | neq P | lt P | gt P | range P Q] */
static bool parse_ports(struct scan *s, uint8_t proto, struct acl_ports *p)
{
	int id = scan_choose(s, operators, COUNT(operators), NULL);
	if (s->status != ACL_OK)
		return false;
	return id == NONE || port_tail(s, id, proto, p);
}

/* Without the configuration: what follows `object-group X` must be a destination when X stands for ports. */
static bool ports_by_place(struct str after)
{
	static const char *const begins[] = {"any", "any4", "host", "interface", "object"};
	static const char *const ops[] = {"eq", "neq", "lt", "gt", "range", "object-group"};
	struct str word = str_word(&after);
	uint32_t ip;
	for (size_t i = 0; i < COUNT(begins); i++)
		if (str_caseeq(word, str_of(begins[i])))
			return true;
	if (str_caseeq(word, STR("object-group"))) {
		str_word(&after);
		word = str_word(&after);
		for (size_t i = 0; i < COUNT(ops); i++)
			if (str_caseeq(word, str_of(ops[i])))
				return true;
		return false;
	}
	return ip4_parse(word, &ip);
}

/* Source ports, then the destination; `object-group G` is one or the other by its type. */
static bool parse_sport_and_dst(struct scan *s, struct acl_rule *r)
{
	bool ports = r->proto == 6 || r->proto == 17;
	if (ports && !parse_ports(s, r->proto, &r->sport))
		return false;
	struct str word = scan_peek(s), rest = s->rest, name;
	str_word(&rest);
	name = str_word(&rest);
	bool group = word.len > 7 && str_has_prefix_nocase(STR("object-group"), word);
	if (ports && r->sport.op == ACL_OP_NONE && group &&
	    (s->names != NULL ? s->names->group(s->names->ctx, name) == ACL_GROUP_SERVICE
	                      : ports_by_place(rest))) {
		scan_take(s);
		scan_take(s);
		r->sport = (struct acl_ports){.op = ACL_OP_GROUP, .group = name};
	}
	return parse_address(s, false, &r->dst);
}

static bool parse_dport(struct scan *s, struct acl_rule *r)
{
	static const struct scan_option group[] = {
	        {"object-group", "Service object-group for destination port", W_GROUP}};
	if (r->proto != 6 && r->proto != 17)
		return true;
	if (!parse_ports(s, r->proto, &r->dport))
		return false;
	if (r->dport.op != ACL_OP_NONE || scan_choose(s, group, 1, NULL) == NONE)
		return s->status == ACL_OK;
	r->dport.op = ACL_OP_GROUP;
	return parse_name(s, &r->dport.group, "Name of a service object-group") &&
	       known_group(s, r->dport.group, ACL_GROUP_SERVICE);
}

static const struct scan_option endings[] = {
        {"inactive", "Keyword for disabling an ACL element", 0},
        {"log", "Keyword for enabling log option on this ACL element", 1},
        {"time-range", "Keyword for attaching time-range option to this ACL element", 2},
};

/* A word that is one of the endings is not looked for among the ICMP types. */
static bool is_ending(struct str word)
{
	for (size_t i = 0; i < COUNT(endings); i++)
		if (word.len >= 3 && str_has_prefix_nocase(str_of(endings[i].word), word))
			return true;
	return word.len == 0;
}

static bool parse_icmp_type(struct scan *s, int *type, int *code)
{
	uint32_t value;
	if (!scan_name_or_number(s, acl_icmp_types, acl_icmp_types_n, NULL, 0, 255,
	                         "Enter ICMP type number (0 - 255)", &value))
		return false;
	*type = (int)value;
	scan_offer(s, "<0-255>", "Enter ICMP code number (0 - 255)");
	if (str_to_u32(scan_peek(s), 255, &value)) {
		scan_take(s);
		*code = (int)value;
	}
	return true;
}

static bool parse_icmp(struct scan *s, struct acl_rule *r)
{
	static const struct scan_option group[] = {
	        {"object-group", "ICMP object-group for ICMP type", W_GROUP}};
	if (r->proto != 1)
		return true;
	if (scan_choose(s, group, 1, NULL) != NONE)
		return parse_name(s, &r->icmp_group, "Name of an ICMP object-group") &&
		       known_group(s, r->icmp_group, ACL_GROUP_ICMP);
	if (s->status != ACL_OK)
		return false;
	if (s->add != NULL && scan_peek(s).len == 0)
		for (size_t i = 0; i < acl_icmp_types_n; i++)
			scan_offer(s, acl_icmp_types[i].word, "");
	return is_ending(scan_peek(s)) || parse_icmp_type(s, &r->icmp_type, &r->icmp_code);
}

/* ------------------------------------------------------------------ log, inactive, time-range */

static bool parse_log(struct scan *s, struct acl_rule *r)
{
	static const struct scan_option words[] = {
	        {"default", "Keyword for restoring default log behavior", 0},
	        {"disable", "Disable log option on this ACL element, (no log at all)", 1},
	        {"interval", "Configure log interval, default value is 300 sec", 2},
	};
	struct str word = scan_peek(s);
	uint32_t value;
	if (r->log)
		return scan_missing(s, "the end", 0);
	r->log = true;
	r->log_level = ACL_LOG_LEVEL;
	r->log_interval = ACL_LOG_INTERVAL;
	scan_offer(s, "<0-7>", "Enter syslog level (0 - 7)");
	for (size_t i = 0; i < acl_levels_n; i++)
		scan_offer(s, acl_levels[i].word, "");
	struct scan_choice c = {.id = NONE};
	for (size_t i = 0; i < acl_levels_n && word.len > 1; i++)
		scan_consider(&c, word, acl_levels[i].word, acl_levels[i].number);
	if (word.len > 0 && str_to_u32(word, 7, &value)) {
		scan_take(s);
		r->log_level = (uint8_t)value;
	} else if (c.id != NONE && !c.twice && !is_ending(word) &&
	           !str_has_prefix_nocase(STR("interval"), word)) {
		scan_take(s);
		r->log_level = (uint8_t)c.id;
	}
	int id = scan_choose(s, words, COUNT(words), NULL);
	if (id == 0)
		r->log_default = true;
	if (id == 1)
		r->log_disable = true;
	if (id != 2)
		return s->status == ACL_OK;
	scan_offer(s, "<1-600>", "Log interval in seconds");
	if (!str_to_u32(scan_peek(s), 600, &value) || value == 0)
		return scan_missing(s, "an interval", 0);
	scan_take(s);
	r->log_interval = (uint16_t)value;
	return true;
}

static bool parse_end(struct scan *s, struct acl_rule *r)
{
	for (;;) {
		size_t common;
		int id = scan_choose(s, endings, COUNT(endings), &common);
		if (s->status != ACL_OK)
			return false;
		scan_offer(s, "<cr>", "");
		if (id == NONE)
			return scan_peek(s).len == 0 || scan_missing(s, "the end", common);
		if (id == 0)
			r->inactive = true;
		if (id == 1 && !parse_log(s, r))
			return false;
		if (id == 2 &&
		    (!parse_name(s, &r->time_range, "Name of the time-range") ||
		     (s->names != NULL && !s->names->time_range(s->names->ctx, r->time_range) &&
		      !scan_refuse(s, "time-range <%.*s> does not exist", r->time_range))))
			return false;
	}
}

/* ------------------------------------------------------------------ whole rules */

static bool parse_protocol(struct scan *s, struct acl_rule *r)
{
	static const struct scan_option words[] = {
	        {"object", "Specify a service object after this keyword", 256},
	        {"object-group", "Specify a service or protocol object-group after this keyword",
	         257},
	};
	struct scan_choice c = {.id = NONE};
	struct str word = scan_peek(s);
	uint32_t value;
	scan_offer(s, "<0-255>", "Enter protocol number (0 - 255)");
	for (size_t i = 0; i < acl_protocols_n; i++) {
		scan_offer(s, acl_protocols[i].word, "");
		if (word.len > 0)
			scan_consider(&c, word, acl_protocols[i].word, acl_protocols[i].number);
	}
	for (size_t i = 0; i < COUNT(words); i++) {
		scan_offer(s, words[i].word, words[i].help);
		if (word.len > 0)
			scan_consider(&c, word, words[i].word, words[i].id);
	}
	if (word.len > 0 && str_to_u32(word, 255, &value)) {
		scan_take(s);
		r->proto = (uint8_t)value;
		return true;
	}
	int id = scan_settle(s, &c);
	if (id == NONE)
		return scan_missing(s, "a protocol", c.common);
	if (id < 256) {
		r->proto = (uint8_t)id;
		return true;
	}
	r->proto_kind = id == 256 ? ACL_PROTO_OBJECT : ACL_PROTO_GROUP;
	if (!parse_name(s, &r->service, "Object name"))
		return false;
	if (id == 256)
		return known_object(s, r->service, true);
	enum acl_group_kind kind =
	        s->names != NULL ? s->names->group(s->names->ctx, r->service) : ACL_GROUP_PROTOCOL;
	return known_group(s, r->service,
	                   kind == ACL_GROUP_SERVICE ? ACL_GROUP_SERVICE : ACL_GROUP_PROTOCOL);
}

static bool parse_rule(struct scan *s, bool standard, struct acl_rule *r)
{
	static const struct scan_option actions[] = {
	        {"deny", "Specify packets to reject", 0},
	        {"permit", "Specify packets to forward", 1},
	};
	size_t common;
	*r = (struct acl_rule){.icmp_type = -1, .icmp_code = -1};
	int id = scan_choose(s, actions, COUNT(actions), &common);
	if (id == NONE)
		return scan_missing(s, "permit or deny", common);
	r->permit = id == 1;
	if (standard) {
		if (!parse_address(s, true, &r->dst))
			return false;
		scan_offer(s, "<cr>", "");
		return scan_peek(s).len == 0 || scan_missing(s, "the end", 0);
	}
	return parse_protocol(s, r) && parse_address(s, false, &r->src) &&
	       parse_sport_and_dst(s, r) && parse_dport(s, r) && parse_icmp(s, r) &&
	       parse_end(s, r);
}

static bool parse_service(struct scan *s, struct acl_service *sv)
{
	static const struct scan_option both[] = {{"tcp-udp", "Both TCP & UDP", 0}};
	static const struct scan_option ends[] = {
	        {"destination", "Keyword to specify destination", 0},
	        {"source", "Keyword to specify source", 1},
	};
	*sv = (struct acl_service){.icmp_type = -1, .icmp_code = -1};
	uint32_t value;
	struct str word = scan_peek(s);
	scan_offer(s, both[0].word, both[0].help);
	if (str_caseeq(word, STR("tcp-udp"))) {
		scan_take(s);
		sv->tcp_udp = true;
	} else if (!scan_name_or_number(s, acl_protocols, acl_protocols_n, NULL, 0, 255,
	                                "Enter protocol number (0 - 255)", &value)) {
		return false;
	} else {
		sv->proto = (uint8_t)value;
	}
	bool ports = sv->tcp_udp || sv->proto == 6 || sv->proto == 17;
	uint8_t proto = sv->tcp_udp ? 0 : sv->proto;
	if (sv->proto == 1 && scan_peek(s).len > 0 &&
	    !parse_icmp_type(s, &sv->icmp_type, &sv->icmp_code))
		return false;
	for (int id; ports && (id = scan_choose(s, ends, COUNT(ends), NULL)) != NONE;) {
		struct acl_ports *p = id == 0 ? &sv->dport : &sv->sport;
		if (!parse_ports(s, proto, p))
			return false;
		if (p->op == ACL_OP_NONE)
			return scan_missing(s, "eq, neq, lt, gt or range", 0);
	}
	/* `service-object tcp eq www`: the destination, as older versions wrote it */
	if (ports && s->status == ACL_OK && sv->dport.op == ACL_OP_NONE && scan_peek(s).len > 0 &&
	    !parse_ports(s, proto, &sv->dport))
		return false;
	scan_offer(s, "<cr>", "");
	return s->status == ACL_OK && (scan_peek(s).len == 0 || scan_missing(s, "the end", 0));
}

static bool parse_port_object(struct scan *s, uint8_t proto, struct acl_ports *p)
{
	static const struct scan_option words[] = {
	        {"eq", "Enter this keyword to specify a port", W_EQ},
	        {"range", "Enter this keyword to specify a range of ports", W_RANGE},
	};
	size_t common;
	*p = (struct acl_ports){0};
	int id = scan_choose(s, words, COUNT(words), &common);
	if (id == NONE)
		return scan_missing(s, "eq or range", common);
	if (!port_tail(s, id, proto, p))
		return false;
	if (id == W_RANGE) { /* stays what was typed */
		p->b = p->op == ACL_OP_EQ ? p->a : p->b;
		p->op = ACL_OP_RANGE;
	}
	scan_offer(s, "<cr>", "");
	return scan_peek(s).len == 0 || scan_missing(s, "the end", 0);
}

/* ------------------------------------------------------------------ what others call */

static bool told(struct scan *s, bool ok)
{
	struct str word = {s->all.p + s->at, s->all.len - s->at};
	if (ok)
		return true;
	word = str_word(&word);
	switch (s->status) {
	case ACL_REFUSED:
		break;
	case ACL_INCOMPLETE:
		err_set(s->err, -EINVAL, "%% Incomplete command");
		break;
	case ACL_AMBIGUOUS:
		err_set(s->err, -EINVAL, "%% Ambiguous command:  \"%.*s\"", (int)s->at, s->all.p);
		break;
	default:
		err_set(s->err, -EINVAL, "access-list: %s expected in place of %.*s", s->what,
		        STR_ARG(word));
	}
	return false;
}

bool acl_rule_parse(struct str text, bool standard, const struct acl_names *names,
                    struct acl_rule *r, struct err *err)
{
	struct err none = {0};
	struct scan s = {.all = text, .rest = text, .names = names, .err = err ? err : &none};
	return told(&s, parse_rule(&s, standard, r));
}

bool acl_service_parse(struct str text, struct acl_service *sv, struct err *err)
{
	struct scan s = {.all = text, .rest = text, .err = err};
	return told(&s, parse_service(&s, sv));
}

bool acl_port_parse(struct str text, uint8_t proto, struct acl_ports *p, struct err *err)
{
	struct scan s = {.all = text, .rest = text, .err = err};
	return told(&s, parse_port_object(&s, proto, p));
}

enum acl_status acl_syntax(struct str text, enum acl_grammar g, size_t *at,
                           void (*add)(void *arg, const char *word, const char *help), void *arg)
{
	struct err err = {0};
	struct scan s = {.all = text, .rest = text, .add = add, .arg = arg, .err = &err};
	struct acl_rule r;
	struct acl_service sv;
	struct acl_ports p;
	if (g == ACL_EXTENDED || g == ACL_STANDARD)
		parse_rule(&s, g == ACL_STANDARD, &r);
	else if (g == ACL_SERVICE)
		parse_service(&s, &sv);
	else
		parse_port_object(&s, g == ACL_PORT_TCP ? 6 : g == ACL_PORT_UDP ? 17 : 0, &p);
	*at = s.at;
	return s.status;
}
