/* What is told of clients whose PPP comes to nothing. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/aaa/reply.h"
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

void ppp_refused_login(struct ppp_session *s, enum aaa_why why, const char *user)
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
	struct failure f = {.cause = why < AAA_WHY_N ? (enum fail_cause)causes[why] : FAIL_LOGIN,
	                    .user = user,
	                    .offered = offered,
	                    .wanted = aaa_why_text(why),
	                    .object = g ? aaa_server_name(aaa_servers(g, s->link.ifname)) : NULL};
	bool nobody = f.cause == FAIL_NO_USER || why == AAA_WHY_MALFORMED;
	if (nobody) /* it may be a password, typed in the wrong field */
		f.user = log_hidden(user);
	ppp_refused(s, f);
}

void ppp_refused_method(struct ppp_session *s, unsigned wants, bool refuses)
{
	const struct aaa_group *g = ppp_session_group(s);
	const struct aaa_conf *aaa = s->ppp->conf->aaa;
	unsigned able = g ? aaa_server_methods(aaa, aaa_servers(g, s->link.ifname)) : 0;
	char offered[80], allowed[80], text[80], wanted[240], fix[200];
	unsigned common = g ? g->methods & able : 0; /* the client was asked for these */
	unsigned help = wants & able & ~common;
	struct failure f = {.cause = able == 0         ? FAIL_SERVER
	                             : wants || common ? FAIL_METHOD
	                                               : FAIL_NO_METHOD,
	                    .offered = refuses  ? "to authenticate in no way"
	                               : wants  ? aaa_methods_text(wants, offered, sizeof(offered))
	                               : common ? "another protocol"
	                                        : NULL,
	                    .wanted = wanted,
	                    .object = g ? aaa_server_name(aaa_servers(g, s->link.ifname)) : NULL};
	snprintf(wanted, sizeof(wanted), "tunnel group: %s; its servers can do: %s",
	         aaa_methods_text(g ? g->methods : 0, allowed, sizeof(allowed)), aaa_methods_text(able, text, sizeof(text)));
	if (!wants && !common) /* the best that can be had, which all clients know */
		help = able & AAA_BIT(AAA_MSCHAP2) ? AAA_BIT(AAA_MSCHAP2) : able & -able;
	for (unsigned m = 0; m < AAA_METHOD_N; m++)
		if ((help & AAA_BIT(m)) && !f.fix) {
			snprintf(fix, sizeof(fix), "tunnel-group %s ppp-attributes\n authentication %s", s->group, aaa_method_word(m));
			f.fix = fix;
		}
	ppp_refused(s, f);
}

/* What a user's own attributes or those of his group policy say stands in the way. */
void ppp_refused_term(struct ppp_session *s, enum fail_cause cause, const char *wanted, const struct aaa_reply *reply)
{
#define USER(m)  offsetof(struct aaa_user, m)
#define REPLY(m) offsetof(struct aaa_reply, m)
	static const struct {
		enum fail_cause cause;
		size_t own, said; /* a byte, not 0: the user has an attribute of his own; the server has said it */
		const char *line;
	} lines[] = {
	        {FAIL_HOURS, USER(a.has_hours), REPLY(a.has_hours), "vpn-access-hours none"},
	        {FAIL_POLICY_L2TP, USER(a.has_l2tp), REPLY(a.has_l2tp), "vpn-tunnel-protocol l2tp-ipsec"},
	        {FAIL_GROUP_LOCK, USER(has_group_lock), REPLY(group_lock), "group-lock none"},
	        {FAIL_LOGINS, USER(a.has_logins), REPLY(a.has_logins), "vpn-simultaneous-logins 3"},
	};
#undef USER
#undef REPLY
	const struct aaa_user *u = s->local_user[0] ? aaa_user_find(s->ppp->conf->aaa, s->local_user) : NULL;
	char fix[300] = "", text[200] = "";
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].cause != cause)
			continue;
		bool own = u && ((const uint8_t *)u)[lines[i].own];
		bool said = reply && ((const uint8_t *)reply)[lines[i].said];
		const char *name = own ? u->name : s->terms->policy;
		if (!said && name[0])
			snprintf(fix, sizeof(fix), "%s %s attributes\n %s", own ? "username" : "group-policy", name, lines[i].line);
		snprintf(text, sizeof(text), "%s%s", wanted, said ? ", says the server" : "");
	}
	ppp_refused(s, (struct failure){.cause = cause, .offered = s->group, .wanted = text, .fix = fix});
}

static bool by_dhcp(const struct ppp_session *s)
{
	const struct aaa_group *g = ppp_session_group(s);
	return g && g->ndhcp && !s->ppp->conf->no_dhcp;
}

/* No answer of the DHCP servers; or the pools of the login: off, none, or all in use. */
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
	if (by_dhcp(s))
		f.cause = FAIL_DHCP;
	if (s->framed_ip && !s->ppp->conf->no_aaa)
		f.cause = FAIL_FRAMED_IP;
	ppp_refused(s, f);
}

/* Does it leave a login that was refused as it is? Then that is why it is not in. */
static bool gives_login_up(struct ppp_session *s)
{
	const struct ppp_auth *a = &s->auth;
	bool refused = a->run && a->again;
	if (refused)
		ppp_refused_login(s, (enum aaa_why)a->why, a->run->rq.user);
	return refused;
}

void ppp_refused_left(struct ppp_session *s)
{
	if (!gives_login_up(s))
		ppp_refused(s, (struct failure){.cause = FAIL_GAVE_UP});
}

void ppp_refused_silent(struct ppp_session *s)
{
	static const uint8_t causes[FAIL_STAGES] = {[FAIL_AT_LCP] = FAIL_LCP_SILENT,
	                                            [FAIL_AT_AUTH] = FAIL_AUTH_SILENT,
	                                            [FAIL_AT_ADDRESS] = FAIL_DHCP, /* nothing else takes time */
	                                            [FAIL_AT_IPCP] = FAIL_IPCP};
	if (!gives_login_up(s))
		ppp_refused(s, (struct failure){.cause = (enum fail_cause)causes[stage_of(s)]});
}
