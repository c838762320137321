#include "core/net/rawudp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/net/batch.h"

enum { IP_HEADER = 20, DSCP_BITS = 0xfc };

int rawudp_open(struct rawudp *r)
{
	int ttl = 0, failed = 0;
	socklen_t len = sizeof(ttl);
	*r = (struct rawudp){.fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW)};
	if (r->fd < 0)
		return -errno;
	if (batch_receive_nothing(r->fd) || getsockopt(r->fd, IPPROTO_IP, IP_TTL, &ttl, &len)) {
		failed = errno;
		rawudp_close(r);
		return -failed;
	}
	batch_buffers_enlarge(r->fd);
	r->ttl = (uint8_t)ttl;
	return 0;
}

void rawudp_close(struct rawudp *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

bool rawudp_from(struct rawudp *r, uint32_t ip)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(ip)};
	if (ip != r->ip && bind(r->fd, (struct sockaddr *)&a, sizeof(a)))
		return false;
	r->ip = ip;
	return true;
}

bool rawudp_takes(const struct rawudp *r, const struct pkt *p, uint32_t from)
{
	return p->off >= RAWUDP_HEAD && from == r->ip && !(p->tos & DSCP_BITS) &&
	       p->len <= IP_MAXPACKET - RAWUDP_HEAD;
}

uint8_t *rawudp_head(const struct rawudp *r, const struct pkt *p, uint16_t port)
{
	uint8_t *at = pkt_data(p) - RAWUDP_HEAD;
	struct wr w = wr_of(at, RAWUDP_HEAD);
	wr_u8(&w, 4 << 4 | IP_HEADER / 4); /* RFC 791 §3.1 */
	wr_u8(&w, p->tos);
	wr_u16(&w, (uint16_t)(RAWUDP_HEAD + p->len));
	wr_u16(&w, 0);
	wr_u16(&w, p->df ? IP_DF : 0);
	wr_u8(&w, r->ttl);
	wr_u8(&w, IPPROTO_UDP);
	wr_u16(&w, 0);
	wr_u32(&w, r->ip);
	wr_u32(&w, p->peer.ip);
	wr_u16(&w, port); /* RFC 768 */
	wr_u16(&w, p->peer.port);
	wr_u16(&w, (uint16_t)(RAWUDP_HEAD - IP_HEADER + p->len));
	wr_u16(&w, 0);
	return at;
}
