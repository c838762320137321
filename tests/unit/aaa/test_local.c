/* The local database: every stored form against every method; whose terms apply; what the log says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/aaa.h"
#include "core/aaa/backoff.h"
#include "core/aaa/local.h"
#include "core/aaa/mschap.h"
#include "core/aaa/passhash.h"
#include "core/aaa/server.h"
#include "core/base/log.h"
#include "crypto/prim/prim.h"

static char log_text[2000];

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(log_text);
	(void)arg;
	snprintf(log_text + at, sizeof(log_text) - at, "%u %s\n", line->id, line->text);
}

static struct aaa_user users[] = {
        {.name = "nt", .kind = AAA_PW_NT},
        {.name = "pix", .kind = AAA_PW_PIX, .hash = "lSJICaLtLwp.eOsl"},
        {.name = "jdoe", .kind = AAA_PW_PIX, .hash = "8.jAXf5b52SmkjRn"},
        {.name = "open", .kind = AAA_PW_NONE},
        {.name = "odd", .kind = AAA_PW_OTHER},
        {.name = "boss",
         .kind = AAA_PW_NT,
         .policy = "P2",
         .framed_ip = 0x0a000009,
         .a = {.has_logins = true, .logins = 1, .has_idle = true, .idle_s = 0}},
};
static const char *const group_pools[] = {"G1"};
static const char *const policy_pools[] = {"A", "B"};
static struct aaa_policy policies[] = {
        {.name = "DfltGrpPolicy", .a = {.logins = 3, .idle_s = 1800, .l2tp = true}, .dns = {1, 2}},
        {.name = "P2",
         .a = {.logins = 5, .idle_s = 60, .session_s = 600},
         .pools = policy_pools,
         .npools = 2},
};
static struct aaa_group groups[] = {
        {.name = "DefaultRAGroup",
         .servers.server = "LOCAL",
         .policy = "DfltGrpPolicy",
         .pools = group_pools,
         .npools = 1},
        {.name = "far", .servers.server = "RAD", .policy = "DfltGrpPolicy"},
        {.name = "both",
         .servers.server = "RAD",
         .servers.fallback_local = true,
         .strip_realm = true,
         .policy = "DfltGrpPolicy"},
};
static struct aaa_conf conf = {.users = users,
                               .nusers = 6,
                               .policies = policies,
                               .npolicies = 2,
                               .groups = groups,
                               .ngroups = 3};

static struct aaa_result got;
static unsigned n_done;

static void on_done(void *arg, const struct aaa_result *result)
{
	(void)arg;
	got = *result;
	n_done++;
}

static void ask(struct aaa_request *rq, const char *group)
{
	struct clock clock;
	clock_init(&clock, 1000);
	aaa_backoff_clear();
	log_text[0] = '\0';
	n_done = 0;
	rq->done = on_done;
	struct aaa_servers *servers = aaa_servers_new(&clock, NULL, NULL);
	aaa_servers_set(servers, &conf);
	aaa_start(rq, servers, aaa_group_find(&conf, group));
	assert_int_equal(n_done, 0); /* never from within */
	for (size_t i = 0; i < sizeof(rq->password); i++)
		assert_int_equal(rq->password[i], 0);
	clock_run(&clock, 1000);
	assert_int_equal(n_done, 1);
	aaa_servers_free(servers);
	clock_free(&clock);
}

static enum aaa_why pap(const char *user, const char *password, const char *group)
{
	struct aaa_request rq = {.method = AAA_PAP};
	snprintf(rq.user, sizeof(rq.user), "%s", user);
	snprintf(rq.password, sizeof(rq.password), "%s", password);
	ask(&rq, group);
	return got.status == AAA_ACCEPT ? AAA_WHY_NONE : got.why;
}

