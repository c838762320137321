/* The first configuration, and what the commands about the configuration need of the appliance. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/log.h"
#include "core/gateway.h"
#include "core/net/url.h"
#include "crypto/prim/prim.h"

static void md5(const void *data, size_t len, uint8_t sum[16])
{
	const struct bytes all = {data, len};
	prim_hash(PRIM_MD5, &all, 1, sum);
}

static void *net_start(void *ctx, const char *url, const struct str *put, exec_transfer_fn *done,
                       void *arg, struct err *err)
{
	struct gateway *gw = ctx;
	return url_start(&gw->loop, url, put, done, arg, err);
}

static void net_cancel(void *ctx, void *job)
{
	(void)ctx;
	url_cancel(job);
}

int gateway_exec_register(struct gateway *gw, struct err *err)
{
	gw->exec.net = (struct exec_net){gw, net_start, net_cancel};
	gw->exec.capture = gateway_capture_text;
	gw->exec.capture_ctx = gw;
	gw->exec.clock = &gw->clock;
	gw->exec.reload = gateway_reload;
	gw->exec.reload_ctx = gw;
	int rc = startup_init(&gw->exec.startup, gw->opt.state_dir, md5, err);
	if (rc == 0)
		exec_config_register(&gw->exec);
	return rc;
}

/* --config FILE in place of startup-config. */
static int boot_file(struct gateway *gw, const char *path, struct err *err)
{
	char buffer[4096];
	struct out text;
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	out_init(&text);
	for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
		out_put(&text, (struct str){buffer, n});
	fclose(f);
	int rc = load_text(gw->grammar, gw->conf, out_text(&text), path, LOAD_REPLACE,
	                   &gw->exec.boot, err);
	wipe(text.text, text.len);
	out_free(&text);
	gw->exec.booted = rc == 0;
	return rc;
}

int gateway_boot(struct gateway *gw, struct err *err)
{
	gw->exec.grammar = gw->grammar;
	gw->exec.sys = gw->conf;
	log_msg(MSG_199005);
	int rc = gw->opt.config != NULL ? boot_file(gw, gw->opt.config, err)
	                                : exec_config_boot(&gw->exec, err);
	if (rc != 0)
		return rc;
	struct out report;
	out_init(&report);
	load_report_print(&gw->exec.boot, &report);
	if (report.len > 0)
		fprintf(stderr, "%s", report.text);
	out_free(&report);
	/* Nothing to load: the defaults are a configuration, too. */
	if (gw->snap == NULL) {
		struct txn *t = txn_begin(gw->conf);
		struct out notes;
		out_init(&notes);
		rc = txn_commit(t, &notes, err);
		out_free(&notes);
	}
	log_msg(MSG_199002);
	return rc;
}

struct client_walk {
	void (*fn)(void *arg, uint32_t ip, const char *ifname);
	void *arg;
};

static void one_client(void *arg, const struct ppp_session_info *info)
{
	struct client_walk *w = arg;
	if (info->ip != 0)
		w->fn(w->arg, info->ip, info->link->ifname);
}

void gateway_each_client(struct gateway *gw, void (*fn)(void *arg, uint32_t ip, const char *ifname),
                         void *arg)
{
	struct client_walk w = {fn, arg};
	ppp_each(gw->ppp, one_client, &w);
}
