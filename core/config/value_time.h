/* Types of times: rows of the table in value.c. */
#ifndef CORE_CONFIG_VALUE_TIME_H
#define CORE_CONFIG_VALUE_TIME_H

#include "core/config/value.h"

/* "time": h:mm:ss in seconds. "hhmm": a time of day in minutes. "zone-hours": hours east of Greenwich, west of it
 * below zero. */
#define VALUE_TYPE(name)                                                                          \
	bool value_##name##_parse(const struct field *f, struct str word, struct value *v,        \
	                          struct err *err);                                               \
	void value_##name##_print(const struct field *f, const struct value *v, struct out *out); \
	void value_##name##_placeholder(const struct field *f, struct out *out);

VALUE_TYPE(time)
VALUE_TYPE(hhmm)
VALUE_TYPE(zone)
#undef VALUE_TYPE

#endif
