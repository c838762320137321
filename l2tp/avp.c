#include "l2tp/avp.h"

#include <stdio.h>
#include <string.h>

static const struct avp_info infos[AVP_N] = {
#define X(number, name, text, kind, m, min, max, hide) \
	[number] = {text, AVP_##kind, m, hide, min, max},
        AVP_LIST(X)
#undef X
};

const struct avp_info *avp_info(unsigned type)
{
	return type < AVP_N && infos[type].text != NULL ? &infos[type] : NULL;
}

/* What is wrong with this AVP; L2TP_ERR_NONE when it can be used. */
static enum l2tp_error judge(uint16_t flags, uint16_t vendor, uint16_t type, size_t len)
{
	if (vendor != 0)
		return L2TP_ERR_UNKNOWN_AVP;
	const struct avp_info *info = avp_info(type);
	/* §4.1: reserved bits set = not recognised; hidden = cannot be read without a secret */
	if (info == NULL || (flags & (AVP_RESERVED | AVP_H)) != 0)
		return L2TP_ERR_UNKNOWN_AVP;
	if (len < info->min || len > info->max)
		return L2TP_ERR_LENGTH;
	return L2TP_ERR_NONE;
}

static void take(struct avp_set *set, uint16_t flags, uint16_t vendor, uint16_t type,
                 struct bytes v)
{
	enum l2tp_error wrong = judge(flags, vendor, type, v.len);
	if (wrong == L2TP_ERR_NONE && !set->has[type]) {
		set->has[type] = true;
		set->value[type] = v;
		return;
	}
	set->ignored++; /* a second one of a kind too */
	if (wrong == L2TP_ERR_NONE || (flags & AVP_M) == 0 || set->error != L2TP_ERR_NONE)
		return;
	set->error = wrong;
	set->error_vendor = vendor;
	set->error_type = type;
}

bool avp_decode(struct rd body, struct avp_set *set)
{
	*set = (struct avp_set){0};
	bool first = true;
	while (rd_left(&body) > 0) {
		uint16_t flags = rd_u16(&body);
		uint16_t vendor = rd_u16(&body);
		uint16_t type = rd_u16(&body);
		size_t len = flags & AVP_LEN;
		if (!rd_ok(&body) || len < AVP_HEAD)
			return false;
		struct bytes v = rd_bytes(&body, len - AVP_HEAD);
		if (!rd_ok(&body))
			return false;
		if (first) {
			if (vendor != 0 || type != AVP_MESSAGE_TYPE || v.len != 2 ||
			    (flags & AVP_H))
				return false;
			set->type_m = (flags & AVP_M) != 0;
		}
		first = false;
		take(set, flags, vendor, type, v);
	}
	/* a reserved bit on the Message Type itself */
	if (first || !set->has[AVP_MESSAGE_TYPE])
		return false;
	set->type = avp_u16(set, AVP_MESSAGE_TYPE);
	return true;
}

uint16_t avp_u16(const struct avp_set *set, enum avp_type type)
{
	if (!set->has[type])
		return 0;
	struct rd r = rd_of(set->value[type].p, set->value[type].len);
	return rd_u16(&r);
}

uint32_t avp_u32(const struct avp_set *set, enum avp_type type)
{
	if (!set->has[type])
		return 0;
	struct rd r = rd_of(set->value[type].p, set->value[type].len);
	return rd_u32(&r);
}

struct avp_result avp_result(const struct avp_set *set)
{
	struct avp_result res = {0};
	if (!set->has[AVP_RESULT_CODE])
		return res;
	struct rd r = rd_of(set->value[AVP_RESULT_CODE].p, set->value[AVP_RESULT_CODE].len);
	res.result = rd_u16(&r);
	if (res.result > 255 && (res.result & 255) == 0) {
		res.result >>= 8;
		return res;
	}
	if (rd_left(&r) >= 2)
		res.error = rd_u16(&r);
	res.text = rd_rest(&r);
	return res;
}

static void printable(struct bytes v, char *dst, size_t cap)
{
	size_t n = 0;
	while (v.len > 0 && v.p[v.len - 1] == 0)
		v.len--;
	for (size_t i = 0; i < v.len && n + 1 < cap; i++)
		dst[n++] = v.p[i] >= 0x20 && v.p[i] < 0x7f ? (char)v.p[i] : '.';
	dst[n] = '\0';
}

void avp_text(const struct avp_set *set, enum avp_type type, char *dst, size_t cap)
{
	printable(set->has[type] ? set->value[type] : (struct bytes){0}, dst, cap);
}

static void put_head(struct wr *w, enum avp_type type, size_t len)
{
	wr_u16(w, (uint16_t)((infos[type].m ? AVP_M : 0) | ((AVP_HEAD + len) & AVP_LEN)));
	wr_u16(w, 0);
	wr_u16(w, (uint16_t)type);
}

void avp_put_u16(struct wr *w, enum avp_type type, uint16_t v)
{
	put_head(w, type, 2);
	wr_u16(w, v);
}

void avp_put_u32(struct wr *w, enum avp_type type, uint32_t v)
{
	put_head(w, type, 4);
	wr_u32(w, v);
}

void avp_put_bytes(struct wr *w, enum avp_type type, const void *data, size_t len)
{
	if (len > infos[type].max) {
		w->full = true;
		return;
	}
	put_head(w, type, len);
	wr_bytes(w, data, len);
}

void avp_put_result(struct wr *w, uint16_t result, uint16_t error, const char *text)
{
	size_t text_len = error != 0 && text != NULL ? strlen(text) : 0;
	put_head(w, AVP_RESULT_CODE, 2 + (error != 0 ? 2 + text_len : 0));
	wr_u16(w, result);
	if (error == 0)
		return;
	wr_u16(w, error);
	wr_bytes(w, text, text_len);
}

static void describe_bytes(struct bytes v, char *dst, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < v.len && n + 3 <= cap; i++)
		n += (size_t)snprintf(dst + n, cap - n, "%02x", v.p[i]);
}

/* Names and passwords of proxy authentication are secrets. */
static bool secret(enum avp_type type)
{
	return type == AVP_CHALLENGE || type == AVP_CHALLENGE_RESPONSE ||
	       (type >= AVP_PROXY_AUTHEN_CHALLENGE && type <= AVP_PROXY_AUTHEN_RESPONSE);
}

void avp_describe(const struct avp_set *set, enum avp_type type, char *dst, size_t cap)
{
	const struct avp_info *info = avp_info(type);
	char v[160] = "";
	if (info == NULL || cap == 0)
		return;
	struct bytes b = set->value[type];
	struct avp_result res;
	switch (info->kind) {
	case AVP_U16:
		snprintf(v, sizeof v, "%u", avp_u16(set, type));
		break;
	case AVP_U32:
		snprintf(v, sizeof v, "%u", avp_u32(set, type));
		break;
	case AVP_VERSION:
		snprintf(v, sizeof v, "%u.%u", avp_u16(set, type) >> 8, avp_u16(set, type) & 255);
		break;
	case AVP_RESULT:
		res = avp_result(set);
		printable(res.text,
		          v + snprintf(v, sizeof v, "%u, error %u ", res.result, res.error), 64);
		break;
	case AVP_TEXT:
		printable(b, v, sizeof v);
		break;
	case AVP_BYTES:
		if (secret(type))
			snprintf(v, sizeof v, "<%zu bytes>", b.len);
		else
			describe_bytes(b, v, sizeof v);
		break;
	case AVP_EMPTY:
		break;
	}
	snprintf(dst, cap, "%s = %s", info->text, v);
}
