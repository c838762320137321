/* ESP over hostile packets. First byte: which SA (bits 0-1), and whether the rest is a packet as it comes from
 * the wire or the plain text inside a packet that verifies (bit 7), which the target then encrypts and signs. Or (bit 6) a
 * stream over an SA of its own: what comes and what goes in the order of the input, with numbers, MACs and lifetimes of the
 * input's choice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"

enum { N_SA = 4, LEN_MAX = 4096, STREAM = 0x40 };

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
	table = esp_table_new(0, N_SA + 2);
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

/* Header, IV and encrypted text in out; the text is cut to whole blocks, the MAC to icv bytes. Returns the packet's length. */
static size_t seal(const struct sa_pair *pair, uint8_t *out, uint32_t seq, struct bytes plain, size_t icv)
{
	const uint8_t *text = plain.p;
	size_t len = plain.len;
	enum prim_cipher c = esp_cipher_info(pair->alg)->prim;
	const struct esp_mac_info *mac = esp_mac_info(pair->alg.mac);
	size_t block = prim_cipher_block(c), align = block ? block : 4;
	struct wr w = wr_of(out, LEN_MAX + 64);
	uint8_t digest[PRIM_MD_MAX], *body;

	len -= len % align;
	wr_u32(&w, pair->spi_in);
	wr_u32(&w, seq);
	wr_zero(&w, block);
	body = wr_space(&w, len);
	memcpy(body, text, len);
	if (block)
		prim_cbc_encrypt(c, (struct bytes){pair->keys->key_in, pair->alg.key_len}, body - block,
		                 body, body, len);
	if (mac->icv_len) {
		prim_hmac(mac->md, (struct bytes){pair->keys->mac_key_in, mac->key_len},
		          &(struct bytes){out, wr_len(&w)}, 1, digest);
		wr_bytes(&w, digest, icv < mac->icv_len ? icv : mac->icv_len);
	}
	return wr_len(&w);
}

/* ------------------------------------------------------------------ a stream */

enum op { IN, OUT, FLUSH, NUMBER, CUT, RAW, AGAIN, OPS };
enum { PACKETS = 48, ICV_CUT = 12 };

struct stream {
	struct sa_pair pair;
	struct esp_table *t;
	struct esp_sa *sa;
	struct pkt p[PACKETS], *in[PACKETS], *out[PACKETS];
	size_t n, nin, nout;
	uint32_t believed[PACKETS];
	size_t nbelieved;
	uint64_t now_ms;
};

static struct pkt *packet(struct stream *s, size_t head, struct bytes data, size_t tail)
{
	struct pkt *p = &s->p[s->n];
	size_t cap = head + data.len + tail;
	if (s->n == PACKETS)
		return NULL;
	s->n++;
	*p = (struct pkt){.buf = malloc(cap > 0 ? cap : 1), .cap = (uint32_t)cap, .off = (uint32_t)head, .len = (uint32_t)data.len};
	if (p->buf == NULL)
		abort();
	if (data.len > 0)
		memcpy(p->buf + head, data.p, data.len);
	p->udp_encap = s->pair.udp_encap;
	p->peer = s->pair.remote;
	return p;
}

/* Nothing that was believed is believed again. */
static void flush(struct stream *s)
{
	esp_in(s->t, s->in, s->nin, ++s->now_ms);
	for (size_t i = 0; i < s->nin; i++) {
		const struct pkt *p = s->in[i];
		if (p->drop != DROP_NONE || s->sa->replay.size == 0)
			continue;
		for (size_t k = 0; k < s->nbelieved; k++)
			if (s->believed[k] == p->seq)
				abort();
		s->believed[s->nbelieved++] = p->seq;
	}
	esp_out(s->t, s->out, s->nout, s->now_ms);
	for (size_t i = 0; i < s->nout; i++) {
		const struct pkt *p = s->out[i];
		if (p->drop == DROP_NONE && (p->len < 8 || p->off + p->len > p->cap || p->spi != s->pair.spi_out))
			abort();
	}
	s->nin = s->nout = 0;
}

static void come(struct stream *s, struct rd *r)
{
	static uint8_t sealed[LEN_MAX + 64];
	uint32_t seq = rd_u32(r);
	uint8_t how = rd_u8(r), n = rd_u8(r);
	struct bytes text = rd_bytes(r, n < rd_left(r) ? n : rd_left(r));
	size_t len = seal(&s->pair, sealed, seq, text, how & 1 ? ICV_CUT : PRIM_MD_MAX);
	if (how & 2)
		sealed[len - 1] ^= 1;
	struct pkt *p = packet(s, 0, (struct bytes){sealed, len}, 0);
	if (p == NULL)
		return;
	p->peer.port = (uint16_t)(p->peer.port + (how >> 2 & 3));
	p->udp_encap = p->udp_encap != ((how & 16) != 0);
	p->drop = how & 32 ? DROP_RUNT : DROP_NONE; /* by somebody before */
	s->in[s->nin++] = p;
}

