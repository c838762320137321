/* What a user is granted once he has proved himself: banner, tunnel group switching, lockout, limits, addresses of
 * DHCP servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/lockout.h"
#include "tests/exchange/ppp_bench.h"

static const char *const pools_of_sales[] = {"other"};
static const uint32_t dhcp_servers[] = {0x0a000043};

/* The bench's configuration with a second tunnel group, all of it the test's to change. */
static struct aaa_group groups[3];
static struct aaa_policy policies[2];
static struct aaa_user users[PB_USERS];
static struct aaa_conf aaa;
static struct ppp_conf conf;

static int setup(void **state)
{
	pb_setup(state);
	groups[0] = pb_groups[0];
	groups[1] = (struct aaa_group){.name = "lan", .l2l = true, .methods = PB_LOCAL_ALL};
	groups[2] = (struct aaa_group){.name = "sales",
	                               .servers.server = "LOCAL",
	                               .policy = "bosses",
	                               .pools = pools_of_sales,
	                               .npools = 1,
	                               .methods = AAA_BIT(AAA_MSCHAP2)};
	memcpy(policies, pb_policies, sizeof(policies));
	memcpy(users, pb_users, sizeof(users));
	aaa = pb_aaa;
	aaa.users = users;
	aaa.groups = groups;
	aaa.ngroups = 3;
	aaa.policies = policies;
	conf = pb_conf;
	conf.aaa = &aaa;
	pb_set_conf(&conf);
	return 0;
}

static int teardown(void **state)
{
	aaa_lockout_set(NULL);
	return pb_teardown(state);
}

static struct pb_link *refused(unsigned i, const char *user, unsigned method)
{
	struct pb_link *l = pb_dial(i, PEER_PLAIN, user, "j!doe1", method);
	pb_run_for(2000);
	assert_false(l->peer.authenticated);
	assert_true(l->closed);
	return l;
}

/* ------------------------------------------------------------------ banner */

