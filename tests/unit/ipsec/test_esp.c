#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ipsec/alg.h"
#include "tests/unit/ipsec/esp_fixture.h"
#include "tests/vectors/esp.h"
#include "tests/vectors/hex.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
enum { NOW = 5000 };

static const struct esp_alg all_algs[] = {
        {ESP_CIPHER_DES, 8, ESP_MAC_MD5},      {ESP_CIPHER_DES, 8, ESP_MAC_SHA1},
        {ESP_CIPHER_DES, 8, ESP_MAC_SHA256},   {ESP_CIPHER_DES, 8, ESP_MAC_NONE},
        {ESP_CIPHER_3DES, 24, ESP_MAC_MD5},    {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1},
        {ESP_CIPHER_3DES, 24, ESP_MAC_SHA256}, {ESP_CIPHER_3DES, 24, ESP_MAC_NONE},
        {ESP_CIPHER_AES, 16, ESP_MAC_MD5},     {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},
        {ESP_CIPHER_AES, 24, ESP_MAC_SHA256},  {ESP_CIPHER_AES, 24, ESP_MAC_NONE},
        {ESP_CIPHER_AES, 32, ESP_MAC_MD5},     {ESP_CIPHER_AES, 32, ESP_MAC_SHA256},
        {ESP_CIPHER_NULL, 0, ESP_MAC_MD5},     {ESP_CIPHER_NULL, 0, ESP_MAC_SHA1},
        {ESP_CIPHER_NULL, 0, ESP_MAC_SHA256},  {ESP_CIPHER_NULL, 0, ESP_MAC_NONE},
};
static const struct esp_alg aes_sha1 = {ESP_CIPHER_AES, 16, ESP_MAC_SHA1};

static struct fix_sas open_as(struct esp_alg alg, enum esp_mode mode, bool encap)
{
	return fix_open(fix_pair(alg, mode, encap));
}

static void in_one(struct fix_sas *f, struct fix_pkt *p)
{
	struct pkt *batch[1] = {&p->p};

	esp_in(f->t, batch, 1, NOW);
}

static void out_one(struct fix_sas *f, struct fix_pkt *p, struct esp_sa *sa)
{
	struct pkt *batch[1] = {&p->p};

	p->p.sa = sa;
	esp_out(f->t, batch, 1, NOW);
}

/* What a packet from the client looks like, built without the code under test. */
static enum drop_reason receive(struct fix_sas *f, uint32_t seq)
{
	struct fix_pkt udp, p;

	fix_pkt_udp(&udp, 1701, 1701, 40);
	fix_pkt_esp(&p, &f->pair, seq, pkt_data(&udp.p), udp.p.len, 17, 0);
	in_one(f, &p);
	return p.p.drop;
}

static void from_scratch(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(all_algs); i++) {
		struct fix_sas f = open_as(all_algs[i], ESP_TRANSPORT, i & 1);
		struct sa_stats stats;

		for (size_t len = 0; len < 40; len++) {
			struct fix_pkt udp, p;

			fix_pkt_udp(&udp, 1701, 1701, len);
			fix_pkt_esp(&p, &f.pair, (uint32_t)len + 1, pkt_data(&udp.p), udp.p.len, 17,
			            0);
			in_one(&f, &p);
			assert_int_equal(p.p.drop, DROP_NONE);
			assert_ptr_equal(p.p.sa, f.sa);
			assert_int_equal(p.p.spi, FIX_SPI_IN);
			assert_int_equal(p.p.seq, len + 1);
			assert_int_equal(p.p.len, udp.p.len);
			assert_memory_equal(pkt_data(&p.p), pkt_data(&udp.p), udp.p.len);
		}
		esp_sa_stats(f.sa, &stats);
		assert_int_equal(stats.pkts_in, 40);
		assert_int_equal(stats.bytes_in, 40 * 8 + 39 * 40 / 2);
		assert_int_equal(stats.last_in_ms, NOW);
		assert_int_equal(stats.kb_left, UINT32_MAX);
		fix_close(&f);
	}
}

