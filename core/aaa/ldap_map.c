#include "core/aaa/ldap_map.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/debug.h"
#include "core/base/log.h"

/* Where a value goes: offset in struct aaa_reply, and its room for texts. */
struct place {
	size_t at, cap;
};

static void *at(struct aaa_reply *r, const struct place *p)
{
	return (char *)r + p->at;
}

static bool set_text(struct aaa_reply *r, const struct place *p, struct str v)
{
	return v.len > 0 && v.len < p->cap && str_copy(at(r, p), p->cap, v);
}

/* "ou=NAME;" or NAME. */
static bool set_policy(struct aaa_reply *r, const struct place *p, struct str v)
{
	return v.len < p->cap && aaa_reply_class_policy((struct bytes){(const uint8_t *)v.p, v.len}, at(r, p), p->cap);
}

static bool set_hours(struct aaa_reply *r, const struct place *p, struct str v)
{
	bool ok = set_text(r, p, v);
	r->a.has_hours |= ok;
	return ok;
}

static bool set_filter(struct aaa_reply *r, const struct place *p, struct str v)
{
	bool ok = set_text(r, p, v);
	r->a.has_filter |= ok;
	return ok;
}

/* Banner1 and Banner2 are the halves of one. */
static bool set_banner(struct aaa_reply *r, const struct place *p, struct str v)
{
	struct place rest = {p->at + strlen(r->banner), p->cap - strlen(r->banner)};
	return set_text(r, &rest, v);
}

/* Dotted, or as some directories keep it: a number, which may have turned negative. */
static bool read_ip(struct str v, uint32_t *ip)
{
	bool negative = v.len > 0 && v.p[0] == '-';
	uint32_t n;
	if (ip4_parse(v, ip))
		return true;
	if (!str_to_u32(negative ? str_from(v, 1) : v, negative ? UINT32_C(1) << 31 : UINT32_MAX, &n))
		return false;
	*ip = negative ? 0 - n : n;
	return true;
}

static bool set_ip(struct aaa_reply *r, const struct place *p, struct str v)
{
	uint32_t ip;
	if (!read_ip(v, &ip))
		return false;
	memcpy(at(r, p), &ip, sizeof(ip));
	return true;
}

static bool set_mask(struct aaa_reply *r, const struct place *p, struct str v)
{
	uint32_t mask;
	return read_ip(v, &mask) && ip4_mask_bits(mask) >= 0 && set_ip(r, p, v);
}

static bool set_session(struct aaa_reply *r, const struct place *p, struct str v)
{
	(void)p;
	bool ok = str_to_u32(v, UINT32_MAX, &r->a.session_s);
	r->a.has_session |= ok;
	return ok;
}

static bool set_idle(struct aaa_reply *r, const struct place *p, struct str v)
{
	(void)p;
	bool ok = str_to_u32(v, UINT32_MAX, &r->a.idle_s);
	r->a.has_idle |= ok;
	return ok;
}

static bool set_logins(struct aaa_reply *r, const struct place *p, struct str v)
{
	(void)p;
	bool ok = str_to_u32(v, INT32_MAX, &r->a.logins);
	r->a.has_logins |= ok;
	return ok;
}

/* The numbers of RADIUS. */
static bool set_split(struct aaa_reply *r, const struct place *p, struct str v)
{
	uint32_t split;
	(void)p;
	if (!str_to_u32(v, AAA_SPLIT_EXCLUDED, &split))
		return false;
	r->has_split = true;
	r->split = (enum aaa_split)split;
	return true;
}

static bool set_intercept(struct aaa_reply *r, const struct place *p, struct str v)
{
	uint32_t on;
	(void)p;
	if (!str_to_u32(v, 1, &on))
		return false;
	r->has_intercept = true;
	r->intercept = on != 0;
	return true;
}

/* Bits: 8 = L2TP over IPsec. */
static bool set_protocols(struct aaa_reply *r, const struct place *p, struct str v)
{
	uint32_t bits = 0;
	(void)p;
	if (!str_to_u32(v, UINT16_MAX, &bits))
		return false;
	r->a.has_l2tp = true;
	r->a.l2tp = bits & 8;
	return true;
}

static bool set_privilege(struct aaa_reply *r, const struct place *p, struct str v)
{
	uint32_t level;
	(void)p;
	if (!str_to_u32(v, 15, &level))
		return false;
	r->privilege = (int)level;
	return true;
}

/* Service-Type (RFC 2865 §5.6) of an administrator. */
static bool set_service(struct aaa_reply *r, const struct place *p, struct str v)
{
	static const int services[] = {[5] = AAA_SERVICE_REMOTE_ACCESS, [6] = AAA_SERVICE_ADMIN, [7] = AAA_SERVICE_NAS_PROMPT};
	uint32_t type;
	(void)p;
	if (!str_to_u32(v, UINT32_MAX, &type))
		return false;
	if (type >= 5 && type <= 7)
		r->service = services[type];
	return true;
}

