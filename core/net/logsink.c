#include "core/net/logsink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/show.h"

enum { LINE_MAX_BYTES = 2200, STDERR_LEVEL = LOGL_INFORMATIONAL };

struct host {
	struct logsink_host conf;
	uint64_t tx, errors, dropped;
};

/* The last messages, oldest first: lines in a ring of bytes; whole lines give way. */
struct buffer {
	char *text;
	size_t cap, start, len;
};

struct logsinks {
	const struct ifaces *ifaces;
	struct logsink_conf conf; /* msg is not used */
	struct log_sink to_stderr, to_buffer, to_hosts, counter;
	uint64_t n_console, n_monitor, n_buffer, n_trap;
	struct buffer buffer;
	struct host host[LOGSINK_HOSTS_MAX];
	int fd; /* for the servers, -1 = none */
	bool journal;
};

/* ----------------------------------------------------------------------------------------- buffer */

static void buffer_drop_line(struct buffer *b)
{
	while (b->len) {
		char c = b->text[b->start];
		b->start = (b->start + 1) % b->cap;
		b->len--;
		if (c == '\n')
			return;
	}
}

static void buffer_add(struct buffer *b, const char *line, size_t len)
{
	if (!b->cap || len > b->cap)
		return;
	while (b->cap - b->len < len)
		buffer_drop_line(b);
	for (size_t i = 0; i < len; i++)
		b->text[(b->start + b->len + i) % b->cap] = line[i];
	b->len += len;
}

static void buffer_print(const struct buffer *b, struct out *o)
{
	size_t first = b->cap - b->start < b->len ? b->cap - b->start : b->len;
	if (!b->len)
		return;
	out_put(o, (struct str){b->text + b->start, first});
	out_put(o, (struct str){b->text, b->len - first});
}

/* Another size keeps the newest lines that fit. */
static void buffer_resize(struct buffer *b, size_t cap)
{
	struct buffer n = {.text = malloc(cap), .cap = cap};
	if (b->cap == cap || !n.text) {
		free(n.text);
		return;
	}
	while (b->len > cap)
		buffer_drop_line(b);
	for (size_t i = 0; i < b->len; i++)
		n.text[i] = b->text[(b->start + i) % b->cap];
	n.len = b->len;
	free(b->text);
	*b = n;
}

/* ------------------------------------------------------------------------------------ destinations */

static size_t line_format(char *text, size_t cap, const struct log_line *line, bool timestamp)
{
	int n = log_format(text, cap, line, timestamp);
	size_t len = n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
	for (size_t i = 0; i < len;
	     i++) /* peers' names can hold anything: one message stays one line */
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	return len;
}

static void write_stderr(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	char text[LINE_MAX_BYTES];
	line_format(text, sizeof(text), line, !l->journal);
	if (l->journal)
		fprintf(stderr, "<%d>%s\n", line->level, text);
	else
		fprintf(stderr, "%s\n", text);
}

static void write_buffer(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	char text[LINE_MAX_BYTES];
	size_t n = line_format(text, sizeof(text) - 1, line, l->conf.timestamp);
	text[n++] = '\n';
	buffer_add(&l->buffer, text, n);
	l->n_buffer++;
}

/* Counts for `show logging` what the console and the monitors get. */
static void count_line(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	l->n_console += line->level <= l->conf.console;
	l->n_monitor += line->level <= l->conf.monitor;
}

static bool host_send(struct logsinks *l, struct host *h, const char *text, size_t len)
{
	const struct iface *i =
	        l->ifaces ? ifaces_by_nameif(l->ifaces, str_of(h->conf.nameif)) : NULL;
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_port = htons(h->conf.port),
	                         .sin_addr.s_addr = htonl(h->conf.ip)};
	struct iovec iov = {(void *)(uintptr_t)text, len};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(i ? i->ip : 0)};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(info))];
	} control = {0};
	struct msghdr m = {.msg_name = &to,
	                   .msg_namelen = sizeof(to),
	                   .msg_iov = &iov,
	                   .msg_iovlen = 1,
	                   .msg_control = control.space,
	                   .msg_controllen = sizeof(control.space)};
	if (l->ifaces && (!i || !i->up || !i->ip))
		return false;
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (sendmsg(l->fd, &m, MSG_DONTWAIT) < 0)
		h->errors++;
	else
		h->tx++;
	return true;
}

static void write_hosts(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	char text[LINE_MAX_BYTES];
	int head = snprintf(text, sizeof(text), "<%d>", l->conf.facility * 8 + line->level);
	size_t n = (size_t)head +
	           line_format(text + head, sizeof(text) - (size_t)head, line, l->conf.timestamp);
	l->n_trap++;
	for (unsigned i = 0; i < l->conf.nhosts; i++)
		if (l->fd < 0 || !host_send(l, &l->host[i], text, n))
			l->host[i].dropped++;
}

/* ------------------------------------------------------------------------------------------ apply */

struct logsinks *logsinks_new(const struct ifaces *ifaces)
{
	struct logsinks *l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->ifaces = ifaces;
	l->journal = getenv("JOURNAL_STREAM") != NULL;
	l->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	l->conf = (struct logsink_conf){
	        .buffered = -1, .trap = -1, .console = -1, .monitor = -1, .facility = 20};
	l->to_stderr = (struct log_sink){.level = STDERR_LEVEL, .write = write_stderr, .arg = l};
	l->to_buffer = (struct log_sink){.level = -1, .write = write_buffer, .arg = l};
	l->to_hosts = (struct log_sink){.level = -1, .write = write_hosts, .arg = l};
	l->counter = (struct log_sink){.level = -1, .write = count_line, .arg = l};
	log_sink_add(&l->to_stderr);
	log_sink_add(&l->to_buffer);
	log_sink_add(&l->to_hosts);
	log_sink_add(&l->counter);
	return l;
}

