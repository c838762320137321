/* A TACACS+ body of any kind (first byte): what can be read is written the same again. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/tacacs/wire.h"
#include "crypto/prim/prim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[TAC_HEADER_LEN + TAC_BODY_MAX];
	const struct tac_header h = {TAC_VERSION, 0, 1, 0, 0x01020304, 0};
	const struct bytes none = {0}, key = {(const uint8_t *)"key", 3};
	struct tac_header read;
	struct tac_body b;
	if (prim_init(NULL) != 0 || size == 0 || data[0] >= TAC_BODY_N || size - 1 > TAC_BODY_MAX)
		return 0;
	enum tac_body_kind kind = data[0];
	if (!tac_body_read(kind, data + 1, size - 1, &b))
		return 0;
	size_t len = tac_packet(kind, h, none, &b, again, sizeof(again));
	if (len != TAC_HEADER_LEN + size - 1 || memcmp(again + TAC_HEADER_LEN, data + 1, size - 1) != 0)
		abort();
	if (tac_packet(kind, h, key, &b, again, sizeof(again)) != len)
		abort();
	tac_header_read(again, &read);
	tac_pad(&read, key, again + TAC_HEADER_LEN, read.length);
	if (memcmp(again + TAC_HEADER_LEN, data + 1, size - 1) != 0)
		abort();
	return 0;
}
