/* Certificates on the whole appliance: what is shown of them in both dialects, against the texts the product follows; what
 * is logged when they come to their end; what goes with the keys they were issued for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/asn1.h>

#include "crypto/pki/paste.h"
#include "crypto/pki/pkcs12.h"
#include "tests/certs/certs.h"
#include "tests/exchange/full_server.h"
#include "tests/shape/sample.h"

enum { BITS = 2048, SHORT = 1024 };

static int64_t at(const char *when)
{
	struct tm tm = {0};
	assert_non_null(strptime(when, "%Y-%m-%d %H:%M:%S", &tm));
	return timegm(&tm);
}

/* Adds trustpoint and chain to a text. */
static void chain(struct out *text, const char *trustpoint, const struct pki_cert *ca, const struct pki_cert *own)
{
	out_printf(text, "crypto ca certificate chain %s\n", trustpoint);
	if (own != NULL)
		cert_lines(own, "", text);
	if (ca != NULL)
		cert_lines(ca, "ca", text);
}

static void typed_in(struct world *w, struct out *text)
{
	world_edit(w, text->text);
	out_clear(text);
}

/* ------------------------------------------------------------------ as an ASA shows them */

static const struct cert_attr windows_ca[] = {{"DC", "com", 0, V_ASN1_IA5STRING},
                                              {"DC", "qytang", 0, V_ASN1_IA5STRING},
                                              {"CN", "qytang-WIN2019-CA", 0, 0},
                                              {NULL, NULL, 0, 0}};
static const struct cert_attr asa[] = {{"unstructuredAddress", "202.100.3.10", 0, V_ASN1_PRINTABLESTRING},
                                       {"unstructuredName", "asa.qytang.com", 0, V_ASN1_IA5STRING},
                                       {"C", "CN", 0, 0},
                                       {"ST", "Beijing", 0, 0},
                                       {"L", "Beijing", 0, 0},
                                       {"O", "qytang", 0, 0},
                                       {"OU", "qytangsec", 0, 0},
                                       {"CN", "asa.qytang.com", 0, 0},
                                       {NULL, NULL, 0, 0}};

static void test_asa(void **state)
{
	struct world *w = *state;
	const struct sample_swap swaps[] = {{"…", NULL}};
	struct out text;
	struct pki_cert *ca = cert_make(&(struct cert_wish){
	        .subject = windows_ca,
	        .serial = "3eec76fb95de8eaa4f8ba62964a87d98",
	        .from_s = at("2023-10-30 15:49:05"),
	        .to_s = at("2028-10-30 15:59:04"),
	        .key = cert_key(0, BITS),
	        .extensions = {"basicConstraints=critical,CA:TRUE", "keyUsage=digitalSignature,keyCertSign,cRLSign"}});
	struct pki_cert *own = cert_make(&(struct cert_wish){
	        .subject = asa,
	        .serial = "110000000a0ff0f5864f6a7bf000000000000a",
	        .from_s = at("2023-10-30 16:26:07"),
	        .to_s = at("2025-10-29 16:26:07"),
	        .key = cert_key(1, BITS),
	        .issuer = ca,
	        .signer = cert_key(0, BITS),
	        .extensions = {"keyUsage=digitalSignature,keyEncipherment",
	                       "crlDistributionPoints=URI:ldap:///CN=x,URI:http://192.0.2.1/x.crl"}});
	out_init(&text);
	out_str(&text, "clock timezone GMT 0\ncrypto ca trustpoint msca\n enrollment url http://192.168.20.1\n"
	               "crypto ca trustpoint test\n enrollment terminal\ncrypto ca trustpoint x3\n enrollment self\n");
	chain(&text, "msca", ca, own);
	chain(&text, "test", ca, NULL);
	typed_in(w, &text);

	out_str(&text, world_show(w, "show crypto ca certificates"));
	char *missing = sample_missing("show-output-23", out_text(&text), swaps, 1);
	if (missing != NULL)
		fail_msg("%s\n---\n%s", missing, text.text);
	assert_non_null(strstr(text.text, "    [1]  ldap:///CN=x\n    [2]  http://192.0.2.1/x.crl\n  Validity Date:\n"));
	assert_non_null(strstr(text.text, "  Associated Trustpoints: msca\n\nCA Certificate\n"));
	assert_non_null(strstr(text.text, "  Associated Trustpoints: test msca\n"));
	assert_non_null(strstr(text.text, "start date: 15:49:05 GMT Oct 30 2023\n"));
	assert_non_null(strstr(text.text, "Serial Number: 110000000a0ff0f5864f6a7bf000000000000a\n"));
	assert_null(strstr(strstr(text.text, "CA Certificate") + 1, "CA Certificate")); /* once, though two have it */

	out_clear(&text);
	out_str(&text, world_show(w, "show crypto ca trustpoints"));
	missing = sample_missing("show-output-24", out_text(&text), NULL, 0);
	if (missing != NULL)
		fail_msg("%s\n---\n%s", missing, text.text);
	assert_non_null(strstr(text.text, "Trustpoint x3:\n    Configured for self-signed certificate generation.\n"));
	assert_string_equal(world_show(w, "show crypto ca certificates x4"), "ERROR: CA trustpoint 'x4' is not known.\n");
	assert_null(strstr(world_show(w, "show crypto ca certificates test"), "General Purpose"));
	assert_string_equal(world_show(w, "show crypto ca certificates x3"), "");
	out_free(&text);
	pki_cert_drop(ca);
	pki_cert_drop(own);
}

