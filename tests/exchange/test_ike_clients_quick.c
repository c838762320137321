/* Quick Modes and farewells of the clients that are built into systems, as they send them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/auth.h"
#include "tests/exchange/ike_by_hand.h"

#define PRIVATE_1701 "\x01\x11\x06\xa5\xc6\x12\x01\x65" /* PRIVATE_IP, 17/1701 */
#define PRIVATE_ANY  "\x01\x11\x00\x00\xc6\x12\x01\x65"

#define UDP_TRANSPORT       "\x80\x04\x00\x04"
#define UDP_TRANSPORT_DRAFT "\x80\x04\xf0\x04"
#define SHA1                "\x80\x05\x00\x02"
#define KEY_256             "\x80\x06\x01\x00"
#define KEY_128             "\x80\x06\x00\x80"

enum { NATOA = 21, NATOA_DRAFT = 131 };

static void behind_nat(struct net *net, struct node *c, uint32_t ip, uint32_t public_ip)
{
	net_client(net, c, ip, public_ip, "3des", "sha", 2);
	client_connect(c);
	assert_non_null(node_sa(c));
	net->filter = hand_catch;
}

static const struct ike_payload *nth(const struct ike_msg *m, enum ike_payload_kind kind, unsigned n)
{
	const struct ike_payload *p = NULL;
	do
		p = ike_msg_find(m, kind, p);
	while (p != NULL && n-- > 0);
	return p;
}

/* Both identities as they were sent; NAT-OA payloads only to who sends them, of its kind, as the server sees the ends. */
static void check_answer(struct net *net, struct node *c, const struct hand_request *rq, const struct hand_quick *q)
{
	struct ike_msg m;
	size_t len = q->idci_len != 0 ? q->idci_len : 8;
	hand_answer(c, rq, &m);
	assert_int_equal(nth(&m, PAY_ID, 0)->body.len, len);
	assert_memory_equal(nth(&m, PAY_ID, 0)->body.p, q->idci, len);
	assert_memory_equal(nth(&m, PAY_ID, 1)->body.p, q->idcr, 8);
	assert_null(nth(&m, PAY_ID, 2));
	const uint32_t ends[] = {c->public_ip, net->server.ip};
	for (unsigned i = 0; i < 2 && q->natoa != 0; i++) {
		struct rd r = rd_of(nth(&m, PAY_NATOA, i)->body.p, nth(&m, PAY_NATOA, i)->body.len);
		assert_int_equal(nth(&m, PAY_NATOA, i)->type, q->natoa);
		assert_int_equal(rd_u32(&r), 0x01000000);
		assert_int_equal(rd_u32(&r), ends[i]);
	}
	assert_null(nth(&m, PAY_NATOA, q->natoa != 0 ? 2 : 0));
}

/* The newest pair, that nothing has come on yet. */
static const struct sa_pair *newest(struct net *net)
{
	const struct net_sa *found = NULL;
	for (size_t i = 0; i < NET_SAS; i++)
		if (net->server.sas[i].used && (found == NULL || net->server.sas[i].pair.spi_in > found->pair.spi_in))
			found = &net->server.sas[i];
	assert_non_null(found);
	return &found->pair;
}

/* ------------------------------------------------------------------ Windows */

static void sa_windows(struct wr *w)
{
	PROPOSAL(w, true, 1, ESP, AES, LIFE UDP_TRANSPORT SHA1 KEY_256);
	PROPOSAL(w, true, 2, ESP, AES, LIFE UDP_TRANSPORT SHA1 KEY_128);
	PROPOSAL(w, true, 3, ESP, DES3, LIFE UDP_TRANSPORT SHA1);
	PROPOSAL(w, true, 4, ESP, 2, LIFE UDP_TRANSPORT SHA1);
	PROPOSAL(w, false, 5, ESP, 11, LIFE UDP_TRANSPORT SHA1);
}
static const struct hand_quick windows = {
        .sa = sa_windows, .idci = PRIVATE_1701, .idcr = IDCR, .natoa = NATOA};

