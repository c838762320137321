/* Packets that come before their SA, without threads. */
#include "tests/exchange/worker/stand.h"
#include "tests/unit/base/unit.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------------ captures only count */

static unsigned captured[CAP_CLEAR + 1];

bool __wrap_capture_push(const struct capture_set *s, const struct capture_packet *p);
bool __wrap_capture_push(const struct capture_set *s, const struct capture_packet *p)
{
	(void)s;
	captured[p->point]++;
	return false;
}

static void capture(unsigned worker)
{
	struct capture_set *set = calloc(1, sizeof *set);
	assert_non_null(set);
	set->points = CAP_OUTSIDE | CAP_DROP;
	captured[CAP_OUTSIDE] = captured[CAP_DROP] = 0;
	workers_set_capture(stand.ws, worker, set);
}

/* ------------------------------------------------------------------ clients */

/* Client k has a session, and was told a number for its SA; it has its end of that. */
static uint32_t told(unsigned k)
{
	uint32_t spi = workers_sa_ops.spi_alloc(stand.ws, 1 + k);
	assert_int_not_equal(spi, 0);
	workers_sa_ops.spi_await(stand.ws, spi);
	stand_theirs(k, spi);
	stand_session(k);
	return spi;
}

static void turn(unsigned worker, uint64_t ms, unsigned ready)
{
	worker_turn(stand.ws->w[worker], ms, ready);
}

static void send_at(uint64_t ms, unsigned k, unsigned n)
{
	stand_from_client(k, n);
	turn(0, ms, WORKER_UDP);
}

/* n packets went in, in the order they were made, from this id on. */
static void went_in(uint16_t first, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(stand.seen[i], first + i);
	stand_passed(n, 0);
}

/* ------------------------------------------------------------------ tests */

static void early_packets_go_in_with_the_sa(void **state)
{
	struct worker_totals t;
	struct sa_stats s;
	(void)state;
	uint32_t spi = told(0);
	stand_enter(1, 0);
	send_at(10, 0, 3);
	send_at(11, 0, 2);
	stand_passed(0, 0);
	send_at(12, 1, 2); /* nobody else waits */
	went_in(6, 2);
	stand_install(0, spi, 0);
	turn(0, 20, 0);
	went_in(1, 5);
	send_at(21, 0, 3);
	went_in(8, 3);
	stand_dropped(DROP_ESP_NO_SA, 0);
	assert_true(workers_session_totals(stand.ws, 1, &t));
	assert_int_equal(t.pkts_in, 8);
	assert_true(workers_sa_ops.stats(stand.ws, spi, &s));
	assert_int_equal(s.pkts_in, 8);
	assert_int_equal(s.errs_in, 0);
}

/* It is the SA's, as for any other packet. */
static void the_replay_window_holds(void **state)
{
	(void)state;
	uint32_t spi = told(0);
	send_at(10, 0, 2);
	turn(0, 11, WORKER_UDP); /* the same two again */
	stand_install(0, spi, 0);
	turn(0, 12, 0);
	went_in(1, 2);
	stand_dropped(DROP_ESP_REPLAY, 2);
	send_at(13, 0, 1);
	went_in(3, 1);
	stand_dropped(DROP_ESP_REPLAY, 2);
}

static void what_nobody_awaits_is_dropped_at_once(void **state)
{
	(void)state;
	uint32_t ours = workers_sa_ops.spi_alloc(stand.ws, 1); /* reserved; nobody was told */
	stand_theirs(0, ours);
	send_at(10, 0, 2);
	stand_dropped(DROP_ESP_NO_SA, 2);
	assert_int_equal(ring_count(&stand.ws->w[0]->up), 1); /* 402114 */
	assert_false(worker_early_keep(stand.ws->w[0], &(struct pkt){.spi = 0})); /* not an SPI, though its slot has none */
	workers_sa_ops.spi_await(stand.ws, ours);
	stand_theirs(1, ours ^ 1); /* a number that this slot had */
	send_at(11, 1, 2);
	stand_dropped(DROP_ESP_NO_SA, 4);
	assert_false(worker_early_waits(stand.ws->w[0]));
	/* an SA was awaited, came and went */
	stand_session(0);
	stand_install(0, ours, 0);
	send_at(12, 0, 1);
	stand_passed(1, 0);
	workers_sa_ops.remove(stand.ws, ours, SA_END_DELETED);
	send_at(13, 0, 1);
	stand_dropped(DROP_ESP_NO_SA, 5);
}

static void what_waits_too_long_is_dropped(void **state)
{
	(void)state;
	uint32_t spi = told(0);
	capture(0);
	send_at(10, 0, 2);
	send_at(1000, 0, 1);
	turn(0, 10 + EARLY_MS, 0);
	stand_dropped(DROP_ESP_NO_SA, 0);
	assert_int_equal(ring_count(&stand.ws->w[0]->up), 0);
	stand_install(0, spi, 0);
	turn(0, 11 + EARLY_MS, 0);
	stand_dropped(DROP_ESP_NO_SA, 2);
	assert_int_equal(captured[CAP_DROP], 2);
	went_in(3, 1);
	/* one that never gets its SA: told as ever */
	uint32_t other = told(1);
	send_at(20000, 1, 1);
	turn(0, 20001 + EARLY_MS, 0);
	stand_dropped(DROP_ESP_NO_SA, 3);
	struct up up = {0};
	while (ring_pop(&stand.ws->w[0]->up, &up))
		;
	assert_int_equal(up.op, UP_DROP);
	assert_int_equal(up.drop.why, DROP_ESP_NO_SA);
	assert_int_equal(up.drop.spi, other);
	assert_int_equal(up.drop.remote.ip, STAND_CLIENT);
}

