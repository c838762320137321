/* What a DHCP server may send: the input is a list of messages (type, length, bytes), each with the transaction and the
 * hardware address of the question under way put in, so that it gets past the first checks; time passes in between. */
#include <stdlib.h>
#include <string.h>

#include "core/net/dhcp.h"

static uint8_t question[DHCP_MSG_MAX];
static size_t question_len;

static void on_send(void *ctx, uint32_t to, const uint8_t *msg, size_t len)
{
	(void)ctx, (void)to;
	memcpy(question, msg, len);
	question_len = len;
}

static uint32_t on_source(void *ctx, uint32_t to)
{
	(void)ctx, (void)to;
	return 0x0a000001;
}

static void on_done(void *ctx, uint32_t id, const struct dhcp_answer *answer)
{
	(void)ctx;
	if (id != 1 || answer->ip >> 24 == 127)
		abort();
}

static void on_lost(void *ctx, uint32_t id)
{
	(void)ctx;
	if (id != 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dhcp_ops ops = {on_send, on_source, on_done, on_lost};
	static const uint32_t servers[] = {0x0a000043};
	const struct dhcp_ask ask = {1, "jdoe", servers, 1, 0};
	struct clock clk;
	clock_init(&clk, 1000);
	struct dhcp *d = dhcp_new(&clk, &ops, NULL);
	if (!d || !dhcp_ask(d, &ask))
		abort();
	while (size > 2) {
		uint8_t msg[600] = {0};
		size_t len = data[0] + 256u * (data[1] & 1);
		clock_run(&clk, clk.now_ms + (uint64_t)(data[1] >> 1) * 1000);
		if (len > size - 2)
			len = size - 2;
		memcpy(msg, data + 2, len);
		if (len >= 34) {
			memcpy(msg + 4, question + 4, 4);
			memcpy(msg + 28, question + 28, 6);
		}
		dhcp_input(d, servers[0], msg, len);
		data += 2 + len;
		size -= 2 + len;
	}
	dhcp_free(d);
	if (clk.n != 0)
		abort();
	clock_free(&clk);
	return 0;
}
