/* `sysopt connection tcpmss`: the MSS option of TCP SYN segments, lowered on their way through. */
#ifndef CORE_NET_MSS_H
#define CORE_NET_MSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ip is a whole IPv4 packet, changed in place, its TCP checksum adjusted (RFC 1624). Only SYN segments with an
 * MSS option above mss are touched; mss 0 = off. True when it was changed. */
bool mss_clamp(uint8_t *ip, size_t len, uint16_t mss);

#endif
