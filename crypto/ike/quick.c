/* Quick Mode (RFC 2409 §5.5): as responder, and as initiator when we renew a pair of SAs.
 *
 *   1 ->  HASH(1), SA, Ni [, KE] [, IDci, IDcr] [, NAT-OA x2]
 *   2 <-  HASH(2), SA, Nr [, KE] [, IDci, IDcr] [, NAT-OA x2] [, RESPONDER-LIFETIME]
 *   3 ->  HASH(3) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "crypto/ike/debug_pix.h"
#include "crypto/ike/engine.h"
#include "crypto/ike/info.h"
#include "crypto/ike/quick.h"
#include "crypto/ike/refused.h"

void qm_failed(struct ike_qm *qm, const char *why)
{
	struct ike_sa *sa = qm->x.sa;
	struct ike *ike = sa->ike;
	ike->stat[qm->x.initiator ? STAT_OUT_P2_REJECT : STAT_IN_P2_REJECT]++;
	char line[160];
	snprintf(line, sizeof line, "QM FSM error (P2 struct &0x%08x, mess id 0x%x)!",
	         qm->x.id, qm->x.msgid);
	ike_log(ike, MSG_713902, ike_prefix(sa).s, line);
	ike_dbg(sa, IKE_DETAIL, "Quick Mode failed: %s", why);
	qm_refused(qm, (struct failure){.cause = FAIL_P2_BAD, .offered = why});
	ike_say_history(&qm->x);
	ike_common_dbg(sa, "IKEv1 was unsuccessful at setting up a tunnel: %s", why);
	ike_log(ike, MSG_713902, ike_prefix(sa).s,
	        "Removing peer from correlator table failed, no match!");
}

/* Refused: the handler said why, the peer is told, the exchange stays to recognise repetitions. */
enum ike_verdict qm_refuse(struct ike_qm *qm, uint16_t notify, const char *why)
{
	struct ike_sa *sa = qm->x.sa;
	uint8_t spi[4];
	struct wr w = wr_of(spi, sizeof spi);

	qm_failed(qm, why);
	wr_u32(&w, qm->spi_out);
	if (notify != 0) {
		ike_dbg(sa, IKE_DETAIL, "sending notify message");
		info_notify(sa, PROTO_ESP, (struct bytes){spi, qm->spi_out != 0 ? 4 : 0}, notify,
		            (struct bytes){0});
	}
	if (qm->x.dead)
		return STEP_FAIL;
	if (qm->spi_in != 0 && qm->child == NULL)
		sa->ike->ops->sa->spi_free(sa->ike->ops->sa_ctx, qm->spi_in);
	qm->spi_in = 0;
	ike_xchg_state(&qm->x, ST_QM_DONE);
	return STEP_FAIL;
}

static void qm_bury(struct ike *ike, void *p)
{
	struct ike_qm *qm = p;
	share_drop_text(qm->map_name);
	pool_put(ike->qm_pool, qm);
}

void qm_end(struct ike_qm *qm)
{
	struct ike_sa *sa = qm->x.sa;
	struct ike *ike = sa->ike;

	if (qm->x.dead)
		return;
	for (struct ike_qm **at = &sa->quick; *at != NULL; at = &(*at)->next)
		if (*at == qm) {
			*at = qm->next;
			sa->refs--;
			break;
		}
	ike_xchg_clear(&qm->x);
	if (qm->child != NULL) {
		struct ike_child *child = qm->child;
		qm->child = NULL;
		child->qm = NULL;
		if (!child->out)
			child_remove(child, SA_END_DELETED, true);
	} else if (qm->spi_in != 0) {
		ike->ops->sa->spi_free(ike->ops->sa_ctx, qm->spi_in);
	}
	ike_bury(ike, qm, qm_bury);
}

