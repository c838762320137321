#include "core/aaa/acct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/aaa/server_int.h"
#include "core/aaa/spool.h"
#include "core/base/debug.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/pool.h"
#include "core/base/random.h"
#include "core/base/share.h"

enum {
	SESSIONS_MAX = 20000,
	WAITING_MAX = 65536,     /* records of all queues */
	WINDOW = 64,             /* of a queue under way */
	LOOK_AHEAD = 256,        /* past records that must wait for an earlier one of their session */
	AGAIN_MS = 5000,         /* after a record that nobody took; doubles */
	AGAIN_MAX_MS = 60 * 1000,
	INTERIM_MIN_S = 60,
	JOURNAL_MAX = 32 << 20,
};

/* A record that waits, or is under way. */
struct entry {
	struct entry *prev, *next;
	struct queue *queue;
	uint32_t number; /* in the journal, 0 = not there */
	enum aaa_acct type;
	struct aaa_ask *ask; /* with record: while it is under way */
	struct aaa_record *record;
	char id[AAA_ACCT_ID_CAP];
	uint16_t len;
	uint8_t bytes[]; /* aaa_record_put */
};

/* What goes to one server group, or (accounting-mode simultaneous) to one server of it. */
struct queue {
	struct aaa_acct_engine *engine;
	char group[AAA_ACL_MAX + 16]; /* server groups have long names */
	char host[129];               /* "" = whoever of the group answers */
	struct entry *first, *last;
	unsigned waiting, busy;
	struct hash *busy_ids; /* sessions with a record under way */
	bool down;             /* nobody took the last one */
	uint64_t again_ms;
	struct timer again;
	uint64_t sent, dropped;
	bool told_on;          /* Accounting-On */
	struct queue *next;
};

struct session {
	struct aaa_acct_engine *engine;
	uint32_t unit;
	char id[AAA_ACCT_ID_CAP];
	const char *group; /* server group, shared text */
	uint32_t interim_s;
	struct timer interim;
};

struct aaa_acct_engine {
	struct aaa_servers *servers;
	const struct aaa_acct_ops *ops;
	void *ctx;
	char *path;          /* of the journal, NULL = none */
	struct spool *spool; /* opened when it is needed */
	struct queue *queues;
	unsigned waiting;
	struct pool *sessions;
	struct hash *by_unit;
	uint32_t boot, node, last; /* parts of Acct-Session-Id */
	bool full;                 /* said in the log */
};

static const char *type_text(enum aaa_acct type)
{
	static const char *const texts[AAA_ACCT_N] = {"Start", "Interim-Update", "Stop", "Accounting-On",
	                                              "Accounting-Off"};
	return texts[type];
}

/* ------------------------------------------------------------------ queues */

static struct queue *queue_get(struct aaa_acct_engine *e, const char *group, const char *host)
{
	for (struct queue *q = e->queues; q; q = q->next)
		if (strcmp(q->group, group) == 0 && strcmp(q->host, host) == 0)
			return q;
	struct queue *q = calloc(1, sizeof(*q));
	struct hash *ids = q ? hash_new(0) : NULL;
	if (!ids) {
		free(q);
		return NULL;
	}
	q->engine = e;
	q->busy_ids = ids;
	str_copy(q->group, sizeof(q->group), str_of(group));
	str_copy(q->host, sizeof(q->host), str_of(host));
	q->next = e->queues;
	e->queues = q;
	return q;
}

static void on_piece(void *arg, uint32_t id, struct bytes piece);

/* What is in there joins the queues. A journal that cannot be written is said once. */
static struct spool *open_journal(struct aaa_acct_engine *e)
{
	struct err err = {0};
	if (e->spool || !e->path)
		return e->spool;
	e->spool = spool_open(e->path, JOURNAL_MAX, on_piece, e, &err);
	if (!e->spool) {
		log_msg(MSG_113013, err.text, "accounting");
		free(e->path);
		e->path = NULL;
	}
	return e->spool;
}

