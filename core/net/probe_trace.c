#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/net/probe_run.h"

enum { TRACE_HOPS = 30, TRACE_PROBES = 3, TRACE_TIMEOUT_MS = 3000, TRACE_PORT = 33434 };

struct trace {
	struct probe_run run;
	uint32_t src, dst, last_from;
	uint16_t sport, dport;
	unsigned ttl, probe; /* 1.. ; 0..2 */
	uint64_t sent_ns;
	bool reached;
};

static void trace_next(struct trace *t);

/* One probe is done: the next, the next hop, or the end. */
static void trace_advance(struct trace *t)
{
	if (++t->probe < TRACE_PROBES) {
		trace_next(t);
		return;
	}
	probe_print(&t->run, "\n");
	t->probe = 0;
	t->last_from = 0;
	if (t->reached || ++t->ttl > TRACE_HOPS)
		probe_end(&t->run);
	else
		trace_next(t);
}

static void trace_next(struct trace *t)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(t->dst)};
	int ttl = (int)t->ttl;
	char data[12] = {0};
	if (t->probe == 0)
		probe_print(&t->run, " %-2u ", t->ttl);
	to.sin_port = htons(++t->dport);
	t->sent_ns = uv_hrtime();
	if (setsockopt(t->run.fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) ||
	    sendto(t->run.fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&to,
	           sizeof(to)) < 0) {
		probe_print(&t->run, "\nNo route to host %s", ip4_text(t->dst).s);
		t->reached = true;
		t->probe = TRACE_PROBES - 1;
		trace_advance(t);
		return;
	}
	probe_timer(&t->run, TRACE_TIMEOUT_MS);
}

static const char *unreachable_mark(uint8_t code)
{
	switch (code) {
	case 0:
		return " !N";
	case 1:
		return " !H";
	case 2:
		return " !P";
	case 9:
	case 10:
	case 13:
		return " !A";
	default:
		return code == 3 ? "" : " ?";
	}
}

static bool trace_answer(struct probe_run *run, const struct probe_answer *a)
{
	struct trace *t = (struct trace *)run;
	if (a->type == ICMP_REPLY || a->proto != IPPROTO_UDP || a->dst != t->dst ||
	    a->sport != t->sport || a->dport != t->dport)
		return false;
	if (a->from != t->last_from)
		probe_print(run, " %s", ip4_text(a->from).s);
	t->last_from = a->from;
	probe_print(run, " %llu msec%s", (unsigned long long)((a->at_ns - t->sent_ns) / 1000000),
	            a->type == ICMP_UNREACH ? unreachable_mark(a->code) : "");
	t->reached = t->reached || a->type == ICMP_UNREACH;
	trace_advance(t);
	return true;
}

static void trace_timeout(struct probe_run *run)
{
	probe_print(run, " * ");
	trace_advance((struct trace *)run);
}

static void trace_finish(struct probe_run *run)
{
	struct trace *t = (struct trace *)run;
	if (t->probe || t->last_from) /* stopped in the middle of a line */
		probe_print(run, "\n");
}

static void trace_start(struct probe_run *run)
{
	run->timeout = trace_timeout;
	trace_next((struct trace *)run);
}

static int trace_open(struct trace *t)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(t->src)};
	socklen_t len = sizeof(a);
	t->run.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (t->run.fd < 0 || bind(t->run.fd, (struct sockaddr *)&a, sizeof(a)) ||
	    getsockname(t->run.fd, (struct sockaddr *)&a, &len))
		return -errno;
	t->sport = ntohs(a.sin_port);
	return 0;
}

int probe_traceroute(struct cmd *cmd)
{
	uint32_t src, dst;
	if (!probe_host(cmd, &dst) || !probe_source(cmd, &src))
		return CMD_ERROR;
	struct trace *t = probe_run_new(cmd, sizeof(*t));
	if (!t)
		return CMD_ERROR;
	t->src = src;
	t->dst = dst;
	t->ttl = 1;
	t->dport = TRACE_PORT - 1;
	t->run.answer = trace_answer;
	t->run.finish = trace_finish;
	t->run.timeout = trace_start;
	out_printf(cmd->out, "Type escape sequence to abort.\nTracing the route to %s\n\n",
	           ip4_text(dst).s);
	if (trace_open(t))
		t->run.timeout = probe_end;
	probe_timer(&t->run, 0);
	return CMD_PENDING;
}
