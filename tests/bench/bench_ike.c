/* What a set-up of IKE costs the side that answers: Main Mode and Quick Mode through the engine alone, Diffie-Hellman
 * included, in set-ups per CPU-second; beside it what OpenSSL's numbers can do of nothing but Diffie-Hellman.
 *
 *   bench_ike [SETUPS [TUNNELS...]]   TUNNELS: how many are up before it is measured
 *
 * Lines are "name value unit". The clients are one engine that begins, each with an address of its own; only the time
 * inside the answering engine counts. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/exchange/ike_initiator.h"

enum { AT_ONCE = 32, WIRE = 4096, FIRST_IP = 0x0a000001, FIRST_SPI = 0x1000, ROUNDS = 5, YARD_RUNS = 300 };

static const struct {
	const char *name, *cipher;
	uint16_t group;
	const char *curve;
	BIGNUM *(*prime)(BIGNUM *bn);
} groups[] = {
        {"modp1024", "3des", 2, NULL, BN_get_rfc2409_prime_1024},
        {"modp2048", "aes-256", 14, NULL, BN_get_rfc3526_prime_2048},
        {"p256", "aes-256", 19, "P-256", NULL},
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_value);
	return values[n / 2];
}

/* ------------------------------------------------------------------ the yardstick */

static double yard_modp(BIGNUM *(*prime)(BIGNUM *bn))
{
	BN_CTX *ctx = BN_CTX_new();
	BN_MONT_CTX *mont = BN_MONT_CTX_new();
	BIGNUM *p = prime(NULL), *x = BN_new(), *y = BN_new(), *z = BN_new(), *two = BN_new();

	BN_MONT_CTX_set(mont, p, ctx);
	BN_set_word(two, 2);
	double start = cpu_s();
	for (int i = 0; i < YARD_RUNS; i++) {
		BN_priv_rand(x, 256, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
		BN_set_flags(x, BN_FLG_CONSTTIME);
		BN_mod_exp_mont_consttime(y, two, x, p, ctx, mont);
		BN_mod_exp_mont_consttime(z, y, x, p, ctx, mont);
	}
	double took = cpu_s() - start;
	BN_free(p), BN_free(x), BN_free(y), BN_free(z), BN_free(two);
	BN_MONT_CTX_free(mont);
	BN_CTX_free(ctx);
	return YARD_RUNS / took;
}

static double yard_curve(const char *name)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(name));
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *x = BN_new();
	EC_POINT *own = EC_POINT_new(g), *shared = EC_POINT_new(g);

	double start = cpu_s();
	for (int i = 0; i < YARD_RUNS; i++) {
		BN_priv_rand_range(x, EC_GROUP_get0_order(g));
		EC_POINT_mul(g, own, x, NULL, NULL, ctx);
		EC_POINT_mul(g, shared, NULL, own, x, ctx);
	}
	double took = cpu_s() - start;
	EC_POINT_free(own), EC_POINT_free(shared);
	BN_free(x);
	BN_CTX_free(ctx);
	EC_GROUP_free(g);
	return YARD_RUNS / took;
}

/* ------------------------------------------------------------------ both engines and the wire */

struct packet {
	bool to_server;
	struct ip4_end local, remote;
	size_t len;
	uint8_t data[1500];
};

struct job {
	struct prim_dh_job *dh;
	void (*done)(void *arg);
	void *arg;
};

struct bench {
	struct net net; /* its nodes lend their configuration */
	struct ike *server, *client;
	struct ike_ops server_ops, client_ops;
	struct packet *wire;
	size_t first, n;
	struct job jobs[AT_ONCE];
	size_t njobs;
	uint32_t spi, begun, up;
	double server_s;
};

