/* Inside of rendering; for render*.c alone. */
#ifndef CLI_CONFIG_RENDER_PRIV_H
#define CLI_CONFIG_RENDER_PRIV_H

#include "cli/grammar/match.h"
#include "cli/config/render.h"

struct render {
	const struct grammar *g;
	const struct conf *conf;
	unsigned flags;
	int dialect;
	bool flat; /* lines of an old dialect, none of which leads into a block or is negated */
	struct out section; /* words written out */
	struct out *out;
	const struct line **lines; /* of the config mode for the node at hand */
	size_t nlines;
};

/* The lines about this entry and what hangs below it, in the order of the grammar. */
void render_entry(struct render *r, const struct line **lines, size_t n, const struct centry *e,
                  unsigned depth);
/* render_value.c: the default of a field, and its value, of this entry (`vary:` of a field looks at entries above). */
const struct value *render_default(const struct render *r, const struct centry *e, const struct field *f);
const struct value *render_value(const struct render *r, const struct centry *e, const struct field *f);
/* render_layout.c: one step of an old dialect's running-config. */
void render_layout_item(struct render *r, const struct layout_item *it);

#endif
