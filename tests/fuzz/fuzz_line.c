/* Bytes as typed lines: match, suggest, edit, commit. A line that is refused leaves the configuration as it was. (As a
 * text: fuzz_config.) */
#include <stdlib.h>
#include <string.h>

#include "cli/grammar/suggest.h"
#include "tests/fuzz/appliance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 2000 };

static void one_line(struct confsys *sys, struct cli_ctx *ctx, struct str line)
{
	const struct grammar *g = grammar();
	struct conf *before = conf_hold((struct conf *)confsys_running(sys));
	uint64_t mark = conf_mark(before);
	struct suggestions s;
	struct match_fail fail;
	struct match m;
	struct out text;
	struct err err;

	out_init(&text);
	suggest(g, ctx, before, line, NULL, &s);
	suggest_complete(&s, line, &text);
	suggest_free(&s);
	if (match_line(g, ctx, line, 15, &m, &fail) == MATCH_OK) {
		if (!m.line->run && edit_line(g, sys, ctx, &m, &text, &err) &&
		    confsys_running(sys) != before)
			abort();
		if (conf_mark(before) != mark)
			abort();
		match_free(&m);
	} else if (fail.column > line.len) {
		abort();
	}
	out_free(&text);
	conf_drop(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct grammar *g = grammar();
	struct confsys *sys = confsys_new(&g->schema, NULL);
	struct str rest = {(const char *)data, size};
	struct cli_ctx ctx;

	if (size > TEXT_MAX) {
		confsys_free(sys);
		return 0;
	}
	ctx_init(&ctx, g->config);
	while (rest.len) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) : rest.len;

		one_line(sys, &ctx, (struct str){rest.p, len});
		rest = (struct str){rest.p + len + (end != NULL), rest.len - len - (end != NULL)};
	}
	ctx_clear(&ctx);
	confsys_free(sys);
	return 0;
}
