#include "tests/client/ppp_peer.h"

#include <stdio.h>
#include <string.h>

#include "core/aaa/mschap.h"
#include "crypto/prim/prim.h"

enum { REQ = 1, ACK, NAK, REJ, TERM, TERM_ACK, CODE_REJ, PROTO_REJ, ECHO, ECHO_REPLY };

void ppp_peer_frame(struct ppp_peer *p, uint16_t proto, const void *packet, size_t len)
{
	uint8_t frame[1700];
	struct wr w = wr_of(frame, sizeof(frame));
	bool bare = p->script != NULL ? p->script->compressed != 0 : p->profile == PEER_ANDROID;
	if (!bare || proto == 0xc021)
		wr_u16(&w, 0xff03);
	wr_u16(&w, proto);
	wr_bytes(&w, packet, len);
	if (!p->silent)
		p->send(p->arg, frame, wr_len(&w));
}

static void packet(struct ppp_peer *p, uint16_t proto, uint8_t code, uint8_t id, const void *data,
                   size_t len)
{
	uint8_t out[1600];
	struct wr w = wr_of(out, sizeof(out));
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(len + 4));
	wr_bytes(&w, data, len);
	ppp_peer_frame(p, proto, out, wr_len(&w));
}

/* ------------------------------------------------------------------ requests */

static void put_opt(struct wr *w, uint8_t type, const char *value, size_t len)
{
	wr_u8(w, type);
	wr_u8(w, (uint8_t)(len + 2));
	wr_bytes(w, value, len);
}
#define PUT(type, s) ((p->off >> (type)&1) ? (void)0 : put_opt(&w, type, s, sizeof(s) - 1))

/* Options of a script: those that were not rejected. */
static void put_script(struct ppp_peer *p, struct wr *w, const struct script_list *list, bool ipcp)
{
	const struct script_values values = {.v = {[NAME_ADDRESS] = p->ip,
	                                           [NAME_DNS1] = p->dns[0],
	                                           [NAME_NBNS1] = p->nbns[0],
	                                           [NAME_DNS2] = p->dns[1],
	                                           [NAME_NBNS2] = p->nbns[1]}};
	for (size_t i = 0; i < list->n; i++) {
		const struct script_item *opt = &list->items[i];
		uint8_t value[64];
		struct wr v = wr_of(value, sizeof(value));
		if (ipcp ? p->ip_off[opt->type & 255] : (p->off >> opt->type % 32 & 1) != 0)
			continue;
		script_write(&v, opt->form, &values);
		put_opt(w, (uint8_t)opt->type, (const char *)value, wr_len(&v));
	}
}

/* Packets of a script, for which nobody has asked. */
static void say_script(struct ppp_peer *p, const struct script_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct script_item *item = &list->items[i];
		uint8_t data[128];
		struct wr w = wr_of(data, sizeof(data));
		script_write(&w, item->form, NULL);
		packet(p, (uint16_t)item->protocol, (uint8_t)item->code,
		       item->id == SCRIPT_COUNTED ? p->id++ : (uint8_t)item->id, data, wr_len(&w));
	}
}

static void put_profile(struct ppp_peer *p, struct wr *out)
{
	struct wr w = *out;
	switch (p->profile) {
	case PEER_WINDOWS:
		PUT(1, "\x05\x78");
		PUT(5, "\x11\x22\x33\x44");
		PUT(7, "");
		PUT(8, "");
		PUT(13, "\x06");
		PUT(17, "\x06\x4e");
		PUT(19, "\x01"
		        "0123456789abcdefghij");
		break;
	case PEER_APPLE:
		PUT(2, "\x00\x00\x00\x00");
		PUT(5, "\x55\x22\x33\x44");
		PUT(7, "");
		PUT(8, "");
		break;
	case PEER_ANDROID:
		PUT(1, "\x04\xf6");
		PUT(2, "\x00\x00\x00\x00");
		PUT(5, "\x66\x22\x33\x44");
		PUT(7, "");
		PUT(8, "");
		break;
	case PEER_PLAIN:
		if (p->mru && !(p->off >> 1 & 1))
			put_opt(&w, 1, (const char[]){(char)(p->mru >> 8), (char)p->mru}, 2);
		PUT(5, "\x77\x22\x33\x44");
		break;
	}
	*out = w;
}

static void say_lcp_req(struct ppp_peer *p)
{
	packet(p, 0xc021, REQ, p->lcp_req_id, p->lcp_req, p->lcp_req_len);
}

