#include "core/aaa/lockout.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

enum { PRIVILEGE_EXEMPT = 15 };

struct record {
	char user[AAA_NAME_MAX + 1];
	uint32_t failed;
	bool locked;
};

static struct record *records;
static size_t n_records, cap_records;

static struct record *find(const char *user)
{
	for (size_t i = 0; i < n_records; i++)
		if (strcmp(records[i].user, user) == 0)
			return &records[i];
	return NULL;
}

static void forget(struct record *r)
{
	*r = records[--n_records];
	if (n_records > 0)
		return;
	free(records);
	records = NULL;
	cap_records = 0;
}

/* At most as many as there are local users. */
static struct record *take(const char *user)
{
	struct record *r = find(user);
	if (r)
		return r;
	if (n_records == cap_records) {
		size_t cap = cap_records ? cap_records * 2 : 16;
		r = realloc(records, cap * sizeof(*r));
		if (!r)
			return NULL;
		records = r;
		cap_records = cap;
	}
	r = &records[n_records++];
	*r = (struct record){0};
	str_copy(r->user, sizeof(r->user), str_of(user));
	return r;
}

void aaa_lockout_set(const struct aaa_conf *c)
{
	for (size_t i = n_records; i-- > 0;)
		if (!c || !aaa_user_find(c, records[i].user))
			forget(&records[i]);
}

bool aaa_locked_out(const struct aaa_conf *c, const struct aaa_user *u)
{
	const struct record *r = find(u->name);
	return c->max_fail && u->privilege < PRIVILEGE_EXEMPT && r && r->locked;
}

void aaa_attempt(const struct aaa_conf *c, const struct aaa_user *u, bool ok)
{
	struct record *r = ok || !c->max_fail ? find(u->name) : take(u->name);
	if (!r)
		return;
	if (ok) {
		forget(r);
		return;
	}
	if (!c->max_fail)
		return;
	r->failed += r->failed < UINT32_MAX;
	if (r->locked || r->failed < c->max_fail || u->privilege >= PRIVILEGE_EXEMPT)
		return;
	r->locked = true;
	log_msg(MSG_113006, u->name, c->max_fail);
}

/* ------------------------------------------------------------------ commands */

static int by_user(const void *a, const void *b)
{
	return strcmp(((const struct record *)a)->user, ((const struct record *)b)->user);
}

static int show_aaa_local_user(struct cmd *c)
{
	bool only_locked = cmd_has(c, "locked");
	if (n_records > 1)
		qsort(records, n_records, sizeof(*records), by_user);
	out_str(c->out, "Lock-time  Failed-attempts  Locked  User\n");
	rec_list(c->out, "users");
	for (size_t i = 0; i < n_records; i++)
		if (records[i].locked || !only_locked) {
			rec_open(c->out, NULL);
			rec(c->out, "failed_attempts locked? user",
			    "  -        %6u           %s       %s\n", records[i].failed,
			    records[i].locked ? "Y" : "N", records[i].user);
			rec_close(c->out);
		}
	rec_close(c->out);
	return CMD_OK;
}

static int clear_aaa_local_user(struct cmd *c)
{
	struct str user = cmd_text(c, "user");
	bool lockout = cmd_has(c, "lockout");
	const char *admin = c->host && c->host->user ? c->host->user(c->session) : "console";
	for (size_t i = n_records; i-- > 0;) {
		if (user.len && !str_eq_cstr(user, records[i].user))
			continue;
		if (lockout && records[i].locked)
			log_msg(MSG_113007, records[i].user, admin);
		if (lockout || !records[i].locked)
			forget(&records[i]);
		else
			records[i].failed = 0;
	}
	return CMD_OK;
}

const struct cmd_entry *aaa_commands(size_t *n)
{
	static const struct cmd_entry table[] = {
	        {"show_aaa_local_user", show_aaa_local_user},
	        {"clear_aaa_local_user", clear_aaa_local_user},
	};
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
