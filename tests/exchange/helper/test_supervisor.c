/* The helper programs as posternd sees them, with a worker that crashes, hangs and lies on request. */
#include "tests/unit/base/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/aaa/helper/crew.h"
#include "core/base/log.h"
#include "core/helpers.h"

enum { LONG_MS = 60000, MEDIUM_MS = 2500, SHORT_MS = 300 };

static uv_loop_t loop;
static struct clock clk;
static int fd;
static struct helpers *helpers;
static unsigned logged;

struct asked {
	uint32_t id;
	bool done;
	unsigned *count; /* of those that are answered */
	bool failed;
	enum job_result result;
	char reason[256], line[600];
	size_t nrows;
};

static void on_answer(void *arg, const uint8_t *data, size_t len, const char *why)
{
	struct asked *a = arg;
	static struct job j;
	assert_false(a->done);
	a->done = true;
	if (a->count != NULL)
		++*a->count;
	a->failed = data == NULL;
	if (a->failed) {
		snprintf(a->reason, sizeof a->reason, "%s", why);
		return;
	}
	assert_true(job_read(&j, (struct bytes){data, len}));
	a->result = (enum job_result)j.number[JOB_RESULT];
	a->nrows = j.nrows;
	snprintf(a->reason, sizeof a->reason, "%s", j.text[JOB_REASON]);
	if (j.nrows > 0 && j.rows[0].tag == JOB_LINE)
		snprintf(a->line, sizeof a->line, "%s", j.rows[0].text);
}

static size_t question(uint8_t *to, size_t cap, const char *what)
{
	struct wr w = wr_of(to, cap);
	job_put(&w, JOB_USER, str_of(what));
	job_put_u32(&w, JOB_DEBUG, 1);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static void ask(struct asked *a, const char *what, uint32_t deadline_ms)
{
	uint8_t msg[256];
	unsigned *count = a->count;
	*a = (struct asked){.count = count};
	a->id = helpers_job(helpers, AAA_HELPER_LDAP, msg, question(msg, sizeof msg, what), deadline_ms, on_answer, a);
}

static void await(const struct asked *a)
{
	assert_int_not_equal(a->id, 0);
	while (!a->done)
		uv_run(&loop, UV_RUN_ONCE);
}

static pid_t worker_of(const struct asked *a)
{
	int worker = 0, supervisor = 0;
	assert_int_equal(sscanf(a->reason, "%d %d", &worker, &supervisor), 2);
	return worker;
}

static pid_t supervisor_of(const struct asked *a)
{
	int worker = 0, supervisor = 0;
	assert_int_equal(sscanf(a->reason, "%d %d", &worker, &supervisor), 2);
	return supervisor;
}

static bool alive(pid_t pid)
{
	return kill(pid, 0) == 0;
}

/* Whoever is adopted by us, and a worker by its supervisor, is gone when it is reaped. */
static void await_end(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	assert_false(alive(pid));
}

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	logged += line->id == 113013;
}
static struct log_sink sink = {.level = 7, .write = on_log};

static int begin(void **state)
{
	struct err err = {0};
	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	unsetenv("POSTERN_HELPERS");
	logged = 0;
	uv_loop_init(&loop);
	clock_init(&clk, uv_hrtime() / 1000000);
	fd = helpers_spawn("/nonexistent/state", &err);
	if (fd < 0)
		fprintf(stderr, "%s\n", err.text);
	helpers = helpers_new(&loop, &clk, fd);
	return fd >= 0 && helpers != NULL ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	helpers_free(helpers);
	while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
		;
	helpers_end(fd);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return uv_loop_close(&loop) == 0 ? 0 : -1;
}

/* ------------------------------------------------------------------ one job */

static void answers(void **state)
{
	struct asked a = {0}, b = {0};
	(void)state;
	ask(&a, "echo", LONG_MS);
	await(&a);
	assert_false(a.failed);
	assert_int_equal(a.result, JOB_IS_ACCEPT);
	assert_string_equal(a.line, "state /nonexistent/state");
	ask(&b, "echo", LONG_MS);
	await(&b);
	assert_int_equal(worker_of(&a), worker_of(&b)); /* who is idle takes the next one */
	assert_int_equal(helpers_job(helpers, AAA_HELPER_LDAP, NULL, JOB_BODY_MAX + 1, 1, on_answer, &a), 0);
}

