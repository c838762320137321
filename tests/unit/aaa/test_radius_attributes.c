/* What an Access-Accept grants, and what accounting says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/radius/request.h"
#include "radius_wire.h"

static struct aaa_ask one;
static struct aaa_request rq;

static struct wr accept_begin(void)
{
	rq = wire_pap("jdoe", "j!doe1");
	wire_ask(&one, "RAD", AAA_AUTHENTICATE, &rq);
	return wire_reply(wire.n - 1, RADIUS_ACCESS_ACCEPT, true);
}

static const struct aaa_reply *accept_end(struct wr *w)
{
	wire_answer(w, wire.n - 1, NULL);
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	return wire_got.reply;
}

/* An Access-Accept with one attribute. */
static const struct aaa_reply *accept_text(enum radius_attr a, const char *text)
{
	struct wr w = accept_begin();
	radius_put_text(&w, a, text);
	return accept_end(&w);
}

static const struct aaa_reply *accept_number(enum radius_attr a, uint32_t number)
{
	struct wr w = accept_begin();
	radius_put_u32(&w, a, number);
	return accept_end(&w);
}

static void nothing_said(void **state)
{
	(void)state;
	struct wr w = accept_begin();
	const struct aaa_reply *r = accept_end(&w);
	struct aaa_reply *empty = aaa_reply_new();
	assert_memory_equal(r, empty, sizeof *r);
	aaa_reply_free(empty);
}

static void standard_attributes(void **state)
{
	(void)state;
	struct wr w = accept_begin();
	radius_put_u32(&w, RADIUS_A_SERVICE_TYPE, 2);
	radius_put_u32(&w, RADIUS_A_FRAMED_IP_ADDRESS, 0x0a090807);
	radius_put_u32(&w, RADIUS_A_FRAMED_IP_NETMASK, 0xffffff00);
	radius_put_text(&w, RADIUS_A_FILTER_ID, "ACL.in");
	radius_put_text(&w, RADIUS_A_FILTER_ID, "OTHER.out");
	radius_put_u32(&w, RADIUS_A_FRAMED_MTU, 1300);
	radius_put_text(&w, RADIUS_A_REPLY_MESSAGE, "Welcome");
	radius_put_text(&w, RADIUS_A_FRAMED_ROUTE, "10.5.6.7/16 0.0.0.0 1");
	radius_put_text(&w, RADIUS_A_FRAMED_ROUTE, "10.6.1.1");
	radius_put(&w, RADIUS_A_CLASS, "\1\0\2", 3);
	radius_put_text(&w, RADIUS_A_CLASS, "ou=Sales;");
	radius_put_text(&w, RADIUS_A_CLASS, "Later");
	radius_put_u32(&w, RADIUS_A_SESSION_TIMEOUT, 3600);
	radius_put_u32(&w, RADIUS_A_IDLE_TIMEOUT, 600);
	radius_put_u32(&w, RADIUS_A_PORT_LIMIT, 2);
	radius_put_u32(&w, RADIUS_A_ACCT_INTERIM_INTERVAL, 300);
	radius_put_text(&w, RADIUS_A_FRAMED_POOL, "POOL1");
	radius_put(&w, RADIUS_A_MPPE_SEND_KEY, "xxxx", 4);
	radius_put_u32(&w, RADIUS_A_MPPE_POLICY, 2);
	const struct aaa_reply *r = accept_end(&w);
	assert_int_equal(r->service, AAA_SERVICE_REMOTE_ACCESS);
	assert_int_equal(r->framed_ip, 0x0a090807);
	assert_int_equal(r->framed_mask, 0xffffff00);
	assert_true(r->a.has_filter);
	assert_string_equal(r->filter, "ACL");
	assert_int_equal(r->mtu, 1300);
	assert_string_equal(r->message, "Welcome");
	assert_int_equal(r->nroutes, 2);
	assert_int_equal(r->routes[0].ip, 0x0a050000);
	assert_int_equal(r->routes[0].mask, 0xffff0000);
	assert_int_equal(r->routes[1].ip, 0x0a060101);
	assert_int_equal(r->routes[1].mask, 0xffffffff);
	assert_string_equal(r->policy, "Sales"); /* the first that names one */
	assert_int_equal(r->classes_len, 4 + 10 + 6);
	assert_memory_equal(r->classes, "\3\1\0\2\11ou=Sales;\5Later", r->classes_len);
	assert_true(r->a.has_session && r->a.session_s == 3600);
	assert_true(r->a.has_idle && r->a.idle_s == 600);
	assert_true(r->a.has_logins && r->a.logins == 2);
	assert_int_equal(r->interim_s, 300);
	assert_string_equal(r->pool, "POOL1");
	assert_string_equal(wire_logs, "");
}

