/* What comes from people and programs that do not keep to the rules, and from clients that keep to them in their
 * own way: messages written by hand against the engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_by_hand.h"

/* ------------------------------------------------------------------ messages by hand */

/* A first message; with_vendors: everything that makes the answer longer. */
static void first_message(struct net *net, struct ike_out *o, uint32_t number, bool with_vendors)
{
	static const uint8_t rfc3947[] = {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45,
	                                  0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f};
	static const uint8_t dpd[] = {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9,
	                              0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00};
	static const uint8_t frag[] = {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85,
	                               0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3};
	struct ike_hdr hdr = {.exch = EXCH_MAIN};
	memset(hdr.icookie, 0x22, 4);
	memcpy(hdr.icookie + 4, &number, 4);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	p1_write_offer(&o->w, &net->server.offer.policy[0]);
	if (with_vendors) {
		ike_out_bytes(o, PAY_VENDOR, (struct bytes){rfc3947, sizeof rfc3947});
		ike_out_bytes(o, PAY_VENDOR, (struct bytes){dpd, sizeof dpd});
		ike_out_bytes(o, PAY_VENDOR, (struct bytes){frag, sizeof frag});
	}
	assert_true(ike_out_end(o));
}

static void connected(struct net *net, struct node *c, uint32_t ip)
{
	net_client(net, c, ip, ip, "3des", "sha", 2);
	client_connect(c);
	assert_non_null(node_sa(c));
	net->filter = hand_catch;
}

/* ------------------------------------------------------------------ strangers */

/* One address alone cannot fill the ceiling for all. */
static void flood_from_one_address(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	net->server.offer.conf.max_half_open = 0;
	for (uint32_t i = 0; i < 400; i++) {
		first_message(net, &o, i, false);
		hand_to_server(net, NAT_IP, IKE_PORT, &o);
	}
	assert_int_equal(net->server.ike->half_open, IKE_HALF_OPEN_ADDRESS);
	/* the others wait, which is no refusal */
	assert_int_equal(net->server.ike->waiting.n, 400 - IKE_HALF_OPEN_ADDRESS);
	assert_int_equal(net_logged(net, 713191, NULL), 0);
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 1);
	/* somebody else at that address gets in when the flood is two seconds old */
	net_run(net, 2000);
	first_message(net, &o, 1000, false);
	hand_to_server(net, NAT_IP, IKE_PORT, &o);
	assert_int_equal(net->server.ike->half_open, IKE_HALF_OPEN_ADDRESS);
	assert_non_null(net->server.ike->sas_last);
	assert_int_equal(net->server.ike->sas_last->mm.state, ST_MM_WAIT3);
	net_run(net, 40000);
	assert_int_equal(net->server.ike->half_open, 0);
	assert_int_equal(countmap_holders(&net->server.ike->half_open_by_ip), 0);
}

/* What an unknown address gets is no longer than what it sent, and not sent again without end. */
static void does_not_multiply(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->filter = hand_catch;
	first_message(net, &o, 1, true);
	for (unsigned i = 0; i < 100; i++) {
		hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
		hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
		net_run(net, 290);
	}
	assert_in_range(hand_sent.n, 10, 25);
	assert_true(hand_sent.most <= wr_len(&o.w) + 4); /* the version behind the fragmentation ID */
	/* nor a refusal */
	hand_sent.n = 0;
	hand_sent.most = 0;
	struct ike_policy other = {.auth = AUTH_PSK,
	                           .cipher = ike_cipher_by_word(STR("des")),
	                           .hash = ike_hash_by_word(STR("md5")),
	                           .group = 1};
	struct ike_policy kept = net->server.offer.policy[0];
	net->server.offer.policy[0] = other;
	first_message(net, &o, 2, false);
	net->server.offer.policy[0] = kept;
	for (unsigned i = 0; i < 100; i++) {
		hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
		net_run(net, 290);
	}
	assert_in_range(hand_sent.n, 1, 25);
	assert_true(hand_sent.most < wr_len(&o.w));
}

