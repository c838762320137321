/* Failed attempts of local users, and who is locked out (`aaa local authentication attempts max-fail`). One table for
 * the whole appliance, control thread only. It holds users of the local database alone, so that strangers cannot make
 * it grow. */
#ifndef CORE_AAA_LOCKOUT_H
#define CORE_AAA_LOCKOUT_H

#include "core/aaa/aaa.h"
#include "core/base/show.h"

/* The configuration in force: users who are gone are forgotten. NULL forgets everything. */
void aaa_lockout_set(const struct aaa_conf *c);
/* Is he refused whatever his password? Users of privilege 15 never are. */
bool aaa_locked_out(const struct aaa_conf *c, const struct aaa_user *u);
/* He tried: counts, locks at max-fail in a row (113006), forgets the count when ok. */
void aaa_attempt(const struct aaa_conf *c, const struct aaa_user *u, bool ok);

/* Commands show_aaa_local_user, clear_aaa_local_user; they need no ctx. */
const struct cmd_entry *aaa_commands(size_t *n);

#endif
