/* One PPP session: the state all parts of this folder share. Lives from link_user->open to ->closed. */
#ifndef PPP_LINK_H
#define PPP_LINK_H

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "core/base/hash.h"
#include "core/base/pool.h"
#include "core/base/share.h"
#include "ppp/auth.h"
#include "ppp/fsm.h"
#include "ppp/ppp.h"

enum ppp_phase { PHASE_START, PHASE_LCP, PHASE_AUTH, PHASE_NETWORK, PHASE_TERMINATE };

/* What the peer told us in LCP; `next` while it is being negotiated. */
struct lcp_peer {
	uint16_t mru;
	uint32_t magic;
	bool acfc, pfc;
};

struct lcp_ours {
	uint16_t mru; /* 0 = no longer asked for */
	uint32_t magic;
	bool ask_magic;
	uint8_t naks;
};

/* What the server said that others than PPP need. */
struct ppp_said {
	uint32_t interim_s; /* of accounting, 0 = nothing */
	uint32_t classes_len, nroutes;
	struct aaa_route routes[AAA_ROUTES_MAX];
	uint8_t classes[]; /* as in struct aaa_reply */
};

struct ppp_session {
	struct ppp *ppp;
	uint32_t unit;
	struct link_info link; /* its texts, and those below, are shared (core/base/share.h) */
	const char *group;     /* as link.tunnel_group */
	const char *landed; /* the tunnel group IKE chose; the user may switch to another */
	const struct link_ops *ops;
	void *call; /* the L2TP side */
	struct debug_who who; /* for debug; its texts are those above and below */
	struct ppp_user *logins; /* those of the user, this one among them; NULL = not counted there (any more) */
	struct ppp_session *login_prev, *login_next;
	enum ppp_phase phase;
	unsigned depth; /* entered from outside that often: freed at 0 */
	bool gone;      /* the call is over */
	bool why_set;
	enum link_end why; /* our own reason, which is better than the link's */

	struct ppp_cp lcp, ipcp;
	struct lcp_peer peer, peer_next;
	struct lcp_ours ours;
	bool ipcp_addr, ipcp_addr_next; /* the peer asked for its address, and got it */
	bool ipcp_no_local;             /* the peer does not want ours */
	uint8_t ipcp_naks;
	uint8_t echo_id, echo_lost;
	bool echo_refused;

	struct ppp_auth auth;
	bool authenticated, up, data;
	bool local_login; /* the local database verified him: he goes when he is deleted there */
	bool dhcp; /* a server is being asked, or the address is leased from one */
	const char *user;
	/* shared: whose attributes of the local database apply, "" = nobody's: he goes when that one is deleted, too */
	const char *local_user;
	const char *acl; /* shared: the access list that the server sent, "" = none */
	const struct ppp_said *said; /* shared; NULL = nothing */
	const struct aaa_terms *terms; /* shared; without what a session may have of its own: */
	uint32_t framed_ip, dns[2], wins[2];
	enum aaa_method method; /* of the login */
	uint64_t login_ms;
	time_t login_wall;
	uint32_t ip, local_ip;
	const char *pool;
	struct ppp_counters counters; /* last seen */
	uint64_t control_in, control_out;
	uint64_t bad_frames;
	bool refusal_told;  /* ppp_refused */
	unsigned misplaced; /* packets of a protocol whose time had not come */

	struct timer start, setup, echo, limit;
};

/* The logins of one user that go on, the oldest first. */
struct ppp_user {
	uint32_t n;
	struct ppp_session *first, *last;
};

struct ppp {
	struct clock *clock;
	struct aaa_servers *servers;
	const struct ppp_ops *ops;
	void *ctx;
	const struct ppp_conf *conf;
	struct ppp_pools *pools;
	struct ppp_session *units[PPP_UNITS_MAX + 1]; /* by unit, from 1 */
	uint64_t taken[PPP_UNITS_MAX / 64 + 1];       /* a bit for each unit that has a session */
	struct pool *sessions, *auths, *eaps, *changes, *users;
	struct hash *by_call, *by_ip; /* tunnel and call, the client's address -> session */
	struct hash *by_user;         /* shared name -> struct ppp_user */
	uint32_t logins;              /* that go on, of all users */
	bool no_logins;
	struct ppp_stats stats;
};

