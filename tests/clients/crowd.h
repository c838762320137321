/* Many clients for many hours in front of one appliance, with an accounting server behind it and somebody who changes its
 * configuration. What each of them sent and got is written down, to be held against what the appliance says. */
#ifndef TESTS_CLIENTS_CROWD_H
#define TESTS_CLIENTS_CROWD_H

#include "tests/clients/books.h"
#include "tests/clients/drive.h"

/* What happened to clients, how often. */
#define CROWD_ACTS(X)                                            \
	X(logins, "logins")                                      \
	X(left, "goodbyes")                                      \
	X(vanished, "vanished without a word")                   \
	X(elsewhere, "came again from elsewhere")                \
	X(logged_off, "logged off by the administrator")         \
	X(wrong_password, "refused: password")                   \
	X(wrong_key, "refused: pre-shared key")                  \
	X(gave_up, "gave up while coming in")                    \
	X(rekeyed, "new keys by the client's wish")              \
	X(renewed, "phase 1 anew by the client's wish")          \
	X(roamed, "other address or ports at the NAT")           \
	X(changes, "changes of the configuration")

struct crowd_acts {
#define X(name, text) unsigned name;
	CROWD_ACTS(X)
#undef X
};

/* From when it was in until it was not. */
struct visit {
	struct visit *next; /* of the same guest, later */
	uint32_t ip;
	uint64_t pkts_sent, pkts_back, bytes_sent, bytes_back;
};

enum guest_state { GUEST_AWAY, GUEST_COMING, GUEST_REFUSED, GUEST_IN };

struct guest {
	char user[32], password[32];
	const struct profile *profile;
	struct place place;
	struct client *c; /* NULL = is away */
	enum guest_state state;
	bool regular;        /* stays for days */
	uint64_t due_ms;     /* when it does something next; while it comes: the latest to be in */
	uint32_t packet_len; /* of its traffic */
	uint64_t other_pkts, other_bytes; /* IP that it sent by itself in this visit */
	struct visit *visits, **last;
};

struct crowd {
	struct world w;
	struct books books;
	struct guest *guests;
	size_t n;
	struct visit *visits; /* room for all of them */
	size_t n_visits, max_visits;
	struct crowd_acts acts;
	uint16_t nat_port;
	uint32_t rnd;
	bool on[8];     /* changes of the configuration that are in force */
	unsigned change; /* the next one */
};

/* n guests, profiles in turn, for so many hours. */
void crowd_open(struct crowd *crowd, const struct profile *const *profiles, size_t nprofiles, size_t n, unsigned hours);
void crowd_close(struct crowd *crowd);
/* So much time passes; whoever is due does something. */
void crowd_live(struct crowd *crowd, uint64_t ms);
/* Everybody comes who is not there, and is silent for a while. */
void crowd_gather(struct crowd *crowd);
/* Everybody takes his leave, in his own way. */
void crowd_disperse(struct crowd *crowd);
/* The administrator changes something, or takes it back. */
void crowd_change(struct crowd *crowd);
/* All that is still changed is as it was. */
void crowd_change_back(struct crowd *crowd);

#endif