static void send_lcp_req(struct ppp_peer *p)
{
	struct wr w = wr_of(p->lcp_req, sizeof(p->lcp_req));
	if (p->script != NULL)
		put_script(p, &w, &p->script->lcp, false);
	else
		put_profile(p, &w);
	p->lcp_req_len = wr_len(&w);
	p->lcp_req_id = p->id++;
	p->lcp_acked = false;
	say_lcp_req(p);
}

static void put_ip(struct ppp_peer *p, struct wr *w, uint8_t type, uint32_t ip)
{
	if (p->ip_off[type])
		return;
	wr_u8(w, type);
	wr_u8(w, 6);
	wr_u32(w, ip);
}

static void put_plain_ipcp(struct ppp_peer *p, struct wr *w)
{
	if (!p->no_address)
		put_ip(p, w, 3, p->ip);
	if (p->profile == PEER_APPLE && !p->ip_off[2])
		put_opt(w, 2, "\x00\x2d\x0f\x01", 4);
	put_ip(p, w, 129, p->dns[0]);
	if (p->profile == PEER_WINDOWS)
		put_ip(p, w, 130, p->nbns[0]);
	put_ip(p, w, 131, p->dns[1]);
	if (p->profile == PEER_WINDOWS)
		put_ip(p, w, 132, p->nbns[1]);
}

static void say_ipcp_req(struct ppp_peer *p)
{
	packet(p, 0x8021, REQ, p->ipcp_req_id, p->ipcp_req, p->ipcp_req_len);
}

static void send_ipcp_req(struct ppp_peer *p)
{
	struct wr w = wr_of(p->ipcp_req, sizeof(p->ipcp_req));
	if (p->script != NULL)
		put_script(p, &w, &p->script->ipcp, true);
	else
		put_plain_ipcp(p, &w);
	p->ipcp_req_len = wr_len(&w);
	p->ipcp_req_id = p->id++;
	p->ipcp_acked = false;
	say_ipcp_req(p);
}

static void send_auth(struct ppp_peer *p)
{
	ppp_peer_frame(p, p->method == AAA_PAP ? 0xc023 : 0xc223, p->auth_packet, p->auth_len);
}

/* A request that is repeated keeps its identifier (RFC 1661 §5.1), so a late answer counts. */
static void on_timer(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_peer *p = arg;
	if (p->closed || ++p->tries > 20)
		return;
	if (!p->lcp_acked)
		say_lcp_req(p);
	else if (p->lcp_up && !p->authenticated && !p->refused && p->auth_len)
		send_auth(p);
	else if (p->authenticated && !p->ipcp_acked)
		say_ipcp_req(p);
	timer_start(p->clock, &p->timer, 3000, on_timer, p);
}

static void wait(struct ppp_peer *p)
{
	p->tries = 0;
	timer_start(p->clock, &p->timer, 3000, on_timer, p);
}

void ppp_peer_start(struct ppp_peer *p)
{
	p->method = AAA_METHOD_N;
	p->id = p->script != NULL ? (uint8_t)p->script->first_id : p->profile == PEER_WINDOWS ? 0 : 1;
	send_lcp_req(p);
	wait(p);
}

void ppp_peer_renegotiate(struct ppp_peer *p)
{
	p->lcp_up = p->authenticated = p->ip_up = p->lcp_ack_sent = p->ipcp_ack_sent =
	        p->ipcp_acked = false;
	p->auth_len = 0;
	send_lcp_req(p);
	wait(p);
}

void ppp_peer_hangup(struct ppp_peer *p)
{
	packet(p, 0xc021, TERM, p->id++, "", 0);
	p->closed = true;
	timer_stop(p->clock, &p->timer);
	timer_stop(p->clock, &p->inform_timer);
	timer_stop(p->clock, &p->echo_timer);
}

void ppp_peer_stop(struct ppp_peer *p)
{
	timer_stop(p->clock, &p->timer);
	timer_stop(p->clock, &p->inform_timer);
	timer_stop(p->clock, &p->echo_timer);
	p->closed = true;
}

/* ------------------------------------------------------------------ LCP */

static void pap_request(struct ppp_peer *p)
{
	struct wr w = wr_of(p->auth_packet, sizeof(p->auth_packet));
	size_t n = strlen(p->user), m = strlen(p->password);
	wr_u8(&w, REQ);
	wr_u8(&w, p->id++);
	wr_u16(&w, (uint16_t)(6 + n + m));
	wr_u8(&w, (uint8_t)n);
	wr_bytes(&w, p->user, n);
	wr_u8(&w, (uint8_t)m);
	wr_bytes(&w, p->password, m);
	p->auth_len = wr_len(&w);
	send_auth(p);
}

