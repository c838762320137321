#include "lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/net/fetch.h"
#include "core/net/url.h"
#include "crypto/prim/prim.h"

struct lab lab;

static uv_loop_t loop;
static struct fetches *fetches;
static struct clock real; /* that of the transfers; the client's is ahead of it */
static unsigned transfers; /* under way */
static pid_t server;
static int server_out = -1;
static struct debug_sink console;
static struct log_sink syslog;

/* ------------------------------------------------------------------ what crypto/pki asks for */

struct work {
	struct work *next;
	void (*run)(void *job), (*done)(void *job);
	void *job;
};
static struct work *first_work;

static int op_work(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	(void)ctx;
	if (lab.busy)
		return -EAGAIN;
	struct work *w = calloc(1, sizeof *w), **at = &first_work;
	*w = (struct work){NULL, run, done, job};
	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
	return 0;
}

struct transfer {
	void (*done)(void *arg, const struct pki_fetched *got);
	void *arg;
	struct fetch *fetch;
};

static void fetched(void *arg, const struct fetch_got *got)
{
	struct transfer *t = arg;
	transfers--;
	struct pki_fetched p = {got->rc, got->why, got->status, got->type, got->body};
	t->done(t->arg, &p);
	free(t);
}

static void *op_fetch(void *ctx, const struct pki_fetch *f, void (*done)(void *arg, const struct pki_fetched *got),
                      void *arg, struct err *err)
{
	struct transfer *t = calloc(1, sizeof *t);
	struct fetch_ask ask = {.url = f->url, .post = f->what == PKI_FETCH_POST, .body = f->body, .type = f->type,
	                        .most = f->most, .timeout_ms = f->timeout_ms};
	(void)ctx;
	*t = (struct transfer){done, arg, NULL};
	t->fetch = fetch_start(fetches, &ask, fetched, t, err);
	if (t->fetch == NULL) {
		free(t);
		return NULL;
	}
	transfers++;
	return t;
}

static void op_fetch_cancel(void *ctx, void *fetch)
{
	struct transfer *t = fetch;
	(void)ctx;
	fetch_cancel(fetches, t->fetch);
	transfers--;
	free(t);
}

static unsigned index_of(const char *name)
{
	return (unsigned)(name[1] - '0');
}

/* The block of a certificate chain: "certificate [WORD ]SERIAL" and lines of hexadecimal. */
static int op_configure(void *ctx, struct str lines, struct err *err)
{
	static uint8_t der[PKI_CERT_MAX];
	size_t n = 0;
	unsigned tp = 0, role = PKI_ROLE_OWN;
	(void)ctx;
	if (lab.refuse)
		return err_set(err, -EROFS, "the configuration is locked");
	char *text = strndup(lines.p, lines.len), *save = NULL;
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "crypto ca certificate chain ", 28) == 0)
			tp = index_of(line + 28);
		else if (strncmp(line, "    ", 4) == 0)
			for (char *p = line; *p != '\0'; p++) {
				unsigned v;
				if (*p != ' ' && sscanf(p, "%2x", &v) == 1) {
					der[n++] = (uint8_t)v;
					p++;
				}
			}
	}
	free(text);
	assert_true(tp < LAB_TRUSTPOINTS);
	struct pki_cert *c = pki_cert_read((struct bytes){der, n}, err);
	assert_non_null(c);
	pki_cert_drop(lab.cert[tp][role]);
	lab.cert[tp][role] = lab.tp[tp].cert[role] = c;
	pki_set_conf(lab.pki, &lab.conf);
	return 0;
}

static int64_t op_wall(void *ctx)
{
	(void)ctx;
	return clock_wall(&lab.clock);
}

static void op_serial(void *ctx, char text[16])
{
	(void)ctx;
	strcpy(text, "JMX0000X0XX");
}

static void op_tell(void *ctx, const char *text)
{
	(void)ctx;
	out_printf(&lab.screen, "%s\n", text);
}

static const struct pki_ops ops = {.work = op_work, .fetch = op_fetch, .fetch_cancel = op_fetch_cancel,
                                   .configure = op_configure, .wall_s = op_wall, .serial = op_serial, .tell = op_tell};

/* ------------------------------------------------------------------ life */

static void saw(void *arg, const char *line)
{
	(void)arg;
	out_printf(&lab.screen, "%s\n", line);
}

static void logged(void *arg, const struct log_line *line)
{
	(void)arg;
	out_printf(&lab.log, "%u %s\n", line->id, line->text);
}

int lab_namespace(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	struct err err = {0};
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return 77;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		return 77;
	close(fd);
	url_init();
	return prim_init(&err) == 0 && uv_loop_init(&loop) == 0 ? 0 : 1;
}

static void start(void)
{
	struct err err = {0};
	lab.pki = pki_new(&lab.clock, &ops, NULL, lab.dir, &err);
	assert_non_null(lab.pki);
}

