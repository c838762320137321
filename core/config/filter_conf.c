/* Access lists compiled for the packet path; what else is read out of them. */
#include "core/config/objects.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ elements */

static void ports_of(const struct acl_ports *p, uint16_t *lo, uint16_t *hi, bool * not )
{
	*lo = 0;
	*hi = UINT16_MAX;
	*not = p->op == ACL_OP_NEQ;
	switch (p->op) {
	case ACL_OP_EQ:
	case ACL_OP_NEQ:
		*lo = *hi = p->a;
		break;
	case ACL_OP_LT:
		*hi = (uint16_t)(p->a - 1);
		break;
	case ACL_OP_GT:
		*lo = (uint16_t)(p->a + 1);
		break;
	case ACL_OP_RANGE:
		*lo = p->a;
		*hi = p->b;
		break;
	default:
		break;
	}
}

static void range_of(const struct acl_addr *a, uint32_t *lo, uint32_t *hi)
{
	*lo = 0;
	*hi = UINT32_MAX;
	if (a->kind == ACL_NET) {
		*lo = a->ip;
		*hi = a->ip | ~a->mask;
	} else if (a->kind == ACL_RANGE) {
		*lo = a->ip;
		*hi = a->mask;
	}
}

/* FNV-1a */
uint32_t acl_element_hash(struct str list, const struct acl_rule *r, bool standard)
{
	struct out text;
	uint32_t h = 2166136261u;
	out_init(&text);
	out_put(&text, list);
	out_str(&text, " ");
	acl_rule_print(r, standard, &text);
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (uint8_t)text.text[i]) * 16777619u;
	out_free(&text);
	return h;
}

void filter_ace_of(const struct acl_rule *r, struct filter_ace *a)
{
	*a = (struct filter_ace){
	        .permit = r->permit,
	        .inactive = r->inactive,
	        .proto = r->proto,
	        .icmp_type = (int16_t)r->icmp_type,
	        .icmp_code = (int16_t)r->icmp_code,
	        .log = r->log_disable              ? FILTER_LOG_NONE
	               : r->log && !r->log_default ? FILTER_LOG_FLOW
	                                           : FILTER_LOG_PLAIN,
	        .level = r->log_level,
	        .interval = r->log_interval,
	};
	range_of(&r->src, &a->src_lo, &a->src_hi);
	range_of(&r->dst, &a->dst_lo, &a->dst_hi);
	ports_of(&r->sport, &a->sport_lo, &a->sport_hi, &a->sport_not);
	ports_of(&r->dport, &a->dport_lo, &a->dport_hi, &a->dport_not);
}

struct compile {
	struct filter *f;
	size_t n, cap;
	struct str list;
	bool standard, failed;
	uint8_t time;
};

static bool put(void *arg, const struct acl_rule *r)
{
	struct compile *c = arg;
	if (c->n == FILTER_ACES_MAX)
		return false;
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 64;
		struct filter_ace *grown = realloc(c->f->ace, cap * sizeof *grown);
		if (grown == NULL) {
			c->failed = true;
			return false;
		}
		c->f->ace = grown;
		c->cap = cap;
	}
	struct filter_ace *a = &c->f->ace[c->n++];
	filter_ace_of(r, a);
	a->time = c->time;
	a->hash = acl_element_hash(c->list, r, c->standard);
	return true;
}

static uint8_t time_of(struct filter *f, struct str name)
{
	if (name.len == 0)
		return 0;
	for (size_t i = 0; i < f->ntimes; i++)
		if (str_eq_cstr(name, f->time_name[i]))
			return (uint8_t)(i + 1);
	if (f->ntimes == FILTER_TIMES_MAX)
		return 0;
	str_copy(f->time_name[f->ntimes], sizeof f->time_name[0], name);
	return (uint8_t)++f->ntimes;
}

/* The next line of a list that came from a server: "permit tcp any host 10.1.1.1 eq 80". */
static struct str next_line(struct str *lines)
{
	const char *end = lines->len > 0 ? memchr(lines->p, '\n', lines->len) : NULL;
	struct str line = {lines->p, end != NULL ? (size_t)(end - lines->p) : lines->len};
	size_t used = line.len + (end != NULL);
	lines->p += used;
	lines->len -= used;
	return line;
}

bool filter_lines_good(struct str lines, struct str *bad)
{
	while (lines.len > 0) {
		struct acl_rule r;
		struct err err;
		*bad = next_line(&lines);
		if (!acl_rule_parse(*bad, false, NULL, &r, &err) || r.src.kind > ACL_RANGE || r.dst.kind > ACL_RANGE ||
		    r.proto_kind != ACL_PROTO_NUMBER || r.sport.op == ACL_OP_GROUP || r.dport.op == ACL_OP_GROUP ||
		    r.icmp_group.len > 0 || r.time_range.len > 0)
			return false;
	}
	return true;
}

