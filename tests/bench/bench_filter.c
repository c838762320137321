/* What judging one new connection costs by access lists of 10 to 10,000 elements: with the index and one element after
 * the other, in the same run. The lists are of the usual kind (services of hosts and networks, a deny now and then);
 * packets meet all parts of them. With --limits it fails when the index does not pay. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/filter_index.h"

enum { PACKETS = 1024 };

static uint64_t seed = 7;
static volatile uint64_t sink;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void network(uint32_t ip, unsigned bits, uint32_t *lo, uint32_t *hi)
{
	uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
	*lo = ip & mask;
	*hi = ip | ~mask;
}

static struct filter_ace element(unsigned i)
{
	static const unsigned from[] = {0, 0, 8, 24, 32}, to[] = {32, 32, 32, 24, 16};
	static const uint16_t ports[] = {22, 25, 53, 80, 443, 3389};
	struct filter_ace a = {.permit = i % 8 != 7,
	                       .proto = i % 3 == 0 ? 17 : 6,
	                       .sport_hi = UINT16_MAX,
	                       .icmp_type = -1,
	                       .icmp_code = -1};
	network(0x0a000000 | i, from[i % 5], &a.src_lo, &a.src_hi);
	network(0xac100000 + i * 7, to[i % 5], &a.dst_lo, &a.dst_hi);
	a.dport_lo = a.dport_hi = ports[rnd(6)];
	if (i % 11 == 0) {
		a.dport_lo = 1024;
		a.dport_hi = UINT16_MAX;
	}
	return a;
}

static struct filter *list_of(size_t n)
{
	struct filter *f = filter_new(STR("bench"));
	f->ace = calloc(n, sizeof *f->ace);
	f->n = n;
	filter_counters(f);
	for (unsigned i = 0; i < n; i++)
		f->ace[i] = element(i);
	f->index = filter_index_new(f);
	return f;
}

static void packets(const struct filter *f, struct filter_key *k)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		const struct filter_ace *a = &f->ace[rnd((uint32_t)f->n)];
		k[i] = (struct filter_key){.src = a->src_lo,
		                           .dst = a->dst_lo,
		                           .proto = a->proto,
		                           .sport = 40000,
		                           .dport = a->dport_lo,
		                           .icmp_type = -1,
		                           .icmp_code = -1};
		if (i % 8 == 0) /* one that nothing takes */
			k[i].dst = 0xc6336401;
	}
}

static double cost(const struct filter *f, const struct filter_key *k, bool linear)
{
	uint64_t done = 0, most = linear ? 20000000 / f->n : 2000000;
	double start = now_ns();
	for (; done < most; done += PACKETS)
		for (unsigned i = 0; i < PACKETS; i++)
			sink += (uintptr_t)(linear ? filter_match_linear(f, &k[i])
			                           : filter_index_match(f->index, f, &k[i]));
	return (now_ns() - start) / (double)done;
}

int main(int argc, char **argv)
{
	static struct filter_key k[PACKETS];
	bool limits = argc > 1 && strcmp(argv[1], "--limits") == 0;
	double first = 0, last = 0, ratio = 0;
	printf("elements   one by one      indexed     ratio\n");
	for (size_t n = 10; n <= 10000; n *= 10) {
		struct filter *f = list_of(n);
		packets(f, k);
		double slow = cost(f, k, true);
		last = cost(f, k, false);
		first = n == 10 ? last : first;
		ratio = slow / last;
		printf("%8zu %9.0f ns %9.0f ns %9.1f\n", n, slow, last, ratio);
		filter_drop(f);
	}
	return limits && (ratio < 20 || last > first * 40);
}
