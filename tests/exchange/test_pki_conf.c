/* Trustpoints out of a text of configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/pki/pki.h"
#include "tests/certs/certs.h"
#include "tests/exchange/conf_fixture.h"

static struct out notes;

static const struct pki_conf *compile(struct conf_fixture *f, const char *text)
{
	const struct pki_conf *conf = NULL;
	struct err err = {0};
	conf_load(f, text);
	conf_no_errors(f);
	out_init(&notes);
	if (pki_conf_compile(conf_loaded(f), f->arena, &conf, &notes, &err) != 0)
		fail_msg("%s", err.text);
	return conf;
}

static void end(struct conf_fixture *f)
{
	conf_unload(f);
	out_free(&notes);
}

static void test_defaults(void **state)
{
	const struct pki_conf *c = compile(*state, "hostname asa\ndomain-name example.com\n"
	                                           "crypto ca trustpoint B\n crypto ca trustpoint A\n");
	assert_int_equal(c->ntrustpoints, 2);
	assert_string_equal(c->fqdn, "asa.example.com");
	assert_string_equal(c->trustpoints[0].name, "A");
	assert_null(pki_trustpoint_find(c, "a"));
	const struct pki_trustpoint *t = pki_trustpoint_find(c, "B");
	assert_non_null(t);
	assert_int_equal(t->enroll, PKI_ENROLL_NONE);
	assert_string_equal(t->url, "");
	assert_int_equal(t->retry_period_s, 60);
	assert_int_equal(t->retry_count, 0);
	assert_string_equal(t->subject, "");
	assert_string_equal(t->fqdn, "");
	assert_string_equal(t->keypair, PKI_DEFAULT_KEY);
	assert_int_equal(t->nrevocation, 0);
	assert_int_equal(t->crl_policy, PKI_CRL_CDP);
	assert_int_equal(t->crl_protocols, PKI_CRL_HTTP);
	assert_int_equal(t->crl_cache_s, 3600);
	assert_true(t->crl_enforce_next && t->ocsp_nonce && t->ca_check && t->validates && t->subordinates);
	assert_false(t->serial);
	for (unsigned r = 0; r < PKI_ROLES; r++) {
		assert_null(t->cert[r]);
		assert_string_equal(t->entry[r], "");
	}
	end(*state);
}

static void test_all_said(void **state)
{
	const struct pki_conf *c = compile(*state,
	                                   "crypto ca trustpoint T\n"
	                                   " enrollment url http://192.0.2.9/scep\n"
	                                   " enrollment retry period 5\n"
	                                   " enrollment retry count 7\n"
	                                   " subject-name CN=asa,O=b\n"
	                                   " fqdn none\n"
	                                   " email a@example.com\n"
	                                   " ip-address 192.0.2.1\n"
	                                   " serial-number\n"
	                                   " password wonder\n"
	                                   " keypair K\n"
	                                   " revocation-check ocsp crl none\n"
	                                   " ocsp url http://192.0.2.9:8888\n"
	                                   " ocsp disable-nonce\n"
	                                   " no ca-check\n"
	                                   " no accept-subordinates\n"
	                                   " validation-usage ssl-client\n"
	                                   " crl configure\n"
	                                   "  policy both\n"
	                                   "  url 1 http://192.0.2.9/1.crl\n"
	                                   "  url 5 ldap://192.0.2.9/cn=b\n"
	                                   "  protocol ldap\n"
	                                   "  protocol scep\n"
	                                   "  no protocol http\n"
	                                   "  cache-time 10\n"
	                                   "  no enforcenextupdate\n"
	                                   "crypto ca trustpoint U\n"
	                                   " enrollment self\n"
	                                   " validation-usage ipsec-client ssl-client\n"
	                                   "crypto ca trustpoint V\n"
	                                   " enrollment terminal\n"
	                                   " no validation-usage\n");
	const struct pki_trustpoint *t = pki_trustpoint_find(c, "T");
	assert_int_equal(t->enroll, PKI_ENROLL_URL);
	assert_string_equal(t->url, "http://192.0.2.9/scep");
	assert_int_equal(t->retry_period_s, 300);
	assert_int_equal(t->retry_count, 7);
	assert_string_equal(t->subject, "CN=asa,O=b");
	assert_null(t->fqdn);
	assert_string_equal(t->email, "a@example.com");
	assert_int_equal(t->ip, 0xc0000201);
	assert_true(t->serial);
	assert_string_equal(t->challenge, "wonder");
	assert_string_equal(t->keypair, "K");
	assert_int_equal(t->nrevocation, 3);
	assert_int_equal(t->revocation[0], PKI_REVOCATION_OCSP);
	assert_int_equal(t->revocation[1], PKI_REVOCATION_CRL);
	assert_int_equal(t->revocation[2], PKI_REVOCATION_NONE);
	assert_string_equal(t->ocsp_url, "http://192.0.2.9:8888");
	assert_false(t->ocsp_nonce || t->ca_check || t->subordinates || t->validates || t->crl_enforce_next);
	assert_int_equal(t->crl_policy, PKI_CRL_CDP | PKI_CRL_STATIC);
	assert_int_equal(t->crl_protocols, PKI_CRL_LDAP | PKI_CRL_SCEP);
	assert_string_equal(t->crl_url[0], "http://192.0.2.9/1.crl");
	assert_string_equal(t->crl_url[1], "");
	assert_string_equal(t->crl_url[4], "ldap://192.0.2.9/cn=b");
	assert_int_equal(t->crl_cache_s, 600);
	assert_int_equal(pki_trustpoint_find(c, "U")->enroll, PKI_ENROLL_SELF);
	assert_true(pki_trustpoint_find(c, "U")->validates);
	assert_int_equal(pki_trustpoint_find(c, "V")->enroll, PKI_ENROLL_TERMINAL);
	assert_false(pki_trustpoint_find(c, "V")->validates);
	end(*state);
}

static struct pki_cert *make(const char *cn, const char *serial, unsigned key, const struct pki_cert *ca, unsigned ca_key)
{
	const struct cert_attr subject[] = {{"CN", cn, 0, 0}, {NULL, NULL, 0, 0}};
	return cert_make(&(struct cert_wish){.subject = subject,
	                                     .serial = serial,
	                                     .key = cert_key(key, 1024),
	                                     .issuer = ca,
	                                     .signer = cert_key(ca != NULL ? ca_key : key, 1024),
	                                     .extensions = {ca == NULL ? "basicConstraints=critical,CA:TRUE" : NULL}});
}

static void test_certificates(void **state)
{
	struct pki_cert *ca = make("root", "0a", 0, NULL, 0), *own = make("asa", "0b", 1, ca, 0);
	struct out text;
	out_init(&text);
	out_str(&text, "crypto ca trustpoint T\n enrollment terminal\ncrypto ca certificate chain T\n");
	cert_lines(ca, "ca", &text);
	cert_lines(own, "", &text);
	out_str(&text, " certificate ra-sign 0c\n    30020102\n  quit\n certificate ra-encrypt 0d\n    300201023\n  quit\n"
	               " certificate ra-general 0e\n    30820102 01\n  quit\n");
	const struct pki_conf *c = compile(*state, text.text);
	const struct pki_trustpoint *t = pki_trustpoint_find(c, "T");
	assert_true(pki_cert_same(t->cert[PKI_ROLE_CA], ca));
	assert_true(pki_cert_same(t->cert[PKI_ROLE_OWN], own));
	assert_string_equal(t->entry[PKI_ROLE_CA], "ca 0a");
	assert_string_equal(t->entry[PKI_ROLE_OWN], "0b");
	assert_null(t->cert[PKI_ROLE_RA_SIGN]);
	assert_null(t->cert[PKI_ROLE_RA_ENCRYPT]);
	assert_null(t->cert[PKI_ROLE_RA_GENERAL]); /* perhaps it is still being typed */
	assert_null(strstr(notes.text, "ra-general"));
	assert_non_null(strstr(notes.text, "WARNING: certificate ra-sign 0c of trustpoint T is left out: "));
	assert_non_null(strstr(notes.text, "WARNING: certificate ra-encrypt 0d of trustpoint T is left out: the certificate is "
	                                   "too long, or a digit is missing"));
	end(*state);
	out_free(&text);
	pki_cert_drop(ca);
	pki_cert_drop(own);
}

