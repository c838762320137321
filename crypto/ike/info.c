/* Informational exchanges (RFC 2409 §5.7): Delete and Notify. One message each way, nothing is answered. */
#include "crypto/ike/aggressive.h"
#include "crypto/ike/debug_pix.h"
#include "crypto/ike/engine.h"
#include "crypto/ike/info.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/random.h"

enum { DOI_IPSEC = 1 };

void info_write_notify(struct wr *w, uint8_t protocol, struct bytes spi, uint16_t type,
                       struct bytes data)
{
	wr_u32(w, DOI_IPSEC);
	wr_u8(w, protocol);
	wr_u8(w, (uint8_t)spi.len);
	wr_u16(w, type);
	wr_bytes(w, spi.p, spi.len);
	wr_bytes(w, data.p, data.len);
}

/* ------------------------------------------------------------------ sending */

void info_refuse_clear(struct ike_xchg *x, uint16_t type)
{
	struct ike_sa *sa = x->sa;
	struct ike_hdr hdr = {.exch = EXCH_INFO, .msgid = random_u32()};

	sa->ike->stat[STAT_OUT_NOTIFYS]++;
	memcpy(hdr.icookie, sa->icookie, IKE_COOKIE_LEN);
	memcpy(hdr.rcookie, sa->rcookie, IKE_COOKIE_LEN);
	ike_out_begin(&sa->ike->out, &hdr);
	ike_out_payload(&sa->ike->out, PAY_NOTIFY);
	info_write_notify(&sa->ike->out.w, PROTO_ISAKMP, (struct bytes){0}, type,
	                  (struct bytes){0});
	ike_dbg(sa, IKE_DETAIL, "sending notify message");
	ike_answer_send(x, false);
}

/* A protected message with one payload; begin leaves the writer inside it. */
static struct ike_out *info_begin(struct ike_sa *sa, uint8_t payload, uint32_t *msgid,
                                  size_t *hash_at)
{
	struct ike_out *o = &sa->ike->out;
	*msgid = random_u32() | 1; /* never 0 */
	sa->ike->work.random++;
	struct ike_hdr hdr = {.exch = EXCH_INFO, .msgid = *msgid, .flags = IKE_FLAG_ENCRYPTED};
	memcpy(hdr.icookie, sa->icookie, IKE_COOKIE_LEN);
	memcpy(hdr.rcookie, sa->rcookie, IKE_COOKIE_LEN);
	ike_out_begin(o, &hdr);
	ike_dbg(sa, IKE_DETAIL, "constructing blank hash payload");
	*hash_at = ike_hash_open(o, &sa->keys);
	ike_out_payload(o, payload);
	return o;
}

static void info_send(struct ike_sa *sa, uint32_t msgid, size_t hash_at)
{
	struct ike_out *o = &sa->ike->out;
	uint8_t iv[PRIM_IV_MAX];

	ike_dbg(sa, IKE_DETAIL, "constructing qm hash payload");
	ike_hash_close(o, &sa->keys, hash_at, msgid, (struct bytes){0});
	const struct ike_chain chain = ike_chain(o->hdr.next, ike_out_from(o, IKE_HDR_LEN));
	ike_keys_iv2(&sa->keys, sa->mm.iv, msgid, iv);
	sa->ike->work.encrypt++;
	ike_engine_dbg(sa, 7, "encrypt informational %08x for conn id %u", msgid, sa->number);
	ike_tell_clear(sa, true, (struct bytes){o->buf, IKE_HDR_LEN}, ike_out_from(o, IKE_HDR_LEN));
	if (ike_seal(o, &sa->keys, iv))
		ike_transmit(sa->ike, sa, sa->local, sa->remote, ike_out_all(o), chain.s, msgid,
		             "SENDING");
}

