#include "tests/shape/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/shape/shape.h"

static FILE *open_sample(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s.txt", SAMPLES_DIR, name);
	FILE *f = fopen(path, "re");
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	return f;
}

static void swap(struct out *line, const char *from, const char *to)
{
	struct out done = {0};
	const char *p = line->text, *at;
	for (; (at = strstr(p, from)) != NULL; p = at + strlen(from)) {
		out_put(&done, (struct str){p, (size_t)(at - p)});
		out_str(&done, to);
	}
	out_str(&done, p);
	out_free(line);
	*line = done;
}

static void put_line(struct out *text, const char *line, const struct sample_swap *swaps, size_t n)
{
	struct out o = {0};
	out_str(&o, line);
	for (size_t i = 0; i < n && o.text != NULL; i++) {
		if (strstr(o.text, swaps[i].from) == NULL)
			continue;
		if (swaps[i].to != NULL)
			swap(&o, swaps[i].from, swaps[i].to);
		else
			out_free(&o);
	}
	if (o.text != NULL)
		out_str(text, o.text);
	out_free(&o);
}

char *sample_text(const char *name, const struct sample_swap *swaps, size_t n)
{
	struct out text = {0};
	char line[1024];
	FILE *f = open_sample(name);
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "## ", 3) != 0)
			put_line(&text, line, swaps, n);
	fclose(f);
	out_str(&text, "");
	return text.text;
}

/* A line as it is compared: its shape, without blanks at its end. */
static void put_shape(struct out *o, struct str line)
{
	struct out shape = {0};
	while (line.len > 0 && line.p[line.len - 1] == ' ')
		line.len--;
	shape_mask(line, &shape);
	out_str(&shape, "");
	swap(&shape, "<hex>", "<n>"); /* it may happen to have no letter */
	out_printf(o, "%s\n", shape.text);
	out_free(&shape);
}

char *sample_missing(const char *name, struct str said, const struct sample_swap *swaps, size_t n)
{
	struct out have = {0};
	char *text = sample_text(name, swaps, n), *missing = NULL;
	out_str(&have, "\n");
	for (struct str rest = said; rest.len > 0;) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		struct str line = {rest.p, nl != NULL ? (size_t)(nl - rest.p) : rest.len};
		put_shape(&have, line);
		line.len += nl != NULL;
		rest = (struct str){rest.p + line.len, rest.len - line.len};
	}
	for (char *p = text; *p != '\0' && missing == NULL; p += strspn(p, "\n")) {
		struct out want = {0};
		struct str line = {p, strcspn(p, "\n")};
		out_str(&want, "\n");
		put_shape(&want, line);
		if (line.len > 0 && strstr(have.text, want.text) == NULL)
			missing = strndup(p, line.len);
		out_free(&want);
		p += line.len;
	}
	out_free(&have);
	free(text);
	return missing;
}
