#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/base/debug.h"
#include "core/base/log.h"

static char last[256];
static int count;

static void keep(void *arg, const struct log_line *line)
{
	(void)arg;
	log_format(last, sizeof last, line, false);
	count++;
}

static void sinks_get_what_their_level_allows(void **state)
{
	(void)state;
	struct log_sink sink = {.level = 5, .write = keep};
	count = 0;
	log_sink_add(&sink);
	log_msg(MSG_713119, "Group = G, IP = 192.0.2.1, ");
	assert_string_equal(last, "%ASA-5-713119: Group = G, IP = 192.0.2.1, PHASE 1 COMPLETED");
	log_msg(MSG_113008, "u"); /* level 6 */
	assert_int_equal(count, 1);
	log_set_message(113008, 3);
	log_msg(MSG_113008, "u");
	assert_string_equal(last, "%ASA-3-113008: AAA transaction status ACCEPT : user = u");
	log_set_message(113008, -1);
	log_msg(MSG_113008, "u");
	assert_int_equal(count, 2);
	log_set_message(113008, -2);
	sink.level = 7;
	log_msg(MSG_113008, "u");
	assert_int_equal(count, 3);
	log_sink_remove(&sink);
	log_msg(MSG_113008, "u");
	assert_int_equal(count, 3);
}

/* Whoever makes a text of many parts asks first. */
static void a_message_that_nobody_gets_is_known(void **state)
{
	(void)state;
	struct log_sink sink = {.level = 5, .write = keep};
	assert_false(log_wanted(113008, 6));
	log_sink_add(&sink);
	assert_true(log_wanted(713119, 5));
	assert_false(log_wanted(113008, 6));
	log_set_message(113008, 3);
	assert_true(log_wanted(113008, 6));
	log_set_message(113008, -1);
	assert_false(log_wanted(113008, 6));
	log_reset_messages();
	log_sink_remove(&sink);
}

static void dkeep(void *arg, const char *line)
{
	(void)arg;
	snprintf(last, sizeof last, "%s", line);
	count++;
}

static int evaluated;
static int costly(void)
{
	return ++evaluated;
}

static void debug_costs_nothing_while_nobody_listens(void **state)
{
	(void)state;
	struct debug_sink a = {.write = dkeep}, b = {.write = dkeep};
	count = evaluated = 0;
	debug_sink_add(&a);
	debug_sink_add(&b);
	debug(DEBUG_IKEV1, 1, "n %d", costly());
	assert_int_equal(evaluated, 0);
	debug_set(&a, DEBUG_IKEV1, 1);
	debug_set(&b, DEBUG_IKEV1, 255);
	debug(DEBUG_IKEV1, 7, "n %d", costly());
	assert_int_equal(count, 1); /* only b asked for level 7 */
	assert_string_equal(last, "n 1");
	debug_sink_remove(&b);
	assert_false(debug_on(DEBUG_IKEV1, 7));
	assert_true(debug_on(DEBUG_IKEV1, 1));
	debug_sink_remove(&a);
	assert_false(debug_on(DEBUG_IKEV1, 1));
}

/* With debug-trace the log gets each line once, also when the console that asked for it is gone. */
static void debug_goes_to_the_log(void **state)
{
	(void)state;
	struct log_sink sink = {.level = 7, .write = keep};
	struct debug_sink a = {.write = dkeep}, b = {.write = dkeep};
	struct debug_who who = {.ip = 1}, other = {.ip = 2};
	log_sink_add(&sink);
	debug_sink_add(&a);
	debug_sink_add(&b);
	debug_set(&a, DEBUG_IPSEC, 1);
	debug_set(&b, DEBUG_IPSEC, 1);
	a.cond.peer[a.cond.npeers].mask = UINT32_MAX;
	a.cond.peer[a.cond.npeers++].ip = 1;
	b.cond = a.cond;
	debug_trace(true);
	count = 0;
	debug_for(&who, DEBUG_IPSEC, 1, "SA %d", 7);
	debug_for(&other, DEBUG_IPSEC, 1, "SA %d", 8);
	assert_int_equal(count, 1);
	assert_string_equal(last, "%ASA-7-711001: SA 7");
	debug_sink_remove(&a);
	debug_sink_remove(&b);
	assert_true(debug_on(DEBUG_IPSEC, 1));
	debug_for(&who, DEBUG_IPSEC, 1, "SA %d", 9);
	assert_string_equal(last, "%ASA-7-711001: SA 9");
	debug_trace_clear(DEBUG_IPSEC);
	assert_false(debug_on(DEBUG_IPSEC, 1));
	debug_trace(false);
	log_sink_remove(&sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sinks_get_what_their_level_allows),
	        cmocka_unit_test(a_message_that_nobody_gets_is_known),
		cmocka_unit_test(debug_costs_nothing_while_nobody_listens),
		cmocka_unit_test(debug_goes_to_the_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
