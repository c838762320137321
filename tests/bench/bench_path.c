/* What a packet costs in the whole packet path: nanoseconds of one thread for an IP packet, both ways, in batches of 64,
 * with sockets and devices that cost nothing. Packets are of as many sessions in turn as there are. Without cipher and MAC
 * what is left is the path itself. Then the same by several workers at once. Ratios are what counts; the figures belong to
 * the machine.
 *
 *   bench_path [ALG SESSIONS WORKERS]   one line alone, for perf */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/worker_int.h"
#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"

enum {
	LEN_MAX = 1400,
	TURNS = 8192, /* of 64 packets; the median counts */
	SERVER = 0xcb007101,
	CLIENT = 0xcb007102,
	USER = 0x0a4e0001,
	HOST = 0x0a4d0002,
	AREA = PKT_HEADROOM + 2048 + PKT_TAILROOM,
	SESSIONS_MAX = 16384,
};

/* A worker with the other ends of its sessions. */
struct side {
	pthread_t thread;
	struct worker *w;
	struct esp_table *table;
	unsigned sessions;
	uint32_t len, next;
	struct esp_sa *theirs[SESSIONS_MAX];
	uint32_t address[SESSIONS_MAX];
	struct pkt client[PKT_BATCH], host[PKT_BATCH]; /* what is received next */
	uint8_t areas[2][PKT_BATCH][AREA];
	double out[TURNS], in[TURNS];
	uint64_t sent;
};
static _Thread_local struct side *me;

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* what others do meanwhile does not count */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ------------------------------------------------------------------ in place of core/net */

static int hand_out(const struct pkt *from, struct pkt *const *pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct pkt *p = &from[i];
		pkt_view(pkts[i], p->buf, p->cap, p->off, p->len);
		pkts[i]->peer = (struct ip4_end){CLIENT, 4500};
		pkts[i]->local = (struct ip4_end){SERVER, 4500};
	}
	return (int)n;
}

int udp_recv(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	(void)u;
	return hand_out(me->client, pkts, n);
}

