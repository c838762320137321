/* Keys of every kind and an engine of every back end, for the tests of prim_batch. */
#ifndef TESTS_UNIT_PRIM_BATCH_PAIRS_H
#define TESTS_UNIT_PRIM_BATCH_PAIRS_H

#include "crypto/prim/prim_batch.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum {
	CIPHER_KINDS = 6,
	MAC_KINDS = 4,
	PER_KIND = 3, /* pairs of each, so that SAs mix */
	PAIRS = CIPHER_KINDS * MAC_KINDS * PER_KIND,
	ENGINES = 3,
};

struct cipher_kind {
	enum prim_cipher cipher;
	uint8_t key_len;
};
struct mac_kind {
	enum prim_md md;
	uint8_t icv_len;
};
extern const struct cipher_kind ciphers[CIPHER_KINDS];
extern const struct mac_kind macs[MAC_KINDS];

/* A pair of keys of one kind, and what they were made of. */
struct pair {
	uint8_t key[PRIM_KEY_MAX], mac_key[PRIM_MD_MAX];
	size_t c, m; /* of ciphers, macs */
	struct prim_key *enc, *dec;
};

extern struct pair pairs[PAIRS];
extern struct prim_engine *engines[ENGINES]; /* by enum prim_backend; NULL: the library is missing here */

/* Random keys of ciphers[c] and macs[m]; the caller frees both. */
void pair_make(struct pair *p, size_t c, size_t m);
/* All pairs and engines; for cmocka_run_group_tests. */
int pairs_setup(void **state);
int pairs_teardown(void **state);

#endif
