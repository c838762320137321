/* Text as pointer and length; never owns its bytes, need not end with NUL. */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).p ? (s).p : ""

static inline struct str str_of(const char *cstr)
{
	return (struct str){cstr, cstr ? strlen(cstr) : 0};
}

/* What stands behind its first n bytes; there are as many. */
static inline struct str str_from(struct str s, size_t n)
{
	return (struct str){s.p + n, s.len - n};
}

bool str_eq(struct str a, struct str b);
bool str_eq_cstr(struct str a, const char *b);
bool str_caseeq(struct str a, struct str b);
/* True when s begins with prefix, ignoring case. */
bool str_has_prefix_nocase(struct str s, struct str prefix);
struct str str_ltrim(struct str s); /* white space at its beginning */
struct str str_trim(struct str s);
/* Decimal digits only; false when empty, not a number or above max. */
bool str_to_u32(struct str s, uint32_t max, uint32_t *value);
/* Next word of *rest (blanks between words); empty when there is none. */
struct str str_word(struct str *rest);
/* Copies with truncation, always ends with NUL; returns false when it did not fit. */
bool str_copy(char *dst, size_t cap, struct str s);

#endif
