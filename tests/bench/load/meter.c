/* What the gateway costs: CPU time of its threads, memory, its TUN device's counters; all of it from /proc. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/net/tun.h"
#include "tests/bench/load/load.h"

uint64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* One line of a file under /proc/GATEWAY; false when it cannot be read. */
static bool proc_line(const struct load *l, const char *file, char *line, size_t cap)
{
	char path[600];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)l->conf.gateway, file);
	FILE *f = fopen(path, "re");
	bool ok = f != NULL && fgets(line, (int)cap, f) != NULL;
	if (f != NULL)
		fclose(f);
	return ok;
}

static void read_thread(const struct load *l, struct meter *m, int tid)
{
	char file[64], line[128];
	if (m->n == METER_THREADS)
		return;
	snprintf(file, sizeof file, "task/%d/schedstat", tid);
	if (!proc_line(l, file, line, sizeof line))
		return;
	m->thread[m->n].tid = tid;
	m->thread[m->n].ns = strtoull(line, NULL, 10);
	snprintf(file, sizeof file, "task/%d/comm", tid);
	if (tid == l->conf.gateway)
		strcpy(m->thread[m->n].name, "control");
	else if (proc_line(l, file, line, sizeof line))
		snprintf(m->thread[m->n].name, sizeof m->thread[0].name, "%.*s", (int)strcspn(line, "\n/0123456789"),
		         line);
	if (strcmp(m->thread[m->n].name, "posternd") == 0)
		strcpy(m->thread[m->n].name, "helpers"); /* of the event loop: Diffie-Hellman */
	m->n++;
}

static void read_threads(const struct load *l, struct meter *m)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task", (int)l->conf.gateway);
	DIR *d = opendir(path);
	if (d == NULL)
		die("the gateway's threads");
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			read_thread(l, m, atoi(e->d_name));
	closedir(d);
}

static void read_file(const struct load *l, const char *file, void (*take)(struct meter *, char *), struct meter *m)
{
	char path[64], line[512];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)l->conf.gateway, file);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return;
	while (fgets(line, sizeof line, f) != NULL)
		take(m, line);
	fclose(f);
}

static void take_rss(struct meter *m, char *line)
{
	if (strncmp(line, "Rss:", 4) == 0)
		m->rss_kb = strtoull(line + 4, NULL, 10);
}

static void take_device(struct meter *m, char *line)
{
	char *name = line + strspn(line, " ");
	if (strncmp(name, TUN_NAME ":", strlen(TUN_NAME) + 1) == 0)
		sscanf(name + strlen(TUN_NAME) + 1, "%" SCNu64 " %" SCNu64, &m->tun_bytes, &m->tun_pkts);
}

void meter_read(const struct load *l, struct meter *m)
{
	memset(m, 0, sizeof *m);
	m->wall_us = now_us();
	if (l->conf.gateway == 0)
		return;
	read_threads(l, m);
	read_file(l, "smaps_rollup", take_rss, m);
	read_file(l, "net/dev", take_device, m);
}

static uint64_t ns_before(const struct meter *m, int tid)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->thread[i].tid == tid)
			return m->thread[i].ns;
	return 0;
}

double meter_cpu(const struct meter *from, const struct meter *to, const char *name)
{
	uint64_t ns = 0;
	for (size_t i = 0; i < to->n; i++)
		if (name == NULL || strcmp(name, to->thread[i].name) == 0)
			ns += to->thread[i].ns - ns_before(from, to->thread[i].tid);
	return (double)ns / 1e9;
}

void meter_settle(struct load *l)
{
	struct meter from, to;
	for (int i = 0; l->conf.gateway != 0 && i < 100; i++) {
		meter_read(l, &from);
		net_wait(l, 30);
		meter_read(l, &to);
		double cpu = meter_cpu(&from, &to, NULL) - meter_cpu(&from, &to, "control") -
		             meter_cpu(&from, &to, "packets");
		if (cpu < 0.0002)
			return;
	}
}

void figure(const char *phase, const char *name, double value, const char *unit)
{
	printf("%s.%s %.6g %s\n", phase, name, value, unit);
}

void meter_print(const char *phase, const struct meter *from, const struct meter *to)
{
	figure(phase, "wall", (double)(to->wall_us - from->wall_us) / 1e6, "s");
	if (to->n == 0)
		return;
	figure(phase, "cpu", meter_cpu(from, to, NULL), "s");
	for (size_t i = 0; i < to->n; i++) {
		char name[48];
		bool told = false;
		for (size_t k = 0; k < i; k++)
			told = told || strcmp(to->thread[k].name, to->thread[i].name) == 0;
		snprintf(name, sizeof name, "cpu_%s", to->thread[i].name);
		if (!told)
			figure(phase, name, meter_cpu(from, to, to->thread[i].name), "s");
	}
	figure(phase, "rss", (double)to->rss_kb, "kB");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void figure_times(const char *phase, const char *name, double *ms, size_t n)
{
	const struct {
		const char *what;
		size_t at;
	} of[] = {{"median", n / 2}, {"p99", (n * 99 + 99) / 100 - 1}, {"max", n - 1}};
	if (n == 0)
		return;
	qsort(ms, n, sizeof *ms, by_value);
	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
		char text[48];
		snprintf(text, sizeof text, "%s_%s", name, of[i].what);
		figure(phase, text, ms[of[i].at], "ms");
	}
}
