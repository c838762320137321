/* Every way to type the commands of the grammar, with values that exist on the appliance of full.h. */
#ifndef TESTS_EXCHANGE_FULL_LINES_H
#define TESTS_EXCHANGE_FULL_LINES_H

#include "cli/grammar/grammar.h"

/* Calls fn for each way through each pattern of the mode that runs something and begins with one of the prefixes (NULL
 * ends them); each word once, of an enum one word after the other, at most 300 ways of one pattern. */
void full_lines_each(const struct mode *mode, const char *const *prefixes,
                     void (*fn)(void *arg, const char *line), void *arg);

#endif
