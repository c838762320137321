#include "core/net/pathmtu.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

unsigned path_mtu(uint32_t local, uint32_t peer)
{
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(local)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), mtu = 0;
	socklen_t len = sizeof(mtu);
	if (fd < 0)
		return 0;
	to.sin_addr.s_addr = htonl(peer);
	/* Connecting a datagram socket sends nothing: it only looks the route up. */
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len))
		mtu = 0;
	close(fd);
	return mtu > 0 ? (unsigned)mtu : 0;
}

uint32_t route_source(uint32_t peer)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)}, own = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(own);
	if (fd < 0)
		return 0;
	to.sin_addr.s_addr = htonl(peer);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    getsockname(fd, (struct sockaddr *)&own, &len))
		own.sin_addr.s_addr = 0;
	close(fd);
	return ntohl(own.sin_addr.s_addr);
}
