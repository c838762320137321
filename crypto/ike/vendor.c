#include "crypto/ike/vendor.h"

#include <string.h>

#include "crypto/ike/debug_pix.h"
#include "crypto/ike/engine.h"

/* Values are MD5 of the name unless the vendor says otherwise; matched by prefix, since versions may follow. */
static const struct {
	uint8_t kind, len;
	uint8_t id[20];
	const char *received, *sent; /* debug lines, NULL = none */
} vendors[] = {
        {VENDOR_NATT_RFC,
         16,
         {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45,
          0x2f},
         "Received NAT-Traversal RFC VID",
         "constructing NAT-Traversal VID ver RFC payload"},
        {VENDOR_NATT_03,
         16,
         {0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d,
          0x56},
         "Received NAT-Traversal ver 03 VID",
         "constructing NAT-Traversal VID ver 03 payload"},
        {VENDOR_NATT_02,
         16,
         {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4,
          0x48},
         "Received NAT-Traversal ver 02 VID",
         "constructing NAT-Traversal VID ver 02 payload"},
        /* "draft-ietf-ipsec-nat-t-ike-02\n": the newline is hashed too */
        {VENDOR_NATT_02N,
         16,
         {0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b,
          0x1f},
         "Received NAT-Traversal ver 02 VID",
         "constructing NAT-Traversal VID ver 02 payload"},
        /* what Apple offers beside, of which nothing is said: drafts with other payload numbers (natt.c), and one
         * without number */
        {VENDOR_NATT_08,
         16,
         {0x8f, 0x8d, 0x83, 0x82, 0x6d, 0x24, 0x6b, 0x6f, 0xc7, 0xa8, 0xa6, 0xa4, 0x28, 0xc1, 0x1d,
          0xe8},
         NULL,
         "constructing NAT-Traversal VID ver 08 payload"},
        {VENDOR_NATT_07,
         16,
         {0x43, 0x9b, 0x59, 0xf8, 0xba, 0x67, 0x6c, 0x4c, 0x77, 0x37, 0xae, 0x22, 0xea, 0xb8, 0xf5,
          0x82},
         NULL,
         "constructing NAT-Traversal VID ver 07 payload"},
        {VENDOR_NATT_06,
         16,
         {0x4d, 0x1e, 0x0e, 0x13, 0x6d, 0xea, 0xfa, 0x34, 0xc4, 0xf3, 0xea, 0x9f, 0x02, 0xec, 0x72,
          0x85},
         NULL,
         "constructing NAT-Traversal VID ver 06 payload"},
        {VENDOR_NATT_05,
         16,
         {0x80, 0xd0, 0xbb, 0x3d, 0xef, 0x54, 0x56, 0x5e, 0xe8, 0x46, 0x45, 0xd4, 0xc8, 0x5c, 0xe3,
          0xee},
         NULL,
         "constructing NAT-Traversal VID ver 05 payload"},
        {VENDOR_NATT_04,
         16,
         {0x99, 0x09, 0xb6, 0x4e, 0xed, 0x93, 0x7c, 0x65, 0x73, 0xde, 0x52, 0xac, 0xe9, 0x52, 0xfa,
          0x6b},
         NULL,
         "constructing NAT-Traversal VID ver 04 payload"},
        {VENDOR_NATT_NO_NUMBER,
         16,
         {0x4d, 0xf3, 0x79, 0x28, 0xe9, 0xfc, 0x4f, 0xd1, 0xb3, 0x26, 0x21, 0x70, 0xd5, 0x15, 0xc6,
          0x62},
         NULL,
         "constructing NAT-Traversal VID ver draft payload"},
        /* RFC 3706 §6: version 1.0 */
        {VENDOR_DPD,
         16,
         {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01,
          0x00},
         "Received DPD VID",
         "constructing dpd vid payload"},
        {VENDOR_FRAGMENTATION,
         16,
         {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2,
          0xd3},
         "Received Fragmentation VID",
         "constructing Fragmentation VID + extended capabilities payload"},
        {VENDOR_MS_NT5,
         16,
         {0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4,
          0x61},
         "Received MS NT5 ISAKMPOAKLEY VID",
         NULL},
        {VENDOR_UNITY,
         14,
         {0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc},
         "Received Cisco Unity client VID",
         NULL},
        {VENDOR_XAUTH,
         8,
         {0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12},
         "Received xauth V6 VID",
         NULL},
};
enum { N_VENDORS = sizeof vendors / sizeof vendors[0] };

