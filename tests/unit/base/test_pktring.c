#include "tests/unit/base/unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "core/base/pktring.h"

enum { SIZE = 1 << 14 };

static uint8_t area[4096];

static struct pkt packet(uint32_t number, uint32_t len)
{
	memset(area, (uint8_t)number, len);
	memcpy(area, &number, sizeof number);
	return (struct pkt){.buf = area, .cap = sizeof area, .len = len, .peer = {number, 4500}, .tos = 3, .df = true};
}

static uint32_t number_of(const struct pkt *p)
{
	uint32_t number;
	memcpy(&number, pkt_data(p), sizeof number);
	return number;
}

static void a_packet_comes_with_room_around_it(void **state)
{
	struct pktring r;
	struct pkt p = packet(7, 100), got;
	uint8_t kind = 0;
	(void)state;
	assert_int_equal(pktring_init(&r, SIZE), 0);
	assert_true(pktring_push(&r, &p, 5));
	assert_true(pktring_empty(&r)); /* not before it is published */
	assert_int_equal(pktring_pop(&r, &got, 1, &kind), 0);
	assert_true(pktring_publish(&r));
	assert_false(pktring_publish(&r));
	assert_int_equal(pktring_pop(&r, &got, 1, &kind), 1);
	assert_int_equal(kind, 5);
	assert_int_equal(got.len, 100);
	assert_memory_equal(pkt_data(&got), area, 100);
	assert_int_equal(got.peer.ip, 7);
	assert_int_equal(got.tos, 3);
	assert_true(got.df && !got.udp_encap);
	assert_non_null(pkt_push(&got, PKT_HEADROOM));
	assert_non_null(pkt_put(&got, PKT_TAILROOM));
	pktring_release(&r);
	assert_true(pktring_empty(&r));
	pktring_free(&r);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct pktring r;
	struct pkt p, got[64];
	uint32_t in = 0, out = 0;
	uint8_t kind;
	(void)state;
	assert_int_equal(pktring_init(&r, SIZE), 0);
	for (int round = 0; round < 200; round++) {
		for (p = packet(in, 40 + in % 3000); pktring_push(&r, &p, 1 + in % 7 / 6);) {
			in++;
			p = packet(in, 40 + in % 3000);
		}
		pktring_publish(&r);
		while (!pktring_empty(&r)) {
			unsigned n = pktring_pop(&r, got, 64, &kind);
			for (unsigned i = 0; i < n; i++, out++) {
				assert_int_equal(number_of(&got[i]), out);
				assert_int_equal(got[i].len, 40 + out % 3000);
				assert_int_equal(kind, 1 + out % 7 / 6); /* one kind in a batch */
			}
			pktring_release(&r);
		}
		assert_int_equal(in, out);
	}
	assert_true(in > 200);
	pktring_free(&r);
}

enum { MANY = 20000 };

static void *producer(void *arg)
{
	struct pktring *r = arg;
	uint8_t data[256] = {0};
	for (uint32_t i = 0; i < MANY;) {
		memcpy(data, &i, sizeof i);
		struct pkt p = {.buf = data, .cap = sizeof data, .len = 4 + i % 200};
		if (pktring_push(r, &p, 1))
			i++;
		else
			sched_yield();
		if (i % 5 == 0)
			pktring_publish(r);
	}
	pktring_publish(r);
	return NULL;
}

static void two_threads(void **state)
{
	struct pktring r;
	struct pkt got[16];
	pthread_t thread;
	uint8_t kind;
	(void)state;
	assert_int_equal(pktring_init(&r, SIZE), 0);
	assert_int_equal(pthread_create(&thread, NULL, producer, &r), 0);
	for (uint32_t out = 0; out < MANY;) {
		unsigned n = pktring_pop(&r, got, 16, &kind);
		for (unsigned i = 0; i < n; i++, out++)
			assert_int_equal(number_of(&got[i]), out);
		pktring_release(&r);
		if (n == 0)
			sched_yield();
	}
	pthread_join(thread, NULL);
	pktring_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_packet_comes_with_room_around_it),
	        cmocka_unit_test(what_does_not_fit_is_refused),
	        cmocka_unit_test(two_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
