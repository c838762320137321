/* show vpdn, character by character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "l2tp/show.h"
#include "tests/unit/l2tp/bench.h"

static void run(struct bench *b, const char *name, const struct cmd_arg *args, size_t n,
                const char *want)
{
	struct out o;
	out_init(&o);
	struct cmd c = {.out = &o, .args = args, .nargs = n, .ctx = b->l};
	bool found = false;
	for (size_t i = 0; i < l2tp_commands_n; i++) {
		if (strcmp(l2tp_commands[i].name, name) != 0)
			continue;
		found = true;
		assert_int_equal(l2tp_commands[i].fn(&c), CMD_OK);
	}
	assert_true(found);
	out_str(&o, ""); /* never NULL */
	assert_string_equal(o.text != NULL ? o.text : "", want);
	out_free(&o);
}

static void run_view(struct bench *b, const char *name, const char *view, const char *want)
{
	struct cmd_arg as_word = {.name = view, .text = str_of(view)};
	struct cmd_arg as_enum = {.name = "view", .text = str_of(view)};
	run(b, name, &as_word, 1, want);
	run(b, name, &as_enum, 1, want);
}

/* The session of the appliance's own sample. */
static struct bench *sample(void)
{
	struct bench *b = bench_new();
	b->from.local.ip = 0xab440939;
	b->from.remote.ip = 0xab440995;
	b->l->next_tunnel = 3;
	b->l->next_call = 3;
	struct made m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
	bench_add(&m, true, 0, AVP_PROTOCOL_VERSION, "\1\0", 2);
	bench_add(&m, true, 0, AVP_HOST_NAME, "zaahmed-pc", 10);
	bench_add_u16(&m, AVP_TUNNEL_ID, 19);
	bench_add_u16(&m, AVP_RECEIVE_WINDOW, 8);
	BENCH_MADE(b, m);
	m = bench_msg(4, 0, 1, 1, MSG_SCCCN);
	BENCH_MADE(b, m);
	m = bench_msg(4, 0, 2, 1, MSG_ICRQ);
	bench_add_u16(&m, AVP_SESSION_ID, 1);
	BENCH_MADE(b, m);
	m = bench_msg(4, 4, 3, 2, MSG_ICCN);
	BENCH_MADE(b, m);
	assert_int_equal(l2tp_sessions(b->l), 1);
	l2tp_session_set_user(b->l, 4, 4, "vpnclient");
	l2tp_session_set_ppp(b->l, 4, 4, 1);
	bench_wait(b, 6000);
	m = bench_msg(4, 0, 4, 2, MSG_HELLO);
	BENCH_MADE(b, m);
	b->data = (struct l2tp_counters){38, 15, 3758, 420};
	return b;
}

static const char tunnel_text[] = "\n"
                                  "L2TP Tunnel Information (Total tunnels=1 sessions=1)\n"
                                  "\n"
                                  "Tunnel id 4 is up, remote id is 19, 1 active sessions\n"
                                  "  Tunnel state is established, time since change 6 secs\n"
                                  "  Remote Internet Address 171.68.9.149, port 1701\n"
                                  "  Local Internet Address 171.68.9.57, port 1701\n"
                                  "  15 packets sent, 38 received, 420 bytes sent, 3758 received\n"
                                  "  Control Ns 2, Nr 5\n"
                                  "  Local RWS 16, Remote RWS 8\n"
                                  "  Retransmission time 1, max 1 seconds\n"
                                  "  Unsent queuesize 0, max 0\n"
                                  "  Resend queuesize 0, max 1\n"
                                  "  Total resends 0, ZLB ACKs 3\n"
                                  "  Retransmit time distribution: 0 0 0 0 0 0 0 0 0 \n";
static const char session_text[] =
        "\n"
        "L2TP Session Information (Total tunnels=1 sessions=1)\n"
        "\n"
        "Call id 4 is up on tunnel id 4\n"
        "Remote tunnel name is zaahmed-pc\n"
        "  Internet Address is 171.68.9.149\n"
        "  Session username is vpnclient, state is established\n"
        "    Time since change 6 secs, interface outside\n"
        "    Remote call id is 1\n"
        "    PPP interface id is 1\n"
        "    15 packets sent, 38 received, 420 bytes sent, 3758 received\n"
        "  Sequencing is off\n";