/* ------------------------------------------------------------------ who we are */

static int64_t wall_s(void *ctx)
{
	(void)ctx;
	return 1764233000;
}

static void put_key(struct pki *pki, const char *label, unsigned number)
{
	struct err err = {0};
	struct pki_pair pair = {.general = true, .key = {cert_key(number, 1024), cert_key(number, 1024)}};
	str_copy(pair.label, sizeof pair.label, str_of(label));
	assert_int_equal(pki_keys_put(pki_keys_of(pki), &pair, &err), 0);
}

static void test_identity(void **state)
{
	static const struct pki_ops ops = {.wall_s = wall_s};
	struct clock clock;
	struct err err = {0};
	struct pki_identity id;
	struct pki_cert *root = make("root", "0a", 0, NULL, 0), *sub = make("sub", "0b", 1, root, 0),
	                *low = make("low", "0c", 2, sub, 1), *own = make("asa", "0d", 3, low, 2);
	struct out text;
	out_init(&text);
	out_str(&text, "crypto ca trustpoint T\n keypair K\ncrypto ca trustpoint U\ncrypto ca trustpoint R\n"
	               "crypto ca certificate chain T\n");
	cert_lines(low, "ca", &text);
	cert_lines(own, "", &text);
	out_str(&text, "crypto ca certificate chain U\n");
	cert_lines(sub, "ca", &text);
	out_str(&text, "crypto ca certificate chain R\n");
	cert_lines(root, "ca", &text);
	clock_init(&clock, 1000);
	struct pki *pki = pki_new(&clock, &ops, NULL, -1, &err);
	assert_non_null(pki);
	assert_false(pki_identity(pki, "T", &id, &err));
	assert_string_equal(err.text, "CA trustpoint 'T' is not known");
	pki_set_conf(pki, compile(*state, text.text));
	assert_string_equal(out_text(&notes).len > 0 ? notes.text : "", "");
	assert_false(pki_identity(pki, "U", &id, &err));
	assert_string_equal(err.text, "trustpoint U has no certificate of ours");
	assert_false(pki_identity(pki, "T", &id, &err));
	assert_string_equal(err.text, "trustpoint T has no key pair");
	put_key(pki, "K", 2);
	assert_false(pki_identity(pki, "T", &id, &err));
	assert_string_equal(err.text, "trustpoint T has a certificate of another key pair");
	put_key(pki, "K", 3);
	assert_true(pki_identity(pki, "T", &id, &err));
	assert_true(pki_cert_same(id.cert, own));
	assert_true(pki_key_fits(id.key, own));
	assert_int_equal(id.nchain, 2); /* without the root */
	assert_true(pki_cert_same(id.chain[0], low));
	assert_true(pki_cert_same(id.chain[1], sub));
	pki_set_conf(pki, NULL);
	end(*state);
	assert_false(pki_identity(pki, "T", &id, &err));
	pki_free(pki);
	clock_free(&clock);
	out_free(&text);
	pki_cert_drop(root);
	pki_cert_drop(sub);
	pki_cert_drop(low);
	pki_cert_drop(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_defaults),
	        cmocka_unit_test(test_all_said),
	        cmocka_unit_test(test_certificates),
	        cmocka_unit_test(test_identity),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
