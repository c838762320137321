/* The methods as a table, and pre-shared keys. */
#include "crypto/ike/auth.h"

#include "crypto/ike/debug_pix.h"
#include "crypto/ike/main.h"

size_t ike_auth_hash(const struct ike_sa *sa, bool initiators, struct bytes id, uint8_t *out)
{
	const struct ike_xchg *x = &sa->mm;
	ike_engine_dbg(sa, 1, "generate hmac context for conn id %u", sa->number);
	return ike_keys_auth(&sa->keys, initiators ? x->ke_i : x->ke_r,
	                     initiators ? x->ke_r : x->ke_i, initiators ? sa->icookie : sa->rcookie,
	                     initiators ? sa->rcookie : sa->icookie, x->sa_i, id, out);
}

/* ------------------------------------------------------------------ pre-shared keys */

static enum ike_verdict psk_verify(struct ike_xchg *x, const struct ike_msg *m, ike_then *then)
{
	struct ike_sa *sa = x->sa;
	uint8_t hash[PRIM_MD_MAX];
	(void)then;

	pix_payload(sa, "HASH", 0, false);
	ike_dbg(sa, IKE_DETAIL, "processing hash payload");
	ike_dbg(sa, IKE_DETAIL, "Computing hash for ISAKMP");
	size_t len = ike_auth_hash(sa, !x->initiator, *ike_peer_id_at(x), hash);
	bool fits = bytes_eq_secret(ike_msg_find(m, PAY_HASH, NULL)->body, (struct bytes){hash, len});
	if (!fits || sa->spoofed) {
		sa->ike->stat[STAT_HASH_FAILS]++;
		mm_bad_psk(sa, "hash does not verify");
		return STEP_FAIL;
	}
	pix_authenticated(sa);
	sa->flags |= SAF_PROVED;
	return STEP_DONE;
}

static bool psk_ready(const struct ike_peer *peer)
{
	return ike_group_named(peer->ike, peer->group)->psk != NULL;
}

static struct bytes psk_own_id(struct ike_xchg *x)
{
	struct bytes id = mm_own_id(x->sa, NULL);
	if (id.p == NULL)
		mm_fail(x->sa, 0);
	return id;
}

static enum ike_verdict psk_prepare(struct ike_xchg *x, ike_then *then)
{
	struct bytes *id = ike_own_id_at(x);
	(void)then;
	*id = psk_own_id(x);
	return id->p != NULL ? STEP_DONE : STEP_FAIL;
}

static void psk_write(struct ike_xchg *x, struct ike_out *o, bool with_id)
{
	struct ike_sa *sa = x->sa;
	uint8_t hash[PRIM_MD_MAX];
	struct bytes id = *ike_own_id_at(x);

	if (with_id) {
		ike_dbg(sa, IKE_DETAIL, "constructing ID payload");
		ike_out_bytes(o, PAY_ID, id);
	}
	ike_dbg(sa, IKE_DETAIL, "constructing hash payload");
	ike_dbg(sa, IKE_DETAIL, "Computing hash for ISAKMP");
	size_t len = ike_auth_hash(sa, x->initiator, id, hash);
	ike_out_bytes(o, PAY_HASH, (struct bytes){hash, len});
}

const struct ike_auth ike_auth_psk = {
        .id = AUTH_PSK,
        .skeyid = IKE_SKEYID_PSK,
        .must = PAY_BIT(PAY_HASH),
        .may = PAY_BIT(PAY_CERT) | PAY_BIT(PAY_CERTREQ),
        .show = "preshared",
        .session = "preSharedKeys",
        .pix = "pre-shared key",
        .ready = psk_ready,
        .land = mm_land_on_group,
        .verify = psk_verify,
        .prepare = psk_prepare,
        .own_id = psk_own_id,
        .write = psk_write,
        .garbled = mm_bad_psk,
        .incomplete = mm_bad_psk,
};

/* ------------------------------------------------------------------ all of them */

static const struct ike_auth *const methods[] = {&ike_auth_psk, &ike_auth_rsa};
enum { METHODS = sizeof methods / sizeof methods[0] };

const struct ike_auth *ike_auth_find(uint16_t id)
{
	for (size_t i = 0; i < METHODS; i++)
		if (methods[i]->id == id)
			return methods[i];
	return NULL;
}

/* Asked only about what a policy wants. */
static bool wanted(const struct ike_conf *conf, uint16_t id)
{
	for (size_t i = 0; i < conf->npolicies; i++)
		if (conf->policies[i].auth == id)
			return true;
	return false;
}

uint32_t ike_auth_usable(const struct ike *ike, struct err *why)
{
	uint32_t usable = 0;
	for (size_t i = 0; i < METHODS; i++)
		if (wanted(ike->conf, methods[i]->id) &&
		    (methods[i]->usable == NULL || methods[i]->usable(ike, why)))
			usable |= AUTH_BIT(methods[i]->id);
	return usable;
}
