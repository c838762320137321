/* Which elements of an access list can take a packet: tuple space search. Elements of one shape (lengths of the prefixes
 * around their addresses, one protocol or all, one port or any) are a tuple, and a hash finds those of a tuple that
 * speak of the packet's addresses and port. What the hash leaves together (ranges, two of one hash value) is told apart
 * by filter_takes, so that the answer is always that of looking at one after the other. */
#include "core/base/filter_index.h"

#include <stdlib.h>
#include <string.h>

enum { ICMP = 1, TCP = 6, UDP = 17, NO_PORT = -1, NONE = UINT32_MAX };

struct tuple {
	uint32_t src_mask, dst_mask;
	bool proto, port; /* one protocol; one destination port or ICMP type */
	uint32_t first;   /* the first element in it */
};

struct slot {
	uint32_t hash, first;
};

/* Of all elements, or of those that take fragments, which have no ports. */
struct part {
	struct tuple *tuple; /* by their first element */
	size_t ntuples, cap;
	struct slot *slot;
	uint32_t mask;  /* slots - 1 */
	uint32_t *next; /* element -> the next that stands in the same slot */
};

struct filter_index {
	struct part whole, fragments;
};

/* ------------------------------------------------------------------ shapes */

/* Of the shortest prefix that holds both. */
static uint32_t common_mask(uint32_t lo, uint32_t hi)
{
	uint32_t differ = lo ^ hi;
	return differ == 0 ? UINT32_MAX : differ >> 31 ? 0 : ~((1u << (32 - __builtin_clz(differ))) - 1);
}

static int one_port(const struct filter_ace *a)
{
	if (a->proto == ICMP)
		return a->icmp_type;
	if ((a->proto == TCP || a->proto == UDP) && a->dport_lo == a->dport_hi && !a->dport_not)
		return a->dport_lo;
	return NO_PORT;
}

static struct tuple tuple_of(const struct filter_ace *a, bool fragments)
{
	return (struct tuple){.src_mask = common_mask(a->src_lo, a->src_hi),
	                      .dst_mask = common_mask(a->dst_lo, a->dst_hi),
	                      .proto = a->proto != 0,
	                      .port = !fragments && one_port(a) != NO_PORT};
}

static bool same_shape(const struct tuple *a, const struct tuple *b)
{
	return a->src_mask == b->src_mask && a->dst_mask == b->dst_mask && a->proto == b->proto &&
	       a->port == b->port;
}

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x9e3779b1u;
	return h ^ h >> 15;
}

static uint32_t hash_of(const struct tuple *t, uint32_t src, uint32_t dst, uint8_t proto, int port)
{
	uint32_t h = mix(t->src_mask, src & t->src_mask);
	h = mix(mix(h, t->dst_mask), dst & t->dst_mask);
	return mix(h, (t->proto ? proto + 1u : 0) << 20 | (t->port ? (uint32_t)port + 1 : 0));
}

/* ------------------------------------------------------------------ building */

/* An element with ports that denies takes no fragment: whether it would is not known. */
static bool wanted(const struct filter_ace *a, bool fragments)
{
	struct filter_key k = {.src = a->src_lo, .dst = a->dst_lo, .proto = a->proto, .fragment = true};
	return !a->inactive && (!fragments || filter_takes(a, &k));
}

static bool add_tuple(struct part *p, struct tuple t, uint32_t first)
{
	for (size_t i = 0; i < p->ntuples; i++)
		if (same_shape(&p->tuple[i], &t))
			return true;
	if (p->ntuples == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 16;
		struct tuple *grown = realloc(p->tuple, cap * sizeof *grown);
		if (grown == NULL)
			return false;
		p->tuple = grown;
		p->cap = cap;
	}
	t.first = first;
	p->tuple[p->ntuples++] = t;
	return true;
}

static struct slot *slot_of(const struct part *p, uint32_t hash)
{
	uint32_t at = hash & p->mask;
	while (p->slot[at].first != NONE && p->slot[at].hash != hash)
		at = (at + 1) & p->mask;
	return &p->slot[at];
}

static bool part_build(struct part *p, const struct filter *f, bool fragments)
{
	size_t slots = 16;
	while (slots < f->n * 2)
		slots *= 2;
	p->mask = (uint32_t)(slots - 1);
	p->slot = malloc(slots * sizeof *p->slot);
	p->next = malloc((f->n + 1) * sizeof *p->next);
	if (p->slot == NULL || p->next == NULL)
		return false;
	memset(p->slot, 0xff, slots * sizeof *p->slot);
	for (size_t i = 0; i < f->n; i++)
		if (wanted(&f->ace[i], fragments) &&
		    !add_tuple(p, tuple_of(&f->ace[i], fragments), (uint32_t)i))
			return false;
	for (size_t i = f->n; i-- > 0;) { /* so that each slot has its elements in order */
		const struct filter_ace *a = &f->ace[i];
		struct tuple t = tuple_of(a, fragments);
		uint32_t h = hash_of(&t, a->src_lo, a->dst_lo, a->proto, one_port(a));
		if (!wanted(a, fragments))
			continue;
		struct slot *s = slot_of(p, h);
		p->next[i] = s->first;
		*s = (struct slot){h, (uint32_t)i};
	}
	return true;
}

struct filter_index *filter_index_new(const struct filter *f)
{
	struct filter_index *x = calloc(1, sizeof *x);
	if (x != NULL && part_build(&x->whole, f, false) && part_build(&x->fragments, f, true))
		return x;
	filter_index_free(x);
	return NULL;
}

static void part_free(struct part *p)
{
	free(p->tuple);
	free(p->slot);
	free(p->next);
}

void filter_index_free(struct filter_index *x)
{
	if (x == NULL)
		return;
	part_free(&x->whole);
	part_free(&x->fragments);
	free(x);
}

/* ------------------------------------------------------------------ looking up */

const struct filter_ace *filter_index_match(const struct filter_index *x, const struct filter *f,
                                            const struct filter_key *k)
{
	const struct part *p = k->fragment ? &x->fragments : &x->whole;
	uint32_t best = NONE;
	int port = k->proto == ICMP ? k->icmp_type : k->dport;
	for (size_t t = 0; t < p->ntuples && p->tuple[t].first < best; t++) {
		uint32_t h = hash_of(&p->tuple[t], k->src, k->dst, k->proto, port);
		for (uint32_t i = slot_of(p, h)->first; i < best; i = p->next[i])
			if (filter_takes(&f->ace[i], k) && filter_in_force(f, &f->ace[i]))
				best = i;
	}
	return best == NONE ? NULL : &f->ace[best];
}
