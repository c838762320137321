#include "core/aaa/radius/accept_int.h"

#include <stdlib.h>

#include "core/base/log.h"

enum {
	SERVICE_FRAMED = 2,
	SERVICE_OUTBOUND = 5,
	SERVICE_ADMINISTRATIVE = 6,
	SERVICE_NAS_PROMPT = 7,
	TUNNELING_L2TP_IPSEC = 8,  /* bit of vendor 3076/11 */
	CHOOSES_PEER = 0xffffffff, /* Framed-IP-Address: who else chooses it (RFC 2865 §5.8) */
	CHOOSES_GATEWAY = 0xfffffffe,
};

static struct str text_of(const struct radius_value *v)
{
	return (struct str){(const char *)v->v.p, v->v.len};
}

void radius_no_good(const char *name, struct str value, const char *type)
{
	char text[RADIUS_VALUE_MAX + 1];
	str_copy(text, sizeof(text), value);
	log_msg(MSG_109038, name, text, type);
}

bool radius_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.len > 0;
}

bool radius_take_name(const char *attr, struct str s, char *to, size_t cap)
{
	if (radius_plain(s) && s.len < cap)
		return str_copy(to, cap, s);
	radius_no_good(attr, s, "name");
	return false;
}

/* For eyes: what is no text becomes a blank. More of it goes behind. */
static void add_text(char *to, size_t cap, struct str s)
{
	size_t at = strlen(to);
	if (at > 0 && at + 1 < cap)
		to[at++] = ' ';
	for (size_t i = 0; i < s.len && at + 1 < cap; i++)
		to[at++] = (uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i];
	while (at > 0 && to[at - 1] == ' ')
		at--;
	to[at] = '\0';
}

/* ------------------------------------------------------------------ attributes */

static void take_service(struct take *t, const struct radius_value *v)
{
	switch (radius_value_u32(v)) {
	case SERVICE_ADMINISTRATIVE:
		t->r->service = AAA_SERVICE_ADMIN;
		break;
	case SERVICE_NAS_PROMPT:
		t->r->service = AAA_SERVICE_NAS_PROMPT;
		break;
	case SERVICE_FRAMED:
	case SERVICE_OUTBOUND:
		t->r->service = AAA_SERVICE_REMOTE_ACCESS;
		break;
	default:
		break;
	}
}

static void take_address(struct take *t, const struct radius_value *v)
{
	uint32_t ip = radius_value_u32(v);
	if (ip != CHOOSES_PEER && ip != CHOOSES_GATEWAY)
		t->r->framed_ip = ip;
}

static void take_filter_name(struct take *t, const char *attr, struct str name)
{
	if (radius_take_name(attr, name, t->r->filter, sizeof(t->r->filter)))
		t->r->a.has_filter = true;
	else
		t->refused = true;
}

/* NAME, NAME.in: what the client sends. NAME.out has no place here. */
static void take_filter(struct take *t, const struct radius_value *v)
{
	struct str s = text_of(v);
	if (s.len > 4 && str_caseeq(str_from(s, s.len - 4), STR(".out")))
		return;
	if (s.len > 3 && str_caseeq(str_from(s, s.len - 3), STR(".in")))
		s.len -= 3;
	take_filter_name(t, radius_dict_name(v->attr), s);
}

static void take_inbound(struct take *t, const struct radius_value *v)
{
	take_filter_name(t, radius_dict_name(v->attr), text_of(v));
}

static void take_mtu(struct take *t, const struct radius_value *v)
{
	uint32_t mtu = radius_value_u32(v);
	if (mtu >= 64 && mtu <= UINT16_MAX) /* RFC 2865 §5.12 */
		t->r->mtu = (uint16_t)mtu;
}