static void there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(all_algs); i++) {
		for (int mode = ESP_TUNNEL; mode <= ESP_TRANSPORT; mode++) {
			struct fix_sas f = open_as(all_algs[i], (enum esp_mode)mode, !(i & 1));
			struct fix_pkt pkts[70], want[70];
			struct pkt *batch[70];

			for (size_t k = 0; k < COUNT(pkts); k++) {
				fix_pkt_udp(&pkts[k], 1701, 1701, k * 20);
				want[k] = pkts[k];
				pkts[k].p.sa = f.sa;
				pkts[k].p.tos = 0xbb; /* EF with ECN bits */
				batch[k] = &pkts[k].p;
			}
			batch[3]->drop = DROP_ACL_DROP;
			esp_out(f.t, batch, COUNT(pkts), NOW);
			for (size_t k = 0; k < COUNT(pkts); k++) {
				const struct pkt *p = batch[k];
				uint32_t body;

				if (k == 3)
					continue;
				assert_int_equal(p->drop, DROP_NONE);
				assert_int_equal(p->tos, 0xb8);
				assert_int_equal(p->spi, FIX_SPI_OTHER);
				assert_int_equal(p->seq, k < 3 ? k + 1 : k);
				assert_int_equal(p->peer.ip, FIX_CLIENT);
				assert_int_equal(p->local.ip, FIX_SERVER);
				assert_int_equal(p->udp_encap, !(i & 1));
				body = p->len - 8 - f.sa->iv_len - f.sa->icv_len;
				assert_int_equal(body % f.sa->align, 0);
				if (mode == ESP_TRANSPORT)
					assert_in_range(body - want[k].p.len - 2, 0,
					                f.sa->align - 1);
			}
			esp_in(f.t, batch, COUNT(pkts), NOW);
			for (size_t k = 0; k < COUNT(pkts); k++) {
				if (k == 3)
					continue;
				assert_int_equal(batch[k]->drop, DROP_NONE);
				assert_ptr_equal(batch[k]->sa, f.other);
				assert_int_equal(batch[k]->len, want[k].p.len);
				assert_memory_equal(pkt_data(batch[k]), pkt_data(&want[k].p),
				                    want[k].p.len);
			}
			fix_close(&f);
		}
	}
}

static void rfc3602(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(esp_vectors); i++) {
		const struct esp_vector *v = &esp_vectors[i];
		struct sa_pair pair = fix_pair((struct esp_alg){ESP_CIPHER_AES, 16, ESP_MAC_NONE},
		                               v->mode, false);
		uint8_t data[256], inner[128];
		struct wr w = wr_of(data, sizeof(data));
		size_t len = hex_bytes(v->inner, inner, sizeof(inner));
		struct fix_pkt p;
		struct fix_sas f;

		pair.spi_in = v->spi;
		struct sa_keys keys = *pair.keys;
		hex_bytes(v->key, keys.key_in, 16);
		pair.keys = &keys;
		f = fix_open(pair);
		wr_u32(&w, v->spi);
		wr_u32(&w, v->seq);
		hex_bytes(v->iv, wr_space(&w, 16), 16);
		w.p += hex_bytes(v->cipher_text, w.p, (size_t)(w.end - w.p));
		fix_pkt_init(&p, data, wr_len(&w));
		in_one(&f, &p);
		/* decrypted as printed there; ICMP is not what our SAs carry */
		assert_int_equal(p.p.drop, DROP_ESP_POLICY);
		assert_int_equal(p.p.len, len);
		assert_memory_equal(pkt_data(&p.p), inner, len);
		fix_close(&f);
	}
}

static void damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(all_algs); i++) {
		struct fix_sas f = open_as(all_algs[i], ESP_TRANSPORT, false);
		struct fix_pkt udp, good;
		uint32_t seq = 1;

		fix_pkt_udp(&udp, 1701, 1701, 50);
		fix_pkt_esp(&good, &f.pair, seq, pkt_data(&udp.p), udp.p.len, 17, 0);
		if (all_algs[i].mac != ESP_MAC_NONE) {
			for (uint32_t k = 4; k < good.p.len; k++) {
				struct fix_pkt p = good;

				p.p.buf = p.area;
				p.area[p.p.off + k] ^= 0x10;
				in_one(&f, &p);
				assert_int_equal(p.p.drop, DROP_ESP_AUTH);
			}
			assert_int_equal(ctr_get(&f.sa->c.auth_errs), good.p.len - 4);
			/* nothing of that moved the window or counted as traffic */
			assert_int_equal(f.sa->replay.top, 0);
			assert_int_equal(ctr_get(&f.sa->c.last_in_ms), 0);
		}
		assert_int_equal(receive(&f, 2), DROP_NONE); /* how long a MAC is is settled: test_esp_icv.c */
		for (uint32_t len = 0; len < good.p.len; len++) { /* every shorter packet */
			struct fix_pkt p;

			fix_pkt_init(&p, pkt_data(&good.p), len);
			in_one(&f, &p);
			assert_int_not_equal(p.p.drop, DROP_NONE);
			if (len < 8)
				assert_int_equal(p.p.drop, DROP_RUNT);
		}
		fix_close(&f);
	}
}

