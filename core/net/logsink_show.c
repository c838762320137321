/* show logging and what goes with it. Layout of the appliance; the lines of TCP servers, of lists and of rate limits
 * are this product's own. */
#include "core/base/show.h"
#include "core/net/logsink_int.h"

#define ULL(x) ((unsigned long long)(x))

static const char *word(bool on)
{
	return on ? "enabled" : "disabled";
}

static void print_filter(struct out *o, enum log_dest d)
{
	const struct log_filter *f = log_filter_of(d);
	if (f->list)
		out_printf(o, "list %s, ", f->list);
	else if (f->level >= 0)
		out_printf(o, "level %s, ", logsink_levels[f->level]);
	for (int c = 0; c < LOG_CLASSES; c++)
		if (f->class_level[c] >= 0)
			out_printf(o, "class %s level %s, ", log_class_word((enum log_class)c),
			           logsink_levels[f->class_level[c]]);
}

static void show_destination(const struct logsinks *l, struct out *o, const char *name,
                             enum log_dest d)
{
	const struct log_filter *f = log_filter_of(d);
	rec_open(o, NULL);
	rec_text(o, "destination", name);
	rec_bool(o, "enabled", log_filter_on(d));
	if (log_filter_on(d) && f->list)
		rec_text(o, "list", f->list);
	else if (log_filter_on(d) && f->level >= 0)
		rec_text(o, "level", logsink_levels[f->level]);
	rec_num(o, "messages_logged", l->count[d]);
	rec_close(o);
	if (!log_filter_on(d)) {
		out_printf(o, "    %s logging: disabled\n", name);
		return;
	}
	out_printf(o, "    %s logging: ", name);
	print_filter(o, d);
	if (d == LOG_TRAP)
		out_printf(o, "facility %u, ", l->conf.facility);
	out_printf(o, "%llu messages logged\n", ULL(l->count[d]));
}

static void show_server_line(struct out *o, const struct logsink_server *h)
{
	struct logtcp_stats s = {0};
	rec(o, "interface address", "        Logging to %s %s", h->conf.nameif,
	    ip4_text(h->conf.ip).s);
	rec_text(o, "protocol", h->conf.tcp ? "tcp" : "udp");
	rec_num(o, "port", h->conf.port);
	if (!h->conf.tcp) {
		if (h->conf.port != 514)
			out_printf(o, " udp/%u", h->conf.port);
		rec(o, "- tx errors dropped", "%s, UDP TX:%llu errors: %llu  dropped: %llu\n",
		    h->conf.emblem ? " format emblem" : "", ULL(h->tx), ULL(h->errors),
		    ULL(h->dropped));
		return;
	}
	if (h->tcp)
		logtcp_stats(h->tcp, &s);
	rec(o, "- state tx errors dropped", " tcp/%u %s, TCP TX:%llu errors: %llu  dropped: %llu\n",
	    h->conf.port, s.up ? "connected" : "not connected", ULL(s.tx), ULL(s.errors),
	    ULL(s.dropped + h->dropped));
}

static void show_server(struct out *o, const struct logsink_server *h)
{
	rec_open(o, NULL);
	show_server_line(o, h);
	rec_close(o);
}

static void show_tcp(const struct logsinks *l, struct out *o)
{
	struct logtcp_stats s;
	uint64_t no_channel = 0;
	logsink_tcp_stats(l, &s);
	for (unsigned i = 0; i < l->conf.nhosts; i++)
		no_channel += l->host[i]->conf.tcp ? l->host[i]->dropped : 0;
	rec_open(o, "tcp");
	rec(o, "not_putable all_channel_down channel_flaps packets_lost partial_rewrites",
	    "    Global TCP syslog stats::\n"
	    "        NOT_PUTABLE: %llu, ALL_CHANNEL_DOWN: %llu\n"
	    "        CHANNEL_FLAP_CNT: %llu, SYSLOG_PKT_LOSS: %llu\n"
	    "        PARTIAL_REWRITE_CNT: %llu\n",
	    ULL(s.dropped), ULL(no_channel), ULL(s.flaps), ULL(s.dropped + no_channel),
	    ULL(s.rewritten));
	rec_close(o);
}