static void vendor_attributes(void **state)
{
	(void)state;
	struct wr w = accept_begin();
	radius_put_text(&w, RADIUS_A_CLASS, "ou=Sales;");
	radius_put_text(&w, RADIUS_A_ASA_GROUP_POLICY, "Staff");
	radius_put_text(&w, RADIUS_A_ASA_ACCESS_HOURS, "office");
	radius_put_u32(&w, RADIUS_A_ASA_LOGINS, 4);
	radius_put_u32(&w, RADIUS_A_PORT_LIMIT, 9);
	radius_put_u32(&w, RADIUS_A_ASA_SECONDARY_DNS, 0x0a000002);
	radius_put_u32(&w, RADIUS_A_ASA_PRIMARY_DNS, 0x0a000001);
	radius_put_u32(&w, RADIUS_A_ASA_SECONDARY_WINS, 0x0a000004);
	radius_put_u32(&w, RADIUS_A_ASA_PROTOCOLS, 4);
	radius_put_text(&w, RADIUS_A_ASA_BANNER2, "there\x01");
	radius_put_text(&w, RADIUS_A_ASA_BANNER1, "Hello\n");
	radius_put_text(&w, RADIUS_A_ASA_DOMAIN, "example.org");
	radius_put_u32(&w, RADIUS_A_ASA_DHCP_SCOPE, 0x0a630000);
	radius_put_text(&w, RADIUS_A_ASA_SPLIT_LIST, "SPLIT");
	radius_put_u32(&w, RADIUS_A_ASA_SPLIT_POLICY, 1);
	radius_put_u32(&w, RADIUS_A_ASA_INTERCEPT, 1);
	radius_put_u32(&w, RADIUS_A_ASA_INTERCEPT_MASK, 0xffffff00);
	radius_put_text(&w, RADIUS_A_ASA_GROUP_LOCK, "RA");
	radius_put_text(&w, RADIUS_A_ASA_INBOUND, "LIST");
	radius_put_u32(&w, RADIUS_A_ASA_PRIVILEGE, 5);
	const struct aaa_reply *r = accept_end(&w);
	assert_string_equal(r->policy, "Staff");
	assert_true(r->a.has_hours && !r->a.hours);
	assert_string_equal(r->hours, "office");
	assert_int_equal(r->a.logins, 4);
	assert_int_equal(r->dns[0], 0x0a000001);
	assert_int_equal(r->dns[1], 0x0a000002);
	assert_int_equal(r->wins[0], 0x0a000004);
	assert_int_equal(r->wins[1], 0);
	assert_true(r->a.has_l2tp && !r->a.l2tp);
	assert_string_equal(r->banner, "Hello\nthere ");
	assert_string_equal(r->domain, "example.org");
	assert_int_equal(r->dhcp_scope, 0x0a630000);
	assert_string_equal(r->split_list, "SPLIT");
	assert_true(r->has_split && r->has_intercept && r->intercept);
	assert_int_equal(r->split, AAA_SPLIT_SPECIFIED);
	assert_int_equal(r->intercept_mask, 0xffffff00);
	assert_string_equal(r->group_lock, "RA");
	assert_true(r->a.has_filter);
	assert_string_equal(r->filter, "LIST");
	assert_int_equal(r->privilege, 5);
	r = accept_number(RADIUS_A_ASA_PROTOCOLS, 12);
	assert_true(r->a.has_l2tp && r->a.l2tp);
	/* vendor 311 */
	w = accept_begin();
	radius_put_u32(&w, RADIUS_A_PRIMARY_DNS, 1);
	radius_put_u32(&w, RADIUS_A_SECONDARY_DNS, 2);
	radius_put_u32(&w, RADIUS_A_PRIMARY_NBNS, 3);
	radius_put_u32(&w, RADIUS_A_SECONDARY_NBNS, 4);
	r = accept_end(&w);
	assert_true(r->dns[0] == 1 && r->dns[1] == 2 && r->wins[0] == 3 && r->wins[1] == 4);
}

