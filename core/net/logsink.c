#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/debug.h"
#include "core/net/logsink_int.h"

enum { LINE_MAX_BYTES = 2200, STDERR_LEVEL = LOGL_INFORMATIONAL, ASDM_BYTES = 256 * 1024 };

/* ----------------------------------------------------------------------------------------- buffer */

static void buffer_drop_line(struct logsink_buffer *b)
{
	while (b->len) {
		char c = b->text[b->start];
		b->start = (b->start + 1) % b->cap;
		b->len--;
		if (c == '\n') {
			b->lines--;
			return;
		}
	}
}

static void buffer_add(struct logsink_buffer *b, const char *line, size_t len)
{
	if (!b->cap || len > b->cap)
		return;
	while (b->cap - b->len < len || (b->lines_most && b->lines >= b->lines_most))
		buffer_drop_line(b);
	for (size_t i = 0; i < len; i++)
		b->text[(b->start + b->len + i) % b->cap] = line[i];
	b->len += len;
	b->lines++;
}

void logsink_buffer_print(const struct logsink_buffer *b, struct out *o)
{
	size_t first = b->cap - b->start < b->len ? b->cap - b->start : b->len;
	if (!b->len)
		return;
	out_put(o, (struct str){b->text + b->start, first});
	out_put(o, (struct str){b->text, b->len - first});
}

/* Another size keeps the newest lines that fit. */
static void buffer_resize(struct logsink_buffer *b, size_t cap, uint32_t lines_most)
{
	struct logsink_buffer n = {.cap = cap, .lines_most = lines_most};
	if (b->cap != cap) {
		n.text = malloc(cap);
		if (!n.text)
			return;
		while (b->len > cap)
			buffer_drop_line(b);
		for (size_t i = 0; i < b->len; i++)
			n.text[i] = b->text[(b->start + i) % b->cap];
		n.len = b->len;
		n.lines = b->lines;
		free(b->text);
		*b = n;
	}
	b->lines_most = lines_most;
	while (lines_most && b->lines > lines_most)
		buffer_drop_line(b);
}

/* ------------------------------------------------------------------------------------ destinations */

static void write_stderr(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	char text[LINE_MAX_BYTES];
	if (l->conf.enabled && log_filter_on(LOG_CONSOLE) && !log_passes(LOG_CONSOLE, line))
		return;
	if (l->journal || log_style()->timestamp)
		log_line_text(text, sizeof(text), line, LOG_FORM_CONSOLE);
	else
		log_format(text, sizeof(text), line, true);
	if (l->journal)
		fprintf(stderr, "<%d>%s\n", line->level, text);
	else
		fprintf(stderr, "%s\n", text);
}

static void write_to(struct logsinks *l, enum log_dest d, struct logsink_buffer *b,
                     const struct log_line *line)
{
	char text[LINE_MAX_BYTES];
	if (!log_passes(d, line))
		return;
	size_t n = log_line_text(text, sizeof(text) - 1, line, LOG_FORM_BUFFER);
	text[n++] = '\n';
	buffer_add(b, text, n);
	l->count[d]++;
}

static void write_buffer(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	write_to(l, LOG_BUFFERED, &l->buffer, line);
}

static void write_asdm(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	write_to(l, LOG_ASDM, &l->asdm, line);
}

/* Counts for `show logging` what the console and the monitors get. */
static void count_line(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	l->count[LOG_CONSOLE] += log_passes(LOG_CONSOLE, line);
	l->count[LOG_MONITOR] += log_passes(LOG_MONITOR, line);
}

/* The address of the interface a server is reached through. */
static bool source_ip(void *arg, uint32_t *ip)
{
	const struct logsink_server *h = arg;
	const struct logsinks *l = h->l;
	if (!l->ifaces)
		return true;
	const struct iface *i = ifaces_by_nameif(l->ifaces, str_of(h->conf.nameif));
	if (!i || !i->up || !i->ip)
		return false;
	*ip = i->ip;
	return true;
}

static bool udp_server_send(struct logsink_server *h, const char *text, size_t len)
{
	uint32_t source = 0;
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_port = htons(h->conf.port),
	                         .sin_addr.s_addr = htonl(h->conf.ip)};
	if (h->l->fd < 0 || !source_ip(h, &source))
		return false;
	struct iovec iov = {(void *)(uintptr_t)text, len};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(source)};
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
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (sendmsg(h->l->fd, &m, MSG_DONTWAIT) < 0)
		h->errors++;
	else
		h->tx++;
	return true;
}

