/* Proposals as real clients write them: what is read, chosen and echoed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/proposal.h"

/* Windows 7 to 11: five transforms; lifetime as a four-byte attribute; ECP groups first. */
struct win_transform {
	uint16_t cipher, bits, group;
};
static const struct win_transform win[] = {
        {7, 256, 20}, {7, 128, 19}, {7, 256, 14}, {5, 0, 14}, {5, 0, 2}};

static size_t windows_sa(uint8_t *buf, size_t cap, size_t n)
{
	struct wr w = wr_of(buf, cap);
	wr_u32(&w, 1);
	wr_u32(&w, 1);
	size_t proposal = wr_len(&w);
	wr_u32(&w, 0);
	wr_u8(&w, 1);
	wr_u8(&w, 1);
	wr_u8(&w, 0);
	wr_u8(&w, (uint8_t)n);
	for (size_t i = 0; i < n; i++) {
		size_t at = wr_len(&w);
		wr_u8(&w, i + 1 < n ? 3 : 0);
		wr_u8(&w, 0);
		wr_u16(&w, 0);
		wr_u8(&w, (uint8_t)(i + 1));
		wr_u8(&w, 1);
		wr_u16(&w, 0);
		ike_attr_write(&w, 1, win[i].cipher);
		if (win[i].bits != 0)
			ike_attr_write(&w, 14, win[i].bits);
		ike_attr_write(&w, 2, 2);
		ike_attr_write(&w, 4, win[i].group);
		ike_attr_write(&w, 3, 1);
		ike_attr_write(&w, 11, 1);
		wr_u16(&w, 12);
		wr_u16(&w, 4);
		wr_u32(&w, 28800);
		wr_patch_u16(&w, at + 2, (uint16_t)(wr_len(&w) - at));
	}
	wr_patch_u16(&w, proposal + 2, (uint16_t)(wr_len(&w) - proposal));
	return wr_len(&w);
}

static struct ike_policy policy(uint32_t priority, const char *cipher, const char *hash,
                                uint16_t group)
{
	return (struct ike_policy){.priority = priority,
	                           .auth = AUTH_PSK,
	                           .cipher = ike_cipher_by_word(str_of(cipher)),
	                           .hash = ike_hash_by_word(str_of(hash)),
	                           .group = group,
	                           .life_s = 86400};
}

static void windows_is_matched_by_our_order(void **state)
{
	static struct p1_offer offer;
	uint8_t sa[512], answer[512];
	const char *why = NULL;
	const struct p1_transform *chosen = NULL;
	(void)state;

	size_t len = windows_sa(sa, sizeof sa, 5);
	assert_int_equal(len, 0xd4 - 4); /* as captured */
	assert_true(p1_read(&offer, (struct bytes){sa, len}, &why));
	assert_int_equal(offer.n, 5);
	assert_int_equal(offer.t[2].life_s, 28800);

	const struct ike_policy policies[] = {policy(5, "des", "md5", 1),
	                                      policy(10, "3des", "sha", 2),
	                                      policy(20, "aes-256", "sha", 14)};
	struct ike_conf conf = {.policies = policies, .npolicies = 3};
	const struct ike_policy *p = p1_choose(&conf, &offer, UINT32_MAX, &chosen);
	assert_ptr_equal(p, &policies[1]); /* ours first, though it is their last */
	assert_int_equal(chosen->number, 5);
	conf.policies = &policies[2];
	conf.npolicies = 1;
	p1_choose(&conf, &offer, UINT32_MAX, &chosen);
	assert_int_equal(chosen->number, 3);

	/* The answer holds that transform alone, byte for byte. */
	struct wr w = wr_of(answer, sizeof answer);
	p1_write_choice(&w, chosen);
	static struct p1_offer echoed;
	assert_true(p1_read(&echoed, (struct bytes){answer, wr_len(&w)}, &why));
	assert_int_equal(echoed.n, 1);
	assert_true(bytes_eq(echoed.t[0].raw, chosen->raw));

	conf.npolicies = 0;
	assert_null(p1_choose(&conf, &offer, UINT32_MAX, &chosen));
}

