#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/zone.h"

static const struct zone berlin = {
        .name = "CET",
        .offset_s = 3600,
        .summer = ZONE_RECURRING,
        .summer_name = "CEST",
        .summer_min = 60,
        .from = {ZONE_LAST_WEEK, 0, 3, 120},
        .to = {ZONE_LAST_WEEK, 0, 10, 180},
};
static const struct zone new_york = {
        .name = "EST",
        .offset_s = -5 * 3600,
        .summer = ZONE_RECURRING,
        .summer_name = "EDT",
        .summer_min = 60,
        .from = {2, 0, 3, 120},
        .to = {1, 0, 11, 120},
};
static const struct zone sydney = {
        .name = "AEST",
        .offset_s = 10 * 3600,
        .summer = ZONE_RECURRING,
        .summer_name = "AEDT",
        .summer_min = 60,
        .from = {1, 0, 10, 120},
        .to = {1, 0, 4, 180},
};
static const struct zone once = {
        .name = "IST",
        .offset_s = 5 * 3600 + 1800,
        .summer = ZONE_ONCE,
        .summer_name = "IDT",
        .summer_min = 30,
        .from_date = {2025, 6, 1, 0},
        .to_date = {2025, 9, 30, 1439},
};

static time_t utc(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = {.tm_year = year - 1900,
	                .tm_mon = month - 1,
	                .tm_mday = day,
	                .tm_hour = hour,
	                .tm_min = minute,
	                .tm_sec = second};
	return timegm(&tm);
}

static void shows(const struct zone *z, time_t when, const char *want)
{
	char text[80];
	zone_set(z);
	assert_true(zone_format(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", when) > 0);
	assert_string_equal(text, want);
}

static void borders(void **state)
{
	(void)state;
	shows(&berlin, utc(2026, 3, 29, 0, 59, 59), "2026-03-29 01:59:59 CET");
	shows(&berlin, utc(2026, 3, 29, 1, 0, 0), "2026-03-29 03:00:00 CEST");
	shows(&berlin, utc(2026, 10, 25, 0, 59, 59), "2026-10-25 02:59:59 CEST");
	shows(&berlin, utc(2026, 10, 25, 1, 0, 0), "2026-10-25 02:00:00 CET");
	shows(&berlin, utc(2026, 12, 31, 23, 30, 0), "2027-01-01 00:30:00 CET");
	shows(&new_york, utc(2026, 3, 8, 6, 59, 59), "2026-03-08 01:59:59 EST");
	shows(&new_york, utc(2026, 3, 8, 7, 0, 0), "2026-03-08 03:00:00 EDT");
	shows(&new_york, utc(2026, 11, 1, 5, 59, 59), "2026-11-01 01:59:59 EDT");
	shows(&new_york, utc(2026, 11, 1, 6, 0, 0), "2026-11-01 01:00:00 EST");
	shows(&new_york, utc(2027, 1, 1, 4, 59, 59), "2026-12-31 23:59:59 EST");
}

static void south(void **state)
{
	(void)state;
	shows(&sydney, utc(2026, 10, 3, 15, 59, 59), "2026-10-04 01:59:59 AEST");
	shows(&sydney, utc(2026, 10, 3, 16, 0, 0), "2026-10-04 03:00:00 AEDT");
	shows(&sydney, utc(2027, 1, 1, 0, 0, 0), "2027-01-01 11:00:00 AEDT");
	shows(&sydney, utc(2027, 4, 3, 15, 59, 59), "2027-04-04 02:59:59 AEDT");
	shows(&sydney, utc(2027, 4, 3, 16, 0, 0), "2027-04-04 02:00:00 AEST");
}

static void one_year(void **state)
{
	time_t begins, ends;
	(void)state;
	shows(&once, utc(2025, 5, 31, 18, 29, 59), "2025-05-31 23:59:59 IST");
	shows(&once, utc(2025, 5, 31, 18, 30, 0), "2025-06-01 00:30:00 IDT");
	shows(&once, utc(2025, 9, 30, 17, 59, 0), "2025-09-30 23:29:00 IST");
	shows(&once, utc(2026, 7, 1, 0, 0, 0), "2026-07-01 05:30:00 IST");
	assert_true(zone_summer(&once, 2025, &begins, &ends));
	assert_false(zone_summer(&once, 2026, &begins, &ends));
	struct zone z;
	zone_init(&z);
	assert_false(zone_summer(&z, 2025, &begins, &ends));
	shows(&z, utc(2025, 6, 1, 0, 0, 0), "2025-06-01 00:00:00 UTC");
}

/* From the wall clock back to the moment, every half hour of a year; of a repeated hour the first. */
static void back_again(void **state)
{
	const struct zone *zones[] = {&berlin, &new_york, &sydney, &once};
	(void)state;
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
		for (time_t t = utc(2025, 1, 1, 0, 0, 0); t < utc(2027, 1, 1, 0, 0, 0); t += 1800) {
			struct tm tm;
			zone_local(zones[i], t, &tm);
			time_t moment = zone_moment(zones[i], &tm);
			assert_true(moment == t || t - moment == zones[i]->summer_min * 60);
		}
	zone_set(&(struct zone){.name = "UTC"});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(borders),
	        cmocka_unit_test(south),
	        cmocka_unit_test(one_year),
	        cmocka_unit_test(back_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
