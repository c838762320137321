/* What a commit says of accounts: users and group policies that came, went, or changed their level. */
#include <string.h>

#include "core/base/log.h"
#include "core/gateway.h"

static void user(const char *name, const struct centry *was, const struct centry *is)
{
	if (was == NULL)
		log_msg(MSG_502101, name, conf_u32(is, "privilege"));
	else if (is == NULL)
		log_msg(MSG_502102, name, conf_u32(was, "privilege"));
	else if (conf_u32(was, "privilege") != conf_u32(is, "privilege"))
		log_msg(MSG_502103, name, conf_u32(was, "privilege"), conf_u32(is, "privilege"));
}

static void policy(const char *name, const struct centry *was, const struct centry *is)
{
	const char *kind = conf_is_set(is != NULL ? is : was, "external") ? "external" : "internal";
	if (was == NULL)
		log_msg(MSG_502111, name, kind);
	else if (is == NULL)
		log_msg(MSG_502112, name, kind);
}

void gateway_log_account(const char *node, const struct centry *was, const struct centry *is)
{
	char name[AAA_NAME_MAX + 1];
	bool users = strcmp(node, "username") == 0;
	if (!users && strcmp(node, "group-policy") != 0)
		return;
	str_copy(name, sizeof name, conf_text(is != NULL ? is : was, "name"));
	(users ? user : policy)(name, was, is);
}
