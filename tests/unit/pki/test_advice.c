/* What is said about our own certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/pki/advice.h"
#include "crypto/pki/ossl.h"
#include "crypto/prim/prim.h"
#include "tests/certs/certs.h"

enum { FROM = 1000000000, UNTIL = 2000000000, NOW = 1500000000 };

static struct pki_key *key, *small;

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	assert_int_equal(prim_init(&err), 0);
	key = pki_key_generate(2048, &err);
	small = pki_key_generate(1024, &err);
	assert_non_null(key);
	assert_non_null(small);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_key_drop(key);
	pki_key_drop(small);
	prim_free();
	return 0;
}

/* What a certificate says; NULL = nothing. */
struct says {
	const char *eku, *san, *usage;
	const struct pki_key *key;
	const char *digest;
};

static struct pki_cert *cert_of(const struct says *s)
{
	static const struct cert_attr subject[] = {{.type = "CN", .value = "gw"}, {0}};
	const char *const values[] = {s->eku, s->san, s->usage};
	static const char *const names[] = {"extendedKeyUsage", "subjectAltName", "keyUsage"};
	struct cert_wish w = {.subject = subject, .from_s = FROM, .to_s = UNTIL, .key = s->key != NULL ? s->key : key, .digest = s->digest};
	char text[3][128];
	for (size_t i = 0, n = 0; i < 3; i++) {
		if (values[i] == NULL)
			continue;
		snprintf(text[i], sizeof text[i], "%s=%s", names[i], values[i]);
		w.extensions[n++] = text[i];
	}
	return cert_make(&w);
}

/* want: what is said behind "trustpoint T: ", one a line, without the INFO about Windows 7. */
static void expect(const struct says *s, const struct pki_key *pair, int64_t now, const char *want)
{
	static const uint32_t addresses[] = {0x0a4d0001, 0xcb007101};
	const struct pki_conf conf = {.fqdn = "gw.example.com", .addresses = addresses, .naddresses = 2};
	const struct pki_trustpoint tp = {.name = "T", .keypair = "K"};
	struct pki_cert *cert = cert_of(s);
	struct out notes, got;
	out_init(&notes);
	out_init(&got);
	pki_advice(&conf, &tp, cert, pair, now, &notes);
	struct str left = out_text(&notes), head = STR("WARNING: trustpoint T: ");
	while (left.len > 0) {
		const char *nl = memchr(left.p, '\n', left.len);
		assert_non_null(nl);
		struct str line = {left.p, (size_t)(nl - left.p)};
		if (str_has_prefix_nocase(line, head))
			out_printf(&got, "%.*s\n", STR_ARG(str_from(line, head.len)));
		else
			assert_true(str_has_prefix_nocase(line, STR("INFO: trustpoint T: ")));
		left = str_from(left, line.len + 1);
	}
	assert_string_equal(got.text != NULL ? got.text : "", want);
	out_free(&notes);
	out_free(&got);
	pki_cert_drop(cert);
}

static void nothing_to_say(void **state)
{
	(void)state;
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:GW.example.com"}, key, NOW, "");
	expect(&(struct says){.eku = "1.3.6.1.5.5.8.2.2", .san = "DNS:gw.example.com"}, key, NOW, "");
	expect(&(struct says){.eku = "clientAuth,anyExtendedKeyUsage", .san = "DNS:gw.example.com"}, key, NOW, "");
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:other,IP:203.0.113.1"}, key, NOW, "");
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:a,DNS:gw.example.com"}, key, NOW, "");
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:gw.example.com", .usage = "digitalSignature"}, key, NOW, "");
}

static void each_flaw(void **state)
{
	static const char eku[] = "its certificate has neither serverAuth nor IKE intermediate as extended key usage, "
	                          "clients of Windows and Apple refuse it\n";
	static const char dns[] = "its certificate has no DNS name as alternative name (SAN), where Windows looks for the "
	                          "name it dials\n";
	const struct says good = {.eku = "serverAuth", .san = "DNS:gw.example.com"};
	(void)state;
	expect(&(struct says){.san = "DNS:gw.example.com"}, key, NOW, eku);
	expect(&(struct says){.eku = "clientAuth", .san = "DNS:gw.example.com"}, key, NOW, eku);
	expect(&(struct says){.eku = "serverAuth"}, key, NOW, dns);
	expect(&(struct says){.eku = "serverAuth", .san = "IP:203.0.113.1"}, key, NOW, dns);
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:vpn.example.org"}, key, NOW,
	       "clients have to dial vpn.example.org, the alternative name (SAN) of its certificate; this appliance is "
	       "gw.example.com\n");
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:gw.example.com", .usage = "keyEncipherment"}, key, NOW,
	       "its certificate may not be used for signatures\n");
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:gw.example.com", .digest = "SHA1"}, key, NOW,
	       "its certificate is signed with SHA-1, newer clients refuse that\n");
	expect(&(struct says){.eku = "serverAuth", .san = "DNS:gw.example.com", .key = small}, small, NOW,
	       "its key has 1024 bits, newer clients want 2048\n");
	expect(&good, NULL, NOW, "there is no key pair K for its certificate\n");
	expect(&good, small, NOW, "its certificate is not of the key pair K\n");
	expect(&good, key, FROM - 1, "its certificate is not yet valid by the clock of this appliance\n");
	expect(&good, key, UNTIL + 1, "its certificate has expired\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_to_say), cmocka_unit_test(each_flaw)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
