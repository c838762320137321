/* Certificate maps: every kind of line, and names that somebody made to be mistaken for others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "cli/config/edit.h"
#include "crypto/pki/certmap.h"
#include "crypto/pki/conf.h"
#include "tests/exchange/conf_fixture.h"
#include "tests/exchange/named_cert.h"

/* ------------------------------------------------------------------ certificates */

static struct pki_cert *alice(void)
{
	return CERT("DNS:alice.example.com,IP:192.0.2.7,email:alice@example.com", "clientAuth,1.3.6.1.5.5.8.2.2",
	            A("C", "DE"), A("O", "Example  AG"), A("OU", "Sales"), A("OU", "Field Sales"), A("CN", "Alice, the 2nd"),
	            A("emailAddress", "Alice@Example.com"));
}

/* ------------------------------------------------------------------ rules out of configuration */

static struct conf_fixture *f;
static struct pki_conf conf;

static void rules(const char *text)
{
	struct err err = {0};
	conf_load(f, text);
	conf_no_errors(f);
	conf = (struct pki_conf){0};
	assert_int_equal(pki_maps_compile(conf_loaded(f), f->arena, &conf, &err), 0);
}

/* Does the one line fit? */
static bool fits(struct pki_cert *cert, const char *line)
{
	char text[400];
	snprintf(text, sizeof text, "crypto ca certificate map M 10\n %s\n", line);
	rules(text);
	bool yes = pki_map_fits(&conf, "M", 10, cert);
	conf_unload(f);
	return yes;
}

static void every_kind_of_line(void **state)
{
	static const struct {
		const char *line;
		bool fits;
	} lines[] = {
	        {"subject-name attr ou eq sales", true},
	        {"subject-name attr ou eq Field SALES", true},
	        {"subject-name attr ou eq field", false},
	        {"subject-name attr ou co field", true},
	        {"subject-name attr ou ne sales", false}, /* one of them is */
	        {"subject-name attr ou ne marketing", true},
	        {"subject-name attr ou nc market", true},
	        {"subject-name attr ou nc ales", false},
	        {"subject-name attr o eq example ag", true}, /* blanks count once */
	        {"subject-name attr ea eq alice@example.com", true},
	        {"subject-name attr sp eq bavaria", false},
	        {"subject-name attr sp ne bavaria", true}, /* it has none */
	        {"subject-name attr sp co a", false},
	        {"issuer-name attr cn eq test ca", true},
	        {"issuer-name attr ou eq sales", false},
	        {"issuer-name eq cn=test ca", true},
	        {"issuer-name eq CN = Test CA", true},
	        {"subject-name co ou=field sales, ou=sales", true},
	        {"subject-name co ou=sales,o=example ag,c=de", true},
	        {"subject-name co ou=sales,ou=field sales", false},
	        {"subject-name nc ou=sales", false},
	        {"subject-name ne cn=bob", true},
	        {"subject-name eq ea=alice@example.com,cn=alice\\, the 2nd,ou=field sales,ou=sales,o=example ag,c=de", true},
	        {"alt-subject-name eq ALICE.example.com", true},
	        {"alt-subject-name eq 192.0.2.7", true},
	        {"alt-subject-name co @example", true},
	        {"alt-subject-name ne alice.example.com", false},
	        {"alt-subject-name eq bob.example.com", false},
	        {"extended-key-usage co clientAuth", true},
	        {"extended-key-usage eq 1.3.6.1.5.5.7.3.2", true},
	        {"extended-key-usage eq 1.3.6.1.5.5.8.2.2", true},
	        {"extended-key-usage nc serverauth", true},
	        {"extended-key-usage co serverauth", false},
	};
	struct pki_cert *cert = alice();
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (fits(cert, lines[i].line) != lines[i].fits)
			fail_msg("%s: must%s fit", lines[i].line, lines[i].fits ? "" : " not");
	pki_cert_drop(cert);
}

