/* What debug tells has sense: every command speaks, and the numbers of an SA are its own from its beginning to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full.h"
#include "tests/exchange/full_heard.h"

/* A client comes and goes. */
static void visit(struct world *w, const struct client_habits *habits)
{
	struct client *c = client_new(w, habits, HOME_IP);
	client_enter(c);
	client_leave(c);
	world_run(w, 3000);
	client_free(c);
}

/* What the lines about an SA name stays the same and is what the SA has; no address of ours is told. */
static void an_sa_is_told_as_it_is(void **state)
{
	struct world *w = *state;
	uint32_t number[2], flags[2], refs[2], tunnels[2];
	listen_all();
	visit(w, &client_windows);
	/* the client's engine speaks here as well: the server's line is the one about what it received */
	const char *asked = strstr(heard.text, " rcv'd Terminate: ");
	assert_non_null(asked);
	asked -= strlen("IKE SA MM:12345678");
	assert_int_equal(sscanf(asked,
	                        "IKE SA MM:%8x rcv'd Terminate: state MM_ACTIVE  flags 0x%8x, "
	                        "refcnt %u, tuncnt %u",
	                        &number[0], &flags[0], &refs[0], &tunnels[0]),
	                 4);
	const char *ends = strstr(asked + 1, "IKE SA MM:");
	assert_non_null(ends);
	assert_int_equal(sscanf(ends,
	                        "IKE SA MM:%8x terminating:  flags 0x%8x, refcnt %u, tuncnt %u",
	                        &number[1], &flags[1], &refs[1], &tunnels[1]),
	                 4);
	assert_int_equal(number[0], number[1]);
	/* the peer, and the Quick Mode that is kept to answer repetitions; its ESP SAs went before */
	assert_int_equal(refs[0], 2);
	assert_int_equal(refs[1], 0);
	assert_int_equal(tunnels[0], 0);
	assert_int_equal(tunnels[1], 0);
	assert_int_equal(flags[0], 0x0000c042);
	assert_int_equal(flags[1], 0x0100c002);
	listen_no_more();
	world_run(w, 60000);
}

/* A pair keeps its numbers from its beginning to its end. */
static void an_esp_sa_keeps_its_numbers(void **state)
{
	struct world *w = *state;
	uint32_t made, gone;
	listen_all();
	visit(w, &client_apple);
	static const char *const pairs[][2] = {
	        {"Completed outbound encrypt rule, SPI 0x%*8X\n    Rule ID: 0x%8x",
	         "Deleted outbound encrypt rule, SPI 0x%*8X\n    Rule ID: 0x%8x"},
	        {"Completed inbound decrypt rule, SPI 0x%*8X\n    Rule ID: 0x%8x",
	         "Deleted inbound decrypt rule, SPI 0x%*8X\n    Rule ID: 0x%8x"},
	        {"Completed inbound VPN context, SPI 0x%*8X\n    VPN handle: 0x%8x",
	         "Deleted inbound VPN context, SPI 0x%*8X\n    VPN handle: 0x%8x"},
	        {"New inbound tunnel flow rule, SPI 0x%8X", "Destroy current inbound SPI: 0x%8X"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char begins[2][64];
		for (int j = 0; j < 2; j++)
			snprintf(begins[j], sizeof begins[j], "%.*s",
			         (int)(strchr(pairs[i][j], '%') - pairs[i][j]), pairs[i][j]);
		const char *a = strstr(heard.text, begins[0]), *b = strstr(heard.text, begins[1]);
		if (a == NULL || b == NULL)
			fail_msg("%s or %s not said in\n%s", begins[0], begins[1], heard.text);
		assert_int_equal(sscanf(a, pairs[i][0], &made), 1);
		assert_int_equal(sscanf(b, pairs[i][1], &gone), 1);
		assert_int_equal(made, gone);
	}
	listen_no_more();
	world_run(w, 60000);
}

/* Each command has something to say of a session. */
static void every_command_speaks(void **state)
{
	static const char *const texts[] = {
	        "CryptoEngine0: generate alg parameter for conn id ", /* crypto engine */
	        "CryptoEngine0: create ISAKMP SKEYID for conn id ",
	        "CryptoEngine0: generate hmac context for conn id ",
	        "CryptoEngine0: IPSec SA created, conn_id ",
	        "P1 rekey timer started, ", /* crypto ikev1 timers */
	        "P2 rekey timer started, ",
	        "retransmission timer started, ",
	        "[IKE COMMON DEBUG]New peer ", /* crypto ike-common */
	        "[IKE COMMON DEBUG]IKEv1 was successful at setting up a tunnel.  Map Tag = ",
	        "L2TP: I data tnl ", /* l2tp data, packet */
	        "L2TP: I SCCRQ ",
	        "PPP 1: CHAP O CHALLENGE id ", /* ppp chap, event */
	        "PPP 1: CHAP I RESPONSE id ",
	        "PPP 1: phase is AUTHENTICATING",
	        "PPP 1: interface is up, address ",
	        "PPP 1: interface is gone: ",
	        "AAA: ms-chap-v2 authentication of ", /* aaa authentication, authorization, common ... */
	        "AAA: authorization of ",
	        "AAA session opened: handle = ",
	        "Authentication Status: 1 (ACCEPT)",
	        "AAA FSM: In AAA_ProcSvrResp, handle = ",
	        "AAA VPN: user ",
	        "AAA: accounting start of ",
	        "VPN-SESSIONDB: add session index ", /* vpn-sessiondb */
	        "VPN-SESSIONDB: remove session index ",
	};
	struct world *w = *state;
	listen_all();
	visit(w, &client_windows);
	EXPECT_HEARD(texts);
	struct client_habits habits = client_windows;
	habits.methods = AAA_BIT(AAA_PAP);
	visit(w, &habits);
	assert_non_null(strstr(heard.text, "UPAP I AUTHREQ id "));
	assert_non_null(strstr(heard.text, "UPAP O AUTHACK id "));
	listen_no_more();
	world_run(w, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(an_sa_is_told_as_it_is, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(an_esp_sa_keeps_its_numbers, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(every_command_speaks, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
