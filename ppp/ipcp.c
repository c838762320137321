/* IP Control Protocol (RFC 1332) with the name server options of RFC 1877. */
#include "core/base/debug.h"
#include "core/base/log.h"
#include "ppp/link.h"
#include "ppp/proto.h"

static bool ask_addr(void *obj, struct wr *value)
{
	const struct ppp_session *s = obj;
	wr_u32(value, s->local_ip);
	return !s->ipcp_no_local;
}

/* The client gets the address it was given, whatever it asks for. */
static enum opt_verdict judge_addr(void *obj, struct rd value, struct wr *nak)
{
	struct ppp_session *s = obj;
	if (rd_u32(&value) == s->ip) {
		s->ipcp_addr_next = true;
		return OPT_ACK;
	}
	wr_u32(nak, s->ip);
	return OPT_NAK;
}

static bool absent_addr(void *obj, struct wr *nak)
{
	wr_u32(nak, ((const struct ppp_session *)obj)->ip);
	return true;
}

/* Our address is ours: asked again as it is, and in the end not at all. */
static void nak_addr(void *obj, struct rd value)
{
	struct ppp_session *s = obj;
	(void)value;
	if (++s->ipcp_naks >= PPP_MAX_FAILURE)
		s->ipcp_no_local = true;
}

static void rej_addr(void *obj)
{
	((struct ppp_session *)obj)->ipcp_no_local = true;
}

static enum opt_verdict judge_server(uint32_t ours, struct rd value, struct wr *nak)
{
	if (ours == 0)
		return OPT_REJ;
	if (rd_u32(&value) == ours)
		return OPT_ACK;
	wr_u32(nak, ours);
	return OPT_NAK;
}

#define SERVER(name, field)                                                                      \
	static enum opt_verdict judge_##name(void *obj, struct rd value, struct wr *nak)         \
	{                                                                                        \
		return judge_server(((const struct ppp_session *)obj)->field, value, nak); \
	}
SERVER(dns1, dns[0])
SERVER(dns2, dns[1])
SERVER(nbns1, wins[0])
SERVER(nbns2, wins[1])
#undef SERVER

static const struct opt_row ipcp_rows[] = {
        {.type = 1, .name = "addrs"}, /* deprecated by RFC 1332 itself */
        {.type = 2, .name = "vj"},
        {.type = 3,
         .len = 6,
         .name = "addr",
         .ask = ask_addr,
         .judge = judge_addr,
         .absent = absent_addr,
         .nak = nak_addr,
         .rej = rej_addr},
        {.type = 4, .name = "mobile-addr"},
        {.type = 129, .len = 6, .name = "dns1", .judge = judge_dns1},
        {.type = 130, .len = 6, .name = "nbns1", .judge = judge_nbns1},
        {.type = 131, .len = 6, .name = "dns2", .judge = judge_dns2},
        {.type = 132, .len = 6, .name = "nbns2", .judge = judge_nbns2},
};

static void begin(void *owner)
{
	((struct ppp_session *)owner)->ipcp_addr_next = false;
}

static void up(void *owner)
{
	struct ppp_session *s = owner;
	s->ipcp_addr = s->ipcp_addr_next;
	if (!s->ipcp_addr) {
		log_msg(MSG_403108, s->unit);
		ppp_session_close(s, LINK_END_USER_ERROR);
		return;
	}
	ppp_on_ipcp_up(s);
}

static void down(void *owner)
{
	ppp_on_ipcp_down(owner);
}

static void finished(void *owner)
{
	ppp_on_ipcp_finished(owner);
}

static const struct ppp_cp_def ipcp_def = {
        .name = "IPCP",
        .proto = PPP_IPCP,
        .opts = {ipcp_rows, sizeof(ipcp_rows) / sizeof(ipcp_rows[0])},
        .enter = ppp_enter,
        .leave = ppp_leave,
        .up = up,
        .down = down,
        .finished = finished,
        .begin = begin,
};

void ppp_ipcp_init(struct ppp_session *s)
{
	ppp_cp_init(&s->ipcp, &ipcp_def, s->ppp->clock, s, ppp_session_send);
	s->ipcp.who = &s->who;
}
