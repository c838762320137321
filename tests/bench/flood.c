/* flood: first messages of IKE from addresses that are forged, as many a second as it is told. See the usage below. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/random.h"
#include "crypto/prim/prim.h"
#include "tests/client/ike_client.h"

static const char usage[] =
        "flood [OPTIONS] KIND\n"
        "Datagrams to 203.0.113.1, UDP 500 unless said otherwise, each from a random address of 100.64.0.0/10 and a random port, with a random\n"
        "cookie. As root; the way back is the namespace's business (tests/bench/lab.sh).\n"
        "\n"
        "  --rate N          a second (50000)\n"
        "  --seconds S       (20)\n"
        "\n"
        "Kinds: main        the first message of Main Mode, with a proposal the gateway takes and a client's vendor IDs\n"
        "       main-natt   the same to UDP 4500, where live sessions have their packets\n"
        "       aggressive  that of Aggressive Mode, for DefaultRAGroup: key exchange, nonce, identity\n"
        "       garbage     random bytes of random length\n"
        "Prints lines \"flood.NAME value unit\" of what it has done.\n";

enum { BATCH = 64, ROOM = 1400, IP_LEN = 20, UDP_LEN = 8, HEAD = IP_LEN + UDP_LEN, SOURCES = 0x64400000, SOURCE_BITS = 22,
       MARKER = 4 /* in front of IKE on UDP 4500 (RFC 3948 §2.2) */ };

static struct {
	uint8_t bytes[BATCH][ROOM];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
	struct sockaddr_in to;
	size_t len; /* of the message, with its marker; 0 = random bytes */
	size_t marker;
	uint64_t seed;
	uint64_t sent, octets, refused;
	int fd;
} flood;

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Not for keys: fast (xorshift). */
static uint64_t any(void)
{
	flood.seed ^= flood.seed << 13;
	flood.seed ^= flood.seed >> 7;
	flood.seed ^= flood.seed << 17;
	return flood.seed;
}

/* ------------------------------------------------------------------ what is sent */

