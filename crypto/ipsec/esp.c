#include "crypto/ipsec/esp.h"

enum {
	ESP_HEADER = 8,
	PROTO_IPIP = 4,
	PROTO_UDP = 17,
	PROTO_NONE = 59,
	IP_HEADER = 20,
	IP_TTL = 64,
	ICV_SHA256 = 16,     /* RFC 4868 §2.3 */
	ICV_SHA256_CUT = 12, /* draft-ietf-ipsec-ciph-sha-256-00 */
	SEQ_SOFT = 0xC0000000u, /* three quarters of the numbers are used: ask for new keys */
};

/* ------------------------------------------------------------------ inbound */

static void drop_in(struct pkt *p, enum drop_reason why)
{
	p->drop = (uint8_t)why;
	if (!p->sa)
		return;
	if (why == DROP_ESP_DUMMY) { /* meant to be dropped */
		ctr_add(&p->sa->c.tfc_in, 1);
		return;
	}
	ctr_add(&p->sa->c.errs_in, 1);
	switch (why) {
	case DROP_ESP_REPLAY:
		ctr_add(&p->sa->c.replay_errs, 1);
		break;
	case DROP_ESP_AUTH:
		ctr_add(&p->sa->c.auth_errs, 1);
		break;
	case DROP_ESP_LEN:
		ctr_add(&p->sa->c.len_errs, 1);
		break;
	case DROP_ESP_POLICY:
		ctr_add(&p->sa->c.policy_errs, 1);
		break;
	case DROP_ESP_PAD:
		ctr_add(&p->sa->c.pad_errs, 1);
		break;
	case DROP_ESP_CRYPTO:
		ctr_add(&p->sa->c.internal_in, 1);
		break;
	case DROP_INNER_FRAGMENT:
		ctr_add(&p->sa->c.inner_frags_in, 1);
		break;
	default:
		break;
	}
}

/* Carries what no SA of ours may: of DROP_ESP_POLICY a kind of its own. */
static enum drop_reason wrong_protocol(struct esp_sa *sa)
{
	ctr_add(&sa->c.proto_errs, 1);
	return DROP_ESP_POLICY;
}

/* What is in the slots of a batch's SPIs: the one look-up of each packet. With many SAs nothing of them is in the cache: what
 * the packets need, here and behind ESP, is loaded for all of them, step by step. */
static void in_look_up(const struct esp_table *t, struct pkt *const *batch, size_t n, struct esp_sa **sa)
{
	for (size_t i = 0; i < n; i++) {
		struct rd r = pkt_rd(batch[i]);

		sa[i] = esp_table_peek(t, rd_u32(&r));
	}
	for (size_t i = 0; i < n; i++)
		if (sa[i])
			esp_sa_touch(sa[i], true);
	for (size_t i = 0; i < n; i++) {
		if (!sa[i])
			continue;
		prim_key_touch(sa[i]->dec);
		if (sa[i]->user)
			touch(sa[i]->user);
	}
}

/* Everything that can be said before any cryptography; fills the operation. sa: what is in the slot of its SPI. */
static enum drop_reason in_prepare(struct pkt *p, struct esp_sa *sa, struct prim_op *op)
{
	struct rd r = pkt_rd(p);
	uint32_t spi = rd_u32(&r), seq = rd_u32(&r);
	struct bytes iv, data;

	p->sa = NULL;
	if (!rd_ok(&r))
		return DROP_RUNT;
	p->spi = spi;
	p->seq = seq;
	if (!sa || sa->spi_in != spi) /* nobody's, or of another generation */
		return DROP_ESP_NO_SA;
	p->sa = sa;
	if (sa->dead)
		return DROP_ESP_EXPIRED;
	if (p->udp_encap != sa->udp_encap)
		return DROP_ESP_POLICY;
	iv = rd_bytes(&r, sa->iv_len);
	if (!rd_ok(&r) || rd_left(&r) < (size_t)sa->align + sa->icv_len)
		return DROP_ESP_LEN;
	data = rd_bytes(&r, rd_left(&r) - sa->icv_len);
	if (data.len % sa->align)
		return DROP_ESP_LEN;
	if (!replay_check(&sa->replay, seq))
		return DROP_ESP_REPLAY;
	*op = (struct prim_op){
	        .key = sa->dec,
	        .iv = iv.p,
	        .data = pkt_data(p) + ESP_HEADER + sa->iv_len,
	        .data_len = (uint32_t)data.len,
	        .auth = pkt_data(p),
	        .auth_len = p->len - sa->icv_len,
	        .icv = pkt_data(p) + (p->len - sa->icv_len),
	};
	return DROP_NONE;
}