/* One key pair for everybody: it takes long to make. */
static void give_key(void)
{
	static struct pki_key *key;
	struct err err = {0};
	if (key == NULL)
		key = pki_key_generate(2048, &err);
	assert_non_null(key);
	struct pki_pair pair = {.label = PKI_DEFAULT_KEY, .general = true, .key = {key, key}};
	assert_int_equal(pki_keys_put(lab.pki->keys, &pair, &err), 0);
}

void lab_begin(bool pix)
{
	static const char *const names[LAB_TRUSTPOINTS] = {"T0", "T1", "T2"};
	if (lab.pki != NULL) /* the test before this one failed */
		lab_end();
	lab = (struct lab){.conf = {.trustpoints = lab.tp, .ntrustpoints = LAB_TRUSTPOINTS,
	                            .fqdn = "PIX-506-2.sjvpn.com"},
	                   .jobs = -1};
	strcpy(lab.home, "/tmp/postern-scep-XXXXXX");
	assert_non_null(mkdtemp(lab.home));
	lab.dir = open(lab.home, O_RDONLY | O_DIRECTORY);
	clock_init(&lab.clock, uv_hrtime() / 1000000);
	lab.clock.wall_offset_ms = (int64_t)time(NULL) * 1000 - (int64_t)lab.clock.now_ms;
	clock_init(&real, uv_hrtime() / 1000000);
	fetches = fetches_new(&loop, &real);
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++)
		lab.tp[i] = (struct pki_trustpoint){.name = names[i], .enroll = PKI_ENROLL_URL, .url = lab.url[i],
		                                    .retry_period_s = 60, .subject = "", .fqdn = "", .email = "",
		                                    .challenge = "", .keypair = PKI_DEFAULT_KEY};
	out_init(&lab.screen);
	out_init(&lab.log);
	out_init(&lab.server);
	console = (struct debug_sink){.write = saw, .pix = pix, .level = {[DEBUG_CA] = 1}};
	debug_sink_add(&console);
	syslog = (struct log_sink){.level = LOGL_DEBUGGING, .write = logged};
	log_sink_add(&syslog);
	start();
	give_key();
	pki_set_conf(lab.pki, &lab.conf);
}

static void run_work(void)
{
	while (first_work != NULL) {
		struct work *w = first_work;
		first_work = w->next;
		if (lab.jobs != 0)
			w->run(w->job);
		lab.jobs -= lab.jobs > 0;
		w->done(w->job);
		free(w);
	}
}

static void stop(void)
{
	pki_free(lab.pki);
	run_work(); /* what comes back after the end */
}

void lab_restart(void)
{
	stop();
	start();
	pki_set_conf(lab.pki, &lab.conf);
}

void lab_begin_mscep(const char *options)
{
	lab_begin(false);
	lab_serve("mscep", options, LAB_MSCEP);
	assert_true(lab_authenticate(0));
}

void lab_end(void)
{
	lab_serve_end();
	stop();
	fetches_free(fetches);
	uv_run(&loop, UV_RUN_DEFAULT);
	debug_sink_remove(&console);
	log_sink_remove(&syslog);
	lab_shell("rm -rf \"$PWD\"");
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++)
		for (unsigned r = 0; r < PKI_ROLES; r++)
			pki_cert_drop(lab.cert[i][r]);
	out_free(&lab.screen);
	out_free(&lab.log);
	out_free(&lab.server);
	clock_free(&lab.clock);
	clock_free(&real);
	close(lab.dir);
	lab.pki = NULL;
	assert_int_equal(transfers, 0);
}

void lab_run(unsigned timers)
{
	for (;;) {
		run_work();
		if (transfers > 0) {
			uv_run(&loop, UV_RUN_ONCE);
			continue;
		}
		if (first_work != NULL)
			continue;
		uint64_t next = clock_next(&lab.clock);
		if (timers == 0 || next > 3600000)
			return;
		timers--;
		clock_run(&lab.clock, lab.clock.now_ms + next);
	}
}

/* ------------------------------------------------------------------ servers */

static void be_server(int out, const char *program, const char *options)
{
	char line[1024];
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(out, 1);
	snprintf(line, sizeof line, "exec %s/servers/%s --dir %s/server %s %s 127.0.0.1:%u", TEST_DIR, program, lab.home,
	         strcmp(program, "mscep") == 0 ? "--bits 1024" : "", options, (unsigned)LAB_PORT);
	execl("/bin/sh", "sh", "-c", line, NULL);
	_exit(127);
}

/* true: its line is there */
static bool server_read(const char *until, int ms)
{
	char text[4096];
	struct pollfd p = {.fd = server_out, .events = POLLIN};
	while (until == NULL || lab.server.text == NULL || strstr(lab.server.text, until) == NULL) {
		if (poll(&p, 1, ms) <= 0)
			return until == NULL;
		ssize_t n = read(server_out, text, sizeof text);
		if (n <= 0)
			return false;
		out_put(&lab.server, (struct str){text, (size_t)n});
	}
	return true;
}