static void replayed(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TRANSPORT, false);
	struct fix_pkt udp, p[3];
	struct pkt *batch[3] = {&p[0].p, &p[1].p, &p[2].p};

	(void)state;
	assert_int_equal(receive(&f, 0), DROP_ESP_REPLAY);
	assert_int_equal(receive(&f, 10), DROP_NONE);
	assert_int_equal(receive(&f, 10), DROP_ESP_REPLAY);
	assert_int_equal(receive(&f, 9), DROP_NONE);
	assert_int_equal(receive(&f, 100), DROP_NONE);
	assert_int_equal(receive(&f, 36), DROP_ESP_REPLAY);
	assert_int_equal(receive(&f, 37), DROP_NONE);
	/* the same packet twice within a batch passes once */
	fix_pkt_udp(&udp, 1701, 1701, 40);
	for (int i = 0; i < 3; i++)
		fix_pkt_esp(&p[i], &f.pair, i == 2 ? 102 : 101, pkt_data(&udp.p), udp.p.len, 17, 0);
	esp_in(f.t, batch, 3, NOW);
	assert_int_equal(p[0].p.drop, DROP_NONE);
	assert_int_equal(p[1].p.drop, DROP_ESP_REPLAY);
	assert_int_equal(p[2].p.drop, DROP_NONE);
	assert_int_equal(ctr_get(&f.sa->c.replay_errs), 4);
	fix_close(&f);
}

static enum drop_reason crafted(struct fix_sas *f, uint32_t seq, const void *data, size_t len,
                                uint8_t next, int fault)
{
	struct fix_pkt p;

	fix_pkt_esp(&p, &f->pair, seq, data, len, next, fault);
	in_one(f, &p);
	return p.p.drop;
}

static void inner_transport(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TRANSPORT, false);
	struct fix_pkt u;
	uint8_t data[64] = {0};

	(void)state;
	fix_pkt_udp(&u, 1701, 1701, 3);
	assert_int_equal(crafted(&f, 1, pkt_data(&u.p), u.p.len, 17, 1), DROP_ESP_PAD);
	assert_int_equal(crafted(&f, 2, pkt_data(&u.p), u.p.len, 59, 0), DROP_ESP_DUMMY);
	assert_int_equal(crafted(&f, 3, pkt_data(&u.p), u.p.len, 6, 0), DROP_ESP_POLICY);
	assert_int_equal(crafted(&f, 4, pkt_data(&u.p), u.p.len, 4, 0), DROP_ESP_POLICY);
	assert_int_equal(crafted(&f, 5, data, 0, 17, 0), DROP_INNER_UDP);
	fix_pkt_udp(&u, 1702, 1701, 3);
	assert_int_equal(crafted(&f, 6, pkt_data(&u.p), u.p.len, 17, 0), DROP_ESP_POLICY);
	fix_pkt_udp(&u, 1701, 53, 3);
	assert_int_equal(crafted(&f, 7, pkt_data(&u.p), u.p.len, 17, 0), DROP_ESP_POLICY);
	/* a pad length longer than the packet */
	data[29] = 30;
	assert_int_equal(crafted(&f, 8, data, 30, 17, 0), DROP_ESP_POLICY);
	assert_int_equal(ctr_get(&f.sa->c.policy_errs), 5);
	assert_int_equal(ctr_get(&f.sa->c.proto_errs), 2); /* 6, 4 */
	assert_int_equal(ctr_get(&f.sa->c.pad_errs), 1);
	assert_int_equal(ctr_get(&f.sa->c.tfc_in), 1); /* and it is no error */
	assert_int_equal(ctr_get(&f.sa->c.errs_in), 7);
	fix_close(&f);
	/* any port at the client's end */
	f = open_as(aes_sha1, ESP_TRANSPORT, false);
	f.sa->remote_proxy.port = 0;
	fix_pkt_udp(&u, 49152, 1701, 3);
	assert_int_equal(crafted(&f, 1, pkt_data(&u.p), u.p.len, 17, 0), DROP_NONE);
	fix_close(&f);
}

