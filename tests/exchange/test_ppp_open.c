/* On a link that is open: IPCP once more, echoes, and what nobody asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "tests/exchange/ppp_bench.h"

/* IPCP again on an open link, with an address of the client's own choice; and echoes of any length. */
static void ipcp_again(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	uint32_t ip = l->peer.ip;
	ppp_peer_frame(&l->peer, 0x8021, "\x01\x77\x00\x0a\x03\x06\xc0\x00\x02\x09", 10);
	pb_run_for(15);
	assert_false(l->data);
	ppp_peer_frame(&l->peer, 0x8021, "\x01\x78\x00\x0a\x03\x06\x0a\x04\x05\x0a", 10);
	pb_run_for(10000);
	assert_true(l->data);
	assert_int_equal(l->data_ip, ip);
	assert_int_equal(l->ups, 1);
	unsigned before = l->peer.frames_in;
	uint8_t echo[1590] = {9, 1, 1590 >> 8, 1590 & 255};
	for (unsigned i = 0; i < 50; i++)
		ppp_peer_frame(&l->peer, 0xc021, echo, sizeof echo);
	ppp_peer_frame(&l->peer, 0xc021, echo, 7); /* no magic number */
	pb_run_for(100);
	assert_int_equal(l->peer.frames_in, before + 50);
	assert_false(l->closed);
}

/* Each unknown protocol is rejected once for each frame, and a reject is never rejected. */
static void reject_storm(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	unsigned before = l->peer.frames_in;
	for (unsigned i = 0; i < 100; i++) {
		ppp_peer_frame(&l->peer, 0x8057, "\x01\x01\x00\x04", 4);
		/* Protocol-Reject of an unknown protocol, Code-Reject of an unknown code */
		ppp_peer_frame(&l->peer, 0xc021, "\x08\x02\x00\x06\x80\x57", 6);
		ppp_peer_frame(&l->peer, 0xc021, "\x07\x03\x00\x08\x63\x01\x00\x04", 8);
	}
	pb_run_for(100);
	assert_int_equal(l->peer.frames_in, before + 100);
	assert_false(l->closed);
}

/* The first frame comes in the same moment as the call: it is answered, not waited for once more. */
static void quick_client(void **state)
{
	(void)state;
	pb_loss = 100;
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_loss = 0;
	uint8_t frame[200];
	struct wr w = wr_of(frame, sizeof frame);
	wr_u32(&w, 0xff03c021);
	wr_u8(&w, 1);
	wr_u8(&w, l->peer.lcp_req_id);
	wr_u16(&w, (uint16_t)(4 + l->peer.lcp_req_len));
	wr_bytes(&w, l->peer.lcp_req, l->peer.lcp_req_len);
	ppp_link_user()->input(l->session, frame, wr_len(&w));
	pb_run_for(1000); /* sooner than anything is repeated */
	assert_true(l->peer.ip_up);
}

#define T(f) cmocka_unit_test_setup_teardown(f, pb_setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(ipcp_again),
	        T(reject_storm),
	        T(quick_client),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
