/* The DHCP client on the network: port 67 while a tunnel group has servers, addresses for answers to come to, and the
 * way to and from PPP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/gateway.h"
#include "core/net/dhcp.h"
#include "core/net/dhcp_msg.h"
#include "core/net/pathmtu.h"
#include "ppp/pool.h"

/* Its own piece of memory: libuv needs it until the handle is closed. */
struct port {
	uv_poll_t poll;
	bool polled;
	struct udp *udp;
	struct gateway *gw;
};

struct gw_dhcp {
	struct gateway *gw;
	struct dhcp *dhcp;
	struct port *port;
	uint32_t *scopes; /* addresses that we gave the TUN device, sorted */
	size_t nscopes;
	bool keeps_address; /* the TUN device has one besides the scopes */
	bool told;          /* that the port is not to be had */
};

/* ------------------------------------------------------------------ to and from the servers */

static void send_msg(void *ctx, uint32_t server, const uint8_t *msg, size_t len)
{
	struct gw_dhcp *g = ctx;
	if (g->port != NULL)
		udp_send_one(g->port->udp, (struct ip4_end){0}, (struct ip4_end){server, DHCP_PORT},
		             msg, len);
}

static uint32_t source(void *ctx, uint32_t server)
{
	(void)ctx;
	return route_source(server);
}

static void done(void *ctx, uint32_t id, const struct dhcp_answer *answer)
{
	struct gw_dhcp *g = ctx;
	struct ppp_dhcp_answer a = {.ip = answer->ip};
	memcpy(a.dns, answer->dns, sizeof a.dns);
	memcpy(a.wins, answer->wins, sizeof a.wins);
	ppp_dhcp_done(g->gw->ppp, id, &a);
}

static void lost(void *ctx, uint32_t id)
{
	struct gw_dhcp *g = ctx;
	ppp_dhcp_lost(g->gw->ppp, id);
}

void gateway_dhcp_input(struct gateway *gw, uint32_t from, const uint8_t *msg, size_t len)
{
	dhcp_input(gw->dhcp->dhcp, from, msg, len);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct port *port = p->data;
	struct pkt pkt, *pkts[] = {&pkt};
	(void)status, (void)events;
	clock_run(&port->gw->clock, uv_hrtime() / 1000000);
	for (unsigned i = 0; i < PKT_BATCH && udp_recv(port->udp, pkts, 1) == 1; i++)
		if (pkt.drop == DROP_NONE && pkt.peer.port == DHCP_PORT)
			gateway_dhcp_input(port->gw, pkt.peer.ip, pkt_data(&pkt), pkt.len);
}

/* ------------------------------------------------------------------ life */

struct gw_dhcp *gateway_dhcp_new(struct gateway *gw)
{
	static const struct dhcp_ops ops = {send_msg, source, done, lost};
	struct gw_dhcp *g = calloc(1, sizeof *g);
	if (g == NULL)
		return NULL;
	g->gw = gw;
	g->dhcp = dhcp_new(&gw->clock, &ops, g);
	if (g->dhcp == NULL) {
		free(g);
		return NULL;
	}
	return g;
}

static void free_port(struct port *port)
{
	udp_close(port->udp);
	free(port);
}

static void on_closed(uv_handle_t *h)
{
	free_port(h->data);
}

static void close_port(struct gw_dhcp *g)
{
	struct port *port = g->port;
	g->port = NULL;
	if (port == NULL)
		return;
	if (!port->polled)
		free_port(port);
	else if (!uv_is_closing((uv_handle_t *)&port->poll))
		uv_close((uv_handle_t *)&port->poll, on_closed);
}

void gateway_dhcp_end(struct gateway *gw)
{
	if (gw->dhcp != NULL)
		close_port(gw->dhcp);
}

void gateway_dhcp_free(struct gateway *gw)
{
	struct gw_dhcp *g = gw->dhcp;
	if (g == NULL)
		return;
	dhcp_free(g->dhcp);
	close_port(g);
	free(g->scopes);
	free(g);
	gw->dhcp = NULL;
}

