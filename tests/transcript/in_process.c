/* Transcripts without a gateway: a session, or the console's socket, on a configuration of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/socket/control.h"
#include "cli/exec/config.h"
#include "cli/exec/debug.h"
#include "cli/grammar/grammar.h"
#include "cli/config/hooks.h"
#include "cli/session/logins.h"
#include "cli/session/session.h"
#include "core/config/clock.h"
#include "core/config/txn.h"
#include "core/net/logsink.h"
#include "script.h"

/* What the commands about the configuration need: a clock that stands still, a state directory for this run. */
static struct clock standing;
static struct exec_config exec;
static char state_dir[64];

/* Not MD5: a transcript cannot know the checksum of a configuration anyway. */
static void no_md5(const void *data, size_t len, uint8_t sum[16])
{
	(void)data, (void)len;
	memset(sum, 0xab, 16);
}

static bool register_once(void)
{
	static bool done;
	if (done)
		return true;
	done = true;
	struct err err = {0};
	snprintf(state_dir, sizeof state_dir, "/tmp/postern-transcript-XXXXXX");
	if (mkdtemp(state_dir) == NULL || startup_init(&exec.startup, state_dir, no_md5, &err) < 0)
		return false;
	clock_init(&standing, 1000);
	exec.clock = &standing;
	session_register();
	exec_config_register(&exec);
	exec_debug_register();
	hooks_register();
	logsink_conf_register();
	return true;
}

/* No hash functions here: passwords stand in the configuration as they were typed. */
static bool enable_check(void *ctx, unsigned level, struct str password)
{
	const struct conf *conf = confsys_running(ctx);
	struct str want = conf_text(conf_container(conf, "system"), "enable-password");
	if (str_eq_cstr(want, "8Ry2YjIyt7RRXU24"))
		want = STR(""); /* the hash of the empty one */
	for (const struct centry *e = conf_first(conf, "enable-level"); e && level < 15;
	     e = conf_next(conf, e))
		if (conf_u32(e, "level") == level)
			return str_eq(conf_text(e, "password"), password);
	return level == 15 && str_eq(want, password);
}

static bool user_check(void *ctx, struct str user, struct str password,
                       struct session_account *account)
{
	const struct conf *conf = confsys_running(ctx);
	const struct centry *e = conf_find(conf, "username", user);
	if (e == NULL ||
	    (!conf_is_set(e, "nopassword") && !str_eq(conf_text(e, "password"), password)))
		return false;
	struct str service = conf_text(conf_child(conf, e, "attributes"), "service-type");
	*account = (struct session_account){
	        .privilege = conf_u32(e, "privilege"),
	        .shell = !str_eq_cstr(service, "remote-access"),
	        .config = str_eq_cstr(service, "admin"),
	};
	return true;
}
/* The one thing of a configuration that is not in it: the time zone in force. */
static void apply(void *ctx, const struct conf *old, const struct conf *next, void *old_snapshot,
                  void *next_snapshot)
{
	struct zone zone;
	(void)ctx, (void)old, (void)old_snapshot, (void)next_snapshot;
	clock_conf_read(next, &zone);
	zone_set(&zone);
}

static const struct conf_hooks applies = {.apply = apply};

/* A fresh configuration; NULL grammar when the grammar is wrong. */
static struct session_env env_new(struct grammar **g)
{
	struct err err = {0};
	*g = NULL;
	if (!register_once() || grammar_load(POSTERN_GRAMMAR_DIR,
	                                     GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, g, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return (struct session_env){0};
	}
	hooks_set_grammar(*g);
	struct session_env env = {
	        .grammar = *g,
	        .sys = confsys_new(&(*g)->schema, &applies),
	        .clock = &standing,
	        .enable_check = enable_check,
	        .user_check = user_check,
	        .flash = &exec.flash,
	        .logins = logins_new(),
	};
	env.ctx = env.sys;
	exec.grammar = *g;
	exec.sys = env.sys;
	return env;
}

static void env_free(struct session_env *env, struct grammar *g)
{
	struct err err = {0};
	startup_erase(&exec.startup, &err);
	confsys_free(env->sys);
	logins_free(env->logins);
	hooks_set_grammar(NULL);
	grammar_free(g);
}

int run_in_process(const struct script *script)
{
	struct grammar *g;
	struct session_env env = env_new(&g);
	if (g == NULL)
		return 1;
	bool same = run_steps(script, &env, NULL);
	env_free(&env, g);
	return same ? 0 : 1;
}

static struct control *control;
static uv_signal_t term;

static void on_term(uv_signal_t *signal, int number)
{
	(void)number;
	control_stop(control, "the appliance stops");
	uv_close((uv_handle_t *)signal, NULL);
}

int serve(const struct script *script, const char *socket)
{
	(void)script;
	struct grammar *g;
	struct session_env env = env_new(&g);
	struct err err = {0};
	uv_loop_t loop;
	if (g == NULL)
		return 1;
	uv_loop_init(&loop);
	uv_signal_init(&loop, &term);
	uv_signal_start(&term, on_term, SIGTERM);
	int rc = control_start(&loop, socket, &env, &control, &err);
	if (rc < 0) {
		fprintf(stderr, "%s\n", err.text);
		uv_close((uv_handle_t *)&term, NULL);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	env_free(&env, g);
	run_in_process_end();
	return rc < 0;
}

void run_in_process_end(void)
{
	exec_config_free(&exec);
	clock_free(&standing);
	if (state_dir[0] != '\0') {
		rmdir(exec.flash.dir);
		rmdir(state_dir);
	}
}
