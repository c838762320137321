/* What servers say reaches the client: texts of PAP and CHAP, Success and Failure of MS-CHAP, and another try where they
 * grant one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/mschap.h"
#include "crypto/prim/prim.h"
#include "ppp/auth.h"
#include "tests/exchange/aaa_fake.h"
#include "tests/exchange/ppp_bench.h"

/* What the server says, one row for each question; the last one stays. */
static const struct row {
	enum aaa_status status;
	enum aaa_why why;
	const char *message, *mschap;
} * rows;
static unsigned nrows;

static void server(struct aaa_result *result, struct aaa_reply *reply)
{
	const struct row *row = &rows[aaa_fake.starts < nrows ? aaa_fake.starts - 1 : nrows - 1];
	result->status = row->status;
	result->why = row->why;
	if (row->message)
		str_copy(reply->message, sizeof(reply->message), str_of(row->message));
	if (row->mschap)
		str_copy(reply->mschap, sizeof(reply->mschap), str_of(row->mschap));
}

#define SAYS(...)                                                        \
	do {                                                             \
		static const struct row says[] = {__VA_ARGS__};          \
		rows = says;                                             \
		nrows = sizeof(says) / sizeof(says[0]);                  \
		aaa_fake.starts = 0;                                     \
		aaa_fake.answer = server;                                \
	} while (0)

static int setup(void **state)
{
	pb_setup(state);
	pb_groups[0].servers.server = "RAD";
	aaa_fake_init(&pb_clk);
	return 0;
}

static struct pb_link *dial(unsigned i, enum aaa_method method, const char *second)
{
	pb_groups[0].methods = AAA_BIT(method);
	struct pb_link *l = pb_dial(i, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(method));
	l->peer.second = second;
	pb_run_for(2000);
	assert_int_equal(l->peer.method, method);
	return l;
}

static void is_in(const struct pb_link *l, const char *message)
{
	assert_true(l->peer.ip_up);
	assert_string_equal(l->peer.message, message);
}

static void is_out(const struct pb_link *l, const char *message)
{
	assert_true(l->peer.refused);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	assert_string_equal(l->peer.message, message);
}

/* ------------------------------------------------------------------ texts */

static void texts(void **state)
{
	static const enum aaa_method methods[] = {AAA_PAP, AAA_CHAP};
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		SAYS({AAA_ACCEPT, AAA_WHY_NONE, "Good morning", NULL});
		is_in(dial(0, methods[i], NULL), "Good morning");
		SAYS({AAA_ACCEPT, AAA_WHY_NONE, NULL, NULL});
		is_in(dial(1, methods[i], NULL), "Welcome");
		SAYS({AAA_REJECT, AAA_WHY_FAILURE, "Call 4711", NULL});
		is_out(dial(2, methods[i], NULL), "Call 4711");
		SAYS({AAA_REJECT, AAA_WHY_FAILURE, NULL, NULL});
		is_out(dial(3, methods[i], NULL), "Authentication failed");
		SAYS({AAA_ERROR, AAA_WHY_SERVER, NULL, NULL});
		is_out(dial(4, methods[i], NULL), "Authentication failed");
		/* the refusal is ours: the server's welcome would be a lie */
		SAYS({AAA_REJECT, AAA_WHY_AUTHORIZATION, "Good morning", NULL});
		is_out(dial(5, methods[i], NULL), "Authentication failed");
		pb_policies[0].a.logins = 0;
		SAYS({AAA_ACCEPT, AAA_WHY_NONE, "Good morning", NULL});
		is_out(dial(6, methods[i], NULL), "Authentication failed");
		pb_policies[0].a.logins = 3;
		for (unsigned k = 0; k < 2; k++)
			pb_link_close(&pb_links[k], LINK_END_USER_REQUEST);
		pb_run_for(1000);
	}
}