static const char pptp_text[] = "\n% No active PPTP tunnels\n";

static void test_blocks(void **state)
{
	(void)state;
	struct bench *b = sample();
	char want[4096];
	snprintf(want, sizeof want, "%s%s", tunnel_text, pptp_text);
	run(b, "show_vpdn_tunnel", NULL, 0, want);
	run(b, "show_vpdn_session", NULL, 0, session_text);
	snprintf(want, sizeof want, "%s%s%s", tunnel_text, session_text, pptp_text);
	run(b, "show_vpdn", NULL, 0, want);
	struct cmd_arg l2tp = {.name = "l2tp", .text = STR("l2tp")};
	run(b, "show_vpdn_tunnel", &l2tp, 1, tunnel_text);
	struct cmd_arg pptp = {.name = "pptp", .text = STR("pptp")};
	run(b, "show_vpdn_tunnel", &pptp, 1, pptp_text);
	struct cmd_arg pppoe = {.name = "pppoe", .text = STR("pppoe")};
	run(b, "show_vpdn_session", &pppoe, 1, "\n% No active PPPoE tunnels\n");
	struct cmd_arg id[] = {{.name = "l2tp", .text = STR("l2tp")},
	                       {.name = "id", .text = STR("4"), .u32 = 4}};
	run(b, "show_vpdn_tunnel", id, 2, tunnel_text);
	run(b, "show_vpdn_session", id, 2, session_text);
	id[1].text = STR("5");
	id[1].u32 = 5;
	run(b, "show_vpdn_session", id, 2, "\n% No active L2TP tunnels\n");
	bench_free(b);
}

static void test_tables(void **state)
{
	(void)state;
	struct bench *b = sample();
#define TUNNEL_HEAD  "\nL2TP Tunnel Information (Total tunnels=1 sessions=1)\n\n"
#define SESSION_HEAD "\nL2TP Session Information (Total tunnels=1 sessions=1)\n\n"
#define TAIL         "\n% No active PPTP tunnels\n"
	run_view(b, "show_vpdn_tunnel", "summary",
	         TUNNEL_HEAD "LocID RemID  State   Remote Address  Port  Sessions\n"
	                     "4     19     estabd  171.68.9.149    1701  1\n" TAIL);
	run_view(b, "show_vpdn_tunnel", "state",
	         TUNNEL_HEAD "LocID RemID    State     Last-Chg\n"
	                     "4     19       estabd    6 secs\n" TAIL);
	run_view(b, "show_vpdn_tunnel", "transport",
	         TUNNEL_HEAD "LocID Type Local Address   Port  Remote Address  Port\n"
	                     "4     UDP  171.68.9.57     1701  171.68.9.149    1701\n" TAIL);
	run_view(b, "show_vpdn_tunnel", "packets",
	         TUNNEL_HEAD "LocID  Pkts-In  Pkts-Out  Bytes-In  Bytes-Out\n"
	                     "4      38       15        3758      420\n" TAIL);
	run_view(b, "show_vpdn_tunnel", "window",
	         TUNNEL_HEAD
	         "LocID  Ns     Nr     Local RWS  Remote RWS  Unsent  Resend  ZLB ACKs\n"
	         "4      2      5      16         8           0       0       3\n" TAIL);
	run_view(b, "show_vpdn_session", "summary",
	         SESSION_HEAD "LocID  RemID  TunID  Remote Address  State   Username\n"
	                      "4      1      4      171.68.9.149    estabd  vpnclient\n");
	run_view(b, "show_vpdn_session", "state",
	         SESSION_HEAD "LocID  RemID  TunID  State     Last-Chg\n"
	                      "4      1      4      estabd    6 secs\n");
	run_view(b, "show_vpdn_session", "packets",
	         SESSION_HEAD "LocID  TunID  Pkts-In  Pkts-Out  Bytes-In  Bytes-Out\n"
	                      "4      4      38       15        3758      420\n");
	run_view(b, "show_vpdn_session", "transport",
	         SESSION_HEAD "LocID  TunID  Type Local Address   Port  Remote Address  Port\n"
	                      "4      4      UDP  171.68.9.57     1701  171.68.9.149    1701\n");
	run_view(b, "show_vpdn_session", "window",
	         SESSION_HEAD "LocID  TunID  Sequencing\n"
	                      "4      4      off\n");
	bench_free(b);
}

