/* libFuzzer's mutator for lists of steps (steps.h): they come, go and change places, and so do the elements inside of one. */
#include <string.h>

#include "tests/fuzz/mutate_list.h"
#include "tests/fuzz/steps.h"

enum { STEPS_MAX = 256, STEPS_BYTES = 1 << 16, STEP_BYTES = 4096, VALUE_BYTES = 512 };

static size_t mutate_value(uint8_t type, uint8_t *p, size_t len, size_t most)
{
	(void)type;
	size_t enough = len > VALUE_BYTES ? len : VALUE_BYTES;
	return LLVMFuzzerMutate(p, len, enough < most ? enough : most);
}

/* What is inside of a step is written anew, changed. */
static void write_inside(struct wr *w, uint8_t kind, struct bytes in)
{
	static struct bytes list[STEPS_MAX];
	const struct list_form f = step_form(kind);
	uint8_t e[STEP_BYTES];
	size_t n = f.head > 0 && in.len >= f.skip && mutate_dice(8) > 0 ? mutate_split(&f, in, list, STEPS_MAX - 1) : 0;
	size_t changed = mutate_dice(3) == 0 ? n : mutate_dice((uint32_t)n), len;
	if (n == 0) {
		len = in.len < sizeof e ? in.len : sizeof e;
		memcpy(e, in.p, len);
		wr_bytes(w, e, LLVMFuzzerMutate(e, len, sizeof e));
		return;
	}
	if (changed == n)
		changed = n = mutate_reorder(list, sizeof *list, n, STEPS_MAX);
	wr_bytes(w, in.p, f.skip);
	for (size_t i = 0; i < n; i++) {
		if (i != changed || list[i].len > sizeof e) {
			wr_bytes(w, list[i].p, list[i].len);
			continue;
		}
		memcpy(e, list[i].p, list[i].len);
		wr_bytes(w, e, mutate_element(&f, e, list[i].len, sizeof e, mutate_value, 0));
	}
}

static void write_step(struct wr *w, struct bytes whole, bool changed)
{
	struct rd in = rd_of(whole.p, whole.len);
	struct step s;
	size_t before = wr_len(w);
	step_next(&in, &s);
	wr_u8(w, changed && mutate_dice(8) == 0 ? (uint8_t)mutate_dice(256) : s.kind);
	wr_u16(w, 0);
	if (changed)
		write_inside(w, s.kind, s.data);
	else
		wr_bytes(w, s.data.p, s.data.len);
	if (wr_ok(w))
		wr_patch_u16(w, before + 1, (uint16_t)(wr_len(w) - before - 3));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	static uint8_t out[STEPS_BYTES];
	static struct bytes list[STEPS_MAX]; /* whole, with their heads */
	struct rd r = rd_of(data, size);
	struct wr w = wr_of(out, sizeof out);
	struct step s;
	size_t n = 0, len = 0;
	mutate_seed(seed);
	if (mutate_dice(16) == 0)
		return LLVMFuzzerMutate(data, size, most);
	for (const uint8_t *at = r.p; n < STEPS_MAX - 1 && step_next(&r, &s); at = r.p)
		list[n++] = (struct bytes){at, (size_t)(r.p - at)};
	size_t changed = n == 0 || mutate_dice(4) == 0 ? n : mutate_dice((uint32_t)n);
	if (changed == n)
		changed = n = mutate_reorder(list, sizeof *list, n, STEPS_MAX);
	for (size_t i = 0; i < n; i++) {
		write_step(&w, list[i], i == changed);
		if (!wr_ok(&w) || wr_len(&w) > most)
			break;
		len = wr_len(&w);
	}
	memcpy(data, out, len);
	return len;
}