struct filter *filter_of_lines(struct str name, struct str lines)
{
	struct filter *f = filter_new(name);
	struct compile x = {.f = f, .list = name};
	while (f != NULL && lines.len > 0) {
		struct acl_rule r;
		struct err err;
		if (acl_rule_parse(next_line(&lines), false, NULL, &r, &err))
			put(&x, &r);
	}
	if (f == NULL)
		return NULL;
	f->n = x.n;
	if (x.failed || !filter_counters(f)) {
		filter_drop(f);
		return NULL;
	}
	filter_finish(f);
	return f;
}

struct filter *filter_compile(const struct conf *c, struct str name)
{
	const struct centry *list = conf_find(c, "access-list", name);
	struct acl_names names = objects_names(c);
	struct filter *f = list != NULL ? filter_new(name) : NULL;
	struct compile x = {.f = f, .list = name};
	if (f == NULL)
		return NULL;
	for (const struct centry *e = conf_first_child(c, list, "entry"); e; e = conf_next(c, e)) {
		struct acl_rule r;
		struct err err;
		x.standard = str_eq_cstr(conf_text(e, "kind"), "standard");
		if (str_eq_cstr(conf_text(e, "kind"), "remark") ||
		    !acl_rule_parse(conf_text(e, "rule"), x.standard, &names, &r, &err))
			continue;
		x.time = time_of(f, r.time_range);
		acl_rule_expand(c, &r, put, &x);
	}
	f->n = x.n;
	if (x.failed || !filter_counters(f)) {
		filter_drop(f);
		return NULL;
	}
	filter_finish(f);
	return f;
}

/* ------------------------------------------------------------------ time ranges */

/* "08:30 1 January 2027" */
static bool moment(struct str *rest, struct tm *tm)
{
	static const char *const months[] = {"January",   "February", "March",    "April",
	                                     "May",       "June",     "July",     "August",
	                                     "September", "October",  "November", "December"};
	struct str clock = str_word(rest), day = str_word(rest), month = str_word(rest),
	           year = str_word(rest);
	uint32_t h, m, d, y;
	*tm = (struct tm){.tm_isdst = -1};
	if (clock.len != 5 || !str_to_u32((struct str){clock.p, 2}, 23, &h) ||
	    !str_to_u32((struct str){clock.p + 3, 2}, 59, &m) || !str_to_u32(day, 31, &d) ||
	    !str_to_u32(year, 9999, &y) || y < 1900)
		return false;
	tm->tm_hour = (int)h;
	tm->tm_min = (int)m;
	tm->tm_mday = (int)d;
	tm->tm_year = (int)y - 1900;
	for (int i = 0; i < 12; i++)
		if (str_eq_cstr(month, months[i])) {
			tm->tm_mon = i;
			return true;
		}
	return false;
}

static long long minutes(const struct tm *tm)
{
	return ((((long long)tm->tm_year * 12 + tm->tm_mon) * 31 + tm->tm_mday) * 24 +
	        tm->tm_hour) *
	               60 +
	       tm->tm_min;
}

static bool in_absolute(struct str text, const struct tm *now)
{
	struct str word;
	struct tm tm;
	while ((word = str_word(&text)).len > 0) {
		bool start = str_eq(word, STR("start"));
		if (!moment(&text, &tm))
			return true;
		if (start ? minutes(now) < minutes(&tm) : minutes(now) > minutes(&tm))
			return false;
	}
	return true;
}

static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};

static int day_of(struct str word)
{
	for (int i = 0; i < 7; i++)
		if (str_eq_cstr(word, days[i]))
			return i;
	return -1;
}

/* "Monday Friday 8:00 to 17:00", "weekdays 8:00 to 17:00", "Friday 18:00 to Monday 6:00" */
static bool in_periodic(struct str text, const struct tm *now)
{
	bool on[7] = {false}, span = false;
	int first = -1, last, h, m;
	struct str word;
	while ((word = str_word(&text)).len > 0 && !(word.p[0] >= '0' && word.p[0] <= '9')) {
		for (int i = 0; i < 7; i++)
			on[i] = on[i] || str_eq(word, STR("daily")) ||
			        (str_eq(word, STR("weekdays")) && i > 0 && i < 6) ||
			        (str_eq(word, STR("weekend")) && (i == 0 || i == 6)) ||
			        day_of(word) == i;
		first = first < 0 ? day_of(word) : first;
	}
	int minute = now->tm_hour * 60 + now->tm_min, from, to;
	if (sscanf(word.len ? word.p : "", "%2d:%2d", &h, &m) != 2)
		return false;
	from = h * 60 + m;
	str_word(&text); /* to */
	word = str_word(&text);
	last = day_of(word);
	span = last >= 0;
	if (span)
		word = str_word(&text);
	if (sscanf(word.len ? word.p : "", "%2d:%2d", &h, &m) != 2)
		return false;
	to = h * 60 + m;
	if (span && first >= 0) {
		int week = 7 * 1440, at = now->tm_wday * 1440 + minute;
		int a = first * 1440 + from, b = last * 1440 + to;
		return (at - a + week) % week <= (b - a + week) % week;
	}
	if (from <= to)
		return on[now->tm_wday] && minute >= from && minute <= to;
	return (on[now->tm_wday] && minute >= from) || (on[(now->tm_wday + 6) % 7] && minute <= to);
}

