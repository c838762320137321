/* Every cell of RFC 1661 §4.1, typed off the RFC as it stands there and compared with what the automaton
 * does; then packets that must not reach it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ppp/fsm.h"
#include "ppp/proto.h"

/* Rows: events in the order of enum ppp_event; columns: states 0 to 9. */
static const char *const rfc[PPP_EVENT_N][PPP_STATE_N] = {
        /* Up   */ {"2", "irc,scr/6", "-", "-", "-", "-", "-", "-", "-", "-"},
        /* Down */ {"-", "-", "0", "tls/1", "0", "1", "1", "1", "1", "tld/1"},
        /* Open */ {"tls/1", "1", "irc,scr/6", "3", "5", "5", "6", "7", "8", "9"},
        /* Close*/
        {"0", "tlf/0", "2", "2", "4", "4", "irc,str/4", "irc,str/4", "irc,str/4", "tld,irc,str/4"},
        /* TO+  */ {"-", "-", "-", "-", "str/4", "str/5", "scr/6", "scr/6", "scr/8", "-"},
        /* TO-  */ {"-", "-", "-", "-", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "-"},
        /* RCR+ */
        {"-", "-", "sta/2", "irc,scr,sca/8", "4", "5", "sca/8", "sca,tlu/9", "sca/8",
         "tld,scr,sca/8"},
        /* RCR- */
        {"-", "-", "sta/2", "irc,scr,scn/6", "4", "5", "scn/6", "scn/7", "scn/6", "tld,scr,scn/6"},
        /* RCA  */
        {"-", "-", "sta/2", "sta/3", "4", "5", "irc/7", "scr/6", "irc,tlu/9", "tld,scr/6"},
        /* RCN  */
        {"-", "-", "sta/2", "sta/3", "4", "5", "irc,scr/6", "scr/6", "irc,scr/8", "tld,scr/6"},
        /* RTR  */
        {"-", "-", "sta/2", "sta/3", "sta/4", "sta/5", "sta/6", "sta/6", "sta/6", "tld,zrc,sta/5"},
        /* RTA  */ {"-", "-", "2", "3", "tlf/2", "tlf/3", "6", "6", "8", "tld,scr/6"},
        /* RUC  */
        {"-", "-", "scj/2", "scj/3", "scj/4", "scj/5", "scj/6", "scj/7", "scj/8", "scj/9"},
        /* RXJ+ */ {"-", "-", "2", "3", "4", "5", "6", "6", "8", "9"},
        /* RXJ- */
        {"-", "-", "tlf/2", "tlf/3", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "tld,irc,str/5"},
        /* RXR  */ {"-", "-", "2", "3", "4", "5", "6", "7", "8", "ser/9"},
};

static char seen[200];
static struct ppp_cp cp;

static void note(const char *what)
{
	size_t at = strlen(seen);
	snprintf(seen + at, sizeof(seen) - at, "%s%s", at ? "," : "", what);
}

static void up(void *owner)
{
	(void)owner;
	note("tlu");
}
static void down(void *owner)
{
	(void)owner;
	note("tld");
}
static void started(void *owner)
{
	(void)owner;
	note("tls");
}
static void finished(void *owner)
{
	(void)owner;
	note("tlf");
}

static bool extra(void *owner, uint8_t code, uint8_t id, struct bytes data)
{
	(void)owner;
	if (code == PPP_CODE_ECHO_REQ)
		ppp_cp_echo(&cp, id, data);
	return code == PPP_CODE_ECHO_REQ;
}

static uint8_t last_frame[PPP_FRAME_MAX];
static size_t last_len;

static void send(void *owner, uint16_t proto, const uint8_t *packet, size_t len)
{
	static const char *const names[] = {[1] = "scr", [2] = "sca", [3] = "scn", [4] = "scn",
	                                    [5] = "str", [6] = "sta", [7] = "scj", [10] = "ser"};
	(void)owner;
	assert_int_equal(proto, 0x8021);
	assert_true(len >= 4 && packet[0] < 11 && names[packet[0]]);
	assert_int_equal(packet[2] << 8 | packet[3], len);
	memcpy(last_frame, packet, len);
	last_len = len;
	note(names[packet[0]]);
}

static enum opt_verdict judge(void *obj, struct rd value, struct wr *nak)
{
	(void)obj;
	if (rd_u8(&value) == 1)
		return OPT_ACK;
	wr_u8(nak, 1);
	return OPT_NAK;
}

