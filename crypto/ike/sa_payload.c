#include "crypto/ike/sa_payload.h"

enum { PROPOSALS_MAX = 128 };
enum { DOI_IPSEC = 1, SIT_IDENTITY_ONLY = 1 };

static bool bad(const char **why, const char *text)
{
	*why = text;
	return false;
}

/* A payload inside the SA payload: body of the next one of this type, its successor's type in *next. */
static bool inner_payload(struct rd *r, uint8_t *next, struct bytes *body)
{
	*next = rd_u8(r);
	uint8_t reserved = rd_u8(r);
	uint16_t len = rd_u16(r);
	if (len < IKE_PAYLOAD_HDR_LEN || reserved != 0)
		return false;
	*body = rd_bytes(r, (size_t)len - IKE_PAYLOAD_HDR_LEN);
	return rd_ok(r);
}

/* How many proposals carry this number: AH and ESP together are one choice (RFC 2408 §4.2). */
static unsigned same_number(struct bytes proposals, uint8_t number)
{
	struct rd r = rd_of(proposals.p, proposals.len);
	unsigned n = 0;
	uint8_t next;
	struct bytes body;
	while (rd_left(&r) > 0 && inner_payload(&r, &next, &body)) {
		struct rd b = rd_of(body.p, body.len);
		n += rd_u8(&b) == number;
	}
	return n;
}

static bool walk_proposal(struct bytes body, struct bytes all,
                          bool (*each)(void *, const struct sap_transform *), void *arg,
                          const char **why)
{
	struct rd r = rd_of(body.p, body.len);
	struct sap_transform item = {0};

	item.proposal = rd_u8(&r);
	item.protocol = rd_u8(&r);
	uint8_t spi_len = rd_u8(&r);
	uint8_t ntrans = rd_u8(&r);
	item.spi = rd_bytes(&r, spi_len);
	if (!rd_ok(&r))
		return bad(why, "proposal payload too short");
	item.together = same_number(all, item.proposal);
	for (unsigned i = 0; i < ntrans; i++) {
		uint8_t next;
		if (!inner_payload(&r, &next, &item.raw))
			return bad(why, "transform payload runs past its proposal");
		if (next != 0 && next != PAY_TRANSFORM)
			return bad(why, "wrong payload inside a proposal");
		if ((next == 0) != (i + 1 == ntrans))
			return bad(why, "number of transforms is wrong");
		struct rd t = rd_of(item.raw.p, item.raw.len);
		item.number = rd_u8(&t);
		item.trans_id = rd_u8(&t);
		rd_skip(&t, 2);
		item.attrs = rd_rest(&t);
		if (!rd_ok(&t))
			return bad(why, "transform payload too short");
		if (!each(arg, &item))
			return bad(why, "malformed attributes");
	}
	return rd_left(&r) == 0 ? true : bad(why, "bytes after the last transform");
}

bool sap_walk(struct bytes sa, bool (*each)(void *, const struct sap_transform *), void *arg,
              const char **why)
{
	struct rd r = rd_of(sa.p, sa.len);
	if (rd_u32(&r) != DOI_IPSEC)
		return bad(why, "DOI is not IPsec");
	if (rd_u32(&r) != SIT_IDENTITY_ONLY)
		return bad(why, "situation is not identity only");
	struct bytes all = {r.p, rd_left(&r)};
	uint8_t next = PAY_PROPOSAL;
	for (unsigned n = 0; next != 0; n++) {
		struct bytes body;
		if (n == PROPOSALS_MAX)
			return bad(why, "too many proposals");
		if (next != PAY_PROPOSAL)
			return bad(why, "wrong payload inside the SA payload");
		if (!inner_payload(&r, &next, &body))
			return bad(why, "proposal payload runs past the SA payload");
		if (!walk_proposal(body, all, each, arg, why))
			return false;
	}
	return rd_left(&r) == 0 ? true : bad(why, "bytes after the last proposal");
}

uint32_t sap_life(const struct ike_attr *a)
{
	return a->value > UINT32_MAX ? UINT32_MAX : (uint32_t)a->value;
}

uint16_t sap_u16(const struct ike_attr *a)
{
	return a->value > UINT16_MAX ? UINT16_MAX : (uint16_t)a->value;
}

void sap_begin(struct wr *w)
{
	wr_u32(w, DOI_IPSEC);
	wr_u32(w, SIT_IDENTITY_ONLY);
}

struct sap_at sap_proposal_begin(struct wr *w, uint8_t number, uint8_t protocol,
                                 const uint32_t *spi)
{
	struct sap_at at = {.proposal = wr_len(w)};
	wr_u32(w, 0);
	wr_u8(w, number);
	wr_u8(w, protocol);
	wr_u8(w, spi != NULL ? 4 : 0);
	wr_u8(w, 1);
	if (spi != NULL)
		wr_u32(w, *spi);
	at.transform = wr_len(w);
	wr_u32(w, 0);
	return at;
}

void sap_proposal_end(struct wr *w, struct sap_at at)
{
	wr_patch_u16(w, at.transform + 2, (uint16_t)(wr_len(w) - at.transform));
	wr_patch_u16(w, at.proposal + 2, (uint16_t)(wr_len(w) - at.proposal));
}
