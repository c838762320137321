/* Requests and certificates of one's own, subject names as they are configured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "crypto/pki/ossl.h"
#include "crypto/pki/request.h"
#include "crypto/pki/subject.h"
#include "crypto/prim/prim.h"

static struct pki_key *key;

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	assert_int_equal(prim_init(&err), 0);
	key = pki_key_generate(1024, &err);
	assert_non_null(key);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_key_drop(key);
	prim_free();
	return 0;
}

/* In the order of the wire, by OpenSSL. */
static const char *line_of(const X509_NAME *name)
{
	static char text[600];
	X509_NAME_oneline(name, text, sizeof text);
	return text;
}

static void subjects(void **state)
{
	static const struct {
		const char *typed, *wire; /* NULL: refused */
	} rows[] = {
	        {"CN=asa.qytang.com, C=CN", "/C=CN/CN=asa.qytang.com"},
	        {"cn=gw,ou=a,ou=b,o=Example,l=here,st=there,c=DE", "/C=DE/ST=there/L=here/O=Example/OU=b/OU=a/CN=gw"},
	        {" CN = gw ", "/CN=gw"},
	        {"CN=a\\,b, O=\"Example, Inc.\"", "/O=Example, Inc./CN=a,b"},
	        {"CN=\"a\\\"b\"", "/CN=a\"b"},
	        {"CN=a\\2Cb", "/CN=a,b"},
	        {"CN=a=b", "/CN=a=b"},
	        {"CN=a\\ ,O=b", "/O=b/CN=a "},
	        {"EA=a@example.com,uname=x,ser=12,2.5.4.10=y,organizationName=z",
	         "/O=z/O=y/serialNumber=12/unstructuredName=x/emailAddress=a@example.com"},
	        {"DC=example,DC=com", "/DC=com/DC=example"},
	        {"CN=M\xc3\xbcller", "/CN=M\\xC3\\xBCller"},
	        {"", ""},
	        {"CN", NULL},
	        {"CN=", NULL},
	        {"CN=  ,O=x", NULL},
	        {"CN=a,", NULL},
	        {"CN=a,,O=b", NULL},
	        {"XX=a", NULL},
	        {"sha256=a", NULL},
	        {"CN=\"a", NULL},
	        {"CN=\"a\"b", NULL},
	        {"CN=a\\", NULL},
	        {"CN=a\\00b", NULL},
	        {"C=DEU", NULL},
	        {"C=D", NULL},
	        {"EA=\xc3\xbc@example.com", NULL},
	        {"CN=0123456789012345678901234567890123456789012345678901234567890123456789", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509_NAME *name = X509_NAME_new();
		struct err err = {0};
		int rc = pki_subject_read(rows[i].typed, name, &err);
		if (rows[i].wire == NULL) {
			if (rc == 0)
				fail_msg("\"%s\" was taken as %s", rows[i].typed, line_of(name));
			assert_int_equal(rc, -22);
			assert_int_not_equal(err.text[0], 0);
		} else {
			if (rc != 0)
				fail_msg("\"%s\": %s", rows[i].typed, err.text);
			assert_string_equal(line_of(name), rows[i].wire);
		}
		X509_NAME_free(name);
	}
}

/* Old CAs know PrintableString; what does not fit is UTF-8. */
static void types(void **state)
{
	(void)state;
	X509_NAME *name = X509_NAME_new();
	struct err err = {0};
	assert_int_equal(pki_subject_read("DC=x,CN=M\xc3\xbcller,O=a b,O=a*b", name, &err), 0);
	static const int want[] = {V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, V_ASN1_IA5STRING};
	for (int i = 0; i < 4; i++)
		assert_int_equal(ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i))), want[i]);
	X509_NAME_free(name);
}

static void too_many(void **state)
{
	char text[600] = "";
	struct err err = {0};
	(void)state;
	for (int i = 0; i < PKI_SUBJECT_ATTRIBUTES; i++)
		strcat(text, i > 0 ? ",OU=x" : "OU=x");
	assert_int_equal(pki_subject_check(text, &err), 0);
	strcat(text, ",OU=x");
	assert_int_equal(pki_subject_check(text, &err), -22);
}

static X509_REQ *request_of(const struct pki_request *r)
{
	struct err err = {0};
	size_t len = 0;
	uint8_t *der = pki_request_make(key, r, &len, &err);
	if (der == NULL)
		fail_msg("%s", err.text);
	const unsigned char *p = der;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)len);
	assert_ptr_equal(p, der + len);
	free(der);
	assert_int_equal(X509_REQ_verify(req, pki_key_evp(key)), 1);
	return req;
}

