/* Host routes of clients: for addresses that no pool's route leads to (fixed ones, those of a DHCP server), and where
 * the crypto map says reverse-route, for routing daemons of the host to pass on. */
#include <stdlib.h>

#include "core/base/log.h"
#include "core/gateway.h"

enum { CLIENT_METRIC = 1 }; /* beside a pool's route to the same address, which has none */

static struct netlink_route route_to(const struct gateway *gw, uint32_t ip)
{
	return (struct netlink_route){
	        .dst = ip, .bits = 32, .index = gw->tun[0].ifindex, .metric = CLIENT_METRIC};
}

void gateway_client_route_add(struct gateway *gw, const struct ppp_session_info *info, bool wanted)
{
	struct err err = {0};
	struct netlink_route r = route_to(gw, info->ip);
	if ((info->pool[0] != '\0' && !wanted) ||
	    !hash_put(gw->client_routes, &info->ip, sizeof info->ip, gw))
		return;
	char prefix[256];
	snprintf(prefix, sizeof prefix, "Group = %s, Username = %s, IP = %s, ",
	         info->link->tunnel_group, info->user, ip4_text(info->link->remote.ip).s);
	log_msg(MSG_713204, prefix, ip4_text(info->ip).s);
	if (netlink_route_add(gw->nl, &r, &err) != 0) {
		hash_del(gw->client_routes, &info->ip, sizeof info->ip);
		log_msg(MSG_713205, prefix, ip4_text(info->ip).s);
		log_msg(MSG_713903, prefix, err.text);
	}
}

void gateway_client_route_del(struct gateway *gw, uint32_t ip)
{
	struct netlink_route r = route_to(gw, ip);
	if (hash_del(gw->client_routes, &ip, sizeof ip) == NULL)
		return;
	log_msg(MSG_713273, "", ip4_text(ip).s);
	if (netlink_route_del(gw->nl, &r, NULL) != 0)
		log_msg(MSG_713274, "", ip4_text(ip).s);
}
