/* The time zone of the configuration (`clock timezone`, `clock summer-time`): what the wall clock shows. Computed here,
 * since the configuration knows rules that no file of the host has, and no host setting must show through. */
#ifndef CORE_BASE_ZONE_H
#define CORE_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { ZONE_NAME_MAX = 16, ZONE_LAST_WEEK = 5 };

/* "last Sun Oct 3:00": a weekday of a month, each year. */
struct zone_rule {
	uint8_t week;    /* 1..4, ZONE_LAST_WEEK */
	uint8_t wday;    /* 0 = Sunday */
	uint8_t month;   /* 1..12 */
	uint16_t minute; /* of the day */
};

/* "26 Oct 2025 3:00": once. */
struct zone_date {
	uint16_t year;
	uint8_t month, day;
	uint16_t minute;
};

enum zone_summer { ZONE_NO_SUMMER, ZONE_RECURRING, ZONE_ONCE };

struct zone {
	char name[ZONE_NAME_MAX];
	int32_t offset_s; /* east of Greenwich */
	enum zone_summer summer;
	char summer_name[ZONE_NAME_MAX];
	uint16_t summer_min; /* how far the clock is put forward */
	/* Begins by standard time, ends by summer time. */
	struct zone_rule from, to;           /* ZONE_RECURRING */
	struct zone_date from_date, to_date; /* ZONE_ONCE */
};

/* UTC. */
void zone_init(struct zone *z);
/* tm: the wall clock at `when`, with tm_isdst. Returns the zone's name at that time, which lives as long as z. */
const char *zone_local(const struct zone *z, time_t when, struct tm *tm);
/* The moment of a time on the wall clock (tm_year, tm_mon, tm_mday, tm_hour, tm_min, tm_sec); of two the earlier. */
time_t zone_moment(const struct zone *z, const struct tm *tm);
/* When summer time begins and ends in a year. False without summer time (in that year). */
bool zone_summer(const struct zone *z, int year, time_t *begins, time_t *ends);

/* The zone in force; copied. Control thread only. */
void zone_set(const struct zone *z);
const struct zone *zone_current(void);
/* strftime of the wall clock in force, with %Z as its name. */
size_t zone_format(char *text, size_t cap, const char *format, time_t when);

#endif
