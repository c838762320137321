#include "cli/config/hooks.h"

#include <ctype.h>
#include <errno.h>

#include "cli/config/hooks_acl.h"
#include "cli/config/render.h"
#include "core/config/acl.h"
#include "core/config/clock.h"
#include "core/config/hook.h"

static const struct grammar *rendering;

void hooks_set_grammar(const struct grammar *g)
{
	rendering = g;
}

/* ---------------------------------------------------------------- group policies */

/* internal from B: the attributes of B are typed for the new policy. */
static int edit_group_policy_from(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name"), from = conf_typed_text(t, "from");
	struct out section, text;
	if (t->no || from.len == 0)
		return 0;
	if (!conf_find(t->conf, "group-policy", from))
		return err_set(err, -ENOENT, "group-policy %.*s does not exist", STR_ARG(from));
	out_printf(t->lines, "group-policy %.*s internal\n", STR_ARG(name));
	if (!rendering)
		return 0;
	out_init(&section);
	out_init(&text);
	out_printf(&section, "group-policy %.*s", STR_ARG(from));
	render(rendering, t->conf, RENDER_SECRETS, -1, out_text(&section), &text);
	struct str rest = out_text(&text);
	bool any = false;
	while (rest.len > 0) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		struct str line = {rest.p, nl ? (size_t)(nl - rest.p) : rest.len};
		rest.p += line.len + (nl ? 1 : 0);
		rest.len -= line.len + (nl ? 1 : 0);
		if (line.len == 0 || line.p[0] != ' ')
			continue;
		if (!any)
			out_printf(t->lines, "group-policy %.*s attributes\n", STR_ARG(name));
		any = true;
		out_printf(t->lines, "%.*s\n", STR_ARG(line));
	}
	out_free(&section);
	out_free(&text);
	return 0;
}

/* What promises to keep somebody out, and does not, says so when it is typed. */
static int check_user_inert(const struct conf *c, const struct centry *e, const struct centry *was,
                            struct conf_notes *notes, struct err *err)
{
	(void)err;
	hooks_note_protocols(e, was, notes);
	if (conf_is_set(e, "vpn-filter") && conf_changed(e, was, "vpn-filter") &&
	    !conf_find(c, "access-list", conf_text(e, "vpn-filter")))
		conf_note(notes, e, "vpn-filter",
		          "WARNING: access-list %.*s does not exist: until it does, nothing passes",
		          STR_ARG(conf_text(e, "vpn-filter")));
	if (conf_is_set(e, "vpn-access-hours") && conf_changed(e, was, "vpn-access-hours") &&
	    !conf_find(c, "time-range", conf_text(e, "vpn-access-hours")))
		conf_note(notes, e, "vpn-access-hours",
		          "WARNING: time-range %.*s does not exist: until it does, nobody is let in",
		          STR_ARG(conf_text(e, "vpn-access-hours")));
	return 0;
}

/* A group policy, beyond what holds for users, too. */
static int check_group_attributes(const struct conf *c, const struct centry *e,
                                  const struct centry *was, struct conf_notes *notes,
                                  struct err *err)
{
	hooks_note_split(c, e, was, notes);
	return check_user_inert(c, e, was, notes, err);
}

/* A name that no interface has: allowed, since it may get one, but seldom meant. */
static int check_ifname(const struct conf *c, const struct centry *e, const struct centry *was,
                        struct conf_notes *notes, struct err *err)
{
	struct str ifname = conf_text(e, "ifname");
	(void)err;
	for (const struct centry *i = conf_first(c, "interface"); i; i = conf_next(c, i))
		if (str_eq(conf_text(i, "nameif"), ifname))
			return 0;
	if (!was)
		conf_note(notes, e, NULL, "WARNING: no interface is named %.*s", STR_ARG(ifname));
	return 0;
}

/* ---------------------------------------------------------------- users */

/* The privilege of a user who is there. */
static int edit_username_privilege(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name");
	if (conf_find(t->conf, "username", name))
		return 0;
	return err_set(err, -ENOENT, "username %.*s does not exist", STR_ARG(name));
}

/* ---------------------------------------------------------------- hostname */

static int check_system(const struct conf *c, const struct centry *e, const struct centry *was,
                        struct conf_notes *notes, struct err *err)
{
	struct str name = conf_text(e, "hostname");
	uint32_t width = conf_u32(e, "width");
	(void)c, (void)was, (void)notes;
	if (width > 0 && width < 40)
		return err_set(err, -EINVAL, "%% Width must be 0 or from 40 to 511");
	for (size_t i = 0; i < name.len; i++) {
		unsigned char ch = (unsigned char)name.p[i];
		bool inside = i > 0 && i + 1 < name.len;
		if (!isalnum(ch) && !(inside && (ch == '-' || ch == '.' || ch == '_')))
			return err_set(err, -EINVAL,
			               "%.*s is not allowed: a hostname has letters, digits and "
			               "hyphens, and starts and ends with a letter or digit",
			               STR_ARG(name));
	}
	return 0;
}

