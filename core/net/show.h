/* show interface, show interface ip brief, show nameif, show ip address, show route, show arp, show traffic. */
#ifndef CORE_NET_SHOW_H
#define CORE_NET_SHOW_H

#include "core/base/clock.h"
#include "core/net/ifaces.h"

struct net_show {
	struct ifaces *ifaces;
	struct clock *clock;
	/* Walks the clients that are connected, for `show route`; NULL = none. */
	void (*clients)(void *ctx, void (*fn)(void *arg, uint32_t ip, const char *ifname),
	                void *arg);
	void *ctx;
	struct show_rates *rates; /* made by net_show_register */
};

/* The commands of show.c and show_interface.c; also starts the
 * rate counters of show interface (a timer on the clock). show must live until net_show_close. */
void net_show_register(struct net_show *show);
void net_show_close(struct net_show *show);

#endif
