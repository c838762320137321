#include "core/config/objects.h"
#include "core/net/capture_int.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/config/read.h"

enum { IP_HEAD = 20, UDP_HEAD = 8, TCP = 6, UDP = 17, ICMP = 1 };

/* ------------------------------------------------------------------ rules */

struct tuple {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint8_t proto;
};

/* Of a packet inside an IP header; ports as far as they are there. */
static bool tuple_of_ip(struct bytes ip, struct tuple *t)
{
	struct rd r = rd_of(ip.p, ip.len);
	unsigned head = (rd_u8(&r) & 15u) * 4u;
	rd_skip(&r, 5);
	unsigned fragment = rd_u16(&r) & 0x1fffu;
	rd_skip(&r, 1);
	t->proto = rd_u8(&r);
	rd_skip(&r, 2);
	t->src = rd_u32(&r);
	t->dst = rd_u32(&r);
	if (!rd_ok(&r) || head < IP_HEAD)
		return false;
	rd_skip(&r, head - IP_HEAD);
	bool ports = fragment == 0 && (t->proto == TCP || t->proto == UDP);
	t->sport = ports ? rd_u16(&r) : 0;
	t->dport = ports ? rd_u16(&r) : 0;
	return true;
}

static bool tuple_of(const struct capture_packet *p, struct tuple *t)
{
	*t = (struct tuple){p->src.ip, p->dst.ip, p->src.port, p->dst.port, p->proto};
	return p->proto != 0 || tuple_of_ip(p->data, t);
}

static bool fits_way(const struct filter_ace *r, const struct tuple *t)
{
	const struct filter_key k = {.src = t->src,
	                             .dst = t->dst,
	                             .sport = t->sport,
	                             .dport = t->dport,
	                             .icmp_type = -1,
	                             .icmp_code = -1,
	                             .proto = t->proto};
	return filter_takes(r, &k);
}

static bool is_ike(const struct capture_packet *p)
{
	struct rd r = rd_of(p->data.p, p->data.len);
	if (p->proto != UDP)
		return false;
	if (p->src.port == 500 || p->dst.port == 500)
		return true;
	return (p->src.port == 4500 || p->dst.port == 4500) && rd_u32(&r) == 0 && rd_ok(&r);
}

static bool fits(const struct capture_rule *rule, const struct capture_packet *p,
                 const struct tuple *t)
{
	const struct tuple back = {t->dst, t->src, t->dport, t->sport, t->proto};
	if (!(rule->points & p->point))
		return false;
	if (p->point == CAP_OUTSIDE && rule->local != 0 && rule->local != t->src &&
	    rule->local != t->dst)
		return false;
	if (rule->isakmp && p->point == CAP_OUTSIDE && !is_ike(p))
		return false;
	return fits_way(&rule->acl, t) || (rule->both && fits_way(&rule->acl, &back));
}

/* Bits of the captures that take it. The first rule of a capture that fits decides. */
static uint32_t wanted(const struct capture_set *s, const struct capture_packet *p)
{
	struct tuple t;
	uint32_t take = 0, done = 0;
	if (!capture_at(s, p->point) || !tuple_of(p, &t))
		return 0;
	for (unsigned i = 0; i < s->n; i++) {
		const struct capture_rule *r = &s->rule[i];
		uint32_t bit = 1u << r->capture;
		if ((done & bit) || !fits(r, p, &t))
			continue;
		done |= bit;
		take |= r->acl.permit ? bit : 0;
	}
	return take;
}

/* ------------------------------------------------------------------ from the worker to the control thread */

static void fill(struct cap_record *rec, uint32_t captures, uint16_t snap,
                 const struct capture_packet *p)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint32_t len = p->data.len < UINT32_MAX ? (uint32_t)p->data.len : UINT32_MAX;
	rec->us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	rec->captures = captures;
	rec->len = len;
	rec->caplen = len < snap ? len : snap;
	rec->src = p->src;
	rec->dst = p->dst;
	rec->point = (uint8_t)p->point;
	rec->proto = p->proto;
	rec->why = p->why;
	memcpy(rec->data, p->data.p, rec->caplen);
}

