/* The packet path under load while the control thread changes everything: rekeys, sessions that come and go, policies,
 * captures. Clients and a host of the private network send from threads of their own. What it is about is that a data
 * race, a use after free or a lost session would be seen. Runs for three seconds, or STRESS_SECONDS. */
#include "tests/unit/base/unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/random.h"
#include "core/net/capture_int.h"
#include "crypto/prim/prim.h"
#include "tests/exchange/worker/lab.h"

enum { CLIENTS = 12, BURST = 8, TUNNEL = 100, DATA = 64 };

static struct lab *const l = &lab_one;

struct client {
	unsigned number;
	/* control thread */
	uint32_t spi, old_spi; /* ours; old_spi: replaced, not removed yet */
	bool open, there;
	/* both, under the lock */
	struct esp_sa *sa, *old; /* the client's; it sends on the first */
	uint64_t got; /* packets that came from the host */
};

static struct client clients[CLIENTS];
static struct esp_table *table; /* of all clients */
static struct esp_spis *spis;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool done;
static _Atomic uint64_t host_got;
static struct capture_ring *ring[WORKERS_MAX];
static unsigned rekeys;

static bool raw(const struct client *c)
{
	return c->number % 3 == 2;
}

static uint32_t address(const struct client *c)
{
	return LAB_USER + c->number;
}

/* ------------------------------------------------------------------ the clients */

static struct sa_pair pair_of(const struct client *c, uint32_t spi_in, uint32_t spi_out)
{
	static const struct sa_keys keys = {.key_in = {1}, .key_out = {1}, .mac_key_in = {2}, .mac_key_out = {2}};
	uint16_t port = raw(c) ? 0 : 4500;
	return (struct sa_pair){.peer = 1000 + c->number,
	                        .flow = 2000 + c->number,
	                        .spi_in = spi_in,
	                        .spi_out = spi_out,
	                        .alg = {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},
	                        .mode = ESP_TRANSPORT,
	                        .local = {LAB_SERVER, port},
	                        .remote = {LAB_CLIENT, port},
	                        .udp_encap = !raw(c),
	                        .local_proxy = {LAB_SERVER, UINT32_MAX, 17, 1701},
	                        .remote_proxy = {LAB_CLIENT, UINT32_MAX, 17, 1701},
	                        .keys = &keys,
	                        .replay_window = 1024};
}

static struct sa_pair mirror(struct sa_pair p)
{
	struct ip4_end end = p.local;
	struct sa_proxy proxy = p.local_proxy;
	uint32_t spi = p.spi_in;
	p.spi_in = p.spi_out;
	p.spi_out = spi;
	p.local = p.remote;
	p.remote = end;
	p.local_proxy = p.remote_proxy;
	p.remote_proxy = proxy;
	return p;
}

/* IP in PPP in L2TP in UDP, up to ESP. */
static void fill(const struct client *c, struct pkt *p, uint32_t to)
{
	uint8_t ip[256], data[DATA] = {0};
	size_t len = lab_udp_packet(ip, address(c), to, data, sizeof data);
	pkt_reset(p);
	struct wr w = wr_of(pkt_put(p, (uint32_t)len + 18), len + 18);
	wr_u16(&w, 1701);
	wr_u16(&w, 1701);
	wr_u16(&w, (uint16_t)(len + 18));
	wr_u16(&w, 0);
	wr_u16(&w, 2);
	wr_u16(&w, (uint16_t)(TUNNEL + c->number));
	wr_u16(&w, 1);
	wr_u32(&w, 0xff030021);
	wr_bytes(&w, ip, len);
	p->sa = c->sa;
}

static void client_sends(struct client *c, struct pkt *pkts)
{
	struct pkt *batch[BURST];
	for (unsigned i = 0; i < BURST; i++) {
		batch[i] = &pkts[i];
		/* now and then for another client, and an L2TP control message that comes up */
		fill(c, &pkts[i], i == 1 ? LAB_USER + random_below(CLIENTS) : LAB_HOST);
		if (i == 2 && random_below(50) == 0)
			pkt_data(&pkts[i])[8] = 0xc8;
	}
	esp_out(table, batch, BURST, 0);
	for (unsigned i = 0; i < BURST; i++)
		pkts[i].local.ip = LAB_CLIENT;
	if (raw(c))
		rawesp_send(l->client_raw, batch, BURST);
	else
		udp_send(random_below(20) == 0 ? l->client_moved : l->client, batch, BURST);
}

