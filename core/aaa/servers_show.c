/* show aaa-server, clear aaa-server statistics: the local database and the servers of all groups. */
#include <time.h>

#include "core/aaa/local.h"
#include "core/aaa/server_int.h"
#include "core/base/zone.h"

static struct {
	uint64_t requests, accepts, rejects, authorizations;
	time_t last;
} local;
static uint64_t ever, authorizations_ever;

void aaa_count(enum aaa_status status, time_t when)
{
	ever++;
	local.requests++;
	local.accepts += status == AAA_ACCEPT;
	local.rejects += status == AAA_REJECT;
	local.last = when;
}

void aaa_count_authorization(void)
{
	authorizations_ever++;
	local.authorizations++;
}

uint64_t aaa_authorizations(void)
{
	return authorizations_ever;
}

uint64_t aaa_requests(void)
{
	return ever;
}

/* ------------------------------------------------------------------ one block */

static void row(struct out *o, const char *key, const char *label, uint64_t n)
{
	out_printf(o, "%-40s%llu\n", label, (unsigned long long)n);
	rec_num(o, key, n);
}

static const char *when(char *text, size_t cap, time_t t)
{
	if (t == 0)
		return "unknown";
	zone_format(text, cap, "%H:%M:%S %Z %a %b %-d %Y", t);
	return text;
}

/* Malformed responses: of datagrams, so only where servers answer with them. */
static void numbers(struct out *o, const struct aaa_host_stats *stats, unsigned pending,
                    uint32_t round_trip_ms, bool malformed)
{
	static const struct {
		const char *key, *text;
		size_t at;
	} rows[] = {
#define X(name, key, text) {key, text, offsetof(struct aaa_host_stats, name)},
	        AAA_HOST_STATS(X)
#undef X
	};
	row(o, "pending_requests", "Number of pending requests", pending);
	rec(o, "average_round_trip_ms", "Average round trip time                 %ums\n", round_trip_ms);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (malformed || rows[i].at != offsetof(struct aaa_host_stats, malformed))
			row(o, rows[i].key, rows[i].text,
			    *(const uint64_t *)(const void *)((const char *)stats + rows[i].at));
}

/* It is asked in this program and answers at once: nothing is pending, lost, forged or sent again, there is nothing it
 * would challenge, and it takes no accounting. */
static void show_local(struct out *o)
{
	char text[64];
	const struct aaa_host_stats stats = {.authentications = local.requests,
	                                     .authorizations = local.authorizations,
	                                     .accepts = local.accepts,
	                                     .rejects = local.rejects};
	rec_open(o, NULL);
	rec(o, "group", "Server Group:    %s\n", "LOCAL");
	rec(o, "protocol", "Server Protocol: %s\n", "Local database");
	out_str(o, "Server Address:  None\nServer port:     None\n");
	rec(o, "status last_transaction", "Server status:   %s, Last transaction at %s\n", "ACTIVE",
	    when(text, sizeof(text), local.last));
	numbers(o, &stats, 0, 0, false);
	rec_close(o);
}

static void show_status(struct out *o, const struct aaa_host *h)
{
	char text[64];
	if (h->failed)
		rec(o, "status disabled_at", "Server status:   %s, Server disabled at %s\n", "FAILED",
		    when(text, sizeof(text), h->failed_wall));
	else
		rec(o, "status last_transaction", "Server status:   %s, Last transaction at %s\n",
		    "ACTIVE", when(text, sizeof(text), h->last));
}

static bool has_datagrams(enum aaa_protocol p)
{
	return p == AAA_P_RADIUS || p == AAA_P_SDI;
}

static void show_host(struct out *o, const struct aaa_sgroup *g, const struct aaa_host *h)
{
	const struct aaa_host_conf *c = h->conf;
	rec_open(o, NULL);
	rec(o, "group", "Server Group:    %s\n", g->conf->name);
	rec(o, "protocol", "Server Protocol: %s\n", aaa_protocol_word(g->conf->protocol));
	if (g->conf->protocol == AAA_P_SDI)
		out_str(o, "                 (by the RADIUS interface of the server)\n");
	if (c->ip == 0)
		rec(o, "hostname", "Server Hostname: %s\n", c->host);
	rec(o, "address", "Server Address:  %s\n", h->ip != 0 ? ip4_text(h->ip).s : "unknown");
	if (g->conf->protocol == AAA_P_RADIUS)
		rec(o, "authentication_port accounting_port",
		    "Server port:     %u(authentication), %u(accounting)\n", c->port, c->acct_port);
	else
		rec(o, "port", "Server port:     %u\n",
		    g->conf->protocol == AAA_P_LDAP && !c->port_set ? 0u : c->port);
	show_status(o, h);
	numbers(o, &h->stats, h->pending, h->round_trip_16 / 16, has_datagrams(g->conf->protocol));
	rec_close(o);
}

static void show_group(struct out *o, const struct aaa_sgroup *g, bool *first)
{
	for (size_t i = 0; i < g->nhosts; i++) {
		if (!*first)
			out_str(o, "\n");
		*first = false;
		show_host(o, g, g->hosts[i]);
	}
}

static int show_aaa_server(struct cmd *c)
{
	struct aaa_servers *s = c->ctx;
	struct str name = cmd_text(c, "group");
	bool first = true;
	struct aaa_sgroup *one = NULL;
	for (struct aaa_sgroup *g = s ? s->groups : NULL; g; g = g->next)
		if (name.len > 0 && str_eq_cstr(name, g->conf->name))
			one = g;
	if (name.len > 0 && !one)
		return cmd_fail(c, "aaa-server group %.*s does not exist", (int)name.len, name.p);
	rec_list(c->out, "servers");
	if (!one) {
		show_local(c->out);
		first = false;
	}
	for (struct aaa_sgroup *g = s && !cmd_has(c, "LOCAL") ? s->groups : NULL; g; g = g->next)
		if (!one || g == one)
			show_group(c->out, g, &first);
	rec_close(c->out);
	return CMD_OK;
}

static int clear_aaa_server(struct cmd *c)
{
	struct aaa_servers *s = c->ctx;
	struct str name = cmd_text(c, "group");
	if (name.len == 0) {
		local.requests = local.accepts = local.rejects = local.authorizations = 0;
		local.last = 0;
	}
	for (struct aaa_sgroup *g = s && !cmd_has(c, "LOCAL") ? s->groups : NULL; g; g = g->next)
		for (size_t i = 0; i < g->nhosts; i++)
			if (name.len == 0 || str_eq_cstr(name, g->conf->name)) {
				g->hosts[i]->stats = (struct aaa_host_stats){0};
				g->hosts[i]->round_trip_16 = 0;
			}
	return CMD_OK;
}

const struct cmd_entry *aaa_server_commands(size_t *n)
{
	static const struct cmd_entry commands[] = {
	        {"show_aaa_server", show_aaa_server},
	        {"clear_aaa_server", clear_aaa_server},
	};
	*n = sizeof(commands) / sizeof(commands[0]);
	return commands;
}
