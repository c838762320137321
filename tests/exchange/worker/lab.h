/* A packet path with real sockets and everything around it, in two network namespaces of the test's own:
 *
 *   appliance  v0 203.0.113.1   the worker: UDP 4500, raw ESP, TUN device postern0 with 10.78.0.0/24
 *              v2 10.77.0.1
 *   outside    v1 203.0.113.2   the client's end of ESP
 *              v3 10.77.0.2     a host of the private network, default route for 10.78.0.0/24 by the appliance
 *
 * The client is the peer's half of the SAs and a socket; L2TP and PPP headers are written by the tests. */
#ifndef TESTS_EXCHANGE_WORKER_LAB_H
#define TESTS_EXCHANGE_WORKER_LAB_H

#include "core/net/hostcfg.h"
#include "core/worker.h"
#include "crypto/ipsec/esp.h"

enum {
	LAB_SERVER = 0xcb007101u, /* 203.0.113.1 */
	LAB_CLIENT = 0xcb007102u,
	LAB_HOST = 0x0a4d0002u, /* 10.77.0.2 */
	LAB_USER = 0x0a4e0001u, /* 10.78.0.1: the session's address */
	LAB_PEER = 7,
	LAB_FLOW = 9,
	LAB_TUNNEL = 5,
	LAB_CALL = 6,
	LAB_PORT = 5000, /* of the host's socket */
	LAB_PKTS = PKT_BATCH,
	LAB_CAP = PKT_HEADROOM + 4096 + PKT_TAILROOM,
};

/* What came up, and the last of each kind. */
struct lab_seen {
	unsigned ike, l2tp, ppp, drop, used, soft, hard, moved;
	uint8_t msg[4096];
	size_t len;
	struct ip4_end local, remote, moved_to;
	uint32_t flow, spi;
	uint16_t tunnel, call;
	struct worker_drop dropped;
};

struct lab {
	unsigned n; /* workers */
	struct udp *natt[WORKERS_MAX];
	struct rawesp *raw[WORKERS_MAX];
	struct tun tun[WORKERS_MAX];
	struct hostcfg *host;
	char state[32];
	struct workers *w;
	struct lab_seen seen;
	uint16_t mss;
	uint16_t port; /* the client sends to inside ESP, 0 = 1701 */
	/* of the SAs made next */
	struct {
		enum esp_mode mode; /* lab_enter: transport */
		enum esp_mac mac;   /* lab_enter: SHA-1 */
		uint32_t soft_kb, life_kb;
		uint8_t df_policy;
		bool frag_after;
		bool any_port;
	} want;
	int ns_inside, ns_outside;
	/* the other ends */
	struct udp *client, *client_moved; /* from port 4500, from another one */
	struct rawesp *client_raw;
	int host_fd; /* UDP 10.77.0.2:5000 */
	struct esp_table *table;
	struct esp_sa *sa; /* the client's current one */
	struct pkt pkts[LAB_PKTS];
	uint8_t area[LAB_PKTS][LAB_CAP];
};

/* What the next lab has. */
extern unsigned lab_workers, lab_threads; /* threads: 0 = one for each worker */
extern uint32_t lab_offloads; /* enum offload: allowed */
/* false when namespaces may not be made here (not root). */
bool lab_enter(struct lab *l);
void lab_leave(struct lab *l);
void lab_outside(struct lab *l, const char *command); /* runs it there */

/* For cmocka: a lab for each test, and a program that is skipped where there are no namespaces; its arguments: how many
 * workers ("4", "4/2": in two threads), which offloads are forbidden (offload_forbid). */
int lab_arguments(int argc, char **argv);
extern struct lab lab_one;
int lab_setup(void **state);
int lab_teardown(void **state);
#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)
#define LAB_RUN(tests)                                                          \
	(geteuid() == 0 ? lab_arguments(argc, argv) != 0 ? 2 : cmocka_run_group_tests(tests, NULL, NULL) \
	                : (puts("not root: no network namespaces, nothing was tested"), 77))

/* Lets events come up until *count reaches want; false after a second. */
bool lab_wait(struct lab *l, const unsigned *count, unsigned want);
void lab_drain(struct lab *l); /* commands taken, events delivered */

/* A new pair of SAs: ours into the worker, the client's into its table. Returns our SPI. */
uint32_t lab_sa(struct lab *l, bool udp_encap, bool current);
void lab_client_use(struct lab *l, uint32_t spi); /* the client sends on the pair with our SPI */
void lab_sa_remove(struct lab *l, uint32_t spi);
void lab_session(struct lab *l, uint16_t mtu); /* added and opened */
uint32_t lab_connected(struct lab *l, uint16_t mtu); /* a current pair, and a session on it; our SPI */
struct worker_totals lab_totals(struct lab *l); /* of that session */

/* The client sends an inner UDP payload (L2TP message) through its SA, from a socket; the ESP packet stays in
 * pkts[0] to be sent again. */
void lab_client_send(struct lab *l, struct udp *from, const void *l2tp, size_t len);
void lab_again(struct lab *l, struct udp *from);
/* An IP packet in L2TP and PPP. */
void lab_client_ip(struct lab *l, const void *ip, size_t len);
/* The next L2TP message for the client, at most a second; its length, 0 when there is none. */
size_t lab_client_recv(struct lab *l, uint8_t *l2tp, size_t cap);
/* Same, but must be an IP packet of the session; only that. */
size_t lab_client_recv_ip(struct lab *l, uint8_t *ip, size_t cap);

/* An IP packet with UDP from the session's address to the host. Returns its length. */
size_t lab_udp_packet(uint8_t *ip, uint32_t src, uint32_t dst, const void *data, size_t len);
void lab_host_send(struct lab *l, const void *data, size_t len, bool df);
ssize_t lab_host_recv(struct lab *l, void *data, size_t cap); /* -1 after a second */
unsigned lab_host_mtu(struct lab *l); /* what the host believes of its path to the session */
int lab_host_tcp(struct lab *l); /* sees whole TCP packets to the host; the caller's to close */
uint64_t lab_drops(struct lab *l, enum drop_reason why);

#endif
