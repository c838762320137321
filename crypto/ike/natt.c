#include "crypto/ike/natt.h"

#include "core/base/random.h"
#include "crypto/ike/engine.h"
#include "crypto/ike/group.h"
#include "crypto/ike/vendor.h"

const struct natt_info natt_table[NATT_N] = {
        [NATT_NONE] = {"none", 0, 0},
        [NATT_NO_NUMBER] = {"ver draft", PAYLOAD_NATD_DRAFT_04, 0},
        [NATT_DRAFT_04] = {"ver 04", PAYLOAD_NATD_DRAFT_04, PAYLOAD_NATOA_DRAFT_04},
        [NATT_DRAFT_05] = {"ver 05", PAYLOAD_NATD_DRAFT_04, PAYLOAD_NATOA_DRAFT_04},
        [NATT_DRAFT_06] = {"ver 06", PAYLOAD_NATD_DRAFT_04, PAYLOAD_NATOA_DRAFT_04},
        [NATT_DRAFT_07] = {"ver 07", PAYLOAD_NATD_DRAFT_04, PAYLOAD_NATOA_DRAFT_04},
        [NATT_DRAFT_08] = {"ver 08", PAYLOAD_NATD_DRAFT_04, PAYLOAD_NATOA_DRAFT_04},
        [NATT_DRAFT_02N] = {"ver 02", 130, 131},
        [NATT_DRAFT_02] = {"ver 02", 130, 131},
        [NATT_DRAFT_03] = {"ver 03", 130, 131},
        [NATT_RFC] = {"ver RFC", 20, 21},
};

void natt_offer(struct ike_sa *sa, struct ike_out *o)
{
	for (unsigned v = NATT_N - 1; v > NATT_NONE && sa->ike->conf->natt_s != 0; v--)
		if (v >= NATT_DRAFT_02N || v == sa->natt_like)
			vendor_write(sa, o, vendor_of_natt(v));
}

size_t natt_hash(enum prim_md md, const uint8_t *icookie, const uint8_t *rcookie,
                 struct ip4_end end, uint8_t *out)
{
	uint8_t data[2 * IKE_COOKIE_LEN + 6];
	struct wr w = wr_of(data, sizeof data);
	wr_bytes(&w, icookie, IKE_COOKIE_LEN);
	wr_bytes(&w, rcookie, IKE_COOKIE_LEN);
	wr_u32(&w, end.ip);
	wr_u16(&w, end.port);
	struct bytes all = {data, sizeof data};
	return prim_hash(md, &all, 1, out);
}

bool natt_detect(struct ike_sa *sa, const struct ike_msg *m)
{
	uint8_t here[PRIM_MD_MAX], there[PRIM_MD_MAX];
	const struct ike_payload *p = ike_msg_find(m, PAY_NATD, NULL);

	if (p == NULL)
		return false;
	size_t len = natt_hash(sa->hash->prim, sa->icookie, sa->rcookie, sa->mm.local, here);
	natt_hash(sa->hash->prim, sa->icookie, sa->rcookie, sa->mm.remote, there);
	ike_dbg(sa, IKE_DETAIL, "processing NAT-Discovery payload");
	ike_dbg(sa, IKE_DETAIL, "computing NAT Discovery hash");
	sa->mm.natd = ike_xchg_keep(&sa->mm, p->body);
	/* The first is our end as the peer sees it, the others are all ends the peer may have. */
	sa->local_nat = !bytes_eq(p->body, (struct bytes){here, len});
	sa->remote_nat = true;
	while ((p = ike_msg_find(m, PAY_NATD, p)) != NULL) {
		ike_dbg(sa, IKE_DETAIL, "processing NAT-Discovery payload");
		ike_dbg(sa, IKE_DETAIL, "computing NAT Discovery hash");
		if (bytes_eq(p->body, (struct bytes){there, len}))
			sa->remote_nat = false;
	}
	return true;
}

/* Of a certificate it is known when that has come; until then what the default group says counts. */
static const struct ike_group *group_by_now(const struct ike_sa *sa)
{
	return sa->group_name != NULL ? ike_group_of(sa) : sa->ike->conf->ra;
}

/* A Windows client refuses a server behind NAT, unless AssumeUDPEncapsulationContextOnSendRule of its registry says
 * otherwise. Who hears its own view of us back, and of itself what cannot be, sees the NAT on its own side alone: NAT-D
 * is not authenticated, and ESP goes in UDP as it must (clients' ways of other servers with the same). */
static bool spares_windows(const struct ike_sa *sa)
{
	const struct ike_group *group = group_by_now(sa);
	/* Its view comes before ours where it has begun; to renew an IKE SA ourselves we must know our outside address. */
	bool known = sa_is(sa, SAF_INITIATOR)
	                     ? sa->peer->microsoft && sa->peer->local_nat && group->outside_ip != 0
	                     : sa->microsoft && sa->local_nat && sa->mm.natd.len == sa->keys.md_len;
	return known && group->behind_nat;
}

uint32_t natt_own_ip(const struct ike_sa *sa)
{
	const struct ike_group *group = group_by_now(sa);
	/* In Aggressive Mode it is told before the peer has said what it sees. */
	bool seen = sa->local_nat || sa_is(sa, SAF_AGGRESSIVE);
	return group->behind_nat && group->outside_ip != 0 && seen ? group->outside_ip : sa->mm.local.ip;
}

void natt_write(struct ike_sa *sa, struct ike_out *o)
{
	bool spare = spares_windows(sa), begins = sa_is(sa, SAF_INITIATOR);
	const struct ip4_end outside = {group_by_now(sa)->outside_ip, sa->mm.local.port};
	const struct ip4_end ends[] = {sa->mm.remote, spare && begins ? outside : sa->mm.local};
	for (size_t i = 0; i < 2; i++) {
		uint8_t hash[PRIM_MD_MAX];
		ike_dbg(sa, IKE_DETAIL, "constructing NAT-Discovery payload");
		ike_dbg(sa, IKE_DETAIL, "computing NAT Discovery hash");
		size_t len = natt_hash(sa->hash->prim, sa->icookie, sa->rcookie, ends[i], hash);
		struct bytes body = spare && !begins && i == 1 ? sa->mm.natd : (struct bytes){hash, len};
		if (spare && i == 0)
			random_bytes(hash, len);
		ike_out_bytes(o, natt_table[sa->natt].natd, body);
	}
}
