#include "core/base/str.h"

#include <ctype.h>
#include <strings.h>

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool str_eq_cstr(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

bool str_caseeq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.p, b.p, a.len) == 0);
}

bool str_has_prefix_nocase(struct str s, struct str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || strncasecmp(s.p, prefix.p, prefix.len) == 0);
}

struct str str_ltrim(struct str s)
{
	while (s.len > 0 && isspace((unsigned char)s.p[0]))
		s = str_from(s, 1);
	return s;
}

struct str str_trim(struct str s)
{
	s = str_ltrim(s);
	while (s.len > 0 && isspace((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

bool str_to_u32(struct str s, uint32_t max, uint32_t *value)
{
	uint64_t v = 0;
	if (s.len == 0 || s.len > 10)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (v > max)
		return false;
	*value = (uint32_t)v;
	return true;
}

struct str str_word(struct str *rest)
{
	struct str s = *rest;
	while (s.len > 0 && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.len--;
	}
	struct str word = {s.p, 0};
	while (word.len < s.len && !isspace((unsigned char)s.p[word.len]))
		word.len++;
	*rest = (struct str){s.p + word.len, s.len - word.len};
	return word;
}

bool str_copy(char *dst, size_t cap, struct str s)
{
	if (cap == 0)
		return false;
	size_t n = s.len < cap - 1 ? s.len : cap - 1;
	if (n > 0)
		memcpy(dst, s.p, n);
	dst[n] = '\0';
	return n == s.len;
}
