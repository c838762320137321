/* The AVP decoder and the control header with whatever a stranger may write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/drop.h"
#include "tests/unit/l2tp/bench.h"

static bool decode(const uint8_t *bytes, size_t len, struct avp_set *set)
{
	static uint8_t *keep[64];
	static unsigned n;
	uint8_t *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	free(keep[n % 64]);
	keep[n++ % 64] = copy;
	return avp_decode(rd_of(copy, len), set);
}

static bool decode_made(const struct made *m, struct avp_set *set)
{
	return decode(m->bytes + MSG_HEAD, m->len - MSG_HEAD, set);
}

static void test_good(void **state)
{
	(void)state;
	struct avp_set set;
	assert_true(decode(win_sccrq + 12, sizeof win_sccrq - 12, &set));
	assert_int_equal(set.type, MSG_SCCRQ);
	assert_int_equal(set.error, 0);
	assert_int_equal(avp_u16(&set, AVP_TUNNEL_ID), 6);
	assert_int_equal(avp_u16(&set, AVP_RECEIVE_WINDOW), 8);
	assert_int_equal(avp_u32(&set, AVP_FRAMING_CAP), 1);
	assert_int_equal(avp_u32(&set, AVP_TX_SPEED), 0);
	char text[80];
	avp_text(&set, AVP_VENDOR_NAME, text, sizeof text);
	assert_string_equal(text, "Microsoft");
	avp_text(&set, AVP_VENDOR_NAME, text, 5);
	assert_string_equal(text, "Micr");
	avp_describe(&set, AVP_PROTOCOL_VERSION, text, sizeof text);
	assert_string_equal(text, "Protocol Version = 1.0");
	avp_describe(&set, AVP_FIRMWARE, text, sizeof text);
	assert_string_equal(text, "Firmware Revision = 2560");
}

static void test_lengths(void **state)
{
	(void)state;
	struct avp_set set;
	assert_false(decode((const uint8_t *)"", 0, &set));
	/* every cut of a good message is either a whole number of AVPs or refused */
	for (size_t len = 0; len < sizeof win_sccrq - 12; len++)
		decode(win_sccrq + 12, len, &set);
	/* every value of the length field of the second AVP */
	for (unsigned len = 0; len < 1024; len++) {
		struct made m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
		bench_add(&m, true, 0, AVP_HOST_NAME, "host", 4);
		m.bytes[20] = (uint8_t)(0x80 | len >> 8);
		m.bytes[21] = (uint8_t)len;
		bool ok = decode_made(&m, &set);
		if (len < 6 || len > 10)
			assert_false(ok);
		if (len == 10)
			assert_true(ok && set.error == 0);
	}
	/* each AVP of the table with each length: none is taken outside its limits */
	for (unsigned type = 0; type < AVP_N + 3; type++) {
		for (size_t len = 0; len < 40; len++) {
			uint8_t v[40] = {0};
			struct made m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
			const struct avp_info *info = avp_info(type);
			bench_add(&m, true, 0, (uint16_t)type, v, len);
			assert_true(decode_made(&m, &set));
			if (info == NULL) {
				assert_int_equal(set.error, L2TP_ERR_UNKNOWN_AVP);
				assert_int_equal(set.error_type, type);
			} else if (len < info->min || len > info->max) {
				assert_int_equal(set.error, L2TP_ERR_LENGTH);
			} else {
				assert_int_equal(set.error, 0);
				assert_true(set.has[type]);
			}
			/* without the M bit it is only left out */
			m.bytes[20] &= 0x7f;
			assert_true(decode_made(&m, &set));
			assert_int_equal(set.error, 0);
		}
	}
}