static void pad_length(void **state)
{
	struct sa_pair pair =
	        fix_pair((struct esp_alg){ESP_CIPHER_NULL, 0, ESP_MAC_NONE}, ESP_TRANSPORT, false);
	struct fix_sas f = fix_open(pair);
	uint8_t data[8 + 8] = {0, 0, 0x51, 0x2a, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 0, 17};
	static const uint8_t bad[] = {7, 8, 255};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct fix_pkt p;

		data[14] = bad[i];
		fix_pkt_init(&p, data, sizeof(data));
		in_one(&f, &p);
		assert_int_equal(p.p.drop, DROP_ESP_PAD);
	}
	fix_close(&f);
}

static size_t inner_ip(uint8_t *out, uint32_t src, uint32_t dst, uint8_t proto, uint16_t frag)
{
	struct wr w = wr_of(out, 64);

	wr_u16(&w, 0x4500);
	wr_u16(&w, 32);
	wr_u16(&w, 1);
	wr_u16(&w, frag);
	wr_u8(&w, 64);
	wr_u8(&w, proto);
	wr_u16(&w, 0);
	wr_u32(&w, src);
	wr_u32(&w, dst);
	wr_patch_u16(&w, 10, ip4_checksum(out, 20, 0));
	wr_u16(&w, 1701);
	wr_u16(&w, 1701);
	wr_u16(&w, 12);
	wr_u16(&w, 0);
	wr_u32(&w, 0xc802000c);
	return wr_len(&w);
}

static void inner_tunnel(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TUNNEL, false);
	uint8_t ip[64];
	size_t len = inner_ip(ip, FIX_CLIENT, FIX_SERVER, 17, 0);
	struct fix_pkt p;

	(void)state;
	assert_int_equal(crafted(&f, 1, ip, len, 4, 0), DROP_NONE);
	assert_int_equal(crafted(&f, 2, ip, len, 17, 0), DROP_ESP_POLICY);
	assert_int_equal(crafted(&f, 3, ip, 19, 4, 0), DROP_INNER_IP);
	assert_int_equal(crafted(&f, 4, ip, 31, 4, 0), DROP_INNER_IP); /* shorter than it says */
	ip[0] = 0x65;
	assert_int_equal(crafted(&f, 5, ip, len, 4, 0), DROP_INNER_IP);
	ip[0] = 0x44;
	assert_int_equal(crafted(&f, 6, ip, len, 4, 0), DROP_INNER_IP);
	ip[0] = 0x4f;
	assert_int_equal(crafted(&f, 7, ip, len, 4, 0), DROP_INNER_IP);
	ip[0] = 0x45;
	ip[8]--;
	assert_int_equal(crafted(&f, 8, ip, len, 4, 0), DROP_INNER_IP); /* checksum */
	len = inner_ip(ip, FIX_CLIENT, FIX_SERVER, 17, 0x2000);
	assert_int_equal(crafted(&f, 9, ip, len, 4, 0), DROP_INNER_FRAGMENT);
	len = inner_ip(ip, FIX_CLIENT, FIX_SERVER, 17, 1);
	assert_int_equal(crafted(&f, 10, ip, len, 4, 0), DROP_INNER_FRAGMENT);
	assert_int_equal(ctr_get(&f.sa->c.inner_frags_in), 2);
	len = inner_ip(ip, FIX_CLIENT, FIX_SERVER, 17, 0x4000); /* DF is fine */
	assert_int_equal(crafted(&f, 11, ip, len, 4, 0), DROP_NONE);
	len = inner_ip(ip, FIX_CLIENT, FIX_SERVER, 6, 0);
	assert_int_equal(crafted(&f, 12, ip, len, 4, 0), DROP_ESP_POLICY);
	len = inner_ip(ip, FIX_CLIENT + 1, FIX_SERVER, 17, 0);
	assert_int_equal(crafted(&f, 13, ip, len, 4, 0), DROP_ESP_POLICY);
	len = inner_ip(ip, FIX_CLIENT, FIX_SERVER + 1, 17, 0);
	assert_int_equal(crafted(&f, 14, ip, len, 4, 0), DROP_ESP_POLICY);
	/* bytes behind the inner packet are cut off */
	len = inner_ip(ip, FIX_CLIENT, FIX_SERVER, 17, 0);
	fix_pkt_esp(&p, &f.pair, 15, ip, len + 5, 4, 0);
	in_one(&f, &p);
	assert_int_equal(p.p.drop, DROP_NONE);
	assert_int_equal(p.p.len, 12);
	fix_close(&f);
}

