/* The index of a compiled access list: finds the first element that takes a packet without looking at all of them. */
#ifndef CORE_BASE_FILTER_INDEX_H
#define CORE_BASE_FILTER_INDEX_H

#include "core/base/filter.h"

/* Below so many elements looking at one after the other is as fast. */
enum { FILTER_INDEX_MIN = 32 };

/* Of f->ace as it stands. NULL when memory is short. */
struct filter_index *filter_index_new(const struct filter *f);
void filter_index_free(struct filter_index *x); /* NULL is allowed */
/* What filter_match_linear would say of an unreversed key. */
const struct filter_ace *filter_index_match(const struct filter_index *x, const struct filter *f,
                                            const struct filter_key *k);

#endif
