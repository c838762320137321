#include "core/aaa_io.h"
#include "core/filters.h"
#include "core/gateway.h"
#include "core/helpers.h"
#include "core/net/conntrack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config/hooks.h"
#include "cli/session/logins.h"
#include "core/aaa/radius/dynamic.h"
#include "core/base/jobs.h"
#include "core/base/log.h"
#include "core/net/fetch.h"
#include "core/net/url.h"
#include "crypto/prim/prim.h"


/* ------------------------------------------------------------------ time */

static void rearm(struct gateway *gw);

static void turn(struct gateway *gw)
{
	struct timespec wall;
	uint64_t now = uv_hrtime() / 1000000;
	clock_gettime(CLOCK_REALTIME, &wall);
	gw->clock.wall_offset_ms =
	        (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000 - (int64_t)now;
	clock_run(&gw->clock, now);
	rearm(gw);
}

static void on_console(void *arg)
{
	turn(arg);
}

static void on_tick(uv_timer_t *t)
{
	turn(t->data);
}

static void rearm(struct gateway *gw)
{
	uint64_t next = clock_next(&gw->clock);
	if (next == UINT64_MAX || gw->stopping)
		uv_timer_stop(&gw->tick);
	else
		uv_timer_start(&gw->tick, on_tick, next + 1, 0);
}

static void clock_changed(void *arg)
{
	struct gateway *gw = arg;
	if (gw->handles > 0)
		rearm(gw);
}

/* ------------------------------------------------------------------ event loop */

static void on_udp500(uv_poll_t *p, int status, int events)
{
	struct gateway *gw = p->data;
	(void)status, (void)events;
	turn(gw);
	gateway_rx500(gw);
}

static void on_worker(uv_poll_t *p, int status, int events)
{
	struct gateway *gw = p->data;
	(void)status, (void)events;
	turn(gw);
	workers_poll(gw->workers);
}

static void on_netlink(uv_poll_t *p, int status, int events)
{
	struct gateway *gw = p->data;
	(void)status, (void)events;
	turn(gw);
	if (netlink_monitor_read(gw->nl) && gw->snap != NULL) {
		ifaces_refresh(gw->ifaces);
		gateway_tell_interfaces(gw);
	}
}

/* On a helper thread. */
static void dh_wake(void *arg)
{
	uv_async_send(&((struct gateway *)arg)->dh_ready);
}

static void on_dh(uv_async_t *a)
{
	struct gateway *gw = a->data;
	if (gw->stopping)
		return;
	turn(gw);
	prim_dh_pool_poll(gw->dh);
}

/* On a helper thread. */
static void jobs_wake(void *arg)
{
	uv_async_send(&((struct gateway *)arg)->jobs_ready);
}

static void on_jobs(uv_async_t *a)
{
	struct gateway *gw = a->data;
	if (gw->stopping)
		return;
	turn(gw);
	jobs_poll(gw->jobs);
}

static void on_before_sleep(uv_prepare_t *p)
{
	struct gateway *gw = p->data;
	if (gw->workers != NULL)
		workers_ring(gw->workers);
}

static void on_signal(uv_signal_t *s, int signum)
{
	struct gateway *gw = s->data;
	(void)signum;
	uv_stop(&gw->loop);
}

void gateway_reload_now(struct gateway *gw)
{
	gw->reload = true;
	uv_stop(&gw->loop);
}

static int start_loop(struct gateway *gw, struct err *err)
{
	int rc = uv_loop_init(&gw->loop);
	if (rc != 0)
		return err_set(err, rc, "event loop: %s", uv_strerror(rc));
	uv_timer_init(&gw->loop, &gw->tick);
	uv_signal_init(&gw->loop, &gw->sigterm);
	uv_signal_init(&gw->loop, &gw->sigint);
	gw->tick.data = gw->sigterm.data = gw->sigint.data = gw;
	uv_signal_start(&gw->sigterm, on_signal, SIGTERM);
	uv_signal_start(&gw->sigint, on_signal, SIGINT);
	gw->handles = 3;
	clock_init(&gw->clock, uv_hrtime() / 1000000);
	gw->clock.changed = clock_changed;
	gw->clock.changed_arg = gw;
	gw->started_ms = clock_now(&gw->clock);
	log_set_clock(&gw->clock);
	turn(gw);
	uv_async_init(&gw->loop, &gw->dh_ready, on_dh);
	uv_async_init(&gw->loop, &gw->jobs_ready, on_jobs);
	uv_prepare_init(&gw->loop, &gw->before_sleep);
	gw->dh_ready.data = gw->jobs_ready.data = gw->before_sleep.data = gw;
	uv_prepare_start(&gw->before_sleep, on_before_sleep);
	gw->handles += 3;
	gw->dh = prim_dh_pool_new(dh_wake, gw);
	gw->jobs = jobs_new(jobs_wake, gw);
	gw->helpers = helpers_new(&gw->loop, &gw->clock, gw->opt.helpers);
	gw->fetches = fetches_new(&gw->loop, &gw->clock);
	return gw->dh != NULL && gw->jobs != NULL && gw->helpers != NULL && gw->fetches != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static void poll_start(struct gateway *gw, uv_poll_t *p, int fd, uv_poll_cb cb)
{
	uv_poll_init(&gw->loop, p, fd);
	p->data = gw;
	uv_poll_start(p, UV_READABLE, cb);
	gw->handles++;
}

/* ------------------------------------------------------------------ start */

static int start_host(struct gateway *gw, struct err *err)
{
	char path[512];
	if (mkdir(gw->opt.state_dir, 0700) != 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", gw->opt.state_dir, strerror(errno));
	snprintf(path, sizeof path, "%s/hardware.yaml", gw->opt.state_dir);
	int rc = netlink_open(&gw->nl, err);
	if (rc == 0)
		rc = hardware_load(&gw->hw, gw->opt.hardware != NULL ? gw->opt.hardware : path,
		                   err);
	if (rc == -ENOENT && gw->opt.hardware == NULL)
		rc = hardware_probe(&gw->hw, err);
	if (rc == 0)
		rc = hostcfg_open(&gw->hostcfg, gw->opt.state_dir, err);
	if (rc == 0)
		rc = nat_open(&gw->nat, err);
	if (rc == 0 && conntrack_open(&gw->ct, err) != 0)
		err->text[0] = '\0'; /* then show xlate knows the static ones alone */
	if (rc != 0)
		return rc;
	netlink_route_flush(gw->nl, NULL); /* what a killed run left behind */
	gw->ifaces = ifaces_new(&gw->hw, gw->nl);
	gw->log = logsinks_new(gw->ifaces, &gw->loop);
	return gw->ifaces != NULL && gw->log != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
}

/* For each worker its own way in and out. */
static int start_packets(struct gateway *gw, unsigned n, struct err *err)
{
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		rc = udp_open(&gw->udp4500[i], 0, IKE_PORT_NATT, n > 1, err);
		if (rc == 0)
			gw->offload |= udp_offload(gw->udp4500[i], gw->opt.offload);
		if (rc == 0)
			rc = rawesp_open(&gw->raw[i], i > 0, err);
	}
	if (rc == 0 && n > 1)
		rc = udp_steer(gw->udp4500[0], n, err);
	if (rc == 0)
		rc = tun_open(gw->tun, n, TUN_NAME, PPP_MTU_DEFAULT, gw->opt.offload, err);
	gw->offload |= gw->tun[0].offload;
	return rc;
}

static int start_sockets(struct gateway *gw, struct err *err)
{
	int rc = udp_open(&gw->udp500, 0, IKE_PORT, false, err);
	if (rc == 0)
		rc = start_packets(gw, gw->opt.workers, err);
	if (rc == 0)
		rc = hostcfg_forwarding(gw->hostcfg, TUN_NAME, err);
	if (rc == 0)
		rc = probes_new(&gw->probes, &gw->loop, gw->ifaces, err);
	return rc;
}

static int start_console(struct gateway *gw, struct err *err)
{
	struct conf_hooks hooks = gateway_conf_hooks;
	hooks.ctx = gw;
	gateway_register(gw);
	int rc = gateway_exec_register(gw, err);
	if (rc == 0)
		rc = grammar_load(gw->opt.grammar, 0, &gw->grammar, err);
	if (rc != 0)
		return rc;
	hooks_set_grammar(gw->grammar);
	gw->conf = confsys_new(&gw->grammar->schema, &hooks);
	if (gw->conf == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	rc = gateway_boot(gw, err);
	if (rc != 0)
		return rc;
	rc = gateway_consoles(gw, err);
	gw->console_env.awake = on_console;
	return rc;
}

/* A firewall of the host that stands in the way is named; it is not ours to change. */
static void warn_of_firewalls(void)
{
	struct out notes;
	out_init(&notes);
	nat_forward_check(TUN_NAME, &notes);
	nat_input_check(&notes);
	if (notes.len > 0)
		fputs(notes.text, stderr);
	out_free(&notes);
}

int gateway_start(struct gateway *gw, const struct gateway_options *opt, struct err *err)
{
	gw->opt = *opt;
	url_init();
	int rc = prim_init(err);
	if (rc == 0)
		rc = prim_backend_default(opt->crypto, err);
	if (rc == 0)
		rc = start_loop(gw, err);
	if (rc == 0)
		rc = start_host(gw, err);
	if (rc == 0)
		rc = start_sockets(gw, err);
	if (rc == 0)
		rc = gateway_engines(gw, err);
	if (rc == 0)
		rc = start_console(gw, err);
	if (rc != 0) {
		gateway_stop(gw);
		return rc;
	}
	warn_of_firewalls();
	poll_start(gw, &gw->poll500, udp_fd(gw->udp500), on_udp500);
	poll_start(gw, &gw->poll_worker, workers_event_fd(gw->workers), on_worker);
	poll_start(gw, &gw->poll_netlink, netlink_monitor_fd(gw->nl), on_netlink);
	filters_host_start(gw->filters);
	return 0;
}

static int start_jobs(struct gateway *gw, struct err *err)
{
	enum { THREADS = PKI_MAKING_MOST + 1 }; /* while key pairs are made the rest goes on */
	int rc = jobs_start(gw->jobs, THREADS);
	return rc == 0 ? 0 : err_set(err, rc, "threads for private keys: %s", strerror(-rc));
}

int gateway_run(struct gateway *gw, struct err *err)
{
	int rc = workers_start(gw->workers, err);
	/* Half of the processors: more only take turns with the control thread, and a key exchange costs a third more. */
	if (rc == 0 && (rc = prim_dh_pool_start(gw->dh, (uv_available_parallelism() + 1) / 2)) != 0)
		err_set(err, rc, "threads for Diffie-Hellman: %s", strerror(-rc));
	if (rc == 0)
		rc = start_jobs(gw, err);
	workers_hold(gw->workers, true);
	if (rc == 0)
		uv_run(&gw->loop, UV_RUN_DEFAULT);
	workers_hold(gw->workers, false);
	return rc;
}

/* ------------------------------------------------------------------ end */

static void close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void gateway_stop(struct gateway *gw)
{
	gw->stopping = true;
	control_stop(gw->control, "The appliance is shutting down.");
	if (gw->l2tp != NULL)
		l2tp_shutdown(gw->l2tp); /* StopCCN before the SAs go */
	if (gw->ppp != NULL)
		ppp_shutdown(gw->ppp);
	gateway_accounting_stop(gw); /* runs the event loop, whose callers may look for sessions */
	ppp_free(gw->ppp);
	gw->ppp = NULL;
	radius_dynamic_free(gw->dynamic);
	gw->dynamic = NULL;
	if (gw->servers != NULL)
		aaa_servers_set(gw->servers, NULL); /* their sockets close with the loop */
	gateway_dhcp_end(gw);
	gateway_overtcp_end(gw);
	if (gw->workers != NULL)
		workers_drain(gw->workers); /* what was said inside ESP leaves before the SAs go */
	if (gw->ike != NULL)
		ike_shutdown(gw->ike);
	prim_dh_pool_free(gw->dh);
	jobs_free(gw->jobs);
	gw->jobs = NULL;
	if (gw->l2tp != NULL)
		l2tp_free(gw->l2tp);
	probes_free(gw->probes);
	logsinks_stop(gw->log);
	helpers_free(gw->helpers);
	gw->helpers = NULL;
	fetches_free(gw->fetches);
	gw->fetches = NULL;
	if (gw->workers != NULL)
		workers_free(gw->workers);
	if (gw->nl != NULL && gw->snap != NULL)
		netlink_route_flush(gw->nl, NULL);
	if (gw->handles > 0) {
		/* Helper threads finish what they do, closed handles go. */
		gateway_aaa_end();
		uv_walk(&gw->loop, close_handle, NULL);
		while (uv_run(&gw->loop, UV_RUN_DEFAULT) != 0)
			;
	}
	logins_free(gw->console_env.logins);
	gateway_engines_free(gw);
	if (gw->nat != NULL)
		nat_close(gw->nat);
	for (unsigned i = 0; i < WORKERS_MAX; i++)
		tun_close(&gw->tun[i]);
	hostcfg_close(gw->hostcfg);
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		rawesp_close(gw->raw[i]);
		udp_close(gw->udp4500[i]);
	}
	udp_close(gw->udp500);
	netlink_close(gw->nl);
	log_set_clock(NULL);
	clock_free(&gw->clock);
	if (gw->handles > 0)
		uv_loop_close(&gw->loop);
	prim_free();
	url_free();
}
