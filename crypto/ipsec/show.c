/* show crypto ipsec sa, clear crypto ipsec sa. */
#include "crypto/ipsec/show.h"

#include <stdlib.h>

#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/conf.h"
#include "crypto/ipsec/sadb.h"

/* ------------------------------------------------------------------ which flows are meant */

/* How a flow is shown: under its interface, under its peer, or without its SAs. */
enum view { VIEW_SA, VIEW_ENTRY, VIEW_IDENTITY };

struct filter {
	enum view view;
	const char *map, *user;
	bool by_peer, by_spi, detail;
	uint32_t peer, spi;
	char map_text[64], user_text[65];
};

static bool read_spi(struct str text, uint32_t *spi)
{
	char buf[16], *end;
	unsigned long v;

	if (!text.len || !str_copy(buf, sizeof(buf), text))
		return false;
	v = strtoul(buf, &end, 0);
	*spi = (uint32_t)v;
	return !*end && v <= UINT32_MAX;
}

/* A value behind a keyword of the same name ("peer <peer>"): the last of that name. */
static const struct cmd_arg *value_of(const struct cmd *c, const char *name)
{
	const struct cmd_arg *found = NULL;

	for (size_t i = 0; i < c->nargs; i++) {
		if (!strcmp(c->args[i].name, name))
			found = &c->args[i];
	}
	return found;
}

/* Does the flow have the SA that `clear crypto ipsec sa entry` names: where it leads to, protocol, SPI? */
static bool is_entry(const struct cmd *c, const struct sadb_flow *f, uint32_t spi)
{
	uint32_t to = 0;

	if (!cmd_u32(c, "destination", &to))
		return true;
	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		if ((sa->pair.spi_in == spi && sa->pair.local.ip == to) ||
		    (sa->out && sa->pair.spi_out == spi && sa->pair.remote.ip == to))
			return str_eq_cstr(cmd_text(c, "protocol"), "esp"); /* there is no AH */
	}
	return false;
}

static bool filter_read(struct cmd *c, struct filter *f)
{
	const struct cmd_arg *peer = value_of(c, "peer"), *map = value_of(c, "map");
	const struct cmd_arg *user = value_of(c, "user"), *spi = value_of(c, "spi");

	*f = (struct filter){.view = cmd_has(c, "entry")      ? VIEW_ENTRY
	                             : cmd_has(c, "identity") ? VIEW_IDENTITY
	                                                      : VIEW_SA,
	                     .detail = cmd_has(c, "detail"),
	                     .by_peer = peer != NULL,
	                     .by_spi = spi != NULL};
	if (peer)
		f->peer = peer->u32;
	if (map && str_copy(f->map_text, sizeof(f->map_text), map->text))
		f->map = f->map_text;
	if (user && str_copy(f->user_text, sizeof(f->user_text), user->text))
		f->user = f->user_text;
	return !spi || read_spi(spi->text, &f->spi);
}

static bool flow_has_spi(const struct sadb_flow *f, uint32_t spi)
{
	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		if (sa->pair.spi_in == spi || (sa->out && sa->pair.spi_out == spi))
			return true;
	}
	return false;
}

static bool wanted(const struct filter *f, const struct sadb_flow *flow)
{
	const struct sa_pair *p = &flow->sas->pair;

	return (!f->by_peer || p->remote.ip == f->peer) &&
	       (!f->map || !strcmp(p->map_name, f->map)) &&
	       (!f->user || !strcmp(flow->peer->username, f->user)) &&
	       (!f->by_spi || flow_has_spi(flow, f->spi));
}

/* ------------------------------------------------------------------ one flow */

static void show_ident(struct out *o, const char *which, const struct sa_proxy *p)
{
	rec_open(o, which[0] == 'l' ? "local_ident" : "remote_ident");
	rec(o, "- address mask protocol port",
	    "      %s ident (addr/mask/prot/port): (%s/%s/%u/%u)\n", which, ip4_text(p->ip).s,
	    ip4_text(p->mask).s, p->proto, p->port);
	rec_close(o);
}

/* Packets: what was counted since the counters were cleared. */
static struct sa_stats since_clear(const struct ipsec_sadb *db, const struct sadb_flow *f)
{
	struct sa_stats s = sadb_flow_sum(db, f);
	const struct sa_stats none = {0}, *c = f->cleared ? f->cleared : &none;

#define X(name) s.name -= c->name;
	SA_COUNTER_LIST(X)
#undef X
	return s;
}

