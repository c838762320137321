#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/failures_priv.h"

struct failures *failures_new(struct gateway *gw)
{
	struct failures *fs = calloc(1, sizeof *fs);
	if (fs != NULL)
		fs->gw = gw;
	return fs;
}

void failures_free(struct failures *fs)
{
	free(fs);
}

/* ------------------------------------------------------------------ which row */

static uint32_t name_hash(const char *name)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (; name != NULL && *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

struct row_choice {
	size_t row;
	uint64_t order;
};

/* The row of this source and cause; else a free one, or the one that gives way: of a source that has many, of a stranger
 * for a stranger when those have their share, the oldest of all. */
static size_t row_for(const struct failures *fs, const struct fail_key *want, bool *same)
{
	struct row_choice least = {0, UINT64_MAX}, stranger = least, of_source = least; /* the oldest of each */
	size_t strangers = 0, own = 0;
	*same = true;
	for (size_t i = 0; i < FAIL_ROWS; i++) {
		const struct fail_key *k = &fs->key[i];
		if (k->order != 0 && k->ip == want->ip && k->cause == want->cause && k->user == want->user)
			return i;
		if (k->order < least.order)
			least = (struct row_choice){i, k->order};
		if (k->order == 0)
			continue;
		strangers += k->stranger;
		if (k->stranger && k->order < stranger.order)
			stranger = (struct row_choice){i, k->order};
		own += k->ip == want->ip;
		if (k->ip == want->ip && k->order < of_source.order)
			of_source = (struct row_choice){i, k->order};
	}
	*same = false;
	if (own >= FAIL_OF_SOURCE)
		return of_source.row;
	if (want->stranger && strangers >= FAIL_STRANGERS)
		return stranger.row;
	return least.row;
}

/* ------------------------------------------------------------------ what it says */

/* One line, without what could garble a screen. */
static void take(char *to, size_t cap, const char *text)
{
	if (text == NULL)
		return;
	snprintf(to, cap, "%s", text);
	for (; *to != '\0'; to++)
		if ((uint8_t)*to < 0x20 || *to == 0x7f)
			*to = '?';
}

static enum client_kind kind_by_l2tp(const struct failure *f, enum client_kind kind)
{
	static const struct {
		const char *text;
		enum client_kind kind;
	} vendors[] = {{"Microsoft", CLIENT_WINDOWS}, {"MikroTik", CLIENT_MIKROTIK}, {"xelerance.com", CLIENT_XL2TPD},
	               {"Cisco Systems, Inc.", CLIENT_CISCO}};
	if (kind != CLIENT_UNKNOWN)
		return kind;
	for (size_t i = 0; f->vendor != NULL && i < sizeof vendors / sizeof vendors[0]; i++)
		if (strcmp(f->vendor, vendors[i].text) == 0)
			return vendors[i].kind;
	return f->host != NULL && strcmp(f->host, "anonymous") == 0 ? CLIENT_ANDROID : CLIENT_UNKNOWN;
}

/* A cause that is not looked into (offered NULL, in a flood) leaves what the row says of it. */
static void fill(struct failures *fs, struct fail_row *r, const struct failure *f)
{
	struct gateway *gw = fs->gw;
	struct ike_peer_info info;
	enum client_kind kind = f->client;
	const struct aaa_group *g = NULL;

	if (f->peer != 0 && kind == CLIENT_UNKNOWN && ike_peer_info(gw->ike, f->peer, &info))
		kind = info.client;
	kind = kind_by_l2tp(f, kind);
	if (kind != CLIENT_UNKNOWN || r->count == 0)
		r->client = kind;
	r->cause = f->cause;
	r->stage = f->stage;
	r->remote = f->remote;
	take(r->group, sizeof r->group, f->group);
	take(r->user, sizeof r->user, f->user);
	take(r->ifname, sizeof r->ifname, f->ifname);
	if (f->group != NULL && gw->snap != NULL)
		g = aaa_group_find(gw->snap->aaa, f->group);
	take(r->policy, sizeof r->policy, f->policy != NULL ? f->policy : g != NULL ? g->policy : NULL);
	take(r->object, sizeof r->object, f->object);
	take(r->offered, sizeof r->offered, f->offered);
	take(r->wanted, sizeof r->wanted, f->wanted);
	if (f->fix != NULL)
		snprintf(r->fix, sizeof r->fix, "%s", f->fix);
}

/* ------------------------------------------------------------------ the log */

static bool may_log(struct failures *fs, const struct fail_row *r, bool stranger)
{
	enum { BURST = 20, EVERY_MS = 500, SAME_MS = 60000 };
	uint64_t now = clock_now(&fs->gw->clock), refill = (now - fs->bucket[stranger].ms) / EVERY_MS;
	unsigned *n = &fs->bucket[stranger].n;
	if (refill > 0) {
		*n = refill < *n ? *n - (unsigned)refill : 0;
		fs->bucket[stranger].ms = now;
	}
	if ((r->logged_ms != 0 && now - r->logged_ms < SAME_MS) || *n >= BURST)
		return false;
	++*n;
	return true;
}

static void say(struct failures *fs, struct fail_row *r, bool stranger)
{
	char who[300], fix[FAIL_FIX_MAX], line[2 * FAIL_FIX_MAX];
	size_t used = 0;
	if (!may_log(fs, r, stranger))
		return;
	r->logged_ms = clock_now(&fs->gw->clock);
	failure_fix(r, fix);
	if (fix[0] == '\0')
		snprintf(fix, sizeof fix, "%s", failure_advice(r));
	for (const char *p = fix; *p != '\0' && used + 3 < sizeof line; p++) {
		line[used++] = *p == '\n' ? ';' : *p;
		if (*p == '\n' && p[1] != ' ')
			line[used++] = ' ';
	}
	line[used] = '\0';
	snprintf(who, sizeof who, "%s%s%s%s%s%sIP = %s, ", r->group[0] != '\0' ? "Group = " : "", r->group,
	         r->group[0] != '\0' ? ", " : "", r->user[0] != '\0' ? "Username = " : "", r->user,
	         r->user[0] != '\0' ? ", " : "", ip4_text(r->remote.ip).s);
	log_msg(MSG_713990, who, client_kind_text(r->client), fail_stage_text(r->stage), failure_cause_text(r),
	        fail_cause_word(r->cause), failure_user_sees(r), line);
}

/* ------------------------------------------------------------------ in */

void failures_tell(void *ctx, const struct failure *f)
{
	struct gateway *gw = ctx;
	struct failures *fs = gw->failures;
	bool same;
	if (fs == NULL || gw->stopping)
		return;
	struct fail_key key = {.order = ++fs->order,
	                       .ip = f->remote.ip,
	                       .user = name_hash(f->user),
	                       .cause = (uint8_t)f->cause,
	                       .stranger = f->stranger};
	size_t i = row_for(fs, &key, &same);
	struct fail_row *r = &fs->row[i];
	/* who only writes from the address of another neither makes his row give way nor changes what it says */
	bool known = same && f->stranger && !fs->key[i].stranger;
	key.stranger = f->stranger && !known;
	fs->key[i] = key;
	if (!same)
		memset(r, 0, sizeof *r);
	if (!known)
		fill(fs, r, f);
	r->last = clock_wall(&gw->clock);
	if (r->count++ == 0)
		r->first = r->last;
	fs->count[f->cause]++;
	fs->total++;
	if (!known)
		say(fs, r, f->stranger);
}

void failures_no_l2tp(struct gateway *gw, const struct gw_flow *flow)
{
	struct ike_peer_info info;
	if (!ike_peer_info(gw->ike, flow->peer, &info) || info.user[0] != '\0') /* in on another one */
		return;
	const struct failure f = {.cause = FAIL_L2TP_NEVER,
	                          .stage = FAIL_AT_QM3,
	                          .remote = info.remote,
	                          .peer = flow->peer,
	                          .group = flow->group,
	                          .ifname = flow->ifname};
	failures_tell(gw, &f);
}
