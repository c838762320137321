/* Aggressive Mode: clients that name their tunnel group. What strangers can do with it: test_ike_aggressive_strangers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_branch.h"

/* A client that says it belongs to a group. */
static struct ike_flow *client_of(struct net *net, const char *group, const char *psk, uint32_t public_ip)
{
	struct node *c = &net->client;
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	bool nat = public_ip != CLIENT_IP;
	net_client(net, c, nat ? PRIVATE_IP : CLIENT_IP, public_ip, "aes-256", "sha", 14);
	c->offer.conf.identity = strchr(group, '.') != NULL ? IKE_ID_HOSTNAME : IKE_ID_KEY_ID;
	c->offer.conf.identity_text = group;
	c->offer.groups[0].psk = psk;
	c->offer.groups[0].psk_len = strlen(psk);
	struct ike_peer *peer = client_peer(c);
	peer->aggressive = true;
	return client_flow(c, peer, c->ip, 1701, alg, nat ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT);
}

static void begin(struct node *c)
{
	mm_begin(c->ike->peers, NULL);
}

static void in_as(struct net *net, const char *group)
{
	assert_true(net_sas_match(node_sa(&net->client), net_partner(&net->server, node_sa(&net->client))));
	assert_int_equal(net->server.flow_ups, 1);
	struct ike_peer_info info;
	assert_true(ike_peer_info(net->server.ike, net->server.up_peer, &info));
	assert_string_equal(info.group, group);
}

/* It knows the key, and is in by then. */
static void comes_in(struct net *net, const char *group, uint32_t public_ip, uint64_t ms)
{
	client_of(net, group, BRANCH_KEY, public_ip);
	begin(&net->client);
	net_run(net, ms);
	in_as(net, group);
}

/* ------------------------------------------------------------------ as it should be */

static void lands_in_its_group(void **state)
{
	struct net *net = *state;
	comes_in(net, "branch", CLIENT_IP, 1000);
	const struct ike_sa *sa = net->server.ike->sas;
	assert_string_equal(sa->group_name, "branch");
	assert_true(sa->dpd_peer);
	assert_int_equal(net_logged(net, 713119, "Group = branch, IP = 203.0.113.101, PHASE 1 COMPLETED"), 2 - 1);
	assert_int_equal(net_logged(net, 713255, NULL), 0);
}

static void named_by_fqdn_behind_nat(void **state)
{
	struct net *net = *state;
	net->server.dh_later = true;
	client_of(net, "branch.example.com", BRANCH_KEY, NAT_IP);
	net->client.dh_later = true;
	begin(&net->client);
	net_run(net, 2000);
	in_as(net, "branch.example.com");
	const struct ike_sa *sa = net->server.ike->sas;
	assert_true(sa->remote_nat && !sa->local_nat);
	assert_int_equal(sa->remote.port, IKE_PORT_NATT + net->client.port_offset);
	assert_int_equal(net_logged(net, 713172, "Remote end is behind"), 1);
}

/* The second message is in clear: a shorter lifetime is told behind the third, encrypted; else nothing is. */
static void shorter_lifetime_is_told(void **state)
{
	struct net *net = *state;
	for (unsigned shorter = 0; shorter < 2; shorter++) {
		net->server.offer.policy[1].life_s = shorter ? 3600 : 86400;
		comes_in(net, "branch", CLIENT_IP, 1000);
		assert_int_equal(net_logged(net, 713073, NULL), shorter);
		assert_int_equal(net->client.ike->stat[STAT_IN_NOTIFYS], shorter);
		assert_int_equal(net->server.ike->stat[STAT_OUT_NOTIFYS], shorter);
		assert_int_equal(net->server.ike->sas_last->life_s, shorter ? 3600 : 28800); /* as asked */
		net_show_teardown(state);
		branch_setup(state);
		net = *state;
	}
}