static enum aaa_why mschap(enum aaa_method method, const char *user, const char *hashed_name,
                           const char *password)
{
	struct aaa_request rq = {.method = method};
	uint8_t hash[16], challenge[8];
	snprintf(rq.user, sizeof(rq.user), "%s", user);
	memset(rq.challenge, 7, 16);
	memset(rq.peer_challenge, 9, 16);
	mschap_nt_hash(str_of(password), hash);
	if (method == AAA_MSCHAP2)
		mschap2_challenge(rq.peer_challenge, rq.challenge, str_of(hashed_name), challenge);
	else
		memcpy(challenge, rq.challenge, 8);
	mschap_response(challenge, hash, rq.response);
	ask(&rq, "DefaultRAGroup");
	return got.status == AAA_ACCEPT ? AAA_WHY_NONE : got.why;
}

static void test_pap(void **state)
{
	(void)state;
	assert_int_equal(pap("nt", "j!doe1", "DefaultRAGroup"), AAA_WHY_NONE);
	assert_string_equal(
	        log_text,
	        "113012 AAA user authentication Successful : local database : user = nt\n");
	assert_int_equal(pap("nt", "j!doe2", "DefaultRAGroup"), AAA_WHY_PASSWORD);
	assert_string_equal(log_text,
	                    "113015 AAA user authentication Rejected : reason = Invalid password : "
	                    "local database : user = nt\n");
	assert_int_equal(pap("nt", "", "DefaultRAGroup"), AAA_WHY_PASSWORD);
	assert_int_equal(pap("jdoe", "j!doe1", "DefaultRAGroup"), AAA_WHY_NONE);
	assert_int_equal(pap("jdoe", "j!doe", "DefaultRAGroup"), AAA_WHY_PASSWORD);
	assert_int_equal(pap("OFFICE\\jdoe", "j!doe1", "DefaultRAGroup"), AAA_WHY_NONE);
	assert_string_equal(got.user, "jdoe");
	assert_int_equal(pap("nt@office", "j!doe1", "DefaultRAGroup"), AAA_WHY_NO_USER);
	assert_int_equal(pap("nt@office", "j!doe1", "both"), AAA_WHY_NONE);
	assert_string_equal(got.user, "nt");
	assert_int_equal(pap("nobody", "x", "DefaultRAGroup"), AAA_WHY_NO_USER);
	assert_non_null(
	        strstr(log_text, "reason = User was not found : local database : user = *****"));
	assert_int_equal(pap("open", "", "DefaultRAGroup"), AAA_WHY_NO_PASSWORD);
	assert_int_equal(pap("odd", "x", "DefaultRAGroup"), AAA_WHY_PASSWORD);
	assert_int_equal(pap("nt", "j!doe1", "far"), AAA_WHY_SERVER);
	assert_non_null(
	        strstr(log_text, "113013 AAA unable to complete the request Error : reason = "));
	assert_int_equal(pap("nt", "j!doe1", "both"), AAA_WHY_NONE);
	assert_int_equal(pap("nt", "j!doe1", "missing"), AAA_WHY_SERVER);
}

static void test_mschap(void **state)
{
	(void)state;
	assert_int_equal(mschap(AAA_MSCHAP1, "nt", "", "j!doe1"), AAA_WHY_NONE);
	assert_int_equal(mschap(AAA_MSCHAP1, "nt", "", "wrong"), AAA_WHY_PASSWORD);
	assert_int_equal(mschap(AAA_MSCHAP2, "nt", "nt", "j!doe1"), AAA_WHY_NONE);
	assert_int_equal(strlen(got.authenticator), 42);
	assert_int_equal(mschap(AAA_MSCHAP2, "OFFICE\\nt", "nt", "j!doe1"), AAA_WHY_NONE);
	assert_int_equal(mschap(AAA_MSCHAP2, "OFFICE\\nt", "OFFICE\\nt", "j!doe1"), AAA_WHY_NONE);
	assert_int_equal(mschap(AAA_MSCHAP2, "nt", "other", "j!doe1"), AAA_WHY_PASSWORD);
	assert_int_equal(mschap(AAA_MSCHAP2, "jdoe", "jdoe", "j!doe1"), AAA_WHY_NO_NT_HASH);
	assert_non_null(strstr(log_text, "not stored for MS-CHAP"));
	assert_int_equal(mschap(AAA_CHAP, "nt", "nt", "j!doe1"), AAA_WHY_METHOD);
	struct aaa_request lm = {.method = AAA_MSCHAP1, .user = "nt", .lm_only = true};
	ask(&lm, "DefaultRAGroup");
	assert_int_equal(got.why, AAA_WHY_LM_ONLY);
}

