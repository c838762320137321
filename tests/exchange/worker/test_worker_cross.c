/* Between workers, without their threads: who gets which peer, what is handed over, what is when there is no room, what is
 * told once for all of them; who is in which thread, and when that takes a nap. */
#include "tests/unit/base/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/worker_int.h"
#include "crypto/prim/prim.h"

enum { N = 4, USER = 0x0a4e0001, HOST = 0x0a4d0002 };

static struct workers *ws;
static struct tun tun;
static unsigned threads;

static int setup(void **state)
{
	struct worker_io io = {.n = N, .threads = threads};
	struct err err = {0};
	(void)state;
	for (unsigned i = 0; i < N; i++)
		io.tun[i] = &tun;
	return prim_init(&err) != 0 || workers_new(&ws, &io, &err) != 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	workers_free(ws);
	prim_free();
	threads = 0;
	return 0;
}

static uint32_t alloc(uint32_t peer)
{
	uint32_t spi = workers_sa_ops.spi_alloc(ws, peer);
	assert_int_not_equal(spi, 0);
	return spi;
}

static void peers_are_spread(void **state)
{
	uint32_t first[8 * N];
	(void)state;
	for (uint32_t peer = 1; peer <= 8 * N; peer++)
		first[peer - 1] = alloc(peer);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(ws->w[i]->peers, 8);
	/* all SPIs of a peer are in its worker, for as long as there is one */
	for (uint32_t peer = 1; peer <= 8 * N; peer++) {
		uint32_t second = alloc(peer);
		assert_int_equal(esp_spi_worker(second), esp_spi_worker(first[peer - 1]));
		workers_sa_ops.spi_free(ws, first[peer - 1]);
		first[peer - 1] = second;
	}
	/* the peers of one worker go: the next are given to it */
	for (uint32_t peer = 1; peer <= 8 * N; peer++)
		if (esp_spi_worker(first[peer - 1]) == 2)
			workers_sa_ops.spi_free(ws, first[peer - 1]);
	assert_int_equal(ws->w[2]->peers, 0);
	for (uint32_t peer = 100; peer < 108; peer++)
		assert_int_equal(esp_spi_worker(alloc(peer)), 2);
}

/* A session keeps its peer's place when the SAs are gone: the next one comes to it. */
static void a_session_holds_the_place(void **state)
{
	struct link_info link = {.peer = 7, .flow = 9, .tunnel = 5, .call = 6};
	(void)state;
	uint32_t spi = alloc(7);
	unsigned worker = esp_spi_worker(spi);
	alloc(8); /* whose turn it would be */
	assert_int_equal(workers_session_add(ws, &link, false), 0);
	workers_sa_ops.spi_free(ws, spi);
	assert_int_equal(ws->w[worker]->peers, 1);
	spi = alloc(7);
	assert_int_equal(esp_spi_worker(spi), worker);
	workers_sa_ops.spi_free(ws, spi);
	workers_session_remove(ws, 5);
	assert_int_equal(ws->w[worker]->peers, 0);
}

/* n packets that begin with a word, given to worker 0. */
static void give(uint32_t word, unsigned n, bool ip)
{
	static uint8_t area[PKT_BATCH][2048];
	for (; n > 0; n -= n < PKT_BATCH ? n : PKT_BATCH) {
		struct pkt pkt[PKT_BATCH], *pkts[PKT_BATCH];
		unsigned k = n < PKT_BATCH ? n : PKT_BATCH;
		for (unsigned i = 0; i < k; i++) {
			pkts[i] = &pkt[i];
			pkt_view(pkts[i], area[i], sizeof area[i], PKT_HEADROOM, 1400);
			memset(pkt_data(pkts[i]), 0, 1400);
			pkts[i]->udp_encap = true;
			struct wr w = wr_of(pkt_data(pkts[i]), 20);
			wr_u32(&w, ip ? 0x45000000 | 1400 : word);
			wr_zero(&w, 12);
			wr_u32(&w, ip ? word : 0);
		}
		(ip ? worker_out : worker_in)(ws->w[0], pkts, k, false);
		worker_cross_ring(ws->w[0]);
	}
}

static uint64_t dropped(unsigned worker, enum drop_reason why)
{
	return ctr_get(&ws->w[worker]->drops.n[why]);
}

