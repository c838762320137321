#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/config/hooks.h"
#include "cli/session/session.h"
#include "core/base/log.h"
#include "core/sessiondb.h"
#include "crypto/prim/prim.h"
#include "tests/exchange/full_server.h"


static const char worked_example[] =
        "hostname gw\n"
        "interface GigabitEthernet0/0\n"
        " nameif outside\n"
        " ip address 203.0.113.1 255.255.255.0\n"
        "interface GigabitEthernet0/1\n"
        " nameif inside\n"
        " ip address 10.77.0.1 255.255.255.0\n"
        "logging enable\n"
        "logging console emergencies\n"
        "ip local pool clients 10.78.0.10-10.78.0.29 mask 255.255.255.0\n"
        "group-policy clients internal\n"
        "group-policy clients attributes\n"
        " vpn-tunnel-protocol l2tp-ipsec\n"
        " dns-server value 10.77.0.5 10.77.0.6\n"
        "tunnel-group DefaultRAGroup general-attributes\n"
        " default-group-policy clients\n"
        " address-pool clients\n"
        "tunnel-group DefaultRAGroup ipsec-attributes\n"
        " pre-shared-key a-shared-key-for-tests-only\n"
        "tunnel-group DefaultRAGroup ppp-attributes\n"
        " authentication pap\n"
        " authentication ms-chap-v1\n"
        " authentication ms-chap-v2\n"
        "crypto ipsec ikev1 transform-set a256 esp-aes-256 esp-sha-hmac\n"
        "crypto ipsec ikev1 transform-set a256 mode transport\n"
        "crypto ipsec ikev1 transform-set t3des esp-3des esp-sha-hmac\n"
        "crypto ipsec ikev1 transform-set t3des mode transport\n"
        "crypto dynamic-map dyno 10 set ikev1 transform-set a256 t3des\n"
        "crypto map vpn 20 ipsec-isakmp dynamic dyno\n"
        "crypto map vpn interface outside\n"
        "crypto ikev1 enable outside\n"
        "crypto ikev1 policy 10\n"
        " authentication pre-share\n"
        " encryption 3des\n"
        " hash sha\n"
        " group 2\n"
        "crypto ikev1 policy 20\n"
        " authentication pre-share\n"
        " encryption aes-256\n"
        " hash sha\n"
        " group 14\n"
        "username alice password wonder-1 mschap\n"
        "username bob password builder-2 mschap\n"
        "username plain password simple-3\n";

/* ------------------------------------------------------------------ one turn of the gateway */

static unsigned ready(const struct world *w)
{
	return (w->natt.n > 0 ? 1u : 0) | (w->esp.n > 0 ? 2u : 0) | (w->tun.n > 0 ? 4u : 0);
}

/* What event loop and packet thread do until nothing is left to do. */
static void pump(struct world *w)
{
	struct gateway *gw = &w->gw;
	if (w->pumping)
		return;
	w->pumping = true;
	for (bool again = true; again;) {
		again = false;
		if (w->ike.n > 0) {
			gateway_rx500(gw);
			again = true;
		}
		bool up = false;
		for (unsigned i = 0; i < gw->workers->n; i++) {
			struct worker *k = gw->workers->w[i];
			unsigned from = i == 0 ? ready(w) : 0; /* what is not its own is handed over */
			if (from != 0 || ring_count(&k->down) > 0 || k->n_late > 0 || worker_cross_waits(k)) {
				worker_turn(k, clock_now(&gw->clock), from);
				again = true;
			}
			up = up || ring_count(&k->up) > 0;
		}
		if (up) {
			workers_poll(gw->workers);
			again = true;
		}
	}
	w->pumping = false;
}

struct clock *world_clock(struct world *w)
{
	return &w->gw.clock;
}

struct client **world_clients(struct world *w)
{
	return &w->clients;
}

void world_run(struct world *w, uint64_t ms)
{
	struct clock *clock = &w->gw.clock;
	uint64_t end = clock_now(clock) + ms;
	pump(w);
	for (;;) {
		uint64_t next = clock_next(clock), left = end - clock_now(clock);
		clock_run(clock, clock_now(clock) + (next < left ? next : left));
		pump(w);
		if (next > left)
			return;
	}
}

/* ------------------------------------------------------------------ the wire */

struct head {
	uint8_t proto;
	struct ip4_end src, dst;
};

/* Not a keepalive, not IKE behind its marker. */
static bool is_esp(const struct head *h, const uint8_t *data, size_t len)
{
	static const uint8_t marker[4];
	return h->proto == FULL_ESP || (h->dst.port == IKE_PORT_NATT && len > 1 && memcmp(data, marker, sizeof marker) != 0);
}

