/* Inputs that are lists of steps: kind (1 octet), length (2), bytes. Under libFuzzer they have a mutator that knows this:
 * steps come, go and change places, and what is inside of one is changed with its length kept right. A target that
 * includes this defines step_form(): how the bytes of a step are made up. */
#ifndef TESTS_FUZZ_STEPS_H
#define TESTS_FUZZ_STEPS_H

#include "core/base/buf.h"

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

/* Elements with a type and a length: AVPs, options, attributes. */
struct step_form {
	size_t skip;             /* octets before the first */
	size_t head;             /* of each; 0 = there are no elements in this step */
	size_t len_at, len_size; /* where in the head the length stands, 1 or 2 octets */
	uint16_t len_mask;       /* what of them is length */
	size_t uncounted;        /* octets of the head that the length does not count */
	size_t type_at;          /* one octet of the head */
	uint8_t types;           /* the highest type worth a try */
};
struct step_form step_form(uint8_t kind);

#ifdef POSTERN_FUZZ

enum { STEPS_MAX = 256, STEPS_BYTES = 1 << 16, STEP_BYTES = 4096 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

static unsigned step_random;

static inline unsigned step_dice(unsigned sides)
{
	step_random = step_random * 1664525u + 1013904223u;
	return sides > 0 ? (step_random >> 8) % sides : 0;
}

/* Lists are changed as lists are: an element goes, comes twice, changes its place. */
static inline unsigned steps_reorder(struct bytes *list, unsigned n, unsigned cap)
{
	if (n == 0)
		return n;
	unsigned a = step_dice(n), b = step_dice(n), how = step_dice(3);
	struct bytes one = list[a];
	if (how == 0 && n > 1) {
		memmove(list + a, list + a + 1, (n - a - 1) * sizeof *list);
		return n - 1;
	}
	if (how == 1 && n < cap) {
		memmove(list + b + 1, list + b, (n - b) * sizeof *list);
		list[b] = one;
		return n + 1;
	}
	list[a] = list[b];
	list[b] = one;
	return n;
}

static inline void step_put_len(const struct step_form *f, uint8_t *at, size_t len)
{
	struct rd r = rd_of(at + f->len_at, f->len_size);
	struct wr w = wr_of(at + f->len_at, f->len_size);
	unsigned before = f->len_size == 2 ? rd_u16(&r) : rd_u8(&r);
	unsigned after = (before & ~(unsigned)f->len_mask) | ((len - f->uncounted) & f->len_mask);
	f->len_size == 2 ? wr_u16(&w, (uint16_t)after) : wr_u8(&w, (uint8_t)after);
}

static inline unsigned step_elements(const struct step_form *f, struct bytes in, struct bytes *list, unsigned cap)
{
	struct rd r = rd_of(in.p, in.len);
	unsigned n = 0;
	rd_skip(&r, f->skip);
	while (n < cap && rd_left(&r) >= f->head) {
		struct rd at = rd_of(r.p + f->len_at, f->len_size);
		size_t len = ((f->len_size == 2 ? rd_u16(&at) : rd_u8(&at)) & f->len_mask) + f->uncounted;
		len = len < f->head ? f->head : len;
		list[n++] = rd_bytes(&r, len < rd_left(&r) ? len : rd_left(&r));
	}
	return n;
}

/* One of the elements: its type, its value with its length, or its length alone, which is then wrong. */
static inline void step_element(const struct step_form *f, struct wr *w, struct bytes one)
{
	uint8_t e[STEP_BYTES];
	size_t len = one.len < sizeof e ? one.len : sizeof e;
	unsigned how = step_dice(8);
	memcpy(e, one.p, len);
	if (how < 2 && len >= f->head) {
		e[f->type_at] = (uint8_t)step_dice(f->types + 1u);
	} else if (how < 7 && len >= f->head) {
		len = f->head + LLVMFuzzerMutate(e + f->head, len - f->head, 512);
		step_put_len(f, e, len);
	} else {
		len = LLVMFuzzerMutate(e, len, len);
	}
	wr_bytes(w, e, len);
}

/* What is inside of a step is written anew, changed. */
static inline void step_inside(struct wr *w, uint8_t kind, struct bytes in)
{
	static struct bytes list[STEPS_MAX];
	const struct step_form f = step_form(kind);
	unsigned n = f.head > 0 && in.len >= f.skip && step_dice(8) > 0 ? step_elements(&f, in, list, STEPS_MAX - 1) : 0;
	if (n == 0) {
		uint8_t e[STEP_BYTES];
		size_t len = in.len < sizeof e ? in.len : sizeof e;
		memcpy(e, in.p, len);
		wr_bytes(w, e, LLVMFuzzerMutate(e, len, sizeof e));
		return;
	}
	unsigned changed = step_dice(3) == 0 ? n : step_dice(n);
	if (changed == n)
		n = steps_reorder(list, n, STEPS_MAX);
	wr_bytes(w, in.p, f.skip);
	for (unsigned i = 0; i < n; i++)
		if (i == changed)
			step_element(&f, w, list[i]);
		else
			wr_bytes(w, list[i].p, list[i].len);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static uint8_t out[STEPS_BYTES];
	static struct bytes list[STEPS_MAX]; /* whole, with their heads */
	struct rd r = rd_of(data, size);
	struct wr w = wr_of(out, sizeof out);
	struct step s;
	unsigned n = 0;
	step_random = seed;
	if (step_dice(16) == 0)
		return LLVMFuzzerMutate(data, size, max);
	for (const uint8_t *at = r.p; n < STEPS_MAX - 1 && step_next(&r, &s); at = r.p)
		list[n++] = (struct bytes){at, (size_t)(r.p - at)};
	unsigned changed = n == 0 || step_dice(4) == 0 ? n : step_dice(n);
	if (changed == n)
		n = steps_reorder(list, n, STEPS_MAX);
	for (unsigned i = 0; i < n; i++) {
		struct rd in = rd_of(list[i].p, list[i].len);
		size_t before = wr_len(&w);
		step_next(&in, &s);
		wr_u8(&w, i == changed && step_dice(8) == 0 ? (uint8_t)step_dice(256) : s.kind);
		wr_u16(&w, 0);
		if (i == changed)
			step_inside(&w, s.kind, s.data);
		else
			wr_bytes(&w, s.data.p, s.data.len);
		if (!wr_ok(&w) || wr_len(&w) > max) {
			w.p = out + before;
			break;
		}
		wr_patch_u16(&w, before + 1, (uint16_t)(wr_len(&w) - before - 3));
	}
	memcpy(data, out, wr_len(&w));
	return wr_len(&w);
}

#endif
#endif
