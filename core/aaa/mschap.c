#include "core/aaa/mschap.h"

#include <stdio.h>

#include "crypto/prim/prim.h"

enum { UNICODE_MAX = 2 * 256 };

/* One character of UTF-8; false when it is not well-formed. */
static bool utf8_next(struct rd *r, uint32_t *c)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = rd_u8(r);
	unsigned n = first < 0x80       ? 1
	             : first >> 5 == 6  ? 2
	             : first >> 4 == 14 ? 3
	             : first >> 3 == 30 ? 4
	                                : 0;
	if (n == 0)
		return false;
	*c = n == 1 ? first : first & (0x7fu >> n);
	for (unsigned i = 1; i < n; i++) {
		uint8_t b = rd_u8(r);
		if (b >> 6 != 2)
			return false;
		*c = *c << 6 | (b & 0x3f);
	}
	return rd_ok(r) && *c >= smallest[n] && *c < 0x110000 && (*c < 0xd800 || *c > 0xdfff);
}

static void put_le16(struct wr *w, uint32_t v)
{
	wr_u8(w, (uint8_t)v);
	wr_u8(w, (uint8_t)(v >> 8));
}

bool mschap_nt_hash(struct str password, uint8_t hash[16])
{
	uint8_t unicode[UNICODE_MAX];
	struct wr w = wr_of(unicode, sizeof(unicode));
	struct rd r = rd_of(password.p, password.len);
	bool ok = true;
	while (ok && rd_left(&r) > 0) {
		uint32_t c;
		ok = utf8_next(&r, &c);
		if (ok && c >= 0x10000) {
			put_le16(&w, 0xd800 + ((c - 0x10000) >> 10));
			put_le16(&w, 0xdc00 + ((c - 0x10000) & 0x3ff));
		} else if (ok) {
			put_le16(&w, c);
		}
	}
	ok = ok && rd_ok(&r) && wr_ok(&w);
	struct bytes part = {unicode, wr_len(&w)};
	if (ok)
		prim_hash(PRIM_MD4, &part, 1, hash);
	wipe(unicode, sizeof(unicode));
	return ok;
}

void mschap_response(const uint8_t challenge[8], const uint8_t hash[16], uint8_t response[24])
{
	uint8_t padded[21] = {0};
	for (unsigned i = 0; i < 16; i++)
		padded[i] = hash[i];
	for (unsigned i = 0; i < 3; i++) {
		uint8_t key[8];
		prim_des_key_expand(padded + 7 * i, key);
		if (prim_des_ecb(key, challenge, response + 8 * i) != 0)
			for (unsigned k = 0; k < 8; k++)
				response[8 * i + k] = 0;
		wipe(key, sizeof(key));
	}
	wipe(padded, sizeof(padded));
}

void mschap2_challenge(const uint8_t peer[16], const uint8_t ours[16], struct str user,
                       uint8_t out[8])
{
	const struct bytes parts[] = {{peer, 16}, {ours, 16}, {(const uint8_t *)user.p, user.len}};
	uint8_t digest[PRIM_MD_MAX];
	prim_hash(PRIM_SHA1, parts, 3, digest);
	for (unsigned i = 0; i < 8; i++)
		out[i] = digest[i];
}

void mschap2_authenticator(const uint8_t hash[16], const uint8_t response[24],
                           const uint8_t peer[16], const uint8_t ours[16], struct str user,
                           char out[43])
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] = "Pad to make it do more than one iteration";
	uint8_t hash_hash[PRIM_MD_MAX], digest[PRIM_MD_MAX], challenge[8];
	struct bytes one = {hash, 16};
	prim_hash(PRIM_MD4, &one, 1, hash_hash);
	const struct bytes first[] = {
	        {hash_hash, 16}, {response, 24}, {(const uint8_t *)magic1, sizeof(magic1) - 1}};
	prim_hash(PRIM_SHA1, first, 3, digest);
	mschap2_challenge(peer, ours, user, challenge);
	const struct bytes second[] = {
	        {digest, 20}, {challenge, 8}, {(const uint8_t *)magic2, sizeof(magic2) - 1}};
	uint8_t result[PRIM_MD_MAX];
	prim_hash(PRIM_SHA1, second, 3, result);
	snprintf(out, 3, "S=");
	for (unsigned i = 0; i < 20; i++)
		snprintf(out + 2 + 2 * i, 3, "%02X", result[i]);
	wipe(hash_hash, sizeof(hash_hash));
	wipe(digest, sizeof(digest));
}
