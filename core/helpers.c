#include "core/helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/aaa/helper/job.h"
#include "core/base/hash.h"
#include "core/base/log.h"

#define INHERITED "POSTERN_HELPERS" /* in the environment of a program that executed itself: the descriptor */

/* ------------------------------------------------------------------ the supervisor */

static bool is_ours(int fd)
{
	int type = 0;
	socklen_t len = sizeof type;
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

static bool beside_us(char *path, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", path, cap - 1);
	char *slash;
	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	return slash != NULL && str_copy(slash + 1, cap - (size_t)(slash + 1 - path), STR("postern-aaa"));
}

/* It need not exist yet. */
static bool absolute(const char *path, char *to, size_t cap)
{
	to[0] = '\0';
	if (path[0] != '/' && getcwd(to, cap - 1) == NULL)
		return false;
	size_t n = strlen(to);
	if (n > 0)
		to[n++] = '/';
	return str_copy(to + n, cap - n, str_of(path));
}

/* In the child of the child, which nobody has to wait for. */
static void become(const char *path, const char *state, int fd)
{
	char name[] = "postern-aaa", *argv[] = {name, (char *)state, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	setsid();
	if (null < 0 || dup2(fd, JOB_SOCKET) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(127);
	fcntl(JOB_SOCKET, F_SETFD, 0);
	close_range(JOB_SOCKET + 1, ~0u, 0);
	signal(SIGPIPE, SIG_DFL);
	execv(path, argv);
	_exit(127);
}

static int start(const char *path, const char *state, int fds[2], struct err *err)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			become(path, state, fds[1]);
		_exit(pid < 0 ? 1 : 0);
	}
	if (pid < 0)
		return err_set(err, -errno, "helper programs: %s", strerror(errno));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : err_set(err, -EAGAIN, "helper programs cannot be started");
}

int helpers_spawn(const char *state_dir, struct err *err)
{
	char path[PATH_MAX], state[PATH_MAX], number[16];
	const char *inherited = getenv(INHERITED);
	int fds[2];
	if (inherited != NULL) {
		int fd = atoi(inherited);
		return fd > 2 && is_ours(fd) ? fd : err_set(err, -ENOTSOCK, "helper programs are gone");
	}
	if (!beside_us(path, sizeof path) || access(path, X_OK) != 0)
		return err_set(err, -ENOENT, "postern-aaa is not installed");
	if (!absolute(state_dir, state, sizeof state))
		return err_set(err, -ENAMETOOLONG, "%s: the path is too long", state_dir);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return err_set(err, -errno, "helper programs: %s", strerror(errno));
	int rc = start(path, state, fds, err);
	close(fds[1]);
	if (rc != 0) {
		close(fds[0]);
		return rc;
	}
	fcntl(fds[0], F_SETFD, 0); /* outlives `reload` */
	snprintf(number, sizeof number, "%d", fds[0]);
	setenv(INHERITED, number, 1);
	return fds[0];
}

void helpers_end(int fd)
{
	enum { LONGEST_MS = 2000 };
	char drain[64];
	struct pollfd p = {.fd = fd, .events = POLLIN};
	if (fd < 0)
		return;
	shutdown(fd, SHUT_WR);
	while (poll(&p, 1, LONGEST_MS) > 0 && recv(fd, drain, sizeof drain, MSG_DONTWAIT) > 0)
		;
	close(fd);
	unsetenv(INHERITED);
}

/* ------------------------------------------------------------------ jobs */

struct run {
	struct run *prev, *next;
	uint32_t id;
	void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why);
	void *arg;
};

/* What the socket had no room for. */
struct message {
	struct message *next;
	uint32_t job; /* begins this one; 0 = something else */
	size_t len;
	uint8_t data[];
};

struct helpers {
	uv_poll_t poll;
	struct clock *clock;
	int fd;
	bool dead, fresh; /* fresh: what comes before RESET is for somebody before us */
	struct hash *by_id;
	struct run *runs;
	struct message *first, **last;
	uint32_t last_id;
	uint8_t in[JOB_MAX];
};

static void on_event(uv_poll_t *p, int status, int events);

static void watch(struct helpers *h)
{
	uv_poll_start(&h->poll, UV_READABLE | (h->first != NULL ? UV_WRITABLE : 0), on_event);
}

static struct run *run_take(struct helpers *h, uint32_t id)
{
	struct run *r = hash_del(h->by_id, &id, sizeof id);
	if (r == NULL)
		return NULL;
	if (r->next != NULL)
		r->next->prev = r->prev;
	if (r->prev != NULL)
		r->prev->next = r->next;
	else
		h->runs = r->next;
	return r;
}

static void end(struct helpers *h, uint32_t id, struct bytes body, const char *why)
{
	struct run *r = run_take(h, id);
	if (r == NULL)
		return; /* cancelled */
	r->answer(r->arg, why == NULL ? body.p : NULL, why == NULL ? body.len : 0, why);
	free(r);
}

static void message_free(struct helpers *h, struct message **at)
{
	struct message *m = *at;
	*at = m->next;
	if (h->last == &m->next)
		h->last = at;
	wipe(m->data, m->len);
	free(m);
}

