/* What sockets and the TUN device may leave to the kernel: many packets in one call. Each is tried when the object is
 * opened, and may be forbidden (`posternd --no-offload LIST`): the plain way serves every packet, too. */
#ifndef CORE_NET_OFFLOAD_H
#define CORE_NET_OFFLOAD_H

#include <stdint.h>

#include "core/base/err.h"

/* name, spelling, what it is */
#define OFFLOAD_LIST(X)                                                                                       \
	X(TUN_CSUM, "tun-csum", "checksums of the host's packets completed here")                            \
	X(TUN_TSO, "tun-tso", "TCP of the host read in super-packets")                                       \
	X(TUN_USO, "tun-uso", "UDP of the host read, and of clients written, in super-packets")              \
	X(COALESCE, "coalesce", "packets of clients joined before they are written")                         \
	X(UDP_GRO, "udp-gro", "ESP in UDP received many at a time")                                          \
	X(UDP_GSO, "udp-gso", "ESP in UDP sent many at a time")                                              \
	X(UDP_RAW, "udp-raw", "lone ESP in UDP sent with headers made here")

enum offload_bit {
#define X(name, spelling, text) OFFLOAD_BIT_##name,
	OFFLOAD_LIST(X)
#undef X
	OFFLOAD_BITS
};
enum offload {
	OFFLOAD_NONE = 0,
#define X(name, spelling, text) OFFLOAD_##name = 1 << OFFLOAD_BIT_##name,
	OFFLOAD_LIST(X)
#undef X
	OFFLOAD_ALL = (1 << OFFLOAD_BITS) - 1,
	OFFLOAD_TUN = OFFLOAD_TUN_CSUM | OFFLOAD_TUN_TSO | OFFLOAD_TUN_USO | OFFLOAD_COALESCE,
};

/* "tun-tso" */
const char *offload_name(enum offload_bit bit);
const char *offload_text(enum offload_bit bit);
/* Takes the names of a list ("tun-tso,udp-gro", "all") out of *allowed. -EINVAL names those there are. */
int offload_forbid(const char *list, uint32_t *allowed, struct err *err);

#endif
