/* Transfers for certificates against servers on the loopback interface, most of which behave badly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "core/net/fetch.h"
#include "core/net/url.h"

static uv_loop_t loop;
static struct clock clk;
static struct fetches *all;

/* One that accepts until it is ended, and does the same to everyone. */
struct server {
	int fd, stop[2];
	uint16_t port;
	uv_thread_t thread;
	void (*serve)(struct server *s, int c);
	struct bytes answer;
	char got[8192];
	size_t len;
};

struct seen {
	unsigned calls, status;
	int rc;
	char body[256], why[200], type[100];
	size_t len;
};

static void done(void *arg, const struct fetch_got *got)
{
	struct seen *s = arg;
	s->calls++;
	s->rc = got->rc;
	s->status = got->status;
	s->len = got->body.len;
	snprintf(s->why, sizeof s->why, "%s", got->why);
	snprintf(s->type, sizeof s->type, "%s", got->type);
	snprintf(s->body, sizeof s->body, "%.*s", (int)got->body.len, got->body.len > 0 ? (const char *)got->body.p : "");
}

/* ------------------------------------------------------------------ servers */

/* false when the server ends or the client went away */
static bool may_go_on(struct server *s, int c, int ms)
{
	struct pollfd p[2] = {{.fd = s->stop[0], .events = POLLIN}, {.fd = c, .events = POLLRDHUP}};
	poll(p, 2, ms);
	return p[0].revents == 0 && (p[1].revents & (POLLHUP | POLLRDHUP | POLLERR)) == 0;
}

static void read_request(struct server *s, int c)
{
	s->len = 0;
	while (s->len < sizeof s->got - 1) {
		ssize_t n = recv(c, s->got + s->len, sizeof s->got - 1 - s->len, 0);
		if (n <= 0)
			return;
		s->len += (size_t)n;
		s->got[s->len] = '\0';
		char *end = strstr(s->got, "\r\n\r\n"), *size = strstr(s->got, "Content-Length: ");
		if (end != NULL && s->got + s->len - end - 4 >= (size != NULL ? atoi(size + 16) : 0))
			return;
		if (s->got[0] == '0') /* LDAP */
			return;
	}
}

static void answers(struct server *s, int c)
{
	read_request(s, c);
	send(c, s->answer.p, s->answer.len, MSG_NOSIGNAL);
}

static void is_silent(struct server *s, int c)
{
	while (may_go_on(s, c, -1))
		;
}

static void trickles(struct server *s, int c)
{
	read_request(s, c);
	for (size_t i = 0; may_go_on(s, c, 20); i++)
		send(c, s->answer.p + (i < s->answer.len ? i : s->answer.len - 1), 1, MSG_NOSIGNAL);
}

/* The answer, and its last kilobyte again and again. */
static void is_endless(struct server *s, int c)
{
	char more[1024];
	read_request(s, c);
	send(c, s->answer.p, s->answer.len, MSG_NOSIGNAL);
	for (size_t i = 0; i < sizeof more; i++)
		more[i] = (char)s->answer.p[s->answer.len - 16 + i % 16];
	while (send(c, more, sizeof more, MSG_NOSIGNAL) == (ssize_t)sizeof more && may_go_on(s, c, 0))
		;
}

static void run(void *arg)
{
	struct server *s = arg;
	struct pollfd p[2] = {{.fd = s->stop[0], .events = POLLIN}, {.fd = s->fd, .events = POLLIN}};
	while (poll(p, 2, -1) > 0 && p[0].revents == 0) {
		int c = accept(s->fd, NULL, NULL);
		if (c < 0)
			continue;
		s->serve(s, c);
		shutdown(c, SHUT_WR);
		close(c);
	}
}

static void server_start(struct server *s, void (*serve)(struct server *s, int c), const char *answer)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof a;
	s->serve = serve;
	s->answer = (struct bytes){(const uint8_t *)answer, strlen(answer)};
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(s->fd, 64), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &size), 0);
	assert_int_equal(pipe(s->stop), 0);
	s->port = ntohs(a.sin_port);
	assert_int_equal(uv_thread_create(&s->thread, run, s), 0);
}

static void server_end(struct server *s)
{
	assert_int_equal(write(s->stop[1], "x", 1), 1);
	uv_thread_join(&s->thread);
	close(s->fd);
	close(s->stop[0]);
	close(s->stop[1]);
}

/* ------------------------------------------------------------------ asking */

static struct fetch *start(const char *url, struct seen *seen, uint32_t ms, size_t most, struct err *err)
{
	return fetch_start(all, &(struct fetch_ask){.url = url, .most = most, .timeout_ms = ms}, done, seen, err);
}

