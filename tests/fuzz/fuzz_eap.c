/* EAP between a client and a server that both say what they like. The input is a list of steps: a byte of kind, then
 * what it needs. Kinds from 0xf0 are those of an honest client and server, or time that passes. aaa_start() and its kin
 * are here, in place of those of AAA (wrapped by the linker). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/clock.h"
#include "crypto/prim/prim.h"
#include "ppp/eap.h"
#include "tests/fuzz/passes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __wrap_aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g);
void __wrap_aaa_continue(struct aaa_request *rq);
void __wrap_aaa_cancel(struct aaa_request *rq);
unsigned __wrap_aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s);

enum {
	STEP_RESPONSE = 0xf0,  /* to the last Request: length, type and data */
	STEP_CHALLENGE = 0xf1, /* a Request that is well-formed: length in eights, one byte that fills it */
	STEP_SAYS = 0xf2,      /* whatever: status, Session-Timeout, length, EAP packet */
	STEP_WAIT = 0xf3,      /* seconds */
	STEP_LCP = 0xf4,       /* LCP anew: the client's MRU / 8 */
};

static struct aaa_policy policies[] = {{.name = "P", .domain = "", .a = {.logins = 3, .l2tp = true}}};
static struct aaa_group groups[] = {
        {.name = "G", .servers.server = "RAD", .policy = "P", .methods = AAA_BIT(AAA_EAP)}};
static const struct aaa_conf aaa = {
        .policies = policies, .npolicies = 1, .groups = groups, .ngroups = 1};
static const struct ppp_conf conf = {.aaa = &aaa, .name = "gw"};

static struct wire {
	struct clock clock;
	struct ppp *ppp;
	void *session;
	uint16_t mru;
	uint8_t id;              /* of the last Request */
	bool asked, accepted;    /* there is one; the server has let him in */
	struct aaa_request *rq;  /* that waits for the server */
	unsigned questions;
	uint8_t said[4 + 255 * 8];
	size_t said_len;
	enum aaa_status status;
	uint32_t challenge_s;
} w;

static void must(bool right)
{
	if (!right)
		abort();
}

/* ------------------------------------------------------------------ the server */

static void question(struct aaa_request *rq)
{
	struct rd r = rd_of(rq->eap.p, rq->eap.len);
	must(!w.rq && rq->method == AAA_EAP);
	must(rd_u8(&r) == 2 && w.asked && rd_u8(&r) == w.id); /* a Response to the last Request */
	must(rd_u16(&r) == rq->eap.len && rd_left(&r) >= 1 && rq->eap.len <= PPP_EAP_MAX);
	must(++w.questions <= PPP_EAP_ROUNDS_MAX);
	w.rq = rq;
}

void __wrap_aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g)
{
	(void)s;
	must(g == &groups[0] && strlen(rq->user) <= AAA_USER_MAX);
	must(rq->malformed || (rq->eap.len >= 5 && rq->eap.p[4] == 1));
	must(rq->mtu >= PPP_MRU_MIN - 10 && rq->mtu <= PPP_MTU_DEFAULT);
	w.questions = 0;
	question(rq);
}

void __wrap_aaa_continue(struct aaa_request *rq)
{
	question(rq);
}

void __wrap_aaa_cancel(struct aaa_request *rq)
{
	if (w.rq == rq)
		w.rq = NULL;
}

unsigned __wrap_aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s)
{
	(void)c;
	(void)s;
	return AAA_BIT(AAA_EAP);
}

static void answer(void)
{
	static struct aaa_reply reply;
	struct aaa_request *rq = w.rq;
	struct aaa_result result = {.status = w.status, .why = AAA_WHY_FAILURE, .user = "u", .reply = &reply};
	if (!rq)
		return;
	w.rq = NULL;
	if (rq->malformed)
		result.status = AAA_REJECT;
	w.accepted = result.status == AAA_ACCEPT;
	reply.challenge_s = w.challenge_s;
	reply.eap_len = w.said_len;
	reply.eap = malloc(w.said_len ? w.said_len : 1);
	memcpy(reply.eap, w.said, w.said_len);
	rq->done(rq->arg, &result);
	free(reply.eap);
}

/* ------------------------------------------------------------------ the client */

static void input(const uint8_t *frame, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	memcpy(exact, frame, len);
	if (w.session)
		ppp_link_user()->input(w.session, exact, len);
	free(exact);
}