/* ------------------------------------------------------------------ as a PIX shows them */

/* In the order of encoding of Windows 2000: the address first. */
#define WIN2000(name, unit, city, state)                                                                             \
	{                                                                                                            \
		{"emailAddress", "zaahmed@cisco.com", 0, V_ASN1_IA5STRING}, {"C", "US", 0, V_ASN1_PRINTABLESTRING},      \
		        {"ST", state, 0, V_ASN1_PRINTABLESTRING}, {"L", city, 0, V_ASN1_PRINTABLESTRING},                \
		        {"O", "cisco", 0, V_ASN1_PRINTABLESTRING}, {"OU", unit, 0, V_ASN1_PRINTABLESTRING},              \
		        {"CN", name, 0, V_ASN1_PRINTABLESTRING}, {NULL, NULL, 0, 0},                                     \
	}
static const struct cert_attr zakca[] = WIN2000("zakca", "vpn", "sj", "california");
static const struct cert_attr scott[] = WIN2000("scott", "tac", "san jose", "ca");
static const struct cert_attr pix[] = {{"unstructuredName", "PIX-506-2.sjvpn.com", 0, V_ASN1_IA5STRING},
                                       {NULL, NULL, 0, 0}};

static struct pki_cert *pix_cert(const struct cert_attr *subject, const char *serial, const char *from, const char *to,
                                 unsigned key, const struct pki_cert *ca, const char *usage)
{
	return cert_make(&(struct cert_wish){.subject = subject,
	                                     .serial = serial,
	                                     .from_s = at(from),
	                                     .to_s = at(to),
	                                     .key = cert_key(key, SHORT),
	                                     .issuer = ca,
	                                     .signer = cert_key(2, SHORT),
	                                     .digest = "SHA1",
	                                     .extensions = {usage}});
}

