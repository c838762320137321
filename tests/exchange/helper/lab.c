#include "tests/unit/base/unit.h"

#include "tests/exchange/helper/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/helpers.h"

char lab_state[64];

static uv_loop_t loop;
static struct clock clk;
static int fd;
static struct helpers *helpers;
static struct lab_answer last;
static bool answered;
static unsigned nservers;

/* ------------------------------------------------------------------ servers */

static bool is_free(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(0x7f000001)};
	int s = socket(AF_INET, SOCK_STREAM, 0), u = socket(AF_INET, SOCK_DGRAM, 0);
	bool ok = bind(s, (struct sockaddr *)&at, sizeof at) == 0 && bind(u, (struct sockaddr *)&at, sizeof at) == 0;
	close(s);
	close(u);
	return ok;
}

uint16_t lab_free_port(void)
{
	static int next;
	if (next == 0)
		next = 20000 + getpid() % 150 * 80; /* tests run beside each other */
	do
		next += 2;
	while (!is_free(next) || !is_free(next + 1));
	return (uint16_t)next;
}

static void write_users(const char *path, const char *users)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(users, f);
	fclose(f);
}

/* The last lines of its log stand in its standard error. */
static bool is_ready(struct lab_server *s, int out)
{
	char line[64] = "";
	int status = 0;
	FILE *f = fdopen(out, "r");
	assert_non_null(f);
	bool ready = fgets(line, sizeof line, f) != NULL && strcmp(line, "ready\n") == 0;
	fclose(f);
	if (!ready)
		waitpid(s->pid, &status, 0);
	return ready;
}

/* false: it does not start, perhaps because somebody else has taken the port. */
static bool try_start(struct lab_server *s, const char *script, const char *path, const char *option, const char *value)
{
	char end[32];
	int out[2];
	s->port = lab_free_port();
	snprintf(end, sizeof end, "127.0.0.1:%u", s->port);
	assert_int_equal(pipe(out), 0);
	pid_t us = getpid();
	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		if (getppid() == us)
			execl(script, script, "--users", path, "--dir", s->folder, end, option, value, NULL);
		_exit(127);
	}
	close(out[1]);
	return is_ready(s, out[0]);
}

void lab_start(struct lab_server *s, const char *name, const char *users, const char *option, const char *value)
{
	enum { TRIES = 3 };
	char script[512], path[128];
	snprintf(s->folder, sizeof s->folder, "%s/%s-%u", lab_state, name, nservers++);
	assert_int_equal(mkdir(s->folder, 0700), 0);
	snprintf(path, sizeof path, "%s/users", s->folder);
	write_users(path, users);
	snprintf(script, sizeof script, "%s/servers/%s", TEST_DIR, name);
	for (unsigned i = 0; i < TRIES; i++)
		if (try_start(s, script, path, option, value))
			return;
	fail_msg("%s did not start", script);
}

void lab_stop(struct lab_server *s)
{
	char command[128];
	kill(s->pid, SIGTERM);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	snprintf(command, sizeof command, "rm -rf %s", s->folder);
	assert_int_equal(system(command), 0);
}

const char *lab_file(const struct lab_server *s, const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	return path;
}

unsigned lab_logged(const struct lab_server *s, const char *text)
{
	static char line[4096];
	unsigned n = 0;
	FILE *f = fopen(lab_file(s, "log"), "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		n += strstr(line, text) != NULL;
	fclose(f);
	return n;
}

/* ------------------------------------------------------------------ the state directory */

static void state_path(char *to, size_t cap, const char *name)
{
	snprintf(to, cap, "%s/%s", lab_state, name);
}

void lab_copy(const char *from, const char *name)
{
	char path[128], bytes[65536];
	state_path(path, sizeof path, name);
	FILE *in = fopen(from, "r"), *out = fopen(path, "w");
	assert_non_null(in);
	assert_non_null(out);
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
		fwrite(bytes, 1, n, out);
	fclose(in);
	fclose(out);
}

void lab_remove(const char *name)
{
	char path[128];
	state_path(path, sizeof path, name);
	unlink(path);
}

/* ------------------------------------------------------------------ questions */

static uint32_t job(void *ctx, enum aaa_helper kind, const uint8_t *data, size_t len, uint32_t deadline_ms,
                    void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg)
{
	return helpers_job(ctx, kind, data, len, deadline_ms, answer, arg);
}

static void job_cancel(void *ctx, uint32_t id)
{
	helpers_job_cancel(ctx, id);
}

static void done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	(void)ask;
	answered = true;
	last.answer = answer;
	last.why = why;
	if (reply != NULL)
		last.reply = *reply;
	aaa_reply_free(reply);
}

