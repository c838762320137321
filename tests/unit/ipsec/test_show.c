#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/log.h"
#include "crypto/ipsec/show.h"
#include "tests/unit/ipsec/esp_fixture.h"

/* A data path that only remembers. */
struct fake {
	uint32_t next_spi, awaited, removed, moved;
	int fail;
	struct sa_stats stats;
};

static uint32_t fake_alloc(void *ctx, uint32_t peer)
{
	(void)peer;
	return ((struct fake *)ctx)->next_spi += 0x1000;
}

static void fake_await(void *ctx, uint32_t spi)
{
	((struct fake *)ctx)->awaited = spi;
}

static void fake_free(void *ctx, uint32_t spi)
{
	(void)ctx;
	(void)spi;
}

static int fake_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct fake *f = ctx;

	(void)pair;
	return f->fail ? err_set(err, f->fail, "no room") : 0;
}

static void fake_out(void *ctx, uint32_t spi)
{
	(void)ctx;
	(void)spi;
}

static void fake_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	(void)spi;
	(void)why;
	((struct fake *)ctx)->removed++;
}

static void fake_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)remote;
	((struct fake *)ctx)->moved = peer;
}

static bool fake_stats(void *ctx, uint32_t spi, struct sa_stats *s)
{
	(void)spi;
	*s = ((struct fake *)ctx)->stats;
	return true;
}

static const struct sa_ops fake_ops = {fake_alloc, fake_await,  fake_free, fake_in,
                                       fake_out,   fake_remove, fake_move, fake_stats};

static char logged[4096];

static void take_log(void *arg, const struct log_line *line)
{
	size_t n = strlen(logged);

	(void)arg;
	snprintf(logged + n, sizeof(logged) - n, "%u %s\n", line->id, line->text);
}

struct fix {
	struct clock clock;
	struct fake data;
	struct ipsec_sadb *db;
	struct out out;
	uint32_t dropped[8];
	size_t ndropped;
};

static void drop_flow(void *ctx, uint32_t flow)
{
	struct fix *f = ctx;

	f->dropped[f->ndropped++] = flow;
}

static uint64_t one_unknown(void *ctx, enum drop_reason why)
{
	(void)ctx;
	return why == DROP_ESP_NO_SA;
}

static int setup(void **state)
{
	static struct fix f;
	struct ipsec_sadb_hooks hooks = {.drop_flow = drop_flow, .drops = one_unknown, .ctx = &f};

	memset(&f, 0, sizeof(f));
	clock_init(&f.clock, 100000);
	f.data.stats = (struct sa_stats){.exists = true,
	                                 .pkts_in = 45,
	                                 .pkts_out = 20,
	                                 .bytes_in = 6144,
	                                 .bytes_out = 1024,
	                                 .replay_map = {0x3ffffffffff, 0}};
	f.db = ipsec_sadb_new(&f.clock, &fake_ops, &f.data, &hooks);
	out_init(&f.out);
	cmd_registry_clear();
	ipsec_show_register(f.db);
	logged[0] = '\0';
	*state = &f;
	return f.db ? 0 : -1;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	ipsec_sadb_free(f->db);
	out_free(&f->out);
	clock_free(&f->clock);
	return 0;
}

