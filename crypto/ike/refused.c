/* What is told of clients that do not get as far as IPsec: stage, cause, what both sides want, and the lines that would
 * help where only IKE knows them. */
#include <stdio.h>
#include <string.h>

#include "crypto/ike/auth.h"
#include "crypto/ike/engine.h"
#include "crypto/ike/refused.h"
#include "crypto/ike/vendor.h"
#include "crypto/ipsec/alg.h"

/* The message that is being looked at in a state, and the last one that had come when its time ran out. */
static const struct {
	uint8_t looking, silent;
} stages[ST_N] = {
        [ST_MM_START] = {FAIL_AT_MM1, FAIL_AT_MM1},  [ST_MM_WAIT3] = {FAIL_AT_MM3, FAIL_AT_MM1},
        [ST_MM_BUILD4] = {FAIL_AT_MM3, FAIL_AT_MM3}, [ST_MM_WAIT5] = {FAIL_AT_MM5, FAIL_AT_MM3},
        [ST_MM_BUILD6] = {FAIL_AT_MM5, FAIL_AT_MM5}, [ST_AM_START] = {FAIL_AT_AM1, FAIL_AT_AM1},
        [ST_AM_BUILD2] = {FAIL_AT_AM1, FAIL_AT_AM1}, [ST_AM_WAIT3] = {FAIL_AT_AM3, FAIL_AT_AM1},
        [ST_AM_CHECK3] = {FAIL_AT_AM3, FAIL_AT_AM3}, [ST_QM_WAIT3] = {FAIL_AT_QM3, FAIL_AT_QM1},
};

/* What a peer says of itself may be anything. */
static void clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((uint8_t)*text < 0x20 || (uint8_t)*text >= 0x7f)
			*text = '?';
}

static void tell(struct ike_sa *sa, struct failure *f)
{
	const struct ike *ike = sa->ike;
	if (sa_is(sa, SAF_INITIATOR) || sa->refusal_told || ike->ops->refused == NULL)
		return;
	sa->refusal_told = true;
	f->remote = sa->mm.remote;
	f->client = (enum client_kind)sa->client;
	f->ifname = sa->ifname;
	if (f->group == NULL)
		f->group = sa->group_name;
	f->stranger = f->stage == FAIL_AT_MM1 || f->stage == FAIL_AT_AM1;
	ike->ops->refused(ike->ctx, f);
}

/* Aggressive Mode: the tunnel group that was asked for is none, or has no key. */
static void name_group(const struct ike_sa *sa, struct failure *f, char name[129])
{
	uint8_t type;
	struct bytes id = ike_id_data(sa->mm.id_i, &type);
	const struct ike_group *group;

	snprintf(name, 129, "%.*s", id.len < 128 ? (int)id.len : 128, id.len > 0 ? (const char *)id.p : "");
	if (type == ID_IPV4_ADDR)
		snprintf(name, 129, "%s", ip4_text(sa->mm.remote.ip).s);
	clean(name);
	group = ike_conf_group(sa->ike->conf, name);
	f->cause = group != NULL ? FAIL_NO_PSK : FAIL_NO_GROUP;
	f->group = f->offered = name;
}

void ike_refused(struct ike_sa *sa, struct failure f)
{
	char name[129];
	f.stage = (enum fail_stage)stages[sa->mm.state].looking;
	if (f.cause == FAIL_PSK && sa->spoofed)
		name_group(sa, &f, name);
	tell(sa, &f);
}

void ike_refused_silent(struct ike_sa *sa)
{
	struct failure f = {.cause = FAIL_P1_SILENT, .stage = (enum fail_stage)stages[sa->mm.state].silent};
	char name[129];
	/* With a key of its own the client does not believe the second message, and says nothing. */
	if (sa->mm.state == ST_AM_WAIT3 && !sa->auth->certificates)
		f.cause = FAIL_PSK;
	if (f.cause == FAIL_PSK && sa->spoofed)
		name_group(sa, &f, name);
	tell(sa, &f);
}

void ike_refused_first(struct ike *ike, struct ip4_end remote, const char *ifname, struct bytes raw, enum fail_cause cause)
{
	struct rd r = rd_of(raw.p, raw.len);
	struct ike_hdr hdr;
	if (ike->ops->refused == NULL || !ike_hdr_read(&r, &hdr))
		return;
	const struct failure f = {.cause = cause,
	                          .stage = FAIL_AT_FIRST,
	                          .remote = remote,
	                          .client = vendor_client(hdr.next, rd_rest(&r)),
	                          .stranger = true,
	                          .ifname = ifname};
	ike->ops->refused(ike->ctx, &f);
}

/* A client that is in renews its keys in vain, then. */
static bool has_ipsec(const struct ike_peer *peer)
{
	const struct ike_flow *flow = peer != NULL ? peer->flows : NULL;
	while (flow != NULL && !flow->up)
		flow = flow->next;
	return flow != NULL;
}

