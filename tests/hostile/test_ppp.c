/* Classes of faults of PPP daemons: lengths inside CHAP, MS-CHAP, PAP and EAP, which anybody may send who gets as far as LCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "ppp/eap.h"
#include "ppp/login.h"
#include "ppp/mschap.h"
#include "tests/exchange/aaa_fake.h"
#include "tests/hostile/quiet.h"

static int setup(void **state)
{
	pb_setup(state);
	pb_groups[0].servers.server = "RAD";
	aaa_fake_init(&pb_clk);
	return 0;
}

/* ------------------------------------------------------------------ sizes of values */

static void chap_response_sizes(void **state)
{
	(void)state;
	struct aaa_request *rq = calloc(1, sizeof *rq);
	for (size_t len = 0; len < 256; len++) {
		uint8_t *exact = malloc(len + (len == 0));
		memset(exact, 0x41, len + (len == 0));
		struct bytes value = {exact, len};
		assert_int_equal(ppp_chap_md5_response(rq, value), len == 16);
		assert_int_equal(ppp_mschap1_response(rq, value), len == 49);
		assert_int_equal(ppp_mschap2_response(rq, value), len == 49);
		free(exact);
	}
	free(rq);
}

/* RFC 2759 §7: 582 octets and no other number of them. */
static void change_password_sizes(void **state)
{
	(void)state;
	struct aaa_request *rq = calloc(1, sizeof *rq);
	struct aaa_change *change = calloc(1, sizeof *change);
	for (size_t len = 0; len < 700; len++) {
		uint8_t *exact = calloc(1, len + (len == 0));
		assert_int_equal(ppp_mschap2_change(rq, change, (struct bytes){exact, len}), len == 582);
		free(exact);
	}
	free(change);
	free(rq);
}

/* ------------------------------------------------------------------ packets */

/* Packets of authentication, one after the other: none of them is one. */
static void nobody_is_asked_about(unsigned i, enum aaa_method method, uint16_t proto, const uint8_t *p, size_t len)
{
	struct pb_link *l = quiet_asked(i, method);
	quiet_say(l, proto, p, len);
	pb_run_for(20);
	assert_int_equal(aaa_fake.starts, 0);
	assert_int_equal(l->opens, 0);
	pb_link_close(l, LINK_END_USER_ERROR);
	pb_run_for(100);
}

static void chap_value_past_the_packet(void **state)
{
	uint8_t p[80] = {2, 0, 0, 60, 49};
	(void)state;
	struct pb_link *l = quiet_asked(0, AAA_MSCHAP2);
	for (unsigned size = 0; size < 256; size++)
		for (unsigned len = 4; len <= 60; len += 7)
			for (unsigned id = 0; id < 4; id++) {
				if (size == 49 && len >= 54)
					continue;
				p[1] = (uint8_t)id;
				p[3] = (uint8_t)len;
				p[4] = (uint8_t)size;
				quiet_say(l, 0xc223, p, len);
				pb_run_for(1);
			}
	pb_run_for(20);
	assert_int_equal(aaa_fake.starts, 0);
	pb_run_for(60000);
	assert_true(l->closed);
}

static void pap_lengths_past_the_packet(void **state)
{
	(void)state;
	struct pb_link *l = quiet_asked(0, AAA_PAP);
	for (unsigned user = 0; user < 256; user++)
		for (unsigned password = 0; password < 256; password += 5) {
			uint8_t p[20] = {1, 1, 0, sizeof p, (uint8_t)user};
			if (user < sizeof p - 5)
				p[5 + user] = (uint8_t)password;
			if (user + password <= sizeof p - 6)
				continue;
			quiet_say(l, 0xc023, p, sizeof p);
			pb_run_for(1);
		}
	pb_run_for(20);
	assert_int_equal(aaa_fake.starts, 0);
	pb_run_for(60000);
}

/* A password with a NUL would pass as its beginning. */
static void pap_password_with_a_nul(void **state)
{
	static const uint8_t p[] = {1, 1, 0, 18, 4, 'j', 'd', 'o', 'e', 8, 'j', '!', 'd', 'o', 'e', '1', 0, 'x'};
	(void)state;
	struct pb_link *l = quiet_asked(0, AAA_PAP);
	quiet_say(l, 0xc023, p, sizeof p);
	pb_run_for(20);
	assert_int_equal(aaa_fake.starts, 1);
	assert_true(aaa_fake.asked.malformed);
	pb_run_for(1000);
}

/* The length of an EAP Response: below its header, past the frame, and one without a type. */
static void eap_lengths(void **state)
{
	static const uint16_t lengths[] = {0, 1, 2, 3, 4, 10, 11, 255, 1600, 65535};
	(void)state;
	for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		uint8_t p[9] = {2, 0, (uint8_t)(lengths[i] >> 8), (uint8_t)lengths[i], 1, 'j', 'd', 'o', 'e'};
		struct pb_link *l = quiet_asked(i % PB_LINKS, AAA_EAP);
		assert_int_equal(l->peer.eap_requests, 1);
		p[1] = l->peer.eap[1];
		quiet_say(l, 0xc227, p, sizeof p);
		pb_run_for(20);
		assert_int_equal(aaa_fake.starts, 0);
		ppp_peer_hangup(&l->peer);
		pb_run_for(5000);
		l->used = false;
	}
}

/* Longer than what is kept of it. */
static void eap_too_long(void **state)
{
	static uint8_t p[PPP_EAP_MAX + 1] = {2, 0, (PPP_EAP_MAX + 1) >> 8, (PPP_EAP_MAX + 1) & 255, 1, 'j'};
	(void)state;
	struct pb_link *l = quiet_asked(0, AAA_EAP);
	p[1] = l->peer.eap[1];
	quiet_say(l, 0xc227, p, sizeof p);
	pb_run_for(20);
	assert_int_equal(aaa_fake.starts, 0);
	pb_run_for(1000);
}

/* Lengths of authentication packets as a whole, for each protocol. */
static void authentication_packet_lengths(void **state)
{
	static const uint8_t pap[] = {1, 1, 0, 0, 4, 'j', 'd', 'o', 'e', 6, 'j', '!', 'd', 'o', 'e', '1'};
	(void)state;
	for (unsigned len = 0; len < 4; len++) {
		uint8_t p[sizeof pap];
		memcpy(p, pap, sizeof p);
		p[3] = (uint8_t)len;
		nobody_is_asked_about(len, AAA_PAP, 0xc023, p, sizeof p);
	}
	uint8_t p[sizeof pap];
	memcpy(p, pap, sizeof p);
	p[3] = sizeof p + 1;
	nobody_is_asked_about(5, AAA_PAP, 0xc023, p, sizeof p);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(chap_response_sizes),     T(change_password_sizes), T(chap_value_past_the_packet), T(pap_lengths_past_the_packet),
	        T(pap_password_with_a_nul), T(eap_lengths),           T(eap_too_long),               T(authentication_packet_lengths),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
