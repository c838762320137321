#include "core/aaa/radius/dict.h"

const struct radius_dict radius_dict[RADIUS_A_N] = {
#define X(name, vendor, type, kind, shown) {RADIUS_##vendor, type, RADIUS_##kind, shown},
        RADIUS_ATTRIBUTES(X)
#undef X
};

/* Row + 1 by vendor and type. */
enum { AT_IETF, AT_CISCO, AT_MICROSOFT, AT_ASA, VENDORS };
static const uint8_t rows[VENDORS][256] = {
#define X(name, vendor, type, kind, shown) [AT_##vendor][type] = RADIUS_A_##name + 1,
        RADIUS_ATTRIBUTES(X)
#undef X
};
static const uint32_t vendors[VENDORS] = {RADIUS_IETF, RADIUS_CISCO, RADIUS_MICROSOFT, RADIUS_ASA};
_Static_assert(RADIUS_A_N < 255, "a row fits into a byte");

static unsigned vendor_at(uint32_t vendor)
{
	unsigned v = 0;
	while (v < VENDORS && vendors[v] != vendor)
		v++;
	return v;
}

enum radius_attr radius_dict_find(uint32_t vendor, uint8_t type)
{
	unsigned v = vendor_at(vendor);
	return v < VENDORS && rows[v][type] ? (enum radius_attr)(rows[v][type] - 1) : RADIUS_A_N;
}

bool radius_dict_vendor(uint32_t vendor)
{
	return vendor_at(vendor) < VENDORS;
}

bool radius_dict_length_ok(enum radius_kind kind, size_t len)
{
	switch (kind) {
	case RADIUS_NUMBER:
	case RADIUS_IP:
	case RADIUS_TIME:
	case RADIUS_TAGGED_NUMBER:
		return len == 4;
	case RADIUS_TEXT:
	case RADIUS_OCTETS:
	case RADIUS_SECRET:
	case RADIUS_TAGGED_TEXT:
		break;
	}
	return true;
}

const char *radius_dict_name(enum radius_attr a)
{
	return a < RADIUS_A_N ? radius_dict[a].name : "Unknown";
}
