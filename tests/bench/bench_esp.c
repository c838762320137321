/* What a packet costs in the ESP path, per algorithm: nanoseconds for 1400 bytes, and how much of it is not
 * cryptography. Ratios are what counts; the figures belong to the machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"

enum { BATCH = 64, LEN = 1400, SPI = 0x1001 };

static uint8_t areas[BATCH][2048];
static struct pkt pkts[BATCH];
static struct pkt *batch[BATCH];

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fill(struct esp_sa *sa)
{
	for (size_t i = 0; i < BATCH; i++) {
		struct wr w = wr_of(areas[i] + PKT_HEADROOM, LEN);

		pkts[i] = (struct pkt){.buf = areas[i],
		                       .cap = sizeof(areas[i]),
		                       .off = PKT_HEADROOM,
		                       .len = LEN,
		                       .sa = sa};
		wr_u16(&w, 1701);
		wr_u16(&w, 1701);
		batch[i] = &pkts[i];
	}
}

/* The same cryptography without ESP around it. */
static void bare(struct prim_engine *e, struct esp_sa *sa, int rounds, double *out, double *in)
{
	static uint8_t data[BATCH][2048], iv[16];
	uint32_t body = LEN - LEN % sa->align;
	struct prim_op ops[BATCH];

	for (size_t i = 0; i < BATCH; i++)
		ops[i] = (struct prim_op){.iv = iv,
		                          .data = data[i],
		                          .data_len = body,
		                          .auth = data[i],
		                          .auth_len = body,
		                          .icv = data[i] + body};
	for (int r = 0; r < 2 * rounds; r++) {
		double start;

		for (size_t i = 0; i < BATCH; i++)
			ops[i].key = r & 1 ? sa->dec : sa->enc;
		start = now_ns();
		prim_batch_run(e, ops, BATCH);
		*(r & 1 ? in : out) += (now_ns() - start) / rounds / BATCH;
		if (ops[0].status != PRIM_OP_OK)
			abort();
	}
}

static void run(struct esp_alg alg, int rounds)
{
	static const struct sa_keys keys;
	struct sa_pair pair = {.keys = &keys,
	                       .spi_in = SPI,
	                       .spi_out = SPI,
	                       .alg = alg,
	                       .mode = ESP_TRANSPORT,
	                       .local_proxy = {1, UINT32_MAX, 17, 1701},
	                       .remote_proxy = {1, UINT32_MAX, 17, 1701},
	                       .replay_window = 64};
	struct esp_table *t = esp_table_new(0, 16);
	struct esp_sa *sa = esp_sa_new(&pair, NULL);
	double out = 0, in = 0, crypt_out = 0, crypt_in = 0, start;

	if (!t || !sa || !esp_table_put(t, sa))
		abort();
	for (int r = 0; r < rounds; r++) {
		fill(sa);
		start = now_ns();
		esp_out(t, batch, BATCH, 1);
		out += now_ns() - start;
		start = now_ns();
		esp_in(t, batch, BATCH, 1);
		in += now_ns() - start;
		if (pkts[BATCH - 1].drop)
			abort();
	}
	out /= (double)rounds * BATCH;
	in /= (double)rounds * BATCH;
	bare(esp_table_engine(t), sa, rounds, &crypt_out, &crypt_in);
	printf("%-12s %-16s out %6.0f ns (cryptography %6.0f, rest %4.0f)  in %6.0f ns (%6.0f, "
	       "%4.0f)\n",
	       esp_cipher_info(alg)->name, esp_mac_info(alg.mac)->name, out, crypt_out,
	       out - crypt_out, in, crypt_in, in - crypt_in);
	esp_table_free(t);
	esp_sa_free(sa);
}

int main(void)
{
	static const struct {
		struct esp_alg alg;
		int rounds;
	} rows[] = {
	        {{ESP_CIPHER_NULL, 0, ESP_MAC_NONE}, 2000},
	        {{ESP_CIPHER_AES, 16, ESP_MAC_SHA1}, 500},
	        {{ESP_CIPHER_AES, 32, ESP_MAC_SHA1}, 500},
	        {{ESP_CIPHER_AES, 32, ESP_MAC_SHA256}, 500},
	        {{ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, 50},
	        {{ESP_CIPHER_DES, 8, ESP_MAC_MD5}, 50},
	};

	if (prim_init(NULL))
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(rows[i].alg, rows[i].rounds);
	prim_free();
	return 0;
}
