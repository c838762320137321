/* Messages of SCEP: what we ask is read by the openssl command, what a server in another language says (scep/make) by us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "core/base/str.h"
#include "crypto/pki/scep_msg.h"
#include "crypto/prim/prim.h"

#define TRANSACTION "0123456789abcdef0123456789abcdef"

static struct pki_key *key;
static struct pki_cert *self;
static struct scep_ca ca;
static uint8_t nonce[SCEP_NONCE];
static char work[] = "/tmp/postern-scep-XXXXXX";

static struct bytes load(const char *name)
{
	static uint8_t data[65536];
	char path[512];
	snprintf(path, sizeof path, "%s/unit/pki/scep/%s", TEST_DIR, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(data, 1, sizeof data, f);
	fclose(f);
	assert_true(n > 0 && n < sizeof data);
	return (struct bytes){data, n};
}

static struct pki_cert *cert_of(const char *name)
{
	struct err err = {0};
	struct pki_cert *c = pki_cert_read(load(name), &err);
	assert_non_null(c);
	return c;
}

static void test_caps(void **state)
{
	static const char windows[] = "POSTPKIOperation\r\nRenewal\r\nSHA-1\r\n";
	static const char modern[] = "aes\nSHA-256 \nSCEPStandard\nSHA-3\n\nDES3";
	(void)state;
	assert_int_equal(scep_caps_read((struct bytes){(const uint8_t *)windows, sizeof windows - 1}),
	                 SCEP_CAP(POST) | SCEP_CAP(RENEWAL) | SCEP_CAP(SHA1));
	assert_int_equal(scep_caps_read((struct bytes){(const uint8_t *)modern, sizeof modern - 1}),
	                 SCEP_CAP(AES) | SCEP_CAP(SHA256) | SCEP_CAP(STANDARD) | SCEP_CAP(DES3));
	assert_int_equal(scep_caps_read((struct bytes){NULL, 0}), 0);
	assert_int_equal(scep_caps_read((struct bytes){(const uint8_t *)"<html>AES", 9}), 0);
}

/* ------------------------------------------------------------------ GetCACert */

static void test_ca(void **state)
{
	static const struct {
		const char *file;
		bool ok, ra;
	} rows[] = {
	        {"ca.der", true, false},
	        {"certs-ca.der", true, false},
	        {"certs-sign-ca-encrypt.der", true, true},
	        {"certs-ca-sign-encrypt.der", true, true},
	        {"certs-encrypt-ca-sign.der", true, true},
	        {"certs-sign-encrypt.der", false, false}, /* no CA */
	        {"certs-sign-ca.der", false, false},      /* nobody decrypts */
	        {"granted.der", false, false},
	        {"key.pem", false, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scep_ca got;
		struct err err = {0};
		assert_int_equal(scep_ca_read(load(rows[i].file), &got, &err), rows[i].ok);
		assert_int_equal(err.code != 0, !rows[i].ok);
		if (rows[i].ok) {
			assert_true(pki_cert_same(got.ca, ca.ca));
			assert_int_equal(got.ra_sign != NULL && pki_cert_same(got.ra_sign, ca.ra_sign), rows[i].ra);
			assert_int_equal(got.ra_encrypt != NULL && pki_cert_same(got.ra_encrypt, ca.ra_encrypt), rows[i].ra);
		} else {
			assert_null(got.ca);
		}
		scep_ca_drop(&got);
	}
	/* Every way to be cut, and something behind it. */
	struct bytes all = load("certs-sign-ca-encrypt.der");
	for (size_t n = 0; n < all.len; n++) {
		struct scep_ca got;
		assert_false(scep_ca_read((struct bytes){all.p, n}, &got, NULL));
	}
}

/* ------------------------------------------------------------------ answers */

static enum scep_why read_as(struct bytes der, struct scep_reply *r)
{
	struct scep_expect e = {&ca, TRANSACTION, nonce, self, key};
	return scep_reply_read(der, &e, r);
}

static void test_granted(void **state)
{
	static const char *const files[] = {"granted.der", "granted-des.der", "granted-aes128.der", "granted-md5.der",
	                                    "granted-sha1.der", "granted-ca.der"};
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct scep_reply r;
		assert_int_equal(read_as(load(files[i]), &r), SCEP_WHY_GOOD);
		assert_int_equal(r.status, SCEP_SUCCESS);
		assert_int_equal(r.ncerts, 1);
		assert_true(pki_key_fits(key, r.certs[0]));
		assert_true(scep_issued(ca.ca, r.certs[0]));
		assert_false(scep_issued(ca.ra_sign, r.certs[0]));
		assert_null(r.crl);
		assert_memory_equal(r.raw[SCEP_ATTR_TYPE].der, "\x13\x01""3", 3);
		assert_memory_equal(r.raw[SCEP_ATTR_STATUS].der, "\x13\x01""0", 3);
		assert_memory_equal(r.raw[SCEP_ATTR_NONCE].der, "\x04\x10ZZZZZZZZZZZZZZZZ", 18);
		assert_memory_equal(r.raw[SCEP_ATTR_TRANSACTION].der, "\x13\x20" TRANSACTION, 34);
		scep_reply_free(&r);
	}
}

