#include "core/aaa/backoff.h"

#include <string.h>

#include "core/aaa/aaa.h"
#include "core/base/ip4.h"
#include "core/base/log.h"

struct row {
	char user[AAA_USER_MAX + 1]; /* of names */
	uint32_t ip;                 /* of sources */
	bool known;
	uint32_t failures; /* 0 = free */
	uint64_t last_ms;
};

static struct row sources[AAA_BACKOFF_PLACES], names[AAA_BACKOFF_PLACES];
static uint64_t held_back, held_back_right;

static bool is_live(const struct row *r, uint64_t now_ms)
{
	return r->failures > 0 && now_ms - r->last_ms < AAA_BACKOFF_FORGET_MS;
}

/* The row of the source, or of the name when it is not NULL. */
static struct row *find(struct row *table, const char *user, uint32_t ip, uint64_t now_ms)
{
	for (size_t i = 0; i < AAA_BACKOFF_PLACES; i++)
		if (is_live(&table[i], now_ms) && table[i].ip == ip &&
		    (!user || strcmp(table[i].user, user) == 0))
			return &table[i];
	return NULL;
}

static struct row *take(struct row *table, const char *user, uint32_t ip, uint64_t now_ms)
{
	struct row *r = find(table, user, ip, now_ms), *oldest = &table[0];
	for (size_t i = 0; !r && i < AAA_BACKOFF_PLACES; i++) {
		if (!is_live(&table[i], now_ms)) {
			oldest = &table[i];
			break;
		}
		if (table[i].last_ms < oldest->last_ms)
			oldest = &table[i];
	}
	if (r)
		return r;
	*oldest = (struct row){.ip = ip};
	if (user)
		str_copy(oldest->user, sizeof(oldest->user), str_of(user));
	return oldest;
}

static uint64_t delay_of(const struct row *r)
{
	unsigned over = r && r->failures > AAA_BACKOFF_FREE ? r->failures - AAA_BACKOFF_FREE : 0;
	uint64_t ms = AAA_BACKOFF_FIRST_MS;
	for (; over > 1 && ms < AAA_BACKOFF_MOST_MS; over--)
		ms *= 2;
	return over == 0 ? 0 : ms < AAA_BACKOFF_MOST_MS ? ms : AAA_BACKOFF_MOST_MS;
}

static uint64_t one_more(struct row *r, uint64_t now_ms, bool known)
{
	r->failures += r->failures < UINT32_MAX;
	r->last_ms = now_ms;
	r->known = known;
	return delay_of(r);
}

static uint64_t right(uint64_t now_ms, const char *user, uint32_t ip)
{
	struct row *source = ip ? find(sources, NULL, ip, now_ms) : NULL;
	struct row *name = find(names, user, 0, now_ms);
	uint64_t ms = delay_of(source);
	if (source)
		source->failures = 0;
	if (name)
		name->failures = 0;
	held_back_right += ms > 0;
	return ms;
}

uint64_t aaa_backoff(uint64_t now_ms, const char *user, uint32_t ip, bool ok, bool known)
{
	if (ok)
		return right(now_ms, user, ip);
	uint64_t ms = one_more(take(names, user, 0, now_ms), now_ms, known);
	uint64_t by_source = ip ? one_more(take(sources, NULL, ip, now_ms), now_ms, true) : 0;
	if (by_source > ms)
		ms = by_source;
	held_back += ms > 0;
	return ms;
}

void aaa_backoff_clear(void)
{
	memset(sources, 0, sizeof(sources));
	memset(names, 0, sizeof(names));
	held_back = held_back_right = 0;
}

/* ------------------------------------------------------------------ show */

/* Whoever typed a name may have put into it what a terminal acts on. */
static const char *shown(const struct row *r, char text[AAA_USER_MAX + 1])
{
	str_copy(text, AAA_USER_MAX + 1, str_of(r->known ? r->user : log_hidden(r->user)));
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return text;
}

static void show_table(struct cmd *c, const struct row *table, const char *key, uint64_t now_ms)
{
	char text[AAA_USER_MAX + 1];
	rec_list(c->out, key);
	for (size_t i = 0; i < AAA_BACKOFF_PLACES; i++) {
		const struct row *r = &table[i];
		if (!is_live(r, now_ms))
			continue;
		const char *who = table == sources ? ip4_text(r->ip).s : shown(r, text);
		rec_open(c->out, NULL);
		rec(c->out, "failures delay_ms who", "%8u  %8u  %s\n", r->failures,
		    (unsigned)delay_of(r), who);
		rec_close(c->out);
	}
	rec_close(c->out);
}

static int show_aaa_login_backoff(struct cmd *c)
{
	uint64_t now_ms = clock_now(c->ctx);
	rec(c->out, "refusals_held_back", "Refusals held back:        %llu\n",
	    (unsigned long long)held_back);
	rec(c->out, "right_ones_held_back", "Right ones held back:      %llu\n",
	    (unsigned long long)held_back_right);
	out_str(c->out, "Failures  Delay ms  Source or user\n");
	show_table(c, sources, "sources", now_ms);
	show_table(c, names, "users", now_ms);
	return CMD_OK;
}

const struct cmd_entry *aaa_backoff_commands(size_t *n)
{
	static const struct cmd_entry commands[] = {{"show_aaa_login_backoff", show_aaa_login_backoff}};
	*n = sizeof(commands) / sizeof(commands[0]);
	return commands;
}
