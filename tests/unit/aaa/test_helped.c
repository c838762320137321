/* Protocols spoken by helper programs: the jobs they give, and what answers mean. No program runs. */
#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/aaa/helped.h"
#include "core/base/log.h"

static struct {
	enum aaa_helper kind;
	uint8_t data[16384];
	size_t len;
	uint32_t deadline_ms, cancelled, id; /* id 0: none is taken */
	void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why);
	void *arg;
	unsigned given;
} given;

static uint32_t job(void *ctx, enum aaa_helper kind, const uint8_t *data, size_t len, uint32_t deadline_ms,
                    void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg)
{
	(void)ctx;
	assert_true(len <= sizeof given.data);
	memcpy(given.data, data, len);
	given.kind = kind;
	given.len = len;
	given.deadline_ms = deadline_ms;
	given.answer = answer;
	given.arg = arg;
	given.given++;
	return given.id;
}

static void job_cancel(void *ctx, uint32_t id)
{
	(void)ctx;
	given.cancelled = id;
}

static const struct aaa_map_name names[] = {{"memberOf", "Group-Policy"}, {"title", "Privilege-Level"}};
static const struct aaa_map map = {.name = "M", .names = names, .nnames = 2};
static struct aaa_host_conf host;
static struct aaa_sgroup_conf group = {.name = "G", .max_failed = 3, .hosts = &host, .nhosts = 1};
static const struct aaa_conf conf = {.sgroups = &group, .nsgroups = 1};
static const struct aaa_io io = {.job = job, .job_cancel = job_cancel};

static struct clock clk;
static struct aaa_servers *servers;
static struct aaa_request rq;
static struct aaa_ask ask;
static enum aaa_answer answer;
static struct aaa_reply *reply;
static bool done;
static char logs[2000];

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(logs);
	(void)arg;
	snprintf(logs + at, sizeof logs - at, "%u %s\n", line->id, line->text);
}
static struct log_sink sink = {.level = 7, .write = log_write};

static void on_done(struct aaa_ask *a, enum aaa_answer says, struct aaa_reply *r, enum aaa_why why)
{
	assert_ptr_equal(a, &ask);
	(void)why;
	assert_false(done);
	done = true;
	answer = says;
	reply = r;
}

static int setup(void **state)
{
	(void)state;
	memset(&given, 0, sizeof given);
	given.id = 42;
	logs[0] = '\0';
	done = false;
	reply = NULL;
	host = (struct aaa_host_conf){.host = "10.1.1.1", .ip = 0x0a010101, .ifname = "inside", .key = "", .common_pw = "",
	                              .timeout_s = 7, .base_dn = "dc=x", .group_base_dn = "", .naming = "uid",
	                              .login_dn = "cn=a", .login_password = "pw", .realm = "Example.com", .nt_dc = "DC",
	                              .map = &map, .port = 389};
	group.protocol = AAA_P_LDAP;
	rq = (struct aaa_request){.method = AAA_PAP, .password = "secret"};
	ask = (struct aaa_ask){.what = AAA_AUTHENTICATE, .rq = &rq, .name = "jdoe", .done = on_done};
	clock_init(&clk, 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aaa_reply_free(reply);
	aaa_servers_free(servers);
	assert_int_equal(clk.n, 0);
	clock_free(&clk);
	return 0;
}

static struct aaa_host *begin(void)
{
	size_t n;
	servers = aaa_servers_new(&clk, &io, NULL);
	aaa_servers_set(servers, &conf);
	aaa_ask_start(&ask, aaa_sgroup_find(servers, "G"));
	return aaa_sgroup_hosts(aaa_sgroup_find(servers, "G"), &n)[0];
}

static const struct job *question(void)
{
	static struct job j;
	assert_int_equal(given.given, 1);
	assert_true(job_read(&j, (struct bytes){given.data, given.len}));
	return &j;
}

static void say(enum job_result result, const char *attribute, const char *value)
{
	uint8_t body[512];
	struct wr w = wr_of(body, sizeof body);
	if (attribute != NULL) {
		job_put(&w, JOB_ATTRIBUTE, str_of(attribute));
		job_put(&w, JOB_VALUE, str_of(value));
	}
	job_put_u32(&w, JOB_RESULT, result);
	assert_true(wr_ok(&w));
	given.answer(given.arg, body, wr_len(&w), NULL);
	clock_run(&clk, clk.now_ms + 1);
}

static void ldap_question(void **state)
{
	(void)state;
	begin();
	const struct job *j = question();
	assert_int_equal(given.kind, AAA_HELPER_LDAP);
	assert_int_equal(given.deadline_ms, 7500);
	assert_int_equal(j->number[JOB_TIMEOUT_MS], 7000);
	assert_string_equal(j->text[JOB_USER], "jdoe");
	assert_string_equal(j->text[JOB_PASSWORD], "secret");
	assert_string_equal(j->text[JOB_SERVER], "10.1.1.1");
	assert_int_equal(j->number[JOB_PORT], 389);
	assert_int_equal(j->number[JOB_AUTHORIZE], 0);
	assert_int_equal(j->nrows, 2);
	assert_int_equal(j->rows[0].tag, JOB_WANTED);
	assert_string_equal(j->rows[0].text, "memberOf");
	say(JOB_IS_ACCEPT, "memberOf", "SALES");
	assert_true(done);
	assert_int_equal(answer, AAA_SAYS_ACCEPT);
	assert_string_equal(reply->policy, "SALES");
}

static void ldaps_port(void **state)
{
	(void)state;
	host.ssl = true;
	begin();
	assert_int_equal(question()->number[JOB_PORT], 636);
	assert_int_equal(question()->number[JOB_TLS], 1);
	aaa_ask_cancel(&ask);
	given.given = 0;
	aaa_servers_free(servers);
	host.port_set = true;
	begin();
	assert_int_equal(question()->number[JOB_PORT], 389);
	aaa_ask_cancel(&ask);
}

static void authorization_has_no_password(void **state)
{
	(void)state;
	ask.what = AAA_AUTHORIZE;
	rq.method = AAA_MSCHAP2;
	begin();
	assert_int_equal(question()->number[JOB_AUTHORIZE], 1);
	assert_string_equal(question()->text[JOB_PASSWORD], "");
	say(JOB_IS_NO_USER, NULL, NULL);
	assert_int_equal(answer, AAA_SAYS_REJECT);
	assert_null(reply);
}

static void realm_in_capitals(void **state)
{
	(void)state;
	group.protocol = AAA_P_KERBEROS;
	begin();
	assert_int_equal(given.kind, AAA_HELPER_KERBEROS);
	assert_string_equal(question()->text[JOB_REALM], "EXAMPLE.COM");
	say(JOB_IS_SKEW, NULL, NULL);
	assert_int_equal(answer, AAA_SAYS_NOTHING);
	assert_string_equal(logs, "113020 Kerberos error: Clock skew with server 10.1.1.1 greater than 300 seconds\n");
}

static void guest(void **state)
{
	(void)state;
	group.protocol = AAA_P_NT;
	begin();
	assert_int_equal(given.kind, AAA_HELPER_NT);
	assert_string_equal(question()->text[JOB_CONTROLLER], "DC");
	say(JOB_IS_GUEST, NULL, NULL);
	assert_int_equal(answer, AAA_SAYS_REJECT);
	assert_string_equal(logs, "109031 NT Domain Authentication Failed: rejecting guest login for jdoe.\n");
}

static void refused_without_question(void **state)
{
	(void)state;
	rq.password[0] = '\0';
	begin();
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_REJECT);
	assert_int_equal(given.given, 0);
	aaa_servers_free(servers);
	done = false;
	rq.method = AAA_CHAP;
	begin();
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_REJECT);
	assert_int_equal(given.given, 0);
}