static const struct opt_row option_rows[] = {{.type = 7, .len = 3, .name = "x", .judge = judge}};
static const struct ppp_cp_def def = {
        .name = "TEST",
        .proto = 0x8021,
        .opts = {option_rows, 1},
        .up = up,
        .down = down,
        .started = started,
        .finished = finished,
        .extra = extra,
};

static struct clock clk;

static void packet(const char *bytes, size_t len)
{
	uint8_t copy[64]; /* exactly as long as the packet, for the sanitizer */
	memcpy(copy, bytes, len);
	ppp_cp_input(&cp, copy, len);
}
#define PACKET(s) packet(s, sizeof(s) - 1)

static void fire(enum ppp_event ev)
{
	switch (ev) {
	case PPP_EV_RCR_GOOD:
		PACKET("\x01\x09\x00\x07\x07\x03\x01");
		break;
	case PPP_EV_RCR_BAD:
		PACKET("\x01\x09\x00\x07\x07\x03\x02");
		break;
	case PPP_EV_RCA:
		PACKET("\x02\x05\x00\x04");
		break;
	case PPP_EV_RCN:
		PACKET("\x03\x05\x00\x07\x07\x03\x02");
		break;
	case PPP_EV_RTR:
		PACKET("\x05\x09\x00\x04");
		break;
	case PPP_EV_RTA:
		PACKET("\x06\x09\x00\x04");
		break;
	case PPP_EV_RUC:
		PACKET("\xc8\x09\x00\x04");
		break;
	case PPP_EV_RXJ_GOOD:
		PACKET("\x07\x09\x00\x05\x09");
		break;
	case PPP_EV_RXJ_BAD:
		PACKET("\x07\x09\x00\x05\x01");
		break;
	case PPP_EV_RXR:
		PACKET("\x09\x09\x00\x08\x00\x00\x00\x00");
		break;
	default:
		ppp_cp_event(&cp, ev);
	}
}

static void start_in(uint8_t state)
{
	ppp_cp_stop(&cp);
	ppp_cp_init(&cp, &def, &clk, NULL, send);
	cp.state = state;
	cp.req_id = cp.next_id = 5;
	cp.restart = 7;
	seen[0] = '\0';
}

static void check_cell(enum ppp_event ev, uint8_t state)
{
	const char *cell = rfc[ev][state];
	char actions[40] = "";
	unsigned next = state;
	uint8_t restart = 7;
	start_in(state);
	fire(ev);
	if (strchr(cell, '/'))
		sscanf(cell, "%39[^/]/%u", actions, &next);
	else if (cell[0] != '-')
		sscanf(cell, "%u", &next);
	/* the counter is not visible from outside: take it out of the text and look at it */
	char *counter = strstr(actions, "rc");
	while (counter && counter[-1] != 'i' && counter[-1] != 'z')
		counter = strstr(counter + 1, "rc");
	if (counter) {
		char *at = counter - 1;
		restart = *at == 'z' ? 0 : next == PPP_CLOSING || next == PPP_STOPPING ? 2 : 10;
		memmove(at, at[3] ? at + 4 : at + 3, strlen(at[3] ? at + 4 : at + 3) + 1);
		size_t n = strlen(actions);
		if (n && actions[n - 1] == ',')
			actions[n - 1] = '\0';
	}
	if (strstr(actions, "scr") || strstr(actions, "str"))
		restart--;
	if (strcmp(seen, actions) != 0 || cp.state != next || cp.restart != restart)
		fail_msg("%s in %s: wanted %s, got %s/%u restart %u", ppp_fsm_def.events[ev],
		         ppp_state_name(state), cell, seen, cp.state, cp.restart);
	bool waits = cp.state >= PPP_CLOSING && cp.state <= PPP_ACK_SENT;
	if (!waits)
		assert_false(timer_running(&cp.timer));
	if (strstr(actions, "scr") || strstr(actions, "str"))
		assert_true(timer_running(&cp.timer));
}

