/* What is told of tunnels that come to nothing. */
#include "core/base/debug.h"
#include "l2tp/internal.h"

void l2tp_refuse(struct l2tp *l, uint32_t remote_ip, uint16_t tunnel, enum l2tp_refuse why)
{
	l->refused[why]++;
	debug_for((&(struct debug_who){.ip = remote_ip, .error = true}), DEBUG_L2TP_ERROR, 1,
	          "L2TP: tnl %u: from %s: %s", tunnel, ip4_text(remote_ip).s,
	          l2tp_refuse_text(why));
}

enum fail_cause l2tp_fail_cause(enum l2tp_refuse why)
{
	static const uint8_t causes[L2TP_REFUSE_N] = {
	        [L2TP_REFUSE_MALFORMED] = FAIL_L2TP_BAD,   [L2TP_REFUSE_MISSING_AVP] = FAIL_L2TP_BAD,
	        [L2TP_REFUSE_UNKNOWN_AVP] = FAIL_L2TP_BAD, [L2TP_REFUSE_VERSION] = FAIL_L2TP_BAD,
	        [L2TP_REFUSE_CHALLENGE] = FAIL_L2TP_SECRET, [L2TP_REFUSE_TUNNEL_LIMIT] = FAIL_L2TP_LIMIT,
	        [L2TP_REFUSE_HALF_OPEN] = FAIL_L2TP_LIMIT, [L2TP_REFUSE_SECOND_CALL] = FAIL_L2TP_BAD,
	        [L2TP_REFUSE_NO_USER] = FAIL_NO_SESSION,   [L2TP_REFUSE_UNEXPECTED] = FAIL_L2TP_BAD,
	        [L2TP_REFUSE_NOT_HELD] = FAIL_L2TP_BAD,
	};
	return (enum fail_cause)causes[why];
}

/* Since its call is up it is PPP who tells, but of what it has not got, and of what it knows nothing of. */
static bool is_ours(const struct l2tp_tunnel *t, enum fail_cause cause)
{
	const struct link_user *user = t->l->user;
	if (cause == FAIL_NO_SESSION)
		return true;
	return (cause == FAIL_L2TP_BAD || cause == FAIL_L2TP_SILENT) && t->call.user != NULL && user->coming != NULL &&
	       user->coming(t->call.user);
}

void l2tp_failed(struct l2tp_tunnel *t, enum fail_cause cause, const char *offered)
{
	const struct l2tp *l = t->l;
	const struct failure f = {.cause = cause,
	                          .stage = t->call.id != 0 ? FAIL_AT_CALL : FAIL_AT_TUNNEL,
	                          .remote = t->remote,
	                          .peer = t->peer,
	                          .group = t->group,
	                          .ifname = t->ifname,
	                          .offered = offered,
	                          .vendor = t->vendor,
	                          .host = t->host};
	if (t->refusal_told || l->ops->refused == NULL || (!t->half && !is_ours(t, cause)))
		return;
	t->refusal_told = true;
	l->ops->refused(l->ctx, &f);
}
