/* The config tree as text: patterns read backwards. */
#ifndef CLI_CONFIG_RENDER_H
#define CLI_CONFIG_RENDER_H

#include "cli/grammar/grammar.h"
#include "core/config/tree.h"

enum render_flags {
	RENDER_SECRETS = 1, /* in clear */
	RENDER_ALL = 2,     /* lines at their defaults, too */
	RENDER_INERT = 4,   /* only lines without effect */
};

/* The body of running-config. section: leading words ("crypto ikev1", abbreviations allowed), empty = all.
 * dialect: number, -1 = newest. */
void render(const struct grammar *g, const struct conf *conf, unsigned flags, int dialect,
            struct str section, struct out *out);

#endif
