/* What is known of a revocation counts, whatever else goes wrong; and a verdict after which nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <errno.h>
#include <openssl/ocsp.h>

#include "core/base/log.h"
#include "tests/unit/pki/peer.h"

#define ROOT_CDP "URI:http://ca.example.com/root.crl"
#define KEY_LOST "CN=peer,O=Example,C=DE since 06:00:00 UTC Jan 15 2027, keyCompromise"

static const struct bytes no_body;

static void crl_then(int second)
{
	tps[0].revocation[0] = PKI_REVOCATION_CRL;
	tps[0].revocation[1] = (enum pki_revocation)(second >= 0 ? second : 0);
	tps[0].nrevocation = second >= 0 ? 2 : 1;
	reconfigure();
}

static X509 *published(X509 *ca, unsigned slot, const char *cdp)
{
	return peer_of(ca, slot, (struct maker){.ext = {{NID_crl_distribution_points, cdp}}});
}

static void later(uint64_t s)
{
	clock_run(&world.clock, world.clock.now_ms + s * 1000);
}

/* Up to a fetch that nobody has answered. */
static void asked(X509 *x, X509 *second)
{
	ask(x, PEER, second, NULL);
	start();
	maker_work(&world);
	assert_int_equal(maker_open(&world), 1);
}

static void answered(int rc, struct bytes body)
{
	maker_answer(&world, rc, body);
	maker_work(&world);
}

/* The root's list, on which one is revoked, comes with the check of somebody else; then it is as old as `s`. */
static void known_of(const X509 *revoked, uint64_t s)
{
	CERT(y) = published(root, ROOT, ROOT_CDP);
	struct maker_crl m = {.issuer = root, .issuer_slot = ROOT, .revoked = revoked, .reason = 1};
	crl_then(-1);
	asked(y, NULL);
	answered(0, maker_crl(&m));
	assert_int_equal(why, PKI_WHY_GOOD);
	later(s);
	crl_then(PKI_REVOCATION_NONE);
}

/* ------------------------------------------------------------------ `revocation-check crl none` */

static void known_when_late(void **state)
{
	CERT(x) = published(root, ROOT, ROOT_CDP);
	(void)state;
	known_of(x, 4000);
	asked(x, NULL);
	later(30);
	assert_int_equal(why, PKI_WHY_REVOKED);
	assert_string_equal(said, KEY_LOST);
	answered(-ETIMEDOUT, no_body);
}

/* The CA that issued it is revoked, and what is waited for is that CA's own list. */
static void known_of_its_ca(void **state)
{
	CERT(sub) = maker_ca("/CN=Sub", SUB, root, ROOT);
	CERT(x) = published(sub, SUB, "URI:http://sub.example.com/sub.crl");
	(void)state;
	known_of(sub, 10);
	asked(x, sub);
	later(30);
	assert_int_equal(why, PKI_WHY_REVOKED);
	assert_string_equal(said, "CN=Sub since 06:00:00 UTC Jan 15 2027, keyCompromise");
	answered(-ETIMEDOUT, no_body);
}

