/* Versions of the tree under random changes, against a plain table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/config/tree.h"

#define KEYS 300

static struct field fields[] = {
        {.name = "k", .index = 0},
        {.name = "v", .index = 1, .dflt = {.kind = V_U32, .u32 = 7}},
};
static struct node root, item;
static struct node *kids[] = {&item};
static struct schema schema = {&root};

static int setup(void **state)
{
	(void)state;
	root = (struct node){.name = "", .nodes = kids, .nnodes = 1};
	item = (struct node){.name = "item",
	                     .parent = &root,
	                     .fields = fields,
	                     .nkeys = 1,
	                     .nfields = 2,
	                     .flags = NODE_LIST,
	                     .sort = {SORT_ENTERED},
	                     .nsort = 1};
	fields[0].type = fields[1].type = value_type_find("u32");
	fields[0].node = fields[1].node = &item;
	return 0;
}

static struct value number(uint32_t n)
{
	return (struct value){.kind = V_U32, .u32 = n};
}

static void compare(const struct conf *c, const uint32_t *want)
{
	size_t n = 0, listed = 0;
	uint64_t last = 0;

	for (uint32_t k = 0; k < KEYS; k++) {
		struct value key = number(k);
		const struct centry *e = conf_get(c, &item, &key);

		assert_int_equal(e != NULL, want[k] != 0);
		n += e != NULL;
		if (e)
			assert_int_equal(conf_u32(e, "v"), want[k]);
	}
	for (const struct centry *e = conf_first(c, "item"); e; e = conf_next(c, e)) {
		assert_true(e->seq > last);
		last = e->seq;
		listed++;
	}
	assert_int_equal(listed, n);
	assert_int_equal(list_count(c->root, &item), n);
}

static void test_versions(void **state)
{
	struct conf *c = conf_new(&schema), *old[20];
	uint32_t now[KEYS] = {0}, was[20][KEYS];

	(void)state;
	srand(1);
	for (int v = 0; v < 20; v++) {
		old[v] = c;
		memcpy(was[v], now, sizeof(now));
		c = conf_fork(c);
		assert_true(conf_equal(c, old[v]));
		for (int i = 0; i < 100; i++) {
			uint32_t k = (uint32_t)rand() % KEYS;
			struct value key = number(k), val = number(1 + (uint32_t)rand() % 50);

			if (rand() % 3) {
				entry_set(conf_edit(c, &item, &key, true), &fields[1], &val);
				now[k] = val.u32;
			} else {
				assert_int_equal(conf_delete(c, &item, &key), now[k] != 0);
				now[k] = 0;
			}
		}
		compare(c, now);
		assert_false(conf_equal(c, old[v]));
	}
	/* The versions before are as they were; changes can be taken back one by one. */
	for (int v = 0; v < 20; v++)
		compare(old[v], was[v]);
	for (uint32_t k = 0; k < KEYS; k++) {
		struct value key = number(k);

		conf_revert(c, old[19], &item, &key);
	}
	compare(c, was[19]);
	for (int v = 0; v < 20; v++)
		conf_drop(old[v]);
	compare(c, was[19]);
	conf_drop(c);
}

static void test_values_of_entries(void **state)
{
	struct conf *first = conf_new(&schema), *c = conf_fork(first);
	struct value key = number(1), seven = number(7), eight = number(8);
	struct centry *e = conf_edit(c, &item, &key, true);

	(void)state;
	assert_int_equal(conf_u32(e, "v"), 7);
	assert_false(conf_is_set(e, "v"));
	entry_set(e, &fields[1], &eight);
	assert_true(conf_is_set(e, "v"));
	/* What equals the default is not set. */
	entry_set(e, &fields[1], &seven);
	assert_false(conf_is_set(e, "v"));
	assert_ptr_equal(conf_find(c, "item", STR("1")), e);
	assert_null(conf_find(c, "item", STR("2")));
	assert_null(conf_find(c, "item", STR("x")));
	assert_null(conf_find(first, "item", STR("1")));
	conf_drop(first);
	conf_drop(c);
}

/* Walks inside walks, through several versions, while others change. */
static void test_walks(void **state)
{
	struct conf *c = conf_new(&schema), *old;
	size_t outer = 0, inner = 0;

	(void)state;
	for (uint32_t k = 0; k < KEYS; k++) {
		struct value key = number(k);

		conf_edit(c, &item, &key, true);
	}
	old = c;
	c = conf_fork(old);
	for (const struct centry *a = conf_first(old, "item"); a; a = conf_next(old, a)) {
		struct value key = number(conf_u32(a, "k"));

		outer++;
		for (const struct centry *b = conf_first(c, "item"); b; b = conf_next(c, b))
			inner++;
		/* The next walk through c has one entry less, that through old goes on. */
		conf_delete(c, &item, &key);
	}
	assert_int_equal(outer, KEYS);
	assert_int_equal(inner, KEYS * (KEYS + 1) / 2);
	/* From an entry that is not there any more to the one after it. */
	for (const struct centry *a = conf_first(old, "item"); a; a = conf_next(old, a))
		assert_null(conf_next(c, a));
	conf_drop(old);
	conf_drop(c);
}

static void test_reads(void **state)
{
	struct conf *a = conf_new(&schema), *b = conf_fork(a);
	struct conf_reads none, some;
	struct value key = number(1);

	(void)state;
	conf_reads_begin(&none);
	conf_reads_end();
	conf_reads_begin(&some);
	assert_null(conf_first(a, "item"));
	conf_reads_end();
	assert_true(conf_reads_same(a, b, &some));
	conf_edit(b, &item, &key, true);
	assert_true(conf_mark(a) != conf_mark(b));
	assert_false(conf_reads_same(a, b, &some));
	assert_true(conf_reads_same(a, b, &none));
	conf_drop(a);
	conf_drop(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_versions),
	        cmocka_unit_test(test_walks),
	        cmocka_unit_test(test_reads),
	        cmocka_unit_test(test_values_of_entries),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
