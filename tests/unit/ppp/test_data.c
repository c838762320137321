/* The packet path: every form of header, in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ppp/data.h"

static uint8_t area[2048];
static struct dsess sess;
static struct pkt pkt;

static void load(const char *bytes, size_t len)
{
	pkt = (struct pkt){.buf = area, .cap = sizeof(area)};
	pkt_reset(&pkt);
	pkt.sess = &sess;
	memcpy(pkt_put(&pkt, (uint32_t)len), bytes, len);
}
#define LOAD(s) load(s, sizeof(s) - 1)

static void forwarded(void)
{
	assert_int_equal(ppp_data_in(&pkt), DATA_FORWARD);
	assert_int_equal(pkt.len, 2);
	assert_memory_equal(pkt_data(&pkt), "\x45\x11", 2);
}

static void in(void **state)
{
	(void)state;
	sess = (struct dsess){.open = true};
	LOAD("\xff\x03\x00\x21\x45\x11");
	forwarded();
	LOAD("\x00\x21\x45\x11");
	forwarded();
	LOAD("\xff\x03\x21\x45\x11");
	forwarded();
	LOAD("\x21\x45\x11");
	forwarded();
	LOAD("\xff\x03\xc0\x21\x01");
	assert_int_equal(ppp_data_in(&pkt), DATA_PUNT);
	assert_int_equal(pkt.len, 5);
	LOAD("\x80\x57");
	assert_int_equal(ppp_data_in(&pkt), DATA_PUNT);
	LOAD("");
	assert_int_equal(ppp_data_in(&pkt), DATA_DROP);
	assert_int_equal(pkt.drop, DROP_PPP_HEADER);
	LOAD("\xff\x03");
	assert_int_equal(ppp_data_in(&pkt), DATA_DROP);
	LOAD("\xff\x03\xc0");
	assert_int_equal(ppp_data_in(&pkt), DATA_DROP);
	LOAD("\x00\x20\x45");
	assert_int_equal(ppp_data_in(&pkt), DATA_DROP);
	sess.open = false;
	LOAD("\x21\x45\x11");
	assert_int_equal(ppp_data_in(&pkt), DATA_DROP);
	assert_int_equal(pkt.drop, DROP_PPP_NOT_OPEN);
}

static void out_as(bool acfc, bool pfc, const char *want, uint32_t len)
{
	sess = (struct dsess){.open = true, .mtu = 100, .acfc = acfc, .pfc = pfc};
	LOAD("\x45\x11");
	assert_int_equal(ppp_data_out(&pkt), DATA_FORWARD);
	assert_int_equal(pkt.len, len);
	assert_memory_equal(pkt_data(&pkt), want, len);
}

static void out(void **state)
{
	(void)state;
	out_as(false, false, "\xff\x03\x00\x21\x45\x11", 6);
	out_as(true, false, "\x00\x21\x45\x11", 4);
	out_as(false, true, "\xff\x03\x21\x45\x11", 5);
	out_as(true, true, "\x21\x45\x11", 3);
	sess.mtu = 1;
	LOAD("\x45\x11");
	assert_int_equal(ppp_data_out(&pkt), DATA_DROP);
	assert_int_equal(pkt.drop, DROP_MTU);
	sess.open = false;
	assert_int_equal(ppp_data_out(&pkt), DATA_DROP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in), cmocka_unit_test(out)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
