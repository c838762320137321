/* What the IKE commands print, byte for byte; what debug prints; messages in fragments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/ike_initiator.h"

static void run(const char *name, const char *arg, uint32_t value, struct out *out)
{
	struct cmd_arg a = {.name = arg, .u32 = value};
	void *ctx = NULL;
	cmd_fn *fn = cmd_find(name, &ctx);
	assert_non_null(fn);
	struct cmd cmd = {.out = out, .args = &a, .nargs = arg != NULL ? 1 : 0, .ctx = ctx};
	out_clear(out);
	assert_int_equal(fn(&cmd), CMD_OK);
}

static void shows_sas(void **state)
{
	struct net *net = *state;
	struct out out;
	out_init(&out);

	run("show_isakmp_sa", NULL, 0, &out);
	assert_string_equal(out.text, "\nThere are no IKEv1 SAs\n\nThere are no IKEv2 SAs\n");
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	net_run(net, 59000);
	run("show_isakmp_sa", NULL, 0, &out);
	assert_string_equal(
	        out.text,
	        "\nIKEv1 SAs:\n\n"
	        "   Active SA: 1\n"
	        "    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)\n"
	        "Total IKE SA: 1\n\n"
	        "1   IKE Peer: 203.0.113.101\n"
	        "    Type    : user            Role    : responder \n"
	        "    Rekey   : no              State   : MM_ACTIVE \n"
	        "\nThere are no IKEv2 SAs\n");
	run("show_ikev1_sa", "detail", 0, &out);
	assert_string_equal(
	        out.text,
	        "\nIKEv1 SAs:\n\n"
	        "   Active SA: 1\n"
	        "    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)\n"
	        "Total IKE SA: 1\n\n"
	        "1   IKE Peer: 203.0.113.101\n"
	        "    Type    : user            Role    : responder \n"
	        "    Rekey   : no              State   : MM_ACTIVE \n"
	        "    Encrypt : 3des            Hash    : SHA       \n"
	        "    Auth    : preshared       Lifetime: 28800\n"
	        "    Lifetime Remaining: 28740\n");
	out_free(&out);
}

static void shows_stats_in_columns(void **state)
{
	struct net *net = *state;
	struct out out;
	out_init(&out);
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	run("show_ikev1_stats", NULL, 0, &out);
	assert_non_null(
	        strstr(out.text, "\nGlobal IKEv1 Statistics\n  Active Tunnels:              1\n"));
	assert_non_null(strstr(out.text, "\n  In P2 Exchanges:             1\n"));
	assert_non_null(strstr(out.text, "\n  In P2 Sa Delete Requests:    0\n"));
	assert_non_null(strstr(out.text, "\n  Out P2 Sa Delete Requests:   0\n"));
	assert_non_null(
	        strstr(out.text,
	               "\n  No Sa Fails:                 0\n\nIKEV1 Call Admission Statistics\n"));
	assert_non_null(strstr(out.text, "\n  In-Negotiation SAs Highwater:            1\n"));
	out_free(&out);
}

static void half_open_and_refused(void **state)
{
	struct net *net = *state;
	struct out out;
	out_init(&out);
	net->server.dh_hold = true;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	run("show_ikev1_sa", NULL, 0, &out);
	assert_non_null(strstr(out.text, "State   : MM_BLD_MSG4 \n"));
	prim_dh_run(net->server.dh.job);
	net->server.dh.done(net->server.dh.arg);
	net_run(net, 1000);
	run("show_ikev1_sa", NULL, 0, &out);
	assert_non_null(strstr(out.text, "State   : MM_ACTIVE \n"));
	out_free(&out);
}

static void clears(void **state)
{
	struct net *net = *state;
	struct out out;
	out_init(&out);
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	run("clear_ikev1_sa", "peer", 0x01020304, &out);
	assert_int_equal(net->server.peer_downs, 0);
	run("clear_ikev1_sa", "peer", CLIENT_IP, &out);
	assert_int_equal(net->server.peer_downs, 1);
	assert_int_equal(out.len, 0);
	net_run(net, 1000);
	assert_int_equal(net->client.flow_downs, 1);
	out_free(&out);
}

static void collect(void *arg, const struct ike_peer_info *info)
{
	*(struct ike_peer_info *)arg = *info;
}

static void collect_child(void *arg, const struct ike_child_info *info)
{
	*(struct ike_child_info *)arg = *info;
}

static void tells_others(void **state)
{
	struct net *net = *state;
	struct ike_peer_info info = {0};
	struct ike_child_info child = {0};
	struct ike_counts counts;
	net_client(net, &net->client, PRIVATE_IP, NAT_IP, "aes-256", "sha", 14);
	client_connect(&net->client);
	ike_peer_set_user(net->server.ike, net->server.up_peer, "jdoe", 0x0a040501);
	ike_each_peer(net->server.ike, collect, &info);
	assert_int_equal(info.peer, net->server.up_peer);
	assert_string_equal(info.user, "jdoe");
	assert_int_equal(info.client_ip, 0x0a040501);
	assert_string_equal(info.encrypt, "AES256");
	assert_string_equal(info.hash, "SHA1");
	assert_string_equal(info.auth, "preSharedKeys");
	assert_int_equal(info.dh_group, 14);
	assert_true(info.udp_encap && info.remote_nat && !info.local_nat && info.has_sa);
	assert_int_equal(info.nflows, 1);
	ike_each_child(net->server.ike, info.peer, collect_child, &child);
	assert_true(child.current);
	assert_int_equal(child.pair.spi_in, node_sa(&net->server)->pair.spi_in);
	assert_int_equal(child.remaining_s, 3599);
	ike_counts(net->server.ike, &counts);
	assert_int_equal(counts.peers, 1);
	assert_int_equal(counts.ike_sas, 1);
	assert_int_equal(counts.child_sas, 1);
	assert_false(ike_peer_info(net->server.ike, 4711, &info));
}

static char lines[200000];
static void debug_line(void *arg, const char *line)
{
	(void)arg;
	size_t used = strlen(lines);
	snprintf(lines + used, sizeof lines - used, "%s\n", line);
}

/* Each line of the reference sequence is there, in its order; no secret is. */
static void debug_follows_the_reference(void **state)
{
	struct net *net = *state;
	static const char *const want[] = {
	        "[IKEv1]IP = 203.0.113.101, IKE_DECODE RECEIVED Message (msgid=0) with payloads : "
	        "HDR + SA (1) + VENDOR (13)",
	        "[IKEv1 DEBUG]IP = 203.0.113.101, processing SA payload",
	        "Oakley proposal is acceptable",
	        "Received NAT-Traversal RFC VID",
	        "IKE SA Proposal # 1, Transform # 1 acceptable  Matches global IKE entry # 10",
	        "constructing ISAKMP SA payload",
	        "constructing NAT-Traversal VID ver RFC payload",
	        "[IKEv1]IP = 203.0.113.101, IKE_DECODE SENDING Message (msgid=0) with payloads : "
	        "HDR + SA (1)",
	        "HDR + KE (4) + NONCE (10) + NAT-D (20) + NAT-D (20) + NONE (0) total length : ",
	        "computing NAT Discovery hash",
	        "[IKEv1]Group = DefaultRAGroup, IP = 203.0.113.101, Connection landed on "
	        "tunnel_group DefaultRAGroup",
	        "Generating keys for Responder...",
	        "HDR + ID (5) + HASH (8) + NONE (0) total length : ",
	        "[IKEv1 DECODE]Group = DefaultRAGroup, IP = 203.0.113.101, ID_IPV4_ADDR ID "
	        "received",
	        "PHASE 1 COMPLETED",
	        "Starting P1 rekey timer: 27360 seconds.",
	        "IKE Responder starting QM: msg id = ",
	        "Received remote Proxy Host data in ID Payload:  Address 203.0.113.101, Protocol "
	        "17, Port 1701",
	        "L2TP/IPSec session detected.",
	        "IKE Remote Peer configured for crypto map: dyno",
	        "IKE: requesting SPI!",
	        "oakley constucting quick mode",
	        "IKE Responder sending 2nd QM pkt: msg id = ",
	        "Security negotiation complete for User ()  Responder, Inbound SPI = 0x",
	        "Starting P2 rekey timer: 3420 seconds.",
	        "PHASE 2 COMPLETED (msgid=",
	};
	struct debug_sink sink = {.write = debug_line};
	lines[0] = '\0';
	debug_sink_add(&sink);
	debug_set(&sink, DEBUG_IKEV1, 255);
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	client_connect(&net->client);
	debug_sink_remove(&sink);
	const char *at = lines;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		const char *found = strstr(at, want[i]);
		if (found == NULL)
			fail_msg("not there (in this order): %s", want[i]);
		at = found;
	}
	assert_null(strstr(lines, "a-shared-key"));
}

