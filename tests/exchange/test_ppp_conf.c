/* Configuration text through grammar and tree into users, group policies, tunnel groups and address pools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aaa/mschap.h"
#include "ppp/ppp.h"
#include "tests/exchange/conf_fixture.h"

static const struct aaa_conf *aaa;
static const struct ppp_conf *ppp;

static void load(struct conf_fixture *f, const char *text)
{
	struct err err = {0};
	conf_load(f, text);
	aaa = aaa_conf_compile(conf_loaded(f), f->arena, NULL, &err);
	assert_non_null(aaa);
	ppp = ppp_conf_compile(conf_loaded(f), f->arena, aaa, 0, NULL, &err);
	assert_non_null(ppp);
}

static void empty(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "");
	conf_no_errors(f);
	assert_int_equal(aaa->nusers, 0);
	assert_int_equal(ppp->npools, 0);
	assert_false(ppp->no_local || ppp->no_aaa);
	const struct aaa_policy *p = aaa_policy_find(aaa, "DfltGrpPolicy");
	assert_non_null(p);
	assert_int_equal(p->a.logins, 3);
	assert_int_equal(p->a.idle_s, 1800);
	assert_int_equal(p->a.session_s, 0);
	assert_true(p->a.l2tp);
	assert_int_equal(p->dns[0], 0);
	const struct aaa_group *g = aaa_group_find(aaa, "DefaultRAGroup");
	assert_non_null(g);
	assert_string_equal(g->servers.server, "LOCAL");
	assert_string_equal(g->policy, "DfltGrpPolicy");
	assert_int_equal(g->methods, AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_MSCHAP1));
	conf_unload(f);
}

/* What DHCPINFORM is answered with: inherited, set, taken away. */
static void told(void **state)
{
	struct conf_fixture *f = *state;
	load(f,
	     "access-list SPLIT standard permit 10.0.0.0 255.0.0.0\n"
	     "group-policy heir internal\n"
	     "group-policy none internal\n"
	     "group-policy none attributes\n"
	     " default-domain none\n"
	     " split-tunnel-network-list none\n"
	     " split-tunnel-policy excludespecified\n"
	     " intercept-dhcp disable\n"
	     " msie-proxy method no-proxy\n"
	     " msie-proxy pac-url none\n"
	     "group-policy DfltGrpPolicy attributes\n"
	     " default-domain value corp.example.com\n"
	     " split-tunnel-network-list value SPLIT\n"
	     " split-tunnel-policy tunnelspecified\n"
	     " intercept-dhcp 255.255.0.0 enable\n"
	     " msie-proxy method use-pac-url\n"
	     " msie-proxy pac-url value http://10.0.0.1/p.pac\n");
	conf_no_errors(f);
	const struct aaa_policy *p = aaa_policy_find(aaa, "heir");
	assert_true(p->intercept && p->use_pac);
	assert_int_equal(p->intercept_mask, 0xffff0000);
	assert_int_equal(p->split, AAA_SPLIT_SPECIFIED);
	assert_string_equal(p->split_list, "SPLIT");
	assert_string_equal(p->domain, "corp.example.com");
	assert_string_equal(p->pac, "http://10.0.0.1/p.pac");
	p = aaa_policy_find(aaa, "none");
	assert_false(p->intercept || p->use_pac);
	assert_int_equal(p->split, AAA_SPLIT_EXCLUDED);
	assert_string_equal(p->split_list, "");
	assert_string_equal(p->domain, "");
	assert_string_equal(p->pac, "");
	conf_unload(f);
	load(f, "");
	p = aaa_policy_find(aaa, "DfltGrpPolicy");
	assert_false(p->intercept || p->use_pac);
	assert_int_equal(p->intercept_mask, UINT32_MAX);
	assert_int_equal(p->split, AAA_SPLIT_ALL);
	conf_unload(f);
}