static void all_cells(void **state)
{
	(void)state;
	for (unsigned ev = 0; ev < PPP_EVENT_N; ev++)
		for (unsigned s = 0; s < PPP_STATE_N; s++)
			check_cell(ev, (uint8_t)s);
	for (size_t i = 0; i < ppp_fsm_def.nrows; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(ppp_fsm_def.rows[i].state == ppp_fsm_def.rows[k].state &&
			             ppp_fsm_def.rows[i].event == ppp_fsm_def.rows[k].event);
}

static void not_reacted_to(const char *bytes, size_t len)
{
	for (uint8_t s = PPP_CLOSED; s < PPP_STATE_N; s++) {
		start_in(s);
		packet(bytes, len);
		assert_string_equal(seen, "");
		assert_int_equal(cp.state, s);
	}
}
#define IGNORED(s) not_reacted_to(s, sizeof(s) - 1)

static void malformed(void **state)
{
	(void)state;
	IGNORED("");
	IGNORED("\x01");
	IGNORED("\x01\x09\x00");
	IGNORED("\x01\x09\x00\x03");             /* length below the header */
	IGNORED("\x01\x09\x00\x08\x07\x03\x01"); /* longer than the packet */
	IGNORED("\x01\x09\xff\xff\x07\x03\x01");
	IGNORED("\x01\x09\x00\x06\x07\x01");     /* option length 1 */
	IGNORED("\x01\x09\x00\x06\x07\x00");     /* option length 0 */
	IGNORED("\x01\x09\x00\x07\x07\x04\x01"); /* option longer than the packet */
	IGNORED("\x01\x09\x00\x05\x07");         /* half an option header */
	IGNORED("\x02\x06\x00\x04");             /* Ack, another id */
	IGNORED("\x02\x05\x00\x07\x07\x03\x01"); /* Ack of what was not asked */
	IGNORED("\x03\x06\x00\x07\x07\x03\x02"); /* Nak, another id */
	IGNORED("\x07\x09\x00\x04");             /* Code-Reject of nothing */
	/* padding behind the length is not part of the packet (§5) */
	start_in(PPP_REQ_SENT);
	PACKET("\x01\x09\x00\x07\x07\x03\x01\xff\xff");
	assert_string_equal(seen, "sca");
	/* a Rej must hold what was sent */
	start_in(PPP_REQ_SENT);
	PACKET("\x04\x05\x00\x07\x07\x03\x01");
	assert_string_equal(seen, "");
}

/* Max-Configure transmissions three seconds apart, with one identifier; then This-Layer-Finished. */
static void timeouts(void **state)
{
	(void)state;
	start_in(PPP_CLOSED);
	ppp_cp_event(&cp, PPP_EV_OPEN);
	uint8_t id = last_frame[1];
	for (unsigned i = 1; i < PPP_MAX_CONFIGURE; i++) {
		clock_run(&clk, clk.now_ms + 2999);
		seen[0] = '\0';
		clock_run(&clk, clk.now_ms + 1);
		assert_string_equal(seen, "scr");
		assert_int_equal(last_frame[1], id);
	}
	seen[0] = '\0';
	clock_run(&clk, clk.now_ms + 3000);
	assert_string_equal(seen, "tlf");
	assert_int_equal(cp.state, PPP_STOPPED);
	start_in(PPP_OPENED);
	ppp_cp_event(&cp, PPP_EV_CLOSE);
	for (unsigned i = 0; i < 6; i++)
		clock_run(&clk, clk.now_ms + 1000);
	assert_string_equal(seen, "tld,str,str,tlf");
}

/* A peer that begins to listen after our first request was lost on it gets it again soon, and once only. */
static void late_listener(void **state)
{
	(void)state;
	for (unsigned bad = 0; bad < 2; bad++) {
		start_in(PPP_INITIAL);
		ppp_cp_event(&cp, PPP_EV_OPEN);
		ppp_cp_event(&cp, PPP_EV_UP);
		uint8_t id = last_frame[1];
		clock_run(&clk, clk.now_ms + 100);
		if (bad)
			PACKET("\x01\x09\x00\x07\x07\x03\x02");
		else
			PACKET("\x01\x09\x00\x07\x07\x03\x01");
		seen[0] = '\0';
		clock_run(&clk, clk.now_ms + PPP_HURRY_MS - 1);
		assert_string_equal(seen, "");
		clock_run(&clk, clk.now_ms + 1);
		assert_string_equal(seen, "scr");
		assert_int_equal(last_frame[1], id);
		PACKET("\x01\x0a\x00\x07\x07\x03\x01");
		seen[0] = '\0';
		clock_run(&clk, clk.now_ms + PPP_RESTART_MS - 1);
		assert_string_equal(seen, "");
		clock_run(&clk, clk.now_ms + 1);
		assert_string_equal(seen, "scr");
		/* one that answers needs no hurry */
		start_in(PPP_INITIAL);
		ppp_cp_event(&cp, PPP_EV_OPEN);
		ppp_cp_event(&cp, PPP_EV_UP);
		last_frame[0] = PPP_CODE_CONF_ACK;
		uint8_t ack[PPP_FRAME_MAX];
		memcpy(ack, last_frame, last_len);
		packet((const char *)ack, last_len);
		assert_int_equal(cp.state, PPP_ACK_RCVD);
		PACKET("\x01\x09\x00\x07\x07\x03\x02");
		seen[0] = '\0';
		clock_run(&clk, clk.now_ms + PPP_HURRY_MS);
		assert_string_equal(seen, "");
	}
}

/* After Max-Failure Naks the option is rejected (§4.6). */
static void max_failure(void **state)
{
	(void)state;
	start_in(PPP_REQ_SENT);
	for (unsigned i = 0; i < PPP_MAX_FAILURE; i++) {
		PACKET("\x01\x09\x00\x07\x07\x03\x02");
		assert_int_equal(last_frame[0], PPP_CODE_CONF_NAK);
	}
	PACKET("\x01\x09\x00\x07\x07\x03\x02");
	assert_int_equal(last_frame[0], PPP_CODE_CONF_REJ);
}

/* Our request was sent twice and is answered twice: the second answer takes nothing down. */
static void answered_twice(void **state)
{
	(void)state;
	start_in(PPP_CLOSED);
	ppp_cp_event(&cp, PPP_EV_OPEN);
	char ack[] = "\x02\x05\x00\x04";
	ack[1] = (char)last_frame[1];
	PACKET("\x01\x09\x00\x07\x07\x03\x01");
	packet(ack, 4);
	assert_int_equal(cp.state, PPP_OPENED);
	seen[0] = '\0';
	packet(ack, 4);
	assert_int_equal(cp.state, PPP_OPENED);
	assert_string_equal(seen, "");
}

/* A request that is repeated before our Ack has reached the peer is acknowledged again and takes nothing down; one with
 * another identifier, or with other options, begins anew. */
static void asked_twice(void **state)
{
	(void)state;
	static const char *const others[] = {"\x01\x0a\x00\x07\x07\x03\x01", "\x01\x09\x00\x04"};
	for (unsigned other = 0; other < 2; other++) {
		start_in(PPP_ACK_RCVD);
		PACKET("\x01\x09\x00\x07\x07\x03\x01");
		assert_int_equal(cp.state, PPP_OPENED);
		for (unsigned i = 0; i < 3; i++) {
			seen[0] = '\0';
			PACKET("\x01\x09\x00\x07\x07\x03\x01");
			assert_int_equal(cp.state, PPP_OPENED);
			assert_string_equal(seen, "sca");
			assert_memory_equal(last_frame, "\x02\x09\x00\x07\x07\x03\x01", last_len);
		}
		seen[0] = '\0';
		packet(others[other], (size_t)others[other][3]);
		assert_int_equal(cp.state, PPP_ACK_SENT);
		assert_string_equal(seen, "tld,scr,sca");
	}
}

/* One request, answered after so long and a second time; then how long the next one waits until it is repeated. */
static uint64_t patience_after(uint64_t took_ms, bool again)
{
	start_in(PPP_CLOSED);
	ppp_cp_event(&cp, PPP_EV_OPEN);
	char ack[] = "\x02\x05\x00\x04";
	ack[1] = (char)last_frame[1];
	PACKET("\x01\x09\x00\x07\x07\x03\x01");
	clock_run(&clk, clk.now_ms + took_ms);
	packet(ack, 4);
	assert_int_equal(cp.state, PPP_OPENED);
	if (again)
		packet(ack, 4);
	PACKET("\x01\x0a\x00\x07\x07\x03\x01");
	assert_int_equal(cp.state, PPP_ACK_SENT);
	seen[0] = '\0';
	uint64_t began_ms = clk.now_ms;
	while (seen[0] == '\0')
		clock_run(&clk, clk.now_ms + 1);
	assert_string_equal(seen, "scr");
	return clk.now_ms - began_ms;
}

/* Over a way that takes longer than the Restart timer, requests stop overtaking their answers (§4.6). A single late
 * answer may be one to a repeat, what came before having been lost. */
static void far_away(void **state)
{
	(void)state;
	assert_int_equal(patience_after(20, true), PPP_RESTART_MS);
	assert_int_equal(patience_after(4000, false), PPP_RESTART_MS);
	assert_int_equal(patience_after(4000, true), 6000);
	assert_int_equal(patience_after(9000, true), PPP_RESTART_MOST_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_cells),   cmocka_unit_test(malformed),
	        cmocka_unit_test(timeouts),    cmocka_unit_test(late_listener),
	        cmocka_unit_test(max_failure), cmocka_unit_test(answered_twice),
	        cmocka_unit_test(asked_twice), cmocka_unit_test(far_away),
	};
	clock_init(&clk, 1000);
	ppp_cp_init(&cp, &def, &clk, NULL, send);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	clock_free(&clk);
	return rc;
}
