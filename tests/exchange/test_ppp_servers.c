/* Logins by server groups of every kind, the whole of AAA in between: which methods are possible, how an EAP
 * conversation keeps to its server, and what becomes of it when that one is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/server.h"
#include "crypto/prim/prim.h"
#include "tests/exchange/ppp_bench.h"

enum { EAP = 1u << AAA_EAP, ALL = (1u << AAA_METHOD_N) - 1 };

/* ------------------------------------------------------------------ protocols, in place of the genuine ones */

static struct {
	unsigned asks;
	char name[AAA_USER_MAX + 1], order[100];
	uint8_t eap[100];
	size_t eap_len, state_len;
	uint8_t state[8];
	unsigned challenges; /* still to come */
	enum aaa_answer answer;
	enum aaa_what what;
	struct aaa_ask *held;
} seen;

static void hold(struct aaa_ask *ask)
{
	seen.held = ask;
	ask->run = ask;
}

static void says(struct aaa_ask *ask, enum aaa_answer answer)
{
	struct aaa_reply *reply = aaa_reply_new();
	ask->run = NULL;
	if (answer == AAA_SAYS_CHALLENGE) {
		reply->eap = malloc(6);
		memcpy(reply->eap, (const uint8_t[]){1, (uint8_t)(seen.eap[1] + 1), 0, 6, 13, 0x20}, 6);
		reply->eap_len = 6;
		memcpy(reply->state, "state", 5);
		reply->state[5] = (uint8_t)('0' + seen.challenges);
		reply->state_len = 6;
	}
	aaa_answered(ask, answer, reply, answer == AAA_SAYS_REJECT ? AAA_WHY_PASSWORD : AAA_WHY_NONE);
}

static void fake_ask(struct aaa_ask *ask)
{
	seen.asks++;
	seen.what = ask->what;
	snprintf(seen.name, sizeof(seen.name), "%s", ask->name);
	size_t at = strlen(seen.order);
	snprintf(seen.order + at, sizeof(seen.order) - at, "%s", ask->host->conf->host);
	seen.eap_len = ask->rq->eap.len;
	assert_true(seen.eap_len <= sizeof(seen.eap));
	if (seen.eap_len)
		memcpy(seen.eap, ask->rq->eap.p, seen.eap_len);
	seen.state_len = ask->state.len;
	if (ask->state.len)
		memcpy(seen.state, ask->state.p, ask->state.len < 8 ? ask->state.len : 8);
	if (ask->what == AAA_AUTHENTICATE && seen.challenges && ask->rq->method == AAA_EAP) {
		says(ask, AAA_SAYS_CHALLENGE);
		seen.challenges--;
	} else if (seen.answer == AAA_SAYS_NOTHING) {
		hold(ask);
	} else {
		says(ask, seen.answer);
	}
}

static void fake_cancel(struct aaa_ask *ask)
{
	if (seen.held == ask)
		seen.held = NULL;
	ask->run = NULL;
}

/* Table of the product: what each kind of server can verify. */
#define PROTO(p, m) static const struct aaa_proto proto_##p = {.id = AAA_P_##p, .methods = (m), .authorizes = true, .ask = fake_ask, .cancel = fake_cancel}
PROTO(RADIUS, ALL);
PROTO(TACACS, AAA_BIT(AAA_PAP) | AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_MSCHAP1));
PROTO(LDAP, AAA_BIT(AAA_PAP));
PROTO(NT, AAA_BIT(AAA_PAP));
PROTO(SDI, AAA_BIT(AAA_PAP));
PROTO(KERBEROS, AAA_BIT(AAA_PAP));
const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {
        [AAA_P_RADIUS] = &proto_RADIUS, [AAA_P_TACACS] = &proto_TACACS, [AAA_P_LDAP] = &proto_LDAP,
        [AAA_P_NT] = &proto_NT,         [AAA_P_SDI] = &proto_SDI,       [AAA_P_KERBEROS] = &proto_KERBEROS};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}

