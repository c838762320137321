#include "core/config/nat_scan.h"

#include <errno.h>

struct str nat_scan_peek(const struct nat_scan *s)
{
	struct str rest = s->rest;
	return str_word(&rest);
}

void nat_scan_offer(struct nat_scan *s, const char *word, const char *help)
{
	if (s->add != NULL && s->status == NAT_OK && nat_scan_peek(s).len == 0)
		s->add(s->arg, word, help);
}

bool nat_scan_wrong(struct nat_scan *s)
{
	struct str word = nat_scan_peek(s);
	if (s->status != NAT_OK)
		return false;
	s->status = word.len == 0 ? NAT_INCOMPLETE : NAT_INVALID;
	s->at = word.len == 0 ? s->all.len : (size_t)(word.p - s->all.p);
	if (word.len == 0)
		err_set(s->err, -EINVAL, "%% Incomplete command");
	else
		err_set(s->err, -EINVAL, "%s: %.*s does not belong here", s->what, STR_ARG(word));
	return false;
}
