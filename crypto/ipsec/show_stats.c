/* show crypto ipsec stats: all flows there are and were. */
#include "crypto/ipsec/sadb.h"

typedef unsigned long long ull;

static uint64_t dropped(const struct ipsec_sadb *db, enum drop_reason why)
{
	return db->hooks.drops ? db->hooks.drops(db->hooks.ctx, why) : 0;
}

static void stats_inbound(struct out *o, const struct sa_stats *s)
{
	rec_open(o, "inbound");
	rec(o, "bytes - packets",
	    "Inbound\n    Bytes: %llu\n    Decompressed bytes: %llu\n    Packets: %llu\n",
	    (ull)s->bytes_in, (ull)s->bytes_in, (ull)s->pkts_in);
	rec(o, "dropped_packets replay_failures",
	    "    Dropped packets: %llu\n    Replay failures: %llu\n", (ull)s->errs_in,
	    (ull)s->replay_errs);
	rec(o, "authentications authentication_failures",
	    "    Authentications: %llu\n    Authentication failures: %llu\n",
	    (ull)(s->pkts_in + s->auth_errs), (ull)s->auth_errs);
	rec(o, "decryptions decryption_failures",
	    "    Decryptions: %llu\n    Decryption failures: %llu\n",
	    (ull)(s->pkts_in + s->pad_errs), (ull)(s->internal_in + s->pad_errs));
	rec(o, "tfc_packets decapsulated_fragments",
	    "    TFC Packets: %llu\n    Decapsulated fragments needing reassembly: %llu\n",
	    (ull)s->tfc_in, (ull)s->inner_frags_in);
	/* only UDP passes: an ICMP error inside is a protocol failure */
	out_str(o, "    Valid ICMP Errors rcvd: 0\n    Invalid ICMP Errors rcvd: 0\n");
	rec_close(o);
}

static void stats_fragments(struct out *o, const struct sa_stats *s)
{
	rec(o, "fragmentation_successes pre_fragmentation_successes post_fragmentation_successes",
	    "    Fragmentation successes: %llu\n        Pre-fragmentation successses: %llu\n"
	    "        Post-fragmentation successes: %llu\n",
	    (ull)(s->prefrag_ok + s->postfrag_ok), (ull)s->prefrag_ok, (ull)s->postfrag_ok);
	rec(o, "fragmentation_failures pre_fragmentation_failures post_fragmentation_failures",
	    "    Fragmentation failures: %llu\n        Pre-fragmentation failures: %llu\n"
	    "        Post-fragmentation failures: %llu\n",
	    (ull)(s->prefrag_fail + s->postfrag_fail), (ull)s->prefrag_fail, (ull)s->postfrag_fail);
	rec(o, "fragments_created", "    Fragments created: %llu\n", (ull)s->frags_out);
}

static void stats_outbound(struct out *o, const struct sa_stats *s)
{
	rec_open(o, "outbound");
	rec(o, "bytes - packets",
	    "Outbound\n    Bytes: %llu\n    Uncompressed bytes: %llu\n    Packets: %llu\n",
	    (ull)s->bytes_out, (ull)s->bytes_out, (ull)s->pkts_out);
	rec(o, "dropped_packets authentications authentication_failures",
	    "    Dropped packets: %llu\n    Authentications: %llu\n"
	    "    Authentication failures: %u\n", /* it is one operation with the encryption */
	    (ull)s->errs_out, (ull)s->pkts_out, 0u);
	rec(o, "encryptions encryption_failures",
	    "    Encryptions: %llu\n    Encryption failures: %llu\n", (ull)s->pkts_out,
	    (ull)s->internal_out);
	out_str(o, "    TFC Packets: 0\n"); /* dummy packets are not sent */
	stats_fragments(o, s);
	rec(o, "pmtus_sent pmtus_rcvd", "    PMTUs sent: %llu\n    PMTUs rcvd: %llu\n",
	    (ull)s->pmtu_sent, (ull)s->pmtu_rcvd);
	rec_close(o);
}

