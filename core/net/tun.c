#include "core/net/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/drop.h"

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

int tun_open(struct tun *t, const char *name, uint32_t mtu, struct err *err)
{
	struct ifreq req = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	memset(t, 0, sizeof(*t));
	t->mtu = mtu;
	str_copy(t->name, sizeof(t->name), str_of(name));
	memcpy(req.ifr_name, t->name, sizeof(req.ifr_name));
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return err_set(err, -errno, "cannot open /dev/net/tun: %s", strerror(errno));
	int r = 0;
	if (ioctl(t->fd, TUNSETIFF, &req))
		r = err_set(err, -errno,
		            errno == EBUSY ? "device %s belongs to another program: %s"
		                           : "cannot make device %s: %s",
		            name, strerror(errno));
	if (!r)
		r = device_start(t, err);
	if (r)
		tun_close(t);
	return r;
}

void tun_close(struct tun *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
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
	unsigned got = 0;
	/* A bound on packets that are not for us, too: the caller has other descriptors to serve. */
	for (unsigned tries = 0; got < n && tries < n + PKT_BATCH; tries++) {
		struct pkt *p = pkts[got];
		pkt_reset(p);
		if (p->cap < PKT_HEADROOM + PKT_TAILROOM)
			return -EINVAL;
		ssize_t len = read(t->fd, p->buf + p->off, p->cap - PKT_HEADROOM - PKT_TAILROOM);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0) {
			if (errno != EAGAIN && !got)
				return -errno;
			break;
		}
		p->len = (uint32_t)len;
		if (!packet_look(p))
			continue;
		p->drop = DROP_NONE;
		p->sa = NULL;
		p->sess = NULL;
		p->ifindex = (uint16_t)t->ifindex;
		ctr_add(&t->rx_pkts, 1);
		ctr_add(&t->rx_bytes, p->len);
		got++;
	}
	return (int)got;
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
