#include "core/base/rec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"

enum { DEPTH_MAX = 16, KEY_MAX = 64 };

/* The document under way. */
struct json {
	unsigned depth;         /* of what is open; the document itself is 1 */
	bool list[DEPTH_MAX];   /* by depth: a list, not an object */
	bool filled[DEPTH_MAX]; /* something stands in it */
	bool recorded;          /* anything at all */
	bool plain;             /* text was printed that is not in the document */
	bool lines;             /* text is taken as lines */
	struct out line;        /* the one under way */
};

/* ------------------------------------------------------------------ writing */

/* Bytes of the UTF-8 character at p, 0 when there is none (RFC 3629 §4). */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80                    ? 1
	           : p[0] >= 0xc2 && p[0] <= 0xdf ? 2
	           : p[0] >= 0xe0 && p[0] <= 0xef ? 3
	           : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
	                                          : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void put_quoted(struct out *o, struct str s)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
	const unsigned char *p = (const unsigned char *)s.p;
	out_raw(o, STR("\""));
	for (size_t i = 0, n; i < s.len; i += n) {
		const char *e = p[i] != 0 ? strchr(escaped, p[i]) : NULL;
		char text[8];
		n = utf8_len(p + i, s.len - i);
		if (e != NULL)
			snprintf(text, sizeof text, "\\%c", names[e - escaped]);
		else if (p[i] < 0x20 || p[i] == 0x7f)
			snprintf(text, sizeof text, "\\u%04x", p[i]);
		else if (n == 0)
			snprintf(text, sizeof text, "\\ufffd");
		else
			snprintf(text, sizeof text, "%.*s", (int)n, s.p + i);
		out_raw(o, str_of(text));
		n = n == 0 ? 1 : n;
	}
	out_raw(o, STR("\""));
}

static void put_indent(struct out *o, unsigned depth)
{
	out_raw(o, STR("\n"));
	for (unsigned i = 0; i < depth; i++)
		out_raw(o, STR("  "));
}

/* What stands before a value: comma, new line, key. */
static void put_key(struct out *o, struct str key)
{
	struct json *j = o->json;
	unsigned d = j->depth - 1;
	if (j->filled[d])
		out_raw(o, STR(","));
	j->filled[d] = true;
	j->recorded = true;
	put_indent(o, j->depth);
	if (j->list[d])
		return;
	put_quoted(o, key);
	out_raw(o, STR(": "));
}

static void put_value(struct out *o, struct str key, struct str text)
{
	put_key(o, key);
	out_raw(o, text);
}

static void open_one(struct out *o, const char *key, bool list)
{
	struct json *j = o->json;
	if (j == NULL)
		return;
	if (j->depth == DEPTH_MAX)
		abort(); /* handlers nest a few, and always the same */
	put_value(o, str_of(key != NULL ? key : ""), list ? STR("[") : STR("{"));
	j->list[j->depth] = list;
	j->filled[j->depth++] = false;
}

void rec_open(struct out *o, const char *key)
{
	open_one(o, key, false);
}

void rec_list(struct out *o, const char *key)
{
	open_one(o, key, true);
}

void rec_close(struct out *o)
{
	struct json *j = o->json;
	if (j == NULL)
		return;
	if (j->depth < 2)
		abort();
	unsigned d = --j->depth;
	if (j->filled[d])
		put_indent(o, d);
	out_raw(o, j->list[d] ? STR("]") : STR("}"));
}

void rec_num(struct out *o, const char *key, uint64_t value)
{
	char text[24];
	if (o->json == NULL)
		return;
	snprintf(text, sizeof text, "%" PRIu64, value);
	put_value(o, str_of(key), str_of(text));
}

void rec_bool(struct out *o, const char *key, bool value)
{
	if (o->json != NULL)
		put_value(o, str_of(key), value ? STR("true") : STR("false"));
}

void rec_str(struct out *o, const char *key, struct str value)
{
	if (o->json == NULL)
		return;
	put_key(o, str_of(key));
	put_quoted(o, value);
}

void rec_text(struct out *o, const char *key, const char *value)
{
	rec_str(o, key, str_of(value));
}

void rec_message(struct out *o, const char *text)
{
	if (o->json == NULL)
		out_str(o, text);
	else
		rec_str(o, "message", str_trim(str_of(text)));
}

/* ------------------------------------------------------------------ a format's data */

static bool means_true(struct str s)
{
	static const char *const words[] = {"yes", "on", "Y", "enabled", "up", "true"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq_cstr(s, words[i]))
			return true;
	return false;
}

static void record_text(struct out *o, struct str key, struct str value)
{
	if (str_eq_cstr(key, "-"))
		return;
	if (key.len > 0 && key.p[key.len - 1] == '?') {
		key.len--;
		put_value(o, key, means_true(value) ? STR("true") : STR("false"));
		return;
	}
	put_key(o, key);
	put_quoted(o, value);
}

static void record_number(struct out *o, struct str key, const char *text)
{
	if (str_eq_cstr(key, "-"))
		return;
	if (key.len > 0 && key.p[key.len - 1] == '?') {
		key.len--;
		put_value(o, key, strcmp(text, "0") != 0 ? STR("true") : STR("false"));
		return;
	}
	put_value(o, key, str_of(text));
}

