/* Revocation by CRLs with their cache; a fake of the network and of the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <openssl/pem.h>

#include "tests/unit/pki/revoke.h"

static void crl_good(void **state)
{
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.first = 1, .count = 100})), PKI_WHY_GOOD);
	/* kept */
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD);
	assert_int_equal(world.nfetch, 1);
	pass_time(3599);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD);
	assert_int_equal(world.nfetch, 1);
	/* cache-time */
	pass_time(1);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.from = MAKER_NOW + 3500})), PKI_WHY_GOOD);
	assert_int_equal(world.nfetch, 2);
}

static void crl_next_update(void **state)
{
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.until = MAKER_NOW + 600})), PKI_WHY_GOOD);
	pass_time(600);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD);
	pass_time(1); /* sooner than cache-time */
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.until = MAKER_NOW + 600})), PKI_WHY_CRL_STALE);
	assert_string_equal(said, "it was good until 08:10:00 UTC Jan 15 2027");
	/* who published it so is not asked again for every client */
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_CRL_STALE);
	assert_int_equal(world.nfetch, 2);
	tps[0].crl_enforce_next = false;
	reconfigure();
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD);
	assert_int_equal(world.nfetch, 2);
}

static void crl_no_next_update(void **state)
{
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.until = -1})), PKI_WHY_CRL_STALE);
	assert_string_equal(said, "it has no nextUpdate");
	tps[0].crl_enforce_next = false;
	reconfigure();
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD);
	assert_int_equal(world.nfetch, 1);
}

static void crl_revoked(void **state)
{
	CERT(x) = with_cdp(CDP);
	CERT(y) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, PKI_REVOCATION_NONE, -1); /* which is not about that */
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.revoked = x, .reason = 1, .first = 1, .count = 50})), PKI_WHY_REVOKED);
	assert_string_equal(said, "CN=peer,O=Example,C=DE since 06:00:00 UTC Jan 15 2027, keyCompromise");
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_REVOKED);
	assert_int_equal(checked(y, NULL, NULL), PKI_WHY_GOOD);
	/* also by a list that is old, which is not waited for */
	tps[0].crl_enforce_next = true;
	check_by(PKI_REVOCATION_CRL, PKI_REVOCATION_OCSP, PKI_REVOCATION_NONE);
	pass_time(4000);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.revoked = x, .reason = -1, .until = MAKER_NOW + 10})), PKI_WHY_REVOKED);
	assert_string_equal(said, "CN=peer,O=Example,C=DE since 06:00:00 UTC Jan 15 2027");
	assert_int_equal(maker_open(&world), 0);
}

/* `none` asks nobody; what is known all the same counts. */
static void none_known(void **state)
{
	CERT(x) = with_cdp(CDP);
	CERT(y) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_NONE, -1, -1);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(y, URL);
	assert_int_equal(with(crl((struct maker_crl){.revoked = x, .reason = 1})), PKI_WHY_GOOD);
	check_by(PKI_REVOCATION_NONE, -1, -1);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_REVOKED);
	assert_int_equal(checked(y, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
	tps[0].nrevocation = 0;
	reconfigure();
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_REVOKED);
	assert_int_equal(world.nfetch, 1);
}

/* What takes an entry off a delta list leaves a complete one without it. */
static void crl_removed(void **state)
{
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.revoked = x, .reason = 8})), PKI_WHY_GOOD);
}

static void crl_lost(void **state)
{
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(without(), PKI_WHY_NO_CRL);
	assert_string_equal(said, "timed out");
	/* the next ones do not wait for the same */
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_NO_CRL);
	check_by(PKI_REVOCATION_CRL, PKI_REVOCATION_NONE, -1);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
	assert_int_equal(world.nfetch, 1);
	pass_time(30);
	asks(x, URL);
	assert_int_equal(without(), PKI_WHY_GOOD_UNCHECKED);
	pass_time(30);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){0})), PKI_WHY_GOOD);
	pass_time(30);
	world.no_fetch = true;
	CERT(elsewhere) = with_cdp("URI:http://b.example.com/b.crl");
	check_by(PKI_REVOCATION_CRL, -1, -1);
	assert_int_equal(checked(elsewhere, NULL, NULL), PKI_WHY_NO_CRL);
	assert_string_equal(said, "no network");
}

