/* What is told of clients that PPP does not let in: once, and the true cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "tests/exchange/aaa_fake.h"
#include "tests/exchange/ppp_bench.h"

#define C16 "000102030405060708090A0B0C0D0E0F"

static struct aaa_group group;
static struct aaa_policy policies[2];
static struct aaa_user users[PB_USERS];
static struct aaa_conf aaa;
static struct ppp_conf conf;

static int setup(void **state)
{
	pb_setup(state);
	aaa_fake_init(&pb_clk);
	group = pb_groups[0];
	group.servers.server = "RAD";
	memcpy(policies, pb_policies, sizeof(policies));
	memcpy(users, pb_users, sizeof(users));
	aaa = pb_aaa;
	aaa.users = users;
	aaa.groups = &group;
	aaa.policies = policies;
	conf = pb_conf;
	conf.aaa = &aaa;
	pb_set_conf(&conf);
	return 0;
}

static struct pb_link *dial(unsigned i, const char *user, unsigned method)
{
	pb_refused = (struct pb_refused){0};
	aaa_fake.starts = 0;
	group.methods = method;
	struct pb_link *l = pb_dial(i, PEER_PLAIN, user, "j!doe1", method);
	pb_run_for(2000);
	return l;
}

static void told(enum fail_cause cause)
{
	if (pb_refused.n != 1 || pb_refused.cause != cause)
		fail_msg("told %u times, %s, not %s", pb_refused.n, fail_cause_word(pb_refused.cause), fail_cause_word(cause));
}

/* ------------------------------------------------------------------ a login that may go on */

static void challenges(struct aaa_result *result, struct aaa_reply *reply)
{
	(void)reply;
	bool first = aaa_fake.starts <= 1;
	result->status = first ? AAA_CHALLENGE : AAA_ACCEPT;
	result->why = first ? AAA_WHY_CHALLENGED : AAA_WHY_NONE;
}

static void expired(struct aaa_result *result, struct aaa_reply *reply)
{
	result->status = AAA_REJECT;
	result->why = AAA_WHY_EXPIRED;
	str_copy(reply->mschap, sizeof(reply->mschap), STR("E=691 R=1 C=" C16 " V=3 M=x"));
}

static void full_soon(struct aaa_result *result, struct aaa_reply *reply)
{
	challenges(result, reply);
	policies[0].a.logins = 0;
}

/* A token's second question is no refusal. */
static void gets_in_after_all(void **state)
{
	(void)state;
	aaa_fake.answer = challenges;
	struct pb_link *l = dial(0, "jdoe", AAA_BIT(AAA_PAP));
	l->peer.second = "j!doe1"; /* for the next one */
	assert_int_equal(pb_refused.n, 0);
	assert_false(l->closed);
	pb_link_close(l, LINK_END_LOST_SERVICE);
	pb_refused = (struct pb_refused){0};
	aaa_fake.starts = 0;
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_PAP));
	l->peer.second = "token";
	pb_run_for(5000);
	assert_true(l->peer.ip_up);
	assert_int_equal(pb_refused.n, 0);
}

/* Refused for good: by the last cause, not by the first. */
static void last_cause(void **state)
{
	(void)state;
	aaa_fake.answer = full_soon;
	pb_refused = (struct pb_refused){0};
	group.methods = AAA_BIT(AAA_PAP);
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_PAP));
	l->peer.second = "token";
	pb_run_for(5000);
	assert_true(l->closed);
	told(FAIL_LOGINS);
}

/* It may try again and does not: it says nothing, hangs up, or ends the call. */
static void gives_up(void **state)
{
	(void)state;
	aaa_fake.answer = expired;
	for (unsigned i = 0; i < 3; i++) {
		struct pb_link *l = dial(i, "jdoe", AAA_BIT(AAA_MSCHAP2));
		assert_false(l->closed);
		assert_int_equal(pb_refused.n, 0);
		if (i == 0)
			pb_run_for(60000);
		else if (i == 1)
			ppp_peer_hangup(&l->peer);
		else
			pb_link_close(l, LINK_END_USER_REQUEST);
		pb_run_for(1000);
		assert_true(l->closed);
		told(FAIL_EXPIRED);
		assert_int_equal(pb_refused.stage, FAIL_AT_AUTH);
		assert_string_equal(pb_refused.user, "jdoe");
	}
}

/* ------------------------------------------------------------------ it leaves */

static void leaves_the_call(void **state)
{
	(void)state;
	aaa_fake.answer = NULL;
	struct pb_link *l = dial(0, "jdoe", AAA_BIT(AAA_PAP));
	pb_link_close(l, LINK_END_USER_REQUEST);
	told(FAIL_GAVE_UP);
	assert_int_equal(pb_refused.stage, FAIL_AT_AUTH);
	/* nobody who was in, nor one of whom we have let go */
	aaa_fake_init(&pb_clk);
	l = dial(1, "jdoe", AAA_BIT(AAA_PAP));
	assert_true(l->peer.ip_up);
	pb_link_close(l, LINK_END_USER_REQUEST);
	aaa_fake.answer = NULL;
	l = dial(2, "jdoe", AAA_BIT(AAA_PAP));
	pb_link_close(l, LINK_END_LOST_SERVICE);
	assert_int_equal(pb_refused.n, 0);
}

