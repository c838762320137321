/* What a client asks through its tunnel by DHCPINFORM, answered from its group policy (intercept-dhcp): routes of the split
 * tunnel, domain, servers, proxy. */
#include "core/base/debug.h"
#include "core/config/objects.h"
#include "core/gateway.h"
#include "core/net/dhcp_inform.h"

_Static_assert((size_t)SPLIT_NETS_MAX <= DHCP_ROUTES_MAX, "all of them in one option");

/* The networks that are reached through the tunnel; others than these cannot be told. They are counted (all) for who
 * debugs: no client makes the whole of a long list looked at otherwise. */
static size_t routes_of(const struct gateway *gw, const struct aaa_terms *t, struct dhcp_route routes[SPLIT_NETS_MAX],
                        size_t *all)
{
	struct split_net nets[SPLIT_NETS_MAX];
	const struct conf *conf = confsys_running(gw->conf);
	if (t->split != AAA_SPLIT_SPECIFIED || t->split_list[0] == '\0')
		return 0;
	size_t n = acl_split_networks(conf, str_of(t->split_list), nets, SPLIT_NETS_MAX,
	                              debug_on(DEBUG_PPP_EVENT, 1) ? all : NULL);
	for (size_t i = 0; i < n; i++)
		routes[i] = (struct dhcp_route){nets[i].ip, nets[i].mask};
	return n;
}

static void answer(struct gateway *gw, const struct ppp_session_info *s, const struct dhcp_inform *q)
{
	struct dhcp_route routes[SPLIT_NETS_MAX];
	struct dhcp_held held;
	size_t all = 0;
	uint8_t packet[PPP_MTU_DEFAULT];
	const struct debug_who who = {
	        .ip = s->link->remote.ip, .group = s->link->tunnel_group, .user = s->user};
	const struct dhcp_told told = {.server = s->local_ip,
	                               .client = s->ip,
	                               .mask = s->terms->intercept_mask,
	                               .dns = {s->dns[0], s->dns[1]},
	                               .wins = {s->wins[0], s->wins[1]},
	                               .domain = s->terms->domain,
	                               .proxy = s->terms->pac,
	                               .routes = routes,
	                               .nroutes = routes_of(gw, s->terms, routes, &all),
	                               .mtu = s->mtu < sizeof packet ? s->mtu : sizeof packet};
	size_t len = dhcp_inform_answer(q, &told, packet, sizeof packet, &held);
	if (len > 0 && ppp_send_ip(gw->ppp, s->link->tunnel, s->link->call, packet, len))
		debug_for(&who, DEBUG_PPP_EVENT, 1,
		          "PPP %u: DHCPINFORM answered: of %zu routes %zu by option 121, %zu by option 249, domain %s",
		          s->unit, all, held.routes, held.ms_routes, told.domain[0] ? told.domain : "none");
}

void gateway_inform(void *ctx, uint16_t tunnel, uint16_t call, const uint8_t *packet, size_t len)
{
	struct gateway *gw = ctx;
	struct ppp_session_info s;
	struct dhcp_inform q;
	if (!ppp_find_call(gw->ppp, tunnel, call, &s)) /* ended while the packet was on its way up */
		drop_count(&gw->drops, DROP_PPP_NOT_OPEN);
	else if (!dhcp_inform_read(&q, packet, len) || q.src != s.ip)
		drop_count(&gw->drops, DROP_DHCP);
	else
		answer(gw, &s, &q);
}
