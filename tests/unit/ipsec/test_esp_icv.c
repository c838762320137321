/* Clients that agree on HMAC-SHA-256 and send 96 bits of it (Android 6 and 7): found out per SA, and nothing else let in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ipsec/esp_fixture.h"

enum { NOW = 5000, WHOLE = 16, SHORT = 12 };

static const struct esp_alg algs[] = {
        {ESP_CIPHER_AES, 32, ESP_MAC_SHA256},
        {ESP_CIPHER_3DES, 24, ESP_MAC_SHA256},
        {ESP_CIPHER_NULL, 0, ESP_MAC_SHA256},
};
enum { N_ALGS = sizeof(algs) / sizeof(algs[0]) };

static struct fix_sas open_as(struct esp_alg alg)
{
	return fix_open(fix_pair(alg, ESP_TRANSPORT, true));
}

/* The client's next packet: with 16 bytes of the MAC, or with less. */
static void make(struct fix_sas *f, struct fix_pkt *p, uint32_t seq, uint32_t cut)
{
	struct fix_pkt udp;

	fix_pkt_udp(&udp, 1701, 1701, 40);
	fix_pkt_esp(p, &f->pair, seq, pkt_data(&udp.p), udp.p.len, 17, 0);
	pkt_trim(&p->p, p->p.len - cut);
}

static enum drop_reason receive(struct fix_sas *f, uint32_t seq, uint32_t cut)
{
	struct fix_pkt p;
	struct pkt *batch[1] = {&p.p};

	make(f, &p, seq, cut);
	esp_in(f->t, batch, 1, NOW);
	if (!p.p.drop)
		assert_int_equal(p.p.len, 8 + 40);
	return (enum drop_reason)p.p.drop;
}

/* What goes back has a MAC as long as what came. */
static void check_answer(struct fix_sas *f, uint32_t icv_len)
{
	struct fix_pkt p;
	struct pkt *batch[1] = {&p.p};
	uint8_t digest[32];

	fix_pkt_udp(&p, 1701, 1701, 40);
	memset(pkt_data(&p.p) + p.p.len, 0xee, 128);
	p.p.sa = f->sa;
	esp_out(f->t, batch, 1, NOW);
	assert_int_equal(p.p.drop, DROP_NONE);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(pkt_data(&p.p)[p.p.len + i], 0xee); /* nothing behind it */
	prim_hmac(PRIM_SHA256, (struct bytes){f->pair.keys->mac_key_out, 32},
	          &(struct bytes){pkt_data(&p.p), p.p.len - icv_len}, 1, digest);
	assert_memory_equal(pkt_data(&p.p) + p.p.len - icv_len, digest, icv_len);
}

static void short_from_the_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++) {
		struct fix_sas f = open_as(algs[i]);
		struct sa_stats stats;

		for (uint32_t seq = 1; seq <= 70; seq++)
			assert_int_equal(receive(&f, seq, WHOLE - SHORT), DROP_NONE);
		assert_int_equal(receive(&f, 70, WHOLE - SHORT), DROP_ESP_REPLAY);
		check_answer(&f, SHORT);
		esp_sa_stats(f.sa, &stats);
		assert_int_equal(stats.pkts_in, 70);
		assert_true(stats.icv_cut);
		assert_int_equal(stats.errs_in, 1); /* the replay alone */
		assert_int_equal(stats.auth_errs + stats.len_errs, 0);
		fix_close(&f);
	}
}

/* Who has once sent all of it sends no less. */
static void whole_stays_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++) {
		struct fix_sas f = open_as(algs[i]);

		assert_int_equal(receive(&f, 1, 0), DROP_NONE);
		assert_int_not_equal(receive(&f, 2, WHOLE - SHORT), DROP_NONE);
		assert_int_equal(receive(&f, 3, 0), DROP_NONE);
		check_answer(&f, WHOLE);
		assert_false(esp_icv_is_cut(f.sa));
		assert_int_equal(ctr_get(&f.sa->c.errs_in), 1);
		fix_close(&f);
	}
}

/* Somebody on the way takes the end off the first packet: that must not shut the client out. */
static void cut_on_the_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++) {
		struct fix_sas f = open_as(algs[i]);

		assert_int_equal(receive(&f, 1, WHOLE - SHORT), DROP_NONE);
		assert_int_equal(receive(&f, 2, 0), DROP_NONE);
		check_answer(&f, WHOLE);
		/* no length is tried a second time that way: every packet would cost two */
		assert_int_equal(receive(&f, 3, 0), DROP_NONE);
		assert_int_equal(ctr_get(&f.sa->c.errs_in), 0);
		fix_close(&f);
	}
}

static void garbage_decides_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++)
		for (uint32_t cut = 0; cut <= WHOLE; cut++) {
			struct fix_sas f = open_as(algs[i]);
			struct fix_pkt p;
			struct pkt *batch[1] = {&p.p};

			make(&f, &p, 1, cut);
			pkt_data(&p.p)[7] ^= 1; /* of the sequence number */
			esp_in(f.t, batch, 1, NOW);
			assert_int_not_equal(p.p.drop, DROP_NONE);
			assert_int_equal(ctr_get(&f.sa->c.errs_in), 1);
			assert_int_equal(f.sa->icv_len, WHOLE);
			if (cut != 0 && cut != WHOLE - SHORT)
				assert_int_not_equal(receive(&f, 1, cut), DROP_NONE);
			assert_int_equal(receive(&f, 2, 0), DROP_NONE);
			fix_close(&f);
		}
}

