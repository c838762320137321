/* A bad cable: impair A B [SEED] makes two TAP devices and carries frames between them, as badly as it is told to on standard
 * input (a FIFO that stays open):
 *
 *   loss N  dup N  reorder N  delay N      on one line, what is not named is none: per cent of the packets of each direction that
 *                                          are lost, come twice, come 5 to 50 ms late; milliseconds that every one takes
 *
 * Each line is answered on standard output by what became of the packets since the one before. What is not IPv4 goes through
 * as it is: neighbours find each other. The dice are thrown in the same order every time. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 2048, WAITING_MAX = 4096, LATE_MIN_US = 5000, LATE_US = 45000 };

struct frame {
	struct frame *next;
	uint64_t due_us;
	int to;
	size_t len;
	unsigned char data[];
};

static struct {
	unsigned loss, dup, reorder, delay_ms;
} how;
static struct {
	unsigned long passed, lost, doubled, late, full;
} count;
static struct frame *waiting; /* the first is due first */
static unsigned n_waiting;
static uint64_t dice = 1;

static uint64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static unsigned throw_dice(unsigned sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned)(dice % sides);
}

static void send_frame(int fd, const unsigned char *data, size_t len)
{
	/* a device that is down takes nothing, as a cable that is pulled out */
	if (write(fd, data, len) < 0 && errno != EIO && errno != EAGAIN && errno != ENOBUFS)
		perror("impair: write");
}

static void put_off(int to, const unsigned char *data, size_t len, uint64_t due_us)
{
	if (n_waiting == WAITING_MAX) {
		count.full++;
		return;
	}
	struct frame *f = malloc(sizeof *f + len), **at = &waiting;
	if (f == NULL)
		abort();
	while (*at != NULL && (*at)->due_us <= due_us)
		at = &(*at)->next;
	*f = (struct frame){.next = *at, .due_us = due_us, .to = to, .len = len};
	memcpy(f->data, data, len);
	*at = f;
	n_waiting++;
}

static void carry(int to, const unsigned char *data, size_t len)
{
	if (len < 14 || data[12] != 0x08 || data[13] != 0x00) {
		send_frame(to, data, len);
		return;
	}
	if (throw_dice(100) < how.loss) {
		count.lost++;
		return;
	}
	count.passed++;
	unsigned copies = throw_dice(100) < how.dup ? 2 : 1;
	count.doubled += copies - 1;
	for (unsigned i = 0; i < copies; i++) {
		uint64_t wait_us = (uint64_t)how.delay_ms * 1000;
		if (throw_dice(100) < how.reorder) {
			wait_us += LATE_MIN_US + throw_dice(LATE_US);
			count.late++;
		}
		if (wait_us == 0)
			send_frame(to, data, len);
		else
			put_off(to, data, len, now_us() + wait_us);
	}
}

static void deliver(void)
{
	uint64_t now = now_us();
	for (struct frame *f; (f = waiting) != NULL && f->due_us <= now; n_waiting--) {
		waiting = f->next;
		send_frame(f->to, f->data, f->len);
		free(f);
	}
}

/* false: the line says something else. */
static bool obey(char *line)
{
	memset(&how, 0, sizeof how);
	for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
		char *value = strtok(NULL, " ");
		unsigned *what = strcmp(word, "loss") == 0      ? &how.loss
		                 : strcmp(word, "dup") == 0     ? &how.dup
		                 : strcmp(word, "reorder") == 0 ? &how.reorder
		                 : strcmp(word, "delay") == 0   ? &how.delay_ms
		                                                : NULL;
		if (what == NULL || value == NULL)
			return false;
		*what = (unsigned)strtoul(value, NULL, 10);
	}
	printf("passed %lu lost %lu doubled %lu late %lu full %lu\n", count.passed, count.lost,
	       count.doubled, count.late, count.full);
	fflush(stdout);
	memset(&count, 0, sizeof count);
	return true;
}

static int tap_open(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0) {
		perror(name);
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: impair TAP TAP [SEED]\n", stderr);
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (argc > 3)
		dice = strtoul(argv[3], NULL, 10) | 1;
	struct pollfd p[3] = {{.fd = tap_open(argv[1]), .events = POLLIN},
	                      {.fd = tap_open(argv[2]), .events = POLLIN},
	                      {.fd = 0, .events = POLLIN}};
	unsigned char data[FRAME];
	char line[256];
	for (;;) {
		int wait_ms = -1;
		if (waiting != NULL) {
			uint64_t now = now_us();
			wait_ms = waiting->due_us <= now
			                  ? 0
			                  : (int)((waiting->due_us - now) / 1000 + 1);
		}
		if (poll(p, 3, wait_ms) < 0)
			return errno == EINTR ? 0 : 1;
		deliver();
		for (int i = 0; i < 2; i++) {
			ssize_t n;
			while ((p[i].revents & POLLIN) &&
			       (n = read(p[i].fd, data, sizeof data)) > 0)
				carry(p[1 - i].fd, data, (size_t)n);
		}
		if (p[2].revents & (POLLIN | POLLHUP)) {
			ssize_t n = read(0, line, sizeof line - 1);
			if (n <= 0)
				return 0;
			line[n] = 0;
			for (char *one = line, *next; one != NULL && *one != '\0'; one = next) {
				next = strchr(one, '\n'); /* whoever writes it writes whole lines, maybe several */
				if (next != NULL)
					*next++ = '\0';
				if (!obey(one))
					fputs("impair: loss, dup, reorder, delay, each with a number\n", stderr);
			}
		}
	}
}
