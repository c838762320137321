/* Lines of PIX 6 that are stored as several modern ones. */
#include "cli/config/hooks.h"
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

/* Without crloptional a CRL is required, with it one that cannot be had is done without. */
static int edit_pix_ca_configure(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name");
	bool optional = conf_typed_text(t, "optional").len > 0;
	(void)err;
	out_printf(t->lines, "crypto ca trustpoint %.*s\n", STR_ARG(name));
	if (t->no)
		out_str(t->lines, "no enrollment mode\nno enrollment retry period\nno enrollment retry count\n"
		                  "no revocation-check\n");
	else
		out_printf(t->lines,
		           "enrollment mode %.*s\nenrollment retry period %.*s\nenrollment retry count %.*s\n"
		           "revocation-check crl%s\n",
		           STR_ARG(conf_typed_text(t, "kind")), STR_ARG(conf_typed_text(t, "period")),
		           STR_ARG(conf_typed_text(t, "count")), optional ? " none" : "");
	return 0;
}

/* ------------------------------------------------------------------ fixup */

/* Protocols at their usual ports, and what inspects them since. */
static const struct {
	const char *fixup, *inspect;
} fixups[] = {
        {"dns maximum-length 512", "dns maximum-length 512"},
        {"ftp 21", "ftp"},
        {"h323 h225 1720", "h323 h225"},
        {"h323 1720", "h323 h225"},
        {"h323 ras 1718-1719", "h323 ras"},
        {"http 80", "http"},
        {"ils 389", "ils"},
        {"pptp 1723", "pptp"},
        {"rsh 514", "rsh"},
        {"rtsp 554", "rtsp"},
        {"sip 5060", "sip"},
        {"skinny 2000", "skinny"},
        {"smtp 25", "esmtp"},
        {"sqlnet 1521", "sqlnet"},
        {"tftp 69", "tftp"},
};

static bool is_inspected(const struct conf *c, const char *what)
{
	const struct centry *map = conf_find(c, "policy-map", STR("global_policy"));
	for (const struct centry *k = map ? conf_first_child(c, map, "class") : NULL; k;
	     k = conf_next(c, k))
		for (const struct centry *a = conf_first_child(c, k, "action"); a;
		     a = conf_next(c, a))
			if (str_eq_cstr(conf_text(k, "class"), "inspection_default") &&
			    str_eq_cstr(conf_text(a, "value"), what))
				return true;
	return false;
}

/* An inspection of the policy that every device has; at other ports the line is kept as it is. */
static int edit_pix_fixup(struct conf_typed *t, struct err *err)
{
	struct str rule = str_trim(conf_typed_text(t, "rule"));
	const char *what = NULL;
	(void)err;
	for (size_t i = 0; i < sizeof(fixups) / sizeof(fixups[0]) && !what; i++)
		if (str_eq_cstr(rule, fixups[i].fixup))
			what = fixups[i].inspect;
	if (!what)
		return 0;
	if (t->no && !is_inspected(t->conf, what)) {
		out_str(t->lines, "!\n");
		return 0;
	}
	/* `service-policy` means something else inside of a policy. */
	if (!t->no)
		out_str(t->lines,
		        "service-policy global_policy global\n"
		        "class-map inspection_default\nmatch default-inspection-traffic\n");
	out_printf(t->lines, "policy-map global_policy\nclass inspection_default\n%sinspect %s\n",
	           t->no ? "no " : "", what);
	if (!t->no)
		out_str(t->notes, "INFO: converting 'fixup protocol' lines to MPF commands\n");
	return 0;
}

void hooks_pix_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"pix_ca_configure", edit_pix_ca_configure},
	        {"pix_fixup", edit_pix_fixup},
	        {"pix_nameif", edit_pix_nameif},
	        {"pix_ip_address", edit_pix_ip_address},
	        {"pix_isakmp_key", edit_pix_isakmp_key},
	};
	conf_edit_register(edits, sizeof(edits) / sizeof(edits[0]));
}
