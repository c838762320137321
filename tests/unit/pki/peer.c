#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "crypto/pki/ossl.h"
#include "crypto/prim/prim.h"
#include "tests/unit/pki/peer.h"

struct maker_world world;
struct pki *pki;
struct pki_trustpoint tps[3];
struct pki_conf conf = {.trustpoints = tps, .fqdn = "asa.example.com"};
X509 *root, *other;
struct pki_check_in question;
uint8_t hash[20] = {1, 2, 3}, sig[PKI_SIG_MAX];
enum pki_why why;
char said[PKI_DETAIL_MAX], trustpoint[80];
unsigned verdicts;
static bool with_cert;

void on_verdict(void *arg, const struct pki_verdict *v)
{
	assert_ptr_equal(arg, &world);
	why = v->why;
	with_cert = v->cert != NULL;
	str_copy(said, sizeof said, str_of(v->detail));
	str_copy(trustpoint, sizeof trustpoint, str_of(v->trustpoint));
	verdicts++;
}

void trust(size_t i, const char *name, X509 *ca)
{
	pki_cert_drop(tps[i].cert[PKI_ROLE_CA]);
	tps[i] = (struct pki_trustpoint){.name = name,
	                                 .url = "",
	                                 .subject = "",
	                                 .fqdn = "",
	                                 .email = "",
	                                 .challenge = "",
	                                 .keypair = "",
	                                 .ocsp_url = "",
	                                 .crl_url = {"", "", "", "", ""},
	                                 .crl_policy = PKI_CRL_CDP,
	                                 .crl_protocols = PKI_CRL_HTTP,
	                                 .crl_cache_s = 3600,
	                                 .crl_enforce_next = true,
	                                 .ocsp_nonce = true,
	                                 .ca_check = true,
	                                 .validates = true,
	                                 .subordinates = true};
	tps[i].cert[PKI_ROLE_CA] = maker_pki(ca);
	conf.ntrustpoints = i + 1;
}

void reconfigure(void)
{
	pki_set_conf(pki, &conf);
}

void ask(X509 *x, unsigned slot, X509 *second, X509 *third)
{
	size_t len = 0, bits = 0;
	char *pem = NULL;
	BIO *out = BIO_new(BIO_s_mem());
	struct err err = {0};
	assert_int_equal(PEM_write_bio_PrivateKey(out, maker_key(slot, 0), NULL, NULL, 0, NULL, NULL), 1);
	bits = (size_t)BIO_get_mem_data(out, &pem);
	struct pki_key *key = pki_key_read((struct str){pem, bits}, &err);
	assert_non_null(key);
	assert_true(pki_sign_hash(key, (struct bytes){hash, sizeof hash}, sig, &len));
	pki_key_drop(key);
	BIO_free(out);
	question = (struct pki_check_in){.hash = {hash, sizeof hash}, .sig = {sig, len}};
	if (x != NULL)
		question.certs[question.ncerts++] = maker_der(x);
	if (second != NULL)
		question.certs[question.ncerts++] = maker_der(second);
	if (third != NULL)
		question.certs[question.ncerts++] = maker_der(third);
}

struct pki_check *start(void)
{
	struct pki_check *c = pki_check_start(pki, &question, on_verdict, &world);
	assert_non_null(c);
	return c;
}

enum pki_why answer(void)
{
	unsigned before = verdicts;
	start();
	assert_int_equal(verdicts, before); /* never from within */
	maker_work(&world);
	assert_int_equal(verdicts, before + 1);
	assert_int_equal(with_cert, why == PKI_WHY_GOOD || why == PKI_WHY_GOOD_UNCHECKED);
	return why;
}

enum pki_why checked(X509 *x, X509 *second, X509 *third)
{
	ask(x, PEER, second, third);
	return answer();
}

X509 *peer_of(X509 *ca, unsigned slot, struct maker m)
{
	m.subject = m.subject != NULL ? m.subject : "/C=DE/O=Example/CN=peer";
	m.slot = PEER;
	m.issuer = ca;
	m.issuer_slot = slot;
	return maker_cert(&m);
}

int peer_setup(void **state)
{
	struct err err = {0};
	(void)state;
	assert_int_equal(prim_init(&err), 0);
	maker_world_init(&world);
	pki = pki_new(&world.clock, &maker_ops, &world, -1, &err);
	assert_non_null(pki);
	root = maker_ca("/C=DE/O=Example/CN=Root", ROOT, NULL, ROOT);
	other = maker_ca("/C=DE/O=Elsewhere/CN=Root", OTHER, NULL, OTHER);
	trust(0, "main", root);
	reconfigure();
	return 0;
}

int peer_teardown(void **state)
{
	(void)state;
	pki_free(pki);
	maker_world_free(&world);
	for (size_t i = 0; i < sizeof tps / sizeof tps[0]; i++)
		pki_cert_drop(tps[i].cert[PKI_ROLE_CA]);
	memset(tps, 0, sizeof tps);
	X509_free(root);
	X509_free(other);
	maker_free();
	prim_free();
	return 0;
}
