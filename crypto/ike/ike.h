/* IKEv1 (RFC 2407-2409, 3526, 3706, 3947, 5903): the engine that agrees on keys with the clients.
 *
 * It is a state machine without sockets, threads or system time: messages come in through ike_input(), leave
 * through ike_ops.send, time is the given clock, long Diffie-Hellman runs go through ike_ops.dh, and the keys it
 * agrees on go to the data path through struct sa_ops (core/base/sa.h). All calls on one thread. */
#ifndef CRYPTO_IKE_IKE_H
#define CRYPTO_IKE_IKE_H

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/failure.h"
#include "core/base/out.h"
#include "core/base/sa.h"
#include "core/base/show.h"
#include "core/base/work.h"
#include "core/config/read.h"
#include "crypto/ipsec/conf.h"
#include "crypto/prim/prim_dh.h"

struct ike;
struct pki;
struct pki_cert;
struct ike_conf; /* the compiled configuration; lives in the arena it was compiled into */

/* Ports: on 4500 messages carry the non-ESP marker (RFC 3948 §2.2) on the wire; the transport adds and removes
 * it, the engine never sees it. */
enum { IKE_PORT = 500, IKE_PORT_NATT = 4500, IKE_MSG_MAX = 16384 };

/* What the engine needs of its surroundings. */
enum {
	IKE_DH_BACKLOG = 256, /* less than a tenth of a second, with the slowest group half a second */
	IKE_DH_MOST = 1000,
};
struct ike_ops {
	/* One message; not kept. The transport puts the non-ESP marker before it when local.port is 4500. false: it
	 * could not be sent (it is repeated in its time). */
	bool (*send)(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
	             size_t len);
	/* A NAT keepalive: the single byte 0xff, without a marker (RFC 3948 §2.3). */
	void (*keepalive)(void *ctx, struct ip4_end local, struct ip4_end remote);
	/* Runs prim_dh_run(job), on another thread or at once, then calls done(arg) on the engine's thread -
	 * always later or before this returns, and always exactly once, also after ike_free(). job belongs to the
	 * engine and stays valid until done was called. 0 or -errno (then done is never called). */
	int (*dh)(void *ctx, struct prim_dh_job *job, void (*done)(void *arg), void *arg);
	/* Runs run(job), on another thread or at once, then done(job) on the engine's thread, in the same way as dh (a
	 * signature: milliseconds). run may be left out when the surroundings end. NULL = at once. 0 or -errno (then done is
	 * never called). */
	int (*work)(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job);
	/* Jobs given to dh or work whose done was not called yet, of whomever: while there are many no new negotiation is begun
	 * (IKE_DH_BACKLOG), while there are too many none goes on (IKE_DH_MOST). NULL = they never wait. */
	size_t (*dh_waiting)(void *ctx);
	/* The data path; sa_ctx is its first argument. */
	const struct sa_ops *sa;
	void *sa_ctx;
	/* A flow has its first SA that can send; pair without keys (zeroed). Not called again for rekeys. */
	void (*flow_up)(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair);
	/* A flow lost its last SA. Called once for every flow_up. */
	void (*flow_down)(void *ctx, uint32_t peer, uint32_t flow, enum sa_end why);
	/* The peer has no IKE SA and no flow any more, its handle is never used again. After its flow_downs. */
	void (*peer_down)(void *ctx, uint32_t peer, enum sa_end why);
	/* May a new peer begin now? NULL = always. */
	bool (*admit)(void *ctx);
	/* A protected message with its payloads in clear: header as sent, payloads. For captures; NULL = nobody. */
	void (*clear)(void *ctx, struct ip4_end local, struct ip4_end remote, bool out, struct bytes header,
	              struct bytes body);
	/* A client was refused; may be NULL. */
	void (*refused)(void *ctx, const struct failure *f);
};

/* ctx is the first argument of all ops but sa's. conf may be set later; until then nothing is answered. */
struct ike *ike_new(struct clock *clock, const struct ike_ops *ops, void *ctx);
/* Frees everything without sending anything (call ike_shutdown first for goodbyes). */
void ike_free(struct ike *ike);
/* Deletes to every peer, then drops all SAs (sa_ops.remove, flow_down and peer_down are called). */
void ike_shutdown(struct ike *ike);

/* ------------------------------------------------------------------ configuration */

/* The parts of the configuration tree that IKE owns, compiled into arena a. notes gets WARNING lines. */
int ike_conf_compile(const struct conf *c, struct arena *a, const struct ike_conf **out,
                     struct out *notes, struct err *err);
/* Both snapshots must stay valid until the next call (or ike_free). What happens to live SAs:
 *   IKE policies, PSK, tunnel group, maps' entries, transform sets, ACLs, NAT-T, keepalive: kept until rekey
 *   `no crypto ikev1 enable IF`, no crypto map left on the interface: its peers are dropped, with Deletes */
void ike_set_conf(struct ike *ike, const struct ike_conf *conf, const struct ipsec_conf *ipsec);
/* Who has our certificates and checks those of peers; outlives the engine. NULL (as at first): only pre-shared keys are
 * agreed on. */
