/* What is left of root once the sockets are open. */
#ifndef CORE_PRIVILEGE_H
#define CORE_PRIVILEGE_H

#include "core/base/err.h"

/* Keeps exactly the capabilities that later configuration needs, for good: drops the rest from every set, the
 * bounding set included, and sets no-new-privileges. Not being root is no error: then there is nothing to
 * drop. 0 or -errno. */
int privilege_drop(struct err *err);
/* No core dumps, no ptrace by others: keys live in this process. */
void privilege_no_dump(void);

#endif
