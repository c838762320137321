/* What is said about VPN lines when they are typed: names of site-to-site groups, protocols nobody serves, lists that are
 * too long, crypto map entries that lose what they need. */
#include <arpa/inet.h>
#include <string.h>

#include "cli/config/hooks.h"
#include "core/base/ip4.h"
#include "core/config/hook.h"
#include "core/config/objects.h"

static bool is_address(struct str s)
{
	char text[64];
	unsigned char ip[16];
	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return inet_pton(AF_INET, text, ip) == 1 || inet_pton(AF_INET6, text, ip) == 1;
}

static int check_tunnel_group(const struct conf *c, const struct centry *e,
                              const struct centry *was, struct conf_notes *notes, struct err *err)
{
	static const char *const lines[] = {
	        "WARNING: For IKEv1, L2L tunnel-groups that have names which are not an IP",
	        "address may only be used if the tunnel authentication",
	        "method is Digital Certificates and/or The peer is",
	        "configured to use Aggressive Mode",
	};
	(void)c;
	(void)err;
	if (!conf_changed(e, was, "type") || !str_eq_cstr(conf_text(e, "type"), "ipsec-l2l"))
		return 0;
	for (size_t i = 0;
	     i < sizeof(lines) / sizeof(lines[0]) && !is_address(conf_text(e, "name")); i++)
		conf_note(notes, e, "type", "%s", lines[i]);
	conf_note(notes, e, "type",
	          "WARNING: site-to-site peers are not served, the group is kept without effect");
	return 0;
}

void hooks_note_protocols(const struct centry *e, const struct centry *was,
                          struct conf_notes *notes)
{
	static const struct {
		const char *word, *what;
	} foreign[] = {{"ikev2", "IKEv2"},
	               {"ssl-client", "the SSL VPN client"},
	               {"ssl-clientless", "clientless SSL VPN"}};
	/* What the built-in policy holds from the start nobody typed. */
	if (!was && str_eq_cstr(conf_text(e, "name"), "DfltGrpPolicy") &&
	    conf_in_set(e, "vpn-tunnel-protocol", "ikev2") &&
	    conf_in_set(e, "vpn-tunnel-protocol", "l2tp-ipsec"))
		return;
	if (!conf_is_set(e, "vpn-tunnel-protocol") || !conf_changed(e, was, "vpn-tunnel-protocol"))
		return;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (conf_in_set(e, "vpn-tunnel-protocol", foreign[i].word) &&
		    !(was && conf_in_set(was, "vpn-tunnel-protocol", foreign[i].word)))
			conf_note(
			        notes, e, "vpn-tunnel-protocol",
			        "WARNING: vpn-tunnel-protocol %s: %s is not served, l2tp-ipsec is",
			        foreign[i].word, foreign[i].what);
	if (!conf_in_set(e, "vpn-tunnel-protocol", "l2tp-ipsec"))
		conf_note(notes, e, "vpn-tunnel-protocol",
		          "WARNING: vpn-tunnel-protocol without l2tp-ipsec lets nobody in, remote "
		          "access by IPsec alone (XAUTH) is refused");
}

#define SPLIT_TOO_LONG "WARNING: split-tunnel-network-list %.*s has %zu networks, at most %u are pushed to a client"

void hooks_note_split(const struct conf *c, const struct centry *e, const struct centry *was,
                      struct conf_notes *notes)
{
	struct str list = conf_text(e, "split-tunnel-network-list");
	size_t networks = 0;
	if (conf_changed(e, was, "split-tunnel-policy") &&
	    str_eq_cstr(conf_text(e, "split-tunnel-policy"), "excludespecified"))
		conf_note(notes, e, "split-tunnel-policy",
		          "WARNING: split-tunnel-policy excludespecified has no effect, clients of L2TP can only be told "
		          "what is reached through the tunnel");
	if (!list.len || !conf_changed(e, was, "split-tunnel-network-list"))
		return;
	acl_split_networks(c, list, NULL, 0, &networks);
	if (networks > SPLIT_NETS_MAX)
		conf_note(notes, e, "split-tunnel-network-list", SPLIT_TOO_LONG, STR_ARG(list), networks,
		          (unsigned)SPLIT_NETS_MAX);
}

