#include "core/net/udp.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/net/batch.h"

struct udp {
	struct batch b;
};

/* ------------------------------------------------------------------------------- who holds a port */

/* Inode of a socket bound to the port, from a table of /proc/net. 0 = none. */
static unsigned long port_inode(const char *table, uint16_t port)
{
	FILE *f = fopen(table, "re");
	char line[512];
	unsigned long found = 0;
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		unsigned local_port;
		unsigned long inode;
		/* sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode */
		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %*x %*s %*s %*x %*u %*u %lu",
		           &local_port, &inode) == 2 &&
		    local_port == port)
			found = inode;
	}
	fclose(f);
	return found;
}

static bool process_has_socket(const char *pid, unsigned long inode)
{
	char path[300], want[40], link[64];
	bool has = false;
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	snprintf(want, sizeof(want), "socket:[%lu]", inode);
	DIR *d = opendir(path);
	for (struct dirent *e; d && !has && (e = readdir(d));) {
		char file[600];
		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		ssize_t n = readlink(file, link, sizeof(link) - 1);
		if (n > 0) {
			link[n] = 0;
			has = !strcmp(link, want);
		}
	}
	if (d)
		closedir(d);
	return has;
}

static void process_name(const char *pid, char *text, size_t cap)
{
	char path[300], name[64] = "";
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *f = fopen(path, "re");
	if (f && fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = 0;
	if (f)
		fclose(f);
	snprintf(text, cap, "%s (pid %s)", *name ? name : "a program", pid);
}

bool udp_port_holder(uint16_t port, char *text, size_t cap)
{
	unsigned long inode = port_inode("/proc/net/udp", port);
	if (!inode)
		inode = port_inode("/proc/net/udp6", port);
	bool found = false;
	DIR *d = inode ? opendir("/proc") : NULL;
	for (struct dirent *e; d && !found && (e = readdir(d));) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9' ||
		    !process_has_socket(e->d_name, inode))
			continue;
		process_name(e->d_name, text, cap);
		found = true;
	}
	if (d)
		closedir(d);
	return found;
}

/* ---------------------------------------------------------------------------------------- sockets */

static int bind_failed(uint16_t port, int code, struct err *err)
{
	char who[128];
	if (code != EADDRINUSE)
		return err_set(err, -code, "cannot bind UDP port %u: %s", port, strerror(code));
	if (!udp_port_holder(port, who, sizeof(who)))
		snprintf(who, sizeof(who), "another program");
	return err_set(err, -code, "UDP port %u is in use by %s", port, who);
}

/* With SO_REUSEPORT the kernel would let a program of the same user share the port unseen: ask first. */
static bool held_by_other(uint16_t port)
{
	char who[128], self[32];
	snprintf(self, sizeof(self), "(pid %ld)", (long)getpid());
	return udp_port_holder(port, who, sizeof(who)) && !strstr(who, self);
}

int udp_open(struct udp **u, uint32_t ip, uint16_t port, bool reuseport, struct err *err)
{
	struct sockaddr_in a = {
	        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(ip)};
	socklen_t len = sizeof(a);
	int on = 1;
	*u = NULL;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, -errno, "cannot open a UDP socket: %s", strerror(errno));
	/* No SO_REUSEADDR: with it two programs could hold the port and one would silently get nothing. */
	if (reuseport && held_by_other(port)) {
		close(fd);
		return bind_failed(port, EADDRINUSE, err);
	}
	if ((reuseport && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on))) ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    getsockname(fd, (struct sockaddr *)&a, &len)) {
		int code = errno;
		close(fd);
		return bind_failed(port, code, err);
	}
	struct udp *n = malloc(sizeof(*n));
	if (!n) {
		close(fd);
		return err_set(err, -ENOMEM, "out of memory");
	}
	int r = batch_init(&n->b, fd, ntohs(a.sin_port), err);
	if (r) {
		udp_close(n);
		return r;
	}
	*u = n;
	return 0;
}

int udp_steer(struct udp *u, unsigned n, struct err *err)
{
	/* A load that does not fit ends the program with 0, the first socket. */
	struct sock_filter code[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
	        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 28),
	        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, n, 1, 0),
	        BPF_STMT(BPF_RET | BPF_A, 0),
	        BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};
	if (setsockopt(u->b.fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program)))
		return err_set(err, -errno, "cannot steer UDP port %u: %s", u->b.port, strerror(errno));
	return 0;
}

void udp_close(struct udp *u)
{
	if (!u)
		return;
	batch_close(&u->b);
	free(u);
}

int udp_fd(const struct udp *u)
{
	return u->b.fd;
}

uint16_t udp_port(const struct udp *u)
{
	return u->b.port;
}

const struct udp_stats *udp_stats(const struct udp *u)
{
	return &u->b.stats;
}

uint32_t udp_offload(struct udp *u, uint32_t allowed)
{
	return batch_offload(&u->b, allowed);
}

uint32_t udp_offloads(const struct udp *u)
{
	return u->b.offload;
}

int udp_recv(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	return batch_recv(&u->b, pkts, n);
}

bool udp_more(const struct udp *u)
{
	return batch_more(&u->b);
}

unsigned udp_send(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	return batch_send(&u->b, pkts, n);
}

int udp_send_one(struct udp *u, struct ip4_end local, struct ip4_end peer, const void *data,
                 size_t len)
{
	return batch_send_one(&u->b, local, peer, data, len);
}
