/* debug, undebug, show debug, debug crypto condition: what this console wants to see. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exec/debug.h"
#include "core/base/debug.h"
#include "core/base/ip4.h"

/* Other words for categories; those that stand for two have two rows. */
static const struct {
	const char *words;
	enum debug_cat cat;
} aliases[] = {
        {"crypto isakmp", DEBUG_IKEV1},       {"aaa", DEBUG_AAA},
        {"vpdn event", DEBUG_L2TP_EVENT},     {"vpdn packet", DEBUG_L2TP_PACKET},
        {"vpdn error", DEBUG_L2TP_ERROR},     {"radius", DEBUG_RADIUS_DECODE},
        {"radius", DEBUG_RADIUS_SESSION},     {"radius all", DEBUG_RADIUS_DECODE},
        {"radius all", DEBUG_RADIUS_SESSION}, {"tacacs", DEBUG_TACACS},
};

static struct debug_sink *sink_of(const struct cmd *c)
{
	return c->host && c->host->debug ? (c->host->debug)(c->session) : NULL;
}

/* The words behind `debug`, a level at their end taken off. */
static struct str category_words(const struct cmd *c)
{
	struct str rest = c->line, word;
	while ((word = str_word(&rest)).len > 0 && !str_eq_cstr(word, "debug") &&
	       !str_eq_cstr(word, "undebug"))
		;
	rest = str_trim(rest);
	/* `user NAME` */
	unsigned behind = cmd_has(c, "level") ? 1 : cmd_has(c, "server-user") ? 2 : 0;
	for (size_t i = rest.len; behind > 0 && i-- > 0;)
		if (rest.p[i] == ' ') {
			rest = str_trim((struct str){rest.p, i});
			behind--;
		}
	return rest;
}

/* The categories a command names; how many. */
static unsigned find(const struct cmd *c, enum debug_cat *found)
{
	struct str words = category_words(c);
	unsigned n = 0;
	for (int cat = 0; cat < DEBUG_N; cat++)
		if (str_eq_cstr(words, debug_words((enum debug_cat)cat)))
			found[n++] = (enum debug_cat)cat;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (str_eq_cstr(words, aliases[i].words))
			found[n++] = aliases[i].cat;
	return n;
}

static const char *only_user(const struct debug_sink *s, enum debug_cat cat)
{
	enum debug_server server = debug_server_of(cat);
	return server < DEBUG_SERVERS ? s->of_user[server] : "";
}

static void print_state(const struct debug_sink *s, enum debug_cat cat, struct out *out)
{
	const char *words = debug_words(cat), *last = strrchr(words, ' ');
	const char *user = only_user(s, cat);
	uint8_t level = s->level[cat];
	rec_open(out, NULL);
	rec_text(out, "category", words);
	rec_num(out, "level", level);
	if (user[0] != '\0')
		rec_text(out, "user", user);
	rec_close(out);
	if (user[0] != '\0' && cat != DEBUG_RADIUS_DECODE) /* one line, with the category behind it */
		out_printf(out, "debug %.*s  user %s\n", (int)(last - words), words, user);
	else if (user[0] != '\0')
		return;
	else if (debug_style(cat) == DEBUG_BARE)
		out_printf(out, "debug %.*s %s\n", (int)(last - words), words, last);
	else
		out_printf(out, "debug %s %senabled at level %u\n", words,
		           debug_style(cat) == DEBUG_WIDE ? " " : "", level);
}

static void set_user(struct debug_sink *s, enum debug_cat cat, struct str user)
{
	enum debug_server server = debug_server_of(cat);
	if (server < DEBUG_SERVERS)
		str_copy(s->of_user[server], sizeof s->of_user[server], user);
}

static void clear(struct debug_sink *s, enum debug_cat cat)
{
	set_user(s, cat, (struct str){0});
	debug_set(s, cat, 0);
	debug_trace_clear(cat);
}

static int cmd_debug_clear(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	enum debug_cat cats[DEBUG_N];
	unsigned n = s ? find(c, cats) : 0;
	for (unsigned i = 0; i < n; i++)
		clear(s, cats[i]);
	return CMD_OK;
}

static int cmd_debug_set(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	enum debug_cat cats[DEBUG_N];
	uint32_t level = 1;
	if (c->no)
		return cmd_debug_clear(c);
	if (!s)
		return cmd_fail(c, "this console shows no debug output");
	unsigned n = find(c, cats);
	cmd_u32(c, "level", &level);
	for (unsigned i = 0; i < n; i++) {
		uint8_t most = debug_max_level(cats[i]),
		        at = (uint8_t)(level > most ? most : level);
		debug_set(s, cats[i], at);
		set_user(s, cats[i], cmd_text(c, "server-user"));
		if (debug_style(cats[i]) != DEBUG_QUIET)
			print_state(s, cats[i], c->out);
	}
	return n > 0 ? CMD_OK : cmd_fail(c, "%% Unrecognized command");
}