static void told_server(struct aaa_result *result, struct aaa_reply *reply)
{
	result->status = AAA_ACCEPT;
	reply->has_split = reply->has_intercept = reply->intercept = true;
	reply->split = AAA_SPLIT_SPECIFIED;
	reply->intercept_mask = 0xffffff00;
	str_copy(reply->split_list, sizeof(reply->split_list), STR("FROM-SERVER"));
	str_copy(reply->domain, sizeof(reply->domain), STR("example.org"));
}

/* What DHCPINFORM is answered with: the group policy's, unless the server says otherwise. */
static void told(void **state)
{
	struct ppp_session_info info;
	(void)state;
	pb_policies[0].intercept_mask = UINT32_MAX;
	pb_policies[0].split_list = "SPLIT";
	pb_policies[0].domain = "corp.example.com";
	pb_policies[0].pac = "http://10.0.0.1/p.pac";
	pb_policies[0].use_pac = true;
	SAYS({AAA_ACCEPT, AAA_WHY_NONE, NULL, NULL});
	dial(0, AAA_PAP, NULL);
	assert_true(ppp_find_ip(pb_ppp, pb_links[0].data_ip, &info));
	assert_false(info.terms->intercept);
	assert_int_equal(info.terms->intercept_mask, UINT32_MAX);
	assert_int_equal(info.terms->split, AAA_SPLIT_ALL);
	assert_string_equal(info.terms->split_list, "SPLIT");
	assert_string_equal(info.terms->domain, "corp.example.com");
	assert_string_equal(info.terms->pac, "http://10.0.0.1/p.pac");
	aaa_fake.answer = told_server;
	pb_policies[0].use_pac = false;
	dial(1, AAA_PAP, NULL);
	assert_true(ppp_find_ip(pb_ppp, pb_links[1].data_ip, &info));
	assert_true(info.terms->intercept);
	assert_int_equal(info.terms->intercept_mask, 0xffffff00);
	assert_int_equal(info.terms->split, AAA_SPLIT_SPECIFIED);
	assert_string_equal(info.terms->split_list, "FROM-SERVER");
	assert_string_equal(info.terms->domain, "example.org");
	assert_string_equal(info.terms->pac, "");
	pb_policies[0].split_list = pb_policies[0].domain = pb_policies[0].pac = NULL;
}

