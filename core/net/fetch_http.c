/* One transfer by http, on its thread. */
#include <curl/curl.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/net/fetch_int.h"

static size_t take(char *data, size_t size, size_t n, void *arg)
{
	return fetch_take(arg, data, size * n) ? size * n : 0;
}

static size_t count(char *data, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;
	(void)data;
	f->headers += size * n;
	if (f->headers <= FETCH_HEADERS_MAX)
		return size * n;
	fetch_fail(f, -EFBIG, "The answer is too large");
	return 0;
}

static int go_on(void *arg, curl_off_t dl, curl_off_t dln, curl_off_t ul, curl_off_t uln)
{
	struct fetch *f = arg;
	(void)dl, (void)dln, (void)ul, (void)uln;
	return atomic_load(&f->cancelled) ? 1 : 0;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	(void)purpose;
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	fetch_waits_at(arg, fd);
	return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	fetch_waits_at(arg, -1);
	return close(fd);
}

/* In words that hold nothing of the URL, which libcurl's own may. */
static void judge(struct fetch *f, CURLcode code)
{
	static const struct {
		CURLcode code;
		int rc;
		const char *why;
	} known[] = {
	        {CURLE_URL_MALFORMAT, -EINVAL, "Not a URL"},
	        {CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, "Host not found"},
	        {CURLE_COULDNT_CONNECT, -ECONNREFUSED, "Connection refused"},
	        {CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "Timed out"},
	        {CURLE_FILESIZE_EXCEEDED, -EFBIG, "The answer is too large"},
	        {CURLE_ABORTED_BY_CALLBACK, -ETIMEDOUT, "Timed out"},
	        {CURLE_TOO_MANY_REDIRECTS, -ELOOP, "Redirected too often"},
	        {CURLE_UNSUPPORTED_PROTOCOL, -EPROTONOSUPPORT, "Another protocol than http"},
	        {CURLE_GOT_NOTHING, -ECONNRESET, "The server closed the connection"},
	        {CURLE_PARTIAL_FILE, -ECONNRESET, "The server closed the connection"},
	        {CURLE_RECV_ERROR, -ECONNRESET, "The server closed the connection"},
	        {CURLE_SEND_ERROR, -ECONNRESET, "The server closed the connection"},
	};
	if (code != CURLE_OK && fetch_left_ms(f) == 0)
		code = CURLE_OPERATION_TIMEDOUT;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].code == code)
			fetch_fail(f, known[i].rc, known[i].why);
	if (code != CURLE_OK)
		fetch_fail(f, -EIO, curl_easy_strerror(code));
}

/* "Application/X-PKI-Message; charset=..." as "application/x-pki-message" */
static void take_type(struct fetch *f, const char *type)
{
	size_t n = 0;
	for (; type != NULL && n < sizeof f->got_type - 1 && type[n] > ' ' && type[n] != ';' && type[n] < 0x7f; n++)
		f->got_type[n] = (char)tolower((unsigned char)type[n]);
	f->got_type[n] = '\0';
}

static void common(CURL *c, struct fetch *f)
{
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs is not waited for */
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)fetch_left_ms(f));
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)fetch_left_ms(f));
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, go_on);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, f);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, f);
	curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(c, CURLOPT_CLOSESOCKETDATA, f);
}

static void options(CURL *c, struct fetch *f, struct curl_slist *headers)
{
	common(c, f);
	curl_easy_setopt(c, CURLOPT_URL, f->url);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, f->post ? 0L : 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)FETCH_REDIRECTS_MAX);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)f->most);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, count);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
	if (!f->post)
		return;
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, f->body);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)f->body_len);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
}

/* Old servers know no `Expect: 100-continue`. */
static struct curl_slist *headers_of(const struct fetch *f)
{
	char line[256];
	if (!f->post)
		return NULL;
	snprintf(line, sizeof line, "Content-Type: %s", f->type);
	struct curl_slist *l = curl_slist_append(NULL, line);
	return l != NULL ? curl_slist_append(l, "Expect:") : NULL;
}

void fetch_http(struct fetch *f)
{
	char text[32], *type = NULL;
	long status = 0;
	CURL *c = fetch_left_ms(f) > 0 ? curl_easy_init() : NULL;
	if (c == NULL) {
		judge(f, fetch_left_ms(f) > 0 ? CURLE_OUT_OF_MEMORY : CURLE_OPERATION_TIMEDOUT);
		return;
	}
	struct curl_slist *headers = headers_of(f);
	options(c, f, headers);
	judge(f, curl_easy_perform(c));
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	f->status = (unsigned)status;
	take_type(f, type);
	snprintf(text, sizeof text, "HTTP status %ld", status);
	if (status != 200)
		fetch_fail(f, status == 404 ? -ENOENT : -EREMOTEIO, text);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
}

/* libcurl connects, because it looks names up without making anybody wait longer than he will. */
int fetch_connect(struct fetch *f, const char *host, unsigned port)
{
	char url[300];
	curl_socket_t fd = CURL_SOCKET_BAD;
	int got = -1;
	CURL *c = fetch_left_ms(f) > 0 ? curl_easy_init() : NULL;
	if (c == NULL) {
		judge(f, fetch_left_ms(f) > 0 ? CURLE_OUT_OF_MEMORY : CURLE_OPERATION_TIMEDOUT);
		return -1;
	}
	snprintf(url, sizeof url, strchr(host, ':') != NULL ? "http://[%s]:%u/" : "http://%s:%u/", host, port);
	common(c, f);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	judge(f, curl_easy_perform(c));
	if (f->rc == 0 && curl_easy_getinfo(c, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
		got = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (got < 0)
		fetch_fail(f, -EIO, "No connection");
	curl_easy_cleanup(c);
	return got;
}
