#include "core/net/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/ip4.h"
#include "core/net/probe_run.h"

enum { PROBES_MAX = 64 };

struct probes {
	uv_loop_t *loop;
	const struct ifaces *ifaces;
	int fd;
	uv_poll_t *poll;
	struct probe_run *runs;
	unsigned n;
};

/* ---------------------------------------------------------------------------------------- receive */

static void parse_quote(struct rd *r, struct probe_answer *a)
{
	uint32_t header = (rd_u8(r) & 0xfu) * 4;
	rd_skip(r, 8);
	a->proto = rd_u8(r);
	rd_skip(r, 6);
	a->dst = rd_u32(r);
	if (header < 20) {
		r->bad = true;
		return;
	}
	rd_skip(r, header - 20);
	a->sport = rd_u16(r);
	a->dport = rd_u16(r);
	if (a->proto == IPPROTO_ICMP) { /* what was read are type, code and checksum */
		a->id = rd_u16(r);
		a->seq = rd_u16(r);
	}
}

/* IP header, ICMP header (RFC 792), and for errors the packet they are about. */
static bool parse_answer(const uint8_t *data, size_t len, struct probe_answer *a)
{
	struct rd r = rd_of(data, len);
	uint32_t header = (rd_u8(&r) & 0xfu) * 4;
	rd_skip(&r, 11);
	a->from = rd_u32(&r);
	rd_skip(&r, 4);
	if (header < 20)
		return false;
	rd_skip(&r, header - 20);
	a->type = rd_u8(&r);
	a->code = rd_u8(&r);
	rd_skip(&r, 2);
	a->id = rd_u16(&r);
	a->seq = rd_u16(&r);
	if (a->type != ICMP_REPLY)
		parse_quote(&r, a);
	return rd_ok(&r);
}

static void icmp_readable(uv_poll_t *poll, int status, int events)
{
	struct probes *p = poll->data;
	uint8_t data[PROBE_SIZE_MAX + 64];
	ssize_t n;
	(void)events;
	while (status == 0 && (n = recv(p->fd, data, sizeof(data), MSG_DONTWAIT)) >= 0) {
		struct probe_answer a = {.at_ns = uv_hrtime()};
		if (!parse_answer(data, (size_t)n, &a))
			continue;
		for (struct probe_run *run = p->runs, *next; run; run = next) {
			next = run->next;
			if (run->answer(run, &a))
				break;
		}
	}
}

/* Nothing is read while nobody waits: the host's other ICMP traffic need not wake us. */
static void poll_update(struct probes *p)
{
	char scrap[64];
	if (!p->runs) {
		uv_poll_stop(p->poll);
	} else if (!uv_is_active((uv_handle_t *)p->poll)) {
		while (recv(p->fd, scrap, sizeof(scrap), MSG_DONTWAIT) >= 0)
			;
		uv_poll_start(p->poll, UV_READABLE, icmp_readable);
	}
}

/* ------------------------------------------------------------------------------------------- runs */

static void run_cancelled(void *arg)
{
	probe_end(arg);
}

void *probe_run_new(struct cmd *cmd, size_t size)
{
	struct probes *p = cmd->ctx;
	if (!cmd->host || !cmd->host->emit || !cmd->host->done) {
		cmd_fail(cmd, "this console cannot wait for answers");
		return NULL;
	}
	struct probe_run *run = p->n < PROBES_MAX ? calloc(1, size) : NULL;
	if (!run) {
		cmd_fail(cmd, "too many commands are waiting for answers");
		return NULL;
	}
	run->owner = p;
	run->host = cmd->host;
	run->session = cmd->session;
	run->fd = -1;
	uv_timer_init(p->loop, &run->timer);
	run->timer.data = run;
	run->next = p->runs;
	p->runs = run;
	p->n++;
	poll_update(p);
	if (run->host->on_cancel)
		run->host->on_cancel(run->session, run_cancelled, run);
	return run;
}

