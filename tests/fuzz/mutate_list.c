#include <string.h>

#include "tests/fuzz/mutate_list.h"

static uint32_t dice;

void mutate_seed(unsigned seed)
{
	dice = seed;
}

uint32_t mutate_dice(uint32_t sides)
{
	uint32_t n = dice_next(&dice) >> 8;
	return sides > 0 ? n % sides : 0;
}

size_t mutate_reorder(void *list, size_t size, size_t n, size_t room)
{
	if (n == 0)
		return n;
	size_t a = mutate_dice((uint32_t)n), b = mutate_dice((uint32_t)n);
	unsigned how = mutate_dice(3);
	uint8_t *p = list, *one = p + a * size, *other = p + b * size;
	if (how == 0 && n > 1) {
		memmove(one, one + size, (n - a - 1) * size);
		return n - 1;
	}
	if (how == 1 && n < room) {
		memmove(other + size, other, (n - b) * size);
		if (b < a)
			memcpy(other, one + size, size);
		else if (a < b)
			memcpy(other, one, size);
		return n + 1;
	}
	for (size_t i = 0; i < size; i++) {
		uint8_t octet = one[i];
		one[i] = other[i];
		other[i] = octet;
	}
	return n;
}

/* ------------------------------------------------------------------ elements */

static unsigned length_of(const struct list_form *f, const uint8_t *e)
{
	struct rd r = rd_of(e + f->len_at, f->len_size);
	return f->len_size == 2 ? rd_u16(&r) : rd_u8(&r);
}

static void put_length(const struct list_form *f, uint8_t *e, size_t len)
{
	struct wr w = wr_of(e + f->len_at, f->len_size);
	unsigned v = (length_of(f, e) & ~(unsigned)f->len_mask) | ((len - f->uncounted) & f->len_mask);
	f->len_size == 2 ? wr_u16(&w, (uint16_t)v) : wr_u8(&w, (uint8_t)v);
}

size_t mutate_split(const struct list_form *f, struct bytes in, struct bytes *list, size_t room)
{
	struct rd r = rd_of(in.p, in.len);
	size_t n = 0;
	rd_skip(&r, f->skip);
	while (n < room && rd_left(&r) >= f->head) {
		size_t len = (length_of(f, r.p) & f->len_mask) + f->uncounted;
		len = len < f->head ? f->head : len;
		list[n++] = rd_bytes(&r, len < rd_left(&r) ? len : rd_left(&r));
	}
	return n;
}

size_t mutate_element(const struct list_form *f, uint8_t *e, size_t len, size_t most, mutate_inside *inside, uint8_t type)
{
	unsigned how = mutate_dice(8);
	if (how < 2 && f->types > 0) {
		e[f->type_at] = (uint8_t)mutate_dice(f->types + 1u);
		return len;
	}
	if (how == 7)
		return LLVMFuzzerMutate(e, len, len);
	len = f->head + inside(type, e + f->head, len - f->head, most - f->head);
	put_length(f, e, len);
	return len;
}