/* A remote proxy that is a network: answers go to the address seen inside. */
static void tunnel_network(void **state)
{
	struct sa_pair pair = fix_pair(aes_sha1, ESP_TUNNEL, true);
	uint8_t ip[64];
	size_t len = inner_ip(ip, 0x0a000005, FIX_SERVER, 17, 0);
	struct fix_sas f;
	struct fix_pkt u;

	(void)state;
	pair.remote_proxy = (struct sa_proxy){0x0a000000, 0xff000000, 17, 0};
	f = fix_open(pair);
	assert_int_equal(f.sa->inner_remote, 0);
	assert_int_equal(crafted(&f, 1, ip, len, 4, 0), DROP_NONE);
	assert_int_equal(f.sa->inner_remote, 0x0a000005);
	fix_pkt_udp(&u, 1701, 1701, 10);
	out_one(&f, &u, f.sa);
	assert_int_equal(u.p.drop, DROP_NONE);
	fix_close(&f);
}

static void lookups(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TRANSPORT, true);
	struct fix_pkt udp, p;

	(void)state;
	fix_pkt_udp(&udp, 1701, 1701, 40);
	fix_pkt_esp(&p, &f.pair, 1, pkt_data(&udp.p), udp.p.len, 17, 0);
	p.area[p.p.off + 3] ^= 1;
	in_one(&f, &p);
	assert_int_equal(p.p.drop, DROP_ESP_NO_SA);
	assert_null(p.p.sa);
	assert_int_equal(p.p.spi, FIX_SPI_IN ^ 1);
	fix_pkt_esp(&p, &f.pair, 1, pkt_data(&udp.p), udp.p.len, 17, 0);
	p.p.udp_encap = false; /* not as negotiated */
	in_one(&f, &p);
	assert_int_equal(p.p.drop, DROP_ESP_POLICY);
	fix_pkt_udp(&p, 1701, 1701, 10);
	out_one(&f, &p, NULL);
	assert_int_equal(p.p.drop, DROP_ESP_NO_SA);
	fix_close(&f);
}

static void moved(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TRANSPORT, true);
	struct ip4_end other = {FIX_CLIENT, 62000};
	struct fix_pkt udp, p;
	unsigned ev = 0;

	(void)state;
	assert_int_equal(receive(&f, 5), DROP_NONE);
	assert_ptr_equal(esp_table_event(f.t, &ev), f.sa);
	assert_int_equal(ev, ESP_EV_USED);
	fix_pkt_udp(&udp, 1701, 1701, 40);
	/* forged: no event */
	fix_pkt_esp(&p, &f.pair, 6, pkt_data(&udp.p), udp.p.len, 17, 0);
	p.p.peer = other;
	p.area[p.p.off + 30] ^= 1;
	in_one(&f, &p);
	assert_null(esp_table_event(f.t, &ev));
	/* older than the newest: no event */
	fix_pkt_esp(&p, &f.pair, 4, pkt_data(&udp.p), udp.p.len, 17, 0);
	p.p.peer = other;
	in_one(&f, &p);
	assert_int_equal(p.p.drop, DROP_NONE);
	assert_null(esp_table_event(f.t, &ev));
	for (uint32_t seq = 6; seq < 9; seq++) {
		fix_pkt_esp(&p, &f.pair, seq, pkt_data(&udp.p), udp.p.len, 17, 0);
		p.p.peer = other;
		in_one(&f, &p);
	}
	assert_ptr_equal(esp_table_event(f.t, &ev), f.sa);
	assert_int_equal(ev, ESP_EV_MOVED);
	assert_true(ip4_end_eq(f.sa->moved_to, other));
	assert_int_equal(f.sa->remote.port, 61000); /* IKE decides */
	assert_null(esp_table_event(f.t, &ev));
	esp_table_move(f.t, f.sa->peer, other);
	fix_pkt_udp(&p, 1701, 1701, 10);
	out_one(&f, &p, f.sa);
	assert_int_equal(p.p.peer.port, 62000);
	fix_close(&f);
}

