/* What helper programs answer in place of directories, KDCs and domain controllers, whose words are in it. Steps
 * (tests/fuzz/steps.h); the high half of the kind is their argument. Every question is answered once, and "yes" is said
 * only when the program says so. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/helper/job.h"
#include "core/aaa/server.h"
#include "core/base/debug.h"
#include "tests/fuzz/passes.h"
#include "tests/fuzz/steps.h"

enum step_kind {
	STEP_ASK,    /* argument: 0-2 which protocol, 4 and up: whom, 8: without a password */
	STEP_ANSWER, /* the body of an answer */
	STEP_ENDS,   /* the program ends without one */
	STEP_CANCEL,
	STEP_WAIT,   /* two octets of seconds */
	STEP_NO_PROGRAM, /* there is none to take a question, or there is again */
	STEP_KINDS
};
enum { ANSWER_TAG = JOB_RESULT };

static void (*answered)(void *arg, const uint8_t *data, size_t len, const char *why);
static void *answered_arg;
static bool no_program, busy, accepts;

static void must(bool right)
{
	if (!right)
		abort();
}

static uint32_t on_job(void *ctx, unsigned kind, const uint8_t *question, size_t len, uint32_t ms,
                       void (*done)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg)
{
	static struct job j;
	(void)ctx;
	must(kind < JOB_KINDS_MAX && ms > 0 && job_read(&j, (struct bytes){question, len}) && j.text[JOB_USER][0] != '\0');
	if (no_program)
		return 0;
	answered = done;
	answered_arg = arg;
	return 1;
}

static void on_cancel(void *ctx, uint32_t job)
{
	(void)ctx;
	must(job == 1 && answered != NULL);
	answered = NULL;
}

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	(void)ask;
	must(busy && why < AAA_WHY_N && (answer != AAA_SAYS_ACCEPT || accepts));
	busy = false;
	aaa_reply_free(reply);
}

static void on_line(void *arg, const char *line)
{
	(void)arg;
	must(strlen(line) < 4096);
}

static void answer(const uint8_t *data, size_t len, const char *why)
{
	static struct job j;
	void (*done)(void *, const uint8_t *, size_t, const char *) = answered;
	if (done == NULL)
		return;
	accepts = data != NULL && job_read(&j, (struct bytes){data, len}) && j.number[ANSWER_TAG] == JOB_IS_ACCEPT;
	answered = NULL;
	done(answered_arg, data, len, why);
}

static void ask(struct aaa_servers *s, struct aaa_ask *a, unsigned how)
{
	static const char *const names[] = {"L", "K", "N", "X"};
	static struct aaa_request rq;
	if (busy)
		return;
	rq = (struct aaa_request){.method = AAA_PAP, .user = "jdoe"};
	if (!(how & 8))
		memcpy(rq.password, "secret", 7);
	*a = (struct aaa_ask){.what = how & 4 ? AAA_AUTHORIZE : AAA_AUTHENTICATE, .rq = &rq, .name = "jdoe", .done = on_done};
	busy = true;
	aaa_ask_start(a, aaa_sgroup_find(s, names[how % 4]));
}

struct list_form step_form(uint8_t kind)
{
	if (kind % 16 != STEP_ANSWER)
		return (struct list_form){0};
	return (struct list_form){.head = 4, .len_at = 2, .len_size = 2, .len_mask = UINT16_MAX, .uncounted = 4, .type_at = 1, .types = JOB_TAGS};
}

static void take(struct aaa_servers *s, struct aaa_ask *a, struct clock *clk, const struct step *st)
{
	struct rd r = rd_of(st->data.p, st->data.len);
	uint8_t *exact;
	switch (st->kind % 16 % STEP_KINDS) {
	case STEP_ASK:
		ask(s, a, st->kind >> 4);
		break;
	case STEP_ANSWER:
		exact = malloc(st->data.len > 0 ? st->data.len : 1);
		must(exact != NULL);
		memcpy(exact, st->data.p, st->data.len);
		answer(exact, st->data.len, NULL);
		free(exact);
		break;
	case STEP_ENDS:
		answer(NULL, 0, "its helper program ended");
		break;
	case STEP_CANCEL:
		if (busy)
			aaa_ask_cancel(a);
		busy = false;
		break;
	case STEP_WAIT:
		passes(clk, rd_u16(&r) * UINT64_C(1000));
		break;
	default:
		no_program = !no_program;
	}
	passes(clk, 0);
}

static void start(void)
{
	static struct debug_sink sink = {.write = on_line};
	no_program = busy = accepts = false;
	answered = NULL;
	if (sink.level[DEBUG_LDAP])
		return;
	debug_sink_add(&sink);
	debug_set(&sink, DEBUG_LDAP, 1);
	debug_set(&sink, DEBUG_KERBEROS, 1);
	debug_set(&sink, DEBUG_NTDOMAIN, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct aaa_io io = {.job = on_job, .job_cancel = on_cancel};
	static const struct aaa_map_name map_names[] = {{"memberOf", "Group-Policy"}};
	static const struct aaa_map map = {.names = map_names, .nnames = 1};
	static const struct aaa_host_conf host = {.host = "10.0.0.1", .ifname = "", .ip = 0x0a000001, .key = "", .timeout_s = 10,
	                                          .base_dn = "dc=example", .group_base_dn = "", .naming = "uid", .login_dn = "",
	                                          .login_password = "", .realm = "example.com", .nt_dc = "dc", .map = &map};
	static const struct aaa_host_conf unset = {.host = "10.0.0.1", .ifname = "", .ip = 0x0a000001, .key = "", .timeout_s = 10,
	                                           .base_dn = "", .group_base_dn = "", .naming = "", .login_dn = "",
	                                           .login_password = "", .realm = "", .nt_dc = ""};
	static const struct aaa_sgroup_conf groups[] = {
	        {.name = "K", .protocol = AAA_P_KERBEROS, .max_failed = 100, .hosts = &host, .nhosts = 1},
	        {.name = "L", .protocol = AAA_P_LDAP, .max_failed = 100, .hosts = &host, .nhosts = 1},
	        {.name = "N", .protocol = AAA_P_NT, .max_failed = 100, .hosts = &host, .nhosts = 1},
	        {.name = "X", .protocol = AAA_P_LDAP, .max_failed = 100, .hosts = &unset, .nhosts = 1},
	};
	static const struct aaa_conf conf = {.sgroups = groups, .nsgroups = 4};
	struct clock clk;
	struct aaa_ask a = {0};
	struct step st;
	struct rd r = rd_of(data, size);
	start();
	clock_init(&clk, 1000);
	struct aaa_servers *s = aaa_servers_new(&clk, &io, NULL);
	must(s != NULL);
	aaa_servers_set(s, &conf);
	while (step_next(&r, &st))
		take(s, &a, &clk, &st);
	if (busy)
		aaa_ask_cancel(&a);
	aaa_servers_free(s);
	must(clk.n == 0 && answered == NULL);
	clock_free(&clk);
	return 0;
}
