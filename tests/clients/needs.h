/* What a profile needs around it: a client with its habits, a server that lets it in. */
#ifndef TESTS_CLIENTS_NEEDS_H
#define TESTS_CLIENTS_NEEDS_H

#include "tests/clients/profile.h"

/* private_ip, server: as in struct client_habits. The texts stay the caller's. */
struct client_habits needs_habits(const struct profile *p, uint32_t private_ip, uint32_t server, const char *user,
                                  const char *password);
/* Lines of configuration of a server for all of these, in text; it has a group policy and a pool `clients` and a dynamic map
 * `dyno`. false: cap is too small. */
bool needs_lines(const struct profile *const *profiles, size_t n, char *text, size_t cap);

#endif
