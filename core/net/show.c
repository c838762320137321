#include "core/net/show.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/show.h"
#include "core/net/show_interface.h"
#include "core/net/show_pix.h"

/* --------------------------------------------------------------------------------------- one-liners */

static bool line_up(const struct iface *i)
{
	return i->up && i->carrier;
}

/* The address in force: the device's where it is ours to take, else what is configured. */
static uint32_t address_of(const struct iface *i, uint32_t *mask)
{
	bool device = i->conf.dhcp || !i->conf.ip;
	*mask = device ? i->mask : i->conf.mask;
	if (!i->conf.dhcp && !i->conf.ip)
		return 0;
	return device ? i->ip : i->conf.ip;
}

static int show_interface_ip_brief(struct cmd *cmd)
{
	const struct ifaces *t = ((struct net_show *)cmd->ctx)->ifaces;
	const struct iface *i;
	out_str(cmd->out, "Interface                  IP-Address      OK? Method Status            "
	                  "    Protocol\n");
	rec_list(cmd->out, "interfaces");
	for (size_t k = 0; (i = ifaces_at(t, k)); k++) {
		uint32_t mask, ip = address_of(i, &mask);
		const char *status = i->conf.shutdown ? "administratively down"
		                     : i->up          ? "up"
		                                      : "down";
		rec_open(cmd->out, NULL);
		rec(cmd->out, "interface address method status protocol",
		    "%-26s %-15s YES %-6s %-21s %-4s\n", i->conf.hw,
		    ip ? ip4_text(ip).s : "unassigned",
		    i->conf.dhcp ? "DHCP"
		    : ip         ? "CONFIG"
		                 : "unset",
		    status, line_up(i) ? "up" : "down");
		rec_close(cmd->out);
	}
	rec_close(cmd->out);
	return CMD_OK;
}

static int show_nameif(struct cmd *cmd)
{
	const struct ifaces *t = ((struct net_show *)cmd->ctx)->ifaces;
	const struct iface *i;
	if (cmd_pix(cmd)) {
		show_pix_nameif(t, cmd->out);
		return CMD_OK;
	}
	out_str(cmd->out, "Interface                Name                     Security\n");
	rec_list(cmd->out, "interfaces");
	for (size_t k = 0; (i = ifaces_at(t, k)); k++)
		if (i->conf.nameif[0]) {
			rec_open(cmd->out, NULL);
			rec(cmd->out, "interface name security_level", "%-24s %-24s %3u\n",
			    i->conf.hw, i->conf.nameif, i->conf.security);
			rec_close(cmd->out);
		}
	rec_close(cmd->out);
	return CMD_OK;
}

static void ip_address_table(const struct ifaces *t, struct out *o, bool current)
{
	const struct iface *i;
	out_str(o, "Interface                Name                   IP address      Subnet mask    "
	           " Method \n");
	rec_list(o, current ? "current" : "system");
	for (size_t k = 0; (i = ifaces_at(t, k)); k++) {
		uint32_t mask, ip = address_of(i, &mask);
		if (current && !i->conf.dhcp) {
			ip = i->ip_agrees ? ip : i->ip;
			mask = i->ip_agrees ? mask : i->mask;
		}
		if (!i->conf.nameif[0] || !ip)
			continue;
		rec_open(o, NULL);
		rec(o, "interface name address mask method", "%-24s %-22s %-15s %-15s %s\n",
		    i->conf.hw, i->conf.nameif, ip4_text(ip).s, ip4_text(mask).s,
		    i->conf.dhcp ? "DHCP" : "manual");
		rec_close(o);
	}
	rec_close(o);
}

static int show_ip_address(struct cmd *cmd)
{
	const struct ifaces *t = ((struct net_show *)cmd->ctx)->ifaces;
	if (cmd_pix(cmd)) {
		show_pix_ip(t, cmd->out);
		return CMD_OK;
	}
	out_str(cmd->out, "System IP Addresses:\n");
	ip_address_table(t, cmd->out, false);
	out_str(cmd->out, "Current IP Addresses:\n");
	ip_address_table(t, cmd->out, true);
	return CMD_OK;
}

/* ----------------------------------------------------------------------------------------- routes */

static const char route_codes[] =
        "\n"
        "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP\n"
        "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
        "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
        "       E1 - OSPF external type 1, E2 - OSPF external type 2, V - VPN\n"
        "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2\n"
        "       ia - IS-IS inter area, * - candidate default, U - per-user static route\n"
        "       o - ODR, P - periodic downloaded static route, + - replicated route\n";

enum { ROUTES_SHOWN_MAX = 65536 };

/* One line. Connected networks, our own addresses and clients are no routes of the kernel's table only. */
struct route_row {
	struct netlink_route r;
	char code;
	const char *nameif;
};

struct route_list {
	const struct ifaces *t;
	struct out *o;
	struct route_row *rows;
	size_t n, cap;
};

static bool route_add(struct route_list *l, const struct netlink_route *r, char code,
                      const char *nameif)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct route_row *more =
		        cap > ROUTES_SHOWN_MAX ? NULL : realloc(l->rows, cap * sizeof(*more));
		if (!more)
			return false;
		l->rows = more;
		l->cap = cap;
	}
	l->rows[l->n++] = (struct route_row){*r, code, nameif};
	return true;
}

