/* Compiled access lists against packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/filter.h"

enum { TCP = 6, UDP = 17, ICMP = 1, CLIENT = 0x0a4e0081, SERVER = 0x0a4d0002 };

static struct filter_ace any(bool permit, uint8_t proto)
{
	return (struct filter_ace){.permit = permit,
	                           .proto = proto,
	                           .src_hi = UINT32_MAX,
	                           .dst_hi = UINT32_MAX,
	                           .sport_hi = UINT16_MAX,
	                           .dport_hi = UINT16_MAX,
	                           .icmp_type = -1,
	                           .icmp_code = -1};
}

static struct filter *list(const struct filter_ace *ace, size_t n)
{
	struct filter *f = filter_new(STR("L"));
	f->ace = calloc(n + 1, sizeof *f->ace);
	for (size_t i = 0; i < n; i++)
		f->ace[i] = ace[i];
	f->n = n;
	assert_true(filter_counters(f));
	return f;
}

/* 1 permitted, 0 denied by an element, -1 by none */
static int verdict(const struct filter_ace *ace, size_t n, const struct filter_key *k,
                   bool reversed)
{
	struct filter *f = list(ace, n);
	const struct filter_ace *a = filter_match(f, k, reversed);
	int v = a != NULL ? a->permit : -1;
	filter_drop(f);
	return v;
}

static struct filter_key packet(uint8_t proto, uint16_t sport, uint16_t dport)
{
	return (struct filter_key){.src = CLIENT,
	                           .dst = SERVER,
	                           .sport = sport,
	                           .dport = dport,
	                           .icmp_type = -1,
	                           .icmp_code = -1,
	                           .proto = proto};
}

static void order_and_end(void **state)
{
	(void)state;
	struct filter_ace ace[] = {any(false, TCP), any(true, 0)};
	struct filter_key tcp = packet(TCP, 1, 2), udp = packet(UDP, 1, 2);
	assert_int_equal(verdict(ace, 2, &tcp, false), 0);
	assert_int_equal(verdict(ace, 2, &udp, false), 1);
	assert_int_equal(verdict(ace, 0, &udp, false), -1);
	ace[0].inactive = true;
	assert_int_equal(verdict(ace, 2, &tcp, false), 1);
}

static void addresses(void **state)
{
	(void)state;
	struct filter_ace ace = any(true, 0);
	struct filter_key k = packet(UDP, 1, 2);
	ace.src_lo = ace.src_hi = CLIENT;
	ace.dst_lo = SERVER - 1;
	ace.dst_hi = SERVER;
	assert_int_equal(verdict(&ace, 1, &k, false), 1);
	k.dst = SERVER + 1;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
	k.dst = SERVER - 2;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
	k = packet(UDP, 1, 2);
	k.src = CLIENT + 1;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
}

static void ports(void **state)
{
	(void)state;
	struct filter_ace ace = any(true, TCP);
	ace.dport_lo = 80;
	ace.dport_hi = 90;
	for (uint16_t port = 79; port <= 91; port++) {
		struct filter_key k = packet(TCP, 1000, port);
		assert_int_equal(verdict(&ace, 1, &k, false), port >= 80 && port <= 90 ? 1 : -1);
		ace.dport_not = true;
		assert_int_equal(verdict(&ace, 1, &k, false), port >= 80 && port <= 90 ? -1 : 1);
		ace.dport_not = false;
		k.proto = UDP;
		assert_int_equal(verdict(&ace, 1, &k, false), -1);
	}
	ace = any(true, UDP);
	ace.sport_lo = ace.sport_hi = 53;
	struct filter_key k = packet(UDP, 53, 9);
	assert_int_equal(verdict(&ace, 1, &k, false), 1);
	k.sport = 54;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
}

/* What comes back from the service that an element names. */
static void reversed(void **state)
{
	(void)state;
	struct filter_ace ace = any(true, TCP);
	ace.src_lo = ace.src_hi = CLIENT;
	ace.dport_lo = ace.dport_hi = 22;
	struct filter_key k = {
	        .src = SERVER, .dst = CLIENT, .sport = 22, .dport = 5000, .proto = TCP};
	assert_int_equal(verdict(&ace, 1, &k, true), 1);
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
	k.sport = 23;
	assert_int_equal(verdict(&ace, 1, &k, true), -1);
}

static void icmp(void **state)
{
	(void)state;
	struct filter_ace ace = any(true, ICMP);
	struct filter_key k = packet(ICMP, 1, 1);
	k.icmp_type = 8;
	k.icmp_code = 0;
	assert_int_equal(verdict(&ace, 1, &k, false), 1);
	ace.icmp_type = 8;
	assert_int_equal(verdict(&ace, 1, &k, false), 1);
	ace.icmp_code = 1;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
	ace.icmp_type = 0;
	ace.icmp_code = -1;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
}

