/* Does what the server heard look as the profile says? With readers of its own: nothing of what wrote it. */
#ifndef TESTS_CLIENTS_LOOK_H
#define TESTS_CLIENTS_LOOK_H

#include "tests/clients/profile.h"

struct heard;

/* The first message, as it was sent. */
void look_at_first(const struct profile *p, const uint8_t *msg, size_t len);
/* All that `heard` (heard.h) has of this client, which came through a NAT or not: Quick Modes one, two and three were in its
 * first IKE SA, the fourth was in another. */
void look_at_all(const struct vpn *v, const struct profile *p, bool nat);
/* What a server answered to what `heard` has: of every offer it took one transform, and gave that back byte for byte; in
 * Quick Mode its identities are those it was told, and it has a KE payload when the client had. */
void look_at_answers(const struct heard *answers);

#endif
