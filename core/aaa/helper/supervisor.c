/* postern-aaa: starts and watches the programs that ask servers whose libraries block. posternd starts it before it
 * gives its privileges up, and gives it jobs over descriptor 3; its end is the end of all of them.
 *
 *   postern-aaa STATE [FOLDER]    the state directory; where the other programs are (without: where this one is) */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/aaa/helper/confine.h"
#include "core/aaa/helper/crew.h"

/* What posternd has not taken yet. */
struct message {
	struct message *next;
	size_t len;
	uint8_t data[];
};

struct supervisor {
	struct crew *crew;
	struct message *first, **last;
	bool over;
	uint8_t in[JOB_MAX];
};

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void say(struct supervisor *s, const struct job_frame *f)
{
	struct message *m = malloc(sizeof *m + JOB_HEAD + f->body.len);
	if (m == NULL) {
		s->over = true; /* better no helper than one that owes answers */
		return;
	}
	struct wr w = wr_of(m->data, JOB_HEAD + f->body.len);
	job_frame_put(&w, f);
	m->next = NULL;
	m->len = wr_len(&w);
	*s->last = m;
	s->last = &m->next;
}

static void message_free(struct supervisor *s)
{
	struct message *m = s->first;
	s->first = m->next;
	if (s->first == NULL)
		s->last = &s->first;
	wipe(m->data, m->len);
	free(m);
}

static void flush(struct supervisor *s)
{
	while (s->first != NULL) {
		ssize_t n = send(JOB_SOCKET, s->first->data, s->first->len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS))
			return;
		if (n < 0)
			s->over = true;
		message_free(s);
	}
}

static void answer(void *arg, uint32_t id, struct bytes body, const char *why)
{
	struct job_frame f = {.what = JOB_ANSWER, .id = id, .body = body};
	if (why != NULL) {
		f.what = JOB_FAILED;
		f.body = (struct bytes){(const uint8_t *)why, strlen(why)};
	}
	say(arg, &f);
}

static void obey(struct supervisor *s, const struct job_frame *f)
{
	const char *why;
	if (f->what == JOB_ASK) {
		if ((why = crew_ask(s->crew, f, now())) != NULL)
			answer(s, f->id, (struct bytes){NULL, 0}, why);
	} else if (f->what == JOB_CANCEL) {
		crew_cancel(s->crew, f->id);
	} else if (f->what == JOB_RESET) {
		crew_reset(s->crew);
		while (s->first != NULL)
			message_free(s);
		say(s, &(struct job_frame){.what = JOB_RESET});
	}
}

/* At most so many at a time: answers of workers have their turn, too. */
static void listen_to(struct supervisor *s)
{
	for (unsigned i = 0; i < 64; i++) {
		struct job_frame f;
		ssize_t n = recv(JOB_SOCKET, s->in, sizeof s->in, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (n <= 0 || !job_frame_get(&f, s->in, (size_t)n)) {
			s->over = true;
			return;
		}
		obey(s, &f);
		wipe(s->in, (size_t)n);
	}
}

static void on_child(int signum)
{
	(void)signum;
}

static void loop(struct supervisor *s)
{
	sigset_t children, before;
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, &before); /* comes only while we wait */
	sigdelset(&before, SIGCHLD);
	while (!s->over) {
		struct pollfd p[1 + CREW_POLLS] = {{.fd = JOB_SOCKET, .events = POLLIN}};
		/* who does not take answers gets no new ones */
		size_t n = s->first == NULL ? crew_polls(s->crew, p + 1) : 0;
		if (s->first != NULL)
			p[0].events |= POLLOUT;
		int ms = crew_wait_ms(s->crew, now());
		struct timespec wait = {ms / 1000, ms % 1000 * 1000000l};
		if (ppoll(p, 1 + n, ms < 0 ? NULL : &wait, &before) < 0)
			n = 0; /* a child ended */
		else if ((p[0].revents & ~POLLOUT) != 0)
			listen_to(s);
		crew_run(s->crew, p + 1, n, now());
		flush(s);
	}
}

/* Where this program is. */
static bool own_folder(char *folder, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", folder, cap - 1);
	if (n <= 0)
		return false;
	folder[n] = '\0';
	char *slash = strrchr(folder, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

int main(int argc, char **argv)
{
	static struct supervisor s;
	char folder[PATH_MAX];
	int type = 0;
	socklen_t len = sizeof type;
	if (argc < 2 || argc > 3 || getsockopt(JOB_SOCKET, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    type != SOCK_SEQPACKET) {
		fprintf(stderr, "postern-aaa is started by posternd\n");
		return 2;
	}
	if (!own_folder(folder, sizeof folder) || confine() != 0) {
		fprintf(stderr, "postern-aaa: cannot drop its privileges\n");
		return 1;
	}
	prctl(PR_SET_NAME, "postern-aaa", 0, 0, 0);
	fcntl(JOB_SOCKET, F_SETFD, FD_CLOEXEC);
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = on_child}, NULL);
	s.last = &s.first;
	s.crew = crew_new(argc == 3 ? argv[2] : folder, argv[1], answer, &s);
	if (s.crew == NULL)
		return 1;
	loop(&s);
	crew_free(s.crew);
	while (s.first != NULL)
		message_free(&s);
	return 0;
}
