/* Server groups: who is asked, who is left out and for how long, what is under way when servers come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/backoff.h"
#include "core/aaa/server.h"
#include "core/base/log.h"

/* A protocol that does what a test tells it to. In place of those of protocols.c. */
static struct {
	struct aaa_ask *asks[8];
	size_t n;
	unsigned opened, closed, cancelled;
	char order[200];
} fake;

static int fake_open(struct aaa_host *h, struct err *err)
{
	(void)h, (void)err;
	fake.opened++;
	return 0;
}

static void fake_close(struct aaa_host *h)
{
	(void)h;
	fake.closed++;
}

static void fake_ask(struct aaa_ask *ask)
{
	size_t at = strlen(fake.order);
	snprintf(fake.order + at, sizeof(fake.order) - at, "%s ", ask->host->conf->host);
	fake.asks[fake.n++ % 8] = ask;
}

static void fake_cancel(struct aaa_ask *ask)
{
	(void)ask;
	fake.cancelled++;
}

static struct aaa_proto proto = {
        AAA_P_RADIUS, AAA_BIT(AAA_PAP), true, true, fake_open, fake_close, fake_ask, fake_cancel};
const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {[AAA_P_RADIUS] = &proto};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}

/* ------------------------------------------------------------------ a configuration */

#define HOST(name, number) \
	{.host = name, .ifname = "inside", .ip = number, .key = "k", .base_dn = "", .login_dn = "", \
	 .login_password = "", .realm = "", .nt_dc = ""}

static const struct aaa_host_conf three[] = {HOST("10.1.1.1", 1), HOST("10.1.1.2", 2), HOST("10.1.1.3", 3)};
static const struct aaa_host_conf two[] = {HOST("10.1.1.2", 2), HOST("10.1.1.3", 3)};
static struct aaa_sgroup_conf sgroups[] = {{.name = "RAD",
                                            .protocol = AAA_P_RADIUS,
                                            .max_failed = 2,
                                            .deadtime_s = 600,
                                            .hosts = three,
                                            .nhosts = 3}};
static struct aaa_group groups[] = {
        {.name = "G", .servers = {.server = "RAD", .fallback_local = true}, .policy = "P"}};
static struct aaa_policy policies[] = {{.name = "P", .a = {.logins = 3, .l2tp = true}}};
static struct aaa_user users[] = {{.name = "pix", .kind = AAA_PW_PIX, .hash = "lSJICaLtLwp.eOsl"}};
static struct aaa_conf conf = {.sgroups = sgroups,
                               .nsgroups = 1,
                               .groups = groups,
                               .ngroups = 1,
                               .policies = policies,
                               .npolicies = 1,
                               .users = users,
                               .nusers = 1};
static const struct aaa_io io;
static struct clock clk;
static struct aaa_servers *servers;
static char logs[4000];

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(logs);
	(void)arg;
	snprintf(logs + at, sizeof(logs) - at, "%u %s\n", line->id, line->text);
}
static struct log_sink sink = {.level = 7, .write = log_write};

static int setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	logs[0] = '\0';
	sgroups[0].hosts = three;
	sgroups[0].nhosts = 3;
	sgroups[0].timed = false;
	conf.nsgroups = 1;
	clock_init(&clk, 1000);
	log_sink_add(&sink);
	servers = aaa_servers_new(&clk, &io, NULL);
	aaa_servers_set(servers, &conf);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aaa_servers_free(servers);
	aaa_backoff_clear();
	assert_int_equal(clk.n, 0);
	clock_free(&clk);
	log_sink_remove(&sink);
	return 0;
}

struct got {
	unsigned n;
	enum aaa_answer answer;
	enum aaa_why why;
};

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	struct got *g = ask->arg;
	g->n++;
	g->answer = answer;
	g->why = why;
	aaa_reply_free(reply);
}

static void ask(struct aaa_ask *a, struct got *g, bool fallback)
{
	*g = (struct got){0};
	*a = (struct aaa_ask){.what = AAA_AUTHENTICATE, .name = "u", .fallback = fallback, .done = on_done, .arg = g};
	fake.order[0] = '\0';
	aaa_ask_start(a, aaa_sgroup_find(servers, "RAD"));
}

static void tick(uint64_t ms)
{
	clock_run(&clk, clk.now_ms + ms);
}

