/* The whole appliance with every debug at its highest level: no password, no hash of one, no pre-shared key is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/aaa/mschap.h"
#include "tests/exchange/full.h"
#include "tests/exchange/secrets.h"

static const char PSK[] = "a-shared-key-for-tests-only", WRONG[] = "not-the-password-at-all";
static const char WRONG_PSK[] = "somebody-elses-shared-key";

static void check_password(const char *password)
{
	uint8_t hash[16];
	assert_true(mschap_nt_hash(str_of(password), hash));
	secrets_check(password, password, strlen(password));
	secrets_check("the hash of a password", hash, sizeof hash);
}

static void in_with(struct world *w, enum aaa_method method, uint32_t private_ip)
{
	struct client_habits habits = client_windows;
	habits.methods = AAA_BIT(method);
	habits.private_ip = private_ip;
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	client_data(c, 3);
	client_rekey_ipsec(c);
	client_rekey_ike(c);
	world_run(w, 5000);
	client_leave(c);
	client_free(c);
}

static void refused(struct world *w, const char *password, const char *psk, enum aaa_method method)
{
	struct client_habits habits = client_windows;
	habits.methods = AAA_BIT(method);
	habits.password = password;
	habits.psk = psk;
	struct client *c = client_new(w, &habits, HOME_IP);
	client_dial(c);
	world_run(w, 20000);
	assert_false(client_is_in(c));
	client_free(c);
	world_run(w, 60000);
}

static void nothing_is_told(void **state)
{
	static const enum aaa_method methods[] = {AAA_PAP, AAA_MSCHAP1, AAA_MSCHAP2};
	struct world *w = *state;
	secrets_listen();
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		in_with(w, methods[i], 0);
		in_with(w, methods[i], BEHIND_IP);
		refused(w, WRONG, NULL, methods[i]);
	}
	refused(w, WRONG, WRONG_PSK, AAA_MSCHAP2);
	world_edit(w, "username carol password carols-own-4 mschap\n"
	              "tunnel-group DefaultRAGroup ipsec-attributes\n pre-shared-key "
	              "the-next-shared-key-of-all\n");
	assert_true(secrets_heard() > 50000);
	check_password("wonder-1");
	check_password("builder-2");
	check_password("simple-3");
	check_password("carols-own-4");
	check_password(WRONG);
	secrets_check("the pre-shared key", PSK, strlen(PSK));
	secrets_check("a new pre-shared key", "the-next-shared-key-of-all", 26);
	secrets_check("a wrong pre-shared key", WRONG_PSK, strlen(WRONG_PSK));
	secrets_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(nothing_is_told, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
