#include "tests/clients/heard.h"

#include <string.h>

#include "l2tp/l2tp.h"

#define WRAP(type, name, ...)           \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

struct heard heard;

void heard_begin(const struct ike *ike)
{
	memset(&heard, 0, sizeof heard);
	heard.ike = ike;
}

void heard_ike(struct heard *h, const struct ike_hdr *hdr, struct bytes body)
{
	struct heard_ike *m = &h->msgs[h->n];
	if (h->n == HEARD_IKE || body.len > sizeof m->body)
		return;
	*m = (struct heard_ike){.exch = hdr->exch, .flags = hdr->flags, .first = hdr->next, .msgid = hdr->msgid, .len = body.len};
	memcpy(m->body, body.p, body.len);
	h->n++;
}

void heard_l2tp(struct heard *h, const uint8_t *msg, size_t len)
{
	enum { TYPE_AT = 12 + 6, SCCRQ = 1 };
	if (h->sccrq_len != 0 || len <= TYPE_AT + 1 || len > sizeof h->sccrq || msg[TYPE_AT] != 0 || msg[TYPE_AT + 1] != SCCRQ)
		return;
	memcpy(h->sccrq, msg, len);
	h->sccrq_len = len;
}

void heard_frame(struct heard *h, const uint8_t *frame, size_t len)
{
	static const uint8_t request[] = {0xff, 0x03, 0xc0, 0x21, 1};
	if (h->lcp_len != 0 || len <= sizeof request || len > sizeof h->lcp || memcmp(frame, request, sizeof request) != 0)
		return;
	memcpy(h->lcp, frame, len);
	h->lcp_len = len;
}

WRAP(bool, ike_msg_parse, struct ike_msg *m, const struct ike_hdr *hdr, struct bytes body, size_t pad_max, const char **reason)
{
	if (heard.ike != NULL && m == &heard.ike->msg)
		heard_ike(&heard, hdr, body);
	return __real_ike_msg_parse(m, hdr, body, pad_max, reason);
}

WRAP(void, l2tp_input, struct l2tp *l, const struct l2tp_from *from, const uint8_t *msg, size_t len)
{
	if (heard.ike != NULL)
		heard_l2tp(&heard, msg, len);
	__real_l2tp_input(l, from, msg, len);
}

WRAP(void, l2tp_data_input, struct l2tp *l, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame, size_t len)
{
	if (heard.ike != NULL)
		heard_frame(&heard, frame, len);
	__real_l2tp_data_input(l, flow, tunnel, call, frame, len);
}
