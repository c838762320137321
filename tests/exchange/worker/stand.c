#include "tests/exchange/worker/stand.h"
#include "tests/unit/base/unit.h"

#include <string.h>

#include "crypto/ipsec/esp.h"
#include "crypto/prim/prim.h"

enum { AREA = PKT_HEADROOM + 2048 + PKT_TAILROOM };

struct stand stand;
static uint8_t areas[PKT_BATCH][AREA];

/* ------------------------------------------------------------------ in place of core/net */

/* As a receiver would, but that it leaves in the packets what an earlier batch has found for them. */
static int hand_out(struct pkt *const *pkts)
{
	for (unsigned i = 0; i < stand.n_coming; i++) {
		const struct pkt *from = &stand.coming[i];
		struct pkt *p = pkts[i];
		p->buf = from->buf;
		p->cap = from->cap;
		p->off = from->off;
		p->len = from->len;
		p->drop = DROP_NONE;
		p->df = false;
		p->peer = (struct ip4_end){STAND_CLIENT, 4500};
		p->local = (struct ip4_end){STAND_SERVER, 4500};
	}
	return (int)stand.n_coming;
}

int udp_recv(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	(void)u, (void)n;
	return hand_out(pkts);
}

int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	(void)t, (void)n;
	return hand_out(pkts);
}

unsigned udp_send(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	(void)u;
	for (unsigned i = 0; i < n; i++) {
		stand.to_udp += pkts[i]->drop == DROP_NONE;
		stand.last_spi = pkts[i]->spi;
	}
	return n;
}

unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	(void)t;
	for (unsigned i = 0; i < n; i++) {
		struct rd r = pkt_rd(pkts[i]);
		rd_skip(&r, 4);
		if (pkts[i]->drop == DROP_NONE && stand.to_tun < STAND_SEEN)
			stand.seen[stand.to_tun++] = rd_u16(&r);
	}
	return n;
}

bool udp_more(const struct udp *u)
{
	(void)u;
	return false;
}

bool tun_more(const struct tun *t)
{
	(void)t;
	return false;
}

int udp_fd(const struct udp *u)
{
	(void)u;
	return -1;
}

/* ESP without UDP: nobody has any. */
int rawesp_recv(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	(void)r, (void)pkts, (void)n;
	return 0;
}

unsigned rawesp_send(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	(void)r, (void)pkts, (void)n;
	return 0;
}

bool rawesp_more(const struct rawesp *r)
{
	(void)r;
	return false;
}

int rawesp_fd(const struct rawesp *r)
{
	(void)r;
	return -1;
}

/* ------------------------------------------------------------------ workers */

static void on_spi(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi;
}

static void on_soft(void *ctx, uint32_t spi, bool by_seq)
{
	(void)ctx, (void)spi, (void)by_seq;
}

static void on_moved(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote;
}

static void on_drop(void *ctx, const struct worker_drop *d)
{
	(void)ctx, (void)d;
}

int stand_workers(unsigned n)
{
	static const struct sa_events sa = {on_spi, on_soft, on_spi, on_moved};
	static struct tun tun = {.fd = -1};
	struct worker_io io = {.n = n};
	struct err err = {0};
	for (unsigned i = 0; i < n; i++)
		io.tun[i] = &tun;
	memset(&stand, 0, sizeof stand);
	if (prim_init(&err) != 0 || workers_new(&stand.ws, &io, &err) != 0)
		return -1;
	workers_set_events(stand.ws, &(struct worker_events){.drop = on_drop, .sa = &sa});
	stand.theirs = esp_table_new(0, 16);
	return stand.theirs == NULL ? -1 : 0;
}

int stand_setup(void **state)
{
	(void)state;
	return stand_workers(1);
}

uint32_t stand_spi_of_theirs(unsigned k)
{
	return (1 + k) << 12;
}

int stand_teardown(void **state)
{
	(void)state;
	workers_free(stand.ws);
	for (unsigned k = 0; k < 15; k++)
		esp_sa_free(esp_table_take(stand.theirs, stand_spi_of_theirs(k)));
	esp_table_free(stand.theirs);
	prim_free();
	return 0;
}

/* ------------------------------------------------------------------ clients */