/* Whoever is asked says that. */
static void ask_all(enum aaa_answer answer, bool fallback, struct got *g)
{
	struct aaa_ask a;
	size_t n = fake.n;
	ask(&a, g, fallback);
	while (fake.n > n) {
		n++;
		aaa_answered(fake.asks[(n - 1) % 8], answer, NULL, AAA_WHY_NONE);
	}
	assert_int_equal(g->n, 0); /* never from within */
	tick(0);
	assert_int_equal(g->n, 1);
}

/* ------------------------------------------------------------------ tests */

static void test_order(void **state)
{
	struct got g;
	(void)state;
	assert_int_equal(fake.opened, 3);
	ask_all(AAA_SAYS_ACCEPT, false, &g);
	assert_int_equal(g.answer, AAA_SAYS_ACCEPT);
	assert_string_equal(fake.order, "10.1.1.1 ");
	ask_all(AAA_SAYS_REJECT, false, &g); /* who says no is not asked elsewhere again */
	assert_int_equal(g.answer, AAA_SAYS_REJECT);
	assert_string_equal(fake.order, "10.1.1.1 ");
	ask_all(AAA_SAYS_ERROR, false, &g);
	assert_int_equal(g.answer, AAA_SAYS_NOTHING);
	assert_string_equal(fake.order, "10.1.1.1 10.1.1.2 10.1.1.3 ");
	assert_null(strstr(logs, "113022")); /* it spoke: it is there */
}

static void test_depletion(void **state)
{
	struct got g;
	(void)state;
	ask_all(AAA_SAYS_NOTHING, true, &g);
	assert_string_equal(fake.order, "10.1.1.1 10.1.1.2 10.1.1.3 ");
	assert_non_null(strstr(logs, "113014 AAA authentication server not accessible : server =  10.1.1.3 : user = u\n"));
	assert_null(strstr(logs, "113022"));
	ask_all(AAA_SAYS_NOTHING, true, &g); /* max-failed-attempts 2 */
	assert_non_null(strstr(logs, "113022 AAA Marking RADIUS server 10.1.1.1 in aaa-server group RAD as FAILED\n"));
	assert_non_null(strstr(logs, "113022 AAA Marking RADIUS server 10.1.1.3 in aaa-server group RAD as FAILED\n"));
	ask_all(AAA_SAYS_ACCEPT, true, &g); /* somebody else is there to be asked: at once */
	assert_int_equal(g.answer, AAA_SAYS_NOTHING);
	assert_string_equal(fake.order, "");
	tick(600 * 1000 - 1);
	ask_all(AAA_SAYS_ACCEPT, true, &g);
	assert_string_equal(fake.order, "");
	tick(1);
	assert_non_null(strstr(logs, "113023 AAA Marking RADIUS server 10.1.1.1 in aaa-server group RAD as ACTIVE\n"));
	ask_all(AAA_SAYS_ACCEPT, true, &g);
	assert_string_equal(fake.order, "10.1.1.1 ");
}

static void test_nobody_else(void **state)
{
	struct got g;
	(void)state;
	ask_all(AAA_SAYS_NOTHING, false, &g);
	ask_all(AAA_SAYS_NOTHING, false, &g);
	logs[0] = '\0';
	ask_all(AAA_SAYS_ACCEPT, false, &g); /* all FAILED, but nothing to lose */
	assert_int_equal(g.answer, AAA_SAYS_ACCEPT);
	assert_string_equal(fake.order, "10.1.1.1 ");
	assert_non_null(strstr(logs, "109003 Auth from none to none failed (all servers failed)"));
	assert_non_null(strstr(logs, "113023"));
	tick(600 * 1000);
}

static void test_timed(void **state)
{
	struct got g;
	(void)state;
	struct aaa_ask a;
	sgroups[0].timed = true;
	for (unsigned i = 0; i < 2; i++) {
		ask(&a, &g, false);
		aaa_answered(&a, AAA_SAYS_NOTHING, NULL, AAA_WHY_NONE);
		aaa_answered(&a, AAA_SAYS_ACCEPT, NULL, AAA_WHY_NONE);
		tick(0);
		assert_int_equal(g.answer, AAA_SAYS_ACCEPT);
		assert_string_equal(fake.order, "10.1.1.1 10.1.1.2 ");
	}
	ask_all(AAA_SAYS_ACCEPT, false, &g);
	assert_string_equal(fake.order, "10.1.1.2 ");
	tick(30 * 1000 - 1);
	ask_all(AAA_SAYS_ACCEPT, false, &g);
	assert_string_equal(fake.order, "10.1.1.2 ");
	tick(1);
	ask_all(AAA_SAYS_ACCEPT, false, &g);
	assert_string_equal(fake.order, "10.1.1.1 ");
}

