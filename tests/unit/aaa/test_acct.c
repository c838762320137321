/* Accounting: what is told when, that nothing is lost or told twice while servers are away, and the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/aaa/server.h"
#include "core/aaa/spool.h"

enum { TAKEN_MAX = 4000 };

/* A server that takes records while it is up, and says nothing else. */
static struct {
	bool up;
	struct aaa_ask *asks[512]; /* under way */
	size_t n;
	struct aaa_record taken[TAKEN_MAX];
	char by[TAKEN_MAX][16];
	size_t ntaken;
	size_t most; /* under way together */
} srv;

static void srv_ask(struct aaa_ask *ask)
{
	assert_int_equal(ask->what, AAA_ACCOUNT);
	srv.asks[srv.n++] = ask;
	if (srv.n > srv.most)
		srv.most = srv.n;
}

static void srv_cancel(struct aaa_ask *ask)
{
	for (size_t i = 0; i < srv.n; i++)
		if (srv.asks[i] == ask)
			srv.asks[i] = srv.asks[--srv.n];
}

static const struct aaa_proto proto = {
        .id = AAA_P_RADIUS, .accounts = true, .ask = srv_ask, .cancel = srv_cancel};
const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {[AAA_P_RADIUS] = &proto};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	(void)p;
	return 0;
}

#define HOST(name, number) \
	{.host = name, .ifname = "inside", .ip = number, .key = "k", .base_dn = "", .login_dn = "", \
	 .login_password = "", .realm = "", .nt_dc = ""}
static const struct aaa_host_conf hosts[] = {HOST("10.1.1.1", 1), HOST("10.1.1.2", 2)};
static struct aaa_sgroup_conf sgroups[] = {{.name = "ACCT",
                                            .protocol = AAA_P_RADIUS,
                                            .max_failed = 3,
                                            .deadtime_s = 600,
                                            .hosts = hosts,
                                            .nhosts = 1}};
static struct aaa_group groups[] = {{.name = "G", .accounting = "ACCT"}, {.name = "quiet", .accounting = ""}};
static struct aaa_conf conf = {
        .sgroups = sgroups, .nsgroups = 1, .groups = groups, .ngroups = 2};
static const struct aaa_io io;
static struct clock clk;
static struct aaa_servers *servers;
static struct aaa_acct_engine *engine;
static char dir[] = "/tmp/acct.XXXXXX", path[64];
static uint64_t counted;

static bool fill(void *ctx, uint32_t unit, struct aaa_record *r)
{
	(void)ctx;
	*r = (struct aaa_record){.unit = unit, .bytes_in = ++counted, .user = "u", .tunnel_group = "G"};
	return true;
}
static const struct aaa_acct_ops ops = {fill};

/* What is under way is answered, or not. */
static void answer(void)
{
	while (srv.n > 0) {
		struct aaa_ask *ask = srv.asks[0];
		memmove(srv.asks, srv.asks + 1, --srv.n * sizeof(srv.asks[0]));
		if (srv.up && srv.ntaken < TAKEN_MAX) {
			snprintf(srv.by[srv.ntaken], sizeof(srv.by[0]), "%s", ask->host->conf->host);
			srv.taken[srv.ntaken++] = *ask->record;
		}
		aaa_answered(ask, srv.up ? AAA_SAYS_ACCEPT : AAA_SAYS_NOTHING, NULL, AAA_WHY_NONE);
		clock_run(&clk, clk.now_ms);
	}
}

static void run(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		answer();
		clock_run(&clk, clk.now_ms + 1000);
	}
	answer();
}

static void boot(void)
{
	servers = aaa_servers_new(&clk, &io, NULL);
	aaa_servers_set(servers, &conf);
	engine = aaa_acct_new(servers, path, &ops, NULL);
	aaa_acct_set(engine);
}

static void halt(void)
{
	aaa_acct_free(engine);
	aaa_servers_free(servers);
	engine = NULL;
	assert_int_equal(clk.n, 0);
	assert_int_equal(srv.n, 0);
}

static int setup(void **state)
{
	(void)state;
	memset(&srv, 0, sizeof(srv));
	srv.up = true;
	counted = 0;
	sgroups[0].interim = sgroups[0].simultaneous = false;
	sgroups[0].nhosts = 1;
	clock_init(&clk, 1000);
	clk.wall_offset_ms = 1700000000000;
	strcpy(dir, "/tmp/acct.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/accounting", dir);
	boot();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	halt();
	clock_free(&clk);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
	return 0;
}