typedef unsigned long long ull;

static void show_errors(struct out *o, const struct sa_stats *s, bool detail)
{
	if (!detail) {
		rec(o, "send_errors recv_errors", "      #send errors: %llu, #recv errors: %llu\n",
		    (ull)s->errs_out, (ull)s->errs_in);
		return;
	}
	/* what comes for an unknown SPI or goes to nobody's belongs to no flow: show crypto ipsec stats, show asp drop */
	rec(o, "no_sa_send invalid_sa_rcv",
	    "      #pkts no sa (send): %u, #pkts invalid sa (rcv): %u\n", 0u, 0u);
	rec(o, "encaps_failed_send decaps_failed_rcv",
	    "      #pkts encaps failed (send): %llu, #pkts decaps failed (rcv): %llu\n",
	    (ull)s->errs_out, (ull)s->errs_in);
	rec(o, "invalid_prot_rcv verify_failed",
	    "      #pkts invalid prot (rcv): %llu, #pkts verify failed: %llu\n", (ull)s->proto_errs,
	    (ull)s->auth_errs);
	rec(o, "invalid_identity_rcv invalid_len_rcv",
	    "      #pkts invalid identity (rcv): %llu, #pkts invalid len (rcv): %llu\n",
	    (ull)(s->policy_errs - s->proto_errs), (ull)s->len_errs);
	/* a received number never rolls over: there are no extended ones, behind 2^32 - 1 comes a replay */
	rec(o, "replay_rollover_send replay_rollover_rcv",
	    "      #pkts replay rollover (send): %llu, #pkts replay rollover (rcv): %u\n",
	    (ull)s->seq_errs, 0u);
	rec(o, "replay_failed_rcv", "      #pkts replay failed (rcv): %llu\n", (ull)s->replay_errs);
	rec(o, "internal_err_send internal_err_rcv",
	    "      #pkts internal err (send): %llu, #pkts internal err (rcv): %llu\n",
	    (ull)s->internal_out, (ull)s->internal_in);
}

static void show_counters(struct out *o, const struct sa_stats *s, bool detail)
{
	ull in = s->pkts_in, out = s->pkts_out;

	rec_open(o, "packets");
	rec(o, "encaps encrypt digest",
	    "      #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest: %llu\n", out, out, out);
	rec(o, "decaps decrypt verify",
	    "      #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify: %llu\n", in, in, in);
	rec_num(o, "bytes_out", s->bytes_out);
	rec_num(o, "bytes_in", s->bytes_in);
	/* compression is never agreed on */
	out_str(o, "      #pkts compressed: 0, #pkts decompressed: 0\n");
	rec(o, "not_compressed",
	    "      #pkts not compressed: %llu, #pkts comp failed: 0, #pkts decomp failed: 0\n",
	    out);
	rec(o, "pre_frag_successes pre_frag_failures fragments_created",
	    "      #pre-frag successes: %llu, #pre-frag failures: %llu, #fragments created: %llu\n",
	    (ull)s->prefrag_ok, (ull)s->prefrag_fail, (ull)s->frags_out);
	rec_num(o, "post_frag_successes", s->postfrag_ok);
	rec_num(o, "post_frag_failures", s->postfrag_fail);
	rec(o, "pmtus_sent pmtus_rcvd decapsulated_fragments",
	    "      #PMTUs sent: %llu, #PMTUs rcvd: %llu, #decapsulated frgs needing reassembly: "
	    "%llu\n",
	    (ull)s->pmtu_sent, (ull)s->pmtu_rcvd, (ull)s->inner_frags_in);
	/* dummy packets are not sent. Only UDP passes these SAs, an ICMP error inside is an invalid protocol */
	rec(o, "tfc_rcvd", "      #TFC rcvd: %llu, #TFC sent: 0\n", (ull)s->tfc_in);
	out_str(o, "      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0\n");
	show_errors(o, s, detail);
	rec_close(o);
}

static const char *df_name(uint8_t policy)
{
	static const char *const names[] = {"copy-df", "set-df", "clear-df"};

	return policy < 3 ? names[policy] : "copy-df";
}

