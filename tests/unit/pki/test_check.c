/* Checks of peers: one reason for every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/pki/peer.h"

/* ------------------------------------------------------------------ chains */

static void good(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){.digest = "SHA1"});
	(void)state;
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
	assert_string_equal(trustpoint, "main");
	/* with the root, and with what has nothing to do with it */
	assert_int_equal(checked(x, root, other), PKI_WHY_GOOD_UNCHECKED);
}

static void no_certificate(void **state)
{
	(void)state;
	assert_int_equal(checked(NULL, NULL, NULL), PKI_WHY_NO_CERT);
}

static void malformed(void **state)
{
	static const uint8_t junk[] = {0x30, 0x03, 0x02, 0x01, 0x00};
	CERT(x) = peer_of(root, ROOT, (struct maker){0});
	(void)state;
	ask(x, PEER, NULL, NULL);
	question.certs[1] = question.certs[0];
	question.certs[0] = (struct bytes){junk, sizeof junk};
	question.ncerts = 1;
	assert_int_equal(answer(), PKI_WHY_MALFORMED);
	question.ncerts = 2; /* is it the peer's or was it the first one? Nothing says so */
	assert_int_equal(answer(), PKI_WHY_MALFORMED);
	question.id_type = 9; /* the identity says so */
	struct pki_cert *c = maker_pki(x);
	question.id = pki_cert_subject(c);
	assert_int_equal(answer(), PKI_WHY_GOOD_UNCHECKED);
	question.id.len = 0;
	pki_cert_drop(c);
	/* junk behind it is not the peer's fault alone: Windows sends what it has */
	question.id_type = 0;
	question.certs[0] = question.certs[1];
	question.certs[1] = (struct bytes){junk, sizeof junk};
	assert_int_equal(answer(), PKI_WHY_GOOD_UNCHECKED);
	static uint8_t long_one[PKI_CERT_MAX + 1];
	question.certs[0] = (struct bytes){long_one, sizeof long_one};
	question.ncerts = 1;
	assert_int_equal(answer(), PKI_WHY_MALFORMED);
}

static void wrong_ca(void **state)
{
	CERT(x) = peer_of(other, OTHER, (struct maker){0});
	(void)state;
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_NO_TRUSTPOINT);
	assert_string_equal(said, "issuer: CN=Root,O=Elsewhere,C=DE");
	assert_string_equal(trustpoint, "");
	assert_int_equal(checked(x, other, NULL), PKI_WHY_CHAIN);
	/* itself */
	CERT(self) = peer_of(NULL, 0, (struct maker){0});
	assert_int_equal(checked(self, NULL, NULL), PKI_WHY_NO_TRUSTPOINT);
}

/* A CA of the same name, but another key. */
static void forged_issuer(void **state)
{
	CERT(forged) = maker_ca("/C=DE/O=Example/CN=Root", OTHER, NULL, OTHER);
	CERT(x) = peer_of(forged, OTHER, (struct maker){0});
	(void)state;
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_CHAIN_SIGNATURE);
	assert_int_equal(checked(x, forged, NULL), PKI_WHY_CHAIN_SIGNATURE);
	/* a second trustpoint of that name, with the right key, is found */
	trust(1, "renewed", forged);
	reconfigure();
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
	assert_string_equal(trustpoint, "renewed");
}

static void times(void **state)
{
	CERT(early) = peer_of(root, ROOT, (struct maker){.from = MAKER_NOW + 10});
	CERT(late) = peer_of(root, ROOT, (struct maker){.until = MAKER_NOW - 10});
	(void)state;
	assert_int_equal(checked(early, NULL, NULL), PKI_WHY_NOT_YET);
	assert_string_equal(said, "CN=peer,O=Example,C=DE from 08:00:10 UTC Jan 15 2027, the clock says 08:00:00 UTC Jan 15 2027");
	assert_int_equal(checked(late, NULL, NULL), PKI_WHY_EXPIRED);
	assert_string_equal(said, "CN=peer,O=Example,C=DE until 07:59:50 UTC Jan 15 2027, the clock says 08:00:00 UTC Jan 15 2027");
	clock_run(&world.clock, world.clock.now_ms + 11000);
	assert_int_equal(checked(early, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
}

static void expired_root(void **state)
{
	struct maker m = {.subject = "/CN=Old", .slot = OTHER, .until = MAKER_NOW - 1, .ext = {{NID_basic_constraints, "CA:TRUE"}}};
	CERT(old) = maker_cert(&m);
	CERT(x) = peer_of(old, OTHER, (struct maker){0});
	(void)state;
	trust(1, "old", old);
	reconfigure();
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_EXPIRED);
	assert_string_equal(trustpoint, "old");
	assert_memory_equal(said, "CN=Old until ", 13);
}

static void intermediate(void **state)
{
	CERT(sub) = maker_ca("/CN=Sub", SUB, root, ROOT);
	CERT(x) = peer_of(sub, SUB, (struct maker){0});
	(void)state;
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_NO_TRUSTPOINT);
	assert_int_equal(checked(x, sub, NULL), PKI_WHY_GOOD_UNCHECKED);
	assert_int_equal(checked(x, root, sub), PKI_WHY_GOOD_UNCHECKED); /* in any order */
	tps[0].subordinates = false;
	reconfigure();
	assert_int_equal(checked(x, sub, NULL), PKI_WHY_CHAIN);
	/* unless it is a trustpoint of its own */
	trust(1, "sub", sub);
	reconfigure();
	assert_int_equal(checked(x, sub, NULL), PKI_WHY_GOOD_UNCHECKED);
	assert_string_equal(trustpoint, "sub");
	tps[1].validates = false;
	reconfigure();
	assert_int_equal(checked(x, sub, NULL), PKI_WHY_CHAIN);
}

