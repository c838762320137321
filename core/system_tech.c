/* show tech-support: what a support engineer asks for first, one after the other. */
#include <stdio.h>

#include "core/gateway.h"
#include "core/system_show.h"

struct part {
	const char *title, *handler;
	const char *args[2]; /* keywords given to it */
};

static const struct part parts[] = {
        {"show version", "show_version", {0}},
        {"show clock", "show_clock", {0}},
        {"show memory detail", "show_memory", {"detail"}},
        {"show blocks", "show_blocks", {0}},
        {"show cpu usage", "show_cpu", {0}},
        {"show processes cpu-usage", "show_processes", {"cpu-usage"}},
        {"show interface", "show_interface", {0}},
        {"show ip address", "show_ip_address", {0}},
        {"show route", "show_route", {0}},
        {"show arp", "show_arp", {0}},
        {"show conn", "show_conn", {0}},
        {"show crypto isakmp sa detail", "show_isakmp_sa", {"detail"}},
        {"show crypto isakmp stats", "show_ikev1_stats", {0}},
        {"show crypto ipsec sa detail", "show_ipsec_sa", {"detail"}},
        {"show crypto ipsec stats", "show_ipsec_stats", {0}},
        {"show crypto accelerator statistics", "show_crypto_accelerator", {0}},
        {"show counters", "show_counters", {0}},
        {"show vpdn tunnel", "show_vpdn_tunnel", {0}},
        {"show vpdn session", "show_vpdn_session", {0}},
        {"show vpdn pppinterface", "show_vpdn_pppinterface", {0}},
        {"show uauth", "show_uauth", {0}},
        {"show vpn-sessiondb summary", "show_vpn_sessiondb", {"summary"}},
        {"show asp drop", "show_asp_drop", {0}},
        {"show failover", "show_failover", {0}},
        {"show logging", "show_logging", {0}},
        {"show running-config", "show_running_config", {0}},
};

/* Texts, not data: in a document, too, this is what the commands print. */
static int show_tech_support(struct cmd *c)
{
	rec_lines(c->out);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const struct part *p = &parts[i];
		struct cmd_arg args[2];
		struct out text = {0};
		struct cmd one = {.out = &text,
		                  .args = args,
		                  .session = c->session,
		                  .host = c->host,
		                  .line = str_of(p->title)};
		cmd_fn *fn = cmd_find(p->handler, &one.ctx);
		for (size_t k = 0; k < 2 && p->args[k] != NULL; k++)
			args[one.nargs++] =
			        (struct cmd_arg){.name = p->args[k], .text = str_of(p->args[k])};
		out_printf(c->out, "\n------------------ %s ------------------\n\n", p->title);
		if (fn != NULL)
			fn(&one);
		out_put(c->out, out_text(&text));
		out_free(&text);
	}
	return CMD_OK;
}

void system_tech_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {{"show_tech_support", show_tech_support}};
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
