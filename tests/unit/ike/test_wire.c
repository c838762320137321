/* Messages, payload chains and attributes: read, built, and refused when malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/wire.h"

static void builds_and_reads(void **state)
{
	struct ike_out out;
	struct ike_msg m;
	struct ike_hdr hdr = {.exch = EXCH_QUICK, .msgid = 0x12345678, .flags = IKE_FLAG_ENCRYPTED};
	const char *why = NULL;
	(void)state;

	memset(hdr.icookie, 0xaa, IKE_COOKIE_LEN);
	memset(hdr.rcookie, 0xbb, IKE_COOKIE_LEN);
	ike_out_begin(&out, &hdr);
	ike_out_bytes(&out, PAY_HASH, (struct bytes){(const uint8_t *)"0123456789abcdef", 16});
	ike_out_bytes(&out, 130, (struct bytes){(const uint8_t *)"natd", 4});
	ike_out_bytes(&out, 200, (struct bytes){(const uint8_t *)"new", 3});
	assert_true(ike_out_end(&out));
	assert_true(ike_out_end(&out)); /* twice does no harm */

	struct bytes all = ike_out_all(&out);
	assert_int_equal(all.len, 28 + 20 + 8 + 7);
	struct rd r = rd_of(all.p, all.len);
	struct ike_hdr in;
	assert_true(ike_hdr_read(&r, &in));
	assert_int_equal(in.len, all.len);
	assert_int_equal(in.version, 0x10);
	assert_int_equal(in.msgid, 0x12345678);
	assert_true(ike_msg_parse(&m, &in, rd_rest(&r), 0, &why));
	assert_int_equal(m.n, 3);
	assert_int_equal(m.kinds, PAY_BIT(PAY_HASH) | PAY_BIT(PAY_NATD) | PAY_BIT(PAY_UNKNOWN));
	const struct ike_payload *hash = ike_msg_find(&m, PAY_HASH, NULL);
	assert_int_equal(hash->body.len, 16);
	assert_null(ike_msg_find(&m, PAY_HASH, hash));
	assert_int_equal(ike_msg_after(&m, hash).len, 15);
	char text[128];
	ike_chain_text(text, sizeof text, in.next, m.plain);
	assert_string_equal(text, "HDR + HASH (8) + NAT-D (130) + ? (200) + NONE (0)");
}

static void refuses(const char *what, uint8_t first, const void *body, size_t len, size_t pad)
{
	struct ike_hdr hdr = {.next = first};
	struct ike_msg m;
	const char *why = NULL;
	assert_false(ike_msg_parse(&m, &hdr, (struct bytes){body, len}, pad, &why));
	assert_string_equal(why, what);
}

static void refuses_malformed_chains(void **state)
{
	static const uint8_t past[] = {0, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t tiny[] = {0, 0, 0, 3};
	static const uint8_t reserved[] = {0, 1, 0, 8, 1, 2, 3, 4};
	static const uint8_t short_sa[] = {0, 0, 0, 8, 1, 2, 3, 4};
	static const uint8_t tail[] = {0, 0, 0, 8, 1, 2, 3, 4, 9, 9, 9};
	enum { NOBODYS = 99 };
	uint8_t many[4 * 70];
	(void)state;

	refuses("payload length runs past the message", PAY_VENDOR, past, sizeof past, 0);
	refuses("payload length runs past the message", PAY_VENDOR, tiny, sizeof tiny, 0);
	refuses("payload length runs past the message", PAY_VENDOR, tiny, 2, 0);
	refuses("reserved byte of a payload is not zero", PAY_VENDOR, reserved, sizeof reserved, 0);
	refuses("payload too short", PAY_SA, short_sa, sizeof short_sa, 0);
	refuses("bytes after the last payload", PAY_VENDOR, tail, sizeof tail, 2);
	refuses("no payload", 0, tail, sizeof tail, 20);
	for (size_t i = 0; i < 70; i++)
		memcpy(many + 4 * i, (const uint8_t[]){NOBODYS, 0, 0, 4}, 4);
	refuses("too many payloads", NOBODYS, many, sizeof many, 0);

	struct ike_hdr hdr = {.next = PAY_VENDOR};
	struct ike_msg m;
	/* vendor IDs there may be any number of; the first ones are looked at */
	for (size_t i = 0; i < 70; i++)
		memcpy(many + 4 * i, (const uint8_t[]){i < 69 ? PAY_VENDOR : 0, 0, 0, 4}, 4);
	assert_true(ike_msg_parse(&m, &hdr, (struct bytes){many, sizeof many}, 0, NULL));
	assert_int_equal(m.n, IKE_PAYLOADS_MAX);
	assert_int_equal(m.plain.len, sizeof many);
	assert_true(ike_msg_parse(&m, &hdr, (struct bytes){tail, sizeof tail}, 3, NULL));
	assert_int_equal(m.plain.len, 8); /* padding is not part of it */
}

static void attributes(void **state)
{
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof buf);
	struct ike_attr a;
	(void)state;

	ike_attr_write(&w, 4, 14);
	ike_attr_write(&w, 12, 86400);
	wr_u16(&w, 9);
	wr_u16(&w, 10);
	wr_zero(&w, 10);
	struct rd r = rd_of(buf, wr_len(&w));
	assert_true(ike_attr_next(&r, &a));
	assert_int_equal(a.type, 4);
	assert_int_equal(a.value, 14);
	assert_true(ike_attr_next(&r, &a));
	assert_int_equal(a.value, 86400);
	assert_int_equal(a.raw.len, 4);
	assert_true(ike_attr_next(&r, &a));
	assert_true(a.value == UINT64_MAX);
	assert_false(ike_attr_next(&r, &a));
	assert_true(rd_ok(&r));
	/* cut off inside a value */
	r = rd_of(buf, 10);
	assert_true(ike_attr_next(&r, &a));
	assert_false(ike_attr_next(&r, &a));
	assert_false(rd_ok(&r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(builds_and_reads),
	        cmocka_unit_test(refuses_malformed_chains),
	        cmocka_unit_test(attributes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
