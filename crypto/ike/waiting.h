/* First messages for which there was no room: those of a crowd that comes at once, from one address or many. They are
 * answered in turn, as soon as others are through, so that nobody depends on when his client asks again. While all
 * places are taken, perhaps by forged addresses, only those are kept that were said before; older ones make room for
 * them. Inside the engine. */
#ifndef CRYPTO_IKE_WAITING_H
#define CRYPTO_IKE_WAITING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/countmap.h"
#include "core/base/ip4.h"

enum {
	IKE_WAITING_MOST = 2000, /* messages; about two megabytes */
	IKE_WAITING_ADDRESS = IKE_WAITING_MOST / 2, /* of one address: of a thousand clients behind a NAT */
	IKE_WAITING_BYTES = 1024, /* a longer one is not kept */
	IKE_WAITING_MS = 8000, /* then its sender has given up, or was never there; who repeats it waits on */
};

struct ike;
struct ike_waiter;

/* Oldest first. */
struct ike_waiting_list {
	struct ike_waiter *first, *last;
	struct ike_waiter *at; /* where the next turn begins, NULL = at the first */
};

struct ike_waiting {
	struct ike_waiting_list once, again; /* those said again since all places are taken are apart */
	struct hash *by_first; /* initiator's cookie, address, port */
	struct countmap by_ip;
	struct timer timer; /* runs while some wait */
	size_t n, claims; /* how many; those of them for whom older negotiations make room */
	uint64_t claim_ms; /* when they had their last turn */
	uint64_t sweep_ms; /* when who has given up was looked for */
	bool room; /* somebody has left, or an answer has been computed, or the last turn was not the whole queue */
};

/* false: no memory. */
bool waiting_init(struct ike *ike);
void waiting_free(struct ike *ike);
/* Keeps a copy, unless it has one; msg begins with the header. again: it was said before. false: there is no room
 * for it. */
bool waiting_keep(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg, bool again);
/* Its sender is being answered. */
void waiting_forget(struct ike *ike, struct ip4_end remote, struct bytes msg);
/* There may be room. */
void waiting_note_room(struct ike *ike);
/* All places are taken: those of Main Mode who have said it again, if there are any, have a claim to the places of
 * older ones. */
void waiting_note_claim(struct ike *ike);
/* Begins the negotiations there is room for now. Called when the engine is about to be left. */
void waiting_serve(struct ike *ike);

#endif