/* The newest pair, and the newest that sends too. */
static const struct sadb_sa *newest(const struct sadb_flow *f, bool out)
{
	const struct sadb_sa *found = NULL;

	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		if (!out || sa->out)
			found = sa;
	}
	return found;
}

static void show_endpoints(struct out *o, const struct ipsec_sadb *db, const struct sadb_flow *f)
{
	const struct sa_pair *p = &newest(f, false)->pair;
	const struct sadb_sa *out = newest(f, true);
	unsigned before = 0, all = esp_overhead(p->alg, p->mode, p->udp_encap, &before);
	unsigned mtu = db->hooks.mtu ? db->hooks.mtu(db->hooks.ctx, p->ifname) : 1500;
	struct sadb_path path = sadb_path(db, out, mtu);

	rec(o, "local_endpoint local_port remote_endpoint remote_port",
	    "      local crypto endpt.: %s/%u, remote crypto endpt.: %s/%u\n",
	    ip4_text(p->local.ip).s, p->udp_encap ? p->local.port : 0, ip4_text(p->remote.ip).s,
	    p->udp_encap ? p->remote.port : 0);
	rec(o, "path_mtu overhead overhead_clear media_mtu",
	    "      path mtu %u, ipsec overhead %u(%u), media mtu %u\n", path.mtu, all, before, mtu);
	rec(o, "pmtu_time_remaining_s df_policy",
	    "      PMTU time remaining (sec): %u, DF policy: %s\n", path.left_s,
	    df_name(p->df_policy));
	out_str(o, "      ICMP error validation: disabled, TFC packets: disabled\n");
	rec(o, "outbound_spi", "      current outbound spi: %08X\n", out ? out->pair.spi_out : 0);
	rec(o, "inbound_spi", "      current inbound spi : %08X\n", p->spi_in);
}

static void show_timing(struct out *o, const struct ipsec_sadb *db, const struct sadb_sa *sa,
                        uint64_t bytes)
{
	uint32_t kb = sa->pair.life_kb, left_s = sadb_life_left_s(db, sa);
	uint32_t left_kb = bytes / 1024 >= kb ? 0 : kb - (uint32_t)(bytes / 1024);

	if (kb && sa->pair.life_s)
		rec(o, "remaining_kb remaining_s",
		    "         sa timing: remaining key lifetime (kB/sec): (%u/%u)\n", left_kb,
		    left_s);
	else if (kb)
		rec(o, "remaining_kb", "         sa timing: remaining key lifetime (kB): (%u)\n",
		    left_kb);
	else if (sa->pair.life_s)
		rec(o, "remaining_s", "         sa timing: remaining key lifetime (sec): %u\n",
		    left_s);
	else
		out_str(o, "         sa timing: remaining key lifetime: unlimited\n");
}

static void show_sa(struct out *o, const struct ipsec_sadb *db, const struct sadb_sa *sa,
                    bool inbound)
{
	const struct sa_pair *p = &sa->pair;
	uint32_t spi = inbound ? p->spi_in : p->spi_out;
	const struct esp_cipher_info *cipher = esp_cipher_info(p->alg);
	struct sa_stats s;
	uint64_t map = 1;

	sadb_sa_stats(db, sa, &s);
	if (inbound && s.exists)
		map = s.replay_map[0];
	rec_open(o, NULL);
	rec(o, "- spi", "      spi: 0x%08X (%u)\n", spi, spi);
	rec(o, "state", "         SA State: %s\n", sa->out ? "active" : "embryonic");
	rec(o, "cipher mac", "         transform: %s %s no compression \n", esp_cipher_name(p->alg),
	    esp_mac_name(p->alg.mac));
	rec(o, "mode - -", "         in use settings ={RA, %s, %sIKEv1, %s}\n",
	    p->mode == ESP_TRANSPORT ? "Transport" : "Tunnel",
	    p->udp_encap ? " NAT-T-Encaps, " : "", s.icv_cut ? "ICV-96, " : "");
	rec_bool(o, "nat_t", p->udp_encap);
	rec_bool(o, "icv_96", s.icv_cut);
	rec(o, "conn_id crypto_map", "         slot: 0, conn_id: %u, crypto-map: %s\n", sa->conn_id,
	    p->map_name);
	show_timing(o, db, sa, inbound ? s.bytes_in : s.bytes_out);
	rec(o, "iv_size", "         IV size: %u bytes\n",
	    cipher ? (unsigned)prim_cipher_block(cipher->prim) : 0);
	rec(o, "replay_detection?", "         replay detection support: %s\n",
	    p->replay_window ? "Y" : "N");
	if (p->replay_window) {
		out_printf(o, "         Anti replay bitmap:\n          0x%08X 0x%08X\n",
		           (uint32_t)(map >> 32), (uint32_t)map);
		rec_num(o, "anti_replay_bitmap", map);
	}
	rec_close(o);
}

