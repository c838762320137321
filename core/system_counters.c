/* show counters, show crypto accelerator statistics: what was counted in all places, and what the cipher did. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/aaa/local.h"
#include "core/gateway.h"
#include "core/system_show.h"

/* ------------------------------------------------------------------ show counters */

enum { COUNTERS_MAX = 192 };

struct counter {
	const char *protocol;
	char name[40];
	uint64_t value;
};

struct counters {
	struct counter v[COUNTERS_MAX];
	size_t n;
	const char *protocol; /* of those that are added next */
};

/* What `clear counters` took off; the counters come in the same order every time. */
static uint64_t cleared[COUNTERS_MAX];

/* "In P2 Sa Delete Requests", "pkts_in", "esp-no-sa" -> IN_P2_SA_DELETE_REQUESTS, PKTS_IN, ESP_NO_SA */
static void add(void *arg, const char *name, uint64_t value)
{
	struct counters *all = arg;
	if (all->n == COUNTERS_MAX)
		return;
	struct counter *c = &all->v[all->n];
	size_t i = 0;
	for (; name[i] != '\0' && i + 1 < sizeof c->name; i++)
		c->name[i] = name[i] == ' ' || name[i] == '-'   ? '_'
		             : name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 32)
		                                                : name[i];
	c->name[i] = '\0';
	c->protocol = all->protocol;
	uint64_t *base = &cleared[all->n++];
	*base = value < *base ? value : *base; /* what is there now (active tunnels) may become less */
	c->value = value - *base;
}

/* One socket for each thread: what went through it. */
static void sockets(struct counters *all, const char *protocol, const struct udp_stats *const *s,
                    size_t n)
{
	struct udp_stats sum = {0};
	for (size_t i = 0; i < n; i++) {
#define X(name) ctr_add(&sum.name, ctr_get(&s[i]->name));
		UDP_STATS_LIST(X)
#undef X
	}
	all->protocol = protocol;
#define X(name) add(all, #name, ctr_get(&sum.name));
	UDP_STATS_LIST(X)
#undef X
}

/* The device: its queues, one for each thread. */
static void device(struct counters *all, const struct tun *queues, size_t n)
{
	struct tun sum = {0};
	for (size_t i = 0; i < n; i++) {
#define X(name) ctr_add(&sum.name, ctr_get(&queues[i].name));
		TUN_STATS_LIST(X)
#undef X
	}
	all->protocol = "TUN";
#define X(name) add(all, #name, ctr_get(&sum.name));
	TUN_STATS_LIST(X)
#undef X
}

static void collect(struct gateway *gw, struct counters *all)
{
	const struct udp_stats *udp[1 + WORKERS_MAX] = {udp_stats(gw->udp500)}, *esp[WORKERS_MAX] = {0};
	const unsigned workers = workers_count(gw->workers);
	const struct sa_stats sum = ipsec_sadb_sum(gw->sadb);
	const struct ppp_stats *ppp = ppp_stats(gw->ppp);
	*all = (struct counters){.protocol = "IKEV1"};
	ike_each_stat(gw->ike, add, all);
	all->protocol = "DH";
	if (gw->dh != NULL) {
		const struct prim_dh_pool_stats dh = prim_dh_pool_stats(gw->dh);
#define X(name) add(all, #name, dh.name);
		PRIM_DH_POOL_LIST(X)
#undef X
	}
	all->protocol = "IPSEC";
#define X(name) add(all, #name, sum.name);
	SA_COUNTER_LIST(X)
#undef X
	all->protocol = "L2TP";
#define X(name, text) add(all, #name, l2tp_refused(gw->l2tp, L2TP_REFUSE_##name));
	L2TP_REFUSE_LIST(X)
#undef X
	all->protocol = "PPP";
	add(all, "sessions", ppp->total);
	add(all, "denied", ppp->denied);
	all->protocol = "AAA";
	add(all, "authentications", aaa_requests());
	add(all, "authorizations", aaa_authorizations());
	for (unsigned i = 0; i < workers; i++) {
		udp[1 + i] = udp_stats(gw->udp4500[i]);
		esp[i] = rawesp_stats(gw->raw[i]);
	}
	sockets(all, "UDP", udp, 1 + workers);
	sockets(all, "ESP", esp, workers);
	device(all, gw->tun, workers);
	all->protocol = "DROP";
	for (int r = 1; r < DROP_N; r++)
		add(all, drop_name(r), gateway_drops(gw, (enum drop_reason)r));
}

