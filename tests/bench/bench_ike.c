/* What a set-up of IKE costs the side that answers: Main Mode and Quick Mode through the engine alone, Diffie-Hellman
 * included, in set-ups per CPU-second; beside it what OpenSSL's numbers can do of nothing but Diffie-Hellman.
 *
 *   bench_ike [SETUPS [TUNNELS...]]   TUNNELS: how many are up before it is measured
 *
 * Lines are "name value unit". The clients are one engine that begins, each with an address of its own; only the time
 * inside the answering engine counts. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/exchange/ike_many.h"

enum { AT_ONCE = 32, ROUNDS = 5, YARD_RUNS = 300 };

static const struct {
	const char *name, *cipher;
	uint16_t group;
	const char *curve;
	BIGNUM *(*prime)(BIGNUM *bn);
} groups[] = {
        {"modp1024", "3des", 2, NULL, BN_get_rfc2409_prime_1024},
        {"modp2048", "aes-256", 14, NULL, BN_get_rfc3526_prime_2048},
        {"p256", "aes-256", 19, "P-256", NULL},
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_value);
	return values[n / 2];
}

/* ------------------------------------------------------------------ the yardstick */

static double yard_modp(BIGNUM *(*prime)(BIGNUM *bn))
{
	BN_CTX *ctx = BN_CTX_new();
	BN_MONT_CTX *mont = BN_MONT_CTX_new();
	BIGNUM *p = prime(NULL), *x = BN_new(), *y = BN_new(), *z = BN_new(), *two = BN_new();

	BN_MONT_CTX_set(mont, p, ctx);
	BN_set_word(two, 2);
	double start = cpu_s();
	for (int i = 0; i < YARD_RUNS; i++) {
		BN_priv_rand(x, 256, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
		BN_set_flags(x, BN_FLG_CONSTTIME);
		BN_mod_exp_mont_consttime(y, two, x, p, ctx, mont);
		BN_mod_exp_mont_consttime(z, y, x, p, ctx, mont);
	}
	double took = cpu_s() - start;
	BIGNUM *const numbers[] = {p, x, y, z, two};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		BN_free(numbers[i]);
	BN_MONT_CTX_free(mont);
	BN_CTX_free(ctx);
	return YARD_RUNS / took;
}

static double yard_curve(const char *name)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(name));
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *x = BN_new();
	EC_POINT *own = EC_POINT_new(g), *shared = EC_POINT_new(g);

	double start = cpu_s();
	for (int i = 0; i < YARD_RUNS; i++) {
		BN_priv_rand_range(x, EC_GROUP_get0_order(g));
		EC_POINT_mul(g, own, x, NULL, NULL, ctx);
		EC_POINT_mul(g, shared, NULL, own, x, ctx);
	}
	double took = cpu_s() - start;
	EC_POINT_free(own);
	EC_POINT_free(shared);
	BN_free(x);
	BN_CTX_free(ctx);
	EC_GROUP_free(g);
	return YARD_RUNS / took;
}

/* ------------------------------------------------------------------ set-ups */

struct bench {
	struct many m;
	double server_s;
};

static void log_nothing(void *arg, const struct log_line *line)
{
	(void)arg, (void)line;
}

static void bench_open(struct bench *b, size_t group)
{
	static struct log_sink sink = {.level = LOGL_INFORMATIONAL, .write = log_nothing};

	many_open(&b->m, groups[group].cipher, groups[group].group);
	log_sink_remove(&b->m.net.sink);
	log_sink_remove(&sink);
	log_sink_add(&sink); /* as an appliance that keeps a log */
}

static void at_server(struct bench *b, const struct many_packet *p)
{
	double start = cpu_s();

	many_deliver(&b->m, p);
	while (many_job(&b->m))
		;
	b->server_s += cpu_s() - start;
}

/* n more tunnels, 32 of them at a time under way; how many in a second. */
static double setups(struct bench *b, uint32_t n)
{
	struct many *m = &b->m;
	struct many_packet p;
	uint32_t end = m->up + n, all = m->begun + n;

	b->server_s = 0;
	while (m->up < end) {
		while (m->begun < all && m->begun - m->up < AT_ONCE)
			many_dial(m);
		if (!many_take(m, &p)) {
			fprintf(stderr, "bench_ike: %u of %u set-ups got stuck\n", end - m->up, n);
			exit(1);
		}
		if (p.to_server)
			at_server(b, &p);
		else
			many_deliver(m, &p);
	}
	clock_run(&m->net.clock, clock_now(&m->net.clock) + 10);
	return n / b->server_s;
}

static void rate(size_t g, uint32_t n)
{
	static struct bench b;
	double rates[ROUNDS], yards[ROUNDS];

	for (size_t r = 0; r < ROUNDS; r++) {
		bench_open(&b, g);
		setups(&b, AT_ONCE);
		yards[r] = groups[g].curve != NULL ? yard_curve(groups[g].curve) : yard_modp(groups[g].prime);
		rates[r] = setups(&b, n);
		many_close(&b.m);
	}
	double yard = median(yards, ROUNDS), ours = median(rates, ROUNDS);
	printf("dh_yardstick_%s %.0f per_cpu_s\n", groups[g].name, yard);
	printf("ike_setups_%s %.0f per_cpu_s\n", groups[g].name, ours);
	printf("ike_ratio_%s %.1f percent\n", groups[g].name, 100 * ours / yard);
}

static void flat(uint32_t tunnels, uint32_t n)
{
	static struct bench b;
	double costs[ROUNDS];

	bench_open(&b, 0);
	if (tunnels > 0)
		setups(&b, tunnels);
	for (size_t r = 0; r < ROUNDS; r++)
		costs[r] = 1e6 / setups(&b, n);
	many_close(&b.m);
	printf("ike_setup_at_%u %.1f us\n", tunnels, median(costs, ROUNDS));
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 500;

	if (n == 0) {
		fprintf(stderr, "usage: bench_ike [SETUPS [TUNNELS...]]\n");
		return 2;
	}
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
		rate(g, n);
	for (int i = 2; i < argc; i++)
		flat((uint32_t)strtoul(argv[i], NULL, 10), n);
	prim_free();
	return 0;
}