static void at_server(struct world *w, const struct head *h, const uint8_t *data, size_t len)
{
	w->esp_in += is_esp(h, data, len);
	struct queue *q = h->proto == FULL_ESP           ? &w->esp
	                  : h->dst.port == IKE_PORT      ? &w->ike
	                  : h->dst.port == IKE_PORT_NATT ? &w->natt
	                                                 : NULL;
	if (q != NULL)
		queue_put(q, h->proto, h->src, h->dst, data, len);
	pump(w);
}

static void at_client(struct world *w, struct head *h, const uint8_t *data, size_t len)
{
	for (struct client *c = w->clients; c != NULL; c = c->next) {
		uint16_t port = h->dst.port;
		if (c->gone || c->public_ip != h->dst.ip)
			continue;
		if (h->proto == FULL_UDP && port == c->nat_ike)
			h->dst.port = IKE_PORT;
		else if (h->proto == FULL_UDP && port == c->nat_natt)
			h->dst.port = IKE_PORT_NATT;
		else if (h->proto == FULL_UDP)
			continue;
		h->dst.ip = c->vpn.ip;
		h->src.ip = vpn_server(&c->vpn);
		struct queue one = {0};
		queue_put(&one, h->proto, h->src, h->dst, data, len);
		client_input(c, one.first);
		queue_free(&one);
		pump(w);
		return;
	}
}

static void arrive(void *arg, const uint8_t *msg, size_t len)
{
	struct world *w = arg;
	struct head h;
	memcpy(&h, msg, sizeof h);
	if (h.dst.ip == GW_NAT_IP)
		h.dst.ip = GW_IP;
	if (h.dst.ip == GW_IP)
		at_server(w, &h, msg + sizeof h, len - sizeof h);
	else
		at_client(w, &h, msg + sizeof h, len - sizeof h);
}

void wire_out(struct world *w, uint8_t proto, struct ip4_end src, struct ip4_end dst,
              const void *data, size_t len)
{
	uint8_t msg[sizeof(struct head) + 10000];
	struct head h = {proto, src, dst};
	assert_true(len <= sizeof msg - sizeof h);
	memcpy(msg, &h, sizeof h);
	memcpy(msg + sizeof h, data, len);
	wire_put(&w->wire, arrive, w, msg, sizeof h + len);
}

/* ------------------------------------------------------------------ Diffie-Hellman */

struct dh_later {
	struct timer timer;
	struct world *w;
	struct prim_dh_job *job;
	void (*done)(void *arg);
	void *arg;
};

static void dh_done(struct timer *t, void *arg)
{
	struct dh_later *d = arg;
	(void)t;
	d->w->dh_running--;
	d->done(d->arg);
	free(d);
}

static size_t dh_waiting(void *ctx)
{
	struct gateway *gw = ctx;
	return ((struct world *)((char *)gw - offsetof(struct world, gw)))->dh_running;
}

static int dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	struct gateway *gw = ctx;
	struct world *w = (struct world *)((char *)gw - offsetof(struct world, gw));
	prim_dh_run(job);
	if (w->dh_ms == 0) {
		done(arg);
		return 0;
	}
	struct dh_later *d = calloc(1, sizeof *d);
	*d = (struct dh_later){.w = w, .job = job, .done = done, .arg = arg};
	w->dh_running++;
	timer_start(&gw->clock, &d->timer, w->dh_ms, dh_done, d);
	return 0;
}

/* ------------------------------------------------------------------ private keys */

struct job_later {
	struct timer timer;
	struct world *w;
	void (*done)(void *job);
	void *job;
};

static void job_done(struct timer *t, void *arg)
{
	struct job_later *j = arg;
	(void)t;
	j->w->jobs_running--;
	j->done(j->job);
	free(j);
}

static int work(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	struct gateway *gw = ctx;
	struct world *w = (struct world *)((char *)gw - offsetof(struct world, gw));
	struct job_later *j = calloc(1, sizeof *j);
	run(job);
	*j = (struct job_later){.w = w, .done = done, .job = job};
	w->jobs_running++;
	timer_start(&gw->clock, &j->timer, w->job_ms, job_done, j);
	return 0;
}

/* ------------------------------------------------------------------ start and end */

static void write_log(void *arg, const struct log_line *line)
{
	struct world *w = arg;
	char text[2200];
	int n = snprintf(text, sizeof text, "%u: %s\n", line->id, line->text);
	if (line->level == LOGL_DEBUGGING)
		return;
	if (getenv("FULL_LOG") != NULL)
		fprintf(stderr, "%8.2f %s", (double)clock_now(&w->gw.clock) / 1000, text);
	if (w->log_len + (size_t)n < FULL_LOG) {
		memcpy(w->log + w->log_len, text, (size_t)n + 1);
		w->log_len += (size_t)n;
	}
}

/* With FULL_LOG=debug in the environment the engines tell what they do. */
static void write_debug(void *arg, const char *line)
{
	struct world *w = arg;
	fprintf(stderr, "%8.2f %s\n", (double)clock_now(&w->gw.clock) / 1000, line);
}

