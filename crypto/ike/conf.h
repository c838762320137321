/* IKE's compiled configuration: what ike_conf_compile() makes of the config tree. Immutable. */
#ifndef CRYPTO_IKE_CONF_H
#define CRYPTO_IKE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* A tunnel group as IKE sees it. */
struct ike_group {
	const char *name;
	const char *psk; /* NULL = none configured */
	size_t psk_len;
	bool dpd; /* false: isakmp keepalive disable */
	uint32_t dpd_threshold_s, dpd_retry_s;
	bool l2tp_allowed; /* vpn-tunnel-protocol of its default group policy has l2tp-ipsec */
};

struct ike_conf {
	const struct ike_policy *policies; /* by priority */
	size_t npolicies;
	const char **enabled; /* names of interfaces */
	size_t nenabled;
	uint32_t natt_s; /* keepalive interval; 0 = NAT traversal off */
	enum ike_identity identity;
	const char *identity_text; /* host name or key id */
	struct ike_group ra; /* DefaultRAGroup: where every client with a pre-shared key lands */
	uint32_t max_half_open;
};

#endif
