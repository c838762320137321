#include "core/net/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/drop.h"

enum {
	ALIGN = 64, /* packets begin in lines of the cache of their own */
	PACKET_MAX = 65535,
	SLOT_MAX = PKT_HEADROOM + PACKET_MAX + PKT_TAILROOM,
	STORE_BYTES = 3 * SLOT_MAX, /* a batch of usual packets, and there is always room for the largest */
};

struct tun_store {
	size_t used; /* bytes of `in` that were ever written */
	_Alignas(ALIGN) uint8_t in[STORE_BYTES];
};

/* Name, MTU, up: the ioctls want any socket. */
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
	} else if (ioctl(fd, SIOCGIFFLAGS, &req) ||
	           (req.ifr_flags |= IFF_UP | IFF_RUNNING, ioctl(fd, SIOCSIFFLAGS, &req))) {
		r = err_set(err, -errno, "cannot bring %s up: %s", t->name, strerror(errno));
	} else if (ioctl(fd, SIOCGIFINDEX, &req)) {
		r = err_set(err, -errno, "%s: %s", t->name, strerror(errno));
	} else {
		t->ifindex = req.ifr_ifindex;
	}
	close(fd);
	return r;
}

static int queue_open(struct tun *t, bool first, bool many, struct err *err)
{
	unsigned flags = IFF_TUN | IFF_NO_PI;
	/* Nobody joins a device that is there, of which he would get a share of the packets. */
	flags |= (many ? IFF_MULTI_QUEUE : 0) | (first ? IFF_TUN_EXCL : 0);
	struct ifreq req = {.ifr_flags = (short)flags};
	memcpy(req.ifr_name, t->name, sizeof(req.ifr_name));
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return err_set(err, -errno, "cannot open /dev/net/tun: %s", strerror(errno));
	t->store = calloc(1, sizeof(*t->store));
	if (!t->store)
		return err_set(err, -ENOMEM, "out of memory");
	if (ioctl(t->fd, TUNSETIFF, &req))
		return err_set(err, -errno,
		               errno == EBUSY ? "device %s belongs to another program: %s"
		                              : "cannot make device %s: %s",
		               t->name, strerror(errno));
	return 0;
}

int tun_open(struct tun *queues, unsigned n, const char *name, uint32_t mtu, uint32_t allowed, struct err *err)
{
	int r = 0;
	(void)allowed;
	memset(queues, 0, n * sizeof(*queues));
	for (unsigned i = 0; i < n; i++)
		queues[i].fd = -1;
	for (unsigned i = 0; !r && i < n; i++) {
		queues[i].mtu = mtu;
		str_copy(queues[i].name, sizeof(queues[i].name), str_of(name));
		r = queue_open(&queues[i], i == 0, n > 1, err);
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
	if (t->store)
		wipe(t->store->in, t->store->used);
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

int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	struct tun_store *s = t->store;
	size_t at = 0;
	unsigned got = 0;
	/* A bound on packets that are not for us, too: the caller has other descriptors to serve. */
	for (unsigned tries = 0; got < n && at + SLOT_MAX <= sizeof(s->in) && tries < n + PKT_BATCH; tries++) {
		struct pkt *p = pkts[got];
		ssize_t len = read(t->fd, s->in + at + PKT_HEADROOM, PACKET_MAX);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0) {
			if (errno != EAGAIN && !got)
				return -errno;
			break;
		}
		pkt_view(p, s->in + at, PKT_HEADROOM + (uint32_t)len + PKT_TAILROOM, PKT_HEADROOM, (uint32_t)len);
		if (!packet_look(p))
			continue;
		p->ifindex = (uint16_t)t->ifindex;
		ctr_add(&t->rx_pkts, 1);
		ctr_add(&t->rx_bytes, p->len);
		at += (p->cap + ALIGN - 1) & ~(size_t)(ALIGN - 1);
		s->used = s->used > at ? s->used : at;
		got++;
	}
	return (int)got;
}

bool tun_more(const struct tun *t)
{
	(void)t;
	return false;
}

unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	unsigned sent = 0;
	for (unsigned i = 0; i < n; i++) {
		struct pkt *p = pkts[i];
		if (p->drop)
			continue;
		ssize_t len;
		do
			len = write(t->fd, pkt_data(p), p->len);
		while (len < 0 && errno == EINTR);
		if (len != (ssize_t)p->len) {
			p->drop = DROP_TUN_WRITE;
			ctr_add(&t->tx_errors, 1);
			continue;
		}
		ctr_add(&t->tx_pkts, 1);
		ctr_add(&t->tx_bytes, p->len);
		sent++;
	}
	return sent;
}
