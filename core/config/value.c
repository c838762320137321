#include "core/config/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ip4.h"
#include "core/config/schema.h"
#include "core/config/value_time.h"

void *conf_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		abort();
	return p;
}

static bool refuse(struct err *err, const struct field *f, struct str word)
{
	err_set(err, -EINVAL, "%.*s is not a valid value for %s", STR_ARG(word), f->name);
	return false;
}

static int choice_find(const struct field *f, struct str word)
{
	for (size_t i = 0; i < f->nchoices; i++) {
		if (str_caseeq(word, str_of(f->choices[i].word)))
			return (int)i;
	}
	return -1;
}

static bool in_range(const struct field *f, uint32_t n)
{
	return !((f->flags & FIELD_HAS_MIN) && n < f->min) &&
	       !((f->flags & FIELD_HAS_MAX) && n > f->max);
}

static bool u32_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	uint32_t n;

	if (!str_to_u32(word, UINT32_MAX, &n))
		return refuse(err, f, word);
	if (!in_range(f, n)) {
		err_set(err, -ERANGE, "%.*s is out of range for %s, valid range: %u-%u",
		        STR_ARG(word), f->name, f->min,
		        f->flags & FIELD_HAS_MAX ? f->max : UINT32_MAX);
		return false;
	}
	*v = (struct value){.kind = V_U32, .u32 = n};
	return true;
}

static void u32_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_printf(out, "%u", v->u32);
}

static void u32_placeholder(const struct field *f, struct out *out)
{
	out_printf(out, "<%u-%u>", f->flags & FIELD_HAS_MIN ? f->min : 0,
	           f->flags & FIELD_HAS_MAX ? f->max : UINT32_MAX);
}

static bool choice_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	int i = choice_find(f, word);

	if (i < 0)
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = (uint32_t)i};
	return true;
}

static void choice_print(const struct field *f, const struct value *v, struct out *out)
{
	if (v->u32 < f->nchoices)
		out_str(out, f->choices[v->u32].word);
}

/* A bool keeps 1 for its first word and 0 for the second; "yes" and "no" always work in the grammar. */
static bool bool_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	int i = choice_find(f, word);

	if (i < 0 && str_eq(word, STR("yes")))
		i = 0;
	else if (i < 0 && str_eq(word, STR("no")))
		i = 1;
	if (i < 0)
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = i == 0};
	return true;
}

static void bool_print(const struct field *f, const struct value *v, struct out *out)
{
	size_t i = v->u32 ? 0 : 1;

	out_str(out, i < f->nchoices ? f->choices[i].word : v->u32 ? "yes" : "no");
}

static void choice_placeholder(const struct field *f, struct out *out)
{
	for (size_t i = 0; i < f->nchoices; i++)
		out_printf(out, "%s%s", i ? "|" : "", f->choices[i].word);
}

static bool set_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	int i = choice_find(f, word);

	if (i < 0)
		return refuse(err, f, word);
	*v = (struct value){.kind = V_SET, .set = UINT64_C(1) << i};
	return true;
}

static void set_print(const struct field *f, const struct value *v, struct out *out)
{
	const char *gap = "";

	for (size_t i = 0; i < f->nchoices; i++) {
		if (v->set >> i & 1) {
			out_printf(out, "%s%s", gap, f->choices[i].word);
			gap = " ";
		}
	}
}

/* The appliance takes 0 for 0.0.0.0. */
static bool address(struct str word, uint32_t *ip)
{
	if (str_eq(word, STR("0"))) {
		*ip = 0;
		return true;
	}
	return ip4_parse(word, ip);
}

static bool ip4_type_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	uint32_t ip;

	if (!address(word, &ip))
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = ip};
	return true;
}

static bool mask_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	uint32_t ip;

	if (!address(word, &ip) || ip4_mask_bits(ip) < 0)
		return refuse(err, f, word);
	*v = (struct value){.kind = V_U32, .u32 = ip};
	return true;
}

static void ip4_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_str(out, ip4_text(v->u32).s);
}

static void ip4_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "A.B.C.D");
}