static void timer_fired(uv_timer_t *timer)
{
	struct probe_run *run = timer->data;
	run->timeout(run);
}

void probe_timer(struct probe_run *run, uint64_t ms)
{
	uv_update_time(run->owner->loop);
	uv_timer_start(&run->timer, timer_fired, ms, 0);
}

void probe_print(struct probe_run *run, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	run->host->emit(run->session, str_of(text));
}

static void run_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void run_remove(struct probe_run *run)
{
	struct probe_run **at = &run->owner->runs;
	while (*at && *at != run)
		at = &(*at)->next;
	if (*at)
		*at = run->next;
	run->owner->n--;
	if (run->fd >= 0)
		close(run->fd);
	poll_update(run->owner);
	uv_close((uv_handle_t *)&run->timer, run_closed);
}

void probe_end(struct probe_run *run)
{
	const struct cmd_host *host = run->host;
	void *session = run->session;
	if (run->ended)
		return;
	run->ended = true;
	run->finish(run);
	if (host->on_cancel)
		host->on_cancel(session, NULL, NULL);
	run_remove(run);
	host->done(session, CMD_OK);
}

bool probe_host(struct cmd *cmd, uint32_t *dst)
{
	if (ip4_parse(cmd_text(cmd, "host"), dst))
		return true;
	cmd_fail(cmd, "%% Invalid Hostname");
	return false;
}

static bool address_of(const struct probes *p, struct str nameif, uint32_t *ip)
{
	const struct iface *i = p->ifaces ? ifaces_by_nameif(p->ifaces, nameif) : NULL;
	*ip = i ? i->ip : 0;
	return *ip != 0;
}

bool probe_source(struct cmd *cmd, uint32_t *src)
{
	struct str name = cmd_text(cmd, "ifname");
	*src = 0;
	if (!name.len || address_of(cmd->ctx, name, src))
		return true;
	cmd_fail(cmd, "interface %.*s has no address", STR_ARG(name));
	return false;
}

bool probe_interface(const struct probe_run *run, struct str name, uint32_t *src)
{
	return address_of(run->owner, name, src);
}

int probe_send_icmp(struct probe_run *run, uint32_t src, uint32_t dst, const void *data, size_t len)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(dst)};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(src)};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(info))];
	} control = {0};
	struct iovec iov = {(void *)(uintptr_t)data, len};
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
	return sendmsg(run->owner->fd, &m, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* ----------------------------------------------------------------------------------------- public */

int probes_new(struct probes **out, uv_loop_t *loop, const struct ifaces *ifaces, struct err *err)
{
	struct icmp_filter filter = {
	        ~(1u << ICMP_REPLY | 1u << ICMP_UNREACH | 1u << ICMP_EXCEEDED)};
	struct probes *p = calloc(1, sizeof(*p));
	*out = NULL;
	if (p)
		p->poll = calloc(1, sizeof(*p->poll));
	if (!p || !p->poll) {
		free(p);
		return err_set(err, -ENOMEM, "out of memory");
	}
	p->loop = loop;
	p->ifaces = ifaces;
	p->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
	if (p->fd < 0 || uv_poll_init(loop, p->poll, p->fd)) {
		int r = err_set(err, -errno, "cannot open a raw socket for ICMP: %s",
		                strerror(errno));
		if (p->fd >= 0)
			close(p->fd);
		free(p->poll);
		free(p);
		return r;
	}
	setsockopt(p->fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	p->poll->data = p;
	*out = p;
	return 0;
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

void probes_free(struct probes *p)
{
	if (!p)
		return;
	while (p->runs)
		run_remove(p->runs);
	uv_close((uv_handle_t *)p->poll, poll_closed);
	close(p->fd);
	free(p);
}

void probes_register(struct probes *p)
{
	static const struct cmd_entry table[] = {
	        {"ping", probe_ping},
	        {"traceroute", probe_traceroute},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), p);
}
