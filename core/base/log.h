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
/* Would anybody get a message of this level? */
bool log_on(int level);
/* The same of a message whose own level this is: what goes into it need not be made when nobody would. */
bool log_wanted(unsigned id, int level);
/* `logging message ID level L` and `no logging message ID`: level -1 = disabled, -2 = back to its own. */
void log_set_message(unsigned id, int level);
void log_reset_messages(void);
/* The level in force of a message and its own; false when there is no such message. shown: not disabled. */
bool log_message_level(unsigned id, int *own, int *level, bool *shown);
/* All messages there are, by number, each once. */
void log_each_message(void (*fn)(void *arg, unsigned id), void *arg);

/* How lines look: `logging timestamp`, `device-id`, `emblem`. */
struct log_style {
	bool timestamp, rfc5424, emblem;
	char device_id[64]; /* "" = none */
	bool hide_names;    /* `logging hide username` */
};
enum log_form {
	LOG_FORM_CONSOLE,
	LOG_FORM_BUFFER, /* with the device id */
	LOG_FORM_SERVER, /* with the device id; without the priority in front */
	LOG_FORM_EMBLEM, /* a server with `format emblem` */
};
void log_style_set(const struct log_style *style);
const struct log_style *log_style(void);
/* "%ASA-5-713119: text" as the style wants it; returns the length written. Control characters, which peers can put
 * into names, become blanks: one message stays one line. */
unsigned long log_line_text(char *out, unsigned long cap, const struct log_line *line,
                            enum log_form form);
/* As log_line_text on the console, with or without a timestamp whatever the style says. */
int log_format(char *out, unsigned long cap, const struct log_line *line, bool timestamp);
/* The name of a user who does not exist, as far as it may be shown: "*****" while names are hidden. */
const char *log_hidden(const char *user);

#endif