/* The packet is genuine from here on: window, address, lifetimes. */
static enum drop_reason in_accept(struct esp_table *t, struct pkt *p, uint64_t now_ms)
{
	struct esp_sa *sa = p->sa;
	bool newest = p->seq > atomic_load_explicit(&sa->replay.top, memory_order_relaxed);

	if (!replay_advance(&sa->replay, p->seq))
		return DROP_ESP_REPLAY;
	atomic_store_explicit(&sa->c.last_in_ms, now_ms, memory_order_relaxed);
	esp_table_note(t, sa, ESP_EV_USED);
	/* only a numbered, verified and newest packet may say that the peer's address changed */
	if (newest && sa->udp_encap && sa->icv_len && !ip4_end_eq(p->peer, sa->moved_to)) {
		sa->moved_to = p->peer;
		if (!ip4_end_eq(p->peer, sa->remote))
			esp_table_note(t, sa, ESP_EV_MOVED);
	}
	return DROP_NONE;
}

/* Takes header, IV, padding, trailer and ICV off; gives the next header. */
static enum drop_reason in_unwrap(struct pkt *p, uint8_t *next)
{
	struct esp_sa *sa = p->sa;
	struct rd r;
	struct bytes all, pad;
	uint8_t pad_len;

	pkt_pull(p, ESP_HEADER + sa->iv_len);
	pkt_trim(p, p->len - sa->icv_len);
	r = pkt_rd(p);
	all = rd_bytes(&r, p->len - 2);
	pad_len = rd_u8(&r);
	*next = rd_u8(&r);
	if (!rd_ok(&r) || pad_len > all.len)
		return DROP_ESP_PAD;
	r = rd_of(all.p, all.len);
	rd_skip(&r, all.len - pad_len);
	pad = rd_rest(&r);
	for (size_t i = 0; i < pad.len; i++) { /* 1, 2, 3 ...: RFC 4303 §2.4 */
		if (pad.p[i] != i + 1)
			return DROP_ESP_PAD;
	}
	pkt_trim(p, (uint32_t)(all.len - pad_len));
	return DROP_NONE;
}

static bool proxy_holds(const struct sa_proxy *proxy, uint32_t ip)
{
	return ((ip ^ proxy->ip) & proxy->mask) == 0;
}

/* Tunnel mode: checks the inner IP header against the SA and takes it off. */
static enum drop_reason in_inner_ip(struct pkt *p)
{
	struct esp_sa *sa = p->sa;
	struct rd r = pkt_rd(p);
	uint8_t version = rd_u8(&r), proto;
	unsigned header = (version & 15u) * 4;
	uint16_t total, frag;
	uint32_t src, dst;

	rd_skip(&r, 1);
	total = rd_u16(&r);
	rd_skip(&r, 2);
	frag = rd_u16(&r);
	rd_skip(&r, 1);
	proto = rd_u8(&r);
	rd_skip(&r, 2);
	src = rd_u32(&r);
	dst = rd_u32(&r);
	if (!rd_ok(&r) || version >> 4 != 4 || header < IP_HEADER || total < header ||
	    total > p->len || header > p->len || ip4_checksum(pkt_data(p), header, 0) != 0)
		return DROP_INNER_IP;
	if (frag & 0x3fff)
		return DROP_INNER_FRAGMENT;
	if (proto != PROTO_UDP || !proxy_holds(&sa->remote_proxy, src) ||
	    !proxy_holds(&sa->local_proxy, dst))
		return DROP_ESP_POLICY;
	sa->inner_remote = src;
	sa->inner_local = dst;
	pkt_trim(p, total);
	pkt_pull(p, header);
	return DROP_NONE;
}

/* Protocol and ports against the SA's proxies. */
static enum drop_reason in_policy(struct pkt *p, uint8_t next)
{
	struct esp_sa *sa = p->sa;
	enum drop_reason why;
	struct rd r;
	uint16_t src, dst;

