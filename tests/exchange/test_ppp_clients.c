/* The frames of Windows and Apple byte by byte, and ours: what is rejected, in how many rounds, and what is not answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "tests/exchange/ppp_bench.h"

enum { TUNNEL = 8, FRAMES = 32 };

static struct frame {
	uint8_t bytes[1700];
	size_t len;
} frames[FRAMES];
static unsigned n_frames, n_heard;
static void *session;
static bool closed;
static struct link_info info = {.peer = 100 + TUNNEL,
                                .flow = 200 + TUNNEL,
                                .remote = {0xc6336407, 1701},
                                .local = {0xc0000201, 1701},
                                .tunnel = TUNNEL,
                                .call = 1,
                                .host = "pc",
                                .tunnel_group = "DefaultRAGroup",
                                .ifname = "outside"};

static bool on_send(void *link, const uint8_t *frame, size_t len)
{
	(void)link;
	assert_true(n_frames < FRAMES && len <= sizeof frames[0].bytes);
	memcpy(frames[n_frames].bytes, frame, len);
	frames[n_frames++].len = len;
	return true;
}

static void on_close(void *link, enum link_end why)
{
	void *s = session;
	(void)link;
	session = NULL;
	closed = true;
	if (s)
		ppp_link_user()->closed(s, why);
}

static const struct link_ops link_ops = {.send = on_send, .close = on_close};

static size_t from_hex(const char *hex, uint8_t *to)
{
	size_t n = 0;
	for (int used; sscanf(hex, " %2hhx%n", &to[n], &used) == 1; hex += used)
		n++;
	return n;
}

/* The client sends this frame. */
static void says(const char *hex)
{
	uint8_t frame[400];
	size_t len = from_hex(hex, frame);
	ppp_link_user()->input(session, frame, len);
}

/* The next frame of ours is this. */
static void hears(const char *hex)
{
	uint8_t want[400];
	char got[3 * 200 + 1] = "";
	size_t len = from_hex(hex, want);
	if (n_heard >= n_frames)
		fail_msg("nothing was sent, wanted %s", hex);
	const struct frame *f = &frames[n_heard++];
	for (size_t i = 0; i < f->len && i < 200; i++)
		snprintf(got + 3 * i, 4, "%02x ", f->bytes[i]);
	if (f->len != len || memcmp(f->bytes, want, len) != 0)
		fail_msg("heard  %s\nwanted %s", got, hex);
}

static void hears_nothing(void)
{
	assert_int_equal(n_heard, n_frames);
}

/* Our Configure-Request of a protocol, which the client acknowledges. */
static void acknowledges(uint16_t proto)
{
	assert_true(n_heard < n_frames);
	struct frame f = frames[n_heard++];
	assert_true(f.len > 6 && f.bytes[2] == proto >> 8 && f.bytes[3] == (proto & 255));
	assert_int_equal(f.bytes[4], 1);
	f.bytes[4] = 2;
	ppp_link_user()->input(session, f.bytes, f.len);
}

static int setup(void **state)
{
	pb_setup(state);
	n_frames = n_heard = 0;
	closed = false;
	pb_links[TUNNEL - 1] = (struct pb_link){0};
	pb_groups[0].methods = AAA_BIT(AAA_PAP);
	session = ppp_link_user()->open(pb_ppp, &info, &link_ops, &info);
	return session == NULL;
}

/* "jdoe", "j!doe1" */
static void logs_in(uint8_t id)
{
	char hex[100];
	snprintf(hex, sizeof hex, "ff 03 c0 23 01 %02x 00 10 04 6a 64 6f 65 06 6a 21 64 6f 65 31", id);
	says(hex);
	pb_run_for(10);
	snprintf(hex, sizeof hex, "ff 03 c0 23 02 %02x 00 0c 07 57 65 6c 63 6f 6d 65", id);
	hears(hex);
}