static void test_flags(void **state)
{
	(void)state;
	struct avp_set set;
	struct made m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
	/* another vendor's AVP 9 is not ours */
	bench_add(&m, false, 9, AVP_TUNNEL_ID, "\0\1", 2);
	assert_true(decode_made(&m, &set));
	assert_false(set.has[AVP_TUNNEL_ID]);
	assert_int_equal(set.ignored, 1);
	m.bytes[20] |= 0x80;
	assert_true(decode_made(&m, &set));
	assert_int_equal(set.error, L2TP_ERR_UNKNOWN_AVP);
	assert_int_equal(set.error_vendor, 9);
	/* hidden, reserved bits: not recognised (§4.1) */
	for (unsigned bit = 0x04; bit <= 0x40; bit <<= 1) {
		m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
		bench_add_u16(&m, AVP_TUNNEL_ID, 5);
		m.bytes[20] |= (uint8_t)bit;
		assert_true(decode_made(&m, &set));
		assert_false(set.has[AVP_TUNNEL_ID]);
		assert_int_equal(set.error, L2TP_ERR_UNKNOWN_AVP);
	}
	/* a second one of a kind does not count */
	m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
	bench_add_u16(&m, AVP_TUNNEL_ID, 5);
	bench_add_u16(&m, AVP_TUNNEL_ID, 6);
	assert_true(decode_made(&m, &set));
	assert_int_equal(avp_u16(&set, AVP_TUNNEL_ID), 5);
	assert_int_equal(set.error, 0);
	/* the message type comes first, in clear, of vendor 0, with two bytes */
	m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
	uint8_t *type = m.bytes + MSG_HEAD;
	type[0] |= 0x40;
	assert_false(decode_made(&m, &set));
	type[0] = 0x84;
	assert_false(decode_made(&m, &set));
	type[0] = 0x80;
	type[3] = 1;
	assert_false(decode_made(&m, &set));
	type[3] = 0;
	type[5] = 9;
	assert_false(decode_made(&m, &set));
	type[5] = 0;
	type[0] = 0;
	assert_true(decode_made(&m, &set));
	assert_false(set.type_m);
}

static struct avp_result result_of(const void *v, size_t len)
{
	static struct avp_set set;
	struct made m = bench_msg(1, 0, 0, 0, MSG_STOPCCN);
	bench_add(&m, true, 0, AVP_RESULT_CODE, v, len);
	assert_true(decode_made(&m, &set));
	assert_int_equal(set.error, 0);
	return avp_result(&set);
}

static void test_result(void **state)
{
	(void)state;
	struct avp_result r = result_of("\0\3", 2);
	assert_int_equal(r.result, 3);
	assert_int_equal(r.error, 0);
	r = result_of("\0\2\0\6why", 7);
	assert_int_equal(r.result, 2);
	assert_int_equal(r.error, 6);
	assert_int_equal(r.text.len, 3);
	r = result_of("\0\2\0", 3);
	assert_int_equal(r.result, 2);
	assert_int_equal(r.error, 0);
	/* Apple: little-endian, six bytes of noise */
	r = result_of("\3\0\0\0\x80\x08\0\0", 8);
	assert_int_equal(r.result, 3);
	assert_int_equal(r.error, 0);
	assert_int_equal(r.text.len, 0);
	/* a value above 255 that is not swapped stays */
	assert_int_equal(result_of("\1\1", 2).result, 0x101);
}

static void test_text(void **state)
{
	(void)state;
	struct avp_set set;
	char text[65];
	struct made m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
	bench_add(&m, true, 0, AVP_HOST_NAME, "pc\n\x1b[2J\0\0", 9);
	assert_true(decode_made(&m, &set));
	avp_text(&set, AVP_HOST_NAME, text, sizeof text);
	assert_string_equal(text, "pc..[2J");
	avp_text(&set, AVP_VENDOR_NAME, text, sizeof text);
	assert_string_equal(text, "");
	/* what proves who somebody is does not go into debug */
	m = bench_msg(0, 0, 0, 0, MSG_ICCN);
	bench_add(&m, false, 0, AVP_PROXY_AUTHEN_RESPONSE, "password", 8);
	assert_true(decode_made(&m, &set));
	avp_describe(&set, AVP_PROXY_AUTHEN_RESPONSE, text, sizeof text);
	assert_string_equal(text, "Proxy Authen Response = <8 bytes>");
}

