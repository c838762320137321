/* Classes of faults of those who put fragments of IKE together: lengths, numbers, sums, ceilings. What is cut up is a Delete
 * of the IKE SA by its own peer: were it put together, the SA would be gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/hostile/hand.h"

enum { LAST = 1, ALL_MOST = 8 << 20, SHARE = 1 << 20 };

/* A fragment whose payload says it has len octets, with these in it. */
static void fragment(struct net *net, uint32_t ip, const struct ike_sa *sa, uint16_t id, uint8_t number, uint8_t flags,
                     uint16_t len, struct bytes data)
{
	static struct ike_out o;
	hand_begin(&o, sa, EXCH_INFO, 0, 0);
	ike_out_payload(&o, PAYLOAD_FRAGMENT);
	wr_u16(&o.w, id);
	wr_u8(&o.w, number);
	wr_u8(&o.w, flags);
	wr_bytes(&o.w, data.p, data.len);
	assert_true(ike_out_end(&o));
	wr_patch_u16(&o.w, IKE_HDR_LEN + 2, len);
	hand_send(net, ip, &o);
}

static void whole(struct net *net, const struct ike_sa *sa, uint8_t number, struct bytes data)
{
	fragment(net, CLIENT_IP, sa, 7, number, LAST, (uint16_t)(8 + data.len), data);
}

static void make_delete(struct ike_out *o, const struct ike_sa *sa)
{
	size_t at = hand_open(o, sa, EXCH_INFO, 99);
	hand_delete_self(o, sa);
	hand_close(o, sa, at);
}

static struct ike_sa *server_sa(struct net *net)
{
	assert_int_equal(net->server.ike->nsas, 1);
	return net->server.ike->sas;
}

/* 0 to 7: what is taken off for the header is more than there is. */
static void length_underflow(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	make_delete(&o, c);
	for (uint16_t len = 0; len < 8; len++) {
		fragment(net, CLIENT_IP, c, 7, 1, LAST, len, ike_out_all(&o));
		assert_null(server_sa(net)->frag);
	}
	whole(net, c, 1, ike_out_all(&o)); /* it would have worked */
	assert_int_equal(net->server.ike->nsas, 0);
}

static void length_past_the_datagram(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	make_delete(&o, c);
	uint64_t drops = net->server.ike->stat[STAT_IN_DROPS];
	static const uint16_t off[] = {1, 2, 8, 1000, 40000, 65000};
	for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
		fragment(net, CLIENT_IP, c, 7, 1, i & 1 ? LAST : 0, (uint16_t)(8 + wr_len(&o.w) + off[i]), ike_out_all(&o));
		assert_null(server_sa(net)->frag);
	}
	assert_int_equal(net->server.ike->stat[STAT_IN_DROPS], drops + sizeof off / sizeof off[0]);
}

static void number_0(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	make_delete(&o, c);
	whole(net, c, 0, ike_out_all(&o));
	assert_null(server_sa(net)->frag);
}

static void number_past_the_end(void **state)
{
	struct net *net = *state;
	static struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	make_delete(&o, c);
	for (unsigned n = 33; n < 256; n++) {
		whole(net, c, (uint8_t)n, ike_out_all(&o));
		assert_null(server_sa(net)->frag);
	}
}

/* All parts together are longer than any message. */
static void sum_of_one_message(void **state)
{
	struct net *net = *state;
	static uint8_t part[2000];
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	for (uint8_t n = 1; n <= 32; n++) {
		fragment(net, CLIENT_IP, c, 7, n, n == 32 ? LAST : 0, 8 + sizeof part, (struct bytes){part, sizeof part});
		const struct ike_frag_set *set = server_sa(net)->frag;
		assert_true(set == NULL || set->bytes <= IKE_MSG_MAX);
	}
}

/* Part 1 with the sum of two: a second one in its place does not count. */
static void part_twice(void **state)
{
	struct net *net = *state;
	static uint8_t part[100];
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	for (unsigned i = 0; i < 1000; i++) {
		fragment(net, CLIENT_IP, c, 7, 1, 0, 8 + sizeof part, (struct bytes){part, sizeof part});
		assert_int_equal(server_sa(net)->frag->bytes, sizeof part);
		assert_int_equal(net->server.ike->frag_bytes, sizeof part);
	}
}

/* Those of all negotiations have a ceiling; what does not become whole is forgotten. */
static void sum_of_all(void **state)
{
	struct net *net = *state;
	static uint8_t part[8000];
	struct ike *ike = net->server.ike;
	net->server.offer.conf.max_half_open = 1000;
	for (uint32_t i = 0; i < 600; i++) {
		struct ike_sa *sa = hand_half_open(net, 0x0a000000 + i, i);
		for (uint8_t n = 2; n <= 3; n++) {
			fragment(net, 0x0a000000 + i, sa, 7, n, 0, 8 + sizeof part, (struct bytes){part, sizeof part});
			assert_true(ike->frag_bytes <= ALL_MOST);
		}
	}
	assert_true(ike->frag_bytes > ALL_MOST / 2);
	net_run(net, 120000);
	assert_int_equal(ike->frag_bytes, 0);
	assert_int_equal(ike->nsas, 0);
}

