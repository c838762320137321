/* What replies of a RADIUS server say, into struct aaa_reply. */
#ifndef CORE_AAA_RADIUS_ACCEPT_H
#define CORE_AAA_RADIUS_ACCEPT_H

#include "core/aaa/radius/packet.h"
#include "core/aaa/reply.h"

/* What the user may, of an Access-Accept or a CoA-Request: RFC 2865 §5, 2869 §5, vendors 9, 311 and 3076. Keys for MPPE
 * are nothing to us. masks: of access lists in it. false: something that would restrict him cannot be understood, so nobody
 * comes in with it. Logs 109038. */
bool radius_take_accept(struct aaa_reply *r, const struct radius_packet *p, enum aaa_masks masks);
/* Reply-Message, and what MS-CHAP wants to know (without the identifier): of any reply. */
void radius_take_messages(struct aaa_reply *r, const struct radius_packet *p);
/* State and Session-Timeout of an Access-Challenge. */
void radius_take_challenge(struct aaa_reply *r, const struct radius_packet *p);
/* The EAP packet, put together (RFC 3579 §3.1); r->eap stays NULL when there is none. false: it is malformed, or memory
 * is short. */
bool radius_take_eap(struct aaa_reply *r, const struct radius_packet *p);
/* Whether Access-Accept and CoA-Request may have it, and something follows from it. */
bool radius_takes(enum radius_attr a);

#endif