static void large_answers(void **state)
{
	struct asked a = {0};
	(void)state;
	ask(&a, "large", LONG_MS);
	await(&a);
	assert_int_equal(a.result, JOB_IS_ACCEPT);
	assert_int_equal(a.nrows, 31);
	ask(&a, "endless", LONG_MS); /* never half of it */
	await(&a);
	assert_int_equal(a.result, JOB_IS_ERROR);
	assert_int_equal(a.nrows, 0);
	assert_string_equal(a.reason, "the answer is too long");
}

static void not_installed(void **state)
{
	struct asked a = {0};
	uint8_t msg[256];
	(void)state;
	a.id = helpers_job(helpers, AAA_HELPER_NT, msg, question(msg, sizeof msg, "echo"), LONG_MS, on_answer, &a);
	await(&a);
	assert_true(a.failed);
	assert_string_equal(a.reason, "its helper program is not installed");
	a = (struct asked){0};
	a.id = helpers_job(helpers, (enum aaa_helper)(JOB_KINDS_MAX - 1), msg, question(msg, sizeof msg, "echo"), LONG_MS,
	                   on_answer, &a);
	await(&a);
	assert_string_equal(a.reason, "there is no such helper program");
}

/* ------------------------------------------------------------------ faults */

static void one_dies(const char *how, const char *why)
{
	struct asked good = {0}, bad = {0}, after = {0};
	ask(&good, "slow", LONG_MS);
	ask(&bad, how, LONG_MS);
	await(&bad);
	assert_true(bad.failed);
	assert_string_equal(bad.reason, why);
	await(&good);
	assert_int_equal(good.result, JOB_IS_ACCEPT);
	assert_false(good.failed);
	ask(&after, "echo", LONG_MS);
	await(&after);
	assert_false(after.failed);
	assert_true(alive(worker_of(&after)));
}

static void crash(void **state)
{
	(void)state;
	one_dies("crash", "its helper program died");
	one_dies("end", "its helper program died");
	one_dies("deaf", "its helper program died");
	one_dies("nonsense", "its helper program talks nonsense");
}

static void hang(void **state)
{
	struct asked bad = {0}, good = {0};
	(void)state;
	ask(&bad, "hang", SHORT_MS);
	ask(&good, "echo", LONG_MS);
	await(&good);
	assert_false(good.failed);
	await(&bad);
	assert_true(bad.failed);
	assert_string_equal(bad.reason, "no answer in time");
}

/* All places hang: who waits for one is told in time, and then all are free again. */
static void all_hang(void **state)
{
	static struct asked bad[CREW_WORKERS], late;
	(void)state;
	for (unsigned i = 0; i < CREW_WORKERS; i++)
		ask(&bad[i], "hang", MEDIUM_MS);
	ask(&late, "echo", SHORT_MS);
	await(&late);
	assert_true(late.failed);
	assert_string_equal(late.reason, "all helper programs were busy");
	for (unsigned i = 0; i < CREW_WORKERS; i++)
		await(&bad[i]);
	ask(&late, "echo", LONG_MS);
	await(&late);
	assert_false(late.failed);
}

static void cancelled(void **state)
{
	static struct asked bad[CREW_WORKERS + 1], good;
	(void)state;
	for (unsigned i = 0; i < CREW_WORKERS + 1; i++)
		ask(&bad[i], "hang", SHORT_MS);
	helpers_job_cancel(helpers, bad[0].id);            /* worked on */
	helpers_job_cancel(helpers, bad[CREW_WORKERS].id); /* waits */
	helpers_job_cancel(helpers, 0);
	ask(&good, "echo", LONG_MS);
	await(&good);
	assert_false(good.failed);
	for (unsigned i = 1; i < CREW_WORKERS; i++)
		await(&bad[i]);
	assert_false(bad[0].done);
	assert_false(bad[CREW_WORKERS].done);
}

