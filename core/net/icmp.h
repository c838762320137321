/* ICMP errors for IP packets that cannot be forwarded (RFC 792, 1191, 1812 §4.3.2). */
#ifndef CORE_NET_ICMP_H
#define CORE_NET_ICMP_H

#include <stddef.h>
#include <stdint.h>

enum { ICMP_ERROR_MAX = 576 }; /* longest error built */

/* The whole IP packet of the error about `ip` (a received IPv4 packet), from src to its sender, written to out.
 * Returns its length; 0 when no error may be sent (about an ICMP error, a later fragment, a source that is no
 * single host, a broken packet) or it does not fit. */
size_t icmp_frag_needed(uint8_t *out, size_t cap, uint32_t src, const uint8_t *ip, size_t len,
                        uint16_t mtu);
/* code: 0 net, 1 host, 2 protocol, 3 port, 13 administratively prohibited. */
size_t icmp_unreachable(uint8_t *out, size_t cap, uint32_t src, const uint8_t *ip, size_t len,
                        uint8_t code);

#endif