static bool route_collect(void *arg, const struct netlink_route *r)
{
	struct route_list *l = arg;
	const struct iface *i = ifaces_by_index(l->t, r->index);
	/* devices outside the configuration are the host's affair */
	return !i ||
	       route_add(l, r, r->gw || r->proto == NETLINK_PROTO ? 'S' : 'C', i->conf.nameif);
}

static void client_collect(void *arg, uint32_t ip, const char *ifname)
{
	route_add(arg, &(struct netlink_route){.dst = ip, .bits = 32}, 'V', ifname);
}

static void own_collect(struct route_list *l)
{
	const struct iface *i;
	for (size_t k = 0; (i = ifaces_at(l->t, k)); k++)
		if (i->conf.nameif[0] && i->up && i->ip)
			route_add(l, &(struct netlink_route){.dst = i->ip, .bits = 32}, 'L',
			          i->conf.nameif);
}

/* By destination; of equal ones the best first. */
static int route_order(const void *pa, const void *pb)
{
	const struct netlink_route *a = &((const struct route_row *)pa)->r,
	                           *b = &((const struct route_row *)pb)->r;
	if (a->dst != b->dst)
		return a->dst < b->dst ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	return a->metric < b->metric ? -1 : a->metric > b->metric;
}

static void route_print(struct out *o, const struct route_row *row, bool best)
{
	const struct netlink_route *r = &row->r;
	char code[3] = {row->code, best && !r->bits && r->gw ? '*' : '\0', '\0'};
	struct ip4_text mask = ip4_text(ip4_mask(r->bits));
	rec_open(o, NULL);
	rec(o, "code to mask", "%-8s %s %s", code, ip4_text(r->dst).s, mask.s);
	if (row->code == 'V')
		rec(o, "interface", " connected by VPN (advertised), %s\n", row->nameif);
	else if (r->gw)
		rec(o, "gateway interface", " [1/0] via %s, %s\n", ip4_text(r->gw).s, row->nameif);
	else
		rec(o, "interface", " is directly connected, %s\n", row->nameif);
	rec_close(o);
}

static int show_route(struct cmd *cmd)
{
	const struct net_show *s = cmd->ctx;
	struct route_list l = {.t = s->ifaces};
	netlink_routes(ifaces_netlink(s->ifaces), route_collect, &l);
	if (cmd_pix(cmd)) {
		if (l.n)
			qsort(l.rows, l.n, sizeof(*l.rows), route_order);
		for (size_t k = 0; k < l.n; k++)
			show_pix_route(s->ifaces, &l.rows[k].r, cmd->out);
		free(l.rows);
		return CMD_OK;
	}
	own_collect(&l);
	if (s->clients)
		s->clients(s->ctx, client_collect, &l);
	if (l.n)
		qsort(l.rows, l.n, sizeof(*l.rows), route_order);
	out_str(cmd->out, route_codes);
	if (l.n && !l.rows[0].r.bits && l.rows[0].r.gw)
		rec(cmd->out, "gateway_of_last_resort",
		    "Gateway of last resort is %s to network 0.0.0.0\n\n",
		    ip4_text(l.rows[0].r.gw).s);
	else
		out_str(cmd->out, "Gateway of last resort is not set\n\n");
	rec_list(cmd->out, "routes");
	for (size_t k = 0; k < l.n; k++)
		route_print(cmd->out, &l.rows[k], k == 0);
	rec_close(cmd->out);
	free(l.rows);
	return CMD_OK;
}

/* -------------------------------------------------------------------------------------------- arp */

static bool arp_print(void *arg, const struct netlink_neigh *n)
{
	const struct route_list *l = arg;
	const struct iface *i = ifaces_by_index(l->t, n->index);
	if (!i || !i->conf.nameif[0])
		return true;
	char mac[16];
	snprintf(mac, sizeof(mac), "%02x%02x.%02x%02x.%02x%02x", n->mac[0], n->mac[1], n->mac[2],
	         n->mac[3], n->mac[4], n->mac[5]);
	rec_open(l->o, NULL);
	if (n->permanent)
		rec(l->o, "interface address mac -", "\t%s %s %s %s\n", i->conf.nameif,
		    ip4_text(n->ip).s, mac, "-");
	else
		rec(l->o, "interface address mac age_s", "\t%s %s %s %u\n", i->conf.nameif,
		    ip4_text(n->ip).s, mac, n->age_s);
	rec_close(l->o);
	return true;
}

static int show_arp(struct cmd *cmd)
{
	const struct net_show *s = cmd->ctx;
	struct route_list l = {.t = s->ifaces, .o = cmd->out};
	rec_list(cmd->out, "arp");
	netlink_neighs(ifaces_netlink(s->ifaces), arp_print, &l);
	rec_close(cmd->out);
	return CMD_OK;
}

/* --------------------------------------------------------------------------------------- register */

void net_show_register(struct net_show *show)
{
	static const struct cmd_entry table[] = {
	        {"show_interface", show_interface},
	        {"show_interface_ip_brief", show_interface_ip_brief},
	        {"show_nameif", show_nameif},
	        {"show_ip_address", show_ip_address},
	        {"show_route", show_route},
	        {"show_interface_summary", show_interface_summary},
	        {"clear_interface", clear_interface},
	        {"show_traffic", show_traffic},
	        {"clear_traffic", clear_traffic},
	        {"show_arp", show_arp},
	};
	show_rate_start(show);
	cmd_register(table, sizeof(table) / sizeof(table[0]), show);
}

void net_show_close(struct net_show *show)
{
	show_rate_stop(show);
}
