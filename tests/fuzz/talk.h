/* Targets whose input is a conversation (talk_format.h). */
#ifndef TESTS_FUZZ_TALK_H
#define TESTS_FUZZ_TALK_H

#include "tests/exchange/ike_initiator.h"
#include "tests/fuzz/talk_format.h"

/* One input, from beginning to end. certificates: of both sides, else a pre-shared key. */
void talk_run(const uint8_t *data, size_t len, bool certificates);

/* ------------------------------------------------------------------ between its files */

struct talk_record {
	uint8_t op, at, arg;
	struct bytes data;
};
/* The next record of r; false at the end. The data of the last one is what there is. */
bool talk_next(struct rd *r, struct talk_record *t);
/* What the hooks (talk_bend.c) have to know; records is where they stand. */
void talk_bend(struct net *net, struct bytes records);
void talk_bend_end(void);
/* A filter of net. */
bool talk_filter(struct net *net, struct net_packet *p);

#endif