static int cmd_undebug_all(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	for (int cat = 0; s && cat < DEBUG_N; cat++)
		clear(s, (enum debug_cat)cat);
	return CMD_OK;
}

/* no debug all */
static int cmd_debug_all(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	if (c->no)
		return cmd_undebug_all(c);
	for (int cat = 0; s && cat < DEBUG_N; cat++)
		debug_set(s, (enum debug_cat)cat, 1);
	return CMD_OK;
}

/* `show debug [item]`: the item is the beginning of the words. */
static int cmd_show_debug(struct cmd *c)
{
	const struct debug_sink *s = sink_of(c);
	struct str item = category_words(c);
	if (!s)
		return CMD_OK;
	debug_cond_print(&s->cond, true, c->out);
	rec_list(c->out, "debugs");
	for (int cat = 0; cat < DEBUG_N; cat++)
		if (s->level[cat] > 0 &&
		    str_has_prefix_nocase(str_of(debug_words((enum debug_cat)cat)), item))
			print_state(s, (enum debug_cat)cat, c->out);
	rec_close(c->out);
	return CMD_OK;
}

/* ---------------------------------------------------------------- conditions */

static int full(struct cmd *c)
{
	return cmd_fail(c, "too many conditions of this kind");
}

static int cond_peer(struct cmd *c, struct debug_cond *d, uint32_t ip)
{
	uint32_t mask = UINT32_MAX;
	cmd_u32(c, "mask", &mask);
	ip &= mask;
	unsigned i = 0;
	while (i < d->npeers && (d->peer[i].ip != ip || d->peer[i].mask != mask))
		i++;
	if (c->no && i < d->npeers)
		d->peer[i] = d->peer[--d->npeers];
	if (c->no || i < d->npeers)
		return CMD_OK;
	if (i == DEBUG_COND_PEERS)
		return full(c);
	d->peer[d->npeers].ip = ip;
	d->peer[d->npeers++].mask = mask;
	return CMD_OK;
}

static int cond_spi(struct cmd *c, struct debug_cond *d, uint32_t spi)
{
	unsigned i = 0;
	while (i < d->nspis && d->spi[i] != spi)
		i++;
	if (c->no && i < d->nspis)
		d->spi[i] = d->spi[--d->nspis];
	if (c->no || i < d->nspis)
		return CMD_OK;
	if (i == DEBUG_COND_PEERS)
		return full(c);
	d->spi[d->nspis++] = spi;
	return CMD_OK;
}

static int cond_name(struct cmd *c, char (*names)[DEBUG_COND_NAME_MAX], unsigned *n,
                     struct str name)
{
	unsigned i = 0;
	while (i < *n && !str_eq_cstr(name, names[i]))
		i++;
	if (c->no && i < *n)
		memcpy(names[i], names[--*n], DEBUG_COND_NAME_MAX);
	if (c->no || i < *n)
		return CMD_OK;
	if (i == DEBUG_COND_NAMES)
		return full(c);
	str_copy(names[(*n)++], DEBUG_COND_NAME_MAX, name);
	return CMD_OK;
}

/* `error` and `unmatched`, of IKE, of IPsec, of both. */
static void cond_flag(const struct cmd *c, bool *flag)
{
	if (!cmd_has(c, "ipsec"))
		flag[0] = !c->no;
	if (!cmd_has(c, "ike"))
		flag[1] = !c->no;
}

static int cmd_debug_condition(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	uint32_t value;
	if (!s)
		return cmd_fail(c, "this console shows no debug output");
	struct debug_cond *d = &s->cond;
	if (cmd_has(c, "reset"))
		memset(d, 0, sizeof *d);
	else if (cmd_u32(c, "peer-ip", &value))
		return cond_peer(c, d, value);
	else if (cmd_has(c, "spi-number"))
		return cond_spi(c, d, (uint32_t)strtoul(cmd_text(c, "spi-number").p, NULL, 0));
	else if (cmd_has(c, "group-name"))
		return cond_name(c, d->group, &d->ngroups, cmd_text(c, "group-name"));
	else if (cmd_has(c, "user-name"))
		return cond_name(c, d->user, &d->nusers, cmd_text(c, "user-name"));
	else
		cond_flag(c, cmd_has(c, "error") ? d->error : d->unmatched);
	return CMD_OK;
}

static int cmd_show_debug_condition(struct cmd *c)
{
	const struct debug_sink *s = sink_of(c);
	if (s)
		debug_cond_print(&s->cond, false, c->out);
	return CMD_OK;
}

void exec_debug_register(void)
{
	static const struct cmd_entry table[] = {
	        {"debug_set", cmd_debug_set},
	        {"debug_clear", cmd_debug_clear},
	        {"debug_all", cmd_debug_all},
	        {"undebug_all", cmd_undebug_all},
	        {"show_debug", cmd_show_debug},
	        {"debug_condition", cmd_debug_condition},
	        {"show_debug_condition", cmd_show_debug_condition},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), NULL);
}
