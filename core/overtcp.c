/* `crypto ikev1 ipsec-over-tcp`: not served. Its ports are listened on only to say so when a client tries. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/gateway.h"

enum { PORTS_MAX = 10, TELL_MS = 1000, BACKLOG = 8 };

struct listener {
	uv_tcp_t tcp;
	struct gateway *gw;
	uint16_t port;
};

struct gw_overtcp {
	struct listener *on[PORTS_MAX];
	size_t n;
	uint64_t told_ms;
};

static void free_handle(uv_handle_t *h)
{
	free(h->data);
}

static void tell(struct gateway *gw, const uv_tcp_t *peer, uint16_t port)
{
	struct sockaddr_in from = {0};
	int len = sizeof from;
	uint64_t now = clock_now(&gw->clock);
	char prefix[40], line[160];
	if (gw->overtcp->told_ms != 0 && now - gw->overtcp->told_ms < TELL_MS)
		return;
	gw->overtcp->told_ms = now;
	if (uv_tcp_getpeername(peer, (struct sockaddr *)&from, &len) != 0)
		return;
	snprintf(prefix, sizeof prefix, "IP = %s, ", ip4_text(ntohl(from.sin_addr.s_addr)).s);
	snprintf(line, sizeof line,
	         "IPsec over TCP is not supported (port %u): clients use NAT traversal, dropping",
	         port);
	log_msg(MSG_713903, prefix, line);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct listener *l = server->data;
	uv_tcp_t *peer = status == 0 ? calloc(1, sizeof *peer) : NULL;
	if (peer == NULL || uv_tcp_init(&l->gw->loop, peer) != 0) {
		free(peer);
		return;
	}
	peer->data = peer;
	if (uv_accept(server, (uv_stream_t *)peer) == 0)
		tell(l->gw, peer, l->port);
	uv_tcp_close_reset(peer, free_handle);
}

static struct listener *listen_on(struct gateway *gw, uint16_t port)
{
	struct listener *l = calloc(1, sizeof *l);
	struct sockaddr_in any = {
	        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = INADDR_ANY};
	if (l == NULL || uv_tcp_init(&gw->loop, &l->tcp) != 0) {
		free(l);
		return NULL;
	}
	l->gw = gw;
	l->port = port;
	l->tcp.data = l;
	if (uv_tcp_bind(&l->tcp, (struct sockaddr *)&any, 0) == 0 &&
	    uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection) == 0)
		return l;
	uv_close((uv_handle_t *)&l->tcp, free_handle); /* somebody else's port: his affair */
	return NULL;
}

static bool wanted(const struct snapshot *s, uint16_t port)
{
	for (size_t i = 0; i < s->nover_tcp; i++)
		if (s->over_tcp[i] == port)
			return true;
	return false;
}

void gateway_overtcp_apply(struct gateway *gw, const struct snapshot *s)
{
	if (gw->handles == 0) /* there is no event loop */
		return;
	if (gw->overtcp == NULL && s->nover_tcp > 0)
		gw->overtcp = calloc(1, sizeof *gw->overtcp);
	struct gw_overtcp *o = gw->overtcp;
	if (o == NULL)
		return;
	for (size_t i = o->n; i-- > 0;)
		if (!wanted(s, o->on[i]->port)) {
			uv_close((uv_handle_t *)&o->on[i]->tcp, free_handle);
			o->on[i] = o->on[--o->n];
		}
	for (size_t i = 0; i < s->nover_tcp; i++) {
		bool there = false;
		for (size_t k = 0; k < o->n; k++)
			there = there || o->on[k]->port == s->over_tcp[i];
		struct listener *l =
		        there || o->n == PORTS_MAX ? NULL : listen_on(gw, s->over_tcp[i]);
		if (l != NULL)
			o->on[o->n++] = l;
	}
}

void gateway_overtcp_end(struct gateway *gw)
{
	struct gw_overtcp *o = gw->overtcp;
	for (size_t i = 0; o != NULL && i < o->n; i++)
		uv_close((uv_handle_t *)&o->on[i]->tcp, free_handle);
	free(o);
	gw->overtcp = NULL;
}
