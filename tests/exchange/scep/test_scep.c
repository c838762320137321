/* The SCEP client and genuine servers: mscep (Python and the openssl command; RA mode with two certificates, or CA mode),
 * scepserver (Go; CA mode), scepra (Go; RA mode). And the debug output of PIX 6.3 as seed 001 has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/show.h"
#include "crypto/pki/show.h"
#include "lab.h"
#include "tests/shape/sample.h"

#define GRANTED "717003 Certificate received from Certificate Authority for trustpoint T0."

/* ------------------------------------------------------------------ the good case */

static void test_granted(void **state)
{
	(void)state;
	lab_begin_mscep("--challenge sesame");
	assert_non_null(lab.tp[0].cert[PKI_ROLE_RA_SIGN]);
	assert_false(pki_cert_same(lab.tp[0].cert[PKI_ROLE_RA_SIGN], lab.tp[0].cert[PKI_ROLE_RA_ENCRYPT]));
	lab_expect_text(lab_server_said(), "GetCACert GET certs\n");
	assert_int_equal(lab_enroll(0, "sesame", false), 0);
	assert_true(lab_is_pending(0));
	lab_run(0);
	assert_false(lab_is_pending(0));
	assert_true(lab_has_cert(0));
	lab_expect_logged(GRANTED);
	assert_true(lab_saw("The certificate has been granted by CA!\n"));
	assert_true(lab_saw("CRYPTO_PKI: status = 100: certificate is granted\n"));
	assert_false(lab_saw("sesame"));
	assert_false(lab_keeps_pending());
	const char *said = lab_server_said();
	lab_expect_text(said, "GetCACaps GET caps\n");
	lab_expect_text(said, " sha256 aes128 POST granted\n");
	/* a second one renews it: signed with the first */
	struct pki_cert *first = pki_cert_hold(lab.cert[0][PKI_ROLE_OWN]);
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	lab_expect_text(lab_server_said(), "RenewalReq ");
	assert_false(pki_cert_same(first, lab.cert[0][PKI_ROLE_OWN]));
	pki_cert_drop(first);
	lab_end();
}

/* What is said on the wire, field by field, by the openssl command (RFC 8894 §3.2). */
static void test_captured(void **state)
{
	static const char *const fields[] = {"2.16.840.1.113733.1.9.2", "2.16.840.1.113733.1.9.5", "2.16.840.1.113733.1.9.7"};
	(void)state;
	lab_begin_mscep("--pendings 1");
	assert_int_equal(lab_enroll(0, "sesame", false), 0);
	lab_run(2);
	assert_true(lab_has_cert(0));
	for (unsigned n = 1; n <= 2; n++) {
		char command[512];
		snprintf(command, sizeof command, "openssl cms -cmsout -print -noout -inform DER -in server/%u.request", n);
		const char *text = lab_shell(command);
		lab_expect_text(text, n == 1 ? "PRINTABLESTRING:19\n" : "PRINTABLESTRING:20\n");
		lab_expect_text(text, "object: contentType (1.2.840.113549.1.9.3)");
		lab_expect_text(text, "object: messageDigest (1.2.840.113549.1.9.4)");
		lab_expect_text(text, "algorithm: sha256 ");
		snprintf(command, sizeof command, "openssl asn1parse -inform DER -in server/%u.request", n);
		text = lab_shell(command);
		for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
			lab_expect_text(text, fields[i]);
		snprintf(command, sizeof command,
		         "openssl cms -verify -noverify -binary -inform DER -in server/%u.request -out sealed && "
		         "openssl cms -decrypt -inform DER -in sealed -recip server/ra-encrypt.pem -inkey server/ra-encrypt.key "
		         "-out plain && openssl %s -inform DER -in plain", n, n == 1 ? "req -noout -text -verify" : "asn1parse");
		text = lab_shell(command);
		if (n == 1) {
			lab_expect_text(text, "elf-signature verify OK");
			lab_expect_text(text, "challengePassword");
			lab_expect_text(text, "DNS:PIX-506-2.sjvpn.com");
		} else { /* IssuerAndSubject */
			lab_expect_text(text, ":zakca");
			lab_expect_text(text, ":PIX-506-2.sjvpn.com");
		}
		snprintf(command, sizeof command, "openssl cms -verify -CAfile server/ca.pem -purpose any -binary -inform DER "
		                                  "-in server/%u.reply -out /dev/null", n);
		/* pending: there is nothing in it */
		lab_expect_text(lab_shell(command), n == 1 ? "check_content:no content" : "erification successful");
	}
	/* the same transaction, another nonce */
	const char *ids = lab_shell("for n in 1 2; do openssl asn1parse -inform DER -in server/$n.request | "
	                            "sed -n '/113733.1.9.7/,+2s/.*PRINTABLESTRING *://p'; done | uniq | wc -l");
	assert_string_equal(ids, "1\n");
	const char *nonces = lab_shell("for n in 1 2; do openssl asn1parse -inform DER -in server/$n.request | "
	                               "sed -n '/113733.1.9.5/,+2s/.*HEX DUMP]://p'; done | sort -u | wc -l");
	assert_string_equal(nonces, "2\n");
	lab_end();
}

