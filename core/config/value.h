/* One config value: how it is parsed, printed, compared. A type is one row of a table (value.c). */
#ifndef CORE_CONFIG_VALUE_H
#define CORE_CONFIG_VALUE_H

#include "core/base/err.h"
#include "core/base/out.h"

struct field;

enum value_kind {
	V_NONE, /* not set */
	V_U32,  /* u32, bool, time, ipv4, ipv4-mask; enum: number of the choice */
	V_IP2,  /* ipv4-range: first and last; ipv4-prefix: address and mask */
	V_TEXT, /* word, text, secret, ref, ifname, hwname */
	V_SET,  /* set: bit per choice */
	V_LIST,
};

struct value {
	enum value_kind kind;
	union {
		uint32_t u32;
		struct {
			uint32_t a, b;
		} ip2;
		struct str text; /* owned, ends with NUL */
		uint64_t set;
		struct {
			struct value *v; /* owned */
			size_t n;
		} list;
	};
};

/* What kind of typed words a type takes; two classes beside each other in a grammar must not overlap. */
enum value_class {
	CLASS_KEYWORDS, /* enum, set, bool: their words are keywords */
	CLASS_NUMBER,
	CLASS_TIME,
	CLASS_IP4,
	CLASS_IP4_RANGE,
	CLASS_IP4_PREFIX,
	CLASS_LABEL, /* a word that begins with a letter */
	CLASS_NAME, /* of an interface: a word, but no address */
	CLASS_WORD,
	CLASS_TEXT, /* the rest of the line */
};

struct value_type {
	const char *name;
	enum value_class class;
	enum value_kind kind;
	/* Into *v (the caller frees it); false with err when the word is no such value. */
	bool (*parse)(const struct field *f, struct str word, struct value *v, struct err *err);
	void (*print)(const struct field *f, const struct value *v, struct out *out);
	/* What `?` shows in place of a value ("<1-65535>", "WORD"). */
	void (*placeholder)(const struct field *f, struct out *out);
};

/* NULL when there is no such type. */
const struct value_type *value_type_find(const char *name);
bool value_class_overlap(enum value_class a, enum value_class b);

/* Parses one word: `words:` of the field first, then the type. List fields: one element, given as a list of one. */
bool value_parse(const struct field *f, struct str word, struct value *v, struct err *err);
/* secrets: in clear or as stars. Lists and sets: all members with blanks between. */
void value_print(const struct field *f, const struct value *v, bool secrets, struct out *out);
void value_placeholder(const struct field *f, struct out *out);

/* Total order within one kind: numbers and addresses by size, text by bytes. */
int value_compare(const struct value *a, const struct value *b);
bool value_equal(const struct value *a, const struct value *b);
/* dst is overwritten, not freed. */
void value_copy(struct value *dst, const struct value *src);
void value_set_text(struct value *dst, struct str s);
/* Wipes text, frees, leaves V_NONE. */
void value_free(struct value *v);
/* List operations on an owned list value (V_NONE counts as empty). */
void value_list_add(struct value *list, const struct value *element);
bool value_list_has(const struct value *list, const struct value *element);
bool value_list_del(struct value *list, const struct value *element);
/* Is it an input that stands for a hidden secret ("*", "*****")? */
bool value_is_masked(struct str word);

/* Memory of the config tree; ends the program when the system has none left. */
void *conf_alloc(size_t size);

#endif
