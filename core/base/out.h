/* Text that a command prints: grows, has a ceiling, is handed to filter and pager when complete. */
#ifndef CORE_BASE_OUT_H
#define CORE_BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct out {
	char *text; /* NUL-terminated; never NULL after the first write */
	size_t len, cap;
	size_t limit; /* 0 = 64 MiB */
	bool failed;  /* out of memory or over the limit: what follows was lost */
};

void out_init(struct out *o);
void out_free(struct out *o);
void out_clear(struct out *o);
void out_put(struct out *o, struct str s);
void out_str(struct out *o, const char *s);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Blanks up to this column (counted from the last newline); at least one when already past it. */
void out_col(struct out *o, unsigned column);
struct str out_text(const struct out *o);

#endif
