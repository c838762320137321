/* What a packet costs in ESP, and how much of it is not cryptography. One line for each figure: name, value, unit.
 *
 *   prim.ALG.DIR.BYTES.nBATCH.BACKEND   cipher and MAC through prim_batch: ns a packet, Gbit of a second of CPU
 *   raw.ALG.DIR.BYTES.BACKEND           the same by the library alone (OpenSSL one by one, ipsec-mb 64 in flight)
 *   esp.ALG.DIR.BYTES.nBATCH.BACKEND    the whole stage
 *   esp.rest.DIR.BYTES.nBATCH           the stage with neither cipher nor MAC: all that is ours
 *   choice.ALG.DIR                      packets of one algorithm from which on auto gives them to ipsec-mb, 0 = never
 *   esp.ALG.DIR.BYTES.nBATCH.sasSAS     with so many SAs in turn, each packet another one's
 *
 * bench_esp [--quick | --raw ALG]: 1400 bytes and batches of 64 only; of those the libraries alone with one algorithm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"
#include "tests/bench/raw.h"

enum { BATCH = PKT_BATCH, SAS_MAX = 4096, AREA = PKT_HEADROOM + 2048 };

static const struct {
	const char *name;
	struct esp_alg alg;
} algs[] = {
        {"rest", {ESP_CIPHER_NULL, 0, ESP_MAC_NONE}},
        {"aes-128+sha1", {ESP_CIPHER_AES, 16, ESP_MAC_SHA1}},
        {"aes-256+sha1", {ESP_CIPHER_AES, 32, ESP_MAC_SHA1}},
        {"aes-256+sha256", {ESP_CIPHER_AES, 32, ESP_MAC_SHA256}},
        {"aes-128+md5", {ESP_CIPHER_AES, 16, ESP_MAC_MD5}},
        {"3des+sha1", {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}},
        {"des+md5", {ESP_CIPHER_DES, 8, ESP_MAC_MD5}},
};
static const char *const backends[] = {"auto", "openssl", "ipsec-mb"};

static uint8_t areas[BATCH][AREA];

static void say(const char *kind, const char *alg, bool out, size_t len, const char *more, double ns)
{
	printf("%s.%s.%s.%zu%s %.0f ns\n", kind, alg, out ? "out" : "in", len, more, ns);
	if (strcmp(alg, "rest") != 0)
		printf("%s.%s.%s.%zu%s %.2f Gbit/s\n", kind, alg, out ? "out" : "in", len, more,
		       (double)len * 8 / ns);
	fflush(stdout);
}

/* ------------------------------------------------------------------ SAs that send to themselves */

struct bench {
	struct esp_table *t;
	struct esp_sa *sa[SAS_MAX];
	size_t sas, next, n, len;
	struct pkt pkts[BATCH], sealed[BATCH];
	struct pkt *batch[BATCH];
	struct prim_op ops[BATCH];
	double fill_ns;
};

static void open_sas(struct bench *b, struct esp_alg alg, size_t sas)
{
	static const struct sa_keys keys;
	struct sa_pair pair = {.keys = &keys,
	                       .alg = alg,
	                       .mode = ESP_TRANSPORT,
	                       .local_proxy = {1, UINT32_MAX, 17, 1701},
	                       .remote_proxy = {1, UINT32_MAX, 17, 1701},
	                       .replay_window = 64};

	b->t = esp_table_new(0, SAS_MAX + 1);
	b->sas = sas;
	for (size_t i = 0; i < sas; i++) {
		pair.spi_in = pair.spi_out = (uint32_t)(i + 1) << 12;
		b->sa[i] = esp_sa_new(&pair, NULL);
		if (!b->t || !b->sa[i] || !esp_table_put(b->t, b->sa[i]))
			abort();
	}
}

static void close_sas(struct bench *b)
{
	for (size_t i = 0; i < b->sas; i++)
		esp_sa_free(esp_table_take(b->t, b->sa[i]->spi_in));
	esp_table_free(b->t);
}

/* Fresh packets: what is in them stays (ports of L2TP in front, once). */
static void fill(void *arg)
{
	struct bench *b = arg;

	for (size_t i = 0; i < b->n; i++) {
		b->pkts[i] = (struct pkt){.buf = areas[i],
		                          .cap = AREA,
		                          .off = PKT_HEADROOM,
		                          .len = (uint32_t)b->len,
		                          .sa = b->sa[b->next++ * 1663 % b->sas]};
		b->batch[i] = &b->pkts[i];
	}
}

static void out(void *arg)
{
	struct bench *b = arg;

	fill(b);
	esp_out(b->t, b->batch, b->n, 1);
}

/* The same sealed packets again and again, which nothing changes: with neither cipher nor replay window. */
static void in(void *arg)
{
	struct bench *b = arg;

	for (size_t i = 0; i < b->n; i++) {
		b->pkts[i] = b->sealed[i];
		b->batch[i] = &b->pkts[i];
	}
	esp_in(b->t, b->batch, b->n, 1);
}

/* Where packets change: what the way out costs is taken off. */
static void both(void *arg)
{
	struct bench *b = arg;

	out(b);
	esp_in(b->t, b->batch, b->n, 1);
}

/* What encrypting over and over has made of the ports in front. */
static void ports(void)
{
	for (size_t i = 0; i < BATCH; i++) {
		struct wr w = wr_of(areas[i] + PKT_HEADROOM, 4);

		wr_u16(&w, 1701);
		wr_u16(&w, 1701);
	}
}

