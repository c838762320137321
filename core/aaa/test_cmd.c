/* test aaa-server: one question to one server, or to the local database, from the console. What is not typed is asked
 * for. */
#include "core/aaa/test_cmd.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/local.h"
#include "core/aaa/server_int.h"
#include "core/base/buf.h"

enum { GRACE_S = 2 }; /* is told with the server's timeout, as on the appliance */
enum { GROUP_MAX = 256, HOST_MAX = 128 }; /* of names in the configuration */
enum { SERVER, USER, PASSWORD, PARTS };

struct test {
	struct aaa_servers *servers;
	void *session;
	const struct cmd_host *host;
	bool authorize, local;
	bool has[PARTS];
	unsigned asked; /* part */
	char group[GROUP_MAX + 1];
	char server[HOST_MAX + 1];
	struct aaa_request rq;
	struct aaa_ask ask;
};

static void say(const struct test *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct test *t, const char *fmt, ...)
{
	struct out out;
	va_list ap;
	out_init(&out);
	va_start(ap, fmt);
	out_vprintf(&out, fmt, ap);
	va_end(ap);
	t->host->emit(t->session, out_text(&out));
	out_free(&out);
}

static void test_free(struct test *t)
{
	wipe(&t->rq, sizeof(t->rq));
	free(t);
}

static void finish(struct test *t, int status)
{
	void *session = t->session;
	const struct cmd_host *host = t->host;
	host->on_cancel(session, NULL, NULL);
	test_free(t);
	host->done(session, status);
}

static void on_cancel(void *arg)
{
	struct test *t = arg;
	aaa_ask_cancel(&t->ask);
	test_free(t);
}

/* ------------------------------------------------------------------ the answer */

static const char *what(const struct test *t)
{
	return t->authorize ? "Authorization" : "Authentication";
}

/* A helper program or a clock that is wrong has a reason of its own; who is silent counts as taken out of service. */
static const char *silence(enum aaa_why why)
{
	bool own = why != AAA_WHY_NONE && why != AAA_WHY_SERVER;
	return aaa_why_text(own ? why : AAA_WHY_REMOVED);
}

static void tell(struct test *t, enum aaa_answer answer, enum aaa_why why)
{
	switch (answer) {
	case AAA_SAYS_ACCEPT:
		say(t, "INFO: %s Successful\n", what(t));
		break;
	case AAA_SAYS_REJECT:
		say(t, "ERROR: %s Rejected: %s\n", what(t),
		    aaa_why_text(why != AAA_WHY_NONE ? why : AAA_WHY_FAILURE));
		break;
	case AAA_SAYS_CHALLENGE:
		say(t, "ERROR: %s Challenged: No error\n", what(t));
		break;
	default:
		say(t, "ERROR: %s Server not responding: %s\n", what(t), silence(why));
		break;
	}
	finish(t, answer == AAA_SAYS_ACCEPT ? CMD_OK : CMD_ERROR);
}

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                    enum aaa_why why)
{
	aaa_reply_free(reply);
	tell(ask->arg, answer, why);
}

/* ------------------------------------------------------------------ the question */

static void ask_local(struct test *t)
{
	static const struct aaa_group none = {.name = ""};
	const struct aaa_conf *c = aaa_servers_conf(t->servers);
	bool known = c && aaa_user_find(c, t->rq.user);
	say(t, "INFO: Attempting %s test to the local database\n", what(t));
	if (t->authorize) {
		aaa_count_authorization();
		tell(t, known ? AAA_SAYS_ACCEPT : AAA_SAYS_REJECT, AAA_WHY_NO_USER);
		return;
	}
	t->rq.result = (struct aaa_result){.status = AAA_REJECT, .why = AAA_WHY_NO_USER};
	if (c)
		aaa_local_verify(&t->rq, c, &none);
	bool ok = t->rq.result.status == AAA_ACCEPT;
	aaa_count(t->rq.result.status, clock_wall(aaa_servers_clock(t->servers)));
	tell(t, ok ? AAA_SAYS_ACCEPT : AAA_SAYS_REJECT, t->rq.result.why);
}

