/* Aggressive Mode and strangers: what they learn of the names of tunnel groups, how much they can take, messages that are
 * none. They are written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/exchange/ike_branch.h"
#include "tests/exchange/ike_by_hand.h"

static struct {
	unsigned n;
	size_t len[8];
	uint8_t data[2048];
} got;

static bool catch_sent(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	(void)ctx, (void)local, (void)remote;
	if (got.n < 8)
		got.len[got.n] = len;
	got.n++;
	memcpy(got.data, msg, len < sizeof got.data ? len : sizeof got.data);
	return true;
}

/* From now on nobody gets what the server sends; it goes on where it was with on false. */
static void catch_server(struct net *net, bool on)
{
	static struct ike_ops ops;
	static const struct ike_ops *before;
	struct ike *ike = net->server.ike;
	if (ike->ops != &ops)
		before = ike->ops;
	ops = *before;
	ops.send = catch_sent;
	ike->ops = on ? &ops : before;
	memset(&got, 0, sizeof got);
}

struct first {
	uint8_t id_type;
	const char *id;
	size_t id_len;     /* 0 = as long as the text */
	size_t ke_len;     /* 0 = as it should be */
	unsigned ids, kes; /* how many; 0 = one */
	bool no_nonce, natd;
};

static void write_first(struct net *net, struct ike_out *o, uint32_t number, const struct first *f)
{
	static const uint8_t vendors[][16] = {
	        {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f},
	        {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00},
	        {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3}};
	struct ike_hdr hdr = {.exch = EXCH_AGGRESSIVE};
	static struct prim_dh_job dh; /* public values are looked at */
	uint8_t nonce[20];
	size_t id_len = f->id_len != 0 ? f->id_len : strlen(f->id);
	memset(hdr.icookie, 0x33, 4);
	memcpy(hdr.icookie + 4, &number, 4);
	if (dh.public_len == 0) {
		dh.group = 14;
		prim_dh_run(&dh);
	}
	random_bytes(nonce, sizeof nonce);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	p1_write_offer(&o->w, &net->server.offer.policy[1]);
	for (unsigned i = 0; i < (f->kes != 0 ? f->kes : 1); i++)
		ike_out_bytes(o, PAY_KE, (struct bytes){dh.public, f->ke_len != 0 ? f->ke_len : dh.public_len});
	if (!f->no_nonce)
		ike_out_bytes(o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
	for (unsigned i = 0; i < (f->ids != 0 ? f->ids : 1); i++) {
		ike_out_payload(o, PAY_ID);
		wr_u32(&o->w, (uint32_t)f->id_type << 24 | 17u << 16 | 500);
		wr_bytes(&o->w, f->id, id_len);
	}
	if (f->natd)
		ike_out_bytes(o, PAYLOAD_NATD_DRAFT, (struct bytes){nonce, sizeof nonce});
	for (size_t i = 0; i < 3; i++)
		ike_out_bytes(o, PAY_VENDOR, (struct bytes){vendors[i], 16});
	assert_true(ike_out_end(o));
}

/* Counters of what was worked, and the answers, from the first message to after the third. */
struct seen {
	struct crypto_work work;
	unsigned answers;
	size_t second, last, sas, peers;
	uint64_t stat[STAT_N];
};

static struct seen ask(struct net *net, uint32_t number, const char *name, uint8_t type, bool clear)
{
	struct ike *ike = net->server.ike;
	struct crypto_work before = ike_work(ike);
	struct ike_out *o = calloc(1, sizeof *o);
	struct seen s = {0};
	uint64_t stat[STAT_N];
	uint8_t hash[20];

	memcpy(stat, ike->stat, sizeof stat);
	catch_server(net, true);
	write_first(net, o, number, &(struct first){.id_type = type, .id = name});
	hand_to_server(net, CLIENT_IP + number, IKE_PORT, o);
	net_run(net, 100);
	assert_int_equal(got.n, 1);
	s.second = got.len[0];
	/* the third: whoever does not know the key can only guess */
	struct rd r = rd_of(got.data, s.second);
	struct ike_hdr hdr;
	assert_true(ike_hdr_read(&r, &hdr));
	assert_int_equal(hdr.exch, EXCH_AGGRESSIVE);
	hdr.flags = clear ? 0 : IKE_FLAG_ENCRYPTED;
	random_bytes(hash, sizeof hash);
	ike_out_begin(o, &hdr);
	ike_out_bytes(o, PAY_HASH, (struct bytes){hash, sizeof hash});
	if (!clear)
		wr_zero(&o->w, 8);
	assert_true(ike_out_end(o));
	net_run(net, 1000);
	hand_to_server(net, CLIENT_IP + number, IKE_PORT, o);
	net_run(net, 100);
	s.answers = got.n;
	s.last = got.len[1];
	s.sas = ike->nsas;
	s.peers = ike->npeers;
	struct crypto_work after = ike_work(ike);
	s.work = (struct crypto_work){.random = after.random - before.random,
	                              .sa_created = after.sa_created - before.sa_created,
	                              .key_allocated = after.key_allocated - before.key_allocated,
	                              .encrypt = after.encrypt - before.encrypt,
	                              .decrypt = after.decrypt - before.decrypt,
	                              .hmac = after.hmac - before.hmac,
	                              .failed = after.failed - before.failed};
	for (size_t i = 0; i < STAT_N; i++)
		s.stat[i] = ike->stat[i] - stat[i];
	free(o);
	net_run(net, 60000); /* what was refused is forgotten */
	return s;
}

static void same_shape(const struct seen *a, const struct seen *b)
{
	assert_int_equal(a->second, b->second);
	assert_int_equal(a->answers, b->answers);
	assert_int_equal(a->last, b->last);
	assert_int_equal(a->sas, b->sas);
	assert_int_equal(a->peers, b->peers);
	assert_memory_equal(&a->work, &b->work, sizeof a->work);
	assert_memory_equal(a->stat, b->stat, sizeof a->stat);
}

/* Nobody can ask which groups there are: as many messages, as long ones, after as much work. */
static void no_oracle(void **state)
{
	static const struct {
		const char *name;
		uint8_t type;
	} unknown[] = {{"bronch", ID_KEY_ID},        {"branch", ID_IPV4_SUBNET}, {"vacant", ID_KEY_ID},
	               {"BRANCH", ID_KEY_ID},        {"bra\nch", ID_KEY_ID},    {"brancs", ID_USER_FQDN},
	               {"branch", ID_DER_ASN1_DN}};
	struct net *net = *state;
	uint32_t number = 1;
	/* also for a group with terms of its own */
	net->server.offer.groups[1].dpd = false;
	for (unsigned clear = 0; clear < 2; clear++) {
		struct seen known = ask(net, number++, "branch", ID_KEY_ID, clear);
		assert_int_equal(known.work.key_allocated, 1);
		assert_int_equal(known.answers, 2);
		assert_int_equal(net_logged(net, 713255, NULL), 0);
		assert_int_equal(net_logged(net, 713904, "Received encrypted Oakley Aggressive Mode packet"), 1);
		for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
			struct seen other = ask(net, number++, unknown[i].name, unknown[i].type, clear);
			same_shape(&known, &other);
		}
		assert_int_equal(net_logged(net, 713255, NULL), sizeof unknown / sizeof *unknown);
		assert_int_equal(net_logged(net, 713255, "unknown tunnel group name 'bronch'"), 1);
		assert_int_equal(net_logged(net, 713256, NULL), sizeof unknown / sizeof *unknown);
		net_log_clear(net);
	}
}

