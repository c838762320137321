/* `nat` lines in the form that is stored; those of releases before 8.3 become objects and rules. */
#include <errno.h>
#include <string.h>

#include "cli/config/hooks_acl.h"
#include "core/config/hook.h"
#include "core/config/nat_rule.h"
#include "core/config/nat_static.h"
#include "core/config/objects.h"

static bool known(const struct conf *c, struct str name)
{
	return str_eq(name, STR("any")) || str_eq(name, STR("interface")) ||
	       conf_find(c, "object-network", name) != NULL ||
	       objects_group_kind(c, name) == ACL_GROUP_NETWORK;
}

static int missing(struct err *err, struct str name)
{
	return err_set(err, -ENOENT, "object (%.*s) does not exist", STR_ARG(name));
}

static int check_names(const struct conf_typed *t, const struct nat_rule *r, struct err *err)
{
	const struct str all[] = {r->src_real, r->src_mapped, r->dst_mapped, r->dst_real};
	uint32_t ip;
	for (size_t i = 0; i < 4; i++) {
		bool address = r->object && i == 1 && ip4_parse(all[i], &ip);
		if (all[i].len > 0 && !address && !known(t->conf, all[i]))
			return missing(err, all[i]);
	}
	const struct str services[] = {r->svc_real, r->svc_mapped};
	for (size_t i = 0; i < 2; i++)
		if (services[i].len > 0 &&
		    conf_find(t->conf, "object-service", services[i]) == NULL)
			return missing(err, services[i]);
	return 0;
}

/* What a rule says that cannot be done. */
static void note_dns(const struct conf_typed *t, bool dns)
{
	if (dns && !t->no)
		out_str(t->notes, "WARNING: dns: addresses in answers of the DNS are not rewritten\n");
}

/* The rules from `position` on come back behind the new one. */
static void insert_at(struct conf_typed *t, const char *node, const char *section,
                      uint32_t position, const char *rule)
{
	struct out behind;
	uint32_t n = 0;
	out_init(&behind);
	for (const struct centry *e = conf_first(t->conf, node); e; e = conf_next(t->conf, e)) {
		if (position == 0 || ++n < position)
			continue;
		struct str text = conf_text(e, "rule");
		out_printf(t->lines, "no nat = %s%.*s\n", section, STR_ARG(text));
		out_printf(&behind, "nat = %s%.*s\n", section, STR_ARG(text));
	}
	out_printf(t->lines, "nat = %s%s\n", section, rule);
	if (behind.len > 0)
		out_put(t->lines, out_text(&behind));
	out_free(&behind);
}

static int edit_nat_rule(struct conf_typed *t, const struct nat_rule *r, struct err *err)
{
	const char *node = r->after_auto ? "nat-after" : "nat",
	           *section = r->after_auto ? "after " : "";
	struct out shown;
	int rc = t->no ? 0 : check_names(t, r, err);
	out_init(&shown);
	nat_rule_print(r, &shown);
	bool there = conf_find(t->conf, node, out_text(&shown)) != NULL;
	if (rc == 0 && t->no && !there)
		rc = err_set(err, -ENOENT, "NAT rule does not exist");
	else if (rc == 0 && t->no)
		out_printf(t->lines, "no nat = %s%s\n", section, shown.text);
	else if (rc == 0 && there)
		out_str(t->lines, "!\n");
	else if (rc == 0)
		insert_at(t, node, section, r->position, shown.text);
	if (rc == 0)
		note_dns(t, r->dns);
	out_free(&shown);
	return rc;
}

/* "(inside) 0 access-list nonat", as before 8.3: false when it is no such line. */
static bool old_form(struct conf_typed *t, struct str text, int *rc, struct err *err)
{
	struct str where = str_word(&text), id = str_word(&text), rest = str_trim(text), word = str_word(&text);
	uint32_t n, ip, mask;
	if (where.len < 3 || where.p[0] != '(' || memchr(where.p, ',', where.len) != NULL ||
	    where.p[where.len - 1] != ')' || !str_to_u32(id, INT32_MAX, &n))
		return false;
	*rc = 0;
	if (rest.len == 0)
		*rc = err_set(err, -EINVAL, "%% Incomplete command");
	else if (str_eq(word, STR("access-list")) && !t->no &&
	         conf_find(t->conf, "access-list", str_word(&text)) == NULL)
		*rc = err_set(err, -ENOENT, "%.*s does not exist", STR_ARG(rest));
	else if (!str_eq(word, STR("access-list")) && !str_eq(word, STR("0")) && !ip4_parse(word, &ip))
		*rc = err_set(err, -EINVAL, "%% Invalid input: %.*s", STR_ARG(word));
	else if (ip4_parse(word, &ip) && ip4_parse(str_word(&text), &mask) && ip4_mask_bits(mask) < 0)
		*rc = err_set(err, -EINVAL, "Invalid netmask %s", ip4_text(mask).s);
	else
		out_printf(t->lines, "%snat = old %.*s %u %.*s\n", t->no ? "no " : "", STR_ARG(where), n,
		           STR_ARG(rest));
	return true;
}

