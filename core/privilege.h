/* What is left of root once the sockets are open: a few capabilities, and the system calls on a list. */
#ifndef CORE_PRIVILEGE_H
#define CORE_PRIVILEGE_H

#include "core/base/err.h"

/* Both act on the calling thread and on those it starts later, so they come before the first thread. */

/* Keeps exactly the capabilities that later configuration needs, for good: drops the rest from every set, the
 * bounding set included, and sets no-new-privileges. Not being root is no error: then there is nothing to
 * drop. 0 or -errno. */
int privilege_drop(struct err *err);
/* From here on only system calls on the list work; the others fail with EPERM and are told to the audit log.
 * Needs no-new-privileges. It stays when the program executes itself, and is not set twice. With the environment
 * variable POSTERN_FILTER=kill a call that is not on the list ends the program: for tests. Does nothing under
 * sanitizers. 0 or -errno. */
int privilege_filter(struct err *err);
/* Starts this program over, in the same process. The only execve that the filter lets pass. Returns when that
 * failed, with errno. */
void privilege_exec_self(char *const argv[]);
/* No core dumps, no ptrace by others: keys live in this process. */
void privilege_no_dump(void);

#endif
