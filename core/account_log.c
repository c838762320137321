/* What a commit says of accounts: users and group policies that came, went, or changed their level. */
#include "core/base/log.h"
#include "core/gateway.h"

static const char *text(struct str s, char *buffer, size_t cap)
{
	str_copy(buffer, cap, s);
	return buffer;
}

static void users(const struct conf *old, const struct conf *next)
{
	char name[AAA_NAME_MAX + 1];
	for (const struct centry *e = conf_first(next, "username"); e != NULL;
	     e = conf_next(next, e)) {
		const struct centry *was = conf_find(old, "username", conf_text(e, "name"));
		uint32_t level = conf_u32(e, "privilege");
		text(conf_text(e, "name"), name, sizeof name);
		if (was == NULL)
			log_msg(MSG_502101, name, level);
		else if (conf_u32(was, "privilege") != level)
			log_msg(MSG_502103, name, conf_u32(was, "privilege"), level);
	}
	for (const struct centry *e = conf_first(old, "username"); e != NULL; e = conf_next(old, e))
		if (conf_find(next, "username", conf_text(e, "name")) == NULL)
			log_msg(MSG_502102, text(conf_text(e, "name"), name, sizeof name),
			        conf_u32(e, "privilege"));
}

/* Those of a that b does not have. */
static void policies(const struct conf *a, const struct conf *b, bool added)
{
	char name[AAA_NAME_MAX + 1];
	for (const struct centry *e = conf_first(a, "group-policy"); e != NULL;
	     e = conf_next(a, e)) {
		if (conf_find(b, "group-policy", conf_text(e, "name")) != NULL)
			continue;
		text(conf_text(e, "name"), name, sizeof name);
		const char *kind = conf_is_set(e, "external") ? "external" : "internal";
		if (added)
			log_msg(MSG_502111, name, kind);
		else
			log_msg(MSG_502112, name, kind);
	}
}

void gateway_log_accounts(const struct conf *old, const struct conf *next)
{
	if (!conf_node_same(old, next, "username"))
		users(old, next);
	if (!conf_node_same(old, next, "group-policy")) {
		policies(next, old, true);
		policies(old, next, false);
	}
}