static void esp_goes_to_its_worker(void **state)
{
	(void)state;
	give(0x30001234, 10, false); /* of worker 3 */
	assert_int_equal(dropped(0, DROP_ESP_NO_SA), 0);
	assert_true(worker_cross_waits(ws->w[3]));
	assert_false(worker_cross_waits(ws->w[1]));
	worker_turn(ws->w[3], 1, 0);
	assert_false(worker_cross_waits(ws->w[3]));
	assert_int_equal(dropped(3, DROP_ESP_NO_SA), 10); /* nobody has it: said by who would */
	give(0x40001234, 5, false); /* there is no worker 4 */
	give(0x00001234, 5, false);
	assert_int_equal(dropped(0, DROP_ESP_NO_SA), 10);
	assert_int_equal(workers_drops(ws, DROP_ESP_NO_SA), 20);
}

static void ip_goes_to_the_worker_of_the_session(void **state)
{
	struct link_info link = {.peer = 7, .flow = 9, .tunnel = 5, .call = 6};
	(void)state;
	alloc(6);
	uint32_t spi = alloc(7);
	assert_int_equal(esp_spi_worker(spi), 1);
	assert_int_equal(workers_session_add(ws, &link, false), 0);
	workers_session_open(ws, 5, USER, 1400, false, false);
	give(USER, 3, true);
	assert_true(worker_cross_waits(ws->w[1]));
	worker_turn(ws->w[1], 1, 0);
	assert_int_equal(dropped(1, DROP_NO_SA_OUT), 3);
	give(USER + 1, 2, true); /* nobody's */
	assert_int_equal(dropped(0, DROP_NO_ROUTE), 2);
	/* closed while it is under way: not handed on for ever */
	give(USER, 1, true);
	workers_session_close(ws, 5);
	worker_turn(ws->w[1], 1, 0);
	assert_int_equal(dropped(1, DROP_NO_ROUTE), 1);
	/* its address is somebody else's by now, of another worker */
	alloc(8);
	link = (struct link_info){.peer = 8, .flow = 10, .tunnel = 6, .call = 6};
	workers_session_open(ws, 5, USER, 1400, false, false);
	assert_int_equal(workers_session_add(ws, &link, false), 0);
	workers_session_open(ws, 6, USER, 1400, false, false);
	workers_session_remove(ws, 5); /* takes nothing away from it */
	give(USER, 1, true);
	assert_true(worker_cross_waits(ws->w[2]));
}

static void a_full_ring_is_counted(void **state)
{
	unsigned all = WORKER_CROSS / 1400;
	(void)state;
	give(0x20001234, all, false);
	uint64_t lost = dropped(0, DROP_CROSS_FULL);
	assert_in_range(lost, 1, all - 100);
	/* another pair of workers has its own */
	give(0x10001234, 10, false);
	assert_int_equal(dropped(0, DROP_CROSS_FULL), lost);
	while (worker_turn(ws->w[2], 1, 0) & WORKER_CROSSED)
		;
	assert_int_equal(dropped(2, DROP_ESP_NO_SA), all - lost);
	give(0x20001234, 10, false); /* there is room again */
	assert_int_equal(dropped(0, DROP_CROSS_FULL), lost);
}

/* What 1000 clients say at once waits for the control thread; a flood of IKE leaves room for what came through an SA. */
static void a_crowd_is_heard(void **state)
{
	(void)state;
	give(0, 1000, false);
	assert_int_equal(dropped(0, DROP_RING_FULL), 0);
	give(0, WORKER_MSGS, false);
	assert_int_equal(dropped(0, DROP_RING_FULL), 1000 + WORKER_MSGS_KEPT);
	assert_int_equal(msg_free(&ws->w[0]->up_msgs), WORKER_MSGS_KEPT);
}

/* Each worker has read the clock when its turn began. */
static void a_drop_is_told_once_by_all(void **state)
{
	(void)state;
	ws->w[0]->now_ms = 10001;
	give(0x00001234, 2, false);
	assert_int_equal(ring_count(&ws->w[0]->up), 1);
	give(0x10001234, 1, false);
	worker_turn(ws->w[1], 10000, 0); /* was a little earlier */
	assert_int_equal(dropped(1, DROP_ESP_NO_SA), 1);
	assert_int_equal(ring_count(&ws->w[1]->up), 0);
	give(0x10001234, 1, false);
	worker_turn(ws->w[1], 15001, 0);
	assert_int_equal(ring_count(&ws->w[1]->up), 1);
}

