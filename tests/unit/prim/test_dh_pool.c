#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/prim/prim.h"
#include "crypto/prim/prim_dh_pool.h"

enum { MANY = 200 };

struct run {
	struct prim_dh_pool *pool;
	int fd;
	struct prim_dh_job jobs[PRIM_DH_POOL_JOBS + 1];
	size_t order[PRIM_DH_POOL_JOBS + 1];
	size_t ndone;
	bool again; /* done puts its job once more */
};

static struct run run;

static void wake(void *arg)
{
	uint64_t one = 1;

	assert_int_equal(write(((struct run *)arg)->fd, &one, sizeof(one)), sizeof(one));
}

static void done(void *arg)
{
	struct prim_dh_job *job = arg;

	run.order[run.ndone++] = (size_t)(job - run.jobs);
	if (run.again) {
		run.again = false;
		prim_dh_clear(job);
		job->group = 19;
		assert_int_equal(prim_dh_pool_put(run.pool, job, done, job), 0);
	}
}

static void put(size_t i, uint16_t group)
{
	run.jobs[i].group = group;
	assert_int_equal(prim_dh_pool_put(run.pool, &run.jobs[i], done, &run.jobs[i]), 0);
}

static void wait_for(size_t n)
{
	struct pollfd p = {.fd = run.fd, .events = POLLIN};
	uint64_t count;

	while (run.ndone < n) {
		assert_int_equal(poll(&p, 1, 10000), 1);
		assert_int_equal(read(run.fd, &count, sizeof(count)), sizeof(count));
		prim_dh_pool_poll(run.pool);
	}
}

static void wait_for_stock(uint64_t pairs)
{
	for (int i = 0; i < 1000 && prim_dh_pool_stats(run.pool).pairs_made < pairs; i++)
		poll(NULL, 0, 10);
	assert_int_equal(prim_dh_pool_stats(run.pool).pairs_made, pairs);
}

static int open_pool(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.fd = eventfd(0, EFD_CLOEXEC);
	run.pool = prim_dh_pool_new(wake, &run);
	return prim_init(NULL) || !run.pool || run.fd < 0;
}

static int close_pool(void **state)
{
	(void)state;
	prim_dh_pool_free(run.pool);
	for (size_t i = 0; i <= PRIM_DH_POOL_JOBS; i++)
		prim_dh_clear(&run.jobs[i]);
	close(run.fd);
	prim_free();
	return 0;
}

/* Short ones overtake long ones on another thread; what is handed out keeps the order. One wake-up tells of many. */
static void in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++)
		put(i, i % 10 ? 19 : 14);
	assert_int_equal(prim_dh_pool_waiting(run.pool), MANY);
	assert_int_equal(prim_dh_pool_start(run.pool, 2), 0);
	poll(NULL, 0, 50);
	assert_true(prim_dh_pool_stats(run.pool).wake_ups <= 1);
	wait_for(MANY);
	assert_int_equal(prim_dh_pool_waiting(run.pool), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(run.order[i], i);
		assert_int_equal(run.jobs[i].status, 0);
		assert_int_equal(run.jobs[i].public_len, prim_dh_public_len(run.jobs[i].group));
	}
	assert_int_equal(prim_dh_pool_stats(run.pool).jobs, MANY);
	assert_int_equal(prim_dh_pool_stats(run.pool).waiting_most, MANY);
}

