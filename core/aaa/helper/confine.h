/* What a helper program gives up before it speaks to anybody. */
#ifndef CORE_AAA_HELPER_CONFINE_H
#define CORE_AAA_HELPER_CONFINE_H

/* Drops every capability for good, sets no-new-privileges, no core dumps, no ptrace by others; files it makes are for
 * its owner alone; an environment by which libraries read no files of the host. Not being root is no error. 0 or -errno. */
int confine(void);

#endif