static struct aaa_record session(uint32_t unit)
{
	struct aaa_record r = {.unit = unit, .framed_ip = 0x0a000000 + unit, .classes_len = 3, .classes = {2, 'a', 'b'}};
	snprintf(r.user, sizeof(r.user), "user%u", unit);
	strcpy(r.tunnel_group, "G");
	return r;
}

static void up(uint32_t unit)
{
	struct aaa_record r = session(unit);
	aaa_acct_start(engine, &r, 0);
}

static void down(uint32_t unit)
{
	struct aaa_record r = session(unit);
	r.bytes_in = 1000 + unit;
	r.cause = AAA_CAUSE_IDLE_TIMEOUT;
	aaa_acct_stop(engine, &r);
}

static size_t count(enum aaa_acct type)
{
	size_t n = 0;
	for (size_t i = 0; i < srv.ntaken; i++)
		n += srv.taken[i].type == type;
	return n;
}

static off_t journal_size(void)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : 0; /* not made before it is needed */
}

static void test_session(void **state)
{
	(void)state;
	up(7);
	struct aaa_record quiet = session(8);
	strcpy(quiet.tunnel_group, "quiet");
	aaa_acct_start(engine, &quiet, 0);
	assert_null(aaa_acct_id(engine, 8));
	run(30);
	char id[AAA_ACCT_ID_CAP];
	snprintf(id, sizeof(id), "%s", aaa_acct_id(engine, 7));
	down(7);
	run(1);
	assert_int_equal(srv.ntaken, 3);
	assert_int_equal(srv.taken[0].type, AAA_ACCT_ON);
	const struct aaa_record *start = &srv.taken[1], *stop = &srv.taken[2];
	assert_int_equal(start->type, AAA_ACCT_START);
	assert_string_equal(start->id, id);
	assert_string_equal(start->user, "user7");
	assert_int_equal(start->classes_len, 3);
	assert_memory_equal(start->classes, "\2ab", 3);
	assert_int_equal(stop->type, AAA_ACCT_STOP);
	assert_string_equal(stop->id, id);
	assert_int_equal(stop->bytes_in, 1007);
	assert_int_equal(stop->cause, AAA_CAUSE_IDLE_TIMEOUT);
	assert_int_equal(stop->at - start->at, 30);
	assert_int_equal(journal_size(), 0);
	assert_null(aaa_acct_id(engine, 7));
}

static void test_interim(void **state)
{
	(void)state;
	sgroups[0].interim = true;
	struct aaa_record r = session(1);
	aaa_acct_start(engine, &r, 300);
	run(1000);
	assert_int_equal(count(AAA_ACCT_INTERIM), 3);
	assert_int_equal(srv.taken[4].bytes_in, 3);
	down(1);
	run(1000);
	assert_int_equal(count(AAA_ACCT_INTERIM), 3);
}

/* A minute without a server: 200 sessions come and 100 of them go. Nothing is lost, nothing comes twice. */
static void test_outage(void **state)
{
	(void)state;
	run(1);
	srv.up = false;
	for (uint32_t i = 1; i <= 200; i++)
		up(i);
	run(30);
	for (uint32_t i = 1; i <= 100; i++)
		down(i);
	run(30);
	assert_true(journal_size() > 300 * 60);
	assert_int_equal(srv.ntaken, 1);
	srv.up = true;
	run(61);
	assert_int_equal(count(AAA_ACCT_START), 200);
	assert_int_equal(count(AAA_ACCT_STOP), 100);
	for (size_t i = 1; i < srv.ntaken; i++) /* a stop comes behind its start */
		for (size_t k = i + 1; k < srv.ntaken; k++)
			assert_false(srv.taken[i].type == AAA_ACCT_STOP && strcmp(srv.taken[i].id, srv.taken[k].id) == 0);
	assert_int_equal(journal_size(), 0);
	assert_true(srv.most <= 64);
}

/* The gateway goes while the server is away: the next one tells it, before its own Accounting-On. */
static void test_restart(void **state)
{
	(void)state;
	run(1);
	srv.up = false;
	up(1);
	up(2);
	run(3);
	down(1);
	aaa_acct_off(engine);
	halt();
	assert_true(journal_size() > 0);
	srv.up = true;
	boot();
	run(10);
	assert_int_equal(srv.ntaken, 1 + 5);
	assert_int_equal(count(AAA_ACCT_START), 2);
	assert_int_equal(count(AAA_ACCT_STOP), 1);
	assert_int_equal(srv.taken[4].type, AAA_ACCT_OFF);
	assert_int_equal(srv.taken[5].type, AAA_ACCT_ON);
	assert_int_equal(journal_size(), 0);
	halt();
	boot();
	run(10);
	assert_int_equal(srv.ntaken, 1 + 5 + 1); /* its Accounting-On */
}

