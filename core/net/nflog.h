/* What rules of nftables log to our group (NFLOG): packets they refused or were to tell of. */
#ifndef CORE_NET_NFLOG_H
#define CORE_NET_NFLOG_H

#include "core/base/buf.h"
#include "core/base/err.h"

struct nflog;

struct nflog_event {
	char prefix[128]; /* the rule's `log prefix` */
	int in, out;      /* index of the devices, 0 = none */
	struct rd packet; /* its first bytes, from the IP header on; lives as long as the call */
};

/* 0 or -errno: a kernel that has no NFLOG says -EPROTONOSUPPORT or the like. */
int nflog_open(struct nflog **log, uint16_t group, struct err *err);
void nflog_close(struct nflog *log); /* NULL is allowed */
int nflog_fd(const struct nflog *log);
/* Everything that waits. */
void nflog_read(struct nflog *log, void (*fn)(void *arg, const struct nflog_event *e), void *arg);

#endif
