#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/drop.h"
#include "core/net/tun_int.h"

static bool device_write(const struct tun *t, const struct iovec *iov, int n, size_t len)
{
	ssize_t r;
	do
		r = n == 1 ? write(t->fd, iov->iov_base, iov->iov_len) : writev(t->fd, iov, n);
	while (r < 0 && errno == EINTR);
	return r == (ssize_t)len;
}

/* A packet as it is. The device's header goes where the headers stood that were pulled off. */
static bool send_one(struct tun *t, struct pkt *p)
{
	struct virtio_net_hdr none = {0};
	struct iovec iov[2] = {{&none, VNET_LEN}, {pkt_data(p), p->len}};
	bool sent;
	if (!t->vnet) {
		sent = device_write(t, &iov[1], 1, p->len);
	} else if (p->off < VNET_LEN) {
		sent = device_write(t, iov, 2, VNET_LEN + p->len);
	} else {
		uint8_t *at = pkt_data(p) - VNET_LEN;
		memset(at, 0, VNET_LEN);
		iov[0] = (struct iovec){at, VNET_LEN + p->len};
		sent = device_write(t, iov, 1, VNET_LEN + p->len);
	}
	if (!sent)
		p->drop = DROP_TUN_WRITE;
	return sent;
}

static bool send_super(struct tun *t, const struct tun_group *g, struct pkt *const *pkts)
{
	const struct tun_plan *plan = &t->store->plan;
	uint8_t head[TUN_SUPER_HEAD];
	struct iovec iov[1 + PKT_BATCH];
	int n = 0;
	iov[n++] = (struct iovec){head, tun_super_head(plan, g, pkts, head)};
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = plan->next[at])
		iov[n++] = (struct iovec){pkt_data(pkts[at]) + plan->look[at].headers, plan->look[at].payload};
	if (device_write(t, iov, n, VNET_LEN + g->len)) {
		t->store->super_taken = true;
		ctr_add(&t->tx_supers, 1);
		return true;
	}
	/* A device that never took one will not take the next. */
	if (!t->store->super_taken && ++t->store->super_refused >= TUN_REFUSED_MAX)
		t->offload &= ~(uint32_t)OFFLOAD_COALESCE;
	return false;
}

/* How many of the group went. */
static unsigned send_group(struct tun *t, const struct tun_group *g, struct pkt *const *pkts)
{
	unsigned sent = 0;
	if (g->n > 1 && send_super(t, g, pkts))
		return g->n;
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = t->store->plan.next[at])
		sent += send_one(t, pkts[at]);
	return sent;
}

static unsigned send_batch(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	struct tun_plan *plan = &t->store->plan;
	unsigned sent = 0;
	if (!(t->offload & OFFLOAD_COALESCE) || n == 1) {
		for (unsigned i = 0; i < n; i++)
			sent += send_one(t, pkts[i]);
		return sent;
	}
	tun_coalesce(plan, pkts, n, (t->offload & OFFLOAD_TUN_USO) != 0);
	for (unsigned i = 0; i < plan->n; i++)
		sent += send_group(t, &plan->group[i], pkts);
	return sent;
}

unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	struct pkt *go[PKT_BATCH];
	unsigned sent = 0, tried = 0;
	uint64_t bytes = 0;
	for (unsigned i = 0; i < n;) {
		unsigned k = 0;
		for (; i < n && k < PKT_BATCH; i++)
			if (!pkts[i]->drop)
				go[k++] = pkts[i];
		tried += k;
		sent += send_batch(t, go, k);
		for (unsigned j = 0; j < k; j++)
			bytes += go[j]->drop ? 0 : go[j]->len;
	}
	ctr_add(&t->tx_pkts, sent);
	ctr_add(&t->tx_bytes, bytes);
	if (sent < tried)
		ctr_add(&t->tx_errors, tried - sent);
	return sent;
}