/* One address has a share of that, whatever it begins: who is elsewhere gets his fragments through. */
static void share_of_an_address(void **state)
{
	struct net *net = *state;
	static uint8_t part[8000];
	static struct ike_out o;
	struct ike *ike = net->server.ike;
	uint64_t most = 0;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	net->server.offer.conf.max_half_open = 1000;
	for (uint32_t i = 0; i < 100; i++) {
		struct ike_sa *sa = hand_half_open(net, 0x0a000000, i);
		for (uint8_t n = 2; n <= 3; n++)
			fragment(net, 0x0a000000, sa, 7, n, 0, 8 + sizeof part, (struct bytes){part, sizeof part});
		most = ike->frag_bytes > most ? ike->frag_bytes : most;
	}
	assert_in_range(most, SHARE / 2, SHARE);
	assert_in_range(ike->drop[IKE_DROP_FRAGMENTS_SHARE], 1, 200);
	assert_int_equal(ike->drop[IKE_DROP_FRAGMENTS], 0);
	make_delete(&o, c);
	const struct bytes all = ike_out_all(&o);
	fragment(net, CLIENT_IP, c, 7, 1, 0, 8 + 20, (struct bytes){all.p, 20});
	assert_int_equal(countmap_holders(&ike->frag_bytes_by_ip), 2);
	whole(net, c, 2, (struct bytes){all.p + 20, all.len - 20});
	assert_int_equal(ike->nsas, 100);
	/* what is forgotten is given back to the share */
	net_run(net, 120000);
	assert_int_equal(ike->frag_bytes, 0);
	assert_int_equal(countmap_holders(&ike->frag_bytes_by_ip), 0);
}

/* Fragments in another's name count to who has our cookie: the other's own still become whole. */
static void share_of_another(void **state)
{
	struct net *net = *state;
	static uint8_t part[8000];
	static struct ike_out o;
	const uint32_t theirs = 0x0a000000;
	struct ike *ike = net->server.ike;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	net->server.offer.conf.max_half_open = 1000;
	for (uint32_t i = 0; i < 100; i++) {
		struct ike_sa *sa = hand_half_open(net, theirs, i);
		for (uint8_t n = 2; n <= 3; n++)
			fragment(net, CLIENT_IP, sa, 7, n, 0, 8 + sizeof part, (struct bytes){part, sizeof part});
	}
	assert_in_range(ike->frag_bytes, SHARE / 2, SHARE);
	assert_int_equal(countmap_of(&ike->frag_bytes_by_ip, theirs), ike->frag_bytes);
	make_delete(&o, c);
	const struct bytes all = ike_out_all(&o);
	fragment(net, CLIENT_IP, c, 7, 1, 0, 8 + 20, (struct bytes){all.p, 20});
	whole(net, c, 2, (struct bytes){all.p + 20, all.len - 20});
	assert_int_equal(ike->nsas, 100);
}

/* Parts of what stays are forgotten, too. */
static void never_whole(void **state)
{
	struct net *net = *state;
	static uint8_t part[100];
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	fragment(net, CLIENT_IP, c, 7, 1, 0, 8 + sizeof part, (struct bytes){part, sizeof part});
	assert_non_null(server_sa(net)->frag);
	net_run(net, 91000);
	assert_null(server_sa(net)->frag);
	assert_int_equal(net->server.ike->frag_bytes, 0);
}

/* A fragment in a fragment in a fragment ... each of them on the stack. */
static void fragment_in_a_fragment(void **state)
{
	struct net *net = *state;
	static struct ike_out o, in;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	make_delete(&o, c);
	hand_begin(&in, c, EXCH_INFO, 0, 0);
	ike_out_payload(&in, PAYLOAD_FRAGMENT);
	wr_u32(&in.w, 8 << 16 | 1 << 8 | LAST);
	wr_bytes(&in.w, ike_out_all(&o).p, ike_out_all(&o).len);
	assert_true(ike_out_end(&in));
	whole(net, c, 1, ike_out_all(&in));
	server_sa(net);
}

#define T(name) cmocka_unit_test_setup_teardown(name, hand_setup, hand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(length_underflow), T(length_past_the_datagram), T(number_0), T(number_past_the_end), T(sum_of_one_message),
	        T(part_twice),       T(sum_of_all),               T(never_whole), T(fragment_in_a_fragment),
	        T(share_of_an_address), T(share_of_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