static void test_pix(void **state)
{
	struct world *w = *state;
	static const char head[] = "== show crypto ca cert\n";
	static char file[16384];
	struct out text;
	struct pki_cert *ca = pix_cert(zakca, "1102485095cbf8b3415b2e96e86800d1", "2000-07-27 03:15:09", "2002-07-27 03:23:48",
	                               2, NULL, "keyUsage=digitalSignature,keyCertSign");
	struct pki_cert *own = pix_cert(pix, "03716308000000000022", "2001-04-27 16:29:10", "2002-04-27 16:39:10", 3, ca,
	                                "keyUsage=digitalSignature,keyEncipherment");
	struct pki_cert *sign = pix_cert(scott, "0347dc82000000000002", "2000-07-27 18:47:45", "2001-07-27 18:57:45", 4, ca,
	                                 "keyUsage=digitalSignature");
	struct pki_cert *encrypt = pix_cert(scott, "0347df0d000000000003", "2000-07-27 18:47:46", "2001-07-27 18:57:46", 5,
	                                    ca, "keyUsage=keyEncipherment");
	out_init(&text);
	out_str(&text, "crypto ca trustpoint sjvpn\n enrollment url http://171.68.9.149:/certsrv/mscep/mscep.dll\n"
	               " enrollment retry count 20\n revocation-check none\ncrypto ca certificate chain sjvpn\n");
	cert_lines(own, "", &text);
	cert_lines(sign, "ra-sign", &text);
	cert_lines(ca, "ca", &text);
	cert_lines(encrypt, "ra-encrypt", &text);
	typed_in(w, &text);

	FILE *f = fopen(TEST_DIR "/exchange/oracles/pki.txt", "r");
	assert_non_null(f);
	file[fread(file, 1, sizeof file - 1, f)] = '\0';
	fclose(f);
	const char *want = strstr(file, head);
	assert_non_null(want);
	assert_string_equal(world_show(w, "terminal dialect pix-6\nshow crypto ca cert\n"), want + sizeof head - 1);
	assert_string_equal(world_show(w, "terminal dialect pix-6\nshow ca certificate\n"), want + sizeof head - 1);
	assert_string_equal(world_show(w, "terminal dialect pix-6\nshow ca identity\nshow ca configure\n"),
	                    "ca identity sjvpn 171.68.9.149:/certsrv/mscep/mscep.dll\n"
	                    "ca configure sjvpn ra 1 20 crloptional\n");
	out_free(&text);
	pki_cert_drop(ca);
	pki_cert_drop(own);
	pki_cert_drop(sign);
	pki_cert_drop(encrypt);
}

/* ------------------------------------------------------------------ the end of a certificate */

enum { DAY = 86400 };

