/* Many clients at once: whoever began is finished first, the others are put off in silence and get in when they repeat
 * what they said. Diffie-Hellman takes its time, packets get lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/exchange/ike_many.h"

enum { CROWD = 1000, GROUP = 19, PATIENCE_MS = 60000, FORGED_IP = 0x0b000001 };

static struct many many;

static int setup(void **state)
{
	many_open(&many, "aes-256", GROUP);
	many.latency_ms = 20;
	*state = &many;
	return 0;
}

static int teardown(void **state)
{
	many_close(*state);
	return 0;
}

/* One millisecond: what has arrived is handled, and so many jobs are done. */
static void step(struct many *m, unsigned jobs)
{
	struct many_packet p;

	clock_run(&m->net.clock, clock_now(&m->net.clock) + 1);
	while (many_take(m, &p))
		many_deliver(m, &p);
	while (jobs-- > 0 && many_job(m))
		;
	assert_true(m->server->half_open <= IKE_HALF_OPEN_MAX);
	assert_true(m->njobs <= IKE_DH_MOST);
}

static void steps(struct many *m, unsigned ms, unsigned jobs)
{
	while (ms-- > 0)
		step(m, jobs);
}

static void until_all_are_in(struct many *m, unsigned jobs)
{
	for (unsigned ms = 0; ms < PATIENCE_MS && m->up < m->begun; ms++)
		step(m, jobs);
	if (m->up < m->begun)
		fail_msg("%u of %u got in", m->up, m->begun);
	assert_int_equal(m->server->stat[STAT_RESPONDER_FAILS], 0);
	assert_int_equal(m->client->stat[STAT_INITIATOR_FAILS], 0);
}

/* All in the same millisecond, some packets are lost. */
static void all_at_once(void **state)
{
	struct many *m = *state;

	m->loss = 30;
	while (m->begun < CROWD)
		many_dial(m);
	until_all_are_in(m, 1);
}

/* The first message of somebody who will never say more. */
static void forged(struct many *m, uint32_t ip)
{
	struct ike_out o;
	struct ike_hdr hdr = {.exch = EXCH_MAIN};

	random_bytes(hdr.icookie, sizeof hdr.icookie);
	ike_out_begin(&o, &hdr);
	ike_out_payload(&o, PAY_SA);
	p1_write_offer(&o.w, &m->net.server.offer.policy[1]);
	assert_true(ike_out_end(&o));
	struct bytes all = ike_out_all(&o);
	ike_input(m->server, (struct ip4_end){SERVER_IP, IKE_PORT}, (struct ip4_end){ip, IKE_PORT}, all.p, all.len);
}

/* Behind one NAT, of which only some may be under way: the others are called, none has to ask again. */
static void crowd_behind_one_address(void **state)
{
	struct many *m = *state;
	uint64_t began_ms = clock_now(&m->net.clock);

	m->behind_nat = CROWD;
	while (m->begun < CROWD)
		many_dial(m);
	until_all_are_in(m, 1);
	assert_true(m->server->put_off[PUT_OFF_ADDRESS] > 0);
	assert_int_equal(m->server->put_off[PUT_OFF_RATE], 0);
	/* who waits is not told of as refused */
	assert_int_equal(net_logged(&m->net, 713191, NULL), 0);
	assert_int_equal(m->server->stat[STAT_CAPACITY_FAILS], 0);
	assert_in_range(clock_now(&m->net.clock) - began_ms, CROWD, 1999); /* then it would ask */
	assert_int_equal(m->server->waiting.n, 0);
	assert_false(timer_running(&m->server->waiting.timer));
}

/* One address alone, and everybody else: neither waits for the other. */
static void crowd_beside_a_crowd(void **state)
{
	struct many *m = *state;

	m->behind_nat = CROWD / 2;
	m->net.server.offer.conf.max_half_open = CROWD / 2;
	while (m->begun < CROWD)
		many_dial(m);
	steps(m, CROWD / 2, 1);
	assert_in_range(m->up, CROWD / 4, CROWD / 2);
	until_all_are_in(m, 1);
	assert_int_equal(m->server->waiting.n, 0);
}

/* Of forged messages no more wait than there is room for, and not for long. */
static void forged_crowd(void **state)
{
	struct many *m = *state;

	for (uint32_t i = 0; i < 10 * CROWD; i++)
		forged(m, NAT_IP);
	assert_int_equal(m->server->half_open, IKE_HALF_OPEN_ADDRESS);
	assert_int_equal(m->server->waiting.n, IKE_WAITING_ADDRESS);
	/* others have places in the queue, too, but not more than there are */
	for (uint32_t i = 0; i < 3 * CROWD; i++)
		forged(m, NAT_IP + 1 + i % 2);
	assert_int_equal(m->server->waiting.n, IKE_WAITING_MOST);
	steps(m, IKE_WAITING_MS + 2000, 1);
	assert_int_equal(m->server->waiting.n, 0);
	steps(m, 40000, 1);
	assert_int_equal(m->server->half_open, 0);
	assert_int_equal(m->server->nsas, 0);
	many_dial(m);
	steps(m, 1000, 1);
	assert_int_equal(m->up, 1);
}