/* IDcr is the address that was dialled, also when the server is behind NAT; some ask with port 0 of their own first. */
static void windows_behind_nat(void **state)
{
	struct net *net = *state;
	for (unsigned i = 0; i < 4; i++) {
		struct hand_quick q = windows;
		q.idci = i & 1 ? PRIVATE_ANY : PRIVATE_1701;
		if (i & 2) {
			net->server.ip = 0x0a000001;
			net->server.offer.groups[0].behind_nat = true;
			net->server.offer.groups[0].outside_ip = SERVER_IP;
			ike_offer_use(net->server.ike, &net->server.offer, net->server.ip);
		}
		behind_nat(net, &net->client, PRIVATE_IP, NAT_IP);
		struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 1};
		hand_quick(net, &net->client, &rq, &q);
		CHECK_CHOICE(&net->client, &rq, 3, DES3, LIFE UDP_TRANSPORT SHA1);
		check_answer(net, &net->client, &rq, &q);
		assert_int_equal(newest(net)->local_proxy.ip, net->server.ip);
		assert_int_equal(newest(net)->remote_proxy.ip, NAT_IP);
		assert_int_equal(newest(net)->remote_proxy.port, i & 1 ? 0 : 1701);
		assert_int_equal(newest(net)->life_s, 3600);
		assert_int_equal(newest(net)->life_kb, 250000);
		net_teardown(state);
		net_setup(state);
	}
}

/* Message IDs count from 1 in every IKE SA, of every client; some logs have them in the other byte order. */
static void message_ids_from_one(void **state)
{
	struct net *net = *state;
	net->server.offer.groups[0].dpd = false;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	mm_begin(flow->peer, NULL);
	net_run(net, 1000);
	assert_int_equal(net->client.ike->nsas, 2);
	behind_nat(net, &net->other, PRIVATE_IP, CLIENT_IP);
	const struct {
		struct node *node;
		struct ike_sa *sa;
	} on[] = {{&net->client, net->client.ike->sas},
	          {&net->client, net->client.ike->sas_last},
	          {&net->other, net->other.ike->sas}};
	for (uint32_t id = 1; id <= 4; id++)
		for (size_t i = 0; i < 3; i++)
			for (unsigned swapped = 0; swapped < 2; swapped++) {
				struct hand_request rq = {
				        .sa = on[i].sa, .exch = EXCH_QUICK, .msgid = swapped ? id << 24 : id};
				hand_spi += 0x10;
				hand_quick(net, on[i].node, &rq, &windows);
				CHECK_CHOICE(on[i].node, &rq, 3, DES3, LIFE UDP_TRANSPORT SHA1);
				ike_sa_events.used(net->server.ike, newest(net)->spi_in);
			}
	assert_int_equal(net->server.flow_ups, 2);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.ike->npeers, 2);
}

static void write_delete_esp(struct ike_out *o, uint32_t spi)
{
	ike_out_payload(o, PAY_DELETE);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 0x03040001); /* ESP, 4 bytes, one */
	wr_u32(&o->w, spi);
}

static void write_delete_sa(struct ike_out *o, const struct ike_sa *sa)
{
	ike_out_payload(o, PAY_DELETE);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 0x01100001); /* ISAKMP, 16 bytes, one */
	wr_bytes(&o->w, sa->icookie, 8);
	wr_bytes(&o->w, sa->rcookie, 8);
}

/* Nobody answers the L2TP of a Windows client: new pairs at 0, 3, 7, 15 and 29 s, each with a Delete for the one before,
 * sent twice; then everything goes, twice, in one message. */
