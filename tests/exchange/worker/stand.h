/* Workers without threads, between sockets and devices that only count: a test gives them their turns, and says what a
 * socket or a device hands out in them. */
#ifndef TESTS_EXCHANGE_WORKER_STAND_H
#define TESTS_EXCHANGE_WORKER_STAND_H

#include "core/worker_int.h"

enum {
	STAND_SERVER = 0xcb007101,
	STAND_CLIENT = 0xcb007102,
	STAND_USER = 0x0a4e0001,
	STAND_HOST = 0x0a4d0002,
	STAND_LEN = 600, /* bytes of each IP packet */
	STAND_SEEN = 256,
};

struct stand {
	struct workers *ws;
	struct esp_table *theirs; /* the clients' ends */
	struct pkt coming[PKT_BATCH]; /* what the next turn finds */
	unsigned n_coming, to_tun, to_udp;
	uint32_t last_spi;         /* of what left for the network */
	uint16_t id;               /* of the last IP packet that was made: each has its own */
	uint16_t seen[STAND_SEEN]; /* of what went to TUN: ids, in order */
};
extern struct stand stand;

/* For cmocka: one worker; a program's own setup may want more. */
int stand_setup(void **state);
int stand_workers(unsigned n);
int stand_teardown(void **state);

/* Client k, peer and flow 1 + k: its end of a pair on our SPI; ours; its session, with the address STAND_USER. Life in
 * kilobytes, 0 = none. */
uint32_t stand_spi_of_theirs(unsigned k);
void stand_theirs(unsigned k, uint32_t spi);
void stand_install(unsigned k, uint32_t spi, uint32_t life_kb);
void stand_session(unsigned k);
/* All of it, on a new SPI, which it returns. */
uint32_t stand_enter(unsigned k, uint32_t life_kb);

/* n packets of the host's, or of client k's, wait for the next turn. */
void stand_from_host(uint32_t to, unsigned n);
void stand_from_client(unsigned k, unsigned n);
/* So many went to TUN, and to the network, since this was last asked. */
void stand_passed(unsigned in, unsigned out);
void stand_dropped(enum drop_reason why, unsigned n); /* so many did, of all workers */

#endif