static void clients_receive(bool from_raw)
{
	struct pkt pkts[PKT_BATCH], *batch[PKT_BATCH];
	for (unsigned i = 0; i < PKT_BATCH; i++)
		batch[i] = &pkts[i];
	int n = from_raw ? rawesp_recv(l->client_raw, batch, PKT_BATCH) : udp_recv(l->client, batch, PKT_BATCH);
	for (int i = 0; i < n; i++)
		pkts[i].udp_encap = !from_raw;
	esp_in(table, batch, n > 0 ? (size_t)n : 0, 0);
	for (int i = 0; i < n; i++)
		if (pkts[i].drop == DROP_NONE && pkts[i].sa != NULL)
			clients[pkts[i].sa->flow - 2000].got++;
}

static void *clients_run(void *arg)
{
	static uint8_t area[BURST][1024];
	struct pkt pkts[BURST];
	(void)arg;
	for (unsigned i = 0; i < BURST; i++)
		pkts[i] = (struct pkt){.buf = area[i], .cap = sizeof area[i]};
	while (!atomic_load(&done))
		for (unsigned k = 0; k < CLIENTS; k++) {
			pthread_mutex_lock(&lock);
			if (clients[k].sa != NULL)
				client_sends(&clients[k], pkts);
			clients_receive(k % 2);
			pthread_mutex_unlock(&lock);
		}
	return NULL;
}

/* ------------------------------------------------------------------ the host */

static void *host_run(void *arg)
{
	int fd = *(int *)arg;
	uint8_t data[DATA] = {1}, got[2048];
	while (!atomic_load(&done)) {
		for (unsigned i = 0; i < 2 * CLIENTS; i++) {
			struct sockaddr_in a = {.sin_family = AF_INET,
			                        .sin_port = htons((uint16_t)(4000 + random_below(16))),
			                        .sin_addr.s_addr = htonl(LAB_USER + i % CLIENTS)};
			sendto(fd, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&a, sizeof a);
		}
		while (recv(fd, got, sizeof got, MSG_DONTWAIT) >= 0)
			atomic_fetch_add(&host_got, 1);
		usleep(200);
	}
	return NULL;
}

/* ------------------------------------------------------------------ the control thread */

/* A number that a peer is told, and sometimes comes to nothing. */
static uint32_t new_spi(const struct client *c, bool told)
{
	uint32_t spi;
	for (bool again = told;; again = false) {
		spi = workers_sa_ops.spi_alloc(l->w, 1000 + c->number);
		if (told)
			workers_sa_ops.spi_await(l->w, spi);
		if (!again || random_below(4) != 0)
			return spi;
		workers_sa_ops.spi_free(l->w, spi);
	}
}

/* A new pair: received on at once, or when the client has sent on it already; sent on by both. What was there before is
 * removed some time later. */
static void rekey(struct client *c)
{
	struct err err = {0};
	bool early = random_below(2);
	uint32_t spi = new_spi(c, early), theirs_spi = esp_spi_alloc(spis, 0);
	struct sa_pair ours = pair_of(c, spi, theirs_spi), theirs = mirror(ours);
	assert_true(spi != 0 && theirs_spi != 0);
	assert_int_equal(esp_spi_worker(spi), c->there ? esp_spi_worker(c->spi) : esp_spi_worker(spi));
	assert_int_equal(early ? 0 : workers_sa_ops.install_in(l->w, &ours, &err), 0);
	struct esp_sa *sa = esp_sa_new(&theirs, &err), *old;
	assert_non_null(sa);
	if (c->old_spi != 0)
		workers_sa_ops.remove(l->w, c->old_spi, SA_END_REPLACED);
	pthread_mutex_lock(&lock);
	assert_true(esp_table_put(table, sa));
	old = c->old;
	if (old != NULL) {
		esp_table_take(table, old->spi_in);
		esp_spi_release(spis, old->spi_in);
	}
	c->old = c->sa;
	c->sa = sa;
	pthread_mutex_unlock(&lock);
	esp_sa_free(old);
	if (early) {
		usleep(random_below(1000));
		assert_int_equal(workers_sa_ops.install_in(l->w, &ours, &err), 0);
	}
	workers_sa_ops.install_out(l->w, spi);
	c->old_spi = c->spi;
	c->spi = spi;
	rekeys++;
}

static void session_add(struct client *c)
{
	struct link_info link = {.peer = 1000 + c->number,
	                         .flow = 2000 + c->number,
	                         .tunnel = (uint16_t)(TUNNEL + c->number),
	                         .call = 1,
	                         .remote_tunnel = 50,
	                         .remote_call = 60,
	                         .local = {LAB_SERVER, 1701},
	                         .remote = {LAB_CLIENT, 1701}};
	assert_int_equal(workers_session_add(l->w, &link, c->number % 2), 0);
	c->there = true;
	c->open = false;
}

static void session_open(struct client *c)
{
	if (!c->there)
		session_add(c);
	workers_session_open(l->w, (uint16_t)(TUNNEL + c->number), address(c), 1400, false, false);
	c->open = true;
}

