#include "l2tp/show.h"

#include <stdio.h>

#include "l2tp/internal.h"

/* The forms of show vpdn tunnel and show vpdn session; a table each, the full block without a word. */
#define VIEW_LIST(X) X(packets) X(state) X(summary) X(transport) X(window)

enum view {
#define X(name) VIEW_##name,
	VIEW_LIST(X)
#undef X
	        VIEW_block,
};

/* The word stands in the pattern itself or is the value of an enum argument "view". */
static enum view view_of(const struct cmd *c)
{
	static const char *const words[] = {
#define X(name) #name,
	        VIEW_LIST(X)
#undef X
	};
	unsigned v = 0;
	while (v < VIEW_block && !cmd_has(c, words[v]) &&
	       !str_eq_cstr(cmd_text(c, "view"), words[v]))
		v++;
	return (enum view)v;
}

enum proto { PROTO_ANY, PROTO_L2TP, PROTO_PPTP, PROTO_PPPOE };

static enum proto proto_of(const struct cmd *c)
{
	if (cmd_has(c, "l2tp"))
		return PROTO_L2TP;
	if (cmd_has(c, "pptp"))
		return PROTO_PPTP;
	return cmd_has(c, "pppoe") ? PROTO_PPPOE : PROTO_ANY;
}

static unsigned since(const struct l2tp *l, uint64_t ms)
{
	return (unsigned)((clock_now(l->clock) - ms) / 1000);
}

static unsigned long long ull(uint64_t v)
{
	return v;
}

/* ---------------------------------------------------------------------------------------- columns */

struct column {
	const char *title;
	uint8_t at;
	const char *key; /* in a document */
};

static void put_titles(struct out *o, const struct column *cols)
{
	for (; cols->title != NULL; cols++) {
		if (cols->at > 0)
			out_col(o, cols->at);
		out_str(o, cols->title);
	}
	out_str(o, "\n");
}

static void put_cell(struct out *o, const struct column *c, const char *text)
{
	if (c->at > 0)
		out_col(o, c->at);
	rec(o, c->key, "%s", text);
}

static void put_number(struct out *o, const struct column *c, uint64_t n)
{
	if (c->at > 0)
		out_col(o, c->at);
	rec(o, c->key, "%llu", (unsigned long long)n);
}

static void put_age(struct out *o, const struct column *c, unsigned s)
{
	out_col(o, c->at);
	rec(o, c->key, "%u secs", s);
}

static const struct column tunnel_columns[VIEW_block][10] = {
        [VIEW_packets] = {{"LocID", 0, "id"},
                          {"Pkts-In", 7, "packets_received"},
                          {"Pkts-Out", 16, "packets_sent"},
                          {"Bytes-In", 26, "bytes_received"},
                          {"Bytes-Out", 36, "bytes_sent"},
                          {0}},
        [VIEW_state] = {{"LocID", 0, "id"},
                        {"RemID", 6, "remote_id"},
                        {"State", 15, "state"},
                        {"Last-Chg", 25, "since_change_s"},
                        {0}},
        [VIEW_summary] = {{"LocID", 0, "id"},
                          {"RemID", 6, "remote_id"},
                          {"State", 13, "state"},
                          {"Remote Address", 21, "remote_address"},
                          {"Port", 37, "remote_port"},
                          {"Sessions", 43, "sessions"},
                          {0}},
        [VIEW_transport] = {{"LocID", 0, "id"},
                            {"Type", 6, "type"},
                            {"Local Address", 11, "local_address"},
                            {"Port", 27, "local_port"},
                            {"Remote Address", 33, "remote_address"},
                            {"Port", 49, "remote_port"},
                            {0}},
        [VIEW_window] = {{"LocID", 0, "id"},
                         {"Ns", 7, "ns"},
                         {"Nr", 14, "nr"},
                         {"Local RWS", 21, "local_rws"},
                         {"Remote RWS", 32, "remote_rws"},
                         {"Unsent", 44, "unsent"},
                         {"Resend", 52, "resend"},
                         {"ZLB ACKs", 60, "zlb_acks"},
                         {0}},
};