static void on_log(void *arg, const struct log_line *line)
{
	size_t at = strlen(last.logs);
	(void)arg;
	snprintf(last.logs + at, sizeof last.logs - at, "%u %s\n", line->id, line->text);
}
static struct log_sink log_to = {.level = 7, .write = on_log};

static void on_debug(void *arg, const char *line)
{
	size_t at = strlen(last.debug);
	(void)arg;
	snprintf(last.debug + at, sizeof last.debug - at, "%s\n", line);
}
static struct debug_sink debug_to = {.write = on_debug};

static void no_nulls(struct aaa_host_conf *h)
{
	const char **const texts[] = {&h->host,          &h->ifname,  &h->key,   &h->common_pw, &h->base_dn,
	                              &h->group_base_dn, &h->naming,  &h->login_dn, &h->login_password,
	                              &h->realm,         &h->nt_dc};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (*texts[i] == NULL)
			*texts[i] = "";
	if (h->timeout_s == 0)
		h->timeout_s = 10;
	if (h->ip == 0)
		h->ip = 0x7f000001;
	if (h->host[0] == '\0')
		h->host = "127.0.0.1";
}

static struct lab_answer ask_for(enum aaa_what what, enum aaa_protocol p, struct aaa_host_conf host, const char *user,
                                 const char *password)
{
	static const struct aaa_io io = {.job = job, .job_cancel = job_cancel};
	struct aaa_sgroup_conf group = {.name = "G", .protocol = p, .max_failed = 3, .hosts = &host, .nhosts = 1};
	struct aaa_conf conf = {.sgroups = &group, .nsgroups = 1};
	struct aaa_request rq = {.method = AAA_PAP, .peer_ip = 0x0a000001};
	struct aaa_ask ask = {.what = what, .rq = &rq, .name = user, .done = done};
	no_nulls(&host);
	str_copy(rq.user, sizeof rq.user, str_of(user));
	str_copy(rq.password, sizeof rq.password, str_of(password));
	last = (struct lab_answer){.reply = {.privilege = -1, .service = -1}};
	answered = false;
	struct aaa_servers *servers = aaa_servers_new(&clk, &io, helpers);
	aaa_servers_set(servers, &conf);
	aaa_ask_start(&ask, aaa_sgroup_find(servers, "G"));
	clock_run(&clk, uv_hrtime() / 1000000 + 1);
	while (!answered) {
		uv_run(&loop, UV_RUN_ONCE);
		clock_run(&clk, uv_hrtime() / 1000000 + 1);
	}
	aaa_servers_free(servers);
	return last;
}

struct lab_answer lab_ask_loud(enum aaa_protocol p, struct aaa_host_conf host, const char *user, const char *password)
{
	return ask_for(AAA_AUTHENTICATE, p, host, user, password);
}

struct lab_answer lab_ask(enum aaa_protocol p, struct aaa_host_conf host, const char *user, const char *password)
{
	ask_for(AAA_AUTHENTICATE, p, host, user, password);
	if (password[0] != '\0') { /* whatever happens: nobody reads it anywhere */
		assert_null(strstr(last.debug, password));
		assert_null(strstr(last.logs, password));
	}
	return last;
}

struct lab_answer lab_authorize(enum aaa_protocol p, struct aaa_host_conf host, const char *user)
{
	return ask_for(AAA_AUTHORIZE, p, host, user, "");
}

/* ------------------------------------------------------------------ life */

int lab_setup(void **state)
{
	static const enum debug_cat cats[] = {DEBUG_LDAP, DEBUG_KERBEROS, DEBUG_NTDOMAIN};
	struct err err = {0};
	char path[128];
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	strcpy(lab_state, "/tmp/postern-helpers.XXXXXX");
	assert_non_null(mkdtemp(lab_state));
	chmod(lab_state, 0711); /* users of a file server go through */
	state_path(path, sizeof path, "keys");
	assert_int_equal(mkdir(path, 0700), 0);
	uv_loop_init(&loop);
	clock_init(&clk, uv_hrtime() / 1000000);
	log_sink_add(&log_to);
	debug_sink_add(&debug_to);
	for (size_t i = 0; i < sizeof cats / sizeof cats[0]; i++)
		debug_set(&debug_to, cats[i], 255);
	fd = helpers_spawn(lab_state, &err);
	if (fd < 0)
		fprintf(stderr, "%s\n", err.text);
	helpers = helpers_new(&loop, &clk, fd);
	return fd >= 0 && helpers != NULL ? 0 : -1;
}

int lab_teardown(void **state)
{
	char path[128];
	(void)state;
	helpers_free(helpers);
	while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
		;
	helpers_end(fd);
	uv_loop_close(&loop);
	clock_free(&clk);
	debug_sink_remove(&debug_to);
	log_sink_remove(&log_to);
	state_path(path, sizeof path, "keys");
	rmdir(path);
	return rmdir(lab_state); /* fails when a helper left something */
}