static void example(void **state)
{
	uint8_t hash[16];
	struct conf_fixture *f = *state;
	load(f,
	     "hostname gw\n"
	     "ip local pool sales_addresses 209.165.202.129-209.165.202.158 mask 255.255.255.224\n"
	     "ip local pool one 10.0.0.1\n"
	     "vpn-addr-assign local reuse-delay 2\n"
	     "group-policy sales_policy internal\n"
	     "group-policy sales_policy attributes\n"
	     " wins-server value 209.165.201.3 209.165.201.4\n"
	     " dns-server value 209.165.201.1 209.165.201.2\n"
	     " vpn-tunnel-protocol l2tp-ipsec\n"
	     " group-lock value DefaultRAGroup\n"
	     " vpn-idle-timeout none\n"
	     " vpn-session-timeout 60\n"
	     " address-pools value one\n"
	     "group-policy second internal\n"
	     "group-policy second attributes\n"
	     " dns-server none\n"
	     " vpn-tunnel-protocol ikev1\n"
	     "group-policy DfltGrpPolicy attributes\n"
	     " dns-server value 10.9.9.9\n"
	     " vpn-simultaneous-logins 7\n"
	     "tunnel-group DefaultRAGroup general-attributes\n"
	     " address-pool sales_addresses one\n"
	     " default-group-policy sales_policy\n"
	     " strip-realm\n"
	     "tunnel-group DefaultRAGroup ppp-attributes\n"
	     " no authentication chap\n"
	     " no authentication ms-chap-v1\n"
	     " authentication pap\n"
	     " authentication ms-chap-v2\n"
	     "username jdoe password j!doe1 mschap\n"
	     "username jdoe attributes\n"
	     " vpn-group-policy second\n"
	     " vpn-simultaneous-logins 1\n"
	     " vpn-framed-ip-address 10.1.1.1 255.255.255.0\n"
	     " service-type remote-access\n"
	     "username plain password secret99 privilege 15\n"
	     "username slow password $sha512$40000$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODw== pbkdf2\n"
	     "username none nopassword\n");
	assert_int_equal(aaa->rounds, 40000);
	conf_no_errors(f);
	assert_string_equal(ppp->name, "gw");
	assert_int_equal(ppp->npools, 2);
	assert_int_equal(ppp->reuse_delay_s, 120);
	assert_string_equal(ppp->pools[0].name, "sales_addresses");
	assert_int_equal(ppp->pools[0].first, 0xd1a5ca81);
	assert_int_equal(ppp->pools[0].last, 0xd1a5ca9e);
	assert_int_equal(ppp->pools[0].mask, 0xffffffe0);
	assert_int_equal(ppp->pools[1].first, ppp->pools[1].last);
	const struct aaa_policy *p = aaa_policy_find(aaa, "sales_policy");
	assert_int_equal(p->dns[0], 0xd1a5c901);
	assert_int_equal(p->dns[1], 0xd1a5c902);
	assert_int_equal(p->wins[1], 0xd1a5c904);
	assert_true(p->a.l2tp);
	assert_string_equal(p->group_lock, "DefaultRAGroup");
	assert_int_equal(p->a.idle_s, 0);
	assert_int_equal(p->a.session_s, 3600);
	assert_int_equal(p->a.logins, 7); /* DfltGrpPolicy's */
	assert_int_equal(p->npools, 1);
	p = aaa_policy_find(aaa, "second");
	assert_int_equal(p->dns[0], 0);
	assert_false(p->a.l2tp);
	assert_int_equal(aaa_policy_find(aaa, "DfltGrpPolicy")->dns[0], 0x0a090909);
	const struct aaa_group *g = aaa_group_find(aaa, "DefaultRAGroup");
	assert_int_equal(g->methods, AAA_BIT(AAA_PAP) | AAA_BIT(AAA_MSCHAP2));
	assert_int_equal(g->npools, 2);
	assert_string_equal(g->policy, "sales_policy");
	assert_true(g->strip_realm);
	const struct aaa_user *u = aaa_user_find(aaa, "jdoe");
	assert_int_equal(u->kind, AAA_PW_NT);
	mschap_nt_hash(STR("j!doe1"), hash);
	assert_memory_equal(u->nt_hash, hash, 16);
	assert_string_equal(u->policy, "second");
	assert_int_equal(u->framed_ip, 0x0a010101);
	assert_int_equal(u->service, AAA_SERVICE_REMOTE_ACCESS);
	assert_int_equal(u->privilege, 2);
	struct aaa_terms t;
	aaa_terms(aaa, g, u, NULL, "outside", &t);
	assert_int_equal(t.a.logins, 1);
	assert_false(t.a.l2tp);
	u = aaa_user_find(aaa, "plain");
	assert_int_equal(u->kind, AAA_PW_PIX);
	assert_int_equal(u->privilege, 15);
	assert_int_equal(aaa_user_find(aaa, "none")->kind, AAA_PW_NONE);
	conf_unload(f);
}

