/* States of challenges that were told to users who could not answer at once: PAP has one password a login, so that the
 * answer to "Enter Next PASSCODE:" comes with the next one (RFC 2865 §4.4). */
#ifndef CORE_AAA_RADIUS_STATES_H
#define CORE_AAA_RADIUS_STATES_H

#include "core/base/buf.h"
#include "core/base/clock.h"

enum { RADIUS_STATES_MAX = 4096, RADIUS_STATE_MAX = 253, RADIUS_STATE_S = 120 };

struct radius_states;

/* Of one server. NULL when memory is short. */
struct radius_states *radius_states_new(struct clock *clock);
void radius_states_free(struct radius_states *s);
/* Keeps it for seconds (0 = RADIUS_STATE_S), in place of the one that this user had from this address. When there are
 * RADIUS_STATES_MAX the oldest goes. */
void radius_states_keep(struct radius_states *s, const char *user, uint32_t peer,
                        struct bytes state, uint32_t seconds);
/* Gives it out, once. to has RADIUS_STATE_MAX. Its length, 0 = none. */
size_t radius_states_take(struct radius_states *s, const char *user, uint32_t peer, uint8_t *to);
size_t radius_states_count(const struct radius_states *s);

#endif