static void show_identity(struct out *o, const struct sadb_flow *f)
{
	const struct sa_pair *p = &f->sas->pair;

	rec(o, "crypto_map_tag seq_num local_addr",
	    "    Crypto map tag: %s, seq num: %u, local addr: %s\n\n", p->map_name, p->map_seq,
	    ip4_text(p->local.ip).s);
	show_ident(o, "local", &p->local_proxy);
	show_ident(o, "remote", &p->remote_proxy);
	rec(o, "current_peer username", "      current_peer: %s, username: %s\n",
	    ip4_text(newest(f, false)->pair.remote.ip).s, f->peer->username);
	rec(o, "dynamic_allocated_peer_ip", "      dynamic allocated peer ip: %s\n\n",
	    ip4_text(f->peer->ip).s);
}

static void show_sas_of(struct out *o, const struct ipsec_sadb *db, const struct sadb_flow *f)
{
	out_str(o, "    inbound esp sas:\n");
	rec_list(o, "inbound_esp_sas");
	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow)
		show_sa(o, db, sa, true);
	rec_close(o);
	out_str(o, "    outbound esp sas:\n");
	rec_list(o, "outbound_esp_sas");
	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		if (sa->out)
			show_sa(o, db, sa, false);
	}
	rec_close(o);
	out_str(o, "\n");
}

static void show_flow(struct out *o, const struct ipsec_sadb *db, const struct sadb_flow *f,
                      const struct filter *filter)
{
	struct sa_stats sum = since_clear(db, f);

	rec_open(o, NULL);
	if (filter->view != VIEW_ENTRY)
		rec_text(o, "interface", f->sas->pair.ifname);
	if (filter->view == VIEW_ENTRY)
		rec(o, "peer", "peer address: %s\n", ip4_text(newest(f, false)->pair.remote.ip).s);
	show_identity(o, f);
	show_counters(o, &sum, filter->detail);
	if (filter->view != VIEW_IDENTITY) {
		out_str(o, "\n");
		show_endpoints(o, db, f);
		out_str(o, "\n");
		show_sas_of(o, db, f);
	} else {
		out_str(o, "\n");
	}
	rec_close(o);
}

/* ------------------------------------------------------------------ show crypto ipsec sa */

static int by_place(const void *pa, const void *pb)
{
	const struct sadb_flow *const *fa = pa, *const *fb = pb;
	const struct sa_pair *a = &(*fa)->sas->pair, *b = &(*fb)->sas->pair;
	int diff = strcmp(a->ifname, b->ifname);

	if (!diff)
		diff = strcmp(a->map_name, b->map_name);
	if (!diff)
		diff = (int)a->map_seq - (int)b->map_seq;
	if (!diff)
		diff = (*fa)->sas->conn_id < (*fb)->sas->conn_id ? -1 : 1;
	return diff;
}

static int by_peer(const void *pa, const void *pb)
{
	const struct sadb_flow *const *fa = pa, *const *fb = pb;
	uint32_t a = newest(*fa, false)->pair.remote.ip, b = newest(*fb, false)->pair.remote.ip;

	return a != b ? (a < b ? -1 : 1) : by_place(pa, pb);
}

/* keys: of the two numbers */
static void summary_row(struct out *o, const char *key, const char *left, size_t n,
                        const char *peak_key, const char *right, size_t m)
{
	out_printf(o, "%-17s:%6zu", left, n);
	rec_num(o, key, n);
	if (right) {
		out_printf(o, "         %-20s:%6zu", right, m);
		rec_num(o, peak_key, m);
	}
	out_str(o, "\n");
}

