/* Inside the engine: its objects and what its files offer each other. Nobody outside crypto/ike (and its tests)
 * includes this.
 *
 *   ike ── peer ──┬── ike_sa ──┬── xchg (Main Mode)
 *                 │            └── xchg (Quick Mode) ...
 *                 └── flow ───── child (one pair of ESP SAs) ...
 */
#ifndef CRYPTO_IKE_ENGINE_H
#define CRYPTO_IKE_ENGINE_H

#include "core/base/countmap.h"
#include "core/base/debug.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/pool.h"
#include "core/base/share.h"
#include "core/base/sized.h"
#include "crypto/ike/again.h"
#include "crypto/ike/counts.h"
#include "crypto/ike/history.h"
#include "crypto/ike/ike.h"
#include "crypto/ike/keys.h"
#include "crypto/ike/natt.h"
#include "crypto/ike/proposal.h"
#include "crypto/ike/room.h"
#include "crypto/ike/source.h"
#include "crypto/ike/text.h"
#include "crypto/ike/waiting.h"
#include "crypto/ike/wire.h"
#include "crypto/ike/xchg.h"
#include "crypto/pki/check.h"
#include "crypto/pki/pki.h"

/* Ceilings: what strangers and peers can make us keep. */
enum {
	IKE_SAS_MAX = 40000,
	IKE_PEERS_MAX = 20000,
	IKE_HALF_OPEN_MAX = 1000,    /* unless the configuration says less */
	IKE_HALF_OPEN_ADDRESS = 100, /* of one address, which may be a NAT with many behind it; half of all at most */
	IKE_AMPLIFY_MOST = 3,        /* octets to an address that may be forged, for each that came from there */
	IKE_MSGIDS_MAX = 4096,       /* of Quick Modes that an SA has seen */
	IKE_SAS_PER_PEER = 4,
	IKE_QUICK_PER_SA = 8,
	IKE_FLOWS_PER_PEER = 16,
	IKE_CHILDREN_PER_FLOW = 4,
	IKE_NEG_BYTES = 24576, /* arena of one negotiation */
	IKE_ID_MAX = 2048,     /* body of an ID payload; names of certificates are long */
	IKE_CERTREQS_MAX = 48, /* authorities that a peer may name */
	IKE_NONCE_MAX = 256,
	IKE_NONCE_LEN = 20, /* ours */
	IKE_MICROSOFT_LIFE_S = 300, /* Windows takes a shorter lifetime for this one */
};

/* The word of flags that an SA keeps, as debug lines show it. */
enum ike_sa_flag {
	SAF_AGGRESSIVE = 0x00000001, /* made by Aggressive Mode */
	SAF_MAIN = 0x00000002,       /* made by Main Mode */
	SAF_INITIATOR = 0x00000020,  /* we began it */
	SAF_ACTIVE = 0x00000040,     /* Main Mode is complete */
	SAF_SUPERSEDED = 0x00000200, /* a newer one of the peer has taken over */
	SAF_REKEYING = 0x00000400,   /* we have begun the one that is to take over */
	SAF_PROVED = 0x00004000,     /* the peer has proved its identity */
	SAF_KEYED = 0x00008000,      /* the keys of phase 1 exist */
	SAF_DELETED = 0x01000000,    /* on its way out */
};

/* A Quick Mode. */
struct ike_qm {
	struct ike_xchg x;
	struct ike_qm *next;
	struct p2_transform chosen;
	struct esp_alg alg;
	enum esp_mode mode;
	bool udp;
	uint16_t group;                   /* PFS; 0 = none */
	uint32_t spi_in, spi_out;         /* spi_in reserved until the child takes it */
	uint32_t life_s, life_kb;         /* as agreed */
	uint32_t life_asked_s;            /* by the peer */
	bool tell_life;                   /* RESPONDER-LIFETIME belongs into QM2 */
	const struct ipsec_entry *entry;  /* only while QM1 is worked on */
	struct bytes id_local, id_remote; /* ID payload bodies; empty when none were sent */
	struct sa_proxy local_proxy, remote_proxy;
	size_t ke_len;                    /* of the peer's public value, 0 = it sent none; only while QM1 is worked on */
	bool natoa; /* the peer sent NAT-OA: so do we */
	bool refusal_told; /* qm_refused */
	uint32_t oa_i, oa_r;
	struct ike_flow *flow;   /* when this is a rekey */
	struct ike_child *child; /* installed, waiting for QM3 */
	uint32_t replay_window;
	bool reverse_route;
	int8_t df; /* set df-bit of the entry, -1 = the interface's */
	const char *map_name; /* shared (core/base/share.h) */
	uint16_t map_seq;
};