static unsigned count(struct pkt *const *pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		me->sent += pkts[i]->drop == DROP_NONE;
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
	return hand_out(me->host, pkts, n);
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

/* ------------------------------------------------------------------ the other ends */

static struct sa_pair pair_of(unsigned k, uint32_t spi_in, uint32_t spi_out, struct esp_alg alg)
{
	static const struct sa_keys keys;
	return (struct sa_pair){.keys = &keys,
	                        .peer = 1 + k,
	                        .flow = 1 + k,
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

static void ip_header(uint8_t *ip, uint32_t src, uint32_t dst, uint32_t len)
{
	struct wr w = wr_of(ip, 20);
	wr_u32(&w, 0x45000000 | len);
	wr_u32(&w, 0);
	wr_u32(&w, 64 << 24 | 17 << 16);
	wr_u32(&w, src);
	wr_u32(&w, dst);
	wr_patch_u16(&w, 10, ip4_checksum(ip, 20, 0));
}

static unsigned any(void)
{
	me->next = me->next * 1664525u + 1013904223u;
	return me->next / 65536 * me->sessions / 65536;
}

/* The next batch from the host, and the next from the clients, encrypted; for sessions in no order. */
static void fill(void)
{
	static const uint8_t ppp[] = {0xff, 3, 0, 0x21};
	struct pkt *batch[PKT_BATCH];
	uint32_t len = me->len;
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		unsigned k = any();
		struct pkt *p = batch[i] = &me->client[i];
		pkt_view(p, me->areas[0][i], AREA, PKT_HEADROOM, 0);
		struct wr w = wr_of(pkt_put(p, 8 + 6 + sizeof ppp + len), 8 + 6 + sizeof ppp + len);
		wr_u16(&w, 1701);
		wr_u16(&w, 1701);
		wr_u16(&w, (uint16_t)p->len);
		wr_u16(&w, 0);
		wr_u16(&w, 2);
		wr_u16(&w, (uint16_t)(me->address[k] - USER + 1));
		wr_u16(&w, 1);
		wr_bytes(&w, ppp, sizeof ppp);
		ip_header(wr_space(&w, len), me->address[k], HOST, len);
		p->sa = me->theirs[k];
		pkt_view(&me->host[i], me->areas[1][i], AREA, PKT_HEADROOM, 0);
		ip_header(pkt_put(&me->host[i], len), HOST, me->address[any()], len);
	}
	esp_out(me->table, batch, PKT_BATCH, 1);
}

/* ------------------------------------------------------------------ what they talk to */

static struct filter_policy *policy(void)
{
	struct filter_policy *p = calloc(1, sizeof *p);
	if (p == NULL)
		abort();
	p->niface = 2;
	p->iface[1].level = 100;
	p->permit_vpn = true;
	filter_policy_route(p, HOST & 0xffffff00, 0xffffff00, 1);
	filter_policy_finish(p);
	return p;
}

static void session(struct workers *ws, struct side *sides, unsigned k, struct esp_alg alg)
{
	struct link_info link = {.peer = 1 + k,
	                         .flow = 1 + k,
	                         .tunnel = (uint16_t)(1 + k),
	                         .call = 1,
	                         .remote_tunnel = 1,
	                         .remote_call = 1,
	                         .local = {SERVER, 1701},
	                         .remote = {CLIENT, 1701}};
	uint32_t spi = workers_sa_ops.spi_alloc(ws, 1 + k);
	struct side *side = &sides[esp_spi_worker(spi)];
	uint32_t spi_theirs = (1 + side->sessions) << 12;
	struct sa_pair ours = pair_of(k, spi, spi_theirs, alg), other = pair_of(k, spi_theirs, spi, alg);
	struct esp_sa *theirs = esp_sa_new(&other, NULL);
	if (theirs == NULL || !esp_table_put(side->table, theirs) || workers_sa_ops.install_in(ws, &ours, NULL) != 0)
		abort();
	side->theirs[side->sessions] = theirs;
	side->address[side->sessions++] = USER + k;
	workers_sa_ops.install_out(ws, spi);
	workers_session_add(ws, &link, false);
	workers_session_filter(ws, (uint16_t)(1 + k), false, NULL, 0);
	workers_session_open(ws, (uint16_t)(1 + k), USER + k, 1400, false, false);
	worker_turn(side->w, 1, 0);
	workers_poll(ws);
}

/* ------------------------------------------------------------------ measuring */

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static double median(double *ns)
{
	qsort(ns, TURNS, sizeof *ns, by_size);
	return ns[TURNS / 2] / PKT_BATCH;
}

static void *run(void *arg)
{
	me = arg;
	for (unsigned r = 0; r < TURNS; r++) {
		fill();
		double start = now_ns();
		worker_turn(me->w, 1, WORKER_TUN);
		me->out[r] = now_ns() - start;
		start = now_ns();
		worker_turn(me->w, 1, WORKER_UDP);
		me->in[r] = now_ns() - start;
	}
	return NULL;
}

static void side_end(struct side *side)
{
	if (side->sent != 2 * TURNS * PKT_BATCH)
		abort();
	for (unsigned k = 0; k < side->sessions; k++)
		esp_sa_free(esp_table_take(side->table, (1 + k) << 12));
	esp_table_free(side->table);
}

static void measure(struct esp_alg alg, unsigned sessions, uint32_t len, unsigned n)
{
	static struct side sides[WORKERS_MAX];
	static struct tun tun = {.fd = -1};
	struct worker_io io = {.n = n};
	struct workers *ws;
	double out = 0, in = 0;
	for (unsigned i = 0; i < n; i++)
		io.tun[i] = &tun;
	if (workers_new(&ws, &io, NULL) != 0)
		abort();
	memset(sides, 0, sizeof sides);
	for (unsigned i = 0; i < n; i++) {
		sides[i].w = ws->w[i];
		sides[i].len = len;
		sides[i].table = esp_table_new(0, ESP_SLOTS_MAX);
		if (sides[i].table == NULL)
			abort();
	}
	workers_set_events(ws, &(struct worker_events){.sa = &(struct sa_events){0}});
	workers_set_policy(ws, policy());
	workers_set_mss(ws, 1380);
	for (unsigned k = 0; k < sessions; k++)
		session(ws, sides, k, alg);
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&sides[i].thread, NULL, run, &sides[i]) != 0)
			abort();
	for (unsigned i = 0; i < n; i++) {
		pthread_join(sides[i].thread, NULL);
		out += median(sides[i].out) / n;
		in += median(sides[i].in) / n;
	}
	workers_free(ws);
	for (unsigned i = 0; i < n; i++)
		side_end(&sides[i]);
	printf("%-12s %-16s %5u %8u %7u %9.0f %9.0f\n", esp_cipher_info(alg)->name,
	       alg.mac == ESP_MAC_NONE ? "none" : esp_mac_info(alg.mac)->name, len, sessions, n, out, in);
}

int main(int argc, char **argv)
{
	static const struct esp_alg algs[] = {
	        {ESP_CIPHER_NULL, 0, ESP_MAC_NONE},
	        {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},
	        {ESP_CIPHER_AES, 32, ESP_MAC_SHA256},
	};
	enum { ALGS = sizeof algs / sizeof algs[0] };
	static const unsigned counts[] = {1, 10, 1000, 4096, SESSIONS_MAX}, workers[] = {1, 2, 4};
	if (prim_init(NULL))
		return 1;
	puts("cipher       MAC              bytes sessions workers    out ns     in ns");
	if (argc > 3) {
		unsigned a = (unsigned)atoi(argv[1]) % ALGS;
		measure(algs[a], (unsigned)atoi(argv[2]), a == 0 ? 100 : LEN_MAX, (unsigned)atoi(argv[3]));
	} else {
		for (size_t a = 0; a < ALGS; a++)
			for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
				measure(algs[a], counts[i], a == 0 ? 100 : LEN_MAX, 1);
		for (size_t i = 0; i < sizeof workers / sizeof workers[0]; i++) {
			measure(algs[0], 100 * workers[i], 100, workers[i]);
			measure(algs[1], 100 * workers[i], LEN_MAX, workers[i]);
		}
	}
	prim_free();
	return 0;
}
