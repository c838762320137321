/* Bytes as YAML into the grammar loader: an error or a grammar, never a crash or a leak. */
#include "cli/config/edit.h"
#include "cli/config/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct grammar *g;
	struct err err = {0};
	struct out out;

	if (size > 65536 || grammar_load_text((struct str){(const char *)data, size},
	                                      GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &g, &err))
		return 0;
	out_init(&out);
	grammar_lint(g, GRAMMAR_NO_FUNCTIONS, &out, &err);
	out_clear(&out);
	if (g->config) {
		struct confsys *sys = confsys_new(&g->schema, NULL);

		render(g, confsys_running(sys), RENDER_ALL, -1, STR(""), &out);
		confsys_free(sys);
	}
	out_free(&out);
	grammar_free(g);
	return 0;
}