static void write_hosts(void *arg, const struct log_line *line)
{
	struct logsinks *l = arg;
	char text[LINE_MAX_BYTES];
	if (!log_passes(LOG_TRAP, line))
		return;
	int head = snprintf(text, sizeof(text), "<%d>", l->conf.facility * 8 + line->level);
	l->count[LOG_TRAP]++;
	for (unsigned i = 0; i < l->conf.nhosts; i++) {
		struct logsink_server *h = l->host[i];
		size_t n = (size_t)head +
		           log_line_text(text + head, sizeof(text) - (size_t)head, line,
		                         h->conf.emblem ? LOG_FORM_EMBLEM : LOG_FORM_SERVER);
		if (h->conf.tcp && h->tcp)
			logtcp_put(h->tcp, (struct str){text, n});
		else if (h->conf.tcp || !udp_server_send(h, text, n))
			h->dropped++;
	}
}

/* -------------------------------------------------------------------------------- servers over TCP */

bool logsinks_admit(const struct logsinks *l)
{
	struct logtcp_stats s;
	for (unsigned i = 0; l->conf.enabled && !l->conf.permit_hostdown && i < l->conf.nhosts; i++)
		if (l->host[i]->tcp) {
			logtcp_stats(l->host[i]->tcp, &s);
			if (!s.up)
				return false;
		}
	return true;
}

static void server_changed(void *arg, bool up)
{
	const struct logsink_server *h = arg;
	const struct logsinks *l = h->l;
	if (up)
		log_msg(MSG_414004, h->conf.nameif, ip4_text(h->conf.ip).s, h->conf.port);
	else
		log_msg(MSG_414003, h->conf.nameif, ip4_text(h->conf.ip).s, h->conf.port,
		        l->conf.permit_hostdown ? "permitted" : "denied");
}

static void add_stats(struct logtcp_stats *sum, const struct logtcp *t)
{
	struct logtcp_stats s;
	logtcp_stats(t, &s);
	sum->tx += s.tx;
	sum->errors += s.errors;
	sum->dropped += s.dropped;
	sum->no_memory += s.no_memory;
	sum->flaps += s.flaps;
	sum->rewritten += s.rewritten;
	sum->queued += s.queued;
	sum->queued_most = s.queued_most > sum->queued_most ? s.queued_most : sum->queued_most;
	sum->up = sum->up || s.up;
}

void logsink_tcp_stats(const struct logsinks *l, struct logtcp_stats *sum)
{
	*sum = l->gone;
	for (unsigned i = 0; i < l->conf.nhosts; i++)
		if (l->host[i]->tcp)
			add_stats(sum, l->host[i]->tcp);
}

/* ------------------------------------------------------------------------------------------ apply */

struct logsinks *logsinks_new(const struct ifaces *ifaces, uv_loop_t *loop)
{
	struct logsinks *l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->ifaces = ifaces;
	l->loop = loop;
	l->journal = getenv("JOURNAL_STREAM") != NULL;
	l->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	logsink_conf_init(&l->conf);
	l->to_stderr = (struct log_sink){.level = STDERR_LEVEL, .write = write_stderr, .arg = l};
	l->to_buffer = (struct log_sink){.level = -1, .write = write_buffer, .arg = l};
	l->to_asdm = (struct log_sink){.level = -1, .write = write_asdm, .arg = l};
	l->to_hosts = (struct log_sink){.level = -1, .write = write_hosts, .arg = l};
	l->counter = (struct log_sink){.level = -1, .write = count_line, .arg = l};
	log_sink_add(&l->to_stderr);
	log_sink_add(&l->to_buffer);
	log_sink_add(&l->to_asdm);
	log_sink_add(&l->to_hosts);
	log_sink_add(&l->counter);
	return l;
}

static void server_free(struct logsinks *l, struct logsink_server *h)
{
	if (h->tcp) {
		add_stats(&l->gone, h->tcp);
		l->gone.dropped += l->gone.queued; /* nobody will get them */
		l->gone.queued = 0;
		logtcp_free(h->tcp);
	}
	free(h);
}

void logsinks_stop(struct logsinks *l)
{
	if (!l)
		return;
	l->stopped = true;
	for (unsigned i = 0; i < l->conf.nhosts; i++) {
		logtcp_free(l->host[i]->tcp);
		l->host[i]->tcp = NULL;
	}
}

void logsinks_free(struct logsinks *l)
{
	if (!l)
		return;
	logsinks_stop(l);
	log_filters_reset();
	log_limits_set(NULL, 0);
	log_style_set(&(struct log_style){.hide_names = true});
	debug_trace(false);
	log_sink_remove(&l->to_stderr);
	log_sink_remove(&l->to_buffer);
	log_sink_remove(&l->to_asdm);
	log_sink_remove(&l->to_hosts);
	log_sink_remove(&l->counter);
	for (unsigned i = 0; i < l->conf.nhosts; i++)
		free(l->host[i]);
	if (l->fd >= 0)
		close(l->fd);
	free(l->rules);
	free(l->buffer.text);
	free(l->asdm.text);
	free(l);
}