/* A later fragment has no ports: what may be permitted passes, what may be denied is not denied for that. */
static void fragments(void **state)
{
	(void)state;
	struct filter_ace ace = any(true, TCP);
	struct filter_key k = packet(TCP, 0, 0);
	k.fragment = true;
	ace.dport_lo = ace.dport_hi = 22;
	assert_int_equal(verdict(&ace, 1, &k, false), 1);
	ace.permit = false;
	assert_int_equal(verdict(&ace, 1, &k, false), -1);
	ace = any(false, TCP);
	assert_int_equal(verdict(&ace, 1, &k, false), 0);
}

static void time_ranges_and_hits(void **state)
{
	(void)state;
	struct filter_ace ace = any(true, 0);
	ace.time = 1;
	struct filter *f = list(&ace, 1);
	struct filter_key k = packet(UDP, 1, 2);
	assert_null(filter_match(f, &k, false));
	atomic_store(&f->time[0], true);
	const struct filter_ace *a = filter_match(f, &k, false);
	assert_non_null(a);
	filter_hit(f, a, 77);
	filter_hit(f, a, 78);
	assert_int_equal(atomic_load(&f->hits[0]), 2);
	assert_int_equal(atomic_load(&f->last_ms[0]), 78);
	filter_drop(f);
}

static void keys(void **state)
{
	(void)state;
	static const uint8_t tcp[] = {0x46, 0,    0,   44, 0,  0, 0x40, 0, 64, 6, 0, 0, 10,
	                              78,   0,    129, 10, 77, 0, 2,    1, 1,  1, 0, /* options */
	                              0x12, 0x34, 0,   22, 0,  0, 0,    1, 0,  0, 0, 0, 0x50,
	                              2,    0,    0,   0,  0,  0, 0};
	static const uint8_t echo[] = {0x45, 0,   0,  28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 78,
	                               0,    129, 10, 77, 0, 2, 8, 0, 0,  0, 0, 7, 0,  9};
	struct filter_key k;
	assert_true(filter_key_read(rd_of(tcp, sizeof tcp), &k));
	assert_int_equal(k.src, CLIENT);
	assert_int_equal(k.dst, SERVER);
	assert_int_equal(k.sport, 0x1234);
	assert_int_equal(k.dport, 22);
	assert_int_equal(k.tcp_flags, 2);
	assert_true(filter_key_read(rd_of(echo, sizeof echo), &k));
	assert_int_equal(k.icmp_type, 8);
	assert_int_equal(k.sport, 7);
	assert_int_equal(k.dport, 9);
	for (size_t n = 0; n < 37; n++)
		assert_false(filter_key_read(rd_of(tcp, n), &k));
}

static void where(void **state)
{
	(void)state;
	struct filter_policy *p = calloc(1, sizeof *p);
	assert_true(filter_policy_route(p, 0x0a000000, 0xff000000, 0));
	assert_true(filter_policy_route(p, SERVER, UINT32_MAX, FILTER_SELF));
	assert_true(filter_policy_route(p, SERVER, 0xffffff00, 1));
	assert_true(filter_policy_route(p, SERVER, 0xffffff00, 2)); /* the first counts */
	filter_policy_finish(p);
	assert_int_equal(filter_where(p, SERVER), FILTER_SELF);
	assert_int_equal(filter_where(p, SERVER + 1), 1);
	assert_int_equal(filter_where(p, CLIENT), 0);
	assert_int_equal(filter_where(p, 0xc0000201), FILTER_NO_IFACE);
	filter_policy_free(p);
}

static void levels(void **state)
{
	enum { OUTSIDE, INSIDE, DMZ, OTHER };
	struct filter_policy *p = calloc(1, sizeof *p);
	/* not known to the compiler, which would warn of places in the table that are never looked at */
	volatile uint8_t self = FILTER_SELF, nowhere = FILTER_NO_IFACE;
	(void)state;
	p->niface = 4;
	p->iface[INSIDE].level = 100;
	p->iface[DMZ].level = p->iface[OTHER].level = 50;
	filter_policy_finish(p);
	/* towards a client: from the higher to the lower level, and nowhere back or beside */
	assert_true(filter_level_passes(p, false, INSIDE, OUTSIDE));
	assert_false(filter_level_passes(p, false, OUTSIDE, INSIDE));
	assert_false(filter_level_passes(p, false, OUTSIDE, OUTSIDE));
	assert_false(filter_level_passes(p, false, DMZ, OTHER));
	/* of a client: as with an access list */
	assert_true(filter_level_passes(p, true, OUTSIDE, INSIDE));
	assert_false(filter_level_passes(p, true, DMZ, OTHER));
	assert_false(filter_level_passes(p, true, OUTSIDE, OUTSIDE));
	assert_true(filter_level_passes(p, false, self, INSIDE));
	assert_true(filter_level_passes(p, true, OUTSIDE, nowhere));
	memset(p->passes, 0, sizeof p->passes);
	p->intra = p->inter = true;
	filter_policy_finish(p);
	assert_true(filter_level_passes(p, true, OUTSIDE, OUTSIDE));
	assert_true(filter_level_passes(p, false, DMZ, OTHER));
	assert_false(filter_level_passes(p, false, OUTSIDE, INSIDE));
	filter_policy_free(p);
}