static void note(struct ike_sa *sa, uint8_t kind)
{
	switch (kind) {
	case VENDOR_DPD:
		sa->dpd_peer = true;
		break;
	case VENDOR_FRAGMENTATION:
		sa->fragmentation = true;
		break;
	case VENDOR_MS_NT5:
		sa->microsoft = true;
		break;
	default:
		break;
	}
	for (unsigned v = NATT_N - 1; v > sa->natt_offered; v--)
		if (vendor_of_natt(v) == kind)
			sa->natt_offered = (enum natt_variant)v;
}

/* Windows says no more than that it can. */
static void read_fragmentation(struct ike_sa *sa, struct bytes id)
{
	struct rd r = rd_of(id.p, id.len);
	rd_skip(&r, 16);
	uint32_t flags = rd_u32(&r);
	if (!rd_ok(&r))
		return;
	sa->fragmentation = (flags & (sa->mm.exch == EXCH_MAIN ? 0x80000000 : 0x40000000)) != 0;
	ike_dbg(sa, IKE_DETAIL,
		        "IKE Peer included IKE fragmentation capability flags:  Main Mode:        "
		        "%s  Aggressive Mode:  %s",
		        flags & 0x80000000 ? "True" : "False",
		        flags & 0x40000000 ? "True" : "False");
}

void vendor_read(struct ike_sa *sa, const struct ike_msg *m)
{
	const struct ike_payload *p = NULL;
	while ((p = ike_msg_find(m, PAY_VENDOR, p)) != NULL) {
		ike_dbg(sa, IKE_DETAIL, "processing VID payload");
		bool microsoft = sa->microsoft;
		for (size_t i = 0; i < N_VENDORS; i++)
			if (p->body.len >= vendors[i].len &&
			    memcmp(p->body.p, vendors[i].id, vendors[i].len) == 0) {
				if (vendors[i].received != NULL)
					ike_dbg(sa, IKE_DETAIL, "%s", vendors[i].received);
				note(sa, vendors[i].kind);
				if (vendors[i].kind == VENDOR_FRAGMENTATION)
					read_fragmentation(sa, p->body);
			}
		pix_vendor(sa, sa->microsoft && !microsoft);
	}
	/* What we do not say that we can is not done either. */
	if (sa->ike->conf->vendor_id_disable)
		sa->dpd_peer = sa->fragmentation = false;
}

/* ------------------------------------------------------------------ which client it is */

/* By the beginning of the ID; the first row counts that any ID of the message fits, so the telling ones come first. */
static const struct {
	uint8_t kind, len;
	uint8_t id[20];
} clients[] = {
#define MS_NT5 0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61, 0, 0, 0
        {CLIENT_WINDOWS_2000, 20, {MS_NT5, 2}},
        {CLIENT_WINDOWS_XP, 20, {MS_NT5, 3}},
        {CLIENT_WINDOWS_2003, 20, {MS_NT5, 4}},
        {CLIENT_WINDOWS_VISTA, 20, {MS_NT5, 5}},
        {CLIENT_WINDOWS_2008, 20, {MS_NT5, 6}},
        {CLIENT_WINDOWS_7, 20, {MS_NT5, 7}},
        {CLIENT_WINDOWS_7, 20, {MS_NT5, 8}},
        {CLIENT_WINDOWS_10, 20, {MS_NT5, 9}},
        {CLIENT_WINDOWS, 16, {MS_NT5}},
#undef MS_NT5
        /* drafts of NAT traversal that only one sends: Apple's without a number and -08, Android's -00 */
        {CLIENT_APPLE, 16, {0x4d, 0xf3, 0x79, 0x28, 0xe9, 0xfc, 0x4f, 0xd1, 0xb3, 0x26, 0x21, 0x70, 0xd5, 0x15, 0xc6, 0x62}},
        {CLIENT_APPLE, 16, {0x8f, 0x8d, 0x83, 0x82, 0x6d, 0x24, 0x6b, 0x6f, 0xc7, 0xa8, 0xa6, 0xa4, 0x28, 0xc1, 0x1d, 0xe8}},
        {CLIENT_ANDROID, 16, {0x44, 0x85, 0x15, 0x2d, 0x18, 0xb6, 0xbb, 0xcd, 0x0b, 0xe8, 0xa8, 0x46, 0x95, 0x79, 0xdd, 0xcc}},
        {CLIENT_STRONGSWAN, 16, {0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc, 0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb}},
        {CLIENT_LIBRESWAN, 3, {'O', 'E', '-'}},
        {CLIENT_CISCO, 14, {0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc}},
};
enum { N_CLIENTS = sizeof clients / sizeof clients[0] };

