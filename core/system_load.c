/* show cpu, show memory, show blocks, show processes: what the appliance costs its host. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/aaa/local.h"
#include "core/base/mem.h"
#include "core/gateway.h"
#include "core/system_show.h"

/* ------------------------------------------------------------------ what the kernel says */

/* A file of /proc as text; its length, 0 when it cannot be read. */
static size_t proc_read(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, cap - 1) : 0;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* One thread: clock ticks of its CPU time. */
struct task {
	int tid;
	char name[32], state;
	uint64_t ticks;
};

/* "tid (name) state ppid ..."; utime and stime are fields 14 and 15 (proc(5)). */
static bool task_parse(const char *text, struct task *t)
{
	const char *open_at = strchr(text, '('), *close_at = strrchr(text, ')');
	unsigned long user, sys;
	if (open_at == NULL || close_at == NULL || close_at < open_at)
		return false;
	t->tid = atoi(text);
	str_copy(t->name, sizeof t->name,
	         (struct str){open_at + 1, (size_t)(close_at - open_at - 1)});
	if (sscanf(close_at + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &t->state,
	           &user, &sys) != 3)
		return false;
	t->ticks = user + sys;
	return true;
}

enum { TASKS_MAX = 32 };

static unsigned tasks_read(struct task *tasks)
{
	unsigned n = 0;
	DIR *dir = opendir("/proc/self/task");
	struct dirent *e;
	while (dir != NULL && n < TASKS_MAX && (e = readdir(dir)) != NULL) {
		char path[300], text[1024];
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/self/task/%s/stat", e->d_name);
		n += proc_read(path, text, sizeof text) > 0 && task_parse(text, &tasks[n]);
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

static uint64_t tasks_sum(const struct task *tasks, unsigned n)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < n; i++)
		sum += tasks[i].ticks;
	return sum;
}