static void requests(void **state)
{
	const struct pki_request r = {.subject = "CN=gw,O=Example",
	                              .fqdn = "gw.example.com",
	                              .email = "a,b@example.com",
	                              .ip = 0xca64030a,
	                              .serial = "ABC123",
	                              .challenge = "let me in"};
	(void)state;
	X509_REQ *req = request_of(&r);
	assert_string_equal(line_of(X509_REQ_get_subject_name(req)),
	                    "/unstructuredAddress=202.100.3.10/serialNumber=ABC123/unstructuredName=gw.example.com/"
	                    "O=Example/CN=gw");
	assert_int_equal(X509_REQ_get_signature_nid(req), NID_sha256WithRSAEncryption);

	int at = X509_REQ_get_attr_by_NID(req, NID_pkcs9_challengePassword, -1);
	assert_true(at >= 0);
	const ASN1_TYPE *challenge = X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(req, at), 0);
	assert_int_equal(challenge->type, V_ASN1_PRINTABLESTRING);
	assert_memory_equal(challenge->value.printablestring->data, "let me in", 9);

	STACK_OF(X509_EXTENSION) *exts = X509_REQ_get_extensions(req);
	GENERAL_NAMES *names = X509V3_get_d2i(exts, NID_subject_alt_name, NULL, NULL);
	assert_int_equal(sk_GENERAL_NAME_num(names), 3);
	static const struct {
		int type;
		const char *bytes;
		int len;
	} want[] = {{GEN_DNS, "gw.example.com", 14}, {GEN_IPADD, "\xca\x64\x03\x0a", 4}, {GEN_EMAIL, "a,b@example.com", 15}};
	for (int i = 0; i < 3; i++) {
		int type;
		const ASN1_STRING *s = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
		assert_int_equal(type, want[i].type);
		assert_int_equal(ASN1_STRING_length(s), want[i].len);
		assert_memory_equal(ASN1_STRING_get0_data(s), want[i].bytes, (size_t)want[i].len);
	}
	assert_true(X509v3_get_ext_by_NID(exts, NID_key_usage, -1) >= 0);
	assert_true(X509v3_get_ext_by_NID(exts, NID_ext_key_usage, -1) >= 0);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	X509_REQ_free(req);
}

static void bare_request(void **state)
{
	const struct pki_request r = {.subject = "CN=gw", .sha1 = true};
	(void)state;
	X509_REQ *req = request_of(&r);
	STACK_OF(X509_EXTENSION) *exts = X509_REQ_get_extensions(req);
	assert_int_equal(X509_REQ_get_signature_nid(req), NID_sha1WithRSAEncryption);
	assert_true(X509v3_get_ext_by_NID(exts, NID_subject_alt_name, -1) < 0);
	assert_true(X509_REQ_get_attr_by_NID(req, NID_pkcs9_challengePassword, -1) < 0);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	X509_REQ_free(req);
}

static void refused(void **state)
{
	struct err err = {0};
	size_t len = 0;
	(void)state;
	assert_null(pki_request_make(key, &(struct pki_request){.subject = ""}, &len, &err));
	assert_string_equal(err.text, "the request has no subject name");
	assert_null(pki_request_make(key, &(struct pki_request){.subject = "C=x"}, &len, &err));
	assert_string_equal(err.text, "\"x\" cannot be the value of C in the subject name");
}

static void self_signed(void **state)
{
	const struct pki_request r = {.subject = "CN=gw", .fqdn = "gw.example.com"};
	struct err err = {0};
	(void)state;
	struct pki_cert *cert = pki_self_sign(key, &r, 1000000000, 2000000000, &err);
	assert_non_null(cert);
	X509 *x = pki_cert_x509(cert);
	assert_true(pki_cert_self_issued(cert));
	assert_true(pki_key_fits(key, cert));
	assert_int_equal(X509_verify(x, pki_key_evp(key)), 1);
	assert_int_equal(pki_cert_not_before(cert), 1000000000);
	assert_int_equal(pki_cert_not_after(cert), 2000000000);
	assert_true(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE);
	assert_true(X509_get_extended_key_usage(x) & XKU_SSL_SERVER);
	assert_int_equal(X509_check_host(x, "gw.example.com", 0, 0, NULL), 1);
	struct pki_cert *other = pki_self_sign(key, &r, 1000000000, 2000000000, &err);
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(x), X509_get0_serialNumber(pki_cert_x509(other))), 0);
	pki_cert_drop(other);
	pki_cert_drop(cert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(subjects),     cmocka_unit_test(types),   cmocka_unit_test(too_many),
	        cmocka_unit_test(requests),     cmocka_unit_test(bare_request),
	        cmocka_unit_test(refused),      cmocka_unit_test(self_signed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