static void windows_tries_again(void **state)
{
	static const unsigned at_s[] = {0, 3, 7, 15, 29};
	struct net *net = *state;
	uint32_t msgid = 100, before = 0;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_peer *peer = client_peer(&net->client);
	mm_begin(peer, NULL);
	net_run(net, 1000);
	net->filter = hand_catch;
	for (uint32_t i = 0; i < 5; i++) {
		net_run(net, i > 0 ? 1000 * (at_s[i] - at_s[i - 1]) : 0);
		struct hand_request rq = {.exch = EXCH_QUICK, .msgid = i + 1};
		hand_spi += 0x10;
		hand_quick(net, &net->client, &rq, &windows);
		ike_sa_events.used(net->server.ike, newest(net)->spi_in);
		for (unsigned k = 0; k < 2 && before != 0; k++) {
			struct hand_request gone = {.exch = EXCH_INFO, .msgid = msgid++};
			size_t at;
			write_delete_esp(hand_begin(&net->client, &gone, &at), before);
			hand_send(net, &net->client, &gone, at);
		}
		before = hand_spi + 3;
		assert_int_equal(node_sa_count(&net->server), 1);
		assert_int_equal(newest(net)->spi_out, before);
		assert_int_equal(net->server.flow_ups, 1);
		assert_int_equal(net->server.flow_downs, 0);
	}
	struct hand_request gone = {.exch = EXCH_INFO, .msgid = msgid};
	size_t at;
	struct ike_out *o = hand_begin(&net->client, &gone, &at);
	for (unsigned k = 0; k < 2; k++)
		write_delete_esp(o, before);
	for (unsigned k = 0; k < 2; k++)
		write_delete_sa(o, net->client.ike->sas);
	write_delete_esp(o, before);
	hand_send(net, &net->client, &gone, at);
	hand_to_server(net, NAT_IP, (uint16_t)(4500 + net->client.port_offset), &gone.out); /* and the message again */
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(node_sa_count(&net->server), 0);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_int_equal(hash_count(net->server.ike->children_by_spi), 0);
}

/* 250000 kilobytes are 20 s at 100 Mbit/s: ten minutes of rekeys every three seconds. What the client sends on is always
 * there, and so is what the server sends on. */
static void rekeys_every_few_seconds(void **state)
{
	struct net *net = *state;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	for (unsigned i = 0; i < 200; i++) {
		assert_true(qm_begin(sa_best(flow->peer), flow));
		for (unsigned k = 0; k < 600; k++) {
			net_run(net, 5);
			assert_true(net_sas_match(node_sa(&net->client), net_partner(&net->server, node_sa(&net->client))));
			assert_true(net_sas_match(node_sa(&net->server), net_partner(&net->client, node_sa(&net->server))));
		}
		assert_true(node_sa_count(&net->server) <= IKE_CHILDREN_PER_FLOW + 1);
	}
	assert_int_equal(net->server.flow_ups, 1);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.ike->child_ever, 201);
}

/* ------------------------------------------------------------------ Windows XP */

static unsigned natd_draft; /* NAT-D payloads of the server's by the number that the drafts have */

static void count_natd(const struct net_packet *p)
{
	struct rd r = rd_of(p->data, p->len);
	struct ike_hdr hdr;
	struct ike_msg m;
	assert_true(ike_hdr_read(&r, &hdr));
	if (hdr.flags & IKE_FLAG_ENCRYPTED)
		return;
	assert_true(ike_msg_parse(&m, &hdr, rd_rest(&r), 16, NULL));
	for (size_t i = 0; i < m.n; i++)
		natd_draft += m.p[i].type == PAYLOAD_NATD_DRAFT;
}

static bool only_draft_02n(struct net *net, struct net_packet *p)
{
	static const uint8_t hidden[][8] = {{0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45},
	                                    {0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f},
	                                    {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8}};
	if (p->from == &net->server)
		count_natd(p);
	for (size_t i = 0; i < 3; i++)
		for (size_t at = IKE_HDR_LEN; at + 8 <= p->len; at++)
			if (memcmp(p->data + at, hidden[i], 8) == 0)
				memset(p->data + at, 0xee, 8);
	return true;
}