static bool range_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	const char *dash = word.p ? memchr(word.p, '-', word.len) : NULL;
	struct str first = {word.p, dash ? (size_t)(dash - word.p) : word.len};
	uint32_t a, b;

	if (!ip4_parse(first, &a))
		return refuse(err, f, word);
	b = a;
	if (dash && !ip4_parse((struct str){dash + 1, word.len - first.len - 1}, &b))
		return refuse(err, f, word);
	*v = (struct value){.kind = V_IP2, .ip2 = {a, b}};
	return true;
}

static void range_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_str(out, ip4_text(v->ip2.a).s);
	if (v->ip2.a != v->ip2.b)
		out_printf(out, "-%s", ip4_text(v->ip2.b).s);
}

static void range_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "A.B.C.D-A.B.C.D");
}

static bool prefix_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	const char *slash = word.p ? memchr(word.p, '/', word.len) : NULL;
	uint32_t ip, bits;

	if (!slash || !ip4_parse((struct str){word.p, (size_t)(slash - word.p)}, &ip) ||
	    !str_to_u32((struct str){slash + 1, word.len - (size_t)(slash - word.p) - 1}, 32,
	                &bits))
		return refuse(err, f, word);
	*v = (struct value){.kind = V_IP2, .ip2 = {ip, ip4_mask(bits)}};
	return true;
}

static void prefix_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_printf(out, "%s/%d", ip4_text(v->ip2.a).s, ip4_mask_bits(v->ip2.b));
}

static void prefix_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "A.B.C.D/nn");
}

static bool printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return s.len > 0;
}

static bool text_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	if (!printable(word) || (f->type->class != CLASS_TEXT && memchr(word.p, ' ', word.len)))
		return refuse(err, f, word);
	if (!in_range(f, word.len > UINT32_MAX ? UINT32_MAX : (uint32_t)word.len)) {
		err_set(err, -ERANGE, "%s must have %u to %u characters", f->name,
		        f->flags & FIELD_HAS_MIN ? f->min : 1,
		        f->flags & FIELD_HAS_MAX ? f->max : UINT32_MAX);
		return false;
	}
	value_set_text(v, word);
	return true;
}

/* "(" begins the spelling "(inside)" of an interface, never a name. */
static bool word_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	if (word.len && word.p[0] == '(')
		return refuse(err, f, word);
	return text_parse(f, word, v, err);
}

static bool ifname_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	uint32_t ip;

	if (ip4_parse(word, &ip))
		return refuse(err, f, word);
	return word_parse(f, word, v, err);
}

static bool label_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	if (word.len == 0 || (word.p[0] | 0x20) < 'a' || (word.p[0] | 0x20) > 'z')
		return refuse(err, f, word);
	return word_parse(f, word, v, err);
}

static void text_print(const struct field *f, const struct value *v, struct out *out)
{
	(void)f;
	out_put(out, v->text);
}

static void label_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "WORD");
}

static void word_placeholder(const struct field *f, struct out *out)
{
	const char *word = f->type->class == CLASS_TEXT ? "LINE" : "WORD";

	if (f->flags & FIELD_HAS_MAX && f->max < UINT32_MAX)
		out_printf(out, "%s < %u char", word, f->max + 1);
	else
		out_str(out, word);
}

/* Interface hardware by any prefix and in any case: gi0/1 is GigabitEthernet0/1. */
/* "gi0/1", "GigabitEthernet 0/1" */
static bool hwname_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	static const char *const kinds[] = {"Ethernet",   "FastEthernet", "GigabitEthernet",
	                                    "Management", "Redundant",    "Port-channel",
	                                    "Loopback",   "Tunnel",       "TenGigabitEthernet",
	                                    "Vlan"};
	char name[64];
	size_t letters = 0, digits;
	const char *kind = NULL;

	while (letters < word.len &&
	       ((word.p[letters] | 32) >= 'a' && (word.p[letters] | 32) <= 'z'))
		letters++;
	digits = letters;
	while (letters && digits < word.len && word.p[digits] == ' ')
		digits++;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && letters && !kind; i++) {
		if (str_has_prefix_nocase(str_of(kinds[i]), (struct str){word.p, letters}))
			kind = kinds[i];
	}
	for (size_t i = digits; i < word.len; i++) {
		if (!(word.p[i] >= '0' && word.p[i] <= '9') && word.p[i] != '/' && word.p[i] != '.')
			return refuse(err, f, word);
	}
	if (!kind || digits == word.len || word.len - digits > 20)
		return refuse(err, f, word);
	snprintf(name, sizeof(name), "%s%.*s", kind, (int)(word.len - digits), word.p + digits);
	value_set_text(v, str_of(name));
	return true;
}

