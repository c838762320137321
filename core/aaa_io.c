/* Sockets are plain file descriptors watched by libuv, so that a packet is read and written with one system call and
 * nothing is kept of it; names are looked up by libuv's helper threads. */
#include "core/aaa_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/gateway.h"
#include "core/helpers.h"
#include "core/net/pathmtu.h"

enum {
	DATAGRAM_MAX = 4096,   /* of RADIUS */
	READS = 64,            /* at a time, then others have their turn */
	SOCKET_BYTES = 1 << 20, /* what may wait in the kernel: many answers come at once */
	LEFT_MAX = 1 << 18,    /* of a connection whose peer does not read */
};

struct aaa_sock {
	uv_poll_t poll;
	struct gateway *gw;
	int fd;
	bool tcp, opened, closing;
	bool gone; /* the loop has let go of it; who opened it has not, until closing */
	void (*input)(void *arg, struct ip4_end from, const uint8_t *data, size_t len);
	const struct aaa_tcp_events *events;
	void *arg;
	uint8_t *left; /* TCP: not sent yet */
	size_t nleft;
	struct aaa_sock **link, *next;
};
static struct aaa_sock *socks;

static struct sockaddr_in sockaddr_of(struct ip4_end e)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	                            .sin_port = htons(e.port),
	                            .sin_addr.s_addr = htonl(e.ip)};
}

static void sock_free(struct aaa_sock *s)
{
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	close(s->fd);
	free(s->left);
	free(s);
}

static void on_closed(uv_handle_t *h)
{
	struct aaa_sock *s = h->data;
	s->gone = true;
	if (s->closing)
		sock_free(s);
}

static void sock_close(struct aaa_sock *s)
{
	if (s == NULL || s->closing)
		return;
	s->closing = true;
	if (s->gone)
		sock_free(s);
	else if (!uv_is_closing((uv_handle_t *)&s->poll))
		uv_close((uv_handle_t *)&s->poll, on_closed);
}

void gateway_aaa_end(void)
{
	for (struct aaa_sock *s = socks; s != NULL; s = s->next)
		if (!uv_is_closing((uv_handle_t *)&s->poll))
			uv_close((uv_handle_t *)&s->poll, on_closed);
}

static struct aaa_sock *sock_new(struct gateway *gw, int type, void *arg, struct err *err)
{
	struct aaa_sock *s = calloc(1, sizeof *s);
	if (s == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	s->gw = gw;
	s->arg = arg;
	s->fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || uv_poll_init(&gw->loop, &s->poll, s->fd) != 0) {
		err_set(err, -errno, "cannot open a socket: %s", strerror(errno));
		if (s->fd >= 0)
			close(s->fd);
		free(s);
		return NULL;
	}
	s->poll.data = s;
	s->link = &socks;
	s->next = socks;
	if (s->next != NULL)
		s->next->link = &s->next;
	socks = s;
	return s;
}

/* ------------------------------------------------------------------ datagrams */

static void on_datagrams(uv_poll_t *p, int status, int events)
{
	struct aaa_sock *s = p->data;
	static uint8_t data[DATAGRAM_MAX + 1];
	(void)status, (void)events;
	clock_run(&s->gw->clock, uv_hrtime() / 1000000);
	for (unsigned i = 0; i < READS && !s->closing; i++) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(s->fd, data, sizeof data, 0, (struct sockaddr *)&from, &from_len);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0 || from.sin_family != AF_INET)
			continue; /* a port that was refused, of one server among many: its time-out tells */
		s->input(s->arg, (struct ip4_end){ntohl(from.sin_addr.s_addr), ntohs(from.sin_port)},
		         data, (size_t)n);
	}
}

static struct aaa_sock *udp_socket(void *ctx, uint16_t port,
                                   void (*input)(void *arg, struct ip4_end from, const uint8_t *data,
                                                 size_t len),
                                   void *arg, struct err *err)
{
	struct aaa_sock *s = sock_new(ctx, SOCK_DGRAM, arg, err);
	const struct sockaddr_in local = sockaddr_of((struct ip4_end){0, port});
	const int bytes = SOCKET_BYTES;
	if (s == NULL)
		return NULL;
	s->input = input;
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	if (bind(s->fd, (const struct sockaddr *)&local, sizeof local) != 0) {
		err_set(err, -errno, "cannot bind UDP port %u: %s", port, strerror(errno));
		sock_close(s);
		return NULL;
	}
	uv_poll_start(&s->poll, UV_READABLE, on_datagrams);
	return s;
}

static bool send_datagram(struct aaa_sock *s, struct ip4_end to, const uint8_t *data, size_t len)
{
	const struct sockaddr_in peer = sockaddr_of(to);
	ssize_t n;
	do
		n = sendto(s->fd, data, len, MSG_NOSIGNAL, (const struct sockaddr *)&peer, sizeof peer);
	while (n < 0 && (errno == EINTR || errno == ECONNREFUSED)); /* of an earlier one */
	return n == (ssize_t)len;
}

/* ------------------------------------------------------------------ connections */

static void on_tcp(uv_poll_t *p, int status, int events);

static void watch(struct aaa_sock *s)
{
	if (uv_is_closing((uv_handle_t *)&s->poll))
		return;
	uv_poll_start(&s->poll, UV_READABLE | (s->opened && s->nleft == 0 ? 0 : UV_WRITABLE), on_tcp);
}

static void broken(struct aaa_sock *s, int error)
{
	uv_poll_stop(&s->poll);
	s->events->closed(s->arg, error != 0 ? strerror(error) : "the server closed the connection");
}