static void died(struct helpers *h)
{
	static const char why[] = "helper programs (postern-aaa) have ended: restart the appliance";
	if (h->dead)
		return;
	h->dead = true;
	uv_poll_stop(&h->poll);
	while (h->first != NULL)
		message_free(h, &h->first);
	log_msg(MSG_113013, why, "*");
	while (h->runs != NULL)
		end(h, h->runs->id, (struct bytes){NULL, 0}, "helper programs have ended");
}

/* false: the socket has no room. */
static bool send_now(struct helpers *h, const uint8_t *data, size_t len)
{
	/* who is dead is found out by the reader, which may call back */
	return send(h->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 ||
	       (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS && errno != EINTR);
}

static bool say(struct helpers *h, uint32_t job, const struct job_frame *f)
{
	struct message *m = malloc(sizeof *m + JOB_HEAD + f->body.len);
	if (m == NULL)
		return false;
	struct wr w = wr_of(m->data, JOB_HEAD + f->body.len);
	job_frame_put(&w, f);
	m->next = NULL;
	m->job = job;
	m->len = wr_len(&w);
	*h->last = m;
	h->last = &m->next;
	if (h->first == m && send_now(h, m->data, m->len))
		message_free(h, &h->first);
	watch(h);
	return true;
}

static void listen_to(struct helpers *h)
{
	enum { AT_ONCE = 64 };
	char why[128];
	for (unsigned i = 0; i < AT_ONCE && !h->dead; i++) {
		struct job_frame f;
		ssize_t n = recv(h->fd, h->in, sizeof h->in, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (n <= 0 || !job_frame_get(&f, h->in, (size_t)n)) {
			died(h);
			return;
		}
		if (f.what == JOB_RESET) {
			h->fresh = true;
		} else if (h->fresh && f.what == JOB_ANSWER) {
			end(h, f.id, f.body, NULL);
		} else if (h->fresh && f.what == JOB_FAILED) {
			str_copy(why, sizeof why, (struct str){(const char *)f.body.p, f.body.len});
			end(h, f.id, f.body, why);
		}
		wipe(h->in, (size_t)n);
	}
}

static void on_event(uv_poll_t *p, int status, int events)
{
	struct helpers *h = p->data;
	(void)events;
	clock_run(h->clock, uv_hrtime() / 1000000);
	while (h->first != NULL && send_now(h, h->first->data, h->first->len))
		message_free(h, &h->first);
	if (status < 0)
		died(h);
	else
		listen_to(h);
	if (!h->dead && !uv_is_closing((uv_handle_t *)p))
		watch(h);
}

/* ------------------------------------------------------------------ life */

struct helpers *helpers_new(uv_loop_t *loop, struct clock *clock, int fd)
{
	struct helpers *h = calloc(1, sizeof *h);
	if (h == NULL || (h->by_id = hash_new(HELPERS_JOBS_MAX)) == NULL) {
		free(h);
		return NULL;
	}
	h->fd = fd;
	h->clock = clock;
	h->last = &h->first;
	h->poll.data = h;
	h->dead = fd < 0 || uv_poll_init(loop, &h->poll, fd) != 0;
	if (h->dead)
		h->fd = -1;
	else if (!say(h, 0, &(struct job_frame){.what = JOB_RESET}))
		died(h);
	return h;
}

static void free_all(struct helpers *h)
{
	hash_free(h->by_id);
	wipe(h->in, sizeof h->in);
	free(h);
}

static void on_closed(uv_handle_t *handle)
{
	free_all(handle->data);
}

void helpers_free(struct helpers *h)
{
	if (h == NULL)
		return;
	while (h->first != NULL)
		message_free(h, &h->first);
	while (h->runs != NULL)
		free(run_take(h, h->runs->id));
	h->dead = true;
	if (h->fd < 0)
		free_all(h);
	else
		uv_close((uv_handle_t *)&h->poll, on_closed);
}

uint32_t helpers_job(struct helpers *h, enum aaa_helper kind, const uint8_t *data, size_t len, uint32_t deadline_ms,
                     void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg)
{
	struct job_frame f = {JOB_ASK, kind, 0, deadline_ms, {data, len}};
	if (h == NULL || h->dead || len > JOB_BODY_MAX || hash_count(h->by_id) >= HELPERS_JOBS_MAX)
		return 0;
	do
		f.id = ++h->last_id;
	while (f.id == 0 || hash_get(h->by_id, &f.id, sizeof f.id) != NULL);
	struct run *r = calloc(1, sizeof *r);
	if (r == NULL)
		return 0;
	*r = (struct run){.id = f.id, .answer = answer, .arg = arg, .next = h->runs};
	if (!hash_put(h->by_id, &r->id, sizeof r->id, r)) {
		free(r);
		return 0;
	}
	if (h->runs != NULL)
		h->runs->prev = r;
	h->runs = r;
	if (say(h, r->id, &f))
		return r->id;
	free(run_take(h, r->id));
	return 0;
}

void helpers_job_cancel(struct helpers *h, uint32_t id)
{
	struct run *r = h != NULL && id != 0 ? run_take(h, id) : NULL;
	if (r == NULL)
		return;
	free(r);
	for (struct message **at = &h->first; *at != NULL; at = &(*at)->next)
		if ((*at)->job == id) {
			message_free(h, at);
			return;
		}
	if (!h->dead)
		say(h, 0, &(struct job_frame){.what = JOB_CANCEL, .id = id});
}