struct ike_qm *qm_new(struct ike_sa *sa, uint32_t msgid, bool initiator)
{
	size_t n = 0;
	struct ike_qm *done = NULL;
	for (struct ike_qm *q = sa->quick; q != NULL; q = q->next) {
		n++;
		if (q->x.state == ST_QM_DONE)
			done = q; /* the last is the oldest */
	}
	if (n >= IKE_QUICK_PER_SA) {
		if (done == NULL)
			return NULL;
		qm_end(done);
	}
	struct ike_qm *qm = pool_get(sa->ike->qm_pool);
	if (qm == NULL)
		return NULL;
	ike_xchg_init(&qm->x, sa, EXCH_QUICK, msgid, initiator);
	qm->map_name = share_text("");
	qm->x.state = initiator ? ST_NEW : ST_QM_START;
	ike_event(&qm->x, EV_START_QM);
	ike_keys_iv2(&sa->keys, sa->mm.iv, msgid, qm->x.iv);
	qm->next = sa->quick;
	sa->quick = qm;
	sa->refs++;
	return qm;
}

/* ------------------------------------------------------------------ keys and SAs */

/* The entry of the dynamic map says it, else the interface. */
static uint8_t df_of(const struct ike_qm *qm)
{
	const struct ike_sa *sa = qm->x.sa;
	if (qm->df >= 0)
		return (uint8_t)qm->df;
	return sa->ike->ipsec != NULL ? ipsec_conf_df(sa->ike->ipsec, sa->ifname) : 0;
}

/* How much of a lifetime is left while new keys are agreed on: 5 percent, of a short one as much as is wanted for that, but
 * not more than so much. */
static uint32_t rekey_margin(uint32_t life, uint32_t wanted, uint32_t most)
{
	uint32_t part = life / 20;
	return part >= wanted ? part : most < wanted ? most : wanted;
}

static void fill_pair(struct ike_qm *qm, struct sa_pair *pair, struct sa_keys *keys)
{
	enum { WANTED_S = 24, WANTED_KB = 8192 }; /* a Quick Mode is sent again three times in 14 s */
	struct ike_sa *sa = qm->x.sa;
	const struct bytes secret = {qm->x.dh != NULL ? qm->x.dh->job.secret : NULL,
	                             qm->x.dh != NULL ? qm->x.dh->job.secret_len : 0};

	*pair = (struct sa_pair){
	        .peer = sa->peer->handle,
	        .spi_in = qm->spi_in,
	        .spi_out = qm->spi_out,
	        .alg = qm->alg,
	        .mode = qm->mode,
	        .local = qm->x.local,
	        .remote = qm->x.remote,
	        .udp_encap = qm->udp,
	        .local_proxy = qm->local_proxy,
	        .remote_proxy = qm->remote_proxy,
	        .life_s = qm->life_s,
	        .life_kb = qm->life_kb,
	        .soft_s = qm->life_s - rekey_margin(qm->life_s, WANTED_S, qm->life_s / 5),
	        .soft_kb = qm->life_kb - rekey_margin(qm->life_kb, WANTED_KB, qm->life_kb / 2),
	        .replay_window = qm->replay_window,
	        .reverse_route = qm->reverse_route,
	        .ifindex = sa->ifindex,
	        .map_seq = qm->map_seq,
	        .map_name = qm->map_name,
	        .ifname = sa->ifname,
	        .keys = keys,
	        .df_policy = df_of(qm),
	        .frag_after =
	                sa->ike->ipsec != NULL && ipsec_conf_frag_after(sa->ike->ipsec, sa->ifname),
	};
	if (qm->udp) { /* port float may have happened on the way */
		pair->local.port = IKE_PORT_NATT;
	} else {
		pair->local.port = pair->remote.port = 0;
	}
	ike_engine_dbg(sa, 1, "create IPSec keys for conn id %u, SPI 0x%08X and 0x%08X",
	               sa->number, qm->spi_in, qm->spi_out);
	ike_keys_esp(&sa->keys, secret, qm->spi_in, qm->x.nonce_i, qm->x.nonce_r, qm->alg,
	             keys->key_in, keys->mac_key_in);
	ike_keys_esp(&sa->keys, secret, qm->spi_out, qm->x.nonce_i, qm->x.nonce_r, qm->alg,
	             keys->key_out, keys->mac_key_out);
	ike_dbg(sa, IKE_DETAIL, "Generating Quick Mode Key!");
	ike_dbg(sa, IKE_DETAIL, "Generating Quick Mode Key!");
}

