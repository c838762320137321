/* The path MTU that the kernel has learned (RFC 1191). */
#ifndef CORE_NET_PATHMTU_H
#define CORE_NET_PATHMTU_H

#include <stdint.h>

/* What the kernel knows of the path from local (0 = its choice) to peer: the largest IP packet that passes whole.
 * 0 when there is no route. */
unsigned path_mtu(uint32_t local, uint32_t peer);
/* Our address on the way to peer, as the kernel would choose it; 0 when there is no route. */
uint32_t route_source(uint32_t peer);

#endif