/* By what stands in the configuration, or by its address. */
static struct aaa_host *find_host(struct aaa_sgroup *g, const char *name)
{
	uint32_t ip = 0;
	size_t n;
	struct aaa_host *const *hosts = aaa_sgroup_hosts(g, &n);
	bool address = ip4_parse(str_of(name), &ip);
	for (size_t i = 0; i < n; i++)
		if (strcmp(hosts[i]->conf->host, name) == 0 || (address && hosts[i]->ip == ip))
			return hosts[i];
	return NULL;
}

static void ask_server(struct test *t)
{
	struct aaa_sgroup *g = aaa_sgroup_find(t->servers, t->group);
	struct aaa_host *h = g ? find_host(g, t->server) : NULL;
	if (!h) {
		if (g)
			say(t, "ERROR: Server %s is not in aaa-server group %s\n", t->server, t->group);
		else
			say(t, "ERROR: aaa-server group %s does not exist\n", t->group);
		finish(t, CMD_ERROR);
		return;
	}
	say(t, "INFO: Attempting %s test to IP address (%s) (timeout: %u seconds)\n", what(t),
	    h->ip ? ip4_text(h->ip).s : h->conf->host, h->conf->timeout_s + GRACE_S);
	t->ask = (struct aaa_ask){.what = t->authorize ? AAA_AUTHORIZE : AAA_AUTHENTICATE,
	                          .rq = &t->rq,
	                          .name = t->rq.user,
	                          .sticky = h,
	                          .done = on_done,
	                          .arg = t};
	aaa_ask_start(&t->ask, g);
}

/* ------------------------------------------------------------------ what is missing */

static const struct {
	const char *argument, *question;
	bool hidden;
	size_t at, cap;
} parts[PARTS] = {
        {"host", "Server IP Address or name: ", false, offsetof(struct test, server), HOST_MAX + 1},
        {"user", "Username: ", false, offsetof(struct test, rq.user), AAA_USER_MAX + 1},
        {"password", "Password: ", true, offsetof(struct test, rq.password), AAA_PASSWORD_MAX + 1},
};

/* false: it is empty, which only a password may be, or too long. */
static bool take(struct test *t, unsigned part, struct str text)
{
	t->has[part] = true;
	return str_copy((char *)t + parts[part].at, parts[part].cap, text) &&
	       (text.len > 0 || part == PASSWORD);
}

static void next(struct test *t);

static void on_answer(void *arg, struct str line)
{
	struct test *t = arg;
	if (take(t, t->asked, t->asked == PASSWORD ? line : str_trim(line)))
		next(t);
	else
		finish(t, CMD_ERROR);
}

static void next(struct test *t)
{
	for (unsigned i = 0; i < PARTS; i++)
		if (!t->has[i]) {
			t->asked = i;
			t->host->ask(t->session, parts[i].question, parts[i].hidden, on_answer, t);
			return;
		}
	if (t->local)
		ask_local(t);
	else
		ask_server(t);
}

static int test_aaa_server(struct cmd *c)
{
	const struct cmd_host *host = c->host;
	if (!c->ctx || !host || !host->emit || !host->ask || !host->done || !host->on_cancel)
		return cmd_fail(c, "this command needs a console");
	struct test *t = calloc(1, sizeof(*t));
	if (!t)
		return cmd_fail(c, "out of memory");
	t->servers = c->ctx;
	t->session = c->session;
	t->host = host;
	t->authorize = cmd_has(c, "authorization");
	t->local = cmd_has(c, "LOCAL");
	t->rq.method = AAA_PAP;
	t->has[SERVER] = t->local;
	t->has[PASSWORD] = t->authorize;
	str_copy(t->group, sizeof(t->group), cmd_text(c, "group"));
	for (unsigned i = 0; i < PARTS; i++)
		if (!t->has[i] && cmd_has(c, parts[i].argument) &&
		    !take(t, i, cmd_text(c, parts[i].argument))) {
			test_free(t);
			return cmd_fail(c, "%% %s is too long", parts[i].argument);
		}
	host->on_cancel(c->session, on_cancel, t);
	next(t);
	return CMD_PENDING;
}

const struct cmd_entry *aaa_test_commands(size_t *n)
{
	static const struct cmd_entry commands[] = {{"test_aaa_server", test_aaa_server}};
	*n = sizeof(commands) / sizeof(commands[0]);
	return commands;
}