static bool is_wanted(const struct cmd *c, const struct counter *k)
{
	struct str protocol = cmd_text(c, "proto");
	return protocol.len == 0 || str_caseeq(protocol, str_of(k->protocol));
}

static int show_counters(struct cmd *c)
{
	struct counters all;
	uint32_t least = 1;
	collect(c->ctx, &all);
	cmd_u32(c, "least", &least);
	out_printf(c->out, "%-12s %-28s %14s   %s\n", "Protocol", "Counter", "Value", "Context");
	rec_list(c->out, "counters");
	for (size_t i = 0; i < all.n; i++) {
		const struct counter *k = &all.v[i];
		if (k->value < least || !is_wanted(c, k))
			continue;
		rec_open(c->out, NULL);
		rec(c->out, "protocol counter value context", "%-12s %-28s %14" PRIu64 "   %s\n",
		    k->protocol, k->name, k->value, "single_vf");
		rec_close(c->out);
	}
	rec_close(c->out);
	return CMD_OK;
}

static int clear_counters(struct cmd *c)
{
	struct counters all;
	collect(c->ctx, &all);
	for (size_t i = 0; i < all.n; i++)
		if (is_wanted(c, &all.v[i]))
			cleared[i] += all.v[i].value;
	return CMD_OK;
}

/* ------------------------------------------------------------------ show crypto accelerator statistics */

/* Everything an accelerator does is done by the one engine there is, in software. What `clear crypto accelerator
 * statistics` took off: */
static struct {
	struct sa_stats ipsec;
	struct crypto_work ike;
	uint64_t at_ms;
} before;

static struct sa_stats ipsec_since(const struct gateway *gw)
{
	struct sa_stats s = ipsec_sadb_sum(gw->sadb);
#define X(name) s.name -= before.ipsec.name;
	SA_COUNTER_LIST(X)
#undef X
	return s;
}

static struct crypto_work ike_since(const struct gateway *gw)
{
	struct crypto_work w = ike_work(gw->ike);
#define X(name, field, text) w.name -= before.ike.name;
	CRYPTO_WORK_LIST(X)
#undef X
	return w;
}

static void row(struct out *o, unsigned indent, const char *key, const char *label, uint64_t n)
{
	out_printf(o, "%*s%s: %" PRIu64 "\n", (int)indent, "", label, n);
	rec_num(o, key, n);
}

static void global_block(struct out *o, const struct sa_stats *s)
{
	out_str(o, "[Global Statistics]\n");
	rec_open(o, "global");
	row(o, 3, "active_accelerators", "Number of active accelerators", 1);
	row(o, 3, "non_operational_accelerators", "Number of non-operational accelerators", 0);
	row(o, 3, "input_packets", "Input packets", s->pkts_in + s->errs_in);
	row(o, 3, "input_bytes", "Input bytes", s->bytes_in);
	row(o, 3, "output_packets", "Output packets", s->pkts_out);
	row(o, 3, "output_error_packets", "Output error packets", s->errs_out);
	row(o, 3, "output_bytes", "Output bytes", s->bytes_out);
	rec_close(o);
}

static void input_block(struct out *o, const struct sa_stats *s, const struct crypto_work *w)
{
	out_str(o, "   [Input statistics]\n");
	rec_open(o, "input");
	row(o, 6, "input_packets", "Input packets", s->pkts_in + s->errs_in);
	row(o, 6, "input_bytes", "Input bytes", s->bytes_in);
	row(o, 6, "input_hashed_packets", "Input hashed packets", s->pkts_in + s->auth_errs);
	row(o, 6, "decrypted_packets", "Decrypted packets", s->pkts_in + s->pad_errs);
	row(o, 6, "decrypted_bytes", "Decrypted bytes", s->bytes_in);
	row(o, 6, "decrypted_messages", "Decrypted IKE messages", w->decrypt);
	rec_close(o);
}

