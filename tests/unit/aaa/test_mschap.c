/* Published vectors: RFC 2433 Appendix B, RFC 2759 §9.2 and §9.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/aaa/mschap.h"
#include "crypto/prim/prim.h"

static void expect_hex(const uint8_t *got, size_t len, const char *hex)
{
	char text[129] = "";
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02X", got[i]);
	assert_string_equal(text, hex);
}

static void rfc2433(void **state)
{
	static const uint8_t challenge[8] = {0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41};
	uint8_t hash[16], response[24];
	(void)state;
	assert_true(mschap_nt_hash(STR("MyPw"), hash));
	expect_hex(hash, 16, "FC156AF7EDCD6C0EDDE3337D427F4EAC");
	mschap_response(challenge, hash, response);
	expect_hex(response, 24, "4E9D3C8F9CFD385D5BF4D3246791956CA4C351AB409A3D61");
}

static void rfc2759(void **state)
{
	static const uint8_t ours[16] = {0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
	                                 0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28};
	static const uint8_t peer[16] = {0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
	                                 0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e};
	uint8_t hash[16], challenge[8], response[24];
	char text[43];
	(void)state;
	mschap2_challenge(peer, ours, STR("User"), challenge);
	expect_hex(challenge, 8, "D02E4386BCE91226");
	assert_true(mschap_nt_hash(STR("clientPass"), hash));
	expect_hex(hash, 16, "44EBBA8D5312B8D611474411F56989AE");
	mschap_response(challenge, hash, response);
	expect_hex(response, 24, "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");
	mschap2_authenticator(hash, response, peer, ours, STR("User"), text);
	assert_string_equal(text, "S=407A5589115FD0D6209F510FE9C04566932CDA56");
}

static void unicode(void **state)
{
	uint8_t hash[16], other[16];
	char base64[32];
	(void)state;
	assert_true(mschap_nt_hash(STR("j!doe1"), hash));
	prim_base64_encode(hash, 16, base64, sizeof(base64));
	assert_string_equal(base64, "UK0OyKIgbsc0EhP4cGRtcw==");
	/* the surrogate pair of U+1F600, by hand */
	static const uint8_t pair[] = {0x3d, 0xd8, 0x00, 0xde};
	struct bytes part = {pair, sizeof(pair)};
	prim_hash(PRIM_MD4, &part, 1, other);
	assert_true(mschap_nt_hash(STR("\xf0\x9f\x98\x80"), hash));
	assert_memory_equal(hash, other, 16);
	assert_true(mschap_nt_hash(STR("\xc3\xa9"), hash));
	/* not UTF-8: cut short, overlong, surrogate, stray continuation, beyond Unicode */
	assert_false(mschap_nt_hash(STR("\xc3"), hash));
	assert_false(mschap_nt_hash(STR("\xc0\x80"), hash));
	assert_false(mschap_nt_hash(STR("\xed\xa0\x80"), hash));
	assert_false(mschap_nt_hash(STR("\x80"), hash));
	assert_false(mschap_nt_hash(STR("\xf4\x90\x80\x80"), hash));
	char longest[300];
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = 'x';
	assert_true(mschap_nt_hash((struct str){longest, 256}, hash));
	assert_false(mschap_nt_hash((struct str){longest, 257}, hash));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rfc2433),
	        cmocka_unit_test(rfc2759),
	        cmocka_unit_test(unicode),
	};
	if (prim_init(NULL) != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
