/* A network of the test's own: nothing here touches the host. */
#ifndef TESTS_UNIT_NET_NETNS_H
#define TESTS_UNIT_NET_NETNS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

/* Moves this process into a fresh network namespace with lo up. false when that is not allowed. */
bool netns_enter(void);
/* Runs a command line, aborts the test when it fails. */
void sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* n packets of cap bytes (0: to receive into); freed with packets_free. */
struct pkt **packets_new(unsigned n, uint32_t cap);
void packets_free(struct pkt **p, unsigned n);
/* Puts data into the view of p. */
void packet_fill(struct pkt *p, const void *data, size_t len);
/* Waits up to a second for fd to become readable. */
bool readable(int fd);

#endif