/* ------------------------------------------------------------------ what servers can */

static void test_servers_differ(void **state)
{
	static const struct {
		const char *options, *said;
	} rows[] = {
	        {"--caps none --cipher des --hash sha1", " sha1 des3 GET granted\n"}, /* Windows 2000 */
	        {"--caps none --cipher des --hash md5 --order ca,encrypt,sign", " sha1 des3 GET granted\n"},
	        {"--caps POSTPKIOperation,SHA-1,DES3 --order encrypt,sign,ca", " sha1 des3 POST granted\n"},
	        {"--caps SCEPStandard --cipher aes128", " sha256 aes128 POST granted\n"},
	        {"--caps AES,SHA-256", " sha256 aes128 GET granted\n"},
	        {"--ca-mode", " sha256 aes128 POST granted\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		lab_begin_mscep(rows[i].options);
		assert_int_equal(lab_enroll(0, NULL, false), 0);
		lab_run(0);
		lab_expect_text(lab_server_said(), rows[i].said);
		assert_true(lab_has_cert(0));
		lab_end();
	}
}

/* ------------------------------------------------------------------ refusals and bad servers */

static void test_refused(void **state)
{
	static const struct {
		const char *options, *reason;
	} rows[] = {
	        {"--challenge open", "the CA refuses: the request is not permitted or supported"},
	        {"--mode reject", "the CA refuses: the request is not permitted or supported"},
	        {"--mode nonce", "the answer is to another message"},
	        {"--mode transaction", "the answer is of another transaction"},
	        {"--mode stranger", "the answer is signed by a stranger"},
	        {"--mode forged", "the signature of the answer is wrong"},
	        {"--mode truncated", "the answer cannot be read"},
	        {"--mode html", "the answer cannot be read"},
	        {"--mode other-key", "the CA granted no certificate for our key, or did not sign it"},
	        {"--mode other-ca", "the CA granted no certificate for our key, or did not sign it"},
	        {"--mode error", "HTTP status 500"},
	};
	char line[256];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		lab_begin_mscep(rows[i].options);
		assert_int_equal(lab_enroll(0, "sesame", false), 0);
		lab_run(0);
		snprintf(line, sizeof line, "717002 Certificate enrollment failed for trustpoint T0. Reason: %s.\n", rows[i].reason);
		lab_expect_logged(line);
		assert_false(lab_has_cert(0));
		assert_false(lab_is_pending(0));
		assert_false(lab_logged(GRANTED));
		assert_true(lab_saw(i < 2 ? "The certificate request was rejected by CA!\n"
		                      : "% Error in obtaining the certificate from CA!\n"));
		lab_end();
	}
}

static void test_cannot_begin(void **state)
{
	struct pki_scep_enroll in = {.trustpoint = "nobody"};
	struct err err = {0};
	(void)state;
	lab_begin(false);
	assert_int_equal(pki_scep_enroll(lab.pki, &in, NULL, NULL, &err), -ENOENT);
	assert_int_equal(lab_enroll(0, NULL, false), -EDESTADDRREQ); /* no URL */
	strcpy(lab.url[0], "127.0.0.1:/");
	assert_int_equal(lab_enroll(0, NULL, false), -ENOKEY); /* not authenticated */
	lab_expect_logged("717002 Certificate enrollment failed for trustpoint T0. Reason: the trustpoint has no certificate of its "
	                  "CA.");
	lab_serve("mscep", "", LAB_MSCEP);
	assert_true(lab_authenticate(0));
	lab.tp[0].keypair = "other";
	assert_int_equal(lab_enroll(0, NULL, false), -ENOKEY);
	lab_expect_logged("717001 Querying keypair failed.");
	lab.tp[0].keypair = PKI_DEFAULT_KEY;
	/* what is granted cannot be kept */
	lab.refuse = true;
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	lab_expect_logged("717020 Failed to install device certificate for trustpoint T0. Reason: the configuration is locked.");
	assert_false(lab_saw("granted by CA!"));
	/* a console that went away is not told; the end of everything while it goes on */
	unsigned before = lab.sent;
	struct pki_scep_enroll again = {.trustpoint = "T1", .request = {.subject = "CN=a"}};
	for (unsigned r = 0; r < PKI_ROLES; r++)
		lab.tp[1].cert[r] = lab.tp[0].cert[r];
	assert_int_equal(pki_scep_enroll(lab.pki, &again, NULL, NULL, &err), 0);
	pki_scep_forget(lab.pki, NULL);
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	pki_scep_forget(lab.pki, NULL);
	assert_int_equal(lab.sent, before);
	lab_end();
}