	if (next == PROTO_NONE)
		return DROP_ESP_DUMMY;
	if (sa->mode == ESP_TUNNEL) {
		if (next != PROTO_IPIP)
			return wrong_protocol(sa);
		why = in_inner_ip(p);
		if (why)
			return why;
	} else if (next != PROTO_UDP) {
		return wrong_protocol(sa);
	}
	r = pkt_rd(p);
	src = rd_u16(&r);
	dst = rd_u16(&r);
	if (!rd_ok(&r))
		return DROP_INNER_UDP;
	if ((sa->remote_proxy.port && src != sa->remote_proxy.port) ||
	    (sa->local_proxy.port && dst != sa->local_proxy.port) ||
	    (sa->remote_proxy.proto && sa->remote_proxy.proto != PROTO_UDP))
		return DROP_ESP_POLICY;
	return DROP_NONE;
}

/* Lifetime by kilobytes, each direction by itself. */
static void count_bytes(struct esp_table *t, struct esp_sa *sa, _Atomic uint64_t *bytes,
                        uint32_t len)
{
	uint64_t total;

	ctr_add(bytes, len);
	total = ctr_get(bytes);
	if (total >= sa->soft_bytes)
		esp_table_note(t, sa, ESP_EV_SOFT_KB);
	if (total >= sa->hard_bytes) {
		sa->dead = true;
		esp_table_note(t, sa, ESP_EV_HARD);
	}
}

static void in_finish(struct esp_table *t, struct pkt *p, enum prim_op_status status,
                      uint64_t now_ms)
{
	enum drop_reason why = status == PRIM_OP_OK     ? in_accept(t, p, now_ms)
	                       : status == PRIM_OP_AUTH ? DROP_ESP_AUTH
	                                                : DROP_ESP_CRYPTO;
	uint8_t next = 0;

	if (!why)
		why = in_unwrap(p, &next);
	if (!why) {
		ctr_add(&p->sa->c.pkts_in, 1);
		count_bytes(t, p->sa, &p->sa->c.bytes_in, p->len);
		why = in_policy(p, next);
	}
	if (why)
		drop_in(p, why);
}

bool esp_icv_is_cut(const struct esp_sa *sa)
{
	return atomic_load_explicit(&sa->icv_cut, memory_order_relaxed);
}

/* Android 6 and 7, and kernels of others, agree on HMAC-SHA-256 and send 96 bits of it as a draft wanted it, not the
 * 128 of RFC 4868. Whoever has sent one genuine packet with 128 does not; one taken for such a peer, because its first
 * packet lost its end on the way, is taken for that no longer when the next one is whole. */
static bool in_doubt(const struct esp_sa *sa)
{
	return esp_icv_is_cut(sa) || (sa->alg.mac == ESP_MAC_SHA256 && !(sa->said & ESP_EV_USED));
}

static void set_icv(struct esp_sa *sa, uint8_t len)
{
	prim_key_cut(sa->dec, len);
	prim_key_cut(sa->enc, len);
	sa->icv_len = len;
	atomic_store_explicit(&sa->icv_cut, len == ICV_SHA256_CUT, memory_order_relaxed);
}

void esp_icv_cut(struct esp_sa *sa)
{
	if (in_doubt(sa))
		set_icv(sa, ICV_SHA256_CUT);
}

/* By the length the SA has now; what failed is as it came. Not DROP_NONE: it is still to be dropped. */
static enum drop_reason in_try(struct esp_table *t, struct pkt *p, uint64_t now_ms)
{
	struct prim_op op;
	enum drop_reason why = in_prepare(p, p->sa, &op);

	if (why)
		return why;
	prim_batch_run(esp_table_engine(t), &op, 1);
	if (op.status != PRIM_OP_OK)
		return op.status == PRIM_OP_AUTH ? DROP_ESP_AUTH : DROP_ESP_CRYPTO;
	in_finish(t, p, op.status, now_ms);
	return DROP_NONE;
}

/* A packet whose length or MAC is not that of an SA with `tried` bytes of it: is it that of the other length? Else it is
 * dropped. One before it may have settled that meanwhile. */
