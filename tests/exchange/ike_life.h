/* What happens to a client that is in: where such tests begin, and what stays. */
#ifndef TESTS_EXCHANGE_IKE_LIFE_H
#define TESTS_EXCHANGE_IKE_LIFE_H

#include "tests/exchange/ike_initiator.h"

/* net->client is in, behind a NAT. */
struct ike_flow *life_begin(struct net *net);
/* Fails the test unless it is in by the flow that it came in by, and both sides have the same newest pair. */
void life_same_flow(struct net *net);

#endif
