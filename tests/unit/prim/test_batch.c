/* Both back ends of prim_batch against whole-buffer ciphers and HMAC, and each other: they have to give the same
 * whatever is mixed in a batch. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "crypto/prim/prim_batch.h"
#include "tests/vectors/cipher.h"
#include "tests/vectors/hash.h"
#include "tests/vectors/hex.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum {
	HEAD = 24,      /* in front of the data, under the MAC */
	DATA_MAX = 9216,
	MARGIN = 64,    /* untouched on both sides */
	BATCH_MAX = 64,
	AREA = MARGIN + HEAD + DATA_MAX + PRIM_MD_MAX + MARGIN,
};

static const struct {
	enum prim_cipher cipher;
	uint8_t key_len;
} ciphers[] = {{PRIM_CIPHER_NULL, 0}, {PRIM_DES, 8},  {PRIM_3DES, 24},
               {PRIM_AES, 16},        {PRIM_AES, 24}, {PRIM_AES, 32}};
static const struct {
	enum prim_md md;
	uint8_t icv_len;
} macs[] = {{PRIM_MD_NONE, 0}, {PRIM_MD5, 12}, {PRIM_SHA1, 12}, {PRIM_SHA256, 16}};

/* A pair of keys of one kind, and what they were made of. */
struct pair {
	uint8_t key[PRIM_KEY_MAX], mac_key[PRIM_MD_MAX];
	size_t c, m;
	struct prim_key *enc, *dec;
};

/* Of each kind several, so that SAs mix. */
enum { PER_KIND = 3, PAIRS = 6 * 4 * PER_KIND };
static struct pair pairs[PAIRS];

static struct prim_engine *engines[3]; /* by enum prim_backend; NULL: the library is missing here */

static void pair_make(struct pair *p, size_t c, size_t m)
{
	struct prim_key_def def = {.cipher = ciphers[c].cipher,
	                           .key = {p->key, ciphers[c].key_len},
	                           .md = macs[m].md,
	                           .mac_key = {p->mac_key, prim_md_len(macs[m].md)},
	                           .icv_len = macs[m].icv_len,
	                           .encrypt = true};

	random_bytes(p->key, sizeof(p->key));
	random_bytes(p->mac_key, sizeof(p->mac_key));
	p->c = c;
	p->m = m;
	p->enc = prim_key_new(&def, NULL);
	def.encrypt = false;
	p->dec = prim_key_new(&def, NULL);
	assert_non_null(p->enc);
	assert_non_null(p->dec);
}

static int setup(void **state)
{
	struct err err = {0};
	size_t n = 0;

	(void)state;
	if (prim_init(&err) != 0)
		return -1;
	for (size_t c = 0; c < COUNT(ciphers); c++)
		for (size_t m = 0; m < COUNT(macs); m++)
			for (int i = 0; i < PER_KIND; i++)
				pair_make(&pairs[n++], c, m);
	for (size_t b = 0; b < COUNT(engines); b++) {
		engines[b] = prim_engine_new((enum prim_backend)b, &err);
		if (!engines[b] && (b != PRIM_IPSEC_MB || err.code != -ENOTSUP))
			return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++)
		prim_engine_free(engines[b]);
	for (size_t i = 0; i < PAIRS; i++) {
		prim_key_free(pairs[i].enc);
		prim_key_free(pairs[i].dec);
	}
	prim_free();
	return 0;
}

/* ------------------------------------------------------------------ one operation, done and as it must be */

struct one {
	const struct pair *p;
	bool encrypt, bad_icv, odd;
	uint32_t len;
	uint8_t iv[PRIM_IV_MAX];
	uint8_t area[AREA], want[AREA];
	enum prim_op_status status;
};

static uint8_t *data_of(uint8_t *area)
{
	return area + MARGIN + HEAD;
}