/* All places are taken by forged addresses, all the time: who repeats what he said gets in. */
static void clients_in_a_flood(void **state)
{
	enum { CLIENTS = 50, EACH_MS = 10, FLOOD_MS = 9000 };
	struct many *m = *state;

	for (uint32_t ms = 0; ms < FLOOD_MS; ms++) {
		for (uint32_t i = 0; i < EACH_MS; i++)
			forged(m, FORGED_IP + ms * EACH_MS + i);
		if (ms > 1000 && ms % 50 == 0 && m->begun < CLIENTS)
			many_dial(m);
		step(m, 1);
	}
	assert_int_equal(m->begun, CLIENTS);
	assert_int_equal(m->up, CLIENTS);
	assert_int_equal(m->server->half_open, IKE_HALF_OPEN_MAX);
	assert_int_equal(m->server->waiting.n, 0);
	assert_non_null(m->server->again.rows);
	steps(m, 100000, 1);
	assert_int_equal(m->server->half_open, 0);
	assert_null(m->server->again.rows);
}

/* The queue is full of forged messages, of addresses that have their share and say more all the time, and all places are
 * taken by others: who repeats what he said gets in. */
static void clients_behind_forged_waiters(void **state)
{
	enum { CLIENTS = 20, EACH_MS = 10, FLOOD_MS = 5000, ADDRESSES = 3 };
	struct many *m = *state;

	for (uint32_t i = 0; i < ADDRESSES * (IKE_WAITING_ADDRESS + IKE_HALF_OPEN_ADDRESS); i++)
		forged(m, NAT_IP + i % ADDRESSES);
	assert_int_equal(m->server->waiting.n, IKE_WAITING_MOST);
	for (uint32_t ms = 0; ms < FLOOD_MS; ms++) {
		for (uint32_t i = 0; i < EACH_MS; i++)
			forged(m, FORGED_IP + ms * EACH_MS + i);
		for (uint32_t i = 0; i < ADDRESSES; i++)
			forged(m, NAT_IP + i);
		if (ms > 500 && ms % 25 == 0 && m->begun < CLIENTS)
			many_dial(m);
		step(m, 1);
	}
	assert_int_equal(m->begun, CLIENTS);
	assert_int_equal(m->up, CLIENTS);
	assert_in_range(m->server->waiting.n, 1, IKE_WAITING_MOST);
	assert_int_equal(m->server->waiting.claims, 0);
}

/* While Diffie-Hellman has a backlog one more comes than an address that has its share has waiting: it is found behind
 * them, though a turn does not look at all of them. */
static void behind_a_crowd(void **state)
{
	struct many *m = *state;

	for (uint32_t i = 0; i < IKE_WAITING_ADDRESS + IKE_HALF_OPEN_ADDRESS; i++)
		forged(m, NAT_IP);
	assert_int_equal(m->server->waiting.n, IKE_WAITING_ADDRESS);
	m->more_jobs = IKE_DH_BACKLOG;
	many_dial(m);
	steps(m, 100, 0);
	assert_int_equal(m->server->waiting.n, IKE_WAITING_ADDRESS + 1);
	m->more_jobs = 0;
	steps(m, 1850, 1); /* then it would ask again */
	assert_int_equal(m->up, 1);
	assert_int_equal(m->server->half_open, IKE_HALF_OPEN_ADDRESS);
}

/* More than fit under the limit. */
static void more_than_the_limit(void **state)
{
	struct many *m = *state;

	m->net.server.offer.conf.max_half_open = CROWD / 4;
	while (m->begun < CROWD)
		many_dial(m);
	until_all_are_in(m, 1);
	assert_true(m->server->put_off[PUT_OFF_LIMIT] > 0);
	assert_int_equal(m->server->half_open_peak, CROWD / 4);
}

/* Twice as many come as can be served: Diffie-Hellman's queue stays short, and none that began is given up. */
static void faster_than_served(void **state)
{
	struct many *m = *state;

	m->loss = 20;
	for (unsigned i = 0; i < 2 * CROWD; i++) {
		many_dial(m);
		step(m, i & 1);
		assert_true(m->njobs < 2 * IKE_DH_BACKLOG);
	}
	assert_true(m->server->put_off[PUT_OFF_BACKLOG] > 0);
	/* It says nothing of them, and they are among those who were rejected. */
	assert_int_equal(net_logged(&m->net, 713191, NULL), 0);
	until_all_are_in(m, 1);
}

