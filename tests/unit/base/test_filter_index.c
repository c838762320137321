/* The index of an access list says what looking at its elements one after the other says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/filter_index.h"

enum { LISTS = 400, PACKETS = 400 };

static uint64_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* Few values, so that elements and packets meet. */
static uint32_t some_ip(void)
{
	return 0x0a000000 | rnd(3) << 16 | rnd(3) << 8 | rnd(6);
}

static void some_addresses(uint32_t *lo, uint32_t *hi)
{
	uint32_t a = some_ip(), b = some_ip(), bits = rnd(33);
	uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
	*lo = a & mask;
	*hi = a | ~mask;
	if (rnd(4) == 0) {
		*lo = 0;
		*hi = UINT32_MAX;
	} else if (rnd(4) == 0) { /* a range that is no prefix */
		*lo = a < b ? a : b;
		*hi = a < b ? b : a;
	}
}

static void some_ports(uint16_t *lo, uint16_t *hi, bool *inverted)
{
	uint16_t a = (uint16_t)rnd(5), b = (uint16_t)rnd(5);
	*lo = a < b ? a : b;
	*hi = rnd(2) ? *lo : a < b ? b : a;
	*inverted = *lo == *hi && rnd(5) == 0;
	if (rnd(2)) {
		*lo = 0;
		*hi = UINT16_MAX;
		*inverted = false;
	}
}

static uint8_t some_proto(void)
{
	static const uint8_t protos[] = {1, 6, 17, 47, 255};
	return protos[rnd(5)];
}

static struct filter_ace some_ace(void)
{
	struct filter_ace a = {.permit = rnd(2),
	                       .inactive = rnd(12) == 0,
	                       .time = rnd(6) == 0 ? (uint8_t)(1 + rnd(2)) : 0,
	                       .proto = rnd(4) == 0 ? 0 : some_proto(),
	                       .sport_hi = UINT16_MAX,
	                       .dport_hi = UINT16_MAX,
	                       .icmp_type = -1,
	                       .icmp_code = -1};
	some_addresses(&a.src_lo, &a.src_hi);
	some_addresses(&a.dst_lo, &a.dst_hi);
	if (a.proto == 6 || a.proto == 17) {
		some_ports(&a.sport_lo, &a.sport_hi, &a.sport_not);
		some_ports(&a.dport_lo, &a.dport_hi, &a.dport_not);
	} else if (a.proto == 1 && rnd(3)) {
		a.icmp_type = (int16_t)rnd(4);
		a.icmp_code = (int16_t)(rnd(3) - 1);
	}
	return a;
}

static struct filter_key some_packet(void)
{
	struct filter_key k = {.src = some_ip(),
	                       .dst = some_ip(),
	                       .proto = some_proto(),
	                       .icmp_type = -1,
	                       .icmp_code = -1,
	                       .fragment = rnd(6) == 0};
	if (!k.fragment && (k.proto == 6 || k.proto == 17 || k.proto == 1)) {
		k.sport = (uint16_t)rnd(5);
		k.dport = (uint16_t)rnd(5);
	}
	if (!k.fragment && k.proto == 1) {
		k.icmp_type = (int16_t)rnd(4);
		k.icmp_code = (int16_t)rnd(2);
	}
	return k;
}

static struct filter *some_list(size_t n)
{
	struct filter *f = filter_new(STR("L"));
	f->ace = calloc(n + 1, sizeof *f->ace);
	f->n = n;
	f->ntimes = 2;
	assert_true(filter_counters(f));
	for (size_t i = 0; i < n; i++)
		f->ace[i] = some_ace();
	f->index = filter_index_new(f);
	assert_non_null(f->index);
	return f;
}

static void same_as_linear(void **state)
{
	(void)state;
	unsigned taken = 0, none = 0, later = 0;
	for (unsigned l = 0; l < LISTS; l++) {
		struct filter *f = some_list(l < 40 ? l : rnd(200));
		for (unsigned p = 0; p < PACKETS; p++) {
			atomic_store(&f->time[0], rnd(2));
			atomic_store(&f->time[1], rnd(2));
			struct filter_key k = some_packet(), back = k;
			const struct filter_ace *is = filter_match_linear(f, &k);
			if (filter_match(f, &k, false) != is)
				fail_msg("list %u packet %u: element %td is not %td", l, p,
				         filter_match(f, &k, false) - f->ace, is - f->ace);
			back.src = k.dst;
			back.dst = k.src;
			back.sport = k.dport;
			back.dport = k.sport;
			assert_ptr_equal(filter_match(f, &back, true), is);
			taken += is != NULL;
			later += is != NULL && is > f->ace + 10;
			none += is == NULL;
		}
		filter_drop(f);
	}
	/* It would say little if most packets met the first element, or none. */
	assert_true(taken > 10000 && none > 10000 && later > 1000);
}

static void long_lists_only(void **state)
{
	(void)state;
	struct filter *f = filter_new(STR("L"));
	f->ace = calloc(FILTER_INDEX_MIN, sizeof *f->ace);
	for (f->n = 0; f->n < FILTER_INDEX_MIN; f->n++)
		f->ace[f->n] = some_ace();
	f->n--;
	filter_finish(f);
	assert_null(f->index);
	f->n++;
	filter_finish(f);
	assert_non_null(f->index);
	filter_drop(f);
}

/* Where an address is, by looking at every route. */
static uint8_t where_linear(const struct filter_policy *p, uint32_t ip)
{
	const struct filter_route *best = NULL;
	for (size_t i = 0; i < p->nroutes; i++) {
		const struct filter_route *r = &p->route[i];
		bool better = best == NULL || r->mask > best->mask ||
		              (r->mask == best->mask && r->order < best->order);
		if ((ip & r->mask) == r->ip && better)
			best = r;
	}
	return best != NULL ? best->iface : FILTER_NO_IFACE;
}

static void routes(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct filter_policy *p = calloc(1, sizeof *p);
		for (unsigned n = rnd(60); n > 0; n--) {
			uint32_t bits = rnd(33);
			assert_true(filter_policy_route(p, some_ip(),
			                                bits ? UINT32_MAX << (32 - bits) : 0,
			                                (uint8_t)rnd(60)));
		}
		filter_policy_finish(p);
		for (unsigned n = 0; n < 200; n++) {
			uint32_t ip = rnd(4) ? some_ip() : rnd(UINT32_MAX);
			assert_int_equal(filter_where(p, ip), where_linear(p, ip));
		}
		filter_policy_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(same_as_linear),
	        cmocka_unit_test(long_lists_only),
	        cmocka_unit_test(routes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