static void pairs(void **state)
{
	(void)state;
	struct wr w = accept_begin();
	static const char *const said[] = {
	        "ip:inacl#20=deny ip any any",
	        "ip:inacl#3=permit tcp any any eq 80",
	        "IP:INACL#3=permit tcp any any eq 443",
	        "ip:inacl=permit icmp any any",
	        "ip:outacl#1=permit ip any any",
	        "ip:dns-servers=10.0.0.1, 10.0.0.2",
	        "ip:wins-servers*10.0.0.3",
	        "ip:route=10.9.8.7 255.255.0.0",
	        "ip:addr-pool=POOL2",
	        "shell:priv-lvl=15",
	        "unknown=thing",
	        "no value at all",
	};
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		radius_put_text(&w, RADIUS_A_AV_PAIR, said[i]);
	const struct aaa_reply *r = accept_end(&w);
	assert_string_equal(r->inacl, "permit icmp any any\npermit tcp any any eq 80\n"
	                              "permit tcp any any eq 443\ndeny ip any any");
	assert_string_equal(r->outacl, "permit ip any any");
	assert_true(r->dns[0] == 0x0a000001 && r->dns[1] == 0x0a000002);
	assert_true(r->wins[0] == 0x0a000003 && r->wins[1] == 0);
	assert_int_equal(r->nroutes, 1);
	assert_int_equal(r->routes[0].ip, 0x0a090000);
	assert_int_equal(r->routes[0].mask, 0xffff0000);
	assert_string_equal(r->pool, "POOL2");
	assert_int_equal(r->privilege, 15);
	assert_string_equal(wire_logs, "");
}

/* acl-netmask-convert */
static void masks(void **state)
{
	(void)state;
	static const char *const said[] = {
	        "permit ip 10.1.0.0 255.255.0.0 10.2.3.0 0.0.0.255",
	        "deny tcp host 10.1.1.1 host 10.2.2.2 eq 80",
	        "permit udp host 10.1.1.1 10.3.0.0 0.0.255.255  range 1 2"};
	static const char *const want[] = {
	        "permit ip 10.1.0.0 255.255.0.0 10.2.3.0 0.0.0.255\ndeny tcp host 10.1.1.1 host "
	        "10.2.2.2 eq 80\n"
	        "permit udp host 10.1.1.1 10.3.0.0 0.0.255.255  range 1 2",
	        "permit ip 10.1.0.0 0.0.255.255 10.2.3.0 255.255.255.0\ndeny tcp host 10.1.1.1 "
	        "host 10.2.2.2 eq 80\n"
	        "permit udp host 10.1.1.1 10.3.0.0 255.255.0.0 range 1 2",
	        "permit ip 10.1.0.0 255.255.0.0 10.2.3.0 255.255.255.0\ndeny tcp host 10.1.1.1 "
	        "host 10.2.2.2 eq 80\n"
	        "permit udp host 10.1.1.1 10.3.0.0 255.255.0.0 range 1 2"};
	for (int m = AAA_MASKS_STANDARD; m <= AAA_MASKS_DETECT; m++) {
		wire_host[0].masks = (enum aaa_masks)m;
		struct wr w = accept_begin();
		for (int i = 0; i < 3; i++) {
			char pair[200];
			snprintf(pair, sizeof pair, "ip:inacl#%d=%s", i, said[i]);
			radius_put_text(&w, RADIUS_A_AV_PAIR, pair);
		}
		assert_string_equal(accept_end(&w)->inacl, want[m]);
	}
}

