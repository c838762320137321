/* Where IKE and IPsec meet: what a negotiated pair of SAs is, what IKE asks of the data path and what the
 * data path tells IKE.
 *
 * Names used everywhere:
 *   peer  one IKE peer through all its IKE SAs (rekeys, re-authentication, NAT moves). A handle, never 0.
 *         Two clients behind one NAT are two peers; an address is never a key.
 *   flow  one pair of proxy identities of one peer through all its rekeyed SAs. An L2TP tunnel is pinned to
 *         the flow its first SCCRQ came in on, and is sent on whatever SA is the flow's current one. A
 *         handle, never 0.
 *   SPI   ours (inbound) is worker(4) | slot(16) | generation(12), see ARCHITECTURE: the SPI is the look-up. */
#ifndef CORE_BASE_SA_H
#define CORE_BASE_SA_H

#include "core/base/err.h"
#include "core/base/ip4.h"

enum esp_cipher { ESP_CIPHER_NULL, ESP_CIPHER_DES, ESP_CIPHER_3DES, ESP_CIPHER_AES };
enum esp_mac { ESP_MAC_NONE, ESP_MAC_MD5, ESP_MAC_SHA1, ESP_MAC_SHA256 };
enum esp_mode { ESP_TUNNEL, ESP_TRANSPORT };

struct esp_alg {
	enum esp_cipher cipher;
	uint8_t key_len; /* of the cipher, bytes: 0, 8, 24, 16/24/32 */
	enum esp_mac mac;
};

/* One proxy identity. port 0 = any, proto 0 = any. */
struct sa_proxy {
	uint32_t ip, mask;
	uint8_t proto;
	uint16_t port;
};

/* Of both directions; whoever makes them wipes them. */
struct sa_keys {
	uint8_t key_in[32], key_out[32];         /* cipher */
	uint8_t mac_key_in[32], mac_key_out[32]; /* 16, 20 or 32 bytes by mac */
};

struct sa_pair {
	uint32_t peer, flow;
	uint32_t spi_in, spi_out; /* host order */
	struct esp_alg alg;
	enum esp_mode mode;
	const struct sa_keys *keys;              /* while it is installed; NULL where it is only told of */
	struct ip4_end local, remote;            /* outer; ports are those of UDP encapsulation */
	bool udp_encap;                          /* RFC 3948 on port 4500; else protocol 50 */
	struct sa_proxy local_proxy, remote_proxy; /* as the SA allows (NAT: remote by its outer address) */
	uint32_t life_s, life_kb;                /* hard limits, 0 = none */
	uint32_t soft_s, soft_kb;                /* when to ask IKE for new keys, 0 = never */
	uint32_t replay_window;                  /* packets, 0 = off */
	uint8_t df_policy;                       /* 0 copy, 1 set, 2 clear */
	bool frag_after;                         /* cut into fragments outside, after encryption */
	bool reverse_route;                      /* the client gets a route of its own */
	uint16_t ifindex;                        /* of the interface the peer is on */
	uint16_t map_seq;
	const char *map_name; /* crypto map for `show`: name of the dynamic map */
	const char *ifname;   /* nameif */
};
/* A copy to be kept, without keys, its texts shared (core/base/share.h); and its end. */
void sa_pair_keep(struct sa_pair *to, const struct sa_pair *from);
void sa_pair_forget(struct sa_pair *pair);

/* What is counted of one pair, each by the worker alone; the hot ones first.
 * bytes: inner, after and before ESP. errs_in has kinds: replay .. pad, internal; errs_out: seq (numbers used up),
 * internal. prefrag: packets cut before encryption, and those that would have to be and could not (DF); postfrag: the
 * same of what comes out of it; frags_out: the pieces of both. pmtu_sent: senders told a smaller size; pmtu_rcvd: the
 * path turned out narrower. tfc_in: dummy packets (RFC 4303 §2.6). inner_frags_in: fragments inside a tunnel mode SA. */
#define SA_COUNTER_LIST(X)                                                                         \
	X(pkts_in) X(pkts_out) X(bytes_in) X(bytes_out) X(errs_in) X(errs_out)                     \
	X(replay_errs) X(auth_errs) X(len_errs) X(policy_errs) X(proto_errs) X(pad_errs)           \
	X(internal_in) X(internal_out) X(seq_errs) X(tfc_in) X(inner_frags_in)                     \
	X(prefrag_ok) X(prefrag_fail) X(postfrag_ok) X(postfrag_fail) X(frags_out)                 \
	X(pmtu_sent) X(pmtu_rcvd)

/* Counters and state of one pair, for show and DPD. */
struct sa_stats {
	bool exists;
	bool icv_cut; /* the peer agreed on HMAC-SHA-256 and sends 96 bits of it, and is sent as many */
#define X(name) uint64_t name;
	SA_COUNTER_LIST(X)
#undef X
	uint64_t last_in_ms; /* clock of the last authenticated packet, 0 = none yet */
	uint32_t kb_left;    /* UINT32_MAX = no limit */
	uint32_t seq_out, seq_in_high;
	uint64_t replay_map[2];
	uint32_t path_mtu;      /* of the path to the peer, 0 = not known */
	uint64_t path_until_ms; /* it is learned and believed so long, 0 = not learned, UINT64_MAX = always */
};

enum sa_end { SA_END_DELETED, SA_END_EXPIRED, SA_END_REPLACED, SA_END_ADMIN, SA_END_PEER_LOST };

/* What IKE asks of the data path (implemented by core/workers_sa.c; by a fake in tests). All calls come from the
 * control thread. */
struct sa_ops {
	/* A free inbound SPI for a peer, reserved until install or spi_free. 0 = none left. */
	uint32_t (*spi_alloc)(void *ctx, uint32_t peer);
	/* Before QM1 leaves: the peer may send on this SPI before install_in. Not for responders: nobody knows theirs then. */
	void (*spi_await)(void *ctx, uint32_t spi_in);
	void (*spi_free)(void *ctx, uint32_t spi_in);
	/* Before QM2 leaves: receive side. pair is copied; the caller wipes its own keys. 0 or -errno. */
	int (*install_in)(void *ctx, const struct sa_pair *pair, struct err *err);
	/* After QM3 (or when data comes in on it): send side of the same pair; becomes the flow's current SA. */
	void (*install_out)(void *ctx, uint32_t spi_in);
	void (*remove)(void *ctx, uint32_t spi_in, enum sa_end why);
	/* The peer's NAT mapping changed (authenticated): all its SAs send there from now on. */
	void (*move)(void *ctx, uint32_t peer, struct ip4_end remote);
	bool (*stats)(void *ctx, uint32_t spi_in, struct sa_stats *stats);
};

/* What the data path tells IKE. */
struct sa_events {
	void (*used)(void *ctx, uint32_t spi_in);        /* first authenticated packet on a new inbound SA */
	/* By sequence number (else by kilobytes); once per SA. */
	void (*soft_limit)(void *ctx, uint32_t spi_in, bool by_seq);
	void (*hard_limit)(void *ctx, uint32_t spi_in);  /* by kilobytes or sequence number */
	void (*moved)(void *ctx, uint32_t peer, struct ip4_end remote); /* authenticated ESP from a new address */
};

#endif
