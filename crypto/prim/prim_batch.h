/* Encrypt-then-MAC over many packets at once: the ESP way of using a cipher and an HMAC.
 *
 * A prim_key is made once per SA and direction and holds nothing but what is computed from the key (some hundred
 * bytes, no context of a library). A prim_engine is one thread's workshop: what the libraries need to run such keys.
 * An operation says where things are, not how they are done.
 *
 * Two back ends: OpenSSL, one packet after the other, and (x86-64) intel-ipsec-mb, which works on up to 16 packets side
 * by side, whatever SAs they belong to, and takes for a lone one as long as for 16. So each algorithm has a number of
 * packets from which on the library is the faster one; it depends on the processor (3DES without AVX-512: never)
 * and is measured once per process, in a few milliseconds. DES decrypts few packets in pieces, so that all are full.
 * Cipher and MAC of a batch are run one after the other through the library's burst calls: measured with 64 packets of
 * 112 bytes this costs 15 % less than its jobs that do both in one go, it lets either of the two go to OpenSSL by
 * itself, and nothing is decrypted that is not
 * authentic. */
#ifndef CRYPTO_PRIM_PRIM_BATCH_H
#define CRYPTO_PRIM_PRIM_BATCH_H

#include "crypto/prim/prim.h"

struct prim_key;

struct prim_key_def {
	enum prim_cipher cipher;
	struct bytes key;
	enum prim_md md; /* PRIM_MD_NONE = no MAC */
	struct bytes mac_key;
	uint8_t icv_len; /* bytes of the MAC that travel: 12 or 16; 0 with PRIM_MD_NONE */
	bool encrypt;    /* direction */
};

/* NULL with err when a length is wrong or memory is short. The def's keys may be wiped afterwards. Any thread may
 * make and free keys; while an engine runs one nobody may free it. */
struct prim_key *prim_key_new(const struct prim_key_def *def, struct err *err);
void prim_key_free(struct prim_key *k); /* wipes; NULL is allowed */
size_t prim_key_size(const struct prim_key *k); /* bytes of memory */
/* So many bytes of the MAC travel from now on (of a key that has one). Its own thread, while no engine runs it. */
void prim_key_cut(struct prim_key *k, uint8_t icv_len);
void prim_key_touch(const struct prim_key *k); /* core/base/touch.h */

enum prim_backend {
	PRIM_AUTO, /* whichever is faster for what there is */
	PRIM_OPENSSL,
	PRIM_IPSEC_MB,
};

/* By its name "auto", "openssl", "ipsec-mb"; false when there is no such one. */
bool prim_backend_by_name(struct str name, enum prim_backend *backend);
/* What PRIM_AUTO of engines made from now on means. 0 or -ENOTSUP with err: the library is missing. */
int prim_backend_default(enum prim_backend backend, struct err *err);

struct prim_engine;

/* Of the thread that runs it, to be freed by whoever made it. NULL with err: out of memory, prim_init was not called,
 * or that back end is missing. */
struct prim_engine *prim_engine_new(enum prim_backend backend, struct err *err);
void prim_engine_free(struct prim_engine *e); /* wipes; NULL is allowed */
/* An engine may remember the last key it ran: wipes that. Before the key is given to others to be freed. */
void prim_engine_forget(struct prim_engine *e, const struct prim_key *k);

/* What runs where: packets of one algorithm in a batch from which on they go to the library, 0 = none ever. */
struct prim_about {
	const char *library; /* "intel-ipsec-mb 1.3.0, AVX512", or "OpenSSL 3.0.17" where that does all of it */
	struct {
		const char *name; /* "AES-128-CBC", "sha1" */
		unsigned out, in;
	} alg[8];
	size_t n;
};

/* Of an engine with this back end. Any thread. */
void prim_about(enum prim_backend backend, struct prim_about *a);

/* Bytes nobody can foretell, for IVs: some nanoseconds for a few, no system call. */
void prim_engine_random(struct prim_engine *e, void *dst, size_t len);

enum prim_op_status {
	PRIM_OP_OK,
	PRIM_OP_AUTH,   /* the MAC does not match; nothing was decrypted */
	PRIM_OP_CIPHER, /* length not whole blocks, or the cipher failed */
};

/* Encrypting: data is encrypted in place with iv, then the MAC over auth is written to icv.
 * Decrypting: the MAC over auth is compared with icv, then data is decrypted in place.
 * auth usually begins before data and ends with it (ESP header, IV, data). */
struct prim_op {
	const struct prim_key *key;
	const uint8_t *iv; /* of the cipher's block length; not read by the NULL cipher */
	uint8_t *data;
	uint32_t data_len;
	uint32_t auth_len;
	const uint8_t *auth;
	uint8_t *icv;
	enum prim_op_status status; /* out */
};

/* Runs all, whatever the status of each; order among them is not defined. No two may write to the same bytes. */
void prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n);

#endif
