/* Everything a client can send on a PPP link. The input is a list of steps: a byte of kind, then what it
 * needs. Kinds from 0xf0 help to get deep: they do what an honest client would do next. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/mschap.h"
#include "core/aaa/server.h"
#include "crypto/prim/prim.h"
#include "ppp/data.h"
#include "ppp/ppp.h"
#include "tests/fuzz/passes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	STEP_ACK_LCP = 0xf0, /* Configure-Ack of our last LCP request */
	STEP_REQ_LCP = 0xf1, /* an LCP request that will be acknowledged */
	STEP_PAP = 0xf2,     /* the right password */
	STEP_ACK_IPCP = 0xf3,
	STEP_REQ_IPCP = 0xf4, /* asks for the address it was told, or 0 */
	STEP_WAIT = 0xf5,     /* seconds follow */
	STEP_DATA = 0xf6,     /* frame for the packet path: length, bytes */
};

static struct aaa_user users[] = {{.name = "u", .kind = AAA_PW_NT}};
static struct aaa_policy policies[] = {
        {.name = "P", .domain = "", .a = {.logins = 3, .l2tp = true}, .dns = {1, 2}}};
static const char *const pool_names[] = {"A"};
static struct aaa_group groups[] = {{.name = "G",
                                     .servers.server = "LOCAL",
                                     .policy = "P",
                                     .pools = pool_names,
                                     .npools = 1,
                                     .methods = 15}};
static const struct aaa_conf aaa = {.users = users,
                                    .nusers = 1,
                                    .policies = policies,
                                    .npolicies = 1,
                                    .groups = groups,
                                    .ngroups = 1};
static const struct ppp_pool_conf pools[] = {{"A", 0x0a000002, 0x0a000003, 0xffffff00}};
static const struct ppp_conf conf = {.aaa = &aaa, .pools = pools, .npools = 1, .name = "gw"};

struct wire {
	struct clock clock;
	struct ppp *ppp;
	struct aaa_servers *servers;
	void *session;
	uint8_t lcp[512], ipcp[512]; /* our last Configure-Requests */
	size_t lcp_len, ipcp_len;
	uint8_t address[4]; /* from our last IPCP Nak */
	bool open;
};

static bool wire_send(void *link, const uint8_t *f, size_t len)
{
	struct wire *w = link;
	if (len < 8 || f[0] != 0xff || f[1] != 3 || (size_t)(f[6] << 8 | f[7]) + 4 != len)
		abort();
	if (f[2] == 0xc0 && f[3] == 0x21 && f[4] == 1 && len <= sizeof(w->lcp))
		memcpy(w->lcp, f, w->lcp_len = len);
	if (f[2] == 0x80 && f[4] == 1 && len <= sizeof(w->ipcp))
		memcpy(w->ipcp, f, w->ipcp_len = len);
	if (f[2] == 0x80 && f[4] == 3 && len >= 14 && f[8] == 3)
		memcpy(w->address, f + 10, 4);
	return true;
}

static void wire_close(void *link, enum link_end why)
{
	struct wire *w = link;
	void *session = w->session;
	w->session = NULL;
	if (session)
		ppp_link_user()->closed(session, why);
}

static void data_open(void *ctx, const struct link_info *link, uint32_t ip, uint16_t mtu, bool acfc,
                      bool pfc)
{
	struct wire *w = ctx;
	(void)link;
	(void)acfc;
	(void)pfc;
	if (w->open || (ip != 0x0a000002 && ip != 0x0a000003) || mtu < 576)
		abort();
	w->open = true;
}

static void data_close(void *ctx, const struct link_info *link)
{
	struct wire *w = ctx;
	(void)link;
	if (!w->open)
		abort();
	w->open = false;
}

static const struct link_ops link_ops = {.send = wire_send, .close = wire_close};
static const struct ppp_ops ops = {.data_open = data_open, .data_close = data_close};

static void input(struct wire *w, const uint8_t *frame, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	memcpy(exact, frame, len);
	if (w->session)
		ppp_link_user()->input(w->session, exact, len);
	free(exact);
}

static void acknowledge(struct wire *w, const uint8_t *request, size_t len)
{
	uint8_t f[512];
	if (len == 0)
		return;
	memcpy(f, request, len);
	f[4] = 2;
	input(w, f, len);
}

static void packet_path(const uint8_t *bytes, size_t len)
{
	uint8_t area[512];
	struct dsess sess = {.open = true, .mtu = 1400, .acfc = len & 1, .pfc = len & 2};
	struct pkt p = {.buf = area, .cap = sizeof(area)};
	pkt_reset(&p);
	p.sess = &sess;
	uint8_t *room = pkt_put(&p, (uint32_t)len);
	if (!room)
		return;
	memcpy(room, bytes, len);
	if (ppp_data_in(&p) == DATA_FORWARD)
		(void)ppp_data_out(&p);
}

static void step(struct wire *w, struct rd *r)
{
	uint8_t kind = rd_u8(r);
	struct bytes b;
	uint8_t f[] = {0xff, 3, 0x80, 0x21, 1, 9, 0, 10, 3, 6, 0, 0, 0, 0};
	switch (kind) {
	case STEP_ACK_LCP:
		acknowledge(w, w->lcp, w->lcp_len);
		break;
	case STEP_REQ_LCP:
		input(w,
		      (const uint8_t *)"\xff\x03\xc0\x21\x01\x01\x00\x0a\x05\x06\x01\x02\x03\x04",
		      14);
		break;
	case STEP_PAP:
		input(w, (const uint8_t *)"\xc0\x23\x01\x01\x00\x08\x01u\x01p", 10);
		break;
	case STEP_ACK_IPCP:
		acknowledge(w, w->ipcp, w->ipcp_len);
		break;
	case STEP_REQ_IPCP:
		memcpy(f + 10, w->address, 4);
		input(w, f, sizeof(f));
		break;
	case STEP_WAIT:
		passes(&w->clock, 1000u * rd_u8(r));
		break;
	case STEP_DATA:
		b = rd_bytes(r, rd_u8(r));
		packet_path(b.p, b.len);
		break;
	default: /* the kind is the length of a frame */
		b = rd_bytes(r, kind);
		input(w, b.p, b.len);
	}
	clock_run(&w->clock, w->clock.now_ms); /* the verdict of AAA */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	if (!ready) {
		if (prim_init(NULL) != 0)
			abort();
		mschap_nt_hash(STR("p"), users[0].nt_hash);
		ready = true;
	}
	struct rd r = rd_of(data, size);
	struct wire w = {0};
	struct link_info info = {.peer = 1,
	                         .flow = 1,
	                         .tunnel = 1,
	                         .call = 1,
	                         .host = "h",
	                         .tunnel_group = "G",
	                         .ifname = "outside"};
	clock_init(&w.clock, 1000);
	w.servers = aaa_servers_new(&w.clock, NULL, NULL);
	w.ppp = ppp_new(&w.clock, w.servers, &ops, &w);
	groups[0].methods = 1u << (rd_u8(&r) % 4);
	aaa_servers_set(w.servers, conf.aaa);
	ppp_set_conf(w.ppp, &conf);
	w.session = ppp_link_user()->open(w.ppp, &info, &link_ops, &w);
	clock_run(&w.clock, w.clock.now_ms);
	while (rd_left(&r) > 0 && w.session)
		step(&w, &r);
	ppp_free(w.ppp);
	aaa_servers_free(w.servers);
	if (w.session || w.open || w.clock.n != 0)
		abort();
	clock_free(&w.clock);
	return 0;
}