static void translated(void **state)
{
	(void)state;
	struct filter_policy p = {0};
	struct filter_xlate x[] = {
	        {.mapped = 0xcb007109, .real = SERVER, .mask = UINT32_MAX, .proto = TCP, .mapped_lo = 8080, .mapped_hi = 8089, .real_lo = 80},
	        {.mapped = 0xcb007109, .real = SERVER + 1, .mask = UINT32_MAX, .peer = CLIENT, .peer_mask = UINT32_MAX},
	        {.mapped = 0xcb007120, .real = 0x0a4d0010, .mask = 0xfffffff0},
	};
	struct filter_key k = packet(TCP, 40000, 8081);
	p.xlate = x;
	p.nxlate = 3;
	k.dst = 0xcb007109;
	filter_untranslate(&p, &k, false);
	assert_int_equal(k.dst, SERVER);
	assert_int_equal(k.dport, 81);
	k = packet(TCP, 40000, 22);
	k.dst = 0xcb007109;
	filter_untranslate(&p, &k, false);
	assert_int_equal(k.dst, SERVER + 1);
	assert_int_equal(k.dport, 22);
	k.src = CLIENT + 1; /* for somebody else it is nothing */
	k.dst = 0xcb007109;
	filter_untranslate(&p, &k, false);
	assert_int_equal(k.dst, 0xcb007109);
	/* an answer's source, in a network */
	k.src = 0xcb007125;
	filter_untranslate(&p, &k, true);
	assert_int_equal(k.src, 0x0a4d0015);
}

/* A long list is looked up by an index, and says what a short one says. */
static void translated_by_many(void **state)
{
	static const uint32_t masks[] = {UINT32_MAX, UINT32_MAX, 0xfffffff0, 0xffffff00, 0};
	struct filter_policy *p = calloc(1, sizeof *p), plain = {0};
	unsigned changed = 0;
	(void)state;
	p->nxlate = plain.nxlate = 300;
	p->xlate = plain.xlate = calloc(p->nxlate, sizeof *p->xlate);
	for (size_t i = 0; i < p->nxlate; i++) {
		uint32_t mask = masks[(unsigned)rand() % (i > 250 ? 5 : 3)];
		p->xlate[i] = (struct filter_xlate){.mapped = (0xcb007100 | ((unsigned)rand() & 0xff)) & mask,
		                                    .real = (0x0a000000 + (uint32_t)i * 256) & mask,
		                                    .mask = mask,
		                                    .proto = rand() % 2 ? TCP : 0,
		                                    .mapped_lo = 1000,
		                                    .mapped_hi = (uint16_t)(1000 + rand() % 4),
		                                    .real_lo = (uint16_t)i};
		if (rand() % 3 == 0) {
			p->xlate[i].peer = CLIENT;
			p->xlate[i].peer_mask = UINT32_MAX;
		}
	}
	filter_policy_finish(p);
	assert_non_null(p->by_mapped);
	for (unsigned n = 0; n < 20000; n++) {
		struct filter_key a = packet(rand() % 2 ? TCP : UDP, 40000, (uint16_t)(999 + rand() % 6)), b;
		a.src = CLIENT + (unsigned)rand() % 2;
		a.dst = 0xcb007100 + (unsigned)rand() % 300;
		b = a;
		filter_untranslate(p, &a, false);
		filter_untranslate(&plain, &b, false);
		assert_memory_equal(&a, &b, sizeof a);
		changed += a.dst >> 24 == 10;
	}
	assert_true(changed > 1000);
	filter_policy_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(order_and_end),
	        cmocka_unit_test(addresses),
	        cmocka_unit_test(ports),
	        cmocka_unit_test(reversed),
	        cmocka_unit_test(icmp),
	        cmocka_unit_test(fragments),
	        cmocka_unit_test(time_ranges_and_hits),
	        cmocka_unit_test(keys),
	        cmocka_unit_test(where),
	        cmocka_unit_test(levels),
	        cmocka_unit_test(translated),
	        cmocka_unit_test(translated_by_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