/* Keys are renewed as they were made. */
static void rekeys(void **state)
{
	struct net *net = *state;
	/* the client finds the server's key by its address */
	static struct ike_group by_address;
	net->server.offer.policy[1].life_s = 3600;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	struct ike_offer *o = &net->client.offer;
	by_address = o->groups[0];
	by_address.name = "203.0.113.1";
	o->conf.groups = o->conf.ra = &by_address;
	share_set_text(&net->client.ike->peers->group, by_address.name);
	begin(&net->client);
	net_run(net, 1000);
	in_as(net, "branch");
	const struct ike_sa *first = net->server.ike->sas;
	uint32_t number = first->number;
	by_address.dpd = net->server.offer.groups[1].dpd = false;
	net_run(net, 3500 * 1000);
	const struct ike_sa *newest = sa_best(net->server.ike->peers);
	assert_int_not_equal(newest->number, number);
	assert_true(sa_is(newest, SAF_AGGRESSIVE) && sa_is(newest, SAF_INITIATOR));
	assert_string_equal(newest->group_name, "branch");
	assert_int_equal(net->server.peer_downs, 0);
	assert_int_equal(net->server.flow_downs, 0);
}

static void hear(void *arg, const char *line)
{
	out_printf(arg, "%s\n", line);
}

/* Each of the texts, in this order. */
static void in_order(const char *said, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		said = strstr(said, texts[i]);
		if (said == NULL)
			fail_msg("%s", texts[i]);
	}
}

static void shows_and_debugs(void **state)
{
	static const char *const texts[] = {
	        "crypto_isakmp_process_block: src 203.0.113.101, dest 203.0.113.1\n",
	        "OAK_AG exchange\n",
	        "ISAKMP (0): processing SA payload. message ID = 0\n",
	        "ISAKMP (0): atts are acceptable. Next payload is 0\n",
	        "ISAKMP (0): SA is doing pre-shared key authentication using id type ID_IPV4_ADDR\n",
	        "ISAKMP (0): processing KE payload. message ID = 0\n",
	        "ISAKMP (0): processing NONCE payload. message ID = 0\n",
	        "ISAKMP (0): processing ID payload. message ID = 0\n",
	        "return status is IKMP_NO_ERROR\n",
	        "ISAKMP (0): ID payload\n",
	        "crypto_isakmp_process_block: src 203.0.113.101, dest 203.0.113.1\n",
	        "OAK_AG exchange\n",
	        "ISAKMP (0): processing HASH payload. message ID = 0\n",
	        "ISAKMP (0): SA has been authenticated\n",
	        "return status is IKMP_NO_ERROR\n",
	        "OAK_QM exchange\n",
	};
	struct net *net = *state;
	struct out out, said;
	struct debug_sink ear = {.write = hear, .arg = &said};
	void *ctx;
	out_init(&out);
	out_init(&said);
	debug_sink_add(&ear);
	debug_form(&ear, true);
	debug_set(&ear, DEBUG_IKEV1, 1);
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 1000);
	debug_sink_remove(&ear);
	in_order(said.text, texts, sizeof texts / sizeof *texts);
	out_free(&said);
	cmd_fn *fn = cmd_find("show_ikev1_sa", &ctx);
	struct cmd cmd = {.out = &out, .ctx = ctx};
	assert_int_equal(fn(&cmd), CMD_OK);
	assert_non_null(strstr(out.text, "    Rekey   : no              State   : AM_ACTIVE \n"));
	out_free(&out);
}

/* ------------------------------------------------------------------ messages that are lost */

static unsigned am_seen[4]; /* by who sends: messages of Aggressive Mode */
static unsigned lose_am3, lose_am2;

static bool losing(struct net *net, struct net_packet *p)
{
	bool server = p->from == &net->server;
	if (p->len < 28 || p->data[18] != EXCH_AGGRESSIVE)
		return true;
	unsigned n = ++am_seen[server];
	if (server)
		return lose_am2 == 0 || n > lose_am2;
	bool am3 = (p->data[19] & IKE_FLAG_ENCRYPTED) != 0;
	if (am3 && lose_am3 > 0) {
		lose_am3--;
		return false;
	}
	return true;
}

