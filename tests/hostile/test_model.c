/* No data before authentication: every sequence of frames up to a depth, and long ones by chance, against a server that has
 * not believed anybody yet. Whatever is sent, PPP does not get as far as its network phase. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "ppp/link.h"
#include "tests/exchange/aaa_fake.h"
#include "tests/hostile/quiet.h"

static const struct frame {
	uint16_t proto;
	uint8_t len;
	const char *p;
} frames[] = {
        {0x0021, 20, "\x45\0\0\x14\0\0\0\0\x40\x01\0\0\x0a\0\0\1\x0a\0\0\2"},
        {0x8021, 10, "\1\1\0\x0a\3\6\x0a\4\5\x0a"}, /* IPCP: Request, Ack, Nak, Terminate */
        {0x8021, 4, "\2\1\0\4"},
        {0x8021, 10, "\3\1\0\x0a\3\6\x0a\4\5\x0a"},
        {0x8021, 4, "\5\1\0\4"},
        {0x80fd, 4, "\1\1\0\4"}, /* CCP, IPV6CP */
        {0x8057, 4, "\1\1\0\4"},
        {0xc023, 16, "\1\1\0\x10\4jdoe\6wrongx"}, /* PAP: Request, and what only a server says */
        {0xc023, 5, "\2\1\0\5\0"},
        {0xc223, 4, "\3\1\0\4"}, /* CHAP: Success, an empty Response */
        {0xc223, 5, "\2\1\0\5\0"},
        {0xc227, 9, "\2\1\0\x09\1jdoe"}, /* EAP: Identity, Success */
        {0xc227, 4, "\3\1\0\4"},
        {0xc021, 8, "\x09\1\0\x08\0\0\0\0"}, /* LCP: Echo, a Request anew, a Code-Reject */
        {0xc021, 4, "\1\7\0\4"},
        {0xc021, 8, "\7\1\0\x08\1\1\0\4"},
        {0x4021, 4, "\1\1\0\4"},
};
enum { FRAMES = sizeof frames / sizeof frames[0], LONG = 16, WALKS = 600 };

static const enum aaa_method methods[] = {AAA_PAP, AAA_MSCHAP2, AAA_EAP};
enum { METHODS = sizeof methods / sizeof methods[0] };

static void reject(struct aaa_result *result, struct aaa_reply *reply)
{
	(void)reply;
	result->status = AAA_REJECT;
}

static int setup(void **state)
{
	pb_setup(state);
	pb_groups[0].servers.server = "RAD";
	aaa_fake_init(&pb_clk);
	aaa_fake.answer = reject;
	return 0;
}

static void still_nobody(const struct pb_link *l)
{
	const struct ppp_session *s = l->session;
	assert_int_equal(l->opens, 0);
	assert_false(l->data);
	assert_int_equal(l->peer.protocol_rejects, 0);
	if (s != NULL) {
		assert_false(s->authenticated);
		assert_int_not_equal(s->phase, PHASE_NETWORK);
	}
}

/* One link, up to where it is asked who it is; then these frames, some of them before the answer of the last has come. */
static void walk(enum aaa_method method, const uint8_t *which, size_t n)
{
	struct pb_link *l = quiet_asked(0, method);
	for (size_t i = 0; i < n && !l->closed; i++) {
		const struct frame *f = &frames[which[i]];
		quiet_say(l, f->proto, f->p, f->len);
		pb_run_for(which[i] & 1 ? 20 : 1);
		still_nobody(l);
	}
	pb_run_for(50);
	still_nobody(l);
	if (!l->closed)
		pb_link_close(l, LINK_END_LOST_CARRIER);
	ppp_peer_stop(&l->peer);
	pb_run_for(50);
}

static void every_three(void **state)
{
	(void)state;
	for (unsigned m = 0; m < METHODS; m++)
		for (unsigned i = 0; i < FRAMES * FRAMES * FRAMES; i++)
			walk(methods[m],
			     (const uint8_t[]){(uint8_t)(i / (FRAMES * FRAMES)), (uint8_t)(i / FRAMES % FRAMES), (uint8_t)(i % FRAMES)},
			     3);
}

static void long_walks(void **state)
{
	uint32_t dice = 20260101;
	(void)state;
	for (unsigned i = 0; i < WALKS; i++) {
		uint8_t which[LONG];
		for (unsigned k = 0; k < LONG; k++) {
			dice = dice * 1664525u + 1013904223u;
			which[k] = (uint8_t)((dice >> 16) % FRAMES);
		}
		walk(methods[i % METHODS], which, LONG);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(every_three), T(long_walks)};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
