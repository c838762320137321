/* A worker that does what the user's name says. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/aaa/helper/worker.h"

static void nap(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static enum job_result work(struct helper *h, char *reason, size_t cap)
{
	const char *what = h->ask->text[JOB_USER];
	if (strcmp(what, "crash") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(what, "end") == 0)
		_exit(0);
	if (strcmp(what, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(what, "deaf") == 0) { /* its socket closed, but alive */
		close(JOB_SOCKET);
		for (;;)
			pause();
	}
	if (strcmp(what, "nonsense") == 0)
		send(JOB_SOCKET, "nonsense", 8, 0);
	if (strcmp(what, "slow") == 0)
		nap(100);
	for (unsigned i = 0; strcmp(what, "large") == 0 && i < 30; i++) {
		char value[1024];
		memset(value, 'a', sizeof value);
		job_put(&h->out, JOB_VALUE, (struct str){value, sizeof value});
	}
	for (unsigned i = 0; strcmp(what, "endless") == 0 && i < 200; i++) {
		char value[1024];
		memset(value, 'a', sizeof value);
		job_put(&h->out, JOB_VALUE, (struct str){value, sizeof value});
	}
	worker_debug(h, 1, "state %s", h->state);
	return worker_says(reason, cap, JOB_IS_ACCEPT, "%d %d", (int)getpid(), (int)getppid());
}

int main(int argc, char **argv)
{
	return worker_main(argc, argv, work);
}