static void test_other_answers(void **state)
{
	static const struct {
		const char *file;
		enum scep_why why;
		enum scep_status status;
		int fail;
	} rows[] = {
	        {"pending.der", SCEP_WHY_GOOD, SCEP_PENDING, -1},
	        {"refused.der", SCEP_WHY_GOOD, SCEP_FAILURE, 2},
	        {"refused-silent.der", SCEP_WHY_GOOD, SCEP_FAILURE, -1},
	        {"crl.der", SCEP_WHY_GOOD, SCEP_SUCCESS, -1},
	        {"empty.der", SCEP_WHY_CONTENT, SCEP_SUCCESS, -1},
	        {"garbage.der", SCEP_WHY_CONTENT, SCEP_SUCCESS, -1},
	        {"status.der", SCEP_WHY_STATUS, SCEP_SUCCESS, -1},
	        {"bad-nonce.der", SCEP_WHY_NONCE, SCEP_SUCCESS, -1},
	        {"bad-transaction.der", SCEP_WHY_TRANSACTION, SCEP_SUCCESS, -1},
	        {"bad-stranger.der", SCEP_WHY_STRANGER, SCEP_SUCCESS, -1},
	        {"bad-forged.der", SCEP_WHY_SIGNATURE, SCEP_SUCCESS, -1},
	        {"bad-envelope.der", SCEP_WHY_ENVELOPE, SCEP_SUCCESS, -1},
	        {"certs-sign-ca-encrypt.der", SCEP_WHY_MALFORMED, SCEP_SUCCESS, -1},
	        {"ca.der", SCEP_WHY_MALFORMED, SCEP_SUCCESS, -1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scep_reply r;
		assert_int_equal(read_as(load(rows[i].file), &r), rows[i].why);
		assert_int_equal(r.status, rows[i].status);
		assert_int_equal(r.fail, rows[i].fail);
		assert_int_equal(r.ncerts, 0);
		assert_int_equal(r.crl != NULL, strcmp(rows[i].file, "crl.der") == 0);
		scep_reply_free(&r);
	}
	assert_string_equal(scep_fail_text(2), "the request is not permitted or supported");
	assert_string_equal(scep_fail_text(5), "no reason");
	assert_string_equal(scep_fail_text(-1), "no reason");
}

/* Whatever octet is another one: never granted with another content. */
static void test_damaged(void **state)
{
	uint8_t copy[65536];
	struct bytes all = load("granted.der");
	unsigned good = 0;
	(void)state;
	memcpy(copy, all.p, all.len);
	size_t len = all.len;
	for (size_t n = 0; n < len; n++) {
		struct scep_reply r;
		assert_int_equal(read_as((struct bytes){copy, n}, &r), SCEP_WHY_MALFORMED);
		scep_reply_free(&r);
	}
	for (size_t i = 0; i < len; i += 3) {
		struct scep_reply r;
		copy[i] ^= 0x41;
		good += read_as((struct bytes){copy, len}, &r) == SCEP_WHY_GOOD;
		if (r.ncerts > 0)
			assert_true(pki_key_fits(key, r.certs[0]) && scep_issued(ca.ca, r.certs[0]));
		scep_reply_free(&r);
		copy[i] ^= 0x41;
	}
	/* only in the certificate that comes along, in versions and in names of algorithms that nobody looks at */
	assert_true(good < len / 3 / 2);
	struct scep_reply r;
	copy[len] = 0;
	assert_int_equal(read_as((struct bytes){copy, len + 1}, &r), SCEP_WHY_MALFORMED);
	scep_reply_free(&r);
}

/* ------------------------------------------------------------------ asking, read by openssl */

static void save(const char *name, struct bytes data)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", work, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data.p, 1, data.len, f), data.len);
	fclose(f);
}

/* Runs it in the work folder; its output. */
static const char *shell(const char *command)
{
	static char out[65536];
	char line[1024];
	snprintf(line, sizeof line, "cd %s && { %s; } 2>&1", work, command);
	FILE *p = popen(line, "r");
	assert_non_null(p);
	size_t n = fread(out, 1, sizeof out - 1, p);
	out[n] = '\0';
	pclose(p);
	return out;
}

