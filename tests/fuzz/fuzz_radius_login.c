/* What a RADIUS server, or who wants to be one, may answer to logins and accounting, and ask of sessions. The input is a
 * list of steps (tests/fuzz/steps.h), their kind in its upper three bits. The bytes are attributes that are signed with the key, or a whole
 * datagram as it is; time passes in between. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/radius/dynamic.h"
#include "core/aaa/radius/packet.h"
#include "core/aaa/radius/text.h"
#include "crypto/prim/prim.h"
#include "tests/fuzz/passes.h"
#include "tests/fuzz/steps.h"

enum { SERVER = 0x0a000001, ASKS = 300 };

struct aaa_sock {
	void (*input)(void *arg, struct ip4_end from, const uint8_t *data, size_t len);
	void *arg;
	struct aaa_sock *next;
};
static struct aaa_sock *socks, *listening;
static uint8_t question[RADIUS_MAX]; /* the last one */
static bool broken;                  /* no socket can be had */
static size_t question_len;
static struct aaa_sock *question_from;
static struct ip4_end question_to;

static struct aaa_sock *udp_open(void *ctx, uint16_t port,
                                 void (*input)(void *, struct ip4_end, const uint8_t *, size_t),
                                 void *arg, struct err *err)
{
	(void)ctx, (void)err;
	if (broken)
		return NULL;
	struct aaa_sock *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	*s = (struct aaa_sock){input, arg, socks};
	socks = s;
	if (port)
		listening = s;
	return s;
}

static bool udp_send(struct aaa_sock *s, struct ip4_end to, const uint8_t *data, size_t len)
{
	struct radius_packet p;
	if (len > sizeof question || !radius_parse(&p, data, len) || p.len != len)
		abort();
	if (s == listening)
		return true;
	memcpy(question, data, len);
	question_len = len;
	question_from = s;
	question_to = to;
	return true;
}

static void close_sock(struct aaa_sock *s)
{
	for (struct aaa_sock **at = &socks; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	if (s == question_from)
		question_from = NULL;
	if (s == listening)
		listening = NULL;
	free(s);
}

static uint32_t source(void *ctx, uint32_t server)
{
	(void)ctx;
	return server + 1;
}
static const struct aaa_io io = {
        .udp_open = udp_open, .udp_send = udp_send, .close = close_sock, .source = source};

static size_t on_disconnect(void *ctx, const struct radius_who *who)
{
	(void)ctx;
	return !who->user || strlen(who->user) < 5;
}

static size_t on_change(void *ctx, const struct radius_who *who, const struct aaa_reply *r,
                        bool *no_filter)
{
	(void)ctx;
	*no_filter = strlen(r->filter) > 5;
	return !*no_filter && !who->session;
}
static const struct radius_dynamic_ops ops = {on_disconnect, on_change};

static struct aaa_request rqs[ASKS];
static struct aaa_ask asks[ASKS];
static bool busy[ASKS];

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                    enum aaa_why why)
{
	size_t i = (size_t)(ask - asks);
	(void)why;
	if (!busy[i] || ask->run)
		abort();
	if (ask->rq && ask->rq->method == AAA_EAP && answer == AAA_SAYS_CHALLENGE &&
	    (!reply->eap || reply->eap[0] != 1))
		abort();
	if (ask->rq && ask->rq->method == AAA_MSCHAP2 && ask->what == AAA_AUTHENTICATE &&
	    answer == AAA_SAYS_ACCEPT && strncmp(reply->mschap, "S=", 2) != 0)
		abort();
	busy[i] = false;
	aaa_reply_free(reply);
}

static void ask(struct aaa_sgroup *g, size_t i, unsigned how)
{
	static const uint8_t identity[] = {2, 1, 0, 6, 1, 'u'};
	static const struct aaa_record record = {.type = AAA_ACCT_STOP, .id = "1", .user = "u"};
	if (busy[i])
		return;
	rqs[i] = (struct aaa_request){.method = (enum aaa_method)(how % AAA_METHOD_N),
	                              .user = "u",
	                              .password = "p",
	                              .peer_ip = 1,
	                              .eap = {identity, sizeof identity}};
	busy[i] = true;
	enum aaa_what what = how > 200 ? AAA_ACCOUNT : how > 150 ? AAA_AUTHORIZE : AAA_AUTHENTICATE;
	asks[i] = (struct aaa_ask){.what = what,
	                           .rq = what == AAA_ACCOUNT ? NULL : &rqs[i],
	                           .record = &record,
	                           .name = "u",
	                           .done = on_done};
	aaa_ask_start(&asks[i], g);
}

static void give(struct aaa_sock *s, struct ip4_end from, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1); /* so that a read beyond it is seen */
	if (!copy)
		abort();
	memcpy(copy, data, len);
	if (s == question_from && len > 1)
		copy[1] = question[1]; /* its identifier is the one thing that anybody may guess */
	s->input(s->arg, from, copy, len);
	free(copy);
}

/* A reply to the last question with these attributes, signed. */
static void reply(uint8_t code, const uint8_t *attrs, size_t len, const struct bytes key)
{
	uint8_t data[RADIUS_MAX + 100];
	struct wr w = wr_of(data, sizeof data);
	radius_begin(&w, (enum radius_code)(code & 15), question[1], NULL, !(code & 16));
	wr_bytes(&w, attrs, len);
	size_t n = radius_end_reply(&w, key, question + 4);
	if (n > 0)
		give(question_from, question_to, data, n);
}

