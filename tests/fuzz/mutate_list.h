/* What the mutators of inputs that are lists (steps_mutate.c, talk_mutate.c) have in common: elements go, come twice and
 * change their places, and what is inside of one is changed with its length kept right, mostly. */
#ifndef TESTS_FUZZ_MUTATE_LIST_H
#define TESTS_FUZZ_MUTATE_LIST_H

#include "core/base/buf.h"

/* libFuzzer's own changes of bytes: the new length, which is most or less. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* The same numbers for the same beginning. */
static inline uint32_t dice_next(uint32_t *state)
{
	return *state = *state * 1664525u + 1013904223u;
}

void mutate_seed(unsigned seed);
/* 0 to sides - 1; 0 for no sides. */
uint32_t mutate_dice(uint32_t sides);

/* An element of a list of n, each of size octets, goes, comes twice (not beyond room elements) or changes places with another;
 * one is always left. The new n. */
size_t mutate_reorder(void *list, size_t size, size_t n, size_t room);

/* Elements with a type and a length: AVPs, options, attributes, payloads. */
struct list_form {
	size_t skip;             /* octets before the first */
	size_t head;             /* of each; 0 = there are no elements */
	size_t len_at, len_size; /* where in the head the length stands, 1 or 2 octets */
	uint16_t len_mask;       /* what of them is length */
	size_t uncounted;        /* octets of the head that the length does not count */
	size_t type_at;          /* one octet of the head */
	uint8_t types;           /* the highest type worth a try; 0 = the type is not in the head */
};

/* Elements with their heads, at most room of them; each at least as long as its head. They point into in. */
size_t mutate_split(const struct list_form *f, struct bytes in, struct bytes *list, size_t room);

/* Changes what is inside of an element of this type: the new length, at most most. */
typedef size_t mutate_inside(uint8_t type, uint8_t *p, size_t len, size_t most);
/* Changes an element (with its head) in place: its type, its value with its length, or, of eight times once, its bytes as if
 * there was no length, which is then wrong. The new length, at most most. */
size_t mutate_element(const struct list_form *f, uint8_t *e, size_t len, size_t most, mutate_inside *inside, uint8_t type);

#endif