/* Both keys are there: the receiving side is installed before the message leaves that makes the peer send. */
static bool install(struct ike_qm *qm)
{
	struct ike_sa *sa = qm->x.sa;
	struct sa_pair pair;
	struct sa_keys keys = {0};
	struct err err = {0};

	ike_event(&qm->x, EV_INSTALL_SA);
	ike_dbg(sa, IKE_DETAIL, "loading all IPSEC SAs");
	fill_pair(qm, &pair, &keys);
	qm->child = child_install(qm, &pair, &err);
	wipe(&keys, sizeof keys);
	if (qm->child == NULL) {
		char line[600];
		snprintf(line, sizeof line, "QM FSM error (mess id 0x%x)! %s", qm->x.msgid,
		         err.text);
		ike_log(sa->ike, MSG_713902, ike_prefix(sa).s, line);
	}
	return qm->child != NULL;
}

static void child_goes_live(struct ike_qm *qm)
{
	struct ike_sa *sa = qm->x.sa;
	struct ike_child *child = qm->child;
	bool initiator = qm->x.initiator;
	uint32_t msgid = qm->x.msgid;

	qm->child = NULL;
	qm->spi_in = 0;
	child->qm = NULL;
	ike_dbg(sa, IKE_DETAIL,
	        "NP encrypt rule look up for crypto map %s %u matching ACL Unknown: returned "
	        "cs_id=%08x; rule=00000000",
	        qm->map_name, qm->map_seq, child->flow->handle);
	ike_log(sa->ike, MSG_713049, ike_prefix(sa).s, sa->peer->user,
	        initiator ? "Initiator" : "Responder", child->pair.spi_in, child->pair.spi_out);
	ike_dbg(sa, IKE_DETAIL, "IKE got a KEY_ADD msg for SA: SPI = 0x%08x", child->pair.spi_out);
	ike_dbg(sa, IKE_DETAIL, "Pitcher: received KEY_UPDATE, spi 0x%x", child->pair.spi_in);
	pix_sas(child);
	child_use(child);
	ike_dbg(sa, IKE_DETAIL, "Pitcher: received KEY_SA_ACTIVE, spi 0x%x", child->pair.spi_in);
	if (child->pair.soft_s != 0)
		ike_log(sa->ike, MSG_715080, ike_prefix(sa).s, "P2", child->pair.soft_s);
	ike_log(sa->ike, MSG_713120, ike_prefix(sa).s, msgid);
	ike_common_dbg(sa,
	               "IKEv1 was successful at setting up a tunnel.  Map Tag = %s.  Map Sequence "
	               "Number = %u.",
	               child->flow->map_name, child->flow->map_seq);
	if (!initiator && child->pair.local_proxy.proto == 17)
		ike_dbg(sa, IKE_EVENT,
		        "IKEQM_Active() Add L2TP classification rules: ip <%s> mask <0x%08X> port "
		        "<%u>",
		        ip4_text(child->pair.remote_proxy.ip).s, child->pair.remote_proxy.mask,
		        child->pair.remote_proxy.port);
}

void qm_confirmed(struct ike_qm *qm)
{
	if (qm->x.state != ST_QM_WAIT3 || qm->child == NULL)
		return;
	child_goes_live(qm);
	if (!qm->x.dead)
		ike_xchg_state(&qm->x, ST_QM_DONE);
}

/* ------------------------------------------------------------------ responder */