static void kilobytes(void **state)
{
	struct sa_pair pair = fix_pair(aes_sha1, ESP_TRANSPORT, false);
	struct sa_stats stats;
	unsigned ev, seen = 0, n = 0;
	struct fix_sas f;

	(void)state;
	pair.soft_kb = 3;
	pair.life_kb = 4;
	f = fix_open(pair);
	for (uint32_t i = 1; i < 40; i++) {
		struct fix_pkt p;

		fix_pkt_udp(&p, 1701, 1701, 248); /* 256 bytes with the header */
		out_one(&f, &p, f.sa);
		assert_int_equal(p.p.drop, i <= 16 ? DROP_NONE : DROP_ESP_EXPIRED);
		while (esp_table_event(f.t, &ev)) {
			assert_int_equal(i, ev == ESP_EV_SOFT_KB ? 12 : 16);
			seen |= ev;
			n++;
		}
	}
	assert_int_equal(seen, ESP_EV_SOFT_KB | ESP_EV_HARD);
	assert_int_equal(n, 2);
	assert_int_equal(receive(&f, 1), DROP_ESP_EXPIRED);
	esp_sa_stats(f.sa, &stats);
	assert_int_equal(stats.kb_left, 0);
	assert_int_equal(stats.pkts_out, 16);
	assert_int_equal(stats.errs_out, 23);
	fix_close(&f);
}

static void sequence_end(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TRANSPORT, false);
	struct fix_pkt p;
	unsigned ev = 0;

	(void)state;
	f.sa->c.seq_out = 0xC0000000u - 2;
	fix_pkt_udp(&p, 1701, 1701, 8);
	out_one(&f, &p, f.sa);
	assert_null(esp_table_event(f.t, &ev));
	fix_pkt_udp(&p, 1701, 1701, 8);
	out_one(&f, &p, f.sa);
	assert_ptr_equal(esp_table_event(f.t, &ev), f.sa);
	assert_int_equal(ev, ESP_EV_SOFT_SEQ);
	f.sa->c.seq_out = UINT32_MAX - 1;
	fix_pkt_udp(&p, 1701, 1701, 8);
	out_one(&f, &p, f.sa);
	assert_int_equal(p.p.drop, DROP_NONE);
	assert_int_equal(p.p.seq, UINT32_MAX);
	fix_pkt_udp(&p, 1701, 1701, 8);
	out_one(&f, &p, f.sa);
	assert_int_equal(p.p.drop, DROP_ESP_SEQ);
	assert_ptr_equal(esp_table_event(f.t, &ev), f.sa);
	assert_int_equal(ev, ESP_EV_HARD);
	fix_close(&f);
}

/* No room in the buffer: dropped with its reason, no sequence number lost. */
static void no_room(void **state)
{
	struct fix_sas f = open_as(aes_sha1, ESP_TUNNEL, false);
	struct fix_pkt p;

	(void)state;
	fix_pkt_udp(&p, 1701, 1701, 40);
	p.p.off = 4;
	out_one(&f, &p, f.sa);
	assert_int_equal(p.p.drop, DROP_TOO_BIG);
	fix_pkt_udp(&p, 1701, 1701, 40);
	p.p.cap = p.p.off + p.p.len + 3;
	out_one(&f, &p, f.sa);
	assert_int_equal(p.p.drop, DROP_TOO_BIG);
	assert_int_equal(f.sa->c.seq_out, 0);
	fix_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(from_scratch),   cmocka_unit_test(there_and_back),
	        cmocka_unit_test(rfc3602),        cmocka_unit_test(damaged),
	        cmocka_unit_test(replayed),       cmocka_unit_test(inner_transport),
	        cmocka_unit_test(pad_length),     cmocka_unit_test(inner_tunnel),
	        cmocka_unit_test(tunnel_network), cmocka_unit_test(lookups),
	        cmocka_unit_test(moved),          cmocka_unit_test(kilobytes),
	        cmocka_unit_test(sequence_end),   cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, fix_setup, fix_teardown);
}
