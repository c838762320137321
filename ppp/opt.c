#include "ppp/opt.h"

#include <stdio.h>
#include <string.h>

#include "ppp/proto.h"

struct option {
	uint8_t type;
	struct bytes whole, value;
};

/* Next option of the list; false at its end or when it is broken (then r is bad). */
static bool next_option(struct rd *r, struct option *o)
{
	if (rd_left(r) == 0)
		return false;
	struct rd look = *r;
	o->type = rd_u8(&look);
	uint8_t len = rd_u8(&look);
	if (!rd_ok(&look) || len < 2) {
		r->bad = true;
		return false;
	}
	o->value = rd_bytes(&look, (size_t)len - 2);
	o->whole = rd_bytes(r, len);
	if (!rd_ok(&look))
		r->bad = true;
	return rd_ok(r);
}

static const struct opt_row *find_row(const struct opt_table *t, uint8_t type)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].type == type)
			return &t->rows[i];
	return NULL;
}

static struct rd value_rd(const struct option *o)
{
	return rd_of(o->value.p, o->value.len);
}

bool opt_list_ok(struct bytes in)
{
	struct rd r = rd_of(in.p, in.len);
	struct option o;
	while (next_option(&r, &o))
		;
	return rd_ok(&r);
}

void opt_ask(const struct opt_table *t, void *obj, struct wr *out)
{
	for (size_t i = 0; i < t->n; i++) {
		uint8_t value[64];
		struct wr w = wr_of(value, sizeof(value));
		if (!t->rows[i].ask || !t->rows[i].ask(obj, &w) || !wr_ok(&w))
			continue;
		wr_u8(out, t->rows[i].type);
		wr_u8(out, (uint8_t)(wr_len(&w) + 2));
		wr_bytes(out, value, wr_len(&w));
	}
}

/* The answer so far: rises from Ack over Nak to Rej; each rise starts an empty list. */
struct answer {
	enum opt_verdict level;
	struct wr *out;
};

static void answer_add(struct answer *a, enum opt_verdict v, uint8_t type, struct bytes value)
{
	if (v > a->level) {
		*a->out = wr_of(a->out->start, (size_t)(a->out->end - a->out->start));
		a->level = v;
	}
	if (v != a->level)
		return;
	wr_u8(a->out, type);
	wr_u8(a->out, (uint8_t)(value.len + 2));
	wr_bytes(a->out, value.p, value.len);
}

static enum opt_verdict judge_one(const struct opt_row *row, void *obj, const struct option *o,
                                  struct wr *nak)
{
	if (!row || !row->judge || (row->len && row->len != o->whole.len))
		return OPT_REJ;
	enum opt_verdict v = row->judge(obj, value_rd(o), nak);
	return v == OPT_NAK && !wr_ok(nak) ? OPT_REJ : v;
}

/* What we need and the peer did not mention is added to a Nak (§5.3). */
static void add_absent(const struct opt_table *t, void *obj, const bool seen[256], struct answer *a)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct opt_row *row = &t->rows[i];
		if (!row->absent || seen[row->type])
			continue;
		uint8_t value[64];
		struct wr w = wr_of(value, sizeof(value));
		if (row->absent(obj, &w) && wr_ok(&w))
			answer_add(a, OPT_NAK, row->type, (struct bytes){value, wr_len(&w)});
	}
}

bool opt_judge(const struct opt_table *t, void *obj, struct bytes in, bool no_nak, struct wr *reply,
               uint8_t *code)
{
	static const uint8_t codes[] = {PPP_CODE_CONF_ACK, PPP_CODE_CONF_NAK, PPP_CODE_CONF_REJ};
	if (!opt_list_ok(in))
		return false;
	struct answer a = {OPT_ACK, reply};
	bool seen[256] = {false};
	struct rd r = rd_of(in.p, in.len);
	struct option o;
	while (next_option(&r, &o)) {
		uint8_t value[64];
		struct wr nak = wr_of(value, sizeof(value));
		const struct opt_row *row = find_row(t, o.type);
		/* a second one of a kind could contradict the first: it goes back (§6) */
		enum opt_verdict v = seen[o.type] ? OPT_REJ : judge_one(row, obj, &o, &nak);
		seen[o.type] = true;
		if (v == OPT_NAK && no_nak)
			v = OPT_REJ;
		if (v == OPT_NAK)
			answer_add(&a, v, o.type, (struct bytes){value, wr_len(&nak)});
		else
			answer_add(&a, v, o.type, o.value);
	}
	if (!no_nak && a.level != OPT_REJ)
		add_absent(t, obj, seen, &a);
	*code = codes[a.level];
	return wr_ok(reply);
}

bool opt_take_nak(const struct opt_table *t, void *obj, struct bytes in)
{
	if (!opt_list_ok(in))
		return false;
	struct rd r = rd_of(in.p, in.len);
	struct option o;
	while (next_option(&r, &o)) {
		const struct opt_row *row = find_row(t, o.type);
		/* a Nak may name options we did not send: suggestions, which we need not follow */
		if (row && row->nak)
			row->nak(obj, value_rd(&o));
	}
	return true;
}

/* Every option of in stands in sent, unchanged and in the same order. */
static bool is_part_of(struct bytes in, struct bytes sent)
{
	struct rd r = rd_of(in.p, in.len), ours = rd_of(sent.p, sent.len);
	struct option o, mine;
	while (next_option(&r, &o)) {
		bool found = false;
		while (!found && next_option(&ours, &mine))
			found = bytes_eq(o.whole, mine.whole);
		if (!found)
			return false;
	}
	return rd_ok(&r);
}

bool opt_take_rej(const struct opt_table *t, void *obj, struct bytes in, struct bytes sent)
{
	if (in.len == 0 || !opt_list_ok(in) || !is_part_of(in, sent))
		return false;
	struct rd r = rd_of(in.p, in.len);
	struct option o;
	while (next_option(&r, &o)) {
		const struct opt_row *row = find_row(t, o.type);
		if (row && row->rej)
			row->rej(obj);
	}
	return true;
}

const char *opt_text(const struct opt_table *t, struct bytes in, char *text, size_t cap)
{
	struct rd r = rd_of(in.p, in.len);
	struct option o;
	size_t at = 0;
	text[0] = '\0';
	while (next_option(&r, &o)) {
		const struct opt_row *row = find_row(t, o.type);
		char hex[2 * 16 + 1] = "";
		for (size_t i = 0; i < o.value.len && i < 16; i++)
			snprintf(hex + 2 * i, 3, "%02x", o.value.p[i]);
		char name[8];
		snprintf(name, sizeof(name), "%u", o.type);
		int n = snprintf(text + at, cap - at, " <%s%s%s>", row ? row->name : name,
		                 hex[0] ? " " : "", hex);
		if (n < 0 || (size_t)n >= cap - at)
			break;
		at += (size_t)n;
	}
	if (!rd_ok(&r) && cap - at > 8)
		snprintf(text + at, cap - at, " <bad>");
	return text;
}