static void digest_of(const struct pair *p, const uint8_t *auth, size_t len, uint8_t *digest)
{
	prim_hmac(macs[p->m].md, (struct bytes){p->mac_key, prim_md_len(macs[p->m].md)},
	          &(struct bytes){auth, len}, 1, digest);
}

static void cbc(const struct one *o, uint8_t *data, bool encrypt)
{
	const struct pair *p = o->p;
	struct bytes key = {p->key, ciphers[p->c].key_len};

	if (!key.len)
		return;
	assert_int_equal((encrypt ? prim_cbc_encrypt
	                          : prim_cbc_decrypt)(ciphers[p->c].cipher, key, o->iv, data, data,
	                                              o->len),
	                 0);
}

/* What has to come out of area, with nothing of prim_batch. */
static void expect(struct one *o)
{
	uint8_t digest[PRIM_MD_MAX], *data = data_of(o->want), icv_len = macs[o->p->m].icv_len;

	memcpy(o->want, o->area, AREA);
	if (o->odd) {
		o->status = PRIM_OP_CIPHER;
	} else if (o->encrypt) {
		cbc(o, data, true);
		digest_of(o->p, data - HEAD, HEAD + o->len, digest);
		memcpy(data + o->len, digest, icv_len);
		o->status = PRIM_OP_OK;
	} else {
		o->status = o->bad_icv ? PRIM_OP_AUTH : PRIM_OP_OK;
		if (!o->bad_icv)
			cbc(o, data, false);
	}
}

static void one_make(struct one *o, const struct pair *p, bool encrypt, uint32_t len)
{
	size_t block = prim_cipher_block(ciphers[p->c].cipher);
	uint8_t digest[PRIM_MD_MAX], *data = data_of(o->area);

	*o = (struct one){.p = p, .encrypt = encrypt, .len = len};
	o->odd = block && len % block;
	random_bytes(o->iv, sizeof(o->iv));
	random_bytes(o->area, AREA);
	if (!encrypt && macs[p->m].icv_len) {
		digest_of(p, data - HEAD, HEAD + len, digest);
		memcpy(data + len, digest, macs[p->m].icv_len);
		if (random_below(5) == 0) {
			o->bad_icv = true;
			data[len + random_below(macs[p->m].icv_len)] ^=
			        (uint8_t)(1u << random_below(8));
		}
	}
	expect(o);
}

static void run(struct prim_engine *e, struct one *ones, size_t n)
{
	struct prim_op ops[3 * BATCH_MAX];

	for (size_t i = 0; i < n; i++) {
		struct one *o = &ones[i];
		uint8_t *data = data_of(o->area);

		ops[i] = (struct prim_op){.key = o->encrypt ? o->p->enc : o->p->dec,
		                          .iv = o->iv,
		                          .data = data,
		                          .data_len = o->len,
		                          .auth = data - HEAD,
		                          .auth_len = HEAD + o->len,
		                          .icv = data + o->len,
		                          .status = (enum prim_op_status)99};
	}
	prim_batch_run(e, ops, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(ops[i].status, ones[i].status);
		assert_memory_equal(ones[i].area, ones[i].want, AREA);
	}
}

/* Whole blocks, mostly. */
static uint32_t some_len(const struct pair *p)
{
	uint32_t block = (uint32_t)prim_cipher_block(ciphers[p->c].cipher), len;

	if (!block)
		block = 4;
	switch (random_below(12)) {
	case 0:
		return random_below(200);
	case 1:
		len = DATA_MAX - random_below(300);
		break;
	case 2:
	case 3:
		len = random_below(1500);
		break;
	default:
		len = random_below(160);
	}
	return len / block * block;
}

/* ------------------------------------------------------------------ tests */