static void special_values(void **state)
{
	(void)state;
	assert_int_equal(accept_number(RADIUS_A_FRAMED_IP_ADDRESS, 0xfffffffe)->framed_ip, 0);
	assert_int_equal(accept_number(RADIUS_A_FRAMED_IP_ADDRESS, 0xffffffff)->framed_ip, 0);
	assert_int_equal(accept_number(RADIUS_A_SERVICE_TYPE, 6)->service, AAA_SERVICE_ADMIN);
	assert_int_equal(accept_number(RADIUS_A_SERVICE_TYPE, 7)->service, AAA_SERVICE_NAS_PROMPT);
	assert_int_equal(accept_number(RADIUS_A_SERVICE_TYPE, 5)->service,
	                 AAA_SERVICE_REMOTE_ACCESS);
	assert_int_equal(accept_number(RADIUS_A_SERVICE_TYPE, 11)->service, -1);
	assert_int_equal(accept_number(RADIUS_A_FRAMED_MTU, 63)->mtu, 0);
	assert_int_equal(accept_number(RADIUS_A_FRAMED_MTU, 70000)->mtu, 0);
	assert_int_equal(accept_number(RADIUS_A_ASA_PRIVILEGE, 16)->privilege, -1);
	assert_string_equal(accept_text(RADIUS_A_CLASS, "Plain")->policy, "Plain");
	assert_string_equal(accept_text(RADIUS_A_CLASS, "two words")->policy, "");
	/* what is too much of a grant is left out, and told */
	assert_string_equal(accept_text(RADIUS_A_FRAMED_POOL,
	                                "a pool with a name that is far too long to be one, "
	                                "since names end before")
	                            ->pool,
	                    "");
	assert_non_null(strstr(wire_logs, "109038 Attribute Framed-Pool value a pool"));
	assert_int_equal(accept_text(RADIUS_A_FRAMED_ROUTE, "10.0.0.0/33")->nroutes, 0);
	assert_int_equal(accept_text(RADIUS_A_FRAMED_ROUTE, "nowhere")->nroutes, 0);
	assert_int_equal(accept_text(RADIUS_A_FRAMED_ROUTE, "   ")->nroutes, 0);
	assert_non_null(
	        strstr(wire_logs,
	               "109038 Attribute Framed-Route value nowhere from AAA server could not be "
	               "parsed as a type route"));
	struct wr w = accept_begin();
	for (unsigned i = 0; i < 20; i++) {
		char route[32];
		snprintf(route, sizeof route, "10.%u.0.0/16", i);
		radius_put_text(&w, RADIUS_A_FRAMED_ROUTE, route);
	}
	assert_int_equal(accept_end(&w)->nroutes, AAA_ROUTES_MAX);
	w = accept_begin(); /* said again */
	for (unsigned i = 0; i < 20; i++)
		radius_put_text(&w, RADIUS_A_FRAMED_ROUTE, "10.0.0.0/8");
	assert_int_equal(accept_end(&w)->nroutes, 1);
	w = accept_begin();
	uint8_t big[253] = {0};
	for (int i = 0; i < 5; i++)
		radius_put(&w, RADIUS_A_CLASS, big, sizeof big);
	assert_int_equal(accept_end(&w)->classes_len, 4 * 254);
	for (int i = 0; i < 2; i++) { /* a text never runs over */
		w = accept_begin();
		memset(big, 'x', sizeof big);
		for (int k = 0; k < 3; k++) {
			radius_put(&w, RADIUS_A_REPLY_MESSAGE, big, sizeof big);
			radius_put(&w, k ? RADIUS_A_ASA_BANNER2 : RADIUS_A_ASA_BANNER1, big, 247);
		}
		const struct aaa_reply *r = accept_end(&w);
		assert_int_equal(strlen(r->message), AAA_MESSAGE_MAX);
		assert_int_equal(strlen(r->banner), 2 * 247);
	}
}