static void checks(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "ip local pool a 10.0.0.1-10.0.0.9 mask 255.255.255.0\n"
	        "ip local pool b 10.0.0.9-10.0.0.19 mask 255.255.255.0\n"
	        "ip local pool c 10.0.1.1-10.0.2.9 mask 255.255.255.0\n"
	        "ip local pool d 11.0.0.0-11.255.255.255\n"
	        "tunnel-group DefaultRAGroup general-attributes\n"
	        " authentication-server-group NOSUCH\n");
	assert_int_equal(ppp->npools, 1);
	assert_true(conf_said(f, "overlap with existing localpool range"));
	assert_true(conf_said(f, "different subnets"));
	assert_true(conf_said(f, "at most 1048576 addresses"));
	assert_true(conf_said(f, "NOSUCH"));
	assert_string_equal(aaa_group_find(aaa, "DefaultRAGroup")->servers.server, "LOCAL");
	conf_unload(f);
}

/* What is left of pools that overlap here and there is what two loops find, too. */
static void many_pools(void **state)
{
	enum { N = 60 };
	struct conf_fixture *f = *state;
	struct out text;
	out_init(&text);
	srand(7);
	for (unsigned i = 0; i < N; i++) {
		unsigned first = (unsigned)rand() % 240, len = 1 + (unsigned)rand() % 5;
		out_printf(&text, "ip local pool p%u 10.0.0.%u-10.0.0.%u\n", i, first,
		           first + len);
	}
	load(f, text.text);
	assert_true(ppp->npools > 3 && ppp->npools < N);
	for (size_t i = 0; i < ppp->npools; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(ppp->pools[i].first > ppp->pools[k].last ||
			            ppp->pools[k].first > ppp->pools[i].last);
	conf_unload(f);
	out_free(&text);
}

/* What RADIUS is told of its servers. */
static void radius_servers(void **state)
{
	struct conf_fixture *f = *state;
	struct out notes;
	struct err err = {0};
	out_init(&notes);
	conf_load(f, "aaa-server RAD protocol radius\n"
	             " dynamic-authorization\n"
	             "aaa-server RAD (inside) host 10.1.1.2\n"
	             " key secretkey\n"
	             " message-authenticator-required\n"
	             " acl-netmask-convert auto-detect\n"
	             " no mschapv2-capable\n"
	             "aaa-server RAD (inside) host 10.1.1.3\n"
	             " acl-netmask-convert wildcard\n"
	             "aaa-server OTHER protocol radius\n"
	             " dynamic-authorization port 3799\n"
	             "aaa-server TOKEN protocol sdi\n"
	             "aaa-server TOKEN (inside) host 10.1.1.4\n"
	             " server-port 5500\n"
	             "aaa-server TOKEN (inside) host 10.1.1.5\n");
	aaa = aaa_conf_compile(conf_loaded(f), f->arena, &notes, &err);
	assert_non_null(aaa);
	conf_no_errors(f);
	const struct aaa_sgroup_conf *g = aaa_sgroup_conf_find(aaa, "RAD");
	assert_int_equal(g->dynamic_port, 1700);
	assert_int_equal(g->nhosts, 2);
	assert_true(g->hosts[0].authenticated_replies && !g->hosts[1].authenticated_replies);
	assert_true(!g->hosts[0].mschap2 && g->hosts[1].mschap2);
	assert_int_equal(g->hosts[0].masks, AAA_MASKS_DETECT);
	assert_int_equal(g->hosts[1].masks, AAA_MASKS_WILDCARD);
	assert_int_equal(aaa_sgroup_conf_find(aaa, "OTHER")->dynamic_port, 3799);
	g = aaa_sgroup_conf_find(aaa, "TOKEN");
	assert_int_equal(g->hosts[0].masks, AAA_MASKS_STANDARD);
	assert_int_equal(g->hosts[1].port, 1645);
	assert_string_equal(notes.text,
	                    "WARNING: aaa-server group TOKEN, host 10.1.1.4: Port 5500 speaks a protocol that is not "
	                    "published: server-port is that of the server's RADIUS interface\n");
	out_free(&notes);
	conf_unload(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(many_pools),
	        cmocka_unit_test(empty),
	        cmocka_unit_test(example),
	        cmocka_unit_test(told),
	        cmocka_unit_test(radius_servers),
	        cmocka_unit_test(checks),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
