/* Checks one certificate with genuine servers: prints the verdict as NAME, its detail behind it.
 *   probe DIR CERT METHODS [SETTING=VALUE...]
 * DIR is of tests/servers/ca: root.pem is the trustpoint's, CERT.pem and CERT.key the peer's, CERT.chain what it sends along.
 * METHODS: crl,ocsp,none. Settings: url (static CRL), ocsp (URL), nonce=no, enforce=no, twice=yes (the second verdict). */
#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

#include "core/net/fetch.h"
#include "core/net/url.h"
#include "crypto/pki/check.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/pki.h"
#include "crypto/prim/prim.h"

static uv_loop_t loop;
static struct fetches *fetches;
static struct clock clk;
static bool answered;

static const char *const names[] = {
#define X(name, text) #name,
        PKI_WHY_LIST(X)
#undef X
};

/* ------------------------------------------------------------------ ops */

struct job {
	uv_work_t req;
	void (*run)(void *), (*done)(void *);
	void *arg;
};

static void on_run(uv_work_t *req)
{
	struct job *j = req->data;
	j->run(j->arg);
}

static void on_ran(uv_work_t *req, int status)
{
	struct job *j = req->data;
	(void)status;
	j->done(j->arg);
	free(j);
}

static int work(void *ctx, void (*run)(void *), void (*done)(void *), void *arg)
{
	struct job *j = calloc(1, sizeof *j);
	(void)ctx;
	*j = (struct job){.run = run, .done = done, .arg = arg};
	j->req.data = j;
	return uv_queue_work(&loop, &j->req, on_run, on_ran);
}

struct transfer {
	void (*done)(void *arg, const struct pki_fetched *got);
	void *arg;
	struct fetch *fetch;
};

static void on_fetched(void *arg, const struct fetch_got *got)
{
	struct transfer *t = arg;
	const struct pki_fetched p = {got->rc, got->why, got->status, got->type, got->body};
	t->done(t->arg, &p);
	free(t);
}

static void *fetch(void *ctx, const struct pki_fetch *f, void (*done)(void *, const struct pki_fetched *), void *arg,
                   struct err *err)
{
	const struct fetch_ask ask = {f->url, f->what == PKI_FETCH_POST, f->body, f->type, f->most, f->timeout_ms};
	struct transfer *t = calloc(1, sizeof *t);
	(void)ctx;
	*t = (struct transfer){.done = done, .arg = arg};
	t->fetch = fetch_start(fetches, &ask, on_fetched, t, err);
	if (t->fetch != NULL)
		return t;
	free(t);
	return NULL;
}

static void fetch_stop(void *ctx, void *handle)
{
	struct transfer *t = handle;
	(void)ctx;
	fetch_cancel(fetches, t->fetch);
	free(t);
}

