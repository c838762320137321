/* A console in the dialect of PIX 6 and a Windows 2000 client with DES, MD5 and group 1: every show, debug and log text of
 * the example the product follows (oracles/pix.txt), from a live session. Only addresses, numbers, times and counts may
 * differ, and what is said of MS-CHAP in place of CHAP. Most clients here come with a pre-shared key; the debug is that of
 * one with a certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/session/session.h"
#include "core/base/buf.h"
#include "crypto/ike/auth.h"
#include "crypto/ike/vendor.h"
#include "crypto/ike/wire.h"
#include "tests/exchange/full_server.h"
#include "tests/exchange/pki_example.h"
#include "tests/shape/sample.h"
#include "tests/shape/shape.h"

/* ------------------------------------------------------------------ the client */

void __real_ike_attr_write(struct wr *w, uint16_t type, uint32_t value);
void __wrap_ike_attr_write(struct wr *w, uint16_t type, uint32_t value);
void __real_vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind);
void __wrap_vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind);

/* Windows 2000 writes lifetimes in four bytes however small they are. */
void __wrap_ike_attr_write(struct wr *w, uint16_t type, uint32_t value)
{
	enum { LEAST_LIFE = 120 };
	if (value < LEAST_LIFE) {
		__real_ike_attr_write(w, type, value);
		return;
	}
	wr_u16(w, type);
	wr_u16(w, 4);
	wr_u32(w, value);
}

/* It has one vendor ID, "MS NT5 ISAKMPOAKLEY" with its version, and knows nothing of NAT-T. */
void __wrap_vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind)
{
	enum { VERSION = 2 };
	if (kind != VENDOR_DPD)
		return;
	__real_vendor_write(sa, o, VENDOR_MS_NT5);
	wr_u32(&o->w, VERSION);
}

/* It asks for our certificate where it shows its own, in message 5. */
void __real_certs_write_requests(struct ike_sa *sa, struct ike_out *o);
void __wrap_certs_write_requests(struct ike_sa *sa, struct ike_out *o);
void __real_ike_out_bytes(struct ike_out *o, uint8_t type, struct bytes body);
void __wrap_ike_out_bytes(struct ike_out *o, uint8_t type, struct bytes body);
static bool asks_later;

void __wrap_certs_write_requests(struct ike_sa *sa, struct ike_out *o)
{
	asks_later = asks_later || sa_is(sa, SAF_INITIATOR);
	if (!sa_is(sa, SAF_INITIATOR))
		__real_certs_write_requests(sa, o);
}

void __wrap_ike_out_bytes(struct ike_out *o, uint8_t type, struct bytes body)
{
	static const uint8_t x509_signature = 4;
	__real_ike_out_bytes(o, type, body);
	if (type != PAY_SIG || !asks_later)
		return;
	asks_later = false;
	__real_ike_out_bytes(o, PAY_CERTREQ, (struct bytes){&x509_signature, 1});
}

static const struct lac_conf lac_windows_2000 = {
        .host = "zaahmed-pc", .host_len = 10, .tunnel = 19, .call = 1, .window = 8};

static const struct client_habits windows_2000 = {.cipher = "des",
                                                  .hash = "md5",
                                                  .group = 1,
                                                  .esp = {ESP_CIPHER_DES, 8, ESP_MAC_MD5},
                                                  .lac = &lac_windows_2000,
                                                  .ppp = PEER_WINDOWS,
                                                  .user = "vpnclient",
                                                  .password = "cisco123",
                                                  .methods = AAA_BIT(AAA_MSCHAP1),
                                                  .psk = "sesame"};

/* ------------------------------------------------------------------ the server */

