/* Certificates: what crypto/pki asks of the appliance. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config/edit.h"
#include "core/base/debug.h"
#include "core/base/jobs.h"
#include "core/gateway.h"
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

const struct pki_ops gateway_pki_ops = {
        .work = work,
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

int gateway_pki_new(struct gateway *gw, struct err *err)
{
	gw->keys_dir = open_keys(gw->opt.state_dir);
	if (gw->keys_dir < 0 && errno != ENOENT)
		fprintf(stderr, "posternd: key pairs are not kept: %s/keys: %s\n", gw->opt.state_dir, strerror(errno));
	gw->pki_ops = gateway_pki_ops;
	gw->pki = pki_new(&gw->clock, &gw->pki_ops, gw, gw->keys_dir, err);
	return gw->pki != NULL ? 0 : err->code;
}

void gateway_pki_free(struct gateway *gw)
{
	if (gw->pki == NULL)
		return;
	pki_free(gw->pki);
	gw->pki = NULL;
	if (gw->keys_dir >= 0)
		close(gw->keys_dir);
}
