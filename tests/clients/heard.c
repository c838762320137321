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

WRAP(bool, ike_msg_parse, struct ike_msg *m, const struct ike_hdr *hdr, struct bytes body, size_t pad_max, const char **reason)
{
	struct heard_ike *h = &heard.msgs[heard.n];
	if (heard.ike != NULL && m == &heard.ike->msg && heard.n < HEARD_IKE && body.len <= sizeof h->body) {
		*h = (struct heard_ike){.exch = hdr->exch, .flags = hdr->flags, .first = hdr->next, .msgid = hdr->msgid, .len = body.len};
		memcpy(h->body, body.p, body.len);
		heard.n++;
	}
	return __real_ike_msg_parse(m, hdr, body, pad_max, reason);
}

WRAP(void, l2tp_input, struct l2tp *l, const struct l2tp_from *from, const uint8_t *msg, size_t len)
{
	enum { TYPE_AT = 12 + 6, SCCRQ = 1 };
	if (heard.ike != NULL && heard.sccrq_len == 0 && len > TYPE_AT + 1 && len <= sizeof heard.sccrq && msg[TYPE_AT] == 0 &&
	    msg[TYPE_AT + 1] == SCCRQ) {
		memcpy(heard.sccrq, msg, len);
		heard.sccrq_len = len;
	}
	__real_l2tp_input(l, from, msg, len);
}

WRAP(void, l2tp_data_input, struct l2tp *l, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame, size_t len)
{
	static const uint8_t request[] = {0xff, 0x03, 0xc0, 0x21, 1};
	if (heard.ike != NULL && heard.lcp_len == 0 && len > sizeof request && len <= sizeof heard.lcp &&
	    memcmp(frame, request, sizeof request) == 0) {
		memcpy(heard.lcp, frame, len);
		heard.lcp_len = len;
	}
	__real_l2tp_data_input(l, flow, tunnel, call, frame, len);
}