static void start_debug(struct world *w)
{
	const char *how = getenv("FULL_LOG");
	w->debug = (struct debug_sink){.write = write_debug, .arg = w};
	debug_sink_add(&w->debug);
	for (unsigned i = 0; how != NULL && strcmp(how, "debug") == 0 && i < DEBUG_N; i++)
		if (i != DEBUG_IKEV1 && i != DEBUG_PPP_IO)
			debug_set(&w->debug, i, 255);
}

static void no_errors(struct world *w)
{
	for (size_t i = 0; i < w->report.n; i++)
		if (w->report.items[i].error)
			fail_msg("%s: %s", w->report.items[i].command, w->report.items[i].text);
}

static void load(struct world *w, const char *text, unsigned flags)
{
	struct err err = {0};
	load_report_free(&w->report);
	memset(&w->report, 0, sizeof w->report);
	if (load_text(w->gw.grammar, w->gw.conf, str_of(text), "test", flags, &w->report, &err) !=
	    0)
		fail_msg("%s", err.text);
	no_errors(w);
}

void gateway_reload_now(struct gateway *gw)
{
	gw->reload = true;
}

static void start_config(struct world *w, const char *more)
{
	struct gateway *gw = &w->gw;
	struct err err = {0};
	struct conf_hooks hooks = gateway_conf_hooks;
	char text[8192];
	hooks.ctx = gw;
	gateway_register(gw);
	assert_int_equal(gateway_exec_register(gw, &err), 0);
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_LINT, &gw->grammar, &err) != 0)
		fail_msg("%s", err.text);
	hooks_set_grammar(gw->grammar);
	gw->conf = confsys_new(&gw->grammar->schema, &hooks);
	gw->exec.grammar = gw->grammar;
	gw->exec.sys = gw->conf;
	assert_true((size_t)snprintf(text, sizeof text, "%s%s", worked_example, more) <
	            sizeof text);
	load(w, text, LOAD_REPLACE);
}

void (*world_prepare)(struct world *w);

void world_open(struct world *w, const char *more)
{
	struct gateway *gw = &w->gw;
	struct err err = {0};
	memset(w, 0, sizeof *w);
	w->log = calloc(1, FULL_LOG);
	assert_int_equal(prim_init(&err), 0);
	clock_init(&gw->clock, 1000000);
	gw->clock.wall_offset_ms = 1792000000000;
	gw->started_ms = clock_now(&gw->clock);
	gw->opt.state_dir = "/nonexistent";
	log_set_clock(&gw->clock);
	w->sink = (struct log_sink){.level = LOGL_DEBUGGING, .write = write_log, .arg = w};
	log_sink_add(&w->sink);
	start_debug(w);
	wire_init(&w->wire, &gw->clock, 1);
	full_host_open(w);
	assert_int_equal(hardware_parse(&gw->hw,
	                                STR("GigabitEthernet0/0: eth0\nGigabitEthernet0/1: eth1\n"),
	                                "hardware", &err),
	                 0);
	gw->ifaces = ifaces_new(&gw->hw, gw->nl);
	struct logsink_conf log;
	logsink_conf_init(&log);
	gw->log = logsinks_new(gw->ifaces, NULL);
	logsinks_apply(gw->log, &log);
	if (world_prepare != NULL)
		world_prepare(w);
	if (gateway_engines(gw, &err) != 0)
		fail_msg("%s", err.text);
	gw->pki_ops.work = work;
	gw->ike_ops.dh = dh;
	gw->ike_ops.dh_waiting = dh_waiting;
	gw->ike_ops.work = NULL; /* there are no helper threads */
	start_config(w, more);
	world_run(w, 1000);
	w->timers = gw->clock.n;
}

int world_setup(void **state)
{
	static struct world w;
	world_open(&w, "");
	*state = &w;
	return 0;
}

int world_teardown(void **state)
{
	world_close(*state);
	return 0;
}

void world_close(struct world *w)
{
	struct gateway *gw = &w->gw;
	while (w->clients != NULL)
		client_free(w->clients);
	gw->stopping = true;
	l2tp_shutdown(gw->l2tp);
	ppp_free(gw->ppp);
	gw->ppp = NULL;
	pump(w);
	ike_shutdown(gw->ike);
	l2tp_free(gw->l2tp);
	while (w->dh_running > 0 || w->jobs_running > 0)
		clock_run(&gw->clock, clock_now(&gw->clock) + 10);
	wire_free(&w->wire);
	workers_free(gw->workers);
	gateway_engines_free(gw);
	log_set_clock(NULL);
	log_sink_remove(&w->sink);
	debug_sink_remove(&w->debug);
	log_reset_messages();
	assert_int_equal(gw->clock.n, 0); /* no timer survives */
	clock_free(&gw->clock);
	load_report_free(&w->report);
	full_host_close(w);
	cmd_registry_clear();
	prim_free();
	free(w->log);
}