/* ------------------------------------------------------------------ many */

static void flood(void **state)
{
	static struct asked a[HELPERS_JOBS_MAX + 1];
	pid_t pids[CREW_WORKERS];
	unsigned n = 0, count = 0;
	(void)state;
	for (unsigned i = 0; i <= HELPERS_JOBS_MAX; i++) {
		a[i].count = &count;
		ask(&a[i], i < 4 * CREW_WORKERS ? "slow" : i % 512 == 0 ? "crash" : "echo", LONG_MS);
		assert_int_equal(a[i].id != 0, i < HELPERS_JOBS_MAX);
	}
	while (count < HELPERS_JOBS_MAX)
		uv_run(&loop, UV_RUN_ONCE);
	for (unsigned i = 0; i < HELPERS_JOBS_MAX; i++) {
		bool crashed = i >= 4 * CREW_WORKERS && i % 512 == 0, known = false;
		assert_int_equal(a[i].failed, crashed);
		if (i >= 4 * CREW_WORKERS)
			continue;
		for (unsigned k = 0; k < n; k++)
			known = known || pids[k] == worker_of(&a[i]);
		assert_true(known || n < CREW_WORKERS);
		if (!known)
			pids[n++] = worker_of(&a[i]);
	}
	assert_int_equal(n, CREW_WORKERS);
}

/* ------------------------------------------------------------------ life and death */

static void goes_with_us(void **state)
{
	struct asked a = {0}, hanging[3] = {0};
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		ask(&hanging[i], "hang", LONG_MS);
	ask(&a, "echo", LONG_MS);
	await(&a);
	helpers_free(helpers);
	while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
		;
	helpers_end(fd); /* waits for the end of all of them */
	await_end(supervisor_of(&a));
	assert_false(alive(worker_of(&a)));
	assert_int_equal(waitpid(-1, NULL, 0), -1); /* nobody was left to be adopted by us */
	assert_int_equal(errno, ECHILD);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(begin(NULL), 0);
}

static void supervisor_dies(void **state)
{
	struct asked a = {0}, hanging = {0};
	(void)state;
	ask(&a, "echo", LONG_MS);
	await(&a);
	ask(&hanging, "hang", LONG_MS);
	kill(supervisor_of(&a), SIGKILL);
	await(&hanging);
	assert_true(hanging.failed);
	assert_string_equal(hanging.reason, "helper programs have ended");
	await_end(supervisor_of(&a));
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) /* workers go with it: this ends */
		;
	for (unsigned i = 0; i < 3; i++) {
		ask(&hanging, "echo", LONG_MS);
		assert_int_equal(hanging.id, 0);
	}
	assert_int_equal(logged, 1);
}

/* The program executes itself: the same socket, and nothing of what the one before had asked. */
static void reload(void **state)
{
	struct asked old[40], a = {0};
	struct err err = {0};
	(void)state;
	memset(old, 0, sizeof old);
	for (unsigned i = 0; i < 40; i++)
		ask(&old[i], i % 2 ? "slow" : "hang", LONG_MS);
	helpers_free(helpers);
	while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
		;
	assert_int_equal(helpers_spawn("/other", &err), fd);
	helpers = helpers_new(&loop, &clk, fd);
	ask(&a, "echo", LONG_MS); /* has the number of one before */
	assert_int_equal(a.id, old[0].id);
	await(&a);
	assert_false(a.failed);
	assert_string_equal(a.line, "state /nonexistent/state");
	for (unsigned i = 0; i < 40; i++)
		assert_false(old[i].done);
}

static void no_helpers(void **state)
{
	struct asked a = {0};
	(void)state;
	struct helpers *none = helpers_new(&loop, &clk, -1), *ours = helpers;
	helpers = none;
	ask(&a, "echo", LONG_MS);
	assert_int_equal(a.id, 0);
	helpers = NULL;
	ask(&a, "echo", LONG_MS);
	assert_int_equal(a.id, 0);
	helpers = ours;
	helpers_free(none);
}

/* ------------------------------------------------------------------ what they may do */

