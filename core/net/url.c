#include "core/net/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "core/base/buf.h"
#include "core/base/out.h"

struct url_job {
	uv_work_t req;
	char *url;
	struct out body; /* got, or to be put */
	size_t sent;
	bool put;
	url_done_fn *done;
	void *arg;
	atomic_bool cancelled;
	int rc;
	char why[160];
};

static const char protocols[] = "http,https,ftp,tftp";
static unsigned running;

void url_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

void url_free(void)
{
	curl_global_cleanup();
}

/* ----------------------------------------------------------------------------------------- helper thread */

static size_t take(char *data, size_t size, size_t n, void *arg)
{
	struct url_job *j = arg;
	if (j->put) /* what a server says to what it was given */
		return size * n;
	if (j->body.len + size * n > URL_BYTES_MAX)
		return 0;
	out_put(&j->body, (struct str){data, size * n});
	return j->body.failed ? 0 : size * n;
}

static size_t give(char *buffer, size_t size, size_t n, void *arg)
{
	struct url_job *j = arg;
	size_t left = j->body.len - j->sent, len = left < size * n ? left : size * n;
	memcpy(buffer, j->body.text + j->sent, len);
	j->sent += len;
	return len;
}

static int go_on(void *arg, curl_off_t dl, curl_off_t dln, curl_off_t ul, curl_off_t uln)
{
	struct url_job *j = arg;
	(void)dl, (void)dln, (void)ul, (void)uln;
	return atomic_load(&j->cancelled) ? 1 : 0;
}

static void options(CURL *c, struct url_job *j)
{
	curl_easy_setopt(c, CURLOPT_URL, j->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, 5L);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)URL_CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)URL_TOTAL_S);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)URL_BYTES_MAX);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, go_on);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, j);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, j);
	if (!j->put)
		return;
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, j);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)j->body.len);
}

/* In the words of the appliance; libcurl's own may name the URL with all that is in it. */
static void judge(struct url_job *j, CURLcode code)
{
	static const struct {
		CURLcode code;
		int rc;
		const char *why;
	} known[] = {
	        {CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, "Host not found"},
	        {CURLE_COULDNT_CONNECT, -ECONNREFUSED, "Connection refused"},
	        {CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "Timed out"},
	        {CURLE_REMOTE_FILE_NOT_FOUND, -ENOENT, "No such file or directory"},
	        {CURLE_TFTP_NOTFOUND, -ENOENT, "No such file or directory"},
	        {CURLE_TFTP_PERM, -EACCES, "Permission denied"},
	        {CURLE_REMOTE_ACCESS_DENIED, -EACCES, "Permission denied"},
	        {CURLE_LOGIN_DENIED, -EACCES, "Login incorrect"},
	        {CURLE_FILESIZE_EXCEEDED, -EFBIG, "File too large"},
	        {CURLE_WRITE_ERROR, -EFBIG, "File too large"},
	        {CURLE_ABORTED_BY_CALLBACK, -ECANCELED, "Aborted"},
	        {CURLE_PEER_FAILED_VERIFICATION, -EACCES, "Certificate not trusted"},
	};
	if (code == CURLE_OK)
		return;
	j->rc = -EIO;
	str_copy(j->why, sizeof(j->why), str_of(curl_easy_strerror(code)));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code) {
			j->rc = known[i].rc;
			str_copy(j->why, sizeof(j->why), str_of(known[i].why));
		}
}

static void work(uv_work_t *req)
{
	struct url_job *j = req->data;
	long status = 0;
	CURL *c = curl_easy_init();
	if (!c) {
		judge(j, CURLE_OUT_OF_MEMORY);
		return;
	}
	options(c, j);
	CURLcode code = curl_easy_perform(c);
	judge(j, code);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_HTTP_RETURNED_ERROR)
		str_copy(j->why, sizeof(j->why),
		         status == 404                    ? STR("No such file or directory")
		         : status == 401 || status == 403 ? STR("Permission denied")
		                                          : STR("Refused by the server"));
	curl_easy_cleanup(c);
}

/* ----------------------------------------------------------------------------------------- control thread */

static void job_free(struct url_job *j)
{
	if (j->url) {
		wipe(j->url, strlen(j->url));
		free(j->url);
	}
	if (j->body.text)
		wipe(j->body.text, j->body.len);
	out_free(&j->body);
	free(j);
}

static void after(uv_work_t *req, int status)
{
	struct url_job *j = req->data;
	running--;
	if (!atomic_load(&j->cancelled))
		j->done(j->arg, status != 0 ? -ECANCELED : j->rc,
		        j->put ? STR("") : out_text(&j->body), status != 0 ? "Aborted" : j->why);
	job_free(j);
}

static bool known_protocol(const char *url)
{
	static const char *const begins[] = {"http://", "https://", "ftp://", "tftp://"};
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (str_has_prefix_nocase(str_of(url), str_of(begins[i])))
			return true;
	return false;
}

struct url_job *url_start(struct uv_loop_s *loop, const char *url, const struct str *put,
                          url_done_fn *done, void *arg, struct err *err)
{
	if (!known_protocol(url)) {
		err_set(err, -EPROTONOSUPPORT, "only http, https, ftp and tftp are known");
		return NULL;
	}
	if (running >= URL_JOBS_MAX) {
		err_set(err, -EBUSY, "another transfer is under way");
		return NULL;
	}
	struct url_job *j = calloc(1, sizeof(*j));
	if (j) {
		j->url = strdup(url);
		j->put = put != NULL;
		j->done = done;
		j->arg = arg;
		j->req.data = j;
		out_init(&j->body);
		j->body.limit = URL_BYTES_MAX + 1;
		out_put(&j->body, put ? *put : STR(""));
	}
	if (!j || !j->url || j->body.failed || uv_queue_work(loop, &j->req, work, after) != 0) {
		if (j)
			job_free(j);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	running++;
	return j;
}

void url_cancel(struct url_job *job)
{
	atomic_store(&job->cancelled, true);
}