static void go(struct stream *s, struct rd *r)
{
	static const uint8_t text[LEN_MAX];
	uint8_t how = rd_u8(r);
	size_t n = rd_u16(r);
	struct pkt *p = packet(s, how & 1 ? 3 : PKT_HEADROOM, (struct bytes){text, n % LEN_MAX}, how & 2 ? 3 : PKT_TAILROOM);
	if (p == NULL)
		return;
	p->tos = how;
	p->sa = how & 4 ? NULL : s->sa;
	p->drop = how & 8 ? DROP_RUNT : DROP_NONE;
	s->out[s->nout++] = p;
}

static void step(struct stream *s, struct rd *r)
{
	unsigned events;
	uint8_t n;
	struct pkt *p;
	switch (rd_u8(r) % OPS) {
	case IN:
		come(s, r);
		break;
	case OUT:
		go(s, r);
		break;
	case NUMBER:
		atomic_store(&s->sa->c.seq_out, rd_u32(r));
		break;
	case CUT:
		flush(s);
		esp_icv_cut(s->sa);
		break;
	case RAW:
		n = rd_u8(r);
		if ((p = packet(s, 0, rd_bytes(r, n < rd_left(r) ? n : rd_left(r)), 0)) != NULL)
			s->in[s->nin++] = p;
		break;
	case AGAIN:
		if (s->nin > 0 && (p = packet(s, 0, (struct bytes){s->in[s->nin - 1]->buf, s->in[s->nin - 1]->len}, 0)) != NULL)
			s->in[s->nin++] = p;
		break;
	default:
		flush(s);
		while (esp_table_event(s->t, &events) != NULL)
			;
	}
}

static void stream(const uint8_t *data, size_t len)
{
	static const struct {
		struct esp_alg alg;
		enum esp_mode mode;
	} kinds[] = {
	        {{ESP_CIPHER_AES, 16, ESP_MAC_SHA1}, ESP_TRANSPORT},   {{ESP_CIPHER_AES, 32, ESP_MAC_SHA256}, ESP_TRANSPORT},
	        {{ESP_CIPHER_3DES, 24, ESP_MAC_MD5}, ESP_TUNNEL},      {{ESP_CIPHER_NULL, 0, ESP_MAC_SHA1}, ESP_TRANSPORT},
	        {{ESP_CIPHER_AES, 16, ESP_MAC_NONE}, ESP_TRANSPORT},   {{ESP_CIPHER_NULL, 0, ESP_MAC_SHA256}, ESP_TUNNEL},
	        {{ESP_CIPHER_NULL, 0, ESP_MAC_SHA256}, ESP_TRANSPORT},
	};
	static const uint32_t windows[] = {0, 64, 128, 1024};
	static struct stream s;
	struct rd r = rd_of(data, len);
	size_t kind = rd_u8(&r) % (STREAM / 2) % (sizeof kinds / sizeof kinds[0]);
	uint8_t how = rd_u8(&r);
	struct sa_stats stats;

	s = (struct stream){.pair = pairs[0], .t = table};
	s.pair.spi_in = (N_SA + 1) << 12 | 1;
	s.pair.alg = kinds[kind].alg;
	s.pair.mode = kinds[kind].mode;
	s.pair.replay_window = windows[how & 3];
	s.pair.udp_encap = !(how & 4);
	s.pair.life_kb = how & 8 ? 2 : 0;
	s.pair.soft_kb = how & 8 ? 1 : 0;
	s.pair.local_proxy.port = how & 16 ? 0 : 1701;
	s.pair.remote_proxy.proto = how & 32 ? 6 : 17;
	s.sa = esp_sa_new(&s.pair, NULL);
	if (s.sa == NULL || !esp_table_put(table, s.sa))
		abort();
	s.sa->user = how & 64 ? &s : NULL; /* only its place is looked at */
	while (rd_left(&r) > 0 && s.n < PACKETS)
		step(&s, &r);
	flush(&s);
	esp_sa_stats(s.sa, &stats);
	for (size_t i = 0; i < s.n; i++)
		free(s.p[i].buf);
	esp_table_take(table, s.pair.spi_in);
	esp_sa_free(s.sa);
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
	if (data[0] & STREAM) {
		stream(data, len);
		return 0;
	}
	which = data[0] % N_SA;
	for (uint32_t i = 0; i < N_SA; i++)
		replay_init(&sas[i]->replay, 64);
	if (data[0] & 0x80) {
		len = seal(&pairs[which], sealed, 1, (struct bytes){data + 1, len - 1}, PRIM_MD_MAX);
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
