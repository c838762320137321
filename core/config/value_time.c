#include "core/config/value_time.h"

#include <errno.h>

#include "core/config/schema.h"

enum { ZONE_MAX = 23 };

static bool refuse(struct err *err, const struct field *f, struct str word)
{
	err_set(err, -EINVAL, "%.*s is not a valid value for %s", STR_ARG(word), f->name);
	return false;
}

static bool in_range(const struct field *f, uint32_t n)
{
	return !((f->flags & FIELD_HAS_MIN) && n < f->min) &&
	       !((f->flags & FIELD_HAS_MAX) && n > f->max);
}

/* h:mm:ss, hh:mm:ss, hhhh:mm:ss into seconds. */
bool value_time_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	uint32_t part[3];
	struct str rest = word;

	for (int i = 0; i < 3; i++) {
		size_t len = 0;

		while (len < rest.len && rest.p[len] != ':')
			len++;
		if (i < 2 && len == rest.len)
			return refuse(err, f, word);
		if (!str_to_u32((struct str){rest.p, len}, i ? 59 : 1193, &part[i]))
			return refuse(err, f, word);
		if (i) {
			if (len != 2)
				return refuse(err, f, word);
		}
		rest = (struct str){rest.p + len + (i < 2), rest.len - len - (i < 2)};
	}
	if (rest.len || !in_range(f, part[0] * 3600 + part[1] * 60 + part[2]))
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = part[0] * 3600 + part[1] * 60 + part[2]};
	return true;
}

void value_time_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_printf(out, "%u:%02u:%02u", v->u32 / 3600, v->u32 / 60 % 60, v->u32 % 60);
}

void value_time_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "hh:mm:ss");
}

/* h:mm or hh:mm into minutes. */
bool value_hhmm_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	uint32_t hours, minutes;
	size_t len = 0;

	while (len < word.len && word.p[len] != ':')
		len++;
	if (word.len - len != 3 || !str_to_u32((struct str){word.p, len}, 23, &hours) ||
	    !str_to_u32((struct str){word.p + len + 1, 2}, 59, &minutes) ||
	    !in_range(f, hours * 60 + minutes))
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = hours * 60 + minutes};
	return true;
}

void value_hhmm_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_printf(out, "%u:%02u", v->u32 / 60, v->u32 % 60);
}

void value_hhmm_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "hh:mm");
}

/* -23 to 23, kept as a number below zero in 32 bits. */
bool value_zone_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	bool west = word.len > 1 && word.p[0] == '-';
	uint32_t hours;

	if (!str_to_u32((struct str){word.p + west, word.len - west}, ZONE_MAX, &hours))
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = west ? 0 - hours : hours};
	return true;
}

void value_zone_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_printf(out, "%d", (int)v->u32);
}

void value_zone_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_printf(out, "<-%d - %d>", ZONE_MAX, ZONE_MAX);
}
