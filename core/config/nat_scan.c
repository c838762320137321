#include "core/config/nat_scan.h"

#include <errno.h>
#include <string.h>

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

bool nat_scan_interfaces(struct nat_scan *s, struct str *real, struct str *mapped)
{
	struct str w = nat_scan_peek(s);
	const char *comma = w.len > 0 ? memchr(w.p, ',', w.len) : NULL;
	nat_scan_offer(s, "(", "Open parenthesis for (<internal_if_name>,<external_if_name>) pair");
	if (comma == NULL || w.p[0] != '(' || w.p[w.len - 1] != ')')
		return nat_scan_wrong(s);
	*real = (struct str){w.p + 1, (size_t)(comma - w.p) - 1};
	*mapped = (struct str){comma + 1, (size_t)(w.p + w.len - 1 - (comma + 1))};
	if (real->len == 0 || mapped->len == 0)
		return nat_scan_wrong(s);
	str_word(&s->rest);
	return true;
}
