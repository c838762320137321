#include <errno.h>

#include "core/base/random.h"
#include "core/net/probe_run.h"

enum {
	PING_COUNT = 5,
	PING_BYTES = 100,
	PING_TIMEOUT_S = 2,
	PING_COLUMNS = 70,
	PING_HEADERS = 28,
	PING_LEAST = 36,
	PING_LONGEST_S = 3600
};

struct ping {
	struct probe_run run;
	uint32_t src, dst, count, bytes, timeout_s;
	unsigned step; /* of the questions */
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

/* Everything is known. The first packet leaves from the loop, after the console took the text. */
static void ping_begin(struct ping *p)
{
	p->id = (uint16_t)random_u32();
	p->run.answer = ping_answer;
	p->run.finish = ping_finish;
	p->run.timeout = ping_start;
	probe_timer(&p->run, 0);
}

static void ping_announce(const struct ping *p, struct out *out)
{
	out_printf(out,
	           "Type escape sequence to abort.\nSending %u, %u-byte ICMP Echos to %s, timeout "
	           "is %u seconds:\n",
	           p->count, p->bytes, ip4_text(p->dst).s, p->timeout_s);
}

/* -------------------------------------------------------------------------------------- questions */

static void ping_ask(struct ping *p);

static void ping_refuse(struct ping *p, const char *why)
{
	probe_print(&p->run, "ERROR: %% %s\n", why);
	probe_end(&p->run);
}

/* One parameter; an empty answer leaves it as it is. */
static bool ping_take(struct ping *p, struct str answer)
{
	uint32_t n;
	switch (p->step++) {
	case 0:
		return answer.len == 0 || probe_interface(&p->run, answer, &p->src);
	case 1:
		return ip4_parse(answer, &p->dst);
	case 2:
		return answer.len == 0 || (str_to_u32(answer, INT32_MAX, &p->count) && p->count);
	case 3:
		n = p->bytes;
		if (answer.len > 0 && !str_to_u32(answer, PROBE_SIZE_MAX, &n))
			return false;
		p->bytes = n;
		return n >= PING_LEAST;
	default:
		return answer.len == 0 || str_to_u32(answer, PING_LONGEST_S, &p->timeout_s);
	}
}

static void ping_answered(void *arg, struct str line)
{
	static const char *const wrong[] = {"Invalid interface", "Invalid Hostname",
	                                    "Invalid repeat count", "Invalid datagram size",
	                                    "Invalid timeout"};
	struct ping *p = arg;
	unsigned step = p->step;
	if (!ping_take(p, str_trim(line))) {
		ping_refuse(p, wrong[step]);
		return;
	}
	if (p->step < sizeof(wrong) / sizeof(wrong[0])) {
		ping_ask(p);
		return;
	}
	struct out text;
	out_init(&text);
	ping_announce(p, &text);
	probe_print(&p->run, "%s", text.text ? text.text : "");
	out_free(&text);
	ping_begin(p);
}

static void ping_ask(struct ping *p)
{
	static const char *const questions[] = {
	        "Interface: ", "Target IP address: ", "Repeat count: [5] ", "Datagram size: [100] ",
	        "Timeout in seconds: [2] "};
	p->run.host->ask(p->run.session, questions[p->step], false, ping_answered, p);
}

static void ping_no_words(struct probe_run *run)
{
	(void)run;
}

static bool ping_no_answer(struct probe_run *run, const struct probe_answer *a)
{
	(void)run, (void)a;
	return false;
}

/* ---------------------------------------------------------------------------------------- command */

int probe_ping(struct cmd *cmd)
{
	uint32_t src = 0, dst = 0, count = PING_COUNT, bytes = PING_BYTES,
	         timeout_s = PING_TIMEOUT_S;
	bool asks = cmd_text(cmd, "host").len == 0 && cmd_text(cmd, "name").len == 0;
	if (asks && (!cmd->host || !cmd->host->ask))
		return cmd_fail(cmd, "%% Incomplete command");
	if (!asks && (!probe_host(cmd, &dst) || !probe_source(cmd, &src)))
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
	if (asks) {
		p->run.answer = ping_no_answer;
		p->run.finish = ping_no_words;
		ping_ask(p);
		return CMD_PENDING;
	}
	ping_announce(p, cmd->out);
	ping_begin(p);
	return CMD_PENDING;
}