static void in_again(struct esp_table *t, struct pkt *p, uint8_t tried, uint64_t now_ms)
{
	struct esp_sa *sa = p->sa;
	enum drop_reason why = (enum drop_reason)p->drop, now;
	bool settled = sa->icv_len != tried;

	p->drop = DROP_NONE;
	if (settled || in_doubt(sa)) {
		if (!settled)
			set_icv(sa, tried == ICV_SHA256 ? ICV_SHA256_CUT : ICV_SHA256);
		now = in_try(t, p, now_ms);
		if (!now)
			return;
		if (!settled)
			set_icv(sa, tried);
		if (now != DROP_ESP_LEN && now != DROP_ESP_AUTH) /* a replay of what came through by now */
			why = now;
	}
	drop_in(p, why);
}

static void in_batch(struct esp_table *t, struct pkt **batch, size_t n, uint64_t now_ms)
{
	struct prim_op ops[PKT_BATCH];
	struct pkt *of[PKT_BATCH], *again[PKT_BATCH];
	struct esp_sa *sa[PKT_BATCH];
	uint8_t tried[PKT_BATCH]; /* with so much of the MAC */
	size_t nops = 0, nagain = 0;

	in_look_up(t, batch, n, sa);
	for (size_t i = 0; i < n; i++) {
		struct pkt *p = batch[i];
		enum drop_reason why;

		if (p->drop)
			continue;
		why = in_prepare(p, sa[i], &ops[nops]);
		if (!why) {
			of[nops++] = p;
		} else if (why == DROP_ESP_LEN && in_doubt(p->sa)) {
			p->drop = DROP_ESP_LEN;
			tried[nagain] = p->sa->icv_len;
			again[nagain++] = p;
		} else {
			drop_in(p, why);
		}
	}
	prim_batch_run(esp_table_engine(t), ops, nops);
	for (size_t i = 0; i < nops; i++) {
		if (ops[i].status == PRIM_OP_AUTH && in_doubt(of[i]->sa)) {
			of[i]->drop = DROP_ESP_AUTH;
			tried[nagain] = of[i]->sa->icv_len;
			again[nagain++] = of[i];
		} else {
			in_finish(t, of[i], ops[i].status, now_ms);
		}
	}
	for (size_t i = 0; i < nagain; i++) /* last: it may change lengths that the others stand on */
		in_again(t, again[i], tried[i], now_ms);
}

void esp_in(struct esp_table *t, struct pkt **batch, size_t n, uint64_t now_ms)
{
	for (size_t at = 0; at < n; at += PKT_BATCH)
		in_batch(t, batch + at, n - at < PKT_BATCH ? n - at : PKT_BATCH, now_ms);
}

/* ------------------------------------------------------------------ outbound */

static void drop_out(struct pkt *p, enum drop_reason why)
{
	p->drop = (uint8_t)why;
	if (!p->sa)
		return;
	ctr_add(&p->sa->c.errs_out, 1);
	if (why == DROP_ESP_SEQ)
		ctr_add(&p->sa->c.seq_errs, 1);
	else if (why == DROP_ESP_CRYPTO || why == DROP_TOO_BIG)
		ctr_add(&p->sa->c.internal_out, 1);
}

/* Tunnel mode: the inner IP header in front of the UDP datagram. */
static bool out_inner_ip(struct pkt *p)
{
	struct esp_sa *sa = p->sa;
	uint32_t total = p->len + IP_HEADER;
	uint8_t *h = pkt_push(p, IP_HEADER);
	struct wr w;

	if (!h || total > UINT16_MAX)
		return false;
	w = wr_of(h, IP_HEADER);
	wr_u8(&w, 0x45);
	wr_u8(&w, p->tos);
	wr_u16(&w, (uint16_t)total);
	wr_u16(&w, sa->ip_id++);
	wr_u16(&w, 0);
	wr_u8(&w, IP_TTL);
	wr_u8(&w, PROTO_UDP);
	wr_u16(&w, 0);
	wr_u32(&w, sa->inner_local);
	wr_u32(&w, sa->inner_remote);
	wr_patch_u16(&w, 10, ip4_checksum(h, IP_HEADER, 0));
	return true;
}

