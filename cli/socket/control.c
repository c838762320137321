#include "cli/socket/control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/socket/peer.h"
#include "cli/socket/proto.h"
#include "core/base/buf.h"

enum {
	QUEUE_MAX = 256 * 1024, /* bytes on their way to one console; the session waits beyond it */
	ASYNC_MAX = 128 * 1024, /* debug and log lines are dropped (and counted) beyond it */
	HELLO_MS = 10 * 1000,   /* a connection that says nothing */
	LINGER_MS = 5 * 1000,   /* a console that does not read its goodbye */
};

struct control {
	uv_loop_t *loop;
	uv_pipe_t listener;
	const struct session_env *env;
	struct client *clients;
	size_t n;     /* consoles let in */
	size_t parts; /* listener and connections whose memory still stands */
	bool stopping;
	char path[sizeof((struct sockaddr_un *)0)->sun_path];
};

struct client {
	uv_pipe_t pipe;
	uv_timer_t timer;
	unsigned handles; /* not closed yet */
	struct control *control;
	struct client *next, **link;
	struct session *session;
	struct proto_reader in;
	uint32_t seq; /* of the prompt that waits for an answer */
	unsigned long lost;
	uint16_t columns; /* of the window, as it said hello */
	char user[65];    /* of the host */
	bool counted, closing, leaving;
	bool paused; /* reads no more until its queue is shorter */
};

struct output {
	uv_write_t req;
	struct client *client;
	size_t len;
	uint8_t frame[];
};

/* ------------------------------------------------------------------ end of a connection */

static void control_part_gone(struct control *c)
{
	if (--c->parts == 0)
		free(c);
}

static void client_handle_closed(uv_handle_t *h)
{
	struct client *cl = h->data;
	if (--cl->handles > 0)
		return;
	session_free(cl->session);
	proto_reader_free(&cl->in);
	control_part_gone(cl->control);
	free(cl);
}

static void client_close(struct client *cl)
{
	if (cl->closing)
		return;
	cl->closing = true;
	*cl->link = cl->next;
	if (cl->next != NULL)
		cl->next->link = cl->link;
	cl->control->n -= cl->counted;
	uv_close((uv_handle_t *)&cl->pipe, client_handle_closed);
	uv_close((uv_handle_t *)&cl->timer, client_handle_closed);
}

static void client_timeout(uv_timer_t *t)
{
	client_close(t->data);
}

/* ------------------------------------------------------------------ to the console */

static size_t client_queued(const struct client *cl)
{
	return uv_stream_get_write_queue_size((const uv_stream_t *)&cl->pipe);
}

static void client_resume(struct client *cl);

static void client_written(uv_write_t *req, int status)
{
	struct output *o = (struct output *)req;
	struct client *cl = o->client;
	wipe(o->frame, o->len);
	free(o);
	if (cl->closing)
		return;
	if (status < 0 || (cl->leaving && client_queued(cl) == 0)) {
		client_close(cl);
		return;
	}
	if (cl->leaving || cl->session == NULL || client_queued(cl) > QUEUE_MAX / 2)
		return;
	session_drained(cl->session);
	if (cl->paused)
		client_resume(cl);
}

static void client_send(struct client *cl, const struct proto_msg *m)
{
	if (cl->closing || cl->leaving)
		return;
	size_t cap = m->text.len + 32;
	struct output *o = malloc(sizeof *o + cap);
	size_t n = o != NULL ? proto_encode(o->frame, cap, m) : 0;
	if (n == 0) {
		free(o);
		client_close(cl);
		return;
	}
	o->client = cl;
	o->len = n;
	uv_buf_t buf = uv_buf_init((char *)o->frame, (unsigned)n);
	if (uv_write(&o->req, (uv_stream_t *)&cl->pipe, &buf, 1, client_written) < 0) {
		free(o);
		client_close(cl);
	}
}

static void client_send_text(struct client *cl, enum proto_type type, struct str text)
{
	while (text.len > 0 && !cl->closing) {
		size_t n = text.len < PROTO_TEXT_MAX ? text.len : PROTO_TEXT_MAX;
		client_send(cl, &(struct proto_msg){.type = type, .text = {text.p, n}});
		text.p += n;
		text.len -= n;
	}
}

