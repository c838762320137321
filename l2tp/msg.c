#include "l2tp/msg.h"

#include <stdio.h>
#include <string.h>

#include "core/base/drop.h"

static const struct {
	const char *text;
	bool call;
} types[MSG_TYPES] = {
#define X(number, name, text, call) [number] = {text, call},
        MSG_LIST(X)
#undef X
};

bool msg_known(unsigned type)
{
	return type < MSG_TYPES && types[type].text != NULL;
}

const char *msg_name(unsigned type)
{
	return msg_known(type) ? types[type].text : "unknown";
}

bool msg_of_call(unsigned type)
{
	return msg_known(type) && types[type].call;
}

/* Which AVPs a message carries. MUST: we cannot go on without. SHOULD: RFC 2661 says must, but clients that
 * work elsewhere leave it out (named behind the row), and nothing here depends on it. MAY is not listed: an AVP
 * of another message is no error (§4.1 speaks of unknown ones only). */
enum { MUST, SHOULD };
static const struct {
	uint8_t msg, avp, need;
} rules[] = {
        {MSG_SCCRQ, AVP_PROTOCOL_VERSION, MUST},
        {MSG_SCCRQ, AVP_HOST_NAME, SHOULD},   /* for show only */
        {MSG_SCCRQ, AVP_FRAMING_CAP, SHOULD}, /* only PPP frames without line framing exist here */
        {MSG_SCCRQ, AVP_TUNNEL_ID, MUST},
        {MSG_STOPCCN, AVP_TUNNEL_ID, SHOULD}, /* the header names the tunnel too */
        {MSG_STOPCCN, AVP_RESULT_CODE, SHOULD},
        {MSG_ICRQ, AVP_SESSION_ID, MUST},
        {MSG_ICRQ, AVP_CALL_SERIAL, SHOULD},
        {MSG_ICCN, AVP_TX_SPEED, SHOULD}, /* Huawei AX3 and others */
        {MSG_ICCN, AVP_FRAMING_TYPE, SHOULD},
        {MSG_CDN, AVP_RESULT_CODE, SHOULD},
        {MSG_CDN, AVP_SESSION_ID, SHOULD}, /* the header names the call too */
        {MSG_WEN, AVP_CALL_ERRORS, SHOULD},
        {MSG_SLI, AVP_ACCM, SHOULD},
};

bool msg_missing(const struct avp_set *set, enum avp_type *missing)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (rules[i].msg != set->type || rules[i].need != MUST || set->has[rules[i].avp])
			continue;
		*missing = rules[i].avp;
		return true;
	}
	return false;
}

enum { HEAD_T = 0x8000, HEAD_L = 0x4000, HEAD_S = 0x0800, HEAD_O = 0x0200, HEAD_P = 0x0100 };

uint8_t msg_parse(struct rd r, struct msg_head *head)
{
	struct rd all = r;
	uint16_t flags = rd_u16(&r);
	uint16_t len = rd_u16(&r);
	if (!rd_ok(&r))
		return DROP_RUNT;
	if ((flags & 15) != 2)
		return DROP_L2TP_VERSION;
	if ((flags & (HEAD_T | HEAD_L | HEAD_S | HEAD_O | HEAD_P)) != (HEAD_T | HEAD_L | HEAD_S))
		return DROP_L2TP_HEADER;
	struct rd msg = rd_sub(&all, len); /* what follows the message is padding */
	rd_skip(&msg, 4);
	head->tunnel = rd_u16(&msg);
	head->call = rd_u16(&msg);
	head->ns = rd_u16(&msg);
	head->nr = rd_u16(&msg);
	if (!rd_ok(&msg) || !rd_ok(&all))
		return DROP_L2TP_HEADER;
	head->body = rd_rest(&msg);
	return DROP_NONE;
}

void msg_write_head(struct wr *w, const struct msg_head *head)
{
	wr_u16(w, HEAD_T | HEAD_L | HEAD_S | 2);
	wr_u16(w, (uint16_t)(MSG_HEAD + head->body.len));
	wr_u16(w, head->tunnel);
	wr_u16(w, head->call);
	wr_u16(w, head->ns);
	wr_u16(w, head->nr);
}

static struct wr start(struct msg_body *m, enum msg_type type)
{
	struct wr w = wr_of(m->bytes, sizeof m->bytes);
	avp_put_u16(&w, AVP_MESSAGE_TYPE, (uint16_t)type);
	return w;
}

/* No vendor AVP with the M bit and no Challenge: Apple's client hangs up on the one, others on both. */
void msg_build_sccrp(struct msg_body *m, const char *host, uint16_t tunnel, uint16_t window)
{
	struct wr w = start(m, MSG_SCCRP);
	avp_put_u16(&w, AVP_PROTOCOL_VERSION, 0x0100);
	avp_put_u32(&w, AVP_FRAMING_CAP, 3); /* synchronous and asynchronous */
	avp_put_u32(&w, AVP_BEARER_CAP, 0);
	avp_put_u16(&w, AVP_FIRMWARE, 0x0100);
	size_t len = strnlen(host, 64);
	avp_put_bytes(&w, AVP_HOST_NAME, len > 0 ? host : "lns", len > 0 ? len : 3);
	avp_put_bytes(&w, AVP_VENDOR_NAME, "Postern", 7);
	avp_put_u16(&w, AVP_TUNNEL_ID, tunnel);
	avp_put_u16(&w, AVP_RECEIVE_WINDOW, window);
	m->len = wr_len(&w);
}

void msg_build_hello(struct msg_body *m)
{
	struct wr w = start(m, MSG_HELLO);
	m->len = wr_len(&w);
}

/* Assigned id before Result Code: the order every client accepts. */
void msg_build_stopccn(struct msg_body *m, uint16_t tunnel, uint16_t result, uint16_t error,
                       const char *text)
{
	struct wr w = start(m, MSG_STOPCCN);
	avp_put_u16(&w, AVP_TUNNEL_ID, tunnel);
	avp_put_result(&w, result, error, text);
	m->len = wr_len(&w);
}

void msg_build_icrp(struct msg_body *m, uint16_t call)
{
	struct wr w = start(m, MSG_ICRP);
	avp_put_u16(&w, AVP_SESSION_ID, call);
	m->len = wr_len(&w);
}

void msg_build_cdn(struct msg_body *m, uint16_t call, uint16_t result, uint16_t error,
                   const char *text)
{
	struct wr w = start(m, MSG_CDN);
	avp_put_result(&w, result, error, text);
	avp_put_u16(&w, AVP_SESSION_ID, call);
	m->len = wr_len(&w);
}
