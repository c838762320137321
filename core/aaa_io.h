/* The way from AAA to the network: sockets and names, on the event loop. */
#ifndef CORE_AAA_IO_GATEWAY_H
#define CORE_AAA_IO_GATEWAY_H

#include "core/aaa/io.h"

extern const struct aaa_io gateway_aaa_io; /* its ctx is the struct gateway */

/* The loop ends: nothing is heard or sent any more, sockets are still to be closed by who opened them. */
void gateway_aaa_end(void);

#endif
