/* PPP links of clients that know the identifiers, at servers that say what they like. Steps (tests/fuzz/steps.h); the high
 * half of the kind is their argument. Nobody gets through whom no server has let in, and what is sent is a PPP packet
 * with a right length. aaa_start() and its kin are here, in place of those of AAA (wrapped by the linker). */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "crypto/prim/prim.h"
#include "ppp/data.h"
#include "ppp/ppp.h"
#include "tests/fuzz/passes.h"
#include "tests/fuzz/steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __wrap_aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g);
void __wrap_aaa_continue(struct aaa_request *rq);
void __wrap_aaa_cancel(struct aaa_request *rq);
unsigned __wrap_aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s);

enum step_kind {
	STEP_FRAME,  /* as it stands */
	STEP_PACKET, /* of protocol number `argument`: code, data; identifier and length are right */
	STEP_ACK,    /* of our last request; argument: 0 of LCP, 1 of IPCP */
	STEP_ECHO,   /* our last request comes back to us, from whom asks the same; argument as in STEP_ACK */
	STEP_SAYS,   /* the server: see says() */
	STEP_WAIT,   /* two octets of tenths of a second */
	STEP_OURS,   /* the appliance does something; argument: enum our_act */
	STEP_LINK,   /* argument: which link the next steps are about; it is opened if it is not */
	STEP_IP,     /* a frame on the packet path; argument: 1 closed, 2 ACFC, 4 PFC */
	STEP_KINDS
};
enum { LINKS = 2, NEXT_ID = 8 };

static const uint16_t protos[] = {0xc021, 0xc023, 0xc223, 0x8021, 0x0021, 0xc227, 0x80fd, 0x8057};
enum proto { LCP, PAP, CHAP, IPCP, IP4, EAP, CCP, IPV6CP, PROTOS };
_Static_assert(PROTOS == sizeof protos / sizeof protos[0], "one name each");

static const char *const pool_names[] = {"A"};
static const uint32_t dhcp_servers[] = {0x0a000043};
static struct aaa_user users[] = {{.name = "local", .kind = AAA_PW_NT, .a = {.logins = 1, .has_logins = true}}};
static struct aaa_policy policies[] = {
        {.name = "E", .domain = "", .a = {.logins = 3, .l2tp = true}, .external = "RAD"},
        {.name = "L", .domain = "", .a = {.logins = 3, .l2tp = true}, .group_lock = "other"},
        {.name = "N", .domain = "", .a = {.logins = 3}},
        {.name = "P", .domain = "", .a = {.logins = 1, .l2tp = true, .session_s = 3600, .idle_s = 600}, .dns = {1, 2}},
};
static struct aaa_group groups[] = {{.name = "G",
                                     .servers.server = "RAD",
                                     .policy = "P",
                                     .pools = pool_names,
                                     .npools = 1,
                                     .password_management = true,
                                     .authorization = "",
                                     .accounting = "",
                                     .dhcp_servers = dhcp_servers},
                                    {.name = "H", .servers.server = "RAD", .policy = "P", .methods = AAA_BIT(AAA_CHAP)}};
static struct aaa_conf aaa = {.users = users,
                              .nusers = 1,
                              .policies = policies,
                              .npolicies = 4,
                              .groups = groups,
                              .ngroups = 2,
                              .delimiter = '#'};
static const struct ppp_pool_conf pools[] = {{"A", 0x0a000002, 0x0a000003, 0xffffff00}};
static struct ppp_conf conf = {.aaa = &aaa, .pools = pools, .npools = 1, .name = "gw", .max_users = 1};

static struct link {
	void *session;
	struct aaa_request *rq; /* that waits for the server */
	uint8_t request[2][512]; /* our last of LCP, of IPCP: the whole frame */
	size_t len[2];
	uint8_t id;       /* of the next request of its own */
	uint8_t asked;    /* identifier of our last challenge */
	bool accepted, data, up, told;
} links[LINKS], *link;

static struct clock clk;
static struct ppp *ppp;
static bool dhcp_works, dhcp_asked[LINKS + 1];