static void show_device(const struct logsink_conf *c, struct out *o)
{
	out_str(o, "    Device ID: ");
	switch (c->device) {
	case LOGSINK_ID_NONE:
		out_str(o, "disabled\n");
		break;
	case LOGSINK_ID_HOSTNAME:
		out_printf(o, "hostname \"%s\"\n", c->style.device_id);
		break;
	case LOGSINK_ID_ADDRESS:
		out_printf(o, "'%s' interface IP address \"%s\"\n", c->device_text,
		           log_style()->device_id);
		break;
	case LOGSINK_ID_STRING:
		out_printf(o, "string \"%s\"\n", c->style.device_id);
		break;
	case LOGSINK_ID_CONTEXT:
		out_printf(o, "context name \"%s\"\n", c->style.device_id);
		break;
	}
}

static void show_setting(const struct logsinks *l, struct out *o)
{
	const struct logsink_conf *c = &l->conf;
	rec(o, "enabled? facility", "Syslog logging: %s\n    Facility: %u\n", word(c->enabled),
	    c->facility);
	rec(o, "timestamp?", "    Timestamp logging: %s\n", word(c->style.timestamp));
	rec(o, "hide_username?", "    Hide Username logging: %s\n", word(c->hide_username));
	rec(o, "standby?", "    Standby logging: %s\n", word(c->standby));
	rec(o, "debug_trace?", "    Debug-trace logging: %s\n", word(c->debug_trace));
	rec_bool(o, "permit_hostdown", c->permit_hostdown);
	rec_list(o, "servers");
	for (unsigned i = 0; rec_wanted(o) && i < c->nhosts; i++)
		show_server(o, l->host[i]);
	rec_close(o);
	rec_list(o, "destinations");
	show_destination(l, o, "Console", LOG_CONSOLE);
	show_destination(l, o, "Monitor", LOG_MONITOR);
	show_destination(l, o, "Buffer", LOG_BUFFERED);
	show_destination(l, o, "Trap", LOG_TRAP);
	for (unsigned i = 0; !rec_wanted(o) && i < c->nhosts; i++)
		show_server(o, l->host[i]);
	if (c->nhosts && !rec_wanted(o)) /* in a document it is no destination */
		show_tcp(l, o);
	out_printf(o, "    Permit-hostdown logging: %s\n", word(c->permit_hostdown));
	show_destination(l, o, "History", LOG_HISTORY);
	show_device(c, o);
	show_destination(l, o, "Mail", LOG_MAIL);
	show_destination(l, o, "ASDM", LOG_ASDM);
	rec_close(o);
	if (rec_wanted(o))
		show_tcp(l, o);
	rec_text(o, "device_id", c->device == LOGSINK_ID_NONE ? "" : c->style.device_id);
}

static void show_queue(const struct logsinks *l, struct out *o)
{
	struct logtcp_stats s;
	logsink_tcp_stats(l, &s);
	rec_num(o, "limit", l->conf.queue);
	if (l->conf.queue)
		out_printf(o, "        Logging Queue length limit : %u msg(s)\n", l->conf.queue);
	else
		out_str(o, "        Logging Queue length limit : Unlimited\n");
	rec(o, "discarded no_memory queued most_queued",
	    "        %llu msg(s) discarded due to queue overflow\n"
	    "        %llu msg(s) discarded due to memory allocation failure\n"
	    "        Current %u msg on queue, %u msgs most on queue\n",
	    ULL(s.dropped - s.no_memory), ULL(s.no_memory), s.queued, s.queued_most);
}