/* ------------------------------------------------------------------ fragments */

static unsigned frag_order; /* 0 in order, 1 reversed, 2 the first one lost once */

/* Cuts MM5, as Windows does when certificates make it long. */
static bool cut(struct net *net, struct net_packet *p)
{
	struct rd r = rd_of(p->data, p->len);
	struct ike_hdr hdr;
	if (p->to != &net->server || !ike_hdr_read(&r, &hdr) || hdr.exch != EXCH_MAIN ||
	    !(hdr.flags & IKE_FLAG_ENCRYPTED))
		return true;
	enum { PART = 30 };
	size_t n = (p->len + PART - 1) / PART;
	for (size_t k = 0; k < n; k++) {
		size_t i = frag_order == 1 ? n - 1 - k : k;
		size_t len = i + 1 < n ? PART : p->len - i * PART;
		struct net_packet *f = calloc(1, sizeof *f);
		*f = *p;
		struct wr w = wr_of(f->data, sizeof f->data);
		wr_bytes(&w, p->data, 16);
		wr_u8(&w, PAYLOAD_FRAGMENT);
		wr_bytes(&w, p->data + 17, 7);
		wr_u32(&w, (uint32_t)(IKE_HDR_LEN + 8 + len));
		wr_u8(&w, 0);
		wr_u8(&w, 0);
		wr_u16(&w, (uint16_t)(8 + len));
		wr_u16(&w, 1);
		wr_u8(&w, (uint8_t)(i + 1));
		wr_u8(&w, i + 1 == n);
		wr_bytes(&w, p->data + i * PART, len);
		f->len = wr_len(&w);
		if (frag_order == 2 && i == 0) {
			frag_order = 0; /* comes with the repetition */
			free(f);
			continue;
		}
		net->queue[net->nqueue++] = f;
	}
	return false;
}

static void fragments_are_put_together(void **state)
{
	struct net *net = *state;
	for (unsigned order = 0; order < 3; order++) {
		frag_order = order;
		net->filter = cut;
		net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
		client_connect(&net->client);
		net_run(net, 10000);
		assert_true(net_sas_match(node_sa(&net->server), node_sa(&net->client)));
		net_run(net, 100000); /* what was repeated in vain is forgotten */
		assert_null(net->server.ike->sas->frag);
		net_show_teardown(state);
		net_show_setup(state);
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, net_show_setup, net_show_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(shows_sas),
	        T(shows_stats_in_columns),
	        T(half_open_and_refused),
	        T(clears),
	        T(tells_others),
	        T(debug_follows_the_reference),
	        T(fragments_are_put_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
