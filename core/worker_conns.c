/* The connections a worker remembers where filters are in force: a table of sets, the eldest of a set makes room. */
#include "core/worker_int.h"

enum {
	WAYS = 4,
	ICMP = 1,
	TCP = 6,
	SCTP = 132,
	CLOSED_MS = 3000,
	SWEEP_MS = 5000, /* who has ended without a word is counted so much longer: all are looked at in that time */
};

/* So many more; the most there were at once is noted. */
static void count(struct worker *w, ptrdiff_t n)
{
	w->n_conns += (size_t)n;
	size_t through = atomic_fetch_add_explicit(&w->all->conns, (size_t)n, memory_order_relaxed) + (size_t)n;
	if (n > 0)
		workers_conns_note(w->all, through);
}

static bool counts(const struct worker_conn *c)
{
	return c->used && !c->closed;
}

void worker_conn_end(struct worker *w, struct worker_conn *c, bool keep)
{
	if (counts(c))
		count(w, -1);
	c->closed = true;
	c->used = keep;
}

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x9e3779b1u;
	return h ^ h >> 15;
}

/* The same for both directions. */
static uint32_t conn_hash(const struct worker *w, const struct filter_key *k, uint16_t tunnel)
{
	uint32_t a = k->src ^ (uint32_t)k->sport << 16 ^ k->sport;
	uint32_t b = k->dst ^ (uint32_t)k->dport << 16 ^ k->dport;
	if (k->proto == ICMP) { /* identifier and sequence number stand the same in the answer */
		a = k->src;
		b = k->dst;
	}
	uint32_t low = a < b ? a : b, high = a < b ? b : a, h = mix(w->conn_seed, low);
	h = mix(mix(h, high), (uint32_t)k->proto << 16 | tunnel);
	return k->proto == ICMP ? mix(h, (uint32_t)k->sport << 16 | k->dport) : h;
}

bool worker_conn_forward(const struct worker_conn *c, const struct filter_key *k)
{
	return c->key.src == k->src && c->key.dst == k->dst && c->key.sport == k->sport &&
	       c->key.dport == k->dport;
}

static bool backward(const struct worker_conn *c, const struct filter_key *k)
{
	bool ends = c->key.src == k->dst && c->key.dst == k->src;
	if (k->proto == ICMP)
		return ends && c->key.sport == k->sport && c->key.dport == k->dport;
	return ends && c->key.sport == k->dport && c->key.dport == k->sport;
}

/* 0: for ever. */
static bool idle_out(const struct worker *w, const struct worker_conn *c)
{
	const struct filter_idle *i = &w->policy->idle;
	if (c->closed) /* what is still under way is not judged as something new */
		return w->now_ms - c->last_ms >= CLOSED_MS;
	uint64_t ms = c->key.proto == TCP    ? (c->half ? i->half_ms : i->tcp_ms)
	              : c->key.proto == ICMP ? i->icmp_ms
	              : c->key.proto == SCTP ? i->sctp_ms
	                                     : i->udp_ms;
	return ms != 0 && w->now_ms - c->last_ms >= ms;
}

struct worker_conn *worker_conn_find(struct worker *w, const struct filter_key *k, uint16_t tunnel)
{
	struct worker_conn *set = &w->conns[conn_hash(w, k, tunnel) % (WORKER_CONNS / WAYS) * WAYS];
	for (unsigned i = 0; i < WAYS; i++) {
		struct worker_conn *c = &set[i];
		if (c->used && c->tunnel == tunnel && c->key.proto == k->proto &&
		    !idle_out(w, c) && (worker_conn_forward(c, k) || backward(c, k)))
			return c;
	}
	return NULL;
}

static struct worker_conn *eldest(struct worker_conn *set)
{
	struct worker_conn *c = &set[0];
	for (unsigned i = 1; i < WAYS && c->used; i++)
		if (!set[i].used || set[i].last_ms < c->last_ms)
			c = &set[i];
	return c;
}

void worker_conn_put(struct worker *w, const struct filter_key *k, uint16_t tunnel, bool from_client, uint32_t len)
{
	struct worker_conn *set = &w->conns[conn_hash(w, k, tunnel) % (WORKER_CONNS / WAYS) * WAYS];
	struct worker_conn *c = worker_conn_find(w, k, tunnel); /* a TCP connection that begins anew */
	if (c == NULL)
		c = eldest(set);
	worker_conn_end(w, c, false);
	*c = (struct worker_conn){.key = *k,
	                          .tunnel = tunnel,
	                          .used = true,
	                          .from_client = from_client,
	                          .judged = w->judged,
	                          .bytes = len,
	                          .last_ms = w->now_ms};
	count(w, 1);
}

static bool conn_lives(const struct worker *w, const struct worker_conn *c)
{
	return counts(c) && w->by_tunnel[c->tunnel] != NULL && w->policy != NULL &&
	       !idle_out(w, c);
}

void worker_conns_list(struct worker *w, struct conn_list *l)
{
	l->n = 0;
	for (size_t i = 0; i < WORKER_CONNS; i++) {
		const struct worker_conn *c = &w->conns[i];
		if (conn_lives(w, c))
			l->conn[l->n++] = (struct worker_conn_info){.key = c->key,
			                                            .from_client = c->from_client,
			                                            .forth = c->forth,
			                                            .back = c->back,
			                                            .idle_ms = w->now_ms - c->last_ms,
			                                            .bytes = c->bytes};
	}
	atomic_store_explicit(&l->ready, true, memory_order_release);
}

void worker_conns_drop(struct worker *w, uint32_t ip)
{
	for (size_t i = 0; i < WORKER_CONNS; i++) {
		struct worker_conn *c = &w->conns[i];
		if (c->used && (ip == 0 || c->key.src == ip || c->key.dst == ip))
			worker_conn_end(w, c, false);
	}
}

/* A share of them each time, so that no packet waits for all. */
void worker_conns_sweep(struct worker *w)
{
	uint64_t ms = w->now_ms - w->swept_ms;
	w->swept_ms = w->now_ms;
	if (w->n_conns == 0 || ms == 0)
		return;
	size_t share = ms < SWEEP_MS ? (size_t)(ms * WORKER_CONNS / SWEEP_MS + 1) : WORKER_CONNS;
	for (; share > 0; share--) {
		struct worker_conn *c = &w->conns[w->swept++ % WORKER_CONNS];
		if (counts(c) && !conn_lives(w, c))
			worker_conn_end(w, c, false);
	}
}