static void eap_out(const uint8_t *f, size_t len)
{
	must(len - 4 <= w.mru && len >= 8 && f[4] >= 1 && f[4] != 2 && f[4] <= 4);
	must(f[4] == 1 ? len >= 9 : len == 8);
	must(f[4] != 3 || w.accepted); /* Success only when the server says so */
	must(f[4] == 1 || (w.asked && f[5] == w.id));
	w.asked = f[4] == 1;
	w.id = f[5];
}

/* Acknowledges every LCP request of ours, on the spot: timers cannot come in between. */
static bool wire_send(void *link, const uint8_t *f, size_t len)
{
	uint8_t ack[512];
	(void)link;
	must(len >= 8 && f[0] == 0xff && f[1] == 3 && (size_t)(f[6] << 8 | f[7]) + 4 == len);
	if (f[2] == 0xc2 && f[3] == 0x27)
		eap_out(f, len);
	if (f[2] == 0xc0 && f[3] == 0x21 && f[4] == 1 && len <= sizeof(ack)) {
		memcpy(ack, f, len);
		ack[4] = 2;
		input(ack, len);
	}
	return true;
}

static void wire_close(void *link, enum link_end why)
{
	void *session = w.session;
	(void)link;
	w.session = NULL;
	if (session)
		ppp_link_user()->closed(session, why);
}

static const struct link_ops link_ops = {.send = wire_send, .close = wire_close};
static const struct ppp_ops ops = {0};

static void lcp(uint8_t mru8)
{
	uint16_t mru = (uint16_t)(mru8 * 8);
	const uint8_t request[] = {0xff, 3, 0xc0, 0x21, 1, 1, 0, 8, 1, 4, (uint8_t)(mru >> 8), (uint8_t)mru};
	w.accepted = false;
	w.mru = mru;
	input(request, sizeof(request));
}

static void response(struct bytes data)
{
	uint8_t f[300];
	struct wr out = wr_of(f, sizeof(f));
	wr_u32(&out, 0xff03c227);
	wr_u8(&out, 2);
	wr_u8(&out, w.id);
	wr_u16(&out, (uint16_t)(data.len + 4));
	wr_bytes(&out, data.p, data.len);
	input(f, wr_len(&out));
}

static void raw(struct bytes data)
{
	uint8_t f[300];
	struct wr out = wr_of(f, sizeof(f));
	wr_u16(&out, 0xc227);
	wr_bytes(&out, data.p, data.len);
	input(f, wr_len(&out));
}

/* ------------------------------------------------------------------ steps */

static void challenge(size_t eights, uint8_t fill)
{
	struct wr out = wr_of(w.said, sizeof(w.said));
	wr_u8(&out, 1);
	wr_u8(&out, (uint8_t)(w.id + 1));
	wr_u16(&out, (uint16_t)(4 + 8 * eights));
	memset(w.said + 4, fill, 8 * eights);
	w.said_len = 4 + 8 * eights;
	w.status = AAA_CHALLENGE;
	answer();
}

static void says(struct rd *r)
{
	w.status = (enum aaa_status)(rd_u8(r) % 4);
	w.challenge_s = rd_u8(r);
	struct bytes b = rd_bytes(r, rd_u8(r));
	memcpy(w.said, b.p, b.len);
	w.said_len = b.len;
	answer();
}

static void step(struct rd *r)
{
	uint8_t kind = rd_u8(r);
	size_t len;
	switch (kind) {
	case STEP_RESPONSE:
		response(rd_bytes(r, rd_u8(r)));
		break;
	case STEP_CHALLENGE:
		len = rd_u8(r);
		challenge(len, rd_u8(r));
		break;
	case STEP_SAYS:
		says(r);
		break;
	case STEP_WAIT:
		passes(&w.clock, 1000u * rd_u8(r));
		break;
	case STEP_LCP:
		lcp(rd_u8(r));
		break;
	default: /* the kind is the length of an EAP packet */
		raw(rd_bytes(r, kind));
	}
	clock_run(&w.clock, w.clock.now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	struct link_info info = {
	        .peer = 1, .flow = 1, .tunnel = 1, .call = 1, .tunnel_group = "G", .ifname = "outside"};
	memset(&w, 0, sizeof(w));
	w.mru = 1500;
	clock_init(&w.clock, 1000);
	w.ppp = ppp_new(&w.clock, NULL, &ops, NULL);
	ppp_set_conf(w.ppp, &conf);
	w.session = ppp_link_user()->open(w.ppp, &info, &link_ops, &w);
	clock_run(&w.clock, w.clock.now_ms);
	while (rd_left(&r) > 0 && w.session)
		step(&r);
	ppp_free(w.ppp);
	must(!w.session && !w.rq && w.clock.n == 0);
	clock_free(&w.clock);
	return 0;
}
