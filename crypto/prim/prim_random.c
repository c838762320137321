/* Random bytes at the price of AES, for the IV of every packet. A key from the system, AES-256 in counter mode; of each
 * piece of its stream the first bytes are the next key and are used for nothing else, and what is given out is wiped
 * here, so that it cannot be told from what is left in memory. The system is asked again now and then. */
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "crypto/prim/prim_batch_int.h"

enum {
	ROOM = PRIM_RUN_MAX * PRIM_IV_MAX, /* one batch */
	RESEED = 4096,                     /* pieces */
};

struct prim_random {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
	unsigned pieces; /* until the system is asked again */
	size_t left;     /* bytes at the end of room */
	uint8_t key[PRIM_KEY_MAX], room[ROOM];
};

struct prim_random *prim_random_new(void)
{
	struct prim_random *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
	r->ctx = EVP_CIPHER_CTX_new();
	if (!r->cipher || !r->ctx ||
	    EVP_CipherInit_ex2(r->ctx, r->cipher, NULL, NULL, 1, NULL) != 1) {
		prim_random_free(r);
		return NULL;
	}
	return r;
}

void prim_random_free(struct prim_random *r)
{
	if (!r)
		return;
	EVP_CIPHER_CTX_free(r->ctx);
	EVP_CIPHER_free(r->cipher);
	wipe(r, sizeof(*r));
	free(r);
}

/* The next key and the next room. false when the library does not do it: what it left is no key, the next one comes
 * from the system. */
static bool refill(struct prim_random *r)
{
	static const uint8_t zero[PRIM_IV_MAX];
	uint8_t stream[PRIM_KEY_MAX + ROOM] = {0};
	int n = 0;
	bool ok;

	if (!r->pieces) {
		random_bytes(r->key, sizeof(r->key));
		r->pieces = RESEED;
	}
	r->pieces--;
	ok = EVP_CipherInit_ex2(r->ctx, NULL, r->key, zero, -1, NULL) == 1 &&
	     EVP_CipherUpdate(r->ctx, stream, &n, stream, sizeof(stream)) == 1 &&
	     n == (int)sizeof(stream);
	if (ok) {
		memcpy(r->key, stream, sizeof(r->key));
		memcpy(r->room, stream + sizeof(r->key), ROOM);
	} else {
		r->pieces = 0;
	}
	r->left = ok ? ROOM : 0;
	wipe(stream, sizeof(stream));
	return ok;
}

void prim_random_bytes(struct prim_random *r, void *dst, size_t len)
{
	if (len > ROOM || (r->left < len && !refill(r))) {
		random_bytes(dst, len);
		return;
	}
	memcpy(dst, r->room + ROOM - r->left, len);
	memset(r->room + ROOM - r->left, 0, len);
	r->left -= len;
}