static void test_simultaneous(void **state)
{
	(void)state;
	sgroups[0].simultaneous = true;
	sgroups[0].nhosts = 2;
	aaa_servers_set(servers, &conf);
	run(1);
	size_t before = srv.ntaken;
	up(1);
	run(1);
	assert_int_equal(srv.ntaken, before + 2);
	assert_string_not_equal(srv.by[before], srv.by[before + 1]);
	assert_string_equal(srv.taken[before].id, srv.taken[before + 1].id);
}

/* ------------------------------------------------------------------ the journal */

static char read_back[400];
static bool refuse_all;

static bool each(void *arg, uint32_t id, struct bytes piece)
{
	size_t at = strlen(read_back);
	(void)arg, (void)id;
	snprintf(read_back + at, sizeof(read_back) - at, "%.*s ", (int)piece.len, (const char *)piece.p);
	return !refuse_all;
}

static struct bytes piece_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void test_journal(void **state)
{
	char file[80];
	struct err err = {0};
	(void)state;
	snprintf(file, sizeof(file), "%s/j", dir);
	read_back[0] = '\0';
	struct spool *s = spool_open(file, 1 << 20, each, NULL, &err);
	uint32_t a = spool_id(s), b = spool_id(s), c = spool_id(s);
	assert_true(spool_add(s, a, piece_of("one")));
	assert_true(spool_add(s, b, piece_of("two")));
	assert_true(spool_add(s, c, piece_of("three")));
	spool_done(s, b);
	spool_close(s);
	s = spool_open(file, 1 << 20, each, NULL, &err);
	assert_string_equal(read_back, "one three ");
	spool_close(s);
	struct stat st;
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* cut off anywhere: what came before is there, and nothing else */
	for (off_t cut = st.st_size - 1; cut >= 0; cut--) {
		assert_int_equal(truncate(file, cut), 0);
		read_back[0] = '\0';
		s = spool_open(file, 1 << 20, each, NULL, &err);
		spool_close(s);
		assert_string_equal(read_back, cut >= 11 + 3 ? "one " : "");
	}
	s = spool_open(file, 30, each, NULL, &err);
	assert_true(spool_add(s, spool_id(s), piece_of("0123456789")));
	assert_false(spool_add(s, spool_id(s), piece_of("0123456789"))); /* full */
	spool_close(s);
	unlink(file);
	read_back[0] = '\0';
	refuse_all = true; /* what nobody can read is struck out, and the file is empty again */
	s = spool_open(file, 1 << 20, each, NULL, &err);
	assert_true(spool_add(s, spool_id(s), piece_of("odd")));
	spool_close(s);
	s = spool_open(file, 1 << 20, each, NULL, &err);
	spool_close(s);
	refuse_all = false;
	assert_string_equal(read_back, "odd ");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, 0);
	unlink(file);
	s = spool_open("/nonexistent/j", 30, each, NULL, &err);
	assert_null(s);
	assert_true(err.text[0] != '\0');
}

/* Every cut and every flipped byte of a record is refused or read as a record, never past its end. */
static void test_record(void **state)
{
	uint8_t bytes[AAA_RECORD_BYTES];
	struct aaa_record r = session(5), back;
	(void)state;
	r.at = 12345678901;
	r.bytes_out = UINT64_MAX;
	struct wr w = wr_of(bytes, sizeof(bytes));
	aaa_record_put(&r, &w);
	assert_true(wr_ok(&w));
	struct rd in = rd_of(bytes, wr_len(&w));
	assert_true(aaa_record_get(&in, &back));
	assert_memory_equal(&back.bytes_out, &r.bytes_out, 8);
	assert_int_equal(back.at, r.at);
	assert_string_equal(back.user, "user5");
	for (size_t n = 0; n < wr_len(&w); n++) {
		uint8_t *part = malloc(n + 1);
		memcpy(part, bytes, n);
		in = rd_of(part, n);
		assert_false(aaa_record_get(&in, &back));
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_session, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_interim, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_outage, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_simultaneous, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_journal, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_record, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