static void assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/* The certificate's key is on disk for openssl; the recipient is ourselves, so that it can decrypt. */
static void ask_and_look(enum scep_type type, unsigned caps, const char *number, const char *cipher, const char *digest)
{
	struct err err = {0};
	size_t len = 0, content_len = 0;
	uint8_t *content = scep_content_subject(pki_cert_subject(ca.ca), pki_cert_subject(self), &content_len);
	struct scep_ask ask = {.type = type, .transaction = TRANSACTION, .content = {content, content_len}, .to = self,
	                       .from = self, .key = key, .caps = caps};
	char want[128];
	memcpy(ask.nonce, nonce, sizeof nonce);
	uint8_t *der = scep_ask_make(&ask, &len, &err);
	assert_non_null(der);
	save("message", (struct bytes){der, len});
	save("self.der", pki_cert_der(self));
	save("key.pem", load("key.pem"));
	save("content", (struct bytes){content, content_len});
	assert_has(shell("openssl cms -verify -inform DER -in message -noverify -binary -out sealed -signer signer.pem"),
	           "erification successful");
	assert_has(shell("openssl x509 -inform DER -in self.der -out self.pem && openssl x509 -in signer.pem -outform DER | "
	                 "cmp - self.der && echo same"), "same");
	assert_has(shell("openssl cms -decrypt -inform DER -in sealed -inkey key.pem -recip self.pem -out plain && "
	                 "cmp plain content && echo same"), "same");
	assert_has(shell("openssl cms -cmsout -print -noout -inform DER -in sealed"), cipher);
	const char *text = shell("openssl cms -cmsout -print -noout -inform DER -in message");
	assert_has(text, digest);
	snprintf(want, sizeof want, "PRINTABLESTRING:%s\n", number);
	assert_has(text, want);
	assert_has(text, "PRINTABLESTRING:" TRANSACTION "\n");
	/* in DER, tag by tag (RFC 8894 §3.2.1) */
	text = shell("openssl asn1parse -inform DER -in message");
	assert_has(text, "2.16.840.1.113733.1.9.2");
	assert_has(text, "2.16.840.1.113733.1.9.7");
	assert_has(text, "OCTET STRING      :ZZZZZZZZZZZZZZZZ");
	free(der);
	free(content);
}

static void test_ask(void **state)
{
	unsigned modern = SCEP_CAP(AES) | SCEP_CAP(SHA256);
	(void)state;
	ask_and_look(SCEP_CERT_POLL, 0, "20", "des-ede3-cbc", "algorithm: sha1 ");
	ask_and_look(SCEP_PKCS_REQ, SCEP_CAP(SHA1) | SCEP_CAP(DES3), "19", "des-ede3-cbc", "algorithm: sha1 ");
	ask_and_look(SCEP_RENEWAL_REQ, modern, "17", "aes-128-cbc", "algorithm: sha256 ");
	ask_and_look(SCEP_GET_CRL, SCEP_CAP(STANDARD), "22", "aes-128-cbc", "algorithm: sha256 ");
	const char *text = shell("openssl asn1parse -inform DER -in content");
	assert_has(text, "zakca");
	assert_has(text, "gw.example.com");
}

static void test_contents(void **state)
{
	size_t len = 0;
	(void)state;
	uint8_t *der = scep_content_serial(ca.ra_sign, &len);
	assert_non_null(der);
	save("serial", (struct bytes){der, len});
	save("ra.der", pki_cert_der(ca.ra_sign));
	free(der);
	assert_has(shell("a=$(openssl asn1parse -inform DER -in serial | sed -n 's/.*INTEGER *://p'); "
	                 "b=$(openssl x509 -inform DER -in ra.der -noout -serial | sed 's/serial=0*//'); "
	                 "[ -n \"$a\" ] && [ \"${a#0}\" = \"${b#0}\" ] && echo same"), "same");
	char text[SCEP_TRANSACTION + 1], again[SCEP_TRANSACTION + 1];
	scep_transaction(key, text);
	scep_transaction(key, again);
	assert_int_equal(strspn(text, "0123456789abcdef"), SCEP_TRANSACTION);
	assert_string_equal(text, again);
	/* longer than a certificate can be */
	assert_null(scep_content_subject((struct bytes){nonce, 40000}, (struct bytes){nonce, 1}, &len));
}

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	if (prim_init(&err) != 0 || mkdtemp(work) == NULL)
		return -1;
	struct bytes pem = load("key.pem");
	key = pki_key_read((struct str){(const char *)pem.p, pem.len}, &err);
	self = cert_of("self.der");
	ca = (struct scep_ca){cert_of("ca.der"), cert_of("sign.der"), cert_of("encrypt.der")};
	memset(nonce, 0x5a, sizeof nonce);
	return key != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	char line[64];
	(void)state;
	scep_ca_drop(&ca);
	pki_cert_drop(self);
	pki_key_drop(key);
	prim_free();
	snprintf(line, sizeof line, "rm -rf %s", work);
	return system(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_caps),          cmocka_unit_test(test_ca),      cmocka_unit_test(test_granted),
	        cmocka_unit_test(test_other_answers), cmocka_unit_test(test_damaged), cmocka_unit_test(test_ask),
	        cmocka_unit_test(test_contents),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
