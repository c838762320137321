#include <string.h>

#include "crypto/prim/prim.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t prim_base64_encode(const void *data, size_t len, char *out, size_t cap)
{
	const uint8_t *in = data;
	size_t n = 0;

	if (len > SIZE_MAX / 2 || cap < (len + 2) / 3 * 4 + 1)
		return 0;
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
		             (left > 2 ? in[i + 2] : 0);

		out[n++] = alphabet[v >> 18];
		out[n++] = alphabet[v >> 12 & 63];
		out[n++] = left > 1 ? alphabet[v >> 6 & 63] : '=';
		out[n++] = left > 2 ? alphabet[v & 63] : '=';
	}
	out[n] = '\0';
	return n;
}

bool prim_base64_decode(struct str text, uint8_t *out, size_t cap, size_t *len)
{
	size_t n = 0, pad = 0;

	if (text.len % 4)
		return false;
	while (pad < 2 && pad < text.len && text.p[text.len - 1 - pad] == '=')
		pad++;
	if (text.len / 4 * 3 - pad > cap)
		return false;
	for (size_t i = 0; i < text.len; i += 4) {
		size_t digits = i + 4 == text.len ? 4 - pad : 4;
		uint32_t v = 0;

		for (size_t k = 0; k < 4; k++) {
			char c = text.p[i + k];
			const char *at = k < digits && c ? strchr(alphabet, c) : alphabet;

			if (!at)
				return false;
			v = v << 6 | (uint32_t)(at - alphabet);
		}
		if (v & ((1u << 8 * (4 - digits)) - 1))
			return false; /* bits that no byte holds */
		for (size_t k = 0; k + 1 < digits; k++)
			out[n++] = (uint8_t)(v >> (16 - 8 * k));
	}
	*len = n;
	return true;
}