/* The client tells its tunnels apart by the server's address, the server by the client's. */
static bool put(struct bench *b, bool to_server, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                size_t len)
{
	struct packet *p = &b->wire[(b->first + b->n) % WIRE];

	if (b->n == WIRE || len > sizeof p->data)
		abort();
	*p = (struct packet){.to_server = to_server, .len = len};
	p->remote = (struct ip4_end){remote.ip, local.port};
	p->local = (struct ip4_end){to_server ? SERVER_IP : CLIENT_IP, remote.port};
	memcpy(p->data, msg, len);
	b->n++;
	return true;
}

static bool server_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	return put(ctx, false, local, remote, msg, len);
}

static bool client_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	return put(ctx, true, local, remote, msg, len);
}

static void keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	(void)ctx, (void)local, (void)remote;
}

static int client_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	(void)ctx;
	prim_dh_run(job);
	done(arg);
	return 0;
}

/* Later, as on a helper thread. */
static int server_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	struct bench *b = ctx;

	if (b->njobs == AT_ONCE)
		abort();
	b->jobs[b->njobs++] = (struct job){job, done, arg};
	return 0;
}

static void flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	(void)peer, (void)flow, (void)pair;
	((struct bench *)ctx)->up++;
}

static void client_flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	(void)ctx, (void)peer, (void)flow, (void)pair;
}

static uint32_t spi_alloc(void *ctx, uint32_t flow)
{
	(void)flow;
	return FIRST_SPI + ((struct bench *)ctx)->spi++;
}

static void spi_free(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi;
}

static int install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	(void)ctx, (void)pair, (void)err;
	return 0;
}

static void install_out(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi;
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	(void)ctx, (void)spi, (void)why;
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote;
}

static bool sa_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	(void)ctx, (void)spi;
	*stats = (struct sa_stats){.exists = true};
	return true;
}

static const struct sa_ops sa_ops = {spi_alloc, spi_free, install_in, install_out, sa_remove, sa_move, sa_stats};

static const struct ipsec_map *map_of(struct ike *ike, const char *ifname)
{
	(void)ifname;
	return &((struct node *)ike->map_arg)->map;
}

static struct ike *engine(struct bench *b, struct node *node, const struct ike_ops *ops)
{
	struct ike *ike = ike_new(&b->net.clock, ops, b);
	struct ike_iface iface = {.ifname = "outside", .ip = node->ip, .ifindex = 2};

	if (ike == NULL)
		abort();
	ike->map_of = map_of;
	ike->map_arg = node;
	ike_set_interfaces(ike, &iface, 1);
	ike_set_conf(ike, &node->conf, NULL);
	return ike;
}

static void log_nothing(void *arg, const struct log_line *line)
{
	(void)arg, (void)line;
}

static void bench_open(struct bench *b, size_t group)
{
	static struct log_sink sink = {.level = LOGL_INFORMATIONAL, .write = log_nothing};

	memset(b, 0, sizeof *b);
	net_open(&b->net);
	log_sink_remove(&b->net.sink);
	log_sink_remove(&sink);
	log_sink_add(&sink); /* as an appliance that keeps a log */
	net_server(&b->net);
	net_client(&b->net, &b->net.client, CLIENT_IP, CLIENT_IP, groups[group].cipher, "sha", groups[group].group);
	b->net.server.conf.max_half_open = IKE_HALF_OPEN_MAX;
	b->net.server.policy[0].group = b->net.server.policy[1].group = groups[group].group;
	b->wire = calloc(WIRE, sizeof *b->wire);
	b->server_ops = (struct ike_ops){.send = server_send,
	                                 .keepalive = keepalive,
	                                 .dh = server_dh,
	                                 .sa = &sa_ops,
	                                 .sa_ctx = b,
	                                 .flow_up = flow_up};
	b->client_ops = b->server_ops;
	b->client_ops.send = client_send;
	b->client_ops.dh = client_dh;
	b->client_ops.flow_up = client_flow_up;
	b->server = engine(b, &b->net.server, &b->server_ops);
	b->client = engine(b, &b->net.client, &b->client_ops);
	if (b->wire == NULL)
		abort();
}

static void bench_close(struct bench *b)
{
	ike_free(b->client);
	ike_free(b->server);
	net_close(&b->net);
	free(b->wire);
}