static void nobody_takes_it(void **state)
{
	(void)state;
	given.id = 0;
	begin();
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_NOTHING);
	assert_non_null(strstr(logs, "113013 AAA unable to complete the request Error : reason = no helper program can take"));
	assert_null(strstr(logs, "113014")); /* the server is not to blame */
}

static void helper_dies(void **state)
{
	(void)state;
	struct aaa_host *h = begin();
	given.answer(given.arg, NULL, 0, "its helper program died");
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_NOTHING);
	assert_int_equal(h->stats.timeouts, 0);
	assert_int_equal(h->failures, 0); /* the server is not to blame */
	assert_non_null(strstr(logs, "reason = its helper program died : user = jdoe"));
	assert_null(strstr(logs, "113014"));
}

static void no_answer_in_time(void **state)
{
	(void)state;
	struct aaa_host *h = begin();
	clock_run(&clk, clk.now_ms + given.deadline_ms);
	given.answer(given.arg, NULL, 0, "no answer in time");
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_NOTHING);
	assert_int_equal(h->stats.timeouts, 1);
	assert_int_equal(h->failures, 1);
	assert_non_null(strstr(logs, "113014"));
}

static void nonsense(void **state)
{
	(void)state;
	struct aaa_host *h = begin();
	say(JOB_RESULTS, "memberOf", "SALES"); /* a result that is none must not let anybody in */
	assert_int_equal(answer, AAA_SAYS_NOTHING);
	assert_int_equal(h->stats.malformed, 1);
	done = false;
	aaa_ask_start(&ask, aaa_sgroup_find(servers, "G"));
	given.answer(given.arg, (const uint8_t *)"\0\1", 2, NULL);
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_NOTHING);
	assert_int_equal(h->stats.malformed, 2);
	done = false;
	aaa_ask_start(&ask, aaa_sgroup_find(servers, "G"));
	given.answer(given.arg, (const uint8_t *)"", 0, NULL); /* nor does one that says nothing */
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(answer, AAA_SAYS_NOTHING);
}

static void cancelled(void **state)
{
	(void)state;
	begin();
	aaa_ask_cancel(&ask);
	assert_int_equal(given.cancelled, 42);
	clock_run(&clk, clk.now_ms + 1);
	assert_false(done);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(ldap_question), T(ldaps_port),  T(authorization_has_no_password), T(realm_in_capitals), T(guest),
	        T(refused_without_question), T(nobody_takes_it), T(helper_dies), T(no_answer_in_time),
	        T(nonsense), T(cancelled),
	};
	log_sink_add(&sink);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
