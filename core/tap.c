/* Captures and the control thread: IKE on port 500, what IKE sends, its payloads in clear. */
#include <errno.h>
#include <string.h>

#include "core/gateway.h"

enum { IKE_HEADER = 28, IKE_FLAGS = 19, IKE_NEXT = 16, PAYLOAD_HASH = 8, UDP = 17 };

static const struct conf *running(void *ctx)
{
	const struct gateway *gw = ctx;
	return confsys_running(gw->conf);
}

static bool outside(void *ctx, const char *nameif)
{
	const struct gateway *gw = ctx;
	return gw->snap != NULL && ike_conf_enabled(gw->snap->ike, nameif);
}

static void publish(void *ctx, unsigned worker, struct capture_set *set)
{
	struct gateway *gw = ctx;
	workers_set_capture(gw->workers, worker, set);
}

const struct capture_hooks gateway_capture_hooks = {running, outside, publish, NULL};

void gateway_tap(struct gateway *gw, struct ip4_end src, struct ip4_end dst, const uint8_t *data,
                 size_t len)
{
	if (captures_want(gw->captures, CAP_OUTSIDE))
		captures_see(gw->captures, &(struct capture_packet){.point = CAP_OUTSIDE,
		                                                    .src = src,
		                                                    .dst = dst,
		                                                    .proto = UDP,
		                                                    .data = {data, len}});
}

/* With the plain HASH payloads a pre-shared key could be guessed offline: they are zeros. */
static void blank_hashes(uint8_t *body, size_t len, uint8_t kind)
{
	struct rd r = rd_of(body, len);
	while (kind != 0 && rd_left(&r) >= 4) {
		uint8_t next = rd_u8(&r);
		rd_skip(&r, 1);
		size_t n = rd_u16(&r);
		size_t at = len - rd_left(&r);
		if (n < 4 || n - 4 > rd_left(&r))
			return;
		if (kind == PAYLOAD_HASH)
			memset(body + at, 0, n - 4);
		rd_skip(&r, n - 4);
		kind = next;
	}
}

void gateway_tap_clear(void *ctx, struct ip4_end local, struct ip4_end remote, bool out,
                       struct bytes header, struct bytes body)
{
	struct gateway *gw = ctx;
	uint8_t marker = local.port == IKE_PORT_NATT ? 4 : 0, text[4 + IKE_MSG_MAX];
	struct wr w = wr_of(text, sizeof text);
	if (!captures_want(gw->captures, CAP_CLEAR) || header.len != IKE_HEADER)
		return;
	wr_zero(&w, marker);
	wr_bytes(&w, header.p, header.len);
	wr_bytes(&w, body.p, body.len);
	if (!wr_ok(&w))
		return;
	text[marker + IKE_FLAGS] &= 0xfe; /* not encrypted any more */
	blank_hashes(text + marker + IKE_HEADER, body.len, header.p[IKE_NEXT]);
	captures_see(gw->captures, &(struct capture_packet){.point = CAP_CLEAR,
	                                                    .src = out ? local : remote,
	                                                    .dst = out ? remote : local,
	                                                    .proto = UDP,
	                                                    .data = {text, wr_len(&w)}});
	wipe(text, sizeof text);
}

static int to_out(void *arg, const void *data, size_t len)
{
	struct out *out = arg;
	out_put(out, (struct str){data, len});
	return out->failed ? -ENOMEM : 0;
}

int gateway_capture_text(void *ctx, const char *name, bool pcap, struct out *out)
{
	struct gateway *gw = ctx;
	captures_drain(gw->captures);
	return pcap ? capture_write_pcapng(gw->captures, name, to_out, out)
	            : capture_write_text(gw->captures, name, out);
}
