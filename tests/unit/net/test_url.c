/* Transfers against servers of one request on the loopback interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <uv.h>

#include "core/net/url.h"

static uv_loop_t loop;

struct server {
	int fd;
	uint16_t port;
	uv_thread_t thread;
	const char *answer; /* NULL: never */
	char got[4096];
};

struct seen {
	unsigned calls;
	int rc;
	char body[256], why[200];
};

static void done(void *arg, int rc, struct str body, const char *why)
{
	struct seen *s = arg;
	s->calls++;
	s->rc = rc;
	snprintf(s->body, sizeof s->body, "%.*s", STR_ARG(body));
	snprintf(s->why, sizeof s->why, "%s", why);
}

static void serve_http(void *arg)
{
	struct server *s = arg;
	int c = accept(s->fd, NULL, NULL);
	size_t len = 0;
	if (c < 0)
		return;
	while (len < sizeof s->got - 1) {
		ssize_t n = recv(c, s->got + len, sizeof s->got - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		s->got[len] = '\0';
		char *end = strstr(s->got, "\r\n\r\n");
		if (end != NULL &&
		    (strncmp(s->got, "PUT", 3) != 0 || strstr(end, "all of it") != NULL))
			break;
	}
	if (s->answer != NULL)
		send(c, s->answer, strlen(s->answer), MSG_NOSIGNAL);
	else
		while (recv(c, s->got, sizeof s->got, 0) > 0)
			;
	close(c);
}

/* One block, which is shorter than full and so the last. */
static void serve_tftp(void *arg)
{
	struct server *s = arg;
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	char block[64] = {0, 3, 0, 1};
	ssize_t n = recvfrom(s->fd, s->got, sizeof s->got, 0, (struct sockaddr *)&from, &size);
	if (n < 4)
		return;
	size_t len = strlen(s->answer);
	if (s->answer[0] == '!') { /* error 1: file not found */
		memcpy(block, "\0\5\0\1no\0", 7);
		len = 3;
	} else {
		memcpy(block + 4, s->answer, len);
	}
	sendto(s->fd, block, 4 + len, 0, (struct sockaddr *)&from, size);
	recvfrom(s->fd, s->got + 100, 100, MSG_DONTWAIT, NULL, NULL);
}

static void server_start(struct server *s, int type, const char *answer)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	*s = (struct server){.fd = socket(AF_INET, type, 0), .answer = answer};
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, size), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(s->fd, 1), 0);
	getsockname(s->fd, (struct sockaddr *)&at, &size);
	s->port = ntohs(at.sin_port);
	uv_thread_create(&s->thread, type == SOCK_STREAM ? serve_http : serve_tftp, s);
}

static void server_end(struct server *s)
{
	uv_thread_join(&s->thread);
	close(s->fd);
}

static void transfer(struct server *s, const char *scheme, const char *path, const struct str *put,
                     struct seen *seen)
{
	char url[128];
	struct err err = {0};
	*seen = (struct seen){0};
	snprintf(url, sizeof url, "%s127.0.0.1:%u/%s", scheme, s->port, path);
	assert_non_null(url_start(&loop, url, put, done, seen, &err));
	assert_int_equal(seen->calls, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	server_end(s);
	assert_int_equal(seen->calls, 1);
}

static void http(void **state)
{
	struct server s;
	struct seen seen;
	(void)state;
	server_start(&s, SOCK_STREAM, "HTTP/1.0 200 OK\r\n\r\nhostname gw\n");
	transfer(&s, "http://joe:doe@", "a.cfg", NULL, &seen);
	assert_int_equal(seen.rc, 0);
	assert_string_equal(seen.body, "hostname gw\n");
	assert_non_null(strstr(s.got, "GET /a.cfg "));
	assert_non_null(strstr(s.got, "Authorization: Basic "));
	server_start(&s, SOCK_STREAM, "HTTP/1.0 404 Gone\r\n\r\nsorry");
	transfer(&s, "http://", "a.cfg", NULL, &seen);
	assert_true(seen.rc < 0);
	assert_string_equal(seen.why, "No such file or directory");
	server_start(&s, SOCK_STREAM, "HTTP/1.0 201 Made\r\n\r\nthanks");
	transfer(&s, "http://", "b.cfg", &STR("all of it"), &seen);
	assert_int_equal(seen.rc, 0);
	assert_non_null(strstr(s.got, "PUT /b.cfg "));
	assert_non_null(strstr(s.got, "all of it"));
	/* Elsewhere only where a web server may send one. */
	server_start(&s, SOCK_STREAM, "HTTP/1.0 302 There\r\nLocation: file:///etc/passwd\r\n\r\n");
	transfer(&s, "http://joe:secret@", "a.cfg", NULL, &seen);
	assert_true(seen.rc < 0);
	assert_null(strstr(seen.why, "secret"));
	assert_string_equal(seen.body, "");
}

static void tftp(void **state)
{
	struct server s;
	struct seen seen;
	(void)state;
	server_start(&s, SOCK_DGRAM, "hostname by-tftp\n");
	transfer(&s, "tftp://", "a.cfg", NULL, &seen);
	assert_int_equal(seen.rc, 0);
	assert_string_equal(seen.body, "hostname by-tftp\n");
	server_start(&s, SOCK_DGRAM, "!");
	transfer(&s, "tftp://", "a.cfg", NULL, &seen);
	assert_string_equal(seen.why, "No such file or directory");
}

static void refused(void **state)
{
	struct seen seen = {0};
	struct err err = {0};
	(void)state;
	assert_null(url_start(&loop, "file:///etc/passwd", NULL, done, &seen, &err));
	assert_int_equal(err.code, -EPROTONOSUPPORT);
	assert_null(url_start(&loop, "scp://127.0.0.1/x", NULL, done, &seen, &err));
	/* Nobody is there. */
	assert_non_null(url_start(&loop, "http://127.0.0.1:1/x", NULL, done, &seen, &err));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(seen.rc, -ECONNREFUSED);
	assert_string_equal(seen.why, "Connection refused");
}

static void cancelled(void **state)
{
	struct server s, t;
	struct seen seen = {0};
	struct err err = {0};
	char url[64];
	(void)state;
	server_start(&s, SOCK_STREAM, NULL);
	server_start(&t, SOCK_STREAM, NULL);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", s.port);
	struct url_job *first = url_start(&loop, url, NULL, done, &seen, &err);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", t.port);
	struct url_job *second = url_start(&loop, url, NULL, done, &seen, &err);
	assert_non_null(first);
	assert_non_null(second);
	assert_null(url_start(&loop, url, NULL, done, &seen, &err));
	assert_int_equal(err.code, -EBUSY);
	url_cancel(first);
	url_cancel(second);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(seen.calls, 0);
	shutdown(s.fd, SHUT_RDWR); /* a cancelled transfer may never have come so far */
	shutdown(t.fd, SHUT_RDWR);
	server_end(&s);
	server_end(&t);
}

static int setup(void **state)
{
	(void)state;
	url_init();
	return uv_loop_init(&loop);
}

static int teardown(void **state)
{
	(void)state;
	url_free();
	return uv_loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(http),
	        cmocka_unit_test(tftp),
	        cmocka_unit_test(refused),
	        cmocka_unit_test(cancelled),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
