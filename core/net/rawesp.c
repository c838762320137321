#include "core/net/rawesp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/drop.h"
#include "core/net/batch.h"

struct rawesp {
	struct batch b;
};

int rawesp_open(struct rawesp **r, bool sender, struct err *err)
{
	*r = NULL;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ESP);
	if (fd < 0)
		return err_set(err, -errno, "cannot open a raw socket for ESP: %s",
		               strerror(errno));
	if (sender && batch_receive_nothing(fd)) {
		int failed = errno;
		close(fd);
		return err_set(err, -failed, "cannot filter a raw socket: %s", strerror(failed));
	}
	struct rawesp *n = malloc(sizeof(*n));
	if (!n) {
		close(fd);
		return err_set(err, -ENOMEM, "out of memory");
	}
	int code = batch_init(&n->b, fd, 0, err);
	if (code) {
		rawesp_close(n);
		return code;
	}
	*r = n;
	return 0;
}

void rawesp_close(struct rawesp *r)
{
	if (!r)
		return;
	batch_close(&r->b);
	free(r);
}

int rawesp_fd(const struct rawesp *r)
{
	return r->b.fd;
}

const struct udp_stats *rawesp_stats(const struct rawesp *r)
{
	return &r->b.stats;
}

/* Reads the IP header (RFC 791 §3.1) and pulls it off. Fragments were put together by the kernel. */
static bool header_strip(struct pkt *p)
{
	struct rd r = pkt_rd(p);
	uint8_t first = rd_u8(&r), tos = rd_u8(&r);
	uint32_t header = (first & 0xfu) * 4, total = rd_u16(&r);
	rd_skip(&r, 5);
	uint8_t proto = rd_u8(&r);
	rd_skip(&r, 2);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	if (!rd_ok(&r) || first >> 4 != 4 || header < 20 || proto != IPPROTO_ESP ||
	    total < header || total > p->len)
		return false;
	p->tos = tos;
	p->peer.ip = src;
	if (!p->local.ip)
		p->local.ip = dst;
	return pkt_trim(p, total) && pkt_pull(p, header);
}

int rawesp_recv(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	int got = batch_recv(&r->b, pkts, n);
	for (int i = 0; i < got; i++)
		if (!pkts[i]->drop && !header_strip(pkts[i]))
			pkts[i]->drop = DROP_IP_OPTIONS;
	return got;
}

bool rawesp_more(const struct rawesp *r)
{
	return batch_more(&r->b);
}

unsigned rawesp_send(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	return batch_send(&r->b, pkts, n);
}
