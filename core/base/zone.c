#include "core/base/zone.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 86400 };

static struct zone current = {.name = "UTC"};

void zone_init(struct zone *z)
{
	*z = (struct zone){.name = "UTC"};
}

void zone_set(const struct zone *z)
{
	current = *z;
}

const struct zone *zone_current(void)
{
	return &current;
}

/* Seconds since 1970 of a date and time as if it were UTC. */
static time_t seconds(int year, int month, int day, int minute)
{
	struct tm tm = {
	        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_min = minute};
	return timegm(&tm);
}

static time_t of_rule(const struct zone_rule *r, int year)
{
	struct tm first;
	time_t month = seconds(year, r->month, 1, 0);
	gmtime_r(&month, &first);
	int day = 1 + (r->wday - first.tm_wday + 7) % 7 + 7 * (r->week - 1);
	if (r->week == ZONE_LAST_WEEK) {
		struct tm end;
		time_t next = seconds(year, r->month + 1, 1, 0);
		time_t last = next - DAY;
		gmtime_r(&last, &end);
		while (day > end.tm_mday)
			day -= 7;
	}
	return seconds(year, r->month, day, r->minute);
}

static time_t of_date(const struct zone_date *d)
{
	return seconds(d->year, d->month, d->day, d->minute);
}

bool zone_summer(const struct zone *z, int year, time_t *begins, time_t *ends)
{
	if (z->summer == ZONE_NO_SUMMER || (z->summer == ZONE_ONCE && z->from_date.year != year))
		return false;
	bool once = z->summer == ZONE_ONCE;
	*begins = (once ? of_date(&z->from_date) : of_rule(&z->from, year)) - z->offset_s;
	*ends = (once ? of_date(&z->to_date) : of_rule(&z->to, year)) - z->offset_s -
	        z->summer_min * 60;
	return true;
}

static bool is_summer(const struct zone *z, time_t when)
{
	struct tm tm;
	time_t begins, ends, standard = when + z->offset_s;
	if (z->summer == ZONE_NO_SUMMER)
		return false;
	gmtime_r(&standard, &tm);
	int year = z->summer == ZONE_ONCE ? z->from_date.year : tm.tm_year + 1900;
	zone_summer(z, year, &begins, &ends);
	/* South of the equator it ends before it begins. */
	return begins <= ends ? when >= begins && when < ends : when >= begins || when < ends;
}

const char *zone_local(const struct zone *z, time_t when, struct tm *tm)
{
	bool summer = is_summer(z, when);
	time_t shown = when + z->offset_s + (summer ? z->summer_min * 60 : 0);
	gmtime_r(&shown, tm);
	tm->tm_isdst = summer;
	return summer ? z->summer_name : z->name;
}

time_t zone_moment(const struct zone *z, const struct tm *tm)
{
	struct tm utc = *tm, back;
	time_t shown = timegm(&utc);
	time_t forward = shown - z->offset_s - z->summer_min * 60;
	if (z->summer != ZONE_NO_SUMMER) {
		zone_local(z, forward, &back);
		if (back.tm_isdst)
			return forward;
	}
	return shown - z->offset_s;
}

size_t zone_format(char *text, size_t cap, const char *format, time_t when)
{
	char with_name[128];
	struct tm tm;
	const char *name = zone_local(&current, when, &tm), *z = strstr(format, "%Z");
	if (z == NULL)
		return strftime(text, cap, format, &tm);
	int n = snprintf(with_name, sizeof with_name, "%.*s%s%s", (int)(z - format), format, name,
	                 z + 2);
	return n > 0 && (size_t)n < sizeof with_name ? strftime(text, cap, with_name, &tm) : 0;
}