void ike_set_pki(struct ike *ike, struct pki *pki);
/* Is IKE enabled on this interface (nameif)? For the owner of the sockets. */
bool ike_conf_enabled(const struct ike_conf *conf, const char *ifname);
/* The Diffie-Hellman groups that clients may choose in phase 1, each once; how many (cap at most). */
size_t ike_conf_groups(const struct ike_conf *conf, uint16_t *groups, size_t cap);
/* Seconds of `crypto isakmp nat-traversal`; 0 = off. Port 4500 is needed only when it is on. */
uint32_t ike_conf_natt(const struct ike_conf *conf);

struct ike_iface {
	char ifname[49]; /* nameif */
	uint32_t ip;     /* its address, host order */
	uint16_t ifindex;
};
/* The interfaces and their addresses: local addresses of messages are looked up here. Copied. */
void ike_set_interfaces(struct ike *ike, const struct ike_iface *ifs, size_t n);

/* Registers the `check:` functions named in the grammar (ike_*_check). Once, before grammar_load. */
void ike_conf_register(void);

/* ------------------------------------------------------------------ input */

/* One message as it came on UDP 500 (local.port 500) or 4500 (4500, marker removed). Hostile. */
void ike_input(struct ike *ike, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
               size_t len);
/* What the data path tells IKE; their ctx is the struct ike. */
extern const struct sa_events ike_sa_events;

/* ------------------------------------------------------------------ peers */

/* PPP authenticated the peer's user: for prefixes of messages and `show`. username "" forgets it. */
void ike_peer_set_user(struct ike *ike, uint32_t peer, const char *username, uint32_t client_ip);
/* Deletes to the peer, all its SAs removed, flow_down and peer_down called. text: the reason for message 713259
 * ("User Requested"), written unless the peer has a user, whose session's end says it; NULL = no message. */
void ike_drop_peer(struct ike *ike, uint32_t peer, enum sa_end why, const char *text);
/* Ends one flow: Deletes for its SAs; the peer's IKE SA stays. flow_down is called. */
void ike_drop_flow(struct ike *ike, uint32_t flow, enum sa_end why);

/* One peer as `show` tells of it. */
struct ike_peer_info {
	uint32_t peer;
	struct ip4_end remote, local;
	const char *ifname;
	const char *group;  /* tunnel group */
	const char *user;   /* "" while unknown */
	uint32_t client_ip; /* inside address, 0 while unknown */
	uint32_t assigned;  /* same as client_ip */
	bool has_sa;    /* an established IKE SA; the fields up to remaining_s are only then set */
	bool initiator; /* we began it */
	bool udp_encap; /* NAT-T in use */
	bool remote_nat, local_nat;
	const char *encrypt; /* "3DES" "AES256" */
	const char *hash;    /* "SHA1" */
	const char *auth;    /* "preSharedKeys" "rsaCertificate" */
	const struct pki_cert *cert; /* the peer's own, believed; NULL with a pre-shared key */
	uint16_t dh_group;
	uint32_t life_s, remaining_s; /* life_s 0 = none */
	uint64_t since_ms;            /* clock, when the peer came up */
	uint32_t neg_ms;              /* how long the Main Mode took */
	size_t nflows, nike_sas;
	uint64_t bytes_in, bytes_out; /* IKE messages */
	uint64_t last_ms;             /* clock of the last one received */
	bool microsoft;               /* a Windows vendor ID was seen */
	enum client_kind client;      /* by its vendor IDs */
};
/* false when there is no such peer. Texts live until the next call into the engine that is no question. */
bool ike_peer_info(struct ike *ike, uint32_t peer, struct ike_peer_info *info);
/* In order of their handles. fn must not call into the engine. */
void ike_each_peer(struct ike *ike, void (*fn)(void *arg, const struct ike_peer_info *info),
                   void *arg);

/* One SA pair of a flow (a flow has more than one around a rekey). */
struct ike_child_info {
	uint32_t peer, flow;
	struct sa_pair pair; /* without keys */
	bool current;        /* what the flow is sent on */
	uint32_t life_s, remaining_s;
	uint64_t since_ms;
};
void ike_each_child(struct ike *ike, uint32_t peer,
                    void (*fn)(void *arg, const struct ike_child_info *info), void *arg);

struct ike_counts {
	uint32_t peers, ike_sas, half_open, flows, child_sas;
	uint64_t peers_ever, peers_peak, child_ever, child_peak;
	uint64_t conns_peak; /* peers and flows, at the same time */
	uint64_t refused;    /* negotiations for which there was no room */
	uint32_t peers_max;
};
void ike_counts(const struct ike *ike, struct ike_counts *counts);
/* Is it the first message of a Main Mode? Whoever has several messages to give hands the others in first: what was
 * begun is finished before something new begins. */
bool ike_is_first(const uint8_t *msg, size_t len);
/* The rows of show crypto ikev1 stats, then what was put off and what was dropped, and why (IKE_PUT_OFF_LIST,
 * IKE_DROP_LIST), since the start. */
void ike_each_stat(const struct ike *ike, void (*fn)(void *arg, const char *label, uint64_t n), void *arg);
/* For show crypto protocol statistics. */
struct crypto_work ike_work(const struct ike *ike);

/* ------------------------------------------------------------------ commands
 * show_ikev1_sa show_isakmp_sa ("detail") · show_ikev1_stats · clear_ikev1_sa ("peer")
 * ctx of the handlers is the struct ike. */
void ike_show_register(struct ike *ike);

#endif
