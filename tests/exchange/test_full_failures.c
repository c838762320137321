/* Clients that do not get in, on the whole appliance: the newest row of show vpn-sessiondb failures names stage, cause, error
 * number and the commands that help; they are typed as they stand there (but for what only the administrator knows), and the
 * client gets in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/exchange/full_server.h"

enum { STEPS = 4 };

/* One misconfiguration, and what is said of it. */
struct fault {
	const char *name, *config; /* lines that break it */
	const char *cause[STEPS];  /* one after the other, each mended by its own commands */
	const char *stage, *error;
	const char *fix;                 /* stands in the first commands */
	const char *known[4][2];         /* words in capitals that only the administrator knows */
	bool nat, beside;                /* the client is behind a NAT; another one is in */
	const char *psk, *group, *user, *password;
	unsigned methods, tries;
};

static const struct fault faults[] = {
        {.name = "no policy for its proposal",
         .config = "no crypto ikev1 policy 20\n",
         .cause = {"ike-proposal"},
         .stage = "Main Mode 1",
         .error = "789",
         .fix = "encryption aes-256"},
        {.name = "another pre-shared key",
         .config = "",
         .cause = {"pre-shared-key"},
         .stage = "Main Mode 5",
         .error = "789",
         .fix = "ikev1 pre-shared-key KEY",
         .psk = "the-key-that-users-have",
         .known = {{"KEY", "the-key-that-users-have"}}},
        {.name = "no pre-shared key",
         .config = "tunnel-group DefaultRAGroup ipsec-attributes\n no ikev1 pre-shared-key\n",
         .cause = {"no-pre-shared-key"},
         .stage = "Main Mode 3",
         .error = "789",
         .fix = "tunnel-group DefaultRAGroup ipsec-attributes",
         .known = {{"KEY", "a-shared-key-for-tests-only"}}},
        {.name = "IKE not enabled",
         .config = "no crypto ikev1 enable outside\n",
         .cause = {"ike-disabled"},
         .stage = "First message",
         .error = "809",
         .fix = "crypto ikev1 enable outside"},
        {.name = "no crypto map on the interface",
         .config = "no crypto map vpn interface outside\n",
         .cause = {"no-crypto-map"},
         .stage = "First message",
         .error = "809",
         .fix = "crypto map MAP interface outside",
         .known = {{"MAP", "vpn"}}},
        {.name = "Aggressive Mode disabled, then a group that is none, without a pool",
         .config = "crypto ikev1 am-disable\n",
         .cause = {"aggressive-mode-disabled", "unknown-tunnel-group", "authentication-protocol", "no-address-pool"},
         .stage = "First message",
         .error = "809",
         .fix = "no crypto ikev1 am-disable",
         .group = "branch",
         .psk = "the-key-of-the-branch",
         .known = {{"KEY", "the-key-of-the-branch"},
                   {"POOL", "more"},
                   {"FIRST-LAST", "10.79.0.10-10.79.0.19"},
                   {"MASK", "255.255.255.0"}}},
        {.name = "another key of its group",
         .config = "tunnel-group branch type remote-access\n"
                   "tunnel-group branch general-attributes\n address-pool clients\n"
                   "tunnel-group branch ipsec-attributes\n ikev1 pre-shared-key a-key-of-our-own\n"
                   "tunnel-group branch ppp-attributes\n authentication ms-chap-v2\n",
         .cause = {"pre-shared-key"},
         .stage = "Aggressive Mode 1",
         .error = "789",
         .fix = "tunnel-group branch ipsec-attributes",
         .group = "branch",
         .psk = "the-key-of-the-branch",
         .known = {{"KEY", "the-key-of-the-branch"}}},
        {.name = "no transform set for its proposal",
         .config = "crypto ipsec ikev1 transform-set odd esp-aes-192 esp-md5-hmac\n"
                   "crypto ipsec ikev1 transform-set odd mode transport\n"
                   "no crypto dynamic-map dyno 10 set ikev1 transform-set a256 t3des\n"
                   "crypto dynamic-map dyno 10 set ikev1 transform-set odd\n",
         .cause = {"esp-proposal"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "esp-aes-256 esp-sha-hmac"},
        {.name = "transform set in tunnel mode",
         .config = "no crypto ipsec ikev1 transform-set a256 mode transport\n",
         .cause = {"encapsulation-mode"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "crypto ipsec ikev1 transform-set a256 mode transport"},
        {.name = "PFS demanded",
         .config = "crypto dynamic-map dyno 10 set pfs group2\n",
         .cause = {"pfs"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "no crypto dynamic-map dyno 10 set pfs"},
        {.name = "NAT traversal off",
         .config = "no crypto isakmp nat-traversal\n",
         .cause = {"nat-traversal-off"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "crypto isakmp nat-traversal",
         .nat = true},
        {.name = "NAT traversal off in the map",
         .config = "crypto dynamic-map dyno 10 set nat-t-disable\n",
         .cause = {"nat-t-disable"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "no crypto dynamic-map dyno 10 set nat-t-disable",
         .nat = true},
        {.name = "an access list that does not permit it",
         .config = "access-list WEB extended permit tcp any any eq www\n"
                   "crypto dynamic-map dyno 10 match address WEB\n",
         .cause = {"match-address"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "no crypto dynamic-map dyno 10 match address"},
        {.name = "a policy without L2TP",
         .config = "group-policy clients attributes\n vpn-tunnel-protocol ikev1\n",
         .cause = {"l2tp-not-allowed"},
         .stage = "Quick Mode 1",
         .error = "789",
         .fix = "group-policy clients attributes"},
        {.name = "L2TP tunnels at their limit",
         .config = "l2tp tunnel limit 1\n",
         .cause = {"l2tp-tunnel-limit"},
         .stage = "L2TP tunnel",
         .error = "628",
         .fix = "no l2tp tunnel limit",
         .beside = true},
        {.name = "no protocol in common",
         .config = "tunnel-group DefaultRAGroup ppp-attributes\n no authentication ms-chap-v2\n no authentication ms-chap-v1\n"
                   " no authentication chap\n",
         .cause = {"authentication-protocol"},
         .stage = "PPP LCP",
         .error = "691",
         .fix = "authentication ms-chap-v2"},
        {.name = "no protocol that the database can do",
         .config = "tunnel-group DefaultRAGroup ppp-attributes\n no authentication ms-chap-v2\n no authentication ms-chap-v1\n"
                   " no authentication pap\n authentication chap\n",
         .cause = {"no-authentication-protocol"},
         .stage = "PPP LCP",
         .error = "628",
         .fix = "authentication ms-chap-v2"},
        {.name = "another password",
         .config = "",
         .cause = {"password"},
         .stage = "PPP authentication",
         .error = "691",
         .fix = "username alice password PASSWORD mschap",
         .password = "wonder-2",
         .known = {{"PASSWORD", "wonder-2"}}},
        {.name = "no such user",
         .config = "no logging hide username\n",
         .cause = {"unknown-user"},
         .stage = "PPP authentication",
         .error = "691",
         .fix = "username carol password PASSWORD mschap",
         .user = "carol",
         .password = "new-here-1",
         .known = {{"PASSWORD", "new-here-1"}}},
        {.name = "a password that is not for MS-CHAP",
         .config = "",
         .cause = {"password-not-mschap"},
         .stage = "PPP authentication",
         .error = "691",
         .fix = "username plain password PASSWORD mschap",
         .user = "plain",
         .password = "simple-3",
         .known = {{"PASSWORD", "simple-3"}}},
        {.name = "a user who is locked out",
         .config = "aaa local authentication attempts max-fail 2\n",
         .cause = {"user-locked-out"},
         .stage = "PPP authentication",
         .error = "691",
         .fix = "clear aaa local user lockout username alice",
         .tries = 3},
        {.name = "servers that do not answer",
         .config = "aaa-server deaf protocol radius\n"
                   "aaa-server deaf (inside) host 10.77.0.99\n key k\n timeout 1\n retry-interval 1\n"
                   "tunnel-group DefaultRAGroup general-attributes\n authentication-server-group deaf\n",
         .cause = {"aaa-server"},
         .stage = "PPP authentication",
         .error = "691",
         .fix = "authentication-server-group deaf LOCAL"},
        {.name = "outside of the hours",
         .config = "time-range NEVER\n absolute start 00:00 1 January 2020 end 00:00 2 January 2020\n"
                   "group-policy clients attributes\n vpn-access-hours value NEVER\n",
         .cause = {"access-hours"},
         .stage = "PPP authentication",
         .error = "646",
         .fix = "vpn-access-hours none"},
        {.name = "locked to another group",
         .config = "tunnel-group other type remote-access\n"
                   "username alice attributes\n group-lock value other\n",
         .cause = {"group-lock"},
         .stage = "PPP authentication",
         .error = "649",
         .fix = "username alice attributes"},
        {.name = "no sessions for the user",
         .config = "group-policy clients attributes\n vpn-simultaneous-logins 0\n",
         .cause = {"simultaneous-logins"},
         .stage = "PPP authentication",
         .error = "649",
         .fix = "vpn-simultaneous-logins 3"},
        {.name = "sessions at their limit",
         .config = "vpn-sessiondb max-other-vpn-limit 1\n",
         .cause = {"session-limit"},
         .stage = "PPP authentication",
         .error = "649",
         .fix = "vpn-sessiondb max-other-vpn-limit",
         .beside = true},
        {.name = "pools switched off",
         .config = "no vpn-addr-assign local\n",
         .cause = {"address-pools-off"},
         .stage = "Address assignment",
         .error = "720",
         .fix = "vpn-addr-assign local"},
        {.name = "a pool that is full",
         .config = "ip local pool one 10.79.0.10-10.79.0.10 mask 255.255.255.0\n"
                   "tunnel-group DefaultRAGroup general-attributes\n no address-pool clients\n address-pool one\n",
         .cause = {"address-pool-full"},
         .stage = "Address assignment",
         .error = "720",
         .fix = "address-pool one POOL",
         .beside = true,
         .known = {{"POOL", "more"}, {"FIRST-LAST", "10.79.1.10-10.79.1.19"}, {"MASK", "255.255.255.0"}}},
};

/* ------------------------------------------------------------------ what the row says */

static json_t *failures(struct world *w)
{
	json_error_t error;
	json_t *doc = json_loads(world_show(w, "show vpn-sessiondb failures detail | json\n"), 0, &error);
	if (doc == NULL)
		fail_msg("%s", error.text);
	return doc;
}

static json_t *newest(json_t *doc)
{
	json_t *row = json_array_get(json_object_get(doc, "failures"), 0);
	if (row == NULL)
		fail_msg("no row");
	return row;
}

static const char *text_of(json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));
	return text != NULL ? text : "";
}

static void expect(const struct fault *f, json_t *row, const char *key, const char *want)
{
	if (strcmp(text_of(row, key), want) != 0)
		fail_msg("%s: %s is %s, not %s", f->name, key, text_of(row, key), want);
}

/* A line of the commands with what the administrator knows. */
static void fill_in(const struct fault *f, const char *line, struct out *to)
{
	while (*line != '\0') {
		size_t i = 0, len = 0;
		for (; i < 4 && f->known[i][0] != NULL; i++) {
			len = strlen(f->known[i][0]);
			if (strncmp(line, f->known[i][0], len) == 0)
				break;
		}
		bool found = i < 4 && f->known[i][0] != NULL;
		if (found)
			out_str(to, f->known[i][1]);
		else
			out_put(to, (struct str){line, 1});
		line += found ? len : 1;
	}
	out_str(to, "\n");
}

static void mend(struct world *w, const struct fault *f, json_t *row)
{
	struct out typed;
	out_init(&typed);
	out_str(&typed, "configure terminal\n");
	json_t *fix = json_object_get(row, "fix");
	if (json_array_size(fix) == 0)
		fail_msg("%s: nothing helps", f->name);
	for (size_t i = 0; i < json_array_size(fix); i++)
		fill_in(f, json_string_value(json_array_get(fix, i)), &typed);
	const char *answer = world_show(w, out_text(&typed).p);
	if (strstr(answer, "ERROR") != NULL || strstr(answer, "Invalid") != NULL || strstr(answer, "^") != NULL)
		fail_msg("%s:\n%.*s%s", f->name, (int)typed.len, typed.text, answer);
	out_free(&typed);
}

/* ------------------------------------------------------------------ one after the other */

static struct client_habits habits_of(const struct fault *f)
{
	struct client_habits h = client_windows;
	h.private_ip = f->nat ? BEHIND_IP : 0;
	h.psk = f->psk;
	h.group_name = f->group;
	if (f->user != NULL)
		h.user = f->user;
	if (f->password != NULL)
		h.password = f->password;
	return h;
}

/* Wrong passwords until the user is locked out. */
static void guess(struct world *w, const struct fault *f)
{
	for (unsigned i = 0; i < f->tries; i++) {
		client_free(client_try_as(w, "alice", "guess", HOME_IP + 5));
		world_run(w, 90000);
	}
}

static void try_fault(struct world *w, const struct fault *f)
{
	struct client_habits habits = habits_of(f), bob = client_apple;
	struct client *beside = NULL;
	if (getenv("FULL_LOG") != NULL)
		fprintf(stderr, "---- %s\n", f->name);
	if (f->config[0] != '\0')
		world_edit(w, f->config);
	bob.private_ip = 0;
	if (f->beside)
		client_enter(beside = client_new(w, &bob, HOME_IP + 9));
	guess(w, f);
	for (unsigned i = 0; i < STEPS && f->cause[i] != NULL; i++) {
		world_show(w, "clear vpn-sessiondb failures\n");
		struct client *c = client_try(w, &habits, HOME_IP);
		world_run(w, 60000); /* those that hear nothing take their time */
		if (client_is_in(c))
			fail_msg("%s: it is in", f->name);
		client_free(c);
		json_t *doc = failures(w), *row = newest(doc);
		expect(f, row, "word", f->cause[i]);
		expect(f, row, "address", "203.0.113.101");
		if (i == 0) {
			expect(f, row, "stage", f->stage);
			expect(f, row, "error", f->error);
			assert_non_null(strstr(world_show(w, "show vpn-sessiondb failures detail\n"), f->fix));
			assert_true(world_logged(w, "713990", f->cause[0]) >= 1);
		}
		mend(w, f, row);
		json_decref(doc);
		world_run(w, 300000); /* who guesses waits, and so does what is half over */
	}
	struct client *c = client_try(w, &habits, HOME_IP);
	if (!client_is_in(c))
		fail_msg("%s: it is not in\n%s", f->name, world_show(w, "show vpn-sessiondb failures detail\n"));
	client_data(c, 3);
	client_free(c);
	if (beside != NULL)
		client_free(beside);
}

static struct world mending;

static int fault_setup(void **state)
{
	(void)state;
	world_open(&mending, "");
	return 0;
}

static int fault_teardown(void **state)
{
	(void)state;
	world_close(&mending);
	return 0;
}

static void mended(void **state)
{
	try_fault(&mending, *state);
}

/* ------------------------------------------------------------------ others */

static void ikev2_from(struct world *w, uint32_t ip, uint16_t port, uint8_t cookie)
{
	/* header and a vendor ID of Windows (RFC 7296 §3.1, 3.2) */
	uint8_t msg[4 + 28 + 24] = {0}, *p = msg + 4;
	const uint8_t nt5[] = {0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96,
	                       0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61, 0,    0,    0,    9};
	p[0] = cookie;
	p[16] = 43;
	p[17] = 0x20;
	p[18] = 34;
	p[19] = 0x08;
	p[27] = 28 + 24;
	p[28 + 3] = 24;
	memcpy(p + 32, nt5, sizeof nt5);
	bool natt = port == IKE_PORT_NATT;
	wire_out(w, FULL_UDP, (struct ip4_end){ip, port}, (struct ip4_end){GW_IP, port}, natt ? msg : p,
	         sizeof msg - (natt ? 0 : 4));
	world_run(w, 10);
}

static void begins_with_ikev2(void **state)
{
	struct world *w = *state;
	ikev2_from(w, HOME_IP, IKE_PORT, 1);
	ikev2_from(w, HOME_IP, IKE_PORT_NATT, 2);
	ikev2_from(w, HOME_IP, IKE_PORT_NATT, 3);
	json_t *doc = failures(w), *row = newest(doc);
	assert_int_equal(json_array_size(json_object_get(doc, "failures")), 1);
	assert_string_equal(text_of(row, "word"), "ikev2");
	assert_string_equal(text_of(row, "client"), "Windows 8 to 11");
	assert_string_equal(text_of(row, "sees"), "error 809");
	assert_int_equal(json_integer_value(json_object_get(row, "count")), 3);
	assert_int_equal(json_integer_value(json_object_get(row, "port")), 4500);
	json_decref(doc);
	assert_int_equal(world_logged(w, "713990", "ikev2"), 1);
}

/* Strangers fill their share and no more, and the log hears of few. */
static void flood(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	habits.psk = "another-key-than-ours";
	client_free(client_try(w, &habits, HOME_IP));
	world_log_clear(w);
	for (uint32_t i = 0; i < 3000; i++)
		ikev2_from(w, 0xc0000200 + i, IKE_PORT, 1);
	json_t *doc = failures(w), *rows = json_object_get(doc, "failures");
	assert_int_equal(json_array_size(rows), 129);
	assert_string_equal(text_of(json_array_get(rows, 128), "word"), "pre-shared-key");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(doc, "causes"), "ikev2")), 3000);
	json_decref(doc);
	assert_true(world_logged(w, "713990", "ikev2") < 100);
	/* who has shown where he is is heard in all that noise */
	client_free(client_try_as(w, "alice", "guess", HOME_IP + 1));
	assert_int_equal(world_logged(w, "713990", "Username = alice"), 1);
}

/* One source has its share, too, however many names it tries. */
static void many_names(void **state)
{
	struct world *w = *state;
	world_edit(w, "no logging hide username\n");
	for (unsigned i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof name, "guest%u", i);
		client_free(client_try_as(w, name, "guess", HOME_IP));
		world_run(w, 60000);
	}
	json_t *doc = failures(w), *rows = json_object_get(doc, "failures");
	assert_int_equal(json_array_size(rows), 16);
	assert_string_equal(text_of(newest(doc), "user"), "guest19");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(doc, "causes"), "unknown-user")), 20);
	json_decref(doc);
}

