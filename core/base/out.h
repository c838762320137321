/* Text that a command prints: grows, has a ceiling, is handed to filter and pager when complete. */
#ifndef CORE_BASE_OUT_H
#define CORE_BASE_OUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct out {
	char *text; /* NUL-terminated; never NULL after the first write */
	size_t len, cap;
	size_t limit; /* 0 = 64 MiB */
	bool failed;  /* out of memory or over the limit: what follows was lost */
	struct json
	        *json; /* a document is written in place of text (core/base/rec.h), NULL = none */
};

void out_init(struct out *o);
void out_free(struct out *o);
void out_clear(struct out *o);
void out_put(struct out *o, struct str s);
void out_str(struct out *o, const char *s);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_vprintf(struct out *o, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Blanks up to this column (counted from the last newline); at least one when already past it. */
void out_col(struct out *o, unsigned column);
struct str out_text(const struct out *o);

/* Between out.c and rec.c: bytes as they are, also into a document; text printed while one is written. */
void out_raw(struct out *o, struct str s);
void out_json_plain(struct out *o, struct str s);

#endif
