#include "crypto/pki/pkcs12.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"

enum { EXPORT_ROUNDS = 10000, SAFES_MAX = 8, BAGS_MAX = 32 };

/* One reading of one file. */
struct reading {
	struct pki_p12 *out;
	const char *pass;
	int pass_len; /* pass NULL: none at all, which is not the same as an empty one (RFC 7292 §B.1) */
	long rounds;  /* derived or about to be */
	size_t bags;
	struct err *err;
};

static bool refuse(struct reading *r, const char *why)
{
	err_set(r->err, -EBADMSG, "%s", why);
	return false;
}

/* ------------------------------------------------------------------ how much work it asks for */

static long rounds_of_pbes2(const X509_ALGOR *alg)
{
	PBE2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);
	long rounds = -1;
	if (p != NULL && OBJ_obj2nid(p->keyfunc->algorithm) == NID_id_pbkdf2) {
		PBKDF2PARAM *k =
		        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), p->keyfunc->parameter);
		rounds = k != NULL ? ASN1_INTEGER_get(k->iter) : -1;
		PBKDF2PARAM_free(k);
	}
	PBE2PARAM_free(p);
	return rounds;
}

static long rounds_of_pbe(const X509_ALGOR *alg)
{
	PBEPARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), alg->parameter);
	long rounds = p != NULL && p->iter != NULL ? ASN1_INTEGER_get(p->iter) : -1;
	PBEPARAM_free(p);
	return rounds;
}

/* Before the passphrase is put to work. Anything but the two usual ways, such as scrypt, whose memory the file says, is
 * refused. */
static bool take_rounds(struct reading *r, long rounds)
{
	ERR_clear_error();
	if (rounds < 1 || rounds > PKI_P12_ROUNDS || r->rounds + rounds > PKI_P12_ROUNDS)
		return refuse(r, "it asks for too much work, or is encrypted in a way that is not known");
	r->rounds += rounds;
	return true;
}

static bool take_algorithm(struct reading *r, const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid = NULL;
	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	return take_rounds(r, OBJ_obj2nid(oid) == NID_pbes2 ? rounds_of_pbes2(alg) : rounds_of_pbe(alg));
}

/* ------------------------------------------------------------------ what is in it */

static bool take_key(struct reading *r, const PKCS8_PRIV_KEY_INFO *p8)
{
	EVP_PKEY *evp = p8 != NULL ? EVP_PKCS82PKEY(p8) : NULL;
	if (evp == NULL)
		return refuse(r, "its key cannot be read");
	if (r->out->key != NULL) {
		EVP_PKEY_free(evp);
		return refuse(r, "there is more than one key in it");
	}
	r->out->key = pki_key_of_evp(evp, r->err);
	return r->out->key != NULL;
}

static bool take_cert(struct reading *r, const PKCS12_SAFEBAG *bag)
{
	X509 *x = PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate ? PKCS12_SAFEBAG_get1_cert(bag) : NULL;
	unsigned char *der = NULL;
	int n = x != NULL ? i2d_X509(x, &der) : -1;
	struct pki_p12 *out = r->out;
	bool ok = false;
	if (n <= 0)
		refuse(r, "a certificate in it cannot be read");
	else if (out->nother == PKI_P12_CERTS)
		refuse(r, "there are too many certificates in it");
	else if ((out->other[out->nother] = pki_cert_read((struct bytes){der, (size_t)n}, r->err)) != NULL)
		ok = ++out->nother > 0;
	OPENSSL_free(der);
	X509_free(x);
	return ok;
}

static bool take_bag(struct reading *r, const PKCS12_SAFEBAG *bag)
{
	if (++r->bags > BAGS_MAX)
		return refuse(r, "there is too much in it");
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return take_key(r, PKCS12_SAFEBAG_get0_p8inf(bag));
	case NID_pkcs8ShroudedKeyBag: {
		const X509_ALGOR *alg = NULL;
		X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &alg, NULL);
		if (!take_algorithm(r, alg))
			return false;
		PKCS8_PRIV_KEY_INFO *p8 = PKCS12_decrypt_skey(bag, r->pass, r->pass_len);
		bool ok = take_key(r, p8);
		PKCS8_PRIV_KEY_INFO_free(p8);
		return ok;
	}
	case NID_certBag:
		return take_cert(r, bag);
	default:
		return true; /* CRLs, secrets of others; nothing is looked for deeper down */
	}
}

static STACK_OF(PKCS12_SAFEBAG) * unpack(struct reading *r, PKCS7 *safe)
{
	if (PKCS7_type_is_data(safe))
		return PKCS12_unpack_p7data(safe);
	if (!PKCS7_type_is_encrypted(safe) || safe->d.encrypted == NULL || safe->d.encrypted->enc_data == NULL ||
	    !take_algorithm(r, safe->d.encrypted->enc_data->algorithm))
		return NULL;
	return PKCS12_unpack_p7encdata(safe, r->pass, r->pass_len);
}