/* Every pair of cipher and MAC, both directions, every number of packets from 1 to 20 and some more, all of one kind. */
static void alike(void **state)
{
	static const size_t sizes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
	                               13, 14, 15, 16, 17, 18, 19, 20, 28, 31, 33, 48, 60, 61, 64};
	static struct one ones[BATCH_MAX];

	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			for (size_t s = 0; s < COUNT(sizes); s++) {
				bool encrypt = (s + i / PER_KIND) & 1;

				for (size_t k = 0; k < sizes[s]; k++)
					one_make(&ones[k], &pairs[i + k % PER_KIND], encrypt,
					         16 * random_below(k % 2 ? 8 : 40));
				run(engines[b], ones, sizes[s]);
			}
		}
	}
}

/* Everything mixed: kinds, SAs, directions, lengths from 0 to 9000, damaged ones among good ones; more than the engine
 * takes at once. */
static void mixed(void **state)
{
	static struct one ones[3 * BATCH_MAX];

	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (int round = 0; engines[b] && round < 40; round++) {
			size_t n = round < 38 ? 1 + random_below(BATCH_MAX) : 3 * BATCH_MAX;
			size_t kinds = round % 3 == 0 ? 2 : PAIRS;

			for (size_t k = 0; k < n; k++) {
				const struct pair *p = &pairs[random_below((uint32_t)kinds) *
				                              (PAIRS / kinds)];

				one_make(&ones[k], p, random_below(2) == 0, some_len(p));
			}
			run(engines[b], ones, n);
		}
	}
}

/* Each length from nothing to a few blocks, at the very end and the very beginning of accessible memory: nobody reads
 * or writes beside the packet. */
static void edges(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *map = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *mid = map + page, iv[PRIM_IV_MAX] = {1};

	(void)state;
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(mprotect(mid, page, PROT_READ | PROT_WRITE), 0);
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			const struct pair *p = &pairs[i];
			uint32_t block = (uint32_t)prim_cipher_block(ciphers[p->c].cipher);
			uint8_t icv_len = macs[p->m].icv_len;

			for (uint32_t len = 0; len < 200; len += block ? block : 1) {
				uint8_t *at[2] = {mid, mid + page - len - icv_len};
				struct prim_op ops[2];

				for (int k = 0; k < 2; k++)
					ops[k] = (struct prim_op){.key = p->enc,
					                          .iv = iv,
					                          .data = at[k],
					                          .data_len = len,
					                          .auth = at[k],
					                          .auth_len = len,
					                          .icv = at[k] + len};
				memset(mid, 7, page);
				prim_batch_run(engines[b], ops, 2);
				assert_int_equal(ops[0].status, PRIM_OP_OK);
				assert_int_equal(ops[1].status, PRIM_OP_OK);
				assert_memory_equal(at[0], at[1], len + icv_len);
				ops[0].key = ops[1].key = p->dec;
				prim_batch_run(engines[b], ops, 2);
				assert_int_equal(ops[0].status, PRIM_OP_OK);
				assert_int_equal(ops[1].status, PRIM_OP_OK);
				for (uint32_t k = 0; k < len; k++)
					assert_int_equal(at[0][k], 7);
			}
		}
	}
	munmap(map, 3 * page);
}

/* Longer than the library's lengths. */
static void very_long(void **state)
{
	enum { LEN = 80000 };
	uint8_t *buf = malloc(LEN + PRIM_MD_MAX), iv[PRIM_IV_MAX] = {2};

	(void)state;
	assert_non_null(buf);
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			struct prim_op op = {.key = pairs[i].enc,
			                     .iv = iv,
			                     .data = buf,
			                     .data_len = LEN,
			                     .auth = buf,
			                     .auth_len = LEN,
			                     .icv = buf + LEN};

			memset(buf, 9, LEN);
			prim_batch_run(engines[b], &op, 1);
			assert_int_equal(op.status, PRIM_OP_OK);
			op.key = pairs[i].dec;
			prim_batch_run(engines[b], &op, 1);
			assert_int_equal(op.status, PRIM_OP_OK);
			assert_int_equal(buf[LEN - 1], 9);
			if (macs[pairs[i].m].icv_len) {
				buf[LEN] ^= 1;
				prim_batch_run(engines[b], &op, 1);
				assert_int_equal(op.status, PRIM_OP_AUTH);
				assert_int_equal(buf[LEN - 1], 9);
			}
		}
	}
	free(buf);
}

