#include "core/net/logtcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 60000 };

struct message {
	struct message *next;
	size_t len;
	char text[];
};

struct logtcp {
	uv_loop_t *loop;
	uv_timer_t retry;
	uv_poll_t *poll; /* of the connection; NULL = none */
	int fd;
	bool connecting, freed;
	uint32_t ip;
	uint16_t port;
	unsigned tries;
	struct message *first, **last;
	size_t sent; /* octets of the first message */
	uint32_t most;
	struct logtcp_stats stats;
	int told; /* what `changed` was told last: -1 = nothing */
	const struct logtcp_ops *ops;
	void *arg;
};

static void tell(struct logtcp *t, bool up)
{
	if (t->told == up)
		return;
	t->told = up;
	t->ops->changed(t->arg, up);
}

static void connect_now(uv_timer_t *timer);

static void free_handle(uv_handle_t *h)
{
	free(h);
}

static void hang_up(struct logtcp *t)
{
	if (t->poll != NULL) {
		uv_poll_stop(t->poll);
		uv_close((uv_handle_t *)t->poll, free_handle);
	}
	t->poll = NULL;
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->connecting = false;
}

static void try_later(struct logtcp *t)
{
	uint64_t wait = (uint64_t)RETRY_FIRST_MS << (t->tries < 6 ? t->tries : 6);
	t->tries++;
	uv_timer_start(&t->retry, connect_now, wait < RETRY_MOST_MS ? wait : RETRY_MOST_MS, 0);
}

static void failed(struct logtcp *t)
{
	bool was_up = t->stats.up;
	hang_up(t);
	t->stats.up = false;
	t->stats.errors++;
	t->stats.flaps += was_up;
	t->stats.rewritten += t->sent > 0;
	t->sent = 0; /* nobody can use half a message */
	try_later(t);
	tell(t, false);
}

static void take_off(struct logtcp *t)
{
	struct message *m = t->first;
	t->first = m->next;
	if (t->first == NULL)
		t->last = &t->first;
	t->stats.queued--;
	free(m);
}

/* What the connection takes. false: it broke. */
static bool push(struct logtcp *t)
{
	while (t->first != NULL) {
		ssize_t n = send(t->fd, t->first->text + t->sent, t->first->len - t->sent,
		                 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		t->sent += (size_t)n;
		if (t->sent < t->first->len)
			return true;
		t->sent = 0;
		t->stats.tx++;
		take_off(t);
	}
	return true;
}

static void on_poll(uv_poll_t *p, int status, int events);

static void watch(struct logtcp *t)
{
	uv_poll_start(t->poll, UV_READABLE | (t->connecting || t->first != NULL ? UV_WRITABLE : 0),
	              on_poll);
}

static bool connected(struct logtcp *t)
{
	int error = 0;
	socklen_t len = sizeof error;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0)
		return false;
	t->connecting = false;
	t->tries = 0;
	t->stats.up = true;
	tell(t, true);
	return true;
}

/* Servers say nothing; what they say is thrown away. 0 is the end. */
static bool still_there(struct logtcp *t)
{
	char gone[512];
	ssize_t n;
	while ((n = recv(t->fd, gone, sizeof gone, MSG_DONTWAIT)) > 0)
		;
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct logtcp *t = p->data;
	bool ok = status == 0;
	if (ok && t->connecting && (events & UV_WRITABLE))
		ok = connected(t);
	if (ok && !t->connecting && (events & UV_READABLE))
		ok = still_there(t);
	if (ok && !t->connecting)
		ok = push(t);
	if (t->freed || t->poll != p)
		return;
	if (ok)
		watch(t);
	else
		failed(t);
}

static bool open_connection(struct logtcp *t)
{
	struct sockaddr_in to = {
	        .sin_family = AF_INET, .sin_port = htons(t->port), .sin_addr.s_addr = htonl(t->ip)};
	struct sockaddr_in from = {.sin_family = AF_INET};
	uint32_t local = 0;
	if (!t->ops->source(t->arg, &local))
		return false;
	from.sin_addr.s_addr = htonl(local);
	t->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0 || (local != 0 && bind(t->fd, (struct sockaddr *)&from, sizeof from) != 0))
		return false;
	if (connect(t->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
		return false;
	t->poll = malloc(sizeof *t->poll);
	if (t->poll == NULL || uv_poll_init(t->loop, t->poll, t->fd) != 0) {
		free(t->poll);
		t->poll = NULL;
		return false;
	}
	t->poll->data = t;
	t->connecting = true;
	watch(t);
	return true;
}

static void connect_now(uv_timer_t *timer)
{
	struct logtcp *t = timer->data;
	if (!open_connection(t))
		failed(t);
}

struct logtcp *logtcp_new(uv_loop_t *loop, uint32_t ip, uint16_t port, const struct logtcp_ops *ops,
                          void *arg)
{
	struct logtcp *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	*t = (struct logtcp){.loop = loop,
	                     .fd = -1,
	                     .ip = ip,
	                     .port = port,
	                     .told = -1,
	                     .ops = ops,
	                     .arg = arg,
	                     .most = 512};
	t->last = &t->first;
	uv_timer_init(loop, &t->retry);
	t->retry.data = t;
	uv_timer_start(&t->retry, connect_now, 0, 0);
	return t;
}

void logtcp_set_queue(struct logtcp *t, uint32_t messages)
{
	t->most = messages;
}

void logtcp_put(struct logtcp *t, struct str message)
{
	bool room = t->stats.queued < t->most;
	struct message *m = room ? malloc(sizeof *m + message.len + 1) : NULL;
	if (m == NULL) {
		t->stats.dropped++;
		t->stats.no_memory += room;
		return;
	}
	m->next = NULL;
	memcpy(m->text, message.p, message.len);
	m->text[message.len] = '\n';
	m->len = message.len + 1;
	*t->last = m;
	t->last = &m->next;
	if (++t->stats.queued > t->stats.queued_most)
		t->stats.queued_most = t->stats.queued;
	if (t->stats.up && t->stats.queued == 1)
		watch(t); /* written in the loop's next turn: many lines at once */
}

void logtcp_stats(const struct logtcp *t, struct logtcp_stats *stats)
{
	*stats = t->stats;
}

void logtcp_clear(struct logtcp *t)
{
	t->stats.dropped = t->stats.no_memory = 0;
	t->stats.queued_most = t->stats.queued;
}

static void free_self(uv_handle_t *h)
{
	free(h->data);
}

void logtcp_free(struct logtcp *t)
{
	if (t == NULL)
		return;
	t->freed = true;
	hang_up(t);
	while (t->first != NULL)
		take_off(t);
	uv_timer_stop(&t->retry);
	uv_close((uv_handle_t *)&t->retry, free_self);
}
