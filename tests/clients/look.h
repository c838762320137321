/* Does what the server heard look as the profile says? With readers of its own: nothing of what wrote it. */
#ifndef TESTS_CLIENTS_LOOK_H
#define TESTS_CLIENTS_LOOK_H

#include "tests/clients/profile.h"
#include "tests/exchange/full.h"

/* All that `heard` (heard.h) has of this client, which came through a NAT or not: Quick Modes one, two and three were in its
 * first IKE SA, the fourth was in another. */
void look_at_all(const struct client *c, const struct profile *p, bool nat);

#endif
