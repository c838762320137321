/* show vpn-sessiondb failures [detail], clear vpn-sessiondb failures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/zone.h"
#include "core/failures_priv.h"

static const struct failures *sorting;

static int newest_first(const void *a, const void *b)
{
	uint64_t x = sorting->key[*(const uint16_t *)a].order, y = sorting->key[*(const uint16_t *)b].order;
	return x > y ? -1 : x < y;
}

/* The rows there are, the newest first; how many. */
static size_t in_order(const struct failures *fs, uint16_t at[FAIL_ROWS])
{
	size_t n = 0;
	for (uint16_t i = 0; i < FAIL_ROWS; i++)
		if (fs->key[i].order != 0)
			at[n++] = i;
	sorting = fs;
	qsort(at, n, sizeof at[0], newest_first);
	return n;
}

static const char *when(char text[32], time_t t)
{
	if (zone_format(text, 32, "%b %d %Y %H:%M:%S", t) == 0)
		text[0] = '\0';
	return text;
}

static void put_counts(const struct failures *fs, struct out *o)
{
	out_str(o, "Cause                          Count\n");
	rec_open(o, "causes");
	for (unsigned c = 0; c < FAIL_CAUSES; c++) {
		if (fs->count[c] == 0)
			continue;
		const char *word = fail_cause_word((enum fail_cause)c);
		out_printf(o, "%-26s %9llu\n", word, (unsigned long long)fs->count[c]);
		rec_num(o, word, fs->count[c]);
	}
	rec_close(o);
}

static void put_line(const struct fail_row *r, struct out *o)
{
	char last[32], from[32];
	snprintf(from, sizeof from, "%s/%u", ip4_text(r->remote.ip).s, r->remote.port);
	rec(o, "last count - client stage sees", "%-20s %6u  %-21s %-20s %-19s %s\n", when(last, r->last), r->count, from,
	    client_kind_text(r->client), fail_stage_text(r->stage), failure_user_sees(r));
	rec(o, "cause", "    %s", failure_cause_text(r));
	if (r->user[0] != '\0')
		rec(o, "user", ", user %s", r->user);
	if (r->group[0] != '\0')
		rec(o, "group", ", tunnel group %s", r->group);
	out_str(o, "\n");
}

/* Each line of the commands under the first one; in a document a list. */
static void put_fix(const struct fail_row *r, struct out *o)
{
	char fix[FAIL_FIX_MAX];
	failure_fix(r, fix);
	rec_list(o, "fix");
	for (char *p = fix, *next; *p != '\0'; p = next) {
		size_t len = strcspn(p, "\n");
		next = p + len + (p[len] != '\0');
		p[len] = '\0';
		rec(o, "line", p == fix ? "Fix          : %s\n" : "               %s\n", p);
	}
	rec_close(o);
	if (failure_advice(r)[0] != '\0')
		rec(o, "advice", "Advice       : %s\n", failure_advice(r));
}

static void put_block(const struct fail_row *r, struct out *o)
{
	char first[32], last[32], left[80];
	snprintf(left, sizeof left, "%s", when(last, r->last));
	rec(o, "last count", "Last         : %-25s Count        : %u\n", left, r->count);
	rec(o, "first client", "First        : %-25s Client       : %s\n", when(first, r->first), client_kind_text(r->client));
	snprintf(left, sizeof left, "%s/%u", ip4_text(r->remote.ip).s, r->remote.port);
	rec(o, "- stage", "Public       : %-25s Stage        : %s\n", left, fail_stage_text(r->stage));
	if (r->user[0] != '\0')
		rec(o, "user", "Username     : %s\n", r->user);
	if (r->group[0] != '\0')
		rec(o, "group", "Tunnel Group : %s\n", r->group);
	rec(o, "sees", "User sees    : %s\n", failure_user_sees(r));
	rec(o, "cause", "Cause        : %s\n", failure_cause_text(r));
	if (r->offered[0] != '\0')
		rec(o, "offered", "Offered      : %s\n", r->offered);
	if (r->wanted[0] != '\0')
		rec(o, "wanted", "Wanted       : %s\n", r->wanted);
	put_fix(r, o);
	rec(o, "debug", "Debug        : debug crypto condition peer %s\n", ip4_text(r->remote.ip).s);
	out_str(o, "\n");
}

static void put_row(const struct fail_row *r, bool detail, struct out *o)
{
	rec_open(o, NULL);
	if (detail)
		put_block(r, o);
	else
		put_line(r, o);
	rec_text(o, "word", fail_cause_word(r->cause));
	rec_text(o, "address", ip4_text(r->remote.ip).s);
	rec_num(o, "port", r->remote.port);
	rec_text(o, "error", failure_error(r));
	rec_text(o, "interface", r->ifname);
	rec_close(o);
}

static int show_failures(struct cmd *c)
{
	const struct failures *fs = c->ctx;
	struct out *o = c->out;
	uint16_t at[FAIL_ROWS];
	size_t n = in_order(fs, at);
	bool detail = cmd_has(c, "detail");

	if (n == 0) {
		rec_message(o, "INFO: No client was refused\n");
		return CMD_OK;
	}
	rec(o, "refusals rows", "Refusals: %llu, of which the last %zu causes and sources follow\n\n",
	    (unsigned long long)fs->total, n);
	put_counts(fs, o);
	out_str(o, "\n");
	if (!detail)
		out_str(o, "Last                  Count  Public address        Client               Stage               User sees\n");
	rec_list(o, "failures");
	for (size_t i = 0; i < n; i++)
		put_row(&fs->row[at[i]], detail, o);
	rec_close(o);
	return CMD_OK;
}

static int clear_failures(struct cmd *c)
{
	struct failures *fs = c->ctx;
	memset(fs->key, 0, sizeof fs->key);
	memset(fs->row, 0, sizeof fs->row);
	memset(fs->count, 0, sizeof fs->count);
	fs->total = 0;
	return CMD_OK;
}

void failures_register(struct failures *fs)
{
	static const struct cmd_entry table[] = {
	        {"show_vpn_sessiondb_failures", show_failures},
	        {"clear_vpn_sessiondb_failures", clear_failures},
	};
	cmd_register(table, sizeof table / sizeof table[0], fs);
}