/* Published values, four times in a batch. */
static void vectors(void **state)
{
	enum { N = 4 };
	uint8_t key[32] = {0}, iv[16], want[64], got[N][64];
	struct prim_op ops[N];

	(void)state;
	for (size_t v = 0; v < COUNT(cipher_vectors); v++) {
		const struct cipher_vector *c = &cipher_vectors[v];
		struct prim_key_def def = {.cipher = c->cipher, .encrypt = true};
		size_t len = hex_bytes(c->cipher_text, want, sizeof(want));
		struct prim_key *k;

		def.key = (struct bytes){key, hex_bytes(c->key, key, sizeof(key))};
		hex_bytes(c->iv, iv, sizeof(iv));
		k = prim_key_new(&def, NULL);
		assert_non_null(k);
		for (size_t b = 0; b < COUNT(engines); b++) {
			if (!engines[b])
				continue;
			for (size_t i = 0; i < N; i++) {
				hex_bytes(c->plain, got[i], sizeof(got[i]));
				ops[i] = (struct prim_op){.key = k,
				                          .iv = iv,
				                          .data = got[i],
				                          .data_len = (uint32_t)len};
			}
			prim_batch_run(engines[b], ops, N);
			for (size_t i = 0; i < N; i++)
				assert_memory_equal(got[i], want, len);
		}
		prim_key_free(k);
	}
}

static void mac_vectors(void **state)
{
	uint8_t key[256], data[256], want[PRIM_MD_MAX], got[PRIM_MD_MAX];
	size_t seen = 0;

	(void)state;
	for (size_t v = 0; v < COUNT(hmac_vectors); v++) {
		const struct hmac_vector *h = &hmac_vectors[v];
		size_t key_len, md_len = prim_md_len(h->md);
		size_t want_len = hex_bytes(h->digest, want, sizeof(want));
		struct prim_key *k;

		memset(key, 0, sizeof(key)); /* zeros behind a short key do not change it: RFC 2104 §2 */
		key_len = vector_bytes(h->key, h->key_repeat, key, sizeof(key));
		if (h->md == PRIM_MD4 || key_len > md_len)
			continue;
		seen++;
		k = prim_key_new(&(struct prim_key_def){.md = h->md,
		                                        .mac_key = {key, md_len},
		                                        .icv_len = (uint8_t)want_len,
		                                        .encrypt = true},
		                 NULL);
		assert_non_null(k);
		for (size_t b = 0; b < COUNT(engines); b++) {
			struct prim_op op = {.key = k, .auth = data, .icv = got};

			if (!engines[b])
				continue;
			op.auth_len = (uint32_t)vector_bytes(h->data, h->repeat, data, sizeof(data));
			prim_batch_run(engines[b], &op, 1);
			assert_int_equal(op.status, PRIM_OP_OK);
			assert_memory_equal(got, want, want_len);
		}
		prim_key_free(k);
	}
	assert_true(seen >= 3);
}

/* Another key at the place of the last one, and one that was forgotten. */
static void same_place(void **state)
{
	static struct one o;
	struct pair p;

	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (int i = 0; engines[b] && i < 20; i++) {
			pair_make(&p, 3, 2);
			for (int k = 0; k < 2; k++) {
				one_make(&o, &p, k, 64);
				run(engines[b], &o, 1);
			}
			if (i & 1) {
				prim_engine_forget(engines[b], p.enc);
				prim_engine_forget(engines[b], p.dec);
				one_make(&o, &p, true, 64);
				run(engines[b], &o, 1);
			}
			prim_key_free(p.enc);
			prim_key_free(p.dec);
		}
	}
}