static void lcp_check_up(struct ppp_peer *p)
{
	if (p->lcp_up || !p->lcp_acked || !p->lcp_ack_sent)
		return;
	p->lcp_up = true; /* all that comes above begins anew */
	p->authenticated = p->ipcp_acked = p->ipcp_ack_sent = p->ip_up = false;
	if (p->script != NULL)
		say_script(p, &p->script->after_lcp);
	else if (p->profile == PEER_WINDOWS) {
		packet(p, 0xc021, 12, p->id++, "\x11\x22\x33\x44MSRASV5.20", 14);
		packet(p, 0xc021, 12, p->id++, "\x11\x22\x33\x44MSRAS-0-HOST", 16);
		packet(p, 0xc021, 12, p->id++, "\x11\x22\x33\x44\x00\x01\x02\x03\xff\xfe\xfd", 11);
	}
	if (p->method == AAA_PAP)
		pap_request(p);
	wait(p);
}

static enum aaa_method method_of(const uint8_t *v, size_t len)
{
	if (len == 2 && memcmp(v, "\xc0\x23", 2) == 0)
		return AAA_PAP;
	if (len == 2 && memcmp(v, "\xc2\x27", 2) == 0)
		return AAA_EAP;
	if (len == 3 && memcmp(v, "\xc2\x23", 2) == 0)
		return v[2] == 0x81 ? AAA_MSCHAP2 : v[2] == 0x80 ? AAA_MSCHAP1 : AAA_CHAP;
	return AAA_METHOD_N;
}

static void nak_method(struct ppp_peer *p, struct wr *w)
{
	static const char *const values[] = {[AAA_MSCHAP2] = "\xc2\x23\x81",
	                                     [AAA_MSCHAP1] = "\xc2\x23\x80",
	                                     [AAA_CHAP] = "\xc2\x23\x05",
	                                     [AAA_PAP] = "\xc0\x23"};
	for (unsigned m = 0; m <= AAA_PAP; m++) {
		if (!(p->methods & AAA_BIT(m)))
			continue;
		put_opt(w, 3, values[m], strlen(values[m]));
		return;
	}
	put_opt(w, 3, "\xc2\x27", 2); /* EAP */
}

static void lcp_request(struct ppp_peer *p, uint8_t id, struct bytes data)
{
	uint8_t nak[64];
	struct wr w = wr_of(nak, sizeof(nak));
	struct rd r = rd_of(data.p, data.len);
	while (rd_left(&r) >= 2) {
		uint8_t type = rd_u8(&r);
		struct bytes v = rd_bytes(&r, rd_u8(&r) - 2u);
		if (type == 1 && v.len == 2)
			p->server_mru = (uint16_t)(v.p[0] << 8 | v.p[1]);
		if (type != 3)
			continue;
		p->method = method_of(v.p, v.len);
		if (p->method == AAA_METHOD_N || !(p->methods & AAA_BIT(p->method)))
			nak_method(p, &w);
	}
	if (wr_len(&w)) {
		packet(p, 0xc021, NAK, id, nak, wr_len(&w));
		return;
	}
	if (p->lcp_up) { /* the server starts anew */
		ppp_peer_renegotiate(p);
	}
	packet(p, 0xc021, ACK, id, data.p, data.len);
	p->lcp_ack_sent = true;
	lcp_check_up(p);
}

static void lcp_input(struct ppp_peer *p, uint8_t code, uint8_t id, struct bytes data)
{
	switch (code) {
	case REQ:
		lcp_request(p, id, data);
		break;
	case ACK:
		if (id == p->lcp_req_id && data.len == p->lcp_req_len) {
			p->lcp_acked = true;
			lcp_check_up(p);
		}
		break;
	case REJ:
		for (size_t i = 0; id == p->lcp_req_id && i + 1 < data.len && data.p[i + 1] >= 2;
		     i += data.p[i + 1])
			p->off |= 1u << (data.p[i] % 32);
		send_lcp_req(p);
		break;
	case TERM:
		packet(p, 0xc021, TERM_ACK, id, "", 0);
		ppp_peer_stop(p);
		break;
	case CODE_REJ:
		p->code_rejects++;
		break;
	case PROTO_REJ:
		if (data.len >= 2 && p->protocol_rejects < 8)
			p->rejected[p->protocol_rejects] = (uint16_t)(data.p[0] << 8 | data.p[1]);
		p->protocol_rejects++;
		break;
	case ECHO:
		packet(p, 0xc021, ECHO_REPLY, id, "\x11\x22\x33\x44", 4);
		break;
	case ECHO_REPLY:
		p->echoes_missed = 0;
		break;
	default:
		break;
	}
}

/* ------------------------------------------------------------------ authentication */

