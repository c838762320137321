/* Which identities stand in a certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/pki/check.h"
#include "tests/unit/pki/maker.h"

enum { IPV4 = 1, FQDN = 2, USER_FQDN = 3, DN = 9, GN = 10, KEY_ID = 11 };

static struct pki_cert *make(const char *subject, const char *names)
{
	struct maker m = {.subject = subject, .ext = {{names != NULL ? NID_subject_alt_name : 0, names}}};
	X509 *x = maker_cert(&m);
	struct pki_cert *c = maker_pki(x);
	X509_free(x);
	return c;
}

/* 1 = it stands there, 0 = no, -1 = there is no name of that kind. */
static int check(const struct pki_cert *c, uint8_t type, const void *id, size_t len)
{
	bool nosupport = false, found = pki_id_check(c, type, (struct bytes){id, len}, &nosupport);
	assert_false(found && nosupport);
	return found ? 1 : nosupport ? -1 : 0;
}

static int text(const struct pki_cert *c, uint8_t type, const char *id)
{
	return check(c, type, id, strlen(id));
}

static int name(const struct pki_cert *c, const char *subject)
{
	struct pki_cert *other = make(subject, NULL);
	struct bytes der = pki_cert_subject(other);
	int is = check(c, DN, der.p, der.len);
	pki_cert_drop(other);
	return is;
}

static void dn(void **state)
{
	struct pki_cert *c = make("/C=DE/O=Example Ltd/CN=peer", NULL), *empty = make("", "DNS:a");
	struct bytes der = pki_cert_subject(c);
	uint8_t more[200];
	(void)state;
	assert_int_equal(check(c, DN, der.p, der.len), 1);
	assert_int_equal(name(c, "/C=DE/O=Example Ltd/CN=peer"), 1);
	assert_int_equal(name(c, "/C=DE/O=EXAMPLE  ltd/CN= Peer "), 1); /* RFC 5280 §7.1 */
	assert_int_equal(name(c, "/C=DE/O=Example Ltd/CN=peer2"), 0);
	assert_int_equal(name(c, "/C=DE/CN=peer/O=Example Ltd"), 0);
	assert_int_equal(name(c, "/C=DE/O=Example Ltd"), 0);
	assert_int_equal(check(c, DN, der.p, der.len - 1), 0);
	assert_int_equal(check(c, DN, "", 0), 0);
	memcpy(more, der.p, der.len);
	more[der.len] = 0;
	assert_int_equal(check(c, DN, more, der.len + 1), 0);
	/* nobody is nobody */
	der = pki_cert_subject(empty);
	assert_int_equal(check(empty, DN, der.p, der.len), -1);
	pki_cert_drop(c);
	pki_cert_drop(empty);
}

static void fqdn(void **state)
{
	struct pki_cert *c = make("/CN=cn.example.com", "DNS:vpn.example.com,DNS:*.wild.example.com,email:a@vpn.example.org");
	(void)state;
	assert_int_equal(text(c, FQDN, "vpn.example.com"), 1);
	assert_int_equal(text(c, FQDN, "VPN.Example.COM"), 1);
	assert_int_equal(text(c, FQDN, "vpn.example.co"), 0);
	assert_int_equal(text(c, FQDN, "vpn.example.comm"), 0);
	assert_int_equal(text(c, FQDN, "a.wild.example.com"), 0);
	assert_int_equal(text(c, FQDN, "a@vpn.example.org"), 0);
	assert_int_equal(text(c, FQDN, "cn.example.com"), 0); /* there are better names than it */
	assert_int_equal(text(c, FQDN, ""), 0);
	assert_int_equal(check(c, FQDN, "vpn.example.com\0", 16), 0);
	pki_cert_drop(c);
	c = make("/O=Example/CN=cn.example.com/unstructuredName=un.example.com", "email:a@b.c");
	assert_int_equal(text(c, FQDN, "CN.example.com"), 1);
	assert_int_equal(text(c, FQDN, "un.example.com"), 1); /* as the appliance's own kind has it */
	assert_int_equal(text(c, FQDN, "Example"), 0);
	pki_cert_drop(c);
	c = make("/O=Example", "email:a@b.c");
	assert_int_equal(text(c, FQDN, "Example"), -1);
	pki_cert_drop(c);
}