static void crl_nowhere(void **state)
{
	static const char *const rows[] = {NULL, "URI:ldap://dir.example.com/cn=a?certificateRevocationList;binary",
	                                   "URI:https://ca.example.com/a.crl", "URI:file:///etc/passwd", "URI:http://a b/",
	                                   "DNS:ca.example.com"};
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509 *x = with_cdp(rows[i]);
		assert_int_equal(checked(x, NULL, NULL), PKI_WHY_NO_CRL);
		assert_string_equal(said, "nothing says where it is");
		X509_free(x);
	}
	assert_int_equal(world.nfetch, 0);
	tps[0].crl_protocols |= PKI_CRL_LDAP;
	reconfigure();
	CERT(x) = with_cdp(rows[1]);
	asks(x, "ldap://dir.example.com/cn=a?certificateRevocationList;binary");
	assert_int_equal(with(crl((struct maker_crl){0})), PKI_WHY_GOOD);
}

static void crl_places(void **state)
{
	CERT(x) = with_cdp("URI:http://a.example.com/1,URI:http://b.example.com/2");
	CERT(y) = with_cdp(NULL);
	(void)state;
	tps[0].crl_policy = PKI_CRL_CDP | PKI_CRL_STATIC;
	tps[0].crl_url[1] = "http://static.example.com/3";
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, "http://a.example.com/1");
	maker_answer(&world, -ETIMEDOUT, nothing);
	assert_string_equal(maker_url(&world), "http://b.example.com/2");
	maker_answer(&world, 0, crl((struct maker_crl){.issuer = other, .issuer_slot = OTHER}));
	maker_work(&world);
	assert_string_equal(maker_url(&world), "http://static.example.com/3");
	assert_int_equal(with(crl((struct maker_crl){0})), PKI_WHY_GOOD);
	assert_int_equal(checked(y, NULL, NULL), PKI_WHY_GOOD);
	tps[0].crl_policy = PKI_CRL_STATIC;
	pass_time(4000);
	reconfigure();
	asks(x, "http://static.example.com/3");
	assert_int_equal(without(), PKI_WHY_NO_CRL);
}

/* Lists that are not believed, each with its reason. */
static void crl_invalid(void **state)
{
	CERT(same_name) = maker_ca("/C=DE/O=Example/CN=Root", OTHER, NULL, OTHER);
	static const uint8_t junk[] = {0x30, 0x80, 1, 2, 3};
	struct bytes good = crl((struct maker_crl){0}), more;
	uint8_t *copy = malloc(good.len + 1);
	memcpy(copy, good.p, good.len);
	copy[good.len] = 0;
	more = (struct bytes){copy, good.len + 1};
	const struct {
		struct bytes body;
		const char *said;
	} rows[] = {
	        {{junk, sizeof junk}, "it is not a CRL"},
	        {nothing, "it is not a CRL"},
	        {more, "it is not a CRL"},
	        {crl((struct maker_crl){.issuer = other, .issuer_slot = OTHER}), "its issuer is another CA"},
	        {crl((struct maker_crl){.issuer = same_name, .issuer_slot = OTHER}), "its signature is wrong"},
	        {crl((struct maker_crl){.from = MAKER_NOW + 301}), "it is from the future"},
	        {crl((struct maker_crl){.delta = true}), "it is a delta CRL"},
	        {crl((struct maker_crl){.scope = "critical,indirectCRL:TRUE"}), "it is an indirect CRL"},
	        {crl((struct maker_crl){.scope = "critical,onlysomereasons:keyCompromise"}), "it is partitioned by reasons"},
	        {crl((struct maker_crl){.scope = "critical,onlyAA:TRUE"}), "it is about attribute certificates"},
	        {crl((struct maker_crl){.critical = "1.3.6.1.4.1.99999.2"}), "it has a critical extension that is not understood"},
	        {crl((struct maker_crl){.revoked = other, .reason = 1, .entry_critical = "1.3.6.1.4.1.99999.3"}),
	         "an entry has a critical extension that is not understood"},
	        {crl((struct maker_crl){.scope = "critical,onlyCA:TRUE"}), "it is not for this certificate"},
	        {crl((struct maker_crl){.scope = "critical,fullname:URI:http://ca.example.com/other.crl"}), "it is not for this certificate"},
	};
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CERT(x) = with_cdp(CDP);
		pass_time(4000);
		clock_run(&world.clock, world.clock.now_ms);
		world.clock.wall_offset_ms = (int64_t)MAKER_NOW * 1000 - (int64_t)world.clock.now_ms;
		asks(x, URL);
		assert_int_equal(with(rows[i].body), PKI_WHY_CRL_INVALID);
		assert_string_equal(said, rows[i].said);
		assert_int_equal(checked(x, NULL, NULL), PKI_WHY_CRL_INVALID);
		world.nfetch = 0;
	}
	free(copy);
}