static void show_limit(void *arg, unsigned id, int level, const struct log_limit *limit,
                       uint64_t held)
{
	struct out *o = arg;
	if (!limit)
		return;
	rec_open(o, NULL);
	rec(o, "level id number seconds discarded",
	    "%%ASA-%d-%06u: %u in %u second(s), %llu messages discarded\n", level, id, limit->num,
	    limit->interval_s, ULL(held));
	rec_close(o);
}

static void show_message(struct out *o, unsigned id, bool always)
{
	int own, level;
	bool shown;
	if (!log_message_level(id, &own, &level, &shown) || (!always && shown && own == level))
		return;
	rec_open(o, NULL);
	rec(o, "id default_level", "syslog %06u: default-level %s", id, logsink_levels[own]);
	if (level != own)
		rec(o, "current_level", ", current-level %s", logsink_levels[level]);
	rec(o, "enabled?", " (%s)\n", word(shown));
	rec_close(o);
}

static void show_changed(void *arg, unsigned id)
{
	show_message(arg, id, false);
}

static void show_any(void *arg, unsigned id)
{
	show_message(arg, id, true);
}

static int show_messages(struct cmd *cmd)
{
	uint32_t id;
	int own, level;
	bool shown;
	bool one = cmd_u32(cmd, "id", &id);
	if (one && !log_message_level(id, &own, &level, &shown))
		return cmd_fail(cmd, "%u is not a valid syslog message number", id);
	rec_list(cmd->out, "messages");
	if (one)
		show_message(cmd->out, id, true);
	else
		log_each_message(cmd_has(cmd, "all") ? show_any : show_changed, cmd->out);
	rec_close(cmd->out);
	return CMD_OK;
}

static void show_buffer(const struct logsink_buffer *b, struct out *o)
{
	rec_lines(o);
	logsink_buffer_print(b, o);
	rec_lines_end(o);
}

static void show_limits(struct out *o)
{
	rec_list(o, "limits");
	log_limits_each(show_limit, o);
	rec_close(o);
}

static int show_logging(struct cmd *cmd)
{
	const struct logsinks *l = cmd->ctx;
	if (cmd_has(cmd, "message"))
		return show_messages(cmd);
	if (cmd_has(cmd, "queue"))
		show_queue(l, cmd->out);
	else if (cmd_has(cmd, "rate-limit"))
		show_limits(cmd->out);
	else if (cmd_has(cmd, "asdm"))
		show_buffer(&l->asdm, cmd->out);
	else
		show_setting(l, cmd->out);
	if (cmd->nargs == 0 || (!cmd_has(cmd, "queue") && !cmd_has(cmd, "rate-limit") &&
	                        !cmd_has(cmd, "asdm") && !cmd_has(cmd, "setting")))
		show_buffer(&l->buffer, cmd->out);
	if (cmd_pix(cmd))
		logsink_pix(cmd->out);
	return CMD_OK;
}

static int clear_buffer(struct logsink_buffer *b)
{
	b->start = b->len = 0;
	b->lines = 0;
	return CMD_OK;
}

static int clear_logging_buffer(struct cmd *cmd)
{
	return clear_buffer(&((struct logsinks *)cmd->ctx)->buffer);
}

static int clear_logging_asdm(struct cmd *cmd)
{
	return clear_buffer(&((struct logsinks *)cmd->ctx)->asdm);
}

static int clear_logging_queue(struct cmd *cmd)
{
	struct logsinks *l = cmd->ctx;
	l->gone.dropped = l->gone.no_memory = l->gone.queued_most = 0;
	for (unsigned i = 0; i < l->conf.nhosts; i++)
		if (l->host[i]->tcp)
			logtcp_clear(l->host[i]->tcp);
	return CMD_OK;
}

void logsinks_register(struct logsinks *l)
{
	static const struct cmd_entry table[] = {
	        {"show_logging", show_logging},
	        {"clear_logging_buffer", clear_logging_buffer},
	        {"clear_logging_asdm", clear_logging_asdm},
	        {"clear_logging_queue", clear_logging_queue},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), l);
}
