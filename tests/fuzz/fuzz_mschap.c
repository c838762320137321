/* MS-CHAP's own formats: a server's Failure text, and a client's responses and new password. The first byte says which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/mschap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void failure(const uint8_t *data, size_t size, size_t challenge_len)
{
	struct mschap_failure f = {.error = 691, .version = 3};
	char *text = calloc(1, size + 1);
	memcpy(text, data, size);
	ppp_mschap_failure(text, challenge_len, &f);
	for (size_t i = challenge_len; i < sizeof(f.challenge); i++)
		if (f.challenge[i])
			abort();
	if (f.message && (f.message < text + 2 || f.message > text + strlen(text)))
		abort();
	if (f.error > 999999999 || f.version > 999999999)
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	uint8_t kind = rd_u8(&r);
	struct bytes b = rd_rest(&r);
	static struct aaa_request rq;
	static struct aaa_change change;
	switch (kind) {
	case 1:
		failure(b.p, b.len, 8);
		break;
	case 2:
		failure(b.p, b.len, 16);
		break;
	case 3:
		if (ppp_mschap1_response(&rq, b) != (b.len == 49))
			abort();
		break;
	case 4:
		if (ppp_mschap2_response(&rq, b) != (b.len == 49))
			abort();
		break;
	case 5:
		if (ppp_mschap2_change(&rq, &change, b) != (b.len == 582))
			abort();
		break;
	default:
		break;
	}
	return 0;
}
