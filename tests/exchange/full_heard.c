#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/log.h"
#include "tests/exchange/full_heard.h"
#include "tests/shape/shape.h"

struct out heard, logged;

static void on_debug(void *arg, const char *line)
{
	(void)arg;
	out_printf(&heard, "%s\n", line);
}

static void on_log(void *arg, const struct log_line *line)
{
	char text[2048];
	(void)arg;
	log_format(text, sizeof text, line, false);
	out_printf(&logged, "%s\n", text);
}

struct debug_sink ear = {.write = on_debug};
static struct log_sink log_ear = {.level = LOGL_DEBUGGING, .write = on_log};

void listen_all(void)
{
	out_init(&heard);
	out_init(&logged);
	memset(&ear.cond, 0, sizeof ear.cond);
	debug_sink_remove(&ear); /* a test that failed has left it */
	log_sink_remove(&log_ear);
	debug_sink_add(&ear);
	log_sink_add(&log_ear);
	for (int cat = 0; cat < DEBUG_N; cat++)
		debug_set(&ear, (enum debug_cat)cat,
		          cat == DEBUG_IKEV1 ? 127 : debug_max_level((enum debug_cat)cat));
}

void listen_no_more(void)
{
	debug_sink_remove(&ear);
	log_sink_remove(&log_ear);
	out_free(&heard);
	out_free(&logged);
}

void expect_said(const struct out *said, const char *const *samples, size_t n)
{
	struct out shape;
	out_init(&shape);
	out_str(&shape, "\n");
	shape_mask(out_text(said), &shape);
	for (size_t i = 0; i < n; i++) {
		struct out want;
		out_init(&want);
		out_str(&want, "\n");
		shape_mask(str_of(samples[i]), &want);
		out_str(&want, "\n");
		if (strstr(shape.text, want.text) == NULL)
			fail_msg("not said: %s\n(as %s) in\n%s", samples[i], want.text, said->text);
		out_free(&want);
	}
	out_free(&shape);
}

void expect_sample(const struct out *said, const char *name, const struct sample_swap *swaps, size_t n)
{
	char *missing = sample_missing(name, out_text(said), swaps, n);
	if (missing != NULL)
		fail_msg("%s: not said: %s in\n%s", name, missing, said->text);
	free(missing);
}

void heard_texts(struct out *texts)
{
	out_init(texts);
	for (const char *p = heard.text; *p != '\0';) {
		struct str line = {p, strcspn(p, "\n")};
		const char *ip = memmem(line.p, line.len, "IP = ", 5);
		const char *text =
		        ip != NULL ? memmem(ip, line.len - (size_t)(ip - p), ", ", 2) : NULL;
		p += line.len + (p[line.len] == '\n');
		if (text != NULL)
			line = (struct str){text + 2, line.len - (size_t)(text + 2 - line.p)};
		out_printf(texts, "%.*s\n", STR_ARG(line));
	}
}

void expect_heard(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(heard.text, texts[i]) == NULL)
			fail_msg("nothing like %s in\n%s", texts[i], heard.text);
}