/* One answer to one message, not longer than needed, and never by itself. */
static void answers_are_not_repeated(void **state)
{
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	catch_server(net, true);
	write_first(net, o, 1, &(struct first){.id_type = ID_KEY_ID, .id = "branch"});
	size_t asked = wr_len(&o->w);
	hand_to_server(net, CLIENT_IP, IKE_PORT, o);
	net_run(net, 25000);
	assert_int_equal(got.n, 1);
	assert_true(got.len[0] < asked + 120); /* HASH_R, NAT-D twice */
	hand_to_server(net, CLIENT_IP, IKE_PORT, o);
	hand_to_server(net, CLIENT_IP, IKE_PORT, o); /* a copy that the network made */
	assert_int_equal(net->server.ike->nsas, 1);
	net_run(net, 100);
	assert_int_equal(got.n, 2);
	net_run(net, 60000);
	assert_int_equal(got.n, 2);
	assert_int_equal(net->server.ike->nsas, 0);
	free(o);
}

/* Aggressive Mode takes no more than its part, and what it takes is given back for others. */
static void flood(void **state)
{
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	catch_server(net, true);
	for (uint32_t i = 0; i < 500; i++) {
		write_first(net, o, i, &(struct first){.id_type = ID_KEY_ID, .id = i % 2 == 0 ? "branch" : "none"});
		hand_to_server(net, 0x0a000000 + i, IKE_PORT, o);
	}
	net_run(net, 100);
	assert_int_equal(net->server.offer.conf.max_half_open, 100);
	assert_int_equal(net->server.ike->half_open, 25);
	assert_int_equal(got.n, 25);
	free(o);
	catch_server(net, false);
	net_client(net, &net->other, CLIENT_IP, CLIENT_IP, "aes-256", "sha", 14);
	client_connect(&net->other);
	assert_non_null(node_sa(&net->other));
	net_run(net, 120000);
	assert_int_equal(net->server.ike->half_open, 0);
}

