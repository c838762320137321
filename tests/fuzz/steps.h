/* Inputs that are lists of steps: kind (1 octet), length (2), bytes. Under libFuzzer they have a mutator that knows this
 * (steps_mutate.c), for which a target that includes this defines step_form(): how the bytes of a step are made up. */
#ifndef TESTS_FUZZ_STEPS_H
#define TESTS_FUZZ_STEPS_H

#include "tests/fuzz/mutate_list.h"

struct step {
	uint8_t kind;
	struct bytes data;
};

/* The next one; false = there is none. One that is cut short has what is left. */
static inline bool step_next(struct rd *r, struct step *s)
{
	if (rd_left(r) < 3)
		return false;
	s->kind = rd_u8(r);
	size_t len = rd_u16(r);
	s->data = rd_bytes(r, len < rd_left(r) ? len : rd_left(r));
	return true;
}

struct list_form step_form(uint8_t kind);

#endif
