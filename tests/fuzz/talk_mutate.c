/* libFuzzer's mutator for inputs of talk.h: records are moved, doubled, dropped and made, and what is in them stays what it
 * is: a chain of payloads, an SA payload with proposals, transforms and attributes whose lengths fit (mostly). */
#include <string.h>

#include "tests/fuzz/mutate_list.h"
#include "tests/fuzz/talk.h"

enum { RECORDS = 64, PAYLOADS = 64, BODY = 4096, LEAST = 64 };

struct record {
	uint8_t head[3]; /* op, at, arg */
	size_t len;
	uint8_t data[BODY];
};

/* ------------------------------------------------------------------ chains */

static void put_u16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Lengths of what is inside an SA payload, from the inside to the outside: attributes are left as they are. */
static void fit_sa(uint8_t *p, size_t len)
{
	size_t pos = 8;
	while (pos + 8 <= len) {
		size_t l = (size_t)p[pos + 2] << 8 | p[pos + 3], spi = p[pos + 6];
		bool last = p[pos] == 0;
		if (last || l < 8 || l > len - pos)
			put_u16(p + pos + 2, l = len - pos);
		size_t t = pos + 8 + spi, n = 0;
		while (t + 8 <= pos + l) {
			size_t tl = (size_t)p[t + 2] << 8 | p[t + 3];
			n++;
			if (p[t] == 0 || tl < 8 || tl > pos + l - t) {
				put_u16(p + t + 2, pos + l - t);
				p[t] = 0;
				break;
			}
			t += tl;
		}
		p[pos + 7] = (uint8_t)n;
		pos += l;
	}
}

static size_t mutate_body(uint8_t type, uint8_t *p, size_t len, size_t most)
{
	size_t keep = type == PAY_SA && len > 8 && mutate_dice(8) != 0 ? 8 : 0; /* DOI and situation */
	size_t n = LLVMFuzzerMutate(p + keep, len - keep, most - keep) + keep;
	if (type == PAY_SA && mutate_dice(4) != 0)
		fit_sa(p, n);
	return n;
}

struct payload {
	uint8_t type; /* stands in the one before it */
	struct bytes whole;
};

/* Type of the first payload, payloads; each says the type of the next. */
static size_t write_chain(uint8_t *p, size_t most, const struct payload *list, size_t n, uint8_t behind)
{
	static uint8_t out[BODY]; /* most is no more */
	struct wr w = wr_of(out, sizeof out);
	wr_u8(&w, list[0].type);
	for (size_t i = 0; i < n && wr_len(&w) + list[i].whole.len <= most; i++) {
		wr_u8(&w, i + 1 < n ? list[i + 1].type : behind);
		wr_bytes(&w, list[i].whole.p + 1, list[i].whole.len - 1);
	}
	memcpy(p, out, wr_len(&w));
	return wr_len(&w);
}

static size_t mutate_chain(uint8_t *p, size_t len, size_t most)
{
	static const struct list_form form = {.skip = 1, .head = 4, .len_at = 2, .len_size = 2, .len_mask = 0xffff};
	static uint8_t changed[BODY];
	struct bytes whole[PAYLOADS];
	struct payload list[PAYLOADS];
	size_t n = len > 0 ? mutate_split(&form, (struct bytes){p, len}, whole, PAYLOADS) : 0;
	if (n == 0)
		return LLVMFuzzerMutate(p, len, most);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct payload){i == 0 ? p[0] : whole[i - 1].p[0], whole[i]};
	struct payload *one = &list[mutate_dice((uint32_t)n)];
	uint8_t behind = whole[n - 1].p[0];
	switch (mutate_dice(8)) {
	case 0:
	case 1:
		n = mutate_reorder(list, sizeof *list, n, PAYLOADS);
		break;
	case 2:
		one->type = (uint8_t)mutate_dice(24);
		break;
	default:
		memcpy(changed, one->whole.p, one->whole.len);
		one->whole.len = mutate_element(&form, changed, one->whole.len, sizeof changed, mutate_body, one->type);
		one->whole.p = changed;
	}
	return write_chain(p, most, list, n, behind);
}