static bool same_server(const struct logsink_host *a, const struct logsink_host *b)
{
	return a->ip == b->ip && a->port == b->port && a->tcp == b->tcp &&
	       !strcmp(a->nameif, b->nameif);
}

static struct logsink_server *server_new(struct logsinks *l, const struct logsink_host *conf)
{
	static const struct logtcp_ops ops = {server_changed, source_ip};
	struct logsink_server *h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	*h = (struct logsink_server){.l = l, .conf = *conf};
	if (conf->tcp && l->loop && !l->stopped)
		h->tcp = logtcp_new(l->loop, conf->ip, conf->port, &ops, h);
	return h;
}

/* Servers that stay keep their counters and connections. Returns how many there are now. */
static unsigned hosts_apply(struct logsinks *l, const struct logsink_conf *conf)
{
	struct logsink_server *old[LOGSINK_HOSTS_MAX] = {0};
	unsigned n = 0;
	memcpy(old, l->host, l->conf.nhosts * sizeof(*old));
	for (unsigned i = 0; i < conf->nhosts; i++) {
		struct logsink_server *h = NULL;
		for (unsigned k = 0; k < l->conf.nhosts && !h; k++)
			if (old[k] && same_server(&old[k]->conf, &conf->host[i])) {
				h = old[k];
				h->conf = conf->host[i];
				old[k] = NULL;
			}
		if (!h)
			h = server_new(l, &conf->host[i]);
		if (!h)
			break;
		if (h->tcp)
			logtcp_set_queue(h->tcp, conf->queue ? conf->queue : LOGSINK_QUEUE_MOST);
		l->host[n++] = h;
	}
	for (unsigned k = 0; k < l->conf.nhosts; k++)
		if (old[k])
			server_free(l, old[k]);
	return n;
}

static void style_apply(struct logsinks *l, const struct logsink_conf *conf)
{
	struct log_style style = conf->style;
	style.hide_names = conf->hide_username;
	if (conf->device == LOGSINK_ID_ADDRESS && l->ifaces) {
		const struct iface *i = ifaces_by_nameif(l->ifaces, str_of(conf->device_text));
		str_copy(style.device_id, sizeof(style.device_id),
		         str_of(i && i->ip ? ip4_text(i->ip).s : ""));
	}
	log_style_set(&style);
}

/* The entries of lists get a place of their own. */
static void filters_apply(struct logsinks *l)
{
	size_t n = 0;
	struct log_rule *rules;
	for (int d = 0; d < LOG_DESTS; d++)
		n += l->conf.to[d].nrules;
	rules = calloc(n + 1, sizeof(*rules));
	n = 0;
	for (int d = 0; d < LOG_DESTS; d++) {
		struct log_filter *f = &l->conf.to[d];
		if (!rules)
			f->nrules = 0;
		for (size_t i = 0; i < f->nrules; i++)
			rules[n + i] = f->rule[i];
		f->rule = rules ? rules + n : NULL;
		n += f->nrules;
	}
	if (l->conf.enabled)
		log_filters_set(l->conf.to);
	else
		log_filters_reset();
	free(l->rules);
	l->rules = rules;
}

void logsinks_apply(struct logsinks *l, const struct logsink_conf *conf)
{
	bool on = conf->enabled;
	unsigned nhosts = hosts_apply(l, conf);
	l->conf = *conf;
	l->conf.nhosts = nhosts;
	style_apply(l, conf);
	filters_apply(l);
	int console = log_filter_top(LOG_CONSOLE), monitor = log_filter_top(LOG_MONITOR);
	l->to_stderr.level = console >= 0 ? console : STDERR_LEVEL;
	l->to_buffer.level = log_filter_top(LOG_BUFFERED);
	l->to_asdm.level = log_filter_top(LOG_ASDM);
	l->to_hosts.level = nhosts ? log_filter_top(LOG_TRAP) : -1;
	l->counter.level = console > monitor ? console : monitor;
	buffer_resize(&l->buffer, conf->buffer_bytes, 0);
	buffer_resize(&l->asdm, ASDM_BYTES, conf->asdm_lines);
	log_reset_messages();
	for (size_t i = 0; i < conf->nmsgs; i++)
		log_set_message(conf->msg[i].id, conf->msg[i].level);
	log_limits_set(conf->limit, conf->nlimits);
	debug_trace(on && conf->debug_trace);
}
