#include "tests/client/lac.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------ habits */

const struct lac_conf lac_windows = {.host = "DESKTOP-7Q2",
                                     .host_len = 11,
                                     .tunnel = 1,
                                     .call = 1,
                                     .window = 8,
                                     .vendor = "Microsoft",
                                     .firmware = 0x0a00};
const struct lac_conf lac_apple = {.host = "iPhone",
                                   .host_len = 7,
                                   .tunnel = 0x11,
                                   .call = 0x2b1f,
                                   .window = 4,
                                   .back_to_back = true,
                                   .swapped_result = true};
const struct lac_conf lac_android = {.host = "anonymous",
                                     .host_len = 9,
                                     .tunnel = 0xb7d3,
                                     .call = 0x51c2,
                                     .window = 1,
                                     .strict = true};
const struct lac_conf lac_mikrotik = {
        .host = "MikroTik", .host_len = 8, .tunnel = 13, .call = 1, .window = 4};
const struct lac_conf lac_dlink = {
        .host = "DIR-300", .host_len = 7, .tunnel = 2, .call = 3, .tunnel_zero = true};
const struct lac_conf lac_huawei = {
        .host = "AX3", .host_len = 3, .tunnel = 5, .call = 5, .window = 4, .no_tx_speed = true};
const struct lac_conf lac_xp = {
        .host = "xp", .host_len = 2, .tunnel = 6, .call = 1, .window = 8, .two_calls = true};

void lac_init(struct lac *c, struct clock *clock, const struct lac_conf *conf,
              void (*send)(void *, const uint8_t *, size_t), void *arg)
{
	*c = (struct lac){.conf = *conf, .clock = clock, .send = send, .arg = arg};
}

/* ---------------------------------------------------------------------------------------- channel */

static void put_on_wire(struct lac *c, unsigned i)
{
	struct wr w = wr_of(c->queue[i].bytes, sizeof c->queue[i].bytes);
	wr_space(&w, 12);
	wr_patch_u16(&w, 4, c->conf.tunnel_zero ? 0 : c->remote_tunnel);
	wr_patch_u16(&w, 10, c->nr);
	c->send(c->arg, c->queue[i].bytes, c->queue[i].len);
}

static void again(struct timer *t, void *arg);

static uint32_t retry_ms(const struct lac *c)
{
	const struct lac_script *s = c->conf.script;
	if (s != NULL && s->retry.n > 0)
		return script_retry_ms(&s->retry, c->tries);
	const uint32_t *own = c->conf.retry_ms;
	for (unsigned i = 0; own != NULL && i < c->tries && own[1] != 0; i++)
		own++;
	return own != NULL ? *own : c->tries < 2 ? 1000 : 2000;
}

static void pump(struct lac *c)
{
	unsigned window = c->conf.strict ? 1 : 4;
	while (c->sent < c->queued && c->sent < window)
		put_on_wire(c, c->sent++);
	if (c->queued > 0 && !timer_running(&c->timer))
		timer_start(c->clock, &c->timer, retry_ms(c), again, c);
}

static void again(struct timer *t, void *arg)
{
	struct lac *c = arg;
	(void)t;
	if (++c->tries > (c->conf.script != NULL ? c->conf.script->tries : LAC_TRIES)) {
		c->state = c->state == LAC_CLOSING ? LAC_CLOSED : LAC_FAILED;
		c->queued = c->sent = 0;
		return;
	}
	c->sent = 0;
	pump(c);
}

static void say(struct lac *c, uint16_t call, const struct msg_body *m)
{
	if (c->queued >= LAC_QUEUE)
		abort();
	struct wr w = wr_of(c->queue[c->queued].bytes, sizeof c->queue[0].bytes);
	struct msg_head head = {c->remote_tunnel, call, c->ns, c->nr, {m->bytes, m->len}};
	msg_write_head(&w, &head);
	wr_bytes(&w, m->bytes, m->len);
	c->queue[c->queued].len = wr_len(&w);
	c->queue[c->queued++].ns = c->ns++;
	pump(c);
}

static void zlb(struct lac *c)
{
	uint8_t msg[12];
	struct wr w = wr_of(msg, sizeof msg);
	msg_write_head(&w,
	               &(struct msg_head){
	                       c->conf.tunnel_zero ? 0 : c->remote_tunnel, 0, c->ns, c->nr, {0}});
	c->send(c->arg, msg, sizeof msg);
}

static void acked(struct lac *c, uint16_t nr)
{
	unsigned n = 0;
	while (n < c->sent && (int16_t)(uint16_t)(c->queue[n].ns - nr) < 0)
		n++;
	if (n == 0)
		return;
	memmove(c->queue, c->queue + n, sizeof c->queue[0] * (c->queued - n));
	c->queued -= n;
	c->sent -= n;
	c->tries = 0;
	timer_stop(c->clock, &c->timer);
	if (c->queued == 0 && c->state == LAC_CLOSING)
		c->state = LAC_CLOSED;
}

