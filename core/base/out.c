#include "core/base/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { OUT_LIMIT = 64 << 20 };

void out_init(struct out *o)
{
	*o = (struct out){0};
}

void out_free(struct out *o)
{
	free(o->text);
	*o = (struct out){0};
}

void out_clear(struct out *o)
{
	o->len = 0;
	o->failed = false;
	if (o->text != NULL)
		o->text[0] = '\0';
}

/* Room for n more bytes and the NUL. */
static bool grow(struct out *o, size_t n)
{
	size_t limit = o->limit != 0 ? o->limit : OUT_LIMIT;
	if (o->failed || n >= limit || o->len > limit - n - 1) {
		o->failed = true;
		return false;
	}
	if (o->len + n + 1 <= o->cap)
		return true;
	size_t cap = o->cap > 0 ? o->cap : 256;
	while (cap < o->len + n + 1)
		cap *= 2;
	char *text = realloc(o->text, cap);
	if (text == NULL) {
		o->failed = true;
		return false;
	}
	o->text = text;
	o->cap = cap;
	return true;
}

void out_raw(struct out *o, struct str s)
{
	if (!grow(o, s.len))
		return;
	if (s.len > 0)
		memcpy(o->text + o->len, s.p, s.len);
	o->len += s.len;
	o->text[o->len] = '\0';
}

void out_put(struct out *o, struct str s)
{
	if (o->json != NULL)
		out_json_plain(o, s);
	else
		out_raw(o, s);
}

void out_str(struct out *o, const char *s)
{
	out_put(o, str_of(s));
}

void out_vprintf(struct out *o, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return;
	if (o->json != NULL) {
		struct out text = {0};
		out_vprintf(&text, fmt, ap);
		out_json_plain(o, out_text(&text));
		out_free(&text);
	} else if (grow(o, (size_t)n)) {
		vsnprintf(o->text + o->len, (size_t)n + 1, fmt, ap);
		o->len += (size_t)n;
	}
}

void out_printf(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	out_vprintf(o, fmt, ap);
	va_end(ap);
}

void out_col(struct out *o, unsigned column)
{
	if (o->json != NULL)
		return;
	size_t start = o->len;
	while (start > 0 && o->text[start - 1] != '\n')
		start--;
	size_t at = o->len - start;
	do {
		out_put(o, STR(" "));
		at++;
	} while (at < column && !o->failed);
}

struct str out_text(const struct out *o)
{
	return (struct str){o->text != NULL ? o->text : "", o->len};
}