/* What the owner of the sockets sorts by. */
static void first_messages_are_told_apart(void **state)
{
	uint8_t msg[IKE_HDR_LEN] = {1};

	(void)state;
	assert_true(ike_is_first(msg, sizeof msg));
	assert_false(ike_is_first(msg, 15));
	assert_false(ike_is_first(msg, 0));
	msg[15] = 1;
	assert_false(ike_is_first(msg, sizeof msg));
}

/* One address has a share and no more; others get in beside it at once. */
static void flood_of_one_address(void **state)
{
	struct many *m = *state;

	for (unsigned ms = 0; ms < 5000; ms++) {
		for (unsigned i = 0; i < 5; i++)
			forged(m, NAT_IP);
		if (ms % 10 == 0 && m->begun < CROWD / 4)
			many_dial(m);
		step(m, 1);
		assert_true(m->begun - m->up < 50); /* none has to repeat anything */
	}
	assert_true(m->server->put_off[PUT_OFF_ADDRESS] > 0);
	assert_int_equal(m->server->put_off[PUT_OFF_LIMIT], 0);
	assert_int_equal(m->up, CROWD / 4);
}

/* With a small limit the share is half of it. */
static void share_of_a_small_limit(void **state)
{
	struct many *m = *state;

	m->net.server.offer.conf.max_half_open = 10;
	for (unsigned i = 0; i < 100; i++)
		forged(m, NAT_IP);
	assert_int_equal(m->server->half_open, 5);
	many_dial(m);
	until_all_are_in(m, 1);
}

/* A message whose answer needs Diffie-Hellman comes while its queue is full: as if it had been lost. */
static void full_queue(void **state)
{
	struct many *m = *state;

	many_dial(m);
	steps(m, 45, 1); /* MM3 is on its way */
	m->more_jobs = IKE_DH_MOST;
	steps(m, 1000, 1);
	assert_int_equal(m->server->put_off[PUT_OFF_DH_FULL], 1);
	assert_int_equal(m->server->sas->mm.state, ST_MM_WAIT3);
	m->more_jobs = 0;
	until_all_are_in(m, 1);
	/* new keys with PFS */
	struct ike_peer *peer = m->client->peers;
	peer->flows->group = GROUP;
	assert_true(qm_begin(sa_best(peer), peer->flows));
	m->more_jobs = IKE_DH_MOST;
	steps(m, 1000, 1);
	assert_int_equal(m->server->put_off[PUT_OFF_DH_FULL], 2);
	assert_null(m->server->sas->quick != NULL && m->server->sas->quick->x.state != ST_QM_DONE ? state : NULL);
	m->more_jobs = 0;
	steps(m, 3000, 1);
	assert_int_equal(m->server->peers->flows->nchildren, 2);
	assert_int_equal(m->server->peers->flows->group, GROUP);
}

/* A repetition is answered out of what was kept: nothing is decrypted, derived or signed for it. */
static void repetitions_cost_nothing(void **state)
{
	struct many *m = *state;
	struct many_packet p;
	unsigned repeated = 0;

	many_dial(m);
	while (m->up == 0) {
		clock_run(&m->net.clock, clock_now(&m->net.clock) + 10);
		while (many_take(m, &p)) {
			many_deliver(m, &p);
			while (many_job(m))
				;
			if (!p.to_server || m->up > 0)
				continue;
			const struct crypto_work before = ike_work(m->server);
			size_t answers = m->n;
			clock_run(&m->net.clock, clock_now(&m->net.clock) + 500);
			many_deliver(m, &p);
			const struct crypto_work after = ike_work(m->server);
			assert_int_equal(after.encrypt, before.encrypt);
			assert_int_equal(after.decrypt, before.decrypt);
			assert_int_equal(after.hmac, before.hmac);
			assert_int_equal(after.random, before.random);
			assert_int_equal(after.key_allocated, before.key_allocated);
			assert_int_equal(m->n, answers + 1);
			repeated++;
		}
	}
	assert_int_equal(repeated, 4); /* three of Main Mode, the first of Quick Mode */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(all_at_once),
	        T(crowd_behind_one_address),
	        T(crowd_beside_a_crowd),
	        T(forged_crowd),
	        T(clients_in_a_flood),
	        T(clients_behind_forged_waiters),
	        T(behind_a_crowd),
	        T(more_than_the_limit),
	        T(faster_than_served),
	        T(flood_of_one_address),
	        T(share_of_a_small_limit),
	        T(full_queue),
	        T(first_messages_are_told_apart),
	        T(repetitions_cost_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
