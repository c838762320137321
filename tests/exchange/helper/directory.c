#include "tests/exchange/helper/directory.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/str.h"

enum { BIND = 0x60, BOUND = 0x61, SEARCH = 0x63, ENTRY = 0x64, DONE = 0x65, CONNS = 16, INVALID_CREDENTIALS = 49 };

/* Short forms alone: every length here is below 128. */
static void tlv(struct wr *w, uint8_t tag, const void *value, size_t len)
{
	wr_u8(w, tag);
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, value, len);
}

static void send_op(int fd, uint8_t id, uint8_t op, const struct wr *content)
{
	uint8_t message[256];
	struct wr w = wr_of(message, sizeof message);
	wr_u8(&w, 0x30);
	wr_u8(&w, (uint8_t)(3 + 2 + wr_len(content)));
	tlv(&w, 0x02, &id, 1);
	tlv(&w, op, content->start, wr_len(content));
	send(fd, message, wr_len(&w), MSG_NOSIGNAL);
}

static void send_result(int fd, uint8_t id, uint8_t op, uint8_t code, const char *text)
{
	uint8_t content[128];
	struct wr w = wr_of(content, sizeof content);
	tlv(&w, 0x0a, &code, 1);
	tlv(&w, 0x04, "", 0);
	tlv(&w, 0x04, text, strlen(text));
	send_op(fd, id, op, &w);
}

/* An entry with one attribute of one value. */
static void send_entry(int fd, uint8_t id, const char *dn, const char *name, const char *value)
{
	uint8_t content[128], inner[3][64];
	struct wr set = wr_of(inner[0], 64), pair = wr_of(inner[1], 64), list = wr_of(inner[2], 64), w = wr_of(content, 128);
	tlv(&set, 0x04, value, strlen(value));
	tlv(&pair, 0x04, name, strlen(name));
	tlv(&pair, 0x31, set.start, wr_len(&set));
	tlv(&list, 0x30, pair.start, wr_len(&pair));
	tlv(&w, 0x04, dn, strlen(dn));
	tlv(&w, 0x30, list.start, wr_len(&list));
	send_op(fd, id, ENTRY, &w);
}

static bool says(struct bytes request, const char *text)
{
	return memmem(request.p, request.len, text, strlen(text)) != NULL;
}

static void answer_bind(int fd, uint8_t id, struct bytes request)
{
	char text[96];
	if (!says(request, "CN=Jane") || says(request, "good")) {
		send_result(fd, id, BOUND, 0, "");
		return;
	}
	snprintf(text, sizeof text, "80090308: LdapErr: DSID-0C090334, comment: AcceptSecurityContext error, data %.*s, vece",
	         3, (const char *)request.p + request.len - 3);
	send_result(fd, id, BOUND, INVALID_CREDENTIALS, text);
}

static void answer_search(int fd, uint8_t id, struct bytes request)
{
	if (says(request, "objectClass"))
		send_entry(fd, id, "", "supportedCapabilities", "1.2.840.113556.1.4.800");
	else if (says(request, "sAMAccountName"))
		send_entry(fd, id, "CN=Jane", "title", "x");
	send_result(fd, id, DONE, 0, "");
}

/* false: the connection is over. */
static bool answer(int fd)
{
	uint8_t message[512];
	ssize_t n = recv(fd, message, sizeof message, 0);
	struct rd r = rd_of(message, n > 0 ? (size_t)n : 0);
	rd_skip(&r, 1);
	uint8_t len = rd_u8(&r);
	rd_skip(&r, len > 0x80 ? len & 0x7f : 0);
	rd_skip(&r, 2);
	uint8_t id = rd_u8(&r), op = rd_u8(&r);
	if (!rd_ok(&r) || (op != BIND && op != SEARCH))
		return false;
	(op == BIND ? answer_bind : answer_search)(fd, id, rd_rest(&r));
	return true;
}

static void serve(int listener)
{
	struct pollfd p[1 + CONNS] = {{.fd = listener, .events = POLLIN}};
	for (unsigned i = 1; i <= CONNS; i++)
		p[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	for (;;) {
		poll(p, 1 + CONNS, -1);
		for (unsigned i = 1; i <= CONNS; i++) {
			if (p[i].fd >= 0 && p[i].revents != 0 && !answer(p[i].fd)) {
				close(p[i].fd);
				p[i].fd = -1;
			} else if (p[i].fd < 0 && p[0].revents != 0) {
				p[i].fd = accept(listener, NULL, NULL);
				p[0].revents = p[i].revents = 0;
			}
		}
	}
}

int directory_start(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(s, (struct sockaddr *)&at, sizeof at) != 0 || listen(s, 16) != 0)
		return -1;
	pid_t us = getpid(), pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() == us)
			serve(s);
		_exit(1);
	}
	close(s);
	return pid;
}