static void unknown_cookies_get_nothing(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->filter = hand_catch;
	static const uint8_t exchanges[] = {
	        EXCH_MAIN, EXCH_AGGRESSIVE, EXCH_INFO, EXCH_TRANSACTION, EXCH_QUICK, 34, 37};
	for (size_t i = 0; i < sizeof exchanges; i++)
		for (unsigned kind = 0; kind < 6; kind++) {
			struct ike_hdr hdr = {
			        .exch = exchanges[i], .flags = kind & 1, .msgid = kind & 2 ? 1 : 0};
			memset(hdr.icookie, 0x33, 8);
			if (kind < 4)
				memset(hdr.rcookie, 0x44, 8);
			ike_out_begin(&o, &hdr);
			ike_out_bytes(&o, PAY_HASH, (struct bytes){hdr.icookie, 8});
			ike_out_end(&o);
			hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
			hand_to_server(net, CLIENT_IP, IKE_PORT_NATT, &o);
		}
	assert_int_equal(hand_sent.n, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* Anyone who sees the cookies can write these. */
static void clear_text_ends_nothing(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	connected(net, &net->client, CLIENT_IP);
	struct ike_sa *sa = net->client.ike->sas;
	const uint8_t exchanges[] = {EXCH_INFO, EXCH_MAIN, EXCH_QUICK};
	for (size_t i = 0; i < sizeof exchanges; i++) {
		struct ike_hdr hdr = {.exch = exchanges[i], .msgid = 77};
		memcpy(hdr.icookie, sa->icookie, 8);
		memcpy(hdr.rcookie, sa->rcookie, 8);
		ike_out_begin(&o, &hdr);
		ike_out_payload(&o, PAY_DELETE);
		wr_u32(&o.w, 1);
		wr_u32(&o.w, 0x01100001); /* ISAKMP, 16 bytes, one */
		wr_bytes(&o.w, sa->icookie, 8);
		wr_bytes(&o.w, sa->rcookie, 8);
		ike_out_payload(&o, PAY_NOTIFY);
		wr_u32(&o.w, 1);
		wr_u32(&o.w, 0x01000000 | NOTIFY_INITIAL_CONTACT);
		ike_out_end(&o);
		hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
	}
	assert_int_equal(hand_sent.n, 0);
	assert_int_equal(net->server.ike->nsas, 1);
	assert_non_null(node_sa(&net->server));
}

/* MM5 with its flag taken off is no message 5; the real one still is. */
static unsigned uncovered;

static bool uncover_mm5(struct net *net, struct net_packet *p)
{
	if (p->from != &net->client || p->data[18] != EXCH_MAIN || !(p->data[19] & 1) ||
	    uncovered++ > 0)
		return true;
	p->data[19] = 0;
	p->data[16] = PAY_ID;
	return true;
}

static void mm5_in_clear(void **state)
{
	struct net *net = *state;
	uncovered = 0;
	net->filter = uncover_mm5;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 0);
	assert_int_equal(net->server.ike->sas->mm.state, ST_MM_WAIT5);
	net_run(net, 3000); /* the client repeats it */
	assert_int_equal(net->server.flow_ups, 1);
}

/* ------------------------------------------------------------------ peers among each other */

static void delete_payload(struct net *net, struct node *c, uint32_t msgid, uint32_t spi,
                           const struct ike_sa *of)
{
	struct hand_request rq = {.exch = EXCH_INFO, .msgid = msgid};
	size_t at;
	struct ike_out *o = hand_begin(c, &rq, &at);
	ike_out_payload(o, PAY_DELETE);
	wr_u32(&o->w, 1);
	wr_u8(&o->w, of != NULL ? 1 : ESP);
	wr_u8(&o->w, of != NULL ? 16 : 4);
	wr_u16(&o->w, of != NULL ? 1 : 60000); /* more than there are */
	if (of != NULL) {
		wr_bytes(&o->w, of->icookie, 8);
		wr_bytes(&o->w, of->rcookie, 8);
	} else {
		wr_u32(&o->w, spi);
	}
	hand_send(net, c, &rq, at);
}

static void deletes_only_its_own(void **state)
{
	struct net *net = *state;
	connected(net, &net->client, CLIENT_IP);
	net->filter = NULL;
	connected(net, &net->other, NAT_IP);
	uint32_t spi = node_sa(&net->other)->pair.spi_in;
	delete_payload(net, &net->client, 11, spi, NULL);
	delete_payload(net, &net->client, 12, 0, net->other.ike->sas);
	assert_int_equal(net->server.ike->nsas, 2);
	assert_int_equal(node_sa_count(&net->server), 2);
	assert_int_equal(net->server.flow_downs, 0);
	delete_payload(net, &net->other, 11, spi, NULL);
	delete_payload(net, &net->other, 12, spi, NULL); /* said twice */
	assert_int_equal(node_sa_count(&net->server), 1);
	assert_int_equal(net->server.flow_downs, 1);
	delete_payload(net, &net->other, 13, 0, net->other.ike->sas);
	assert_int_equal(net->server.ike->nsas, 1);
}

/* ------------------------------------------------------------------ clients' own ways */

static void sa_windows(struct wr *w)
{
	PROPOSAL(w, true, 1, ESP, AES, LIFE "\x80\x06\x00\x80\x80\x04\x00\x02\x80\x05\x00\x01");
	PROPOSAL(w, true, 2, ESP, AES, SHA1_TRANSPORT "\x80\x06\x00\x80");
	PROPOSAL(w, true, 3, ESP, DES3, SHA1_TRANSPORT);
	PROPOSAL(w, true, 4, ESP, 2, SHA1_TRANSPORT);
	PROPOSAL(w, false, 5, ESP, 11, SHA1_TRANSPORT);
}

/* Proposals with numbers of their own, and message ID 1 in the SAs of two clients. */
static void windows_quick_mode(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {.sa = sa_windows, .idci = IDCI, .idcr = IDCR};
	connected(net, &net->client, CLIENT_IP);
	net->filter = NULL;
	connected(net, &net->other, NAT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 1};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 3, DES3, SHA1_TRANSPORT);
	const struct hand_quick q2 = {.sa = sa_windows, .idci = "\x01\x11\x06\xa5\xcb\x00\x71\x0b", .idcr = IDCR};
	struct hand_request other = {.exch = EXCH_QUICK, .msgid = 1};
	hand_quick(net, &net->other, &other, &q2);
	CHECK_CHOICE(&net->other, &other, 3, DES3, SHA1_TRANSPORT);
	assert_int_equal(node_sa_count(&net->server), 4);
}

