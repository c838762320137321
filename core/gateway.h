/* The appliance as a whole: every engine, and the wires between them. Control thread only.
 *
 *   gateway.c   makes, runs and ends it
 *   engines.c   the engines, made and introduced to each other
 *   boot.c      the first configuration
 *   wiring.c    the ops through which IKE, L2TP, PPP and the packet path meet
 *   accounting.c  sessions as accounting servers are told of them
 *   dynamic.c   what servers may do to sessions that go on
 *   pki.c       what certificates ask of the appliance
 *   aaa_io.c    sockets of the servers that know users
 *   consoles.c  what the consoles ask: passwords, users
 *   admins.c    what they ask servers
 *   snapshot.c  the configuration compiled as a whole
 *   apply.c     what a commit changes in the live objects
 *   overtcp.c   says that IPsec over TCP is not served
 *   reload.c    `reload`
 *   dhcp.c      addresses from DHCP servers
 *   inform.c    what clients are told that ask by DHCPINFORM
 *   client_routes.c  routes to clients and to networks behind them
 *   filters*.c  access lists in force
 *   connections.c  what passes through
 *   translate*.c translation rules, and what the host filters, in nftables
 *   failures*.c the clients that did not get in, as `show vpn-sessiondb failures` explains them
 *   sessiondb.c the sessions as `show vpn-sessiondb` tells of them */
#ifndef CORE_GATEWAY_H
#define CORE_GATEWAY_H

#include <uv.h>

#include "cli/socket/control.h"
#include "cli/exec/config.h"
#include "cli/grammar/grammar.h"
#include "core/aaa/server.h"
#include "core/base/hash.h"
#include "core/base/pool.h"
#include "core/base/share.h"
#include "core/config/txn.h"
#include "core/net/capture.h"
#include "core/net/hostcfg.h"
#include "core/net/nat.h"
#include "core/net/probe.h"
#include "core/net/show.h"
#include "core/snapshot.h"
#include "core/worker.h"
#include "crypto/ipsec/show.h"
#include "crypto/pki/pki.h"
#include "crypto/prim/prim_batch.h"
#include "crypto/prim/prim_dh_pool.h"

struct aaa_admins;
struct sessiondb;
struct failures;
struct filters;
struct fetches;
struct helpers;
struct jobs;

struct gateway_options {
	const char *state_dir, *socket, *hardware, *config, *grammar;
	unsigned workers; /* of the packet path, 1 .. WORKERS_MAX */
	uint32_t offload; /* what may be left to the kernel, bits of enum offload */
	enum prim_backend crypto;
	int helpers; /* socket to the helper programs, -1 = none */
};

/* A flow as long as it lives: what L2TP is told about where a message came from. */
struct gw_flow {
	uint32_t peer, flow;
	bool udp_encap, reverse_route;
	bool l2tp; /* a message of it has come */
	const char *ifname, *group; /* shared (core/base/share.h) */
	unsigned users;    /* who is in over it */
	bool ending;       /* we ended the last one: only the goodbyes are waited for */
	struct timer idle; /* runs while nobody is in */
};

struct gateway {
	struct gateway_options opt;
	uv_loop_t loop;
	uv_timer_t tick;
	uv_signal_t sigterm, sigint;
	uv_poll_t poll500, poll_worker, poll_netlink;
	uv_async_t dh_ready;
	uv_prepare_t before_sleep;
	unsigned handles; /* of the above that are open */
	bool stopping, reload;
	bool reload_waits; /* for the last session to end */
	struct timer reload_hold; /* but no longer than that */
	uint64_t started_ms;

	struct clock clock;
	struct hardware hw;
	struct netlink *nl;
	struct ifaces *ifaces;
	struct hostcfg *hostcfg;
	struct nat *nat;
	struct nat_mapped *mapped; /* translate.c: what the host answers for now */
	size_t nmapped;
	struct nat_fixed *fixed; /* static translations in force, for show xlate */
	size_t nfixed;
	uint64_t fixed_ms;       /* when they came into force */
	struct conntrack *ct;    /* NULL: the kernel tells nothing */
	uint32_t translate_told, translate_host; /* translate.c: warnings told, interfaces as they were */
	struct logsinks *log;
	struct probes *probes;
	struct helpers *helpers;
	struct fetches *fetches; /* transfers for certificates; NULL while the appliance ends */
	struct captures *captures;
	struct net_show net_show;
	uint32_t offload; /* bits of enum offload in force */
	struct udp *udp500;
	/* one a worker */
	struct udp *udp4500[WORKERS_MAX];
	struct rawesp *raw[WORKERS_MAX];
	struct tun tun[WORKERS_MAX];
	struct workers *workers;

