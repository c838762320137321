/* show vpdn pppinterface, show uauth, clear uauth, show ip local pool. */
#include <stdio.h>
#include <string.h>

#include "ppp/link.h"
#include "ppp/pool.h"

/* PIX 6 had one MS-CHAP. */
static const char *method_shown(enum aaa_method m, bool pix)
{
	return pix && m == AAA_MSCHAP1 ? "MSCHAP" : aaa_method_shown(m);
}

static void interface_block(struct out *out, const struct ppp_session_info *i, bool pix)
{
	rec_open(out, NULL);
	rec(out, "id", "\nPPP virtual interface id = %u\n", i->unit);
	rec(out, "authentication", "PPP authentication protocol is %s\n",
	    method_shown(i->method, pix));
	rec(out, "client_ip", "Client ip address is %s\n", ip4_text(i->ip).s);
	/* all that went over the interface: IP, and the control frames that set it up */
	rec(out, "transmitted_packets received_packets error_packets",
	    "Transmitted Pkts: %llu, Received Pkts: %llu, Error Pkts: %llu\n",
	    (unsigned long long)(i->counters.pkts_out + i->control_out),
	    (unsigned long long)(i->counters.pkts_in + i->control_in),
	    (unsigned long long)i->counters.errs);
	/* IPsec encrypts: MPPE belongs to CCP, which is refused */
	out_str(out, "MPPE key strength is None\n"
	             "  MPPE_Encrypt_Pkts: 0,  MPPE_Encrypt_Bytes: 0\n"
	             "  MPPE_Decrypt_Pkts: 0,  MPPE_Decrypt_Bytes: 0\n"
	             "  Rcvd_Out_Of_Seq_MPPE_Pkts: 0\n");
	rec_text(out, "mppe", "None");
	rec_close(out);
}

struct pick {
	struct out *out;
	bool pix;
	uint32_t unit; /* 0 = all */
	size_t n;
};

static void show_interface(void *arg, const struct ppp_session_info *i)
{
	struct pick *pick = arg;
	if (pick->unit && pick->unit != i->unit)
		return;
	pick->n++;
	interface_block(pick->out, i, pick->pix);
}

static int show_vpdn_pppinterface(struct cmd *cmd)
{
	struct pick pick = {.out = cmd->out, .pix = cmd_pix(cmd)};
	bool one = cmd_u32(cmd, "id", &pick.unit);
	rec_list(cmd->out, "ppp_interfaces");
	ppp_each(cmd->ctx, show_interface, &pick);
	rec_close(cmd->out);
	if (one && pick.n == 0)
		return cmd_fail(cmd, "PPP virtual interface %u does not exist", pick.unit);
	return CMD_OK;
}

static void show_user(void *arg, const struct ppp_session_info *i)
{
	struct out *o = arg;
	if (!i->login_ms || !i->ip)
		return;
	rec_open(o, NULL);
	rec(o, "user address", "remote access VPN user '%s' at %s, authenticated\n", i->user,
	    ip4_text(i->ip).s);
	rec_num(o, "absolute_timeout_s", i->session_s);
	rec_num(o, "inactivity_timeout_s", i->idle_s);
	rec_close(o);
}

/* As PIX 6 names them. */
static void show_user_pix(void *arg, const struct ppp_session_info *i)
{
	if (i->login_ms && i->ip)
		out_printf(arg, "vpdn user '%s' at %s, authenticated\n", i->user,
		           ip4_text(i->ip).s);
}

/* One user, or all of them. */
struct users {
	struct str only;
	void (*show)(void *arg, const struct ppp_session_info *i);
	struct out *out;
};

static void show_wanted(void *arg, const struct ppp_session_info *i)
{
	const struct users *u = arg;
	if (!u->only.len || str_eq_cstr(u->only, i->user))
		u->show(u->out, i);
}

static int show_uauth(struct cmd *cmd)
{
	const struct ppp_stats *st = ppp_stats(cmd->ctx);
	struct out *o = cmd->out;
	out_str(o, "                        Current    Most Seen\n");
	rec(o, "authenticated_users authenticated_users_most_seen",
	    "Authenticated Users       %-11u%u\n", st->users, st->users_most);
	rec(o, "authen_in_progress authen_in_progress_most_seen",
	    "Authen In Progress        %-11u%u\n", st->pending, st->pending_most);
	rec_list(o, "users");
	struct users users = {cmd_text(cmd, "user"), cmd_pix(cmd) ? show_user_pix : show_user, o};
	ppp_each(cmd->ctx, show_wanted, &users);
	rec_close(o);
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
	if (!str_copy(name, sizeof(name), given) ||
	    !ppp_pools_show(p->pools, name, cmd_pix(cmd), cmd->out))
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