/* What restricts a user and cannot be understood keeps him out. */
static void restrictions_fail_closed(void **state)
{
	(void)state;
	char longer[240];
	memset(longer, 'n', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	static const struct {
		enum radius_attr a;
		const char *text; /* NULL = longer */
	} rows[] = {{RADIUS_A_FILTER_ID, "ACL\x01"},
	            {RADIUS_A_ASA_INBOUND, "\n"},
	            {RADIUS_A_ASA_GROUP_LOCK, NULL},
	            {RADIUS_A_ASA_ACCESS_HOURS, NULL},
	            {RADIUS_A_AV_PAIR, "ip:inacl#x=permit ip any any"},
	            {RADIUS_A_AV_PAIR, "ip:inacl#1="},
	            {RADIUS_A_AV_PAIR, "ip:inacl#1=deny ip\nany any"},
	            {RADIUS_A_AV_PAIR, "ip:inacl#99999999999=x"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wr w = accept_begin();
		radius_put_text(&w, rows[i].a, rows[i].text ? rows[i].text : longer);
		wire_logs[0] = '\0';
		wire_answer(&w, wire.n - 1, NULL);
		assert_int_equal(wire_got.n, 1);
		assert_int_equal(wire_got.answer, AAA_SAYS_NOTHING);
		assert_non_null(strstr(wire_logs, "109038"));
	}
}

/* ------------------------------------------------------------------ accounting */

static struct aaa_record record_of(enum aaa_acct type)
{
	struct aaa_record a = {.type = type,
	                       .id = "C0A80001-1",
	                       .user = "jdoe",
	                       .tunnel_group = "RA",
	                       .policy = "Sales",
	                       .unit = 12,
	                       .peer_ip = CLIENT_IP,
	                       .our_ip = OUTSIDE_IP,
	                       .framed_ip = 0x0a090001,
	                       .at = 1700000000,
	                       .session_s = 61,
	                       .bytes_in = (UINT64_C(3) << 32) + 5,
	                       .bytes_out = UINT64_C(0xffffffff),
	                       .pkts_in = 7,
	                       .pkts_out = 8,
	                       .cause = AAA_CAUSE_IDLE_TIMEOUT,
	                       .classes_len = 14,
	                       .classes = "\3\1\0\2\11ou=Sales;"};
	return a;
}

static void account(const struct aaa_record *a)
{
	aaa_reply_free(wire_got.reply);
	wire_got = (struct got){0};
	one = (struct aaa_ask){
	        .what = AAA_ACCOUNT, .record = a, .done = wire_done, .arg = &wire_got};
	aaa_ask_start(&one, aaa_sgroup_find(wire_servers, "RAD"));
	struct radius_packet p = wire_last();
	assert_int_equal(p.code, RADIUS_ACCOUNTING_REQUEST);
	assert_int_equal(radius_check_request(&p, (struct bytes){(const uint8_t *)"s3cret", 6}),
	                 RADIUS_BELIEVED);
	assert_int_equal(wire.sent[wire.n - 1].to.port, 1646);
	wire_none(RADIUS_A_MESSAGE_AUTHENTICATOR);
}

static void is_text(enum radius_attr a, const char *text)
{
	struct bytes b = wire_value(a);
	assert_int_equal(b.len, strlen(text));
	assert_memory_equal(b.p, text, b.len);
}

static void counters(bool there)
{
	static const struct {
		enum radius_attr a;
		uint32_t want;
	} rows[] = {{RADIUS_A_ACCT_SESSION_TIME, 61},    {RADIUS_A_ACCT_INPUT_OCTETS, 5},
	            {RADIUS_A_ACCT_INPUT_GIGAWORDS, 3},  {RADIUS_A_ACCT_OUTPUT_OCTETS, 0xffffffff},
	            {RADIUS_A_ACCT_OUTPUT_GIGAWORDS, 0}, {RADIUS_A_ACCT_INPUT_PACKETS, 7},
	            {RADIUS_A_ACCT_OUTPUT_PACKETS, 8}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (there)
			assert_int_equal(wire_number(rows[i].a), rows[i].want);
		else
			wire_none(rows[i].a);
}

static void accounting_records(void **state)
{
	(void)state;
	static const struct {
		enum aaa_acct type;
		uint32_t status;
	} rows[] = {{AAA_ACCT_START, 1}, {AAA_ACCT_INTERIM, 3}, {AAA_ACCT_STOP, 2}};
	for (size_t i = 0; i < 3; i++) {
		struct aaa_record a = record_of(rows[i].type);
		a.local = i == 2;
		account(&a);
		assert_int_equal(wire_number(RADIUS_A_ACCT_STATUS_TYPE), rows[i].status);
		is_text(RADIUS_A_ACCT_SESSION_ID, "C0A80001-1");
		is_text(RADIUS_A_USER_NAME, "jdoe");
		is_text(RADIUS_A_CALLING_STATION_ID, "192.0.2.1");
		is_text(RADIUS_A_CALLED_STATION_ID, "198.51.100.1");
		is_text(RADIUS_A_ASA_TUNNEL_GROUP, "RA");
		assert_memory_equal(wire_value(RADIUS_A_TUNNEL_CLIENT_ENDPOINT).p, "\000192.0.2.1",
		                    10);
		assert_memory_equal(wire_value(RADIUS_A_TUNNEL_SERVER_ENDPOINT).p,
		                    "\000198.51.100.1", 13);
		assert_int_equal(wire_number(RADIUS_A_TUNNEL_TYPE), 3);
		assert_int_equal(wire_number(RADIUS_A_TUNNEL_MEDIUM_TYPE), 1);
		wire_value(RADIUS_A_ACCT_TUNNEL_CONNECTION);
		assert_int_equal(wire_number(RADIUS_A_NAS_IP_ADDRESS), OUR_IP);
		assert_int_equal(wire_number(RADIUS_A_NAS_PORT), 12);
		assert_int_equal(wire_number(RADIUS_A_NAS_PORT_TYPE), 5);
		assert_int_equal(wire_number(RADIUS_A_FRAMED_IP_ADDRESS), 0x0a090001);
		assert_int_equal(wire_number(RADIUS_A_ACCT_AUTHENTIC), i == 2 ? 2 : 1);
		assert_int_equal(wire_number(RADIUS_A_EVENT_TIMESTAMP), 1700000000);
		assert_int_equal(wire_number(RADIUS_A_ACCT_DELAY_TIME), 5);
		struct radius_packet p = wire_last();
		struct radius_walk walk = radius_walk(&p);
		struct radius_value v;
		size_t classes = 0;
		while (radius_next(&walk, &v))
			if (v.attr == RADIUS_A_CLASS) {
				const char *want = classes++ ? "ou=Sales;" : "\1\0\2";
				assert_memory_equal(v.v.p, want, v.v.len);
			}
		assert_int_equal(classes, 2);
		counters(i > 0);
		if (i == 2)
			assert_int_equal(wire_number(RADIUS_A_ACCT_TERMINATE_CAUSE), 4);
		else
			wire_none(RADIUS_A_ACCT_TERMINATE_CAUSE);
		wire_says(wire.n - 1, RADIUS_ACCESS_ACCEPT); /* is no answer to that */
		assert_int_equal(wire_got.n, 0);
		struct wr w = wire_reply(wire.n - 1, RADIUS_ACCOUNTING_RESPONSE, false);
		wire_answer(&w, wire.n - 1, NULL);
		assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
		assert_null(wire_got.reply);
	}
}

static void on_and_off(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		const struct aaa_record a = {
		        .type = i ? AAA_ACCT_OFF : AAA_ACCT_ON, .id = "X", .at = 1700000005};
		account(&a);
		assert_int_equal(wire_number(RADIUS_A_ACCT_STATUS_TYPE), 7 + i);
		assert_int_equal(wire_number(RADIUS_A_NAS_IP_ADDRESS), OUR_IP);
		assert_int_equal(wire_number(RADIUS_A_ACCT_DELAY_TIME), 0);
		wire_none(RADIUS_A_USER_NAME);
		wire_says(wire.n - 1, RADIUS_ACCOUNTING_RESPONSE);
		assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	}
}

/* Repetitions are the same packet; when it is asked again later the delay is another, and so is the identifier. */
static void accounting_again(void **state)
{
	(void)state;
	struct aaa_record a = record_of(AAA_ACCT_STOP);
	account(&a);
	wire_tick(3000);
	assert_int_equal(wire.n, 2);
	assert_memory_equal(wire.sent[0].data, wire.sent[1].data, wire.sent[0].len);
	wire_tick(7000);
	assert_int_equal(wire_got.answer, AAA_SAYS_NOTHING);
	wire_tick(20000);
	account(&a);
	assert_int_equal(wire_number(RADIUS_A_ACCT_DELAY_TIME), 35);
	assert_int_equal(wire_number(RADIUS_A_EVENT_TIMESTAMP), 1700000000);
	assert_int_not_equal(wire.sent[wire.n - 1].data[1], wire.sent[0].data[1]);
	/* a forged answer to accounting loses no record */
	struct wr w = wire_reply(wire.n - 1, RADIUS_ACCOUNTING_RESPONSE, false);
	wire_answer(&w, wire.n - 1, "wrong");
	assert_int_equal(wire_got.n, 0);
	aaa_ask_cancel(&one);
}

/* The longest of all still fits. */
static void the_longest_record(void **state)
{
	(void)state;
	struct aaa_record a = record_of(AAA_ACCT_STOP);
	memset(a.user, 'u', sizeof a.user - 1);
	memset(a.tunnel_group, 'g', sizeof a.tunnel_group - 1);
	memset(a.id, 'i', sizeof a.id - 1);
	a.classes_len = 1024;
	for (int i = 0; i < 4; i++)
		a.classes[254 * i] = 253;
	a.classes[1016] = 7;
	account(&a);
	assert_true(wire.sent[0].len > 1024 && wire.sent[0].len < RADIUS_MAX);
	/* lengths that lie, as a damaged file may have them */
	a.classes[1016] = 200;
	a.classes_len = 5000;
	aaa_ask_cancel(&one);
	account(&a);
	aaa_ask_cancel(&one);
}

#define WIRE_TEST(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WIRE_TEST(nothing_said),
	        WIRE_TEST(standard_attributes),
	        WIRE_TEST(vendor_attributes),
	        WIRE_TEST(pairs),
	        WIRE_TEST(masks),
	        WIRE_TEST(special_values),
	        WIRE_TEST(restrictions_fail_closed),
	        WIRE_TEST(accounting_records),
	        WIRE_TEST(on_and_off),
	        WIRE_TEST(accounting_again),
	        WIRE_TEST(the_longest_record),
	};
	return cmocka_run_group_tests_name("radius attributes", tests, NULL, NULL);
}
