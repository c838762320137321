/* What an exchange has been through, as it is told when it fails (715065): the last events, each with the state it
 * happened in. Sending and building have names of their own on the appliance, made of the message's number. */
#include "crypto/ike/engine.h"

#include <stdio.h>

/* The message that this state answers with. */
static unsigned message_of(const struct ike_xchg *x)
{
	static const uint8_t number[ST_N] = {
	        [ST_NEW] = 1,       [ST_MM_START] = 2,  [ST_MM_BUILD4] = 4,  [ST_MM_WAIT3] = 4,
	        [ST_MM_WAIT5] = 6,  [ST_MM_BUILD6] = 6, [ST_MM_WAIT2] = 3,  [ST_MM_BUILD3] = 3,  [ST_MM_WAIT4] = 5,
	        [ST_MM_BUILD5] = 5, [ST_QM_START] = 2,  [ST_QM_BUILD2] = 2,  [ST_QM_BUILD1] = 1,
	        [ST_QM_WAIT2] = 3,  [ST_QM_BUILD3] = 3, [ST_AM_START] = 2,  [ST_AM_BUILD2] = 2,
	        [ST_AM_WAIT2] = 3,  [ST_AM_BUILD1] = 1, [ST_AM_BUILD3] = 3,
	};
	return x->state < ST_N ? number[x->state] : 0;
}

void ike_event(struct ike_xchg *x, enum ike_event event)
{
	struct ike_past *p = &x->past[x->npast++ % IKE_PAST_MAX];
	*p = (struct ike_past){.event = (uint8_t)event, .state = x->state};
	if (event == EV_SND_MSG || event == EV_START_TMR || event == EV_RESEND_MSG)
		p->sends = (uint8_t)message_of(x);
	else if (event >= EV_BLD_MSG)
		p->builds = (uint8_t)message_of(x);
}

static const char *event_text(uint8_t event)
{
	static const char *const names[] = {
#define X(name) [EV_##name] = "EV_" #name,
	        IKE_EVENT_LIST(X)
#undef X
	};
	return names[event];
}

static const char *mode(const struct ike_xchg *x)
{
	return x->exch == EXCH_QUICK ? "QM" : sa_mode(x->sa);
}

static size_t put(char *text, size_t cap, const struct ike_xchg *x, const struct ike_past *p)
{
	if (p->sends != 0 || p->builds != 0)
		return (size_t)snprintf(text, cap, "-->%s_%s_MSG%u, %s", mode(x),
		                        p->sends != 0 ? "SND" : "BLD",
		                        p->sends != 0 ? p->sends : p->builds,
		                        event_text(p->event));
	return (size_t)snprintf(text, cap, "-->%s, %s",
	                        x->exch == EXCH_QUICK && p->state == ST_NEW ? "QM_START"
	                                                                    : ike_past_text(x, p->state),
	                        event_text(p->event));
}

void ike_say_history(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	char text[IKE_PAST_MAX * 48] = "";
	size_t used = 0;

	for (unsigned i = 0; i < x->npast && i < IKE_PAST_MAX; i++)
		used += put(text + used, sizeof text - used, x,
		            &x->past[(x->npast - 1 - i) % IKE_PAST_MAX]);
	ike_dbg(sa, IKE_DETAIL,
	        "IKE %s %s FSM error history (struct &0x%08x)  <state>, <event>:  %s_DONE, "
	        "EV_ERROR%s",
	        mode(x), x->initiator ? "Initiator" : "Responder", x->id, mode(x), text);
}