/* A request of dynamic authorization, signed. */
static void change(uint8_t code, const uint8_t *attrs, size_t len, const struct bytes key)
{
	uint8_t data[RADIUS_MAX + 100];
	struct wr w = wr_of(data, sizeof data);
	radius_begin(&w, code & 1 ? RADIUS_COA_REQUEST : RADIUS_DISCONNECT_REQUEST, code, NULL,
	             !(code & 16));
	wr_bytes(&w, attrs, len);
	size_t n = radius_end_computed(&w, key);
	if (n > 0)
		give(listening, (struct ip4_end){SERVER, 1000}, data, n);
}

static struct aaa_servers *servers;
static struct radius_dynamic *dynamic;

/* Servers for the port of dynamic authorization: 1 without a key, 2 of another port, 4 too many ports; 8: no socket can be had. */
static void configure(unsigned how)
{
	enum { GROUPS = RADIUS_DYNAMIC_PORTS_MAX + 2 };
	static const struct aaa_host_conf host = {.host = "s", .ifname = "i", .ip = SERVER, .key = "k", .timeout_s = 10,
	                                          .retry_s = 3, .port = 1645, .acct_port = 1646, .common_pw = "",
	                                          .mschap2 = true, .base_dn = "", .group_base_dn = "", .naming = "",
	                                          .login_dn = "", .login_password = "", .realm = "", .nt_dc = ""};
	static struct {
		struct aaa_host_conf open;
		struct aaa_sgroup_conf groups[GROUPS];
		struct aaa_conf conf;
	} kept[2], *c; /* the one in force, and the next */
	static unsigned turn;
	static char names[GROUPS][4];
	c = &kept[++turn % 2];
	c->open = host;
	c->open.key = "";
	for (size_t i = 0; i < GROUPS; i++) {
		names[i][0] = i == 0 ? 'R' : 'S';
		names[i][1] = i == 0 ? '\0' : (char)('a' + i);
		c->groups[i] = (struct aaa_sgroup_conf){.name = names[i],
		                                     .protocol = i == 1 ? AAA_P_TACACS : AAA_P_RADIUS,
		                                     .max_failed = 3,
		                                     .dynamic_port = (uint16_t)(3799 + (how & 2 ? 1 : 0) + (how & 4 ? i : 0)),
		                                     .hosts = i == 0 && how & 1 ? &c->open : &host,
		                                     .nhosts = 1};
	}
	c->conf = (struct aaa_conf){.sgroups = c->groups, .nsgroups = how & 4 ? GROUPS : 1 + (how & 1) * 2};
	broken = how & 8;
	aaa_servers_set(servers, &c->conf);
	radius_dynamic_set(dynamic, NULL);
}

static void on_line(void *arg, const char *line)
{
	(void)arg;
	if (strlen(line) > 4096)
		abort();
}

/* What debug says, from now on or no more. */
static void talk(bool on)
{
	static struct debug_sink sink;
	if (!sink.write) {
		sink.write = on_line;
		debug_sink_add(&sink);
	}
	debug_set(&sink, DEBUG_RADIUS_SESSION, on);
	debug_set(&sink, DEBUG_RADIUS_DECODE, on);
}

static void piece(struct aaa_sgroup *g, struct clock *clk, uint8_t what, const uint8_t *p,
                  size_t len)
{
	const struct bytes key = {(const uint8_t *)"k", 1};
	switch (what >> 5) {
	case 0:
	case 1:
		if (question_from)
			reply(what, p, len, key);
		break;
	case 2:
		if (listening)
			change(what, p, len, key);
		break;
	case 3:
		if (question_from)
			give(question_from, question_to, p, len);
		break;
	case 4:
		if (listening)
			give(listening, (struct ip4_end){SERVER, 1000}, p, len);
		break;
	case 5:
		passes(clk, (what & 31) * 700u);
		break;
	case 6:
		for (unsigned i = 0; i < (len > 1 ? p[1] : 1u); i++)
			ask(g, (what & 31) + i, len > 0 ? p[0] : what);
		break;
	default:
		if (what & 16) {
			configure(what & 15);
			break;
		}
		if (what & 8) {
			talk(what & 1);
			break;
		}
		if (busy[what & 7]) {
			aaa_ask_cancel(&asks[what & 7]);
			busy[what & 7] = false;
		}
		break;
	}
	clock_run(clk, clk->now_ms);
}

struct list_form step_form(uint8_t kind)
{
	if (kind >> 5 > 2)
		return (struct list_form){0};
	return (struct list_form){.head = 2, .len_at = 1, .len_size = 1, .len_mask = 255, .types = 103};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct clock clk;
	if (prim_init(NULL) != 0)
		abort();
	talk(false);
	clock_init(&clk, 1000);
	servers = aaa_servers_new(&clk, &io, NULL);
	dynamic = servers ? radius_dynamic_new(servers, &clk, &io, NULL, &ops, NULL) : NULL;
	if (!dynamic)
		abort();
	configure(0);
	if (!listening)
		abort();
	struct rd r = rd_of(data, size);
	for (struct step st; step_next(&r, &st);)
		piece(aaa_sgroup_find(servers, "R"), &clk, st.kind, st.data.p, st.data.len);
	for (size_t i = 0; i < ASKS; i++)
		if (busy[i])
			aaa_ask_cancel(&asks[i]);
	memset(busy, 0, sizeof busy);
	radius_dynamic_free(dynamic);
	aaa_servers_free(servers);
	if (clk.n != 0 || socks)
		abort();
	question_from = listening = NULL;
	clock_free(&clk);
	return 0;
}
