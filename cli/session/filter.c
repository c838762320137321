#include "cli/session/filter.h"

#include <errno.h>

#include "core/base/buf.h"

/* Each `+` copies what it repeats when it is compiled, nested ones copy the copies. */
enum { FILTER_RE_MAX = 256, FILTER_PLUS_MAX = 8, FILTER_LINE_MAX = 4096 };

static const struct filter_word words[] = {
        {"append", "Append output to a file"},
        {"begin", "Begin with the line that matches"},
        {"count", "Count the lines, or those that match"},
        {"exclude", "Exclude lines that match"},
        {"grep", "Include/exclude lines that match"},
        {"include", "Include lines that match"},
        {"json", "Show the same data as a JSON document (extension)"},
        {"redirect", "Redirect output to a file"},
        {NULL, NULL},
};
static const enum filter_kind kinds[] = {FILTER_APPEND,  FILTER_BEGIN,   FILTER_COUNT,
                                         FILTER_EXCLUDE, FILTER_INCLUDE, FILTER_INCLUDE,
                                         FILTER_JSON,    FILTER_REDIRECT};

const struct filter_word *filter_words(void)
{
	return words;
}

bool filter_split(struct str line, struct str *command, struct str *tail)
{
	for (size_t i = 1; i < line.len; i++) {
		if (line.p[i] != '|' || (line.p[i - 1] != ' ' && line.p[i - 1] != '\t'))
			continue;
		*tail = (struct str){line.p + i + 1, line.len - i - 1};
		*command = str_trim((struct str){line.p, i});
		return true;
	}
	return false;
}

/* Copies the expression with `{` made literal; false when it holds a back-reference or too many `+`. */
static bool filter_tame(char *dst, struct str re)
{
	bool set = false;
	unsigned pluses = 0;
	for (size_t i = 0; i < re.len; i++) {
		char c = re.p[i];
		if (c == '\\' && !set && i + 1 < re.len) {
			char next = re.p[++i];
			if (next >= '1' && next <= '9')
				return false;
			*dst++ = c;
			*dst++ = next;
			continue;
		}
		if (c == '[' && !set)
			set = true;
		else if (c == ']')
			set = false;
		if (c == '+' && !set && ++pluses > FILTER_PLUS_MAX)
			return false;
		if ((c == '{' || c == '}') && !set)
			*dst++ = '\\';
		*dst++ = c;
	}
	*dst = '\0';
	return true;
}

/* Index of the filter that w abbreviates; -1 with the number of characters that still fitted. */
static int filter_find(struct str w, size_t *fitted)
{
	*fitted = 0;
	for (int i = 0; words[i].word != NULL; i++) {
		struct str full = str_of(words[i].word);
		if (str_has_prefix_nocase(full, w))
			return i;
		size_t n = 0;
		while (n < w.len && n < full.len && (w.p[n] | 0x20) == full.p[n])
			n++;
		*fitted = n > *fitted ? n : *fitted;
	}
	return -1;
}

/* One word: the file's name. */
static enum filter_parse take_file(struct filter *f, enum filter_kind kind, struct str tail,
                                   struct str rest, size_t *at, struct err *err)
{
	struct str name = str_word(&rest);
	if (str_trim(rest).len > 0) {
		struct str more = str_word(&rest);
		*at = (size_t)(more.p - tail.p);
		return FILTER_UNKNOWN;
	}
	if (!str_copy(f->file, sizeof f->file, name)) {
		err_set(err, -EINVAL, "file name too long");
		return FILTER_BAD;
	}
	f->kind = kind;
	return FILTER_OK;
}

enum filter_parse filter_parse(struct filter *f, struct str tail, size_t *at, struct err *err)
{
	*f = (struct filter){0};
	struct str rest = tail;
	struct str word = str_word(&rest);
	if (word.len == 0)
		return FILTER_INCOMPLETE;
	size_t fitted;
	int i = filter_find(word, &fitted);
	if (i < 0) {
		*at = (size_t)(word.p - tail.p) + fitted;
		return FILTER_UNKNOWN;
	}
	enum filter_kind kind = kinds[i];
	struct str re = str_ltrim(str_from(tail, (size_t)(word.p + word.len - tail.p)));
	if (str_eq_cstr(str_of(words[i].word), "grep") && re.len >= 3 &&
	    memcmp(re.p, "-v ", 3) == 0) {
		kind = FILTER_EXCLUDE;
		re = str_ltrim(str_from(re, 3));
	}
	if (kind == FILTER_JSON) {
		*at = (size_t)(re.p - tail.p);
		f->kind = kind;
		return str_trim(re).len == 0 ? FILTER_OK : FILTER_UNKNOWN;
	}
	if (kind == FILTER_COUNT && str_trim(re).len == 0) {
		f->kind = kind;
		return FILTER_OK;
	}
	if (re.len == 0)
		return FILTER_INCOMPLETE;
	if (kind == FILTER_REDIRECT || kind == FILTER_APPEND)
		return take_file(f, kind, tail, re, at, err);
	char text[2 * FILTER_RE_MAX + 1];
	if (re.len > FILTER_RE_MAX || memchr(re.p, '\0', re.len) != NULL ||
	    !filter_tame(text, re)) {
		err_set(err, -EINVAL, "regular expression is not supported");
		return FILTER_BAD;
	}
	int rc = regcomp(&f->re, text, REG_EXTENDED | REG_NOSUB);
	if (rc != 0) {
		char why[128];
		regerror(rc, &f->re, why, sizeof why);
		err_set(err, -EINVAL, "invalid regular expression: %s", why);
		return FILTER_BAD;
	}
	f->compiled = true;
	f->kind = kind;
	return FILTER_OK;
}

void filter_free(struct filter *f)
{
	if (f->compiled)
		regfree(&f->re);
	if (f->held.len > 0)
		wipe(f->held.text, f->held.len);
	out_free(&f->held);
	*f = (struct filter){0};
}

static bool filter_match(struct filter *f, struct str line)
{
	char copy[FILTER_LINE_MAX];
	str_copy(copy, sizeof copy, line); /* of a longer line the beginning is looked at */
	return regexec(&f->re, copy, 0, NULL, 0) == 0;
}

static bool filter_pass(struct filter *f, struct str line)
{
	switch (f->kind) {
	case FILTER_INCLUDE:
		return filter_match(f, line);
	case FILTER_EXCLUDE:
		return !filter_match(f, line);
	case FILTER_BEGIN:
		f->begun = f->begun || filter_match(f, line);
		return f->begun;
	case FILTER_COUNT:
		f->lines += !f->compiled || filter_match(f, line);
		return false;
	case FILTER_REDIRECT:
	case FILTER_APPEND:
		out_put(&f->held, line);
		out_str(&f->held, "\n");
		return false;
	case FILTER_JSON:
	case FILTER_NONE:
		break;
	}
	return true;
}

void filter_apply(struct filter *f, struct str text, struct out *out)
{
	while (text.len > 0) {
		const char *nl = memchr(text.p, '\n', text.len);
		size_t n = nl != NULL ? (size_t)(nl - text.p) : text.len;
		if (filter_pass(f, (struct str){text.p, n})) {
			out_put(out, (struct str){text.p, n});
			out_str(out, "\n");
		}
		n += nl != NULL;
		text.p += n;
		text.len -= n;
	}
}