/* So many second and third messages are lost. */
static void comes_in_although(struct net *net, unsigned am2, unsigned am3, uint64_t ms)
{
	memset(am_seen, 0, sizeof am_seen);
	lose_am2 = am2;
	lose_am3 = am3;
	net->filter = losing;
	comes_in(net, "branch", CLIENT_IP, ms);
}

static void lost_third_message(void **state)
{
	comes_in_although(*state, 0, 1, 10000);
	assert_int_equal(am_seen[1], 2); /* repeated because Quick Mode came */
}

static void lost_second_message(void **state)
{
	comes_in_although(*state, 2, 0, 20000);
	assert_int_equal(am_seen[1], 3);
}

/* ------------------------------------------------------------------ another address */

enum { ELSEWHERE = NAT_IP + 7 };

/* The third message and all that follows come from another address: its NAT has several. */
static bool moving(struct net *net, struct net_packet *p)
{
	if (p->from == &net->client && p->len > 19 && p->data[18] == EXCH_AGGRESSIVE && (p->data[19] & IKE_FLAG_ENCRYPTED)) {
		net->client.public_ip = ELSEWHERE;
		p->src.ip = ELSEWHERE;
	}
	return true;
}

/* It proves itself where it is now, and nothing that is sent there is weighed any more. */
static void third_message_from_elsewhere(void **state)
{
	struct net *net = *state;
	struct ike *ike = net->server.ike;
	net->filter = moving;
	comes_in(net, "branch", NAT_IP, 2000);
	struct ike_sa *sa = ike->sas;
	assert_int_equal(sa->first_remote.ip, NAT_IP);
	assert_int_equal(sa->remote.ip, ELSEWHERE);
	assert_int_equal(sa->peer->remote.ip, ELSEWHERE);
	assert_false(sa->unproved);
	size_t credit = sa->credit;
	uint64_t out = sa->bytes_out;
	net->client.silent = true;
	net_run(net, 600 * 1000); /* DPD */
	assert_true(sa->bytes_out > out);
	assert_int_equal(sa->credit, credit);
	assert_int_equal(ike->put_off[PUT_OFF_UNPROVED], 0);
	assert_int_equal(net->server.peer_downs, 0);
}

/* ------------------------------------------------------------------ who must not get in */

static void wrong_key(void **state)
{
	struct net *net = *state;
	client_of(net, "branch", "not-the-key-of-the-branch", CLIENT_IP);
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->server.flow_ups, 0);
	assert_int_equal(net->server.ike->npeers, 0);
	assert_int_equal(net->server.ike->nsas, 0);
}

/* The key of one group does not open another, nor does that of Main Mode. */
static void keys_of_others(void **state)
{
	struct net *net = *state;
	client_of(net, "DefaultRAGroup", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->server.flow_ups, 0);
	net->client.ike->peers->aggressive = false; /* Main Mode: always DefaultRAGroup */
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->server.flow_ups, 0);
}

static void disabled(void **state)
{
	struct net *net = *state;
	net->server.offer.conf.am_disable = true;
	client_of(net, "branch", BRANCH_KEY, CLIENT_IP);
	begin(&net->client);
	net_run(net, 60000);
	assert_int_equal(net->to_client, 0);
	assert_int_equal(net->server.ike->nsas, 0);
	assert_true(net_logged(net, 713904, "am-disable") > 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, branch_setup, net_show_teardown)
	const struct CMUnitTest tests[] = {
	        T(lands_in_its_group), T(named_by_fqdn_behind_nat), T(shorter_lifetime_is_told), T(rekeys),
	        T(shows_and_debugs), T(third_message_from_elsewhere), T(lost_third_message), T(lost_second_message),
	        T(wrong_key), T(keys_of_others), T(disabled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
