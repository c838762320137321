#include <errno.h>

#include "core/base/random.h"
#include "core/net/probe_run.h"

enum { PING_COUNT = 5, PING_BYTES = 100, PING_TIMEOUT_S = 2, PING_COLUMNS = 70, PING_HEADERS = 28 };

struct ping {
	struct probe_run run;
	uint32_t src, dst, count, bytes, timeout_s;
	uint16_t id, seq;
	uint32_t sent, good;
	uint64_t sent_ns, min_us, max_us, sum_us;
};

static void ping_next(struct ping *p);

static void ping_mark(struct ping *p, const char *mark)
{
	probe_print(&p->run, "%s%s", mark,
	            p->sent % PING_COLUMNS == 0 && p->sent < p->count ? "\n" : "");
	ping_next(p);
}

static int ping_send(struct ping *p)
{
	uint8_t data[PROBE_SIZE_MAX];
	struct wr w = wr_of(data, p->bytes - PING_HEADERS + 8);
	wr_u8(&w, ICMP_REQUEST);
	wr_u8(&w, 0);
	wr_u16(&w, 0);
	wr_u16(&w, p->id);
	wr_u16(&w, p->seq);
	while (wr_len(&w) < p->bytes - PING_HEADERS + 8)
		wr_u8(&w, (uint8_t)(0xab + 0x22 * (wr_len(&w) & 1))); /* ab cd ab cd */
	wr_patch_u16(&w, 2, ip4_checksum(data, wr_len(&w), 0));
	p->sent_ns = uv_hrtime();
	return probe_send_icmp(&p->run, p->src, p->dst, data, wr_len(&w));
}

static void ping_next(struct ping *p)
{
	if (p->sent == p->count) {
		probe_end(&p->run);
		return;
	}
	p->sent++;
	p->seq++;
	int r = ping_send(p);
	if (r == -ENETUNREACH || r == -EHOSTUNREACH) {
		probe_print(&p->run, "No route to host %s\n", ip4_text(p->dst).s);
		probe_end(&p->run);
		return;
	}
	probe_timer(&p->run, p->timeout_s ? p->timeout_s * 1000ull : 1);
}

static bool ping_answer(struct probe_run *run, const struct probe_answer *a)
{
	struct ping *p = (struct ping *)run;
	if (a->type == ICMP_REPLY) {
		if (a->id != p->id || a->seq != p->seq || a->from != p->dst)
			return false;
		uint64_t us = (a->at_ns - p->sent_ns) / 1000;
		p->min_us = !p->good || us < p->min_us ? us : p->min_us;
		p->max_us = us > p->max_us ? us : p->max_us;
		p->sum_us += us;
		p->good++;
		ping_mark(p, "!");
		return true;
	}
	if (a->proto != IPPROTO_ICMP || a->dst != p->dst || a->id != p->id || a->seq != p->seq)
		return false;
	ping_mark(p, a->type == ICMP_UNREACH ? "U" : "?");
	return true;
}

static void ping_timeout(struct probe_run *run)
{
	ping_mark((struct ping *)run, ".");
}

static uint64_t ms_of(uint64_t us)
{
	return us < 1000 ? 1 : (us + 500) / 1000; /* the appliance never shows 0 */
}

static void ping_finish(struct probe_run *run)
{
	struct ping *p = (struct ping *)run;
	uint32_t percent = p->sent ? (uint32_t)((uint64_t)p->good * 100 / p->sent) : 0;
	probe_print(run, "\nSuccess rate is %u percent (%u/%u)", percent, p->good, p->sent);
	if (p->good)
		probe_print(run, ", round-trip min/avg/max = %llu/%llu/%llu ms",
		            (unsigned long long)ms_of(p->min_us),
		            (unsigned long long)ms_of(p->sum_us / p->good),
		            (unsigned long long)ms_of(p->max_us));
	probe_print(run, "\n");
}

static void ping_start(struct probe_run *run)
{
	struct ping *p = (struct ping *)run;
	run->timeout = ping_timeout;
	ping_next(p);
}

int probe_ping(struct cmd *cmd)
{
	uint32_t src, dst, count = PING_COUNT, bytes = PING_BYTES, timeout_s = PING_TIMEOUT_S;
	if (!cmd_u32(cmd, "host", &dst) || !probe_source(cmd, &src))
		return CMD_ERROR;
	cmd_u32(cmd, "count", &count);
	cmd_u32(cmd, "bytes", &bytes);
	cmd_u32(cmd, "seconds", &timeout_s);
	if (bytes < PING_HEADERS || bytes > PROBE_SIZE_MAX || !count)
		return cmd_fail(cmd, "datagram size must be %d to %d", PING_HEADERS,
		                PROBE_SIZE_MAX);
	struct ping *p = probe_run_new(cmd, sizeof(*p));
	if (!p)
		return CMD_ERROR;
	p->src = src;
	p->dst = dst;
	p->count = count;
	p->bytes = bytes;
	p->timeout_s = timeout_s;
	p->id = (uint16_t)random_u32();
	p->run.answer = ping_answer;
	p->run.finish = ping_finish;
	p->run.timeout = ping_start;
	out_printf(cmd->out,
	           "Type escape sequence to abort.\nSending %u, %u-byte ICMP Echos to %s, timeout "
	           "is %u seconds:\n",
	           p->count, p->bytes, ip4_text(p->dst).s, p->timeout_s);
	/* The first packet leaves from the loop, after the console took the text above. */
	probe_timer(&p->run, 0);
	return CMD_PENDING;
}