bool time_range_active(const struct conf *c, struct str name, const struct tm *tm)
{
	const struct centry *e = conf_find(c, "time-range", name);
	bool periodic = false, in = false;
	if (e == NULL)
		return true;
	if (conf_is_set(e, "absolute") && !in_absolute(conf_text(e, "absolute"), tm))
		return false;
	for (const struct centry *p = conf_first_child(c, e, "periodic"); p; p = conf_next(c, p)) {
		periodic = true;
		in = in || in_periodic(conf_text(p, "when"), tm);
	}
	return !periodic || in;
}

/* ------------------------------------------------------------------ who uses an object */

/* "object-group NAME" or "object NAME" (group-object and network-object object included) */
static bool says(struct str text, bool group, struct str name)
{
	struct str word, before = {0};
	while ((word = str_word(&text)).len > 0) {
		bool introduced = group ? str_eq(before, STR("object-group")) ||
		                                  str_eq(before, STR("group-object"))
		                        : str_eq(before, STR("object"));
		if (introduced && str_eq(word, name))
			return true;
		before = word;
	}
	return false;
}

/* NAT rules name objects and groups bare. */
static bool nat_says(struct str text, struct str name)
{
	struct str word;
	while ((word = str_word(&text)).len > 0)
		if (str_eq(word, name))
			return true;
	return false;
}

bool objects_in_use(const struct conf *c, bool group, struct str name)
{
	for (const struct centry *l = conf_first(c, "access-list"); l; l = conf_next(c, l))
		for (const struct centry *e = conf_first_child(c, l, "entry"); e;
		     e = conf_next(c, e))
			if (!str_eq_cstr(conf_text(e, "kind"), "remark") &&
			    says(conf_text(e, "rule"), group, name))
				return true;
	for (const struct centry *g = conf_first(c, "object-group"); g; g = conf_next(c, g))
		for (const struct centry *e = conf_first_child(c, g, "member"); e;
		     e = conf_next(c, e))
			if (says(conf_text(e, "member"), group, name))
				return true;
	static const char *const nats[] = {"nat", "nat-after", "object-nat"};
	for (size_t i = 0; i < 3; i++)
		for (const struct centry *e = conf_first(c, nats[i]); e; e = conf_next(c, e))
			if (nat_says(conf_text(e, "rule"), name))
				return true;
	return false;
}

/* ------------------------------------------------------------------ split tunnelling */

struct split {
	struct split_net *nets;
	size_t max, n;
	bool count; /* those that are too many, too */
};

/* Nothing more is looked for. */
static bool split_full(const struct split *s)
{
	return !s->count && s->n >= s->max;
}

static bool split_put(void *arg, const struct acl_addr *a)
{
	struct split *s = arg;
	uint64_t lo = a->kind == ACL_ANY ? 0 : a->ip;
	uint64_t end = (a->kind == ACL_ANY     ? UINT32_MAX
	                : a->kind == ACL_RANGE ? a->mask
	                                       : a->ip | ~a->mask) +
	               UINT64_C(1);
	while (lo < end && !split_full(s)) { /* a range becomes the networks it consists of */
		unsigned bits = 32;
		while (bits > 0 && (lo & ((UINT64_C(2) << (32 - bits)) - 1)) == 0 &&
		       lo + (UINT64_C(2) << (32 - bits)) <= end)
			bits--;
		if (s->n < s->max)
			s->nets[s->n] = (struct split_net){(uint32_t)lo, ip4_mask(bits)};
		s->n++;
		lo += UINT64_C(1) << (32 - bits);
	}
	return !split_full(s);
}

static void split_rule(const struct conf *c, struct str rule, bool standard, struct split *s)
{
	struct acl_names names = objects_names(c);
	struct acl_rule r;
	struct err err;
	if (acl_rule_parse(rule, standard, &names, &r, &err) && r.permit && !r.inactive)
		objects_each_address(c, standard ? &r.dst : &r.src, split_put, s);
}

size_t acl_split_more(const struct conf *c, struct str rule, bool standard)
{
	struct split s = {.count = true};
	split_rule(c, rule, standard, &s);
	return s.n;
}

size_t acl_split_networks(const struct conf *c, struct str name, struct split_net *nets, size_t max,
                          size_t *total)
{
	const struct centry *list = conf_find(c, "access-list", name);
	struct split s = {.nets = nets, .max = max, .count = total != NULL};
	for (const struct centry *e = list ? conf_first_child(c, list, "entry") : NULL;
	     e && !split_full(&s); e = conf_next(c, e))
		if (!str_eq_cstr(conf_text(e, "kind"), "remark"))
			split_rule(c, conf_text(e, "rule"), str_eq_cstr(conf_text(e, "kind"), "standard"), &s);
	if (total != NULL)
		*total = s.n;
	return s.n < max ? s.n : max;
}
