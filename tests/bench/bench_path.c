/* What a packet costs in the whole packet path, and how much of it is ESP: nanoseconds for an IP packet of 1300
 * bytes, both ways, with sockets and devices that only copy. Ratios are what counts; the figures belong to the
 * machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/worker_int.h"
#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"

enum {
	LEN = 1300,
	ROUNDS = 200,
	SERVER = 0xcb007101,
	CLIENT = 0xcb007102,
	USER = 0x0a4e0001,
	HOST = 0x0a4d0002,
	AREA = PKT_HEADROOM + 2048 + PKT_TAILROOM,
};

static uint8_t ip_out[LEN], areas[PKT_BATCH][AREA], received[PKT_BATCH][AREA];
static struct pkt client[PKT_BATCH];
static uint64_t sent;

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* what others do meanwhile does not count */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ------------------------------------------------------------------ in place of core/net */

static void put(struct pkt *p, uint8_t *store, const void *data, size_t len)
{
	pkt_view(p, store, AREA, PKT_HEADROOM, 0);
	memcpy(pkt_put(p, (uint32_t)len), data, len);
}

int udp_recv(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	(void)u;
	for (unsigned i = 0; i < n; i++) {
		put(pkts[i], received[i], pkt_data(&client[i]), client[i].len);
		pkts[i]->peer = (struct ip4_end){CLIENT, 4500};
		pkts[i]->local = (struct ip4_end){SERVER, 4500};
	}
	return (int)n;
}

static unsigned count(struct pkt *const *pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		sent += pkts[i]->drop == DROP_NONE;
	return n;
}

bool udp_more(const struct udp *u)
{
	(void)u;
	return false;
}

unsigned udp_send(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	(void)u;
	return count(pkts, n);
}

int udp_fd(const struct udp *u)
{
	(void)u;
	return -1;
}

int rawesp_recv(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	(void)r, (void)pkts, (void)n;
	return 0;
}

bool rawesp_more(const struct rawesp *r)
{
	(void)r;
	return false;
}

unsigned rawesp_send(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	(void)r;
	return count(pkts, n);
}

int rawesp_fd(const struct rawesp *r)
{
	(void)r;
	return -1;
}

int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	(void)t;
	for (unsigned i = 0; i < n; i++)
		put(pkts[i], received[i], ip_out, LEN);
	return (int)n;
}

bool tun_more(const struct tun *t)
{
	(void)t;
	return false;
}

unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	(void)t;
	return count(pkts, n);
}

/* ------------------------------------------------------------------ the client */

static struct sa_pair pair_of(uint32_t spi_in, uint32_t spi_out, struct esp_alg alg)
{
	static const struct sa_keys keys;
	return (struct sa_pair){.keys = &keys,
	                        .peer = 1,
	                        .flow = 1,
	                        .spi_in = spi_in,
	                        .spi_out = spi_out,
	                        .alg = alg,
	                        .mode = ESP_TRANSPORT,
	                        .local = {SERVER, 4500},
	                        .remote = {CLIENT, 4500},
	                        .udp_encap = true,
	                        .local_proxy = {SERVER, UINT32_MAX, 17, 1701},
	                        .remote_proxy = {CLIENT, UINT32_MAX, 17, 1701},
	                        .replay_window = 64};
}

static void ip_header(uint8_t *ip, uint32_t src, uint32_t dst)
{
	struct wr w = wr_of(ip, 20);
	wr_u32(&w, 0x45000000 | LEN);
	wr_u32(&w, 0);
	wr_u32(&w, 64 << 24 | 17 << 16);
	wr_u32(&w, src);
	wr_u32(&w, dst);
	wr_patch_u16(&w, 10, ip4_checksum(ip, 20, 0));
}

/* A batch of the client's packets, up to the UDP header inside ESP; encrypted by the caller. */
static void client_fill(struct esp_sa *sa, struct pkt **batch)
{
	static const uint8_t head[] = {0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21};
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		struct pkt *p = batch[i] = &client[i];
		*p = (struct pkt){.buf = areas[i], .cap = AREA};
		pkt_reset(p);
		uint32_t len = 8 + sizeof head + LEN;
		uint8_t *at = pkt_put(p, len);
		struct wr w = wr_of(at, len);
		wr_u16(&w, 1701);
		wr_u16(&w, 1701);
		wr_u16(&w, (uint16_t)len);
		wr_u16(&w, 0);
		wr_bytes(&w, head, sizeof head);
		ip_header(wr_space(&w, LEN), USER, HOST);
		p->sa = sa;
	}
}

