#include "tests/shape/shape.h"

#include <ctype.h>
#include <string.h>

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t run(struct str s, size_t at, int (*is)(int c))
{
	size_t n = 0;
	while (at + n < s.len && is((unsigned char)s.p[at + n]))
		n++;
	return n;
}

/* 203.0.113.1 */
static size_t address(struct str s, size_t at)
{
	size_t i = at;
	for (int part = 0; part < 4; part++) {
		size_t n = run(s, i, isdigit);
		if (n == 0 || n > 3)
			return 0;
		i += n;
		if (part < 3 && (i >= s.len || s.p[i++] != '.'))
			return 0;
	}
	return i < s.len && (word_char(s.p[i]) ||
	                     (s.p[i] == '.' && i + 1 < s.len && isdigit((unsigned char)s.p[i + 1])))
	               ? 0
	               : i - at;
}

static size_t hexadecimal(struct str s, size_t at)
{
	bool prefixed = at + 2 < s.len && s.p[at] == '0' && (s.p[at + 1] | 32) == 'x';
	size_t from = at + (prefixed ? 2 : 0), n = run(s, from, isxdigit), digits = 0;
	if (n == 0 || (from + n < s.len && word_char(s.p[from + n])))
		return 0;
	if (prefixed)
		return n + 2;
	for (size_t i = 0; i < n; i++)
		digits += isdigit((unsigned char)s.p[at + i]) != 0;
	return n >= 8 && digits > 0 && digits < n ? n : 0;
}

static size_t date(struct str s, size_t at)
{
	static const char names[] =
	        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun ";
	char word[5] = {0};
	if (run(s, at, isalpha) != 3)
		return 0;
	memcpy(word, s.p + at, 3);
	word[3] = ' ';
	return strstr(names, word) != NULL ? 3 : 0;
}

static size_t number(struct str s, size_t at)
{
	size_t n = run(s, at, isdigit);
	if (n > 0 && at + n + 1 < s.len && s.p[at + n] == '.' &&
	    isdigit((unsigned char)s.p[at + n + 1]))
		n += 1 + run(s, at + n + 1, isdigit);
	return n;
}

static const struct {
	size_t (*match)(struct str s, size_t at);
	const char *mark;
} masks[] = {
        {address, "<ip>"},
        {hexadecimal, "<hex>"},
        {date, "<date>"},
        {number, "<n>"},
};

/* At the first character of a word: the mark and how long the masked word is; 0 when it is none. */
static size_t masked(struct str s, size_t at, const char **mark)
{
	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		size_t n = masks[i].match(s, at);
		*mark = masks[i].mark;
		if (n > 0)
			return n;
	}
	return 0;
}

/* A word that begins with a letter is a name, digits in it or not. */
static size_t name(struct str s, size_t at)
{
	size_t n = 0;
	while (isalpha((unsigned char)s.p[at]) && at + n < s.len && word_char(s.p[at + n]))
		n++;
	return n > 0 ? n : 1;
}

void shape_mask(struct str text, struct out *shape)
{
	bool after = false; /* a masked word stands before these blanks */
	for (size_t i = 0; i < text.len;) {
		const char *mark = NULL;
		size_t blanks = 0, n;
		while (i + blanks < text.len && text.p[i + blanks] == ' ')
			blanks++;
		if (blanks > 0) {
			size_t next = i + blanks;
			bool end = next == text.len || text.p[next] == '\n';
			bool begin = i == 0 || text.p[i - 1] == '\n';
			bool near = after || (next < text.len && masked(text, next, &mark) > 0);
			size_t keep = near && !end && !begin && blanks > 2 ? 2 : blanks;
			out_printf(shape, "%*s", (int)keep, "");
			i = next;
			after = false;
			continue;
		}
		n = masked(text, i, &mark);
		after = n > 0;
		if (n > 0)
			out_str(shape, mark);
		else
			out_put(shape, (struct str){text.p + i, n = name(text, i)});
		i += n;
	}
}