static void not_a_ca(void **state)
{
	struct maker m = {.subject = "/CN=Sub", .slot = SUB, .issuer = root, .issuer_slot = ROOT, .ext = {{NID_basic_constraints, "CA:FALSE"}}};
	CERT(sub) = maker_cert(&m);
	CERT(x) = peer_of(sub, SUB, (struct maker){0});
	(void)state;
	assert_int_equal(checked(x, sub, NULL), PKI_WHY_NOT_A_CA);
	assert_string_equal(said, "CN=Sub invalid CA certificate");
	tps[0].ca_check = false;
	reconfigure();
	assert_int_equal(checked(x, sub, NULL), PKI_WHY_GOOD_UNCHECKED);
	tps[0].ca_check = true;
	/* key usage without keyCertSign */
	m.ext[0].value = "critical,CA:TRUE";
	m.ext[1].nid = NID_key_usage;
	m.ext[1].value = "digitalSignature";
	CERT(mute) = maker_cert(&m);
	reconfigure();
	assert_int_equal(checked(x, mute, NULL), PKI_WHY_NOT_A_CA);
}

static void path_length(void **state)
{
	struct maker m = {.subject = "/CN=Sub", .slot = SUB, .issuer = root, .issuer_slot = ROOT,
	                  .ext = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"}, {NID_key_usage, "keyCertSign"}}};
	CERT(sub) = maker_cert(&m);
	CERT(sub2) = maker_ca("/CN=Sub2", SUB2, sub, SUB);
	CERT(x) = peer_of(sub2, SUB2, (struct maker){0});
	(void)state;
	assert_int_equal(checked(x, sub2, sub), PKI_WHY_NOT_A_CA);
	assert_string_equal(said, "CN=Sub path length constraint exceeded");
	tps[0].ca_check = false; /* is about what makes a CA, not about its limits */
	reconfigure();
	assert_int_equal(checked(x, sub2, sub), PKI_WHY_NOT_A_CA);
}

static void name_constraint(void **state)
{
	struct maker m = {.subject = "/CN=Sub", .slot = SUB, .issuer = root, .issuer_slot = ROOT,
	                  .ext = {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_name_constraints, "critical,permitted;DNS:example.com"}}};
	CERT(sub) = maker_cert(&m);
	CERT(in) = peer_of(sub, SUB, (struct maker){.ext = {{NID_subject_alt_name, "DNS:a.example.com"}}});
	CERT(out) = peer_of(sub, SUB, (struct maker){.ext = {{NID_subject_alt_name, "DNS:a.example.org"}}});
	(void)state;
	assert_int_equal(checked(in, sub, NULL), PKI_WHY_GOOD_UNCHECKED);
	assert_int_equal(checked(out, sub, NULL), PKI_WHY_NAME_CONSTRAINT);
}

static void critical_extension(void **state)
{
	/* an inhibit of nobody: critical, and of an arc that nobody has */
	CERT(x) = peer_of(root, ROOT, (struct maker){0});
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(data, (const uint8_t *)"\x05", 2);
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, data);
	(void)state;
	X509_add_ext(x, e, -1);
	assert_true(X509_sign(x, maker_key(ROOT, 0), EVP_sha256()) > 0);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_EXTENSION);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(oid);
}

static void usage(void **state)
{
	static const struct {
		const char *usage;
		enum pki_why why;
	} rows[] = {{"critical,keyEncipherment", PKI_WHY_USAGE},
	            {"critical,digitalSignature", PKI_WHY_GOOD_UNCHECKED},
	            {"nonRepudiation", PKI_WHY_GOOD_UNCHECKED}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		/* and an EKU that is not about IKE at all */
		X509 *x = peer_of(root, ROOT, (struct maker){.ext = {{NID_key_usage, rows[i].usage}, {NID_ext_key_usage, "clientAuth"}}});
		assert_int_equal(checked(x, NULL, NULL), rows[i].why);
		X509_free(x);
	}
}

