/* TACACS+ (RFC 8907) as a protocol of server groups: PAP, CHAP and MS-CHAPv1 of PPP clients, what they may
 * (service ppp, protocol ip), accounting; logins, commands and accounting of administrators (core/aaa/shell.h). */
#ifndef CORE_AAA_TACACS_TACACS_H
#define CORE_AAA_TACACS_TACACS_H

#include "core/aaa/server.h"

enum {
	TAC_SESSIONS_MAX = 8192, /* under way with one server; one more: the next server is asked */
	TAC_CONNS_MAX = 256,     /* connections to one server; sessions wait for a free one */
	TAC_IDLE_MS = 300000,    /* a connection that is kept (single-connect) ends when nobody wanted it so long */
};

extern const struct aaa_proto aaa_tacacs;

#endif
