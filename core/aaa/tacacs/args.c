#include "core/aaa/tacacs/args.h"

#include <stdarg.h>
#include <stdio.h>

void tac_arg(struct tac_args *a, const char *fmt, ...)
{
	char text[TAC_ARG_MAX + 1];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || n > TAC_ARG_MAX || a->body->nargs == TAC_ARGS_MAX ||
	    (size_t)n > sizeof(a->text) - a->used) {
		a->full = true;
		return;
	}
	memcpy(a->text + a->used, text, (size_t)n);
	a->body->args[a->body->nargs++] = (struct bytes){a->text + a->used, (size_t)n};
	a->used += (size_t)n;
}

/* ------------------------------------------------------------------ values */

static bool take_addr(struct aaa_reply *r, struct str value)
{
	uint32_t ip;
	if (!ip4_parse(value, &ip))
		return false;
	if (ip == 0 || ip >= 0xfffffffe) /* the gateway, or the client, is to choose */
		return true;
	if (ip >> 24 == 0 || ip >> 24 == 127 || ip >> 28 >= 14)
		return false;
	r->framed_ip = ip;
	return true;
}

/* All of it, or nothing. */
static bool whole(char *to, size_t cap, struct str value)
{
	return value.len > 0 && value.len < cap && str_copy(to, cap, value);
}

static bool take_pool(struct aaa_reply *r, struct str value)
{
	return whole(r->pool, sizeof(r->pool), value);
}

static bool minutes(struct str value, bool *has, uint32_t *seconds)
{
	uint32_t n;
	if (!str_to_u32(value, UINT32_MAX / 60, &n))
		return false;
	*has = true;
	*seconds = n * 60;
	return true;
}

static bool take_timeout(struct aaa_reply *r, struct str value)
{
	return minutes(value, &r->a.has_session, &r->a.session_s);
}

static bool take_idletime(struct aaa_reply *r, struct str value)
{
	return minutes(value, &r->a.has_idle, &r->a.idle_s);
}

static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

/* Up to two addresses, blanks or commas between them. */
static bool servers(struct str value, uint32_t to[2])
{
	uint32_t found[2] = {0};
	size_t n = 0;
	while (value.len > 0) {
		size_t len = 0;
		while (len < value.len && !is_gap(value.p[len]))
			len++;
		uint32_t ip;
		if (len > 0 && !ip4_parse((struct str){value.p, len}, &ip))
			return false;
		if (len > 0 && n < 2)
			found[n++] = ip;
		value = str_from(value, len < value.len ? len + 1 : len);
	}
	if (n == 0)
		return false;
	to[0] = found[0];
	to[1] = found[1];
	return true;
}

static bool take_dns(struct aaa_reply *r, struct str value)
{
	return servers(value, r->dns);
}

static bool take_wins(struct aaa_reply *r, struct str value)
{
	return servers(value, r->wins);
}

/* "ADDRESS MASK [GATEWAY]": it leads to the client, whatever the gateway. */
static bool take_route(struct aaa_reply *r, struct str value)
{
	struct str net = str_word(&value), mask = str_word(&value);
	uint32_t ip, bits;
	if (!ip4_parse(net, &ip) || !ip4_parse(mask, &bits) || ip4_mask_bits(bits) <= 0)
		return false;
	return aaa_reply_add_route(r, (struct aaa_route){ip & bits, bits});
}

/* A line of a list that comes with the reply ("inacl#1=permit ...", as there are several), or the name of one here. */
static bool take_inacl(struct aaa_reply *r, struct str value)
{
	if (memchr(value.p, ' ', value.len))
		return aaa_reply_add_ace(&r->inacl, value);
	bool ok = whole(r->filter, sizeof(r->filter), value);
	r->a.has_filter |= ok; /* what was said before holds */
	return ok;
}

/* By name there is one filter, for both directions: another one for what goes out cannot be had. */
static bool take_outacl(struct aaa_reply *r, struct str value)
{
	return memchr(value.p, ' ', value.len) && aaa_reply_add_ace(&r->outacl, value);
}

static bool take_privilege(struct aaa_reply *r, struct str value)
{
	uint32_t n;
	if (!str_to_u32(value, 15, &n))
		return false;
	r->privilege = (int)n;
	return true;
}

