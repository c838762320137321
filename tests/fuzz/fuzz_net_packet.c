/* Clients' IP packets where the data path changes or answers them: MSS clamp, ICMP errors. First two bytes: the MSS. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ip4.h"
#include "core/net/icmp.h"
#include "core/net/mss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[ICMP_ERROR_MAX];
	if (size < 2)
		return 0;
	uint16_t mss = (uint16_t)(data[0] << 8 | data[1]);
	size_t len = size - 2;
	uint8_t *ip =
	        malloc(len ? len : 1); /* exactly as long as the packet: a step beyond is seen */
	memcpy(ip, data + 2, len);
	size_t n = icmp_frag_needed(out, sizeof(out), 0x0a000001, ip, len, mss);
	if (n && (n > sizeof(out) || ip4_checksum(out, 20, 0) || ip4_checksum(out + 20, n - 20, 0)))
		abort();
	icmp_unreachable(out, 40, 0x0a000001, ip, len, 1);
	if (mss_clamp(ip, len, mss) && mss_clamp(ip, len, mss))
		abort(); /* a clamped packet needs no second time */
	free(ip);
	return 0;
}
