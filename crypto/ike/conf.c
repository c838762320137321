/* IKE's part of the configuration tree, compiled; the only file here that sees the tree. */
#include "crypto/ike/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ike/ike.h"
#include "crypto/ike/proposal.h"
#include "crypto/pki/pki.h"

/* Older releases knew them; a policy with one of them is kept and never chosen. */
static bool obsolete(const struct centry *e)
{
	return str_eq_cstr(conf_text(e, "authentication"), "crack") ||
	       str_eq_cstr(conf_text(e, "group"), "7");
}

enum { HALF_OPEN_PLATFORM = 1000, PSK_SHORT = 20 };

static int compile_policies(const struct conf *c, struct arena *a, struct ike_conf *conf,
                            struct err *err)
{
	size_t n = 0;
	for (const struct centry *e = conf_first(c, "ike-policy"); e != NULL; e = conf_next(c, e))
		n++;
	struct ike_policy *policies = arena_calloc(a, n > 0 ? n : 1, sizeof *policies);
	if (policies == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	for (const struct centry *e = conf_first(c, "ike-policy"); e != NULL; e = conf_next(c, e)) {
		if (obsolete(e))
			continue;
		struct ike_policy p = {
		        .priority = conf_u32(e, "priority"),
		        .auth = str_eq_cstr(conf_text(e, "authentication"), "rsa-sig")
		                        ? AUTH_RSA_SIG
		                        : AUTH_PSK,
		        .cipher = ike_cipher_by_word(conf_text(e, "encryption")),
		        .hash = ike_hash_by_word(conf_text(e, "hash")),
		        .life_s = conf_u32(e, "lifetime"),
		};
		uint32_t group = 0;
		str_to_u32(conf_text(e, "group"), UINT16_MAX, &group);
		p.group = (uint16_t)group;
		if (p.cipher == NULL || p.hash == NULL || !ike_group_known(p.group))
			return err_set(err, -EINVAL, "crypto ikev1 policy %u: unknown algorithm",
			               p.priority);
		/* By priority, whatever the order of the tree. */
		size_t at = conf->npolicies++;
		for (; at > 0 && policies[at - 1].priority > p.priority; at--)
			policies[at] = policies[at - 1];
		policies[at] = p;
	}
	conf->policies = policies;
	return 0;
}

static int compile_enabled(const struct conf *c, struct arena *a, struct ike_conf *conf,
                           struct err *err)
{
	size_t n = 0;
	for (const struct centry *e = conf_first(c, "ike-enable"); e != NULL; e = conf_next(c, e))
		n++;
	const char **names = arena_calloc(a, n > 0 ? n : 1, sizeof *names);
	for (const struct centry *e = conf_first(c, "ike-enable"); names != NULL && e != NULL;
	     e = conf_next(c, e)) {
		names[conf->nenabled] = arena_str(a, conf_text(e, "ifname"));
		if (names[conf->nenabled++] == NULL)
			names = NULL;
	}
	conf->enabled = names;
	return names != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
}

/* vpn-tunnel-protocol of a group policy, inherited from DfltGrpPolicy. */
static bool policy_allows_l2tp(const struct conf *c, struct str name)
{
	const struct str order[] = {name, STR("DfltGrpPolicy")};
	for (size_t i = 0; i < 2; i++) {
		const struct centry *e = conf_find(c, "group-policy", order[i]);
		if (e == NULL)
			continue;
		const struct centry *attrs = conf_child(c, e, "attributes");
		if (!conf_is_set(attrs, "vpn-tunnel-protocol"))
			continue;
		return conf_in_set(attrs, "vpn-tunnel-protocol", "l2tp-ipsec");
	}
	return true;
}

static bool is_remote_access(const struct centry *e)
{
	return str_eq_cstr(conf_text(e, "type"), "remote-access");
}

static enum pki_id_validate id_validate(struct str word)
{
	return str_eq_cstr(word, "nocheck") ? PKI_ID_NOCHECK
	       : str_eq_cstr(word, "cert")  ? PKI_ID_IF_SUPPORTED
	                                    : PKI_ID_REQUIRED;
}

/* NULL = empty; *ok becomes false when memory is short. */
static const char *text_or_null(struct arena *a, struct str text, bool *ok)
{
	const char *copy = text.len > 0 ? arena_str(a, text) : NULL;
	*ok = *ok && (text.len == 0 || copy != NULL);
	return copy;
}

static bool compile_group(const struct conf *c, struct arena *a, const struct centry *e, struct ike_group *g)
{
	const struct centry *ipsec = conf_child(c, e, "ipsec");
	struct str psk = conf_text(ipsec, "psk");
	bool ok = true;

	*g = (struct ike_group){
	        .name = arena_str(a, conf_text(e, "name")),
	        .psk = text_or_null(a, psk, &ok),
	        .psk_len = psk.len,
	        .dpd = conf_text(ipsec, "dpd-disable").len == 0,
	        .dpd_threshold_s = conf_u32(ipsec, "dpd-threshold"),
	        .dpd_retry_s = conf_u32(ipsec, "dpd-retry"),
	        .behind_nat = conf_bool(ipsec, "behind-nat"),
	        .outside_ip = conf_ip(ipsec, "outside-address"),
	        .l2tp_allowed = policy_allows_l2tp(c, conf_text(conf_child(c, e, "general"), "policy")),
	        .trust_point = text_or_null(a, conf_text(ipsec, "trust-point"), &ok),
	        .chain = conf_bool(ipsec, "chain"),
	        .id_validate = id_validate(conf_text(ipsec, "peer-id-validate")),
	};
	return ok && g->name != NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ike_group *)a)->name, ((const struct ike_group *)b)->name);
}

