/* posternd: the appliance. Runs in the foreground; SIGTERM and SIGINT end it cleanly. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/manual/manual.h"
#include "core/gateway.h"
#include "core/helpers.h"
#include "core/privilege.h"

/* An option with its optarg; what cannot be obeyed, and what is only a question, ends the program. */
static bool take_option(int c, struct gateway_options *opt, const char **manual)
{
	struct err err = {0};
	switch (c) {
	case 's':
		opt->state_dir = optarg;
		break;
	case 'k':
		opt->socket = optarg;
		break;
	case 'w':
		opt->hardware = optarg;
		break;
	case 'c':
		opt->config = optarg;
		break;
	case 'g':
		opt->grammar = optarg;
		break;
	case 'n':
		opt->workers = (unsigned)strtoul(optarg, NULL, 10);
		if (opt->workers < 1 || opt->workers > WORKERS_MAX)
			return false;
		break;
	case 'o':
		if (offload_forbid(optarg, &opt->offload, &err) != 0) {
			fprintf(stderr, "posternd: %s\n", err.text);
			exit(2);
		}
		break;
	case 'y':
		if (!prim_backend_by_name(str_of(optarg), &opt->crypto))
			return false;
		break;
	case 'm':
		*manual = optarg;
		break;
	case 'V':
		printf("posternd %s\n", POSTERN_VERSION);
		exit(0);
	case 'h':
		program_usage(&program_posternd, stdout);
		exit(0);
	default:
		return false;
	}
	return true;
}

static bool parse(int argc, char **argv, struct gateway_options *opt, const char **manual)
{
	static const struct option longs[] = {
	        {"state", required_argument, NULL, 's'},
	        {"socket", required_argument, NULL, 'k'},
	        {"hardware", required_argument, NULL, 'w'},
	        {"config", required_argument, NULL, 'c'},
	        {"grammar", required_argument, NULL, 'g'},
	        {"workers", required_argument, NULL, 'n'},
	        {"no-offload", required_argument, NULL, 'o'},
	        {"crypto", required_argument, NULL, 'y'},
	        {"manual", required_argument, NULL, 'm'},
	        {"version", no_argument, NULL, 'V'},
	        {"help", no_argument, NULL, 'h'},
	        {NULL, 0, NULL, 0},
	};
	for (int c; (c = getopt_long(argc, argv, "hV", longs, NULL)) != -1;)
		if (!take_option(c, opt, manual))
			return false;
	return optind == argc;
}

static unsigned cores(void)
{
	unsigned n = uv_available_parallelism(); /* that we may run on, of those there are */
	return n > WORKERS_MAX ? WORKERS_MAX : n;
}

static const char *grammar_dir(void)
{
	struct stat st;
	const char *installed = "/usr/share/postern/grammar";
	return stat(POSTERN_GRAMMAR_DIR, &st) == 0 ? POSTERN_GRAMMAR_DIR : installed;
}

static int print_manual(const char *dir, const char *file)
{
	struct grammar *g;
	struct err err = {0};
	struct out out;
	if (grammar_load(dir, GRAMMAR_NO_FUNCTIONS, &g, &err) != 0) {
		fprintf(stderr, "posternd: %s\n", err.text);
		return 1;
	}
	out_init(&out);
	bool ok = manual_file(g, file, &out);
	if (!ok)
		fprintf(stderr, "posternd: the manual has no %s (see --help)\n", file);
	ok = ok && !out.failed && fputs(out.text, stdout) != EOF && fflush(stdout) == 0;
	out_free(&out);
	grammar_free(g);
	return ok ? 0 : 1;
}

/* What a crowd needed goes back to the system when it has left: large pieces at once, never kept for later, and few
 * heaps to be left half full by threads. */
static void settle_heap(void)
{
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 256 * 1024);
	mallopt(M_ARENA_MAX, 2);
}

int main(int argc, char **argv)
{
	static struct gateway gw;
	const char *manual = NULL;
	struct gateway_options opt = {
	        .state_dir = "/var/lib/postern", .socket = CONTROL_SOCKET, .workers = cores(), .offload = OFFLOAD_ALL};
	struct err err = {0};

	if (!parse(argc, argv, &opt, &manual)) {
		program_usage(&program_posternd, stderr);
		return 2;
	}
	if (opt.grammar == NULL)
		opt.grammar = grammar_dir();
	if (manual != NULL)
		return print_manual(opt.grammar, manual);
	prctl(PR_SET_NAME, "posternd", 0, 0, 0); /* "exe" when it has executed itself */
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stderr, NULL, _IOLBF, 0);
	privilege_no_dump();
	settle_heap();
	opt.helpers = helpers_spawn(opt.state_dir, &err);
	if (opt.helpers < 0)
		fprintf(stderr, "posternd: no LDAP, Kerberos or NT servers: %s\n", err.text);
	err = (struct err){0};
	if (gateway_start(&gw, &opt, &err) != 0) {
		fprintf(stderr, "posternd: %s\n", err.text);
		helpers_end(opt.helpers);
		return 1;
	}
	if (privilege_drop(&err) != 0 || privilege_filter(&err) != 0 ||
	    gateway_run(&gw, &err) != 0) {
		fprintf(stderr, "posternd: %s\n", err.text);
		gateway_stop(&gw);
		helpers_end(opt.helpers);
		return 1;
	}
	bool again = gw.reload;
	gateway_stop(&gw);
	if (again) {
		privilege_exec_self(argv);
		fprintf(stderr, "posternd: cannot start again: %s\n", strerror(errno));
	}
	helpers_end(opt.helpers);
	return again ? 1 : 0;
}
