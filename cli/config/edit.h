/* Matched config lines applied to a transaction; texts loaded line by line. */
#ifndef CLI_CONFIG_EDIT_H
#define CLI_CONFIG_EDIT_H

#include "cli/grammar/match.h"
#include "core/config/txn.h"

/* Applies a config line (m->line->node set). dialect: of the text, -1 = none. line: number in the text, 0 at a
 * prompt. notes: "WARNING: ...\n" and `say:` texts. 0, or -errno with err; then the candidate may hold parts of
 * the line, so a single line is aborted, and a text loader works on. */
int edit(const struct grammar *g, struct txn *t, const struct cli_ctx *ctx, const struct match *m,
         int dialect, unsigned line, struct out *notes, struct err *err);

/* begin, edit, commit of one matched line; all or nothing. On success *ctx is moved on (match_next_ctx). */
int edit_line(const struct grammar *g, struct confsys *sys, struct cli_ctx *ctx,
              const struct match *m, struct out *notes, struct err *err);

/* A text turned out to be of this dialect: containers, which no line makes, get its defaults where nothing is set.
 * line: that tells it. */
void edit_dialect(const struct grammar *g, struct txn *t, int dialect, unsigned line);

/* Notices of one text, each said once. */
enum { EDIT_SAID = 64 };
struct edit_said {
	char *text[EDIT_SAID];
	size_t n;
};
/* Takes the INFO lines out of notes that were said before. */
void edit_said_once(struct edit_said *s, struct out *notes);
void edit_said_clear(struct edit_said *s);

struct load_item {
	unsigned line; /* 0: of the text as a whole */
	char *command; /* the line as it stands in the text */
	char *text;    /* "ERROR: ..." or "WARNING: ...", may have several lines */
	bool error;
};

/* What a text gave; for the console and `show startup-config errors`. */
struct load_report {
	char *name; /* of the text */
	struct load_item *items;
	size_t n, errors, inert, lines;
	int dialect;
};

enum load_flags {
	LOAD_REPLACE = 1, /* start from nothing (boot), else merge into running */
	LOAD_STRICT = 2,  /* all of it or nothing: -EINVAL with the faults in the report */
};

/* Loads a text of config lines: what is bad is reported and dropped, the rest committed. 0, or -errno with err
 * when nothing could be committed. report is filled in both cases; free it. */
int load_text(const struct grammar *g, struct confsys *sys, struct str text, const char *name,
              unsigned flags, struct load_report *report, struct err *err);
void load_report_free(struct load_report *r);
/* A line that is kept without effect. What is printed always says nothing as long as it says the default. */
bool load_counts_inert(const struct match *m);
/* "INFO: 3 lines are kept without effect ..." */
void load_inert_text(size_t n, struct out *out);
/* "FILE:LINE: ERROR: ..." line by line. */
void load_report_print(const struct load_report *r, struct out *out);

#endif