/* The first server goes while it is asked; the others keep what they are. */
static void test_reconfigured(void **state)
{
	struct got g, other;
	struct aaa_ask a, b;
	(void)state;
	ask(&a, &g, false);
	ask(&b, &other, false);
	aaa_answered(&b, AAA_SAYS_NOTHING, NULL, AAA_WHY_NONE);
	sgroups[0].hosts = two;
	sgroups[0].nhosts = 2;
	aaa_servers_set(servers, &conf);
	assert_int_equal(fake.cancelled, 1);
	assert_int_equal(fake.closed, 1);
	assert_int_equal(fake.opened, 3);
	tick(0);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.answer, AAA_SAYS_NOTHING);
	assert_int_equal(g.why, AAA_WHY_REMOVED);
	assert_int_equal(other.n, 0); /* 10.1.1.2 has it still */
	conf.nsgroups = 0;
	aaa_servers_set(servers, &conf);
	assert_null(aaa_sgroup_find(servers, "RAD"));
	tick(0);
	assert_int_equal(other.n, 1);
	assert_int_equal(other.why, AAA_WHY_REMOVED);
	assert_int_equal(fake.closed, 3);
}

/* What a protocol cannot do is never put to its servers. */
static void test_cannot(void **state)
{
	struct got g = {0};
	const struct aaa_request rq = {.method = AAA_CHAP};
	struct aaa_ask a = {.what = AAA_AUTHENTICATE, .rq = &rq, .name = "u", .done = on_done, .arg = &g};
	(void)state;
	fake.order[0] = '\0';
	aaa_ask_start(&a, aaa_sgroup_find(servers, "RAD"));
	tick(0);
	assert_int_equal(g.answer, AAA_SAYS_REJECT);
	assert_int_equal(g.why, AAA_WHY_METHOD);
	proto.accounts = false;
	a = (struct aaa_ask){.what = AAA_ACCOUNT, .name = "u", .done = on_done, .arg = &g};
	aaa_ask_start(&a, aaa_sgroup_find(servers, "RAD"));
	tick(0);
	proto.accounts = true;
	assert_int_equal(g.n, 2);
	assert_int_equal(g.answer, AAA_SAYS_REJECT);
	assert_string_equal(fake.order, "");
}

/* It has answered, and is gone before that is told. */
static void test_gone_in_between(void **state)
{
	struct got g;
	struct aaa_ask a;
	(void)state;
	ask(&a, &g, false);
	aaa_answered(&a, AAA_SAYS_ACCEPT, NULL, AAA_WHY_NONE);
	conf.nsgroups = 0;
	aaa_servers_set(servers, &conf);
	assert_int_equal(fake.cancelled, 0);
	tick(0);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.answer, AAA_SAYS_ACCEPT);
	assert_null(a.host);
}

/* The last server in service goes: the others come back in time all the same. */
static void test_last_goes(void **state)
{
	struct got g;
	struct aaa_ask a;
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		ask(&a, &g, true);
		for (unsigned k = 0; k < 2; k++)
			aaa_answered(&a, AAA_SAYS_NOTHING, NULL, AAA_WHY_NONE);
		aaa_answered(&a, AAA_SAYS_ACCEPT, NULL, AAA_WHY_NONE);
		tick(0);
	}
	sgroups[0].nhosts = 2; /* both are FAILED */
	aaa_servers_set(servers, &conf);
	ask_all(AAA_SAYS_ACCEPT, true, &g);
	assert_int_equal(g.answer, AAA_SAYS_NOTHING);
	tick(600 * 1000);
	ask_all(AAA_SAYS_ACCEPT, true, &g);
	assert_int_equal(g.answer, AAA_SAYS_ACCEPT);
}

static void test_cancel(void **state)
{
	struct got g;
	struct aaa_ask a;
	(void)state;
	ask(&a, &g, false);
	aaa_ask_cancel(&a);
	assert_int_equal(fake.cancelled, 1);
	ask(&a, &g, false);
	aaa_answered(&a, AAA_SAYS_ACCEPT, aaa_reply_new(), AAA_WHY_NONE);
	aaa_ask_cancel(&a); /* the answer was there, and goes with it */
	tick(1000);
	assert_int_equal(g.n, 0);
	aaa_ask_cancel(&a);
}

static struct aaa_result result;
static struct aaa_reply seen; /* its reply; what it points to is gone */
static unsigned results;

static void on_result(void *arg, const struct aaa_result *r)
{
	(void)arg;
	result = *r;
	if (r->reply)
		seen = *r->reply;
	results++;
}

