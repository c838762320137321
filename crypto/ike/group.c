#include "crypto/ike/group.h"

#include <stdio.h>
#include <string.h>

#include "crypto/pki/name.h"

const struct ike_group *ike_group_named(const struct ike *ike, const char *name)
{
	static const struct ike_group gone = {
	        .name = "", .dpd = true, .dpd_threshold_s = 300, .dpd_retry_s = 2, .l2tp_allowed = true};
	const struct ike_group *group = ike->conf != NULL ? ike_conf_group(ike->conf, name) : NULL;
	return group != NULL ? group : &gone;
}

void ike_sa_land(struct ike_sa *sa, const struct ike_group *group)
{
	share_set_text(&sa->group_name, group->name);
	ike_dbg(sa, IKE_EVENT, "Connection landed on tunnel_group %s", sa->group_name);
}

/* ------------------------------------------------------------------ tunnel-group-map */

struct choice {
	struct ike_sa *sa;
	const struct pki_conf *pki;
	const struct pki_cert *cert;
	uint8_t id_type;
	struct bytes id;
	const struct ike_group *found;
};

static void by_rules(struct choice *c)
{
	const struct ike_group_map *m = &c->sa->ike->conf->map;
	char who[PKI_SERIAL_TEXT + 2 * PKI_NAME_TEXT + 64], serial[PKI_SERIAL_TEXT], subject[PKI_NAME_TEXT], issuer[PKI_NAME_TEXT];
	snprintf(who, sizeof who, "serial number: %s, subject name:  %s, issuer_name:  %s", pki_serial_text(c->cert, serial),
	         pki_name_text(pki_cert_subject(c->cert), subject, sizeof subject),
	         pki_name_text(pki_cert_issuer(c->cert), issuer, sizeof issuer));
	log_msg(MSG_717036, who);
	ike_dbg(c->sa, IKE_EVENT, "Trying to find group via cert rules...");
	struct pki_look *look = c->pki != NULL ? pki_look_new(c->cert) : NULL;
	for (size_t i = 0; i < m->nrules && look != NULL && c->found == NULL; i++)
		if (pki_look_fits(c->pki, m->rule[i].map, m->rule[i].index, look))
			c->found = m->rule[i].group;
	pki_look_free(look);
	if (c->found != NULL)
		log_msg(MSG_717038, c->found->name, who);
	else
		log_msg(MSG_717037, who);
}

static bool try_name(void *arg, const char *name)
{
	struct choice *c = arg;
	c->found = ike_conf_group(c->sa->ike->conf, name);
	if (c->found == NULL)
		ike_dbg(c->sa, IKE_EVENT, "No Group found by matching OU(s) from ID payload:   %s", name);
	return c->found != NULL;
}

static void by_ou(struct choice *c)
{
	ike_dbg(c->sa, IKE_EVENT, "Trying to find group via OU...");
	pki_cert_each(c->cert, "ou", try_name, c);
}

static void by_ike_id(struct choice *c)
{
	char name[IKE_ID_MAX + 1];
	ike_dbg(c->sa, IKE_EVENT, "Trying to find group via IKE ID...");
	if (ike_id_name(c->id_type, c->id, name, sizeof name))
		c->found = ike_conf_group(c->sa->ike->conf, name);
}

static void by_peer_ip(struct choice *c)
{
	ike_dbg(c->sa, IKE_EVENT, "Trying to find group via IP ADDR...");
	c->found = ike_conf_group(c->sa->ike->conf, ip4_text(c->sa->mm.remote.ip).s);
}

const struct ike_group *ike_group_for_cert(struct ike_sa *sa, const struct pki_conf *pki, const struct pki_cert *cert,
                                           uint8_t id_type, struct bytes id)
{
	const struct ike_group_map *m = &sa->ike->conf->map;
	const struct {
		bool enabled;
		void (*look)(struct choice *c);
	} ways[] = {{m->rules, by_rules}, {m->ou, by_ou}, {m->ike_id, by_ike_id}, {m->peer_ip, by_peer_ip}};
	struct choice c = {.sa = sa, .pki = pki, .cert = cert, .id_type = id_type, .id = id};

	for (size_t i = 0; i < sizeof ways / sizeof *ways && c.found == NULL; i++)
		if (ways[i].enabled)
			ways[i].look(&c);
	if (c.found == NULL) {
		ike_dbg(sa, IKE_EVENT, "Trying to find group via default group...");
		c.found = m->fallback;
	}
	return c.found;
}

bool ike_id_name(uint8_t type, struct bytes id, char *name, size_t cap)
{
	if (type == ID_IPV4_ADDR) {
		struct rd r = rd_of(id.p, id.len);
		uint32_t ip = rd_u32(&r);
		return id.len == 4 && str_copy(name, cap, str_of(ip4_text(ip).s));
	}
	if (type != ID_FQDN && type != ID_USER_FQDN && type != ID_KEY_ID)
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (id.p[i] < 0x20 || id.p[i] >= 0x7f)
			return false;
	return id.len > 0 && str_copy(name, cap, (struct str){(const char *)id.p, id.len});
}
