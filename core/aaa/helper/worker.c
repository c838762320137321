#include "core/aaa/helper/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/aaa/helper/confine.h"

enum { RESERVED = 1024 }; /* at the end of an answer, for what must fit */

static uint8_t in[JOB_MAX], out[JOB_MAX];

void worker_debug(struct helper *w, uint32_t level, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	if (w->ask->number[JOB_DEBUG] < level || (size_t)(w->out.end - w->out.p) < sizeof line + 8)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	job_put(&w->out, JOB_LINE, str_of(line));
	wipe(line, sizeof line);
}

enum job_result worker_says(char *reason, size_t cap, enum job_result result, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(reason, cap, fmt, ap);
	va_end(ap);
	return result;
}

/* One question; the length of the answer in out, 0 = it was none. */
static size_t one(const char *state, size_t len, enum job_result (*work)(struct helper *, char *, size_t))
{
	static struct job ask;
	char reason[200] = "";
	struct job_frame f;
	if (!job_frame_get(&f, in, len) || f.what != JOB_ASK || !job_read(&ask, f.body))
		return 0;
	struct wr w = wr_of(out, sizeof out);
	f.what = JOB_ANSWER;
	f.body = (struct bytes){NULL, 0};
	job_frame_put(&w, &f);
	size_t head = wr_len(&w);
	struct helper worker = {state, &ask, wr_of(out + head, sizeof out - head - RESERVED)};
	enum job_result result = work(&worker, reason, sizeof reason);
	if (!wr_ok(&worker.out)) { /* half of the attributes would be other terms than the server's */
		worker.out = wr_of(out + head, 0);
		result = worker_says(reason, sizeof reason, JOB_IS_ERROR, "the answer is too long");
	}
	w = wr_of(out + head + wr_len(&worker.out), RESERVED);
	job_put_u32(&w, JOB_RESULT, result);
	job_put(&w, JOB_REASON, str_of(reason));
	wipe(&ask, sizeof ask);
	return wr_ok(&w) ? head + wr_len(&worker.out) + wr_len(&w) : 0;
}

int worker_main(int argc, char **argv, enum job_result (*work)(struct helper *w, char *reason, size_t cap))
{
	int type = 0;
	socklen_t len = sizeof type;
	if (argc != 2 || getsockopt(JOB_SOCKET, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_SEQPACKET) {
		fprintf(stderr, "%s is started by postern-aaa\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (confine() != 0)
		return 1;
	for (;;) {
		ssize_t n = recv(JOB_SOCKET, in, sizeof in, 0);
		if (n < 0 && errno == EINTR)
			continue;
		size_t reply = n > 0 ? one(argv[1], (size_t)n, work) : 0;
		wipe(in, sizeof in);
		if (reply == 0 || send(JOB_SOCKET, out, reply, MSG_NOSIGNAL) != (ssize_t)reply)
			_exit(0); /* the supervisor is gone, or talks nonsense; libraries keep what they like */
		wipe(out, reply);
	}
}