static void all_lines_of_a_rule(void **state)
{
	struct pki_cert *cert = alice();
	(void)state;
	rules("crypto ca certificate map M 10\n subject-name attr ou eq sales\n issuer-name co test\n"
	      "crypto ca certificate map M 20\n subject-name attr ou eq sales\n issuer-name co other\n"
	      "crypto ca certificate map M 30\n"
	      "crypto ca certificate map other 10\n subject-name attr c eq de\n"
	      "crypto ca certificate map 65535\n subject-name attr c eq de\n");
	assert_true(pki_map_fits(&conf, "M", 10, cert));
	assert_false(pki_map_fits(&conf, "M", 20, cert));
	assert_false(pki_map_fits(&conf, "M", 30, cert)); /* without lines */
	assert_false(pki_map_fits(&conf, "M", 40, cert));
	assert_false(pki_map_fits(&conf, "none", 10, cert));
	assert_true(pki_map_fits(&conf, "other", 10, cert));
	assert_true(pki_map_fits(&conf, "DefaultCertificateMap", 65535, cert));
	conf_unload(f);
	pki_cert_drop(cert);
}

static void a_thousand_rules(void **state)
{
	enum { N = 1000 };
	struct pki_cert *cert = alice();
	char *text = malloc(N * 120);
	size_t len = 0;
	unsigned n = 0;
	(void)state;
	for (unsigned i = 1; i <= N; i++)
		len += (size_t)sprintf(text + len,
		                       "crypto ca certificate map M%u %u\n subject-name attr ou eq %s\n issuer-name co ca\n",
		                       i % 7, N + 1 - i, i % 100 == 0 ? "sales" : "marketing");
	rules(text);
	assert_int_equal(conf.nmaps, 7);
	struct pki_look *look = pki_look_new(cert);
	for (unsigned i = 1; i <= N; i++) {
		char map[8];
		snprintf(map, sizeof map, "M%u", i % 7);
		n += pki_look_fits(&conf, map, N + 1 - i, look);
		assert_int_equal(pki_look_fits(&conf, map, N + 1 - i, look), i % 100 == 0);
	}
	assert_int_equal(n, N / 100);
	pki_look_free(look);
	conf_unload(f);
	free(text);
	pki_cert_drop(cert);
}

/* ------------------------------------------------------------------ hostile names */

/* A name that cannot be read fits neither what it should say nor what it should not. */
static void nowhere(struct pki_cert *cert)
{
	static const char *const lines[] = {"subject-name attr ou eq sales", "subject-name attr ou ne sales",
	                                    "subject-name attr ou co ales",  "subject-name attr ou nc ales",
	                                    "subject-name co ou=sales",      "subject-name nc ou=sales",
	                                    "subject-name attr cn ne bob"};
	char text[2000];
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (fits(cert, lines[i]))
			fail_msg("%s fits", lines[i]);
	assert_false(pki_cert_attribute(cert, "ou", text, sizeof text));
	assert_false(pki_cert_entire(cert, text, sizeof text));
	assert_true(fits(cert, "issuer-name eq cn=test ca")); /* that one can be read */
	pki_cert_drop(cert);
}

static void embedded_nul(void **state)
{
	(void)state;
	nowhere(CERT(NULL, NULL, A("CN", "bob"), {"OU", V_ASN1_UTF8STRING, "Sales\0.evil", 11, 0}));
	nowhere(CERT(NULL, NULL, A("CN", "bob"), {"OU", V_ASN1_PRINTABLESTRING, "\0Sales", 6, 0}));
	nowhere(CERT(NULL, NULL, A("CN", "bob"), {"OU", V_ASN1_BMPSTRING, "\0S\0a\0l\0e\0s\0\0", 12, 0}));
}

