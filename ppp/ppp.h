/* PPP for L2TP calls: what the gateway sees of it. One struct ppp serves all sessions; each L2TP call gets
 * its session through ppp_link_user(). Everything here runs on the control thread; the packet path is
 * ppp/data.h. */
#ifndef PPP_PPP_H
#define PPP_PPP_H

#include <time.h>

#include "core/aaa/aaa.h"
#include "core/base/clock.h"
#include "core/base/failure.h"
#include "core/base/link.h"
#include "core/base/show.h"

struct conf_check;
struct ppp;

struct aaa_route; /* core/aaa/reply.h */

enum {
	PPP_SESSIONS_MAX = 16384, /* users; `vpn-sessiondb max-other-vpn-limit` is 4096 unless it says more */
	PPP_UNITS_MAX = 20000,    /* sessions in any phase: who is too many is refused at his login, by name */
	/* Largest IP packet inside: 1400 + PPP 4 + L2TP 8 + UDP 8, ESP with AES and SHA-256 (8 + 16 + 2 + up to
	 * 15 + 16), UDP 8 and IP 20 stay within 1500 in transport mode. Also what Windows and Android ask. */
	PPP_MTU_DEFAULT = 1400,
	PPP_MRU_MIN = 576,
};

/* ------------------------------------------------------------------ configuration */

struct ppp_pool_conf {
	const char *name;
	uint32_t first, last;
	uint32_t mask; /* 0 = not given */
};

struct ppp_conf {
	const struct aaa_conf *aaa;
	const struct ppp_pool_conf *pools;
	size_t npools;
	uint32_t
	        local_ip; /* our end of every link; 0 = chosen by pool, see ppp_pool_gateway() in ppp/pool.h */
	const char *name;       /* we call ourselves so in CHAP: the hostname */
	uint16_t mtu;           /* most we send to and ask from a client; 0 = PPP_MTU_DEFAULT */
	uint16_t echo_s;        /* LCP echo interval, 0 = 30 */
	uint16_t echo_lost;     /* unanswered echoes in a row that end the session, 0 = 4 */
	uint32_t reuse_delay_s; /* an address that became free is held back that long */
	bool no_local;          /* `no vpn-addr-assign local`: no addresses from pools */
	uint32_t max_users;     /* who is in at the same time, 0 = no limit of the configuration */
	bool no_aaa;            /* `no vpn-addr-assign aaa`: no fixed addresses of users */
	bool no_dhcp;           /* `no vpn-addr-assign dhcp`: no server is asked */
};

/* Compiles address pools and what else PPP needs into the arena. local_ip may be 0. Never use the outside
 * interface's address: clients would route ESP into the tunnel. NULL with err when memory is short. */
const struct ppp_conf *ppp_conf_compile(const struct conf *c, struct arena *arena,
                                        const struct aaa_conf *aaa, uint32_t local_ip,
                                        struct out *notes, struct err *err);
/* `check:` functions of the grammar (ip_pool_check), for conf_check_register(). */
const struct conf_check *ppp_conf_checks(size_t *n);

/* ------------------------------------------------------------------ sessions, as others see them */

struct ppp_counters {
	uint64_t pkts_in, pkts_out, bytes_in, bytes_out; /* inner IP packets */
	uint64_t errs;
};

/* All facts of one session. Pointers live as long as the callback (or the walk) that gave them. */
struct ppp_session_info {
	uint32_t unit; /* "PPP virtual interface N", from 1 */
	const struct link_info *link;
	const char *user;         /* "" before authentication */
	const char *group_policy; /* "" before authentication */
	const char *filter;       /* vpn-filter, "" = none */
	const char *acl;          /* lines of the access list that the server sent, which goes before filter; "" = none */
	enum aaa_method method;   /* AAA_METHOD_N before LCP is open */
	bool up;                  /* IPCP has opened at least once */
	uint32_t ip;              /* the client's; 0 = none yet */
	uint32_t local_ip;
	const char *pool; /* the address comes from, "" = none */
	uint16_t mru;     /* the client's: what it can receive */
	uint16_t mtu;     /* largest IP packet we send it */
	bool acfc, pfc;
	uint64_t login_ms; /* clock of the login, 0 = not yet */
	time_t login_wall;
	uint32_t idle_s, session_s; /* timeouts, 0 = none */
	struct bytes classes;     /* for accounting, as in struct aaa_reply */
	uint32_t interim_s;       /* the server's wish for interim accounting, 0 = none */
	const struct aaa_route *routes; /* networks behind the client (Framed-Route) */
	size_t nroutes;
	bool local_user;          /* the local database knows him */
	const struct aaa_terms *terms; /* of his login */
	uint32_t dns[2], wins[2]; /* that he is given, 0 = none */
	uint64_t control_in,
	        control_out;          /* frames of LCP, authentication, IPCP, rejected protocols */
	struct ppp_counters counters; /* IP */
};

/* What is wanted of the DHCP servers of a tunnel group. Texts and servers live as long as the call. */
struct ppp_dhcp_ask {
	uint32_t unit;
	const char *user, *tunnel_group;
	const uint32_t *servers;
	size_t nservers;
	uint32_t scope; /* dhcp-network-scope, 0 = none */
};

/* What they gave: an address (0 = none of them did) and name servers, for want of those of the group policy. */
struct ppp_dhcp_answer {
	uint32_t ip;
	uint32_t dns[2], wins[2];
};