/* A value of /proc/meminfo in bytes. */
static uint64_t meminfo(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	return at != NULL ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

/* ------------------------------------------------------------------ samples */

enum { SAMPLE_S = 5, SAMPLES = 300 / SAMPLE_S + 1 };

struct load_sample {
	uint64_t at_ms, all;
	uint64_t conns, authen, author; /* ever, for show perfmon */
	unsigned n;
	struct task tasks[TASKS_MAX];
};

static struct {
	struct timer timer;
	struct load_sample *s; /* newest at [n - 1 modulo SAMPLES] */
	unsigned n;
} load;

static void sample_take(struct load_sample *s, struct gateway *gw)
{
	s->at_ms = clock_now(&gw->clock);
	s->n = tasks_read(s->tasks);
	s->all = tasks_sum(s->tasks, s->n);
	struct ike_counts n;
	ike_counts(gw->ike, &n);
	s->conns = n.peers_ever + n.child_ever;
	s->authen = aaa_requests();
	s->author = aaa_authorizations();
}

static void tick(struct timer *t, void *arg)
{
	struct gateway *gw = arg;
	sample_take(&load.s[load.n++ % SAMPLES], gw);
	timer_start(&gw->clock, t, SAMPLE_S * 1000, tick, gw);
}

void system_load_start(struct gateway *gw)
{
	load.n = 0;
	load.s = calloc(SAMPLES, sizeof *load.s);
	if (load.s != NULL)
		timer_start(&gw->clock, &load.timer, 0, tick, gw);
}

void system_load_stop(struct gateway *gw)
{
	if (load.s != NULL)
		timer_stop(&gw->clock, &load.timer);
	free(load.s);
	load.s = NULL;
}

/* The sample `span_s` ago, or the oldest there is; NULL without any. */
static const struct load_sample *sample_of(unsigned span_s)
{
	unsigned have = load.n < SAMPLES ? load.n : SAMPLES, back = span_s / SAMPLE_S;
	if (load.s == NULL || have == 0)
		return NULL;
	return &load.s[(load.n - (back < have ? back : have)) % SAMPLES];
}

/* Share of one CPU in tenths of a percent; tid 0 = all threads. */
static unsigned share(const struct load_sample *now, unsigned span_s, int tid)
{
	const struct load_sample *then = sample_of(span_s);
	uint64_t a = 0, b = 0;
	if (then == NULL || now->at_ms <= then->at_ms)
		return 0;
	for (unsigned i = 0; i < now->n; i++)
		b += tid == 0 || now->tasks[i].tid == tid ? now->tasks[i].ticks : 0;
	for (unsigned i = 0; i < then->n; i++)
		a += tid == 0 || then->tasks[i].tid == tid ? then->tasks[i].ticks : 0;
	uint64_t ms = now->at_ms - then->at_ms, hz = (uint64_t)sysconf(_SC_CLK_TCK);
	return b > a ? (unsigned)((b - a) * 1000 * 1000 / hz / ms) : 0;
}

static unsigned percent(unsigned tenths, unsigned cpus)
{
	unsigned p = (tenths / cpus + 5) / 10;
	return p > 100 ? 100 : p;
}

/* ------------------------------------------------------------------ commands */

static int show_cpu(struct cmd *c)
{
	static struct load_sample now;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned cpus = online > 0 ? (unsigned)online : 1;
	sample_take(&now, c->ctx);
	rec(c->out, "percent_5_seconds percent_1_minute percent_5_minutes",
	    "CPU utilization for 5 seconds = %u%%; 1 minute: %u%%; 5 minutes: %u%%\n",
	    percent(share(&now, 5, 0), cpus), percent(share(&now, 60, 0), cpus),
	    percent(share(&now, 300, 0), cpus));
	return CMD_OK;
}

/* "Mwe": M for main; w waits, r runs; e event, s sleep, as far as the kernel tells. */
static const char *state_text(const struct task *t)
{
	return t->state == 'R' ? "Mrd" : t->state == 'D' ? "Msp" : "Mwe";
}

static int show_processes(struct cmd *c)
{
	static struct load_sample now;
	struct out *o = c->out;
	bool usage = cmd_has(c, "cpu-usage");
	sample_take(&now, c->ctx);
	out_str(o, usage ? "PC         Thread       5Sec     1Min     5Min   Process\n"
	                 : "State      Thread      Runtime  Process\n");
	rec_list(o, "processes");
	for (unsigned i = 0; i < now.n; i++) {
		const struct task *t = &now.tasks[i];
		unsigned s5 = share(&now, 5, t->tid), m1 = share(&now, 60, t->tid),
		         m5 = share(&now, 300, t->tid);
		if (cmd_has(c, "non-zero") && s5 + m1 + m5 == 0)
			continue;
		rec_open(o, NULL);
		if (usage)
			rec(o,
			    "- thread percent_5_seconds percent_1_minute percent_5_minutes process",
			    "%s          %-10d %5.1f%%   %5.1f%%   %5.1f%%   %s\n", "-", t->tid,
			    s5 / 10.0, m1 / 10.0, m5 / 10.0, t->name);
		else
			rec(o, "state thread runtime_ms process", "%-10s %-10d %8" PRIu64 "  %s\n",
			    state_text(t), t->tid, t->ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK),
			    t->name);
		rec_close(o);
	}
	rec_close(o);
	return CMD_OK;
}

static unsigned part(uint64_t n, uint64_t all)
{
	return all > 0 ? (unsigned)((n * 100 + all / 2) / all) : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct mem_info *)a)->name, ((const struct mem_info *)b)->name);
}

/* What sessions are made of, a row for each kind of object; the bytes of all. */
static size_t object_rows(struct out *o)
{
	struct mem_info list[MEM_KINDS_MAX];
	size_t n = mem_list(list), sum = 0;
	qsort(list, n, sizeof list[0], by_name);
	out_str(o, "\n----- allocated memory statistics -----\n\n"
	           "object                     in use        peak   size (bytes)   total (bytes)\n"
	           "--------------------  -----------  ----------  -------------  --------------\n");
	rec_list(o, "objects");
	for (size_t i = 0; i < n; i++) {
		rec_open(o, NULL);
		rec(o, "object in_use peak", "%-20s  %11zu  %10zu", list[i].name, list[i].n, list[i].peak);
		if (list[i].size != 0)
			rec(o, "size_bytes", "  %13zu", list[i].size);
		else
			out_printf(o, "  %13s", "-");
		rec(o, "total_bytes", "  %14zu\n", list[i].held);
		rec_close(o);
		sum += list[i].held;
	}
	rec_close(o);
	return sum;
}

