/* show interface: the long form with counters and rates. */
#ifndef CORE_NET_SHOW_INTERFACE_H
#define CORE_NET_SHOW_INTERFACE_H

#include "core/base/show.h"
#include "core/net/show.h"

/* Command show_interface [ifname]. */
int show_interface(struct cmd *cmd);
/* Starts taking samples for the rates, on the clock of show. */
void show_rate_start(struct net_show *show);
void show_rate_stop(struct net_show *show);

#endif