static void write_natoa(struct ike_qm *qm, struct ike_out *o)
{
	struct ike_sa *sa = qm->x.sa;
	const uint32_t addr[] = {qm->oa_i, qm->oa_r};
	if (!qm->natoa || natt_table[sa->natt].natoa == 0)
		return;
	ike_dbg(sa, IKE_DETAIL, "constructing NAT-Original-Address payload");
	ike_dbg(sa, IKE_DETAIL, "NAT-Traversal sending NAT-Original-Address payload");
	for (size_t i = 0; i < 2; i++) {
		ike_out_payload(o, natt_table[sa->natt].natoa);
		wr_u32(&o->w, (uint32_t)ID_IPV4_ADDR << 24);
		wr_u32(&o->w, addr[i]);
	}
}

/* RESPONDER-LIFETIME: we keep the SA shorter than was asked for (RFC 2407 §4.6.3.1). */
static void write_life(struct ike_qm *qm, struct ike_out *o)
{
	enum { LIFE_TYPE = 1, LIFE_DURATION = 2, SECONDS = 1, KILOBYTES = 2 };
	uint8_t spi[4], attrs[32];
	struct wr s = wr_of(spi, sizeof spi), w = wr_of(attrs, sizeof attrs);

	if (!qm->tell_life)
		return;
	wr_u32(&s, qm->spi_in);
	if (qm->life_s != 0) {
		if (qm->life_asked_s != qm->life_s)
			ike_log(qm->x.sa->ike, MSG_713074, ike_prefix(qm->x.sa).s,
			        qm->life_asked_s, qm->life_s);
		ike_attr_write(&w, LIFE_TYPE, SECONDS);
		ike_attr_write(&w, LIFE_DURATION, qm->life_s);
	}
	if (qm->life_kb != 0) {
		ike_attr_write(&w, LIFE_TYPE, KILOBYTES);
		ike_attr_write(&w, LIFE_DURATION, qm->life_kb);
	}
	ike_out_payload(o, PAY_NOTIFY);
	info_write_notify(&o->w, PROTO_ESP, (struct bytes){spi, sizeof spi},
	                  NOTIFY_RESPONDER_LIFETIME, (struct bytes){attrs, wr_len(&w)});
}

static void say_transmitted(const struct ike_qm *qm)
{
	struct ike_sa *sa = qm->x.sa;
	const struct sa_proxy *r = &qm->remote_proxy, *l = &qm->local_proxy;
	const struct debug_who who = ike_who(sa);
	ike_dbg(sa, IKE_DETAIL, "Transmitting Proxy Id:");
	debug_for(&who, DEBUG_IKEV1, IKE_DETAIL, "  Remote host: %s  Protocol %u  Port %u",
	          ip4_text(r->ip).s, r->proto, r->port);
	debug_for(&who, DEBUG_IKEV1, IKE_DETAIL, "  Local host:  %s  Protocol %u  Port %u",
	          ip4_text(l->ip).s, l->proto, l->port);
}

static enum ike_verdict qm_send2(struct ike_qm *qm)
{
	struct ike_xchg *x = &qm->x;
	struct ike_sa *sa = x->sa;
	uint8_t nonce[IKE_NONCE_LEN];

