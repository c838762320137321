/* A profile in front of the whole appliance (tests/exchange/full.h). */
#ifndef TESTS_CLIENTS_DRIVE_H
#define TESTS_CLIENTS_DRIVE_H

#include "tests/clients/profile.h"
#include "tests/exchange/full_server.h"

/* Where a client is: its own address 0 = it has the public one. server 0 = the server's own address. */
struct place {
	uint32_t public_ip, private_ip, server;
};

/* A world that these clients get into. */
void drive_open(struct world *w, const struct profile *const *profiles, size_t n);
/* Not dialled yet. user 0 is alice, 1 bob. One with a certificate needs a world that has them (certified.h). */
struct client *drive_new(struct world *w, const struct profile *p, const struct place *place, unsigned user);
/* As the profile takes its leave. */
void drive_leave(struct client *c, const struct profile *p);
/* In place of client_free; may be in, then it vanishes. */
void drive_free(struct client *c);
/* 26 hours of it, from the first message to the last; nothing is left afterwards. */
void drive_day(struct world *w, const struct profile *p);

#endif
