#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/drop.h"
#include "core/base/show.h"
#include "core/net/capture.h"
#include "tests/shape/sample.h"

static struct capture_set *published, *published_other; /* of two workers */
static struct captures *c;
static struct out text;

static const struct conf *no_conf(void *ctx)
{
	(void)ctx;
	return NULL;
}

static bool is_outside(void *ctx, const char *nameif)
{
	(void)ctx;
	return strcmp(nameif, "outside") == 0;
}

static void publish(void *ctx, unsigned worker, struct capture_set *set)
{
	struct capture_set **to = worker == 0 ? &published : &published_other;
	(void)ctx;
	free(*to);
	*to = set;
}

/* A command: names and texts of its arguments. */
static int run(const char *name, bool no, const char *const (*args)[2], size_t n)
{
	struct cmd_arg a[8] = {0};
	struct cmd cmd = {.out = &text, .args = a, .nargs = n, .no = no};
	for (size_t i = 0; i < n; i++) {
		a[i] = (struct cmd_arg){.name = args[i][0], .text = str_of(args[i][1])};
		str_to_u32(a[i].text, UINT32_MAX, &a[i].u32);
	}
	cmd_fn *fn = cmd_find(name, &cmd.ctx);
	assert_non_null(fn);
	out_clear(&text);
	out_str(&text, "");
	return fn(&cmd);
}
#define RUN(name, no, ...)                                   \
	run(name, no, (const char *const[][2]){__VA_ARGS__}, \
	    sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *const[2]))

/* An echo request of 10.0.0.1 to 10.0.0.2 with 4 octets of data. */
static const uint8_t ping[] = {0x45, 0, 0, 32, 0, 1, 0, 0, 64, 1, 0, 0, 10,  0,   0,   1,
                               10,   0, 0, 2,  8, 0, 0, 0, 0,  1, 0, 1, 'a', 'b', 'c', 'd'};
static const struct ip4_end us = {0xc0000201, 4500}, him = {0xc633640a, 61000};

static struct capture_packet inside_ping(void)
{
	return (struct capture_packet){.point = CAP_INSIDE, .data = {ping, sizeof ping}};
}

static struct capture_packet ike_in(const void *data, size_t len)
{
	return (struct capture_packet){
	        .point = CAP_OUTSIDE, .src = him, .dst = us, .proto = 17, .data = {data, len}};
}

static int setup(void **state)
{
	static const struct capture_hooks hooks = {no_conf, is_outside, publish, NULL};
	(void)state;
	out_init(&text);
	c = captures_new(NULL, 2, &hooks);
	captures_register(c);
	return c == NULL;
}

static int teardown(void **state)
{
	(void)state;
	captures_free(c);
	free(published);
	free(published_other);
	published = published_other = NULL;
	cmd_registry_clear();
	out_free(&text);
	return 0;
}

static void nothing_without_a_capture(void **state)
{
	struct capture_packet p = ike_in("\0\0\0\0ike", 7);
	(void)state;
	assert_false(capture_at(published, CAP_OUTSIDE));
	assert_false(capture_push(published, &p));
	captures_see(c, &p);
	captures_drain(c);
	assert_int_equal(RUN("show_capture", false, {"capture-name", "x"}), CMD_ERROR);
}

