/* Runs transcripts (see script.h):
 *   transcript FILE...                          in-process
 *   transcript --pty CONSOLE FILE...            through the console program on a pty, each on an appliance of its own
 *   transcript --pty CONSOLE --socket PATH FILE...   the same on an appliance that runs */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"

/* The appliance of one script, in a process of its own. */
static int run_on_own(const struct script *s, const char *console)
{
	char dir[] = "/tmp/postern-pty-XXXXXX", path[64];
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/sock", dir);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		exit(serve(s, path));
	for (int i = 0; i < 500 && access(path, F_OK) != 0; i++)
		usleep(10 * 1000);
	int rc = run_on_pty(s, console, path), status = 0;
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	rmdir(dir);
	if (status != 0)
		fprintf(stderr, "%s: the appliance ended with status %d\n", s->name, status);
	return rc != 0 || status != 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: transcript [--pty CONSOLE [--socket PATH]] FILE...\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *console = NULL, *socket = NULL;
	int i = 1, failed = 0;
	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--pty") == 0)
			console = argv[i + 1];
		else if (strcmp(argv[i], "--socket") == 0)
			socket = argv[i + 1];
		else
			return usage();
	}
	if (i >= argc || (socket != NULL && console == NULL))
		return usage();
	for (; i < argc; i++) {
		struct script s;
		if (!script_read(&s, argv[i], socket != NULL)) {
			failed = 1;
			continue;
		}
		int rc = socket != NULL    ? run_on_pty(&s, console, socket)
		         : console != NULL ? run_on_own(&s, console)
		                           : run_in_process(&s);
		printf("%s %s\n", rc == 0 ? "ok  " : "FAIL", argv[i]);
		failed |= rc;
		script_free(&s);
	}
	run_in_process_end();
	return failed;
}
