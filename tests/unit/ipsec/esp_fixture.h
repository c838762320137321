/* Pairs and packets for the tests of the ESP path. */
#ifndef TESTS_UNIT_IPSEC_ESP_FIXTURE_H
#define TESTS_UNIT_IPSEC_ESP_FIXTURE_H

#include "crypto/ipsec/esp.h"

enum {
	FIX_SPI_IN = 0x0000512au, /* worker 0, slot 5 */
	FIX_SPI_OUT = 0xc0ffee01u,
	FIX_SPI_OTHER = 0x00007123, /* worker 0, slot 7: of the client's end, where both are in one table */
	FIX_SERVER = 0xc0000201u, /* 192.0.2.1 */
	FIX_CLIENT = 0xc6336407u, /* 198.51.100.7 */
};

struct fix_pkt {
	struct pkt p;
	uint8_t area[2048];
};

/* Ours; keys are fixed patterns. */
struct sa_pair fix_pair(struct esp_alg alg, enum esp_mode mode, bool udp_encap);
/* The same SAs as the other end has them: in and out exchanged. */
struct sa_keys *fix_keys(void); /* to be filled in */
struct sa_pair fix_mirror(const struct sa_pair *pair, uint32_t spi_in);
/* Both ends of a pair in one table. */
struct fix_sas {
	struct esp_table *t;
	struct sa_pair pair;
	struct esp_sa *sa, *other; /* ours, the client's */
};

struct fix_sas fix_open(struct sa_pair pair);
void fix_close(struct fix_sas *f);
/* For cmocka: the engine of all of them. */
int fix_setup(void **state);
int fix_teardown(void **state);

void fix_pkt_init(struct fix_pkt *f, const void *data, size_t len);
/* A UDP datagram src -> dst with n bytes of a pattern. */
void fix_pkt_udp(struct fix_pkt *f, uint16_t src, uint16_t dst, size_t n);
/* Builds an ESP packet from scratch, without the code under test: next header and padding as told. */
void fix_pkt_esp(struct fix_pkt *f, const struct sa_pair *pair, uint32_t seq, const void *payload,
                 size_t len, uint8_t next, int pad_fault);

#endif