/* ------------------------------------------------------------------ measuring */

struct cost {
	double out, in;
};

static struct cost whole(struct workers *ws, struct esp_table *t, struct esp_sa *theirs)
{
	struct pkt *batch[PKT_BATCH];
	struct cost c = {0};
	for (int r = 0; r < ROUNDS; r++) {
		double start = now_ns();
		worker_turn(ws->w[0], 1, WORKER_TUN);
		c.out += now_ns() - start;
		client_fill(theirs, batch);
		esp_out(t, batch, PKT_BATCH, 1);
		start = now_ns();
		worker_turn(ws->w[0], 1, WORKER_UDP);
		c.in += now_ns() - start;
	}
	return c;
}

static struct cost esp_alone(struct esp_table *t, struct esp_sa *sa)
{
	struct pkt *batch[PKT_BATCH];
	struct cost c = {0};
	for (int r = 0; r < ROUNDS; r++) {
		client_fill(sa, batch);
		double start = now_ns();
		esp_out(t, batch, PKT_BATCH, 1);
		c.out += now_ns() - start;
		for (unsigned i = 0; i < PKT_BATCH; i++)
			client[i].udp_encap = true;
		start = now_ns();
		esp_in(t, batch, PKT_BATCH, 1);
		c.in += now_ns() - start;
		if (client[PKT_BATCH - 1].drop != DROP_NONE)
			abort();
	}
	return c;
}

static void run(struct esp_alg alg)
{
	const double n = (double)ROUNDS * PKT_BATCH;
	struct link_info link = {.peer = 1,
	                         .flow = 1,
	                         .tunnel = 1,
	                         .call = 1,
	                         .remote_tunnel = 1,
	                         .remote_call = 1,
	                         .local = {SERVER, 1701},
	                         .remote = {CLIENT, 1701}};
	struct tun tun = {.fd = -1};
	struct worker_io io = {.n = 1, .tun = {&tun}};
	struct workers *ws;
	struct esp_table *t = esp_table_new(0, 16);
	if (t == NULL || workers_new(&ws, &io, NULL) != 0)
		abort();
	uint32_t spi = workers_sa_ops.spi_alloc(ws, 1);
	struct sa_pair ours = pair_of(spi, 0x1001, alg), theirs = pair_of(0x1001, spi, alg),
	               self = pair_of(0x2001, 0x2001, alg);
	struct esp_sa *sa = esp_sa_new(&theirs, NULL), *loop = esp_sa_new(&self, NULL);
	if (sa == NULL || loop == NULL || !esp_table_put(t, sa) || !esp_table_put(t, loop) ||
	    workers_sa_ops.install_in(ws, &ours, NULL) != 0)
		abort();
	workers_sa_ops.install_out(ws, spi);
	workers_session_add(ws, &link, false);
	workers_session_open(ws, 1, USER, 1400, false, false);
	ip_header(ip_out, HOST, USER);
	sent = 0;
	worker_turn(ws->w[0], 1, 0);
	struct cost all = whole(ws, t, sa), esp = esp_alone(t, loop);
	if (sent != 2 * ROUNDS * PKT_BATCH)
		abort();
	printf("%-12s %-16s out %6.0f ns, ESP alone %6.0f (%.2f)   in %6.0f ns, ESP alone %6.0f "
	       "(%.2f)   %4.0f 000 packets/s each way\n",
	       esp_cipher_info(alg)->name, esp_mac_info(alg.mac)->name, all.out / n, esp.out / n,
	       all.out / esp.out, all.in / n, esp.in / n, all.in / esp.in,
	       n / (all.out + all.in) * 1e6);
	workers_free(ws);
	esp_sa_free(esp_table_take(t, 0x1001));
	esp_sa_free(esp_table_take(t, 0x2001));
	esp_table_free(t);
}

int main(void)
{
	static const struct esp_alg algs[] = {
	        {ESP_CIPHER_NULL, 0, ESP_MAC_SHA1},
	        {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},
	        {ESP_CIPHER_AES, 32, ESP_MAC_SHA256},
	        {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1},
	};
	if (prim_init(NULL))
		return 1;
	for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++)
		run(algs[i]);
	prim_free();
	return 0;
}