/* Of one message; it is there while fragments are. */
struct ike_frag_set {
	struct bytes part[32];
	struct arena *a;
	uint32_t ip; /* whose share they count to: where our cookie went; a fragment may seem to come from anywhere */
	uint16_t id;
	uint8_t last; /* number of the last one, 0 = not seen */
	size_t bytes;
	struct timer age; /* what does not become whole is forgotten */
};

struct ike_dpd {
	uint32_t seq_out, seq_in;
	bool seq_in_any;
	unsigned missed;
};

struct ike_sa {
	struct ike *ike;
	struct ike_peer *peer; /* once authenticated; from the start when we began it */
	struct ike_sa *peer_next;
	struct ike_sa *prev, *next; /* all SAs, oldest first */
	struct ike_sa *half_prev, *half_next; /* those under way, oldest first */
	uint8_t icookie[IKE_COOKIE_LEN], rcookie[IKE_COOKIE_LEN];
	uint32_t number;  /* unique in the engine: debug lines name it */
	uint32_t flags;   /* enum ike_sa_flag */
	uint32_t refs;    /* who holds it: its peer, its Quick Modes */
	uint32_t tunnels; /* pairs of ESP SAs that were made on it and live */
	bool half_open;
	struct ip4_end local, remote;
	struct ip4_end first_remote; /* where MM1 came from */
	const char *ifname; /* shared (core/base/share.h) */
	uint16_t ifindex;
	struct ike_xchg mm;
	/* agreed */
	const struct ike_auth *auth; /* auth.h */
	const struct ike_cipher *cipher;
	const struct ike_hash *hash;
	uint16_t group;
	uint32_t life_s, life_offered_s;
	bool tell_life;
	struct ike_keys keys;
	/* what the peer said about itself */
	enum natt_variant natt, natt_offered;
	enum natt_variant natt_like; /* of the SA that it is to follow, when we begin it */
	bool remote_nat, local_nat;
	bool dpd_peer, microsoft, fragmentation;
	bool contact; /* INITIAL-CONTACT was in Main Mode */
	bool refusal_told; /* ike_refused */
	uint8_t client;    /* enum client_kind */
	bool spoofed; /* Aggressive Mode for a tunnel group that is none: with a key that nobody has */
	struct pki_cert *cert; /* the peer's own, believed; NULL = none */
	const char *group_name; /* of its tunnel group, shared; NULL before it is known */
	struct ike_qm *quick;
	uint32_t
	        *msgids; /* of Quick Modes the peer began; the oldest is forgotten at the ceiling */
	size_t nmsgids, msgids_cap;
	struct timer expire, rekey;
	struct ike_dpd dpd;
	struct ike_frag_set *frag; /* NULL = none has come */
	uint16_t frag_id;          /* of the fragments of the last message */
	bool unproved; /* nothing has come yet that only who received our cookie can know */
	size_t credit; /* octets that may be sent until then */
	uint64_t began_ms, up_ms;
	uint64_t bytes_in, bytes_out;
};

struct ike_peer {
	struct ike *ike;
	struct ike_peer *prev, *next; /* in order of handles */
	struct ike_peer *end_next;    /* of those at the same address and port */
	uint32_t handle;
	bool dead, dying;
	uint8_t id_type;
	const struct ike_auth *auth;
	struct pki_cert *cert; /* of its newest SA; NULL = none */
	struct bytes id;   /* shared */
	const char *group; /* name of its tunnel group, shared */
	struct ip4_end local, remote;
	const char *ifname; /* shared (core/base/share.h) */
	uint16_t ifindex;
	uint32_t bare_s; /* since when it has IKE SAs and no flow, seconds of the clock */
	const char *user; /* shared */
	uint32_t client_ip;
	struct ike_sa *sas; /* newest first */
	struct ike_flow *flows;
	size_t nflows;
	struct timer liveness;  /* DPD; and whether it has come for more than IKE SAs */
	struct timer keepalive; /* NAT */
	uint64_t since_ms, ike_in_ms;
	unsigned last_try; /* of Main Modes that we began in vain */
	bool udp_encap, remote_nat, local_nat, microsoft;
	uint8_t client; /* enum client_kind, of its newest SA */
	bool aggressive; /* its IKE SAs are made by Aggressive Mode */
};

