/* Data messages on the packet path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "l2tp/data.h"

static struct dsess sess;

static struct dsess *find(void *ctx, uint16_t tunnel, uint16_t call)
{
	(void)ctx;
	return tunnel == 4 && call == 5 ? &sess : NULL;
}

static uint8_t area[PKT_HEADROOM + 512];

static struct pkt packet(const void *bytes, size_t len)
{
	struct pkt p = {.buf = area, .cap = sizeof area, .off = PKT_HEADROOM, .len = (uint32_t)len};
	memcpy(area + PKT_HEADROOM, bytes, len);
	return p;
}

static int setup(void **state)
{
	(void)state;
	sess = (struct dsess){.tunnel = 4,
	                      .call = 5,
	                      .remote_tunnel = 0x1102,
	                      .remote_call = 0x2b1f,
	                      .flow = 70,
	                      .ns = 9,
	                      .nr = 0};
	return 0;
}

static void test_in(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		enum data_verdict verdict;
		uint8_t drop;
		size_t frame;
	} rows[] = {
	        {"\x00\x02\0\4\0\5\xff\3\x00\x21", 10, DATA_FORWARD, 0, 4},
	        {"\x40\x02\0\x0c\0\4\0\5\xff\3\x00\x21", 12, DATA_FORWARD, 0, 4},
	        {"\x40\x02\0\x0c\0\4\0\5\xff\3\x00\x21pad", 15, DATA_FORWARD, 0, 4},
	        {"\x48\x02\0\x10\0\4\0\5\0\7\0\1\xff\3\x00\x21", 16, DATA_FORWARD, 0, 4},
	        {"\x42\x02\0\x11\0\4\0\5\0\3pad\xff\3\x00\x21", 17, DATA_FORWARD, 0, 4},
	        {"\x4a\x02\0\x14\0\4\0\5\0\7\0\1\0\2pp\xff\3\x00\x21", 20, DATA_FORWARD, 0, 4},
	        {"\x01\x02\0\4\0\5\xff\3\x00\x21", 10, DATA_FORWARD, 0, 4}, /* priority bit */
	        {"\xc8\x02\0\x0c\0\4\0\0\0\0\0\0", 12, DATA_PUNT, 0, 12},
	        {"\x00\x02\0\4\0\6\xff\3\x00\x21", 10, DATA_PUNT, 0, 10},
	        {"\x00\x02\0\5\0\5\xff\3\x00\x21", 10, DATA_PUNT, 0, 10},
	        {"\x00\x01\0\4\0\5\xff\3\x00\x21", 10, DATA_DROP, DROP_L2TP_VERSION, 0},
	        {"\x00\x03\0\4\0\5\xff\3\x00\x21", 10, DATA_DROP, DROP_L2TP_VERSION, 0},
	        {"\x40\x02\0\x0d\0\4\0\5\xff\3\x00\x21", 12, DATA_DROP, DROP_L2TP_HEADER, 0},
	        {"\x40\x02\0\x07\0\4\0\5\xff\3\x00\x21", 12, DATA_DROP, DROP_L2TP_HEADER, 0},
	        {"\x40\x02\0\x08\0\4\0\5", 8, DATA_DROP, DROP_L2TP_HEADER, 0}, /* no frame in it */
	        {"\x00\x02\0\4\0", 5, DATA_DROP, DROP_L2TP_HEADER, 0},
	        {"\x08\x02\0\4\0\5\0\7", 8, DATA_DROP, DROP_L2TP_HEADER, 0},
	        {"\x02\x02\0\4\0\5\xff\xff\x00\x21", 10, DATA_DROP, DROP_L2TP_HEADER, 0},
	        {"\x00", 1, DATA_DROP, DROP_RUNT, 0},
	        {"", 0, DATA_DROP, DROP_RUNT, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pkt p = packet(rows[i].bytes, rows[i].len);
		assert_int_equal(l2tp_data_in(&p, 70, find, NULL), rows[i].verdict);
		assert_int_equal(p.drop, rows[i].drop);
		if (rows[i].verdict == DATA_DROP)
			continue;
		assert_int_equal(p.len, rows[i].frame);
		if (rows[i].verdict == DATA_FORWARD) {
			assert_ptr_equal(p.sess, &sess);
			assert_memory_equal(pkt_data(&p), "\xff\3\x00\x21", 4);
		}
	}
}

