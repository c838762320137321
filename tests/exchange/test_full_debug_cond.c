/* Conditions of debug: of two clients at once only the one that was named is heard of, in every layer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(one_client_alone, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(one_client_alone_in_pix, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
