#include "tests/bench/raw.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PACKETS = 64, ROOM = 2048, SAMPLES = 5, SAMPLE_NS = 4000000 };

static uint8_t data[PACKETS][ROOM];
static const uint8_t key[PRIM_KEY_MAX] = {1}, iv[PRIM_IV_MAX] = {2};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double sample(void (*f)(void *), void *arg, double ns)
{
	double start = now_ns(), took;
	size_t n = 0;

	do {
		f(arg);
		n++;
		took = now_ns() - start;
	} while (took < ns);
	return took / (double)n;
}

double bench_ns(void (*f)(void *), void *arg)
{
	double v[SAMPLES];

	sample(f, arg, SAMPLE_NS);
	for (int i = 0; i < SAMPLES; i++) {
		int at = i;

		v[at] = sample(f, arg, SAMPLE_NS);
		for (; at > 0 && v[at - 1] > v[at]; at--) {
			double t = v[at];

			v[at] = v[at - 1];
			v[at - 1] = t;
		}
	}
	return v[SAMPLES / 2];
}

static void must(bool ok)
{
	if (!ok)
		abort();
}

/* ------------------------------------------------------------------ OpenSSL: contexts that are used again */

struct openssl {
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac;
	size_t len;
	bool encrypt;
};

static void openssl_mac(struct openssl *o, uint8_t *p)
{
	uint8_t tag[PRIM_MD_MAX];
	size_t tag_len;

	must(EVP_MAC_init(o->mac, NULL, 0, NULL) && EVP_MAC_update(o->mac, p, o->len) &&
	     EVP_MAC_final(o->mac, tag, &tag_len, sizeof(tag)));
}

static void openssl_batch(void *arg)
{
	struct openssl *o = arg;

	for (size_t i = 0; i < PACKETS; i++) {
		int n;

		if (!o->encrypt)
			openssl_mac(o, data[i]);
		must(EVP_CipherInit_ex2(o->cipher, NULL, NULL, iv, -1, NULL) &&
		     EVP_CipherUpdate(o->cipher, data[i], &n, data[i], (int)o->len));
		if (o->encrypt)
			openssl_mac(o, data[i]);
	}
}

double raw_openssl(enum prim_cipher c, size_t key_len, enum prim_md md, bool encrypt, size_t len)
{
	struct openssl o = {.cipher = EVP_CIPHER_CTX_new(), .len = len, .encrypt = encrypt};
	char digest[16];
	OSSL_PARAM params[2] = {OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	                        OSSL_PARAM_END};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	const char *name = c == PRIM_3DES   ? "DES-EDE3-CBC"
	                   : c == PRIM_DES  ? "DES-CBC"
	                   : key_len == 16  ? "AES-128-CBC"
	                                    : "AES-256-CBC";
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	double ns;

	must(snprintf(digest, sizeof(digest), "%s", prim_md_name(md)) < (int)sizeof(digest));
	params[0].data_size = strlen(digest);
	o.mac = EVP_MAC_CTX_new(hmac);
	must(EVP_CipherInit_ex2(o.cipher, cipher, key, iv, encrypt, NULL) &&
	     EVP_CIPHER_CTX_set_padding(o.cipher, 0) &&
	     EVP_MAC_init(o.mac, key, prim_md_len(md), params));
	ns = bench_ns(openssl_batch, &o) / PACKETS;
	EVP_MAC_CTX_free(o.mac);
	EVP_MAC_free(hmac);
	EVP_CIPHER_free(cipher);
	EVP_CIPHER_CTX_free(o.cipher);
	return ns;
}

/* ------------------------------------------------------------------ intel-ipsec-mb: its queue of jobs */

#ifdef POSTERN_IPSEC_MB

#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

struct mb {
	IMB_MGR *mgr;
	IMB_JOB job; /* as all of them are */
	size_t done;
};

static _Alignas(16) uint32_t enc[60], dec[60];
static uint64_t des[3][16];
static const void *const des3[3] = {des[0], des[1], des[2]};
static uint32_t pads[2][8];

static void mb_batch(void *arg)
{
	struct mb *m = arg;
	uint8_t tag[PACKETS][PRIM_MD_MAX];
	size_t n = 0;

	for (size_t i = 0; i < PACKETS; i++) {
		IMB_JOB *job = IMB_GET_NEXT_JOB(m->mgr);

		*job = m->job;
		job->src = data[i];
		job->dst = data[i];
		job->auth_tag_output = tag[i];
		for (job = IMB_SUBMIT_JOB_NOCHECK(m->mgr); job; n++)
			job = IMB_GET_COMPLETED_JOB(m->mgr);
	}
	while (IMB_FLUSH_JOB(m->mgr))
		n++;
	must(n == PACKETS);
}

double raw_ipsec_mb(enum prim_cipher c, size_t key_len, enum prim_md md, bool encrypt, size_t len)
{
	struct mb m = {.mgr = alloc_mb_mgr(0)};
	IMB_JOB *job = &m.job;
	double ns;

	must(m.mgr != NULL);
	init_mb_mgr_auto(m.mgr, NULL);
	if (key_len == 16)
		IMB_AES_KEYEXP_128(m.mgr, key, enc, dec);
	else
		IMB_AES_KEYEXP_256(m.mgr, key, enc, dec);
	for (size_t i = 0; i < 3; i++)
		IMB_DES_KEYSCHED(m.mgr, des[i], key + 8 * i);
	job->enc_keys = c == PRIM_AES ? (void *)enc : c == PRIM_3DES ? (void *)des3 : des[0];
	job->dec_keys = c == PRIM_AES ? (void *)dec : job->enc_keys;
	job->key_len_in_bytes = key_len;
	job->msg_len_to_cipher_in_bytes = job->msg_len_to_hash_in_bytes = len;
	job->iv = iv;
	job->iv_len_in_bytes = prim_cipher_block(c);
	job->auth_tag_output_len_in_bytes = md == PRIM_SHA256 ? 16 : 12;
	job->u.HMAC._hashed_auth_key_xor_ipad = (uint8_t *)pads[0];
	job->u.HMAC._hashed_auth_key_xor_opad = (uint8_t *)pads[1];
	job->cipher_mode = c == PRIM_AES    ? IMB_CIPHER_CBC
	                   : c == PRIM_3DES ? IMB_CIPHER_DES3
	                                    : IMB_CIPHER_DES;
	job->hash_alg = md == PRIM_MD5    ? IMB_AUTH_MD5
	                : md == PRIM_SHA1 ? IMB_AUTH_HMAC_SHA_1
	                                  : IMB_AUTH_HMAC_SHA_256;
	job->cipher_direction = encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
	job->chain_order = encrypt ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
	ns = bench_ns(mb_batch, &m) / PACKETS;
	free_mb_mgr(m.mgr);
	return ns;
}

#else

double raw_ipsec_mb(enum prim_cipher c, size_t key_len, enum prim_md md, bool encrypt, size_t len)
{
	(void)c, (void)key_len, (void)md, (void)encrypt, (void)len;
	return 0;
}

#endif
