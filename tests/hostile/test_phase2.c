/* Classes of faults of IKEv1 daemons behind phase 1: by a peer that has proved who it is, and by whoever sees its cookies. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/hostile/hand.h"

/* ------------------------------------------------------------------ Informational */

/* A Delete that would end the SA, with so much of a HASH in front of it, or behind. */
static void deletes(struct net *net, struct ike_sa *c, uint32_t msgid, int hash_len, bool behind)
{
	static struct ike_out o;
	static uint8_t hash[64] = {0};
	hand_begin(&o, c, EXCH_INFO, IKE_FLAG_ENCRYPTED, msgid);
	if (hash_len >= 0 && !behind)
		ike_out_bytes(&o, PAY_HASH, (struct bytes){hash, (size_t)hash_len});
	hand_delete_self(&o, c);
	if (behind)
		ike_out_bytes(&o, PAY_HASH, (struct bytes){hash, (size_t)hash_len});
	assert_true(ike_out_end(&o));
	hand_seal(&o, c);
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(net->server.ike->nsas, 1);
}

static void informational_without_hash(void **state)
{
	struct net *net = *state;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	uint32_t msgid = 1;
	deletes(net, c, msgid++, -1, false);
	for (int len = 0; len <= 64; len++) {
		deletes(net, c, msgid++, len, false);
		deletes(net, c, msgid++, len, true);
	}
	assert_int_equal(hand_heard.n, 0);
	/* with it */
	static struct ike_out o;
	size_t at = hand_open(&o, c, EXCH_INFO, msgid);
	hand_delete_self(&o, c);
	hand_close(&o, c, at);
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* As many octets of the right HASH as the message brings: one is guessed in 256 messages. */
static void hash_cut_short(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	for (size_t keep = 1; keep < c->keys.md_len; keep++) {
		uint8_t right[PRIM_MD_MAX];
		size_t at = hand_open(&o, c, EXCH_INFO, 200 + (uint32_t)keep);
		hand_delete_self(&o, c);
		ike_hash_close(&o, &c->keys, at, o.hdr.msgid, (struct bytes){0});
		memcpy(right, o.buf + at, c->keys.md_len);
		hand_begin(&o, c, EXCH_INFO, IKE_FLAG_ENCRYPTED, 200 + (uint32_t)keep);
		ike_out_bytes(&o, PAY_HASH, (struct bytes){right, keep});
		hand_delete_self(&o, c);
		assert_true(ike_out_end(&o));
		hand_seal(&o, c);
		hand_send(net, CLIENT_IP, &o);
		assert_int_equal(net->server.ike->nsas, 1);
	}
}

/* Its own SA twice in one list, in two payloads, and what else stands behind a Delete of the SA that it came on. */
static void delete_twice_in_one_message(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	uint32_t spi = node_sa(&net->client)->pair.spi_in;
	size_t at = hand_open(&o, c, EXCH_INFO, 5);
	ike_out_payload(&o, PAY_DELETE);
	wr_u32(&o.w, 1);
	wr_u32(&o.w, 0x01100003);
	for (unsigned i = 0; i < 3; i++) {
		wr_bytes(&o.w, c->icookie, IKE_COOKIE_LEN);
		wr_bytes(&o.w, c->rcookie, IKE_COOKIE_LEN);
	}
	hand_delete_self(&o, c);
	for (unsigned i = 0; i < 2; i++) {
		ike_out_payload(&o, PAY_DELETE);
		wr_u32(&o.w, 1);
		wr_u32(&o.w, 0x03040002);
		wr_u32(&o.w, spi);
		wr_u32(&o.w, spi);
	}
	ike_out_payload(&o, PAY_NOTIFY);
	wr_u32(&o.w, 1);
	wr_u32(&o.w, 0x01000000 | NOTIFY_INITIAL_CONTACT);
	ike_out_payload(&o, PAY_NOTIFY);
	wr_u32(&o.w, 1);
	wr_u32(&o.w, 0x01100000 | NOTIFY_R_U_THERE);
	wr_bytes(&o.w, c->icookie, IKE_COOKIE_LEN);
	wr_bytes(&o.w, c->rcookie, IKE_COOKIE_LEN);
	wr_u32(&o.w, 1);
	uint64_t notifys = net->server.ike->stat[STAT_IN_NOTIFYS];
	hand_close(&o, c, at);
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->stat[STAT_IN_NOTIFYS], notifys); /* nothing more of it was looked at */
	net_run(net, 1000);
}

