/* The IPsec part of the configuration, compiled: what Quick Mode asks when a client proposes. Immutable; lives
 * in the arena it was compiled into. */
#ifndef CRYPTO_IPSEC_CONF_H
#define CRYPTO_IPSEC_CONF_H

#include "core/base/sa.h"
#include "core/config/read.h"

/* One line of an access list: source is our side, destination the peer's side. Ports only count for TCP and
 * UDP; 0..65535 = any. */
struct ipsec_ace {
	bool permit;
	uint8_t proto; /* 0 = ip */
	uint32_t src, src_mask, dst, dst_mask;
	uint16_t sport_lo, sport_hi, dport_lo, dport_hi;
};

struct ipsec_acl {
	const char *name;
	const struct ipsec_ace *aces;
	size_t n;
};

struct ipsec_transform_set {
	const char *name;
	struct esp_alg alg;
	enum esp_mode mode;
};

/* One entry of a dynamic map as it hangs in a crypto map, every default resolved. */
struct ipsec_entry {
	const char *map; /* crypto map and the sequence number it is served at */
	uint16_t map_seq;
	const char *dynamic; /* dynamic map and its own sequence number: what `show` names */
	uint16_t seq;
	const struct ipsec_acl *acl; /* match address; NULL = whatever the client asks for */
	const struct ipsec_transform_set **sets; /* in the order of the line: first match wins */
	size_t nsets;
	uint16_t pfs_group;       /* 0 = no PFS demanded */
	uint32_t life_s, life_kb; /* life_kb 0 = unlimited */
	uint32_t replay_window;   /* packets, 0 = off */
	bool nat_t;               /* false: set nat-t-disable */
	bool reverse_route;
	int8_t df;     /* set df-bit: as in struct sa_pair, -1 = the interface says it */
	uint32_t peer; /* set peer: serves nobody else, 0 = anybody */
};

/* A peer of a static entry: whom we would call, had we LAN-to-LAN connections. */
struct ipsec_lan_peer {
	uint32_t ip;
	uint16_t seq;
};

struct ipsec_map {
	const char *name;
	const struct ipsec_entry *entries; /* dynamic entries only, in sequence order */
	size_t n;
	const struct ipsec_lan_peer *lan_peers; /* of its static entries */
	size_t nlan;
};

struct ipsec_conf;

/* 0 or -errno with err; everything is allocated from a. notes gets WARNING lines. */
int ipsec_conf_compile(const struct conf *c, struct arena *a, const struct ipsec_conf **out,
                       struct out *notes, struct err *err);
/* The map bound to an interface (nameif); NULL when there is none. */
const struct ipsec_map *ipsec_conf_map_for_interface(const struct ipsec_conf *c,
                                                     const char *ifname);
/* Names of interfaces with a map, i = 0 .. ; NULL at the end. */
const char *ipsec_conf_interface(const struct ipsec_conf *c, size_t i);
/* Entries in sequence order: NULL begins, NULL at the end. */
const struct ipsec_entry *ipsec_map_next(const struct ipsec_map *m, const struct ipsec_entry *prev);
/* May a pair of proxies be protected by this entry? (match address) */
bool ipsec_entry_permits(const struct ipsec_entry *e, const struct sa_proxy *local,
                         const struct sa_proxy *remote);
/* The first transform set equal to what the peer offers; NULL when none is. */
const struct ipsec_transform_set *ipsec_entry_match(const struct ipsec_entry *e, struct esp_alg alg,
                                                    enum esp_mode mode);
/* Does this entry serve a peer with this outer address? (set peer) */
bool ipsec_entry_serves(const struct ipsec_entry *e, uint32_t remote);
/* DF policy of an interface as in struct sa_pair: 0 copy, 1 set, 2 clear. */
uint8_t ipsec_conf_df(const struct ipsec_conf *c, const char *ifname);

/* crypto ipsec fragmentation after-encryption of an interface. */
bool ipsec_conf_frag_after(const struct ipsec_conf *c, const char *ifname);
/* Seconds of pmtu-aging, 0 = for ever. */
uint32_t ipsec_conf_pmtu_aging(const struct ipsec_conf *c);
/* Is this address a peer of a static entry of the interface's map? Those are LAN-to-LAN peers, which are not served.
 * *map and *seq say which entry. */
bool ipsec_conf_lan_peer(const struct ipsec_conf *c, const char *ifname, uint32_t ip,
                         const char **map, uint16_t *seq);

/* Every packet the pair of proxies can select is permitted by the list: one line permits the whole pair, and no
 * line before it denies any of it. A NULL list permits everything. */
bool ipsec_acl_permits(const struct ipsec_acl *acl, const struct sa_proxy *local,
                       const struct sa_proxy *remote);

/* "esp-3des esp-sha-hmac": as `show` and debug write an algorithm pair. */
const char *esp_cipher_name(struct esp_alg alg); /* "esp-3des" */
const char *esp_mac_name(enum esp_mac mac);      /* "esp-sha-hmac", "esp-none" */

/* Registers the `check:` functions named in the grammar. Once, before grammar_load. */
void ipsec_conf_register(void);

#endif
