#include "tests/unit/base/unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"

static void reader_reads_in_network_order(void **state)
{
	(void)state;
	static const uint8_t in[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	struct rd r = rd_of(in, sizeof in);
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u32(&r), 0x04050607);
	assert_true(rd_u64(&r) == 0x08090a0b0c0d0e0fULL);
	assert_int_equal(rd_left(&r), 1);
	assert_true(rd_ok(&r));
}

static void reader_past_the_end_sticks(void **state)
{
	(void)state;
	uint8_t *in = malloc(3); /* exact, so that the sanitizer sees one byte too far */
	memcpy(in, "\1\2\3", 3);
	struct rd r = rd_of(in, 3);
	assert_int_equal(rd_u32(&r), 0);
	assert_false(rd_ok(&r));
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_u8(&r), 0); /* although a byte is there */
	struct bytes b = rd_bytes(&r, 1);
	assert_int_equal(b.len, 0);
	free(in);
}

static void sub_reader_is_bounded(void **state)
{
	(void)state;
	static const uint8_t in[] = {1, 2, 3, 4};
	struct rd r = rd_of(in, sizeof in), sub = rd_sub(&r, 2);
	assert_int_equal(rd_u16(&sub), 0x0102);
	rd_u8(&sub);
	assert_false(rd_ok(&sub));
	assert_true(rd_ok(&r));
	assert_int_equal(rd_u16(&r), 0x0304);
	sub = rd_sub(&r, 1);
	assert_false(rd_ok(&sub));
	assert_false(rd_ok(&r));
}

static void huge_lengths_do_not_wrap(void **state)
{
	(void)state;
	static const uint8_t in[] = {1, 2};
	struct rd r = rd_of(in, sizeof in);
	assert_int_equal(rd_bytes(&r, SIZE_MAX).len, 0);
	assert_false(rd_ok(&r));
	uint8_t out[2];
	struct wr w = wr_of(out, sizeof out);
	assert_null(wr_space(&w, SIZE_MAX));
	assert_false(wr_ok(&w));
}

static void writer_full_sticks_and_patch_works(void **state)
{
	(void)state;
	uint8_t out[6];
	struct wr w = wr_of(out, sizeof out);
	wr_u16(&w, 0);
	wr_u32(&w, 0xa1b2c3d4);
	wr_patch_u16(&w, 0, 6);
	assert_memory_equal(out, "\0\6\xa1\xb2\xc3\xd4", 6);
	assert_true(wr_ok(&w));
	wr_u8(&w, 1);
	assert_false(wr_ok(&w));
	assert_int_equal(wr_len(&w), 6);
}

static void packet_view_moves_within_the_buffer(void **state)
{
	(void)state;
	uint8_t area[PKT_HEADROOM + 16];
	struct pkt p = {.buf = area, .cap = sizeof area};
	pkt_reset(&p);
	assert_int_equal(p.len, 0);
	assert_non_null(pkt_put(&p, 16));
	assert_null(pkt_put(&p, 1));
	assert_true(pkt_pull(&p, 4));
	assert_false(pkt_pull(&p, 13));
	assert_int_equal(p.len, 12);
	assert_non_null(pkt_push(&p, PKT_HEADROOM + 4));
	assert_null(pkt_push(&p, 1));
	assert_ptr_equal(pkt_data(&p), area);
	assert_true(pkt_trim(&p, 1));
	assert_false(pkt_trim(&p, 2));
}

static void secret_compare(void **state)
{
	(void)state;
	assert_true(bytes_eq_secret((struct bytes){(const uint8_t *)"abc", 3}, (struct bytes){(const uint8_t *)"abc", 3}));
	assert_false(bytes_eq_secret((struct bytes){(const uint8_t *)"abc", 3}, (struct bytes){(const uint8_t *)"abd", 3}));
	assert_false(bytes_eq_secret((struct bytes){(const uint8_t *)"abc", 3}, (struct bytes){(const uint8_t *)"ab", 2}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_reads_in_network_order),
		cmocka_unit_test(reader_past_the_end_sticks),
		cmocka_unit_test(sub_reader_is_bounded),
		cmocka_unit_test(huge_lengths_do_not_wrap),
		cmocka_unit_test(writer_full_sticks_and_patch_works),
		cmocka_unit_test(packet_view_moves_within_the_buffer),
		cmocka_unit_test(secret_compare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