/* Messages that are none. */
static void malformed(void **state)
{
	static char longest[400];
	memset(longest, 'b', sizeof longest);
	const struct {
		struct first f;
		unsigned answers; /* a notify, when it is told why */
	} cases[] = {
	        {{.id_type = ID_KEY_ID, .id = "branch", .no_nonce = true}, 0},
	        {{.id_type = ID_KEY_ID, .id = "branch", .kes = 2}, 0},
	        {{.id_type = ID_KEY_ID, .id = "branch", .natd = true}, 0},
	        {{.id_type = ID_KEY_ID, .id = "branch", .ids = 2}, 1},
	        {{.id_type = ID_KEY_ID, .id = longest, .id_len = sizeof longest}, 1},
	        {{.id_type = ID_KEY_ID, .id = "branch", .ke_len = 128}, 1},
	        {{.id_type = ID_KEY_ID, .id = "branch", .ke_len = 1}, 1},
	        {{.id_type = ID_KEY_ID, .id = "branch\0x", .id_len = 8}, 1}, /* another name: answered as one */
	};
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		catch_server(net, true);
		write_first(net, o, i, &cases[i].f);
		hand_to_server(net, CLIENT_IP, IKE_PORT, o);
		net_run(net, 100);
		if (got.n != cases[i].answers)
			fail_msg("case %u: %u answers", i, got.n);
		assert_int_equal(net->server.ike->npeers, 0);
	}
	net_run(net, 60000);
	assert_int_equal(net->server.ike->nsas, 0);
	free(o);
}

/* A message of one mode does not belong to the other. */
static void modes_are_told_apart(void **state)
{
	struct net *net = *state;
	struct ike_out *o = calloc(1, sizeof *o);
	catch_server(net, true);
	write_first(net, o, 1, &(struct first){.id_type = ID_KEY_ID, .id = "branch"});
	hand_to_server(net, CLIENT_IP, IKE_PORT, o);
	net_run(net, 300);
	assert_int_equal(got.n, 1);
	o->buf[18] = EXCH_MAIN;
	hand_to_server(net, CLIENT_IP, IKE_PORT, o);
	net_run(net, 300);
	assert_int_equal(got.n, 1);
	assert_int_equal(net->server.ike->sas->mm.state, ST_AM_WAIT3);
	free(o);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, branch_setup, net_show_teardown)
	const struct CMUnitTest tests[] = {
	        T(no_oracle), T(answers_are_not_repeated), T(flood), T(malformed), T(modes_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
