/* Commands about the console's own view: debug, undebug, show debug, show clock. */
#ifndef CLI_EXEC_TERM_H
#define CLI_EXEC_TERM_H

#include "core/base/clock.h"
#include "core/base/show.h"

/* Handlers: show_clock and those of exec_debug_register. clock outlives them. */
void exec_term_register(const struct clock *clock);
/* debug_set debug_clear debug_all undebug_all debug_condition show_debug show_debug_condition */
void exec_debug_register(void);

#endif
