/* The forms of PIX 6 of what show.c and show_interface.c print: for a console in that dialect, text alone. Their layout is
 * recollection. */
#ifndef CORE_NET_SHOW_PIX_H
#define CORE_NET_SHOW_PIX_H

#include "core/base/out.h"
#include "core/net/ethtool.h"
#include "core/net/ifaces.h"
#include "core/net/netlink.h"

void show_pix_nameif(const struct ifaces *t, struct out *o);
void show_pix_ip(const struct ifaces *t, struct out *o);
/* One route; those of devices without a name are left out. */
void show_pix_route(const struct ifaces *t, const struct netlink_route *r, struct out *o);
void show_pix_interface(const struct iface *i, const struct netlink_link *l,
                        const struct netlink_stats *s, const struct ethtool_info *card,
                        struct out *o);

#endif
