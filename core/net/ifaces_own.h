/* `manage: yes`: devices set as configured, and put back as they were when we leave. */
#ifndef CORE_NET_IFACES_OWN_H
#define CORE_NET_IFACES_OWN_H

#include "core/net/ifaces.h"

struct ifaces_own;

struct ifaces_own *ifaces_own_new(struct netlink *nl);
/* Restores every device that was taken, frees. */
void ifaces_own_free(struct ifaces_own *o);
/* Address, MTU and link state of i's device as configured. What stood there is remembered at the first time. */
void ifaces_own_take(struct ifaces_own *o, const struct iface *i, struct out *notes);

#endif