/* IPsec is up and nothing comes. A name of nobody may be a password: it is not shown. */
static void never_begins(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_android;
	habits.ike_only = true;
	client_free(client_try(w, &habits, HOME_IP));
	world_run(w, 70000);
	json_t *doc = failures(w), *row = newest(doc);
	assert_string_equal(text_of(row, "word"), "l2tp-never-began");
	assert_string_equal(text_of(row, "error"), "809");
	json_decref(doc);
	client_free(client_try_as(w, "my-secret-word", "x", HOME_IP));
	assert_null(strstr(world_show(w, "show vpn-sessiondb failures detail\n"), "my-secret-word"));
	assert_int_equal(world_logged(w, "713990", "my-secret-word"), 0);
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb failures detail\n"), "username USER password PASSWORD mschap"));
}

/* PPP that is not answered, and a client that goes. */
static void says_nothing(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	c->vpn.ppp.silent = true;
	client_dial(c);
	world_run(w, 100000);
	json_t *doc = failures(w), *row = newest(doc);
	assert_string_equal(text_of(row, "word"), "no-answer-in-lcp");
	assert_string_equal(text_of(row, "stage"), "PPP LCP");
	assert_string_equal(text_of(row, "sees"), "error 718"); /* Windows by its Vendor Name */
	json_decref(doc);
	client_free(c);
}

