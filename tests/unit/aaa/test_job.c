/* Messages between posternd and helper programs. */
#include "tests/unit/base/unit.h"

#include <stdlib.h>

#include "core/aaa/helper/job.h"

static uint8_t buf[4096];

static struct bytes written(const struct wr *w)
{
	assert_true(wr_ok(w));
	return (struct bytes){w->start, wr_len(w)};
}

static void frames(void **state)
{
	struct job_frame f = {JOB_ASK, 2, 0x01020304, 10000, {(const uint8_t *)"body", 4}}, g;
	struct wr w = wr_of(buf, sizeof buf);
	(void)state;
	job_frame_put(&w, &f);
	struct bytes msg = written(&w);
	assert_true(job_frame_get(&g, msg.p, msg.len));
	assert_int_equal(g.what, JOB_ASK);
	assert_int_equal(g.kind, 2);
	assert_int_equal(g.id, 0x01020304);
	assert_int_equal(g.deadline_ms, 10000);
	assert_int_equal(g.body.len, 4);
	assert_memory_equal(g.body.p, "body", 4);
	for (size_t len = 0; len < JOB_HEAD; len++)
		assert_false(job_frame_get(&g, msg.p, len));
	static const struct {
		size_t at;
		uint8_t value;
	} bad[] = {{0, JOB_VERSION + 1}, {1, 0}, {1, JOB_FAILED + 1}, {2, JOB_KINDS_MAX}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t was = buf[bad[i].at];
		buf[bad[i].at] = bad[i].value;
		assert_false(job_frame_get(&g, msg.p, msg.len));
		buf[bad[i].at] = was;
	}
}

static void fields(void **state)
{
	static struct job j;
	struct wr w = wr_of(buf, sizeof buf);
	(void)state;
	job_put(&w, JOB_USER, STR("jdoe"));
	job_put(&w, JOB_PASSWORD, STR(""));
	job_put_u32(&w, JOB_PORT, 636);
	job_put(&w, JOB_WANTED, STR("memberOf"));
	job_put(&w, JOB_WANTED, STR("memberOf")); /* lists may say so twice */
	job_put(&w, JOB_ATTRIBUTE, STR("title"));
	job_put(&w, JOB_VALUE, STR(""));
	assert_true(job_read(&j, written(&w)));
	assert_string_equal(j.text[JOB_USER], "jdoe");
	assert_string_equal(j.text[JOB_PASSWORD], "");
	assert_string_equal(j.text[JOB_BASE_DN], "");
	assert_int_equal(j.number[JOB_PORT], 636);
	assert_int_equal(j.number[JOB_TLS], 0);
	assert_int_equal(j.nrows, 4);
	assert_int_equal(j.rows[1].tag, JOB_WANTED);
	assert_string_equal(j.rows[1].text, "memberOf");
	assert_int_equal(j.rows[3].tag, JOB_VALUE);
	assert_string_equal(j.rows[3].text, "");
	assert_true(job_read(&j, (struct bytes){buf, 0}));
	assert_int_equal(j.nrows, 0);
}

static void unusable_values(void **state)
{
	static char large[2048];
	(void)state;
	memset(large, 'a', sizeof large);
	struct wr w = wr_of(buf, sizeof buf);
	job_put(&w, JOB_USER, (struct str){large, 255});
	assert_true(wr_ok(&w));
	job_put(&w, JOB_PASSWORD, (struct str){large, 256});
	assert_false(wr_ok(&w));
	w = wr_of(buf, sizeof buf);
	job_put(&w, JOB_USER, (struct str){"jd\0oe", 5}); /* would be somebody else */
	assert_false(wr_ok(&w));
	w = wr_of(buf, sizeof buf);
	job_put(&w, JOB_PORT, STR("1"));
	assert_false(wr_ok(&w));
	w = wr_of(buf, sizeof buf);
	job_put_u32(&w, JOB_USER, 1);
	assert_false(wr_ok(&w));
	w = wr_of(buf, 8);
	job_put(&w, JOB_USER, STR("jdoe"));
	assert_false(wr_ok(&w));
}

static void assert_refused(const void *body, size_t len)
{
	static struct job j;
	uint8_t *copy = malloc(len);
	memcpy(copy, body, len);
	assert_false(job_read(&j, (struct bytes){copy, len}));
	free(copy);
}

static void malformed(void **state)
{
	static struct job j;
	(void)state;
	static const struct {
		uint8_t body[16];
		size_t len;
	} bad[] = {
	        {{0, JOB_USER, 0, 0}, 4},                                   /* no NUL */
	        {{0, JOB_USER, 0, 2, 'a', 'b'}, 6},                         /* neither */
	        {{0, JOB_USER, 0, 3, 'a', 0, 0}, 7},                        /* two */
	        {{0, JOB_USER, 0, 3, 'a', 0}, 6},                           /* cut off */
	        {{0, JOB_USER, 0}, 3},
	        {{0, JOB_USER, 0, 2, 'a', 0, 0, JOB_USER, 0, 2, 'b', 0}, 12}, /* twice */
	        {{0, JOB_PORT, 0, 3, 0, 0, 1}, 7},
	        {{0, JOB_PORT, 0, 5, 0, 0, 0, 0, 1}, 9},
	        {{0, JOB_NO_TAG, 0, 1, 0}, 5},
	        {{0, JOB_TAGS, 0, 1, 0}, 5},
	        {{255, 255, 0, 1, 0}, 5},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(bad[i].body, bad[i].len);
	struct wr w = wr_of(buf, sizeof buf);
	for (unsigned i = 0; i < JOB_ROWS_MAX; i++)
		job_put(&w, JOB_LINE, STR(""));
	assert_true(job_read(&j, written(&w)));
	assert_int_equal(j.nrows, JOB_ROWS_MAX);
	job_put(&w, JOB_LINE, STR(""));
	assert_false(job_read(&j, written(&w)));
}

static void results_have_texts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < JOB_RESULTS; i++)
		assert_true(job_result_text((enum job_result)i)[0] != '\0');
	assert_string_equal(job_result_text(JOB_RESULTS), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(frames),    cmocka_unit_test(fields),
	        cmocka_unit_test(unusable_values), cmocka_unit_test(malformed),
	        cmocka_unit_test(results_have_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