/* A thread that nothing wakes looks after them all the same. */
static void nobody_need_wake_the_worker(void **state)
{
	struct timespec now;
	struct err err = {0};
	(void)state;
	told(0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	send_at((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, 0, 1);
	assert_int_equal(workers_start(stand.ws, &err), 0);
	for (unsigned i = 0; i < 4 * EARLY_MS && workers_drops(stand.ws, DROP_ESP_NO_SA) == 0; i++)
		usleep(1000);
	stand_dropped(DROP_ESP_NO_SA, 1);
}

static void a_number_is_given_back(void **state)
{
	(void)state;
	uint32_t spi = told(0), other = told(1);
	send_at(10, 0, 3);
	send_at(10, 1, 3);
	workers_sa_ops.spi_free(stand.ws, spi);
	turn(0, 11, 0);
	stand_dropped(DROP_ESP_NO_SA, 3);
	send_at(12, 0, 2);
	stand_dropped(DROP_ESP_NO_SA, 5);
	stand_install(1, other, 0);
	turn(0, 13, 0);
	went_in(4, 3);
	stand_dropped(DROP_ESP_NO_SA, 5);
}

static void all_end_when_the_worker_stops(void **state)
{
	(void)state;
	told(0);
	send_at(10, 0, 3);
	workers_give(stand.ws, stand.ws->w[0], &(struct down){.op = DOWN_STOP});
	send_at(11, 0, 2);
	stand_dropped(DROP_ESP_NO_SA, 5);
	assert_false(worker_early_waits(stand.ws->w[0]));
}

static void one_sa_has_its_share(void **state)
{
	(void)state;
	uint32_t spi = told(0);
	send_at(10, 0, EARLY_OF_ONE + 8);
	stand_dropped(DROP_ESP_NO_SA, 8);
	stand_install(0, spi, 0);
	turn(0, 11, 0);
	went_in(1, EARLY_OF_ONE);
	stand_dropped(DROP_ESP_NO_SA, 8);
}

/* The oldest go; of those behind none is lost or changes its place. */
static void the_store_is_full(void **state)
{
	enum { FILL = EARLY_PKTS / EARLY_OF_ONE };
	uint32_t spi[FILL + 1];
	(void)state;
	for (unsigned k = 0; k <= FILL; k++)
		spi[k] = told(k);
	for (unsigned k = 0; k < FILL; k++)
		send_at(10, k, EARLY_OF_ONE);
	stand_dropped(DROP_ESP_NO_SA, 0);
	send_at(10, FILL, 5);
	stand_dropped(DROP_ESP_NO_SA, 5);
	for (unsigned k = FILL; k > 0; k--) {
		stand_install(k, spi[k], 0);
		turn(0, 11, 0);
		went_in((uint16_t)(k * EARLY_OF_ONE + 1), k == FILL ? 5 : EARLY_OF_ONE);
	}
	stand_install(0, spi[0], 0);
	turn(0, 11, 0);
	went_in(6, EARLY_OF_ONE - 5);
	stand_dropped(DROP_ESP_NO_SA, 5);
	assert_false(worker_early_waits(stand.ws->w[0]));
}

/* More numbers than commands find room: none is forgotten, all can be given back. */
static void many_numbers_are_told(void **state)
{
	static uint32_t spi[WORKER_RING + 100];
	enum { N = sizeof spi / sizeof *spi };
	(void)state;
	for (unsigned i = 0; i < N; i++) {
		spi[i] = workers_sa_ops.spi_alloc(stand.ws, 1);
		workers_sa_ops.spi_await(stand.ws, spi[i]);
	}
	stand_theirs(0, spi[0]);
	stand_theirs(1, spi[N - 1]);
	send_at(10, 0, 1);
	send_at(10, 1, 1);
	stand_dropped(DROP_ESP_NO_SA, 0);
	for (unsigned i = 0; i < N; i++)
		workers_sa_ops.spi_free(stand.ws, spi[i]);
	turn(0, 11, 0);
	stand_dropped(DROP_ESP_NO_SA, 2);
	send_at(12, 1, 1);
	stand_dropped(DROP_ESP_NO_SA, 3);
}

/* ------------------------------------------------------------------ two workers */

static int setup_two(void **state)
{
	(void)state;
	return stand_workers(2);
}

/* Held where the SA will be; seen on the wire once, where they came. */
static void they_wait_at_their_worker(void **state)
{
	(void)state;
	told(0);
	uint32_t spi = told(1);
	assert_int_equal(esp_spi_worker(spi), 1);
	capture(0);
	capture(1);
	send_at(10, 1, 4);
	turn(1, 10, 0);
	assert_false(worker_early_waits(stand.ws->w[0]));
	assert_true(worker_early_waits(stand.ws->w[1]));
	stand_install(1, spi, 0);
	turn(1, 11, 0);
	went_in(1, 4);
	assert_false(worker_cross_waits(stand.ws->w[0]));
	assert_int_equal(captured[CAP_OUTSIDE], 4);
	assert_int_equal(captured[CAP_DROP], 0);
	stand_dropped(DROP_ESP_NO_SA, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stand_setup, stand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(early_packets_go_in_with_the_sa),
	        TEST(the_replay_window_holds),
	        TEST(what_nobody_awaits_is_dropped_at_once),
	        TEST(what_waits_too_long_is_dropped),
	        TEST(nobody_need_wake_the_worker),
	        TEST(a_number_is_given_back),
	        TEST(all_end_when_the_worker_stops),
	        TEST(one_sa_has_its_share),
	        TEST(the_store_is_full),
	        TEST(many_numbers_are_told),
	        cmocka_unit_test_setup_teardown(they_wait_at_their_worker, setup_two, stand_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