static void key_exchange(struct ike_out *o)
{
	static const char group[] = "DefaultRAGroup";
	struct prim_dh_job dh = {.group = 2};
	uint8_t nonce[16];
	prim_dh_run(&dh);
	random_bytes(nonce, sizeof nonce);
	ike_out_bytes(o, PAY_KE, (struct bytes){dh.public, dh.public_len});
	ike_out_bytes(o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
	ike_out_payload(o, PAY_ID);
	wr_u32(&o->w, (uint32_t)ID_KEY_ID << 24);
	wr_bytes(&o->w, group, sizeof group - 1);
	prim_dh_clear(&dh);
}

static void compose(struct ike_out *o, bool aggressive)
{
	static const uint8_t natt[] = {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45,
	                               0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f}; /* RFC 3947 §3.1 */
	static struct ike_offer offer;
	struct ike_hdr hdr = {.exch = aggressive ? EXCH_AGGRESSIVE : EXCH_MAIN};
	memset(hdr.icookie, 1, sizeof hdr.icookie);
	ike_offer_init(&offer);
	ike_offer_client(&offer, "aes-256", "sha", 2);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	p1_write_offer(&o->w, &offer.policy[0]);
	if (aggressive)
		key_exchange(o);
	ike_out_bytes(o, PAY_VENDOR, (struct bytes){natt, sizeof natt});
	if (!ike_out_end(o))
		die("message");
}

static void prepare(const char *kind)
{
	static struct ike_out o;
	bool aggressive = strcmp(kind, "aggressive") == 0;
	flood.marker = strcmp(kind, "main-natt") == 0 ? MARKER : 0;
	if (strcmp(kind, "garbage") != 0) {
		compose(&o, aggressive);
		flood.len = flood.marker + ike_out_all(&o).len;
	}
	for (unsigned i = 0; i < BATCH; i++) {
		struct wr w = wr_of(flood.bytes[i], ROOM);
		wr_u16(&w, 0x4500);
		wr_space(&w, 6);
		wr_u8(&w, 64);
		wr_u8(&w, IPPROTO_UDP);
		wr_space(&w, 6);
		wr_u32(&w, SERVER_IP);
		wr_u16(&w, 0);
		wr_u16(&w, flood.marker > 0 ? IKE_PORT_NATT : IKE_PORT);
		wr_space(&w, 4 + flood.marker);
		if (flood.len > 0)
			wr_bytes(&w, ike_out_all(&o).p, ike_out_all(&o).len);
		else
			random_bytes(wr_space(&w, ROOM - HEAD), ROOM - HEAD);
		flood.iov[i].iov_base = flood.bytes[i];
		flood.msg[i].msg_hdr = (struct msghdr){
		        .msg_name = &flood.to, .msg_namelen = sizeof flood.to, .msg_iov = &flood.iov[i], .msg_iovlen = 1};
		if (!wr_ok(&w))
			die("message");
	}
}

/* Another address, port and cookie; of garbage another length. */
static void vary(unsigned i)
{
	uint64_t r = any();
	size_t len = flood.len > 0 ? flood.len : 1 + (size_t)(any() % 600);
	struct wr w = wr_of(flood.bytes[i], ROOM);
	wr_space(&w, 12);
	wr_u32(&w, SOURCES + ((uint32_t)r & ((1u << SOURCE_BITS) - 1)));
	wr_space(&w, 4);
	wr_u16(&w, (uint16_t)(1024 + (r >> 32) % 60000));
	wr_space(&w, 2);
	wr_u16(&w, (uint16_t)(UDP_LEN + len));
	wr_space(&w, 2 + flood.marker);
	wr_u64(&w, any());
	flood.iov[i].iov_len = HEAD + len;
}

/* ------------------------------------------------------------------ how fast */

static void send_some(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		vary(i);
	int done = sendmmsg(flood.fd, flood.msg, n, 0);
	for (int i = 0; i < done; i++)
		flood.octets += flood.iov[i].iov_len;
	flood.sent += done > 0 ? (unsigned)done : 0;
	flood.refused += n - (done > 0 ? (unsigned)done : 0);
}

static double run(double rate, double seconds)
{
	uint64_t began = now_ns(), end = (uint64_t)(seconds * 1e9), now, tried = 0;
	while ((now = now_ns() - began) < end) {
		uint64_t due = (uint64_t)((double)now / 1e9 * rate);
		unsigned n = due - tried < BATCH ? (unsigned)(due - tried) : BATCH;
		send_some(n);
		tried += n;
		if (tried >= due)
			usleep(300);
	}
	return (double)(now_ns() - began) / 1e9;
}

static bool known(const char *kind)
{
	static const char *const kinds[] = {"main", "main-natt", "aggressive", "garbage"};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {{"rate", required_argument, NULL, 'r'},
	                                      {"seconds", required_argument, NULL, 's'},
	                                      {"help", no_argument, NULL, 'h'},
	                                      {NULL, 0, NULL, 0}};
	double rate = 50000, seconds = 20;
	struct err err = {0};
	for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;)
		switch (c) {
		case 'r':
			rate = atof(optarg);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	if (optind + 1 != argc || rate <= 0 || seconds <= 0 || !known(argv[optind])) {
		fputs(usage, stderr);
		return 2;
	}
	if (prim_init(&err) != 0)
		die(err.text);
	flood.to = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(SERVER_IP)};
	random_bytes(&flood.seed, sizeof flood.seed);
	flood.seed |= 1;
	flood.fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (flood.fd < 0)
		die("raw socket");
	prepare(argv[optind]);
	double took = run(rate, seconds);
	printf("flood.sent %llu datagrams\nflood.refused %llu datagrams\nflood.rate %.0f 1/s\nflood.octets %llu octets\n",
	       (unsigned long long)flood.sent, (unsigned long long)flood.refused, (double)flood.sent / took,
	       (unsigned long long)flood.octets);
	prim_free();
	return 0;
}