/* Both ends of an exchange get their pairs from the stock, which is filled again and never grows beyond its size. */
static void out_of_stock(void **state)
{
	static const uint16_t groups[] = {2, 19, 3};
	const uint64_t full = 2 * PRIM_DH_POOL_STOCK; /* there is no group 3 */

	(void)state;
	prim_dh_pool_stock(run.pool, groups, 3);
	assert_int_equal(prim_dh_pool_start(run.pool, 2), 0);
	wait_for_stock(full);
	put(0, 2);
	put(1, 2);
	wait_for(2);
	assert_int_equal(prim_dh_pool_stats(run.pool).from_stock, 2);
	assert_memory_not_equal(run.jobs[0].public, run.jobs[1].public, 128);
	for (size_t i = 0; i < 2; i++) {
		memcpy(run.jobs[i].peer, run.jobs[1 - i].public, 128);
		run.jobs[i].peer_len = 128;
	}
	put(0, 2);
	put(1, 2);
	wait_for(4);
	assert_int_equal(run.jobs[0].secret_len, 128);
	assert_memory_equal(run.jobs[0].secret, run.jobs[1].secret, 128);
	assert_int_equal(prim_dh_pool_stats(run.pool).from_stock, 2); /* they had keys */
	wait_for_stock(full + 2);
	poll(NULL, 0, 50);
	assert_int_equal(prim_dh_pool_stats(run.pool).pairs_made, full + 2);
	prim_dh_pool_stock(run.pool, groups, 1); /* what is left of 19 is used up */
	put(2, 19);
	wait_for(5);
	poll(NULL, 0, 50);
	assert_int_equal(prim_dh_pool_stats(run.pool).from_stock, 3);
	assert_int_equal(prim_dh_pool_stats(run.pool).pairs_made, full + 2);
}

static void full(void **state)
{
	struct prim_dh_job *last = &run.jobs[PRIM_DH_POOL_JOBS];

	(void)state;
	for (size_t i = 0; i < PRIM_DH_POOL_JOBS; i++)
		put(i, 19);
	last->group = 19;
	assert_int_equal(prim_dh_pool_put(run.pool, last, done, last), -EAGAIN);
	assert_int_equal(prim_dh_pool_stats(run.pool).refused, 1);
	assert_int_equal(prim_dh_pool_start(run.pool, 2), 0);
	run.again = true; /* the first one's place is free for its next */
	wait_for(PRIM_DH_POOL_JOBS + 1);
	assert_int_equal(run.order[PRIM_DH_POOL_JOBS], 0);
}

/* Its owner gets every job back, done or not. */
static void ended_early(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++)
		put(i, 14);
	assert_int_equal(prim_dh_pool_start(run.pool, 1), 0);
	prim_dh_pool_free(run.pool);
	run.pool = NULL;
	assert_int_equal(run.ndone, MANY);
	assert_int_equal(run.jobs[MANY - 1].status, -ECANCELED);
	for (size_t i = 0; i < MANY; i++)
		assert_true(run.jobs[i].status == 0 || run.jobs[i].status == -ECANCELED);
}

static void work_run(void *arg)
{
	*(unsigned *)arg += 1;
}

static void work_done(void *arg)
{
	(void)arg;
	run.order[run.ndone++] = SIZE_MAX;
}

/* Work of another kind stands in the same queue, in its turn; when the pool ends first it is given back undone. */
static void other_work(void **state)
{
	unsigned ran = 0, never = 0;

	(void)state;
	put(0, 19);
	assert_int_equal(prim_dh_pool_work(run.pool, work_run, work_done, &ran), 0);
	put(1, 19);
	assert_int_equal(prim_dh_pool_waiting(run.pool), 3);
	assert_int_equal(prim_dh_pool_start(run.pool, 2), 0);
	wait_for(3);
	assert_int_equal(ran, 1);
	assert_int_equal(run.order[0], 0);
	assert_int_equal(run.order[1], SIZE_MAX);
	assert_int_equal(run.order[2], 1);
	prim_dh_pool_free(run.pool);
	run.pool = prim_dh_pool_new(wake, &run);
	assert_int_equal(prim_dh_pool_work(run.pool, work_run, work_done, &never), 0);
	prim_dh_pool_free(run.pool);
	run.pool = NULL;
	assert_int_equal(run.ndone, 4);
	assert_int_equal(never, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(in_order, open_pool, close_pool),
	        cmocka_unit_test_setup_teardown(out_of_stock, open_pool, close_pool),
	        cmocka_unit_test_setup_teardown(full, open_pool, close_pool),
	        cmocka_unit_test_setup_teardown(ended_early, open_pool, close_pool),
	        cmocka_unit_test_setup_teardown(other_work, open_pool, close_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