static void sa_xp(struct wr *w)
{
	PROPOSAL(w, true, 1, AH, 3, LIFE UDP_TRANSPORT_DRAFT SHA1);
	PROPOSAL(w, true, 1, ESP, DES3, LIFE UDP_TRANSPORT_DRAFT SHA1);
	PROPOSAL(w, true, 2, AH, 2, LIFE UDP_TRANSPORT_DRAFT "\x80\x05\x00\x01");
	PROPOSAL(w, true, 3, ESP, DES3, LIFE UDP_TRANSPORT_DRAFT SHA1);
	PROPOSAL(w, false, 4, ESP, 11, LIFE UDP_TRANSPORT_DRAFT SHA1);
}

static void xp_behind_nat(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {
	        .sa = sa_xp, .idci = "\x02\x11\x06\xa5xp-host", .idci_len = 11, .idcr = IDCR, .natoa = NATOA_DRAFT};
	natd_draft = 0;
	net->filter = only_draft_02n;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	mm_begin(client_peer(&net->client), NULL);
	net_run(net, 1000);
	assert_int_equal(net->server.ike->sas->natt, NATT_DRAFT_02N);
	assert_int_equal(natd_draft, 2);
	net->filter = hand_catch;
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 0x5a5a5a5a};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 3, DES3, LIFE UDP_TRANSPORT_DRAFT SHA1);
	check_answer(net, &net->client, &rq, &q);
	assert_true(newest(net)->udp_encap);
	assert_int_equal(newest(net)->remote_proxy.ip, NAT_IP);
	assert_int_equal(newest(net)->remote_proxy.port, 1701);
}

/* ------------------------------------------------------------------ Android, Apple */

#define LIFE_ANDROID \
	"\x80\x01\x00\x01\x80\x02\x70\x80" \
	"\x80\x01\x00\x02\x00\x02\x00\x04\x7f\xff\xff\xff"
#define ANDROID(auth) LIFE_ANDROID UDP_TRANSPORT "\x80\x05\x00" auth KEY_256

/* SHA-512, SHA-384, SHA-256 and at last what the server knows. */
static void sa_android(struct wr *w)
{
	PROPOSAL(w, true, 1, ESP, AES, ANDROID("\x07"));
	PROPOSAL(w, true, 2, ESP, AES, ANDROID("\x06"));
	PROPOSAL(w, true, 3, ESP, 20, ANDROID("\x05")); /* AES-GCM */
	PROPOSAL(w, true, 4, ESP, AES, ANDROID("\x05"));
	PROPOSAL(w, false, 5, ESP, AES, ANDROID("\x02"));
}

/* No NAT-OA from it, so none to it; a limit of kilobytes that is longer than ours is told. */
static void android_behind_nat(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {.sa = sa_android, .idci = PRIVATE_ANY, .idcr = IDCR};
	struct ike_msg m;
	behind_nat(net, &net->client, PRIVATE_IP, NAT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 0x01020304};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 5, AES, ANDROID("\x02"));
	check_answer(net, &net->client, &rq, &q);
	assert_int_equal(newest(net)->remote_proxy.port, 0);
	assert_int_equal(newest(net)->life_s, 28800);
	assert_int_equal(newest(net)->life_kb, 4608000);
	hand_answer(&net->client, &rq, &m);
	const struct ike_payload *told = ike_msg_find(&m, PAY_NOTIFY, NULL);
	assert_non_null(told);
	static const uint8_t kilobytes[] = {0x80, 1, 0, 2, 0, 2, 0, 4, 0, 0x46, 0x50, 0};
	assert_memory_equal(told->body.p + told->body.len - sizeof kilobytes, kilobytes, sizeof kilobytes);
}