static void success(struct ppp_peer *p)
{
	if (p->authenticated)
		return;
	p->authenticated = true;
	p->auth_len = 0;
	if (p->script != NULL)
		say_script(p, &p->script->after_auth);
	else if (p->profile == PEER_WINDOWS) {
		packet(p, 0x8057, REQ, p->id++, "\x01\x0a\x00\x00\x00\x00\x00\x00\x00\x01", 10);
		packet(p, 0x80fd, REQ, p->id++, "\x12\x06\x01\x00\x00\x01", 6);
	}
	if (p->script == NULL && p->profile == PEER_APPLE)
		packet(p, 0x8235, REQ, 1, "\x01\x06\x00\x00\x00\x01\x02\x06\x00\x00\x00\x01", 12);
	send_ipcp_req(p);
	wait(p);
}

static void response(struct ppp_peer *p, uint8_t id, struct bytes challenge)
{
	uint8_t value[49] = {0}, hash[16];
	size_t len = 49;
	mschap_nt_hash(str_of(p->password), hash);
	if (p->method == AAA_MSCHAP2) {
		uint8_t eight[8];
		const char *slash = strrchr(p->user, '\\');
		struct str name = str_of(slash ? slash + 1 : p->user);
		for (uint8_t i = 0; i < 16; i++)
			value[i] = (uint8_t)(i * 7 + id);
		mschap2_challenge(value, challenge.p, name, eight);
		mschap_response(eight, hash, value + 24);
		mschap2_authenticator(hash, value + 24, value, challenge.p, name, p->want);
	} else if (p->method == AAA_MSCHAP1) {
		mschap_response(challenge.p, hash, value + 24);
		value[48] = 1;
	} else {
		const struct bytes parts[] = {
		        {&id, 1}, {(const uint8_t *)p->password, strlen(p->password)}, challenge};
		prim_hash(PRIM_MD5, parts, 3, value);
		len = 16;
	}
	struct wr w = wr_of(p->auth_packet, sizeof(p->auth_packet));
	wr_u8(&w, 2);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(5 + len + strlen(p->user)));
	wr_u8(&w, (uint8_t)len);
	wr_bytes(&w, value, len);
	wr_bytes(&w, p->user, strlen(p->user));
	p->auth_len = wr_len(&w);
	send_auth(p);
	wait(p);
}

/* RFC 2759 §6: the challenge in the Failure, the next identifier, and what the user has typed meanwhile. */
static void chap_again(struct ppp_peer *p, uint8_t id)
{
	uint8_t challenge[16];
	size_t len = p->method == AAA_MSCHAP2 ? 16 : 8;
	const char *hex = strstr(p->message, " C=");
	for (size_t i = 0; hex && i < len; i++)
		sscanf(hex + 3 + 2 * i, "%2hhx", &challenge[i]);
	if (!hex || !p->second || !strstr(p->message, " R=1 "))
		return;
	p->password = p->second;
	p->second = NULL;
	p->refused = false;
	response(p, (uint8_t)(id + 1), (struct bytes){challenge, len});
}

static void chap_input(struct ppp_peer *p, uint8_t code, uint8_t id, struct bytes data)
{
	if (code == 1 && p->lcp_up && data.len > data.p[0]) {
		response(p, id, (struct bytes){data.p + 1, data.p[0]});
	} else if (code == 3 || code == 4) {
		snprintf(p->message, sizeof(p->message), "%.*s", (int)data.len,
		         (const char *)data.p);
		p->success_verified = strncmp(p->message, p->want, 42) == 0;
		p->refused = code == 4;
		if (code == 4)
			chap_again(p, id);
		if (code == 3 && (p->method != AAA_MSCHAP2 || p->success_verified))
			success(p);
	}
}

static void pap_input(struct ppp_peer *p, uint8_t code, struct bytes data)
{
	if (data.len > 1)
		snprintf(p->message, sizeof(p->message), "%.*s", (int)data.len - 1,
		         (const char *)data.p + 1);
	p->refused = code == 3;
	if (code == 3 && p->second) {
		p->password = p->second;
		p->second = NULL;
		p->refused = false;
		pap_request(p);
	}
	if (code == 2)
		success(p);
}

static void eap_answer(struct ppp_peer *p, uint8_t id, uint8_t type, const void *data, size_t len)
{
	uint8_t out[1600];
	struct wr w = wr_of(out, sizeof(out));
	wr_u8(&w, type);
	wr_bytes(&w, data, len);
	packet(p, 0xc227, 2, id, out, wr_len(&w));
}

