/* Security associations as the packet path sees them, their table, and the numbers (SPIs) that find them.
 *
 * Threads: the control thread reserves SPIs, creates SAs and frees them after the worker has let go; the
 * worker that the SPI names puts them into its table, uses them and takes them out. show reads counters at
 * any time. Keys exist only inside the two prim_keys and, while the SA is in a table, in that table's engine; they
 * are wiped with them. */
#ifndef CRYPTO_IPSEC_SA_H
#define CRYPTO_IPSEC_SA_H

#include "core/base/drop.h"
#include "core/base/sa.h"
#include "core/base/touch.h"
#include "crypto/ipsec/replay.h"
#include "crypto/prim/prim_batch.h"

enum {
	ESP_WORKERS_MAX = 16,
	ESP_SLOTS_MAX = 65536, /* per worker */
};

/* SPI = worker(4) | slot(16) | generation(12), host order. */
static inline unsigned esp_spi_worker(uint32_t spi)
{
	return spi >> 28;
}
static inline unsigned esp_spi_slot(uint32_t spi)
{
	return spi >> 12 & 0xffff;
}

/* ------------------------------------------------------------------ SPI reservation (control thread) */

struct esp_spis;

/* NULL when memory is short. slots per worker: 1 .. ESP_SLOTS_MAX. */
struct esp_spis *esp_spis_new(unsigned workers, unsigned slots);
void esp_spis_free(struct esp_spis *s);
/* A number not in use on this worker; 0 when all are. A slot freed is used again last, with the next
 * generation. */
uint32_t esp_spi_alloc(struct esp_spis *s, unsigned worker);
/* false when it was not reserved. Only after the worker has taken the SA out of its table. */
bool esp_spi_release(struct esp_spis *s, uint32_t spi);
bool esp_spi_used(const struct esp_spis *s, uint32_t spi);
size_t esp_spi_count(const struct esp_spis *s, unsigned worker);

/* ------------------------------------------------------------------ one SA (a pair: in and out) */

/* What happened, for the worker to report (struct sa_events). */
enum esp_event {
	ESP_EV_USED = 1,     /* first authenticated packet */
	ESP_EV_SOFT_KB = 2,  /* time for new keys: by kilobytes */
	ESP_EV_SOFT_SEQ = 4, /* time for new keys: by sequence number */
	ESP_EV_HARD = 8,     /* passes nothing any more */
	ESP_EV_MOVED = 16,   /* authenticated packet from a new address: moved_to */
};

struct esp_counters {
	_Atomic uint64_t last_in_ms;
	_Atomic uint32_t seq_out;
	_Atomic uint32_t path_mtu;      /* learned from refused packets, 0 = none was refused */
	_Atomic uint64_t path_until_ms; /* believed until then */
#define X(name) _Atomic uint64_t name;
	SA_COUNTER_LIST(X)
#undef X
};

struct esp_sa {
	/* every packet: in the first two lines */
	uint32_t spi_in, spi_out;
	struct prim_key *dec, *enc;
	uint32_t flow, peer;
	void *user; /* the worker's */
	uint8_t align; /* the encrypted part is a multiple of this */
	uint8_t iv_len, icv_len;
	uint8_t mode; /* enum esp_mode */
	bool udp_encap;
	bool dead;       /* past its hard limit */
	bool queued;     /* has events the worker has not taken yet: */
	uint8_t pending; /* these */
	uint8_t said;    /* events that are reported once */
	uint8_t df_policy;
	bool frag_after;                 /* too large ones are cut outside, not before encryption */
	_Atomic bool icv_cut;            /* esp_icv_is_cut */
	uint16_t path_mtu;               /* of the path when it was made, 0 = not known */
	uint16_t ip_id;                  /* of inner headers we build (tunnel mode) */
	uint64_t soft_bytes, hard_bytes; /* UINT64_MAX = none; per direction */
	struct ip4_end local, remote, moved_to;
	uint32_t inner_local, inner_remote; /* tunnel mode: addresses inside */
	struct sa_proxy local_proxy, remote_proxy;
	_Alignas(64) struct esp_counters c;
	/* set-up only */
	struct esp_alg alg;
	uint32_t life_kb;
	struct esp_sa *next_event;
	struct esp_sa *prev, *next; /* of its peer in the table */
	struct replay replay;       /* last: as large as its window */
};

/* Key contexts and everything precomputed. The pair is only read; its keys may be wiped afterwards. NULL
 * with err: -EINVAL (algorithm, key length), -ENOMEM. */
struct esp_sa *esp_sa_new(const struct sa_pair *pair, struct err *err);
/* Wipes and frees; no worker may hold it any more. NULL is allowed. */
void esp_sa_free(struct esp_sa *sa);
/* What a packet reads and writes of it, but its keys (core/base/touch.h). */
static inline void esp_sa_touch(const struct esp_sa *sa, bool in)
{
	touch_lines(sa, 128);
	touch(&sa->c);
	if (in)
		touch(&sa->replay);
}
size_t esp_sa_size(const struct esp_sa *sa); /* bytes of memory, with the keys */
/* Fills stats (any thread). */
void esp_sa_stats(const struct esp_sa *sa, struct sa_stats *stats);

/* ------------------------------------------------------------------ the table (worker) */

struct esp_table;

/* With a crypto engine of its own: one thread runs it. NULL: memory is short, or prim_init was not called. */
struct esp_table *esp_table_new(unsigned worker, unsigned slots);
struct prim_engine *esp_table_engine(const struct esp_table *t);
/* The SAs still inside are the caller's. */
void esp_table_free(struct esp_table *t);
/* false when the SPI belongs to another worker or the slot is taken. */
bool esp_table_put(struct esp_table *t, struct esp_sa *sa);
/* Takes it out, forgets its events; NULL when it is not there. */
struct esp_sa *esp_table_take(struct esp_table *t, uint32_t spi_in);
/* NULL when unknown: an array access and a compare of the whole number. */
struct esp_sa *esp_table_find(const struct esp_table *t, uint32_t spi_in);
/* What is in the slot of a number, perhaps of another one: the caller compares spi_in. NULL: nothing. */
struct esp_sa *esp_table_peek(const struct esp_table *t, uint32_t spi_in);
/* All SAs of a peer send there from now on. */
void esp_table_move(struct esp_table *t, uint32_t peer, struct ip4_end remote);
/* The next SA with something to report, and what (bits of enum esp_event); NULL when there is none. */
struct esp_sa *esp_table_event(struct esp_table *t, unsigned *events);
/* Notes an event, once per SA except for ESP_EV_MOVED. */
void esp_table_note(struct esp_table *t, struct esp_sa *sa, enum esp_event ev);

#endif