/* Id 0; MRU 1400, magic, PFC, ACFC, CBCP, MRRU 1614, endpoint class 1: what is not for us goes back in one Configure-Reject. */
static void windows_lcp(void)
{
	says("ff 03 c0 21 01 00 00 30 01 04 05 78 05 06 11 22 33 44 07 02 08 02 0d 03 06 11 04 06 4e "
	     "13 17 01 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68 69 6a");
	acknowledges(0xc021);
	hears("ff 03 c0 21 04 00 00 22 0d 03 06 11 04 06 4e "
	      "13 17 01 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68 69 6a");
	says("ff 03 c0 21 01 01 00 12 01 04 05 78 05 06 11 22 33 44 07 02 08 02");
	hears("ff 03 c0 21 02 01 00 12 01 04 05 78 05 06 11 22 33 44 07 02 08 02");
	/* three Identifications, the last one no text: no answer, no Code-Reject */
	says("ff 03 c0 21 0c 02 00 12 11 22 33 44 4d 53 52 41 53 56 35 2e 32 30");
	says("ff 03 c0 21 0c 03 00 16 11 22 33 44 4d 53 52 41 53 2d 30 2d 44 45 53 4b 54 4f");
	says("ff 03 c0 21 0c 04 00 18 11 22 33 44 00 01 fe ff 80 81 82 83 84 85 86 87 88 89 8a 8b");
	hears_nothing();
	logs_in(5);
	/* IPV6CP, then CCP (encryption): rejected, once each; the ids go on through all protocols */
	acknowledges(0x8021);
	says("80 57 01 06 00 0e 01 0a 00 00 00 00 00 00 00 01");
	hears("ff 03 c0 21 08 02 00 14 80 57 01 06 00 0e 01 0a 00 00 00 00 00 00 00 01");
	says("80 fd 01 07 00 0a 12 06 01 00 00 01");
	hears("ff 03 c0 21 08 03 00 10 80 fd 01 07 00 0a 12 06 01 00 00 01");
}

/* addr, DNS1, NBNS1, DNS2, NBNS2: with all five there is one Configure-Nak, and it is done. */
static void windows(void **state)
{
	(void)state;
	pb_policies[0].wins[0] = 0x0a000038;
	pb_policies[0].wins[1] = 0x0a000039;
	windows_lcp();
	says("80 21 01 08 00 22 03 06 00 00 00 00 81 06 00 00 00 00 82 06 00 00 00 00 83 06 00 00 00 00 84 06 00 00 00 00");
	hears("ff 03 80 21 03 08 00 22 03 06 0a 04 05 0a 81 06 0a 00 00 35 82 06 0a 00 00 38 83 06 0a 00 00 36 84 06 0a 00 00 39");
	says("80 21 01 09 00 22 03 06 0a 04 05 0a 81 06 0a 00 00 35 82 06 0a 00 00 38 83 06 0a 00 00 36 84 06 0a 00 00 39");
	hears("ff 03 80 21 02 09 00 22 03 06 0a 04 05 0a 81 06 0a 00 00 35 82 06 0a 00 00 38 83 06 0a 00 00 36 84 06 0a 00 00 39");
	assert_true(pb_links[TUNNEL - 1].data);
	assert_true(pb_links[TUNNEL - 1].acfc && pb_links[TUNNEL - 1].pfc);
	/* Terminate-Request, which is answered; then CDN, which may come at once */
	says("ff 03 c0 21 05 0a 00 10 11 22 33 44 00 3c cd 74 00 00 00 00");
	hears("ff 03 c0 21 06 0a 00 04");
	assert_false(pb_links[TUNNEL - 1].data);
	assert_false(closed);
	on_close(NULL, LINK_END_LOST_CARRIER);
	assert_int_equal(pb_links[TUNNEL - 1].why, LINK_END_USER_REQUEST);
	hears_nothing();
	pb_policies[0].wins[0] = pb_policies[0].wins[1] = 0;
}

/* Without WINS servers the two go back alone, and the rest is told in the next round. No CDN follows the goodbye: it is
 * waited for, not for ever. */
