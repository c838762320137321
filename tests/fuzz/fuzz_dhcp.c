/* What DHCP servers may send. Steps (tests/fuzz/steps.h); the high half of the kind is their argument. A message has the
 * transaction and the hardware address of the last question put in, so that it gets past the first checks. What is
 * asked is a right message, each question is answered once, and only what was answered can be lost. */
#include <stdlib.h>
#include <string.h>

#include "core/net/dhcp.h"
#include "core/net/dhcp_msg.h"
#include "tests/fuzz/passes.h"
#include "tests/fuzz/steps.h"

enum step_kind {
	STEP_MESSAGE,  /* argument: 1 from an address that was not asked, 2 with another transaction */
	STEP_ACCEPTED, /* an ACK of what was asked for with these options */
	STEP_WAIT,     /* two octets of seconds */
	STEP_ASK,      /* argument: the number of the client; 8 and up: of a user by another name */
	STEP_END,      /* argument: the number of the client; 8 and up: somebody else has the address */
	STEP_KINDS
};
enum { CLIENTS = 8, SERVERS = 2, FIXED = 240 }; /* FIXED: of a message, up to its options */

static const uint32_t servers[SERVERS] = {0x0a000043, 0x0a000044}, stranger = 0x0a000099;

static uint8_t question[DHCP_MSG_MAX];
static size_t question_len;
static enum { NEVER, ASKED, HELD } clients[CLIENTS];

static void must(bool right)
{
	if (!right)
		abort();
}

static void on_send(void *ctx, uint32_t to, const uint8_t *msg, size_t len)
{
	(void)ctx;
	must(to == servers[0] || to == servers[1] || to == stranger); /* one that had the number of a server */
	must(len >= DHCP_MSG_MIN && len <= sizeof question && msg[0] == 1);
	memcpy(question, msg, len);
	question_len = len;
}

static uint32_t on_source(void *ctx, uint32_t to)
{
	(void)ctx;
	return to == servers[1] && clients[7] != NEVER ? 0 : 0x0a000001;
}

static void on_done(void *ctx, uint32_t id, const struct dhcp_answer *answer)
{
	(void)ctx;
	must(id >= 1 && id <= CLIENTS && clients[id - 1] == ASKED && answer->ip >> 24 != 127);
	clients[id - 1] = answer->ip != 0 ? HELD : NEVER;
}

static void on_lost(void *ctx, uint32_t id)
{
	(void)ctx;
	must(id >= 1 && id <= CLIENTS && clients[id - 1] == HELD);
	clients[id - 1] = NEVER;
}

static void ask(struct dhcp *d, unsigned who)
{
	const struct dhcp_ask a = {.id = who % CLIENTS + 1,
	                           .name = who >= CLIENTS ? "other" : "jdoe",
	                           .servers = servers,
	                           .nservers = SERVERS,
	                           .scope = who & 1 ? 0x0a010000 : 0};
	if (clients[who % CLIENTS] == NEVER && dhcp_ask(d, &a))
		clients[who % CLIENTS] = ASKED;
}

static void end(struct dhcp *d, unsigned who)
{
	if (who >= CLIENTS)
		dhcp_decline(d, who % CLIENTS + 1);
	else
		dhcp_end(d, who + 1);
	clients[who % CLIENTS] = NEVER;
}

static void message(struct dhcp *d, unsigned how, struct bytes b)
{
	uint8_t *msg = malloc(b.len > 0 ? b.len : 1); /* a read beyond its end is seen */
	must(msg != NULL);
	memcpy(msg, b.p, b.len);
	if (b.len >= 34 && !(how & 2)) {
		memcpy(msg + 4, question + 4, 4);
		memcpy(msg + 28, question + 28, 6);
	}
	dhcp_input(d, how & 1 ? stranger : servers[0], msg, b.len);
	free(msg);
}

/* The address of the last question is in its option 50, or is its ciaddr. */
static void accepted(struct dhcp *d, struct bytes options)
{
	uint8_t msg[FIXED + 600];
	struct wr w = wr_of(msg, sizeof msg);
	struct rd r = rd_of(question, question_len), value;
	uint8_t option;
	rd_skip(&r, 12);
	uint32_t ip = rd_u32(&r);
	rd_skip(&r, FIXED - 16);
	while (dhcp_option_next(&r, &option, &value))
		if (option == 50)
			ip = rd_u32(&value);
	wr_u32(&w, 0x02010600);
	wr_zero(&w, 12);
	wr_u32(&w, ip);
	wr_zero(&w, FIXED - 24);
	wr_u32(&w, DHCP_MAGIC);
	wr_bytes(&w, (const uint8_t[]){53, 1, DHCP_ACK}, 3);
	wr_bytes(&w, options.p, options.len < 500 ? options.len : 500);
	message(d, 0, (struct bytes){msg, wr_len(&w)});
}

struct list_form step_form(uint8_t kind)
{
	if (kind % 16 > STEP_ACCEPTED)
		return (struct list_form){0};
	return (struct list_form){.skip = kind % 16 == STEP_MESSAGE ? FIXED : 0, .head = 2, .len_at = 1, .len_size = 1,
	                          .len_mask = 255, .uncounted = 2, .types = 80};
}

static void take(struct dhcp *d, struct clock *clk, const struct step *s)
{
	unsigned argument = s->kind >> 4;
	struct rd r = rd_of(s->data.p, s->data.len);
	switch (s->kind % 16 % STEP_KINDS) {
	case STEP_MESSAGE:
		message(d, argument, s->data);
		break;
	case STEP_ACCEPTED:
		accepted(d, s->data);
		break;
	case STEP_WAIT:
		passes(clk, rd_u16(&r) * UINT64_C(1000));
		break;
	case STEP_ASK:
		ask(d, argument);
		break;
	default:
		end(d, argument);
	}
	passes(clk, 0);
	must(dhcp_count(d) <= CLIENTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dhcp_ops ops = {on_send, on_source, on_done, on_lost};
	struct clock clk;
	struct rd r = rd_of(data, size);
	struct step s;
	memset(clients, 0, sizeof clients);
	clock_init(&clk, 1000);
	struct dhcp *d = dhcp_new(&clk, &ops, NULL);
	must(d != NULL);
	ask(d, 0);
	passes(&clk, 0);
	while (step_next(&r, &s))
		take(d, &clk, &s);
	dhcp_free(d);
	must(clk.n == 0);
	clock_free(&clk);
	return 0;
}
