#include "crypto/ike/wire.h"

#include <stdio.h>

static const struct payload_info {
	uint8_t type, kind, min;
	const char *name;
} payload_table[] = {
#define X(number, kind, name, min) {number, PAY_##kind, min, name},
        IKE_PAYLOAD_LIST(X)
#undef X
        /* drafts of NAT traversal (draft-ietf-ipsec-nat-t-ike-02, -03) */
        {PAYLOAD_NATD_DRAFT, PAY_NATD, 1, "NAT-D"},
        {PAYLOAD_NATOA_DRAFT, PAY_NATOA, 8, "NAT-OA"},
        /* -04 to -08 */
        {PAYLOAD_NATD_DRAFT_04, PAY_NATD, 1, "NAT-D"},
        {PAYLOAD_NATOA_DRAFT_04, PAY_NATOA, 8, "NAT-OA"},
};

static const struct payload_info *payload_find(uint8_t type)
{
	for (size_t i = 0; i < sizeof payload_table / sizeof payload_table[0]; i++)
		if (payload_table[i].type == type)
			return &payload_table[i];
	return NULL;
}

enum ike_payload_kind ike_payload_kind(uint8_t type)
{
	const struct payload_info *info = payload_find(type);
	return info != NULL ? (enum ike_payload_kind)info->kind : PAY_UNKNOWN;
}

const char *ike_payload_name(uint8_t type)
{
	const struct payload_info *info = payload_find(type);
	return info != NULL ? info->name : type == PAYLOAD_FRAGMENT ? "FRAGMENT" : "?";
}

bool ike_hdr_read(struct rd *r, struct ike_hdr *hdr)
{
	rd_copy(r, hdr->icookie, IKE_COOKIE_LEN);
	rd_copy(r, hdr->rcookie, IKE_COOKIE_LEN);
	hdr->next = rd_u8(r);
	hdr->version = rd_u8(r);
	hdr->exch = rd_u8(r);
	hdr->flags = rd_u8(r);
	hdr->msgid = rd_u32(r);
	hdr->len = rd_u32(r);
	return rd_ok(r);
}

static bool parse_fail(const char **reason, const char *why)
{
	if (reason != NULL)
		*reason = why;
	return false;
}

bool ike_msg_parse(struct ike_msg *m, const struct ike_hdr *hdr, struct bytes body, size_t pad_max,
                   const char **reason)
{
	struct rd r = rd_of(body.p, body.len);
	uint8_t type = hdr->next;

	m->hdr = *hdr;
	m->n = 0;
	m->kinds = 0;
	while (type != 0) {
		uint8_t next = rd_u8(&r);
		uint8_t reserved = rd_u8(&r);
		uint16_t len = rd_u16(&r);
		if (!rd_ok(&r) || len < IKE_PAYLOAD_HDR_LEN ||
		    (size_t)len - IKE_PAYLOAD_HDR_LEN > rd_left(&r))
			return parse_fail(reason, "payload length runs past the message");
		if (reserved != 0)
			return parse_fail(reason, "reserved byte of a payload is not zero");
		if (m->n == IKE_PAYLOADS_MAX && ike_payload_kind(type) == PAY_VENDOR) {
			rd_skip(&r, (size_t)len - IKE_PAYLOAD_HDR_LEN); /* of these there may be any number */
			type = next;
			continue;
		}
		if (m->n == IKE_PAYLOADS_MAX)
			return parse_fail(reason, "too many payloads");
		struct ike_payload *p = &m->p[m->n];
		p->type = type;
		p->kind = (uint8_t)ike_payload_kind(type);
		p->body = rd_bytes(&r, (size_t)len - IKE_PAYLOAD_HDR_LEN);
		const struct payload_info *info = payload_find(type);
		if (info != NULL && p->body.len < info->min)
			return parse_fail(reason, "payload too short");
		m->kinds |= PAY_BIT(p->kind);
		m->n++;
		type = next;
	}
	if (m->n == 0)
		return parse_fail(reason, "no payload");
	if (rd_left(&r) > pad_max)
		return parse_fail(reason, "bytes after the last payload");
	m->plain = (struct bytes){body.p, body.len - rd_left(&r)};
	return true;
}

