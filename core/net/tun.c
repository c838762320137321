#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/drop.h"
#include "core/net/tun_int.h"

enum { QUEUE_PKTS = 2048 }; /* of each queue: bursts while the thread is busy, as many as a socket's buffer has room for */

static bool bring_up(int fd, struct ifreq *req)
{
	if (ioctl(fd, SIOCGIFFLAGS, req))
		return false;
	req->ifr_flags |= IFF_UP | IFF_RUNNING;
	return ioctl(fd, SIOCSIFFLAGS, req) == 0;
}

static bool lengthen(int fd, struct ifreq *req)
{
	req->ifr_qlen = QUEUE_PKTS;
	return ioctl(fd, SIOCSIFTXQLEN, req) == 0;
}

/* MTU, length of the queues, up: the ioctls want any socket. */
static int device_start(struct tun *t, struct err *err)
{
	struct ifreq req = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = 0;
	if (fd < 0)
		return err_set(err, -errno, "cannot open a socket: %s", strerror(errno));
	memcpy(req.ifr_name, t->name, sizeof(req.ifr_name));
	req.ifr_mtu = (int)t->mtu;
	if (ioctl(fd, SIOCSIFMTU, &req)) {
		r = err_set(err, -errno, "cannot set MTU %u of %s: %s", t->mtu, t->name,
		            strerror(errno));
	} else if (!lengthen(fd, &req)) {
		r = err_set(err, -errno, "cannot set the queue of %s: %s", t->name, strerror(errno));
	} else if (!bring_up(fd, &req)) {
		r = err_set(err, -errno, "cannot bring %s up: %s", t->name, strerror(errno));
	} else if (ioctl(fd, SIOCGIFINDEX, &req)) {
		r = err_set(err, -errno, "%s: %s", t->name, strerror(errno));
	} else {
		t->ifindex = req.ifr_ifindex;
	}
	close(fd);
	return r;
}

/* What the host may leave to us: as much of what is allowed as the kernel knows. */
static uint32_t host_offload(int fd, uint32_t allowed)
{
	static const struct {
		uint32_t bits;
		unsigned flags;
	} sets[] = {
	        {OFFLOAD_TUN_CSUM | OFFLOAD_TUN_TSO | OFFLOAD_TUN_USO,
	         TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6},
	        {OFFLOAD_TUN_CSUM | OFFLOAD_TUN_USO, TUN_F_CSUM | TUN_F_USO4 | TUN_F_USO6},
	        {OFFLOAD_TUN_CSUM | OFFLOAD_TUN_TSO, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN},
	        {OFFLOAD_TUN_CSUM, TUN_F_CSUM},
	};
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if ((sets[i].bits & ~allowed) == 0 && !ioctl(fd, TUNSETOFFLOAD, sets[i].flags))
			return sets[i].bits;
	ioctl(fd, TUNSETOFFLOAD, 0);
	return OFFLOAD_NONE;
}

static int queue_open(struct tun *t, bool first, bool many, uint32_t allowed, struct err *err)
{
	unsigned flags = IFF_TUN | IFF_NO_PI;
	int vnet_len = VNET_LEN;
	/* Nobody joins a device that is there, of which he would get a share of the packets. */
	flags |= (many ? IFF_MULTI_QUEUE : 0) | (first ? IFF_TUN_EXCL : 0);
	t->vnet = (allowed & OFFLOAD_TUN) != 0;
	flags |= t->vnet ? IFF_VNET_HDR : 0;
	struct ifreq req = {.ifr_flags = (short)flags};
	memcpy(req.ifr_name, t->name, sizeof(req.ifr_name));
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return err_set(err, -errno, "cannot open /dev/net/tun: %s", strerror(errno));
	t->store = aligned_alloc(_Alignof(struct tun_store), sizeof(*t->store));
	if (!t->store)
		return err_set(err, -ENOMEM, "out of memory");
	memset(t->store, 0, offsetof(struct tun_store, in)); /* pages no packet ever reached are not taken */
	if (ioctl(t->fd, TUNSETIFF, &req))
		return err_set(err, -errno,
		               errno == EBUSY ? "device %s belongs to another program: %s"
		                              : "cannot make device %s: %s",
		               t->name, strerror(errno));
	if (t->vnet) {
		if (ioctl(t->fd, TUNSETVNETHDRSZ, &vnet_len))
			return err_set(err, -errno, "cannot set up device %s: %s", t->name, strerror(errno));
		t->offload = host_offload(t->fd, allowed) | (allowed & OFFLOAD_COALESCE);
	}
	return 0;
}

