/* What is left in memory of keys that prim_batch has run and given up: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/prim/batch_pairs.h"

enum { NEEDLE = 12, NEEDLES_MAX = 8 };

/* Kept upside down, so that the search does not find itself. */
static uint8_t needles[NEEDLES_MAX][NEEDLE];
static size_t n_needles;

static void needle_add(const void *secret)
{
	assert_true(n_needles < NEEDLES_MAX);
	for (size_t i = 0; i < NEEDLE; i++)
		needles[n_needles][i] = (uint8_t)~((const volatile uint8_t *)secret)[i];
	n_needles++;
}

__attribute__((no_sanitize("address", "thread"))) static const uint8_t *
find(const uint8_t *from, const uint8_t *to)
{
	for (; from + NEEDLE <= to; from += 4) {
		for (size_t k = 0; k < n_needles; k++) {
			size_t i = 0;

			while (i < NEEDLE && (from[i] ^ needles[k][i]) == 0xff)
				i++;
			if (i == NEEDLE)
				return from;
		}
	}
	return NULL;
}

/* Looks through all memory that can be written, but for the stack: what registers were saved there for a call is soon
 * written over. A sanitizer's own areas are too large to be data. */
static bool left_behind(bool unwanted)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], mode[8];
	unsigned long from, to;
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		const uint8_t *at;

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    strncmp(mode, "rw", 2) != 0 || to - from > 64ul << 20 ||
		    strstr(line, "[stack]"))
			continue;
		at = find((const uint8_t *)from, (const uint8_t *)to);
		if (!at)
			continue;
		found = true;
		if (unwanted)
			print_error("at %p: %s", (const void *)at, line);
	}
	fclose(maps);
	return found;
}

/* Runs batches with a pair of keys of which nothing but itself and the needles knows. */
static void use_keys(struct prim_engine *e, struct prim_key *enc, struct prim_key *dec)
{
	static uint8_t data[20][128];
	uint8_t iv[PRIM_IV_MAX] = {3};
	struct prim_op ops[20];

	for (size_t n = 1; n <= 20; n++) {
		for (size_t i = 0; i < n; i++)
			ops[i] = (struct prim_op){.key = enc,
			                          .iv = iv,
			                          .data = data[i],
			                          .data_len = 96,
			                          .auth = data[i],
			                          .auth_len = 96,
			                          .icv = data[i] + 96};
		prim_batch_run(e, ops, n);
		for (size_t i = 0; i < n; i++)
			ops[i].key = dec;
		prim_batch_run(e, ops, n);
		assert_int_equal(ops[n - 1].status, PRIM_OP_OK);
	}
}

static void wiped(void **state)
{
	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			struct pair p;

			if (pairs[i].m != 2 || pairs[i].c == 1 || pairs[i].c == 4)
				continue; /* with SHA-1; one of each kind of schedule */
			n_needles = 0;
			pair_make(&p, pairs[i].c, pairs[i].m);
			use_keys(engines[b], p.enc, p.dec);
			if (ciphers[p.c].key_len >= NEEDLE)
				needle_add(p.key);
			needle_add(p.mac_key);
			/* what was computed from them: states of the MAC, schedules */
			for (size_t at = 16; at < 160; at += 32) {
				if (at + NEEDLE <= prim_key_size(p.enc) && at != 80 && at != 112)
					needle_add((const uint8_t *)p.enc + at);
			}
			if (160 <= prim_key_size(p.dec))
				needle_add((const uint8_t *)p.dec + 144);
			wipe(&p.key, sizeof(p.key));
			wipe(&p.mac_key, sizeof(p.mac_key));
			assert_true(left_behind(false));
			prim_engine_forget(engines[b], p.enc);
			prim_engine_forget(engines[b], p.dec);
			prim_key_free(p.enc);
			prim_key_free(p.dec);
			assert_false(left_behind(true));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(wiped)};

	return cmocka_run_group_tests(tests, pairs_setup, pairs_teardown);
}