static const struct column session_columns[VIEW_block][10] = {
        [VIEW_packets] = {{"LocID", 0, "id"},
                          {"TunID", 7, "tunnel_id"},
                          {"Pkts-In", 14, "packets_received"},
                          {"Pkts-Out", 23, "packets_sent"},
                          {"Bytes-In", 33, "bytes_received"},
                          {"Bytes-Out", 43, "bytes_sent"},
                          {0}},
        [VIEW_state] = {{"LocID", 0, "id"},
                        {"RemID", 7, "remote_id"},
                        {"TunID", 14, "tunnel_id"},
                        {"State", 21, "state"},
                        {"Last-Chg", 31, "since_change_s"},
                        {0}},
        [VIEW_summary] = {{"LocID", 0, "id"},
                          {"RemID", 7, "remote_id"},
                          {"TunID", 14, "tunnel_id"},
                          {"Remote Address", 21, "remote_address"},
                          {"State", 37, "state"},
                          {"Username", 45, "username"},
                          {0}},
        [VIEW_transport] = {{"LocID", 0, "id"},
                            {"TunID", 7, "tunnel_id"},
                            {"Type", 14, "type"},
                            {"Local Address", 19, "local_address"},
                            {"Port", 35, "local_port"},
                            {"Remote Address", 41, "remote_address"},
                            {"Port", 57, "remote_port"},
                            {0}},
        [VIEW_window] = {{"LocID", 0, "id"},
                         {"TunID", 7, "tunnel_id"},
                         {"Sequencing", 14, "sequencing?"},
                         {0}},
};

/* ---------------------------------------------------------------------------------------- tunnels */

static struct l2tp_counters tunnel_counters(const struct l2tp_tunnel *t)
{
	struct l2tp_counters n = call_counters(&t->call);
	n.pkts_in += t->old.pkts_in;
	n.pkts_out += t->old.pkts_out;
	n.bytes_in += t->old.bytes_in;
	n.bytes_out += t->old.bytes_out;
	return n;
}

static unsigned tunnel_sessions(const struct l2tp_tunnel *t)
{
	return t->call.state == CALL_ESTABLISHED;
}

static void put_traffic(struct out *o, const char *indent, const struct l2tp_counters *n)
{
	rec(o, "- packets_sent packets_received bytes_sent bytes_received",
	    "%s%llu packets sent, %llu received, %llu bytes sent, %llu received\n", indent,
	    ull(n->pkts_out), ull(n->pkts_in), ull(n->bytes_out), ull(n->bytes_in));
}

static void tunnel_block(struct out *o, const struct l2tp_tunnel *t)
{
	const struct chan *c = &t->chan;
	struct l2tp_counters n = tunnel_counters(t);
	rec(o, "id up? remote_id active_sessions",
	    "Tunnel id %u is %s, remote id is %u, %u active sessions\n", t->id,
	    t->state == TUN_ESTABLISHED ? "up" : "down", t->remote_id, tunnel_sessions(t));
	rec(o, "state since_change_s", "  Tunnel state is %s, time since change %u secs\n",
	    tunnel_state_word(t->state), since(t->l, t->changed_ms));
	rec(o, "remote_address remote_port", "  Remote Internet Address %s, port %u\n",
	    ip4_text(t->remote.ip).s, t->remote.port);
	rec(o, "local_address local_port", "  Local Internet Address %s, port %u\n",
	    ip4_text(t->local.ip).s, t->local.port);
	put_traffic(o, "  ", &n);
	rec(o, "ns nr", "  Control Ns %u, Nr %u\n", c->ns, c->nr);
	rec(o, "local_rws remote_rws", "  Local RWS %u, Remote RWS %u\n", CHAN_WINDOW, c->window);
	rec(o, "retransmission_time_s retransmission_time_max_s",
	    "  Retransmission time %u, max %u seconds\n", c->rto_ms / 1000, c->stats.rto_max_s);
	rec(o, "unsent unsent_max", "  Unsent queuesize %u, max %u\n", chan_unsent(c),
	    c->stats.unsent_max);
	rec(o, "resend resend_max", "  Resend queuesize %u, max %u\n", chan_unacked(c),
	    c->stats.resend_max);
	rec(o, "total_resends zlb_acks", "  Total resends %u, ZLB ACKs %u\n", c->stats.resends,
	    c->stats.zlb_sent);
	out_str(o, "  Retransmit time distribution: ");
	rec_list(o, "retransmit_time_distribution");
	for (size_t i = 0; i < sizeof c->stats.spread / sizeof c->stats.spread[0]; i++)
		rec(o, "count", "%u ", c->stats.spread[i]);
	rec_close(o);
	out_str(o, "\n");
}

