/* PPP on the packet path: two functions on struct pkt, called by the worker that owns the session. */
#ifndef PPP_DATA_H
#define PPP_DATA_H

#include "core/base/dataplane.h"

/* p is a PPP frame of p->sess (RFC 1661 §2, with or without ff 03, protocol in one or two bytes).
 * DATA_FORWARD: IPv4, and p is the bare IP packet. DATA_PUNT: for link_user->input, p is unchanged.
 * DATA_DROP: p->drop is set. */
enum data_verdict ppp_data_in(struct pkt *p);
/* p is an IP packet for p->sess: adds the PPP header as the peer agreed. DATA_FORWARD or DATA_DROP. */
enum data_verdict ppp_data_out(struct pkt *p);

#endif