static void user_fqdn(void **state)
{
	struct pki_cert *c = make("/CN=x/emailAddress=jdoe@old.example.com", "email:JDoe@example.com,DNS:jdoe");
	(void)state;
	assert_int_equal(text(c, USER_FQDN, "JDoe@example.com"), 1);
	assert_int_equal(text(c, USER_FQDN, "JDoe@EXAMPLE.com"), 1);
	assert_int_equal(text(c, USER_FQDN, "jdoe@example.com"), 0); /* RFC 5280 §7.5 */
	assert_int_equal(text(c, USER_FQDN, "jdoe"), 0);
	assert_int_equal(text(c, USER_FQDN, "JDoe@"), 0);
	assert_int_equal(text(c, USER_FQDN, "jdoe@old.example.com"), 0);
	assert_int_equal(check(c, USER_FQDN, "JDoe@example.com\0", 17), 0);
	pki_cert_drop(c);
	c = make("/CN=x/emailAddress=jdoe@old.example.com", NULL);
	assert_int_equal(text(c, USER_FQDN, "jdoe@old.example.com"), 1);
	pki_cert_drop(c);
	c = make("/CN=jdoe@example.com", NULL);
	assert_int_equal(text(c, USER_FQDN, "jdoe@example.com"), -1);
	pki_cert_drop(c);
}

static void address(void **state)
{
	struct pki_cert *c = make("/CN=10.0.0.1", "IP:192.0.2.1,IP:2001:db8::1"), *none = make("/CN=10.0.0.1", NULL);
	(void)state;
	assert_int_equal(check(c, IPV4, "\xc0\x00\x02\x01", 4), 1);
	assert_int_equal(check(c, IPV4, "\xc0\x00\x02\x02", 4), 0);
	assert_int_equal(check(c, IPV4, "\xc0\x00\x02", 3), 0);
	assert_int_equal(check(c, IPV4, "\xc0\x00\x02\x01\x00", 5), 0);
	assert_int_equal(check(c, IPV4, "\x0a\x00\x00\x01", 4), 0);
	assert_int_equal(check(none, IPV4, "\x0a\x00\x00\x01", 4), -1);
	assert_int_equal(text(c, KEY_ID, "10.0.0.1"), -1);
	assert_int_equal(text(c, GN, "10.0.0.1"), -1);
	pki_cert_drop(c);
	pki_cert_drop(none);
}

static struct pki_cert *with_name(const char *cn, int cn_len, int type, const char *dns, int dns_len)
{
	X509 *x = maker_cert(&(struct maker){.subject = ""});
	X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, type, (const uint8_t *)cn, cn_len, -1, 0);
	if (dns != NULL) {
		GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
		GENERAL_NAME *n = GENERAL_NAME_new();
		ASN1_IA5STRING *s = ASN1_IA5STRING_new();
		ASN1_STRING_set(s, dns, dns_len);
		GENERAL_NAME_set0_value(n, GEN_DNS, s);
		sk_GENERAL_NAME_push(names, n);
		X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
		GENERAL_NAMES_free(names);
	}
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_sign(x, maker_key(0, 0), EVP_sha256());
	struct pki_cert *c = maker_pki(x);
	X509_free(x);
	return c;
}

/* Names with a NUL in them, which end early for some; names in two-byte and eight-bit letters. */
static void hostile(void **state)
{
	struct pki_cert *c = with_name("x", 1, MBSTRING_ASC, "vpn.example.com\0.evil.org", 25);
	(void)state;
	assert_int_equal(text(c, FQDN, "vpn.example.com"), 0);
	assert_int_equal(check(c, FQDN, "vpn.example.com\0.evil.org", 25), 0);
	pki_cert_drop(c);
	c = with_name("vpn.example.com\0.evil.org", 25, V_ASN1_UTF8STRING, NULL, 0);
	assert_int_equal(text(c, FQDN, "vpn.example.com"), 0);
	assert_int_equal(check(c, FQDN, "vpn.example.com\0.evil.org", 25), 0);
	pki_cert_drop(c);
	c = with_name("\0v\0p\0n", 6, V_ASN1_BMPSTRING, NULL, 0);
	assert_int_equal(text(c, FQDN, "vpn"), 1);
	pki_cert_drop(c);
	c = with_name("\0v\0p\0n\0", 7, V_ASN1_BMPSTRING, NULL, 0); /* half a letter */
	assert_int_not_equal(text(c, FQDN, "vpn"), 1);
	pki_cert_drop(c);
	c = with_name("v\xfcn", 3, V_ASN1_T61STRING, NULL, 0);
	assert_int_equal(text(c, FQDN, "v\xc3\xbcn"), 1);
	pki_cert_drop(c);
}

static int end(void **state)
{
	(void)state;
	maker_free();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(dn), cmocka_unit_test(fqdn), cmocka_unit_test(user_fqdn),
	                                   cmocka_unit_test(address), cmocka_unit_test(hostile)};
	return cmocka_run_group_tests(tests, NULL, end);
}