static void assert_status(pid_t pid, const char *key, const char *value)
{
	char path[64], line[256], want[256];
	bool found = false;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	snprintf(want, sizeof want, "%s:\t%s\n", key, value);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		found = found || strcmp(line, want) == 0;
	fclose(f);
	if (!found)
		fail_msg("process %d: not %s", (int)pid, want);
}

static void no_privileges(void **state)
{
	struct asked a = {0};
	pid_t pids[2];
	char path[64];
	(void)state;
	ask(&a, "echo", LONG_MS);
	await(&a);
	pids[0] = worker_of(&a);
	pids[1] = supervisor_of(&a);
	for (unsigned i = 0; i < 2; i++) {
		assert_status(pids[i], "NoNewPrivs", "1");
		assert_status(pids[i], "CapEff", "0000000000000000");
		assert_status(pids[i], "CapPrm", "0000000000000000");
		assert_status(pids[i], "CapInh", "0000000000000000");
		if (geteuid() == 0)
			assert_status(pids[i], "CapBnd", "0000000000000000");
	}
	for (int i = JOB_SOCKET + 1; i < 64; i++) { /* of what we have open a worker has nothing */
		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pids[0], i);
		assert_int_not_equal(access(path, F_OK), 0);
	}
}

/* ------------------------------------------------------------------ time */

static unsigned crew_answers;
static void on_crew(void *arg, uint32_t id, struct bytes body, const char *why)
{
	(void)arg, (void)body;
	assert_int_equal(id, 7);
	assert_null(why);
	crew_answers++;
}

/* With a clock of our own: the idle end after a minute. */
static void idle(void **state)
{
	char folder[512];
	uint8_t body[256];
	struct pollfd p[CREW_POLLS];
	(void)state;
	ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
	folder[n] = '\0';
	*strrchr(folder, '/') = '\0';
	struct crew *c = crew_new(folder, "/", on_crew, NULL);
	struct job_frame f = {JOB_ASK, 0, 7, LONG_MS, {body, question(body, sizeof body, "echo")}};
	crew_answers = 0;
	assert_int_equal(crew_wait_ms(c, 0), -1);
	assert_null(crew_ask(c, &f, 1000));
	crew_run(c, NULL, 0, 1000);
	assert_int_equal(crew_wait_ms(c, 1000), LONG_MS);
	while (crew_answers == 0) {
		assert_int_equal(crew_polls(c, p), 1);
		assert_int_equal(poll(p, 1, -1), 1);
		crew_run(c, p, 1, 2000);
	}
	assert_int_equal(crew_wait_ms(c, 2000), CREW_IDLE_MS);
	crew_run(c, NULL, 0, 2000 + CREW_IDLE_MS - 1);
	assert_int_equal(crew_polls(c, p), 1);
	crew_run(c, NULL, 0, 2000 + CREW_IDLE_MS);
	assert_int_equal(crew_polls(c, p), 0);
	assert_int_equal(crew_wait_ms(c, 2000 + CREW_IDLE_MS), -1);
	crew_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(answers, begin, end),
	        cmocka_unit_test_setup_teardown(large_answers, begin, end),
	        cmocka_unit_test_setup_teardown(not_installed, begin, end),
	        cmocka_unit_test_setup_teardown(crash, begin, end),
	        cmocka_unit_test_setup_teardown(hang, begin, end),
	        cmocka_unit_test_setup_teardown(all_hang, begin, end),
	        cmocka_unit_test_setup_teardown(cancelled, begin, end),
	        cmocka_unit_test_setup_teardown(flood, begin, end),
	        cmocka_unit_test_setup_teardown(goes_with_us, begin, end),
	        cmocka_unit_test_setup_teardown(supervisor_dies, begin, end),
	        cmocka_unit_test_setup_teardown(reload, begin, end),
	        cmocka_unit_test_setup_teardown(no_helpers, begin, end),
	        cmocka_unit_test_setup_teardown(no_privileges, begin, end),
	        cmocka_unit_test(idle),
	};
	signal(SIGPIPE, SIG_IGN);
	log_sink_add(&sink);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