/* IOS with l2tp tunnel authentication, which is its default. */
static void wants_a_secret(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	struct lac_conf lac = lac_mikrotik;
	lac.challenge = true;
	lac.vendor = "Cisco Systems, Inc.";
	habits.lac = &lac;
	client_free(client_try(w, &habits, HOME_IP));
	json_t *doc = failures(w), *row = newest(doc);
	assert_string_equal(text_of(row, "word"), "l2tp-tunnel-secret");
	assert_string_equal(text_of(row, "stage"), "L2TP tunnel");
	assert_string_equal(text_of(row, "client"), "Cisco");
	assert_non_null(strstr(text_of(row, "advice"), "no l2tp tunnel authentication"));
	assert_string_equal(text_of(row, "debug"), "203.0.113.101");
	json_decref(doc);
}

/* Its answers, or ours, do not arrive. */
static void goes_silent(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_dial(c);
	world_run(w, 12);
	client_vanish(c);
	client_free(c);
	world_run(w, 60000);
	json_t *doc = failures(w), *row = newest(doc);
	assert_string_equal(text_of(row, "word"), "no-answer-in-phase-1");
	assert_string_equal(text_of(row, "stage"), "Main Mode 1");
	assert_int_equal(json_array_size(json_object_get(row, "fix")), 0);
	assert_non_null(strstr(text_of(row, "advice"), "UDP 500 and 4500"));
	json_decref(doc);
}

