/* Words, choices among them, and what could follow. */
#include "core/config/acl_scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

struct str scan_peek(const struct scan *s)
{
	struct str rest = s->rest;
	return str_word(&rest);
}

struct str scan_take(struct scan *s)
{
	return str_word(&s->rest);
}

size_t scan_offset(const struct scan *s, struct str word)
{
	return (size_t)(word.p - s->all.p);
}

/* The first failure counts. */
bool scan_fail(struct scan *s, enum acl_status status, size_t at, const char *what)
{
	if (s->status == ACL_OK) {
		s->status = status;
		s->at = at;
		s->what = what;
	}
	return false;
}

bool scan_missing(struct scan *s, const char *what, size_t common)
{
	struct str word = scan_peek(s);
	if (word.len == 0)
		return scan_fail(s, ACL_INCOMPLETE, s->all.len, what);
	return scan_fail(s, ACL_INVALID, scan_offset(s, word) + (common < word.len ? common : 0),
	                 what);
}

bool scan_refuse(struct scan *s, const char *fmt, struct str name)
{
	if (s->status == ACL_OK && s->err != NULL)
		err_set(s->err, -EINVAL, fmt, STR_ARG(name));
	return scan_fail(s, ACL_REFUSED, s->all.len, "");
}

void scan_offer(struct scan *s, const char *word, const char *help)
{
	if (s->add != NULL && s->status == ACL_OK && scan_peek(s).len == 0)
		s->add(s->arg, word, help);
}

static size_t common_of(struct str word, const char *keyword)
{
	size_t n = 0;
	while (n < word.len && keyword[n] != '\0' &&
	       tolower((unsigned char)word.p[n]) == tolower((unsigned char)keyword[n]))
		n++;
	return n;
}

/* Which of the words the next one is: exactly, or as the only one that begins so. NONE when it is none of them;
 * *common: how far it was the beginning of one. The word is taken when it was found. */

void scan_consider(struct scan_choice *c, struct str word, const char *keyword, int id)
{
	size_t n = common_of(word, keyword);
	if (n > c->common)
		c->common = n;
	if (n < word.len || c->exact)
		return;
	c->exact = keyword[n] == '\0';
	c->twice = !c->exact && c->id != NONE && c->id != id;
	c->id = id;
}

int scan_settle(struct scan *s, struct scan_choice *c)
{
	struct str word = scan_peek(s);
	if (c->twice && !c->exact) {
		scan_fail(s, ACL_AMBIGUOUS, scan_offset(s, word) + word.len, "");
		return NONE;
	}
	if (c->id != NONE)
		scan_take(s);
	return c->id;
}

int scan_choose(struct scan *s, const struct scan_option *o, size_t n, size_t *common)
{
	struct scan_choice c = {.id = NONE};
	struct str word = scan_peek(s);
	for (size_t i = 0; i < n; i++) {
		scan_offer(s, o[i].word, o[i].help);
		if (word.len > 0 && o[i].id >= 0)
			scan_consider(&c, word, o[i].word, o[i].id);
	}
	if (common != NULL)
		*common = c.common;
	return scan_settle(s, &c);
}

/* A name of the table or a number up to max. */
bool scan_name_or_number(struct scan *s, const struct acl_word *t, size_t n,
                         const struct acl_word *t2, size_t n2, uint32_t max, const char *what,
                         uint32_t *value)
{
	struct scan_choice c = {.id = NONE};
	struct str word = scan_peek(s);
	char range[24];
	snprintf(range, sizeof range, "<0-%u>", max);
	scan_offer(s, range, what);
	for (size_t i = 0; i < n + n2; i++) {
		const struct acl_word *w = i < n ? &t[i] : &t2[i - n];
		scan_offer(s, w->word, "");
		if (word.len > 0)
			scan_consider(&c, word, w->word, w->number);
	}
	if (word.len > 0 && str_to_u32(word, max, value)) {
		scan_take(s);
		return true;
	}
	int id = scan_settle(s, &c);
	if (id == NONE)
		return scan_missing(s, what, c.common);
	*value = (uint32_t)id;
	return true;
}