/* Of all flows there are and were. */
struct sa_stats ipsec_sadb_sum(const struct ipsec_sadb *db)
{
	struct sa_stats s = db->past;

	for (const struct sadb_flow *f = db->flow_first; f; f = f->next) {
		struct sa_stats one = sadb_flow_sum(db, f);

		sadb_stats_add(&s, &one);
	}
	return s;
}

struct crypto_work ipsec_sadb_work(const struct ipsec_sadb *db)
{
	struct sa_stats s = ipsec_sadb_sum(db);

	return (struct crypto_work){
	        .encrypt = s.pkts_out,
	        .encapsulate = s.pkts_out + s.errs_out,
	        .decrypt = s.pkts_in,
	        .decapsulate = s.pkts_in + s.errs_in,
	        .hmac = s.pkts_out + s.pkts_in + s.auth_errs,
	        .sa_created = db->made,
	        .sa_rekeyed = db->rekeyed,
	        .sa_deleted = db->deletes_in + db->destroyed,
	        .key_allocated = db->made,
	        .random = db->spis,
	        .failed = s.errs_in + s.errs_out + db->refused,
	};
}

/* What `clear crypto ipsec stats` takes off. */
static struct sadb_tally tally_of(const struct ipsec_sadb *db)
{
	return (struct sadb_tally){.sum = ipsec_sadb_sum(db),
	                           .flows_gone = db->flows_gone,
	                           .no_sa = dropped(db, DROP_ESP_NO_SA),
	                           .refused = db->refused,
	                           .deletes_in = db->deletes_in,
	                           .deletes_out = db->deletes_out,
	                           .destroyed = db->destroyed};
}

static struct sadb_tally since_clear(const struct ipsec_sadb *db)
{
	struct sadb_tally t = tally_of(db);
	const struct sadb_tally *c = &db->cleared;

#define X(name) t.sum.name -= c->sum.name;
	SA_COUNTER_LIST(X)
#undef X
	t.flows_gone -= c->flows_gone;
	t.no_sa -= c->no_sa;
	t.refused -= c->refused;
	t.deletes_in -= c->deletes_in;
	t.deletes_out -= c->deletes_out;
	t.destroyed -= c->destroyed;
	return t;
}

int ipsec_show_stats(struct cmd *c)
{
	const struct ipsec_sadb *db = c->ctx;
	struct sadb_tally t = since_clear(db);
	struct out *o = c->out;

	out_str(o, "\nIPsec Global Statistics\n-----------------------\n");
	rec(o, "active_tunnels previous_tunnels", "Active tunnels: %zu\nPrevious tunnels: %llu\n",
	    db->nflows, (ull)t.flows_gone);
	stats_inbound(o, &t.sum);
	stats_outbound(o, &t.sum);
	rec(o, "protocol_failures missing_sa_failures system_capacity_failures",
	    "Protocol failures: %llu\nMissing SA failures: %llu\nSystem capacity failures: %llu\n",
	    (ull)(t.sum.len_errs + t.sum.policy_errs), (ull)t.no_sa, (ull)t.refused);
	rec(o, "inbound_sa_delete_requests outbound_sa_delete_requests",
	    "Inbound SA delete requests: %llu\nOutbound SA delete requests: %llu\n",
	    (ull)t.deletes_in, (ull)t.deletes_out);
	rec(o, "inbound_sa_destroy_calls outbound_sa_destroy_calls",
	    "Inbound SA destroy calls: %llu\nOutbound SA destroy calls: %llu\n\n", (ull)t.destroyed,
	    (ull)t.destroyed);
	return CMD_OK;
}

int ipsec_clear_stats(struct cmd *c)
{
	struct ipsec_sadb *db = c->ctx;

	db->cleared = tally_of(db);
	return CMD_OK;
}
