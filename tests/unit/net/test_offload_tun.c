/* Two devices in two networks and this test between them: what hosts send each other through it arrives whole,
 * whatever is left to the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/drop.h"
#include "core/net/tun.h"
#include "netns.h"

enum { BYTES = 8 << 20, PORT = 5001, DATAGRAMS = 400, DATAGRAM = 1200, QUEUES = 2 };

struct side {
	int net;
	struct tun tun;
};
static struct side left, right;
static atomic_bool done;
static unsigned forward_max; /* packets per call */
static bool refusing; /* the kernel takes no super-packets from us */

ssize_t __real_writev(int fd, const struct iovec *iov, int n);
ssize_t __wrap_writev(int fd, const struct iovec *iov, int n);
ssize_t __wrap_writev(int fd, const struct iovec *iov, int n)
{
	if (!refusing || n <= 2)
		return __real_writev(fd, iov, n);
	errno = EINVAL;
	return -1;
}

static void go(const struct side *s)
{
	assert_int_equal(setns(s->net, CLONE_NEWNET), 0);
}

static void side_open(struct side *s, unsigned n, uint32_t offload)
{
	struct err err = {0};
	if (tun_open(&s->tun, 1, TUN_NAME, 1400, offload, &err))
		fail_msg("%s", err.text);
	sh("ip addr add 10.9.0.%u peer 10.9.0.%u dev " TUN_NAME, n, 3 - n);
}

/* The worker in small: from one device to the other, until the end is told. */
static void *carry(void *arg)
{
	struct pkt store[PKT_BATCH], *pkts[PKT_BATCH];
	struct tun *t[2] = {&left.tun, &right.tun};
	(void)arg;
	for (unsigned i = 0; i < PKT_BATCH; i++)
		pkts[i] = &store[i];
	while (!done) {
		struct pollfd fds[2] = {{left.tun.fd, POLLIN, 0}, {right.tun.fd, POLLIN, 0}};
		poll(fds, 2, tun_more(t[0]) || tun_more(t[1]) ? 0 : 100);
		for (unsigned i = 0; i < 2; i++) {
			int n = tun_recv(t[i], pkts, forward_max);
			if (n > 0)
				tun_send(t[1 - i], pkts, (unsigned)n);
		}
	}
	return NULL;
}

static int tcp_socket(const struct side *s, bool server)
{
	struct sockaddr_in a = {
	        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(server ? 0 : 0x0a090002)};
	int on = 1;
	go(s);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (server) {
		assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
		assert_int_equal(listen(fd, 1), 0);
	} else {
		assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	}
	return fd;
}

static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 2654435761u >> 13);
}

static void *send_stream(void *arg)
{
	uint8_t *data = malloc(BYTES);
	for (size_t i = 0; i < BYTES; i++)
		data[i] = byte_at(i);
	for (size_t at = 0; at < BYTES;) {
		ssize_t n = send(*(int *)arg, data + at, BYTES - at < 100001 ? BYTES - at : 100001, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	shutdown(*(int *)arg, SHUT_WR);
	free(data);
	return NULL;
}

static void stream_passes(void)
{
	static uint8_t got[65536];
	pthread_t sender;
	size_t at = 0;
	int server = tcp_socket(&right, true), client = tcp_socket(&left, false), fd = accept(server, NULL, NULL);
	assert_true(fd >= 0);
	pthread_create(&sender, NULL, send_stream, &client);
	for (ssize_t n; (n = recv(fd, got, sizeof(got), 0)) > 0;)
		for (ssize_t i = 0; i < n; i++, at++)
			if (got[i] != byte_at(at))
				fail_msg("byte %zu is wrong", at);
	pthread_join(sender, NULL);
	assert_int_equal(at, BYTES);
	close(fd);
	close(client);
	close(server);
}

static int udp_socket(const struct side *s, uint32_t ip, uint32_t to)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(ip)};
	struct timeval wait = {2, 0};
	go(s);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	a.sin_addr.s_addr = htonl(to);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

/* size: at most DATAGRAM. */
static void datagrams_pass(int size)
{
	uint8_t data[40 * DATAGRAM], got[DATAGRAM + 1];
	size_t all = 40u * (size_t)size - 7;
	int a = udp_socket(&left, 0x0a090001, 0x0a090002), b = udp_socket(&right, 0x0a090002, 0x0a090001);
	setsockopt(a, SOL_UDP, UDP_SEGMENT, &size, sizeof(size));
	for (unsigned i = 0; i < DATAGRAMS / 40; i++) {
		for (size_t k = 0; k < all; k++)
			data[k] = byte_at(i * all + k);
		assert_int_equal(send(a, data, all, 0), all);
		for (size_t at = 0; at < all; at += (size_t)size) {
			size_t len = all - at < (size_t)size ? all - at : (size_t)size;
			assert_int_equal(recv(b, got, sizeof(got), 0), len);
			assert_memory_equal(got, data + at, len);
		}
	}
	close(a);
	close(b);
}

/* Of the least size that is joined, and a little more: none of it is refused. */
static void small_datagrams_pass(bool joined)
{
	static const int sizes[] = {8, 9, 32, 36, 100};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t before = ctr_get(&right.tun.tx_supers);
		datagrams_pass(sizes[i]);
		if (joined)
			assert_true(ctr_get(&right.tun.tx_supers) - before > 5); /* of ten; the last may not be counted yet */
	}
}

