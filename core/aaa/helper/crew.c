#include "core/aaa/helper/crew.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* by kind, in the order of AAA_HELPER_LIST (core/aaa/io.h) */
static const char *const programs[JOB_KINDS_MAX] = {"postern-aaa-ldap", "postern-aaa-kerberos", "postern-aaa-nt"};

struct task {
	struct task *next; /* that waits */
	uint32_t id;
	unsigned kind;
	uint64_t due_ms;
	bool cancelled;
	size_t len;
	uint8_t msg[];
};

struct hand {
	pid_t pid; /* 0 = the place is free */
	int fd;    /* -1: killed, not gone yet */
	struct task *task;
	uint64_t idle_ms; /* since when */
};

struct crew {
	char folder[PATH_MAX], state[PATH_MAX];
	void (*answer)(void *arg, uint32_t id, struct bytes body, const char *why);
	void *arg;
	struct hand hands[CREW_POLLS]; /* CREW_WORKERS of each kind */
	struct task *waiting[JOB_KINDS_MAX]; /* first come, first served */
	size_t tasks;
	uint8_t in[JOB_MAX];
};

struct crew *crew_new(const char *folder, const char *state,
                      void (*answer)(void *arg, uint32_t id, struct bytes body, const char *why), void *arg)
{
	struct crew *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	for (unsigned i = 0; i < CREW_POLLS; i++)
		c->hands[i].fd = -1;
	c->answer = answer;
	c->arg = arg;
	if (!str_copy(c->folder, sizeof c->folder, str_of(folder)) ||
	    !str_copy(c->state, sizeof c->state, str_of(state))) {
		free(c);
		return NULL;
	}
	return c;
}

/* ------------------------------------------------------------------ tasks */

static void task_free(struct crew *c, struct task *t)
{
	c->tasks--;
	wipe(t->msg, t->len);
	free(t);
}

static void task_end(struct crew *c, struct task *t, struct bytes body, const char *why)
{
	if (!t->cancelled)
		c->answer(c->arg, t->id, body, why);
	task_free(c, t);
}

static void task_fail(struct crew *c, struct task *t, const char *why)
{
	task_end(c, t, (struct bytes){NULL, 0}, why);
}

const char *crew_ask(struct crew *c, const struct job_frame *f, uint64_t now_ms)
{
	char path[PATH_MAX + 32];
	if (f->body.len > CREW_TASK_BYTES)
		return "the question is too long";
	if (f->kind >= JOB_KINDS_MAX || programs[f->kind] == NULL)
		return "there is no such helper program";
	snprintf(path, sizeof path, "%s/%s", c->folder, programs[f->kind]);
	if (access(path, X_OK) != 0)
		return "its helper program is not installed";
	struct task *t = c->tasks < CREW_TASKS_MAX ? malloc(sizeof *t + JOB_HEAD + f->body.len) : NULL;
	if (t == NULL)
		return "too many questions are under way";
	*t = (struct task){.id = f->id, .kind = f->kind, .due_ms = now_ms + f->deadline_ms};
	struct wr w = wr_of(t->msg, JOB_HEAD + f->body.len);
	job_frame_put(&w, f);
	t->len = wr_len(&w);
	struct task **at = &c->waiting[f->kind];
	while (*at != NULL)
		at = &(*at)->next;
	*at = t;
	c->tasks++;
	return NULL;
}

void crew_cancel(struct crew *c, uint32_t id)
{
	for (unsigned k = 0; k < JOB_KINDS_MAX; k++)
		for (struct task **at = &c->waiting[k]; *at != NULL; at = &(*at)->next)
			if ((*at)->id == id) {
				struct task *t = *at;
				*at = t->next;
				task_free(c, t);
				return;
			}
	for (unsigned i = 0; i < CREW_POLLS; i++)
		if (c->hands[i].task != NULL && c->hands[i].task->id == id)
			c->hands[i].task->cancelled = true;
}

/* ------------------------------------------------------------------ workers */

/* In the child: the socket, the end with its parent, the program. */
static void become(const struct crew *c, unsigned kind, int fd, pid_t parent)
{
	char path[PATH_MAX + 32];
	sigset_t none;
	snprintf(path, sizeof path, "%s/%s", c->folder, programs[kind]);
	char *argv[] = {(char *)programs[kind], (char *)c->state, NULL};
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(fd, JOB_SOCKET) < 0)
		_exit(127);
	close_range(JOB_SOCKET + 1, ~0u, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(127);
	execv(path, argv);
	_exit(127);
}

static bool worker_start(struct crew *c, unsigned kind, struct hand *w)
{
	int fds[2];
	pid_t us = getpid();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		become(c, kind, fds[1], us);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return false;
	}
	*w = (struct hand){.pid = pid, .fd = fds[0]};
	return true;
}

