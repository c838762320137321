/* Messages written by hand, for what the engine as a client never sends: Quick Modes and Informationals on the IKE SA of
 * a client that is in. */
#ifndef TESTS_EXCHANGE_IKE_BY_HAND_H
#define TESTS_EXCHANGE_IKE_BY_HAND_H

#include "tests/exchange/ike_initiator.h"

enum { UDP_ESP = 3, AH = 2, ESP = 3, DES3 = 3, AES = 12 };

/* What the server sent last. */
struct hand_sent {
	unsigned n;
	size_t len, most;
	uint8_t data[2048];
};
extern struct hand_sent hand_sent;
/* For cmocka: net_setup, and nothing was sent yet. */
int hand_setup(void **state);
/* A filter: nothing of the server's arrives, it is kept in hand_sent. */
bool hand_catch(struct net *net, struct net_packet *p);
/* A filter: vendor IDs are in clear, the client's of draft 02 becomes Microsoft's. */
bool hand_as_windows(struct net *net, struct net_packet *p);
/* From this end. */
void hand_to_server(struct net *net, uint32_t ip, uint16_t port, const struct ike_out *o);

struct hand_request {
	struct ike_sa *sa; /* of the client; NULL = its oldest */
	uint8_t exch, flags;
	uint32_t msgid;
	uint8_t iv[PRIM_IV_MAX]; /* afterwards: for the answer */
	struct ike_out out;
};

/* A protected message; payloads go in between. It comes from where the client's IKE SA is. */
struct ike_out *hand_begin(struct node *c, struct hand_request *rq, size_t *at);
void hand_send(struct net *net, struct node *c, struct hand_request *rq, size_t at);

/* One proposal with one transform. Its SPI is hand_spi + number. */
extern uint32_t hand_spi;
void hand_proposal(struct wr *w, bool more, uint8_t number, uint8_t protocol, uint8_t transform, const char *attrs,
                   size_t n);
#define PROPOSAL(w, more, number, protocol, transform, attrs) \
	hand_proposal(w, more, number, protocol, transform, attrs, sizeof(attrs) - 1)

/* Lifetimes as Windows writes them: long attributes. */
#define LIFE                                               \
	"\x80\x01\x00\x01\x00\x02\x00\x04\x00\x00\x0e\x10" \
	"\x80\x01\x00\x02\x00\x02\x00\x04\x00\x03\xd0\x90"
#define SHA1_TRANSPORT LIFE "\x80\x04\x00\x02\x80\x05\x00\x02"

struct hand_quick {
	void (*sa)(struct wr *w);
	const char *idci, *idcr; /* bodies of 8 bytes unless idci_len says otherwise */
	size_t idci_len;
	struct bytes ke;   /* empty = none */
	uint8_t natoa;     /* number of the payload, of which there are two then; 0 = none */
	uint8_t natoa_reserved; /* in its bytes that have to be zero */
};

void hand_quick(struct net *net, struct node *c, struct hand_request *rq, const struct hand_quick *q);
/* The answer to a Quick Mode, decrypted. */
void hand_answer(struct node *c, const struct hand_request *rq, struct ike_msg *m);
/* It chooses this transform of this proposal, byte for byte, in the client's order, and has two identities. */
void hand_check_choice(struct node *c, const struct hand_request *rq, uint8_t number, uint8_t id, const char *attrs,
                       size_t n);
#define CHECK_CHOICE(c, rq, number, id, attrs) hand_check_choice(c, rq, number, id, attrs, sizeof(attrs) - 1)

#define IDCI "\x01\x11\x06\xa5\xcb\x00\x71\x65" /* CLIENT_IP, 17/1701 */
#define IDCR "\x01\x11\x06\xa5\xcb\x00\x71\x01" /* SERVER_IP, 17/1701 */

#endif