/* ------------------------------------------------------------------ GetCACert, GetCRL */

static void test_authenticate(void **state)
{
	struct err err = {0};
	(void)state;
	lab_begin(false);
	lab_serve("mscep", "", "/wrong/path");
	assert_false(lab_authenticate(0));
	assert_string_equal(lab.failed.text, "HTTP status 404");
	lab_expect_logged("717017 Failed to query CA certificate for trustpoint T0 from http://127.0.0.1:8080/wrong/path");
	strcpy(lab.url[0], "127.0.0.1:8080" LAB_MSCEP);
	assert_true(lab_authenticate(0));
	/* no path: the appliance has one of its own */
	strcpy(lab.url[0], "http://127.0.0.1:8080");
	assert_false(lab_authenticate(0));
	lab_expect_text(lab_server_said(), "/cgi-bin/pkiclient.exe GET 404\n");
	/* cancelled: nothing is told */
	unsigned before = lab.sent;
	struct pki_scep_query *q = pki_scep_authenticate(lab.pki, "T0", NULL, NULL, &err);
	assert_non_null(q);
	pki_scep_query_cancel(q);
	lab_run(0);
	assert_int_equal(lab.sent, before);
	/* more than there may be */
	unsigned n = 0;
	while (pki_scep_authenticate(lab.pki, "T0", NULL, NULL, &err) != NULL)
		n++;
	assert_int_equal(n, PKI_SCEP_TRANSACTIONS_MAX);
	assert_int_equal(err.code, -EBUSY);
	lab_end();
}

static struct out crl;

static void got_crl(void *arg, const struct pki_fetched *got)
{
	(void)arg;
	out_clear(&crl);
	if (got->rc == 0)
		out_put(&crl, (struct str){(const char *)got->body.p, got->body.len});
	else
		out_printf(&crl, "%s", got->why);
}

static void test_crl(void **state)
{
	struct err err = {0};
	(void)state;
	out_init(&crl);
	for (unsigned enrolled = 0; enrolled < 2; enrolled++) {
		lab_begin_mscep("");
		if (enrolled) {
			assert_int_equal(lab_enroll(0, NULL, false), 0);
			lab_run(0);
			assert_true(lab_has_cert(0));
		}
		lab_server_said();
		assert_non_null(pki_scep_crl(lab.pki, "T0", lab.tp[0].cert[PKI_ROLE_RA_SIGN], got_crl, NULL, &err));
		lab_run(0);
		lab_expect_text(lab_server_said(), "GetCRL ");
		int fd = openat(lab.dir, "crl", O_WRONLY | O_CREAT, 0600);
		assert_int_equal(write(fd, crl.text, crl.len), crl.len);
		close(fd);
		lab_expect_text(lab_shell("openssl crl -inform DER -in crl -noout -CAfile server/ca.pem"), "verify OK");
		/* nobody is there */
		lab_serve_end();
		assert_non_null(pki_scep_crl(lab.pki, "T0", lab.tp[0].cert[PKI_ROLE_RA_SIGN], got_crl, NULL, &err));
		lab_run(0);
		assert_string_equal(crl.text, "Connection refused");
		lab_end();
	}
	out_free(&crl);
}

/* ------------------------------------------------------------------ seed 001 */

/* The words of a text: what differs from run to run masked, without prompts and what the document says in between. */
static void words_of(const char *text, struct out *words)
{
	char *copy = strdup(text), *save = NULL;
	for (char *w = strtok_r(copy, " \n", &save); w != NULL; w = strtok_r(NULL, " \n", &save)) {
		size_t n = strlen(w), hex = strspn(w, "0123456789abcdef"), digits = strspn(w, "0123456789");
		if (strcmp(w, "PIX-506-2(config)#") == 0)
			continue;
		out_printf(words, "%s\n", n == hex && n == 8 ? "<print>" : n == hex && n == 2 && n != digits ? "<n>" : n == digits ? "<n>" : w);
	}
	free(copy);
}