struct ike_flow {
	struct ike_peer *peer;
	struct ike_flow *next;
	uint32_t handle;
	bool up, dead, want_rekey;
	struct bytes id_local, id_remote; /* shared */
	struct sa_proxy local_proxy, remote_proxy;
	enum esp_mode mode;
	struct ike_child *children; /* newest first */
	struct ike_child *current;  /* what it is sent on */
	struct ike_child *awaited;  /* what it will be sent on once the peer is heard on it; NULL: nothing new */
	bool again;                 /* that is the second one: the peer did not use the first */
	size_t nchildren;
	/* what a rekey that we begin offers */
	struct esp_alg alg;
	uint16_t encap, group;
	uint32_t life_s, life_kb;
	bool natoa;
	uint32_t oa_local, oa_remote;
	uint32_t replay_window;
	bool reverse_route;
	int8_t df; /* set df-bit of the entry, -1 = the interface's */
	const char *map_name; /* shared (core/base/share.h) */
	uint16_t map_seq;
};

struct ike_child {
	struct ike_flow *flow;
	struct ike_sa *sa; /* that counts it, NULL when that is gone */
	struct ike_child *next;
	struct sa_pair pair; /* kept: sa_pair_forget */
	uint32_t number;     /* counts all there ever were */
	uint32_t msgid;      /* of the Quick Mode that made it */
	bool out, dead, superseded, began_by_us;
	struct ike_qm *qm; /* still waiting for QM3 */
	struct timer soft, hard;
	uint64_t since_ms;
};

/* Freed when the outermost entry into the engine returns: callbacks may end anything at any time. */
struct ike_grave {
	void *p;
	void (*bury)(struct ike *ike, void *p);
};

struct ike {
	struct clock *clock;
	const struct ike_ops *ops;
	void *ctx;
	struct pki *pki; /* NULL: no certificates */
	const struct ike_conf *conf;
	const struct ipsec_conf *ipsec;
	/* which map an interface has; tests put their own here */
	const struct ipsec_map *(*map_of)(struct ike *ike, const char *ifname);
	void *map_arg;
	struct ike_iface ifs[64];
	size_t nifs;
	struct pool *sa_pool, *peer_pool, *flow_pool, *child_pool, *qm_pool;
	struct hash *by_cookies; /* 16 bytes -> ike_sa */
	struct hash *
	        by_first; /* initiator's cookie, address, port -> ike_sa of a Main Mode we answered */
	struct countmap half_open_by_ip;
	struct hash *peers_by_handle, *flows_by_handle, *children_by_spi;
	struct hash *peers_by_end; /* address and port -> the first ike_peer there */
	struct ike_sa *sas, *sas_last;
	struct ike_sa *half, *half_last; /* half open, oldest first */
	size_t nsas, half_open;
	struct ike_peer *peers, *peers_last;
	size_t npeers;
	struct ike_job *jobs; /* running ones */
	size_t frag_bytes;      /* of fragments that are kept */
	struct countmap frag_bytes_by_ip; /* of whose share they are */
	uint32_t next_peer, next_flow, next_sa, next_xchg;
	uint64_t stat[STAT_N], stat_cleared[STAT_N]; /* what `clear crypto ikev1 stats` took off */
	struct crypto_work work; /* but for what stat and keys.c count */
	uint64_t peers_ever, peers_peak, child_ever, child_peak, conns_peak;
	uint64_t half_open_peak, put_off[PUT_OFF_N], drop[IKE_DROP_N];
	uint64_t no_stale_ms[IKE_STALE_N]; /* nothing to make room with before */
	struct ike_waiting waiting;
	struct ike_again again;
	struct ike_source sources[IKE_SOURCES];
	uint32_t sources_seed;
	uint8_t nobodys_key[32]; /* pre-shared key of tunnel groups that are none */
	unsigned depth;
	struct ike_grave *graves;
	size_t ngraves, graves_cap;
	/* lines that strangers can cause: a bucket, refilled with time */
	uint64_t bucket_ms;
	unsigned bucket;
	struct ike_msg msg; /* the message being worked on */
	struct ike_out out; /* the message being built */
	uint8_t clear[IKE_MSG_MAX];
	union {
		struct p1_offer p1;
		struct p2_offer p2;
	} offer;
};

/* How long an SA of this lifetime lives: one that Windows still sends on is not cut. */
static inline uint32_t ike_life_kept(const struct ike_sa *sa, uint32_t life_s)
{
	bool microsoft = sa->microsoft || (sa->peer != NULL && sa->peer->microsoft);
	return microsoft && life_s != 0 && life_s < IKE_MICROSOFT_LIFE_S ? IKE_MICROSOFT_LIFE_S : life_s;
}