static void hwname_placeholder(const struct field *f, struct out *out)
{
	(void)f;
	out_str(out, "WORD");
}

static const struct value_type types[] = {
        {"u32", CLASS_NUMBER, V_U32, u32_parse, u32_print, u32_placeholder},
        {"time", CLASS_TIME, V_U32, value_time_parse, value_time_print, value_time_placeholder},
        {"hhmm", CLASS_TIME, V_U32, value_hhmm_parse, value_hhmm_print, value_hhmm_placeholder},
        {"zone-hours", CLASS_NUMBER, V_U32, value_zone_parse, value_zone_print,
         value_zone_placeholder},
        {"bool", CLASS_KEYWORDS, V_U32, bool_parse, bool_print, choice_placeholder},
        {"enum", CLASS_KEYWORDS, V_U32, choice_parse, choice_print, choice_placeholder},
        {"set", CLASS_KEYWORDS, V_SET, set_parse, set_print, choice_placeholder},
        {"ipv4", CLASS_IP4, V_U32, ip4_type_parse, ip4_print, ip4_placeholder},
        {"ipv4-mask", CLASS_IP4, V_U32, mask_parse, ip4_print, ip4_placeholder},
        {"ipv4-range", CLASS_IP4_RANGE, V_IP2, range_parse, range_print, range_placeholder},
        {"ipv4-prefix", CLASS_IP4_PREFIX, V_IP2, prefix_parse, prefix_print, prefix_placeholder},
        {"word", CLASS_WORD, V_TEXT, word_parse, text_print, word_placeholder},
        {"label", CLASS_LABEL, V_TEXT, label_parse, text_print, label_placeholder},
        {"secret", CLASS_WORD, V_TEXT, text_parse, text_print, word_placeholder},
        {"ref", CLASS_WORD, V_TEXT, word_parse, text_print, word_placeholder},
        {"ifname", CLASS_NAME, V_TEXT, ifname_parse, text_print, word_placeholder},
        {"hwname", CLASS_TEXT, V_TEXT, hwname_parse, text_print, hwname_placeholder},
        {"text", CLASS_TEXT, V_TEXT, text_parse, text_print, word_placeholder},
        {"line", CLASS_TEXT, V_TEXT, text_parse, text_print, word_placeholder},
        /* The element's type does the work. */
        {"list", CLASS_WORD, V_LIST, NULL, NULL, NULL},
};

const struct value_type *value_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(types[i].name, name))
			return &types[i];
	}
	return NULL;
}

bool value_class_overlap(enum value_class a, enum value_class b)
{
	if (a == CLASS_KEYWORDS || b == CLASS_KEYWORDS)
		return false;
	if (a == b || a >= CLASS_WORD || b >= CLASS_WORD)
		return true;
	if (a == CLASS_LABEL || b == CLASS_LABEL)
		return a == CLASS_NAME || b == CLASS_NAME;
	if (a == CLASS_NAME || b == CLASS_NAME)
		return a != CLASS_IP4 && b != CLASS_IP4;
	/* A single address is a range, too. */
	return (a == CLASS_IP4 && b == CLASS_IP4_RANGE) || (a == CLASS_IP4_RANGE && b == CLASS_IP4);
}

static const struct word_value *word_of(const struct field *f, const struct value *v)
{
	for (size_t i = 0; i < f->nwords; i++) {
		if (value_equal(&f->words[i].value, v))
			return &f->words[i];
	}
	return NULL;
}

bool value_parse(const struct field *f, struct str word, struct value *v, struct err *err)
{
	struct value element;

	*v = (struct value){0};
	for (size_t i = 0; i < f->nwords; i++) {
		if (str_caseeq(word, str_of(f->words[i].word))) {
			value_copy(v, &f->words[i].value);
			return true;
		}
	}
	if (f->type->kind != V_LIST)
		return f->type->parse(f, word, v, err);
	if (!value_parse(f->of, word, &element, err))
		return false;
	v->kind = V_LIST;
	value_list_add(v, &element);
	value_free(&element);
	return true;
}

