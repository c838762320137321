/* show interface: the long form with counters and rates. */
#ifndef CORE_NET_SHOW_INTERFACE_H
#define CORE_NET_SHOW_INTERFACE_H

#include "core/base/show.h"
#include "core/net/show.h"

/* Commands show interface [ifname], ... summary, clear interface, show traffic, clear traffic. */
int show_interface(struct cmd *cmd);
int show_interface_summary(struct cmd *cmd);
int clear_interface(struct cmd *cmd);
int show_traffic(struct cmd *cmd);
int clear_traffic(struct cmd *cmd);
/* Starts taking samples for the rates, on the clock of show. */
void show_rate_start(struct net_show *show);
void show_rate_stop(struct net_show *show);

#endif