/* --------------------------------------------------------------------------------------- messages */

static struct wr begin(struct msg_body *m, enum msg_type type)
{
	struct wr w = wr_of(m->bytes, sizeof m->bytes);
	avp_put_u16(&w, AVP_MESSAGE_TYPE, (uint16_t)type);
	return w;
}

static void finish(struct lac *c, uint16_t call, struct msg_body *m, const struct wr *w)
{
	m->len = wr_len(w);
	say(c, call, m);
}

/* As the script has it. false: there is none. */
static bool scripted(const struct lac *c, struct wr *w, enum script_msg which, uint16_t call, uint16_t result)
{
	if (c->conf.script == NULL)
		return false;
	const struct script_list *list = &c->conf.script->avps[which];
	const struct script_values values = {.v = {[NAME_TUNNEL] = c->conf.tunnel,
	                                           [NAME_CALL] = call,
	                                           [NAME_RESULT] = result,
	                                           [NAME_RESULT_LE] = (uint32_t)result << 8 | result >> 8}};
	for (size_t i = 0; i < list->n; i++) {
		const struct script_item *avp = &list->items[i];
		size_t at = wr_len(w);
		wr_u16(w, 0);
		wr_u16(w, (uint16_t)avp->vendor);
		wr_u16(w, (uint16_t)avp->type);
		script_write(w, avp->form, &values);
		wr_patch_u16(w, at, (uint16_t)((avp->m ? AVP_M : 0) | (avp->length != 0 ? avp->length : wr_len(w) - at)));
	}
	return true;
}

static void plain_sccrq(const struct lac *c, struct wr *w)
{
	avp_put_u16(w, AVP_PROTOCOL_VERSION, 0x0100);
	avp_put_u32(w, AVP_FRAMING_CAP, 3);
	if (c->conf.vendor != NULL)
		avp_put_u16(w, AVP_FIRMWARE, c->conf.firmware);
	avp_put_bytes(w, AVP_HOST_NAME, c->conf.host, c->conf.host_len);
	if (c->conf.vendor != NULL)
		avp_put_bytes(w, AVP_VENDOR_NAME, c->conf.vendor, strlen(c->conf.vendor));
	avp_put_u16(w, AVP_TUNNEL_ID, c->conf.tunnel);
	if (c->conf.window > 0)
		avp_put_u16(w, AVP_RECEIVE_WINDOW, c->conf.window);
	if (c->conf.challenge)
		avp_put_bytes(w, AVP_CHALLENGE, "0123456789abcdef", 16);
}

void lac_connect(struct lac *c)
{
	struct msg_body m;
	struct wr w = begin(&m, MSG_SCCRQ);
	if (!scripted(c, &w, SAY_SCCRQ, c->conf.call, 0))
		plain_sccrq(c, &w);
	c->state = LAC_WAIT_SCCRP;
	c->remote_tunnel = c->remote_call = 0;
	c->ns = c->nr = 0;
	c->queued = c->sent = c->tries = 0;
	finish(c, 0, &m, &w);
}

static void icrq(struct lac *c, uint16_t call)
{
	struct msg_body m;
	struct wr w = begin(&m, MSG_ICRQ);
	if (!scripted(c, &w, SAY_ICRQ, call, 0)) {
		avp_put_u16(&w, AVP_SESSION_ID, call);
		avp_put_bytes(&w, AVP_CALL_SERIAL, "\0\0\0\1", 4);
	}
	finish(c, 0, &m, &w);
}

static void got_sccrp(struct lac *c, const struct avp_set *set)
{
	struct msg_body m;
	struct wr w = begin(&m, MSG_SCCCN);
	scripted(c, &w, SAY_SCCCN, c->conf.call, 0);
	c->remote_tunnel = avp_u16(set, AVP_TUNNEL_ID);
	c->state = LAC_WAIT_ICRP;
	finish(c, 0, &m, &w);
	icrq(c,
	     c->conf.call); /* a strict one has a window of one: it waits for the acknowledgement */
}

static void plain_iccn(const struct lac *c, struct wr *w)
{
	if (!c->conf.no_tx_speed)
		avp_put_u32(w, AVP_TX_SPEED, 1000000);
	avp_put_u32(w, AVP_FRAMING_TYPE, 3);
	if (c->conf.sequencing)
		avp_put_bytes(w, AVP_SEQUENCING, NULL, 0);
}

static void got_icrp(struct lac *c, const struct avp_set *set)
{
	struct msg_body m;
	struct wr w = begin(&m, MSG_ICCN);
	c->remote_call = avp_u16(set, AVP_SESSION_ID);
	if (!scripted(c, &w, SAY_ICCN, c->conf.call, 0))
		plain_iccn(c, &w);
	c->state = LAC_UP;
	finish(c, c->remote_call, &m, &w);
	if (c->conf.two_calls)
		icrq(c, (uint16_t)(c->conf.call + 1));
}

