/* Commands about the console's own view: debug, undebug, show debug, show clock. */
#ifndef CLI_EXEC_TERM_H
#define CLI_EXEC_TERM_H

#include "core/base/clock.h"
#include "core/base/show.h"

/* Handlers: debug_set debug_clear debug_all undebug_all show_debug show_clock. clock outlives them. */
void exec_term_register(const struct clock *clock);

#endif