static void tunnel_row(struct out *o, const struct l2tp_tunnel *t, enum view v)
{
	const struct column *col = tunnel_columns[v];
	struct l2tp_counters n = tunnel_counters(t);
	put_number(o, &col[0], t->id);
	switch (v) {
	case VIEW_packets:
		put_number(o, &col[1], n.pkts_in);
		put_number(o, &col[2], n.pkts_out);
		put_number(o, &col[3], n.bytes_in);
		put_number(o, &col[4], n.bytes_out);
		break;
	case VIEW_state:
		put_number(o, &col[1], t->remote_id);
		put_cell(o, &col[2], tunnel_state_short(t->state));
		put_age(o, &col[3], since(t->l, t->changed_ms));
		break;
	case VIEW_summary:
		put_number(o, &col[1], t->remote_id);
		put_cell(o, &col[2], tunnel_state_short(t->state));
		put_cell(o, &col[3], ip4_text(t->remote.ip).s);
		put_number(o, &col[4], t->remote.port);
		put_number(o, &col[5], tunnel_sessions(t));
		break;
	case VIEW_transport:
		put_cell(o, &col[1], "UDP");
		put_cell(o, &col[2], ip4_text(t->local.ip).s);
		put_number(o, &col[3], t->local.port);
		put_cell(o, &col[4], ip4_text(t->remote.ip).s);
		put_number(o, &col[5], t->remote.port);
		break;
	case VIEW_window:
		put_number(o, &col[1], t->chan.ns);
		put_number(o, &col[2], t->chan.nr);
		put_number(o, &col[3], CHAN_WINDOW);
		put_number(o, &col[4], t->chan.window);
		put_number(o, &col[5], chan_unsent(&t->chan));
		put_number(o, &col[6], chan_unacked(&t->chan));
		put_number(o, &col[7], t->chan.stats.zlb_sent);
		break;
	case VIEW_block:
		break;
	}
	out_str(o, "\n");
}

/* --------------------------------------------------------------------------------------- sessions */

static void session_block(struct out *o, const struct l2tp_call *c)
{
	const struct l2tp_tunnel *t = c->t;
	struct l2tp_counters n = call_counters(c);
	rec(o, "id up? tunnel_id", "Call id %u is %s on tunnel id %u\n", c->id,
	    c->state == CALL_ESTABLISHED ? "up" : "down", t->id);
	rec(o, "remote_tunnel_name", "Remote tunnel name is %s\n", t->host);
	rec(o, "remote_address", "  Internet Address is %s\n", ip4_text(t->remote.ip).s);
	rec(o, "username state", "  Session username is %s, state is %s\n", c->username,
	    call_state_word(c->state));
	rec(o, "since_change_s interface", "    Time since change %u secs, interface %s\n",
	    since(t->l, c->changed_ms), t->ifname);
	rec(o, "remote_id", "    Remote call id is %u\n", c->remote_id);
	rec(o, "ppp_interface_id", "    PPP interface id is %u\n", c->ppp_unit);
	put_traffic(o, "    ", &n);
	rec(o, "sequencing?", "  Sequencing is %s\n", c->sequencing ? "on" : "off");
}

static void session_row(struct out *o, const struct l2tp_call *c, enum view v)
{
	const struct column *col = session_columns[v];
	const struct l2tp_tunnel *t = c->t;
	struct l2tp_counters n = call_counters(c);
	const char *state = c->state == CALL_ESTABLISHED ? "estabd" : "wt-conn";
	put_number(o, &col[0], c->id);
	switch (v) {
	case VIEW_packets:
		put_number(o, &col[1], t->id);
		put_number(o, &col[2], n.pkts_in);
		put_number(o, &col[3], n.pkts_out);
		put_number(o, &col[4], n.bytes_in);
		put_number(o, &col[5], n.bytes_out);
		break;
	case VIEW_state:
		put_number(o, &col[1], c->remote_id);
		put_number(o, &col[2], t->id);
		put_cell(o, &col[3], state);
		put_age(o, &col[4], since(t->l, c->changed_ms));
		break;
	case VIEW_summary:
		put_number(o, &col[1], c->remote_id);
		put_number(o, &col[2], t->id);
		put_cell(o, &col[3], ip4_text(t->remote.ip).s);
		put_cell(o, &col[4], state);
		put_cell(o, &col[5], c->username);
		break;
	case VIEW_transport:
		put_number(o, &col[1], t->id);
		put_cell(o, &col[2], "UDP");
		put_cell(o, &col[3], ip4_text(t->local.ip).s);
		put_number(o, &col[4], t->local.port);
		put_cell(o, &col[5], ip4_text(t->remote.ip).s);
		put_number(o, &col[6], t->remote.port);
		break;
	case VIEW_window:
		put_number(o, &col[1], t->id);
		put_cell(o, &col[2], c->sequencing ? "on" : "off");
		break;
	case VIEW_block:
		break;
	}
	out_str(o, "\n");
}

