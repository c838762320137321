#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cli/socket/proto.h"

static void feed(struct proto_reader *r, const uint8_t *p, size_t n)
{
	size_t room;
	uint8_t *space = proto_reader_space(r, &room);
	assert_true(n <= room);
	memcpy(space, p, n);
	proto_reader_added(r, n);
}

static void every_type_survives(void **state)
{
	(void)state;
	for (int type = PROTO_HELLO; type < PROTO_N; type++) {
		bool from_server = type >= PROTO_WELCOME;
		struct proto_msg m = {.type = (enum proto_type)type,
		                      .version = 7,
		                      .kind = 3,
		                      .seq = 0x01020304,
		                      .width = 80,
		                      .height = 24,
		                      .text = STR("show version")};
		uint8_t frame[256];
		size_t n = proto_encode(frame, sizeof frame, &m);
		assert_true(n >= PROTO_HEAD);
		struct proto_reader r;
		assert_true(proto_reader_init(&r, from_server));
		struct proto_msg got;
		/* byte by byte, as a slow socket would */
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_MORE);
			feed(&r, frame + i, 1);
		}
		assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_OK);
		assert_int_equal(got.type, type);
		if (type == PROTO_LINE) {
			assert_int_equal(got.seq, 0x01020304);
			assert_true(str_eq(got.text, m.text));
		}
		if (type == PROTO_SIZE) {
			assert_int_equal(got.width, 80);
			assert_int_equal(got.height, 24);
		}
		assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_MORE);
		proto_reader_free(&r);
		/* the other side never sends this type */
		assert_true(proto_reader_init(&r, !from_server));
		feed(&r, frame, n);
		assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_BAD);
		proto_reader_free(&r);
	}
}

static void several_frames_at_once(void **state)
{
	(void)state;
	uint8_t bytes[64];
	size_t n = 0;
	struct proto_msg m = {.type = PROTO_BREAK};
	n += proto_encode(bytes + n, sizeof bytes - n, &m);
	m = (struct proto_msg){.type = PROTO_KEY, .seq = 9, .kind = 'q'};
	n += proto_encode(bytes + n, sizeof bytes - n, &m);
	m = (struct proto_msg){.type = PROTO_LINE, .seq = 10};
	n += proto_encode(bytes + n, sizeof bytes - n, &m);
	struct proto_reader r;
	assert_true(proto_reader_init(&r, false));
	feed(&r, bytes, n);
	struct proto_msg got;
	assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_OK);
	assert_int_equal(got.type, PROTO_BREAK);
	assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_OK);
	assert_int_equal(got.kind, 'q');
	assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_OK);
	assert_int_equal(got.text.len, 0);
	assert_int_equal(proto_reader_next(&r, &got), PROTO_READ_MORE);
	proto_reader_free(&r);
}

static void bad_frames_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		uint8_t bytes[12];
		size_t len;
	} bad[] = {
	        {"length 0", {0, 0, 0, 0}, 4},
	        {"length over the ceiling", {0, 1, 0, 0, 2}, 5},
	        {"length that wraps", {0xff, 0xff, 0xff, 0xff, 2}, 5},
	        {"type 0", {0, 0, 0, 1, 0}, 5},
	        {"unknown type", {0, 0, 0, 1, 99}, 5},
	        {"fields missing", {0, 0, 0, 3, PROTO_LINE, 0, 0}, 7},
	        {"bytes left over", {0, 0, 0, 2, PROTO_BREAK, 0}, 6},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct proto_reader r;
		assert_true(proto_reader_init(&r, false));
		feed(&r, bad[i].bytes, bad[i].len);
		struct proto_msg got;
		if (proto_reader_next(&r, &got) != PROTO_READ_BAD)
			fail_msg("accepted: %s", bad[i].what);
		proto_reader_free(&r);
	}
}

static void long_text_is_refused(void **state)
{
	(void)state;
	static char text[PROTO_TEXT_MAX + 1];
	static uint8_t frame[PROTO_FROM_SERVER * 2];
	memset(text, 'x', sizeof text);
	struct proto_msg m = {.type = PROTO_LINE, .text = {text, PROTO_LINE_MAX + 1}};
	assert_int_equal(proto_encode(frame, sizeof frame, &m), 0);
	m.text.len = PROTO_LINE_MAX;
	assert_true(proto_encode(frame, sizeof frame, &m) > 0);
	assert_int_equal(proto_encode(frame, 100, &m), 0);
	m = (struct proto_msg){.type = PROTO_OUT, .text = {text, PROTO_TEXT_MAX + 1}};
	assert_int_equal(proto_encode(frame, sizeof frame, &m), 0);
	m.text.len = PROTO_TEXT_MAX;
	size_t n = proto_encode(frame, sizeof frame, &m);
	struct proto_reader r;
	assert_true(proto_reader_init(&r, true));
	feed(&r, frame, n);
	assert_int_equal(proto_reader_next(&r, &m), PROTO_READ_OK);
	assert_int_equal(m.text.len, PROTO_TEXT_MAX);
	proto_reader_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_type_survives),
	        cmocka_unit_test(several_frames_at_once),
	        cmocka_unit_test(bad_frames_are_refused),
	        cmocka_unit_test(long_text_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