static void put_result(const struct lac *c, struct wr *w, uint16_t result)
{
	if (!c->conf.swapped_result) {
		avp_put_result(w, result, 0, NULL);
		return;
	}
	wr_u16(w, AVP_M | 14);
	wr_u16(w, 0);
	wr_u16(w, AVP_RESULT_CODE);
	wr_u16(w, (uint16_t)(result << 8));
	wr_bytes(w, "\0\0\x80\x08\0\0", 6);
}

void lac_hang_up(struct lac *c)
{
	struct msg_body m;
	struct wr w = begin(&m, MSG_CDN);
	if (!scripted(c, &w, SAY_CDN, c->conf.call, 3)) {
		avp_put_u16(&w, AVP_SESSION_ID, c->conf.call);
		put_result(c, &w, 3);
	}
	finish(c, c->remote_call, &m, &w);
	w = begin(&m, MSG_STOPCCN);
	if (!scripted(c, &w, SAY_STOPCCN, c->conf.call, 1)) {
		avp_put_u16(&w, AVP_TUNNEL_ID, c->conf.tunnel);
		put_result(c, &w, 1);
	}
	c->state = LAC_CLOSING;
	finish(c, 0, &m, &w);
}

void lac_power_off(struct lac *c)
{
	timer_stop(c->clock, &c->timer);
	c->state = LAC_OFF;
	c->queued = c->sent = 0;
}

static void follow(struct lac *c, const struct msg_head *head, const struct avp_set *set)
{
	switch (set->type) {
	case MSG_SCCRP:
		if (c->state == LAC_WAIT_SCCRP)
			got_sccrp(c, set);
		break;
	case MSG_ICRP:
		if (c->state == LAC_WAIT_ICRP)
			got_icrp(c, set);
		break;
	case MSG_HELLO:
		c->hellos++;
		break;
	case MSG_CDN:
		c->cdn_result = avp_result(set).result;
		if (head->call == (uint16_t)(c->conf.call + 1))
			c->second_refused++;
		else if (c->state != LAC_CLOSING)
			c->state = LAC_CLOSED;
		break;
	case MSG_STOPCCN:
		c->stop_result = avp_result(set).result;
		c->stop_error = avp_result(set).error;
		c->state = c->state == LAC_WAIT_SCCRP ? LAC_FAILED : LAC_CLOSED;
		c->queued = c->sent = 0;
		timer_stop(c->clock, &c->timer);
		break;
	default:
		break;
	}
}

static void input_data(struct lac *c, const uint8_t *msg, size_t len)
{
	struct rd r = rd_of(msg, len);
	uint16_t flags = rd_u16(&r);
	uint16_t tunnel = rd_u16(&r), call = rd_u16(&r);
	if (flags & 0x0800)
		rd_skip(&r, 4);
	struct bytes frame = rd_rest(&r);
	if (!rd_ok(&r) || tunnel != c->conf.tunnel || call != c->conf.call || c->state != LAC_UP)
		return;
	c->frames++;
	if (c->frame != NULL)
		c->frame(c->arg, frame.p, frame.len);
}

void lac_input(struct lac *c, const uint8_t *msg, size_t len)
{
	struct msg_head head;
	struct avp_set set;
	if (c->state == LAC_OFF)
		return;
	if (len > 0 && (msg[0] & 0x80) == 0) {
		input_data(c, msg, len);
		return;
	}
	if (msg_parse(rd_of(msg, len), &head) != 0 || head.tunnel != c->conf.tunnel)
		return;
	if (c->conf.strict && (msg[0] != 0xc8 || msg[1] != 0x02))
		return;
	acked(c, head.nr);
	if (head.body.len > 0 && head.ns == c->nr) {
		c->nr++;
		uint16_t ns = c->ns;
		if (avp_decode(rd_of(head.body.p, head.body.len), &set))
			follow(c, &head, &set);
		if (c->ns == ns || c->queued == 0)
			zlb(c);
	} else if (head.body.len > 0 && (int16_t)(uint16_t)(head.ns - c->nr) < 0) {
		zlb(c);
	}
	pump(c);
}

void lac_send_frame(struct lac *c, const uint8_t *frame, size_t len)
{
	uint8_t msg[2048];
	struct wr w = wr_of(msg, sizeof msg);
	wr_u16(&w, c->conf.sequencing ? 0x4802 : 0x4002);
	wr_u16(&w, (uint16_t)(len + (c->conf.sequencing ? 12 : 8)));
	wr_u16(&w, c->remote_tunnel);
	wr_u16(&w, c->remote_call);
	if (c->conf.sequencing) {
		wr_u16(&w, c->data_ns++);
		wr_u16(&w, 0);
	}
	wr_bytes(&w, frame, len);
	c->send(c->arg, msg, wr_len(&w));
}
