/* What is told of clients whose PPP comes to nothing. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/base/log.h"
#include "ppp/link.h"

static enum fail_stage stage_of(const struct ppp_session *s)
{
	switch (s->phase) {
	case PHASE_AUTH:
		return FAIL_AT_AUTH;
	case PHASE_NETWORK:
		return s->ip ? FAIL_AT_IPCP : FAIL_AT_ADDRESS;
	default:
		return FAIL_AT_LCP;
	}
}

void ppp_refused(struct ppp_session *s, struct failure f)
{
	const struct ppp *p = s->ppp;
	if (s->up || s->refusal_told || !p->ops->refused)
		return;
	s->refusal_told = true;
	f.stage = f.cause == FAIL_METHOD || f.cause == FAIL_NO_METHOD ? FAIL_AT_LCP : stage_of(s);
	f.remote = s->link.remote;
	f.peer = s->link.peer;
	f.group = s->group;
	f.ifname = s->link.ifname;
	f.vendor = s->link.vendor;
	f.host = s->link.host;
	if (!f.user)
		f.user = s->user;
	if (!f.policy && s->terms->policy[0])
		f.policy = s->terms->policy;
	p->ops->refused(p->ctx, &f);
}

void ppp_refused_login(struct ppp_session *s, const struct aaa_result *result)
{
	static const uint8_t causes[AAA_WHY_N] = {
	        [AAA_WHY_NONE] = FAIL_LOGIN,          [AAA_WHY_PASSWORD] = FAIL_PASSWORD,
	        [AAA_WHY_NO_USER] = FAIL_NO_USER,     [AAA_WHY_MALFORMED] = FAIL_LOGIN,
	        [AAA_WHY_NO_NT_HASH] = FAIL_NO_NT_HASH, [AAA_WHY_NO_PASSWORD] = FAIL_PASSWORD,
	        [AAA_WHY_LM_ONLY] = FAIL_LOGIN,       [AAA_WHY_LOCKED] = FAIL_LOCKED,
	        [AAA_WHY_NO_GROUP] = FAIL_SWITCH_GROUP, [AAA_WHY_METHOD] = FAIL_LOGIN,
	        [AAA_WHY_FAILURE] = FAIL_LOGIN,       [AAA_WHY_CHALLENGED] = FAIL_LOGIN,
	        [AAA_WHY_EXPIRED] = FAIL_EXPIRED,     [AAA_WHY_ACCOUNT_EXPIRED] = FAIL_EXPIRED,
	        [AAA_WHY_AUTHORIZATION] = FAIL_AUTHORIZATION, [AAA_WHY_CLOCK_SKEW] = FAIL_SERVER,
	        [AAA_WHY_KEYTAB] = FAIL_SERVER,       [AAA_WHY_HELPER] = FAIL_SERVER,
	        [AAA_WHY_REMOVED] = FAIL_SERVER,      [AAA_WHY_SERVER] = FAIL_SERVER,
	};
	const struct aaa_group *g = ppp_session_group(s);
	char offered[80];
	snprintf(offered, sizeof(offered), "%s", aaa_method_word(s->auth.proto->method));
	struct failure f = {.cause = result->why < AAA_WHY_N ? (enum fail_cause)causes[result->why] : FAIL_LOGIN,
	                    .user = result->user,
	                    .offered = offered,
	                    .wanted = aaa_why_text(result->why),
	                    .object = g ? aaa_server_name(aaa_servers(g, s->link.ifname)) : NULL};
	bool nobody = f.cause == FAIL_NO_USER || result->why == AAA_WHY_MALFORMED;
	if (nobody) /* it may be a password, typed in the wrong field */
		f.user = log_hidden(result->user);
	ppp_refused(s, f);
}