/* The same cookies several times in one list, and more of them than there are. */
static void cookies_twice_in_one_delete(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	size_t at = hand_open(&o, c, EXCH_INFO, 5);
	ike_out_payload(&o, PAY_DELETE);
	wr_u32(&o.w, 1);
	wr_u32(&o.w, 0x0110ffff);
	for (unsigned i = 0; i < 4; i++) {
		wr_bytes(&o.w, c->icookie, IKE_COOKIE_LEN);
		wr_bytes(&o.w, c->rcookie, IKE_COOKIE_LEN);
	}
	hand_close(&o, c, at);
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* A notify whose SPI is longer than it. */
static void notify_spi_length(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	uint64_t notifys = net->server.ike->stat[STAT_IN_NOTIFYS];
	for (uint32_t len = 21; len < 256; len++) {
		size_t at = hand_open(&o, c, EXCH_INFO, len);
		ike_out_payload(&o, PAY_NOTIFY);
		wr_u32(&o.w, 1);
		wr_u32(&o.w, 0x01000000 | len << 16 | NOTIFY_INITIAL_CONTACT);
		wr_zero(&o.w, 20);
		hand_close(&o, c, at);
		hand_send(net, CLIENT_IP, &o);
	}
	assert_int_equal(net->server.ike->stat[STAT_IN_NOTIFYS], notifys);
	assert_int_equal(hand_heard.n, 0);
}

/* Not a whole number of cipher blocks, and none at all. */
static void body_of_no_blocks(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	uint32_t msgid = 1;
	for (size_t len = 0; len < 40; len++) {
		hand_begin(&o, c, EXCH_INFO, IKE_FLAG_ENCRYPTED, msgid++);
		wr_zero(&o.w, len);
		assert_true(ike_out_end(&o));
		o.buf[16] = PAY_HASH;
		hand_send(net, CLIENT_IP, &o);
	}
	assert_int_equal(net->server.ike->stat[STAT_DECRYPT_FAILS], 40);
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->nsas, 1);
	/* they do not get as far as the cipher */
	for (size_t len = 0; len < 40; len++) {
		const struct ike_hdr hdr = {.next = PAY_HASH};
		uint8_t next[PRIM_IV_MAX] = {0};
		const char *why = "";
		assert_false(ike_open_msg(net->server.ike->sas, next, &hdr, (struct bytes){o.buf, IKE_HDR_LEN + len}, next, &why));
		assert_int_equal(strcmp(why, "length is not a whole number of cipher blocks") == 0, len == 0 || len % 8 != 0);
	}
}

/* ------------------------------------------------------------------ Main Mode 5 */

static unsigned forged;

/* Whoever sees the cookies writes a fifth message in clear, well made but for what it cannot know. */
static bool forge_mm5(struct net *net, struct net_packet *p)
{
	static struct ike_out o;
	static const uint8_t id[8] = {ID_IPV4_ADDR, 17, 1, 244, 203, 0, 113, 101}, hash[20] = {1};
	if (p->from != &net->client || p->data[18] != EXCH_MAIN || !(p->data[19] & IKE_FLAG_ENCRYPTED) || forged++ > 0)
		return true;
	hand_begin(&o, net->client.ike->sas, EXCH_MAIN, 0, 0);
	ike_out_bytes(&o, PAY_ID, (struct bytes){id, sizeof id});
	ike_out_bytes(&o, PAY_HASH, (struct bytes){hash, sizeof hash});
	assert_true(ike_out_end(&o));
	hand_send(net, CLIENT_IP, &o);
	return true;
}

