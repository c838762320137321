#include "l2tp/show.h"

#include <stdarg.h>
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

static void put_cell(struct out *o, unsigned at, const char *text)
{
	if (at > 0)
		out_col(o, at);
	out_str(o, text);
}

__attribute__((format(printf, 3, 4))) static void put_cellf(struct out *o, unsigned at,
                                                            const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	put_cell(o, at, text);
}

static const struct column tunnel_columns[VIEW_block][10] = {
        [VIEW_packets] = {{"LocID", 0},
                          {"Pkts-In", 7},
                          {"Pkts-Out", 16},
                          {"Bytes-In", 26},
                          {"Bytes-Out", 36},
                          {0}},
        [VIEW_state] = {{"LocID", 0}, {"RemID", 6}, {"State", 15}, {"Last-Chg", 25}, {0}},
        [VIEW_summary] = {{"LocID", 0},
                          {"RemID", 6},
                          {"State", 13},
                          {"Remote Address", 21},
                          {"Port", 37},
                          {"Sessions", 43},
                          {0}},
        [VIEW_transport] = {{"LocID", 0},
                            {"Type", 6},
                            {"Local Address", 11},
                            {"Port", 27},
                            {"Remote Address", 33},
                            {"Port", 49},
                            {0}},
        [VIEW_window] = {{"LocID", 0},
                         {"Ns", 7},
                         {"Nr", 14},
                         {"Local RWS", 21},
                         {"Remote RWS", 32},
                         {"Unsent", 44},
                         {"Resend", 52},
                         {"ZLB ACKs", 60},
                         {0}},
};