void hooks_note_split_growth(const struct conf_typed *t, struct str list, struct str rule, bool standard)
{
	struct split_net nets[SPLIT_NETS_MAX + 1];
	bool named = false;
	for (const struct centry *g = conf_first(t->conf, "group-policy"); g && !named; g = conf_next(t->conf, g)) {
		const struct centry *a = conf_child(t->conf, g, "attributes");
		named = a && str_eq(conf_text(a, "split-tunnel-network-list"), list);
	}
	size_t networks = named ? acl_split_networks(t->conf, list, nets, SPLIT_NETS_MAX + 1, NULL) : 0;
	if (!named || networks > SPLIT_NETS_MAX) /* told once: with the first that is too many */
		return;
	networks += acl_split_more(t->conf, rule, standard);
	if (networks > SPLIT_NETS_MAX)
		out_printf(t->notes, SPLIT_TOO_LONG "\n", STR_ARG(list), networks, (unsigned)SPLIT_NETS_MAX);
}

/* An entry goes with its last line, and then no check sees it. */
static int edit_crypto_map_dynamic(struct conf_typed *t, struct err *err)
{
	struct str map = conf_typed_text(t, "map");
	uint32_t seq = 0;
	(void)err;
	if (!t->no || !str_to_u32(conf_typed_text(t, "seq"), UINT32_MAX, &seq))
		return 0;
	const struct centry *m = conf_find(t->conf, "crypto-map", map);
	for (const struct centry *e = m ? conf_first_child(t->conf, m, "entry") : NULL; e;
	     e = conf_next(t->conf, e))
		if (conf_u32(e, "seq") == seq && conf_is_set(e, "dynamic") &&
		    !conf_is_set(e, "match-address") && !conf_list_len(e, "peers") &&
		    !conf_list_len(e, "transform-sets"))
			out_str(t->notes, "WARNING: The crypto map entry will be incomplete!\n");
	return 0;
}

/* ---------------------------------------------------------------- VPDN groups */

/* Of a group that dials out it says how the provider authenticates us, nothing about clients. */
static int edit_vpdn_authentication(struct conf_typed *t, struct err *err)
{
	struct str group = conf_typed_text(t, "group");
	(void)err;
	if (!conf_find(t->conf, "vpdn-dialout", group))
		return 0;
	out_str(t->lines, "!\n");
	out_printf(t->notes, "INFO: there is no PPPoE client, how %.*s authenticates is not kept\n",
	           STR_ARG(group));
	return 0;
}

/* ---------------------------------------------------------------- routes */

static bool same_ip(const struct conf_typed *t, const struct centry *e, const char *field)
{
	uint32_t ip;
	struct str text = conf_typed_text(t, field);
	return (str_eq_cstr(text, "0") && conf_ip(e, field) == 0) ||
	       (ip4_parse(text, &ip) && ip == conf_ip(e, field));
}

static int edit_route(struct conf_typed *t, struct err *err)
{
	(void)err;
	if (!t->no && conf_typed_text(t, "tunneled").len)
		out_str(t->notes, "WARNING: a tunneled route is kept without effect, clients take the routes of the host\n");
	if (t->no || t->line)
		return 0;
	for (const struct centry *e = conf_first(t->conf, "route"); e; e = conf_next(t->conf, e))
		if (str_eq(conf_text(e, "ifname"), conf_typed_text(t, "ifname")) &&
		    same_ip(t, e, "dest") && same_ip(t, e, "mask") && same_ip(t, e, "gateway"))
			out_str(t->notes, "WARNING: Route already exists\n");
	return 0;
}

void hooks_vpn_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"crypto_map_dynamic", edit_crypto_map_dynamic},
	        {"route", edit_route},
	        {"vpdn_authentication", edit_vpdn_authentication},
	};
	static const struct conf_check checks[] = {
	        {"tunnel_group_check", check_tunnel_group},
	};
	conf_check_register(checks, sizeof(checks) / sizeof(checks[0]));
	conf_edit_register(edits, sizeof(edits) / sizeof(edits[0]));
}
