#include "core/aaa/radius/packet.h"

#include <stdio.h>

#include "crypto/prim/prim.h"

enum { MAC_AT = RADIUS_HEADER, MAC_LEN = 16, VENDOR_HEAD = 6 };

static const uint8_t zeros[RADIUS_AUTH];

/* ------------------------------------------------------------------ writing */

void radius_begin(struct wr *w, enum radius_code code, uint8_t id, const uint8_t *auth, bool mac)
{
	wr_u8(w, (uint8_t)code);
	wr_u8(w, id);
	wr_u16(w, 0); /* length, at the end */
	wr_bytes(w, auth ? auth : zeros, RADIUS_AUTH);
	if (mac)
		radius_put(w, RADIUS_A_MESSAGE_AUTHENTICATOR, zeros, MAC_LEN);
}

/* Head of an attribute, and room for its value; NULL when it does not fit. */
static uint8_t *put_head(struct wr *w, enum radius_attr a, size_t len)
{
	const struct radius_dict *d = &radius_dict[a];
	if (len > (d->vendor ? RADIUS_VENDOR_VALUE_MAX : RADIUS_VALUE_MAX))
		w->full = true;
	if (d->vendor) {
		wr_u8(w, radius_dict[RADIUS_A_VENDOR_SPECIFIC].type);
		wr_u8(w, (uint8_t)(len + 2 + VENDOR_HEAD));
		wr_u32(w, d->vendor);
	}
	wr_u8(w, d->type);
	wr_u8(w, (uint8_t)(len + 2));
	return wr_space(w, len);
}

void radius_put(struct wr *w, enum radius_attr a, const void *value, size_t len)
{
	uint8_t *to = put_head(w, a, len);
	if (to && len > 0)
		memcpy(to, value, len);
}

void radius_put_u32(struct wr *w, enum radius_attr a, uint32_t value)
{
	uint8_t octets[4];
	struct wr number = wr_of(octets, sizeof(octets));
	wr_u32(&number, value);
	radius_put(w, a, octets, sizeof(octets));
}

void radius_put_text(struct wr *w, enum radius_attr a, const char *text)
{
	size_t tag =
	        radius_dict[a].kind == RADIUS_TAGGED_TEXT; /* 0 = no group of tunnel attributes */
	size_t len = strlen(text);
	uint8_t *to = len > 0 ? put_head(w, a, tag + len) : NULL;
	if (!to)
		return;
	struct wr value = wr_of(to, tag + len);
	wr_zero(&value, tag);
	wr_bytes(&value, text, len);
}

void radius_put_ip_text(struct wr *w, enum radius_attr a, uint32_t ip)
{
	if (ip)
		radius_put_text(w, a, ip4_text(ip).s);
}

void radius_put_pieces(struct wr *w, enum radius_attr a, struct bytes value)
{
	struct rd r = rd_of(value.p, value.len);
	while (rd_left(&r) > 0) {
		size_t n = rd_left(&r) < RADIUS_VALUE_MAX ? rd_left(&r) : RADIUS_VALUE_MAX;
		struct bytes piece = rd_bytes(&r, n);
		radius_put(w, a, piece.p, piece.len);
	}
}

/* Each block is covered with the MD5 of the secret and the block before it as it went out. */
void radius_put_password(struct wr *w, struct bytes secret, const uint8_t *auth,
                         struct bytes password)
{
	size_t len = password.len == 0 ? 16 : (password.len + 15) / 16 * 16;
	if (password.len > RADIUS_PASSWORD_MAX) {
		w->full = true;
		return;
	}
	uint8_t *to = put_head(w, RADIUS_A_USER_PASSWORD, len);
	if (!to)
		return;
	struct bytes before = {auth, RADIUS_AUTH};
	for (size_t at = 0; at < len; at += 16) {
		const struct bytes parts[] = {secret, before};
		uint8_t cover[PRIM_MD_MAX];
		prim_hash(PRIM_MD5, parts, 2, cover);
		for (size_t i = 0; i < 16; i++)
			to[at + i] = cover[i] ^ (at + i < password.len ? password.p[at + i] : 0);
		before = (struct bytes){to + at, 16};
		wipe(cover, sizeof(cover));
	}
}

