/* show vpdn pppinterface, show uauth, clear uauth, show ip local pool. */
#include <stdio.h>
#include <string.h>

#include "ppp/link.h"
#include "ppp/pool.h"

static void interface_block(struct out *out, const struct ppp_session_info *i)
{
	out_printf(out, "\nPPP virtual interface id = %u\n", i->unit);
	out_printf(out, "PPP authentication protocol is %s\n", aaa_method_shown(i->method));
	out_printf(out, "Client ip address is %s\n", ip4_text(i->ip).s);
	/* all that went over the interface: IP, and the control frames that set it up */
	out_printf(out, "Transmitted Pkts: %llu, Received Pkts: %llu, Error Pkts: %llu\n",
	           (unsigned long long)(i->counters.pkts_out + i->control_out),
	           (unsigned long long)(i->counters.pkts_in + i->control_in),
	           (unsigned long long)i->counters.errs);
	out_str(out, "MPPE key strength is None\n"
	             "  MPPE_Encrypt_Pkts: 0,  MPPE_Encrypt_Bytes: 0\n"
	             "  MPPE_Decrypt_Pkts: 0,  MPPE_Decrypt_Bytes: 0\n"
	             "  Rcvd_Out_Of_Seq_MPPE_Pkts: 0\n");
}

struct pick {
	struct out *out;
	uint32_t unit; /* 0 = all */
	size_t n;
};

static void show_interface(void *arg, const struct ppp_session_info *i)
{
	struct pick *pick = arg;
	if (pick->unit && pick->unit != i->unit)
		return;
	pick->n++;
	interface_block(pick->out, i);
}

static int show_vpdn_pppinterface(struct cmd *cmd)
{
	struct pick pick = {.out = cmd->out};
	bool one = cmd_u32(cmd, "id", &pick.unit);
	ppp_each(cmd->ctx, show_interface, &pick);
	if (one && pick.n == 0)
		return cmd_fail(cmd, "PPP virtual interface %u does not exist", pick.unit);
	return CMD_OK;
}

static void show_user(void *arg, const struct ppp_session_info *i)
{
	if (i->login_ms && i->ip)
		out_printf(arg, "vpdn user '%s' at %s, authenticated\n", i->user,
		           ip4_text(i->ip).s);
}

static int show_uauth(struct cmd *cmd)
{
	const struct ppp_stats *st = ppp_stats(cmd->ctx);
	out_str(cmd->out, "                        Current    Most Seen\n");
	out_printf(cmd->out, "Authenticated Users       %-11u%u\n", st->users, st->users_most);
	out_printf(cmd->out, "Authen In Progress        %-11u%u\n", st->pending, st->pending_most);
	ppp_each(cmd->ctx, show_user, cmd->out);
	return CMD_OK;
}

/* A user who is no longer authenticated has no session: PPP would have to ask again, and the clients only
 * answer while they connect. */
static int clear_uauth(struct cmd *cmd)
{
	char user[AAA_USER_MAX + 1];
	struct str name = cmd_text(cmd, "user");
	struct ppp_filter all = {0};
	if (name.len) {
		str_copy(user, sizeof(user), name);
		all.user = user;
	}
	ppp_logoff(cmd->ctx, &all, LINK_END_ADMIN_RESET);
	return CMD_OK;
}

static int show_ip_local_pool(struct cmd *cmd)
{
	struct ppp *p = cmd->ctx;
	char name[AAA_NAME_MAX + 1];
	struct str given = cmd_text(cmd, "pool");
	if (!str_copy(name, sizeof(name), given) || !ppp_pools_show(p->pools, name, cmd->out))
		return cmd_fail(cmd, "IP pool '%.*s' does not exist", STR_ARG(given));
	return CMD_OK;
}

const struct cmd_entry *ppp_commands(size_t *n)
{
	static const struct cmd_entry table[] = {
	        {"show_vpdn_pppinterface", show_vpdn_pppinterface},
	        {"show_uauth", show_uauth},
	        {"clear_uauth", clear_uauth},
	        {"show_ip_local_pool", show_ip_local_pool},
	};
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
