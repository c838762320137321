/* Accounting: the sessions, and the gateway itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/acct_int.h"
#include "core/base/random.h"
#include "core/base/share.h"
#include "core/base/show.h"

enum { SESSIONS_MAX = 20000, INTERIM_MIN_S = 60 };

struct session {
	struct aaa_acct_engine *engine;
	uint32_t unit;
	char id[AAA_ACCT_ID_CAP];
	const char *group; /* server group, shared text */
	uint32_t interim_s;
	struct timer interim;
};

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
	acct_tell(e, s->group, &r);
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
	if (!g || !g->accounting || !g->accounting[0] || !aaa_group_accounts(c, g->accounting) ||
	    session_of(e, r->unit))
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
	acct_tell(e, s->group, &start);
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
	acct_tell(e, s->group, &stop);
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
	struct acct_queue *q = acct_queue_get(e, group, "");
	struct aaa_record on = {0};
	if (!q || q->told_on)
		return;
	q->told_on = true;
	char id[AAA_ACCT_ID_CAP];
	new_id(e, id);
	on = stamped(e, &on, AAA_ACCT_ON, id);
	acct_tell(e, group, &on);
}

void aaa_acct_set(struct aaa_acct_engine *e)
{
	const struct aaa_conf *c = aaa_servers_conf(e->servers);
	for (size_t i = 0; c && i < c->nsgroups; i++)
		if (is_accounting(c, c->sgroups[i].name) && c->sgroups[i].nhosts > 0 &&
		    aaa_group_accounts(c, c->sgroups[i].name))
			tell_on(e, c->sgroups[i].name);
	for (struct acct_queue *q = e->queues; q; q = q->next)
		if (q->waiting > 0 && q->busy == 0)
			acct_queue_go(q); /* a group that was missing may be there now */
}

void aaa_acct_off(struct aaa_acct_engine *e)
{
	struct aaa_record off = {0};
	char id[AAA_ACCT_ID_CAP];
	for (struct acct_queue *q = e->queues; q; q = q->next) {
		if (!q->told_on)
			continue;
		q->told_on = false;
		new_id(e, id);
		off = stamped(e, &off, AAA_ACCT_OFF, id);
		acct_tell(e, q->group, &off);
	}
}

bool aaa_acct_busy(const struct aaa_acct_engine *e)
{
	for (const struct acct_queue *q = e->queues; q; q = q->next)
		if (q->waiting > 0 && !q->down)
			return true;
	return false;
}

/* ------------------------------------------------------------------ life */

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
	acct_journal_read(e);
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
	for (struct acct_queue *q = e->queues, *next; q; q = next) {
		next = q->next;
		acct_queue_free(q);
	}
	acct_journal_close(e);
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
	for (const struct acct_queue *q = e ? e->queues : NULL; q; q = q->next) {
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
