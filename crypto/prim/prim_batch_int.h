/* Inside this folder only: keys and engines of a batch as its rooms see them. */
#ifndef CRYPTO_PRIM_PRIM_BATCH_INT_H
#define CRYPTO_PRIM_PRIM_BATCH_INT_H

#include "crypto/prim/prim_batch.h"
#include "crypto/prim/prim_evp.h"

enum {
	PRIM_HASH_WORDS = 8,
	PRIM_MD_N = PRIM_SHA256 + 1,
	PRIM_RUN_MAX = 64, /* operations at once */
};

struct prim_key {
	uint64_t id;   /* no two keys of the process have the same; a place in memory is used again */
	uint16_t size; /* of the whole */
	int8_t index;  /* prim_evp_index(), -1 for the NULL cipher */
	uint8_t block, key_len;
	uint8_t md; /* enum prim_md */
	uint8_t icv_len;
	bool encrypt;
	uint32_t inner[PRIM_HASH_WORDS], outer[PRIM_HASH_WORDS]; /* chaining values after the pads */
	uint8_t raw[PRIM_KEY_MAX];
	_Alignas(16) uint8_t schedule[]; /* prim_mb_key_set() */
};

/* prim_hash.c: the chaining values of a state that is at a block's end, and a state that continues from them after
 * one block. */
void prim_hash_words(const struct prim_hash *h, uint32_t words[PRIM_HASH_WORDS]);
void prim_hash_resume(struct prim_hash *h, enum prim_md md, const uint32_t words[PRIM_HASH_WORDS]);

/* ------------------------------------------------------------------ prim_batch_openssl.c: one after the other */

struct prim_openssl;

struct prim_openssl *prim_openssl_new(void); /* NULL: out of memory, prim_init was not called */
void prim_openssl_free(struct prim_openssl *s);
void prim_openssl_forget(struct prim_openssl *s, const struct prim_key *k);
/* op->data in place, whole blocks and not empty. */
bool prim_openssl_cipher(struct prim_openssl *s, const struct prim_op *op);
void prim_openssl_mac(const struct prim_op *op, uint8_t digest[PRIM_MD_MAX]);

/* ------------------------------------------------------------------ prim_batch_mb.c: many side by side */

/* Where there is no such library: prim_mb_init() says so, prim_mb_new() gives NULL, keys have no schedule. */
enum { PRIM_MB_LEN_MAX = 65024 }; /* bytes it takes at once (its lengths have 16 bits) */

struct prim_mb;

bool prim_mb_init(void);           /* by prim_init */
const char *prim_mb_name(void);    /* "intel-ipsec-mb 1.3.0, AVX512"; NULL: there is none */
struct prim_mb *prim_mb_new(void); /* NULL: there is none, or out of memory */
void prim_mb_free(struct prim_mb *m);
size_t prim_mb_schedule_size(int index);
void prim_mb_key_set(struct prim_key *k); /* from k->raw */
/* Up to PRIM_RUN_MAX operations whose keys have the same cipher and direction. false: the library failed. */
bool prim_mb_cipher(struct prim_mb *m, struct prim_op *const *ops, size_t n);
/* Whose keys have the same hash; the whole digests. */
bool prim_mb_mac(struct prim_mb *m, struct prim_op *const *ops, size_t n,
                 uint8_t (*digests)[PRIM_MD_MAX]);

/* ------------------------------------------------------------------ prim_batch_choice.c: who does what */

/* A back end that works on several packets at once takes the longer the fewer they are: what it is given. */
struct prim_share {
	uint8_t least; /* so many of one algorithm are worth it; 0 = none ever */
	uint8_t lanes; /* so many go side by side */
};

struct prim_plan {
	struct prim_share cipher[PRIM_EVP_N][2]; /* decrypting, encrypting */
	struct prim_share mac[PRIM_MD_N];
};

/* How many of n go to the library. */
static inline size_t prim_share_of(const struct prim_share *s, size_t n)
{
	size_t rest;

	if (!s->least)
		return 0;
	rest = n % s->lanes;
	return rest < s->least ? n - rest : n;
}

extern const struct prim_plan prim_plan_openssl, prim_plan_mb;
void prim_plan_measure(void); /* by prim_init, some milliseconds */

/* ------------------------------------------------------------------ prim_random.c */

struct prim_random;

struct prim_random *prim_random_new(void); /* NULL: out of memory, prim_init was not called */
void prim_random_free(struct prim_random *r);
void prim_random_bytes(struct prim_random *r, void *dst, size_t len);

struct prim_engine {
	const struct prim_plan *plan;
	struct prim_random *random;
	struct prim_openssl *openssl;
	struct prim_mb *mb; /* NULL: none */
};

#endif
