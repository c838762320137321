/* What the engine tells of itself: peers and SAs for other modules, and the IKE commands. Reads, but for clear. */
#include <stdio.h>
#include <string.h>

#include "crypto/ike/auth.h"

/* ------------------------------------------------------------------ for others */

static uint32_t remaining_s(const struct ike *ike, const struct timer *t)
{
	uint64_t now = clock_now(ike->clock);
	return timer_running(t) && t->at_ms > now ? (uint32_t)((t->at_ms - now) / 1000) : 0;
}

static void fill_info(struct ike_peer *peer, struct ike_peer_info *info)
{
	struct ike *ike = peer->ike;
	const struct ike_sa *sa = sa_best(peer);

	*info = (struct ike_peer_info){
	        .peer = peer->handle,
	        .remote = peer->remote,
	        .local = peer->local,
	        .ifname = peer->ifname,
	        .group = peer->group,
	        .user = peer->user,
	        .client_ip = peer->client_ip,
	        .assigned = peer->client_ip,
	        .udp_encap = peer->udp_encap,
	        .remote_nat = peer->remote_nat,
	        .local_nat = peer->local_nat,
	        .microsoft = peer->microsoft,
	        .client = (enum client_kind)peer->client,
	        .since_ms = peer->since_ms,
	        .nflows = peer->nflows,
	        .last_ms = peer->ike_in_ms,
	        .cert = peer->cert,
	};
	for (const struct ike_sa *s = peer->sas; s != NULL; s = s->peer_next) {
		info->nike_sas++;
		info->bytes_in += s->bytes_in;
		info->bytes_out += s->bytes_out;
	}
	if (sa == NULL)
		return;
	info->has_sa = true;
	info->initiator = sa_is(sa, SAF_INITIATOR);
	info->encrypt = sa->cipher->session;
	info->hash = sa->hash->session;
	info->auth = sa->auth->session;
	info->dh_group = sa->group;
	info->life_s = sa->life_s;
	info->remaining_s = remaining_s(ike, &sa->expire);
	info->neg_ms = (uint32_t)(sa->up_ms - sa->began_ms);
}

bool ike_peer_info(struct ike *ike, uint32_t handle, struct ike_peer_info *info)
{
	struct ike_peer *peer = peer_find(ike, handle);
	if (peer != NULL)
		fill_info(peer, info);
	return peer != NULL;
}

void ike_each_peer(struct ike *ike, void (*fn)(void *arg, const struct ike_peer_info *info),
                   void *arg)
{
	for (struct ike_peer *p = ike->peers; p != NULL; p = p->next) {
		struct ike_peer_info info;
		fill_info(p, &info);
		fn(arg, &info);
	}
}

void ike_each_child(struct ike *ike, uint32_t handle,
                    void (*fn)(void *arg, const struct ike_child_info *info), void *arg)
{
	struct ike_peer *peer = peer_find(ike, handle);
	for (struct ike_flow *f = peer != NULL ? peer->flows : NULL; f != NULL; f = f->next)
		for (struct ike_child *c = f->children; c != NULL; c = c->next) {
			struct ike_child_info info = {.peer = handle,
			                              .flow = f->handle,
			                              .pair = c->pair,
			                              .current = f->current == c,
			                              .life_s = c->pair.life_s,
			                              .remaining_s = remaining_s(ike, &c->hard),
			                              .since_ms = c->since_ms};
			fn(arg, &info);
		}
}

void ike_counts(const struct ike *ike, struct ike_counts *counts)
{
	*counts = (struct ike_counts){
	        .peers = (uint32_t)ike->npeers,
	        .ike_sas = (uint32_t)(ike->nsas - ike->half_open),
	        .half_open = (uint32_t)ike->half_open,
	        .flows = (uint32_t)hash_count(ike->flows_by_handle),
	        .child_sas = (uint32_t)hash_count(ike->children_by_spi),
	        .peers_ever = ike->peers_ever,
	        .peers_peak = ike->peers_peak,
	        .child_ever = ike->child_ever,
	        .child_peak = ike->child_peak,
	        .conns_peak = ike->conns_peak,
	        .refused = ike->stat[STAT_CAPACITY_FAILS],
	        .peers_max = IKE_PEERS_MAX,
	};
}

struct crypto_work ike_work(const struct ike *ike)
{
	struct crypto_work w = ike->work;
	w.encapsulate = ike->stat[STAT_OUT_PACKETS];
	w.decapsulate = ike->stat[STAT_IN_PACKETS];
	w.hmac = ike_keys_hmacs();
	w.failed = ike->stat[STAT_DECRYPT_FAILS] + ike->stat[STAT_HASH_FAILS] +
	           ike->stat[STAT_CAPACITY_FAILS];
	return w;
}

