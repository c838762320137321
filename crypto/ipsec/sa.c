#include "crypto/ipsec/sa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/sized.h"
#include "crypto/ipsec/alg.h"

enum {
	GEN_BITS = 12,
	GEN_MASK = (1 << GEN_BITS) - 1,
	SPI_MIN = 256, /* RFC 4303 §2.1: 0..255 are reserved */
	REST = 1024,   /* slots that rest: so many others are freed before one is used again */
};

/* ------------------------------------------------------------------ SPI reservation */

struct spi_slot {
	uint16_t gen;
	bool used;
};

struct spi_worker {
	struct spi_slot *slots;
	uint16_t *queue; /* slots that were freed, oldest first */
	uint32_t head, n_freed;
	uint32_t n_fresh; /* slots never used yet: the last ones */
};

struct esp_spis {
	unsigned workers, slots;
	struct spi_worker w[ESP_WORKERS_MAX];
};

struct esp_spis *esp_spis_new(unsigned workers, unsigned slots)
{
	struct esp_spis *s;

	if (!workers || workers > ESP_WORKERS_MAX || !slots || slots > ESP_SLOTS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->workers = workers;
	s->slots = slots;
	for (unsigned i = 0; i < workers; i++) {
		struct spi_worker *w = &s->w[i];

		w->slots = calloc(slots, sizeof(*w->slots));
		w->queue = calloc(slots, sizeof(*w->queue));
		if (!w->slots || !w->queue) {
			esp_spis_free(s);
			return NULL;
		}
		w->n_fresh = slots;
	}
	return s;
}

void esp_spis_free(struct esp_spis *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->workers; i++) {
		free(s->w[i].slots);
		free(s->w[i].queue);
	}
	free(s);
}

uint32_t esp_spi_alloc(struct esp_spis *s, unsigned worker)
{
	struct spi_worker *w;
	struct spi_slot *slot;
	uint32_t at, spi;

	if (worker >= s->workers)
		return 0;
	w = &s->w[worker];
	/* Those that have rested come before fresh ones: tables by slot are touched as far as many SAs were there at once. */
	if (w->n_freed > REST || (w->n_freed && !w->n_fresh)) {
		at = w->queue[w->head];
		w->head = (w->head + 1) % s->slots;
		w->n_freed--;
	} else if (w->n_fresh) {
		at = s->slots - w->n_fresh--;
		w->slots[at].gen = (uint16_t)(random_u32() & GEN_MASK);
	} else {
		return 0;
	}
	slot = &w->slots[at];
	slot->used = true;
	do {
		slot->gen = (slot->gen + 1) & GEN_MASK;
		spi = worker << 28 | at << GEN_BITS | slot->gen;
	} while (spi < SPI_MIN);
	return spi;
}

static struct spi_slot *slot_of(const struct esp_spis *s, uint32_t spi)
{
	struct spi_slot *slot;

	if (esp_spi_worker(spi) >= s->workers || esp_spi_slot(spi) >= s->slots)
		return NULL;
	slot = &s->w[esp_spi_worker(spi)].slots[esp_spi_slot(spi)];
	return slot->used && slot->gen == (spi & GEN_MASK) ? slot : NULL;
}

bool esp_spi_release(struct esp_spis *s, uint32_t spi)
{
	struct spi_slot *slot = slot_of(s, spi);
	struct spi_worker *w;

	if (!slot)
		return false;
	slot->used = false;
	w = &s->w[esp_spi_worker(spi)];
	w->queue[(w->head + w->n_freed) % s->slots] = (uint16_t)esp_spi_slot(spi);
	w->n_freed++;
	return true;
}

bool esp_spi_used(const struct esp_spis *s, uint32_t spi)
{
	return slot_of(s, spi) != NULL;
}

size_t esp_spi_count(const struct esp_spis *s, unsigned worker)
{
	return worker < s->workers ? s->slots - s->w[worker].n_fresh - s->w[worker].n_freed : 0;
}

/* ------------------------------------------------------------------ one SA */

static struct sized pairs = SIZED_INIT("ESP pairs of SAs");

static struct prim_key *key_new(const struct sa_pair *p, bool encrypt, struct err *err)
{
	const struct esp_mac_info *mac = esp_mac_info(p->alg.mac);
	struct prim_key_def def = {
	        .cipher = esp_cipher_info(p->alg)->prim,
	        .key = {encrypt ? p->keys->key_out : p->keys->key_in, p->alg.key_len},
	        .md = mac->md,
	        .mac_key = {encrypt ? p->keys->mac_key_out : p->keys->mac_key_in, mac->key_len},
	        .icv_len = mac->icv_len,
	        .encrypt = encrypt,
	};
	return prim_key_new(&def, err);
}

