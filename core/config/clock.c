#include "core/config/clock.h"

#include <errno.h>

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/* What `recurring` means without more: the second Sunday of March to the first of November at two. */
static const struct zone_rule usual_from = {2, 0, 3, 120}, usual_to = {1, 0, 11, 120};

unsigned clock_month(struct str word)
{
	for (unsigned i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
		if (word.len >= 3 && str_has_prefix_nocase(str_of(months[i]), word))
			return i + 1;
	}
	return 0;
}

static uint8_t day_of(struct str word)
{
	uint8_t i = 0;

	while (i < 6 && !str_eq_cstr(word, days[i]))
		i++;
	return i;
}

static uint8_t week_of(struct str word)
{
	if (str_eq_cstr(word, "last"))
		return ZONE_LAST_WEEK;
	return str_eq_cstr(word, "first") ? 1 : (uint8_t)(word.p[0] - '0');
}

static struct zone_rule rule_of(const struct centry *e, const char *week, const char *day,
                                const char *month, const char *minute)
{
	return (struct zone_rule){week_of(conf_text(e, week)), day_of(conf_text(e, day)),
	                          (uint8_t)clock_month(conf_text(e, month)),
	                          (uint16_t)conf_u32(e, minute)};
}

static struct zone_date date_of(const struct centry *e, const char *year, const char *month,
                                const char *day, const char *minute)
{
	return (struct zone_date){(uint16_t)conf_u32(e, year),
	                          (uint8_t)clock_month(conf_text(e, month)),
	                          (uint8_t)conf_u32(e, day), (uint16_t)conf_u32(e, minute)};
}

static void read_summer(const struct centry *e, struct zone *z)
{
	str_copy(z->summer_name, sizeof(z->summer_name), conf_text(e, "summer-zone"));
	z->summer_min = (uint16_t)conf_u32(e, "offset");
	if (conf_is_set(e, "begin-year")) {
		z->summer = ZONE_ONCE;
		z->from_date = date_of(e, "begin-year", "begin-month", "begin-day", "begin-time");
		z->to_date = date_of(e, "end-year", "end-month", "end-day", "end-time");
		return;
	}
	z->summer = ZONE_RECURRING;
	z->from = usual_from;
	z->to = usual_to;
	if (!conf_is_set(e, "from-week"))
		return;
	z->from = rule_of(e, "from-week", "from-day", "from-month", "from-time");
	z->to = rule_of(e, "to-week", "to-day", "to-month", "to-time");
}

void clock_conf_read(const struct conf *c, struct zone *z)
{
	const struct centry *e = conf_container(c, "clock");

	zone_init(z);
	if (conf_is_set(e, "zone")) {
		int hours = (int)conf_u32(e, "hours"), minutes = (int)conf_u32(e, "minutes");

		str_copy(z->name, sizeof(z->name), conf_text(e, "zone"));
		z->offset_s = (hours * 60 + (hours < 0 ? -minutes : minutes)) * 60;
	}
	if (conf_is_set(e, "summer-zone"))
		read_summer(e, z);
}

static bool real_date(const struct zone_date *d)
{
	struct tm tm = {.tm_year = d->year - 1900, .tm_mon = d->month - 1, .tm_mday = d->day};

	timegm(&tm);
	return tm.tm_mday == d->day && tm.tm_mon == d->month - 1;
}

static int clock_check(const struct conf *c, const struct centry *e, const struct centry *was,
                       struct conf_notes *notes, struct err *err)
{
	struct zone z;
	time_t begins, ends;

	(void)e;
	(void)was;
	(void)notes;
	clock_conf_read(c, &z);
	if (z.summer != ZONE_ONCE)
		return 0;
	if (!real_date(&z.from_date) || !real_date(&z.to_date))
		return err_set(err, -EINVAL, "Invalid date");
	zone_summer(&z, z.from_date.year, &begins, &ends);
	return begins < ends ? 0 : err_set(err, -EINVAL, "Summer time ends before it begins");
}

void clock_conf_register(void)
{
	static const struct conf_check checks[] = {{"clock_check", clock_check}};

	conf_check_register(checks, sizeof(checks) / sizeof(checks[0]));
}