	random_bytes(nonce, sizeof nonce);
	sa->ike->work.random++;
	x->nonce_r = ike_xchg_keep(x, (struct bytes){nonce, sizeof nonce});
	if (x->nonce_r.p == NULL || !install(qm))
		return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "SA could not be installed");
	ike_dbg(sa, IKE_DETAIL, "oakley constucting quick mode");
	struct ike_out *o = ike_answer_begin(x, true);
	ike_dbg(sa, IKE_DETAIL, "constructing blank hash payload");
	size_t at = ike_hash_open(o, &sa->keys);
	ike_dbg(sa, IKE_DETAIL, "constructing IPSec SA payload");
	ike_out_payload(o, PAY_SA);
	qm->chosen.raw = x->chosen;
	p2_write_choice(&o->w, &qm->chosen, qm->spi_in);
	ike_dbg(sa, IKE_DETAIL, "constructing IPSec nonce payload");
	ike_out_bytes(o, PAY_NONCE, x->nonce_r);
	if (qm->group != 0)
		ike_out_bytes(o, PAY_KE, (struct bytes){x->dh->job.public, x->dh->job.public_len});
	if (x->id_i.len != 0) {
		ike_dbg(sa, IKE_DETAIL, "constructing proxy ID");
		ike_out_bytes(o, PAY_ID, x->id_i);
		ike_out_bytes(o, PAY_ID, x->id_r);
		say_transmitted(qm);
	}
	write_natoa(qm, o);
	write_life(qm, o);
	ike_dbg(sa, IKE_DETAIL, "constructing qm hash payload");
	ike_hash_close(o, &sa->keys, at, x->msgid, x->nonce_i);
	ike_dbg(sa, IKE_DETAIL, "IKE Responder sending 2nd QM pkt: msg id = %08x", x->msgid);
	if (!ike_answer_send(x, true))
		return qm_refuse(qm, 0, "answer too long");
	return STEP_DONE;
}

static void qm_out2(struct ike_xchg *x)
{
	struct ike_qm *qm = (struct ike_qm *)x;
	if (x->dh->job.status != 0) {
		ike_log(x->sa->ike, MSG_713048, ike_prefix(x->sa).s, (unsigned)PAY_KE);
		qm_refuse(qm, NOTIFY_INVALID_KEY_INFORMATION, "public value is not valid");
		return;
	}
	if (qm_send2(qm) == STEP_DONE)
		ike_xchg_state(x, ST_QM_WAIT3);
}

enum ike_verdict qm_in1(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_qm *qm = (struct ike_qm *)x;
	struct ike_sa *sa = x->sa;
	const struct ike_payload *ke = ike_msg_find(m, PAY_KE, NULL);

	if (!sa_msgid_new(sa, x->msgid)) {
		ike_dbg(sa, IKE_EVENT, "Dropping message: Quick Mode %08x was here before",
		        x->msgid);
		return STEP_IGNORE;
	}
	sa->ike->stat[STAT_IN_P2]++;
	ike_dbg(sa, IKE_DETAIL, "IKE Responder starting QM: msg id = %08x", x->msgid);
	ike_dbg(sa, IKE_DETAIL, "processing hash payload");
	enum ike_verdict verdict = qm_agree(qm, m);
	if (verdict != STEP_DONE)
		return verdict;
	ike_event(x, EV_REQUEST_SPI);
	ike_dbg(sa, IKE_EVENT, "IKE: requesting SPI!");
	qm->spi_in = sa->ike->ops->sa->spi_alloc(sa->ike->ops->sa_ctx, sa->peer->handle);
	if (qm->spi_in == 0) {
		ike_log(sa->ike, MSG_713902, ike_prefix(sa).s, "QM FSM error! No SPI left");
		return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "no SPI left");
	}
	ike_dbg(sa, IKE_DETAIL, "IKE got SPI from key engine: SPI = 0x%08x", qm->spi_in);
	pix_spi(qm);
	if (qm->group == 0)
		return qm_send2(qm);
	if (!ike_xchg_dh(x, qm->group, ke->body, qm_out2))
		return qm_refuse(qm, NOTIFY_INVALID_KEY_INFORMATION, "no Diffie-Hellman");
	return STEP_WAIT;
}

enum ike_verdict qm_in3(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_qm *qm = (struct ike_qm *)x;
	(void)m;

	ike_dbg(x->sa, IKE_DETAIL, "processing hash payload");
	if (qm->child == NULL)
		return STEP_FAIL;
	/* HASH(3) covers our nonce: the message is fresh, so its address may be followed. */
	peer_move(x->sa->peer, x->local, x->remote);
	child_goes_live(qm);
	return STEP_DONE;
}