	struct prim_dh_pool *dh; /* helper threads for IKE */
	struct jobs *jobs;       /* and for certificates: keys made and at work, checks, CRLs read */
	uv_async_t jobs_ready;
	struct pki *pki;
	struct pki_ops pki_ops;
	int keys_dir; /* `keys` of the state directory, -1 = there is none */
	struct ike *ike;
	struct ike_ops ike_ops;
	struct ipsec_sadb *sadb;
	struct ipsec_sadb_hooks sadb_hooks;
	struct l2tp *l2tp;
	struct aaa_servers *servers;
	struct aaa_admins *admins;
	struct aaa_acct_engine *accounting;
	struct radius_dynamic *dynamic; /* what servers may do to sessions */
	struct ppp *ppp;
	struct hash *flows; /* flow -> struct gw_flow */
	struct pool *flow_pool;
	struct drop_counters drops; /* wiring.c */
	unsigned left;     /* flows that went down since the heap was trimmed */
	struct timer trim; /* runs when they are many */
	struct hash
	        *client_routes; /* address -> this, of the clients that have a route of their own */
	struct client_net *client_nets; /* networks behind clients (client_routes.c) */
	size_t n_client_nets;
	struct gw_dhcp *dhcp;
	struct gw_overtcp *overtcp; /* NULL while no port is listened on */
	struct sessiondb *sessions;
	struct failures *failures; /* clients that were refused */
	struct filters *filters; /* access lists */

	struct grammar *grammar;
	struct confsys *conf;
	struct session_env console_env;
	struct control *control;
	struct snapshot *snap; /* in force */
	struct exec_config exec;
	uint64_t changes, changes_seen; /* commits since the boot; those of whom we know whose they are */
	uint64_t changed_ms;
	time_t changed_at;
	char changed_by[AAA_USER_MAX + 1];
};

/* 0 or -errno with err; on failure what was made is ended again. gw is zeroed by the caller. */
int gateway_start(struct gateway *gw, const struct gateway_options *opt, struct err *err);
/* Starts the packet path's thread and runs until a signal or `reload` ends it. No thread exists before: privileges
 * are dropped between gateway_start and this. 0 or -errno when it could not start. */
int gateway_run(struct gateway *gw, struct err *err);
/* Goodbyes to clients and consoles, the host as it was. */
void gateway_stop(struct gateway *gw);
/* Ends the loop; the caller starts over. */
void gateway_reload_now(struct gateway *gw);

/* engines.c */
/* The packet path (its thread not started yet) and every engine. gw has clock, sockets and TUN device. */
int gateway_engines(struct gateway *gw, struct err *err);
/* The end of both: engines, configuration, what they are seen and logged through. After workers_free, when no
 * Diffie-Hellman runs any more. */
void gateway_engines_free(struct gateway *gw);
/* Everything that grammar/ names; before it is loaded. */
void gateway_register(struct gateway *gw);

/* wiring.c */
uint64_t gateway_drops(const struct gateway *gw, enum drop_reason why); /* of all stages */
extern const struct ike_ops gateway_ike_ops;
extern const struct l2tp_ops gateway_l2tp_ops;
extern const struct ppp_ops gateway_ppp_ops;
void gateway_worker_events(struct gateway *gw, struct worker_events *events);
void gateway_rx500(struct gateway *gw);
void gateway_flows_free(struct gateway *gw);
enum link_end gateway_link_end(enum sa_end why);

/* tap.c: what the control thread sees of packets goes into captures */
extern const struct capture_hooks gateway_capture_hooks; /* ctx to be filled in */
void gateway_tap(struct gateway *gw, struct ip4_end src, struct ip4_end dst, const uint8_t *data, size_t len);
void gateway_tap_clear(void *ctx, struct ip4_end local, struct ip4_end remote, bool out, struct bytes header,
                       struct bytes body);
/* `copy capture:NAME`: the capture as pcapng or as lines. 0 or -ENOENT. */
int gateway_capture_text(void *ctx, const char *name, bool pcap, struct out *out);

/* translate.c: the table of nftables when what it says may have changed */
void translate_apply(struct gateway *gw, const struct conf *old, const struct conf *next, const struct snapshot *s,
                     struct out *notes);