/* Android 4.0 leaves what there was in the reserved bytes of its NAT-OA payloads; ours are in order. */
static void android_4_behind_nat(void **state)
{
	struct net *net = *state;
	const struct hand_quick q = {
	        .sa = sa_android, .idci = PRIVATE_ANY, .idcr = IDCR, .natoa = NATOA, .natoa_reserved = 0x7c};
	behind_nat(net, &net->client, PRIVATE_IP, NAT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 0x01020304};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 5, AES, ANDROID("\x02"));
	check_answer(net, &net->client, &rq, &q);
	assert_int_equal(newest(net)->remote_proxy.ip, NAT_IP);
}

/* INITIAL-CONTACT in the fifth message: what it was before at this place goes, its neighbours stay. */
static void write_with_contact(struct ike_xchg *x, struct ike_out *o, bool id)
{
	ike_auth_psk.write(x, o, id);
	ike_out_payload(o, PAY_NOTIFY);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 0x01100000 | NOTIFY_INITIAL_CONTACT);
	wr_bytes(&o->w, x->sa->icookie, 8);
	wr_bytes(&o->w, x->sa->rcookie, 8);
}

static void initial_contact_in_main_mode(void **state)
{
	struct net *net = *state;
	struct ike_auth contact = ike_auth_psk;
	contact.write = write_with_contact;
	net_client(net, &net->other, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	client_connect(&net->other);
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	assert_int_equal(net->server.flow_ups, 2);
	/* a new Main Mode without it keeps everything */
	mm_begin(flow->peer, NULL);
	net_run(net, 1000);
	assert_int_equal(net->server.flow_downs, 0);
	assert_int_equal(net->server.ike->npeers, 2);
	/* with it the pair of before is gone, and only that */
	mm_begin(flow->peer, NULL);
	net->client.ike->sas_last->auth = &contact;
	net_run(net, 1000);
	assert_int_equal(net->server.flow_downs, 1);
	assert_int_equal(net->server.down_why, SA_END_REPLACED);
	assert_int_equal(net->server.ike->npeers, 2);
	assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->other)));
	sa_delete(net->client.ike->sas_last, SA_END_ADMIN, false);
}

/* ------------------------------------------------------------------ PFS that nobody has asked for */

#define PFS(group) LIFE "\x80\x03\x00" group "\x80\x04\x00\x02" SHA1

static void every_group(void **state)
{
	struct net *net = *state;
	static const uint16_t groups[] = {1, 2, 5, 14, 19, 20};
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	struct ike_flow *flow = client_connect(&net->client);
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		uint32_t before = node_sa(&net->client)->pair.spi_in;
		flow->group = groups[i];
		assert_true(qm_begin(sa_best(flow->peer), flow));
		net_run(net, 1000);
		assert_int_not_equal(node_sa(&net->client)->pair.spi_in, before);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		assert_int_equal(net->server.ike->peers->flows->group, groups[i]);
	}
	assert_int_equal(net->server.flow_ups, 1);
}

static void sa_pfs(struct wr *w)
{
	PROPOSAL(w, true, 1, ESP, DES3, PFS("\x18")); /* group 24: not known */
	PROPOSAL(w, true, 2, ESP, DES3, PFS("\x02"));
	PROPOSAL(w, false, 3, ESP, DES3, PFS("\x0e"));
}

static void sa_pfs_unknown(struct wr *w)
{
	PROPOSAL(w, false, 1, ESP, DES3, PFS("\x18"));
}

static void sa_no_pfs(struct wr *w)
{
	PROPOSAL(w, false, 1, ESP, DES3, SHA1_TRANSPORT);
}