/* With the authenticator that is in the header now. */
static void fill_mac(struct wr *w, struct bytes secret)
{
	struct rd r = rd_of(w->start, wr_len(w));
	rd_skip(&r, MAC_AT);
	if (rd_u8(&r) != radius_dict[RADIUS_A_MESSAGE_AUTHENTICATOR].type || !rd_ok(&r))
		return;
	uint8_t mac[PRIM_MD_MAX];
	const struct bytes all = {w->start, wr_len(w)};
	prim_hmac(PRIM_MD5, secret, &all, 1, mac);
	memcpy(w->start + MAC_AT + 2, mac, MAC_LEN);
}

static bool fill_length(struct wr *w)
{
	if (wr_len(w) > RADIUS_MAX)
		w->full = true;
	wr_patch_u16(w, 2, (uint16_t)wr_len(w));
	return wr_ok(w);
}

size_t radius_end(struct wr *w, struct bytes secret)
{
	if (!fill_length(w))
		return 0;
	fill_mac(w, secret);
	return wr_len(w);
}

/* The authenticator of the header becomes that of the packet as it is, and the secret. */
static void fill_auth(struct wr *w, struct bytes secret)
{
	const struct bytes parts[] = {{w->start, wr_len(w)}, secret};
	uint8_t auth[PRIM_MD_MAX];
	prim_hash(PRIM_MD5, parts, 2, auth);
	memcpy(w->start + 4, auth, RADIUS_AUTH);
}

size_t radius_end_computed(struct wr *w, struct bytes secret)
{
	return radius_end_reply(w, secret, zeros);
}

size_t radius_end_reply(struct wr *w, struct bytes secret, const uint8_t *request_auth)
{
	if (!fill_length(w))
		return 0;
	memcpy(w->start + 4, request_auth, RADIUS_AUTH);
	fill_mac(w, secret);
	fill_auth(w, secret);
	return wr_len(w);
}

/* ------------------------------------------------------------------ reading */

/* A Vendor-Specific of a vendor we know has parts that fill it exactly. */
static bool vendor_ok(struct bytes value)
{
	struct rd r = rd_of(value.p, value.len);
	uint32_t vendor = rd_u32(&r);
	if (!rd_ok(&r))
		return false;
	if (vendor == RADIUS_IETF || !radius_dict_vendor(vendor))
		return true;
	while (rd_left(&r) > 0) {
		rd_skip(&r, 1);
		uint8_t len = rd_u8(&r);
		if (len < 2)
			return false;
		rd_skip(&r, len - 2u);
	}
	return rd_ok(&r);
}

static bool attr_ok(struct radius_packet *p, uint8_t type, struct bytes value)
{
	enum radius_attr a = radius_dict_find(RADIUS_IETF, type);
	if (a == RADIUS_A_MESSAGE_AUTHENTICATOR) {
		bool again = p->mac.len > 0;
		p->mac = value;
		return !again && value.len == MAC_LEN;
	}
	if (a == RADIUS_A_EAP_MESSAGE)
		p->eap = true;
	if (a == RADIUS_A_PROXY_STATE)
		p->proxy_state = true;
	if (a == RADIUS_A_VENDOR_SPECIFIC)
		return vendor_ok(value);
	return a == RADIUS_A_N || radius_dict_length_ok(radius_dict[a].kind, value.len);
}

bool radius_parse(struct radius_packet *p, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	*p = (struct radius_packet){0};
	p->head = rd_bytes(&r, 4);
	p->auth = rd_bytes(&r, RADIUS_AUTH);
	struct rd head = rd_of(p->head.p, p->head.len);
	p->code = rd_u8(&head);
	p->id = rd_u8(&head);
	p->len = rd_u16(&head);
	if (!rd_ok(&r) || p->len < RADIUS_HEADER || p->len > RADIUS_MAX)
		return false;
	p->attrs = rd_bytes(&r, p->len - (size_t)RADIUS_HEADER);
	if (!rd_ok(&r))
		return false;
	struct rd a = rd_of(p->attrs.p, p->attrs.len);
	while (rd_left(&a) > 0) {
		uint8_t type = rd_u8(&a), n = rd_u8(&a);
		if (n < 2)
			return false;
		struct bytes value = rd_bytes(&a, n - 2u);
		if (!rd_ok(&a) || !attr_ok(p, type, value))
			return false;
	}
	return rd_ok(&a);
}

struct radius_walk radius_walk(const struct radius_packet *p)
{
	return (struct radius_walk){.all = rd_of(p->attrs.p, p->attrs.len)};
}

