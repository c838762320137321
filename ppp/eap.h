/* Extensible Authentication Protocol, authenticator side (RFC 3748 §4, on PPP RFC 2284), passed through: the client is
 * asked who it is, and from then on talks to the server of the tunnel group. What they say to each other is theirs. */
#ifndef PPP_EAP_H
#define PPP_EAP_H

#include "ppp/link.h"

enum {
	PPP_EAP_MAX =
	        1500, /* longest packet either way: what every PPP can receive (RFC 1661 §6.1) */
	PPP_EAP_TRIES = 5,       /* a Request is sent (RFC 3748 §4.3) */
	PPP_EAP_ROUNDS_MAX = 64, /* Responses of one login */
};

/* One conversation. */
struct ppp_eap {
	uint8_t packet
	        [PPP_EAP_MAX]; /* the Request, until its Response comes; then that, while it is asked about */
	size_t len;
	unsigned rounds;  /* Responses that the server got */
	uint64_t wait_ms; /* for the Response, the first time */
};

void ppp_eap_start(struct ppp_session *s);
void ppp_eap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data);
bool ppp_eap_challenge(struct ppp_session *s, const struct aaa_result *result);
bool ppp_eap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error);

#endif
