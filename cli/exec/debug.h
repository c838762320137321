/* Commands about what a console sees of the engines at work: debug, undebug, show debug. */
#ifndef CLI_EXEC_DEBUG_H
#define CLI_EXEC_DEBUG_H

#include "core/base/show.h"

/* Handlers: debug_set debug_clear debug_all undebug_all debug_condition show_debug show_debug_condition */
void exec_debug_register(void);

#endif