static void take_class(struct take *t, const struct radius_value *v)
{
	char policy[AAA_NAME_MAX + 1];
	if (!aaa_reply_add_class(t->r, v->v))
		radius_no_good(radius_dict_name(v->attr), text_of(v), "string: there are too many");
	if (!t->own_policy && !t->r->policy[0] &&
	    aaa_reply_class_policy(v->v, policy, sizeof(policy)))
		str_copy(t->r->policy, sizeof(t->r->policy), str_of(policy));
}

static void take_policy(struct take *t, const struct radius_value *v)
{
	char policy[AAA_NAME_MAX + 1];
	if (!aaa_reply_class_policy(v->v, policy, sizeof(policy))) {
		radius_no_good(radius_dict_name(v->attr), text_of(v), "name");
		return;
	}
	t->own_policy = true;
	str_copy(t->r->policy, sizeof(t->r->policy), str_of(policy));
}

static void take_session(struct take *t, const struct radius_value *v)
{
	t->r->a.has_session = true;
	t->r->a.session_s = radius_value_u32(v);
}

static void take_idle(struct take *t, const struct radius_value *v)
{
	t->r->a.has_idle = true;
	t->r->a.idle_s = radius_value_u32(v);
}

static void take_logins(struct take *t, const struct radius_value *v)
{
	t->r->a.has_logins = true;
	t->r->a.logins = radius_value_u32(v);
}

/* 3076/2 says the same and goes before. */
static void take_port_limit(struct take *t, const struct radius_value *v)
{
	if (!t->r->a.has_logins)
		take_logins(t, v);
}

static void take_pool(struct take *t, const struct radius_value *v)
{
	radius_take_name(radius_dict_name(v->attr), text_of(v), t->r->pool, sizeof(t->r->pool));
}

static void take_hours(struct take *t, const struct radius_value *v)
{
	t->r->a.has_hours = radius_take_name(radius_dict_name(v->attr), text_of(v), t->r->hours,
	                                     sizeof(t->r->hours));
	t->refused = t->refused || !t->r->a.has_hours;
}

static void take_lock(struct take *t, const struct radius_value *v)
{
	if (!radius_take_name(radius_dict_name(v->attr), text_of(v), t->r->group_lock,
	                      sizeof(t->r->group_lock)))
		t->refused = true;
}

static void take_protocols(struct take *t, const struct radius_value *v)
{
	t->r->a.has_l2tp = true;
	t->r->a.l2tp = (radius_value_u32(v) & TUNNELING_L2TP_IPSEC) != 0;
}

static void take_domain(struct take *t, const struct radius_value *v)
{
	radius_take_name(radius_dict_name(v->attr), text_of(v), t->r->domain, sizeof(t->r->domain));
}

static void take_split_list(struct take *t, const struct radius_value *v)
{
	radius_take_name(radius_dict_name(v->attr), text_of(v), t->r->split_list, sizeof(t->r->split_list));
}

static void take_split(struct take *t, const struct radius_value *v)
{
	uint32_t split = radius_value_u32(v);
	if (split > AAA_SPLIT_EXCLUDED)
		return;
	t->r->has_split = true;
	t->r->split = (enum aaa_split)split;
}

static void take_intercept(struct take *t, const struct radius_value *v)
{
	t->r->has_intercept = true;
	t->r->intercept = radius_value_u32(v) != 0;
}

static void take_banner1(struct take *t, const struct radius_value *v)
{
	t->banner[0] = text_of(v);
}

static void take_banner2(struct take *t, const struct radius_value *v)
{
	t->banner[1] = text_of(v);
}

static void take_privilege(struct take *t, const struct radius_value *v)
{
	uint32_t level = radius_value_u32(v);
	if (level <= 15)
		t->r->privilege = (int)level;
}

static void take_route(struct take *t, const struct radius_value *v)
{
	radius_add_route(t, radius_dict_name(v->attr), text_of(v));
}

/* ------------------------------------------------------------------ Access-Accept */