static void must(bool right)
{
	if (!right)
		abort();
}

static struct link *link_of(const struct link_info *info)
{
	must(info->call >= 1 && info->call <= LINKS);
	return &links[info->call - 1];
}

/* ------------------------------------------------------------------ the server */

void __wrap_aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g)
{
	(void)s;
	must(rq->refuse != AAA_WHY_NONE || g == &groups[0] || g == &groups[1]);
	must(strlen(rq->user) <= AAA_USER_MAX && strlen(rq->password) <= AAA_PASSWORD_MAX && rq->unit >= 1 && rq->unit <= LINKS);
	for (struct link *l = links; l < links + LINKS; l++)
		must(l->rq != rq);
	links[rq->unit - 1].rq = rq;
}

void __wrap_aaa_continue(struct aaa_request *rq)
{
	links[rq->unit - 1].rq = rq;
}

void __wrap_aaa_cancel(struct aaa_request *rq)
{
	for (struct link *l = links; l < links + LINKS; l++)
		if (l->rq == rq)
			l->rq = NULL;
}

unsigned __wrap_aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s)
{
	(void)c, (void)s;
	return AAA_BIT(AAA_EAP) - 1;
}

static struct bytes piece(struct rd *r)
{
	size_t len = rd_u8(r);
	return rd_bytes(r, len < rd_left(r) ? len : rd_left(r));
}

static void text(char *to, size_t cap, struct bytes from)
{
	size_t len = from.len < cap ? from.len : cap - 1;
	memcpy(to, from.p, len);
	to[len] = '\0';
}

/* Status, why, what of the following there is (bits), and each behind its length: MS-CHAP text, message, banner, group
 * policy, filter; access list, hours. */
static void says(struct rd *r)
{
	struct aaa_request *rq = link->rq;
	struct aaa_result result = {.status = rd_u8(r) % 3, .why = rd_u8(r) % AAA_WHY_N};
	struct aaa_reply *reply = aaa_reply_new();
	uint8_t bits = rd_u8(r);
	if (rq == NULL || reply == NULL) {
		aaa_reply_free(reply);
		return;
	}
	link->rq = NULL;
	if (rq->malformed || rq->refuse != AAA_WHY_NONE)
		result.status = AAA_REJECT;
	text(result.user, sizeof result.user, (struct bytes){(const uint8_t *)rq->user, strlen(rq->user)});
	text(reply->mschap, sizeof reply->mschap, piece(r));
	text(reply->message, sizeof reply->message, piece(r));
	text(reply->banner, sizeof reply->banner, piece(r));
	text(reply->policy, sizeof reply->policy, piece(r));
	text(reply->filter, sizeof reply->filter, piece(r));
	struct bytes acl = piece(r);
	if (acl.len > 0)
		aaa_reply_add_ace(bits & 1 ? &reply->outacl : &reply->inacl, (struct str){(const char *)acl.p, acl.len});
	text(reply->hours, sizeof reply->hours, piece(r));
	reply->a.has_hours = reply->hours[0] != '\0';
	reply->interim_s = bits & 2 ? 600 : 0;
	reply->framed_ip = bits & 4 ? 0x0a000002 : bits & 8 ? 0xac100001 : 0;
	if (bits & 16)
		aaa_reply_add_route(reply, (struct aaa_route){0xac100000, 0xffff0000});
	if (bits & 32)
		aaa_reply_add_class(reply, (struct bytes){(const uint8_t *)"class", 5});
	result.local = bits & 64;
	result.reply = bits & 128 ? NULL : reply;
	if (result.reply == NULL)
		text(result.authenticator, sizeof result.authenticator, (struct bytes){(const uint8_t *)"S=00", 4});
	link->accepted = result.status == AAA_ACCEPT;
	rq->done(rq->arg, &result);
	aaa_reply_free(reply);
}

/* ------------------------------------------------------------------ the appliance */

