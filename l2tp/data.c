#include "l2tp/data.h"

enum {
	DATA_T = 0x8000,
	DATA_L = 0x4000,
	DATA_S = 0x0800,
	DATA_O = 0x0200,
	DATA_VERSION = 15,
};

enum drop_reason l2tp_data_parse(struct rd r, struct l2tp_data_head *head)
{
	size_t all = rd_left(&r);
	*head = (struct l2tp_data_head){0};
	uint16_t flags = rd_u16(&r);
	if (!rd_ok(&r))
		return DROP_RUNT;
	if ((flags & DATA_VERSION) != 2)
		return DROP_L2TP_VERSION;
	size_t len = flags & DATA_L ? rd_u16(&r) : all;
	if (len > all)
		return DROP_L2TP_HEADER;
	head->tunnel = rd_u16(&r);
	head->call = rd_u16(&r);
	head->sequenced = (flags & DATA_S) != 0;
	if (head->sequenced) {
		head->ns = rd_u16(&r);
		head->nr = rd_u16(&r);
	}
	if (flags & DATA_O)
		rd_skip(&r, rd_u16(&r));
	if (!rd_ok(&r))
		return DROP_L2TP_HEADER;
	head->head_len = all - rd_left(&r);
	if (head->head_len >= len) /* an empty frame too */
		return DROP_L2TP_HEADER;
	head->frame_len = len - head->head_len;
	return DROP_NONE;
}

void l2tp_data_write(struct wr *w, const struct l2tp_data_head *head)
{
	wr_u16(w, head->sequenced ? DATA_S | 2 : 2);
	wr_u16(w, head->tunnel);
	wr_u16(w, head->call);
	if (!head->sequenced)
		return;
	wr_u16(w, head->ns);
	wr_u16(w, head->nr);
}

static enum data_verdict drop(struct pkt *p, enum drop_reason why)
{
	p->drop = (uint8_t)why;
	return DATA_DROP;
}

enum data_verdict l2tp_data_in(struct pkt *p, uint32_t flow,
                               struct dsess *(*find)(void *ctx, uint16_t tunnel, uint16_t call),
                               void *ctx)
{
	struct rd peek = pkt_rd(p);
	if (rd_u16(&peek) & DATA_T)
		return DATA_PUNT;
	struct l2tp_data_head head;
	enum drop_reason why = l2tp_data_parse(pkt_rd(p), &head);
	if (why != DROP_NONE)
		return drop(p, why);
	struct dsess *s = find(ctx, head.tunnel, head.call);
	if (s == NULL)
		return DATA_PUNT;
	if (s->flow != flow)
		return drop(p, DROP_L2TP_WRONG_SA);
	if (head.sequenced && (int16_t)(uint16_t)(head.ns - s->nr) >= 0)
		s->nr = (uint16_t)(head.ns + 1);
	p->sess = s;
	if (!pkt_pull(p, (uint32_t)head.head_len) || !pkt_trim(p, (uint32_t)head.frame_len))
		return drop(p, DROP_L2TP_HEADER);
	return DATA_FORWARD;
}

bool l2tp_data_out(struct pkt *p, struct dsess *s)
{
	uint32_t n = s->sequencing ? 10 : 6;
	uint8_t *at = pkt_push(p, n);
	if (at == NULL) {
		p->drop = DROP_TOO_BIG;
		return false;
	}
	struct wr w = wr_of(at, n);
	l2tp_data_write(&w, &(struct l2tp_data_head){.tunnel = s->remote_tunnel,
	                                             .call = s->remote_call,
	                                             .sequenced = s->sequencing,
	                                             .ns = s->ns,
	                                             .nr = s->nr});
	if (s->sequencing)
		s->ns++;
	return true;
}

bool l2tp_data_stamp(struct dsess *s, uint8_t *msg, size_t len)
{
	struct rd r = rd_of(msg, len);
	struct l2tp_data_head head;
	if ((rd_u16(&r) & DATA_T) || l2tp_data_parse(rd_of(msg, len), &head) != DROP_NONE)
		return false;
	if (!s->sequencing || !head.sequenced || head.tunnel != s->remote_tunnel ||
	    head.call != s->remote_call)
		return false;
	struct wr w = wr_of(msg, len);
	head.ns = s->ns++;
	head.nr = s->nr;
	l2tp_data_write(&w, &head);
	return true;
}
