/* What an idle tunnel costs in memory: the whole appliance, clients that come in, a few hundred at a time, and are
 * forgotten when they are in, so that what stays is the server's. Growth of the process (RSS) for each tunnel, what each
 * kind of object has of it, and what is left when all have gone. Lines "name value unit".
 * bench_memory [TUNNELS...]; with --limits a small run fails when the objects of a tunnel are larger than they may be. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/exchange/full_server.h"

enum {
	BATCH = 256,         /* clients under way at once */
	IDLE_MS = 45000,     /* what an exchange leaves behind is gone */
	FIRST_IP = 0x64400001, /* 100.64.0.1 */
	BUDGET_IKE = 6000,   /* bytes of IKE and one pair of SAs */
	BUDGET_ALL = 10000,  /* with L2TP and PPP */
	MOST = 16384,
};

static const char config[] = "ip local pool big 10.80.0.1-10.80.127.254 mask 255.255.0.0\n"
                             "tunnel-group DefaultRAGroup general-attributes\n"
                             " address-pool big\n"
                             "tunnel-group DefaultRAGroup ipsec-attributes\n"
                             " isakmp keepalive disable\n"
                             "group-policy clients attributes\n"
                             " vpn-simultaneous-logins 100000\n"
                             "l2tp tunnel hello 300\n";

static struct world w;

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static size_t resident(void)
{
	char line[256];
	size_t kb = 0;
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	malloc_trim(0);
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "Rss: %zu", &kb) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return kb * 1024;
}

static void say(const char *what, const char *part, unsigned n, double value, const char *unit)
{
	char name[96];
	snprintf(name, sizeof name, "memory.%s.%u.%s", what, n, part);
	for (char *c = name; *c != '\0'; c++)
		*c = *c == ' ' ? '-' : *c;
	printf("%-52s %12.1f %s\n", name, value, unit);
	fflush(stdout);
}

/* ------------------------------------------------------------------ tunnels come and go */

static bool has_come(const struct client *c)
{
	return c->vpn.habits.ike_only ? c->vpn.out != NULL : client_is_in(c);
}

/* One batch comes in; its clients are forgotten without a word. */
static void come_in(const struct client_habits *habits, uint32_t ip, unsigned n)
{
	struct client *clients[BATCH];
	for (unsigned i = 0; i < n; i++) {
		clients[i] = client_new(&w, habits, ip + i);
		client_dial(clients[i]);
	}
	for (unsigned i = 0, steps = 0; i < n; steps++)
		if (has_come(clients[i]))
			i++;
		else if (steps < 5000)
			world_run(&w, 5);
		else
			fail_msg("client %u of a batch did not get in", i);
	world_run(&w, 100); /* the last acknowledgements */
	for (unsigned i = 0; i < n; i++)
		client_free(clients[i]);
}

static unsigned tunnels(void)
{
	struct ike_counts counts;
	ike_counts(w.gw.ike, &counts);
	return counts.flows;
}

static void all_go(void)
{
	world_show(&w, "enable\nvpn-sessiondb logoff all noconfirm\nclear crypto isakmp sa\n");
	world_run(&w, 100000);
	if (tunnels() != 0)
		fail_msg("%u tunnels are left", tunnels());
}

/* ------------------------------------------------------------------ figures */

static const struct mem_info *of_name(const struct mem_info *list, size_t n, const char *name)
{
	static const struct mem_info none;
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return &none;
}

/* What the objects of a tunnel take, slabs that are not full left out (tables as they are). */
static double kinds(const char *what, unsigned n, const struct mem_info *before, size_t nbefore)
{
	struct mem_info list[MEM_KINDS_MAX];
	size_t kinds = mem_list(list);
	double sum = 0;
	for (size_t i = 0; i < kinds; i++) {
		double bytes = (double)list[i].used - (double)of_name(before, nbefore, list[i].name)->used;
		sum += bytes / n;
		if (bytes >= n)
			say(what, list[i].name, n, bytes / n, "bytes/tunnel");
	}
	return sum;
}

/* As many are in as may be: one more is refused, at its login. */
static void one_too_many(const struct client_habits *habits, unsigned n)
{
	uint64_t denied = ppp_stats(w.gw.ppp)->denied;
	struct client *c = client_new(&w, habits, FIRST_IP + n);
	client_dial(c);
	world_run(&w, 3000);
	if (client_is_in(c) || ppp_stats(w.gw.ppp)->denied <= denied)
		fail_msg("one more than %u got in", n);
	client_leave(c);
	client_free(c);
	world_run(&w, 1000);
}

/* n tunnels come in, are idle for a while, and go; what the objects of one take. */
static double measure(const char *what, const struct client_habits *habits, unsigned n)
{
	static struct mem_info before[MEM_KINDS_MAX];
	char limit[64];
	snprintf(limit, sizeof limit, "vpn-sessiondb max-other-vpn-limit %u\n", n);
	world_edit(&w, limit);
	come_in(habits, FIRST_IP, n < BATCH ? n : BATCH); /* what is made once is there */
	all_go();
	size_t nbefore = mem_list(before), base = resident();
	double start = cpu_us();
	for (unsigned i = 0; i < n; i += BATCH)
		come_in(habits, FIRST_IP + i, n - i < BATCH ? n - i : BATCH);
	say(what, "setup-cpu", n, (cpu_us() - start) / n, "us/tunnel");
	if (!habits->ike_only)
		one_too_many(habits, n);
	world_run(&w, IDLE_MS);
	if (tunnels() != n)
		fail_msg("%u tunnels instead of %u", tunnels(), n);
	say(what, "rss", n, ((double)resident() - (double)base) / n, "bytes/tunnel");
	double objects = kinds(what, n, before, nbefore);
	say(what, "objects", n, objects, "bytes/tunnel");
	start = cpu_us();
	all_go();
	say(what, "teardown-cpu", n, (cpu_us() - start) / n, "us/tunnel");
	size_t after = resident();
	say(what, "left", n, after > base ? (double)(after - base) / 1024 : 0, "kB");
	return objects;
}

int main(int argc, char **argv)
{
	static const unsigned usual[] = {256, 4096, 16384};
	bool limits = argc > 1 && strcmp(argv[1], "--limits") == 0;
	unsigned given = (unsigned)argc - 1 - limits, n = given > 0 ? given : limits ? 1 : 3;
	double ike = 0, all = 0;
	struct client_habits habits = client_windows;
	habits.cipher = "3des"; /* policy 10: the quick one */
	habits.group = 2;
	habits.passive = true;
	world_open(&w, config);
	log_sink_remove(&w.sink);
	for (unsigned i = 0; i < n; i++) {
		unsigned many = given > 0 ? (unsigned)atoi(argv[1 + limits + (int)i]) : usual[i];
		if (many < 1 || many > MOST)
			fail_msg("1 .. %u tunnels", MOST);
		habits.ike_only = true;
		ike = measure("ike", &habits, many);
		habits.ike_only = false;
		all = measure("all", &habits, many);
	}
	log_sink_add(&w.sink);
	world_close(&w);
	if (!limits || (ike <= BUDGET_IKE && all <= BUDGET_ALL))
		return 0;
	printf("more than %u bytes a tunnel, %u with L2TP and PPP\n", BUDGET_IKE, BUDGET_ALL);
	return 1;
}
