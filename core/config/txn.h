/* The configuration in force, and changes to it: begin, edit, commit. */
#ifndef CORE_CONFIG_TXN_H
#define CORE_CONFIG_TXN_H

#include "core/config/tree.h"

struct confsys;
struct txn;

/* hooks may be NULL (tests); they are copied. Nothing is compiled until the first commit. */
struct confsys *confsys_new(const struct schema *s, const struct conf_hooks *hooks);
void confsys_free(struct confsys *sys);
const struct conf *confsys_running(const struct confsys *sys);
void *confsys_snapshot(const struct confsys *sys);

struct txn *txn_begin(struct confsys *sys);
/* Starts from builtin entries alone (`clear configure all`, a boot). */
struct txn *txn_begin_empty(struct confsys *sys);
void txn_abort(struct txn *t);
const struct conf *txn_base(const struct txn *t);
struct conf *txn_conf(struct txn *t);

/* The edit functions say what they change, so that a commit looks at nothing else. line: of the text being
 * loaded, 0 at a prompt. f NULL: the entry as a whole. */
void txn_touch(struct txn *t, const struct node *n, const struct value *keys, const struct field *f,
               unsigned line);
/* The line that touched the entry (and field) last; 0 when none did. */
unsigned txn_line_of(const struct txn *t, const struct node *n, const struct value *keys,
                     const struct field *f);

/* Required fields, references, checks, compile, prepare, swap, apply. Frees t in every case.
 * 0, or -errno with err; then the running configuration is as before. notes: lines to show. */
int txn_commit(struct txn *t, struct out *notes, struct err *err);

/* What a text is told about its lines. */
struct txn_report {
	void (*fault)(void *arg, unsigned line, const char *text); /* "ERROR: ..." */
	void (*note)(void *arg, unsigned line, const char *text);  /* "WARNING: ..." */
	void *arg;
	bool strict; /* one fault, and nothing is committed: -EINVAL */
};
/* For a text: what fails is dropped, reported with its line, and the rest is committed. notes: of the whole. */
int txn_commit_best(struct txn *t, struct out *notes, const struct txn_report *report,
                    struct err *err);

#endif
