#include "core/base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *dst, size_t len)
{
	uint8_t *p = dst;
	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			abort(); /* no keys without randomness */
		}
		p += n;
		len -= (size_t)n;
	}
}

uint32_t random_u32(void)
{
	uint32_t v;
	random_bytes(&v, sizeof v);
	return v;
}

uint32_t random_below(uint32_t n)
{
	uint32_t limit = UINT32_MAX - UINT32_MAX % n;
	uint32_t v;
	do
		v = random_u32();
	while (v >= limit);
	return v % n;
}