static void known_when_lost(void **state)
{
	CERT(x) = published(root, ROOT, ROOT_CDP);
	CERT(y) = published(root, ROOT, ROOT_CDP);
	(void)state;
	known_of(x, 4000);
	asked(x, NULL);
	answered(-ETIMEDOUT, no_body);
	assert_int_equal(why, PKI_WHY_REVOKED);
	assert_string_equal(said, KEY_LOST);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_REVOKED);
	assert_int_equal(checked(y, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
	crl_then(-1); /* an old list says nothing good of anybody */
	assert_int_equal(checked(y, NULL, NULL), PKI_WHY_NO_CRL);
}

/* ------------------------------------------------------------------ the old list */

static unsigned removed;

static void logged(void *arg, const struct log_line *line)
{
	(void)arg;
	removed += line->id == 717016;
}

static void count(void *arg, const struct pki_crl_info *info)
{
	(void)info;
	++*(unsigned *)arg;
}

static unsigned shown(void)
{
	unsigned n = 0;
	pki_crls_each(pki_checks_of(pki)->crls, count, &n);
	return n;
}

static void old_until_there_is_another(void **state)
{
	CERT(x) = published(root, ROOT, ROOT_CDP);
	struct log_sink sink = {.level = LOGL_DEBUGGING, .write = logged};
	struct maker_crl m = {.issuer = root, .issuer_slot = ROOT};
	(void)state;
	log_sink_add(&sink);
	removed = 0;
	known_of(NULL, 3599);
	assert_int_equal(shown(), 1);
	later(2);
	assert_int_equal(shown(), 0);
	asked(x, NULL);
	answered(-ETIMEDOUT, no_body);
	assert_int_equal(why, PKI_WHY_GOOD_UNCHECKED);
	assert_int_equal(shown() + removed, 0);
	later(30);
	asked(x, NULL);
	answered(0, maker_crl(&m));
	assert_int_equal(why, PKI_WHY_GOOD);
	assert_int_equal(shown(), 1);
	assert_int_equal(removed, 1);
	log_sink_remove(&sink);
}

/* ------------------------------------------------------------------ why it was revoked (RFC 5280 §5.3.1) */

static void reasons(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){.ext = {{NID_info_access, "OCSP;URI:http://ocsp.example.com/"}}});
	static const struct {
		int reason;
		const char *said;
	} rows[] = {{1, ", keyCompromise"}, {9, ", privilegeWithdrawn"}, {10, ", aACompromise"}, {7, ""}, {-1, ""}};
	(void)state;
	tps[0].revocation[0] = PKI_REVOCATION_OCSP;
	tps[0].nrevocation = 1;
	reconfigure();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[PKI_DETAIL_MAX];
		asked(x, NULL);
		struct maker_ocsp m = {.request = world.fetch[world.nfetch - 1].body, .cert = x, .issuer = root, .signer = root,
		                       .status = V_OCSP_CERTSTATUS_REVOKED, .reason = rows[i].reason};
		answered(0, maker_ocsp(&m));
		assert_int_equal(why, PKI_WHY_REVOKED);
		snprintf(text, sizeof text, "CN=peer,O=Example,C=DE since 06:00:00 UTC Jan 15 2027%s", rows[i].said);
		assert_string_equal(said, text);
	}
}

/* ------------------------------------------------------------------ a verdict, and then the end of everything */

static unsigned ends;

static void on_end(void *arg, const struct pki_verdict *v)
{
	struct err err = {0};
	(void)arg;
	why = v->why;
	ends++;
	pki_free(pki);
	pki = pki_new(&world.clock, &maker_ops, &world, -1, &err);
	assert_non_null(pki);
	reconfigure();
}

static void ended_within(void **state)
{
	CERT(x) = published(root, ROOT, ROOT_CDP);
	const struct {
		const X509 *revoked;
		enum pki_why why;
	} rows[] = {{NULL, PKI_WHY_GOOD}, {x, PKI_WHY_REVOKED}};
	(void)state;
	crl_then(-1);
	ask(x, PEER, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct maker_crl m = {.issuer = root, .issuer_slot = ROOT, .revoked = rows[i].revoked, .reason = 1};
		ends = 0;
		for (int n = 0; n < 2; n++) /* the second one is not told any more */
			assert_non_null(pki_check_start(pki, &question, on_end, NULL));
		maker_work(&world);
		answered(0, maker_crl(&m));
		assert_int_equal(ends, 1);
		assert_int_equal(why, rows[i].why);
	}
	assert_non_null(pki_check_start(pki, &question, on_end, NULL));
	maker_work(&world);
	later(30);
	assert_int_equal(ends, 2);
	assert_int_equal(why, PKI_WHY_NO_CRL);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {T(known_when_late), T(known_of_its_ca), T(known_when_lost),
	                                   T(old_until_there_is_another), T(reasons), T(ended_within)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
