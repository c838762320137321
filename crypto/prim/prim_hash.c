/* Hashes through OpenSSL's plain state structs: unlike an EVP context they live inside our own structs and
 * are copied by assignment, so an HMAC key is set up once and a packet costs no allocation (HMAC-SHA-1 over
 * 100 bytes: 120 ns, with EVP_MAC 190). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <assert.h>
#include <openssl/md4.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <string.h>

#include "crypto/prim/prim_batch_int.h"

static_assert(sizeof(MD4_CTX) <= sizeof(((struct prim_hash *)0)->state), "MD4 state");
static_assert(sizeof(MD5_CTX) <= sizeof(((struct prim_hash *)0)->state), "MD5 state");
static_assert(sizeof(SHA_CTX) <= sizeof(((struct prim_hash *)0)->state), "SHA-1 state");
static_assert(offsetof(MD4_CTX, A) == 0 && offsetof(MD5_CTX, A) == 0 && offsetof(SHA_CTX, h0) == 0 &&
                      offsetof(SHA256_CTX, h) == 0,
              "begin with the chaining values");
static_assert(sizeof(SHA256_CTX) <= sizeof(((struct prim_hash *)0)->state), "SHA-256 state");

size_t prim_md_len(enum prim_md md)
{
	static const uint8_t len[] = {
	        [PRIM_MD_NONE] = 0, [PRIM_MD4] = 16,    [PRIM_MD5] = 16,
	        [PRIM_SHA1] = 20,   [PRIM_SHA256] = 32,
	};
	return (size_t)md < sizeof(len) ? len[md] : 0;
}

const char *prim_md_name(enum prim_md md)
{
	static const char *const names[] = {
	        [PRIM_MD_NONE] = "none", [PRIM_MD4] = "md4",       [PRIM_MD5] = "md5",
	        [PRIM_SHA1] = "sha1",    [PRIM_SHA256] = "sha256",
	};
	return (size_t)md < sizeof(names) / sizeof(names[0]) ? names[md] : "?";
}

void prim_hash_init(struct prim_hash *h, enum prim_md md)
{
	memset(h, 0, sizeof(*h));
	h->md = md;
	switch (md) {
	case PRIM_MD4:
		MD4_Init((MD4_CTX *)(void *)h->state);
		break;
	case PRIM_MD5:
		MD5_Init((MD5_CTX *)(void *)h->state);
		break;
	case PRIM_SHA1:
		SHA1_Init((SHA_CTX *)(void *)h->state);
		break;
	case PRIM_SHA256:
		SHA256_Init((SHA256_CTX *)(void *)h->state);
		break;
	case PRIM_MD_NONE:
		break;
	}
}

void prim_hash_update(struct prim_hash *h, const void *data, size_t len)
{
	if (!len)
		return;
	switch (h->md) {
	case PRIM_MD4:
		MD4_Update((MD4_CTX *)(void *)h->state, data, len);
		break;
	case PRIM_MD5:
		MD5_Update((MD5_CTX *)(void *)h->state, data, len);
		break;
	case PRIM_SHA1:
		SHA1_Update((SHA_CTX *)(void *)h->state, data, len);
		break;
	case PRIM_SHA256:
		SHA256_Update((SHA256_CTX *)(void *)h->state, data, len);
		break;
	case PRIM_MD_NONE:
		break;
	}
}

size_t prim_hash_final(struct prim_hash *h, uint8_t *out)
{
	size_t len = prim_md_len(h->md);

	switch (h->md) {
	case PRIM_MD4:
		MD4_Final(out, (MD4_CTX *)(void *)h->state);
		break;
	case PRIM_MD5:
		MD5_Final(out, (MD5_CTX *)(void *)h->state);
		break;
	case PRIM_SHA1:
		SHA1_Final(out, (SHA_CTX *)(void *)h->state);
		break;
	case PRIM_SHA256:
		SHA256_Final(out, (SHA256_CTX *)(void *)h->state);
		break;
	case PRIM_MD_NONE:
		break;
	}
	wipe(h->state, sizeof(h->state));
	return len;
}

/* The structs of all of them begin with the chaining values. */
static size_t words_of(enum prim_md md)
{
	return prim_md_len(md) / sizeof(uint32_t);
}

void prim_hash_words(const struct prim_hash *h, uint32_t words[PRIM_HASH_WORDS])
{
	memcpy(words, h->state, words_of(h->md) * sizeof(uint32_t));
}

void prim_hash_resume(struct prim_hash *h, enum prim_md md, const uint32_t words[PRIM_HASH_WORDS])
{
	prim_hash_init(h, md);
	memcpy(h->state, words, words_of(md) * sizeof(uint32_t));
	switch (md) {
	case PRIM_MD4:
		((MD4_CTX *)(void *)h->state)->Nl = PRIM_MD_BLOCK * 8;
		break;
	case PRIM_MD5:
		((MD5_CTX *)(void *)h->state)->Nl = PRIM_MD_BLOCK * 8;
		break;
	case PRIM_SHA1:
		((SHA_CTX *)(void *)h->state)->Nl = PRIM_MD_BLOCK * 8;
		break;
	case PRIM_SHA256:
		((SHA256_CTX *)(void *)h->state)->Nl = PRIM_MD_BLOCK * 8;
		break;
	case PRIM_MD_NONE:
		break;
	}
}

size_t prim_hash(enum prim_md md, const struct bytes *parts, size_t n, uint8_t *out)
{
	struct prim_hash h;

	prim_hash_init(&h, md);
	for (size_t i = 0; i < n; i++)
		prim_hash_update(&h, parts[i].p, parts[i].len);
	return prim_hash_final(&h, out);
}

void prim_hmac_key_set(struct prim_hmac_key *k, enum prim_md md, const void *key, size_t len)
{
	uint8_t pad[PRIM_MD_BLOCK] = {0};

	if (len > sizeof(pad))
		prim_hash(md, &(struct bytes){key, len}, 1, pad);
	else if (len)
		memcpy(pad, key, len);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	prim_hash_init(&k->inner, md);
	prim_hash_update(&k->inner, pad, sizeof(pad));
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	prim_hash_init(&k->outer, md);
	prim_hash_update(&k->outer, pad, sizeof(pad));
	wipe(pad, sizeof(pad));
}

size_t prim_hmac_keyed(const struct prim_hmac_key *k, const struct bytes *parts, size_t n,
                       uint8_t *out)
{
	struct prim_hash h = k->inner;
	uint8_t digest[PRIM_MD_MAX];
	size_t len;

	for (size_t i = 0; i < n; i++)
		prim_hash_update(&h, parts[i].p, parts[i].len);
	len = prim_hash_final(&h, digest);
	h = k->outer;
	prim_hash_update(&h, digest, len);
	return prim_hash_final(&h, out);
}

size_t prim_hmac(enum prim_md md, struct bytes key, const struct bytes *parts, size_t n,
                 uint8_t *out)
{
	struct prim_hmac_key k;
	size_t len;

	prim_hmac_key_set(&k, md, key.p, key.len);
	len = prim_hmac_keyed(&k, parts, n, out);
	wipe(&k, sizeof(k));
	return len;
}