const struct ike_payload *ike_msg_find(const struct ike_msg *m, enum ike_payload_kind kind,
                                       const struct ike_payload *prev)
{
	for (size_t i = prev != NULL ? (size_t)(prev - m->p) + 1 : 0; i < m->n; i++)
		if (m->p[i].kind == kind)
			return &m->p[i];
	return NULL;
}

struct bytes ike_msg_after(const struct ike_msg *m, const struct ike_payload *p)
{
	const uint8_t *from = p->body.p + p->body.len;
	return (struct bytes){from, (size_t)(m->plain.p + m->plain.len - from)};
}

void ike_chain_text(char *out, size_t cap, uint8_t first, struct bytes body)
{
	struct rd r = rd_of(body.p, body.len);
	size_t used = (size_t)snprintf(out, cap, "HDR");
	uint8_t type = first;

	while (type != 0 && rd_ok(&r) && used + 32 < cap) {
		uint8_t next = rd_u8(&r);
		rd_skip(&r, 1);
		uint16_t len = rd_u16(&r);
		rd_skip(&r,
		        len >= IKE_PAYLOAD_HDR_LEN ? (size_t)len - IKE_PAYLOAD_HDR_LEN : SIZE_MAX);
		used += (size_t)snprintf(out + used, cap - used, " + %s (%u)",
		                         ike_payload_name(type), type);
		type = next;
	}
	snprintf(out + used, cap - used, " + NONE (0)");
}

bool ike_attr_next(struct rd *r, struct ike_attr *a)
{
	if (rd_left(r) == 0)
		return false;
	uint16_t type = rd_u16(r);
	a->type = type & 0x7fff;
	if (type & 0x8000) {
		a->raw = rd_bytes(r, 2);
	} else {
		uint16_t len = rd_u16(r);
		a->raw = rd_bytes(r, len);
	}
	if (!rd_ok(r))
		return false;
	a->value = 0;
	if (a->raw.len > 8)
		a->value = UINT64_MAX;
	else
		for (size_t i = 0; i < a->raw.len; i++)
			a->value = a->value << 8 | a->raw.p[i];
	return true;
}

void ike_attr_write(struct wr *w, uint16_t type, uint32_t value)
{
	if (value <= UINT16_MAX) {
		wr_u16(w, type | 0x8000);
		wr_u16(w, (uint16_t)value);
	} else {
		wr_u16(w, type);
		wr_u16(w, 4);
		wr_u32(w, value);
	}
}

void ike_out_begin(struct ike_out *o, const struct ike_hdr *hdr)
{
	o->w = wr_of(o->buf, sizeof o->buf);
	o->hdr = *hdr;
	o->open_at = 0;
	wr_bytes(&o->w, hdr->icookie, IKE_COOKIE_LEN);
	wr_bytes(&o->w, hdr->rcookie, IKE_COOKIE_LEN);
	o->next_at = wr_len(&o->w);
	wr_u8(&o->w, 0);
	wr_u8(&o->w, 0x10); /* version 1.0 */
	wr_u8(&o->w, hdr->exch);
	wr_u8(&o->w, hdr->flags);
	wr_u32(&o->w, hdr->msgid);
	wr_u32(&o->w, 0);
}

static void out_close(struct ike_out *o)
{
	if (o->open_at != 0)
		wr_patch_u16(&o->w, o->open_at + 2, (uint16_t)(wr_len(&o->w) - o->open_at));
	o->open_at = 0;
}

void ike_out_payload(struct ike_out *o, uint8_t type)
{
	out_close(o);
	/* The byte after a next-payload field is the version in the header, zero in a payload. */
	bool first = o->next_at == 2 * IKE_COOKIE_LEN;
	wr_patch_u16(&o->w, o->next_at, (uint16_t)(type << 8 | (first ? 0x10 : 0)));
	o->open_at = o->next_at = wr_len(&o->w);
	wr_u32(&o->w, 0);
	if (first)
		o->hdr.next = type;
}

void ike_out_bytes(struct ike_out *o, uint8_t type, struct bytes body)
{
	ike_out_payload(o, type);
	wr_bytes(&o->w, body.p, body.len);
}

bool ike_out_end(struct ike_out *o)
{
	out_close(o);
	wr_patch_u16(&o->w, IKE_HDR_LEN - 4, (uint16_t)(wr_len(&o->w) >> 16));
	wr_patch_u16(&o->w, IKE_HDR_LEN - 2, (uint16_t)wr_len(&o->w));
	return wr_ok(&o->w);
}