/* ------------------------------------------------------------------ initiator */

static bool qm_send1(struct ike_qm *qm)
{
	struct ike_xchg *x = &qm->x;
	struct ike_sa *sa = x->sa;
	struct ike_flow *flow = qm->flow;
	const struct p2_own own = {.alg = qm->alg,
	                           .encap = flow->encap,
	                           .group = qm->group,
	                           .life_s = qm->life_s,
	                           .life_kb = qm->life_kb,
	                           .spi = qm->spi_in};

	struct ike_out *o = ike_answer_begin(x, true);
	size_t at = ike_hash_open(o, &sa->keys);
	ike_dbg(sa, IKE_DETAIL, "constructing IPSec SA payload");
	ike_out_payload(o, PAY_SA);
	p2_write_offer(&o->w, &own);
	ike_out_bytes(o, PAY_NONCE, x->nonce_i);
	if (qm->group != 0)
		ike_out_bytes(o, PAY_KE, (struct bytes){x->dh->job.public, x->dh->job.public_len});
	if (flow->id_local.len != 0) {
		ike_dbg(sa, IKE_DETAIL, "constructing proxy ID");
		ike_out_bytes(o, PAY_ID, flow->id_local);
		ike_out_bytes(o, PAY_ID, flow->id_remote);
	}
	write_natoa(qm, o);
	ike_hash_close(o, &sa->keys, at, x->msgid, (struct bytes){0});
	ike_dbg(sa, IKE_DETAIL, "IKE Initiator sending 1st QM pkt: msg id = %08x", x->msgid);
	sa->ike->ops->sa->spi_await(sa->ike->ops->sa_ctx, qm->spi_in);
	if (!ike_answer_send(x, true))
		return false;
	ike_xchg_state(x, ST_QM_WAIT2);
	return true;
}

static void qm_out1(struct ike_xchg *x)
{
	struct ike_qm *qm = (struct ike_qm *)x;
	if (x->dh->job.status != 0 || qm->flow->dead || !qm_send1(qm))
		qm_end(qm);
}

bool qm_begin(struct ike_sa *sa, struct ike_flow *flow)
{
	struct ike *ike = sa->ike;
	uint8_t nonce[IKE_NONCE_LEN];

	for (struct ike_qm *q = sa->quick; q != NULL; q = q->next)
		if (q->flow == flow && q->x.initiator && q->x.state != ST_QM_DONE)
			return true; /* on its way */
	struct ike_qm *qm = qm_new(sa, random_u32() | 1, true);
	if (qm == NULL)
		return false;
	ike->stat[STAT_OUT_P2]++;
	ike_dbg(sa, IKE_DETAIL, "IKE Initiator starting QM: msg id = %08x", qm->x.msgid);
	qm->flow = flow;
	qm->alg = flow->alg;
	qm->mode = flow->mode;
	qm->udp = flow->encap != ENCAP_TUNNEL && flow->encap != ENCAP_TRANSPORT;
	qm->group = flow->group;
	qm->life_s = flow->life_s;
	qm->life_kb = flow->life_kb;
	qm->natoa = flow->natoa;
	qm->oa_i = flow->oa_local;
	qm->oa_r = flow->oa_remote;
	qm->id_local = flow->id_local;
	qm->id_remote = flow->id_remote;
	qm->local_proxy = flow->local_proxy;
	qm->remote_proxy = flow->remote_proxy;
	qm->replay_window = flow->replay_window;
	qm->reverse_route = flow->reverse_route;
	qm->df = flow->df;
	share_set_text(&qm->map_name, flow->map_name);
	qm->map_seq = flow->map_seq;
	random_bytes(nonce, sizeof nonce);
	ike->work.random++;
	qm->x.nonce_i = ike_xchg_keep(&qm->x, (struct bytes){nonce, sizeof nonce});
	qm->spi_in = ike->ops->sa->spi_alloc(ike->ops->sa_ctx, flow->peer->handle);
	if (qm->spi_in == 0 || qm->x.nonce_i.p == NULL) {
		qm_end(qm);
		return false;
	}
	if (qm->group != 0) {
		if (!ike_xchg_dh(&qm->x, qm->group, (struct bytes){0}, qm_out1)) {
			qm_end(qm);
			return false;
		}
		ike_xchg_state(&qm->x, ST_QM_BUILD1);
		ike_xchg_dh_settle(&qm->x);
		return true;
	}
	if (!qm_send1(qm)) {
		qm_end(qm);
		return false;
	}
	return true;
}

