#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/ipsec/alg.h"
#include "tests/unit/ipsec/esp_fixture.h"

static const struct esp_alg aes128_sha1 = {ESP_CIPHER_AES, 16, ESP_MAC_SHA1};

static void spis(void **state)
{
	struct esp_spis *s = esp_spis_new(2, 3);
	uint32_t first, got[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		got[i] = esp_spi_alloc(s, 1);
		assert_int_equal(esp_spi_worker(got[i]), 1);
		assert_int_equal(esp_spi_slot(got[i]), i);
		assert_true(esp_spi_used(s, got[i]));
	}
	assert_int_equal(esp_spi_alloc(s, 1), 0);
	assert_int_equal(esp_spi_count(s, 1), 3);
	assert_int_equal(esp_spi_count(s, 0), 0);
	assert_false(esp_spi_release(s, got[1] ^ 1)); /* another generation */
	assert_true(esp_spi_release(s, got[1]));
	assert_false(esp_spi_release(s, got[1]));
	first = esp_spi_alloc(s, 1);
	assert_int_equal(esp_spi_slot(first), 1);
	assert_int_equal(first & 0xfff, (got[1] + 1) & 0xfff);
	assert_int_equal(esp_spi_alloc(s, 2), 0);
	assert_false(esp_spi_release(s, 0x20000000));
	assert_false(esp_spi_release(s, 0));
	esp_spis_free(s);
	assert_null(esp_spis_new(17, 3));
	assert_null(esp_spis_new(1, 0));
	assert_null(esp_spis_new(1, 65537));
}

/* Who comes and goes again and again uses no more places than there were SAs at once, and those that rest. */
static void places_are_used_again(void **state)
{
	enum { AT_ONCE = 500, SLOTS = 65536 };
	static uint32_t got[AT_ONCE];
	struct esp_spis *s = esp_spis_new(1, SLOTS);
	unsigned highest = 0;

	(void)state;
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < AT_ONCE; i++) {
			got[i] = esp_spi_alloc(s, 0);
			assert_int_not_equal(got[i], 0);
			if (esp_spi_slot(got[i]) > highest)
				highest = esp_spi_slot(got[i]);
		}
		for (int i = 0; i < AT_ONCE; i++)
			assert_true(esp_spi_release(s, got[i]));
		assert_false(esp_spi_used(s, got[0]));
	}
	assert_in_range(highest, AT_ONCE, AT_ONCE + 1024);
	esp_spis_free(s);
}

/* Slot 0 of worker 0 through all its generations: 0..255 never come. */
static void reserved_numbers(void **state)
{
	struct esp_spis *s = esp_spis_new(1, 1);

	(void)state;
	for (int i = 0; i < 9000; i++) {
		uint32_t spi = esp_spi_alloc(s, 0);

		assert_in_range(spi, 256, 4095);
		assert_true(esp_spi_release(s, spi));
	}
	esp_spis_free(s);
}

static void table(void **state)
{
	struct esp_table *t = esp_table_new(0, 16);
	struct sa_pair pair = fix_pair(aes128_sha1, ESP_TRANSPORT, true);
	struct esp_sa *a, *b, *c;
	unsigned events = 0;

	(void)state;
	a = esp_sa_new(&pair, NULL);
	pair.spi_in = 0x00003001;
	b = esp_sa_new(&pair, NULL);
	pair.spi_in = 0x10003001;
	c = esp_sa_new(&pair, NULL);
	assert_true(esp_table_put(t, a));
	assert_false(esp_table_put(t, a));
	assert_true(esp_table_put(t, b));
	assert_false(esp_table_put(t, c)); /* another worker's */
	assert_ptr_equal(esp_table_find(t, a->spi_in), a);
	assert_null(esp_table_find(t, a->spi_in ^ 1));
	assert_null(esp_table_find(t, 0x00fff001)); /* beyond the slots */
	assert_null(esp_table_find(t, c->spi_in));

	esp_table_note(t, a, ESP_EV_USED);
	esp_table_note(t, a, ESP_EV_SOFT_KB);
	esp_table_note(t, b, ESP_EV_USED);
	assert_ptr_equal(esp_table_event(t, &events), a);
	assert_int_equal(events, ESP_EV_USED | ESP_EV_SOFT_KB);
	esp_table_note(t, a, ESP_EV_USED); /* once only */
	assert_ptr_equal(esp_table_event(t, &events), b);
	assert_null(esp_table_event(t, &events));
	esp_table_note(t, a, ESP_EV_MOVED);
	esp_table_note(t, b, ESP_EV_HARD);
	assert_ptr_equal(esp_table_take(t, b->spi_in), b); /* the last in the queue */
	esp_table_note(t, a, ESP_EV_HARD);
	assert_ptr_equal(esp_table_event(t, &events), a);
	assert_int_equal(events, ESP_EV_MOVED | ESP_EV_HARD);
	assert_null(esp_table_event(t, &events));
	esp_table_note(t, a, ESP_EV_MOVED);

	esp_table_move(t, 7, (struct ip4_end){1, 2});
	assert_int_equal(a->remote.port, 2);
	assert_int_equal(b->remote.port, 61000);
	assert_ptr_equal(esp_table_take(t, a->spi_in), a); /* the only one */
	assert_null(esp_table_event(t, &events));
	assert_null(esp_table_take(t, a->spi_in));
	esp_sa_free(a);
	esp_sa_free(b);
	esp_sa_free(c);
	esp_sa_free(NULL);
	esp_table_free(t);
}

