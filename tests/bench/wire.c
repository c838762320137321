/* The yardstick: a wire between two network namespaces. Two TUN devices joined by read and write, a packet at a time,
 * no offload, no cipher: what any tunnel in user space costs before it has done anything.
 *
 *   wire NETNS-FILE NETNS-FILE    makes wire0 in each (MTU 1400), 10.90.0.1/30 and 10.90.0.2/30; ends with SIGTERM */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_end(const char *netns, int number)
{
	struct ifreq r = {.ifr_name = "wire0", .ifr_flags = IFF_TUN | IFF_NO_PI};
	char line[160];
	int ns = open(netns, O_RDONLY | O_CLOEXEC);
	must(ns >= 0 && setns(ns, CLONE_NEWNET) == 0, netns);
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	must(fd >= 0 && ioctl(fd, TUNSETIFF, &r) == 0, "TUN");
	snprintf(line, sizeof line, "ip addr add 10.90.0.%d/30 dev wire0 && ip link set wire0 mtu 1400 up", number);
	must(system(line) == 0, line);
	return fd;
}

static void carry(int from, int to)
{
	char packet[2048];
	for (int i = 0; i < 64; i++) {
		ssize_t n = read(from, packet, sizeof packet);
		if (n <= 0)
			return;
		if (write(to, packet, (size_t)n) < 0 && errno != EAGAIN && errno != ENOBUFS)
			return;
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "wire NETNS-FILE NETNS-FILE\n");
		return 2;
	}
	int a = open_end(argv[1], 1), b = open_end(argv[2], 2);
	struct pollfd fds[] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
	while (poll(fds, 2, -1) >= 0) {
		if (fds[0].revents)
			carry(a, b);
		if (fds[1].revents)
			carry(b, a);
	}
	return 1;
}