static void output_block(struct out *o, const struct sa_stats *s, const struct crypto_work *w)
{
	out_str(o, "   [Output statistics]\n");
	rec_open(o, "output");
	row(o, 6, "output_packets", "Output packets", s->pkts_out);
	row(o, 6, "output_bad_packets", "Output bad packets", s->internal_out);
	row(o, 6, "output_bytes", "Output bytes", s->bytes_out);
	row(o, 6, "output_hashed_packets", "Output hashed packets", s->pkts_out);
	row(o, 6, "encrypted_packets", "Encrypted packets", s->pkts_out);
	row(o, 6, "encrypted_bytes", "Encrypted bytes", s->bytes_out);
	row(o, 6, "encrypted_messages", "Encrypted IKE messages", w->encrypt);
	rec_close(o);
}

static void batch_text(char *text, size_t cap, unsigned least)
{
	if (least == 0)
		snprintf(text, cap, "one by one");
	else
		snprintf(text, cap, "side by side from %u", least);
}

/* Who works on packets, and how many of an algorithm have to be in a batch for it to be done side by side. */
static void library_block(const struct gateway *gw, struct out *o)
{
	struct prim_about about;
	char outwards[40], inwards[40];
	prim_about(gw->opt.crypto, &about);
	rec(o, "library", "   Library: %s\n", about.library);
	rec_list(o, "algorithms");
	for (size_t i = 0; i < about.n; i++) {
		batch_text(outwards, sizeof outwards, about.alg[i].out);
		batch_text(inwards, sizeof inwards, about.alg[i].in);
		rec_open(o, NULL);
		rec(o, "name - -", "      %s: out %s, in %s\n", about.alg[i].name, outwards,
		    inwards);
		rec_num(o, "batch_out", about.alg[i].out);
		rec_num(o, "batch_in", about.alg[i].in);
		rec_close(o);
	}
	rec_close(o);
}

/* RSA and SSL have no part: there are neither certificates nor a server that would use them. */
static int show_accelerator(struct cmd *c)
{
	const struct gateway *gw = c->ctx;
	struct sa_stats s = ipsec_since(gw);
	struct crypto_work w = ike_since(gw);
	struct out *o = c->out;
	out_str(o, "\nCrypto Accelerator Status\n-------------------------\n[Capability]\n");
	rec(o, "hardware_crypto?", "   Supports hardware crypto: %s\n", "False");
	row(o, 3, "max_accelerators", "Max accelerators", 1);
	row(o, 3, "max_crypto_connections", "Max crypto connections", PPP_SESSIONS_MAX);
	global_block(o, &s);
	out_str(o, "[Accelerator 0]\n");
	rec(o, "status", "   Status: %s\n", "OK");
	rec(o, "engine", "   %s\n", "Software crypto engine");
	library_block(gw, o);
	row(o, 3, "active_time_s", "Active time (seconds)",
	    (clock_now(&gw->clock) - gw->started_ms) / 1000);
	row(o, 3, "crypto_transforms", "Total crypto transforms",
	    s.pkts_in + s.pkts_out + w.encrypt + w.decrypt);
	row(o, 3, "dropped_packets", "Total dropped packets", s.errs_in + s.errs_out);
	input_block(o, &s, &w);
	output_block(o, &s, &w);
	out_str(o, "   [Diffie-Hellman statistics]\n");
	rec_open(o, "diffie_hellman");
	row(o, 6, "secret_keys_derived", "Secret keys derived", w.key_allocated);
	rec_close(o);
	out_str(o, "   [RNG statistics]\n");
	rec_open(o, "rng");
	row(o, 6, "random_number_requests", "Random number requests", w.random);
	rec_close(o);
	return CMD_OK;
}

static int clear_accelerator(struct cmd *c)
{
	const struct gateway *gw = c->ctx;
	before.ipsec = ipsec_sadb_sum(gw->sadb);
	before.ike = ike_work(gw->ike);
	return CMD_OK;
}

void system_counters_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_counters", show_counters},
	        {"clear_counters", clear_counters},
	        {"show_crypto_accelerator", show_accelerator},
	        {"clear_crypto_accelerator", clear_accelerator},
	};
	memset(cleared, 0, sizeof cleared);
	memset(&before, 0, sizeof before);
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
