/* Bytes as a configuration: loaded best effort, as a boot does, and all of it or nothing, as `configure replace` does.
 * What was refused as a whole changed nothing; what is shown loads without an error and shows itself again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config/render.h"
#include "tests/fuzz/appliance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 20000 };

static int load(struct confsys *sys, struct str text, unsigned flags, size_t *errors, bool say)
{
	struct load_report report;
	struct out out;
	struct err err;
	int rc = load_text(grammar(), sys, text, "fuzz", flags, &report, &err);

	out_init(&out);
	load_report_print(&report, &out);
	if (say && report.errors)
		fprintf(stderr, "%s", out.text);
	*errors = report.errors;
	load_report_free(&report);
	out_free(&out);
	return rc;
}

static void shown(struct confsys *sys, struct out *out)
{
	out_init(out);
	render(grammar(), confsys_running(sys), RENDER_SECRETS, -1, STR(""), out);
	out_put(out, STR(""));
}

/* Nothing of a refused text is in force. */
static void strict(struct str text)
{
	struct confsys *sys = confsys_new(&grammar()->schema, NULL);
	const struct conf *before = confsys_running(sys);
	uint64_t mark = conf_mark(before);
	size_t errors;
	int rc = load(sys, text, LOAD_STRICT, &errors, false);

	if (errors && !rc)
		abort();
	if (rc && (confsys_running(sys) != before || conf_mark(before) != mark))
		abort();
	confsys_free(sys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct confsys *sys;
	struct str text = {(const char *)data, size};
	struct out first, again;
	size_t errors;

	if (size > TEXT_MAX)
		return 0;
	sys = confsys_new(&grammar()->schema, NULL);
	if (load(sys, text, LOAD_REPLACE, &errors, false))
		abort();
	shown(sys, &first);
	if (load(sys, out_text(&first), LOAD_REPLACE | LOAD_STRICT, &errors, true))
		abort();
	shown(sys, &again);
	if (!str_eq(out_text(&first), out_text(&again))) {
		fprintf(stderr, "shown:\n%s\nand then:\n%s\n", first.text, again.text);
		abort();
	}
	out_free(&first);
	out_free(&again);
	confsys_free(sys);
	strict(text);
	return 0;
}