/* Several groups are offered with one public value: it is of one of them. */
static void group_of_the_value(void **state)
{
	struct net *net = *state;
	static const uint8_t value[256] = {[255] = 4}; /* a square: of the subgroups that are used */
	struct ike_msg m;
	struct hand_quick q = {.sa = sa_pfs, .idci = IDCI, .idcr = IDCR, .ke = {value, 256}};
	behind_nat(net, &net->client, CLIENT_IP, CLIENT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 1};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 3, DES3, PFS("\x0e"));
	hand_answer(&net->client, &rq, &m);
	assert_int_equal(ike_msg_find(&m, PAY_KE, NULL)->body.len, 256);

	q.ke = (struct bytes){value + 128, 128};
	rq = (struct hand_request){.exch = EXCH_QUICK, .msgid = 2};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 2, DES3, PFS("\x02"));
	hand_answer(&net->client, &rq, &m);
	assert_int_equal(ike_msg_find(&m, PAY_KE, NULL)->body.len, 128);

	/* a value of no group that is offered, none at all, none that is known: refused, by an Informational */
	static const struct {
		void (*sa)(struct wr *w);
		size_t len;
	} bad[] = {{sa_pfs, 96}, {sa_pfs, 0}, {sa_pfs_unknown, 256}};
	for (uint32_t i = 0; i < 3; i++) {
		unsigned pairs = node_sa_count(&net->server);
		q.sa = bad[i].sa;
		q.ke = (struct bytes){value + sizeof value - bad[i].len, bad[i].len};
		rq = (struct hand_request){.exch = EXCH_QUICK, .msgid = 10 + i};
		hand_quick(net, &net->client, &rq, &q);
		assert_int_equal(hand_sent.n, 1);
		assert_int_equal(hand_sent.data[18], EXCH_INFO);
		assert_int_equal(node_sa_count(&net->server), pairs);
	}

	/* without a group it stands there for nothing */
	q.sa = sa_no_pfs;
	q.ke = (struct bytes){value, 256};
	rq = (struct hand_request){.exch = EXCH_QUICK, .msgid = 20};
	hand_quick(net, &net->client, &rq, &q);
	CHECK_CHOICE(&net->client, &rq, 1, DES3, SHA1_TRANSPORT);
	hand_answer(&net->client, &rq, &m);
	assert_null(ike_msg_find(&m, PAY_KE, NULL));
}

/* ------------------------------------------------------------------ farewells */

/* A Quick Mode that crosses our Delete of its IKE SA: nothing is answered, nothing is made. */
static void quick_mode_on_a_deleted_sa(void **state)
{
	struct net *net = *state;
	behind_nat(net, &net->client, PRIVATE_IP, NAT_IP);
	struct hand_request rq = {.exch = EXCH_QUICK, .msgid = 7};
	hand_quick(net, &net->client, &rq, &windows);
	assert_int_equal(hand_sent.n, 1);
	unsigned pairs = node_sa_count(&net->server);
	ike_enter(net->server.ike);
	sa_delete(net->server.ike->sas, SA_END_ADMIN, true);
	ike_leave(net->server.ike);
	assert_int_equal(net->server.ike->nsas, 0);
	for (uint32_t id = 7; id < 9; id++) { /* one that was here before, and a new one */
		rq = (struct hand_request){.exch = EXCH_QUICK, .msgid = id};
		hand_quick(net, &net->client, &rq, &windows);
		assert_int_equal(hand_sent.n, 0);
	}
	assert_true(node_sa_count(&net->server) <= pairs);
	assert_non_null(node_sa(&net->server)); /* ESP that was in use goes on */
	assert_int_equal(net->server.flow_downs, 0);
	assert_true(net_logged(net, 713904, "Received encrypted packet with no matching SA, dropping") > 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, hand_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(windows_behind_nat),
	        T(message_ids_from_one),
	        T(windows_tries_again),
	        T(rekeys_every_few_seconds),
	        T(xp_behind_nat),
	        T(android_behind_nat),
	        T(android_4_behind_nat),
	        T(initial_contact_in_main_mode),
	        T(every_group),
	        T(group_of_the_value),
	        T(quick_mode_on_a_deleted_sa),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
