/* clients PROFILE: one kind of client in front of the whole appliance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/proposal.h"
#include "crypto/ike/quick.h"
#include "tests/clients/certified.h"
#include "tests/clients/drive.h"
#include "tests/clients/heard.h"
#include "tests/clients/look.h"
#include "tests/clients/say.h"

static struct profile *profile;
static struct script_list vendors; /* what it says usually */
static const struct place direct = {.public_ip = HOME_IP};
static const struct place behind_nat = {.public_ip = ROUTER_IP, .private_ip = BEHIND_IP};

static int setup(void **state)
{
	static struct world w;
	const struct profile *one = profile;
	profile->ike.vendors = vendors;
	profile->ike.auth = profile->auths.n > 0 ? profile->auths.items[0].type : AUTH_PSK;
	drive_open(&w, &one, 1);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	certified_close();
	return world_teardown(state);
}

/* ------------------------------------------------------------------ in and out */

static void come_and_go(struct world *w, const struct place *place)
{
	struct client *c = drive_new(w, profile, place, 0);
	client_enter(c);
	look_at_first(profile, c->first, c->first_len);
	assert_int_equal(world_sessions(w), 1);
	client_data(c, 20);
	client_traffic(c, 50, 400);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_rekey_ike(c);
	world_run(w, 20000);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_lost_nothing(c);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(c->vpn.flow_ups, 1);
	if (profile->ppp.echo_s > 0)
		assert_true(c->vpn.ppp.echoes > 0 && c->vpn.ppp.echoes_missed <= 1);
	assert_int_equal(c->vpn.ppp.informs, profile->ppp.inform.n > 0 ? profile->ppp.inform_tries : 0);
	assert_int_equal(c->vpn.ppp.inform_acks, 0);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

static void comes_directly(void **state)
{
	come_and_go(*state, &direct);
}

static void comes_through_nat(void **state)
{
	come_and_go(*state, &behind_nat);
}

/* Three Quick Modes in its first IKE SA, one in the next: what the server heard of it is what the profile says. */
static void says_its_own(struct world *w, const struct place *place)
{
	struct client *c = drive_new(w, profile, place, 0);
	heard_begin(w->gw.ike);
	client_enter(c);
	for (int i = 0; i < 2; i++) {
		client_rekey_ipsec(c);
		world_run(w, 5000);
	}
	client_rekey_ike(c);
	world_run(w, 20000);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	look_at_all(&c->vpn, profile, place->private_ip != 0);
	heard_begin(NULL);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

static void says_its_own_directly(void **state)
{
	says_its_own(*state, &direct);
}

static void says_its_own_through_nat(void **state)
{
	says_its_own(*state, &behind_nat);
}

/* On a way that loses long messages: with less than it would take for them, so that there are some. */
static void comes_in_fragments(void **state)
{
	enum { LONGEST = 250 };
	struct world *w = *state;
	uint32_t usual = profile->ike.fragment_bytes;
	/* In Aggressive Mode the server takes what the racoon family says of itself as "in Main Mode only". */
	if (profile->ike.fragment == FRAGMENT_NEVER || profile->ike.aggressive)
		skip();
	profile->ike.fragment_bytes = LONGEST;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	c->loses_above = LONGEST;
	client_enter(c);
	client_data(c, 20);
	client_rekey_ike(c);
	world_run(w, 20000);
	client_rekey_ipsec(c);
	world_run(w, 20000);
	client_data(c, 20);
	drive_leave(c, profile);
	drive_free(c);
	profile->ike.fragment_bytes = usual;
	world_run(w, 150000);
	world_assert_empty(w);
}

/* A third of everything is lost, more comes twice or late; nobody gives up. */
static void comes_over_a_bad_way(void **state)
{
	struct world *w = *state;
	w->wire.loss = 300;
	w->wire.doubled = 100;
	w->wire.jitter_ms = 300;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_dial(c);
	for (int i = 0; i < 1200 && !client_is_in(c); i++)
		world_run(w, 100);
	w->wire.loss = w->wire.doubled = w->wire.jitter_ms = 0;
	world_run(w, 30000);
	assert_true(client_is_in(c));
	client_data(c, 20);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* The value of an option of the DHCP message in its IP packet; NULL = it is not there. */
static const uint8_t *dhcp_option(const struct client *c, uint8_t option, size_t *len)
{
	enum { OPTIONS_AT = 20 + 8 + 240, END = 255 };
	for (size_t at = OPTIONS_AT; at + 2 <= c->other_len && c->other[at] != END; at += 2u + *len) {
		*len = c->other[at + 1];
		if (c->other[at] == option)
			return at + 2 + *len <= c->other_len ? c->other + at + 2 : NULL;
	}
	return NULL;
}

/* What it asks by DHCPINFORM it is told at once, and asks no more. */
static void is_told_routes(void **state)
{
	static const char *const asked[] = {"79", "f9"};
	static const uint8_t options[] = {121, 249}, routes[] = {24, 10, 77, 0, 10, 78, 0, 1, 32, 192, 168, 5, 5, 10, 78, 0, 1};
	struct world *w = *state;
	size_t len, told = 0;
	if (profile->ppp.inform.n == 0)
		skip();
	world_edit(w, "access-list SPLIT standard permit 10.77.0.0 255.255.255.0\n"
	              "access-list SPLIT standard permit host 192.168.5.5\n"
	              "group-policy clients attributes\n split-tunnel-policy tunnelspecified\n"
	              " split-tunnel-network-list value SPLIT\n intercept-dhcp enable\n");
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	world_run(w, 30000);
	assert_int_equal(c->vpn.ppp.informs, 1);
	assert_int_equal(c->vpn.ppp.inform_acks, 1);
	assert_int_equal(c->others, 1);
	for (size_t i = 0; i < 2; i++) {
		bool asks = strstr(profile->ppp.inform.items[0].form, asked[i]) != NULL;
		const uint8_t *value = dhcp_option(c, options[i], &len);
		assert_int_equal(value != NULL, asks);
		if (!asks)
			continue;
		assert_int_equal(len, sizeof routes);
		assert_memory_equal(value, routes, sizeof routes);
		told++;
	}
	assert_true(told > 0);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* Its NAT has given it other ports, and the first that is heard from there is a Quick Mode. */
static void renews_from_elsewhere(void **state)
{
	struct world *w = *state;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	client_data(c, 5);
	for (int i = 0; i < 3; i++) {
		c->nat_ike = (uint16_t)(c->nat_ike + 1000);
		c->nat_natt = (uint16_t)(c->nat_natt + 1000);
		client_rekey_ipsec(c);
		world_run(w, 5000);
		client_data(c, 20);
		world_run(w, 60000);
		client_data(c, 20);
	}
	assert_int_equal(world_sessions(w), 1);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* ------------------------------------------------------------------ other ways to prove itself */

/* Set up otherwise than it usually is. false: it cannot be. */
static bool prove_by(uint32_t method)
{
	for (size_t i = 0; i < profile->auths.n; i++)
		if (profile->auths.items[i].type == method)
			profile->ike.auth = method;
	return profile->ike.auth == method;
}

/* Its messages with certificates, and with a request for every authority it trusts, are longer than the way is wide, and so
 * are the server's. */
static void comes_with_a_certificate(void **state)
{
	enum { NARROW = 600 };
	static const struct place *const places[] = {&direct, &behind_nat};
	struct world *w = *state;
	if (!prove_by(AUTH_RSA_SIG))
		skip();
	certified_open(w);
	for (size_t i = 0; i < 2; i++) {
		struct client *c = drive_new(w, profile, places[i], 0);
		c->loses_above = profile->ike.fragment_bytes;
		c->hears_up_to = NARROW;
		client_enter(c);
		look_at_first(profile, c->first, c->first_len);
		assert_int_equal(w->gw.ike->peers->id_type, ID_DER_ASN1_DN);
		assert_non_null(strstr(world_show(w, "show vpn-sessiondb detail remote"), "Auth Mode    : rsaCertificate"));
		client_data(c, 20);
		client_rekey_ike(c);
		world_run(w, 20000);
		client_rekey_ipsec(c);
		world_run(w, 20000);
		client_data(c, 20);
		assert_int_equal(c->vpn.flow_ups, 1);
		drive_leave(c, profile);
		drive_free(c);
		world_run(w, 150000);
		world_assert_empty(w);
	}
}

/* XAUTH alone is refused at once, and the row says what to do; without it the same client gets in. */
static void wants_xauth(void **state)
{
	struct world *w = *state;
	if (!prove_by(AUTH_XAUTH))
		skip();
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_dial(c);
	world_run(w, 10000);
	assert_false(client_is_in(c));
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
	assert_int_equal(world_logged(w, "713902", "XAUTH is not supported"), 1);
	assert_int_equal(world_logged(w, "713990", "xauth"), 1);
	const char *row = world_show(w, "show vpn-sessiondb failures detail");
	assert_non_null(strstr(row, "the client wants IPsec with XAUTH, which is not served"));
	assert_true(prove_by(AUTH_PSK));
	come_and_go(w, &behind_nat);
}

/* A server without its first group: refused, it begins once more with the other one. */
static void tries_another_group(void **state)
{
	struct world *w = *state;
	if (profile->group_again == 0)
		skip();
	world_edit(w, "no crypto ikev1 policy 1\nno crypto ikev1 policy 20\n");
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_dial(c);
	world_run(w, 20000);
	assert_false(client_is_in(c));
	assert_true(world_logged(w, "713990", "ike-proposal") >= 1);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
	uint32_t usual = profile->ike.group;
	profile->ike.group = profile->group_again;
	come_and_go(w, &behind_nat);
	profile->ike.group = usual;
}

/* ------------------------------------------------------------------ NAT traversal of every kind it knows */

/* Best first, by the beginning of the vendor ID. */
static const struct {
	const char *id;
	enum natt_variant variant;
} natt_ids[] = {{"4a131c81", NATT_RFC},      {"7d9419a6", NATT_DRAFT_03}, {"cd604643", NATT_DRAFT_02}, {"90cb8091", NATT_DRAFT_02N},
                {"8f8d8382", NATT_DRAFT_08}, {"439b59f8", NATT_DRAFT_07}, {"4d1e0e13", NATT_DRAFT_06}, {"80d0bb3d", NATT_DRAFT_05},
                {"9909b64e", NATT_DRAFT_04}, {"4df37928", NATT_NO_NUMBER}};

/* Takes the best one out of what it says. false: there is none. */
static bool forget_best(struct script_list *list, enum natt_variant *variant)
{
	struct script_item *items = (struct script_item *)(void *)(uintptr_t)list->items;
	for (size_t k = 0; k < sizeof natt_ids / sizeof natt_ids[0]; k++)
		for (size_t i = 0; i < list->n; i++)
			if (strncmp(items[i].form, natt_ids[k].id, strlen(natt_ids[k].id)) == 0) {
				memmove(items + i, items + i + 1, (list->n - i - 1) * sizeof *items);
				list->n--;
				*variant = natt_ids[k].variant;
				return true;
			}
	return false;
}

/* Of ESP; where the client's engine, which answers as itself, takes what was agreed on before. */
static void server_renews(struct world *w)
{
	struct ike_flow *flow = w->gw.ike->peers->flows;
	unsigned before = w->gw.ike->child_ever;
	if (flow->alg.cipher != ESP_CIPHER_AES || flow->alg.key_len != 32 || flow->alg.mac != ESP_MAC_SHA1)
		return;
	ike_enter(w->gw.ike);
	assert_true(qm_begin(sa_best(w->gw.ike->peers), flow));
	ike_leave(w->gw.ike);
	world_run(w, 5000);
	assert_int_equal(w->gw.ike->child_ever, before + 1);
}

static void come_by(struct world *w, enum natt_variant variant)
{
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	assert_int_equal(w->gw.ike->sas->natt, variant);
	assert_int_equal(w->gw.ike->peers->flows->encap, say_encap(variant));
	client_data(c, 20);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_rekey_ike(c);
	world_run(w, 20000);
	client_data(c, 20);
	server_renews(w);
	client_data(c, 20);
	assert_int_equal(c->vpn.flow_ups, 1);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* With each one as its best; with none, or with those that stay on port 500, it is refused and told why. */
static void comes_with_every_draft(void **state)
{
	enum { MOST = 32 };
	static struct script_item left[MOST], now[MOST];
	struct script_list rest = {left, vendors.n};
	struct world *w = *state;
	enum natt_variant variant;
	assert_true(vendors.n <= MOST);
	memcpy(left, vendors.items, vendors.n * sizeof *left);
	for (;;) {
		memcpy(now, left, rest.n * sizeof *now);
		profile->ike.vendors = (struct script_list){now, rest.n};
		if (!forget_best(&rest, &variant))
			break;
		come_by(w, variant);
	}
	/* Who does not say what its own address is may get through, where the NAT lets ESP pass. */
	if (strncmp(profile->vpn.id.items[0].form, "01", 2) != 0)
		return;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_dial(c);
	world_run(w, 60000);
	assert_false(client_is_in(c));
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 15 * 60 * 1000);
	world_assert_empty(w);
	assert_true(world_logged(w, "713990", "no-nat-traversal") >= 1);
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb failures detail"),
	                       "the client is behind a NAT, and knows no NAT traversal that is served"));
}

/* ------------------------------------------------------------------ L2TP before its time, and in vain */

/* What waits for IPsec was in clear for some: nothing answers that, nothing is kept of it, and the client gets in. */
static void says_l2tp_in_clear_first(void **state)
{
	struct world *w = *state;
	const struct ip4_end from = {HOME_IP, (uint16_t)profile->vpn.l2tp_port}, to = {GW_IP, L2TP_PORT};
	if (profile->clear_first == 0)
		skip();
	/* the words are those that it says inside */
	struct client *c = drive_new(w, profile, &direct, 0);
	heard_begin(w->gw.ike);
	client_enter(c);
	assert_true(heard.sccrq_len > 0);
	heard_begin(NULL);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
	for (uint32_t i = 0; i < profile->clear_first; i++) {
		unsigned carried = w->wire.carried;
		wire_out(w, FULL_UDP, from, to, heard.sccrq, heard.sccrq_len);
		world_run(w, 1000);
		assert_int_equal(w->wire.carried, carried + 1); /* no answer */
		world_assert_empty(w);
	}
	come_and_go(w, &direct);
}

static uint64_t since(struct world *w, uint64_t began_ms)
{
	return clock_now(world_clock(w)) - began_ms;
}

/* Until that long after its first Quick Mode; the server has one client, and never more pairs than the newest and the one
 * before. */
static void wait_in_vain(struct world *w, const struct client *c, uint64_t began_ms, uint32_t until_ms)
{
	while (since(w, began_ms) < until_ms) {
		world_run(w, 100);
		assert_in_range(hash_count(w->gw.ike->children_by_spi), 1, 2);
		assert_int_equal(w->gw.ike->npeers, 1);
		assert_true(l2tp_tunnels(w->gw.l2tp) <= 1);
		assert_int_equal(world_sessions(w), 0);
		assert_false(client_is_in(c));
	}
}

/* Nothing of our L2TP arrives there: pairs again and again, each with a Delete for the one before, then it gives up. */
static void hears_no_l2tp(void **state)
{
	const struct script_list *again = &profile->quick_again;
	struct world *w = *state;
	if (again->n == 0)
		skip();
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	c->hears_no_esp = true;
	heard_begin(w->gw.ike);
	client_dial(c);
	while (c->vpn.flow_ups == 0)
		world_run(w, 10);
	uint64_t began_ms = clock_now(world_clock(w));
	for (size_t i = 1; i < again->n; i++) {
		wait_in_vain(w, c, began_ms, again->items[i].type);
		uint32_t before = c->vpn.flow->children->pair.spi_in;
		client_rekey_ipsec(c);
		world_run(w, 200);
		assert_int_not_equal(c->vpn.flow->children->pair.spi_in, before);
		ike_enter(c->vpn.ike);
		child_remove(child_by_spi_in(c->vpn.ike, before), SA_END_DELETED, true);
		ike_leave(c->vpn.ike);
	}
	wait_in_vain(w, c, began_ms, profile->gives_up_ms);
	uint32_t quick = 0, deletes = 0;
	for (size_t i = 0; i < heard.n; i++) {
		bool first = heard.msgs[i].exch == EXCH_QUICK && heard.msgs[i].len > 100;
		quick += first;
		deletes += heard.msgs[i].exch == EXCH_INFO && heard.msgs[i].first == PAY_HASH;
		if (first && profile->ike.message_ids == IDS_COUNTING)
			assert_int_equal(heard.msgs[i].msgid, quick);
	}
	assert_int_equal(quick, again->n);
	assert_true(deletes >= again->n - 1);
	heard_begin(NULL);
	vpn_end_ike(&c->vpn);
	world_run(w, 500);
	assert_int_equal(hash_count(w->gw.ike->children_by_spi), 0);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb failures detail"), "the client opens an L2TP tunnel and no call in it"));
	come_and_go(w, &behind_nat);
}

/* ------------------------------------------------------------------ small things */

/* Its new Main Mode begins on port 500 again, where it gave up on 4500: it is the same client. */
static void renews_ike_on_500(void **state)
{
	struct world *w = *state;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	for (int i = 0; i < 3; i++) {
		ike_enter(c->vpn.ike);
		peer_move(c->vpn.peer, (struct ip4_end){c->vpn.ip, IKE_PORT}, (struct ip4_end){GW_IP, IKE_PORT});
		ike_leave(c->vpn.ike);
		client_rekey_ike(c);
		world_run(w, 20000);
		client_rekey_ipsec(c);
		world_run(w, 5000);
		client_data(c, 20);
		assert_int_equal(w->gw.ike->npeers, 1);
		assert_int_equal(world_sessions(w), 1);
		assert_int_equal(sa_best(w->gw.ike->peers)->remote.port, c->nat_natt);
	}
	assert_int_equal(c->vpn.flow_ups, 1);
	assert_int_equal(c->vpn.flow_downs, 0);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* Some do not answer Hello: who answers LCP Echo is not asked. */
static void answers_echo_alone(void **state)
{
	enum { MINUTES = 25 };
	struct world *w = *state;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	world_run(w, MINUTES * 60 * 1000);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.lac.hellos, 0);
	client_data(c, 5);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

static void lives_a_day(void **state)
{
	drive_day(*state, profile);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {T(comes_directly), T(comes_through_nat), T(says_its_own_directly), T(says_its_own_through_nat),
	                                    T(comes_in_fragments), T(comes_with_a_certificate), T(wants_xauth), T(tries_another_group), T(renews_ike_on_500), T(answers_echo_alone), T(comes_with_every_draft), T(says_l2tp_in_clear_first), T(hears_no_l2tp), T(comes_over_a_bad_way), T(is_told_routes),
	                                    T(renews_from_elsewhere), T(lives_a_day)};
	struct err err = {0};
	if (argc != 2 || (profile = profile_load(argv[1], &err)) == NULL) {
		fprintf(stderr, "%s\n", argc != 2 ? "clients PROFILE" : err.text);
		return 2;
	}
	vendors = profile->ike.vendors;
	printf("%s: %u facts, %u of them constructed\n", profile->client, profile->facts, profile->constructed);
	int failed = cmocka_run_group_tests_name(profile->client, tests, NULL, NULL);
	profile_free(profile);
	return failed;
}