static void passes_with(uint32_t from, uint32_t to)
{
	pthread_t carrier;
	go(&left);
	side_open(&left, 1, from);
	go(&right);
	side_open(&right, 2, to);
	assert_int_equal(left.tun.offload, from);
	assert_int_equal(right.tun.offload, to);
	done = false;
	pthread_create(&carrier, NULL, carry, NULL);
	stream_passes();
	datagrams_pass(DATAGRAM);
	small_datagrams_pass((from & OFFLOAD_TUN_USO) && (to & OFFLOAD_COALESCE) && (to & OFFLOAD_TUN_USO) && !refusing);
	done = true;
	pthread_join(carrier, NULL);
	assert_int_equal(ctr_get(&left.tun.tx_errors) + ctr_get(&right.tun.tx_errors), 0);
	assert_int_equal(ctr_get(&left.tun.rx_supers) > 5, (from & (OFFLOAD_TUN_TSO | OFFLOAD_TUN_USO)) != 0);
	if (refusing)
		assert_int_equal(right.tun.offload, to & ~(uint32_t)OFFLOAD_COALESCE); /* not asked for ever */
	else if ((to & OFFLOAD_COALESCE) && (from & OFFLOAD_TUN_TSO)) /* else it depends on what comes at a time */
		assert_true(ctr_get(&right.tun.tx_supers) > 5);
	if (!(to & OFFLOAD_COALESCE) || refusing)
		assert_int_equal(ctr_get(&right.tun.tx_supers), 0);
	tun_close(&left.tun);
	tun_close(&right.tun);
}

static const uint32_t host = OFFLOAD_TUN_CSUM | OFFLOAD_TUN_TSO | OFFLOAD_TUN_USO;

static void everything_left_to_the_kernel(void **state)
{
	(void)state;
	forward_max = PKT_BATCH;
	passes_with(OFFLOAD_TUN, OFFLOAD_TUN);
	forward_max = 7; /* super-packets are handed out in several batches */
	passes_with(OFFLOAD_TUN, OFFLOAD_TUN);
	forward_max = PKT_BATCH;
}

static void each_forbidden(void **state)
{
	(void)state;
	passes_with(OFFLOAD_NONE, OFFLOAD_NONE);
	passes_with(OFFLOAD_TUN, OFFLOAD_NONE);
	passes_with(OFFLOAD_NONE, OFFLOAD_TUN);
	passes_with(OFFLOAD_TUN_CSUM, host);
	passes_with(OFFLOAD_TUN_CSUM | OFFLOAD_TUN_TSO | OFFLOAD_COALESCE, OFFLOAD_COALESCE);
	passes_with(OFFLOAD_TUN_CSUM | OFFLOAD_TUN_USO, OFFLOAD_TUN);
	passes_with(OFFLOAD_COALESCE, OFFLOAD_TUN);
}

static void what_the_device_refuses_goes_singly(void **state)
{
	(void)state;
	refusing = true;
	passes_with(OFFLOAD_TUN, OFFLOAD_TUN);
	refusing = false;
}

/* TSO stands on checksums: without them it is not in force. */
static void what_stands_on_the_forbidden_is_off(void **state)
{
	struct tun t;
	struct err err = {0};
	(void)state;
	go(&left);
	assert_int_equal(tun_open(&t, 1, TUN_NAME, 1400, OFFLOAD_ALL & ~OFFLOAD_TUN_CSUM, &err), 0);
	assert_int_equal(t.offload, OFFLOAD_COALESCE);
	tun_close(&t);
}

static void several_queues_are_one_device(void **state)
{
	struct tun q[QUEUES], others[QUEUES];
	struct err err = {0};
	(void)state;
	go(&left);
	assert_int_equal(tun_open(q, QUEUES, TUN_NAME, 1400, OFFLOAD_ALL, &err), 0);
	for (unsigned i = 0; i < QUEUES; i++) {
		assert_int_equal(q[i].ifindex, q[0].ifindex);
		assert_int_equal(q[i].offload, OFFLOAD_TUN);
	}
	assert_int_equal(tun_open(others, 1, TUN_NAME, 1400, OFFLOAD_ALL, &err), -EBUSY);
	assert_int_equal(tun_open(others, QUEUES, TUN_NAME, 1400, OFFLOAD_ALL, &err), -EBUSY); /* nobody joins it */
	for (unsigned i = 0; i < QUEUES; i++)
		tun_close(&q[i]);
}

static bool side_make(struct side *s)
{
	if (!netns_enter())
		return false;
	s->net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return s->net >= 0;
}

int main(void)
{
	struct tun t;
	struct err err = {0};
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(everything_left_to_the_kernel),
	        cmocka_unit_test(each_forbidden),
	        cmocka_unit_test(what_the_device_refuses_goes_singly),
	        cmocka_unit_test(what_stands_on_the_forbidden_is_off),
	        cmocka_unit_test(several_queues_are_one_device),
	};
	if (!side_make(&left) || !side_make(&right) || tun_open(&t, 1, TUN_NAME, 1400, OFFLOAD_NONE, &err)) {
		print_message("no network namespace, or no device: skipped\n");
		return 0;
	}
	tun_close(&t);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
