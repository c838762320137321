/* SAs and sessions that go while a batch is under way, without threads: what the control thread does is done in the middle of
 * it, where the ciphers run. Sockets and devices only count. */
#include "tests/unit/base/unit.h"

#include <string.h>

#include "core/worker_int.h"
#include "crypto/ipsec/esp.h"
#include "crypto/prim/prim.h"

enum {
	SERVER = 0xcb007101,
	CLIENT = 0xcb007102,
	USER = 0x0a4e0001,
	HOST = 0x0a4d0002,
	N = 3,     /* packets of a batch */
	LEN = 600, /* bytes of each */
	AREA = PKT_HEADROOM + 2048 + PKT_TAILROOM,
};

static struct workers *ws;
static struct worker *w;
static struct esp_table *theirs; /* the clients' ends */
static struct pkt coming[N];
static uint8_t areas[N][AREA];
static unsigned n_coming, to_tun, to_udp;
static uint32_t last_spi;      /* of what left */
static void (*meanwhile)(void); /* called once, in the middle of a batch */

/* ------------------------------------------------------------------ in place of core/net and of the ciphers */

/* As a receiver would, but that it leaves in the packets what an earlier batch has found for them. */
static int hand_out(struct pkt *const *pkts)
{
	for (unsigned i = 0; i < n_coming; i++) {
		struct pkt *p = pkts[i];
		p->buf = coming[i].buf;
		p->cap = coming[i].cap;
		p->off = coming[i].off;
		p->len = coming[i].len;
		p->drop = DROP_NONE;
		p->df = false;
		p->peer = (struct ip4_end){CLIENT, 4500};
		p->local = (struct ip4_end){SERVER, 4500};
	}
	return (int)n_coming;
}

static unsigned count(struct pkt *const *pkts, unsigned n)
{
	unsigned sent = 0;
	for (unsigned i = 0; i < n; i++) {
		sent += pkts[i]->drop == DROP_NONE;
		last_spi = pkts[i]->spi;
	}
	return sent;
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
	to_udp += count(pkts, n);
	return n;
}

unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	(void)t;
	to_tun += count(pkts, n);
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

void __real_prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n);
void __wrap_prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n);
void __wrap_prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n)
{
	void (*now)(void) = meanwhile;
	meanwhile = NULL;
	if (now != NULL)
		now();
	__real_prim_batch_run(e, ops, n);
}

/* ------------------------------------------------------------------ a client */

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

static int setup(void **state)
{
	static const struct sa_events sa = {on_spi, on_soft, on_spi, on_moved};
	static struct tun tun = {.fd = -1};
	struct worker_io io = {.n = 1, .tun = {&tun}};
	struct err err = {0};
	(void)state;
	if (prim_init(&err) != 0 || workers_new(&ws, &io, &err) != 0)
		return -1;
	workers_set_events(ws, &(struct worker_events){.drop = on_drop, .sa = &sa});
	w = ws->w[0];
	theirs = esp_table_new(0, 16);
	to_tun = to_udp = 0;
	return theirs == NULL ? -1 : 0;
}

static uint32_t spi_of_theirs(unsigned k)
{
	return (1 + k) << 12;
}

static int teardown(void **state)
{
	(void)state;
	workers_free(ws);
	for (unsigned k = 0; k < 4; k++)
		esp_sa_free(esp_table_take(theirs, spi_of_theirs(k)));
	esp_table_free(theirs);
	prim_free();
	return 0;
}

/* Commands are taken, what came of them comes up. */
static void settle(void)
{
	worker_turn(w, 1, 0);
	workers_poll(ws);
}

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
	                        .local = {SERVER, 4500},
	                        .remote = {CLIENT, 4500},
	                        .udp_encap = true,
	                        .local_proxy = {SERVER, UINT32_MAX, 17, 1701},
	                        .remote_proxy = {CLIENT, UINT32_MAX, 17, 1701},
	                        .replay_window = 64};
}

/* Client k is in, with the address USER; the SPI it sends to. */
static uint32_t enter(unsigned k, uint32_t life_kb)
{
	struct err err = {0};
	struct link_info link = {.peer = 1 + k,
	                         .flow = 1 + k,
	                         .tunnel = (uint16_t)(1 + k),
	                         .call = 1,
	                         .remote_tunnel = 1,
	                         .remote_call = 1,
	                         .local = {SERVER, 1701},
	                         .remote = {CLIENT, 1701}};
	uint32_t spi = workers_sa_ops.spi_alloc(ws, 1 + k);
	struct sa_pair ours = pair_of(k, spi, spi_of_theirs(k)), other = pair_of(k, spi_of_theirs(k), spi);
	struct esp_sa *sa = esp_sa_new(&other, &err);
	ours.life_kb = life_kb;
	assert_non_null(sa);
	assert_true(esp_table_put(theirs, sa));
	assert_int_equal(workers_sa_ops.install_in(ws, &ours, &err), 0);
	workers_sa_ops.install_out(ws, spi);
	assert_int_equal(workers_session_add(ws, &link, false), 0);
	workers_session_open(ws, link.tunnel, USER, 1400, false, false);
	return spi;
}