static void get(const char *url, struct seen *seen, uint32_t ms)
{
	struct err err = {0};
	memset(seen, 0, sizeof *seen);
	assert_non_null(start(url, seen, ms, 4096, &err));
	assert_int_equal(seen->calls, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(seen->calls, 1);
	if (seen->rc != 0)
		assert_int_equal(seen->len, 0);
}

static void get_of(void (*serve)(struct server *s, int c), const char *answer, struct seen *seen, uint32_t ms)
{
	struct server s = {0};
	char url[64];
	server_start(&s, serve, answer);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/a?b=c", s.port);
	get(url, seen, ms);
	server_end(&s);
}

static void test_get(void **state)
{
	struct seen seen;
	struct server s = {0};
	char url[64];
	(void)state;
	server_start(&s, answers, "HTTP/1.1 200 OK\r\nContent-Type: Application/X-Thing; charset=x\r\nContent-Length: 5\r\n\r\nhello");
	snprintf(url, sizeof url, "http://127.0.0.1:%u/a?b=c", s.port);
	get(url, &seen, 5000);
	server_end(&s);
	assert_int_equal(seen.rc, 0);
	assert_string_equal(seen.why, "");
	assert_int_equal(seen.status, 200);
	assert_string_equal(seen.body, "hello");
	assert_string_equal(seen.type, "application/x-thing");
	assert_memory_equal(s.got, "GET /a?b=c HTTP/1.1\r\n", 21);
}

static void test_post(void **state)
{
	struct seen seen = {0};
	struct server s = {0};
	struct err err = {0};
	char url[64];
	(void)state;
	server_start(&s, answers, "HTTP/1.0 200 OK\r\n\r\nto the end");
	snprintf(url, sizeof url, "http://127.0.0.1:%u/x", s.port);
	struct fetch_ask ask = {.url = url, .post = true, .type = "application/x-pki-message",
	                        .body = {(const uint8_t *)"a\0b", 3}, .timeout_ms = 5000};
	assert_non_null(fetch_start(all, &ask, done, &seen, &err));
	uv_run(&loop, UV_RUN_DEFAULT);
	server_end(&s);
	assert_int_equal(seen.rc, 0);
	assert_string_equal(seen.body, "to the end");
	assert_non_null(strstr(s.got, "Content-Type: application/x-pki-message\r\n"));
	assert_null(strstr(s.got, "Expect"));
	assert_memory_equal(s.got + s.len - 3, "a\0b", 3);
}

static void test_bad_answers(void **state)
{
	static const struct {
		void (*serve)(struct server *s, int c);
		const char *answer;
		uint32_t ms;
		int rc;
		const char *why;
	} rows[] = {
	        {answers, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 5000, -ENOENT, "HTTP status 404"},
	        {answers, "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", 5000, -EREMOTEIO, "HTTP status 500"},
	        {answers, "HTTP/1.1 204 Nothing\r\n\r\n", 5000, -EREMOTEIO, "HTTP status 204"},
	        {answers, "", 5000, -ECONNRESET, "The server closed the connection"},
	        {answers, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", 5000, -ECONNRESET,
	         "The server closed the connection"},
	        {answers, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", 5000, -EFBIG, "The answer is too large"},
	        {is_endless, "HTTP/1.1 200 OK\r\n\r\n0123456789abcdef", 5000, -EFBIG, "The answer is too large"},
	        {is_endless, "HTTP/1.1 200 OK\r\nX: y\r\nABCDEFGH: ijk\r\n", 5000, -EFBIG, "The answer is too large"},
	        {answers, "HTTP/1.1 302 Over\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", 5000,
	         -EPROTONOSUPPORT, "Another protocol than http"},
	        {answers, "HTTP/1.1 302 Over\r\nLocation: ldap://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", 5000,
	         -EPROTONOSUPPORT, "Another protocol than http"},
	        {answers, "HTTP/1.1 302 Over\r\nLocation: /a?b=c\r\nContent-Length: 0\r\n\r\n", 5000, -ELOOP,
	         "Redirected too often"},
	        {is_silent, "", 300, -ETIMEDOUT, "Timed out"},
	        {trickles, "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\nx", 1500, -ETIMEDOUT, "Timed out"},
	        {trickles, "HTTP/1.1 200 OK\r\nX: y", 300, -ETIMEDOUT, "Timed out"},
	};
	struct seen seen;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		get_of(rows[i].serve, rows[i].answer, &seen, rows[i].ms);
		assert_string_equal(seen.why, rows[i].why);
		assert_int_equal(seen.rc, rows[i].rc);
	}
	/* what is no HTTP at all */
	get_of(answers, "SSH-2.0-OpenSSH\r\n", &seen, 5000);
	assert_int_equal(seen.rc, -EPROTONOSUPPORT);
}

static void test_refused_at_once(void **state)
{
	static const struct {
		const char *url;
		int rc;
	} rows[] = {
	        {"file:///etc/passwd", -EPROTONOSUPPORT},
	        {"https://127.0.0.1/", -EPROTONOSUPPORT},
	        {"ldapi://%2ftmp/", -EPROTONOSUPPORT},
	        {"", -EPROTONOSUPPORT},
	        {"http://127.0.0.1/a b", -EINVAL},
	        {"http://127.0.0.1/a\r\nX: y", -EINVAL},
	};
	struct seen seen = {0};
	char *longest = malloc(FETCH_URL_MAX + 2);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err err = {0};
		assert_null(start(rows[i].url, &seen, 100, 10, &err));
		assert_int_equal(err.code, rows[i].rc);
	}
	struct err err = {0};
	memset(longest, 'a', FETCH_URL_MAX + 1);
	memcpy(longest, "http://", 7);
	longest[FETCH_URL_MAX + 1] = '\0';
	assert_null(start(longest, &seen, 100, 10, &err));
	assert_int_equal(err.code, -EMSGSIZE);
	free(longest);
	struct fetch_ask post = {.url = "ldap://127.0.0.1/", .post = true, .type = "a/b"};
	assert_null(fetch_start(all, &post, done, &seen, &err));
	get("http://127.0.0.1:1/", &seen, 5000);
	assert_int_equal(seen.rc, -ECONNREFUSED);
	get("http://does-not-exist.invalid/", &seen, 2000);
	assert_true(seen.rc == -EHOSTUNREACH || seen.rc == -ETIMEDOUT);
}

