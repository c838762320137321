#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ reading a file */

/* Length of a prompt ("gw(config-if)# ") at the start of the line, 0 when it is none. */
static size_t prompt_len(const char *line)
{
	size_t i = 0;
	while (isalnum((unsigned char)line[i]) || line[i] == '-' || line[i] == '.' ||
	       (line[i] == '/' && i > 0))
		i++;
	if (i == 0)
		return 0;
	if (line[i] == '(') {
		while (islower((unsigned char)line[i + 1]) || isdigit((unsigned char)line[i + 1]) ||
		       line[i + 1] == '-')
			i++;
		if (line[++i] != ')')
			return 0;
		i++;
	}
	if (line[i] != '>' && line[i] != '#')
		return 0;
	return line[i + 1] == ' ' ? i + 2 : line[i + 1] == '\0' ? i + 1 : 0;
}

static bool cut_end(char *text, const char *end)
{
	size_t n = strlen(text), e = strlen(end);
	if (n < e || strcmp(text + n - e, end) != 0)
		return false;
	text[n - e] = '\0';
	return true;
}

/* Is this line an input? Then *prompt_end is where what is shown ends, and typed what follows. */
static bool parse_input(const char *line, enum step_kind *kind, size_t *prompt_end, char **typed)
{
	const char *mark;
	size_t n = prompt_len(line);
	if (n > 0) {
		*prompt_end = n;
		*typed = strdup(line + n);
		*kind = cut_end(*typed, "<TAB>") ? STEP_TAB
		        : cut_end(*typed, "?")   ? STEP_HELP
		        : cut_end(*typed, "^C")  ? STEP_BREAK
		                                 : STEP_LINE;
		return true;
	}
	if (strncmp(line, "<--- More --->:", 15) == 0) {
		*prompt_end = 14;
		*typed = strdup(line + 15);
		*kind = STEP_KEY;
		return true;
	}
	mark = strstr(line, "<<");
	if (mark == NULL)
		return false;
	*prompt_end = (size_t)(mark - line);
	*typed = strdup(mark + 2);
	*kind = STEP_ANSWER;
	return true;
}

static struct step *script_add(struct script *s, struct out *expected, unsigned line)
{
	s->steps = realloc(s->steps, (s->n + 1) * sizeof *s->steps);
	if (s->steps == NULL)
		abort();
	struct step *step = &s->steps[s->n++];
	*step = (struct step){.expected = strdup(expected->len > 0 ? expected->text : ""),
	                      .line = line};
	out_clear(expected);
	return step;
}

bool script_read(struct script *s, const char *path, bool full)
{
	*s = (struct script){.name = path};
	FILE *f = fopen(path, "re");
	if (f == NULL) {
		perror(path);
		return false;
	}
	struct out expected;
	out_init(&expected);
	char *line = NULL;
	bool goes_on = false;
	size_t cap = 0;
	unsigned number = 0;
	for (ssize_t n; (n = getline(&line, &cap, f)) >= 0;) {
		number++;
		while (n > 0 && line[n - 1] == '\n')
			line[--n] = '\0';
		if (strncmp(line, "##", 2) == 0) {
			s->serial = s->serial || strstr(line, "(serial)") != NULL;
			s->client = s->client || strstr(line, "(client)") != NULL;
			continue;
		}
		if (strncmp(line, "[full] ", 7) == 0) {
			if (full)
				out_printf(&expected, "%s\n", line + 7);
			continue;
		}
		enum step_kind kind;
		size_t end;
		char *typed;
		if (!parse_input(line, &kind, &end, &typed)) {
			out_printf(&expected, "%s\n", line);
			continue;
		}
		out_put(&expected, (struct str){line, end});
		struct step *step = script_add(s, &expected, number);
		step->kind = kind;
		step->typed = typed;
		step->goes_on = goes_on && kind != STEP_KEY;
		/* A pager key may stand between help and the line that goes on. */
		goes_on = kind == STEP_HELP || kind == STEP_TAB || (kind == STEP_KEY && goes_on);
	}
	/* A bare prompt at the end is where it ends, not an empty line. */
	struct step *last = s->n > 0 ? &s->steps[s->n - 1] : NULL;
	if (expected.len == 0 && last != NULL && last->kind == STEP_LINE && *last->typed == '\0')
		last->kind = STEP_END;
	else
		script_add(s, &expected, number)->kind = STEP_END;
	free(line);
	out_free(&expected);
	fclose(f);
	return true;
}

void script_free(struct script *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->steps[i].expected);
		free(s->steps[i].typed);
	}
	free(s->steps);
}

/* ------------------------------------------------------------------ the screen */

struct screen {
	char line[4096];
	size_t len, col;
	struct out *out;
};