/* Next token code, new PIN: read in the Nak, answered with the next password. */
static void pap_challenge(void **state)
{
	(void)state;
	SAYS({AAA_REJECT, AAA_WHY_CHALLENGED, "Enter Next PASSCODE:", NULL},
	     {AAA_ACCEPT, AAA_WHY_NONE, "Hello", NULL});
	struct pb_link *l = dial(0, AAA_PAP, "123456");
	is_in(l, "Hello");
	assert_int_equal(aaa_fake.starts, 2);
	assert_string_equal(aaa_fake.asked.password, "123456");
	/* who cannot answer on this link says goodbye, or is given a minute */
	SAYS({AAA_REJECT, AAA_WHY_CHALLENGED, "Enter Next PASSCODE:", NULL});
	l = dial(2, AAA_PAP, NULL);
	assert_true(l->peer.refused);
	assert_string_equal(l->peer.message, "Enter Next PASSCODE:");
	assert_int_equal(ppp_stats(pb_ppp)->pending, 1);
	pb_run_for(55 * 1000);
	assert_false(l->closed);
	/* the Nak was lost: the same again, and no new question */
	l->peer.message[0] = '\0';
	ppp_peer_frame(&l->peer, 0xc023, l->peer.auth_packet, l->peer.auth_len);
	pb_run_for(100);
	assert_string_equal(l->peer.message, "Enter Next PASSCODE:");
	assert_int_equal(aaa_fake.starts, 1);
	pb_run_for(5 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	assert_int_equal(ppp_stats(pb_ppp)->pending, 0);
}

/* Three more attempts, then the Nak is the last word. */
static void pap_attempts(void **state)
{
	(void)state;
	SAYS({AAA_REJECT, AAA_WHY_CHALLENGED, "Again:", NULL});
	struct pb_link *l = dial(0, AAA_PAP, NULL);
	for (uint8_t i = 0; i < AUTH_RETRIES_MAX; i++) {
		assert_false(l->closed);
		assert_int_equal(aaa_fake.starts, 1 + i);
		l->peer.auth_packet[1]++;
		ppp_peer_frame(&l->peer, 0xc023, l->peer.auth_packet, l->peer.auth_len);
		pb_run_for(100);
	}
	pb_run_for(1000);
	is_out(l, "Again:");
	assert_int_equal(aaa_fake.starts, 1 + AUTH_RETRIES_MAX);
}

/* ------------------------------------------------------------------ MS-CHAP */

/* A server that knows the user jdoe with this password, and proves it. */
static const char *right_password;
static const char *failure_text, *success_end;

static void mschap2_server(struct aaa_result *result, struct aaa_reply *reply)
{
	const struct aaa_request *rq = &aaa_fake.asked;
	uint8_t hash[16], eight[8], want[24];
	char proof[43];
	mschap_nt_hash(str_of(right_password), hash);
	mschap2_challenge(rq->peer_challenge, rq->challenge, STR("jdoe"), eight);
	mschap_response(eight, hash, want);
	if (memcmp(want, rq->response, 24) == 0) {
		mschap2_authenticator(hash, rq->response, rq->peer_challenge, rq->challenge,
		                      STR("jdoe"), proof);
		snprintf(reply->mschap, sizeof(reply->mschap), "%s%s", proof, success_end);
		result->status = AAA_ACCEPT;
		result->why = AAA_WHY_NONE;
	} else {
		str_copy(reply->mschap, sizeof(reply->mschap), str_of(failure_text));
	}
}

static void mschap2(const char *password, const char *failure, const char *end)
{
	aaa_fake.answer = mschap2_server;
	aaa_fake.starts = 0;
	right_password = password;
	failure_text = failure;
	success_end = end;
}

static void mschap2_success(void **state)
{
	(void)state;
	mschap2("j!doe1", "", "");
	struct pb_link *l = dial(0, AAA_MSCHAP2, NULL);
	assert_true(l->peer.success_verified);
	assert_string_equal(l->peer.message + 42, " M=Welcome");
	mschap2("j!doe1", "", " M=Hi there");
	l = dial(1, AAA_MSCHAP2, NULL);
	assert_true(l->peer.success_verified && l->peer.ip_up);
	assert_string_equal(l->peer.message + 42, " M=Hi there");
	/* without the proof the client would not go on: a server that just lets everybody in is none */
	SAYS({AAA_ACCEPT, AAA_WHY_NONE, "come in", NULL});
	l = dial(2, AAA_MSCHAP2, NULL);
	assert_true(l->closed);
	assert_memory_equal(l->peer.message, "E=691 R=0 C=", 12);
	assert_int_equal(l->opens, 0);
	pb_has_log("reason = Server does not prove itself (MS-CHAP2-Success) : user = jdoe");
}

#define C16 "000102030405060708090A0B0C0D0E0F"

static void mschap2_failure(void **state)
{
	static const struct {
		const char *said, *told; /* * is a challenge of ours */
	} table[] = {
	        {"E=691 R=0 C=" C16 " V=3 M=No way, Joe", "E=691 R=0 C=" C16 " V=3 M=No way, Joe"},
	        {"E=646 R=0 C=" C16 " V=3", "E=646 R=0 C=" C16 " V=3 M=Logon hours restricted"},
	        {"E=649 R=0 V=3 M=", "E=649 R=0 C=* V=3 M=No remote access permission"},
	        {"E=647", "E=647 R=0 C=* V=3 M=Account disabled"},
	        {"E=709 R=0 C=0011 V=3", "E=709 R=0 C=* V=3 M=Error changing password"},
	        {"", "E=691 R=0 C=* V=3 M=Authentication failed"},
	        {"nonsense E=x R=7 C=zz", "E=691 R=0 C=* V=3 M=Authentication failed"},
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		mschap2("other", table[i].said, "");
		struct pb_link *l = dial(i, AAA_MSCHAP2, NULL);
		assert_true(l->closed && l->peer.refused);
		const char *star = strchr(table[i].told, '*');
		size_t before = star ? (size_t)(star - table[i].told) : 0;
		assert_memory_equal(l->peer.message, table[i].told, before);
		assert_string_equal(l->peer.message + (star ? before + 32 : 0),
		                    star ? star + 1 : table[i].told);
	}
	assert_memory_equal(pb_links[4].peer.message, "E=709 R=0 C=", 12);
}

/* R=1: the challenge of the Failure is the one that counts from then on. */
static void mschap2_again(void **state)
{
	static const uint8_t challenge[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	(void)state;
	mschap2("secret", "E=691 R=1 C=" C16 " V=3 M=Once more", "");
	struct pb_link *l = dial(0, AAA_MSCHAP2, "secret");
	assert_true(l->peer.ip_up && l->peer.success_verified);
	assert_int_equal(aaa_fake.starts, 2);
	assert_memory_equal(aaa_fake.asked.challenge, challenge, 16);
	assert_non_null(strstr(pb_logs, "jdoe aaa authentication failed\n"));
	assert_non_null(strstr(pb_logs, "jdoe aaa authentication succeed\n"));
	/* a server that names none: ours */
	mschap2("secret", "E=691 R=1", "");
	l = dial(1, AAA_MSCHAP2, "secret");
	assert_true(l->peer.ip_up && l->peer.success_verified);
	assert_memory_not_equal(aaa_fake.asked.challenge, challenge, 16);
	/* wrong again, and as often as it likes */
	mschap2("secret", "E=691 R=1 C=" C16 " V=3 M=x", "");
	l = dial(2, AAA_MSCHAP2, "wrong");
	for (unsigned i = 2; i <= AUTH_RETRIES_MAX; i++) {
		assert_false(l->closed);
		assert_int_equal(aaa_fake.starts, i);
		assert_memory_equal(l->peer.message, "E=691 R=1 ", 10);
		uint8_t answered = l->peer.auth_packet[1];
		/* the same Response again: the same Failure */
		ppp_peer_frame(&l->peer, 0xc223, l->peer.auth_packet, l->peer.auth_len);
		pb_run_for(100);
		assert_int_equal(aaa_fake.starts, i);
		/* and one with an identifier of its own fancy is none */
		l->peer.auth_packet[1] = (uint8_t)(answered + 2);
		ppp_peer_frame(&l->peer, 0xc223, l->peer.auth_packet, l->peer.auth_len);
		pb_run_for(100);
		assert_int_equal(aaa_fake.starts, i);
		l->peer.auth_packet[1] = (uint8_t)(answered + 1);
		ppp_peer_frame(&l->peer, 0xc223, l->peer.auth_packet, l->peer.auth_len);
		pb_run_for(100);
	}
	assert_int_equal(aaa_fake.starts, 1 + AUTH_RETRIES_MAX);
	assert_memory_equal(l->peer.message, "E=691 R=0 ", 10);
	pb_run_for(1000);
	assert_true(l->closed);
	/* who says goodbye is let go at once, with the call */
	mschap2("secret", "E=691 R=1 C=" C16 " V=3 M=x", "");
	l = dial(4, AAA_MSCHAP2, NULL);
	unsigned heard = l->peer.frames_in;
	ppp_peer_hangup(&l->peer);
	pb_run_for(25);
	assert_int_equal(l->peer.frames_in, heard + 1); /* Terminate-Ack */
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	/* who does not try again */
	mschap2("secret", "E=691 R=1 C=" C16 " V=3 M=x", "");
	l = dial(3, AAA_MSCHAP2, NULL);
	assert_false(l->closed);
	pb_run_for(60 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	assert_int_equal(ppp_stats(pb_ppp)->pending, 0);
}

/* A Change-Password packet (RFC 2759 §7) that answers the challenge of the last Failure. */
static void change_password(struct pb_link *l, uint8_t id, size_t len)
{
	uint8_t packet[700] = {7, id, (uint8_t)(len >> 8), (uint8_t)len}, hash[16], eight[8], challenge[16];
	for (size_t i = 4; i < len; i++)
		packet[i] = (uint8_t)(i * 3);
	const char *hex = strstr(l->peer.message, " C=");
	for (size_t i = 0; hex && i < 16; i++)
		sscanf(hex + 3 + 2 * i, "%2hhx", &challenge[i]);
	uint8_t *proof = packet + 4 + 516 + 16;
	mschap_nt_hash(STR("new one"), hash);
	mschap2_challenge(proof, challenge, STR("jdoe"), eight);
	mschap_response(eight, hash, proof + 24);
	mschap2_authenticator(hash, proof + 24, proof, challenge, STR("jdoe"), l->peer.want);
	ppp_peer_frame(&l->peer, 0xc223, packet, len);
	pb_run_for(100);
}

static uint8_t relayed[516 + 16 + 2];

static void change_server(struct aaa_result *result, struct aaa_reply *reply)
{
	const struct aaa_request *rq = &aaa_fake.asked;
	memset(relayed, 0, sizeof(relayed));
	if (rq->change) {
		memcpy(relayed, rq->change->password, 516);
		memcpy(relayed + 516, rq->change->hash, 16);
		relayed[532] = (uint8_t)(rq->change->flags >> 8);
		relayed[533] = (uint8_t)rq->change->flags;
	}
	if (rq->change)
		mschap2_server(result, reply);
	else
		str_copy(reply->mschap, sizeof(reply->mschap), str_of(failure_text));
}

static void password_change(void **state)
{
	enum { LEN = 586 };
	uint8_t want[LEN];
	(void)state;
	for (size_t i = 0; i < LEN; i++)
		want[i] = (uint8_t)(i * 3);
	pb_groups[0].password_management = true;
	mschap2("new one", "E=648 R=0 C=" C16 " V=3 M=Password expired", "");
	aaa_fake.answer = change_server;
	struct pb_link *l = dial(0, AAA_MSCHAP2, NULL);
	assert_false(l->closed);
	assert_string_equal(l->peer.message, "E=648 R=0 C=" C16 " V=3 M=Password expired");
	uint8_t id = l->peer.auth_packet[1];
	/* no other attempt, no other length, no other identifier */
	l->peer.auth_packet[1] = (uint8_t)(id + 1);
	ppp_peer_frame(&l->peer, 0xc223, l->peer.auth_packet, l->peer.auth_len);
	change_password(l, id, LEN);
	change_password(l, (uint8_t)(id + 2), LEN);
	change_password(l, (uint8_t)(id + 1), LEN - 1);
	change_password(l, (uint8_t)(id + 1), LEN + 1);
	assert_int_equal(aaa_fake.starts, 1);
	change_password(l, (uint8_t)(id + 1), LEN);
	assert_int_equal(aaa_fake.starts, 2);
	assert_string_equal(aaa_fake.asked.user, "jdoe");
	assert_int_equal(aaa_fake.asked.id, id + 1);
	assert_memory_equal(relayed, want + 4, 532);
	assert_memory_equal(relayed + 532, want + LEN - 2, 2);
	pb_run_for(1000);
	assert_true(l->peer.success_verified && l->peer.ip_up && l->data);
	/* the server does not like the new one: once more, where it says so */
	mschap2("another", "E=709 R=1 C=" C16 " V=3 M=Too short", "");
	aaa_fake.answer = change_server;
	failure_text = "E=648 R=1 C=" C16 " V=3 M=x";
	l = dial(1, AAA_MSCHAP2, NULL);
	id = l->peer.auth_packet[1];
	failure_text = "E=709 R=1 C=" C16 " V=3 M=Too short";
	change_password(l, (uint8_t)(id + 1), LEN);
	assert_string_equal(l->peer.message, failure_text);
	failure_text = "E=709 R=0 C=" C16 " V=3 M=Too short";
	change_password(l, (uint8_t)(id + 2), LEN);
	pb_run_for(1000);
	assert_true(l->closed);
	assert_int_equal(aaa_fake.starts, 3);
	/* without password-management the client is told, and that is all */
	pb_groups[0].password_management = false;
	failure_text = "E=648 R=0 C=" C16 " V=3 M=Password expired";
	l = dial(2, AAA_MSCHAP2, NULL);
	is_out(l, failure_text);
}

/* Nobody changes a password who was not told to. */
static void change_unasked(void **state)
{
	(void)state;
	pb_groups[0].password_management = true;
	pb_groups[0].methods = AAA_BIT(AAA_MSCHAP2);
	aaa_fake.answer = change_server;
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_MSCHAP2));
	pb_run_for(25);
	l->peer.silent = true;
	pb_run_for(25);
	l->peer.silent = false;
	uint8_t packet[586] = {7, 0, 586 >> 8, 586 & 0xff};
	for (unsigned id = 0; id < 256; id++) {
		packet[1] = (uint8_t)id;
		ppp_peer_frame(&l->peer, 0xc223, packet, sizeof(packet));
	}
	pb_run_for(100);
	assert_int_equal(aaa_fake.starts, 0);
	assert_false(l->closed);
}

static void mschap1(void **state)
{
	(void)state;
	SAYS({AAA_REJECT, AAA_WHY_FAILURE, "text", "E=691 R=1 C=0001020304050607 V=2"},
	     {AAA_ACCEPT, AAA_WHY_NONE, "Hello", NULL});
	struct pb_link *l = dial(0, AAA_MSCHAP1, "other");
	is_in(l, "Hello");
	assert_memory_equal(aaa_fake.asked.challenge, "\0\1\2\3\4\5\6\7", 8);
	assert_false(aaa_fake.asked.lm_only);
	SAYS({AAA_REJECT, AAA_WHY_FAILURE, "text", "E=648 R=0 C=0001020304050607 V=2 M=no"});
	l = dial(1, AAA_MSCHAP1, NULL);
	assert_string_equal(l->peer.message, "E=648 R=0 C=0001020304050607 V=2");
	/* both responses go to the server */
	SAYS({AAA_ACCEPT, AAA_WHY_NONE, NULL, NULL});
	pb_groups[0].methods = AAA_BIT(AAA_MSCHAP1);
	l = pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_MSCHAP1));
	pb_run_for(25);
	l->peer.silent = true; /* not its own response, but this one: */
	pb_run_for(25);
	l->peer.silent = false;
	uint8_t response[4 + 1 + 49 + 4] = {2, 1, 0, 4 + 1 + 49 + 4, 49};
	for (uint8_t i = 0; i < 48; i++)
		response[5 + i] = i;
	memcpy(response + 5 + 49, "jdoe", 4);
	ppp_peer_frame(&l->peer, 0xc223, response, sizeof(response));
	pb_run_for(15);
	assert_int_equal(aaa_fake.starts, 1);
	assert_memory_equal(aaa_fake.asked.lm_response, response + 5, 24);
	assert_memory_equal(aaa_fake.asked.response, response + 29, 24);
	assert_true(aaa_fake.asked.lm_only);
	pb_run_for(1000);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(texts),           T(told),          T(pap_challenge),   T(pap_attempts),   T(mschap2_success),
	        T(mschap2_failure), T(mschap2_again), T(mschap1),         T(password_change), T(change_unasked),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