static uint32_t first_spi;

static void first_goes(void)
{
	workers_session_remove(ws, 1);
	workers_sa_ops.remove(ws, first_spi, SA_END_DELETED);
	workers_poll(ws); /* nothing has come back yet: nothing is freed */
}

static void another_has_its_address(void)
{
	first_goes();
	enter(1, 0);
}

/* ------------------------------------------------------------------ packets */

static void ip_packet(struct pkt *p, uint32_t src, uint32_t dst)
{
	struct wr r = wr_of(pkt_put(p, LEN), LEN);
	wr_u32(&r, 0x45000000 | LEN);
	wr_u32(&r, 0);
	wr_u32(&r, 64 << 24 | 17 << 16);
	wr_u32(&r, src);
	wr_u32(&r, dst);
	wr_zero(&r, LEN - 20);
}

static void from_host(uint32_t to, void (*then)(void))
{
	n_coming = N;
	for (unsigned i = 0; i < N; i++) {
		pkt_view(&coming[i], areas[i], AREA, PKT_HEADROOM, 0);
		ip_packet(&coming[i], HOST, to);
	}
	meanwhile = then;
	worker_turn(w, 1, WORKER_TUN);
}

static void from_client(unsigned k, void (*then)(void))
{
	static const uint8_t headers[] = {6, 165, 6, 165, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 3, 0, 0x21};
	struct pkt *batch[N];
	n_coming = N;
	for (unsigned i = 0; i < N; i++) {
		struct pkt *p = batch[i] = &coming[i];
		pkt_view(p, areas[i], AREA, PKT_HEADROOM, 0);
		struct wr r = wr_of(pkt_put(p, sizeof headers), sizeof headers);
		wr_bytes(&r, headers, sizeof headers);
		wr_patch_u16(&r, 4, sizeof headers + LEN);
		wr_patch_u16(&r, 10, (uint16_t)(1 + k));
		ip_packet(p, USER, HOST);
		p->sa = esp_table_find(theirs, spi_of_theirs(k));
		assert_non_null(p->sa);
	}
	esp_out(theirs, batch, N, 1);
	meanwhile = then;
	worker_turn(w, 1, WORKER_UDP);
}

static void passed(unsigned in, unsigned out)
{
	assert_int_equal(to_tun, in);
	assert_int_equal(to_udp, out);
	to_tun = to_udp = 0;
}

static void dropped(enum drop_reason why, unsigned n)
{
	assert_int_equal(workers_drops(ws, why), n);
}

/* ------------------------------------------------------------------ tests */

static void a_batch_out_ends_with_what_it_began_with(void **state)
{
	(void)state;
	first_spi = enter(0, 0);
	settle();
	from_host(USER, first_goes);
	passed(0, N);
	settle();
	from_host(USER, NULL);
	passed(0, 0);
	dropped(DROP_NO_ROUTE, N);
}

static void a_batch_in_ends_with_what_it_began_with(void **state)
{
	(void)state;
	first_spi = enter(0, 0);
	settle();
	from_client(0, first_goes);
	passed(N, 0);
	settle();
	from_client(0, NULL);
	passed(0, 0);
	dropped(DROP_ESP_NO_SA, N);
}

/* The table of addresses is another thread's: it says already who is next, while the session is still the last one's. */
static void an_address_goes_to_another(void **state)
{
	(void)state;
	first_spi = enter(0, 0);
	settle();
	from_host(USER, another_has_its_address);
	passed(0, N);
	assert_int_equal(last_spi, spi_of_theirs(0));
	from_host(USER, NULL);
	passed(0, N);
	assert_int_equal(last_spi, spi_of_theirs(1));
	from_client(1, NULL);
	passed(N, 0);
	from_client(0, NULL);
	passed(0, 0);
	dropped(DROP_ESP_NO_SA, N);
	dropped(DROP_NO_ROUTE, 0);
}

/* The slot of a SPI is another SA's by now: the generation says so. */
static void a_slot_goes_to_another(void **state)
{
	(void)state;
	uint32_t stale = enter(0, 0);
	settle();
	first_spi = stale;
	esp_table_find(w->table, stale)->spi_in ^= 1;
	from_client(0, NULL);
	passed(0, 0);
	dropped(DROP_ESP_NO_SA, N);
	esp_table_peek(w->table, stale)->spi_in ^= 1;
	from_client(0, NULL);
	passed(N, 0);
}

/* What passed the checks before the ciphers ran is through; nothing is behind the batch. */
static void an_sa_expires_within_a_batch(void **state)
{
	(void)state;
	enter(0, 1);
	settle();
	from_client(0, NULL);
	passed(N, 0);
	from_client(0, NULL);
	passed(0, 0);
	dropped(DROP_ESP_EXPIRED, N);
	from_host(USER, NULL);
	passed(0, 0);
	dropped(DROP_ESP_EXPIRED, 2 * N);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_batch_out_ends_with_what_it_began_with),
	        TEST(a_batch_in_ends_with_what_it_began_with),
	        TEST(an_address_goes_to_another),
	        TEST(a_slot_goes_to_another),
	        TEST(an_sa_expires_within_a_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