int tun_open(struct tun *queues, unsigned n, const char *name, uint32_t mtu, uint32_t allowed, struct err *err)
{
	int r = 0;
	memset(queues, 0, n * sizeof(*queues));
	for (unsigned i = 0; i < n; i++)
		queues[i].fd = -1;
	for (unsigned i = 0; !r && i < n; i++) {
		queues[i].mtu = mtu;
		str_copy(queues[i].name, sizeof(queues[i].name), str_of(name));
		r = queue_open(&queues[i], i == 0, n > 1, allowed, err);
	}
	if (!r)
		r = device_start(&queues[0], err);
	for (unsigned i = 0; i < n; i++) {
		queues[i].ifindex = queues[0].ifindex;
		if (r)
			tun_close(&queues[i]);
	}
	return r;
}

void tun_close(struct tun *t)
{
	if (t->store && t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	if (t->store) {
		wipe(t->store->in, t->store->in_used);
		wipe(t->store->cut, t->store->cut_used);
	}
	free(t->store);
	t->store = NULL;
}

/* Version, TOS and DF of a packet read from the device; false when it is not IPv4. */
static bool packet_look(struct pkt *p)
{
	struct rd r = pkt_rd(p);
	uint8_t first = rd_u8(&r);
	p->tos = rd_u8(&r);
	rd_skip(&r, 4);
	p->df = (rd_u16(&r) & 0x4000) != 0;
	rd_skip(&r, 12);
	return rd_ok(&r) && first >> 4 == 4;
}

/* Packets of the super-packet that was read, behind those that are made already. */
static unsigned cut(struct tun *t, size_t *at, struct pkt *const *pkts, unsigned n)
{
	struct tun_store *s = t->store;
	size_t used;
	unsigned made = tun_gso_cut(&s->super, s->cut + *at, sizeof(s->cut) - *at, &used, pkts, n);
	*at += used;
	s->cut_used = s->cut_used > *at ? s->cut_used : *at;
	for (unsigned i = 0; i < made; i++)
		packet_look(pkts[i]);
	return made;
}

/* One read, at `at` of the store. 1: p is a packet, 0: a super-packet, or what is not for us; or -errno. */
static int read_one(struct tun *t, size_t at, struct pkt *p)
{
	struct tun_store *s = t->store;
	struct virtio_net_hdr h = {0};
	uint32_t extra = t->vnet ? VNET_LEN : 0;
	uint8_t *head = s->in + at + PKT_HEADROOM - extra;
	ssize_t n;
	do
		n = read(t->fd, head, extra + TUN_PACKET_MAX);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if ((size_t)n < extra)
		return 0;
	uint32_t len = (uint32_t)n - extra, end = PKT_HEADROOM + len + PKT_TAILROOM;
	memcpy(&h, head, extra);
	s->in_used = s->in_used > at + end ? s->in_used : at + end;
	pkt_view(p, s->in + at, end, PKT_HEADROOM, len);
	if (!packet_look(p))
		return 0;
	p->drop = tun_gso_begin(&s->super, &h, pkt_data(p), len);
	if (tun_gso_more(&s->super)) {
		ctr_add(&t->rx_supers, 1);
		return 0;
	}
	return 1;
}

int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	struct tun_store *s = t->store;
	size_t at = 0, cut_at = 0;
	uint64_t bytes = 0;
	unsigned got = cut(t, &cut_at, pkts, n);
	/* A bound on packets that are not for us, too: the caller has other descriptors to serve. */
	for (unsigned tries = 0; !tun_more(t) && got < n && at + TUN_SLOT_MAX <= sizeof(s->in) && tries < n + PKT_BATCH;
	     tries++) {
		int r = read_one(t, at, pkts[got]);
		if (r < 0 && r != -EAGAIN && !got)
			return r;
		if (r < 0)
			break;
		if (r == 0) {
			got += cut(t, &cut_at, pkts + got, n - got);
			continue;
		}
		at += (pkts[got]->cap + 63) & ~(size_t)63;
		got++;
	}
	for (unsigned i = 0; i < got; i++) {
		pkts[i]->ifindex = (uint16_t)t->ifindex;
		bytes += pkts[i]->len;
	}
	ctr_add(&t->rx_pkts, got);
	ctr_add(&t->rx_bytes, bytes);
	return (int)got;
}

bool tun_more(const struct tun *t)
{
	return tun_gso_more(&t->store->super);
}
