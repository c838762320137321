/* Hex text of the vectors into bytes. */
#ifndef TESTS_VECTORS_HEX_H
#define TESTS_VECTORS_HEX_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Blanks are skipped; returns the number of bytes. */
static inline size_t hex_bytes(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = 0;
	unsigned v;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		if (n >= cap || sscanf(hex, "%2x", &v) != 1)
			return 0;
		out[n++] = (uint8_t)v;
		hex += 2;
	}
	return n;
}

/* "hex:..." or text, so many times. */
static inline size_t vector_bytes(const char *text, unsigned repeat, uint8_t *out, size_t cap)
{
	size_t one = strlen(text), n = 0;

	if (!strncmp(text, "hex:", 4)) {
		one = hex_bytes(text + 4, out, cap);
	} else {
		if (one > cap)
			return 0;
		memcpy(out, text, one);
	}
	for (n = one; repeat > 1 && n + one <= cap; repeat--, n += one)
		memcpy(out + n, out, one);
	return n;
}

#endif
