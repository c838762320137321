/* What a crypto engine was asked for: the rows of show crypto protocol statistics. */
#ifndef CORE_BASE_WORK_H
#define CORE_BASE_WORK_H

#include <stdint.h>

/* name, key in a document, text */
#define CRYPTO_WORK_LIST(X)                                                                 \
	X(encrypt, "encrypt_packet_requests", "Encrypt packet requests")                    \
	X(encapsulate, "encapsulate_packet_requests", "Encapsulate packet requests")        \
	X(decrypt, "decrypt_packet_requests", "Decrypt packet requests")                    \
	X(decapsulate, "decapsulate_packet_requests", "Decapsulate packet requests")        \
	X(hmac, "hmac_calculation_requests", "HMAC calculation requests")                   \
	X(sa_created, "sa_creation_requests", "SA creation requests")                       \
	X(sa_rekeyed, "sa_rekey_requests", "SA rekey requests")                             \
	X(sa_deleted, "sa_deletion_requests", "SA deletion requests")                       \
	X(key_allocated, "next_phase_key_allocation_requests",                              \
	  "Next phase key allocation requests")                                             \
	X(random, "random_number_generation_requests", "Random number generation requests") \
	X(failed, "failed_requests", "Failed requests")

struct crypto_work {
#define X(name, key, text) uint64_t name;
	CRYPTO_WORK_LIST(X)
#undef X
};

#endif