/* ------------------------------------------------------------------ what is left of keys */

enum { NEEDLE = 12, NEEDLES_MAX = 8 };

/* Kept upside down, so that the search does not find itself. */
static uint8_t needles[NEEDLES_MAX][NEEDLE];
static size_t n_needles;

static void needle_add(const void *secret)
{
	assert_true(n_needles < NEEDLES_MAX);
	for (size_t i = 0; i < NEEDLE; i++)
		needles[n_needles][i] = (uint8_t)~((const volatile uint8_t *)secret)[i];
	n_needles++;
}

__attribute__((no_sanitize("address", "thread"))) static const uint8_t *
find(const uint8_t *from, const uint8_t *to)
{
	for (; from + NEEDLE <= to; from += 4) {
		for (size_t k = 0; k < n_needles; k++) {
			size_t i = 0;

			while (i < NEEDLE && (from[i] ^ needles[k][i]) == 0xff)
				i++;
			if (i == NEEDLE)
				return from;
		}
	}
	return NULL;
}

/* Looks through all memory that can be written, but for the stack: what registers were saved there for a call is soon
 * written over. A sanitizer's own areas are too large to be data. */
static bool left_behind(bool unwanted)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], mode[8];
	unsigned long from, to;
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		const uint8_t *at;

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    strncmp(mode, "rw", 2) != 0 || to - from > 64ul << 20 ||
		    strstr(line, "[stack]"))
			continue;
		at = find((const uint8_t *)from, (const uint8_t *)to);
		if (!at)
			continue;
		found = true;
		if (unwanted)
			print_error("at %p: %s", (const void *)at, line);
	}
	fclose(maps);
	return found;
}

/* Runs batches with a pair of keys of which nothing but itself and the needles knows. */
static void use_keys(struct prim_engine *e, struct prim_key *enc, struct prim_key *dec)
{
	static uint8_t data[20][128];
	uint8_t iv[PRIM_IV_MAX] = {3};
	struct prim_op ops[20];

	for (size_t n = 1; n <= 20; n++) {
		for (size_t i = 0; i < n; i++)
			ops[i] = (struct prim_op){.key = enc,
			                          .iv = iv,
			                          .data = data[i],
			                          .data_len = 96,
			                          .auth = data[i],
			                          .auth_len = 96,
			                          .icv = data[i] + 96};
		prim_batch_run(e, ops, n);
		for (size_t i = 0; i < n; i++)
			ops[i].key = dec;
		prim_batch_run(e, ops, n);
		assert_int_equal(ops[n - 1].status, PRIM_OP_OK);
	}
}

static void wiped(void **state)
{
	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			struct pair p;

			if (pairs[i].m != 2 || pairs[i].c == 1 || pairs[i].c == 4)
				continue; /* with SHA-1; one of each kind of schedule */
			n_needles = 0;
			pair_make(&p, pairs[i].c, pairs[i].m);
			use_keys(engines[b], p.enc, p.dec);
			if (ciphers[p.c].key_len >= NEEDLE)
				needle_add(p.key);
			needle_add(p.mac_key);
			/* what was computed from them: states of the MAC, schedules */
			for (size_t at = 16; at < 160; at += 32) {
				if (at + NEEDLE <= prim_key_size(p.enc) && at != 80 && at != 112)
					needle_add((const uint8_t *)p.enc + at);
			}
			if (160 <= prim_key_size(p.dec))
				needle_add((const uint8_t *)p.dec + 144);
			wipe(&p.key, sizeof(p.key));
			wipe(&p.mac_key, sizeof(p.mac_key));
			assert_true(left_behind(false));
			prim_engine_forget(engines[b], p.enc);
			prim_engine_forget(engines[b], p.dec);
			prim_key_free(p.enc);
			prim_key_free(p.dec);
			assert_false(left_behind(true));
		}
	}
}