/* Nobody's environment sends us elsewhere. */
static void test_no_proxy(void **state)
{
	struct seen seen;
	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	get_of(answers, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", &seen, 5000);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	assert_int_equal(seen.rc, 0);
}

static void test_many(void **state)
{
	static struct seen seen[FETCH_RUNNING_MAX + FETCH_WAITING_MAX + 1];
	struct server s = {0};
	struct err err = {0};
	struct fetch *f[FETCH_RUNNING_MAX + FETCH_WAITING_MAX];
	char url[64];
	size_t n = sizeof f / sizeof f[0], called = 0;
	(void)state;
	server_start(&s, is_silent, "");
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", s.port);
	for (size_t i = 0; i < n; i++)
		assert_non_null(f[i] = start(url, &seen[i], 400, 10, &err));
	assert_null(start(url, &seen[n], 400, 10, &err));
	assert_int_equal(err.code, -EBUSY);
	/* one that runs, one that waits */
	fetch_cancel(all, f[0]);
	fetch_cancel(all, f[n - 1]);
	uv_run(&loop, UV_RUN_DEFAULT);
	server_end(&s);
	for (size_t i = 0; i < n; i++) {
		called += seen[i].calls;
		if (seen[i].calls > 0)
			assert_int_equal(seen[i].rc, -ETIMEDOUT);
	}
	assert_int_equal(called, n - 2);
	assert_int_equal(seen[0].calls + seen[n - 1].calls, 0);
}

/* ------------------------------------------------------------------ directories */

/* One element of BER with a two byte length. */
static size_t ber(uint8_t *to, uint8_t tag, const void *data, size_t len)
{
	memmove(to + 4, data, len);
	to[0] = tag;
	to[1] = 0x82;
	to[2] = (uint8_t)(len >> 8);
	to[3] = (uint8_t)len;
	return len + 4;
}

/* An entry with one attribute, and with done its end; answers message 1 (RFC 4511 §4.5.2). */
static size_t entry(uint8_t *to, const char *attr, const char *value, size_t len, bool found, uint8_t code)
{
	uint8_t a[2048], b[2048];
	size_t n = 0;
	if (found) {
		size_t m = ber(a, 0x04, value, len);
		m = ber(a, 0x31, a, m);
		n = ber(b, 0x04, attr, strlen(attr));
		memcpy(b + n, a, m);
		n = ber(a, 0x30, b, n + m);
		n = ber(b, 0x30, a, n);
		memmove(b + 6, b, n);
		memcpy(b, "\x04\x04""cn=x", 6);
		n = ber(a, 0x64, b, n + 6);
		memmove(a + 3, a, n);
		memcpy(a, "\x02\x01\x01", 3);
		n = ber(to, 0x30, a, n + 3);
	}
	const uint8_t end[] = {0x30, 12, 2, 1, 1, 0x65, 7, 0x0a, 1, code, 4, 0, 4, 0};
	memcpy(to + n, end, sizeof end);
	return n + sizeof end;
}

static void directory(void (*serve)(struct server *s, int c), const void *answer, size_t len, const char *rest,
                      struct seen *seen)
{
	struct server s = {0};
	char url[128];
	server_start(&s, serve, "");
	s.answer = (struct bytes){answer, len};
	snprintf(url, sizeof url, "ldap://127.0.0.1:%u/%s", s.port, rest);
	get(url, seen, 1000);
	server_end(&s);
}

static void test_ldap(void **state)
{
	uint8_t answer[4096];
	struct seen seen;
	size_t n = entry(answer, "certificateRevocationList;binary", "\x30\x00xy", 4, true, 0);
	(void)state;
	directory(answers, answer, n, "cn=x", &seen);
	assert_string_equal(seen.why, "");
	assert_int_equal(seen.len, 4);
	assert_memory_equal(seen.body, "\x30\0", 2);
	directory(answers, answer, n, "cn=x?certificateRevocationList;binary?base", &seen);
	assert_int_equal(seen.rc, 0);
	/* another attribute than the one asked for; nothing; no such entry */
	directory(answers, answer, n, "cn=x?cACertificate;binary", &seen);
	assert_int_equal(seen.rc, -ENOENT);
	directory(answers, answer, entry(answer, "", "", 0, false, 0), "cn=x", &seen);
	assert_int_equal(seen.rc, -ENOENT);
	directory(answers, answer, entry(answer, "", "", 0, false, 32), "cn=x", &seen);
	assert_int_equal(seen.rc, -ENOENT);
	directory(answers, answer, entry(answer, "", "", 0, false, 50), "cn=x", &seen);
	assert_int_equal(seen.rc, -EREMOTEIO);
}

static void test_bad_ldap(void **state)
{
	static const uint8_t huge[] = {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1, 1, 0x64}, text[] = "HTTP/1.0 400 No\r\n\r\n";
	uint8_t answer[4096];
	struct seen seen;
	size_t n = entry(answer, "other", "x", 1, true, 0) - 14;
	(void)state;
	directory(answers, huge, sizeof huge, "cn=x", &seen);
	assert_int_equal(seen.rc, -EREMOTEIO);
	directory(answers, text, sizeof text - 1, "cn=x", &seen);
	assert_int_equal(seen.rc, -EREMOTEIO);
	directory(answers, "", 0, "cn=x", &seen);
	assert_int_equal(seen.rc, -EREMOTEIO);
	directory(is_silent, "", 0, "cn=x", &seen);
	assert_int_equal(seen.rc, -ETIMEDOUT);
	directory(trickles, answer, n, "cn=x", &seen);
	assert_int_equal(seen.rc, -ETIMEDOUT);
	/* entries without what was asked for, and no end of them */
	uint8_t many[8192];
	size_t len = 0;
	for (; len + n < sizeof many; len += n)
		memcpy(many + len, answer, n);
	directory(answers, many, len, "cn=x", &seen);
	assert_int_equal(seen.rc, -EFBIG);
	get("ldap:///cn=x?certificateRevocationList;binary", &seen, 1000);
	assert_int_equal(seen.rc, -EINVAL);
	get("ldap://127.0.0.1:1/cn=x", &seen, 1000);
	assert_int_equal(seen.rc, -ECONNREFUSED);
}

/* The end of it all while some run and some wait. */
static void test_end(void **state)
{
	static struct seen seen[FETCH_RUNNING_MAX * 2];
	struct server s = {0};
	struct err err = {0};
	char url[64];
	(void)state;
	server_start(&s, is_silent, "");
	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
		snprintf(url, sizeof url, "%s://127.0.0.1:%u/", i % 2 ? "http" : "ldap", s.port);
		assert_non_null(start(url, &seen[i], 60000, 10, &err));
	}
	fetches_free(all);
	uv_run(&loop, UV_RUN_DEFAULT);
	server_end(&s);
	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
		assert_int_equal(seen[i].calls, 0);
	assert_non_null(all = fetches_new(&loop, &clk));
}

static int setup(void **state)
{
	(void)state;
	url_init();
	clock_init(&clk, uv_hrtime() / 1000000);
	int rc = uv_loop_init(&loop);
	all = fetches_new(&loop, &clk);
	return all != NULL ? rc : -1;
}

static int teardown(void **state)
{
	(void)state;
	fetches_free(all);
	uv_run(&loop, UV_RUN_DEFAULT);
	url_free();
	clock_free(&clk);
	return uv_loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_get),           cmocka_unit_test(test_post),
	        cmocka_unit_test(test_bad_answers),   cmocka_unit_test(test_refused_at_once),
	        cmocka_unit_test(test_no_proxy),      cmocka_unit_test(test_many),
	        cmocka_unit_test(test_ldap),          cmocka_unit_test(test_bad_ldap),
	        cmocka_unit_test(test_end),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