static void forged_message_5(void **state)
{
	struct net *net = *state;
	forged = 0;
	net->filter = forge_mm5;
	client_connect(&net->client);
	net_run(net, 1000);
	assert_int_equal(forged, 1);
	assert_int_equal(net->server.flow_ups, 1);
}

/* ------------------------------------------------------------------ before Main Mode is complete */

static bool swallow_mm5(struct net *net, struct net_packet *p)
{
	if (p->from == &net->client)
		return !(p->data[19] & IKE_FLAG_ENCRYPTED);
	hand_heard.n += (p->data[19] & IKE_FLAG_ENCRYPTED) != 0;
	return true;
}

/* Both have keys, and nobody has said yet who he is. */
static struct ike_sa *keyed(struct net *net)
{
	net->filter = swallow_mm5;
	client_connect(&net->client);
	struct ike_sa *sa = net->server.ike->sas;
	assert_int_equal(sa->mm.state, ST_MM_WAIT5);
	assert_true(sa_is(sa, SAF_KEYED));
	hand_forget();
	return sa;
}

static void informational_before_message_5(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *sa = keyed(net);
	size_t at = hand_open(&o, sa, EXCH_INFO, 5);
	hand_delete_self(&o, sa);
	ike_out_payload(&o, PAY_NOTIFY);
	wr_u32(&o.w, 1);
	wr_u32(&o.w, 0x01000000 | NOTIFY_INITIAL_CONTACT);
	hand_close(&o, sa, at);
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(net->server.ike->stat[STAT_IN_NOTIFYS], 0);
	assert_int_equal(net->server.ike->work.decrypt, 0);
	assert_int_equal(sa->mm.state, ST_MM_WAIT5);
}

/* ------------------------------------------------------------------ Quick Mode */

static const char transport[] = "\x80\x01\x00\x01\x80\x02\x0e\x10\x80\x04\x00\x02\x80\x05\x00\x02";

/* One proposal with one transform of ESP. */
static void propose(struct ike_out *o, bool more, uint8_t number, uint8_t transform, const char *attrs, size_t n)
{
	wr_u32(&o->w, (uint32_t)(more ? 2 : 0) << 24 | (uint32_t)(20 + n));
	wr_u32(&o->w, (uint32_t)number << 24 | 0x030401);
	wr_u32(&o->w, 0xabcd0000u + number);
	wr_u32(&o->w, (uint32_t)(8 + n));
	wr_u32(&o->w, 1u << 24 | (uint32_t)transform << 16);
	wr_bytes(&o->w, attrs, n);
}

static size_t quick_begin(struct ike_out *o, struct ike_sa *c, uint32_t msgid)
{
	size_t at = hand_open(o, c, EXCH_QUICK, msgid);
	ike_out_payload(o, PAY_SA);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 1);
	return at;
}

static void quick_end(struct net *net, struct ike_out *o, struct ike_sa *c, size_t at, size_t nonce_len, struct bytes idci)
{
	static const uint8_t nonce[400] = {1};
	static const uint8_t idcr[8] = {1, 17, 6, 165, 203, 0, 113, 1};
	ike_out_bytes(o, PAY_NONCE, (struct bytes){nonce, nonce_len});
	if (idci.p != NULL) {
		ike_out_bytes(o, PAY_ID, idci);
		ike_out_bytes(o, PAY_ID, (struct bytes){idcr, sizeof idcr});
	}
	hand_close(o, c, at);
	hand_send(net, CLIENT_IP, o);
}

static void quick_mode_before_message_5(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *sa = keyed(net);
	size_t at = quick_begin(&o, sa, 1);
	propose(&o, false, 1, 3, transport, sizeof transport - 1);
	quick_end(net, &o, sa, at, 16, (struct bytes){0});
	net_run(net, 1000);
	assert_int_equal(net->server.ike->work.decrypt, 0);
	assert_int_equal(node_sa_count(&net->server), 0);
	assert_int_equal(net->server.flow_ups, 0);
	assert_int_equal(hand_heard.n, 0);
}

