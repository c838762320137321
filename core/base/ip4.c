#include "core/base/ip4.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct ip4_text ip4_text(uint32_t ip)
{
	struct ip4_text t;
	snprintf(t.s, sizeof t.s, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	return t;
}

bool ip4_parse(struct str s, uint32_t *ip)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++) {
		size_t n = 0;
		uint32_t octet = 0;
		while (n < s.len && s.p[n] >= '0' && s.p[n] <= '9' && n < 3)
			octet = octet * 10 + (uint32_t)(s.p[n++] - '0');
		if (n == 0 || octet > 255)
			return false;
		value = value << 8 | octet;
		s.p += n;
		s.len -= n;
		if (i < 3) {
			if (s.len == 0 || s.p[0] != '.')
				return false;
			s.p++;
			s.len--;
		}
	}
	if (s.len != 0)
		return false;
	*ip = value;
	return true;
}

int ip4_mask_bits(uint32_t mask)
{
	int bits = mask == 0 ? 0 : 32 - __builtin_ctz(mask);
	return ip4_mask((unsigned)bits) == mask ? bits : -1;
}

uint32_t ip4_mask(unsigned bits)
{
	return bits == 0 ? 0 : bits >= 32 ? UINT32_MAX : ~(UINT32_MAX >> bits);
}

typedef uint64_t sum_pair __attribute__((vector_size(16)));

/* The sum of 32-bit words as they lie in memory. The order of the bytes does not matter to a ones' complement sum
 * (RFC 1071 §2): it is turned at the end. Vectors of the size every machine has: larger ones are taken apart, badly. */
static uint64_t sum_words(const uint8_t *p, size_t len)
{
	sum_pair sum[4] = {0}, v, u;
	for (; len >= 2 * sizeof v; p += 2 * sizeof v, len -= 2 * sizeof v) {
		memcpy(&v, p, sizeof v);
		memcpy(&u, p + sizeof v, sizeof u);
		sum[0] += v & UINT32_MAX;
		sum[1] += v >> 32;
		sum[2] += u & UINT32_MAX;
		sum[3] += u >> 32;
	}
	sum[0] += sum[1] + sum[2] + sum[3];
	uint64_t all = sum[0][0] + sum[0][1];
	uint32_t w;
	for (; len >= sizeof w; p += sizeof w, len -= sizeof w) {
		memcpy(&w, p, sizeof w);
		all += w;
	}
	w = 0;
	memcpy(&w, p, len);
	return all + w;
}

static uint16_t fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

uint16_t ip4_checksum(const uint8_t *data, size_t len, uint32_t start)
{
	return (uint16_t)~fold((uint64_t)ntohs(fold(sum_words(data, len))) + start);
}

uint32_t ip4_pseudo_sum(uint32_t src, uint32_t dst, uint8_t proto, uint16_t len)
{
	return (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + proto + len;
}
