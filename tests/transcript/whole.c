/* Transcripts on the whole appliance, its host and the wire replaced (tests/exchange): with the example configuration, and
 * where the script says so with a client that sends a packet now and then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/session/logins.h"
#include "cli/socket/control.h"
#include "core/net/probe.h"
#include "script.h"
#include "tests/exchange/full_server.h"

/* Time passes ten times as fast: what a command began is over before the next one. */
enum { TICK_MS = 10, TURN_MS = 100, PACKET_MS = 50, PACKET_LEN = 100 };

static struct world world;
static struct client *client;
static char state_dir[] = "/tmp/postern-whole-XXXXXX";

/* Raw sockets for ping where there may be some. */
static void prepare(struct world *w)
{
	struct err err = {0};
	uv_loop_init(&w->gw.loop);
	w->gw.opt.state_dir = state_dir;
	if (probes_new(&w->gw.probes, &w->gw.loop, w->gw.ifaces, &err) != 0)
		fprintf(stderr, "no ping: %s\n", err.text);
}

static bool open_world(const struct script *script)
{
	strcpy(strrchr(state_dir, '-') + 1, "XXXXXX");
	if (mkdtemp(state_dir) == NULL)
		return false;
	world_prepare = prepare;
	world_open(&world, "");
	if (script->client) {
		client = client_new(&world, &client_windows, HOME_IP);
		client_enter(client);
		client_traffic(client, PACKET_MS, PACKET_LEN);
	}
	world.gw.console_env = gateway_console_env(&world.gw);
	world.gw.console_env.logins = logins_new();
	return true;
}

static void close_world(void)
{
	if (client != NULL) {
		client_traffic(client, 0, 0);
		client_leave(client);
		client_free(client);
		client = NULL;
	}
	logins_free(world.gw.console_env.logins);
	probes_free(world.gw.probes);
	while (uv_run(&world.gw.loop, UV_RUN_NOWAIT) != 0)
		;
	uv_loop_close(&world.gw.loop);
	world_close(&world);
	char command[sizeof state_dir + 16];
	snprintf(command, sizeof command, "rm -rf %s", state_dir);
	if (system(command) != 0)
		fprintf(stderr, "%s is left\n", state_dir);
}

static void turn(void)
{
	uv_run(&world.gw.loop, UV_RUN_NOWAIT);
	world_run(&world, TURN_MS);
	usleep(1000);
}

int run_in_process(const struct script *script)
{
	if (!open_world(script))
		return 1;
	bool same = run_steps(script, &world.gw.console_env, turn);
	close_world();
	return same ? 0 : 1;
}

void run_in_process_end(void)
{
}

/* ------------------------------------------------------------------ the same behind a socket */

static uv_signal_t term;
static uv_timer_t tick;

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
	world_run(&world, TURN_MS);
}

static void on_term(uv_signal_t *signal, int number)
{
	(void)number;
	control_stop(world.gw.control, "the appliance stops");
	uv_close((uv_handle_t *)signal, NULL);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_stop(signal->loop);
}

int serve(const struct script *script, const char *socket)
{
	struct err err = {0};
	if (!open_world(script))
		return 1;
	uv_loop_t *loop = &world.gw.loop;
	uv_signal_init(loop, &term);
	uv_signal_start(&term, on_term, SIGTERM);
	uv_timer_init(loop, &tick);
	uv_timer_start(&tick, on_tick, TICK_MS, TICK_MS);
	int rc = control_start(loop, socket, &world.gw.console_env, &world.gw.control, &err);
	if (rc < 0)
		fprintf(stderr, "%s\n", err.text);
	else
		uv_run(loop, UV_RUN_DEFAULT);
	close_world();
	return rc < 0;
}