/* There are no LAN-to-LAN SAs; UDP is that of NAT-T alone, TCP and load balancing are not served. */
static void show_summary(struct out *o, const struct ipsec_sadb *db)
{
	size_t natt = 0;

	for (const struct sadb_sa *sa = db->first; sa; sa = sa->next)
		natt += sa->pair.udp_encap ? 1u + sa->out : 0;
	out_str(o, "\nCurrent IPsec SA's:            Peak IPsec SA's:\n");
	summary_row(o, "ipsec", "IPsec", db->single - natt, "peak_sa", "Peak Concurrent SA",
	            db->peak);
	summary_row(o, "ipsec_over_udp", "IPsec over UDP", 0, "peak_l2l", "Peak Concurrent L2L", 0);
	summary_row(o, "ipsec_over_nat_t", "IPsec over NAT-T", natt, "peak_ra",
	            "Peak Concurrent RA", db->peak);
	summary_row(o, "ipsec_over_tcp", "IPsec over TCP", 0, NULL, NULL, 0);
	summary_row(o, "ipsec_vpn_lb", "IPsec VPN LB", 0, NULL, NULL, 0);
	summary_row(o, "total", "Total", db->single, NULL, NULL, 0);
	out_str(o, "\n");
}

static int show_ipsec_sa(struct cmd *c)
{
	const struct ipsec_sadb *db = c->ctx;
	const struct sadb_flow **flows;
	const char *ifname = NULL;
	struct filter filter;
	size_t n = 0;

	if (cmd_has(c, "summary")) {
		show_summary(c->out, db);
		return CMD_OK;
	}
	if (!filter_read(c, &filter))
		return cmd_fail(c, "SPI not valid");
	flows = calloc(db->nflows + 1, sizeof(*flows));
	if (!flows)
		return cmd_fail(c, "out of memory");
	for (const struct sadb_flow *f = db->flow_first; f; f = f->next) {
		if (wanted(&filter, f))
			flows[n++] = f;
	}
	qsort(flows, n, sizeof(*flows), filter.view == VIEW_ENTRY ? by_peer : by_place);
	if (!n)
		out_str(c->out, "\nThere are no ipsec sas\n");
	rec_list(c->out, "ipsec_sas");
	for (size_t i = 0; i < n; i++) {
		const char *name = flows[i]->sas->pair.ifname;

		if (filter.view != VIEW_ENTRY && (!ifname || strcmp(ifname, name)))
			out_printf(c->out, "interface: %s\n", name);
		ifname = name;
		if (cmd_pix(c)) {
			struct sa_stats sum = since_clear(db, flows[i]);
			ipsec_show_pix_flow(c->out, db, flows[i], &sum);
			continue;
		}
		show_flow(c->out, db, flows[i], &filter);
	}
	rec_close(c->out);
	free(flows);
	return CMD_OK;
}

/* ------------------------------------------------------------------ clear crypto ipsec sa */

static int clear_ipsec_sa(struct cmd *c)
{
	struct ipsec_sadb *db = c->ctx;
	struct filter filter;
	uint32_t *flows;
	size_t n = 0;

	if (!filter_read(c, &filter))
		return cmd_fail(c, "SPI not valid");
	if (cmd_has(c, "counters")) {
		for (struct sadb_flow *f = db->flow_first; f; f = f->next) {
			if (!f->cleared)
				f->cleared = pool_get(db->stats_pool);
			if (!f->cleared)
				return cmd_fail(c, "out of memory");
			*f->cleared = sadb_flow_sum(db, f);
		}
		return CMD_OK;
	}
	/* ending a flow changes the list: first who, then the deed */
	flows = calloc(db->nflows + 1, sizeof(*flows));
	if (!flows)
		return cmd_fail(c, "out of memory");
	for (const struct sadb_flow *f = db->flow_first; f; f = f->next) {
		if (wanted(&filter, f) && is_entry(c, f, filter.spi))
			flows[n++] = f->flow;
	}
	for (size_t i = 0; i < n && db->hooks.drop_flow; i++)
		db->hooks.drop_flow(db->hooks.ctx, flows[i]);
	free(flows);
	return CMD_OK;
}

static const struct cmd_entry commands[] = {
        {"show_ipsec_sa", show_ipsec_sa},
        {"show_ipsec_stats", ipsec_show_stats},
        {"clear_ipsec_stats", ipsec_clear_stats},
        {"clear_ipsec_sa", clear_ipsec_sa},
};

void ipsec_show_register(struct ipsec_sadb *db)
{
	cmd_register(commands, sizeof(commands) / sizeof(commands[0]), db);
}