static bool flush(struct aaa_sock *s)
{
	ssize_t n = send(s->fd, s->left, s->nleft, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	s->nleft -= (size_t)n;
	memmove(s->left, s->left + n, s->nleft);
	return true;
}

static void read_tcp(struct aaa_sock *s)
{
	uint8_t data[16384];
	for (unsigned i = 0; i < READS && !s->closing; i++) {
		ssize_t n = recv(s->fd, data, sizeof data, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			broken(s, n < 0 ? errno : 0);
			return;
		}
		s->events->input(s->arg, data, (size_t)n);
	}
}

static void on_tcp(uv_poll_t *p, int status, int events)
{
	struct aaa_sock *s = p->data;
	int error = 0;
	socklen_t len = sizeof error;
	(void)status;
	clock_run(&s->gw->clock, uv_hrtime() / 1000000);
	if (s->closing)
		return; /* by a timer */
	if (!s->opened) {
		if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0) {
			broken(s, error != 0 ? error : errno);
			return;
		}
		s->opened = true;
		s->events->opened(s->arg);
		if (s->closing)
			return;
	}
	if ((events & UV_WRITABLE) != 0 && s->nleft > 0 && !flush(s)) {
		broken(s, errno);
		return;
	}
	if ((events & UV_READABLE) != 0)
		read_tcp(s);
	if (!s->closing && uv_is_active((uv_handle_t *)&s->poll))
		watch(s);
}

static struct aaa_sock *tcp_socket(void *ctx, struct ip4_end to, const struct aaa_tcp_events *events,
                                   void *arg, struct err *err)
{
	struct aaa_sock *s = sock_new(ctx, SOCK_STREAM, arg, err);
	const struct sockaddr_in peer = sockaddr_of(to);
	const int yes = 1;
	if (s == NULL)
		return NULL;
	s->tcp = true;
	s->events = events;
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (connect(s->fd, (const struct sockaddr *)&peer, sizeof peer) != 0 && errno != EINPROGRESS) {
		err_set(err, -errno, "cannot connect to %s: %s", ip4_text(to.ip).s, strerror(errno));
		sock_close(s);
		return NULL;
	}
	watch(s);
	return s;
}

static bool send_tcp(struct aaa_sock *s, const uint8_t *data, size_t len)
{
	ssize_t n = 0;
	if (!s->opened || s->nleft + len > LEFT_MAX)
		return false;
	if (s->nleft == 0)
		n = send(s->fd, data, len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	n = n < 0 ? 0 : n;
	if ((size_t)n == len)
		return true;
	uint8_t *more = realloc(s->left, s->nleft + len - (size_t)n);
	if (more == NULL)
		return false;
	memcpy(more + s->nleft, data + n, len - (size_t)n);
	s->left = more;
	s->nleft += len - (size_t)n;
	watch(s);
	return true;
}

/* ------------------------------------------------------------------ names and addresses */

static uint32_t source_of(void *ctx, uint32_t server)
{
	(void)ctx;
	return route_source(server);
}

struct look_up {
	uv_getaddrinfo_t job;
	struct gateway *gw;
	uint32_t id;
	void (*found)(void *arg, uint32_t ip); /* NULL: nobody wants it any more */
	void *arg;
	struct look_up *next;
};
static struct look_up *look_ups;
static uint32_t look_up_ids;

static void on_found(uv_getaddrinfo_t *job, int status, struct addrinfo *list)
{
	struct look_up *l = job->data, **at = &look_ups;
	uint32_t ip = 0;
	for (struct addrinfo *a = status == 0 ? list : NULL; a != NULL && ip == 0; a = a->ai_next)
		if (a->ai_family == AF_INET)
			ip = ntohl(((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr.s_addr);
	if (l->found != NULL) /* else nobody may be there any more for whom it is time */
		clock_run(&l->gw->clock, uv_hrtime() / 1000000); /* which may unresolve it */
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	if (l->found != NULL)
		l->found(l->arg, ip);
	uv_freeaddrinfo(list);
	free(l);
}

static uint32_t resolve(void *ctx, const char *name, void (*found)(void *arg, uint32_t ip), void *arg)
{
	struct gateway *gw = ctx;
	struct look_up *l = calloc(1, sizeof *l);
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	if (l == NULL)
		return 0;
	l->job.data = l;
	l->gw = gw;
	if (uv_getaddrinfo(&gw->loop, &l->job, on_found, name, NULL, &hints) != 0) {
		free(l);
		return 0;
	}
	l->id = ++look_up_ids != 0 ? look_up_ids : ++look_up_ids;
	l->found = found;
	l->arg = arg;
	l->next = look_ups;
	look_ups = l;
	return l->id;
}

static void unresolve(void *ctx, uint32_t id)
{
	(void)ctx;
	for (struct look_up *l = look_ups; l != NULL; l = l->next)
		if (l->id == id) {
			l->found = NULL;
			uv_cancel((uv_req_t *)&l->job);
		}
}

/* ------------------------------------------------------------------ helper programs */

static uint32_t job(void *ctx, enum aaa_helper kind, const uint8_t *data, size_t len, uint32_t deadline_ms,
                    void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg)
{
	return helpers_job(((struct gateway *)ctx)->helpers, kind, data, len, deadline_ms, answer, arg);
}

static void job_cancel(void *ctx, uint32_t id)
{
	helpers_job_cancel(((struct gateway *)ctx)->helpers, id);
}

const struct aaa_io gateway_aaa_io = {
        .udp_open = udp_socket,
        .udp_send = send_datagram,
        .tcp_open = tcp_socket,
        .tcp_send = send_tcp,
        .close = sock_close,
        .source = source_of,
        .resolve = resolve,
        .unresolve = unresolve,
        .job = job,
        .job_cancel = job_cancel,
};
