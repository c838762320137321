/* Reading the config tree: what the compile functions (*_conf.c) of the modules use. Nodes and fields are
 * named as in the files of grammar/; a name that is not in the grammar aborts the program (it is a mistake in C, and
 * every compile function runs in the tests). Values not set read as their default. */
#ifndef CORE_CONFIG_READ_H
#define CORE_CONFIG_READ_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/out.h"

struct conf;   /* one version of the whole configuration; immutable once committed */
struct centry; /* one entry of a node */

/* A container at top level ("system"). Never NULL: where nothing was set every field reads as its default. */
const struct centry *conf_container(const struct conf *c, const char *node);
/* Entries of a list node in the order of running-config. NULL at the end. */
const struct centry *conf_first(const struct conf *c, const char *node);
const struct centry *conf_next(const struct conf *c, const struct centry *e);
/* By the first key. NULL when there is none. */
const struct centry *conf_find(const struct conf *c, const char *node, struct str key);
/* Child container ("ppp" of a tunnel-group). Never NULL. */
const struct centry *conf_child(const struct conf *c, const struct centry *e, const char *node);
/* Children of a list node inside an entry. */
const struct centry *conf_first_child(const struct conf *c, const struct centry *e,
                                      const char *node);

bool conf_is_set(const struct centry *e, const char *field);
uint32_t conf_u32(const struct centry *e,
                  const char *field); /* u32, bytes, seconds, words: values */
bool conf_bool(const struct centry *e, const char *field);
uint32_t conf_ip(const struct centry *e, const char *field); /* ipv4, ipv4-mask */
/* first..last (ipv4-range), address and mask (ipv4-prefix). false when not set. */
bool conf_ip2(const struct centry *e, const char *field, uint32_t *a, uint32_t *b);
/* word, text, enum (its word), secret, ref, ifname; empty when not set and without default. The text lives as
 * long as the conf. */
struct str conf_text(const struct centry *e, const char *field);
bool conf_in_set(const struct centry *e, const char *field, const char *word); /* set */
size_t conf_list_len(const struct centry *e, const char *field);
struct str conf_list_text(const struct centry *e, const char *field, size_t i);
uint32_t conf_list_u32(const struct centry *e, const char *field, size_t i);
/* Same content, children included; cheap when nothing changed. NULLs are allowed. */
bool conf_same(const struct centry *a, const struct centry *b);
/* Never the same for two versions, or for one before and after a change: what a check works out once for all entries
 * of a commit is kept under it. */
uint64_t conf_mark(const struct conf *c);
/* Everything below this top-level node is the same in both versions. */
bool conf_node_same(const struct conf *a, const struct conf *b, const char *node);

/* Which top-level nodes are read between begin and end, so that what was compiled from them is compiled again only
 * when one of them changes. */
enum { CONF_READS_WORDS = 4 };
struct conf_reads {
	uint64_t slots[CONF_READS_WORDS];
	bool all;
};
void conf_reads_begin(struct conf_reads *r);
void conf_reads_end(void);
/* What was read is the same in both versions. */
bool conf_reads_same(const struct conf *a, const struct conf *b, const struct conf_reads *r);

/* The value in force is another one than in the entry as it was (NULL: there was none, so every value is new). */
bool conf_changed(const struct centry *e, const struct centry *was, const char *field);

/* Where a check puts what it has to say; about a field, so that a text can be told which of its lines it was. */
struct conf_notes {
	void (*add)(void *arg, const struct centry *e, const char *field, const char *line);
	void *arg;
};
/* A whole line without its end ("WARNING: ..."). field NULL: the entry as a whole. */
void conf_note(struct conf_notes *notes, const struct centry *e, const char *field, const char *fmt,
               ...) __attribute__((format(printf, 4, 5)));

/* A `check:` function of the grammar: rules between fields of one entry. Runs at commit for entries that changed;
 * was: the entry before, NULL when it is new. What is worth a note once (a weak algorithm) is said when
 * conf_changed. An error refuses the entry. 0 or -errno. */
typedef int conf_check_fn(const struct conf *c, const struct centry *e, const struct centry *was,
                          struct conf_notes *notes, struct err *err);
struct conf_check {
	const char *name;
	conf_check_fn *fn;
};
/* Before grammar_load; tables are static. */
void conf_check_register(const struct conf_check *table, size_t n);
conf_check_fn *conf_check_find(const char *name);

/* What the gateway hangs on commits (core/gateway.c). Order: compile, prepare, swap, apply, release(old). */
struct conf_hooks {
	void *ctx;
	/* The whole tree into an immutable snapshot; 0 or -errno with err. */
	int (*compile)(void *ctx, const struct conf *next, void **snapshot, struct out *notes,
	               struct err *err);
	/* Everything that can fail when going from old to new (bind, open). */
	int (*prepare)(void *ctx, const struct conf *old, const struct conf *next,
	               void *old_snapshot, void *next_snapshot, struct out *notes, struct err *err);
	/* May not fail. */
	void (*apply)(void *ctx, const struct conf *old, const struct conf *next,
	              void *old_snapshot, void *next_snapshot);
	/* After apply, for each entry of a top-level list that the commit touched: as it was and as it is, NULL = not
	 * there. Not for the first configuration. May be NULL. */
	void (*entry)(void *ctx, const char *node, const struct centry *was,
	              const struct centry *is);
	/* The config system drops its reference to a snapshot. */
	void (*release)(void *ctx, void *snapshot);
};

#endif