static void test_cancel(void **state)
{
	struct clock clock;
	struct aaa_request rq = {.method = AAA_PAP, .user = "nt", .done = on_done};
	(void)state;
	clock_init(&clock, 0);
	aaa_cancel(&rq); /* not running: nothing */
	n_done = 0;
	struct aaa_servers *servers = aaa_servers_new(&clock, NULL, NULL);
	aaa_servers_set(servers, &conf);
	aaa_start(&rq, servers, &groups[0]);
	aaa_cancel(&rq);
	clock_run(&clock, 10000);
	assert_int_equal(n_done, 0);
	aaa_servers_free(servers);
	clock_free(&clock);
}

static void test_terms(void **state)
{
	struct aaa_terms t;
	(void)state;
	const struct aaa_group *g = aaa_group_find(&conf, "DefaultRAGroup");
	aaa_terms(&conf, g, NULL, NULL, "outside", &t);
	assert_string_equal(t.policy, "DfltGrpPolicy");
	assert_false(t.user_specific);
	assert_int_equal(t.a.logins, 3);
	assert_int_equal(t.npools, 1);
	assert_string_equal(t.pools[0], "G1");
	aaa_terms(&conf, g, aaa_user_find(&conf, "boss"), NULL, "outside", &t);
	assert_true(t.user_specific);
	assert_string_equal(t.policy, "P2");
	assert_int_equal(t.a.logins, 1);
	assert_int_equal(t.a.idle_s, 0);
	assert_int_equal(t.a.session_s, 600);
	assert_false(t.a.l2tp);
	assert_int_equal(t.npools, 2); /* the group policy's, over the tunnel group's */
	assert_int_equal(t.framed_ip, 0x0a000009);
	assert_int_equal(aaa_server_methods(&conf, aaa_servers(g, "outside")), AAA_LOCAL_METHODS);
	assert_int_equal(aaa_server_methods(&conf, &aaa_group_find(&conf, "far")->servers), 0);
	char text[80];
	assert_string_equal(aaa_methods_text(AAA_LOCAL_METHODS, text, sizeof(text)),
	                    "ms-chap-v2 ms-chap-v1 pap");
	assert_string_equal(aaa_methods_text(0, text, sizeof(text)), "none");
}

/* After as many wrong ones the answer is held back as long, whatever is wrong: no name is told by it. */
static void test_every_wrong_one_counts(void **state)
{
	static const struct {
		const char *user;
		enum aaa_method method;
		bool lm_only;
		enum aaa_why why;
	} rows[] = {
	        {"nobody", AAA_PAP, false, AAA_WHY_NO_USER},        {"nobody", AAA_MSCHAP2, false, AAA_WHY_NO_USER},
	        {"nt", AAA_PAP, false, AAA_WHY_PASSWORD},           {"nt", AAA_MSCHAP2, false, AAA_WHY_PASSWORD},
	        {"nt", AAA_MSCHAP1, true, AAA_WHY_LM_ONLY},         {"nobody", AAA_MSCHAP1, true, AAA_WHY_NO_USER},
	        {"open", AAA_PAP, false, AAA_WHY_NO_PASSWORD},      {"odd", AAA_PAP, false, AAA_WHY_PASSWORD},
	        {"jdoe", AAA_MSCHAP2, false, AAA_WHY_NO_NT_HASH},   {"open", AAA_MSCHAP2, false, AAA_WHY_NO_PASSWORD},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct clock clock;
		clock_init(&clock, 1000);
		aaa_backoff_clear();
		struct aaa_servers *servers = aaa_servers_new(&clock, NULL, NULL);
		aaa_servers_set(servers, &conf);
		for (unsigned n = 0; n <= AAA_BACKOFF_FREE; n++) {
			struct aaa_request rq = {.method = rows[i].method, .lm_only = rows[i].lm_only, .done = on_done};
			snprintf(rq.user, sizeof rq.user, "%s", rows[i].user);
			snprintf(rq.password, sizeof rq.password, "x");
			n_done = 0;
			aaa_start(&rq, servers, &groups[0]);
			clock_run(&clock, clock_now(&clock));
			assert_int_equal(n_done, n < AAA_BACKOFF_FREE);
			clock_run(&clock, clock_now(&clock) + AAA_BACKOFF_FIRST_MS - 1);
			assert_int_equal(n_done, n < AAA_BACKOFF_FREE);
			clock_run(&clock, clock_now(&clock) + 1);
			assert_int_equal(n_done, 1);
			assert_int_equal(got.why, rows[i].why);
		}
		aaa_servers_free(servers);
		clock_free(&clock);
	}
	aaa_backoff_clear();
}