/* ------------------------------------------------------------------ ike.c: entry, dispatch, sending */

void ike_enter(struct ike *ike);
void ike_leave(struct ike *ike);
void ike_bury(struct ike *ike, void *p, void (*bury)(struct ike *ike, void *p));
/* One more line that a stranger caused: may it be written? */
bool ike_may_log(struct ike *ike);
static inline void ike_drop(struct ike *ike, enum ike_drop why)
{
	ike->stat[STAT_IN_DROPS]++;
	ike->drop[why]++;
}
/* Something came up: the most connections there were at once. */
static inline void ike_count_conns(struct ike *ike)
{
	uint64_t n = ike->npeers + hash_count(ike->flows_by_handle);
	if (n > ike->conns_peak)
		ike->conns_peak = n;
}
const struct ike_iface *ike_iface_of(const struct ike *ike, uint32_t ip);
const struct ipsec_map *ike_map_of(struct ike *ike, const char *ifname);
/* Sends a finished message; counts it and shows it in debug. chain = its text of payloads. false: not now, it would be too
 * much for an address that may be forged. */
bool ike_transmit(struct ike *ike, struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                  struct bytes msg, const char *chain, uint32_t msgid, const char *verb);
/* Shows a protected message in clear to whoever wants that. */
void ike_tell_clear(const struct ike_sa *sa, bool out, struct bytes header, struct bytes body);
/* The message as it came, unwrapped: also called for reassembled ones. */
void ike_dispatch(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg);
/* A first message that has waited: it was shown and looked at when it came. */
void ike_first_kept(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg);

/* ------------------------------------------------------------------ steps.c: the exchanges' tables */

/* A message of an exchange: duplicate? decrypt, check against the table's row, run the handler, answer. */
void ike_step(struct ike_xchg *x, struct ip4_end local, struct ip4_end remote,
              const struct ike_hdr *hdr, struct bytes raw);
/* Decrypts an encrypted message into ike->clear and parses it into ike->msg. next_iv gets the last cipher block.
 * false with why when it is garbage. */
bool ike_open_msg(struct ike_sa *sa, const uint8_t *iv, const struct ike_hdr *hdr, struct bytes raw,
                  uint8_t *next_iv, const char **why);
/* The HASH payload that leads every message of phase 2: room for it, and its value once the rest is written.
 * nonce: empty for HASH(1), Ni_b for HASH(2). */
size_t ike_hash_open(struct ike_out *o, const struct ike_keys *k);
void ike_hash_close(struct ike_out *o, const struct ike_keys *k, size_t at, uint32_t msgid,
                    struct bytes nonce);
/* Whether the leading HASH payload of m is right. */
bool ike_hash_check(const struct ike_keys *k, const struct ike_msg *m, uint32_t msgid,
                    struct bytes nonce);
/* Pads and encrypts a finished message in place; iv becomes its last block. */
bool ike_seal(struct ike_out *o, const struct ike_keys *k, uint8_t *iv);

