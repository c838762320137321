/* The console's end of the socket: blocking, one message at a time. */
#ifndef CLI_SOCKET_CONN_H
#define CLI_SOCKET_CONN_H

#include "cli/socket/proto.h"
#include "core/base/err.h"

struct conn {
	int fd;
	struct proto_reader in;
};

/* 0 or -errno with a text for the user. */
int conn_open(struct conn *c, const char *path, struct err *err);
void conn_close(struct conn *c);
/* false: the appliance is gone. */
bool conn_send(struct conn *c, const struct proto_msg *m);
/* The next message, waiting for it (block) or only if it is already there. PROTO_READ_MORE: not there, or a signal came.
 * PROTO_READ_BAD: the connection has ended. m->text lives until the next call. */
enum proto_read conn_read(struct conn *c, struct proto_msg *m, bool block);

#endif
