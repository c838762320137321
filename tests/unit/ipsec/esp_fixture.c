#include "tests/unit/ipsec/esp_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/ipsec/alg.h"

struct sa_keys *fix_keys(void)
{
	static struct sa_keys store[256]; /* more than a test has at a time */
	static unsigned n;

	return &store[n++ % 256];
}

struct sa_pair fix_pair(struct esp_alg alg, enum esp_mode mode, bool udp_encap)
{
	struct sa_pair p = {
	        .peer = 7,
	        .flow = 9,
	        .spi_in = FIX_SPI_IN,
	        .spi_out = FIX_SPI_OUT,
	        .alg = alg,
	        .mode = mode,
	        .local = {FIX_SERVER, udp_encap ? 4500 : 0},
	        .remote = {FIX_CLIENT, udp_encap ? 61000 : 0},
	        .udp_encap = udp_encap,
	        .local_proxy = {FIX_SERVER, UINT32_MAX, 17, 1701},
	        .remote_proxy = {FIX_CLIENT, UINT32_MAX, 17, 1701},
	        .replay_window = 64,
	};

	struct sa_keys *keys = fix_keys();
	for (size_t i = 0; i < 32; i++) {
		keys->key_in[i] = (uint8_t)(i * 5 + 1);
		keys->key_out[i] = (uint8_t)(i * 7 + 2);
		keys->mac_key_in[i] = (uint8_t)(i * 11 + 3);
		keys->mac_key_out[i] = (uint8_t)(i * 13 + 4);
	}
	p.keys = keys;
	return p;
}

struct sa_pair fix_mirror(const struct sa_pair *pair, uint32_t spi_in)
{
	struct sa_pair m = *pair;

	m.spi_in = spi_in;
	m.spi_out = pair->spi_in;
	struct sa_keys *keys = fix_keys();
	memcpy(keys->key_in, pair->keys->key_out, 32);
	memcpy(keys->key_out, pair->keys->key_in, 32);
	memcpy(keys->mac_key_in, pair->keys->mac_key_out, 32);
	memcpy(keys->mac_key_out, pair->keys->mac_key_in, 32);
	m.keys = keys;
	m.local = pair->remote;
	m.remote = pair->local;
	m.local_proxy = pair->remote_proxy;
	m.remote_proxy = pair->local_proxy;
	return m;
}

struct fix_sas fix_open(struct sa_pair pair)
{
	struct fix_sas f = {.t = esp_table_new(0, 16), .pair = pair};
	struct sa_pair mirror = fix_mirror(&f.pair, FIX_SPI_OTHER);

	f.pair.spi_out = FIX_SPI_OTHER;
	mirror.spi_out = f.pair.spi_in;
	f.sa = esp_sa_new(&f.pair, NULL);
	f.other = esp_sa_new(&mirror, NULL);
	if (!f.t || !f.sa || !f.other || !esp_table_put(f.t, f.sa) || !esp_table_put(f.t, f.other))
		abort();
	return f;
}

void fix_close(struct fix_sas *f)
{
	esp_sa_free(f->sa);
	esp_sa_free(f->other);
	esp_table_free(f->t);
}

int fix_setup(void **state)
{
	(void)state;
	return prim_init(NULL);
}

int fix_teardown(void **state)
{
	(void)state;
	prim_free();
	return 0;
}

void fix_pkt_init(struct fix_pkt *f, const void *data, size_t len)
{
	memset(f, 0, sizeof(*f));
	f->p.buf = f->area;
	f->p.cap = sizeof(f->area);
	f->p.off = PKT_HEADROOM;
	f->p.len = (uint32_t)len;
	if (len + PKT_HEADROOM + PKT_TAILROOM > sizeof(f->area))
		abort();
	if (len)
		memcpy(f->area + PKT_HEADROOM, data, len);
}

void fix_pkt_udp(struct fix_pkt *f, uint16_t src, uint16_t dst, size_t n)
{
	uint8_t data[1800];
	struct wr w = wr_of(data, sizeof(data));

	wr_u16(&w, src);
	wr_u16(&w, dst);
	wr_u16(&w, (uint16_t)(8 + n));
	wr_u16(&w, 0);
	for (size_t i = 0; i < n; i++)
		wr_u8(&w, (uint8_t)(i * 3 + n));
	if (!wr_ok(&w))
		abort();
	fix_pkt_init(f, data, wr_len(&w));
}

void fix_pkt_esp(struct fix_pkt *f, const struct sa_pair *pair, uint32_t seq, const void *payload,
                 size_t len, uint8_t next, int pad_fault)
{
	const struct esp_cipher_info *ci = esp_cipher_info(pair->alg);
	const struct esp_mac_info *mi = esp_mac_info(pair->alg.mac);
	size_t block = prim_cipher_block(ci->prim), align = block ? block : 4, at;
	uint8_t data[1900], digest[32], pad = 0;
	struct wr w = wr_of(data, sizeof(data));

	wr_u32(&w, pair->spi_in);
	wr_u32(&w, seq);
	for (size_t i = 0; i < block; i++)
		wr_u8(&w, (uint8_t)(0xa0 + i + seq));
	at = wr_len(&w);
	wr_bytes(&w, payload, len);
	while ((len + pad + 2) % align) {
		pad++;
		wr_u8(&w, (uint8_t)(pad + pad_fault));
	}
	wr_u8(&w, pad);
	wr_u8(&w, next);
	if (block && prim_cbc_encrypt(ci->prim, (struct bytes){pair->keys->key_in, pair->alg.key_len},
	                              data + 8, data + at, data + at, wr_len(&w) - at) != 0)
		abort();
	if (mi->icv_len) {
		prim_hmac(mi->md, (struct bytes){pair->keys->mac_key_in, mi->key_len},
		          &(struct bytes){data, wr_len(&w)}, 1, digest);
		wr_bytes(&w, digest, mi->icv_len);
	}
	if (!wr_ok(&w))
		abort();
	fix_pkt_init(f, data, wr_len(&w));
	f->p.udp_encap = pair->udp_encap;
	f->p.peer = pair->remote;
	f->p.local = pair->local;
}
