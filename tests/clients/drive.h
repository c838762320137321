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
/* Other ports at its NAT. */
void drive_roam(struct client *c);
/* New keys by the client's wish; fails the test unless both sides have them. Of ESP, of IKE, of both: the new IKE SA makes
 * the new pair. */
void drive_rekey_ipsec(struct client *c);
void drive_rekey_ike(struct client *c);
void drive_renew(struct client *c);
/* As the profile takes its leave. */
void drive_leave(struct client *c, const struct profile *p);
/* In place of client_free; may be in, then it vanishes. */
void drive_free(struct client *c);
/* It takes its leave, and is freed. */
void drive_out(struct client *c, const struct profile *p);
/* Lets pass what is kept for a while of those who are gone; fails the test unless nothing is left then. */
void drive_nothing_left(struct world *w);
/* 26 hours of it, from the first message to the last; nothing is left afterwards. */
void drive_day(struct world *w, const struct profile *p);

#endif
