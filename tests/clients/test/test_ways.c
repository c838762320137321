/* clients_ways PROFILE: one kind of client that proves itself otherwise, or speaks another draft of NAT traversal, than it
 * usually does. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/quick.h"
#include "tests/clients/certified.h"
#include "tests/clients/look.h"
#include "tests/clients/say.h"
#include "tests/clients/test/one.h"

/* ------------------------------------------------------------------ other ways to prove itself */

/* Set up otherwise than it usually is. false: it cannot be. */
static bool prove_by(uint32_t method)
{
	for (size_t i = 0; i < one_profile->auths.n; i++)
		if (one_profile->auths.items[i].type == method)
			one_profile->ike.auth = method;
	return one_profile->ike.auth == method;
}

/* Its messages with certificates, and with a request for every authority it trusts, are longer than the way is wide, and so
 * are the server's. */
static void comes_with_a_certificate(void **state)
{
	enum { NARROW = 600 };
	static const struct place *const places[] = {&one_direct, &one_behind_nat};
	struct world *w = *state;
	if (!prove_by(AUTH_RSA_SIG))
		skip();
	certified_open(w);
	for (size_t i = 0; i < 2; i++) {
		struct client *c = drive_new(w, one_profile, places[i], 0);
		c->loses_above = one_profile->ike.fragment_bytes;
		c->hears_up_to = NARROW;
		client_enter(c);
		look_at_first(one_profile, c->first, c->first_len);
		assert_int_equal(w->gw.ike->peers->id_type, ID_DER_ASN1_DN);
		assert_non_null(strstr(world_show(w, "show vpn-sessiondb detail remote"), "Auth Mode    : rsaCertificate"));
		client_data(c, 20);
		drive_renew(c);
		client_data(c, 20);
		assert_int_equal(c->vpn.flow_ups, 1);
		one_leaves(c);
	}
}

/* XAUTH alone is refused at once, and the row says what to do; without it the same client gets in. */
static void wants_xauth(void **state)
{
	struct world *w = *state;
	if (!prove_by(AUTH_XAUTH))
		skip();
	one_is_refused(w, 10000);
	assert_int_equal(world_logged(w, "713902", "XAUTH is not supported"), 1);
	assert_int_equal(world_logged(w, "713990", "xauth"), 1);
	const char *row = world_show(w, "show vpn-sessiondb failures detail");
	assert_non_null(strstr(row, "the client wants IPsec with XAUTH, which is not served"));
	assert_true(prove_by(AUTH_PSK));
	one_comes_and_goes(w, &one_behind_nat);
}

/* A server without its first group: refused, it begins once more with the other one. */
static void tries_another_group(void **state)
{
	struct world *w = *state;
	if (one_profile->group_again == 0)
		skip();
	world_edit(w, "no crypto ikev1 policy 1\nno crypto ikev1 policy 20\n");
	one_is_refused(w, 20000);
	assert_true(world_logged(w, "713990", "ike-proposal") >= 1);
	uint32_t usual = one_profile->ike.group;
	one_profile->ike.group = one_profile->group_again;
	one_comes_and_goes(w, &one_behind_nat);
	one_profile->ike.group = usual;
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
	struct client *c = one_enters(w, &one_behind_nat);
	assert_int_equal(w->gw.ike->sas->natt, variant);
	assert_int_equal(w->gw.ike->peers->flows->encap, say_encap(variant));
	client_data(c, 20);
	drive_rekey_ipsec(c);
	drive_rekey_ike(c);
	client_data(c, 20);
	server_renews(w);
	client_data(c, 20);
	assert_int_equal(c->vpn.flow_ups, 1);
	one_leaves(c);
}

/* With each one as its best; with none, or with those that stay on port 500, it is refused and told why. */
static void comes_with_every_draft(void **state)
{
	enum { MOST = 32 };
	static struct script_item left[MOST], now[MOST];
	struct script_list rest = {left, one_vendors.n};
	struct world *w = *state;
	enum natt_variant variant;
	assert_true(one_vendors.n <= MOST);
	memcpy(left, one_vendors.items, one_vendors.n * sizeof *left);
	for (;;) {
		memcpy(now, left, rest.n * sizeof *now);
		one_profile->ike.vendors = (struct script_list){now, rest.n};
		if (!forget_best(&rest, &variant))
			break;
		come_by(w, variant);
	}
	/* Who does not say what its own address is may get through, where the NAT lets ESP pass. */
	if (strncmp(one_profile->vpn.id.items[0].form, "01", 2) != 0)
		return;
	struct client *c = drive_new(w, one_profile, &one_behind_nat, 0);
	client_dial(c);
	world_run(w, 60000);
	assert_false(client_is_in(c));
	drive_out(c, one_profile);
	world_run(w, 15 * 60 * 1000);
	world_assert_empty(w);
	assert_true(world_logged(w, "713990", "no-nat-traversal") >= 1);
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb failures detail"),
	                       "the client is behind a NAT, and knows no NAT traversal that is served"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        ONE_TEST(comes_with_a_certificate),
	        ONE_TEST(wants_xauth),
	        ONE_TEST(tries_another_group),
	        ONE_TEST(comes_with_every_draft),
	};
	return one_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