static unsigned said(struct world *w, const char *text)
{
	unsigned n = 0;
	for (const char *p = w->log; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

static void pass(struct world *w, unsigned days)
{
	w->log_len = 0;
	w->log[0] = '\0';
	for (unsigned i = 0; i < days; i++)
		world_run(w, (uint64_t)DAY * 1000);
}

static void test_expiry(void **state)
{
	struct world *w = *state;
	static const struct cert_attr name[] = {{"O", "b, c", 0, 0}, {"CN", "asa", 0, 0}, {NULL, NULL, 0, 0}};
	int64_t now = clock_wall(&w->gw.clock);
	struct out text;
	struct pki_cert *ca = cert_make(&(struct cert_wish){
	        .subject = windows_ca, .key = cert_key(2, SHORT), .extensions = {"basicConstraints=critical,CA:TRUE"}});
	struct pki_cert *own = cert_make(&(struct cert_wish){.subject = name,
	                                                     .serial = "0a0b",
	                                                     .to_s = now + 70 * DAY + DAY / 2,
	                                                     .key = cert_key(3, SHORT),
	                                                     .issuer = ca,
	                                                     .signer = cert_key(2, SHORT)});
	out_init(&text);
	out_str(&text, "crypto ca trustpoint T\n enrollment terminal\n");
	chain(&text, "T", ca, own);
	typed_in(w, &text);
	pass(w, 9); /* 61 days are left */
	assert_int_equal(said(w, "71705"), 0);
	pass(w, 2);
	assert_int_equal(said(w, "71705"), 1);
	assert_int_equal(said(w, "717054: The ID certificate in the trustpoint T is due to expire in 60 days. Expiration "), 1);
	assert_int_equal(said(w, " Subject Name CN=asa,O=b\\, c Issuer Name CN=qytang-WIN2019-CA,DC=qytang,DC=com "
	                         "Serial Number 0a0b\n"), 1);
	pass(w, 7);
	assert_int_equal(said(w, "due to expire in 53 days"), 1);
	assert_int_equal(said(w, "71705"), 1);
	pass(w, 46); /* down to the last week */
	assert_int_equal(said(w, "71705"), 6);
	pass(w, 7);
	assert_int_equal(said(w, "71705"), 7);
	assert_int_equal(said(w, "due to expire in 0 days"), 1);
	pass(w, 2);
	assert_int_equal(said(w, "717055: The ID certificate in the trustpoint T has expired. Expiration "), 2);
	assert_int_equal(said(w, "71705"), 2);
	out_free(&text);
	pki_cert_drop(ca);
	pki_cert_drop(own);
}

/* ------------------------------------------------------------------ keys and what was issued for them */

static void put_key(struct world *w, const char *label, unsigned number)
{
	struct err err = {0};
	struct pki_pair pair = {.made_s = at("2012-11-12 10:12:22"), .general = true, .key = {cert_key(number, SHORT), cert_key(number, SHORT)}};
	str_copy(pair.label, sizeof pair.label, str_of(label));
	assert_int_equal(pki_keys_put(pki_keys_of(w->gw.pki), &pair, &err), 0);
}

static void test_show_keys(void **state)
{
	struct world *w = *state;
	struct out text;
	char group[9];
	const uint8_t *p = pki_key_public(cert_key(2, SHORT)).p + 28; /* where the modulus begins */
	snprintf(group, sizeof group, "%02x%02x%02x%02x", p[0], p[1], p[2], p[3]);
	const struct sample_swap swaps[] = {{"00c5b3f2", group}, {"…", NULL}};
	put_key(w, PKI_DEFAULT_KEY, 2);
	out_init(&text);
	out_str(&text, world_show(w, "show crypto key mypubkey rsa"));
	char *missing = sample_missing("show-output-25", out_text(&text), swaps, 2);
	if (missing != NULL)
		fail_msg("%s\n---\n%s", missing, text.text);
	assert_non_null(strstr(text.text, "Key pair was generated at: 10:12:22 UTC Nov 12 2012\n"));
	assert_non_null(strstr(text.text, "  30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181 00"));
	out_free(&text);
}

/* A console that waits for a key pair. */
struct waiting {
	unsigned done, status;
	void (*cancel)(void *arg);
	void *arg;
	char said[512];
};

static void wait_emit(void *session, struct str text)
{
	struct waiting *c = session;
	size_t n = strlen(c->said);
	snprintf(c->said + n, sizeof c->said - n, "%.*s", STR_ARG(text));
}

static void wait_done(void *session, int status)
{
	struct waiting *c = session;
	c->done++;
	c->status = (unsigned)status;
}

static void wait_on_cancel(void *session, void (*cancel)(void *arg), void *arg)
{
	struct waiting *c = session;
	c->cancel = cancel;
	c->arg = arg;
}

static void wait_ask(void *session, const char *question, bool hidden, void (*answer)(void *arg, struct str line), void *arg)
{
	(void)session, (void)hidden, (void)answer, (void)arg;
	fail_msg("asked: %s", question);
}

static const struct cmd_host wait_host = {
        .emit = wait_emit, .done = wait_done, .on_cancel = wait_on_cancel, .ask = wait_ask};

static int generate(struct waiting *c, const char *label)
{
	void *ctx;
	cmd_fn *fn = cmd_find("crypto_key_generate", &ctx);
	struct cmd_arg args[] = {{.name = "label", .text = str_of(label)}, {.name = "modulus", .text = STR("512")}};
	struct out out;
	*c = (struct waiting){0};
	out_init(&out);
	int status = fn(&(struct cmd){.out = &out, .args = args, .nargs = 2, .ctx = ctx, .session = c, .host = &wait_host});
	out_free(&out);
	return status;
}

/* Made beside everything else; who goes meanwhile gets none, and only a few are made at a time. */
static void test_generate(void **state)
{
	struct world *w = *state;
	struct waiting stays, goes, late;
	w->job_ms = 1000;
	assert_int_equal(generate(&stays, "stays"), CMD_PENDING);
	assert_int_equal(generate(&goes, "goes"), CMD_PENDING);
	assert_string_equal(stays.said, "Keypair generation process begin. Please wait...\n");
	assert_int_equal(generate(&late, "late"), CMD_PENDING);
	assert_int_equal(late.done, 1); /* at once */
	assert_int_equal(late.status, CMD_ERROR);
	assert_string_equal(late.said, "ERROR: other key pairs are being generated\n");
	goes.cancel(goes.arg);
	world_run(w, 500);
	assert_int_equal(stays.done + goes.done, 0);
	assert_int_equal(pki_keys_count(pki_keys_of(w->gw.pki)), 0);
	world_run(w, 600);
	assert_int_equal(stays.done, 1);
	assert_int_equal(stays.status, CMD_OK);
	assert_int_equal(goes.done, 0);
	assert_non_null(pki_keys_find(pki_keys_of(w->gw.pki), "stays"));
	assert_int_equal(pki_keys_count(pki_keys_of(w->gw.pki)), 1);
	assert_int_equal(generate(&late, "late"), CMD_PENDING);
	world_run(w, 1100);
	assert_int_equal(late.status, CMD_OK);
	assert_non_null(pki_keys_find(pki_keys_of(w->gw.pki), "late"));
}

static void test_zeroize(void **state)
{
	struct world *w = *state;
	static const struct cert_attr name[] = {{"CN", "asa", 0, 0}, {NULL, NULL, 0, 0}};
	struct out text;
	struct pki_cert *one = cert_make(&(struct cert_wish){.subject = name, .serial = "0a", .key = cert_key(2, SHORT)});
	struct pki_cert *two = cert_make(&(struct cert_wish){.subject = name, .serial = "0b", .key = cert_key(3, SHORT)});
	out_init(&text);
	out_str(&text, "crypto ca trustpoint T\n keypair K\ncrypto ca trustpoint U\n keypair L\n");
	chain(&text, "T", one, one);
	chain(&text, "U", NULL, two);
	typed_in(w, &text);
	put_key(w, "K", 2);
	put_key(w, "L", 3);
	struct pki_identity id;
	struct err err = {0};
	assert_true(pki_identity(w->gw.pki, "T", &id, &err));
	assert_true(pki_identity(w->gw.pki, "U", &id, &err));
	assert_string_equal(world_show(w, "configure terminal\ncrypto key zeroize rsa label K noconfirm\n"), "");
	assert_false(pki_identity(w->gw.pki, "T", &id, &err));
	assert_string_equal(err.text, "trustpoint T has no certificate of ours");
	assert_non_null(pki_trustpoint_find(pki_conf_of(w->gw.pki), "T")->cert[PKI_ROLE_CA]); /* stays: it is not ours */
	assert_true(pki_identity(w->gw.pki, "U", &id, &err));
	assert_int_equal(pki_keys_count(pki_keys_of(w->gw.pki)), 1);
	out_free(&text);
	pki_cert_drop(one);
	pki_cert_drop(two);
}

/* ------------------------------------------------------------------ PKCS#12 in */

/* A console that types a text and is asked nothing. */
struct typing {
	struct waiting w;
	struct str rest;
};

static void type_read(void *session, void (*answer)(void *arg, struct str line), void *arg)
{
	struct typing *t = session;
	const char *end = memchr(t->rest.p, '\n', t->rest.len);
	assert_non_null(end);
	struct str line = {t->rest.p, (size_t)(end - t->rest.p)};
	t->rest = str_from(t->rest, line.len + 1);
	answer(arg, line);
}

static const struct cmd_host type_host = {
        .emit = wait_emit, .done = wait_done, .on_cancel = wait_on_cancel, .ask = wait_ask, .read = type_read};

/* What it said. */
static const char *import(struct world *w, const char *trustpoint, struct pki_p12 *p12)
{
	static struct typing t;
	void *ctx;
	struct err err = {0};
	struct out out, pasted;
	size_t len = 0;
	cmd_fn *fn = cmd_find("pki_import_pkcs12", &ctx);
	struct cmd_arg args[] = {{.name = "name", .text = str_of(trustpoint)},
	                         {.name = "password", .text = STR("secret")},
	                         {.name = "nointeractive", .text = STR("nointeractive")}};
	uint8_t *der = pki_p12_make(p12, trustpoint, "secret", &len, &err);
	assert_non_null(der);
	out_init(&out);
	out_init(&pasted);
	pki_paste_frame("PKCS12", (struct bytes){der, len}, &pasted);
	out_str(&pasted, "quit\n");
	t = (struct typing){.rest = out_text(&pasted)};
	assert_int_equal(fn(&(struct cmd){.out = &out, .args = args, .nargs = 3, .ctx = ctx, .session = &t, .host = &type_host}),
	                 CMD_PENDING);
	world_run(w, 10);
	assert_int_equal(t.w.done, 1);
	out_free(&out);
	out_free(&pasted);
	free(der);
	return t.w.said;
}

static struct pki_cert *made_by(const char *name, const char *serial, unsigned key, const struct pki_cert *ca, unsigned signer)
{
	struct cert_attr subject[] = {{"CN", name, 0, 0}, {NULL, NULL, 0, 0}};
	return cert_make(&(struct cert_wish){.subject = subject,
	                                     .serial = serial,
	                                     .key = cert_key(key, SHORT),
	                                     .issuer = ca,
	                                     .signer = cert_key(signer, SHORT),
	                                     .extensions = {"basicConstraints=critical,CA:TRUE"}});
}

static bool has_own(struct world *w, const char *trustpoint)
{
	return pki_trustpoint_find(pki_conf_of(w->gw.pki), trustpoint)->cert[PKI_ROLE_OWN] != NULL;
}

/* Another key under the same name: what was issued for the one before goes, whoever has it; CAs that are there stay. */
static void test_import(void **state)
{
	struct world *w = *state;
	struct out text;
	struct pki_identity id;
	struct err err = {0};
	struct pki_cert *root = made_by("root", "1", 2, NULL, 2), *middle = made_by("middle", "2", 3, root, 2);
	struct pki_cert *low = made_by("low", "3", 4, middle, 3), *first = made_by("asa", "4", 5, low, 4);
	struct pki_cert *second = made_by("asa", "5", 6, low, 4), *other = made_by("other", "6", 5, NULL, 5);
	struct pki_p12 p12 = {.key = cert_key(5, SHORT), .own = first, .other = {low, middle, root}, .nother = 3};
	out_init(&text);
	out_str(&text, "crypto ca trustpoint T\n enrollment terminal\ncrypto ca trustpoint U\n keypair T\n");
	typed_in(w, &text);
	assert_non_null(strstr(import(w, "T", &p12), "INFO: Import PKCS12 operation completed successfully\n"));
	chain(&text, "U", NULL, other);
	typed_in(w, &text);
	assert_int_equal(pki_conf_of(w->gw.pki)->ntrustpoints, 4); /* T-1, T-2 */
	assert_true(pki_identity(w->gw.pki, "T", &id, &err));
	assert_int_equal(id.nchain, 2);
	assert_true(pki_identity(w->gw.pki, "U", &id, &err));
	/* the same once more changes nothing */
	assert_non_null(strstr(import(w, "T", &p12), "completed successfully\n"));
	assert_int_equal(pki_conf_of(w->gw.pki)->ntrustpoints, 4);
	assert_true(has_own(w, "U"));
	p12.key = cert_key(6, SHORT);
	p12.own = second;
	assert_non_null(strstr(import(w, "T", &p12), "completed successfully\n"));
	assert_int_equal(pki_conf_of(w->gw.pki)->ntrustpoints, 4);
	assert_true(pki_identity(w->gw.pki, "T", &id, &err));
	assert_true(pki_cert_same(id.cert, second));
	assert_false(has_own(w, "U"));
	out_free(&text);
	struct pki_cert *all[] = {root, middle, low, first, second, other};
	pki_certs_drop(all, sizeof all / sizeof all[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_asa, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(test_pix, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(test_expiry, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(test_show_keys, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(test_generate, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(test_zeroize, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(test_import, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