/* ------------------------------------------------------------------ records */

static size_t read_all(const uint8_t *data, size_t len, struct record *all)
{
	struct rd r = rd_of(data, len);
	struct talk_record t;
	size_t n = 0;
	while (n < RECORDS && talk_next(&r, &t)) {
		all[n].head[0] = t.op;
		all[n].head[1] = t.at;
		all[n].head[2] = t.arg;
		all[n].len = t.data.len < BODY ? t.data.len : BODY;
		memcpy(all[n].data, t.data.p, all[n].len);
		n++;
	}
	return n;
}

static size_t write_all(uint8_t *data, size_t most, const uint8_t *head, const struct record *all, size_t n)
{
	struct wr w = wr_of(data, most);
	wr_bytes(&w, head, TALK_HEAD);
	for (size_t i = 0; i < n && wr_len(&w) + TALK_RECORD + all[i].len <= most; i++) {
		wr_bytes(&w, all[i].head, sizeof all[i].head);
		wr_u16(&w, (uint16_t)all[i].len);
		wr_bytes(&w, all[i].data, all[i].len);
	}
	return wr_len(&w);
}

static void make(struct record *t)
{
	t->head[0] = (uint8_t)mutate_dice(TALK_OPS);
	t->head[1] = (uint8_t)(mutate_dice(8) | (mutate_dice(2) ? TALK_SERVER : 0));
	t->head[2] = (uint8_t)(t->head[0] == TALK_DO ? mutate_dice(TALK_DOS) : mutate_dice(8));
	t->len = LLVMFuzzerMutate(t->data, mutate_dice(2) ? 0 : 4, 64);
}

static void change(struct record *t)
{
	switch (mutate_dice(6)) {
	case 0:
		t->head[0] = (uint8_t)mutate_dice(TALK_OPS);
		break;
	case 1:
		t->head[1] = (uint8_t)(mutate_dice(10) | (mutate_dice(3) == 0 ? TALK_SERVER : 0));
		break;
	case 2:
		t->head[2] = (uint8_t)(t->head[0] == TALK_DO ? mutate_dice(TALK_DOS) : mutate_dice(12));
		break;
	default:
		if (t->head[0] == TALK_CHAIN && mutate_dice(4) != 0)
			t->len = mutate_chain(t->data, t->len, BODY);
		else if (t->head[0] == TALK_DO && t->len > 2 && mutate_dice(4) != 0)
			t->len = mutate_chain(t->data + 2, t->len - 2, BODY - 2) + 2;
		else if (t->head[0] == TALK_BODY && t->head[2] < 2)
			t->len = mutate_body(t->len > 16 ? PAY_SA : PAY_NONE, t->data, t->len, BODY);
		else
			t->len = LLVMFuzzerMutate(t->data, t->len, BODY);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t most, unsigned seed)
{
	static struct record all[RECORDS];
	uint8_t head[TALK_HEAD] = {0};
	mutate_seed(seed);
	if (most < LEAST)
		return LLVMFuzzerMutate(data, len, most);
	memcpy(head, data, len < TALK_HEAD ? len : TALK_HEAD);
	size_t n = len > TALK_HEAD ? read_all(data + TALK_HEAD, len - TALK_HEAD, all) : 0, i = mutate_dice((uint32_t)n);
	switch (n == 0 ? 1 : mutate_dice(10)) {
	case 0:
		head[mutate_dice(TALK_HEAD)] ^= (uint8_t)(1u << mutate_dice(8));
		break;
	case 1: /* one more */
		if (n < RECORDS) {
			memmove(all + i + 1, all + i, (n - i) * sizeof *all);
			make(&all[i]);
			n++;
		}
		break;
	case 2:
	case 3:
	case 4:
		n = mutate_reorder(all, sizeof *all, n, RECORDS);
		break;
	default:
		change(&all[i]);
	}
	return write_all(data, most, head, all, n);
}