static enum ike_verdict qm_send3(struct ike_qm *qm)
{
	static const uint8_t zero[1];
	struct ike_xchg *x = &qm->x;
	struct ike_sa *sa = x->sa;
	uint8_t id[4], hash[PRIM_MD_MAX];
	struct wr w = wr_of(id, sizeof id);

	if (qm->flow->dead || !install(qm))
		return qm_refuse(qm, 0, "SA could not be installed");
	wr_u32(&w, x->msgid);
	struct bytes parts[] = {{zero, 1}, {id, 4}, x->nonce_i, x->nonce_r};
	size_t len = ike_keys_prf_a(&sa->keys, parts, 4, hash);
	struct ike_out *o = ike_answer_begin(x, true);
	ike_out_bytes(o, PAY_HASH, (struct bytes){hash, len});
	ike_dbg(sa, IKE_DETAIL, "IKE Initiator sending 3rd QM pkt: msg id = %08x", x->msgid);
	if (!ike_answer_send(x, false))
		return qm_refuse(qm, 0, "answer too long");
	/* HASH(2) covered our nonce: fresh. */
	peer_move(sa->peer, x->local, x->remote);
	child_goes_live(qm);
	return STEP_DONE;
}

static void qm_out3(struct ike_xchg *x)
{
	struct ike_qm *qm = (struct ike_qm *)x;
	if (x->dh->job.status != 0) {
		qm_refuse(qm, NOTIFY_INVALID_KEY_INFORMATION, "public value is not valid");
		return;
	}
	if (qm_send3(qm) == STEP_DONE && !x->dead)
		ike_xchg_state(x, ST_QM_DONE);
}

enum ike_verdict qm_in2(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_qm *qm = (struct ike_qm *)x;
	struct ike_sa *sa = x->sa;
	struct p2_offer *offer = &sa->ike->offer.p2;
	const struct ike_payload *ke = ike_msg_find(m, PAY_KE, NULL);
	const struct ike_payload *nonce = ike_msg_find(m, PAY_NONCE, NULL);
	const char *why = "";
	struct esp_alg alg;

	if (!p2_read(offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) || offer->n != 1 ||
	    !p2_alg(&offer->t[0], &alg) || alg.cipher != qm->alg.cipher ||
	    alg.key_len != qm->alg.key_len || alg.mac != qm->alg.mac ||
	    offer->t[0].encap != qm->flow->encap || nonce->body.len > IKE_NONCE_MAX ||
	    (ke != NULL) != (qm->group != 0)) {
		sa->ike->stat[STAT_OUT_P2_INVALID]++;
		ike_log(sa->ike, MSG_713048, ike_prefix(sa).s, (unsigned)PAY_SA);
		return qm_refuse(qm, 0, "the peer chose what was not offered");
	}
	timer_stop(sa->ike->clock, &x->retry);
	qm->spi_out = offer->t[0].spi;
	qm_read_life(qm, m);
	x->nonce_r = ike_xchg_keep(x, nonce->body);
	if (x->nonce_r.p == NULL)
		return qm_refuse(qm, 0, "no memory");
	if (qm->group == 0)
		return qm_send3(qm);
	if (!ike_xchg_dh(x, qm->group, ke->body, qm_out3))
		return qm_refuse(qm, 0, "no Diffie-Hellman");
	return STEP_WAIT;
}
