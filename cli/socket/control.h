/* The socket consoles connect to. Root and the members of group `postern` may enter; everyone else is told so once.
 * A console is bounded in memory, and one that does not read holds up nobody but itself. */
#ifndef CLI_SOCKET_CONTROL_H
#define CLI_SOCKET_CONTROL_H

#include <uv.h>

#include "cli/session/session.h"

#define CONTROL_SOCKET "/run/postern/postern.sock"
#define CONTROL_GROUP  "postern"

enum { CONTROL_CONSOLES_MAX = 64 };

struct control;

/* Listens on path (its directory is made, mode 0755; the socket is 0660 with group `postern`, or 0600 where there is no
 * such group). A socket left by a dead appliance is replaced; one that answers is -EADDRINUSE. env outlives it. 0 or
 * -errno with err. */
int control_start(uv_loop_t *loop, const char *path, const struct session_env *env,
                  struct control **control, struct err *err);
/* Tells every console goodbye (`why`, one line) and stops. The loop must run once more for the memory to go. NULL is
 * allowed. */
void control_stop(struct control *control, const char *why);
/* Consoles that are there now. */
size_t control_consoles(const struct control *control);

#endif
