/* The ESP algorithms as a table: names, key and ICV lengths, and what they cost on the wire. */
#ifndef CRYPTO_IPSEC_ALG_H
#define CRYPTO_IPSEC_ALG_H

#include "core/base/sa.h"
#include "crypto/prim/prim.h"

struct esp_cipher_info {
	enum esp_cipher cipher;
	uint8_t key_len;
	enum prim_cipher prim;
	const char *name; /* "esp-aes-256" */
};

struct esp_mac_info {
	enum esp_mac mac;
	enum prim_md md;
	uint8_t key_len, icv_len;
	const char *name; /* "esp-sha-hmac" */
};

/* NULL when there is no such cipher with this key length. */
const struct esp_cipher_info *esp_cipher_info(struct esp_alg alg);
const struct esp_mac_info *esp_mac_info(enum esp_mac mac);
/* By the words of a transform set; false when not known. */
bool esp_cipher_by_name(struct str name, struct esp_alg *alg);
bool esp_mac_by_name(struct str name, enum esp_mac *mac);

/* "ipsec overhead N(M)" of show: N in all, M of them before the payload. The appliances count: outer IP
 * header (tunnel mode only), UDP header with NAT-T, ESP header, IV; then the ICV and, as an upper estimate of
 * padding and trailer, one cipher block (transport: DES with MD5 is 36) or one block and 2 bytes (tunnel:
 * AES with MD5 and NAT-T is 82(52)). */
unsigned esp_overhead(struct esp_alg alg, enum esp_mode mode, bool udp_encap, unsigned *before);
/* Exactly: the longest payload (transport: from the UDP header on; tunnel: the inner IP packet) that leaves
 * as an outer IP packet of at most path_mtu bytes; 0 when none does. */
unsigned esp_inner_mtu(struct esp_alg alg, bool udp_encap, unsigned path_mtu);

#endif