/* ------------------------------------------------------------------ the console */

void world_edit(struct world *w, const char *lines)
{
	load(w, lines, 0);
	pump(w);
}

static struct out screen;

static void show_write(void *arg, struct str text)
{
	(void)arg;
	out_put(&screen, text);
}

static void show_want(void *arg, enum session_want want, struct str prompt)
{
	const struct session_options *options = arg;
	(void)want;
	if (!options->batch)
		out_put(&screen, prompt);
}

static const char *typed(struct world *w, const char *lines, struct session_options options)
{
	struct session_env env = gateway_console_env(&w->gw);
	struct session_io io = {
	        .arg = &options, .write = show_write, .want = show_want, .async = show_write};
	static char text[4 * 1024 * 1024];
	out_init(&screen);
	struct session *s = session_new(&env, &io, &options);
	for (size_t len; *lines != '\0'; lines += len + (lines[len] != '\0')) {
		len = strcspn(lines, "\n");
		session_input_line(s, (struct str){lines, len});
	}
	session_free(s);
	snprintf(text, sizeof text, "%.*s", (int)screen.len, screen.len > 0 ? screen.text : "");
	out_free(&screen);
	pump(w);
	return text;
}

const char *world_show(struct world *w, const char *lines)
{
	return typed(w, lines, (struct session_options){.batch = true, .from = "console"});
}

const char *world_console(struct world *w, const char *lines)
{
	return typed(w, lines, (struct session_options){.enable = true, .from = "console"});
}

unsigned world_logged(const struct world *w, const char *a, const char *b)
{
	unsigned n = 0;
	for (const char *p = w->log; *p != '\0';) {
		const char *end = strchr(p, '\n'), *at = strstr(p, a), *at_b = strstr(p, b);
		n += at != NULL && at < end && at_b != NULL && at_b < end;
		p = end + 1;
	}
	return n;
}

const char *world_log(const struct world *w)
{
	return w->log;
}

void world_log_clear(struct world *w)
{
	w->log_len = 0;
	w->log[0] = '\0';
}

unsigned world_sessions(struct world *w)
{
	return ppp_stats(w->gw.ppp)->sessions;
}

uint64_t world_drops(struct world *w)
{
	uint64_t n = 0;
	for (unsigned i = DROP_NONE + 1; i < DROP_N; i++)
		n += workers_drops(w->gw.workers, (enum drop_reason)i) +
		     ctr_get(&l2tp_drops(w->gw.l2tp)->n[i]);
	return n;
}

void world_assert_empty(struct world *w)
{
	struct gateway *gw = &w->gw;
	struct workers *ws = gw->workers;
	struct ike_counts ike;
	size_t now, peak, messages;
	uint64_t refused;
	ike_counts(gw->ike, &ike);
	assert_int_equal(ike.peers, 0);
	assert_int_equal(ike.ike_sas, 0);
	assert_int_equal(ike.half_open, 0);
	assert_int_equal(ike.flows, 0);
	assert_int_equal(ike.child_sas, 0);
	assert_int_equal(hash_count(gw->flows), 0);
	ipsec_sadb_counts(gw->sadb, &now, &peak, &refused);
	assert_int_equal(now, 0);
	assert_int_equal(l2tp_tunnels(gw->l2tp), 0);
	assert_int_equal(l2tp_sessions(gw->l2tp), 0);
	assert_int_equal(ppp_stats(gw->ppp)->sessions, 0);
	assert_int_equal(ppp_stats(gw->ppp)->users, 0);
	assert_int_equal(ppp_stats(gw->ppp)->pending, 0);
	assert_non_null(strstr(world_show(w, "show ip local pool clients"), " 0\n"));
	messages = msg_free(&ws->down_msgs);
	assert_int_equal(hash_count(ws->places), 0);
	assert_int_equal(ws->clients.n, 0);
	for (unsigned i = 0; i < ws->n; i++) {
		const struct worker *k = ws->w[i];
		assert_int_equal(esp_spi_count(ws->spis, i), 0);
		assert_int_equal(k->peers, 0);
		assert_int_equal(hash_count(k->flows), 0);
		for (unsigned t = 0; t < WORKER_SESSIONS; t++)
			assert_true(ws->sessions[t] == NULL && k->by_tunnel[t] == NULL);
		for (unsigned t = 0; t < ESP_SLOTS_MAX; t++)
			assert_null(k->sas[t].sa);
		assert_int_equal(msg_free(&k->up_msgs), WORKER_MSGS);
		messages += ring_count(&k->done);
	}
	assert_int_equal(messages, WORKER_MSGS);
	assert_int_equal(gw->clock.n, w->timers);
}