/* ------------------------------------------------------------------ configuration */

#define HOST(text, number)                                                                       \
	{.host = text, .ifname = "inside", .ip = number, .key = "k", .base_dn = "", .login_dn = "", \
	 .login_password = "", .realm = "", .nt_dc = ""}
static const struct aaa_host_conf hosts[] = {HOST("A", 1), HOST("B", 2)};
#define GROUP(text, p) {.name = text, .protocol = AAA_P_##p, .max_failed = 3, .hosts = hosts, .nhosts = 2}
static const struct aaa_sgroup_conf sgroups[] = {
        GROUP("HTTP", HTTP), GROUP("KRB", KERBEROS), GROUP("LDAP", LDAP), GROUP("NT", NT),
        GROUP("RAD", RADIUS), GROUP("SDI", SDI), GROUP("TAC", TACACS),
};
static struct aaa_group groups[2];
static struct aaa_conf aaa;
static struct ppp_conf conf;

static void use(const char *server, bool fallback, unsigned methods)
{
	groups[0].servers = (struct aaa_server_choice){.server = server, .fallback_local = fallback};
	groups[0].methods = methods;
}

static int setup(void **state)
{
	pb_setup(state);
	memset(&seen, 0, sizeof(seen));
	aaa = pb_aaa;
	aaa.sgroups = sgroups;
	aaa.nsgroups = sizeof(sgroups) / sizeof(sgroups[0]);
	groups[0] = groups[1] = pb_groups[0];
	aaa.groups = groups;
	aaa.ngroups = 1;
	conf = pb_conf;
	conf.aaa = &aaa;
	use("RAD", false, ALL);
	pb_set_conf(&conf);
	return 0;
}

static struct pb_link *dial(unsigned i, const char *user, unsigned methods)
{
	struct pb_link *l = pb_dial(i, PEER_PLAIN, user, "j!doe1", methods);
	l->peer.eap_echo = true;
	pb_run_for(2000);
	return l;
}

/* ------------------------------------------------------------------ tests */

/* What is allowed and what the servers can: nothing in common, or nothing that the client wants. */
static void nothing_left(void **state)
{
	static const struct {
		const char *server;
		bool fallback;
		unsigned methods, client;
		const char *said;
	} rows[] = {
	        {"LDAP", false, EAP | AAA_BIT(AAA_MSCHAP2), ALL,
	         "left: tunnel-group DefaultRAGroup allows ms-chap-v2 eap-proxy, server LDAP can do pap : user"},
	        {"NT", false, AAA_BIT(AAA_CHAP), ALL,
	         "left: tunnel-group DefaultRAGroup allows chap, server NT can do pap : user"},
	        {"KRB", false, AAA_BIT(AAA_MSCHAP1) | AAA_BIT(AAA_CHAP), ALL,
	         "left: tunnel-group DefaultRAGroup allows ms-chap-v1 chap, server KRB can do pap : user"},
	        {"SDI", false, AAA_BIT(AAA_MSCHAP2), ALL,
	         "left: tunnel-group DefaultRAGroup allows ms-chap-v2, server SDI can do pap : user"},
	        {"TAC", false, EAP | AAA_BIT(AAA_MSCHAP2), ALL,
	         "left: tunnel-group DefaultRAGroup allows ms-chap-v2 eap-proxy, server TAC can do ms-chap-v1 chap pap "
	         ": user"},
	        {"TAC", false, ALL, EAP,
	         "left (the client asks for eap-proxy): tunnel-group DefaultRAGroup allows ms-chap-v2 ms-chap-v1 chap "
	         "pap eap-proxy, server TAC can do ms-chap-v1 chap pap : user"},
	        {"RAD", false, EAP, AAA_BIT(AAA_PAP),
	         "left (the client asks for pap): tunnel-group DefaultRAGroup allows eap-proxy, server RAD can do "
	         "ms-chap-v2 ms-chap-v1 chap pap eap-proxy : user"},
	        {"HTTP", false, ALL, ALL, "pap eap-proxy, server HTTP can do none : user"},
	        {"GONE", false, ALL, ALL, "pap eap-proxy, server GONE can do none : user"},
	        {"LOCAL", false, EAP | AAA_BIT(AAA_CHAP), ALL,
	         "left: tunnel-group DefaultRAGroup allows chap eap-proxy, server LOCAL can do ms-chap-v2 ms-chap-v1 "
	         "pap : user"},
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		use(rows[i].server, rows[i].fallback, rows[i].methods);
		pb_logs[0] = '\0';
		struct pb_link *l = dial(i % PB_LINKS, "jdoe", rows[i].client);
		assert_true(l->closed);
		assert_int_equal(l->opens, 0);
		pb_has_log("113013 AAA unable to complete the request Error : reason = No PPP authentication protocol ");
		pb_has_log(rows[i].said);
	}
	assert_int_equal(seen.asks, 0);
}