static void test_header(void **state)
{
	(void)state;
	static const struct {
		uint8_t bytes[14];
		size_t len;
		uint8_t drop;
	} heads[] = {
	        {{0xc8, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_NONE},
	        {{0xc8, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 14, DROP_NONE}, /* padding */
	        {{0xf8, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_NONE}, /* reserved bits */
	        {{0xc8, 2, 0, 13, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER},
	        {{0xc8, 2, 0, 11, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER},
	        {{0xc8, 2, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER},
	        {{0x88, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER}, /* no L */
	        {{0xc0, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER}, /* no S */
	        {{0xca, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER}, /* O */
	        {{0xc9, 2, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_HEADER}, /* P */
	        {{0xc8, 1, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_VERSION},
	        {{0xc8, 3, 0, 12, 0, 1, 0, 2, 0, 3, 0, 4}, 12, DROP_L2TP_VERSION},
	        {{0xc8, 2, 0}, 3, DROP_RUNT},
	        {{0xc8, 2, 0, 12, 0, 1}, 6, DROP_L2TP_HEADER},
	};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct msg_head h;
		assert_int_equal(msg_parse(rd_of(heads[i].bytes, heads[i].len), &h), heads[i].drop);
		if (heads[i].drop != DROP_NONE)
			continue;
		assert_int_equal(h.tunnel, 1);
		assert_int_equal(h.call, 2);
		assert_int_equal(h.ns, 3);
		assert_int_equal(h.nr, 4);
		assert_int_equal(h.body.len, 0);
	}
}

/* What we build, byte for byte where clients are known to look. */
static void test_build(void **state)
{
	(void)state;
	struct msg_body m;
	struct avp_set set;
	msg_build_sccrp(&m, "asa", 3, 16);
	assert_memory_equal(m.bytes, "\x80\x08\0\0\0\0\0\2", 8);
	assert_true(decode(m.bytes, m.len, &set));
	assert_int_equal(set.ignored + set.error, 0);
	assert_true(set.has[AVP_PROTOCOL_VERSION] && set.has[AVP_FRAMING_CAP] &&
	            set.has[AVP_HOST_NAME] && set.has[AVP_TUNNEL_ID] &&
	            set.has[AVP_RECEIVE_WINDOW]);
	assert_false(set.has[AVP_CHALLENGE]);
	msg_build_sccrp(&m, "", 3, 16);
	assert_true(decode(m.bytes, m.len, &set));
	assert_true(set.value[AVP_HOST_NAME].len > 0);
	msg_build_stopccn(&m, 3, 2, 4, "full");
	assert_true(decode(m.bytes, m.len, &set));
	assert_int_equal(avp_result(&set).error, 4);
	assert_memory_equal(avp_result(&set).text.p, "full", 4);
	msg_build_cdn(&m, 3, 1, 0, "dropped without an error code");
	assert_true(decode(m.bytes, m.len, &set));
	assert_int_equal(set.value[AVP_RESULT_CODE].len, 2);
	char longer[400];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	msg_build_sccrp(&m, longer, 3, 16);
	assert_true(decode(m.bytes, m.len, &set));
	assert_int_equal(set.value[AVP_HOST_NAME].len, 64);
	for (unsigned i = 0; i < 20; i++)
		assert_true(msg_known(i) == (strcmp(msg_name(i), "unknown") != 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_good),  cmocka_unit_test(test_lengths),
	        cmocka_unit_test(test_flags), cmocka_unit_test(test_result),
	        cmocka_unit_test(test_text),  cmocka_unit_test(test_header),
	        cmocka_unit_test(test_build),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