static void test_empty(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	run(b, "show_vpdn_tunnel", NULL, 0,
	    "\n% No active L2TP tunnels\n\n% No active PPTP tunnels\n");
	run(b, "show_vpdn_session", NULL, 0, "\n% No active L2TP tunnels\n");
	run(b, "show_vpdn", NULL, 0, "\n% No active L2TP tunnels\n\n% No active PPTP tunnels\n");
	/* tunnels that only say goodbye are not shown */
	bench_session(b);
	BENCH_IN(b, win_cdn);
	BENCH_IN(b, win_stopccn);
	run(b, "show_vpdn_session", NULL, 0, "\n% No active L2TP tunnels\n");
	bench_free(b);
}

static void keep(void *arg, const char *line)
{
	strncat(arg, line, 4000 - strlen(arg));
	strncat(arg, "\n", 4000 - strlen(arg));
}

static void test_debug(void **state)
{
	(void)state;
	static char text[4096];
	struct bench *b = bench_new();
	struct debug_sink s = {.write = keep, .arg = text};
	debug_sink_add(&s);
	debug_set(&s, DEBUG_L2TP_PACKET, 1);
	BENCH_IN(b, apple_sccrq);
	assert_string_equal(text, "L2TP: I SCCRQ 198.51.100.7/1701 tnl 0 cl 0 Ns 0 Nr 0 len 67\n"
	                          "L2TP:   Protocol Version = 1.0\n"
	                          "L2TP:   Framing Capabilities = 3\n"
	                          "L2TP:   Host Name = iPhone\n"
	                          "L2TP:   Assigned Tunnel ID = 17\n"
	                          "L2TP:   Receive Window Size = 4\n"
	                          "L2TP: O SCCRP 198.51.100.7/1701 tnl 17 cl 0 Ns 0 Nr 1 len 98\n"
	                          "L2TP:   Protocol Version = 1.0\n"
	                          "L2TP:   Framing Capabilities = 3\n"
	                          "L2TP:   Bearer Capabilities = 0\n"
	                          "L2TP:   Firmware Revision = 256\n"
	                          "L2TP:   Host Name = postern\n"
	                          "L2TP:   Vendor Name = Postern\n"
	                          "L2TP:   Assigned Tunnel ID = 1\n"
	                          "L2TP:   Receive Window Size = 16\n");
	debug_set(&s, DEBUG_L2TP_PACKET, 0);
	debug_set(&s, DEBUG_L2TP_EVENT, 1);
	debug_set(&s, DEBUG_L2TP_ERROR, 1);
	text[0] = '\0';
	BENCH_IN(b, apple_scccn);
	BENCH_IN(b, apple_icrq);
	BENCH_IN(b, apple_iccn);
	BENCH_IN(b, apple_cdn);
	b->from.flow = 5;
	BENCH_IN(b, apple_stopccn);
	assert_string_equal(
	        text,
	        "L2TP: tnl 1: tunnel: WAIT-CTL-CONN, SCCCN -> ESTABLISHED\n"
	        "L2TP: tnl 1 cl 0: call: IDLE, ICRQ -> WAIT-CONNECT\n"
	        "L2TP: tnl 1 cl 1: call: WAIT-CONNECT, ICCN -> ESTABLISHED\n"
	        "L2TP: tnl 1 cl 1: call: ESTABLISHED, CDN -> IDLE\n"
	        "L2TP: tnl 1 cl 1: peer disconnects, result 3, error 0\n"
	        "L2TP: tnl 1 cl 1: ended, User Requested\n"
	        "L2TP: from 198.51.100.7: tnl 1: dropped, L2TP tunnel belongs to another peer\n");
	debug_sink_remove(&s);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_blocks),
	        cmocka_unit_test(test_tables),
	        cmocka_unit_test(test_empty),
	        cmocka_unit_test(test_debug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
