/* What the server has heard of a client, in clear: taken where its engines read it (the linker's --wrap), or noted by who
 * carries it there. */
#ifndef TESTS_CLIENTS_HEARD_H
#define TESTS_CLIENTS_HEARD_H

#include "crypto/ike/engine.h"

enum { HEARD_IKE = 64 };

struct heard_ike {
	uint8_t exch, flags, first; /* of its header; first: the first payload's type */
	uint32_t msgid;
	uint8_t body[2048]; /* the payloads, padding behind them */
	size_t len;
};

struct heard {
	const struct ike *ike; /* of the server, NULL = nothing is kept */
	struct heard_ike msgs[HEARD_IKE];
	size_t n;
	uint8_t sccrq[512], lcp[256]; /* the first ones: the L2TP message; the PPP frame of a Configure-Request */
	size_t sccrq_len, lcp_len;
};

extern struct heard heard;

/* Forgets what there was and keeps what this server hears from now on; NULL: no more. */
void heard_begin(const struct ike *ike);
/* A message more, as far as there is room; of L2TP and PPP (the frame of a data message) what `struct heard` has room for. */
void heard_ike(struct heard *h, const struct ike_hdr *hdr, struct bytes body);
void heard_l2tp(struct heard *h, const uint8_t *msg, size_t len);
void heard_frame(struct heard *h, const uint8_t *frame, size_t len);

#endif