/* ---------------------------------------------------------------------------------------- commands */

static void header(struct out *o, const struct l2tp *l, const char *what)
{
	out_printf(o, "\nL2TP %s Information (Total tunnels=%u sessions=%u)\n\n", what, l->live,
	           l->sessions);
}

/* Only one tunnel when the command names it; numbers of calls for sessions. */
static bool wanted(const struct cmd *c, uint16_t id)
{
	uint32_t n;
	return !cmd_u32(c, "id", &n) || n == id;
}

static bool shown_tunnel(const struct cmd *c, const struct l2tp_tunnel *t)
{
	return tunnel_live(t) && wanted(c, t->id);
}

static bool shown_session(const struct cmd *c, const struct l2tp_tunnel *t)
{
	return t->call.state != CALL_IDLE && wanted(c, t->call.id);
}

static void put_one(struct out *o, const struct l2tp_tunnel *t, bool sessions, enum view v)
{
	rec_open(o, NULL);
	if (v == VIEW_block && sessions)
		session_block(o, &t->call);
	else if (v == VIEW_block)
		tunnel_block(o, t);
	else if (sessions)
		session_row(o, &t->call, v);
	else
		tunnel_row(o, t, v);
	rec_close(o);
}

/* All tunnels (or sessions) of the command in one form; false when there was none. */
static bool put_all(struct cmd *c, const struct l2tp *l, bool sessions)
{
	enum view v = view_of(c);
	bool any = false;
	rec_list(c->out, sessions ? "l2tp_sessions" : "l2tp_tunnels");
	for (const struct l2tp_tunnel *t = l->first; t != NULL; t = t->next) {
		if (!(sessions ? shown_session(c, t) : shown_tunnel(c, t)))
			continue;
		if (!any)
			header(c->out, l, sessions ? "Session" : "Tunnel");
		if (!any && v != VIEW_block)
			put_titles(c->out, sessions ? session_columns[v] : tunnel_columns[v]);
		else if (any && v == VIEW_block)
			out_str(c->out, "\n");
		any = true;
		put_one(c->out, t, sessions, v);
	}
	rec_close(c->out);
	if (!any)
		out_str(c->out, "\n% No active L2TP tunnels\n");
	return any;
}

/* The L2TP part, and a word on the protocols that the appliance shows in the same place. */
static int show(struct cmd *c, bool tunnels, bool sessions)
{
	const struct l2tp *l = c->ctx;
	enum proto p = proto_of(c);
	if (p == PROTO_ANY || p == PROTO_L2TP) {
		rec_num(c->out, "total_l2tp_tunnels", l->live);
		rec_num(c->out, "total_l2tp_sessions", l->sessions);
		bool any = !tunnels || put_all(c, l, false);
		if (sessions && any)
			put_all(c, l, true);
	}
	if (p == PROTO_PPTP || (p == PROTO_ANY && tunnels)) {
		out_str(c->out, "\n% No active PPTP tunnels\n");
		rec_list(c->out, "pptp_tunnels");
		rec_close(c->out);
	}
	if (p == PROTO_PPPOE) {
		out_str(c->out, "\n% No active PPPoE tunnels\n");
		rec_list(c->out, "pppoe_tunnels");
		rec_close(c->out);
	}
	return CMD_OK;
}

static int show_vpdn(struct cmd *c)
{
	return show(c, true, true);
}

static int show_vpdn_tunnel(struct cmd *c)
{
	return show(c, true, false);
}

static int show_vpdn_session(struct cmd *c)
{
	return show(c, false, true);
}

/* clear vpdn tunnel {all | l2tp | id N}: StopCCN to whom it concerns. */
static int clear_vpdn_tunnel(struct cmd *c)
{
	uint32_t id;
	if (!cmd_u32(c, "id", &id)) {
		l2tp_close_all(c->ctx, LINK_END_ADMIN_RESET);
		return CMD_OK;
	}
	if (!l2tp_close_tunnel(c->ctx, (uint16_t)id, LINK_END_ADMIN_RESET))
		return cmd_fail(c, "tunnel %u does not exist", id);
	return CMD_OK;
}

const struct cmd_entry l2tp_commands[] = {
        {"clear_vpdn_tunnel", clear_vpdn_tunnel},
        {"show_vpdn", show_vpdn},
        {"show_vpdn_tunnel", show_vpdn_tunnel},
        {"show_vpdn_session", show_vpdn_session},
};
const size_t l2tp_commands_n = sizeof l2tp_commands / sizeof l2tp_commands[0];