static void (*const takers[RADIUS_A_N])(struct take *t, const struct radius_value *v) = {
        [RADIUS_A_SERVICE_TYPE] = take_service,    [RADIUS_A_FRAMED_IP_ADDRESS] = take_address,
        [RADIUS_A_FILTER_ID] = take_filter,        [RADIUS_A_FRAMED_MTU] = take_mtu,
        [RADIUS_A_FRAMED_ROUTE] = take_route,      [RADIUS_A_CLASS] = take_class,
        [RADIUS_A_SESSION_TIMEOUT] = take_session, [RADIUS_A_IDLE_TIMEOUT] = take_idle,
        [RADIUS_A_PORT_LIMIT] = take_port_limit,   [RADIUS_A_FRAMED_POOL] = take_pool,
        [RADIUS_A_AV_PAIR] = radius_take_pair,     [RADIUS_A_ASA_ACCESS_HOURS] = take_hours,
        [RADIUS_A_ASA_LOGINS] = take_logins,       [RADIUS_A_ASA_PROTOCOLS] = take_protocols,
        [RADIUS_A_ASA_BANNER1] = take_banner1,     [RADIUS_A_ASA_BANNER2] = take_banner2,
        [RADIUS_A_ASA_GROUP_POLICY] = take_policy, [RADIUS_A_ASA_DOMAIN] = take_domain,
        [RADIUS_A_ASA_GROUP_LOCK] = take_lock,     [RADIUS_A_ASA_INBOUND] = take_inbound,
        [RADIUS_A_ASA_PRIVILEGE] = take_privilege, [RADIUS_A_ASA_SPLIT_LIST] = take_split_list,
        [RADIUS_A_ASA_SPLIT_POLICY] = take_split,  [RADIUS_A_ASA_INTERCEPT] = take_intercept,
};

/* Numbers and addresses that are kept as they are. */
static const struct number {
	enum radius_attr attr;
	size_t at; /* uint32_t in struct aaa_reply */
} numbers[] = {
        {RADIUS_A_FRAMED_IP_NETMASK, offsetof(struct aaa_reply, framed_mask)},
        {RADIUS_A_ACCT_INTERIM_INTERVAL, offsetof(struct aaa_reply, interim_s)},
        {RADIUS_A_ASA_DHCP_SCOPE, offsetof(struct aaa_reply, dhcp_scope)},
        {RADIUS_A_ASA_INTERCEPT_MASK, offsetof(struct aaa_reply, intercept_mask)},
        {RADIUS_A_PRIMARY_DNS, offsetof(struct aaa_reply, dns[0])},
        {RADIUS_A_SECONDARY_DNS, offsetof(struct aaa_reply, dns[1])},
        {RADIUS_A_PRIMARY_NBNS, offsetof(struct aaa_reply, wins[0])},
        {RADIUS_A_SECONDARY_NBNS, offsetof(struct aaa_reply, wins[1])},
        {RADIUS_A_ASA_PRIMARY_DNS, offsetof(struct aaa_reply, dns[0])},
        {RADIUS_A_ASA_SECONDARY_DNS, offsetof(struct aaa_reply, dns[1])},
        {RADIUS_A_ASA_PRIMARY_WINS, offsetof(struct aaa_reply, wins[0])},
        {RADIUS_A_ASA_SECONDARY_WINS, offsetof(struct aaa_reply, wins[1])},
};

static const struct number *number_of(enum radius_attr a)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].attr == a)
			return &numbers[i];
	return NULL;
}

bool radius_takes(enum radius_attr a)
{
	return a < RADIUS_A_N && (takers[a] || number_of(a));
}

static void take(struct take *t, const struct radius_value *v)
{
	const struct number *number = number_of(v->attr);
	uint32_t value = radius_value_u32(v);
	if (number)
		memcpy((uint8_t *)t->r + number->at, &value, sizeof(value));
	else if (v->attr < RADIUS_A_N && takers[v->attr])
		takers[v->attr](t, v);
}