/* The place is free when the process is gone (reap). */
static void worker_kill(struct hand *w)
{
	if (w->pid != 0)
		kill(w->pid, SIGKILL);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

static void worker_fail(struct crew *c, struct hand *w, const char *why)
{
	struct task *t = w->task;
	w->task = NULL;
	worker_kill(w);
	if (t != NULL)
		task_fail(c, t, why);
}

static void reap(struct crew *c, bool wait)
{
	pid_t pid;
	while ((pid = waitpid(-1, NULL, wait ? 0 : WNOHANG)) > 0 || (pid < 0 && errno == EINTR))
		for (unsigned i = 0; i < CREW_POLLS; i++)
			if (pid > 0 && c->hands[i].pid == pid)
				c->hands[i].pid = 0;
}

static void take_answer(struct crew *c, struct hand *w, uint64_t now_ms)
{
	struct job_frame f;
	ssize_t n = recv(w->fd, c->in, sizeof c->in, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || w->task == NULL || !job_frame_get(&f, c->in, (size_t)n) || f.what != JOB_ANSWER ||
	    f.id != w->task->id) {
		worker_fail(c, w, n <= 0 ? "its helper program died" : "its helper program talks nonsense");
	} else {
		struct task *t = w->task;
		w->task = NULL;
		w->idle_ms = now_ms;
		task_end(c, t, f.body, NULL);
	}
	if (n > 0)
		wipe(c->in, (size_t)n);
}

static struct hand *worker_for(struct crew *c, unsigned kind)
{
	struct hand *w = &c->hands[kind * CREW_WORKERS];
	for (unsigned i = 0; i < CREW_WORKERS; i++)
		if (w[i].fd >= 0 && w[i].task == NULL)
			return &w[i];
	for (unsigned i = 0; i < CREW_WORKERS; i++)
		if (w[i].pid == 0 && w[i].fd < 0)
			return worker_start(c, kind, &w[i]) ? &w[i] : NULL;
	return NULL;
}

static void give_out(struct crew *c, unsigned kind)
{
	struct hand *w;
	while (c->waiting[kind] != NULL && (w = worker_for(c, kind)) != NULL) {
		struct task *t = c->waiting[kind];
		c->waiting[kind] = t->next;
		w->task = t;
		if (send(w->fd, t->msg, t->len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)t->len)
			worker_fail(c, w, "its helper program died");
	}
}

static void late_ones(struct crew *c, unsigned kind, uint64_t now_ms)
{
	for (struct task **at = &c->waiting[kind]; *at != NULL;) {
		struct task *t = *at;
		if (t->due_ms > now_ms) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		task_fail(c, t, "all helper programs were busy");
	}
	for (unsigned i = 0; i < CREW_WORKERS; i++) {
		struct hand *w = &c->hands[kind * CREW_WORKERS + i];
		if (w->task != NULL && w->task->due_ms <= now_ms)
			worker_fail(c, w, "no answer in time");
		else if (w->fd >= 0 && w->task == NULL && now_ms - w->idle_ms >= CREW_IDLE_MS)
			worker_kill(w);
	}
}

/* ------------------------------------------------------------------ all of them */

void crew_reset(struct crew *c)
{
	for (unsigned k = 0; k < JOB_KINDS_MAX; k++)
		for (struct task *t; (t = c->waiting[k]) != NULL;) {
			c->waiting[k] = t->next;
			task_free(c, t);
		}
	for (unsigned i = 0; i < CREW_POLLS; i++)
		if (c->hands[i].task != NULL) {
			c->hands[i].task->cancelled = true;
			worker_fail(c, &c->hands[i], "");
		}
}

void crew_free(struct crew *c)
{
	crew_reset(c);
	for (unsigned i = 0; i < CREW_POLLS; i++)
		worker_kill(&c->hands[i]);
	reap(c, true);
	free(c);
}

size_t crew_polls(const struct crew *c, struct pollfd *p)
{
	size_t n = 0;
	for (unsigned i = 0; i < CREW_POLLS; i++)
		if (c->hands[i].fd >= 0)
			p[n++] = (struct pollfd){.fd = c->hands[i].fd, .events = POLLIN};
	return n;
}

int crew_wait_ms(const struct crew *c, uint64_t now_ms)
{
	uint64_t next = UINT64_MAX;
	for (unsigned k = 0; k < JOB_KINDS_MAX; k++)
		for (const struct task *t = c->waiting[k]; t != NULL; t = t->next)
			next = t->due_ms < next ? t->due_ms : next;
	for (unsigned i = 0; i < CREW_POLLS; i++) {
		const struct hand *w = &c->hands[i];
		uint64_t at = w->fd < 0 ? UINT64_MAX : w->task != NULL ? w->task->due_ms : w->idle_ms + CREW_IDLE_MS;
		next = at < next ? at : next;
	}
	if (next == UINT64_MAX)
		return -1;
	return next <= now_ms ? 0 : next - now_ms > 60000 ? 60000 : (int)(next - now_ms);
}

void crew_run(struct crew *c, const struct pollfd *p, size_t n, uint64_t now_ms)
{
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; p[i].revents != 0 && k < CREW_POLLS; k++)
			if (c->hands[k].fd == p[i].fd)
				take_answer(c, &c->hands[k], now_ms);
	reap(c, false);
	for (unsigned k = 0; k < JOB_KINDS_MAX; k++) {
		late_ones(c, k, now_ms);
		give_out(c, k);
	}
}