/* Every cell of the table that is possible. */
static void every_kind(void **state)
{
	(void)state;
	for (unsigned p = 0; p < AAA_PROTOCOL_N; p++) {
		for (unsigned m = 0; m < AAA_METHOD_N; m++) {
			const struct aaa_sgroup_conf *g = NULL;
			for (size_t i = 0; i < aaa.nsgroups; i++)
				if (sgroups[i].protocol == (enum aaa_protocol)p)
					g = &sgroups[i];
			bool can = aaa_protocol_methods((enum aaa_protocol)p) & AAA_BIT(m);
			assert_non_null(g);
			use(g->name, false, AAA_BIT(m));
			seen.asks = 0;
			seen.answer = AAA_SAYS_ACCEPT;
			seen.challenges = 1;
			struct pb_link *l = dial(0, "jdoe", AAA_BIT(m));
			/* MS-CHAPv2: this server does not prove itself */
			assert_int_equal(l->opens, can && m != AAA_MSCHAP2);
			assert_int_equal(seen.asks, !can ? 0 : m == AAA_EAP ? 2 : 1);
			if (l->session)
				pb_link_close(l, LINK_END_USER_REQUEST);
			pb_run_for(100);
		}
	}
}

static void conversation(void **state)
{
	(void)state;
	use("RAD", false, EAP);
	groups[0].strip_realm = true;
	seen.challenges = 3;
	seen.answer = AAA_SAYS_ACCEPT;
	struct pb_link *l = dial(0, "jdoe@example.com", EAP);
	assert_true(l->data && l->peer.ip_up);
	assert_string_equal(seen.order, "AAAA");
	assert_string_equal(seen.name, "jdoe@example.com"); /* as in the Identity */
	assert_string_equal(l->user, "jdoe");
	assert_int_equal(seen.state_len, 6);
	assert_memory_equal(seen.state, "state1", 6);
	pb_has_log("113010 AAA challenge received for user jdoe from server A");
	pb_has_log("113004 AAA user authentication Successful : server =  A : user = jdoe");
	seen.challenges = 1;
	seen.answer = AAA_SAYS_REJECT;
	l = dial(1, "jdoe@example.com", EAP);
	assert_true(l->closed && l->peer.refused);
	assert_int_equal(l->peer.eap[0], 4);
	assert_int_equal(l->peer.eap[1], seen.eap[1]);
}

