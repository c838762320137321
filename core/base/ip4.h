/* IPv4 addresses are uint32_t in host byte order everywhere inside; the wire cursor converts. */
#ifndef CORE_BASE_IP4_H
#define CORE_BASE_IP4_H

#include "core/base/str.h"

struct ip4_end {
	uint32_t ip;
	uint16_t port;
};

struct ip4_text {
	char s[16];
};

/* printf("%s", ip4_text(ip).s): the text lives until the end of the full expression. */
struct ip4_text ip4_text(uint32_t ip);
bool ip4_parse(struct str s, uint32_t *ip);
/* 0..32 for a contiguous netmask, -1 for any other. */
int ip4_mask_bits(uint32_t mask);
uint32_t ip4_mask(unsigned bits);
/* Internet checksum (RFC 1071) in host order, folded and complemented; sum is a start value (0). */
uint16_t ip4_checksum(const uint8_t *data, size_t len, uint32_t sum);
/* Unfolded pseudo header sum for TCP and UDP. */
uint32_t ip4_pseudo_sum(uint32_t src, uint32_t dst, uint8_t proto, uint16_t len);

static inline bool ip4_end_eq(struct ip4_end a, struct ip4_end b)
{
	return a.ip == b.ip && a.port == b.port;
}

#endif