/* ------------------------------------------------------------------ protocols */

/* With this packet, whatever the identifier of our Configure-Request is. */
static void answers_lcp(unsigned i, const uint8_t *packet, size_t len)
{
	uint8_t answer[16];
	pb_refused = (struct pb_refused){0};
	group.methods = AAA_BIT(AAA_MSCHAP2);
	struct pb_link *l = pb_dial(i, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_MSCHAP2));
	pb_run_for(1); /* it is on its way, and we are faster than the client */
	memcpy(answer, packet, len);
	for (unsigned id = 0; id <= UINT8_MAX; id++) {
		answer[1] = (uint8_t)id;
		ppp_peer_frame(&l->peer, 0xc021, answer, len);
	}
	pb_run_for(1000);
	told(FAIL_METHOD);
	assert_string_equal(pb_refused.fix, "");
}

static void protocols(void **state)
{
	(void)state;
	/* the group has one, which the client rejects, or wants another one for that we do not know */
	answers_lcp(0, (const uint8_t[]){4, 0, 0, 9, 3, 5, 0xc2, 0x23, 0x81}, 9);
	assert_string_equal(pb_refused.offered, "to authenticate in no way");
	answers_lcp(3, (const uint8_t[]){3, 0, 0, 8, 3, 4, 0xc0, 0x27}, 8);
	assert_string_equal(pb_refused.offered, "another protocol");
	/* the client has another one */
	pb_refused = (struct pb_refused){0};
	pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_PAP));
	pb_run_for(2000);
	told(FAIL_METHOD);
	assert_string_equal(pb_refused.fix, "tunnel-group DefaultRAGroup ppp-attributes\n authentication pap");
	/* the group has none */
	pb_refused = (struct pb_refused){0};
	group.methods = 0;
	pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_PAP));
	pb_run_for(2000);
	told(FAIL_NO_METHOD);
	assert_string_equal(pb_refused.fix, "tunnel-group DefaultRAGroup ppp-attributes\n authentication ms-chap-v2");
}

/* ------------------------------------------------------------------ addresses */

static void no_lease(void **state)
{
	static const uint32_t servers[] = {0x0a000043};
	const struct ppp_dhcp_answer nothing = {0};
	(void)state;
	group.dhcp_servers = servers;
	group.ndhcp = 1;
	group.npools = 0;
	dial(0, "jdoe", AAA_BIT(AAA_PAP));
	ppp_dhcp_done(pb_ppp, pb_dhcp.unit, &nothing);
	pb_run_for(1000);
	told(FAIL_DHCP);
	/* no answer at all */
	dial(1, "jdoe", AAA_BIT(AAA_PAP));
	pb_run_for(100000);
	told(FAIL_DHCP);
	/* switched off: as if there were none */
	conf.no_dhcp = true;
	dial(2, "jdoe", AAA_BIT(AAA_PAP));
	told(FAIL_NO_POOL);
}

/* ------------------------------------------------------------------ terms */

static void said_by_the_server(struct aaa_result *result, struct aaa_reply *reply)
{
	result->status = AAA_ACCEPT;
	result->why = AAA_WHY_NONE;
	reply->a.has_logins = true;
	reply->a.logins = 0;
}

static void locked_by_the_server(struct aaa_result *result, struct aaa_reply *reply)
{
	result->status = AAA_ACCEPT;
	result->why = AAA_WHY_NONE;
	str_copy(reply->group_lock, sizeof(reply->group_lock), STR("other"));
}

/* What the server says no command of ours mends. */
static void terms(void **state)
{
	(void)state;
	policies[0].a.logins = 0;
	dial(0, "jdoe", AAA_BIT(AAA_PAP));
	told(FAIL_LOGINS);
	assert_string_equal(pb_refused.fix, "group-policy DfltGrpPolicy attributes\n vpn-simultaneous-logins 3");
	aaa_fake.answer = said_by_the_server;
	dial(1, "jdoe", AAA_BIT(AAA_PAP));
	told(FAIL_LOGINS);
	assert_string_equal(pb_refused.fix, "");
	assert_string_equal(pb_refused.wanted, "vpn-simultaneous-logins 0, says the server");
	aaa_fake.answer = locked_by_the_server;
	dial(2, "jdoe", AAA_BIT(AAA_PAP));
	told(FAIL_GROUP_LOCK);
	assert_string_equal(pb_refused.fix, "");
	/* a group policy that is none */
	aaa_fake_init(&pb_clk);
	group.policy = "gone";
	dial(3, "jdoe", AAA_BIT(AAA_PAP));
	told(FAIL_POLICY_L2TP);
	assert_string_equal(pb_refused.fix, "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(gets_in_after_all), T(last_cause), T(gives_up), T(leaves_the_call), T(protocols), T(no_lease), T(terms),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
