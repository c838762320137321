#include "crypto/prim/prim.h"

#include <assert.h>
#include <errno.h>
#include <openssl/provider.h>
#include <string.h>

#include "crypto/prim/prim_batch_int.h"
#include "crypto/prim/prim_dh_group.h"
#include "crypto/prim/prim_evp.h"

/* Every cipher once: what it is called, when it is used. */
static const struct {
	enum prim_cipher cipher;
	uint8_t key_len;
	const char *name;
} evp_table[] = {
        {PRIM_DES, 8, "DES-CBC"},      {PRIM_3DES, 24, "DES-EDE3-CBC"},
        {PRIM_AES, 16, "AES-128-CBC"}, {PRIM_AES, 24, "AES-192-CBC"},
        {PRIM_AES, 32, "AES-256-CBC"},
};
static_assert(sizeof(evp_table) / sizeof(evp_table[0]) == PRIM_EVP_N, "all of them");

/* A registry: written by prim_init before threads start, only read afterwards. */
static struct {
	bool ready;
	OSSL_PROVIDER *base, *legacy;
	EVP_CIPHER *cbc[PRIM_EVP_N];
	EVP_CIPHER *des_ecb;
} prim;

int prim_init(struct err *err)
{
	if (prim.ready)
		return 0;
	prim.base = OSSL_PROVIDER_load(NULL, "default");
	prim.legacy = OSSL_PROVIDER_load(NULL, "legacy");
	if (!prim.base || !prim.legacy) {
		prim_free();
		return err_set(err, -ENOTSUP, "OpenSSL's legacy provider (DES) is not installed");
	}
	for (size_t i = 0; i < PRIM_EVP_N; i++) {
		prim.cbc[i] = EVP_CIPHER_fetch(NULL, evp_table[i].name, NULL);
		if (!prim.cbc[i]) {
			prim_free();
			return err_set(err, -ENOTSUP, "OpenSSL does not offer %s",
			               evp_table[i].name);
		}
	}
	prim.des_ecb = EVP_CIPHER_fetch(NULL, "DES-ECB", NULL);
	if (!prim.des_ecb) {
		prim_free();
		return err_set(err, -ENOTSUP, "OpenSSL does not offer DES-ECB");
	}
	if (!prim_dh_setup()) {
		prim_free();
		return err_set(err, -ENOTSUP, "OpenSSL does not offer every Diffie-Hellman group");
	}
	prim.ready = true;
	prim_mb_init();
	prim_plan_measure();
	return 0;
}

void prim_free(void)
{
	prim_dh_teardown();
	for (size_t i = 0; i < PRIM_EVP_N; i++)
		EVP_CIPHER_free(prim.cbc[i]);
	EVP_CIPHER_free(prim.des_ecb);
	if (prim.legacy)
		OSSL_PROVIDER_unload(prim.legacy);
	if (prim.base)
		OSSL_PROVIDER_unload(prim.base);
	memset(&prim, 0, sizeof(prim));
}

int prim_evp_index(enum prim_cipher c, size_t key_len)
{
	for (int i = 0; i < PRIM_EVP_N; i++) {
		if (evp_table[i].cipher == c && evp_table[i].key_len == key_len)
			return i;
	}
	return -1;
}

const EVP_CIPHER *prim_evp_at(int index)
{
	return index >= 0 ? prim.cbc[index] : NULL;
}

const char *prim_evp_name(int index)
{
	return index >= 0 ? evp_table[index].name : "NULL";
}

size_t prim_cipher_block(enum prim_cipher c)
{
	switch (c) {
	case PRIM_DES:
	case PRIM_3DES:
		return 8;
	case PRIM_AES:
		return 16;
	case PRIM_CIPHER_NULL:
		break;
	}
	return 0;
}

bool prim_cipher_key_ok(enum prim_cipher c, size_t key_len)
{
	return c == PRIM_CIPHER_NULL ? key_len == 0 : prim_evp_index(c, key_len) >= 0;
}

static int cipher_once(const EVP_CIPHER *evp, bool encrypt, const uint8_t *key, const uint8_t *iv,
                       const uint8_t *in, uint8_t *out, size_t len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int written = 0;
	bool ok = ctx && EVP_CipherInit_ex2(ctx, evp, key, iv, encrypt, NULL) == 1 &&
	          EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	          EVP_CipherUpdate(ctx, out, &written, in, (int)len) == 1 && (size_t)written == len;

	EVP_CIPHER_CTX_free(ctx); /* wipes the key schedule */
	return ok ? 0 : -EIO;
}

static int cbc(bool encrypt, enum prim_cipher c, struct bytes key, const uint8_t *iv,
               const uint8_t *in, uint8_t *out, size_t len)
{
	const EVP_CIPHER *evp = prim_evp_at(prim_evp_index(c, key.len));
	size_t block = prim_cipher_block(c);

	if (!evp || !block || len % block || len > INT32_MAX)
		return -EINVAL;
	if (!len)
		return 0;
	return cipher_once(evp, encrypt, key.p, iv, in, out, len);
}

int prim_cbc_encrypt(enum prim_cipher c, struct bytes key, const uint8_t *iv, const uint8_t *in,
                     uint8_t *out, size_t len)
{
	return cbc(true, c, key, iv, in, out, len);
}

int prim_cbc_decrypt(enum prim_cipher c, struct bytes key, const uint8_t *iv, const uint8_t *in,
                     uint8_t *out, size_t len)
{
	return cbc(false, c, key, iv, in, out, len);
}

int prim_des_ecb(const uint8_t key[8], const uint8_t in[8], uint8_t out[8])
{
	if (!prim.des_ecb)
		return -EIO;
	return cipher_once(prim.des_ecb, true, key, NULL, in, out, 8);
}

void prim_des_key_expand(const uint8_t in[7], uint8_t out[8])
{
	uint64_t bits = 0;

	for (int i = 0; i < 7; i++)
		bits = bits << 8 | in[i];
	for (int i = 0; i < 8; i++) {
		unsigned seven = (unsigned)(bits >> (49 - 7 * i)) & 0x7f;

		out[i] = (uint8_t)(seven << 1 | !(__builtin_popcount(seven) & 1));
	}
	wipe(&bits, sizeof(bits));
}
