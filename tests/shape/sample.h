/* The console texts of the documentation, tests/vectors/samples (see its `extract`). */
#ifndef TESTS_SHAPE_SAMPLE_H
#define TESTS_SHAPE_SAMPLE_H

#include "core/base/out.h"

/* What stands in a sample otherwise than here. to NULL: the line is not looked for. */
struct sample_swap {
	const char *from, *to;
};

/* The text of a sample without its head, swapped line by line in the order of the swaps; the caller's to free. Ends the
 * program when there is none. */
char *sample_text(const char *name, const struct sample_swap *swaps, size_t n);
/* The first line of the sample that is no line of said, addresses, ids, times and counts aside; the caller's to free.
 * NULL: all are. */
char *sample_missing(const char *name, struct str said, const struct sample_swap *swaps, size_t n);

#endif