static bool wire_send(void *call, const uint8_t *f, size_t len)
{
	struct link *l = call;
	must(len >= 4 && f[0] == 0xff && f[1] == 3);
	uint16_t proto = (uint16_t)(f[2] << 8 | f[3]);
	if (proto == protos[IP4]) {
		must(l->data);
		return true;
	}
	must(len >= 8 && (size_t)(f[6] << 8 | f[7]) + 4 == len);
	bool request = f[4] == 1 && (proto == protos[LCP] || proto == protos[IPCP]);
	if (request && len <= sizeof l->request[0])
		memcpy(l->request[proto == protos[IPCP]], f, l->len[proto == protos[IPCP]] = len);
	if (proto == protos[CHAP]) {
		must(f[4] == 1 || f[4] == 3 || f[4] == 4);
		must(f[4] != 3 || l->accepted);
		l->asked = f[5];
	}
	must(proto != protos[PAP] || f[4] == 3 || (f[4] == 2 && l->accepted));
	must(proto != protos[IPCP] || l->accepted);
	return true;
}

static void wire_close(void *call, enum link_end why)
{
	struct link *l = call;
	void *session = l->session;
	l->session = NULL;
	if (session != NULL)
		ppp_link_user()->closed(session, why);
}

static void data_open(void *ctx, const struct link_info *info, uint32_t ip, uint16_t mtu, bool acfc, bool pfc)
{
	struct link *l = link_of(info);
	(void)ctx, (void)acfc, (void)pfc;
	must(!l->data && l->accepted && ip != 0 && mtu >= PPP_MRU_MIN - 4 && mtu <= PPP_MTU_DEFAULT);
	l->data = true;
}

static void data_close(void *ctx, const struct link_info *info)
{
	(void)ctx;
	must(link_of(info)->data);
	link_of(info)->data = false;
}

static bool counters(void *ctx, uint16_t tunnel, uint16_t call, struct ppp_counters *c)
{
	(void)ctx, (void)tunnel, (void)call;
	c->pkts_in++;
	return true;
}

static uint64_t last_activity(void *ctx, uint16_t tunnel, uint16_t call)
{
	(void)ctx, (void)tunnel;
	return call == 1 ? clk.now_ms / 2 : 0;
}

static bool in_hours(void *ctx, const char *range)
{
	(void)ctx;
	return range[0] != 'n';
}

static bool dhcp_ask(void *ctx, const struct ppp_dhcp_ask *ask)
{
	(void)ctx;
	must(ask->unit >= 1 && ask->unit <= LINKS && !dhcp_asked[ask->unit]);
	return dhcp_asked[ask->unit] = dhcp_works;
}

static void dhcp_end(void *ctx, uint32_t unit, bool in_use)
{
	(void)ctx, (void)in_use;
	must(dhcp_asked[unit]);
	dhcp_asked[unit] = false;
}

static void session_up(void *ctx, const struct ppp_session_info *info)
{
	(void)ctx;
	must(!link_of(info->link)->up && info->ip != 0 && info->classes.len <= AAA_CLASSES_MAX);
	link_of(info->link)->up = true;
}

static void session_end(void *ctx, const struct ppp_session_info *info, enum link_end why)
{
	(void)ctx;
	must(link_of(info->link)->up && why < LINK_END_N);
	link_of(info->link)->up = false;
}

static void refused(void *ctx, const struct failure *f)
{
	(void)ctx;
	must(f->cause < FAIL_CAUSES && f->stage < FAIL_STAGES && f->user != NULL);
}

static const struct link_ops link_ops = {.send = wire_send, .close = wire_close};
static const struct ppp_ops ops = {.data_open = data_open,
                                   .data_close = data_close,
                                   .counters = counters,
                                   .last_activity_ms = last_activity,
                                   .in_hours = in_hours,
                                   .dhcp_ask = dhcp_ask,
                                   .dhcp_end = dhcp_end,
                                   .session_up = session_up,
                                   .session_end = session_end,
                                   .refused = refused};

static void each(void *arg, const struct ppp_session_info *info)
{
	++*(size_t *)arg;
	must(info->unit >= 1 && info->unit <= LINKS);
}