/* A shell of an SA gives peer_for() what it needs. */
static void dial(struct bench *b)
{
	static const struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	struct node shell_node = {.ike = b->client, .ip = CLIENT_IP, .public_ip = CLIENT_IP};
	uint8_t id[8];
	struct wr w = wr_of(id, sizeof id);
	struct ike_sa shell = {.ike = b->client,
	                       .local = {CLIENT_IP, IKE_PORT},
	                       .remote = {FIRST_IP + b->begun++, IKE_PORT},
	                       .ifname = "outside"};

	wr_u32(&w, (uint32_t)ID_IPV4_ADDR << 24);
	wr_u32(&w, SERVER_IP);
	ike_enter(b->client);
	struct ike_peer *peer = peer_for(&shell, (struct bytes){id, sizeof id});
	if (peer == NULL || client_flow(&shell_node, peer, CLIENT_IP, 1701, alg, ENCAP_UDP_TRANSPORT) == NULL)
		abort();
	mm_begin(peer, NULL);
	ike_leave(b->client);
}

static void at_server(struct bench *b, const struct packet *p)
{
	double start = cpu_s();

	ike_input(b->server, p->local, p->remote, p->data, p->len);
	for (size_t i = 0; i < b->njobs; i++) {
		prim_dh_run(b->jobs[i].dh);
		b->jobs[i].done(b->jobs[i].arg);
	}
	b->njobs = 0;
	b->server_s += cpu_s() - start;
}

/* n more tunnels, 32 of them at a time under way. */
static double setups(struct bench *b, uint32_t n)
{
	uint32_t end = b->up + n, all = b->begun + n;

	b->server_s = 0;
	while (b->up < end) {
		while (b->begun < all && b->begun - b->up < AT_ONCE)
			dial(b);
		if (b->n == 0) {
			fprintf(stderr, "bench_ike: %u of %u set-ups got stuck\n", end - b->up, n);
			exit(1);
		}
		struct packet p = b->wire[b->first];
		b->first = (b->first + 1) % WIRE;
		b->n--;
		if (p.to_server)
			at_server(b, &p);
		else
			ike_input(b->client, p.local, p.remote, p.data, p.len);
	}
	clock_run(&b->net.clock, clock_now(&b->net.clock) + 10);
	return n / b->server_s;
}

static void rate(size_t g, uint32_t n)
{
	static struct bench b;
	double rates[ROUNDS], yards[ROUNDS];

	for (size_t r = 0; r < ROUNDS; r++) {
		bench_open(&b, g);
		setups(&b, AT_ONCE);
		yards[r] = groups[g].curve != NULL ? yard_curve(groups[g].curve) : yard_modp(groups[g].prime);
		rates[r] = setups(&b, n);
		bench_close(&b);
	}
	double yard = median(yards, ROUNDS), ours = median(rates, ROUNDS);
	printf("dh_yardstick_%s %.0f per_cpu_s\n", groups[g].name, yard);
	printf("ike_setups_%s %.0f per_cpu_s\n", groups[g].name, ours);
	printf("ike_ratio_%s %.1f percent\n", groups[g].name, 100 * ours / yard);
}

static void flat(uint32_t tunnels, uint32_t n)
{
	static struct bench b;
	double costs[ROUNDS];

	bench_open(&b, 0);
	if (tunnels > 0)
		setups(&b, tunnels);
	for (size_t r = 0; r < ROUNDS; r++)
		costs[r] = 1e6 / setups(&b, n);
	bench_close(&b);
	printf("ike_setup_at_%u %.1f us\n", tunnels, median(costs, ROUNDS));
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 500;

	if (n == 0) {
		fprintf(stderr, "usage: bench_ike [SETUPS [TUNNELS...]]\n");
		return 2;
	}
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
		rate(g, n);
	for (int i = 2; i < argc; i++)
		flat((uint32_t)strtoul(argv[i], NULL, 10), n);
	prim_free();
	return 0;
}
