/* Which client a first message comes from, by the vendor IDs that real ones send. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/vendor.h"
#include "crypto/ike/wire.h"

#define NT5     "\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61"
#define RFC3947 "\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"
#define DPD     "\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"
#define UNITY   "\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc\x01\x00"
#define NO_NUMBER "\x4d\xf3\x79\x28\xe9\xfc\x4f\xd1\xb3\x26\x21\x70\xd5\x15\xc6\x62"
#define DRAFT_00  "\x44\x85\x15\x2d\x18\xb6\xbb\xcd\x0b\xe8\xa8\x46\x95\x79\xdd\xcc"

struct id {
	const char *bytes;
	size_t len;
};

static enum client_kind of(const struct id *ids, size_t n)
{
	uint8_t buf[512];
	struct wr w = wr_of(buf, sizeof buf);
	for (size_t i = 0; i < n; i++) {
		wr_u8(&w, i + 1 < n ? PAY_VENDOR : 0);
		wr_u8(&w, 0);
		wr_u16(&w, (uint16_t)(4 + ids[i].len));
		wr_bytes(&w, ids[i].bytes, ids[i].len);
	}
	assert_true(wr_ok(&w));
	return vendor_client(n > 0 ? PAY_VENDOR : 0, (struct bytes){buf, wr_len(&w)});
}

#define OF(...) of((const struct id[]){__VA_ARGS__}, sizeof((const struct id[]){__VA_ARGS__}) / sizeof(struct id))

static void known_ones(void **state)
{
	(void)state;
	assert_int_equal(OF({RFC3947, 16}, {NT5 "\0\0\0\x09", 20}), CLIENT_WINDOWS_10);
	assert_int_equal(OF({NT5 "\0\0\0\x08", 20}, {RFC3947, 16}), CLIENT_WINDOWS_7);
	assert_int_equal(OF({NT5 "\0\0\0\x04", 20}), CLIENT_WINDOWS_2003);
	assert_int_equal(OF({NT5 "\0\0\0\x63", 20}), CLIENT_WINDOWS);
	assert_int_equal(OF({NT5, 16}), CLIENT_WINDOWS);
	/* Apple says Unity, too, when it means XAUTH */
	assert_int_equal(OF({UNITY, 16}, {RFC3947, 16}, {NO_NUMBER, 16}, {DPD, 16}), CLIENT_APPLE);
	assert_int_equal(OF({RFC3947, 16}, {DRAFT_00, 16}, {DPD, 16}), CLIENT_ANDROID);
	assert_int_equal(OF({UNITY, 16}), CLIENT_CISCO);
	assert_int_equal(OF({RFC3947, 16}, {DPD, 16}), CLIENT_UNKNOWN);
	assert_int_equal(of(NULL, 0), CLIENT_UNKNOWN);
}

/* What is cut short is looked at as far as it goes. */
static void broken_ones(void **state)
{
	static const uint8_t cut[] = {PAY_VENDOR, 0, 0, 4, 0, 0, 0, 24, 0x1e, 0x2b};
	static const uint8_t small[] = {0, 0, 0, 3};
	(void)state;
	assert_int_equal(vendor_client(PAY_VENDOR, (struct bytes){cut, sizeof cut}), CLIENT_UNKNOWN);
	assert_int_equal(vendor_client(PAY_VENDOR, (struct bytes){small, sizeof small}), CLIENT_UNKNOWN);
	assert_int_equal(vendor_client(PAY_VENDOR, (struct bytes){small, 2}), CLIENT_UNKNOWN);
	for (size_t len = 0; len <= sizeof cut; len++)
		vendor_client(PAY_VENDOR, (struct bytes){cut, len});
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(known_ones), cmocka_unit_test(broken_ones)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