static void isakmp_takes_ike_only(void **state)
{
	struct capture_packet ike = ike_in("\0\0\0\0ike", 7), esp = ike_in("\1\2\3\4esp", 7);
	struct capture_packet clear = ike;
	(void)state;
	clear.point = CAP_CLEAR;
	assert_int_equal(RUN("capture", false, {"capture-name", "i"}, {"type-word", "isakmp"}),
	                 CMD_OK);
	assert_true(capture_at(published, CAP_OUTSIDE));
	assert_true(capture_push(published, &ike));
	assert_false(capture_push(published, &esp) || capture_push(published, &clear));
	captures_see(c, &ike);
	RUN("show_capture", false, {"capture-name", "i"});
	assert_non_null(strstr(text.text, "\n2 packets captured\n\n   1: "));
	assert_non_null(
	        strstr(text.text, "       198.51.100.10.61000 > 192.0.2.1.4500:  udp 7 \n"));
	assert_non_null(strstr(text.text, "\n2 packets shown\n"));
	assert_int_equal(RUN("capture", false, {"capture-name", "i"}, {"decrypted", "decrypted"}),
	                 CMD_OK);
	assert_true(capture_push(published, &clear));
	RUN("show_capture", false, {"capture-name", "i"}, {"packet-number", "packet-number"},
	    {"from", "3"});
	assert_non_null(strstr(text.text, "udp 7 decrypted \n1 packets shown\n"));
	RUN("clear_capture", false, {"/all", "/all"});
	RUN("show_capture", false, {"capture-name", "i"});
	assert_string_equal(text.text, "\n0 packets captured\n\n0 packets shown\n");
	assert_int_equal(RUN("capture", true, {"capture-name", "i"}), CMD_OK);
	assert_null(published);
	assert_int_equal(RUN("capture", true, {"capture-name", "i"}), CMD_ERROR);
}

static const struct sample_swap dropped[] = {
        {"echo request ", "echo request Drop-reason: (source address is not the session's) "}};

static void match_takes_both_directions(void **state)
{
	struct capture_packet p = inside_ping();
	(void)state;
	/* rules are for drops here: no interface is needed */
	p.point = CAP_DROP;
	p.why = DROP_SOURCE;
	RUN("capture", false, {"capture-name", "d"}, {"type-word", "asp-drop"},
	    {"rule", "icmp host 10.0.0.2 any"});
	assert_true(capture_push(published, &p));
	RUN("capture", false, {"capture-name", "e"}, {"type-word", "asp-drop"},
	    {"rule", "udp any any eq 53"});
	assert_true(capture_push(published_other, &p));
	captures_drain(c);
	RUN("show_capture", false, {"capture-name", "d"});
	assert_non_null(strstr(text.text, "10.0.0.1 > 10.0.0.2: icmp: echo request Drop-reason: "
	                                  "(source address is not the session's) \n"));
	assert_null(sample_missing("show-output-36", out_text(&text), dropped, 1));
	RUN("show_capture", false, {"capture-name", "e"});
	assert_non_null(strstr(text.text, "\n0 packets captured\n"));
	out_clear(&text);
	struct cmd cmd = {.out = &text};
	cmd_fn *fn = cmd_find("show_capture", &cmd.ctx);
	fn(&cmd);
	assert_string_equal(text.text, "capture d type asp-drop [Capturing - 112 bytes] \n"
	                               "  match icmp host 10.0.0.2 any\n"
	                               "capture e type asp-drop [Capturing - 0 bytes] \n"
	                               "  match udp any any eq domain\n");
	assert_int_equal(RUN("capture", false, {"capture-name", "f"}, {"rule", "nonsense"}),
	                 CMD_ERROR);
	assert_int_equal(RUN("show_capture", false, {"capture-name", "f"}), CMD_ERROR);
}