/* Last words; the connection ends when they are written. */
static void client_bye(struct client *cl, uint8_t status, const char *text)
{
	client_send(cl,
	            &(struct proto_msg){.type = PROTO_BYE, .kind = status, .text = str_of(text)});
	if (cl->closing)
		return;
	cl->leaving = true;
	uv_read_stop((uv_stream_t *)&cl->pipe);
	uv_timer_start(&cl->timer, client_timeout, LINGER_MS, 0);
}

static void client_io_write(void *arg, struct str text)
{
	client_send_text(arg, PROTO_OUT, text);
}

static void client_io_async(void *arg, struct str lines)
{
	struct client *cl = arg;
	if (client_queued(cl) > ASYNC_MAX) {
		cl->lost++;
		return;
	}
	if (cl->lost > 0) {
		char note[80];
		snprintf(note, sizeof note, "%lu lines lost: this console reads too slowly\n",
		         cl->lost);
		cl->lost = 0;
		client_send_text(cl, PROTO_ASYNC, str_of(note));
	}
	client_send_text(cl, PROTO_ASYNC, lines);
}

static size_t client_io_room(void *arg)
{
	size_t queued = client_queued(arg);
	return queued < QUEUE_MAX ? QUEUE_MAX - queued : 0;
}

/* The first prompt is asked for while the session is being made. */
static uint16_t client_columns(const struct client *cl)
{
	return cl->session != NULL ? (uint16_t)session_columns(cl->session) : cl->columns;
}

static void client_io_want(void *arg, enum session_want want, struct str prompt)
{
	static const uint8_t kinds[] = {
	        [SESSION_WANT_LINE] = PROTO_ASK_LINE,       [SESSION_WANT_TEXT] = PROTO_ASK_TEXT,
	        [SESSION_WANT_SECRET] = PROTO_ASK_SECRET,   [SESSION_WANT_KEY] = PROTO_ASK_KEY,
	        [SESSION_WANT_CONFIRM] = PROTO_ASK_CONFIRM, [SESSION_WANT_PASTE] = PROTO_ASK_PASTE,
	};
	struct client *cl = arg;
	if (want == SESSION_OVER) {
		client_bye(cl, 0, "");
	} else if (want != SESSION_WANT_NOTHING) {
		client_send(cl, &(struct proto_msg){.type = PROTO_PROMPT,
		                                    .seq = ++cl->seq,
		                                    .kind = kinds[want],
		                                    .width = client_columns(cl),
		                                    .text = prompt});
	}
}

static void client_io_result(void *arg, bool refused)
{
	client_send(arg, &(struct proto_msg){.type = PROTO_RESULT, .kind = refused});
}

/* ------------------------------------------------------------------ from the console */

/* SSH_CONNECTION: client, port, server, port. Empty: a console of the host itself. */
static bool client_is_remote(struct str text, struct session_remote *from)
{
	struct str client = str_word(&text), port = str_word(&text), server = str_word(&text);
	if (client.len == 0)
		return false;
	str_copy(from->client, sizeof from->client, client);
	str_copy(from->port, sizeof from->port, port);
	str_copy(from->server, sizeof from->server, server);
	return true;
}

static void client_hello(struct client *cl, const struct proto_msg *m)
{
	if (m->type != PROTO_HELLO || m->version != PROTO_VERSION) {
		client_bye(cl, 1, "console and appliance are not of the same version");
		return;
	}
	struct session_remote from = {.client = "console"};
	struct err why = {0};
	if (!(m->kind & PROTO_BATCH) && client_is_remote(m->text, &from)) {
		const struct session_env *env = cl->control->env;
		if (env->remote_allowed != NULL && !env->remote_allowed(env->ctx, &from, &why)) {
			client_bye(cl, 1, why.text);
			return;
		}
	}
	cl->columns = m->width;
	uv_timer_stop(&cl->timer);
	client_send(cl, &(struct proto_msg){.type = PROTO_WELCOME, .version = PROTO_VERSION});
	struct session_io io = {
	        .arg = cl,
	        .write = client_io_write,
	        .async = client_io_async,
	        .room = client_io_room,
	        .want = client_io_want,
	        .result = client_io_result,
	};
	struct session_options options = {
	        .batch = m->kind & PROTO_BATCH,
	        .config = m->kind & PROTO_CONFIG,
	        .enable = m->kind & PROTO_ENABLE,
	        .tty = m->kind & PROTO_TTY,
	        .serial = m->kind & PROTO_SERIAL,
	        .width = m->width,
	        .height = m->height,
	        .from = from.client,
	        .remote = &from,
	        .user = cl->user,
	};
	cl->session = session_new(cl->control->env, &io, &options);
	if (cl->session == NULL)
		client_bye(cl, 1, "the appliance is short of memory");
}

