#include "tests/hostile/quiet.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "ppp/link.h"

static void (*passed_on)(void *arg, const uint8_t *frame, size_t len);
static bool by_hand;

static void send(void *arg, const uint8_t *frame, size_t len)
{
	struct rd r = rd_of(frame, len);
	uint16_t proto = rd_u16(&r);
	if (proto == 0xff03)
		proto = rd_u16(&r);
	if (by_hand || (proto != 0xc023 && proto != 0xc223))
		passed_on(arg, frame, len);
}

struct pb_link *quiet_asked(unsigned i, enum aaa_method method)
{
	pb_groups[0].methods = AAA_BIT(method);
	struct pb_link *l = pb_dial(i, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(method));
	l->peer.eap_hold = true;
	passed_on = l->peer.send;
	l->peer.send = send;
	pb_run_for(100);
	const struct ppp_session *s = l->session;
	assert_int_equal(s->lcp.state, PPP_OPENED);
	assert_true(s->auth.running);
	return l;
}

void quiet_say(struct pb_link *l, uint16_t proto, const void *p, size_t len)
{
	by_hand = true;
	ppp_peer_frame(&l->peer, proto, p, len);
	by_hand = false;
}
