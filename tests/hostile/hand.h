/* IKE messages written by hand against a server, and what it sends back. */
#ifndef TESTS_HOSTILE_HAND_H
#define TESTS_HOSTILE_HAND_H

#include "tests/exchange/ike_initiator.h"

/* What the server has sent since hand_forget: nothing of it arrives anywhere. in: octets that it was sent. */
extern struct hand_heard {
	unsigned n;
	size_t in, out, len;
	uint8_t data[IKE_MSG_MAX]; /* the last one */
} hand_heard;

/* For cmocka: a server, whose answers go to hand_heard; *state is the net. */
int hand_setup(void **state);
int hand_teardown(void **state);
void hand_forget(void);

/* So many octets exactly, so that a read past them is seen. */
void hand_octets(struct net *net, uint32_t ip, uint16_t port, const void *p, size_t len);
void hand_send(struct net *net, uint32_t ip, const struct ike_out *o);
/* A first message of Main Mode with the server's first policy, open: more payloads may follow. */
void hand_first(struct net *net, struct ike_out *o, uint32_t number);
/* Sends one and finds what the server made of it, in ST_MM_WAIT3. */
struct ike_sa *hand_half_open(struct net *net, uint32_t ip, uint32_t number);
/* The header of a message that belongs to an SA of the server. */
void hand_begin(struct ike_out *o, const struct ike_sa *sa, uint8_t exch, uint8_t flags, uint32_t msgid);

/* A client that is connected; the server's answers are caught from then on. */
struct ike_sa *hand_connected(struct net *net, uint32_t ip);
/* A protected message of its phase 2: the leading HASH is left blank, then made right and everything encrypted. */
size_t hand_open(struct ike_out *o, const struct ike_sa *sa, uint8_t exch, uint32_t msgid);
void hand_close(struct ike_out *o, const struct ike_sa *sa, size_t hash_at);
/* Encrypts what is there as it is. */
void hand_seal(struct ike_out *o, const struct ike_sa *sa);
/* Body of a Delete of the IKE SA itself. */
void hand_delete_self(struct ike_out *o, const struct ike_sa *sa);

#endif