static uint64_t kb_bytes(uint32_t kb)
{
	return kb ? (uint64_t)kb * 1024 : UINT64_MAX;
}

static uint32_t proxy_host(const struct sa_proxy *p)
{
	return p->mask == UINT32_MAX ? p->ip : 0;
}

/* Without a MAC anyone could push the window forward (RFC 4303 §2.2). */
static uint32_t window_of(const struct sa_pair *p)
{
	return p->alg.mac == ESP_MAC_NONE ? 0 : p->replay_window;
}

/* Whole cache lines: two SAs never share one. */
static size_t sa_room(uint32_t window)
{
	return (offsetof(struct esp_sa, replay) + replay_room(window) + 63) & ~(size_t)63;
}

struct esp_sa *esp_sa_new(const struct sa_pair *p, struct err *err)
{
	const struct esp_cipher_info *cipher = esp_cipher_info(p->alg);
	const struct esp_mac_info *mac = esp_mac_info(p->alg.mac);
	struct esp_sa *sa;
	size_t block;

	if (!cipher || !mac) {
		err_set(err, -EINVAL, "ESP algorithm not known");
		return NULL;
	}
	sa = sized_get(&pairs, sa_room(window_of(p)));
	if (!sa) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	replay_init(&sa->replay, window_of(p));
	sa->dec = key_new(p, false, err);
	sa->enc = sa->dec ? key_new(p, true, err) : NULL;
	if (!sa->enc) {
		esp_sa_free(sa);
		return NULL;
	}
	block = prim_cipher_block(cipher->prim);
	sa->spi_in = p->spi_in;
	sa->spi_out = p->spi_out;
	sa->align = (uint8_t)(block > 4 ? block : 4);
	sa->iv_len = (uint8_t)block;
	sa->icv_len = mac->icv_len;
	sa->mode = (uint8_t)p->mode;
	sa->udp_encap = p->udp_encap;
	sa->df_policy = p->df_policy;
	sa->frag_after = p->frag_after;
	sa->soft_bytes = kb_bytes(p->soft_kb);
	sa->hard_bytes = kb_bytes(p->life_kb);
	sa->local = p->local;
	sa->remote = sa->moved_to = p->remote;
	sa->local_proxy = p->local_proxy;
	sa->remote_proxy = p->remote_proxy;
	sa->inner_local = proxy_host(&p->local_proxy);
	sa->inner_remote = proxy_host(&p->remote_proxy);
	sa->peer = p->peer;
	sa->flow = p->flow;
	sa->life_kb = p->life_kb;
	sa->alg = p->alg;
	return sa;
}

void esp_sa_free(struct esp_sa *sa)
{
	if (!sa)
		return;
	prim_key_free(sa->dec);
	prim_key_free(sa->enc);
	sized_put(&pairs, sa, sa_room(sa->replay.size));
}

size_t esp_sa_size(const struct esp_sa *sa)
{
	return sa_room(sa->replay.size) + prim_key_size(sa->dec) + prim_key_size(sa->enc);
}

static uint32_t kb_left(const struct esp_sa *sa, uint64_t in, uint64_t out)
{
	uint64_t most = in > out ? in : out;

	if (!sa->life_kb)
		return UINT32_MAX;
	return most / 1024 >= sa->life_kb ? 0 : sa->life_kb - (uint32_t)(most / 1024);
}

void esp_sa_stats(const struct esp_sa *sa, struct sa_stats *s)
{
	const struct esp_counters *c = &sa->c;

	*s = (struct sa_stats){
	        .exists = true,
	        .icv_cut = atomic_load_explicit(&sa->icv_cut, memory_order_relaxed),
#define X(name) .name = ctr_get(&c->name),
	        SA_COUNTER_LIST(X)
#undef X
	        .last_in_ms = ctr_get(&c->last_in_ms),
	        .seq_out = atomic_load_explicit(&c->seq_out, memory_order_relaxed),
	        .seq_in_high = atomic_load_explicit(&sa->replay.top, memory_order_relaxed),
	        .replay_map = {replay_map(&sa->replay, 0), replay_map(&sa->replay, 1)},
	        .path_mtu = atomic_load_explicit(&c->path_mtu, memory_order_relaxed),
	        .path_until_ms = ctr_get(&c->path_until_ms),
	};
	if (s->path_mtu == 0)
		s->path_mtu = sa->path_mtu;
	s->kb_left = kb_left(sa, s->bytes_in, s->bytes_out);
}

/* ------------------------------------------------------------------ the table */

