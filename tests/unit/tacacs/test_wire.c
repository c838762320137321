/* Packets that another implementation made (scapy's, key "tac key") are read and written alike; what does not add up,
 * in every way it may not, is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/aaa/tacacs/wire.h"
#include "crypto/prim/prim.h"

#define B(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})
#define KEY     B("tac key")
#define WHO     .text = {[TAC_T_USER] = B("jdoe"), [TAC_T_PORT] = B("L2TP-7"), [TAC_T_FROM] = B("192.0.2.9")

static const struct vector {
	const char *hex;
	enum tac_body_kind kind;
	struct tac_header h;
	struct tac_body b;
} vectors[] = {
        {"c101010012345678000000212d2eaea4e1c8894628a54de36cbafcccd3f804e62a710bdfcb5daccf295a055550",
         TAC_START,
         {TAC_VERSION_ONE, TAC_AUTHEN, 1, 0, 0x12345678, 33},
         {.number = {[TAC_N_ACTION] = 1, [TAC_N_PRIV] = 1, [TAC_N_BY] = TAC_BY_PAP, [TAC_N_SERVICE] = TAC_SERVICE_PPP},
          WHO, [TAC_T_DATA] = B("j!doe1")}}},
        {"c10102001234567800000023c527f7797f3bbdcc060c2d8138701d98046e9b3ae558517651413701bda2c1ae5cf5ac",
         TAC_AUTHEN_REPLY,
         {TAC_VERSION_ONE, TAC_AUTHEN, 2, 0, 0x12345678, 35},
         {.number = {[TAC_N_STATUS] = TAC_AUTHEN_FAIL}, .text = {[TAC_T_MSG] = B("Account closed for the summer")}}},
        {"c0010300000000070000000b5342af12635e7749187dc2",
         TAC_CONTINUE,
         {TAC_VERSION, TAC_AUTHEN, 3, 0, 7, 11},
         {.text = {[TAC_T_MSG] = B("j!doe1")}}},
        {"c0020100fffefdfc000000392113b5929efff940f81365ca8e4fbb6777af1a4985bb10ac961295c73d386d6c2fba292632dc3847bc"
         "d95b8e61c8c91e7ea91c34880f5089dc",
         TAC_AUTHOR_REQUEST,
         {TAC_VERSION, TAC_AUTHOR, 1, 0, 0xfffefdfc, 57},
         {.number = {[TAC_N_METHOD] = 6, [TAC_N_PRIV] = 1, [TAC_N_BY] = TAC_BY_PAP, [TAC_N_SERVICE] = TAC_SERVICE_PPP},
          WHO}, .args = {B("service=ppp"), B("protocol=ip"), B("addr*")}, .nargs = 3}},
        {"c0020200fffefdfc00000024ffcc647686e2e79ab48f13eef3c31bcd411f5fdf3793c3baa3cb38206f1bf2c8ba0b1020",
         TAC_AUTHOR_REPLY,
         {TAC_VERSION, TAC_AUTHOR, 2, 0, 0xfffefdfc, 36},
         {.number = {[TAC_N_STATUS] = TAC_AUTHOR_PASS_ADD},
          .text = {[TAC_T_MSG] = B("hi"), [TAC_T_DATA] = B("log")},
          .args = {B("addr=10.1.2.3"), B("timeout=30")}, .nargs = 2}},
        {"c0030100000000070000003242ed32d6fbdfe15719c8469f0fe3913a0aceeb334e3a3036eaa4e0e27a2acd54677138796ec753f029"
         "df999079f4d28cd139",
         TAC_ACCT_REQUEST,
         {TAC_VERSION, TAC_ACCT, 1, 0, 7, 50},
         {.number = {[TAC_N_FLAGS] = TAC_ACCT_STOP, [TAC_N_METHOD] = 6, [TAC_N_PRIV] = 1, [TAC_N_BY] = TAC_BY_PAP,
           [TAC_N_SERVICE] = TAC_SERVICE_PPP},
          WHO}, .args = {B("task_id=1"), B("service=ppp")}, .nargs = 2}},
        {"c0030200000000070000000580cd64212e",
         TAC_ACCT_REPLY,
         {TAC_VERSION, TAC_ACCT, 2, 0, 7, 5},
         {.number = {[TAC_N_STATUS] = TAC_ACCT_SUCCESS}}},
};
enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]), PACKET_CAP = 1024 };

static size_t from_hex(const char *hex, uint8_t *to)
{
	size_t n = strlen(hex) / 2;
	assert_true(n <= PACKET_CAP);
	for (size_t i = 0; i < n; i++) {
		unsigned v;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		to[i] = (uint8_t)v;
	}
	return n;
}

static void same(struct bytes a, struct bytes b)
{
	assert_int_equal(a.len, b.len);
	assert_true(bytes_eq(a, b));
}

static void theirs_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		uint8_t p[PACKET_CAP];
		size_t len = from_hex(v->hex, p);
		struct tac_header h;
		struct tac_body b;
		tac_header_read(p, &h);
		assert_memory_equal(&h, &v->h, sizeof(h));
		assert_int_equal(h.length, len - TAC_HEADER_LEN);
		assert_int_equal(tac_body_type(v->kind), h.type);
		tac_pad(&h, KEY, p + TAC_HEADER_LEN, h.length);
		assert_true(tac_body_read(v->kind, p + TAC_HEADER_LEN, h.length, &b));
		assert_memory_equal(b.number, v->b.number, sizeof(b.number));
		for (size_t k = 0; k < TAC_TEXTS; k++)
			same(b.text[k], v->b.text[k]);
		assert_int_equal(b.nargs, v->b.nargs);
		for (size_t k = 0; k < b.nargs; k++)
			same(b.args[k], v->b.args[k]);
	}
}

static void ours_are_theirs(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		uint8_t theirs[PACKET_CAP], ours[PACKET_CAP];
		size_t len = from_hex(v->hex, theirs);
		assert_int_equal(tac_packet(v->kind, v->h, KEY, &v->b, ours, sizeof(ours)), len);
		assert_memory_equal(ours, theirs, len);
		assert_int_equal(tac_packet(v->kind, v->h, KEY, &v->b, ours, len), len);
		for (size_t cap = 0; cap < len; cap++)
			assert_int_equal(tac_packet(v->kind, v->h, KEY, &v->b, ours, cap), 0);
	}
}

/* One byte too few, one too many, another key: never taken for a body. */
static void sums(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		uint8_t p[PACKET_CAP];
		size_t len = from_hex(v->hex, p) - TAC_HEADER_LEN;
		struct tac_body b;
		tac_pad(&v->h, KEY, p + TAC_HEADER_LEN, len);
		for (size_t n = 0; n < len; n++) {
			uint8_t *exact = malloc(n + 1);
			assert_non_null(exact);
			memcpy(exact, p + TAC_HEADER_LEN, n);
			assert_false(tac_body_read(v->kind, exact, n, &b));
			free(exact);
		}
		p[TAC_HEADER_LEN + len] = 0;
		assert_false(tac_body_read(v->kind, p + TAC_HEADER_LEN, len + 1, &b));
		tac_pad(&v->h, KEY, p + TAC_HEADER_LEN, len);
		tac_pad(&v->h, B("tac kez"), p + TAC_HEADER_LEN, len);
		assert_false(tac_body_read(v->kind, p + TAC_HEADER_LEN, len, &b));
	}
}