static void log_in(struct aaa_request *rq, const char *user, const char *password)
{
	*rq = (struct aaa_request){.method = AAA_PAP, .done = on_result, .peer_ip = 0xc6336407};
	snprintf(rq->user, sizeof(rq->user), "%s", user);
	snprintf(rq->password, sizeof(rq->password), "%s", password);
	results = 0;
	fake.order[0] = '\0';
	aaa_start(rq, servers, &groups[0]);
}

static void answer(enum aaa_answer what, struct aaa_reply *reply)
{
	aaa_answered(fake.asks[(fake.n - 1) % 8], what, reply, AAA_WHY_NONE);
	tick(0);
}

/* A login by server, by the local database behind it, and what the log says. */
static void test_login(void **state)
{
	struct aaa_request rq;
	(void)state;
	log_in(&rq, "jdoe", "secret");
	assert_string_equal(rq.password, "secret"); /* the server may have to be asked again */
	answer(AAA_SAYS_ACCEPT, aaa_reply_new());
	assert_int_equal(results, 1);
	assert_int_equal(result.status, AAA_ACCEPT);
	assert_false(result.local);
	assert_string_equal(rq.password, "");
	assert_non_null(strstr(logs, "113004 AAA user authentication Successful : server =  10.1.1.1 : user = jdoe\n"));
	log_in(&rq, "jdoe", "wrong");
	answer(AAA_SAYS_REJECT, NULL);
	assert_int_equal(result.status, AAA_REJECT);
	assert_non_null(strstr(logs, "113005 AAA user authentication Rejected : reason = AAA failure : server = 10.1.1.1 : user = jdoe\n"));
	log_in(&rq, "pix", "cisco");
	for (unsigned i = 0; i < 3; i++)
		answer(AAA_SAYS_NOTHING, NULL);
	tick(0);
	assert_int_equal(results, 1);
	assert_int_equal(result.status, AAA_REJECT); /* the local database knows another password */
	assert_non_null(strstr(logs, "113015"));
	log_in(&rq, "nobody", "x");
	aaa_cancel(&rq);
	tick(1000);
	assert_int_equal(results, 0);
	assert_string_equal(rq.password, "");
	tick(600 * 1000);
}

/* Who guesses is answered later; what is secret is gone at once. */
static void test_held_back(void **state)
{
	struct aaa_request rq;
	(void)state;
	for (unsigned i = 0; i < AAA_BACKOFF_FREE; i++) {
		log_in(&rq, "jdoe", "guess");
		answer(AAA_SAYS_REJECT, NULL);
		assert_int_equal(results, 1);
	}
	log_in(&rq, "jdoe", "guess");
	answer(AAA_SAYS_REJECT, NULL);
	tick(AAA_BACKOFF_FIRST_MS - 1);
	assert_int_equal(results, 0);
	assert_string_equal(rq.password, "");
	tick(1);
	assert_int_equal(results, 1);
	log_in(&rq, "jdoe", "guess");
	answer(AAA_SAYS_REJECT, NULL);
	aaa_cancel(&rq);
	tick(100000);
	assert_int_equal(results, 0);
	log_in(&rq, "jdoe", "right");
	answer(AAA_SAYS_ACCEPT, NULL);
	tick(0);
	assert_int_equal(results, 1);
	assert_int_equal(result.status, AAA_ACCEPT);
}

/* The group policy is on a server: what proves the server to the client is said by the first, and stays. */
static void test_external_policy(void **state)
{
	struct aaa_request rq;
	(void)state;
	policies[0].external = "RAD";
	log_in(&rq, "jdoe", "secret");
	struct aaa_reply *r = aaa_reply_new();
	snprintf(r->mschap, sizeof(r->mschap), "S=proof");
	r->a = (struct aaa_attrs){.has_idle = true, .idle_s = 5};
	answer(AAA_SAYS_ACCEPT, r);
	assert_int_equal(results, 0);
	assert_string_equal(fake.asks[(fake.n - 1) % 8]->name, "P");
	struct aaa_reply *p = aaa_reply_new();
	p->a = (struct aaa_attrs){.has_idle = true, .idle_s = 9, .has_logins = true, .logins = 2};
	seen = (struct aaa_reply){0};
	answer(AAA_SAYS_ACCEPT, p);
	tick(0);
	policies[0].external = NULL;
	assert_int_equal(results, 1);
	assert_int_equal(result.status, AAA_ACCEPT);
	assert_string_equal(seen.mschap, "S=proof");
	assert_int_equal(seen.a.idle_s, 5); /* of the user */
	assert_int_equal(seen.a.logins, 2);
	assert_true(seen.policy_known);
}