/* The whole peer goes: session and SAs. It comes back with the next rekey, perhaps in another worker. */
static void logoff(struct client *c)
{
	workers_session_remove(l->w, (uint16_t)(TUNNEL + c->number));
	c->there = c->open = false;
	if (c->old_spi != 0)
		workers_sa_ops.remove(l->w, c->old_spi, SA_END_DELETED);
	if (c->spi != 0)
		workers_sa_ops.remove(l->w, c->spi, SA_END_DELETED);
	c->spi = c->old_spi = 0;
	pthread_mutex_lock(&lock);
	for (struct esp_sa **at = &c->sa; at != NULL; at = at == &c->sa ? &c->old : NULL) {
		if (*at == NULL)
			continue;
		esp_table_take(table, (*at)->spi_in);
		esp_spi_release(spis, (*at)->spi_in);
		esp_sa_free(*at);
		*at = NULL;
	}
	pthread_mutex_unlock(&lock);
}

static struct filter *list_of(bool permit)
{
	struct filter *f = filter_new(STR("L"));
	assert_non_null(f);
	f->ace = calloc(1, sizeof *f->ace);
	f->ace[f->n++] = (struct filter_ace){.permit = permit,
	                                     .src_hi = UINT32_MAX,
	                                     .dst_hi = UINT32_MAX,
	                                     .sport_hi = UINT16_MAX,
	                                     .dport_hi = UINT16_MAX,
	                                     .icmp_type = -1,
	                                     .icmp_code = -1,
	                                     .log = FILTER_LOG_FLOW};
	assert_true(filter_counters(f));
	filter_finish(f);
	return f;
}

static struct filter_policy *policy_of(bool listed)
{
	struct filter_policy *p = calloc(1, sizeof *p);
	assert_non_null(p);
	p->niface = 2;
	p->iface[1].level = 100;
	p->permit_vpn = !listed;
	p->iface[0].in = listed ? list_of(true) : NULL;
	p->ifaces_filter = listed;
	p->intra = p->inter = true;
	p->idle = (struct filter_idle){3600000, 600000, 120000, 2000, 120000};
	filter_policy_route(p, LAB_HOST & 0xffffff00, 0xffffff00, 1);
	filter_policy_finish(p);
	return p;
}

static void capture(bool on)
{
	for (unsigned i = 0; i < l->n; i++) {
		struct capture_set *s = on ? calloc(1, sizeof *s) : NULL;
		if (s != NULL) {
			*s = (struct capture_set){.ring = ring[i],
			                          .points = CAP_OUTSIDE | CAP_INSIDE | CAP_DROP,
			                          .snap = 96,
			                          .n = 1};
			s->rule[0] = (struct capture_rule){.points = s->points,
			                                   .both = true,
			                                   .acl = {.permit = true,
			                                           .src_hi = UINT32_MAX,
			                                           .dst_hi = UINT32_MAX,
			                                           .sport_hi = UINT16_MAX,
			                                           .dport_hi = UINT16_MAX,
			                                           .icmp_type = -1,
			                                           .icmp_code = -1}};
		}
		workers_set_capture(l->w, i, s);
	}
}

static unsigned drain_captures(void)
{
	unsigned n = 0;
	for (unsigned i = 0; i < l->n; i++) {
		uint32_t head = atomic_load_explicit(&ring[i]->head, memory_order_relaxed),
		         tail = atomic_load_explicit(&ring[i]->tail, memory_order_acquire);
		n += tail - head;
		atomic_store_explicit(&ring[i]->head, tail, memory_order_release);
	}
	return n;
}

static void see_conn(void *arg, const struct worker_conn_info *c)
{
	*(uint64_t *)arg += c->bytes;
}

/* What shows read. */
static void look(const struct client *c)
{
	struct worker_totals t;
	struct sa_stats s;
	struct worker_blocks b[WORKER_BLOCKS];
	uint64_t bytes = 0;
	workers_session_totals(l->w, (uint16_t)(TUNNEL + c->number), &t);
	workers_sa_ops.stats(l->w, c->spi, &s);
	workers_blocks(l->w, b);
	for (int r = 1; r < DROP_N; r++)
		workers_drops(l->w, (enum drop_reason)r);
	workers_conns(l->w, see_conn, &bytes);
}

