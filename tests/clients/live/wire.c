#include "tests/clients/live/live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
	int type, protocol;
	uint16_t port;
} ports[PORT_N] = {[PORT_IKE] = {SOCK_DGRAM, IPPROTO_UDP, IKE_PORT},
                   [PORT_NATT] = {SOCK_DGRAM, IPPROTO_UDP, IKE_PORT_NATT},
                   [PORT_ESP] = {SOCK_RAW, IPPROTO_ESP, 0}};

static struct sockaddr_in address(uint32_t ip, uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(ip)};
}

void wire_open(struct live *c, uint32_t at)
{
	static const int may_be_cut = IP_PMTUDISC_DONT, bytes = 1 << 20;
	wire_close(c);
	c->at = at;
	for (unsigned i = 0; i < PORT_N; i++) {
		struct sockaddr_in a = address(at, ports[i].port);
		c->fd[i] = socket(AF_INET, ports[i].type | SOCK_CLOEXEC | SOCK_NONBLOCK, ports[i].protocol);
		if (c->fd[i] < 0 || setsockopt(c->fd[i], IPPROTO_IP, IP_MTU_DISCOVER, &may_be_cut, sizeof may_be_cut) != 0 ||
		    setsockopt(c->fd[i], SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 ||
		    bind(c->fd[i], (struct sockaddr *)&a, sizeof a) != 0)
			fail_msg("%s port %u: %s", ip4_text(at).s, ports[i].port, strerror(errno));
	}
}

void wire_close(struct live *c)
{
	for (unsigned i = 0; i < PORT_N; i++) {
		if (c->fd[i] >= 0)
			close(c->fd[i]);
		c->fd[i] = -1;
	}
}

void wire_send(struct live *c, enum live_port port, uint32_t to, const struct iovec *parts, size_t n)
{
	struct sockaddr_in a = address(to, ports[port].port);
	struct msghdr m = {.msg_name = &a, .msg_namelen = sizeof a, .msg_iov = (struct iovec *)parts, .msg_iovlen = n};
	c->left_by[port]++;
	if (c->fd[port] >= 0 && sendmsg(c->fd[port], &m, 0) < 0 && errno != EAGAIN && errno != ENOBUFS)
		fail_msg("sendmsg: %s", strerror(errno));
}

/* ------------------------------------------------------------------ the event loop */

static uint64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Whatever is there. ESP comes with its IP header. */
static void drain(struct live *c, enum live_port port)
{
	enum { IP4_MIN = 20 };
	static uint8_t data[65536];
	for (ssize_t n; c->fd[port] >= 0 && (n = recv(c->fd[port], data, sizeof data, 0)) >= 0;) {
		size_t head = port != PORT_ESP ? 0 : n < IP4_MIN ? (size_t)n : (data[0] & 0x0fu) * 4u;
		if (head <= (size_t)n)
			live_datagram(c, port, data + head, (size_t)n - head);
	}
}

/* One turn, at most so long; true: standard input has ended. */
static bool turn(struct live *c, uint64_t wait, bool told)
{
	struct pollfd p[PORT_N + 1] = {[PORT_N] = {.fd = told ? STDIN_FILENO : -1, .events = POLLIN}};
	char text[64];
	uint64_t next = clock_next(&c->clock);
	for (unsigned i = 0; i < PORT_N; i++)
		p[i] = (struct pollfd){.fd = c->fd[i], .events = POLLIN};
	poll(p, PORT_N + 1, (int)(next < wait ? next : wait));
	clock_run(&c->clock, now_ms());
	for (unsigned i = 0; i < PORT_N; i++)
		if (p[i].revents != 0)
			drain(c, (enum live_port)i);
	return p[PORT_N].revents != 0 && read(STDIN_FILENO, text, sizeof text) <= 0;
}

bool live_until(struct live *c, bool (*test)(const struct live *), uint64_t ms)
{
	for (uint64_t now = now_ms(), end = now + ms; !test(c); now = now_ms()) {
		if (now >= end)
			return false;
		turn(c, end - now, false);
	}
	return true;
}

static bool never(const struct live *c)
{
	(void)c;
	return false;
}

void live_run(struct live *c, uint64_t ms)
{
	live_until(c, never, ms);
}

void live_until_told(struct live *c)
{
	while (!turn(c, 1000, true))
		;
}
