/* Host routes of clients: for addresses that no pool's route leads to (fixed ones, those of a DHCP server), and where
 * the crypto map says reverse-route, for routing daemons of the host to pass on. And routes to the networks behind clients that
 * their servers named. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/log.h"
#include "core/base/share.h"
#include "core/gateway.h"

enum { CLIENT_METRIC = 1 }; /* beside a pool's route to the same address, which has none */

static struct netlink_route route_to(const struct gateway *gw, uint32_t ip, unsigned bits)
{
	return (struct netlink_route){
	        .dst = ip, .bits = (uint8_t)bits, .index = gw->tun[0].ifindex, .metric = CLIENT_METRIC};
}

struct log_prefix { char s[256]; };

static struct log_prefix prefix_of(const struct ppp_session_info *info)
{
	struct log_prefix p;
	snprintf(p.s, sizeof p.s, "Group = %s, Username = %s, IP = %s, ", info->link->tunnel_group, info->user,
	         ip4_text(info->link->remote.ip).s);
	return p;
}

void gateway_client_route_add(struct gateway *gw, const struct ppp_session_info *info, bool wanted)
{
	struct err err = {0};
	struct netlink_route r = route_to(gw, info->ip, 32);
	if ((info->pool[0] != '\0' && !wanted) ||
	    !hash_put(gw->client_routes, &info->ip, sizeof info->ip, gw))
		return;
	const struct log_prefix prefix = prefix_of(info);
	log_msg(MSG_713204, prefix.s, ip4_text(info->ip).s);
	if (netlink_route_add(gw->nl, &r, &err) != 0) {
		hash_del(gw->client_routes, &info->ip, sizeof info->ip);
		log_msg(MSG_713205, prefix.s, ip4_text(info->ip).s);
		log_msg(MSG_713903, prefix.s, err.text);
	}
}

void gateway_client_route_del(struct gateway *gw, uint32_t ip)
{
	struct netlink_route r = route_to(gw, ip, 32);
	if (hash_del(gw->client_routes, &ip, sizeof ip) == NULL)
		return;
	log_msg(MSG_713273, "", ip4_text(ip).s);
	if (netlink_route_del(gw->nl, &r, NULL) != 0)
		log_msg(MSG_713274, "", ip4_text(ip).s);
}

/* ------------------------------------------------------------------ networks behind clients */

struct net_text { char s[40]; };

static struct net_text net_text(uint32_t ip, uint32_t mask)
{
	struct net_text t;
	snprintf(t.s, sizeof t.s, "%s/%s", ip4_text(ip).s, ip4_text(mask).s);
	return t;
}

struct client_net {
	struct worker_route to;
	const char *user; /* shared */
};

static struct client_net *net_of(const struct gateway *gw, const struct aaa_route *r)
{
	for (size_t i = 0; i < gw->n_client_nets; i++)
		if (gw->client_nets[i].to.ip == r->ip && gw->client_nets[i].to.mask == r->mask)
			return &gw->client_nets[i];
	return NULL;
}

/* Why a network cannot lead to a client; NULL = it can. Half of all addresses is no network behind anybody; and what
 * goes to the client's own address is what the tunnel itself sends. */
static const char *refused(const struct gateway *gw, const struct ppp_session_info *info, const struct aaa_route *r)
{
	const struct ifaces_conf *ifaces = gw->snap->ifaces;
	if (r->mask < 0xc0000000 || r->ip >> 24 == 127 || r->ip >> 28 >= 14)
		return "it is no network that can be behind a client";
	for (size_t i = 0; i < ifaces->n; i++)
		if (ifaces->iface[i].ip != 0 && (ifaces->iface[i].ip & r->mask) == r->ip)
			return "an interface has an address of it";
	if ((info->link->remote.ip & r->mask) == r->ip)
		return "the client itself has an address of it";
	return NULL;
}

/* A client that comes again, while its last session has not timed out yet, has its network from now on. */
static int net_take(struct client_net *net, const struct ppp_session_info *info, struct err *err)
{
	if (strcmp(net->user, info->user) != 0)
		return err_plain(err, -EINVAL, "it is behind another client");
	net->to.tunnel = info->link->tunnel;
	return 0;
}

static int net_add(struct gateway *gw, const struct ppp_session_info *info, const struct aaa_route *r,
                   struct err *err)
{
	const char *why = refused(gw, info, r);
	if (why != NULL)
		return err_plain(err, -EINVAL, "%s", why);
	struct client_net *net = net_of(gw, r);
	if (net != NULL)
		return net_take(net, info, err);
	struct client_net *nets = realloc(gw->client_nets, (gw->n_client_nets + 1) * sizeof *nets);
	if (nets == NULL)
		return err_plain(err, -ENOMEM, "out of memory");
	gw->client_nets = nets;
	const struct netlink_route to = route_to(gw, r->ip, (unsigned)ip4_mask_bits(r->mask));
	int rc = netlink_route_add(gw->nl, &to, err);
	if (rc == 0)
		nets[gw->n_client_nets++] = (struct client_net){.to = {r->ip, r->mask, info->link->tunnel},
		                                                .user = share_text(info->user)};
	return rc;
}

static void publish(struct gateway *gw)
{
	size_t n = gw->n_client_nets;
	struct worker_route *routes = n > 0 ? calloc(n, sizeof *routes) : NULL;
	if (n > 0 && routes == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		routes[i] = gw->client_nets[i].to;
	workers_set_routes(gw->workers, routes, n);
	free(routes);
}

void gateway_client_nets_add(struct gateway *gw, const struct ppp_session_info *info)
{
	const struct log_prefix prefix = prefix_of(info);
	bool changed = false;
	for (size_t i = 0; i < info->nroutes; i++) {
		const struct aaa_route *r = &info->routes[i];
		struct err err = {0};
		log_msg(MSG_713204, prefix.s, net_text(r->ip, r->mask).s);
		if (net_add(gw, info, r, &err) == 0) {
			changed = true;
			continue;
		}
		log_msg(MSG_713205, prefix.s, net_text(r->ip, r->mask).s);
		log_msg(MSG_713903, prefix.s, err.text);
	}
	if (changed)
		publish(gw);
}

void gateway_client_nets_del(struct gateway *gw, const struct ppp_session_info *info)
{
	size_t kept = 0, before = gw->n_client_nets;
	for (size_t i = 0; i < before; i++) {
		const struct client_net net = gw->client_nets[i];
		if (net.to.tunnel != info->link->tunnel) {
			gw->client_nets[kept++] = net;
			continue;
		}
		const struct netlink_route to = route_to(gw, net.to.ip, (unsigned)ip4_mask_bits(net.to.mask));
		log_msg(MSG_713273, prefix_of(info).s, net_text(net.to.ip, net.to.mask).s);
		if (netlink_route_del(gw->nl, &to, NULL) != 0)
			log_msg(MSG_713274, prefix_of(info).s, net_text(net.to.ip, net.to.mask).s);
		share_drop_text(net.user);
	}
	gw->n_client_nets = kept;
	if (kept != before && !gw->stopping) /* each one's end alone would make the whole table anew */
		publish(gw);
}
