#include "crypto/pki/key.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"

struct pki_key {
	atomic_uint refs;
	EVP_PKEY *evp;
	uint8_t *public;
	size_t public_len;
};

struct pki_key *pki_key_of_evp(EVP_PKEY *evp, struct err *err)
{
	if (evp != NULL && (EVP_PKEY_get_base_id(evp) != EVP_PKEY_RSA || EVP_PKEY_get_bits(evp) < PKI_RSA_BITS_MIN ||
	                    EVP_PKEY_get_bits(evp) > PKI_RSA_BITS_MAX)) {
		EVP_PKEY_free(evp);
		err_set(err, -EBADMSG, "not an RSA key, or of a size that is not supported");
		return NULL;
	}
	struct pki_key *k = evp != NULL ? calloc(1, sizeof *k) : NULL;
	int len = k != NULL ? i2d_PUBKEY(evp, &k->public) : 0;
	if (len > 0) {
		atomic_init(&k->refs, 1);
		k->evp = evp;
		k->public_len = (size_t)len;
		return k;
	}
	EVP_PKEY_free(evp);
	free(k);
	err_set(err, -ENOMEM, "no RSA key: %s", pki_ossl_error());
	return NULL;
}

struct pki_key *pki_key_generate(unsigned bits, struct err *err)
{
	return pki_key_of_evp(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits), err);
}

static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf, (void)size, (void)rwflag, (void)arg;
	return -1;
}

struct pki_key *pki_key_read(struct str pem, struct err *err)
{
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.len);
	EVP_PKEY *evp = in != NULL ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
	BIO_free(in);
	if (evp == NULL) {
		ERR_clear_error();
		err_set(err, -EBADMSG, "not an RSA key");
		return NULL;
	}
	return pki_key_of_evp(evp, err);
}

struct pki_key *pki_key_hold(struct pki_key *key)
{
	if (key != NULL)
		atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
	return key;
}

void pki_key_drop(struct pki_key *key)
{
	if (key == NULL || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(key->evp); /* OpenSSL wipes it */
	OPENSSL_free(key->public);
	free(key);
}

char *pki_key_pem(const struct pki_key *key, size_t *len)
{
	BIO *out = BIO_new(BIO_s_secmem());
	char *data = NULL, *pem = NULL;
	long n = 0;
	if (out != NULL && PEM_write_bio_PKCS8PrivateKey(out, key->evp, NULL, NULL, 0, NULL, NULL) == 1)
		n = BIO_get_mem_data(out, &data);
	if (n > 0 && (pem = malloc((size_t)n + 1)) != NULL) {
		memcpy(pem, data, (size_t)n);
		pem[n] = '\0';
		*len = (size_t)n;
	}
	BIO_free(out);
	return pem;
}

struct bytes pki_key_public(const struct pki_key *key)
{
	return (struct bytes){key->public, key->public_len};
}

unsigned pki_key_bits(const struct pki_key *key)
{
	return (unsigned)EVP_PKEY_get_bits(key->evp);
}

bool pki_key_fits(const struct pki_key *key, const struct pki_cert *cert)
{
	return EVP_PKEY_eq(key->evp, X509_get0_pubkey(pki_cert_x509(cert))) == 1;
}

EVP_PKEY *pki_key_evp(const struct pki_key *key)
{
	return key->evp;
}

bool pki_sign_hash(const struct pki_key *key, struct bytes hash, uint8_t *sig, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->evp, NULL);
	*len = PKI_SIG_MAX;
	bool ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	          EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	          EVP_PKEY_sign(ctx, sig, len, hash.p, hash.len) == 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Not by asking OpenSSL to read the block, but by building the only one that is right (RFC 8017 §9.2): 00 01 ff..ff 00
 * hash, as long as the modulus. Nothing in the peer's block is interpreted. */
bool pki_verify_hash(const struct pki_cert *cert, struct bytes hash, struct bytes sig)
{
	enum { FRAME = 11 }; /* 00 01, eight ff at least, 00 */
	EVP_PKEY *evp = X509_get0_pubkey(pki_cert_x509(cert));
	size_t len = (size_t)EVP_PKEY_get_size(evp), got = PKI_SIG_MAX;
	uint8_t want[PKI_SIG_MAX], block[PKI_SIG_MAX];
	if (sig.len != len || len > sizeof want || hash.len == 0 || hash.len + FRAME > len)
		return false;
	memset(want, 0xff, len);
	want[0] = 0;
	want[1] = 1;
	want[len - hash.len - 1] = 0;
	memcpy(want + len - hash.len, hash.p, hash.len);

	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(evp, NULL);
	bool ok = ctx != NULL && EVP_PKEY_verify_recover_init(ctx) == 1 &&
	          EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	          EVP_PKEY_verify_recover(ctx, block, &got, sig.p, sig.len) == 1 && got == len;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok && bytes_eq_secret((struct bytes){block, len}, (struct bytes){want, len});
}