/* ------------------------------------------------------------------ show crypto ikev1 sa */

static bool is_rekey(const struct ike_sa *sa)
{
	/* While both exist, the one that begins is the rekey. */
	return sa->half_open && sa->peer != NULL && sa->peer->sas != NULL &&
	       sa_best(sa->peer) != NULL;
}

static bool is_shown(const struct ike_sa *sa)
{
	return sa->mm.state != ST_REFUSED;
}

static void show_one(struct ike *ike, struct out *o, unsigned number, const struct ike_sa *sa,
                     bool detail)
{
	rec_open(o, NULL);
	rec(o, "number peer", "%-3u IKE Peer: %s\n", number, ip4_text(sa->mm.remote.ip).s);
	rec(o, "type role", "    Type    : %-15s Role    : %-10s\n", "user",
	    sa_is(sa, SAF_INITIATOR) ? "initiator" : "responder");
	rec(o, "rekey? state", "    Rekey   : %-15s State   : %s \n", is_rekey(sa) ? "yes" : "no",
	    !sa_is(sa, SAF_SUPERSEDED)  ? ike_xchg_text(&sa->mm)
	    : sa_is(sa, SAF_AGGRESSIVE) ? "AM_REKEY_DONE_H2"
	                                : "MM_REKEY_DONE_H2");
	rec_num(o, "peer_port", sa->mm.remote.port);
	if (detail && sa->cipher != NULL) {
		rec(o, "encrypt hash", "    Encrypt : %-15s Hash    : %-10s\n", sa->cipher->word,
		    sa->hash->show);
		rec(o, "auth lifetime_s", "    Auth    : %-15s Lifetime: %u\n", sa->auth->show,
		    sa->life_s);
		if (sa->mm.state == ST_ACTIVE && sa->life_s != 0)
			rec(o, "lifetime_remaining_s", "    Lifetime Remaining: %u\n",
			    remaining_s(ike, &sa->expire));
	}
	rec_close(o);
}

static void show_sas(struct ike *ike, struct out *o, bool detail)
{
	unsigned total = 0, rekey = 0, number = 0;
	for (const struct ike_sa *sa = ike->sas; sa != NULL; sa = sa->next)
		if (is_shown(sa)) {
			total++;
			rekey += is_rekey(sa) || sa_is(sa, SAF_SUPERSEDED);
		}
	out_str(o, total > 0 ? "\nIKEv1 SAs:\n\n" : "\nThere are no IKEv1 SAs\n");
	if (total > 0 || rec_wanted(o)) {
		rec(o, "active", "   Active SA: %u\n", total - rekey);
		rec(o, "rekey",
		    "    Rekey SA: %u (A tunnel will report 1 Active and 1 Rekey SA during "
		    "rekey)\n",
		    rekey);
		rec(o, "total", "Total IKE SA: %u\n\n", total);
	}
	rec_list(o, "ikev1_sas");
	for (const struct ike_sa *sa = ike->sas; sa != NULL; sa = sa->next)
		if (is_shown(sa))
			show_one(ike, o, ++number, sa, detail);
	rec_close(o);
}

static int show_ikev1_sa(struct cmd *cmd)
{
	show_sas(cmd->ctx, cmd->out, cmd_has(cmd, "detail"));
	return CMD_OK;
}

static int show_isakmp_sa(struct cmd *cmd)
{
	if (cmd_pix(cmd)) {
		ike_show_pix(cmd->ctx, cmd->out);
		return CMD_OK;
	}
	show_sas(cmd->ctx, cmd->out, cmd_has(cmd, "detail"));
	rec_list(cmd->out, "ikev2_sas");
	out_str(cmd->out, "\nThere are no IKEv2 SAs\n");
	rec_close(cmd->out);
	return CMD_OK;
}

/* "In P2 Sa Delete Requests" -> "in_p2_sa_delete_requests" */
static const char *key_of(char *key, size_t cap, const char *label)
{
	size_t n = 0;
	for (; label[n] != '\0' && n + 1 < cap; n++)
		key[n] = label[n] == ' ' ? '_' : (char)(label[n] | 0x20);
	key[n] = '\0';
	return key;
}

/* First messages of those who have to try again. */
static uint64_t rejected(const struct ike *ike)
{
	return ike->put_off[PUT_OFF_LIMIT] + ike->put_off[PUT_OFF_ADDRESS] + ike->put_off[PUT_OFF_BACKLOG] +
	       ike->put_off[PUT_OFF_RATE];
}