/* ------------------------------------------------------------------ attributes */

enum { PPP = 1, SHELL = 2 };

static const struct attr {
	const char *name;
	unsigned services;
	const char *only[2]; /* the value of each service, where there is one */
	bool (*take)(struct aaa_reply *r, struct str value);
} attrs[] = {
        {"service", PPP | SHELL, {"ppp", "shell"}, NULL},
        {"protocol", PPP, {"ip", NULL}, NULL},
        {"addr", PPP, {NULL}, take_addr},
        {"addr-pool", PPP, {NULL}, take_pool},
        {"inacl", PPP, {NULL}, take_inacl},
        {"outacl", PPP, {NULL}, take_outacl},
        {"timeout", PPP | SHELL, {NULL}, take_timeout},
        {"idletime", PPP | SHELL, {NULL}, take_idletime},
        {"dns-servers", PPP, {NULL}, take_dns},
        {"wins-servers", PPP, {NULL}, take_wins},
        {"route", PPP, {NULL}, take_route},
        {"priv-lvl", PPP | SHELL, {NULL}, take_privilege},
};

/* "inacl#5" is one of several inacl. */
static bool named(const struct attr *a, struct str name)
{
	const char *hash = memchr(name.p, '#', name.len);
	struct str base = {name.p, hash ? (size_t)(hash - name.p) : name.len};
	return str_caseeq(base, str_of(a->name));
}

static bool take(struct aaa_reply *r, bool shell, struct str name, struct str value)
{
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		const struct attr *a = &attrs[i];
		if (!named(a, name))
			continue;
		if (!(a->services & (shell ? SHELL : PPP)))
			return false;
		return a->take ? a->take(r, value) : str_eq_cstr(value, a->only[shell]);
	}
	return false;
}

/* A command, or one of its words: the next one of those that were asked about. */
static bool is_command(struct str name)
{
	return str_eq_cstr(name, "cmd") || str_eq_cstr(name, "cmd-arg");
}

static struct str arg_text(struct bytes arg)
{
	return (struct str){(const char *)arg.p, arg.len};
}

/* The attribute's name; value gets what stands behind "=" or "*", which goes to sep. Empty when there is neither. */
static struct str split(struct str arg, char *sep, struct str *value)
{
	for (size_t i = 0; i < arg.len; i++)
		if (arg.p[i] == '=' || arg.p[i] == '*') {
			*sep = arg.p[i];
			*value = str_from(arg, i + 1);
			return (struct str){arg.p, i};
		}
	*sep = '=';
	*value = (struct str){arg.p, 0};
	return *value;
}

/* From *at on, the next argument of the request that is part of the command has this name and value. */
static bool asked_next(const struct tac_body *asked, size_t *at, struct str name, struct str value)
{
	while (*at < asked->nargs) {
		char sep;
		struct str theirs, ours = split(arg_text(asked->args[(*at)++]), &sep, &theirs);
		if (is_command(ours))
			return str_eq(ours, name) && str_eq(theirs, value);
	}
	return false;
}

/* Words of the command that are left from at on. */
static bool asked_more(const struct tac_body *asked, size_t at)
{
	for (; at < asked->nargs; at++) {
		char sep;
		struct str value;
		if (is_command(split(arg_text(asked->args[at]), &sep, &value)))
			return true;
	}
	return false;
}

static bool printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

bool tac_grant(const struct tac_body *reply, const struct tac_body *asked, enum tac_service service,
               struct aaa_reply *r, struct str *bad)
{
	size_t at = 0;
	for (size_t i = 0; i < reply->nargs; i++) {
		char sep;
		struct str arg = arg_text(reply->args[i]), value, name = split(arg, &sep, &value);
		bool command = service != TAC_PPP && is_command(name);
		bool ok = printable(arg) && (command ? asked_next(asked, &at, name, value)
		                                     : take(r, service != TAC_PPP, name, value));
		if (!ok && (command || sep == '=')) {
			*bad = arg;
			return false;
		}
	}
	/* in place of the request's: a command without its last words is another one */
	if (service == TAC_COMMAND && reply->number[TAC_N_STATUS] == TAC_AUTHOR_PASS_REPL &&
	    asked_more(asked, at)) {
		*bad = STR("cmd");
		return false;
	}
	return true;
}
