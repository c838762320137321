/* What trustpoints and certificate maps add to the start: CPU to load and apply a configuration with 50 trustpoints, each
 * with its own certificate and that of its CA, and 1,000 certificate-map rules, over the same without them.
 * bench_pki [TRUSTPOINTS [RULES]]; with --limits it fails above 50 ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/certs/certs.h"
#include "tests/exchange/full_server.h"

enum { ROUNDS = 9, BITS = 2048, RULES_OF_MAP = 100, LIMIT_MS = 50 };

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct pki_cert *certificate(unsigned n, const struct pki_cert *ca)
{
	char name[32], serial[16];
	const struct cert_attr subject[] = {{"O", "Example", 0, 0}, {"CN", name, 0, 0}, {NULL, NULL, 0, 0}};
	snprintf(name, sizeof name, "%s%u", ca == NULL ? "ca" : "asa", n);
	snprintf(serial, sizeof serial, "%08x", n + 1);
	return cert_make(&(struct cert_wish){
	        .subject = subject,
	        .serial = serial,
	        .key = cert_key(ca == NULL ? 0 : 1, BITS),
	        .issuer = ca,
	        .signer = cert_key(0, BITS),
	        .extensions = {ca == NULL ? "basicConstraints=critical,CA:TRUE" : "subjectAltName=DNS:asa.example.com",
	                       "crlDistributionPoints=URI:http://ca.example.com/a.crl"}});
}

static void trustpoints(struct out *text, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		out_printf(text,
		           "crypto ca trustpoint tp%u\n enrollment url http://192.0.2.1/scep%u\n subject-name CN=asa%u,O=Example\n"
		           " keypair key%u\n revocation-check crl none\n crl configure\n  cache-time 120\n",
		           i, i, i, i);
	for (unsigned i = 0; i < n; i++) {
		struct pki_cert *ca = certificate(i, NULL), *own = certificate(i, ca);
		out_printf(text, "crypto ca certificate chain tp%u\n", i);
		cert_lines(own, "", text);
		cert_lines(ca, "ca", text);
		pki_cert_drop(own);
		pki_cert_drop(ca);
	}
}

static void rules(struct out *text, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		out_printf(text, "crypto ca certificate map map%u %u\n subject-name attr ou co unit%u\n", i / RULES_OF_MAP,
		           i % RULES_OF_MAP * 10 + 10, i);
}

static double load_ms(struct world *w, const struct out *text)
{
	struct load_report report;
	struct err err = {0};
	double start = now_ms();
	if (load_text(w->gw.grammar, w->gw.conf, out_text(text), "bench", LOAD_REPLACE, &report, &err) != 0)
		fail_msg("%s", err.text);
	double took = now_ms() - start;
	for (size_t i = 0; i < report.n; i++)
		if (report.items[i].error)
			fail_msg("%s: %s", report.items[i].command, report.items[i].text);
	load_report_free(&report);
	return took;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* The median of what the text costs over the empty one, turn and turn about. */
static double measure(struct world *w, const struct out *text)
{
	struct out empty;
	double over[ROUNDS];
	out_init(&empty);
	out_str(&empty, "hostname gw\n");
	load_ms(w, text); /* caches warm up */
	for (unsigned i = 0; i < ROUNDS; i++) {
		double without = load_ms(w, &empty);
		over[i] = load_ms(w, text) - without;
	}
	load_ms(w, &empty);
	out_free(&empty);
	qsort(over, ROUNDS, sizeof over[0], by_size);
	return over[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	static struct world w;
	bool limits = argc > 1 && strcmp(argv[1], "--limits") == 0;
	unsigned ntrustpoints = argc > 1 + limits ? (unsigned)atoi(argv[1 + limits]) : 50;
	unsigned nrules = argc > 2 + limits ? (unsigned)atoi(argv[2 + limits]) : 1000;
	struct out certs, maps, both;
	out_init(&certs);
	out_init(&maps);
	out_init(&both);
	trustpoints(&certs, ntrustpoints);
	rules(&maps, nrules);
	out_put(&both, out_text(&certs));
	out_put(&both, out_text(&maps));
	world_open(&w, "");
	double c = measure(&w, &certs), m = measure(&w, &maps), all = measure(&w, &both);
	printf("%u trustpoints with certificates %.1f ms, %u certificate-map rules %.1f ms, together %.1f ms of CPU (limit %d)\n",
	       ntrustpoints, c, nrules, m, all, LIMIT_MS);
	world_close(&w);
	out_free(&certs);
	out_free(&maps);
	out_free(&both);
	return limits && all > LIMIT_MS;
}