enum our_act { OUR_LOGOFF, OUR_DHCP_DONE, OUR_DHCP_LOST, OUR_CHANGE, OUR_SEND_IP, OUR_NO_LOGINS, OUR_NO_LOCAL, OUR_DHCP, OUR_EACH };

static void ours(unsigned what, struct rd *r)
{
	const uint8_t value = rd_u8(r);
	const uint32_t unit = (uint32_t)(link - links) + 1;
	const struct ppp_dhcp_answer answer = {.ip = value ? 0x0a010000u + value : 0, .dns = {3}};
	const struct ppp_change change = {.has_session = true,
	                                  .session_s = value,
	                                  .has_idle = true,
	                                  .idle_s = value,
	                                  .filter = value & 1 ? "F" : NULL,
	                                  .acl = value & 2 ? "permit ip any any" : NULL};
	struct ppp_session_info info;
	size_t n = 0;
	switch (what) {
	case OUR_LOGOFF:
		ppp_logoff(ppp, &(struct ppp_filter){.unit = value % (LINKS + 1)}, value % LINK_END_N);
		break;
	case OUR_DHCP_DONE:
		ppp_dhcp_done(ppp, unit, &answer);
		break;
	case OUR_DHCP_LOST:
		ppp_dhcp_lost(ppp, unit);
		break;
	case OUR_CHANGE:
		ppp_change(ppp, unit, &change);
		break;
	case OUR_SEND_IP:
		ppp_send_ip(ppp, 1, (uint16_t)unit, (const uint8_t *)"E", 1);
		break;
	case OUR_NO_LOGINS:
		ppp_refuse_logins(ppp, value & 1);
		break;
	case OUR_NO_LOCAL:
		conf.no_local = value & 1;
		conf.max_users = value >> 1;
		ppp_set_conf(ppp, &conf);
		break;
	case OUR_DHCP:
		dhcp_works = value & 1;
		groups[0].ndhcp = value >> 1 & 1;
		break;
	default:
		ppp_each(ppp, each, &n);
		must(n <= LINKS && (!ppp_find_call(ppp, 1, (uint16_t)unit, &info) || info.link->call == unit));
	}
}

/* ------------------------------------------------------------------ the clients */

static void input(const uint8_t *frame, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1); /* a read beyond its end is seen */
	must(exact != NULL);
	memcpy(exact, frame, len);
	if (link->session != NULL)
		ppp_link_user()->input(link->session, exact, len);
	free(exact);
}

static void packet(unsigned which, struct bytes b)
{
	uint8_t f[2048];
	struct wr w = wr_of(f, sizeof f);
	struct rd r = rd_of(b.p, b.len);
	uint16_t proto = protos[which % PROTOS];
	uint8_t code = rd_u8(&r), id = ++link->id;
	if ((proto == protos[LCP] || proto == protos[IPCP]) && code >= 2 && code <= 4)
		id = link->request[proto == protos[IPCP]][5];
	if (proto == protos[CHAP])
		id = (uint8_t)(link->asked + (which & NEXT_ID ? 1 : 0));
	if (proto == protos[PAP] && (which & NEXT_ID))
		link->id--;
	struct bytes data = rd_rest(&r);
	wr_u16(&w, 0xff03);
	wr_u16(&w, proto);
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(data.len + 4));
	wr_bytes(&w, data.p, data.len);
	if (wr_ok(&w))
		input(f, wr_len(&w));
}

static void request_again(unsigned which, uint8_t code)
{
	uint8_t f[512];
	if (link->len[which] == 0)
		return;
	memcpy(f, link->request[which], link->len[which]);
	f[4] = code;
	input(f, link->len[which]);
}

static void open_link(unsigned which)
{
	link = &links[which % LINKS];
	const struct link_info info = {.peer = 1,
	                               .flow = 1,
	                               .tunnel = 1,
	                               .call = (uint16_t)(which % LINKS + 1),
	                               .host = "h",
	                               .vendor = "v",
	                               .tunnel_group = "G",
	                               .ifname = "outside"};
	if (link->session != NULL)
		return;
	*link = (struct link){0};
	link->session = ppp_link_user()->open(ppp, &info, &link_ops, link);
}

