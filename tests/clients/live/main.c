/* clients_live: see the usage below. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/prim/prim.h"
#include "tests/clients/folder.h"
#include "tests/clients/live/live.h"
#include "tests/clients/needs.h"

static const char usage[] =
        "clients_live [--lines] FOLDER [CLIENT...]\n"
        "Every client of FOLDER (or these: windows-10, or windows-10-nat) with an address of its own and behind a NAT,\n"
        "all at the same time, against a posternd at 203.0.113.1. tests/interop/clients-live makes the network.\n"
        "Clients that have vanished and come back stay until standard input ends. Prints a table and \"N passed, N failed\".\n"
        "  --lines   prints the lines of configuration that the server needs, users included, and does nothing else\n";

enum { NAMES = 48, WAYS = 2 };

/* One client at one place; shared between the processes. */
struct play {
	const struct profile *profile;
	char user[NAMES];
	bool nat;
	enum live_result results[LIVE_STEPS];
};

static struct folder folder;
static struct play *plays;
static size_t n_plays;
/* The processes. */
static struct {
	pid_t pid;
	FILE *output;
} players[LIVE_AT_MOST];

/* ------------------------------------------------------------------ who plays */

static bool wanted(const char *name, const char *user, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0 || strcmp(names[i], user) == 0)
			return true;
	return n == 0;
}

/* Those of the folder that are asked for, at both places. */
static bool choose(char **names, int n)
{
	static const char *const ways[WAYS] = {"direct", "nat"};
	for (size_t i = 0; i < folder.n * WAYS; i++) {
		struct play p = {.profile = folder.profiles[i / WAYS], .nat = i % WAYS == 1};
		snprintf(p.user, sizeof p.user, "%s-%s", folder.names[i / WAYS], ways[i % WAYS]);
		if (!wanted(folder.names[i / WAYS], p.user, names, n))
			continue;
		if (n_plays == LIVE_AT_MOST) {
			fputs("too many clients\n", stderr);
			return false;
		}
		plays[n_plays++] = p;
	}
	return n_plays > 0;
}

static int print_lines(void)
{
	const struct profile *profiles[LIVE_AT_MOST];
	char text[8192];
	for (size_t i = 0; i < n_plays; i++)
		profiles[i] = plays[i].profile;
	if (!needs_lines(profiles, n_plays, text, sizeof text))
		return 2;
	fputs(text, stdout);
	for (size_t i = 0; i < n_plays; i++)
		printf("username %s password " LIVE_PASSWORD " mschap\n", plays[i].user);
	return 0;
}

/* ------------------------------------------------------------------ playing */

/* In a process of its own. */
static int play(struct play *p)
{
	static struct live c;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	c = (struct live){.profile = p->profile, .nat = p->nat, .index = (unsigned)(p - plays), .user = p->user, .fd = {-1, -1, -1}};
	clock_init(&c.clock, (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
	vpn_sas_open(&c.sas, LIVE_SLOTS);
	bool ok = live_play(&c, p->results);
	live_vanish(&c);
	vpn_sas_close(&c.sas);
	clock_free(&c.clock);
	return ok ? 0 : 1;
}

static void begin(size_t i)
{
	players[i].output = tmpfile();
	if (players[i].output == NULL || (players[i].pid = fork()) < 0) {
		perror("clients_live");
		exit(2);
	}
	if (players[i].pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(fileno(players[i].output), STDOUT_FILENO);
	dup2(fileno(players[i].output), STDERR_FILENO);
	int status = play(&plays[i]);
	folder_free(&folder);
	prim_free();
	exit(status);
}

/* What a client said that failed. */
static bool end(size_t i)
{
	char line[1024];
	int status;
	FILE *output = players[i].output;
	bool ok = waitpid(players[i].pid, &status, 0) == players[i].pid && status == 0;
	rewind(output);
	if (!ok)
		printf("FAIL %s\n", plays[i].user);
	while (!ok && fgets(line, sizeof line, output) != NULL)
		printf("    %s", line);
	fclose(output);
	return ok;
}

/* A client that failed did so in the first step that has no result. */
static void print_table(const bool *ok)
{
	unsigned passed = 0, failed = 0;
	printf("\n%-26s", "");
	for (unsigned s = 0; s < LIVE_STEPS; s++)
		printf("%-11s", live_step_name(s));
	for (size_t i = 0; i < n_plays; i++) {
		bool told = ok[i];
		printf("\n%-26s", plays[i].user);
		for (unsigned s = 0; s < LIVE_STEPS; s++) {
			enum live_result r = plays[i].results[s];
			bool fails = r == LIVE_UNTRIED && !told;
			printf("%-11s", r == LIVE_PASSED ? "passed" : r == LIVE_SKIPPED ? "-" : fails ? "FAILED" : "");
			told = told || fails;
			passed += r == LIVE_PASSED;
		}
		failed += !ok[i];
	}
	printf("\n%u passed, %u failed\n", passed, failed);
}

int main(int argc, char **argv)
{
	bool lines = argc > 1 && strcmp(argv[1], "--lines") == 0, ok[LIVE_AT_MOST], all = true;
	struct err err = {0};
	size_t bytes = LIVE_AT_MOST * sizeof *plays;
	argv += lines;
	argc -= lines;
	if (argc < 2 || argv[1][0] == '-') {
		fputs(usage, stderr);
		return 2;
	}
	plays = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (plays == MAP_FAILED || prim_init(&err) != 0 || !folder_load(&folder, argv[1]) || !choose(argv + 2, argc - 2))
		return 2;
	for (size_t i = 0; !lines && i < n_plays; i++)
		begin(i);
	for (size_t i = 0; !lines && i < n_plays; i++)
		all = (ok[i] = end(i)) && all;
	if (!lines)
		print_table(ok);
	int status = lines ? print_lines() : all ? 0 : 1;
	folder_free(&folder);
	prim_free();
	munmap(plays, bytes);
	return status;
}