static void show_admission(const struct ike *ike, struct out *o)
{
	uint32_t most = ike->conf != NULL && ike->conf->max_half_open != 0
	                        ? ike->conf->max_half_open
	                        : IKE_HALF_OPEN_MAX;
	out_str(o, "\nIKEV1 Call Admission Statistics\n");
	rec_open(o, "call_admission");
	rec(o, "- max_in_negotiation_sas", "  %-34s %7u\n", "Max In-Negotiation SAs:", most);
	rec(o, "- in_negotiation_sas", "  %-34s %7zu\n", "In-Negotiation SAs:", ike->half_open);
	rec(o, "- in_negotiation_sas_highwater", "  %-34s %7llu\n",
	    "In-Negotiation SAs Highwater:", (unsigned long long)ike->half_open_peak);
	rec(o, "- in_negotiation_sas_rejected", "  %-34s %7llu\n",
	    "In-Negotiation SAs Rejected:", (unsigned long long)rejected(ike));
	rec_close(o);
}

static const char *const names[] = {
#define X(name, text) text,
        IKE_STAT_LIST(X)
#undef X
};

static const char *const put_off_names[] = {
#define X(name, text) text,
        IKE_PUT_OFF_LIST(X)
#undef X
};

static const char *const drop_names[] = {
#define X(name, text) text,
        IKE_DROP_LIST(X)
#undef X
};

void ike_each_stat(const struct ike *ike, void (*fn)(void *arg, const char *label, uint64_t n), void *arg)
{
	for (size_t i = 0; i < STAT_N; i++)
		fn(arg, names[i], ike->stat[i]);
	for (size_t i = 0; i < PUT_OFF_N; i++)
		fn(arg, put_off_names[i], ike->put_off[i]);
	for (size_t i = 0; i < IKE_DROP_N; i++)
		fn(arg, drop_names[i], ike->drop[i]);
}

/* What is there stays there. */
static int clear_ikev1_stats(struct cmd *cmd)
{
	struct ike *ike = cmd->ctx;
	memcpy(ike->stat_cleared, ike->stat, sizeof ike->stat);
	ike->stat_cleared[STAT_ACTIVE] = 0;
	return CMD_OK;
}

static int show_ikev1_stats(struct cmd *cmd)
{
	const struct ike *ike = cmd->ctx;
	struct out *o = cmd->out;
	char label[64], key[64];

	out_str(o, "\nGlobal IKEv1 Statistics\n");
	rec_open(o, "ikev1");
	for (size_t i = 0; i < STAT_N; i++) {
		snprintf(label, sizeof label, "%s:", names[i]);
		/* numbers end in column 32 */
		uint64_t n = ike->stat[i] - ike->stat_cleared[i];
		out_printf(o, "  %-26s%4llu\n", label, (unsigned long long)n);
		rec_num(o, key_of(key, sizeof key, names[i]), n);
	}
	rec_close(o);
	show_admission(ike, o);
	return CMD_OK;
}

static int clear_ikev1_sa(struct cmd *cmd)
{
	struct ike *ike = cmd->ctx;
	uint32_t ip = 0;
	bool one = cmd_u32(cmd, "peer", &ip);

	ike_enter(ike);
	for (bool again = true; again;) {
		again = false;
		for (struct ike_peer *p = ike->peers; p != NULL && !again; p = p->next)
			if (!p->dying && (!one || p->remote.ip == ip)) {
				ike_drop_peer(ike, p->handle, SA_END_ADMIN, "Administrator Reset");
				again = true;
			}
	}
	for (bool again = true; again;) {
		again = false;
		for (struct ike_sa *sa = ike->sas; sa != NULL && !again; sa = sa->next)
			if (!one || sa->mm.remote.ip == ip) {
				sa_delete(sa, SA_END_ADMIN, true);
				again = true;
			}
	}
	ike_leave(ike);
	return CMD_OK;
}

void ike_show_register(struct ike *ike)
{
	static const struct cmd_entry table[] = {
	        {"show_ikev1_sa", show_ikev1_sa},
	        {"show_isakmp_sa", show_isakmp_sa},
	        {"show_ikev1_stats", show_ikev1_stats},
	        {"clear_ikev1_sa", clear_ikev1_sa},
	        {"clear_ikev1_stats", clear_ikev1_stats},
	};
	cmd_register(table, sizeof table / sizeof table[0], ike);
}
