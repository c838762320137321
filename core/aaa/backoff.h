/* Back-off against guessing: after some failures in a row of one source, or of one user name, the answer to a login is
 * held back. One table for the whole appliance, of fixed size, control thread only. */
#ifndef CORE_AAA_BACKOFF_H
#define CORE_AAA_BACKOFF_H

#include <stdint.h>

#include "core/base/show.h"

enum {
	AAA_BACKOFF_FREE = 5,            /* failures in a row that cost nothing */
	AAA_BACKOFF_FIRST_MS = 500,      /* the next one; each one after that twice as much */
	AAA_BACKOFF_MOST_MS = 4000,      /* clients wait longer than that */
	AAA_BACKOFF_FORGET_MS = 60000,   /* after the last failure */
	AAA_BACKOFF_PLACES = 256,        /* sources, and as many names; who failed longest ago makes room */
};

/* A login of this user from this source (0 = none) was refused, or is right: for how many milliseconds the answer is to be
 * held back. A right one is held back by what its own source did alone, whatever others did to the name; it ends the row of
 * both. known: the name may be shown. */
uint64_t aaa_backoff(uint64_t now_ms, const char *user, uint32_t ip, bool ok, bool known);
/* Forgets everything. */
void aaa_backoff_clear(void);

/* Command show_aaa_login_backoff; ctx = struct clock. */
const struct cmd_entry *aaa_backoff_commands(size_t *n);

#endif