/* One server that is told is the first one. */
static void close_up(uint32_t servers[2])
{
	if (servers[0] == 0) {
		servers[0] = servers[1];
		servers[1] = 0;
	}
}

static bool put_acl(char **to, const struct aces *acl, enum aaa_masks masks)
{
	char line[RADIUS_ACE_CAP];
	for (size_t i = 0; i < acl->n; i++)
		if (!aaa_reply_add_ace(to, radius_ace_masks(acl->row[i].line, masks, line)))
			return false;
	return true;
}

static void put_banner(struct aaa_reply *r, const struct str banner[2])
{
	size_t at = 0;
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < banner[i].len && at + 1 < sizeof(r->banner); k++) {
			uint8_t c = (uint8_t)banner[i].p[k];
			r->banner[at++] = (c < 0x20 && c != '\n') || c == 0x7f ? ' ' : (char)c;
		}
	r->banner[at] = '\0';
}

bool radius_take_accept(struct aaa_reply *r, const struct radius_packet *p, enum aaa_masks masks)
{
	struct take t = {.r = r};
	struct radius_walk walk = radius_walk(p);
	struct radius_value v;
	while (radius_next(&walk, &v))
		take(&t, &v);
	put_banner(r, t.banner);
	close_up(r->dns);
	close_up(r->wins);
	if (!put_acl(&r->inacl, &t.in, masks) || !put_acl(&r->outacl, &t.out, masks)) {
		radius_no_good("Cisco-AV-pair", STR("ip:inacl"), "access list: it is too long");
		return false;
	}
	return !t.refused;
}

/* ------------------------------------------------------------------ any reply */

void radius_take_messages(struct aaa_reply *r, const struct radius_packet *p)
{
	struct radius_walk walk = radius_walk(p);
	struct radius_value v;
	while (radius_next(&walk, &v)) {
		if (v.attr == RADIUS_A_REPLY_MESSAGE)
			add_text(r->message, sizeof(r->message), text_of(&v));
		bool mschap = v.attr == RADIUS_A_MSCHAP_ERROR || v.attr == RADIUS_A_MSCHAP2_SUCCESS;
		if (!mschap || v.v.len < 1)
			continue;
		r->mschap[0] = '\0';
		add_text(r->mschap, sizeof(r->mschap), str_from(text_of(&v), 1));
	}
}

void radius_take_challenge(struct aaa_reply *r, const struct radius_packet *p)
{
	struct radius_value v;
	if (radius_find(p, RADIUS_A_STATE, &v)) {
		memcpy(r->state, v.v.p, v.v.len);
		r->state_len = v.v.len;
	}
	if (radius_find(p, RADIUS_A_SESSION_TIMEOUT, &v))
		r->challenge_s = radius_value_u32(&v);
}

/* Its own length says how long it is (RFC 3748 §4). */
static bool eap_ok(const uint8_t *eap, size_t len)
{
	struct rd r = rd_of(eap, len);
	rd_skip(&r, 2);
	return rd_u16(&r) == len && rd_ok(&r);
}

bool radius_take_eap(struct aaa_reply *r, const struct radius_packet *p)
{
	struct radius_walk walk = radius_walk(p);
	struct radius_value v;
	bool done = false, begun = false;
	uint8_t eap[RADIUS_MAX];
	struct wr w = wr_of(eap, sizeof(eap));
	while (radius_next(&walk, &v)) {
		if (v.attr != RADIUS_A_EAP_MESSAGE) {
			done = begun;
			continue;
		}
		if (done) /* the pieces follow one another */
			return false;
		begun = true;
		wr_bytes(&w, v.v.p, v.v.len);
	}
	if (!begun)
		return true;
	if (!wr_ok(&w) || !eap_ok(eap, wr_len(&w)))
		return false;
	r->eap = malloc(wr_len(&w));
	if (!r->eap)
		return false;
	memcpy(r->eap, eap, wr_len(&w));
	r->eap_len = wr_len(&w);
	return true;
}
