/* Several tunnel groups on the whole appliance: whoever landed in one gets its pool, methods, servers and policy, and is
 * shown under its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

static const char branch[] =
        "ip local pool branches 10.79.0.10-10.79.0.19 mask 255.255.255.0\n"
        "group-policy branches internal\n"
        "group-policy branches attributes\n"
        " vpn-tunnel-protocol l2tp-ipsec\n"
        " dns-server value 10.79.0.5\n"
        "tunnel-group branch type remote-access\n"
        "tunnel-group branch general-attributes\n"
        " default-group-policy branches\n"
        " address-pool branches\n"
        "tunnel-group branch ipsec-attributes\n"
        " ikev1 pre-shared-key the-key-of-the-branch-office\n"
        " isakmp keepalive threshold 15 retry 3\n"
        "tunnel-group branch ppp-attributes\n"
        " no authentication ms-chap-v1\n"
        " no authentication chap\n"
        " authentication ms-chap-v2\n"
        "tunnel-group partner type ipsec-l2l\n"
        "tunnel-group partner ipsec-attributes\n"
        " ikev1 pre-shared-key the-key-of-the-branch-office\n";

static struct client_habits of_group(const char *name)
{
	struct client_habits habits = client_apple;
	habits.private_ip = 0;
	habits.group_name = name;
	habits.psk = "the-key-of-the-branch-office";
	return habits;
}

static void gets_what_its_group_has(void **state)
{
	struct world *w = *state;
	world_edit(w, branch);
	struct client_habits habits = of_group("branch");
	habits.methods = AAA_BIT(AAA_MSCHAP2);
	world_log_clear(w);
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	assert_int_equal(c->vpn.ppp.ip, 0x0a4f000a);
	assert_int_equal(c->vpn.ppp.dns[0], 0x0a4f0005);
	client_data(c, 5);
	/* beside it one of Main Mode, with the same user name and from the default group */
	struct client *d = client_new(w, &client_windows, HOME_IP + 1);
	client_enter(d);
	assert_int_equal(d->vpn.ppp.ip, 0x0a4e000a);
	assert_int_equal(d->vpn.ppp.dns[0], 0x0a4d0005);
	const char *show = world_show(w, "show vpn-sessiondb ra-ikev1-ipsec filter tunnel-group branch\n");
	assert_non_null(strstr(show, "Group Policy : branches               Tunnel Group : branch"));
	assert_non_null(strstr(show, "10.79.0.10"));
	assert_null(strstr(show, "10.78.0.10"));
	assert_true(world_logged(w, "113019", "Group = branch, Username = ") == 0);
	assert_true(world_logged(w, "713119", "Group = branch, IP = 203.0.113.101") == 1);
	assert_true(world_logged(w, "602303", "user= branch") + world_logged(w, "602303", "branch") > 0);
	show = world_show(w, "show crypto ikev1 sa\n");
	assert_non_null(strstr(show, "AM_ACTIVE"));
	assert_non_null(strstr(show, "MM_ACTIVE"));
	client_rekey_ike(c);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_data(c, 5);
	client_leave(c);
	client_leave(d);
	assert_true(world_logged(w, "113019", "Group = branch, Username = ") == 1);
	assert_true(world_logged(w, "113019", "Group = DefaultRAGroup, Username = ") == 1);
	client_free(c);
	client_free(d);
	world_run(w, 60000);
	world_assert_empty(w);
}

/* Only what the group allows. */
static void has_the_methods_of_its_group(void **state)
{
	struct world *w = *state;
	world_edit(w, branch);
	struct client_habits habits = of_group("branch");
	habits.methods = AAA_BIT(AAA_PAP); /* the default group would take it */
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	habits.methods = AAA_BIT(AAA_MSCHAP1);
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	habits.methods = AAA_BIT(AAA_MSCHAP2);
	assert_true(client_gets_in(client_try(w, &habits, HOME_IP)));
	world_edit(w, "tunnel-group branch ppp-attributes\n authentication pap\n");
	habits.methods = AAA_BIT(AAA_PAP);
	assert_true(client_gets_in(client_try(w, &habits, HOME_IP)));
	/* servers that do not answer */
	world_edit(w, "aaa-server deaf protocol radius\n"
	              "aaa-server deaf (inside) host 10.77.0.99\n key k\n timeout 1\n retry-interval 1\n"
	              "tunnel-group branch general-attributes\n authentication-server-group deaf\n");
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	struct client *d = client_try(w, &client_windows, HOME_IP);
	assert_true(client_gets_in(d));
}

/* A group of site-to-site is none for clients, an unknown one neither; a policy without l2tp-ipsec keeps out. */
static void who_gets_nothing(void **state)
{
	struct world *w = *state;
	world_edit(w, branch);
	struct client_habits habits = of_group("partner");
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	assert_int_equal(world_logged(w, "713255", "unknown tunnel group name 'partner'"), 1);
	habits = of_group("nobody");
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	world_edit(w, "group-policy branches attributes\n vpn-tunnel-protocol webvpn\n");
	habits = of_group("branch");
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	assert_int_equal(world_logged(w, "713206", "Group = branch"), 1);
	world_edit(w, "group-policy branches attributes\n vpn-tunnel-protocol l2tp-ipsec\n"
	              "crypto ikev1 am-disable\n");
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
	world_edit(w, "no crypto ikev1 am-disable\n");
	assert_true(client_gets_in(client_try(w, &habits, HOME_IP)));
}

/* Its group goes while it is in: so does it, as a user does who is deleted. */
static void group_taken_away(void **state)
{
	struct world *w = *state;
	world_edit(w, branch);
	struct client_habits habits = of_group("branch");
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	world_edit(w, "no tunnel-group branch type remote-access\n");
	world_run(w, 1000);
	assert_int_equal(world_sessions(w), 0);
	assert_int_equal(world_logged(w, "113019: Group = branch, Username = ", "Reason: Configuration Error"), 1);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
	assert_false(client_gets_in(client_try(w, &habits, HOME_IP)));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
	        T(gets_what_its_group_has), T(has_the_methods_of_its_group), T(who_gets_nothing), T(group_taken_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