void qm_refused(struct ike_qm *qm, struct failure f)
{
	struct ike_sa *sa = qm->x.sa;
	const struct ike *ike = sa->ike;
	if (qm->x.initiator || qm->refusal_told || ike->ops->refused == NULL || has_ipsec(sa->peer))
		return;
	qm->refusal_told = true;
	f.stage = qm->x.state == ST_QM_WAIT3 ? FAIL_AT_QM3 : FAIL_AT_QM1;
	if (f.cause == FAIL_P2_SILENT)
		f.stage = FAIL_AT_QM1;
	f.remote = qm->x.remote;
	f.client = (enum client_kind)(sa->peer != NULL ? sa->peer->client : sa->client);
	f.peer = sa->peer != NULL ? sa->peer->handle : 0;
	f.group = sa->group_name;
	f.user = sa->peer != NULL ? sa->peer->user : NULL;
	f.ifname = sa->ifname;
	ike->ops->refused(ike->ctx, &f);
}

/* ------------------------------------------------------------------ proposals of phase 1 */

enum { SHOWN = 6, TEXT = 600 };

static void offered_p1(const struct p1_offer *offer, char text[TEXT])
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < offer->n && i < SHOWN; i++) {
		char one[80];
		p1_text(one, sizeof one, &offer->t[i]);
		used += (size_t)snprintf(text + used, TEXT - used, "%s%s", i > 0 ? ", " : "", one);
	}
	if (offer->n > SHOWN)
		snprintf(text + used, TEXT - used, ", ...");
}

static void wanted_p1(const struct ike_conf *conf, char text[TEXT])
{
	size_t used = (size_t)snprintf(text, TEXT, "%s", conf->npolicies == 0 ? "no crypto ikev1 policy" : "");
	for (size_t i = 0; i < conf->npolicies && i < SHOWN; i++) {
		char one[80];
		p1_policy_text(one, sizeof one, &conf->policies[i]);
		used += (size_t)snprintf(text + used, TEXT - used, "%s%s", i > 0 ? ", " : "", one);
	}
}

static const struct ike_cipher *cipher_of(const struct p1_transform *t)
{
	const struct ike_cipher *c = ike_ciphers;
	while (c->id != 0 && (c->id != t->cipher || c->key_bits != t->key_bits))
		c++;
	return c->id != 0 ? c : NULL;
}

static const struct ike_hash *hash_of(const struct p1_transform *t)
{
	const struct ike_hash *h = ike_hashes;
	while (h->id != 0 && h->id != t->hash)
		h++;
	return h->id != 0 ? h : NULL;
}

enum { POLICY_STEP = 10, POLICY_LAST = 65535 };

/* A number behind all policies there are; where that is none, the highest that is free. 0 = there is none. */
static uint32_t policy_number(const struct ike_conf *conf)
{
	uint32_t last = conf->npolicies > 0 ? conf->policies[conf->npolicies - 1].priority : 0, free = POLICY_LAST;
	if (last + POLICY_STEP <= POLICY_LAST)
		return last + POLICY_STEP;
	for (size_t i = conf->npolicies; i > 0 && conf->policies[i - 1].priority == free; i--)
		free--;
	return free;
}

/* The policy for what the client likes best of what we know. "" = we know nothing of it, or have no number for it. */
static void policy_for(const struct ike_conf *conf, const struct p1_offer *offer, char text[TEXT])
{
	uint32_t number = policy_number(conf);
	text[0] = '\0';
	for (size_t i = 0; i < offer->n && number > 0; i++) {
		const struct p1_transform *t = &offer->t[i];
		const struct ike_cipher *cipher = cipher_of(t);
		const struct ike_hash *hash = hash_of(t);
		bool psk = t->auth == AUTH_PSK;
		if (t->bad || cipher == NULL || hash == NULL || !ike_group_known(t->group) || (!psk && t->auth != AUTH_RSA_SIG))
			continue;
		snprintf(text, TEXT,
		         "crypto ikev1 policy %u\n authentication %s\n encryption %s\n hash %s\n group %u",
		         number, psk ? "pre-share" : "rsa-sig", cipher->word, hash->word, t->group);
		return;
	}
}

void ike_refused_proposal(struct ike_sa *sa, const struct p1_offer *offer, bool texts)
{
	char offered[TEXT], wanted[TEXT], fix[TEXT];
	struct failure f = {.cause = p1_only_xauth(offer) ? FAIL_XAUTH : FAIL_P1_PROPOSAL};
	if (texts) { /* a flood of first messages must not have them made for each */
		offered_p1(offer, offered);
		wanted_p1(sa->ike->conf, wanted);
		policy_for(sa->ike->conf, offer, fix);
		f.offered = offered;
		f.wanted = wanted;
		f.fix = fix;
	}
	ike_refused(sa, f);
}