static void take(struct rd *r, struct radius_value *value)
{
	value->type = rd_u8(r);
	uint8_t n = rd_u8(r);
	value->v = rd_bytes(r, n < 2 ? 0 : n - 2u);
	value->attr = radius_dict_find(value->vendor, value->type);
}

bool radius_next(struct radius_walk *walk, struct radius_value *value)
{
	while (rd_left(&walk->vendors) == 0) {
		if (rd_left(&walk->all) == 0)
			return false;
		value->vendor = RADIUS_IETF;
		take(&walk->all, value);
		if (value->attr != RADIUS_A_VENDOR_SPECIFIC)
			return true;
		struct rd inside = rd_of(value->v.p, value->v.len);
		walk->vendor = rd_u32(&inside);
		if (walk->vendor == RADIUS_IETF || !radius_dict_vendor(walk->vendor))
			return true; /* as a whole */
		walk->vendors = inside;
	}
	value->vendor = walk->vendor;
	take(&walk->vendors, value);
	/* a standard attribute of a wrong length spoils the packet, a vendor's does not count */
	if (value->attr < RADIUS_A_N &&
	    !radius_dict_length_ok(radius_dict[value->attr].kind, value->v.len))
		value->attr = RADIUS_A_N;
	return true;
}

bool radius_find(const struct radius_packet *p, enum radius_attr a, struct radius_value *value)
{
	struct radius_walk walk = radius_walk(p);
	while (radius_next(&walk, value))
		if (value->attr == a)
			return true;
	return false;
}

uint32_t radius_value_u32(const struct radius_value *value)
{
	struct rd r = rd_of(value->v.p, value->v.len);
	return rd_u32(&r);
}

/* ------------------------------------------------------------------ believing */

const char *radius_check_text(enum radius_check c)
{
	static const char *const texts[] = {
	        [RADIUS_BELIEVED] = "response message verified",
	        [RADIUS_BAD_AUTHENTICATOR] = "response authenticator is wrong: different keys?",
	        [RADIUS_BAD_MAC] = "Message-Authenticator is wrong",
	        [RADIUS_NO_MAC] = "Message-Authenticator is missing",
	        [RADIUS_OTHERS_STATE] = "Proxy-State that was not sent",
	};
	return texts[c];
}

static bool auth_ok(const struct radius_packet *p, struct bytes secret, const uint8_t *request_auth)
{
	const struct bytes parts[] = {p->head, {request_auth, RADIUS_AUTH}, p->attrs, secret};
	uint8_t auth[PRIM_MD_MAX];
	prim_hash(PRIM_MD5, parts, 4, auth);
	return bytes_eq_secret((struct bytes){auth, RADIUS_AUTH}, p->auth);
}

/* RFC 3579 §3.2: the packet with the request's authenticator, and zeros in place of what is checked. */
static bool mac_ok(const struct radius_packet *p, struct bytes secret, const uint8_t *request_auth)
{
	struct rd r = rd_of(p->attrs.p, p->attrs.len);
	struct bytes before = rd_bytes(&r, (size_t)(p->mac.p - p->attrs.p));
	rd_skip(&r, MAC_LEN);
	const struct bytes parts[] = {
	        p->head, {request_auth, RADIUS_AUTH}, before, {zeros, MAC_LEN}, rd_rest(&r)};
	uint8_t mac[PRIM_MD_MAX];
	prim_hmac(PRIM_MD5, secret, parts, 5, mac);
	return bytes_eq_secret((struct bytes){mac, MAC_LEN}, p->mac);
}

enum radius_check radius_check_reply(const struct radius_packet *p, struct bytes secret,
                                     const uint8_t *request_auth, bool needs_mac)
{
	if (!auth_ok(p, secret, request_auth))
		return RADIUS_BAD_AUTHENTICATOR;
	if (p->mac.len > 0 && !mac_ok(p, secret, request_auth))
		return RADIUS_BAD_MAC;
	if (p->mac.len == 0 && (needs_mac || p->eap))
		return RADIUS_NO_MAC;
	return p->proxy_state ? RADIUS_OTHERS_STATE : RADIUS_BELIEVED;
}

enum radius_check radius_check_request(const struct radius_packet *p, struct bytes secret)
{
	if (!auth_ok(p, secret, zeros))
		return RADIUS_BAD_AUTHENTICATOR;
	if (p->mac.len > 0 && !mac_ok(p, secret, zeros))
		return RADIUS_BAD_MAC;
	return p->eap && p->mac.len == 0 ? RADIUS_NO_MAC : RADIUS_BELIEVED;
}
