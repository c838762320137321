#include "cli/socket/conn.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *conn_why(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "the appliance is not running";
	case EACCES:
		return "access denied: only root and members of the group postern may enter";
	}
	return strerror(error);
}

int conn_open(struct conn *c, const char *path, struct err *err)
{
	*c = (struct conn){.fd = -1};
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	if (!str_copy(sun.sun_path, sizeof sun.sun_path, str_of(path)))
		return err_set(err, -ENAMETOOLONG, "%s: path too long for a socket", path);
	if (!proto_reader_init(&c->in, true))
		return err_set(err, -ENOMEM, "out of memory");
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&sun, sizeof sun) < 0) {
		int rc = err_set(err, -errno, "%s: %s", path, conn_why(errno));
		conn_close(c);
		return rc;
	}
	return 0;
}

void conn_close(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	proto_reader_free(&c->in);
}

bool conn_send(struct conn *c, const struct proto_msg *m)
{
	uint8_t frame[PROTO_FROM_CONSOLE];
	size_t n = proto_encode(frame, sizeof frame, m);
	for (size_t at = 0; at < n;) {
		ssize_t w = send(c->fd, frame + at, n - at, MSG_NOSIGNAL);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		at += (size_t)w;
	}
	return n > 0;
}

enum proto_read conn_read(struct conn *c, struct proto_msg *m, bool block)
{
	for (;;) {
		enum proto_read rc = proto_reader_next(&c->in, m);
		if (rc != PROTO_READ_MORE)
			return rc;
		size_t room;
		uint8_t *space = proto_reader_space(&c->in, &room);
		ssize_t n = recv(c->fd, space, room, block ? 0 : MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
			return PROTO_READ_MORE;
		if (n <= 0)
			return PROTO_READ_BAD;
		proto_reader_added(&c->in, (size_t)n);
	}
}