/* One conversion behind its '%'. */
struct conv {
	bool has_precision;
	int precision;
	unsigned longs; /* l = 1, ll = 2; z t j = 3 */
	char kind;
};

static const char *conv_read(const char *p, struct conv *c, va_list *ap)
{
	*c = (struct conv){0};
	p += strspn(p, "-+ #0");
	if (*p == '*') {
		(void)va_arg(*ap, int);
		p++;
	}
	p += strspn(p, "0123456789");
	if (*p == '.') {
		c->has_precision = true;
		if (*++p == '*') {
			c->precision = va_arg(*ap, int);
			p++;
		} else {
			c->precision = atoi(p);
		}
		p += strspn(p, "0123456789");
	}
	for (; strchr("hlzjt", *p) != NULL && *p != '\0'; p++)
		c->longs = *p == 'l' ? c->longs + 1 : *p == 'h' ? c->longs : 3;
	c->kind = *p;
	return *p != '\0' ? p + 1 : p;
}

static void conv_number(char *text, size_t cap, const struct conv *c, va_list *ap)
{
	if (c->kind == 'd' || c->kind == 'i')
		snprintf(text, cap, "%lld",
		         c->longs == 0   ? va_arg(*ap, int)
		         : c->longs == 1 ? va_arg(*ap, long)
		                         : va_arg(*ap, long long));
	else if (c->kind == 'f')
		snprintf(text, cap, "%.3f", va_arg(*ap, double));
	else
		snprintf(text, cap, "%llu",
		         c->longs == 0   ? va_arg(*ap, unsigned)
		         : c->longs == 1 ? va_arg(*ap, unsigned long)
		                         : va_arg(*ap, unsigned long long));
}

static void record(struct out *o, struct str keys, const char *fmt, va_list *ap)
{
	while ((fmt = strchr(fmt, '%')) != NULL) {
		struct conv c;
		char text[48];
		fmt = conv_read(fmt + 1, &c, ap);
		if (c.kind == '%')
			continue;
		struct str key = str_word(&keys);
		if (key.len == 0 || strchr("diuxXcsf", c.kind) == NULL)
			abort(); /* fewer words than data: the caller's mistake, found by its first use */
		if (c.kind == 's') {
			const char *s = va_arg(*ap, const char *);
			size_t n = c.has_precision ? strnlen(s, (size_t)c.precision) : strlen(s);
			record_text(o, key, (struct str){s, n});
		} else if (c.kind == 'c') {
			text[0] = (char)va_arg(*ap, int);
			record_text(o, key, (struct str){text, 1});
		} else {
			conv_number(text, sizeof text, &c, ap);
			record_number(o, key, text);
		}
	}
	if (str_word(&keys).len > 0)
		abort();
}

void rec(struct out *o, const char *keys, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (o->json == NULL) {
		out_vprintf(o, fmt, ap);
	} else {
		va_list copy;
		va_copy(copy, ap);
		record(o, str_of(keys), fmt, &copy);
		va_end(copy);
	}
	va_end(ap);
}

/* ------------------------------------------------------------------ lines */

void rec_lines(struct out *o)
{
	if (o->json == NULL || o->json->lines)
		return;
	rec_list(o, "lines");
	o->json->lines = true;
}

static void line_done(struct out *o)
{
	struct json *j = o->json;
	put_key(o, STR(""));
	put_quoted(o, out_text(&j->line));
	out_clear(&j->line);
}

void rec_lines_end(struct out *o)
{
	struct json *j = o->json;
	if (j == NULL || !j->lines)
		return;
	if (j->line.len > 0)
		line_done(o);
	j->lines = false;
	rec_close(o);
}

/* Text of out_put while a document is written. */
void out_json_plain(struct out *o, struct str s)
{
	struct json *j = o->json;
	j->plain = j->plain || str_trim(s).len > 0;
	while (j->lines && s.len > 0) {
		const char *nl = memchr(s.p, '\n', s.len);
		size_t n = nl != NULL ? (size_t)(nl - s.p) : s.len;
		out_put(&j->line, (struct str){s.p, n});
		if (nl != NULL)
			line_done(o);
		n += nl != NULL;
		s.p += n;
		s.len -= n;
	}
}

/* ------------------------------------------------------------------ the document */

bool rec_begin(struct out *o)
{
	out_clear(o);
	o->json = calloc(1, sizeof *o->json);
	if (o->json == NULL)
		return false;
	out_raw(o, STR("{"));
	o->json->depth = 1;
	return true;
}

static void json_free(struct out *o)
{
	if (o->json->line.text != NULL)
		wipe(o->json->line.text, o->json->line.cap);
	out_free(&o->json->line);
	free(o->json);
	o->json = NULL;
}

bool rec_end(struct out *o)
{
	struct json *j = o->json;
	if (j == NULL)
		return true;
	rec_lines_end(o);
	while (j->depth > 1)
		rec_close(o);
	bool unstructured = j->plain && !j->recorded;
	out_raw(o, j->filled[0] ? STR("\n}\n") : STR("}\n"));
	json_free(o);
	if (unstructured)
		out_clear(o);
	return !unstructured;
}

void rec_error(struct out *o, const char *text)
{
	if (o->json == NULL)
		return;
	json_free(o);
	if (!rec_begin(o))
		return;
	rec_str(o, "error", str_trim(str_of(text)));
}
