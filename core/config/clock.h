/* `clock timezone` and `clock summer-time` out of the configuration. */
#ifndef CORE_CONFIG_CLOCK_H
#define CORE_CONFIG_CLOCK_H

#include "core/base/zone.h"
#include "core/config/read.h"

void clock_conf_read(const struct conf *c, struct zone *z);
/* clock_check. */
void clock_conf_register(void);
/* Number of the month (1..12) whose name, or the beginning of it (3 letters at least), this is; 0 when it is none. */
unsigned clock_month(struct str word);

#endif