static int64_t wall_s(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

/* ------------------------------------------------------------------ what is asked */

static char *text_of(const char *dir, const char *name, const char *ext, size_t *len)
{
	char path[512];
	static char buf[4][65536];
	static unsigned next;
	snprintf(path, sizeof path, "%s/%s.%s", dir, name, ext);
	FILE *f = fopen(path, "r");
	char *b = buf[next++ % 4];
	*len = f != NULL ? fread(b, 1, sizeof buf[0] - 1, f) : 0;
	b[*len] = '\0';
	if (f != NULL)
		fclose(f);
	return b;
}

/* The certificates of a PEM file. */
static size_t certs_of(const char *dir, const char *name, const char *ext, struct bytes *to, size_t most)
{
	size_t len, n = 0;
	const char *text = text_of(dir, name, ext, &len);
	BIO *in = BIO_new_mem_buf(text, (int)len);
	for (X509 *x; n < most && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL; X509_free(x)) {
		unsigned char *der = NULL;
		int der_len = i2d_X509(x, &der);
		to[n++] = (struct bytes){der, (size_t)der_len};
	}
	BIO_free(in);
	return n;
}

static void on_verdict(void *arg, const struct pki_verdict *v)
{
	(void)arg;
	answered = true;
	printf("%s %s\n", names[v->why], v->detail);
}

static void methods(struct pki_trustpoint *tp, char *list)
{
	static const char *const words[] = {"none", "crl", "ocsp"};
	for (char *word; (word = strsep(&list, ",")) != NULL;)
		for (unsigned i = 0; i < 3; i++)
			if (strcmp(words[i], word) == 0)
				tp->revocation[tp->nrevocation++] = (enum pki_revocation)i;
}

static bool setting(struct pki_trustpoint *tp, const char *arg)
{
	const char *value = strchr(arg, '=') + 1;
	bool no = strcmp(value, "no") == 0;
	if (strncmp(arg, "url=", 4) == 0) {
		tp->crl_url[0] = value;
		tp->crl_policy = PKI_CRL_STATIC;
	} else if (strncmp(arg, "ocsp=", 5) == 0) {
		tp->ocsp_url = value;
	} else if (strncmp(arg, "nonce=", 6) == 0) {
		tp->ocsp_nonce = !no;
	} else if (strncmp(arg, "enforce=", 8) == 0) {
		tp->crl_enforce_next = !no;
	} else {
		return false;
	}
	return true;
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
	clock_run(&clk, uv_now(&loop));
}

static void ask(struct pki *pki, const char *dir, const char *name)
{
	static uint8_t hash[20] = {7}, sig[PKI_SIG_MAX];
	struct pki_check_in in = {.hash = {hash, sizeof hash}};
	struct err err = {0};
	size_t len, sig_len = 0;
	const char *pem = text_of(dir, name, "key", &len);
	struct pki_key *key = pki_key_read((struct str){pem, len}, &err);
	if (key == NULL || !pki_sign_hash(key, in.hash, sig, &sig_len))
		exit(2);
	pki_key_drop(key);
	in.sig = (struct bytes){sig, sig_len};
	in.ncerts = certs_of(dir, name, "pem", in.certs, 1);
	in.ncerts += certs_of(dir, name, "chain", in.certs + 1, PKI_CHAIN_MAX - 1);
	answered = false;
	if (pki_check_start(pki, &in, on_verdict, NULL) == NULL)
		exit(2);
	while (!answered)
		uv_run(&loop, UV_RUN_ONCE);
	for (size_t i = 0; i < in.ncerts; i++)
		OPENSSL_free((void *)in.certs[i].p);
}

int main(int argc, char **argv)
{
	static const struct pki_ops ops = {.work = work, .fetch = fetch, .fetch_cancel = fetch_stop, .wall_s = wall_s};
	struct pki_trustpoint tp = {.name = "main", .url = "", .subject = "", .fqdn = "", .email = "", .challenge = "",
	                            .keypair = "", .ocsp_url = "", .crl_url = {"", "", "", "", ""}, .crl_policy = PKI_CRL_CDP,
	                            .crl_protocols = PKI_CRL_HTTP | PKI_CRL_LDAP, .crl_cache_s = 3600,
	                            .crl_enforce_next = true, .ocsp_nonce = true, .ca_check = true, .validates = true,
	                            .subordinates = true};
	const struct pki_conf conf = {.trustpoints = &tp, .ntrustpoints = 1, .fqdn = "asa"};
	struct err err = {0};
	struct bytes root;
	bool twice = false;
	uv_timer_t tick;
	if (argc < 4 || prim_init(&err) != 0 || certs_of(argv[1], "root", "pem", &root, 1) != 1)
		return 2;
	tp.cert[PKI_ROLE_CA] = pki_cert_read(root, &err);
	methods(&tp, argv[3]);
	for (int i = 4; i < argc; i++)
		if (strcmp(argv[i], "twice=yes") == 0)
			twice = true;
		else if (strchr(argv[i], '=') == NULL || !setting(&tp, argv[i]))
			return 2;
	url_init();
	uv_loop_init(&loop);
	clock_init(&clk, uv_now(&loop));
	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, 100, 100);
	fetches = fetches_new(&loop, &clk);
	struct pki *pki = pki_new(&clk, &ops, NULL, -1, &err);
	if (fetches == NULL || pki == NULL)
		return 2;
	pki_set_conf(pki, &conf);
	ask(pki, argv[1], argv[2]);
	if (twice)
		ask(pki, argv[1], argv[2]);
	pki_free(pki);
	fetches_free(fetches);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	clock_free(&clk);
	pki_cert_drop(tp.cert[PKI_ROLE_CA]);
	OPENSSL_free((void *)root.p);
	prim_free();
	return 0;
}
