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

/* One line of one entry while it is printed. */
struct printed {
	struct render *r;
	const struct line *l; /* the form printed */
	const struct centry *e;
	const struct field *split; /* one member of this set or list */
	struct value member;
	bool full; /* values at their default are printed, too */
};

/* render_line.c */
bool render_is_key(const struct centry *e, const struct field *f);
/* Another value than the default. */
bool render_differs(const struct render *r, const struct centry *e, const struct field *f);
/* Is there an argument in the pattern to show (any: at all)? */
bool render_has_arg(const struct printed *p, const struct item *it, bool any);
/* no: with the line as a whole (a set's member) or up to its first field. False, and nothing printed, when a value is
 * missing. */
bool render_print(struct printed *p, unsigned depth, bool no, bool whole);
void render_indent(struct out *out, unsigned depth);
void render_rollback(struct out *out, size_t len);

/* The lines about this entry and what hangs below it, in the order of the grammar. */
void render_entry(struct render *r, const struct line **lines, size_t n, const struct centry *e,
                  unsigned depth);
/* render_value.c: the default of a field, and its value, of this entry (`vary:` of a field looks at entries above). */
const struct value *render_default(const struct render *r, const struct centry *e, const struct field *f);
const struct value *render_value(const struct render *r, const struct centry *e, const struct field *f);
/* render_layout.c: one step of an old dialect's running-config. */
void render_layout_item(struct render *r, const struct layout_item *it);

#endif