static void assert_words(const char *sample)
{
	static const struct sample_swap swaps[] = {{"!--- After approval from CA. ", ""}, {"up!% ", "up! % "}, {"up!%", "up! %"}};
	struct out want = {0}, got = {0};
	char *text = sample_text(sample, swaps, sizeof swaps / sizeof swaps[0]);
	words_of(text, &want);
	words_of(lab.screen.text, &got);
	free(text);
	if (strcmp(want.text, got.text) != 0) {
		size_t i = 0;
		while (want.text[i] == got.text[i])
			i++;
		while (i > 0 && want.text[i - 1] != '\n')
			i--;
		fail_msg("%s: wanted %.60s\ngot %.60s\nof:\n%s", sample, want.text + i, got.text + i, lab.screen.text);
	}
	out_free(&want);
	out_free(&got);
}

static void test_pix_good(void **state)
{
	(void)state;
	lab_begin(true);
	lab_serve("mscep", "--pendings 2 --challenge pw", LAB_MSCEP);
	snprintf(lab.url[0], sizeof lab.url[0], "http://127.0.0.1:8080%s", LAB_MSCEP);
	assert_true(lab_authenticate(0));
	out_clear(&lab.screen);
	lab.tp[0].retry_count = 20;
	assert_int_equal(lab_enroll(0, "pw", true), 0);
	lab_run(1);
	assert_true(lab_has_cert(0));
	assert_words("pix-example-10");
	/* line by line, where the document has kept the lines */
	static const struct sample_swap swaps[] = {{"PIX-506-2(config)#", NULL}, {"04 10", NULL}, {"13 20", NULL}, {"\u2026", NULL},
	                                           {"wakes up!%", NULL}, {"Start certificate", NULL}};
	char *missing = sample_missing("debug-08", out_text(&lab.screen), swaps, sizeof swaps / sizeof swaps[0]);
	if (missing != NULL)
		fail_msg("debug-08: %s is not in:\n%s", missing, lab.screen.text);
	assert_true(lab_saw("Crypto CA thread wakes up!\n%\n% Start certificate enrollment .. \n"));
	assert_true(lab_saw("CRYPTO_PKI: signed attr: pki-message-type:\n13 01 33\n"));
	lab_end();
}

static void test_pix_wrong_url(void **state)
{
	(void)state;
	lab_begin(true);
	lab_serve("mscep", "", "/certsrv/mscep/mscep.dl");
	assert_false(lab_authenticate(0));
	assert_words("pix-example-11");
	lab_end();
}

static void test_pix_wrong_mode(void **state)
{
	(void)state;
	lab_begin(true);
	lab_serve("mscep", "", LAB_MSCEP);
	lab.tp[0].ca_mode = true;
	assert_false(lab_authenticate(0));
	assert_null(lab.tp[0].cert[PKI_ROLE_CA]);
	assert_words("pix-example-12");
	lab.tp[0].ca_mode = false;
	assert_true(lab_authenticate(0));
	lab_end();
}

/* ------------------------------------------------------------------ servers in Go */

static void genuine(const char *program, bool ra)
{
	lab_begin(false);
	lab_serve(program, "--challenge sesame", "/scep");
	assert_true(lab_authenticate(0));
	assert_int_equal(lab.tp[0].cert[PKI_ROLE_RA_SIGN] != NULL, ra);
	assert_int_equal(lab_enroll(0, "open", false), 0);
	lab_run(0);
	lab_expect_logged("717002 Certificate enrollment failed for trustpoint T0. Reason: the CA refuses: the request is not "
	                  "permitted or supported.");
	assert_int_equal(lab_enroll(0, "sesame", false), 0);
	lab_run(0);
	assert_true(lab_has_cert(0));
	lab_expect_logged(GRANTED);
	lab_end();
}

static void test_scepserver(void **state)
{
	(void)state;
	genuine("scepserver", false);
}

static void test_scepra(void **state)
{
	(void)state;
	genuine("scepra", true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_granted),         cmocka_unit_test(test_captured),
	        cmocka_unit_test(test_servers_differ),  cmocka_unit_test(test_refused),
	        cmocka_unit_test(test_cannot_begin),    cmocka_unit_test(test_authenticate),
	        cmocka_unit_test(test_crl),             cmocka_unit_test(test_pix_good),
	        cmocka_unit_test(test_pix_wrong_url),   cmocka_unit_test(test_pix_wrong_mode),
	        cmocka_unit_test(test_scepserver),      cmocka_unit_test(test_scepra),
	};
	int rc = lab_namespace();
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return rc != 0 ? rc : cmocka_run_group_tests(tests, NULL, NULL);
}
