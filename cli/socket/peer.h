/* Who is at the other end of the console's socket, as the kernel says. */
#ifndef CLI_SOCKET_PEER_H
#define CLI_SOCKET_PEER_H

#include <stdbool.h>

/* Root, whoever the appliance runs as, and members of the group. The peer's name goes to user. */
bool peer_may_enter(int fd, char user[65]);

#endif