static void change(struct client *c)
{
	uint16_t tunnel = (uint16_t)(TUNNEL + c->number);
	switch (random_below(14)) {
	case 0:
		workers_session_close(l->w, tunnel);
		c->open = false;
		break;
	case 1:
		workers_session_remove(l->w, tunnel);
		c->there = c->open = false;
		break;
	case 2:
		logoff(c);
		break;
	case 3:
		workers_set_policy(l->w, policy_of(random_below(2)));
		break;
	case 4:
		workers_session_filter(l->w, tunnel, true, list_of(random_below(4) != 0), 0);
		break;
	case 5:
		workers_session_filter(l->w, tunnel, false, NULL, 0);
		break;
	case 6:
		capture(random_below(2));
		break;
	case 7:
		workers_rejudge(l->w);
		workers_conns_forget(l->w, random_below(2) ? address(c) : 0);
		break;
	case 8:
		workers_set_mss(l->w, (uint16_t)random_below(1400));
		workers_sa_ops.move(l->w, 1000 + c->number, (struct ip4_end){LAB_CLIENT, 4500});
		break;
	case 9:
		look(c);
		break;
	case 10:
		workers_send(l->w, 1000 + c->number, 2000 + c->number, (struct ip4_end){LAB_SERVER, 1701},
		             (struct ip4_end){LAB_CLIENT, 1701}, (const uint8_t *)"hello", 5);
		break;
	default:
		rekey(c);
		session_open(c);
	}
}

/* ------------------------------------------------------------------ the test */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int host_socket(void)
{
	return fcntl(l->host_fd, F_DUPFD_CLOEXEC, 0);
}

static uint64_t got_of(struct client *c)
{
	pthread_mutex_lock(&lock);
	uint64_t n = c->got;
	pthread_mutex_unlock(&lock);
	return n;
}

/* All are in again, nothing filters: every client is reached, and reaches the host. */
static void all_is_well(void)
{
	workers_set_policy(l->w, policy_of(false));
	for (unsigned k = 0; k < CLIENTS; k++) {
		rekey(&clients[k]);
		session_open(&clients[k]);
		workers_session_filter(l->w, (uint16_t)(TUNNEL + k), false, NULL, 0);
	}
	lab_drain(l);
	for (unsigned k = 0; k < CLIENTS; k++) {
		struct worker_totals t;
		assert_true(workers_session_totals(l->w, (uint16_t)(TUNNEL + k), &t));
		uint64_t in = t.pkts_in, out = got_of(&clients[k]);
		for (int i = 0; i < 5000 && (t.pkts_in == in || got_of(&clients[k]) == out); i++) {
			usleep(1000);
			workers_poll(l->w);
			workers_session_totals(l->w, (uint16_t)(TUNNEL + k), &t);
		}
		assert_true(t.pkts_in > in);
		assert_true(got_of(&clients[k]) > out);
	}
}

static void everything_changes_under_load(void **state)
{
	const char *more = getenv("STRESS_SECONDS");
	double end = seconds() + (more != NULL ? atof(more) : 3);
	pthread_t sender, host;
	int fd = host_socket();
	unsigned captured = 0;
	(void)state;
	atomic_store(&done, false);
	table = esp_table_new(0, ESP_SLOTS_MAX);
	spis = esp_spis_new(1, ESP_SLOTS_MAX);
	for (unsigned i = 0; i < l->n; i++) {
		ring[i] = aligned_alloc(64, (sizeof *ring[i] + 63) & ~(size_t)63);
		assert_non_null(ring[i]);
		memset(ring[i], 0, offsetof(struct capture_ring, slot));
	}
	for (unsigned k = 0; k < CLIENTS; k++) {
		clients[k] = (struct client){.number = k};
		rekey(&clients[k]);
		session_open(&clients[k]);
	}
	assert_int_equal(pthread_create(&sender, NULL, clients_run, NULL), 0);
	assert_int_equal(pthread_create(&host, NULL, host_run, &fd), 0);
	while (seconds() < end) {
		for (int i = 0; i < 4; i++)
			change(&clients[random_below(CLIENTS)]);
		workers_poll(l->w);
		captured += drain_captures();
		usleep(500);
	}
	all_is_well();
	atomic_store(&done, true);
	pthread_join(sender, NULL);
	pthread_join(host, NULL);
	capture(false);
	for (unsigned k = 0; k < CLIENTS; k++)
		logoff(&clients[k]);
	lab_drain(l);
	uint64_t crossed_full = lab_drops(l, DROP_CROSS_FULL);
	printf("%u workers: %u rekeys, %u packets captured, host got %llu, rings full for %llu\n", l->n, rekeys, captured,
	       (unsigned long long)atomic_load(&host_got), (unsigned long long)crossed_full);
	assert_true(rekeys > 10 && captured > 10 && atomic_load(&host_got) > 100);
	assert_int_equal(lab_drops(l, DROP_ESP_AUTH), 0);
	assert_int_equal(lab_drops(l, DROP_ESP_CRYPTO), 0);
	close(fd);
	esp_table_free(table);
	esp_spis_free(spis);
	for (unsigned i = 0; i < l->n; i++)
		free(ring[i]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {LAB_TEST(everything_changes_under_load)};
	return LAB_RUN(tests);
}
