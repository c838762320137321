/* What a RADIUS server is asked and told. */
#ifndef CORE_AAA_RADIUS_REQUEST_H
#define CORE_AAA_RADIUS_REQUEST_H

#include "core/aaa/radius/packet.h"
#include "core/aaa/server.h"

/* What of a request is not said by the question. */
struct radius_ids {
	uint8_t id;
	uint8_t auth[RADIUS_AUTH]; /* Access-Request: random */
	struct bytes secret;
	uint32_t nas_ip;    /* the address of ours that goes to the server; 0 = none */
	struct bytes state; /* State of the challenge that this answers; empty = none */
};

/* Access-Request for an AAA_AUTHENTICATE or AAA_AUTHORIZE (RFC 2865, 2548, 3579). Its length; 0 when it does not fit. */
size_t radius_access_request(const struct aaa_ask *ask, const struct radius_ids *ids, uint8_t *to,
                             size_t cap);
/* Accounting-Request for an AAA_ACCOUNT (RFC 2866, 2867, 2869), wall: now. Its authenticator goes to ids. */
size_t radius_accounting_request(const struct aaa_record *record, struct radius_ids *ids,
                                 time_t wall, uint8_t *to, size_t cap);
/* The same about an administrator (ask->shell). */
size_t radius_shell_accounting(const struct aaa_ask *ask, struct radius_ids *ids, time_t wall, uint8_t *to,
                               size_t cap);

#endif
