/* Jobs on helper threads: handed back on the caller's thread, each once, also at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "core/base/jobs.h"

static atomic_uint woken;

static void wake(void *arg)
{
	(void)arg;
	woken++;
}

struct job {
	pthread_t by;
	unsigned ran, done;
};

static void run(void *arg)
{
	struct job *j = arg;
	j->by = pthread_self();
	j->ran++;
}

static void done(void *arg)
{
	((struct job *)arg)->done++;
}

static void test_each_once(void **state)
{
	(void)state;
	static struct job all[100];
	struct jobs *jobs = jobs_new(wake, NULL);
	assert_non_null(jobs);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(jobs_put(jobs, run, done, &all[i]), 0);
	assert_int_equal(jobs_waiting(jobs), 100);
	jobs_poll(jobs);
	assert_int_equal(all[0].ran, 0); /* no thread yet */
	assert_int_equal(jobs_start(jobs, 2), 0);
	while (jobs_waiting(jobs) > 0) {
		jobs_poll(jobs);
		usleep(1000);
	}
	assert_true(woken > 0);
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(all[i].ran, 1);
		assert_int_equal(all[i].done, 1);
		assert_false(pthread_equal(all[i].by, pthread_self()));
	}
	jobs_free(jobs);
}

static void test_ceiling_and_end(void **state)
{
	(void)state;
	struct job j = {0};
	struct jobs *jobs = jobs_new(wake, NULL);
	for (size_t i = 0; i < JOBS_MOST; i++)
		assert_int_equal(jobs_put(jobs, run, done, &j), 0);
	assert_int_equal(jobs_put(jobs, run, done, &j), -EAGAIN);
	jobs_free(jobs);
	assert_int_equal(j.ran, 0);
	assert_int_equal(j.done, JOBS_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_each_once),
	        cmocka_unit_test(test_ceiling_and_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