static void mismatches_are_named(void **state)
{
	static struct p1_offer offer;
	uint8_t sa[512];
	const char *why, *rcvd = NULL, *cfgd = NULL;
	(void)state;

	p1_read(&offer, (struct bytes){sa, windows_sa(sa, sizeof sa, 5)}, &why);
	struct ike_policy p = policy(1, "3des", "sha", 5);
	assert_string_equal(p1_mismatch(&p, &offer.t[4], &rcvd, &cfgd), "Group Description");
	assert_string_equal(rcvd, "Group 2");
	assert_string_equal(cfgd, "Group 5");
	assert_string_equal(p1_mismatch(&p, &offer.t[0], &rcvd, &cfgd), "Encryption Alg");
	p = policy(1, "3des", "md5", 2);
	assert_string_equal(p1_mismatch(&p, &offer.t[4], &rcvd, &cfgd), "Hash Alg");
	p.auth = AUTH_RSA_SIG;
	assert_string_equal(p1_mismatch(&p, &offer.t[4], &rcvd, &cfgd), "Auth Method");
	p = policy(1, "aes", "sha", 14);
	assert_string_equal(p1_mismatch(&p, &offer.t[2], &rcvd, &cfgd), "Key Length");
	p = policy(1, "aes-256", "sha", 14);
	assert_null(p1_mismatch(&p, &offer.t[2], &rcvd, &cfgd));
}

static void own_offers_are_read_back(void **state)
{
	static struct p1_offer offer;
	static struct p2_offer offer2;
	uint8_t sa[256];
	const char *why, *rcvd, *cfgd;
	(void)state;

	for (const struct ike_cipher *c = ike_ciphers; c->id != 0; c++)
		for (const struct ike_hash *h = ike_hashes; h->id != 0; h++) {
			struct ike_policy p = policy(1, c->word, h->word, 19);
			struct wr w = wr_of(sa, sizeof sa);
			p1_write_offer(&w, &p);
			assert_true(p1_read(&offer, (struct bytes){sa, wr_len(&w)}, &why));
			assert_null(p1_mismatch(&p, &offer.t[0], &rcvd, &cfgd));
			assert_int_equal(offer.t[0].life_s, 86400);
		}
	static const struct esp_alg algs[] = {
	        {ESP_CIPHER_DES, 8, ESP_MAC_MD5},     {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1},
	        {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},   {ESP_CIPHER_AES, 24, ESP_MAC_NONE},
	        {ESP_CIPHER_AES, 32, ESP_MAC_SHA256}, {ESP_CIPHER_NULL, 0, ESP_MAC_SHA1}};
	for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
		struct p2_own own = {.alg = algs[i],
		                     .encap = ENCAP_UDP_TRANSPORT,
		                     .group = 2,
		                     .life_s = 3600,
		                     .life_kb = 250000,
		                     .spi = 0xcafe0001};
		struct wr w = wr_of(sa, sizeof sa);
		struct esp_alg alg;
		p2_write_offer(&w, &own);
		assert_true(p2_read(&offer2, (struct bytes){sa, wr_len(&w)}, &why));
		assert_int_equal(offer2.n, 1);
		assert_true(p2_alg(&offer2.t[0], &alg));
		assert_int_equal(alg.cipher, algs[i].cipher);
		assert_int_equal(alg.key_len, algs[i].key_len);
		assert_int_equal(alg.mac, algs[i].mac);
		assert_int_equal(offer2.t[0].spi, 0xcafe0001);
		assert_int_equal(offer2.t[0].life_s, 3600);
		assert_int_equal(offer2.t[0].life_kb, 250000);
		assert_int_equal(offer2.t[0].group, 2);
	}
}

