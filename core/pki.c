/* Certificates: what crypto/pki asks of the appliance. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config/edit.h"
#include "core/base/debug.h"
#include "core/base/jobs.h"
#include "core/gateway.h"
#include "core/net/fetch.h"
#include "core/system_show.h"

/* ------------------------------------------------------------------ what crypto/pki asks for */

static int work(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	struct gateway *gw = ctx;
	return gw->jobs != NULL ? jobs_put(gw->jobs, run, done, job) : -EAGAIN;
}

/* The first line of the report that says why. */
static void first_error(const struct load_report *report, struct err *err)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->items[i].error) {
			err_set(err, err->code, "%s", report->items[i].text);
			return;
		}
}

static int configure(void *ctx, struct str lines, struct err *err)
{
	struct gateway *gw = ctx;
	struct load_report report = {0};
	int rc = load_text(gw->grammar, gw->conf, lines, "pki", LOAD_STRICT, &report, err);
	if (rc != 0)
		first_error(&report, err);
	load_report_free(&report);
	return rc;
}

static int64_t wall_s(void *ctx)
{
	struct gateway *gw = ctx;
	return clock_wall(&gw->clock);
}

static void serial(void *ctx, char text[16])
{
	system_serial(ctx, text);
}

static void tell(void *ctx, const char *text)
{
	(void)ctx;
	debug_tell(NULL, text);
}

/* A transfer as crypto/pki sees it. */
struct transfer {
	void (*done)(void *arg, const struct pki_fetched *got);
	void *arg;
	struct fetch *fetch;
};

static void fetched(void *arg, const struct fetch_got *got)
{
	struct transfer *t = arg;
	struct pki_fetched p = {
	        .rc = got->rc, .why = got->why, .status = got->status, .type = got->type, .body = got->body};
	t->done(t->arg, &p);
	free(t);
}

static void *fetch(void *ctx, const struct pki_fetch *f, void (*done)(void *arg, const struct pki_fetched *got), void *arg,
                   struct err *err)
{
	struct gateway *gw = ctx;
	struct fetch_ask ask = {.url = f->url,
	                        .post = f->what == PKI_FETCH_POST,
	                        .body = f->body,
	                        .type = f->type,
	                        .most = f->most,
	                        .timeout_ms = f->timeout_ms};
	struct transfer *t = gw->fetches != NULL ? calloc(1, sizeof *t) : NULL;
	if (t == NULL) {
		err_set(err, -EAGAIN, "nothing can be fetched now");
		return NULL;
	}
	t->done = done;
	t->arg = arg;
	t->fetch = fetch_start(gw->fetches, &ask, fetched, t, err);
	if (t->fetch != NULL)
		return t;
	free(t);
	return NULL;
}

static void fetch_stop(void *ctx, void *handle)
{
	struct gateway *gw = ctx;
	struct transfer *t = handle;
	if (gw->fetches != NULL) /* they end before the engines */
		fetch_cancel(gw->fetches, t->fetch);
	free(t);
}

const struct pki_ops gateway_pki_ops = {
        .work = work,
        .fetch = fetch,
        .fetch_cancel = fetch_stop,
        .configure = configure,
        .wall_s = wall_s,
        .serial = serial,
        .tell = tell,
};

/* ------------------------------------------------------------------ life */

/* `keys` of the state directory; -1 with errno. */
static int open_keys(const char *state_dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/keys", state_dir);
	if (n < 0 || (size_t)n >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_keys(struct gateway *gw)
{
	if (gw->keys_dir >= 0)
		close(gw->keys_dir);
	gw->keys_dir = -1;
}

int gateway_pki_new(struct gateway *gw, struct err *err)
{
	gw->keys_dir = open_keys(gw->opt.state_dir);
	if (gw->keys_dir < 0 && errno != ENOENT)
		fprintf(stderr, "posternd: key pairs are not kept: %s/keys: %s\n", gw->opt.state_dir, strerror(errno));
	gw->pki_ops = gateway_pki_ops;
	gw->pki = pki_new(&gw->clock, &gw->pki_ops, gw, gw->keys_dir, err);
	if (gw->pki != NULL)
		return 0;
	close_keys(gw);
	return err->code;
}

void gateway_pki_free(struct gateway *gw)
{
	if (gw->pki == NULL)
		return;
	pki_free(gw->pki);
	gw->pki = NULL;
	close_keys(gw);
}