bool capture_push(const struct capture_set *s, const struct capture_packet *p)
{
	uint32_t captures = wanted(s, p);
	if (captures == 0)
		return false;
	struct capture_ring *r = s->ring;
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	if (tail - atomic_load_explicit(&r->head, memory_order_acquire) == CAPTURE_SLOTS) {
		atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
		return true;
	}
	fill(&r->slot[tail % CAPTURE_SLOTS], captures, s->snap, p);
	atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
	return true;
}

/* ------------------------------------------------------------------ the store */

static void drop_first(struct capture *cap)
{
	struct cap_stored *p = cap->first;
	cap->first = p->next;
	if (cap->first == NULL)
		cap->last = &cap->first;
	cap->bytes -= p->caplen + CAPTURE_PACKET_COST;
	cap->packets--;
	wipe(p->data, p->caplen);
	free(p);
}

void capture_empty(struct capture *cap)
{
	while (cap->first != NULL)
		drop_first(cap);
	cap->full = false;
	cap->lost = 0;
}

static uint16_t ip_sum(const uint8_t *head)
{
	struct rd r = rd_of(head, IP_HEAD);
	uint32_t sum = 0;
	while (rd_left(&r) > 0)
		sum += rd_u16(&r);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/* Headers in front of what the sockets carry. Returns their length. */
static size_t rebuild(const struct cap_record *rec, uint8_t head[IP_HEAD + UDP_HEAD])
{
	size_t n = rec->proto == 0 ? 0 : rec->proto == UDP ? IP_HEAD + UDP_HEAD : IP_HEAD;
	struct wr w = wr_of(head, IP_HEAD + UDP_HEAD);
	if (n == 0)
		return 0;
	wr_u16(&w, 0x4500);
	wr_u16(&w, (uint16_t)(rec->len + n));
	wr_u32(&w, 0);
	wr_u8(&w, 64);
	wr_u8(&w, rec->proto);
	wr_u16(&w, 0);
	wr_u32(&w, rec->src.ip);
	wr_u32(&w, rec->dst.ip);
	struct wr sum = wr_of(head + 10, 2);
	wr_u16(&sum, ip_sum(head));
	if (rec->proto == UDP) {
		wr_u16(&w, rec->src.port);
		wr_u16(&w, rec->dst.port);
		wr_u16(&w, (uint16_t)(rec->len + UDP_HEAD));
		wr_u16(&w, 0);
	}
	return n;
}

/* What `headers-only` keeps: IP header and that of UDP, TCP or ICMP. */
static uint32_t headers_of(const uint8_t *data, uint32_t len)
{
	struct rd r = rd_of(data, len);
	uint32_t head = (rd_u8(&r) & 15u) * 4u;
	rd_skip(&r, 8);
	uint8_t proto = rd_u8(&r);
	uint32_t more = proto == UDP || proto == ICMP || proto == 50 ? 8 : 0;
	if (proto == TCP && len > head + 12) {
		r = rd_of(data, len);
		rd_skip(&r, head + 12);
		more = (rd_u8(&r) >> 4) * 4u;
	}
	return head + more < len ? head + more : len;
}

static void store(struct capture *cap, const struct cap_record *rec)
{
	uint8_t head[IP_HEAD + UDP_HEAD];
	size_t n = rebuild(rec, head);
	struct cap_stored *p = malloc(sizeof *p + n + rec->caplen);
	if (p == NULL) {
		cap->lost++;
		return;
	}
	*p = (struct cap_stored){.us = rec->us,
	                         .len = rec->len + (uint32_t)n,
	                         .caplen = rec->caplen + (uint32_t)n,
	                         .point = rec->point,
	                         .why = rec->why};
	memcpy(p->data, head, n);
	memcpy(p->data + n, rec->data, rec->caplen);
	if (p->caplen > capture_snap(cap))
		p->caplen = capture_snap(cap);
	if (cap->headers_only)
		p->caplen = headers_of(p->data, p->caplen);
	uint32_t cost = p->caplen + CAPTURE_PACKET_COST;
	while (cap->circular && cap->first != NULL && cap->bytes + cost > capture_room(cap))
		drop_first(cap);
	if (cap->bytes + cost > capture_room(cap)) {
		cap->full = true;
		cap->lost++;
		free(p);
		return;
	}
	*cap->last = p;
	cap->last = &p->next;
	cap->bytes += cost;
	cap->packets++;
}

static void store_all(struct captures *c, const struct cap_record *rec)
{
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		if ((rec->captures >> i & 1) != 0 && c->all[i] != NULL && !c->all[i]->full)
			store(c->all[i], rec);
		else if ((rec->captures >> i & 1) != 0 && c->all[i] != NULL)
			c->all[i]->lost++;
}

bool captures_want(const struct captures *c, enum cap_point point)
{
	return c != NULL && capture_at(c->set, point);
}

void captures_see(struct captures *c, const struct capture_packet *p)
{
	uint32_t captures = c != NULL ? wanted(c->set, p) : 0;
	if (captures == 0)
		return;
	captures_drain(c); /* what came before stands before it */
	fill(c->own, captures, c->set->snap, p);
	store_all(c, c->own);
	wipe(c->own->data, c->own->caplen);
}

/* The ring whose first packet was there first; NULL: all are empty. */
static struct capture_ring *eldest(const struct captures *c)
{
	struct capture_ring *best = NULL;
	uint64_t us = UINT64_MAX;
	for (unsigned i = 0; i < c->workers && c->ring[i] != NULL; i++) {
		struct capture_ring *r = c->ring[i];
		uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
		if (head == atomic_load_explicit(&r->tail, memory_order_acquire) ||
		    r->slot[head % CAPTURE_SLOTS].us >= us)
			continue;
		us = r->slot[head % CAPTURE_SLOTS].us;
		best = r;
	}
	return best;
}

void captures_drain(struct captures *c)
{
	for (struct capture_ring *r; c != NULL && (r = eldest(c)) != NULL;) {
		uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
		store_all(c, &r->slot[head % CAPTURE_SLOTS]);
		atomic_store_explicit(&r->head, head + 1, memory_order_release);
	}
}

/* ------------------------------------------------------------------ the rules of all captures */

static const struct acl_rule any_rule = {.permit = true, .icmp_type = -1, .icmp_code = -1};

static void add_rule(struct capture_set *s, const struct capture_rule *like,
                     const struct acl_rule *acl, bool both)
{
	if (s->n == CAPTURE_RULES)
		return;
	s->rule[s->n] = *like;
	filter_ace_of(acl, &s->rule[s->n].acl);
	s->rule[s->n++].both = both;
	s->points |= like->points;
}

struct add {
	struct capture_set *s;
	const struct capture_rule *like;
};

static bool add_element(void *arg, const struct acl_rule *r)
{
	const struct add *a = arg;
	if (!r->inactive)
		add_rule(a->s, a->like, r, false);
	return true;
}

/* The entries of an access list, as they are now. */
static void add_acl(const struct captures *c, struct capture_set *s,
                    const struct capture_rule *like, const char *name)
{
	const struct conf *conf = c->hooks.conf(c->hooks.ctx);
	const struct centry *list = conf_find(conf, "access-list", str_of(name));
	struct acl_names names = objects_names(conf);
	struct add a = {s, like};
	for (const struct centry *e = list != NULL ? conf_first_child(conf, list, "entry") : NULL;
	     e != NULL; e = conf_next(conf, e)) {
		struct acl_rule r;
		bool standard = str_eq_cstr(conf_text(e, "kind"), "standard");
		if (!str_eq_cstr(conf_text(e, "kind"), "remark") &&
		    acl_rule_parse(conf_text(e, "rule"), standard, &names, &r, NULL))
			acl_rule_expand(conf, &r, add_element, &a);
	}
}

static void add_capture(const struct captures *c, struct capture_set *s, unsigned i)
{
	const struct capture *cap = c->all[i];
	const struct iface *f =
	        cap->ifname[0] != '\0' ? ifaces_by_nameif(c->ifaces, str_of(cap->ifname)) : NULL;
	struct capture_rule like = {.capture = (uint8_t)i, .isakmp = cap->type == CAPTURE_ISAKMP};
	bool outside = cap->ifname[0] == '\0' || c->hooks.outside(c->hooks.ctx, cap->ifname);
	if (cap->type == CAPTURE_ASP)
		like.points = CAP_DROP;
	else if (cap->type == CAPTURE_ISAKMP)
		like.points = (uint8_t)(CAP_OUTSIDE | (cap->decrypted ? CAP_CLEAR : 0));
	else if (cap->ifname[0] != '\0')
		like.points = outside ? CAP_OUTSIDE : CAP_INSIDE;
	like.local = f != NULL && outside ? f->ip : 0;
	if (like.points == 0)
		return; /* raw data of no interface: waits for one */
	uint32_t snap = capture_snap(cap);
	if (snap > s->snap)
		s->snap = (uint16_t)snap;
	for (unsigned k = 0; k < cap->nmatches; k++)
		add_rule(s, &like, &cap->match[k], true);
	if (cap->acl[0] != '\0')
		add_acl(c, s, &like, cap->acl);
	if (cap->nmatches == 0 && cap->acl[0] == '\0')
		add_rule(s, &like, &any_rule, false);
}

void captures_publish(struct captures *c)
{
	struct capture_set *own = calloc(1, sizeof *own);
	for (unsigned i = 0; own != NULL && i < CAPTURES_MAX && c->own != NULL; i++)
		if (c->all[i] != NULL)
			add_capture(c, own, i);
	if (own != NULL && own->points == 0) {
		free(own);
		own = NULL;
	}
	free(c->set);
	c->set = own;
	for (unsigned i = 0; i < c->workers; i++) {
		struct capture_set *copy = own != NULL ? malloc(sizeof *copy) : NULL;
		if (copy != NULL) {
			*copy = *own;
			copy->ring = c->ring[i];
		}
		c->hooks.publish(c->hooks.ctx, i, copy);
	}
}

/* ------------------------------------------------------------------ life */

struct capture *capture_find(const struct captures *c, struct str name)
{
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		if (c->all[i] != NULL && str_eq_cstr(name, c->all[i]->name))
			return c->all[i];
	return NULL;
}

bool captures_prepare(struct captures *c)
{
	const size_t size = (sizeof(struct capture_ring) + 63) / 64 * 64;
	bool all = true;
	for (unsigned i = 0; i < c->workers; i++) {
		struct capture_ring *r = c->ring[i];
		if (r == NULL && (c->ring[i] = r = aligned_alloc(64, size)) != NULL)
			memset(r, 0, offsetof(struct capture_ring, slot));
		all = all && r != NULL;
	}
	if (all && c->own == NULL)
		c->own = malloc(sizeof *c->own);
	return all && c->own != NULL;
}

uint64_t captures_dropped(const struct captures *c)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < c->workers && c->ring[i] != NULL; i++)
		sum += atomic_load_explicit(&c->ring[i]->dropped, memory_order_relaxed);
	return sum;
}

struct captures *captures_new(const struct ifaces *ifaces, unsigned workers, const struct capture_hooks *hooks)
{
	struct captures *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->ifaces = ifaces;
	c->workers = workers;
	c->hooks = *hooks;
	return c;
}

void captures_free(struct captures *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		if (c->all[i] != NULL) {
			capture_empty(c->all[i]);
			free(c->all[i]);
		}
	free(c->set);
	for (unsigned i = 0; i < c->workers; i++)
		free(c->ring[i]);
	free(c->own);
	free(c);
}