static void weak(void **state)
{
	CERT(md5) = peer_of(root, ROOT, (struct maker){.digest = "MD5"});
	struct maker m = {.subject = "/CN=small", .slot = 9, .bits = 768, .issuer = root, .issuer_slot = ROOT};
	CERT(small) = maker_cert(&m);
	(void)state;
	assert_int_equal(checked(md5, NULL, NULL), PKI_WHY_WEAK);
	ask(small, 9, NULL, NULL);
	assert_int_equal(answer(), PKI_WHY_WEAK);
	/* a root signed by itself with MD5 is what the administrator took */
	m = (struct maker){.subject = "/CN=Old", .slot = OTHER, .digest = "MD5", .v1 = true};
	CERT(old) = maker_cert(&m);
	CERT(x) = peer_of(old, OTHER, (struct maker){0});
	trust(1, "old", old);
	reconfigure();
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
}

static void signature(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){0});
	(void)state;
	ask(x, OTHER, NULL, NULL); /* somebody else's key */
	assert_int_equal(answer(), PKI_WHY_SIGNATURE);
	ask(x, PEER, NULL, NULL);
	question.hash.len--;
	assert_int_equal(answer(), PKI_WHY_SIGNATURE);
	question.sig.len = 0;
	assert_int_equal(answer(), PKI_WHY_SIGNATURE);
	question.sig = (struct bytes){sig, sizeof sig};
	assert_int_equal(answer(), PKI_WHY_SIGNATURE);
}

static void too_long(void **state)
{
	X509 *ca[PKI_CHAIN_MAX + 1] = {root};
	char name[20];
	(void)state;
	for (unsigned i = 1; i <= PKI_CHAIN_MAX; i++) {
		snprintf(name, sizeof name, "/CN=Sub %u", i);
		ca[i] = maker_ca(name, SUB, ca[i - 1], i == 1 ? ROOT : SUB);
	}
	X509 *x = peer_of(ca[PKI_CHAIN_MAX - 1], SUB, (struct maker){0});
	ask(x, PEER, NULL, NULL);
	for (unsigned i = 1; i < PKI_CHAIN_MAX; i++)
		question.certs[question.ncerts++] = maker_der(ca[i]);
	assert_int_equal(question.ncerts, PKI_CHAIN_MAX);
	assert_int_equal(answer(), PKI_WHY_GOOD_UNCHECKED);
	question.ncerts++;
	assert_null(pki_check_start(pki, &question, on_verdict, &world));
	X509_free(x);
	for (unsigned i = 1; i <= PKI_CHAIN_MAX; i++)
		X509_free(ca[i]);
}

/* ------------------------------------------------------------------ life */

static void busy(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){0});
	struct pki_check *first;
	(void)state;
	ask(x, PEER, NULL, NULL);
	verdicts = 0;
	first = pki_check_start(pki, &question, on_verdict, &world);
	for (unsigned i = 1; i < PKI_CHECKS_MAX; i++)
		start();
	assert_null(pki_check_start(pki, &question, on_verdict, &world));
	pki_check_cancel(first);
	assert_null(pki_check_start(pki, &question, on_verdict, &world)); /* it is still at work */
	maker_work(&world);
	assert_int_equal(verdicts, PKI_CHECKS_MAX - 1);
	world.work_limit = 1;
	start();
	assert_null(pki_check_start(pki, &question, on_verdict, &world)); /* helpers have enough */
	world.work_limit = 0;
	maker_work(&world);
}

/* The configuration goes while a check is at work; then everything. */
static void gone(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){0});
	struct err err = {0};
	(void)state;
	ask(x, PEER, NULL, NULL);
	verdicts = 0;
	start();
	pki_set_conf(pki, NULL);
	maker_work(&world);
	assert_int_equal(why, PKI_WHY_GOOD_UNCHECKED);
	assert_int_equal(verdicts, 1);
	assert_int_equal(answer(), PKI_WHY_NO_TRUSTPOINT);
	start();
	pki_free(pki);
	maker_work(&world);
	assert_int_equal(verdicts, 2);
	pki = pki_new(&world.clock, &maker_ops, &world, -1, &err);
	assert_non_null(pki);
}

/* What no helper thread has looked at is not believed. */
static void undone(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){0});
	(void)state;
	world.stopping = true;
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_BUSY);
}

static void texts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PKI_WHYS; i++)
		assert_true(pki_why_text((enum pki_why)i)[0] != '\0');
	assert_string_equal(pki_why_text(PKI_WHYS), "");
	assert_int_equal(pki_chain_why(X509_V_ERR_CERT_HAS_EXPIRED), PKI_WHY_EXPIRED);
	assert_int_equal(pki_chain_why(X509_V_ERR_UNSPECIFIED), PKI_WHY_CHAIN);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(good),         T(no_certificate), T(malformed),       T(wrong_ca),           T(forged_issuer), T(times),
	        T(expired_root), T(intermediate),   T(not_a_ca),        T(path_length),        T(name_constraint),
	        T(usage),        T(weak),           T(signature),       T(critical_extension), T(too_long),
	        T(busy),         T(gone),           T(undone),          T(texts)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