static void packet_path(unsigned how, struct bytes b)
{
	uint8_t area[512];
	struct dsess sess = {.open = !(how & 1), .mtu = 200, .acfc = how & 2, .pfc = how & 4};
	struct pkt p = {.buf = area, .cap = sizeof area};
	pkt_reset(&p);
	p.sess = &sess;
	uint8_t *room = pkt_put(&p, (uint32_t)b.len);
	if (room == NULL)
		return;
	memcpy(room, b.p, b.len);
	if (ppp_data_in(&p) != DATA_FORWARD && !(how & 1))
		return;
	struct bytes inside = {pkt_data(&p), p.len};
	if (ppp_data_out(&p) == DATA_FORWARD)
		must(ppp_data_in(&p) == DATA_FORWARD && pkt_data(&p) == inside.p && p.len == inside.len);
}

struct list_form step_form(uint8_t kind)
{
	unsigned which = kind / 16 % PROTOS;
	if (kind % 16 != STEP_PACKET || (which != LCP && which != IPCP))
		return (struct list_form){0};
	return (struct list_form){.skip = 1, .head = 2, .len_at = 1, .len_size = 1, .len_mask = 255, .types = 30};
}

static void take(const struct step *s)
{
	unsigned argument = s->kind >> 4;
	struct rd r = rd_of(s->data.p, s->data.len);
	switch (s->kind % 16 % STEP_KINDS) {
	case STEP_FRAME:
		input(s->data.p, s->data.len);
		break;
	case STEP_PACKET:
		packet(argument, s->data);
		break;
	case STEP_ACK:
		request_again(argument & 1, 2);
		break;
	case STEP_ECHO:
		request_again(argument & 1, 1);
		break;
	case STEP_SAYS:
		says(&r);
		break;
	case STEP_WAIT:
		passes(&clk, rd_u16(&r) * 100u);
		break;
	case STEP_OURS:
		ours(argument, &r);
		break;
	case STEP_LINK:
		open_link(argument);
		break;
	default:
		packet_path(argument, s->data);
	}
	passes(&clk, 0);
}

static void on_line(void *arg, const char *line)
{
	(void)arg;
	must(strlen(line) < 4096);
}

/* The first octet: the methods of the group, and how much debug says. */
static void start(uint8_t how)
{
	static struct debug_sink sink = {.write = on_line}, pix = {.write = on_line};
	static bool ready;
	if (!ready) {
		must(prim_init(NULL) == 0);
		debug_sink_add(&sink);
		debug_sink_add(&pix);
		debug_form(&pix, true);
		ready = true;
	}
	for (enum debug_cat c = DEBUG_PPP_ERROR; c <= DEBUG_AAA_VPN; c++) {
		debug_set(&sink, c, how >> 7);
		debug_set(&pix, c, how >> 7);
	}
	groups[0].methods = how & (AAA_BIT(AAA_EAP) - 1);
	groups[0].ndhcp = 0;
	groups[0].strip_group = how >> 6 & 1;
	conf.no_local = dhcp_works = false;
	conf.max_users = 0;
	memset(links, 0, sizeof links);
	clock_init(&clk, 1000);
	ppp = ppp_new(&clk, NULL, &ops, NULL);
	must(ppp != NULL);
	ppp_set_conf(ppp, &conf);
	open_link(0);
	passes(&clk, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	struct step s;
	start(rd_u8(&r));
	while (step_next(&r, &s))
		take(&s);
	ppp_free(ppp);
	for (const struct link *l = links; l < links + LINKS; l++)
		must(l->session == NULL && l->rq == NULL && !l->data && !l->up);
	must(clk.n == 0 && !dhcp_asked[1] && !dhcp_asked[2]);
	clock_free(&clk);
	return 0;
}
