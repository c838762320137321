/* libFuzzer's mutator for inputs of talk.h: records are moved, doubled, dropped and made, and what is in them stays what it
 * is: a chain of payloads, an SA payload with proposals, transforms and attributes whose lengths fit (mostly). */
#include <string.h>

#include "tests/fuzz/talk.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t most, unsigned seed);

enum { RECORDS = 64, PAYLOADS = 32, BODY = 4096, LEAST = 64 };

struct record {
	uint8_t head[3]; /* op, at, arg */
	size_t len;
	uint8_t data[BODY];
};

static uint32_t dice;

static uint32_t below(uint32_t n)
{
	dice = dice * 1664525u + 1013904223u;
	return n > 0 ? (dice >> 8) % n : 0;
}

/* ------------------------------------------------------------------ chains */

static void put_u16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Offsets of the payloads in a chain that begins with its first type; n = PAYLOADS at most. */
static size_t walk(const uint8_t *p, size_t len, size_t *at)
{
	size_t n = 0, pos = 1;
	while (n < PAYLOADS && pos + 4 <= len) {
		size_t l = (size_t)p[pos + 2] << 8 | p[pos + 3];
		at[n++] = pos;
		if (l < 4 || l > len - pos || p[pos] == 0)
			break;
		pos += l;
	}
	return n;
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
	size_t keep = type == 1 && len > 8 && below(8) != 0 ? 8 : 0; /* DOI and situation */
	size_t n = LLVMFuzzerMutate(p + keep, len - keep, most - keep) + keep;
	if (type == 1 && below(4) != 0)
		fit_sa(p, n);
	return n;
}

static size_t mutate_chain(uint8_t *p, size_t len, size_t most)
{
	size_t at[PAYLOADS], n = walk(p, len, at);
	uint8_t body[BODY];
	if (n == 0)
		return LLVMFuzzerMutate(p, len, most);
	size_t i = below((uint32_t)n), pos = at[i], l = (size_t)p[pos + 2] << 8 | p[pos + 3];
	uint8_t *type = i == 0 ? p : p + at[i - 1];
	if (l < 4 || l > len - pos)
		l = len - pos;
	switch (below(8)) {
	case 0: /* away */
		*type = p[pos];
		memmove(p + pos, p + pos + l, len - pos - l);
		return len - l;
	case 1: /* twice */
		if (len + l > most)
			return len;
		memmove(p + pos + l, p + pos, len - pos);
		p[pos] = *type;
		return len + l;
	case 2:
		*type = (uint8_t)below(24);
		return len;
	default: {
		size_t room = most - (len - l) - 4, was = l - 4, tail = len - pos - l;
		room = room < sizeof body ? room : sizeof body;
		if (was > room)
			return len;
		memcpy(body, p + pos + 4, was);
		size_t now = mutate_body(*type, body, was, room);
		memmove(p + pos + 4 + now, p + pos + l, tail);
		memcpy(p + pos + 4, body, now);
		put_u16(p + pos + 2, now + 4);
		return pos + 4 + now + tail;
	}
	}
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
	t->head[0] = (uint8_t)below(TALK_OPS);
	t->head[1] = (uint8_t)(below(8) | (below(2) ? TALK_SERVER : 0));
	t->head[2] = (uint8_t)(t->head[0] == TALK_DO ? below(TALK_DOS) : below(8));
	t->len = LLVMFuzzerMutate(t->data, below(2) ? 0 : 4, 64);
}

static void change(struct record *t)
{
	switch (below(6)) {
	case 0:
		t->head[0] = (uint8_t)below(TALK_OPS);
		break;
	case 1:
		t->head[1] = (uint8_t)(below(10) | (below(3) == 0 ? TALK_SERVER : 0));
		break;
	case 2:
		t->head[2] = (uint8_t)(t->head[0] == TALK_DO ? below(TALK_DOS) : below(12));
		break;
	default:
		if (t->head[0] == TALK_CHAIN && below(4) != 0)
			t->len = mutate_chain(t->data, t->len, BODY);
		else if (t->head[0] == TALK_DO && t->len > 2 && below(4) != 0)
			t->len = mutate_chain(t->data + 2, t->len - 2, BODY - 2) + 2;
		else if (t->head[0] == TALK_BODY && t->head[2] < 2)
			t->len = mutate_body(t->len > 16 ? 1 : 0, t->data, t->len, BODY);
		else
			t->len = LLVMFuzzerMutate(t->data, t->len, BODY);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t most, unsigned seed)
{
	static struct record all[RECORDS + 1], one;
	uint8_t head[TALK_HEAD] = {0};
	dice = seed;
	if (most < LEAST)
		return LLVMFuzzerMutate(data, len, most);
	memcpy(head, data, len < TALK_HEAD ? len : TALK_HEAD);
	size_t n = len > TALK_HEAD ? read_all(data + TALK_HEAD, len - TALK_HEAD, all) : 0, i = below((uint32_t)n);
	switch (n == 0 ? 1 : below(10)) {
	case 0:
		head[below(TALK_HEAD)] ^= (uint8_t)(1u << below(8));
		break;
	case 1: /* one more */
		if (n < RECORDS) {
			memmove(all + i + 1, all + i, (n - i) * sizeof *all);
			make(&all[i]);
			n++;
		}
		break;
	case 2:
		memmove(all + i, all + i + 1, (n - i - 1) * sizeof *all);
		n--;
		break;
	case 3: /* twice, or elsewhere */
		one = all[i];
		if (n < RECORDS)
			all[n++] = one;
		break;
	case 4: {
		size_t k = below((uint32_t)n);
		one = all[i];
		all[i] = all[k];
		all[k] = one;
		break;
	}
	default:
		change(&all[i]);
	}
	return write_all(data, most, head, all, n);
}
