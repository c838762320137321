/* Diffie-Hellman as a job that may run on a helper thread: a job shares nothing that changes with anyone. After
 * prim_init().
 *
 * Groups (IANA, IKEv1): 1, 2, 5, 14 = MODP of 768, 1024, 1536, 2048 bits (RFC 2409 §6, RFC 3526);
 * 19, 20 = ECP of 256, 384 bits (RFC 5903: public value x || y, shared secret x, also in IKEv1). */
#ifndef CRYPTO_PRIM_PRIM_DH_H
#define CRYPTO_PRIM_PRIM_DH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PRIM_DH_MAX = 256 };

struct prim_dh_key; /* a private key with its group */

struct prim_dh_job {
	uint16_t group;
	uint8_t peer[PRIM_DH_MAX];   /* in: the peer's public value */
	size_t peer_len;             /* in: 0 = only generate */
	struct prim_dh_key *key;     /* our private key: made by generate, used by derive */
	uint8_t public[PRIM_DH_MAX]; /* out: our public value */
	size_t public_len;
	uint8_t secret[PRIM_DH_MAX]; /* out: padded to the length of the prime or coordinate */
	size_t secret_len;
	int status; /* out: 0, -ENOTSUP (group), -EINVAL (peer's value refused), -EIO */
};

/* Bytes of a public value, and of a secret, of this group; 0 when the group is not known. */
size_t prim_dh_public_len(uint16_t group);
size_t prim_dh_secret_len(uint16_t group);
/* Our key pair: sets key, public, status; a key that was there is wiped and freed, with an error it stays. Exponents of
 * MODP groups are short (256 bits, RFC 3526 §8). */
void prim_dh_generate(struct prim_dh_job *job);
/* Checks the peer's value (length, range, subgroup or point on the curve), sets secret and status; an
 * error leaves secret_len 0. */
void prim_dh_derive(struct prim_dh_job *job);
/* What of both is missing: generate when there is no key, derive when there is a peer value. */
void prim_dh_run(struct prim_dh_job *job);
/* A given private key instead of a generated one (known-answer tests): len bytes, most significant first, are copied;
 * sets key, public, status (-EINVAL: longer than PRIM_DH_MAX). */
void prim_dh_import(struct prim_dh_job *job, const uint8_t *private, size_t len);
/* Frees the key, wipes everything in the job. The secret is the job's: whoever owns the job calls this. */
void prim_dh_clear(struct prim_dh_job *job);
void prim_dh_key_free(struct prim_dh_key *key); /* wipes; NULL is allowed */

#endif
