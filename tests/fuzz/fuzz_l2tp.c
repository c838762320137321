/* The LNS with whatever comes out of ESP: the first byte chooses how far a client has come, the rest is cut into
 * messages (two bytes of length each; a file without that shape is one message). */
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "l2tp/l2tp.h"
#include "tests/fuzz/passes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct link_ops *link_ops;
static void *live_link;

static bool on_send(void *ctx, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                    const uint8_t *msg, size_t len)
{
	(void)ctx;
	(void)flow;
	(void)local;
	(void)remote;
	if (len < 6 || msg[1] != 2)
		abort();
	return true;
}

static void on_up(void *ctx, const struct link_info *info, bool sequencing)
{
	(void)ctx;
	(void)info;
	(void)sequencing;
}

static void on_down(void *ctx, uint16_t tunnel, uint16_t call)
{
	(void)ctx;
	(void)tunnel;
	(void)call;
}

static void *ppp_open(void *ctx, const struct link_info *info, const struct link_ops *ops,
                      void *link)
{
	(void)info;
	link_ops = ops;
	live_link = link;
	return ctx;
}

/* An echo; a frame that begins with ee ends the link. */
static void ppp_input(void *user, const uint8_t *frame, size_t len)
{
	(void)user;
	if (len > 0 && frame[0] == 0xee)
		link_ops->close(live_link, LINK_END_USER_ERROR);
	else
		link_ops->send(live_link, frame, len);
}

static void ppp_closed(void *user, enum link_end why)
{
	(void)user;
	(void)why;
}

static const uint8_t sccrq[] = {0xc8, 2, 0, 43, 0,   0,    0, 0, 0, 0, 0, 0, 0x80, 8,    0,
                                0,    0, 0, 0,  1,   0x80, 8, 0, 0, 0, 2, 1, 0,    0x80, 7,
                                0,    0, 0, 7,  'x', 0x80, 8, 0, 0, 0, 9, 0, 6};
static const uint8_t scccn[] = {0xc8, 2, 0, 20, 0, 1, 0, 0, 0, 1, 0, 1, 0x80, 8, 0, 0, 0, 0, 0, 3};
static const uint8_t icrq[] = {0xc8, 2, 0, 28, 0, 1,  0,    0, 0, 2, 0, 1,  0x80, 8,
                               0,    0, 0, 0,  0, 10, 0x80, 8, 0, 0, 0, 14, 0,    1};
static const uint8_t iccn[] = {0xc8, 2, 0, 20, 0, 1, 0, 1, 0, 3, 0, 2, 0x80, 8, 0, 0, 0, 0, 0, 12};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct l2tp_ops ops = {on_send, on_up, on_down, NULL, NULL};
	static const struct link_user user = {.open = ppp_open, .input = ppp_input, .closed = ppp_closed};
	static const struct bytes steps[] = {{sccrq, sizeof sccrq},
	                                     {scccn, sizeof scccn},
	                                     {icrq, sizeof icrq},
	                                     {iccn, sizeof iccn}};
	static const struct l2tp_from from = {.peer = 1,
	                                      .flow = 1,
	                                      .local = {1, 1701},
	                                      .remote = {2, 1701},
	                                      .tunnel_group = "g",
	                                      .ifname = "outside"};
	struct clock clock;
	clock_init(&clock, 0);
	struct l2tp *l = l2tp_new(&clock, &ops, &clock);
	if (l == NULL)
		abort();
	l2tp_set_user(l, &user, &clock);
	for (unsigned i = 0; i < (len > 0 ? data[0] % 5u : 0); i++)
		l2tp_input(l, &from, steps[i].p, steps[i].len);
	l2tp_input(l, &from, data, len); /* as it stands */
	struct rd r = rd_of(data, len);
	rd_skip(&r, 1);
	while (rd_left(&r) > 2) {
		uint16_t n = rd_u16(&r);
		struct bytes msg = rd_bytes(&r, n < rd_left(&r) ? n : rd_left(&r));
		uint8_t *copy = malloc(msg.len + 1);
		if (copy == NULL)
			abort();
		memcpy(copy, msg.p, msg.len);
		l2tp_input(l, &from, copy, msg.len);
		free(copy);
		passes(&clock, (n & 7) * 700);
	}
	passes(&clock, 200000);
	l2tp_free(l);
	clock_free(&clock);
	return 0;
}