/* The piece of the journal: group, server, record. */
static void journal(struct entry *x)
{
	struct spool *s = open_journal(x->queue->engine);
	uint8_t piece[SPOOL_PIECE_MAX];
	struct wr w = wr_of(piece, sizeof(piece));
	size_t group = strlen(x->queue->group), host = strlen(x->queue->host);
	if (!s || x->number != 0)
		return;
	wr_u16(&w, (uint16_t)group);
	wr_bytes(&w, x->queue->group, group);
	wr_u16(&w, (uint16_t)host);
	wr_bytes(&w, x->queue->host, host);
	wr_bytes(&w, x->bytes, x->len);
	uint32_t number = spool_id(s);
	if (wr_ok(&w) && spool_add(s, number, (struct bytes){piece, wr_len(&w)}))
		x->number = number;
}

static void entry_free(struct entry *x)
{
	struct queue *q = x->queue;
	*(x->prev ? &x->prev->next : &q->first) = x->next;
	*(x->next ? &x->next->prev : &q->last) = x->prev;
	q->waiting--;
	q->engine->waiting--;
	if (x->ask) {
		hash_del(q->busy_ids, x->id, strlen(x->id));
		q->busy--;
	}
	free(x->ask);
	free(x->record);
	free(x);
}

static struct entry *entry_add(struct queue *q, const struct aaa_record *r)
{
	uint8_t bytes[AAA_RECORD_BYTES];
	struct wr w = wr_of(bytes, sizeof(bytes));
	aaa_record_put(r, &w);
	struct entry *x = q->engine->waiting < WAITING_MAX && wr_ok(&w)
	                          ? calloc(1, sizeof(*x) + wr_len(&w))
	                          : NULL;
	if (!x) {
		q->dropped++;
		if (!q->engine->full)
			log_msg(MSG_113013, "Too many accounting records wait for their server", r->user);
		q->engine->full = true;
		return NULL;
	}
	x->queue = q;
	x->type = r->type;
	str_copy(x->id, sizeof(x->id), str_of(r->id));
	x->len = (uint16_t)wr_len(&w);
	memcpy(x->bytes, bytes, x->len);
	x->prev = q->last;
	*(q->last ? &q->last->next : &q->first) = x;
	q->last = x;
	q->waiting++;
	q->engine->waiting++;
	return x;
}

/* ------------------------------------------------------------------ sending */

static void send_more(struct queue *q);

static void on_again(struct timer *t, void *arg)
{
	struct queue *q = arg;
	(void)t;
	send_more(q);
}

/* Nobody took it: all that waits is written down, and one of them tries again later. */
static void went_down(struct queue *q)
{
	struct clock *clock = aaa_servers_clock(q->engine->servers);
	if (timer_running(&q->again))
		return; /* one of those that were under way together */
	q->again_ms = q->down ? q->again_ms * 2 : AGAIN_MS;
	if (q->again_ms > AGAIN_MAX_MS)
		q->again_ms = AGAIN_MAX_MS;
	if (!q->down)
		for (struct entry *x = q->first; x; x = x->next)
			journal(x);
	q->down = true;
	timer_start(clock, &q->again, q->again_ms, on_again, q);
}

static void unbusy(struct entry *x)
{
	struct queue *q = x->queue;
	hash_del(q->busy_ids, x->id, strlen(x->id));
	q->busy--;
	free(x->ask);
	free(x->record);
	x->ask = NULL;
	x->record = NULL;
}

static void on_answer(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                      enum aaa_why why)
{
	struct entry *x = ask->arg;
	struct queue *q = x->queue;
	(void)why;
	aaa_reply_free(reply);
	debug(DEBUG_AAA_ACCOUNTING, 1, "AAA: accounting %s of session %s to %s: %s", type_text(x->type),
	      x->id, q->group, answer == AAA_SAYS_ACCEPT ? "taken" : "not taken");
	if (answer == AAA_SAYS_NOTHING || answer == AAA_SAYS_ERROR) {
		unbusy(x);
		went_down(q);
		return;
	}
	/* a server that says no has read it: to ask it again would change nothing */
	q->sent += answer == AAA_SAYS_ACCEPT;
	q->dropped += answer != AAA_SAYS_ACCEPT;
	q->down = false;
	q->engine->full = false;
	timer_stop(aaa_servers_clock(q->engine->servers), &q->again);
	if (x->number != 0)
		spool_done(q->engine->spool, x->number);
	entry_free(x);
	send_more(q);
}