/* What PPP asks of the gateway. Any of them may be NULL. */
struct ppp_ops {
	/* IPCP is open: IP may pass to and from this address. mtu = largest IP packet to the client. */
	void (*data_open)(void *ctx, const struct link_info *link, uint32_t ip, uint16_t mtu,
	                  bool acfc, bool pfc);
	/* No more IP. Once for each data_open. */
	void (*data_close)(void *ctx, const struct link_info *link);
	/* Clock of the last IP packet either way; 0 = none yet. */
	uint64_t (*last_activity_ms)(void *ctx, uint16_t tunnel, uint16_t call);
	/* false when there are none (any more). */
	bool (*counters)(void *ctx, uint16_t tunnel, uint16_t call, struct ppp_counters *c);
	/* The user has proved who he is (ip 0), then: has an address. For IKE's messages and show. */
	void (*user_known)(void *ctx, uint32_t peer, uint16_t tunnel, uint16_t call,
	                   const char *user, uint32_t ip);
	/* The name in the peer's certificate as its group wants it (username-from-certificate), "" when there is none.
	 * false: the peer has shown no certificate. May be NULL. */
	bool (*certificate_user)(void *ctx, uint32_t peer, const struct aaa_group *g, char *user, size_t cap);
	/* Is this time-range in force now? */
	bool (*in_hours)(void *ctx, const char *time_range);
	/* Asks for an address; ppp_dhcp_done() follows, never from within. false: no server can be asked. */
	bool (*dhcp_ask)(void *ctx, const struct ppp_dhcp_ask *ask);
	/* Once for each dhcp_ask that was true: the lease goes back, or nobody waits for the answer any more.
	 * in_use: the address cannot be used, somebody has it. */
	void (*dhcp_end)(void *ctx, uint32_t unit, bool in_use);
	/* First time IPCP opens. */
	void (*session_up)(void *ctx, const struct ppp_session_info *info);
	/* Once for each session_up, with the last counters, when the link is gone: 113019 is the gateway's. */
	void (*session_end)(void *ctx, const struct ppp_session_info *info, enum link_end why);
	/* A client did not get as far as session_up; once a link. */
	void (*refused)(void *ctx, const struct failure *f);
};

/* servers (who is asked about users), ops and clock must outlive it. NULL when memory is short. No configuration yet: open() is refused. */
struct ppp *ppp_new(struct clock *clock, struct aaa_servers *servers, const struct ppp_ops *ops, void *ctx);
/* Ends every session (Administrator Shutdown); what still comes for one finds none. */
void ppp_shutdown(struct ppp *p);
/* The same, and frees. */
void ppp_free(struct ppp *p);

/* For L2TP; its ctx is the struct ppp. */
const struct link_user *ppp_link_user(void);

/* From now on conf is in force; the caller keeps it alive until the next call. Sessions keep the terms they
 * started with, except: user deleted, or pool (or the part of it they are in) removed: ended with
 * "Configuration Error". */
void ppp_set_conf(struct ppp *p, const struct ppp_conf *next);

/* The DHCP servers answered for this session. */
void ppp_dhcp_done(struct ppp *p, uint32_t unit, const struct ppp_dhcp_answer *answer);
/* The lease ran out and could not be renewed: the session ends. */
void ppp_dhcp_lost(struct ppp *p, uint32_t unit);

/* An IP packet of ours to the client of a session, past the packet path. false: there is no such session, or IP may not
 * pass (yet). */
bool ppp_send_ip(struct ppp *p, uint16_t tunnel, uint16_t call, const uint8_t *packet, size_t len);

/* Walks sessions in order of unit; fn may not end sessions. */
void ppp_each(struct ppp *p, void (*fn)(void *arg, const struct ppp_session_info *info), void *arg);
/* The one with this unit, if there is one. */
void ppp_find_unit(struct ppp *p, uint32_t unit, void (*fn)(void *arg, const struct ppp_session_info *info), void *arg);
bool ppp_find_call(struct ppp *p, uint16_t tunnel, uint16_t call, struct ppp_session_info *info);
bool ppp_find_ip(struct ppp *p, uint32_t ip, struct ppp_session_info *info);

/* From now on nobody new comes in: the appliance is about to go. */
void ppp_refuse_logins(struct ppp *p, bool refuse);

/* Which sessions; every member that is set must agree. All zero: all of them. */
struct ppp_filter {
	const char *user, *tunnel_group, *group_policy;
	uint32_t ip, peer_ip, unit;
	uint32_t peer; /* core/base/sa.h */
};
/* Ends them (LCP Terminate, then the call); returns how many. */
size_t ppp_logoff(struct ppp *p, const struct ppp_filter *filter, enum link_end why);

/* Other terms for a session that goes on. */
struct ppp_change {
	bool has_session, has_idle;
	uint32_t session_s; /* from now on, 0 = no limit */
	uint32_t idle_s;    /* 0 = none */
	const char *filter; /* vpn-filter, NULL = as it was */
	const char *acl;    /* lines of an access list in place of that, NULL = none */
};
/* false: there is no such session (any more), nobody has logged in, or memory is short. The filter is the caller's to
 * put into force. */
bool ppp_change(struct ppp *p, uint32_t unit, const struct ppp_change *change);

struct ppp_stats {
	unsigned users, users_most;     /* authenticated */
	unsigned pending, pending_most; /* authentication in progress */
	unsigned sessions, sessions_most;
	uint64_t total;  /* session_up ever */
	uint64_t denied; /* for want of room: max-other-vpn-limit, or no unit */
};
const struct ppp_stats *ppp_stats(const struct ppp *p);

/* Commands: show_vpdn_pppinterface, show_uauth, clear_uauth, show_ip_local_pool; ctx = struct ppp. */
const struct cmd_entry *ppp_commands(size_t *n);

#endif
