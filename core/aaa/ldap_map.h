/* ldap attribute-map: what the attributes of a directory mean here. */
#ifndef CORE_AAA_LDAP_MAP_H
#define CORE_AAA_LDAP_MAP_H

#include "core/aaa/helper/job.h"
#include "core/aaa/reply.h"
#include "core/base/debug.h"

/* Puts into r what the rows of the answer (an ATTRIBUTE and its VALUEs, and the next) mean by the map. Of several
 * values the first that map-value knows counts, else the first. What cannot be read is logged (109038) and left out.
 * who: whom lines of debug about it are about, may be NULL. */
void ldap_map_apply(const struct aaa_map *map, const struct job *answer, const struct debug_who *who,
                    struct aaa_reply *r);
/* Is it one of the attributes that map-name may lead to? */
bool ldap_map_knows(const char *ours);

#endif