/* Who has asked a question gets its answer, nobody else: a conversation dies with its server. */
static void server_gone(void **state)
{
	(void)state;
	use("RAD", true, EAP);
	seen.answer = AAA_SAYS_NOTHING;
	seen.challenges = 1;
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.eap_echo = true;
	pb_run_for(2000);
	assert_string_equal(seen.order, "AA");
	assert_non_null(seen.held);
	says(seen.held, AAA_SAYS_NOTHING);
	pb_run_for(2000);
	assert_string_equal(seen.order, "AA");
	assert_true(l->closed && l->peer.refused);
	assert_int_equal(l->opens, 0);
	/* at the first question the next one is asked, and behind them the local database, which cannot do it */
	seen.order[0] = '\0';
	pb_logs[0] = '\0';
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	for (unsigned i = 0; i < 2; i++) {
		pb_run_for(500);
		assert_non_null(seen.held);
		says(seen.held, AAA_SAYS_NOTHING);
	}
	pb_run_for(2000);
	assert_string_equal(seen.order, "AB");
	assert_true(l->closed && l->peer.refused);
	pb_has_log("113015 AAA user authentication Rejected : reason = Authentication protocol not supported by the "
	           "server : local database : user = jdoe");
	/* the configuration takes it away in the middle */
	seen.challenges = 1;
	l = pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.eap_hold = true;
	pb_run_for(100);
	ppp_peer_frame(&l->peer, 0xc227, (const uint8_t[]){2, l->peer.eap[1], 0, 6, 1, 'j'}, 6);
	pb_run_for(100);
	assert_int_equal(l->peer.eap_len, 6);
	aaa.nsgroups = 4;
	pb_set_conf(&conf);
	ppp_peer_frame(&l->peer, 0xc227, (const uint8_t[]){2, l->peer.eap[1], 0, 6, 13, 0}, 6);
	pb_run_for(1000);
	assert_true(l->closed && l->peer.refused);
}

/* The servers know him; what he may, the local database knows by the name in his certificate. */
static void account_of_the_certificate(void **state)
{
	(void)state;
	groups[0].authorization = "LOCAL";
	groups[0].authorization_required = true;
	groups[0].cert_attr[0] = "CN";
	groups[0].cert_attr[1] = "";
	pb_cert_user = "boss";
	seen.answer = AAA_SAYS_ACCEPT;
	struct pb_link *l = dial(0, "stranger", AAA_BIT(AAA_PAP));
	assert_true(l->data);
	pb_set_conf(&conf); /* which says the same */
	pb_run_for(1000);
	assert_false(l->closed);
	assert_string_equal(aaa.users[0].name, "boss");
	aaa.users++;
	aaa.nusers--;
	pb_set_conf(&conf);
	pb_run_for(1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_CONFIG_ERROR);
}

/* Nothing is left of the name without its realm. */
static void no_name_to_authorize(void **state)
{
	(void)state;
	groups[0].strip_realm = true;
	groups[0].authorization = "LOCAL";
	groups[0].authorization_required = true;
	seen.answer = AAA_SAYS_ACCEPT;
	struct pb_link *l = dial(0, "@realm", AAA_BIT(AAA_PAP));
	assert_true(l->closed);
	pb_has_log("reason = There is no user name to authorize : user = ");
}

/* The group that the name chooses has servers of another kind. */
static void switched(void **state)
{
	(void)state;
	groups[0].strip_group = true;
	groups[1].name = "sales";
	groups[1].methods = EAP;
	groups[1].servers.server = "LDAP";
	aaa.ngroups = 2;
	aaa.delimiter = '#';
	use("RAD", false, EAP);
	pb_set_conf(&conf);
	seen.answer = AAA_SAYS_ACCEPT;
	struct pb_link *l = dial(0, "jdoe#sales", EAP);
	assert_true(l->closed && l->peer.refused);
	assert_int_equal(seen.asks, 0);
	pb_has_log("reason = Authentication protocol not supported by the server : user = jdoe");
	groups[1].servers.server = "RAD";
	l = dial(1, "jdoe#sales", EAP);
	assert_true(l->data);
	assert_string_equal(seen.name, "jdoe#sales");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(nothing_left), T(every_kind), T(conversation), T(server_gone), T(switched), T(account_of_the_certificate),
	        T(no_name_to_authorize),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