static void crl_scope(void **state)
{
	static const char *const scopes[] = {"critical,onlyuser:TRUE", "critical,fullname:" CDP};
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	for (size_t i = 0; i < 2; i++) {
		asks(x, URL);
		assert_int_equal(with(crl((struct maker_crl){.scope = scopes[i]})), PKI_WHY_GOOD);
		pass_time(4000);
	}
}

/* PEM too, which web servers of small CAs offer. */
static void crl_pem(void **state)
{
	CERT(x) = with_cdp(CDP);
	struct bytes der = crl((struct maker_crl){0});
	const unsigned char *at = der.p;
	X509_CRL *c = d2i_X509_CRL(NULL, &at, (long)der.len);
	BIO *out = BIO_new(BIO_s_mem());
	char *pem = NULL;
	(void)state;
	assert_int_equal(PEM_write_bio_X509_CRL(out, c), 1);
	long len = BIO_get_mem_data(out, &pem);
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(with((struct bytes){(uint8_t *)pem, (size_t)len}), PKI_WHY_GOOD);
	BIO_free(out);
	X509_CRL_free(c);
}

/* Several wait for one; one of them gives up; then all have gone. */
static void crl_waiting(void **state)
{
	CERT(x) = with_cdp(CDP);
	struct pki_check *first;
	struct err err = {0};
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	ask(x, PEER, NULL, NULL);
	verdicts = 0;
	first = start();
	for (int i = 0; i < 9; i++)
		start();
	maker_work(&world);
	assert_int_equal(world.nfetch, 1);
	pki_check_cancel(first);
	start();
	maker_work(&world);
	maker_answer(&world, 0, crl((struct maker_crl){0}));
	start();
	maker_work(&world);
	assert_int_equal(verdicts, 11);
	assert_int_equal(world.nfetch, 1);
	pass_time(4000);
	start();
	first = start();
	maker_work(&world);
	maker_answer(&world, 0, crl((struct maker_crl){.until = MAKER_NOW + 9000})); /* is being read */
	pki_check_cancel(first);
	pki_free(pki);
	maker_work(&world);
	assert_int_equal(verdicts, 11);
	pki = pki_new(&world.clock, &maker_ops, &world, -1, &err);
	reconfigure();
	start();
	maker_work(&world);
	assert_int_equal(maker_open(&world), 1);
	pki_free(pki);
	assert_int_equal(world.cancelled, 1);
	pki = pki_new(&world.clock, &maker_ops, &world, -1, &err);
}

/* Nothing that a stranger's certificate names is fetched. */
static void crl_of_strangers(void **state)
{
	CERT(x) = with_cdp(CDP);
	CERT(y) = peer_of(other, OTHER, (struct maker){.ext = {{NID_crl_distribution_points, CDP}, {NID_info_access, AIA}}});
	(void)state;
	check_by(PKI_REVOCATION_OCSP, PKI_REVOCATION_CRL, -1);
	ask(x, OTHER, NULL, NULL);
	assert_int_equal(answer(), PKI_WHY_SIGNATURE);
	assert_int_equal(checked(y, NULL, NULL), PKI_WHY_NO_TRUSTPOINT);
	assert_int_equal(world.nfetch, 0);
}

static void crl_late(void **state)
{
	CERT(x) = with_cdp(CDP);
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	pass_time(30);
	assert_int_equal(why, PKI_WHY_NO_CRL);
	assert_string_equal(said, "it takes too long");
	check_by(PKI_REVOCATION_CRL, PKI_REVOCATION_NONE, -1);
	ask(x, PEER, NULL, NULL);
	start();
	maker_work(&world);
	assert_int_equal(maker_open(&world), 1); /* the same transfer */
	pass_time(30);
	assert_int_equal(why, PKI_WHY_GOOD_UNCHECKED);
	maker_answer(&world, -ETIMEDOUT, nothing);
}

/* A chain: each certificate by the list of its issuer. */
static void crl_chain(void **state)
{
	struct maker m = {.subject = "/CN=Sub", .slot = SUB, .issuer = root, .issuer_slot = ROOT,
	                  .ext = {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "keyCertSign,cRLSign"},
	                          {NID_crl_distribution_points, CDP}}};
	CERT(sub) = maker_cert(&m);
	CERT(x) = peer_of(sub, SUB, (struct maker){.ext = {{NID_crl_distribution_points, "URI:http://sub.example.com/sub.crl"}}});
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	ask(x, PEER, sub, NULL);
	start();
	maker_work(&world);
	assert_string_equal(maker_url(&world), "http://sub.example.com/sub.crl");
	maker_answer(&world, 0, crl((struct maker_crl){.issuer = sub, .issuer_slot = SUB}));
	maker_work(&world);
	assert_string_equal(maker_url(&world), URL);
	assert_int_equal(with(crl((struct maker_crl){.revoked = sub, .reason = 2})), PKI_WHY_REVOKED);
	assert_string_equal(said, "CN=Sub since 06:00:00 UTC Jan 15 2027, cACompromise");
	/* a CA that may not sign lists */
	m.ext[1].value = "keyCertSign";
	CERT(mute) = maker_cert(&m);
	pass_time(4000);
	ask(x, PEER, mute, NULL);
	start();
	maker_work(&world);
	assert_int_equal(with(crl((struct maker_crl){.issuer = sub, .issuer_slot = SUB, .until = MAKER_NOW + 9000})), PKI_WHY_CRL_INVALID);
	assert_string_equal(said, "its issuer may not sign CRLs");
}

