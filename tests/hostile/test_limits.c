/* What strangers can make the IKE engine send, keep, compute and write into the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/hostile/hand.h"

enum { MOST = 3 };

/* ------------------------------------------------------------------ what is sent to an address that may be forged */

/* Each copy of the request is one more; what is sent never exceeds three times that, nor one answer to each. */
static void requests(struct net *net, const struct ike_out *o, unsigned n, unsigned every_ms)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned before = hand_heard.n;
		hand_send(net, CLIENT_IP, o);
		net_run(net, every_ms);
		assert_true(hand_heard.out <= MOST * hand_heard.in);
		assert_true(hand_heard.n <= before + 1);
	}
}

static void first_of_aggressive(struct net *net, struct ike_out *o, uint32_t number)
{
	struct ike_hdr hdr = {.exch = EXCH_AGGRESSIVE};
	static struct prim_dh_job dh = {.group = 2};
	static const uint8_t nonce[16] = {1};
	if (dh.public_len == 0)
		prim_dh_run(&dh);
	memset(hdr.icookie, 0x44, 4);
	memcpy(hdr.icookie + 4, &number, 4);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	p1_write_offer(&o->w, &net->server.offer.policy[0]);
	ike_out_bytes(o, PAY_KE, (struct bytes){dh.public, dh.public_len});
	ike_out_bytes(o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
	ike_out_payload(o, PAY_ID);
	wr_u32(&o->w, (uint32_t)ID_KEY_ID << 24);
	wr_bytes(&o->w, "nobody", 6);
	assert_true(ike_out_end(o));
}

static void nothing_is_multiplied(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	hand_first(net, &o, 1);
	assert_true(ike_out_end(&o));
	requests(net, &o, 40, 700);
	assert_true(hand_heard.n > 0);
	/* a refusal */
	hand_forget();
	struct ike_policy kept = net->server.offer.policy[0];
	net->server.offer.policy[0].hash = ike_hash_by_word(STR("md5"));
	hand_first(net, &o, 2);
	net->server.offer.policy[0] = kept;
	assert_true(ike_out_end(&o));
	requests(net, &o, 40, 700);
	assert_true(hand_heard.n > 0);
	hand_forget();
	first_of_aggressive(net, &o, 3);
	requests(net, &o, 40, 700);
	assert_true(hand_heard.n > 0);
}

/* An answer that is much longer than the question waits until that has been asked often enough. */
static void long_answer_waits(void **state)
{
	static char name[1801];
	struct net *net = *state;
	struct ike *ike = net->server.ike;
	struct ike_out o;
	memset(name, 'x', sizeof name - 1);
	net->server.offer.conf.identity = IKE_ID_KEY_ID;
	net->server.offer.conf.identity_text = name;
	first_of_aggressive(net, &o, 1);
	requests(net, &o, 2, 1000);
	assert_int_equal(hand_heard.n, 0);
	assert_int_equal(ike->put_off[PUT_OFF_UNPROVED], 2);
	requests(net, &o, 8, 1000);
	assert_true(hand_heard.n >= 1);
	assert_true(hand_heard.len > sizeof name);
	/* who answers with our cookie, from there, is there; from elsewhere he is not */
	struct ike_sa *sa = ike->sas_last;
	assert_true(sa->unproved);
	hand_begin(&o, sa, EXCH_AGGRESSIVE, 0, 0);
	ike_out_bytes(&o, PAY_VENDOR, (struct bytes){(const uint8_t *)name, 16});
	assert_true(ike_out_end(&o));
	hand_send(net, NAT_IP, &o);
	assert_true(sa->unproved);
	hand_send(net, CLIENT_IP, &o);
	assert_false(sa->unproved);
}

/* Who is there himself and then writes in another's name: that one is not sent more than he has seemed to send, either. */
static void third_message_from_elsewhere(void **state)
{
	struct net *net = *state;
	struct ike_sa *sa = hand_half_open(net, CLIENT_IP, 1);
	static struct prim_dh_job dh = {.group = 2};
	static const uint8_t nonce[16] = {1};
	struct ike_out o;
	prim_dh_run(&dh);
	net_client(net, &net->other, NAT_IP, NAT_IP, "3des", "sha", 2);
	hand_begin(&o, sa, 99, 0, 0);
	assert_true(ike_out_end(&o));
	hand_send(net, CLIENT_IP, &o);
	assert_false(sa->unproved);
	hand_forget();
	sa->credit = 0;
	hand_begin(&o, sa, EXCH_MAIN, 0, 0);
	ike_out_bytes(&o, PAY_KE, (struct bytes){dh.public, dh.public_len});
	ike_out_bytes(&o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
	assert_true(ike_out_end(&o));
	hand_send(net, NAT_IP, &o);
	net_run(net, 500);
	assert_int_equal(hand_heard.n, 1);
	assert_int_equal(sa->credit, MOST * hand_heard.in - hand_heard.out);
}

/* Copies that a network makes of one message are one. */
static void copies_get_one_answer(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	hand_first(net, &o, 1);
	assert_true(ike_out_end(&o));
	requests(net, &o, 15, 10);
	assert_int_equal(hand_heard.n, 1);
}

/* ------------------------------------------------------------------ rates */

/* One address, a minute long: what comes to nothing is let in at its rate; others are not concerned. */
static void rate_of_an_address(void **state)
{
	struct net *net = *state;
	struct ike *ike = net->server.ike;
	struct ike_out o;
	net->server.offer.conf.max_half_open = 1000;
	for (uint32_t ms = 0, number = 0; ms < 60000; ms += 10) {
		hand_first(net, &o, ++number);
		assert_true(ike_out_end(&o));
		hand_send(net, NAT_IP, &o);
		net_run(net, 10);
	}
	assert_in_range(ike->work.sa_created, 1000, 200 + 20 * 60);
	assert_true(ike->put_off[PUT_OFF_RATE] > 0);
	hand_connected(net, CLIENT_IP);
	/* after a while it is served again */
	net_run(net, 30000);
	net_client(net, &net->other, NAT_IP, NAT_IP, "3des", "sha", 2);
	net->filter = NULL;
	client_connect(&net->other);
	assert_int_equal(node_sa_count(&net->server), 2);
}

static unsigned tokens_left(struct ike *ike, uint32_t ip)
{
	unsigned n = 0;
	while (source_take(ike, ip))
		n++;
	return n;
}

/* Who gets in is not counted, however many they are at one address. */
static void success_costs_nothing(void **state)
{
	struct net *net = *state;
	struct ike *ike = net->server.ike;
	/* two addresses with as much left; from one of them somebody gets in, from the other nobody */
	for (unsigned i = 0; i < 150; i++)
		assert_true(source_take(ike, CLIENT_IP) && source_take(ike, NAT_IP));
	assert_true(source_take(ike, NAT_IP));
	net->filter = NULL;
	client_connect(&net->client);
	assert_non_null(node_sa(&net->client));
	unsigned other = tokens_left(ike, NAT_IP);
	assert_in_range(other, 49, 190);
	assert_int_equal(tokens_left(ike, CLIENT_IP), other + 1);
	assert_int_equal(tokens_left(ike, PRIVATE_IP), 200);
	source_give(ike, NAT_IP);
	assert_int_equal(tokens_left(ike, NAT_IP), 1);
}

/* Lines that strangers cause have a limit of their own. */
static void log_of_strangers(void **state)
{
	struct net *net = *state;
	struct ike_out o;
	for (uint32_t i = 0; i < 5000; i++) {
		struct ike_hdr hdr = {.exch = EXCH_QUICK, .flags = IKE_FLAG_ENCRYPTED, .msgid = i};
		memset(hdr.icookie, 0x33, IKE_COOKIE_LEN);
		memset(hdr.rcookie, 0x44, IKE_COOKIE_LEN);
		ike_out_begin(&o, &hdr);
		ike_out_bytes(&o, PAY_HASH, (struct bytes){hdr.icookie, 8});
		assert_true(ike_out_end(&o));
		hand_send(net, 0x0a000000 + i, &o);
	}
	assert_int_equal(net->server.ike->stat[STAT_NO_SA_FAILS], 5000);
	assert_int_equal(net_logged(net, 713904, NULL), 20);
}

/* ------------------------------------------------------------------ counters */

static uint64_t named_drops, all_drops;

static void count(void *arg, const char *label, uint64_t n)
{
	(void)arg;
	if (strcmp(label, "In Drop Packets") == 0)
		all_drops = n;
	else if (strncmp(label, "Drop ", 5) == 0)
		named_drops += n;
}

/* What is dropped has a name. */
static void drops_have_names(void **state)
{
	struct net *net = *state;
	struct ike *ike = net->server.ike;
	struct ike_out o;
	struct ike_sa *c = hand_connected(net, CLIENT_IP);
	static const uint8_t exchanges[] = {EXCH_MAIN, EXCH_AGGRESSIVE, EXCH_INFO, EXCH_QUICK, EXCH_TRANSACTION, 99};
	for (unsigned i = 0; i < 200; i++) {
		if (i % 10 == 0)
			hand_first(net, &o, i);
		else
			hand_begin(&o, i % 10 < 8 ? c : &(struct ike_sa){.icookie = {1}, .rcookie = {2}}, exchanges[i % sizeof exchanges],
			           (uint8_t)(i / 7 & 1), i & 2);
		ike_out_bytes(&o, i % 5 == 0 ? PAYLOAD_FRAGMENT : PAY_KE, (struct bytes){o.buf, i % 24});
		assert_true(ike_out_end(&o));
		if (i % 9 == 0)
			o.buf[17] = 0x20;
		hand_send(net, CLIENT_IP, &o);
	}
	named_drops = all_drops = 0;
	ike_each_stat(ike, count, NULL);
	assert_true(all_drops > 60);
	assert_int_equal(named_drops, all_drops);
	assert_true(ike->drop[IKE_DROP_HEADER] > 0 && ike->drop[IKE_DROP_NO_SA] > 0 && ike->drop[IKE_DROP_EXCHANGE] > 0 &&
	            ike->drop[IKE_DROP_CLEAR] > 0 && ike->drop[IKE_DROP_FRAGMENT] > 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, hand_setup, hand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(nothing_is_multiplied), T(long_answer_waits),     T(third_message_from_elsewhere), T(copies_get_one_answer),
	        T(rate_of_an_address),    T(success_costs_nothing), T(log_of_strangers), T(drops_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