void value_print(const struct field *f, const struct value *v, bool secrets, struct out *out)
{
	const struct word_value *w;

	if (v->kind == V_NONE)
		return;
	/* An enum's own words come before old names for them. */
	w = f->type->class == CLASS_KEYWORDS ? NULL : word_of(f, v);
	if (w) {
		out_str(out, w->word);
	} else if (v->kind == V_LIST) {
		for (size_t i = 0; i < v->list.n; i++) {
			if (i)
				out_str(out, " ");
			value_print(f->of, &v->list.v[i], secrets, out);
		}
	} else if (!secrets && !strcmp(f->type->name, "secret")) {
		out_str(out, "*****");
	} else {
		f->type->print(f, v, out);
	}
}

void value_placeholder(const struct field *f, struct out *out)
{
	if (f->type->kind == V_LIST)
		f = f->of;
	f->type->placeholder(f, out);
}

int value_compare(const struct value *a, const struct value *b)
{
	int c;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	switch (a->kind) {
	case V_NONE:
		return 0;
	case V_U32:
		return (a->u32 > b->u32) - (a->u32 < b->u32);
	case V_IP2:
		c = (a->ip2.a > b->ip2.a) - (a->ip2.a < b->ip2.a);
		return c ? c : (a->ip2.b > b->ip2.b) - (a->ip2.b < b->ip2.b);
	case V_TEXT:
		c = memcmp(a->text.p, b->text.p,
		           a->text.len < b->text.len ? a->text.len : b->text.len);
		return c ? c : (a->text.len > b->text.len) - (a->text.len < b->text.len);
	case V_SET:
		return (a->set > b->set) - (a->set < b->set);
	case V_LIST:
		for (size_t i = 0; i < a->list.n && i < b->list.n; i++) {
			c = value_compare(&a->list.v[i], &b->list.v[i]);
			if (c)
				return c;
		}
		return (a->list.n > b->list.n) - (a->list.n < b->list.n);
	}
	return 0;
}

bool value_equal(const struct value *a, const struct value *b)
{
	return !value_compare(a, b);
}

void value_set_text(struct value *dst, struct str s)
{
	char *p = conf_alloc(s.len + 1);

	if (s.len)
		memcpy(p, s.p, s.len);
	*dst = (struct value){.kind = V_TEXT, .text = {p, s.len}};
}

void value_copy(struct value *dst, const struct value *src)
{
	if (src->kind == V_TEXT) {
		value_set_text(dst, src->text);
		return;
	}
	*dst = *src;
	if (src->kind == V_LIST) {
		dst->list.v = conf_alloc(src->list.n * sizeof(*dst->list.v));
		for (size_t i = 0; i < src->list.n; i++)
			value_copy(&dst->list.v[i], &src->list.v[i]);
	}
}

void value_free(struct value *v)
{
	if (v->kind == V_TEXT) {
		explicit_bzero((char *)v->text.p, v->text.len);
		free((char *)v->text.p);
	} else if (v->kind == V_LIST) {
		for (size_t i = 0; i < v->list.n; i++)
			value_free(&v->list.v[i]);
		free(v->list.v);
	}
	*v = (struct value){0};
}

void value_list_add(struct value *list, const struct value *element)
{
	struct value *grown = conf_alloc((list->list.n + 1) * sizeof(*grown));

	list->kind = V_LIST;
	if (list->list.n)
		memcpy(grown, list->list.v, list->list.n * sizeof(*grown));
	value_copy(&grown[list->list.n++], element);
	free(list->list.v);
	list->list.v = grown;
}

bool value_list_has(const struct value *list, const struct value *element)
{
	for (size_t i = 0; list->kind == V_LIST && i < list->list.n; i++) {
		if (value_equal(&list->list.v[i], element))
			return true;
	}
	return false;
}

bool value_list_del(struct value *list, const struct value *element)
{
	for (size_t i = 0; list->kind == V_LIST && i < list->list.n; i++) {
		if (!value_equal(&list->list.v[i], element))
			continue;
		value_free(&list->list.v[i]);
		memmove(&list->list.v[i], &list->list.v[i + 1],
		        (list->list.n - i - 1) * sizeof(*list->list.v));
		list->list.n--;
		return true;
	}
	return false;
}

bool value_is_masked(struct str word)
{
	return str_eq(word, STR("*")) || str_eq(word, STR("*****"));
}