/* The server of a simultaneous queue; NULL: it is gone. */
static struct aaa_host *host_of(const struct queue *q, struct aaa_sgroup *g)
{
	size_t n;
	struct aaa_host *const *hosts = aaa_sgroup_hosts(g, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(hosts[i]->conf->host, q->host) == 0)
			return hosts[i];
	return NULL;
}

static bool send_one(struct entry *x, struct aaa_sgroup *g)
{
	struct queue *q = x->queue;
	struct aaa_host *host = q->host[0] ? host_of(q, g) : NULL;
	struct rd in = rd_of(x->bytes, x->len);
	if (q->host[0] && !host)
		return false;
	x->ask = calloc(1, sizeof(*x->ask));
	x->record = calloc(1, sizeof(*x->record));
	if (!x->ask || !x->record || !aaa_record_get(&in, x->record) ||
	    !hash_put(q->busy_ids, x->id, strlen(x->id), x)) {
		free(x->ask);
		free(x->record);
		x->ask = NULL;
		x->record = NULL;
		return false;
	}
	q->busy++;
	*x->ask = (struct aaa_ask){.what = AAA_ACCOUNT,
	                           .record = x->record,
	                           .name = x->record->user,
	                           .sticky = host,
	                           .probe = true,
	                           .done = on_answer,
	                           .arg = x};
	aaa_ask_start(x->ask, g);
	return true;
}

/* Records of one session go one after the other, and nothing passes an Accounting-On. */
static bool must_wait(const struct entry *x)
{
	const struct queue *q = x->queue;
	return x->ask || hash_get(q->busy_ids, x->id, strlen(x->id)) ||
	       ((x->type == AAA_ACCT_OFF || x->type == AAA_ACCT_ON) && q->busy > 0);
}

static void send_more(struct queue *q)
{
	struct aaa_sgroup *g = aaa_sgroup_find(q->engine->servers, q->group);
	unsigned window = q->down ? 1 : WINDOW, look = LOOK_AHEAD;
	if (q->waiting > 0 && !g) {
		went_down(q);
		return;
	}
	for (struct entry *x = q->first; x && q->busy < window && look-- > 0; x = x->next) {
		bool barrier = x->type == AAA_ACCT_ON || x->type == AAA_ACCT_OFF;
		if (!must_wait(x) && !send_one(x, g)) {
			went_down(q);
			return;
		}
		if (barrier)
			break;
	}
}

static void enqueue(struct aaa_acct_engine *e, const char *group, const char *host,
                    const struct aaa_record *r)
{
	struct queue *q = queue_get(e, group, host);
	if (!q || (q->down && r->type == AAA_ACCT_INTERIM)) /* the next one says more */
		return;
	struct entry *x = entry_add(q, r);
	if (x && q->down)
		journal(x);
	else if (x)
		send_more(q);
}

/* To one server of the group, or to all of them. */
static void tell(struct aaa_acct_engine *e, const char *group, const struct aaa_record *r)
{
	struct aaa_sgroup *g = aaa_sgroup_find(e->servers, group);
	size_t n = 0;
	struct aaa_host *const *hosts = g ? aaa_sgroup_hosts(g, &n) : NULL;
	if (!g || !aaa_sgroup_conf(g)->simultaneous) {
		enqueue(e, group, "", r);
		return;
	}
	for (size_t i = 0; i < n; i++)
		enqueue(e, group, hosts[i]->conf->host, r);
}

/* ------------------------------------------------------------------ sessions */

static struct aaa_record stamped(const struct aaa_acct_engine *e, const struct aaa_record *r,
                                 enum aaa_acct type, const char *id)
{
	struct aaa_record copy = *r;
	copy.type = type;
	copy.at = clock_wall(aaa_servers_clock(e->servers));
	str_copy(copy.id, sizeof(copy.id), str_of(id));
	return copy;
}

static void new_id(struct aaa_acct_engine *e, char id[AAA_ACCT_ID_CAP])
{
	snprintf(id, AAA_ACCT_ID_CAP, "%08X%08X%08X", e->node, e->boot, ++e->last);
}

static struct session *session_of(const struct aaa_acct_engine *e, uint32_t unit)
{
	return hash_get(e->by_unit, &unit, sizeof(unit));
}

