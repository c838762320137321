#include "core/aaa/radius/request.h"

#include <stdio.h>

#include "core/aaa/shell.h"

/* RFC 2865 §5, RFC 2866 §5, RFC 2867 §3, vendor 3076. */
enum {
	SERVICE_FRAMED = 2,
	SERVICE_ADMINISTRATIVE = 6,
	SERVICE_NAS_PROMPT = 7,
	SERVICE_AUTHORIZE_ONLY = 17,
	PROTOCOL_PPP = 1,
	PORT_ASYNC = 0,
	PORT_VIRTUAL = 5,
	CLIENT_L2TP_IPSEC = 5,
	TUNNEL_L2TP = 3,
	MEDIUM_IPV4 = 1,
	AUTHENTIC_RADIUS = 1,
	AUTHENTIC_LOCAL = 2,
	USE_NT_RESPONSE = 1, /* flag of an MS-CHAP-Response */
};

/* ------------------------------------------------------------------ how he proves himself */

static void put_pap(struct wr *w, const struct aaa_request *rq, const struct radius_ids *ids)
{
	radius_put_password(w, ids->secret, ids->auth,
	                    (struct bytes){(const uint8_t *)rq->password, strlen(rq->password)});
}

/* The challenge in an attribute of its own: the authenticator is not what the client was asked with. */
static void put_chap(struct wr *w, const struct aaa_request *rq, const struct radius_ids *ids)
{
	uint8_t value[17];
	struct wr v = wr_of(value, sizeof(value));
	(void)ids;
	wr_u8(&v, rq->id);
	wr_bytes(&v, rq->response, 16);
	radius_put(w, RADIUS_A_CHAP_PASSWORD, value, sizeof(value));
	radius_put(w, RADIUS_A_CHAP_CHALLENGE, rq->challenge, 16);
}

/* RFC 2548 §2.1.3: identifier and flags stand first, unlike in PPP. */
static void put_mschap1(struct wr *w, const struct aaa_request *rq, const struct radius_ids *ids)
{
	uint8_t value[50];
	struct wr v = wr_of(value, sizeof(value));
	(void)ids;
	wr_u8(&v, rq->id);
	wr_u8(&v, rq->lm_only ? 0 : USE_NT_RESPONSE);
	wr_bytes(&v, rq->lm_response, 24);
	wr_bytes(&v, rq->response, 24);
	radius_put(w, RADIUS_A_MSCHAP_CHALLENGE, rq->challenge, 8);
	radius_put(w, RADIUS_A_MSCHAP_RESPONSE, value, sizeof(value));
}

/* A new password. It is longer than an attribute: in numbered pieces (RFC 2548 §2.1.8), and the proof of it in one of
 * its own (§2.3.4). */
static void put_change(struct wr *w, const struct aaa_request *rq)
{
	enum { CODE = 7, PIECE_CODE = 6, PIECE = 243 };
	uint8_t value[4 + PIECE];
	struct wr v = wr_of(value, sizeof(value));
	struct rd r = rd_of(rq->change->password, sizeof(rq->change->password));
	wr_u8(&v, CODE);
	wr_u8(&v, rq->id);
	wr_bytes(&v, rq->change->hash, sizeof(rq->change->hash));
	wr_bytes(&v, rq->peer_challenge, 16);
	wr_zero(&v, 8);
	wr_bytes(&v, rq->response, 24);
	wr_u16(&v, rq->change->flags);
	radius_put(w, RADIUS_A_MSCHAP_CHALLENGE, rq->challenge, 16);
	radius_put(w, RADIUS_A_MSCHAP2_CPW, value, wr_len(&v));
	for (uint16_t number = 1; rd_left(&r) > 0; number++) {
		struct bytes piece = rd_bytes(&r, rd_left(&r) < PIECE ? rd_left(&r) : PIECE);
		v = wr_of(value, sizeof(value));
		wr_u8(&v, PIECE_CODE);
		wr_u8(&v, rq->id);
		wr_u16(&v, number);
		wr_bytes(&v, piece.p, piece.len);
		radius_put(w, RADIUS_A_MSCHAP_NT_ENC_PW, value, wr_len(&v));
	}
	wipe(value, sizeof(value));
}

