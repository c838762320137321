#include "ppp/data.h"

#include "ppp/proto.h"

static enum data_verdict drop(struct pkt *p, enum drop_reason why)
{
	p->drop = (uint8_t)why;
	return DATA_DROP;
}

enum data_verdict ppp_data_in(struct pkt *p)
{
	struct rd r = pkt_rd(p), look = r;
	if (rd_u16(&look) == 0xff03 && rd_ok(&look))
		r = look;
	uint16_t proto = rd_u8(&r);
	if ((proto & 1) == 0)
		proto = (uint16_t)(proto << 8 | rd_u8(&r));
	if (!rd_ok(&r) || (proto & 1) == 0)
		return drop(p, DROP_PPP_HEADER);
	if (proto != PPP_IP)
		return DATA_PUNT;
	if (!p->sess->open)
		return drop(p, DROP_PPP_NOT_OPEN);
	pkt_pull(p, p->len - (uint32_t)rd_left(&r));
	return DATA_FORWARD;
}

enum data_verdict ppp_data_out(struct pkt *p)
{
	const struct dsess *d = p->sess;
	if (!d->open)
		return drop(p, DROP_PPP_NOT_OPEN);
	if (p->len > d->mtu)
		return drop(p, DROP_MTU);
	uint32_t len = (d->acfc ? 0u : 2u) + (d->pfc ? 1u : 2u);
	uint8_t *room = pkt_push(p, len);
	if (!room)
		return drop(p, DROP_NO_BUFFER);
	struct wr w = wr_of(room, len);
	if (!d->acfc)
		wr_u16(&w, 0xff03);
	if (d->pfc)
		wr_u8(&w, PPP_IP);
	else
		wr_u16(&w, PPP_IP);
	return DATA_FORWARD;
}