static void on_interim(struct timer *t, void *arg)
{
	struct session *s = arg;
	struct aaa_acct_engine *e = s->engine;
	struct aaa_record r = {0};
	if (!e->ops->fill(e->ctx, s->unit, &r))
		return;
	r = stamped(e, &r, AAA_ACCT_INTERIM, s->id);
	tell(e, s->group, &r);
	timer_start(aaa_servers_clock(e->servers), t, (uint64_t)s->interim_s * 1000, on_interim, s);
}

/* The group's own period goes before the server's wish, which counts where the group sends them at all. */
static uint32_t interim_of(struct aaa_acct_engine *e, const char *group, uint32_t wish_s)
{
	struct aaa_sgroup *g = aaa_sgroup_find(e->servers, group);
	const struct aaa_sgroup_conf *c = g ? aaa_sgroup_conf(g) : NULL;
	uint32_t s = !c || !c->interim ? 0 : c->interim_s != 0 ? c->interim_s : wish_s;
	return s != 0 && s < INTERIM_MIN_S ? INTERIM_MIN_S : s;
}

void aaa_acct_start(struct aaa_acct_engine *e, const struct aaa_record *r, uint32_t interim_s)
{
	const struct aaa_conf *c = aaa_servers_conf(e->servers);
	const struct aaa_group *g = c ? aaa_group_find(c, r->tunnel_group) : NULL;
	if (!g || !g->accounting || !g->accounting[0] || session_of(e, r->unit))
		return;
	struct session *s = pool_get(e->sessions);
	if (!s || !hash_put(e->by_unit, &r->unit, sizeof(r->unit), s)) {
		pool_put(e->sessions, s);
		return;
	}
	s->engine = e;
	s->unit = r->unit;
	s->group = share_text(g->accounting);
	new_id(e, s->id);
	struct aaa_record start = stamped(e, r, AAA_ACCT_START, s->id);
	tell(e, s->group, &start);
	s->interim_s = interim_of(e, s->group, interim_s);
	if (s->interim_s != 0)
		timer_start(aaa_servers_clock(e->servers), &s->interim, (uint64_t)s->interim_s * 1000,
		            on_interim, s);
}

static void session_free(struct session *s)
{
	struct aaa_acct_engine *e = s->engine;
	timer_stop(aaa_servers_clock(e->servers), &s->interim);
	hash_del(e->by_unit, &s->unit, sizeof(s->unit));
	share_drop_text(s->group);
	pool_put(e->sessions, s);
}

void aaa_acct_stop(struct aaa_acct_engine *e, const struct aaa_record *r)
{
	struct session *s = session_of(e, r->unit);
	if (!s)
		return;
	struct aaa_record stop = stamped(e, r, AAA_ACCT_STOP, s->id);
	tell(e, s->group, &stop);
	session_free(s);
}

const char *aaa_acct_id(const struct aaa_acct_engine *e, uint32_t unit)
{
	const struct session *s = session_of(e, unit);
	return s ? s->id : NULL;
}

/* ------------------------------------------------------------------ the gateway itself */

static bool is_accounting(const struct aaa_conf *c, const char *group)
{
	for (size_t i = 0; i < c->ngroups; i++)
		if (c->groups[i].accounting && strcmp(c->groups[i].accounting, group) == 0)
			return true;
	return false;
}

static void tell_on(struct aaa_acct_engine *e, const char *group)
{
	struct queue *q = queue_get(e, group, "");
	struct aaa_record on = {0};
	if (!q || q->told_on)
		return;
	q->told_on = true;
	char id[AAA_ACCT_ID_CAP];
	new_id(e, id);
	on = stamped(e, &on, AAA_ACCT_ON, id);
	tell(e, group, &on);
}

void aaa_acct_set(struct aaa_acct_engine *e)
{
	const struct aaa_conf *c = aaa_servers_conf(e->servers);
	for (size_t i = 0; c && i < c->nsgroups; i++)
		if (is_accounting(c, c->sgroups[i].name) && c->sgroups[i].nhosts > 0)
			tell_on(e, c->sgroups[i].name);
	for (struct queue *q = e->queues; q; q = q->next)
		if (q->waiting > 0 && q->busy == 0)
			send_more(q); /* a group that was missing may be there now */
}

