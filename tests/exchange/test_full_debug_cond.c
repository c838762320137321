/* Conditions of debug: of two clients at once only the one that was named is heard of, in every layer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full.h"
#include "tests/exchange/full_heard.h"

/* Heard are the named one's texts (n), and nothing while it does nothing. */
static void one_alone(struct world *w, const char *const *texts, size_t n)
{
	ear.cond.npeers = 1;
	ear.cond.peer[0].ip = HOME_IP;
	ear.cond.peer[0].mask = UINT32_MAX;
	struct client *a = client_new(w, &client_windows, HOME_IP);
	struct client *b = client_new(w, &client_apple, HOME_IP + 1);
	client_enter(b);
	assert_int_equal(heard.len, 0);
	client_enter(a);
	expect_heard(texts, n);
	out_clear(&heard);
	out_str(&heard, "");
	client_leave(b);
	assert_string_equal(heard.text, "");
	client_leave(a);
	client_free(a);
	client_free(b);
	listen_no_more();
	world_run(w, 60000);
}

static void one_client_alone(void **state)
{
	static const char *const layers[] = {"PHASE 1 COMPLETED", "IPSEC: New embryonic SA", "L2TP: ", "PPP ", "AAA: "};
	listen_all();
	one_alone(*state, layers, sizeof layers / sizeof layers[0]);
}

/* A console in the dialect of PIX 6. */
static void one_client_alone_in_pix(void **state)
{
	static const char *const layers[] = {"crypto_isakmp_process_block: src ", "ISAKMP (0): SA has been authenticated",
	                                     "IPSEC(key_engine): ", "IPSEC(initialize_sas): ",
	                                     "uauth_mschapv2_proc_reply: pppdev = "};
	listen_all();
	debug_form(&ear, true);
	one_alone(*state, layers, sizeof layers / sizeof layers[0]);
	debug_form(&ear, false);
}

/* Alice and bob behind one NAT, with one address inside and the same numbers. */
struct household {
	struct client *alice, *bob;
};

static struct household household(struct world *w)
{
	struct client_habits habits = client_windows;
	struct household h;
	habits.private_ip = BEHIND_IP;
	h.alice = client_new(w, &habits, ROUTER_IP);
	habits.user = "bob";
	habits.password = "builder-2";
	h.bob = client_new(w, &habits, ROUTER_IP);
	client_dial(h.alice);
	client_dial(h.bob);
	world_run(w, 5000);
	assert_true(client_is_in(h.alice) && client_is_in(h.bob));
	return h;
}

static void leave(struct household h)
{
	client_leave(h.alice);
	client_leave(h.bob);
	client_free(h.alice);
	client_free(h.bob);
}

/* Keys are renewed, questions asked: all that happens to a client that is in. */
static void lives(struct world *w, struct client *c)
{
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_rekey_ike(c);
	world_run(w, 120000);
}

static void forget(void)
{
	out_clear(&heard);
	out_str(&heard, "");
}

/* By the user's name one of them is told from the other, from the login on, in every layer. */
static void one_user_behind_a_nat(void **state)
{
	static const char *const login[] = {"PPP ", "Local authentication of user alice"},
	                 *const life[] = {"[IKEv1]", "Username = alice, IP = 203.0.113.11, PHASE 2 COMPLETED", "RECEIVED PACKET",
	                                  "SENDING PACKET", "IPSEC: New embryonic SA", "L2TP: I ", "L2TP: O ",
	                                  "Remote host:"},
	                 *const end[] = {"PPP ", "L2TP: I CDN", "IPSEC: ", "Username = alice"};
	struct world *w = *state;
	listen_all();
	debug_set(&ear, DEBUG_IKEV1, 255);
	ear.cond.nusers = 1;
	strcpy(ear.cond.user[0], "alice");
	struct household h = household(w);
	EXPECT_HEARD(login);
	assert_null(strstr(heard.text, "bob"));
	forget();
	lives(w, h.alice);
	EXPECT_HEARD(life);
	assert_null(strstr(heard.text, "bob"));
	forget();
	client_leave(h.alice);
	world_run(w, 5000);
	EXPECT_HEARD(end);
	forget();
	lives(w, h.bob);
	client_leave(h.bob);
	assert_string_equal(heard.text, "");
	client_free(h.alice);
	client_free(h.bob);
	listen_no_more();
}

/* By the address both are heard, and by that of nobody none; what is about nobody then needs "unmatched". */
static void an_address_is_both(void **state)
{
	static const char *const both[] = {"PHASE 1 COMPLETED", "Local authentication of user alice",
	                                   "Local authentication of user bob", "L2TP: I SCCRQ"};
	struct world *w = *state;
	listen_all();
	ear.cond.npeers = 1;
	ear.cond.peer[0].ip = ROUTER_IP;
	ear.cond.peer[0].mask = UINT32_MAX;
	leave(household(w));
	EXPECT_HEARD(both);
	ear.cond.peer[0].ip = HOME_IP;
	forget();
	leave(household(w));
	assert_string_equal(heard.text, "");
	/* lines about somebody are none about nobody */
	ear.cond.unmatched[0] = ear.cond.unmatched[1] = true;
	leave(household(w));
	static const char *const theirs[] = {"203.0.113.11", "alice", "bob"};
	for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
		if (strstr(heard.text, theirs[i]) != NULL)
			fail_msg("about %s: %s", theirs[i], heard.text);
	listen_no_more();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(one_client_alone, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(one_client_alone_in_pix, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(one_user_behind_a_nat, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(an_address_is_both, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