static void test_flow(void **state)
{
	(void)state;
	struct pkt p = packet("\x00\x02\0\4\0\5\xff\3\x00\x21", 10);
	assert_int_equal(l2tp_data_in(&p, 71, find, NULL), DATA_DROP);
	assert_int_equal(p.drop, DROP_L2TP_WRONG_SA);
	assert_null(p.sess);
}

static void test_out(void **state)
{
	(void)state;
	struct pkt p = packet("\x00\x21ip", 4);
	assert_true(l2tp_data_out(&p, &sess));
	assert_int_equal(p.len, 10);
	assert_memory_equal(pkt_data(&p), "\x00\x02\x11\x02\x2b\x1f\x00\x21ip", 10);
	sess.sequencing = true;
	sess.ns = 0xffff;
	sess.nr = 3;
	p = packet("\x00\x21ip", 4);
	assert_true(l2tp_data_out(&p, &sess));
	assert_memory_equal(pkt_data(&p), "\x08\x02\x11\x02\x2b\x1f\xff\xff\0\3\x00\x21ip", 14);
	assert_int_equal(sess.ns, 0);
	p = packet("x", 1);
	p.off = 4;
	assert_false(l2tp_data_out(&p, &sess));
	assert_int_equal(p.drop, DROP_TOO_BIG);
}

static void test_sequence(void **state)
{
	(void)state;
	sess.sequencing = true;
	struct pkt p = packet("\x08\x02\0\4\0\5\0\7\0\1\xff\3\x00\x21", 14);
	assert_int_equal(l2tp_data_in(&p, 70, find, NULL), DATA_FORWARD);
	assert_int_equal(sess.nr, 8);
	/* an older one does not turn it back */
	p = packet("\x08\x02\0\4\0\5\0\3\0\1\xff\3\x00\x21", 14);
	assert_int_equal(l2tp_data_in(&p, 70, find, NULL), DATA_FORWARD);
	assert_int_equal(sess.nr, 8);
	/* a frame of the control thread gets its number where the session lives */
	uint8_t msg[] = {0x08, 2, 0x11, 2, 0x2b, 0x1f, 0, 0, 0, 0, 0xc0, 0x21, 9};
	assert_true(l2tp_data_stamp(&sess, msg, sizeof msg));
	assert_memory_equal(msg, "\x08\x02\x11\x02\x2b\x1f\0\x09\0\x08\xc0\x21\x09", 13);
	assert_int_equal(sess.ns, 10);
	uint8_t other[] = {0x08, 2, 0x11, 3, 0x2b, 0x1f, 0, 0, 0, 0, 0xc0, 0x21, 9};
	assert_false(l2tp_data_stamp(&sess, other, sizeof other));
	uint8_t plain[] = {0x00, 2, 0x11, 2, 0x2b, 0x1f, 0xc0, 0x21, 9};
	assert_false(l2tp_data_stamp(&sess, plain, sizeof plain));
	uint8_t control[] = {0xc8, 2, 0, 12, 0x11, 2, 0, 0, 0, 0, 0, 0};
	assert_false(l2tp_data_stamp(&sess, control, sizeof control));
	assert_false(l2tp_data_stamp(&sess, msg, 3));
	assert_int_equal(sess.ns, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(test_in, setup),
	        cmocka_unit_test_setup(test_flow, setup),
	        cmocka_unit_test_setup(test_out, setup),
	        cmocka_unit_test_setup(test_sequence, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