#define TEXT(member) {offsetof(struct aaa_reply, member), sizeof(((struct aaa_reply *)0)->member)}
#define NUMBER(member) {offsetof(struct aaa_reply, member), 0}

/* The attributes a map-name may lead to: name, how the value is read, where to, type in words. */
static const struct ours {
	const char *name;
	bool (*set)(struct aaa_reply *r, const struct place *p, struct str v);
	struct place place;
	const char *type;
} ours[] = {
        {"Access-Hours", set_hours, TEXT(hours), "string"},
        {"Address-Pools", set_text, TEXT(pool), "string"},
        {"Banner1", set_banner, TEXT(banner), "string"},
        {"Banner2", set_banner, TEXT(banner), "string"},
        {"DHCP-Network-Scope", set_ip, NUMBER(dhcp_scope), "IP address"},
        {"Group-Policy", set_policy, TEXT(policy), "string"},
        {"IETF-Radius-Class", set_policy, TEXT(policy), "string"},
        {"IETF-Radius-Filter-Id", set_filter, TEXT(filter), "string"},
        {"IETF-Radius-Framed-IP-Address", set_ip, NUMBER(framed_ip), "IP address"},
        {"IETF-Radius-Framed-IP-Netmask", set_mask, NUMBER(framed_mask), "IP address mask"},
        {"IETF-Radius-Idle-Timeout", set_idle, {0, 0}, "integer"},
        {"IETF-Radius-Service-Type", set_service, {0, 0}, "integer"},
        {"IETF-Radius-Session-Timeout", set_session, {0, 0}, "integer"},
        {"IPSec-Banner1", set_banner, TEXT(banner), "string"},
        {"IPSec-Banner2", set_banner, TEXT(banner), "string"},
        {"IPSec-Default-Domain", set_text, TEXT(domain), "string"},
        {"IPSec-Split-Tunnel-List", set_text, TEXT(split_list), "string"},
        {"IPSec-Split-Tunneling-Policy", set_split, {0, 0}, "integer"},
        {"Intercept-DHCP-Configure-Msg", set_intercept, {0, 0}, "integer"},
        {"MS-Client-Subnet-Mask", set_mask, NUMBER(intercept_mask), "IP address mask"},
        {"Default-Domain", set_text, TEXT(domain), "string"},
        {"Primary-DNS", set_ip, NUMBER(dns[0]), "IP address"},
        {"Primary-WINS-Server", set_ip, NUMBER(wins[0]), "IP address"},
        {"Privilege-Level", set_privilege, {0, 0}, "integer"},
        {"Secondary-DNS", set_ip, NUMBER(dns[1]), "IP address"},
        {"Secondary-WINS-Server", set_ip, NUMBER(wins[1]), "IP address"},
        {"Simultaneous-Logins", set_logins, {0, 0}, "integer"},
        {"Tunnel-Group-Lock", set_text, TEXT(group_lock), "string"},
        {"Tunneling-Protocols", set_protocols, {0, 0}, "integer"},
};

/* Older releases had names with this in front. */
static const struct ours *find(const char *name)
{
	static const struct str old = {"cVPN3000-", 9};
	struct str s = str_of(name);
	if (str_has_prefix_nocase(s, old))
		s = str_from(s, old.len);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_caseeq(s, str_of(ours[i].name)))
			return &ours[i];
	return NULL;
}

bool ldap_map_knows(const char *name)
{
	return find(name) != NULL;
}

static const char *value_of(const struct aaa_map *map, const char *theirs, const char *value)
{
	for (size_t i = 0; i < map->nvalues; i++)
		if (str_caseeq(str_of(map->values[i].theirs), str_of(theirs)) &&
		    str_caseeq(str_of(map->values[i].value), str_of(value)))
			return map->values[i].ours;
	return NULL;
}

/* The value of this attribute, in our words; NULL = it has none. */
static const char *choose(const struct aaa_map *map, const struct job *answer, const char *theirs)
{
	const char *first = NULL;
	bool of_it = false;
	for (size_t i = 0; i < answer->nrows; i++) {
		const struct job_row *row = &answer->rows[i];
		if (row->tag == JOB_ATTRIBUTE)
			of_it = str_caseeq(str_of(row->text), str_of(theirs));
		if (row->tag != JOB_VALUE || !of_it)
			continue;
		const char *mapped = value_of(map, theirs, row->text);
		if (mapped)
			return mapped;
		if (!first)
			first = row->text;
	}
	return first;
}

void ldap_map_apply(const struct aaa_map *map, const struct job *answer, const struct debug_who *who,
                    struct aaa_reply *r)
{
	for (size_t i = 0; i < map->nnames; i++) {
		const struct ours *o = find(map->names[i].ours);
		const char *value = o ? choose(map, answer, map->names[i].theirs) : NULL;
		if (!value)
			continue;
		debug_for(who, DEBUG_LDAP, 1, "\t\tmapped to %s: value = %s", o->name, value);
		if (!o->set(r, &o->place, str_of(value)))
			log_msg(MSG_109038, o->name, value, o->type);
	}
}
