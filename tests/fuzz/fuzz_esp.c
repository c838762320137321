/* esp_in over hostile packets. First byte: which SA (bits 0-1), and whether the rest is a packet as it comes from
 * the wire or the plain text inside a packet that verifies (bit 7), which the target then encrypts and signs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"

enum { N_SA = 4, LEN_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct esp_table *table;
static struct esp_sa *sas[N_SA];
static const struct sa_keys keys;
static struct sa_pair pairs[N_SA];

static void set_up(void)
{
	static const struct {
		struct esp_alg alg;
		enum esp_mode mode;
	} kinds[N_SA] = {
	        {{ESP_CIPHER_NULL, 0, ESP_MAC_NONE}, ESP_TRANSPORT},
	        {{ESP_CIPHER_NULL, 0, ESP_MAC_NONE}, ESP_TUNNEL},
	        {{ESP_CIPHER_AES, 16, ESP_MAC_SHA1}, ESP_TRANSPORT},
	        {{ESP_CIPHER_DES, 8, ESP_MAC_MD5}, ESP_TUNNEL},
	};

	prim_init(NULL);
	table = esp_table_new(0, N_SA + 1);
	for (uint32_t i = 0; i < N_SA; i++) {
		pairs[i] = (struct sa_pair){
		        .keys = &keys,
		        .peer = 1,
		        .flow = 1,
		        .spi_in = (i + 1) << 12 | 1,
		        .spi_out = 0x12345678,
		        .alg = kinds[i].alg,
		        .mode = kinds[i].mode,
		        .replay_window = 64,
		        .udp_encap = true,
		        .remote = {0xc6336407, 4500},
		        .local_proxy = {0xc0000201, UINT32_MAX, 17, 1701},
		        .remote_proxy = {0xc6336400, 0xffffff00, 17, 0},
		};
		sas[i] = esp_sa_new(&pairs[i], NULL);
		if (!sas[i] || !esp_table_put(table, sas[i]))
			abort();
	}
}

/* Header, IV and encrypted text in out; the text is cut to whole blocks. Returns the packet's length. */
static size_t seal(const struct sa_pair *pair, uint8_t *out, const uint8_t *text, size_t len)
{
	enum prim_cipher c = esp_cipher_info(pair->alg)->prim;
	const struct esp_mac_info *mac = esp_mac_info(pair->alg.mac);
	size_t block = prim_cipher_block(c), align = block ? block : 4;
	struct wr w = wr_of(out, LEN_MAX + 64);
	uint8_t digest[PRIM_MD_MAX], *body;

	len -= len % align;
	wr_u32(&w, pair->spi_in);
	wr_u32(&w, 1);
	wr_zero(&w, block);
	body = wr_space(&w, len);
	memcpy(body, text, len);
	if (block)
		prim_cbc_encrypt(c, (struct bytes){pair->keys->key_in, pair->alg.key_len}, body - block,
		                 body, body, len);
	if (mac->icv_len) {
		prim_hmac(mac->md, (struct bytes){pair->keys->mac_key_in, mac->key_len},
		          &(struct bytes){out, wr_len(&w)}, 1, digest);
		wr_bytes(&w, digest, mac->icv_len);
	}
	return wr_len(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t sealed[LEN_MAX + 64];
	struct pkt p = {.udp_encap = true, .peer = {0xc6336407, 4500}};
	struct pkt *batch[1] = {&p};
	uint32_t which;

	if (!table)
		set_up();
	if (!len || len > LEN_MAX)
		return 0;
	which = data[0] % N_SA;
	for (uint32_t i = 0; i < N_SA; i++)
		replay_init(&sas[i]->replay, 64);
	if (data[0] & 0x80) {
		len = seal(&pairs[which], sealed, data + 1, len - 1);
		data = sealed;
	} else {
		data++;
		len--;
	}
	/* exactly as long as the packet: one byte too far is seen */
	p.buf = malloc(len ? len : 1);
	if (!p.buf)
		return 0;
	memcpy(p.buf, data, len);
	p.cap = p.len = (uint32_t)len;
	esp_in(table, batch, 1, 1);
	if (!p.drop && p.len < 4) /* ports were looked at */
		abort();
	free(p.buf);
	return 0;
}
