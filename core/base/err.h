/* What went wrong, in words a user may see. */
#ifndef CORE_BASE_ERR_H
#define CORE_BASE_ERR_H

#include <stdbool.h>

struct err {
	int code;       /* negative errno, or 0 when nothing was set */
	char text[512]; /* one line, without "ERROR: " and without a newline */
	bool plain;     /* shown without "ERROR: " in front */
};

/* Sets code and text; returns code, so that a failing function ends with `return err_set(...)`.
 * err may be NULL when the caller does not want the text. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for a refusal that the appliance tells without "ERROR: ". */
int err_plain(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts a prefix before a text that is already there ("pool P: " ...). */
void err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