static struct sa_pair pair_of(unsigned k, uint32_t in, uint32_t out)
{
	static const struct sa_keys keys;
	return (struct sa_pair){.keys = &keys,
	                        .peer = 1 + k,
	                        .flow = 1 + k,
	                        .spi_in = in,
	                        .spi_out = out,
	                        .alg = {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},
	                        .mode = ESP_TRANSPORT,
	                        .local = {STAND_SERVER, 4500},
	                        .remote = {STAND_CLIENT, 4500},
	                        .udp_encap = true,
	                        .local_proxy = {STAND_SERVER, UINT32_MAX, 17, 1701},
	                        .remote_proxy = {STAND_CLIENT, UINT32_MAX, 17, 1701},
	                        .replay_window = 64};
}

void stand_theirs(unsigned k, uint32_t spi)
{
	struct err err = {0};
	struct sa_pair pair = pair_of(k, stand_spi_of_theirs(k), spi);
	struct esp_sa *sa = esp_sa_new(&pair, &err);
	assert_non_null(sa);
	assert_true(esp_table_put(stand.theirs, sa));
}

void stand_install(unsigned k, uint32_t spi, uint32_t life_kb)
{
	struct err err = {0};
	struct sa_pair pair = pair_of(k, spi, stand_spi_of_theirs(k));
	pair.life_kb = life_kb;
	assert_int_equal(workers_sa_ops.install_in(stand.ws, &pair, &err), 0);
	workers_sa_ops.install_out(stand.ws, spi);
}

void stand_session(unsigned k)
{
	struct link_info link = {.peer = 1 + k,
	                         .flow = 1 + k,
	                         .tunnel = (uint16_t)(1 + k),
	                         .call = 1,
	                         .remote_tunnel = 1,
	                         .remote_call = 1,
	                         .local = {STAND_SERVER, 1701},
	                         .remote = {STAND_CLIENT, 1701}};
	assert_int_equal(workers_session_add(stand.ws, &link, false), 0);
	workers_session_open(stand.ws, link.tunnel, STAND_USER, 1400, false, false);
}

uint32_t stand_enter(unsigned k, uint32_t life_kb)
{
	uint32_t spi = workers_sa_ops.spi_alloc(stand.ws, 1 + k);
	stand_theirs(k, spi);
	stand_install(k, spi, life_kb);
	stand_session(k);
	return spi;
}

/* ------------------------------------------------------------------ packets */

static struct pkt *next_packet(unsigned i)
{
	pkt_view(&stand.coming[i], areas[i], AREA, PKT_HEADROOM, 0);
	return &stand.coming[i];
}

static void ip_packet(struct pkt *p, uint32_t src, uint32_t dst)
{
	struct wr r = wr_of(pkt_put(p, STAND_LEN), STAND_LEN);
	wr_u32(&r, 0x45000000 | STAND_LEN);
	wr_u16(&r, ++stand.id);
	wr_u16(&r, 0);
	wr_u32(&r, 64 << 24 | 17 << 16);
	wr_u32(&r, src);
	wr_u32(&r, dst);
	wr_zero(&r, STAND_LEN - 20);
}

void stand_from_host(uint32_t to, unsigned n)
{
	stand.n_coming = n;
	for (unsigned i = 0; i < n; i++)
		ip_packet(next_packet(i), STAND_HOST, to);
}

void stand_from_client(unsigned k, unsigned n)
{
	static const uint8_t headers[] = {6, 165, 6, 165, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 3, 0, 0x21};
	struct pkt *batch[PKT_BATCH];
	stand.n_coming = n;
	for (unsigned i = 0; i < n; i++) {
		struct pkt *p = batch[i] = next_packet(i);
		struct wr r = wr_of(pkt_put(p, sizeof headers), sizeof headers);
		wr_bytes(&r, headers, sizeof headers);
		wr_patch_u16(&r, 4, sizeof headers + STAND_LEN);
		wr_patch_u16(&r, 10, (uint16_t)(1 + k));
		ip_packet(p, STAND_USER, STAND_HOST);
		p->sa = esp_table_find(stand.theirs, stand_spi_of_theirs(k));
		assert_non_null(p->sa);
	}
	esp_out(stand.theirs, batch, n, 1);
}

void stand_passed(unsigned in, unsigned out)
{
	assert_int_equal(stand.to_tun, in);
	assert_int_equal(stand.to_udp, out);
	stand.to_tun = stand.to_udp = 0;
}

void stand_dropped(enum drop_reason why, unsigned n)
{
	assert_int_equal(workers_drops(stand.ws, why), n);
}
