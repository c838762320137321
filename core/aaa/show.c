/* show aaa-server, clear aaa-server statistics: the local database as a server. */
#include <time.h>

#include "core/aaa/aaa.h"
#include "core/aaa/local.h"
#include "core/base/show.h"
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

static void row(struct out *o, const char *key, const char *label, uint64_t n)
{
	out_printf(o, "%-40s%llu\n", label, (unsigned long long)n);
	rec_num(o, key, n);
}

static int show_aaa_server(struct cmd *c)
{
	struct out *o = c->out;
	char when[64] = "unknown";
	if (local.last != 0)
		zone_format(when, sizeof(when), "%H:%M:%S %Z %a %b %-d %Y", local.last);
	rec_list(o, "servers");
	rec_open(o, NULL);
	rec(o, "group", "Server Group:    %s\n", "LOCAL");
	rec(o, "protocol", "Server Protocol: %s\n", "Local database");
	out_str(o, "Server Address:  None\nServer port:     None\n");
	rec(o, "status last_transaction", "Server status:   %s, Last transaction at %s\n", "ACTIVE",
	    when);
	/* It is asked in this program and answers at once: nothing is pending, lost, forged or sent again, there is
	 * nothing it would challenge, and it takes no accounting. */
	row(o, "pending_requests", "Number of pending requests", 0);
	rec(o, "average_round_trip_ms", "Average round trip time                 %ums\n", 0u);
	row(o, "authentication_requests", "Number of authentication requests", local.requests);
	row(o, "authorization_requests", "Number of authorization requests",
	    local.authorizations);
	row(o, "accounting_requests", "Number of accounting requests", 0);
	row(o, "retransmissions", "Number of retransmissions", 0);
	row(o, "accepts", "Number of accepts", local.accepts);
	row(o, "rejects", "Number of rejects", local.rejects);
	row(o, "challenges", "Number of challenges", 0);
	row(o, "bad_authenticators", "Number of bad authenticators", 0);
	row(o, "timeouts", "Number of timeouts", 0);
	row(o, "unrecognized_responses", "Number of unrecognized responses", 0);
	rec_close(o);
	rec_close(o);
	return CMD_OK;
}

static int clear_aaa_server(struct cmd *c)
{
	(void)c;
	local.requests = local.accepts = local.rejects = local.authorizations = 0;
	local.last = 0;
	return CMD_OK;
}

const struct cmd_entry aaa_server_commands[] = {
        {"show_aaa_server", show_aaa_server},
        {"clear_aaa_server", clear_aaa_server},
};
const size_t aaa_server_commands_n = sizeof(aaa_server_commands) / sizeof(aaa_server_commands[0]);
