/* A CA for what fuzzes certificates, CRLs and OCSP answers: its key is the same in every run, so that the corpus holds what
 * it signed, and what the input changed is signed again. Nobody else's key, and no secret. */
#ifndef TESTS_FUZZ_PKI_CA_H
#define TESTS_FUZZ_PKI_CA_H

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"

enum { FUZZ_NOW = 1800000000 };

static const char fuzz_ca_pem[] =
        "-----BEGIN RSA PRIVATE KEY-----\n"
        "MIICWwIBAAKBgQC4I3IizKTU0sZF/dxSii146dI68JWDlP/7/UDxnjYxaSX449SL\n"
        "i1PMyCyUByprZpD/YJN7GCilGvLtRutrYQ2DPzrUhEW36et/s/ivDPIHPT5iIgw9\n"
        "7oNhFKB8241PdFn4k7F6TRJBaqDcsQa07CNe6RXTUJHP/2aL6GaBB8MlcwIDAQAB\n"
        "AoGAFGpJozYRKE9eEDB/Ft+e/wLdfg9iZD5Gy0dexesGkx/XR+rqi7Ycyl1/I8JP\n"
        "n6y1crrgXwtkpjmAqXHtc/BEsRH8p4q9qFFxgPZdALNWPL83NhL2uc1Qf14K7sCy\n"
        "rPgpfyuPMtrq2gGa3Vv5G5BIXVZ03VVt0dncBD5wasYa+RECQQD0WsOP5Yni1ZO9\n"
        "K9co3ksjHJuSXUbyd4Ux4YtsYjHTfUDqphvX+7rO1nvArCgnPxBSM6EOxPQ8U899\n"
        "DXjzkEddAkEAwOoEtwdbOj/nmZNyesThm9wcT6xCl591nyjA95vxNK6ECuhVSvXM\n"
        "JEA7oh7z4ZLc1GR+a2eODNrafe1jdC5jDwJAY1ae2FoVs0zmkepHv0qXuz9/E4Ku\n"
        "PBZQ5NVvi/Fjljn+cSZ0fVrOOBZEGzEh5cqihPiOSmXRcNEVsh4PBN2r1QJASb7s\n"
        "EH+6axkU0wufnrj2uds542cpicbGcxJkOgOeAJKaHYVVXbN613zKjx4gAuJekr7b\n"
        "6PkMP3PGRI9kDnzRFwJAFskEFbYZxfb0RkSyzol4ZXfkRr58h8ezTM1u+P13Dsh8\n"
        "VMgqXOLC3P3Kda2naJoB7CkNaPkFSfDo/i3v0PRPog==\n"
        "-----END RSA PRIVATE KEY-----\n";

static EVP_PKEY *fuzz_ca_key;
static X509 *fuzz_ca_x509;

static inline X509 *fuzz_ca_issue(const char *cn, long serial, bool ca)
{
	X509 *x = X509_new();
	X509V3_CTX ctx;
	if (x == NULL)
		abort();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)cn, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(ca ? x : fuzz_ca_x509));
	ASN1_TIME_set(X509_getm_notBefore(x), FUZZ_NOW - 86400);
	ASN1_TIME_set(X509_getm_notAfter(x), FUZZ_NOW + 86400);
	X509_set_pubkey(x, fuzz_ca_key);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, ca ? NID_basic_constraints : NID_crl_distribution_points,
	                                        ca ? "CA:TRUE" : "URI:http://ca.example.com/a.crl");
	if (e == NULL || X509_add_ext(x, e, -1) != 1 || X509_sign(x, fuzz_ca_key, EVP_sha256()) <= 0)
		abort();
	X509_EXTENSION_free(e);
	return x;
}

static inline struct pki_cert *fuzz_ca_read(X509 *x)
{
	unsigned char *der = NULL;
	struct err err = {0};
	int len = i2d_X509(x, &der);
	struct pki_cert *c = len > 0 ? pki_cert_read((struct bytes){der, (size_t)len}, &err) : NULL;
	OPENSSL_free(der);
	return c;
}

/* The same CA by another certificate: with a key identifier, that says whether it may sign CRLs. Made once. */
static inline struct pki_cert *fuzz_ca_with(bool signs_crls)
{
	static struct pki_cert *made[2];
	if (made[signs_crls] == NULL) {
		X509V3_CTX ctx;
		X509 *x = X509_dup(fuzz_ca_x509);
		X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
		X509_EXTENSION *id = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_key_identifier, "hash");
		X509_EXTENSION *usage = X509V3_EXT_conf_nid(NULL, &ctx, NID_key_usage, signs_crls ? "cRLSign" : "keyCertSign");
		if (id == NULL || usage == NULL || X509_add_ext(x, id, -1) != 1 || X509_add_ext(x, usage, -1) != 1 ||
		    X509_sign(x, fuzz_ca_key, EVP_sha256()) <= 0 || (made[signs_crls] = fuzz_ca_read(x)) == NULL)
			abort();
		X509_EXTENSION_free(id);
		X509_EXTENSION_free(usage);
		X509_free(x);
	}
	return made[signs_crls];
}

/* The CA and a certificate it issued (serial number 5), made once. */
static inline void fuzz_ca(struct pki_cert **ca, struct pki_cert **cert)
{
	static struct pki_cert *made[2];
	if (made[0] == NULL) {
		BIO *in = BIO_new_mem_buf(fuzz_ca_pem, -1);
		fuzz_ca_key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
		BIO_free(in);
		if (fuzz_ca_key == NULL)
			abort();
		fuzz_ca_x509 = fuzz_ca_issue("Fuzz CA", 1, true);
		X509 *x = fuzz_ca_issue("peer", 5, false);
		made[0] = fuzz_ca_read(fuzz_ca_x509);
		made[1] = fuzz_ca_read(x);
		X509_free(x);
		if (made[0] == NULL || made[1] == NULL)
			abort();
	}
	*ca = made[0];
	*cert = made[1];
}

#endif
