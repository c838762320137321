/* Classes of faults of IKEv1 daemons that a stranger's first messages have reached: headers, chains of payloads, proposals,
 * public values, nonces, identities. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/group.h"
#include "tests/hostile/hand.h"

/* ------------------------------------------------------------------ headers */

static void header_length(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	static const int32_t off[] = {1, 2, 3, 4, 8, 64, 65507, INT32_MAX, -1000};
	for (uint32_t i = 0; i < sizeof off / sizeof off[0]; i++) {
		hand_first(net, &o, i);
		assert_true(ike_out_end(&o));
		/* the last payload says it is there, too */
		wr_patch_u16(&o.w, IKE_HDR_LEN + 2, (uint16_t)(wr_len(&o.w) - IKE_HDR_LEN + (uint32_t)off[i]));
		uint32_t len = (uint32_t)wr_len(&o.w) + (uint32_t)off[i];
		wr_patch_u16(&o.w, IKE_HDR_LEN - 4, (uint16_t)(len >> 16));
		wr_patch_u16(&o.w, IKE_HDR_LEN - 2, (uint16_t)len);
		hand_send(net, CLIENT_IP, &o);
	}
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->nsas, 0);
	/* nor one that is shorter than a header */
	for (uint32_t len = 0; len < IKE_HDR_LEN; len++) {
		hand_first(net, &o, 100 + len);
		assert_true(ike_out_end(&o));
		wr_patch_u16(&o.w, IKE_HDR_LEN - 2, (uint16_t)len);
		hand_send(net, CLIENT_IP, &o);
		hand_octets(net, CLIENT_IP, IKE_PORT, o.buf, len);
	}
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* Another major version gets no answer: who answers IKEv2 with a notify answers forged addresses, too. */
static void other_versions(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	for (uint32_t v = 0; v < 256; v++) {
		if (v >> 4 == 1)
			continue;
		hand_first(net, &o, v);
		assert_true(ike_out_end(&o));
		o.buf[17] = (uint8_t)v;
		hand_send(net, CLIENT_IP, &o);
	}
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

static void cookie_of_nothing(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	hand_first(net, &o, 1);
	assert_true(ike_out_end(&o));
	memset(o.buf, 0, IKE_COOKIE_LEN);
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* ------------------------------------------------------------------ chains */

static const uint8_t body[64] = {0, 0, 0, 1, 1, 16, 0, 1};

/* Nobody knows them: passed over with every length, up to the end of the message. */
static void unknown_payloads(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	uint32_t number = 0;
	for (unsigned type = 1; type < 256; type++) {
		if (ike_payload_kind((uint8_t)type) != PAY_UNKNOWN || type == PAYLOAD_FRAGMENT)
			continue;
		for (size_t len = 0; len < 3; len++) {
			hand_forget();
			hand_first(net, &o, ++number);
			for (unsigned i = 0; i < 20; i++)
				ike_out_bytes(&o, (uint8_t)type, (struct bytes){body, len * i});
			assert_true(ike_out_end(&o));
			hand_send(net, CLIENT_IP, &o);
			if (hand_heard.n != 1)
				fail_msg("type %u, %zu octets", type, len);
			assert_int_equal(hand_heard.data[18], EXCH_MAIN);
			assert_true(hand_heard.out <= hand_heard.in);
			sa_delete(net->server.ike->sas_last, SA_END_ADMIN, false);
			net_run(net, 50); /* so fast they may come */
		}
	}
}

/* A payload that belongs to another message is not looked at. */
static void misplaced_payloads(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	static const uint8_t types[] = {PAY_PROPOSAL, PAY_TRANSFORM, PAY_KE, PAY_ID, PAY_CERT, PAY_HASH,
	                                PAY_SIG, PAY_NONCE, PAY_DELETE, PAY_ATTR, 20, 21, 130, 131};
	for (uint32_t i = 0; i < sizeof types; i++) {
		hand_first(net, &o, i);
		ike_out_bytes(&o, types[i], (struct bytes){body, 24});
		assert_true(ike_out_end(&o));
		hand_send(net, CLIENT_IP, &o);
		assert_int_equal(net->server.ike->nsas, 0);
	}
	assert_int_equal(hand_heard.n, 0);
}

static void payloads_twice(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	hand_first(net, &o, 1);
	ike_out_payload(&o, PAY_SA);
	p1_write_offer(&o.w, &net->server.offer.policy[1]);
	assert_true(ike_out_end(&o));
	hand_send(net, CLIENT_IP, &o);
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* Message 3 without what it is for. */
static void missing_payloads(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	struct ike_sa *sa = hand_half_open(net, CLIENT_IP, 1);
	uint8_t ke[128] = {0x7f}, nonce[16] = {1};
	hand_forget();
	for (unsigned without = 0; without < 3; without++) {
		hand_begin(&o, sa, EXCH_MAIN, 0, 0);
		ike_out_bytes(&o, PAY_VENDOR, (struct bytes){body, 16});
		if (without == 1)
			ike_out_bytes(&o, PAY_KE, (struct bytes){ke, sizeof ke});
		if (without == 2)
			ike_out_bytes(&o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
		assert_true(ike_out_end(&o));
		hand_send(net, CLIENT_IP, &o);
		assert_int_equal(sa->mm.state, ST_MM_WAIT3);
	}
	assert_int_equal(hand_heard.n, 0);
}

/* ------------------------------------------------------------------ values */

/* Ends it; what is computed for it elsewhere then belongs to nobody. */
static void give_up(struct net *net, struct ike_sa *sa)
{
	bool computes = sa->mm.state == ST_MM_BUILD4 || sa->mm.state == ST_AM_BUILD2;
	sa_delete(sa, SA_END_ADMIN, false);
	if (computes)
		net->server.dh.done(net->server.dh.arg);
}

/* Message 3 with so many octets of KE and nonce; the state after it. */
static uint8_t third(struct net *net, uint32_t number, const uint8_t *ke, size_t ke_len, size_t nonce_len)
{
	struct ike_out o;
	static const uint8_t nonce[400] = {1};
	struct ike_sa *sa = hand_half_open(net, 0x0a000000 + number, number);
	hand_begin(&o, sa, EXCH_MAIN, 0, 0);
	ike_out_bytes(&o, PAY_KE, (struct bytes){ke, ke_len});
	ike_out_bytes(&o, PAY_NONCE, (struct bytes){nonce, nonce_len});
	assert_true(ike_out_end(&o));
	hand_send(net, 0x0a000000 + number, &o);
	uint8_t s = sa->mm.state;
	give_up(net, sa);
	return s;
}

static void ke_lengths(void **state)
{
	struct net *net = *state;
	uint8_t ke[600];
	uint32_t number = 0;
	memset(ke, 0x5a, sizeof ke);
	net->server.dh_hold = true; /* what is long enough goes as far as that */
	for (size_t len = 0; len < sizeof ke; len += len < 20 || (len > 120 && len < 140) ? 1 : 37)
		assert_int_equal(third(net, ++number, ke, len, 16),
		                 len == 0 ? ST_MM_WAIT3 : len == 128 ? ST_MM_BUILD4 : ST_REFUSED);
}

/* RFC 2409 §5: 8 to 256 octets. */
static void nonce_lengths(void **state)
{
	struct net *net = *state;
	uint8_t ke[128];
	uint32_t number = 0;
	memset(ke, 0x5a, sizeof ke);
	net->server.dh_hold = true;
	for (size_t len = 0; len < 300; len += len < 12 || (len > 250 && len < 260) ? 1 : 13)
		assert_int_equal(third(net, ++number, ke, sizeof ke, len),
		                 len < 8 ? ST_MM_WAIT3 : len <= IKE_NONCE_MAX ? ST_MM_BUILD4 : ST_REFUSED);
}

/* Every type of identity with every length up to 24, before anybody has proved anything. */
static void id_types_in_phase_1(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	static const uint8_t ke[128] = {0x7f}, nonce[16] = {1};
	uint32_t number = 0;
	net->server.dh_hold = true;
	for (unsigned type = 0; type < 256; type++)
		for (size_t len = 0; len <= 24; len++) {
			struct ike_hdr hdr = {.exch = EXCH_AGGRESSIVE};
			char name[IKE_ID_MAX + 1];
			number++;
			memcpy(hdr.icookie, &number, 4);
			ike_out_begin(&o, &hdr);
			ike_out_payload(&o, PAY_SA);
			p1_write_offer(&o.w, &net->server.offer.policy[0]);
			ike_out_bytes(&o, PAY_KE, (struct bytes){ke, sizeof ke});
			ike_out_bytes(&o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
			ike_out_payload(&o, PAY_ID);
			wr_u32(&o.w, type << 24);
			wr_zero(&o.w, len);
			assert_true(ike_out_end(&o));
			hand_send(net, 0x0a000000 + number, &o);
			struct ike_sa *sa = net->server.ike->sas_last;
			assert_int_equal(sa->mm.state, ST_AM_BUILD2);
			assert_true(sa->spoofed); /* no such name, and no address that is four octets of nothing */
			give_up(net, sa);
			/* what is taken for an address has the length of one */
			uint8_t ip[24] = {192, 0, 2, 1};
			assert_int_equal(ike_id_name((uint8_t)type, (struct bytes){ip, len}, name, sizeof name),
			                 type == ID_IPV4_ADDR && len == 4);
		}
}

/* ------------------------------------------------------------------ proposals */

/* Algorithms that nobody configured are not agreed on, wherever they stand in an offer. */
static void des_in_phase_1(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	static const struct {
		const char *cipher, *hash;
		uint16_t group;
	} weak[] = {{"des", "sha", 2}, {"des", "md5", 1}, {"3des", "md5", 2}, {"3des", "sha", 1}};
	struct ike_policy kept = net->server.offer.policy[0];
	for (uint32_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
		net->server.offer.policy[0].cipher = ike_cipher_by_word(str_of(weak[i].cipher));
		net->server.offer.policy[0].hash = ike_hash_by_word(str_of(weak[i].hash));
		net->server.offer.policy[0].group = weak[i].group;
		hand_first(net, &o, i);
		net->server.offer.policy[0] = kept;
		assert_true(ike_out_end(&o));
		hand_forget();
		hand_send(net, CLIENT_IP, &o);
		assert_int_equal(net->server.ike->sas_last->mm.state, ST_REFUSED);
		assert_int_equal(hand_heard.n, 1);
		assert_int_equal(hand_heard.data[18], EXCH_INFO);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, hand_setup, hand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(header_length),  T(other_versions),   T(cookie_of_nothing), T(unknown_payloads), T(misplaced_payloads),
	        T(payloads_twice), T(missing_payloads), T(ke_lengths),        T(nonce_lengths),    T(id_types_in_phase_1),
	        T(des_in_phase_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
