/* One client with the product's own packet path, the roles changed: its TUN device leads into the tunnel, and the only
 * address it exchanges packets with is that of the host behind the gateway. For programs that use a tunnel (iperf3). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/worker.h"
#include "tests/bench/load/load.h"

struct path {
	struct load *l;
	struct workers *ws;
	struct udp *natt;
	struct rawesp *raw;
	struct tun tun;
	struct port port; /* of the workers' events */
};

/* ------------------------------------------------------------------ SAs */

static struct workers *ws_of(void *ctx)
{
	return ((struct client *)ctx)->l->path->ws;
}

static uint32_t path_spi_alloc(void *ctx, uint32_t peer)
{
	return workers_sa_ops.spi_alloc(ws_of(ctx), peer);
}

static void path_spi_await(void *ctx, uint32_t spi)
{
	workers_sa_ops.spi_await(ws_of(ctx), spi);
}

static void path_spi_free(void *ctx, uint32_t spi)
{
	workers_sa_ops.spi_free(ws_of(ctx), spi);
}

/* What it took for its address was not what it sends from. */
static int path_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct client *c = ctx;
	struct sa_pair own = *pair;
	own.local.ip = own.local_proxy.ip = c->ip;
	int rc = workers_sa_ops.install_in(ws_of(ctx), &own, err);
	wipe(&own, sizeof own);
	return rc;
}

static void path_install_out(void *ctx, uint32_t spi)
{
	workers_sa_ops.install_out(ws_of(ctx), spi);
}

static void path_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	workers_sa_ops.remove(ws_of(ctx), spi, why);
}

static void path_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote;
}

static bool path_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	return workers_sa_ops.stats(ws_of(ctx), spi, stats);
}

const struct sa_ops path_sa_ops = {path_spi_alloc,   path_spi_await, path_spi_free, path_install_in,
                                   path_install_out, path_remove,    path_move,     path_stats};

/* ------------------------------------------------------------------ what comes up */

static struct client *client_of(void *ctx)
{
	return ((struct path *)ctx)->l->clients;
}

static void up_ike(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	(void)local, (void)remote;
	client_ike(client_of(ctx), msg, len);
}

static void up_l2tp(void *ctx, uint32_t peer, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                    const uint8_t *msg, size_t len)
{
	(void)peer, (void)flow, (void)local, (void)remote;
	client_l2tp(client_of(ctx), msg, len);
}

static void up_ppp(void *ctx, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame, size_t len)
{
	struct client *c = client_of(ctx);
	(void)flow, (void)tunnel, (void)call;
	vpn_frame(&c->vpn, frame, len);
}

static void up_drop(void *ctx, const struct worker_drop *d)
{
	(void)ctx;
	fprintf(stderr, "load: a packet of the gateway's was dropped: %s\n", drop_text(d->why));
}

static void up_used(void *ctx, uint32_t spi)
{
	struct client *c = client_of(ctx);
	if (c->vpn.ike != NULL)
		ike_sa_events.used(c->vpn.ike, spi);
}

static void up_ignored(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi; /* no SA of a measurement gets so old */
}

static void up_soft(void *ctx, uint32_t spi, bool by_seq)
{
	(void)by_seq;
	up_ignored(ctx, spi);
}

static void up_moved(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote;
}

/* ------------------------------------------------------------------ life */

void path_make(struct load *l)
{
	static const struct sa_events sa = {up_used, up_soft, up_ignored, up_moved};
	struct path *p = calloc(1, sizeof *p);
	struct err err = {0};
	if (p == NULL)
		die("memory");
	struct worker_events events = {.ike = up_ike,
	                               .l2tp = up_l2tp,
	                               .ppp = up_ppp,
	                               .drop = up_drop,
	                               .sa = &sa,
	                               .sa_ctx = p,
	                               .ctx = p};
	l->path = p;
	p->l = l;
	if (udp_open(&p->natt, 0, IKE_PORT_NATT, false, &err) != 0 || rawesp_open(&p->raw, false, &err) != 0 ||
	    tun_open(&p->tun, 1, l->conf.tun, TRAFFIC_SIZE_MAX, OFFLOAD_ALL, &err) != 0)
		die(err.text);
	udp_offload(p->natt, OFFLOAD_ALL);
	struct worker_io io = {.n = 1, .natt = {p->natt}, .raw = {p->raw}, .tun = {&p->tun}};
	if (workers_new(&p->ws, &io, &err) != 0)
		die(err.text);
	workers_set_events(p->ws, &events);
	if (workers_start(p->ws, &err) != 0)
		die(err.text);
	l->natt.fd = udp_fd(p->natt); /* to send; the worker receives */
	p->port.fd = workers_event_fd(p->ws);
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = &p->port};
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->port.fd, &e) != 0)
		die("epoll_ctl");
}

void path_free(struct load *l)
{
	struct path *p = l->path;
	if (p == NULL)
		return;
	workers_free(p->ws);
	tun_close(&p->tun);
	rawesp_close(p->raw);
	udp_close(p->natt);
	free(p);
	l->path = NULL;
}

bool path_poll(struct load *l, const struct port *port)
{
	if (l->path == NULL || port != &l->path->port)
		return false;
	workers_poll(l->path->ws);
	return true;
}

void path_l2tp_send(void *client, const uint8_t *msg, size_t len)
{
	struct client *c = client;
	const struct vpn *v = &c->vpn;
	if (v->peer != NULL && v->flow != NULL)
		workers_send(c->l->path->ws, v->peer->handle, v->flow->handle, (struct ip4_end){c->ip, 1701},
		             (struct ip4_end){SERVER_IP, 1701}, msg, len);
}

static void sh(const char *command)
{
	if (system(command) != 0)
		die(command);
}

void path_open(struct client *c)
{
	struct path *p = c->l->path;
	struct link_info link = {.peer = c->vpn.peer->handle,
	                         .flow = c->vpn.flow->handle,
	                         .tunnel = c->vpn.lac.conf.tunnel,
	                         .call = c->vpn.lac.conf.call,
	                         .remote_tunnel = c->vpn.lac.remote_tunnel,
	                         .remote_call = c->vpn.lac.remote_call,
	                         .local = {c->ip, 1701},
	                         .remote = {SERVER_IP, 1701}};
	char line[200];
	if (workers_session_add(p->ws, &link, false) != 0)
		die("session");
	workers_session_open(p->ws, link.tunnel, TUNNEL_HOST, TRAFFIC_SIZE_MAX, false, false);
	snprintf(line, sizeof line, "ip addr add %s/32 dev %s", ip4_text(c->vpn.ppp.ip).s, p->tun.name);
	sh(line);
	snprintf(line, sizeof line, "ip route add %s/32 dev %s", ip4_text(TUNNEL_HOST).s, p->tun.name);
	sh(line);
}

void path_close(struct client *c)
{
	workers_session_remove(c->l->path->ws, c->vpn.lac.conf.tunnel);
	workers_drain(c->l->path->ws);
}

/* Runs a command while the clients live on; its exit status is a figure. */
void path_run(struct load *l, const char *phase, const char *command)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0)
		net_turn(l, 20);
	figure(phase, "status", WIFEXITED(status) ? WEXITSTATUS(status) : 255, "");
}