static void without_a_key(void **state)
{
	const struct vector *v = &vectors[0];
	uint8_t p[PACKET_CAP];
	struct tac_header h;
	struct tac_body b;
	(void)state;
	size_t len = tac_packet(v->kind, v->h, B(""), &v->b, p, sizeof(p));
	assert_true(len > 0);
	tac_header_read(p, &h);
	assert_int_equal(h.flags, TAC_UNENCRYPTED);
	assert_true(tac_body_read(v->kind, p + TAC_HEADER_LEN, h.length, &b));
	same(b.text[TAC_T_DATA], B("j!doe1"));
}

static void too_long(void **state)
{
	static uint8_t p[TAC_BODY_MAX * 2], text[TAC_BODY_MAX];
	struct tac_header h = {TAC_VERSION, 0, 1, 0, 1, 0};
	struct tac_body b = {0};
	(void)state;
	b.text[TAC_T_USER] = (struct bytes){text, 255};
	assert_int_equal(tac_packet(TAC_START, h, KEY, &b, p, sizeof(p)), TAC_HEADER_LEN + 8 + 255);
	b.text[TAC_T_USER].len = 256;
	assert_int_equal(tac_packet(TAC_START, h, KEY, &b, p, sizeof(p)), 0);
	b = (struct tac_body){.nargs = TAC_ARGS_MAX};
	for (size_t i = 0; i < TAC_ARGS_MAX; i++)
		b.args[i] = (struct bytes){text, TAC_ARG_MAX};
	assert_int_equal(tac_packet(TAC_AUTHOR_REPLY, h, KEY, &b, p, sizeof(p)),
	                 TAC_HEADER_LEN + 6 + TAC_ARGS_MAX + TAC_ARGS_MAX * TAC_ARG_MAX);
	b.args[7].len = TAC_ARG_MAX + 1;
	assert_int_equal(tac_packet(TAC_AUTHOR_REPLY, h, KEY, &b, p, sizeof(p)), 0);
	b.args[7].len = TAC_ARG_MAX;
	b.nargs = TAC_ARGS_MAX + 1;
	assert_int_equal(tac_packet(TAC_AUTHOR_REPLY, h, KEY, &b, p, sizeof(p)), 0);
	b = (struct tac_body){0};
	b.text[TAC_T_MSG] = b.text[TAC_T_DATA] = (struct bytes){text, 40000};
	assert_int_equal(tac_packet(TAC_CONTINUE, h, KEY, &b, p, sizeof(p)), 0); /* over TAC_BODY_MAX */
	b.text[TAC_T_DATA].len = 20000;
	assert_int_equal(tac_packet(TAC_CONTINUE, h, KEY, &b, p, sizeof(p)), TAC_HEADER_LEN + 5 + 60000);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(tac_status_name(TAC_AUTHEN, 5), "GETPASS");
	assert_string_equal(tac_status_name(TAC_AUTHOR, 0x10), "FAIL");
	assert_string_equal(tac_status_name(TAC_ACCT, 0x21), "FOLLOW");
	assert_null(tac_status_name(TAC_ACCT, 3));
	assert_null(tac_status_name(TAC_AUTHEN, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(theirs_read), cmocka_unit_test(ours_are_theirs), cmocka_unit_test(sums),
	        cmocka_unit_test(without_a_key), cmocka_unit_test(too_long), cmocka_unit_test(names),
	};
	if (prim_init(NULL) != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
