/* What is said about a line when it is typed: accepted with a warning, or refused because something needs it or is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/grammar/match.h"
#include "tests/exchange/conf_fixture.h"

struct typed {
	const char *line;
	const char *said; /* all of it */
};

static void type(struct conf_fixture *f, struct cli_ctx *ctx, const char *line, struct out *said)
{
	struct match m;
	struct match_fail fail;
	struct err err = {0};
	out_clear(said);
	enum match_status rc = match_line(f->grammar, ctx, str_of(line), 15, &m, &fail);
	if (rc != MATCH_OK) {
		match_fail_text(&fail, said);
		return;
	}
	if (m.line->run) /* exit, quit */
		ctx_up(ctx);
	else if (edit_line(f->grammar, f->sys, ctx, &m, said, &err) != 0)
		out_printf(said, "ERROR: %s\n", err.text);
	match_free(&m);
}

static void test_typed(void **state)
{
	static const struct typed session[] = {
	        {"interface GigabitEthernet0/0", ""},
	        {"nameif outside", "INFO: Security level for \"outside\" set to 0 by default.\n"},
	        {"ip address 192.0.2.1 255.255.255.0", ""},
	        {"interface GigabitEthernet0/1", ""},
	        {"nameif inside", "INFO: Security level for \"inside\" set to 100 by default.\n"},
	        {"access-list A extended permit ip any any", ""},
	        {"crypto ipsec ikev1 transform-set T esp-3des esp-sha-hmac", ""},
	        {"crypto map M 10 match address A",
	         "WARNING: The crypto map entry is incomplete!\n"},
	        {"crypto map M 10 set peer 198.51.100.7",
	         "WARNING: The crypto map entry is incomplete!\n"},
	        {"crypto map M 10 set ikev1 transform-set T",
	         "WARNING: LAN-to-LAN connections are not supported, the peers of crypto map M 10 "
	         "are refused\n"},
	        {"no crypto map M 10 match address A",
	         "WARNING: The crypto map entry will be incomplete!\n"},
	        {"crypto dynamic-map D 10 set ikev1 transform-set T", ""},
	        {"crypto map M 20 ipsec-isakmp dynamic D", ""},
	        {"no crypto map M 20 ipsec-isakmp dynamic D",
	         "WARNING: The crypto map entry will be incomplete!\n"},
	        {"tunnel-group 198.51.100.7 type ipsec-l2l",
	         "WARNING: site-to-site peers are not served, the group is kept without effect\n"},
	        {"tunnel-group branch type ipsec-l2l",
	         "WARNING: For IKEv1, L2L tunnel-groups that have names which are not an IP\n"
	         "address may only be used if the tunnel authentication\n"
	         "method is Digital Certificates and/or The peer is\n"
	         "configured to use Aggressive Mode\n"
	         "WARNING: site-to-site peers are not served, the group is kept without effect\n"},
	        {"crypto map M 10 set peer 198.51.100.8",
	         "WARNING: The crypto map entry is incomplete!\n"},
	        {"no crypto ipsec ikev1 transform-set T",
	         "ERROR: transform-set T cannot be deleted, it is used by dynamic map D 10, crypto "
	         "map M 10\n"},
	        {"crypto map M 30 ipsec-isakmp dynamic NOPE",
	         "ERROR: dynamic map NOPE does not exist\n"},
	        {"crypto ikev1 ipsec-over-tcp port 10000",
	         "WARNING: crypto ikev1 ipsec-over-tcp is kept without effect, IPsec over TCP is "
	         "not served, clients of L2TP use UDP\n"},
	        {"crypto ikev2 policy 10", "WARNING: crypto ikev2 policy is kept without effect, "
	                                   "IKEv2 is not served, clients of L2TP use IKEv1\n"},
	        {"crypto ikev2 enable outside",
	         "WARNING: crypto ikev2 enable is kept without effect, IKEv2 is not served, "
	         "clients of L2TP use IKEv1\n"},
	        {"ip local pool P 10.1.0.1-10.1.0.9", ""},
	        {"ip local pool Q 10.1.0.5-10.1.0.20",
	         "ERROR: The IP pool Q addresses overlap with existing localpool range of P\n"},
	        {"tunnel-group DefaultRAGroup general-attributes", ""},
	        {"address-pool P", ""},
	        {"address-pool NOPE", "ERROR: address pool NOPE does not exist\n"},
	        {"default-group-policy NOPE", "ERROR: group-policy NOPE does not exist\n"},
	        {"authentication-server-group NOPE",
	         "ERROR: aaa-server group NOPE does not exist\n"},
	        {"no ip local pool P", "ERROR: address pool P cannot be deleted, it is used by "
	                               "tunnel-group DefaultRAGroup\n"},
	        {"no tunnel-group DefaultRAGroup",
	         "ERROR: tunnel-group DefaultRAGroup is built in and cannot be deleted\n"},
	        {"no group-policy DfltGrpPolicy",
	         "ERROR: group-policy DfltGrpPolicy is built in and cannot be deleted\n"},
	        {"group-policy G internal", ""},
	        {"group-policy G attributes", ""},
	        {"vpn-tunnel-protocol ikev2 l2tp-ipsec",
	         "WARNING: vpn-tunnel-protocol ikev2: IKEv2 is not served, l2tp-ipsec is\n"},
	        {"vpn-tunnel-protocol ikev1",
	         "WARNING: vpn-tunnel-protocol without l2tp-ipsec lets nobody in, remote access by "
	         "IPsec alone (XAUTH) is refused\n"},
	        {"client-firewall none", "WARNING: client-firewall is kept without effect, clients "
	                                 "of L2TP are told no firewall\n"},
	        {"username jdoe nopassword", ""},
	        {"username jdoe attributes", ""},
	        {"vpn-group-policy G", ""},
	        {"no group-policy G",
	         "ERROR: group-policy G cannot be deleted, it is used by username jdoe\n"},
	        {"crypto ca trustpoint TP", ""},
	        {"tunnel-group DefaultRAGroup ipsec-attributes", ""},
	        {"ikev1 trust-point NOPE", "ERROR: CA trustpoint 'NOPE' is not known.\n"},
	        {"no crypto ca trustpoint NOPE", "ERROR: CA trustpoint 'NOPE' is not known.\n"},
	        {"crypto ca certificate chain TP", ""},
	        {"certificate ca 6ecc7aa5", ""},
	        {"308205ec 308204d4", ""},
	        {"quit", ""},
	        {"no crypto ca trustpoint TP",
	         "WARNING: Removing an enrolled trustpoint will destroy all \n"
	         "certificates received from the related Certificate Authority.\n"
	         "INFO: Be sure to ask the CA administrator to revoke your certificates.\n"},
	        {"firewall transparent", "ERROR: transparent mode is not supported: L2TP over "
	                                 "IPsec needs a routed firewall\n"},
	        {"mode multiple", "ERROR: multiple context mode is not supported: L2TP over IPsec "
	                          "needs a single context\n"},
	        {"failover", "WARNING: failover is kept without effect, there is one unit, and "
	                     "L2TP sessions know no failover\n"},
	        {"failover lan unit primary", ""},
	        {"icmp deny any outside", ""},
	        {"icmp deny any nonsense outside", "ERROR: % Invalid input: nonsense\n"},
	        {"ip verify reverse-path interface outside",
	         "WARNING: ip verify reverse-path interface is kept without effect, the host "
	         "checks sources\n"},
	        {"interface GigabitEthernet0/0", ""},
	        {"ipv6 enable", "WARNING: ipv6 is kept without effect, tunnels are IPv4 only\n"},
	        {"policy-map global_policy", ""},
	        {"class c", ""},
	        {"set connection conn-max 100",
	         "WARNING: set connection is kept without effect, traffic is not inspected\n"},
	        {"route outside 0.0.0.0 0.0.0.0 192.0.2.254", ""},
	        {"route outside 0 0 192.0.2.254", "WARNING: Route already exists\n"},
	        {"vpdn group PPPOE request dialout pppoe", ""},
	        {"vpdn group PPPOE localname jdoe@provider", ""},
	        {"vpdn group PPPOE ppp authentication pap",
	         "INFO: there is no PPPoE client, how PPPOE authenticates is not kept\n"},
	        {"vpdn username jdoe@provider password secret1",
	         "INFO: there is no PPPoE client, its account jdoe@provider is not kept\n"},
	        {"no username jdoe@provider", "ERROR: username jdoe@provider does not exist\n"},
	};
	struct conf_fixture *f = *state;
	struct cli_ctx ctx;
	struct out said;
	unsigned wrong = 0;
	conf_load(f, "");
	ctx_init(&ctx, f->grammar->config);
	out_init(&said);
	for (size_t i = 0; i < sizeof(session) / sizeof(session[0]); i++) {
		type(f, &ctx, session[i].line, &said);
		if (strcmp(said.text ? said.text : "", session[i].said) == 0)
			continue;
		print_message("%s\n  says: %s  not:  %s\n", session[i].line,
		              said.text ? said.text : "\n", session[i].said);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	out_free(&said);
	ctx_clear(&ctx);
	conf_unload(f);
}

/* More rules in a split tunnel's list than are pushed to a client. */
static void test_split_list(void **state)
{
	struct conf_fixture *f = *state;
	struct out text;
	for (unsigned aces = 28; aces <= 29; aces++) {
		out_init(&text);
		for (unsigned i = 0; i < aces; i++)
			out_printf(&text, "access-list S standard permit 10.%u.0.0 255.255.0.0\n",
			           i);
		out_str(&text, "access-list S remark not one of them\n"
		               "access-list S standard deny 10.99.0.0 255.255.0.0\n"
		               "group-policy G internal\ngroup-policy G attributes\n"
		               " split-tunnel-network-list value S\n");
		conf_load(f, text.text);
		conf_no_errors(f);
		assert_int_equal(conf_said(f,
		                           "WARNING: split-tunnel-network-list S has 29 networks, "
		                           "at most 28 are pushed to a client"),
		                 aces > 28);
		conf_unload(f);
		out_free(&text);
	}
}

/* The list that a group policy names grows: told with the first entry that is too many, and only then. */
static void test_split_list_grows(void **state)
{
	struct conf_fixture *f = *state;
	for (unsigned aces = 28; aces <= 30; aces++) {
		struct out text;
		out_init(&text);
		out_str(&text, "access-list S standard permit 10.0.0.0 255.255.0.0\n"
		               "access-list OTHER standard permit 10.0.0.0 255.255.0.0\n"
		               "group-policy G internal\ngroup-policy G attributes\n"
		               " split-tunnel-network-list value S\n");
		for (unsigned i = 1; i < aces; i++)
			out_printf(&text,
			           "access-list S standard permit 10.%u.0.0 255.255.0.0\n"
			           "access-list OTHER standard permit 10.%u.0.0 255.255.0.0\n",
			           i, i);
		conf_load(f, text.text);
		conf_no_errors(f);
		assert_int_equal(conf_said(f,
		                           "WARNING: split-tunnel-network-list S has 29 networks, "
		                           "at most 28 are pushed to a client"),
		                 aces > 28);
		assert_int_equal(conf_said(f, "WARNING: split-tunnel-network-list OTHER"), 0);
		conf_unload(f);
		out_free(&text);
	}
}

/* Networks count, not entries: those of a range are many, those that are denied or inactive none. */
static void test_split_networks(void **state)
{
	static const struct {
		const char *lines, *said;
	} lists[] = {
	        {"object network R\n range 10.0.0.1 10.255.255.254\n"
	         "access-list S extended permit ip object R any\n",
	         "WARNING: split-tunnel-network-list S has 46 networks, at most 28 are pushed to a client"},
	        {"object network R\n range 10.0.0.1 10.255.255.254\n"
	         "access-list S extended permit ip object R any inactive\n"
	         "access-list S extended deny ip object R any\n"
	         "access-list S extended permit ip host 10.77.0.1 any\n",
	         NULL},
	};
	static const char policy[] = "group-policy G internal\ngroup-policy G attributes\n split-tunnel-network-list value S\n";
	struct conf_fixture *f = *state;
	char text[1000];
	for (unsigned i = 0; i < 4; i++) { /* the list first, or the policy */
		bool late = i & 1;
		snprintf(text, sizeof(text), "%s%s%s", late ? policy : "", lists[i / 2].lines, late ? "" : policy);
		conf_load(f, text);
		conf_no_errors(f);
		assert_int_equal(conf_said(f, "WARNING: split-tunnel-network-list"), lists[i / 2].said != NULL);
		if (lists[i / 2].said)
			assert_int_equal(conf_said(f, lists[i / 2].said), 1);
		conf_unload(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_typed),
	                                   cmocka_unit_test(test_split_list),
	                                   cmocka_unit_test(test_split_list_grows),
	                                   cmocka_unit_test(test_split_networks)};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