static void sa_xp(struct wr *w)
{
	PROPOSAL(w, true, 1, AH, 3, LIFE "\x80\x04\x00\x02\x80\x05\x00\x02");
	PROPOSAL(w, true, 1, ESP, DES3, SHA1_TRANSPORT);
	PROPOSAL(w, false, 2, ESP, DES3, SHA1_TRANSPORT);
}

/* AH with ESP is passed over; a host name stands for the client itself; the commit bit changes nothing. */
static void xp_quick_mode(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {.sa = sa_xp, .idci = "\x02\x11\x06\xa5xp-host", .idcr = IDCR, .idci_len = 11};
	connected(net, &net->client, CLIENT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 0x5a5a5a5a, .flags = IKE_FLAG_COMMIT};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 2, DES3, SHA1_TRANSPORT);
	struct ike_msg m;
	hand_answer(&net->client, &rq, &m);
	assert_int_equal(m.hdr.flags, IKE_FLAG_ENCRYPTED);
	/* identities come back as they were sent */
	assert_memory_equal(ike_msg_find(&m, PAY_ID, NULL)->body.p, q.idci, 11);
}

static void sa_3des(struct wr *w)
{
	PROPOSAL(w, false, 1, ESP, DES3, SHA1_TRANSPORT);
}

/* Any port on the client's side (Android). */
static void android_quick_mode(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {.sa = sa_3des, .idci = "\x01\x11\x00\x00\xcb\x00\x71\x65", .idcr = IDCR};
	connected(net, &net->client, CLIENT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 0x01000000};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 1, DES3, SHA1_TRANSPORT);
	struct net_sa *newest = NULL;
	for (size_t i = 0; i < NET_SAS; i++)
		if (net->server.sas[i].used && !net->server.sas[i].out)
			newest = &net->server.sas[i];
	assert_non_null(newest);
	assert_int_equal(newest->pair.remote_proxy.port, 0);
	assert_int_equal(newest->pair.local_proxy.port, 1701);
}