/* Every type of identity with every length up to 24: one of an address or a network, as long as it is, or a name. */
static void id_types_in_phase_2(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	uint8_t id[28] = {0, 17, 6, 165, 203, 0, 113, 101, 255, 255, 255, 255};
	uint32_t msgid = 0;
	for (unsigned type = 0; type < 256; type++)
		for (size_t len = 4; len <= sizeof id; len++) {
			bool good = (type == ID_IPV4_ADDR && len == 8) || (type == ID_IPV4_SUBNET && len == 12) ||
			            type == ID_FQDN || type == ID_USER_FQDN;
			uint64_t bad = net->server.ike->stat[STAT_IN_P2_INVALID];
			id[0] = (uint8_t)type;
			size_t at = quick_begin(&o, c, ++msgid);
			propose(&o, false, 1, 3, transport, sizeof transport - 1);
			quick_end(net, &o, c, at, 16, (struct bytes){id, len});
			if ((net->server.ike->stat[STAT_IN_P2_INVALID] == bad) != good)
				fail_msg("type %u, %zu octets", type, len);
			while (net->server.ike->sas->quick != NULL)
				qm_end(net->server.ike->sas->quick);
			ike_enter(net->server.ike);
			ike_leave(net->server.ike);
		}
}

/* ESP without encryption, with DES, without a MAC: only where it is configured. */
static void null_and_des_in_phase_2(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	enum { DES = 2, NULLS = 11 };
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	unsigned sas = node_sa_count(&net->server);
	size_t at = quick_begin(&o, c, 1);
	propose(&o, true, 1, NULLS, transport, sizeof transport - 1);
	propose(&o, true, 2, NULLS, transport, sizeof transport - 5); /* neither secret nor genuine */
	propose(&o, true, 3, DES, transport, sizeof transport - 1);
	propose(&o, true, 4, 3, transport, sizeof transport - 5); /* 3DES without a MAC */
	propose(&o, false, 5, 0, transport, sizeof transport - 1);
	quick_end(net, &o, c, at, 16, (struct bytes){0});
	assert_int_equal(net_logged(net, 713902, "All IPSec SA proposals found unacceptable"), 1);
	assert_int_equal(node_sa_count(&net->server), sas);
	/* nothing at all stays out even where the configuration has it */
	struct p2_transform t = {.trans_id = NULLS, .encap = 2};
	struct esp_alg alg;
	assert_false(p2_alg(&t, &alg));
}

static void spi_below_256(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	unsigned sas = node_sa_count(&net->server);
	for (uint32_t spi = 0; spi < 256; spi++) {
		size_t at = quick_begin(&o, c, 1 + spi);
		size_t from = wr_len(&o.w);
		propose(&o, false, 1, 3, transport, sizeof transport - 1);
		wr_patch_u16(&o.w, from + 8, 0);
		wr_patch_u16(&o.w, from + 10, (uint16_t)spi);
		quick_end(net, &o, c, at, 16, (struct bytes){0});
		assert_int_equal(node_sa_count(&net->server), sas);
	}
}

static void too_many_quick_modes(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	for (uint32_t msgid = 1; msgid < 100; msgid++) {
		size_t at = quick_begin(&o, c, msgid), n = 0;
		propose(&o, false, 1, 3, transport, sizeof transport - 1);
		quick_end(net, &o, c, at, 16, (struct bytes){0});
		for (const struct ike_qm *q = net->server.ike->sas->quick; q != NULL; q = q->next)
			n++;
		assert_true(n <= IKE_QUICK_PER_SA);
	}
	assert_true(net->server.ike->stat[STAT_CAPACITY_FAILS] > 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, hand_setup, hand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(informational_without_hash),  T(hash_cut_short),    T(cookies_twice_in_one_delete),
	        T(delete_twice_in_one_message), T(notify_spi_length), T(body_of_no_blocks),
	        T(forged_message_5),            T(id_types_in_phase_2), T(null_and_des_in_phase_2),
	        T(spi_below_256),               T(too_many_quick_modes), T(informational_before_message_5),
	        T(quick_mode_before_message_5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