static void banner(void **state)
{
	static const enum aaa_method all[] = {AAA_PAP, AAA_MSCHAP1, AAA_MSCHAP2};
	static char longest[AAA_BANNER_MAX + 1];
	(void)state;
	policies[0].banner = "Maintenance on Sunday\nCall 4711";
	for (unsigned i = 0; i < 3; i++) {
		groups[0].methods = AAA_BIT(all[i]);
		struct pb_link *l = pb_connect(i, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
		const char *message = l->peer.message;
		if (all[i] == AAA_MSCHAP2) {
			assert_true(l->peer.success_verified);
			assert_memory_equal(message + 42, " M=", 3);
			message += 45;
		}
		assert_string_equal(message, policies[0].banner);
		pb_link_close(l, LINK_END_USER_REQUEST);
	}
	/* PAP's message has one byte for its length: the rest is cut off */
	memset(longest, 'x', AAA_BANNER_MAX);
	policies[0].banner = longest;
	for (unsigned i = 0; i < 3; i++) {
		groups[0].methods = AAA_BIT(all[i]);
		struct pb_link *l = pb_connect(3 + i, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
		assert_int_equal(strlen(l->peer.message), 255); /* the peer keeps as much */
		pb_link_close(l, LINK_END_USER_REQUEST);
	}
	policies[0].banner = NULL;
	groups[0].methods = AAA_BIT(AAA_PAP);
	assert_string_equal(pb_connect(6, PEER_PLAIN, "jdoe", PB_LOCAL_ALL)->peer.message,
	                    "Welcome");
}

/* ------------------------------------------------------------------ tunnel group switching */

static void switching(void **state)
{
	(void)state;
	groups[0].strip_group = true;
	aaa.delimiter = '@';
	struct pb_link *l = pb_connect(0, PEER_WINDOWS, "jdoe@sales", AAA_BIT(AAA_MSCHAP2));
	struct ppp_session_info info;
	assert_int_equal(l->peer.ip, 0x0a040701); /* of its pool */
	assert_true(ppp_find_call(pb_ppp, 1, 11, &info));
	assert_string_equal(info.user, "jdoe");
	assert_string_equal(info.link->tunnel_group, "sales");
	assert_string_equal(info.group_policy, "bosses");
	pb_has_log("737006 IPAA: Local pool request succeeded for tunnel-group 'sales'");
	/* with a domain in front, and the whole again after a new LCP */
	l = pb_connect(1, PEER_WINDOWS, "OFFICE\\jdoe@sales", AAA_BIT(AAA_MSCHAP2));
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(5000);
	assert_true(l->peer.ip_up && l->data);
	/* without a delimiter in the name it is the group where IKE landed */
	assert_int_equal(pb_connect(2, PEER_PLAIN, "jdoe", PB_LOCAL_ALL)->peer.ip, 0x0a04050a);
}

static void switching_refused(void **state)
{
	(void)state;
	groups[0].strip_group = true;
	aaa.delimiter = '#';
	refused(0, "jdoe#nowhere", AAA_BIT(AAA_MSCHAP2));
	pb_has_log(
	        "113015 AAA user authentication Rejected : reason = Tunnel group was not found : "
	        "local database : user = jdoe");
	refused(1, "jdoe#lan", AAA_BIT(AAA_MSCHAP2)); /* LAN-to-LAN */
	pb_logs[0] = '\0';
	refused(2, "jdoe#sales", AAA_BIT(AAA_PAP)); /* which that group does not allow */
	pb_has_log("reason = Authentication protocol not supported by the server");
	groups[2].servers.server = "RAD";
	refused(3, "jdoe#sales", AAA_BIT(AAA_MSCHAP2));
	pb_has_log("113013 AAA unable to complete the request Error : reason = AAA server group is "
	           "not "
	           "usable : user = jdoe");
	/* group and realm: the group is behind */
	groups[2].servers.server = "LOCAL";
	groups[2].strip_realm = true;
	pb_connect(4, PEER_PLAIN, "jdoe@example.com#sales", AAA_BIT(AAA_MSCHAP2));
	/* without strip-group the name is a name */
	groups[0].strip_group = false;
	refused(5, "jdoe#sales", AAA_BIT(AAA_MSCHAP2));
}

/* ------------------------------------------------------------------ lockout, limits, policies of servers */

static void lockout(void **state)
{
	(void)state;
	aaa.max_fail = 3;
	for (unsigned i = 0; i < 3; i++) {
		pb_dial(i, PEER_PLAIN, "jdoe", "wrong", AAA_BIT(i == 1 ? AAA_PAP : AAA_MSCHAP2));
		pb_run_for(2000);
	}
	pb_has_log("113006 User jdoe locked out on exceeding 3 successive failed authentication "
	           "attempts");
	refused(3, "jdoe", AAA_BIT(AAA_MSCHAP2)); /* with the right password */
	pb_has_log(
	        "113015 AAA user authentication Rejected : reason = Account has been locked out : "
	        "local database : user = jdoe");
	pb_connect(4, PEER_PLAIN, "boss", PB_LOCAL_ALL); /* nobody else */
	aaa.max_fail = 0;
	pb_connect(5, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
}

static void session_limit(void **state)
{
	(void)state;
	conf.max_users = 2;
	pb_connect(0, PEER_PLAIN, "once", PB_LOCAL_ALL);
	pb_connect(1, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	refused(2, "boss", AAA_BIT(AAA_MSCHAP2));
	pb_has_log("113029 Group DefaultRAGroup User boss IP 198.51.100.9 Session could not be "
	           "established: session limit of 2 reached");
	/* who takes the place of his own old session needs no new one */
	pb_connect(3, PEER_PLAIN, "once", PB_LOCAL_ALL);
	pb_run_for(1000);
	assert_true(pb_links[0].closed);
	pb_link_close(&pb_links[1], LINK_END_USER_REQUEST);
	pb_connect(2, PEER_PLAIN, "boss", PB_LOCAL_ALL);
}

static void policies_of_servers(void **state)
{
	(void)state;
	policies[1].external = "RAD";
	refused(0, "boss", AAA_BIT(AAA_MSCHAP2));
	pb_has_log("reason = Group policy bosses is external and its server does not exist : user = "
	           "boss");
	groups[0].authorization = "LOCAL";
	groups[0].authorization_required = true;
	pb_connect(1, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	groups[0].authorization = "RAD";
	refused(2, "jdoe", AAA_BIT(AAA_MSCHAP2));
	pb_has_log("reason = Authorization server group is not usable : user = jdoe");
	groups[0].authorization_required = false;
	pb_connect(3, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
}

/* Authorization asks about the name in the certificate, where the group says so and the client has shown one. */
static void name_of_the_certificate(void **state)
{
	(void)state;
	groups[0].authorization = "LOCAL";
	groups[0].authorization_required = true;
	groups[0].cert_attr[0] = "CN";
	groups[0].cert_attr[1] = "";
	pb_cert_user = "nobody-of-that-name";
	refused(0, "jdoe", AAA_BIT(AAA_MSCHAP2));
	pb_has_log("113017 AAA credentials rejected : reason = ");
	pb_has_log("user = nobody-of-that-name");
	pb_cert_user = ""; /* it has no such attribute */
	refused(1, "jdoe", AAA_BIT(AAA_MSCHAP2));
	pb_has_log("reason = There is no user name in the certificate : user = jdoe");
	pb_cert_user = "boss"; /* whose attributes he gets, under his own name */
	pb_connect(2, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	groups[0].authorization_required = false;
	pb_cert_user = "";
	pb_connect(3, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	pb_cert_user = NULL; /* with a pre-shared key: by the user's */
	groups[0].authorization_required = true;
	pb_connect(4, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	groups[0].cert_attr[0] = NULL;
	groups[0].cert_attr[1] = NULL;
}

static void delete_user(const char *name)
{
	size_t i = 0;
	while (strcmp(users[i].name, name) != 0)
		i++;
	memmove(&users[i], &users[i + 1], (--aaa.nusers - i) * sizeof(users[0]));
	pb_set_conf(&conf);
	pb_run_for(1000);
}

/* Both accounts let him in: his own, and that of the name in his certificate. */
static void accounts_of_the_certificate(void **state)
{
	(void)state;
	groups[0].authorization = "LOCAL";
	groups[0].authorization_required = true;
	groups[0].cert_attr[0] = "CN";
	groups[0].cert_attr[1] = "";
	pb_cert_user = "old";
	struct pb_link *a = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	struct pb_link *b = pb_connect(1, PEER_PLAIN, "once", PB_LOCAL_ALL);
	delete_user("zero");
	assert_false(a->closed || b->closed);
	delete_user("jdoe");
	assert_true(a->closed);
	assert_int_equal(a->why, LINK_END_CONFIG_ERROR);
	assert_false(b->closed);
	delete_user("old");
	assert_true(b->closed);
	assert_int_equal(b->why, LINK_END_CONFIG_ERROR);
	groups[0].cert_attr[0] = groups[0].cert_attr[1] = NULL;
}

/* Restricted hours have an error number of their own (RFC 2759 §6), which clients put into words. */
static void access_hours(void **state)
{
	(void)state;
	policies[0].a.hours = "office";
	for (size_t i = 0; i < PB_USERS; i++)
		if (strcmp(users[i].name, "once") == 0)
			users[i].a.has_hours = true; /* vpn-access-hours none */
	struct pb_link *l = refused(0, "jdoe", AAA_BIT(AAA_MSCHAP2));
	assert_memory_equal(l->peer.message, "E=646 R=0 C=", 12);
	pb_has_log("113013 AAA unable to complete the request Error : reason = Outside of the access "
	           "hours (time-range office) : user = jdoe");
	pb_hours = "office";
	l = pb_connect(1, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	pb_hours = NULL; /* who is in stays */
	pb_run_for(60 * 1000);
	assert_true(l->data);
	/* LCP anew is no new login */
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(5000);
	assert_true(l->data);
	/* the user's own come first, and none of them is none at all */
	pb_connect(2, PEER_PLAIN, "once", PB_LOCAL_ALL);
}

/* ------------------------------------------------------------------ DHCP */

static void use_dhcp(void)
{
	groups[0].dhcp_servers = dhcp_servers;
	groups[0].ndhcp = 1;
	policies[0].dhcp_scope = 0x0a050000;
	policies[0].dns[0] = policies[0].dns[1] = 0;
}

static void dhcp_answers(uint32_t unit, uint32_t ip)
{
	struct ppp_dhcp_answer answer = {
	        .ip = ip, .dns = {0x0a050035, 0x0a050036}, .wins = {0x0a050037, 0}};
	ppp_dhcp_done(pb_ppp, unit, &answer);
}

static void dhcp_address(void **state)
{
	(void)state;
	use_dhcp();
	struct pb_link *l = pb_dial(0, PEER_WINDOWS, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(5000); /* the client asks for IPCP in vain */
	assert_true(l->peer.authenticated && !l->peer.ip_up);
	assert_int_equal(pb_dhcp.asks, 1);
	assert_int_equal(pb_dhcp.server, dhcp_servers[0]);
	assert_int_equal(pb_dhcp.scope, 0x0a050000);
	dhcp_answers(pb_dhcp.unit, 0x0a050007);
	pb_run_for(5000);
	assert_true(l->peer.ip_up && l->data);
	assert_int_equal(l->peer.ip, 0x0a050007);
	assert_int_equal(l->peer.server_ip, 0xc0000008);
	assert_int_equal(l->peer.dns[0], 0x0a050035);
	assert_int_equal(l->peer.dns[1], 0x0a050036);
	pb_has_log("737005 IPAA: DHCP configured, request succeeded for tunnel-group "
	           "'DefaultRAGroup'");
	assert_int_equal(pb_dhcp.ends, 0);
	pb_link_close(l, LINK_END_USER_REQUEST);
	pb_has_log("737015 IPAA: Freeing DHCP address 10.5.0.7");
	assert_int_equal(pb_dhcp.ends, 1);
	/* a fixed address comes before DHCP */
	assert_int_equal(pb_connect(1, PEER_PLAIN, "boss", PB_LOCAL_ALL)->peer.ip, 0x0a040599);
	assert_int_equal(pb_dhcp.asks, 1);
}

static void dhcp_in_vain(void **state)
{
	(void)state;
	use_dhcp();
	/* no answer, then the local pools; an address that somebody has is no answer */
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(1000);
	dhcp_answers(pb_dhcp.unit, 0);
	pb_run_for(5000);
	assert_int_equal(l->peer.ip, 0x0a04050a);
	pb_has_log(
	        "737004 IPAA: DHCP configured, request failed for tunnel-group 'DefaultRAGroup'");
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(1000);
	dhcp_answers(pb_dhcp.unit, 0x0a04050a);
	pb_run_for(5000);
	assert_int_equal(l->peer.ip, 0x0a04050b);
	assert_int_equal(pb_dhcp.ends, 2);
	assert_int_equal(pb_dhcp.declined, 1);
	/* nobody can be asked */
	pb_dhcp.unable = true;
	pb_connect(2, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	pb_has_log("737003 IPAA: DHCP configured, no viable servers found for tunnel-group "
	           "'DefaultRAGroup'");
	/* neither server nor pool */
	conf.no_local = true;
	pb_dhcp.unable = false;
	l = pb_dial(3, PEER_PLAIN, "once", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(1000);
	dhcp_answers(pb_dhcp.unit, 0);
	pb_run_for(5000);
	assert_true(l->closed);
	pb_has_log("737012 IPAA: Address assignment failed");
	/* no vpn-addr-assign dhcp */
	conf.no_local = false;
	conf.no_dhcp = true;
	pb_connect(4, PEER_PLAIN, "once", PB_LOCAL_ALL);
	assert_int_equal(pb_dhcp.asks, 3);
	assert_int_equal(pb_dhcp.ends, 3);
}

static void dhcp_while_things_happen(void **state)
{
	(void)state;
	use_dhcp();
	/* gone before the answer */
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(1000);
	uint32_t unit = pb_dhcp.unit;
	pb_link_close(l, LINK_END_LOST_CARRIER);
	assert_int_equal(pb_dhcp.ends, 1);
	dhcp_answers(unit, 0x0a050007);
	/* LCP anew while the server thinks: one question, one address */
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(1000);
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(15);
	dhcp_answers(pb_dhcp.unit, 0x0a050008);
	pb_run_for(10000);
	assert_int_equal(l->peer.ip, 0x0a050008);
	assert_int_equal(pb_dhcp.asks, 2);
	/* the lease is lost */
	ppp_dhcp_lost(pb_ppp, pb_dhcp.unit);
	pb_run_for(5000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_SERVICE_UNAVAILABLE);
	assert_int_equal(pb_dhcp.ends, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(banner, setup, teardown),
	        cmocka_unit_test_setup_teardown(switching, setup, teardown),
	        cmocka_unit_test_setup_teardown(switching_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(lockout, setup, teardown),
	        cmocka_unit_test_setup_teardown(session_limit, setup, teardown),
	        cmocka_unit_test_setup_teardown(policies_of_servers, setup, teardown),
	        cmocka_unit_test_setup_teardown(name_of_the_certificate, setup, teardown),
	        cmocka_unit_test_setup_teardown(accounts_of_the_certificate, setup, teardown),
	        cmocka_unit_test_setup_teardown(access_hours, setup, teardown),
	        cmocka_unit_test_setup_teardown(dhcp_address, setup, teardown),
	        cmocka_unit_test_setup_teardown(dhcp_in_vain, setup, teardown),
	        cmocka_unit_test_setup_teardown(dhcp_while_things_happen, setup, teardown),
	};
	return pb_prepare() != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