/* They do not even become certificates. */
static void wrong_encodings(void **state)
{
	static const struct {
		struct name_part part;
		const char *from, *to;
		size_t len;
	} ways[] = {
	        {{"OU", V_ASN1_UTF8STRING, "Sales", -1, 0}, "Sales", "Sale\xc3", 5},
	        {{"OU", V_ASN1_UTF8STRING, "Sales", -1, 0}, "Sales", "Sa\xed\xa0\x80", 5},
	        {{"OU", V_ASN1_BMPSTRING, "\0S\0a\0l", 6, 0}, "\x1e\x06\0S", "\x1e\x05\0S", 4},
	        {{"OU", V_ASN1_UNIVERSALSTRING, "\0\0\0S", 4, 0}, "\0\0\0S", "\0\x11\0S", 4},
	};
	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct pki_cert *good = named_cert(&ways[i].part, 1, NULL, NULL);
		struct err err = {0};
		struct bytes der = pki_cert_der(good);
		uint8_t *bad = malloc(der.len);
		memcpy(bad, der.p, der.len);
		uint8_t *at = memmem(bad, der.len, ways[i].from, ways[i].len);
		assert_non_null(at);
		memcpy(at, ways[i].to, ways[i].len);
		assert_null(pki_cert_read((struct bytes){bad, der.len}, &err));
		free(bad);
		pki_cert_drop(good);
	}
}

static void very_long(void **state)
{
	static char text[1100];
	(void)state;
	memset(text, 'a', sizeof text - 1);
	nowhere(CERT(NULL, NULL, A("CN", "bob"), {"OU", V_ASN1_UTF8STRING, text, -1, 0}));
	/* many of them are no reason */
	struct name_part many[200];
	for (size_t i = 0; i < 200; i++)
		many[i] = (struct name_part)A("OU", i == 150 ? "sales" : "x");
	struct pki_cert *cert = named_cert(many, 200, NULL, NULL);
	assert_true(fits(cert, "subject-name attr ou eq sales"));
	pki_cert_drop(cert);
}

/* What other encodings say is the same name. */
static void encodings(void **state)
{
	static const struct name_part ways[] = {
	        {"OU", V_ASN1_UTF8STRING, "S\xc3\xa4les", -1, 0},
	        {"OU", V_ASN1_T61STRING, "S\xe4les", -1, 0},
	        {"OU", V_ASN1_BMPSTRING, "\0S\0\xe4\0l\0e\0s", 10, 0},
	        {"OU", V_ASN1_UNIVERSALSTRING, "\0\0\0S\0\0\0\xe4\0\0\0l\0\0\0e\0\0\0s", 20, 0},
	};
	char text[32];
	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct pki_cert *cert = named_cert(&ways[i], 1, NULL, NULL);
		assert_true(fits(cert, "subject-name attr ou eq s\xc3\xa4les"));
		assert_true(fits(cert, "subject-name eq ou=s\xc3\xa4les"));
		assert_true(pki_cert_attribute(cert, "OU", text, sizeof text));
		assert_string_equal(text, "S\xc3\xa4les");
		pki_cert_drop(cert);
	}
}

/* A value that looks like a part of its own, and parts beside each other. */
static void values_like_parts(void **state)
{
	(void)state;
	struct pki_cert *cert = CERT(NULL, NULL, A("CN", "mallory,ou=admins"));
	assert_false(fits(cert, "subject-name co ou=admins"));
	assert_false(fits(cert, "subject-name co ,ou=admins"));
	assert_false(fits(cert, "subject-name attr ou co admins"));
	assert_true(fits(cert, "subject-name co mallory\\,ou\\=admins"));
	pki_cert_drop(cert);
	cert = CERT(NULL, NULL, A("O", "x"), A("CN", "mallory\\,ou=admins"));
	assert_false(fits(cert, "subject-name co \\,ou=admins"));
	pki_cert_drop(cert);
	cert = CERT(NULL, NULL, A("O", "x"), A("CN", "alice"), {"OU", MBSTRING_ASC, "admins", -1, -1});
	assert_true(fits(cert, "subject-name attr ou eq admins"));
	assert_true(fits(cert, "subject-name co +"));
	assert_true(fits(cert, "subject-name attr cn eq alice"));
	pki_cert_drop(cert);
}

