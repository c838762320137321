#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/vectors/hash.h"
#include "tests/vectors/hex.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void hashes(void **state)
{
	uint8_t data[1024], want[PRIM_MD_MAX], got[PRIM_MD_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(hash_vectors); i++) {
		const struct hash_vector *v = &hash_vectors[i];
		size_t len = vector_bytes(v->data, v->repeat, data, sizeof(data));
		struct prim_hash h;

		assert_int_equal(hex_bytes(v->digest, want, sizeof(want)), prim_md_len(v->md));
		assert_int_equal(prim_hash(v->md, &(struct bytes){data, len}, 1, got),
		                 prim_md_len(v->md));
		assert_memory_equal(got, want, prim_md_len(v->md));
		/* byte by byte, branching off in the middle */
		prim_hash_init(&h, v->md);
		for (size_t k = 0; k < len; k++) {
			struct prim_hash copy = h;

			prim_hash_update(&copy, "x", 1);
			prim_hash_final(&copy, got);
			prim_hash_update(&h, data + k, 1);
		}
		prim_hash_final(&h, got);
		assert_memory_equal(got, want, prim_md_len(v->md));
	}
}

static void hmacs(void **state)
{
	uint8_t key[128], data[1024], want[PRIM_MD_MAX], got[PRIM_MD_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(hmac_vectors); i++) {
		const struct hmac_vector *v = &hmac_vectors[i];
		size_t key_len = vector_bytes(v->key, v->key_repeat, key, sizeof(key));
		size_t len = vector_bytes(v->data, v->repeat, data, sizeof(data));
		size_t want_len = hex_bytes(v->digest, want, sizeof(want));
		struct bytes parts[3] = {
		        {data, len / 3}, {NULL, 0}, {data + len / 3, len - len / 3}};
		struct prim_hmac_key k;

		assert_int_equal(prim_hmac(v->md, (struct bytes){key, key_len}, parts, 3, got),
		                 prim_md_len(v->md));
		assert_memory_equal(got, want, want_len);
		prim_hmac_key_set(&k, v->md, key, key_len);
		for (int twice = 0; twice < 2; twice++) {
			prim_hmac_keyed(&k, parts, 3, got);
			assert_memory_equal(got, want, want_len);
		}
	}
}

static void base64(void **state)
{
	/* RFC 4648 §10 */
	static const char *const pairs[][2] = {{"", ""},
	                                       {"f", "Zg=="},
	                                       {"fo", "Zm8="},
	                                       {"foo", "Zm9v"},
	                                       {"foob", "Zm9vYg=="},
	                                       {"fooba", "Zm9vYmE="},
	                                       {"foobar", "Zm9vYmFy"}};
	static const char *const bad[] = {
	        "Z", "Zg=", "Zg", "Zh==", "Zm9=", "=g==", "Z===", "Zm 9", "Zg==Zg=="};
	char text[16];
	uint8_t out[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		len = strlen(pairs[i][0]);
		assert_int_equal(prim_base64_encode(pairs[i][0], len, text, sizeof(text)),
		                 strlen(pairs[i][1]));
		assert_string_equal(text, pairs[i][1]);
		assert_true(prim_base64_decode(str_of(pairs[i][1]), out, sizeof(out), &len));
		assert_int_equal(len, strlen(pairs[i][0]));
		assert_memory_equal(out, pairs[i][0], len);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(prim_base64_decode(str_of(bad[i]), out, sizeof(out), &len));
	assert_false(prim_base64_decode(STR("Zm9v"), out, 2, &len));
	assert_int_equal(prim_base64_encode("foo", 3, text, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(hashes),
	        cmocka_unit_test(hmacs),
	        cmocka_unit_test(base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