void info_notify(struct ike_sa *sa, uint8_t protocol, struct bytes spi, uint16_t type,
                 struct bytes data)
{
	uint32_t msgid;
	size_t at;
	if (sa->mm.state != ST_ACTIVE)
		return;
	sa->ike->stat[STAT_OUT_NOTIFYS]++;
	struct ike_out *o = info_begin(sa, PAY_NOTIFY, &msgid, &at);
	info_write_notify(&o->w, protocol, spi, type, data);
	info_send(sa, msgid, at);
}

void info_delete_esp(struct ike_peer *peer, const uint32_t *spis, size_t n)
{
	struct ike_sa *sa = sa_best(peer);
	uint32_t msgid;
	size_t at;
	if (sa == NULL || n == 0)
		return;
	peer->ike->stat[STAT_OUT_P2_DELETE]++;
	ike_dbg(sa, IKE_DETAIL, "sending delete/delete with reason message");
	struct ike_out *o = info_begin(sa, PAY_DELETE, &msgid, &at);
	wr_u32(&o->w, DOI_IPSEC);
	wr_u8(&o->w, PROTO_ESP);
	wr_u8(&o->w, 4);
	wr_u16(&o->w, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		wr_u32(&o->w, spis[i]);
	info_send(sa, msgid, at);
}

void info_delete_sa(struct ike_sa *sa)
{
	uint32_t msgid;
	size_t at;
	ike_dbg(sa, IKE_DETAIL, "sending delete/delete with reason message");
	struct ike_out *o = info_begin(sa, PAY_DELETE, &msgid, &at);
	wr_u32(&o->w, DOI_IPSEC);
	wr_u8(&o->w, PROTO_ISAKMP);
	wr_u8(&o->w, 2 * IKE_COOKIE_LEN);
	wr_u16(&o->w, 1);
	wr_bytes(&o->w, sa->icookie, IKE_COOKIE_LEN);
	wr_bytes(&o->w, sa->rcookie, IKE_COOKIE_LEN);
	info_send(sa, msgid, at);
}

/* ------------------------------------------------------------------ receiving */

/* The SA the peer named by its own inbound SPI, which is our outbound one. */
static struct ike_child *child_by_spi_out(struct ike_peer *peer, uint32_t spi)
{
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		for (struct ike_child *c = f->children; c != NULL; c = c->next)
			if (c->pair.spi_out == spi)
				return c;
	return NULL;
}

static void delete_esp(struct ike_sa *sa, struct rd *r, unsigned n)
{
	struct ike *ike = sa->ike;
	for (unsigned i = 0; i < n && sa->peer != NULL && rd_left(r) >= 4; i++) {
		struct ike_child *c = child_by_spi_out(sa->peer, rd_u32(r));
		if (c == NULL)
			continue; /* said twice, or long gone */
		char remote[16], local[16];
		str_copy(remote, sizeof remote, str_of(ip4_text(c->flow->remote_proxy.ip).s));
		str_copy(local, sizeof local, str_of(ip4_text(c->flow->local_proxy.ip).s));
		if (c->superseded)
			ike_dbg(sa, IKE_EVENT,
			        "IKE Received delete for rekeyed centry IKE peer: %s, centry "
			        "address: 0x%08x, msgid: 0x%08x",
			        ip4_text(sa->remote.ip).s, c->number, c->msgid);
		if (c->flow->nchildren == 1)
			ike_log(ike, MSG_713050, ike_prefix(sa).s, ip4_text(sa->remote.ip).s,
			        "Peer Terminate", remote, local);
		ike_dbg(sa, IKE_DETAIL, "Active unit receives a delete event for remote peer %s.",
		        remote);
		ike_dbg(sa, IKE_DETAIL, "IKE Deleting SA: Remote Proxy %s, Local Proxy %s", remote,
		        local);
		child_remove(c, SA_END_DELETED, false);
	}
}

static void delete_isakmp(struct ike_sa *sa, struct rd *r, unsigned n)
{
	struct ike *ike = sa->ike;
	struct ike_peer *peer = sa->peer;
	for (unsigned i = 0; i < n && rd_left(r) >= 2 * IKE_COOKIE_LEN; i++) {
		uint8_t icookie[IKE_COOKIE_LEN], rcookie[IKE_COOKIE_LEN];
		rd_copy(r, icookie, sizeof icookie);
		rd_copy(r, rcookie, sizeof rcookie);
		struct ike_sa *other = sa_find(ike, icookie, rcookie);
		if (other == NULL || sa_is(other, SAF_DELETED) || other->peer == NULL || other->peer != peer)
			continue; /* nobody deletes somebody else's SA */
		ike_dbg(other, IKE_DETAIL,
		        "IKE SA %s:%08x rcv'd Terminate: state %s  flags 0x%08x, refcnt %u, tuncnt "
		        "%u",
		        sa_mode(other), other->number, ike_xchg_text(&other->mm), other->flags, other->refs,
		        other->tunnels);
		if (sa_is(other, SAF_SUPERSEDED))
			ike_dbg(other, IKE_EVENT,
			        "IKE Received delete for rekeyed SA IKE peer: %s, SA address: "
			        "0x%08x, tunnelCnt: %u",
			        ip4_text(other->remote.ip).s, other->number, other->tunnels);
		if (peer->flows == NULL && peer->sas->peer_next == NULL)
			peer_say_torn_down(peer, "User Requested");
		sa_delete(other, SA_END_DELETED, false); /* its ESP SAs live on (RFC 2408 §3.15) */
	}
}

static void on_delete(struct ike_sa *sa, const struct ike_payload *p)
{
	struct rd r = rd_of(p->body.p, p->body.len);
	rd_skip(&r, 4);
	uint8_t protocol = rd_u8(&r);
	uint8_t spi_len = rd_u8(&r);
	unsigned n = rd_u16(&r);

	ike_dbg(sa, IKE_DETAIL, "processing delete");
	pix_delete(sa, spi_len);
	sa->ike->stat[STAT_IN_P2_DELETE] += protocol == PROTO_ESP;
	if (protocol == PROTO_ESP && spi_len == 4)
		delete_esp(sa, &r, n);
	else if (protocol == PROTO_ISAKMP && spi_len == 2 * IKE_COOKIE_LEN)
		delete_isakmp(sa, &r, n);
}

/* A Quick Mode that came before our last message of Main Mode, strongSwan decrypts amiss for ever: another one it can read.
 * (Only who was sent a repetition says this again: it goes no faster round than those.) */
static void on_malformed(struct ike_sa *sa)
{
	if (sa->peer == NULL || sa_best(sa->peer) != sa)
		return;
	sa_take_back_rekeys(sa, 1);
	peer_begin_rekeys(sa->peer);
}

static void on_notify(struct ike_sa *sa, const struct ike_payload *p, struct ip4_end local,
                      struct ip4_end remote)
{
	struct rd r = rd_of(p->body.p, p->body.len);
	rd_skip(&r, 5);
	uint8_t spi_len = rd_u8(&r);
	uint16_t type = rd_u16(&r);
	struct bytes spi = rd_bytes(&r, spi_len);
	struct bytes data = rd_rest(&r);

	if (!rd_ok(&r))
		return;
	sa->ike->stat[STAT_IN_NOTIFYS]++;
	ike_dbg(sa, IKE_DETAIL, "processing notify payload");
	switch (type) {
	case NOTIFY_R_U_THERE:
	case NOTIFY_R_U_THERE_ACK:
		dpd_notify(sa, type, spi, data, local, remote);
		break;
	case NOTIFY_INITIAL_CONTACT:
		/* Some send it in an exchange of its own, right after Main Mode. */
		if (sa->peer != NULL && sa_best(sa->peer) == sa && !sa->contact) {
			sa->contact = true;
			peer_forget_old(sa->peer, sa);
		}
		break;
	case NOTIFY_CONNECTED:
		ike_dbg(sa, IKE_DETAIL, "Processing CONNECTED notify (MsgId %x)",
		        sa->ike->msg.hdr.msgid);
		break;
	case NOTIFY_RESPONDER_LIFETIME:
	case NOTIFY_REPLAY_STATUS:
		break;
	default:
		ike_log(sa->ike, MSG_713068, ike_prefix(sa).s, ike_notify_text(type), type);
		if (type == NOTIFY_PAYLOAD_MALFORMED)
			on_malformed(sa);
	}
}

/* "INVALID_COOKIE" */
static void notify_name(char *name, size_t cap, uint16_t type)
{
	snprintf(name, cap, "%s", ike_notify_text(type));
	for (char *c = name; *c != '\0'; c++)
		*c = *c == ' ' ? '_' : (char)toupper((unsigned char)*c);
}

/* The message cannot be used: why it cannot is a detail. */
static void failed(struct ike_sa *sa, const char *why)
{
	ike_dbg(sa, IKE_DETAIL, "Informational message not understood: %s", why);
	if (ike_may_log(sa->ike))
		ike_log(sa->ike, MSG_713903, ike_prefix(sa).s,
		        "Information Exchange processing failed");
}

/* Anyone can send these: named, never believed. */
static void unprotected(struct ike_sa *sa, const struct ike_hdr *hdr, struct bytes raw)
{
	struct ike *ike = sa->ike;
	struct rd r = rd_of(raw.p, raw.len);
	rd_skip(&r, IKE_HDR_LEN);
	ike_drop(ike, IKE_DROP_CLEAR);
	if (!ike_may_log(ike) || !ike_msg_parse(&ike->msg, hdr, rd_rest(&r), 16, NULL))
		return;
	const struct ike_payload *p = ike_msg_find(&ike->msg, PAY_NOTIFY, NULL);
	if (p == NULL)
		return;
	char line[120], name[64];
	struct rd n = rd_of(p->body.p, p->body.len);
	rd_skip(&n, 6);
	notify_name(name, sizeof name, rd_u16(&n));
	snprintf(line, sizeof line, "Received an un-encrypted %s notify message, dropping", name);
	ike_log(ike, MSG_713904, ike_prefix(sa).s, line);
	ike_log(ike, MSG_713903, ike_prefix(sa).s, "Information Exchange processing failed");
}

void info_input(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                const struct ike_hdr *hdr, struct bytes raw)
{
	struct ike *ike = sa->ike;
	uint8_t iv[PRIM_IV_MAX], next[PRIM_IV_MAX];
	const char *why = "";

	if (!(hdr->flags & IKE_FLAG_ENCRYPTED)) {
		unprotected(sa, hdr, raw);
		return;
	}
	if (sa->mm.state != ST_ACTIVE || hdr->msgid == 0) {
		am_ask_again(sa);
		ike_drop(ike, IKE_DROP_EARLY);
		ike_dbg(sa, IKE_EVENT,
		        "Dropping message: Informational before Main Mode is complete");
		return;
	}
	ike_keys_iv2(&sa->keys, sa->mm.iv, hdr->msgid, iv);
	if (!ike_open_msg(sa, iv, hdr, raw, next, &why)) {
		ike->stat[STAT_DECRYPT_FAILS]++;
		failed(sa, why);
		return;
	}
	ike_log(ike, MSG_713236, ike_prefix(sa).s, "RECEIVED", hdr->msgid,
	        ike_chain(hdr->next, ike->msg.plain).s, hdr->len);
	ike_dbg(sa, IKE_DETAIL, "processing hash payload");
	if (!ike_hash_check(&sa->keys, &ike->msg, hdr->msgid, (struct bytes){0})) {
		ike->stat[STAT_HASH_FAILS]++;
		failed(sa, "hash does not verify");
		return;
	}
	sa->bytes_in += raw.len;
	for (size_t i = 0; i < ike->msg.n && !sa_is(sa, SAF_DELETED); i++) {
		const struct ike_payload *p = &ike->msg.p[i];
		if (p->kind == PAY_DELETE)
			on_delete(sa, p);
		else if (p->kind == PAY_NOTIFY)
			on_notify(sa, p, local, remote);
	}
}
