/* Bytes as typed lines and as a text: match, suggest, edit, commit, render. Never a partial commit. */
#include <stdlib.h>
#include <string.h>

#include "cli/edit.h"
#include "cli/render.h"
#include "cli/suggest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct grammar *grammar(void)
{
	static struct grammar *g;
	struct err err = {0};

	if (!g &&
	    grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &g, &err))
		abort();
	return g;
}

static void one_line(struct confsys *sys, struct cli_ctx *ctx, struct str line)
{
	const struct grammar *g = grammar();
	struct conf *before = conf_hold((struct conf *)confsys_running(sys));
	struct suggestions s;
	struct match_fail fail;
	struct match m;
	struct out text;
	struct err err;

	out_init(&text);
	suggest(g, ctx, before, line, 15, &s);
	suggest_complete(&s, line, &text);
	suggest_free(&s);
	if (match_line(g, ctx, line, 15, &m, &fail) == MATCH_OK) {
		if (!m.line->run && edit_line(g, sys, ctx, &m, &text, &err) &&
		    confsys_running(sys) != before)
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
	struct str text = {(const char *)data, size}, rest = text;
	struct load_report report;
	struct cli_ctx ctx;
	struct out out;
	struct err err;

	ctx_init(&ctx, g->config);
	while (rest.len) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) : rest.len;

		one_line(sys, &ctx, (struct str){rest.p, len});
		rest = (struct str){rest.p + len + (end != NULL), rest.len - len - (end != NULL)};
	}
	ctx_clear(&ctx);
	if (load_text(g, sys, text, "fuzz", LOAD_REPLACE, &report, &err))
		abort();
	out_init(&out);
	load_report_print(&report, &out);
	load_report_free(&report);
	out_clear(&out);
	render(g, confsys_running(sys), RENDER_SECRETS, -1, STR(""), &out);
	out_free(&out);
	confsys_free(sys);
	return 0;
}
