#include "core/aaa/radius/text.h"

#include <stdio.h>
#include <time.h>

enum { PER_LINE = 16, TEXT_COLUMN = 51 };

/* One line of octets and what they are as text; hidden: stars (NULL = none is). */
static void octets_line(const struct debug_who *who, enum debug_cat cat, struct bytes b,
                        const bool *hidden)
{
	char line[TEXT_COLUMN + PER_LINE + 8];
	size_t n = 0;
	for (size_t i = 0; i < b.len; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n,
		                      hidden && hidden[i] ? "** " : "%02x ", b.p[i]);
	n += (size_t)snprintf(line + n, sizeof(line) - n, "%*s|  ", (int)(TEXT_COLUMN - n), "");
	for (size_t i = 0; i < b.len; i++) {
		bool text = b.p[i] >= 0x20 && b.p[i] < 0x7f;
		line[n++] = hidden && hidden[i] ? '*' : text ? (char)b.p[i] : '.';
	}
	line[n] = '\0';
	debug_emit(who, cat, 1, "%s", line);
}

static void octets(const struct debug_who *who, enum debug_cat cat, struct bytes b,
                   const bool *hidden)
{
	struct rd r = rd_of(b.p, b.len);
	while (rd_left(&r) > 0) {
		struct bytes line = rd_bytes(&r, rd_left(&r) < PER_LINE ? rd_left(&r) : PER_LINE);
		octets_line(who, cat, line, hidden ? hidden + (line.p - b.p) : NULL);
	}
}

void radius_say_octets(const struct debug_who *who, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	while (debug_on(DEBUG_RADIUS_SESSION, 1) && rd_left(&r) > 0) {
		char line[3 * PER_LINE + 1];
		struct bytes b = rd_bytes(&r, rd_left(&r) < PER_LINE ? rd_left(&r) : PER_LINE);
		for (size_t i = 0; i < b.len; i++)
			snprintf(line + 3 * i, 4, "%02x ", b.p[i]);
		radius_say(who, "     %s", line);
	}
}

#define show(...) debug_emit(who, DEBUG_RADIUS_DECODE, 1, __VA_ARGS__)

static void show_value(const struct debug_who *who, const struct radius_value *v)
{
	uint32_t number = radius_value_u32(v);
	time_t when = (time_t)number;
	struct tm tm;
	char text[32];
	switch (v->attr < RADIUS_A_N ? radius_dict[v->attr].kind : RADIUS_OCTETS) {
	case RADIUS_NUMBER:
	case RADIUS_TAGGED_NUMBER:
		show("Radius: Value (Hex) = 0x%X", number);
		return;
	case RADIUS_IP:
		show("Radius: Value (IP Address) = %s (0x%08X)", ip4_text(number).s, number);
		return;
	case RADIUS_TIME:
		gmtime_r(&when, &tm);
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		show("Radius: Value (Time) = %s UTC (0x%08X)", text, number);
		return;
	case RADIUS_SECRET:
		show("Radius: Value (String) = ***");
		return;
	case RADIUS_TEXT:
	case RADIUS_OCTETS:
	case RADIUS_TAGGED_TEXT:
		break;
	}
	show("Radius: Value (String) = ");
	octets(who, DEBUG_RADIUS_DECODE, v->v, NULL);
}

static void show_attribute(const struct debug_who *who, const struct radius_value *v)
{
	unsigned len = (unsigned)v->v.len + 2;
	if (v->vendor) {
		unsigned outer = radius_dict[RADIUS_A_VENDOR_SPECIFIC].type;
		show("Radius: Type = %u (0x%02X) %s", outer, outer,
		     radius_dict_name(RADIUS_A_VENDOR_SPECIFIC));
		show("Radius: Length = %u (0x%02X)", len + 6, len + 6);
		show("Radius: Vendor ID = %u (0x%08X)", v->vendor, v->vendor);
	}
	show("Radius: Type = %u (0x%02X) %s", v->type, v->type, radius_dict_name(v->attr));
	show("Radius: Length = %u (0x%02X)", len, len);
	show_value(who, v);
}

/* Where octets of secrets stand. */
static void find_hidden(const struct radius_packet *p, const uint8_t *data, bool *hidden)
{
	struct radius_walk walk = radius_walk(p);
	struct radius_value v;
	while (radius_next(&walk, &v))
		if (v.attr < RADIUS_A_N && radius_dict[v.attr].kind == RADIUS_SECRET)
			memset(hidden + (v.v.p - data), true, v.v.len);
}

static void show_vector(const struct debug_who *who, struct bytes auth)
{
	char hex[2 * RADIUS_AUTH + 1] = "";
	for (size_t i = 0; i < auth.len && i < RADIUS_AUTH; i++)
		snprintf(hex + 2 * i, 3, "%02X", auth.p[i]);
	show("Radius: Vector: %s", hex);
}

void radius_show(const struct debug_who *who, const char *what, const uint8_t *data, size_t len)
{
	bool hidden[RADIUS_MAX] = {false};
	struct radius_packet p;
	if (!debug_on(DEBUG_RADIUS_DECODE, 1))
		return;
	bool whole = radius_parse(&p, data, len);
	show("RADIUS packet decode (%s)", what);
	show("%s", "");
	show("--------------------------------------");
	show("Raw packet data (length = %zu).....", whole ? p.len : len);
	if (!whole) {
		show("Malformed packet");
		return;
	}
	find_hidden(&p, data, hidden);
	octets(who, DEBUG_RADIUS_DECODE, (struct bytes){data, p.len}, hidden);
	show("%s", "");
	show("Parsed packet data.....");
	show("Radius: Code = %u (0x%02X)", p.code, p.code);
	show("Radius: Identifier = %u (0x%02X)", p.id, p.id);
	show("Radius: Length = %u (0x%04X)", p.len, p.len);
	show_vector(who, p.auth);
	struct radius_walk walk = radius_walk(&p);
	struct radius_value v;
	while (radius_next(&walk, &v))
		show_attribute(who, &v);
}