static void detail_lines(struct out *o)
{
	struct mallinfo2 m = mallinfo2();
	char text[4096];
	proc_read("/proc/self/smaps_rollup", text, sizeof text);
	uint64_t resident = meminfo(text, "Rss:");
	rec_open(o, "process");
	rec(o, "resident_bytes", "\nProcess memory:     %12" PRIu64 " bytes resident\n", resident);
	rec(o, "heap_bytes heap_free_bytes mapped_bytes",
	    "Heap in use:        %12zu bytes\nHeap free:          %12zu bytes\n"
	    "Heap mapped:        %12zu bytes\n",
	    m.uordblks, m.fordblks, m.hblkhd);
	size_t sum = object_rows(o);
	rec(o, "objects_bytes objects_percent", "Total of objects:   %12zu bytes (%2u%% of resident)\n", sum,
	    part(sum, resident));
	rec_close(o);
}

static int show_memory(struct cmd *c)
{
	struct out *o = c->out;
	char text[4096];
	proc_read("/proc/meminfo", text, sizeof text);
	uint64_t all = meminfo(text, "MemTotal:"), free_now = meminfo(text, "MemAvailable:");
	rec(o, "free_bytes free_percent", "Free memory:       %12" PRIu64 " bytes (%2u%%)\n",
	    free_now, part(free_now, all));
	rec(o, "used_bytes used_percent", "Used memory:       %12" PRIu64 " bytes (%2u%%)\n",
	    all - free_now, part(all - free_now, all));
	out_str(o, "-------------     ------------------\n");
	rec(o, "total_bytes", "Total memory:      %12" PRIu64 " bytes (100%%)\n", all);
	if (cmd_has(c, "detail"))
		detail_lines(o);
	return CMD_OK;
}

static void perf_row(struct out *o, const char *name, uint64_t now, uint64_t average)
{
	rec_open(o, NULL);
	rec(o, "name current average", "%-32s %6" PRIu64 "/s %10" PRIu64 "/s\n", name, now,
	    average);
	rec_close(o);
}

static uint64_t per_second(uint64_t n, uint64_t ms)
{
	return ms > 0 ? n * 1000 / ms : 0;
}

/* Now: the last five seconds; average: since the start. */
static int show_perfmon(struct cmd *c)
{
	static struct load_sample now;
	struct gateway *gw = c->ctx;
	const struct load_sample *then = sample_of(5);
	sample_take(&now, gw);
	then = then != NULL ? then : &now;
	uint64_t ms = now.at_ms - then->at_ms, up = now.at_ms - gw->started_ms;
	/* what this appliance has nothing of is not listed: translations, fixups, URL servers */
	out_printf(c->out, "PERFMON STATS: %24s %12s\n", "Current", "Average");
	rec_list(c->out, "perfmon");
	perf_row(c->out, "Connections", per_second(now.conns - then->conns, ms),
	         per_second(now.conns, up));
	perf_row(c->out, "AAA Authen", per_second(now.authen - then->authen, ms),
	         per_second(now.authen, up));
	perf_row(c->out, "AAA Author", per_second(now.author - then->author, ms),
	         per_second(now.author, up));
	rec_close(c->out);
	return CMD_OK;
}

static int show_blocks(struct cmd *c)
{
	const struct gateway *gw = c->ctx;
	struct worker_blocks b[WORKER_BLOCKS];
	workers_blocks(gw->workers, b);
	out_str(c->out, "  SIZE    MAX    LOW    CNT\n");
	rec_list(c->out, "blocks");
	for (unsigned i = 0; i < WORKER_BLOCKS; i++) {
		rec_open(c->out, NULL);
		rec(c->out, "size max low count", "%6zu %6zu %6zu %6zu\n", b[i].size, b[i].max,
		    b[i].low, b[i].cnt);
		rec_text(c->out, "use", b[i].what);
		rec_close(c->out);
	}
	rec_close(c->out);
	return CMD_OK;
}

void system_load_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_cpu", show_cpu},         {"show_processes", show_processes},
	        {"show_memory", show_memory},   {"show_blocks", show_blocks},
	        {"show_perfmon", show_perfmon},
	};
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