/* After a Tab: what goes in at the cursor, then the same prompt again. */
static void client_tab(struct client *cl, struct str partial)
{
	client_send_text(cl, PROTO_INSERT, session_complete(cl->session, partial));
	client_io_want(cl, SESSION_WANT_LINE, session_prompt(cl->session));
}

static void client_message(struct client *cl, const struct proto_msg *m)
{
	struct session *s = cl->session;
	if (s == NULL) {
		client_hello(cl, m);
		return;
	}
	bool current =
	        m->seq == cl->seq; /* an answer to an older prompt crossed with the new one */
	switch (m->type) {
	case PROTO_LINE:
		if (current && session_want(s) != SESSION_WANT_KEY)
			session_input_line(s, m->text);
		break;
	case PROTO_KEY:
		if (current && session_want(s) == SESSION_WANT_KEY)
			session_input_key(s, m->kind);
		break;
	case PROTO_HELP:
		if (current && session_want(s) == SESSION_WANT_LINE)
			session_help(s, m->text);
		break;
	case PROTO_TAB:
		if (current && session_want(s) == SESSION_WANT_LINE)
			client_tab(cl, m->text);
		break;
	case PROTO_SIZE:
		session_resize(s, m->width, m->height);
		break;
	case PROTO_BREAK:
		session_break(s);
		break;
	case PROTO_EOF:
		session_eof(s);
		break;
	case PROTO_ACTIVE:
		session_active(s);
		break;
	default:
		client_bye(cl, 1, "the console sent what is not expected");
	}
}

static void client_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	(void)suggested;
	struct client *cl = h->data;
	size_t room;
	uint8_t *space = proto_reader_space(&cl->in, &room);
	*buf = uv_buf_init((char *)space, (unsigned)room);
}

/* Runs the messages that are there, as long as their answers find room. */
static void client_process(struct client *cl)
{
	struct proto_msg m;
	while (!cl->closing && !cl->leaving) {
		if (client_queued(cl) > QUEUE_MAX) {
			cl->paused = true;
			uv_read_stop((uv_stream_t *)&cl->pipe);
			return;
		}
		switch (proto_reader_next(&cl->in, &m)) {
		case PROTO_READ_OK:
			client_message(cl, &m);
			break;
		case PROTO_READ_BAD:
			client_bye(cl, 1, "the console sent a malformed message");
			return;
		case PROTO_READ_MORE:
			return;
		}
	}
}

static void client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	(void)buf;
	struct client *cl = stream->data;
	if (n < 0) {
		client_close(cl);
		return;
	}
	if (cl->control->env->awake != NULL)
		cl->control->env->awake(cl->control->env->ctx);
	if (cl->closing)
		return; /* it was due */
	proto_reader_added(&cl->in, (size_t)n);
	client_process(cl);
}

static void client_resume(struct client *cl)
{
	cl->paused = false;
	client_process(cl);
	if (!cl->paused && !cl->closing && !cl->leaving)
		uv_read_start((uv_stream_t *)&cl->pipe, client_alloc, client_read);
}

/* ------------------------------------------------------------------ who may enter */

static bool client_may_enter(struct client *cl)
{
	uv_os_fd_t fd;
	return uv_fileno((const uv_handle_t *)&cl->pipe, &fd) == 0 && peer_may_enter(fd, cl->user);
}