/* ------------------------------------------------------------------ transforms of phase 2 */

static void offered_p2(const struct p2_offer *offer, char text[TEXT])
{
	size_t used = (size_t)snprintf(text, TEXT, "%s", offer->n == 0 && offer->ah_seen ? "AH" : "");
	for (size_t i = 0; i < offer->n && i < SHOWN; i++) {
		char one[80];
		p2_text(one, sizeof one, &offer->t[i]);
		used += (size_t)snprintf(text + used, TEXT - used, "%s%s%s", i > 0 ? ", " : "", one,
		                         offer->t[i].group != 0 ? " with PFS" : "");
	}
	if (offer->n > SHOWN)
		snprintf(text + used, TEXT - used, ", ...");
}

static void wanted_p2(const struct ipsec_entry *e, char text[TEXT])
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < e->nsets && i < SHOWN; i++)
		used += (size_t)snprintf(text + used, TEXT - used, "%s%s %s %s", i > 0 ? ", " : "",
		                         esp_cipher_name(e->sets[i]->alg), esp_mac_name(e->sets[i]->alg.mac),
		                         e->sets[i]->mode == ESP_TRANSPORT ? "transport" : "tunnel");
	if (e->pfs_group != 0)
		used += (size_t)snprintf(text + used, TEXT - used, ", PFS group %u", e->pfs_group);
	if (!e->nat_t)
		snprintf(text + used, TEXT - used, ", nat-t-disable");
}

static bool set_has(const struct ipsec_transform_set *set, struct esp_alg alg)
{
	return set->alg.cipher == alg.cipher && set->alg.key_len == alg.key_len && set->alg.mac == alg.mac;
}

/* Is there an algorithm that both sides have, whatever else stands in the way? */
static bool common_alg(const struct ipsec_entry *e, const struct p2_offer *offer)
{
	struct esp_alg alg;
	for (size_t i = 0; i < offer->n; i++)
		for (size_t s = 0; s < e->nsets; s++)
			if (p2_alg(&offer->t[i], &alg) && set_has(e->sets[s], alg))
				return true;
	return false;
}

/* A transform set for what the client likes best, behind those the entry has. "" = we know nothing of it. */
static void set_for(const struct ipsec_entry *e, const struct p2_offer *offer, char text[TEXT])
{
	struct esp_alg alg;
	size_t i = 0, used;
	text[0] = '\0';
	while (i < offer->n && (!p2_alg(&offer->t[i], &alg) || alg.cipher == ESP_CIPHER_NULL || alg.mac == ESP_MAC_NONE))
		i++;
	if (i == offer->n)
		return;
	char name[80];
	snprintf(name, sizeof name, "for-%s-%s", esp_cipher_name(alg) + 4, esp_mac_name(alg.mac) + 4);
	used = (size_t)snprintf(text, TEXT,
	                        "crypto ipsec ikev1 transform-set %s %s %s\n"
	                        "crypto ipsec ikev1 transform-set %s mode transport\n"
	                        "crypto dynamic-map %s %u set ikev1 transform-set",
	                        name, esp_cipher_name(alg), esp_mac_name(alg.mac), name, e->dynamic, e->seq);
	for (size_t s = 0; s < e->nsets && used < TEXT; s++)
		used += (size_t)snprintf(text + used, TEXT - used, " %s", e->sets[s]->name);
	if (used < TEXT)
		snprintf(text + used, TEXT - used, " %s", name);
}

void qm_refused_transform(struct ike_qm *qm, const struct ipsec_entry *e, const struct p2_offer *offer,
                          const struct ipsec_transform_set *mode_set)
{
	char offered[TEXT], wanted[TEXT], fix[TEXT] = "", object[80];
	bool pfs = e->pfs_group != 0, common = common_alg(e, offer);
	struct failure f = {.cause = FAIL_P2_PROPOSAL, .offered = offered, .wanted = wanted, .fix = fix, .object = object};

	for (size_t i = 0; i < offer->n; i++)
		pfs = pfs && offer->t[i].group != e->pfs_group;
	offered_p2(offer, offered);
	wanted_p2(e, wanted);
	snprintf(object, sizeof object, "%s %u", e->dynamic, e->seq);
	if (mode_set != NULL && mode_set->mode == ESP_TRANSPORT) {
		f.cause = FAIL_NO_L2TP; /* it is the client that wants a tunnel */
	} else if (mode_set != NULL) {
		f.cause = FAIL_P2_MODE;
		f.object = mode_set->name;
	} else if (common && pfs) {
		f.cause = FAIL_P2_PFS;
	} else if (common && !e->nat_t) {
		f.cause = FAIL_NATT_ENTRY;
	} else {
		set_for(e, offer, fix);
	}
	qm_refused(qm, f);
}