static const struct column session_columns[VIEW_block][10] = {
        [VIEW_packets] = {{"LocID", 0},
                          {"TunID", 7},
                          {"Pkts-In", 14},
                          {"Pkts-Out", 23},
                          {"Bytes-In", 33},
                          {"Bytes-Out", 43},
                          {0}},
        [VIEW_state] =
                {{"LocID", 0}, {"RemID", 7}, {"TunID", 14}, {"State", 21}, {"Last-Chg", 31}, {0}},
        [VIEW_summary] = {{"LocID", 0},
                          {"RemID", 7},
                          {"TunID", 14},
                          {"Remote Address", 21},
                          {"State", 37},
                          {"Username", 45},
                          {0}},
        [VIEW_transport] = {{"LocID", 0},
                            {"TunID", 7},
                            {"Type", 14},
                            {"Local Address", 19},
                            {"Port", 35},
                            {"Remote Address", 41},
                            {"Port", 57},
                            {0}},
        [VIEW_window] = {{"LocID", 0}, {"TunID", 7}, {"Sequencing", 14}, {0}},
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

static void tunnel_block(struct out *o, const struct l2tp_tunnel *t)
{
	const struct chan *c = &t->chan;
	struct l2tp_counters n = tunnel_counters(t);
	out_printf(o, "Tunnel id %u is %s, remote id is %u, %u active sessions\n", t->id,
	           t->state == TUN_ESTABLISHED ? "up" : "down", t->remote_id, tunnel_sessions(t));
	out_printf(o, "  Tunnel state is %s, time since change %u secs\n",
	           tunnel_state_word(t->state), since(t->l, t->changed_ms));
	out_printf(o, "  Remote Internet Address %s, port %u\n", ip4_text(t->remote.ip).s,
	           t->remote.port);
	out_printf(o, "  Local Internet Address %s, port %u\n", ip4_text(t->local.ip).s,
	           t->local.port);
	out_printf(o, "  %llu packets sent, %llu received, %llu bytes sent, %llu received\n",
	           ull(n.pkts_out), ull(n.pkts_in), ull(n.bytes_out), ull(n.bytes_in));
	out_printf(o, "  Control Ns %u, Nr %u\n", c->ns, c->nr);
	out_printf(o, "  Local RWS %u, Remote RWS %u\n", CHAN_WINDOW, c->window);
	out_printf(o, "  Retransmission time %u, max %u seconds\n", c->rto_ms / 1000,
	           c->stats.rto_max_s);
	out_printf(o, "  Unsent queuesize %u, max %u\n", chan_unsent(c), c->stats.unsent_max);
	out_printf(o, "  Resend queuesize %u, max %u\n", chan_unacked(c), c->stats.resend_max);
	out_printf(o, "  Total resends %u, ZLB ACKs %u\n", c->stats.resends, c->stats.zlb_sent);
	out_str(o, "  Retransmit time distribution: ");
	for (size_t i = 0; i < sizeof c->stats.spread / sizeof c->stats.spread[0]; i++)
		out_printf(o, "%u ", c->stats.spread[i]);
	out_str(o, "\n");
}

static void tunnel_row(struct out *o, const struct l2tp_tunnel *t, enum view v)
{
	const struct column *col = tunnel_columns[v];
	struct l2tp_counters n = tunnel_counters(t);
	put_cellf(o, 0, "%u", t->id);
	switch (v) {
	case VIEW_packets:
		put_cellf(o, col[1].at, "%llu", ull(n.pkts_in));
		put_cellf(o, col[2].at, "%llu", ull(n.pkts_out));
		put_cellf(o, col[3].at, "%llu", ull(n.bytes_in));
		put_cellf(o, col[4].at, "%llu", ull(n.bytes_out));
		break;
	case VIEW_state:
		put_cellf(o, col[1].at, "%u", t->remote_id);
		put_cell(o, col[2].at, tunnel_state_short(t->state));
		put_cellf(o, col[3].at, "%u secs", since(t->l, t->changed_ms));
		break;
	case VIEW_summary:
		put_cellf(o, col[1].at, "%u", t->remote_id);
		put_cell(o, col[2].at, tunnel_state_short(t->state));
		put_cell(o, col[3].at, ip4_text(t->remote.ip).s);
		put_cellf(o, col[4].at, "%u", t->remote.port);
		put_cellf(o, col[5].at, "%u", tunnel_sessions(t));
		break;
	case VIEW_transport:
		put_cell(o, col[1].at, "UDP");
		put_cell(o, col[2].at, ip4_text(t->local.ip).s);
		put_cellf(o, col[3].at, "%u", t->local.port);
		put_cell(o, col[4].at, ip4_text(t->remote.ip).s);
		put_cellf(o, col[5].at, "%u", t->remote.port);
		break;
	case VIEW_window:
		put_cellf(o, col[1].at, "%u", t->chan.ns);
		put_cellf(o, col[2].at, "%u", t->chan.nr);
		put_cellf(o, col[3].at, "%u", CHAN_WINDOW);
		put_cellf(o, col[4].at, "%u", t->chan.window);
		put_cellf(o, col[5].at, "%u", chan_unsent(&t->chan));
		put_cellf(o, col[6].at, "%u", chan_unacked(&t->chan));
		put_cellf(o, col[7].at, "%u", t->chan.stats.zlb_sent);
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
	out_printf(o, "Call id %u is %s on tunnel id %u\n", c->id,
	           c->state == CALL_ESTABLISHED ? "up" : "down", t->id);
	out_printf(o, "Remote tunnel name is %s\n", t->host);
	out_printf(o, "  Internet Address is %s\n", ip4_text(t->remote.ip).s);
	out_printf(o, "  Session username is %s, state is %s\n", c->username,
	           call_state_word(c->state));
	out_printf(o, "    Time since change %u secs, interface %s\n", since(t->l, c->changed_ms),
	           t->ifname);
	out_printf(o, "    Remote call id is %u\n", c->remote_id);
	out_printf(o, "    PPP interface id is %u\n", c->ppp_unit);
	out_printf(o, "    %llu packets sent, %llu received, %llu bytes sent, %llu received\n",
	           ull(n.pkts_out), ull(n.pkts_in), ull(n.bytes_out), ull(n.bytes_in));
	out_printf(o, "  Sequencing is %s\n", c->sequencing ? "on" : "off");
}

static void session_row(struct out *o, const struct l2tp_call *c, enum view v)
{
	const struct column *col = session_columns[v];
	const struct l2tp_tunnel *t = c->t;
	struct l2tp_counters n = call_counters(c);
	const char *state = c->state == CALL_ESTABLISHED ? "estabd" : "wt-conn";
	put_cellf(o, 0, "%u", c->id);
	switch (v) {
	case VIEW_packets:
		put_cellf(o, col[1].at, "%u", t->id);
		put_cellf(o, col[2].at, "%llu", ull(n.pkts_in));
		put_cellf(o, col[3].at, "%llu", ull(n.pkts_out));
		put_cellf(o, col[4].at, "%llu", ull(n.bytes_in));
		put_cellf(o, col[5].at, "%llu", ull(n.bytes_out));
		break;
	case VIEW_state:
		put_cellf(o, col[1].at, "%u", c->remote_id);
		put_cellf(o, col[2].at, "%u", t->id);
		put_cell(o, col[3].at, state);
		put_cellf(o, col[4].at, "%u secs", since(t->l, c->changed_ms));
		break;
	case VIEW_summary:
		put_cellf(o, col[1].at, "%u", c->remote_id);
		put_cellf(o, col[2].at, "%u", t->id);
		put_cell(o, col[3].at, ip4_text(t->remote.ip).s);
		put_cell(o, col[4].at, state);
		put_cell(o, col[5].at, c->username);
		break;
	case VIEW_transport:
		put_cellf(o, col[1].at, "%u", t->id);
		put_cell(o, col[2].at, "UDP");
		put_cell(o, col[3].at, ip4_text(t->local.ip).s);
		put_cellf(o, col[4].at, "%u", t->local.port);
		put_cell(o, col[5].at, ip4_text(t->remote.ip).s);
		put_cellf(o, col[6].at, "%u", t->remote.port);
		break;
	case VIEW_window:
		put_cellf(o, col[1].at, "%u", t->id);
		put_cell(o, col[2].at, c->sequencing ? "on" : "off");
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

/* All tunnels (or sessions) of the command in one form; false when there was none. */
static bool put_all(struct cmd *c, const struct l2tp *l, bool sessions)
{
	enum view v = view_of(c);
	bool any = false;
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
		if (v == VIEW_block && sessions)
			session_block(c->out, &t->call);
		else if (v == VIEW_block)
			tunnel_block(c->out, t);
		else if (sessions)
			session_row(c->out, &t->call, v);
		else
			tunnel_row(c->out, t, v);
	}
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
		bool any = !tunnels || put_all(c, l, false);
		if (sessions && any)
			put_all(c, l, true);
	}
	if (p == PROTO_PPTP || (p == PROTO_ANY && tunnels))
		out_str(c->out, "\n% No active PPTP tunnels\n");
	if (p == PROTO_PPPOE)
		out_str(c->out, "\n% No active PPPoE tunnels\n");
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

const struct cmd_entry l2tp_commands[] = {
        {"show_vpdn", show_vpdn},
        {"show_vpdn_tunnel", show_vpdn_tunnel},
        {"show_vpdn_session", show_vpdn_session},
};
const size_t l2tp_commands_n = sizeof l2tp_commands / sizeof l2tp_commands[0];
