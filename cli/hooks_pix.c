/* Lines of PIX 6 that are stored as several modern ones. */
#include "cli/hooks.h"
#include "core/base/ip4.h"
#include "core/config/hook.h"

static const struct centry *interface_of(const struct conf *c, struct str nameif)
{
	for (const struct centry *i = conf_first(c, "interface"); i; i = conf_next(c, i))
		if (str_eq(conf_text(i, "nameif"), nameif))
			return i;
	return NULL;
}

/* "security100" stands behind the name, so that a name is not in use twice while a text is read: the interface that
 * has it gives it up. */
static int edit_pix_nameif(struct conf_typed *t, struct err *err)
{
	struct str hw = conf_typed_text(t, "name"), nameif = conf_typed_text(t, "nameif");
	const struct centry *other = interface_of(t->conf, nameif);
	struct str level = conf_typed_text(t, "security-level");
	(void)err;
	if (t->no || !other || str_caseeq(conf_text(other, "name"), hw))
		return 0;
	if (str_has_prefix_nocase(level, STR("security")))
		level = (struct str){level.p + 8, level.len - 8};
	out_printf(t->notes, "INFO: %.*s is now interface %.*s in place of %.*s\n", STR_ARG(nameif),
	           STR_ARG(hw), STR_ARG(conf_text(other, "name")));
	out_printf(t->lines,
	           "no interface %.*s\ninterface %.*s\nnameif %.*s\nsecurity-level %.*s\n",
	           STR_ARG(conf_text(other, "name")), STR_ARG(hw), STR_ARG(nameif), STR_ARG(level));
	return 0;
}

/* The interface is told by its name; without `nameif` ethernet0 is outside and ethernet1 inside. */
static int edit_pix_ip_address(struct conf_typed *t, struct err *err)
{
	struct str nameif = conf_typed_text(t, "nameif"), ip = conf_typed_text(t, "ip");
	const struct centry *i = interface_of(t->conf, nameif);
	bool inside = str_eq_cstr(nameif, "inside");
	if (!i && !inside && !str_eq_cstr(nameif, "outside"))
		return err_set(err, -1, "interface name \"%.*s\" does not exist", STR_ARG(nameif));
	if (i)
		out_printf(t->lines, "interface %.*s\n", STR_ARG(conf_text(i, "name")));
	else
		out_printf(t->lines, "interface Ethernet%d\nnameif %.*s\nsecurity-level %d\n",
		           inside, STR_ARG(nameif), inside ? 100 : 0);
	if (t->no)
		out_str(t->lines, "no ip address\n");
	else if (!str_eq_cstr(ip, "ip")) /* else it is the keyword */
		out_printf(t->lines, "ip address %.*s %.*s\n", STR_ARG(ip),
		           STR_ARG(conf_typed_text(t, "mask")));
	else
		out_printf(t->lines, "ip address dhcp%s\n",
		           conf_typed_has(t, "setroute") ? " setroute" : "");
	return 0;
}

/* The key of one peer is that of a tunnel group with its address as name. */
static int edit_pix_isakmp_key(struct conf_typed *t, struct err *err)
{
	struct str peer = conf_typed_text(t, "peer"), key = conf_typed_text(t, "psk");
	(void)err;
	if (!conf_find(t->conf, "tunnel-group", peer))
		out_printf(t->lines, "tunnel-group %.*s type ipsec-l2l\n", STR_ARG(peer));
	out_printf(t->lines, "tunnel-group %.*s ipsec-attributes\n%sikev1 pre-shared-key %.*s\n",
	           STR_ARG(peer), t->no ? "no " : "", STR_ARG(key));
	return 0;
}

void hooks_pix_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"pix_nameif", edit_pix_nameif},
	        {"pix_ip_address", edit_pix_ip_address},
	        {"pix_isakmp_key", edit_pix_isakmp_key},
	};
	conf_edit_register(edits, sizeof(edits) / sizeof(edits[0]));
}