static void windows_without_wins(void **state)
{
	(void)state;
	windows_lcp();
	says("80 21 01 08 00 22 03 06 00 00 00 00 81 06 00 00 00 00 82 06 00 00 00 00 83 06 00 00 00 00 84 06 00 00 00 00");
	hears("ff 03 80 21 04 08 00 10 82 06 00 00 00 00 84 06 00 00 00 00");
	says("80 21 01 09 00 16 03 06 00 00 00 00 81 06 00 00 00 00 83 06 00 00 00 00");
	hears("ff 03 80 21 03 09 00 16 03 06 0a 04 05 0a 81 06 0a 00 00 35 83 06 0a 00 00 36");
	says("80 21 01 0a 00 16 03 06 0a 04 05 0a 81 06 0a 00 00 35 83 06 0a 00 00 36");
	hears("ff 03 80 21 02 0a 00 16 03 06 0a 04 05 0a 81 06 0a 00 00 35 83 06 0a 00 00 36");
	assert_true(pb_links[TUNNEL - 1].data);
	says("ff 03 c0 21 05 0b 00 10 11 22 33 44 00 3c cd 74 00 00 00 00");
	hears("ff 03 c0 21 06 0b 00 04");
	pb_run_for(10000);
	assert_true(closed);
	assert_int_equal(pb_links[TUNNEL - 1].why, LINK_END_USER_REQUEST);
}

/* asyncmap 0, no MRU; ACSCP (routes, domains) before IPCP; VJ compression goes back, the rest follows. */
static void apple(void **state)
{
	(void)state;
	says("ff 03 c0 21 01 01 00 14 02 06 00 00 00 00 05 06 55 22 33 44 07 02 08 02");
	acknowledges(0xc021);
	hears("ff 03 c0 21 02 01 00 14 02 06 00 00 00 00 05 06 55 22 33 44 07 02 08 02");
	logs_in(1);
	acknowledges(0x8021);
	says("82 35 01 01 00 10 01 06 00 00 00 01 02 06 00 00 00 01");
	hears("ff 03 c0 21 08 02 00 16 82 35 01 01 00 10 01 06 00 00 00 01 02 06 00 00 00 01");
	says("80 21 01 01 00 1c 03 06 00 00 00 00 02 06 00 2d 0f 01 81 06 00 00 00 00 83 06 00 00 00 00");
	hears("ff 03 80 21 04 01 00 0a 02 06 00 2d 0f 01");
	says("80 21 01 02 00 16 03 06 00 00 00 00 81 06 00 00 00 00 83 06 00 00 00 00");
	hears("ff 03 80 21 03 02 00 16 03 06 0a 04 05 0a 81 06 0a 00 00 35 83 06 0a 00 00 36");
	says("80 21 01 03 00 16 03 06 0a 04 05 0a 81 06 0a 00 00 35 83 06 0a 00 00 36");
	hears("ff 03 80 21 02 03 00 16 03 06 0a 04 05 0a 81 06 0a 00 00 35 83 06 0a 00 00 36");
	assert_int_equal(pb_links[TUNNEL - 1].mtu, 1400); /* its own idea is 1500 */
	/* it looks whether we are there, with its magic number */
	says("ff 03 c0 21 09 04 00 08 55 22 33 44");
	assert_int_equal(frames[n_heard].bytes[4], 10);
	assert_int_equal(frames[n_heard++].bytes[5], 4);
	/* an IP packet of ours past the packet path goes as it is; not without a link */
	assert_true(ppp_send_ip(pb_ppp, TUNNEL, 1, (const uint8_t[]){0x45, 1, 2}, 3));
	hears("ff 03 00 21 45 01 02");
	assert_false(ppp_send_ip(pb_ppp, TUNNEL, 2, (const uint8_t[]){0x45, 1, 2}, 3));
	hears_nothing();
	on_close(NULL, LINK_END_LOST_CARRIER);
	assert_false(ppp_send_ip(pb_ppp, TUNNEL, 1, (const uint8_t[]){0x45, 1, 2}, 3));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(windows), T(windows_without_wins), T(apple)};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
