/* Syslog messages of the appliance (%ASA-5-713119: ...). Texts stand in log_msgs.h, one line a message;
 * call sites write log_msg(MSG_713119, prefix, ...) and the compiler checks the arguments. */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/base/log_msgs.h"

enum log_level {
	LOGL_EMERGENCIES,
	LOGL_ALERTS,
	LOGL_CRITICAL,
	LOGL_ERRORS,
	LOGL_WARNINGS,
	LOGL_NOTIFICATIONS,
	LOGL_INFORMATIONAL,
	LOGL_DEBUGGING,
};

struct log_line {
	unsigned id;
	int level;
	time_t when;
	const char *text; /* without the %ASA-n-id: part */
};

/* A destination. level -1 = off. write is called on the control thread and must not log. */
struct log_sink {
	int level;
	void (*write)(void *arg, const struct log_line *line);
	void *arg;
	struct log_sink *next;
};

void log_sink_add(struct log_sink *sink);
void log_sink_remove(struct log_sink *sink);
/* Wall time for messages; NULL = the system's. */
struct clock;
void log_set_clock(const struct clock *clock);
/* id, level, format come as one macro MSG_n from log_msgs.h. Control thread only. */
void log_msg(unsigned id, int level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* `logging message ID level L` and `no logging message ID`: level -1 = disabled, -2 = back to its own. */
void log_set_message(unsigned id, int level);
void log_reset_messages(void);
/* "%ASA-5-713119: text" with an optional timestamp in front; returns the length written. */
int log_format(char *out, unsigned long cap, const struct log_line *line, bool timestamp);

#endif