static size_t listed;
static void count(void *arg, const struct pki_crl_info *info)
{
	(void)arg;
	listed++;
	assert_int_equal(pki_crl_entries(info->crl), 0);
	assert_string_equal(info->trustpoint, "main");
	assert_int_equal(info->until, MAKER_NOW + 3600);
}

static void crl_cache_bounds(void **state)
{
	struct pki_crls *crls = pki_checks_of(pki)->crls;
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	for (int i = 0; i < PKI_CRLS_MAX + 10; i++) {
		char cdp[64];
		snprintf(cdp, sizeof cdp, "URI:http://ca.example.com/%d", i);
		CERT(x) = with_cdp(cdp);
		asks(x, cdp + 4);
		assert_int_equal(with(crl((struct maker_crl){0})), PKI_WHY_GOOD);
		world.nfetch = 0;
	}
	listed = 0;
	pki_crls_each(crls, count, NULL);
	assert_int_equal(listed, PKI_CRLS_MAX);
	pki_crls_clear(crls, "other");
	listed = 0;
	pki_crls_each(crls, count, NULL);
	assert_int_equal(listed, PKI_CRLS_MAX);
	pki_crls_clear(crls, "main");
	listed = 0;
	pki_crls_each(crls, count, NULL);
	assert_int_equal(listed, 0);
	assert_int_equal(pki_crls_memory(crls), 0);
	/* all of them under way */
	for (int i = 0; i <= PKI_CRLS_MAX; i++) {
		char cdp[64];
		snprintf(cdp, sizeof cdp, "URI:http://ca.example.com/%d", i);
		CERT(x) = with_cdp(cdp);
		ask(x, PEER, NULL, NULL);
		struct pki_check *c = pki_check_start(pki, &question, on_verdict, &world);
		if (i == PKI_CRLS_MAX)
			assert_null(c); /* no more checks than lists */
		maker_work(&world);
	}
	assert_int_equal(maker_open(&world), PKI_CRLS_MAX);
	while (maker_open(&world) > 0)
		maker_answer(&world, -ETIMEDOUT, nothing);
}

/* 20,000 entries, and the ends of the list. */
static void crl_big(void **state)
{
	CERT(x) = with_cdp(CDP);
	CERT(first) = peer_of(root, ROOT, (struct maker){.serial = 5000000, .ext = {{NID_crl_distribution_points, CDP}}});
	CERT(last) = peer_of(root, ROOT, (struct maker){.serial = 5019999, .ext = {{NID_crl_distribution_points, CDP}}});
	CERT(after) = peer_of(root, ROOT, (struct maker){.serial = 5020000, .ext = {{NID_crl_distribution_points, CDP}}});
	CERT(before) = peer_of(root, ROOT, (struct maker){.serial = 4999999, .ext = {{NID_crl_distribution_points, CDP}}});
	(void)state;
	check_by(PKI_REVOCATION_CRL, -1, -1);
	asks(x, URL);
	assert_int_equal(with(crl((struct maker_crl){.first = 5000000, .count = 20000})), PKI_WHY_GOOD);
	assert_int_equal(checked(first, NULL, NULL), PKI_WHY_REVOKED);
	assert_int_equal(checked(last, NULL, NULL), PKI_WHY_REVOKED);
	assert_int_equal(checked(after, NULL, NULL), PKI_WHY_GOOD);
	assert_int_equal(checked(before, NULL, NULL), PKI_WHY_GOOD);
	assert_true(pki_crls_memory(pki_checks_of(pki)->crls) < 20000 * 24);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(crl_good), T(crl_next_update), T(crl_no_next_update), T(crl_revoked), T(crl_removed),
	        T(none_known), T(crl_lost), T(crl_nowhere), T(crl_places), T(crl_invalid),
	        T(crl_scope), T(crl_pem), T(crl_waiting), T(crl_of_strangers), T(crl_late),
	        T(crl_chain), T(crl_cache_bounds), T(crl_big),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
