/* Who may begin a phase 1: room for those who have proved nothing yet (sa.c). Inside the engine. */
#ifndef CRYPTO_IKE_ROOM_H
#define CRYPTO_IKE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip4.h"
#include "crypto/ike/counts.h"
#include "crypto/ike/wire.h"

struct ike;

/* Whose half-open SAs make room: of anybody, of one address, of anybody for who has asked before. */
enum ike_stale { IKE_STALE_ANY, IKE_STALE_ADDRESS, IKE_STALE_AGAIN, IKE_STALE_N };

enum { IKE_FIRST_KEY = IKE_COOKIE_LEN + 6 };

/* By what a first message is known, whatever port of ours it came to: initiator's cookie, address, port. */
void ike_first_key(uint8_t key[IKE_FIRST_KEY], const uint8_t *icookie, struct ip4_end remote);
/* Are all places taken, perhaps by forged addresses? Aggressive Mode, whose first message makes us work for an address
 * that has not proved anything, has a quarter of them. */
bool sa_full(const struct ike *ike, bool aggressive);
/* An old one makes room for who has asked before, though all places are taken. */
bool sa_make_room(struct ike *ike);
/* Is there room for one more phase 1 from this address? PUT_OFF_N: yes. */
enum ike_put_off sa_room(struct ike *ike, uint32_t ip, bool aggressive);
/* May it begin? Makes room when an old one is stale. Else counted as put off, for the reason that is returned. */
enum ike_put_off sa_admit(struct ike *ike, uint32_t ip, bool aggressive);

#endif