/* Many peers with one, two or three SAs each: all of a peer move and nobody else's, however SAs come and go. */
static void moves(void **state)
{
	enum { N = 6000, PEERS = 3000 };
	struct esp_table *t = esp_table_new(0, N + 1);
	struct sa_pair pair = fix_pair(aes128_sha1, ESP_TRANSPORT, true);
	static struct esp_sa *sas[N];
	const struct ip4_end there = {0x0a0a0a0a, 4501};

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		pair.spi_in = (i + 1) << 12;
		pair.peer = 1 + (i * 7 + i % 3) % PEERS;
		sas[i] = esp_sa_new(&pair, NULL);
		assert_true(esp_table_put(t, sas[i]));
	}
	for (uint32_t i = 0; i < N; i += 3)
		assert_ptr_equal(esp_table_take(t, sas[i]->spi_in), sas[i]);
	for (uint32_t peer = 1; peer <= PEERS; peer += 2)
		esp_table_move(t, peer, there);
	esp_table_move(t, PEERS + 100, there);
	for (uint32_t i = 0; i < N; i++) {
		bool moved = i % 3 && sas[i]->peer & 1;

		assert_int_equal(ip4_end_eq(sas[i]->remote, there), moved);
		assert_int_equal(ip4_end_eq(sas[i]->moved_to, there), moved);
		esp_table_take(t, sas[i]->spi_in);
		esp_sa_free(sas[i]);
	}
	esp_table_free(t);
}

/* What a tunnel costs, with the window the appliance has by default. */
static void sizes(void **state)
{
	struct sa_pair pair =
	        fix_pair((struct esp_alg){ESP_CIPHER_AES, 32, ESP_MAC_SHA1}, ESP_TRANSPORT, true);
	struct esp_sa *sa;

	(void)state;
	pair.replay_window = 64;
	sa = esp_sa_new(&pair, NULL);
	assert_in_range(esp_sa_size(sa), sizeof(*sa), 1300);
	esp_sa_free(sa);
}

static void bad_algorithms(void **state)
{
	struct sa_pair pair =
	        fix_pair((struct esp_alg){ESP_CIPHER_AES, 20, ESP_MAC_SHA1}, ESP_TRANSPORT, false);
	struct err err = {0};

	(void)state;
	assert_null(esp_sa_new(&pair, &err));
	assert_int_equal(err.code, -EINVAL);
}

static void overhead(void **state)
{
	static const struct {
		struct esp_alg alg;
		enum esp_mode mode;
		bool encap;
		unsigned all, before;
	} rows[] = {
	        {{ESP_CIPHER_DES, 8, ESP_MAC_MD5}, ESP_TRANSPORT, false, 36, 16},
	        {{ESP_CIPHER_AES, 32, ESP_MAC_MD5}, ESP_TUNNEL, true, 82, 52},
	        {{ESP_CIPHER_AES, 32, ESP_MAC_SHA1}, ESP_TUNNEL, false, 74, 44},
	        {{ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ESP_TUNNEL, false, 58, 36},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned before = 0;

		assert_int_equal(esp_overhead(rows[i].alg, rows[i].mode, rows[i].encap, &before),
		                 rows[i].all);
		assert_int_equal(before, rows[i].before);
	}
	/* 1500 = 20 + 8 + 8 + 16 + 1424 + 12, 12 short of a block */
	assert_int_equal(
	        esp_inner_mtu((struct esp_alg){ESP_CIPHER_AES, 32, ESP_MAC_SHA1}, true, 1500),
	        1422);
	assert_int_equal(
	        esp_inner_mtu((struct esp_alg){ESP_CIPHER_DES, 8, ESP_MAC_MD5}, false, 1500), 1446);
	assert_int_equal(
	        esp_inner_mtu((struct esp_alg){ESP_CIPHER_NULL, 0, ESP_MAC_NONE}, false, 28), 0);
	assert_int_equal(
	        esp_inner_mtu((struct esp_alg){ESP_CIPHER_NULL, 0, ESP_MAC_NONE}, false, 32), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(spis),     cmocka_unit_test(reserved_numbers),
	        cmocka_unit_test(places_are_used_again),
	        cmocka_unit_test(table),    cmocka_unit_test(bad_algorithms),
	        cmocka_unit_test(overhead), cmocka_unit_test(moves),
	        cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, fix_setup, fix_teardown);
}