void translate_prepare(const struct gateway *gw, const struct conf *old, const struct conf *next, struct out *notes);
void translate_again(struct gateway *gw); /* a time range began or ended: what the host filters by */
void translate_interfaces(struct gateway *gw); /* an address may have changed */
void translate_end(struct gateway *gw);
/* connections.c: what passes, in show conn */
size_t connections_count(struct gateway *gw);
void connections_put(struct gateway *gw, struct out *o);
void connections_register(struct gateway *gw); /* show_local_host, clear_conn */
void translate_register(struct gateway *gw); /* show_nat */

/* apply.c */
extern const struct conf_hooks gateway_conf_hooks; /* ctx to be filled in */
void gateway_tell_interfaces(struct gateway *gw);

/* dhcp.c */
struct gw_dhcp *gateway_dhcp_new(struct gateway *gw);
/* The socket is closed when the event loop runs next; what is still leased is given back before. */
void gateway_dhcp_end(struct gateway *gw);
void gateway_dhcp_free(struct gateway *gw);
void gateway_dhcp_apply(struct gateway *gw, const struct snapshot *s, struct out *notes);
/* For struct ppp_ops. */
bool gateway_dhcp_ask(struct gateway *gw, const struct ppp_dhcp_ask *ask);
void gateway_dhcp_release(struct gateway *gw, uint32_t unit, bool in_use);
/* A message from port 67 of a server. */
void gateway_dhcp_input(struct gateway *gw, uint32_t from, const uint8_t *msg, size_t len);

/* inform.c: a client's IP packet to all DHCP servers */
void gateway_inform(void *gw, uint16_t tunnel, uint16_t call, const uint8_t *packet, size_t len);

/* accounting.c */
int gateway_accounting_new(struct gateway *gw, struct err *err);
void gateway_accounting_up(struct gateway *gw, const struct ppp_session_info *info);
void gateway_accounting_end(struct gateway *gw, const struct ppp_session_info *info, enum link_end why);
/* Every session has ended: tells servers that answer (a few seconds at most), writes down the rest, frees. */
void gateway_accounting_stop(struct gateway *gw);

/* dynamic.c */
extern const struct radius_dynamic_ops gateway_dynamic_ops; /* their ctx is the struct gateway */
int gateway_dynamic_new(struct gateway *gw, struct err *err);

/* pki.c */
extern const struct pki_ops gateway_pki_ops; /* their ctx is the struct gateway */
int gateway_pki_new(struct gateway *gw, struct err *err);
void gateway_pki_free(struct gateway *gw); /* before the configuration goes */

/* overtcp.c */
void gateway_overtcp_apply(struct gateway *gw, const struct snapshot *s);
void gateway_overtcp_end(struct gateway *gw); /* before the event loop ends */

/* reload.c */
/* The command; ctx is the gateway. */
void gateway_reload(void *ctx, const struct exec_ending *ending);
/* A session ended, or the configuration changed: is it time for a reload that waits? */
void gateway_reload_check(struct gateway *gw);

/* client_routes.c */
/* The client is in; wanted: also when the route of its pool leads to it (reverse-route). */
void gateway_client_route_add(struct gateway *gw, const struct ppp_session_info *info, bool wanted);
void gateway_client_route_del(struct gateway *gw, uint32_t ip);
/* The networks behind a client that its server named (Framed-Route); a network leads to one client; that of a
 * user who is there already goes over to his new session. */
void gateway_client_nets_add(struct gateway *gw, const struct ppp_session_info *info);
void gateway_client_nets_del(struct gateway *gw, const struct ppp_session_info *info);

/* account_log.c: messages 502101 to 502112 about a commit */
void gateway_log_account(const char *node, const struct centry *was, const struct centry *is);

/* boot.c: the startup configuration, the enable password, what the commands about both need */
int gateway_exec_register(struct gateway *gw, struct err *err);
int gateway_boot(struct gateway *gw, struct err *err);
/* Clients that are connected: address and interface. */
void gateway_each_client(struct gateway *gw, void (*fn)(void *arg, uint32_t ip, const char *ifname),
                         void *arg);

/* consoles.c: what a console may ask the appliance; without who logged in when. */
struct session_env gateway_console_env(struct gateway *gw);
/* Opens the consoles' socket. 0 or -errno with err. */
int gateway_consoles(struct gateway *gw, struct err *err);

/* admins.c: the members of env that ask and tell servers */
void gateway_admins_env(struct session_env *env);

/* system_show.c: show_version, show_asp_drop, clear_asp_drop */
void gateway_show_register(struct gateway *gw);

/* system_show_pix.c: show version as PIX 6 prints it; up: the time since the start. */
void system_show_version_pix(struct gateway *gw, const char *up, struct out *o);

#endif
