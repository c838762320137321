#include "netns.h"

#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool netns_enter(void)
{
	if (unshare(CLONE_NEWNET))
		return false;
	sh("ip link set lo up");
	return true;
}

void sh(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (system(line)) {
		fprintf(stderr, "failed: %s\n", line);
		abort();
	}
}

struct pkt **packets_new(unsigned n, uint32_t cap)
{
	struct pkt **p = calloc(n, sizeof(*p));
	for (unsigned i = 0; i < n; i++) {
		p[i] = calloc(1, sizeof(*p[i]) + cap); /* received into, it is a view of another's buffer */
		pkt_view(p[i], (uint8_t *)(p[i] + 1), cap, cap > PKT_HEADROOM ? PKT_HEADROOM : cap, 0);
	}
	return p;
}

void packets_free(struct pkt **p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free(p[i]);
	free(p);
}

void packet_fill(struct pkt *p, const void *data, size_t len)
{
	pkt_reset(p);
	memcpy(pkt_put(p, (uint32_t)len), data, len);
}

bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, 1000) == 1;
}