/* RFC 2548 §2.3.2 */
static void put_mschap2(struct wr *w, const struct aaa_request *rq, const struct radius_ids *ids)
{
	uint8_t value[50];
	struct wr v = wr_of(value, sizeof(value));
	(void)ids;
	if (rq->change) {
		put_change(w, rq);
		return;
	}
	wr_u8(&v, rq->id);
	wr_u8(&v, 0);
	wr_bytes(&v, rq->peer_challenge, 16);
	wr_zero(&v, 8);
	wr_bytes(&v, rq->response, 24);
	radius_put(w, RADIUS_A_MSCHAP_CHALLENGE, rq->challenge, 16);
	radius_put(w, RADIUS_A_MSCHAP2_RESPONSE, value, sizeof(value));
}

static void put_eap(struct wr *w, const struct aaa_request *rq, const struct radius_ids *ids)
{
	(void)ids;
	radius_put_pieces(w, RADIUS_A_EAP_MESSAGE, rq->eap);
	if (rq->mtu)
		radius_put_u32(w, RADIUS_A_FRAMED_MTU, rq->mtu);
}

static void (*const proofs[AAA_METHOD_N])(struct wr *, const struct aaa_request *,
                                          const struct radius_ids *) = {
        [AAA_PAP] = put_pap,         [AAA_CHAP] = put_chap, [AAA_MSCHAP1] = put_mschap1,
        [AAA_MSCHAP2] = put_mschap2, [AAA_EAP] = put_eap,
};

/* Who is only asked about: a password that all have, else his name (radius-common-pw). */
static void put_common(struct wr *w, const struct aaa_ask *ask, const struct radius_ids *ids)
{
	const char *common = ask->host->conf->common_pw;
	const char *password = ask->password         ? ask->password
	                       : common && common[0] ? common
	                                             : ask->name;
	radius_put_password(w, ids->secret, ids->auth,
	                    (struct bytes){(const uint8_t *)password, strlen(password)});
}

/* ------------------------------------------------------------------ who he is, and where */

struct where {
	uint32_t nas_ip, unit, our_ip, peer_ip;
	const char *tunnel_group;
};

static void put_where(struct wr *w, const struct where *at)
{
	char pair[40];
	if (at->nas_ip)
		radius_put_u32(w, RADIUS_A_NAS_IP_ADDRESS, at->nas_ip);
	radius_put_u32(w, RADIUS_A_NAS_PORT, at->unit);
	radius_put_u32(w, RADIUS_A_NAS_PORT_TYPE, PORT_VIRTUAL);
	radius_put_ip_text(w, RADIUS_A_CALLED_STATION_ID, at->our_ip);
	radius_put_ip_text(w, RADIUS_A_CALLING_STATION_ID, at->peer_ip);
	radius_put_ip_text(w, RADIUS_A_TUNNEL_CLIENT_ENDPOINT, at->peer_ip);
	snprintf(pair, sizeof(pair), "ip:source-ip=%s", ip4_text(at->peer_ip).s);
	if (at->peer_ip)
		radius_put_text(w, RADIUS_A_AV_PAIR, pair);
	radius_put_text(w, RADIUS_A_ASA_TUNNEL_GROUP, at->tunnel_group ? at->tunnel_group : "");
	radius_put_u32(w, RADIUS_A_ASA_CLIENT_TYPE, CLIENT_L2TP_IPSEC);
}

/* An administrator: at the prompt, or beyond it. */
static void put_shell(struct wr *w, const struct aaa_shell *sh, uint32_t nas_ip)
{
	char pair[40];
	radius_put_u32(w, RADIUS_A_SERVICE_TYPE, sh->enable ? SERVICE_ADMINISTRATIVE : SERVICE_NAS_PROMPT);
	if (nas_ip)
		radius_put_u32(w, RADIUS_A_NAS_IP_ADDRESS, nas_ip);
	radius_put_u32(w, RADIUS_A_NAS_PORT_TYPE, sh->from ? PORT_VIRTUAL : PORT_ASYNC);
	radius_put_ip_text(w, RADIUS_A_CALLING_STATION_ID, sh->from);
	snprintf(pair, sizeof(pair), "ip:source-ip=%s", ip4_text(sh->from).s);
	if (sh->from)
		radius_put_text(w, RADIUS_A_AV_PAIR, pair);
}