/* The rows' functions. */
enum ike_verdict mm_in1(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict mm_in2(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict mm_in3(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict mm_in4(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict mm_in5(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict mm_in6(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict qm_in1(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict qm_in2(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict qm_in3(struct ike_xchg *x, struct ike_msg *m);
/* Phase 1 that could not be decrypted or does not verify: the pre-shared keys differ. */
void mm_bad_psk(struct ike_sa *sa, const char *why);
/* We begin: a new IKE SA for a peer. */
void mm_begin(struct ike_peer *peer, const struct ike_sa *like);
/* We begin: new keys for a flow. false when there is no IKE SA to do it on. */
bool qm_begin(struct ike_sa *sa, struct ike_flow *flow);
/* Says that a Quick Mode failed (713902) and why; counts it. */
void qm_failed(struct ike_qm *qm, const char *why);
/* Ends a Quick Mode: removes it from its SA, and its pair of SAs when QM3 never came. */
void qm_end(struct ike_qm *qm);
/* Data came in on an SA whose QM3 has not: it is as good. */
void qm_confirmed(struct ike_qm *qm);

/* ------------------------------------------------------------------ sa.c: IKE SAs */

static inline bool sa_is(const struct ike_sa *sa, uint32_t flag)
{
	return (sa->flags & flag) != 0;
}
/* "MM" or "AM": how its phase 1 is done. */
static inline const char *sa_mode(const struct ike_sa *sa)
{
	return sa_is(sa, SAF_AGGRESSIVE) ? "AM" : "MM";
}
/* What the configuration says of a tunnel group now. One that is gone since a peer came in by it has no key and the
 * defaults; never NULL. */
const struct ike_group *ike_group_named(const struct ike *ike, const char *name);
static inline const struct ike_group *ike_group_of(const struct ike_sa *sa)
{
	return ike_group_named(sa->ike, sa->group_name);
}
struct ike_sa *sa_new(struct ike *ike, struct ip4_end local, struct ip4_end remote, bool initiator);
bool sa_index(struct ike_sa *sa); /* enters the cookies, once both are known */
void sa_index_first(struct ike_sa *sa);
struct ike_sa *sa_find(struct ike *ike, const uint8_t *icookie, const uint8_t *rcookie);
struct ike_sa *sa_find_first(struct ike *ike, const uint8_t *icookie, struct ip4_end remote);
/* Main Mode is over: timers of the established SA start, the peer takes it. */
void sa_established(struct ike_sa *sa);
/* Main Mode failed: keeps a shell for 30 s that answers repetitions with the last message. */
void sa_refuse(struct ike_sa *sa);
/* Removes it; sends a Delete first when tell is set. */
void sa_delete(struct ike_sa *sa, enum sa_end why, bool tell);
void sa_count_half_open(struct ike_sa *sa, bool half_open);
/* Would Diffie-Hellman be refused now? Counted as put off when it would. */
bool ike_dh_full(struct ike *ike);
/* Notes the message ID of an authenticated Quick Mode of the peer's. false when the SA has seen it before: a
 * replay (RFC 2409 §5.5: the message ID is unique). */
bool sa_msgid_new(struct ike_sa *sa, uint32_t msgid);
/* The established SA to use for a peer; NULL when there is none. */
struct ike_sa *sa_best(struct ike_peer *peer);
/* Quick Modes of ours that were not answered, and sent again so often, end; peer_begin_rekeys begins them anew. */
void sa_take_back_rekeys(struct ike_sa *sa, unsigned tries);

/* ------------------------------------------------------------------ peer.c: peers; flow.c: flows, children */

/* The peer this SA belongs to by identity, tunnel group, name in the certificate and address; a new one when there is
 * none. NULL at the ceiling. */
struct ike_peer *peer_for(struct ike_sa *sa, struct bytes id);
struct ike_peer *peer_find(struct ike *ike, uint32_t handle);
void peer_attach(struct ike_peer *peer, struct ike_sa *sa);
void peer_detach(struct ike_sa *sa);
/* Does the certificate of the SA bear the name of the one that the peer has proved itself with? It may be a new one. A peer
 * that has none is the same. */
bool peer_same_cert(const struct ike_peer *peer, const struct ike_sa *sa);
/* The certificate it has proved itself with last. */
void peer_note_cert(struct ike_peer *peer, struct pki_cert *cert);
/* Ends it when neither SA nor flow is left. */
void peer_check(struct ike_peer *peer, enum sa_end why);
void peer_drop(struct ike_peer *peer, enum sa_end why, bool tell);
/* 713259, unless the peer has a user: then the end of the user's session says it. */
void peer_say_torn_down(const struct ike_peer *peer, const char *why);
/* The peer sends from another address or port now (authenticated and fresh). */
void peer_move(struct ike_peer *peer, struct ip4_end local, struct ip4_end remote);
/* INITIAL-CONTACT: everything of this peer but this SA is from a former life. */
void peer_forget_old(struct ike_peer *peer, const struct ike_sa *keep);
void peer_begin_rekeys(struct ike_peer *peer);
struct ike_flow *flow_find(struct ike_peer *peer, struct bytes id_local, struct bytes id_remote,
                           enum esp_mode mode);
struct ike_flow *flow_new(struct ike_peer *peer, const struct ike_qm *qm);
void flow_remove(struct ike_flow *flow, enum sa_end why, bool tell);
/* New keys, by a Quick Mode of ours; when there is no IKE SA, one is made first. */
void flow_rekey(struct ike_flow *flow);
/* Installs the receiving side. NULL with err. */
struct ike_child *child_install(struct ike_qm *qm, struct sa_pair *pair, struct err *err);
/* Both sides have it: it becomes the flow's current one, of a rekey of ours when the peer has used it. */
void child_use(struct ike_child *child);
void child_remove(struct ike_child *child, enum sa_end why, bool tell);
struct ike_child *child_by_spi_in(struct ike *ike, uint32_t spi);

/* show_pix.c: show crypto isakmp sa as PIX 6 prints it. */
void ike_show_pix(const struct ike *ike, struct out *o);

#endif