static int edit_nat(struct conf_typed *t, struct err *err)
{
	struct str text = conf_typed_text(t, "text");
	struct nat_rule r;
	int rc;
	if (old_form(t, text, &rc, err))
		return rc;
	return nat_rule_parse(text, false, &r, err) ? edit_nat_rule(t, &r, err) : -EINVAL;
}

static int edit_object_nat(struct conf_typed *t, struct err *err)
{
	struct nat_rule r;
	struct out shown;
	if (t->no) {
		out_str(t->lines, "no = nat\n");
		return 0;
	}
	if (!nat_rule_parse(conf_typed_text(t, "text"), true, &r, err))
		return -EINVAL;
	int rc = check_names(t, &r, err);
	out_init(&shown);
	nat_rule_print(&r, &shown);
	if (rc == 0)
		out_printf(t->lines, "= nat %s\n", shown.text);
	if (rc == 0)
		note_dns(t, r.dns);
	out_free(&shown);
	return rc;
}

static int edit_static(struct conf_typed *t, struct err *err)
{
	struct nat_static s;
	struct out shown;
	if (!nat_static_parse(conf_typed_text(t, "text"), &s, err))
		return -EINVAL;
	if (s.acl.len > 0 && !t->no && conf_find(t->conf, "access-list", s.acl) == NULL)
		return err_set(err, -ENOENT, "access-list %.*s does not exist", STR_ARG(s.acl));
	out_init(&shown);
	nat_static_print(&s, &shown);
	out_printf(t->lines, "%sstatic = %s\n", t->no ? "no " : "", shown.text);
	out_free(&shown);
	note_dns(t, s.dns);
	if (!t->no && (s.tcp_max > 0 || s.tcp_embryonic > 0 || s.udp_max > 0))
		out_str(t->notes, "WARNING: static: connections are not limited in number\n");
	return 0;
}

static enum conf_text_status syntax_static(struct str text, size_t *at,
                                           void (*add)(void *arg, const char *word, const char *help),
                                           void *arg)
{
	enum nat_status s = nat_static_syntax(text, at, add, arg);
	return s == NAT_INVALID      ? CONF_TEXT_INVALID
	       : s == NAT_INCOMPLETE ? CONF_TEXT_INCOMPLETE
	                             : CONF_TEXT_OK;
}

#define SYNTAX(name, object)                                                           \
	static enum conf_text_status name(                                             \
	        struct str text, size_t *at,                                           \
	        void (*add)(void *arg, const char *word, const char *help), void *arg) \
	{                                                                              \
		switch (nat_syntax(text, object, at, add, arg)) {                      \
		case NAT_INVALID:                                                      \
			return CONF_TEXT_INVALID;                                      \
		case NAT_INCOMPLETE:                                                   \
			return CONF_TEXT_INCOMPLETE;                                   \
		default:                                                               \
			return CONF_TEXT_OK;                                           \
		}                                                                      \
	}
SYNTAX(syntax_new_nat, false)
SYNTAX(syntax_object_nat, true)

/* Lines of before 8.3 have one interface in the brackets. */
static enum conf_text_status syntax_nat(struct str text, size_t *at,
                                        void (*add)(void *arg, const char *word, const char *help),
                                        void *arg)
{
	struct str rest = text, where = str_word(&rest);
	if (where.len > 2 && where.p[0] == '(' && memchr(where.p, ',', where.len) == NULL &&
	    where.p[where.len - 1] == ')')
		return str_word(&rest).len > 0 ? CONF_TEXT_OK : CONF_TEXT_INCOMPLETE;
	return syntax_new_nat(text, at, add, arg);
}

void hooks_nat_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"nat", edit_nat},
	        {"object_nat", edit_object_nat},
	        {"static", edit_static},
	};
	static const struct conf_syntax_hook syntaxes[] = {{"nat_rule", syntax_nat},
	                                                   {"nat_object", syntax_object_nat},
	                                                   {"nat_static", syntax_static}};
	conf_edit_register(edits, sizeof edits / sizeof edits[0]);
	conf_syntax_register(syntaxes, sizeof syntaxes / sizeof syntaxes[0]);
}