/* What was derived slowly since the last look: how often, with how many rounds for how many bytes in all. */
static struct work {
	unsigned times, rounds, bytes;
} work;

bool __real_prim_pbkdf2_sha512(struct bytes password, struct bytes salt, unsigned rounds, uint8_t *out, size_t len);
bool __wrap_prim_pbkdf2_sha512(struct bytes password, struct bytes salt, unsigned rounds, uint8_t *out, size_t len);
bool __wrap_prim_pbkdf2_sha512(struct bytes password, struct bytes salt, unsigned rounds, uint8_t *out, size_t len)
{
	work.times++;
	work.rounds += rounds;
	work.bytes += (unsigned)len;
	return __real_prim_pbkdf2_sha512(password, salt, rounds, out, len);
}

/* What a refusal takes. */
static struct work cost(const struct aaa_conf *c, const char *user)
{
	struct aaa_request rq = {.method = AAA_PAP};
	snprintf(rq.user, sizeof rq.user, "%s", user);
	snprintf(rq.password, sizeof rq.password, "wrong");
	work = (struct work){0};
	aaa_local_verify(&rq, c, &groups[0]);
	assert_int_equal(rq.result.status, AAA_REJECT);
	return work;
}

/* Which names there are is not told by how soon they are refused. */
static void test_nobody_takes_as_long(void **state)
{
	static const char *const others[] = {"nobody", "nt", "jdoe", "open"};
	struct aaa_user some[sizeof users / sizeof users[0]];
	struct aaa_conf c = conf;
	(void)state;
	memcpy(some, users, sizeof some);
	some[1] = (struct aaa_user){.name = "slow", .kind = AAA_PW_PIX};
	assert_true(passhash_pbkdf2(str_of("right"), some[1].hash));
	c.users = some;
	aaa_conf_sort(some, c.nusers, NULL, 0, NULL, 0);
	assert_non_null(aaa_user_find(&c, "slow"));
	const struct work slow = cost(&c, "slow");
	assert_int_equal(slow.times, 1);
	assert_true(slow.rounds >= 1000);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		const struct work other = cost(&c, others[i]);
		assert_memory_equal(&other, &slow, sizeof slow);
	}
	/* somebody's takes longer still: then that of all others does, one of fewer rounds, too */
	snprintf(some[0].hash, sizeof some[0].hash, "$sha512$40000$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODw==");
	some[0].kind = AAA_PW_PIX;
	c.rounds = passhash_rounds(str_of(some[0].hash));
	assert_int_equal(c.rounds, 40000);
	assert_int_equal(cost(&c, some[0].name).rounds, 40000);
	assert_int_equal(cost(&c, "slow").rounds, 40000);
	assert_int_equal(cost(&c, "nobody").rounds, 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_pap),
	        cmocka_unit_test(test_mschap),
	        cmocka_unit_test(test_cancel),
	        cmocka_unit_test(test_terms),
	        cmocka_unit_test(test_every_wrong_one_counts),
	        cmocka_unit_test(test_nobody_takes_as_long),
	};
	struct log_sink sink = {.level = 7, .write = log_write};
	if (prim_init(NULL) != 0)
		return 1;
	mschap_nt_hash(STR("j!doe1"), users[0].nt_hash);
	mschap_nt_hash(STR("j!doe1"), users[5].nt_hash);
	aaa_conf_sort(users, 6, policies, 2, groups, 3);
	log_sink_add(&sink);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	log_sink_remove(&sink);
	prim_free();
	return rc;
}
