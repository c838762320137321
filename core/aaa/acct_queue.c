/* Accounting records on their way to servers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/aaa/acct_int.h"
#include "core/aaa/spool.h"
#include "core/base/debug.h"
#include "core/base/log.h"

enum {
	WAITING_MAX = 65536, /* records of all queues */
	WINDOW = 64,         /* of a queue under way */
	LOOK_AHEAD = 256,    /* past records that must wait for an earlier one of their session */
	AGAIN_MS = 5000,     /* after a record that nobody took; doubles */
	AGAIN_MAX_MS = 60 * 1000,
	JOURNAL_MAX = 32 << 20,
};

/* A record that waits, or is under way. */
struct acct_entry {
	struct acct_entry *prev, *next;
	struct acct_queue *queue;
	uint32_t number; /* in the journal, 0 = not there */
	enum aaa_acct type;
	struct aaa_ask *ask; /* with record: while it is under way */
	struct aaa_record *record;
	char id[AAA_ACCT_ID_CAP];
	uint16_t len;
	uint8_t bytes[]; /* aaa_record_put */
};

static const char *type_text(enum aaa_acct type)
{
	static const char *const texts[AAA_ACCT_N] = {"Start", "Interim-Update", "Stop", "Accounting-On",
	                                              "Accounting-Off"};
	return texts[type];
}

struct acct_queue *acct_queue_get(struct aaa_acct_engine *e, const char *group, const char *host)
{
	for (struct acct_queue *q = e->queues; q; q = q->next)
		if (strcmp(q->group, group) == 0 && strcmp(q->host, host) == 0)
			return q;
	struct acct_queue *q = calloc(1, sizeof(*q));
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

static bool on_piece(void *arg, uint32_t id, struct bytes piece);

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
static void journal(struct acct_entry *x)
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

static void entry_free(struct acct_entry *x)
{
	struct acct_queue *q = x->queue;
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

static struct acct_entry *entry_add(struct acct_queue *q, const struct aaa_record *r)
{
	uint8_t bytes[AAA_RECORD_BYTES];
	struct wr w = wr_of(bytes, sizeof(bytes));
	aaa_record_put(r, &w);
	struct acct_entry *x = q->engine->waiting < WAITING_MAX && wr_ok(&w)
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

static void on_again(struct timer *t, void *arg)
{
	struct acct_queue *q = arg;
	(void)t;
	acct_queue_go(q);
}

/* Nobody took it: all that waits is written down, and one of them tries again later. */
static void went_down(struct acct_queue *q)
{
	struct clock *clock = aaa_servers_clock(q->engine->servers);
	if (timer_running(&q->again))
		return; /* one of those that were under way together */
	q->again_ms = q->down ? q->again_ms * 2 : AGAIN_MS;
	if (q->again_ms > AGAIN_MAX_MS)
		q->again_ms = AGAIN_MAX_MS;
	if (!q->down)
		for (struct acct_entry *x = q->first; x; x = x->next)
			journal(x);
	q->down = true;
	timer_start(clock, &q->again, q->again_ms, on_again, q);
}

static void unbusy(struct acct_entry *x)
{
	struct acct_queue *q = x->queue;
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
	struct acct_entry *x = ask->arg;
	struct acct_queue *q = x->queue;
	(void)why;
	aaa_reply_free(reply);
	const struct debug_who who = aaa_ask_who(ask);
	/* Accounting-On and -Off are of no user: lines about nobody, as conditions of debug know them */
	debug_for(who.user[0] != '\0' ? &who : NULL, DEBUG_AAA_ACCOUNTING, 1,
	          "AAA: accounting %s of session %s to %s: %s", type_text(x->type), x->id, q->group,
	          answer == AAA_SAYS_ACCEPT ? "taken" : "not taken");
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
	acct_queue_go(q);
}

/* The server of a simultaneous queue; NULL: it is gone. */
static struct aaa_host *host_of(const struct acct_queue *q, struct aaa_sgroup *g)
{
	size_t n;
	struct aaa_host *const *hosts = aaa_sgroup_hosts(g, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(hosts[i]->conf->host, q->host) == 0)
			return hosts[i];
	return NULL;
}

static bool send_one(struct acct_entry *x, struct aaa_sgroup *g)
{
	struct acct_queue *q = x->queue;
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
static bool must_wait(const struct acct_entry *x)
{
	const struct acct_queue *q = x->queue;
	return x->ask || hash_get(q->busy_ids, x->id, strlen(x->id)) ||
	       ((x->type == AAA_ACCT_OFF || x->type == AAA_ACCT_ON) && q->busy > 0);
}

void acct_queue_go(struct acct_queue *q)
{
	struct aaa_sgroup *g = aaa_sgroup_find(q->engine->servers, q->group);
	unsigned window = q->down ? 1 : WINDOW, look = LOOK_AHEAD;
	if (q->waiting > 0 && !g) {
		went_down(q);
		return;
	}
	for (struct acct_entry *x = q->first; x && q->busy < window && look-- > 0; x = x->next) {
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
	struct acct_queue *q = acct_queue_get(e, group, host);
	if (!q || (q->down && r->type == AAA_ACCT_INTERIM)) /* the next one says more */
		return;
	struct acct_entry *x = entry_add(q, r);
	if (x && q->down)
		journal(x);
	else if (x)
		acct_queue_go(q);
}

/* To one server of the group, or to all of them. */
void acct_tell(struct aaa_acct_engine *e, const char *group, const struct aaa_record *r)
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

/* ------------------------------------------------------------------ life */

static bool get_name(struct rd *in, char *name, size_t cap)
{
	struct bytes b = rd_bytes(in, rd_u16(in));
	return rd_ok(in) && str_copy(name, cap, (struct str){(const char *)b.p, b.len});
}

/* A record from before the start. */
static bool on_piece(void *arg, uint32_t id, struct bytes piece)
{
	struct aaa_acct_engine *e = arg;
	char group[AAA_ACL_MAX + 16], host[129];
	struct aaa_record r;
	struct rd in = rd_of(piece.p, piece.len);
	if (!get_name(&in, group, sizeof(group)) || !get_name(&in, host, sizeof(host)) ||
	    !aaa_record_get(&in, &r)) {
		log_msg(MSG_113013, "An accounting record on disk cannot be read", "accounting");
		return false;
	}
	struct acct_queue *q = acct_queue_get(e, group, host);
	struct acct_entry *x = q ? entry_add(q, &r) : NULL;
	if (x)
		x->number = id; /* else there is no room now: the next start finds it again */
	return true;
}

void acct_journal_read(struct aaa_acct_engine *e)
{
	if (e->path && access(e->path, F_OK) == 0)
		open_journal(e);
}

void acct_journal_close(struct aaa_acct_engine *e)
{
	spool_close(e->spool);
	free(e->path);
}

void acct_queue_free(struct acct_queue *q)
{
	timer_stop(aaa_servers_clock(q->engine->servers), &q->again);
	while (q->first) {
		struct acct_entry *x = q->first;
		if (x->ask)
			aaa_ask_cancel(x->ask);
		journal(x);
		entry_free(x);
	}
	hash_free(q->busy_ids);
	free(q);
}