/* ------------------------------------------------------------------ threads */

static int setup_two_threads(void **state)
{
	threads = 2;
	return setup(state);
}

static void threads_share_the_workers(void **state)
{
	(void)state;
	assert_int_equal(ws->n_threads, 2);
	for (unsigned i = 0; i < N; i++)
		assert_ptr_equal(ws->w[i]->thread, &ws->thread[i % 2]);
	assert_int_equal(ws->thread[0].n, 2);
	assert_ptr_equal(ws->thread[1].w[1], ws->w[3]);
	/* a command for one wakes the thread of both, once */
	uint64_t rings;
	ws->thread[1].sleeping = true;
	workers_give(ws, ws->w[3], &(struct down){.op = DOWN_NOTHING});
	workers_give(ws, ws->w[1], &(struct down){.op = DOWN_NOTHING});
	assert_int_equal(read(ws->thread[1].wake_fd, &rings, sizeof rings), sizeof rings);
	assert_int_equal(rings, 1);
	assert_int_equal(read(ws->thread[0].wake_fd, &rings, sizeof rings), -1);
}

/* A millisecond of turns of so many packets; the nap that follows. */
static uint32_t pass(struct worker_pace *p, unsigned turns, unsigned pkts, bool napped)
{
	uint64_t ms = p->ms;
	for (unsigned i = 1; i < turns; i++)
		worker_pace(p, ms, pkts, napped);
	return worker_pace(p, ms + 1, pkts, napped);
}

static void who_is_alone_does_not_wait(void **state)
{
	struct worker_pace p = {.workers = 1, .ms = 1000};
	(void)state;
	assert_int_equal(pass(&p, 1, 1, false), 0);
	assert_int_equal(pass(&p, 20, 1, false), 0); /* a ping as fast as it goes */
	assert_int_equal(pass(&p, 0, 0, false), 0);
	/* Many, all of which wait for their answers: the nap shows it, and is not tried again soon. */
	assert_int_equal(pass(&p, 60, 1, false), PACE_NAP_US);
	assert_int_equal(pass(&p, 10, PACE_WORTH - 1, true), 0);
	for (unsigned i = 1; i < PACE_AWAKE_MS; i++)
		assert_int_equal(pass(&p, 60, 1, false), 0);
	assert_int_equal(pass(&p, 60, 1, false), PACE_NAP_US);
	assert_int_equal(pass(&p, 10, 0, true), 0); /* nobody came any more */
}

static void a_crowd_is_waited_for(void **state)
{
	struct worker_pace p = {.workers = 1, .ms = 1000};
	(void)state;
	assert_int_equal(pass(&p, 100, 2, false), WORKER_FULL * 1000 / 200);
	/* full, since it is waited for */
	assert_int_equal(pass(&p, 10, 20, true), WORKER_FULL * 1000 / 200);
	assert_int_equal(pass(&p, 10, 5, true), PACE_NAP_US); /* fewer, but worth it */
	/* there are two that each want a batch */
	p.workers = 2;
	assert_int_equal(pass(&p, 10, 20, true), 2 * WORKER_FULL * 1000 / 200);
	p.workers = 1;
	/* full without */
	assert_int_equal(pass(&p, 10, WORKER_FULL, false), 0);
	/* the thread itself had to wait, for a processor */
	worker_pace(&p, p.ms, 2, false);
	worker_pace(&p, p.ms, 2, false);
	for (unsigned i = 0; i < 100; i++)
		worker_pace(&p, p.ms, 5, false);
	assert_int_equal(worker_pace(&p, p.ms + 4, 4, false), PACE_NAP_US);
	assert_int_equal(worker_pace(&p, p.ms + 1000, 60, false), 0); /* it waited for packets */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(peers_are_spread),
	        TEST(a_session_holds_the_place),
	        TEST(esp_goes_to_its_worker),
	        TEST(ip_goes_to_the_worker_of_the_session),
	        TEST(a_full_ring_is_counted),
	        TEST(a_crowd_is_heard),
	        TEST(a_drop_is_told_once_by_all),
	        cmocka_unit_test_setup_teardown(threads_share_the_workers, setup_two_threads, teardown),
	        cmocka_unit_test(who_is_alone_does_not_wait),
	        cmocka_unit_test(a_crowd_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