static void stage(struct bench *b, const char *alg, const char *more)
{
	double filled = bench_ns(fill, b), there, back;
	double n = (double)b->n;

	b->next = 0;
	there = bench_ns(out, b);
	ports();
	if (strcmp(alg, "rest") == 0) {
		out(b);
		memcpy(b->sealed, b->pkts, sizeof(b->pkts));
		back = bench_ns(in, b) - filled;
	} else {
		back = bench_ns(both, b) - there;
	}
	if (b->pkts[b->n - 1].drop)
		abort();
	say("esp", alg, true, b->len, more, (there - filled) / n);
	say("esp", alg, false, b->len, more, back / n);
}

/* ------------------------------------------------------------------ cryptography alone */

static void crypt(void *arg)
{
	struct bench *b = arg;

	prim_batch_run(esp_table_engine(b->t), b->ops, b->n);
}

/* A packet is genuine once: it is encrypted before each time it is decrypted, and what that costs is taken off. */
static void crypt_both(void *arg)
{
	struct bench *b = arg;

	for (size_t i = 0; i < b->n; i++)
		b->ops[i].key = b->sa[i % b->sas]->enc;
	crypt(b);
	for (size_t i = 0; i < b->n; i++)
		b->ops[i].key = b->sa[i % b->sas]->dec;
	crypt(b);
}

static void prim(struct bench *b, const char *alg, const char *more)
{
	static const uint8_t iv[PRIM_IV_MAX];
	uint32_t body = (uint32_t)(b->len - b->len % b->sa[0]->align);
	double n = (double)b->n, there, all;

	for (size_t i = 0; i < b->n; i++)
		b->ops[i] = (struct prim_op){.key = b->sa[i % b->sas]->enc,
		                             .iv = iv,
		                             .data = areas[i],
		                             .data_len = body,
		                             .auth = areas[i],
		                             .auth_len = body,
		                             .icv = areas[i] + body};
	there = bench_ns(crypt, b);
	all = bench_ns(crypt_both, b);
	if (b->ops[b->n - 1].status != PRIM_OP_OK)
		abort();
	say("prim", alg, true, b->len, more, there / n);
	say("prim", alg, false, b->len, more, (all - there) / n);
}

/* ------------------------------------------------------------------ all of it */

static void run(size_t a, const char *backend, size_t len, size_t n)
{
	static struct bench b;
	char more[32];

	open_sas(&b, algs[a].alg, a == 0 ? 1 : 16);
	b.len = len;
	b.n = n;
	snprintf(more, sizeof(more), ".n%zu.%s", n, backend);
	if (a == 0)
		snprintf(more, sizeof(more), ".n%zu", n);
	else
		prim(&b, algs[a].name, more);
	stage(&b, algs[a].name, more);
	close_sas(&b);
}

static void many_sas(size_t a, size_t sas)
{
	static struct bench b;
	char more[32];

	open_sas(&b, algs[a].alg, sas);
	b.len = 100;
	b.n = BATCH;
	snprintf(more, sizeof(more), ".n%d.sas%zu", BATCH, sas);
	stage(&b, algs[a].name, more);
	close_sas(&b);
}

static void raw(size_t a, size_t len)
{
	const struct esp_cipher_info *c = esp_cipher_info(algs[a].alg);
	enum prim_md md = esp_mac_info(algs[a].alg.mac)->md;
	size_t body = len - len % prim_cipher_block(c->prim);

	for (int encrypt = 1; encrypt >= 0; encrypt--) {
		double ns = raw_ipsec_mb(c->prim, c->key_len, md, encrypt, body);

		say("raw", algs[a].name, encrypt, len, ".openssl",
		    raw_openssl(c->prim, c->key_len, md, encrypt, body));
		if (ns > 0)
			say("raw", algs[a].name, encrypt, len, ".ipsec-mb", ns);
	}
}

static void one_size(size_t len, bool quick)
{
	static const size_t batches[] = {64, 32, 16, 4, 2, 1};
	size_t n = quick ? 1 : sizeof(batches) / sizeof(batches[0]);

	for (size_t i = 0; i < n; i++)
		run(0, "", len, batches[i]);
	for (size_t a = 1; a < sizeof(algs) / sizeof(algs[0]); a++) {
		raw(a, len);
		for (size_t e = 0; e < sizeof(backends) / sizeof(backends[0]); e++) {
			enum prim_backend backend;

			if (!prim_backend_by_name(str_of(backends[e]), &backend) ||
			    prim_backend_default(backend, NULL))
				continue;
			for (size_t i = 0; i < n; i++)
				run(a, backends[e], len, batches[i]);
		}
		prim_backend_default(PRIM_AUTO, NULL);
	}
}

static void choice(void)
{
	struct prim_about about;

	prim_about(PRIM_AUTO, &about);
	for (size_t i = 0; i < about.n; i++) {
		printf("choice.%s.out %u packets\n", about.alg[i].name, about.alg[i].out);
		printf("choice.%s.in %u packets\n", about.alg[i].name, about.alg[i].in);
	}
}

/* false: there is no such algorithm. */
static bool raw_only(const char *alg)
{
	for (size_t a = 1; a < sizeof(algs) / sizeof(algs[0]); a++) {
		if (strcmp(algs[a].name, alg) == 0) {
			raw(a, 1400);
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = {1400, 600, 100}, sas[] = {1, 64, 1024, SAS_MAX};
	bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;

	if (prim_init(NULL))
		return 1;
	if (argc > 2 && strcmp(argv[1], "--raw") == 0)
		return raw_only(argv[2]) ? 0 : 2;
	choice();
	for (size_t i = 0; i < (quick ? 1 : sizeof(sizes) / sizeof(sizes[0])); i++)
		one_size(sizes[i], quick);
	for (size_t i = 0; i < sizeof(sas) / sizeof(sas[0]); i++)
		for (size_t a = 0; a < 2; a++)
			many_sas(a, sas[i]);
	prim_free();
	return 0;
}