/* Whole days of clients that get in: there is nothing to tell. */
static void nobody_is_refused(void **state)
{
	static const struct client_habits *const all[] = {&client_windows, &client_apple, &client_android};
	struct world *w = *state;
	for (unsigned i = 0; i < 6; i++) {
		struct client *c = client_new(w, all[i % 3], HOME_IP + i);
		client_enter(c);
		client_rekey_ipsec(c);
		client_rekey_ike(c);
		world_run(w, 20000);
		client_data(c, 3);
		if (i < 3)
			client_leave(c);
		else
			client_vanish(c);
		client_free(c);
		world_run(w, 600000);
	}
	assert_int_equal(world_sessions(w), 0);
	assert_string_equal(world_show(w, "show vpn-sessiondb failures\n"), "INFO: No client was refused\n");
}

/* "Oct 14 2026 10:11:12" is <when>. */
static void without_times(const char *from, char *to, size_t cap)
{
	enum { WHEN = 20 };
	size_t used = 0;
	while (*from != '\0' && used + 8 < cap) {
		bool time = strlen(from) >= WHEN && from[3] == ' ' && from[6] == ' ' && from[11] == ' ' && from[14] == ':' && from[17] == ':';
		if (time)
			used += (size_t)snprintf(to + used, cap - used, "<when>");
		else
			to[used++] = *from;
		from += time ? WHEN : 1;
	}
	to[used] = '\0';
}