/* ---------------------------------------------------------------- banner */

/* `no banner motd`: all its lines. */
static int edit_banner_kind(struct conf_typed *t, struct err *err)
{
	struct str kind = conf_typed_text(t, "which");
	if (!t->no)
		return err_set(err, -EINVAL, "%% Incomplete command");
	for (const struct centry *e = conf_first(t->conf, "banner"); e; e = conf_next(t->conf, e))
		if (str_eq(conf_text(e, "kind"), kind))
			out_printf(t->lines, "no banner %.*s %.*s\n", STR_ARG(kind),
			           STR_ARG(conf_text(e, "text")));
	if (t->lines->len == 0)
		out_str(t->lines, "!\n");
	return 0;
}

/* ---------------------------------------------------------------- pager */

/* `no pager` is off, not back to the default. */
static int edit_pager(struct conf_typed *t, struct err *err)
{
	(void)err;
	if (t->no)
		out_str(t->lines, "pager lines 0\n");
	return 0;
}

/* ---------------------------------------------------------------- interfaces */

/* The first name of an interface sets its level: 100 for inside, 0 for any other. */
static int edit_nameif(struct conf_typed *t, struct err *err)
{
	(void)err;
	struct str nameif = conf_typed_text(t, "nameif");
	const struct centry *e = conf_find(t->conf, "interface", conf_typed_text(t, "name"));
	if (t->no || nameif.len == 0)
		return 0;
	if (e && (conf_is_set(e, "nameif") || conf_is_set(e, "security-level")))
		return 0;
	unsigned level = str_eq_cstr(nameif, "inside") ? 100 : 0;
	out_printf(t->lines, "nameif %.*s\nsecurity-level %u\n", STR_ARG(nameif), level);
	if (t->line == 0) /* a text says its level itself */
		out_printf(t->notes, "INFO: Security level for \"%.*s\" set to %u by default.\n",
		           STR_ARG(nameif), level);
	return 0;
}

/* ---------------------------------------------------------------- crypto ikev1 enable */

static bool enabled(const struct conf *c, struct str ifname)
{
	return conf_find(c, "ike-enable", ifname) != NULL;
}

/* Without an interface: every interface that has a crypto map. */
static int edit_ike_enable_all(struct conf_typed *t, struct err *err)
{
	(void)err;
	const struct conf *c = t->conf;
	if (t->no) {
		for (const struct centry *e = conf_first(c, "ike-enable"); e; e = conf_next(c, e))
			out_printf(t->lines, "no crypto ikev1 enable %.*s\n",
			           STR_ARG(conf_text(e, "ifname")));
		if (t->lines->len == 0)
			out_str(t->lines, "!\n");
		return 0;
	}
	for (const struct centry *m = conf_first(c, "crypto-map"); m; m = conf_next(c, m))
		for (const struct centry *i = conf_first_child(c, m, "interface"); i;
		     i = conf_next(c, i)) {
			struct str ifname = conf_text(i, "ifname");
			out_printf(t->lines, "crypto ikev1 enable %.*s\n", STR_ARG(ifname));
			out_printf(t->notes, "INFO: IKEv1 is %senabled on interface %.*s\n",
			           enabled(c, ifname) ? "already " : "", STR_ARG(ifname));
		}
	if (t->lines->len == 0) {
		out_str(t->lines, "!\n");
		out_str(t->notes,
		        "WARNING: no interface has a crypto map, so IKEv1 is enabled on none; "
		        "name one: crypto ikev1 enable INTERFACE\n");
	}
	return 0;
}

void hooks_register(void)
{
	session_auth_register();
	static const struct conf_edit_hook edits[] = {
	        {"group_policy_from", edit_group_policy_from},
	        {"nameif", edit_nameif},
	        {"pager", edit_pager},
	        {"banner_kind", edit_banner_kind},
	        {"username_privilege", edit_username_privilege},
	        {"ike_enable_all", edit_ike_enable_all},
	};
	static const struct conf_check checks[] = {
	        {"user_inert_check", check_user_inert},
	        {"group_attributes_check", check_group_attributes},
	        {"ifname_check", check_ifname},
	        {"system_check", check_system},
	};
	clock_conf_register();
	hooks_vpn_register();
	conf_check_register(checks, sizeof(checks) / sizeof(checks[0]));
	conf_edit_register(edits, sizeof(edits) / sizeof(edits[0]));
	hooks_pix_register();
	hooks_acl_register();
	hooks_pki_register();
}