/* Header, IV, padding and trailer around the payload, room for the ICV behind. */
static bool out_wrap(struct esp_table *t, struct pkt *p)
{
	struct esp_sa *sa = p->sa;
	uint32_t pad = (sa->align - (p->len + 2) % sa->align) % sa->align;
	uint8_t *tail, *head;
	struct wr w;

	p->tos &= 0xfc;
	if (sa->mode == ESP_TUNNEL) {
		if (!out_inner_ip(p))
			return false;
		pad = (sa->align - (p->len + 2) % sa->align) % sa->align;
	}
	tail = pkt_put(p, pad + 2 + sa->icv_len);
	head = pkt_push(p, ESP_HEADER + sa->iv_len);
	if (!tail || !head)
		return false;
	w = wr_of(tail, pad + 2 + sa->icv_len);
	for (uint32_t i = 1; i <= pad; i++)
		wr_u8(&w, (uint8_t)i);
	wr_u8(&w, (uint8_t)pad);
	wr_u8(&w, sa->mode == ESP_TUNNEL ? PROTO_IPIP : PROTO_UDP);
	w = wr_of(head, ESP_HEADER + sa->iv_len);
	wr_u32(&w, p->spi);
	wr_u32(&w, p->seq);
	if (sa->iv_len)
		prim_engine_random(esp_table_engine(t), wr_space(&w, sa->iv_len), sa->iv_len);
	return true;
}

static enum drop_reason out_prepare(struct esp_table *t, struct pkt *p, struct prim_op *op)
{
	struct esp_sa *sa = p->sa;
	uint32_t seq, payload = p->len;

	if (!sa)
		return DROP_ESP_NO_SA;
	if (sa->dead)
		return DROP_ESP_EXPIRED;
	seq = atomic_load_explicit(&sa->c.seq_out, memory_order_relaxed);
	if (seq == UINT32_MAX) { /* RFC 4303 §3.3.3: never again from the start */
		sa->dead = true;
		esp_table_note(t, sa, ESP_EV_HARD);
		return DROP_ESP_SEQ;
	}
	p->spi = sa->spi_out;
	p->seq = seq + 1;
	if (!out_wrap(t, p))
		return DROP_TOO_BIG;
	count_bytes(t, sa, &sa->c.bytes_out, payload);
	atomic_store_explicit(&sa->c.seq_out, p->seq, memory_order_relaxed);
	if (p->seq >= SEQ_SOFT)
		esp_table_note(t, sa, ESP_EV_SOFT_SEQ);
	p->peer = sa->remote;
	p->local = sa->local;
	p->udp_encap = sa->udp_encap;
	*op = (struct prim_op){
	        .key = sa->enc,
	        .iv = pkt_data(p) + ESP_HEADER,
	        .data = pkt_data(p) + ESP_HEADER + sa->iv_len,
	        .data_len = p->len - ESP_HEADER - sa->iv_len - sa->icv_len,
	        .auth = pkt_data(p),
	        .auth_len = p->len - sa->icv_len,
	        .icv = pkt_data(p) + (p->len - sa->icv_len),
	};
	return DROP_NONE;
}

static void out_batch(struct esp_table *t, struct pkt **batch, size_t n)
{
	struct prim_op ops[PKT_BATCH];
	struct pkt *of[PKT_BATCH];
	size_t nops = 0;

	for (size_t i = 0; i < n; i++) {
		struct pkt *p = batch[i];
		enum drop_reason why;

		if (p->drop)
			continue;
		why = out_prepare(t, p, &ops[nops]);
		if (why)
			drop_out(p, why);
		else
			of[nops++] = p;
	}
	prim_batch_run(esp_table_engine(t), ops, nops);
	for (size_t i = 0; i < nops; i++) {
		if (ops[i].status != PRIM_OP_OK)
			drop_out(of[i], DROP_ESP_CRYPTO);
		else
			ctr_add(&of[i]->sa->c.pkts_out, 1);
	}
}

void esp_out(struct esp_table *t, struct pkt **batch, size_t n, uint64_t now_ms)
{
	(void)now_ms;
	for (size_t at = 0; at < n; at += PKT_BATCH)
		out_batch(t, batch + at, n - at < PKT_BATCH ? n - at : PKT_BATCH);
}
