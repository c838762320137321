/* What people read of certificates, and what strangers write into names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/asn1.h>
#include <stdlib.h>

#include "crypto/pki/name.h"
#include "tests/certs/certs.h"

static struct pki_cert *of(const struct cert_attr *subject, const char *serial)
{
	return cert_make(&(struct cert_wish){.subject = subject, .serial = serial, .key = cert_key(0, 1024)});
}

static void put(void *arg, const struct pki_attr *a)
{
	out_printf(arg, "%s=%s\n", a->word, a->value);
}

static void expect(const struct cert_attr *subject, const char *lines, const char *line)
{
	char text[PKI_NAME_TEXT];
	struct pki_cert *c = of(subject, "1");
	struct out o;
	out_init(&o);
	assert_true(pki_name_each(pki_cert_subject(c), put, &o));
	assert_string_equal(o.text, lines);
	assert_string_equal(pki_name_text(pki_cert_subject(c), text, sizeof text), line);
	out_free(&o);
	pki_cert_drop(c);
}

static void test_order(void **state)
{
	(void)state;
	const struct cert_attr asa[] = {{"unstructuredAddress", "202.100.3.10", 0, 0},
	                                {"unstructuredName", "asa.example.com", 0, V_ASN1_IA5STRING},
	                                {"C", "CN", 0, 0},
	                                {"ST", "Beijing", 0, 0},
	                                {"L", "Beijing", 0, 0},
	                                {"O", "a, b", 0, 0},
	                                {"OU", "sec", 0, 0},
	                                {"CN", "asa.example.com", 0, 0},
	                                {NULL, NULL, 0, 0}};
	expect(asa,
	       "cn=asa.example.com\nou=sec\no=a, b\nl=Beijing\nst=Beijing\nc=CN\nhostname=asa.example.com\n"
	       "ipaddress=202.100.3.10\n",
	       "CN=asa.example.com,OU=sec,O=a\\, b,L=Beijing,ST=Beijing,C=CN,HOSTNAME=asa.example.com,"
	       "IPADDRESS=202.100.3.10");
}

static void test_hostile(void **state)
{
	(void)state;
	const struct cert_attr control[] = {{"CN", "a\0b\033[2J\r\nc", 10, V_ASN1_UTF8STRING},
	                                    {"O", "\x04\x22\x20\x2e\x00\x41", 6, V_ASN1_BMPSTRING},
	                                    {"OU", "\xe9t\xe9", 3, V_ASN1_T61STRING},
	                                    {"L", "\x30\x03\x02\x01\x05", 5, V_ASN1_SEQUENCE},
	                                    {"ST", "\xc2\x9b" "0m\xe2\x80\xae" "x\xef\xbb\xbf", 11, V_ASN1_UTF8STRING},
	                                    {"1.2.3.4", "v", 0, 0},
	                                    {NULL, NULL, 0, 0}};
	expect(control, "1.2.3.4=v\nst=.0m.x.\nl=#3003020105\nou=\xc3\xa9t\xc3\xa9\no=\xd0\xa2.A\ncn=a.b.[2J..c\n",
	       "1.2.3.4=v,ST=.0m.x.,L=#3003020105,OU=\xc3\xa9t\xc3\xa9,O=\xd0\xa2.A,CN=a.b.[2J..c");
}

static void test_long(void **state)
{
	(void)state;
	static char value[3000];
	struct cert_attr many[PKI_NAME_ATTRS + 9] = {{NULL, NULL, 0, 0}};
	char text[PKI_NAME_TEXT];
	struct out o;
	memset(value, 'x', sizeof value - 1);
	for (size_t i = 0; i < PKI_NAME_ATTRS + 8; i++)
		many[i] = (struct cert_attr){"2.5.4.41", value, 0, V_ASN1_UTF8STRING};
	/* As much as a certificate may hold. */
	many[2].type = NULL;
	struct pki_cert *c = of(many, "1");
	out_init(&o);
	assert_true(pki_name_each(pki_cert_subject(c), put, &o));
	assert_true(o.len < 4 * PKI_VALUE_TEXT);
	assert_non_null(strstr(o.text, "xxx...\n"));
	pki_name_text(pki_cert_subject(c), text, sizeof text);
	assert_int_equal(strlen(text), sizeof text - 1);
	assert_string_equal(text + sizeof text - 5, "x...");
	pki_cert_drop(c);
	out_free(&o);
	/* Many short ones. */
	for (size_t i = 0; i < PKI_NAME_ATTRS + 8; i++)
		many[i] = (struct cert_attr){"CN", "y", 0, 0};
	c = of(many, "1");
	out_init(&o);
	assert_true(pki_name_each(pki_cert_subject(c), put, &o));
	assert_int_equal(o.len, PKI_NAME_ATTRS * strlen("cn=y\n"));
	out_free(&o);
	pki_cert_drop(c);
	/* Cut between characters. */
	char small[7];
	assert_string_equal(pki_printable((struct bytes){(const uint8_t *)"ab\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 10}, small,
	                                  sizeof small),
	                    "ab...");
}

static void test_not_a_name(void **state)
{
	(void)state;
	char text[PKI_NAME_TEXT];
	struct out o;
	static const uint8_t junk[] = {0x30, 0x03, 0x31, 0x01, 0x00}, behind[] = {0x30, 0x00, 0x00};
	out_init(&o);
	assert_false(pki_name_each((struct bytes){junk, sizeof junk}, put, &o));
	assert_false(pki_name_each((struct bytes){behind, sizeof behind}, put, &o));
	assert_false(pki_name_each((struct bytes){NULL, 0}, put, &o));
	assert_true(pki_name_each((struct bytes){behind, 2}, put, &o)); /* nobody */
	assert_int_equal(o.len, 0);
	assert_string_equal(pki_name_text((struct bytes){junk, sizeof junk}, text, sizeof text), "(unreadable)");
	out_free(&o);
}

static void test_numbers(void **state)
{
	(void)state;
	char serial[PKI_SERIAL_TEXT], print[PKI_PRINT_TEXT], value[PKI_VALUE_TEXT];
	const struct cert_attr a[] = {{"CN", "x", 0, 0}, {"OU", "far", 0, 0}, {"OU", "near", 0, 0}, {NULL, NULL, 0, 0}};
	struct pki_cert *c = of(a, "03716308000000000022");
	assert_string_equal(pki_serial_text(c, serial), "03716308000000000022");
	assert_string_equal(pki_subject_attr(c, "ou", value), "near");
	assert_string_equal(pki_subject_attr(c, "o", value), "");
	pki_cert_drop(c);
	c = of(a, "9f00");
	assert_string_equal(pki_serial_text(c, serial), "9f00");
	pki_cert_drop(c);
	const struct bytes abc = {(const uint8_t *)"abc", 3};
	assert_string_equal(pki_fingerprint(abc, PKI_MD5, print), "90015098 3cd24fb0 d6963f7d 28e17f72");
	assert_string_equal(pki_fingerprint(abc, PKI_SHA1, print), "a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d");
	assert_string_equal(pki_fingerprint(abc, PKI_SHA256, print),
	                    "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_order),      cmocka_unit_test(test_hostile), cmocka_unit_test(test_long),
	        cmocka_unit_test(test_not_a_name), cmocka_unit_test(test_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