static void control_connection(uv_stream_t *listener, int status)
{
	struct control *c = listener->data;
	struct client *cl = status < 0 ? NULL : calloc(1, sizeof *cl);
	if (cl == NULL)
		return;
	cl->control = c;
	if (!proto_reader_init(&cl->in, false)) {
		free(cl);
		return;
	}
	uv_pipe_init(c->loop, &cl->pipe, 0);
	uv_timer_init(c->loop, &cl->timer);
	cl->pipe.data = cl->timer.data = cl;
	cl->handles = 2;
	cl->next = c->clients;
	cl->link = &c->clients;
	if (cl->next != NULL)
		cl->next->link = &cl->next;
	c->clients = cl;
	c->parts++;
	if (uv_accept(listener, (uv_stream_t *)&cl->pipe) < 0) {
		client_close(cl);
	} else if (!client_may_enter(cl)) {
		client_bye(cl, 1,
		           "access denied: only root and members of the group " CONTROL_GROUP
		           " may enter");
	} else if (c->n >= CONTROL_CONSOLES_MAX) {
		client_bye(cl, 1, "too many consoles are open");
	} else {
		cl->counted = true;
		c->n++;
		uv_timer_start(&cl->timer, client_timeout, HELLO_MS, 0);
		uv_read_start((uv_stream_t *)&cl->pipe, client_alloc, client_read);
	}
}

/* ------------------------------------------------------------------ start and stop */

static int control_make_dir(const char *path, struct err *err)
{
	char dir[sizeof((struct control *)0)->path];
	str_copy(dir, sizeof dir, str_of(path));
	char *slash = strrchr(dir, '/');
	if (slash == NULL || slash == dir)
		return 0;
	*slash = '\0';
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", dir, strerror(errno));
	return 0;
}

/* Removes a socket nobody listens on any more. */
static int control_clear_path(const char *path, struct err *err)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct stat st;
	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, -EEXIST, "%s is not a socket", path);
	str_copy(sun.sun_path, sizeof sun.sun_path, str_of(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, -errno, "socket: %s", strerror(errno));
	int rc = connect(fd, (const struct sockaddr *)&sun, sizeof sun);
	close(fd);
	if (rc == 0)
		return err_set(err, -EADDRINUSE, "%s: another appliance is running", path);
	if (unlink(path) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int control_bind(struct control *c, struct err *err)
{
	mode_t before = umask(0177); /* nobody else, until the group is set */
	int rc = uv_pipe_bind(&c->listener, c->path);
	umask(before);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&c->listener, 16, control_connection);
	if (rc < 0)
		return err_set(err, rc, "%s: %s", c->path, uv_strerror(rc));
	const struct group *g = getgrnam(CONTROL_GROUP);
	if (g != NULL && (lchown(c->path, (uid_t)-1, g->gr_gid) < 0 || chmod(c->path, 0660) < 0))
		return err_set(err, -errno, "%s: %s", c->path, strerror(errno));
	return 0;
}

static void control_listener_closed(uv_handle_t *h)
{
	control_part_gone(h->data);
}

int control_start(uv_loop_t *loop, const char *path, const struct session_env *env,
                  struct control **control, struct err *err)
{
	struct control *c = calloc(1, sizeof *c);
	if (c == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	c->loop = loop;
	c->env = env;
	c->parts = 1;
	int rc = 0;
	if (!str_copy(c->path, sizeof c->path, str_of(path)))
		rc = err_set(err, -ENAMETOOLONG, "%s: path too long for a socket", path);
	if (rc == 0)
		rc = control_make_dir(path, err);
	if (rc == 0)
		rc = control_clear_path(path, err);
	if (rc < 0) {
		free(c);
		return rc;
	}
	uv_pipe_init(loop, &c->listener, 0);
	c->listener.data = c;
	rc = control_bind(c, err);
	if (rc < 0) {
		uv_close((uv_handle_t *)&c->listener, control_listener_closed);
		return rc;
	}
	*control = c;
	return 0;
}

void control_stop(struct control *c, const char *why)
{
	if (c == NULL || c->stopping)
		return;
	c->stopping = true;
	uint8_t frame[256];
	size_t n = proto_encode(
	        frame, sizeof frame,
	        &(struct proto_msg){.type = PROTO_BYE, .kind = 1, .text = str_of(why)});
	while (c->clients != NULL) {
		/* Behind a full queue the goodbye would cut into a frame: such a console just sees the end. */
		if (!c->clients->leaving && client_queued(c->clients) == 0 && n > 0) {
			uv_buf_t buf = uv_buf_init((char *)frame, (unsigned)n);
			uv_try_write((uv_stream_t *)&c->clients->pipe, &buf, 1);
		}
		client_close(c->clients);
	}
	uv_close((uv_handle_t *)&c->listener, control_listener_closed); /* removes the path too */
}

size_t control_consoles(const struct control *c)
{
	return c->n;
}