/* A Quick Mode of an hour ago makes nothing. */
static void replayed_quick_mode(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {.sa = sa_3des, .idci = IDCI, .idcr = IDCR};
	connected(net, &net->client, CLIENT_IP);
	net->client.offer.groups[0].dpd = net->server.offer.groups[0].dpd = false; /* nothing of it arrives */
	for (uint32_t i = 0; i < 40; i++) {                        /* many others in between */
		struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 1 + i};
		hand_quick(net, &net->client, &rq, &q);
		assert_int_equal(hand_sent.n, 1);
		net_run(net, 50000);
	}
	assert_int_equal(node_sa_count(&net->server), 1);
	for (uint32_t i = 0; i < 40; i++) {
		struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 1 + i};
		hand_quick(net, &net->client, &rq, &q);
		assert_int_equal(hand_sent.n, 0);
		assert_int_equal(node_sa_count(&net->server), 1);
	}
	assert_null(net->server.ike->sas->quick);
}

/* The same first message of a Quick Mode for ever: a few answers, then none. */
static void repeated_quick_mode(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {.sa = sa_3des, .idci = IDCI, .idcr = IDCR};
	connected(net, &net->client, CLIENT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 9};
	hand_quick(net, &net->client, &rq, &q);
	for (unsigned i = 0; i < 150; i++) {
		net_run(net, 250);
		hand_to_server(net, CLIENT_IP, IKE_PORT, &rq.out);
	}
	assert_in_range(hand_sent.n, 2, 30);
}

/* All on 4500 from the first message on (racoon after a rekey, strongSwan). */
static void main_mode_on_4500(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	struct esp_alg alg = {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1};
	peer->local.port = peer->remote.port = IKE_PORT_NATT;
	client_flow(&net->client, peer, PRIVATE_IP, 1701, alg, ENCAP_UDP_TRANSPORT);
	mm_begin(peer, NULL);
	net_run(net, 1000);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
	assert_true(node_sa(&net->server)->pair.udp_encap);
}

/* Values that would give the secret away. */
static void weak_public_values(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->filter = hand_catch;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct ike_out o;
		uint8_t ke[128] = {0}, nonce[16] = {1};
		first_message(net, &o, 100 + kind, false);
		hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
		struct ike_sa *sa = net->server.ike->sas_last;
		struct ike_hdr hdr = {.exch = EXCH_MAIN};
		memcpy(hdr.icookie, sa->icookie, 8);
		memcpy(hdr.rcookie, sa->rcookie, 8);
		if (kind == 1)
			ke[127] = 1;
		if (kind == 2)
			memset(ke, 0xff, sizeof ke); /* above the prime */
		ike_out_begin(&o, &hdr);
		ike_out_bytes(&o, PAY_KE, (struct bytes){ke, kind == 3 ? 96 : sizeof ke});
		ike_out_bytes(&o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
		ike_out_end(&o);
		hand_to_server(net, CLIENT_IP, IKE_PORT, &o);
		assert_int_equal(sa->mm.state, ST_REFUSED);
	}
	assert_int_equal(net_logged(net, 713048, "Error processing payload: Payload ID: 4"), 4);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, hand_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(flood_from_one_address),  T(does_not_multiply),   T(unknown_cookies_get_nothing),
	        T(clear_text_ends_nothing), T(mm5_in_clear),        T(deletes_only_its_own),
	        T(windows_quick_mode),      T(xp_quick_mode),       T(android_quick_mode),
	        T(replayed_quick_mode),     T(repeated_quick_mode), T(main_mode_on_4500),
	        T(weak_public_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