/* Pieces of all sizes, across new keys from the system: nothing comes twice, and not the same from two engines. */
static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, PRIM_IV_MAX);
}

static void unpredictable(void **state)
{
	enum { N = 300000 };
	uint8_t(*iv)[PRIM_IV_MAX] = calloc(N, sizeof(*iv)), big[5000] = {0};
	struct prim_engine *e = prim_engine_new(PRIM_OPENSSL, NULL);
	size_t ones = 0;

	(void)state;
	assert_non_null(iv);
	assert_non_null(e);
	for (size_t i = 0; i < N; i++) {
		prim_engine_random(i & 1 ? e : engines[PRIM_AUTO], iv[i], PRIM_IV_MAX);
		prim_engine_random(e, big, random_below(9));
		ones += (size_t)__builtin_popcount(iv[i][i % PRIM_IV_MAX]);
	}
	assert_in_range(ones, N * 4 - N / 50, N * 4 + N / 50);
	qsort(iv, N, sizeof(*iv), by_bytes);
	for (size_t i = 1; i < N; i++)
		assert_int_not_equal(by_bytes(iv[i - 1], iv[i]), 0);
	prim_engine_random(e, big, sizeof(big));
	ones = 0;
	for (size_t i = 0; i < sizeof(big); i++)
		ones += (size_t)__builtin_popcount(big[i]);
	assert_in_range(ones, sizeof(big) * 4 - 1000, sizeof(big) * 4 + 1000);
	prim_engine_free(e);
	free(iv);
}

static void bad_keys(void **state)
{
	uint8_t key[32] = {0};
	struct err err = {0};

	(void)state;
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 8}, PRIM_MD_NONE, {0}, 0, true}, &err));
	assert_int_equal(err.code, -EINVAL);
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 16}, PRIM_SHA1, {key, 16}, 12, true}, NULL));
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 16}, PRIM_MD5, {key, 16}, 17, true}, NULL));
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 16}, PRIM_MD5, {key, 16}, 0, true}, NULL));
	prim_key_free(NULL);
	prim_engine_free(NULL);
}

static void backends(void **state)
{
	struct prim_about about;
	enum prim_backend b;

	(void)state;
	assert_true(prim_backend_by_name(str_of("openssl"), &b) && b == PRIM_OPENSSL);
	assert_true(prim_backend_by_name(str_of("ipsec-mb"), &b) && b == PRIM_IPSEC_MB);
	assert_true(prim_backend_by_name(str_of("auto"), &b) && b == PRIM_AUTO);
	assert_false(prim_backend_by_name(str_of("gcrypt"), &b));
	prim_about(PRIM_OPENSSL, &about);
	assert_int_equal(strncmp(about.library, "OpenSSL ", 8), 0);
	assert_int_equal(about.n, 8);
	for (size_t i = 0; i < about.n; i++)
		assert_int_equal(about.alg[i].out + about.alg[i].in, 0);
	assert_int_equal(prim_backend_default(PRIM_IPSEC_MB, NULL),
	                 engines[PRIM_IPSEC_MB] ? 0 : -ENOTSUP);
	if (engines[PRIM_IPSEC_MB]) {
		prim_about(PRIM_AUTO, &about);
		assert_int_equal(strncmp(about.library, "intel-ipsec-mb ", 15), 0);
		for (size_t i = 0; i < about.n; i++)
			assert_true(about.alg[i].out == 1 && about.alg[i].in == 1);
	}
	assert_int_equal(prim_backend_default(PRIM_AUTO, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(alike),       cmocka_unit_test(mixed),
	        cmocka_unit_test(edges),       cmocka_unit_test(very_long),
	        cmocka_unit_test(vectors),     cmocka_unit_test(mac_vectors),
	        cmocka_unit_test(same_place),  cmocka_unit_test(wiped),
	        cmocka_unit_test(unpredictable),
	        cmocka_unit_test(bad_keys),    cmocka_unit_test(backends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