struct esp_table {
	unsigned worker, slots;
	struct prim_engine *engine;
	struct hash *by_peer;  /* peer -> its SAs */
	struct esp_sa *events; /* first in, first out */
	struct esp_sa **events_end;
	struct esp_sa *slot[];
};

struct esp_table *esp_table_new(unsigned worker, unsigned slots)
{
	struct esp_table *t;

	if (worker >= ESP_WORKERS_MAX || !slots || slots > ESP_SLOTS_MAX)
		return NULL;
	t = calloc(1, sizeof(*t) + slots * sizeof(t->slot[0]));
	if (!t)
		return NULL;
	t->engine = prim_engine_new(PRIM_AUTO, NULL);
	t->by_peer = hash_new(0);
	if (!t->engine || !t->by_peer) {
		esp_table_free(t);
		return NULL;
	}
	t->worker = worker;
	t->slots = slots;
	t->events_end = &t->events;
	return t;
}

void esp_table_free(struct esp_table *t)
{
	if (!t)
		return;
	prim_engine_free(t->engine);
	hash_free(t->by_peer);
	free(t);
}

struct prim_engine *esp_table_engine(const struct esp_table *t)
{
	return t->engine;
}

static struct esp_sa *of_peer(const struct esp_table *t, uint32_t peer)
{
	return hash_get(t->by_peer, &peer, sizeof(peer));
}

/* Out of the list of its peer. */
static void leave_peer(struct esp_table *t, struct esp_sa *sa)
{
	if (sa->next)
		sa->next->prev = sa->prev;
	if (sa->prev)
		sa->prev->next = sa->next;
	else if (sa->next)
		hash_put(t->by_peer, &sa->peer, sizeof(sa->peer), sa->next);
	else
		hash_del(t->by_peer, &sa->peer, sizeof(sa->peer));
}

bool esp_table_put(struct esp_table *t, struct esp_sa *sa)
{
	unsigned slot = esp_spi_slot(sa->spi_in);
	struct esp_sa *others = of_peer(t, sa->peer);

	if (esp_spi_worker(sa->spi_in) != t->worker || slot >= t->slots || t->slot[slot] ||
	    !hash_put(t->by_peer, &sa->peer, sizeof(sa->peer), sa))
		return false;
	t->slot[slot] = sa;
	sa->prev = NULL;
	sa->next = others;
	if (others)
		others->prev = sa;
	return true;
}

struct esp_sa *esp_table_peek(const struct esp_table *t, uint32_t spi_in)
{
	unsigned slot = esp_spi_slot(spi_in);

	return slot < t->slots ? t->slot[slot] : NULL;
}

struct esp_sa *esp_table_find(const struct esp_table *t, uint32_t spi_in)
{
	struct esp_sa *sa = esp_table_peek(t, spi_in);

	return sa && sa->spi_in == spi_in ? sa : NULL;
}

struct esp_sa *esp_table_take(struct esp_table *t, uint32_t spi_in)
{
	struct esp_sa *sa = esp_table_find(t, spi_in);

	if (!sa)
		return NULL;
	prim_engine_forget(t->engine, sa->dec);
	prim_engine_forget(t->engine, sa->enc);
	t->slot[esp_spi_slot(spi_in)] = NULL;
	leave_peer(t, sa);
	if (sa->queued) {
		struct esp_sa **at = &t->events;

		while (*at != sa)
			at = &(*at)->next_event;
		*at = sa->next_event;
		if (t->events_end == &sa->next_event)
			t->events_end = at;
		sa->queued = false;
		sa->next_event = NULL;
	}
	return sa;
}

void esp_table_move(struct esp_table *t, uint32_t peer, struct ip4_end remote)
{
	for (struct esp_sa *sa = of_peer(t, peer); sa; sa = sa->next)
		sa->remote = sa->moved_to = remote;
}

struct esp_sa *esp_table_event(struct esp_table *t, unsigned *events)
{
	struct esp_sa *sa = t->events;

	if (!sa)
		return NULL;
	t->events = sa->next_event;
	if (!t->events)
		t->events_end = &t->events;
	sa->next_event = NULL;
	sa->queued = false;
	*events = sa->pending;
	sa->pending = 0;
	return sa;
}

void esp_table_note(struct esp_table *t, struct esp_sa *sa, enum esp_event ev)
{
	if (ev != ESP_EV_MOVED && sa->said & ev)
		return;
	sa->said |= (uint8_t)ev;
	sa->pending |= (uint8_t)ev;
	if (sa->queued)
		return;
	sa->queued = true;
	*t->events_end = sa;
	t->events_end = &sa->next_event;
}