void aaa_acct_off(struct aaa_acct_engine *e)
{
	struct aaa_record off = {0};
	char id[AAA_ACCT_ID_CAP];
	for (struct queue *q = e->queues; q; q = q->next) {
		if (!q->told_on)
			continue;
		q->told_on = false;
		new_id(e, id);
		off = stamped(e, &off, AAA_ACCT_OFF, id);
		tell(e, q->group, &off);
	}
}

bool aaa_acct_busy(const struct aaa_acct_engine *e)
{
	for (const struct queue *q = e->queues; q; q = q->next)
		if (q->waiting > 0 && !q->down)
			return true;
	return false;
}

/* ------------------------------------------------------------------ life */

static bool get_name(struct rd *in, char *name, size_t cap)
{
	struct bytes b = rd_bytes(in, rd_u16(in));
	return rd_ok(in) && str_copy(name, cap, (struct str){(const char *)b.p, b.len});
}

/* A record from before the start. */
static void on_piece(void *arg, uint32_t id, struct bytes piece)
{
	struct aaa_acct_engine *e = arg;
	char group[AAA_ACL_MAX + 16], host[129];
	struct aaa_record r;
	struct rd in = rd_of(piece.p, piece.len);
	struct queue *q = NULL;
	if (get_name(&in, group, sizeof(group)) && get_name(&in, host, sizeof(host)) &&
	    aaa_record_get(&in, &r))
		q = queue_get(e, group, host);
	struct entry *x = q ? entry_add(q, &r) : NULL;
	if (x)
		x->number = id;
}

struct aaa_acct_engine *aaa_acct_new(struct aaa_servers *s, const char *path,
                                     const struct aaa_acct_ops *ops, void *ctx)
{
	struct aaa_acct_engine *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->servers = s;
	e->ops = ops;
	e->ctx = ctx;
	e->sessions = pool_new("Accounting sessions", sizeof(struct session), SESSIONS_MAX);
	e->by_unit = hash_new(SESSIONS_MAX);
	e->boot = (uint32_t)clock_wall(aaa_servers_clock(s));
	e->node = random_u32();
	e->path = path ? strdup(path) : NULL;
	if (!e->sessions || !e->by_unit || (path && !e->path)) {
		aaa_acct_free(e);
		return NULL;
	}
	if (path && access(path, F_OK) == 0)
		open_journal(e);
	return e;
}

static void free_session(void *arg, void *value)
{
	(void)arg;
	session_free(value);
}

void aaa_acct_free(struct aaa_acct_engine *e)
{
	if (!e)
		return;
	if (e->by_unit)
		hash_each(e->by_unit, free_session, NULL);
	for (struct queue *q = e->queues, *next; q; q = next) {
		next = q->next;
		timer_stop(aaa_servers_clock(e->servers), &q->again);
		while (q->first) {
			struct entry *x = q->first;
			if (x->ask)
				aaa_ask_cancel(x->ask);
			journal(x);
			entry_free(x);
		}
		hash_free(q->busy_ids);
		free(q);
	}
	spool_close(e->spool);
	free(e->path);
	hash_free(e->by_unit);
	pool_delete(e->sessions);
	free(e);
}

/* ------------------------------------------------------------------ show */

static int show_aaa_accounting(struct cmd *c)
{
	const struct aaa_acct_engine *e = c->ctx;
	struct out *o = c->out;
	rec_list(o, "queues");
	for (const struct queue *q = e ? e->queues : NULL; q; q = q->next) {
		rec_open(o, NULL);
		rec(o, "group", "Server Group:    %s\n", q->group);
		if (q->host[0])
			rec(o, "address", "Server Address:  %s\n", q->host);
		rec(o, "status", "Status:          %s\n", q->down ? "WAITING for a server" : "ACTIVE");
		rec(o, "sent", "Number of records sent                  %llu\n", (unsigned long long)q->sent);
		rec(o, "waiting", "Number of records that wait             %u\n", q->waiting);
		rec(o, "dropped", "Number of records dropped               %llu\n",
		    (unsigned long long)q->dropped);
		rec_close(o);
	}
	rec_close(o);
	return CMD_OK;
}

const struct cmd_entry *aaa_acct_commands(size_t *n)
{
	static const struct cmd_entry commands[] = {{"show_aaa_accounting", show_aaa_accounting}};
	*n = 1;
	return commands;
}