void ppp_refused_method(struct ppp_session *s, unsigned wants, bool refuses)
{
	const struct aaa_group *g = ppp_session_group(s);
	const struct aaa_conf *aaa = s->ppp->conf->aaa;
	unsigned able = g ? aaa_server_methods(aaa, aaa_servers(g, s->link.ifname)) : 0;
	char offered[80], allowed[80], text[80], wanted[240], fix[200];
	unsigned help = wants & able, all = wants ? wants : able;
	struct failure f = {.cause = able == 0 ? FAIL_SERVER : wants ? FAIL_METHOD : FAIL_NO_METHOD,
	                    .offered = refuses ? "to authenticate in no way"
	                               : wants ? aaa_methods_text(wants, offered, sizeof(offered))
	                                       : NULL,
	                    .wanted = wanted,
	                    .object = g ? aaa_server_name(aaa_servers(g, s->link.ifname)) : NULL};
	snprintf(wanted, sizeof(wanted), "tunnel group: %s; its servers can do: %s",
	         aaa_methods_text(g ? g->methods : 0, allowed, sizeof(allowed)), aaa_methods_text(able, text, sizeof(text)));
	if (!wants) /* the best that can be had, which all clients know */
		help = able & AAA_BIT(AAA_MSCHAP2) ? AAA_BIT(AAA_MSCHAP2) : able & -able;
	for (unsigned m = 0; m < AAA_METHOD_N; m++)
		if ((help & all & AAA_BIT(m)) && !f.fix && !refuses) {
			snprintf(fix, sizeof(fix), "tunnel-group %s ppp-attributes\n authentication %s", s->group, aaa_method_word(m));
			f.fix = fix;
		}
	ppp_refused(s, f);
}

/* What a user's own attributes or those of his group policy say stands in the way. */
void ppp_refused_term(struct ppp_session *s, enum fail_cause cause, const char *wanted)
{
	static const struct {
		enum fail_cause cause;
		size_t own; /* a bool: the user has an attribute of his own */
		const char *line;
	} lines[] = {
	        {FAIL_HOURS, offsetof(struct aaa_user, a.has_hours), "vpn-access-hours none"},
	        {FAIL_POLICY_L2TP, offsetof(struct aaa_user, a.has_l2tp), "vpn-tunnel-protocol l2tp-ipsec"},
	        {FAIL_GROUP_LOCK, offsetof(struct aaa_user, has_group_lock), "group-lock none"},
	        {FAIL_LOGINS, offsetof(struct aaa_user, a.has_logins), "vpn-simultaneous-logins 3"},
	};
	const struct aaa_user *u = s->local_user[0] ? aaa_user_find(s->ppp->conf->aaa, s->local_user) : NULL;
	char fix[300] = "";
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].cause == cause) {
			bool own = u && *((const bool *)((const char *)u + lines[i].own));
			snprintf(fix, sizeof(fix), "%s %s attributes\n %s", own ? "username" : "group-policy",
			         own ? u->name : s->terms->policy, lines[i].line);
		}
	ppp_refused(s, (struct failure){.cause = cause, .offered = s->group, .wanted = wanted, .fix = fix});
}

/* The pools of the login; off, none, or all in use. */
void ppp_refused_address(struct ppp_session *s)
{
	const struct aaa_terms *t = s->terms;
	char pools[AAA_POOLS_MAX * (AAA_NAME_MAX + 2)] = "";
	size_t used = 0;
	for (size_t i = 0; i < t->npools && used < sizeof(pools); i++)
		used += (size_t)snprintf(pools + used, sizeof(pools) - used, "%s%s", i ? " " : "", t->pools[i]);
	struct failure f = {.cause = s->ppp->conf->no_local ? FAIL_POOL_OFF : t->npools == 0 ? FAIL_NO_POOL : FAIL_POOL_FULL,
	                    .object = pools,
	                    .wanted = pools};
	if (s->framed_ip && !s->ppp->conf->no_aaa)
		f.cause = FAIL_FRAMED_IP;
	ppp_refused(s, f);
}

void ppp_refused_silent(struct ppp_session *s)
{
	static const uint8_t causes[FAIL_STAGES] = {[FAIL_AT_LCP] = FAIL_LCP_SILENT,
	                                            [FAIL_AT_AUTH] = FAIL_AUTH_SILENT,
	                                            [FAIL_AT_ADDRESS] = FAIL_NO_POOL,
	                                            [FAIL_AT_IPCP] = FAIL_IPCP};
	ppp_refused(s, (struct failure){.cause = (enum fail_cause)causes[stage_of(s)]});
}
