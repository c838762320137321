/* Who logged in when: the lines under "User X logged in to ...". Kept in memory, as on the appliance. */
#ifndef CLI_SESSION_LOGINS_H
#define CLI_SESSION_LOGINS_H

#include <time.h>

#include "core/base/out.h"

struct logins;

struct logins *logins_new(void); /* NULL when memory is short */
void logins_free(struct logins *l);
/* A login that failed or succeeded, `now` in seconds since 1970. Of names nobody has a failure is not kept. */
void logins_failed(struct logins *l, struct str user, struct str from, time_t now);
/* Prints what is known of the logins before this one, then counts it. days: how far back logins are counted. */
void logins_succeeded(struct logins *l, struct str user, struct str from, time_t now, unsigned days,
                      struct out *out);

#endif
