/* A record as bytes. */
#include "core/aaa/acct.h"

static void put_text(struct wr *w, const char *text)
{
	size_t len = strlen(text);
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, text, len);
}

static void get_text(struct rd *in, char *text, size_t cap)
{
	size_t len = rd_u8(in);
	struct bytes b = rd_bytes(in, len);
	if (b.len >= cap || memchr(b.p, 0, b.len) != NULL)
		in->bad = true;
	else
		str_copy(text, cap, (struct str){(const char *)b.p, b.len});
}

void aaa_record_put(const struct aaa_record *r, struct wr *w)
{
	wr_u8(w, (uint8_t)r->type);
	wr_u64(w, (uint64_t)r->at);
	put_text(w, r->id);
	put_text(w, r->user);
	put_text(w, r->tunnel_group);
	put_text(w, r->policy);
	wr_u32(w, r->unit);
	wr_u32(w, r->peer_ip);
	wr_u32(w, r->our_ip);
	wr_u32(w, r->framed_ip);
	wr_u8(w, r->local);
	wr_u32(w, r->session_s);
	wr_u64(w, r->bytes_in);
	wr_u64(w, r->bytes_out);
	wr_u64(w, r->pkts_in);
	wr_u64(w, r->pkts_out);
	wr_u8(w, (uint8_t)r->cause);
	wr_u16(w, (uint16_t)r->classes_len);
	wr_bytes(w, r->classes, r->classes_len);
}

bool aaa_record_get(struct rd *in, struct aaa_record *r)
{
	*r = (struct aaa_record){.type = rd_u8(in)};
	r->at = (time_t)rd_u64(in);
	get_text(in, r->id, sizeof(r->id));
	get_text(in, r->user, sizeof(r->user));
	get_text(in, r->tunnel_group, sizeof(r->tunnel_group));
	get_text(in, r->policy, sizeof(r->policy));
	r->unit = rd_u32(in);
	r->peer_ip = rd_u32(in);
	r->our_ip = rd_u32(in);
	r->framed_ip = rd_u32(in);
	r->local = rd_u8(in) != 0;
	r->session_s = rd_u32(in);
	r->bytes_in = rd_u64(in);
	r->bytes_out = rd_u64(in);
	r->pkts_in = rd_u64(in);
	r->pkts_out = rd_u64(in);
	r->cause = rd_u8(in);
	size_t len = rd_u16(in);
	if (len > sizeof(r->classes) || r->type >= AAA_ACCT_N)
		in->bad = true;
	else if (rd_copy(in, r->classes, len))
		r->classes_len = (uint32_t)len;
	return rd_ok(in) && rd_left(in) == 0;
}