static char *read_file(const char *name)
{
	char path[512];
	static char text[1 << 16];
	snprintf(path, sizeof path, "%s/%s", TEST_DIR, name);
	FILE *f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s", path);
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

/* What the example's configuration needs to run here: our addresses, a key in place of certificates, local users. */
static const struct {
	const char *seed, *here; /* here NULL: the line is left out */
} changes[] = {
        {"ip address outside 171.68.9.57 255.255.255.0",
         "ip address outside 203.0.113.1 255.255.255.0"},
        {"access-list l2tp permit udp host 171.68.9.57 any eq 1701 ",
         "access-list l2tp permit udp host 203.0.113.1 any eq 1701 "},
        {"route outside 0.0.0.0 0.0.0.0 171.68.9.1 1", "route outside 0 0 203.0.113.254 1"},
        {"isakmp policy 20 authentication rsa-sig",
         "isakmp policy 20 authentication pre-share\n"
         "isakmp key sesame address 0.0.0.0 netmask 0.0.0.0"},
        {"crypto map mymap client authentication RADIUS ", NULL},
        {"vpdn group l2tpipsec client authentication aaa RADIUS",
         "vpdn group l2tpipsec client authentication local\n"
         "vpdn username vpnclient password cisco123"},
        {"vpdn group l2tpipsec client accounting RADIUS", NULL},
};

static void adapt(const char *seed, struct out *text)
{
	while (*seed != '\0') {
		size_t n = strcspn(seed, "\n");
		struct str line = {seed, n};
		for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
			if (str_eq_cstr(line, changes[i].seed))
				line = changes[i].here != NULL ? str_of(changes[i].here)
				                               : (struct str){NULL, 0};
		if (line.p != NULL)
			out_printf(text, "%.*s\n", STR_ARG(line));
		seed += n + (seed[n] == '\n');
	}
}

/* The configuration of the example and lines behind it, in place of what the world began with. */
static void configure(struct world *w, const char *more)
{
	struct load_report report = {0};
	struct err err = {0};
	struct out text;
	out_init(&text);
	adapt(read_file("transcript/configs/seed-001-pix.cfg"), &text);
	out_str(&text, more);
	assert_int_equal(load_text(w->gw.grammar, w->gw.conf, out_text(&text), "pix", LOAD_REPLACE,
	                           &report, &err),
	                 0);
	for (size_t i = 0; i < report.n; i++)
		if (report.items[i].error)
			fail_msg("%s: %s", report.items[i].command, report.items[i].text);
	load_report_free(&report);
	out_free(&text);
	world_run(w, 1000);
}

/* ------------------------------------------------------------------ the console */

static struct out screen;
static struct session *console;

static void on_write(void *arg, struct str text)
{
	(void)arg;
	out_put(&screen, text);
}

static void on_want(void *arg, enum session_want want, struct str prompt)
{
	(void)arg, (void)want, (void)prompt;
}

static const char *type(const char *line)
{
	out_clear(&screen);
	session_input_line(console, str_of(line));
	return screen.len > 0 ? screen.text : "";
}

static struct session_env env;

static void open_console(struct world *w)
{
	static const struct session_options options = {.batch = true, .from = "console"};
	struct session_io io = {.arg = w, .write = on_write, .want = on_want, .async = on_write};
	env = (struct session_env){
	        .grammar = w->gw.grammar, .sys = w->gw.conf, .clock = &w->gw.clock};
	out_init(&screen);
	console = session_new(&env, &io, &options);
	assert_string_equal(type("terminal dialect pix-6"), "");
}

static void close_console(void)
{
	session_free(console);
	out_free(&screen);
}

/* ------------------------------------------------------------------ comparing */

/* One text of the oracles; the caller's. */
static char *oracle(const char *name)
{
	char head[80];
	snprintf(head, sizeof head, "\n== %s\n", name);
	const char *at = strstr(read_file("exchange/oracles/pix.txt"), head);
	if (at == NULL)
		fail_msg("no oracle %s", name);
	at += strlen(head);
	const char *end = strstr(at, "\n== ");
	return strndup(at, end != NULL ? (size_t)(end - at) + 1 : strlen(at));
}

static void replace(struct out *text, const char *from, const char *to)
{
	struct out done;
	out_init(&done);
	const char *at = text->text, *hit;
	for (; (hit = strstr(at, from)) != NULL; at = hit + strlen(from))
		out_printf(&done, "%.*s%s", (int)(hit - at), at, to);
	out_str(&done, at);
	out_clear(text);
	out_put(text, out_text(&done));
	out_free(&done);
}

/* Numbers are numbers, written in hexadecimal or not; empty lines at both ends do not count. */
static void shape(const char *text, struct out *out)
{
	struct str s = str_of(text);
	while (s.len > 0 && s.p[0] == '\n')
		s = (struct str){s.p + 1, s.len - 1};
	while (s.len > 0 && s.p[s.len - 1] == '\n')
		s.len--;
	struct out spi;
	out_init(&spi);
	out_put(&spi, s);
	/* eight digits or fewer, and no 0x that tells them */
	char *at = strstr(spi.text, "current outbound spi: ");
	for (at = at != NULL ? strchr(at, ':') + 2 : NULL; at != NULL && *at != '\n' && *at; at++)
		*at = '1';
	out_init(out);
	shape_mask(out_text(&spi), out);
	out_free(&spi);
	replace(out, "<hex>", "<n>");
}

static void assert_shape(const char *name, const char *got, const char *want)
{
	struct out a, b;
	shape(got, &a);
	shape(want, &b);
	if (strcmp(a.text, b.text) != 0) {
		fprintf(stderr, "%s: got\n%s\nwant\n%s\n", name, a.text, b.text);
		fail_msg("%s has another shape", name);
	}
	out_free(&a);
	out_free(&b);
}

static void check_show(const char *command)
{
	char *want = oracle(command);
	assert_shape(command, type(command), want);
	free(want);
}

/* The client is an engine in this process, too: what it tells of messages from the server is left out. */
static void of_server(struct out *text)
{
	static const char client[] = "crypto_isakmp_process_block: src 203.0.113.1,";
	struct out kept;
	bool skip = false;
	out_init(&kept);
	for (const char *p = text->text; *p != '\0';) {
		size_t n = strcspn(p, "\n");
		skip = skip || strncmp(p, client, strlen(client)) == 0;
		if (!skip)
			out_printf(&kept, "%.*s\n", (int)n, p);
		skip = skip && strncmp(p, "return status", 13) != 0;
		p += n + (p[n] == '\n');
	}
	out_clear(text);
	out_put(text, out_text(&kept));
	out_free(&kept);
}

/* ------------------------------------------------------------------ the tests */

static void every_show(void **state)
{
	struct world *w = *state;
	configure(w, "");
	struct client *c = client_new(w, &windows_2000, HOME_IP);
	client_enter(c);
	client_data(c, 10);
	open_console(w);
	check_show("show crypto isakmp sa");
	assert_non_null(strstr(type("show crypto isakmp sa"), "QM_IDLE         0           1\n"));
	check_show("show crypto ipsec sa");
	check_show("show vpdn tunnel");
	check_show("show vpdn session");
	check_show("show uauth");
	/* MS-CHAP in place of CHAP */
	struct out ppp;
	out_init(&ppp);
	char *want = oracle("show vpdn pppinterface id 1");
	out_str(&ppp, type("show vpdn pppinterface id 1"));
	replace(&ppp, "protocol is MSCHAP", "protocol is CHAP");
	assert_shape("show vpdn pppinterface", ppp.text, want);
	free(want);
	out_free(&ppp);
	close_console();
	client_leave(c);
	client_free(c);
}

static void a_tunnel_is_cleared(void **state)
{
	struct world *w = *state;
	configure(w, "");
	struct client *c = client_new(w, &windows_2000, HOME_IP);
	client_enter(c);
	open_console(w);
	assert_string_equal(type("clear vpdn tunnel id 999"), "ERROR: tunnel 999 does not exist\n");
	assert_int_equal(world_sessions(w), 1);
	assert_string_equal(type("clear vpdn tunnel all"), "");
	world_run(w, 3000);
	assert_int_equal(world_sessions(w), 0);
	close_console();
	client_free(c);
}

static void the_good_debug(void **state)
{
	struct world *w = *state;
	struct client_habits habits;
	struct pki_kit kit;
	configure(w, "");
	habits = windows_2000;
	pki_example(w, &kit, &habits);
	open_console(w);
	type("debug crypto isakmp");
	type("debug crypto ipsec");
	type("debug crypto ca");
	out_clear(&screen);
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	of_server(&screen);
	char *seed = oracle("debug");
	assert_shape("debug", screen.text, seed);
	assert_non_null(strstr(world_show(w, "show crypto ikev1 sa detail"), "    Auth    : rsa             Lifetime: "));
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb detail remote"), "IKE Neg Mode : Main"));
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb detail remote"), "Auth Mode    : rsaCertificate"));
	/* without the other debug its lines have ends of their own */
	client_leave(c);
	client_free(c);
	type("no debug crypto ipsec");
	out_clear(&screen);
	c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	assert_non_null(strstr(screen.text, "ISAKMP (0): atts are acceptable.\n"
	                                    "ISAKMP (0): processing NONCE payload."));
	assert_null(strstr(screen.text, "IPSEC"));
	assert_null(strstr(screen.text, "[IKEv1"));
	client_leave(c);
	client_free(c);
	free(seed);
	close_console();
	kit_free(&kit);
}

/* The debug of a client that does not get in holds the oracle's lines one after the other. */
static void fails_with(struct world *w, const char *more, const char *name)
{
	struct out got, want;
	configure(w, more);
	open_console(w);
	type("debug crypto isakmp");
	type("debug crypto ipsec");
	out_clear(&screen);
	struct client *c = client_new(w, &windows_2000, HOME_IP);
	client_dial(c);
	world_run(w, 5000);
	assert_false(client_is_in(c));
	of_server(&screen);
	char *text = oracle(name);
	shape(screen.text, &got);
	shape(text, &want);
	replace(&want, "a.b.c.d", "<ip>");
	if (strstr(got.text, want.text) == NULL) {
		fprintf(stderr, "%s: got\n%s\nwant\n%s\n", name, got.text, want.text);
		fail_msg("%s", name);
	}
	free(text);
	out_free(&got);
	out_free(&want);
	close_console();
	client_free(c);
}

/* The bytes of a sample are its own: how their line begins. */
static const struct sample_swap bytes[] = {
        {"ff03c02101010013010405dc0206000000000304c22380…", NULL}, {"ff03c021010000170206…", ""}};

/* Lines without the packets in them. */
static void heads(const char *text, struct out *o)
{
	for (const char *p = text; *p != '\0';) {
		struct str line = {p, strcspn(p, "\n")};
		const char *data = memmem(line.p, line.len, "data: ", 6);
		p += line.len + (p[line.len] == '\n');
		if (data != NULL)
			line.len = (size_t)(data - line.p) + 6;
		out_printf(o, "%.*s\n", STR_ARG(line));
	}
}

/* debug ppp uauth and debug ppp io: shapes of the PIX's documents, from recollection. */
static void debug_of_ppp(void **state)
{
	struct world *w = *state;
	struct out want = {0};
	configure(w, "");
	open_console(w);
	type("debug ppp uauth");
	type("debug ppp io");
	type("debug vpdn event");
	type("debug vpdn packet");
	type("debug vpdn error");
	out_clear(&screen);
	struct client *c = client_new(w, &windows_2000, HOME_IP);
	client_enter(c);
	assert_non_null(
	        strstr(screen.text, "uauth_mschap_send_req: pppdev=1, ulen=9, user=vpnclient\n"));
	assert_non_null(strstr(screen.text, "uauth_mschap_proc_reply: pppdev = 1, status = 1\n"));
	out_str(&want, "");
	heads(screen.text, &want);
	assert_null(sample_missing("debug-05", out_text(&want), bytes, 2));
	out_free(&want);
	assert_non_null(strstr(screen.text, "SCCRQ"));
	assert_null(strstr(screen.text, "cisco123"));
	world_edit(w, "logging monitor debugging\n");
	type("terminal monitor");
	out_clear(&screen);
	client_leave(c);
	world_run(w, 3000);
	assert_non_null(strstr(screen.text, "%PIX-6-603107: L2TP Tunnel deleted, tunnel_id = 1"));
	assert_null(strstr(screen.text, "%ASA"));
	close_console();
	client_free(c);
}

static void debug_without_transport(void **state)
{
	fails_with(*state, "no crypto ipsec transform-set l2tp mode transport\n",
	           "debug without mode transport");
}

static void debug_without_dynamic_map(void **state)
{
	fails_with(*state, "no crypto map mymap 10 ipsec-isakmp dynamic dyna\n",
	           "debug without dynamic map");
}

static void the_log(void **state)
{
	struct world *w = *state;
	configure(w, "");
	struct client *c = client_new(w, &windows_2000, HOME_IP);
	client_enter(c);
	open_console(w);
	const char *log = type("show logging");
	char *want = oracle("log");
	struct out lines, shown;
	out_init(&lines);
	/* of the buffer, the messages the oracle has */
	for (const char *p = log; *p != '\0';) {
		size_t n = strcspn(p, "\n");
		if (strncmp(p, "60310", 5) == 0 || strncmp(p, "109011", 6) == 0)
			out_printf(&lines, "%.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	out_init(&shown);
	out_str(&shown, want);
	replace(&shown, "\nppp_virtual", " ppp_virtual"); /* a line that was broken */
	replace(&shown, "171.68.9.149 ppp", "171.68.9.149, ppp");
	replace(&shown, "50.1.1.1 user", "50.1.1.1, user");
	assert_shape("show log", lines.len > 0 ? lines.text : log, shown.text);
	free(want);
	out_free(&lines);
	out_free(&shown);
	close_console();
	client_leave(c);
	client_free(c);
}

/* What is shown on the console in the dialect is what the text of the example says. */
static void the_configuration(void **state)
{
	struct world *w = *state;
	configure(w, "");
	open_console(w);
	const char *text = type("write terminal");
	assert_non_null(strstr(text, "Building configuration...\n: Saved\n:\nPIX Version 6.3(3)\n"
	                             "nameif ethernet0 outside security0\n"));
	assert_non_null(strstr(text, "\nisakmp policy 20 authentication pre-share\n"));
	assert_non_null(strstr(text, "\n: end\n[OK]\n"));
	assert_null(strstr(text, "sesame"));
	text = type("show version");
	assert_non_null(strstr(text, "PIX Firewall Version"));
	text = type("show ip local pool l2tp");
	assert_non_null(strstr(
	        text, "l2tp                50.1.1.1        50.1.1.5            5        0\n"));
	close_console();
}

/* A text that comes line by line (postern -f) tells by its lines what it is; each notice is given once. */
static void line_by_line(void **state)
{
	struct world *w = *state;
	static const struct session_options options = {
	        .batch = true, .config = true, .from = "console"};
	struct session_io io = {.arg = w, .write = on_write, .want = on_want, .async = on_write};
	env = (struct session_env){
	        .grammar = w->gw.grammar, .sys = w->gw.conf, .clock = &w->gw.clock};
	assert_null(strstr(world_show(w, "show running-config crypto isakmp"), "no crypto"));
	out_init(&screen);
	console = session_new(&env, &io, &options);
	static const char notice[] = "INFO: converting 'isakmp' lines to crypto ikev1, crypto "
	                             "isakmp and tunnel-group commands\n";
	assert_null(strstr(type("isakmp policy 7 hash md5"), notice));
	assert_non_null(strstr(type("isakmp policy 7 authentication pre-share"), notice));
	assert_null(strstr(type("isakmp policy 8 authentication pre-share"), notice));
	close_console();
	assert_non_null(strstr(world_show(w, "show running-config crypto isakmp"),
	                       "no crypto isakmp nat-traversal\n"));
	assert_non_null(strstr(world_show(w, "show running-config crypto ikev1"),
	                       "crypto ikev1 policy 7\n authentication pre-share\n encryption des\n"
	                       " hash md5\n group 1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(every_show, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(the_good_debug, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(a_tunnel_is_cleared, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(debug_of_ppp, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(debug_without_transport, world_setup,
	                                        world_teardown),
	        cmocka_unit_test_setup_teardown(debug_without_dynamic_map, world_setup,
	                                        world_teardown),
	        cmocka_unit_test_setup_teardown(the_log, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(the_configuration, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(line_by_line, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
