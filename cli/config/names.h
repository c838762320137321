/* `name ADDRESS NAME`: a line may say the name where the address belongs. */
#ifndef CLI_CONFIG_NAMES_H
#define CLI_CONFIG_NAMES_H

#include "cli/grammar/match.h"
#include "core/config/tree.h"

/* match_line in a configuration that may name addresses: a word that does not fit and is such a name is taken for its
 * address. *named is the caller's, empty before, and must outlive *m: there stands the line that was matched then.
 * A failure is told of the line as it was typed. */
enum match_status names_match_line(const struct grammar *g, const struct cli_ctx *ctx, const struct conf *c,
                                   struct str line, int privilege, struct out *named, struct match *m,
                                   struct match_fail *fail);

#endif