static void screen_newline(struct screen *sc, bool end)
{
	while (!end && sc->len > 0 && sc->line[sc->len - 1] == ' ')
		sc->len--;
	out_put(sc->out, (struct str){sc->line, sc->len});
	if (!end)
		out_str(sc->out, "\n");
	sc->len = sc->col = 0;
}

static void screen_char(struct screen *sc, char c)
{
	if (sc->col + 1 >= sizeof sc->line)
		return;
	while (sc->len < sc->col)
		sc->line[sc->len++] = ' ';
	sc->line[sc->col++] = c;
	if (sc->col > sc->len)
		sc->len = sc->col;
}

/* One escape sequence after ESC; returns its length. */
static size_t screen_escape(struct screen *sc, const char *p, size_t left)
{
	if (left == 0 || *p != '[')
		return left > 0;
	size_t i = 1;
	unsigned n = 0;
	while (i < left && (isdigit((unsigned char)p[i]) || p[i] == ';' || p[i] == '?')) {
		n = isdigit((unsigned char)p[i]) ? n * 10 + (unsigned)(p[i] - '0') : 0;
		i++;
	}
	if (i == left)
		return i;
	unsigned count = n > 0 ? n : 1;
	switch (p[i]) {
	case 'K':
	case 'J':
		sc->len = sc->col < sc->len ? sc->col : sc->len;
		break;
	case 'C':
		sc->col += count;
		break;
	case 'D':
		sc->col -= count < sc->col ? count : sc->col;
		break;
	case 'G':
		sc->col = count - 1;
		break;
	default:
		break;
	}
	return i + 1;
}

void script_screen(const char *raw, size_t len, struct out *screen)
{
	struct screen sc = {.out = screen};
	for (size_t i = 0; i < len; i++) {
		char c = raw[i];
		if (c == '\n')
			screen_newline(&sc, false);
		else if (c == '\r')
			sc.col = 0;
		else if (c == '\b')
			sc.col -= sc.col > 0;
		else if (c == 27)
			i += screen_escape(&sc, raw + i + 1, len - i - 1);
		else if (c != 7)
			screen_char(&sc, c);
	}
	screen_newline(&sc, true);
}

/* One line against a pattern with <*>. */
static bool line_same(const char *pattern, size_t n, const char *text, size_t len)
{
	const char *star = memmem(pattern, n, "<*>", 3);
	if (star == NULL)
		return n == len && memcmp(pattern, text, n) == 0;
	size_t head = (size_t)(star - pattern);
	if (len < head || memcmp(pattern, text, head) != 0)
		return false;
	for (size_t skip = head; skip <= len; skip++)
		if (line_same(star + 3, n - head - 3, text + skip, len - skip))
			return true;
	return false;
}

static size_t trimmed(const char *text, size_t n)
{
	while (n > 0 && text[n - 1] == ' ')
		n--;
	return n;
}

/* Whole lines, all but the last; blanks at their ends do not count. The last ones are left in *expected, *actual. */
static bool lines_same(const char **expected, const char **actual)
{
	for (;;) {
		size_t n = strcspn(*expected, "\n"), len = strcspn(*actual, "\n");
		if ((*expected)[n] == '\0' || (*actual)[len] == '\0')
			return (*expected)[n] == (*actual)[len];
		if (!line_same(*expected, trimmed(*expected, n), *actual, trimmed(*actual, len)))
			return false;
		*expected += n + 1;
		*actual += len + 1;
	}
}

bool script_match(const struct step *step, const char *echo, const char *screen, size_t *carried)
{
	struct out all;
	out_init(&all);
	out_str(&all, echo);
	out_str(&all, step->expected);
	const char *expected = all.len > 0 ? all.text : "";
	bool same = lines_same(&expected, &screen);
	size_t n = strlen(expected), len = strlen(screen);
	*carried = 0;
	if (same && step->goes_on && step->typed != NULL && len >= n) {
		size_t line = strlen(step->typed);
		same = strncmp(screen, expected, n) == 0;
		if (len - n > line) /* a completion ends with a blank */
			len = n + trimmed(screen + n, len - n);
		*carried = len - n;
		same = same && strncmp(step->typed, screen + n, len - n) == 0;
	} else if (same) {
		same = line_same(expected, trimmed(expected, n), screen, trimmed(screen, len));
	}
	out_free(&all);
	return same;
}

static void show(const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		fprintf(stderr, "    |%.*s|\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

void script_differ(const struct script *s, const struct step *step, const char *actual)
{
	fprintf(stderr, "%s:%u: not as written\n  expected:\n", s->name, step->line);
	show(step->expected);
	fprintf(stderr, "  got:\n");
	show(actual);
}