static void eap_md5(struct ppp_peer *p, uint8_t id, struct rd r)
{
	uint8_t value[1 + PRIM_MD_MAX] = {16};
	struct bytes challenge = rd_bytes(&r, rd_u8(&r));
	const struct bytes parts[] = {
	        {&id, 1}, {(const uint8_t *)p->password, strlen(p->password)}, challenge};
	prim_hash(PRIM_MD5, parts, 3, value + 1);
	eap_answer(p, id, 4, value, 17);
}

static void eap_input(struct ppp_peer *p, uint8_t code, uint8_t id, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	struct wr w = wr_of(p->eap, sizeof(p->eap));
	uint8_t type = rd_u8(&r);
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(data.len + 4));
	wr_bytes(&w, data.p, data.len);
	p->eap_len = wr_len(&w);
	p->eap_requests += code == 1;
	p->eap_ms = p->clock->now_ms;
	p->refused = code == 4;
	if (code == 3)
		success(p);
	if (code != 1 || p->eap_hold)
		return;
	if (type == 1)
		eap_answer(p, id, 1, p->user, strlen(p->user));
	else if (type == 4)
		eap_md5(p, id, r);
	else if (p->eap_echo)
		eap_answer(p, id, type, data.p + 1, data.len - 1);
	else
		eap_answer(p, id, 3, "\x04", 1); /* Nak: MD5 */
}

/* ------------------------------------------------------------------ IPCP */

static void ipcp_value(struct ppp_peer *p, uint8_t type, uint32_t ip)
{
	switch (type) {
	case 3:
		p->ip = ip;
		break;
	case 129:
		p->dns[0] = ip;
		break;
	case 130:
		p->nbns[0] = ip;
		break;
	case 131:
		p->dns[1] = ip;
		break;
	case 132:
		p->nbns[1] = ip;
		break;
	default:
		break;
	}
}

static void ipcp_options(struct ppp_peer *p, struct bytes data, bool reject)
{
	struct rd r = rd_of(data.p, data.len);
	while (rd_left(&r) >= 2) {
		uint8_t type = rd_u8(&r);
		struct rd v = rd_sub(&r, rd_u8(&r) - 2u);
		if (reject)
			p->ip_off[type] = true;
		else
			ipcp_value(p, type, rd_u32(&v));
	}
}

static void ipcp_input(struct ppp_peer *p, uint8_t code, uint8_t id, struct bytes data)
{
	switch (code) {
	case REQ:
		if (data.len >= 6 && data.p[0] == 3)
			p->server_ip = (uint32_t)data.p[2] << 24 | (uint32_t)data.p[3] << 16 |
			               (uint32_t)data.p[4] << 8 | data.p[5];
		packet(p, 0x8021, ACK, id, data.p, data.len);
		p->ipcp_ack_sent = true;
		break;
	case ACK:
		p->ipcp_acked = p->ipcp_acked || id == p->ipcp_req_id;
		break;
	case NAK:
	case REJ:
		if (id == p->ipcp_req_id) {
			ipcp_options(p, data, code == REJ);
			send_ipcp_req(p);
		}
		break;
	default:
		break;
	}
	bool up = p->ipcp_acked && p->ipcp_ack_sent;
	if (up && !p->ip_up && p->script != NULL && p->script->inform.n > 0)
		timer_start(p->clock, &p->inform_timer, 0, ppp_peer_inform, p);
	if (up && !p->ip_up && p->script != NULL && p->script->echo_s > 0)
		timer_start(p->clock, &p->echo_timer, 1000 * p->script->echo_s, ppp_peer_echo, p);
	p->ip_up = up;
}

void ppp_peer_input(struct ppp_peer *p, const uint8_t *frame, size_t len)
{
	struct rd r = rd_of(frame, len);
	if (p->silent || (p->closed && len < 4))
		return;
	p->frames_in++;
	rd_skip(&r, 2); /* control frames come with ff 03 */
	uint16_t proto = rd_u16(&r);
	uint8_t code = rd_u8(&r), id = rd_u8(&r);
	struct bytes data = rd_bytes(&r, rd_u16(&r) - 4u);
	if (!rd_ok(&r))
		return;
	if (proto == 0xc021)
		lcp_input(p, code, id, data);
	else if (proto == 0xc223)
		chap_input(p, code, id, data);
	else if (proto == 0xc023)
		pap_input(p, code, data);
	else if (proto == 0xc227)
		eap_input(p, code, id, data);
	if (proto == 0x8021 && p->method == AAA_EAP && p->lcp_up && !p->eap_hold)
		success(p); /* the Success was lost (RFC 3748 §4.2) */
	if (proto == 0x8021 && p->authenticated)
		ipcp_input(p, code, id, data);
}