size_t radius_access_request(const struct aaa_ask *ask, const struct radius_ids *ids, uint8_t *to,
                             size_t cap)
{
	const struct aaa_request *rq = ask->rq;
	struct wr w = wr_of(to, cap < RADIUS_MAX ? cap : RADIUS_MAX);
	bool only = ask->what == AAA_AUTHORIZE && aaa_sgroup_conf(ask->host->group)->authorize_only;
	const struct where at = {ids->nas_ip, rq->unit, rq->our_ip, rq->peer_ip, rq->group};
	radius_begin(&w, RADIUS_ACCESS_REQUEST, ids->id, ids->auth, true);
	radius_put_text(&w, RADIUS_A_USER_NAME, ask->name);
	if (ask->what == AAA_AUTHENTICATE)
		proofs[rq->method](&w, rq, ids);
	else if (!only)
		put_common(&w, ask, ids);
	if (ids->state.len > 0)
		radius_put(&w, RADIUS_A_STATE, ids->state.p, ids->state.len);
	if (ask->shell) {
		put_shell(&w, ask->shell, ids->nas_ip);
		return radius_end(&w, ids->secret);
	}
	radius_put_u32(&w, RADIUS_A_SERVICE_TYPE, only ? SERVICE_AUTHORIZE_ONLY : SERVICE_FRAMED);
	radius_put_u32(&w, RADIUS_A_FRAMED_PROTOCOL, PROTOCOL_PPP);
	put_where(&w, &at);
	return radius_end(&w, ids->secret);
}

/* ------------------------------------------------------------------ accounting */

static const uint32_t status_types[] = {[AAA_ACCT_START] = 1,
                                        [AAA_ACCT_INTERIM] = 3,
                                        [AAA_ACCT_STOP] = 2,
                                        [AAA_ACCT_ON] = 7,
                                        [AAA_ACCT_OFF] = 8};

static void put_classes(struct wr *w, const struct aaa_record *a)
{
	size_t len = a->classes_len < sizeof(a->classes) ? a->classes_len : sizeof(a->classes);
	struct rd r = rd_of(a->classes, len);
	while (rd_left(&r) > 0) {
		struct bytes value = rd_bytes(&r, rd_u8(&r));
		if (rd_ok(&r))
			radius_put(w, RADIUS_A_CLASS, value.p, value.len);
	}
}

static void put_tunnel(struct wr *w, const struct aaa_record *a)
{
	radius_put_u32(w, RADIUS_A_TUNNEL_TYPE, TUNNEL_L2TP); /* tag 0 */
	radius_put_u32(w, RADIUS_A_TUNNEL_MEDIUM_TYPE, MEDIUM_IPV4);
	radius_put_ip_text(w, RADIUS_A_TUNNEL_SERVER_ENDPOINT, a->our_ip);
	radius_put_text(w, RADIUS_A_ACCT_TUNNEL_CONNECTION, a->id);
}

/* Octets and packets wrap, gigawords count how often (RFC 2869 §5.1). */
static void put_counters(struct wr *w, const struct aaa_record *a)
{
	radius_put_u32(w, RADIUS_A_ACCT_SESSION_TIME, a->session_s);
	radius_put_u32(w, RADIUS_A_ACCT_INPUT_OCTETS, (uint32_t)a->bytes_in);
	radius_put_u32(w, RADIUS_A_ACCT_OUTPUT_OCTETS, (uint32_t)a->bytes_out);
	radius_put_u32(w, RADIUS_A_ACCT_INPUT_GIGAWORDS, (uint32_t)(a->bytes_in >> 32));
	radius_put_u32(w, RADIUS_A_ACCT_OUTPUT_GIGAWORDS, (uint32_t)(a->bytes_out >> 32));
	radius_put_u32(w, RADIUS_A_ACCT_INPUT_PACKETS, (uint32_t)a->pkts_in);
	radius_put_u32(w, RADIUS_A_ACCT_OUTPUT_PACKETS, (uint32_t)a->pkts_out);
	if (a->type == AAA_ACCT_STOP)
		radius_put_u32(w, RADIUS_A_ACCT_TERMINATE_CAUSE, (uint32_t)a->cause);
}