/* Every entry from outside (packet, timer, call-back) stands between these two: leave frees the session when
 * it is gone. */
void ppp_enter(void *session);
void ppp_leave(void *session);

/* Ends the session in good order: LCP Terminate-Request, then the call. The first reason given stays. */
void ppp_session_close(struct ppp_session *s, enum link_end why);
/* Ends the call at once: the peer is not there any more, or there is nothing to say. */
void ppp_session_drop(struct ppp_session *s, enum link_end why);

/* The client is busy with its login, and may take longer than a link may otherwise until it is up; not beyond until_ms. */
void ppp_session_patience(struct ppp_session *s, uint64_t until_ms);

/* One frame of a control protocol to the peer. */
void ppp_session_send(void *session, uint16_t proto, const uint8_t *packet, size_t len);
/* It is one of this tunnel group, of this user. */
void ppp_session_set_group(struct ppp_session *s, const char *group);
void ppp_session_set_user(struct ppp_session *s, const char *user);
/* Its address; 0 = none. */
void ppp_session_set_ip(struct ppp_session *s, uint32_t ip);
struct ppp_session *ppp_session_by_ip(const struct ppp *p, uint32_t ip);
extern const struct aaa_terms ppp_no_terms; /* before the login */
void ppp_session_drop_terms(struct ppp_session *s);
void ppp_session_set_said(struct ppp_session *s, const struct aaa_reply *reply);
const struct aaa_group *ppp_session_group(const struct ppp_session *s);
/* "Group = G, Username = U, IP = A, " for messages of the IKE family. */
const char *ppp_session_prefix(const struct ppp_session *s, char *text, size_t cap);
void ppp_session_info(struct ppp_session *s, struct ppp_session_info *info);
uint16_t ppp_conf_mtu(const struct ppp_conf *c);

/* What the parts tell the session. */
void ppp_on_lcp_up(struct ppp_session *s);
void ppp_on_lcp_down(struct ppp_session *s);
void ppp_on_lcp_finished(struct ppp_session *s);
/* The user is who he says and may come in: 0, or the MS-CHAP error number to refuse him with (RFC 2759 §6). */
unsigned ppp_on_accept(struct ppp_session *s, const struct aaa_result *result);
/* The answer has been sent. */
void ppp_on_auth_done(struct ppp_session *s, bool ok);
void ppp_on_ipcp_up(struct ppp_session *s);
void ppp_on_ipcp_down(struct ppp_session *s);
void ppp_on_ipcp_finished(struct ppp_session *s);

/* lcp.c, ipcp.c */
void ppp_lcp_init(struct ppp_session *s);
void ppp_lcp_echo_start(struct ppp_session *s);
void ppp_lcp_protocol_reject(struct ppp_session *s, uint16_t proto, struct bytes information);
void ppp_ipcp_init(struct ppp_session *s);

/* refused.c: tells that the client does not get in, once a link. f: cause and what is special about it. */
void ppp_refused(struct ppp_session *s, struct failure f);
/* Its login was answered so. */
void ppp_refused_login(struct ppp_session *s, enum aaa_why why, const char *user);
/* No authentication protocol is left. wants: what the client asks for (AAA_BIT), 0 = not known; refuses: any. */
void ppp_refused_method(struct ppp_session *s, unsigned wants, bool refuses);
/* Terms of the user, his group policy or what the server said of him (NULL = nothing) keep him out. */
void ppp_refused_term(struct ppp_session *s, enum fail_cause cause, const char *wanted, const struct aaa_reply *reply);
/* No address for it. */
void ppp_refused_address(struct ppp_session *s);
/* It leaves before it is in. */
void ppp_refused_left(struct ppp_session *s);
/* It says nothing any more. */
void ppp_refused_silent(struct ppp_session *s);

/* A line of debug about the client of a session. */
#define ppp_debug(s, cat, level, ...) debug_for(&(s)->who, cat, level, __VA_ARGS__)

#endif
