/* Reading a rule word by word; for acl_scan.c and acl_parse.c alone. */
#ifndef CORE_CONFIG_ACL_SCAN_H
#define CORE_CONFIG_ACL_SCAN_H

#include "core/config/acl.h"

struct scan_option {
	const char *word, *help;
	int id; /* negative: a placeholder such as A.B.C.D, shown and never matched */
};

struct scan {
	struct str all, rest;
	const struct acl_names *names;
	enum acl_status status;
	size_t at;        /* of what is wrong */
	struct err *err;  /* ACL_REFUSED */
	const char *what; /* was expected there */
	void (*add)(void *arg, const char *word, const char *help);
	void *arg;
};

enum { NONE = -1, PLACE = -2 };

/* Which of several words the next one is. common: how far it was the beginning of one. */
struct scan_choice {
	int id;
	bool exact, twice;
	size_t common;
};

struct str scan_peek(const struct scan *s);
struct str scan_take(struct scan *s);
size_t scan_offset(const struct scan *s, struct str word);
/* The first failure counts; all of these return false. */
bool scan_fail(struct scan *s, enum acl_status status, size_t at, const char *what);
bool scan_missing(struct scan *s, const char *what, size_t common);
bool scan_refuse(struct scan *s, const char *fmt, struct str name);
/* Tells what could follow, where the text ends. */
void scan_offer(struct scan *s, const char *word, const char *help);
void scan_consider(struct scan_choice *c, struct str word, const char *keyword, int id);
/* The choice: takes the word; NONE when it is none of them, or ambiguous (which fails). */
int scan_settle(struct scan *s, struct scan_choice *c);
int scan_choose(struct scan *s, const struct scan_option *o, size_t n, size_t *common);
/* A name of the tables or a number up to max. */
bool scan_name_or_number(struct scan *s, const struct acl_word *t, size_t n,
                         const struct acl_word *t2, size_t n2, uint32_t max, const char *what,
                         uint32_t *value);

#endif