/* A proposal of this protocol with one 3DES/SHA transform. */
static void put_proposal(struct wr *w, bool last, uint8_t number, uint8_t protocol)
{
	size_t p = wr_len(w);
	wr_u8(w, last ? 0 : 2);
	wr_u8(w, 0);
	wr_u16(w, 0);
	wr_u8(w, number);
	wr_u8(w, protocol);
	wr_u8(w, 4);
	wr_u8(w, 1);
	wr_u32(w, 0x1000 + number);
	size_t t = wr_len(w);
	wr_u32(w, 0);
	wr_u8(w, 1);
	wr_u8(w, 3);
	wr_u16(w, 0);
	ike_attr_write(w, 4, ENCAP_TRANSPORT);
	ike_attr_write(w, 5, 2);
	wr_patch_u16(w, t + 2, (uint16_t)(wr_len(w) - t));
	wr_patch_u16(w, p + 2, (uint16_t)(wr_len(w) - p));
}

/* Windows XP offers AH+ESP bundles among its proposals: they are passed over. */
static void bundles_are_passed_over(void **state)
{
	static struct p2_offer offer;
	uint8_t sa[512];
	struct wr w = wr_of(sa, sizeof sa);
	const char *why;
	(void)state;

	wr_u32(&w, 1);
	wr_u32(&w, 1);
	put_proposal(&w, false, 1, PROTO_AH);
	put_proposal(&w, false, 1, PROTO_ESP);
	put_proposal(&w, true, 2, PROTO_ESP);
	assert_true(p2_read(&offer, (struct bytes){sa, wr_len(&w)}, &why));
	assert_true(offer.ah_seen);
	assert_int_equal(offer.n, 1);
	assert_int_equal(offer.t[0].proposal, 2);
	assert_int_equal(offer.t[0].spi, 0x1002);
}

static void malformed_is_refused(void **state)
{
	struct p1_offer *offer = malloc(sizeof *offer);
	uint8_t sa[512];
	const char *why = NULL;
	(void)state;

	assert_non_null(offer);
	size_t len = windows_sa(sa, sizeof sa, 2);
	/* every cut */
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		memcpy(exact, sa, cut);
		assert_false(p1_read(offer, (struct bytes){exact, cut}, &why));
		free(exact);
	}
	/* every byte changed: no crash, whatever it says */
	for (size_t i = 0; i < len; i++)
		for (unsigned v = 0; v < 256; v += 5) {
			uint8_t keep = sa[i];
			sa[i] = (uint8_t)v;
			p1_read(offer, (struct bytes){sa, len}, &why);
			sa[i] = keep;
		}
	sa[3] = 9;
	assert_false(p1_read(offer, (struct bytes){sa, len}, &why));
	assert_string_equal(why, "DOI is not IPsec");
	free(offer);
}

static void modes(void **state)
{
	enum esp_mode mode;
	bool udp;
	(void)state;
	assert_true(p2_mode(ENCAP_UDP_TRANSPORT, &mode, &udp) && mode == ESP_TRANSPORT && udp);
	assert_true(p2_mode(ENCAP_UDP_TRANSPORT_DRAFT, &mode, &udp) && mode == ESP_TRANSPORT &&
	            udp);
	assert_true(p2_mode(ENCAP_TRANSPORT, &mode, &udp) && mode == ESP_TRANSPORT && !udp);
	assert_true(p2_mode(ENCAP_UDP_TUNNEL, &mode, &udp) && mode == ESP_TUNNEL && udp);
	assert_false(p2_mode(77, &mode, &udp));
	assert_int_equal(ike_life_min(0, 5), 5);
	assert_int_equal(ike_life_min(5, 0), 5);
	assert_int_equal(ike_life_min(7, 5), 5);
	assert_int_equal(ike_life_min(0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(windows_is_matched_by_our_order),
	        cmocka_unit_test(mismatches_are_named),
	        cmocka_unit_test(own_offers_are_read_back),
	        cmocka_unit_test(bundles_are_passed_over),
	        cmocka_unit_test(malformed_is_refused),
	        cmocka_unit_test(modes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
