/* Which back end runs what: measured once per process, or said by who makes an engine. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/prim/prim_batch_int.h"

enum {
	LANES_MAX = 16,
	SAMPLE = 512,    /* bytes of a packet; the ratios hardly depend on it */
	SAMPLE_DES = 256,
	ROUNDS = 6,      /* the shortest counts */
	REPEAT = 4,      /* what is quick, each time */
};

#define ALL {1, 1}

const struct prim_plan prim_plan_openssl = {0};
const struct prim_plan prim_plan_mb = {
        .cipher = {{ALL, ALL}, {ALL, ALL}, {ALL, ALL}, {ALL, ALL}, {ALL, ALL}},
        .mac = {[PRIM_MD5] = ALL, [PRIM_SHA1] = ALL, [PRIM_SHA256] = ALL},
};
/* Written by prim_init and prim_backend_default before threads start. */
static struct prim_plan measured;
static enum prim_backend fallback = PRIM_AUTO;

/* ------------------------------------------------------------------ measuring */

struct trial {
	struct prim_engine *e;
	unsigned repeat;
	struct prim_op ops[LANES_MAX];
	uint8_t data[LANES_MAX][SAMPLE + PRIM_MD_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* what others do meanwhile does not count */
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Keeps the least time n packets took. */
static void once(struct trial *t, const struct prim_plan *plan, size_t n, uint64_t *least_ns)
{
	uint64_t start, took;

	t->e->plan = plan;
	start = now_ns();
	for (unsigned i = 0; i < t->repeat; i++)
		prim_batch_run(t->e, t->ops, n);
	took = now_ns() - start + 1;
	if (took < *least_ns)
		*least_ns = took;
}

/* What the library is given, from three costs, measured in turn: a lone packet here and there, and as many as may go
 * side by side. The library takes for a few as long as for one, up to the number of its lanes. */
static struct prim_share share_of(struct trial *t)
{
	uint64_t here = UINT64_MAX, there = UINT64_MAX, many = UINT64_MAX, least;
	uint8_t lanes = LANES_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		once(t, &prim_plan_openssl, 1, &here);
		once(t, &prim_plan_mb, 1, &there);
		if (i && there > here * LANES_MAX) /* without AVX-512 3DES is that slow */
			return (struct prim_share){0};
		if (there <= here * LANES_MAX)
			once(t, &prim_plan_mb, LANES_MAX, &many);
	}
	least = (there + here - 1) / here;
	while (lanes > 1 && lanes * 3 * many > LANES_MAX * 4 * there)
		lanes /= 2;
	if (many >= LANES_MAX * here || least > lanes)
		return (struct prim_share){0};
	return (struct prim_share){.least = (uint8_t)least, .lanes = lanes};
}

static struct prim_share measure(struct trial *t, const struct prim_key_def *def)
{
	bool slow = def->cipher == PRIM_DES || def->cipher == PRIM_3DES;
	uint32_t len = slow ? SAMPLE_DES : SAMPLE;
	struct prim_key *k = prim_key_new(def, NULL);
	struct prim_share share = {0};

	if (!k)
		return share;
	t->repeat = slow ? 1 : REPEAT;
	for (size_t i = 0; i < LANES_MAX; i++)
		t->ops[i] = (struct prim_op){.key = k,
		                             .iv = t->data[0],
		                             .data = t->data[i],
		                             .data_len = len,
		                             .auth = t->data[i],
		                             .auth_len = len,
		                             .icv = t->data[i] + SAMPLE};
	share = share_of(t);
	prim_engine_forget(t->e, k);
	prim_key_free(k);
	return share;
}

static const struct {
	enum prim_cipher cipher;
	uint8_t key_len;
} kinds[] = {{PRIM_DES, 8}, {PRIM_3DES, 24}, {PRIM_AES, 16}, {PRIM_AES, 24}, {PRIM_AES, 32}};

void prim_plan_measure(void)
{
	static const uint8_t key[PRIM_KEY_MAX];
	struct trial *t = calloc(1, sizeof(*t));

	memset(&measured, 0, sizeof(measured));
	if (t)
		t->e = prim_engine_new(PRIM_IPSEC_MB, NULL);
	for (size_t i = 0; t && t->e && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (int encrypt = 0; encrypt < 2; encrypt++)
			measured.cipher[prim_evp_index(kinds[i].cipher, kinds[i].key_len)]
			               [encrypt] =
			        measure(t, &(struct prim_key_def){
			                           .cipher = kinds[i].cipher,
			                           .key = {key, kinds[i].key_len},
			                           .encrypt = encrypt != 0});
	}
	for (enum prim_md md = PRIM_MD5; t && t->e && md <= PRIM_SHA256; md++)
		measured.mac[md] =
		        measure(t, &(struct prim_key_def){.md = md,
		                                          .mac_key = {key, prim_md_len(md)},
		                                          .icv_len = 12,
		                                          .encrypt = true});
	if (t)
		prim_engine_free(t->e);
	free(t);
}

/* ------------------------------------------------------------------ choosing */

bool prim_backend_by_name(struct str name, enum prim_backend *backend)
{
	static const char *const names[] = {"auto", "openssl", "ipsec-mb"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq_cstr(name, names[i])) {
			*backend = (enum prim_backend)i;
			return true;
		}
	}
	return false;
}

static int missing(struct err *err)
{
	return err_set(err, -ENOTSUP, "intel-ipsec-mb is not part of this program, or not for this processor");
}

int prim_backend_default(enum prim_backend backend, struct err *err)
{
	if (backend == PRIM_IPSEC_MB && !prim_mb_name())
		return missing(err);
	fallback = backend;
	return 0;
}

static const struct prim_plan *plan_of(enum prim_backend backend)
{
	if (backend == PRIM_AUTO)
		backend = fallback;
	if (backend == PRIM_IPSEC_MB)
		return &prim_plan_mb;
	return backend == PRIM_OPENSSL ? &prim_plan_openssl : &measured;
}

struct prim_engine *prim_engine_new(enum prim_backend backend, struct err *err)
{
	struct prim_engine *e;

	if (backend == PRIM_IPSEC_MB && !prim_mb_name()) {
		missing(err);
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	e->plan = plan_of(backend);
	e->random = prim_random_new();
	e->openssl = prim_openssl_new();
	if (prim_mb_name() && e->plan != &prim_plan_openssl)
		e->mb = prim_mb_new();
	if (!e->random || !e->openssl || (!e->mb && e->plan == &prim_plan_mb)) {
		prim_engine_free(e);
		err_set(err, -ENOMEM, "cipher contexts could not be made");
		return NULL;
	}
	if (!e->mb)
		e->plan = &prim_plan_openssl;
	return e;
}

void prim_about(enum prim_backend backend, struct prim_about *a)
{
	const struct prim_plan *plan = plan_of(backend);

	*a = (struct prim_about){0};
	a->library = plan != &prim_plan_openssl ? prim_mb_name() : NULL;
	if (!a->library)
		a->library = OpenSSL_version(OPENSSL_VERSION);
	for (int i = 0; i < PRIM_EVP_N; i++, a->n++) {
		a->alg[a->n].name = prim_evp_name(i);
		a->alg[a->n].out = plan->cipher[i][1].least;
		a->alg[a->n].in = plan->cipher[i][0].least;
	}
	for (enum prim_md md = PRIM_MD5; md <= PRIM_SHA256; md++, a->n++) {
		a->alg[a->n].name = prim_md_name(md);
		a->alg[a->n].out = a->alg[a->n].in = plan->mac[md].least;
	}
}
