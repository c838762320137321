/* Inside this folder only: keys of a batch as the back ends see them. */
#ifndef CRYPTO_PRIM_PRIM_BATCH_INT_H
#define CRYPTO_PRIM_PRIM_BATCH_INT_H

#include "crypto/prim/prim_batch.h"

enum { PRIM_HASH_WORDS = 8 };

struct prim_key {
	uint64_t id;  /* no two keys of the process have the same; a place in memory is used again */
	int8_t index; /* prim_evp_index(), -1 for the NULL cipher */
	uint8_t block, key_len;
	uint8_t md; /* enum prim_md */
	uint8_t icv_len;
	bool encrypt;
	uint32_t inner[PRIM_HASH_WORDS], outer[PRIM_HASH_WORDS]; /* chaining values after the pads */
	uint8_t raw[PRIM_KEY_MAX];
};

/* prim_hash.c: the chaining values of a state that is at a block's end, and a state that continues from them after
 * one block. */
void prim_hash_words(const struct prim_hash *h, uint32_t words[PRIM_HASH_WORDS]);
void prim_hash_resume(struct prim_hash *h, enum prim_md md, const uint32_t words[PRIM_HASH_WORDS]);

/* prim_batch_openssl.c: one operation after the other. */
struct prim_openssl;

struct prim_openssl *prim_openssl_new(void); /* NULL: out of memory, prim_init was not called */
void prim_openssl_free(struct prim_openssl *s);
void prim_openssl_forget(struct prim_openssl *s, const struct prim_key *k);
void prim_openssl_run(struct prim_openssl *s, struct prim_op *op);

#endif
