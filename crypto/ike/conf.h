/* IKE's compiled configuration: what ike_conf_compile() makes of the config tree. Immutable. */
#ifndef CRYPTO_IKE_CONF_H
#define CRYPTO_IKE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/pki/check.h"

struct ike_cipher;
struct ike_hash;

struct ike_policy {
	uint32_t priority;
	uint16_t auth; /* AUTH_PSK, AUTH_RSA_SIG */
	const struct ike_cipher *cipher;
	const struct ike_hash *hash;
	uint16_t group;
	uint32_t life_s; /* 0 = none */
};

enum ike_identity { IKE_ID_AUTO, IKE_ID_ADDRESS, IKE_ID_HOSTNAME, IKE_ID_KEY_ID };

/* A tunnel group of type remote-access as IKE sees it. */
struct ike_group {
	const char *name;
	const char *psk; /* NULL = none configured */
	size_t psk_len;
	bool dpd; /* false: isakmp keepalive disable */
	uint32_t dpd_threshold_s, dpd_retry_s;
	bool behind_nat;     /* we are, and Windows is not told */
	uint32_t outside_ip; /* of our NAT, 0 = not said */
	bool l2tp_allowed; /* vpn-tunnel-protocol of its default group policy has l2tp-ipsec */
	/* certificates */
	const char *trust_point; /* ours; NULL = none */
	bool chain;              /* the certificates above ours are sent too */
	enum pki_id_validate id_validate;
};

/* tunnel-group-map: how the group of a peer with a certificate is found. */
struct ike_group_rule {
	const char *map; /* certificate map */
	uint32_t index;  /* of its rule */
	const struct ike_group *group;
};
struct ike_group_map {
	bool rules, ou, ike_id, peer_ip;
	const struct ike_group_rule *rule; /* in the order in which they are tried: by index, then by map */
	size_t nrules;
	const struct ike_group *fallback; /* default-group; NULL when that is not a remote-access group */
};

struct ike_conf {
	const struct ike_policy *policies; /* by priority */
	size_t npolicies;
	const char **enabled; /* names of interfaces */
	size_t nenabled;
	uint32_t natt_s; /* keepalive interval; 0 = NAT traversal off */
	enum ike_identity identity;
	const char *identity_text; /* host name or key id */
	const struct ike_group *groups; /* all of type remote-access, by name */
	size_t ngroups;
	const struct ike_group *ra; /* DefaultRAGroup among them: where Main Mode with a pre-shared key lands */
	struct ike_group_map map;
	uint32_t max_half_open;
	bool am_disable; /* Aggressive Mode is refused */
	bool vendor_id_disable; /* only that of NAT traversal is sent */
};

/* NULL when there is none of that name and of type remote-access. name may be NULL. */
const struct ike_group *ike_conf_group(const struct ike_conf *conf, const char *name);

#endif
