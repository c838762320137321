#include "core/aaa/reply.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"

struct aaa_reply *aaa_reply_new(void)
{
	struct aaa_reply *r = calloc(1, sizeof(*r));
	if (r)
		r->privilege = r->service = -1;
	return r;
}

static void free_text(char *text)
{
	if (text)
		wipe(text, strlen(text));
	free(text);
}

static void free_eap(struct aaa_reply *r)
{
	if (r->eap)
		wipe(r->eap, r->eap_len);
	free(r->eap);
}

void aaa_reply_free(struct aaa_reply *r)
{
	if (!r)
		return;
	free_text(r->inacl);
	free_text(r->outacl);
	free_eap(r);
	wipe(r, sizeof(*r));
	free(r);
}

bool aaa_reply_add_class(struct aaa_reply *r, struct bytes value)
{
	if (value.len > 255 || r->classes_len + 1 + value.len > sizeof(r->classes))
		return false;
	r->classes[r->classes_len++] = (uint8_t)value.len;
	memcpy(r->classes + r->classes_len, value.p, value.len);
	r->classes_len += value.len;
	return true;
}

bool aaa_reply_add_route(struct aaa_reply *r, struct aaa_route route)
{
	for (size_t i = 0; i < r->nroutes; i++)
		if (r->routes[i].ip == route.ip && r->routes[i].mask == route.mask)
			return true;
	if (r->nroutes == AAA_ROUTES_MAX)
		return false;
	r->routes[r->nroutes++] = route;
	return true;
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= 0x20 || s.p[i] == 0x7f || s.p[i] == '=' || s.p[i] == ';')
			return false;
	return s.len > 0;
}

bool aaa_reply_class_policy(struct bytes value, char *policy, size_t cap)
{
	struct str s = {(const char *)value.p, value.len};
	if (s.len > 3 && str_caseeq((struct str){s.p, 3}, STR("ou="))) {
		s.p += 3;
		s.len -= 3;
	}
	if (s.len > 0 && s.p[s.len - 1] == ';')
		s.len--;
	return is_name(s) && str_copy(policy, cap, s);
}

bool aaa_reply_add_ace(char **acl, struct str line)
{
	size_t had = *acl ? strlen(*acl) : 0;
	if (had + line.len + 2 > AAA_INACL_MAX || memchr(line.p, '\n', line.len) || memchr(line.p, 0, line.len))
		return false;
	char *more = realloc(*acl, had + line.len + 2);
	if (!more)
		return false;
	if (had > 0)
		more[had++] = '\n';
	memcpy(more + had, line.p, line.len);
	more[had + line.len] = '\0';
	*acl = more;
	return true;
}

/* ------------------------------------------------------------------ one over the other */

static void over_text(char *to, size_t cap, const char *from)
{
	if (from[0])
		str_copy(to, cap, str_of(from));
}

static void over_ip(uint32_t *to, uint32_t from)
{
	if (from)
		*to = from;
}

/* Moved, so that no list is lost when memory is short. */
static void over_acl(char **to, char **from)
{
	if (!*from)
		return;
	free_text(*to);
	*to = *from;
	*from = NULL;
}

static void merge(struct aaa_reply *r, struct aaa_reply *over)
{
	aaa_attrs_over(&r->a, &over->a);
	over_text(r->policy, sizeof(r->policy), over->policy);
	over_text(r->hours, sizeof(r->hours), over->hours);
	over_text(r->filter, sizeof(r->filter), over->filter);
	over_text(r->group_lock, sizeof(r->group_lock), over->group_lock);
	over_text(r->pool, sizeof(r->pool), over->pool);
	over_text(r->domain, sizeof(r->domain), over->domain);
	over_text(r->split_list, sizeof(r->split_list), over->split_list);
	over_ip(&r->intercept_mask, over->intercept_mask);
	if (over->has_split)
		r->split = over->split;
	if (over->has_intercept)
		r->intercept = over->intercept;
	r->has_split |= over->has_split;
	r->has_intercept |= over->has_intercept;
	over_text(r->banner, sizeof(r->banner), over->banner);
	over_ip(&r->framed_ip, over->framed_ip);
	over_ip(&r->framed_mask, over->framed_mask);
	over_ip(&r->dhcp_scope, over->dhcp_scope);
	over_ip(&r->interim_s, over->interim_s);
	if (over->dns[0])
		memcpy(r->dns, over->dns, sizeof(r->dns));
	if (over->wins[0])
		memcpy(r->wins, over->wins, sizeof(r->wins));
	if (over->mtu)
		r->mtu = over->mtu;
	if (over->privilege >= 0)
		r->privilege = over->privilege;
	if (over->service >= 0)
		r->service = over->service;
	for (size_t i = 0; i < over->nroutes; i++)
		aaa_reply_add_route(r, over->routes[i]);
	if (over->classes_len > 0) {
		memcpy(r->classes, over->classes, over->classes_len);
		r->classes_len = over->classes_len;
	}
	over_acl(&r->inacl, &over->inacl);
	over_acl(&r->outacl, &over->outacl);
}

void aaa_reply_take(struct aaa_reply **r, struct aaa_reply *over)
{
	if (!*r) {
		*r = over;
		return;
	}
	if (over)
		merge(*r, over);
	aaa_reply_free(over);
}

void aaa_reply_take_words(struct aaa_reply *r, struct aaa_reply *from)
{
	if (!from)
		return;
	memcpy(r->message, from->message, sizeof(r->message));
	memcpy(r->mschap, from->mschap, sizeof(r->mschap));
	free_eap(r);
	r->eap = from->eap;
	r->eap_len = from->eap_len;
	from->eap = NULL;
	from->eap_len = 0;
}
