#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/ip4.h"
#include "core/net/icmp.h"

static void packet(uint8_t *p, size_t len, uint8_t proto)
{
	memset(p, 0, len);
	p[0] = 0x45;
	p[2] = (uint8_t)(len >> 8);
	p[3] = (uint8_t)len;
	p[9] = proto;
	memcpy(p + 12, "\x0a\x00\x00\x01\xc0\xa8\x05\x06", 8);
}

static void says_how_large_a_packet_may_be(void **state)
{
	uint8_t p[1500], out[ICMP_ERROR_MAX];
	(void)state;
	packet(p, sizeof(p), 17);
	size_t n = icmp_frag_needed(out, sizeof(out), 0xcb007101, p, sizeof(p), 1400);
	assert_int_equal(n, ICMP_ERROR_MAX);
	assert_int_equal(ip4_checksum(out, 20, 0), 0);
	assert_int_equal(ip4_checksum(out + 20, n - 20, 0), 0);
	assert_memory_equal(out + 12, "\xcb\x00\x71\x01\x0a\x00\x00\x01", 8);
	assert_int_equal(out[9], 1);
	assert_int_equal(out[20], 3);
	assert_int_equal(out[21], 4);
	assert_int_equal(out[26] << 8 | out[27], 1400);
	assert_memory_equal(out + 28, p, n - 28);
	n = icmp_unreachable(out, sizeof(out), 0xcb007101, p, 40, 13);
	assert_int_equal(n, 68);
	assert_int_equal(out[21], 13);
	assert_int_equal(ip4_checksum(out + 20, n - 20, 0), 0);
	assert_int_equal(icmp_unreachable(out, 60, 0xcb007101, p, 40, 13), 0); /* does not fit */
}

static void keeps_silent_where_it_must(void **state)
{
	uint8_t p[100], out[ICMP_ERROR_MAX];
	(void)state;
	packet(p, sizeof(p), 1);
	p[20] = 8; /* a question may be reported on */
	assert_true(icmp_unreachable(out, sizeof(out), 1, p, sizeof(p), 1));
	p[20] = 3; /* an error may not */
	assert_false(icmp_unreachable(out, sizeof(out), 1, p, sizeof(p), 1));
	packet(p, sizeof(p), 17);
	p[7] = 2; /* a later fragment */
	assert_false(icmp_unreachable(out, sizeof(out), 1, p, sizeof(p), 1));
	packet(p, sizeof(p), 17);
	p[12] = 224; /* no single host */
	assert_false(icmp_unreachable(out, sizeof(out), 1, p, sizeof(p), 1));
	p[12] = 10;
	memset(p + 16, 255, 4);
	assert_false(icmp_unreachable(out, sizeof(out), 1, p, sizeof(p), 1));
	packet(p, sizeof(p), 17);
	for (size_t n = 0; n < 28; n++)
		assert_false(icmp_unreachable(out, sizeof(out), 1, p, n, 1));
	p[0] = 0x44;
	assert_false(icmp_unreachable(out, sizeof(out), 1, p, sizeof(p), 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(says_how_large_a_packet_may_be),
	        cmocka_unit_test(keeps_silent_where_it_must),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