static void alternative_names(void **state)
{
	(void)state;
	struct pki_cert *cert = CERT("otherName:1.3.6.1.4.1.311.20.2.3;UTF8:bob@corp.example", NULL, A("CN", "Bob"));
	char text[64];
	assert_true(fits(cert, "alt-subject-name eq bob@corp.example"));
	assert_true(pki_cert_attribute(cert, "UPN", text, sizeof text));
	assert_string_equal(text, "bob@corp.example");
	pki_cert_drop(cert);
	cert = CERT("dirName", NULL, A("CN", "Bob"));
	assert_true(fits(cert, "alt-subject-name eq cn=dir,ou=admins"));
	assert_false(fits(cert, "subject-name co ou=admins"));
	pki_cert_drop(cert);
	cert = CERT("IP:2001:db8::1,DNS:a", NULL, A("CN", "Bob"));
	assert_true(fits(cert, "alt-subject-name eq a"));
	pki_cert_drop(cert);
}

/* ------------------------------------------------------------------ attributes */

static bool collect(void *arg, const char *text)
{
	char *all = arg;
	strcat(strcat(all, text), "|");
	return strcmp(text, "stop") == 0;
}

static void attributes(void **state)
{
	struct pki_cert *cert = alice();
	char text[160], all[100] = "";
	(void)state;
	assert_true(pki_cert_attribute(cert, "ou", text, sizeof text));
	assert_string_equal(text, "Field Sales"); /* the one nearest to the name */
	assert_true(pki_cert_attribute(cert, "EA", text, sizeof text));
	assert_string_equal(text, "Alice@Example.com");
	assert_false(pki_cert_attribute(cert, "ou", text, 11)); /* no room */
	assert_true(pki_cert_attribute(cert, "ou", text, 12));
	assert_false(pki_cert_attribute(cert, "dc", text, sizeof text));
	assert_false(pki_cert_attribute(cert, "bad", text, sizeof text));
	assert_false(pki_cert_attribute(cert, "upn", text, sizeof text));
	assert_true(pki_cert_entire(cert, text, sizeof text));
	assert_string_equal(text, "ea=Alice@Example.com,cn=Alice\\, the 2nd,ou=Field Sales,ou=Sales,o=Example  AG,c=DE");
	assert_false(pki_cert_each(cert, "ou", collect, all));
	assert_string_equal(all, "Sales|Field Sales|");
	pki_cert_drop(cert);
	/* what would break a line of a log */
	cert = CERT(NULL, NULL, A("OU", "stop"), A("OU", "go"), A("CN", "a\nb"));
	assert_false(pki_cert_attribute(cert, "cn", text, sizeof text));
	assert_false(pki_cert_entire(cert, text, sizeof text));
	all[0] = '\0';
	assert_true(pki_cert_each(cert, "ou", collect, all));
	assert_string_equal(all, "stop|");
	pki_cert_drop(cert);
	/* what moves the cursor or turns the direction of a text */
	cert = CERT(NULL, NULL, A("OU", "a\xc2\x9b" "2J"), A("O", "a\xe2\x80\xae" "b"), A("L", "S\xc3\xa4les"));
	assert_false(pki_cert_attribute(cert, "ou", text, sizeof text));
	assert_false(pki_cert_attribute(cert, "o", text, sizeof text));
	assert_true(pki_cert_attribute(cert, "l", text, sizeof text));
	assert_false(pki_cert_entire(cert, text, sizeof text));
	pki_cert_drop(cert);
}

static int setup(void **state)
{
	void *fixture;
	if (conf_fixture_setup(&fixture) != 0)
		return -1;
	f = fixture;
	*state = fixture;
	named_cert_open();
	return 0;
}

static int teardown(void **state)
{
	named_cert_close();
	return conf_fixture_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_line), cmocka_unit_test(all_lines_of_a_rule),
	        cmocka_unit_test(a_thousand_rules),   cmocka_unit_test(embedded_nul),
	        cmocka_unit_test(wrong_encodings),    cmocka_unit_test(very_long),
	        cmocka_unit_test(encodings),          cmocka_unit_test(values_like_parts),
	        cmocka_unit_test(alternative_names),  cmocka_unit_test(attributes),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