/* The reply's words go before the group policy's. */
static void test_reply_terms(void **state)
{
	struct aaa_terms t;
	(void)state;
	struct aaa_reply *r = aaa_reply_new();
	r->a = (struct aaa_attrs){.has_idle = true, .idle_s = 77, .has_filter = true};
	snprintf(r->filter, sizeof(r->filter), "ACL");
	snprintf(r->pool, sizeof(r->pool), "POOL");
	r->framed_ip = 0x0a000001;
	aaa_terms(&conf, &groups[0], NULL, r, "outside", &t);
	assert_int_equal(t.a.idle_s, 77);
	assert_int_equal(t.a.logins, 3);
	assert_string_equal(t.filter, "ACL");
	assert_int_equal(t.npools, 1);
	assert_string_equal(t.pools[0], "POOL");
	assert_int_equal(t.framed_ip, 0x0a000001);
	assert_false(t.user_specific);
	const struct bytes ou = {(const uint8_t *)"OU=P;", 5}, odd = {(const uint8_t *)"a=b", 3};
	assert_true(aaa_reply_class_policy(ou, r->policy, sizeof(r->policy)));
	assert_string_equal(r->policy, "P");
	assert_false(aaa_reply_class_policy(odd, r->policy, sizeof(r->policy)));
	struct aaa_reply *later = aaa_reply_new();
	later->a = (struct aaa_attrs){.has_idle = true, .idle_s = 5, .has_logins = true, .logins = 9};
	assert_true(aaa_reply_add_class(later, ou));
	assert_true(aaa_reply_add_ace(&later->inacl, STR("permit ip any any")));
	assert_true(aaa_reply_add_ace(&later->inacl, STR("deny ip any any")));
	assert_false(aaa_reply_add_ace(&later->inacl, (struct str){"a\nb", 3}));
	snprintf(r->mschap, sizeof(r->mschap), "S=1");
	snprintf(later->mschap, sizeof(later->mschap), "S=2");
	aaa_reply_take(&r, later);
	assert_string_equal(r->mschap, "S=1");
	assert_int_equal(r->a.idle_s, 5);
	assert_int_equal(r->a.logins, 9);
	assert_int_equal(r->classes_len, 6);
	assert_string_equal(r->inacl, "permit ip any any\ndeny ip any any");
	struct aaa_reply *words = aaa_reply_new();
	aaa_reply_take_words(words, r);
	assert_string_equal(words->mschap, "S=1");
	aaa_reply_free(words);
	aaa_reply_free(r);
}

/* Authentication and authorization often say the same networks. */
static void test_reply_routes(void **state)
{
	(void)state;
	struct aaa_reply *r = aaa_reply_new(), *later = aaa_reply_new();
	assert_true(aaa_reply_add_route(r, (struct aaa_route){0x0a010000, 0xffff0000}));
	assert_true(aaa_reply_add_route(r, (struct aaa_route){0x0a020000, 0xffff0000}));
	assert_true(aaa_reply_add_route(r, (struct aaa_route){0x0a010000, 0xffff0000}));
	assert_int_equal(r->nroutes, 2);
	assert_true(aaa_reply_add_route(later, (struct aaa_route){0x0a010000, 0xffff0000}));
	assert_true(aaa_reply_add_route(later, (struct aaa_route){0x0a010000, 0xffffff00}));
	aaa_reply_take(&r, later);
	assert_int_equal(r->nroutes, 3);
	assert_true(r->routes[2].ip == 0x0a010000 && r->routes[2].mask == 0xffffff00);
	for (uint32_t i = 3; i < AAA_ROUTES_MAX; i++)
		assert_true(aaa_reply_add_route(r, (struct aaa_route){i << 24, 0xff000000}));
	assert_false(aaa_reply_add_route(r, (struct aaa_route){0x7b000000, 0xff000000}));
	assert_true(aaa_reply_add_route(r, (struct aaa_route){0x0a020000, 0xffff0000})); /* is there */
	assert_int_equal(r->nroutes, AAA_ROUTES_MAX);
	aaa_reply_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_depletion, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_nobody_else, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_timed, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_reconfigured, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_cannot, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_gone_in_between, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_last_goes, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_login, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_held_back, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_external_policy, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_reply_terms, setup, teardown),
	        cmocka_unit_test(test_reply_routes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
