#include "crypto/ipsec/alg.h"

#include "crypto/ipsec/conf.h"

enum {
	IP_HEADER = 20,
	UDP_HEADER = 8,
	ESP_HEADER = 8,
	ESP_TRAILER = 2,
};

static const struct esp_cipher_info ciphers[] = {
        {ESP_CIPHER_NULL, 0, PRIM_CIPHER_NULL, "esp-null"}, /* RFC 2410 */
        {ESP_CIPHER_DES, 8, PRIM_DES, "esp-des"},           /* RFC 2405 */
        {ESP_CIPHER_3DES, 24, PRIM_3DES, "esp-3des"},       /* RFC 2451 */
        {ESP_CIPHER_AES, 16, PRIM_AES, "esp-aes"},          /* RFC 3602 */
        {ESP_CIPHER_AES, 24, PRIM_AES, "esp-aes-192"},
        {ESP_CIPHER_AES, 32, PRIM_AES, "esp-aes-256"},
};

static const struct esp_mac_info macs[] = {
        {ESP_MAC_NONE, PRIM_MD_NONE, 0, 0, "esp-none"},
        {ESP_MAC_MD5, PRIM_MD5, 16, 12, "esp-md5-hmac"},          /* RFC 2403 */
        {ESP_MAC_SHA1, PRIM_SHA1, 20, 12, "esp-sha-hmac"},        /* RFC 2404 */
        {ESP_MAC_SHA256, PRIM_SHA256, 32, 16, "esp-sha256-hmac"}, /* RFC 4868 */
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct esp_cipher_info *esp_cipher_info(struct esp_alg alg)
{
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		if (ciphers[i].cipher == alg.cipher && ciphers[i].key_len == alg.key_len)
			return &ciphers[i];
	}
	return NULL;
}

const struct esp_mac_info *esp_mac_info(enum esp_mac mac)
{
	for (size_t i = 0; i < COUNT(macs); i++) {
		if (macs[i].mac == mac)
			return &macs[i];
	}
	return NULL;
}

bool esp_cipher_by_name(struct str name, struct esp_alg *alg)
{
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		if (str_eq_cstr(name, ciphers[i].name)) {
			alg->cipher = ciphers[i].cipher;
			alg->key_len = ciphers[i].key_len;
			return true;
		}
	}
	return false;
}

bool esp_mac_by_name(struct str name, enum esp_mac *mac)
{
	for (size_t i = 0; i < COUNT(macs); i++) {
		if (str_eq_cstr(name, macs[i].name)) {
			*mac = macs[i].mac;
			return true;
		}
	}
	return false;
}

const char *esp_cipher_name(struct esp_alg alg)
{
	const struct esp_cipher_info *info = esp_cipher_info(alg);

	return info ? info->name : "esp-unknown";
}

const char *esp_mac_name(enum esp_mac mac)
{
	const struct esp_mac_info *info = esp_mac_info(mac);

	return info ? info->name : "esp-unknown";
}

static unsigned block_of(struct esp_alg alg)
{
	const struct esp_cipher_info *info = esp_cipher_info(alg);

	return info ? (unsigned)prim_cipher_block(info->prim) : 0;
}

static unsigned icv_of(struct esp_alg alg)
{
	const struct esp_mac_info *info = esp_mac_info(alg.mac);

	return info ? info->icv_len : 0;
}

unsigned esp_overhead(struct esp_alg alg, enum esp_mode mode, bool udp_encap, unsigned *before)
{
	unsigned block = block_of(alg), pad = block > 4 ? block : 4;
	unsigned head = ESP_HEADER + block;

	if (mode == ESP_TUNNEL) {
		head += IP_HEADER;
		pad += ESP_TRAILER;
	}
	if (udp_encap)
		head += UDP_HEADER;
	if (before)
		*before = head;
	return head + pad + icv_of(alg);
}

unsigned esp_inner_mtu(struct esp_alg alg, bool udp_encap, unsigned path_mtu)
{
	unsigned block = block_of(alg), align = block > 4 ? block : 4;
	unsigned fixed =
	        IP_HEADER + (udp_encap ? UDP_HEADER : 0) + ESP_HEADER + block + icv_of(alg);
	unsigned room;

	if (path_mtu <= fixed)
		return 0;
	room = (path_mtu - fixed) / align * align;
	return room > ESP_TRAILER ? room - ESP_TRAILER : 0;
}
