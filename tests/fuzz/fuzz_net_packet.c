/* Clients' IP packets where the data path changes, answers, judges or shows them: MSS clamp, ICMP errors, what access
 * lists look at, a line of a capture. First two bytes: the MSS. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/drop.h"
#include "core/base/filter.h"
#include "core/base/ip4.h"
#include "core/net/capture_int.h"
#include "core/net/icmp.h"
#include "core/net/mss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly as long as what was kept of it. */
static void show(const uint8_t *ip, size_t len, uint8_t point)
{
	struct cap_stored *p = malloc(sizeof *p + len);
	struct out o;
	if (p == NULL)
		abort();
	*p = (struct cap_stored){.caplen = (uint32_t)len, .len = (uint32_t)len, .point = (uint8_t)(1 << point % 4), .why = point % DROP_N};
	memcpy(p->data, ip, len);
	out_init(&o);
	capture_line(&o, p);
	capture_dump(&o, p);
	if (out_text(&o).len == 0)
		abort();
	out_free(&o);
	free(p);
}

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
	struct filter_key key;
	if (filter_key_read(rd_of(ip, len), &key) && len < 20)
		abort();
	show(ip, len, (uint8_t)mss);
	free(ip);
	return 0;
}
