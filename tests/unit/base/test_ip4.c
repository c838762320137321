#include "tests/unit/base/unit.h"

#include <string.h>

#include "core/base/ip4.h"

/* RFC 1071 §4.1, word by word. */
static uint16_t plain(const uint8_t *data, size_t len, uint32_t start)
{
	uint64_t sum = start;
	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void checksums_of_any_length_and_place_agree(void **state)
{
	static uint8_t data[3 * 1024];
	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 11);
	for (size_t len = 0; len < 300; len++)
		for (size_t at = 0; at < 9; at++)
			assert_int_equal(ip4_checksum(data + at, len, (uint32_t)(len * 977)),
			                 plain(data + at, len, (uint32_t)(len * 977)));
	assert_int_equal(ip4_checksum(data + 1, 2999, UINT32_MAX), plain(data + 1, 2999, UINT32_MAX));
}

static void checksums_carry(void **state)
{
	static uint8_t ones[65536];
	(void)state;
	memset(ones, 0xff, sizeof ones);
	assert_int_equal(ip4_checksum(ones, 0, 0), 0xffff);
	for (size_t len = 1; len <= sizeof ones; len = len * 2 + 1)
		assert_int_equal(ip4_checksum(ones, len, 0xffffffff), plain(ones, len, 0xffffffff));
	assert_int_equal(ip4_checksum(ones, sizeof ones, 0), 0);
	assert_int_equal(ip4_checksum((const uint8_t *)"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8, 0), 0x220d); /* RFC 1071 §3 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(checksums_of_any_length_and_place_agree),
	        cmocka_unit_test(checksums_carry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