/* capture NAME interface IF match PROTO SRC DST buffer N circular-buffer */
static void options_behind_the_match(void **state)
{
	(void)state;
	assert_int_equal(RUN("capture", false, {"capture-name", "g"}, {"type-word", "asp-drop"},
	                     {"rule", "udp any any eq 53 buffer 3000 circular-buffer"}),
	                 CMD_OK);
	struct cmd cmd = {.out = &text};
	cmd_fn *fn = cmd_find("show_capture", &cmd.ctx);
	out_clear(&text);
	fn(&cmd);
	assert_non_null(strstr(text.text, "capture g type asp-drop buffer 3000 circular-buffer ["));
	assert_non_null(strstr(text.text, "\n  match udp any any eq domain\n"));
	static const char *const bad[] = {"ip any any buffer 100", "ip any any buffer",
	                                  "ip any any packet-length 60",
	                                  "ip any any circular-buffer x"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(RUN("capture", false, {"capture-name", "h"},
		                     {"type-word", "asp-drop"}, {"rule", bad[i]}),
		                 CMD_ERROR);
}

static void buffers_have_an_end(void **state)
{
	struct capture_packet p = inside_ping();
	uint8_t big[1400] = {0};
	(void)state;
	p.point = CAP_DROP;
	p.proto = 17;
	p.data = (struct bytes){big, sizeof big};
	RUN("capture", false, {"capture-name", "stop"}, {"type-word", "asp-drop"},
	    {"buffer-bytes", "3000"});
	RUN("capture", false, {"capture-name", "ring"}, {"type-word", "asp-drop"},
	    {"buffer-bytes", "3000"}, {"circular-buffer", "circular-buffer"}, {"snap", "200"},
	    {"headers-only", "headers-only"});
	for (int i = 0; i < 200; i++) {
		captures_see(c, &p);
	}
	RUN("show_capture", false, {"capture-name", "stop"});
	assert_non_null(strstr(text.text, "\n2 packets captured\n"));
	assert_non_null(strstr(text.text, "\n198 packets not kept, the buffer is full\n"));
	RUN("show_capture", false, {"capture-name", "ring"}, {"dump", "dump"});
	assert_non_null(strstr(text.text, "\n57 packets captured\n")); /* 28 and 24 octets each */
	assert_non_null(strstr(text.text, "\n0x0010   "));
	assert_int_equal(RUN("capture", false, {"capture-name", "huge"}, {"type-word", "isakmp"},
	                     {"buffer-bytes", "33554432"}),
	                 CMD_OK);
	assert_int_equal(RUN("capture", false, {"capture-name", "more"}, {"type-word", "isakmp"},
	                     {"buffer-bytes", "33554432"}),
	                 CMD_ERROR);
	/* the worker is faster than the control thread */
	for (int i = 0; i < CAPTURE_SLOTS + 5; i++)
		assert_true(capture_push(published, &p));
	struct cmd cmd = {.out = &text};
	cmd_fn *fn = cmd_find("show_capture", &cmd.ctx);
	out_clear(&text);
	fn(&cmd);
	assert_non_null(
	        strstr(text.text, "capture stop type asp-drop buffer 3000 [Buffer Full - "));
	assert_non_null(strstr(text.text, "\n5 packets came faster than they could be stored\n"));
}

static int to_file(void *arg, const void *data, size_t len)
{
	return fwrite(data, 1, len, arg) == len ? 0 : -1;
}

static void pcapng(void **state)
{
	struct capture_packet ike = ike_in("\0\0\0\0ike", 7);
	char path[] = "/tmp/captureXXXXXX", line[256] = "", command[160];
	(void)state;
	RUN("capture", false, {"capture-name", "p"}, {"type-word", "isakmp"},
	    {"decrypted", "decrypted"});
	captures_see(c, &ike);
	ike.point = CAP_CLEAR;
	captures_see(c, &ike);
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	assert_int_equal(capture_write_pcapng(c, "p", to_file, f), 0);
	assert_int_equal(capture_write_pcapng(c, "none", to_file, f), -2);
	assert_int_equal(ftell(f), 28 + 32 + 68 + 88);
	fclose(f);
	snprintf(command, sizeof command,
	         "tshark -r %s -T fields -e ip.src -e udp.dstport -e frame.comment "
	         "2>/dev/null",
	         path);
	f = popen(command, "r");
	if (access("/usr/bin/tshark", X_OK) == 0) {
		assert_non_null(fgets(line, sizeof line, f));
		assert_string_equal(line, "198.51.100.10\t4500\t\n");
		assert_non_null(fgets(line, sizeof line, f));
		assert_string_equal(line, "198.51.100.10\t4500\tdecrypted\n");
	}
	pclose(f);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(nothing_without_a_capture, setup, teardown),
	        cmocka_unit_test_setup_teardown(isakmp_takes_ike_only, setup, teardown),
	        cmocka_unit_test_setup_teardown(match_takes_both_directions, setup, teardown),
	        cmocka_unit_test_setup_teardown(options_behind_the_match, setup, teardown),
	        cmocka_unit_test_setup_teardown(buffers_have_an_end, setup, teardown),
	        cmocka_unit_test_setup_teardown(pcapng, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
