/* The option engine: one answer of one kind, in order; what is malformed or not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ppp/opt.h"
#include "ppp/proto.h"

struct obj {
	unsigned naks, rejs;
	bool want_absent;
};

static bool ask_a(void *obj, struct wr *w)
{
	(void)obj;
	wr_u16(w, 0x0102);
	return true;
}

static enum opt_verdict judge_a(void *obj, struct rd value, struct wr *nak)
{
	(void)obj;
	if (rd_u16(&value) == 0x0102)
		return OPT_ACK;
	wr_u16(nak, 0x0102);
	return OPT_NAK;
}

static enum opt_verdict judge_ok(void *obj, struct rd value, struct wr *nak)
{
	(void)obj;
	(void)value;
	(void)nak;
	return OPT_ACK;
}

static bool absent(void *obj, struct wr *nak)
{
	wr_u8(nak, 9);
	return ((struct obj *)obj)->want_absent;
}

static void on_nak(void *obj, struct rd value)
{
	(void)value;
	((struct obj *)obj)->naks++;
}

static void on_rej(void *obj)
{
	((struct obj *)obj)->rejs++;
}

static bool ask_b(void *obj, struct wr *w)
{
	(void)obj;
	(void)w;
	return true;
}

static const struct opt_row rows[] = {
        {.type = 1,
         .len = 4,
         .name = "a",
         .ask = ask_a,
         .judge = judge_a,
         .nak = on_nak,
         .rej = on_rej},
        {.type = 2, .len = 2, .name = "b", .ask = ask_b, .judge = judge_ok, .rej = on_rej},
        {.type = 3, .name = "named only"},
        {.type = 4, .len = 3, .name = "d", .judge = judge_ok, .absent = absent},
};
static const struct opt_table table = {rows, 4};
static struct obj obj;

static uint8_t reply[64];
static size_t reply_len;

static int judge(const char *bytes, size_t len, bool no_nak)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct wr w = wr_of(reply, sizeof(reply));
	uint8_t code = 0;
	memcpy(exact, bytes, len);
	bool ok = opt_judge(&table, &obj, (struct bytes){exact, len}, no_nak, &w, &code);
	reply_len = wr_len(&w);
	free(exact);
	return ok ? code : -1;
}
#define JUDGE(s) judge(s, sizeof(s) - 1, false)
#define REPLY(s) \
	(assert_int_equal(reply_len, sizeof(s) - 1), assert_memory_equal(reply, s, sizeof(s) - 1))

static void answers(void **state)
{
	(void)state;
	obj = (struct obj){0};
	assert_int_equal(JUDGE(""), PPP_CODE_CONF_ACK);
	REPLY("");
	assert_int_equal(JUDGE("\x02\x02\x01\x04\x01\x02"), PPP_CODE_CONF_ACK);
	REPLY("\x02\x02\x01\x04\x01\x02");
	assert_int_equal(JUDGE("\x02\x02\x01\x04\x09\x09"), PPP_CODE_CONF_NAK);
	REPLY("\x01\x04\x01\x02");
	/* a reject holds the rejected ones alone, as they came */
	assert_int_equal(JUDGE("\x03\x03\x07\x01\x04\x09\x09\x63\x02"), PPP_CODE_CONF_REJ);
	REPLY("\x03\x03\x07\x63\x02");
	/* a wrong length of a known one; a second one of a kind */
	assert_int_equal(JUDGE("\x01\x03\x09"), PPP_CODE_CONF_REJ);
	assert_int_equal(JUDGE("\x02\x02\x02\x02"), PPP_CODE_CONF_REJ);
	REPLY("\x02\x02");
	/* no more Naks: refused instead */
	assert_int_equal(judge("\x01\x04\x09\x09", 4, true), PPP_CODE_CONF_REJ);
	REPLY("\x01\x04\x09\x09");
	/* what we need is added to an Ack or a Nak, never to a Rej */
	obj.want_absent = true;
	assert_int_equal(JUDGE("\x02\x02"), PPP_CODE_CONF_NAK);
	REPLY("\x04\x03\x09");
	assert_int_equal(JUDGE("\x01\x04\x09\x09"), PPP_CODE_CONF_NAK);
	REPLY("\x01\x04\x01\x02\x04\x03\x09");
	assert_int_equal(JUDGE("\x63\x02"), PPP_CODE_CONF_REJ);
	REPLY("\x63\x02");
	assert_int_equal(judge("\x02\x02", 2, true), PPP_CODE_CONF_ACK);
}

static void malformed(void **state)
{
	(void)state;
	obj = (struct obj){0};
	assert_int_equal(JUDGE("\x01"), -1);
	assert_int_equal(JUDGE("\x01\x00"), -1);
	assert_int_equal(JUDGE("\x01\x01"), -1);
	assert_int_equal(JUDGE("\x01\x05\x01\x02"), -1);
	assert_int_equal(JUDGE("\x02\x02\x01\xff"), -1);
	/* an answer that does not fit its buffer */
	char many[120];
	for (size_t i = 0; i < sizeof(many); i += 3)
		memcpy(many + i, "\x63\x03\x00", 3);
	assert_int_equal(judge(many, sizeof(many), false), -1);
}

static bool take_rej(const char *in, size_t len)
{
	uint8_t sent[16];
	struct wr w = wr_of(sent, sizeof(sent));
	opt_ask(&table, &obj, &w);
	assert_int_equal(wr_len(&w), 6);
	assert_memory_equal(sent, "\x01\x04\x01\x02\x02\x02", 6);
	return opt_take_rej(&table, &obj, (struct bytes){(const uint8_t *)in, len},
	                    (struct bytes){sent, 6});
}

static void their_answers(void **state)
{
	(void)state;
	obj = (struct obj){0};
	assert_true(take_rej("\x02\x02", 2));
	assert_int_equal(obj.rejs, 1);
	assert_true(take_rej("\x01\x04\x01\x02\x02\x02", 6));
	assert_int_equal(obj.rejs, 3);
	assert_false(take_rej("\x02\x02\x01\x04\x01\x02", 6)); /* order */
	assert_false(take_rej("\x01\x04\x01\x03", 4));         /* value */
	assert_false(take_rej("\x02\x02\x02\x02", 4));         /* twice */
	assert_false(take_rej("", 0));
	assert_false(take_rej("\x02\x03", 2));
	assert_int_equal(obj.rejs, 3);
	/* Naks: ours, unknown, malformed */
	assert_true(opt_take_nak(&table, &obj,
	                         (struct bytes){(const uint8_t *)"\x01\x04\x00\x00\x63\x02", 6}));
	assert_int_equal(obj.naks, 1);
	assert_false(opt_take_nak(&table, &obj,
	                          (struct bytes){(const uint8_t *)"\x01\x04\x00\x00\x63", 5}));
	assert_int_equal(obj.naks, 1);
}

static void text(void **state)
{
	char t[80];
	(void)state;
	opt_text(&table, (struct bytes){(const uint8_t *)"\x01\x04\x01\x02\x63\x02", 6}, t,
	         sizeof(t));
	assert_string_equal(t, " <a 0102> <99>");
	opt_text(&table, (struct bytes){(const uint8_t *)"\x01\x09", 2}, t, sizeof(t));
	assert_string_equal(t, " <bad>");
	char tiny[9];
	opt_text(&table, (struct bytes){(const uint8_t *)"\x01\x04\x01\x02\x63\x02", 6}, tiny,
	         sizeof(tiny));
	assert_true(strlen(tiny) < sizeof(tiny));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(answers),
	        cmocka_unit_test(malformed),
	        cmocka_unit_test(their_answers),
	        cmocka_unit_test(text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