static bool take_safe(struct reading *r, PKCS7 *safe)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = unpack(r, safe);
	bool ok = bags != NULL;
	if (!ok && r->err->code == 0)
		refuse(r, "it cannot be decrypted");
	for (int i = 0; ok && i < sk_PKCS12_SAFEBAG_num(bags); i++)
		ok = take_bag(r, sk_PKCS12_SAFEBAG_value(bags, i));
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return ok;
}

static bool take_safes(struct reading *r, PKCS12 *p12)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	int n = safes != NULL ? sk_PKCS7_num(safes) : 0;
	bool ok = n > 0 && n <= SAFES_MAX;
	if (!ok)
		refuse(r, "it is not a PKCS#12");
	for (int i = 0; ok && i < n; i++)
		ok = take_safe(r, sk_PKCS7_value(safes, i));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return ok;
}

/* ------------------------------------------------------------------ the whole */

/* An empty passphrase is written in two ways. */
static bool check_mac(struct reading *r, PKCS12 *p12)
{
	const ASN1_INTEGER *iter = NULL;
	if (!PKCS12_mac_present(p12))
		return refuse(r, "it is not protected by a passphrase");
	PKCS12_get0_mac(NULL, NULL, NULL, &iter, p12);
	long rounds = iter != NULL ? ASN1_INTEGER_get(iter) : 1;
	if (!take_rounds(r, rounds))
		return false;
	if (PKCS12_verify_mac(p12, r->pass, r->pass_len) == 1)
		return true;
	if (r->pass_len == 0 && PKCS12_verify_mac(p12, NULL, 0) == 1) {
		r->pass = NULL;
		return true;
	}
	return refuse(r, "the passphrase is wrong");
}

/* The certificate of the key leaves the others. */
static bool find_own(struct reading *r)
{
	struct pki_p12 *out = r->out;
	if (out->key == NULL)
		return refuse(r, "there is no key in it");
	for (size_t i = 0; i < out->nother; i++) {
		if (!pki_key_fits(out->key, out->other[i]))
			continue;
		out->own = out->other[i];
		memmove(out->other + i, out->other + i + 1, (out->nother - i - 1) * sizeof *out->other);
		out->nother--;
		return true;
	}
	return refuse(r, "there is no certificate for the key in it");
}

bool pki_p12_read(struct bytes der, const char *pass, struct pki_p12 *out, struct err *err)
{
	struct reading r = {.out = out, .pass = pass, .pass_len = (int)strlen(pass), .err = err};
	const unsigned char *at = der.p;
	*out = (struct pki_p12){0};
	err->code = 0;
	if (der.len == 0 || der.len > PKI_P12_MAX)
		return refuse(&r, "it is empty or too long");
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)der.len);
	bool ok = false;
	if (p12 == NULL || at != der.p + der.len)
		refuse(&r, "it is not a PKCS#12");
	else
		ok = check_mac(&r, p12) && take_safes(&r, p12) && find_own(&r);
	PKCS12_free(p12);
	ERR_clear_error();
	if (!ok)
		pki_p12_drop(out);
	return ok;
}

void pki_p12_drop(struct pki_p12 *p12)
{
	pki_key_drop(p12->key);
	pki_cert_drop(p12->own);
	for (size_t i = 0; i < p12->nother; i++)
		pki_cert_drop(p12->other[i]);
	*p12 = (struct pki_p12){0};
}

uint8_t *pki_p12_make(const struct pki_p12 *in, const char *name, const char *pass, size_t *len, struct err *err)
{
	STACK_OF(X509) *others = sk_X509_new_null();
	PKCS12 *p12 = NULL;
	uint8_t *der = NULL;
	int n = -1;
	bool ok = others != NULL;
	for (size_t i = 0; ok && i < in->nother; i++)
		ok = sk_X509_push(others, pki_cert_x509(in->other[i])) > 0;
	if (ok)
		p12 = PKCS12_create(pass, name, pki_key_evp(in->key), pki_cert_x509(in->own), others,
		                    NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
		                    EXPORT_ROUNDS, -1, 0);
	if (p12 != NULL && PKCS12_set_mac(p12, pass, -1, NULL, 0, EXPORT_ROUNDS, EVP_sha1()) == 1)
		n = i2d_PKCS12(p12, NULL);
	if (n > 0 && (der = malloc((size_t)n)) != NULL) {
		unsigned char *p = der;
		*len = (size_t)i2d_PKCS12(p12, &p);
	} else {
		err_set(err, -ENOMEM, "no PKCS#12 can be made: %s", pki_ossl_error());
	}
	PKCS12_free(p12);
	sk_X509_free(others);
	ERR_clear_error();
	return der;
}
