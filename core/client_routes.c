/* Host routes of clients: for addresses that no pool's route leads to (fixed ones, those of a DHCP server), and where
 * the crypto map says reverse-route, for routing daemons of the host to pass on. */
#include <stdlib.h>

#include "core/base/log.h"
#include "core/gateway.h"

enum { CLIENT_METRIC = 1 }; /* beside a pool's route to the same address, which has none */

static struct netlink_route route_to(const struct gateway *gw, uint32_t ip)
{
	return (struct netlink_route){
	        .dst = ip, .bits = 32, .index = gw->tun.ifindex, .metric = CLIENT_METRIC};
}

void gateway_client_route_add(struct gateway *gw, const struct ppp_session_info *info, bool wanted)
{
	struct err err = {0};
	struct netlink_route r = route_to(gw, info->ip);
	if ((info->pool[0] != '\0' && !wanted) ||
	    !hash_put(gw->client_routes, &info->ip, sizeof info->ip, gw))
		return;
	if (netlink_route_add(gw->nl, &r, &err) != 0) {
		hash_del(gw->client_routes, &info->ip, sizeof info->ip);
		log_msg(MSG_713903, "", err.text);
	}
}

void gateway_client_route_del(struct gateway *gw, uint32_t ip)
{
	struct netlink_route r = route_to(gw, ip);
	if (hash_del(gw->client_routes, &ip, sizeof ip) != NULL)
		netlink_route_del(gw->nl, &r, NULL);
}
