#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "crypto/prim/prim_dh.h"
#include "tests/vectors/dh.h"
#include "tests/vectors/hex.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
static const uint16_t all[] = {1, 2, 5, 14, 19, 20};

static void vectors(void **state)
{
	uint8_t i[64], r[64], gi[128], gr[128], secret[64];

	(void)state;
	for (size_t n = 0; n < COUNT(dh_vectors); n++) {
		const struct dh_vector *v = &dh_vectors[n];
		struct prim_dh_job a = {.group = v->group}, b = {.group = v->group};
		size_t len = hex_bytes(v->secret, secret, sizeof(secret));
		size_t pub = hex_bytes(v->gi, gi, sizeof(gi));

		hex_bytes(v->gr, gr, sizeof(gr));
		prim_dh_import(&a, i, hex_bytes(v->i, i, sizeof(i)));
		prim_dh_import(&b, r, hex_bytes(v->r, r, sizeof(r)));
		assert_int_equal(a.status, 0);
		assert_int_equal(b.status, 0);
		assert_int_equal(a.public_len, pub);
		assert_memory_equal(a.public, gi, pub);
		assert_memory_equal(b.public, gr, pub);
		memcpy(a.peer, gr, pub);
		a.peer_len = pub;
		memcpy(b.peer, gi, pub);
		b.peer_len = pub;
		prim_dh_derive(&a);
		prim_dh_run(&b);
		assert_int_equal(a.status, 0);
		assert_int_equal(b.status, 0);
		assert_int_equal(a.secret_len, len);
		assert_memory_equal(a.secret, secret, len);
		assert_memory_equal(b.secret, secret, len);
		prim_dh_clear(&a);
		prim_dh_clear(&b);
	}
}

/* Two ends agree, in every group; a MODP exponent given by hand agrees with a generated one. */
static void agreement(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(all); n++) {
		struct prim_dh_job a = {.group = all[n]}, b = {.group = all[n]};

		prim_dh_run(&a);
		assert_int_equal(a.status, 0);
		assert_int_equal(a.public_len, prim_dh_public_len(all[n]));
		assert_int_equal(a.secret_len, 0);
		memcpy(b.peer, a.public, a.public_len);
		b.peer_len = a.public_len;
		if (n & 1)
			prim_dh_import(&b, (const uint8_t *)"0123456789abcdef0123456789abcdef", 32);
		prim_dh_run(&b);
		assert_int_equal(b.status, 0);
		memcpy(a.peer, b.public, b.public_len);
		a.peer_len = b.public_len;
		prim_dh_run(&a);
		assert_int_equal(a.status, 0);
		assert_int_equal(a.secret_len, prim_dh_secret_len(all[n]));
		assert_int_equal(b.secret_len, a.secret_len);
		assert_memory_equal(a.secret, b.secret, a.secret_len);
		prim_dh_clear(&a);
		assert_null(a.key);
		assert_int_equal(a.secret[0] | a.secret[1] | a.secret[2], 0);
		prim_dh_clear(&b);
	}
}

static void refuse(struct prim_dh_job *job)
{
	job->status = 1;
	prim_dh_derive(job);
	assert_int_equal(job->status, -EINVAL);
	assert_int_equal(job->secret_len, 0);
}

static void bad_peers(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(all); n++) {
		struct prim_dh_job a = {.group = all[n]}, b = {.group = all[n]};
		size_t len = prim_dh_public_len(all[n]);

		prim_dh_generate(&a);
		prim_dh_generate(&b);
		refuse(&a); /* nothing there */
		a.peer_len = len;
		refuse(&a); /* 0, the point (0, 0) */
		a.peer[len - 1] = 1;
		refuse(&a); /* 1; not on the curve */
		memset(a.peer, 0xff, len);
		refuse(&a); /* above the prime */
		memcpy(a.peer, b.public, len);
		a.peer_len = len - 1;
		refuse(&a);
		a.peer_len = len;
		if (all[n] >= 19) {
			a.peer[len - 1] ^= 1;
			refuse(&a);
		} else {
			bool refused = false;

			memset(a.peer, 0, len);
			a.peer[len - 1] = 4; /* a square */
			prim_dh_derive(&a);
			assert_int_equal(a.status, 0);
			/* a small number outside the subgroup exists below 256 */
			for (unsigned y = 2; y < 256 && !refused; y++) {
				a.peer[len - 1] = (uint8_t)y;
				prim_dh_derive(&a);
				refused = a.status == -EINVAL;
			}
			assert_true(refused);
		}
		prim_dh_clear(&a);
		prim_dh_clear(&b);
	}
}

static void bad_calls(void **state)
{
	struct prim_dh_job job = {.group = 3}, other = {.group = 19};

	(void)state;
	prim_dh_run(&job);
	assert_int_equal(job.status, -ENOTSUP);
	assert_int_equal(prim_dh_public_len(3), 0);
	prim_dh_generate(&other);
	other.group = 14; /* a key of another group */
	other.peer_len = 256;
	refuse(&other);
	prim_dh_clear(&other);
}

static void *helper(void *arg)
{
	struct prim_dh_job *job = arg;

	prim_dh_run(job);
	return NULL;
}

static void threads(void **state)
{
	struct prim_dh_job jobs[4] = {{.group = 2}, {.group = 14}, {.group = 19}, {.group = 20}};
	pthread_t t[4];

	(void)state;
	for (size_t i = 0; i < COUNT(jobs); i++)
		assert_int_equal(pthread_create(&t[i], NULL, helper, &jobs[i]), 0);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(jobs[i].status, 0);
		prim_dh_clear(&jobs[i]);
	}
}

static int setup(void **state)
{
	(void)state;
	return prim_init(NULL);
}

static int teardown(void **state)
{
	struct prim_dh_job job = {.group = 14};

	(void)state;
	prim_free();
	prim_dh_run(&job);
	assert_int_equal(job.status, -ENOTSUP);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(vectors),   cmocka_unit_test(agreement),
	        cmocka_unit_test(bad_peers), cmocka_unit_test(bad_calls),
	        cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
