/* Attributes that have a language of their own: routes, Cisco-AV-pairs, entries of access lists. */
#include <stdio.h>

#include "core/aaa/radius/accept_int.h"

/* "10.1.0.0/16 ..." or "10.1.0.0 255.255.0.0 ...". false: neither. */
static bool route_of(struct str s, struct aaa_route *route)
{
	struct str first = str_word(&s);
	const char *slash = memchr(first.p, '/', first.len);
	struct str ip = {first.p, slash ? (size_t)(slash - first.p) : first.len};
	uint32_t bits = 32, mask;
	if (slash && !str_to_u32(str_from(first, ip.len + 1), 32, &bits))
		return false;
	if (!ip4_parse(ip, &route->ip))
		return false;
	route->mask = ip4_mask(bits);
	if (!slash && ip4_parse(str_word(&s), &mask) && ip4_mask_bits(mask) >= 0)
		route->mask = mask;
	route->ip &= route->mask;
	return true;
}

void radius_add_route(struct take *t, const char *attr, struct str s)
{
	struct aaa_route route;
	if (!radius_plain(s) || !route_of(s, &route) || !aaa_reply_add_route(t->r, route))
		radius_no_good(attr, s, "route");
}

/* ------------------------------------------------------------------ Cisco-AV-pair: NAME=VALUE */

/* number: "#N", or nothing. An entry that is lost could be the one that denies. */
static void pair_acl(struct take *t, struct aces *acl, struct str number, struct str value)
{
	uint32_t n = 0;
	bool ok = number.len == 0 ||
	          (number.p[0] == '#' && str_to_u32(str_from(number, 1), UINT32_MAX, &n));
	if (!ok || !radius_plain(value) || acl->n == ACES_MAX) {
		radius_no_good("Cisco-AV-pair", value, "access list entry");
		t->refused = true;
		return;
	}
	size_t at = acl->n++;
	for (; at > 0 && acl->row[at - 1].number > n; at--)
		acl->row[at] = acl->row[at - 1];
	acl->row[at].number = n;
	acl->row[at].line = value;
}

static void pair_inacl(struct take *t, struct str number, struct str value)
{
	pair_acl(t, &t->in, number, value);
}

static void pair_outacl(struct take *t, struct str number, struct str value)
{
	pair_acl(t, &t->out, number, value);
}

static void two_addresses(uint32_t to[2], struct str value)
{
	char text[RADIUS_VALUE_MAX + 1];
	str_copy(text, sizeof(text), value);
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = ' ';
	struct str rest = str_of(text);
	for (size_t i = 0; i < 2; i++) {
		struct str word = str_word(&rest);
		if (word.len > 0 && !ip4_parse(word, &to[i]))
			radius_no_good("Cisco-AV-pair", value, "IP address");
	}
}

static void pair_dns(struct take *t, struct str more, struct str value)
{
	(void)more;
	two_addresses(t->r->dns, value);
}

static void pair_wins(struct take *t, struct str more, struct str value)
{
	(void)more;
	two_addresses(t->r->wins, value);
}

static void pair_route(struct take *t, struct str more, struct str value)
{
	(void)more;
	radius_add_route(t, "Cisco-AV-pair", value);
}

static void pair_pool(struct take *t, struct str more, struct str value)
{
	(void)more;
	radius_take_name("Cisco-AV-pair", value, t->r->pool, sizeof(t->r->pool));
}

static void pair_privilege(struct take *t, struct str more, struct str value)
{
	uint32_t level;
	(void)more;
	if (str_to_u32(value, 15, &level))
		t->r->privilege = (int)level;
	else
		radius_no_good("Cisco-AV-pair", value, "privilege level");
}

static const struct pair {
	const char *name;
	bool more; /* something may follow the name: take gets that */
	void (*take)(struct take *t, struct str more, struct str value);
} pairs[] = {
        {"ip:inacl", true, pair_inacl},
        {"ip:outacl", true, pair_outacl},
        {"ip:dns-servers", false, pair_dns},
        {"ip:wins-servers", false, pair_wins},
        {"ip:route", false, pair_route},
        {"ip:addr-pool", false, pair_pool},
        {"shell:priv-lvl", false, pair_privilege},
};

/* NAME=VALUE, or NAME*VALUE for what may be ignored. */
void radius_take_pair(struct take *t, const struct radius_value *v)
{
	struct str s = {(const char *)v->v.p, v->v.len}, name = s;
	for (name.len = 0; name.len < s.len; name.len++)
		if (s.p[name.len] == '=' || s.p[name.len] == '*')
			break;
	struct str value = str_from(s, name.len < s.len ? name.len + 1 : s.len);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct str want = str_of(pairs[i].name);
		if (name.len == s.len && !pairs[i].more)
			continue; /* no value; an entry of a list must not be lost for that */
		if (pairs[i].more ? str_has_prefix_nocase(name, want) : str_caseeq(name, want)) {
			pairs[i].take(t, str_from(name, want.len), value);
			return;
		}
	}
}

/* ------------------------------------------------------------------ masks */

/* A mask of an entry the other way round, when that is how the server writes it. */
static uint32_t mask_of(uint32_t mask, enum aaa_masks masks)
{
	bool turned =
	        masks == AAA_MASKS_WILDCARD ||
	        (masks == AAA_MASKS_DETECT && ip4_mask_bits(mask) < 0 && ip4_mask_bits(~mask) >= 0);
	return turned ? ~mask : mask;
}

/* An address behind an address is its mask; but not behind "host". */
struct str radius_ace_masks(struct str ace, enum aaa_masks masks, char *line)
{
	struct str rest = ace;
	bool address = false, host = false;
	size_t at = 0;
	if (masks == AAA_MASKS_STANDARD)
		return ace;
	for (struct str word; (word = str_word(&rest)).len > 0;) {
		uint32_t ip = 0;
		bool is_ip = ip4_parse(word, &ip);
		struct ip4_text text = ip4_text(mask_of(ip, masks));
		if (is_ip && address)
			word = str_of(text.s);
		at += (size_t)snprintf(line + at, RADIUS_ACE_CAP - at, "%s%.*s", at > 0 ? " " : "",
		                       STR_ARG(word));
		address = is_ip && !address && !host;
		host = str_caseeq(word, STR("host"));
	}
	return (struct str){line, at};
}
