#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/ip4.h"
#include "core/base/random.h"
#include "core/net/mss.h"

enum { HEADER = 20, TCP = 20 };

/* A SYN with these options (a multiple of 4 bytes) and a right checksum. Returns the length. */
static size_t syn(uint8_t *p, const uint8_t *options, size_t n, uint8_t flags)
{
	size_t len = HEADER + TCP + n;
	memset(p, 0, len);
	p[0] = 0x45;
	p[2] = (uint8_t)(len >> 8);
	p[3] = (uint8_t)len;
	p[8] = 64;
	p[9] = 6;
	memcpy(p + 12, "\x0a\x00\x00\x01\xc0\xa8\x05\x06", 8);
	memcpy(p + 20, "\x12\x34\x00\x50\x01\x02\x03\x04", 8);
	p[32] = (uint8_t)((TCP + n) / 4 << 4);
	p[33] = flags;
	p[34] = 0xff;
	memcpy(p + 40, options, n);
	uint16_t sum = ip4_checksum(p + 20, TCP + n,
	                            ip4_pseudo_sum(0x0a000001, 0xc0a80506, 6, (uint16_t)(TCP + n)));
	p[36] = (uint8_t)(sum >> 8);
	p[37] = (uint8_t)sum;
	return len;
}

static bool checksum_right(const uint8_t *p, size_t len)
{
	return !ip4_checksum(p + 20, len - 20,
	                     ip4_pseudo_sum(0x0a000001, 0xc0a80506, 6, (uint16_t)(len - 20)));
}

static void lowers_the_option_and_keeps_the_checksum_right(void **state)
{
	static const uint8_t even[] = {2, 4, 0x05, 0xb4}, odd[] = {1, 2, 4, 0x05, 0xb4, 1, 1, 0},
	                     later[] = {8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 0x23, 0x28, 1, 1};
	static const struct {
		const uint8_t *options;
		size_t n, at;
	} t[] = {{even, 4, 42}, {odd, 8, 43}, {later, 16, 52}};
	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (unsigned mss = 1; mss < 1460; mss += 7) {
			uint8_t p[128];
			size_t len = syn(p, t[i].options, t[i].n, mss & 1 ? 0x02 : 0x12);
			assert_true(checksum_right(p, len));
			assert_true(mss_clamp(p, len, (uint16_t)mss));
			assert_int_equal(p[t[i].at] << 8 | p[t[i].at + 1], mss);
			assert_true(checksum_right(p, len));
			assert_false(mss_clamp(p, len, (uint16_t)mss));
		}
}

static void leaves_everything_else_alone(void **state)
{
	static const uint8_t mss[] = {2, 4, 0x05, 0xb4};
	uint8_t p[128], before[128];
	(void)state;
	size_t len = syn(p, mss, 4, 0x10); /* no SYN */
	memcpy(before, p, sizeof(p));
	assert_false(mss_clamp(p, len, 500));
	p[33] = 0x02;
	assert_false(mss_clamp(p, len, 0)); /* off */
	assert_false(mss_clamp(p, len, 1460));
	p[7] = 1; /* a later fragment */
	assert_false(mss_clamp(p, len, 500));
	p[7] = 0;
	p[9] = 17;
	assert_false(mss_clamp(p, len, 500));
	p[9] = 6;
	p[33] = 0x10;
	assert_memory_equal(p, before, len);
}

static void survives_broken_packets(void **state)
{
	static const uint8_t bad[][4] = {{2, 3, 0, 0}, {2, 1, 0, 0},   {9, 0, 0, 0},
	                                 {1, 1, 1, 2}, {0, 2, 4, 255}, {9, 200, 0, 0}};
	uint8_t p[128];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = syn(p, bad[i], 4, 0x02);
		for (size_t cut = 0; cut <= len; cut++)
			assert_false(mss_clamp(p, cut, 100));
	}
	for (int i = 0; i < 20000; i++) {
		uint8_t q[64];
		random_bytes(q, sizeof(q));
		q[0] = (uint8_t)(0x40 | (q[0] & 0xf));
		q[6] = q[7] = 0;
		q[9] = 6;
		mss_clamp(q, random_below(sizeof(q) + 1), 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lowers_the_option_and_keeps_the_checksum_right),
	        cmocka_unit_test(leaves_everything_else_alone),
	        cmocka_unit_test(survives_broken_packets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