static int compile_groups(const struct conf *c, struct arena *a, struct ike_conf *conf, struct err *err)
{
	size_t n = 0, most = 0;
	for (const struct centry *e = conf_first(c, "tunnel-group"); e != NULL; e = conf_next(c, e))
		most++;
	struct ike_group *groups = arena_calloc(a, most > 0 ? most : 1, sizeof *groups);
	if (groups == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	for (const struct centry *e = conf_first(c, "tunnel-group"); e != NULL; e = conf_next(c, e))
		if (is_remote_access(e) && !compile_group(c, a, e, &groups[n++]))
			return err_set(err, -ENOMEM, "out of memory");
	qsort(groups, n, sizeof *groups, by_name);
	conf->groups = groups;
	conf->ngroups = n;
	conf->ra = ike_conf_group(conf, "DefaultRAGroup");
	return conf->ra != NULL ? 0 : err_set(err, -EINVAL, "there is no tunnel-group DefaultRAGroup");
}

const struct ike_group *ike_conf_group(const struct ike_conf *conf, const char *name)
{
	const struct ike_group key = {.name = name};
	return name != NULL ? bsearch(&key, conf->groups, conf->ngroups, sizeof key, by_name) : NULL;
}

/* Rules of a lower index first, of any map: the order in which the appliance tries them. */
static int by_index(const void *a, const void *b)
{
	const struct ike_group_rule *x = a, *y = b;
	return x->index != y->index ? (x->index > y->index ? 1 : -1) : strcmp(x->map, y->map);
}

static int compile_map(const struct conf *c, struct arena *a, struct ike_conf *conf, struct err *err)
{
	const struct centry *e = conf_container(c, "tunnel-group-map");
	struct ike_group_map *m = &conf->map;
	size_t n = 0;
	char name[80];

	m->rules = conf_in_set(e, "enable", "rules");
	m->ou = conf_in_set(e, "enable", "ou");
	m->ike_id = conf_in_set(e, "enable", "ike-id");
	m->peer_ip = conf_in_set(e, "enable", "peer-ip");
	str_copy(name, sizeof name, conf_text(e, "default-group"));
	m->fallback = ike_conf_group(conf, name);
	for (e = conf_first(c, "tunnel-group-rule"); e != NULL; e = conf_next(c, e))
		n++;
	struct ike_group_rule *rules = arena_calloc(a, n > 0 ? n : 1, sizeof *rules);
	for (e = conf_first(c, "tunnel-group-rule"); rules != NULL && e != NULL; e = conf_next(c, e)) {
		struct ike_group_rule *r = &rules[m->nrules];
		str_copy(name, sizeof name, conf_text(e, "group"));
		r->group = ike_conf_group(conf, name);
		if (r->group == NULL)
			continue; /* of site-to-site: nobody gets there */
		r->index = conf_u32(e, "index");
		r->map = arena_str(a, conf_text(e, "map"));
		m->nrules++;
		if (r->map == NULL)
			rules = NULL;
	}
	if (rules == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	qsort(rules, m->nrules, sizeof *rules, by_index);
	m->rule = rules;
	return 0;
}

/* "gw.example.com", as far as it is configured. */
static struct str own_name(const struct conf *c, char *name, size_t cap)
{
	const struct centry *system = conf_container(c, "system");
	struct str host = conf_text(system, "hostname"), domain = conf_text(system, "domain-name");
	snprintf(name, cap, "%.*s%s%.*s", STR_ARG(host), host.len > 0 && domain.len > 0 ? "." : "",
	         STR_ARG(host.len > 0 ? domain : host));
	return str_of(name);
}

static int compile_isakmp(const struct conf *c, struct arena *a, struct ike_conf *conf,
                          struct err *err)
{
	const struct centry *e = conf_container(c, "isakmp");
	struct str identity = conf_text(e, "identity"), key_id = conf_text(e, "key-id"), text = {0};
	char name[200];

	conf->natt_s = conf_bool(e, "nat-traversal") ? conf_u32(e, "nat-keepalive") : 0;
	if (conf_is_set(e, "key-id") && key_id.len > 0) {
		conf->identity = IKE_ID_KEY_ID;
		text = key_id;
	} else if (str_eq_cstr(identity, "hostname")) {
		conf->identity = IKE_ID_HOSTNAME;
		text = own_name(c, name, sizeof name);
	} else {
		conf->identity = str_eq_cstr(identity, "address") ? IKE_ID_ADDRESS : IKE_ID_AUTO;
	}
	conf->identity_text = arena_str(a, text);
	conf->am_disable = conf_bool(conf_container(c, "ikev1"), "am-disable");
	conf->vendor_id_disable = conf_bool(conf_container(c, "ikev1"), "vendor-id-disable");
	conf->max_half_open = HALF_OPEN_PLATFORM *
	                      conf_u32(conf_container(c, "ikev1"), "max-in-negotiation-sa") / 100;
	return conf->identity_text != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
}

int ike_conf_compile(const struct conf *c, struct arena *a, const struct ike_conf **out,
                     struct out *notes, struct err *err)
{
	struct ike_conf *conf = arena_calloc(a, 1, sizeof *conf);
	int rc = conf != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
	(void)notes;

	if (rc == 0)
		rc = compile_policies(c, a, conf, err);
	if (rc == 0)
		rc = compile_enabled(c, a, conf, err);
	if (rc == 0)
		rc = compile_groups(c, a, conf, err);
	if (rc == 0)
		rc = compile_map(c, a, conf, err);
	if (rc == 0)
		rc = compile_isakmp(c, a, conf, err);
	if (rc == 0)
		*out = conf;
	return rc;
}

bool ike_conf_enabled(const struct ike_conf *conf, const char *ifname)
{
	for (size_t i = 0; i < conf->nenabled; i++)
		if (strcmp(conf->enabled[i], ifname) == 0)
			return true;
	return false;
}

size_t ike_conf_groups(const struct ike_conf *conf, uint16_t *groups, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < conf->npolicies; i++) {
		size_t k = 0;
		while (k < n && groups[k] != conf->policies[i].group)
			k++;
		if (k == n && n < cap)
			groups[n++] = conf->policies[i].group;
	}
	return n;
}

uint32_t ike_conf_natt(const struct ike_conf *conf)
{
	return conf->natt_s;
}

/* ------------------------------------------------------------------ check: functions of the grammar */

static int policy_check(const struct conf *c, const struct centry *e, const struct centry *was,
                        struct conf_notes *notes, struct err *err)
{
	static const struct {
		const char *field, *word, *text;
	} weak[] = {
	        {"encryption", "des", "DES is weak, use aes or stronger"},
	        {"hash", "md5", "MD5 is weak, use sha or stronger"},
	        {"authentication", "crack", "crack is not supported, the policy is never chosen"},
	        {"group", "7", "Diffie-Hellman group 7 is not supported, the policy is never chosen"},
	        {"group", "1", "Diffie-Hellman group 1 is weak, use group 5 or stronger"},
	        {"group", "2", "Diffie-Hellman group 2 is weak, use group 5 or stronger"},
	};
	(void)c;
	(void)err;
	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
		if (conf_changed(e, was, weak[i].field) &&
		    str_eq_cstr(conf_text(e, weak[i].field), weak[i].word))
			conf_note(notes, e, weak[i].field, "WARNING: crypto ikev1 policy %u: %s",
			          conf_u32(e, "priority"), weak[i].text);
	return 0;
}

/* Somebody who knows the name of a group gets an answer in Aggressive Mode that its key can be guessed from. */
static bool aggressive_with_keys(const struct conf *c)
{
	if (conf_bool(conf_container(c, "ikev1"), "am-disable") || conf_first(c, "ike-enable") == NULL)
		return false;
	for (const struct centry *e = conf_first(c, "tunnel-group"); e != NULL; e = conf_next(c, e))
		if (is_remote_access(e) && conf_is_set(conf_child(c, e, "ipsec"), "psk"))
			return true;
	return false;
}

static void warn_aggressive(const struct conf *c, const struct centry *e, struct conf_notes *notes)
{
	static uint64_t said; /* once, however many groups come at once */
	if (said == conf_mark(c) || !aggressive_with_keys(c))
		return;
	said = conf_mark(c);
	conf_note(notes, e, "psk",
	          "WARNING: IKEv1 Aggressive Mode is accepted, where the pre-shared key of a tunnel-group can be guessed by "
	          "whoever knows its name; crypto ikev1 am-disable refuses it");
}

static int group_check(const struct conf *c, const struct centry *e, const struct centry *was,
                       struct conf_notes *notes, struct err *err)
{
	struct str psk = conf_text(e, "psk");
	(void)err;
	if (psk.len > 0 && (was == NULL || !conf_is_set(was, "psk")))
		warn_aggressive(c, e, notes);
	pki_advise_trust_point(c, e, was, notes);
	if (conf_changed(e, was, "psk") && psk.len > 0 && psk.len < PSK_SHORT)
		conf_note(notes, e, "psk",
		          "WARNING: the pre-shared key is shorter than %d characters and can be "
		          "guessed from one recorded connection",
		          PSK_SHORT);
	return 0;
}

static const struct conf_check checks[] = {
        {"ike_policy_check", policy_check},
        {"tunnel_group_ipsec_check", group_check},
};

void ike_conf_register(void)
{
	conf_check_register(checks, sizeof checks / sizeof checks[0]);
}