void logsinks_free(struct logsinks *l)
{
	if (!l)
		return;
	log_sink_remove(&l->to_stderr);
	log_sink_remove(&l->to_buffer);
	log_sink_remove(&l->to_hosts);
	log_sink_remove(&l->counter);
	if (l->fd >= 0)
		close(l->fd);
	free(l->buffer.text);
	free(l);
}

/* Servers that stay keep their counters. */
static void hosts_apply(struct logsinks *l, const struct logsink_conf *conf)
{
	struct host old[LOGSINK_HOSTS_MAX];
	memcpy(old, l->host, sizeof(old));
	for (unsigned i = 0; i < conf->nhosts; i++) {
		l->host[i] = (struct host){.conf = conf->host[i]};
		for (unsigned k = 0; k < l->conf.nhosts; k++)
			if (old[k].conf.ip == conf->host[i].ip &&
			    old[k].conf.port == conf->host[i].port &&
			    !strcmp(old[k].conf.nameif, conf->host[i].nameif))
				l->host[i] = old[k];
	}
}

void logsinks_apply(struct logsinks *l, const struct logsink_conf *conf)
{
	bool on = conf->enabled;
	hosts_apply(l, conf);
	l->conf = *conf;
	l->conf.msg = NULL;
	if (!on)
		l->conf.console = l->conf.monitor = -1;
	l->to_stderr.level = l->conf.console >= 0 ? l->conf.console : STDERR_LEVEL;
	l->to_buffer.level = on ? conf->buffered : -1;
	l->to_hosts.level = on && conf->nhosts ? conf->trap : -1;
	l->counter.level = l->conf.console > l->conf.monitor ? l->conf.console : l->conf.monitor;
	buffer_resize(&l->buffer, conf->buffer_bytes);
	log_reset_messages();
	for (size_t i = 0; i < conf->nmsgs; i++)
		log_set_message(conf->msg[i].id, conf->msg[i].level);
}

int logsinks_monitor_level(const struct logsinks *l)
{
	return l->conf.monitor;
}

bool logsinks_timestamp(const struct logsinks *l)
{
	return l->conf.timestamp;
}

/* --------------------------------------------------------------------------------------- commands */

static void show_destination(struct out *o, const char *name, int level, const char *extra,
                             uint64_t n)
{
	if (level < 0)
		out_printf(o, "    %s logging: disabled\n", name);
	else
		out_printf(o, "    %s logging: level %s, %s%llu messages logged\n", name,
		           logsink_levels[level], extra, (unsigned long long)n);
}

static int show_logging(struct cmd *cmd)
{
	const struct logsinks *l = cmd->ctx;
	const struct logsink_conf *c = &l->conf;
	struct out *o = cmd->out;
	char facility[32];
	snprintf(facility, sizeof(facility), "facility %u, ", c->facility);
	out_printf(o, "Syslog logging: %s\n    Facility: %u\n", c->enabled ? "enabled" : "disabled",
	           c->facility);
	out_printf(o, "    Timestamp logging: %s\n", c->timestamp ? "enabled" : "disabled");
	out_printf(o, "    Hide Username logging: %s\n", c->hide_username ? "enabled" : "disabled");
	out_str(o, "    Standby logging: disabled\n    Debug-trace logging: disabled\n");
	show_destination(o, "Console", c->console, "", l->n_console);
	show_destination(o, "Monitor", c->monitor, "", l->n_monitor);
	show_destination(o, "Buffer", l->to_buffer.level, "", l->n_buffer);
	show_destination(o, "Trap", c->enabled ? c->trap : -1, facility, l->n_trap);
	for (unsigned i = 0; i < c->nhosts; i++) {
		const struct host *h = &l->host[i];
		out_printf(o, "        Logging to %s %s, UDP TX:%llu errors: %llu  dropped: %llu\n",
		           h->conf.nameif, ip4_text(h->conf.ip).s, (unsigned long long)h->tx,
		           (unsigned long long)h->errors, (unsigned long long)h->dropped);
	}
	if (c->nhosts)
		out_str(o, "    Global TCP syslog stats::\n        NOT_PUTABLE: 0, "
		           "ALL_CHANNEL_DOWN: 0\n"
		           "        CHANNEL_FLAP_CNT: 0, SYSLOG_PKT_LOSS: 0\n        "
		           "PARTIAL_REWRITE_CNT: 0\n");
	out_str(o, "    Permit-hostdown logging: disabled\n    History logging: disabled\n    "
	           "Device ID: disabled\n"
	           "    Mail logging: disabled\n    ASDM logging: disabled\n");
	buffer_print(&l->buffer, o);
	return CMD_OK;
}

static int clear_logging_buffer(struct cmd *cmd)
{
	struct logsinks *l = cmd->ctx;
	l->buffer.start = l->buffer.len = 0;
	return CMD_OK;
}

void logsinks_register(struct logsinks *l)
{
	static const struct cmd_entry table[] = {
	        {"show_logging", show_logging},
	        {"clear_logging_buffer", clear_logging_buffer},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), l);
}