static struct sa_pair l2tp_pair(uint32_t spi_in, uint32_t peer, uint32_t flow)
{
	struct sa_pair p =
	        fix_pair((struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, ESP_TRANSPORT, false);

	p.spi_in = spi_in;
	p.peer = peer;
	p.flow = flow;
	p.life_s = 3600;
	p.life_kb = 250000;
	p.map_seq = 10;
	p.map_name = "dyno";
	p.ifname = "outside";
	return p;
}

static void install(struct fix *f, const struct sa_pair *pair)
{
	assert_int_equal(ipsec_sadb_ops.install_in(f->db, pair, NULL), 0);
	ipsec_sadb_ops.install_out(f->db, pair->spi_in);
}

static const char *run(struct fix *f, const char *name, const struct cmd_arg *args, size_t n,
                       int want)
{
	struct cmd c = {.out = &f->out, .args = args, .nargs = n};
	cmd_fn *fn = cmd_find(name, &c.ctx);

	assert_non_null(fn);
	out_clear(&f->out);
	out_str(&f->out, "");
	assert_int_equal(fn(&c), want);
	return f->out.text ? f->out.text : "";
}

static void empty(void **state)
{
	assert_string_equal(run(*state, "show_ipsec_sa", NULL, 0, CMD_OK),
	                    "\nThere are no ipsec sas\n");
}

static const char full[] =
        "interface: outside\n"
        "    Crypto map tag: dyno, seq num: 10, local addr: 192.0.2.1\n"
        "\n"
        "      local ident (addr/mask/prot/port): (192.0.2.1/255.255.255.255/17/1701)\n"
        "      remote ident (addr/mask/prot/port): (198.51.100.7/255.255.255.255/17/1701)\n"
        "      current_peer: 198.51.100.7, username: jdoe\n"
        "      dynamic allocated peer ip: 10.4.5.10\n"
        "\n"
        "      #pkts encaps: 20, #pkts encrypt: 20, #pkts digest: 20\n"
        "      #pkts decaps: 45, #pkts decrypt: 45, #pkts verify: 45\n"
        "      #pkts compressed: 0, #pkts decompressed: 0\n"
        "      #pkts not compressed: 20, #pkts comp failed: 0, #pkts decomp failed: 0\n"
        "      #pre-frag successes: 0, #pre-frag failures: 0, #fragments created: 0\n"
        "      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing reassembly: 0\n"
        "      #TFC rcvd: 0, #TFC sent: 0\n"
        "      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0\n"
        "      #send errors: 0, #recv errors: 0\n"
        "\n"
        "      local crypto endpt.: 192.0.2.1/0, remote crypto endpt.: 198.51.100.7/0\n"
        "      path mtu 1500, ipsec overhead 36(16), media mtu 1500\n"
        "      PMTU time remaining (sec): 0, DF policy: copy-df\n"
        "      ICMP error validation: disabled, TFC packets: disabled\n"
        "      current outbound spi: C0FFEE01\n"
        "      current inbound spi : 0000512A\n"
        "\n"
        "    inbound esp sas:\n"
        "      spi: 0x0000512A (20778)\n"
        "         SA State: active\n"
        "         transform: esp-3des esp-sha-hmac no compression \n"
        "         in use settings ={RA, Transport, IKEv1, }\n"
        "         slot: 0, conn_id: 4096, crypto-map: dyno\n"
        "         sa timing: remaining key lifetime (kB/sec): (249994/3540)\n"
        "         IV size: 8 bytes\n"
        "         replay detection support: Y\n"
        "         Anti replay bitmap:\n"
        "          0x000003FF 0xFFFFFFFF\n"
        "    outbound esp sas:\n"
        "      spi: 0xC0FFEE01 (3237998081)\n"
        "         SA State: active\n"
        "         transform: esp-3des esp-sha-hmac no compression \n"
        "         in use settings ={RA, Transport, IKEv1, }\n"
        "         slot: 0, conn_id: 4096, crypto-map: dyno\n"
        "         sa timing: remaining key lifetime (kB/sec): (249999/3540)\n"
        "         IV size: 8 bytes\n"
        "         replay detection support: Y\n"
        "         Anti replay bitmap:\n"
        "          0x00000000 0x00000001\n"
        "\n";

static void one(void **state)
{
	struct fix *f = *state;
	struct sa_pair p = l2tp_pair(FIX_SPI_IN, 7, 9);

	install(f, &p);
	ipsec_sadb_set_user(f->db, 9, "jdoe", 0x0a04050a);
	f->clock.now_ms += 60000;
	assert_string_equal(run(f, "show_ipsec_sa", NULL, 0, CMD_OK), full);
	f->data.stats.icv_cut = true;
	assert_non_null(strstr(run(f, "show_ipsec_sa", NULL, 0, CMD_OK), "={RA, Transport, IKEv1, ICV-96, }\n"));
}

static void several(void **state)
{
	struct fix *f = *state;
	struct sa_pair a = l2tp_pair(0x1001, 7, 9), b = l2tp_pair(0x2001, 8, 10), rekeyed;
	struct cmd_arg peer[] = {{.name = "peer"}, {.name = "peer", .u32 = FIX_CLIENT + 1}};
	struct cmd_arg spi[] = {{.name = "spi"}, {.name = "spi", .text = STR("0x2001")}};
	struct cmd_arg detail[] = {{.name = "detail"}};
	struct cmd_arg summary[] = {{.name = "summary"}};
	const char *text;

	b.udp_encap = true;
	b.local.port = 4500;
	b.remote = (struct ip4_end){FIX_CLIENT + 1, 61000};
	b.df_policy = 2;
	install(f, &a);
	install(f, &b);
	ipsec_sadb_set_user(f->db, 9, "anna", 1);
	text = run(f, "show_ipsec_sa", NULL, 0, CMD_OK);
	assert_non_null(strstr(text, "username: anna\n"));
	assert_non_null(strstr(text, "198.51.100.8/61000"));
	assert_ptr_equal(strstr(strstr(text, "interface:") + 1, "interface:"), NULL);
	text = run(f, "show_ipsec_sa", peer, 2, CMD_OK);
	assert_null(strstr(text, "anna"));
	assert_non_null(strstr(text, "={RA, Transport,  NAT-T-Encaps, IKEv1, }"));
	assert_non_null(strstr(text, "DF policy: clear-df"));
	text = run(f, "show_ipsec_sa", spi, 2, CMD_OK);
	assert_null(strstr(text, "anna"));
	spi[1].text = STR("12x");
	run(f, "show_ipsec_sa", spi, 2, CMD_ERROR);
	text = run(f, "show_ipsec_sa", detail, 1, CMD_OK);
	assert_non_null(strstr(text, "      #pkts replay failed (rcv): 0\n"));
	assert_null(strstr(text, "#send errors"));

	/* rekey: both pairs below one heading, the user stays, the old pair's figures stay in the sum */
	rekeyed = a;
	rekeyed.spi_in = 0x3001;
	rekeyed.spi_out = 0xdddddddd;
	install(f, &rekeyed);
	assert_non_null(
	        strstr(run(f, "show_ipsec_sa", NULL, 0, CMD_OK), "current inbound spi : 00003001"));
	text = run(f, "show_ipsec_sa", summary, 1, CMD_OK);
	assert_string_equal(text, "\nCurrent IPsec SA's:            Peak IPsec SA's:\n"
	                          "IPsec            :     4         Peak Concurrent SA  :     6\n"
	                          "IPsec over UDP   :     0         Peak Concurrent L2L :     0\n"
	                          "IPsec over NAT-T :     2         Peak Concurrent RA  :     6\n"
	                          "IPsec over TCP   :     0\n"
	                          "IPsec VPN LB     :     0\n"
	                          "Total            :     6\n\n");
	ipsec_sadb_ops.remove(f->db, 0x1001, SA_END_REPLACED);
	text = run(f, "show_ipsec_sa", NULL, 0, CMD_OK);
	assert_non_null(strstr(text, "username: anna\n"));
	assert_non_null(strstr(text, "#pkts decaps: 90,"));
	assert_null(strstr(text, "0x00001001"));

	ipsec_sadb_ops.move(f->db, 8, (struct ip4_end){FIX_CLIENT + 2, 1234});
	assert_int_equal(f->data.moved, 8);
	ipsec_sadb_ops.spi_await(f->db, 0x5000);
	assert_int_equal(f->data.awaited, 0x5000);
	assert_non_null(strstr(run(f, "show_ipsec_sa", NULL, 0, CMD_OK), "198.51.100.9/1234"));
}

static void messages(void **state)
{
	struct fix *f = *state;
	struct log_sink sink = {.level = LOGL_INFORMATIONAL, .write = take_log};
	struct sa_pair p = l2tp_pair(FIX_SPI_IN, 7, 9), q = l2tp_pair(0x1001, 7, 11);

	log_sink_add(&sink);
	install(f, &p);
	assert_int_equal(ipsec_sadb_ops.install_in(f->db, &q, NULL), 0);
	ipsec_sadb_ops.remove(f->db, q.spi_in, SA_END_EXPIRED); /* never complete: never said */
	ipsec_sadb_ops.remove(f->db, p.spi_in, SA_END_DELETED);
	ipsec_sadb_ops.remove(f->db, p.spi_in, SA_END_DELETED);
	log_sink_remove(&sink);
	assert_string_equal(
	        logged,
	        "602303 IPSEC: An outbound remote access SA (SPI= 0xC0FFEE01) between 192.0.2.1 "
	        "and "
	        "198.51.100.7 (user= DefaultRAGroup) has been created.\n"
	        "602303 IPSEC: An inbound remote access SA (SPI= 0x0000512A) between 192.0.2.1 and "
	        "198.51.100.7 (user= DefaultRAGroup) has been created.\n"
	        "602304 IPSEC: An outbound remote access SA (SPI= 0xC0FFEE01) between 192.0.2.1 "
	        "and "
	        "198.51.100.7 (user= DefaultRAGroup) has been deleted.\n"
	        "602304 IPSEC: An inbound remote access SA (SPI= 0x0000512A) between 192.0.2.1 and "
	        "198.51.100.7 (user= DefaultRAGroup) has been deleted.\n");
	assert_int_equal(f->data.removed, 3);
}

static void refused(void **state)
{
	struct fix *f = *state;
	struct sa_pair p = l2tp_pair(FIX_SPI_IN, 7, 9);
	size_t now, peak;
	uint64_t refused;

	f->data.fail = -12;
	assert_int_equal(ipsec_sadb_ops.install_in(f->db, &p, NULL), -12);
	ipsec_sadb_counts(f->db, &now, &peak, &refused);
	assert_int_equal(now, 0);
	f->data.fail = 0;
	install(f, &p);
	assert_int_not_equal(ipsec_sadb_ops.install_in(f->db, &p, NULL), 0); /* the SPI twice */
	ipsec_sadb_counts(f->db, &now, &peak, &refused);
	assert_int_equal(now, 1);
	assert_int_equal(peak, 1);
	assert_int_equal(refused, 1);
	ipsec_sadb_set_user(f->db, 4711, "nobody", 1);
}

static void no_keys(void *arg, const struct ipsec_sadb_info *info)
{
	(*(int *)arg)++;
	assert_null(info->pair->keys);
	assert_int_equal(info->life_left_s, 3600);
}

static void walk(void **state)
{
	struct fix *f = *state;
	struct sa_pair p = l2tp_pair(FIX_SPI_IN, 7, 9);
	struct sa_stats sum;
	int n = 0;

	install(f, &p);
	ipsec_sadb_each(f->db, no_keys, &n);
	assert_int_equal(n, 1);
	assert_true(ipsec_sadb_flow_stats(f->db, 9, &sum));
	assert_int_equal(sum.pkts_in, 45);
	assert_false(ipsec_sadb_flow_stats(f->db, 10, &sum));
}

static void clearing(void **state)
{
	struct fix *f = *state;
	struct sa_pair a = l2tp_pair(0x1001, 7, 9), b = l2tp_pair(0x2001, 8, 10);
	struct cmd_arg peer[] = {{.name = "peer", .u32 = FIX_CLIENT + 1}};
	struct cmd_arg counters[] = {{.name = "counters"}};

	b.remote.ip = FIX_CLIENT + 1;
	install(f, &a);
	install(f, &b);
	run(f, "clear_ipsec_sa", counters, 1, CMD_OK);
	assert_int_equal(f->ndropped, 0);
	f->data.stats.pkts_in += 3;
	assert_non_null(strstr(run(f, "show_ipsec_sa", NULL, 0, CMD_OK), "#pkts decaps: 3,"));
	run(f, "clear_ipsec_sa", peer, 1, CMD_OK);
	assert_int_equal(f->ndropped, 1);
	assert_int_equal(f->dropped[0], 10);
	run(f, "clear_ipsec_sa", NULL, 0, CMD_OK);
	assert_int_equal(f->ndropped, 3);
}

/* What the packet path counts of one pair stands in one place each. */
static void every_counter(void **state)
{
	struct fix *f = *state;
	struct sa_pair a = l2tp_pair(0x1001, 7, 9);
	struct cmd_arg detail[] = {{.name = "detail"}};
	uint64_t n = 100;
	const char *text;

#define X(name) f->data.stats.name = n++;
	SA_COUNTER_LIST(X)
#undef X
	f->data.stats.policy_errs += 1000; /* proto_errs are of them */
	f->data.stats.path_mtu = 1400;
	f->data.stats.path_until_ms = f->clock.now_ms + 59001;
	install(f, &a);
	text = run(f, "show_ipsec_sa", detail, 1, CMD_OK);
	assert_non_null(strstr(
	        text,
	        "      #pre-frag successes: 117, #pre-frag failures: 118, #fragments created: 121\n"
	        "      #PMTUs sent: 122, #PMTUs rcvd: 123, #decapsulated frgs needing reassembly: 116\n"
	        "      #TFC rcvd: 115, #TFC sent: 0\n"));
	assert_non_null(strstr(text, "invalid prot (rcv): 110, #pkts verify failed: 107\n"));
	assert_non_null(strstr(text, "invalid identity (rcv): 999, #pkts invalid len (rcv): 108\n"));
	assert_non_null(strstr(text, "rollover (send): 114, "));
	assert_non_null(strstr(text, "internal err (send): 113, #pkts internal err (rcv): 112\n"));
	assert_non_null(strstr(text, "      path mtu 1400, ipsec overhead 36(16), media mtu 1500\n"
	                             "      PMTU time remaining (sec): 60, DF policy: copy-df\n"));
	text = run(f, "show_ipsec_stats", NULL, 0, CMD_OK);
	assert_non_null(strstr(text, "    Decryptions: 211\n    Decryption failures: 223\n"
	                             "    TFC Packets: 115\n"
	                             "    Decapsulated fragments needing reassembly: 116\n"));
	assert_non_null(strstr(text, "    Encryption failures: 113\n    TFC Packets: 0\n"
	                             "    Fragmentation successes: 236\n"
	                             "        Pre-fragmentation successses: 117\n"
	                             "        Post-fragmentation successes: 119\n"
	                             "    Fragmentation failures: 238\n"
	                             "        Pre-fragmentation failures: 118\n"
	                             "        Post-fragmentation failures: 120\n"
	                             "    Fragments created: 121\n    PMTUs sent: 122\n"
	                             "    PMTUs rcvd: 123\nProtocol failures: 1217\n"));
	/* what was learned of the path is over */
	f->clock.now_ms += 60000;
	assert_non_null(strstr(run(f, "show_ipsec_sa", NULL, 0, CMD_OK), "      path mtu 1500, "));
}

static void statistics(void **state)
{
	struct fix *f = *state;
	struct sa_pair a = l2tp_pair(0x1001, 7, 9), b = l2tp_pair(0x2001, 8, 10);
	const char *text;

	install(f, &a);
	install(f, &b);
	ipsec_sadb_ops.remove(f->db, a.spi_in, SA_END_DELETED);
	text = run(f, "show_ipsec_stats", NULL, 0, CMD_OK);
	assert_non_null(strstr(
	        text, "\nIPsec Global Statistics\n-----------------------\nActive tunnels: 1\n"
	              "Previous tunnels: 1\nInbound\n    Bytes: 12288\n"));
	assert_non_null(strstr(text, "        Pre-fragmentation successses: 0\n"));
	assert_non_null(strstr(text, "Missing SA failures: 1\n"));
	assert_non_null(
	        strstr(text, "Inbound SA delete requests: 1\nOutbound SA delete requests: 1\n"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(empty),   T(one),  T(several),  T(messages),
	        T(refused), T(walk), T(clearing), T(statistics), T(every_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