static void open_port(struct gw_dhcp *g, struct out *notes)
{
	struct err err = {0};
	if (g->port != NULL)
		return;
	struct port *port = calloc(1, sizeof *port);
	if (port == NULL)
		return;
	port->gw = g->gw;
	if (udp_open(&port->udp, 0, DHCP_PORT, false, &err) != 0) {
		if (!g->told)
			out_printf(notes, "WARNING: dhcp-server has no effect: %s\n", err.text);
		g->told = true;
		free(port);
		return;
	}
	g->told = false;
	if (udp_fd(port->udp) >= 0) {
		uv_poll_init(&g->gw->loop, &port->poll, udp_fd(port->udp));
		port->poll.data = port;
		uv_poll_start(&port->poll, UV_READABLE, on_readable);
		port->polled = true;
	}
	g->port = port;
}

/* ------------------------------------------------------------------ configuration */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static bool is_own_address(const struct gateway *gw, uint32_t ip)
{
	const struct iface *f;
	for (size_t i = 0; (f = ifaces_at(gw->ifaces, i)) != NULL; i++)
		if (f->ip == ip)
			return true;
	return false;
}

/* Servers answer to giaddr, which is a dhcp-network-scope: an address of ours, so that the host takes it in. */
static void set_scopes(struct gw_dhcp *g, uint32_t *scopes, size_t n, struct out *notes)
{
	struct gateway *gw = g->gw;
	struct err err = {0};
	struct netlink_addr a = {
	        .index = gw->tun[0].ifindex, .ip = PPP_POOL_NOBODY, .bits = 32, .host = true};
	/* One that stays: with the last address of a device the kernel takes its routes away, and those of all pools
	 * lead to this one. */
	if (n > 0 && !g->keeps_address)
		g->keeps_address = netlink_addr_add(gw->nl, &a, NULL) == 0;
	for (size_t i = 0; i < g->nscopes; i++) {
		a.ip = g->scopes[i];
		if (bsearch(&a.ip, scopes, n, sizeof *scopes, by_number) == NULL)
			netlink_addr_del(gw->nl, &a, NULL);
	}
	for (size_t i = 0; i < n; i++) {
		a.ip = scopes[i];
		if ((g->nscopes == 0 ||
		     bsearch(&a.ip, g->scopes, g->nscopes, sizeof *scopes, by_number) == NULL) &&
		    netlink_addr_add(gw->nl, &a, &err) != 0)
			out_printf(notes, "WARNING: dhcp-network-scope: %s\n", err.text);
	}
	free(g->scopes);
	g->scopes = scopes;
	g->nscopes = n;
}

void gateway_dhcp_apply(struct gateway *gw, const struct snapshot *s, struct out *notes)
{
	struct gw_dhcp *g = gw->dhcp;
	const struct aaa_conf *aaa = s->aaa;
	bool wanted = false;
	size_t n = 0;
	for (size_t i = 0; i < aaa->ngroups && !s->ppp->no_dhcp; i++)
		wanted = wanted || aaa->groups[i].ndhcp > 0;
	uint32_t *scopes = calloc(aaa->npolicies + 1, sizeof *scopes);
	if (scopes == NULL)
		return;
	for (size_t i = 0; i < aaa->npolicies && wanted; i++) {
		uint32_t ip = aaa->policies[i].dhcp_scope;
		bool known = ip == 0 || is_own_address(gw, ip);
		for (size_t k = 0; k < n && !known; k++)
			known = scopes[k] == ip;
		if (!known)
			scopes[n++] = ip;
	}
	qsort(scopes, n, sizeof *scopes, by_number);
	set_scopes(g, scopes, n, notes);
	if (wanted)
		open_port(g, notes);
	else if (dhcp_count(g->dhcp) == 0) /* clients with a lease still have to give it back */
		close_port(g);
}

/* ------------------------------------------------------------------ for PPP */

bool gateway_dhcp_ask(struct gateway *gw, const struct ppp_dhcp_ask *ask)
{
	const struct dhcp_ask question = {.id = ask->unit,
	                                  .name = ask->user,
	                                  .servers = ask->servers,
	                                  .nservers = ask->nservers,
	                                  .scope = ask->scope};
	return gw->dhcp->port != NULL && dhcp_ask(gw->dhcp->dhcp, &question);
}

void gateway_dhcp_release(struct gateway *gw, uint32_t unit, bool in_use)
{
	if (in_use)
		dhcp_decline(gw->dhcp->dhcp, unit);
	else
		dhcp_end(gw->dhcp->dhcp, unit);
}
