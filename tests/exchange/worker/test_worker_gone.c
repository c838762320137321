/* SAs and sessions that go while a batch is under way, without threads: what the control thread does is done in the middle of
 * it, where the ciphers run. */
#include "tests/exchange/worker/stand.h"
#include "tests/unit/base/unit.h"

#include "crypto/prim/prim.h"

enum { N = 3 }; /* packets of a batch */

static void (*meanwhile)(void); /* called once, in the middle of a batch */

void __real_prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n);
void __wrap_prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n);
void __wrap_prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n)
{
	void (*now)(void) = meanwhile;
	meanwhile = NULL;
	if (now != NULL)
		now();
	__real_prim_batch_run(e, ops, n);
}

/* Commands are taken, what came of them comes up. */
static void settle(void)
{
	worker_turn(stand.ws->w[0], 1, 0);
	workers_poll(stand.ws);
}

static uint32_t first_spi;

static void first_goes(void)
{
	workers_session_remove(stand.ws, 1);
	workers_sa_ops.remove(stand.ws, first_spi, SA_END_DELETED);
	workers_poll(stand.ws); /* nothing has come back yet: nothing is freed */
}

static void another_has_its_address(void)
{
	first_goes();
	stand_enter(1, 0);
}

static void from_host(uint32_t to, void (*then)(void))
{
	stand_from_host(to, N);
	meanwhile = then;
	worker_turn(stand.ws->w[0], 1, WORKER_TUN);
}

static void from_client(unsigned k, void (*then)(void))
{
	stand_from_client(k, N);
	meanwhile = then;
	worker_turn(stand.ws->w[0], 1, WORKER_UDP);
}

/* ------------------------------------------------------------------ tests */

static void a_batch_out_ends_with_what_it_began_with(void **state)
{
	(void)state;
	first_spi = stand_enter(0, 0);
	settle();
	from_host(STAND_USER, first_goes);
	stand_passed(0, N);
	settle();
	from_host(STAND_USER, NULL);
	stand_passed(0, 0);
	stand_dropped(DROP_NO_ROUTE, N);
}

static void a_batch_in_ends_with_what_it_began_with(void **state)
{
	(void)state;
	first_spi = stand_enter(0, 0);
	settle();
	from_client(0, first_goes);
	stand_passed(N, 0);
	settle();
	from_client(0, NULL);
	stand_passed(0, 0);
	stand_dropped(DROP_ESP_NO_SA, N);
}

/* The table of addresses is another thread's: it says already who is next, while the session is still the last one's. */
static void an_address_goes_to_another(void **state)
{
	(void)state;
	first_spi = stand_enter(0, 0);
	settle();
	from_host(STAND_USER, another_has_its_address);
	stand_passed(0, N);
	assert_int_equal(stand.last_spi, stand_spi_of_theirs(0));
	from_host(STAND_USER, NULL);
	stand_passed(0, N);
	assert_int_equal(stand.last_spi, stand_spi_of_theirs(1));
	from_client(1, NULL);
	stand_passed(N, 0);
	from_client(0, NULL);
	stand_passed(0, 0);
	stand_dropped(DROP_ESP_NO_SA, N);
	stand_dropped(DROP_NO_ROUTE, 0);
}

/* The slot of a SPI is another SA's by now: the generation says so. */
static void a_slot_goes_to_another(void **state)
{
	(void)state;
	uint32_t stale = stand_enter(0, 0);
	settle();
	first_spi = stale;
	esp_table_find(stand.ws->w[0]->table, stale)->spi_in ^= 1;
	from_client(0, NULL);
	stand_passed(0, 0);
	stand_dropped(DROP_ESP_NO_SA, N);
	esp_table_peek(stand.ws->w[0]->table, stale)->spi_in ^= 1;
	from_client(0, NULL);
	stand_passed(N, 0);
}

/* What passed the checks before the ciphers ran is through; nothing is behind the batch. */
static void an_sa_expires_within_a_batch(void **state)
{
	(void)state;
	stand_enter(0, 1);
	settle();
	from_client(0, NULL);
	stand_passed(N, 0);
	from_client(0, NULL);
	stand_passed(0, 0);
	stand_dropped(DROP_ESP_EXPIRED, N);
	from_host(STAND_USER, NULL);
	stand_passed(0, 0);
	stand_dropped(DROP_ESP_EXPIRED, 2 * N);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stand_setup, stand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_batch_out_ends_with_what_it_began_with),
	        TEST(a_batch_in_ends_with_what_it_began_with),
	        TEST(an_address_goes_to_another),
	        TEST(a_slot_goes_to_another),
	        TEST(an_sa_expires_within_a_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
