/* record DIR PROFILE...: what the clients of tests/clients say in IKE, directly and through a NAT, as inputs of talk_format.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/drive.h"
#include "tests/fuzz/talk_format.h"

#define WRAP(type, name, ...)           \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static struct {
	struct client *client; /* who is listened to; NULL = nobody */
	bool heard, named;     /* the message being written; its ID */
	unsigned messages;
	uint8_t buf[32768], later[8192]; /* later: Informationals */
	struct wr w, l;
} record;

/* The engine that hears it makes these itself. */
static bool made_there(uint8_t type)
{
	return type == PAY_KE || type == PAY_NONCE || type == PAY_HASH || type == 20 || type == PAYLOAD_NATD_DRAFT;
}

static void head(struct wr *w, enum talk_op op, unsigned at, unsigned arg, size_t len)
{
	wr_u8(w, (uint8_t)op);
	wr_u8(w, (uint8_t)at);
	wr_u8(w, (uint8_t)arg);
	wr_u16(w, (uint16_t)len);
}

static void write_chain(const struct ike_hdr *hdr, struct bytes all)
{
	static uint8_t chain[16384];
	struct wr w = wr_of(chain, sizeof chain);
	struct rd r = rd_of(all.p, all.len);
	bool phase1 = hdr->exch != EXCH_QUICK;
	wr_u8(&w, hdr->next);
	for (uint8_t type = hdr->next; type != 0 && rd_ok(&r);) {
		uint8_t next = rd_u8(&r);
		rd_skip(&r, 1);
		size_t len = rd_u16(&r);
		struct bytes body = rd_bytes(&r, len - IKE_PAYLOAD_HDR_LEN);
		bool id = phase1 && type == PAY_ID;
		if (id && !record.named) {
			head(&record.w, TALK_ID, 0, 0, body.len);
			wr_bytes(&record.w, body.p, body.len);
			record.named = true;
		}
		bool bare = id || made_there(type);
		wr_u8(&w, next);
		wr_u8(&w, 0);
		wr_u16(&w, (uint16_t)(IKE_PAYLOAD_HDR_LEN + (bare ? 0 : body.len)));
		wr_bytes(&w, body.p, bare ? 0 : body.len);
		type = next;
	}
	head(&record.w, TALK_CHAIN, record.messages++, 0, wr_len(&w));
	wr_bytes(&record.w, chain, wr_len(&w));
}

/* Said again once the client is in: its payloads behind the HASH. */
static void write_info(struct bytes all)
{
	struct rd r = rd_of(all.p, all.len);
	uint8_t next = rd_u8(&r);
	rd_skip(&r, 1);
	rd_skip(&r, (size_t)rd_u16(&r) - IKE_PAYLOAD_HDR_LEN);
	struct bytes rest = rd_rest(&r);
	head(&record.l, TALK_DO, 0, TALK_CLIENT_SAYS, rest.len + 3);
	wr_u8(&record.l, EXCH_INFO);
	wr_u8(&record.l, (uint8_t)(wr_len(&record.l) | 1));
	wr_u8(&record.l, next);
	wr_bytes(&record.l, rest.p, rest.len);
}

WRAP(void, ike_out_begin, struct ike_out *o, const struct ike_hdr *hdr)
{
	__real_ike_out_begin(o, hdr);
	if (record.client != NULL && o == &record.client->vpn.ike->out)
		record.heard = false;
}

WRAP(bool, ike_out_end, struct ike_out *o)
{
	bool ok = __real_ike_out_end(o);
	if (!ok || record.client == NULL || o != &record.client->vpn.ike->out || record.heard)
		return ok;
	record.heard = true;
	if (o->hdr.exch == EXCH_INFO)
		write_info(ike_out_from(o, IKE_HDR_LEN));
	else
		write_chain(&o->hdr, ike_out_from(o, IKE_HDR_LEN));
	return ok;
}

static void act(enum talk_do what)
{
	head(&record.w, TALK_DO, 0, what, 0);
}

static void save(const char *dir, const char *path, bool nat)
{
	char name[256], file[600];
	const char *base = strrchr(path, '/');
	snprintf(name, sizeof name, "%s", base != NULL ? base + 1 : path);
	name[strcspn(name, ".")] = '\0';
	snprintf(file, sizeof file, "%s/profile-%s%s", dir, name, nat ? "-nat" : "");
	FILE *f = fopen(file, "wb");
	assert_non_null(f);
	assert_true(wr_ok(&record.w) && wr_ok(&record.l));
	assert_int_equal(fwrite(record.buf, 1, wr_len(&record.w), f), wr_len(&record.w));
	assert_int_equal(fwrite(record.later, 1, wr_len(&record.l), f), wr_len(&record.l));
	fclose(f);
}

static void listen_to(const char *dir, const char *path, const struct profile *p, bool nat)
{
	static struct world w;
	const struct place place = {.public_ip = nat ? ROUTER_IP : HOME_IP, .private_ip = nat ? BEHIND_IP : 0};
	drive_open(&w, &p, 1);
	record.w = wr_of(record.buf, sizeof record.buf);
	record.l = wr_of(record.later, sizeof record.later);
	record.messages = 0;
	record.named = false;
	wr_u32(&record.w, (nat ? TALK_NAT : 0u) | (p->ike.aggressive ? TALK_AGGRESSIVE | TALK_NAMED : 0u));
	struct client *c = drive_new(&w, p, &place, 0);
	record.client = c;
	client_enter(c);
	act(TALK_DIAL);
	drive_rekey_ipsec(c);
	act(TALK_CLIENT_QUICK);
	drive_rekey_ike(c);
	act(TALK_CLIENT_REKEY);
	drive_leave(c, p);
	record.client = NULL;
	save(dir, path, nat);
	drive_free(c);
	world_close(&w);
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		struct err err = {0};
		struct profile *p = profile_load(argv[i], &err);
		if (p == NULL) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		listen_to(argv[1], argv[i], p, false);
		listen_to(argv[1], argv[i], p, true);
		profile_free(p);
	}
	return argc < 3;
}