/* Other MACs have one length. */
static void only_sha256(void **state)
{
	static const struct esp_alg others[] = {{ESP_CIPHER_AES, 16, ESP_MAC_SHA1},
	                                        {ESP_CIPHER_NULL, 0, ESP_MAC_SHA1},
	                                        {ESP_CIPHER_NULL, 0, ESP_MAC_MD5}};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fix_sas f = open_as(others[i]);

		assert_int_not_equal(receive(&f, 1, 4), DROP_NONE);
		assert_int_equal(receive(&f, 2, 0), DROP_NONE);
		fix_close(&f);
	}
}

/* Of both lengths in one batch, in any order: those that stay are of the client, and nothing is read past its end. */
static void in_one_batch(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++)
		for (unsigned first = 0; first < 2; first++) {
			struct fix_sas f = open_as(algs[i]);
			struct fix_pkt p[8];
			struct pkt *batch[8];

			for (uint32_t k = 0; k < 8; k++) {
				make(&f, &p[k], k + 1, (k & 1) == first ? WHOLE - SHORT : 0);
				batch[k] = &p[k].p;
			}
			esp_in(f.t, batch, 8, NOW);
			for (uint32_t k = 0; k < 8; k++) {
				bool whole = (k & 1) != first;

				assert_true(!whole == (batch[k]->drop != DROP_NONE));
			}
			assert_int_equal(f.sa->icv_len, WHOLE);
			fix_close(&f);
		}
}

/* What a client sends in one go: eight packets from seq on. Gives how many came through. */
static unsigned receive_eight(struct fix_sas *f, uint32_t seq, uint32_t cut, uint32_t step)
{
	struct fix_pkt p[8];
	struct pkt *batch[8];
	unsigned came = 0;

	for (uint32_t k = 0; k < 8; k++) {
		make(f, &p[k], seq + k * step, cut);
		batch[k] = &p[k].p;
	}
	esp_in(f->t, batch, 8, NOW);
	for (uint32_t k = 0; k < 8; k++) {
		came += batch[k]->drop == DROP_NONE;
		if (batch[k]->drop == DROP_NONE)
			assert_int_equal(batch[k]->len, 8 + 40);
	}
	return came;
}

/* The first of them tells the length, the others have failed by the one before. */
static void a_whole_batch(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++) {
		struct fix_sas f = open_as(algs[i]);

		assert_int_equal(receive_eight(&f, 1, WHOLE - SHORT, 1), 8);
		assert_int_equal(f.sa->icv_len, SHORT);
		assert_int_equal(receive_eight(&f, 9, WHOLE - SHORT, 1), 8);
		assert_int_equal(receive_eight(&f, 17, 0, 1), 8); /* it was cut on the way */
		assert_int_equal(f.sa->icv_len, WHOLE);
		check_answer(&f, WHOLE);
		assert_int_equal(ctr_get(&f.sa->c.errs_in), 0);
		assert_int_equal(ctr_get(&f.sa->c.pkts_in), 24);
		fix_close(&f);
	}
}

/* One packet eight times is one packet, whatever its length. */
static void a_batch_of_one_packet(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ALGS; i++) {
		struct fix_sas f = open_as(algs[i]);

		assert_int_equal(receive_eight(&f, 1, WHOLE - SHORT, 0), 1);
		assert_int_equal(receive_eight(&f, 2, 0, 0), 1);
		assert_int_equal(ctr_get(&f.sa->c.replay_errs), 14);
		assert_int_equal(ctr_get(&f.sa->c.errs_in), 14);
		fix_close(&f);
	}
}

/* Told by the SA before it: what goes out is short before anything came in, and what comes in still decides. */
static void known_before(void **state)
{
	static const struct esp_alg sha1 = {ESP_CIPHER_AES, 16, ESP_MAC_SHA1};
	struct fix_sas f;

	(void)state;
	for (size_t i = 0; i < N_ALGS; i++) {
		f = open_as(algs[i]);
		assert_false(esp_icv_is_cut(f.sa));
		esp_icv_cut(f.sa);
		assert_true(esp_icv_is_cut(f.sa));
		check_answer(&f, SHORT);
		assert_int_equal(receive(&f, 1, WHOLE - SHORT), DROP_NONE);
		assert_int_equal(receive(&f, 2, 0), DROP_NONE);
		assert_false(esp_icv_is_cut(f.sa));
		esp_icv_cut(f.sa); /* too late */
		assert_false(esp_icv_is_cut(f.sa));
		check_answer(&f, WHOLE);
		assert_int_equal(ctr_get(&f.sa->c.errs_in), 0);
		fix_close(&f);
	}
	f = open_as(sha1); /* has 96 bits anyway */
	esp_icv_cut(f.sa);
	assert_false(esp_icv_is_cut(f.sa));
	assert_int_equal(receive(&f, 1, 0), DROP_NONE);
	fix_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(short_from_the_start), cmocka_unit_test(whole_stays_whole),
	        cmocka_unit_test(cut_on_the_way),       cmocka_unit_test(garbage_decides_nothing),
	        cmocka_unit_test(only_sha256),          cmocka_unit_test(in_one_batch),
	        cmocka_unit_test(a_whole_batch),        cmocka_unit_test(a_batch_of_one_packet),
	        cmocka_unit_test(known_before),
	};

	return cmocka_run_group_tests(tests, fix_setup, fix_teardown);
}