static size_t client_row(struct bytes id)
{
	size_t i = 0;
	while (i < N_CLIENTS && (id.len < clients[i].len || memcmp(id.p, clients[i].id, clients[i].len) != 0))
		i++;
	return i;
}

enum client_kind vendor_client(uint8_t next, struct bytes payloads)
{
	enum { VENDOR_V1 = 13, VENDOR_V2 = 43, GENERIC = 4, MOST = 64 };
	struct rd r = rd_of(payloads.p, payloads.len);
	size_t best = N_CLIENTS;
	for (unsigned i = 0; i < MOST && next != 0; i++) {
		uint8_t type = next;
		next = rd_u8(&r);
		rd_skip(&r, 1);
		uint16_t len = rd_u16(&r);
		struct bytes body = rd_bytes(&r, len >= GENERIC ? (size_t)len - GENERIC : SIZE_MAX);
		if (!rd_ok(&r))
			break;
		size_t row = type == VENDOR_V1 || type == VENDOR_V2 ? client_row(body) : N_CLIENTS;
		best = row < best ? row : best;
	}
	return best < N_CLIENTS ? (enum client_kind)clients[best].kind : CLIENT_UNKNOWN;
}

void vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind)
{
	/* Without the one of NAT traversal there is none (RFC 3947 §3.1). */
	if (sa->ike->conf->vendor_id_disable && (kind == VENDOR_DPD || kind == VENDOR_FRAGMENTATION))
		return;
	for (size_t i = 0; i < N_VENDORS; i++) {
		if (vendors[i].kind != kind)
			continue;
		if (vendors[i].sent != NULL)
			ike_dbg(sa, IKE_DETAIL, "%s", vendors[i].sent);
		ike_out_payload(o, PAY_VENDOR);
		wr_bytes(&o->w, vendors[i].id, vendors[i].len);
		if (kind == VENDOR_FRAGMENTATION)
			/* in Main Mode; in Aggressive Mode too */
			wr_u32(&o->w, sa_is(sa, SAF_AGGRESSIVE) ? 0xc0000000 : 0x80000000);
	}
}

enum vendor_kind vendor_of_natt(unsigned variant)
{
	static const uint8_t kinds[NATT_N] = {[NATT_RFC] = VENDOR_NATT_RFC,
	                                      [NATT_DRAFT_03] = VENDOR_NATT_03,
	                                      [NATT_DRAFT_02] = VENDOR_NATT_02,
	                                      [NATT_DRAFT_02N] = VENDOR_NATT_02N,
	                                      [NATT_DRAFT_08] = VENDOR_NATT_08,
	                                      [NATT_DRAFT_07] = VENDOR_NATT_07,
	                                      [NATT_DRAFT_06] = VENDOR_NATT_06,
	                                      [NATT_DRAFT_05] = VENDOR_NATT_05,
	                                      [NATT_DRAFT_04] = VENDOR_NATT_04,
	                                      [NATT_NO_NUMBER] = VENDOR_NATT_NO_NUMBER};
	return variant < NATT_N ? (enum vendor_kind)kinds[variant] : VENDOR_OTHER;
}
