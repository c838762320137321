#include "core/base/buf.h"

#include <string.h>

bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool bytes_eq_secret(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	uint8_t diff = 0;
	for (size_t i = 0; i < a.len; i++)
		diff |= (uint8_t)(a.p[i] ^ b.p[i]);
	return diff == 0;
}

void wipe(void *p, size_t len)
{
	if (p != NULL && len > 0)
		explicit_bzero(p, len);
}