void lab_serve(const char *program, const char *options, const char *path)
{
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	server = fork();
	if (server == 0)
		be_server(fds[1], program, options);
	close(fds[1]);
	server_out = fds[0];
	if (!server_read("ready\n", 60000))
		fail_msg("%s does not start", program);
	out_clear(&lab.server);
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++)
		snprintf(lab.url[i], sizeof lab.url[i], "http://127.0.0.1:%u%s", (unsigned)LAB_PORT, path);
}

void lab_serve_end(void)
{
	if (server <= 0)
		return;
	kill(server, SIGTERM);
	waitpid(server, NULL, 0);
	close(server_out);
	server = 0;
	server_out = -1;
}

const char *lab_server_said(void)
{
	static char text[8192];
	server_read(NULL, 0);
	str_copy(text, sizeof text, out_text(&lab.server));
	out_clear(&lab.server);
	return text;
}

const char *lab_shell(const char *command)
{
	static char out[1 << 17];
	char line[2048];
	snprintf(line, sizeof line, "cd %s && { %s; } 2>&1", lab.home, command);
	FILE *p = popen(line, "r");
	assert_non_null(p);
	size_t n = fread(out, 1, sizeof out - 1, p);
	out[n] = '\0';
	pclose(p);
	return out;
}

/* ------------------------------------------------------------------ what a console does */

static void keep(unsigned tp, enum pki_role role, struct pki_cert *c)
{
	pki_cert_drop(lab.cert[tp][role]);
	lab.cert[tp][role] = lab.tp[tp].cert[role] = pki_cert_hold(c);
}

static void authority(void *arg, const struct scep_ca *got, const struct err *err)
{
	unsigned tp = *(unsigned *)arg;
	char print[PKI_PRINT_TEXT];
	lab.failed = *err;
	lab.sent++;
	if (got == NULL) {
		out_str(&lab.screen, PKI_SCEP_PIX_ERROR "\n");
		return;
	}
	out_printf(&lab.screen, "Certificate has the following attributes:\n\nFingerprint: %s\n",
	           pki_fingerprint(pki_cert_der(got->ca), PKI_MD5, print));
	if (err->code != 0)
		return;
	keep(tp, PKI_ROLE_CA, got->ca);
	keep(tp, PKI_ROLE_RA_SIGN, got->ra_sign);
	keep(tp, PKI_ROLE_RA_ENCRYPT, got->ra_encrypt);
	pki_set_conf(lab.pki, &lab.conf);
}

bool lab_authenticate(unsigned tp)
{
	unsigned before = lab.sent;
	lab.failed = (struct err){0};
	if (pki_scep_authenticate(lab.pki, lab.tp[tp].name, authority, &tp, &lab.failed) == NULL)
		return false;
	assert_int_equal(lab.sent, before);
	lab_run(0);
	assert_int_equal(lab.sent, before + 1);
	return lab.failed.code == 0;
}

static void sent(void *arg, const struct err *err)
{
	(void)arg;
	lab.sent++;
	if (err != NULL)
		lab.failed = *err;
	else
		out_str(&lab.screen, "% Certificate request sent to Certificate Authority\n"
		                     "% The certificate request fingerprint will be displayed.\n");
}

int lab_enroll(unsigned tp, const char *challenge, bool fingerprint)
{
	struct pki_scep_enroll in = {.trustpoint = lab.tp[tp].name, .fingerprint = fingerprint,
	                             .request = {.subject = "O=Example, CN=PIX-506-2.sjvpn.com", .fqdn = "PIX-506-2.sjvpn.com",
	                                         .challenge = challenge}};
	lab.failed = (struct err){0};
	int rc = pki_scep_enroll(lab.pki, &in, sent, NULL, &lab.failed);
	if (rc == 0)
		out_str(&lab.screen, "%\n% Start certificate enrollment .. \n"
		                     "% The subject name in the certificate will be: PIX-506-2.sjvpn.com\n\n");
	return rc;
}

bool lab_logged(const char *line)
{
	return lab.log.text != NULL && strstr(lab.log.text, line) != NULL;
}

bool lab_saw(const char *text)
{
	return lab.screen.text != NULL && strstr(lab.screen.text, text) != NULL;
}

bool lab_has_cert(unsigned tp)
{
	return lab.cert[tp][PKI_ROLE_OWN] != NULL;
}

bool lab_is_pending(unsigned tp)
{
	return pki_scep_pending(lab.pki, lab.tp[tp].name);
}

bool lab_keeps_pending(void)
{
	return faccessat(lab.dir, "scep", F_OK, 0) == 0;
}

void lab_expect_text(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

void lab_expect_logged(const char *line)
{
	lab_expect_text(lab.log.text != NULL ? lab.log.text : "", line);
}