static void put_session(struct wr *w, const struct aaa_record *a, uint32_t nas_ip)
{
	const struct where at = {nas_ip, a->unit, a->our_ip, a->peer_ip, a->tunnel_group};
	radius_put_text(w, RADIUS_A_USER_NAME, a->user);
	put_where(w, &at);
	radius_put_u32(w, RADIUS_A_SERVICE_TYPE, SERVICE_FRAMED);
	radius_put_u32(w, RADIUS_A_FRAMED_PROTOCOL, PROTOCOL_PPP);
	if (a->framed_ip)
		radius_put_u32(w, RADIUS_A_FRAMED_IP_ADDRESS, a->framed_ip);
	put_tunnel(w, a);
	radius_put_u32(w, RADIUS_A_ACCT_AUTHENTIC, a->local ? AUTHENTIC_LOCAL : AUTHENTIC_RADIUS);
	put_classes(w, a);
	if (a->type != AAA_ACCT_START)
		put_counters(w, a);
}

size_t radius_shell_accounting(const struct aaa_ask *ask, struct radius_ids *ids, time_t wall, uint8_t *to,
                               size_t cap)
{
	const struct aaa_shell *sh = ask->shell;
	struct wr w = wr_of(to, cap < RADIUS_MAX ? cap : RADIUS_MAX);
	radius_begin(&w, RADIUS_ACCOUNTING_REQUEST, ids->id, NULL, false);
	radius_put_u32(&w, RADIUS_A_ACCT_STATUS_TYPE, status_types[sh->type]);
	radius_put_text(&w, RADIUS_A_ACCT_SESSION_ID, sh->id);
	radius_put_u32(&w, RADIUS_A_EVENT_TIMESTAMP, (uint32_t)sh->at);
	radius_put_u32(&w, RADIUS_A_ACCT_DELAY_TIME, wall > sh->at ? (uint32_t)(wall - sh->at) : 0);
	radius_put_text(&w, RADIUS_A_USER_NAME, ask->name);
	put_shell(&w, sh, ids->nas_ip);
	radius_put_u32(&w, RADIUS_A_ACCT_AUTHENTIC, sh->local ? AUTHENTIC_LOCAL : AUTHENTIC_RADIUS);
	if (sh->type == AAA_ACCT_STOP) {
		radius_put_u32(&w, RADIUS_A_ACCT_SESSION_TIME, sh->session_s);
		radius_put_u32(&w, RADIUS_A_ACCT_TERMINATE_CAUSE, AAA_CAUSE_USER_REQUEST);
	}
	size_t len = radius_end_computed(&w, ids->secret);
	if (len > 0)
		memcpy(ids->auth, to + 4, RADIUS_AUTH);
	return len;
}

size_t radius_accounting_request(const struct aaa_record *record, struct radius_ids *ids,
                                 time_t wall, uint8_t *to, size_t cap)
{
	struct wr w = wr_of(to, cap < RADIUS_MAX ? cap : RADIUS_MAX);
	radius_begin(&w, RADIUS_ACCOUNTING_REQUEST, ids->id, NULL, false);
	radius_put_u32(&w, RADIUS_A_ACCT_STATUS_TYPE, status_types[record->type]);
	radius_put_text(&w, RADIUS_A_ACCT_SESSION_ID, record->id);
	radius_put_u32(&w, RADIUS_A_EVENT_TIMESTAMP, (uint32_t)record->at);
	radius_put_u32(&w, RADIUS_A_ACCT_DELAY_TIME,
	               wall > record->at ? (uint32_t)(wall - record->at) : 0);
	if (record->type == AAA_ACCT_ON || record->type == AAA_ACCT_OFF) {
		if (ids->nas_ip)
			radius_put_u32(&w, RADIUS_A_NAS_IP_ADDRESS, ids->nas_ip);
	} else {
		put_session(&w, record, ids->nas_ip);
	}
	size_t len = radius_end_computed(&w, ids->secret);
	if (len > 0)
		memcpy(ids->auth, to + 4, RADIUS_AUTH);
	return len;
}
