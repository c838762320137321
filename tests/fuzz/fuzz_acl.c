/* Bytes as access-list, service, port and translation rules: what is read is shown, and what is shown is read as the same
 * and shown the same. */
#include <stdlib.h>
#include <string.h>

#include "core/config/acl.h"
#include "core/config/icmp_rule.h"
#include "core/config/nat_static.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(void *arg, const char *word, const char *help)
{
	(void)help;
	if (word == NULL || ++*(size_t *)arg > 4096)
		abort();
}

static void again(struct str text, bool standard, const struct out *first)
{
	struct acl_rule r;
	struct out second;
	out_init(&second);
	if (!acl_rule_parse(text, standard, NULL, &r, NULL))
		abort();
	acl_rule_print(&r, standard, &second);
	if (!str_eq(out_text(&second), out_text(first)))
		abort();
	out_free(&second);
}

/* Lines of before 8.3 and `icmp`: shown as they are read again. */
static void others(struct str text)
{
	struct nat_static s;
	struct icmp_rule i;
	struct out first, second;
	size_t at, words = 0;
	out_init(&first);
	out_init(&second);
	if (nat_static_parse(text, &s, NULL)) {
		nat_static_print(&s, &first);
		if (!nat_static_parse(out_text(&first), &s, NULL))
			abort();
		nat_static_print(&s, &second);
		if (!str_eq(out_text(&first), out_text(&second)))
			abort();
	}
	out_clear(&first);
	out_clear(&second);
	if (icmp_rule_parse(text, &i, NULL)) {
		icmp_rule_print(&i, &first);
		if (!icmp_rule_parse(out_text(&first), &i, NULL))
			abort();
		icmp_rule_print(&i, &second);
		if (!str_eq(out_text(&first), out_text(&second)))
			abort();
	}
	nat_static_syntax(text, &at, add, &words);
	if (at > text.len)
		abort();
	out_free(&first);
	out_free(&second);
}

/* A configuration in which names are known by their first letter. */
static enum acl_group_kind group(void *ctx, struct str name)
{
	static const char kinds[] = "-NSPI";
	const char *at = ctx == NULL && name.len > 0 ? strchr(kinds, name.p[0]) : NULL;
	return at != NULL && *at != '\0' ? (enum acl_group_kind)(at - kinds) : ACL_GROUP_NONE;
}

static bool object(void *ctx, struct str name, bool service)
{
	(void)ctx;
	return name.p[0] == (service ? 's' : 'o');
}

static bool address(void *ctx, struct str name, uint32_t *ip)
{
	(void)ctx;
	*ip = 0x0a000001;
	return name.p[0] == 'h';
}

static bool known(void *ctx, struct str name)
{
	(void)ctx;
	return name.p[0] == 'k';
}

static void among_names(struct str text)
{
	static const struct acl_names names = {NULL, group, object, address, known, known};
	for (int standard = 0; standard < 2; standard++) {
		struct err err = {0};
		struct acl_rule r;
		if (!acl_rule_parse(text, standard, &names, &r, &err) && err.text[0] == '\0')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct acl_service s;
	struct acl_ports p;
	struct nat_rule n;
	struct out out;
	size_t at, words = 0;
	if (size > 2000 || memchr(data, 0, size) != NULL || memchr(data, '\n', size) != NULL)
		return 0;
	out_init(&out);
	for (int standard = 0; standard < 2; standard++) {
		struct acl_rule r;
		out_clear(&out);
		if (!acl_rule_parse(text, standard, NULL, &r, NULL))
			continue;
		acl_rule_print(&r, standard, &out);
		again(out_text(&out), standard, &out);
	}
	for (int g = ACL_EXTENDED; g <= ACL_PORT_BOTH; g++) {
		words = 0;
		acl_syntax(text, (enum acl_grammar)g, &at, add, &words);
		if (at > size)
			abort();
	}
	if (acl_service_parse(text, &s, NULL))
		acl_service_print(&s, &out);
	if (acl_port_parse(text, 0, &p, NULL))
		acl_port_print(&p, 0, &out);
	for (int object = 0; object < 2; object++) {
		words = 0;
		if (nat_rule_parse(text, object, &n, NULL))
			nat_rule_print(&n, &out);
		nat_syntax(text, object, &at, add, &words);
		if (at > size)
			abort();
	}
	out_free(&out);
	others(text);
	among_names(text);
	return 0;
}