/* As it looks, in both forms. */
static void looks(void **state)
{
	static const char brief[] =
	        "Refusals: 2, of which the last 1 causes and sources follow\n"
	        "\n"
	        "Cause                          Count\n"
	        "pre-shared-key                     2\n"
	        "\n"
	        "Last                  Count  Public address        Client               Stage               User sees\n"
	        "<when>      2  203.0.113.101/500     unknown              Main Mode 5         error 789 on Windows\n"
	        "    the client's pre-shared key is another one, tunnel group DefaultRAGroup\n";
	static const char detail[] =
	        "Last         : <when>      Count        : 2\n"
	        "First        : <when>      Client       : unknown\n"
	        "Public       : 203.0.113.101/500         Stage        : Main Mode 5\n"
	        "Tunnel Group : DefaultRAGroup\n"
	        "User sees    : error 789 on Windows\n"
	        "Cause        : the client's pre-shared key is another one\n"
	        "Fix          : tunnel-group DefaultRAGroup ipsec-attributes\n"
	        "                ikev1 pre-shared-key KEY\n"
	        "Advice       : the key at the client may be mistyped\n";
	struct world *w = *state;
	struct client_habits habits = client_windows;
	char text[4096];
	habits.psk = "another-key-than-ours";
	client_free(client_try(w, &habits, HOME_IP));
	world_run(w, 30000);
	client_free(client_try(w, &habits, HOME_IP));
	without_times(world_show(w, "show vpn-sessiondb failures\n"), text, sizeof text);
	assert_string_equal(text, brief);
	without_times(world_show(w, "show vpn-sessiondb failures detail\n"), text, sizeof text);
	assert_non_null(strstr(text, detail));
	world_show(w, "clear vpn-sessiondb failures\n");
	assert_string_equal(world_show(w, "show vpn-sessiondb failures\n"), "INFO: No client was refused\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	enum { FAULTS = sizeof faults / sizeof faults[0] };
	const struct CMUnitTest tests[] = {
	        T(begins_with_ikev2), T(flood), T(many_names), T(never_begins), T(says_nothing), T(wants_a_secret), T(goes_silent), T(nobody_is_refused), T(looks),
	};
	struct CMUnitTest mends[FAULTS];
	for (size_t i = 0; i < FAULTS; i++)
		mends[i] = (struct CMUnitTest){faults[i].name, mended, fault_setup, fault_teardown, (void *)(uintptr_t)&faults[i]};
	int bad = cmocka_run_group_tests_name("mended", mends, NULL, NULL);
	return bad + cmocka_run_group_tests_name("others", tests, NULL, NULL);
}
